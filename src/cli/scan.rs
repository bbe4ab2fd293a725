//! `papaver scan`: arguments in, a run, a summary out.

use super::config::config;
use super::interrupt::watched;
use super::progress::Talk;
use super::values::{bands, device, folder, shift, timezone};
use super::{Done, summary as told, talk};
use crate::files;
use crate::ground::Crs;
use crate::imagery::{Captured, CapturedError, RasterOptions};
use crate::office::clock::today_here;
use crate::office::learn::heads_for;
use crate::scan::{
    Device, LearntFrom, PhotoRequest, Progress, SITE_RADIUS_M, ScanError, ScanRequest, SecondStage,
    Summary, scan,
};
use crate::store::Store;
use crate::words::{Lang, Say};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// How rasters are read.
#[derive(Args, Clone, Serialize, Deserialize)]
pub(super) struct RasterArguments {
    /// Coordinate system of the rasters, whatever they name themselves, such as EPSG:4547 栅格的坐标系（覆盖文件自带的），如 EPSG:4547
    #[arg(long, value_name = "CRS")]
    crs: Option<String>,
    /// From an old datum (Beijing 1954, Xian 1980) to WGS 84: metres dx,dy,dz, or with seconds rx,ry,rz and ppm s as well 旧基准（北京 54、西安 80）到 WGS 84 的转换参数：dx,dy,dz（米），或再加 rx,ry,rz（秒）与 s（ppm）
    #[arg(long, value_name = "DX,DY,DZ", value_parser = shift, allow_hyphen_values = true)]
    towgs84: Option<[f64; 7]>,
    /// Numbers of the red, green and blue band, such as 3,2,1 红、绿、蓝波段的序号，如 3,2,1
    #[arg(long, value_name = "R,G,B", value_parser = bands)]
    bands: Option<[usize; 3]>,
}

impl RasterArguments {
    /// What is asked.
    pub(super) fn options(&self) -> Result<RasterOptions, Box<dyn Say>> {
        let crs = self.crs.as_deref().map(Crs::parse).transpose();
        Ok(RasterOptions {
            crs: crs.map_err(|e| Box::new(e) as Box<dyn Say>)?,
            towgs84: self.towgs84,
            bands: self.bands,
        })
    }
}

/// What is searched for, and how: what a plan keeps.
#[derive(Args, Clone, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct ScanOptions {
    /// Search only inside these polygons: GeoJSON, GeoPackage, KML, shapefile 只搜索这些多边形之内：GeoJSON、GeoPackage、KML 或 shapefile
    #[arg(long, value_name = "BOUNDARY")]
    within: Option<PathBuf>,
    /// Another model than the built-in one 模型文件（默认用内置模型）
    #[arg(long, value_name = "ONNX")]
    model: Option<PathBuf>,
    /// Score from which a cell is a hit, all of which are listed (default: the models say what is listed and what is set aside) 命中阈值，达到此分数的全部列出（默认由模型决定哪些列出、哪些另存）
    #[arg(long, value_name = "0..1")]
    threshold: Option<f64>,
    /// Metres within which hits are one plot 命中归为同一地块的距离（米）
    #[arg(long, value_name = "METRES", default_value_t = SITE_RADIUS_M)]
    site_radius: f64,
    /// Where the model runs: cpu or cuda (default: cpu) 运行设备：cpu 或 cuda（默认 cpu）
    #[arg(long, value_name = "DEVICE", value_parser = device)]
    device: Option<Device>,
    /// Look first with a quick model, and with the model itself only where that sees anything: a third faster and more; for thresholds from the model's own on 先用快速模型初筛，仅在其有所发现处用模型细看：快三分之一以上；阈值不得低于模型自带的
    #[arg(long)]
    first_pass: bool,
    #[command(flatten)]
    #[serde(flatten)]
    raster: RasterArguments,
    /// Search imagery that is coarser than the model's figures hold for, and mark the result 分辨率不足也搜索，并在结果中标明
    #[arg(long)]
    allow_coarse: bool,
    /// Photos: a terrain model (heights in metres) under them 照片：所拍地面的地形模型（高程，米）
    #[arg(long, value_name = "RASTER")]
    dem: Option<PathBuf>,
    /// Photos: metres of the ground above the sea, for photos without a height above take-off 照片：地面海拔（米），用于没有相对起飞点高度的照片
    #[arg(long, value_name = "METRES", allow_negative_numbers = true)]
    ground_elevation: Option<f64>,
    /// Photos: the sensor's width in millimetres, for cameras that nothing is known of 照片：传感器宽度（毫米），用于未知的相机
    #[arg(long, value_name = "MM")]
    sensor_width: Option<f64>,
    /// Photos: a list of where they were taken, one a line: name, longitude, latitude, height, yaw, pitch, roll 照片：POS 文件，每行一张：照片名、经度、纬度、高度、偏航角、俯仰角、横滚角
    #[arg(long, value_name = "FILE")]
    pos: Option<PathBuf>,
    /// Photos: those that do not say how far the camera was tilted were taken straight down 照片：未记录俯仰角的均为垂直向下拍摄
    #[arg(long)]
    looking_down: bool,
    /// Photos: search no more of overlapping photos than it takes to see each square metre N times 照片：重叠的照片只搜索到每平方米被看到 N 次为止，其余略过
    #[arg(long, value_name = "N")]
    min_views: Option<u16>,
    /// Photos: keep what was found in any one of overlapping photos, not only what they agree on 照片：任一照片中发现即保留，不要求重叠照片相互印证
    #[arg(long)]
    any_view: bool,
    /// List and rank candidates by their score alone, without a second look at each 只按初检得分列出和排序，不再复看每个疑似点
    #[arg(long)]
    no_verify: bool,
    /// A second model that looks at candidates and ranks them 复核模型：再看每个疑似点并重新排序
    #[arg(long, value_name = "ONNX", conflicts_with = "no_verify")]
    verifier: Option<PathBuf>,
    /// Order candidates by what `learn` learnt from this unit's verdicts: a registry, or a file that `learn` wrote 按本单位核查结论学习得到的结果排序：登记库，或 `learn` 所写文件
    #[arg(long, value_name = "FILE", conflicts_with = "no_verify")]
    learnt: Option<PathBuf>,
    /// Name of the survey 测区名称
    #[arg(long, value_name = "NAME")]
    survey: Option<String>,
    /// Administrative code of the unit, 6, 9 or 12 digits 单位的行政区划代码，6、9 或 12 位
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// When the imagery was taken: a day, or first/last day 影像的拍摄日期：一天，或 首日/末日
    #[arg(long, value_name = "DATE[/DATE]")]
    captured: Option<String>,
    /// Time zone of the capture dates, such as Asia/Shanghai or +08:00 拍摄日期的时区，如 Asia/Shanghai 或 +08:00
    #[arg(long, value_name = "ZONE", value_parser = timezone)]
    timezone: Option<String>,
}

/// What of [`ScanOptions`] a plan has settled for its shards: all but the device, which has to be the plan's. An option group
/// with options of another in it is empty to clap, so that each is named.
pub(super) const PLANNED: [&str; 23] = [
    "within",
    "model",
    "threshold",
    "site_radius",
    "first_pass",
    "crs",
    "towgs84",
    "bands",
    "allow_coarse",
    "dem",
    "ground_elevation",
    "sensor_width",
    "pos",
    "looking_down",
    "min_views",
    "any_view",
    "no_verify",
    "verifier",
    "learnt",
    "survey",
    "unit",
    "captured",
    "timezone",
];

/// Arguments of `papaver scan`.
#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct ScanArguments {
    /// Orthomosaics (any raster GDAL opens), geotagged drone photos, folders of them, or a .txt list of paths 正射影像（凡 GDAL 能打开的栅格）、带定位的航拍照片、其文件夹，或 .txt 路径清单
    #[arg(required_unless_present = "plan", value_name = "IMAGERY")]
    inputs: Vec<PathBuf>,
    /// Folder for the results; running again with the same folder goes on where it stopped 结果文件夹；用同一文件夹再次运行会接着上次继续
    #[arg(short, long, value_name = "DIR", default_value = "papaver-out", value_parser = folder)]
    output: PathBuf,
    #[command(flatten)]
    options: ScanOptions,
    /// Worker threads (default: one a core) 线程数（默认每核一个）
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Score one shard of a plan, into the plan's folder 只运行某计划中的一个分片，结果写入计划文件夹
    #[arg(long, value_name = "PLAN", conflicts_with_all = PLANNED.iter().chain(&["inputs", "output"]).copied())]
    plan: Option<PathBuf>,
    /// The shard's number, from 0 (default: `SLURM_ARRAY_TASK_ID`) 分片编号，从 0 起（默认取 `SLURM_ARRAY_TASK_ID`）
    #[arg(long, value_name = "K", requires = "plan", conflicts_with = "inputs")]
    shard: Option<usize>,
    /// Discard earlier work in the output folder, or that of the shard 丢弃输出文件夹中此前的进度（或该分片此前的结果），重新开始
    #[arg(long)]
    restart: bool,
    /// Write no reduced copies of the imagery for the map (`pyramid/` in the results) 不生成供地图显示用的影像金字塔（结果文件夹中的 `pyramid/`）
    #[arg(long, conflicts_with = "plan")]
    no_pyramid: bool,
    /// Draw no pictures of candidates and no contact sheet (`chips/`, `review.html`); a run without this draws them later 不绘制疑似地块的图片与研判页（`chips/`、`review.html`）；以后不加此项再运行即可补上
    #[arg(long, conflicts_with = "plan")]
    no_pictures: bool,
    /// Print the summary as JSON on the standard output 在标准输出以 JSON 输出摘要
    #[arg(long)]
    json: bool,
    /// Say nothing but warnings and errors 除警告和错误外不输出
    #[arg(short, long)]
    quiet: bool,
}

/// How candidates are looked at once more.
pub(super) fn second(no_verify: bool, verifier: Option<PathBuf>) -> SecondStage {
    match verifier {
        _ if no_verify => SecondStage::Off,
        None => SecondStage::Looks,
        Some(path) => SecondStage::Verifier(path),
    }
}

/// Runs the command.
pub(super) fn run(arguments: ScanArguments, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let talk = arguments.talk(lang);
    let request = arguments.options.request(arguments.inputs, lang)?;
    let request = ScanRequest {
        out: arguments.output,
        restart: arguments.restart,
        pyramids: !arguments.no_pyramid,
        pictures: !arguments.no_pictures,
        threads: talk.threads,
        ..request
    };
    talk.around(|progress, stop| scan(&request, progress, stop), lang)
}

impl ScanArguments {
    /// The shard that is to be scored; nothing where imagery is to be scanned.
    pub(super) fn shard(&self, lang: Lang) -> Option<(AskedShard<'_>, Run)> {
        let asked = AskedShard {
            plan: self.plan.as_deref()?,
            number: self.shard,
            device: self.options.device,
            anew: self.restart,
        };
        Some((asked, self.talk(lang)))
    }

    fn talk(&self, lang: Lang) -> Run {
        Run::new(self.threads, (self.json, self.quiet), lang)
    }
}

/// Which shard of which plan is asked for.
pub(super) struct AskedShard<'a> {
    /// The plan's folder.
    pub(super) plan: &'a Path,
    /// Its number, where it is said.
    pub(super) number: Option<usize>,
    /// Where the model runs, where it is said.
    pub(super) device: Option<Device>,
    /// Whether what it has come to before is discarded.
    pub(super) anew: bool,
}

/// How a run is made and told.
pub(super) struct Run {
    /// Worker threads.
    pub(super) threads: usize,
    json: bool,
    quiet: bool,
    talk: Talk,
}

impl Run {
    /// By the arguments, the configuration file and the machine.
    pub(super) fn new(threads: Option<usize>, (json, quiet): (bool, bool), lang: Lang) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            threads: threads.or(config().threads).unwrap_or(cores),
            json,
            quiet,
            talk: Talk::new(lang, quiet),
        }
    }

    /// Makes a run that the interrupt key can stop.
    pub(super) fn watched<T>(
        &self,
        run: impl FnOnce(&Talk, &AtomicBool) -> Result<T, ScanError>,
    ) -> Result<T, Box<dyn Say>> {
        let stop = watched()?;
        let result = run(&self.talk, &stop);
        self.talk.end();
        result.map_err(|e| Box::new(e) as Box<dyn Say>)
    }

    /// Makes a run and tells what came of it.
    pub(super) fn around(
        &self,
        run: impl FnOnce(&Talk, &AtomicBool) -> Result<Summary, ScanError>,
        lang: Lang,
    ) -> Result<Done, Box<dyn Say>> {
        let summary = self.watched(run)?;
        if self.json {
            talk::json(&told::machine(&summary));
        } else if !self.quiet {
            told::people(&summary, lang);
        }
        Ok(Done::of(!summary.is_partial()))
    }

    /// Warns of something, even when quiet.
    pub(super) fn warn(&self, what: &dyn Say) {
        self.talk.notice(what);
    }

    /// Says a sentence, or a value to programs.
    pub(super) fn tell(&self, value: &serde_json::Value, sentence: &str) {
        if self.json {
            talk::json(value);
        } else if !self.quiet {
            talk::tell(sentence);
        }
    }
}

impl ScanOptions {
    /// The same options for any folder of any machine that has the same paths.
    pub(super) fn anywhere(mut self) -> Self {
        let absolute = |path: &mut Option<PathBuf>| {
            if let Some(path) = path {
                *path = files::absolute(path);
            }
        };
        for path in [
            &mut self.within,
            &mut self.model,
            &mut self.dem,
            &mut self.pos,
            &mut self.verifier,
            &mut self.learnt,
        ] {
            absolute(path);
        }
        self.unit = self.unit.or_else(|| config().unit.clone());
        self
    }

    /// Takes away where what was learnt is found.
    pub(super) fn take_learnt(&mut self) -> Option<PathBuf> {
        self.learnt.take()
    }

    /// What is asked of a scan of these inputs. Its results folder and threads are the caller's to say.
    pub(super) fn request(
        self,
        inputs: Vec<PathBuf>,
        lang: Lang,
    ) -> Result<ScanRequest, Box<dyn Say>> {
        let raster = self.raster.options()?;
        let captured: Option<Captured> = self
            .captured
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|e: CapturedError| Box::new(e) as Box<dyn Say>)?;
        let ahead = captured.filter(|captured| captured.to > today_here());
        if let Some(ahead) = ahead {
            return Err(Box::new(CapturedError::Ahead(ahead)));
        }
        let unit = self.unit.or_else(|| config().unit.clone());
        let learnt = self.learnt.map(|path| learnt(path, unit.as_deref()));
        let learnt = learnt.transpose()?;
        Ok(ScanRequest {
            inputs,
            out: PathBuf::new(),
            model: self.model,
            device: self.device.unwrap_or_default(),
            first_pass: self.first_pass,
            threshold: self.threshold,
            threads: 1,
            site_radius_m: self.site_radius,
            within: self.within,
            raster,
            photos: PhotoRequest {
                dem: self.dem,
                ground_elevation_m: self.ground_elevation,
                sensor_width_mm: self.sensor_width,
                pos: self.pos,
                looking_down: self.looking_down,
                min_views: self.min_views,
                any_view: self.any_view,
            },
            survey: self.survey,
            unit,
            captured,
            timezone: self.timezone,
            allow_coarse: self.allow_coarse,
            learnt,
            second: second(self.no_verify, self.verifier),
            restart: false,
            pyramids: false,
            pictures: true,
            review: crate::pages::review::page,
            lang,
        })
    }
}

/// What was learnt, out of a registry or out of a file.
pub(super) fn learnt(path: PathBuf, unit: Option<&str>) -> Result<LearntFrom, Box<dyn Say>> {
    if path.extension().is_none_or(|e| e != "papaver") {
        return Ok(LearntFrom::File(path));
    }
    let heads = Store::open_read(&path).and_then(|store| heads_for(&store, unit));
    let heads = heads.map_err(|error| Box::new(error) as Box<dyn Say>)?;
    Ok(LearntFrom::Registry(path, heads))
}

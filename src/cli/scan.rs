//! `papaver scan`: arguments in, a run, a summary out.

use super::config::config;
use super::progress::Talk;
use super::{Done, summary as told, talk};
use crate::ground::Crs;
use crate::imagery::{Captured, RasterOptions};
use crate::scan::{Device, PhotoRequest, Request, SecondStage, scan};
use crate::speaking_error;
use crate::tr;
use crate::words::{Lang, Said, Say};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Arguments of `papaver scan`.
#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct Arguments {
    /// Orthomosaics (any raster GDAL opens), geotagged drone photos, folders of them, or a .txt list of paths 正射影像（凡 GDAL 能打开的栅格）、带定位的航拍照片、其文件夹，或 .txt 路径清单
    #[arg(required = true, value_name = "IMAGERY")]
    inputs: Vec<PathBuf>,
    /// Folder for the results; running again with the same folder goes on where it stopped 结果文件夹；用同一文件夹再次运行会接着上次继续
    #[arg(short, long, value_name = "DIR", default_value = "papaver-out")]
    output: PathBuf,
    /// Search only inside these polygons: GeoJSON, GeoPackage, KML, shapefile 只搜索这些多边形之内：GeoJSON、GeoPackage、KML 或 shapefile
    #[arg(long, value_name = "BOUNDARY")]
    within: Option<PathBuf>,
    /// Another model than the built-in one 模型文件（默认用内置模型）
    #[arg(long, value_name = "ONNX")]
    model: Option<PathBuf>,
    /// Score from which a cell is a hit (default: the model's own) 命中阈值，达到此分数即为命中（默认用模型自带的）
    #[arg(long, value_name = "0..1")]
    threshold: Option<f64>,
    /// Metres within which hits are one plot 命中归为同一地块的距离（米）
    #[arg(long, value_name = "METRES", default_value_t = 3.0)]
    site_radius: f64,
    /// Worker threads (default: one a core) 线程数（默认每核一个）
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Where the model runs: cpu or cuda 运行设备：cpu 或 cuda
    #[arg(long, value_name = "DEVICE", default_value = "cpu", value_parser = device)]
    device: Device,
    /// Coordinate system of the rasters, whatever they name themselves, such as EPSG:4547 栅格的坐标系（覆盖文件自带的），如 EPSG:4547
    #[arg(long, value_name = "CRS")]
    crs: Option<String>,
    /// From an old datum (Beijing 1954, Xian 1980) to WGS 84: metres dx,dy,dz, or with seconds rx,ry,rz and ppm s as well 旧基准（北京 54、西安 80）到 WGS 84 的转换参数：dx,dy,dz（米），或再加 rx,ry,rz（秒）与 s（ppm）
    #[arg(long, value_name = "DX,DY,DZ", value_parser = shift, allow_hyphen_values = true)]
    towgs84: Option<[f64; 7]>,
    /// Numbers of the red, green and blue band, such as 3,2,1 红、绿、蓝波段的序号，如 3,2,1
    #[arg(long, value_name = "R,G,B", value_parser = bands)]
    bands: Option<[usize; 3]>,
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
    /// Rank candidates by their score alone, without looking at each in eight further views 只按分数排序，不再从八个视角复看每个疑似点
    #[arg(long)]
    no_verify: bool,
    /// A second model that looks at candidates and ranks them 复核模型：再看每个疑似点并重新排序
    #[arg(long, value_name = "ONNX", conflicts_with = "no_verify")]
    verifier: Option<PathBuf>,
    /// Order candidates by what `learn` learnt from this unit's verdicts 按本单位核查结论学习得到的结果（`learn` 所写文件）排序
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
    /// Discard earlier work in the output folder 丢弃输出文件夹中此前的进度，重新开始
    #[arg(long)]
    restart: bool,
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

fn timezone(text: &str) -> Result<String, String> {
    let offset = jiff::fmt::strtime::parse("%:z", text).is_ok();
    if offset || jiff::tz::TimeZone::get(text).is_ok() {
        Ok(text.to_owned())
    } else {
        Err("give a zone such as Asia/Shanghai or an offset such as +08:00 请填时区，如 Asia/Shanghai 或 +08:00".into())
    }
}

fn device(text: &str) -> Result<Device, String> {
    match text {
        "cpu" => Ok(Device::Cpu),
        "cuda" => Ok(Device::Cuda),
        _ => Err("the devices are cpu and cuda 可填 cpu 或 cuda".into()),
    }
}

fn shift(text: &str) -> Result<[f64; 7], String> {
    let numbers: Vec<f64> = text
        .split([',', '，'])
        .filter_map(|n| n.trim().parse().ok())
        .filter(|n: &f64| n.abs() < 10_000.0)
        .collect();
    let all = match numbers.as_slice() {
        [x, y, z] => [*x, *y, *z, 0.0, 0.0, 0.0, 0.0],
        [x, y, z, rx, ry, rz, s] => [*x, *y, *z, *rx, *ry, *rz, *s],
        _ => return Err("give three numbers, or seven: 15.8,-154.4,-82.3 请填三个或七个数，如 15.8,-154.4,-82.3".into()),
    };
    Ok(all)
}

fn bands(text: &str) -> Result<[usize; 3], String> {
    let numbers: Vec<usize> = text
        .split(',')
        .filter_map(|n| n.trim().parse().ok())
        .filter(|n| *n > 0)
        .collect();
    <[usize; 3]>::try_from(numbers)
        .map_err(|_ignored| "give three band numbers from 1, red first: 3,2,1 请填三个波段号（从 1 起，红波段在先），如 3,2,1".into())
}

/// A signal handler that cannot be set.
#[derive(Debug)]
struct NoSignals;

impl Say for NoSignals {
    fn say(&self, lang: Lang) -> Said {
        Said::new(tr!(
            lang,
            "the interrupt key cannot be watched",
            "无法监听中断键"
        ))
    }
}
speaking_error!(NoSignals);

/// A flag that the interrupt key raises: the first press asks the run to stop where nothing is lost, the second means it.
pub(super) fn watched() -> Result<Arc<AtomicBool>, Box<dyn Say>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            #[expect(
                clippy::exit,
                reason = "the user insists, and the journal survives a kill"
            )]
            std::process::exit(130);
        }
    })
    .map_err(|_ignored| Box::new(NoSignals) as Box<dyn Say>)?;
    Ok(stop)
}

/// Runs the command.
pub fn run(arguments: Arguments, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let (json, quiet) = (arguments.json, arguments.quiet);
    let request = request(arguments, lang)?;
    let stop = watched()?;
    let talk = Talk::new(lang, quiet);
    let result = scan(&request, &talk, &stop);
    talk.end();
    let summary = result.map_err(|e| Box::new(e) as Box<dyn Say>)?;
    if json {
        talk::json(&told::machine(&summary));
    } else if !quiet {
        told::people(&summary, lang);
    }
    Ok(if summary.is_partial() {
        Done::Partly
    } else {
        Done::Whole
    })
}

fn request(arguments: Arguments, lang: Lang) -> Result<Request, Box<dyn Say>> {
    let crs = arguments
        .crs
        .as_deref()
        .map(Crs::parse)
        .transpose()
        .map_err(|e| Box::new(e) as Box<dyn Say>)?;
    let captured: Option<Captured> = arguments
        .captured
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|e: crate::imagery::CapturedError| Box::new(e) as Box<dyn Say>)?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(Request {
        inputs: arguments.inputs,
        out: arguments.output,
        model: arguments.model,
        device: arguments.device,
        threshold: arguments.threshold,
        threads: arguments.threads.or(config().threads).unwrap_or(cores),
        site_radius_m: arguments.site_radius,
        within: arguments.within,
        raster: RasterOptions {
            crs,
            towgs84: arguments.towgs84,
            bands: arguments.bands,
        },
        photos: PhotoRequest {
            dem: arguments.dem,
            ground_elevation_m: arguments.ground_elevation,
            sensor_width_mm: arguments.sensor_width,
            pos: arguments.pos,
            looking_down: arguments.looking_down,
            min_views: arguments.min_views,
            any_view: arguments.any_view,
        },
        survey: arguments.survey,
        unit: arguments.unit.or_else(|| config().unit.clone()),
        captured,
        timezone: arguments.timezone,
        allow_coarse: arguments.allow_coarse,
        learnt: arguments.learnt,
        second: second(arguments.no_verify, arguments.verifier),
        restart: arguments.restart,
        review: crate::pages::review::page,
        lang,
    })
}

//! `papaver scan`: arguments in, a run, a summary out.

use super::progress::Talk;
use super::{Done, talk};
use crate::ground::{Crs, area_mu};
use crate::imagery::photo::Remark;
use crate::imagery::{Captured, RasterOptions};
use crate::scan::{Band, Device, PhotoRequest, Reason, Request, Summary, scan};
use crate::speaking_error;
use crate::tr;
use crate::words::{Lang, Said, Say};
use clap::Args;
use serde_json::json;
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
    /// Orthomosaics (any raster GDAL opens), geotagged drone photos, folders of them, or a .txt list of paths 正射影像、航拍照片、文件夹或列表
    #[arg(required = true, value_name = "IMAGERY")]
    inputs: Vec<PathBuf>,
    /// Folder for the results; running again with the same folder goes on where it stopped 输出文件夹
    #[arg(short, long, value_name = "DIR", default_value = "papaver-out")]
    output: PathBuf,
    /// Search only inside these polygons: GeoJSON, GeoPackage, shapefile 测区边界
    #[arg(long, value_name = "BOUNDARY")]
    within: Option<PathBuf>,
    /// Another model than the built-in one 模型文件
    #[arg(long, value_name = "ONNX")]
    model: Option<PathBuf>,
    /// Score from which a cell is a hit (default: the model's own) 阈值
    #[arg(long, value_name = "0..1")]
    threshold: Option<f64>,
    /// Metres within which hits are one plot 同一地块的距离(米)
    #[arg(long, value_name = "METRES", default_value_t = 3.0)]
    site_radius: f64,
    /// Worker threads (default: one a core) 线程数
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Where the model runs: cpu or cuda 运行设备
    #[arg(long, value_name = "DEVICE", default_value = "cpu", value_parser = device)]
    device: Device,
    /// Coordinate system of rasters that name none, such as EPSG:4547 坐标系
    #[arg(long, value_name = "CRS")]
    crs: Option<String>,
    /// Numbers of the red, green and blue band, such as 3,2,1 波段
    #[arg(long, value_name = "R,G,B", value_parser = bands)]
    bands: Option<[usize; 3]>,
    /// Search imagery that is coarser than the model's figures hold for, and mark the result 允许分辨率不足
    #[arg(long)]
    allow_coarse: bool,
    /// Photos: a terrain model (heights in metres) under them 照片:地形模型
    #[arg(long, value_name = "RASTER")]
    dem: Option<PathBuf>,
    /// Photos: metres of the ground above the sea, for photos without a height above take-off 照片:地面海拔(米)
    #[arg(long, value_name = "METRES", allow_negative_numbers = true)]
    ground_elevation: Option<f64>,
    /// Photos: the sensor's width in millimetres, for cameras that nothing is known of 照片:传感器宽度(毫米)
    #[arg(long, value_name = "MM")]
    sensor_width: Option<f64>,
    /// Name of the survey 测区名称
    #[arg(long, value_name = "NAME")]
    survey: Option<String>,
    /// Administrative code of the unit, 6, 9 or 12 digits 行政区划代码
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// When the imagery was taken: a day, or first/last day 拍摄日期
    #[arg(long, value_name = "DATE[/DATE]")]
    captured: Option<String>,
    /// Discard earlier work in the output folder 重新开始
    #[arg(long)]
    restart: bool,
    /// Print the summary as JSON on the standard output 输出 JSON
    #[arg(long)]
    json: bool,
    /// Say nothing but warnings and errors 安静
    #[arg(short, long)]
    quiet: bool,
}

fn device(text: &str) -> Result<Device, String> {
    match text {
        "cpu" => Ok(Device::Cpu),
        "cuda" => Ok(Device::Cuda),
        _ => Err("the devices are cpu and cuda".into()),
    }
}

fn bands(text: &str) -> Result<[usize; 3], String> {
    let numbers: Vec<usize> = text
        .split(',')
        .filter_map(|n| n.trim().parse().ok())
        .filter(|n| *n > 0)
        .collect();
    <[usize; 3]>::try_from(numbers)
        .map_err(|_ignored| "give three band numbers from 1, red first: 3,2,1".into())
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

/// Runs the command.
pub fn run(arguments: Arguments, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let (json, quiet) = (arguments.json, arguments.quiet);
    let request = request(arguments, lang)?;
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .map_err(|_ignored| Box::new(NoSignals) as Box<dyn Say>)?;
    let talk = Talk::new(lang, quiet);
    let result = scan(&request, &talk, &stop);
    talk.end();
    let summary = result.map_err(|e| Box::new(e) as Box<dyn Say>)?;
    if json {
        talk::data(&machine(&summary).to_string());
    } else if !quiet {
        people(&summary, lang);
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
        threads: arguments.threads.unwrap_or(cores),
        site_radius_m: arguments.site_radius,
        within: arguments.within,
        raster: RasterOptions {
            crs,
            bands: arguments.bands,
        },
        photos: PhotoRequest {
            dem: arguments.dem,
            ground_elevation_m: arguments.ground_elevation,
            sensor_width_mm: arguments.sensor_width,
        },
        survey: arguments.survey,
        unit: arguments.unit,
        captured,
        allow_coarse: arguments.allow_coarse,
        restart: arguments.restart,
        lang,
    })
}

/// How many candidates the summary lists.
const LISTED: usize = 20;

fn people(summary: &Summary, lang: Lang) {
    let area = |m2: f64| {
        tr!(
            lang,
            "{m2:.0} m² ({:.2} mu)",
            "{m2:.0} 平方米（{:.2} 亩）",
            area_mu(m2)
        )
    };
    talk::data(&tr!(
        lang,
        "searched      {}",
        "已搜索    {}",
        area(summary.coverage.searched_m2)
    ));
    for (reason, _, m2) in &summary.coverage.not_searched {
        talk::data(&tr!(
            lang,
            "not searched  {}: {}",
            "未搜索    {}：{}",
            area(*m2),
            reason_words(*reason, lang)
        ));
    }
    if summary.photos.0 > 0 {
        let (photos, flights) = summary.photos;
        talk::data(&tr!(
            lang,
            "photos        {photos} of {flights} flights",
            "照片      {photos} 张，{flights} 个航次"
        ));
    }
    for (name, remark) in summary.remarks.iter().take(LISTED) {
        talk::data(&tr!(
            lang,
            "flight        {name}: {}",
            "航次      {name}：{}",
            remark_words(*remark, lang)
        ));
    }
    let (count, rate) = (
        summary.tiles.0,
        (summary.tiles.0 - summary.tiles.1) as f64 / summary.seconds.max(1e-9),
    );
    talk::data(&tr!(
        lang,
        "tiles         {count} in {:.1} s, {rate:.1} a second",
        "瓦片      {count} 个，用时 {:.1} 秒，每秒 {rate:.1} 个",
        summary.seconds
    ));
    let found = summary.candidates.len();
    talk::data("");
    if found == 0 {
        talk::data(lang.pick(
            "no candidates: nothing in the searched ground scored above the threshold",
            "没有疑似点：已搜索的地面没有超过阈值的目标",
        ));
    } else {
        talk::data(&tr!(
            lang,
            "{found} candidates; each is a reason to look, not a finding",
            "{found} 个疑似点；每一个只是需要核查的线索，不是结论"
        ));
        talk::data(lang.pick(
            "rank  band    longitude    latitude    area m²  hits  id",
            "序号  等级    经度         纬度        面积 m²  命中  编号",
        ));
        for c in summary.candidates.iter().take(LISTED) {
            let band = Band::of(c.score_max, summary.threshold);
            let word = match band {
                Band::Strong => lang.pick("strong", "强    "),
                Band::Fair => lang.pick("fair  ", "中    "),
                Band::Weak => lang.pick("weak  ", "弱    "),
            };
            talk::data(&format!(
                "{:>4}  {word}  {:>11.7}  {:>10.7}  {:>7.2}  {:>4}  {}",
                c.rank, c.at.lon, c.at.lat, c.area_m2, c.hits, c.id
            ));
        }
        if found > LISTED {
            talk::data(&tr!(
                lang,
                "      … {} more in candidates.geojson",
                "      … 其余 {} 个见 candidates.geojson",
                found - LISTED
            ));
        }
    }
    let out = summary.out.display();
    talk::data("");
    talk::data(&tr!(
        lang,
        "map           {out}/candidates.geojson, {out}/coverage.geojson (WGS 84)",
        "地图      {out}/candidates.geojson、{out}/coverage.geojson(WGS 84)"
    ));
    talk::data(&tr!(
        lang,
        "screening     {out}/review.html (open it in a browser)",
        "人工研判  {out}/review.html（用浏览器打开）"
    ));
    talk::data(&tr!(
        lang,
        "provenance    {out}/scan.json",
        "来源记录  {out}/scan.json"
    ));
}

fn remark_words(remark: Remark, lang: Lang) -> String {
    match remark {
        Remark::Duplicate { .. } => tr!(
            lang,
            "the same as another photo, not searched twice",
            "与另一张照片相同，不重复搜索"
        ),
        Remark::Turned { .. } => tr!(
            lang,
            "a picture viewer saved it upside down; it is placed accordingly",
            "被看图软件上下颠倒保存，已按此定位"
        ),
        Remark::ClockJump { seconds, .. } => tr!(
            lang,
            "the clock went back by {seconds:.0} s",
            "相机时钟倒退 {seconds:.0} 秒"
        ),
        Remark::PositionJump { metres, .. } => tr!(
            lang,
            "{metres:.0} m from the photo before, faster than a drone flies",
            "与前一张相距 {metres:.0} 米，超出无人机速度"
        ),
        Remark::BelowSea { altitude_m, .. } => tr!(
            lang,
            "{altitude_m:.0} m above the sea",
            "海拔 {altitude_m:.0} 米，低于海平面"
        ),
        Remark::BelowTakeOff { altitude_m, .. } => tr!(
            lang,
            "{altitude_m:.0} m above take-off",
            "相对起飞点高度 {altitude_m:.0} 米"
        ),
    }
}

fn reason_words(reason: Reason, lang: Lang) -> &'static str {
    match reason {
        Reason::Unreadable => lang.pick("it could not be read", "无法读取"),
        Reason::TooCoarse => lang.pick("too coarse for the model", "分辨率不足"),
        Reason::Blank => lang.pick("blank collar", "空白边缘"),
        Reason::NoData => lang.pick("no data", "无数据"),
        Reason::OutsideBoundary => lang.pick("outside the boundary", "在边界之外"),
        Reason::Gap => lang.pick("inside the boundary, no imagery", "边界之内但没有影像"),
        Reason::NoPosition => lang.pick("no position", "没有定位"),
        Reason::NoAltitude => lang.pick("no height above ground", "没有对地高度"),
        Reason::TooOblique => lang.pick("seen too obliquely", "视角过斜"),
        Reason::Quality => lang.pick("blurred, dark or overexposed", "模糊、过暗或过曝"),
    }
}

fn machine(summary: &Summary) -> serde_json::Value {
    let not_searched: serde_json::Map<String, serde_json::Value> = summary
        .coverage
        .not_searched
        .iter()
        .map(|(reason, _, m2)| (reason.name().to_owned(), (*m2).into()))
        .collect();
    let candidates: Vec<serde_json::Value> = summary
        .candidates
        .iter()
        .map(|c| json!({ "id": c.id, "rank": c.rank, "score_max": c.score_max, "lon": c.at.lon, "lat": c.at.lat, "area_m2": c.area_m2, "hits": c.hits }))
        .collect();
    json!({
        "scan_id": summary.scan_id,
        "searched_m2": summary.coverage.searched_m2,
        "not_searched_m2": not_searched,
        "refused": summary.refused.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "photos": summary.photos.0,
        "tiles": summary.tiles.0,
        "seconds": summary.seconds,
        "threshold": summary.threshold,
        "candidates": candidates,
        "output": summary.out,
    })
}

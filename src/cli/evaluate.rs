//! `papaver evaluate`: surveys with truth in, figures out.

use super::config::config;
use super::interrupt::watched;
use super::progress::Talk;
use super::scan::second;
use super::{Done, talk};
use crate::evaluate::{
    EvaluateOptions, Evaluation, OperatingPoint, SecondStageFigures, Stages, evaluate, find_surveys,
};
use crate::ground::Crs;
use crate::imagery::RasterOptions;
use crate::scan::{Device, PhotoRequest, ScanError, ScanRequest, in_range};
use crate::statistics::{Rate, Share};
use crate::tr;
use crate::words::{Both, Lang, Say};
use clap::Args;
use std::path::{Path, PathBuf};

/// Arguments of `papaver evaluate`.
#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
pub(super) struct EvaluateArguments {
    /// Folders of imagery with a truth.geojson, or .json lists of surveys 含 truth.geojson 的影像文件夹，或 .json 测区清单
    #[arg(value_name = "SURVEY", required_unless_present = "no_poppy")]
    surveys: Vec<PathBuf>,
    /// Imagery that is known to show no poppy; every candidate on it is a false alarm 已知无罂粟的影像，其上每个疑似点都算误报
    #[arg(long, value_name = "IMAGERY", num_args = 1..)]
    no_poppy: Vec<PathBuf>,
    /// Folder for the figures; running again with the same folder goes on where it stopped 指标输出文件夹；用同一文件夹再次运行会接着上次继续
    #[arg(short, long, value_name = "DIR", default_value = "papaver-evaluation")]
    output: PathBuf,
    /// Another model than the built-in one 模型文件（默认用内置模型）
    #[arg(long, value_name = "ONNX")]
    model: Option<PathBuf>,
    /// Score from which a cell is a hit, all of which are listed (default: the models say what is listed and what is set aside) 命中阈值，达到此分数的全部列出（默认由模型决定哪些列出、哪些另存）
    #[arg(long, value_name = "0..1")]
    threshold: Option<f64>,
    /// Seek the threshold with at most so many false alarms per square kilometre without poppy 求无罂粟处每平方公里误报不超过此数的阈值
    #[arg(long, value_name = "RATE")]
    false_alarms_per_km2: Option<f64>,
    /// Metres within which a candidate marks a plot 疑似点与地块的匹配距离（米）
    #[arg(long, value_name = "METRES", default_value_t = 1.0)]
    match_radius: f64,
    /// Metres within which hits are one plot 命中归为同一地块的距离（米）
    #[arg(long, value_name = "METRES", default_value_t = 3.0)]
    site_radius: f64,
    /// Worker threads (default: one a core) 线程数（默认每核一个）
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Coordinate system of rasters that name none, such as EPSG:4547 栅格没有坐标系时使用的坐标系，如 EPSG:4547
    #[arg(long, value_name = "CRS")]
    crs: Option<String>,
    /// Evaluate imagery that is coarser than the model's figures hold for 分辨率不足也评测
    #[arg(long)]
    allow_coarse: bool,
    /// Photos: metres of the ground above the sea, for photos without a height above take-off 照片：地面海拔（米），用于没有相对起飞点高度的照片
    #[arg(long, value_name = "METRES", allow_negative_numbers = true)]
    ground_elevation: Option<f64>,
    /// Photos: the sensor's width in millimetres, for cameras that nothing is known of 照片：传感器宽度（毫米），用于未知的相机
    #[arg(long, value_name = "MM")]
    sensor_width: Option<f64>,
    /// List and rank candidates by their score alone, without a second look at each 只按初检得分列出和排序，不再复看每个疑似点
    #[arg(long)]
    no_verify: bool,
    /// A second model that looks at candidates and ranks them 复核模型：再看每个疑似点并重新排序
    #[arg(long, value_name = "ONNX", conflicts_with = "no_verify")]
    verifier: Option<PathBuf>,
    /// Discard earlier scans in the output folder 丢弃输出文件夹中此前的扫描，重新开始
    #[arg(long)]
    restart: bool,
    /// Print the figures as JSON on the standard output 在标准输出以 JSON 输出指标
    #[arg(long)]
    json: bool,
    /// Say nothing but warnings and errors 除警告和错误外不输出
    #[arg(short, long)]
    quiet: bool,
}

/// Runs the command.
pub(super) fn run(arguments: &EvaluateArguments, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let boxed = |e: crate::evaluate::EvaluateError| Box::new(e) as Box<dyn Say>;
    let options = options(arguments, lang)?;
    let surveys = find_surveys(&arguments.surveys, &arguments.no_poppy).map_err(boxed)?;
    let stop = watched()?;
    let talk = Talk::new(lang, arguments.quiet);
    let report = evaluate(&surveys, &options, &talk, &stop);
    talk.end();
    let report = report.map_err(boxed)?;
    if arguments.json {
        talk::json(&serde_json::json!(report));
    } else if !arguments.quiet {
        for line in lines(&report, &arguments.output, lang) {
            talk::data(&line);
        }
    }
    Ok(Done::Whole)
}

fn check(arguments: &EvaluateArguments) -> Result<(), ScanError> {
    in_range(
        Both("the radius of a match", "匹配半径"),
        Some(arguments.match_radius),
        |radius| (0.0..=1000.0).contains(&radius),
        Both("0–1000 m", "0–1000 米"),
    )?;
    in_range(
        Both("the rate of false alarms", "误报率"),
        arguments.false_alarms_per_km2,
        |rate| rate.is_finite() && rate >= 0.0,
        Both("≥ 0", "≥ 0"),
    )
}

fn options(arguments: &EvaluateArguments, lang: Lang) -> Result<EvaluateOptions, Box<dyn Say>> {
    let crs = arguments
        .crs
        .as_deref()
        .map(Crs::parse)
        .transpose()
        .map_err(|e| Box::new(e) as Box<dyn Say>)?;
    check(arguments).map_err(|e| Box::new(e) as Box<dyn Say>)?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(EvaluateOptions {
        scan: ScanRequest {
            inputs: Vec::new(),
            out: arguments.output.clone(),
            model: arguments.model.clone(),
            device: Device::Cpu,
            first_pass: false,
            threshold: arguments.threshold,
            threads: arguments.threads.or(config().threads).unwrap_or(cores),
            site_radius_m: arguments.site_radius,
            within: None,
            raster: RasterOptions {
                crs,
                towgs84: None,
                bands: None,
            },
            photos: PhotoRequest {
                pos: None,
                looking_down: false,
                dem: None,
                ground_elevation_m: arguments.ground_elevation,
                sensor_width_mm: arguments.sensor_width,
                min_views: None,
                any_view: false,
            },
            survey: None,
            unit: None,
            captured: None,
            timezone: None,
            allow_coarse: arguments.allow_coarse,
            learnt: None,
            second: second(arguments.no_verify, arguments.verifier.clone()),
            restart: arguments.restart,
            pyramids: false,
            pictures: true,
            review: crate::pages::review::page,
            lang,
        },
        match_radius_m: arguments.match_radius,
        false_alarms_per_km2: arguments.false_alarms_per_km2,
        charts: crate::pages::precision::pictures,
    })
}

/// A share with its interval.
fn share(s: &Share) -> String {
    match s.share {
        Some(p) => format!(
            "{:>4}/{:<4} {p:.3} [{:.3}, {:.3}]",
            s.count, s.of, s.low, s.high
        ),
        None => "   -".into(),
    }
}

/// A rate with its interval and the area behind it.
fn rate(r: &Rate, lang: Lang) -> String {
    let (count, km2) = (r.count, r.km2);
    match (r.per_km2, r.low, r.high) {
        (Some(rate), Some(low), Some(high)) => tr!(
            lang,
            "{rate:.1} per km² [{low:.1}, {high:.1}]: {count} on {km2:.4} km²",
            "每平方公里 {rate:.1} 个 [{low:.1}，{high:.1}]：{km2:.4} 平方公里上 {count} 个"
        ),
        _ => lang.pick("no such ground", "没有这样的地面").into(),
    }
}

fn lines(report: &Evaluation, folder: &Path, lang: Lang) -> Vec<String> {
    let mut lines = by_survey(report, lang);
    lines.extend(by_kind(report, lang));
    lines.push(String::new());
    lines.extend(totals(report, lang));
    let folder = folder.display();
    lines.push(tr!(
        lang,
        "written to {folder}: evaluation.json, precision-recall.svg, precision-recall.png",
        "已写入 {folder}：evaluation.json、precision-recall.svg、precision-recall.png"
    ));
    lines
}

/// What was found in each survey.
fn by_survey(report: &Evaluation, lang: Lang) -> Vec<String> {
    let mut lines = vec![
        lang.pick(
            "survey                    ha      plots found             candidates  false",
            "测区                      公顷    查出地块                疑似点      误报",
        )
        .to_owned(),
    ];
    for s in &report.surveys {
        lines.push(format!(
            "{:24} {:7.3}  {:28} {:>4} {:>8}",
            s.name,
            s.km2 * 100.0,
            share(&s.recall),
            s.candidates,
            s.false_candidates
        ));
        if s.plots_not_searched > 0 {
            lines.push(tr!(
                lang,
                "  left out: plots on ground that was not searched, {}",
                "  {} 个地块不在已搜索的地面上，未计入",
                s.plots_not_searched
            ));
        }
        if s.undecided > 0 {
            lines.push(tr!(
                lang,
                "  left out: candidates on ground marked unknown, {}",
                "  {} 个疑似点位于标为 unknown 的范围，未计入",
                s.undecided
            ));
        }
    }
    lines
}

/// How much of each kind of plot was found, and how often each look-alike was taken for poppy.
fn by_kind(report: &Evaluation, lang: Lang) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.push(
        lang.pick(
            "recall by site (* is all, ? is unknown; Wilson 95 %)",
            "按地块的查出率（* 为全部，? 为未知；Wilson 95%）",
        )
        .into(),
    );
    lines.push(
        lang.pick(
            "stage       plants   GSD cm   found",
            "生育期      株数     GSD 厘米 查出",
        )
        .into(),
    );
    for c in &report.cells {
        lines.push(format!(
            "{:11} {:8} {:8} {}",
            c.stage,
            c.plants,
            c.gsd_cm,
            share(&c.recall)
        ));
    }
    for (kind, called) in &report.lookalikes {
        lines.push(tr!(
            lang,
            "{kind} called poppy: {}",
            "{kind} 被误认为罂粟：{}",
            share(called)
        ));
    }
    lines
}

/// How well both stages tell candidates apart, where there are two kinds of them.
fn stages(stages: &Stages, lang: Lang) -> Option<String> {
    let (first, all) = (stages.first.area?, stages.all.area?);
    let (before, after) = (stages.first.false_before, stages.all.false_before);
    Some(tr!(
        lang,
        "second look                  area {first:.3} by score alone, {all:.3} by all looks; false before 95 % of the true: {before}, {after}",
        "复看                  曲线下面积：只按分数 {first:.3}，复看后 {all:.3}；看完 95% 真地块之前的误报：{before} 个、{after} 个"
    ))
}

fn totals(report: &Evaluation, lang: Lang) -> Vec<String> {
    let mut lines = vec![
        tr!(
            lang,
            "threshold                    {:.4}",
            "阈值                  {:.4}",
            report.threshold
        ),
        tr!(
            lang,
            "plots found                  {}",
            "查出地块              {}",
            share(&report.recall)
        ),
        tr!(
            lang,
            "candidates that are poppy    {}",
            "疑似点中的罂粟        {}",
            share(&report.precision)
        ),
        tr!(
            lang,
            "candidates                   {}",
            "疑似点                {}",
            rate(&report.candidates, lang)
        ),
        tr!(
            lang,
            "false alarms without poppy   {}",
            "无罂粟地面的误报      {}",
            rate(&report.false_alarms, lang)
        ),
    ];
    lines.extend(report.stages.iter().filter_map(|s| stages(s, lang)));
    let c = &report.calibration;
    if let (Some(error), Some(prevalence)) = (c.expected_error, c.prevalence) {
        let (count, floor, poppy) = (c.count, report.floor, prevalence * 100.0);
        lines.push(tr!(
            lang,
            "calibration error            {error:.3} over {candidates} of score {floor} and more, {poppy:.0} % of them poppy",
            "校准误差              {error:.3}（得分不低于 {floor} 的疑似点 {count} 个，其中罂粟 {poppy:.0}%）",
            candidates = (count, "candidate", "candidates"),
        ));
    }
    lines.extend(
        report
            .operating_point
            .as_ref()
            .map(|point| operating(point, lang)),
    );
    if let Some(second) = &report.second_stage {
        lines.extend(after_second(second, lang));
    }
    lines
}

/// The thresholds after the second look for a wanted number of false alarms.
fn after_second(second: &SecondStageFigures, lang: Lang) -> Vec<String> {
    let point = |of: &Option<OperatingPoint>| of.as_ref().map(|point| operating(point, lang));
    let evidence = point(&second.evidence.operating_point).map(|said| {
        tr!(
            lang,
            "second look, by evidence: {said}",
            "复看后，按综合证据：{said}"
        )
    });
    let dispatch = point(&second.dispatch.operating_point).map(|said| {
        tr!(
            lang,
            "second look, direct dispatch: {said}",
            "复看后，直接派查：{said}"
        )
    });
    evidence.into_iter().chain(dispatch).collect()
}

/// The threshold for a wanted number of false alarms, and what it costs.
fn operating(point: &OperatingPoint, lang: Lang) -> String {
    let wanted = point.wanted_per_km2;
    match (point.threshold, point.recall, point.false_alarms) {
        (Some(threshold), Some(recall), Some(alarms)) => tr!(
            lang,
            "for {wanted} per km²: threshold {threshold:.4}, plots found {}, false alarms {}",
            "每平方公里 {wanted} 个：阈值 {threshold:.4}，查出地块 {}，误报 {}",
            share(&recall),
            rate(&alarms, lang)
        ),
        _ => tr!(
            lang,
            "for {wanted} per km²: no threshold is high enough",
            "每平方公里 {wanted} 个：没有足够高的阈值"
        ),
    }
}

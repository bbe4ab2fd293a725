//! What a scan says when it is done: to people as lines, to machines as JSON.

use super::{expected, remarks, talk};
use crate::ground::area_mu;
use crate::imagery::Beside;
use crate::scan::{Candidate, Moved, Summary};
use crate::schema::{Reason, ScoreBand};
use crate::tr;
use crate::words::{Lang, number_of};
use serde_json::json;

/// How many candidates the summary lists.
const LISTED: usize = 20;

/// The summary for people.
pub(super) fn people(summary: &Summary, lang: Lang) {
    ground(summary, lang);
    talk::data("");
    candidates(summary, lang);
    uses(summary, lang);
    undated(summary, lang);
    talk::data("");
    files(summary, lang);
}

/// That imagery has no day, which nothing later can make good.
fn undated(summary: &Summary, lang: Lang) {
    let undated = summary.undated();
    if undated > 0 {
        talk::data(&tr!(
            lang,
            "warning: {sources} no capture date: recorded so, that counts in no growth window and no season of its own; name the day with `--captured DATE`",
            "警告：{undated} 个影像没有拍摄日期：录入后不计入窗口期，也无法归入其年度；请用 `--captured 日期` 注明",
            sources = (
                undated,
                "source of the imagery has",
                "sources of the imagery have"
            ),
        ));
    }
}

fn ground(summary: &Summary, lang: Lang) {
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
    let shown = |m2: f64| m2 >= 0.5;
    for (reason, _, m2) in summary.coverage.not_searched.iter().filter(|n| shown(n.2)) {
        talk::data(&tr!(
            lang,
            "not searched  {}: {}",
            "未搜索    {}：{}",
            area(*m2),
            reason_words(*reason, lang)
        ));
    }
    photos(summary, lang);
    passed_over(summary, lang);
    flights(summary, lang);
    talk::data(&tr!(
        lang,
        "model ran on  {}",
        "运行设备  {}",
        summary.engine
    ));
    talk::data(&tiles(summary.tiles, summary.seconds, lang));
}

/// How many tiles there are, and how fast this run scored what of them was left to it.
fn tiles((count, before): (u64, u64), seconds: f64, lang: Lang) -> String {
    if before >= count {
        return tr!(
            lang,
            "tiles         {count}, all scored before; {seconds:.1} s",
            "瓦片      {count} 个，此前已检测；用时 {seconds:.1} 秒"
        );
    }
    let rate = (count - before) as f64 / seconds.max(1e-9);
    tr!(
        lang,
        "tiles         {count} in {seconds:.1} s, {rate:.1} a second",
        "瓦片      {count} 个，用时 {seconds:.1} 秒，每秒 {rate:.1} 个"
    )
}

fn photos(summary: &Summary, lang: Lang) {
    if summary.photos.0 > 0 {
        let (photos, flights) = summary.photos;
        let gsd = summary
            .photos_gsd_cm
            .map_or_else(String::new, |(finest, coarsest)| {
                tr!(
                    lang,
                    ", {finest:.1} to {coarsest:.1} cm a pixel",
                    "，{finest:.1} 至 {coarsest:.1} 厘米/像素"
                )
            });
        talk::data(&tr!(
            lang,
            "photos        {photos}, flights {flights}{gsd}",
            "照片      {photos} 张，航次 {flights} 个{gsd}"
        ));
    }
}

fn passed_over(summary: &Summary, lang: Lang) {
    for (kind, count) in &summary.beside {
        let [one, many, chinese] = beside_words(*kind);
        talk::data(&match lang {
            Lang::En => format!("passed over   {}", number_of(count, one, many)),
            Lang::Zh => format!("忽略      {chinese} {count} 个"),
        });
    }
    if summary.ignored > 0 {
        let ignored = summary.ignored;
        talk::data(&tr!(
            lang,
            "passed over   {files} in the folders",
            "忽略      文件夹中的其他文件 {ignored} 个",
            files = (ignored, "other file", "other files"),
        ));
    }
    if !summary.skipped.is_empty() {
        let skipped = summary.skipped.len();
        talk::data(&tr!(
            lang,
            "skipped       {photos} whose ground the others show often enough (`--min-views`)",
            "略过      {skipped} 张照片：其他照片对同一地面的覆盖次数已足够（`--min-views`）",
            photos = (skipped, "photo", "photos"),
        ));
    }
}

fn flights(summary: &Summary, lang: Lang) {
    if !summary.not_run.is_empty() {
        let shards: Vec<String> = summary.not_run.iter().map(usize::to_string).collect();
        let shards = shards.join(", ");
        talk::data(&tr!(
            lang,
            "not run       shards {shards}",
            "未运行    分片 {shards}"
        ));
    }
    if summary.doubted > 0 {
        let doubted = summary.doubted;
        talk::data(&tr!(
            lang,
            "left out      {places} that too few of the photos showing them confirm (`--any-view` keeps them)",
            "未列入    {doubted} 处：覆盖该处的照片中印证不足（`--any-view` 可保留）",
            places = (doubted, "place", "places"),
        ));
    }
    if !summary.set_aside.is_empty() {
        let aside = summary.set_aside.len();
        talk::data(&tr!(
            lang,
            "set aside     {places} that the second look took for something else, in set_aside.geojson (`--no-verify` or a `--threshold` lists by the first look alone)",
            "另存      {aside} 处：复核后认为更像其他地物，见 set_aside.geojson（用 `--no-verify` 或 `--threshold` 则只按初检得分列出）",
            places = (aside, "place", "places"),
        ));
    }
    remarks::people(&summary.remarks, lang);
}

fn candidates(summary: &Summary, lang: Lang) {
    let found = summary.candidates.len();
    if found == 0 {
        talk::data(lang.pick(
            "no candidates: nothing in the searched ground is likely enough to list",
            "没有疑似点：已搜索的地面没有达到列出标准的目标",
        ));
    } else {
        talk::data(&tr!(
            lang,
            "{candidates} is a reason to look, not a finding",
            "{found} 个疑似点；每一个只是需要核查的线索，不是结论",
            candidates = (found, "candidate; it", "candidates; each"),
        ));
        talk::data(lang.pick(
            "rank  band    longitude    latitude    area m²  hits  id",
            "序号  等级    经度         纬度        面积 m²  命中  编号",
        ));
        for c in summary.candidates.iter().take(LISTED) {
            let band = c.band(summary.threshold);
            let word = match band {
                ScoreBand::Strong => lang.pick("strong", "强    "),
                ScoreBand::Fair => lang.pick("fair  ", "中    "),
                ScoreBand::Weak => lang.pick("weak  ", "弱    "),
            };
            talk::data(&format!(
                "{:>4}  {word}  {:>11.7}  {:>10.7}  {:>7.2}  {:>4}  {}{}",
                c.rank,
                c.at.lon,
                c.at.lat,
                c.area_m2,
                c.hits,
                c.id,
                moved(c, lang)
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
}

/// What of it may be sent out without screening, and what is to be expected, where the model says so.
fn uses(summary: &Summary, lang: Lang) {
    if let Some((threshold, reach)) = summary.dispatch {
        let found = summary.candidates.len();
        talk::data(&tr!(
            lang,
            "for screening: {found}; for direct dispatch, from a score of {threshold}: {reach}",
            "研判：{found} 个；直接派查（得分不低于 {threshold}）：{reach} 个"
        ));
    }
    for line in expected::lines(&summary.expected, lang) {
        talk::data(&line);
    }
}

/// Where a candidate that was moved by what was learnt stood, and whether it stays to be looked at.
fn moved(candidate: &Candidate, lang: Lang) -> String {
    match candidate.moved {
        None => String::new(),
        Some(Moved { audit: true, .. }) => lang.pick("  (audit)", "  （抽查）").into(),
        Some(Moved { shipped, .. }) => tr!(lang, "  (was {shipped})", "  （原 {shipped}）"),
    }
}

fn files(summary: &Summary, lang: Lang) {
    let out = summary.out.display();
    talk::data(&tr!(
        lang,
        "map           {out}/candidates.geojson, {out}/coverage.geojson (WGS 84)",
        "地图      {out}/candidates.geojson、{out}/coverage.geojson（WGS 84）"
    ));
    if summary.has_pictures {
        talk::data(&tr!(
            lang,
            "screening     {out}/review.html (open it in a browser)",
            "人工研判  {out}/review.html（用浏览器打开）"
        ));
    }
    talk::data(&tr!(
        lang,
        "provenance    {out}/scan.json",
        "来源记录  {out}/scan.json"
    ));
}

/// What one file of a kind is called in English, what several are, and both in Chinese.
fn beside_words(kind: Beside) -> [&'static str; 3] {
    match kind {
        Beside::Band => [
            "single band of a multispectral or thermal camera",
            "single bands of multispectral or thermal cameras",
            "多光谱或热红外单波段图像",
        ],
        Beside::Heights => [
            "terrain model or map of measured values",
            "terrain models or maps of measured values",
            "地形模型（DSM、DEM 等）或反射率等数值栅格",
        ],
        Beside::Preview => [
            "coarser copy of imagery that was searched",
            "coarser copies of imagery that was searched",
            "已搜索影像的低分辨率副本",
        ],
        Beside::Copy => [
            "copy of an orthomosaic that was searched",
            "copies of orthomosaics that were searched",
            "已搜索的正射影像的副本",
        ],
        Beside::Frame => [
            "frame without a place that a program made of a photo",
            "frames without a place that a program made of photos",
            "处理软件由照片生成的无坐标图像（去畸变等中间成果）",
        ],
        Beside::Telephone => [
            "picture taken with a telephone",
            "pictures taken with telephones",
            "手机拍摄的照片",
        ],
        Beside::Picture => [
            "picture that no camera took, such as that of a report",
            "pictures that no camera took, such as those of reports",
            "非相机拍摄的图片（报告插图等）",
        ],
        Beside::Foreign => [
            "ECW or MrSID file, which is not searched: export it as GeoTIFF",
            "ECW or MrSID files, which are not searched: export them as GeoTIFF",
            "ECW、MrSID 文件（未搜索，请导出为 GeoTIFF）",
        ],
        Beside::Vector => [
            "file of lines and points",
            "files of lines and points",
            "矢量文件",
        ],
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
        Reason::NotRun => lang.pick("its shard has not been run", "所在分片尚未运行"),
    }
}

/// The summary for machines.
pub(super) fn machine(summary: &Summary) -> serde_json::Value {
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
        "photos_skipped": summary.skipped.len(),
        "sources_undated": summary.undated(),
        "doubted": summary.doubted,
        "tiles": summary.tiles.0,
        "seconds": summary.seconds,
        "threshold": summary.threshold,
        "set_aside": summary.set_aside.len(),
        "dispatch": summary.dispatch.map(|(threshold, candidates)| json!({"threshold": threshold, "candidates": candidates})),
        "expected": summary.expected,
        "candidates": candidates,
        "output": summary.out.to_string_lossy(),
    })
}

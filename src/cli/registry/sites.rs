//! `record` and `add`: how sites come in, and what is said of one that changed.

use super::Done;
use super::context::{Common, Context, today};
use super::elsewhere::tell_elsewhere;
use super::find_photos::PhotoEvidence;
use super::say::{ArgumentError, Failure, NOT_GIVEN, bad, data, tell};
use super::view::line;
use crate::ground::LonLat;
use crate::office::found::{Discovery, add};
use crate::office::record::{Recorded, ScanFolder, record};
use crate::office::{Changed, clock};
use crate::registry::body::FoundBy;
use crate::registry::code_lists::Coded;
use crate::store::Store;
use crate::text::{Axis, DegreesFlaw, degrees, half_width};
use crate::tr;
use crate::words::Lang;
use clap::Args;
use std::path::PathBuf;

/// The last word of a command that changed sites: how they stand.
pub(crate) fn show_changed(
    changed: &Changed,
    store: &Store,
    context: &Context,
) -> Result<(), Failure> {
    let (settings, lang, today) = (store.settings(), context.lang, today(store)?);
    for now in &changed.sites {
        let line = || line(&now.site, &now.id, settings, today, lang);
        context.show(now, || data(&line()));
    }
    Ok(())
}

/// Degrees typed as `LON,LAT`: plain or with minutes and seconds, parted by whatever a keyboard has for a comma.
pub(crate) fn lonlat(option: &'static str, text: &str) -> Result<LonLat, Failure> {
    let plain = half_width(text);
    let parted = plain.split_once([',', ';', '、']);
    let Some((lon, lat)) = parted.or_else(|| plain.trim().split_once(' ')) else {
        return Err(bad(option, text, PLACE_LOOKS));
    };
    let read = |text, axis| degrees(text, axis);
    let exchanged = || {
        let (value, option) = (text.to_owned(), option);
        ArgumentError::Exchanged { option, value }.into()
    };
    match (read(lon, Axis::Longitude), read(lat, Axis::Latitude)) {
        (Ok(lon), Ok(lat)) => Ok(LonLat::new(lon, lat)),
        (Err(DegreesFlaw::Exchanged), _) | (_, Err(DegreesFlaw::Exchanged)) => Err(exchanged()),
        _ => Err(bad(option, text, PLACE_LOOKS)),
    }
}

const PLACE_LOOKS: &str = "113.3000000,33.7400000 (LON,LAT)";

/// `papaver record`
#[derive(Debug, Args)]
pub(crate) struct RecordArguments {
    /// The folder that `papaver scan -o` wrote 由 `papaver scan -o` 写出的结果文件夹
    scan: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl RecordArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let scan = ScanFolder::read(&self.scan)?;
        let (mut office, session) = context.office()?;
        let done = record(&mut office, &session, &scan)?;
        context.show(&done, || told(&done, lang));
        let store = office.store();
        let mut places = Vec::new();
        for code in &done.new {
            let site = store.site(store.find(code)?)?;
            places.extend(site.map(|site| site.place.lonlat()));
        }
        tell_elsewhere(store, &places, lang)?;
        Ok(Done::Whole)
    }
}

/// The sites of the candidates by what became of them, with what that is called.
fn groups(done: &Recorded, lang: Lang) -> [(&[String], &'static str); 5] {
    [
        (&done.new, lang.pick("new", "新增")),
        (
            &done.recurring,
            lang.pick("new where a site was closed (recurring)", "销号处复种新增"),
        ),
        (&done.raised, lang.pick("raised anew", "重新列入")),
        (
            &done.residue,
            lang.pick("seen after eradication (residue)", "铲除后仍见（残留）"),
        ),
        (
            &done.seen,
            lang.pick("seen again, nothing follows", "再次发现，无需处理"),
        ),
    ]
}

/// What became of the candidates, in words.
fn told(done: &Recorded, lang: Lang) {
    for (codes, label) in groups(done, lang) {
        if !codes.is_empty() {
            let (count, codes) = (codes.len(), codes.join(" "));
            data(&tr!(
                lang,
                "{label} {count}: {codes}",
                "{label} {count} 个：{codes}"
            ));
        }
    }
    if let Some(learnt) = done.learnt {
        let learnt = learnt.short();
        tell(&tr!(
            lang,
            "their order is that of what was learnt ({learnt}): `papaver sites --screening`",
            "已按学习结果（{learnt}）排序：`papaver sites --screening`"
        ));
    }
    if done.known_before > 0 {
        let n = done.known_before;
        tell(&tr!(
            lang,
            "{candidates}",
            "{n} 个候选此前已录入，未作更改",
            candidates = (
                n,
                "candidate was recorded before: nothing was changed for it",
                "candidates were recorded before: nothing was changed for them"
            ),
        ));
    }
    if done.unverifiable {
        tell(lang.pick(
            "the folder is of a version that named no digests of its files: whether it was edited cannot be verified",
            "该文件夹由旧版本写出，没有文件校验值：无法核实是否被改动",
        ));
    }
    told_days(done, lang);
    if done.pictures_missing > 0 {
        let n = done.pictures_missing;
        tell(&tr!(
            lang,
            "{pictures} not in its folder: exports and dossiers will lack them",
            "扫描文件夹缺少 {n} 张切片：导出与档案中将没有这些图片",
            pictures = (n, "picture of the scan is", "pictures of the scan are"),
        ));
    }
    if done.undated > 0 {
        let n = done.undated;
        tell(&tr!(
            lang,
            "{candidates} without a capture date met settled sites: nothing was concluded; scan with --captured",
            "{n} 个候选无拍摄日期且位于已办结图斑处，未作判断；请用 --captured 重新扫描",
            candidates = (n, "candidate", "candidates"),
        ));
    }
}

/// What is to be known of the days of its imagery.
fn told_days(done: &Recorded, lang: Lang) {
    let period = |[first, last]: &[String; 2]| {
        if first == last {
            first.clone()
        } else {
            format!("{first}/{last}")
        }
    };
    if let Some(days) = &done.tagged_otherwise {
        tell(&tr!(
            lang,
            "the imagery itself says {days}: reports name this flight among those whose days are in doubt",
            "影像自带日期为 {days}，与上报日期不符：报告将列入“航测日期存疑”"
        ));
    }
    if done.without_day {
        tell(lang.pick(
            "warning: the imagery has no capture date: it counts as flown outside the growth window, its sites belong to the season of this entry, and nothing is learnt from it; scan again with `--captured DATE`, and record that",
            "警告：影像没有拍摄日期：按窗口期外航测计，其图斑归入录入时的年度，也不能用于学习；请用 `--captured 日期` 重新扫描后再录入",
        ));
    }
    for other in &done.other_days {
        let days = other.captured.as_ref().map(period);
        let days = days.unwrap_or_else(|| lang.pick("no day", "无日期").into());
        let (scan, unit, entry) = (&other.scan, &other.unit, other.entry.short());
        tell(&tr!(
            lang,
            "imagery of it was recorded before, by {unit} in scan {scan} as of {days}: it counts once, where the imagery agrees, else as it was recorded first; if that day is wrong: `papaver void {entry} --reason TEXT`",
            "其中影像此前已由 {unit} 录入（扫描 {scan}，日期 {days}）：只计一次，以与影像相符的为准，否则以先录入的为准；如该日期有误：`papaver void {entry} --reason 理由`"
        ));
    }
}

/// `papaver add`
#[derive(Debug, Args)]
pub(crate) struct AddArguments {
    /// Where: LON,LAT in WGS 84 位置：经度,纬度（WGS 84）
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    at: Option<String>,
    /// Photographs of it: place and time come from the first that tells them, where they are not given 现场照片；未给出的位置和时间取自第一张含有该信息的照片
    #[arg(long = "photo", value_name = "FILE")]
    photos: Vec<PathBuf>,
    /// patrol, `tip_off`, target or find (default with a photograph: find) 来源：patrol 踏查、`tip_off` 举报、target 靶标、find 零星发现（有照片时默认 find）
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// The patrol or tip-off that led to it, by its number; it is the source then 发现该处的踏查或举报的记录编号；来源随之确定
    #[arg(long, value_name = "ENTRY", conflicts_with = "source")]
    of: Option<String>,
    /// Small place name 小地名
    #[arg(long)]
    name: Option<String>,
    /// Words 备注
    #[arg(long)]
    note: Option<String>,
    /// Its area in square metres 面积（平方米）
    #[arg(long, value_name = "M2")]
    area: Option<f64>,
    #[command(flatten)]
    common: Common,
}

impl AddArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let shot = PhotoEvidence::of(&self.photos)?;
        let at = match (&self.at, shot.at) {
            (Some(text), _) => lonlat("--at", text)?,
            (None, Some(at)) => at,
            (None, None) if self.photos.is_empty() => return Err(ArgumentError::NoWhere.into()),
            (None, None) => return Err(ArgumentError::no_place(self.photos).into()),
        };
        let source = match &self.source {
            None if self.photos.is_empty() && self.of.is_none() => {
                return Err(ArgumentError::source("--source", NOT_GIVEN).into());
            }
            None => FoundBy::Find,
            Some(text) => FoundBy::read(text)
                .filter(|source| !matches!(source, FoundBy::Scan | FoundBy::Split))
                .ok_or_else(|| ArgumentError::source("--source", text))?,
        };
        let area_dm2 = self.area.map(|m2| dm2("--area", m2)).transpose()?;
        shot.tell(self.at.is_some(), self.common.when.is_some(), lang);
        let context = Context::of(self.common, lang);
        let mut office = context.open()?;
        let zone = clock::zone(office.store())?;
        let happened = context.happened(&zone)?;
        let happened = happened.or_else(|| shot.taken?.in_zone(&zone));
        let session = context.sign_in(&office, happened)?;
        let found = Discovery {
            at,
            photos: self.photos,
            source,
            name: self.name,
            note: self.note,
            area_dm2,
            of: self.of,
        };
        let added = add(&mut office, &session, found)?;
        if let Some((code, metres)) = &added.nearest {
            tell(&tr!(
                lang,
                "site {code} is {metres:.0} m away: is it the same place? `papaver merge` unites them",
                "图斑 {code} 距此 {metres:.0} 米：是否同一处？可用 `papaver merge` 合并"
            ));
        }
        tell_elsewhere(office.store(), &[at], lang)?;
        show_changed(&added.changed, office.store(), &context)?;
        Ok(Done::Whole)
    }
}

/// Square metres as typed, in square decimetres.
pub(super) fn dm2(option: &'static str, m2: f64) -> Result<i64, Failure> {
    if !(m2 > 0.0 && m2 < 1e9) {
        return Err(bad(option, &m2.to_string(), "60"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked above")]
    let dm2 = (m2 * 100.0).round() as i64;
    Ok(dm2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_people_type_it() {
        for text in [
            "113.3,33.74",
            " 113.3 , 33.74",
            "113.3，33.74",
            "１１３．３；33.74",
            "113.3 33.74",
            "113°18′00″,33°44′24″",
            "东经113.3、北纬33.74",
        ] {
            let Ok(at) = lonlat("--at", text) else {
                panic!("{text}")
            };
            assert!(
                (at.lon - 113.3).abs() + (at.lat - 33.74).abs() < 1e-9,
                "{text}"
            );
        }
        for text in ["113.3", "113.3,x", ",", "200,33", "113.3,33.7,1"] {
            assert!(lonlat("--at", text).is_err(), "{text}");
        }
        for text in ["33.74,113.3", "北纬33.74,东经113.3"] {
            let said = lonlat("--at", text).expect_err(text).0.say(Lang::En);
            assert!(said.what.contains("exchanged"), "{text}: {}", said.what);
        }
    }

    #[test]
    fn a_site_without_a_place_or_a_source_is_asked_for_them() {
        let said = |at: Option<&str>| {
            let arguments = AddArguments {
                at: at.map(str::to_owned),
                photos: vec![],
                source: None,
                of: None,
                name: None,
                note: None,
                area: None,
                common: Common::default(),
            };
            let refused = arguments.run(Lang::En).err().expect("refused");
            refused.0.say(Lang::En)
        };
        let place = said(None);
        assert_eq!(place.what, "nobody says where it is");
        assert!(format!("{:?}", place.remedies).contains("Photo"));
        let source = said(Some("113.3,33.74"));
        assert_eq!(source.what, "--source: nothing is given");
        assert!(format!("{:?}", source.remedies).contains("patrol"));
    }
}

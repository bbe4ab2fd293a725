//! `record`, `add`, `sites`, `show`, `log`.

use super::Done;
use super::context::{Common, Context, today};
use super::filter::FilterArguments;
use super::say::{Failure, bad, data, json, tell};
use super::view::{line, page, site_json};
use crate::ground::LonLat;
use crate::office::Changed;
use crate::office::found::{Found, add};
use crate::office::record::{Recorded, ScanFolder, record};
use crate::registry::body::Source;
use crate::registry::coded::Coded;
use crate::registry::event::Sealed;
use crate::store::Store;
use crate::tr;
use crate::words::Lang;
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;

/// The last word of a command that changed sites: how they stand.
pub(in crate::cli) fn show_changed(changed: &Changed, store: &Store, context: &Context) {
    for now in &changed.sites {
        if context.common.json {
            json(&serde_json::json!(now));
        } else {
            let settings = store.settings();
            data(&line(&now.site, &now.id, settings, today(), context.lang));
        }
    }
}

/// Degrees typed as `LON,LAT`.
pub(in crate::cli) fn lonlat(option: &'static str, text: &str) -> Result<LonLat, Failure> {
    let read = || {
        let (lon, lat) = text.split_once(',')?;
        let at = LonLat::new(lon.trim().parse().ok()?, lat.trim().parse().ok()?);
        at.is_on_earth().then_some(at)
    };
    read().ok_or_else(|| bad(option, text, "113.3000000,33.7400000 (LON,LAT)"))
}

/// `papaver record`
#[derive(Debug, Args)]
pub struct Record {
    /// The folder that `papaver scan -o` wrote 由 `papaver scan -o` 写出的结果文件夹
    scan: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Record {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let scan = ScanFolder::read(&self.scan)?;
        let (mut office, session) = context.office()?;
        let done = record(&mut office, &session, &scan)?;
        if context.common.json {
            json(&serde_json::json!(done));
        } else {
            told(&done, lang);
        }
        Ok(Done::Whole)
    }
}

/// What became of the candidates, in words.
fn told(done: &Recorded, lang: Lang) {
    let groups = [
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
    ];
    for (codes, label) in groups {
        if !codes.is_empty() {
            data(&format!("{label} {}: {}", codes.len(), codes.join(" ")));
        }
    }
    if done.known_before > 0 {
        let n = done.known_before;
        tell(&tr!(
            lang,
            "{n} candidates were recorded before: nothing was changed for them",
            "{n} 个候选此前已录入，未作更改"
        ));
    }
    if done.unverifiable {
        tell(lang.pick(
            "the folder is of a version that named no digests of its files: whether it was edited cannot be verified",
            "该文件夹由旧版本写出，没有文件校验值：无法核实是否被改动",
        ));
    }
    if done.pictures_missing > 0 {
        let n = done.pictures_missing;
        tell(&tr!(
            lang,
            "{n} pictures of the scan are not in its folder: exports and dossiers will lack them",
            "扫描文件夹缺少 {n} 张切片：导出与档案中将没有这些图片"
        ));
    }
    if done.undated > 0 {
        let n = done.undated;
        tell(&tr!(
            lang,
            "{n} candidates without a capture date met settled sites: nothing was concluded; scan with --captured",
            "{n} 个候选无拍摄日期且位于已办结图斑处，未作判断；请用 --captured 重新扫描"
        ));
    }
}

/// `papaver add`
#[derive(Debug, Args)]
pub struct Add {
    /// Where: LON,LAT in WGS 84 位置：经度,纬度（WGS 84）
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    at: String,
    /// patrol, `tip_off`, target or find 来源：patrol 踏查、`tip_off` 举报、target 靶标、find 途中发现
    #[arg(long, value_name = "SOURCE")]
    source: String,
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

impl Add {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let at = lonlat("--at", &self.at)?;
        let source: Source = Source::read(&self.source)
            .filter(|source| !matches!(source, Source::Scan | Source::Split))
            .ok_or_else(|| bad("--source", &self.source, "patrol, tip_off, target, find"))?;
        let area_dm2 = self.area.map(|m2| dm2("--area", m2)).transpose()?;
        let context = Context {
            common: self.common,
            lang,
        };
        let (mut office, session) = context.office()?;
        let found = Found {
            at,
            source,
            name: self.name,
            note: self.note,
            area_dm2,
        };
        let added = add(&mut office, &session, found)?;
        if let Some((code, metres)) = &added.nearest {
            tell(&tr!(
                lang,
                "site {code} is {metres:.0} m away: is it the same place? `papaver merge` unites them",
                "图斑 {code} 距此 {metres:.0} 米：是否同一处？可用 `papaver merge` 合并"
            ));
        }
        show_changed(&added.changed, office.store(), &context);
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

/// `papaver sites`
#[derive(Debug, Args)]
pub struct Sites {
    #[command(flatten)]
    filter: FilterArguments,
    /// List pairs of open sites that may be one place instead 改为列出可能是同一处的未办结图斑对
    #[arg(long)]
    duplicates: bool,
    #[command(flatten)]
    common: Common,
}

impl Sites {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let store = context.read()?;
        let sites = store.sites(&self.filter.filter()?)?;
        if self.duplicates {
            return duplicates(&store, &sites, &context);
        }
        for site in &sites {
            let code = store.code(site.key)?;
            if context.common.json {
                json(&site_json(
                    site,
                    &code,
                    store.district(site.key)?.as_ref(),
                    store.settings(),
                    today(),
                ));
            } else {
                data(&line(site, &code, store.settings(), today(), lang));
            }
        }
        if !context.common.json {
            let n = sites.len();
            tell(&tr!(lang, "{n} sites", "共 {n} 个图斑"));
        }
        Ok(Done::Whole)
    }
}

fn duplicates(
    store: &Store,
    sites: &[crate::registry::Site],
    context: &Context,
) -> Result<Done, Failure> {
    let radius = f64::from(store.settings().match_radius_m);
    for site in sites.iter().filter(|site| site.state.is_open()) {
        for other in store.sites_near(&site.place, radius)? {
            let metres = site.place.distance_m(&other.place);
            let scan = |s: &crate::registry::Site| s.detection.as_ref().map(|d| d.scan.clone());
            let candidate =
                |s: &crate::registry::Site| s.detection.as_ref().map(|d| d.candidate.clone());
            // Candidates of one scan are apart; one candidate that two offices recorded is one place.
            let one_scan = scan(site).is_some()
                && scan(site) == scan(&other)
                && candidate(site) != candidate(&other);
            if other.key > site.key && other.state.is_open() && metres <= radius && !one_scan {
                let (a, b) = (store.code(site.key)?, store.code(other.key)?);
                if context.common.json {
                    json(
                        &serde_json::json!({"sites": [a, b], "metres": (metres * 10.0).round() / 10.0}),
                    );
                } else {
                    data(&format!("{a} {b} {metres:.1} m"));
                }
            }
        }
    }
    Ok(Done::Whole)
}

/// `papaver show`
#[derive(Debug, Args)]
pub struct Show {
    /// The site's code 图斑编号
    site: String,
    #[command(flatten)]
    common: Common,
}

impl Show {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let store = context.read()?;
        let key = store.find(&self.site)?;
        let code = store.code(key)?;
        let district = store.district(key)?;
        if let Some(site) = store.site(key)? {
            if context.common.json {
                let mut value =
                    site_json(&site, &code, district.as_ref(), store.settings(), today());
                value["pictures_elsewhere"] = serde_json::json!(store.pictures_elsewhere(&site)?);
                json(&value);
            } else {
                for text in page(&site, &code, store.settings(), today(), lang) {
                    data(&text);
                }
                for (name, others) in store.pictures_elsewhere(&site)? {
                    let codes = others
                        .into_iter()
                        .map(|key| store.code(key))
                        .collect::<Result<Vec<_>, _>>()?
                        .join(", ");
                    let what = lang.pick("marked", "标注");
                    data(&tr!(
                        lang,
                        "  {what}: picture {name} is that of {codes} too",
                        "  {what}：照片 {name} 也用于 {codes}"
                    ));
                }
                if let Some(district) = district {
                    data(&format!("  {}: {district}", lang.pick("district", "区划")));
                }
            }
        }
        Ok(Done::Whole)
    }
}

/// `papaver log`
#[derive(Debug, Args)]
pub struct Log {
    /// A site's code (default: everything) 图斑编号（默认列出全部记录）
    site: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl Log {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let store = context.read()?;
        if let Some(site) = &self.site {
            let mut events = store.events_of(store.find(site)?)?;
            events.sort_by_key(|s| (s.event.id, s.hash));
            for sealed in &events {
                show(&store, sealed, context.common.json)?;
            }
            return Ok(Done::Whole);
        }
        let mut after = 0;
        loop {
            let batch = store.events(after, 1000)?;
            if batch.is_empty() {
                return Ok(Done::Whole);
            }
            after += 1000;
            for sealed in &batch {
                show(&store, sealed, context.common.json)?;
            }
        }
    }
}

fn show(store: &Store, sealed: &Sealed, as_json: bool) -> Result<(), Failure> {
    let event = &sealed.event;
    if as_json {
        let mut value: Value = serde_json::from_slice(&sealed.bytes).unwrap_or_default();
        value["hash"] = Value::from(sealed.hash.to_string());
        value["signature"] = Value::from(hex::encode(sealed.signature));
        if let Some(own) = sealed.actor_signature {
            value["actor_signature"] = Value::from(hex::encode(own));
        }
        json(&value);
    } else {
        let code = event
            .site
            .map(|key| store.code(key))
            .transpose()?
            .unwrap_or_default();
        let body = event.body.to_value().unwrap_or_default();
        data(&format!(
            "{} {} {:<9} {code:<9} {} {}#{} {body}",
            event.at,
            sealed.hash.short(),
            event.body.kind(),
            event.actor.name,
            event.device.short(),
            event.seq
        ));
    }
    Ok(())
}

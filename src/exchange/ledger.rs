//! The ledger 台账: one row a site, as spreadsheets and maps show it. Pure: a site and what goes with it in, values out.

use crate::ground::{Crs, LonLat, area_mu};
use crate::registry::body::{Count, RecordedScan};
use crate::registry::code_lists::{Coded, habitat_label};
use crate::registry::event::EvidenceRole;
use crate::registry::sentence::desk_decision;
use crate::registry::{Settings, Site};
use crate::schema::model_name;
use crate::words::Lang;
use serde_json::Value as Json;

pub use super::cell::Cell;

/// What is known about a site beside its own events.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The site.
    pub site: Site,
    /// Its code.
    pub code: String,
    /// Its district as the boundary file gave it.
    pub district: Option<Json>,
    /// The scan of its first detection.
    pub scan: Option<RecordedScan>,
    /// The code of the site that it recurs from.
    pub recurs_of: Option<String>,
    /// Who answers for its district in its season.
    pub answers: Option<Answerable>,
}

/// Who answers for a district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answerable {
    /// The name.
    pub person: String,
    /// The post, where the letter gives one.
    pub post: Option<String>,
}

/// What a column holds, which decides how files type it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words, codes and dates.
    Text,
    /// A measured number.
    Number,
    /// A counted number.
    Count,
}

/// A column of the ledger.
#[derive(Debug, Clone, Copy)]
pub struct LedgerColumn {
    /// Its name in files.
    pub key: &'static str,
    /// Its English title.
    pub english: &'static str,
    /// Its Chinese title.
    pub chinese: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether map files carry it: people's names and free text stay in the ledger.
    pub on_map: bool,
    value: fn(&Entry, &LedgerContext) -> Cell,
}

impl LedgerColumn {
    /// Its title.
    pub fn title(&self, lang: Lang) -> &'static str {
        lang.pick(self.english, self.chinese)
    }

    /// Its value for a site.
    pub fn value(&self, entry: &Entry, context: &LedgerContext) -> Cell {
        (self.value)(entry, context)
    }
}

/// The columns of every row that programs alone read: of which site it is, and how that stood.
pub(super) const FOR_PROGRAMS: [&str; 2] = ["head", "site_key"];

/// The day and the settings by which something is overdue, and the language of the words.
#[derive(Debug, Clone)]
pub struct LedgerContext {
    /// The settings in force.
    pub settings: Settings,
    /// Today.
    pub today: jiff::civil::Date,
    /// The language.
    pub lang: Lang,
}

macro_rules! columns {
    ($($key:literal $english:literal $chinese:literal $kind:ident $on_map:literal $value:expr;)*) => {
        /// The columns in order.
        pub const COLUMNS: &[LedgerColumn] = &[$(LedgerColumn {
            key: $key, english: $english, chinese: $chinese, kind: Kind::$kind, on_map: $on_map, value: $value,
        }),*];
    };
}

columns! {
    "site" "site" "图斑编号" Text true |e, _| e.code.as_str().into();
    "state" "state" "状态代码" Text true |e, _| e.site.state.name().into();
    "state_name" "state in words" "当前状态" Text true |e, c| e.site.standing(c.lang).into();
    "disputed" "disputed" "争议" Text true |e, c| e.site.disputed.then(|| c.lang.pick("DISPUTED", "争议")).into();
    "season" "season" "年度" Count true |e, _| i32::from(e.site.season).into();
    "district_code" "district code" "区划代码" Text true |e, _| district(e, "code");
    "district" "district" "区划名称" Text true |e, _| district_names(e);
    "district_vintage" "year of the district codes" "区划代码年份" Text true |e, _| district(e, "vintage");
    "unit" "unit" "单位代码" Text true |e, _| e.site.unit.as_str().into();
    "answers" "who answers" "责任人" Text false |e, c| answers(e, c.lang);
    "name" "small place name" "小地名" Text true |e, _| e.site.name.as_deref().into();
    "source" "source" "来源" Text true |e, c| e.site.source.label(c.lang).into();
    "scan" "scan" "航次号" Text true |e, _| e.site.detection.as_ref().map(|d| d.scan.as_str()).into();
    "captured" "captured" "航测日期" Text true |e, _| captured(e);
    "gsd_cm" "GSD in cm" "地面分辨率（cm）" Number true |e, _| hundredths(e.scan.as_ref().and_then(|s| s.gsd_e2_cm));
    "model" "model" "模型" Text true |e, c| e.scan.as_ref().map(|s| model_name(&s.model[0], c.lang)).into();
    "candidate" "candidate" "候选编号" Text true |e, _| e.site.detection.as_ref().map(|d| d.candidate.as_str()).into();
    "rank" "rank in the scan" "航次内排名" Count true |e, _| e.site.detection.as_ref().and_then(|d| d.rank).into();
    "score" "highest model score" "最高模型得分" Number true |e, _| score(e);
    "screened" "screened" "研判结论" Text true |e, c| screened(e, c.lang);
    "screen_reason" "reason of the screening" "研判理由" Text true |e, c| e.site.screened.as_ref().and_then(|(_, r, _)| *r).map(|r| r.label(c.lang)).into();
    "screened_by" "screened by" "研判人" Text false |e, _| e.site.screened.as_ref().map(|(_, _, s)| s.actor.name.as_str()).into();
    "screened_on" "screened on" "研判日期" Text true |e, c| e.site.screened.as_ref().map(|(_, _, s)| c.settings.day(&s.at)).into();
    "lon" "longitude (WGS 84)" "经度（WGS 84）" Number true |e, _| Cell::Number(e.site.place.lonlat().lon, 7);
    "lat" "latitude (WGS 84)" "纬度（WGS 84）" Number true |e, _| Cell::Number(e.site.place.lonlat().lat, 7);
    "area_m2" "area in m²" "面积（㎡）" Number true |e, _| hundredths(e.site.area_dm2);
    "area_mu" "area in mu" "面积（亩）" Number true |e, _| area(e);
    "habitat" "habitat" "生境" Text true |e, c| e.site.habitat.as_deref().map(|h| habitat_label(h, c.lang)).into();
    "crew" "crew" "核查组" Text true |e, _| e.site.crew().into();
    "assigned_on" "assigned on" "派查日期" Text true |e, c| e.site.assigned.as_ref().map(|(_, s)| c.settings.day(&s.at)).into();
    "due" "due" "时限" Text true |e, c| e.site.due(&c.settings).map(|d| d.to_string()).into();
    "overdue_days" "days overdue" "超期天数" Count true |e, c| e.site.overdue_days(&c.settings, c.today).into();
    "visited_on" "visited on" "核查日期" Text true |e, c| e.site.last_visit().map(|(_, s)| c.settings.day(&s.at)).into();
    "officers" "officers" "核查人员" Text false |e, c| e.site.last_visit().map(|(v, _)| v.officers.join(c.lang.pick(", ", "、"))).into();
    "witness" "witness" "见证人" Text false |e, _| e.site.last_visit().and_then(|(v, _)| v.witness.as_deref()).into();
    "outcome" "outcome" "核查结论" Text true |e, c| e.site.outcome().map(|o| o.label(c.lang)).into();
    "species" "look-alike species" "混淆植物" Text true |e, _| e.site.last_visit().and_then(|(v, _)| v.species.as_deref()).into();
    "stage" "growth stage" "生长期" Text true |e, c| e.site.stage().map(|s| s.label(c.lang)).into();
    "sap_cut" "sap cut" "是否割浆" Text true |e, c| sap_cut(e, c.lang);
    "plants" "plants" "株数" Count true |e, _| e.site.plants.into();
    "count_method" "count" "计数方法" Text true |e, c| count_method(e, c.lang);
    "scene_photos" "scene photographs" "现场照片数" Count true |e, _| files(e, EvidenceRole::Scene).into();
    "eradicated_on" "eradicated on" "铲除日期" Text true |e, c| e.site.eradications.last().map(|(_, s)| c.settings.day(&s.at)).into();
    "eradicators" "eradicated by" "铲除人" Text false |e, c| eradicators(e, c.lang);
    "percent" "per cent eradicated" "铲除比例（%）" Count true |e, _| e.site.percent().map(i32::from).into();
    "method" "method" "铲除方式" Text false |e, _| e.site.eradications.last().and_then(|(d, _)| d.method.as_deref()).into();
    "after_photos" "photographs after" "铲除后照片数" Count true |e, _| files(e, EvidenceRole::After).into();
    "residue" "seen after eradication" "铲除后仍见" Text true |e, c| e.site.residue.then(|| c.lang.pick("yes", "是")).into();
    "recurs_of" "recurs from" "复种自" Text true |e, _| e.recurs_of.as_deref().into();
    "accepted_on" "acceptance on" "验收日期" Text true |e, c| e.site.acceptances.last().map(|(_, s)| c.settings.day(&s.at)).into();
    "acceptor" "acceptor" "验收人" Text false |e, _| e.site.acceptances.last().map(|(_, s)| s.actor.name.as_str()).into();
    "accepted" "acceptance" "验收结论" Text true |e, c| accepted(e, c.lang);
    "notes" "notes" "备注" Text false |e, c| notes(e, c.lang);
    "head" "head hash" "链头哈希" Text true |e, _| e.site.head().to_string().into();
    "site_key" "site key" "图斑键" Text true |e, _| e.site.key.to_string().into();
}

#[expect(
    clippy::cast_precision_loss,
    reason = "hundredths of a field's measures are far below 2^53"
)]
fn hundredths(value: Option<i64>) -> Cell {
    value.map_or(Cell::Empty, |value| Cell::Number(value as f64 / 100.0, 2))
}

fn area(entry: &Entry) -> Cell {
    match hundredths(entry.site.area_dm2) {
        Cell::Number(m2, _) => Cell::Number(area_mu(m2), 4),
        other => other,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a score is at most 10000")]
fn score(entry: &Entry) -> Cell {
    entry
        .site
        .score_e4()
        .map_or(Cell::Empty, |e4| Cell::Number(e4 as f64 / 1e4, 4))
}

fn district(entry: &Entry, member: &str) -> Cell {
    entry
        .district
        .as_ref()
        .and_then(|d| d[member].as_str())
        .into()
}

fn district_names(entry: &Entry) -> Cell {
    let names: Vec<&str> = entry
        .district
        .iter()
        .flat_map(|d| d["names"].as_array().into_iter().flatten())
        .filter_map(|pair| pair[1].as_str())
        .collect();
    names.join("").into()
}

fn captured(entry: &Entry) -> Cell {
    let period = entry
        .site
        .detection
        .as_ref()
        .and_then(|d| d.captured.as_ref());
    period
        .map(|[first, last]| {
            if first == last {
                first.clone()
            } else {
                format!("{first}/{last}")
            }
        })
        .into()
}

fn sap_cut(entry: &Entry, lang: Lang) -> Cell {
    let cut = entry
        .site
        .visits
        .iter()
        .rev()
        .find_map(|(visit, _)| visit.sap_cut);
    cut.map(|cut| {
        if cut {
            lang.pick("yes", "是")
        } else {
            lang.pick("no", "否")
        }
    })
    .into()
}

fn screened(entry: &Entry, lang: Lang) -> Cell {
    let kept = entry.site.screened.as_ref().map(|(kept, ..)| *kept);
    kept.map(|kept| desk_decision(kept, lang)).into()
}

fn count_method(entry: &Entry, lang: Lang) -> Cell {
    match entry.site.count() {
        None => Cell::Empty,
        Some(Count::Each { .. }) => lang.pick("each counted", "逐株").into(),
        Some(Count::Quadrats {
            counts,
            quadrat_dm2,
            low,
            high,
            ..
        }) => {
            let (n, m2) = (
                counts.len(),
                hundredths(i64::try_from(*quadrat_dm2).ok()).to_text(),
            );
            crate::tr!(
                lang,
                "{quadrats} of {m2} m², 95 % interval {low} to {high}",
                "抽样：{n} 个样方，每个 {m2} ㎡，95% 区间 {low}–{high}",
                quadrats = (n, "quadrat", "quadrats"),
            )
            .into()
        }
    }
}

fn files(entry: &Entry, role: EvidenceRole) -> u64 {
    entry
        .site
        .evidence
        .iter()
        .filter(|file| file.role == role)
        .count() as u64
}

fn answers(entry: &Entry, lang: Lang) -> Cell {
    let words = |answers: &Answerable| match &answers.post {
        Some(post) => crate::tr!(lang, "{}, {}", "{}（{}）", answers.person, post),
        None => answers.person.clone(),
    };
    entry.answers.as_ref().map(words).into()
}

fn eradicators(entry: &Entry, lang: Lang) -> Cell {
    let Some((eradicate, _)) = entry.site.eradications.last() else {
        return Cell::Empty;
    };
    eradicate.officers.join(lang.pick(", ", "、")).into()
}

fn accepted(entry: &Entry, lang: Lang) -> Cell {
    let Some((accept, stamp)) = entry.site.acceptances.last() else {
        return Cell::Empty;
    };
    let word = if accept.passed {
        lang.pick("passed", "合格")
    } else {
        lang.pick("failed", "不合格")
    };
    let mark = if accept.passed && !stamp.own_key {
        lang.pick(" (without own key)", "（未用个人密钥）")
    } else {
        ""
    };
    format!("{word}{mark}").into()
}

fn notes(entry: &Entry, lang: Lang) -> Cell {
    let visits = entry
        .site
        .visits
        .iter()
        .filter_map(|(visit, _)| visit.note.as_deref());
    let all: Vec<&str> = entry
        .site
        .notes
        .iter()
        .map(|(text, _)| text.as_str())
        .chain(visits)
        .collect();
    all.join(lang.pick("; ", "；")).into()
}

/// The position in the 3-degree Gauss-Kruger zone of CGCS2000: EPSG code, north and east in metres. `None` outside the
/// zones of China (73.5° to 136.5° east).
pub fn gauss_kruger(at: LonLat) -> Option<(i32, f64, f64)> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "zones are small whole numbers"
    )]
    let zone = ((at.lon + 1.5) / 3.0).floor() as i32;
    if !(25..=45).contains(&zone) {
        return None;
    }
    let code = 4513 + zone - 25;
    let crs = Crs::parse(&format!("EPSG:{code}")).ok()?;
    let point = *crs.from_lonlat(&[at]).ok()?.first()?;
    Some((code, point.y, point.x))
}

/// The titles of the Gauss-Kruger columns.
pub const GAUSS_KRUGER: [(&str, &str); 3] = [
    ("CGCS2000 zone (EPSG)", "CGCS2000 三度带（EPSG）"),
    ("X, north in m", "X（北，米）"),
    ("Y, east in m", "Y（东，米）"),
];

/// The Gauss-Kruger cells of a place.
pub fn gauss_kruger_cells(at: crate::ground::LonLat) -> [Cell; 3] {
    gauss_kruger(at).map_or([Cell::Empty, Cell::Empty, Cell::Empty], |(code, x, y)| {
        [
            Cell::Text(format!("EPSG:{code}")),
            Cell::Number(x, 3),
            Cell::Number(y, 3),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_of_a_place_is_named_and_its_metres_are_those_of_proj() {
        // Check values of PROJ 9.5 for Pingdingshan, Zhouqu and Guiyang.
        for (lon, lat, code, east, north) in [
            (113.30, 33.74, 4526, 38_435_133.665, 3_735_042.323),
            (104.37, 33.78, 4523, 35_441_647.517, 3_739_437.330),
            (106.71, 26.58, 4524, 36_371_482.393, 2_941_741.624),
        ] {
            let (found, x, y) = gauss_kruger(LonLat::new(lon, lat)).expect("in China");
            assert_eq!(found, code);
            assert!((y - east).abs() < 0.01, "{y}");
            assert!((x - north).abs() < 0.01, "{x}");
        }
        assert_eq!(gauss_kruger(LonLat::new(8.0, 50.0)), None);
    }

    #[test]
    fn columns_have_names_of_their_own_and_people_stay_off_maps() {
        let mut keys: Vec<&str> = COLUMNS.iter().map(|c| c.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), COLUMNS.len());
        for key in [
            "officers",
            "witness",
            "notes",
            "eradicators",
            "acceptor",
            "answers",
            "screened_by",
        ] {
            assert!(
                COLUMNS.iter().any(|c| c.key == key && !c.on_map),
                "{key} is on the map"
            );
        }
    }
}

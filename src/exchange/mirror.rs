//! What another database shows of a registry: layers of features with typed columns, equal to what the map files hold. People's
//! names and free text stay here.

use super::Export;
use super::geojson::feature;
use super::ledger::{COLUMNS, Entry, Kind};
use crate::ground::{Feature, Geometry};
use crate::registry::body::{Body, Count, Visit};
use crate::registry::code_lists::Coded;
use crate::registry::event::Sealed;
use crate::registry::sentence::kind;
use crate::registry::site::Stamp;
use crate::schema::to_object;
use crate::store::{Store, StoreError};
use crate::text::Zone;
use crate::words::Lang;
use serde_json::{Map, Value, json};

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What people call it.
    pub title: String,
}

/// A layer.
#[derive(Debug, Clone, PartialEq)]
pub struct MirrorLayer {
    /// Its name.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Those that tell a row from every other.
    pub key: &'static [&'static str],
    /// Its rows.
    pub features: Vec<Feature>,
}

/// A column as it is listed: name, English, Chinese, kind.
pub type ColumnTitle = (&'static str, &'static str, &'static str, Kind);

/// Listed columns in a language.
pub fn columns(listed: impl IntoIterator<Item = ColumnTitle>, lang: Lang) -> Vec<Column> {
    let column = |(name, english, chinese, kind): ColumnTitle| Column {
        name,
        kind,
        title: lang.pick(english, chinese).to_owned(),
    };
    listed.into_iter().map(column).collect()
}

/// The sites: the columns of map files.
pub fn sites(export: &Export) -> MirrorLayer {
    let lang = export.context.lang;
    let listed = COLUMNS.iter().filter(|column| column.on_map);
    let listed = listed.map(|c| (c.key, c.english, c.chinese, c.kind));
    let entries = export.entries.iter();
    MirrorLayer {
        name: "sites",
        title: lang.pick("sites", "图斑"),
        columns: columns(listed, lang),
        key: &["site"],
        features: entries
            .map(|entry| feature(entry, &export.context, &Map::new()))
            .collect(),
    }
}

/// The columns of visits.
const VISITS: [ColumnTitle; 16] = [
    ("event", "number of the event", "记录编号", Kind::Text),
    ("site", "site", "图斑编号", Kind::Text),
    ("at", "when", "核查时间", Kind::Text),
    ("unit", "unit", "单位代码", Kind::Text),
    ("outcome", "outcome, code", "核查结论代码", Kind::Text),
    ("outcome_name", "outcome", "核查结论", Kind::Text),
    ("species", "look-alike species", "混淆植物", Kind::Text),
    ("stage", "growth stage, code", "生长期代码", Kind::Text),
    ("sap_cut", "sap cut", "是否割浆", Kind::Text),
    ("plants", "plants", "株数", Kind::Count),
    (
        "plants_low",
        "plants at least, 95 %",
        "株数下限（95%）",
        Kind::Count,
    ),
    (
        "plants_high",
        "plants at most, 95 %",
        "株数上限（95%）",
        Kind::Count,
    ),
    ("area_m2", "area in m²", "面积（㎡）", Kind::Number),
    ("habitat", "habitat, code", "生境代码", Kind::Text),
    ("officers", "number of officers", "核查人数", Kind::Count),
    ("signed", "signed by themselves", "本人签名", Kind::Text),
];

/// The columns of the history.
const HISTORY: [ColumnTitle; 8] = [
    ("site", "site", "图斑编号", Kind::Text),
    ("event", "number of the event", "记录编号", Kind::Text),
    ("at", "when", "时间", Kind::Text),
    ("unit", "unit", "单位代码", Kind::Text),
    ("type", "what happened, code", "事项代码", Kind::Text),
    ("type_name", "what happened", "事项", Kind::Text),
    ("followed", "followed", "是否采信", Kind::Text),
    ("signed", "signed by themselves", "本人签名", Kind::Text),
];

/// A row of something that happened to a site, at its place.
fn at_site(entry: &Entry, values: &Value) -> Feature {
    Feature {
        id: None,
        geometry: Some(Geometry::Point(entry.site.place.lonlat())),
        properties: to_object(values),
    }
}

/// What happened to sites, in order. How single screeners looked at a candidate, which decides nothing, is left out.
///
/// # Errors
/// Those of reading the registry.
pub fn history(store: &Store, export: &Export) -> Result<MirrorLayer, StoreError> {
    let (lang, zone) = (export.context.lang, store.zone()?);
    let mut features = Vec::new();
    for entry in &export.entries {
        let mut events = store.whole_events_of(entry.site.key)?;
        events.retain(|sealed| !matches!(sealed.event.body, Body::Look(_)));
        events.sort_by_key(|sealed| (sealed.event.id, sealed.hash));
        features.extend(events.iter().map(|sealed| told(entry, sealed, zone, lang)));
    }
    Ok(MirrorLayer {
        name: "history",
        title: lang.pick("history of the sites", "图斑经过"),
        columns: columns(HISTORY, lang),
        key: &["site", "event"],
        features,
    })
}

fn told(entry: &Entry, sealed: &Sealed, zone: Zone, lang: Lang) -> Feature {
    let event = &sealed.event;
    let mut refused = entry.site.refused.iter();
    let values = json!({
        "site": entry.code, "event": sealed.hash, "at": zone.time(&event.at), "unit": event.actor.unit,
        "type": event.body.kind(), "type_name": kind(&event.body, lang),
        "followed": refused.all(|(hash, _)| *hash != sealed.hash), "signed": event.actor.key.is_some(),
    });
    at_site(entry, &values)
}

/// The visits to sites, each at the place of its site.
pub fn visits(export: &Export) -> MirrorLayer {
    let lang = export.context.lang;
    let of_site = |entry: &Entry| {
        let visits = entry.site.visits.iter();
        let rows = visits.map(|(visit, stamp)| visited(entry, visit, stamp, lang));
        rows.collect::<Vec<_>>()
    };
    MirrorLayer {
        name: "visits",
        title: lang.pick("visits", "核查"),
        columns: columns(VISITS, lang),
        key: &["site", "event"],
        features: export.entries.iter().flat_map(of_site).collect(),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "areas of fields are far below 2^53 square decimetres"
)]
fn visited(entry: &Entry, visit: &Visit, stamp: &Stamp, lang: Lang) -> Feature {
    let range = visit.count.as_ref().and_then(|count| match count {
        Count::Quadrats { low, high, .. } => Some((*low, *high)),
        Count::Each { .. } => None,
    });
    let values = json!({
        "event": stamp.event, "site": entry.code, "at": stamp.at, "unit": stamp.actor.unit,
        "outcome": visit.outcome.code(), "outcome_name": visit.outcome.label(lang),
        "species": visit.species, "stage": visit.stage.map(Coded::code), "sap_cut": visit.sap_cut,
        "plants": visit.count.as_ref().map(Count::plants), "plants_low": range.map(|r| r.0), "plants_high": range.map(|r| r.1),
        "area_m2": visit.area_dm2.map(|dm2| dm2 as f64 / 100.0), "habitat": visit.habitat,
        "officers": visit.officers.len(), "signed": stamp.own_key,
    });
    at_site(entry, &values)
}

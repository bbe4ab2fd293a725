//! Sites: the list, the map, the page of one, the districts.

use super::Member;
use crate::ground::{Feature, FeatureCollection, Geometry, LonLat};
use crate::office::desk::Veil;
use crate::office::offers::{Labels, Offer, offers};
use crate::office::{SiteNow, clock};
use crate::registry::event::{EvidenceRole, Sealed};
use crate::registry::sentence::{Teller, kind};
use crate::registry::times::corrected_times;
use crate::registry::{Hash, Site, SiteKey, State};
use crate::server::answer::{Answer, Refused};
use crate::server::house::Shared;
use crate::server::revalidated::revalidated;
use crate::store::{Filter, Store, evidence};
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Sites of one page of a list, where nothing else is asked for, and at most.
const PAGE: usize = 500;
const MOST: usize = 5_000;
/// Metres about a place, where nothing else is said.
const ABOUT_M: f64 = 1_000.0;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/registries/{registry}/sites", get(list))
        .route("/api/registries/{registry}/sites.geojson", get(map))
        .route("/api/registries/{registry}/sites/{code}", get(page))
        .route(
            "/api/registries/{registry}/districts.geojson",
            get(districts),
        )
        .route("/api/registries/{registry}/crews", get(crews))
        .route("/api/registries/{registry}/evidence/{digest}", get(file))
}

/// Which sites, as a query says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member of what is sent"
)]
struct SiteQuery {
    /// States by their codes, with commas.
    state: String,
    open: bool,
    disputed: bool,
    kept: bool,
    overdue: bool,
    due_within: Option<u16>,
    district: Option<String>,
    season: Option<i16>,
    crew: Option<String>,
    text: Option<String>,
    /// West, south, east, north.
    #[serde(rename = "box")]
    within: Option<String>,
    /// Longitude and latitude that they lie about.
    near: Option<String>,
    /// Metres about it, a kilometre where nothing is said.
    radius: Option<f64>,
    offset: usize,
    limit: Option<usize>,
}

impl SiteQuery {
    fn filter(&self, today: Date) -> Result<Filter, Refused> {
        let states = self.state.split(',').filter(|name| !name.is_empty());
        let states =
            states.map(|name| State::of_name(name).ok_or_else(|| Refused::unclear("state")));
        let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let day = |days: u16| today.saturating_add(jiff::Span::new().days(i64::from(days)));
        Ok(Filter {
            states: states.collect::<Result<_, _>>()?,
            open: self.open,
            disputed: self.disputed,
            kept: self.kept,
            district: some(&self.district),
            season: self.season,
            crew: some(&self.crew),
            within: self.within.as_deref().map(corners).transpose()?,
            near: self.about()?,
            overdue_on: self.overdue.then_some(today),
            due_by: self.due_within.map(day),
            text: some(&self.text),
        })
    }

    /// The place that they lie about, and how far away.
    fn about(&self) -> Result<Option<(LonLat, f64)>, Refused> {
        let Some(near) = &self.near else {
            return match self.radius {
                Some(_) => Err(Refused::unclear("near")),
                None => Ok(None),
            };
        };
        let degrees = near.split(',').map(|part| part.trim().parse::<f64>());
        let place = match degrees.collect::<Result<Vec<_>, _>>().as_deref() {
            Ok(&[lon, lat]) if lon.abs() <= 180.0 && lat.abs() <= 90.0 => LonLat { lon, lat },
            _ => return Err(Refused::unclear("near")),
        };
        let radius = self.radius.unwrap_or(ABOUT_M);
        let is_a_distance = radius.is_finite() && radius > 0.0;
        is_a_distance
            .then_some(Some((place, radius)))
            .ok_or_else(|| Refused::unclear("radius"))
    }
}

fn corners(text: &str) -> Result<[f64; 4], Refused> {
    let corners = text.split(',').filter_map(|part| part.trim().parse().ok());
    let corners: Vec<f64> = corners.collect();
    corners.try_into().map_err(|_other| Refused::unclear("box"))
}

/// A part of the list of sites.
#[derive(Debug, Serialize)]
struct SiteList {
    /// How many there are in all.
    total: usize,
    offset: usize,
    sites: Vec<SiteNow>,
}

async fn list(member: Member, Query(asked): Query<SiteQuery>) -> Answer<SiteList> {
    member
        .read(move |store, session| {
            let today = clock::today(store)?;
            let filter = asked.filter(today)?;
            let limit = asked.limit.unwrap_or(PAGE).min(MOST);
            let veil = Veil::default();
            let (total, part) = store.some_sites(&filter, asked.offset, limit)?;
            let mut sites = Vec::new();
            for site in part {
                if let Some(mut now) = SiteNow::of(store, site.key, today)? {
                    veil.over_others(store, session, &mut now.site)?;
                    sites.push(now);
                }
            }
            Ok(Json(SiteList {
                total,
                offset: asked.offset,
                sites,
            }))
        })
        .await
}

/// What a map shows of each site, so that a hundred thousand of them load at once.
async fn map(member: Member, Query(asked): Query<SiteQuery>) -> Result<Response, Refused> {
    member
        .read(move |store, _| {
            let today = clock::today(store)?;
            let filter = asked.filter(today)?;
            let districts = store.district_codes()?;
            let mut features = Vec::new();
            for site in store.sites(&filter)? {
                let district = districts.get(&site.key);
                features.push(feature(store, &site, district, today)?);
            }
            Ok(geojson(features))
        })
        .await
}

/// Features as an answer.
pub(super) fn geojson(features: Vec<Feature>) -> Response {
    let collection = FeatureCollection {
        members: Map::new(),
        features,
    };
    let kind = [(header::CONTENT_TYPE, "application/geo+json")];
    (kind, collection.to_bytes()).into_response()
}

/// A feature by its id, with members that a macro gives as an object.
pub(super) fn feature_of(id: &str, geometry: Geometry, properties: Value) -> Feature {
    Feature {
        id: Some(id.to_owned()),
        geometry: Some(geometry),
        properties: serde_json::from_value(properties).unwrap_or_default(),
    }
}

fn feature(
    store: &Store,
    site: &Site,
    district: Option<&String>,
    today: Date,
) -> Result<Feature, Refused> {
    let at = site.place.lonlat();
    let code = store.code(site.key)?;
    let settings = store.settings();
    let properties = json!({
        "id": code, "state": site.state, "season": site.season, "disputed": site.disputed,
        "kept": site.screened.as_ref().map(|(kept, ..)| *kept), "crew": site.crew(), "name": site.name,
        "due": site.due(settings).map(|day| day.to_string()),
        "overdue_days": site.overdue_days(settings, today), "district": district,
        "rank": site.detection.as_ref().and_then(|found| found.rank),
    });
    Ok(feature_of(&code, Geometry::Point(at), properties))
}

/// A line of a site's history.
#[derive(Debug, Serialize)]
struct HistoryLine {
    entry: Hash,
    /// When it happened, as it was corrected.
    at: String,
    person: String,
    unit: String,
    /// Whether it bears their own key.
    signed: bool,
    kind: Labels,
    text: Labels,
}

/// A file that goes with a site.
#[derive(Debug, Serialize)]
struct SitePicture {
    url: String,
    role: EvidenceRole,
    name: String,
    taken_at: Option<String>,
    /// First and last day of the flight that it is a chip of.
    captured: Option<[String; 2]>,
    /// What is doubtful about it, in words.
    marks: Vec<Labels>,
}

/// Everything about a site.
#[derive(Debug, Serialize)]
struct SitePage {
    #[serde(flatten)]
    now: SiteNow,
    /// Its outline.
    geometry: Option<Value>,
    history: Vec<HistoryLine>,
    moves: Vec<Offer>,
    pictures: Vec<SitePicture>,
    /// Verdicts of others that wait for a second person, and are not shown.
    waits_for_second: usize,
}

async fn page(member: Member, Path((registry, code)): Path<(String, String)>) -> Answer<SitePage> {
    member
        .read(move |store, session| {
            let key = store.find(&code)?;
            let mut now =
                SiteNow::of(store, key, clock::today(store)?)?.ok_or_else(Refused::no_such_page)?;
            let hidden = Veil::default().over_others(store, session, &mut now.site)?;
            Ok(Json(SitePage {
                geometry: outline(&now.site),
                history: history(store, &now.site, &hidden)?,
                moves: offers(store, session, &now.site),
                pictures: pictures(&now.site, &flown(&store.events_of(key)?), &registry),
                waits_for_second: hidden.len(),
                now,
            }))
        })
        .await
}

/// Its outline; a point where no more is known.
fn outline(site: &Site) -> Option<Value> {
    let area = Geometry::Exact(site.place.polygons()).to_json();
    area.or_else(|| Geometry::Point(site.place.lonlat()).to_json())
}

fn history(store: &Store, of: &Site, hidden: &[Hash]) -> Result<Vec<HistoryLine>, Refused> {
    let key = of.key;
    let code = |key: SiteKey| store.code(key).unwrap_or_else(|_unreadable| key.code(6));
    let zone = store.zone()?;
    let mut events = store.events_of(key)?;
    events.retain(|sealed| !hidden.contains(&sealed.hash));
    events.sort_by_key(|sealed| (sealed.event.id, sealed.hash));
    let corrected = corrected_times(of, &events);
    let line = |sealed: &Sealed| {
        let event = &sealed.event;
        HistoryLine {
            entry: sealed.hash,
            at: corrected.get(&sealed.hash).unwrap_or(&event.at).clone(),
            person: event.actor.name.clone(),
            unit: event.actor.unit.clone(),
            signed: event.actor.key.is_some(),
            kind: Labels::of(|lang| kind(&event.body, lang).to_owned()),
            text: Labels::of(|lang| {
                let site = Some(key);
                Teller {
                    lang,
                    zone,
                    site,
                    code: &code,
                    entry: &|of| store.entry_words(of, lang),
                }
                .sentence(&event.body)
            }),
        }
    };
    Ok(events.iter().map(line).collect())
}

/// The days of the flights that files were cut from, by the detections that came with them.
fn flown(events: &[Sealed]) -> BTreeMap<Hash, [String; 2]> {
    let mut days = BTreeMap::new();
    for sealed in events {
        let detection = sealed.event.body.detection();
        if let Some(captured) = detection.and_then(|found| found.captured.as_ref()) {
            let files = sealed.event.evidence.iter();
            days.extend(files.map(|file| (file.sha256, captured.clone())));
        }
    }
    days
}

fn pictures(site: &Site, flown: &BTreeMap<Hash, [String; 2]>, registry: &str) -> Vec<SitePicture> {
    let picture = |file: &crate::registry::event::EvidenceRef| SitePicture {
        url: format!("/api/registries/{registry}/evidence/{}", file.sha256),
        role: file.role,
        name: file.name.clone(),
        taken_at: file.taken_at.clone(),
        captured: flown.get(&file.sha256).cloned(),
        marks: (file.marks.iter())
            .map(|mark| Labels::of(|lang| evidence::mark_in_words(mark, lang)))
            .collect(),
    };
    site.evidence.iter().map(picture).collect()
}

async fn crews(member: Member) -> Answer<Vec<String>> {
    member.read(|store, _| Ok(Json(store.crews()?))).await
}

async fn districts(member: Member) -> Result<Response, Refused> {
    member
        .read(|store, _| {
            let districts = store.districts()?;
            let feature = |district: &crate::registry::districts::District| {
                let area = Geometry::Exact(district.area().clone());
                let properties = json!({ "code": district.code, "name": district.name });
                feature_of(&district.code, area, properties)
            };
            let features = districts.iter().flat_map(|all| all.iter().map(feature));
            Ok(geojson(features.collect()))
        })
        .await
}

/// A file of the evidence. What a browser might run is handed out to be saved, not shown.
async fn file(
    member: Member,
    Path((_, digest)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let digest: Hash = digest.parse().map_err(|_other| Refused::no_such_page())?;
    member
        .read(move |store, _| {
            let path = evidence::path_of(&store.evidence_folder(), digest);
            let bytes = crate::files::read(&path).map_err(|_gone| Refused::no_such_page())?;
            let kind = evidence::media_type(&bytes).filter(|kind| kind.starts_with("image/"));
            let shown = kind.map_or("attachment", |_picture| "inline");
            let kind = kind.unwrap_or("application/octet-stream");
            let about = [
                (header::CONTENT_TYPE, kind),
                (header::CONTENT_DISPOSITION, shown),
            ];
            revalidated(&headers, &digest.to_string(), || {
                Ok((about, bytes).into_response())
            })
        })
        .await
}

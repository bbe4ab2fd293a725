//! What an office did beside its sites: letters of responsibility, patrols, tip-offs and supervision are listed and recorded.

use super::Member;
use super::asked::{area_m2, at, code, codes, day, entry_of, names, need, words};
use super::sites::{feature_of, geojson};
use crate::ground::{Feature, Geometry};
use crate::office::affairs::{self, Entered, season_of_letter};
use crate::office::ledger::{self, Duties, Patrols, Supervision, Tips, Walked};
use crate::office::patrol::{PatrolTold, Patrolled, REACH_M, patrol};
use crate::office::{Office, Session};
use crate::registry::affairs::is_sealed_number;
use crate::registry::body::{self, Body, Channel, Rung};
use crate::registry::place::Place;
use crate::server::answer::{Answer, Refused};
use crate::server::house::Shared;
use crate::server::uploads;
use crate::store::Store;
use axum::extract::Query;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

pub(super) fn routes() -> Router<Shared> {
    let way = |rest: &str| format!("/api/registries/{{registry}}/{rest}");
    Router::new()
        .route(&way("duties"), get(duties).post(record_duty))
        .route(&way("patrols"), get(patrols).post(record_patrol))
        .route(&way("patrols.geojson"), get(walked))
        .route(&way("tips"), get(tips).post(record_tip))
        .route(&way("supervision"), get(supervision))
        .route(&way("rounds"), post(record_round))
        .route(&way("findings"), post(record_finding))
        .route(&way("measures"), post(record_measure))
}

/// Which season, as a query says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LedgerQuery {
    season: Option<i16>,
    /// Of letters alone: the district.
    district: Option<String>,
}

async fn duties(member: Member, Query(wanted): Query<LedgerQuery>) -> Answer<Duties> {
    let district = code(wanted.district)?;
    let of = move |store: &Store, session: &Session| {
        ledger::duties(store, session, wanted.season, district.as_deref())
    };
    member
        .read(move |store, session| Ok(Json(of(store, session)?)))
        .await
}

/// The ground that patrols walked, for a map.
async fn walked(member: Member, Query(wanted): Query<LedgerQuery>) -> Result<Response, Refused> {
    member
        .read(move |store, session| {
            let walked = ledger::walked(store, session, wanted.season)?;
            Ok(geojson(walked.into_iter().map(feature).collect()))
        })
        .await
}

fn feature(walked: Walked) -> Feature {
    let about = json!({ "season": walked.season, "on": walked.on, "crew": walked.crew });
    feature_of(
        &walked.entry.to_string(),
        Geometry::Exact(walked.ground),
        about,
    )
}

async fn patrols(member: Member, Query(wanted): Query<LedgerQuery>) -> Answer<Patrols> {
    member
        .read(move |store, session| Ok(Json(ledger::patrols(store, session, wanted.season)?)))
        .await
}

async fn tips(member: Member, Query(wanted): Query<LedgerQuery>) -> Answer<Tips> {
    member
        .read(move |store, session| Ok(Json(ledger::tips(store, session, wanted.season)?)))
        .await
}

async fn supervision(member: Member, Query(wanted): Query<LedgerQuery>) -> Answer<Supervision> {
    member
        .read(move |store, session| Ok(Json(ledger::supervision(store, session, wanted.season)?)))
        .await
}

/// A letter of responsibility as it is told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedDuty {
    district: String,
    person: String,
    household: Option<String>,
    post: Option<String>,
    season: Option<i16>,
    letter: Option<String>,
    signed_on: Option<String>,
}

async fn record_duty(member: Member, Json(asked): Json<AskedDuty>) -> Answer<Entered> {
    let district = need("district", asked.district).and_then(|text| code(Some(text)))?;
    let district = district.unwrap_or_default();
    let (person, household) = (need("person", asked.person)?, words(asked.household));
    if household.is_some() && district.len() != 12 {
        return Err(Refused::unclear("district").hint(
            "a household signs with its village: a code of 12 digits",
            "农户与所在村签订，请填写村的 12 位代码",
        ));
    }
    let signed_on = words(asked.signed_on).map(|on| day("signed_on", &on));
    let signed_on = signed_on.transpose()?.map(|on| on.to_string());
    stated(member, None, move |office, session| {
        let settings = office.store().settings();
        let meant = season_of_letter(settings, signed_on.as_deref(), session.at());
        Ok(Body::Duty(body::Duty {
            district,
            household,
            person,
            post: words(asked.post),
            season: asked.season.or(meant).unwrap_or_default(),
            letter: words(asked.letter),
            signed_on,
        }))
    })
    .await
}

/// A patrol as it is told.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AskedPatrol {
    on: Option<String>,
    crew: Option<String>,
    district: Option<String>,
    people: u64,
    vehicles: u64,
    area_m2: Option<f64>,
    /// The corners of the ground, where it was drawn.
    drawn: Vec<[f64; 2]>,
    /// Receivers' tracks that were uploaded before.
    tracks: Vec<String>,
    reach_m: Option<u32>,
    clock_wrong: bool,
    zero: bool,
    note: Option<String>,
    seeds: Option<String>,
    publicity: Option<String>,
}

impl AskedPatrol {
    async fn told(self, house: &Shared) -> Result<PatrolTold, Refused> {
        let uploaded = uploads::uploaded(house, &self.tracks).await?;
        let tracks = self.tracks.iter();
        let tracks = tracks.map(|id| uploads::found(&uploaded, id));
        let reach_m = self.reach_m.unwrap_or(REACH_M);
        if !(1..=500).contains(&reach_m) {
            return Err(Refused::unclear("reach_m"));
        }
        Ok(PatrolTold {
            on: self.on.map(|on| day("on", &on)).transpose()?,
            district: code(self.district)?,
            crew: words(self.crew),
            people: self.people,
            vehicles: self.vehicles,
            area_m2: self.area_m2.map(area_m2).transpose()?,
            drawn: self.drawn.iter().map(at).collect::<Result<_, _>>()?,
            tracks: tracks.collect::<Result<_, _>>()?,
            reach_m,
            clock_wrong: self.clock_wrong,
            zero: self.zero,
            note: words(self.note),
            seeds: words(self.seeds),
            publicity: words(self.publicity),
        })
    }
}

async fn record_patrol(member: Member, Json(asked): Json<AskedPatrol>) -> Answer<Patrolled> {
    let told = asked.told(&member.house).await?;
    member
        .act(None, move |office, session| {
            Ok(patrol(office, session, told)?)
        })
        .await
}

/// A tip-off as it is told: never who told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedTip {
    channel: Channel,
    when: Option<String>,
    place: Option<[f64; 2]>,
    district: Option<String>,
    text: Option<String>,
    sealed: Option<String>,
}

async fn record_tip(member: Member, Json(asked): Json<AskedTip>) -> Answer<Entered> {
    let when = member.when(asked.when)?;
    let sealed = words(asked.sealed);
    if !sealed.as_deref().is_none_or(is_sealed_number) {
        return Err(Refused::unclear("sealed").hint(
            "letters, digits, - and / alone, such as 2026-017; no telephone or identity number",
            "只能用字母、数字、- 和 /，如 2026-017；不得填写电话或身份证号码",
        ));
    }
    let place = asked.place.as_ref().map(at).transpose()?;
    let (district, text) = (code(asked.district)?, words(asked.text));
    if place.is_none() && district.is_none() && text.is_none() {
        return Err(Refused::unclear("place, district, text").hint(
            "say where it is, or what was told",
            "请填写地点、区划或举报内容",
        ));
    }
    let body = Body::Tip(Box::new(body::Tip {
        channel: asked.channel,
        sealed,
        place: place.map(Place::point),
        district,
        text,
    }));
    stated(member, when, move |_, _| Ok(body)).await
}

/// A round of supervision as it is told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedRound {
    name: String,
    on: String,
    until: Option<String>,
    team: Vec<String>,
    districts: Vec<String>,
    #[serde(default)]
    sites: Vec<String>,
    #[serde(default)]
    ledgers: u64,
    note: Option<String>,
}

async fn record_round(member: Member, Json(asked): Json<AskedRound>) -> Answer<Entered> {
    let name = need("name", asked.name)?;
    let on = day("on", &asked.on)?.to_string();
    let until = asked.until.map(|until| day("until", &until)).transpose()?;
    let (team, districts) = (names("team", asked.team)?, codes(asked.districts)?);
    stated(member, None, move |office, _| {
        let find = |code: &String| Ok(office.store().find(code)?);
        let sites: Result<Vec<_>, Refused> = asked.sites.iter().map(find).collect();
        Ok(Body::Round(Box::new(body::Round {
            name,
            on,
            until: until.map(|day| day.to_string()),
            team,
            districts,
            sites: sites?,
            ledgers: asked.ledgers,
            note: words(asked.note),
        })))
    })
    .await
}

/// What supervision found wanting.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedFinding {
    round: Option<String>,
    district: String,
    site: Option<String>,
    text: String,
    due: Option<String>,
}

async fn record_finding(member: Member, Json(asked): Json<AskedFinding>) -> Answer<Entered> {
    let district = need("district", asked.district).and_then(|text| code(Some(text)))?;
    let text = need("text", asked.text)?;
    let due = asked.due.map(|due| day("due", &due)).transpose()?;
    stated(member, None, move |office, _| {
        let store = office.store();
        let round = words(asked.round).map(|of| entry_of(store, &of, &["round"]));
        let site = words(asked.site).map(|code| store.find(&code));
        Ok(Body::Finding(Box::new(body::Finding {
            round: round.transpose()?,
            district: district.unwrap_or_default(),
            site: site.transpose()?,
            text,
            due: due.map(|day| day.to_string()),
        })))
    })
    .await
}

/// A measure as it is told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedMeasure {
    rung: Rung,
    district: String,
    reason: String,
    finding: Option<String>,
    due: Option<String>,
    paper: Option<String>,
}

async fn record_measure(member: Member, Json(asked): Json<AskedMeasure>) -> Answer<Entered> {
    let district = need("district", asked.district).and_then(|text| code(Some(text)))?;
    let reason = need("reason", asked.reason)?;
    let due = asked.due.map(|due| day("due", &due)).transpose()?;
    stated(member, None, move |office, _| {
        let store = office.store();
        let finding = words(asked.finding).map(|of| entry_of(store, &of, &["finding"]));
        Ok(Body::Measure(Box::new(body::Measure {
            rung: asked.rung,
            district: district.unwrap_or_default(),
            reason,
            finding: finding.transpose()?,
            due: due.map(|day| day.to_string()),
            paper: words(asked.paper),
        })))
    })
    .await
}

/// Records what concerns no site.
async fn stated(
    member: Member,
    when: Option<String>,
    body: impl FnOnce(&Office, &Session) -> Result<Body, Refused> + Send + 'static,
) -> Answer<Entered> {
    member
        .act(when, move |office, session| {
            let body = body(office, session)?;
            let sealed = affairs::state(office, session, body)?;
            Ok(Entered::of(office.store(), &sealed)?)
        })
        .await
}

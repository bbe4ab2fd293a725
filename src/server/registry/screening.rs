//! The screening table over HTTP: the queue of a person with what each candidate looks like, verdicts, taking one back.

use super::Member;
use crate::ground::{LocalPlane, LonLat, read_features};
use crate::office::desk::outlook::{Outlook, outlook};
use crate::office::desk::{self, Effort, Judged, Laid, VerdictRequest, queue as turns};
use crate::registry::body::{Opinion, RejectReason};
use crate::registry::code_lists::Coded;
use crate::schema::{CandidateProperties, ScoreBand};
use crate::server::answer::{Answer, Refused};
use crate::server::desks::Sitting;
use crate::server::house::Shared;
use crate::server::library::{LibraryPlace, scan_of};
use crate::server::surveys::survey;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use axum::{Json, Router};
use geo::{BoundingRect, MultiPolygon};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Milliseconds of a verdict at most: who went for lunch did not look.
const LONGEST_LOOK_MS: f64 = 600_000.0;

pub(super) fn routes() -> Router<Shared> {
    let table = "/api/registries/{registry}/screening/{survey}";
    Router::new()
        .route("/api/registries/{registry}/screening", get(stands))
        .route("/api/registries/{registry}/audits", post(draw))
        .route(table, get(queue))
        .route(&format!("{table}/cards"), get(cards))
        .route(&format!("{table}/verdicts"), post(verdict))
        .route(&format!("{table}/verdicts/undo"), post(undo))
}

/// What a candidate looks like.
#[derive(Debug, Default, Serialize)]
struct ScreeningPictures {
    /// Without its outline.
    plain: Option<String>,
    /// With it.
    outline: Option<String>,
    /// Its surroundings.
    wide: Option<String>,
}

/// A candidate as the page shows it.
#[derive(Debug, Serialize)]
struct ScreeningCard {
    #[serde(flatten)]
    laid: Laid,
    score: Option<f64>,
    band: Option<ScoreBand>,
    area_m2: Option<f64>,
    captured: Option<String>,
    gsd_cm: Option<f64>,
    /// Metres along the side of a square that shows it with some ground around it.
    ground_m: Option<f64>,
    pictures: ScreeningPictures,
}

/// A reason for putting aside, with its key.
#[derive(Debug, Serialize)]
struct ReasonKey {
    code: &'static str,
    key: usize,
    en: &'static str,
    zh: &'static str,
}

/// The table of a person.
#[derive(Debug, Serialize)]
struct ScreeningTable {
    queue: Vec<ScreeningCard>,
    /// The season of its candidates; `null` where there are none.
    season: Option<i16>,
    /// This person's place among those who screen this list now, from 0.
    seat: usize,
    /// Who else does.
    others: Vec<String>,
    reasons: Vec<ReasonKey>,
    done: usize,
    left: usize,
    /// Candidates of the survey that the registry has not recorded.
    unrecorded: usize,
    effort: Effort,
    /// Minutes of looking for each square kilometre screened, as far as times are known: of the ground searched the share that the
    /// candidates decided on are of all.
    minutes_per_km2: Option<f64>,
}

async fn queue(member: Member, Path((_, id)): Path<(String, String)>) -> Answer<ScreeningTable> {
    let place = survey(&member.house, &id)?;
    let Sitting { seat, others } = member.sits(&id)?;
    member
        .read(move |store, session| {
            let scan = scan_of(&place).ok_or_else(Refused::no_such_survey)?;
            let mut known = candidates(&place);
            let named = known.keys().map(String::as_str);
            let table = desk::table(store, session, &scan.scan_id, named)?;
            let (season, done, left) = (table.season, table.done, table.left);
            let (effort, decided) = (table.effort, table.decided);
            let cards = table.queue.into_iter().map(|laid| {
                let about = known.remove(&laid.candidate);
                card(laid, about, &place)
            });
            let queue: Vec<ScreeningCard> = cards.collect();
            let share = desk::screened_share(decided, queue.len() + known.len());
            Ok(Json(ScreeningTable {
                queue,
                season,
                seat,
                others,
                reasons: reasons(),
                done,
                left,
                unrecorded: known.len(),
                minutes_per_km2: effort.minutes_per_km2(scan.totals.searched_m2 * share),
                effort,
            }))
        })
        .await
}

/// Of which season; the last with candidates that wait where none is named.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SeasonQuery {
    season: Option<i16>,
}

async fn stands(member: Member, Query(asked): Query<SeasonQuery>) -> Answer<Outlook> {
    member
        .read(move |store, _| Ok(Json(outlook(store, asked.season)?)))
        .await
}

async fn draw(member: Member, Json(asked): Json<SeasonQuery>) -> Answer<Outlook> {
    member
        .act(None, move |office, session| {
            turns::draw(office, session, asked.season)?;
            Ok(outlook(office.store(), asked.season)?)
        })
        .await
}

/// Which cards, by their candidates with commas; all where none is named.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct CardQuery {
    of: String,
}

/// How candidates stand now for a person, after somebody said something of them.
async fn cards(
    member: Member,
    Path((_, id)): Path<(String, String)>,
    Query(asked): Query<CardQuery>,
) -> Result<Json<Vec<Laid>>, Refused> {
    let place = survey(&member.house, &id)?;
    member
        .read(move |store, session| {
            let scan = scan_of(&place).ok_or_else(Refused::no_such_survey)?;
            let all = asked.of.is_empty().then(|| candidates(&place));
            let named: Vec<&str> = match &all {
                Some(all) => all.keys().map(String::as_str).collect(),
                None => asked.of.split(',').collect(),
            };
            let cards = desk::cards(store, session, &scan.scan_id, named.into_iter())?;
            Ok(Json(cards))
        })
        .await
}

/// The candidates as the scan wrote them; none where that cannot be read, and then the cards lack what they say.
fn candidates(place: &LibraryPlace) -> HashMap<String, About> {
    let bytes = place.read("candidates.geojson").unwrap_or_default();
    let features = read_features(&bytes).unwrap_or_default();
    let known = features.iter().map(|feature| {
        let properties: CandidateProperties = feature.properties().ok()?;
        let id = feature.id().or(properties.id.clone())?;
        let ground_m = feature
            .area()
            .ok()
            .flatten()
            .and_then(|area| ground_m(&area));
        Some((id, (properties, ground_m)))
    });
    known.collect::<Option<_>>().unwrap_or_default()
}

/// The least ground that is shown around a candidate, and how much of its length, in metres.
const LEAST_M: f64 = 12.0;
const AROUND: f64 = 1.6;

/// Metres along the side of a square about an area that shows all of it.
fn ground_m(area: &MultiPolygon) -> Option<f64> {
    let bounds = area.bounding_rect()?;
    let plane = LocalPlane::at(LonLat::from(bounds.center()));
    let [low, high] = [bounds.min(), bounds.max()].map(|at| plane.to_plane(LonLat::from(at)));
    let longest = (high.x - low.x).abs().max((high.y - low.y).abs());
    Some(LEAST_M.max(AROUND * longest))
}

/// What a scan says of a candidate, and the metres of ground that show it.
type About = (CandidateProperties, Option<f64>);

fn card(laid: Laid, about: Option<About>, place: &LibraryPlace) -> ScreeningCard {
    let survey = &place.id;
    let url = |file: &str| {
        let name = file.rsplit('/').next().unwrap_or(file);
        format!("/api/surveys/{survey}/pictures/{name}")
    };
    let plain = format!("chips/{}-plain.jpg", laid.candidate);
    let has_plain = place.path.join(&plain).is_file();
    let (about, ground_m) = about.map_or((None, None), |(about, metres)| (Some(about), metres));
    let chip = about.as_ref().and_then(|about| about.chip.as_deref());
    let context = about.as_ref().and_then(|about| about.context.as_deref());
    ScreeningCard {
        pictures: ScreeningPictures {
            plain: has_plain.then(|| url(&plain)),
            outline: chip.map(url),
            wide: context.map(url),
        },
        score: about.as_ref().map(|about| about.score_max),
        band: about.as_ref().and_then(|about| about.band),
        area_m2: about.as_ref().and_then(|about| about.area_m2),
        gsd_cm: about.as_ref().and_then(|about| about.gsd_cm),
        captured: about.and_then(|about| about.captured),
        ground_m,
        laid,
    }
}

fn reasons() -> Vec<ReasonKey> {
    let list = RejectReason::LIST.iter().zip(1..);
    list.map(|((_, code, en, zh), key)| ReasonKey { code, key, en, zh })
        .collect()
}

/// A verdict as a page sends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SentVerdict {
    candidate: String,
    verdict: Opinion,
    reason: Option<RejectReason>,
    note: Option<String>,
    seconds: Option<f64>,
}

async fn verdict(
    member: Member,
    Path((_, id)): Path<(String, String)>,
    Json(given): Json<SentVerdict>,
) -> Answer<Judged> {
    member.sits(&id)?;
    if given.verdict == Opinion::Withdrawn {
        return Err(Refused::unclear("verdict"));
    }
    let verdict = VerdictRequest {
        opinion: given.verdict,
        reason: given.reason,
        note: given.note,
        took_ms: given.seconds.and_then(milliseconds),
    };
    let of = given.candidate.clone();
    member
        .act_on(of, move |office, session| {
            Ok(desk::judge(office, session, &given.candidate, verdict)?)
        })
        .await
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between nought and ten minutes"
)]
fn milliseconds(seconds: f64) -> Option<u64> {
    let milliseconds = seconds * 1_000.0;
    (0.0..=LONGEST_LOOK_MS)
        .contains(&milliseconds)
        .then(|| milliseconds.round() as u64)
}

/// Whose verdict is taken back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UndoneVerdict {
    candidate: String,
}

async fn undo(
    member: Member,
    Json(UndoneVerdict { candidate }): Json<UndoneVerdict>,
) -> Answer<Judged> {
    member
        .act_on(candidate.clone(), move |office, session| {
            Ok(desk::undo(office, session, &candidate)?)
        })
        .await
}

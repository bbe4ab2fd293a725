//! What a move still needs before it counts. Pure.

use super::body::{Body, Outcome};
use super::event::{EvidenceRef, EvidenceRole};
use super::names::folded_name;
use super::place::Place;
use super::state::State;
use crate::text::day_of;
use crate::words::Lang;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Metres from a site, and days before a visit, within which a photograph can show what the visit found, whatever a unit decides
/// for itself.
const SHOWN_WITHIN_M: f64 = 1_000.0;
/// See [`SHOWN_WITHIN_M`].
const SHOWN_WITHIN_DAYS: i32 = 31;

/// Something that a move lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A photograph of the scene before anything was uprooted.
    ScenePhoto,
    /// A photograph from after the eradication, or from a later flight.
    AfterPhoto,
    /// At least two officers.
    TwoOfficers,
    /// A plant count, or the area where nothing has emerged.
    CountOrArea,
    /// A photograph that was taken at the spot, by its own position.
    SpotPhoto,
    /// The licence.
    LicenceDocument,
}

impl Need {
    /// Several, without how to give them.
    pub fn names(needs: &[Self], lang: Lang) -> String {
        let names: Vec<&str> = needs.iter().map(|need| need.name(lang)).collect();
        names.join(lang.pick(", ", "、"))
    }

    /// What it is.
    pub fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::ScenePhoto => lang.pick(
                "a photograph of the scene before uprooting",
                "铲除前的现场照片",
            ),
            Self::AfterPhoto => {
                lang.pick("a photograph from after the eradication", "铲除后的照片")
            }
            Self::TwoOfficers => lang.pick("two officers", "两名核查人员"),
            Self::CountOrArea => lang.pick("a plant count or the planted area", "株数或种植面积"),
            Self::SpotPhoto => lang.pick("a photograph taken at the spot", "现场定位照片"),
            Self::LicenceDocument => lang.pick("the licence", "许可证明"),
        }
    }
}

/// Whether a photograph was taken at a place, by its own position.
pub(super) fn is_at(file: &EvidenceRef, place: &Place) -> bool {
    let is_here = file.at_e7.is_some_and(|[lon_e7, lat_e7]| {
        let outline = Vec::new();
        let from = Place {
            lon_e7,
            lat_e7,
            outline,
        };
        from.is_on_earth() && place.distance_m(&from) <= SHOWN_WITHIN_M
    });
    is_here && !file.marks.iter().any(|mark| mark.starts_with("far"))
}

/// Whether a photograph can have been taken at a place on the days of a visit.
fn is_of(file: &EvidenceRef, place: &Place, visited: Option<Date>) -> bool {
    let taken = file.taken_at.as_deref().and_then(day_of);
    let days = |(taken, visited): (Date, Date)| taken.until(visited).map(|span| span.get_days());
    let is_late = |days: Result<i32, _>| days.is_ok_and(|days| days <= SHOWN_WITHIN_DAYS);
    is_at(file, place)
        && !file.marks.iter().any(|mark| mark.starts_with("old"))
        && taken.zip(visited).map(days).is_none_or(is_late)
}

/// What a refutation lacks to be as well founded as a confirmation of a place on a day. It is followed all the same, and stays
/// marked.
pub fn unproven(
    body: &Body,
    evidence: &[&EvidenceRef],
    place: &Place,
    visited: Option<Date>,
) -> Vec<Need> {
    let Body::Visit(visit) = body else {
        return Vec::new();
    };
    if visit.outcome.leads_to() != State::Refuted {
        return Vec::new();
    }
    let mut needs = Vec::new();
    if distinct(&visit.officers) < 2 {
        needs.push(Need::TwoOfficers);
    }
    let at_the_spot =
        |file: &&&EvidenceRef| file.role == EvidenceRole::Scene && is_of(file, place, visited);
    if !evidence.iter().any(|file| at_the_spot(&file)) {
        needs.push(Need::SpotPhoto);
    }
    let licence = |file: &&&EvidenceRef| file.role == EvidenceRole::Document;
    if visit.outcome == Outcome::Licensed && !evidence.iter().any(|file| licence(&file)) {
        needs.push(Need::LicenceDocument);
    }
    needs
}

/// How many people a list of names names.
pub(super) fn distinct(names: &[String]) -> usize {
    let people: BTreeSet<String> = names
        .iter()
        .map(|name| folded_name(name))
        .filter(|name| !name.is_empty())
        .collect();
    people.len()
}

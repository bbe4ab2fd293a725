//! What the first page shows: the registries and surveys of the served folder, and the scans that were started here.

use super::answer::Answer;
use super::house::{Shared, waiting};
use super::library::{LibraryPlace, scan_of};
use super::runs::Now;
use super::visitors::Visitor;
use crate::office::unit_of;
use crate::remote::Served;
use crate::schema::{GsdCm, PeriodRecord, ScanRecord};
use crate::store::Store;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

/// A survey as a list shows it.
#[derive(Debug, Serialize)]
pub(super) struct SurveyLine {
    id: String,
    title: String,
    scan: String,
    date: Option<PeriodRecord>,
    candidates: usize,
    sources: Vec<String>,
    hectares: f64,
    gsd_cm: Option<f64>,
    model: String,
}

/// What the first page shows.
#[derive(Debug, Serialize)]
struct Shelves {
    registries: Vec<Served>,
    surveys: Vec<SurveyLine>,
    /// Scans that were started here.
    runs: Vec<Now>,
    /// Whether surveys are left out until somebody logs in.
    login_needed: bool,
    /// Whether a registry was there since the server began that is there no more: its disk is gone.
    unplugged: bool,
}

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/library", get(library))
}

async fn library(State(house): State<Shared>, visitor: Visitor) -> Answer<Shelves> {
    waiting(move || {
        let registries = house.library.registries();
        let login_needed = visitor.0.is_none() && !house.is_open();
        let (surveys, runs) = if login_needed {
            (Vec::new(), Vec::new())
        } else {
            (survey_lines(&house), house.runs.now(&house.root))
        };
        Ok(Json(Shelves {
            registries: registries
                .into_iter()
                .map(|place| registry_line(&house, place))
                .collect(),
            surveys,
            runs,
            login_needed,
            unplugged: house.library.lacks_any(),
        }))
    })
    .await
}

/// A registry that cannot be read is listed all the same: who opens it is told why.
pub(super) fn registry_line(house: &Shared, place: LibraryPlace) -> Served {
    let said = |store: &Store| Ok((unit_of(store).ok(), store.unit_name().ok().flatten()));
    let (unit, title) = house.kept.read(&place.path, said).unwrap_or_default();
    Served {
        unit,
        title,
        id: place.id,
        name: place.name,
    }
}

fn survey_lines(house: &Shared) -> Vec<SurveyLine> {
    let surveys = house.library.surveys();
    let line = |place: LibraryPlace| {
        let scan = scan_of(&place)?;
        Some(survey_line(place, scan))
    };
    surveys.into_iter().filter_map(line).collect()
}

fn survey_line(place: LibraryPlace, scan: ScanRecord) -> SurveyLine {
    let gsd = scan.sources.iter().filter_map(|source| source.gsd_cm);
    SurveyLine {
        id: place.id,
        title: scan.survey.unwrap_or(place.name),
        scan: scan.scan_id,
        date: scan.captured,
        candidates: scan.totals.candidates,
        hectares: scan.totals.searched_m2 / 10_000.0,
        gsd_cm: gsd.map(GsdCm::coarser).reduce(f64::max),
        sources: scan.sources.into_iter().map(|source| source.name).collect(),
        model: scan.model.name,
    }
}

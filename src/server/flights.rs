//! Which flights saw a piece of ground, and what each saw there: the same square of ground, north up, out of each flight's own
//! imagery, so that one can be laid over another.

use super::answer::Refused;
use super::house::{Shared, waiting};
use super::library::{LibraryPlace, scan_of};
use super::surveys::survey;
use super::tiles::layer_names;
use super::visitors::Looker;
use crate::ground::{LonLat, read_features};
use crate::imagery::tile::{DEEPEST, GroundView, LaidMap, Layer, laid_over};
use crate::schema::{CoverageProperties, PeriodRecord, Reason, ScanRecord};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use geo::Intersects;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/flights", get(list))
        .route("/api/surveys/{survey}/ground", get(ground))
}

/// A place, in degrees.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceQuery {
    lon: f64,
    lat: f64,
}

/// A square about a place.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct SquareQuery {
    lon: f64,
    lat: f64,
    /// Along its side.
    metres: f64,
}

/// A flight over a place.
#[derive(Debug, Serialize)]
struct FlightLine {
    survey: String,
    title: String,
    captured: Option<PeriodRecord>,
    /// Whether imagery of it is at hand that may show the place.
    shown: bool,
}

/// The flights over a place, the first one first; those of which no day is known before all others.
async fn list(
    State(house): State<Shared>,
    _who: Looker,
    Query(PlaceQuery { lon, lat }): Query<PlaceQuery>,
) -> Result<Json<Vec<FlightLine>>, Refused> {
    let at = LonLat::new(lon, lat);
    waiting(move || {
        let surveys = house.library.surveys().into_iter();
        let line = |place: LibraryPlace| {
            let scan = scan_of(&place)?;
            let shown = layers(&house, &place, &scan).any(|layer| reaches(&layer, at));
            (shown || was_flown(&place, at)).then(|| FlightLine {
                survey: place.id,
                title: scan.survey.unwrap_or(place.name),
                captured: scan.captured,
                shown,
            })
        };
        let mut lines: Vec<FlightLine> = surveys.filter_map(line).collect();
        let day = |line: &FlightLine| line.captured.as_ref().map(|period| period.to.clone());
        lines.sort_by_cached_key(|line| (day(line), line.survey.clone()));
        Ok(Json(lines))
    })
    .await
}

/// The layers of a survey that are at hand.
fn layers(
    house: &Shared,
    place: &LibraryPlace,
    scan: &ScanRecord,
) -> impl Iterator<Item = Arc<Layer>> {
    let names = layer_names(scan).into_iter();
    names.filter_map(|name| house.maps.layer(&house.root, place, name).ok())
}

/// Whether a layer may show a place.
fn reaches(layer: &Layer, at: LonLat) -> bool {
    let (low, high) = layer.corners();
    (low.lon..=high.lon).contains(&at.lon) && (low.lat..=high.lat).contains(&at.lat)
}

/// Whether a survey says that it has imagery of a place, searched or not.
fn was_flown(place: &LibraryPlace, at: LonLat) -> bool {
    let bytes = place.read("coverage.geojson").unwrap_or_default();
    let features = read_features(&bytes).unwrap_or_default();
    let point = geo::Point::new(at.lon, at.lat);
    features.iter().any(|feature| {
        let about = feature.properties::<CoverageProperties>().ok();
        let lacks = about.is_none_or(|about| {
            matches!(
                about.reason,
                Some(Reason::NoData | Reason::Blank | Reason::Gap)
            )
        });
        !lacks && matches!(feature.area(), Ok(Some(area)) if area.intersects(&point))
    })
}

/// A square of ground as a survey's imagery shows it.
async fn ground(
    State(house): State<Shared>,
    _who: Looker,
    Path(id): Path<String>,
    Query(SquareQuery { lon, lat, metres }): Query<SquareQuery>,
) -> Result<Response, Refused> {
    let view = GroundView::new(LonLat::new(lon, lat), metres);
    let view = view.ok_or_else(|| Refused::unclear("lon, lat, metres"))?;
    let own = house.clone();
    let drawing = house.drawn.waiting(move || {
        let place = survey(&own, &id)?;
        let scan = scan_of(&place).ok_or_else(Refused::no_such_survey)?;
        let layers: Vec<Arc<Layer>> = layers(&own, &place, &scan).collect();
        let picture = view.draw(|tile| {
            let maps = layers.iter().map(|layer| LaidMap {
                deepest: DEEPEST,
                tile: Box::new(|at| own.maps.draw(layer, at).ok()),
            });
            laid_over(tile, maps)
        });
        let picture = picture.ok_or_else(no_imagery)?;
        let about = [
            (header::CONTENT_TYPE, picture.media_type),
            (header::CACHE_CONTROL, "private, max-age=300"),
        ];
        Ok((about, picture.bytes).into_response())
    });
    drawing.await
}

fn no_imagery() -> Refused {
    Refused::new(
        StatusCode::NOT_FOUND,
        "no_imagery",
        "no imagery of this ground is at hand of this flight",
        "本机没有该次航测在此处的影像",
    )
    .hint(
        "put the imagery where it was when it was scanned, or beside the results",
        "请将影像放回扫描时的位置，或放在结果文件夹旁边",
    )
}

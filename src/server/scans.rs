//! Scans that are started from a page: begun, looked at, stopped and gone on with by whoever may.

use super::answer::Refused;
use super::folders;
use super::house::{Shared, waiting};
use super::runs::{Now, RunRequest, ScanRun};
use super::visitors::{Looker, Visitor};
use crate::registry::Role;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use std::sync::Arc;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/surveys", post(start))
        .route("/api/runs", get(list))
        .route("/api/runs/{run}", get(one).delete(stop))
        .route("/api/folders", get(folders::list))
}

/// Starts a scan, or goes on with one: of the same folder the same results are gone on with.
async fn start(
    State(house): State<Shared>,
    visitor: Visitor,
    _looker: Looker,
    Json(asked): Json<RunRequest>,
) -> Result<(StatusCode, Json<Now>), Refused> {
    waiting(move || {
        may_scan(&house, &visitor)?;
        let request = asked.request(&house.root)?;
        let run = Arc::new(ScanRun::new(house.telling(), &request));
        house.runs.begin(&run)?;
        let told = house.events.clone();
        run.go(request, told, move || house.library.forget());
        Ok((StatusCode::ACCEPTED, Json(run.now())))
    })
    .await
}

/// Whoever records scans may make them; on their own machine without a registry anybody.
fn may_scan(house: &Shared, visitor: &Visitor) -> Result<(), Refused> {
    let Some(person) = &visitor.0 else {
        return Ok(());
    };
    house.one_of(person, &[Role::Analyst, Role::Supervisor])
}

async fn list(State(house): State<Shared>, _who: Looker) -> Json<Vec<Now>> {
    Json(house.runs.now())
}

async fn one(
    State(house): State<Shared>,
    _who: Looker,
    Path(id): Path<String>,
) -> Result<Json<Now>, Refused> {
    Ok(Json(house.runs.find(&id)?.now()))
}

async fn stop(
    State(house): State<Shared>,
    visitor: Visitor,
    _looker: Looker,
    Path(id): Path<String>,
) -> Result<Json<Now>, Refused> {
    waiting(move || {
        may_scan(&house, &visitor)?;
        let run = house.runs.find(&id)?;
        run.stop();
        Ok(Json(run.now()))
    })
    .await
}

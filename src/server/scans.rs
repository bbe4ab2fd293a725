//! Scans that are started from a page: begun, looked at, stopped and gone on with by whoever may.

use super::answer::{Answer, Refused};
use super::folders;
use super::house::{Shared, waiting};
use super::runs::{Now, RunRequest, ScanRun};
use super::visitors::{Looker, Visitor};
use crate::registry::Role;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use std::sync::Arc;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/surveys", post(start))
        .route("/api/runs", get(list))
        .route("/api/runs/{run}", get(one).delete(stop))
        .route("/api/folders", get(folders::imagery))
        .route("/api/boundaries", get(folders::boundaries))
        .route("/api/extent", get(folders::extent))
}

/// Starts a scan, or goes on with one: of the same folder the same results are gone on with.
async fn start(
    visitor: Visitor,
    Looker(house): Looker,
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

async fn list(Looker(house): Looker) -> Answer<Vec<Now>> {
    waiting(move || Ok(Json(house.runs.now(&house.root)))).await
}

async fn one(Looker(house): Looker, Path(id): Path<String>) -> Answer<Now> {
    waiting(move || Ok(Json(house.runs.one(&house.root, &id)?))).await
}

async fn stop(visitor: Visitor, Looker(house): Looker, Path(id): Path<String>) -> Answer<Now> {
    waiting(move || {
        may_scan(&house, &visitor)?;
        let run = house.runs.find(&id)?;
        run.stop();
        Ok(Json(run.now()))
    })
    .await
}

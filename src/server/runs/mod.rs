//! Scans that are started from a page: one at a time, told of as they go, stopped and gone on with.

mod asked;
mod folders;
mod run;

use super::answer::Refused;
use super::house::{Shared, waiting};
use super::sessions::{Looker, Visitor};
use crate::registry::Role;
use asked::RunRequest;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
pub(super) use run::Now;
use run::ScanRun;
use std::sync::{Arc, Mutex, PoisonError};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/surveys", post(start))
        .route("/api/runs", get(list))
        .route("/api/runs/{run}", get(one).delete(stop))
        .route("/api/folders", get(folders::list))
}

/// The runs of this server, the last one last.
#[derive(Debug, Default)]
pub(super) struct Runs(Mutex<Vec<Arc<ScanRun>>>);

impl Runs {
    fn all(&self) -> Vec<Arc<ScanRun>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How they stand, the last one first.
    pub fn now(&self) -> Vec<Now> {
        self.all().iter().rev().map(|run| run.now()).collect()
    }

    /// Asks all of them to stop where nothing is lost.
    pub fn stop(&self) {
        self.all().iter().for_each(|run| run.stop());
    }

    /// Takes a run in, unless one is going on.
    fn begin(&self, run: &Arc<ScanRun>) -> Result<(), Refused> {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.iter().any(|run| run.is_going_on()) {
            return Err(Refused::new(
                StatusCode::CONFLICT,
                "busy",
                "another scan is going on",
                "正在进行另一次扫描",
            )
            .hint("wait until it is done, or stop it", "请等其完成，或先停止"));
        }
        runs.retain(|other| other.id != run.id);
        runs.push(Arc::clone(run));
        Ok(())
    }

    fn find(&self, id: &str) -> Result<Arc<ScanRun>, Refused> {
        let found = self.all().into_iter().find(|run| run.id == id);
        found.ok_or_else(Refused::no_such_page)
    }
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
        let run = Arc::new(ScanRun::new(&house.root, &request));
        house.runs.begin(&run)?;
        run.go(&house, request);
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

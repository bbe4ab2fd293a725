//! What people do with sites: moves with their evidence, assignments, the recording of a scan.

use super::Member;
use super::asked::need;
use crate::ground::LonLat;
use crate::office::life::{self, LifeStep};
use crate::office::record::{Recorded, ScanFolder, record};
use crate::office::{Changed, Files, Office, Session, divide};
use crate::registry::body::{self, Count, FailReason, GrowthStage, Outcome, RejectReason};
use crate::registry::quadrats::{QuadratFlaw, estimate};
use crate::registry::{SiteKey, State};
use crate::server::answer::{Answer, Refused};
use crate::server::house::Shared;
use crate::server::surveys::survey;
use crate::server::uploads;
use crate::store::{Store, StoreError};
use crate::text::nearest;
use crate::words::Lang;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use std::path::PathBuf;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/registries/{registry}/sites/{code}/moves", post(take))
        .route("/api/registries/{registry}/assign", post(assign))
        .route("/api/registries/{registry}/record", post(record_scan))
}

/// A move as it is asked for. What it does not know itself is the step's, which knows all of its own.
#[derive(Debug, Deserialize)]
struct MoveRequest {
    /// When it happened; now where that is not said.
    when: Option<String>,
    /// Files that were uploaded before, and what they show.
    #[serde(default)]
    files: Vec<Handed>,
    #[serde(flatten)]
    step: AskedStep,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Handed {
    upload: String,
    role: Shows,
}

/// What a file shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shows {
    Scene,
    After,
    Reflight,
    Document,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "move", rename_all = "snake_case", deny_unknown_fields)]
enum AskedStep {
    Screen {
        keep: bool,
        reason: Option<RejectReason>,
        note: Option<String>,
    },
    Visit(Box<AskedVisit>),
    Eradicate {
        percent: u8,
        method: Option<String>,
        #[serde(default)]
        officers: Vec<String>,
        note: Option<String>,
        force: Option<String>,
    },
    Accept {
        passed: bool,
        reason: Option<FailReason>,
        note: Option<String>,
        force: Option<String>,
    },
    Reopen {
        reason: String,
    },
    Resolve {
        state: State,
        reason: String,
    },
    Note {
        text: String,
    },
    Merge {
        into: String,
        reason: String,
    },
    Split {
        places: Vec<[f64; 2]>,
        reason: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedVisit {
    outcome: Outcome,
    #[serde(default)]
    officers: Vec<String>,
    /// Whether whoever is logged in was not there.
    #[serde(default)]
    not_there: bool,
    witness: Option<String>,
    species: Option<String>,
    stage: Option<GrowthStage>,
    sap_cut: Option<bool>,
    /// Each counted.
    plants: Option<u64>,
    /// Or those in each quadrat, whose size and that of the planted area are given too.
    #[serde(default)]
    quadrats: Vec<u64>,
    quadrat_m2: Option<f64>,
    area_m2: Option<f64>,
    habitat: Option<String>,
    note: Option<String>,
    force: Option<String>,
}

impl AskedVisit {
    fn body(self, name: &str) -> Result<body::Visit, Refused> {
        let area_dm2 = self.area_m2.map(|m2| dm2("area_m2", m2)).transpose()?;
        let count = self.count(area_dm2)?;
        let officers = life::present(self.officers, name, self.not_there);
        Ok(body::Visit {
            outcome: self.outcome,
            officers,
            witness: self.witness,
            species: self.species,
            stage: self.stage,
            sap_cut: self.sap_cut,
            count,
            area_dm2,
            habitat: self.habitat,
            note: self.note,
            forced: self.force,
            imported: None,
        })
    }

    /// The count, each plant or by quadrats.
    fn count(&self, area_dm2: Option<u64>) -> Result<Option<Count>, Refused> {
        if self.quadrats.is_empty() {
            return Ok(self.plants.map(|plants| Count::Each { plants }));
        }
        let flawed = |flaw: QuadratFlaw| {
            let [english, chinese] = [Lang::En, Lang::Zh].map(|lang| flaw.say(lang));
            Refused::new(StatusCode::BAD_REQUEST, "quadrats", english, chinese)
        };
        if self.plants.is_some() {
            return Err(flawed(QuadratFlaw::CountedToo));
        }
        let quadrat_dm2 = self.quadrat_m2.map(|m2| dm2("quadrat_m2", m2));
        let quadrat_dm2 = quadrat_dm2.transpose()?.unwrap_or(0);
        estimate(&self.quadrats, quadrat_dm2, area_dm2.unwrap_or(0))
            .map(Some)
            .map_err(flawed)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be above nought and below 1e11"
)]
fn dm2(name: &str, m2: f64) -> Result<u64, Refused> {
    let is_an_area = m2 > 0.0 && m2 < 1e9;
    is_an_area
        .then(|| (m2 * 100.0).round() as u64)
        .ok_or_else(|| Refused::unclear(name))
}

async fn take(
    member: Member,
    Path((_, code)): Path<(String, String)>,
    Json(asked): Json<MoveRequest>,
) -> Answer<Changed> {
    let files = handed(&member.house, &asked.files).await?;
    let when = member.when(asked.when)?;
    member
        .act(when, move |office, session| {
            let site = office.store().find(&code)?;
            done(office, session, site, asked.step, &files)
        })
        .await
}

fn done(
    office: &mut Office,
    session: &Session,
    site: SiteKey,
    step: AskedStep,
    files: &Files,
) -> Result<Changed, Refused> {
    let step = match step {
        AskedStep::Merge { into, reason } => {
            let into = office.store().find(&into)?;
            return Ok(divide::merge(office, session, site, into, reason)?);
        }
        AskedStep::Split { places, reason } => {
            let places: Vec<LonLat> = places
                .iter()
                .map(|[lon, lat]| LonLat::new(*lon, *lat))
                .collect();
            if !places.iter().all(|place| place.is_on_earth()) {
                return Err(Refused::unclear("places"));
            }
            return Ok(divide::split(office, session, site, &places, reason)?);
        }
        // Nothing was said where there are neither words nor files.
        AskedStep::Note { text } if files.is_empty() => LifeStep::Note(body::Note {
            text: need("text", text)?,
        }),
        step => stepped(step, &session.author().name)?,
    };
    Ok(life::take(office, session, site, step, files)?)
}

fn stepped(step: AskedStep, name: &str) -> Result<LifeStep, Refused> {
    Ok(match step {
        AskedStep::Screen { keep, reason, note } => LifeStep::Screen(body::Screen {
            keep,
            reason,
            note,
            took_ms: None,
            seconds: None,
        }),
        AskedStep::Visit(visit) => LifeStep::Visit(Box::new(visit.body(name)?)),
        AskedStep::Eradicate {
            percent,
            method,
            officers,
            note,
            force,
        } => LifeStep::Eradicate(body::Eradicate {
            percent,
            method,
            officers,
            note,
            forced: force,
            imported: None,
        }),
        AskedStep::Accept {
            passed,
            reason,
            note,
            force,
        } => LifeStep::Accept(body::Accept {
            passed,
            reason,
            note,
            forced: force,
        }),
        AskedStep::Reopen { reason } => LifeStep::Reopen(body::ReasonedMove { reason }),
        AskedStep::Resolve { state, reason } => LifeStep::Resolve(body::Resolve { state, reason }),
        AskedStep::Note { text } => LifeStep::Note(body::Note { text }),
        AskedStep::Merge { .. } | AskedStep::Split { .. } => return Err(Refused::unclear("move")),
    })
}

/// The files that were uploaded before, by what they show.
async fn handed(house: &Shared, files: &[Handed]) -> Result<Files, Refused> {
    let uploaded = uploads::uploaded(house, files.iter().map(|file| &file.upload)).await?;
    let paths = |role: Shows| -> Result<Vec<PathBuf>, Refused> {
        let of_role = files.iter().filter(|file| file.role == role);
        of_role
            .map(|file| uploads::found(&uploaded, &file.upload))
            .collect()
    };
    Ok(Files {
        scene: paths(Shows::Scene)?,
        after: paths(Shows::After)?,
        reflight: paths(Shows::Reflight)?,
        documents: paths(Shows::Document)?,
    })
}

/// Which sites go to which crew.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Assignment {
    codes: Vec<String>,
    crew: String,
    /// Whether the crew may be one that was never sent out.
    #[serde(default)]
    new_crew: bool,
    due: Option<String>,
}

/// A crew that is not known may be one that was mistyped; the first may have any name.
fn check_crew(store: &Store, crew: &str) -> Result<(), Refused> {
    let known = store.crews()?;
    if known.is_empty() || known.iter().any(|name| name == crew) {
        return Ok(());
    }
    let meant = nearest(crew, known.iter().map(String::as_str));
    let (english, chinese) = match meant {
        Some(name) => (
            format!(": did you mean “{name}”?"),
            format!("，是不是“{name}”？"),
        ),
        None => Default::default(),
    };
    let refused = Refused::new(
        StatusCode::CONFLICT,
        "new_crew",
        &format!("no site was ever assigned to a crew “{crew}”{english}"),
        &format!("从未向“{crew}”派查过{chinese}"),
    );
    Err(refused.hint(
        "choose a crew that is known, or say that it is a new one",
        "请选择已有的核查组；确为新组的，请勾选“新的核查组”",
    ))
}

async fn assign(member: Member, Json(asked): Json<Assignment>) -> Answer<Changed> {
    let is_a_day = |day: &String| day.parse::<jiff::civil::Date>().is_ok();
    if asked.crew.trim().is_empty() {
        return Err(Refused::unclear("crew"));
    }
    if !asked.due.as_ref().is_none_or(is_a_day) {
        return Err(Refused::unclear("due"));
    }
    member
        .act(None, move |office, session| {
            let store = office.store();
            if !asked.new_crew {
                check_crew(store, &asked.crew)?;
            }
            let sites = asked.codes.iter().map(|code| store.find(code));
            let sites = sites.collect::<Result<Vec<_>, StoreError>>()?;
            let crew = body::Assign {
                crew: asked.crew,
                due: asked.due,
            };
            Ok(life::assign(office, session, &sites, &crew)?)
        })
        .await
}

/// Which survey becomes sites.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedScan {
    survey: String,
}

async fn record_scan(member: Member, Json(asked): Json<AskedScan>) -> Answer<Recorded> {
    let place = survey(&member.house, &asked.survey)?;
    member
        .act(None, move |office, session| {
            let scan = ScanFolder::read(&place.path)?;
            Ok(record(office, session, &scan)?)
        })
        .await
}

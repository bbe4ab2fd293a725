//! Taking in what crews filled in: each row once, row by row.
//!
//! A row is recorded as a visit, an eradication or both, whose author saw the heads that the exported copy carried.
//! Where the site has moved on since, replay decides as for any two offices: two moves are a dispute, two edits are marked
//! as parallel. A point without a site is a new find. What will not do is refused with its line and its reason, and the
//! rest is kept.

mod flaw;
mod history;
mod photos;
mod record;
mod report;
mod request;
mod row;
mod row_plan;
mod site_ref;

pub use flaw::RowFlaw;
use record::record_row;
pub use report::{ImportedEvents, Report, RowOutcome, RowReport};
pub use request::ImportRequest;
pub use row_plan::RowSubject;
pub use site_ref::SiteRef;

use super::ExchangeError;
use super::gcj02::shift;
use super::read::read;
use super::{form_parse, table};
use crate::registry::Role;
use crate::registry::event::{EvidenceRef, EvidenceRole};
use crate::registry::place::Place;
use crate::store::evidence::{self, EvidenceError, Occasion};
use crate::store::{Moment, Store, StoreError};
use row_plan::{RowInHand, RowStep};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Takes in a file, or shows what taking it in would do.
///
/// # Errors
/// Those of the file as a whole, and those of the registry; nothing is recorded then.
pub fn import(
    store: &mut Store,
    request: &ImportRequest<'_>,
    moment: &mut dyn FnMut() -> Moment,
) -> Result<Report, ExchangeError> {
    let person = store
        .people()
        .get(&request.author.unit, &request.author.name);
    let allowed = [Role::Verifier, Role::Eradicator];
    if !person.is_some_and(|person| allowed.iter().any(|role| person.roles.contains(role))) {
        let (unit, name) = (&request.author.unit, &request.author.name);
        let refused = StoreError::no_role(store.people(), unit, name, &allowed);
        return Err(ExchangeError::from(refused));
    }
    let found = read(request.path)?;
    let mut rows = Vec::new();
    let mut blank = 0;
    let mut shifts: Vec<(Option<(&'static str, f64)>, f64)> = Vec::new();
    for table in &found.tables {
        for row in &table.rows {
            let known = SiteRef::of(store, row)?;
            if let (Ok(known), Ok(Some(at))) = (&known, row.place()) {
                let truly = known.site.place.lonlat();
                let apart = known.site.place.distance_m(&Place::point(at));
                shifts.push((shift(truly, at), apart));
            }
            if !form_parse::is_filled(row) {
                blank += 1;
                continue;
            }
            let taken = row::take(store, request, table, row, known)?;
            rows.push(taken);
        }
    }
    check_shift(request.path, &shifts)?;
    row::refuse_twins(&mut rows);
    let workshop = tempfile::tempdir().ok().filter(|_| request.rehearse);
    let folder = workshop
        .as_ref()
        .map_or_else(|| store.evidence_folder(), |w| w.path().to_path_buf());
    for taken in &mut rows {
        keep_photos(store, request, &folder, taken)?;
    }
    let record = |store: &mut Store| -> Result<Vec<RowReport>, StoreError> {
        let mut reports = Vec::new();
        for taken in rows {
            reports.extend(record_row(store, request, found.sha256, taken, moment)?);
        }
        Ok(reports)
    };
    let rows = if request.rehearse {
        store.rehearse(record)?
    } else {
        store.write(record)?
    };
    Ok(Report {
        rows,
        blank,
        journal: found.journal,
        unread: found.unread,
        pictures: found.pictures,
        hidden: found.hidden,
        hidden_rows: found.hidden_rows,
    })
}

/// A file whose rows lie apart from their sites as a map program shifts them is refused as a whole.
fn check_shift(
    path: &Path,
    shifts: &[(Option<(&'static str, f64)>, f64)],
) -> Result<(), ExchangeError> {
    let apart = shifts.iter().filter(|(_, metres)| *metres > 100.0).count();
    let mut by_system: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    for (system, metres) in shifts.iter().filter_map(|(shift, _)| *shift) {
        by_system.entry(system).or_default().push(metres);
    }
    for (system, metres) in by_system {
        if metres.len() * 2 > apart {
            return Err(ExchangeError::shifted(path, system, &metres));
        }
    }
    Ok(())
}

/// Keeps a row's photographs before any event names them; a row with one that will not do is refused.
fn keep_photos(
    store: &Store,
    request: &ImportRequest<'_>,
    folder: &Path,
    taken: &mut RowInHand,
) -> Result<(), ExchangeError> {
    let Ok(ready) = &mut taken.ready else {
        return Ok(());
    };
    let place = ready.place.clone();
    for step in &mut ready.steps {
        match keep_of(store, request, folder, &place, step) {
            Ok(evidence) => step.evidence = evidence,
            Err(Ok(flaw)) => {
                taken.ready = Err(flaw);
                return Ok(());
            }
            Err(Err(other)) => return Err(other),
        }
    }
    Ok(())
}

fn keep_of(
    store: &Store,
    request: &ImportRequest<'_>,
    folder: &Path,
    place: &Place,
    step: &RowStep,
) -> Result<Vec<EvidenceRef>, Result<RowFlaw, ExchangeError>> {
    let role = match step.what {
        RowSubject::Visit => EvidenceRole::Scene,
        RowSubject::Eradication => EvidenceRole::After,
    };
    let beside = crate::files::folder_of(request.path);
    let mut paths: Vec<PathBuf> = Vec::new();
    for cell in &step.photos {
        for path in photos::all(&beside, cell).map_err(Ok)? {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    let occasion = Occasion {
        place: Some(place),
        day: &step.at,
        settings: store.settings(),
    };
    let keep = |path: &PathBuf| {
        let name = || {
            path.strip_prefix(&beside)
                .unwrap_or(path)
                .display()
                .to_string()
        };
        evidence::keep(folder, path, role, occasion).map_err(|error| match error {
            EvidenceError::NotAPhoto { .. } | EvidenceError::StaysHere { .. } => {
                Ok(RowFlaw::NotAPhoto(name()))
            }
            EvidenceError::Unreadable { .. } => Ok(RowFlaw::NoPhoto(name())),
            other @ EvidenceError::Unwritable { .. } => Err(ExchangeError::Evidence(other)),
        })
    };
    paths.iter().map(keep).collect()
}

//! Taking in what crews filled in: each row once, row by row.
//!
//! A row is recorded as a visit, an eradication or both, whose author saw the heads that the exported copy carried.
//! Where the site has moved on since, replay decides as for any two offices: two moves are a dispute, two edits are marked
//! as parallel. A point without a site is a new find. What will not do is refused with its line and its reason, and the
//! rest is kept.

mod flaw;
mod photos;
mod row;

pub use flaw::RowFlaw;
pub use row::{Known, What};

use super::ExchangeError;
use super::gcj02::shift;
use super::read::read;
use super::{filled, table};
use crate::ground::Journal;
use crate::registry::body::{Body, Imported};
use crate::registry::event::{EvidenceRef, EvidenceRole, Sealed};
use crate::registry::place::Place;
use crate::registry::{Hash, Role, SiteKey, State};
use crate::store::evidence::{self, EvidenceError};
use crate::store::{Author, Draft, Moment, Store, StoreError};
use row::{Ready, Step, Taken};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is asked.
#[derive(Debug)]
pub struct Request<'a> {
    /// The file.
    pub path: &'a Path,
    /// Who records it.
    pub author: &'a Author,
    /// Now, which bounds times and gives their zone.
    pub now: jiff::Zoned,
    /// When the visits were, for rows that do not say.
    pub when: Option<String>,
    /// Only show what would be recorded.
    pub rehearse: bool,
}

/// What became of one thing that a row reports.
#[derive(Debug, Clone, PartialEq)]
pub struct RowReport {
    /// The sheet or layer; empty where a file has one.
    pub table: String,
    /// The line, or the number of the feature.
    pub line: u64,
    /// The site, where the row names one that is known.
    pub site: Option<(SiteKey, String)>,
    /// What the row reports; `None` where it is refused before that is known.
    pub what: Option<What>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of what a row reports.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// It was recorded, or would be.
    Recorded(Box<Recorded>),
    /// It had been recorded before.
    Before,
    /// It was not recorded.
    Refused(RowFlaw),
}

/// A row that was recorded.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a remark of its own to whoever imports"
)]
pub struct Recorded {
    /// The site's state afterwards.
    pub state: State,
    /// Whether the row made the site: a new find.
    pub added: bool,
    /// Whether the site had moved on since the copy was made.
    pub moved_on: bool,
    /// Whether the site is in dispute afterwards.
    pub disputed: bool,
    /// Fields that were edited in parallel.
    pub parallel: Vec<String>,
    /// What does not fit about its photographs: name and mark.
    pub marks: Vec<(String, String)>,
    /// Metres from the site to the row's position, where that lies outside the site: the position is not taken over.
    pub apart_m: Option<f64>,
    /// The row's position, where it is apart.
    pub position: Option<crate::ground::LonLat>,
    /// Whether the row carried no head hash, so that it was taken for a copy of the present state.
    pub without_head: bool,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What the rows that were filled in report, in order: of one row the visit before the eradication.
    pub rows: Vec<RowReport>,
    /// Rows that nobody filled in.
    pub blank: usize,
    /// What lay beside a GeoPackage.
    pub journal: Journal,
    /// Titles that are not understood, of columns that hold anything.
    pub unread: Vec<String>,
    /// Pictures inside a spreadsheet, which are not read.
    pub pictures: usize,
}

impl Report {
    /// How many rows were refused.
    pub fn refused(&self) -> usize {
        self.rows
            .iter()
            .filter(|row| matches!(row.fate, Fate::Refused(_)))
            .count()
    }
}

/// Takes in a file, or shows what taking it in would do.
///
/// # Errors
/// Those of the file as a whole, and those of the registry; nothing is recorded then.
pub fn import(
    store: &mut Store,
    request: &Request<'_>,
    moment: &mut dyn FnMut() -> Moment,
) -> Result<Report, ExchangeError> {
    let person = store
        .people()
        .get(&request.author.unit, &request.author.name);
    let allowed = [Role::Verifier, Role::Eradicator];
    if !person.is_some_and(|person| allowed.iter().any(|role| person.roles.contains(role))) {
        return Err(ExchangeError::from(StoreError::NoRole {
            actor: request.author.name.clone(),
            roles: allowed.map(Role::name).to_vec(),
        }));
    }
    let found = read(request.path)?;
    let sha256 = Hash::of(&std::fs::read(request.path).unwrap_or_default());
    let mut rows = Vec::new();
    let mut blank = 0;
    let mut shifts: Vec<(Option<(&'static str, f64)>, f64)> = Vec::new();
    for table in &found.tables {
        for row in &table.rows {
            let known = Known::of(store, row)?;
            if let (Ok(known), Ok(Some(at))) = (&known, row.place()) {
                let truly = known.site.place.lonlat();
                let apart = known.site.place.distance_m(&Place::point(at));
                shifts.push((shift(truly, at), apart));
            }
            if !filled::is_filled(row) {
                blank += 1;
                continue;
            }
            let taken = row::take(store, request, &table.name, row, known)?;
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
            reports.extend(record_row(store, request, sha256, taken, moment)?);
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
    request: &Request<'_>,
    folder: &Path,
    taken: &mut Taken,
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
    request: &Request<'_>,
    folder: &Path,
    place: &Place,
    step: &Step,
) -> Result<Vec<EvidenceRef>, Result<RowFlaw, ExchangeError>> {
    let role = match step.what {
        What::Visit => EvidenceRole::Scene,
        What::Eradication => EvidenceRole::After,
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
    let keep = |path: &PathBuf| {
        let name = || {
            path.strip_prefix(&beside)
                .unwrap_or(path)
                .display()
                .to_string()
        };
        evidence::keep(folder, path, role, Some(place), &step.at, store.settings()).map_err(
            |error| match error {
                EvidenceError::NotAPhoto { .. } => Ok(RowFlaw::NotAPhoto(name())),
                EvidenceError::Unreadable { .. } => Ok(RowFlaw::NoPhoto(name())),
                other @ EvidenceError::Unwritable { .. } => Err(ExchangeError::Evidence(other)),
            },
        )
    };
    paths.iter().map(keep).collect()
}

/// What is reported, without the file that it came in.
fn plain(body: &Body) -> Body {
    let mut body = body.clone();
    set_imported(&mut body, None);
    body
}

fn set_imported(body: &mut Body, imported: Option<Imported>) {
    match body {
        Body::Visit(visit) => visit.imported = imported,
        Body::Eradicate(eradicate) => eradicate.imported = imported,
        _ => {}
    }
}

/// The event of the site's history that reports the same already.
fn recorded_before(events: &[Sealed], step: &Step) -> Option<Hash> {
    let files = |evidence: &[EvidenceRef]| -> std::collections::BTreeSet<Hash> {
        evidence.iter().map(|file| file.sha256).collect()
    };
    events
        .iter()
        .find(|sealed| {
            sealed.event.at == step.at
                && plain(&sealed.event.body) == step.body
                && files(&sealed.event.evidence) == files(&step.evidence)
        })
        .map(|sealed| sealed.hash)
}

/// Records what a row reports, one thing after the other; what comes after something that was refused is not tried.
fn record_row(
    store: &mut Store,
    request: &Request<'_>,
    sha256: Hash,
    taken: Taken,
    moment: &mut dyn FnMut() -> Moment,
) -> Result<Vec<RowReport>, StoreError> {
    let mut report = RowReport {
        table: taken.table,
        line: taken.line,
        site: taken.site,
        what: None,
        fate: Fate::Before,
    };
    let mut ready = match taken.ready {
        Ok(ready) => ready,
        Err(flaw) => {
            report.fate = Fate::Refused(flaw);
            return Ok(vec![report]);
        }
    };
    let imported = Imported {
        file: request
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        sha256,
        line: report.line,
    };
    let added = match refusable(add(store, request, &mut ready, moment))? {
        Ok(added) => added,
        Err(flaw) => {
            report.fate = Fate::Refused(flaw);
            return Ok(vec![report]);
        }
    };
    if added || report.site.is_none() {
        report.site = Some((ready.key, store.code(ready.key)?));
    }
    let mut reports = Vec::new();
    for step in std::mem::take(&mut ready.steps) {
        report.what = Some(step.what);
        report.fate = record_step(store, request, &imported, &mut ready, step, moment)?;
        if let Fate::Recorded(recorded) = &mut report.fate {
            recorded.added = added;
        }
        reports.push(report.clone());
        if matches!(report.fate, Fate::Refused(_)) {
            break;
        }
    }
    Ok(reports)
}

/// What concerns a row alone, apart from what ends the import.
fn refusable<T>(tried: Result<T, StoreError>) -> Result<Result<T, RowFlaw>, StoreError> {
    match tried {
        Ok(done) => Ok(Ok(done)),
        Err(StoreError::Refused { refusal, .. }) => Ok(Err(RowFlaw::Move(refusal))),
        Err(StoreError::NoRole { actor, roles }) => Ok(Err(RowFlaw::NoRole(actor, roles))),
        Err(other) => Err(other),
    }
}

/// Makes the site of a new find, and gives it to those who found it. Returns whether it was not known before.
fn add(
    store: &mut Store,
    request: &Request<'_>,
    ready: &mut Ready,
    moment: &mut dyn FnMut() -> Moment,
) -> Result<bool, StoreError> {
    let Some(find) = ready.find.take() else {
        return Ok(false);
    };
    if let Some(known) = store.site(ready.key)? {
        ready.seen = known.heads;
        return Ok(false);
    }
    for body in find {
        let draft = Draft {
            site: Some(ready.key),
            at: ready.found_at.clone(),
            evidence: vec![],
            body,
        };
        let seen = std::mem::take(&mut ready.seen);
        let sealed = store.append_on(request.author, draft, seen, moment())?;
        ready.seen = vec![sealed.hash];
    }
    Ok(true)
}

fn record_step(
    store: &mut Store,
    request: &Request<'_>,
    imported: &Imported,
    ready: &mut Ready,
    step: Step,
    moment: &mut dyn FnMut() -> Moment,
) -> Result<Fate, StoreError> {
    if let Some(hash) = recorded_before(&store.events_of(ready.key)?, &step) {
        // Whoever reports the next thing has seen this one.
        ready.seen = vec![hash];
        return Ok(Fate::Before);
    }
    let marks = step
        .evidence
        .iter()
        .flat_map(|file| {
            file.marks
                .iter()
                .map(|mark| (file.name.clone(), mark.clone()))
        })
        .collect();
    let mut body = step.body;
    set_imported(&mut body, Some(imported.clone()));
    let draft = Draft {
        site: Some(ready.key),
        at: step.at,
        evidence: step.evidence,
        body,
    };
    match refusable(store.append_on(request.author, draft, ready.seen.clone(), moment()))? {
        Ok(sealed) => ready.seen = vec![sealed.hash],
        Err(flaw) => return Ok(Fate::Refused(flaw)),
    }
    let Some(after) = store.site(ready.key)? else {
        return Ok(Fate::Refused(RowFlaw::NoSite));
    };
    Ok(Fate::Recorded(Box::new(Recorded {
        state: after.state,
        added: false,
        moved_on: ready.moved_on,
        disputed: after.disputed,
        parallel: after
            .parallel
            .difference(&ready.parallel)
            .cloned()
            .collect(),
        marks,
        apart_m: ready.apart_m,
        position: ready.position.filter(|_| ready.apart_m.is_some()),
        without_head: ready.without_head,
    })))
}

//! Taking in what crews filled in: each row once, row by row.
//!
//! A row is recorded as a visit whose author saw the heads that the exported copy carried. Where the site has moved on
//! since, replay decides as for any two offices: two moves are a dispute, two edits are marked as parallel. A row that
//! will not do is refused with its line and its reason, and the rest is kept.

mod flaw;
mod row;

pub use flaw::RowFlaw;
pub use row::Known;

use super::ExchangeError;
use super::gcj02::shift;
use super::geopackage::Journal;
use super::read::read;
use super::{filled, table};
use crate::registry::body::{Body, Visit};
use crate::registry::event::{EvidenceRef, EvidenceRole, Sealed};
use crate::registry::evidence::{self, EvidenceError};
use crate::registry::store::{Author, Draft, Moment, Store, StoreError};
use crate::registry::{Hash, SiteKey, State};
use row::{Ready, Taken};
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

/// What became of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowReport {
    /// The sheet or layer; empty where a file has one.
    pub table: String,
    /// The line, or the number of the feature.
    pub line: u64,
    /// The site, where the row names one that is known.
    pub site: Option<(SiteKey, String)>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a row.
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
pub struct Recorded {
    /// The site's state afterwards.
    pub state: State,
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
    /// The rows that were filled in.
    pub rows: Vec<RowReport>,
    /// Rows that nobody filled in.
    pub blank: usize,
    /// What lay beside a GeoPackage.
    pub journal: Journal,
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
    let (tables, journal) = read(request.path)?;
    let sha256 = Hash::of(&std::fs::read(request.path).unwrap_or_default());
    let mut rows = Vec::new();
    let mut blank = 0;
    let mut shifts: Vec<(Option<(&'static str, f64)>, f64)> = Vec::new();
    for table in &tables {
        for row in &table.rows {
            let known = Known::of(store, row)?;
            if let (Ok(known), Some(at)) = (&known, row.position) {
                let truly = known.site.place.lonlat();
                let apart = known
                    .site
                    .place
                    .distance_m(&crate::registry::place::Place::point(at));
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
        rows.into_iter()
            .map(|taken| record_row(store, request, sha256, taken, moment))
            .collect()
    };
    let rows = if request.rehearse {
        store.rehearse(record)?
    } else {
        store.write(record)?
    };
    Ok(Report {
        rows,
        blank,
        journal,
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
            let mean = metres.iter().sum::<f64>() / metres.len() as f64;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "some hundred metres"
            )]
            return Err(ExchangeError::Shifted {
                path: path.into(),
                system,
                metres: mean.round() as u32,
                rows: metres.len(),
            });
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
    let mut flaw = None;
    for name in &ready.photos {
        let kept = find(request.path, name).and_then(|path| {
            evidence::keep(
                folder,
                &path,
                EvidenceRole::Scene,
                Some(&ready.site.place),
                &ready.at,
                store.settings(),
            )
            .map_err(|error| match error {
                EvidenceError::NotAPhoto { .. } => Ok(RowFlaw::NotAPhoto(name.clone())),
                EvidenceError::Unreadable { .. } => Ok(RowFlaw::NoPhoto(name.clone())),
                other @ EvidenceError::Unwritable { .. } => Err(ExchangeError::Evidence(other)),
            })
        });
        match kept {
            Ok(file) => ready.evidence.push(file),
            Err(Ok(found)) => {
                flaw = Some(found);
                break;
            }
            Err(Err(other)) => return Err(other),
        }
    }
    if let Some(flaw) = flaw {
        taken.ready = Err(flaw);
    }
    Ok(())
}

/// A photograph beside the file: by its path from there, or by its name alone in the folders where field programs put
/// them. A path that leads elsewhere is none.
fn find(file: &Path, name: &str) -> Result<PathBuf, Result<RowFlaw, ExchangeError>> {
    let name = name.replace('\\', "/");
    let folder = super::out::folder_of(file);
    let relative = Path::new(&name);
    let plain = relative.components().all(|part| {
        matches!(
            part,
            std::path::Component::Normal(_) | std::path::Component::CurDir
        )
    });
    if !plain {
        return Err(Ok(RowFlaw::PhotoElsewhere(name)));
    }
    let bare = relative.file_name().map_or(relative, Path::new);
    [
        relative.to_path_buf(),
        bare.into(),
        Path::new("DCIM").join(bare),
        Path::new("photos").join(bare),
    ]
    .into_iter()
    .map(|path| folder.join(path))
    .find(|path| path.is_file())
    .ok_or(Ok(RowFlaw::NoPhoto(name)))
}

fn same_visit(a: &Visit, b: &Visit) -> bool {
    let plain = |visit: &Visit| Visit {
        imported: None,
        ..visit.clone()
    };
    plain(a) == plain(b)
}

/// Whether the site's history holds this visit already.
fn recorded_before(events: &[Sealed], ready: &Ready) -> bool {
    let files = |evidence: &[EvidenceRef]| -> std::collections::BTreeSet<Hash> {
        evidence.iter().map(|file| file.sha256).collect()
    };
    events.iter().any(|sealed| match &sealed.event.body {
        Body::Visit(visit) => {
            sealed.event.at == ready.at
                && same_visit(visit, &ready.visit)
                && files(&sealed.event.evidence) == files(&ready.evidence)
        }
        _ => false,
    })
}

fn record_row(
    store: &mut Store,
    request: &Request<'_>,
    sha256: Hash,
    taken: Taken,
    moment: &mut dyn FnMut() -> Moment,
) -> Result<RowReport, StoreError> {
    let Taken {
        table,
        line,
        site,
        ready,
    } = taken;
    let report = |fate| RowReport {
        table,
        line,
        site,
        fate,
    };
    let ready = match ready {
        Ok(ready) => ready,
        Err(flaw) => return Ok(report(Fate::Refused(flaw))),
    };
    let key = ready.site.key;
    if recorded_before(&store.events_of(key)?, &ready) {
        return Ok(report(Fate::Before));
    }
    let marks = ready
        .evidence
        .iter()
        .flat_map(|file| {
            file.marks
                .iter()
                .map(|mark| (file.name.clone(), mark.clone()))
        })
        .collect();
    let mut visit = ready.visit;
    visit.imported = Some(crate::registry::body::Imported {
        file: request
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        sha256,
        line,
    });
    let draft = Draft {
        site: Some(key),
        at: ready.at,
        evidence: ready.evidence,
        body: Body::Visit(Box::new(visit)),
    };
    match store.append_on(request.author, draft, ready.seen, moment()) {
        Ok(_) => {}
        Err(StoreError::Refused { refusal, .. }) => {
            return Ok(report(Fate::Refused(RowFlaw::Move(refusal))));
        }
        Err(other) => return Err(other),
    }
    let Some(after) = store.site(key)? else {
        return Ok(report(Fate::Refused(RowFlaw::NoSite)));
    };
    let parallel = after
        .parallel
        .difference(&ready.site.parallel)
        .cloned()
        .collect();
    Ok(report(Fate::Recorded(Box::new(Recorded {
        state: after.state,
        moved_on: ready.moved_on,
        disputed: after.disputed,
        parallel,
        marks,
        apart_m: ready.apart_m,
        position: ready.position.filter(|_| ready.apart_m.is_some()),
        without_head: ready.without_head,
    }))))
}

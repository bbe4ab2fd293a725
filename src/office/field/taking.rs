//! Taking in a table that a crew sent: out of a copy, with the crew's photographs beside it, as a file from a stick would be.

use super::inbox::{Inbox, Version, is_table};
use super::outcome::VersionOutcome;
use super::paths::{ending, folded, joined, split};
use super::{Access, OfficeError};
use crate::exchange::import::Report;
use crate::files::{self, FileError};
use crate::office::import::import;
use crate::office::{Credentials, Office, clock};
use crate::printable::of_folder;
use crate::registry::Hash;
use crate::store::StoreError;
use crate::words::{Fault, Say};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where what is needed lies.
pub(super) struct Desk<'a> {
    pub registry: &'a Path,
    pub access: &'a Access,
    /// A folder for work, on the disk of the kept files.
    pub work: &'a Path,
    /// Where a kept file lies.
    pub kept: &'a dyn Fn(Hash) -> PathBuf,
}

/// What was taken in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TakenIn {
    pub outcomes: usize,
    pub waits: bool,
}

/// Whether the registry is held by another program, or its disk is gone.
fn has_to_wait(error: &StoreError) -> bool {
    matches!(error, StoreError::Held { .. } | StoreError::Missing { .. })
}

/// Takes a version in. `None` where it has to wait: the registry is held or gone, or the machine is at fault.
pub(super) fn take(desk: &Desk<'_>, inbox: &Inbox, version: &Version) -> Option<VersionOutcome> {
    let (seen, at) = (inbox.lines(), clock::instant());
    // Where there is no room to work it is the machine that is at fault.
    let work = tempfile::tempdir_in(desk.work).ok()?;
    let table = work.path().join(name(&version.path, &desk.access.id));
    let outcome = match taken(desk, inbox, version, (work.path(), &table)) {
        Ok(report) => VersionOutcome::read(version, seen, at, &report),
        Err(OfficeError::Store(error)) if has_to_wait(&error) => return None,
        Err(error) if error.fault() == Fault::Machine => return None,
        Err(error) => VersionOutcome::failed(version, seen, at, &error),
    };
    Some(told_to_crew(outcome, work.path(), &table))
}

/// What became of it, in which a crew's files are called as the crew calls them, and nothing is told of where they lay.
fn told_to_crew(mut outcome: VersionOutcome, work: &Path, table: &Path) -> VersionOutcome {
    let table = table.display().to_string();
    let of_rows = outcome.rows.iter_mut().flat_map(|row| &mut row.told);
    for text in outcome.error.iter_mut().chain(of_rows).flatten() {
        *text = of_folder(&text.replace(&table, &outcome.path), work);
    }
    outcome
}

fn taken(
    desk: &Desk<'_>,
    inbox: &Inbox,
    version: &Version,
    (work, table): (&Path, &Path),
) -> Result<Report, OfficeError> {
    let mut laid: BTreeSet<String> = BTreeSet::new();
    let show = |sha256, path: &Path| {
        files::show_as(&(desk.kept)(sha256), path).map_err(FileError::of(path))
    };
    for (path, sha256) in inbox
        .files()
        .filter(|(path, _)| goes_beside(path, &version.path))
    {
        let renamed = path.strip_prefix(version.path.as_str());
        let beside = match renamed {
            // The journal of a table has the table's name.
            Some(rest) => files::beside(table, rest),
            None => work.join(path),
        };
        // A disk that tells no case apart holds one of two names: neither is taken for the other.
        let is_twice = !laid.insert(folded(path)) && beside.exists();
        if is_twice {
            std::fs::remove_file(&beside).map_err(FileError::of(&beside))?;
        }
        // A folder that is called as the table is, or the other way round, keeps no table from being taken in.
        if !is_twice && !beside.starts_with(table) && !table.starts_with(&beside) {
            show(sha256, &beside)?;
        }
    }
    show(version.sha256, table)?;
    let mut office = Office::open(desk.registry, &desk.access.crew)?;
    let session = office.sign_in(Credentials {
        actor: format!("{}/{}", office.unit()?, desk.access.person),
        ..Credentials::default()
    })?;
    import(&mut office, &session, table, false)
}

/// Whether a file may belong to a table: a photograph, or the table's own journal.
fn goes_beside(path: &str, table: &str) -> bool {
    let journal = matches!(ending(path).as_str(), "gpkg-wal" | "gpkg-journal");
    let another = is_table(path);
    if journal {
        path.starts_with(table)
    } else {
        !another && path != table
    }
}

/// The path of a table as its rows will name it: two crews may send files of one name, and a row's line tells it apart from
/// another only within its file.
fn name(path: &str, id: &str) -> String {
    let (folder, name) = split(path);
    if name.starts_with(id) {
        return joined(folder, name);
    }
    joined(folder, &format!("{id}-{name}"))
}

//! Lists of targets that are handed down.

use super::{Files, Office, OfficeError, Session};
use crate::exchange::targets::{check_shift, files_of, recorded_before};
use crate::registry::body::{Body, TargetList};
use serde::Serialize;
use std::path::Path;

/// A list that was taken in.
#[derive(Debug, Clone, Serialize)]
pub struct TakenIn {
    /// Its name.
    pub list: String,
    /// The season that it is for.
    pub season: i16,
    /// How many targets.
    pub targets: usize,
}

/// Takes a list in, and keeps its file; `None` where it was taken in before.
///
/// # Errors
/// Those of a list that is shifted as a map program shifts, of keeping its file, and what the law refuses.
pub fn take_in(
    office: &mut Office,
    session: &Session,
    file: &Path,
    list: TargetList,
) -> Result<Option<TakenIn>, OfficeError> {
    if recorded_before(office.store(), &list)? {
        return Ok(None);
    }
    check_shift(office.store(), file, &list)?;
    let taken = TakenIn {
        list: list.name.clone(),
        season: list.season,
        targets: list.targets.len(),
    };
    let kept = Files::documents(&files_of(file)).keep(office, None, session.at())?;
    office.record(session, None, kept, Body::Targets(Box::new(list)))?;
    Ok(Some(taken))
}

//! The crews that are known, and which of them was meant.

use super::say::{ArgumentError, Failure};
use crate::store::Store;
use crate::text::nearest;

/// Fails where a registry that knows crews does not know this one.
pub(super) fn check(store: &Store, crew: &str) -> Result<(), Failure> {
    let known = store.crews()?;
    if known.iter().any(|name| name == crew) {
        return Ok(());
    }
    Err(unknown(crew, known).into())
}

/// Fails where a registry that knows crews does not know this one; the first may have any name.
pub(super) fn check_first(store: &Store, crew: &str) -> Result<(), Failure> {
    if store.crews()?.is_empty() {
        return Ok(());
    }
    check(store, crew)
}

/// Fails where a registry that knows crews, assigned or on patrol, does not know this one; the first may have any name.
pub(crate) fn check_patrol(store: &Store, crew: &str) -> Result<(), Failure> {
    let mut known = store.crews()?;
    known.extend(store.crews_on_patrol()?);
    known.sort();
    known.dedup();
    if known.is_empty() || known.iter().any(|name| name == crew) {
        return Ok(());
    }
    Err(unknown(crew, known).into())
}

fn unknown(crew: &str, known: Vec<String>) -> ArgumentError {
    ArgumentError::UnknownCrew {
        crew: crew.to_owned(),
        meant: nearest(crew, known.iter().map(String::as_str)).map(str::to_owned),
        known,
    }
}

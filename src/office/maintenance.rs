//! A registry's upkeep: its derived tables made anew, and what is whole of a damaged one saved.

use super::{Office, OfficeError, clock};
use crate::registry::Hash;
use crate::store::{self, Salvaged};
use serde::Serialize;
use std::path::Path;

/// Derived tables that were made anew.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Rebuilt {
    /// How many sites.
    pub sites: u64,
    /// The state of the whole registry.
    pub state: Hash,
}

/// Makes the derived tables anew by replay; others who want to write are told that `name` holds it.
///
/// # Errors
/// Those of reading and writing.
pub fn rebuild(path: &Path, name: &str) -> Result<Rebuilt, OfficeError> {
    let mut office = Office::open(path, name)?;
    Ok(Rebuilt {
        sites: office.store.rebuild()?,
        state: office.store.state_hash()?,
    })
}

/// Saves what is whole of a damaged registry into a new one.
///
/// # Errors
/// Those of reading the damaged one and of writing the new one.
pub fn salvage(from: &Path, to: &Path) -> Result<Salvaged, OfficeError> {
    Ok(store::salvage(from, to, clock::secret())?)
}

//! Entries as people name them: by the beginning of their number, as `log` prints it, or an added site by its code.

use super::error::{EntryError, OfficeError};
use crate::registry::event::Sealed;
use crate::store::Store;

/// Digits of a number at least.
const FEWEST: usize = 4;

/// The entry that a person means by the beginning of its number, of one of these types.
///
/// # Errors
/// [`EntryError`], and those of reading.
pub fn entry(
    store: &Store,
    typed: &str,
    wanted: &'static [&'static str],
) -> Result<Sealed, OfficeError> {
    let digits = typed.trim().to_lowercase();
    let unknown = |found| EntryError::Unknown {
        typed: typed.to_owned(),
        found,
    };
    if digits.len() < FEWEST || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(unknown(0).into());
    }
    let mut found = store.events_beginning(&digits)?;
    // Of several, those of the wanted types are meant.
    if found.len() > 1 {
        found.retain(|sealed| wanted.contains(&sealed.event.body.kind()));
    }
    if found.len() != 1 {
        return Err(unknown(found.len()).into());
    }
    let one = found.remove(0);
    let kind = one.event.body.kind();
    if wanted.contains(&kind) {
        return Ok(one);
    }
    let kind = kind.to_owned();
    let typed = typed.to_owned();
    Err(EntryError::Kind {
        typed,
        kind,
        wanted,
    }
    .into())
}

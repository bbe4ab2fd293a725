//! What an office records beside its sites, what led to a site, and the voiding of wrong entries.

use super::entry::{EntryError, entry};
use crate::registry::SiteKey;
use crate::registry::body::{Body, CameOf, Void};
use crate::registry::event::Sealed;
use crate::store::{Author, Draft, Moment, Store, StoreError};

/// The types of entries that can be voided.
const VOIDABLE: &[&str] = &[
    "create",
    "assign",
    "visit",
    "patrol",
    "targets",
    "duty",
    "round",
    "finding",
    "measure",
    "settle",
    "tip",
    "tip_closed",
    "reward",
];

/// Records something that concerns no site.
///
/// # Errors
/// Those of [`Store::append`].
pub fn record(
    store: &mut Store,
    author: &Author,
    body: Body,
    at: String,
    moment: Moment,
) -> Result<Sealed, StoreError> {
    append(store, author, None, body, at, moment)
}

fn append(
    store: &mut Store,
    author: &Author,
    site: Option<SiteKey>,
    body: Body,
    at: String,
    moment: Moment,
) -> Result<Sealed, StoreError> {
    let draft = Draft {
        site,
        at,
        evidence: vec![],
        body,
    };
    store.write(|store| store.append(author, draft, moment))
}

/// Records that a site came of a patrol or a tip-off.
///
/// # Errors
/// [`EntryError`].
pub fn came_of(
    store: &mut Store,
    author: &Author,
    site: SiteKey,
    typed: &str,
    at: String,
    moment: Moment,
) -> Result<Sealed, EntryError> {
    let of = entry(store, typed, &["patrol", "tip"])?.hash;
    let body = Body::CameOf(CameOf { of });
    Ok(append(store, author, Some(site), body, at, moment)?)
}

/// Voids a wrong entry, named by its number, or an added site by its code. Returns the event and the entry.
///
/// # Errors
/// [`EntryError`].
pub fn void(
    store: &mut Store,
    author: &Author,
    typed: &str,
    reason: String,
    at: String,
    moment: Moment,
) -> Result<(Sealed, Sealed), EntryError> {
    let wrong = match founding(store, typed)? {
        Some(founding) => founding,
        None => entry(store, typed, VOIDABLE)?,
    };
    let body = Body::Void(Void {
        of: wrong.hash,
        reason,
    });
    let done = append(store, author, wrong.event.site, body, at, moment)?;
    Ok((done, wrong))
}

/// The founding of a site that is named by its code.
fn founding(store: &Store, typed: &str) -> Result<Option<Sealed>, StoreError> {
    let Ok(key) = store.find(typed) else {
        return Ok(None);
    };
    let created = store.site(key)?.and_then(|site| site.created);
    let events = store.events_of(key)?;
    Ok(events
        .into_iter()
        .find(|sealed| created.as_ref().is_some_and(|c| c.event == sealed.hash)))
}

//! Whether anything is left of a site by what its eradications say. One per cent is an eradication, too, but none of a site.

use crate::registry::{SiteKey, State};
use crate::store::{Store, StoreError};
use std::collections::BTreeSet;

/// Whether all of a site is said to be gone: it was accepted, or eradicated to a hundred per cent; a part that nobody worked on
/// since as its whole was.
///
/// # Errors
/// Those of reading.
pub(super) fn is_all_gone(store: &Store, key: SiteKey, state: State) -> Result<bool, StoreError> {
    match state {
        State::Closed => Ok(true),
        State::Eradicated => Ok(percent(store, key)?.is_none_or(|percent| percent == 100)),
        _ => Ok(false),
    }
}

/// The state whose work is still to be done: what is eradicated in part has still to be eradicated.
pub(super) fn step_of(state: State, is_all_gone: bool) -> State {
    if state == State::Eradicated && !is_all_gone {
        State::Confirmed
    } else {
        state
    }
}

/// Per cent destroyed by the last eradication; where there was none of its own, the least of the whole's and of those that became
/// part of it.
fn percent(store: &Store, key: SiteKey) -> Result<Option<u8>, StoreError> {
    let (mut least, mut waiting, mut seen) = (None, vec![key], BTreeSet::from([key]));
    while let Some(key) = waiting.pop() {
        let Some(site) = store.site(key)? else {
            continue;
        };
        if let Some(percent) = site.percent() {
            least = Some(least.map_or(percent, |least: u8| least.min(percent)));
        } else {
            let before = site.absorbed.iter().chain(&site.split_from).copied();
            waiting.extend(before.filter(|key| seen.insert(*key)));
        }
    }
    Ok(least)
}

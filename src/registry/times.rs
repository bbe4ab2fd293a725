//! When the events of a site happened: as they say, or as a correction that is followed says since.

use super::body::Body;
use super::event::Sealed;
use super::ids::Hash;
use super::site::Site;
use std::collections::HashMap;

/// The times of events that were corrected, RFC 3339 as the last correction that is followed gives them.
pub fn corrected_times(site: &Site, events: &[Sealed]) -> HashMap<Hash, String> {
    let is_refused = |hash: Hash| site.refused.iter().any(|(refused, _)| *refused == hash);
    let mut corrections: Vec<&Sealed> = events
        .iter()
        .filter(|sealed| !is_refused(sealed.hash))
        .collect();
    corrections.sort_by_key(|sealed| (sealed.event.id, sealed.hash));
    let times = corrections.into_iter().filter_map(|sealed| {
        let Body::Correct(correct) = &sealed.event.body else {
            return None;
        };
        Some((correct.of?, correct.at.clone()?))
    });
    times.collect()
}

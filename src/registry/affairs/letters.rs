//! Which letter of responsibility stands of several for one district or household. Pure.

use super::stamped::Stamped;
use crate::registry::body::Duty;
use crate::registry::unit::depth;
use std::collections::BTreeMap;

/// Which letter stands: its place among all of them, by season, district and household.
pub(super) type StandingLetter = BTreeMap<(i16, String, Option<String>), usize>;

/// Of several letters for one district or household the one of the highest unit stands, then the last. What a unit signs
/// for itself does not take the place of what the unit above signed with it.
pub(super) fn standing(duties: &[Stamped<Duty>]) -> StandingLetter {
    let mut standing = StandingLetter::new();
    for (at, duty) in duties.iter().enumerate() {
        let of = |at: usize| depth(&duties[at].stamp.actor.unit);
        let body = &duty.body;
        let key = (body.season, body.district.clone(), body.household.clone());
        let stands = standing.entry(key).or_insert(at);
        if of(at) <= of(*stands) {
            *stands = at;
        }
    }
    standing
}

//! The list of letters of responsibility 责任书: who answers for which district, and for a household.

use super::{Asker, LedgerLine, Listed, MOST, New};
use crate::office::Session;
use crate::registry::Hash;
use crate::registry::affairs::Stamped;
use crate::registry::body::Duty;
use crate::registry::unit::is_at_or_below;
use crate::store::{Store, StoreError};
use serde::Serialize;
use std::collections::BTreeSet;

/// Letters of a season.
#[derive(Debug, Clone, Serialize)]
pub struct Duties {
    /// Which.
    #[serde(flatten)]
    pub listed: Listed,
    /// How many there are.
    pub total: usize,
    /// The first of them, in the order of their districts and households.
    pub duties: Vec<DutyLine>,
}

/// A letter.
#[derive(Debug, Clone, Serialize)]
pub struct DutyLine {
    /// Its entry.
    #[serde(flatten)]
    pub line: LedgerLine,
    /// The district.
    pub district: String,
    /// The household of that village that signed.
    pub household: Option<String>,
    /// Who answers for it.
    pub answers: String,
    /// Their post.
    pub post: Option<String>,
    /// The number of the letter.
    pub letter: Option<String>,
    /// The day it was signed.
    pub signed_on: Option<String>,
    /// Whether it stands: another one of a higher unit, or a later one, may have taken its place.
    pub stands: bool,
}

/// The letters of a season, of the latest of which there is one where none is named; of a district those for it and below it, and for
/// those above.
///
/// # Errors
/// Those of reading.
pub fn duties(
    store: &Store,
    session: &Session,
    asked: Option<i16>,
    district: Option<&str>,
) -> Result<Duties, StoreError> {
    let asker = Asker::of(store, session);
    let affairs = store.affairs()?;
    let seasons = affairs.duties.iter().map(|duty| duty.body.season);
    let listed = Listed::of(store, asked, seasons, asker.may(&[New::Duty]))?;
    let meant =
        |code: &str| district.is_none_or(|of| is_at_or_below(code, of) || is_at_or_below(of, code));
    let own = affairs.duties.iter();
    let mut own: Vec<&Stamped<Duty>> = own
        .filter(|duty| duty.body.season == listed.season && meant(&duty.body.district))
        .collect();
    own.sort_by_key(|duty| (&duty.body.district, &duty.body.household));
    let total = own.len();
    own.truncate(MOST);
    let standing = affairs.standing_duties(listed.season);
    let standing: BTreeSet<Hash> = standing.map(|duty| duty.stamp.event).collect();
    let line = |duty: &Stamped<Duty>| of(&asker, duty, standing.contains(&duty.stamp.event));
    Ok(Duties {
        total,
        duties: own.into_iter().map(line).collect(),
        listed,
    })
}

fn of(asker: &Asker, said: &Stamped<Duty>, stands: bool) -> DutyLine {
    let duty = said.body.clone();
    DutyLine {
        line: asker.last_line(&said.stamp, duty.season),
        district: duty.district,
        household: duty.household,
        answers: duty.person,
        post: duty.post,
        letter: duty.letter,
        signed_on: duty.signed_on,
        stands,
    }
}

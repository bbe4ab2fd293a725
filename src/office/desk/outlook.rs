//! Where screening of a season stands: whether it may stop, and how many of its candidates will be real.

use super::stopping::{MAY_MISS, Stop, stop};
use crate::office::OfficeError;
use crate::province::projection::known_facts;
use crate::province::prospects::Prospects;
use crate::store::Store;
use serde::Serialize;

/// Where screening of a season stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outlook {
    /// Whether it may stop.
    #[serde(flatten)]
    pub stop: Stop,
    /// How many will be real.
    pub prospects: Prospects,
}

/// Where screening stands of the season that is asked for, else of the last that has an open candidate.
///
/// # Errors
/// [`OfficeError::NothingOpen`] where there are no candidates at all, and those of reading.
pub fn outlook(store: &Store, season: Option<i16>) -> Result<Outlook, OfficeError> {
    let stop = stop(store, season, MAY_MISS)?;
    let facts = known_facts(store)?;
    Ok(Outlook {
        prospects: Prospects::of_season(&facts, stop.season),
        stop,
    })
}

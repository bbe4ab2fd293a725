//! A site as it stands: what a use case that changed it answers, and what is shown of it.

use super::clock;
use super::desk::{Veil, awaits_second};
use crate::registry::{Hash, Site, SiteKey};
use crate::store::{Store, StoreError};
use crate::words::Lang;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

/// A site with what follows from it today, here.
#[derive(Debug, Clone, Serialize)]
pub struct SiteNow {
    /// Everything that its events say.
    #[serde(flatten)]
    pub site: Site,
    /// Its code in this registry.
    pub id: String,
    /// Degrees east of its middle.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
    /// Its area in square metres.
    pub area_m2: Option<f64>,
    /// Its state in Chinese.
    pub state_zh: &'static str,
    /// The day by which its next step is due.
    pub due: Option<String>,
    /// Days past that day.
    pub overdue_days: Option<i32>,
    /// The crew that it is assigned to.
    pub crew: Option<String>,
    /// Whether it was kept at the desk; `None` where nobody decided.
    pub kept: Option<bool>,
    /// Its rank in the scan that found it.
    pub rank: Option<u64>,
    /// The candidate of that scan.
    pub candidate: Option<String>,
    /// The end of its history.
    pub head: Hash,
    /// The district that it lies in, by the boundary file.
    pub district: Option<Value>,
    /// Whether it was accepted by somebody who did not sign.
    pub accepted_without_own_key: bool,
}

impl SiteNow {
    /// A site of a registry as it stands today, if it is known. Today is the registry's ([`clock::today`]).
    ///
    /// # Errors
    /// Those of reading.
    pub fn of(store: &Store, key: SiteKey, today: Date) -> Result<Option<Self>, StoreError> {
        let Some(site) = store.site(key)? else {
            return Ok(None);
        };
        let settings = store.settings();
        let at = site.place.lonlat();
        Ok(Some(Self {
            id: store.code(key)?,
            lon: at.lon,
            lat: at.lat,
            area_m2: site.area_dm2.map(m2),
            state_zh: site.state.label(Lang::Zh),
            due: site.due(settings).map(|day| day.to_string()),
            overdue_days: site.overdue_days(settings, today),
            crew: site.crew().map(str::to_owned),
            kept: site.screened.as_ref().map(|(kept, ..)| *kept),
            rank: site.detection.as_ref().and_then(|found| found.rank),
            candidate: site.detection.as_ref().map(|found| found.candidate.clone()),
            head: site.head(),
            district: store.district(key)?,
            accepted_without_own_key: site.accepted_without_own_key(),
            site,
        }))
    }
}

/// Square decimetres as square metres.
#[expect(
    clippy::cast_precision_loss,
    reason = "areas of fields are far below 2^53 square decimetres"
)]
fn m2(dm2: i64) -> f64 {
    dm2 as f64 / 100.0
}

/// What became of the sites that a use case concerned.
#[derive(Debug, Clone, Serialize)]
pub struct Changed {
    /// The sites, as they stand afterwards.
    pub sites: Vec<SiteNow>,
    /// Whether whoever acted signed it with a key of their own.
    pub signed: bool,
    /// Whether what was said of one of them is the word of one of two, and decides when the second says the same.
    pub awaits_second: bool,
}

impl Changed {
    /// These sites of a registry, as they stand.
    pub(super) fn of(
        store: &Store,
        keys: impl IntoIterator<Item = SiteKey>,
        signed: bool,
    ) -> Result<Self, StoreError> {
        Self::under(&Veil::default(), store, keys, signed)
    }

    /// The same under a veil of the registry, which has read its lots.
    pub(super) fn under(
        veil: &Veil,
        store: &Store,
        keys: impl IntoIterator<Item = SiteKey>,
        signed: bool,
    ) -> Result<Self, StoreError> {
        let mut changed = Self {
            sites: Vec::new(),
            signed,
            awaits_second: false,
        };
        let today = clock::today(store)?;
        for key in keys {
            if let Some(mut now) = SiteNow::of(store, key, today)? {
                changed.awaits_second |= awaits_second(store, veil, &now.site)?;
                veil.over(store, &mut now.site)?;
                changed.sites.push(now);
            }
        }
        Ok(changed)
    }
}

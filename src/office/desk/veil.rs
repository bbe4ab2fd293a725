//! What was said of candidates that wait for a second person: nobody sees it before both have spoken, wherever it is asked.

use super::audit::Lots;
use super::item::gone_into;
use super::voices::is_own;
use crate::office::Session;
use crate::registry::ids::SiteKey;
use crate::registry::{Hash, Site};
use crate::store::{Store, StoreError};
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// So many sites that one went into are asked.
const MOST_FOLLOWED: usize = 100;

/// What hides verdicts of a registry that wait for a second. Its lots are read once, and only where somebody has looked.
#[derive(Default)]
pub struct Veil {
    lots: OnceCell<Lots>,
}

impl Veil {
    /// The lots of the registry.
    pub(in crate::office) fn lots(&self, store: &Store) -> Result<&Lots, StoreError> {
        if let Some(lots) = self.lots.get() {
            return Ok(lots);
        }
        let lots = Lots::of(store)?;
        Ok(self.lots.get_or_init(|| lots))
    }

    /// The events that say what nobody is to see of a site yet.
    ///
    /// # Errors
    /// Those of reading.
    pub fn hides(&self, store: &Store, site: &Site) -> Result<Vec<Hash>, StoreError> {
        // Nothing is hidden where nobody has looked.
        if site.looks.is_empty() || !self.waits(store, site)? {
            return Ok(Vec::new());
        }
        Ok(site.looks.iter().map(|(_, stamp)| stamp.event).collect())
    }

    /// Takes it out of a site, and answers the events that say it.
    ///
    /// # Errors
    /// Those of reading.
    pub fn over(&self, store: &Store, site: &mut Site) -> Result<Vec<Hash>, StoreError> {
        let hidden = self.hides(store, site)?;
        site.looks
            .retain(|(_, stamp)| !hidden.contains(&stamp.event));
        Ok(hidden)
    }

    /// The same, but for what whoever asks said themselves.
    ///
    /// # Errors
    /// Those of reading.
    pub fn over_others(
        &self,
        store: &Store,
        session: &Session,
        site: &mut Site,
    ) -> Result<Vec<Hash>, StoreError> {
        let mut hidden = self.hides(store, site)?;
        let own = |event: &Hash| {
            let mut looks = site
                .looks
                .iter()
                .filter(|(_, stamp)| is_own(session, stamp));
            looks.any(|(_, stamp)| stamp.event == *event)
        };
        hidden.retain(|event| !own(event));
        site.looks
            .retain(|(_, stamp)| !hidden.contains(&stamp.event));
        Ok(hidden)
    }

    /// Whether a site waits for a second, or one that it went into does.
    fn waits(&self, store: &Store, site: &Site) -> Result<bool, StoreError> {
        if self.lots(store)?.is_blind(store, site)? {
            return Ok(true);
        }
        let mut waiting: Vec<SiteKey> = gone_into(site).collect();
        let mut seen = BTreeSet::from([site.key]);
        while let Some(key) = waiting.pop().filter(|_| seen.len() <= MOST_FOLLOWED) {
            let Some(next) = store.site(key)?.filter(|_| seen.insert(key)) else {
                continue;
            };
            if self.lots(store)?.is_blind(store, &next)? {
                return Ok(true);
            }
            waiting.extend(gone_into(&next));
        }
        Ok(false)
    }
}

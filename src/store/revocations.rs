//! What was said against devices: who trusts one no longer, since when, up to where, and why.

use super::{Store, StoreError};
use crate::registry::authority::Standing;
use crate::registry::body::Body;
use crate::registry::ids::DeviceId;
use crate::registry::unit::is_below;
use crate::tr;
use crate::words::Lang;
use serde::Serialize;
use std::collections::BTreeMap;

/// That a device is trusted no longer, as a supervisor said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revocation {
    /// Who said so.
    pub by: String,
    /// Their unit.
    pub by_unit: String,
    /// The day, `YYYY-MM-DD`.
    pub on: String,
    /// The number of the last event that still counts; none in events of version 0.1.0.
    pub after: Option<u64>,
    /// Why; none in events of version 0.1.0.
    pub reason: Option<String>,
}

impl Revocation {
    /// In words, as they follow what the device is called.
    pub fn sentence(&self, lang: Lang) -> String {
        let Self {
            by, by_unit, on, ..
        } = self;
        let after = self.after.map_or_else(String::new, |after| {
            tr!(
                lang,
                ", after number {after}",
                "（序号 {after} 之后不采信）"
            )
        });
        let reason = self.reason.as_deref();
        let reason = reason.unwrap_or(lang.pick("no reason was given", "未填写理由"));
        tr!(
            lang,
            "revoked by {by} ({by_unit}) on {on}{after}: {reason}",
            "{on} 由 {by_unit} {by} 撤销信任{after}，理由：{reason}"
        )
    }
}

impl Store {
    /// The revocations of devices that are followed, those of one in the order in which they were said: by this registry's own
    /// device, and by offices above.
    ///
    /// # Errors
    /// Those of reading.
    pub fn revocations(&self) -> Result<BTreeMap<DeviceId, Vec<Revocation>>, StoreError> {
        let mut said: BTreeMap<DeviceId, Vec<Revocation>> = BTreeMap::new();
        let roots = &self.gate.grounds().roots;
        for sealed in self.followed("trust")? {
            let (event, actor) = (&sealed.event, &sealed.event.actor);
            let Body::Trust(trust) = &event.body else {
                continue;
            };
            let counts = roots.contains(&event.device) || is_below(&trust.unit, &actor.unit);
            if !trust.trusted && counts {
                said.entry(trust.device).or_default().push(Revocation {
                    by: actor.name.clone(),
                    by_unit: actor.unit.clone(),
                    on: event.day().to_owned(),
                    after: trust.after,
                    reason: trust.reason.clone(),
                });
            }
        }
        Ok(said)
    }

    /// The last revocation of a device that is trusted no longer; `None` of one that is trusted, or that nobody spoke of.
    ///
    /// # Errors
    /// Those of reading.
    pub fn revoked(&self, device: DeviceId) -> Result<Option<Revocation>, StoreError> {
        let standing = self.authority().devices().get(&device);
        if standing.is_none_or(Standing::is_trusted) {
            return Ok(None);
        }
        let said = self.revocations()?.remove(&device).unwrap_or_default();
        Ok(said.into_iter().next_back())
    }
}

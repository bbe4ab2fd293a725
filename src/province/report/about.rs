//! What a report says of its registry: whose it is, until when its data go, what is overdue, which targets it was given.

use crate::province::finds::{Late, overdue_of};
use crate::province::projection::targets_of;
use crate::registry::body::TargetList;
use crate::registry::districts::Districts;
use crate::store::{Boundaries, Store, StoreError};
use crate::tr;
use crate::words::Lang;
use jiff::civil::Date;

/// What a report says of its registry.
#[derive(Debug, Clone, Default)]
pub struct ReportSource {
    /// The name of the office, where its founding gave one.
    office: Option<String>,
    /// The name of its district.
    district: Option<String>,
    /// When the last event was recorded, in the registry's zone and with it.
    pub until: Option<String>,
    /// The sites past their due day.
    pub late: Vec<Late>,
    /// The lists of targets that are the office's to meet.
    pub lists: Vec<TargetList>,
    /// The day (`MM-DD`) on which the next year's season begins.
    pub season_begins: String,
    /// The boundaries that the figures go by.
    pub boundaries: Option<Boundaries>,
}

impl ReportSource {
    /// What a registry says of itself on a day.
    ///
    /// # Errors
    /// Those of reading the registry.
    pub fn of(store: &Store, on: Date) -> Result<Self, StoreError> {
        let unit = store.local("unit")?.unwrap_or_default();
        let (districts, zone) = (store.districts()?, store.zone()?);
        let name = |all: &Districts| {
            let own = all.iter().find(|district| district.code == unit);
            own.map(|district| district.name.clone())
        };
        Ok(Self {
            office: store.unit_name()?,
            district: districts.as_ref().and_then(name),
            until: until(store)?.map(|at| zone.minute(&at)),
            late: overdue_of(store, on)?,
            lists: targets_of(store)?,
            season_begins: store.settings().season_begins.clone(),
            boundaries: store.boundaries()?,
        })
    }

    /// The office as a head of paper names it: its name, or its district's, with its code.
    pub fn office_in(&self, unit: &str, lang: Lang) -> String {
        let name = self.office.as_ref().or(self.district.as_ref());
        match name {
            Some(name) => tr!(lang, "{name} ({unit})", "{name}（{unit}）"),
            None => unit.to_owned(),
        }
    }

    /// Which boundaries the figures go by, and who decided on them.
    pub fn boundaries_in(&self, lang: Lang) -> Option<String> {
        let Boundaries {
            sha256,
            vintage,
            decided,
            decided_on,
        } = self.boundaries.as_ref()?;
        let digest = &sha256.to_string()[..16];
        Some(match decided {
            Some(by) => {
                let name = &by.event.actor.name;
                let day = decided_on.as_deref().unwrap_or_default();
                tr!(
                    lang,
                    "Boundaries: codes of {vintage}, file {digest}…; {name} decided on them on {day}.",
                    "区划边界：{vintage} 年代码，文件校验值 {digest}…，由 {name} 于 {day} 确定。"
                )
            }
            None => tr!(
                lang,
                "Boundaries: codes of {vintage}, file {digest}…; no entry says who decided on them.",
                "区划边界：{vintage} 年代码，文件校验值 {digest}…，没有记录说明由谁确定。"
            ),
        })
    }
}

/// When the last event was recorded.
fn until(store: &Store) -> Result<Option<String>, StoreError> {
    let mut last = None;
    for (device, seq) in store.devices()? {
        for sealed in store.events_of_device(device, seq.saturating_sub(1))? {
            last = last.max(Some(sealed.event.logged_at));
        }
    }
    Ok(last)
}

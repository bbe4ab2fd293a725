//! What was detected and what became of it, for figures of the model; and what is overdue.

use super::facts::Facts;
use super::left::{is_all_gone, step_of};
use super::projection::{district_of, targets_of, windows_of};
use super::quality::Find;
use super::targets::{TOLERANCE_M, TargetOutcome, match_targets};
use crate::registry::body::FoundBy;
use crate::registry::{Site, SiteKey, State};
use crate::store::{Filter, Store, StoreError};
use crate::words::Lang;
use geo::{BoundingRect, Intersects, MultiPolygon, Point, Rect};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The confirmed sites where somebody else looked than a scan, and whether a scan reported them: those on ground that a
/// patrol of the season walked, targets at which poppy was confirmed, and what was added by chance.
///
/// # Errors
/// Those of reading the registry.
pub fn finds_of(store: &Store, facts: &Facts) -> Result<Vec<Find>, StoreError> {
    let walks: Vec<(i16, Rect, &MultiPolygon)> = facts
        .patrols
        .iter()
        .filter_map(|p| Some((p.season, p.walked.bounding_rect()?, &p.walked)))
        .collect();
    let walked = |site: &Site| {
        let at = Point::from(site.place.lonlat());
        walks.iter().any(|(season, bounds, area)| {
            *season == site.season && bounds.intersects(&at) && area.intersects(&at)
        })
    };
    let poppies = store.map_sites(|site| {
        let poppy = matches!(
            site.state,
            State::Confirmed | State::Eradicated | State::Closed
        );
        poppy.then(|| {
            let by_scan = matches!(site.source, FoundBy::Scan | FoundBy::Split);
            let find = Find {
                at: site.place.lonlat(),
                season: site.season,
                source: site.source,
                seen: by_scan || !site.sightings.is_empty(),
            };
            (site.key, find, by_scan, walked(&site))
        })
    })?;
    let mut finds: Vec<Find> = poppies
        .iter()
        .filter_map(|(_, find, by_scan, walked)| {
            let source = match find.source {
                _ if *walked => FoundBy::Patrol,
                _ if *by_scan => return None,
                FoundBy::Patrol => FoundBy::Find,
                other => other,
            };
            Some(Find { source, ..*find })
        })
        .collect();
    // A target counts where a scan alone knows the place: the others are there already.
    let by_scan_alone: BTreeMap<SiteKey, &Find> = poppies
        .iter()
        .filter(|(_, _, by_scan, walked)| *by_scan && !*walked)
        .map(|(key, find, ..)| (*key, find))
        .collect();
    let windows = windows_of(store)?;
    for list in targets_of(store)? {
        for target in match_targets(&list, facts, &windows, TOLERANCE_M) {
            let TargetOutcome::Matched { site, .. } = target.met else {
                continue;
            };
            finds.extend(by_scan_alone.get(&site).map(|find| Find {
                season: list.season,
                source: FoundBy::Target,
                ..**find
            }));
        }
    }
    Ok(finds)
}

/// A site past its due day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// Its code.
    pub code: String,
    /// Its key.
    pub key: SiteKey,
    /// The state that it is in.
    pub state: State,
    /// The state whose work is still to be done: what is eradicated in part has still to be eradicated.
    pub step: State,
    /// Its district, where it is known.
    pub district: Option<String>,
    /// Who answers for that district.
    pub answers: Option<String>,
    /// The crew it was given to last.
    pub crew: Option<String>,
    /// The day by which something should have happened.
    pub due: Date,
    /// Days since.
    pub days: i32,
    /// Whether a dispute awaits a supervisor.
    pub disputed: bool,
}

impl Late {
    /// How it stands, in words: what is eradicated in part does not wait for its acceptance.
    pub fn stands(&self, lang: Lang) -> &'static str {
        if self.state == self.step {
            self.state.label(lang)
        } else {
            lang.pick("eradicated in part", "部分铲除")
        }
    }
}

/// The sites past their due day, the longest first.
///
/// # Errors
/// Those of reading the registry.
pub fn overdue_of(store: &Store, on: Date) -> Result<Vec<Late>, StoreError> {
    let districts = store.districts()?;
    let known = store.district_codes()?;
    let filter = Filter {
        overdue_on: Some(on),
        ..Filter::default()
    };
    let affairs = store.affairs()?;
    let mut late = Vec::new();
    for site in store.sites(&filter)? {
        let Some(due) = site.due(store.settings()) else {
            continue;
        };
        let district = district_of(&site, &known, districts.as_ref());
        let answers = district
            .as_deref()
            .and_then(|code| affairs.nearest_of(code, site.season));
        late.push(Late {
            code: store.code(site.key)?,
            key: site.key,
            state: site.state,
            step: step_of(site.state, is_all_gone(store, site.key, site.state)?),
            answers: answers.map(|duty| duty.body.person.clone()),
            district,
            crew: site.crew().map(str::to_owned),
            due,
            days: site.overdue_days(store.settings(), on).unwrap_or(0),
            disputed: site.disputed,
        });
    }
    late.sort_by(|a, b| b.days.cmp(&a.days).then_with(|| a.code.cmp(&b.code)));
    Ok(late)
}

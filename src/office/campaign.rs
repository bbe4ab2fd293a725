//! Where a campaign stands today: what was searched, what was found, how far it came, each beside what it is a share of; and
//! the report of it.

use super::{clock, unit_of};
use crate::pages::report::page;
use crate::province::coverage::figures;
use crate::province::effort::{county_level, season_of};
use crate::province::facts::Facts;
use crate::province::period::{Period, Scope};
use crate::province::process::{Process, county, process, process_of};
use crate::province::projection::{known_facts, windows_of};
use crate::province::report::{Figures, ReportSource, Subject};
use crate::registry::Site;
use crate::store::{Filter, Store, StoreError};
use crate::words::Lang;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A district's part of a campaign.
#[derive(Debug, Clone, Serialize)]
pub struct DistrictStands {
    /// What was searched there.
    #[serde(flatten)]
    pub searched: Map<String, Value>,
    /// How far its sites came.
    pub process: Process,
    /// Its open sites of the season past their due day.
    pub overdue: usize,
    /// Its open sites of the season.
    pub open: usize,
}

/// A campaign as it stands.
#[derive(Debug, Clone, Serialize)]
pub struct Campaign {
    /// The season.
    pub season: i16,
    /// The seasons in which anything was done, and this one, the latest first.
    pub seasons: Vec<i16>,
    /// The day.
    pub on: String,
    /// How far all sites of the season came.
    pub process: Process,
    /// Open sites of the season past their due day.
    pub overdue: usize,
    /// Open sites of the season.
    pub open: usize,
    /// Open sites of other seasons past their due day.
    pub overdue_elsewhen: usize,
    /// Flights of the season.
    pub flights: usize,
    /// Patrols of the season.
    pub patrols: usize,
    /// Districts, by code; none where the registry knows no boundaries.
    pub districts: Vec<DistrictStands>,
}

/// The season asked for, or the latest in which anything was done.
pub(super) fn season(store: &Store, facts: &Facts, asked: Option<i16>) -> Result<i16, StoreError> {
    let flown = facts.flights.iter().map(|f| f.season);
    let found = facts.sites.iter().map(|s| s.season);
    let walked = facts.patrols.iter().map(|p| p.season);
    let latest = || flown.chain(found).chain(walked).max();
    asked.or_else(latest).map_or_else(|| this_season(store), Ok)
}

/// The season of today.
pub(super) fn this_season(store: &Store) -> Result<i16, StoreError> {
    Ok(season_of(clock::today(store)?))
}

/// How a campaign stands today.
///
/// # Errors
/// Those of reading.
pub fn campaign(store: &Store, asked: Option<i16>) -> Result<Campaign, StoreError> {
    let facts = known_facts(store)?;
    let season = season(store, &facts, asked)?;
    let on = clock::today(store)?;
    let late = Filter {
        overdue_on: Some(on),
        ..Filter::default()
    };
    let late = store.sites(&late)?;
    let open = store.sites(&Filter {
        open: true,
        season: Some(season),
        ..Filter::default()
    })?;
    let all_late = late.len();
    let districts = store.district_codes()?;
    let code = |site: &Site| {
        let filled = districts.get(&site.key).cloned();
        filled.unwrap_or_else(|| site.unit.clone())
    };
    let of_season = late.iter().filter(|site| site.season == season);
    let waiting = WaitingSites {
        late: of_season.map(code).collect(),
        open: open.iter().map(code).collect(),
    };
    Ok(Campaign {
        season,
        seasons: seasons(&facts, [season, season_of(on)]),
        on: on.to_string(),
        process: process(&facts, season, on),
        overdue: waiting.late.len(),
        open: waiting.open.len(),
        overdue_elsewhen: all_late - waiting.late.len(),
        flights: facts.flights.iter().filter(|f| f.season == season).count(),
        patrols: facts.patrols.iter().filter(|p| p.season == season).count(),
        districts: by_district(store, &facts, season, &waiting)?,
    })
}

/// The seasons that can be chosen, others among them, the latest first.
fn seasons(facts: &Facts, others: [i16; 2]) -> Vec<i16> {
    let flown = facts.flights.iter().map(|flight| flight.season);
    let found = facts.sites.iter().map(|site| site.season);
    let walked = facts.patrols.iter().map(|patrol| patrol.season);
    let done = flown.chain(found).chain(walked);
    let all: BTreeSet<i16> = done.chain(others).collect();
    all.into_iter().rev().collect()
}

/// The districts of sites that wait, one for each site.
struct WaitingSites {
    late: Vec<String>,
    open: Vec<String>,
}

fn by_district(
    store: &Store,
    facts: &Facts,
    season: i16,
    waiting: &WaitingSites,
) -> Result<Vec<DistrictStands>, StoreError> {
    let Some(level) = county_level(facts) else {
        return Ok(Vec::new());
    };
    let today = clock::today(store)?;
    let scope = Scope { level, within: "" };
    let efforts = scope.effort(facts, &windows_of(store)?, Period::Season(season));
    let of = |code: &str| {
        let own = facts.sites.iter().filter(|site| site.season == season);
        let own: Vec<_> = own.filter(|site| county(site) == code).collect();
        process_of(&own, today)
    };
    let count = |all: &[String], code: &str| all.iter().filter(|c| c.starts_with(code)).count();
    Ok(efforts
        .iter()
        .map(|effort| DistrictStands {
            searched: figures(effort),
            process: of(&effort.code),
            overdue: count(&waiting.late, &effort.code),
            open: count(&waiting.open, &effort.code),
        })
        .collect())
}

/// The page of the report: of the unit's county by townships, or of all by counties. `None` where the registry has no such
/// districts, or nothing in the season.
///
/// # Errors
/// Those of reading.
pub fn report(
    store: &Store,
    of_a_county: bool,
    asked: Option<i16>,
    lang: Lang,
) -> Result<Option<String>, StoreError> {
    let facts = known_facts(store)?;
    let unit = unit_of(store)?;
    let county: String = unit.chars().take(6).collect();
    let scope = if of_a_county {
        Scope {
            level: 9,
            within: &county,
        }
    } else {
        Scope {
            level: 6,
            within: "",
        }
    };
    if scope.districts(&facts).is_empty() {
        return Ok(None);
    }
    let period = Period::Season(season(store, &facts, asked)?);
    let own = facts
        .districts
        .iter()
        .find(|d| of_a_county && d.code == county);
    let name = own.map_or_else(String::new, |d| format!("{} {}", d.name, d.code));
    let mut subject = Subject::new(period, &name, &unit, clock::today(store)?);
    let about = ReportSource::of(store, subject.made_on)?;
    subject.season_begins.clone_from(&about.season_begins);
    let figures = Figures::of(&facts, &windows_of(store)?, &scope, subject, about);
    Ok((!figures.is_empty()).then(|| page(&figures, lang)))
}

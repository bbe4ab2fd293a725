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
use crate::store::{Filter, Store, StoreError};
use crate::words::Lang;
use serde::Serialize;
use serde_json::{Map, Value};

/// A district's part of a campaign.
#[derive(Debug, Clone, Serialize)]
pub struct DistrictStands {
    /// What was searched there.
    #[serde(flatten)]
    pub searched: Map<String, Value>,
    /// How far its sites came.
    pub process: Process,
    /// Its sites past their due day.
    pub overdue: usize,
}

/// A campaign as it stands.
#[derive(Debug, Clone, Serialize)]
pub struct Campaign {
    /// The season.
    pub season: i16,
    /// The day.
    pub on: String,
    /// How far all sites of the season came.
    pub process: Process,
    /// Open sites past their due day.
    pub overdue: usize,
    /// Open sites.
    pub open: usize,
    /// Flights of the season.
    pub flights: usize,
    /// Patrols of the season.
    pub patrols: usize,
    /// Districts, by code; none where the registry knows no boundaries.
    pub districts: Vec<DistrictStands>,
}

/// The season asked for, or the latest in which anything was done.
pub(super) fn season(facts: &Facts, asked: Option<i16>) -> i16 {
    let flown = facts.flights.iter().map(|f| f.season);
    let found = facts.sites.iter().map(|s| s.season);
    let walked = facts.patrols.iter().map(|p| p.season);
    let latest = || flown.chain(found).chain(walked).max();
    asked.or_else(latest).unwrap_or_else(this_season)
}

/// The season of today.
pub(super) fn this_season() -> i16 {
    season_of(clock::today())
}

/// How a campaign stands today.
///
/// # Errors
/// Those of reading.
pub fn campaign(store: &Store, asked: Option<i16>) -> Result<Campaign, StoreError> {
    let facts = known_facts(store)?;
    let season = season(&facts, asked);
    let on = clock::today();
    let late = store.sites(&Filter {
        overdue_on: Some(on),
        ..Filter::default()
    })?;
    let districts = store.district_codes()?;
    let late: Vec<&str> = late
        .iter()
        .map(|site| districts.get(&site.key).map_or("", String::as_str))
        .collect();
    let open = Filter {
        open: true,
        ..Filter::default()
    };
    Ok(Campaign {
        season,
        on: on.to_string(),
        process: process(&facts, season, on),
        overdue: late.len(),
        open: store.sites(&open)?.len(),
        flights: facts.flights.iter().filter(|f| f.season == season).count(),
        patrols: facts.patrols.iter().filter(|p| p.season == season).count(),
        districts: by_district(store, &facts, season, &late)?,
    })
}

fn by_district(
    store: &Store,
    facts: &Facts,
    season: i16,
    late: &[&str],
) -> Result<Vec<DistrictStands>, StoreError> {
    let Some(level) = county_level(facts) else {
        return Ok(Vec::new());
    };
    let scope = Scope { level, within: "" };
    let efforts = scope.effort(facts, &windows_of(store)?, Period::Season(season));
    let of = |code: &str| {
        let own = facts.sites.iter().filter(|site| site.season == season);
        let own: Vec<_> = own.filter(|site| county(site) == code).collect();
        process_of(&own, clock::today())
    };
    Ok(efforts
        .iter()
        .map(|effort| DistrictStands {
            searched: figures(effort),
            process: of(&effort.code),
            overdue: late
                .iter()
                .filter(|code| code.starts_with(&effort.code))
                .count(),
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
    let period = Period::Season(season(&facts, asked));
    let own = facts
        .districts
        .iter()
        .find(|d| of_a_county && d.code == county);
    let name = own.map_or_else(String::new, |d| format!("{} {}", d.name, d.code));
    let mut subject = Subject::new(period, &name, &unit, clock::today());
    let about = ReportSource::of(store, subject.made_on)?;
    subject.season_begins.clone_from(&about.season_begins);
    let figures = Figures::of(&facts, &windows_of(store)?, &scope, subject, about);
    Ok((!figures.is_empty()).then(|| page(&figures, lang)))
}

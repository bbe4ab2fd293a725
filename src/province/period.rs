//! The time that figures are for: a season, or the days between two dates.

use super::effort::{DistrictEffort, effort_of, season_of};
use super::facts::{DistrictArea, Facts, FlightFact, PatrolFact, SiteFact};
use super::rest::{listed, rows};
use super::windows::Windows;
use crate::tr;
use crate::words::Lang;
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// A season, or days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// All of a season (year).
    Season(i16),
    /// From the first to the last of these days.
    Between(Date, Date),
}

/// A text that names no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPeriod;

impl FromStr for Period {
    type Err = NoPeriod;

    /// `2026`, or `2026-04-01/2026-06-30`.
    fn from_str(text: &str) -> Result<Self, NoPeriod> {
        let date = |text: &str| text.trim().parse::<Date>().map_err(|_unlike| NoPeriod);
        if let Some((first, last)) = text.split_once('/') {
            let (first, last) = (date(first)?, date(last)?);
            return if first <= last {
                Ok(Self::Between(first, last))
            } else {
                Err(NoPeriod)
            };
        }
        let year = text.trim().parse::<i16>().map_err(|_unlike| NoPeriod)?;
        if (1950..=2200).contains(&year) {
            Ok(Self::Season(year))
        } else {
            Err(NoPeriod)
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Season(year) => write!(f, "{year}"),
            Self::Between(first, last) => write!(f, "{first}/{last}"),
        }
    }
}

impl Period {
    /// In words.
    pub fn label(self, lang: Lang) -> String {
        match self {
            Self::Season(year) => tr!(lang, "season {year}", "{year} 年度"),
            Self::Between(first, last) => tr!(lang, "{first} to {last}", "{first} 至 {last}"),
        }
    }

    /// The same a year before.
    #[must_use]
    pub fn before(self) -> Self {
        match self {
            Self::Season(year) => Self::Season(year - 1),
            Self::Between(first, last) => {
                let year = |day: Date| day.checked_sub(jiff::Span::new().years(1)).unwrap_or(day);
                Self::Between(year(first), year(last))
            }
        }
    }

    /// Whether a season belongs to it: by its name, or because days of its year of harvest are in it.
    pub(crate) fn is_of_season(self, season: i16) -> bool {
        match self {
            Self::Season(year) => season == year,
            Self::Between(first, last) => (season_of(first)..=season_of(last)).contains(&season),
        }
    }

    /// Whether a day belongs to it.
    fn holds_day(self, day: Date) -> bool {
        match self {
            Self::Season(year) => season_of(day) == year,
            Self::Between(first, last) => (first..=last).contains(&day),
        }
    }

    /// Whether something of this season and day belongs to it.
    pub fn holds(self, season: i16, day: Option<Date>) -> bool {
        match self {
            Self::Season(year) => season == year,
            Self::Between(..) => day.is_some_and(|day| self.holds_day(day)),
        }
    }

    /// Whether a flight belongs to it: by its season, or by the last day of its imagery, so that each belongs to one.
    pub(crate) fn holds_flight(self, flight: &FlightFact) -> bool {
        match self {
            Self::Season(year) => flight.season == year,
            Self::Between(..) => flight
                .captured
                .is_some_and(|(_, last)| self.holds_day(last)),
        }
    }

    /// Whether a patrol belongs to it.
    pub(crate) fn holds_patrol(self, patrol: &PatrolFact) -> bool {
        self.holds(patrol.season, Some(patrol.on))
    }

    /// Whether a site belongs to it: by its season, or by the day it became known. Sites that others took the place of do not.
    pub(crate) fn holds_site(self, site: &SiteFact) -> bool {
        let held = match self {
            Self::Season(year) => site.season == year,
            Self::Between(..) => site.steps.found.is_some_and(|day| self.holds_day(day)),
        };
        held && !site.state.is_gone()
    }
}

/// Whose figures: districts of one level, within a district where one is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    /// Digits of the codes: 6 for counties, 9 for townships, 12 for villages.
    pub level: usize,
    /// The code, or its beginning, of the district that all lie in.
    pub within: &'a str,
}

impl Scope<'_> {
    /// The districts that somebody answers for: without what of one above lies in none of them.
    pub(super) fn answering<'f>(&self, facts: &'f Facts) -> Vec<&'f DistrictArea> {
        let all = listed(&facts.districts, self.level);
        all.filter(|d| d.code.starts_with(self.within)).collect()
    }

    /// The districts, and what of one above lies in none of them.
    pub fn districts<'f>(&self, facts: &'f Facts) -> Vec<&'f DistrictArea> {
        rows(facts, self.level, self.within)
    }

    /// Their effort in a period, in order of their codes.
    pub fn effort(&self, facts: &Facts, windows: &Windows, period: Period) -> Vec<DistrictEffort> {
        let flights: Vec<&FlightFact> = facts
            .flights
            .iter()
            .filter(|f| period.holds_flight(f))
            .collect();
        effort_of(
            &self.districts(facts),
            &facts.districts,
            &flights,
            &patrols_of(facts, period),
            windows,
        )
    }

    /// What patrols did in the whole of the district that all lie in, without any flights; `None` where it is no known district
    /// of a higher level.
    pub(super) fn whole(
        &self,
        facts: &Facts,
        windows: &Windows,
        period: Period,
    ) -> Option<DistrictEffort> {
        let is_whole = |d: &&DistrictArea| d.code == self.within && d.code.len() < self.level;
        let whole = facts.districts.iter().find(is_whole)?;
        let patrols = patrols_of(facts, period);
        effort_of(&[whole], &facts.districts, &[], &patrols, windows).pop()
    }
}

/// The patrols of a period.
fn patrols_of(facts: &Facts, period: Period) -> Vec<&PatrolFact> {
    let patrols = facts.patrols.iter();
    patrols.filter(|p| period.holds_patrol(p)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_a_season_and_two_dates_are_days() {
        assert_eq!("2026".parse(), Ok(Period::Season(2026)));
        let days: Period = "2026-04-01/2026-06-30".parse().expect("days");
        assert_eq!(days.to_string(), "2026-04-01/2026-06-30");
        assert_eq!(days.before().to_string(), "2025-04-01/2025-06-30");
        for wrong in [
            "",
            "26",
            "2026-06-30/2026-04-01",
            "2026-13-01/2026-14-01",
            "spring",
        ] {
            assert_eq!(wrong.parse::<Period>(), Err(NoPeriod), "{wrong}");
        }
    }
}

//! Process: how far the sites of a season have come, how long each step took, and what waits.
//!
//! Every share keeps its numerator and its denominator. Shares follow the site's present state; medians are over the
//! sites that took both steps, so a step that nobody has taken yet has none.

use super::facts::{Facts, SiteFact};
use super::left::step_of;
use crate::registry::body::FoundBy;
use crate::registry::{SiteKey, State};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A share of a count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CountShare {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
}

impl CountShare {
    /// `count / of`; `None` of nothing.
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.count as f64 / self.of as f64)
    }
}

/// Days between two steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Days {
    /// The median over the sites that took both; `None` where none did.
    pub median: Option<f64>,
    /// The longest.
    pub longest: Option<i32>,
    /// Sites that took both.
    pub sites: u64,
    /// Sites whose later step is dated before the earlier, which are left out.
    pub backwards: u64,
}

/// Sites that wait in a state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Waiting {
    /// How many.
    pub sites: u64,
    /// Median days since the last step, where it is known.
    pub median_days: Option<f64>,
    /// The longest wait in days.
    pub longest_days: Option<i32>,
}

/// The figures of a season.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Process {
    /// Sites found in the season.
    pub sites: u64,
    /// 疑似点: found by a scan, of the sites.
    pub candidates: CountShare,
    /// 研判率: decided at the desk, of the candidates.
    pub screened: CountShare,
    /// 研判排除: put aside at the desk, of the sites.
    pub screened_out: CountShare,
    /// 派查率: given to a crew, of the sites that were not put aside.
    pub dispatched: CountShare,
    /// 核查率: verified on the ground, of the sites that were not put aside.
    pub verified: CountShare,
    /// 查实率: confirmed as poppy, of the verified.
    pub confirmed: CountShare,
    /// 铲除率: eradicated, of the confirmed.
    pub eradicated: CountShare,
    /// 验收率: accepted by another person, of the eradicated.
    pub accepted: CountShare,
    /// 复种率: sites closed in earlier seasons at which poppy was confirmed again in this one, of those closed.
    pub recurring: CountShare,
    /// Sites of the season that lie where one was closed before, confirmed or not.
    pub recurring_sites: u64,
    /// In dispute, of the sites.
    pub disputed: CountShare,
    /// From found to screened.
    pub to_screened: Days,
    /// From found to given to a crew.
    pub to_assigned: Days,
    /// From given to a crew to verified.
    pub to_verified: Days,
    /// From verified to eradicated.
    pub to_eradicated: Days,
    /// From eradicated to accepted.
    pub to_accepted: Days,
    /// From found to accepted.
    pub whole: Days,
    /// What waits, by the state whose work is still to be done.
    pub waiting: BTreeMap<State, Waiting>,
}

/// The figures of a season on a day, over every district.
pub fn process(facts: &Facts, season: i16, on: Date) -> Process {
    of_sites(facts, season, on, &|_| true)
}

/// The same for each county (the first six digits of the district), in order of the codes; sites in none under "".
pub fn process_by_county(facts: &Facts, season: i16, on: Date) -> Vec<(String, Process)> {
    let counties: BTreeSet<&str> = facts
        .sites
        .iter()
        .filter(|site| site.season == season)
        .map(county)
        .collect();
    counties
        .into_iter()
        .map(|code| {
            let own = of_sites(facts, season, on, &|site| county(site) == code);
            (code.to_owned(), own)
        })
        .collect()
}

/// The county of a site: the first six digits of its district; "" where it is in none.
pub fn county(site: &SiteFact) -> &str {
    site.district
        .as_deref()
        .map_or("", |code| code.get(..6).unwrap_or(code))
}

fn of_sites(facts: &Facts, season: i16, on: Date, own: &dyn Fn(&SiteFact) -> bool) -> Process {
    let is_of = |site: &&SiteFact| site.season == season && own(site);
    let sites: Vec<&SiteFact> = facts.sites.iter().filter(is_of).collect();
    Process {
        recurring: recurring(facts, season, own),
        ..process_of(&sites, on)
    }
}

/// The figures of some sites on a day, but for [`Process::recurring`], which needs the seasons before.
pub fn process_of(sites: &[&SiteFact], on: Date) -> Process {
    let count =
        |which: &dyn Fn(&SiteFact) -> bool| sites.iter().filter(|s| which(s)).count() as u64;
    let is = |state: State| move |site: &SiteFact| site.state == state;
    let all = sites.len() as u64;
    let found_by_scan = |site: &SiteFact| site.source == FoundBy::Scan;
    let candidates = count(&found_by_scan);
    let screened = count(&|s| found_by_scan(s) && s.steps.screened.is_some());
    let put_aside = is(State::ScreenedOut);
    let aside = count(&put_aside);
    let dispatched = count(&|s| !put_aside(s) && s.steps.assigned.is_some());
    let verified = count(&|s| s.confirmed.is_some());
    let confirmed = count(&|s| s.confirmed == Some(true));
    let eradicated = count(&|s| s.gone);
    let part = |count, of| CountShare { count, of };
    Process {
        sites: all,
        candidates: part(candidates, all),
        screened: part(screened, candidates),
        screened_out: part(aside, all),
        dispatched: part(dispatched, all - aside),
        verified: part(verified, all - aside),
        confirmed: part(confirmed, verified),
        eradicated: part(eradicated, confirmed),
        accepted: part(count(&is(State::Closed)), eradicated),
        recurring: CountShare::default(),
        recurring_sites: count(&|s| s.recurs_of.is_some()),
        disputed: part(count(&|s| s.disputed), all),
        to_screened: days(sites, |s| (s.steps.found, s.steps.screened)),
        to_assigned: days(sites, |s| (s.steps.found, s.steps.assigned)),
        to_verified: days(sites, |s| (s.steps.assigned, s.steps.verified)),
        to_eradicated: days(sites, |s| (s.steps.verified, s.steps.eradicated)),
        to_accepted: days(sites, |s| (s.steps.eradicated, s.steps.accepted)),
        whole: days(sites, |s| (s.steps.found, s.steps.accepted)),
        waiting: waiting(sites, on),
    }
}

fn recurring(facts: &Facts, season: i16, own: &dyn Fn(&SiteFact) -> bool) -> CountShare {
    let again: BTreeSet<SiteKey> = facts
        .sites
        .iter()
        .filter(|site| site.season == season && site.confirmed == Some(true))
        .filter_map(|site| site.recurs_of)
        .collect();
    let closed = || {
        facts
            .sites
            .iter()
            .filter(|site| site.season < season && site.state == State::Closed && own(site))
    };
    CountShare {
        count: closed().filter(|site| again.contains(&site.key)).count() as u64,
        of: closed().count() as u64,
    }
}

fn between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

fn days(sites: &[&SiteFact], steps: impl Fn(&SiteFact) -> (Option<Date>, Option<Date>)) -> Days {
    let mut taken: Vec<i32> = sites
        .iter()
        .filter_map(|site| match steps(site) {
            (Some(from), Some(to)) => Some(between(from, to)),
            _ => None,
        })
        .collect();
    let backwards = taken.iter().filter(|days| **days < 0).count() as u64;
    taken.retain(|days| *days >= 0);
    taken.sort_unstable();
    Days {
        median: median(&taken),
        longest: taken.last().copied(),
        sites: taken.len() as u64,
        backwards,
    }
}

fn median(sorted: &[i32]) -> Option<f64> {
    let middle = sorted.len() / 2;
    let upper = f64::from(*sorted.get(middle)?);
    Some(if sorted.len() % 2 == 1 {
        upper
    } else {
        f64::midpoint(f64::from(sorted[middle - 1]), upper)
    })
}

fn waiting(sites: &[&SiteFact], on: Date) -> BTreeMap<State, Waiting> {
    let mut by_state: BTreeMap<State, (u64, Vec<i32>)> = BTreeMap::new();
    for site in sites.iter().filter(|site| site.state.is_open()) {
        let (count, waits) = by_state.entry(step_of(site.state, site.gone)).or_default();
        *count += 1;
        waits.extend(last_step(site).map(|since| between(since, on).max(0)));
    }
    by_state
        .into_iter()
        .map(|(state, (sites, mut waits))| {
            waits.sort_unstable();
            let waiting = Waiting {
                sites,
                median_days: median(&waits),
                longest_days: waits.last().copied(),
            };
            (state, waiting)
        })
        .collect()
}

/// The day of the last step that leads to the state.
fn last_step(site: &SiteFact) -> Option<Date> {
    match step_of(site.state, site.gone) {
        State::Candidate => site.steps.found,
        State::Dispatched | State::Revisit => site.steps.assigned,
        State::Confirmed => site.steps.verified,
        State::Eradicated => site.steps.eradicated,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::facts::Steps;
    use crate::province::fixture;
    use jiff::civil::date;

    fn site(name: &str, season: i16, state: State) -> SiteFact {
        SiteFact {
            district: Some("410423001".into()),
            ..fixture::site(name, season, state)
        }
    }

    fn may(day: i8) -> Option<Date> {
        Some(date(2026, 5, day))
    }

    #[test]
    fn every_share_has_the_denominator_of_its_step() {
        let mut closed = site("closed", 2026, State::Closed);
        closed.steps = Steps {
            found: may(1),
            screened: may(2),
            assigned: may(3),
            verified: may(5),
            eradicated: may(6),
            accepted: may(20),
        };
        let mut slow = site("slow", 2026, State::Eradicated);
        slow.steps = Steps {
            accepted: None,
            eradicated: may(12),
            ..closed.steps
        };
        slow.recurs_of = Some(SiteKey::of_origin("last year"));
        let mut wrong_clock = site("confirmed", 2026, State::Confirmed);
        wrong_clock.steps = Steps {
            assigned: may(9),
            verified: may(8),
            found: may(1),
            ..Steps::default()
        };
        wrong_clock.disputed = true;
        let mut waits = site("waits", 2026, State::Candidate);
        waits.steps.found = may(21);
        waits.source = FoundBy::TipOff;
        let facts = Facts {
            sites: vec![
                closed,
                slow,
                wrong_clock,
                waits,
                site("aside", 2026, State::ScreenedOut),
                site("refuted", 2026, State::Refuted),
                site("last year", 2025, State::Closed),
                site("another last year", 2025, State::Closed),
                site("open last year", 2025, State::Confirmed),
            ],
            ..Facts::default()
        };
        let found = process(&facts, 2026, date(2026, 5, 31));
        let part = |count, of| CountShare { count, of };
        assert_eq!(found.sites, 6);
        // One came in by a tip-off.
        assert_eq!(found.candidates, part(5, 6));
        assert_eq!(found.screened, part(2, 5));
        assert_eq!(found.screened_out, part(1, 6));
        assert_eq!(found.dispatched, part(3, 5));
        assert_eq!(found.verified, part(4, 5));
        assert_eq!(found.confirmed, part(3, 4));
        assert_eq!(found.eradicated, part(2, 3));
        assert_eq!(found.accepted, part(1, 2));
        assert_eq!(found.recurring, part(1, 2));
        assert_eq!((found.recurring_sites, found.disputed), (1, part(1, 6)));
        assert_eq!(found.to_eradicated.median, Some(4.0));
        assert_eq!(
            (found.to_verified.sites, found.to_verified.backwards),
            (2, 1)
        );
        assert_eq!(found.whole.median, Some(19.0));
        let candidate = found.waiting[&State::Candidate];
        assert_eq!((candidate.sites, candidate.longest_days), (1, Some(10)));
        let by_county = process_by_county(&facts, 2026, date(2026, 5, 31));
        assert_eq!(by_county, [("410423".to_owned(), found)]);
    }

    #[test]
    fn what_is_eradicated_in_part_waits_to_be_eradicated_and_not_to_be_accepted() {
        let mut part = site("part", 2026, State::Eradicated);
        part.gone = false;
        part.steps.verified = may(20);
        let whole = site("whole", 2026, State::Eradicated);
        let facts = Facts {
            sites: vec![part, whole],
            ..Facts::default()
        };
        let waiting = process(&facts, 2026, date(2026, 5, 31)).waiting;
        let confirmed = waiting[&State::Confirmed];
        assert_eq!((confirmed.sites, confirmed.longest_days), (1, Some(11)));
        assert_eq!(waiting[&State::Eradicated].sites, 1);
    }

    #[test]
    fn of_nothing_there_is_no_share() {
        let none = process(&Facts::default(), 2026, date(2026, 5, 31));
        assert_eq!(none.verified.share(), None);
        assert_eq!(none.whole.median, None);
        assert!(none.waiting.is_empty());
    }
}

//! How many candidates will be real, before anybody knows: of those that nobody has decided on, how many the desk would keep, and how
//! many of these crews would find real; of those that were kept, and of those that crews have, the latter alone.
//!
//! A candidate stands by the score that its scan puts it in order by: the learnt one where something learnt orders it. What is a
//! duplicate, could not be seen or grows under licence tells nothing of others.

use super::facts::{Facts, SiteFact};
use crate::registry::State;
use crate::registry::body::FoundBy;
use crate::statistics::curve::{CandidateVerdict, Curves};
use crate::statistics::expected::{Expected, crews, desk};
use serde::Serialize;
use std::collections::BTreeSet;

/// Log odds beyond which a learnt chance says no more.
const SURE: f64 = 5.0;

/// Candidates that nobody has decided on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Undecided {
    /// How many.
    pub of: usize,
    /// How many of them the desk would keep; `None` where too few verdicts can tell.
    pub kept: Option<Expected>,
    /// How many of them crews would find real; `None` where the desk's or theirs cannot tell.
    pub real: Option<Expected>,
}

/// Candidates of which crews alone can tell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Unvisited {
    /// How many.
    pub of: usize,
    /// How many of them crews would find real; `None` where too few visits can tell.
    pub real: Option<Expected>,
}

/// How many candidates will be real.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Prospects {
    /// Decisions of the desk that tell.
    pub screened: usize,
    /// Of what was kept, visits that tell.
    pub visited: usize,
    /// Nobody has decided on these.
    pub undecided: Undecided,
    /// The desk keeps these, and no crew has them yet.
    pub kept: Unvisited,
    /// Crews have these.
    pub sent: Unvisited,
}

/// What became of candidates, each by where it stands.
#[derive(Default)]
struct Known {
    /// Whether the desk kept it.
    desk: Vec<CandidateVerdict>,
    /// Whether crews found it real.
    crews: Vec<CandidateVerdict>,
    undecided: Vec<f64>,
    kept: Vec<f64>,
    sent: Vec<f64>,
}

impl Prospects {
    /// Those of a season's candidates whose scans are recorded.
    pub fn of_season(facts: &Facts, season: i16) -> Self {
        let flights = facts.flights.iter().filter(|f| f.season == season);
        let scans: BTreeSet<&str> = flights.map(|f| f.scan.as_str()).collect();
        let is_of = |site: &&SiteFact| {
            let scan = site.scan.as_deref().filter(|scan| scans.contains(scan));
            site.source == FoundBy::Scan && site.season == season && scan.is_some()
        };
        Self::of(facts.sites.iter().filter(is_of))
    }

    /// Those of some candidates.
    pub fn of<'a>(sites: impl Iterator<Item = &'a SiteFact>) -> Self {
        let known = Known::of(sites);
        let (kept, real) = (desk(&known.desk), crews(&known.crews));
        let unvisited = |standings: &[f64], real: &Option<Curves>| Unvisited {
            of: standings.len(),
            real: real.as_ref().map(|real| Expected::new(standings, &[real])),
        };
        let both = kept.as_ref().zip(real.as_ref());
        let open = known.undecided.as_slice();
        Self {
            screened: known.desk.len(),
            visited: known.crews.len(),
            undecided: Undecided {
                of: open.len(),
                kept: kept.as_ref().map(|kept| Expected::new(open, &[kept])),
                real: both.map(|(kept, real)| Expected::new(open, &[kept, real])),
            },
            kept: unvisited(&known.kept, &real),
            sent: unvisited(&known.sent, &real),
        }
    }
}

impl Known {
    fn of<'a>(sites: impl Iterator<Item = &'a SiteFact>) -> Self {
        let sites: Vec<&SiteFact> = sites.collect();
        let mut known = Self::default();
        for (site, standing) in sites.iter().zip(standings(&sites)) {
            known.take(site, standing);
        }
        known
    }

    fn take(&mut self, site: &SiteFact, standing: f64) {
        let said = |yes| CandidateVerdict { standing, yes };
        match site.state {
            State::Candidate if !site.kept => self.undecided.push(standing),
            State::ScreenedOut => {
                let told = site.poppy.filter(|told| !told);
                self.desk.extend(told.map(said));
            }
            _ => {
                self.desk.push(said(true));
                match site.state {
                    State::Candidate => self.kept.push(standing),
                    State::Dispatched | State::Revisit => self.sent.push(standing),
                    _ => self.crews.extend(site.poppy.map(said)),
                }
            }
        }
    }
}

/// Where candidates stand, in standard deviations from the mean of those that are ordered by the like.
fn standings(sites: &[&SiteFact]) -> Vec<f64> {
    let order = |site: &&SiteFact| match site.learnt {
        Some(chance) => (true, (chance / (1.0 - chance)).ln().clamp(-SURE, SURE)),
        None => (false, site.score.unwrap_or_default()),
    };
    let orders: Vec<(bool, f64)> = sites.iter().map(order).collect();
    let scale = |learnt: bool| {
        let own = || orders.iter().filter(|one| one.0 == learnt).map(|one| one.1);
        let count = own().count().max(1) as f64;
        let mean = own().sum::<f64>() / count;
        let variance = own().map(|at| (at - mean).powi(2)).sum::<f64>() / count;
        (mean, variance.sqrt().max(1e-6))
    };
    let scales = [false, true].map(scale);
    let standing = |(learnt, at): &(bool, f64)| {
        let (mean, spread) = scales[usize::from(*learnt)];
        (at - mean) / spread
    };
    orders.iter().map(standing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::fixture;

    /// Candidates of one score, by what became of them.
    fn sites(of: &[(usize, State, bool, Option<bool>)]) -> Vec<SiteFact> {
        let mut sites = Vec::new();
        for (count, state, kept, told) in of {
            for _ in 0..*count {
                let name = sites.len().to_string();
                sites.push(SiteFact {
                    score: Some(0.8),
                    kept: *kept,
                    poppy: *told,
                    ..fixture::site(&name, 2026, *state)
                });
            }
        }
        sites
    }

    #[test]
    fn before_anybody_was_sent_it_says_how_many_will_be_kept_and_nothing_of_how_many_are_real() {
        let all = sites(&[
            (100, State::Candidate, false, None),
            (40, State::Candidate, true, None),
            (60, State::ScreenedOut, false, Some(false)),
        ]);
        let found = Prospects::of(all.iter());
        assert_eq!((found.screened, found.visited), (100, 0));
        let kept = found.undecided.kept.expect("a hundred verdicts");
        assert!((kept.mean - 40.0).abs() < 1.5, "{found:?}");
        assert!((25..38).contains(&kept.low) && (43..56).contains(&kept.high));
        assert_eq!(found.undecided.real, None);
        assert_eq!((found.kept.of, found.kept.real), (40, None));
    }

    #[test]
    fn crews_that_are_out_are_no_word_against_what_was_kept() {
        let all = sites(&[
            (100, State::Candidate, false, None),
            (10, State::Candidate, true, None),
            (9, State::Dispatched, false, None),
            (20, State::Confirmed, false, Some(true)),
            (1, State::Refuted, false, Some(false)),
            (60, State::ScreenedOut, false, Some(false)),
        ]);
        let found = Prospects::of(all.iter());
        assert_eq!((found.screened, found.visited), (100, 21));
        let real = found.undecided.real.expect("enough");
        assert!((32.0..40.0).contains(&real.mean), "{found:?}");
        assert_eq!((found.kept.of, found.sent.of), (10, 9));
        let [kept, sent] = [found.kept.real, found.sent.real].map(|e| e.expect("enough").mean);
        assert!((8.0..10.0).contains(&kept) && (7.2..9.0).contains(&sent));
    }

    #[test]
    fn what_is_no_plain_no_tells_nothing() {
        let all = sites(&[
            (30, State::Candidate, true, None),
            (30, State::ScreenedOut, false, Some(false)),
            // Duplicates, and what could not be seen.
            (50, State::ScreenedOut, false, None),
            // Licensed.
            (7, State::Refuted, false, None),
        ]);
        let found = Prospects::of(all.iter());
        assert_eq!((found.screened, found.visited), (67, 0));
        assert_eq!(found.undecided.of, 0);
    }
}

//! What the sources that searched a place say of a plot there, day by day: each day votes for itself, and the one that says
//! most for the plot is believed. What flowers in May was a rosette in April, and gone in June; that April's photos do not
//! show it says nothing against it.
//!
//! A day is the period of a flight: photos of a flight over midnight are of both days, and sources vote together where their
//! periods overlap. Days that follow each other are two, however little grows in a night: a flight in bad light outvotes
//! no better one. Photos that tell no day are one group. An orthomosaic that tells none is made of some flight's photos: it
//! votes with those of each day up to the one on which its file was made, and by itself only where there are none.

use crate::imagery::Captured;
use jiff::civil::Date;

/// A source as it votes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Voter {
    /// Whether it is a photo; an orthomosaic otherwise.
    pub is_photo: bool,
    /// Whether its place is known to metres: not where no way from its datum to WGS 84 is known.
    pub is_placed: bool,
    /// The days on which it was flown, where that is known.
    pub flown: Option<Captured>,
    /// The day on which its file was made: it was not flown later.
    pub made: Option<Date>,
}

/// What one source says of a plot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ballot {
    /// The source.
    pub voter: Voter,
    /// Whether it searched the point by which the plot is named.
    pub searched: bool,
    /// The plot's best score in it, where it was found in it.
    pub score: Option<f64>,
}

/// What the sources of one day say of a plot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Votes {
    /// Sources that it was found in.
    pub seen_in: usize,
    /// Sources that searched its place.
    pub covered_by: usize,
    /// The best score in each source that searched its place, as a mean; nought for those it was not found in.
    pub score_views: f64,
}

impl Voter {
    /// Whether it tells no day of its own and was made of photos of some day.
    fn is_of_any_day(&self) -> bool {
        !self.is_photo && self.flown.is_none()
    }

    /// Whether it votes with those of a day.
    fn is_of(&self, day: Option<Captured>) -> bool {
        match (self.flown, day) {
            (Some(own), Some(day)) => own.from <= day.to && day.from <= own.to,
            (None, None) => true,
            _ => false,
        }
    }

    /// Whether its file was made no earlier than on a day.
    fn was_made_after(&self, day: Option<Captured>) -> bool {
        let known = self.made.zip(day);
        known.is_none_or(|(made, day)| day.from <= made)
    }
}

impl Votes {
    fn of(ballots: &[Ballot]) -> Self {
        let scores = || ballots.iter().filter_map(|ballot| ballot.score);
        let seen_in = scores().count();
        let searched = ballots.iter().filter(|ballot| ballot.searched).count();
        // A plot whose point lies just outside a photo may be found in it.
        let covered_by = searched.max(seen_in);
        Self {
            seen_in,
            covered_by,
            score_views: scores().sum::<f64>() / covered_by.max(1) as f64,
        }
    }

    /// The share of the sources that searched the plot's place in which it was found.
    pub fn share(self) -> f64 {
        self.seen_in as f64 / self.covered_by.max(self.seen_in).max(1) as f64
    }
}

/// What the day says that says most for a plot; of days that say as much, the one with more sources, then the first. Nothing
/// where nobody votes.
pub fn believed(ballots: &[Ballot]) -> Option<Votes> {
    let days = days(ballots);
    let votes = days.iter().map(|of_day| Votes::of(of_day));
    votes.reduce(|best, next| {
        let more = next.score_views.total_cmp(&best.score_views);
        let more = more.then(next.covered_by.cmp(&best.covered_by));
        if more.is_gt() { next } else { best }
    })
}

/// The same of the photos alone.
pub fn of_photos(ballots: &[Ballot]) -> Option<Votes> {
    let photos = ballots.iter().filter(|ballot| ballot.voter.is_photo);
    believed(&photos.copied().collect::<Vec<_>>())
}

/// The ballots by day, each day's in their order. A source whose period spans several days votes on each.
fn days(ballots: &[Ballot]) -> Vec<Vec<Ballot>> {
    let dated = || ballots.iter().filter(|b| !b.voter.is_of_any_day());
    let mut days: Vec<Option<Captured>> = dated().map(|b| b.voter.flown).collect();
    days.sort_unstable();
    days.dedup();
    let has_photo = |day: Option<Captured>| {
        let mut photos = dated().filter(|b| b.voter.is_photo);
        photos.any(|b| b.voter.is_of(day))
    };
    let joins = |voter: &Voter, day| voter.was_made_after(day) && has_photo(day);
    let is_of = |voter: &Voter, day| {
        if voter.is_of_any_day() {
            joins(voter, day)
        } else {
            voter.is_of(day)
        }
    };
    let chosen = |of_day: &dyn Fn(&Voter) -> bool| -> Vec<Ballot> {
        let own = ballots.iter().filter(|b| of_day(&b.voter));
        own.copied().collect()
    };
    let alone = chosen(&|v| v.is_of_any_day() && !days.iter().any(|day| joins(v, *day)));
    let mut all: Vec<Vec<Ballot>> = days.iter().map(|d| chosen(&|v| is_of(v, *d))).collect();
    all.extend((!alone.is_empty()).then_some(alone));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voter(is_photo: bool, flown: &str) -> Voter {
        Voter {
            is_photo,
            is_placed: true,
            flown: flown.parse().ok(),
            made: None,
        }
    }

    fn ballot(voter: Voter, score: Option<f64>) -> Ballot {
        Ballot {
            voter,
            searched: true,
            score,
        }
    }

    /// So many photos of a day that found a plot with a score, and so many that did not.
    fn photos(day: &str, found: usize, score: f64, not: usize) -> Vec<Ballot> {
        let seen = std::iter::repeat_n(ballot(voter(true, day), Some(score)), found);
        let unseen = std::iter::repeat_n(ballot(voter(true, day), None), not);
        seen.chain(unseen).collect()
    }

    fn ortho(day: &str, score: Option<f64>) -> Vec<Ballot> {
        vec![ballot(voter(false, day), score)]
    }

    /// Found in so many of so many, and the mean in hundredths.
    fn counted(votes: Option<Votes>) -> Option<(usize, usize, i64)> {
        votes.map(|v| {
            let hundredths = (v.score_views * 100.0).round();
            (v.seen_in, v.covered_by, hundredths as i64)
        })
    }

    #[test]
    fn each_day_votes_for_itself_and_the_best_is_believed() {
        let april = photos("2026-04-20", 0, 0.0, 5);
        let may = photos("2026-05-05", 5, 0.6, 0);
        let both = [april.clone(), may.clone()].concat();
        assert_eq!(counted(believed(&both)), Some((5, 5, 60)));
        assert_eq!(believed(&both), believed(&may));
        assert_eq!(believed(&both), of_photos(&both));
        // The day after is another day.
        let next = [photos("2026-05-06", 0, 0.0, 5), may.clone()].concat();
        assert_eq!(counted(believed(&next)), Some((5, 5, 60)));
        // Of the same day all count, and so do those that tell no day, among themselves.
        for day in ["2026-05-05", ""] {
            let one = [photos(day, 5, 0.6, 0), photos(day, 0, 0.0, 5)].concat();
            assert_eq!(counted(believed(&one)), Some((5, 10, 30)), "{day}");
        }
        let undated = [photos("", 0, 0.0, 5), may].concat();
        assert_eq!(counted(believed(&undated)), Some((5, 5, 60)));
        assert_eq!(believed(&[]), None);
    }

    #[test]
    fn a_flight_over_midnight_is_one() {
        let over = "2026-05-05/2026-05-06";
        let flight = [photos(over, 2, 0.6, 4), photos("2026-05-06", 0, 0.0, 2)].concat();
        assert_eq!(counted(believed(&flight)), Some((2, 8, 15)));
        // Those of the next morning are a vote of their own as well, with the night's.
        let morning = [photos(over, 0, 0.0, 2), photos("2026-05-06", 2, 0.6, 0)].concat();
        assert_eq!(counted(believed(&morning)), Some((2, 4, 30)));
    }

    #[test]
    fn an_orthomosaic_votes_with_the_photos_of_its_day() {
        let nothing = photos("2026-05-05", 0, 0.0, 9);
        let seam = |day: &str| [ortho(day, Some(0.6)), nothing.clone()].concat();
        assert_eq!(counted(believed(&seam("2026-05-05"))), Some((1, 10, 6)));
        // Of another day nobody speaks against it.
        assert_eq!(counted(believed(&seam("2026-06-01"))), Some((1, 1, 60)));
        // One that tells no day is theirs,
        assert_eq!(counted(believed(&seam(""))), Some((1, 10, 6)));
        // unless its file is older than they are.
        let mut older = seam("");
        older[0].voter.made = Some(jiff::civil::date(2026, 5, 4));
        assert_eq!(counted(believed(&older)), Some((1, 1, 60)));
        // Where photos of two days are there, it is that of the better.
        let two = [seam(""), photos("2026-05-20", 4, 0.6, 0)].concat();
        assert_eq!(counted(believed(&two)), Some((5, 5, 60)));
        // A photo's plot that the orthomosaic does not show loses a vote, and none among the photos.
        let plot = [ortho("", None), photos("2026-05-05", 3, 0.4, 0)].concat();
        assert_eq!(counted(believed(&plot)), Some((3, 4, 30)));
        assert_eq!(counted(of_photos(&plot)), Some((3, 3, 40)));
        assert_eq!(of_photos(&ortho("", Some(0.6))), None);
    }

    #[test]
    fn orthomosaics_of_two_flights_vote_by_day() {
        let two = |a: &str, b: &str| [ortho(a, Some(0.8)), ortho(b, None)].concat();
        let (april, may) = ("2026-04-20", "2026-05-05");
        assert_eq!(counted(believed(&two(may, april))), Some((1, 1, 80)));
        assert_eq!(counted(believed(&two(may, may))), Some((1, 2, 40)));
        assert_eq!(counted(believed(&two("", ""))), Some((1, 2, 40)));
        assert_eq!(counted(believed(&two(may, ""))), Some((1, 1, 80)));
    }
}

//! What learning from verdicts takes and gives: `features.json` of a scan, and the file that `learn` writes.

use crate::statistics::reorder::reordered;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The format of [`FeaturesRecord`].
pub const FEATURES_FORMAT: &str = "papaver.features/1";
/// The format of [`LearntRecord`].
pub const LEARNT_FORMAT: &str = "papaver.learnt/1";

/// One of so many that go down stays where it was.
const AUDIT: usize = 20;

/// What the models saw of each candidate of a scan, so that ranks can be learnt without the imagery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FeaturesRecord {
    /// `papaver.features/1`.
    pub format: String,
    /// The scan's id.
    pub scan_id: String,
    /// What each of the values is.
    pub names: Vec<String>,
    /// The candidates in order of rank; those that could not be looked at once more are absent.
    pub candidates: Vec<FeaturesOf>,
}

/// What the models saw of a candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FeaturesOf {
    /// Its id.
    pub id: String,
    /// Its rank without learning; files of earlier versions do not say it.
    #[serde(default)]
    pub rank: Option<u64>,
    /// The log odds by which it is ranked without learning.
    pub shipped: f64,
    /// In the order of the names.
    pub values: Vec<f64>,
}

/// What was learnt from verdicts: a small linear head on top of the shipped rank. It changes the order of candidates alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LearntRecord {
    /// `papaver.learnt/1`.
    pub format: String,
    /// The administrative code of the unit whose registry it was learnt from: it holds for scans of this unit and of those below it.
    pub unit: String,
    /// The season of the imagery that it was learnt from, as that unit counts seasons.
    pub season: i16,
    /// The first day of imagery that it is used for, that on which the season begins; where it is absent, as in files of earlier
    /// versions, the first of January of the year in which it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day of imagery that it is used for.
    pub expires: String,
    /// When it was learnt, RFC 3339.
    pub made: String,
    /// Finest and coarsest centimetres a pixel that it is used for.
    pub gsd_cm: [f64; 2],
    /// SHA-256 of the model whose candidates it was learnt from.
    pub model: String,
    /// SHA-256 of the second model, where one looked.
    pub verifier: Option<String>,
    /// The scans that it was learnt from.
    pub scans: Vec<String>,
    /// Verdicts that were true, and that were false.
    pub verdicts: [usize; 2],
    /// How well verdicts that it had not seen were told apart by the shipped rank, and by what was learnt: the chance that a true
    /// one comes before a false one.
    pub areas: [f64; 2],
    /// The share of the rendered plots that come with the program which lie in the first part of the scans' candidates, by the shipped
    /// rank and by what was learnt; absent where there are none for the models.
    #[serde(default)]
    pub recall: Option<[f64; 2]>,
    /// That part: of several the one in which what was learnt loses most; where it is absent, as in files of earlier versions, the
    /// upper half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall_depth: Option<f64>,
    /// How strongly it was pulled towards the shipped rank.
    pub pull: f64,
    /// The features by name.
    pub names: Vec<String>,
    /// What is subtracted from each feature.
    pub centre: Vec<f64>,
    /// By what it is divided then.
    pub scale: Vec<f64>,
    /// What it is multiplied by then.
    pub weights: Vec<f64>,
    /// What is added.
    pub bias: f64,
    /// Whether each twentieth candidate of those that go down stays where it was, in the order of their lots, and one at least; else
    /// each whose own lot says so, as in files of earlier versions.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_lot: bool,
}

impl LearntRecord {
    /// The first day of imagery that it is used for.
    pub fn first_day(&self) -> String {
        first_day(self.from.as_deref(), &self.expires)
    }

    /// Whether it is used for imagery of these days, the first and the last (`YYYY-MM-DD`).
    pub fn holds_on(&self, [first, last]: [&str; 2]) -> bool {
        self.first_day().as_str() <= first && last <= self.expires.as_str()
    }

    /// Of candidates that go down, by their ids, the numbers of those that stay where they were.
    pub fn audit(&self, ids: &[&str]) -> Vec<usize> {
        let lots = ids.iter().map(|id| lot("", id));
        if !self.by_lot {
            let own = lots.enumerate();
            return own
                .filter_map(|(n, lot)| lot.is_multiple_of(AUDIT as u64).then_some(n))
                .collect();
        }
        let mut drawn: Vec<(u64, &str, usize)> = (lots.zip(ids).enumerate())
            .map(|(n, (lot, id))| (lot, *id, n))
            .collect();
        drawn.sort_unstable();
        drawn.truncate(ids.len().div_ceil(AUDIT));
        drawn.into_iter().map(|(_, _, n)| n).collect()
    }

    /// The file that holds it.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The learnt log odds of a candidate, out of its features and of the log odds by which it is ranked without.
    pub fn log_odds(&self, values: &[f64], shipped: f64) -> f64 {
        let standard = standardised(values, &self.centre, &self.scale);
        let learnt: f64 = standard.zip(&self.weights).map(|(v, w)| v * w).sum();
        shipped + self.bias + learnt
    }
}

/// Where learning puts a candidate of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ranked {
    /// Its rank, from 1.
    pub rank: u64,
    /// Its rank without learning.
    pub rank_shipped: u64,
    /// The learnt chance that it is real, as far as the verdicts go.
    pub score_learnt: f64,
    /// Whether it would have gone down, and stays where it was to be looked at.
    pub audit: bool,
}

impl Ranked {
    /// How far what was learnt is from knowing, 0 to 0.5.
    pub fn doubt(&self) -> f64 {
        (self.score_learnt - 0.5).abs()
    }
}

impl FeaturesRecord {
    /// Whether it is whole, and of a scan.
    pub fn is_of(&self, scan: &str) -> bool {
        let count = self.names.len();
        let mut rows = self.candidates.iter();
        self.format == FEATURES_FORMAT
            && self.scan_id == scan
            && rows.all(|row| row.values.len() == count)
    }

    /// Where a head puts its candidates, in their order here. Nothing is dropped; what was not looked at once more keeps its place.
    pub fn ranked(&self, head: &LearntRecord) -> Vec<Ranked> {
        let shipped = self.shipped_ranks();
        let last = shipped.iter().max().copied().unwrap_or(0);
        let mut rows: Vec<Option<usize>> = vec![None; last];
        for (row, rank) in shipped.iter().enumerate() {
            rows[rank - 1] = Some(row);
        }
        let score = |row: usize| {
            let candidate = &self.candidates[row];
            chance(head.log_odds(&candidate.values, candidate.shipped))
        };
        let scores: Vec<Option<f64>> = rows.iter().map(|row| row.map(score)).collect();
        let id = |place: usize| rows[place].map_or("", |row| self.candidates[row].id.as_str());
        let audit = |down: &[usize]| {
            let ids: Vec<&str> = down.iter().map(|place| id(*place)).collect();
            let stay = head.audit(&ids).into_iter();
            stay.map(|n| down[n]).collect()
        };
        let mut ranked = vec![None; self.candidates.len()];
        for (rank, (place, audit)) in (1..).zip(reordered(&scores, audit)) {
            if let (Some(row), Some(score_learnt)) = (rows[place], scores[place]) {
                ranked[row] = Some(Ranked {
                    rank,
                    rank_shipped: place as u64 + 1,
                    score_learnt,
                    audit,
                });
            }
        }
        ranked.into_iter().flatten().collect()
    }

    /// The ranks without learning, each once; those of a file that does not say them follow the log odds.
    fn shipped_ranks(&self) -> Vec<usize> {
        let rows = &self.candidates;
        let told: Option<Vec<usize>> = rows
            .iter()
            .map(|row| usize::try_from(row.rank?).ok().filter(|rank| *rank > 0))
            .collect();
        let mut seen = std::collections::HashSet::new();
        let sound = |told: &Vec<usize>| {
            let most = 100 * rows.len() + 1_000;
            told.iter().all(|rank| *rank <= most && seen.insert(*rank))
        };
        told.filter(sound).unwrap_or_else(|| {
            let mut order: Vec<usize> = (0..rows.len()).collect();
            order.sort_by(|a, b| rows[*b].shipped.total_cmp(&rows[*a].shipped));
            let mut ranks = vec![0; rows.len()];
            for (place, row) in order.into_iter().enumerate() {
                ranks[row] = place + 1;
            }
            ranks
        })
    }
}

/// The probability of log odds.
fn chance(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The first day of imagery that something learnt is used for which says it so, and the last.
pub fn first_day(from: Option<&str>, expires: &str) -> String {
    let year = || expires.get(..4).unwrap_or(expires);
    from.map_or_else(|| format!("{}-01-01", year()), str::to_owned)
}

/// A lot that is drawn for a candidate: by its id and a seed alone.
pub fn lot(seed: &str, id: &str) -> u64 {
    let digest = Sha256::digest(format!("{seed}{id}").as_bytes());
    digest.iter().take(8).fold(0, |n, b| n << 8 | u64::from(*b))
}

/// Features as a head takes them: no further than five spreads from the centre, lest one odd value decide alone.
pub fn standardised<'a>(
    values: &'a [f64],
    centre: &'a [f64],
    scale: &'a [f64],
) -> impl Iterator<Item = f64> + 'a {
    let all = values.iter().zip(centre).zip(scale);
    all.map(|((value, centre), scale)| ((value - centre) / scale).clamp(-5.0, 5.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::fixture::head;

    fn features(rows: &[(Option<u64>, f64, f64)]) -> FeaturesRecord {
        let row = |(n, (rank, shipped, red)): (usize, &(Option<u64>, f64, f64))| FeaturesOf {
            id: format!("b{n}"),
            rank: *rank,
            shipped: *shipped,
            values: vec![*red],
        };
        FeaturesRecord {
            format: FEATURES_FORMAT.into(),
            scan_id: "s".into(),
            names: vec!["red".into()],
            candidates: rows.iter().enumerate().map(row).collect(),
        }
    }

    #[test]
    fn what_was_not_looked_at_keeps_its_place_among_those_that_move() {
        // The second of four has no features.
        let found = features(&[
            (Some(1), 2.0, -1.0),
            (Some(3), 1.0, 1.0),
            (Some(4), 0.0, 1.0),
        ]);
        let ranks = |weight: f64| {
            let ranked = found.ranked(&head(weight));
            ranked
                .iter()
                .map(|r| (r.rank, r.rank_shipped))
                .collect::<Vec<_>>()
        };
        assert_eq!(ranks(0.0), [(1, 1), (3, 3), (4, 4)]);
        assert_eq!(ranks(3.0), [(4, 1), (1, 3), (3, 4)]);
    }

    #[test]
    fn a_file_without_ranks_is_ranked_by_what_it_says() {
        let found = features(&[(None, 0.0, 0.0), (None, 2.0, 0.0), (None, 1.0, 0.0)]);
        let ranked = found.ranked(&head(0.0));
        assert_eq!(ranked.iter().map(|r| r.rank).collect::<Vec<_>>(), [3, 1, 2]);
    }

    #[test]
    fn one_of_twenty_that_go_down_stays_and_always_one() {
        let now = LearntRecord {
            by_lot: true,
            ..head(0.0)
        };
        for count in [0_usize, 1, 19, 20, 21, 30, 1_000] {
            let ids: Vec<String> = (0..count).map(|n| format!("{n:012}")).collect();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let stay = now.audit(&ids);
            assert_eq!(stay.len(), count.div_ceil(20), "{count}");
            // Those of the least lots, in whatever order they are named.
            let most = stay.iter().map(|n| lot("", ids[*n])).max();
            let above = ids.iter().filter(|id| Some(lot("", id)) <= most);
            assert_eq!(above.count(), stay.len());
            let turned: Vec<&str> = ids.iter().rev().copied().collect();
            let named = |ids: &[&str], stay: &[usize]| -> Vec<String> {
                stay.iter().map(|n| ids[*n].to_owned()).collect()
            };
            assert_eq!(named(&turned, &now.audit(&turned)), named(&ids, &stay));
        }
        // A head of an earlier version leaves those that it left.
        let ids: Vec<String> = (0..10_000).map(|n| format!("{n:012}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let stay = head(0.0).audit(&ids);
        assert!((400..600).contains(&stay.len()), "{}", stay.len());
        assert!(stay.iter().all(|n| lot("", ids[*n]).is_multiple_of(20)));
    }

    #[test]
    fn a_head_holds_for_the_days_of_its_season_and_one_of_an_earlier_version_for_those_of_its_year()
    {
        let season = LearntRecord {
            from: Some("2026-09-15".into()),
            expires: "2027-09-14".into(),
            ..head(0.0)
        };
        assert!(season.holds_on(["2026-12-28", "2027-01-03"]));
        assert!(season.holds_on(["2026-09-15", "2027-09-14"]));
        assert!(!season.holds_on(["2026-09-14", "2026-09-15"]));
        assert!(!season.holds_on(["2027-09-14", "2027-09-15"]));
        let year = head(0.0);
        assert!(year.holds_on(["2026-01-01", "2026-12-31"]));
        assert!(!year.holds_on(["2025-12-31", "2026-01-01"]));
        assert!(!year.text().contains("from") && !year.text().contains("by_lot"));
    }
}

//! Candidates in order, and those that both stages set aside.

use super::candidate::Candidate;
use crate::scan::model::BothStages;

/// The candidates of a scan, by rank.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RankedCandidates {
    /// Those that are to be looked at.
    pub candidates: Vec<Candidate>,
    /// How many places more were found in too few of the photos that searched them.
    pub doubted: usize,
    /// Those whose evidence of both stages is too little for a list, by rank after the others.
    pub set_aside: Vec<Candidate>,
}

impl RankedCandidates {
    /// Sets aside what both stages have looked at and think too little of. What could not be looked at once more stays, and what the
    /// first one is sure of in all its looks.
    pub fn set_aside(&mut self, both: BothStages) {
        let is_listed = |c: &Candidate| c.is_listed(both);
        let all = std::mem::take(&mut self.candidates);
        let (listed, aside): (Vec<_>, Vec<_>) = all.into_iter().partition(is_listed);
        self.candidates = listed;
        self.set_aside.extend(aside);
        let both = self.candidates.iter_mut().chain(&mut self.set_aside);
        for (i, candidate) in both.enumerate() {
            candidate.rank = i + 1;
        }
    }
}

/// Puts candidates in order, the strongest first. Scores that differ by less than a hundredth say the same; then the larger
/// plot is the better use of a morning.
pub fn rank(candidates: &mut [Candidate]) {
    let key = |c: &Candidate| {
        let rank = (c.rank_score() * 100.0).round();
        (rank, c.hits as f64, c.score_mean)
    };
    candidates.sort_by(|a, b| {
        key(b)
            .partial_cmp(&key(a))
            .unwrap_or(std::cmp::Ordering::Equal)
            .then(a.at.e7().cmp(&b.at.e7()))
    });
    for (i, candidate) in candidates.iter_mut().enumerate() {
        candidate.rank = i + 1;
    }
}

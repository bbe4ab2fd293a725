//! What was learnt from verdicts, at work: candidates in another order. None is dropped, and each twentieth of those that go down
//! stays where it was, so that somebody looks at it all the same.

use super::Second;
use super::learnt_error::LearntError;
use super::second::probability;
use crate::files;
use crate::imagery::{Captured, Source};
use crate::scan::find::Candidate;
use crate::scan::model::{Model, Verifier};
use crate::scan::request::Request;
use crate::schema::{LEARNT_FORMAT, LearntRecord};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// One of so many that go down stays where it was.
const AUDIT: u64 = 20;

/// What was learnt, read and checked.
pub struct Learnt {
    /// Its file.
    path: PathBuf,
    /// What it holds.
    record: LearntRecord,
    /// SHA-256 of its bytes, in hexadecimal.
    sha256: String,
}

/// How learning moved a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moved {
    /// The learnt chance that it is real, as far as the verdicts go.
    pub score: f64,
    /// Its rank without learning.
    pub shipped: usize,
    /// Whether it would have gone down, and stays where it was to be looked at.
    pub audit: bool,
}

impl Learnt {
    /// Reads the file that a request names; nothing where it names none.
    ///
    /// # Errors
    /// See [`LearntError`].
    pub fn of(request: &Request) -> Result<Option<Self>, LearntError> {
        request.learnt.as_deref().map(Self::read).transpose()
    }

    fn read(path: &Path) -> Result<Self, LearntError> {
        let unreadable = |why: String| LearntError::Unreadable {
            path: path.into(),
            why,
        };
        let bytes = files::read(path).map_err(|e| unreadable(e.to_string()))?;
        let record: LearntRecord =
            serde_json::from_slice(&bytes).map_err(|e| unreadable(e.to_string()))?;
        let features = record.names.len();
        let parts = [&record.centre, &record.scale, &record.weights];
        let is_whole = record.format == LEARNT_FORMAT
            && parts.iter().all(|part| part.len() == features)
            && record.scale.iter().all(|scale| *scale > 0.0);
        if !is_whole {
            return Err(unreadable(format!("format {}", record.format)));
        }
        Ok(Self {
            path: path.into(),
            record,
            sha256: hex::encode(Sha256::digest(&bytes)),
        })
    }

    /// The SHA-256 of its bytes, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Whether it holds for a scan: the same models, the unit or one below it, the season, and pixels as fine.
    ///
    /// # Errors
    /// See [`LearntError`].
    pub fn check(
        &self,
        request: &Request,
        model: &Model,
        second: Option<&Second>,
        sources: &[Source],
    ) -> Result<(), LearntError> {
        let path = || self.path.clone();
        let record = &self.record;
        let Some(second) = second else {
            return Err(LearntError::NoLook { path: path() });
        };
        let verifier = second.verifier.as_ref().map(Verifier::sha256);
        if record.model != model.sha256() || record.verifier.as_deref() != verifier {
            return Err(LearntError::OtherModel { path: path() });
        }
        let unit = request.unit.as_deref().ok_or(LearntError::NoUnit {
            path: path(),
            unit: record.unit.clone(),
        })?;
        if !unit.starts_with(&record.unit) {
            return Err(LearntError::OtherUnit {
                path: path(),
                unit: record.unit.clone(),
            });
        }
        for source in sources {
            self.check_source(request, source)?;
        }
        Ok(())
    }

    fn check_source(&self, request: &Request, source: &Source) -> Result<(), LearntError> {
        let (path, name) = (self.path.clone(), source.name().to_owned());
        let record = &self.record;
        let captured = request.captured.or_else(|| source.captured());
        let Some(Captured { from, to, .. }) = captured else {
            return Err(LearntError::NoDate { path, name });
        };
        let days = [from, to].map(|day| day.to_string());
        let season = record.season.to_string();
        if days.iter().any(|day| !day.starts_with(&season)) || days[1] > record.expires {
            let expires = record.expires.clone();
            return Err(LearntError::OtherSeason {
                path,
                name,
                expires,
            });
        }
        let gsd = source.typical_gsd_cm();
        let [finest, coarsest] = record.gsd_cm;
        if (finest..=coarsest).contains(&gsd) {
            return Ok(());
        }
        Err(LearntError::OtherGsd {
            path,
            name,
            gsd,
            range: record.gsd_cm,
        })
    }

    /// Puts candidates that are ranked already in the learnt order. What was not looked at once more keeps its place.
    pub fn rank(&self, candidates: &mut Vec<Candidate>) {
        let learnt: Vec<Option<f64>> = candidates.iter().map(|c| self.score(c)).collect();
        for (candidate, score) in candidates.iter_mut().zip(&learnt) {
            candidate.moved = score.map(|score| Moved {
                score,
                shipped: candidate.rank,
                audit: false,
            });
        }
        let order = order(&learnt, |n| is_audited(&candidates[n].id));
        let mut taken: Vec<Option<Candidate>> = candidates.drain(..).map(Some).collect();
        for (rank, (number, stays)) in (1..).zip(order) {
            let Some(mut candidate) = taken[number].take() else {
                continue;
            };
            candidate.rank = rank;
            if let Some(moved) = &mut candidate.moved {
                moved.audit = stays;
            }
            candidates.push(candidate);
        }
    }

    fn score(&self, candidate: &Candidate) -> Option<f64> {
        let second = candidate.second.as_ref()?;
        let fits = second.features.len() == self.record.names.len();
        let odds = || self.record.log_odds(&second.features, candidate.shipped());
        fits.then(|| probability(odds()))
    }
}

/// Whether a candidate is one of those that stay where they were: by its id alone, so that it is the same wherever it is asked.
fn is_audited(id: &str) -> bool {
    let digest = Sha256::digest(id.as_bytes());
    let number = digest.iter().take(8).fold(0, |n, b| n << 8 | u64::from(*b));
    number.is_multiple_of(AUDIT)
}

/// The learnt order of candidates by their shipped order: numbers, and whether one that would go down stays where it was.
/// Those without a learnt score stay too.
fn order(learnt: &[Option<f64>], is_audited: impl Fn(usize) -> bool) -> Vec<(usize, bool)> {
    let mut ranked: Vec<(usize, f64)> = (learnt.iter().enumerate())
        .filter_map(|(n, score)| Some((n, (*score)?)))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let goes_down: Vec<usize> = (ranked.iter().enumerate())
        .filter(|(place, (n, _))| place > n)
        .map(|(_, (n, _))| *n)
        .collect();
    let mut stays = vec![None; learnt.len()];
    for (n, score) in learnt.iter().enumerate() {
        let audit = goes_down.contains(&n) && is_audited(n);
        stays[n] = (audit || score.is_none()).then_some(audit);
    }
    let mut moving = ranked
        .iter()
        .map(|(n, _)| *n)
        .filter(|n| stays[*n].is_none());
    (0..learnt.len())
        .filter_map(|n| match stays[n] {
            Some(audit) => Some((n, audit)),
            None => moving.next().map(|n| (n, false)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_dropped_and_what_is_audited_stays_where_it_was() {
        let learnt = [Some(0.1), Some(0.2), Some(0.9), None, Some(0.5)];
        let plain = order(&learnt, |_| false);
        assert_eq!(
            plain.iter().map(|o| o.0).collect::<Vec<_>>(),
            [2, 4, 1, 3, 0]
        );
        let audited = order(&learnt, |n| n == 0);
        assert_eq!(
            audited,
            [(0, true), (2, false), (4, false), (3, false), (1, false)]
        );
        // What goes up is no audit.
        assert!(order(&learnt, |n| n == 2).iter().all(|o| !o.1));
    }

    #[test]
    fn about_one_of_twenty_ids_is_audited() {
        let ids = (0..10_000).map(|n| format!("{n:012}"));
        let audited = ids.filter(|id| is_audited(id)).count();
        assert!((400..600).contains(&audited), "{audited}");
    }
}

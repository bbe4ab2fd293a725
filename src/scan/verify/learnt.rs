//! What was learnt from verdicts, at work: candidates in another order. None is dropped, and each twentieth of those that go down, or
//! one at least, stays where it was, so that somebody looks at it all the same.

use super::Second;
use crate::files;
use crate::imagery::{Captured, Source};
use crate::scan::error::LearntError;
use crate::scan::find::{Candidate, Moved, probability};
use crate::scan::model::Model;
use crate::scan::request::{LearntFrom, ScanRequest};
use crate::schema::{LEARNT_FORMAT, LearntRecord, PlannedLearnt};
use crate::statistics::reorder::reordered;
use crate::text::is_division_at_or_below;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// What was learnt, read and checked.
pub struct Learnt {
    /// Its file.
    path: PathBuf,
    /// What it holds.
    record: LearntRecord,
    /// SHA-256 of its bytes, in hexadecimal.
    sha256: String,
}

impl Learnt {
    /// What a request asks for, where it holds for the scan; nothing where it asks for none. Of a registry it is the first that holds.
    ///
    /// # Errors
    /// See [`LearntError`]; of a registry why the first does not hold.
    pub fn of(
        request: &ScanRequest,
        model: &Model,
        second: Option<&Second>,
        sources: &[Source],
    ) -> Result<Option<Self>, LearntError> {
        let (path, heads) = match &request.learnt {
            None => return Ok(None),
            Some(LearntFrom::File(path)) => (path, vec![Self::read(path)?]),
            Some(LearntFrom::Registry(path, heads)) => {
                let heads = heads.iter().map(|head| Self::new(path, head.clone()));
                (path, heads.collect::<Result<_, _>>()?)
            }
            Some(LearntFrom::Planned(path, planned)) => {
                let head = Self {
                    sha256: planned.sha256.clone(),
                    ..Self::new(path, planned.head.clone())?
                };
                (path, vec![head])
            }
        };
        let mut first = None;
        for head in heads {
            match head.check(request, model, second, sources) {
                Ok(()) => return Ok(Some(head)),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or(LearntError::NoneInForce { path: path.clone() }))
    }

    fn read(path: &Path) -> Result<Self, LearntError> {
        let unreadable = |why: String| LearntError::Unreadable {
            path: path.into(),
            why,
        };
        let bytes = files::read(path).map_err(|e| unreadable(e.to_string()))?;
        let record: LearntRecord =
            serde_json::from_slice(&bytes).map_err(|e| unreadable(e.to_string()))?;
        let sha256 = hex::encode(Sha256::digest(&bytes));
        Ok(Self {
            sha256,
            ..Self::new(path, record)?
        })
    }

    fn new(path: &Path, record: LearntRecord) -> Result<Self, LearntError> {
        let features = record.names.len();
        let parts = [&record.centre, &record.scale, &record.weights];
        let is_whole = record.format == LEARNT_FORMAT
            && parts.iter().all(|part| part.len() == features)
            && record.scale.iter().all(|scale| *scale > 0.0);
        if !is_whole {
            let why = format!("format {}", record.format);
            let path = path.into();
            return Err(LearntError::Unreadable { path, why });
        }
        Ok(Self {
            path: path.into(),
            sha256: hex::encode(Sha256::digest(record.text().as_bytes())),
            record,
        })
    }

    /// The SHA-256 of its bytes, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// What a plan keeps of it.
    pub fn planned(&self) -> PlannedLearnt {
        PlannedLearnt {
            sha256: self.sha256.clone(),
            head: self.record.clone(),
        }
    }

    /// Whether it holds for a scan: the same models, the unit or one below it, the season, and pixels as fine.
    ///
    /// # Errors
    /// See [`LearntError`].
    fn check(
        &self,
        request: &ScanRequest,
        model: &Model,
        second: Option<&Second>,
        sources: &[Source],
    ) -> Result<(), LearntError> {
        let path = || self.path.clone();
        let record = &self.record;
        let Some(second) = second else {
            return Err(LearntError::NoLook { path: path() });
        };
        let verifier = second.verifier.as_ref().map(|v| v.sha256());
        if record.model != model.sha256() || record.verifier.as_deref() != verifier {
            return Err(LearntError::OtherModel { path: path() });
        }
        let unit = request.unit.as_deref().ok_or(LearntError::NoUnit {
            path: path(),
            unit: record.unit.clone(),
        })?;
        if !is_division_at_or_below(unit, &record.unit) {
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

    fn check_source(&self, request: &ScanRequest, source: &Source) -> Result<(), LearntError> {
        let (path, name) = (self.path.clone(), source.name().to_owned());
        let record = &self.record;
        let captured = request.captured.or_else(|| source.captured());
        let Some(Captured { from, to, .. }) = captured else {
            return Err(LearntError::NoDate { path, name });
        };
        let days = [from, to].map(|day| day.to_string());
        if !record.holds_on(days.each_ref().map(String::as_str)) {
            return Err(LearntError::OtherSeason {
                path,
                name,
                from: record.first_day(),
                expires: record.expires.clone(),
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
        let order = reordered(&learnt, |down| {
            let ids: Vec<&str> = down.iter().map(|n| candidates[*n].id.as_str()).collect();
            let stay = self.record.audit(&ids).into_iter();
            stay.map(|n| down[n]).collect()
        });
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

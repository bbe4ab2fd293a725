//! Who looks: threads that take places of one source at a time, in the order in which they lie in it, so that pixels which are
//! decoded for one are at hand for the next. A place is looked at once, however many candidates have their best cell there: those
//! of a lower threshold are mostly those of the higher one, grown.

use super::features::features;
use super::looks::ViewScorer;
use super::{Crops, Second};
use crate::ground::Rect;
use crate::imagery::{Level, PixelReader, Pixels};
use crate::scan::error::ScanError;
use crate::scan::find::{Candidate, SecondLook, VerifierVerdict};
use crate::scan::ids::SourceId;
use crate::scan::model::{Model, ModelError, VerifierContract, VerifierRunner};
use crate::scan::plan::Work;
use crate::scan::progress::{Progress, ScanStage};
use crate::scan::score::Scored;
use crate::schema::ScoreBand;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// As many places of one source are looked at by one thread at a time.
const A_SITTING: usize = 16;

/// What is looked at, and with what.
pub struct Looking<'a> {
    /// How.
    pub second: &'a Second,
    /// The model that found the candidates.
    pub model: &'a Model,
    /// The works that they were found in.
    pub scored: &'a Scored,
    /// What was cut already.
    pub crops: &'a Crops<'a>,
    /// Threads at most.
    pub threads: usize,
    /// Where the work so far is kept.
    pub folder: &'a Path,
    /// Raised to stop.
    pub stop: &'a AtomicBool,
}

/// The best cell in the source that shows it best, of one candidate or of several.
struct BestCell {
    source: SourceId,
    cell: Rect,
    /// Whose it is, by number.
    of: Vec<usize>,
}

/// The places of candidates, each once, in the order in which they lie in the sources.
fn best_cells(candidates: &[&Candidate]) -> Vec<BestCell> {
    let mut cells: BTreeMap<_, BestCell> = BTreeMap::new();
    for (number, candidate) in candidates.iter().enumerate() {
        let (source, cell) = (candidate.best, candidate.peak);
        let place = cells.entry((source, cell.y0, cell.x0, cell.y1, cell.x1));
        let place = place.or_insert_with(|| BestCell {
            source,
            cell,
            of: Vec::new(),
        });
        place.of.push(number);
    }
    cells.into_values().collect()
}

/// What a second look says of each candidate, in their order; nothing of one whose source cannot be read any more. How many places there
/// are to look at is told before.
///
/// # Errors
/// [`ScanError::Model`]; [`ScanError::Interrupted`] where it was stopped.
pub fn look(
    looking: &Looking<'_>,
    candidates: &[&Candidate],
    progress: &dyn Progress,
) -> Result<Vec<Option<SecondLook>>, ScanError> {
    let cells = best_cells(candidates);
    progress.stage(ScanStage::Verifying {
        candidates: cells.len(),
    });
    let sittings: Vec<&[BestCell]> = cells
        .chunk_by(|a, b| a.source == b.source)
        .flat_map(|of_source| of_source.chunks(A_SITTING))
        .collect();
    // Photos may have several works, all with one grid.
    let mut works = BTreeMap::new();
    for work in &looking.scored.works {
        works.entry(work.source).or_insert(work);
    }
    let next = AtomicUsize::new(0);
    let run = || sit(looking, &works, candidates, &sittings, &next);
    let threads = looking.threads.min(sittings.len()).max(1);
    let seen = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let all = workers.into_iter().map(|worker| match worker.join() {
            Ok(seen) => seen,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        all.collect::<Result<Vec<_>, ScanError>>()
    })?;
    let mut all = vec![None; candidates.len()];
    for (number, second) in seen.into_iter().flatten() {
        all[number] = second;
    }
    Ok(all)
}

/// What one thread sees: candidates by number.
type ThreadLooks = Vec<(usize, Option<SecondLook>)>;

/// Takes sittings until none is left.
fn sit(
    looking: &Looking<'_>,
    works: &BTreeMap<SourceId, &Work>,
    candidates: &[&Candidate],
    sittings: &[&[BestCell]],
    next: &AtomicUsize,
) -> Result<ThreadLooks, ScanError> {
    let mut seen = Vec::new();
    let mut models = None;
    while let Some(sitting) = sittings.get(next.fetch_add(1, Ordering::Relaxed)) {
        let Some(work) = works.get(&sitting[0].source) else {
            continue;
        };
        let models = match &mut models {
            Some(models) => models,
            none => none.insert(Models::new(looking)?),
        };
        let eyes = Eyes::new(looking, work);
        for place in *sitting {
            if looking.stop.load(Ordering::Relaxed) {
                let folder = looking.folder.into();
                return Err(ScanError::Interrupted { folder });
            }
            let of = place.of.iter().map(|number| candidates[*number]);
            let looks = eyes.look(models, place.cell, of)?;
            seen.extend(place.of.iter().copied().zip(looks));
        }
    }
    Ok(seen)
}

/// One thread's own sessions.
struct Models {
    looker: ViewScorer,
    verifier: Option<VerifierRunner>,
}

impl Models {
    fn new(looking: &Looking<'_>) -> Result<Self, ModelError> {
        let verifier = looking.second.verifier.as_ref();
        Ok(Self {
            looker: ViewScorer::new(looking.model)?,
            verifier: verifier.map(|v| v.runner()).transpose()?,
        })
    }
}

/// A source at one level, opened once at most: to open a photo is to decode it.
type OpenLevel = OnceCell<Option<Box<dyn PixelReader>>>;

/// One source.
struct Eyes<'a> {
    looking: &'a Looking<'a>,
    work: &'a Work,
    reader: OpenLevel,
    finest: OpenLevel,
}

impl<'a> Eyes<'a> {
    fn new(looking: &'a Looking<'a>, work: &'a Work) -> Self {
        Self {
            looking,
            work,
            reader: OnceCell::new(),
            finest: OnceCell::new(),
        }
    }

    /// What is seen about a cell, for each candidate whose best it is; nothing where it cannot be read.
    fn look<'c>(
        &self,
        models: &mut Models,
        cell: Rect,
        candidates: impl Iterator<Item = &'c Candidate>,
    ) -> Result<Vec<Option<SecondLook>>, ScanError> {
        let work = self.work;
        let rect = self.looking.second.views.pixels(work, cell);
        let Some(pixels) = self.pixels(rect, &self.reader, work.level) else {
            return Ok(Vec::new());
        };
        let seen = SecondLook {
            looks: models.looker.scores(work, cell, &pixels)?.map(f64::from),
            verdict: self.verdict(models, cell)?,
            features: Vec::new(),
        };
        let gsd_cm = work.imagery.typical_gsd_cm();
        let of = |candidate: &Candidate| {
            let features = features(candidate, &seen, gsd_cm, &pixels);
            let seen = seen.clone();
            Some(SecondLook { features, ..seen })
        };
        Ok(candidates.map(of).collect())
    }

    /// What the verifier says, where there is one.
    fn verdict(
        &self,
        models: &mut Models,
        cell: Rect,
    ) -> Result<Option<VerifierVerdict>, ScanError> {
        let second = self.looking.second;
        let (Some(runner), Some(verifier)) = (&mut models.verifier, &second.verifier) else {
            return Ok(None);
        };
        let contract = verifier.contract();
        let finest = self.work.imagery.full_level();
        let opened = if finest == self.work.level {
            &self.reader
        } else {
            &self.finest
        };
        let mut seen = Vec::new();
        for cut in second.sights(self.work, cell).iter().flatten() {
            let Some(pixels) = self.pixels(cut.rect(), opened, finest) else {
                return Ok(None);
            };
            seen.push(cut.views(&pixels, contract));
        }
        let [image, surroundings] = seen.as_slice() else {
            return Ok(None);
        };
        let said = runner.run([image, surroundings])?;
        Ok(Some(VerifierVerdict {
            score: said.score,
            before_bloom: said.before_bloom,
            band: band(said.score, contract),
            features: said.features,
        }))
    }

    /// Pixels of a level, as they were kept, else as they are read.
    fn pixels(&self, rect: Rect, opened: &OpenLevel, level: Level) -> Option<Arc<Pixels>> {
        let kept = self.looking.crops.pixels(self.work.source, rect);
        kept.or_else(|| {
            let open = || self.work.imagery.open(level).ok();
            let reader = opened.get_or_init(open).as_ref()?;
            Some(Arc::new(reader.read(rect, &mut None)))
        })
    }
}

/// What is shown of a verifier's score: whether a crew may be sent, whether it is worth screening. Of one that sends no crew it
/// is the third above its threshold.
fn band(score: f64, contract: &VerifierContract) -> ScoreBand {
    match contract.uses.dispatch_threshold {
        None => ScoreBand::of(score, contract.threshold),
        Some(dispatch) if score >= dispatch => ScoreBand::Strong,
        Some(_) if score >= contract.threshold => ScoreBand::Fair,
        Some(_) => ScoreBand::Weak,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::model::fixture::verifier_contract;
    use ScoreBand::{Fair, Strong, Weak};

    #[test]
    fn bands_are_the_uses_of_a_verifier_and_thirds_where_it_sends_no_crew() {
        let mut contract = verifier_contract();
        contract.threshold = 0.4;
        let mut bands = |dispatch| {
            contract.uses.dispatch_threshold = dispatch;
            [0.3, 0.5, 0.7, 0.9].map(|score| band(score, &contract))
        };
        assert_eq!(bands(Some(0.6)), [Weak, Fair, Strong, Strong]);
        assert_eq!(bands(None), [Weak, Weak, Fair, Strong]);
    }
}

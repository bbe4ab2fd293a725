//! The run, in six stages: discover and plan, score, keep, find, verify, write.

use super::error::ScanError;
use super::find::{
    Candidate, FindRules, Found, RankedCandidates, SearchedGround, Viewing, find, rank,
    source_facts,
};
use super::model::{Hit, Model, VerifierContract};
use super::plan::{Search, Work};
use super::progress::{Progress, ScanStage};
use super::refusals;
use super::request::ScanRequest;
use super::score::{Journal, OwnTasks, PixelListener, Scored, ScoringTask, score};
use super::score_store::ScoreStore;
use super::summary::Summary;
use super::verify::{Crops, Learnt, Looking, Second, look};
use super::write::{self, Provenance, Pyramids};
use crate::imagery::Pixels;
use crate::schema::{ExpectedRecord, PlannedRanking, Reason, lowest_patterns};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// The score from which cells are kept, where the threshold is not lower still. What lies below says nothing.
pub const SCORE_FLOOR: f64 = 0.05;

/// Runs a scan. It can be stopped through `stop` at any moment, and goes on when it is run again. Where the results folder
/// holds scores of the same search, another threshold, radius or agreement of photos is found in them.
///
/// # Errors
/// See [`ScanError`].
pub fn scan(
    request: &ScanRequest,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Summary, ScanError> {
    Ok(run(request, None, progress, stop)?.0)
}

/// Runs a scan, and finds candidates at a second threshold too, or at the scan's own where that is lower. They are looked at
/// once more as the scan's own are.
///
/// # Errors
/// See [`ScanError`].
pub fn scan_and_find(
    request: &ScanRequest,
    second: f64,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<(Summary, RankedCandidates), ScanError> {
    let (summary, also) = run(request, Some(second), progress, stop)?;
    Ok((summary, also.unwrap_or_default()))
}

fn run(
    request: &ScanRequest,
    second: Option<f64>,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<(Summary, Option<RankedCandidates>), ScanError> {
    let started = Instant::now();
    // Discover and plan. A boundary elsewhere is refused before anything is written.
    let mut search = Search::prepare(request, progress)?;
    let works = search.first_works()?;
    let ranking = RankingInputs::of(&search)?;
    let lowest = lowest(&search, second);
    let floors = (single(SCORE_FLOOR.min(lowest)), single(lowest));
    let (mut journal, before) = Journal::open(&request.out, &search.key, floors, request.restart)?;
    write::prepare(&request.out, request.restart)?;
    let whole = RunScope {
        started,
        works,
        ranking,
        scores: before,
        own: None,
    };
    go_on(&mut search, (&mut journal, whole), second, progress, stop)
}

/// The lowest threshold at which candidates are found.
fn lowest(search: &Search<'_>, second: Option<f64>) -> f64 {
    let threshold = search.listing.threshold;
    second.map_or(threshold, |second| second.min(threshold))
}

/// What was scored before a run, and what of the rest it does, where that is not all.
pub(super) struct RunScope<'a> {
    /// When the run began.
    pub started: Instant,
    /// The work that is known from the headers.
    pub works: Vec<Work>,
    /// What its candidates are put in order by.
    pub ranking: RankingInputs,
    /// The scores.
    pub scores: ScoreStore,
    /// Tasks that it does.
    pub own: Option<OwnTasks<'a>>,
}

/// What candidates are put in order by beside their scores.
pub(super) struct RankingInputs {
    second: Option<Second>,
    learnt: Option<Learnt>,
}

impl RankingInputs {
    /// What a request asks for, checked before anything is written.
    ///
    /// # Errors
    /// Those of a verifier, and of what was learnt.
    pub fn of(search: &Search<'_>) -> Result<Self, ScanError> {
        let second = Second::of(search)?;
        let sources = &search.sources.all;
        let learnt = Learnt::of(search.request, &search.model, second.as_ref(), sources)?;
        Ok(Self { second, learnt })
    }

    /// What a plan keeps of them: their content, not where it lies.
    pub fn planned(&self) -> PlannedRanking {
        let verifier = self.second.as_ref().and_then(|s| s.verifier.as_ref());
        PlannedRanking {
            verifier: verifier.map(|verifier| verifier.sha256().to_owned()),
            learnt: self.learnt.as_ref().map(Learnt::planned),
        }
    }

    /// Says what candidates may be used for, and what is to be expected.
    fn tell_uses(&self, search: &Search<'_>, summary: &mut Summary) {
        summary.dispatch = self.dispatch(&search.model, &summary.candidates);
        summary.expected = self.expected(search);
    }

    /// What a verifier says of itself, where one looks.
    fn verifier(&self) -> Option<&VerifierContract> {
        let second = self.second.as_ref()?;
        second.verifier.as_ref().map(|verifier| verifier.contract())
    }

    /// The score from which a crew may be sent without screening, by a verifier where one looked, and the candidates that reach it.
    fn dispatch(&self, model: &Model, candidates: &[Candidate]) -> Option<(f64, usize)> {
        let uses = self.verifier().map(|verifier| &verifier.uses);
        let uses = uses.unwrap_or(&model.contract().uses);
        let threshold = uses.dispatch_threshold?;
        Some((threshold, reaching(candidates, threshold)))
    }

    /// What to expect: where a threshold was asked for that is not the model's own, its makers say nothing.
    fn expected(&self, search: &Search<'_>) -> Vec<ExpectedRecord> {
        let contract = search.model.contract();
        let is_own = (contract.threshold - search.listing.threshold).abs() < 1e-9;
        let alone = is_own.then_some(&contract.uses);
        let verifier = self.verifier();
        let both = verifier.filter(|v| is_own || v.both.is_some() && search.listing.both.is_some());
        let both = both
            .map(|v| &v.uses)
            .filter(|uses| !uses.expected.is_empty());
        both.or(alone)
            .map_or_else(Vec::new, |uses| uses.expected.clone())
    }
}

/// How many candidates reach a score, the verifier's where one looked.
fn reaching(candidates: &[Candidate], threshold: f64) -> usize {
    let reach = candidates
        .iter()
        .filter(|c| c.dispatch_score() >= threshold);
    reach.count()
}

/// Scores what is left of a search, finds candidates and writes the results.
///
/// # Errors
/// See [`ScanError`].
pub(super) fn go_on(
    search: &mut Search<'_>,
    (journal, before): (&mut Journal, RunScope<'_>),
    second: Option<f64>,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<(Summary, Option<RankedCandidates>), ScanError> {
    let RunScope {
        started,
        works,
        ranking,
        scores,
        own,
    } = before;
    let request = search.request;
    let refused = std::mem::take(&mut search.sources.refused);
    let search = &*search;
    // Score.
    let (second_look, learnt) = (ranking.second.as_ref(), ranking.learnt.as_ref());
    let rules = FindRules::of(request, search.listing.threshold);
    let crops = Crops::new(search, rules, second_look);
    let task = ScoringTask { works, scores, own };
    let (scored, mut ground) = scored(search, task, journal, &crops, (progress, stop))?;
    // Keep.
    journal.settle(&scored.scores)?;
    // Find.
    let outside = search.photos_outside()?;
    let searched = std::mem::take(&mut ground.searched);
    let viewing = Viewing::new(search, &scored, &searched, outside);
    let at = |threshold| {
        let rules = FindRules::of(request, threshold);
        find(search, &scored, &ground, &viewing, rules)
    };
    let mut found = at(search.listing.threshold)?;
    let mut also = second.map(|_| at(lowest(search, second))).transpose()?;
    // Verify.
    if let Some(second) = second_look {
        let looking = Looking {
            second,
            model: &search.model,
            scored: &scored,
            crops: &crops,
            threads: request.threads,
            folder: &request.out,
            stop,
        };
        let also = also.as_mut().map(|also| &mut also.ranked);
        verify(&looking, (&mut found.ranked, also), progress)?;
    }
    list(search, learnt, &mut found.ranked);
    progress.stage(ScanStage::Writing {
        candidates: found.ranked.candidates.len(),
    });
    // Write.
    let useless = std::mem::take(&mut ground.useless);
    let mut summary = summary(search, &scored, ground, &viewing, found);
    ranking.tell_uses(search, &mut summary);
    summary.refused = refused.into_iter().chain(useless).collect();
    summary.seconds = started.elapsed().as_secs_f64();
    let provenance = Provenance {
        request,
        model: &search.model,
        key: &search.key,
        sources: &search.sources.all,
        second: second_look,
        learnt,
        crops: &crops,
    };
    write::write(&summary, &provenance)?;
    Ok((summary, also.map(|found| found.ranked)))
}

/// Scores what is left of the works, says what ground that is, and makes what is owed to their pixels being at hand.
fn scored(
    search: &Search<'_>,
    task: ScoringTask<'_>,
    journal: &mut Journal,
    crops: &Crops<'_>,
    (progress, stop): (&dyn Progress, &AtomicBool),
) -> Result<(Scored, SearchedGround), ScanError> {
    let pyramids = Pyramids::new(search, &task.works, journal.is_settled(), (progress, stop));
    let listener = Listeners(crops, &pyramids);
    let scored = score(search, task, journal, &listener, (progress, stop))?;
    let unchanged = scored.check_unchanged(|_every| true);
    match unchanged.and_then(|()| searched_ground(search, &scored, progress)) {
        Ok(ground) => {
            pyramids.finish()?;
            Ok((scored, ground))
        }
        Err(nothing) => {
            pyramids.withdraw();
            Err(nothing)
        }
    }
}

/// Those who hear of pixels while they are at hand.
struct Listeners<'a>(&'a Crops<'a>, &'a Pyramids<'a>);

impl PixelListener for Listeners<'_> {
    fn decoded(&self, work: &Work, pixels: &Pixels) {
        self.1.decoded(work, pixels);
    }

    fn scored(&self, work: &Work, pixels: &Pixels, hits: &[Hit]) {
        self.0.scored(work, pixels, hits);
    }

    fn finished(&self, work: &Work) {
        self.1.finished(work);
    }
}

/// The score from which cells are kept of a search at a threshold.
pub(super) fn floor_of(threshold: f64) -> f32 {
    single(SCORE_FLOOR.min(threshold))
}

/// Looks at the candidates of all thresholds once more, and puts those of each in order anew.
fn verify(
    looking: &Looking<'_>,
    (found, also): (&mut RankedCandidates, Option<&mut RankedCandidates>),
    progress: &dyn Progress,
) -> Result<(), ScanError> {
    let mut lists: Vec<_> = std::iter::once(found).chain(also).collect();
    let all: Vec<&Candidate> = lists.iter().flat_map(|list| &list.candidates).collect();
    let mut seen = look(looking, &all, progress)?.into_iter();
    for list in &mut lists {
        for (candidate, second) in list.candidates.iter_mut().zip(seen.by_ref()) {
            candidate.second = second;
        }
        rank(&mut list.candidates);
    }
    Ok(())
}

/// Sets aside what both stages doubt, and puts the rest in the order that was learnt.
fn list(search: &Search<'_>, learnt: Option<&Learnt>, ranked: &mut RankedCandidates) {
    if let Some(both) = search.listing.both {
        ranked.set_aside(both);
    }
    if let Some(learnt) = learnt {
        learnt.rank(&mut ranked.candidates);
    }
}

/// Scores are single precision.
#[expect(clippy::cast_possible_truncation, reason = "a share of one")]
fn single(score: f64) -> f32 {
    score as f32
}

/// The ground that was searched and the ground that was not.
///
/// # Errors
/// [`ScanError::NoData`], [`ScanError::NoSource`] where none was.
fn searched_ground(
    search: &Search<'_>,
    scored: &Scored,
    progress: &dyn Progress,
) -> Result<SearchedGround, ScanError> {
    let ground = SearchedGround::new(search, scored)?;
    refusals::tell(&ground.useless, progress);
    if !ground.coverage.searched.0.is_empty() {
        return Ok(ground);
    }
    Err(match ground.useless.as_slice() {
        [] => ScanError::NoData {
            sources: search.sources.names.clone(),
        },
        _ => ScanError::NoSource(ground.useless),
    })
}

/// What there is to say of a scan, but for what was refused and how long it took.
fn summary(
    search: &Search<'_>,
    scored: &Scored,
    ground: SearchedGround,
    viewing: &Viewing<'_>,
    found: Found,
) -> Summary {
    let unreadable = ground.coverage.not_searched.iter();
    let unreadable = unreadable.filter(|n| n.0 == Reason::Unreadable);
    let chunks = scored.scores.chunks();
    Summary {
        scan_id: found.scan_id,
        patterns: lowest_patterns(chunks.flat_map(|(_, _, report)| report.patterns.clone())),
        candidates: found.ranked.candidates,
        doubted: found.ranked.doubted,
        set_aside: found.ranked.set_aside,
        both: search.listing.both,
        unreadable_m2: unreadable.map(|n| n.2).sum(),
        coverage: ground.coverage,
        sources: source_facts(search),
        grounds: ground.areas,
        refused: Vec::new(),
        not_run: Vec::new(),
        photos: (viewing.photos_searched(), search.sources.flights),
        photos_gsd_cm: search.sources.photos_gsd_cm(),
        skipped: viewing.skipped(),
        ignored: search.sources.ignored,
        beside: search.sources.beside.clone(),
        remarks: viewing.remarks(),
        tiles: (scored.tiles.total, scored.tiles.before),
        seconds: 0.0,
        has_pictures: search.request.pictures,
        engine: search.model.engine(),
        dispatch: None,
        expected: Vec::new(),
        threshold: search.listing.threshold,
        out: search.request.out.clone(),
    }
}

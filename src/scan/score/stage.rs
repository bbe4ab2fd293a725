//! The stage of scoring: works in, scores out, in rounds: a photo that turns out to be of no use is made up for by others,
//! of which parts were left out.

use super::executor::{Executor, ExecutorFailure, PixelListener, WorkerReport};
use super::journal::Journal;
use crate::files;
use crate::ground::Quad;
use crate::scan::cluster::clusters;
use crate::scan::error::ScanError;
use crate::scan::ids::{TaskId, WorkId};
use crate::scan::model::Hit;
use crate::scan::plan::{Locator, Search, Work, numbered};
use crate::scan::progress::{Progress, ScanStage, Step};
use crate::scan::score_store::ScoreStore;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long reports gather before they are taken in.
const BATCH: Duration = Duration::from_millis(10);

/// What was scored, all of it.
pub struct Scored {
    /// The work that there was.
    pub works: Vec<Work>,
    /// The scores, from the journal's floor on.
    pub scores: ScoreStore,
    /// Tiles.
    pub tiles: Tiles,
}

impl Scored {
    /// Whether the imagery of works, those that are a run's own, is still what was opened.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check_unchanged(&self, is_own: impl Fn(WorkId) -> bool) -> Result<(), ScanError> {
        let is_far = |work: &Work| files::is_in_bucket(work.imagery.path());
        let own = numbered(&self.works).filter(|(id, _)| is_own(*id));
        let works = own.map(|(_, work)| work).collect();
        let checked = files::each(works, self.works.iter().any(is_far), |work: &Work| {
            work.imagery.check_unchanged()
        });
        checked.into_iter().try_for_each(|checked| Ok(checked?))
    }
}

/// Tiles in all, done, and done in earlier runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tiles {
    /// In all.
    pub total: u64,
    /// Done.
    pub done: u64,
    /// Done in earlier runs.
    pub before: u64,
}

/// Which tasks of the works that are known from the headers a run does; the others are left out.
pub type OwnTasks<'a> = &'a dyn Fn(WorkId, TaskId) -> bool;

/// What is to be scored.
pub struct ScoringTask<'a> {
    /// The works that are known from the headers.
    pub works: Vec<Work>,
    /// The scores that there are; what they lack of the works is scored.
    pub scores: ScoreStore,
    /// The tasks of these works that are done, where not all are.
    pub own: Option<OwnTasks<'a>>,
}

/// Scores what is to be scored, and the works that follow from it. `listener` hears of pixels while they are at hand.
///
/// # Errors
/// [`ScanError::Interrupted`] where `stop` became true before all was done; what was done is in the journal.
pub fn score(
    search: &Search<'_>,
    task: ScoringTask<'_>,
    journal: &mut Journal,
    listener: &dyn PixelListener,
    (progress, stop): (&dyn Progress, &AtomicBool),
) -> Result<Scored, ScanError> {
    let (mut works, mut next) = (Vec::new(), task.works);
    let mut round = ScoringRound {
        search,
        journal,
        scores: task.scores,
        tiles: Tiles::default(),
        listener,
        stop,
    };
    while !next.is_empty() {
        let first = WorkId(works.len());
        works.append(&mut next);
        for (number, work) in works.iter_mut().enumerate().skip(first.0) {
            let id = WorkId(number);
            work.resume(id, &round.scores);
            if let Some(own) = task.own {
                work.leave_out(|task| own(id, task));
            }
        }
        round.score(&works, first, progress)?;
        round.journal.sync()?;
        if round.tiles.done < round.tiles.total {
            return Err(ScanError::Interrupted {
                folder: search.request.out.clone(),
            });
        }
        if task.own.is_some() {
            break;
        }
        next = search.further_works(&works, &round.scores)?;
    }
    let ScoringRound { scores, tiles, .. } = round;
    Ok(Scored {
        works,
        scores,
        tiles,
    })
}

/// What is carried from round to round.
struct ScoringRound<'a> {
    search: &'a Search<'a>,
    journal: &'a mut Journal,
    scores: ScoreStore,
    tiles: Tiles,
    listener: &'a dyn PixelListener,
    stop: &'a AtomicBool,
}

impl ScoringRound<'_> {
    /// Scores what is left of the works from `first` on, until it is done or the run is stopped.
    fn score(
        &mut self,
        works: &[Work],
        first: WorkId,
        progress: &dyn Progress,
    ) -> Result<(), ScanError> {
        let of_round = &works[first.0..];
        let before: u64 = of_round
            .iter()
            .map(|w| w.tiles(w.done.iter().copied()))
            .sum();
        let own = |w: &Work| w.tiles(w.tasks().filter(|task| !w.left_out.contains(task)));
        self.tiles.total += of_round.iter().map(own).sum::<u64>();
        self.tiles.before += before;
        self.tiles.done += before;
        progress.stage(ScanStage::Scoring {
            tiles: self.tiles.total,
            done: self.tiles.done,
        });
        let mut counter = Counter::new(works, self.search, self.tiles.done)?;
        let is_left = |w: &Work| {
            let mut tasks = w.tasks();
            tasks.any(|task| !w.done.contains(&task) && !w.left_out.contains(&task))
        };
        // Where nothing is left, nobody waits for a count of candidates.
        let counted = if of_round.iter().any(is_left) {
            works
        } else {
            &[]
        };
        for (id, _) in crate::scan::plan::numbered(counted) {
            for (_, hits) in self.scores.tasks_of(id) {
                counter.add(id, hits)?;
            }
        }
        let search = self.search;
        let executor = Executor::new(
            (works, first),
            (&search.model, search.first.as_ref()),
            self.journal.floor(),
            self.listener,
            self.stop,
        );
        let (send, receive) = channel();
        let listener = std::thread::current();
        std::thread::scope(|scope| {
            for _ in 0..search.request.threads {
                let (executor, send, listener) = (&executor, send.clone(), &listener);
                scope.spawn(move || {
                    executor.work(&send);
                    drop(send);
                    listener.unpark();
                });
            }
            drop(send);
            let outcome = self.listen(&receive, &mut counter, works, progress);
            if outcome.is_err() {
                executor.halt();
            }
            outcome
        })?;
        self.tiles.done = counter.tiles;
        Ok(())
    }

    /// Takes in what the workers find, in batches: a thread that woke up for each report would push them off their cores.
    fn listen(
        &mut self,
        receive: &Receiver<WorkerReport>,
        counter: &mut Counter<'_>,
        works: &[Work],
        progress: &dyn Progress,
    ) -> Result<(), ScanError> {
        while let Ok(first) = receive.recv() {
            for report in std::iter::once(first).chain(receive.try_iter()) {
                self.take(report, works, counter)?;
            }
            self.journal.flush()?;
            counter.tell(progress);
            std::thread::park_timeout(BATCH);
        }
        Ok(())
    }

    fn take(
        &mut self,
        report: WorkerReport,
        works: &[Work],
        counter: &mut Counter<'_>,
    ) -> Result<(), ScanError> {
        match report {
            WorkerReport::Chunk(work, chunk, report) => {
                self.journal.chunk(work, chunk, &report)?;
                self.scores.keep_chunk(work, chunk, report);
            }
            WorkerReport::Task(work, task, hits) => {
                self.journal.task(work, task, &hits)?;
                counter.tiles += works[work.0].plan.tasks[task.0].tiles.len() as u64;
                counter.add(work, &hits)?;
                self.scores.keep_task(work, task, hits);
            }
            WorkerReport::Failed(ExecutorFailure::Source(error)) => return Err(error.into()),
            WorkerReport::Failed(ExecutorFailure::Model(error)) => return Err(error.into()),
        }
        Ok(())
    }
}

/// Counts tiles, and now and then the candidates so far, spending a small share of the time on it.
struct Counter<'a> {
    tiles: u64,
    locators: Vec<Locator<'a>>,
    least: f32,
    radius_m: f64,
    quads: Vec<Quad>,
    candidates: usize,
    next: Instant,
}

impl<'a> Counter<'a> {
    fn new(works: &'a [Work], search: &Search<'_>, tiles: u64) -> Result<Self, ScanError> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "scores are single precision"
        )]
        let least = search.listing.threshold as f32;
        Ok(Self {
            tiles,
            locators: works.iter().map(Work::locator).collect::<Result<_, _>>()?,
            least,
            radius_m: search.request.site_radius_m,
            quads: Vec::new(),
            candidates: 0,
            next: Instant::now(),
        })
    }

    fn add(&mut self, work: WorkId, hits: &[Hit]) -> Result<(), ScanError> {
        for hit in hits.iter().filter(|h| h.score >= self.least) {
            self.quads.push(self.locators[work.0].quad(hit.rect)?);
        }
        Ok(())
    }

    fn tell(&mut self, progress: &dyn Progress) {
        let now = Instant::now();
        if now >= self.next {
            self.candidates = clusters(&self.quads, self.radius_m).len();
            self.next = Instant::now() + (now.elapsed() * 50).max(Duration::from_secs(1));
        }
        progress.step(Step {
            tiles: self.tiles,
            candidates: self.candidates,
        });
    }
}

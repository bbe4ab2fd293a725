//! The workers: each owns a reader and a scorer and does whatever is ready, scoring before reading.
//!
//! That order bounds the memory: pixels are decoded only when nothing that was decoded can be scored, and a chunk is
//! dropped with its last task. Every core is busy while anything is left, and nothing waits for a slower stage. Results
//! are sent as they come, with their numbers; whoever receives them sorts.

use super::hits::{Hit, hits_of};
use super::model::Output;
use super::model_error::ModelError;
use super::plan::{Plan, Task, Tile};
use super::scorer::{Model, Scorer};
use super::window::{Assembler, extent, holds};
use crate::ground::Region;
use crate::imagery::{Level, OpenError, PixelReader, Pixels, RasterError, Source, Validity};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A source and what is left to do of it.
pub struct Job {
    /// The number of its source.
    pub source: usize,
    /// The raster.
    pub raster: Source,
    /// Of a photo that is not searched whole, the parts that are.
    pub parts: Option<BTreeSet<usize>>,
    /// The grid that is read.
    pub level: Level,
    /// How it is cut.
    pub plan: Plan,
    /// Tasks that are done already.
    pub done: BTreeSet<usize>,
    /// Chunks whose ground is known already.
    pub known: BTreeSet<usize>,
}

impl Job {
    /// Takes over what of it a journal names. What the plan does not know is no work of it.
    pub fn resume(&mut self, number: usize, done: &Done) {
        let tasks = done.tasks.range((number, 0)..(number + 1, 0));
        self.done = tasks
            .map(|(k, _)| k.1)
            .filter(|t| *t < self.plan.tasks.len())
            .collect();
        let chunks = done.chunks.range((number, 0)..(number + 1, 0));
        self.known = chunks
            .map(|(k, _)| k.1)
            .filter(|c| *c < self.plan.chunks.len())
            .collect();
    }
}

/// What a worker found.
pub enum Report {
    /// The ground of a chunk, in level pixels.
    Chunk(ChunkReport),
    /// The hits of a task.
    Task {
        /// The job's number.
        job: usize,
        /// The task's number.
        task: usize,
        /// Its hits.
        hits: Vec<Hit>,
    },
    /// The run cannot go on.
    Failed(Failure),
}

/// What in a chunk cannot be searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkReport {
    /// The job's number.
    pub job: usize,
    /// The chunk's number.
    pub chunk: usize,
    /// Without data.
    pub no_data: Region,
    /// Unreadable.
    pub unreadable: Region,
    /// Black or white.
    pub blank: Region,
    /// How sharp a photo is, in millionths of [`crate::imagery::photo::Measures::sharpness`]; `None` for rasters, and
    /// where nothing tells.
    pub sharpness: Option<u32>,
}

/// What was done before, as a journal tells it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Done {
    /// Hits by job and task.
    pub tasks: BTreeMap<(usize, usize), Vec<Hit>>,
    /// Ground by job and chunk.
    pub chunks: BTreeMap<(usize, usize), ChunkReport>,
}

/// Why a run cannot go on.
pub enum Failure {
    /// A raster is gone.
    Raster(RasterError),
    /// The model failed.
    Model(ModelError),
}

/// Runs of blank pixels shorter than this are no collar, only dark or bright specks.
const SHORTEST_BLANK_RUN: u32 = 8;

/// What a worker is to do next.
enum Work {
    Score {
        job: usize,
        task: usize,
        chunks: Vec<Arc<Pixels>>,
    },
    Read {
        job: usize,
        chunk: usize,
    },
}

/// A job in work.
struct Active {
    /// Chunks not yet handed out, the last first.
    unread: Vec<usize>,
    /// Unfinished tasks that need each chunk.
    wanted_by: Vec<Vec<usize>>,
    /// How many unfinished tasks need a chunk.
    left: Vec<usize>,
    /// How many chunks each task still waits for.
    missing: Vec<usize>,
    loaded: HashMap<usize, Arc<Pixels>>,
    tasks_left: usize,
}

#[derive(Default)]
struct State {
    active: BTreeMap<usize, Active>,
    next_job: usize,
    ready: BTreeSet<(usize, usize)>,
    /// Chunks that nobody needs any more, whose memory is read into again: asking the system for other costs more.
    spare: Vec<Pixels>,
    stopped: bool,
}

/// The shared side of the workers.
pub struct Pool<'a> {
    jobs: &'a [Job],
    model: &'a Model,
    threshold: f32,
    state: Mutex<State>,
    changed: Condvar,
    stop: &'a AtomicBool,
}

impl<'a> Pool<'a> {
    /// A pool over `jobs`. It ends early when `stop` becomes true; what was reported is whole.
    pub fn new(jobs: &'a [Job], model: &'a Model, threshold: f32, stop: &'a AtomicBool) -> Self {
        Self {
            jobs,
            model,
            threshold,
            state: Mutex::default(),
            changed: Condvar::new(),
            stop,
        }
    }

    /// One worker, until nothing is left. To be run on as many threads as there are cores.
    pub fn work(&self, reports: &Sender<Report>) {
        let _guard = HaltOnPanic(self);
        let result = self
            .model
            .scorer()
            .map_err(Failure::Model)
            .and_then(|scorer| {
                let mut worker = Worker {
                    pool: self,
                    reader: None,
                    scorer,
                    assembler: Assembler::new(self.model.contract()),
                    input: Vec::new(),
                    spare: None,
                };
                worker.run(reports)
            });
        if let Err(failure) = result {
            self.halt();
            // Where nobody listens any more the run is over anyway.
            let _ = reports.send(Report::Failed(failure));
        }
    }

    /// Ends the work as soon as every worker has finished what it is doing.
    pub fn halt(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Work> {
        let mut state = self.lock();
        loop {
            if state.stopped || self.stop.load(Ordering::Relaxed) {
                state.stopped = true;
                self.changed.notify_all();
                return None;
            }
            if let Some((job, task)) = state.ready.pop_first() {
                let chunks = &self.jobs[job].plan.tasks[task].chunks;
                let loaded = &state.active[&job].loaded;
                let chunks = chunks
                    .iter()
                    .filter_map(|c| loaded.get(c).cloned())
                    .collect();
                return Some(Work::Score { job, task, chunks });
            }
            let unread = state
                .active
                .iter_mut()
                .find_map(|(job, active)| active.unread.pop().map(|chunk| (*job, chunk)));
            if let Some((job, chunk)) = unread {
                return Some(Work::Read { job, chunk });
            }
            if state.next_job < self.jobs.len() {
                let job = state.next_job;
                state.next_job += 1;
                let active = Active::new(&self.jobs[job]);
                if active.tasks_left > 0 {
                    state.active.insert(job, active);
                }
                continue;
            }
            if state.active.is_empty() {
                self.changed.notify_all();
                return None;
            }
            // Woken now and then to see whether the user stopped the run.
            let waited = self.changed.wait_timeout(state, Duration::from_millis(200));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn loaded(&self, job: usize, chunk: usize, pixels: Arc<Pixels>) {
        let mut state = self.lock();
        let mut ready = Vec::new();
        if let Some(active) = state.active.get_mut(&job) {
            active.loaded.insert(chunk, pixels);
            for task in std::mem::take(&mut active.wanted_by[chunk]) {
                active.missing[task] -= 1;
                if active.missing[task] == 0 {
                    ready.push((job, task));
                }
            }
        }
        state.ready.extend(ready);
        self.changed.notify_all();
    }

    fn finished(&self, job: usize, task: usize) {
        let state = &mut *self.lock();
        if let Some(active) = state.active.get_mut(&job) {
            for chunk in &self.jobs[job].plan.tasks[task].chunks {
                active.left[*chunk] -= 1;
                if active.left[*chunk] == 0 {
                    let pixels = active.loaded.remove(chunk).and_then(Arc::into_inner);
                    state.spare.extend(pixels.filter(|p| !p.is_empty()));
                }
            }
            active.tasks_left -= 1;
            if active.tasks_left == 0 {
                state.active.remove(&job);
                self.changed.notify_all();
            }
        }
    }
}

impl Active {
    fn new(job: &Job) -> Self {
        let mut wanted_by = vec![Vec::new(); job.plan.chunks.len()];
        let mut missing = vec![0; job.plan.tasks.len()];
        let pending: Vec<usize> = (0..job.plan.tasks.len())
            .filter(|t| !job.done.contains(t))
            .collect();
        for task in &pending {
            missing[*task] = job.plan.tasks[*task].chunks.len();
            for chunk in &job.plan.tasks[*task].chunks {
                wanted_by[*chunk].push(*task);
            }
        }
        let unread = (0..wanted_by.len())
            .rev()
            .filter(|c| !wanted_by[*c].is_empty())
            .collect();
        let left = wanted_by.iter().map(Vec::len).collect();
        Self {
            unread,
            left,
            wanted_by,
            missing,
            loaded: HashMap::new(),
            tasks_left: pending.len(),
        }
    }
}

/// Lets the other workers go where one panics; they would wait for its work for ever.
struct HaltOnPanic<'a>(&'a Pool<'a>);

impl Drop for HaltOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.halt();
        }
    }
}

/// One thread's own things.
struct Worker<'a> {
    pool: &'a Pool<'a>,
    reader: Option<(usize, Box<dyn PixelReader>)>,
    scorer: Scorer,
    assembler: Assembler,
    input: Vec<f32>,
    spare: Option<Pixels>,
}

impl Worker<'_> {
    fn run(&mut self, reports: &Sender<Report>) -> Result<(), Failure> {
        while let Some(work) = self.pool.next() {
            match work {
                Work::Read { job, chunk } => {
                    let (pixels, report) = self.read(job, chunk)?;
                    if let Some(report) = report {
                        let _ = reports.send(Report::Chunk(report));
                    }
                    self.pool.loaded(job, chunk, Arc::new(pixels));
                }
                Work::Score { job, task, chunks } => {
                    let hits = self
                        .score(job, &self.pool.jobs[job].plan.tasks[task], &chunks)
                        .map_err(Failure::Model)?;
                    drop(chunks);
                    self.pool.finished(job, task);
                    let _ = reports.send(Report::Task { job, task, hits });
                }
            }
        }
        Ok(())
    }

    fn read(
        &mut self,
        number: usize,
        chunk: usize,
    ) -> Result<(Pixels, Option<ChunkReport>), Failure> {
        let job = &self.pool.jobs[number];
        if self.reader.as_ref().is_none_or(|(open, _)| *open != number) {
            let reader = match job.raster.open(job.level) {
                Ok(reader) => reader,
                Err(OpenError::Source(error)) => return Err(Failure::Raster(error)),
                Err(OpenError::Rejected { frame, .. }) => frame,
            };
            self.reader = Some((number, reader));
        }
        let wanted = job.plan.chunks[chunk];
        let Some((_, reader)) = &self.reader else {
            unreachable!("it was just opened")
        };
        self.spare = self.spare.take().or_else(|| self.pool.lock().spare.pop());
        let pixels = reader.read(wanted, &mut self.spare);
        let report = (!job.known.contains(&chunk)).then(|| {
            let own = |kind| pixels.region(kind);
            let long = |r: &crate::ground::Rect| {
                r.x1 - r.x0 >= SHORTEST_BLANK_RUN || r.x0 == wanted.x0 || r.x1 == wanted.x1
            };
            ChunkReport {
                job: number,
                chunk,
                no_data: own(Validity::NoData),
                unreadable: own(Validity::Unreadable),
                blank: Region::from_rects(own(Validity::Blank).rects().filter(long)),
                sharpness: reader.sharpness(),
            }
        });
        Ok((pixels, report))
    }

    /// Scores the tiles of a task that hold anything to search.
    fn score(
        &mut self,
        number: usize,
        task: &Task,
        chunks: &[Arc<Pixels>],
    ) -> Result<Vec<Hit>, ModelError> {
        let job = &self.pool.jobs[number];
        let level = (job.level.width, job.level.height);
        let contract = self.pool.model.contract();
        let mut live: Vec<Tile> = task
            .tiles
            .iter()
            .filter(|t| holds(job.plan.level_rect(t.core, level), chunks, &[Validity::Searched]))
            .copied()
            .collect();
        if let (Output::Dense { cell, halo }, [tile]) = (contract.output, live.as_mut_slice())
            && contract.input.is_free()
        {
            let core = job.plan.level_rect(tile.core, level);
            if let Some(ground) = extent(core, chunks, &[Validity::Searched, Validity::Blank]) {
                *tile = job.plan.trimmed(tile, ground, cell, halo);
            }
        }
        let Some(first) = live.first() else {
            return Ok(Vec::new());
        };
        let (width, height) = (first.window.width, first.window.height);
        let one = 3 * width as usize * height as usize;
        // A batch fixed by the file is filled up; a free one takes what there is.
        let count = contract
            .input
            .batch
            .map_or(live.len(), |b| b.max(1) as usize);
        self.input.clear();
        self.input.resize(count * one, 0.0);
        for (tile, out) in live.iter().zip(self.input.chunks_exact_mut(one)) {
            self.assembler.fill(&job.plan, tile.window, chunks, out);
        }
        let scores = self.scorer.score(&self.input, count, height, width)?;
        let of = |(tile, scores)| {
            hits_of(
                &job.plan,
                level,
                contract.output,
                self.pool.threshold,
                tile,
                scores,
                chunks,
            )
        };
        Ok(live.iter().zip(&scores).flat_map(of).collect())
    }
}

//! The executor: workers that each own a reader and a scorer and do whatever is ready, scoring before reading.
//!
//! That order bounds the memory: pixels are decoded only when nothing that was decoded can be scored, and a chunk is
//! dropped with its last task. Every core is busy while anything is left, and nothing waits for a slower stage. Results
//! are sent as they come, with their numbers; whoever receives them sorts.

use super::store::{ChunkReport, fault_of};
use super::window::{Assembler, extent, holds};
use crate::ground::{Rect, Region};
use crate::imagery::{OpenError, PixelReader, Pixels, RasterError, Validity};
use crate::scan::ids::{ChunkId, TaskId, WorkId};
use crate::scan::model::{Hit, Model, ModelError, Output, Scorer};
use crate::scan::plan::{Task, Tile, Work};
use crate::schema::PictureFault;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a worker found.
pub enum Report {
    /// The ground of a chunk.
    Chunk(WorkId, ChunkId, ChunkReport),
    /// The hits of a task, from the floor on.
    Task(WorkId, TaskId, Vec<Hit>),
    /// The run cannot go on.
    Failed(Failure),
}

/// Why a run cannot go on.
pub enum Failure {
    /// A source is gone.
    Source(RasterError),
    /// The model failed.
    Model(ModelError),
}

/// Runs of blank pixels shorter than this are no collar, only dark or bright specks.
const SHORTEST_BLANK_RUN: u32 = 8;

/// What a worker is to do next.
enum Step {
    Score {
        work: WorkId,
        task: usize,
        chunks: Vec<Arc<Pixels>>,
    },
    Read {
        work: WorkId,
        chunk: usize,
    },
}

/// The state of a work that was begun.
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
    active: BTreeMap<WorkId, Active>,
    next: usize,
    ready: BTreeSet<(WorkId, usize)>,
    /// Chunks that nobody needs any more, whose memory is read into again: asking the system for other costs more.
    spare: Vec<Pixels>,
    stopped: bool,
}

/// The shared side of the workers.
pub struct Executor<'a> {
    works: &'a [Work],
    model: &'a Model,
    floor: f32,
    state: Mutex<State>,
    changed: Condvar,
    stop: &'a AtomicBool,
}

impl<'a> Executor<'a> {
    /// An executor of the works from `first` on, which keeps hits from `floor` on. It ends early when `stop` becomes true;
    /// what was reported is whole.
    pub fn new(
        works: &'a [Work],
        first: WorkId,
        model: &'a Model,
        floor: f32,
        stop: &'a AtomicBool,
    ) -> Self {
        let state = State {
            next: first.0,
            ..State::default()
        };
        Self {
            works,
            model,
            floor,
            state: Mutex::new(state),
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
                    executor: self,
                    open: None,
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

    fn next(&self) -> Option<Step> {
        let mut state = self.lock();
        loop {
            if state.stopped || self.stop.load(Ordering::Relaxed) {
                state.stopped = true;
                self.changed.notify_all();
                return None;
            }
            if let Some((work, task)) = state.ready.pop_first() {
                let chunks = &self.works[work.0].plan.tasks[task].chunks;
                let loaded = &state.active[&work].loaded;
                let chunks = chunks
                    .iter()
                    .filter_map(|c| loaded.get(c).cloned())
                    .collect();
                return Some(Step::Score { work, task, chunks });
            }
            let unread = state
                .active
                .iter_mut()
                .find_map(|(work, active)| active.unread.pop().map(|chunk| (*work, chunk)));
            if let Some((work, chunk)) = unread {
                return Some(Step::Read { work, chunk });
            }
            if state.next < self.works.len() {
                let work = WorkId(state.next);
                state.next += 1;
                let active = Active::new(&self.works[work.0]);
                if active.tasks_left > 0 {
                    state.active.insert(work, active);
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

    fn loaded(&self, work: WorkId, chunk: usize, pixels: Arc<Pixels>) {
        let mut state = self.lock();
        let mut ready = Vec::new();
        if let Some(active) = state.active.get_mut(&work) {
            active.loaded.insert(chunk, pixels);
            for task in std::mem::take(&mut active.wanted_by[chunk]) {
                active.missing[task] -= 1;
                if active.missing[task] == 0 {
                    ready.push((work, task));
                }
            }
        }
        state.ready.extend(ready);
        self.changed.notify_all();
    }

    fn finished(&self, work: WorkId, task: usize) {
        let state = &mut *self.lock();
        if let Some(active) = state.active.get_mut(&work) {
            for chunk in &self.works[work.0].plan.tasks[task].chunks {
                active.left[*chunk] -= 1;
                if active.left[*chunk] == 0 {
                    let pixels = active.loaded.remove(chunk).and_then(Arc::into_inner);
                    state.spare.extend(pixels.filter(|p| !p.is_empty()));
                }
            }
            active.tasks_left -= 1;
            if active.tasks_left == 0 {
                state.active.remove(&work);
                self.changed.notify_all();
            }
        }
    }
}

impl Active {
    fn new(work: &Work) -> Self {
        let mut wanted_by = vec![Vec::new(); work.plan.chunks.len()];
        let mut missing = vec![0; work.plan.tasks.len()];
        let pending: Vec<usize> = (0..work.plan.tasks.len())
            .filter(|t| !work.done.contains(&TaskId(*t)))
            .collect();
        for task in &pending {
            missing[*task] = work.plan.tasks[*task].chunks.len();
            for chunk in &work.plan.tasks[*task].chunks {
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
struct HaltOnPanic<'a>(&'a Executor<'a>);

impl Drop for HaltOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.halt();
        }
    }
}

/// An open source.
struct OpenSource {
    work: WorkId,
    pixels: Box<dyn PixelReader>,
    fault: Option<PictureFault>,
}

/// One thread's own things.
struct Worker<'a> {
    executor: &'a Executor<'a>,
    open: Option<OpenSource>,
    scorer: Scorer,
    assembler: Assembler,
    input: Vec<f32>,
    spare: Option<Pixels>,
}

impl Worker<'_> {
    fn run(&mut self, reports: &Sender<Report>) -> Result<(), Failure> {
        while let Some(step) = self.executor.next() {
            match step {
                Step::Read { work, chunk } => {
                    let (pixels, report) = self.read(work, chunk)?;
                    if let Some(report) = report {
                        let _ = reports.send(Report::Chunk(work, ChunkId(chunk), report));
                    }
                    self.executor.loaded(work, chunk, Arc::new(pixels));
                }
                Step::Score { work, task, chunks } => {
                    let hits = self
                        .score(work, &self.executor.works[work.0].plan.tasks[task], &chunks)
                        .map_err(Failure::Model)?;
                    drop(chunks);
                    self.executor.finished(work, task);
                    let _ = reports.send(Report::Task(work, TaskId(task), hits));
                }
            }
        }
        Ok(())
    }

    /// Opens the source of a work, unless it is open.
    fn opened(&mut self, work: WorkId) -> Result<OpenSource, Failure> {
        if let Some(open) = self.open.take().filter(|open| open.work == work) {
            return Ok(open);
        }
        let planned = &self.executor.works[work.0];
        let (pixels, fault) = match planned.imagery.open(planned.level) {
            Ok(pixels) => (pixels, None),
            Err(OpenError::Source(error)) => return Err(Failure::Source(error)),
            Err(OpenError::Rejected { rejection, frame }) => (frame, Some(fault_of(&rejection))),
        };
        Ok(OpenSource {
            work,
            pixels,
            fault,
        })
    }

    fn read(
        &mut self,
        work: WorkId,
        chunk: usize,
    ) -> Result<(Pixels, Option<ChunkReport>), Failure> {
        let open = self.opened(work)?;
        let planned = &self.executor.works[work.0];
        let wanted = planned.plan.chunks[chunk];
        self.spare = self
            .spare
            .take()
            .or_else(|| self.executor.lock().spare.pop());
        let pixels = open.pixels.read(wanted, &mut self.spare);
        let report = (!planned.known.contains(&ChunkId(chunk))).then(|| ChunkReport {
            no_data: pixels.region(Validity::NoData),
            unreadable: pixels.region(Validity::Unreadable),
            blank: long_runs(&pixels.region(Validity::Blank), wanted),
            sharpness: open.pixels.sharpness(),
            fault: open.fault.clone(),
        });
        self.open = Some(open);
        Ok((pixels, report))
    }

    /// Scores the tiles of a task that hold anything to search.
    fn score(
        &mut self,
        work: WorkId,
        task: &Task,
        chunks: &[Arc<Pixels>],
    ) -> Result<Vec<Hit>, ModelError> {
        let planned = &self.executor.works[work.0];
        let plan = &planned.plan;
        let level = (planned.level.width, planned.level.height);
        let contract = self.executor.model.contract();
        let mut live: Vec<Tile> = task
            .tiles
            .iter()
            .filter(|t| {
                holds(
                    plan.level_rect(t.core, level),
                    chunks,
                    &[Validity::Searched],
                )
            })
            .copied()
            .collect();
        if let (Output::Dense { cell, halo }, [tile]) = (contract.output, live.as_mut_slice())
            && contract.input.is_free()
        {
            let core = plan.level_rect(tile.core, level);
            if let Some(ground) = extent(core, chunks, &[Validity::Searched, Validity::Blank]) {
                *tile = plan.trimmed(tile, ground, cell, halo);
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
            self.assembler.fill(plan, tile.window, chunks, out);
        }
        let cores: Vec<Rect> = live.iter().map(|t| t.core).collect();
        let floor = self.executor.floor;
        let hits = (self.scorer).hits(&self.input, count, (height, width), &cores, floor)?;
        // A cell without a single readable pixel is none, whatever the model says of blackness.
        let seen = [Validity::Searched, Validity::Blank];
        let is_seen = |hit: &Hit| holds(plan.level_rect(hit.rect, level), chunks, &seen);
        Ok(hits.into_iter().flatten().filter(is_seen).collect())
    }
}

/// The runs of blank pixels that may belong to a collar.
fn long_runs(blank: &Region, chunk: Rect) -> Region {
    let is_long =
        |r: &Rect| r.x1 - r.x0 >= SHORTEST_BLANK_RUN || r.x0 == chunk.x0 || r.x1 == chunk.x1;
    Region::from_rects(blank.rects().filter(is_long))
}

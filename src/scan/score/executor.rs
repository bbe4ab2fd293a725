//! The executor: workers that each own a reader and a scorer and do whatever is ready, scoring before reading.
//!
//! That order bounds the memory: pixels are decoded only when nothing that was decoded can be scored, and a chunk is
//! dropped with its last task. Every core is busy while anything is left, and nothing waits for a slower stage. Results
//! are sent as they come, with their numbers; whoever receives them sorts.

use crate::imagery::{Pixels, RasterError};
use crate::scan::ids::{ChunkId, TaskId, WorkId};
use crate::scan::model::{FirstPass, Hit, Model, ModelError};
use crate::scan::plan::Work;
use crate::scan::score_store::ChunkReport;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a worker found.
pub enum WorkerReport {
    /// The ground of a chunk.
    Chunk(WorkId, ChunkId, ChunkReport),
    /// The hits of a task, from the floor on.
    Task(WorkId, TaskId, Vec<Hit>),
    /// The run cannot go on.
    Failed(ExecutorFailure),
}

/// Hears of pixels while they are at hand.
pub trait PixelListener: Sync {
    /// A chunk was decoded.
    fn decoded(&self, _work: &Work, _pixels: &Pixels) {}

    /// A photo was scored from end to end: the work on it, its pixels, and its hits from the floor on.
    fn scored(&self, _work: &Work, _pixels: &Pixels, _hits: &[Hit]) {}

    /// All that was left of a work is done.
    fn finished(&self, _work: &Work) {}
}

/// Why a run cannot go on.
pub enum ExecutorFailure {
    /// A source is gone.
    Source(RasterError),
    /// The model failed.
    Model(ModelError),
}

/// What a worker is to do next.
pub(super) enum WorkerStep {
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
    /// The hits of a photo that is scored from end to end.
    hits: Option<Vec<Hit>>,
}

#[derive(Default)]
struct ExecutorState {
    active: BTreeMap<WorkId, Active>,
    next: usize,
    ready: BTreeSet<(WorkId, usize)>,
    /// Chunks that nobody needs any more, whose memory is read into again: asking the system for other costs more.
    spare: Vec<Pixels>,
    stopped: bool,
}

/// The shared side of the workers.
pub struct Executor<'a> {
    /// What there is to do.
    pub(super) works: &'a [Work],
    /// The model.
    pub(super) model: &'a Model,
    /// What clears windows before the model sees them, where that is asked for.
    pub(super) first: Option<&'a FirstPass>,
    /// Hits are kept from this score on.
    pub(super) floor: f32,
    pub(super) listener: &'a dyn PixelListener,
    state: Mutex<ExecutorState>,
    changed: Condvar,
    stop: &'a AtomicBool,
}

impl<'a> Executor<'a> {
    /// An executor of the works from `from` on, which keeps hits from `floor` on. It ends early when `stop` becomes true;
    /// what was reported is whole.
    pub fn new(
        (works, from): (&'a [Work], WorkId),
        (model, first): (&'a Model, Option<&'a FirstPass>),
        floor: f32,
        listener: &'a dyn PixelListener,
        stop: &'a AtomicBool,
    ) -> Self {
        let state = ExecutorState {
            next: from.0,
            ..ExecutorState::default()
        };
        Self {
            works,
            model,
            first,
            floor,
            listener,
            state: Mutex::new(state),
            changed: Condvar::new(),
            stop,
        }
    }

    /// Ends the work as soon as every worker has finished what it is doing.
    pub(crate) fn halt(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    /// Pixels that nobody needs any more.
    pub(super) fn used_memory(&self) -> Option<Pixels> {
        self.lock().spare.pop()
    }

    fn lock(&self) -> MutexGuard<'_, ExecutorState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to do next; waits where all that is left is in the hands of others, and is `None` when nothing is left.
    pub(super) fn next(&self) -> Option<WorkerStep> {
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
                return Some(WorkerStep::Score { work, task, chunks });
            }
            let unread = state
                .active
                .iter_mut()
                .find_map(|(work, active)| active.unread.pop().map(|chunk| (*work, chunk)));
            if let Some((work, chunk)) = unread {
                return Some(WorkerStep::Read { work, chunk });
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

    /// Takes over the pixels of a chunk.
    pub(super) fn loaded(&self, work: WorkId, chunk: usize, pixels: Arc<Pixels>) {
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

    /// Takes note that a task is scored.
    pub(super) fn finished(&self, work: WorkId, task: usize, hits: &[Hit]) {
        let planned = &self.works[work.0];
        let mut photo = None;
        let is_last;
        {
            let state = &mut *self.lock();
            let Some(active) = state.active.get_mut(&work) else {
                return;
            };
            if let Some(of_photo) = &mut active.hits {
                of_photo.extend_from_slice(hits);
            }
            active.tasks_left -= 1;
            is_last = active.tasks_left == 0;
            for chunk in &planned.plan.tasks[task].chunks {
                active.left[*chunk] -= 1;
                if active.left[*chunk] == 0 {
                    let pixels = active.loaded.remove(chunk);
                    match active.hits.take_if(|hits| is_last && !hits.is_empty()) {
                        Some(hits) => photo = pixels.map(|pixels| (pixels, hits)),
                        None => spare(&mut state.spare, pixels),
                    }
                }
            }
            if is_last {
                state.active.remove(&work);
                self.changed.notify_all();
            }
        }
        if let Some((pixels, hits)) = photo {
            self.listener.scored(planned, &pixels, &hits);
            spare(&mut self.lock().spare, Some(pixels));
        }
        if is_last {
            self.listener.finished(planned);
        }
    }
}

/// Keeps the memory of pixels that nobody needs any more.
fn spare(spares: &mut Vec<Pixels>, pixels: Option<Arc<Pixels>>) {
    let pixels = pixels.and_then(Arc::into_inner);
    spares.extend(pixels.filter(|p| !p.is_empty()));
}

impl Active {
    fn new(work: &Work) -> Self {
        let mut wanted_by = vec![Vec::new(); work.plan.chunks.len()];
        let mut missing = vec![0; work.plan.tasks.len()];
        let pending: Vec<usize> = (0..work.plan.tasks.len())
            .map(TaskId)
            .filter(|t| !work.done.contains(t) && !work.left_out.contains(t))
            .map(|t| t.0)
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
        let is_whole_photo = work.imagery.as_photo().is_some()
            && work.done.is_empty()
            && work.left_out.is_empty()
            && work.plan.chunks.len() == 1;
        Self {
            unread,
            left,
            wanted_by,
            missing,
            loaded: HashMap::new(),
            tasks_left: pending.len(),
            hits: is_whole_photo.then(Vec::new),
        }
    }
}

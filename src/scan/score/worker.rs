//! One worker of the executor: it opens sources, reads chunks and scores tasks.

use super::clearing::{Clearing, part_of};
use super::executor::{Executor, ExecutorFailure, WorkerReport, WorkerStep};
use super::window::{Assembler, extent, holds};
use crate::ground::{Rect, Region};
use crate::imagery::{OpenError, PatternReader, PixelReader, Pixels, Validity};
use crate::scan::ids::{ChunkId, TaskId, WorkId};
use crate::scan::model::{Hit, InputBatch, ModelError, Output, Scorer};
use crate::scan::plan::{Task, Tile};
use crate::scan::score_store::{ChunkReport, fault_of};
use crate::schema::PictureFault;
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// Runs of blank pixels shorter than this are no collar, only dark or bright specks.
const SHORTEST_BLANK_RUN: u32 = 8;

/// An open source.
struct OpenSource {
    work: WorkId,
    pixels: Box<dyn PixelReader>,
    fault: Option<PictureFault>,
    /// What finds patterns in it, where it can be placed.
    patterns: Option<PatternReader>,
}

/// One thread's own things.
pub struct Worker<'a> {
    executor: &'a Executor<'a>,
    open: Option<OpenSource>,
    scorer: Scorer,
    /// What clears windows before the scorer sees them.
    clearing: Option<Clearing>,
    assembler: Assembler,
    input: Vec<f32>,
    /// The part of an input that was not cleared.
    part: Vec<f32>,
    spare: Option<Pixels>,
}

impl Executor<'_> {
    /// One worker, until nothing is left. To be run on as many threads as there are cores.
    pub fn work(&self, reports: &Sender<WorkerReport>) {
        let _guard = HaltOnPanic(self);
        let result = Worker::new(self).and_then(|mut worker| worker.run(reports));
        if let Err(failure) = result {
            self.halt();
            // Where nobody listens any more the run is over anyway.
            let _ = reports.send(WorkerReport::Failed(failure));
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

impl<'a> Worker<'a> {
    /// A worker with a scorer of its own.
    ///
    /// # Errors
    /// [`ExecutorFailure::Model`].
    pub fn new(executor: &'a Executor<'a>) -> Result<Self, ExecutorFailure> {
        let clearing = executor.first.map(Clearing::new).transpose();
        Ok(Self {
            executor,
            open: None,
            scorer: executor.model.scorer().map_err(ExecutorFailure::Model)?,
            clearing: clearing.map_err(ExecutorFailure::Model)?,
            assembler: Assembler::new(executor.model.contract()),
            input: Vec::new(),
            part: Vec::new(),
            spare: None,
        })
    }

    /// Does whatever is ready until nothing is left.
    ///
    /// # Errors
    /// See [`ExecutorFailure`].
    pub fn run(&mut self, reports: &Sender<WorkerReport>) -> Result<(), ExecutorFailure> {
        while let Some(step) = self.executor.next() {
            match step {
                WorkerStep::Read { work, chunk } => {
                    let (pixels, report) = self.read(work, chunk)?;
                    if let Some(report) = report {
                        let _ = reports.send(WorkerReport::Chunk(work, ChunkId(chunk), report));
                    }
                    self.executor.loaded(work, chunk, Arc::new(pixels));
                }
                WorkerStep::Score { work, task, chunks } => {
                    let hits = self
                        .score(work, &self.executor.works[work.0].plan.tasks[task], &chunks)
                        .map_err(ExecutorFailure::Model)?;
                    drop(chunks);
                    self.executor.finished(work, task, &hits);
                    let _ = reports.send(WorkerReport::Task(work, TaskId(task), hits));
                }
            }
        }
        Ok(())
    }

    /// Opens the source of a work, unless it is open.
    fn opened(&mut self, work: WorkId) -> Result<OpenSource, ExecutorFailure> {
        if let Some(open) = self.open.take().filter(|open| open.work == work) {
            return Ok(open);
        }
        let planned = &self.executor.works[work.0];
        let (pixels, fault) = match planned.imagery.open(planned.level) {
            Ok(pixels) => (pixels, None),
            Err(OpenError::Source(error)) => return Err(ExecutorFailure::Source(error)),
            Err(OpenError::Rejected { rejection, frame }) => (frame, Some(fault_of(&rejection))),
        };
        Ok(OpenSource {
            work,
            pixels,
            fault,
            patterns: PatternReader::new(&planned.imagery, &planned.level).ok(),
        })
    }

    fn read(
        &mut self,
        work: WorkId,
        chunk: usize,
    ) -> Result<(Pixels, Option<ChunkReport>), ExecutorFailure> {
        let open = self.opened(work)?;
        let planned = &self.executor.works[work.0];
        let wanted = planned.plan.chunks[chunk];
        self.spare = self.spare.take().or_else(|| self.executor.used_memory());
        let pixels = open.pixels.read(wanted, &mut self.spare);
        // What a network lost for now is no fault of the imagery: the run ends, and goes on when it is there again.
        if let Some(error) = open.pixels.lost() {
            return Err(ExecutorFailure::Source(error));
        }
        self.executor.listener.decoded(planned, &pixels);
        let report = (!planned.known.contains(&ChunkId(chunk))).then(|| ChunkReport {
            no_data: pixels.region(Validity::NoData),
            unreadable: pixels.region(Validity::Unreadable),
            blank: long_runs(&pixels.region(Validity::Blank), wanted),
            sharpness: open.pixels.sharpness(),
            fault: open.fault.clone(),
            patterns: (open.patterns.as_ref()).map_or_else(Vec::new, |p| p.patterns(&pixels)),
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
        let has_ground = |tile: &Tile| {
            let core = plan.level_rect(tile.core, level);
            holds(core, chunks, &[Validity::Searched])
        };
        let numbered = (1_u16..).zip(task.tiles.iter().copied());
        let (numbers, mut live): (Vec<u16>, Vec<Tile>) =
            numbered.filter(|(_, tile)| has_ground(tile)).unzip();
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
        let hits = self.hits(&live, count, (height, width))?;
        // A cell without a single readable pixel is none, whatever the model says of blackness.
        let seen = [Validity::Searched, Validity::Blank];
        let is_seen = |hit: &Hit| holds(plan.level_rect(hit.rect, level), chunks, &seen);
        let is_told = task.tiles.len() > 1 && matches!(contract.output, Output::Boxes(_));
        let hits = numbers.into_iter().zip(hits).flat_map(|(number, hits)| {
            let tile = if is_told { number } else { 0 };
            hits.into_iter().map(move |hit| Hit { tile, ..hit })
        });
        Ok(hits.filter(is_seen).collect())
    }

    /// The hits of each of the tiles whose inputs, a whole batch of this many and this size, are assembled: the model's, and those of the first
    /// pass where it cleared.
    fn hits(
        &mut self,
        tiles: &[Tile],
        count: usize,
        size: (u32, u32),
    ) -> Result<Vec<Vec<Hit>>, ModelError> {
        let floor = self.executor.floor;
        let output = self.executor.model.contract().output;
        if let (Some(clearing), Some(cells), [tile]) = (&mut self.clearing, output.cells(), tiles) {
            let cleared = clearing.look(tile, &self.input, cells, floor)?;
            let mut hits = cleared.hits;
            if let Some(left) = cleared.left {
                part_of(&self.input, tile.window, left.window, &mut self.part);
                let batch = InputBatch {
                    values: &self.part,
                    count,
                    size: (left.window.height, left.window.width),
                };
                let seen = self.scorer.hits(&batch, &[left.core], floor)?;
                hits.extend(seen.into_iter().flatten());
            }
            return Ok(vec![hits]);
        }
        let cores: Vec<Rect> = tiles.iter().map(|t| t.core).collect();
        let batch = InputBatch {
            values: &self.input,
            count,
            size,
        };
        self.scorer.hits(&batch, &cores, floor)
    }
}

/// The runs of blank pixels that may belong to a collar.
fn long_runs(blank: &Region, chunk: Rect) -> Region {
    let is_long =
        |r: &Rect| r.x1 - r.x0 >= SHORTEST_BLANK_RUN || r.x0 == chunk.x0 || r.x1 == chunk.x1;
    Region::from_rects(blank.rects().filter(is_long))
}

//! The work there is: a source, or some parts of a photo, planned.

use super::locate::{Locator, frame, with_corners};
use super::tiling::{PlannedGrid, TilePlan};
use super::view_selection::{Edges, overlap};
use crate::ground::{Boundary, CrsError, LonLat, Rect};
use crate::imagery::{Level, Source};
use crate::scan::ids::{ChunkId, SourceId, TaskId, WorkId};
use crate::scan::model::Model;
use crate::scan::score_store::ScoreStore;
use geo::{BoundingRect, Coord, Intersects, LineString, MultiPolygon};
use std::collections::BTreeSet;

/// The work on a source, and what is left to do of it.
pub struct Work {
    /// The source's number.
    pub source: SourceId,
    /// The source.
    pub imagery: Source,
    /// Of a photo that is not searched whole, the parts that are.
    pub parts: Option<BTreeSet<usize>>,
    /// The grid that is read.
    pub level: Level,
    /// How it is cut.
    pub plan: TilePlan,
    /// Tasks that are done already.
    pub done: BTreeSet<TaskId>,
    /// Tasks that are none of this run's: what they would search is not searched.
    pub left_out: BTreeSet<TaskId>,
    /// Chunks whose ground is known already.
    pub known: BTreeSet<ChunkId>,
}

impl Work {
    /// From its pixels to the ground.
    ///
    /// # Errors
    /// Those of coordinate systems.
    pub(crate) fn locator(&self) -> Result<Locator<'_>, CrsError> {
        Locator::new(&self.imagery, &self.level, self.plan.scale)
    }

    /// Plans the work on a source inside a boundary, or on some parts of a photo. `None` where the boundary leaves all of it
    /// out.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub fn plan(
        (id, source): (SourceId, &Source),
        model: &Model,
        boundary: Option<&Boundary>,
        parts: Option<BTreeSet<usize>>,
    ) -> Result<Option<Self>, CrsError> {
        let (level, reduction, ground) = read(source, model);
        let shape = boundary
            .map(|b| in_pixels(b, source, reduction))
            .transpose()?;
        let chosen = parts
            .as_ref()
            .map(|parts| part_edges(source, model).rects(parts));
        let is_chosen = |rect: Rect| {
            let mut parts = chosen.iter().flatten();
            chosen.is_none() || parts.any(|part| overlap(*part, rect))
        };
        let corner = |x: u32, y: u32| Coord {
            x: f64::from(x),
            y: f64::from(y),
        };
        let is_inside = |rect: Rect| {
            let rect = geo::Rect::new(corner(rect.x0, rect.y0), corner(rect.x1, rect.y1));
            shape.as_ref().is_none_or(|shape| rect.intersects(shape))
        };
        let wanted = |rect: Rect| is_chosen(rect) && is_inside(rect);
        let plan = TilePlan::new(model.contract(), model.batch(), &ground, wanted);
        let work = Self {
            source: id,
            imagery: source.clone(),
            parts,
            level,
            plan,
            done: BTreeSet::new(),
            left_out: BTreeSet::new(),
            known: BTreeSet::new(),
        };
        Ok((!work.plan.tasks.is_empty()).then_some(work))
    }

    /// Takes over what was scored before. What the plan does not know is no work of it, and a task is not done while the
    /// ground of any of its chunks is unknown.
    pub fn resume(&mut self, id: WorkId, scores: &ScoreStore) {
        let known = scores.chunks_of(id).map(|(chunk, _)| chunk);
        let known: BTreeSet<ChunkId> = known.filter(|c| c.0 < self.plan.chunks.len()).collect();
        let is_done = |task: &TaskId| {
            let task = self.plan.tasks.get(task.0);
            task.is_some_and(|t| t.chunks.iter().all(|c| known.contains(&ChunkId(*c))))
        };
        let done = scores.tasks_of(id).map(|(task, _)| task);
        self.done = done.filter(is_done).collect();
        self.known = known;
    }

    /// Columns and rows of the grid that is read.
    pub fn size(&self) -> (u32, u32) {
        (self.level.width, self.level.height)
    }

    /// Leaves out the tasks that are none of this run's and not done.
    pub(crate) fn leave_out(&mut self, is_own: impl Fn(TaskId) -> bool) {
        let others = self.tasks().filter(|task| !is_own(*task));
        self.left_out = others.filter(|task| !self.done.contains(task)).collect();
    }

    /// What its tiles stand for, in pixels of the level.
    pub fn cores(&self) -> impl Iterator<Item = Rect> {
        self.cores_of(self.tasks())
    }

    /// What the tiles of some of its tasks stand for, in pixels of the level.
    pub(crate) fn cores_of(
        &self,
        tasks: impl Iterator<Item = TaskId>,
    ) -> impl Iterator<Item = Rect> {
        let tiles = tasks.flat_map(|task| &self.plan.tasks[task.0].tiles);
        tiles.map(|t| self.plan.level_rect(t.core, self.size()))
    }

    /// Tiles of some of its tasks.
    pub fn tiles(&self, tasks: impl Iterator<Item = TaskId>) -> u64 {
        tasks.map(|t| self.plan.tasks[t.0].tiles.len() as u64).sum()
    }

    /// All its tasks.
    pub fn tasks(&self) -> impl Iterator<Item = TaskId> + use<> {
        (0..self.plan.tasks.len()).map(TaskId)
    }
}

/// The level of a source that is read for a model, how many of the source's pixels one of it takes, and its ground.
fn read(source: &Source, model: &Model) -> (Level, (f64, f64), PlannedGrid) {
    let level = source.level_for(model.contract().resolution_cm);
    let (rx, ry) = source.reduction(&level);
    let gsd = source.gsd();
    let ground = PlannedGrid {
        size: (level.width, level.height),
        block: level.block,
        gsd_cm: (gsd.x_cm * rx, gsd.y_cm * ry),
    };
    (level, (rx, ry), ground)
}

/// Where the parts of a photo begin and end.
pub(crate) fn part_edges(source: &Source, model: &Model) -> Edges {
    let (level, _, ground) = read(source, model);
    let whole = TilePlan::new(model.contract(), model.batch(), &ground, |_| true);
    Edges::of(&whole, &level, model.contract().output)
}

/// The part of a boundary near a source, in a level's pixels. What lies far away may have no place in its coordinate
/// system; long edges get further corners, since straight in degrees is not straight in metres.
fn in_pixels(
    boundary: &Boundary,
    source: &Source,
    reduction: (f64, f64),
) -> Result<MultiPolygon, CrsError> {
    let frame = frame(source)?;
    let Some(near) = frame.bounding_rect() else {
        return Ok(MultiPolygon::new(vec![]));
    };
    let margin = (near.width().max(near.height()) * 0.1).max(1e-5);
    let by = Coord {
        x: margin,
        y: margin,
    };
    let near = geo::Rect::new(near.min() - by, near.max() + by).to_polygon();
    let ring = |line: &LineString| -> Result<LineString, CrsError> {
        let places: Vec<LonLat> = with_corners(line, margin)
            .into_iter()
            .map(LonLat::from)
            .collect();
        let pixels = source.pixels_of(&places)?;
        Ok(pixels
            .into_iter()
            .map(|p| Coord {
                x: p.x / reduction.0,
                y: p.y / reduction.1,
            })
            .collect())
    };
    let polygon = |p: &geo::Polygon| {
        let holes = p.interiors().iter().map(&ring).collect::<Result<_, _>>()?;
        Ok(geo::Polygon::new(ring(p.exterior())?, holes))
    };
    boundary.inside(&near.into()).iter().map(polygon).collect()
}

//! The boxes of a detector, tile by tile, become things: what two tiles show is one, and what the edge of a tile cuts is
//! joined with its other part. Where no tile shows a thing whole, its box is that around all its parts.
//!
//! Two boxes of one tile stay two, since that tile shows them apart.

use crate::ground::Rect;
use crate::scan::ids::TaskId;
use crate::scan::model::Hit;
use crate::scan::plan::TilePlan;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

/// Pixels within which a box ends with its tile: detectors are not more exact.
const EDGE: u32 = 3;
/// The share of the shorter one that two parts have to lie beside each other.
const BESIDE: f64 = 0.5;

/// A box and where it may come from.
struct PlacedBox {
    hit: Hit,
    task: TaskId,
    /// The tiles of its task that may show it: one, unless an earlier version kept those of several tiles as one.
    tiles: Vec<usize>,
    cut: Cut,
}

/// The sides at which a tile cuts a box off, the first and the last; the edge of the source cuts nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Cut {
    across: [bool; 2],
    down: [bool; 2],
}

impl Cut {
    fn any(self) -> bool {
        self.across.contains(&true) || self.down.contains(&true)
    }

    /// Whether one is cut where the other begins.
    fn faces(a: [bool; 2], b: [bool; 2]) -> bool {
        a[1] && b[0] || a[0] && b[1]
    }
}

/// The boxes from `least` on of a work, each thing once, in the order of their first parts. `same` is the overlap from which
/// whole boxes are one thing.
pub fn united<'a>(
    plan: &TilePlan,
    tasks: impl Iterator<Item = (TaskId, &'a [Hit])>,
    least: f32,
    same: f32,
) -> Vec<Hit> {
    let boxes: Vec<PlacedBox> = tasks
        .flat_map(|(task, hits)| hits.iter().map(move |hit| (task, *hit)))
        .filter(|(_, hit)| hit.score >= least)
        .map(|(task, hit)| PlacedBox::new(plan, task, hit))
        .collect();
    let mut group: Vec<usize> = (0..boxes.len()).collect();
    let mut members: Vec<Vec<usize>> = (0..boxes.len()).map(|i| vec![i]).collect();
    for (a, b) in pairs(&boxes, f64::from(same)) {
        let (keep, gone) = (group[a].min(group[b]), group[a].max(group[b]));
        let is_apart = |i: &usize| members[gone].iter().any(|j| boxes[*i].is_apart(&boxes[*j]));
        if keep == gone || members[keep].iter().any(is_apart) {
            continue;
        }
        let joined = std::mem::take(&mut members[gone]);
        for i in &joined {
            group[*i] = keep;
        }
        members[keep].extend(joined);
    }
    let things = members.iter().filter(|of| !of.is_empty());
    things.map(|of| joined(&boxes, of)).collect()
}

/// The largest box that no tile cuts, else the box around all parts; with the score and the class of the best.
fn joined(boxes: &[PlacedBox], members: &[usize]) -> Hit {
    let parts = || members.iter().map(|i| &boxes[*i]);
    let better = |a: Hit, b: Hit| if b.score > a.score { b } else { a };
    let larger = |a: Rect, b: Rect| if size(b) > size(a) { b } else { a };
    let best = parts().map(|p| p.hit).reduce(better);
    let whole = parts().filter(|p| !p.cut.any()).map(|p| p.hit.rect);
    let around = parts().map(|p| p.hit.rect).reduce(Rect::around);
    let rect = whole.reduce(larger).or(around);
    let first = boxes[members[0]].hit;
    Hit {
        rect: rect.unwrap_or(first.rect),
        ..best.unwrap_or(first)
    }
}

/// The pairs that may be one thing, those that share most first.
fn pairs(boxes: &[PlacedBox], same: f64) -> Vec<(usize, usize)> {
    let envelope = |rect: Rect, by: u32| {
        let (x0, y0) = (rect.x0.saturating_sub(by), rect.y0.saturating_sub(by));
        let corners = [(x0, y0), (rect.x1 + by, rect.y1 + by)];
        let [low, high] = corners.map(|(x, y)| [f64::from(x), f64::from(y)]);
        AABB::from_corners(low, high)
    };
    let places = boxes.iter().enumerate().map(|(i, placed)| {
        let place = Rectangle::from_aabb(envelope(placed.hit.rect, 0));
        GeomWithData::new(place, i)
    });
    let tree = RTree::bulk_load(places.collect());
    let mut found: Vec<(f64, usize, usize)> = Vec::new();
    for (i, one) in boxes.iter().enumerate() {
        let near = tree.locate_in_envelope_intersecting(envelope(one.hit.rect, EDGE));
        for j in near.map(|place| place.data).filter(|j| *j > i) {
            if !one.is_apart(&boxes[j]) {
                found.extend(one.shared(&boxes[j], same).map(|share| (share, i, j)));
            }
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    found.into_iter().map(|(_, i, j)| (i, j)).collect()
}

impl PlacedBox {
    fn new(plan: &TilePlan, task: TaskId, hit: Hit) -> Self {
        let rect = hit.rect;
        let (width, height) = plan.size;
        let mut cut = Cut::default();
        let mut tiles = Vec::new();
        let of_task = plan.tasks.get(task.0).map_or(&[][..], |task| &task.tiles);
        for (i, tile) in of_task.iter().enumerate() {
            let core = tile.core;
            let is_inside = core.x0 <= rect.x0
                && rect.x1 <= core.x1
                && core.y0 <= rect.y0
                && rect.y1 <= core.y1;
            if is_inside && hit.may_be_of(i) {
                tiles.push(i);
                cut.across[0] |= core.x0 > 0 && rect.x0 - core.x0 < EDGE;
                cut.across[1] |= core.x1 < width && core.x1 - rect.x1 < EDGE;
                cut.down[0] |= core.y0 > 0 && rect.y0 - core.y0 < EDGE;
                cut.down[1] |= core.y1 < height && core.y1 - rect.y1 < EDGE;
            }
        }
        Self {
            hit,
            task,
            tiles,
            cut,
        }
    }

    /// Whether one tile shows both.
    fn is_apart(&self, other: &Self) -> bool {
        self.task == other.task && self.tiles.len() == 1 && self.tiles == other.tiles
    }

    /// How much of the smaller one both cover, where they may be one thing: whole boxes that overlap as much as those of one
    /// thing in one tile, a part that lies in another box, and two parts that meet where they are cut.
    fn shared(&self, other: &Self, same: f64) -> Option<f64> {
        let (a, b) = (self.hit.rect, other.hit.rect);
        let across = along((a.x0, a.x1), (b.x0, b.x1));
        let down = along((a.y0, a.y1), (b.y0, b.y1));
        let area = across.max(0.0) * down.max(0.0);
        let (of_a, of_b) = (size(a), size(b));
        let meet =
            |cut: bool, gap: f64, beside: f64| cut && gap >= -f64::from(EDGE) && beside >= BESIDE;
        let beside_across = across / f64::from((a.x1 - a.x0).min(b.x1 - b.x0));
        let beside_down = down / f64::from((a.y1 - a.y0).min(b.y1 - b.y0));
        let sideways = Cut::faces(self.cut.across, other.cut.across);
        let upright = Cut::faces(self.cut.down, other.cut.down);
        let is_one = area >= same * (of_a + of_b - area)
            || self.cut.any() && area >= BESIDE * of_a
            || other.cut.any() && area >= BESIDE * of_b
            || meet(sideways, across, beside_down)
            || meet(upright, down, beside_across);
        is_one.then_some(area / of_a.min(of_b))
    }
}

/// The length that two spans share; negative where there is a gap.
fn along(a: (u32, u32), b: (u32, u32)) -> f64 {
    f64::from(a.1.min(b.1)) - f64::from(a.0.max(b.0))
}

fn size(rect: Rect) -> f64 {
    f64::from(rect.x1 - rect.x0) * f64::from(rect.y1 - rect.y0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::plan::{Task, Tile, Window};
    use proptest::prelude::*;

    const TILE: u32 = 100;
    const STEP: u32 = 80;
    const ACROSS: u32 = 5;

    /// Five by five tiles of 100 pixels that overlap by 20, so many in a task.
    fn plan(batch: usize) -> TilePlan {
        let tiles: Vec<Tile> = (0..ACROSS * ACROSS)
            .map(|i| (i % ACROSS * STEP, i / ACROSS * STEP))
            .map(|(x, y)| Tile {
                window: Window {
                    x: x.into(),
                    y: y.into(),
                    width: TILE,
                    height: TILE,
                },
                core: rect(x, y, x + TILE, y + TILE),
            })
            .collect();
        let side = STEP * (ACROSS - 1) + TILE;
        TilePlan {
            scale: (1.0, 1.0),
            size: (side, side),
            tasks: tiles
                .chunks(batch)
                .map(|tiles| Task {
                    tiles: tiles.to_vec(),
                    chunks: vec![],
                })
                .collect(),
            chunks: vec![],
        }
    }

    fn rect(x0: u32, y0: u32, x1: u32, y1: u32) -> Rect {
        Rect { x0, y0, x1, y1 }
    }

    /// What a detector sees of things: in each tile the part inside it, if it is no sliver.
    fn seen(plan: &TilePlan, things: &[Rect]) -> Vec<(TaskId, Vec<Hit>)> {
        let part = |core: Rect, thing: &Rect| {
            let part = rect(
                thing.x0.max(core.x0),
                thing.y0.max(core.y0),
                thing.x1.min(core.x1),
                thing.y1.min(core.y1),
            );
            let is_there = part.x0 + 4 < part.x1 && part.y0 + 4 < part.y1;
            is_there.then(|| Hit {
                tile: 0,
                rect: part,
                class: 1,
                score: (size(part) / size(*thing)) as f32,
            })
        };
        let of_task = |(i, task): (usize, &Task)| {
            let tiles = (1..).zip(&task.tiles);
            let hits = tiles.flat_map(|(tile, t)| {
                let parts = things.iter().filter_map(|thing| part(t.core, thing));
                parts.map(move |hit| Hit { tile, ..hit })
            });
            (TaskId(i), hits.collect())
        };
        plan.tasks.iter().enumerate().map(of_task).collect()
    }

    fn found(plan: &TilePlan, things: &[Rect], least: f32) -> Vec<Rect> {
        let seen = seen(plan, things);
        let tasks = seen.iter().map(|(task, hits)| (*task, hits.as_slice()));
        let mut found: Vec<Rect> = united(plan, tasks, least, 0.5)
            .iter()
            .map(|h| h.rect)
            .collect();
        found.sort_by_key(|r| (r.y0, r.x0));
        found
    }

    proptest! {
        #[test]
        fn every_thing_is_one_and_whole_wherever_it_lies_and_however_large(
            at in (0_u32..300, 0_u32..300),
            size in (8_u32..120, 8_u32..120),
            batch in 1_usize..9,
        ) {
            let thing = rect(at.0, at.1, at.0 + size.0, at.1 + size.1);
            prop_assert_eq!(found(&plan(batch), &[thing], 0.0), vec![thing]);
        }

        #[test]
        fn neighbours_stay_two(
            x in 0_u32..300,
            y in 0_u32..300,
            gap in 1_u32..10,
            batch in 1_usize..9,
        ) {
            let things = [rect(x, y, x + 18, y + 18), rect(x + 18 + gap, y, x + 36 + gap, y + 18)];
            prop_assert_eq!(found(&plan(batch), &things, 0.0), things.to_vec());
        }
    }

    #[test]
    fn boxes_of_one_tile_stay_two_and_what_is_below_the_threshold_joins_nothing() {
        let plan = plan(1);
        let hit = |rect: Rect, score: f32| Hit {
            tile: 0,
            rect,
            class: 0,
            score,
        };
        let hits = [
            hit(rect(10, 10, 50, 50), 0.9),
            hit(rect(12, 12, 48, 48), 0.4),
        ];
        let both = united(&plan, [(TaskId(0), &hits[..])].into_iter(), 0.3, 0.5);
        assert_eq!(both.len(), 2);
        let one = united(&plan, [(TaskId(0), &hits[..])].into_iter(), 0.5, 0.5);
        assert_eq!(one, hits[..1]);
    }
}

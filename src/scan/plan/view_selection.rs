//! Which parts of which photos are searched where `--min-views` asks for no more than so many views: the way from sources
//! and plans to [`super::view_cover`] and back.

use super::photo_view::PhotoView;
use super::sources::Sources;
use super::tiling::TilePlan;
use super::view_cover::needed;
use crate::ground::{LonLat, PixelPoint, Rect};
use crate::imagery::Level;
use crate::scan::ids::SourceId;
use crate::scan::model::Output;
use geo::MultiPolygon;
use std::collections::{BTreeMap, BTreeSet};

/// Parts by the number of their source.
pub type Chosen = BTreeMap<SourceId, BTreeSet<usize>>;

/// Pixels along a part where tiles overlap and do not mark parts themselves.
const PART: u32 = 512;

/// Where the parts of a photo begin and end, in its level's pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edges {
    columns: Vec<u32>,
    rows: Vec<u32>,
}

impl Edges {
    /// The parts of a photo: what a dense model scores at once, else squares.
    pub fn of(plan: &TilePlan, level: &Level, output: Output) -> Self {
        let size = (level.width, level.height);
        let (mut columns, mut rows): (BTreeSet<u32>, BTreeSet<u32>) = match output {
            Output::Dense { .. } | Output::Mask { .. } => plan
                .tasks
                .iter()
                .flat_map(|t| &t.tiles)
                .map(|t| plan.level_rect(t.core, size))
                .map(|r| (r.x0, r.y0))
                .unzip(),
            Output::Tile | Output::Boxes(_) => (
                (0..size.0).step_by(PART as usize).collect(),
                (0..size.1).step_by(PART as usize).collect(),
            ),
        };
        columns.extend([0, size.0]);
        rows.extend([0, size.1]);
        Self {
            columns: columns.into_iter().collect(),
            rows: rows.into_iter().collect(),
        }
    }

    /// The rectangles of some parts.
    pub fn rects(&self, parts: &BTreeSet<usize>) -> Vec<Rect> {
        parts.iter().map(|part| self.rect(*part)).collect()
    }

    fn rect(&self, part: usize) -> Rect {
        let across = self.columns.len() - 1;
        let (i, j) = (part % across, part / across);
        let (x0, x1) = (self.columns[i], self.columns[i + 1]);
        let (y0, y1) = (self.rows[j], self.rows[j + 1]);
        Rect { x0, y0, x1, y1 }
    }
}

/// Whether two rectangles share more than the pixel that rounding makes them share.
pub fn overlap(a: Rect, b: Rect) -> bool {
    let more = |a: (u32, u32), b: (u32, u32)| {
        let shared = a.1.min(b.1).saturating_sub(a.0.max(b.0));
        shared > 1 || (shared > 0 && (a.1 - a.0).min(b.1 - b.0) == 1)
    };
    more((a.x0, a.x1), (b.x0, b.x1)) && more((a.y0, a.y1), (b.y0, b.y1))
}

/// Chooses the parts. `searched` are those searched already, `useless` the photos that turned out to be of no use;
/// `edges` tells the parts of a source, and `None` where the boundary leaves all of it out.
///
/// # Errors
/// Those of `edges`.
pub fn choose<E>(
    sources: &Sources,
    boundary: Option<&MultiPolygon>,
    least: u16,
    (searched, useless): (&Chosen, &BTreeSet<SourceId>),
    edges: impl Fn(SourceId) -> Result<Option<Edges>, E>,
) -> Result<Chosen, E> {
    let (mut numbers, mut shown) = (Vec::new(), Vec::new());
    for (number, source) in sources.iter() {
        let Some(of_photo) = source.as_photo().filter(|_| !useless.contains(&number)) else {
            continue;
        };
        let Some(edges) = edges(number)? else {
            continue;
        };
        let (photo, grid) = (of_photo.photo(), of_photo.grid());
        let parts = (edges.columns.len() - 1) * (edges.rows.len() - 1);
        let poorness = edges
            .rects(&(0..parts).collect())
            .iter()
            .map(|r| {
                let middle = PixelPoint {
                    x: f64::midpoint(f64::from(r.x0), f64::from(r.x1)),
                    y: f64::midpoint(f64::from(r.y0), f64::from(r.y1)),
                };
                photo
                    .view_of(grid.locate(middle))
                    .map_or(f64::INFINITY, |(off_nadir_deg, gsd_m)| {
                        gsd_m / off_nadir_deg.to_radians().cos()
                    })
            })
            .collect();
        numbers.push(number);
        shown.push(PhotoView {
            outline: &photo.footprint.ground,
            pixel: Box::new(|at: LonLat| grid.position(at)),
            place: Box::new(|at: PixelPoint| grid.locate(at)),
            columns: edges.columns,
            rows: edges.rows,
            poorness,
            searched: searched.get(&number).cloned().unwrap_or_default(),
        });
    }
    let parts = needed(&shown, boundary, least);
    Ok(numbers
        .into_iter()
        .zip(parts)
        .filter(|(_, parts)| !parts.is_empty())
        .collect())
}

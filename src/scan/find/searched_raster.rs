//! Whether an orthomosaic searched a place: from the place to its pixel, and whether that one was searched.

use crate::ground::{FromLonLat, LonLat, Rect, Region};
use crate::scan::plan::{Work, frame};
use geo::{BoundingRect, Coord, Intersects};
use std::cell::OnceCell;

/// What was searched of an orthomosaic.
pub struct SearchedRaster<'a> {
    work: &'a Work,
    searched: &'a Region,
    /// About the ground that it covers; `None` where that cannot be told.
    bounds: Option<geo::Rect>,
    from_lonlat: OnceCell<Option<FromLonLat>>,
}

impl<'a> SearchedRaster<'a> {
    /// The work on an orthomosaic, of whose level `searched` was searched.
    pub fn new(work: &'a Work, searched: &'a Region) -> Self {
        let frame = frame(&work.imagery).ok();
        Self {
            work,
            searched,
            bounds: frame.and_then(|frame| frame.bounding_rect()),
            from_lonlat: OnceCell::new(),
        }
    }

    /// Whether it searched a place.
    pub fn holds(&self, at: LonLat) -> bool {
        let is_near = (self.bounds).is_some_and(|bounds| bounds.intersects(&Coord::from(at)));
        let pixel = is_near.then(|| self.pixel(at)).flatten();
        pixel.is_some_and(|pixel| self.searched.covers(pixel))
    }

    /// The pixel of the level that shows a place.
    fn pixel(&self, at: LonLat) -> Option<Rect> {
        let source = &self.work.imagery;
        let prepared = || source.crs().from_lonlat_prepared().ok();
        let from_lonlat = self.from_lonlat.get_or_init(prepared).as_ref()?;
        let there = *from_lonlat.apply(&[at]).ok()?.first()?;
        let full = source.transform().invert(there);
        let (across, down) = source.reduction(&self.work.level);
        let x0 = cell(full.x / across, self.work.level.width)?;
        let y0 = cell(full.y / down, self.work.level.height)?;
        let (x1, y1) = (x0 + 1, y0 + 1);
        Some(Rect { x0, y0, x1, y1 })
    }
}

/// The whole number of a pixel below `count`.
fn cell(value: f64, count: u32) -> Option<u32> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to lie on the level"
    )]
    let on_level = |value: f64| value as u32;
    let is_inside = (0.0..f64::from(count)).contains(&value);
    is_inside.then(|| on_level(value))
}

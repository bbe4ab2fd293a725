//! The pictures of candidates: read again from the finest source, drawn, encoded. Done in parallel, one file at a time.

use super::candidate::Candidate;
use super::chip::{View, Window, draw, encode, window};
use crate::ground::{Gsd, LonLat, Rect};
use crate::imagery::{Raster, RasterReader};
use geo::{BoundingRect, Coord, MapCoords, MultiPolygon};
use image::RgbImage;

/// The pictures of one candidate, as JPEG; `None` where the source cannot be read any more.
pub struct Pictures {
    /// The candidate itself.
    pub chip: Option<Vec<u8>>,
    /// Its surroundings, where they show more than the chip.
    pub context: Option<Vec<u8>>,
}

/// Draws the pictures of a candidate from its best raster.
pub fn pictures(candidate: &Candidate, raster: &Raster) -> Pictures {
    let view = |view| picture(candidate, raster, view);
    Pictures {
        chip: view(View::Chip),
        context: view(View::Context),
    }
}

fn picture(candidate: &Candidate, raster: &Raster, view: View) -> Option<Vec<u8>> {
    let outline = in_pixels(&candidate.polygon, raster)?;
    let shown = window(outline.bounding_rect()?, raster.size(), raster.gsd(), view)?;
    let crop = crop(raster, &shown)?;
    let picture = draw(&crop, &shown, &outline, north(raster, candidate.at));
    encode(&picture, view).ok()
}

fn in_pixels(polygon: &MultiPolygon, raster: &Raster) -> Option<MultiPolygon> {
    let pixel = |c: Coord| {
        raster.pixels_of(&[LonLat::from(c)]).ok().map(|p| Coord {
            x: p[0].x,
            y: p[0].y,
        })
    };
    polygon.try_map_coords(|c| pixel(c).ok_or(())).ok()
}

/// The window's pixels, from an overview where that is fine enough.
fn crop(raster: &Raster, shown: &Window) -> Option<RgbImage> {
    let level = raster.level_for(shown.metres_per_pixel * 100.0);
    let (rx, ry) = raster.reduction(&level);
    let reduced = |v: u32, r: f64, limit: u32, up: bool| {
        let v = f64::from(v) / r;
        let v = if up { v.ceil() } else { v.floor() };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to the level"
        )]
        let v = v.clamp(0.0, f64::from(limit)) as u32;
        v
    };
    let s = shown.source;
    let rect = Rect {
        x0: reduced(s.x0, rx, level.width, false),
        y0: reduced(s.y0, ry, level.height, false),
        x1: reduced(s.x1, rx, level.width, true),
        y1: reduced(s.y1, ry, level.height, true),
    };
    let pixels = RasterReader::open(raster, level).ok()?.read(rect);
    let (width, height) = (rect.x1 - rect.x0, rect.y1 - rect.y0);
    if pixels.is_empty() {
        Some(RgbImage::new(width, height))
    } else {
        RgbImage::from_raw(width, height, pixels.rgb)
    }
}

/// The direction of north in the raster, in degrees clockwise from its top.
fn north(raster: &Raster, at: LonLat) -> Option<f64> {
    const STEP_DEGREES: f64 = 1e-4;
    let ends = raster
        .pixels_of(&[at, LonLat::new(at.lon, at.lat + STEP_DEGREES)])
        .ok()?;
    let Gsd { x_cm, y_cm } = raster.gsd();
    let (dx, dy) = (
        (ends[1].x - ends[0].x) * x_cm,
        (ends[1].y - ends[0].y) * y_cm,
    );
    Some(dx.atan2(-dy).to_degrees())
}

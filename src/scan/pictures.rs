//! The pictures of candidates: read again from the finest source, drawn, encoded. Done in parallel, one file at a time.

use super::candidate::Candidate;
use super::chip::{View, Window, draw, encode, window};
use crate::ground::{Gsd, LonLat};
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

/// The window's pixels, reduced while they are read where the picture is smaller.
fn crop(raster: &Raster, shown: &Window) -> Option<RgbImage> {
    let reader = RasterReader::open(raster, raster.full_level()).ok()?;
    let (rgb, width, height) = reader.picture(shown.source, shown.width.max(shown.height))?;
    RgbImage::from_raw(width, height, rgb)
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

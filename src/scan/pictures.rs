//! The pictures of candidates: read again from the finest source, drawn, encoded.

use super::candidate::Candidate;
use super::chip::{View, Window, draw, encode, window};
use crate::ground::{Gsd, LonLat};
use crate::imagery::{PixelReader, Source};
use geo::{BoundingRect, LineString, MultiPolygon, Polygon};
use image::RgbImage;

/// The pictures of one candidate, as JPEG; `None` where the source cannot be read any more.
pub struct Pictures {
    /// The candidate itself.
    pub chip: Option<Vec<u8>>,
    /// Its surroundings, where they show more than the chip.
    pub context: Option<Vec<u8>>,
}

/// Draws from one raster, which is opened once: to open a photo is to decode it.
pub struct Artist<'a> {
    raster: &'a Source,
    reader: Option<Box<dyn PixelReader>>,
}

impl<'a> Artist<'a> {
    /// Opens a raster.
    pub fn new(raster: &'a Source) -> Self {
        let reader = raster.open(raster.full_level()).ok();
        Self { raster, reader }
    }

    /// Draws the pictures of a candidate.
    pub fn pictures(&self, candidate: &Candidate) -> Pictures {
        let outline = self.in_pixels(&candidate.drawn);
        let north = north(self.raster, candidate.at);
        let view = |view| self.picture(outline.as_ref()?, north, view);
        Pictures {
            chip: view(View::Chip),
            context: view(View::Context),
        }
    }

    fn picture(&self, outline: &MultiPolygon, north: Option<f64>, view: View) -> Option<Vec<u8>> {
        let raster = self.raster;
        let shown = window(outline.bounding_rect()?, raster.size(), raster.gsd(), view)?;
        let crop = self.crop(&shown)?;
        encode(&draw(&crop, &shown, outline, north), view).ok()
    }

    /// The window's pixels, reduced while they are read where the picture is smaller.
    fn crop(&self, shown: &Window) -> Option<RgbImage> {
        let longest = shown.width.max(shown.height);
        self.reader.as_ref()?.picture(shown.source, longest)
    }

    fn in_pixels(&self, polygon: &MultiPolygon) -> Option<MultiPolygon> {
        let ring = |line: &LineString| -> Option<LineString> {
            let places: Vec<LonLat> = line.coords().map(|c| LonLat::from(*c)).collect();
            let pixels = self.raster.pixels_of(&places).ok()?;
            Some(pixels.iter().map(|p| (p.x, p.y)).collect())
        };
        let part = |p: &Polygon| {
            let holes = p.interiors().iter().map(ring).collect::<Option<_>>()?;
            Some(Polygon::new(ring(p.exterior())?, holes))
        };
        polygon.iter().map(part).collect()
    }
}

/// The direction of north in the raster, in degrees clockwise from its top.
fn north(raster: &Source, at: LonLat) -> Option<f64> {
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

//! The pictures of candidates: read from the source they are best seen in, drawn, encoded.

use super::chip::{ChipWindow, View, draw, encode, window};
use crate::ground::{Gsd, LonLat};
use crate::imagery::{PixelReader, Source};
use crate::scan::find::Candidate;
use geo::{BoundingRect, LineString, MultiPolygon, Polygon};
use image::RgbImage;

/// The pictures of one candidate, as JPEG; `None` where the source cannot be read any more.
pub struct Pictures {
    /// The candidate itself.
    pub chip: Option<Vec<u8>>,
    /// Its surroundings, where they show more than the chip.
    pub context: Option<Vec<u8>>,
}

/// Draws from one source, which is opened once: to open a photo is to decode it.
pub struct ChipSource<'a> {
    source: &'a Source,
    reader: Option<Box<dyn PixelReader>>,
}

impl<'a> ChipSource<'a> {
    /// Opens a source.
    pub fn new(source: &'a Source) -> Self {
        let reader = source.open(source.full_level()).ok();
        Self { source, reader }
    }

    /// Draws the pictures of a candidate.
    pub fn pictures(&self, candidate: &Candidate) -> Pictures {
        let outline = self.in_pixels(&candidate.drawn);
        let north = north(self.source, candidate.at);
        let view = |view| self.picture(outline.as_ref()?, north, view);
        Pictures {
            chip: view(View::Chip),
            context: view(View::Context),
        }
    }

    fn picture(&self, outline: &MultiPolygon, north: Option<f64>, view: View) -> Option<Vec<u8>> {
        let source = self.source;
        let shown = window(outline.bounding_rect()?, source.size(), source.gsd(), view)?;
        let crop = self.crop(&shown)?;
        encode(&draw(&crop, &shown, outline, north), view).ok()
    }

    /// The window's pixels, reduced while they are read where the picture is smaller.
    fn crop(&self, shown: &ChipWindow) -> Option<RgbImage> {
        let longest = shown.width.max(shown.height);
        self.reader.as_ref()?.picture(shown.source, longest)
    }

    fn in_pixels(&self, polygon: &MultiPolygon) -> Option<MultiPolygon> {
        let ring = |line: &LineString| -> Option<LineString> {
            let places: Vec<LonLat> = line.coords().map(|c| LonLat::from(*c)).collect();
            let pixels = self.source.pixels_of(&places).ok()?;
            Some(pixels.iter().map(|p| (p.x, p.y)).collect())
        };
        let part = |p: &Polygon| {
            let holes = p.interiors().iter().map(ring).collect::<Option<_>>()?;
            Some(Polygon::new(ring(p.exterior())?, holes))
        };
        polygon.iter().map(part).collect()
    }
}

/// The direction of north in the source, in degrees clockwise from its top.
fn north(source: &Source, at: LonLat) -> Option<f64> {
    const STEP_DEGREES: f64 = 1e-4;
    let ends = source
        .pixels_of(&[at, LonLat::new(at.lon, at.lat + STEP_DEGREES)])
        .ok()?;
    let Gsd { x_cm, y_cm } = source.gsd();
    let (dx, dy) = (
        (ends[1].x - ends[0].x) * x_cm,
        (ends[1].y - ends[0].y) * y_cm,
    );
    Some(dx.atan2(-dy).to_degrees())
}

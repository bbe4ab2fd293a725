//! The pictures of candidates: cut already, else read from the source they are best seen in; drawn, encoded.

use super::chip::{draw, encode};
use crate::ground::{Gsd, LonLat};
use crate::imagery::{PictureReader, Source};
use crate::scan::chip_window::{ChipWindow, PictureKind, in_pixels, settled, window};
use crate::scan::find::Candidate;
use crate::scan::ids::SourceId;
use crate::scan::verify::Crops;
use geo::{BoundingRect, MultiPolygon};
use image::RgbImage;

/// The pictures of one candidate, as JPEG; `None` where the source cannot be read any more.
pub struct CandidatePictures {
    /// The candidate itself.
    pub chip: Option<Vec<u8>>,
    /// The same without outline and marks.
    pub plain: Option<Vec<u8>>,
    /// Its surroundings, where they show more than the chip.
    pub context: Option<Vec<u8>>,
}

/// Draws from one source, which is opened once at most: to open a photo is to decode it.
pub struct ChipSource<'a> {
    id: SourceId,
    source: &'a Source,
    crops: &'a Crops<'a>,
    reader: PictureReader,
}

impl<'a> ChipSource<'a> {
    /// The pictures of a source.
    pub fn new(id: SourceId, source: &'a Source, crops: &'a Crops<'a>) -> Self {
        Self {
            id,
            source,
            crops,
            reader: PictureReader::new(source),
        }
    }

    /// Draws the pictures of a candidate.
    pub fn pictures(&mut self, candidate: &Candidate) -> CandidatePictures {
        let outline = in_pixels(self.source, &candidate.drawn);
        let north = north(self.source, candidate.at);
        let mut drawn = |view| {
            let outline = outline.as_ref()?;
            let (shown, bare) = self.view(outline, view)?;
            let picture = encode(&draw(&bare, &shown, outline, north), view).ok();
            Some((bare, picture))
        };
        let (plain, chip) = drawn(PictureKind::Chip).map_or((None, None), |(bare, chip)| {
            (encode(&bare, PictureKind::Chip).ok(), chip)
        });
        let context = drawn(PictureKind::Context).and_then(|(_, picture)| picture);
        CandidatePictures {
            chip,
            plain,
            context,
        }
    }

    /// What a picture shows, and the picture before anything is drawn on it.
    fn view(
        &mut self,
        outline: &MultiPolygon,
        view: PictureKind,
    ) -> Option<(ChipWindow, RgbImage)> {
        let source = self.source;
        let shown = window(outline.bounding_rect()?, source.size(), source.gsd(), view)?;
        let size = (shown.width, shown.height);
        let kept = self.crops.get(self.id, &shown);
        let bare = kept.or_else(|| self.reader.picture(shown.source, size))?;
        Some((shown, bare))
    }
}

/// The direction of north in the source, in degrees clockwise from its top.
fn north(source: &Source, at: LonLat) -> Option<f64> {
    const STEP_DEGREES: f64 = 1e-4;
    let above = LonLat::new(at.lon, at.lat + STEP_DEGREES);
    let ends = source.pixels_of(&[at, above]).ok()?;
    let Gsd { x_cm, y_cm } = source.gsd();
    let (dx, dy) = (ends[1].x - ends[0].x, ends[1].y - ends[0].y);
    Some(settled((dx * x_cm).atan2(-(dy * y_cm)).to_degrees()))
}

/// The picture files of a candidate, relative to the output folder.
#[derive(Debug, Clone, Default)]
pub struct PictureNames {
    /// The candidate itself.
    pub chip: Option<String>,
    /// The same without its outline.
    pub plain: Option<String>,
    /// Its surroundings.
    pub context: Option<String>,
    /// Their names and digests.
    pub(super) digests: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use crate::ground::Gsd;
    use crate::scan::chip_window::{PictureKind, settled, window};
    use crate::scan::write::chip::draw;
    use geo::{BoundingRect, MapCoords, MultiPolygon, polygon};
    use image::{Rgb, RgbImage};

    #[test]
    fn the_last_digits_of_a_projection_change_no_pixel() {
        let edges: MultiPolygon = polygon![(x: 360.0, y: 351.0), (x: 424.0, y: 351.0), (x: 424.0, y: 420.0), (x: 360.0, y: 420.0)].into();
        let gsd = Gsd {
            x_cm: 2.0,
            y_cm: 2.0,
        };
        let drawn = |noise: f64| {
            let at = |v: f64| settled(v + noise);
            let outline = edges.map_coords(|c| (at(c.x), at(c.y)).into());
            let bounds = outline.bounding_rect().expect("bounds");
            let shown = window(bounds, (900, 900), gsd, PictureKind::Chip).expect("window");
            let crop = RgbImage::from_fn(shown.width, shown.height, |x, y| {
                let value = u8::try_from((5 * x + 11 * y) % 251).expect("a byte");
                Rgb([value, value / 2, 255 - value])
            });
            (shown, draw(&crop, &shown, &outline, Some(at(12.0))))
        };
        for noise in [-3e-8, -1e-10, 1e-10, 3e-8] {
            assert_eq!(drawn(0.0), drawn(noise), "{noise}");
        }
    }
}

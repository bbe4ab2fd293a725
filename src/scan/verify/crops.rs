//! Crops: what the pictures of candidates are drawn from and what a second look needs, cut while a photo's pixels are at
//! hand, so that it need not be decoded again.
//!
//! Which photo shows a candidate best is known only when all are scored. So every photo's hits are cut as they come, and of
//! crops of one place those of the best views so far are kept. It is a cache: what is not in it is read from the source, and the
//! pictures are the same.

use super::Second;
use crate::ground::{LocalPlane, LonLat, Quad, Rect, Region};
use crate::imagery::{PhotoSource, Pixels, resized};
use crate::scan::chip_window::{ChipWindow, PictureKind, shown_window};
use crate::scan::cluster::clusters;
use crate::scan::find::{FindRules, peak};
use crate::scan::ids::SourceId;
use crate::scan::model::Hit;
use crate::scan::plan::{Search, Work};
use crate::scan::score::PixelListener;
use geo::Centroid;
use image::RgbImage;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of pixels that are kept at most.
const MOST_BYTES: usize = 192 * 1024 * 1024;
/// Views of places further apart than this are not weighed against each other, however unsure the places are.
const SAME_PLACE_M: f64 = 10.0;

/// So many views of a place are kept: which is best hangs on how sharp the photos are beside each other, and on how much of
/// the plot each shows.
const VIEWS: usize = 2;

/// A window of a source and the size of its picture.
type CropKey = (SourceId, [u32; 4], (u32, u32));

fn key(source: SourceId, shown: &ChipWindow) -> CropKey {
    let r = shown.source;
    let corners = [r.x0, r.y0, r.x1, r.y1];
    (source, corners, (shown.width, shown.height))
}

/// A rectangle of a source's pixels.
type WindowKey = (SourceId, [u32; 4]);

fn window_key(source: SourceId, r: Rect) -> WindowKey {
    (source, [r.x0, r.y0, r.x1, r.y1])
}

/// One plot among the hits of a photo.
struct PhotoPlot {
    region: Region,
    cells: usize,
    peak: Rect,
}

/// One photo's view of one place.
struct PhotoSighting {
    source: SourceId,
    at: LonLat,
    error_m: f64,
    /// Cells of the plot that it shows.
    cells: usize,
    /// Centimetres a pixel, seen at a slant: the smaller the better.
    poorness: f64,
    keys: Vec<CropKey>,
    windows: Vec<WindowKey>,
}

impl PhotoSighting {
    /// Whether both may show one place: two places of one photo are apart.
    fn may_be(&self, other: &Self, radius_m: f64) -> bool {
        let plane = LocalPlane::at(self.at);
        let apart = plane.to_plane(self.at).distance_m(plane.to_plane(other.at));
        let reach = radius_m + self.error_m.hypot(other.error_m).min(SAME_PLACE_M);
        self.source != other.source && apart <= reach
    }

    /// Whether it shows a place better than another: one whose edge cuts the plot off does not.
    fn is_better_than(&self, other: &Self) -> bool {
        let most = self.cells.max(other.cells);
        let rank = |s: &Self| (2 * s.cells <= most, s.poorness);
        rank(self) < rank(other)
    }
}

#[derive(Default)]
struct KeptCrop {
    sightings: Vec<PhotoSighting>,
    pictures: HashMap<CropKey, RgbImage>,
    windows: HashMap<WindowKey, Arc<Pixels>>,
    bytes: usize,
}

/// Crops of photos for the pictures of candidates at some rules.
pub struct Crops<'a> {
    search: &'a Search<'a>,
    rules: FindRules,
    second: Option<&'a Second>,
    kept: Mutex<KeptCrop>,
}

/// What is cut for a sighting.
#[derive(Default)]
struct CropWindow {
    pictures: Vec<(CropKey, RgbImage)>,
    windows: Vec<(WindowKey, Arc<Pixels>)>,
}

impl CropWindow {
    fn bytes(&self) -> usize {
        let pictures = self.pictures.iter().map(|(_, p)| p.as_raw().len());
        let windows = self.windows.iter().map(|(_, w)| 3 * w.colours[0].len());
        pictures.chain(windows).sum()
    }
}

impl<'a> Crops<'a> {
    /// None as yet.
    pub fn new(search: &'a Search<'a>, rules: FindRules, second: Option<&'a Second>) -> Self {
        Self {
            search,
            rules,
            second,
            kept: Mutex::default(),
        }
    }

    /// The picture of a window before anything is drawn on it, where it was kept.
    pub fn get(&self, source: SourceId, shown: &ChipWindow) -> Option<RgbImage> {
        self.lock().pictures.get(&key(source, shown)).cloned()
    }

    /// The pixels that a second look needs, where they were kept.
    pub fn pixels(&self, source: SourceId, rect: Rect) -> Option<Arc<Pixels>> {
        self.lock().windows.get(&window_key(source, rect)).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, KeptCrop> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The plots among a photo's hits, as they are found in it alone.
    fn plots(&self, work: &Work, hits: &[Hit]) -> Option<Vec<PhotoPlot>> {
        let locator = work.locator().ok()?;
        let least = self.rules.least_score();
        let mut located: Vec<(&Hit, Quad)> = Vec::new();
        for hit in hits.iter().filter(|h| h.score >= least) {
            let quad = locator.quad(hit.rect).ok()?;
            let boundary = self.search.boundary.as_ref();
            if boundary.is_none_or(|b| b.meets(&quad)) {
                located.push((hit, quad));
            }
        }
        let quads: Vec<Quad> = located.iter().map(|(_, quad)| *quad).collect();
        let plot = |members: Vec<usize>| {
            let hits = || members.iter().map(|i| located[*i].0);
            Some(PhotoPlot {
                region: Region::from_rects(hits().map(|hit| hit.rect)),
                cells: members.len(),
                peak: peak(hits())?,
            })
        };
        let plots = clusters(&quads, self.rules.radius_m);
        plots.into_iter().map(plot).collect()
    }

    fn sight(
        &self,
        work: &Work,
        photo: &PhotoSource,
        pixels: &Pixels,
        plot: &PhotoPlot,
    ) -> Option<()> {
        let drawn = work.locator().ok()?.model_outline(&plot.region).ok()?;
        let at = LonLat::from(geo::Coord::from(drawn.centroid()?));
        let (off_nadir_deg, gsd_m) = photo.photo().view_of(at)?;
        let sighting = PhotoSighting {
            source: work.source,
            at,
            error_m: photo.photo().position_error_m(at),
            cells: plot.cells,
            poorness: gsd_m / off_nadir_deg.to_radians().cos(),
            keys: Vec::new(),
            windows: Vec::new(),
        };
        if !self.lock().would_keep(&sighting, self.rules.radius_m) {
            return None;
        }
        let shown = [PictureKind::Chip, PictureKind::Context]
            .into_iter()
            .filter(|_| self.search.request.pictures)
            .filter_map(|view| shown_window(&work.imagery, &drawn, view));
        let pictures = shown.map(|shown| {
            let crop = cut(pixels, &shown);
            let picture = resized(&crop, shown.width, shown.height);
            (key(work.source, &shown), picture)
        });
        let cut = CropWindow {
            pictures: pictures.collect(),
            windows: (self.second.iter())
                .flat_map(|second| second.photo_windows(work, plot.peak))
                .map(|rect| (window_key(work.source, rect), Arc::new(part(pixels, rect))))
                .collect(),
        };
        self.lock().keep(sighting, cut, self.rules.radius_m);
        Some(())
    }
}

impl KeptCrop {
    /// Whether fewer than [`VIEWS`] others show what may be the same place better.
    fn would_keep(&self, new: &PhotoSighting, radius_m: f64) -> bool {
        let known = self.sightings.iter();
        let better = known.filter(|s| s.may_be(new, radius_m) && s.is_better_than(new));
        better.count() < VIEWS
    }

    fn keep(&mut self, mut new: PhotoSighting, cut: CropWindow, radius_m: f64) {
        // Other photos of the place may have come in meanwhile.
        if !self.would_keep(&new, radius_m) {
            return;
        }
        let bytes = cut.bytes();
        if self.bytes + bytes > MOST_BYTES {
            return;
        }
        self.bytes += bytes;
        new.keys = cut.pictures.iter().map(|(key, _)| *key).collect();
        new.windows = cut.windows.iter().map(|(key, _)| *key).collect();
        self.pictures.extend(cut.pictures);
        self.windows.extend(cut.windows);
        let near: Vec<bool> = (self.sightings.iter())
            .map(|s| s.may_be(&new, radius_m))
            .collect();
        self.sightings.push(new);
        // Only what is near can have become one too many.
        let worse: Vec<bool> = (self.sightings.iter())
            .zip(near.into_iter().chain([false]))
            .map(|(s, is_near)| is_near && !self.would_keep(s, radius_m))
            .collect();
        for (sighting, is_worse) in std::mem::take(&mut self.sightings).into_iter().zip(worse) {
            if is_worse {
                self.forget(&sighting);
            } else {
                self.sightings.push(sighting);
            }
        }
    }

    fn forget(&mut self, sighting: &PhotoSighting) {
        for key in &sighting.keys {
            let gone = self.pictures.remove(key);
            self.bytes -= gone.map_or(0, |p| p.as_raw().len());
        }
        for key in &sighting.windows {
            let gone = self.windows.remove(key);
            self.bytes -= gone.map_or(0, |w| 3 * w.colours[0].len());
        }
    }
}

/// A part of a photo's pixels.
fn part(pixels: &Pixels, rect: Rect) -> Pixels {
    let width = (pixels.rect.x1 - pixels.rect.x0) as usize;
    let row = |colour: &[u8], y: u32| {
        let from = (y - pixels.rect.y0) as usize * width + (rect.x0 - pixels.rect.x0) as usize;
        colour[from..from + (rect.x1 - rect.x0) as usize].to_vec()
    };
    let colours = pixels.colours.each_ref();
    Pixels {
        rect,
        colours: colours.map(|colour| (rect.y0..rect.y1).flat_map(|y| row(colour, y)).collect()),
        validity: None,
    }
}

/// The pixels of a window.
fn cut(pixels: &Pixels, shown: &ChipWindow) -> RgbImage {
    let (from, held) = (shown.source, pixels.rect);
    let width = (held.x1 - held.x0) as usize;
    RgbImage::from_fn(from.x1 - from.x0, from.y1 - from.y0, |x, y| {
        let column = (from.x0 + x - held.x0) as usize;
        let at = (from.y0 + y - held.y0) as usize * width + column;
        image::Rgb([0, 1, 2].map(|colour| pixels.colours[colour][at]))
    })
}

impl PixelListener for Crops<'_> {
    fn scored(&self, work: &Work, pixels: &Pixels, hits: &[Hit]) {
        let (width, height) = work.imagery.size();
        let r = pixels.rect;
        let is_whole = (r.x0, r.y0, r.x1, r.y1) == (0, 0, width, height) && !pixels.is_empty();
        let Some(photo) = work.imagery.as_photo().filter(|_| is_whole) else {
            return;
        };
        for plot in self.plots(work, hits).unwrap_or_default() {
            // What cannot be cut here is read from the photo later.
            let _ = self.sight(work, photo, pixels, &plot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(source: usize, cells: usize, poorness: f64) -> PhotoSighting {
        PhotoSighting {
            source: SourceId(source),
            at: LonLat::new(113.3, 33.7),
            error_m: 3.0,
            cells,
            poorness,
            keys: Vec::new(),
            windows: Vec::new(),
        }
    }

    fn pictures(source: usize) -> CropWindow {
        let key = (SourceId(source), [0, 0, 8, 8], (8, 8));
        let rect = Rect {
            x0: 0,
            y0: 0,
            x1: 2,
            y1: 2,
        };
        let window = Pixels {
            rect,
            colours: [(); 3].map(|()| vec![0; 4]),
            validity: None,
        };
        CropWindow {
            pictures: vec![(key, RgbImage::new(8, 8))],
            windows: vec![(window_key(SourceId(source), rect), Arc::new(window))],
        }
    }

    #[test]
    fn of_one_place_the_best_views_are_kept() {
        let mut kept = KeptCrop::default();
        let sources = |kept: &KeptCrop| {
            let mut sources: Vec<usize> = kept.pictures.keys().map(|k| k.0.0).collect();
            sources.sort_unstable();
            sources
        };
        kept.keep(sighting(0, 10, 2.0), pictures(0), 2.0);
        kept.keep(sighting(1, 10, 3.0), pictures(1), 2.0);
        assert_eq!(sources(&kept), [0, 1]);
        kept.keep(sighting(2, 10, 4.0), pictures(2), 2.0);
        assert_eq!(sources(&kept), [0, 1], "poorer");
        kept.keep(sighting(3, 10, 1.0), pictures(3), 2.0);
        assert_eq!(sources(&kept), [0, 3], "better");
        kept.keep(sighting(4, 4, 0.5), pictures(4), 2.0);
        assert_eq!(sources(&kept), [0, 3], "cut off");
        let mut away = sighting(5, 1, 9.0);
        away.at = LonLat::new(113.301, 33.7);
        kept.keep(away, pictures(5), 2.0);
        assert_eq!(sources(&kept), [0, 3, 5], "elsewhere");
        assert_eq!(
            (kept.windows.len(), kept.bytes),
            (3, 3 * (8 * 8 + 2 * 2) * 3)
        );
    }
}

//! Test rasters: textured ground with magenta squares at known places, written through GDAL in any encoding.

use crate::ground::{Place, reference};
use gdal::raster::{Buffer, ColorInterpretation, GdalType, RasterCreationOptions};
use gdal::{Dataset, DriverManager};
use geo::Point;
use std::path::Path;
use std::sync::Once;

/// What the hand-made models fire on.
pub const MAGENTA: [u8; 3] = [255, 0, 255];
/// Metres along a side of a target.
///
/// Half a tile with half overlap is 0.64 m: from 0.91 m on, a target fills most of the middle of a tile wherever it lies.
pub const SIDE_M: f64 = 0.96;

/// Nothing is written beside a test raster, and GDAL is silent.
pub fn set_up() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for (key, value) in [
            ("GDAL_PAM_ENABLED", "NO"),
            ("GDAL_TIFF_INTERNAL_MASK", "YES"),
            ("GDAL_CACHEMAX", "64"),
        ] {
            gdal::config::set_config_option(key, value).expect("set");
        }
        gdal::config::set_error_handler(|_, _, _| {});
    });
}

/// A rectangle of pixels: from (inclusive) and to (exclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Square {
    pub x0: usize,
    pub y0: usize,
    pub x1: usize,
    pub y1: usize,
}

impl Square {
    pub fn holds(&self, x: usize, y: usize) -> bool {
        (self.x0..self.x1).contains(&x) && (self.y0..self.y1).contains(&y)
    }
}

/// A picture on the ground.
#[derive(Debug, Clone)]
pub struct Picture {
    pub place: Place,
    pub size: (usize, usize),
    pub targets: Vec<Square>,
    rgb: Vec<[u8; 3]>,
}

impl Picture {
    /// Textured ground without targets.
    pub fn bare(place: Place, size: (usize, usize)) -> Self {
        let rgb = (0..size.0 * size.1)
            .map(|i| ground_colour(i % size.0, i / size.0))
            .collect();
        Self {
            place,
            size,
            targets: Vec::new(),
            rgb,
        }
    }

    /// Targets in the corners, on the edges and inside.
    pub fn with_nine(place: Place, size: (usize, usize)) -> Self {
        let mut picture = Self::bare(place, size);
        let (w, h) = picture.target_size();
        for y in [0, (size.1 - h) / 2 + 5, size.1 - h] {
            for x in [0, (size.0 - w) / 2 + 3, size.0 - w] {
                picture.target(x, y);
            }
        }
        picture
    }

    /// Pixels of a target's sides.
    pub fn target_size(&self) -> (usize, usize) {
        let (x_cm, y_cm) = self.place.gsd_cm(self.size);
        let pixels = |gsd: f64| (SIDE_M * 100.0 / gsd).round() as usize;
        (pixels(x_cm), pixels(y_cm))
    }

    /// Paints a target with its corner at a pixel.
    pub fn target(&mut self, x: usize, y: usize) {
        let (w, h) = self.target_size();
        let square = Square {
            x0: x,
            y0: y,
            x1: x + w,
            y1: y + h,
        };
        self.fill(|x, y| square.holds(x, y), MAGENTA);
        self.targets.push(square);
    }

    /// Paints every pixel for which `which` holds.
    pub fn fill(&mut self, which: impl Fn(usize, usize) -> bool, colour: [u8; 3]) {
        let width = self.size.0;
        for (i, pixel) in self.rgb.iter_mut().enumerate() {
            if which(i % width, i / width) {
                *pixel = colour;
            }
        }
    }

    /// Colours every pixel anew.
    pub fn paint(&mut self, colour: impl Fn(usize, usize) -> [u8; 3]) {
        let width = self.size.0;
        for (i, pixel) in self.rgb.iter_mut().enumerate() {
            *pixel = colour(i % width, i / width);
        }
    }

    /// Paints a square of pixels with its corner at a pixel.
    pub fn paste(&mut self, pixels: &[[u8; 3]], side: usize, (x, y): (usize, usize)) {
        for (row, pixels) in pixels.chunks_exact(side).enumerate() {
            let at = (y + row) * self.size.0 + x;
            self.rgb[at..at + side].copy_from_slice(pixels);
        }
    }

    /// The same picture, so many pixels to the east and south.
    #[must_use]
    pub fn moved(&self, columns: usize, rows: usize) -> Self {
        let place = self.place.clone().moved(columns as f64, rows as f64);
        Self {
            place,
            ..self.clone()
        }
    }

    /// The places of the targets' middles.
    pub fn truth(&self) -> Vec<Point> {
        let middle = |t: &Square| {
            self.place
                .lonlat((t.x0 + t.x1) as f64 / 2.0, (t.y0 + t.y1) as f64 / 2.0)
        };
        self.targets.iter().map(middle).collect()
    }

    /// Square metres of so many pixels.
    pub fn m2(&self, pixels: usize) -> f64 {
        self.place.pixel_m2(self.size) * pixels as f64
    }

    pub fn plane(&self, band: usize) -> Vec<u8> {
        self.rgb.iter().map(|p| p[band]).collect()
    }

    /// Writes an 8-bit GeoTIFF of three bands.
    pub fn write(&self, path: &Path, options: &[&str]) {
        self.write_with(path, 3, options, |_| {});
    }

    /// Writes the colours into the first three of `bands` bands and lets `more` do the rest.
    pub fn write_with(
        &self,
        path: &Path,
        bands: usize,
        options: &[&str],
        more: impl FnOnce(&mut Dataset),
    ) {
        let mut dataset = create::<u8>(path, self.size, bands, Some(&self.place), options);
        for band in 0..3 {
            put(&mut dataset, band + 1, self.size, self.plane(band));
        }
        more(&mut dataset);
        dataset.close().expect("written");
    }

    /// Writes 16-bit values: each colour times `gain` plus `offset`.
    pub fn write_16_bit(&self, path: &Path, gain: u16, offset: u16) {
        let mut dataset =
            create::<u16>(path, self.size, 3, Some(&self.place), &["PHOTOMETRIC=RGB"]);
        for band in 0..3 {
            let values = self
                .plane(band)
                .iter()
                .map(|v| u16::from(*v) * gain + offset)
                .collect();
            put(&mut dataset, band + 1, self.size, values);
        }
        dataset.close().expect("written");
    }
}

/// Brown soil with grain and furrows; nowhere near magenta, black or white.
fn ground_colour(x: usize, y: usize) -> [u8; 3] {
    let grain = ((x.wrapping_mul(73_856_093) ^ y.wrapping_mul(19_349_663)) >> 5) % 25;
    let furrow = if (x + 2 * y) % 60 < 12 { 20 } else { 0 };
    let v = (grain + furrow) as u8;
    [105 + v, 92 + v, 78 + v]
}

/// A new raster.
pub fn create<T: GdalType>(
    path: &Path,
    size: (usize, usize),
    bands: usize,
    place: Option<&Place>,
    options: &[&str],
) -> Dataset {
    set_up();
    let options = options.iter().copied().collect::<RasterCreationOptions>();
    let mut dataset = DriverManager::get_driver_by_name("GTiff")
        .expect("GTiff")
        .create_with_band_type_with_options::<T, _>(path, size.0, size.1, bands, &options)
        .expect("created");
    if let Some(place) = place {
        dataset.set_geo_transform(&place.transform).expect("set");
        dataset
            .set_spatial_ref(&reference(&place.crs))
            .expect("set");
    }
    dataset
}

/// Writes a whole band.
pub fn put<T: GdalType + Copy>(
    dataset: &mut Dataset,
    band: usize,
    size: (usize, usize),
    values: Vec<T>,
) {
    let mut buffer = Buffer::new(size, values);
    dataset
        .rasterband(band)
        .expect("band")
        .write((0, 0), size, &mut buffer)
        .expect("written");
}

/// Writes the fourth band as alpha.
pub fn put_alpha(
    dataset: &mut Dataset,
    size: (usize, usize),
    clear: impl Fn(usize, usize) -> bool,
) {
    dataset
        .rasterband(4)
        .expect("band")
        .set_color_interpretation(ColorInterpretation::AlphaBand)
        .expect("set");
    put(dataset, 4, size, valid(size, clear));
}

/// 0 where a pixel is clear, else 255.
pub fn valid(size: (usize, usize), clear: impl Fn(usize, usize) -> bool) -> Vec<u8> {
    (0..size.0 * size.1)
        .map(|i| {
            if clear(i % size.0, i / size.0) {
                0
            } else {
                255
            }
        })
        .collect()
}

/// Whether this GDAL can write a compression.
pub fn can_write(compression: &str) -> bool {
    use gdal::Metadata;
    DriverManager::get_driver_by_name("GTiff")
        .expect("GTiff")
        .metadata_item("DMD_CREATIONOPTIONLIST", "")
        .is_some_and(|list| list.contains(&format!("<Value>{compression}</Value>")))
}

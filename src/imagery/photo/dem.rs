//! A terrain model out of any raster that GDAL opens, as a [`HeightField`] that threads share.
//!
//! The part about the survey is read once and laid on a grid of longitude and latitude at the model's own spacing, so
//! that a height costs four looks and no projection.

use super::dem_error::DemError;
use super::terrain::HeightField;
use crate::ground::{
    Crs, CrsError, CrsPoint, GeoTransform, Gsd, LocalPlane, LonLat, PlanePoint, corners_around,
};
use crate::imagery::gdal_words::gdal_words;
use crate::imagery::network::{allow_where_named, as_gdal_names, not_given};
use gdal::Dataset;
use gdal::errors::GdalError;
use gdal::raster::{RasterBand, ResampleAlg};
use std::path::Path;

/// Most columns and most rows that are kept; a larger part is read with a wider spacing.
const MOST: usize = 4096;
/// Heights outside this are no terrain, whatever the file says of its no-data value.
const PLAUSIBLE_M: std::ops::Range<f32> = -500.0..9000.0;

/// A terrain model about a survey.
#[derive(Debug, Clone, PartialEq)]
pub struct Dem {
    south_west: LonLat,
    step_deg: (f64, f64),
    columns: usize,
    rows: usize,
    /// From the south-west, row by row northwards; NaN where there is none.
    heights: Vec<f32>,
    spacing_m: f64,
}

/// Metres about the photos in which a terrain model is read: as far as an oblique photo is searched.
const MARGIN_M: f64 = 1000.0;

impl Dem {
    /// Reads the part of a model that photos taken at the places may show.
    ///
    /// # Errors
    /// See [`DemError`].
    pub fn about(path: &Path, places: &[LonLat]) -> Result<Self, DemError> {
        Self::read(path, places, MARGIN_M)
    }

    /// Reads the part of a model that lies within `margin_m` of the places.
    ///
    /// # Errors
    /// See [`DemError`].
    pub fn read(path: &Path, places: &[LonLat], margin_m: f64) -> Result<Self, DemError> {
        let unreadable = || DemError::Unreadable { path: path.into() };
        let elsewhere = || DemError::Elsewhere { path: path.into() };
        let in_crs = |source| DemError::Crs {
            path: path.into(),
            source,
        };
        let named = as_gdal_names(path);
        allow_where_named([named.as_path()]);
        let not_opened = |error: &GdalError| match not_given(&named, &gdal_words(error)) {
            Some(source) => DemError::NotGiven {
                path: path.into(),
                source,
            },
            None => unreadable(),
        };
        let file = Dataset::open(&named).map_err(|error| not_opened(&error))?;
        let no_place = || DemError::NoPlace { path: path.into() };
        let crs = file
            .spatial_ref()
            .ok()
            .and_then(|r| Crs::of(&r))
            .ok_or_else(no_place)?;
        let transform = file
            .geo_transform()
            .ok()
            .and_then(GeoTransform::new)
            .ok_or_else(no_place)?;
        let (south_west, north_east) = bounds(places, margin_m).ok_or_else(elsewhere)?;
        let source = DemWindow::read(&file, &crs, &transform, (south_west, north_east)).map_err(
            |trouble| match trouble {
                Trouble::Unreadable => unreadable(),
                Trouble::Elsewhere => elsewhere(),
                Trouble::Crs(e) => in_crs(e),
            },
        )?;
        let dem = source
            .on_lonlat(&crs, &transform, south_west, north_east)
            .map_err(in_crs)?;
        if places.iter().all(|p| dem.height_m(*p).is_none()) {
            return Err(elsewhere());
        }
        Ok(dem)
    }
}

impl HeightField for Dem {
    fn height_m(&self, at: LonLat) -> Option<f64> {
        let x = (at.lon - self.south_west.lon) / self.step_deg.0;
        let y = (at.lat - self.south_west.lat) / self.step_deg.1;
        bilinear(&self.heights, (self.columns, self.rows), x, y)
    }

    fn spacing_m(&self) -> Option<f64> {
        Some(self.spacing_m)
    }
}

/// The value between four samples; `None` outside, or where one of them has none.
fn bilinear(values: &[f32], (columns, rows): (usize, usize), x: f64, y: f64) -> Option<f64> {
    if !(x >= 0.0 && y >= 0.0 && columns >= 2 && rows >= 2) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and compared with the size next"
    )]
    let (column, row) = ((x as usize).min(columns - 2), (y as usize).min(rows - 2));
    #[expect(clippy::cast_precision_loss, reason = "at most MOST")]
    let (fx, fy) = (x - column as f64, y - row as f64);
    if fx > 1.0 || fy > 1.0 {
        return None;
    }
    let value = |c: usize, r: usize| f64::from(values[r * columns + c]);
    let south = value(column, row) * (1.0 - fx) + value(column + 1, row) * fx;
    let north = value(column, row + 1) * (1.0 - fx) + value(column + 1, row + 1) * fx;
    let height = south * (1.0 - fy) + north * fy;
    height.is_finite().then_some(height)
}

fn bounds(places: &[LonLat], margin_m: f64) -> Option<(LonLat, LonLat)> {
    let (low, high) = corners_around(places.iter().copied())?;
    let by = |at: LonLat, sign: f64| {
        let (x, y) = (sign * margin_m, sign * margin_m);
        LocalPlane::at(at).to_lonlat(PlanePoint { x, y })
    };
    Some((by(low, -1.0), by(high, 1.0)))
}

enum Trouble {
    Unreadable,
    Elsewhere,
    Crs(CrsError),
}

/// The pixels of the file that are needed.
struct DemWindow {
    from: (f64, f64),
    /// File pixels a kept sample stands for.
    step: (f64, f64),
    columns: usize,
    rows: usize,
    values: Vec<f32>,
    spacing_m: f64,
}

/// Points along the edges of a box in degrees, so that one that bends in metres is wholly inside.
fn along_edges(low: LonLat, high: LonLat) -> Vec<LonLat> {
    (0..=8)
        .flat_map(|i| {
            let f = f64::from(i) / 8.0;
            let (lon, lat) = (
                low.lon + f * (high.lon - low.lon),
                low.lat + f * (high.lat - low.lat),
            );
            [
                LonLat::new(lon, low.lat),
                LonLat::new(lon, high.lat),
                LonLat::new(low.lon, lat),
                LonLat::new(high.lon, lat),
            ]
        })
        .collect()
}

/// The columns or rows of a raster of this size that hold these positions, with two more on each side.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the raster"
)]
fn span(positions: impl Iterator<Item = f64>, size: usize) -> (usize, usize) {
    let (low, high) = positions.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
        (low.min(at), high.max(at))
    });
    let clip = |v: f64| v.clamp(0.0, size as f64) as usize;
    (clip((low - 2.0).floor()), clip((high + 2.0).ceil()))
}

/// Stored values as heights in metres; NaN where there is none.
fn heights(stored: &[f32], metres: f32, no_data: Option<f64>) -> Vec<f32> {
    let is = |v: f32, none: f64| (f64::from(v) - none).abs() < 1e-6 * none.abs().max(1.0);
    let height = |v: &f32| {
        let height = *v * metres;
        let is_none = no_data.is_some_and(|none| is(*v, none));
        let is_known = !is_none && PLAUSIBLE_M.contains(&height);
        if is_known { height } else { f32::NAN }
    };
    stored.iter().map(height).collect()
}

/// Stored values of a band as heights in metres; NaN where there is none.
pub(in crate::imagery) fn as_heights(stored: &[f32], band: &RasterBand<'_>) -> Vec<f32> {
    let in_feet = band.unit().to_ascii_lowercase().starts_with('f');
    let metres = if in_feet { 0.3048 } else { 1.0 };
    heights(stored, metres, band.no_data_value())
}

impl DemWindow {
    fn read(
        file: &Dataset,
        crs: &Crs,
        transform: &GeoTransform,
        (low, high): (LonLat, LonLat),
    ) -> Result<Self, Trouble> {
        let edge = along_edges(low, high);
        let corners = crs.from_lonlat(&edge).map_err(Trouble::Crs)?;
        let pixels: Vec<_> = corners.iter().map(|c| transform.invert(*c)).collect();
        let (width, height) = file.raster_size();
        let (x0, x1) = span(pixels.iter().map(|p| p.x), width);
        let (y0, y1) = span(pixels.iter().map(|p| p.y), height);
        if x1 < x0 + 2 || y1 < y0 + 2 {
            return Err(Trouble::Elsewhere);
        }
        let gsd = crs
            .to_lonlat()
            .and_then(|to| Gsd::measure(transform, &to, width, height))
            .map_err(Trouble::Crs)?;
        let (columns, rows) = ((x1 - x0).min(MOST), (y1 - y0).min(MOST));
        #[expect(clippy::cast_precision_loss, reason = "raster sizes")]
        let step = (
            (x1 - x0) as f64 / columns as f64,
            (y1 - y0) as f64 / rows as f64,
        );
        let band = file.rasterband(1).map_err(|_ignored| Trouble::Unreadable)?;
        let signed = |v: usize| isize::try_from(v).unwrap_or(isize::MAX);
        let buffer = band
            .read_as::<f32>(
                (signed(x0), signed(y0)),
                (x1 - x0, y1 - y0),
                (columns, rows),
                Some(ResampleAlg::Bilinear),
            )
            .map_err(|_ignored| Trouble::Unreadable)?;
        let values = as_heights(buffer.data(), &band);
        #[expect(clippy::cast_precision_loss, reason = "raster sizes")]
        let from = (x0 as f64, y0 as f64);
        Ok(Self {
            from,
            step,
            columns,
            rows,
            values,
            spacing_m: (gsd.x_cm * step.0).min(gsd.y_cm * step.1) / 100.0,
        })
    }

    /// The height at a position of the file's coordinate system.
    fn at(&self, transform: &GeoTransform, point: CrsPoint) -> Option<f64> {
        let p = transform.invert(point);
        // A pixel's value stands at its centre.
        let x = (p.x - self.from.0) / self.step.0 - 0.5;
        let y = (p.y - self.from.1) / self.step.1 - 0.5;
        bilinear(&self.values, (self.columns, self.rows), x, y)
    }

    fn on_lonlat(
        &self,
        crs: &Crs,
        transform: &GeoTransform,
        low: LonLat,
        high: LonLat,
    ) -> Result<Dem, CrsError> {
        let size = LocalPlane::at(low).to_plane(high);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped"
        )]
        let count = |metres: f64| ((metres / self.spacing_m).ceil() as usize + 1).clamp(2, MOST);
        let (columns, rows) = (count(size.x), count(size.y));
        #[expect(clippy::cast_precision_loss, reason = "at most MOST")]
        let step_deg = (
            (high.lon - low.lon) / (columns - 1) as f64,
            (high.lat - low.lat) / (rows - 1) as f64,
        );
        let mut heights = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            #[expect(clippy::cast_precision_loss, reason = "at most MOST")]
            let line: Vec<LonLat> = (0..columns)
                .map(|c| {
                    LonLat::new(
                        low.lon + c as f64 * step_deg.0,
                        low.lat + row as f64 * step_deg.1,
                    )
                })
                .collect();
            for point in crs.from_lonlat(&line)? {
                #[expect(clippy::cast_possible_truncation, reason = "metres of height")]
                heights.push(self.at(transform, point).map_or(f32::NAN, |h| h as f32));
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "at most MOST")]
        let spacing_m = (size.x / (columns - 1) as f64).min(size.y / (rows - 1) as f64);
        Ok(Dem {
            south_west: low,
            step_deg,
            columns,
            rows,
            heights,
            spacing_m,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gdal::DriverManager;
    use gdal::spatial_ref::SpatialRef;

    const HOME: LonLat = LonLat::new(113.30, 33.74);

    /// A plane that rises to the east by a fifth and falls to the north by a tenth, in EPSG:4547.
    fn sloping(path: &Path, no_data_corner: bool) {
        let driver = DriverManager::get_driver_by_name("GTiff").expect("GTiff");
        let mut file = driver
            .create_with_band_type::<f32, _>(path, 200, 200, 1)
            .expect("created");
        file.set_geo_transform(&[434_633.0, 5.0, 0.0, 3_735_542.0, 0.0, -5.0])
            .expect("placed");
        file.set_spatial_ref(&SpatialRef::from_epsg(4547).expect("known"))
            .expect("written");
        let mut data: Vec<f32> = Vec::new();
        for row in 0..200_u16 {
            for column in 0..200_u16 {
                let east = 434_633.0 + (f64::from(column) + 0.5) * 5.0;
                let north = 3_735_542.0 - (f64::from(row) + 0.5) * 5.0;
                data.push((100.0 + (east - 435_133.0) * 0.2 - (north - 3_735_042.0) * 0.1) as f32);
            }
        }
        if no_data_corner {
            data.fill(-9999.0);
        }
        let mut buffer = gdal::raster::Buffer::new((200, 200), data);
        let mut band = file.rasterband(1).expect("band");
        band.set_no_data_value(Some(-9999.0)).expect("set");
        band.write((0, 0), (200, 200), &mut buffer).expect("filled");
    }

    #[test]
    fn heights_of_a_projected_model_are_found_by_longitude_and_latitude() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("dem.tif");
        sloping(&path, false);
        let dem = Dem::read(&path, &[HOME], 200.0).expect("read");
        let crs = Crs::parse("EPSG:4547").expect("known");
        for (east, north) in [(0.0, 0.0), (37.0, -12.0), (-81.3, 99.9)] {
            let there = CrsPoint {
                x: 435_133.0 + east,
                y: 3_735_042.0 + north,
            };
            let at = crs
                .to_lonlat()
                .expect("a way")
                .apply(&[there])
                .expect("in range")[0];
            let height = dem.height_m(at).expect("a height");
            assert!(
                (height - (100.0 + east * 0.2 - north * 0.1)).abs() < 0.02,
                "{height}"
            );
        }
        assert!((dem.spacing_m().expect("a grid") - 5.0).abs() < 0.2);
        assert_eq!(dem.height_m(LonLat::new(113.4, 33.74)), None);
        let beside = std::fs::read_dir(folder.path()).expect("listed").count();
        assert_eq!(beside, 1, "nothing is written beside the input");
    }

    #[test]
    fn a_model_elsewhere_without_heights_or_that_is_none_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("dem.tif");
        sloping(&path, false);
        let elsewhere = Dem::read(&path, &[LonLat::new(100.0, 30.0)], 200.0);
        assert!(
            matches!(elsewhere, Err(DemError::Elsewhere { .. })),
            "{elsewhere:?}"
        );
        let empty = folder.path().join("empty.tif");
        sloping(&empty, true);
        assert!(matches!(
            Dem::read(&empty, &[HOME], 200.0),
            Err(DemError::Elsewhere { .. })
        ));
        let text = folder.path().join("text.tif");
        std::fs::write(&text, "no raster").expect("written");
        assert!(matches!(
            Dem::read(&text, &[HOME], 200.0),
            Err(DemError::Unreadable { .. })
        ));
    }
}

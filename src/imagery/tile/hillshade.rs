//! A terrain model as a map: lit from the north-west, halfway up the sky, as maps are by custom.

use super::address::TileAddress;
use super::draw::{factor, gsd_cm, nodes, wanted_cells};
use super::error::TileError;
use super::nodes::Nodes;
use super::picture::TilePixels;
use super::raster_layer::Bounds;
use crate::ground::{Crs, FromLonLat, GeoTransform, Gsd, PixelPoint, Rect};
use crate::imagery::RasterError;
use crate::imagery::fingerprint::{Fingerprint, file_fingerprint};
use crate::imagery::photo::as_heights;
use crate::imagery::pyramid::pixels_of;
use crate::imagery::raster_file::open;
use gdal::Dataset;
use gdal::raster::ResampleAlg;
use std::path::{Path, PathBuf};

/// Where the light comes from: clockwise from north, and up from the horizon, in degrees.
const SUN: (f64, f64) = (315.0, 45.0);
/// Samples along a side that are read for one tile at most.
const MOST: u32 = 2048;
/// The grey of flat ground is light enough to draw on.
const LIGHTEST: f64 = 255.0;

/// A terrain model as tiles show it.
#[derive(Debug)]
pub struct HeightLayer {
    path: PathBuf,
    crs: Crs,
    transform: GeoTransform,
    size: (u32, u32),
    pub(super) gsd_cm: f64,
    pub(super) bounds: Bounds,
    pub(super) fingerprint: Fingerprint,
}

impl HeightLayer {
    /// A layer of a raster of heights.
    ///
    /// # Errors
    /// [`TileError::Raster`] where it is none, and those of coordinate systems.
    pub fn new(path: &Path) -> Result<Self, TileError> {
        let dataset = open(path)?;
        let no_place = || RasterError::NoPlace { path: path.into() };
        let crs = dataset
            .spatial_ref()
            .ok()
            .and_then(|r| Crs::of(&r))
            .ok_or_else(no_place)?;
        let transform = dataset
            .geo_transform()
            .ok()
            .and_then(GeoTransform::new)
            .ok_or_else(no_place)?;
        let (width, height) = dataset.raster_size();
        let side = |v: usize| u32::try_from(v).map_err(|_ignored| no_place());
        let size = (side(width)?, side(height)?);
        let to_lonlat = crs.to_lonlat()?;
        let bounds = Bounds::of(size, |points| {
            let there: Vec<_> = points.iter().map(|p| transform.apply(*p)).collect();
            to_lonlat.apply(&there)
        })?;
        let gsd_cm = Gsd::measure(&transform, &to_lonlat, width, height)?.mean_cm();
        let fingerprint = file_fingerprint(path).map_err(|e| RasterError::NotARaster {
            path: path.into(),
            reason: e.to_string(),
        })?;
        Ok(Self {
            path: path.into(),
            crs,
            transform,
            size,
            gsd_cm,
            bounds,
            fingerprint,
        })
    }
}

/// A terrain model that is open, for one thread.
pub struct OpenHeights {
    dataset: Dataset,
    from_lonlat: FromLonLat,
}

/// Heights of a part of the model, in metres; NaN where there is none.
struct HeightPatch {
    rect: Rect,
    values: Vec<f32>,
}

impl OpenHeights {
    /// Opens a layer.
    ///
    /// # Errors
    /// See [`TileError`].
    pub fn new(layer: &HeightLayer) -> Result<Self, TileError> {
        Ok(Self {
            dataset: open(&layer.path)?,
            from_lonlat: layer.crs.from_lonlat_prepared()?,
        })
    }

    /// Draws a tile.
    ///
    /// # Errors
    /// See [`TileError`].
    pub fn draw(
        &self,
        layer: &HeightLayer,
        tile: TileAddress,
        on: &mut TilePixels,
    ) -> Result<(), TileError> {
        let Some(part) = layer.bounds.part_of(tile) else {
            return Ok(());
        };
        let nodes = nodes(tile, part, |places| {
            let there = self.from_lonlat.apply(places)?;
            Ok::<_, crate::ground::CrsError>(
                there
                    .into_iter()
                    .map(|p| layer.transform.invert(p))
                    .collect(),
            )
        });
        let Ok(nodes) = nodes else {
            return Ok(());
        };
        let factor = factor(nodes.scale());
        let Some(rect) = wanted_cells(&nodes, factor, layer.size) else {
            return Ok(());
        };
        if rect.x1 - rect.x0 > MOST || rect.y1 - rect.y0 > MOST {
            return Err(TileError::TooFarOut);
        }
        let unreadable = || RasterError::NotARaster {
            path: layer.path.clone(),
            reason: "its heights cannot be read".into(),
        };
        let heights = self.read(rect, factor, layer.size).ok_or_else(unreadable)?;
        heights.shade(&nodes, factor, gsd_cm(tile, part) / 100.0, on);
        Ok(())
    }

    /// GDAL reduces while it reads, out of overviews where there are some.
    fn read(&self, rect: Rect, factor: u32, size: (u32, u32)) -> Option<HeightPatch> {
        let band = self.dataset.rasterband(1).ok()?;
        let from = pixels_of(rect, factor, size);
        let corner = (
            (from.x0 as usize).cast_signed(),
            (from.y0 as usize).cast_signed(),
        );
        let window = ((from.x1 - from.x0) as usize, (from.y1 - from.y0) as usize);
        let to = ((rect.x1 - rect.x0) as usize, (rect.y1 - rect.y0) as usize);
        let mut stored = vec![0_f32; to.0 * to.1];
        let way = if factor > 1 {
            ResampleAlg::Average
        } else {
            ResampleAlg::NearestNeighbour
        };
        band.read_into_slice(corner, window, to, &mut stored, Some(way))
            .ok()?;
        Some(HeightPatch {
            rect,
            values: as_heights(&stored, &band),
        })
    }
}

impl HeightPatch {
    /// The height between the middles of four samples; NaN beyond them.
    fn at(&self, p: PixelPoint, factor: f64) -> f64 {
        let across = (self.rect.x1 - self.rect.x0) as usize;
        let down = (self.rect.y1 - self.rect.y0) as usize;
        let last = |size: usize| size.saturating_sub(1) as f64;
        let x = (p.x / factor - 0.5 - f64::from(self.rect.x0)).clamp(0.0, last(across));
        let y = (p.y / factor - 0.5 - f64::from(self.rect.y0)).clamp(0.0, last(down));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to the samples"
        )]
        let (x0, y0) = (x as usize, y as usize);
        let value = |x: usize, y: usize| {
            f64::from(self.values[y.min(down - 1) * across + x.min(across - 1)])
        };
        let (fx, fy) = (x - x0 as f64, y - y0 as f64);
        let mix = |a: f64, b: f64, share: f64| {
            if share > 0.0 {
                a * (1.0 - share) + b * share
            } else {
                a
            }
        };
        mix(
            mix(value(x0, y0), value(x0 + 1, y0), fx),
            mix(value(x0, y0 + 1), value(x0 + 1, y0 + 1), fx),
            fy,
        )
    }

    /// Shades what of a tile has heights; `metre` is the side of its pixels.
    fn shade(&self, nodes: &Nodes, factor: u32, metre: f64, on: &mut TilePixels) {
        let part = nodes.part();
        let side = f64::from(factor);
        // Slopes over less than a sample would show the samples, not the ground.
        let step = (side / nodes.scale()).max(1.0);
        for y in part.y0..part.y1 {
            for x in part.x0..part.x1 {
                let (cx, cy) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
                let height = |x: f64, y: f64| self.at(nodes.position(PixelPoint { x, y }), side);
                let east = (height(cx + step, cy) - height(cx - step, cy)) / (2.0 * step * metre);
                let north = (height(cx, cy - step) - height(cx, cy + step)) / (2.0 * step * metre);
                let out = (y * super::TILE + x) as usize * 4;
                if let Some(grey) = grey(east, north) {
                    on.rgba[out..out + 4].copy_from_slice(&[grey, grey, grey, 255]);
                }
            }
        }
    }
}

/// How light ground is that rises so much a metre eastwards and northwards; `None` where that is not known.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of 255"
)]
fn grey(east: f64, north: f64) -> Option<u8> {
    if !(east.is_finite() && north.is_finite()) {
        return None;
    }
    let (azimuth, altitude) = (SUN.0.to_radians(), SUN.1.to_radians());
    let light = [
        azimuth.sin() * altitude.cos(),
        azimuth.cos() * altitude.cos(),
        altitude.sin(),
    ];
    let lit = (light[2] - east * light[0] - north * light[1])
        / (1.0 + east * east + north * north).sqrt();
    Some((lit.max(0.0).sqrt() * LIGHTEST) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_towards_the_light_are_lighter_and_unknown_ground_is_left_out() {
        let flat = grey(0.0, 0.0).expect("known");
        // Rising towards the south-east: it faces the north-west.
        assert!(grey(0.5, -0.5).expect("known") > flat);
        assert!(grey(-0.5, 0.5).expect("known") < flat);
        assert_eq!(grey(f64::NAN, 0.0), None);
    }
}

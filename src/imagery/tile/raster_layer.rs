//! An orthomosaic and its pyramid as tiles are drawn from them, either of which may be gone: which ground they show, and the
//! grid whose pixels fit a tile's.

use super::address::{Mercator, TILE, TileAddress};
use super::error::TileError;
use super::nodes::TilePart;
use crate::ground::{CrsError, LonLat, PixelPoint};
use crate::imagery::fingerprint::{Fingerprint, fingerprint_bytes};
use crate::imagery::{Level, Source};

/// Corners along each edge of a raster: straight in metres is not straight in degrees.
const CORNERS: u32 = 8;
/// How much coarser than a tile's pixels what it is drawn from may be: nobody sees it, and reading pixels a quarter as
/// large costs three times as much.
pub(super) const COARSER: f64 = 1.25;

/// The ground that tiles show: a box in web Mercator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    low: Mercator,
    high: Mercator,
}

impl Bounds {
    /// The box about a raster of so many columns and rows.
    pub fn of(
        (width, height): (u32, u32),
        locate: impl Fn(&[PixelPoint]) -> Result<Vec<LonLat>, CrsError>,
    ) -> Result<Self, CrsError> {
        let side = |i: u32, size: u32| f64::from(i) / f64::from(CORNERS) * f64::from(size);
        let (right, bottom) = (f64::from(width), f64::from(height));
        let edge = (0..=CORNERS).flat_map(|i| {
            let (x, y) = (side(i, width), side(i, height));
            [(x, 0.0), (x, bottom), (0.0, y), (right, y)].map(|(x, y)| PixelPoint { x, y })
        });
        let places = locate(&edge.collect::<Vec<_>>())?;
        let (mut low, mut high) = (Mercator { x: 1.0, y: 1.0 }, Mercator { x: 0.0, y: 0.0 });
        for at in places.into_iter().map(Mercator::of) {
            low = Mercator {
                x: low.x.min(at.x),
                y: low.y.min(at.y),
            };
            high = Mercator {
                x: high.x.max(at.x),
                y: high.y.max(at.y),
            };
        }
        Ok(Self { low, high })
    }

    /// The pixels of a tile that lie in it, and one around; `None` where none do.
    pub(crate) fn part_of(&self, tile: TileAddress) -> Option<TilePart> {
        let side = f64::from(TILE);
        let (low, high) = (tile.position(self.low), tile.position(self.high));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to a tile"
        )]
        let clip = |v: f64| v.clamp(0.0, side) as u32;
        let part = TilePart {
            x0: clip((low.0 - 1.0).floor()),
            y0: clip((low.1 - 1.0).floor()),
            x1: clip((high.0 + 1.0).ceil()),
            y1: clip((high.1 + 1.0).ceil()),
        };
        (part.x0 < part.x1 && part.y0 < part.y1).then_some(part)
    }

    /// South-west and north-east corner.
    pub fn corners(&self) -> (LonLat, LonLat) {
        let (north_west, south_east) = (self.low.place(), self.high.place());
        (
            LonLat::new(north_west.lon, south_east.lat),
            LonLat::new(south_east.lon, north_west.lat),
        )
    }
}

/// One grid of pixels that can be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct PixelGrid {
    /// The number of its raster among those of the layer.
    pub raster: usize,
    pub level: Level,
    /// How many of the raster's pixels one of it takes.
    pub reduction: (f64, f64),
    pub gsd_cm: f64,
}

/// An orthomosaic as tiles show it.
#[derive(Debug, Clone)]
pub struct RasterLayer {
    pub(super) rasters: Vec<Source>,
    /// The finest first.
    grids: Vec<PixelGrid>,
    pub(super) bounds: Bounds,
    pub(super) fingerprint: Fingerprint,
}

impl RasterLayer {
    /// A layer of an orthomosaic and its pyramid, of which one may be lacking.
    ///
    /// # Errors
    /// [`TileError::Gone`] where both are, and those of coordinate systems.
    pub fn new(source: Option<Source>, pyramid: Option<Source>) -> Result<Self, TileError> {
        let rasters: Vec<Source> = source.into_iter().chain(pyramid).collect();
        let first = rasters.first().ok_or(TileError::Gone)?;
        let to_lonlat = first.to_lonlat()?;
        let bounds = Bounds::of(first.size(), |points| first.locate(&to_lonlat, points))?;
        let grids_of = |(number, raster): (usize, &Source)| {
            let grid = |level: &Level| {
                let reduction = raster.reduction(level);
                PixelGrid {
                    raster: number,
                    level: *level,
                    reduction,
                    gsd_cm: raster.gsd().mean_cm() * (reduction.0 * reduction.1).sqrt(),
                }
            };
            raster.levels().iter().map(grid).collect::<Vec<_>>()
        };
        let mut grids: Vec<PixelGrid> = rasters.iter().enumerate().flat_map(grids_of).collect();
        grids.sort_by(|a, b| a.gsd_cm.total_cmp(&b.gsd_cm));
        let names: Vec<&[u8]> = rasters
            .iter()
            .map(|r| r.fingerprint().0.as_bytes())
            .collect();
        Ok(Self {
            fingerprint: fingerprint_bytes(&names),
            bounds,
            grids,
            rasters,
        })
    }

    /// The south-west and the north-east corner of the ground it shows.
    pub fn corners(&self) -> (LonLat, LonLat) {
        self.bounds.corners()
    }

    /// The grid to draw pixels of this size from: the coarsest that is fine enough.
    pub(super) fn grid_for(&self, gsd_cm: f64) -> Option<&PixelGrid> {
        let fine_enough = self
            .grids
            .iter()
            .rfind(|grid| grid.gsd_cm <= gsd_cm * COARSER);
        fine_enough.or(self.grids.first())
    }

    /// Centimetres a pixel of the finest there is.
    pub(crate) fn finest_cm(&self) -> f64 {
        self.grids.first().map_or(f64::INFINITY, |grid| grid.gsd_cm)
    }
}

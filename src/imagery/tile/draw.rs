//! Drawing: pixels of a grid, averaged while they are read where the tile's are much larger, laid where they belong.

use super::address::{TILE, TileAddress};
use super::error::TileError;
use super::nodes::{Nodes, TilePart};
use super::picture::TilePixels;
use super::raster_layer::{PixelGrid, RasterLayer};
use crate::ground::{FromLonLat, LonLat, PixelPoint, Rect};
use crate::imagery::Source;
use crate::imagery::pixels::PixelReader;
use crate::imagery::pyramid::{Cells, cells_across, pixels_of, reduce};

/// Pixels that are read for one tile at most: some seconds' work.
const MOST: u64 = 100_000_000;
/// Pixels that are read at a time.
const PIECE: u32 = 2_000_000;

/// A raster layer that is open, for one thread.
pub struct OpenRaster {
    rasters: Vec<TileRaster>,
}

/// One of its rasters.
struct TileRaster {
    source: Source,
    from_lonlat: FromLonLat,
    /// Its readers by the number of the overview.
    readers: Vec<(Option<usize>, Box<dyn PixelReader>)>,
}

impl TileRaster {
    fn new(source: &Source) -> Result<Self, TileError> {
        Ok(Self {
            from_lonlat: source.crs().from_lonlat_prepared()?,
            source: source.clone(),
            readers: Vec::new(),
        })
    }

    fn reader(&mut self, grid: &PixelGrid) -> Result<&dyn PixelReader, TileError> {
        let overview = grid.level.overview;
        let known = self.readers.iter().position(|(of, _)| *of == overview);
        let number = known.unwrap_or(self.readers.len());
        if known.is_none() {
            let opened = self.source.open(grid.level)?;
            self.readers.push((overview, opened));
        }
        Ok(self.readers[number].1.as_ref())
    }
}

impl OpenRaster {
    /// Nothing of the layer is open yet.
    ///
    /// # Errors
    /// Those of coordinate systems.
    pub fn new(layer: &RasterLayer) -> Result<Self, TileError> {
        let rasters = layer
            .rasters
            .iter()
            .map(TileRaster::new)
            .collect::<Result<_, _>>()?;
        Ok(Self { rasters })
    }

    /// Draws what the layer shows of a tile.
    ///
    /// # Errors
    /// See [`TileError`].
    pub fn draw(
        &mut self,
        layer: &RasterLayer,
        tile: TileAddress,
        on: &mut TilePixels,
    ) -> Result<(), TileError> {
        let Some(part) = layer.bounds.part_of(tile) else {
            return Ok(());
        };
        let gsd_cm = gsd_cm(tile, part);
        let Some(grid) = layer.grid_for(gsd_cm) else {
            return Ok(());
        };
        let open = &mut self.rasters[grid.raster];
        let transform = *open.source.transform();
        let pixel = |p| {
            let at = transform.invert(p);
            PixelPoint {
                x: at.x / grid.reduction.0,
                y: at.y / grid.reduction.1,
            }
        };
        let from_lonlat = &open.from_lonlat;
        let pixels = |places: &[LonLat]| {
            from_lonlat
                .apply(places)
                .map(|there| there.into_iter().map(pixel).collect())
        };
        // Far from its zone a coordinate system has no positions, and the raster is a dot.
        let Ok(nodes) = nodes(tile, part, pixels) else {
            return Ok(());
        };
        let factor = factor(nodes.scale());
        let size = (grid.level.width, grid.level.height);
        let Some(cells) = wanted_cells(&nodes, factor, size) else {
            return Ok(());
        };
        let read = pixels_of(cells, factor, size);
        let pixels = u64::from(read.x1 - read.x0) * u64::from(read.y1 - read.y0);
        if pixels > MOST {
            return Err(TileError::TooFarOut);
        }
        let cells = read_cells(open.reader(grid)?, cells, factor, size, grid.level.block.1);
        lay(&nodes, &cells, (factor, size), |_, _| true, on);
        Ok(())
    }
}

/// The size of a tile's pixels about the middle of a part.
pub fn gsd_cm(tile: TileAddress, part: TilePart) -> f64 {
    let middle = |a: u32, b: u32| f64::midpoint(f64::from(a), f64::from(b));
    let at = tile.locate(middle(part.x0, part.x1), middle(part.y0, part.y1));
    tile.gsd_cm(at.lat)
}

/// The nodes of a part of a tile, by the way from lon/lat to pixels.
pub(crate) fn nodes<E>(
    tile: TileAddress,
    part: TilePart,
    pixels_of: impl Fn(&[LonLat]) -> Result<Vec<PixelPoint>, E>,
) -> Result<Nodes, E> {
    Nodes::of(part, |points| {
        let places: Vec<_> = points.iter().map(|p| tile.locate(p.x, p.y)).collect();
        pixels_of(&places)
    })
}

/// Pixels along the side of a cell, so that a cell is about as large as a pixel of the tile.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at least one, and no raster is that large"
)]
pub fn factor(scale: f64) -> u32 {
    scale.round().clamp(1.0, 1e6) as u32
}

/// The cells that the nodes lie in and one around, within a grid of `size`; `None` where there are none.
pub(crate) fn wanted_cells(nodes: &Nodes, factor: u32, size: (u32, u32)) -> Option<Rect> {
    let (low, high) = nodes.bounds();
    let last = (cells_across(size.0, factor), cells_across(size.1, factor));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the grid"
    )]
    let clip = |v: f64, to: u32| (v / f64::from(factor)).clamp(0.0, f64::from(to)) as u32;
    let reach = 1.5 * f64::from(factor);
    let rect = Rect {
        x0: clip(low.x - reach, last.0),
        y0: clip(low.y - reach, last.1),
        x1: clip(high.x + reach + f64::from(factor), last.0),
        y1: clip(high.y + reach + f64::from(factor), last.1),
    };
    (rect.x0 < rect.x1 && rect.y0 < rect.y1).then_some(rect)
}

/// Reads cells, a few rows of blocks at a time.
fn read_cells(
    reader: &dyn PixelReader,
    rect: Rect,
    factor: u32,
    size: (u32, u32),
    block: u32,
) -> Cells {
    let across = (rect.x1 - rect.x0) * factor;
    // Whole blocks as far as may be, lest one is decoded twice.
    let rows = (PIECE / across.max(1)).max(block).div_ceil(factor).max(1);
    let mut spare = None;
    let mut rgba = Vec::new();
    let mut y0 = rect.y0;
    while y0 < rect.y1 {
        let end = (y0 + rows) * factor / block * block / factor;
        let y1 = if end > y0 { end } else { y0 + rows }.min(rect.y1);
        let pixels = reader.read(pixels_of(Rect { y0, y1, ..rect }, factor, size), &mut spare);
        rgba.extend(reduce(&pixels, factor, size).rgba);
        spare = Some(pixels).filter(|pixels| !pixels.is_empty());
        y0 = y1;
    }
    Cells { rect, rgba }
}

/// Lays cells on what of a tile is still clear, where it is `wanted`.
pub fn lay(
    nodes: &Nodes,
    cells: &Cells,
    (factor, size): (u32, (u32, u32)),
    wanted: impl Fn(u32, u32) -> bool,
    on: &mut TilePixels,
) {
    let part = nodes.part();
    let (width, height) = (f64::from(size.0), f64::from(size.1));
    for y in part.y0..part.y1 {
        for x in part.x0..part.x1 {
            let out = (y * TILE + x) as usize * 4;
            if on.rgba[out + 3] == 255 || !wanted(x, y) {
                continue;
            }
            let at = nodes.position(PixelPoint {
                x: f64::from(x) + 0.5,
                y: f64::from(y) + 0.5,
            });
            let is_inside = at.x >= 0.0 && at.y >= 0.0 && at.x < width && at.y < height;
            let side = f64::from(factor);
            if is_inside && let Some(colour) = cells.colour(at.x / side - 0.5, at.y / side - 0.5) {
                on.rgba[out..out + 3].copy_from_slice(&colour);
                on.rgba[out + 3] = 255;
            }
        }
    }
}

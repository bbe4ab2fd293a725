//! A pyramid's file: a tiled JPEG `GeoTIFF` with a mask, the finest level first and the others inside as its overviews.
//! Blocks are written in one order, level by level as their rows become whole, past GDAL's cache: the file is the same
//! whoever makes it and whatever else is going on.

use super::canvas::{BAND, Banded};
use super::error::PyramidError;
use super::reduce::{DATA, halved};
use crate::ground::{Crs, GeoTransform};
use gdal::errors::Result as Gdal;
use gdal::raster::{Buffer, RasterBand, RasterCreationOptions};
use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::{Dataset, DriverManager, Metadata};
use rayon::prelude::*;
use std::path::Path;

/// Pixels along the side of a block.
const BLOCK: u32 = 256;
/// How blocks are stored. Quality 75 shows nothing of itself at a quarter of the source's resolution or less.
const OPTIONS: [&str; 10] = [
    "TILED=YES",
    "BLOCKXSIZE=256",
    "BLOCKYSIZE=256",
    "COMPRESS=JPEG",
    "JPEG_QUALITY=75",
    "PHOTOMETRIC=YCBCR",
    "INTERLEAVE=PIXEL",
    "SPARSE_OK=TRUE",
    "BIGTIFF=IF_SAFER",
    "NUM_THREADS=ALL_CPUS",
];

/// What is written of itself in a pyramid's file.
pub(super) struct PyramidLabel<'a> {
    /// The coordinate system of the source.
    pub crs: &'a Crs,
    /// Where the cells lie.
    pub transform: GeoTransform,
    /// The item of its metadata that tells what it was made of, and its value.
    pub made_of: (&'a str, &'a str),
}

/// Writes what is on a canvas.
pub(super) fn write(
    canvas: &dyn Banded,
    path: &Path,
    label: &PyramidLabel<'_>,
    stop: &dyn Fn() -> bool,
) -> Result<(), PyramidError> {
    let failed = |e: gdal::errors::GdalError| PyramidError::of_gdal(path, &e);
    let mut dataset = create(canvas.size(), path, label).map_err(failed)?;
    let factors = factors(canvas.size());
    if !factors.is_empty() {
        dataset
            .build_overviews("NONE", &factors, &[])
            .map_err(failed)?;
    }
    let mut levels = levels(canvas.size(), factors.len());
    for number in 0..canvas.size().1.div_ceil(BAND) {
        if stop() {
            return Err(PyramidError::Stopped);
        }
        let rows = canvas.band(number).map_err(PyramidError::of_io(path))?;
        let count = (canvas.size().1 - number * BAND).min(BAND);
        add(&dataset, &mut levels, 0, (count, rows)).map_err(failed)?;
    }
    dataset.close().map_err(failed)
}

fn create((width, height): (u32, u32), path: &Path, label: &PyramidLabel<'_>) -> Gdal<Dataset> {
    let options: RasterCreationOptions = OPTIONS.into_iter().collect();
    let driver = DriverManager::get_driver_by_name("GTiff")?;
    let size = (width as usize, height as usize);
    let mut dataset =
        driver.create_with_band_type_with_options::<u8, _>(path, size.0, size.1, 3, &options)?;
    dataset.set_geo_transform(&label.transform.coefficients())?;
    let mut reference = SpatialRef::from_definition(label.crs.wkt())?;
    reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    dataset.set_spatial_ref(&reference)?;
    dataset.set_metadata_item(label.made_of.0, label.made_of.1, "")?;
    dataset.rasterband(1)?.create_mask_band(true)?;
    Ok(dataset)
}

/// By how much the levels after the first are reduced: until one is no larger than a block.
fn factors((width, height): (u32, u32)) -> Vec<i32> {
    let is_large = |factor: &i32| width.max(height).div_ceil(factor.cast_unsigned() / 2) > BLOCK;
    (1..31).map(|n| 1_i32 << n).take_while(is_large).collect()
}

/// A level while it is written.
#[derive(Default)]
struct PyramidLevel {
    width: u32,
    height: u32,
    /// Rows that have come and are not written yet.
    rows: Vec<u8>,
    /// How many; what of them is not in `rows` has no data.
    came: u32,
    /// Rows of blocks that are written.
    written: u32,
}

fn levels((width, height): (u32, u32), overviews: usize) -> Vec<PyramidLevel> {
    let level = |n: usize| PyramidLevel {
        width: width.div_ceil(1_u32 << n),
        height: height.div_ceil(1_u32 << n),
        ..PyramidLevel::default()
    };
    (0..=overviews).map(level).collect()
}

impl PyramidLevel {
    /// Takes rows; `None` where none of them has data.
    fn take(&mut self, (count, rows): (u32, Option<Vec<u8>>)) {
        let row = self.width as usize * 4;
        match rows {
            Some(rows) if self.came == 0 => self.rows = rows,
            Some(rows) => {
                self.rows.resize(self.came as usize * row, 0);
                self.rows.extend(rows);
            }
            None => {}
        }
        self.came += count;
    }

    /// The rows of the next row of blocks, once all have come.
    fn whole(&mut self) -> Option<(u32, Option<Vec<u8>>)> {
        let count = (self.height - self.written * BLOCK).min(BLOCK);
        if self.came < count {
            return None;
        }
        let came = std::mem::take(&mut self.came);
        let mut rows = std::mem::take(&mut self.rows);
        rows.resize(
            came as usize * self.width as usize * 4 * usize::from(!rows.is_empty()),
            0,
        );
        self.written += 1;
        Some((came, Some(rows).filter(|rows| !rows.is_empty())))
    }
}

/// Adds rows to a level: whole rows of blocks are written, halved and added to the next.
fn add(
    dataset: &Dataset,
    levels: &mut [PyramidLevel],
    number: usize,
    rows: (u32, Option<Vec<u8>>),
) -> Gdal<()> {
    let Some(level) = levels.get_mut(number) else {
        return Ok(());
    };
    level.take(rows);
    let y = level.written;
    let Some((count, rows)) = level.whole() else {
        return Ok(());
    };
    let width = level.width as usize;
    let half = match rows {
        None => None,
        Some(rows) => {
            // The last worker of a scan may write this while the others have nothing left.
            let columns: Vec<u32> = (0..level.width.div_ceil(BLOCK)).collect();
            let blocks: Vec<Option<Block>> = columns
                .into_par_iter()
                .map(|x| Block::of(x, &rows, width))
                .collect();
            for (x, block) in (0..).zip(blocks) {
                if let Some(block) = block {
                    block.write(dataset, number, (x, y as usize))?;
                }
            }
            Some(halved(&rows, width))
        }
    };
    add(dataset, levels, number + 1, (count.div_ceil(2), half))
}

/// A block that is to be written: its colours and its mask.
struct Block {
    colours: [Buffer<u8>; 3],
    mask: Buffer<u8>,
}

impl Block {
    /// One of the blocks in rows of cells; `None` where nothing in it has data: what is not stored is masked.
    fn of(column: u32, rows: &[u8], width: usize) -> Option<Self> {
        let side = BLOCK as usize;
        let first = (column * BLOCK) as usize;
        let across = (width - first).min(side);
        let (cells, _) = rows.as_chunks::<4>();
        let lines: Vec<&[[u8; 4]]> = cells
            .chunks_exact(width)
            .map(|row| &row[first..first + across])
            .collect();
        let is_whole = lines
            .iter()
            .all(|line| line.iter().all(|cell| cell[3] == DATA));
        if is_whole {
            return Some(Self {
                colours: [0, 1, 2].map(|colour| plane(&lines, |cell| cell[colour])),
                mask: plane(&lines, |_| 255),
            });
        }
        let filling = filling(&lines)?;
        let value = |colour: usize| {
            move |cell: &[u8; 4]| {
                if cell[3] == DATA {
                    cell[colour]
                } else {
                    filling[colour]
                }
            }
        };
        let mask = |cell: &[u8; 4]| if cell[3] == DATA { 255 } else { 0 };
        Some(Self {
            colours: [0, 1, 2].map(|colour| plane(&lines, value(colour))),
            mask: plane(&lines, mask),
        })
    }

    /// Writes it as a block of a level.
    fn write(mut self, dataset: &Dataset, level: usize, at: (usize, usize)) -> Gdal<()> {
        let band = |number: usize| -> Gdal<RasterBand<'_>> {
            let band = dataset.rasterband(number)?;
            if level == 0 {
                Ok(band)
            } else {
                band.overview(level - 1)
            }
        };
        for (number, colour) in (1..).zip(&mut self.colours) {
            band(number)?.write_block(at, colour)?;
        }
        band(1)?.open_mask_band()?.write_block(at, &mut self.mask)
    }
}

/// A block of one value a cell; zeros beyond the last.
fn plane(lines: &[&[[u8; 4]]], of: impl Fn(&[u8; 4]) -> u8) -> Buffer<u8> {
    let side = BLOCK as usize;
    let mut plane = Vec::with_capacity(side * side);
    for (number, line) in (1..).zip(lines) {
        plane.extend(line.iter().map(&of));
        plane.resize(number * side, 0);
    }
    plane.resize(side * side, 0);
    Buffer::new((side, side), plane)
}

/// The mean colour of what has data, which stands where there is none: black beside ground would show through the
/// compression. `None` where nothing has data.
fn filling(lines: &[&[[u8; 4]]]) -> Option<[u8; 3]> {
    let (mut sums, mut count) = ([0_u64; 3], 0);
    let cells = lines.iter().copied().flatten();
    for [red, green, blue, _] in cells.filter(|cell| cell[3] == DATA) {
        count += 1;
        for (sum, value) in sums.iter_mut().zip([red, green, blue]) {
            *sum += u64::from(*value);
        }
    }
    (count > 0).then(|| sums.map(|sum| u8::try_from(sum / count).unwrap_or(u8::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_go_down_to_one_block() {
        assert_eq!(factors((1, 1)), [] as [i32; 0]);
        assert_eq!(factors((256, 256)), [] as [i32; 0]);
        assert_eq!(factors((257, 10)), [2]);
        assert_eq!(factors((12_500, 12_500)), [2, 4, 8, 16, 32, 64]);
    }
}

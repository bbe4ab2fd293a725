//! Pixels out of an orthomosaic: a block-aligned rectangle at a time, decoded once, as RGB with what is wrong with each pixel.

use super::bands::{Colours, NoData};
use super::empty_blocks;
use super::header::Level;
use super::network::asked;
use super::orthomosaic::Orthomosaic;
use super::pixels::{PixelReader, Pixels, Validity, pixels as area};
use super::planes::{Planes, pixels, read};
use super::raster_error::RasterError;
use super::raster_file::{error_of_server, open};
use crate::files::BucketError;
use crate::ground::Rect;
use gdal::raster::RasterBand;
use gdal::{Dataset, Metadata};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Rows that are read at a time where blocks are lower than that.
const LEAST_ROWS: u32 = 32;
/// As often a block is asked for that does not come from a server which answers.
const ATTEMPTS: usize = 3;

/// An open orthomosaic.
pub(super) struct OrthomosaicReader {
    orthomosaic: Arc<Orthomosaic>,
    level: Level,
    dataset: Dataset,
    /// The stored sizes of blocks in which nothing is searched, once they have been asked for.
    empty_sizes: OnceCell<BTreeSet<u64>>,
    /// Why its server did not give a block.
    lost: OnceCell<BucketError>,
}

impl PixelReader for OrthomosaicReader {
    fn read(&self, rect: Rect, spare: &mut Option<Pixels>) -> Pixels {
        let blocks = self.blocks(rect);
        let (sparse, stored): (Vec<Rect>, Vec<Rect>) = blocks
            .into_iter()
            .partition(|block| self.orthomosaic.can_be_sparse && self.is_sparse(*block));
        if stored.is_empty() {
            return Pixels::without_data(rect);
        }
        let mut planes = Planes::new(rect, spare.take());
        // What is not stored is not asked for either.
        let at_once = sparse.is_empty()
            && (self.rows(rect)).all(|rows| self.read_into(&mut planes, rows).is_some());
        if !at_once {
            planes.clear();
            for block in stored {
                if !self.is_given(&mut planes, block) {
                    planes.mark(block, Validity::Unreadable);
                }
            }
        }
        for block in sparse {
            planes.mark(block, Validity::NoData);
        }
        planes.finish()
    }

    fn lost(&self) -> Option<RasterError> {
        let path = &self.orthomosaic.header.path;
        let lost = self.lost.get().cloned();
        lost.map(|error| error_of_server(path, error))
    }

    fn stored_pixels(&self, rect: Rect) -> u64 {
        let blocks = self.blocks(rect).into_iter();
        if !self.orthomosaic.can_be_sparse {
            return blocks.map(area).sum();
        }
        let empty = self.empty_sizes.get_or_init(|| self.sizes_without_data());
        let holds_data = |block: &Rect| {
            self.stored_size(*block)
                .is_some_and(|size| !empty.contains(&size))
        };
        blocks.filter(holds_data).map(area).sum()
    }
}

impl OrthomosaicReader {
    /// Opens it anew for this thread.
    ///
    /// # Errors
    /// [`RasterError::NotARaster`] where the file is gone.
    pub fn open(orthomosaic: Arc<Orthomosaic>, level: Level) -> Result<Self, RasterError> {
        let dataset = open(&orthomosaic.header.path)?;
        Ok(Self {
            orthomosaic,
            level,
            dataset,
            empty_sizes: OnceCell::new(),
            lost: OnceCell::new(),
        })
    }

    /// Reads a block. Where a server holds the file, a block that did not come is asked for again once the server answers; where it
    /// does not, nothing more is asked of it.
    fn is_given(&self, planes: &mut Planes, block: Rect) -> bool {
        let path = &self.orthomosaic.header.path;
        for _attempt in 0..ATTEMPTS {
            if self.lost.get().is_some() {
                return false;
            }
            if self.read_into(planes, block).is_some() {
                return true;
            }
            match asked(path) {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    let _first = self.lost.set(error);
                }
                None => return false,
            }
        }
        false
    }

    /// The blocks that a rectangle touches, clipped to it.
    fn blocks(&self, rect: Rect) -> Vec<Rect> {
        let (bw, bh) = self.level.block;
        let mut blocks = Vec::new();
        for by in rect.y0 / bh..rect.y1.div_ceil(bh) {
            for bx in rect.x0 / bw..rect.x1.div_ceil(bw) {
                blocks.push(Rect {
                    x0: (bx * bw).max(rect.x0),
                    y0: (by * bh).max(rect.y0),
                    x1: ((bx + 1) * bw).min(rect.x1),
                    y1: ((by + 1) * bh).min(rect.y1),
                });
            }
        }
        blocks
    }

    /// A rectangle as rows of blocks, from the top. Where a file holds all bands of a pixel side by side, GDAL decodes
    /// them with the first that is asked for; the others are still at hand when they are read right after it.
    fn rows(&self, rect: Rect) -> impl Iterator<Item = Rect> {
        let block = self.level.block.1;
        let high = block * (LEAST_ROWS / block).max(1);
        (rect.y0 / high..rect.y1.div_ceil(high)).map(move |row| Rect {
            y0: (row * high).max(rect.y0),
            y1: ((row + 1) * high).min(rect.y1),
            ..rect
        })
    }

    /// Whether no colour of a block is stored in the file.
    fn is_sparse(&self, block: Rect) -> bool {
        let (bw, bh) = self.level.block;
        let key = format!("BLOCK_OFFSET_{}_{}", block.x0 / bw, block.y0 / bh);
        self.orthomosaic.colours.bands().iter().all(|number| {
            self.band(*number)
                .is_some_and(|band| band.metadata_item(&key, "TIFF").is_none())
        })
    }

    /// Bytes of the colours of a block as the file stores them; `None` where it stores none.
    fn stored_size(&self, block: Rect) -> Option<u64> {
        let (bw, bh) = self.level.block;
        let key = format!("BLOCK_SIZE_{}_{}", block.x0 / bw, block.y0 / bh);
        let bands = self.orthomosaic.colours.bands();
        let sizes = bands.iter().filter_map(|number| {
            let size = self.band(*number)?.metadata_item(&key, "TIFF")?;
            size.parse::<u64>().ok()
        });
        sizes.reduce(u64::saturating_add)
    }

    /// The stored sizes of blocks in which nothing is searched.
    fn sizes_without_data(&self) -> BTreeSet<u64> {
        let (width, height, (bw, bh)) = (self.level.width, self.level.height, self.level.block);
        let of_block = |(column, row): (u32, u32)| Rect {
            x0: column * bw,
            y0: row * bh,
            x1: ((column + 1) * bw).min(width),
            y1: ((row + 1) * bh).min(height),
        };
        let blocks = empty_blocks::sampled((width.div_ceil(bw), height.div_ceil(bh)));
        let stored = blocks
            .map(of_block)
            .filter_map(|block| Some((block, self.stored_size(block)?)));
        empty_blocks::sizes(stored, |block| {
            let pixels = self.read(block, &mut None);
            let searched = Validity::Searched as u8;
            let nothing_in = |each: Vec<u8>| !each.contains(&searched);
            pixels.is_empty() || pixels.validity.is_some_and(nothing_in)
        })
    }

    fn band(&self, number: usize) -> Option<RasterBand<'_>> {
        let band = self.dataset.rasterband(number).ok()?;
        match self.level.overview {
            Some(i) => band.overview(i).ok(),
            None => Some(band),
        }
    }

    /// `None` where GDAL fails.
    fn read_into(&self, planes: &mut Planes, rect: Rect) -> Option<()> {
        let no_data = match &self.orthomosaic.no_data {
            NoData::Value(values) => Some(values),
            _ => None,
        };
        // Where every band has its no-data value.
        let mut missing: Option<Vec<bool>> = no_data.map(|_| vec![true; pixels(rect)]);
        match &self.orthomosaic.colours {
            Colours::Byte(bands) => {
                for (i, number) in bands.iter().enumerate() {
                    let values = planes.read(&self.band(*number)?, i, rect)?;
                    if let (Some(missing), Some(no_data)) = (&mut missing, no_data) {
                        keep_missing(missing, &values, no_data[i]);
                    }
                }
            }
            Colours::Word(bands) => {
                let stretch = self.orthomosaic.stretch.as_ref()?;
                for (i, number) in bands.iter().enumerate() {
                    let values = read::<u16>(&self.band(*number)?, rect)?;
                    if let (Some(missing), Some(no_data)) = (&mut missing, no_data) {
                        keep_missing(missing, &values, no_data[i]);
                    }
                    let scaled: Vec<u8> = values.iter().map(|v| stretch.apply(*v)).collect();
                    planes.put(i, rect, &scaled);
                }
            }
            Colours::Palette(number, table) => {
                let values = read::<u8>(&self.band(*number)?, rect)?;
                let colour = |i: usize| {
                    values
                        .iter()
                        .map(|v| table[usize::from(*v)][i])
                        .collect::<Vec<u8>>()
                };
                for (i, plane) in [colour(0), colour(1), colour(2)].into_iter().enumerate() {
                    planes.put(i, rect, &plane);
                }
                if let (Some(missing), Some(no_data)) = (&mut missing, no_data) {
                    keep_missing(missing, &values, no_data[0]);
                }
                let clear = values.iter().map(|v| table[usize::from(*v)][3] == 0);
                planes.mark_where(rect, clear, Validity::NoData);
            }
        }
        if let Some(missing) = missing.filter(|m| m.contains(&true)) {
            planes.mark_where(rect, missing.into_iter(), Validity::NoData);
        }
        if self.orthomosaic.no_data == NoData::Mask {
            let mask = self.read_mask(rect)?;
            planes.mark_where(rect, mask.into_iter().map(|v| v == 0), Validity::NoData);
        }
        Some(())
    }

    /// The mask or alpha band, from the same overview where it has one.
    fn read_mask(&self, rect: Rect) -> Option<Vec<u8>> {
        let number = self.orthomosaic.colours.bands()[0];
        let band = self.dataset.rasterband(number).ok()?;
        let band = match self.level.overview {
            Some(overview) => band.overview(overview).ok()?,
            None => band,
        };
        read(&band.open_mask_band().ok()?, rect)
    }
}

/// Of the pixels that lack data in the bands before, keeps those that have the no-data value in this one.
fn keep_missing<T: Copy + PartialEq + TryFrom<i64>>(
    missing: &mut [bool],
    values: &[T],
    no_data: f64,
) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "beyond the type is beyond T too"
    )]
    let value = T::try_from(no_data.round() as i64).ok();
    let Some(value) = value.filter(|_| no_data.is_finite()) else {
        missing.fill(false);
        return;
    };
    for (m, v) in missing.iter_mut().zip(values) {
        *m &= *v == value;
    }
}

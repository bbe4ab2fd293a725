//! How a segmenter tells its map: how many pixels one of its own covers, and into which cells they are gathered.

use super::error::ModelError;
use super::input_shape::words;
use super::keys::Keys;

/// Centimetres of ground to which the outline of a mask is told.
const OUTLINE_CM: f64 = 10.0;

/// How a map is read.
pub(super) struct MaskLayout {
    /// Pixels of the tile that one of the map covers, along each side.
    pub(super) pixel: u32,
    /// Pixels of the tile that a cell covers, along each side.
    pub(super) cell: u32,
    /// Pixels at the tile's border whose cells are not trusted.
    pub(super) halo: u32,
}

/// The map of a segmenter. What lies nearer to a tile's border than half the overlap is taken from the neighbouring tile.
///
/// # Errors
/// [`ModelError::MaskShape`], [`ModelError::BadValue`].
pub(super) fn layout(
    keys: &Keys,
    sizes: &[Option<u32>],
    tile: u32,
    (resolution_cm, overlap): (f64, f64),
) -> Result<MaskLayout, ModelError> {
    let wrong = || ModelError::MaskShape {
        found: words(sizes),
    };
    let [_, Some(_), Some(height), Some(width)] = *sizes else {
        return Err(wrong());
    };
    if height != width || height == 0 || !tile.is_multiple_of(height) {
        return Err(wrong());
    }
    let pixel = tile / height;
    let fits =
        |cell: &u32| tile.is_multiple_of(*cell) && f64::from(*cell) * resolution_cm <= OUTLINE_CM;
    let coarsest = (0..8).map(|i| pixel << i).rev().find(fits).unwrap_or(pixel);
    let cell = keys.whole("papaver_cell")?.unwrap_or(coarsest);
    let is_whole = cell > 0 && cell.is_multiple_of(pixel) && tile.is_multiple_of(cell);
    keys.must(is_whole, "papaver_cell")?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "less than half the tile"
    )]
    let half = (f64::from(tile) * overlap / 2.0) as u32;
    let halo = keys.whole("papaver_halo")?.unwrap_or(half / cell * cell);
    keys.must(halo.is_multiple_of(cell) && halo * 2 < tile, "papaver_halo")?;
    Ok(MaskLayout { pixel, cell, halo })
}

//! Tiles laid over one another: where the upper one is clear, the next shows. Of a map that ends above the zoom that is asked
//! for, the part of the tile above is shown larger.

use super::address::{TILE, TileAddress};
use super::picture::{TilePicture, TilePixels};
use image::imageops::{FilterType, crop_imm, resize};
use image::{ImageReader, Limits, RgbaImage};
use std::io::Cursor;

/// Columns and rows of a tile at most.
const LARGEST: u32 = 2048;
/// Zooms above the one that is asked for from which a part is shown larger.
const HIGHEST: u8 = 5;

/// The picture of a tile as it is shown: JPEG or PNG. `None` for what is neither.
pub(super) fn decoded(picture: &TilePicture) -> Option<RgbaImage> {
    let reader = ImageReader::new(Cursor::new(&picture.bytes));
    let mut reader = reader.with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST);
    limits.max_image_height = Some(LARGEST);
    reader.limits(limits);
    Some(reader.decode().ok()?.to_rgba8())
}

/// A picture at the size of a tile.
pub(super) fn sized(picture: RgbaImage) -> RgbaImage {
    if picture.dimensions() == (TILE, TILE) {
        return picture;
    }
    resize(&picture, TILE, TILE, FilterType::Triangle)
}

/// Whether a picture is a whole tile of which nothing is clear.
fn is_whole(picture: &TilePicture) -> bool {
    let reader = ImageReader::new(Cursor::new(&picture.bytes)).with_guessed_format();
    picture.media_type == "image/jpeg"
        && reader.is_ok_and(|reader| reader.into_dimensions().is_ok_and(|d| d == (TILE, TILE)))
}

/// The part of the tile of a map that ends at `deepest` that is the tile below it.
fn part_of(picture: &RgbaImage, at: TileAddress, deepest: u8) -> RgbaImage {
    let up = at.zoom() - deepest;
    let (width, height) = (picture.width() >> up, picture.height() >> up);
    let within = |v: u32, side: u32| (v & ((1 << up) - 1)) * side;
    let (x, y) = (within(at.column(), width), within(at.row(), height));
    crop_imm(picture, x, y, width.max(1), height.max(1)).to_image()
}

/// A map that is laid over others: its deepest zoom, and its tiles.
pub struct LaidMap<'a> {
    /// The zoom at which it ends.
    pub deepest: u8,
    /// A tile of it, no deeper than that.
    pub tile: Box<dyn Fn(TileAddress) -> Option<TilePicture> + 'a>,
}

/// A tile of several maps, the uppermost first.
pub fn laid_over<'a>(
    at: TileAddress,
    maps: impl Iterator<Item = LaidMap<'a>>,
) -> Option<TilePicture> {
    let mut on = TilePixels::clear();
    let mut is_clear = true;
    for map in maps {
        let up = at.zoom().saturating_sub(map.deepest);
        if up > HIGHEST {
            continue;
        }
        let above = TileAddress::new(at.zoom() - up, at.column() >> up, at.row() >> up)?;
        let Some(found) = (map.tile)(above) else {
            continue;
        };
        if is_clear && up == 0 && is_whole(&found) {
            return Some(found);
        }
        let Some(mut picture) = decoded(&found) else {
            continue;
        };
        if up > 0 {
            picture = part_of(&picture, at, map.deepest);
        }
        is_clear = false;
        lay(&sized(picture), &mut on);
        if on.is_full() {
            break;
        }
    }
    on.encode()
}

/// Lays a picture on what is still clear.
fn lay(picture: &RgbaImage, on: &mut TilePixels) {
    for (out, pixel) in on.rgba.chunks_exact_mut(4).zip(picture.pixels()) {
        if out[3] < 255 && pixel.0[3] >= 128 {
            out[..3].copy_from_slice(&pixel.0[..3]);
            out[3] = 255;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::png::PngEncoder;
    use image::{ExtendedColorType, ImageEncoder, Rgba};

    fn png(of: impl Fn(u32, u32) -> [u8; 4]) -> TilePicture {
        let picture = RgbaImage::from_fn(TILE, TILE, |x, y| Rgba(of(x, y)));
        let mut bytes = Vec::new();
        PngEncoder::new(&mut bytes)
            .write_image(&picture, TILE, TILE, ExtendedColorType::Rgba8)
            .expect("encoded");
        TilePicture {
            media_type: "image/png",
            bytes,
        }
    }

    fn map(
        deepest: u8,
        tile: impl Fn(TileAddress) -> Option<TilePicture> + 'static,
    ) -> LaidMap<'static> {
        LaidMap {
            deepest,
            tile: Box::new(tile),
        }
    }

    #[test]
    fn what_is_clear_above_shows_what_is_below_also_out_of_a_map_that_ends_before() {
        let upper = map(20, |_| {
            Some(png(|x, _| [200, 0, 0, if x < 128 { 255 } else { 0 }]))
        });
        // A quarter of the tile above: its south-east is green, the rest blue.
        let lower = map(18, |at| {
            assert_eq!((at.zoom(), at.column(), at.row()), (18, 213_500, 104_700));
            let is_it = |x: u32, y: u32| (192..256).contains(&x) && (192..256).contains(&y);
            Some(png(move |x, y| {
                if is_it(x, y) {
                    [0, 200, 0, 255]
                } else {
                    [0, 0, 200, 255]
                }
            }))
        });
        let at = TileAddress::new(20, 4 * 213_500 + 3, 4 * 104_700 + 3).expect("exists");
        let drawn = laid_over(at, [upper, lower].into_iter()).expect("drawn");
        assert_eq!(drawn.media_type, "image/jpeg");
        let back = image::load_from_memory(&drawn.bytes)
            .expect("read")
            .to_rgb8();
        assert!(back.get_pixel(60, 60).0[0] > 150 && back.get_pixel(200, 200).0[1] > 150);
    }

    #[test]
    fn what_is_no_picture_shows_nothing() {
        let text = TilePicture {
            media_type: "image/png",
            bytes: b"text".to_vec(),
        };
        let map = map(20, move |_| Some(text.clone()));
        let at = TileAddress::new(18, 213_500, 104_700).expect("exists");
        assert_eq!(laid_over(at, [map].into_iter()), None);
    }
}

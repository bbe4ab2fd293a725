//! A drawn tile: pixels that are there or not, and the file that a browser takes.

use super::address::TILE;
use crate::imagery::jpeg_writer::{JpegPixels, jpeg_of};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use std::sync::OnceLock;

/// Quality of JPEG.
const QUALITY: u8 = 80;

/// The pixels of a tile: red, green, blue and 255 where there is anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TilePixels {
    pub rgba: Vec<u8>,
}

/// An encoded tile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TilePicture {
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl TilePixels {
    /// A tile on which nothing is drawn.
    pub fn clear() -> Self {
        Self {
            rgba: vec![0; (TILE * TILE * 4) as usize],
        }
    }

    /// Whether nothing is left to draw.
    pub fn is_full(&self) -> bool {
        self.rgba.chunks_exact(4).all(|pixel| pixel[3] == 255)
    }

    /// The tile as JPEG, as PNG where a part of it shows nothing; `None` where none of it shows anything.
    pub fn encode(&self) -> Option<TilePicture> {
        encoded(&self.rgba, TILE)
    }
}

/// A square picture of red, green, blue and 255 where there is anything, so many pixels along its side: as JPEG, as PNG where a
/// part of it shows nothing; `None` where none of it shows anything.
pub(super) fn encoded(rgba: &[u8], side: u32) -> Option<TilePicture> {
    let all = |alpha: u8| rgba.chunks_exact(4).all(|pixel| pixel[3] == alpha);
    if all(0) {
        return None;
    }
    if all(255) {
        let bytes = jpeg_of(JpegPixels::Rgbx(rgba), (side, side), QUALITY).ok()?;
        return Some(TilePicture {
            media_type: "image/jpeg",
            bytes,
        });
    }
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Up)
        .write_image(rgba, side, side, ExtendedColorType::Rgba8)
        .ok()?;
    Some(TilePicture {
        media_type: "image/png",
        bytes,
    })
}

impl TilePicture {
    /// A tile on which there is nothing to see.
    pub fn clear() -> Self {
        static CLEAR: OnceLock<Vec<u8>> = OnceLock::new();
        let made = || {
            let mut bytes = Vec::new();
            let encoder = PngEncoder::new(&mut bytes);
            let rgba = TilePixels::clear().rgba;
            // Memory cannot fail to be written to.
            let _ = encoder.write_image(&rgba, TILE, TILE, ExtendedColorType::Rgba8);
            bytes
        };
        Self {
            media_type: "image/png",
            bytes: CLEAR.get_or_init(made).clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_full_is_jpeg_and_what_is_not_is_png() {
        let mut canvas = TilePixels::clear();
        assert_eq!(canvas.encode(), None);
        canvas.rgba[..4].copy_from_slice(&[200, 100, 50, 255]);
        let png = canvas.encode().expect("a pixel");
        assert_eq!(png.media_type, "image/png");
        let back = image::load_from_memory(&png.bytes)
            .expect("a picture")
            .to_rgba8();
        assert_eq!(back.as_raw(), &canvas.rgba);
        canvas
            .rgba
            .chunks_exact_mut(4)
            .for_each(|p| p.copy_from_slice(&[90, 120, 60, 255]));
        let jpeg = canvas.encode().expect("full");
        assert_eq!(jpeg.media_type, "image/jpeg");
        let back = image::load_from_memory(&jpeg.bytes)
            .expect("a picture")
            .to_rgb8();
        assert!(back.pixels().all(|p| {
            p.0.iter()
                .zip([90, 120, 60])
                .all(|(a, b)| a.abs_diff(b) < 4)
        }));
    }
}

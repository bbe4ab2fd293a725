//! Names and borders laid over a tile: what is half clear lets half of the ground through.

use super::laid_over::{decoded, sized};
use super::picture::{TilePicture, TilePixels};

/// A tile of ground with the labels over it, and as it is where there are none; `None` where the ground is no picture. Labels that
/// are no picture are left out.
pub fn labelled(ground: TilePicture, labels: Option<&TilePicture>) -> Option<TilePicture> {
    let below = decoded(&ground)?;
    let above = labels.and_then(decoded).map(sized);
    let above = above.filter(|labels| labels.pixels().any(|pixel| pixel.0[3] > 0));
    let Some(above) = above else {
        return Some(ground);
    };
    let mut on = TilePixels {
        rgba: sized(below).into_raw(),
    };
    for (out, over) in on.rgba.chunks_exact_mut(4).zip(above.pixels()) {
        lay(over.0, out);
    }
    on.encode()
}

/// Lays a pixel over another one. Ground that is clear stays so but for what is written on it.
fn lay(over: [u8; 4], out: &mut [u8]) {
    let [alpha, below] = [over[3], out[3]].map(u32::from);
    if below < 128 {
        if alpha >= 128 {
            out.copy_from_slice(&[over[0], over[1], over[2], 255]);
        } else {
            out.fill(0);
        }
        return;
    }
    for (out, over) in out.iter_mut().zip(&over[..3]) {
        let mixed = (u32::from(*over) * alpha + u32::from(*out) * (255 - alpha) + 127) / 255;
        *out = u8::try_from(mixed).unwrap_or(u8::MAX);
    }
    out[3] = 255;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imagery::tile::TILE;
    use image::{ImageFormat, Rgba, RgbaImage};
    use std::io::Cursor;

    fn png(of: impl Fn(u32, u32) -> [u8; 4]) -> TilePicture {
        let picture = RgbaImage::from_fn(TILE, TILE, |x, y| Rgba(of(x, y)));
        let mut bytes = Cursor::new(Vec::new());
        picture
            .write_to(&mut bytes, ImageFormat::Png)
            .expect("encoded");
        TilePicture {
            media_type: "image/png",
            bytes: bytes.into_inner(),
        }
    }

    #[test]
    fn labels_are_laid_over_the_ground_and_half_clear_ones_let_half_of_it_through() {
        let ground = png(|_, _| [200, 0, 0, 255]);
        let labels = png(|x, _| match x / 64 {
            0 => [0, 0, 200, 255],
            1 => [0, 0, 200, 128],
            _ => [0, 0, 0, 0],
        });
        let drawn = labelled(ground, Some(&labels)).expect("drawn");
        let back = image::load_from_memory(&drawn.bytes).expect("read");
        let back = back.to_rgb8();
        let near = |x: u32, wanted: [u8; 3]| {
            let found = back.get_pixel(x, 100).0;
            let off = found.iter().zip(wanted).map(|(a, b)| a.abs_diff(b));
            assert!(off.max() < Some(12), "{x}: {found:?}");
        };
        near(30, [0, 0, 200]);
        near(96, [100, 0, 100]);
        near(200, [200, 0, 0]);
    }

    #[test]
    fn ground_without_labels_stays_as_it_came_and_what_is_no_picture_is_none() {
        let ground = png(|x, _| [x as u8, 9, 9, 255]);
        let clear = png(|_, _| [0; 4]);
        let text = TilePicture {
            media_type: "image/png",
            bytes: b"\x89PNG and no more".to_vec(),
        };
        for labels in [None, Some(&clear), Some(&text)] {
            assert_eq!(labelled(ground.clone(), labels), Some(ground.clone()));
        }
        assert_eq!(labelled(text, None), None);
    }
}

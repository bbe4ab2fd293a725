//! A square of ground as a picture, north up: the same square out of whatever imagery shows it, so that what one flight saw can
//! be laid over what another did.

use super::address::{DEEPEST, Mercator, TILE, TileAddress};
use super::laid_over::{decoded, sized};
use super::picture::{TilePicture, encoded};
use super::raster_layer::COARSER;
use crate::ground::LonLat;
use image::{Rgba, RgbaImage};
use std::ops::RangeInclusive;

/// Pixels along the side of the picture.
const SIDE: u32 = 512;
/// Metres of ground along a side.
const METRES: RangeInclusive<f64> = 2.0..=1_000.0;
/// Degrees from the equator, up to which tiles reach.
const FURTHEST: f64 = 85.0;

/// A square of ground, two of its sides along the meridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroundView {
    middle: LonLat,
    metres: f64,
}

/// Tiles beside one another, and where the view's north-west corner lies in their pixels.
struct Mosaic {
    pixels: RgbaImage,
    corner: (f64, f64),
    /// Pixels of the tiles that one of the picture takes.
    step: f64,
}

impl GroundView {
    /// A square with sides of 2 m to 1 km about a place; `None` where that is none.
    pub fn new(middle: LonLat, metres: f64) -> Option<Self> {
        let exists =
            METRES.contains(&metres) && middle.lat.abs() <= FURTHEST && middle.lon.abs() <= 180.0;
        exists.then_some(Self { middle, metres })
    }

    /// The zoom whose pixels are as fine as those of the picture, or so nearly that nobody sees it.
    fn zoom(&self) -> u8 {
        let wanted = self.metres * 100.0 / f64::from(SIDE) * COARSER;
        let is_fine = |zoom: &u8| self.gsd_cm(*zoom) <= wanted;
        (0..=DEEPEST).find(is_fine).unwrap_or(DEEPEST)
    }

    fn gsd_cm(&self, zoom: u8) -> f64 {
        TileAddress::of(self.middle, zoom).gsd_cm(self.middle.lat)
    }

    /// The picture of 512 × 512 pixels, out of the tiles that it takes; `None` where none of them shows anything.
    pub fn draw(
        &self,
        tile: impl FnMut(TileAddress) -> Option<TilePicture>,
    ) -> Option<TilePicture> {
        let mosaic = self.mosaic(tile)?;
        let mut rgba = Vec::with_capacity((SIDE * SIDE * 4) as usize);
        for y in 0..SIDE {
            for x in 0..SIDE {
                rgba.extend(mosaic.colour(x, y).0);
            }
        }
        encoded(&rgba, SIDE)
    }

    fn mosaic(&self, mut tile: impl FnMut(TileAddress) -> Option<TilePicture>) -> Option<Mosaic> {
        let zoom = self.zoom();
        let across = self.metres * 100.0 / self.gsd_cm(zoom);
        let first = TileAddress::of(self.middle, zoom);
        let middle = first.position(Mercator::of(self.middle));
        let reach = across / 2.0 + 1.0;
        let tiles = |at: f64| {
            let side = f64::from(TILE);
            (((at - reach) / side).floor(), ((at + reach) / side).floor())
        };
        let ((west, east), (north, south)) = (tiles(middle.0), tiles(middle.1));
        let wide = |low: f64, high: f64| whole(high - low + 1.0) * TILE;
        let mut pixels = RgbaImage::new(wide(west, east), wide(north, south));
        let mut is_clear = true;
        for row in 0..pixels.height() / TILE {
            for column in 0..pixels.width() / TILE {
                let beside = |of: u32, by: f64| of.checked_add_signed(signed(by));
                let at = beside(first.column(), west + f64::from(column))
                    .zip(beside(first.row(), north + f64::from(row)))
                    .and_then(|(column, row)| TileAddress::new(zoom, column, row));
                let Some(found) = at.and_then(&mut tile).as_ref().and_then(decoded) else {
                    continue;
                };
                is_clear = false;
                let (x, y) = (i64::from(column * TILE), i64::from(row * TILE));
                image::imageops::replace(&mut pixels, &sized(found), x, y);
            }
        }
        let corner = |at: f64, first: f64| at - first * f64::from(TILE) - across / 2.0;
        (!is_clear).then(|| Mosaic {
            pixels,
            corner: (corner(middle.0, west), corner(middle.1, north)),
            step: across / f64::from(SIDE),
        })
    }
}

impl Mosaic {
    /// The colour of a pixel of the picture, between the four about it; clear where one of them is.
    fn colour(&self, x: u32, y: u32) -> Rgba<u8> {
        let along = |corner: f64, n: u32| corner + (f64::from(n) + 0.5) * self.step - 0.5;
        let (x, y) = (along(self.corner.0, x), along(self.corner.1, y));
        let (left, top) = (x.floor(), y.floor());
        let (right, down) = (x - left, y - top);
        let mut sum = [0.0; 3];
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let share = |by: u32, d: f64| if by == 1 { d } else { 1.0 - d };
            let share = share(dx, right) * share(dy, down);
            let pixel = self
                .pixels
                .get_pixel_checked(whole(left) + dx, whole(top) + dy);
            match pixel {
                Some(pixel) if pixel.0[3] >= 128 => {
                    let colours = sum.iter_mut().zip(pixel.0);
                    colours.for_each(|(sum, colour)| *sum += share * f64::from(colour));
                }
                _ => return Rgba([0; 4]),
            }
        }
        let [red, green, blue] = sum.map(channel);
        Rgba([red, green, blue, 255])
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few tiles' pixels, none left of the first"
)]
fn whole(value: f64) -> u32 {
    value.max(0.0) as u32
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a few tiles beside the first"
)]
fn signed(value: f64) -> i32 {
    value as i32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a mean of bytes"
)]
fn channel(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ground that is red east of a meridian and blue north of a parallel, as tiles show it.
    fn drawn(at: TileAddress, east_of: f64, north_of: f64) -> Option<TilePicture> {
        let mut rgba = Vec::new();
        for y in 0..TILE {
            for x in 0..TILE {
                let place = at.locate(f64::from(x) + 0.5, f64::from(y) + 0.5);
                let byte = |is: bool| if is { 255 } else { 0 };
                rgba.extend([
                    byte(place.lon > east_of),
                    0,
                    byte(place.lat > north_of),
                    255,
                ]);
            }
        }
        encoded(&rgba, TILE)
    }

    #[test]
    fn a_view_shows_its_square_of_ground_whatever_the_tiles_are() {
        let middle = LonLat::new(113.93, 28.25);
        for metres in [6.0, 31.7, 250.0] {
            let view = GroundView::new(middle, metres).expect("a view");
            let picture = view.draw(|at| drawn(at, middle.lon, middle.lat));
            let picture = picture.expect("a picture");
            assert_eq!(picture.media_type, "image/jpeg");
            let picture = image::load_from_memory(&picture.bytes)
                .expect("decoded")
                .to_rgb8();
            assert_eq!(picture.dimensions(), (SIDE, SIDE));
            let is = |x, y| picture.get_pixel(x, y).0.map(|v| v > 127);
            // A pixel of a tile is hardly larger than one of the picture.
            assert_eq!(is(253, 100), [false, false, true], "{metres} m, north-west");
            assert_eq!(is(258, 253), [true, false, true], "{metres} m, north-east");
            assert_eq!(is(258, 258), [true, false, false], "{metres} m, south-east");
        }
        // 20 m east of the middle of 80 m is a quarter from the right edge.
        let degrees = 20.0 / (111_319.49 * middle.lat.to_radians().cos());
        let view = GroundView::new(middle, 80.0).expect("a view");
        let picture = view.draw(|at| drawn(at, middle.lon + degrees, 90.0));
        let picture = image::load_from_memory(&picture.expect("a picture").bytes)
            .expect("decoded")
            .to_rgb8();
        let red = |x| picture.get_pixel(x, 256).0[0] > 127;
        assert!(!red(381) && red(387));
    }

    #[test]
    fn what_is_clear_stays_clear_and_nothing_is_no_picture() {
        let west = TileAddress::of(LonLat::new(113.93, 28.25), 21);
        let view = GroundView::new(west.locate(128.0, 128.0), 30.0).expect("a view");
        assert_eq!(view.zoom(), west.zoom());
        assert_eq!(view.draw(|_| None), None);
        let shown = |at: TileAddress| (at.column() <= west.column()).then(|| drawn(at, 0.0, 90.0));
        let picture = view.draw(|at| shown(at).flatten()).expect("a picture");
        assert_eq!(picture.media_type, "image/png");
        let picture = image::load_from_memory(&picture.bytes).expect("decoded");
        assert_eq!(picture.to_rgba8().get_pixel(511, 256).0[3], 0);
        for (lon, lat, metres) in [
            (113.0, 86.0, 30.0),
            (113.0, 28.0, 1.0),
            (113.0, 28.0, f64::NAN),
            (f64::NAN, 28.0, 30.0),
            (181.0, 28.0, 30.0),
        ] {
            assert!(GroundView::new(LonLat::new(lon, lat), metres).is_none());
        }
    }
}

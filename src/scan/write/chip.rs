//! Chips: the pictures by which a person judges a candidate.
//!
//! [`window`](crate::scan::chip_window::window) chooses what part of the source is shown, [`draw`] turns those pixels into a picture with the candidate's
//! outline, a scale bar and a north mark, [`encode`] makes the file. All of it is pure: the same pixels give the same
//! bytes on every machine.
//!
//! The outline runs just outside the candidate, a bright line within a dark one, so that it shows on any ground and no
//! plant lies under it. Pictures are true on the ground: pixels that are not square there are made so.

mod distance_field;
mod marks;

use crate::imagery::{JpegPixels, jpeg_of, resized};
use crate::scan::chip_window::{ChipWindow, PictureKind};
use distance_field::DistanceField;
use geo::{Coord, MapCoords, MultiPolygon};
use image::RgbImage;
use jpeg_encoder::EncodingError;
use marks::furnish;

/// Draws the picture of a window.
///
/// `crop` holds the pixels of `window.source`, at any resolution. `outline` is the candidate in pixels of the source (not of the crop). `north_deg` is the
/// direction of north, clockwise from the top of the picture; without it there is no north mark. A candidate too small
/// to be outlined gets a ring around it. Returns `window.width` by `window.height` pixels.
pub fn draw(
    crop: &RgbImage,
    window: &ChipWindow,
    outline: &MultiPolygon,
    north_deg: Option<f64>,
) -> RgbImage {
    let mut picture = resized(crop, window.width, window.height);
    let field = DistanceField::new(&in_picture(outline, window), window.width, window.height);
    field.stroke(&mut picture);
    furnish(&mut picture, &field, window.metres_per_pixel, north_deg);
    picture
}

/// A picture as JPEG. Context pictures are compressed harder: what they show is where, not what.
///
/// # Errors
/// Those of the encoder; none for pictures that [`draw`] made.
pub fn encode(picture: &RgbImage, view: PictureKind) -> Result<Vec<u8>, EncodingError> {
    let quality = match view {
        PictureKind::Chip => 85,
        PictureKind::Context => 75,
    };
    jpeg_of(JpegPixels::Rgb(picture), picture.dimensions(), quality)
}

fn in_picture(outline: &MultiPolygon, window: &ChipWindow) -> MultiPolygon {
    let source = window.source;
    let scale_x = f64::from(window.width) / f64::from(source.x1 - source.x0);
    let scale_y = f64::from(window.height) / f64::from(source.y1 - source.y0);
    outline.map_coords(|c| Coord {
        x: (c.x - f64::from(source.x0)) * scale_x,
        y: (c.y - f64::from(source.y0)) * scale_y,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Gsd, Rect};
    use crate::scan::chip_window::window;
    use geo::{BoundingRect, MultiPolygon, Rect as Bounds, polygon};
    use image::Rgb;

    const TWO_CM: Gsd = Gsd {
        x_cm: 2.0,
        y_cm: 2.0,
    };

    fn bounds(x0: f64, y0: f64, x1: f64, y1: f64) -> Bounds<f64> {
        Bounds::new(Coord { x: x0, y: y0 }, Coord { x: x1, y: y1 })
    }

    fn plain(window: &ChipWindow, value: u8) -> RgbImage {
        RgbImage::from_pixel(window.width, window.height, Rgb([value; 3]))
    }

    fn changed(picture: &RgbImage, value: u8) -> Vec<(u32, u32)> {
        picture
            .enumerate_pixels()
            .filter(|(_, _, p)| p.0 != [value; 3])
            .map(|(x, y, _)| (x, y))
            .collect()
    }

    /// Twenty pixels inside, a quarter of the way in from the left and the top.
    fn square() -> MultiPolygon {
        polygon![(x: 60.0, y: 60.0), (x: 120.0, y: 60.0), (x: 120.0, y: 110.0), (x: 60.0, y: 110.0)]
            .into()
    }

    #[test]
    fn a_small_candidate_is_shown_on_six_metres_at_the_sources_resolution() {
        let found = window(
            bounds(990.0, 990.0, 1010.0, 1010.0),
            (4000, 4000),
            TWO_CM,
            PictureKind::Chip,
        )
        .unwrap();
        assert_eq!(
            found.source,
            Rect {
                x0: 850,
                y0: 850,
                x1: 1150,
                y1: 1150
            }
        );
        assert_eq!((found.width, found.height), (300, 300));
        assert!((found.metres_per_pixel - 0.02).abs() < 1e-12);
    }

    #[test]
    fn a_large_candidate_has_a_margin_and_no_more_than_512_pixels() {
        let found = window(
            bounds(1000.0, 1000.0, 3000.0, 1500.0),
            (9000, 9000),
            TWO_CM,
            PictureKind::Chip,
        )
        .unwrap();
        assert!(
            found.source.x0 <= 750 && found.source.x1 >= 3250,
            "15 % on both sides"
        );
        assert_eq!((found.width, found.height), (512, 512));
        let shown = f64::from(found.source.x1 - found.source.x0) * 0.02;
        assert!((found.metres_per_pixel * 512.0 - shown).abs() < 1e-9);
    }

    #[test]
    fn a_window_at_a_corner_is_moved_inside() {
        let found = window(
            bounds(-5.0, 3990.0, 15.0, 4000.0),
            (5000, 4000),
            TWO_CM,
            PictureKind::Chip,
        )
        .unwrap();
        assert_eq!(
            found.source,
            Rect {
                x0: 0,
                y0: 3700,
                x1: 300,
                y1: 4000
            }
        );
    }

    #[test]
    fn a_small_source_is_shown_whole_and_enlarged() {
        let found = window(
            bounds(40.0, 40.0, 60.0, 60.0),
            (100, 50),
            TWO_CM,
            PictureKind::Chip,
        )
        .unwrap();
        assert_eq!(
            found.source,
            Rect {
                x0: 0,
                y0: 0,
                x1: 100,
                y1: 50
            }
        );
        assert_eq!((found.width, found.height), (256, 128));
        assert!(
            window(
                bounds(40.0, 40.0, 60.0, 60.0),
                (100, 50),
                TWO_CM,
                PictureKind::Context
            )
            .is_none()
        );
        assert!(
            window(
                bounds(0.0, 0.0, 1.0, 1.0),
                (0, 50),
                TWO_CM,
                PictureKind::Chip
            )
            .is_none()
        );
        assert!(
            window(
                bounds(0.0, 0.0, f64::NAN, 1.0),
                (9, 9),
                TWO_CM,
                PictureKind::Chip
            )
            .is_none()
        );
    }

    #[test]
    fn pixels_that_are_not_square_on_the_ground_are_made_so() {
        let gsd = Gsd {
            x_cm: 1.5,
            y_cm: 2.0,
        };
        let found = window(
            bounds(2000.0, 2000.0, 2010.0, 2010.0),
            (4000, 4000),
            gsd,
            PictureKind::Chip,
        )
        .unwrap();
        assert_eq!(found.source.x1 - found.source.x0, 400);
        assert_eq!(found.source.y1 - found.source.y0, 300);
        assert_eq!((found.width, found.height), (400, 400));
    }

    #[test]
    fn a_context_shows_forty_metres() {
        let found = window(
            bounds(2000.0, 2000.0, 2010.0, 2010.0),
            (8000, 8000),
            TWO_CM,
            PictureKind::Context,
        )
        .unwrap();
        assert_eq!(found.source.x1 - found.source.x0, 2000);
        assert_eq!((found.width, found.height), (512, 512));
    }

    #[test]
    fn the_outline_lies_outside_the_candidate_and_shows_on_light_and_dark() {
        let whole = ChipWindow {
            source: Rect {
                x0: 0,
                y0: 0,
                x1: 300,
                y1: 300,
            },
            width: 300,
            height: 300,
            metres_per_pixel: 0.02,
        };
        for ground in [0, 128, 255] {
            let picture = draw(&plain(&whole, ground), &whole, &square(), None);
            let near: Vec<_> = changed(&picture, ground)
                .into_iter()
                .filter(|&(x, y)| x < 200 && y < 200)
                .collect();
            assert!(
                near.iter()
                    .all(|&(x, y)| !(59..121).contains(&x) || !(59..111).contains(&y)),
                "no plant is hidden"
            );
            assert!(
                near.iter()
                    .all(|&(x, y)| (54..126).contains(&x) && (54..116).contains(&y)),
                "it stays close"
            );
            assert!(
                near.contains(&(57, 85)) && near.contains(&(122, 85)),
                "both sides are drawn"
            );
            let contrast = |x: u32| {
                picture
                    .get_pixel(x, 85)
                    .0
                    .iter()
                    .map(|&v| u32::from(v.abs_diff(ground)))
                    .max()
                    .unwrap()
            };
            assert!(
                (54..60).map(contrast).max().unwrap() > 100,
                "on ground {ground}"
            );
        }
    }

    #[test]
    fn a_speck_gets_a_ring_that_leaves_it_visible() {
        let whole = ChipWindow {
            source: Rect {
                x0: 0,
                y0: 0,
                x1: 2000,
                y1: 2000,
            },
            width: 500,
            height: 500,
            metres_per_pixel: 0.08,
        };
        let speck =
            polygon![(x: 1000.0, y: 1000.0), (x: 1012.0, y: 1000.0), (x: 1012.0, y: 1012.0)].into();
        let picture = draw(&plain(&whole, 90), &whole, &speck, None);
        let near: Vec<_> = changed(&picture, 90)
            .into_iter()
            .filter(|&(x, y)| (200..300).contains(&x) && (200..300).contains(&y))
            .collect();
        assert!(near.len() > 60);
        assert!(
            near.iter()
                .all(|&(x, y)| (f64::from(x) - 251.0).hypot(f64::from(y) - 251.0) > 9.0)
        );
    }

    #[test]
    fn strange_outlines_do_no_harm() {
        let whole = ChipWindow {
            source: Rect {
                x0: 0,
                y0: 0,
                x1: 64,
                y1: 64,
            },
            width: 256,
            height: 256,
            metres_per_pixel: 0.02,
        };
        let plain = plain(&whole, 7);
        let far: MultiPolygon =
            polygon![(x: -1e9, y: -1e9), (x: 1e9, y: -1e9), (x: 1e9, y: 1e9)].into();
        let broken: MultiPolygon =
            polygon![(x: f64::NAN, y: 0.0), (x: 50.0, y: f64::INFINITY), (x: 3.0, y: 9.0)].into();
        for outline in [MultiPolygon::new(vec![]), far, broken] {
            assert_eq!(
                draw(&plain, &whole, &outline, Some(f64::NAN)).dimensions(),
                (256, 256)
            );
        }
        assert_eq!(
            draw(&RgbImage::new(0, 0), &whole, &square(), None).dimensions(),
            (256, 256)
        );
    }

    #[test]
    fn the_file_is_a_jpeg_of_the_same_size_and_always_the_same_bytes() {
        let whole = ChipWindow {
            source: Rect {
                x0: 0,
                y0: 0,
                x1: 700,
                y1: 700,
            },
            width: 400,
            height: 400,
            metres_per_pixel: 0.02,
        };
        let crop = RgbImage::from_fn(700, 700, |x, y| {
            Rgb([
                (x * 7 % 251) as u8,
                (y * 5 % 241) as u8,
                (x * y % 239) as u8,
            ])
        });
        let make = || {
            encode(
                &draw(&crop, &whole, &square(), Some(10.0)),
                PictureKind::Chip,
            )
            .unwrap()
        };
        let bytes = make();
        assert_eq!(bytes, make());
        let read = image::load_from_memory(&bytes).unwrap();
        assert_eq!((read.width(), read.height()), (400, 400));
    }

    /// Draws pictures of made-up ground to look at; `tests/tools/review_page.py` runs it.
    #[test]
    #[ignore = "writes pictures to the folder PAPAVER_CHIPS"]
    fn write_pictures_for_the_browser() {
        let folder =
            std::path::PathBuf::from(std::env::var("PAPAVER_CHIPS").expect("PAPAVER_CHIPS"));
        for (name, size) in [
            ("speck", 9.0),
            ("bed", 60.0),
            ("plot", 300.0),
            ("field", 900.0),
        ] {
            let ground = RgbImage::from_fn(2400, 2400, |x, y| {
                let grain =
                    ((x / 3).wrapping_mul(2_654_435_761) ^ (y / 3).wrapping_mul(40_503)) >> 7 & 31;
                let grain = u8::try_from(grain).unwrap();
                let flower = (x / 7 + y / 5) % 4 == 0
                    && (f64::from(x) - 1200.0).hypot(f64::from(y) - 1200.0) < size / 2.0;
                match (flower, x / 400 % 3) {
                    (true, _) => Rgb([190 + grain, 40, 70 + grain]),
                    (_, 0) => Rgb([130 + grain, 105 + grain, 80 + grain]),
                    _ => Rgb([60 + grain, 95 + grain, 45 + grain]),
                }
            });
            let r = 0.55 * size;
            let outline: MultiPolygon = polygon![(x: 1200.0 - r, y: 1200.0 - r), (x: 1200.0, y: 1190.0 - r), (x: 1200.0 + r, y: 1200.0), (x: 1200.0, y: 1200.0 + r), (x: 1200.0 - r, y: 1200.0 + r)].into();
            for view in [PictureKind::Chip, PictureKind::Context] {
                let found = window(
                    outline.bounding_rect().unwrap(),
                    ground.dimensions(),
                    TWO_CM,
                    view,
                )
                .unwrap();
                let s = found.source;
                let crop = image::imageops::crop_imm(&ground, s.x0, s.y0, s.x1 - s.x0, s.y1 - s.y0)
                    .to_image();
                let bytes = encode(&draw(&crop, &found, &outline, Some(20.0)), view).unwrap();
                let kind = if view == PictureKind::Chip {
                    "chip"
                } else {
                    "context"
                };
                std::fs::write(folder.join(format!("{kind}-{name}.jpg")), bytes).unwrap();
            }
        }
    }
}

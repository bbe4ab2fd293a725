//! Tiles of photos: the sample village's, and ones of one colour each with the sample's tags.

use super::*;
use crate::files::Existing;
use crate::ground::{LonLat, Rect};
use crate::imagery::photo::{GroundModel, PhotoOptions, place_all};
use crate::imagery::pyramid::{PhotoPyramid, is_pyramid_of_photos, photos_pyramid_path};
use crate::imagery::{Orthomosaic, PhotoSource, RasterOptions, Source, set_up_gdal};
use image::RgbaImage;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("samples")
        .join(name)
}

fn laid(paths: &[PathBuf]) -> Vec<Source> {
    let placed = place_all(paths, None, |_| {
        Ok::<_, Infallible>(PhotoOptions {
            sensor_width_mm: None,
            ground: GroundModel::TakeOff,
            looking_down: false,
            coarsest_m: f64::INFINITY,
        })
    });
    let Ok(placed) = placed;
    let photos = placed.photos.into_iter();
    photos
        .map(|photo| PhotoSource::new(photo, 0.02).expect("a source").into())
        .collect()
}

fn pyramid(photos: &[Source], path: &Path, order: &[usize]) -> Source {
    set_up_gdal();
    let begun = PhotoPyramid::begin(photos.to_vec(), path);
    let begun = begun.expect("begun").expect("photos");
    for number in order {
        let photo = &photos[*number];
        let (x1, y1) = photo.size();
        let whole = Rect {
            x0: 0,
            y0: 0,
            x1,
            y1,
        };
        let reader = photo.open(photo.full_level()).ok().expect("opened");
        begun
            .add(*number, &reader.read(whole, &mut None))
            .expect("added");
    }
    let stop = AtomicBool::new(false);
    begun.finish(Existing::Replaced, &stop).expect("made");
    assert!(is_pyramid_of_photos(path, photos));
    let options = RasterOptions::default();
    Orthomosaic::open(path, &options).expect("opened").into()
}

fn drawn(layer: &Arc<Layer>, tile: TileAddress) -> RgbaImage {
    let picture = OpenLayers::default().tile(layer, tile).expect("drawn");
    let picture = picture.expect("something to see");
    image::load_from_memory(&picture.bytes)
        .expect("a picture")
        .to_rgba8()
}

fn layer(photos: Vec<Source>, pyramid: Option<Source>) -> Arc<Layer> {
    let layer = PhotoLayer::new(photos, pyramid).expect("a layer");
    Arc::new(Layer::Photos(layer))
}

/// By how many pixels one picture lies beside another: where they differ least; and the share of both that is there.
fn beside(a: &RgbaImage, b: &RgbaImage) -> ((i32, i32), f64) {
    let grey = |p: &image::Rgba<u8>| i32::from(p.0[0]) + i32::from(p.0[1]) + i32::from(p.0[2]);
    let reach = 8_i32;
    let middle = || (reach..256 - reach).flat_map(|y| (reach..256 - reach).map(move |x| (x, y)));
    let pixel = |of: &RgbaImage, x: i32, y: i32| *of.get_pixel(x as u32, y as u32);
    let difference = |dx: i32, dy: i32| {
        let (mut sum, mut count) = (0_i64, 0_i64);
        for (x, y) in middle() {
            let (p, q) = (pixel(a, x, y), pixel(b, x + dx, y + dy));
            if p.0[3] == 255 && q.0[3] == 255 {
                sum += i64::from((grey(&p) - grey(&q)).abs());
                count += 1;
            }
        }
        sum as f64 / count.max(1) as f64
    };
    let shifts = (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy)));
    let best = shifts.min_by(|a, b| difference(a.0, a.1).total_cmp(&difference(b.0, b.1)));
    let there =
        middle().filter(|(x, y)| pixel(a, *x, *y).0[3] == 255 && pixel(b, *x, *y).0[3] == 255);
    let share = there.count() as f64 / middle().count() as f64;
    (best.expect("some"), share)
}

#[test]
fn the_sample_photos_lie_where_the_orthomosaic_of_the_same_ground_does() {
    let folder = tempfile::tempdir().expect("folder");
    let ortho = folder.path().join("ortho.tif");
    std::fs::copy(sample("village/ortho.tif"), &ortho).expect("copied");
    set_up_gdal();
    let ortho: Source = Orthomosaic::open(&ortho, &RasterOptions::default())
        .expect("opened")
        .into();
    let ortho = Arc::new(Layer::Raster(
        RasterLayer::new(Some(ortho), None).expect("a layer"),
    ));
    let paths: Vec<PathBuf> = (1..=12)
        .map(|n| sample(&format!("photos/PPV_{n:04}.JPG")))
        .collect();
    let photos = laid(&paths);
    assert_eq!(photos.len(), 12);
    let bytes: u64 = paths
        .iter()
        .map(|p| p.metadata().expect("there").len())
        .sum();
    let path = photos_pyramid_path(folder.path());
    let pyramid = pyramid(&photos, &path, &[]);
    let own = path.metadata().expect("there").len();
    assert!(own * 5 < bytes, "{own} of {bytes}");
    let near = layer(photos, None);
    let far = layer(Vec::new(), Some(pyramid));
    let (low, high) = ortho.corners();
    let middle = LonLat::new(
        f64::midpoint(low.lon, high.lon),
        f64::midpoint(low.lat, high.lat),
    );
    // A pixel of zoom 20 is 13 cm here. Leaves and roofs lean in photos; ground does not.
    let tile = TileAddress::of(middle, 20);
    let mut seen = 0;
    for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1), (-1, 0), (0, -1)] {
        let moved = |v: u32, by: i32| v.checked_add_signed(by).expect("inside");
        let tile = TileAddress::new(20, moved(tile.column(), dx), moved(tile.row(), dy));
        let tile = tile.expect("exists");
        let true_to = drawn(&ortho, tile);
        for (name, photos) in [("photos", &near), ("pyramid", &far)] {
            let ((x, y), share) = beside(&true_to, &drawn(photos, tile));
            println!("{name} {dx} {dy}: {x} {y} pixels beside, {share:.2} there");
            if share > 0.5 {
                assert!(x.abs() <= 2 && y.abs() <= 2, "{name} {dx} {dy}: {x} {y}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 8, "{seen}");
}

/// The tags of a JPEG, as segments.
fn tags(bytes: &[u8]) -> Vec<u8> {
    let (mut at, mut tags) = (2, Vec::new());
    while bytes[at + 1] != 0xda {
        let length = 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        if bytes[at + 1] == 0xe1 {
            tags.extend_from_slice(&bytes[at..at + length]);
        }
        at += length;
    }
    tags
}

/// A photo of speckles of one colour that was taken where a sample was; black where there is no colour.
fn painted(number: u32, colour: Option<usize>, folder: &Path) -> PathBuf {
    let of = std::fs::read(sample(&format!("photos/PPV_{number:04}.JPG"))).expect("there");
    let picture = image::RgbImage::from_fn(1620, 1080, |x, y| {
        let speckle = ((x / 3 * 7 + y / 3 * 13) % 11) as u8 * 8;
        let mut pixel = [20 + speckle; 3];
        match colour {
            Some(colour) => pixel[colour] = 150 + speckle,
            None => pixel = [0; 3],
        }
        image::Rgb(pixel)
    });
    let mut plain = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut plain, 90)
        .encode_image(&picture)
        .expect("encoded");
    let path = folder.join(format!("PPV_{number:04}.JPG"));
    std::fs::write(&path, [&plain[..2], &tags(&of), &plain[2..]].concat()).expect("written");
    path
}

/// Red, green or blue: the most of a pixel; nothing where it is clear or undecided.
fn colour(pixel: image::Rgba<u8>) -> Option<usize> {
    let most = (0..3).max_by_key(|k| pixel.0[*k]).expect("three");
    let others = (0..3).filter(|k| *k != most).map(|k| pixel.0[k]);
    (pixel.0[3] == 255 && others.max() < Some(pixel.0[most].saturating_sub(60))).then_some(most)
}

#[test]
fn of_two_photos_the_one_that_looks_down_more_steeply_is_shown_near_and_far() {
    let folder = tempfile::tempdir().expect("folder");
    let paths = [
        painted(1, Some(0), folder.path()),
        painted(2, Some(2), folder.path()),
    ];
    let photos = laid(&paths);
    assert_eq!(photos.len(), 2);
    let path = photos_pyramid_path(folder.path());
    let there = pyramid(&photos, &path, &[0, 1]);
    let bytes = std::fs::read(&path).expect("read");
    for order in [&[1, 0][..], &[1], &[]] {
        let again = folder.path().join("again.tif");
        pyramid(&photos, &again, order);
        assert_eq!(std::fs::read(&again).expect("read"), bytes, "{order:?}");
    }
    let of = |n: usize| photos[n].as_photo().expect("a photo").photo().clone();
    let (red, blue) = (of(0), of(1));
    let middle = LonLat::new(
        f64::midpoint(red.camera.at.lon, blue.camera.at.lon),
        f64::midpoint(red.camera.at.lat, blue.camera.at.lat),
    );
    let first = TileAddress::of(middle, 20);
    let tiles = (0..9).filter_map(|n| {
        let (column, row) = (first.column() + n % 3 - 1, first.row() + n / 3 - 1);
        TileAddress::new(20, column, row)
    });
    let tiles: Vec<TileAddress> = tiles.collect();
    for layer in [layer(photos.clone(), None), layer(Vec::new(), Some(there))] {
        let mut counts = [0, 0];
        for tile in &tiles {
            let Some(picture) = OpenLayers::default().tile(&layer, *tile).expect("drawn") else {
                continue;
            };
            let picture = image::load_from_memory(&picture.bytes).expect("a picture");
            for (x, y, pixel) in picture.to_rgba8().enumerate_pixels() {
                let at = tile.locate(f64::from(x) + 0.5, f64::from(y) + 0.5);
                let slants = [red.nadir().slant(at), blue.nadir().slant(at)];
                let nearer = usize::from(slants[0] > slants[1]);
                let seen = [&red, &blue].map(|photo| photo.shows(at).is_some());
                // A square of a tile is two metres wide, and photos lie about 17 m apart at 32 m.
                if (slants[0] - slants[1]).abs() > 0.15 && seen[0] && seen[1] {
                    assert_eq!(
                        colour(*pixel),
                        Some(nearer * 2),
                        "{x} {y} {slants:?} {pixel:?}"
                    );
                    counts[nearer] += 1;
                }
            }
        }
        assert!(counts[0] > 500 && counts[1] > 500, "{counts:?}");
    }
}

#[test]
fn a_photo_of_no_use_leaves_its_ground_to_the_others() {
    let folder = tempfile::tempdir().expect("folder");
    let paths = [
        painted(1, None, folder.path()),
        painted(2, Some(2), folder.path()),
    ];
    let photos = laid(&paths);
    let path = photos_pyramid_path(folder.path());
    let there = pyramid(&photos, &path, &[]);
    let below = photos[0].as_photo().expect("a photo").photo().camera.at;
    let tile = TileAddress::of(below, 20);
    for layer in [layer(photos.clone(), None), layer(Vec::new(), Some(there))] {
        let picture = drawn(&layer, tile);
        let shown: Vec<_> = picture.pixels().filter(|p| p.0[3] == 255).collect();
        assert!(shown.len() > 1000, "{}", shown.len());
        assert!(shown.iter().filter(|p| p.0[2] < 80).count() * 50 < shown.len());
    }
}

#[test]
fn what_is_far_out_comes_out_of_the_pyramid_and_no_photo_is_decoded_for_it() {
    let folder = tempfile::tempdir().expect("folder");
    let photos = laid(&[1, 2].map(|n| sample(&format!("photos/PPV_{n:04}.JPG"))));
    let at = photos[0].as_photo().expect("a photo").photo().camera.at;
    let path = photos_pyramid_path(folder.path());
    let there = pyramid(&photos, &path, &[]);
    let both = layer(photos, Some(there));
    let Layer::Photos(layer) = &*both else {
        panic!("photos");
    };
    for zoom in [12, 16, 17, 18, 19] {
        let shown = drawn(&both, TileAddress::of(at, zoom));
        assert!(shown.pixels().any(|p| p.0[3] == 255), "{zoom}");
    }
    assert_eq!(layer.kept_photos(), 0);
    let _near = drawn(&both, TileAddress::of(at, 22));
    assert!(layer.kept_photos() > 0);
}

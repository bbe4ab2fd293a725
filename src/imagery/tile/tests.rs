//! Tiles of rasters that the tests write, in metres, degrees and feet, straight and turned.

use super::*;
use crate::files::Existing;
use crate::ground::{Crs, GeoTransform, LonLat, PixelPoint};
use crate::imagery::pyramid::{Pyramid, PyramidPart};
use crate::imagery::{Orthomosaic, RasterOptions, Source, set_up_gdal};
use gdal::DriverManager;
use gdal::raster::Buffer;
use gdal::spatial_ref::SpatialRef;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Metres between the stripes of a test raster.
const STRIPE_M: f64 = 4.0;

/// A raster of known ground: its red says how far north of `middle` a place lies, its green how far east.
struct Ground {
    crs: &'static str,
    middle: LonLat,
    /// Units of the coordinate system a pixel.
    pixel: f64,
    turn: f64,
    size: (usize, usize),
}

impl Ground {
    fn transform(&self) -> GeoTransform {
        let crs = Crs::parse(self.crs).expect("known");
        let at = crs.from_lonlat(&[self.middle]).expect("in range")[0];
        let (s, c) = self.turn.sin_cos();
        let (w, h) = (self.size.0 as f64 / 2.0, self.size.1 as f64 / 2.0);
        let p = self.pixel;
        GeoTransform::new([
            at.x - p * (w * c + h * s),
            p * c,
            p * s,
            at.y - p * (w * s - h * c),
            p * s,
            -p * c,
        ])
        .expect("valid")
    }

    fn write(&self, path: &Path, hole: impl Fn(usize, usize) -> bool) -> Source {
        set_up_gdal();
        let crs = Crs::parse(self.crs).expect("known");
        let to_lonlat = crs.to_lonlat().expect("known");
        let transform = self.transform();
        let all = (0..self.size.0 * self.size.1).map(|i| (i % self.size.0, i / self.size.0));
        let centres: Vec<_> = all
            .clone()
            .map(|(x, y)| {
                transform.apply(PixelPoint {
                    x: x as f64 + 0.5,
                    y: y as f64 + 0.5,
                })
            })
            .collect();
        let places = to_lonlat.apply(&centres).expect("in range");
        let driver = DriverManager::get_driver_by_name("GTiff").expect("GTiff");
        let mut made = driver
            .create_with_band_type::<u8, _>(path, self.size.0, self.size.1, 3)
            .expect("made");
        made.set_geo_transform(&transform.coefficients())
            .expect("set");
        made.set_spatial_ref(&SpatialRef::from_definition(self.crs).expect("known"))
            .expect("set");
        for band in 0..3 {
            let value = |(place, (x, y)): (&LonLat, (usize, usize))| {
                if hole(x, y) {
                    0
                } else {
                    self.colour(*place)[band]
                }
            };
            let mut values = Buffer::new(
                self.size,
                places.iter().zip(all.clone()).map(value).collect(),
            );
            let mut band = made.rasterband(band + 1).expect("band");
            band.set_no_data_value(Some(0.0)).expect("set");
            band.write((0, 0), self.size, &mut values).expect("written");
        }
        made.close().expect("closed");
        Orthomosaic::open(path, &RasterOptions::default())
            .expect("opened")
            .into()
    }

    fn colour(&self, at: LonLat) -> [u8; 3] {
        let north = (at.lat - self.middle.lat) * 111_000.0;
        let east = (at.lon - self.middle.lon) * 111_000.0 * self.middle.lat.to_radians().cos();
        let wave = |metres: f64| (128.0 + 100.0 * (metres / STRIPE_M).sin()) as u8;
        [wave(north), wave(east), 90]
    }

    fn tile(&self, zoom: u8) -> TileAddress {
        let count = f64::from(1_u32 << zoom);
        let at = address::Mercator::of(self.middle);
        TileAddress::new(zoom, (at.x * count) as u32, (at.y * count) as u32).expect("exists")
    }
}

fn grounds() -> Vec<Ground> {
    let china = LonLat::new(113.30, 33.74);
    let of = |crs, middle, pixel, turn| Ground {
        crs,
        middle,
        pixel,
        turn,
        size: (900, 700),
    };
    vec![
        of("EPSG:32649", china, 0.05, 0.0),
        of("EPSG:4547", china, 0.05, 0.6),
        of("EPSG:4490", china, 5e-7, 0.0),
        of("EPSG:2263", LonLat::new(-74.0, 40.7), 0.16, 2.1),
        of("EPSG:3857", china, 0.06, 0.0),
    ]
}

fn drawn(layer: RasterLayer, tile: TileAddress) -> Option<image::RgbaImage> {
    let picture = OpenLayers::default()
        .tile(&Arc::new(Layer::Raster(layer)), tile)
        .expect("drawn")?;
    Some(
        image::load_from_memory(&picture.bytes)
            .expect("a picture")
            .to_rgba8(),
    )
}

fn only(source: Source) -> RasterLayer {
    RasterLayer::new(Some(source), None).expect("a layer")
}

/// How far colours of a tile are from those of its ground, on average over what is shown; and how much is shown.
fn difference(ground: &Ground, tile: TileAddress, picture: &image::RgbaImage) -> (f64, usize) {
    let (mut sum, mut count) = (0.0, 0);
    for (x, y, pixel) in picture.enumerate_pixels().filter(|(.., p)| p[3] == 255) {
        let expected = ground.colour(tile.locate(f64::from(x) + 0.5, f64::from(y) + 0.5));
        sum += (0..2)
            .map(|k| f64::from(pixel[k].abs_diff(expected[k])))
            .sum::<f64>();
        count += 1;
    }
    (sum / (2.0 * f64::from(count).max(1.0)), count as usize)
}

#[test]
fn ground_is_shown_where_it_is_in_metres_degrees_and_feet_straight_and_turned() {
    let folder = tempfile::tempdir().expect("folder");
    for (n, ground) in grounds().iter().enumerate() {
        let source = ground.write(&folder.path().join(format!("{n}.tif")), |_, _| false);
        for zoom in [18, 20, 21, 22] {
            let tile = ground.tile(zoom);
            let picture = drawn(only(source.clone()), tile).expect("something to see");
            let (off, count) = difference(ground, tile, &picture);
            // A pixel of shift at zoom 20 (15 cm) changes the waves by 4 on average.
            assert!(
                off < 4.0 && count > 1000,
                "{} at {zoom}: {off} over {count}",
                ground.crs
            );
        }
        for zoom in [0, 5, 10, 13] {
            let picture = drawn(only(source.clone()), ground.tile(zoom));
            let shown = picture.map_or(0, |p| p.pixels().filter(|p| p[3] == 255).count());
            assert!(shown <= 256, "a dot at most: {shown}");
        }
    }
}

#[test]
fn a_pyramid_shows_the_same_and_is_enough_where_the_source_is_gone() {
    let folder = tempfile::tempdir().expect("folder");
    for (n, ground) in grounds().iter().enumerate() {
        let source = ground.write(&folder.path().join(format!("{n}.tif")), |_, _| false);
        let path = folder.path().join(format!("{n}-pyramid.tif"));
        let pyramid = Pyramid::begin(&source, PyramidPart::whole(&source), &path)
            .expect("begun")
            .expect("no photo");
        pyramid
            .finish(Existing::Stays, &AtomicBool::new(false))
            .expect("made");
        let pyramid: Source = Orthomosaic::open(&path, &RasterOptions::default())
            .expect("opened")
            .into();
        for zoom in [18, 19, 20] {
            let tile = ground.tile(zoom);
            let alone = RasterLayer::new(None, Some(pyramid.clone())).expect("a layer");
            let both =
                RasterLayer::new(Some(source.clone()), Some(pyramid.clone())).expect("a layer");
            for layer in [alone, both] {
                let picture = drawn(layer, tile).expect("something to see");
                let (off, count) = difference(ground, tile, &picture);
                assert!(
                    off < 8.0 && count > 1000,
                    "{} at {zoom}: {off} over {count}",
                    ground.crs
                );
            }
        }
    }
}

#[test]
fn what_is_full_is_jpeg_the_edge_and_holes_are_clear_and_elsewhere_is_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let ground = &grounds()[0];
    let is_hole = |x: usize, y: usize| (560..660).contains(&x) && y >= 340;
    let source = ground.write(&folder.path().join("a.tif"), is_hole);
    let layer = Arc::new(Layer::Raster(only(source)));
    let mut desk = OpenLayers::default();
    let mut picture = |tile| desk.tile(&layer, tile).expect("drawn");
    let deep = ground.tile(23);
    assert_eq!(picture(deep).expect("inside").media_type, "image/jpeg");
    let wide = ground.tile(18);
    let mut shown = 0;
    for n in 0..9 {
        let (column, row) = (wide.column() + n % 3 - 1, wide.row() + n / 3 - 1);
        let Some(found) = picture(TileAddress::new(18, column, row).expect("exists")) else {
            continue;
        };
        assert_eq!(found.media_type, "image/png");
        let pixels = image::load_from_memory(&found.bytes)
            .expect("a picture")
            .to_rgba8();
        shown += pixels.pixels().filter(|p| p[3] == 255).count();
    }
    let pixel_m2 = (wide.gsd_cm(ground.middle.lat) / 100.0).powi(2);
    let (found, expected) = (shown as f64 * pixel_m2, 45.0 * 35.0 - 5.0 * 18.0);
    assert!((found / expected - 1.0).abs() < 0.02, "{found} {expected}");
    let away = TileAddress::new(18, wide.column() + 50, wide.row()).expect("exists");
    assert_eq!(picture(away), None);
}

#[test]
fn a_raster_of_one_pixel_is_shown_as_a_square_of_its_colour() {
    let folder = tempfile::tempdir().expect("folder");
    let ground = Ground {
        crs: "EPSG:32649",
        middle: LonLat::new(113.30, 33.74),
        pixel: 2.0,
        turn: 0.0,
        size: (1, 1),
    };
    let source = ground.write(&folder.path().join("one.tif"), |_, _| false);
    let tile = ground.tile(20);
    let picture = drawn(only(source.clone()), tile).expect("something to see");
    let shown: Vec<_> = picture.pixels().filter(|p| p[3] == 255).collect();
    assert!(!shown.is_empty() && shown.iter().all(|p| p[2] == 90));
    let _far = drawn(only(source), ground.tile(3));
}

#[test]
fn a_painter_draws_for_many_at_once_what_one_thread_draws() {
    let folder = tempfile::tempdir().expect("folder");
    let ground = &grounds()[1];
    let source = ground.write(&folder.path().join("a.tif"), |_, _| false);
    let layer = Arc::new(Layer::Raster(only(source)));
    let painter = Painter::new(2);
    let tile = ground.tile(21);
    let tiles: Vec<_> = (0..16)
        .filter_map(|n| TileAddress::new(21, tile.column() + n % 4, tile.row() + n / 4))
        .collect();
    let alone: Vec<_> = tiles
        .iter()
        .map(|t| OpenLayers::default().tile(&layer, *t).expect("drawn"))
        .collect();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for (tile, expected) in tiles.iter().zip(&alone) {
                    assert_eq!(&painter.tile(&layer, *tile).expect("drawn"), expected);
                }
            });
        }
    });
}

#[test]
fn heights_are_shaded_and_what_has_none_is_clear() {
    let folder = tempfile::tempdir().expect("folder");
    set_up_gdal();
    let path = folder.path().join("dem.tif");
    let driver = DriverManager::get_driver_by_name("GTiff").expect("GTiff");
    let mut made = driver
        .create_with_band_type::<f32, _>(&path, 60, 60, 1)
        .expect("made");
    made.set_geo_transform(&[500_000.0, 10.0, 0.0, 3_700_000.0, 0.0, -10.0])
        .expect("set");
    made.set_spatial_ref(&SpatialRef::from_epsg(32649).expect("known"))
        .expect("set");
    // A ridge from north to south: its west is lit, its east is not.
    let height = |i: usize| match (i % 60, i / 60) {
        (_, y) if y > 50 => -9999.0,
        (x, _) => 800.0 - 6.0 * (x as f32 - 30.0).abs(),
    };
    let mut band = made.rasterband(1).expect("band");
    band.set_no_data_value(Some(-9999.0)).expect("set");
    band.write(
        (0, 0),
        (60, 60),
        &mut Buffer::new((60, 60), (0..3600).map(height).collect()),
    )
    .expect("written");
    made.close().expect("closed");
    let layer = Arc::new(Layer::Heights(HeightLayer::new(&path).expect("a layer")));
    let crs = Crs::parse("EPSG:32649").expect("known");
    let place = |x: f64, y: f64| {
        let at = crate::ground::CrsPoint { x, y };
        crs.to_lonlat()
            .expect("known")
            .apply(&[at])
            .expect("in range")[0]
    };
    let grey = |x: f64, y: f64| {
        let at = address::Mercator::of(place(x, y));
        let count = f64::from(1_u32 << 16);
        let tile =
            TileAddress::new(16, (at.x * count) as u32, (at.y * count) as u32).expect("exists");
        let (px, py) = tile.position(at);
        let picture = OpenLayers::default()
            .tile(&layer, tile)
            .expect("drawn")
            .expect("something");
        let pixels = image::load_from_memory(&picture.bytes)
            .expect("a picture")
            .to_rgba8();
        *pixels.get_pixel(px as u32, py as u32)
    };
    let (west, east, none) = (
        grey(500_150.0, 3_699_800.0),
        grey(500_450.0, 3_699_800.0),
        grey(500_150.0, 3_699_430.0),
    );
    assert!(
        west[0] > 200 && east[0] < 170 && west[3] == 255 && none[3] == 0,
        "{west:?} {east:?} {none:?}"
    );
    assert!(HeightLayer::new(&folder.path().join("none.tif")).is_err());
}

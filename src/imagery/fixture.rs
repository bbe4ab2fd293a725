//! A made raster for the tests of what reads rasters.

use super::{Orthomosaic, RasterOptions, Source, set_up_gdal};
use gdal::DriverManager;
use gdal::raster::{Buffer, RasterCreationOptions};
use gdal::spatial_ref::SpatialRef;
use std::path::Path;

/// A raster whose red is its column and whose green is its row, without data where `hole` says so.
pub fn raster(
    path: &Path,
    size: (usize, usize),
    options: &[&str],
    hole: impl Fn(usize, usize) -> bool,
) {
    set_up_gdal();
    let options: RasterCreationOptions = options.iter().copied().collect();
    let driver = DriverManager::get_driver_by_name("GTiff").expect("GTiff");
    let mut made = driver
        .create_with_band_type_with_options::<u8, _>(path, size.0, size.1, 3, &options)
        .expect("made");
    made.set_geo_transform(&[500_000.0, 0.05, 0.01, 3_700_000.0, 0.01, -0.05])
        .expect("set");
    made.set_spatial_ref(&SpatialRef::from_epsg(32649).expect("known"))
        .expect("set");
    for band in 0..3 {
        let value = |x: usize, y: usize| match (hole(x, y), band) {
            (true, _) => 0,
            (_, 0) => (40 + x / 8 % 200) as u8,
            (_, 1) => (40 + y / 8 % 200) as u8,
            _ => 90,
        };
        let at = (0..size.0 * size.1).map(|i| value(i % size.0, i / size.0));
        let mut values = Buffer::new(size, at.collect());
        let mut band = made.rasterband(band + 1).expect("band");
        band.set_no_data_value(Some(0.0)).expect("set");
        band.write((0, 0), size, &mut values).expect("written");
    }
    made.close().expect("closed");
}

/// A raster as a scan opens it.
pub fn opened(path: &Path) -> Source {
    Orthomosaic::open(path, &RasterOptions::default())
        .expect("opened")
        .into()
}

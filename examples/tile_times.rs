//! CPU time of map tiles for `benches/tiles.sh`: `tile_times TILES RASTER [PYRAMID]` draws so many tiles at random places at
//! each zoom and writes a line each: zoom, median and 95th percentile in milliseconds, median size in bytes. The same
//! places are drawn every time.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a tool for a person at a desk"
)]

use papaver::imagery::tile::{Layer, OpenLayers, RasterLayer, TileAddress, TileError};
use papaver::imagery::{Orthomosaic, RasterOptions, Source, set_up_gdal};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::path::Path;
use std::sync::Arc;

/// Nanoseconds that this thread has run: others on the machine do not count.
fn ran_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let first = text.split_whitespace().next();
    first.and_then(|n| n.parse().ok()).expect("a number")
}

fn opened(path: &str) -> Source {
    Orthomosaic::open(Path::new(path), &RasterOptions::default())
        .expect("a raster")
        .into()
}

fn main() {
    set_up_gdal();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [count, raster, pyramid @ ..] = arguments.as_slice() else {
        println!("usage: tile_times TILES RASTER [PYRAMID]");
        return;
    };
    let count: usize = count.parse().expect("a number");
    let started = std::time::Instant::now();
    let layer = RasterLayer::new(
        Some(opened(raster)),
        pyramid.first().map(|path| opened(path)),
    );
    let layer = Arc::new(Layer::Raster(layer.expect("a layer")));
    let (low, high) = layer.corners();
    let mut random = StdRng::seed_from_u64(7);
    let mut desk = OpenLayers::default();
    for zoom in (12..=layer.deepest().min(24)).rev() {
        let (mut times, mut sizes) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let place = (
                random.random_range(0.05..0.95),
                random.random_range(0.05..0.95),
            );
            let lon = low.lon + (high.lon - low.lon) * place.0;
            let lat = (low.lat + (high.lat - low.lat) * place.1).to_radians();
            let across = f64::from(1_u32 << zoom);
            let down = 0.5 - lat.tan().asinh() / std::f64::consts::TAU;
            let (x, y) = ((lon + 180.0) / 360.0 * across, down * across);
            let tile = TileAddress::new(zoom, x as u32, y as u32).expect("a tile");
            let before = ran_ns();
            match desk.tile(&layer, tile) {
                Ok(picture) => sizes.push(picture.map_or(0, |p| p.bytes.len())),
                Err(TileError::TooFarOut) => break,
                Err(error) => println!("{error}"),
            }
            times.push(ran_ns() - before);
        }
        times.sort_unstable();
        sizes.sort_unstable();
        match times.len() {
            0 => println!("{zoom}\ttoo far out"),
            n => println!(
                "{zoom}\t{:.1}\t{:.1}\t{}",
                times[n / 2] as f64 / 1e6,
                times[n * 95 / 100] as f64 / 1e6,
                sizes[n / 2]
            ),
        }
    }
    println!("all\t{:.1} s", started.elapsed().as_secs_f64());
}

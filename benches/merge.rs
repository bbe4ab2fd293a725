//! The merge of 10,000 shards with 3 million hits in 2,000 plots: how long, and how much memory. `cargo bench --bench merge`.
//!
//! The raster is sparse: black ground without a stored block. What the shards hold is made up and written as a worker writes
//! it. Without the second look, whose cost is that of one scan.

#![allow(clippy::print_stdout, reason = "it prints its figures")]

use gdal::DriverManager;
use gdal::raster::RasterCreationOptions;
use gdal::spatial_ref::SpatialRef;
use papaver::scan::{ReviewPage, ScanRequest, Silent, fill_shards};
use papaver::schema::{CellRecord, CornersRecord};
use papaver::words::Lang;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Pixels along a side of the raster, two centimetres each.
const SIDE: usize = 72_000;
const SHARDS: usize = 10_000;
/// Of so many tiles one has a plot, and none beside it: plots are farther from one another than the radius of a site.
const EVERY: u32 = 5;
/// Cells of a plot.
const CELLS: u32 = 1500;
/// Model pixels along a side of a cell.
const CELL: u32 = 16;

fn raster(path: &Path) -> Result<(), Box<dyn Error>> {
    let options = [
        "TILED=YES",
        "SPARSE_OK=TRUE",
        "BIGTIFF=YES",
        "BLOCKXSIZE=512",
        "BLOCKYSIZE=512",
    ];
    let options = RasterCreationOptions::from_iter(options);
    let driver = DriverManager::get_driver_by_name("GTiff")?;
    let mut made =
        driver.create_with_band_type_with_options::<u8, _>(path, SIDE, SIDE, 3, &options)?;
    made.set_spatial_ref(&SpatialRef::from_epsg(32649)?)?;
    made.set_geo_transform(&[500_000.0, 0.02, 0.0, 3_700_000.0, 0.0, -0.02])?;
    Ok(())
}

fn papaver(arguments: &[&str], paths: [&Path; 2]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_papaver"));
    command
        .args(arguments)
        .arg(paths[0])
        .arg("-o")
        .arg(paths[1]);
    command
}

fn run(mut command: Command) -> Result<(), Box<dyn Error>> {
    let ended = command.status()?;
    // Black ground is a collar, and said to be one: not all was searched.
    if ended.code().is_none_or(|code| code == 1) {
        return Err(format!("{command:?}: {ended}").into());
    }
    Ok(())
}

/// The cells of a plot in what a tile stands for, where it has one: of so many tiles beside each other one has.
fn plot([x0, y0, x1, y1]: CornersRecord) -> Vec<CellRecord> {
    let place = x0 / (x1 - x0) + 2 * (y0 / (y1 - y0));
    let across = (x1 - x0) / CELL;
    let cell = |i: u32| {
        let (x, y) = (x0 + i % across * CELL, y0 + i / across * CELL);
        CellRecord(x, y, x + CELL, y + CELL, 0.9, 1, 0)
    };
    let fits = across * ((y1 - y0) / CELL) >= CELLS;
    let has_plot = fits && place.is_multiple_of(EVERY);
    (0..CELLS).filter(|_| has_plot).map(cell).collect()
}

/// Writes what the shards found; returns how many hits there are.
fn score(raster: PathBuf, folder: &Path) -> Result<usize, Box<dyn Error>> {
    let page: ReviewPage = |_, _, _| String::new();
    let request = ScanRequest::new(vec![raster], folder.join("none"), page, Lang::En);
    let hits = AtomicUsize::new(0);
    let counted = |core: CornersRecord| {
        let cells = plot(core);
        hits.fetch_add(cells.len(), Ordering::Relaxed);
        cells
    };
    let shards = fill_shards(&request, folder, &Silent, counted)?;
    println!("{shards} shards");
    Ok(hits.into_inner())
}

/// The most memory that a process has taken, in megabytes, as far as the system tells.
fn most_mb(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()
        .map(|kb| kb / 1024)
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    raster(&at("ortho.tif"))?;
    let shards = SHARDS.to_string();
    run(papaver(
        &["plan", "-q", "--no-verify", "--shards", &shards],
        [&at("ortho.tif"), &at("plan")],
    ))?;
    let hits = score(at("ortho.tif"), &at("plan"))?;
    let begun = Instant::now();
    let mut merge = papaver(&["merge", "-q", "--plan"], [&at("plan"), &at("out")]).spawn()?;
    let mut most = None;
    while merge.try_wait()?.is_none() {
        most = most.max(most_mb(merge.id()));
        sleep(Duration::from_millis(20));
    }
    let candidates = fs::read_to_string(at("out").join("candidates.geojson"))?;
    let found = candidates.matches("\"Feature\"").count();
    println!(
        "{hits} hits, {found} candidates: {:.1} s, {most:?} MB",
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}

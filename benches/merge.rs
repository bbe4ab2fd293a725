//! The merge of 10,000 shards with 3 million hits in 2,000 plots: how long, and how much memory. `cargo bench --bench merge`.
//!
//! The raster is sparse: black ground without a stored block. What the shards hold is made up and written as a worker writes
//! it. Without the second look, whose cost is that of one scan.

#![allow(clippy::print_stdout, reason = "it prints its figures")]

use gdal::DriverManager;
use gdal::raster::RasterCreationOptions;
use gdal::spatial_ref::SpatialRef;
use papaver::scan::keep_shard;
use papaver::schema::{CellRecord, CellsRecord, GroundRecord, PlanRecord, ScoreLine, TaskRange};
use rayon::prelude::*;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Pixels along a side of the raster, two centimetres each.
const SIDE: usize = 72_000;
const SHARDS: usize = 10_000;
/// Shards in a square, each of which lies in a place of its own.
const ACROSS: usize = 100;
/// Of so many shards one has a plot, and none beside it: plots are farther from one another than the radius of a site.
const EVERY: usize = 5;
/// Cells of a plot, and those of one of its rows.
const CELLS: u32 = 1500;
const CELLS_ACROSS: u32 = 39;
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

fn has_plot(shard: usize) -> bool {
    (shard % ACROSS + 2 * (shard / ACROSS)).is_multiple_of(EVERY)
}

/// The plot of a shard, in its place.
fn plot(shard: usize) -> Vec<CellRecord> {
    let step = SIDE / ACROSS;
    let corner = |n: usize| u32::try_from(n * step).unwrap_or_default() / CELL * CELL + CELL;
    let (left, top) = (corner(shard % ACROSS), corner(shard / ACROSS));
    let cell = |i: u32| {
        let (x, y) = (
            left + i % CELLS_ACROSS * CELL,
            top + i / CELLS_ACROSS * CELL,
        );
        CellRecord(x, y, x + CELL, y + CELL, 0.9, 1)
    };
    (0..CELLS).map(cell).collect()
}

/// The ground of all chunks, as a scan of it writes it, but with data everywhere.
fn ground(raster: &Path, folder: &Path) -> Result<Vec<ScoreLine>, Box<dyn Error>> {
    run(papaver(
        &["plan", "-q", "--no-verify", "--shards", "1"],
        [raster, folder],
    ))?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_papaver"));
    command
        .args(["scan", "-q", "--shard", "0", "--plan"])
        .arg(folder);
    run(command)?;
    let text = fs::read_to_string(folder.join("shards/00000.jsonl"))?;
    let whole = |line: &str| match serde_json::from_str(line.get(9..)?) {
        Ok(ScoreLine::Ground(ground)) => Some(ScoreLine::Ground(GroundRecord {
            no_data: vec![],
            blank: vec![],
            ..ground
        })),
        _ => None,
    };
    Ok(text.lines().filter_map(whole).collect())
}

/// Writes what the shards found.
fn score(folder: &Path, ground: &[ScoreLine]) -> Result<(), Box<dyn Error>> {
    let plan: PlanRecord = serde_json::from_slice(&fs::read(folder.join("plan.json"))?)?;
    let count = plan.shards.len();
    println!("{count} shards");
    (0..count).into_par_iter().try_for_each(|shard| {
        let tasks = plan.shards[shard].tasks.iter();
        let tasks = tasks
            .flat_map(|TaskRange(work, first, after)| (*first..*after).map(|task| (*work, task)));
        let mut plot = if has_plot(shard) { plot(shard) } else { vec![] };
        let cells = tasks.map(|(work, task)| {
            let cells = std::mem::take(&mut plot);
            ScoreLine::Cells(CellsRecord { work, task, cells })
        });
        let own = ground.iter().skip(shard).step_by(count).cloned();
        keep_shard((folder, shard), own.chain(cells)).map(drop)
    })?;
    Ok(())
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
    let ground = ground(&at("ortho.tif"), &at("one"))?;
    let shards = SHARDS.to_string();
    run(papaver(
        &["plan", "-q", "--no-verify", "--shards", &shards],
        [&at("ortho.tif"), &at("plan")],
    ))?;
    score(&at("plan"), &ground)?;
    let begun = Instant::now();
    let mut merge = papaver(&["merge", "-q", "--plan"], [&at("plan"), &at("out")]).spawn()?;
    let mut most = None;
    while merge.try_wait()?.is_none() {
        most = most.max(most_mb(merge.id()));
        sleep(Duration::from_millis(20));
    }
    let candidates = fs::read_to_string(at("out").join("candidates.geojson"))?;
    let found = candidates.matches("\"Feature\"").count();
    let hits = CELLS as usize * SHARDS.div_ceil(EVERY);
    println!(
        "{hits} hits, {found} candidates: {:.1} s, {most:?} MB",
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}

//! The imagery around crews' sites, drawn for their projects while the server runs: one crew after another on one thread, so that
//! pages and tiles go before. What it takes is the imagery of the served folder's surveys, the newest uppermost, and below it the
//! base maps.

use super::answer::Refused;
use super::house::{House, Shared, waiting};
use super::library::{LibraryPlace, scan_of};
use super::maps::Base;
use super::stored::PmTiles;
use super::tiles::layer_names;
use crate::imagery::Fingerprint;
use crate::imagery::base_map::TilesAbout;
use crate::imagery::tile::{Layer, TileAddress, TilePicture};
use crate::office::field::{Imagery, StoredTiles, Surroundings, access_file};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

/// How often it is looked whether anything is other than it was.
const LOOK: Duration = Duration::from_secs(5);
/// How often imagery is opened all the same: a disk may have been plugged in.
const AGAIN: Duration = Duration::from_secs(1800);
/// Layers that are looked at, the newest first.
const MOST: usize = 64;

impl StoredTiles for PmTiles {
    fn about(&self) -> &TilesAbout {
        self.about()
    }

    fn fingerprint(&self) -> &Fingerprint {
        self.fingerprint()
    }

    /// Only where it may be waited.
    fn tile(&self, at: TileAddress) -> Option<TilePicture> {
        Handle::current().block_on(self.tile(at))
    }
}

/// Draws what is lacking, until the server ends.
pub(super) async fn draw(house: Shared, stop: Arc<AtomicBool>) {
    let mut drawn: Option<(String, Instant)> = None;
    while !stop.load(Ordering::Relaxed) {
        let (own, stopped) = (house.clone(), Arc::clone(&stop));
        let before = drawn.clone();
        let looked = waiting(move || {
            let now = state(&own);
            let is_drawn = before.is_some_and(|(state, at)| state == now && at.elapsed() < AGAIN);
            if !is_drawn {
                draw_all(&own, &stopped)?;
            }
            Ok((!is_drawn).then_some(now))
        });
        match looked.await {
            Ok(Some(state)) => drawn = Some((state, Instant::now())),
            Ok(None) => {}
            // The registry is held by another program, or the disk is full: it is tried again.
            Err(_later) => drawn = None,
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What changes when sites, crews or surveys may have changed: times and lengths of files, which cost nothing to ask.
fn state(house: &House) -> String {
    let mut state = String::new();
    let mut add = |path: &Path| {
        if let Ok(about) = std::fs::metadata(path) {
            // Text can always be added to text.
            let (length, at) = (about.len(), about.modified().ok());
            let _ = write!(state, "{} {length} {at:?};", path.display());
        }
    };
    for (_, field) in house.fields.all(&house.library) {
        let registry = field.registry();
        add(registry);
        add(&crate::files::beside(registry, "-wal"));
        add(&access_file(registry));
    }
    for survey in house.library.surveys() {
        add(&survey.path.join("scan.json"));
        add(&survey.path.join("pyramid"));
    }
    state
}

fn draw_all(house: &House, stop: &AtomicBool) -> Result<(), Refused> {
    let fields = house.fields.all(&house.library);
    if fields.is_empty() {
        return Ok(());
    }
    let imagery = imagery(house);
    let surroundings = Surroundings {
        imagery: &imagery,
        stop,
    };
    for (_, field) in fields {
        field.draw(&surroundings)?;
    }
    Ok(())
}

/// The imagery there is, the uppermost first.
fn imagery(house: &House) -> Vec<Imagery<'_>> {
    let dated = |place: LibraryPlace| {
        let scan = scan_of(&place)?;
        let day = scan.captured.as_ref().map(|period| period.to.clone());
        Some((day, place, scan))
    };
    let mut surveys: Vec<_> = house
        .library
        .surveys()
        .into_iter()
        .filter_map(dated)
        .collect();
    surveys.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.path.cmp(&b.1.path)));
    let layers = surveys.iter().flat_map(|(_, place, scan)| {
        let names = layer_names(scan).into_iter();
        names.filter_map(|name| house.maps.layer(&house.root, place, name).ok())
    });
    let own = layers.take(MOST).map(Imagery::Drawn);
    let below = house
        .maps
        .bases()
        .iter()
        .filter_map(|base| match &base.base {
            Base::Drawn(layer) if matches!(**layer, Layer::Heights(_)) => None,
            Base::Drawn(layer) => Some(Imagery::Drawn(Arc::clone(layer))),
            Base::Rows(tiles) => Some(Imagery::Stored(tiles)),
            Base::Packed(tiles) => Some(Imagery::Stored(tiles)),
        });
    own.chain(below).collect()
}

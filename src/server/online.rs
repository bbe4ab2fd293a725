//! The maps of a service on a network, where one was asked for when the server began: tiles are fetched few at a time, in a lane of their
//! own, and kept in memory alone.
//!
//! A service that fails three times in a row is left alone for a while; meanwhile its tiles are clear, and the list of maps says why.

use super::lane::Lane;
use super::tile_cache::TileCache;
use crate::imagery::tile::{TileAddress, TilePicture};
use crate::imagery::{Fingerprint, fingerprint_bytes};
use crate::office::clock;
use crate::remote::{TIANDITU_ZOOMS, Tianditu, TiandituAccess, TiandituError, TiandituMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Tiles that are fetched at once.
const AT_ONCE: usize = 4;
/// How long whoever asks for a tile waits for it.
const PATIENCE: Duration = Duration::from_secs(8);
/// Failures in a row after which the service is left alone, and for how long.
const MOST_FAILURES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(20);
/// Bytes of tiles that are kept.
const MOST_BYTES: usize = 64 << 20;

/// How the service does.
#[derive(Debug, Default)]
struct Health {
    flaw: Option<TiandituError>,
    failures: u32,
    until: Option<Instant>,
}

/// A tile as it is shown now.
#[derive(Debug)]
pub(super) struct OnlineTile {
    /// Clear where there is nothing to see.
    pub picture: TilePicture,
    /// Whether it is what the service has, and may be kept.
    pub is_whole: bool,
}

impl OnlineTile {
    fn clear(is_whole: bool) -> Self {
        Self {
            picture: TilePicture::clear(),
            is_whole,
        }
    }
}

/// The maps of a service.
#[derive(Debug)]
pub(super) struct OnlineMaps {
    service: Tianditu,
    lane: Lane,
    kept: Mutex<TileCache<(TiandituMap, TileAddress)>>,
    health: Mutex<Health>,
}

impl OnlineMaps {
    /// Nothing is asked yet.
    pub fn new(access: TiandituAccess) -> Self {
        Self {
            service: Tianditu::new(access),
            lane: Lane::of(AT_ONCE),
            kept: Mutex::new(TileCache::of(MOST_BYTES)),
            health: Mutex::default(),
        }
    }

    /// A map by the id in an address.
    pub fn named(id: &str) -> Option<TiandituMap> {
        TiandituMap::ALL.into_iter().find(|map| map.id() == id)
    }

    /// What makes a map's tiles the same tiles: they are taken for the same for a day.
    pub fn fingerprint(map: TiandituMap) -> Fingerprint {
        let day = clock::today_here().to_string();
        fingerprint_bytes(&[map.id().as_bytes(), day.as_bytes()])
    }

    /// What is wrong with the service, as far as it was asked last.
    pub fn trouble(&self) -> Option<TiandituError> {
        held(&self.health).flaw
    }

    /// A tile: what is kept at once, and what has to be fetched in its turn.
    pub async fn tile(self: &Arc<Self>, map: TiandituMap, at: TileAddress) -> OnlineTile {
        if let Some(known) = self.known(map, at) {
            return known;
        }
        let own = Arc::clone(self);
        let fetching = self.lane.waiting(move || Ok(own.fetched(map, at)));
        match tokio::time::timeout(PATIENCE, fetching).await {
            Ok(Ok(tile)) => tile,
            Ok(Err(_broken)) => OnlineTile::clear(false),
            Err(_late) => {
                // Whether the service has failed its fetch says; that many ask at once is no failure of its.
                let mut health = held(&self.health);
                health.flaw = health.flaw.or(Some(TiandituError::Slow));
                OnlineTile::clear(false)
            }
        }
    }

    /// What is shown without asking the service.
    fn known(&self, map: TiandituMap, at: TileAddress) -> Option<OnlineTile> {
        if !TIANDITU_ZOOMS.contains(&at.zoom()) {
            return Some(OnlineTile::clear(true));
        }
        let kept = held(&self.kept).get((map, at));
        if let Some(picture) = kept {
            return Some(self.shown(picture));
        }
        let until = held(&self.health).until;
        let is_left_alone = until.is_some_and(|until| Instant::now() < until);
        is_left_alone.then(|| OnlineTile::clear(false))
    }

    /// Fetches a tile, unless another has meanwhile, or the service is left alone since.
    fn fetched(&self, map: TiandituMap, at: TileAddress) -> OnlineTile {
        if let Some(known) = self.known(map, at) {
            return known;
        }
        let tile = self.service.tile(map, at);
        match (tile.flaw, tile.picture) {
            (None | Some(TiandituError::Nothing), picture) => {
                *held(&self.health) = Health::default();
                held(&self.kept).put((map, at), picture.clone());
                self.shown(picture)
            }
            // The ground without its labels.
            (flaw, Some(picture)) => {
                held(&self.health).flaw = flaw;
                let is_whole = false;
                OnlineTile { picture, is_whole }
            }
            (Some(flaw), None) => {
                self.has_failed(flaw);
                OnlineTile::clear(false)
            }
        }
    }

    /// What the service has; that it has nothing is said, as the map would be empty without a word.
    fn shown(&self, picture: Option<TilePicture>) -> OnlineTile {
        let mut health = held(&self.health);
        let Some(picture) = picture else {
            health.flaw = health.flaw.or(Some(TiandituError::Nothing));
            return OnlineTile::clear(true);
        };
        health.flaw = health.flaw.filter(|flaw| *flaw != TiandituError::Nothing);
        let is_whole = true;
        OnlineTile { picture, is_whole }
    }

    fn has_failed(&self, flaw: TiandituError) {
        let mut health = held(&self.health);
        health.flaw = Some(flaw);
        health.failures += 1;
        if health.failures >= MOST_FAILURES {
            health.until = Some(Instant::now() + PAUSE);
        }
    }
}

fn held<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Tiles of a map service that were shown last, in memory alone and up to so many bytes; the one that was not asked for longest gives way.

use crate::imagery::tile::TilePicture;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// What an entry takes beside its picture.
const BESIDE: usize = 256;

/// What is known of a tile: its picture, or that there is none.
type KnownTile = Option<TilePicture>;

/// Tiles by their keys.
#[derive(Debug)]
pub(super) struct TileCache<K> {
    most: usize,
    bytes: usize,
    turn: u64,
    /// Each with the turn in which it was asked for last.
    tiles: HashMap<K, (u64, KnownTile)>,
    order: BTreeMap<u64, K>,
}

impl<K: Copy + Eq + Hash> TileCache<K> {
    /// One of so many bytes at most.
    pub fn of(most: usize) -> Self {
        Self {
            most,
            bytes: 0,
            turn: 0,
            tiles: HashMap::new(),
            order: BTreeMap::new(),
        }
    }

    /// What is known of a tile.
    pub fn get(&mut self, key: K) -> Option<KnownTile> {
        let (last, known) = self.tiles.get_mut(&key)?;
        self.order.remove(last);
        self.turn += 1;
        *last = self.turn;
        self.order.insert(self.turn, key);
        Some(known.clone())
    }

    /// Keeps what is known of a tile.
    pub fn put(&mut self, key: K, known: KnownTile) {
        self.forget(key);
        self.bytes += size(&known);
        self.turn += 1;
        self.order.insert(self.turn, key);
        self.tiles.insert(key, (self.turn, known));
        while self.bytes > self.most {
            let Some((_, oldest)) = self.order.first_key_value() else {
                return;
            };
            self.forget(*oldest);
        }
    }

    fn forget(&mut self, key: K) {
        if let Some((last, known)) = self.tiles.remove(&key) {
            self.order.remove(&last);
            self.bytes -= size(&known);
        }
    }
}

fn size(known: &KnownTile) -> usize {
    known.as_ref().map_or(0, |picture| picture.bytes.len()) + BESIDE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(bytes: usize) -> KnownTile {
        Some(TilePicture {
            media_type: "image/png",
            bytes: vec![7; bytes],
        })
    }

    #[test]
    fn what_was_not_asked_for_longest_gives_way_and_no_more_is_kept_than_may_be() {
        let mut cache = TileCache::of(3 * (1000 + BESIDE));
        for key in 0..3 {
            cache.put(key, tile(1000));
        }
        assert_eq!(cache.get(0), Some(tile(1000)));
        cache.put(3, tile(1000));
        assert_eq!(cache.get(1), None);
        assert!([0, 2, 3].iter().all(|key| cache.get(*key).is_some()));
        // In the place of what was known of it.
        cache.put(0, None);
        assert_eq!(cache.get(0), Some(None));
        cache.put(9, tile(100_000));
        assert_eq!((cache.get(9), cache.bytes), (None, 0));
        assert!(cache.tiles.is_empty() && cache.order.is_empty());
    }
}

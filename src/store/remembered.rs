//! What one that writes has read and verified: the events of the sites that it wrote of lately, so that recording one more costs
//! what it says, and not what was said before it.
//!
//! A site's events come in once their signatures hold, and whatever is recorded after them; the same come out. What is taken out is
//! remembered only once it is put back, and nothing stays of a transaction that was taken back. Where another connection has
//! written, the registry is opened anew ([`super::Store::resume`]), with nothing remembered.

use crate::registry::event::Event;
use crate::registry::ids::{Hash, SiteKey};
use std::collections::{BTreeSet, HashMap};

/// Events of which half are remembered at least, and all at most.
const MOST: usize = 16_384;

/// What is known of a site.
#[derive(Debug, Default)]
pub(super) struct KnownHistory {
    /// Its events, all of them verified.
    pub events: Vec<(Hash, Event)>,
    /// Those on which the next one is built.
    pub heads: Vec<Hash>,
}

/// The sites that were written of lately.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    recent: HashMap<SiteKey, KnownHistory>,
    /// Events of the recent ones.
    count: usize,
    /// Those before them, which go when there are as many recent ones.
    earlier: HashMap<SiteKey, KnownHistory>,
    /// The sites that the transaction which is going on has changed.
    changed: BTreeSet<SiteKey>,
}

impl Remembered {
    /// The heads of a site, where it is remembered.
    pub fn heads(&self, site: SiteKey) -> Option<&[Hash]> {
        let known = self.recent.get(&site).or_else(|| self.earlier.get(&site));
        known.map(|known| known.heads.as_slice())
    }

    /// What is known of a site; it is remembered no more until it is put back.
    pub fn recall(&mut self, site: SiteKey) -> Option<KnownHistory> {
        if let Some(known) = self.recent.remove(&site) {
            self.count -= known.events.len();
            return Some(known);
        }
        self.earlier.remove(&site)
    }

    /// Remembers a site as the transaction that is going on leaves it.
    pub fn put(&mut self, site: SiteKey, known: KnownHistory) {
        self.forget(site);
        let more = known.events.len();
        if more > MOST / 2 {
            return;
        }
        if self.count + more > MOST / 2 {
            self.earlier = std::mem::take(&mut self.recent);
            self.count = 0;
        }
        self.count += more;
        self.recent.insert(site, known);
        self.changed.insert(site);
    }

    /// Forgets a site, which is told anew.
    pub fn forget(&mut self, site: SiteKey) {
        let _gone = self.recall(site);
    }

    /// The transaction has ended: what it changed is on the disk, or was taken back.
    pub fn end(&mut self, is_kept: bool) {
        for site in std::mem::take(&mut self.changed) {
            if !is_kept {
                self.forget(site);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{author, create, forged, moment, note, office};
    use super::*;
    use crate::registry::event::Sealed;
    use crate::store::{Store, StoreError};
    use ed25519_dalek::SigningKey;
    use rusqlite::Connection;
    use std::path::Path;

    /// Changes the signatures of every event on the disk, behind the registry's back.
    fn spoil(path: &Path) {
        let other = Connection::open(path).expect("opened");
        let trigger: String = other
            .query_row(
                "SELECT sql FROM sqlite_schema WHERE name = 'events_stay'",
                [],
                |row| row.get(0),
            )
            .expect("there");
        let spoilt = "DROP TRIGGER events_stay; UPDATE events SET signature = zeroblob(64);";
        other.execute_batch(spoilt).expect("changed");
        other.execute_batch(&trigger).expect("put back");
    }

    fn say(store: &mut Store, site: SiteKey, second: i64) -> Result<(), StoreError> {
        store.write(|s| {
            s.append(&author("wang"), note(site), moment(second))
                .map(drop)
        })
    }

    #[test]
    fn what_was_verified_is_not_read_again_until_a_transaction_is_taken_back() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.papaver");
        let mut store = office(&path, 1);
        let [one, other] = ["event:1", "event:2"].map(|origin| create(&mut store, origin, 2));
        spoil(&path);
        say(&mut store, one, 3).expect("it was verified, and is remembered");
        say(&mut store, other, 4).expect("and so is this one");
        let taken_back = store.rehearse(|s| {
            s.append(&author("wang"), note(one), moment(5))?;
            Ok(())
        });
        taken_back.expect("rehearsed");
        say(&mut store, other, 6).expect("nothing of it was taken back");
        let refused = say(&mut store, one, 7);
        assert!(
            matches!(refused, Err(StoreError::Damaged { .. })),
            "{refused:?}"
        );
    }

    #[test]
    fn what_another_device_says_of_a_site_is_read_before_it_is_built_on() {
        let folder = tempfile::tempdir().expect("folder");
        let mut store = office(&folder.path().join("a.papaver"), 1);
        let site = create(&mut store, "event:1", 2);
        say(&mut store, site, 3).expect("said");
        let key = SigningKey::from_bytes(&[9; 32]);
        let event = Event {
            site: Some(site),
            ..forged(9, 1, 1_777_777_777_000, note(site).body).event
        };
        let foreign = Sealed::seal(event, &key, None).expect("sealed");
        let taken = store.write(|s| s.take(std::slice::from_ref(&foreign)));
        assert_eq!(taken.expect("taken"), 1);
        say(&mut store, site, 5).expect("said");
        let events = store.site(site).expect("read").expect("there").events;
        assert_eq!(events, 4, "its founding, two notes and what came in");
    }

    #[test]
    fn no_more_is_remembered_than_fits_and_the_last_ones_are() {
        let mut remembered = Remembered::default();
        let event = forged(1, 1, 1, note(SiteKey([0; 16])).body).event;
        let known = |events: usize| KnownHistory {
            events: vec![(Hash([0; 32]), event.clone()); events],
            heads: vec![],
        };
        let site = |n: u8| SiteKey([n; 16]);
        let held = |remembered: &Remembered| -> usize {
            let all = remembered
                .recent
                .values()
                .chain(remembered.earlier.values());
            all.map(|known| known.events.len()).sum()
        };
        for n in 0..40 {
            remembered.put(site(n), known(MOST / 16));
            assert!(held(&remembered) <= MOST, "{n}");
        }
        for n in 33..40 {
            assert!(remembered.heads(site(n)).is_some(), "{n}");
        }
        assert!(remembered.heads(site(0)).is_none());
        remembered.put(site(50), known(MOST));
        assert!(remembered.heads(site(50)).is_none(), "it alone is too long");
        remembered.end(false);
        assert_eq!((held(&remembered), remembered.count), (0, 0));
    }
}

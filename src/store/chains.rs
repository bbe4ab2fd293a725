//! Events as their devices chained them: numbers, gaps, forks, and what is followed.

use super::registry_file::as_stored;
use super::{Gap, Store, StoreError};
use crate::registry::event::Sealed;
use crate::registry::ids::{DeviceId, Hash};
use std::collections::{BTreeMap, BTreeSet, HashMap};

fn gap((device, first, last): (Vec<u8>, i64, i64)) -> Option<Gap> {
    Some(Gap {
        device: DeviceId::try_from(device.as_slice()).ok()?,
        first: u64::try_from(first).ok()?,
        last: u64::try_from(last).ok()?,
    })
}

impl Store {
    /// Every event in the order it came, from the `after`-th on, at most `limit`.
    ///
    /// # Errors
    /// Those of reading.
    pub fn events(&self, after: i64, limit: i64) -> Result<Vec<Sealed>, StoreError> {
        self.events_where("n > ?1 ORDER BY n LIMIT ?2", [after, limit])
    }

    /// The events of a device with numbers greater than `after`, in order; of one number, as they came.
    ///
    /// # Errors
    /// Those of reading.
    pub fn events_of_device(
        &self,
        device: DeviceId,
        after: u64,
    ) -> Result<Vec<Sealed>, StoreError> {
        let of = (device.as_bytes(), as_stored(after));
        self.events_where("device = ?1 AND seq > ?2 ORDER BY seq, n", of)
    }

    /// The events of a device that somebody lacks who knew its numbers up to `after`, and whose last events of it were
    /// `heads`. Where those are not here, or numbers were given twice, everything is handed out that they do not build
    /// on: rather twice than never.
    ///
    /// # Errors
    /// Those of reading.
    pub fn events_since(
        &self,
        device: DeviceId,
        after: u64,
        heads: Option<&[Hash]>,
    ) -> Result<Vec<Sealed>, StoreError> {
        let known = match heads {
            Some(heads) => {
                !heads.is_empty() && self.known(heads.iter().copied())?.len() == heads.len()
            }
            None => true,
        };
        if known && !self.is_forked(device, after)? {
            return self.events_of_device(device, after);
        }
        let mut events = self.events_of_device(device, 0)?;
        let before: BTreeMap<Hash, Option<Hash>> = events
            .iter()
            .map(|sealed| (sealed.hash, sealed.event.prev))
            .collect();
        let mut has: BTreeSet<Hash> = BTreeSet::new();
        for head in heads.unwrap_or_default() {
            let mut at = Some(*head);
            while let Some(hash) = at.filter(|hash| before.contains_key(hash) && has.insert(*hash))
            {
                at = before.get(&hash).copied().flatten();
            }
        }
        events.retain(|sealed| !has.contains(&sealed.hash));
        Ok(events)
    }

    /// Puts events, of each device in order of its numbers, in the order in which they came here: whoever gets them in one bundle
    /// knows as well as this registry which of two devices said something first. No number goes before a lower one of its device, so
    /// that what is cut off goes on with the next bundle.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn sort_by_arrival(&self, events: &mut Vec<Sealed>) -> Result<(), StoreError> {
        let mut first: HashMap<DeviceId, i64> = HashMap::new();
        let mut ordered = Vec::with_capacity(events.len());
        while let Some(sealed) = events.pop() {
            let sql = "SELECT n FROM events WHERE hash = ?1";
            let came: Option<i64> = self.row(sql, [sealed.hash.as_bytes()], |row| row.get(0))?;
            let before = first.entry(sealed.event.device).or_insert(i64::MAX);
            *before = came.unwrap_or(i64::MAX).min(*before);
            ordered.push((*before, sealed));
        }
        ordered.reverse();
        ordered.sort_by_key(|(came, _)| *came);
        events.extend(ordered.into_iter().map(|(_, sealed)| sealed));
        Ok(())
    }

    /// The last events of devices up to a number: one, or one of each branch where a number was given twice.
    ///
    /// # Errors
    /// Those of reading.
    pub fn heads_of(
        &self,
        upto: &[(DeviceId, u64)],
    ) -> Result<BTreeMap<DeviceId, Vec<Hash>>, StoreError> {
        let mut heads = BTreeMap::new();
        for (device, seq) in upto {
            let own: Vec<Hash> = if self.is_forked(*device, *seq)? {
                let mut events = self.events_of_device(*device, 0)?;
                events.retain(|sealed| sealed.event.seq <= *seq);
                let built_on: BTreeSet<Hash> = events.iter().filter_map(|s| s.event.prev).collect();
                events
                    .iter()
                    .map(|s| s.hash)
                    .filter(|hash| !built_on.contains(hash))
                    .collect()
            } else {
                let of = (device.as_bytes(), as_stored(*seq));
                let last = self.events_where("device = ?1 AND seq = ?2", of)?;
                last.iter().map(|s| s.hash).collect()
            };
            heads.insert(*device, own);
        }
        Ok(heads)
    }

    /// Whether any event of a device up to this number is on a branch.
    pub(super) fn is_forked(&self, device: DeviceId, upto: u64) -> Result<bool, StoreError> {
        self.exists(
            "SELECT 1 FROM late l JOIN events e ON e.hash = l.hash WHERE e.device = ?1 AND e.seq <= ?2 LIMIT 1",
            (device.as_bytes(), as_stored(upto)),
        )
    }

    /// The devices whose chains have branches, with the number at which the first begins.
    ///
    /// # Errors
    /// Those of reading.
    pub fn forks(&self) -> Result<Vec<(DeviceId, u64)>, StoreError> {
        self.numbers(
            "SELECT e.device, min(e.seq) FROM late l JOIN events e ON e.hash = l.hash GROUP BY e.device",
        )
    }

    /// The events with which branches of a device's chain begin.
    ///
    /// # Errors
    /// Those of reading.
    pub fn branches_at(&self, device: DeviceId) -> Result<Vec<Hash>, StoreError> {
        let begins: BTreeSet<Hash> = self.gate.grounds().late.values().copied().collect();
        let mut branches = Vec::new();
        for hash in begins {
            let event = self.event(hash)?;
            branches.extend(event.filter(|s| s.event.device == device).map(|s| s.hash));
        }
        Ok(branches)
    }

    /// Of some events, those that are here.
    ///
    /// # Errors
    /// Those of reading.
    pub fn known(&self, hashes: impl Iterator<Item = Hash>) -> Result<BTreeSet<Hash>, StoreError> {
        let mut known = BTreeSet::new();
        for hash in hashes {
            if self.exists("SELECT 1 FROM events WHERE hash = ?1", [hash.as_bytes()])? {
                known.insert(hash);
            }
        }
        Ok(known)
    }

    /// Events that concern no site, of one type.
    ///
    /// # Errors
    /// Those of reading.
    pub fn unit_events(&self, kind: &str) -> Result<Vec<Sealed>, StoreError> {
        self.events_where("site IS NULL AND kind = ?1 ORDER BY id", [kind])
    }

    /// Events that concern no site, of one type, as far as the gate lets them.
    ///
    /// # Errors
    /// Those of reading.
    pub fn followed(&self, kind: &str) -> Result<Vec<Sealed>, StoreError> {
        let mut events = self.unit_events(kind)?;
        events.retain(|sealed| self.gate.follows(sealed.hash, &sealed.event).is_ok());
        self.without_voided(&mut events)?;
        Ok(events)
    }

    /// The devices whose events are here, with the highest number of each.
    ///
    /// # Errors
    /// Those of reading.
    pub fn devices(&self) -> Result<Vec<(DeviceId, u64)>, StoreError> {
        self.numbers("SELECT device, max(seq) FROM events GROUP BY device ORDER BY device")
    }

    /// What a query gives whose columns are a device and one of its numbers.
    fn numbers(&self, sql: &str) -> Result<Vec<(DeviceId, u64)>, StoreError> {
        let rows: Vec<(Vec<u8>, i64)> = self.rows(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let number = |(device, seq): (Vec<u8>, i64)| {
            let device = DeviceId::try_from(device.as_slice()).ok()?;
            Some((device, u64::try_from(seq).ok()?))
        };
        Ok(rows.into_iter().filter_map(number).collect())
    }

    /// The numbers that have not arrived, by device, below the highest that has.
    ///
    /// # Errors
    /// Those of reading.
    pub fn gaps(&self) -> Result<Vec<Gap>, StoreError> {
        let rows: Vec<(Vec<u8>, i64, i64)> = self.rows(
            "SELECT device, before + 1, seq - 1 FROM (SELECT device, seq, lag(seq, 1, 0) OVER (PARTITION BY device ORDER BY seq) AS before \
             FROM events) WHERE seq > before + 1 ORDER BY device, seq",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        Ok(rows.into_iter().filter_map(gap).collect())
    }

    /// For each device, the number up to which everything has arrived.
    ///
    /// # Errors
    /// Those of reading.
    pub fn complete(&self) -> Result<Vec<(DeviceId, u64)>, StoreError> {
        let gaps = self.gaps()?;
        let mut devices = self.devices()?;
        for (device, seq) in &mut devices {
            let first = gaps.iter().find(|gap| gap.device == *device);
            *seq = first.map_or(*seq, |gap| gap.first - 1);
        }
        Ok(devices)
    }

    /// The devices whose events are taken: this registry's own, those it trusts, and those that trusted ones trust,
    /// each with its unit.
    pub fn trusted(&self) -> BTreeMap<DeviceId, String> {
        self.gate
            .devices()
            .iter()
            .filter(|(_, standing)| standing.is_trusted())
            .map(|(device, standing)| (*device, standing.unit.clone()))
            .collect()
    }

    /// How many events there are.
    ///
    /// # Errors
    /// Those of reading.
    pub fn count(&self) -> Result<u64, StoreError> {
        self.connection
            .query_row("SELECT count(*) FROM events", [], |row| {
                row.get::<_, i64>(0)
            })
            .map(|n| u64::try_from(n).unwrap_or(0))
            .map_err(|e| self.fail(e))
    }
}

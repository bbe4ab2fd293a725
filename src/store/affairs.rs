//! An office's affairs out of the events that concern no site, and entries found by the number that people type.

use super::{Store, StoreError};
use crate::registry::affairs::{Affairs, LedSites, happened, led_to};
use crate::registry::body::Body;
use crate::registry::districts::Districts;
use crate::registry::event::{Event, Sealed};
use crate::registry::ids::Hash;
use crate::registry::named_entry::NamedEntry;
use crate::registry::state::State;
use crate::text::day_of;
use crate::words::Lang;
use std::collections::BTreeMap;

const COLUMNS: &str = "hash, signature, actor_signature, bytes";

impl Store {
    /// Who answers for what, supervision, tip-offs, and which entries that concern no site were voided.
    ///
    /// # Errors
    /// Those of reading.
    pub fn affairs(&self) -> Result<Affairs, StoreError> {
        let kinds: Vec<&str> = Body::AFFAIRS.into_iter().chain(["void"]).collect();
        let wanted = format!("'{}'", kinds.join("', '"));
        let mut events: BTreeMap<Hash, Event> = self
            .select(
                &format!("SELECT {COLUMNS} FROM events WHERE site IS NULL AND kind IN ({wanted})"),
                [],
            )?
            .into_iter()
            .map(|sealed| (sealed.hash, sealed.event))
            .collect();
        let named: Vec<Hash> = events
            .values()
            .filter_map(|event| match &event.body {
                Body::Void(void) => Some(void.of),
                _ => None,
            })
            .filter(|of| !events.contains_key(of))
            .collect();
        for of in named {
            events.extend(self.event(of)?.map(|sealed| (of, sealed.event)));
        }
        let pairs = events.iter().map(|(hash, event)| (*hash, event));
        let led = self.led(&events)?;
        Ok(Affairs::of(self.authority(), pairs, &led))
    }

    /// Of the tip-offs that were closed without a site those that led to one all the same; nothing is read where none was closed.
    fn led(&self, events: &BTreeMap<Hash, Event>) -> Result<LedSites, StoreError> {
        let closed = events.values().filter_map(|event| match &event.body {
            Body::CloseTip(close) => Some((close.tip, events.get(&close.tip)?)),
            _ => None,
        });
        let closed: BTreeMap<Hash, &Event> = closed.collect();
        if closed.is_empty() {
            return Ok(LedSites::new());
        }
        let mut led = LedSites::new();
        let came_of = r#""came_of":[["#.as_bytes();
        for key in self.site_keys("SELECT key FROM sites WHERE instr(json, ?1)", [&came_of])? {
            let site = self.site(key)?;
            for site in site.iter().filter(|site| site.state != State::Voided) {
                for (tip, by) in &site.came_of {
                    let Some(told) = closed.get(tip) else {
                        continue;
                    };
                    if led_to(site, (*tip, &told.at), &told.actor.unit) {
                        // Several sites may have come of one: the answer names the same event always.
                        let says = led.entry(*tip).or_insert(by.event);
                        *says = (*says).min(by.event);
                    }
                }
            }
        }
        Ok(led)
    }

    /// The entries that concern no site and were voided; nothing is read where none was.
    pub(super) fn without_voided(&self, events: &mut Vec<Sealed>) -> Result<(), StoreError> {
        if self.unit_events("void")?.is_empty() {
            return Ok(());
        }
        let affairs = self.affairs()?;
        events.retain(|sealed| !affairs.is_void(sealed.hash));
        Ok(())
    }

    /// The season of an entry: of the day that it is about, not of the one on which it was recorded.
    ///
    /// # Errors
    /// Those of reading.
    pub fn season_of_entry(&self, sealed: &Sealed) -> Result<i16, StoreError> {
        let (gate, event) = (self.authority(), &sealed.event);
        let rounds = match &event.body {
            Body::Finding(finding) if finding.round.is_some() => self.followed("round")?,
            _ => Vec::new(),
        };
        let day_of = |round: Hash| match rounds.iter().find(|r| r.hash == round)?.event.body {
            Body::Round(ref round) => day_of(&round.on),
            _ => None,
        };
        let on = happened(gate, event, day_of);
        let season = on.and_then(|on| gate.season_on(on, event.id));
        Ok(season.unwrap_or(event.season))
    }

    /// An entry with the names that its words need; `None` where it is not here.
    ///
    /// # Errors
    /// Those of reading.
    pub fn named_entry(&self, of: Hash) -> Result<Option<NamedEntry>, StoreError> {
        let Some(sealed) = self.event(of)? else {
            return Ok(None);
        };
        let event = &sealed.event;
        let district = match &event.body {
            Body::Tip(tip) => tip.district.as_deref(),
            Body::Patrol(patrol) => patrol.district.as_deref(),
            _ => None,
        };
        let wanted = |code: &str| code == event.actor.unit || Some(code) == district;
        let mut names = BTreeMap::new();
        if matches!(event.body, Body::Tip(_) | Body::Patrol(_)) {
            for known in self.districts()?.iter().flat_map(Districts::iter) {
                if wanted(&known.code) {
                    names.insert(known.code.clone(), known.name.clone());
                }
            }
            // An office is called by its own name, a district by that of the boundary file.
            for sealed in self.followed("init")? {
                if let Body::Init(init) = sealed.event.body
                    && init.unit == event.actor.unit
                {
                    names.extend(init.unit_name.map(|name| (init.unit, name)));
                }
            }
        }
        Ok(Some(NamedEntry {
            zone: self.zone()?,
            names,
            sealed,
        }))
    }

    /// What an entry was, in words; `None` where it is not here or cannot be read.
    pub fn entry_words(&self, of: Hash, lang: Lang) -> Option<String> {
        let entry = self.named_entry(of).ok().flatten();
        entry.map(|entry| entry.words(lang))
    }

    /// The events whose hash begins so, in hexadecimal digits.
    ///
    /// # Errors
    /// Those of reading.
    pub fn events_beginning(&self, digits: &str) -> Result<Vec<Sealed>, StoreError> {
        let end = |fill: char| {
            let full: String = digits
                .chars()
                .chain(std::iter::repeat(fill))
                .take(64)
                .collect();
            hex::decode(full).ok()
        };
        let Some((low, high)) = end('0').zip(end('f')) else {
            return Ok(Vec::new());
        };
        self.select(
            &format!("SELECT {COLUMNS} FROM events WHERE hash BETWEEN ?1 AND ?2 ORDER BY n"),
            [low, high],
        )
    }
}

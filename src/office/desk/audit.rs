//! The audit: lots of candidates, in one order that nobody chooses. Whoever screens is given a share of them in that order, the
//! bound for what would be missed follows from how far one has come in it, and its first tenth is looked at by two people who do not
//! see each other's verdict, which tells what a verdict is worth.
//!
//! Lots follow from the candidates' ids and a seed: the event by which the audit of a season was drawn, before that the registry's
//! own device.

use super::queue::Item;
use crate::office::Session;
use crate::registry::affairs::{Affairs, Said};
use crate::registry::body::{Draw, Opinion};
use crate::registry::ids::SiteKey;
use crate::registry::site::Stamp;
use crate::registry::{Role, Site, State};
use crate::schema::lot;
use crate::store::{Store, StoreError};
use std::collections::BTreeSet;
use uuid::Uuid;

/// One in so many candidates is looked at by two.
const SEEN_BY_TWO: u64 = 10;

/// The lots of a registry.
pub(super) struct Lots {
    affairs: Affairs,
    unit: String,
    device: String,
    two: bool,
}

impl Lots {
    /// Reads what seeds there are, and whether two people could look.
    pub fn of(store: &Store) -> Result<Self, StoreError> {
        let roots = &store.authority().grounds().roots;
        let device = roots.first().map(|device| hex::encode(&device.0[..8]));
        Ok(Self {
            affairs: store.affairs()?,
            unit: store.authority().unit().to_owned(),
            device: device.unwrap_or_default(),
            two: can_two_look(store),
        })
    }

    /// The audit that was drawn last for a season.
    pub fn draw(&self, season: i16) -> Option<&Said<Draw>> {
        self.affairs.draw_of(&self.unit, season)
    }

    /// What the lots of a season follow from.
    pub fn seed(&self, season: i16) -> String {
        let draw = self.draw(season);
        draw.map_or_else(|| self.device.clone(), |said| said.stamp.event.to_string())
    }

    /// Whether two people are to look at a candidate; where one has begun to, a later draw changes nothing.
    pub fn is_for_two(&self, site: &Site, candidate: &str) -> bool {
        let begun = || site.opinions().iter().any(|(look, _)| look.blind);
        let drawn = || lot(&self.seed(site.season), candidate) < u64::MAX / SEEN_BY_TWO;
        self.two && (begun() || drawn())
    }

    /// Whether whoever looks now is not to see what others said of it.
    pub fn is_blind(&self, site: &Site, candidate: &str) -> bool {
        let open = site.state == State::Candidate && site.screened.is_none();
        open && waits_for_second(site) && self.is_for_two(site, candidate)
    }
}

/// Two people who may screen and can sign are needed for two to look.
fn can_two_look(store: &Store) -> bool {
    let may = |role: &Role| matches!(role, Role::Analyst | Role::Supervisor);
    let people = store.people().iter();
    let able = people.filter(|(_, _, person)| person.key.is_some() && person.roles.iter().any(may));
    able.count() >= 2
}

/// Whether fewer than two have said of it whether it is one.
fn waits_for_second(site: &Site) -> bool {
    let opinions = site.opinions();
    let firm = opinions
        .iter()
        .filter(|(look, _)| look.opinion != Opinion::Unsure);
    firm.count() < 2
}

/// Whether somebody said it themselves.
pub(super) fn is_own(session: &Session, stamp: &Stamp) -> bool {
    let author = session.author();
    (&stamp.actor.name, &stamp.actor.unit) == (&author.name, &author.unit)
}

/// An audit that was drawn.
pub(super) struct Drawn {
    pub(super) said: Said<Draw>,
    id: Uuid,
}

impl Drawn {
    /// The audit of a season, where one was drawn.
    pub fn of(store: &Store, lots: &Lots, season: i16) -> Result<Option<Self>, StoreError> {
        let Some(said) = lots.draw(season) else {
            return Ok(None);
        };
        let sealed = store.event(said.stamp.event)?;
        Ok(sealed.map(|sealed| Self {
            said: said.clone(),
            id: sealed.event.id,
        }))
    }

    /// The candidates that nobody had decided on when it was drawn.
    pub fn members(&self, store: &Store, items: &[Item]) -> Result<BTreeSet<SiteKey>, StoreError> {
        let mut members = BTreeSet::new();
        for item in items {
            let mut before = false;
            for hash in item.verdict.iter().flat_map(|_| &item.decided) {
                before |= store.event(*hash)?.is_some_and(|s| s.event.id < self.id);
            }
            if !before {
                members.insert(item.key);
            }
        }
        Ok(members)
    }

    /// Those of the audit, in the order of their lots, up to the first that nobody has decided on: a random part of the rest, however
    /// screening went on beside it.
    pub fn audited<'a>(&self, rest: &[&'a Item]) -> Vec<&'a Item> {
        let seed = self.said.stamp.event.to_string();
        let mut order: Vec<&Item> = rest.to_vec();
        order.sort_by_key(|item| lot(&seed, &item.candidate));
        let decided = order.into_iter().take_while(|item| item.verdict.is_some());
        decided.collect()
    }
}

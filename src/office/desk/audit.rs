//! The audit: lots of candidates, in one order that nobody chooses. Whoever screens is given a share of them in that order, the
//! bound for what would be missed follows from how far one has come in it, and its first tenth is looked at by two people who do not
//! see each other's verdict, which tells what a verdict is worth.
//!
//! Lots follow from the candidates' ids and a seed: the event by which the audit of a season was drawn, before that the registry's
//! own device. Of several draws the first counts that was of all there is: nobody draws until it suits them.

use super::queue::Item;
use crate::office::Session;
use crate::registry::affairs::{Affairs, Said};
use crate::registry::body::{Draw, Look, Opinion};
use crate::registry::ids::SiteKey;
use crate::registry::people::folded_name;
use crate::registry::site::Stamp;
use crate::registry::{DeviceId, Role, Site, State};
use crate::schema::lot;
use crate::store::{Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// One in so many candidates is looked at by two.
const SEEN_BY_TWO: u64 = 10;
/// So many merges or splits are followed back.
const DEEPEST: usize = 32;

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

    /// The audits that were drawn for a season, in their order.
    pub fn draws(&self, season: i16) -> impl Iterator<Item = &Said<Draw>> {
        self.affairs.draws_of(&self.unit, season)
    }

    /// What lots follow from where no audit was drawn.
    pub fn device(&self) -> &str {
        &self.device
    }

    /// Whether two people are to look at a site, or did; where one has begun to, a later draw changes nothing. What such a site was
    /// merged into or split into is for two as well.
    pub fn is_for_two(&self, store: &Store, site: &Site) -> Result<bool, StoreError> {
        let mut waiting = vec![(site.key, 0)];
        let mut seen = BTreeSet::from([site.key]);
        while let Some((key, steps)) = waiting.pop() {
            let beside = (steps > 0).then(|| store.site(key)).transpose()?.flatten();
            let Some(one) = beside.as_ref().or((steps == 0).then_some(site)) else {
                continue;
            };
            if self.is_drawn(one) {
                return Ok(true);
            }
            let before = one.absorbed.iter().chain(&one.split_from);
            let new = before.filter(|key| steps < DEEPEST && seen.insert(**key));
            waiting.extend(new.map(|key| (*key, steps + 1)));
        }
        Ok(false)
    }

    /// The same of a site as it was found.
    fn is_drawn(&self, site: &Site) -> bool {
        let begun = || site.looks.iter().any(|(look, _)| look.blind);
        // The first draw: no later one changes who is to look.
        let first = self.draws(site.season).next();
        let seed = first.map_or_else(|| self.device.clone(), seed_of);
        let is_drawn = |candidate: &str| lot(&seed, candidate) < u64::MAX / SEEN_BY_TWO;
        let drawn = || {
            let mut found = site.detections();
            found.any(|found| is_drawn(&found.candidate))
        };
        self.two && (begun() || drawn())
    }

    /// Whether whoever looks now is not to see what others said of it, and does not decide on it alone.
    pub fn is_blind(&self, store: &Store, site: &Site) -> Result<bool, StoreError> {
        Ok(is_open(site) && waits_for_second(site) && self.is_for_two(store, site)?)
    }

    /// Whether a verdict decides: a firm one. Where two are to look, it is decided by the second who says the same without having seen
    /// it; once they have seen each other's and differ, by whoever keeps it, and by whoever puts it aside as somebody else did.
    pub fn decides(
        &self,
        store: &Store,
        site: &Site,
        session: &Session,
        look: &Look,
    ) -> Result<bool, StoreError> {
        if !is_firm(look.opinion) || !is_open(site) || !self.is_for_two(store, site)? {
            return Ok(is_firm(look.opinion));
        }
        let signs = session.author().key.is_some();
        let voices = voices(site);
        let mut others = voices.iter().filter(|(_, by)| !may_be_own(session, by));
        let agreed = others.any(|(other, _)| other.opinion == look.opinion);
        Ok(signs && (agreed || !look.blind && look.opinion == Opinion::Keep))
    }
}

/// What the lots of a draw follow from.
fn seed_of(draw: &Said<Draw>) -> String {
    draw.stamp.event.to_string()
}

/// Two people of the unit who may screen and can sign are needed for two to look.
fn can_two_look(store: &Store) -> bool {
    let own = store.authority().unit();
    let may = |role: &Role| matches!(role, Role::Analyst | Role::Supervisor);
    let people = store.people().iter();
    let able = people.filter(|(unit, _, person)| {
        *unit == own && person.key.is_some() && person.roles.iter().any(may)
    });
    able.count() >= 2
}

/// Whether nobody has decided on a candidate.
pub(super) fn is_open(site: &Site) -> bool {
    site.state == State::Candidate && site.screened.is_none()
}

fn is_firm(opinion: Opinion) -> bool {
    matches!(opinion, Opinion::Keep | Opinion::Discard)
}

/// What people say of a candidate, as the word of one of two: firm, signed with their own key, and of each person once, under
/// whatever name.
fn voices(site: &Site) -> Vec<&(Look, Stamp)> {
    let mut voices: Vec<&(Look, Stamp)> = Vec::new();
    for said in site.opinions() {
        if is_firm(said.0.opinion) && said.1.own_key {
            voices.retain(|(_, by)| !may_be_one(by, &said.1));
            voices.push(said);
        }
    }
    voices
}

/// Whether fewer than two have said of it whether it is one.
fn waits_for_second(site: &Site) -> bool {
    voices(site).len() < 2
}

/// What two said who did not see each other's verdict: the first what they last said before the second spoke, the second what they
/// said at once. What is said after that is said by one who may know.
pub(super) fn seen_by_two(site: &Site) -> Option<[Opinion; 2]> {
    let blind = |said: &&(Look, Stamp)| said.0.blind && is_firm(said.0.opinion) && said.1.own_key;
    let mut first: Option<&(Look, Stamp)> = None;
    for said in site.looks.iter().filter(blind) {
        match first {
            Some(one) if !may_be_one(&one.1, &said.1) => {
                return Some([one.0.opinion, said.0.opinion]);
            }
            _ => first = Some(said),
        }
    }
    None
}

/// Whether two entries may be one person's: by the same key, or by the same name in whatever unit.
fn may_be_one(a: &Stamp, b: &Stamp) -> bool {
    may_have_said(a.actor.signer(), &a.actor.name, b)
}

/// Whether who holds a key, where they hold one, and has a name may have said something.
fn may_have_said(key: Option<DeviceId>, name: &str, said: &Stamp) -> bool {
    let same_key = key.is_some() && key == said.actor.signer();
    same_key || folded_name(name) == folded_name(&said.actor.name)
}

/// Whether somebody said it themselves.
pub(in crate::office) fn is_own(session: &Session, stamp: &Stamp) -> bool {
    let author = session.author();
    (&stamp.actor.name, &stamp.actor.unit) == (&author.name, &author.unit)
}

/// Whether somebody may have said it themselves, if under another name: by the same key, or by the same name in whatever unit.
pub(super) fn may_be_own(session: &Session, stamp: &Stamp) -> bool {
    let author = session.author();
    may_have_said(author.key.as_ref().map(DeviceId::of), &author.name, stamp)
}

/// An audit that was drawn.
pub(super) struct Drawn<'a> {
    pub(super) said: &'a Said<Draw>,
    /// The candidates that nobody had decided on when it was drawn.
    pub(super) members: BTreeSet<SiteKey>,
}

impl<'a> Drawn<'a> {
    /// The audit of a season, where one was drawn: the first that was drawn of what there is, so that none is drawn again until it
    /// suits; where there is none, the last.
    pub fn of(
        store: &Store,
        lots: &'a Lots,
        season: i16,
        items: &[Item],
    ) -> Result<Option<Self>, StoreError> {
        let mut draws = lots.draws(season).peekable();
        if draws.peek().is_none() {
            return Ok(None);
        }
        let decided = first_decisions(store, items)?;
        let mut last = None;
        for said in draws {
            let Some(sealed) = store.event(said.stamp.event)? else {
                continue;
            };
            let was_open = |key: &&SiteKey| {
                let first = decided.get(key);
                first.is_none_or(|first| *first >= sealed.event.id)
            };
            let keys = items.iter().map(|item| &item.key);
            let members: BTreeSet<SiteKey> = keys.filter(was_open).copied().collect();
            let drawn = Self { said, members };
            if drawn.is_of_all() {
                return Ok(Some(drawn));
            }
            last = Some(drawn);
        }
        Ok(last)
    }

    /// Whether it was drawn of what there is.
    pub fn is_of_all(&self) -> bool {
        self.said.body.rest == self.members.len() as u64
    }

    /// What its lots follow from.
    pub fn seed(&self) -> String {
        seed_of(self.said)
    }

    /// Those of the audit, in the order of their lots, up to the first that nobody has decided on: a random part of the rest, however
    /// screening went on beside it.
    pub fn audited<'i>(&self, rest: &[&'i Item]) -> Vec<&'i Item> {
        let seed = self.seed();
        let mut order: Vec<&Item> = rest.to_vec();
        order.sort_by_key(|item| lot(&seed, &item.candidate));
        let decided = order.into_iter().take_while(|item| item.verdict.is_some());
        decided.collect()
    }
}

/// When the candidates that are decided on were first decided on, by the ids of those events.
fn first_decisions(store: &Store, items: &[Item]) -> Result<BTreeMap<SiteKey, Uuid>, StoreError> {
    let mut first = BTreeMap::new();
    for item in items {
        let mut last: Option<Uuid> = None;
        for step in item.verdict.iter().flat_map(|_| &item.decided) {
            let mut ids = Vec::new();
            for hash in step {
                ids.extend(store.event(*hash)?.map(|sealed| sealed.event.id));
            }
            last = last.max(ids.into_iter().min());
        }
        first.extend(last.map(|id| (item.key, id)));
    }
    Ok(first)
}

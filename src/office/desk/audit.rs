//! The audit: lots of candidates, in one order that nobody chooses. Whoever screens is given a share of them in that order, the
//! bound for what would be missed follows from how far one has come in it, and its first tenth is looked at by two people who do not
//! see each other's verdict, which tells what a verdict is worth.
//!
//! A candidate's lot follows from the ground on which it was found and from the device that began the registry: it is the same in any
//! copy, and neither a draw, nor a further candidate, nor another option of a scan changes it, so that nobody draws until it suits
//! them. An audit that an earlier version drew goes by the lots of its own event, or by those of the candidates' ids; of several of
//! those the first counts that was of all there is.

use super::item::{Item, items_of};
use super::turns::QueueReason;
use super::voices::{has_seen, is_firm, may_be_own, voices, waits_for_second};
use crate::office::Session;
use crate::registry::affairs::{Affairs, Stamped};
use crate::registry::body::{Body, Draw, Look, Opinion};
use crate::registry::ids::{Hash, SiteKey};
use crate::registry::place::Place;
use crate::registry::{Role, Site, State};
use crate::schema::lot;
use crate::store::{Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// One in so many candidates is looked at by two.
const SEEN_BY_TWO: u64 = 10;
/// So many merges or splits are followed back.
const DEEPEST: usize = 32;

/// 1e-7 degrees along the side of the ground that has one lot: some eleven metres.
const GROUND_E7: i64 = 1_000;

/// What lots follow from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::office) struct Seed {
    /// A text.
    pub(super) text: String,
    /// Whether the ground is drawn, not the candidate.
    pub(super) by_ground: bool,
}

impl Seed {
    /// The lots of candidates, and where these share one, their ids: in which order they come.
    pub(super) fn lots<'i>(
        &self,
        store: &Store,
        items: impl Iterator<Item = &'i Item>,
    ) -> Result<BTreeMap<SiteKey, (u64, &'i str)>, StoreError> {
        let of = |item: &'i Item| {
            let drawn = self.lot(store, &item.candidate, item.founded, &item.place)?;
            Ok((item.key, (drawn, item.candidate.as_str())))
        };
        items.map(of).collect()
    }

    /// The lot of a candidate, whose site is at a place and was founded by an event.
    pub(super) fn lot(
        &self,
        store: &Store,
        candidate: &str,
        founded: Option<Hash>,
        place: &Place,
    ) -> Result<u64, StoreError> {
        if self.by_ground {
            self.of_ground(store, founded, place)
        } else {
            Ok(lot(&self.text, candidate))
        }
    }

    /// The lot of the ground that a site was founded on: where it was moved since, nobody moved its lot.
    fn of_ground(
        &self,
        store: &Store,
        founded: Option<Hash>,
        place: &Place,
    ) -> Result<u64, StoreError> {
        let event = founded.map(|hash| store.event(hash)).transpose()?.flatten();
        let place = match event.as_ref().map(|sealed| &sealed.event.body) {
            Some(Body::Create(create)) => &create.place,
            _ => place,
        };
        let cell = [place.lon_e7, place.lat_e7].map(|e7| e7.div_euclid(GROUND_E7));
        Ok(lot(&self.text, &format!(" {} {}", cell[0], cell[1])))
    }
}

/// The lots of a registry.
pub(in crate::office) struct Lots {
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
    pub fn draws(&self, season: i16) -> impl Iterator<Item = &Stamped<Draw>> {
        self.affairs.draws_of(&self.unit, season)
    }

    /// What is drawn by now, and what for: by the lots of the season's audit, and where none was drawn by others.
    pub fn now(&self, store: &Store, season: i16) -> Result<(Seed, QueueReason), StoreError> {
        let mut draws = self.draws(season).peekable();
        let Some(first) = draws.peek().copied() else {
            return Ok((self.beforehand(), QueueReason::Random));
        };
        if first.body.by_lot {
            return Ok((self.seed_of(Some(first)), QueueReason::Audit));
        }
        // Which one counts of those of an earlier version hangs on what there was.
        let drawn = Drawn::of(store, self, season, &items_of(store, season)?)?;
        let seed = drawn.map_or_else(|| self.seed_of(Some(first)), |drawn| drawn.seed);
        Ok((seed, QueueReason::Audit))
    }

    /// What is drawn by before there is an audit: others than its lots, so that nobody comes to the first of these beforehand.
    pub fn beforehand(&self) -> Seed {
        Seed {
            text: format!("{}-beforehand", self.device),
            by_ground: true,
        }
    }

    /// What the lots of a draw follow from; without one those of an audit to come.
    fn seed_of(&self, draw: Option<&Stamped<Draw>>) -> Seed {
        let by_event = draw.filter(|draw| !draw.body.by_lot);
        Seed {
            text: by_event.map_or_else(|| self.device.clone(), |draw| draw.stamp.event.to_string()),
            by_ground: draw.is_none_or(|draw| draw.body.by_lot && draw.body.by_ground),
        }
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
            if self.is_drawn(store, one)? {
                return Ok(true);
            }
            let before = one.absorbed.iter().chain(&one.split_from);
            let new = before.filter(|key| steps < DEEPEST && seen.insert(**key));
            waiting.extend(new.map(|key| (*key, steps + 1)));
        }
        Ok(false)
    }

    /// The same of a site as it was found.
    fn is_drawn(&self, store: &Store, site: &Site) -> Result<bool, StoreError> {
        if !self.two {
            return Ok(false);
        }
        // The first draw: no later one changes who is to look.
        let seed = self.seed_of(self.draws(site.season).next());
        let is_first = |lot: u64| lot < u64::MAX / SEEN_BY_TWO;
        let begun = site.looks.iter().any(|(look, _)| look.blind);
        if begun || site.detection.is_none() && site.sightings.is_empty() {
            return Ok(begun);
        }
        if seed.by_ground {
            let founded = site.created.as_ref().map(|stamp| stamp.event);
            return Ok(is_first(seed.of_ground(store, founded, &site.place)?));
        }
        let mut found = site.detections();
        Ok(found.any(|found| is_first(lot(&seed.text, &found.candidate))))
    }

    /// Whether whoever looks now is not to see what others said of it, and does not decide on it alone.
    pub fn is_blind(&self, store: &Store, site: &Site) -> Result<bool, StoreError> {
        Ok(Self::would_be_blind(site) && self.is_for_two(store, site)?)
    }

    /// Whether what somebody says now is said blind: who saw what another said, and took their own word back, has seen it all the same.
    pub fn speaks_blind(
        &self,
        store: &Store,
        site: &Site,
        session: &Session,
    ) -> Result<bool, StoreError> {
        Ok(!has_seen(site, session) && self.is_blind(store, site)?)
    }

    /// The same of a site that is for two.
    pub fn would_be_blind(site: &Site) -> bool {
        is_open(site) && waits_for_second(site)
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

/// An audit that was drawn.
pub(super) struct Drawn<'a> {
    pub(super) said: &'a Stamped<Draw>,
    /// The candidates that nobody had decided on when it was drawn, and those that were recorded since.
    pub(super) members: BTreeSet<SiteKey>,
    /// Whether it was drawn of what there is.
    pub(super) is_of_all: bool,
    /// What its lots follow from.
    pub(super) seed: Seed,
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
        let mut times: Vec<Uuid> = decided.values().copied().collect();
        times.sort_unstable();
        let mut chosen = None;
        for said in draws {
            let Some(sealed) = store.event(said.stamp.event)? else {
                continue;
            };
            let id = sealed.event.id;
            let open = items.len() - times.partition_point(|first| *first < id);
            let is_of_all = said.body.by_lot || said.body.rest == open as u64;
            chosen = Some((said, id, is_of_all));
            if is_of_all {
                break;
            }
        }
        Ok(chosen.map(|(said, id, is_of_all)| {
            let keys = items.iter().map(|item| item.key);
            let was_open = |key: &SiteKey| decided.get(key).is_none_or(|first| *first >= id);
            Self {
                said,
                members: keys.filter(was_open).collect(),
                is_of_all,
                seed: lots.seed_of(Some(said)),
            }
        }))
    }

    /// Those of the audit, in the order of their lots, up to the first that nobody has decided on: a random part of the rest, however
    /// screening went on beside it.
    pub fn audited<'i>(
        &self,
        store: &Store,
        rest: &[&'i Item],
    ) -> Result<Vec<&'i Item>, StoreError> {
        let lots = self.seed.lots(store, rest.iter().copied())?;
        let mut order: Vec<&Item> = rest.to_vec();
        order.sort_by_key(|item| lots.get(&item.key));
        let decided = order.into_iter().take_while(|item| item.verdict.is_some());
        Ok(decided.collect())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::LonLat;
    use crate::office::desk::item::of_season;
    use crate::office::desk::queue::{Wanted, draw, next};
    use crate::office::desk::stopping::{MAY_MISS, Word, stop};
    use crate::office::desk::table::table;
    use crate::office::desk::verdict::{VerdictRequest, judge};
    use crate::office::fixture::{begun, grant};
    use crate::office::{Office, OfficeError};
    use crate::province::desk::screened_share;
    use crate::registry::body::{Create, Detection, FoundBy, RejectReason};
    use crate::registry::unit::origin;
    use std::path::Path;

    fn find(office: &mut Office, chief: &Session, n: u32) {
        let candidate = format!("{n:012}");
        let origin = origin(&format!("candidate:{candidate}"), "410423");
        let at = LonLat::new(113.3 + 0.01 * f64::from(n), 33.74);
        let create = Create {
            detection: Some(Detection {
                candidate,
                scan: "s".into(),
                captured: Some(["2026-05-03".into(), "2026-05-03".into()]),
                score_e4: 9_000,
                rank: Some(u64::from(n)),
            }),
            ..Create::new(FoundBy::Scan, origin.clone(), Place::point(at))
        };
        let body = Body::Create(Box::new(create));
        let site = SiteKey::of_origin(&origin);
        office
            .record(chief, Some(site), vec![], body)
            .expect("found");
    }

    fn office(path: &Path) -> (Office, Session) {
        let (mut office, chief) = begun(path);
        grant(&mut office, &chief, "chief", &[Role::Analyst]);
        (office, chief)
    }

    #[test]
    fn an_audit_of_an_earlier_version_goes_on_by_its_own_lots_and_what_is_drawn_now_by_none_but_the_candidates()
     {
        let kept = tempfile::tempdir().expect("folder");
        let (mut office, chief) = office(&kept.path().join("a.papaver"));
        for n in 1..=3 {
            find(&mut office, &chief, n);
        }
        let earlier = Draw {
            season: 2026,
            rest: 3,
            by_lot: false,
            by_ground: false,
        };
        let drawn = office
            .record(&chief, None, vec![], Body::Draw(earlier))
            .expect("drawn");
        let seed = |office: &Office| {
            let lots = Lots::of(office.store()).expect("read");
            let (season, items) = of_season(office.store(), None).expect("there");
            let drawn = Drawn::of(office.store(), &lots, season, &items).expect("read");
            drawn.expect("one").seed.text
        };
        let stands = |office: &Office| stop(office.store(), None, MAY_MISS).expect("read");
        assert_eq!(seed(&office), drawn.hash.to_string());
        assert_eq!(stands(&office).audited, Some([3, 0, 0]));
        let again = draw(&mut office, &chief, None);
        assert!(matches!(again, Err(OfficeError::AuditStands { .. })));
        find(&mut office, &chief, 4);
        let changed = Word::Changed { drawn: 3, now: 4 };
        assert_eq!(stands(&office).word, changed);
        draw(&mut office, &chief, None).expect("drawn anew");
        assert_eq!(seed(&office).len(), 16, "the device's");
        assert_eq!(stands(&office).audited, Some([4, 0, 0]));
        find(&mut office, &chief, 5);
        assert_eq!(stands(&office).audited, Some([5, 0, 0]));
        let again = draw(&mut office, &chief, None);
        assert!(matches!(again, Err(OfficeError::AuditStands { .. })));
    }

    #[test]
    fn a_site_that_is_moved_or_found_under_another_id_keeps_its_lot() {
        let kept = tempfile::tempdir().expect("folder");
        let (mut office, chief) = office(&kept.path().join("a.papaver"));
        for n in 1..=3 {
            find(&mut office, &chief, n);
        }
        let lots = Lots::of(office.store()).expect("read");
        let (_, mut items) = of_season(office.store(), None).expect("there");
        let of = |items: &[Item]| -> Vec<u64> {
            let lots = lots.seed_of(None).lots(office.store(), items.iter());
            lots.expect("read").into_values().map(|lot| lot.0).collect()
        };
        let before = of(&items);
        assert!(before[0] != before[1] && before[1] != before[2]);
        for item in &mut items {
            item.candidate.insert(0, '9');
            item.place = Place::point(LonLat::new(113.0, 33.0));
        }
        assert_eq!(of(&items), before);
    }

    #[test]
    fn lots_are_reached_however_few_are_asked_for_alone_and_on_the_table_as_in_the_list() {
        let kept = tempfile::tempdir().expect("folder");
        let (mut office, chief) = office(&kept.path().join("a.papaver"));
        for n in 1..=15 {
            find(&mut office, &chief, n);
        }
        let listed = |office: &Office, count, wanted| {
            let next = next(office.store(), None, count, wanted)
                .expect("read")
                .next;
            let shown = next.into_iter().map(|next| (next.candidate, next.why));
            shown.collect::<Vec<_>>()
        };
        let laid = |office: &Office| {
            let table = table(office.store(), &chief, "s", std::iter::empty()).expect("laid");
            let queue = table.queue.into_iter();
            let shown = queue.map(|laid| (laid.candidate, laid.why.expect("waits")));
            shown.collect::<Vec<_>>()
        };
        let undrawn = next(office.store(), None, 5, Wanted::Lots);
        assert!(matches!(
            undrawn,
            Err(OfficeError::NoAudit { season: 2026 })
        ));
        assert_eq!(listed(&office, 20, Wanted::Mixed), laid(&office));
        assert_eq!(laid(&office)[0].1, QueueReason::Random);
        draw(&mut office, &chief, None).expect("drawn");
        let lots = listed(&office, 15, Wanted::Lots);
        assert!(lots.iter().all(|(_, why)| *why == QueueReason::Audit));
        assert_eq!(listed(&office, 5, Wanted::Mixed)[0], lots[0]);
        let all = listed(&office, 20, Wanted::Mixed);
        let drawn = all.iter().filter(|(_, why)| *why == QueueReason::Audit);
        assert_eq!((all.len(), drawn.count()), (15, 2));
        assert_eq!(all, laid(&office));
        // Six seconds on one of fifteen are a minute and a half a square kilometre, of which a fifteenth is screened.
        let verdict = VerdictRequest {
            opinion: Opinion::Discard,
            reason: Some(RejectReason::Object),
            note: None,
            took_ms: Some(6_000),
        };
        judge(&mut office, &chief, &lots[0].0, verdict).expect("judged");
        let table = table(office.store(), &chief, "s", std::iter::empty()).expect("laid");
        let share = screened_share(table.decided, table.queue.len());
        let minutes = table.effort.minutes_per_km2(1e6 * share);
        assert!((minutes.expect("known") - 1.5).abs() < 1e-9, "{minutes:?}");
        assert_eq!(table.queue[0].candidate, lots[1].0);
        assert_eq!((table.done, table.left, table.season), (1, 14, Some(2026)));
    }
}

//! Candidates that learnt orders kept where they were, so that somebody would look at them: the audit of what was learnt. It is of
//! every head that was ever in force, those that another took the place of and those that were voided among them; and of those
//! candidates alone that nobody had decided on when the head was learnt: what it was learnt from is no audit of it.

use super::{ScanFeatures, Store, StoreError};
use crate::registry::affairs::{Stamped, head_of};
use crate::registry::body::{Body, LearntHead, RecordedScan};
use crate::registry::event::Sealed;
use crate::registry::ids::{Hash, SiteKey};
use crate::registry::site::Site;
use crate::registry::unit::is_at_or_below;
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// A head, and from when until when it stood, by the ids of the events that said so.
struct Reign {
    head: Stamped<LearntHead>,
    from: Uuid,
    until: Option<Uuid>,
}

impl Reign {
    fn holds_at(&self, at: Uuid) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// Whether what was first decided on then, or was not, tells what became of what this head kept back.
    fn is_told_by(&self, decided: Option<Uuid>) -> bool {
        match decided {
            Some(decided) => self.from < decided && self.until.is_none_or(|until| decided < until),
            // What no head keeps back any more waits for nobody.
            None => self.until.is_none(),
        }
    }
}

/// The heads, by the units that recorded the scans, that kept each candidate back.
type KeptBack<'a> = HashMap<String, Vec<(String, &'a Reign)>>;

impl Store {
    /// The sites whose candidates learnt orders kept where they were before anybody had decided on them.
    ///
    /// # Errors
    /// Those of reading.
    pub fn audited(&self) -> Result<BTreeSet<SiteKey>, StoreError> {
        let reigns = self.reigns()?;
        if reigns.is_empty() {
            return Ok(BTreeSet::new());
        }
        let kept = self.kept_back(&reigns)?;
        let of_site = |site: Site| {
            let found = site.detection.as_ref()?;
            let of_unit = |(by, _): &&(String, _)| is_at_or_below(&site.unit, by);
            let by = kept.get(&found.candidate)?.iter().filter(of_unit);
            let reigns: Vec<&Reign> = by.map(|(_, reign)| *reign).collect();
            (!site.state.is_gone() && !reigns.is_empty()).then_some((site, reigns))
        };
        let mut audited = BTreeSet::new();
        for (site, reigns) in self.map_sites(of_site)? {
            let decided = self.first_decision(&site)?;
            if reigns.iter().any(|reign| reign.is_told_by(decided)) {
                audited.insert(site.key);
            }
        }
        Ok(audited)
    }

    /// The heads that ever stood, in the order of their events.
    fn reigns(&self) -> Result<Vec<Reign>, StoreError> {
        let affairs = self.affairs()?;
        let mut reigns = Vec::new();
        for Sealed { hash, event, .. } in self.unit_events("learnt")? {
            let standing = affairs.heads.iter().find(|said| said.stamp.event == hash);
            let ended = affairs.voided.iter().find(|v| v.entry.event == hash);
            let until = match ended {
                Some(ended) => self.event(ended.by.event)?.map(|void| void.event.id),
                None => None,
            };
            let voided = || {
                let Body::Learnt(head) = event.body else {
                    return None;
                };
                until?;
                Some(Stamped {
                    stamp: ended?.entry.clone(),
                    on: None,
                    season: event.season,
                    body: *head,
                })
            };
            let from = event.id;
            let head = standing.cloned().or_else(voided);
            reigns.extend(head.map(|head| Reign { head, from, until }));
        }
        Ok(reigns)
    }

    /// What each of these heads kept back while it was in force.
    fn kept_back<'a>(&self, reigns: &'a [Reign]) -> Result<KeptBack<'a>, StoreError> {
        let mut kept = KeptBack::new();
        for sealed in self.followed("scan")? {
            let Body::Scan(scan) = &sealed.event.body else {
                continue;
            };
            let of_scan = in_force(reigns, &sealed, scan);
            let Some(seen) = (!of_scan.is_empty()).then(|| self.seen(&sealed)).flatten() else {
                continue;
            };
            for reign in of_scan {
                for candidate in audit(&reign.head, &seen) {
                    let of_candidate = kept.entry(candidate.to_owned()).or_default();
                    of_candidate.push((seen.unit.clone(), reign));
                }
            }
        }
        Ok(kept)
    }

    /// The first event by which somebody decided on a site: looked at it at the desk, sent a crew, or went there.
    fn first_decision(&self, site: &Site) -> Result<Option<Uuid>, StoreError> {
        let refused = site.refused.iter().map(|(hash, _)| *hash);
        let voided = site.voided.iter().map(|voided| voided.entry.event);
        let not_followed: HashSet<Hash> = refused.chain(voided).collect();
        let events = self.events_of(site.key)?.into_iter();
        let decides = |sealed: &Sealed| {
            matches!(
                sealed.event.body,
                Body::Screen(_) | Body::Assign(_) | Body::Visit(_)
            ) && !not_followed.contains(&sealed.hash)
        };
        Ok(events.filter(decides).map(|sealed| sealed.event.id).min())
    }
}

/// The heads that were in force for a scan at any time since it was recorded.
fn in_force<'a>(reigns: &'a [Reign], sealed: &Sealed, scan: &RecordedScan) -> Vec<&'a Reign> {
    let recorded = sealed.event.id;
    let changes = reigns.iter().flat_map(|r| [Some(r.from), r.until]);
    let mut moments: Vec<Uuid> = changes.flatten().filter(|at| *at > recorded).collect();
    moments.push(recorded);
    let at = |moment: &Uuid| {
        let standing = reigns.iter().filter(|reign| reign.holds_at(*moment));
        let heads = standing.map(|reign| &reign.head);
        let head = head_of(heads, &sealed.event.actor.unit, scan)?;
        Some(head.stamp.event)
    };
    let ever: BTreeSet<Hash> = moments.iter().filter_map(at).collect();
    let was = |reign: &&Reign| ever.contains(&reign.head.stamp.event);
    reigns.iter().filter(was).collect()
}

/// The candidates of a scan that a head keeps back.
fn audit<'s>(head: &Stamped<LearntHead>, seen: &'s ScanFeatures) -> impl Iterator<Item = &'s str> {
    let features = &seen.features;
    let of_names = head.body.names == features.names;
    let record = head.body.record(&head.stamp.at);
    let ranked = of_names.then(|| features.ranked(&record));
    let ids = features.candidates.iter().map(|row| row.id.as_str());
    let ranked = ranked.into_iter().flatten().zip(ids);
    ranked.filter_map(|(ranked, id)| ranked.audit.then_some(id))
}

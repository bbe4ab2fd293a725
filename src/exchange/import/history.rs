//! What the copy that a crew carried had seen of its site, and what has happened since.

use super::RowFlaw;
use super::request::ImportRequest;
use super::row_plan::RowStep;
use crate::registry::Hash;
use crate::registry::body::{Body, Count, Visit};
use crate::registry::event::Sealed;
use crate::registry::people::same_name;
use crate::registry::site::Site;
use std::collections::BTreeSet;

/// Whether all that happened since these heads is that the crew tried and came back without a result: a second day is
/// progress, and no contradiction to the first. What was voided since did not happen.
pub(super) fn only_tried(site: &Site, events: &[Sealed], seen: &[Hash]) -> bool {
    let mut known: BTreeSet<Hash> = BTreeSet::new();
    let mut waiting: Vec<Hash> = seen.to_vec();
    while let Some(hash) = waiting.pop() {
        if known.insert(hash)
            && let Some(sealed) = events.iter().find(|sealed| sealed.hash == hash)
        {
            waiting.extend(&sealed.event.based_on);
        }
    }
    events
        .iter()
        .filter(|sealed| !known.contains(&sealed.hash) && !is_voided(site, sealed.hash))
        .all(|sealed| match &sealed.event.body {
            Body::Visit(visit) => !visit.outcome.settles(),
            Body::Note(_) | Body::Attach(_) | Body::Sighting(_) | Body::Void(_) => true,
            _ => false,
        })
}

fn is_voided(site: &Site, event: Hash) -> bool {
    site.voided.iter().any(|voided| voided.entry.event == event)
}

fn visit_of(body: &Body) -> Option<Visit> {
    match body {
        Body::Visit(visit) => Some(Visit {
            imported: None,
            ..visit.as_ref().clone()
        }),
        _ => None,
    }
}

/// A visit that was taken in before, and is told now with other values: the same row of a file of that name on the same day, or
/// the same crew at the same time from the same hands, whatever the file is called and however its rows are sorted. Nobody knows which are right, so
/// whoever imports it is told what would mend the first. After a visit without a result a second one is progress.
pub(super) fn changed_row(
    request: &ImportRequest<'_>,
    line: u64,
    site: &Site,
    events: &[Sealed],
    steps: &[RowStep],
) -> Option<RowFlaw> {
    let file = request.path.file_name()?.to_string_lossy().into_owned();
    let (now, at) = steps
        .iter()
        .find_map(|step| Some((visit_of(&step.body)?, &step.at)))?;
    let mut changed = None;
    for Sealed { event, hash, .. } in events.iter().filter(|s| !is_voided(site, s.hash)) {
        let Body::Visit(visit) = &event.body else {
            continue;
        };
        let (Some(from), Some(before)) = (&visit.imported, visit_of(&event.body)) else {
            continue;
        };
        if event.at == *at && before == now {
            return None;
        }
        let same_row = from.file == file && from.line == line && event.day() == at.get(..10)?;
        let is_of_author = same_name(&event.actor.name, &request.author.name);
        let same_visit = event.at == *at
            && is_of_author
            && before.outcome.settles()
            && is_same_crew(&before, &now);
        if changed.is_none() && (same_row || same_visit) {
            changed = Some((*hash, before));
        }
    }
    let (entry, before) = changed?;
    let plants = |visit: &Visit| visit.count.as_ref().map(Count::plants);
    Some(RowFlaw::ChangedRow {
        entry,
        before: (before.outcome, plants(&before)),
        now: (now.outcome, plants(&now)),
    })
}

/// Whether one of those who were there was there both times; where nobody is named, nobody says that they were others.
fn is_same_crew(before: &Visit, now: &Visit) -> bool {
    let named = !before.officers.is_empty() && !now.officers.is_empty();
    !named || before.officers.iter().any(|one| now.officers.contains(one))
}

/// The heads that a head hash stands for: one event of the site's history nearly always, two or three where offices
/// had worked apart.
pub(super) fn heads(events: &[Sealed], head: Hash) -> Option<Vec<Hash>> {
    /// More than this and triples are too many to try.
    const FEW: usize = 200;
    let mut all: Vec<Hash> = events.iter().map(|sealed| sealed.hash).collect();
    all.sort_unstable();
    all.dedup();
    let fits = |heads: &[Hash]| {
        let bytes: Vec<u8> = heads.iter().flat_map(|hash| hash.0).collect();
        Hash::of(&bytes) == head
    };
    let n = all.len();
    if let Some(one) = all.iter().find(|hash| fits(&[**hash])) {
        return Some(vec![*one]);
    }
    if n > FEW {
        return None;
    }
    for i in 0..n {
        for j in i + 1..n {
            if fits(&[all[i], all[j]]) {
                return Some(vec![all[i], all[j]]);
            }
            for k in j + 1..n {
                if fits(&[all[i], all[j], all[k]]) {
                    return Some(vec![all[i], all[j], all[k]]);
                }
            }
        }
    }
    None
}

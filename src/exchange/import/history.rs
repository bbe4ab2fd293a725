//! What the copy that a crew carried had seen of its site, and what has happened since.

use super::RowFlaw;
use super::row_plan::RowStep;
use crate::registry::Hash;
use crate::registry::body::{Body, Count, Visit};
use crate::registry::event::Sealed;
use std::collections::BTreeSet;
use std::path::Path;

/// Whether all that happened since these heads is that the crew tried and came back without a result: a second day is
/// progress, and no contradiction to the first.
pub(super) fn only_tried(events: &[Sealed], seen: &[Hash]) -> bool {
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
        .filter(|sealed| !known.contains(&sealed.hash))
        .all(|sealed| match &sealed.event.body {
            Body::Visit(visit) => !visit.outcome.settles(),
            Body::Note(_) | Body::Attach(_) | Body::Sighting(_) => true,
            _ => false,
        })
}

/// A row of a file that was taken in before, of the same day, with other values: nobody knows which are right, so whoever
/// imports it is told what a correction would say.
pub(super) fn changed_row(
    path: &Path,
    line: u64,
    events: &[Sealed],
    steps: &[RowStep],
) -> Option<RowFlaw> {
    let file = path.file_name()?.to_string_lossy().into_owned();
    let visit = |body: &Body| match body {
        Body::Visit(visit) => Some(visit.as_ref().clone()),
        _ => None,
    };
    let (now, at) = steps
        .iter()
        .find_map(|step| Some((visit(&step.body)?, &step.at)))?;
    let before = events.iter().find_map(|sealed| {
        let before = visit(&sealed.event.body)?;
        let from = before.imported.as_ref()?;
        let same_row =
            from.file == file && from.line == line && sealed.event.day() == at.get(..10)?;
        let plain = Visit {
            imported: None,
            ..before.clone()
        };
        (same_row && (plain != now || sealed.event.at != *at)).then_some(before)
    })?;
    let plants = |visit: &Visit| visit.count.as_ref().map(Count::plants);
    Some(RowFlaw::ChangedRow {
        before: (before.outcome, plants(&before)),
        now: (now.outcome, plants(&now)),
    })
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

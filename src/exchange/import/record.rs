//! Recording what a row reports: the site of a new find, then one thing after the other.

use super::row_plan::{ReadyRow, RowInHand, RowStep};
use super::{ImportRequest, ImportedEvents, RowFlaw, RowOutcome, RowReport};
use crate::registry::Hash;
use crate::registry::body::{Body, Imported};
use crate::registry::event::{Event, EvidenceRef, Sealed};
use crate::store::{Draft, Moment, Store, StoreError};
use std::collections::BTreeSet;

/// What is reported, without the file that it came in.
pub(super) fn plain(body: &Body) -> Body {
    let mut body = body.clone();
    set_imported(&mut body, None);
    body
}

pub(super) fn set_imported(body: &mut Body, imported: Option<Imported>) {
    match body {
        Body::Visit(visit) => visit.imported = imported,
        Body::Eradicate(eradicate) => eradicate.imported = imported,
        _ => {}
    }
}

/// The event of the site's history that reports the same already.
pub(super) fn recorded_before(events: &[Sealed], step: &RowStep) -> Option<Hash> {
    let is_same = |event: &Event| {
        event.at == step.at
            && plain(&event.body) == step.body
            && files_of(&event.evidence) == files_of(&step.evidence)
    };
    let same = events.iter().find(|sealed| is_same(&sealed.event));
    same.map(|sealed| sealed.hash)
}

fn files_of(evidence: &[EvidenceRef]) -> BTreeSet<Hash> {
    evidence.iter().map(|file| file.sha256).collect()
}

/// Records what a row reports, one thing after the other; what comes after something that was refused is not tried. Of a new
/// find whose first report is refused nothing stays, not its site either.
pub(super) fn record_row(
    store: &mut Store,
    request: &ImportRequest<'_>,
    sha256: Hash,
    taken: RowInHand,
    moment: &mut dyn FnMut() -> Moment,
) -> Result<Vec<RowReport>, StoreError> {
    let mut report = RowReport {
        table: taken.table,
        line: taken.line,
        site: taken.site,
        what: None,
        fate: RowOutcome::Before,
    };
    let mut ready = match taken.ready {
        Ok(ready) => ready,
        Err(flaw) => {
            report.fate = RowOutcome::Refused(flaw);
            return Ok(vec![report]);
        }
    };
    let imported = Imported {
        file: request
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        sha256,
        line: report.line,
    };
    if ready.find.is_none() {
        return record_steps(store, request, &imported, ready, report, moment);
    }
    let key = ready.key;
    let work = |store: &mut Store| -> Result<Vec<RowReport>, StoreError> {
        match refusable(add(store, request, &mut ready, moment))? {
            Ok(added) => {
                report.site = Some((ready.key, store.code(ready.key)?));
                let reports = record_steps(store, request, &imported, ready, report, moment)?;
                Ok(reports.into_iter().map(|r| with_added(r, added)).collect())
            }
            Err(flaw) => {
                report.fate = RowOutcome::Refused(flaw);
                Ok(vec![report])
            }
        }
    };
    let mut reports = store.part(work, |reports| !begins_refused(reports))?;
    if begins_refused(&reports) && store.site(key)?.is_none() {
        for report in &mut reports {
            report.site = None;
        }
    }
    Ok(reports)
}

/// Whether the first thing that a row reports is refused: nothing of the row is recorded then.
fn begins_refused(reports: &[RowReport]) -> bool {
    let first = reports.first().map(|report| &report.fate);
    matches!(first, Some(RowOutcome::Refused(_)))
}

fn with_added(mut report: RowReport, added: bool) -> RowReport {
    if let RowOutcome::Recorded(recorded) = &mut report.fate {
        recorded.added = added;
    }
    report
}

/// Records the things that a row reports of a site that there is.
fn record_steps(
    store: &mut Store,
    request: &ImportRequest<'_>,
    imported: &Imported,
    mut ready: ReadyRow,
    mut report: RowReport,
    moment: &mut dyn FnMut() -> Moment,
) -> Result<Vec<RowReport>, StoreError> {
    let mut reports = Vec::new();
    for step in std::mem::take(&mut ready.steps) {
        report.what = Some(step.what);
        report.fate = record_step(store, request, imported, &mut ready, step, moment)?;
        reports.push(report.clone());
        if matches!(report.fate, RowOutcome::Refused(_)) {
            break;
        }
    }
    Ok(reports)
}

/// What concerns a row alone, apart from what ends the import.
pub(super) fn refusable<T>(tried: Result<T, StoreError>) -> Result<Result<T, RowFlaw>, StoreError> {
    match tried {
        Ok(done) => Ok(Ok(done)),
        Err(StoreError::Refused { refusal, .. }) => Ok(Err(RowFlaw::Move(refusal))),
        Err(StoreError::NoRole { actor, roles }) => Ok(Err(RowFlaw::NoRole(actor, roles))),
        Err(other) => Err(other),
    }
}

/// Makes the site of a new find, and gives it to those who found it. Returns whether it was not known before.
pub(super) fn add(
    store: &mut Store,
    request: &ImportRequest<'_>,
    ready: &mut ReadyRow,
    moment: &mut dyn FnMut() -> Moment,
) -> Result<bool, StoreError> {
    let Some(find) = ready.find.take() else {
        return Ok(false);
    };
    if let Some(known) = store.site(ready.key)? {
        ready.seen = known.heads;
        return Ok(false);
    }
    for body in find {
        let draft = Draft {
            site: Some(ready.key),
            at: ready.found_at.clone(),
            evidence: vec![],
            body,
        };
        let seen = std::mem::take(&mut ready.seen);
        let sealed = store.append_on(request.author, draft, seen, moment())?;
        ready.seen = vec![sealed.hash];
    }
    Ok(true)
}

pub(super) fn record_step(
    store: &mut Store,
    request: &ImportRequest<'_>,
    imported: &Imported,
    ready: &mut ReadyRow,
    step: RowStep,
    moment: &mut dyn FnMut() -> Moment,
) -> Result<RowOutcome, StoreError> {
    if let Some(hash) = recorded_before(&store.events_of(ready.key)?, &step) {
        // Whoever reports the next thing has seen this one.
        ready.seen = vec![hash];
        return Ok(RowOutcome::Before);
    }
    let marks = step
        .evidence
        .iter()
        .flat_map(|file| {
            file.marks
                .iter()
                .map(|mark| (file.name.clone(), mark.clone()))
        })
        .collect();
    let mut body = step.body;
    set_imported(&mut body, Some(imported.clone()));
    let draft = Draft {
        site: Some(ready.key),
        at: step.at,
        evidence: step.evidence,
        body,
    };
    match refusable(store.append_on(request.author, draft, ready.seen.clone(), moment()))? {
        Ok(sealed) => ready.seen = vec![sealed.hash],
        Err(flaw) => return Ok(RowOutcome::Refused(flaw)),
    }
    let Some(after) = store.site(ready.key)? else {
        return Ok(RowOutcome::Refused(RowFlaw::NoSite));
    };
    Ok(RowOutcome::Recorded(Box::new(ImportedEvents {
        state: after.state,
        added: false,
        moved_on: ready.moved_on,
        disputed: after.disputed,
        parallel: after
            .parallel
            .difference(&ready.parallel)
            .cloned()
            .collect(),
        marks,
        place: ready.place.lonlat(),
        apart_m: ready.apart_m,
        position: ready.position.filter(|_| ready.apart_m.is_some()),
        without_head: ready.without_head,
    })))
}

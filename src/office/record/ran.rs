//! When the scans were run whose candidates are recorded here. No event says it: this registry alone remembers, of the scans
//! that it took in itself, so that a decision which is dated before its candidate was found is noticed.

use crate::registry::Site;
use crate::store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};

/// By how much a day that was typed may be behind a time of the same day.
const HALF_A_DAY: SignedDuration = SignedDuration::from_hours(12);

fn name(scan: &str) -> String {
    format!("ran:{scan}")
}

/// Remembers when a scan was run; the first time counts. Inside [`Store::write`].
pub(super) fn remember(store: &Store, scan: &str, ran: &str) -> Result<(), StoreError> {
    let Ok(when) = ran.parse::<Timestamp>() else {
        return Ok(());
    };
    let name = name(scan);
    let known = store
        .local(&name)?
        .and_then(|known| known.parse::<Timestamp>().ok());
    if known.is_none_or(|known| when < known) {
        store.set_local(&name, ran)?;
    }
    Ok(())
}

/// Whether a time lies before the scans were run that found a site in imagery without a day: the clock of one of two computers was
/// wrong, or somebody decided by something else. Of imagery with a day the law itself says what is too early.
pub(in crate::office) fn is_before(
    store: &Store,
    site: &Site,
    at: &str,
) -> Result<bool, StoreError> {
    let Ok(said) = at.parse::<Timestamp>() else {
        return Ok(false);
    };
    let mut first: Option<Timestamp> = None;
    for detection in site.detections() {
        let ran = match &detection.captured {
            Some(_) => None,
            None => store.local(&name(&detection.scan))?,
        };
        let Some(ran) = ran.and_then(|ran| ran.parse().ok()) else {
            return Ok(false);
        };
        first = first.into_iter().chain([ran]).min();
    }
    Ok(first.is_some_and(|ran| ran.duration_since(said) > HALF_A_DAY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::fixture::{begun, found, grant};
    use crate::office::record::{Decision, DecisionFile};
    use crate::office::screening::screen_all;
    use crate::registry::Role;
    use crate::registry::body::Screen;
    use crate::words::Lang;

    #[test]
    fn a_decision_that_is_dated_before_its_candidate_was_found_is_noticed() {
        let folder = tempfile::tempdir().expect("folder");
        let (mut office, chief) = begun(&folder.path().join("a.papaver"));
        grant(&mut office, &chief, "chief", &[Role::Analyst]);
        for (candidate, captured) in [("a", None), ("b", Some("2026-05-01"))] {
            found(&mut office, &chief, candidate, captured);
        }
        let ran = "2026-06-10T09:00:00+08:00";
        let remembered = office.transact(&chief, |entry| remember(entry.store, "s", ran));
        remembered.expect("remembered");
        let decided = |candidate: &str, at: &str| Decision {
            candidate: candidate.into(),
            at: at.into(),
            screen: Screen {
                keep: true,
                reason: None,
                note: None,
                took_ms: None,
                seconds: None,
            },
        };
        let early = "2026-05-02T08:00:00+08:00";
        let file = DecisionFile {
            scan: Some("s".into()),
            decisions: vec![decided("a", early), decided("b", early)],
        };
        let done = screen_all(&mut office, &chief, file, Lang::En).expect("screened");
        assert_eq!((done.kept, done.passed_over.len()), (2, 0));
        assert_eq!(
            done.dated_early,
            ["a"],
            "of imagery with a day the law says it"
        );
        assert_eq!(done.other_scan, None);
        let file = DecisionFile {
            scan: Some("another".into()),
            decisions: vec![decided("a", early), decided("c", early)],
        };
        let done = screen_all(&mut office, &chief, file, Lang::En).expect("screened");
        assert_eq!((done.recorded_before, done.passed_over.len()), (1, 1));
        assert!(done.dated_early.is_empty());
        assert_eq!(done.other_scan.as_deref(), Some("another"));
    }
}

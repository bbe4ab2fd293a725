//! The audit of what was learnt, in a registry: what a head kept back before anybody had decided on it, whatever came after.

use super::*;
use crate::ground::LonLat;
use crate::office::affairs::void;
use crate::office::fixture::{begun, grant};
use crate::office::{Credentials, Session};
use crate::province::projection::facts_of;
use crate::registry::Role;
use crate::registry::body::{
    Assign, Count, Create, Detection, FoundBy, Meaning, Outcome, RecordedScan, Screen, Sighting,
    Visit,
};
use crate::registry::event::EvidenceRole;
use crate::registry::ids::SiteKey;
use crate::registry::place::Place;
use crate::registry::unit::origin;
use crate::schema::{FEATURES_FORMAT, RejectReason, fixture};
use crate::store::evidence::{Occasion, keep_bytes};
use std::path::Path;

const CANDIDATES: u64 = 100;
const ON: &str = "2026-05-05T10:00:00+08:00";

fn id(n: u64) -> String {
    format!("{n:012}")
}

fn site(n: u64) -> SiteKey {
    SiteKey::of_origin(&origin(&format!("candidate:{}", id(n)), "410423"))
}

/// What the models saw: the redder, the later in the list.
fn seen() -> FeaturesRecord {
    let row = |n| FeaturesOf {
        id: id(n),
        rank: Some(n),
        shipped: 0.0,
        values: vec![n as f64],
    };
    FeaturesRecord {
        format: FEATURES_FORMAT.into(),
        scan_id: "s".into(),
        names: vec!["red".into()],
        candidates: (1..=CANDIDATES).map(row).collect(),
    }
}

/// A head of the season of this scan.
fn head(weight: f64) -> LearntRecord {
    LearntRecord {
        from: Some("2025-09-15".into()),
        expires: "2026-09-14".into(),
        gsd_cm: [1.0, 4.0],
        scans: vec!["s".into()],
        centre: vec![50.0],
        scale: vec![30.0],
        by_lot: true,
        ..fixture::head(weight)
    }
}

/// The supervisor, who records what happened at a time.
fn chief_on(office: &Office, at: &str) -> Session {
    let given = Credentials {
        actor: "chief".into(),
        happened: Some(at.into()),
        ..Credentials::default()
    };
    office.sign_in(given).expect("chief")
}

struct County {
    office: Office,
    chief: Session,
    _folder: tempfile::TempDir,
}

impl County {
    /// A county in which a scan was recorded.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let (mut office, begun) = begun(&folder.path().join("a.papaver"));
        let roles = [Role::Analyst, Role::Verifier];
        grant(&mut office, &begun, "chief", &roles);
        let chief = chief_on(&office, ON);
        let mut county = Self {
            office,
            chief,
            _folder: folder,
        };
        county.scan("s", ["2026-05-03", "2026-05-03"]);
        (1..=CANDIDATES).for_each(|n| county.find(n));
        county
    }

    fn say(&mut self, site: Option<SiteKey>, body: Body) -> Hash {
        let said = self.office.record(&self.chief, site, vec![], body);
        said.expect("recorded").hash
    }

    /// Records a scan of these days.
    fn scan(&mut self, scan: &str, days: [&str; 2]) {
        let store = self.office.store();
        let occasion = Occasion {
            place: None,
            day: ON,
            settings: store.settings(),
        };
        let seen = FeaturesRecord {
            scan_id: scan.into(),
            ..seen()
        };
        let bytes = serde_json::to_vec(&seen).expect("text");
        let (folder, name) = (store.evidence_folder(), Path::new("features.json"));
        let kept = keep_bytes(&folder, name, &bytes, EvidenceRole::Features, occasion);
        let scan = RecordedScan {
            tagged: None,
            made: None,
            sources: Vec::new(),
            patterns: vec![],
            scan: scan.into(),
            survey: None,
            captured: Some(days.map(str::to_owned)),
            model: ["m".into(), "m".into()],
            verifier: None,
            threshold_e4: 5_000,
            gsd_e2_cm: Some(200),
            searched_m2: 1,
            not_searched_m2: BTreeMap::new(),
            candidates: CANDIDATES,
            unverifiable: false,
        };
        let body = Body::Scan(Box::new(scan));
        let kept = vec![kept.expect("kept")];
        (self.office.record(&self.chief, None, kept, body)).expect("recorded");
    }

    fn find(&mut self, n: u64) {
        let origin = origin(&format!("candidate:{}", id(n)), "410423");
        let at = LonLat::new(113.3 + 0.001 * n as f64, 33.74);
        let create = Create {
            detection: Some(Detection {
                candidate: id(n),
                scan: "s".into(),
                captured: Some(["2026-05-03".into(), "2026-05-03".into()]),
                score_e4: 9_000,
                rank: Some(n),
            }),
            ..Create::new(FoundBy::Scan, origin, Place::point(at))
        };
        self.say(Some(site(n)), Body::Create(Box::new(create)));
    }

    /// A later flight's candidate at a site, with a lower score.
    fn see_again(&mut self, n: u64, captured: &str) {
        let sighting = Sighting {
            detection: Detection {
                candidate: id(200 + n),
                scan: "t".into(),
                captured: Some([captured.into(), captured.into()]),
                score_e4: 8_000,
                rank: None,
            },
            place: Place::point(LonLat::new(113.3 + 0.001 * n as f64, 33.74)),
            meaning: Meaning::Seen,
            distance_cm: 0,
        };
        let later = chief_on(&self.office, "2026-05-10T10:00:00+08:00");
        let body = Body::Sighting(Box::new(sighting));
        let said = self.office.record(&later, Some(site(n)), vec![], body);
        said.expect("recorded");
    }

    fn learn(&mut self, weight: f64) -> Hash {
        let head = LearntHead::of(&head(weight));
        self.say(None, Body::Learnt(Box::new(head)))
    }

    fn put_aside(&mut self, n: u64, reason: RejectReason) {
        let screen = Screen {
            keep: false,
            reason: Some(reason),
            note: None,
            took_ms: None,
            seconds: None,
        };
        self.say(Some(site(n)), Body::Screen(screen));
    }

    fn confirm(&mut self, n: u64) {
        let assign = Assign {
            crew: "1".into(),
            due: None,
        };
        self.say(Some(site(n)), Body::Assign(assign));
        let visit = Visit {
            outcome: Outcome::Cultivated,
            officers: vec!["chief".into(), "li".into()],
            witness: None,
            species: None,
            stage: None,
            sap_cut: None,
            count: Some(Count::Each { plants: 9 }),
            area_dm2: None,
            habitat: None,
            note: None,
            forced: Some("no camera".into()),
            imported: None,
        };
        self.say(Some(site(n)), Body::Visit(Box::new(visit)));
    }

    /// What became of what was kept back, as the figures and as the next lesson say: true, false, open.
    fn audit(&self) -> [usize; 3] {
        let store = self.office.store();
        let facts = facts_of(store).expect("facts");
        let kept = facts.sites.iter().filter(|site| site.audit);
        let kept: Vec<Option<bool>> = kept.map(|site| site.poppy).collect();
        let count = |wanted| kept.iter().filter(|poppy| **poppy == wanted).count();
        let ([yes, no], open) = audit(store, &[&seen()]).expect("read");
        let of_facts = [count(Some(true)), count(Some(false)), count(None)];
        assert_eq!(of_facts, [yes, no, open]);
        of_facts
    }
}

/// The candidates that a head keeps back.
fn kept_back(weight: f64) -> Vec<u64> {
    let ranked = seen().ranked(&head(weight));
    let kept = (1..).zip(ranked).filter(|(_, ranked)| ranked.audit);
    kept.map(|(n, _)| n).collect()
}

#[test]
fn the_audit_of_a_head_is_of_what_was_open_then_and_outlives_it() {
    let mut county = County::new();
    let kept = kept_back(9.0);
    assert_eq!(kept.len(), 3, "of fifty that go down: {kept:?}");
    // What it was learnt from is no audit of it.
    county.put_aside(kept[0], RejectReason::Crop);
    assert_eq!(county.audit(), [0, 0, 0]);
    county.learn(9.0);
    assert_eq!(county.audit(), [0, 0, 2]);
    county.confirm(kept[1]);
    assert_eq!(county.audit(), [1, 0, 1]);
    // The next head lifts what it has been told, and all that goes down by it comes to the list's end.
    let next = county.learn(-9.0);
    assert_eq!(kept_back(-9.0), [0_u64; 0]);
    assert_eq!(county.audit(), [1, 0, 1]);
    county.put_aside(kept[2], RejectReason::Object);
    assert_eq!(county.audit(), [1, 1, 0]);
    void(
        &mut county.office,
        &county.chief,
        &next.to_string(),
        "tried".into(),
    )
    .expect("voided");
    assert_eq!(county.audit(), [1, 1, 0]);
}

#[test]
fn a_head_that_was_revoked_hid_what_it_hid_and_keeps_nothing_back_any_more() {
    let mut county = County::new();
    let kept = kept_back(9.0);
    let first = county.learn(9.0);
    county.confirm(kept[0]);
    county.put_aside(kept[1], RejectReason::Duplicate);
    assert_eq!(county.audit(), [1, 0, 2], "one was seen twice, one is open");
    void(
        &mut county.office,
        &county.chief,
        &first.to_string(),
        "tried".into(),
    )
    .expect("voided");
    assert_eq!(county.audit(), [1, 0, 1]);
    // What is decided on now was kept back by nothing.
    county.put_aside(kept[2], RejectReason::Crop);
    assert_eq!(county.audit(), [1, 0, 1]);
}

#[test]
fn flights_of_the_autumn_and_over_new_year_are_lessons_of_the_season_that_follows() {
    let mut county = County::new();
    county.scan("autumn", ["2025-11-20", "2025-11-20"]);
    county.scan("winter", ["2025-12-28", "2026-01-03"]);
    // Of the season before, and of two.
    county.scan("summer", ["2025-08-01", "2025-08-01"]);
    county.scan("long", ["2025-09-14", "2025-09-15"]);
    let lessons = Lesson::recorded(county.office.store()).expect("read");
    let known: Vec<(&str, Option<i16>)> = (lessons.iter())
        .map(|lesson| (lesson.scan.as_str(), lesson.season))
        .collect();
    let of_season = ["s", "autumn", "winter"].map(|scan| (scan, Some(2026)));
    assert_eq!(known, of_season);
}

#[test]
fn what_was_seen_twice_or_badly_teaches_nothing_and_what_lay_there_after_the_verdict_neither() {
    let mut county = County::new();
    county.put_aside(1, RejectReason::Crop);
    county.put_aside(2, RejectReason::Duplicate);
    county.put_aside(3, RejectReason::ShadowOrBlur);
    county.confirm(4);
    county.see_again(4, "2026-05-04");
    county.see_again(1, "2026-05-06");
    let ids = [1, 2, 3, 4, 201, 204].map(id);
    let said = |flights: &dyn Fn(usize) -> usize| {
        let flights = (0..).zip(&ids).map(|(n, id)| (id.as_str(), flights(n)));
        let told = told(county.office.store(), &flights.collect()).expect("read");
        let sites: HashSet<&String> = told.values().map(|verdict| &verdict.site).collect();
        assert_eq!(sites.len(), 2, "{told:?}");
        let told = told.iter().map(|(id, verdict)| (id.clone(), verdict.poppy));
        told.collect::<Vec<_>>()
    };
    let wanted = [(id(1), false), (id(4), true), (id(204), true)];
    assert_eq!(said(&|n| n), wanted);
    // What was found in the same imagery once more is no second verdict: what the site was found by counts.
    assert_eq!(said(&|_| 7), wanted[..2]);
}

//! What replay recomputes, and what it believes no claim of.

use super::*;
use crate::registry::site::MarkKind;

/// The site as a registry has it in which these files have not arrived.
fn without(device: &Device, site: SiteKey, absent: &[EvidenceRole]) -> Site {
    let grounds = Grounds {
        unit: UNIT.into(),
        roots: vec![device.id],
        absent: absent.iter().map(|role| photo(*role).sha256).collect(),
        ..Grounds::default()
    };
    let gate = Authority::of(grounds, device.known.iter().map(|(hash, e)| (*hash, e)));
    fold(site, &device.of(site), &gate, &device.neighbours())
}

#[test]
fn what_settles_a_site_waits_for_its_evidence_and_what_opens_it_does_not() {
    let mut device = office();
    let site = eradicated(&mut device, 100);
    device.say(Some(site), "zhao", Role::Acceptor, vec![], accept(true), 14);
    assert_eq!(device.site(site).state, State::Closed);
    let waits = without(&device, site, &[EvidenceRole::After]);
    assert_eq!(waits.state, State::Eradicated);
    assert!(matches!(waits.refused[0].1, Refusal::Lacks { .. }));
    let unseen = without(&device, site, &[EvidenceRole::Scene, EvidenceRole::After]);
    assert_eq!(unseen.state, State::Confirmed);
    assert!(
        unseen
            .marks
            .iter()
            .any(|mark| mark.kind == MarkKind::EvidenceAbsent)
    );
}

#[test]
fn an_outline_without_end_a_share_of_nothing_and_a_season_of_another_age_are_refused() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let wide = Place {
        outline: vec![vec![vec![
            [0, 0],
            [1_800_000_000, 0],
            [1_800_000_000, 800_000_000],
            [0, 0],
        ]]],
        ..Place::point(LonLat::new(113.3, 33.74))
    };
    let correct = Body::Correct(Box::new(Correct {
        place: Some(wide),
        reason: "r".into(),
        ..Correct::default()
    }));
    let hash = device.say(Some(site), "chief", Role::Supervisor, vec![], correct, 11);
    assert_eq!(device.site(site).refused, [(hash, Refusal::Outline)]);

    let mut device = office();
    let site = eradicated(&mut device, 100);
    let none = device.say(Some(site), "li", Role::Eradicator, vec![], eradicate(0), 14);
    assert_eq!(device.site(site).refused, [(none, Refusal::Percent)]);
    let old = device.say(
        Some(site),
        "li",
        Role::Analyst,
        vec![],
        Body::Note(Note { text: "x".into() }),
        15,
    );
    let mut event = device.known[&old].clone();
    event.season = 1900;
    let hash = Hash::of(&event.canonical().expect("canonical"));
    device.known.insert(hash, event);
    let refused = device.site(site).refused;
    assert!(
        refused.contains(&(
            hash,
            Refusal::Date {
                date: "1900".into()
            }
        )),
        "{refused:?}"
    );
}

#[test]
fn a_registry_is_begun_once_a_device_and_by_its_first_word() {
    let mut device = office();
    let init = Body::Init(Init {
        unit: UNIT.into(),
        unit_name: None,
        program: "t".into(),
    });
    let hash = device.say(None, "mallory", Role::Supervisor, vec![], init, 20);
    let gate = device.gate();
    assert!(gate.people().get(UNIT, "mallory").is_none());
    assert_eq!(
        gate.follows(hash, &device.known[&hash]),
        Err(Refusal::Origin)
    );
}

#[test]
fn a_merge_into_a_site_that_is_unknown_itself_or_far_is_refused() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    for into in [SiteKey::of_origin("event:nowhere"), site] {
        let merge = Body::Merge(Merge {
            into,
            into_state: State::Confirmed,
            reason: "r".into(),
        });
        let hash = device.say(Some(site), "wang", Role::Analyst, vec![], merge, 11);
        assert!(
            device
                .site(site)
                .refused
                .contains(&(hash, Refusal::NoSuchSite))
        );
        assert_eq!(device.site(site).state, State::Candidate);
    }
}

#[test]
fn an_event_out_of_the_order_of_its_chain_is_refused() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let hash = device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let grounds = Grounds {
        unit: UNIT.into(),
        roots: vec![device.id],
        out_of_order: [hash].into(),
        ..Grounds::default()
    };
    let gate = Authority::of(grounds, device.known.iter().map(|(hash, e)| (*hash, e)));
    let folded = fold(site, &device.of(site), &gate, &Neighbours::new());
    assert_eq!(
        (folded.state, folded.refused),
        (State::Candidate, vec![(hash, Refusal::Order)])
    );
}

#[test]
fn halving_an_area_bit_by_bit_is_a_supervisors_as_halving_it_at_once_is() {
    let mut device = office();
    let origin = "event:wide";
    let site = SiteKey::of_origin(origin);
    let place = Place::point(LonLat::new(113.3, 33.74));
    let founding = Create {
        area_dm2: Some(1000),
        ..Create::new(Source::Find, origin.into(), place)
    };
    let founding = Body::Create(Box::new(founding));
    device.say(Some(site), "wang", Role::Analyst, vec![], founding, 10);
    let smaller = |to| {
        Body::Correct(Box::new(Correct {
            area_dm2: Some(to),
            reason: "measured".into(),
            ..Correct::default()
        }))
    };
    device.say(Some(site), "wang", Role::Analyst, vec![], smaller(600), 11);
    assert_eq!(device.site(site).area_dm2, Some(600), "half of it is left");
    let tried = device.say(Some(site), "wang", Role::Analyst, vec![], smaller(400), 12);
    assert_eq!(device.site(site).refused, [(tried, Refusal::Supervisor)]);
    device.say(
        Some(site),
        "chief",
        Role::Supervisor,
        vec![],
        smaller(400),
        13,
    );
    let now = device.site(site);
    let marked = |kind: &MarkKind| {
        matches!(
            kind,
            MarkKind::AreaLowered {
                from: 1000,
                to: 400
            }
        )
    };
    assert!(now.area_dm2 == Some(400) && now.marks.iter().any(|mark| marked(&mark.kind)));
}

#[test]
fn what_a_crew_found_and_uprooted_is_not_resolved_into_nothing_by_its_own_unit() {
    for accepted in [false, true] {
        let mut device = office();
        let site = create(&mut device, "event:1", 10);
        device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
        let dispatched = device.site(site).heads;
        let found = visit(Outcome::Cultivated);
        device.say(Some(site), "wang", Role::Verifier, scene(), found, 12);
        device.say(
            Some(site),
            "li",
            Role::Eradicator,
            after(),
            eradicate(100),
            13,
        );
        if accepted {
            device.say(Some(site), "zhao", Role::Acceptor, vec![], accept(true), 14);
        }
        // One who says that they knew of none of it found nothing there.
        let nothing = visit(Outcome::Nothing);
        device.say_on(
            dispatched,
            Some(site),
            "wang",
            Role::Verifier,
            scene(),
            nothing,
            15,
        );
        assert!(device.site(site).disputed);
        let resolve = |state| {
            let reason = "looked again".into();
            Body::Resolve(Resolve { state, reason })
        };
        let hide = resolve(State::Refuted);
        let tried = device.say(Some(site), "chief", Role::Supervisor, vec![], hide, 16);
        assert_eq!(device.site(site).refused, [(tried, Refusal::HigherUnit)]);
        let as_it_was = if accepted {
            State::Closed
        } else {
            State::Eradicated
        };
        let kept = resolve(as_it_was);
        device.say(Some(site), "chief", Role::Supervisor, vec![], kept, 17);
        let now = device.site(site);
        assert_eq!((now.state, now.disputed), (as_it_was, false));
    }
}

#[test]
fn a_founding_that_gives_itself_an_earlier_time_moves_no_site_in_silence() {
    let mut device = office();
    let site = create(&mut device, "event:1", 100);
    // The same office on another computer, whose clock was set back.
    let mut other = Device::new(9);
    other.known.clone_from(&device.known);
    let found_again = |lon: f64, at: &str| {
        let place = Place::point(LonLat::new(lon, 33.74));
        let founding = Body::Create(Box::new(Create::new(Source::Find, "event:1".into(), place)));
        let mut told = other.clone();
        told.say_on(
            vec![],
            Some(site),
            "wang",
            Role::Analyst,
            vec![],
            founding,
            50,
        );
        let hash = told.prev.expect("told");
        let mut event = told.known.remove(&hash).expect("told");
        event.at = at.into();
        event.season = event.at[..4].parse().expect("a year");
        let hash = Hash::of(&event.canonical().expect("canonical"));
        told.known.insert(hash, event);
        told.site(site)
    };
    let marked =
        |site: &Site, kind: fn(&MarkKind) -> bool| site.marks.iter().any(|m| kind(&m.kind));
    let moved = |kind: &MarkKind| matches!(kind, MarkKind::Moved { .. });
    let redated = |kind: &MarkKind| matches!(kind, MarkKind::Redated { .. });
    let same = found_again(113.3, "2026-05-03T10:21:00+08:00");
    assert!(
        !marked(&same, moved) && !marked(&same, redated),
        "{:?}",
        same.marks
    );
    let far = found_again(113.31, "2026-05-03T10:21:00+08:00");
    assert!(
        marked(&far, moved) && !marked(&far, redated),
        "{:?}",
        far.marks
    );
    let early = found_again(113.3, "2024-05-03T10:21:00+08:00");
    assert!(
        marked(&early, redated) && !marked(&early, moved),
        "{:?}",
        early.marks
    );
}

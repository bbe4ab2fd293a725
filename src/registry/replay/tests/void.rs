//! Voiding wrong entries.

use super::*;

fn void(of: Hash) -> Body {
    Body::Void(Void {
        of,
        reason: "another site's row".into(),
    })
}

fn grant(device: &mut Device, name: &str, role: Role) {
    let change = ActorChange::new(ActorAction::Grant, name, vec![role]);
    device.say(
        None,
        "chief",
        Role::Supervisor,
        vec![],
        Body::Actor(change),
        3,
    );
}

/// A dispatched site with the wrong visit.
fn visited(device: &mut Device) -> (SiteKey, Hash, Hash) {
    let site = create(device, "event:1", 10);
    let assigned = device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let visited = device.say(
        Some(site),
        "wang",
        Role::Verifier,
        scene(),
        visit(Outcome::Cultivated),
        12,
    );
    (site, assigned, visited)
}

#[test]
fn a_voided_visit_counts_no_more_and_stays_to_be_read() {
    let mut device = office();
    let (site, _, wrong) = visited(&mut device);
    let before = device.site(site);
    assert_eq!((before.state, before.plants), (State::Confirmed, Some(3)));
    let voiding = device.say(
        Some(site),
        "chief",
        Role::Supervisor,
        vec![],
        void(wrong),
        13,
    );
    let now = device.site(site);
    assert!(now.refused.is_empty(), "{:?}", now.refused);
    assert_eq!(now.state, State::Dispatched);
    assert_eq!(
        (now.plants, now.visits.len(), now.evidence.len()),
        (None, 0, 0)
    );
    assert_eq!(now.crew(), Some("1"));
    let [kept] = &now.voided[..] else {
        panic!("one is voided")
    };
    assert_eq!((kept.entry.event, kept.by.event), (wrong, voiding));
    assert_eq!(kept.body["outcome"], "cultivated");
    // The right one follows, also where it lies before the voiding; its own picture is needed.
    let bare = device.say(
        Some(site),
        "wang",
        Role::Verifier,
        vec![],
        visit(Outcome::Cultivated),
        14,
    );
    assert_eq!(device.site(site).refused[0].0, bare);
    device.say(
        Some(site),
        "wang",
        Role::Verifier,
        scene(),
        visit(Outcome::Nothing),
        15,
    );
    assert_eq!(device.site(site).state, State::Refuted);
}

#[test]
fn only_the_last_step_is_voided_and_then_the_one_before_it() {
    let mut device = office();
    let (site, assigned, wrong) = visited(&mut device);
    let early = device.say(
        Some(site),
        "chief",
        Role::Supervisor,
        vec![],
        void(assigned),
        13,
    );
    assert_eq!(device.site(site).refused, [(early, Refusal::BuiltOn)]);
    for (of, state) in [(wrong, State::Dispatched), (assigned, State::Candidate)] {
        device.say(Some(site), "chief", Role::Supervisor, vec![], void(of), 14);
        assert_eq!(device.site(site).state, state);
    }
    let now = device.site(site);
    assert_eq!((now.crew(), now.voided.len()), (None, 2));
    assert_eq!(now.since, now.created.as_ref().expect("found").at);
    let twice = device.say(
        Some(site),
        "chief",
        Role::Supervisor,
        vec![],
        void(wrong),
        16,
    );
    let refused = device.site(site).refused;
    assert!(refused.contains(&(twice, Refusal::NoSuchEntry)));
}

#[test]
fn a_confirmation_is_not_voided_by_whoever_recorded_it_nor_anything_by_whoever_likes() {
    let mut device = office();
    let (site, assigned, wrong) = visited(&mut device);
    let crew = device.say(Some(site), "li", Role::Verifier, vec![], void(wrong), 13);
    grant(&mut device, "wang", Role::Supervisor);
    let own = device.say(
        Some(site),
        "wang",
        Role::Supervisor,
        vec![],
        void(wrong),
        14,
    );
    assert_eq!(
        device.site(site).refused,
        [(crew, Refusal::Supervisor), (own, Refusal::AnotherPerson)]
    );
    assert_eq!(device.site(site).state, State::Confirmed);
    // An assignment is taken back by who made it.
    device.say(
        Some(site),
        "chief",
        Role::Supervisor,
        vec![],
        void(wrong),
        15,
    );
    device.say(
        Some(site),
        "wang",
        Role::Analyst,
        vec![],
        void(assigned),
        16,
    );
    assert_eq!(device.site(site).state, State::Candidate);
}

#[test]
fn a_site_added_by_mistake_is_gone_and_one_that_a_scan_found_stays() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let founding = device.site(site).created.expect("found").event;
    device.say(
        Some(site),
        "chief",
        Role::Supervisor,
        vec![],
        void(founding),
        11,
    );
    let gone = device.site(site);
    assert_eq!(gone.state, State::Voided);
    assert!(gone.created.is_some() && gone.voided.len() == 1);
    let late = device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 12);
    assert_eq!(device.site(site).refused[0].0, late);

    let mut device = office();
    let origin = "candidate:c";
    let key = SiteKey::of_origin(origin);
    let place = Place::point(LonLat::new(113.3, 33.74));
    let create = Create::new(FoundBy::Scan, origin.into(), place);
    let founding = device.say(
        Some(key),
        "wang",
        Role::Analyst,
        vec![],
        Body::Create(Box::new(create)),
        10,
    );
    let tried = device.say(
        Some(key),
        "chief",
        Role::Supervisor,
        vec![],
        void(founding),
        11,
    );
    assert_eq!(device.site(key).refused, [(tried, Refusal::NoSuchEntry)]);
}

#[test]
fn a_step_that_did_not_know_of_the_voiding_is_a_dispute() {
    let mut device = office();
    let (site, _, wrong) = visited(&mut device);
    let heads = device.site(site).heads;
    device.say_on(
        heads.clone(),
        Some(site),
        "chief",
        Role::Supervisor,
        vec![],
        void(wrong),
        13,
    );
    device.say_on(
        heads,
        Some(site),
        "li",
        Role::Eradicator,
        after(),
        eradicate(100),
        14,
    );
    let now = device.site(site);
    assert!(now.disputed && now.refused.is_empty());
    assert_eq!(now.state, State::Eradicated);
}

#[test]
fn what_led_to_a_site_is_kept_with_who_says_so() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let of = Hash([7; 32]);
    device.say(
        Some(site),
        "li",
        Role::Verifier,
        vec![],
        Body::CameOf(CameOf { of }),
        11,
    );
    let site = device.site(site);
    assert_eq!(site.came_of[0].0, of);
    let led_to = |on: &str, unit: &str| crate::registry::affairs::led_to(&site, (of, on), unit);
    let found = site.created.as_ref().expect("found").at.clone();
    assert!(led_to(&found, UNIT) && led_to("2026-01-01", UNIT));
    assert!(!led_to(&found, "410424"));
    assert!(
        !led_to("2099-01-01", UNIT),
        "what came after it led to nothing"
    );
    assert_eq!(site.state, State::Candidate);
}

#[test]
fn what_led_to_a_site_is_taken_back_without_a_step_of_its_life() {
    let mut device = office();
    let (site, ..) = visited(&mut device);
    let came = Body::CameOf(CameOf { of: Hash([7; 32]) });
    let said = device.say(Some(site), "li", Role::Verifier, vec![], came, 13);
    device.say(
        Some(site),
        "li",
        Role::Eradicator,
        after(),
        eradicate(100),
        14,
    );
    let others = device.say(Some(site), "wang", Role::Analyst, vec![], void(said), 15);
    let site_now = device.site(site);
    assert_eq!(site_now.refused, [(others, Refusal::Supervisor)]);
    let done = device.say(Some(site), "li", Role::Verifier, vec![], void(said), 16);
    let again = device.say(Some(site), "li", Role::Verifier, vec![], void(said), 17);
    let site_now = device.site(site);
    assert_eq!(site_now.state, State::Eradicated);
    assert!(site_now.came_of.is_empty() && site_now.eradications.len() == 1);
    assert_eq!(site_now.voided[0].by.event, done);
    assert!(site_now.refused.contains(&(again, Refusal::NoSuchEntry)));
}

#[test]
fn what_a_crew_measured_is_the_area_until_somebody_corrects_it() {
    let mut device = office();
    let (site, ..) = visited(&mut device);
    assert_eq!(device.site(site).area_dm2, None);
    let measured = |outcome, dm2| {
        let Body::Visit(mut visit) = visit(outcome) else {
            panic!("a visit")
        };
        visit.area_dm2 = Some(dm2);
        Body::Visit(visit)
    };
    let again = measured(Outcome::Cultivated, 1_500);
    device.say(Some(site), "wang", Role::Verifier, scene(), again, 13);
    assert_eq!(device.site(site).area_dm2, Some(1_500));
    let correct = Body::Correct(Box::new(Correct {
        area_dm2: Some(1_400),
        reason: "measured twice".into(),
        ..Correct::default()
    }));
    device.say(Some(site), "wang", Role::Analyst, vec![], correct, 14);
    assert_eq!(device.site(site).area_dm2, Some(1_400));
}

#[test]
fn another_crew_goes_by_the_same_day_unless_another_is_set() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let sent = |crew: &str, due: Option<&str>| {
        Body::Assign(Assign {
            crew: crew.into(),
            due: due.map(str::to_owned),
        })
    };
    let stands = |device: &Device| {
        let (assign, _) = device.site(site).assigned.expect("assigned");
        (assign.crew, assign.due)
    };
    let say = |device: &mut Device, body, now| {
        device.say(Some(site), "wang", Role::Analyst, vec![], body, now)
    };
    say(&mut device, sent("1", Some("2026-06-01")), 11);
    say(&mut device, sent("2", None), 12);
    let day = |text: &str| Some(text.to_owned());
    assert_eq!(stands(&device), ("2".into(), day("2026-06-01")));
    say(&mut device, sent("2", Some("2026-07-01")), 13);
    let third = say(&mut device, sent("3", None), 14);
    assert_eq!(stands(&device), ("3".into(), day("2026-07-01")));
    say(&mut device, void(third), 15);
    assert_eq!(stands(&device), ("2".into(), day("2026-07-01")));
    // A site that is taken up again begins anew.
    let nothing = visit(Outcome::Lookalike);
    device.say(Some(site), "wang", Role::Verifier, scene(), nothing, 16);
    let reason = "seen again".into();
    let reopen = Body::Reopen(ReasonedMove { reason });
    device.say(Some(site), "chief", Role::Supervisor, vec![], reopen, 17);
    say(&mut device, sent("4", None), 18);
    assert_eq!(stands(&device), ("4".into(), None));
}

#[test]
fn neither_a_part_nor_what_imagery_shows_is_voided_for_calling_itself_a_find() {
    let place = Place::point(LonLat::new(113.3, 33.74));
    let found_by_hand = |origin: &str| Create::new(FoundBy::Find, origin.into(), place.clone());
    let mut device = office();
    let whole = create(&mut device, "event:1", 10);
    let seen = Create {
        detection: Some(Detection {
            candidate: "c".into(),
            scan: "s".into(),
            captured: None,
            score_e4: 9000,
            rank: None,
        }),
        ..found_by_hand("event:seen")
    };
    let part = Create {
        split_from: Some((whole, State::Candidate)),
        ..found_by_hand("event:part")
    };
    for (now, create) in [(20, seen), (30, part)] {
        let key = SiteKey::of_origin(&create.origin);
        let heads = device.site(whole).heads;
        let body = Body::Create(Box::new(create));
        let founding = device.say_on(heads, Some(key), "wang", Role::Analyst, vec![], body, now);
        let site = device.site(key);
        assert!(
            site.created.is_some() && site.refused.is_empty(),
            "{:?}",
            site.refused
        );
        let supervisor = Role::Supervisor;
        let tried = device.say(
            Some(key),
            "chief",
            supervisor,
            vec![],
            void(founding),
            now + 1,
        );
        let after = device.site(key);
        assert_eq!(after.refused, [(tried, Refusal::NoSuchEntry)]);
        assert_ne!(after.state, State::Voided);
    }
}

#[test]
fn a_site_that_a_flight_saw_is_not_gone_because_somebody_had_added_it_by_hand() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let founding = device.site(site).heads[0];
    let seen = Body::Sighting(Box::new(Sighting {
        detection: Detection {
            candidate: "c".into(),
            scan: "s".into(),
            captured: None,
            score_e4: 9_000,
            rank: None,
        },
        place: Place::point(LonLat::new(113.3, 33.74)),
        meaning: Meaning::Seen,
        distance_cm: 0,
    }));
    let supervisor = Role::Supervisor;
    device.say(Some(site), "wang", Role::Analyst, vec![], seen, 11);
    let tried = device.say(Some(site), "chief", supervisor, vec![], void(founding), 12);
    let site = device.site(site);
    assert_eq!(site.refused, [(tried, Refusal::BuiltOn)]);
    assert_eq!(site.state, State::Candidate);
}

#[test]
fn a_decision_at_the_desk_is_its_authors_to_take_back_and_looks_decide_nothing() {
    let mut device = office();
    grant(&mut device, "li", Role::Analyst);
    let site = create(&mut device, "event:1", 10);
    let look = Body::Look(Look {
        opinion: Opinion::Discard,
        reason: Some(RejectReason::Crop),
        note: None,
        took_ms: Some(900),
        blind: false,
    });
    device.say(Some(site), "wang", Role::Analyst, vec![], look, 11);
    let seen = device.site(site);
    assert_eq!((seen.state, seen.looks.len()), (State::Candidate, 1));
    let screen = Body::Screen(Screen {
        keep: false,
        reason: Some(RejectReason::Crop),
        note: None,
        took_ms: None,
        seconds: None,
    });
    let decided = device.say(Some(site), "wang", Role::Analyst, vec![], screen, 12);
    assert_eq!(device.site(site).state, State::ScreenedOut);
    let others = device.say(Some(site), "li", Role::Analyst, vec![], void(decided), 13);
    let now = device.site(site);
    assert_eq!(now.refused, [(others, Refusal::Supervisor)]);
    assert_eq!(now.state, State::ScreenedOut);
    device.say(Some(site), "wang", Role::Analyst, vec![], void(decided), 14);
    let now = device.site(site);
    assert_eq!((now.state, now.screened), (State::Candidate, None));
    assert_eq!((now.voided.len(), now.looks.len()), (1, 1));
}

#[test]
fn a_confirmation_is_not_voided_in_silence_once_a_confirmed_site_has_become_part_of_it() {
    let mut device = office();
    let other = merge_split::confirmed(&mut device, "event:2", 9);
    let (site, _, found) = visited(&mut device);
    let heads = device.site(site).heads;
    let known = device.clone();
    merge_split::merged(&mut device, other, site, 20);
    let mut informed = device.clone();
    let tried = informed.say(
        Some(site),
        "chief",
        Role::Supervisor,
        vec![],
        void(found),
        21,
    );
    assert_eq!(informed.site(site).refused, [(tried, Refusal::BuiltOn)]);
    // On another computer of the office, which has not heard of the merge.
    let mut laptop = Device::new(9);
    laptop.known = known.known;
    laptop.say_on(
        heads,
        Some(site),
        "chief",
        Role::Supervisor,
        vec![],
        void(found),
        21,
    );
    device.take(&laptop);
    let now = device.site(site);
    assert_eq!(device.site(other).state, State::Merged);
    assert_eq!((now.state, now.disputed), (State::Confirmed, true));
}

#[test]
fn the_same_crew_sent_again_does_not_begin_to_wait_anew() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let sent = |device: &mut Device, crew: &str, day: &str, now: u64| {
        let assign = Body::Assign(Assign {
            crew: crew.into(),
            due: None,
        });
        let said = device.say(Some(site), "wang", Role::Analyst, vec![], assign, now);
        alter(device, said, |event| {
            event.at = format!("{day}T10:21:00+08:00");
            event.logged_at = format!("{day}T02:21:00Z");
        });
        device.site(site).since
    };
    let first = sent(&mut device, "1", "2026-05-04", 11);
    assert_eq!(sent(&mut device, " 1", "2026-05-20", 12), first);
    let other = sent(&mut device, "2", "2026-05-21", 13);
    assert_eq!(&other[..10], "2026-05-21");
}

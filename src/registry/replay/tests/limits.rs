//! What replay recomputes, and what it believes no claim of.

use super::*;
use crate::registry::matching::{Match, find};
use crate::registry::settings::Settings;
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
        refused.contains(&(hash, Refusal::of_date("1900"))),
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
        ..Create::new(FoundBy::Find, origin.into(), place)
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
        let founding = Body::Create(Box::new(Create::new(
            FoundBy::Find,
            "event:1".into(),
            place,
        )));
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

/// Two small squares of one outline, with the point in the second.
fn in_two_pieces(west: f64, east: f64) -> Place {
    let ring = |lon: f64| {
        let (x, y) = LonLat::new(lon, 33.74).e7();
        let corners = [(-99, -99), (99, -99), (99, 99), (-99, 99), (-99, -99)];
        vec![corners.map(|(dx, dy)| [x + dx, y + dy]).to_vec()]
    };
    Place {
        outline: vec![ring(west), ring(east)],
        ..Place::point(LonLat::new(east, 33.74))
    }
}

#[test]
fn an_outline_in_pieces_moves_no_site_and_merges_none_from_afar() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let moves = |lon: f64| {
        Body::Correct(Box::new(Correct {
            place: Some(in_two_pieces(113.3, lon)),
            reason: "r".into(),
            ..Correct::default()
        }))
    };
    device.say(
        Some(site),
        "wang",
        Role::Analyst,
        vec![],
        moves(113.3004),
        11,
    );
    assert!(device.site(site).refused.is_empty(), "37 m are anybody's");
    let far = device.say(
        Some(site),
        "wang",
        Role::Analyst,
        vec![],
        moves(113.312),
        12,
    );
    assert_eq!(device.site(site).refused, [(far, Refusal::Supervisor)]);
    device.say(
        Some(site),
        "chief",
        Role::Supervisor,
        vec![],
        moves(113.312),
        13,
    );
    let moved = device.site(site);
    assert!(matches!(
        moved.marks[0].kind,
        MarkKind::Moved { metres: 1100..1120 }
    ));

    // What lies under one of the pieces is no part of the site, and no sighting of it.
    let other = create(&mut device, "event:2", 14);
    let heads = [device.site(other).heads, moved.heads.clone()].concat();
    let merge = Body::Merge(Merge {
        into: site,
        into_state: State::Candidate,
        reason: "one".into(),
    });
    let tried = device.say_on(heads, Some(other), "wang", Role::Analyst, vec![], merge, 15);
    assert_eq!(device.site(other).refused, [(tried, Refusal::Supervisor)]);
    let under = device.site(other).place;
    let seen = detection("2026-05-02", 9_000);
    let known = find(&under, &seen, &[moved], &Settings::default());
    assert_eq!(known, Match::New);
}

fn detection(captured: &str, score_e4: i64) -> Detection {
    Detection {
        candidate: format!("{captured} {score_e4}"),
        scan: "s".into(),
        captured: Some([captured.into(), captured.into()]),
        score_e4,
        rank: None,
    }
}

/// A candidate of the first of May, founded and put aside, and its place.
fn put_aside() -> (SiteKey, Place, [Body; 2]) {
    let origin = "candidate:1@410423";
    let place = Place::point(LonLat::new(113.3, 33.74));
    let create = Create {
        detection: Some(detection("2026-05-01", 8_000)),
        ..Create::new(FoundBy::Scan, origin.into(), place.clone())
    };
    let aside = Body::Screen(Screen {
        took_ms: None,
        seconds: None,
        keep: false,
        reason: Some(RejectReason::Crop),
        note: None,
    });
    let bodies = [Body::Create(Box::new(create)), aside];
    (SiteKey::of_origin(origin), place, bodies)
}

#[test]
fn no_imagery_of_days_to_come_nor_a_score_above_all_keeps_a_site_put_aside() {
    let mut device = office();
    let (site, place, [create, aside]) = put_aside();
    let sighting = |captured: &str, score_e4, meaning| {
        Body::Sighting(Box::new(Sighting {
            detection: detection(captured, score_e4),
            place: place.clone(),
            meaning,
            distance_cm: 0,
        }))
    };
    let bodies = [
        create,
        aside,
        sighting("2026-05-09", 9_000, Meaning::Seen),
        sighting("2026-05-02", 1 << 50, Meaning::Seen),
        sighting("2026-05-03", 9_000, Meaning::Raised),
    ];
    let said: Vec<Hash> = (10..)
        .zip(bodies)
        .map(|(now, body)| device.say(Some(site), "wang", Role::Analyst, vec![], body, now))
        .collect();
    let site = device.site(site);
    assert_eq!(
        site.refused,
        [
            (said[2], Refusal::ahead("2026-05-09")),
            (said[3], Refusal::Number)
        ]
    );
    assert_eq!(site.state, State::Candidate, "raised anew");
}

#[test]
fn patrols_and_targets_are_on_the_earth_and_a_track_sees_so_far() {
    let mut device = office();
    let patrol = |corner: i64, reach_m: u64| {
        Body::Patrol(Box::new(Patrol {
            on: "2026-05-03".into(),
            district: None,
            people: 1,
            vehicles: 0,
            zero: true,
            area_m2: None,
            walked: vec![vec![vec![[0, 0], [corner, 0], [corner, corner], [0, 0]]]],
            track: Some(TrackFacts {
                length_m: 100_000_000,
                reach_m,
                ..TrackFacts::default()
            }),
            note: None,
            seeds: None,
            publicity: None,
            crew: None,
        }))
    };
    let targets = |corner: i64| {
        Body::Targets(Box::new(TargetList {
            name: "x".into(),
            sha256: Hash([1; 32]),
            season: 2026,
            targets: vec![Target {
                id: "1".into(),
                place: Place {
                    lon_e7: corner,
                    lat_e7: corner,
                    outline: vec![],
                },
            }],
        }))
    };
    for (body, expected) in [
        (patrol(1_000, 30), None),
        (patrol(1_000, 1 << 52), Some(Refusal::Number)),
        (patrol(1 << 52, 30), Some(Refusal::Outline)),
        (targets(1_000), None),
        (targets(1 << 52), Some(Refusal::Number)),
    ] {
        let hash = device.say(None, "wang", Role::Analyst, vec![], body, 10);
        let followed = device.gate().follows(hash, &device.known[&hash]);
        assert_eq!(followed.err(), expected);
    }
}

#[test]
fn nobody_looked_for_longer_than_a_day() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let looked = |took_ms| {
        Body::Look(Look {
            opinion: Opinion::Unsure,
            reason: None,
            note: None,
            took_ms: Some(took_ms),
            blind: false,
        })
    };
    let screened = |seconds| {
        Body::Screen(Screen {
            keep: true,
            reason: None,
            note: None,
            took_ms: None,
            seconds: Some(seconds),
        })
    };
    let day_s = 86_400;
    let mut say = |body, at| device.say(Some(site), "wang", Role::Analyst, vec![], body, at);
    let refused = [
        say(looked(day_s * 1_000 + 1), 11),
        say(looked(1 << 53), 12),
        say(screened(day_s + 1), 13),
    ];
    say(looked(day_s * 1_000), 14);
    say(screened(day_s), 15);
    let site = device.site(site);
    assert_eq!(site.refused, refused.map(|hash| (hash, Refusal::Number)));
    assert_eq!(site.looks.len(), 1);
    assert!(site.screened.is_some());
}

#[test]
fn a_sighting_lies_at_its_site_and_raises_it_by_later_imagery_alone() {
    let mut device = office();
    let (site, place, [create, aside]) = put_aside();
    let sighting = |captured: &str, place: Place, meaning| {
        Body::Sighting(Box::new(Sighting {
            detection: detection(captured, 9_000),
            place,
            meaning,
            distance_cm: 0,
        }))
    };
    let corners = vec![[0, 0], [1_800_000_000, 0], [1_800_000_000, 8], [0, 0]];
    let wide = Place {
        outline: vec![vec![corners]],
        ..place.clone()
    };
    let far = Place::point(LonLat::new(113.35, 33.74));
    let bodies = [
        create,
        aside,
        sighting("2026-05-02", wide, Meaning::Seen),
        sighting("2026-05-02", far, Meaning::Seen),
        sighting("2026-05-01", place, Meaning::Raised),
    ];
    let said: Vec<Hash> = (10..)
        .zip(bodies)
        .map(|(now, body)| device.say(Some(site), "wang", Role::Analyst, vec![], body, now))
        .collect();
    let site = device.site(site);
    let refused: Vec<Hash> = site.refused.iter().map(|(hash, _)| *hash).collect();
    assert_eq!(refused, said[2..]);
    assert!(matches!(site.refused[0].1, Refusal::Outline));
    assert!(matches!(site.refused[1].1, Refusal::Far { .. }));
    assert!(matches!(site.refused[2].1, Refusal::Date { .. }));
    assert_eq!(site.state, State::ScreenedOut);
}

#[test]
fn a_later_season_raises_what_was_put_aside_and_what_earlier_programs_said_of_it_stays_as_it_was() {
    let mut device = office();
    let (site, place, [mut create, aside]) = put_aside();
    if let Body::Create(create) = &mut create {
        create.detection = Some(detection("2025-05-01", 9_500));
    }
    for (now, body) in (10..).zip([create, aside]) {
        device.say(Some(site), "wang", Role::Analyst, vec![], body, now);
    }
    let mut say = |seen: Detection, meaning, now| {
        let sighting = Body::Sighting(Box::new(Sighting {
            detection: seen,
            place: place.clone(),
            meaning,
            distance_cm: 0,
        }));
        device.say(Some(site), "wang", Role::Analyst, vec![], sighting, now);
        device.site(site)
    };
    // Programs of before took the flight of another season for one more look.
    let before = say(detection("2026-04-20", 9_300), Meaning::Seen, 12);
    assert_eq!(before.state, State::ScreenedOut);
    assert_eq!(before.swallowed.len(), 1);
    let now = detection("2026-05-02", 9_300);
    let nearby = std::slice::from_ref(&before);
    let Match::Known { meaning, .. } = find(&place, &now, nearby, &Settings::default()) else {
        panic!("known");
    };
    let after = say(now, meaning, 13);
    assert!(after.refused.is_empty(), "{:?}", after.refused);
    assert_eq!((after.state, after.swallowed.len()), (State::Candidate, 1));
}

#[test]
fn one_picture_is_not_of_before_and_after_and_no_step_of_a_day_before_the_last() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let assigned = device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let found = visit(Outcome::Cultivated);
    let visited = device.say(Some(site), "wang", Role::Verifier, scene(), found, 12);
    let mut same = photo(EvidenceRole::After);
    same.sha256 = photo(EvidenceRole::Scene).sha256;
    let last = device.clone();
    let said = device.say(
        Some(site),
        "li",
        Role::Eradicator,
        vec![same],
        eradicate(100),
        13,
    );
    assert_eq!(device.site(site).refused, [(said, Refusal::SamePicture)]);
    device = last;
    let mut event = device.known.remove(&visited).expect("said");
    assert_eq!(event.based_on, [assigned]);
    event.at = "2026-05-02T10:21:00+08:00".into();
    let hash = Hash::of(&event.canonical().expect("canonical"));
    device.known.insert(hash, event);
    let site = device.site(site);
    assert_eq!(site.state, State::Dispatched);
    assert!(matches!(site.refused[..], [(of, Refusal::Date { .. })] if of == hash));
}

#[test]
fn a_patrol_saw_no_more_than_lies_along_its_track() {
    let mut device = office();
    // Squares of about 110 and 1,100 metres, and a kilometre of a line with thirty metres on either side.
    let mut refusal = |corner: i64, has_track: bool, district: Option<&str>| {
        let track = TrackFacts {
            length_m: 1_000,
            reach_m: 30,
            ..TrackFacts::default()
        };
        let patrol = Patrol {
            on: "2026-05-03".into(),
            district: district.map(str::to_owned),
            people: 1,
            walked: vec![vec![vec![
                [0, 0],
                [corner, 0],
                [corner, corner],
                [0, corner],
                [0, 0],
            ]]],
            track: has_track.then_some(track),
            ..Patrol::default()
        };
        let body = Body::Patrol(Box::new(patrol));
        let hash = device.say(None, "wang", Role::Analyst, vec![], body, 10);
        let gate = device.gate();
        gate.follows(hash, &device.known[&hash]).err()
    };
    assert_eq!(refusal(10_000, true, None), None);
    assert_eq!(refusal(100_000, true, None), Some(Refusal::Outline));
    // Naming a district makes no track longer; without a track the district bounds it.
    assert_eq!(refusal(100_000, true, Some(UNIT)), Some(Refusal::Outline));
    assert_eq!(refusal(100_000, false, Some(UNIT)), None);
    assert_eq!(refusal(100_000, false, None), Some(Refusal::Outline));
}

#[test]
fn what_quadrats_give_is_reckoned_again_and_not_believed() {
    let count = |counts: Vec<u64>, plants: u64, [low, high]: [u64; 2]| Count::Quadrats {
        counts,
        quadrat_dm2: 100,
        area_dm2: 10_000,
        plants,
        low,
        high,
    };
    let Ok(Count::Quadrats { low, high, .. }) =
        crate::registry::quadrats::estimate(&[40, 60], 100, 10_000)
    else {
        unreachable!("an estimate")
    };
    let refused = |count: Count| {
        let mut device = office();
        let site = create(&mut device, "event:1", 10);
        device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
        let Body::Visit(mut found) = visit(Outcome::Cultivated) else {
            unreachable!("a visit")
        };
        found.count = Some(count);
        let (role, body) = (Role::Verifier, Body::Visit(found));
        device.say(Some(site), "wang", role, scene(), body, 12);
        let refused = device.site(site).refused.into_iter();
        refused.map(|(_, refusal)| refusal).collect::<Vec<_>>()
    };
    assert_eq!(refused(count(vec![40, 60], 5_000, [low, high])), []);
    for wrong in [
        count(vec![40, 60], 50, [1, 100]),
        count(vec![40, 60], 5_000, [5_001, high]),
        count(vec![40, 60], 5_000, [low, 4_999]),
        count(vec![40], 4_000, [40, 8_000]),
        count(vec![1 << 53; 4_000], 5_000, [low, high]),
    ] {
        assert_eq!(refused(wrong), [Refusal::Number]);
    }
}

#[test]
fn a_crew_that_measures_less_than_one_before_it_leaves_a_mark() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let measures = |device: &mut Device, area_dm2: u64, now: u64| {
        let Body::Visit(mut found) = visit(Outcome::Cultivated) else {
            unreachable!("a visit")
        };
        found.area_dm2 = Some(area_dm2);
        let (role, body) = (Role::Verifier, Body::Visit(found));
        device.say(Some(site), "wang", role, scene(), body, now);
        let lowered = |kind: &MarkKind| matches!(kind, MarkKind::AreaLowered { .. });
        let marks = device.site(site).marks.into_iter().map(|mark| mark.kind);
        marks.filter(lowered).collect::<Vec<_>>()
    };
    assert_eq!(measures(&mut device, 1_000, 12), []);
    assert_eq!(measures(&mut device, 600, 13), [], "half of it is left");
    let lowered = MarkKind::AreaLowered { from: 600, to: 10 };
    assert_eq!(measures(&mut device, 10, 14), [lowered]);
}

#[test]
fn what_a_wide_radius_makes_part_of_a_site_stays_marked() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let seen = |candidate: &str, lon: f64| {
        let day = "2026-05-02".to_owned();
        Body::Sighting(Box::new(Sighting {
            detection: Detection {
                candidate: candidate.into(),
                scan: "s".into(),
                captured: Some([day.clone(), day]),
                score_e4: 9_000,
                rank: None,
            },
            place: Place::point(LonLat::new(lon, 33.74)),
            meaning: Meaning::Seen,
            distance_cm: 0,
        }))
    };
    for (candidate, lon) in [("a", 113.300_4), ("b", 113.306)] {
        let body = seen(candidate, lon);
        device.say(Some(site), "wang", Role::Analyst, vec![], body, 11);
    }
    let now = device.site(site);
    assert_eq!(now.sightings.len(), 2);
    let kinds: Vec<&MarkKind> = now.marks.iter().map(|mark| &mark.kind).collect();
    assert!(
        matches!(kinds[..], [MarkKind::FarMerge { metres: 500..600 }]),
        "{kinds:?}"
    );
}

#[test]
fn no_photograph_from_afar_or_of_last_year_refutes_whatever_a_unit_decides() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let marked = |lon_e7: i64, taken_at: Option<&str>| {
        let mut told = device.clone();
        let picture = EvidenceRef {
            at_e7: Some([lon_e7, 337_400_000]),
            taken_at: taken_at.map(str::to_owned),
            ..photo(EvidenceRole::Scene)
        };
        let nothing = visit(Outcome::Nothing);
        let role = Role::Verifier;
        told.say(Some(site), "wang", role, vec![picture], nothing, 12);
        let now = told.site(site);
        assert_eq!(now.state, State::Refuted);
        !now.marks.is_empty()
    };
    let (here, then) = (1_133_000_000, "2026-05-03T10:00:00+08:00");
    assert!(!marked(here, None));
    assert!(!marked(here + 80_000, Some(then)));
    assert!(marked(here + 200_000, Some(then)), "two kilometres off");
    assert!(marked(here, Some("2025-05-03T10:00:00+08:00")));
    assert!(marked(9_000_000_000, None), "nowhere");
}

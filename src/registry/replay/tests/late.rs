//! Neither a split nor a merge makes late work fresh, drops what was measured, or moves a find into another season.

use super::guards::marks;
use super::merge_split::{confirmed, merge_of, merged};
use super::*;
use crate::registry::settings::Settings;
use crate::registry::site::MarkKind;

/// Gives the events of a site that were said so far another day.
fn on_day(device: &mut Device, site: SiteKey, day: &str) {
    for event in device.known.values_mut() {
        if event.site == Some(site) {
            event.at = format!("{day}T10:21:00+08:00");
            event.logged_at = format!("{day}T02:21:00Z");
            event.season = event.at[..4].parse().expect("a year");
        }
    }
}

fn day_since(device: &Device, site: SiteKey) -> String {
    device.site(site).since[..10].to_owned()
}

#[test]
fn parts_are_as_late_as_the_whole_was() {
    let mut device = office();
    let site = confirmed(&mut device, "event:1", 10);
    on_day(&mut device, site, "2026-02-03");
    let [part, other] = device.split_now(site, 20, 33.74);
    for part in [part, other] {
        assert_eq!(device.site(part).state, State::Confirmed);
        assert_eq!(day_since(&device, part), "2026-02-03");
    }
    // And so are the parts of a part; what is uprooted begins anew.
    let [again, _] = device.split_now(part, 30, 33.74);
    assert_eq!(day_since(&device, again), "2026-02-03");
    let (proof, said) = (scene(), eradicate(100));
    device.say(Some(other), "li", Role::Eradicator, proof, said, 40);
    assert_eq!(day_since(&device, other), "2026-05-03");
    // A part of what nobody has split is found when it is.
    let bare = device.site(again).heads;
    let key = SiteKey::of_origin("event:bare");
    let create = Create {
        split_from: Some((again, State::Confirmed)),
        ..Create::new(
            FoundBy::Split,
            "event:bare".into(),
            Place::point(LonLat::new(113.3, 33.74)),
        )
    };
    let body = Body::Create(Box::new(create));
    device.say_on(bare, Some(key), "wang", Role::Analyst, vec![], body, 50);
    assert_eq!(day_since(&device, key), "2026-05-03");
}

#[test]
fn what_became_part_of_a_site_waits_on_in_it() {
    let mut device = office();
    let late = confirmed(&mut device, "event:1", 10);
    on_day(&mut device, late, "2026-02-03");
    let fresh = confirmed(&mut device, "event:2", 11);
    assert_eq!(day_since(&device, fresh), "2026-05-03");
    let alone = device.clone();
    merged(&mut device, late, fresh, 20);
    assert_eq!(day_since(&device, fresh), "2026-02-03");
    // Counting it once more makes it no younger, nor does a further candidate that becomes part of it.
    let recount = |device: &mut Device, now| {
        let seen = visit(Outcome::Cultivated);
        device.say(Some(fresh), "wang", Role::Verifier, scene(), seen, now);
        device.site(fresh).since[..10].to_owned()
    };
    assert_eq!(recount(&mut device, 21), "2026-02-03");
    let candidate = create(&mut device, "event:3", 22);
    merged(&mut device, candidate, fresh, 23);
    assert_eq!(recount(&mut device, 24), "2026-02-03");
    let [part, _] = device.split_now(fresh, 30, 33.74);
    assert_eq!(day_since(&device, part), "2026-02-03");
    // A candidate that had waited makes no confirmed site late, and what was uprooted and found again begins to wait anew.
    let mut device = alone;
    let old = create(&mut device, "event:4", 20);
    on_day(&mut device, old, "2026-01-03");
    merged(&mut device, old, fresh, 21);
    assert_eq!(day_since(&device, fresh), "2026-05-03");
    merged(&mut device, late, fresh, 22);
    let said = eradicate(100);
    device.say(Some(fresh), "li", Role::Eradicator, after(), said, 23);
    let failed = accept(false);
    device.say(Some(fresh), "zhao", Role::Acceptor, vec![], failed, 24);
    assert_eq!(device.site(fresh).state, State::Confirmed);
    assert_eq!(day_since(&device, fresh), "2026-05-03");
}

#[test]
fn to_eradicate_a_part_or_to_fail_what_was_one_gains_no_time() {
    let mut device = office();
    let site = confirmed(&mut device, "event:1", 10);
    on_day(&mut device, site, "2026-02-03");
    let due = |device: &Device| {
        let due = device.site(site).due(&Settings::default());
        due.map(|day| day.to_string())
    };
    assert_eq!(due(&device).as_deref(), Some("2026-02-06"));
    for (now, percent) in [(20, 1), (22, 99)] {
        let said = eradicate(percent);
        device.say(Some(site), "li", Role::Eradicator, after(), said, now);
        assert_eq!(device.site(site).state, State::Eradicated);
        assert_eq!(due(&device).as_deref(), Some("2026-02-06"));
        let (role, failed) = (Role::Acceptor, accept(false));
        device.say(Some(site), "zhao", role, vec![], failed, now + 1);
        assert_eq!(device.site(site).state, State::Confirmed);
        assert_eq!(due(&device).as_deref(), Some("2026-02-06"));
    }
    // All of it does, and what has grown again since.
    let said = eradicate(100);
    device.say(Some(site), "li", Role::Eradicator, after(), said, 30);
    assert_eq!(due(&device).as_deref(), Some("2026-05-18"));
    let (role, failed) = (Role::Acceptor, accept(false));
    device.say(Some(site), "zhao", role, vec![], failed, 31);
    assert_eq!(due(&device).as_deref(), Some("2026-05-06"));
}

#[test]
fn who_confirms_again_without_knowing_of_it_makes_a_site_no_younger() {
    let mut device = office();
    let site = create(&mut device, "event:1", 5);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 6);
    let mut other = device.another(11);
    let seen = || visit(Outcome::Cultivated);
    device.say(Some(site), "wang", Role::Verifier, scene(), seen(), 7);
    on_day(&mut device, site, "2026-02-03");
    other.say(Some(site), "wang", Role::Verifier, scene(), seen(), 8);
    other.take(&device);
    assert_eq!(day_since(&other, site), "2026-02-03");
}

/// A site that a crew confirmed by its area alone, in the middle of a candidate's life.
fn measured(device: &mut Device, origin: &str) -> SiteKey {
    let site = create(device, origin, 10);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let Body::Visit(mut seen) = visit(Outcome::Cultivated) else {
        unreachable!("it is one")
    };
    seen.count = None;
    seen.area_dm2 = Some(500_000);
    let seen = Body::Visit(seen);
    device.say(Some(site), "wang", Role::Verifier, scene(), seen, 12);
    assert_eq!(device.site(site).area_dm2, Some(500_000));
    site
}

#[test]
fn what_was_measured_stays_marked_where_the_site_is_gone() {
    let lost = MarkKind::AreaLowered {
        from: 500_000,
        to: 0,
    };
    let mut device = office();
    let site = measured(&mut device, "event:1");
    device.split_now(site, 20, 33.74);
    assert_eq!(marks(&device, site), std::slice::from_ref(&lost));
    let site = measured(&mut device, "event:2");
    let into = confirmed(&mut device, "event:3", 21);
    merged(&mut device, site, into, 22);
    assert_eq!(marks(&device, site), [lost]);
    // What imagery alone measured is measured again where it went.
    let seen = create(&mut device, "event:4", 23);
    merged(&mut device, seen, into, 24);
    assert_eq!(marks(&device, seen), []);
}

#[test]
fn a_merge_into_another_season_is_a_supervisors_and_marked() {
    let mut device = office();
    let last = create(&mut device, "event:1", 5);
    on_day(&mut device, last, "2025-05-03");
    let found = create(&mut device, "event:2", 10);
    let (heads, body) = merge_of(&device, found, last);
    let try_as = |who: &str, role| {
        let (heads, body) = (heads.clone(), body.clone());
        let mut device = device.clone();
        device.say_on(heads, Some(found), who, role, vec![], body, 20);
        device.site(found)
    };
    let site = try_as("wang", Role::Analyst);
    assert_eq!((site.state, site.season), (State::Candidate, 2026));
    assert_eq!(site.refused[0].1, Refusal::Supervisor);
    let site = try_as("chief", Role::Supervisor);
    let moved = MarkKind::OtherSeason {
        from: 2026,
        to: 2025,
    };
    assert_eq!(site.state, State::Merged, "{:?}", site.refused);
    assert_eq!(site.marks[0].kind, moved);
}

/// The supervisor decides on which day seasons begin.
fn seasons_begin(device: &mut Device, on: &str, now: u64) {
    let body = Body::Setting(Setting {
        key: "season_begins".into(),
        value: on.into(),
    });
    device.say(None, "chief", Role::Supervisor, vec![], body, now);
}

#[test]
fn what_a_county_decides_of_seasons_makes_no_merge_of_two_seasons_one_of_one() {
    let mut device = office();
    seasons_begin(&mut device, "05-01", 3);
    let last = create(&mut device, "event:1", 5);
    on_day(&mut device, last, "2025-05-03");
    seasons_begin(&mut device, "09-15", 7);
    let found = create(&mut device, "event:2", 10);
    let seasons = [last, found].map(|site| device.site(site).season);
    assert_eq!(seasons, [2026, 2026]);
    let (heads, body) = merge_of(&device, found, last);
    device.say_on(heads, Some(found), "wang", Role::Analyst, vec![], body, 20);
    assert_eq!(device.site(found).state, State::Candidate);
}

/// The gate of the province that reads what the device said.
fn province_gate(device: &Device) -> Authority {
    let grounds = Grounds {
        unit: "410000".into(),
        roots: vec![device.id],
        ..Grounds::default()
    };
    let known = device.known.iter().map(|(hash, event)| (*hash, event));
    Authority::of(grounds, known)
}

#[test]
fn a_county_chooses_no_season_of_what_it_finds_in_the_reports_of_those_above() {
    let mut device = office();
    seasons_begin(&mut device, "04-01", 3);
    let site = create(&mut device, "event:1", 10);
    seasons_begin(&mut device, "09-15", 20);
    // In its own registry its word holds for what was found from then on; above it does not.
    assert_eq!(device.site(site).season, 2027);
    let above = province_gate(&device);
    let there = fold(site, &device.of(site), &above, &device.neighbours());
    assert_eq!((there.season, there.marks.len()), (2026, 0));
    let (_, founding) = device.of(site)[0];
    assert_eq!(device.gate().season_of(founding), Some(2027));
    assert_eq!(above.season_of(founding), Some(2026));
}

#[test]
fn what_is_entered_in_a_later_season_stays_marked() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    assert_eq!(marks(&device, site), []);
    for event in device.known.values_mut() {
        if event.site == Some(site) {
            event.at = "2025-09-01T10:21:00+08:00".into();
            event.season = 2025;
        }
    }
    let late = MarkKind::EnteredLater {
        on: "2026-05-03".into(),
    };
    assert_eq!(marks(&device, site), [late]);
    assert_eq!(device.site(site).season, 2025);
}

#[test]
fn an_early_morning_that_another_zone_writes_as_the_day_before_is_no_day_before() {
    for (seen_at, state) in [
        ("2026-05-04T23:30:00Z", State::Confirmed),
        ("2026-05-05T07:30:00+08:00", State::Confirmed),
        ("2026-05-04T10:00:00Z", State::Dispatched),
    ] {
        let mut device = office();
        let site = create(&mut device, "event:1", 10);
        let sent = device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
        let sent = alter(&mut device, sent, |event| {
            event.at = "2026-05-05T01:00:00+08:00".into();
            event.logged_at = "2026-05-05T08:00:00Z".into();
        });
        let seen = visit(Outcome::Cultivated);
        let (heads, proof) = (vec![sent], scene());
        let said = device.say_on(heads, Some(site), "wang", Role::Verifier, proof, seen, 12);
        alter(&mut device, said, |event| {
            event.at = seen_at.into();
            event.logged_at = "2026-05-05T08:00:00Z".into();
        });
        assert_eq!(device.site(site).state, state, "{seen_at}");
    }
}

#[test]
fn founding_a_site_anew_as_a_part_of_a_fresh_one_makes_it_no_younger() {
    let mut device = office();
    let late = create(&mut device, "event:late", 10);
    on_day(&mut device, late, "2026-02-03");
    let fresh = create(&mut device, "event:fresh", 11);
    let place = Place::point(LonLat::new(113.3, 33.74));
    let part = |origin: &str| {
        let founding = Create {
            split_from: Some((fresh, State::Candidate)),
            ..Create::new(FoundBy::Split, origin.into(), place.clone())
        };
        Body::Create(Box::new(founding))
    };
    let other = SiteKey::of_origin("event:other");
    let heads = device.site(fresh).heads;
    for (key, body) in [(late, part("event:late")), (other, part("event:other"))] {
        let heads = heads.clone();
        device.say_on(heads, Some(key), "wang", Role::Analyst, vec![], body, 12);
    }
    let into = vec![late, other];
    let reason = "two".into();
    let split = Body::Split(Split { into, reason });
    device.say(Some(fresh), "wang", Role::Analyst, vec![], split, 13);
    assert_eq!(day_since(&device, late), "2026-02-03");
    assert_eq!(day_since(&device, other), "2026-05-03");
}

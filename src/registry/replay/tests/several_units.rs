//! What one unit may not do with the site of another, guard by guard: the county and two of its townships.

use super::merge_split::merge_of;
use super::*;
use crate::registry::unit;

const TOWN: &str = "410423001";
const OTHER_TOWN: &str = "410423002";

/// A township's own device, whose registry "boss" began.
fn town(code: &str, n: u8) -> Device {
    let mut town = Device::new(n);
    let init = Body::Init(Init {
        unit: code.into(),
        unit_name: None,
        program: "t".into(),
    });
    let said = town.say(None, "boss", Role::Supervisor, vec![], init, 1);
    alter(&mut town, said, |event| event.actor.unit = code.into());
    town
}

/// What a township's boss says on these heads.
fn say(town: &mut Device, code: &str, site: SiteKey, heads: Vec<Hash>, body: Body) -> Hash {
    let said = town.say_on(heads, Some(site), "boss", Role::Analyst, vec![], body, 20);
    alter(town, said, |event| event.actor.unit = code.into())
}

fn find(origin: &str) -> (SiteKey, Create) {
    let place = Place::point(LonLat::new(113.3, 33.74));
    let create = Create::new(FoundBy::Find, origin.into(), place);
    (SiteKey::of_origin(origin), create)
}

fn why(device: &Device, site: SiteKey, said: Hash) -> Option<Refusal> {
    let mut refused = device.site(site).refused.into_iter();
    refused
        .find(|(hash, _)| *hash == said)
        .map(|(_, refusal)| refusal)
}

#[test]
fn a_site_whose_key_names_no_unit_is_of_the_one_that_founded_it_or_of_one_below() {
    let founded = |codes: [&str; 2]| {
        let mut county = office();
        let (key, create) = find("event:of-0.1.0");
        let mut last = None;
        for (n, code) in (7..).zip(codes) {
            let mut town = town(code, n);
            let create = Body::Create(Box::new(create.clone()));
            last = Some(say(&mut town, code, key, vec![], create));
            county.take(&town);
        }
        let refusal = why(&county, key, last.expect("founded"));
        (county.site(key).unit, refusal)
    };
    let beside = founded([TOWN, OTHER_TOWN]);
    assert_eq!(beside, (TOWN.to_owned(), Some(Refusal::Origin)));
    let below = founded([UNIT, TOWN]);
    assert_eq!(below, (TOWN.to_owned(), None));
}

#[test]
fn no_township_merges_its_site_into_one_of_the_county() {
    let mut county = office();
    let into = create(&mut county, &unit::origin("event:1", UNIT), 10);
    let mut town = town(TOWN, 7);
    let (own, create) = find(&unit::origin("event:2", TOWN));
    say(&mut town, TOWN, own, vec![], Body::Create(Box::new(create)));
    county.take(&town);
    town.take(&county);
    let (heads, merge) = merge_of(&county, own, into);
    let said = say(&mut town, TOWN, own, heads, merge);
    county.take(&town);
    for of in [own, into] {
        let refusal = why(&county, of, said);
        assert!(matches!(refusal, Some(Refusal::Unit { .. })), "{refusal:?}");
    }
}

#[test]
fn no_township_founds_a_part_of_a_site_of_the_county() {
    let mut county = office();
    let whole = create(&mut county, &unit::origin("event:1", UNIT), 10);
    let mut town = town(TOWN, 7);
    town.take(&county);
    let (part, create) = find(&unit::origin("event:2", TOWN));
    let create = Create {
        split_from: Some((whole, State::Candidate)),
        source: FoundBy::Split,
        ..create
    };
    let heads = county.site(whole).heads;
    let said = say(&mut town, TOWN, part, heads, Body::Create(Box::new(create)));
    county.take(&town);
    for of in [part, whole] {
        let refusal = why(&county, of, said);
        assert!(matches!(refusal, Some(Refusal::Unit { .. })), "{refusal:?}");
    }
}

#[test]
fn who_is_called_as_somebody_of_the_county_puts_nothing_aside_that_that_one_keeps() {
    let mut town = town(TOWN, 7);
    let (own, create) = find(&unit::origin("event:2", TOWN));
    say(&mut town, TOWN, own, vec![], Body::Create(Box::new(create)));
    let screen = |keep: bool| {
        Body::Screen(Screen {
            keep,
            reason: (!keep).then_some(RejectReason::Crop),
            note: None,
            took_ms: None,
            seconds: None,
        })
    };
    // The county's "boss" keeps it; the township has one, too.
    let mut county = office();
    let change = ActorChange::new(ActorAction::Grant, "boss", vec![Role::Analyst]);
    let chief = Role::Supervisor;
    county.say(None, "chief", chief, vec![], Body::Actor(change), 9);
    county.take(&town);
    county.say(Some(own), "boss", Role::Analyst, vec![], screen(true), 30);
    town.take(&county);
    let heads = county.site(own).heads;
    say(&mut town, TOWN, own, heads, screen(false));
    county.take(&town);
    let site = county.site(own);
    assert_eq!((site.state, site.disputed), (State::Candidate, true));
    resolved_below_and_above(own, &town, &mut county, &screen);
    // What one keeps oneself one puts aside.
    let (own, create) = find(&unit::origin("event:3", TOWN));
    say(&mut town, TOWN, own, vec![], Body::Create(Box::new(create)));
    for keep in [true, false] {
        let heads = town.site(own).heads;
        say(&mut town, TOWN, own, heads, screen(keep));
    }
    county.take(&town);
    let site = county.site(own);
    assert_eq!((site.state, site.disputed), (State::ScreenedOut, false));
}

/// The township's own supervisor does not settle that a site is put aside which the county keeps, nor does it help to leave it
/// open and put it aside then; the county's does.
fn resolved_below_and_above(
    site: SiteKey,
    town: &Device,
    county: &mut Device,
    screen: &dyn Fn(bool) -> Body,
) {
    let mut town = town.clone();
    let resolve = |state: State| {
        Body::Resolve(Resolve {
            state,
            reason: "looked again".into(),
        })
    };
    let rule = |town: &mut Device, state: State| {
        let (heads, role) = (town.site(site).heads, Role::Supervisor);
        let said = town.say_on(heads, Some(site), "boss", role, vec![], resolve(state), 21);
        alter(town, said, |event| event.actor.unit = TOWN.into())
    };
    let aside = rule(&mut town, State::ScreenedOut);
    assert_eq!(why(&town, site, aside), Some(Refusal::HigherUnit));
    let open = rule(&mut town, State::Candidate);
    assert_eq!(why(&town, site, open), None);
    let heads = town.site(site).heads;
    say(&mut town, TOWN, site, heads, screen(false));
    county.take(&town);
    let found = county.site(site);
    assert_eq!((found.state, found.disputed), (State::Candidate, true));
    let above = resolve(State::ScreenedOut);
    county.say(Some(site), "chief", Role::Supervisor, vec![], above, 40);
    let found = county.site(site);
    assert_eq!((found.state, found.disputed), (State::ScreenedOut, false));
}

#[test]
fn what_the_county_said_of_a_site_its_township_neither_voids_nor_dates_otherwise() {
    let mut town = town(TOWN, 7);
    let (own, create) = find(&unit::origin("event:2", TOWN));
    say(&mut town, TOWN, own, vec![], Body::Create(Box::new(create)));
    let mut county = office();
    county.take(&town);
    let sent = county.say(Some(own), "wang", Role::Analyst, vec![], assign(), 30);
    let found = visit(Outcome::Cultivated);
    let visited = county.say(Some(own), "wang", Role::Verifier, scene(), found, 31);
    town.take(&county);
    let heads = county.site(own).heads;
    let void = Body::Void(Void {
        of: visited,
        reason: "nothing there".into(),
    });
    let redate = Body::Correct(Box::new(Correct {
        of: Some(sent),
        at: Some("2026-05-03T08:00:00+08:00".into()),
        reason: "a slip".into(),
        ..Correct::default()
    }));
    let above = Some(Refusal::Unit { unit: UNIT.into() });
    for body in [void.clone(), redate.clone()] {
        let said = town.say_on(
            heads.clone(),
            Some(own),
            "boss",
            Role::Supervisor,
            vec![],
            body,
            40,
        );
        let said = alter(&mut town, said, |event| event.actor.unit = TOWN.into());
        let mut county = county.clone();
        county.take(&town);
        assert_eq!(why(&county, own, said), above);
    }
    assert_eq!(county.site(own).state, State::Confirmed);
    // The county's own supervisor may.
    for body in [redate, void] {
        let said = county.say(Some(own), "chief", Role::Supervisor, vec![], body, 41);
        assert_eq!(why(&county, own, said), None);
    }
    assert_eq!(county.site(own).state, State::Dispatched);
}

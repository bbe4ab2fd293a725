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

//! Merging and splitting by several offices at once: whatever they do, no ground is lost.

use super::*;
use crate::registry::site::MarkKind;

pub(super) fn merge_of(device: &Device, from: SiteKey, into: SiteKey) -> (Vec<Hash>, Body) {
    let heads = [device.site(from).heads, device.site(into).heads].concat();
    let body = Body::Merge(Merge {
        into,
        into_state: device.site(into).state,
        reason: "one".into(),
    });
    (heads, body)
}

impl Device {
    /// Says something as a registry would: what replay would not follow here is not taken.
    fn append(
        &mut self,
        site: SiteKey,
        (role, evidence, body): (Role, Vec<EvidenceRef>, Body),
        who: &str,
        now: u64,
    ) -> bool {
        let before = self.clone();
        let based_on = match &body {
            Body::Merge(merge) => [self.site(site).heads, self.site(merge.into).heads].concat(),
            _ => self.site(site).heads,
        };
        let concerned = [&[site], body.other_sites()].concat();
        let hash = self.say_on(based_on, Some(site), who, role, evidence, body, now);
        let refused = concerned
            .iter()
            .any(|key| self.site(*key).refused.iter().any(|(h, _)| *h == hash));
        if refused {
            *self = before;
        }
        !refused
    }

    /// Founds two parts at a latitude on what is known of the whole, and says so of it, followed or not.
    pub(super) fn split_now(&mut self, site: SiteKey, now: u64, latitude: f64) -> [SiteKey; 2] {
        let whole = self.site(site);
        let keys = [0, 1].map(|n| {
            let origin = format!("event:{now}-{n}");
            let key = SiteKey::of_origin(&origin);
            let place = Place::point(LonLat::new(113.3, latitude));
            let create = Create {
                split_from: Some((site, whole.state)),
                ..Create::new(FoundBy::Split, origin, place)
            };
            let (heads, body) = (whole.heads.clone(), Body::Create(Box::new(create)));
            self.say_on(heads, Some(key), "wang", Role::Analyst, vec![], body, now);
            key
        });
        let body = Body::Split(Split {
            into: keys.to_vec(),
            reason: "two".into(),
        });
        self.say(Some(site), "wang", Role::Analyst, vec![], body, now);
        keys
    }

    /// Splits a site in two as the command does; the parts.
    fn split(&mut self, site: SiteKey, now: u64) -> Option<[SiteKey; 2]> {
        let before = self.clone();
        let state = self.site(site).state;
        let device = self.id.0[0];
        let parts = [0, 1].map(|part| format!("event:{device}-{now}-{part}-{}", self.seq));
        let keys = [0, 1].map(|n: usize| SiteKey::of_origin(&parts[n]));
        for (key, origin) in keys.iter().zip(&parts) {
            let create = Create {
                split_from: Some((site, state)),
                ..Create::new(
                    FoundBy::Split,
                    origin.clone(),
                    Place::point(LonLat::new(113.3, 33.74)),
                )
            };
            let body = Body::Create(Box::new(create));
            self.say_on(vec![], Some(*key), "wang", Role::Analyst, vec![], body, now);
        }
        let body = Body::Split(Split {
            into: keys.to_vec(),
            reason: "two".into(),
        });
        if self.append(site, (Role::Analyst, vec![], body), "wang", now) {
            Some(keys)
        } else {
            *self = before;
            None
        }
    }
}

fn two_offices() -> (Device, Device, SiteKey, SiteKey) {
    let mut a = office();
    let x = create(&mut a, "event:1", 5);
    let y = create(&mut a, "event:2", 6);
    let b = a.another(11);
    (a, b, x, y)
}

#[test]
fn two_sites_merged_into_each_other_both_stay_open_and_in_dispute() {
    let (mut a, mut b, x, y) = two_offices();
    let (heads, body) = merge_of(&a, x, y);
    a.say_on(heads, Some(x), "wang", Role::Analyst, vec![], body, 20);
    let (heads, body) = merge_of(&b, y, x);
    b.say_on(heads, Some(y), "li", Role::Analyst, vec![], body, 21);
    assert_eq!(a.site(x).state, State::Merged);
    assert_eq!(b.site(y).state, State::Merged);
    a.take(&b);
    for key in [x, y] {
        let site = a.site(key);
        assert_eq!((site.state, site.disputed), (State::Candidate, true));
        assert_eq!(site.dispute.len(), 2);
    }
    let resolve = |state| {
        Body::Resolve(Resolve {
            state,
            reason: "looked".into(),
        })
    };
    a.say(
        Some(x),
        "chief",
        Role::Supervisor,
        vec![],
        resolve(State::Candidate),
        30,
    );
    assert!(!a.site(x).disputed && a.site(x).refused.is_empty());
}

#[test]
fn a_site_is_not_closed_by_somebody_who_did_not_know_what_became_part_of_it() {
    let (mut a, mut b, x, y) = two_offices();
    for (who, role, evidence, body) in [
        ("wang", Role::Analyst, vec![], assign()),
        ("wang", Role::Verifier, scene(), visit(Outcome::Cultivated)),
        ("li", Role::Eradicator, after(), eradicate(100)),
    ] {
        a.say(Some(y), who, role, evidence, body, 10);
    }
    b.take(&a);
    a.say(Some(y), "zhao", Role::Acceptor, vec![], accept(true), 20);
    b.say(Some(x), "wang", Role::Analyst, vec![], assign(), 20);
    b.say(
        Some(x),
        "wang",
        Role::Verifier,
        scene(),
        visit(Outcome::Wild),
        21,
    );
    // The eradicated site is the less severe one: it becomes part of the confirmed one, or the other way about.
    let (heads, body) = merge_of(&b, y, x);
    b.say_on(heads, Some(y), "chief", Role::Supervisor, vec![], body, 22);
    assert_eq!(b.site(y).state, State::Merged);
    a.take(&b);
    let both = [a.site(x), a.site(y)];
    assert!(
        both.iter().any(|site| site.state.is_open()),
        "{:?}",
        both.map(|s| s.state)
    );
    // A merge into a site that another office closed meanwhile does not settle what was merged.
    let (mut a, mut b, x, y) = two_offices();
    for (who, role, evidence, body) in [
        ("wang", Role::Analyst, vec![], assign()),
        ("wang", Role::Verifier, scene(), visit(Outcome::Cultivated)),
    ] {
        a.say(Some(y), who, role, evidence, body, 10);
    }
    b.take(&a);
    let (heads, body) = merge_of(&b, x, y);
    b.say_on(heads, Some(x), "wang", Role::Analyst, vec![], body, 20);
    assert_eq!(b.site(x).state, State::Merged);
    a.say(Some(y), "li", Role::Eradicator, after(), eradicate(100), 20);
    a.say(Some(y), "zhao", Role::Acceptor, vec![], accept(true), 21);
    assert_eq!(a.site(y).state, State::Closed);
    a.take(&b);
    assert_eq!(
        (a.site(y).state, a.site(y).disputed),
        (State::Confirmed, true)
    );
}

/// A site merged, told on both.
pub(super) fn merged(device: &mut Device, from: SiteKey, into: SiteKey, now: u64) {
    let (heads, body) = merge_of(device, from, into);
    let said = Some(from);
    let chief = Role::Supervisor;
    device.say_on(heads, said, "chief", chief, vec![], body, now);
    assert_eq!(device.site(from).state, State::Merged);
}

pub(super) fn confirmed(device: &mut Device, origin: &str, now: u64) -> SiteKey {
    let site = create(device, origin, now);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), now);
    let (proof, seen) = (scene(), visit(Outcome::Cultivated));
    device.say(Some(site), "wang", Role::Verifier, proof, seen, now);
    site
}

/// The first is uprooted by li, merged into the second and with it into the third, which zhao uproots wholly before.
fn merged_twice(percent: u8) -> (Device, SiteKey) {
    let mut device = office();
    let [a, b, c] = ["event:1", "event:2", "event:3"].map(|o| confirmed(&mut device, o, 10));
    for (site, who, percent) in [(a, "li", percent), (b, "wang", 100), (c, "wang", 100)] {
        let said = eradicate(percent);
        device.say(Some(site), who, Role::Eradicator, after(), said, 20);
    }
    merged(&mut device, a, b, 30);
    merged(&mut device, b, c, 31);
    (device, c)
}

#[test]
fn two_merges_bring_along_who_uprooted_and_how_much() {
    for (percent, who, state) in [
        (60, "zhao", State::Eradicated),
        (100, "li", State::Eradicated),
        (100, "zhao", State::Closed),
    ] {
        let (mut device, site) = merged_twice(percent);
        device.say(Some(site), who, Role::Acceptor, vec![], accept(true), 40);
        assert_eq!(device.site(site).state, state, "{who} {percent}");
    }
}

#[test]
fn parts_bring_along_who_uprooted_the_whole() {
    for (who, state) in [("li", State::Eradicated), ("zhao", State::Closed)] {
        let mut device = office();
        let site = eradicated(&mut device, 100);
        let [part, _] = device.split_now(site, 20, 33.74);
        assert_eq!(device.site(part).state, State::Eradicated);
        let again = eradicate(100);
        let proof = [scene(), after()].concat();
        device.say(Some(part), "wang", Role::Eradicator, proof, again, 30);
        device.say(Some(part), who, Role::Acceptor, vec![], accept(true), 40);
        let site = device.site(part);
        assert_eq!(site.state, state, "{who}: {:?}", site.refused);
    }
}

#[test]
fn a_part_that_nobody_split_off_is_a_candidate_and_a_split_that_is_refused_founds_none() {
    let mut device = office();
    let site = eradicated(&mut device, 100);
    let known = device.site(site).heads;
    device.say(Some(site), "zhao", Role::Acceptor, vec![], accept(true), 15);
    let closed = device.clone();
    let mut early = device.clone();
    early
        .known
        .retain(|_, event| !matches!(event.body, Body::Accept(_)));
    let part = |device: &mut Device, heads: Vec<Hash>| {
        let origin = format!("event:{}", device.seq);
        let key = SiteKey::of_origin(&origin);
        let create = Create {
            split_from: Some((site, State::Eradicated)),
            ..Create::new(
                FoundBy::Split,
                origin,
                Place::point(LonLat::new(113.3, 33.74)),
            )
        };
        let body = Body::Create(Box::new(create));
        device.say_on(heads, Some(key), "zhao", Role::Acceptor, vec![], body, 20);
        key
    };
    for (mut device, refused) in [(early, false), (closed, true)] {
        let parts = [0, 1].map(|_| part(&mut device, known.clone()));
        let said = accept(true);
        let tried = device.say(Some(parts[0]), "zhao", Role::Acceptor, after(), said, 21);
        let site_of = |device: &Device, key| (device.site(key).state, device.site(key).refused);
        let (state, why) = site_of(&device, parts[0]);
        assert_eq!((state, why.len(), why[0].0), (State::Candidate, 1, tried));
        let body = Body::Split(Split {
            into: parts.to_vec(),
            reason: "two".into(),
        });
        device.say(Some(site), "wang", Role::Analyst, vec![], body, 22);
        let (whole, part) = if refused {
            (State::Closed, State::Candidate)
        } else {
            (State::Split, State::Eradicated)
        };
        assert_eq!(device.site(site).state, whole);
        assert_eq!(device.site(parts[1]).state, part);
    }
}

#[test]
fn after_a_failed_acceptance_a_part_shows_no_pictures_from_before() {
    let mut device = office();
    let site = eradicated(&mut device, 100);
    device.say(
        Some(site),
        "zhao",
        Role::Acceptor,
        vec![],
        accept(false),
        15,
    );
    let [part, _] = device.split_now(site, 20, 33.74);
    let attached = Body::Attach(Note { text: "x".into() });
    let files = [scene(), after()].concat();
    device.say(Some(part), "wang", Role::Analyst, files, attached, 21);
    device.say(
        Some(part),
        "li",
        Role::Eradicator,
        vec![],
        eradicate(100),
        22,
    );
    device.say(Some(part), "zhao", Role::Acceptor, vec![], accept(true), 23);
    assert_eq!(device.site(part).state, State::Eradicated);
    let mut shown = photo(EvidenceRole::After);
    shown.sha256 = Hash([77; 32]);
    device.say(
        Some(part),
        "zhao",
        Role::Acceptor,
        vec![shown],
        accept(true),
        24,
    );
    assert_eq!(device.site(part).state, State::Closed);
}

#[test]
fn merging_step_by_step_goes_no_farther_than_at_once() {
    let mut device = office();
    let sites: Vec<SiteKey> = (0_u8..3)
        .map(|n| {
            let origin = format!("event:{n}");
            let key = SiteKey::of_origin(&origin);
            let place = Place::point(LonLat::new(113.3 + f64::from(n) * 0.000_4, 33.74));
            let body = Body::Create(Box::new(Create::new(FoundBy::Find, origin, place)));
            device.say(Some(key), "wang", Role::Analyst, vec![], body, 10);
            key
        })
        .collect();
    merged(&mut device, sites[0], sites[1], 20);
    let (heads, body) = merge_of(&device, sites[1], sites[2]);
    let from = Some(sites[1]);
    device.say_on(
        heads.clone(),
        from,
        "wang",
        Role::Analyst,
        vec![],
        body.clone(),
        21,
    );
    assert_eq!(device.site(sites[1]).refused[0].1, Refusal::Supervisor);
    device.say_on(heads, from, "chief", Role::Supervisor, vec![], body, 22);
    let far = device.site(sites[1]);
    assert_eq!(far.state, State::Merged);
    assert!(matches!(
        far.marks[0].kind,
        MarkKind::FarMerge { metres: 70..80 }
    ));
}

#[test]
fn what_a_township_uprooted_comes_along_into_a_site_of_the_county() {
    const TOWN: &str = "410423001";
    let mut town = office();
    town.known.clear();
    (town.id, town.seq, town.prev, town.last) = (DeviceId([7; 32]), 0, None, None);
    let origin = crate::registry::unit::origin("event:town", TOWN);
    let place = Place::point(LonLat::new(113.3, 33.74));
    let key = SiteKey::of_origin(&origin);
    let crew = ActorChange::new(ActorAction::Grant, "sun", Role::ALL.to_vec());
    let begun = Body::Init(Init {
        unit: TOWN.into(),
        unit_name: None,
        program: "t".into(),
    });
    let found = Body::Create(Box::new(Create::new(FoundBy::Find, origin, place)));
    for (site, who, role, evidence, body) in [
        (None, "boss", Role::Supervisor, vec![], begun),
        (None, "boss", Role::Supervisor, vec![], Body::Actor(crew)),
        (Some(key), "sun", Role::Analyst, vec![], found),
        (Some(key), "sun", Role::Analyst, vec![], assign()),
        (
            Some(key),
            "sun",
            Role::Verifier,
            scene(),
            visit(Outcome::Cultivated),
        ),
        (Some(key), "sun", Role::Eradicator, after(), eradicate(40)),
    ] {
        let said = town.say(site, who, role, evidence, body, 10);
        alter(&mut town, said, |event| event.actor.unit = TOWN.into());
    }
    let mut county = office();
    county.take(&town);
    assert_eq!(county.site(key).state, State::Eradicated);
    let into = eradicated(&mut county, 100);
    merged(&mut county, key, into, 30);
    let tried = county.say(Some(into), "zhao", Role::Acceptor, vec![], accept(true), 31);
    let refused = county.site(into).refused;
    assert_eq!(refused, [(tried, Refusal::NotAll { percent: 40 })]);
}

#[test]
fn parts_have_the_season_of_the_whole_and_a_claimed_season_is_not_believed() {
    let mut device = office();
    let site = confirmed(&mut device, "event:1", 10);
    let [part, _] = device.split_now(site, 20, 33.74);
    assert_eq!(device.site(part).season, 2026);
    let mut late = device.clone();
    for event in late.known.values_mut() {
        if event.site == Some(part) {
            event.at = "2026-11-03T10:21:00+08:00".into();
            event.logged_at = "2026-11-03T02:21:00Z".into();
            event.season = 2027;
        }
    }
    assert_eq!(late.site(part).season, 2026);
    for event in device.known.values_mut() {
        event.season = 2027;
    }
    assert_eq!(device.site(site).season, 2026);
}

#[test]
fn splitting_again_and_again_moves_no_site_away() {
    let mut device = office();
    let site = confirmed(&mut device, "event:1", 10);
    // Some forty metres to the north, and as many again.
    let [near, _] = device.split_now(site, 20, 33.740_36);
    assert_eq!(device.site(near).state, State::Confirmed);
    let [far, _] = device.split_now(near, 30, 33.740_72);
    assert!(device.site(far).created.is_none());
    assert_eq!(device.site(near).state, State::Confirmed);
}

#[test]
fn a_refused_event_is_not_built_on() {
    let mut device = office();
    let site = eradicated(&mut device, 100);
    let heads = device.site(site).heads;
    device.say(Some(site), "li", Role::Acceptor, vec![], accept(true), 20);
    assert_eq!(device.site(site).refused.len(), 1);
    assert_eq!(device.site(site).heads, heads);
    device.say(Some(site), "zhao", Role::Acceptor, vec![], accept(true), 21);
    assert_eq!(device.site(site).state, State::Closed);
}

#[test]
fn parts_of_two_splits_are_all_kept() {
    let (mut a, mut b, x, _) = two_offices();
    let one = a.split(x, 20).expect("split");
    let other = b.split(x, 21).expect("split");
    a.take(&b);
    let site = a.site(x);
    assert_eq!(site.state, State::Split);
    for key in one.iter().chain(&other) {
        assert!(site.split_into.contains(key) && a.site(*key).state.is_open());
    }
}

#[derive(Debug, Clone)]
enum Step {
    Merge {
        device: usize,
        from: usize,
        into: usize,
        clock: u64,
    },
    Split {
        device: usize,
        site: usize,
        clock: u64,
    },
    Move {
        device: usize,
        site: usize,
        what: usize,
        clock: u64,
    },
    Sync {
        from: usize,
        to: usize,
    },
}

fn steps() -> impl Strategy<Value = (usize, Vec<Step>)> {
    (2_usize..=4).prop_flat_map(|devices| {
        let merge = (0..devices, 0_usize..8, 0_usize..8, 0_u64..60).prop_map(
            |(device, from, into, clock)| Step::Merge {
                device,
                from,
                into,
                clock,
            },
        );
        let split =
            (0..devices, 0_usize..8, 0_u64..60).prop_map(|(device, site, clock)| Step::Split {
                device,
                site,
                clock,
            });
        let other = (0..devices, 0_usize..8, 0_usize..6, 0_u64..60).prop_map(
            |(device, site, what, clock)| Step::Move {
                device,
                site,
                what,
                clock,
            },
        );
        let sync = (0..devices, 0..devices).prop_map(|(from, to)| Step::Sync { from, to });
        let step = prop_oneof![4 => merge, 2 => split, 3 => other, 1 => sync];
        (Just(devices), proptest::collection::vec(step, 1..25))
    })
}

fn play(devices: usize, steps: &[Step]) -> Vec<Device> {
    let mut first = office();
    for n in 1..=3 {
        create(&mut first, &format!("event:{n}"), 4 + n);
    }
    let mut all: Vec<Device> = (0..devices)
        .map(|n| {
            if n == 0 {
                return first.clone();
            }
            first.another(10 + u8::try_from(n).expect("few"))
        })
        .collect();
    for step in steps {
        match step {
            Step::Sync { from, to } => {
                let other = all[*from].clone();
                all[*to].take(&other);
            }
            Step::Merge {
                device,
                from,
                into,
                clock,
            } => {
                let device = &mut all[*device];
                let keys = keys(device);
                let (from, into) = (keys[from % keys.len()], keys[into % keys.len()]);
                if from != into {
                    let (_, body) = merge_of(device, from, into);
                    device.append(from, (Role::Analyst, vec![], body), "wang", 10 + clock);
                }
            }
            Step::Split {
                device,
                site,
                clock,
            } => {
                let device = &mut all[*device];
                let keys = keys(device);
                device.split(keys[site % keys.len()], 10 + clock);
            }
            Step::Move {
                device,
                site,
                what,
                clock,
            } => {
                let device = &mut all[*device];
                let keys = keys(device);
                let (who, said) = match what {
                    0 => ("wang", (Role::Analyst, vec![], assign())),
                    1 => (
                        "wang",
                        (Role::Verifier, scene(), visit(Outcome::Cultivated)),
                    ),
                    2 => ("wang", (Role::Verifier, scene(), visit(Outcome::Nothing))),
                    3 => ("li", (Role::Eradicator, after(), eradicate(100))),
                    4 => ("zhao", (Role::Acceptor, vec![], accept(true))),
                    _ => {
                        let reopen = Body::Reopen(ReasonedMove {
                            reason: "again".into(),
                        });
                        ("chief", (Role::Supervisor, vec![], reopen))
                    }
                };
                device.append(keys[site % keys.len()], said, who, 10 + clock);
            }
        }
    }
    all
}

/// Every site that was ever founded, in order.
fn keys(device: &Device) -> Vec<SiteKey> {
    let keys: BTreeSet<SiteKey> = device
        .known
        .values()
        .filter(|event| matches!(event.body, Body::Create(_)))
        .filter_map(|event| event.site)
        .collect();
    keys.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn whatever_is_merged_and_split_no_ground_is_lost((devices, steps) in steps()) {
        let all = play(devices, &steps);
        let mut forth = Device::new(99);
        let mut back = Device::new(98);
        for device in &all {
            forth.take(device);
        }
        for device in all.iter().rev().chain(&all) {
            back.take(device);
        }
        let keys = keys(&forth);
        let sites: BTreeMap<SiteKey, Site> = keys.iter().map(|key| (*key, forth.site(*key))).collect();
        for key in &keys {
            let site = &sites[key];
            prop_assert_eq!(site, &back.site(*key), "one state whatever the order");
            prop_assert!(site.created.is_some() && site.key == *key, "a key is never given again");
            // Whatever became part of another site is found by going on from it, and the way ends.
            let (mut at, mut steps) = (site, 0);
            while at.state == State::Merged {
                let into = at.merged_into.expect("merged into something");
                prop_assert!(into != at.key);
                prop_assert!(sites[&into].absorbed.contains(&at.key), "the other site knows of it");
                at = &sites[&into];
                steps += 1;
                prop_assert!(steps <= keys.len(), "sites merged in a ring: their ground is lost");
            }
            if site.state == State::Split {
                prop_assert!(site.split_into.len() >= 2);
                for part in &site.split_into {
                    prop_assert_eq!(sites[part].split_from, Some(*key));
                }
            }
        }
    }
}

//! Merging and splitting by several offices at once: whatever they do, no ground is lost.

use super::*;

fn merge_of(device: &Device, from: SiteKey, into: SiteKey) -> (Vec<Hash>, Body) {
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
                    Source::Split,
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
    let b = Device {
        id: DeviceId([11; 32]),
        seq: 0,
        prev: None,
        last: None,
        ..a.clone()
    };
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
    b.say_on(heads, Some(y), "wang", Role::Analyst, vec![], body, 22);
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
            Device {
                id: DeviceId([10 + u8::try_from(n).expect("few"); 32]),
                seq: 0,
                prev: None,
                last: None,
                ..first.clone()
            }
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
                        let reopen = Body::Reopen(Reason {
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

//! Random devices, dishonest ones among them, whose events arrive in any pieces and any order: what a registry made of
//! them one after another is what it makes of them all at once.

use super::*;
use crate::registry::unit::origin;
use proptest::prelude::*;
use std::collections::HashSet;

const PROVINCE: &str = "410000";
const COUNTY: &str = "410423";
const TOWN: &str = "410423001";
/// Whose device each is: the secret it is made of is its place.
const UNITS: [&str; 5] = [PROVINCE, COUNTY, COUNTY, TOWN, "410424"];
const NAMES: [&str; 3] = ["chief", "wang", "boss"];
const BEGINS: u64 = 1_778_000_000_000;

fn key_of(secret: u8) -> SigningKey {
    SigningKey::from_bytes(&[secret; 32])
}

/// One thing that is said, in the numbers it is made of.
#[derive(Debug, Clone)]
struct Saying {
    device: usize,
    what: u8,
    name: usize,
    other: usize,
    signed: bool,
    number: usize,
}

/// A device, the ends of its chain's branches, and all that was said.
struct World {
    /// The events of each device, in the order in which they were said.
    chains: Vec<Vec<Sealed>>,
    /// What the next event of each follows.
    tips: Vec<Option<usize>>,
    all: Vec<Sealed>,
    sites: Vec<SiteKey>,
    forked: bool,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            chains: vec![Vec::new(); UNITS.len()],
            tips: vec![None; UNITS.len()],
            all: Vec::new(),
            sites: Vec::new(),
            forked: false,
        };
        for (device, unit) in UNITS.into_iter().enumerate() {
            let init = Init {
                unit: unit.into(),
                unit_name: None,
                program: "t".into(),
            };
            world.say(device, (0, None), None, Body::Init(init));
            for name in &NAMES[1..] {
                let grant = ActorChange::new(ActorAction::Grant, *name, Role::ALL.to_vec());
                world.say(device, (0, None), None, Body::Actor(grant));
            }
            let text = origin(&format!("event:{device}"), unit);
            let site = SiteKey::of_origin(&text);
            let place = Place::point(LonLat::new(113.3 + 0.0002 * device as f64, 33.74));
            let create = Create::new(FoundBy::Find, text, place);
            world.sites.push(site);
            world.say(
                device,
                (1, None),
                Some(site),
                Body::Create(Box::new(create)),
            );
        }
        for (by, of) in [(0, 1), (0, 2), (1, 3), (2, 3), (0, 4)] {
            world.say(by, (0, None), None, trust(of, true, 0));
        }
        world
    }

    /// What the sites' events are that nobody has built on yet, of those that are of this site.
    fn heads(&self, site: SiteKey) -> Vec<Hash> {
        let of_site = || self.all.iter().filter(|s| s.event.concerns(site));
        let built_on: HashSet<Hash> = of_site().flat_map(|s| s.event.based_on.clone()).collect();
        of_site()
            .map(|s| s.hash)
            .filter(|hash| !built_on.contains(hash))
            .collect()
    }

    fn say(&mut self, device: usize, who: (usize, Option<u8>), site: Option<SiteKey>, body: Body) {
        let (name, own) = who;
        let before = self.tips[device].map(|at| &self.chains[device][at]);
        let own = own.map(key_of);
        let now = BEGINS + 1_000 * self.all.len() as u64;
        let roles = crate::registry::people::roles_for(&body);
        let event = Event {
            id: next_id(before.map(|s| s.event.id), now, [device as u8; 8]),
            site,
            season: 2026,
            at: "2026-05-03T10:00:00+08:00".into(),
            logged_at: "2026-05-05T02:00:00Z".into(),
            clock_behind_s: None,
            actor: Actor {
                name: NAMES[name].into(),
                unit: UNITS[device].into(),
                role: roles[0],
                key: own.as_ref().map(DeviceId::of),
                recorder: None,
            },
            device: DeviceId::of(&key_of(device as u8 + 1)),
            seq: before.map_or(1, |s| s.event.seq + 1),
            prev: before.map(|s| s.hash),
            based_on: site
                .iter()
                .chain(body.other_sites())
                .flat_map(|site| self.heads(*site))
                .collect(),
            evidence: vec![],
            body,
        };
        let sealed = Sealed::seal(event, &key_of(device as u8 + 1), own.as_ref()).expect("sealed");
        self.tips[device] = Some(self.chains[device].len());
        self.chains[device].push(sealed.clone());
        self.all.push(sealed);
    }

    /// A new site, or a part of one.
    fn found(&mut self, device: usize, who: (usize, Option<u8>), of: Option<SiteKey>) -> SiteKey {
        let text = origin(&format!("event:{}", self.all.len()), UNITS[device]);
        let site = SiteKey::of_origin(&text);
        let place = Place::point(LonLat::new(113.3 + 0.0002 * device as f64, 33.74));
        let create = Create {
            split_from: of.map(|of| (of, State::Candidate)),
            ..Create::new(FoundBy::Find, text, place)
        };
        self.sites.push(site);
        self.say(device, who, Some(site), Body::Create(Box::new(create)));
        site
    }

    /// The secret of a person's own key.
    fn own(device: usize, name: usize) -> u8 {
        100 + 10 * (device as u8) + name as u8
    }

    fn follow(&mut self, saying: &Saying) {
        let Saying {
            device,
            what,
            name,
            other,
            signed,
            number,
        } = *saying;
        let own = signed.then(|| Self::own(device, name));
        let site = self.sites[number % self.sites.len()];
        let change = |action, roles| ActorChange::new(action, NAMES[other % NAMES.len()], roles);
        let about_site = matches!(what, 7..=11);
        let body = match what {
            0 => Body::Actor(change(ActorAction::Grant, Role::ALL.to_vec())),
            1 => Body::Actor(change(ActorAction::Revoke, Role::ALL.to_vec())),
            2 => {
                let secret = Self::own(device, name);
                let seen = self
                    .chains
                    .iter()
                    .filter(|chain| number % 2 == 0 || chain.len() > number);
                let seen = seen
                    .filter_map(|chain| chain.last())
                    .map(|s| (s.event.device, s.event.seq));
                let key = ActorChange {
                    key: Some(DeviceId::of(&key_of(secret))),
                    seen: Some(seen.collect()),
                    ..ActorChange::new(ActorAction::Key, NAMES[name], vec![])
                };
                return self.say(device, (name, Some(secret)), None, Body::Actor(key));
            }
            3 => {
                let key = DeviceId::of(&key_of(Self::own(device, other % NAMES.len())));
                let confirm = change(ActorAction::Confirm, vec![]);
                Body::Actor(ActorChange {
                    key: Some(key),
                    ..confirm
                })
            }
            4 => {
                // Also of a device that belongs to somebody else.
                let own = format!("{}001", UNITS[device]);
                let unit = [UNITS[other], &own][name % 2];
                trust_for(other, unit, number % 2 == 0, number as u64 % 9)
            }
            5 => {
                // The chain parts here.
                let chain = &self.chains[device];
                self.tips[device] = Some(number % chain.len());
                self.forked = true;
                return;
            }
            6 => Body::Acknowledge(Acknowledge {
                device: DeviceId::of(&key_of(other as u8 + 1)),
                seq: 1,
                branches: self.chains[other]
                    .iter()
                    .map(|s| s.hash)
                    .skip(number % 7)
                    .collect(),
                reason: "a backup".into(),
            }),
            7 => assign(&number.to_string()),
            8 => Body::Note(Note {
                text: "seen".into(),
            }),
            9 => Body::Screen(Screen {
                keep: number % 2 == 0,
                reason: Some(RejectReason::Crop),
                note: None,
                took_ms: None,
                seconds: None,
            }),
            10 => Body::Merge(Merge {
                into: self.sites[other],
                into_state: [State::Candidate, State::Dispatched][number % 2],
                reason: "one".into(),
            }),
            11 => {
                let outcome = ["not_reached", "nothing"][number % 2];
                let visit = serde_json::json!({"outcome": outcome, "officers": ["a"]});
                Body::Visit(serde_json::from_value(visit).expect("a visit"))
            }
            12 => Body::Setting(Setting {
                key: "deadline.CONFIRMED".into(),
                value: number.to_string(),
            }),
            13 => Body::Setting(Setting {
                key: "season_begins".into(),
                value: ["04-01", "09-15", "never"][number % 3].into(),
            }),
            14 => {
                self.found(device, (name, own), None);
                return;
            }
            _ => {
                let parts = [0, 1].map(|_| self.found(device, (name, own), Some(site)));
                let split = Split {
                    into: vec![parts[0], parts[number % 2]],
                    reason: "two".into(),
                };
                return self.say(device, (name, own), Some(site), Body::Split(split));
            }
        };
        self.say(device, (name, own), about_site.then_some(site), body);
    }
}

fn trust(of: usize, trusted: bool, after: u64) -> Body {
    trust_for(of, UNITS[of], trusted, after)
}

fn trust_for(of: usize, unit: &str, trusted: bool, after: u64) -> Body {
    Body::Trust(Trust {
        device: DeviceId::of(&key_of(of as u8 + 1)),
        unit: unit.into(),
        trusted,
        after: (!trusted).then_some(after),
        reason: (!trusted).then(|| "stolen".into()),
    })
}

fn sayings() -> impl Strategy<Value = Vec<Saying>> {
    let one = (
        0..UNITS.len(),
        0..16_u8,
        0..NAMES.len(),
        0..UNITS.len(),
        any::<bool>(),
        0..60_usize,
    );
    let one = one.prop_map(|(device, what, name, other, signed, number)| Saying {
        device,
        what,
        name,
        other,
        signed,
        number,
    });
    proptest::collection::vec(one, 1..30)
}

/// The province's registry after these arrived in pieces; it began with its own first word.
fn registry(folder: &Path, world: &World, order: &[&Sealed], pieces: &[usize]) -> Store {
    let path = folder.join("p.papaver");
    let first = &world.chains[0][0];
    let connection = rusqlite::Connection::open(&path).expect("opened");
    schema::migrate(&connection).expect("made");
    drop(connection);
    super::super::files::write_key(&beside(&path, ".key"), &[1; 32]).expect("written");
    let mut store = Store::open_write(&path, "test", Duration::ZERO).expect("opened");
    store
        .write(|s| {
            s.set_grounds(PROVINCE, &[first.event.device], &key_of(1))?;
            s.take(std::slice::from_ref(first))
        })
        .expect("begun");
    let mut rest = order;
    for piece in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (now, later) = rest.split_at((*piece).min(rest.len()));
        let now: Vec<Sealed> = now.iter().map(|s| (*s).clone()).collect();
        store.write(|s| s.take(&now)).expect("taken");
        rest = later;
    }
    store
}

/// Histories to try: `PAPAVER_CASES`, of which each takes as long as some hundred that need no file.
fn cases() -> u32 {
    let asked = std::env::var("PAPAVER_CASES")
        .ok()
        .and_then(|n| n.parse().ok());
    asked.unwrap_or(10_000_u32).div_ceil(200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn a_registry_is_what_all_its_events_make_however_they_came(
        sayings in sayings(),
        pieces in proptest::collection::vec(1..9_usize, 1..4),
        dice in proptest::collection::vec(any::<u32>(), 70)
    ) {
        let mut world = World::new();
        for saying in &sayings {
            world.follow(saying);
        }
        let in_order: Vec<&Sealed> = world.all.iter().collect();
        let mut mixed: Vec<(u32, &Sealed)> = dice.iter().copied().zip(in_order.iter().copied()).collect();
        mixed.sort_by_key(|(dice, _)| *dice);
        let mixed: Vec<&Sealed> = mixed.into_iter().map(|(_, sealed)| sealed).collect();
        let mut hashes = Vec::new();
        for order in [&in_order, &mixed] {
            let folder = tempfile::tempdir().expect("folder");
            let mut store = registry(folder.path(), &world, order, &pieces);
            let found = store.verify(true).expect("verified").findings;
            let only_forks = found.iter().all(|f| matches!(f, Discrepancy::Fork { .. }));
            prop_assert!(only_forks, "{found:?}");
            let before = store.state_hash().expect("hash");
            store.rebuild().expect("rebuilt");
            prop_assert_eq!(before, store.state_hash().expect("hash"));
            hashes.push(before);
        }
        prop_assert!(world.forked || hashes[0] == hashes[1], "the order of arrival bears on nothing");
    }
}

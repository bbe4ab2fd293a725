//! A dishonest county against an honest province and an honest second county: whatever it says, in whatever order, with
//! whatever dates, nothing outside its own code changes, and each attempt is in a list with its reason.

use super::*;
use crate::registry::affairs::Affairs;
use crate::registry::authority::Standing;
use crate::registry::settings::Settings;
use crate::registry::unit;
use ed25519_dalek::SigningKey;

const PROVINCE: &str = "410000";
const HONEST: &str = "410423";
const DISHONEST: &str = "410424";

/// What an office says, on its own device.
struct Teller {
    device: DeviceId,
    unit: &'static str,
    seq: u64,
    prev: Option<Hash>,
    last: Option<Uuid>,
    said: Vec<(Hash, Event)>,
}

impl Teller {
    fn new(n: u8, unit: &'static str) -> Self {
        Self {
            device: DeviceId::of(&SigningKey::from_bytes(&[n; 32])),
            unit,
            seq: 0,
            prev: None,
            last: None,
            said: Vec::new(),
        }
    }

    fn say(&mut self, make: impl FnOnce(&mut Event)) -> Hash {
        self.seq += 1;
        let now = 1_777_800_000_000 + u64::from(self.device.0[0]) + self.seq * 1000;
        let mut event = Event {
            id: next_id(self.last, now, [self.device.0[0]; 8]),
            site: None,
            season: 2026,
            at: "2026-05-03T10:21:00+08:00".into(),
            logged_at: "2026-05-03T12:21:00Z".into(),
            clock_behind_s: None,
            actor: Actor {
                name: "chief".into(),
                unit: self.unit.into(),
                role: Role::Supervisor,
                key: None,
                recorder: None,
            },
            device: self.device,
            seq: self.seq,
            prev: self.prev,
            based_on: vec![],
            evidence: vec![],
            body: Body::Note(Note {
                text: String::new(),
            }),
        };
        make(&mut event);
        let hash = Hash::of(&event.canonical().expect("canonical"));
        (self.prev, self.last) = (Some(hash), Some(event.id));
        self.said.push((hash, event));
        hash
    }

    fn law(&mut self, body: Body) -> Hash {
        self.say(|event| event.body = body)
    }

    fn begin(&mut self) {
        self.law(Body::Init(Init {
            unit: self.unit.into(),
            unit_name: None,
            program: "t".into(),
        }));
        for name in ["wang", "li", "zhao"] {
            self.law(Body::Actor(ActorChange::new(
                ActorAction::Grant,
                name,
                Role::ALL.to_vec(),
            )));
        }
    }

    fn move_(
        &mut self,
        site: SiteKey,
        who: &str,
        role: Role,
        evidence: Vec<EvidenceRef>,
        body: Body,
    ) {
        let based_on = self
            .said
            .iter()
            .rev()
            .find(|(_, e)| e.site == Some(site))
            .map(|(h, _)| *h);
        self.say(|event| {
            event.site = Some(site);
            event.actor.name = who.into();
            event.actor.role = role;
            event.based_on = based_on.into_iter().collect();
            event.evidence = evidence;
            event.body = body;
        });
    }
}

fn trust(device: DeviceId, unit: &str, trusted: bool) -> Body {
    Body::Trust(Trust {
        device,
        unit: unit.into(),
        trusted,
        after: (!trusted).then_some(0),
        reason: None,
    })
}

fn found(of: &str, unit: &str) -> (SiteKey, Create) {
    let origin = unit::origin(of, unit);
    let create = Create::new(
        FoundBy::Find,
        origin.clone(),
        Place::point(LonLat::new(113.3, 33.74)),
    );
    (SiteKey::of_origin(&origin), create)
}

fn measure(district: &str, rung: Rung) -> Body {
    Body::Measure(Box::new(Measure {
        rung,
        district: district.into(),
        reason: "late".into(),
        finding: None,
        due: None,
        paper: None,
    }))
}

fn duty(district: &str, person: &str) -> Body {
    Body::Duty(Duty {
        district: district.into(),
        household: None,
        person: person.into(),
        post: None,
        season: 2026,
        letter: None,
        signed_on: None,
    })
}

fn tip(district: &str) -> Body {
    Body::Tip(Box::new(Tip {
        channel: Channel::Letter,
        sealed: None,
        place: None,
        district: Some(district.into()),
        text: None,
    }))
}

/// The honest county's sites at every step of their lives, and the province.
fn honest() -> (Teller, Teller, Vec<SiteKey>) {
    let mut county = Teller::new(1, HONEST);
    county.begin();
    let mut sites = Vec::new();
    for steps in 0..6 {
        let (key, create) = found(&format!("event:{steps}"), HONEST);
        county.move_(
            key,
            "wang",
            Role::Analyst,
            vec![],
            Body::Create(Box::new(create)),
        );
        let life = [
            ("wang", Role::Analyst, vec![], assign()),
            ("wang", Role::Verifier, scene(), visit(Outcome::Cultivated)),
            ("li", Role::Eradicator, after(), eradicate(100)),
            ("zhao", Role::Acceptor, vec![], accept(true)),
        ];
        for (who, role, evidence, body) in life.into_iter().take(steps) {
            county.move_(key, who, role, evidence, body);
        }
        if steps == 5 {
            county.move_(
                key,
                "chief",
                Role::Supervisor,
                vec![],
                Body::Reopen(ReasonedMove { reason: "r".into() }),
            );
        }
        sites.push(key);
    }
    let mut province = Teller::new(3, PROVINCE);
    province.begin();
    province.law(trust(county.device, HONEST, true));
    province.law(trust(Teller::new(2, DISHONEST).device, DISHONEST, true));
    province.law(duty(HONEST, "head of the county"));
    province.law(measure(HONEST, Rung::Notice));
    province.law(measure(DISHONEST, Rung::Listed));
    county.law(duty("410423001", "head of the township"));
    county.law(tip("410423001"));
    county.law(measure("410423001", Rung::Talk));
    (county, province, sites)
}

/// What of an office's affairs nobody else may change: the measures that stand, the honest county's chain and tip-offs,
/// what was voided of the honest offices' entries.
fn affairs(events: &[(Hash, Event)], gate: &Authority) -> impl PartialEq + std::fmt::Debug + use<> {
    let pairs = events.iter().map(|(hash, event)| (*hash, event));
    let affairs = Affairs::of(gate, pairs, &BTreeMap::new());
    let theirs = |unit: &str| [HONEST, PROVINCE].contains(&unit);
    let standing: Vec<Hash> = affairs
        .standing()
        .filter(|m| theirs(&m.stamp.actor.unit))
        .map(|m| m.stamp.event)
        .collect();
    let chain: Vec<String> = affairs
        .chain_of("410423001", 2026)
        .iter()
        .map(|a| a.body.person.clone())
        .collect();
    let tips: Vec<(Hash, bool)> = affairs
        .tips
        .iter()
        .filter(|t| theirs(&t.stamp.actor.unit))
        .map(|t| (t.stamp.event, affairs.closed.contains_key(&t.stamp.event)))
        .collect();
    let voided = affairs.voided.iter().any(|v| theirs(&v.entry.actor.unit));
    (standing, chain, tips, voided)
}

/// One thing that the dishonest county tries.
#[derive(Debug, Clone)]
struct Attempt {
    device: u8,
    target: usize,
    what: u8,
    unit: u8,
    name: u8,
    role: u8,
    based_on: Vec<usize>,
    day: u8,
    outcome: u8,
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let one = (
        (0..3_u8, 0..8_usize, 0..26_u8, 0..4_u8, 0..4_u8),
        (
            0..5_u8,
            proptest::collection::vec(0..60_usize, 0..3),
            0..31_u8,
            0..8_u8,
        ),
    )
        .prop_map(
            |((device, target, what, unit, name), (role, based_on, day, outcome))| Attempt {
                device,
                target,
                what,
                unit,
                name,
                role,
                based_on,
                day,
                outcome,
            },
        );
    proptest::collection::vec(one, 1..25)
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm for each thing that is tried"
)]
fn said_by(
    attempt: &Attempt,
    site: SiteKey,
    other: SiteKey,
    devices: &[DeviceId],
    known: &[Hash],
) -> (bool, Body) {
    let entry = known[(attempt.based_on.iter().sum::<usize>() + attempt.target) % known.len()];
    let reason = || "because".to_owned();
    let place = Place::point(LonLat::new(114.0 + f64::from(attempt.day) * 0.01, 33.0));
    let detection = Detection {
        candidate: "c".into(),
        scan: "s".into(),
        captured: Some(["2026-05-03".into(), "2026-05-03".into()]),
        score_e4: 9999,
        rank: None,
    };
    let states = [
        State::Closed,
        State::Refuted,
        State::ScreenedOut,
        State::Candidate,
    ];
    let outcomes = [
        Outcome::Cultivated,
        Outcome::Wild,
        Outcome::Lookalike,
        Outcome::Nothing,
        Outcome::Licensed,
        Outcome::NotReached,
        Outcome::TooEarly,
        Outcome::Unsure,
    ];
    let device = devices[usize::from(attempt.outcome) % devices.len()];
    let units = [DISHONEST, HONEST, PROVINCE, "410424001", "410423001"];
    let of_unit = units[usize::from(attempt.day) % units.len()];
    match attempt.what {
        0 => (
            true,
            Body::Screen(Screen {
                keep: false,
                reason: Some(RejectReason::Crop),
                note: None,
                took_ms: None,
                seconds: None,
            }),
        ),
        1 => (true, assign()),
        2 | 3 => (true, visit(outcomes[usize::from(attempt.outcome)])),
        4 => (true, eradicate(100)),
        5 => (true, accept(true)),
        6 => (true, Body::Reopen(ReasonedMove { reason: reason() })),
        7 => (
            true,
            Body::Resolve(Resolve {
                state: states[usize::from(attempt.day) % 4],
                reason: reason(),
            }),
        ),
        8 => (
            true,
            Body::Merge(Merge {
                into: other,
                into_state: State::Confirmed,
                reason: reason(),
            }),
        ),
        9 => (
            true,
            Body::Split(Split {
                into: vec![other, site],
                reason: reason(),
            }),
        ),
        10 => (
            true,
            Body::Correct(Box::new(Correct {
                place: Some(place),
                plants: Some(1),
                reason: reason(),
                ..Correct::default()
            })),
        ),
        11 => {
            let (_, mut create) = found(&format!("event:{}", attempt.target), of_unit);
            create.place = place;
            create.split_from = attempt
                .day
                .is_multiple_of(2)
                .then_some((other, State::Closed));
            (true, Body::Create(Box::new(create)))
        }
        12 => (
            true,
            Body::Sighting(Box::new(Sighting {
                detection,
                place: Place::point(LonLat::new(113.3, 33.74)),
                meaning: [Meaning::Seen, Meaning::Raised, Meaning::Residue]
                    [usize::from(attempt.day) % 3],
                distance_cm: 0,
            })),
        ),
        13 => (true, Body::Attach(Note { text: reason() })),
        14 => (true, Body::Note(Note { text: reason() })),
        15 => (
            false,
            Body::Actor(ActorChange {
                key: (attempt.outcome > 3).then_some(device),
                reason: Some(reason()),
                ..ActorChange::new(
                    [
                        ActorAction::Grant,
                        ActorAction::Revoke,
                        ActorAction::Key,
                        ActorAction::Confirm,
                    ][usize::from(attempt.day) % 4],
                    ["chief", "wang", "li", "mallory"][usize::from(attempt.outcome) % 4],
                    Role::ALL.to_vec(),
                )
            }),
        ),
        16 => (false, trust(device, of_unit, attempt.day.is_multiple_of(2))),
        17 => (
            false,
            Body::Setting(Setting {
                key: "deadline.CONFIRMED".into(),
                value: "3650".into(),
            }),
        ),
        18 => (
            false,
            Body::Init(Init {
                unit: of_unit.into(),
                unit_name: None,
                program: "t".into(),
            }),
        ),
        20 => (true, Body::CameOf(CameOf { of: entry })),
        21 | 22 => {
            let reason = reason();
            let about_site = attempt.what == 21;
            (about_site, Body::Void(Void { of: entry, reason }))
        }
        23 => {
            let reason = reason();
            (false, Body::Settle(Settle { of: entry, reason }))
        }
        24 => (false, measure(of_unit, Rung::Listed)),
        25 => (false, duty(of_unit, "mallory")),
        _ => (
            false,
            Body::Patrol(Box::new(Patrol {
                on: "2026-05-03".into(),
                district: Some(of_unit.into()),
                people: 1,
                vehicles: 0,
                area_m2: Some(1_000_000),
                zero: true,
                walked: vec![],
                track: None,
                note: None,
                seeds: None,
                publicity: None,
                crew: None,
            })),
        ),
    }
}

/// The dishonest county and two more devices that it may vouch for, saying all of it.
fn try_all(attempts: &[Attempt], sites: &[SiteKey], honest: &[&Teller]) -> Vec<Teller> {
    let mut tellers = vec![
        Teller::new(2, DISHONEST),
        Teller::new(5, "410424001"),
        Teller::new(6, HONEST),
    ];
    tellers[0].begin();
    let devices: Vec<DeviceId> = tellers
        .iter()
        .map(|t| t.device)
        .chain(honest.iter().map(|t| t.device))
        .collect();
    let (own, create) = found("event:own", DISHONEST);
    tellers[0].move_(
        own,
        "wang",
        Role::Analyst,
        vec![],
        Body::Create(Box::new(create)),
    );
    let known: Vec<Hash> = honest
        .iter()
        .flat_map(|t| &t.said)
        .map(|(hash, _)| *hash)
        .collect();
    for attempt in attempts {
        let pick = |n: usize| sites.get(n % (sites.len() + 1)).copied().unwrap_or(own);
        let (site, other) = (
            pick(attempt.target),
            pick(attempt.target + 1 + usize::from(attempt.day)),
        );
        let (about_site, body) = said_by(attempt, site, other, &devices, &known);
        let site = match &body {
            Body::Create(create) => SiteKey::of_origin(&create.origin),
            _ => site,
        };
        let at = tellers[usize::from(attempt.device)].said.len();
        let own_said: Vec<Hash> = tellers
            .iter()
            .flat_map(|t| &t.said)
            .map(|(h, _)| *h)
            .collect();
        tellers[usize::from(attempt.device)].say(|event| {
            event.site = about_site.then_some(site);
            event.actor.unit =
                [DISHONEST, HONEST, PROVINCE, "410424001"][usize::from(attempt.unit)].into();
            event.actor.name = ["chief", "wang", "li", "zhao"][usize::from(attempt.name)].into();
            event.actor.role = Role::ALL[usize::from(attempt.role)];
            event.at = format!(
                "2026-{:02}-{:02}T10:00:00+08:00",
                1 + attempt.day % 12,
                1 + attempt.day % 28
            );
            event.logged_at = "2026-12-31T10:00:00Z".into();
            event.based_on = attempt
                .based_on
                .iter()
                .map(|n| {
                    let all = known.len() + own_said.len();
                    known
                        .iter()
                        .chain(&own_said)
                        .nth(n % all)
                        .copied()
                        .unwrap_or(Hash([9; 32]))
                })
                .collect();
            event.evidence = if attempt.day.is_multiple_of(3) {
                scene()
            } else {
                after()
            };
            if attempt.day.is_multiple_of(7) && at > 2 {
                // A time of its own choosing, before everybody else's.
                event.id = next_id(None, 1_000 + u64::from(attempt.day), [1; 8]);
            }
            event.body = body;
        });
    }
    tellers
}

fn gate_of<'a>(root: &Teller, events: impl Iterator<Item = &'a (Hash, Event)>) -> Authority {
    let mut events: Vec<(Hash, &Event)> = events.map(|(hash, event)| (*hash, event)).collect();
    let ids: HashMap<Hash, Uuid> = events
        .iter()
        .map(|(hash, event)| (*hash, event.id))
        .collect();
    let falls = |event: &Event| {
        event
            .prev
            .and_then(|p| ids.get(&p))
            .is_some_and(|id| *id >= event.id)
    };
    let grounds = Grounds {
        unit: root.unit.into(),
        roots: vec![root.device],
        out_of_order: events
            .iter()
            .filter(|(_, e)| falls(e))
            .map(|(hash, _)| *hash)
            .collect(),
        ..Grounds::default()
    };
    events.retain(|(_, event)| event.site.is_none());
    Authority::of(grounds, events)
}

fn sites_of(events: &[(Hash, Event)], gate: &Authority) -> BTreeMap<SiteKey, Site> {
    let neighbours = histories(events.iter().map(|(hash, event)| (hash, event)));
    neighbours
        .iter()
        .map(|(key, own)| {
            let pairs: Vec<(Hash, &Event)> =
                own.iter().map(|(hash, event)| (*hash, event)).collect();
            (*key, fold(*key, &pairs, gate, &neighbours))
        })
        .collect()
}

/// What of a site nobody else may change: all of it but that others spoke of it, and were not listened to.
fn essence(site: &Site) -> Site {
    Site {
        refused: vec![],
        outside: vec![],
        heads: vec![],
        events: 0,
        ..site.clone()
    }
}

/// What of the law of a unit nobody else may change.
type Law<'a> = (
    Vec<(&'a str, &'a str, &'a crate::registry::people::Person)>,
    Settings,
    Vec<Option<&'a Standing>>,
);

fn law<'a>(gate: &'a Authority, unit: &str, devices: &[DeviceId]) -> Law<'a> {
    let people = gate
        .people()
        .iter()
        .filter(|(of, ..)| *of == unit)
        .collect();
    let standing = devices
        .iter()
        .map(|device| gate.devices().get(device))
        .collect();
    (people, gate.settings_for(unit), standing)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn a_dishonest_county_changes_nothing_outside_its_code(attempts in attempts()) {
        let (county, province, sites) = honest();
        let told = try_all(&attempts, &sites, &[&county, &province]);
        let truth: Vec<(Hash, Event)> = county.said.iter().chain(&province.said).cloned().collect();
        let all: Vec<(Hash, Event)> =
            told.iter().flat_map(|t| &t.said).chain(&truth).cloned().collect();
        for root in [&province, &county] {
            let (before, after) = (gate_of(root, truth.iter()), gate_of(root, all.iter()));
            let devices = [county.device, province.device];
            for unit in [HONEST, PROVINCE] {
                prop_assert_eq!(law(&before, unit, &devices), law(&after, unit, &devices));
            }
            let (sites_before, sites_after) = (sites_of(&truth, &before), sites_of(&all, &after));
            prop_assert_eq!(affairs(&truth, &before), affairs(&all, &after));
            for key in &sites {
                prop_assert_eq!(essence(&sites_before[key]), essence(&sites_after[key]));
            }
            // Every attempt on what is another's is listed: refused, or kept as a word from outside.
            for (hash, event) in told.iter().flat_map(|t| &t.said) {
                let Some(site) = event.site.filter(|site| sites.contains(site)) else {
                    let elsewhere = !unit::share_ground(&event.actor.unit, DISHONEST) || event.actor.unit == PROVINCE;
                    let refused = event.site.is_some() || after.follows(*hash, event).is_err();
                    prop_assert!(refused || !elsewhere, "{:?}", event);
                    continue;
                };
                let site = &sites_after[&site];
                let refused = site.refused.iter().any(|(refused, _)| refused == hash);
                let outside = site.outside.iter().any(|(_, stamp)| stamp.event == *hash);
                prop_assert!(refused || outside, "{:?}", event);
            }
        }
    }
}

#[test]
fn an_honest_day_beside_it_goes_through() {
    let (county, province, sites) = honest();
    let truth: Vec<(Hash, Event)> = county.said.iter().chain(&province.said).cloned().collect();
    let gate = gate_of(&province, truth.iter());
    let all = sites_of(&truth, &gate);
    let states: Vec<&str> = sites.iter().map(|key| all[key].state.name()).collect();
    assert_eq!(
        states,
        [
            "CANDIDATE",
            "DISPATCHED",
            "CONFIRMED",
            "ERADICATED",
            "CLOSED",
            "CONFIRMED"
        ]
    );
}

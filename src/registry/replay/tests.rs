use super::*;
use crate::ground::LonLat;
use crate::registry::authority::Grounds;
use crate::registry::body::*;
use crate::registry::event::{Actor, EvidenceRef, EvidenceRole, next_id};
use crate::registry::ids::DeviceId;
use crate::registry::moves::Need;
use crate::registry::place::Place;
use crate::registry::role::Role;
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

mod dishonest;
mod founding;
mod guards;
mod hands;
mod late;
mod limits;
mod merge_split;
mod people;
mod seen;
mod several_units;
mod void;

const UNIT: &str = "410423";

/// Events by the sites that they concern.
fn histories<'a>(events: impl IntoIterator<Item = (&'a Hash, &'a Event)>) -> Neighbours {
    let mut histories = Neighbours::new();
    for (hash, event) in events {
        for key in event.site.iter().chain(event.body.other_sites()) {
            let history = histories.entry(*key).or_default();
            history.push((*hash, event.clone()));
        }
    }
    histories
}

/// A device without keys: events are hashed, not signed.
#[derive(Clone)]
struct Device {
    id: DeviceId,
    seq: u64,
    prev: Option<Hash>,
    last: Option<Uuid>,
    known: BTreeMap<Hash, Event>,
}

impl Device {
    fn new(n: u8) -> Self {
        Self {
            id: DeviceId([n; 32]),
            seq: 0,
            prev: None,
            last: None,
            known: BTreeMap::new(),
        }
    }

    /// Another device, which knows what this one knows and has said nothing yet.
    fn another(&self, n: u8) -> Self {
        Self {
            known: self.known.clone(),
            ..Self::new(n)
        }
    }

    fn of(&self, site: SiteKey) -> Vec<(Hash, &Event)> {
        self.known
            .iter()
            .filter(|(_, event)| event.concerns(site))
            .map(|(hash, event)| (*hash, event))
            .collect()
    }

    /// The gate of a registry of the unit whose devices all belong to it.
    fn gate(&self) -> Authority {
        let grounds = Grounds {
            unit: UNIT.into(),
            roots: self.known.values().map(|event| event.device).collect(),
            ..Grounds::default()
        };
        Authority::of(
            grounds,
            self.known.iter().map(|(hash, event)| (*hash, event)),
        )
    }

    fn neighbours(&self) -> Neighbours {
        histories(&self.known)
    }

    fn site(&self, site: SiteKey) -> Site {
        fold(site, &self.of(site), &self.gate(), &self.neighbours())
    }

    fn say(
        &mut self,
        site: Option<SiteKey>,
        who: &str,
        role: Role,
        evidence: Vec<EvidenceRef>,
        body: Body,
        now: u64,
    ) -> Hash {
        let based_on = site.map(|site| self.site(site).heads).unwrap_or_default();
        self.say_on(based_on, site, who, role, evidence, body, now)
    }

    #[expect(clippy::too_many_arguments, reason = "a test's shorthand")]
    fn say_on(
        &mut self,
        based_on: Vec<Hash>,
        site: Option<SiteKey>,
        who: &str,
        role: Role,
        evidence: Vec<EvidenceRef>,
        body: Body,
        now: u64,
    ) -> Hash {
        let id = next_id(self.last, now, [self.id.0[0]; 8]);
        self.seq += 1;
        let event = Event {
            id,
            site,
            season: 2026,
            at: "2026-05-03T10:21:00+08:00".into(),
            logged_at: "2026-05-03T02:21:00Z".into(),
            clock_behind_s: None,
            actor: Actor {
                name: who.into(),
                unit: UNIT.into(),
                role,
                key: None,
                recorder: None,
            },
            device: self.id,
            seq: self.seq,
            prev: self.prev,
            based_on,
            evidence,
            body,
        };
        let hash = Hash::of(&event.canonical().expect("canonical"));
        self.prev = Some(hash);
        self.last = Some(id);
        self.known.insert(hash, event);
        hash
    }

    fn take(&mut self, other: &Self) {
        self.known.extend(
            other
                .known
                .iter()
                .map(|(hash, event)| (*hash, event.clone())),
        );
    }
}

/// Changes what was said last, which then has another hash.
fn alter(device: &mut Device, said: Hash, change: impl FnOnce(&mut Event)) -> Hash {
    let mut event = device.known.remove(&said).expect("said");
    change(&mut event);
    let hash = Hash::of(&event.canonical().expect("canonical"));
    device.prev = Some(hash);
    device.known.insert(hash, event);
    hash
}

fn photo(role: EvidenceRole) -> EvidenceRef {
    EvidenceRef {
        sha256: Hash([role as u8; 32]),
        bytes: 1,
        mime: "image/jpeg".into(),
        role,
        name: "a.jpg".into(),
        taken_at: None,
        at_e7: None,
        marks: vec![],
    }
}

fn office() -> Device {
    let mut device = Device::new(1);
    device.say(
        None,
        "chief",
        Role::Supervisor,
        vec![],
        Body::Init(Init {
            unit: UNIT.into(),
            unit_name: None,
            program: "t".into(),
        }),
        1,
    );
    for name in ["wang", "li", "zhao"] {
        let roles = vec![
            Role::Analyst,
            Role::Verifier,
            Role::Eradicator,
            Role::Acceptor,
        ];
        let change = ActorChange::new(ActorAction::Grant, name, roles);
        device.say(
            None,
            "chief",
            Role::Supervisor,
            vec![],
            Body::Actor(change),
            2,
        );
    }
    device
}

fn create(device: &mut Device, origin: &str, now: u64) -> SiteKey {
    let key = SiteKey::of_origin(origin);
    let body = Create::new(
        FoundBy::Find,
        origin.into(),
        Place::point(LonLat::new(113.3, 33.74)),
    );
    device.say(
        Some(key),
        "wang",
        Role::Analyst,
        vec![],
        Body::Create(Box::new(body)),
        now,
    );
    key
}

fn assign() -> Body {
    Body::Assign(Assign {
        crew: "1".into(),
        due: None,
    })
}

fn visit(outcome: Outcome) -> Body {
    Body::Visit(Box::new(Visit {
        outcome,
        officers: vec!["wang".into(), "li".into()],
        witness: None,
        species: None,
        stage: None,
        sap_cut: None,
        count: Some(Count::Each { plants: 3 }),
        area_dm2: None,
        habitat: None,
        note: None,
        forced: None,
        imported: None,
    }))
}

fn eradicate(percent: u8) -> Body {
    Body::Eradicate(Eradicate {
        percent,
        method: None,
        officers: vec![],
        note: None,
        forced: None,
        imported: None,
    })
}

fn accept(passed: bool) -> Body {
    Body::Accept(Accept {
        passed,
        reason: (!passed).then_some(FailReason::Residue),
        note: None,
        forced: None,
    })
}

fn scene() -> Vec<EvidenceRef> {
    vec![photo(EvidenceRole::Scene)]
}

fn after() -> Vec<EvidenceRef> {
    vec![photo(EvidenceRole::After)]
}

fn eradicated(device: &mut Device, percent: u8) -> SiteKey {
    let site = create(device, "event:1", 10);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    device.say(
        Some(site),
        "wang",
        Role::Verifier,
        scene(),
        visit(Outcome::Cultivated),
        12,
    );
    device.say(
        Some(site),
        "li",
        Role::Eradicator,
        after(),
        eradicate(percent),
        13,
    );
    assert_eq!(device.site(site).state, State::Eradicated);
    site
}

#[test]
fn a_whole_life_ends_in_a_closed_site() {
    let mut device = office();
    let site = eradicated(&mut device, 100);
    device.say(Some(site), "zhao", Role::Acceptor, vec![], accept(true), 14);
    let site = device.site(site);
    assert_eq!(site.state, State::Closed);
    assert!(site.refused.is_empty() && !site.disputed && site.accepted_without_own_key());
    assert_eq!((site.plants, site.events), (Some(3), 5));
}

#[test]
fn the_eradicator_cannot_accept_nor_anybody_under_a_hundred_per_cent() {
    let mut device = office();
    let site = eradicated(&mut device, 100);
    let own = device.say(Some(site), "li", Role::Acceptor, vec![], accept(true), 14);
    assert_eq!(device.site(site).refused, [(own, Refusal::SelfAcceptance)]);
    assert_eq!(device.site(site).state, State::Eradicated);

    let mut device = office();
    let site = eradicated(&mut device, 99);
    let early = device.say(Some(site), "zhao", Role::Acceptor, vec![], accept(true), 14);
    assert_eq!(
        device.site(site).refused,
        [(early, Refusal::NotAll { percent: 99 })]
    );
    device.say(
        Some(site),
        "zhao",
        Role::Acceptor,
        vec![],
        accept(false),
        15,
    );
    assert_eq!(device.site(site).state, State::Confirmed);
}

#[test]
fn a_dispute_is_not_resolved_into_closed_while_something_is_left() {
    let mut device = office();
    let site = eradicated(&mut device, 100);
    let mut other = device.another(11);
    device.say(Some(site), "zhao", Role::Acceptor, vec![], accept(true), 20);
    other.say(
        Some(site),
        "wang",
        Role::Eradicator,
        vec![],
        eradicate(30),
        21,
    );
    device.take(&other);
    let resolve = Body::Resolve(Resolve {
        state: State::Closed,
        reason: "so".into(),
    });
    let tried = device.say(Some(site), "chief", Role::Supervisor, vec![], resolve, 30);
    let site = device.site(site);
    assert_eq!(site.refused, [(tried, Refusal::NotAll { percent: 30 })]);
    assert!(site.disputed && site.state == State::Eradicated);
}

#[test]
fn a_person_without_the_role_moves_nothing() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let hash = device.say(Some(site), "stranger", Role::Analyst, vec![], assign(), 11);
    assert_eq!(device.site(site).refused, [(hash, Refusal::Role)]);
    let change = ActorChange::new(ActorAction::Revoke, "wang", vec![Role::Analyst]);
    device.say(
        None,
        "chief",
        Role::Supervisor,
        vec![],
        Body::Actor(change),
        12,
    );
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 13);
    assert_eq!(device.site(site).refused.len(), 2);
    assert_eq!(
        device.site(site).state,
        State::Candidate,
        "what was granted before stands, what came after does not"
    );
    // Somebody who grants a role to themselves holds it no more than before.
    let change = ActorChange::new(ActorAction::Grant, "stranger", vec![Role::Supervisor]);
    device.say(
        None,
        "stranger",
        Role::Supervisor,
        vec![],
        Body::Actor(change),
        14,
    );
    assert!(device.gate().people().get(UNIT, "stranger").is_none());
}

#[test]
fn evidence_is_needed_unless_forced_with_a_reason() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let bare = device.say(
        Some(site),
        "wang",
        Role::Verifier,
        vec![],
        visit(Outcome::Wild),
        12,
    );
    assert_eq!(
        device.site(site).refused,
        [(
            bare,
            Refusal::Lacks {
                needs: vec![Need::ScenePhoto]
            }
        )]
    );
    let Body::Visit(mut forced) = visit(Outcome::Wild) else {
        unreachable!()
    };
    forced.forced = Some("camera broke".into());
    device.say(
        Some(site),
        "wang",
        Role::Verifier,
        vec![],
        Body::Visit(forced),
        13,
    );
    let site = device.site(site);
    assert_eq!((site.state, site.forced.len()), (State::Confirmed, 1));
}

#[test]
fn of_two_moves_the_still_open_one_stands_until_a_supervisor_resolves() {
    let mut a = office();
    let site = eradicated(&mut a, 100);
    let mut b = a.another(2);
    a.say(Some(site), "zhao", Role::Acceptor, vec![], accept(true), 20);
    b.say(
        Some(site),
        "wang",
        Role::Acceptor,
        vec![],
        accept(false),
        21,
    );
    a.take(&b);
    let merged = a.site(site);
    assert_eq!(
        (merged.state, merged.disputed, merged.dispute.len()),
        (State::Confirmed, true, 2)
    );
    // Work goes on, and the dispute stays.
    a.say(
        Some(site),
        "li",
        Role::Eradicator,
        after(),
        eradicate(100),
        22,
    );
    assert_eq!(
        (a.site(site).state, a.site(site).disputed),
        (State::Eradicated, true)
    );
    let early = a.say(Some(site), "zhao", Role::Acceptor, vec![], accept(true), 23);
    assert_eq!(a.site(site).refused, [(early, Refusal::Disputed)]);
    let resolve = |state| {
        Body::Resolve(Resolve {
            state,
            reason: "looked".into(),
        })
    };
    a.say(
        Some(site),
        "chief",
        Role::Supervisor,
        vec![],
        resolve(State::Refuted),
        24,
    );
    assert_eq!(
        a.site(site).refused.last().map(|r| &r.1),
        Some(&Refusal::NotClaimed)
    );
    a.say(
        Some(site),
        "chief",
        Role::Supervisor,
        vec![],
        resolve(State::Eradicated),
        25,
    );
    assert_eq!(
        (a.site(site).state, a.site(site).disputed),
        (State::Eradicated, false)
    );
    a.say(Some(site), "zhao", Role::Acceptor, vec![], accept(true), 26);
    assert_eq!(a.site(site).state, State::Closed);
}

#[test]
fn two_that_agree_are_no_dispute_and_different_counts_are_marked() {
    let mut a = office();
    let site = create(&mut a, "event:1", 10);
    a.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let mut b = a.another(2);
    a.say(
        Some(site),
        "wang",
        Role::Verifier,
        scene(),
        visit(Outcome::Cultivated),
        12,
    );
    let Body::Visit(mut other) = visit(Outcome::Cultivated) else {
        unreachable!()
    };
    other.count = Some(Count::Each { plants: 5 });
    b.say(
        Some(site),
        "li",
        Role::Verifier,
        scene(),
        Body::Visit(other),
        12,
    );
    a.take(&b);
    let merged = a.site(site);
    assert!(!merged.disputed);
    assert_eq!(
        merged
            .parallel
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
        ["plants"]
    );
    let correct = Correct {
        plants: Some(5),
        reason: "recounted".into(),
        ..Correct::default()
    };
    a.say(
        Some(site),
        "wang",
        Role::Verifier,
        vec![],
        Body::Correct(Box::new(correct)),
        30,
    );
    assert!(a.site(site).parallel.is_empty() && a.site(site).plants == Some(5));
}

#[test]
fn an_event_without_its_past_waits_for_it() {
    let mut a = office();
    let site = eradicated(&mut a, 100);
    a.say(Some(site), "zhao", Role::Acceptor, vec![], accept(true), 20);
    let (gate, none) = (a.gate(), Neighbours::new());
    let all = a.of(site);
    let without_visit: Vec<_> = all
        .iter()
        .copied()
        .filter(|(_, e)| e.body.kind() != "visit")
        .collect();
    let torn = fold(site, &without_visit, &gate, &none);
    assert!(torn.incomplete && torn.state.is_open(), "{:?}", torn.state);
    assert_eq!(fold(site, &all, &gate, &none).state, State::Closed);
    let founding_lost: Vec<_> = all
        .iter()
        .copied()
        .filter(|(_, e)| e.body.kind() != "create")
        .collect();
    assert!(fold(site, &founding_lost, &gate, &none).incomplete);
}

#[test]
fn a_merge_into_a_less_severe_site_is_refused() {
    let mut a = office();
    let confirmed = eradicated(&mut a, 50);
    let other = create(&mut a, "event:2", 20);
    let merge = |into, into_state| {
        Body::Merge(Merge {
            into,
            into_state,
            reason: "one yard".into(),
        })
    };
    a.say(
        Some(confirmed),
        "wang",
        Role::Analyst,
        vec![],
        merge(other, State::Candidate),
        21,
    );
    assert_eq!(a.site(confirmed).state, State::Eradicated);
    let heads = [a.site(other).heads, a.site(confirmed).heads].concat();
    a.say_on(
        heads,
        Some(other),
        "wang",
        Role::Analyst,
        vec![],
        merge(confirmed, State::Eradicated),
        22,
    );
    assert_eq!(a.site(other).merged_into, Some(confirmed));
    assert!(a.site(confirmed).absorbed.contains(&other) && !a.site(confirmed).incomplete);
}

#[derive(Debug, Clone)]
enum Op {
    Say {
        device: usize,
        site: usize,
        what: usize,
        who: usize,
        clock: u64,
    },
    Sync {
        from: usize,
        to: usize,
    },
}

fn ops() -> impl Strategy<Value = (usize, Vec<Op>)> {
    (2_usize..=5).prop_flat_map(|devices| {
        let say = (0..devices, 0_usize..2, 0_usize..17, 0_usize..4, 0_u64..60).prop_map(
            |(device, site, what, who, clock)| Op::Say {
                device,
                site,
                what,
                who,
                clock,
            },
        );
        let sync = (0..devices, 0..devices).prop_map(|(from, to)| Op::Sync { from, to });
        (
            Just(devices),
            proptest::collection::vec(prop_oneof![4 => say, 1 => sync], 1..40),
        )
    })
}

/// What somebody tries to say of a site.
fn tried(
    what: usize,
    device: &Device,
    site: usize,
    sites: &[SiteKey],
) -> (Role, Vec<EvidenceRef>, Body) {
    let key = sites[site];
    match what {
        0 | 1 => (Role::Analyst, vec![], assign()),
        2 => (Role::Verifier, scene(), visit(Outcome::Cultivated)),
        3 => (Role::Verifier, scene(), visit(Outcome::Nothing)),
        4 => (Role::Verifier, vec![], visit(Outcome::TooEarly)),
        5 => (Role::Eradicator, after(), eradicate(100)),
        6 => (Role::Eradicator, vec![], eradicate(60)),
        7 | 8 => (Role::Acceptor, vec![], accept(true)),
        9 => (Role::Acceptor, vec![], accept(false)),
        10 => (
            Role::Analyst,
            vec![],
            Body::Screen(Screen {
                keep: false,
                reason: Some(RejectReason::Crop),
                note: None,
                took_ms: None,
                seconds: None,
            }),
        ),
        11 => (
            Role::Supervisor,
            vec![],
            Body::Reopen(ReasonedMove {
                reason: "again".into(),
            }),
        ),
        12 => {
            let state = device.site(key).state;
            (
                Role::Supervisor,
                vec![],
                Body::Resolve(Resolve {
                    state,
                    reason: "so".into(),
                }),
            )
        }
        // The last visit, else the last assignment, else the founding is taken back.
        14 | 15 => {
            let site = device.site(key);
            let assigned = site.assigned.as_ref().map(|(_, stamp)| stamp.event);
            let of = site
                .last_visit()
                .map(|(_, stamp)| stamp.event)
                .or(assigned)
                .unwrap_or_else(|| site.created.expect("found").event);
            let reason = "wrong".into();
            (Role::Supervisor, vec![], Body::Void(Void { of, reason }))
        }
        16 => {
            let of = Hash([7; 32]);
            (Role::Analyst, vec![], Body::CameOf(CameOf { of }))
        }
        _ => {
            let other = sites[1 - site];
            let merge = Merge {
                into: other,
                into_state: device.site(other).state,
                reason: "one".into(),
            };
            (Role::Analyst, vec![], Body::Merge(merge))
        }
    }
}

fn run(devices: usize, ops: &[Op]) -> (Vec<Device>, Vec<SiteKey>) {
    let mut first = office();
    let sites = vec![
        create(&mut first, "event:1", 5),
        create(&mut first, "event:2", 6),
    ];
    let mut all: Vec<Device> = (0..devices)
        .map(|n| {
            if n == 0 {
                first.clone()
            } else {
                first.another(10 + u8::try_from(n).expect("few"))
            }
        })
        .collect();
    for op in ops {
        match op {
            Op::Sync { from, to } => {
                let other = all[*from].clone();
                all[*to].take(&other);
            }
            Op::Say {
                device,
                site,
                what,
                who,
                clock,
            } => {
                let who = ["wang", "li", "zhao", "chief"][*who];
                let key = sites[*site];
                let (role, evidence, body) = tried(*what, &all[*device], *site, &sites);
                all[*device].say(Some(key), who, role, evidence, body, 10 + clock);
            }
        }
    }
    (all, sites)
}

/// Histories to try: `PAPAVER_CASES`, else 10,000.
fn cases() -> u32 {
    std::env::var("PAPAVER_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(10_000)
}

/// What must hold of any site, whatever happened.
fn sound(site: &Site) -> Result<(), TestCaseError> {
    if site.state == State::Closed {
        prop_assert!(!site.disputed, "nothing closes in dispute");
        let (accepted, stamp) = site.acceptances.last().expect("closed by an acceptance");
        let resolved = !site.notes.is_empty();
        prop_assert!(resolved || accepted.passed);
        prop_assert!(
            resolved
                || site
                    .eradications
                    .iter()
                    .all(|(_, e)| e.actor.name != stamp.actor.name || e.at > stamp.at)
        );
    }
    if site.disputed {
        prop_assert!(site.dispute.len() >= 2);
        let severest = site.dispute.iter().map(|d| d.state).min();
        prop_assert!(
            site.state.is_open()
                || severest.is_some_and(|s| !s.is_open() && s >= site.state || s == site.state)
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn random_histories_of_several_devices_merge_to_one_state((devices, ops) in ops(), seed: u64) {
        let (all, sites) = run(devices, &ops);
        let mut together: Vec<Device> = Vec::new();
        // Three orders, the last with everything twice.
        for turn in 0..3_usize {
            let mut union = Device::new(99);
            let start = usize::try_from(seed % devices as u64).expect("small");
            for step in 0..devices * (1 + turn / 2) {
                let at = if turn == 0 { step } else { start + devices * 2 - step };
                union.take(&all[at % devices]);
            }
            together.push(union);
        }
        for key in &sites {
            for device in &all {
                sound(&device.site(*key))?;
            }
            let reference = together[0].site(*key);
            sound(&reference)?;
            for other in &together {
                let (gate, neighbours) = (other.gate(), other.neighbours());
                let mut events = other.of(*key);
                prop_assert_eq!(&fold(*key, &events, &gate, &neighbours), &reference);
                events.reverse();
                events.extend(other.of(*key));
                prop_assert_eq!(&fold(*key, &events, &gate, &neighbours), &reference);
            }
            // No open claim of the last moves is lost to a settled one.
            let ends: Vec<State> = all.iter().map(|device| device.site(*key).state).collect();
            if reference.state == State::Closed {
                prop_assert!(ends.contains(&State::Closed));
            }
        }
    }
}

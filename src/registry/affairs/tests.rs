use super::*;
use crate::registry::authority::Grounds;
use crate::registry::body::{
    ActorAction, ActorChange, Channel, Draw, Init, LearntHead, NoYield, RecordedScan, Rung,
};
use crate::registry::event::{Actor, next_id};
use crate::registry::ids::DeviceId;
use crate::registry::refusal::DateOf;
use crate::registry::role::Role;
use proptest::prelude::*;
use uuid::Uuid;

mod gate;

const PROVINCE: &str = "410000";
const COUNTY: &str = "410423";
const OTHER: &str = "410424";

/// What offices say, each on its own device; the first is the registry's.
struct Offices {
    said: Vec<(Hash, Event)>,
    last: BTreeMap<u8, (Uuid, u64)>,
    units: Vec<&'static str>,
}

impl Offices {
    fn new() -> Self {
        let mut offices = Self {
            said: vec![],
            last: BTreeMap::new(),
            units: vec![PROVINCE, COUNTY, OTHER],
        };
        for office in 0..3 {
            let unit = offices.units[usize::from(office)].to_owned();
            offices.say(
                office,
                "chief",
                Role::Supervisor,
                Body::Init(Init {
                    unit,
                    unit_name: None,
                    program: "t".into(),
                }),
            );
            for (name, roles) in [("wang", vec![Role::Analyst]), ("li", vec![Role::Verifier])] {
                let change = ActorChange::new(ActorAction::Grant, name, roles);
                offices.say(office, "chief", Role::Supervisor, Body::Actor(change));
            }
        }
        for office in 1..3_u8 {
            let trust = crate::registry::body::Trust {
                device: DeviceId([office; 32]),
                unit: offices.units[usize::from(office)].into(),
                trusted: true,
                after: None,
                reason: None,
            };
            offices.say(0, "chief", Role::Supervisor, Body::Trust(trust));
        }
        offices
    }

    fn say(&mut self, office: u8, name: &str, role: Role, body: Body) -> Hash {
        let known = self.last.get(&office).copied();
        let seq = known.map_or(1, |(_, seq)| seq + 1);
        let now = 1_777_800_000_000 + self.said.len() as u64;
        let id = next_id(known.map(|(id, _)| id), now, [office; 8]);
        let event = Event {
            id,
            site: None,
            season: 2026,
            at: "2026-05-03T10:21:00+08:00".into(),
            logged_at: "2026-05-03T12:21:00Z".into(),
            clock_behind_s: None,
            actor: Actor {
                name: name.into(),
                unit: self.units[usize::from(office)].into(),
                role,
                key: None,
                recorder: None,
            },
            device: DeviceId([office; 32]),
            seq,
            prev: None,
            based_on: vec![],
            evidence: vec![],
            body,
        };
        let hash = Hash::of(&event.canonical().expect("canonical"));
        self.last.insert(office, (id, seq));
        self.said.push((hash, event));
        hash
    }

    fn chief(&mut self, office: u8, body: Body) -> Hash {
        self.say(office, "chief", Role::Supervisor, body)
    }

    fn affairs(&self) -> Affairs {
        affairs_of(&self.said)
    }
}

fn affairs_of(said: &[(Hash, Event)]) -> Affairs {
    beside_sites(said, &LedSites::new())
}

fn beside_sites(said: &[(Hash, Event)], led: &LedSites) -> Affairs {
    let pairs = said.iter().map(|(hash, event)| (*hash, event));
    Affairs::of(&gate_of(said), pairs, led)
}

fn gate_of(said: &[(Hash, Event)]) -> Authority {
    let grounds = Grounds {
        unit: PROVINCE.into(),
        roots: vec![DeviceId([0; 32])],
        ..Grounds::default()
    };
    Authority::of(grounds, said.iter().map(|(hash, event)| (*hash, event)))
}

fn duty(district: &str, person: &str) -> Body {
    Body::Duty(Duty {
        district: district.into(),
        household: None,
        person: person.into(),
        post: None,
        season: 2026,
        letter: Some("2026-7".into()),
        signed_on: Some("2026-02-01".into()),
    })
}

fn measure(district: &str, rung: Rung) -> Body {
    Body::Measure(Box::new(Measure {
        rung,
        district: district.into(),
        reason: "flights late".into(),
        finding: None,
        due: Some("2026-06-01".into()),
        paper: None,
    }))
}

fn tip(district: &str, text: &str) -> Body {
    Body::Tip(Box::new(Tip {
        channel: Channel::Phone,
        sealed: Some("F-7".into()),
        place: None,
        district: Some(district.into()),
        text: Some(text.into()),
    }))
}

fn settle(of: Hash) -> Body {
    Body::Settle(Settle {
        of,
        reason: "looked at".into(),
    })
}

fn learnt(unit: &str, season: i16) -> Body {
    Body::Learnt(Box::new(LearntHead {
        unit: unit.into(),
        season,
        from: None,
        expires: format!("{season}-12-31"),
        gsd_e2_cm: [100, 300],
        model: "ab".into(),
        verifier: None,
        scans: vec!["s".into()],
        verdicts: [10, 20],
        areas_e4: [5_000, 9_000],
        recall_e4: None,
        recall_depth_e4: None,
        pull_e6: 10_000_000,
        names: vec!["red".into()],
        centre_e6: vec![0],
        scale_e6: vec![1_000_000],
        weights_e6: vec![-500_000],
        bias_e6: 0,
        by_lot: false,
    }))
}

fn scan(season: i16, gsd_e2_cm: i64) -> RecordedScan {
    RecordedScan {
        tagged: None,
        made: None,
        sources: Vec::new(),
        patterns: vec![],
        scan: "s".into(),
        survey: None,
        captured: Some([format!("{season}-05-01"), format!("{season}-05-02")]),
        model: ["m".into(), "ab".into()],
        verifier: None,
        threshold_e4: 5_000,
        gsd_e2_cm: Some(gsd_e2_cm),
        searched_m2: 1,
        not_searched_m2: BTreeMap::new(),
        candidates: 0,
        unverifiable: false,
    }
}

fn void(of: Hash) -> Body {
    Body::Void(Void {
        of,
        reason: "typed twice".into(),
    })
}

#[test]
fn the_chain_goes_from_the_prefecture_to_the_village() {
    let mut offices = Offices::new();
    for (code, who) in [
        ("410423001002", "village"),
        ("410400", "prefecture"),
        ("410423001", "township"),
        ("410423", "county"),
        ("410424", "elsewhere"),
    ] {
        offices.chief(0, duty(code, who));
    }
    let affairs = offices.affairs();
    let names = |district: &str| -> Vec<String> {
        let chain = affairs.chain_of(district, 2026);
        chain.iter().map(|a| a.body.person.clone()).collect()
    };
    assert_eq!(
        names("410423001002"),
        ["prefecture", "county", "township", "village"]
    );
    assert_eq!(names("410424001"), ["prefecture", "elsewhere"]);
    assert!(affairs.chain_of("410423", 2025).is_empty());
}

#[test]
fn what_a_unit_says_of_itself_does_not_take_the_place_of_what_the_unit_above_signed() {
    let mut offices = Offices::new();
    offices.chief(1, duty(COUNTY, "early"));
    offices.chief(0, duty(COUNTY, "signed above"));
    offices.chief(1, duty(COUNTY, "own choice"));
    offices.chief(1, duty("410423001", "township"));
    offices.chief(1, duty("410424001", "not theirs"));
    let affairs = offices.affairs();
    let standing: Vec<&str> = affairs
        .standing_duties(2026)
        .map(|d| d.body.person.as_str())
        .collect();
    assert_eq!(standing, ["signed above", "township"]);
    assert_eq!(affairs.refused.len(), 1);
}

#[test]
fn nobody_takes_a_measure_against_themself_or_their_neighbour_or_ends_what_stands_above_them() {
    let mut offices = Offices::new();
    let from_above = offices.chief(0, measure(COUNTY, Rung::Talk));
    let own = offices.chief(1, measure(COUNTY, Rung::Notice));
    let beside = offices.chief(2, measure(COUNTY, Rung::Listed));
    let ends = offices.chief(1, settle(from_above));
    let voids = offices.chief(1, void(from_above));
    let below = offices.chief(1, measure("410423001", Rung::Rectify));
    let analyst = offices.say(0, "wang", Role::Analyst, settle(below));
    let affairs = offices.affairs();
    let refused: Vec<Hash> = affairs.refused.keys().copied().collect();
    let mut expected = vec![own, beside, ends, voids, analyst];
    expected.sort();
    assert_eq!(refused, expected);
    let unit = COUNTY.to_owned();
    assert_eq!(affairs.refused[&own], Refusal::NotBelow { unit });
    assert_eq!(affairs.standing().count(), 2);
    offices.chief(0, settle(from_above));
    assert_eq!(offices.affairs().standing().count(), 1);
}

#[test]
fn a_tip_off_never_says_who_told() {
    let mut offices = Offices::new();
    for text in [
        "call 138 0013 8000 back",
        "身份证 41042319900101123X",
        "１３８００１３８０００",
        "138.0013.8000",
        "(138)0013/8000 or so",
        "138—0013—8000",
        "①③⑧００１３８０００",
        "410423.19900101.123X",
    ] {
        let told = offices.chief(1, tip(COUNTY, text));
        assert_eq!(
            offices.affairs().refused[&told],
            Refusal::Informant,
            "{text}"
        );
    }
    for text in [
        "behind the school, 3 rows, seen 20260503",
        "at 121.3012, 33.7405, seen 2026.05.03 at 10:21",
        "121.3012/33.7405",
        "plots 137, 4410 and 2026",
        "150–300 plants, 3/5/2026",
    ] {
        let good = offices.chief(1, tip(COUNTY, text));
        let tips = offices.affairs().tips;
        let last = tips.last().map(|tip| tip.stamp.event);
        assert_eq!(last, Some(good), "{text}");
    }
    for (number, holds) in [
        ("F-2026-01", true),
        ("13800138000", false),
        ("老王", false),
        ("", false),
    ] {
        assert_eq!(is_sealed_number(number), holds, "{number}");
    }
}

#[test]
fn a_tip_off_is_closed_and_rewarded_by_its_unit_or_one_above() {
    let mut offices = Offices::new();
    let told = offices.say(1, "li", Role::Verifier, tip(COUNTY, "poppies"));
    let close = |tip| {
        Body::CloseTip(CloseTip {
            tip,
            reason: NoYield::HandedOver,
            note: None,
        })
    };
    let reward = |tip, paid| {
        Body::Reward(Reward {
            tip,
            paid,
            fen: 50_000,
        })
    };
    let others = [
        offices.chief(2, close(told)),
        offices.chief(2, reward(told, true)),
    ];
    offices.chief(1, reward(told, false));
    offices.say(1, "wang", Role::Analyst, close(told));
    let affairs = offices.affairs();
    assert!(others.iter().all(|hash| affairs.refused.contains_key(hash)));
    assert_eq!(affairs.refused.len(), 2);
    assert_eq!((affairs.rewards.len(), affairs.closed.len()), (1, 1));
    assert_eq!(affairs.closed[&told].body.reason, NoYield::HandedOver);
}

fn close(tip: Hash, reason: NoYield) -> Body {
    Body::CloseTip(CloseTip {
        tip,
        reason,
        note: None,
    })
}

fn paid(tip: Hash) -> Body {
    Body::Reward(Reward {
        tip,
        paid: true,
        fen: 50_000,
    })
}

#[test]
fn of_a_tip_off_that_is_unfounded_nobody_is_rewarded_and_the_earlier_word_stands() {
    for unfounded in [NoYield::Nothing, NoYield::Lookalike, NoYield::Vague] {
        let mut offices = Offices::new();
        let told = offices.chief(1, tip(COUNTY, "poppies"));
        let closed = offices.chief(1, close(told, unfounded));
        // The prefecture, which has not heard of it, pays; and the county closes it once more.
        let reward = offices.chief(0, paid(told));
        let again = offices.chief(1, close(told, NoYield::Duplicate));
        let contrary = Refusal::Contradicts { entry: closed };
        let affairs = offices.affairs();
        let refused = [(reward, contrary.clone()), (again, contrary)];
        assert_eq!(affairs.refused, BTreeMap::from(refused));
        assert!(affairs.rewards.is_empty());
        // Whoever means otherwise voids what was said first.
        offices.chief(1, void(closed));
        let affairs = offices.affairs();
        assert!(affairs.refused.is_empty(), "{:?}", affairs.refused);
        let reason = affairs.closed[&told].body.reason;
        assert_eq!((affairs.rewards.len(), reason), (1, NoYield::Duplicate));
    }
    let mut offices = Offices::new();
    let told = offices.chief(1, tip(COUNTY, "poppies"));
    let reward = offices.chief(1, paid(told));
    let closed = offices.chief(1, close(told, NoYield::Nothing));
    let contrary = Refusal::Contradicts { entry: reward };
    assert_eq!(offices.affairs().refused[&closed], contrary);
}

#[test]
fn a_tip_off_that_led_to_a_site_is_not_closed_without_one() {
    let mut offices = Offices::new();
    let told = offices.chief(1, tip(COUNTY, "poppies"));
    let closed = offices.chief(1, close(told, NoYield::Nothing));
    let reward = offices.chief(1, paid(told));
    let site = Hash([7; 32]);
    let affairs = beside_sites(&offices.said, &LedSites::from([(told, site)]));
    let contrary = Refusal::Contradicts { entry: site };
    assert_eq!(affairs.refused, BTreeMap::from([(closed, contrary)]));
    assert!(affairs.closed.is_empty());
    assert_eq!(affairs.rewards[0].stamp.event, reward);
}

#[test]
fn what_has_ended_does_not_end_again_and_no_measure_follows_from_it() {
    let mut offices = Offices::new();
    let finding = offices.chief(
        0,
        Body::Finding(Box::new(Finding {
            district: COUNTY.into(),
            text: "ledger late".into(),
            ..Finding::default()
        })),
    );
    let of_it = |rung| {
        let Body::Measure(mut body) = measure(COUNTY, rung) else {
            panic!("a measure")
        };
        body.finding = Some(finding);
        Body::Measure(body)
    };
    offices.chief(0, of_it(Rung::Notice));
    let ended = offices.chief(0, settle(finding));
    let again = offices.chief(0, settle(finding));
    let late = offices.chief(0, of_it(Rung::Talk));
    let contrary = Refusal::Contradicts { entry: ended };
    let refused = [(again, contrary.clone()), (late, contrary)];
    let affairs = offices.affairs();
    assert_eq!(affairs.refused, BTreeMap::from(refused));
    assert_eq!(affairs.settled[&finding].stamp.event, ended);
    assert_eq!(affairs.measures.len(), 1);
}

#[test]
fn what_has_happened_is_of_no_day_to_come_and_of_none_before_what_it_speaks_of() {
    // Recorded in the evening of the 3rd of May, where it happened.
    let round = |on: &str, until: Option<&str>| {
        Body::Round(Box::new(Round {
            name: "first".into(),
            on: on.into(),
            until: until.map(str::to_owned),
            team: vec!["a".into()],
            districts: vec![COUNTY.into()],
            ..Round::default()
        }))
    };
    let letter = |on: &str| {
        let Body::Duty(mut body) = duty(COUNTY, "who") else {
            panic!("a letter")
        };
        body.signed_on = Some(on.into());
        Body::Duty(body)
    };
    let mut offices = Offices::new();
    let ahead = [
        (letter("2026-05-04"), "2026-05-04"),
        (letter("2027-05-03"), "2027-05-03"),
        (round("2026-05-04", None), "2026-05-04"),
        (round("2026-05-01", Some("2026-05-09")), "2026-05-09"),
    ];
    for (body, day) in ahead {
        let hash = offices.chief(0, body);
        assert_eq!(offices.affairs().refused[&hash], Refusal::ahead(day));
    }
    for (letter, refused) in [(letter("2026-5-3"), true), (letter("2026-05-03"), false)] {
        let hash = offices.chief(0, letter);
        assert_eq!(offices.affairs().refused.contains_key(&hash), refused);
    }
    let old = offices.chief(0, letter("2019-05-03"));
    assert_eq!(offices.affairs().refused[&old], Refusal::Number);
    let told = offices.chief(1, tip(COUNTY, "poppies"));
    let closed = offices.chief(1, close(told, NoYield::Nothing));
    let (_, event) = offices.said.last_mut().expect("said");
    event.at = "2026-05-02T10:21:00+08:00".into();
    let before = Hash::of(&event.canonical().expect("canonical"));
    offices.said.last_mut().expect("said").0 = before;
    assert_ne!(before, closed);
    let refused = Refusal::of_date("2026-05-02T10:21:00+08:00");
    assert_eq!(offices.affairs().refused[&before], refused);
}

#[test]
fn what_was_voided_counts_no_more_and_stays_to_be_read() {
    let mut offices = Offices::new();
    let wrong = offices.say(1, "wang", Role::Analyst, duty("410423001", "wrong"));
    let right = offices.say(1, "wang", Role::Analyst, duty("410423001", "right"));
    // Another analyst's entry is a supervisor's to void; a voiding is not voided.
    let li = offices.say(1, "li", Role::Verifier, void(right));
    let done = offices.say(1, "wang", Role::Analyst, void(wrong));
    let again = offices.chief(1, void(done));
    let affairs = offices.affairs();
    assert_eq!(affairs.duties.len(), 1);
    assert_eq!(affairs.duties[0].stamp.event, right);
    let [kept] = &affairs.voided[..] else {
        panic!("one")
    };
    assert_eq!(kept.body["person"], "wrong");
    assert_eq!(kept.by.event, done);
    assert_eq!(affairs.refused[&li], Refusal::Supervisor);
    assert_eq!(affairs.refused[&again], Refusal::NoSuchEntry);
}

#[test]
fn what_was_learnt_holds_for_its_unit_and_season_until_it_is_voided() {
    let mut offices = Offices::new();
    let above = offices.chief(0, learnt(PROVINCE, 2026));
    let own = offices.say(1, "wang", Role::Analyst, learnt(COUNTY, 2026));
    let refused = [
        offices.chief(1, learnt(PROVINCE, 2026)),
        offices.chief(2, learnt(COUNTY, 2026)),
        offices.say(1, "li", Role::Verifier, learnt(COUNTY, 2026)),
        offices.chief(1, learnt(COUNTY, 2028)),
    ];
    let affairs = offices.affairs();
    assert!(
        refused
            .iter()
            .all(|hash| affairs.refused.contains_key(hash))
    );
    let of = |affairs: &Affairs, unit: &str, scan: &RecordedScan| {
        affairs.head_for(unit, scan).map(|head| head.stamp.event)
    };
    let flown = scan(2026, 200);
    assert_eq!(of(&affairs, COUNTY, &flown), Some(own), "the nearest");
    assert_eq!(of(&affairs, "410423001", &flown), Some(own));
    assert_eq!(of(&affairs, OTHER, &flown), Some(above));
    assert_eq!(of(&affairs, COUNTY, &scan(2025, 200)), None);
    assert_eq!(of(&affairs, COUNTY, &scan(2026, 301)), None);
    let verified = RecordedScan {
        verifier: Some("cd".into()),
        ..scan(2026, 200)
    };
    assert_eq!(of(&affairs, COUNTY, &verified), None);
    offices.chief(2, void(own));
    assert_eq!(of(&offices.affairs(), COUNTY, &flown), Some(own));
    offices.say(1, "wang", Role::Analyst, void(own));
    assert_eq!(of(&offices.affairs(), COUNTY, &flown), Some(above));
}

/// A head of a county, changed.
fn changed(change: &dyn Fn(&mut LearntHead)) -> Body {
    let Body::Learnt(mut head) = learnt(COUNTY, 2026) else {
        panic!("a head")
    };
    change(&mut head);
    Body::Learnt(head)
}

fn of_season(head: &mut LearntHead) {
    head.from = Some("2025-09-15".into());
    head.expires = "2026-09-14".into();
}

#[test]
fn a_head_holds_from_the_first_to_the_last_day_of_its_season_and_one_of_before_for_its_year() {
    let orders = |head: Body, days: [&str; 2]| {
        let mut offices = Offices::new();
        offices.say(1, "wang", Role::Analyst, head);
        let affairs = offices.affairs();
        assert!(affairs.refused.is_empty(), "{:?}", affairs.refused);
        let flown = RecordedScan {
            captured: Some(days.map(str::to_owned)),
            ..scan(2026, 200)
        };
        affairs.head_for(COUNTY, &flown).is_some()
    };
    for (days, season, year) in [
        (["2025-11-20", "2025-11-20"], true, false),
        (["2025-12-28", "2026-01-03"], true, false),
        (["2026-05-01", "2026-05-02"], true, true),
        (["2026-09-14", "2026-09-15"], false, true),
        (["2026-11-20", "2026-11-20"], false, true),
    ] {
        assert_eq!(orders(changed(&of_season), days), season, "{days:?}");
        assert_eq!(orders(learnt(COUNTY, 2026), days), year, "{days:?}");
    }
}

#[test]
fn a_head_that_is_not_whole_is_refused() {
    let mut offices = Offices::new();
    let broken = |change: &dyn Fn(&mut LearntHead)| changed(change);
    let season = |from: &'static str, expires: &'static str| {
        changed(&move |head| {
            head.from = Some(from.into());
            head.expires = expires.into();
        })
    };
    let all = [
        offices.chief(1, broken(&|h| h.weights_e6.clear())),
        offices.chief(1, broken(&|h| h.scale_e6[0] = 0)),
        offices.chief(1, broken(&|h| h.expires = "2027-12-31".into())),
        offices.chief(1, broken(&|h| h.bias_e6 = 2_000_000_000_000_000)),
        offices.chief(1, broken(&|h| h.gsd_e2_cm = [300, 100])),
        offices.chief(1, season("2026-09-15", "2026-09-14")),
        offices.chief(1, season("2025-09-13", "2026-09-14")),
        offices.chief(1, season("2026-09-15", "2027-09-14")),
        offices.chief(1, season("2025-9-15", "2026-09-14")),
    ];
    let draw = Body::Draw(Draw {
        season: 2024,
        rest: 7,
        by_lot: true,
        by_ground: true,
    });
    let dated = [
        offices.chief(1, draw),
        offices.chief(1, learnt(COUNTY, 2028)),
    ];
    let affairs = offices.affairs();
    assert!(
        all.iter()
            .all(|hash| affairs.refused[hash] == Refusal::Number)
    );
    // It is the event's own day that does not fit the season.
    for hash in dated {
        let refused = &affairs.refused[&hash];
        let Refusal::Date { date, bounds } = refused else {
            panic!("{refused:?}");
        };
        assert_eq!((date.len(), bounds.of), (10, DateOf::Event));
    }
    assert!(affairs.heads.is_empty() && affairs.draws.is_empty());
}

#[test]
fn a_season_that_an_event_gives_itself_takes_nothing_out_of_the_figures_of_its_own() {
    let mut offices = Offices::new();
    offices.chief(1, tip(COUNTY, "words"));
    offices.change_last(|event| event.season = 2027);
    let affairs = offices.affairs();
    assert!(affairs.refused.is_empty());
    assert_eq!(affairs.tips[0].season, 2026);
}

#[test]
fn what_is_said_belongs_to_the_season_of_the_day_on_which_it_happened() {
    let mut offices = Offices::new();
    let at = |time: &'static str| {
        move |event: &mut Event| {
            event.at = time.into();
            event.logged_at = "2026-11-03T12:21:00Z".into();
        }
    };
    // By universal time it is still the 14th: where the unit is, the next season has begun.
    offices.chief(1, tip(COUNTY, "late in the evening"));
    offices.change_last(at("2026-09-14T17:00:00Z"));
    offices.chief(0, round("2026-09-10"));
    let early = offices.change_last(at("2026-09-20T10:00:00+08:00"));
    offices.chief(0, finding(Some(early)));
    offices.change_last(at("2026-10-02T10:00:00+08:00"));
    offices.chief(0, finding(None));
    offices.change_last(at("2026-10-02T10:00:00+08:00"));
    let affairs = offices.affairs();
    assert!(affairs.refused.is_empty(), "{:?}", affairs.refused);
    let day = |month, day| Some(Date::constant(2026, month, day));
    let tip = &affairs.tips[0];
    assert_eq!((tip.season, tip.on), (2027, day(9, 15)));
    let round = &affairs.rounds[0];
    assert_eq!((round.season, round.on), (2026, day(9, 10)));
    let [of_round, alone] = &affairs.findings[..] else {
        panic!("{:?}", affairs.findings)
    };
    assert_eq!((of_round.season, of_round.on), (2026, day(9, 10)));
    assert_eq!((alone.season, alone.on), (2027, day(10, 2)));
    // A round that is void decides nothing.
    offices.chief(0, void(early));
    offices.change_last(at("2026-10-03T10:00:00+08:00"));
    assert_eq!(offices.affairs().findings[0].season, 2027);
}

fn round(on: &str) -> Body {
    Body::Round(Box::new(Round {
        name: "first".into(),
        on: on.into(),
        team: vec!["sun".into()],
        districts: vec![COUNTY.into()],
        ..Round::default()
    }))
}

fn finding(round: Option<Hash>) -> Body {
    Body::Finding(Box::new(Finding {
        round,
        district: COUNTY.into(),
        text: "ledger incomplete".into(),
        ..Finding::default()
    }))
}

/// One thing that somebody says.
fn anything() -> impl Strategy<Value = (u8, u8, u8, usize, usize)> {
    (0..3_u8, 0..3_u8, 0..12_u8, 0..6_usize, 0..40_usize)
}

fn said(what: u8, district: &str, of: Hash) -> Body {
    match what {
        0 => duty(district, "who"),
        1 => measure(district, Rung::Notice),
        2 => tip(district, "words"),
        3 => settle(of),
        4 | 5 => void(of),
        6 => Body::Reward(Reward {
            tip: of,
            paid: false,
            fen: 1,
        }),
        7 => Body::CloseTip(CloseTip {
            tip: of,
            reason: NoYield::Vague,
            note: None,
        }),
        10 => learnt(district, 2026),
        11 => Body::Draw(Draw {
            season: 2026,
            rest: 9,
            by_lot: false,
            by_ground: false,
        }),
        8 => Body::Finding(Box::new(Finding {
            round: None,
            district: district.into(),
            site: None,
            text: "ledger late".into(),
            due: None,
        })),
        _ => Body::Round(Box::new(Round {
            name: "first".into(),
            on: "2026-05-03".into(),
            until: None,
            team: vec!["a".into()],
            districts: vec![district.into()],
            sites: vec![],
            ledgers: 1,
            note: None,
        })),
    }
}

fn history(told: &[(u8, u8, u8, usize, usize)]) -> Offices {
    let mut offices = Offices::new();
    for (office, who, what, district, of) in told {
        let (name, role) = [
            ("chief", Role::Supervisor),
            ("wang", Role::Analyst),
            ("li", Role::Verifier),
        ][usize::from(*who)];
        let districts = [
            PROVINCE,
            COUNTY,
            OTHER,
            "410423001",
            "410424001",
            "410423001002",
        ];
        let of = offices.said[*of % offices.said.len()].0;
        offices.say(*office, name, role, said(*what, districts[*district], of));
    }
    offices
}

proptest! {
    #[test]
    fn the_same_events_in_any_order_give_the_same_affairs(
        told in proptest::collection::vec(anything(), 0..40),
        seed in any::<u64>(),
    ) {
        let offices = history(&told);
        let affairs = offices.affairs();
        let mut shuffled = offices.said.clone();
        shuffled.sort_by_key(|(hash, _)| hash.0.map(|b| b ^ (seed.to_le_bytes()[usize::from(b) % 8])));
        // Twice, as two bundles bring them.
        shuffled.extend(offices.said.iter().rev().cloned());
        let other = affairs_of(&shuffled);
        prop_assert_eq!(&affairs, &other);
        // Each is counted once: followed, voided, or refused.
        let counted = affairs.duties.len() + affairs.rounds.len() + affairs.findings.len() + affairs.measures.len()
            + affairs.tips.len() + affairs.rewards.len();
        prop_assert!(counted + affairs.voided.len() + affairs.refused.len() <= offices.said.len());
    }

    #[test]
    fn a_county_changes_nothing_of_what_others_said(told in proptest::collection::vec(anything(), 0..40)) {
        let offices = history(&told);
        let honest: Vec<(Hash, Event)> = offices.said.iter().filter(|(_, e)| e.actor.unit != OTHER).cloned().collect();
        // What the others said without naming an entry of the dishonest county's stands with it as without it.
        let (before, after) = (affairs_of(&honest), offices.affairs());
        let not_theirs = |stamp: &Stamp| stamp.actor.unit != OTHER;
        let of = |affairs: &Affairs| {
            let measures: Vec<_> = affairs.standing().filter(|m| not_theirs(&m.stamp)).cloned().collect();
            let tips: Vec<_> = affairs.tips.iter().filter(|m| not_theirs(&m.stamp)).cloned().collect();
            let findings: Vec<_> = affairs.open_findings().filter(|m| not_theirs(&m.stamp)).cloned().collect();
            let chain: Vec<_> = affairs.standing_duties(2026).filter(|d| !d.body.district.starts_with(OTHER)).cloned().collect();
            let voided: Vec<_> = affairs.voided.iter().filter(|v| not_theirs(&v.entry)).map(|v| v.entry.event).collect();
            let heads: Vec<_> = affairs.heads_for(COUNTY).into_iter().cloned().collect();
            let draw: Vec<_> = affairs.draws_of(COUNTY, 2026).cloned().collect();
            (measures, tips, findings, chain, voided, heads, draw)
        };
        prop_assert_eq!(of(&before), of(&after));
    }
}

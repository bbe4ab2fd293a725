//! What keeps a step from being followed or from passing unmarked, one guard at a time.

use super::merge_split::{confirmed, merge_of, merged};
use super::*;
use crate::registry::site::MarkKind;

/// Why what somebody says of a site is not followed.
fn why(device: &mut Device, site: SiteKey, who: &str, role: Role, body: Body) -> Option<Refusal> {
    let said = device.say(Some(site), who, role, vec![], body, 50);
    let refused = device.site(site).refused.into_iter();
    let mut of_it = refused.filter(|(hash, _)| *hash == said);
    of_it.next().map(|(_, refusal)| refusal)
}

/// A site on which three plants were counted, with its assignment and its visit.
fn counted(device: &mut Device) -> (SiteKey, Hash, Hash) {
    let site = create(device, "event:1", 10);
    let assigned = device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let found = visit(Outcome::Cultivated);
    let visited = device.say(Some(site), "wang", Role::Verifier, scene(), found, 12);
    (site, assigned, visited)
}

fn screen(keep: bool, reason: Option<RejectReason>) -> Body {
    Body::Screen(Screen {
        took_ms: None,
        seconds: None,
        keep,
        reason,
        note: None,
    })
}

fn plants(to: u64, reason: &str) -> Body {
    Body::Correct(Box::new(Correct {
        plants: Some(to),
        reason: reason.into(),
        ..Correct::default()
    }))
}

fn happened(of: Hash, at: &str) -> Body {
    Body::Correct(Box::new(Correct {
        of: Some(of),
        at: Some(at.into()),
        reason: "a slip".into(),
        ..Correct::default()
    }))
}

#[test]
fn what_hides_something_is_nothing_without_its_reason() {
    let mut device = office();
    let site = create(&mut device, "event:0", 9);
    let aside = why(
        &mut device,
        site,
        "wang",
        Role::Analyst,
        screen(false, None),
    );
    assert_eq!(aside, Some(Refusal::NoReason));
    let (site, _, visited) = counted(&mut device);
    let void = Body::Void(Void {
        of: visited,
        reason: " ".into(),
    });
    let voided = why(&mut device, site, "chief", Role::Supervisor, void);
    assert_eq!(voided, Some(Refusal::NoReason));
    let fewer = why(&mut device, site, "chief", Role::Supervisor, plants(1, " "));
    assert_eq!(fewer, Some(Refusal::NoReason));
}

#[test]
fn nobody_but_a_supervisor_counts_down_or_dates_what_another_did() {
    let mut device = office();
    let (site, _, visited) = counted(&mut device);
    let fewer = why(
        &mut device,
        site,
        "wang",
        Role::Analyst,
        plants(1, "miscounted"),
    );
    assert_eq!(fewer, Some(Refusal::Supervisor));
    let earlier = happened(visited, "2026-05-03T09:00:00+08:00");
    let dated = why(&mut device, site, "li", Role::Analyst, earlier.clone());
    assert_eq!(dated, Some(Refusal::Supervisor));
    let own = why(&mut device, site, "wang", Role::Analyst, earlier);
    assert_eq!(own, None);
}

#[test]
fn a_step_is_dated_between_the_one_before_and_the_one_after_and_not_ahead() {
    let mut device = office();
    let (site, assigned, visited) = counted(&mut device);
    let refused = |date: &str, is_ahead: bool| {
        if is_ahead {
            Refusal::ahead(date)
        } else {
            Refusal::of_date(date)
        }
    };
    for (of, at, is_ahead) in [
        (visited, "2026-05-02T09:00:00+08:00", false),
        (assigned, "2026-05-04T08:00:00+08:00", true),
        (visited, "2026-05-09T08:00:00+08:00", true),
    ] {
        let refusal = why(
            &mut device,
            site,
            "chief",
            Role::Supervisor,
            happened(of, at),
        );
        assert_eq!(refusal, Some(refused(at, is_ahead)));
        let said = refusal.map(|refusal| refusal.label(crate::words::Lang::En));
        let is_bounded = said
            .is_some_and(|said| said.contains("it lies between") || said.contains("not before"));
        assert_eq!(is_bounded, !is_ahead);
    }
}

#[test]
fn a_confirmed_site_is_not_visited_away_and_who_uprooted_judges_nothing() {
    let mut device = office();
    let (site, ..) = counted(&mut device);
    let away = visit(Outcome::Nothing);
    let refusal = why(&mut device, site, "li", Role::Verifier, away);
    assert!(
        matches!(refusal, Some(Refusal::State { .. })),
        "{refusal:?}"
    );
    let mut device = office();
    let site = eradicated(&mut device, 100);
    let refusal = why(&mut device, site, "li", Role::Acceptor, accept(false));
    assert_eq!(refusal, Some(Refusal::SelfAcceptance));
}

#[test]
fn what_one_kept_another_puts_aside_in_dispute_alone() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let kept = why(&mut device, site, "wang", Role::Analyst, screen(true, None));
    assert_eq!(kept, None);
    let aside = screen(false, Some(RejectReason::Crop));
    assert_eq!(why(&mut device, site, "li", Role::Analyst, aside), None);
    let site = device.site(site);
    assert!(site.disputed && site.state == State::Candidate);
}

#[test]
fn fewer_plants_and_what_is_refuted_without_proof_stay_marked() {
    let mut device = office();
    let (site, ..) = counted(&mut device);
    let Body::Visit(mut again) = visit(Outcome::Cultivated) else {
        return;
    };
    again.count = Some(Count::Each { plants: 1 });
    device.say(
        Some(site),
        "li",
        Role::Verifier,
        scene(),
        Body::Visit(again),
        20,
    );
    let kinds = |device: &Device, site| -> Vec<MarkKind> {
        let marks = device.site(site).marks.into_iter();
        marks.map(|mark| mark.kind).collect()
    };
    let lowered = MarkKind::CountLowered { from: 3, to: 1 };
    assert_eq!(kinds(&device, site), [lowered]);
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let none = visit(Outcome::Nothing);
    device.say(Some(site), "wang", Role::Verifier, vec![], none, 12);
    assert_eq!(device.site(site).state, State::Refuted);
    assert!(matches!(
        kinds(&device, site)[..],
        [MarkKind::Unproven { .. }]
    ));
}

#[test]
fn no_merge_reaches_so_far_and_no_split_names_a_part_twice() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let far = SiteKey::of_origin("event:2");
    let place = Place::point(LonLat::new(113.35, 33.74));
    let body = Body::Create(Box::new(Create::new(
        FoundBy::Find,
        "event:2".into(),
        place,
    )));
    device.say(Some(far), "wang", Role::Analyst, vec![], body, 11);
    let merge = Body::Merge(Merge {
        into: far,
        into_state: State::Candidate,
        reason: "one".into(),
    });
    let heads = [device.site(site).heads, device.site(far).heads].concat();
    let role = Role::Supervisor;
    let said = device.say_on(heads, Some(site), "chief", role, vec![], merge, 12);
    let refused = device.site(site).refused;
    assert!(matches!(refused[..], [(of, Refusal::Far { .. })] if of == said));
    let mut device = office();
    let whole = create(&mut device, "event:1", 10);
    let part = SiteKey::of_origin("event:2");
    let place = Place::point(LonLat::new(113.3, 33.74));
    let founding = Create {
        split_from: Some((whole, State::Candidate)),
        ..Create::new(FoundBy::Split, "event:2".into(), place)
    };
    let (heads, body) = (device.site(whole).heads, Body::Create(Box::new(founding)));
    device.say_on(heads, Some(part), "wang", Role::Analyst, vec![], body, 20);
    let split = Body::Split(Split {
        into: vec![part, part],
        reason: "two".into(),
    });
    let refusal = why(&mut device, whole, "wang", Role::Analyst, split);
    assert_eq!(refusal, Some(Refusal::NoSuchSite));
}

pub(super) fn marks(device: &Device, site: SiteKey) -> Vec<MarkKind> {
    let marks = device.site(site).marks.into_iter();
    marks.map(|mark| mark.kind).collect()
}

#[test]
fn what_was_counted_stays_marked_where_the_site_is_gone() {
    let mut device = office();
    let [one, other] = ["event:1", "event:2"].map(|origin| confirmed(&mut device, origin, 10));
    // Only a supervisor has a count vanish so.
    let (heads, merge) = merge_of(&device, one, other);
    let (who, role) = ("wang", Role::Analyst);
    let said = device.say_on(heads, Some(one), who, role, vec![], merge, 19);
    assert!(
        device
            .site(one)
            .refused
            .contains(&(said, Refusal::Supervisor))
    );
    merged(&mut device, one, other, 20);
    let lost = MarkKind::CountLowered { from: 3, to: 0 };
    assert_eq!(marks(&device, one), std::slice::from_ref(&lost));
    device.split_now(other, 30, 33.74);
    assert_eq!(device.site(other).state, State::Split);
    assert_eq!(marks(&device, other), [lost]);
}

#[test]
fn a_failed_acceptance_says_why_and_the_proof_of_the_work_begins_anew() {
    let mut device = office();
    let site = eradicated(&mut device, 100);
    let failed = |reason| {
        Body::Accept(Accept {
            passed: false,
            reason,
            note: None,
            forced: None,
        })
    };
    let mut silent = device.clone();
    let refusal = why(&mut silent, site, "zhao", Role::Acceptor, failed(None));
    assert_eq!(refusal, Some(Refusal::NoReason));
    // One finds residue, another who does not know of it says that the rest is done, without a picture.
    let heads = device.site(site).heads;
    let residue = failed(Some(FailReason::Residue));
    device.say(Some(site), "zhao", Role::Acceptor, vec![], residue, 20);
    let (role, done) = (Role::Eradicator, eradicate(100));
    device.say_on(heads, Some(site), "li", role, vec![], done, 21);
    assert!(device.site(site).disputed);
    let resolve = Body::Resolve(Resolve {
        state: State::Eradicated,
        reason: "uprooted since".into(),
    });
    device.say(Some(site), "chief", Role::Supervisor, vec![], resolve, 22);
    assert_eq!(device.site(site).state, State::Eradicated);
    let refusal = why(&mut device, site, "zhao", Role::Acceptor, accept(true));
    let lacks = Refusal::Lacks {
        needs: vec![Need::AfterPhoto],
    };
    assert_eq!(refusal, Some(lacks));
}

#[test]
fn who_is_named_as_officer_took_part_and_one_person_twice_is_one_officer() {
    let uprooted = || {
        let mut device = office();
        let site = confirmed(&mut device, "event:1", 10);
        let Body::Eradicate(done) = eradicate(100) else {
            unreachable!("an eradication")
        };
        let done = Body::Eradicate(Eradicate {
            officers: vec!["Zhao ".into()],
            ..done
        });
        device.say(Some(site), "li", Role::Eradicator, after(), done, 20);
        (device, site)
    };
    let (mut device, site) = uprooted();
    let refusal = why(&mut device, site, "zhao", Role::Acceptor, accept(true));
    assert_eq!(refusal, Some(Refusal::SelfAcceptance));
    // And took part in what becomes of it.
    let (mut device, site) = uprooted();
    let into = confirmed(&mut device, "event:2", 10);
    device.say(
        Some(into),
        "wang",
        Role::Eradicator,
        after(),
        eradicate(100),
        21,
    );
    merged(&mut device, site, into, 30);
    let refusal = why(&mut device, into, "zhao", Role::Acceptor, accept(true));
    assert_eq!(refusal, Some(Refusal::SelfAcceptance));
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let Body::Visit(mut alone) = visit(Outcome::Cultivated) else {
        unreachable!("a visit")
    };
    alone.officers = vec!["wang".into(), " Ｗang".into()];
    let said = device.say(
        Some(site),
        "wang",
        Role::Verifier,
        scene(),
        Body::Visit(alone),
        12,
    );
    let lacks = Refusal::Lacks {
        needs: vec![Need::TwoOfficers],
    };
    assert_eq!(device.site(site).refused, [(said, lacks)]);
}

#[test]
fn whoever_signs_with_the_key_that_the_work_was_signed_with_does_not_accept_it() {
    let signs = |device: &mut Device, said: Hash| {
        let key = Some(DeviceId([9; 32]));
        alter(device, said, |event| event.actor.key = key)
    };
    for is_merged in [false, true] {
        let mut device = office();
        let mut site = confirmed(&mut device, "event:1", 10);
        let (role, done) = (Role::Eradicator, eradicate(100));
        let said = device.say(Some(site), "li", role, after(), done.clone(), 20);
        signs(&mut device, said);
        if is_merged {
            let into = confirmed(&mut device, "event:2", 10);
            device.say(Some(into), "wang", role, after(), done, 21);
            merged(&mut device, site, into, 30);
            site = into;
        }
        let (role, body) = (Role::Acceptor, accept(true));
        let said = device.say(Some(site), "zhao", role, vec![], body, 40);
        let said = signs(&mut device, said);
        let refused = device.site(site).refused;
        assert_eq!(refused, [(said, Refusal::SelfAcceptance)], "{is_merged}");
    }
}

#[test]
fn no_dispute_ends_in_a_site_that_is_gone() {
    let mut device = office();
    let [one, other] = ["event:1", "event:2"].map(|origin| create(&mut device, origin, 10));
    let (heads, back) = merge_of(&device, other, one);
    merged(&mut device, one, other, 20);
    let (who, role) = ("li", Role::Analyst);
    device.say_on(heads, Some(other), who, role, vec![], back, 21);
    assert!(device.site(one).disputed);
    let gone = Body::Resolve(Resolve {
        state: State::Merged,
        reason: "one".into(),
    });
    let refusal = why(&mut device, one, "chief", Role::Supervisor, gone);
    assert_eq!(refusal, Some(Refusal::NotClaimed));
}

#[test]
fn a_dispute_ends_in_what_somebody_claims() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let heads = device.site(site).heads;
    let found = [("wang", Outcome::Cultivated), ("li", Outcome::Nothing)];
    for (who, outcome) in found {
        let (heads, role) = (heads.clone(), Role::Verifier);
        device.say_on(heads, Some(site), who, role, scene(), visit(outcome), 12);
    }
    assert!(device.site(site).disputed);
    let mut ends_in = |state: State| {
        let resolve = Body::Resolve(Resolve {
            state,
            reason: "as I say".into(),
        });
        why(&mut device, site, "chief", Role::Supervisor, resolve)
    };
    for state in [State::Eradicated, State::Dispatched] {
        assert_eq!(ends_in(state), Some(Refusal::NotClaimed), "{state:?}");
    }
    assert_eq!(ends_in(State::Confirmed), None);
}

#[test]
fn each_thing_that_a_refutation_lacks_is_named() {
    let marked = |officers: [&str; 2], outcome: Outcome, evidence: &[EvidenceRef]| {
        let mut device = office();
        let site = create(&mut device, "event:1", 10);
        device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
        let Body::Visit(mut none) = visit(outcome) else {
            unreachable!("a visit")
        };
        none.officers = officers.map(str::to_owned).to_vec();
        let (role, body) = (Role::Verifier, Body::Visit(none));
        device.say(Some(site), "wang", role, evidence.to_vec(), body, 12);
        assert_eq!(device.site(site).state, State::Refuted);
        marks(&device, site)
    };
    let unproven = |need: Need| vec![MarkKind::Unproven { needs: vec![need] }];
    let place = Place::point(LonLat::new(113.3, 33.74));
    let there = EvidenceRef {
        at_e7: Some([place.lon_e7, place.lat_e7]),
        taken_at: Some("2026-05-03T10:00:00+08:00".into()),
        ..photo(EvidenceRole::Scene)
    };
    let (two, nothing) = (["wang", "li"], Outcome::Nothing);
    assert_eq!(marked(two, nothing, std::slice::from_ref(&there)), []);
    let one = marked(["wang", " Ｗang"], nothing, std::slice::from_ref(&there));
    assert_eq!(one, unproven(Need::TwoOfficers));
    assert_eq!(marked(two, nothing, &[]), unproven(Need::SpotPhoto));
    let changes: [&dyn Fn(&mut EvidenceRef); 7] = [
        &|file| file.role = EvidenceRole::After,
        &|file| file.at_e7 = None,
        &|file| file.at_e7 = Some([place.lon_e7 + 3_600_000_000, place.lat_e7]),
        &|file| file.at_e7 = Some([place.lon_e7 + 200_000, place.lat_e7]),
        &|file| file.taken_at = Some("2026-03-03T10:00:00+08:00".into()),
        &|file| file.marks = vec!["far:900m".into()],
        &|file| file.marks = vec!["old:9d".into()],
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut photograph = there.clone();
        change(&mut photograph);
        let lacks = marked(two, nothing, std::slice::from_ref(&photograph));
        assert_eq!(lacks, unproven(Need::SpotPhoto), "{number}");
    }
    let licensed = marked(two, Outcome::Licensed, std::slice::from_ref(&there));
    assert_eq!(licensed, unproven(Need::LicenceDocument));
    let shown = [there, photo(EvidenceRole::Document)];
    assert_eq!(marked(two, Outcome::Licensed, &shown), []);
}

#[test]
fn a_step_that_lacks_something_is_not_forced_by_silence_and_a_find_is_counted_or_measured() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let Body::Visit(found) = visit(Outcome::Cultivated) else {
        unreachable!("a visit")
    };
    let mut lacks = |evidence: Vec<EvidenceRef>, change: &dyn Fn(&mut Visit)| {
        let mut body = found.clone();
        change(&mut body);
        let (role, body) = (Role::Verifier, Body::Visit(body));
        let said = device.say(Some(site), "wang", role, evidence, body, 12);
        let refused = device.site(site).refused.into_iter();
        let mut of_it = refused.filter(|(hash, _)| *hash == said);
        of_it.next().map(|(_, refusal)| refusal)
    };
    let needs = |need| Some(Refusal::Lacks { needs: vec![need] });
    let silent = lacks(vec![], &|visit| visit.forced = Some(" ".into()));
    assert_eq!(silent, needs(Need::ScenePhoto));
    let uncounted = lacks(scene(), &|visit| visit.count = None);
    assert_eq!(uncounted, needs(Need::CountOrArea));
    let measured = |visit: &mut Visit| (visit.count, visit.area_dm2) = (None, Some(900));
    assert_eq!(lacks(scene(), &measured), None);
}

#[test]
fn who_kept_a_candidate_puts_it_aside_without_a_dispute() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    for body in [screen(true, None), screen(false, Some(RejectReason::Crop))] {
        assert_eq!(why(&mut device, site, "wang", Role::Analyst, body), None);
    }
    let site = device.site(site);
    assert!(!site.disputed && site.state == State::ScreenedOut);
}

#[test]
fn a_dispute_is_resolved_where_there_is_one_with_a_reason_and_not_by_who_uprooted() {
    let mut device = office();
    let site = confirmed(&mut device, "event:1", 10);
    let resolve = |state: State, reason: &str| {
        Body::Resolve(Resolve {
            state,
            reason: reason.into(),
        })
    };
    let (chief, role) = ("chief", Role::Supervisor);
    let none = why(
        &mut device,
        site,
        chief,
        role,
        resolve(State::Confirmed, "so"),
    );
    assert!(matches!(none, Some(Refusal::State { .. })), "{none:?}");
    let Body::Eradicate(done) = eradicate(100) else {
        unreachable!("an eradication")
    };
    let done = Body::Eradicate(Eradicate {
        officers: vec!["Chief".into()],
        ..done
    });
    device.say(Some(site), "li", Role::Eradicator, after(), done, 20);
    let heads = device.site(site).heads;
    for (who, passed) in [("zhao", true), ("wang", false)] {
        let (heads, role) = (heads.clone(), Role::Acceptor);
        device.say_on(heads, Some(site), who, role, vec![], accept(passed), 21);
    }
    assert!(device.site(site).disputed);
    let silent = resolve(State::Confirmed, " ");
    assert_eq!(
        why(&mut device, site, chief, role, silent),
        Some(Refusal::NoReason)
    );
    let closed = resolve(State::Closed, "it is gone");
    let refusal = why(&mut device, site, chief, role, closed);
    assert_eq!(refusal, Some(Refusal::SelfAcceptance));
}

#[test]
fn what_is_attached_to_a_look_goes_with_the_site_once_somebody_has_decided() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let look = |opinion| {
        Body::Look(Look {
            opinion,
            reason: None,
            note: None,
            took_ms: None,
            blind: true,
        })
    };
    let shown = |device: &Device| device.site(site).evidence.len();
    let said = look(Opinion::Keep);
    device.say(Some(site), "wang", Role::Analyst, scene(), said, 11);
    assert_eq!(shown(&device), 0);
    let said = Body::Note(Note { text: "by".into() });
    device.say(Some(site), "li", Role::Analyst, after(), said, 12);
    assert_eq!(shown(&device), 1);
    let kept = screen(true, None);
    device.say(Some(site), "li", Role::Analyst, vec![], kept, 13);
    assert_eq!(shown(&device), 2);
}

#[test]
fn no_name_at_all_is_no_officer() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let Body::Visit(mut found) = visit(Outcome::Cultivated) else {
        unreachable!("a visit")
    };
    found.officers = vec!["wang".into(), " ".into()];
    let (role, body) = (Role::Verifier, Body::Visit(found));
    let said = device.say(Some(site), "wang", role, scene(), body, 12);
    let needs = vec![Need::TwoOfficers];
    assert_eq!(
        device.site(site).refused,
        [(said, Refusal::Lacks { needs })]
    );
}

#[test]
fn a_picture_that_came_before_the_visit_shows_the_scene() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let note = Body::Note(Note { text: "by".into() });
    device.say(Some(site), "wang", Role::Analyst, scene(), note, 11);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 12);
    let found = visit(Outcome::Cultivated);
    device.say(Some(site), "wang", Role::Verifier, vec![], found, 13);
    assert_eq!(device.site(site).state, State::Confirmed);
}

#[test]
fn what_hides_nothing_needs_no_reason_and_what_is_not_followed_has_no_other_day() {
    let mut device = office();
    let (site, _, _) = counted(&mut device);
    let name = Body::Correct(Box::new(Correct {
        name: Some("the south yard".into()),
        ..Correct::default()
    }));
    assert_eq!(why(&mut device, site, "wang", Role::Analyst, name), None);
    let early = device.say(Some(site), "li", Role::Acceptor, vec![], accept(true), 40);
    assert!(!device.site(site).refused.is_empty());
    let dated = happened(early, "2026-05-03T09:00:00+08:00");
    // Its author saw the entry, and that nobody follows it.
    let heads = [&device.site(site).heads[..], &[early]].concat();
    let (chief, role) = ("chief", Role::Supervisor);
    let said = device.say_on(heads, Some(site), chief, role, vec![], dated, 41);
    let refused = device.site(site).refused;
    let of_it = refused.iter().find(|(hash, _)| *hash == said);
    assert!(
        matches!(of_it, Some((_, Refusal::Date { .. }))),
        "{refused:?}"
    );
}

#[test]
fn a_sighting_of_what_is_open_is_swallowed_by_nothing() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let detection = |candidate: &str| Detection {
        candidate: candidate.into(),
        scan: "s".into(),
        captured: Some(["2026-05-01".into(), "2026-05-01".into()]),
        score_e4: 9_000,
        rank: None,
    };
    let place = device.site(site).place;
    let mut seen = |candidate: &str, now| {
        let sighting = Body::Sighting(Box::new(Sighting {
            detection: detection(candidate),
            place: place.clone(),
            meaning: Meaning::Seen,
            distance_cm: 0,
        }));
        device.say(Some(site), "wang", Role::Analyst, vec![], sighting, now);
        device.site(site).swallowed.len()
    };
    assert_eq!(seen("1", 11), 0);
    let aside = screen(false, Some(RejectReason::Crop));
    device.say(Some(site), "wang", Role::Analyst, vec![], aside, 12);
    let place = device.site(site).place;
    let sighting = Body::Sighting(Box::new(Sighting {
        detection: detection("2"),
        place,
        meaning: Meaning::Seen,
        distance_cm: 0,
    }));
    device.say(Some(site), "wang", Role::Analyst, vec![], sighting, 13);
    assert_eq!(device.site(site).swallowed.len(), 1);
}

#[test]
fn the_pictures_of_one_visit_prove_nothing_of_the_next() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let place = device.site(site).place;
    let there = EvidenceRef {
        at_e7: Some([place.lon_e7, place.lat_e7]),
        taken_at: Some("2026-05-03T10:00:00+08:00".into()),
        ..photo(EvidenceRole::Scene)
    };
    let (role, unsure) = (Role::Verifier, visit(Outcome::Unsure));
    device.say(Some(site), "wang", role, vec![there], unsure, 12);
    let nothing = visit(Outcome::Nothing);
    device.say(Some(site), "wang", role, vec![], nothing, 13);
    assert_eq!(device.site(site).state, State::Refuted);
    let needs = vec![Need::SpotPhoto];
    assert_eq!(marks(&device, site), [MarkKind::Unproven { needs }]);
}

#[test]
fn what_nobody_may_say_of_a_site_is_not_brought_into_another() {
    for (who, role) in [("nobody", Role::Eradicator), ("wang", Role::Supervisor)] {
        let mut device = office();
        let [one, other] = ["event:1", "event:2"].map(|origin| confirmed(&mut device, origin, 10));
        for site in [one, other] {
            let gone = eradicate(100);
            device.say(Some(site), "li", Role::Eradicator, after(), gone, 20);
        }
        // Somebody says that all but nothing is left of it, who may not; the merge names that as what its author saw.
        let forged = device.say(Some(one), who, role, after(), eradicate(1), 21);
        let (heads, merge) = merge_of(&device, one, other);
        let heads = [&heads[..], &[forged]].concat();
        let chief = Role::Supervisor;
        device.say_on(heads, Some(one), "chief", chief, vec![], merge, 22);
        assert_eq!(device.site(one).state, State::Merged);
        let accepted = accept(true);
        device.say(Some(other), "zhao", Role::Acceptor, vec![], accepted, 23);
        let site = device.site(other);
        assert_eq!(site.state, State::Closed, "{:?}", site.refused);
        assert!(!site.incomplete && !device.site(one).incomplete);
    }
}

#[test]
fn nothing_is_merged_into_what_is_less_than_it() {
    let mut device = office();
    let found = confirmed(&mut device, "event:1", 10);
    let [less, gone, other] = ["event:2", "event:3", "event:4"].map(|o| create(&mut device, o, 11));
    merged(&mut device, gone, other, 12);
    let whole = create(&mut device, "event:5", 13);
    device.split_now(whole, 14, 33.74);
    let closed = confirmed(&mut device, "event:6", 15);
    let all = eradicate(100);
    device.say(Some(closed), "li", Role::Eradicator, after(), all, 16);
    let passed = accept(true);
    device.say(Some(closed), "zhao", Role::Acceptor, vec![], passed, 17);
    assert_eq!(device.site(closed).state, State::Closed);
    for (from, into) in [(found, less), (found, gone), (less, gone), (closed, whole)] {
        let (heads, merge) = merge_of(&device, from, into);
        let (who, role) = ("wang", Role::Analyst);
        let said = device.say_on(heads, Some(from), who, role, vec![], merge, 20);
        let refused = device.site(from).refused;
        let of_it = refused.iter().find(|(hash, _)| *hash == said);
        assert!(
            matches!(of_it, Some((_, Refusal::IntoLess { .. }))),
            "{refused:?}"
        );
    }
}

#[test]
fn a_split_names_each_part_once_and_never_the_whole() {
    let mut device = office();
    let whole = create(&mut device, "event:1", 10);
    let [one, other] = device.split_now(whole, 11, 33.74);
    assert_eq!(device.site(whole).split_into, [one, other]);
    for into in [[one, one], [one, whole]] {
        let mut device = office();
        let whole = create(&mut device, "event:1", 10);
        let part = Create {
            split_from: Some((whole, State::Candidate)),
            ..Create::new(FoundBy::Split, "event:1-2".into(), device.site(whole).place)
        };
        let key = SiteKey::of_origin("event:1-2");
        let create = Body::Create(Box::new(part));
        let heads = device.site(whole).heads;
        device.say_on(heads, Some(key), "wang", Role::Analyst, vec![], create, 11);
        let into = into.map(|site| if site == one { key } else { site });
        let split = Body::Split(Split {
            into: into.to_vec(),
            reason: "two".into(),
        });
        let said = why(&mut device, whole, "wang", Role::Analyst, split);
        assert_eq!(said, Some(Refusal::NoSuchSite), "{into:?}");
    }
}

#[test]
fn a_picture_of_what_is_left_is_none_of_the_scene_either() {
    let mut device = office();
    let site = eradicated(&mut device, 50);
    let mut same = photo(EvidenceRole::After);
    same.role = EvidenceRole::Scene;
    let note = Body::Note(Note { text: "by".into() });
    let said = device.say(Some(site), "wang", Role::Analyst, vec![same], note, 20);
    assert_eq!(device.site(site).refused, [(said, Refusal::SamePicture)]);
}

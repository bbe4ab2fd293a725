//! Whoever records in another's name is not another person: neither beside themself nor beside whom they record for.

use super::*;
use crate::registry::event::Recorder;
use crate::registry::site::MarkKind;

/// Somebody says something of a site, and a supervisor who holds no key either types it in.
fn typed(
    device: &mut Device,
    site: SiteKey,
    (who, role, by): (&str, Role, &str),
    evidence: Vec<EvidenceRef>,
    body: Body,
    now: u64,
) -> Hash {
    let said = device.say(Some(site), who, role, evidence, body, now);
    alter(device, said, |event| {
        event.actor.recorder = Some(Recorder {
            name: by.into(),
            key: None,
            reason: "ill".into(),
        });
    })
}

/// The office, with more supervisors than its chief.
fn led_by(names: &[&str]) -> Device {
    let mut device = office();
    for name in names {
        let change = ActorChange::new(ActorAction::Grant, *name, vec![Role::Supervisor]);
        let body = Body::Actor(change);
        device.say(None, "chief", Role::Supervisor, vec![], body, 3);
    }
    device
}

fn confirmed(device: &mut Device) -> (SiteKey, Hash) {
    let site = create(device, "event:1", 10);
    device.say(Some(site), "wang", Role::Analyst, vec![], assign(), 11);
    let visit = visit(Outcome::Cultivated);
    let said = device.say(Some(site), "wang", Role::Verifier, scene(), visit, 12);
    (site, said)
}

#[test]
fn who_uprooted_or_recorded_it_accepts_in_nobodys_name() {
    let mut device = led_by(&["li"]);
    let site = eradicated(&mut device, 100);
    let own = ("zhao", Role::Acceptor, "li");
    let said = typed(&mut device, site, own, vec![], accept(true), 14);
    assert_eq!(device.site(site).refused, [(said, Refusal::SelfAcceptance)]);
    // Nor does who recorded the eradication accept, themself or for another; somebody else for another does.
    let mut device = led_by(&["li", "wang"]);
    let (site, _) = confirmed(&mut device);
    let for_zhao = ("zhao", Role::Eradicator, "li");
    typed(&mut device, site, for_zhao, after(), eradicate(100), 13);
    let acceptor = Role::Acceptor;
    let own = device.say(Some(site), "li", acceptor, vec![], accept(true), 14);
    let other = ("wang", acceptor, "li");
    let other = typed(&mut device, site, other, vec![], accept(true), 15);
    let both = [own, other].map(|said| (said, Refusal::SelfAcceptance));
    assert_eq!(device.site(site).refused, both);
    device.say(Some(site), "wang", acceptor, vec![], accept(true), 16);
    assert_eq!(device.site(site).state, State::Closed);
}

#[test]
fn who_confirmed_a_site_voids_that_in_nobodys_name() {
    let mut device = led_by(&["wang", "zhao"]);
    let (site, said) = confirmed(&mut device);
    let void = |of| {
        let reason = "another row".into();
        Body::Void(Void { of, reason })
    };
    let by = ("zhao", Role::Supervisor, "wang");
    let own = typed(&mut device, site, by, vec![], void(said), 13);
    assert_eq!(device.site(site).refused, [(own, Refusal::AnotherPerson)]);
    // Another supervisor does; that it was for somebody else stays marked.
    let by = ("zhao", Role::Supervisor, "chief");
    let other = typed(&mut device, site, by, vec![], void(said), 14);
    let now = device.site(site);
    assert_eq!(now.state, State::Dispatched);
    let mark = now.marks.iter().find(|mark| mark.event == other);
    let in_their_name = |kind: &MarkKind| matches!(kind, MarkKind::InTheirName { .. });
    assert!(
        mark.is_some_and(|mark| in_their_name(&mark.kind)),
        "{now:?}"
    );
}

#[test]
fn what_one_keeps_is_not_put_aside_in_their_own_name_by_another() {
    let screen = |keep: bool| {
        Body::Screen(Screen {
            keep,
            reason: (!keep).then_some(RejectReason::Vegetable),
            note: None,
            took_ms: None,
            seconds: None,
        })
    };
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let analyst = Role::Analyst;
    let kept = device.say(Some(site), "li", analyst, vec![], screen(true), 11);
    // Nor is it taken back so, to be put aside then.
    let void = Body::Void(Void {
        of: kept,
        reason: "a mistake".into(),
    });
    let by_chief = ("li", analyst, "chief");
    let taken_back = typed(&mut device, site, by_chief, vec![], void, 12);
    assert_eq!(
        device.site(site).refused,
        [(taken_back, Refusal::Supervisor)]
    );
    typed(&mut device, site, by_chief, vec![], screen(false), 13);
    let now = device.site(site);
    assert_eq!((now.state, now.disputed), (State::Candidate, true));

    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    for (keep, now) in [(true, 11), (false, 12)] {
        device.say(Some(site), "li", analyst, vec![], screen(keep), now);
    }
    let now = device.site(site);
    assert_eq!((now.state, now.disputed), (State::ScreenedOut, false));
}

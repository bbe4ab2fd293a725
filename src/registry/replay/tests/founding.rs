//! What no founding of a site may say.

use super::*;
use crate::registry::unit::origin;

/// How a founding that says this is refused.
fn refused(device: &mut Device, site: SiteKey, create: Create) -> Option<Refusal> {
    let body = Body::Create(Box::new(create));
    let said = device.say(Some(site), "chief", Role::Supervisor, vec![], body, 20);
    let refused = device.site(site).refused.into_iter();
    let mut of_it = refused.filter(|(hash, _)| *hash == said);
    of_it.next().map(|(_, refusal)| refusal)
}

fn found(origin: &str) -> Create {
    let place = Place::point(LonLat::new(113.3, 33.74));
    Create::new(FoundBy::Find, origin.into(), place)
}

#[test]
fn a_site_is_founded_by_its_own_text_alone_and_once() {
    let key = SiteKey::of_origin("event:1");
    let other = refused(&mut office(), key, found("event:2"));
    assert_eq!(other, Some(Refusal::Origin));
    let mut device = office();
    assert_eq!(refused(&mut device, key, found("event:1")), None);
    let again = refused(&mut device, key, found("event:1"));
    assert_eq!(again, Some(Refusal::Origin));
}

#[test]
fn a_site_is_founded_on_no_outline_without_end_and_for_no_other_unit() {
    let corners = vec![[0, 0], [1_800_000_000, 0], [1_800_000_000, 8], [0, 0]];
    let mut wide = found("event:1");
    wide.place.outline = vec![vec![corners]];
    let key = SiteKey::of_origin("event:1");
    assert_eq!(refused(&mut office(), key, wide), Some(Refusal::Outline));
    let theirs = origin("event:1", "410424");
    let key = SiteKey::of_origin(&theirs);
    let refusal = refused(&mut office(), key, found(&theirs));
    assert!(matches!(refusal, Some(Refusal::Unit { .. })), "{refusal:?}");
}

#[test]
fn no_part_lies_far_from_its_whole_whoever_splits_it() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let grant = ActorChange::new(ActorAction::Grant, "wang", vec![Role::Supervisor]);
    let grant = Body::Actor(grant);
    device.say(None, "chief", Role::Supervisor, vec![], grant, 15);
    let mut near = device.clone();
    let [part, _] = near.split_now(site, 20, 33.740_6);
    assert!(near.site(part).created.is_some());
    let [part, _] = device.split_now(site, 20, 33.76);
    let refused = device.site(part).refused;
    assert!(matches!(refused[..], [(_, Refusal::Far { .. })]));
    assert_eq!(device.site(site).state, State::Candidate);
}

#[test]
fn what_concerns_an_office_says_nothing_in_the_history_of_a_site() {
    let mut device = office();
    let site = create(&mut device, "event:1", 10);
    let close = Body::CloseTip(CloseTip {
        tip: Hash([1; 32]),
        reason: NoYield::Vague,
        note: None,
    });
    let said = device.say(Some(site), "wang", Role::Analyst, vec![], close, 11);
    assert_eq!(device.site(site).refused, [(said, Refusal::NoSuchSite)]);
}

#[test]
fn an_outline_lies_about_its_point_and_is_no_wider_taller_or_finer_than_a_site() {
    let ring = |from: [i64; 2], size: [i64; 2]| {
        let [x, y] = from;
        let [w, h] = size;
        vec![[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]]
    };
    let (x, y) = (1_133_000_000, 337_400_000);
    let about = |w: i64, h: i64| ring([x - w / 2, y - h / 2], [w, h]);
    let fine = [about(100, 100), vec![[x, y]; 20_001]].concat();
    let outlines = [
        (about(100, 100), true),
        (ring([x + 100, y - 50], [100, 100]), false),
        (about(600_000, 100), false),
        (about(100, 600_000), false),
        (fine, false),
    ];
    for (corners, can_be) in outlines {
        let mut create = found("event:1");
        create.place.outline = vec![vec![corners]];
        let refusal = refused(&mut office(), SiteKey::of_origin("event:1"), create);
        assert_eq!(refusal, (!can_be).then_some(Refusal::Outline));
    }
}

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
    Create::new(Source::Find, origin.into(), place)
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

//! What closes a site is seen at the spot after the uprooting, and what is entered late of an earlier day stays marked.

use super::guards::marks;
use super::*;
use crate::registry::site::MarkKind;

/// A picture from after an eradication: of a day, at a longitude.
fn taken(day: &str, lon: f64) -> Vec<EvidenceRef> {
    let at = LonLat::new(lon, 33.74);
    let place = Place::point(at);
    vec![EvidenceRef {
        taken_at: Some(format!("{day}T11:00:00")),
        at_e7: Some([place.lon_e7, place.lat_e7]),
        ..photo(EvidenceRole::Reflight)
    }]
}

fn is_unseen(device: &Device, site: SiteKey) -> bool {
    assert_eq!(device.site(site).state, State::Closed);
    marks(device, site).contains(&MarkKind::ClosedUnseen)
}

#[test]
fn a_site_that_closes_without_anothers_picture_from_the_spot_stays_marked() {
    let ways = [
        (taken("2026-05-03", 113.3), false),
        (taken("2026-05-04", 113.301), false),
        (taken("2026-05-01", 113.3), true),
        (taken("2026-05-03", 113.4), true),
        (after(), true),
        (vec![], true),
    ];
    for (picture, unseen) in ways {
        let mut device = office();
        let site = eradicated(&mut device, 100);
        let said = picture.clone();
        device.say(Some(site), "zhao", Role::Acceptor, said, accept(true), 14);
        assert_eq!(is_unseen(&device, site), unseen, "{picture:?}");
    }
}

#[test]
fn only_who_took_no_part_shows_what_is_left() {
    for (who, unseen) in [("li", true), ("wang", false)] {
        let mut device = office();
        let site = eradicated(&mut device, 100);
        let note = Body::Attach(Note {
            text: "after".into(),
        });
        let picture = taken("2026-05-03", 113.3);
        device.say(Some(site), who, Role::Verifier, picture, note, 14);
        device.say(Some(site), "zhao", Role::Acceptor, vec![], accept(true), 15);
        assert_eq!(is_unseen(&device, site), unseen, "{who}");
    }
}

#[test]
fn what_is_entered_after_it_was_due_of_a_day_before_stays_marked() {
    let past_due = |entered: &str, due: Option<&str>| {
        let mut device = office();
        let site = create(&mut device, "event:1", 10);
        let sent = Body::Assign(Assign {
            crew: "1".into(),
            due: due.map(str::to_owned),
        });
        device.say(Some(site), "wang", Role::Analyst, vec![], sent, 11);
        let body = visit(Outcome::Cultivated);
        let said = device.say(Some(site), "wang", Role::Verifier, scene(), body, 12);
        alter(&mut device, said, |event| {
            event.at = "2026-05-05T10:00:00+08:00".into();
            event.logged_at = format!("{entered}T02:00:00Z");
        });
        marks(&device, site)
    };
    let mark = |on: &str, due: &str| MarkKind::EnteredPastDue {
        on: on.into(),
        due: due.into(),
    };
    assert_eq!(past_due("2026-05-10", None), []);
    assert_eq!(
        past_due("2026-05-11", None),
        [mark("2026-05-11", "2026-05-10")]
    );
    // A crew's days are entered when it is back: only the day by which it had to be done tells.
    assert_eq!(past_due("2026-05-28", Some("2026-05-30")), []);
    assert_eq!(
        past_due("2026-05-08", Some("2026-05-06")),
        [mark("2026-05-08", "2026-05-06")]
    );
}

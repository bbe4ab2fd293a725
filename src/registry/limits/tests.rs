use super::*;
use crate::registry::body::{Body, Visit};
use crate::registry::event::tests::unit_wide;
use serde_json::{Value, json};

const NUMBER: Result<(), Refusal> = Err(Refusal::Number);
const OUTLINE: Result<(), Refusal> = Err(Refusal::Outline);

fn patrol_of(changed: &Value) -> Result<(), Refusal> {
    let mut said = json!({"on": "2026-05-03", "district": "410423", "people": 1, "vehicles": 1,
        "track": {"points": 2, "length_m": 1_000, "reach_m": 50}});
    for (key, value) in changed.as_object().expect("members") {
        said[key] = value.clone();
    }
    patrol(&serde_json::from_value(said).expect("a patrol"))
}

/// A square of ground with sides of so many 1e-7 degrees.
fn square(side: i64) -> Value {
    let (x, y) = (1_133_000_000, 337_000_000);
    let ring = [
        [x, y],
        [x + side, y],
        [x + side, y + side],
        [x, y + side],
        [x, y],
    ];
    json!([[ring]])
}

#[test]
fn a_patrol_has_people_vehicles_area_and_track_that_can_be() {
    assert_eq!(patrol_of(&json!({})), Ok(()));
    for changed in [
        json!({"people": MOST_PEOPLE + 1}),
        json!({"vehicles": MOST_PEOPLE + 1}),
        json!({"area_m2": -1}),
        json!({"area_m2": MOST_M2 + 1}),
        json!({"district": "the hills"}),
        json!({"track": {"points": 2, "length_m": 1_000, "reach_m": MOST_REACH_M + 1}}),
        json!({"track": {"points": 2, "length_m": MOST_TRACK_M + 1, "reach_m": 50}}),
    ] {
        assert_eq!(patrol_of(&changed), NUMBER, "{changed}");
    }
}

#[test]
fn a_patrol_has_seen_no_more_ground_than_its_track_reaches_or_a_district_bounds() {
    // A kilometre with fifty metres on either side.
    assert_eq!(patrol_of(&json!({"walked": square(27_000)})), Ok(()));
    let wide = square(60_000);
    assert_eq!(patrol_of(&json!({"walked": wide})), OUTLINE);
    assert_eq!(patrol_of(&json!({"walked": wide, "track": null})), Ok(()));
    let nowhere = json!({"walked": wide, "track": null, "district": null});
    assert_eq!(patrol_of(&nowhere), OUTLINE);
    let many: Vec<[i64; 2]> = (0..=50 * 20_000)
        .map(|n| [1_133_000_000 + n % 2, 337_000_000])
        .collect();
    assert_eq!(patrol_of(&json!({"walked": [[many]]})), OUTLINE);
}

#[test]
fn a_place_is_on_the_earth_and_no_larger_than_a_site_can_be_and_holds_its_point() {
    let (x, y) = (1_133_000_000, 337_000_000);
    let of = |ring: &[[i64; 2]]| {
        place(&Place {
            lon_e7: x,
            lat_e7: y,
            outline: vec![vec![ring.to_vec()]],
        })
    };
    let around = |east: i64, north: i64| of(&[[x, y], [x + east, y], [x, y + north], [x, y]]);
    assert_eq!(around(WIDEST_E7, WIDEST_E7), Ok(()));
    assert_eq!(around(WIDEST_E7 + 1, 10), OUTLINE);
    assert_eq!(around(10, WIDEST_E7 + 1), OUTLINE);
    let beside = [[x + 10, y], [x + 20, y], [x + 10, y + 10], [x + 10, y]];
    assert_eq!(of(&beside), OUTLINE);
    let below = [[x - 9, y - 9], [x + 9, y - 9], [x, y - 1], [x - 9, y - 9]];
    assert_eq!(of(&below), OUTLINE);
    let many: Vec<[i64; 2]> = (0..=20_000).map(|n| [x + n % 2, y]).collect();
    assert_eq!(of(&many), OUTLINE);
    let off = Place {
        lon_e7: x,
        lat_e7: 900_000_001,
        outline: vec![],
    };
    assert_eq!(place(&off), OUTLINE);
}

#[test]
fn a_due_day_lies_within_a_year_from_when_it_was_set() {
    let within = |due: &str| due_within("2026-05-03T10:00:00+08:00", Some(due)).is_ok();
    assert!(within("2026-05-03") && within("2027-05-04"));
    assert!(!within("2026-05-02") && !within("2027-05-05") && !within("soon"));
}

#[test]
fn days_are_written_alone_and_of_this_century() {
    for (on, fits) in [
        ("2026-05-03", true),
        ("1999-12-31", false),
        ("2026-05-03T10:00:00", false),
        ("20260503", false),
    ] {
        let patrol = json!({"on": on, "people": 1, "vehicles": 0});
        let body = Body::parse("patrol", &patrol.to_string()).expect("a patrol");
        let event = unit_wide("2026-05-03T10:00:00+08:00", body);
        let refused = dates_of(&event).err();
        assert_eq!(refused.is_none(), fits, "{on}: {refused:?}");
    }
}

#[test]
fn a_count_by_quadrats_has_no_more_of_them_and_no_more_plants_than_can_be() {
    let said = |count: Count| {
        let visit = json!({"outcome": "cultivated", "officers": [], "count": count});
        let visit: Visit = serde_json::from_value(visit).expect("a visit");
        let body = Body::Visit(Box::new(visit));
        numbers_of(&unit_wide("2026-05-03T10:00:00+08:00", body))
    };
    let counted = |quadrats: usize| {
        let counts = vec![3; quadrats];
        said(estimate(&counts, 100, 100 * quadrats as u64).expect("an estimate"))
    };
    assert_eq!(counted(2), Ok(()));
    assert_eq!(counted(MOST_QUADRATS), Ok(()));
    assert_eq!(counted(MOST_QUADRATS + 1), NUMBER);
    // Together they are more than a number holds.
    let beyond = Count::Quadrats {
        counts: vec![1 << 53; 3_000],
        quadrat_dm2: 1,
        area_dm2: 3_000,
        plants: 1,
        low: 1,
        high: 1,
    };
    assert_eq!(said(beyond), NUMBER);
}

#[test]
fn a_due_day_that_cannot_be_is_answered_with_the_days_that_can() {
    let refused = due_within("2026-05-03T10:00:00+08:00", Some("2028-05-10"));
    let refused = refused.expect_err("two years on");
    let said = refused.label(crate::words::Lang::En);
    assert!(
        said.ends_with("it lies between 2026-05-03 and 2027-05-04"),
        "{said}"
    );
    let Refusal::Date { bounds, .. } = refused else {
        panic!("{said}");
    };
    assert_eq!(bounds.of, DateOf::Due);
}

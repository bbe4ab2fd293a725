use super::*;
use crate::ground::LonLat;
use crate::province::counts::tallies;
use crate::province::facts::Facts;
use crate::province::fixture::{STRIPS, World};
use crate::province::period::{Period, Scope};
use crate::province::windows::Windows;

fn ranked(facts: &Facts) -> DistrictRanking {
    let period = Period::Season(2026);
    let scope = Scope {
        level: 6,
        within: "",
    };
    let efforts = scope.effort(facts, &Windows::default(), period);
    rank(&efforts, &tallies(facts, period, &efforts), LEAST_COVER)
}

#[test]
fn a_county_flown_less_is_not_better_and_one_hardly_flown_has_no_rank() {
    let mut world = World::new(6, 3, 11);
    world.fly_strips(2026, 0, STRIPS, 0.2);
    world.fly_strips(2026, 1, STRIPS, 0.2);
    world.fly_strips(2026, 2, 3, 0.8);
    world.fly_strips(2026, 3, STRIPS, 0.2);
    world.fly_strips(2026, 4, 1, 3.0);
    let found = ranked(&world.facts);
    let of = |name: &str| {
        found
            .districts
            .iter()
            .find(|d| d.name == name)
            .expect("there")
    };
    // By raw count, county 3 with a third of the flights would be behind the three others or beside them.
    let worst = of("县3");
    assert_eq!((worst.place, worst.standing), (Some(1), Placing::Above));
    assert!(worst.counted.count < 2 * of("县1").counted.count);
    for name in ["县5", "县6"] {
        assert_eq!(
            (of(name).place, of(name).standing),
            (None, Placing::Insufficient)
        );
    }
    assert!(
        of("县5")
            .reasons(&found, Lang::En)
            .contains("at least 20 % are needed")
    );
    assert_eq!(of("县6").rate, None);
    // Rates drawn to the mean keep between it and what was counted.
    let mean = found.mean.expect("ranked");
    for d in found.districts.iter().filter(|d| d.place.is_some()) {
        let (raw, shrunk) = (d.rate.expect("searched").rate, d.shrunk.expect("ranked"));
        assert!((shrunk - mean).abs() <= (raw - mean).abs() + 1e-9);
        assert!((shrunk - mean) * (raw - mean) >= -1e-9);
    }
}

#[test]
fn one_site_on_little_ground_is_not_the_worst_of_all() {
    // A county of one site on a fifth of its ground, beside others with twenty on all of it and one with sixty.
    let mut world = World::new(10, 5, 1);
    for county in 0..9 {
        world.fly_strips(2026, county, STRIPS, if county == 0 { 0.6 } else { 0.2 });
    }
    world.fly(2026, 9, 0, 0.0);
    world.fly(2026, 9, 1, 0.0);
    for i in 0..7 {
        world.confirm(
            2026,
            None,
            LonLat::new(112.41 + f64::from(i) * 0.01, 33.105),
            None,
        );
    }
    let found = ranked(&world.facts);
    let small = found
        .districts
        .iter()
        .find(|d| d.name == "县10")
        .expect("there");
    assert_eq!(
        (small.counted.count, small.raw_place),
        (7, Some(2)),
        "{small:?}"
    );
    let shrunk = small.shrunk.expect("ranked");
    assert!(shrunk < small.rate.expect("searched").rate, "{small:?}");
}

#[test]
fn one_county_zero_sites_and_no_coverage_are_said_honestly() {
    let mut one = World::new(1, 1, 1);
    one.fly_strips(2026, 0, STRIPS, 1.0);
    let found = ranked(&one.facts);
    assert_eq!(found.districts[0].place, None);
    assert!(found.why_none(Lang::En).expect("said").contains("1 of 1"));

    let mut none = World::new(3, 3, 1);
    for county in 0..3 {
        none.fly_strips(2026, county, STRIPS, 0.0);
    }
    let found = ranked(&none.facts);
    assert!(
        found
            .why_none(Lang::En)
            .expect("said")
            .contains("no confirmed site")
    );
    assert!(found.districts.iter().all(|d| d.place.is_none()));
    // None found is an upper end, and no rate of zero alone.
    assert!(found.districts[0].rate.expect("searched").high > 3.0);

    let found = ranked(&World::new(3, 3, 1).facts);
    assert!(found.why_none(Lang::Zh).expect("said").contains("数据不足"));
    assert!(ranked(&Facts::default()).why_none(Lang::En).is_some());
}

use super::*;
use crate::ground::LonLat;
use crate::province::fixture::{STRIPS, World, code};

const SCOPE: Scope = Scope {
    level: 6,
    within: "",
};
const SEASONS: [Period; 2] = [Period::Season(2025), Period::Season(2026)];

fn between(found: &Facts) -> Comparison {
    compare(found, &Windows::default(), &SCOPE, SEASONS)
}

/// Twelve counties: the even ones are flown half in the second season, and in the first, second, fifth and sixth there is
/// twice as much then.
fn doubled(seed: u64) -> World {
    let mut world = World::new(12, 4, seed);
    for county in 0..12 {
        world.fly_strips(2025, county, STRIPS, 0.6);
        let strips = if county % 2 == 0 { STRIPS / 2 } else { STRIPS };
        world.fly_strips(2026, county, strips, 0.6 * truth(county));
    }
    world
}

fn truth(county: usize) -> f64 {
    if county % 4 < 2 && county < 8 {
        2.0
    } else {
        1.0
    }
}

fn holds(ratio: Option<Ratio>, truth: f64) -> bool {
    ratio.is_some_and(|r| r.low <= truth && r.high.is_none_or(|high| high >= truth))
}

#[test]
fn half_the_flights_mislead_the_raw_count_and_not_the_rates() {
    let found = between(&doubled(7).facts);
    for (county, line) in found.districts.iter().enumerate() {
        assert_eq!(line.code, code(county));
        let truth = truth(county);
        assert!(holds(line.rate, truth), "{line:?} is not {truth}");
        assert!(holds(line.matched, truth), "{line:?} is not {truth}");
        let [before, after] = line.searched;
        let share = after.km2 / before.km2;
        let flown = if county % 2 == 0 { 0.5 } else { 1.0 };
        // The strips overlap their neighbours to the south, so half of them search a little more than half.
        assert!((share - flown).abs() < 0.02, "{share}");
        assert!((line.common[0].km2 - after.km2).abs() < 1e-6 * after.km2);
    }
    // A county with a doubling and half the flights looks unchanged, one with half the flights looks better by half.
    let sum = |counties: &[usize], part: &dyn Fn(&DistrictComparison) -> usize| -> f64 {
        counties
            .iter()
            .map(|c| part(&found.districts[*c]))
            .sum::<usize>() as f64
    };
    let raw = |counties: &[usize]| sum(counties, &|l| l.raw[1]) / sum(counties, &|l| l.raw[0]);
    let same = raw(&[0, 4]);
    assert!(
        (0.8..1.25).contains(&same),
        "doubled and half flown: {same}"
    );
    let half = raw(&[2, 6, 8, 10]);
    assert!(
        (0.4..0.62).contains(&half),
        "unchanged and half flown: {half}"
    );
    let misled = found.districts.iter().enumerate().filter(|(county, line)| {
        let ratio = Ratio::of(
            Counted {
                count: line.raw[0],
                km2: 1.0,
            },
            Counted {
                count: line.raw[1],
                km2: 1.0,
            },
        );
        !holds(ratio, truth(*county))
    });
    let misled: Vec<usize> = misled.map(|(county, _)| county).collect();
    eprintln!("the interval of the raw counts misses the truth in counties {misled:?}");
    assert!(misled.len() >= 5, "{misled:?}");
}

#[test]
fn the_intervals_hold_the_truth_as_often_as_they_say() {
    let (mut rates, mut matched, mut all) = (0, 0, 0);
    for seed in 0..40 {
        let found = between(&doubled(1000 + seed).facts);
        for (county, line) in found.districts.iter().enumerate() {
            all += 1;
            rates += usize::from(holds(line.rate, truth(county)));
            matched += usize::from(holds(line.matched, truth(county)));
        }
    }
    eprintln!(
        "of {all} intervals, {rates} of rates and {matched} on the same ground hold the truth"
    );
    let share = |n: usize| n as f64 / f64::from(all);
    assert!((0.94..=1.0).contains(&share(rates)), "{rates}");
    assert!((0.94..=1.0).contains(&share(matched)), "{matched}");
}

#[test]
fn other_ground_moves_the_rate_and_not_the_matched_count() {
    // Nothing changes, but in the second season the rich north is flown instead of the poor south; the middle in both.
    let mut world = World::new(1, 1, 3);
    for strip in 0..6 {
        world.fly(2025, 0, strip, if strip < 4 { 0.5 } else { 5.0 });
    }
    for strip in 4..10 {
        world.fly(2026, 0, strip, 5.0);
    }
    let line = between(&world.facts).total;
    assert!(line.rate.expect("sites").low > 1.5, "{line:?}");
    assert!(holds(line.matched, 1.0), "{line:?}");
    assert!(line.common[0].km2 < 0.4 * line.searched[0].km2);
}

#[test]
fn seasons_without_common_ground_or_without_ground_say_so() {
    let mut world = World::new(2, 2, 3);
    world.fly_strips(2025, 0, 4, 1.0);
    for strip in 6..10 {
        world.fly(2026, 0, strip, 1.0);
    }
    let found = between(&world.facts);
    assert_eq!(
        (found.total.matched, found.total.common[0].km2),
        (None, 0.0)
    );
    let remarks = found.remarks(Lang::En).join("\n");
    assert!(
        remarks.contains("not enough data on the same ground"),
        "{remarks}"
    );
    let found = compare(
        &world.facts,
        &Windows::default(),
        &SCOPE,
        [Period::Season(2024), Period::Season(2026)],
    );
    assert_eq!((found.total.rate, found.total.raw[0]), (None, 0));
    let remarks = found.remarks(Lang::Zh).join("\n");
    assert!(remarks.contains("数据不足：2024"), "{remarks}");
    let nothing = between(&Facts::default());
    assert!(nothing.districts.is_empty() && nothing.total.rate.is_none());
    assert_eq!(nothing.remarks(Lang::En).len(), 2);
}

#[test]
fn what_else_changed_is_said() {
    let mut world = doubled(5);
    for flight in world.facts.flights.iter_mut().filter(|f| f.season == 2026) {
        flight.model.1 = "9988776655".into();
        flight.threshold = 0.4;
        flight.gsd_cm = Some(3.0);
        flight.captured = flight.captured.map(|(first, _)| {
            let later = first.checked_add(jiff::Span::new().days(100)).unwrap();
            (later, later)
        });
    }
    let found = between(&world.facts);
    assert_eq!(
        found.changes,
        [
            ConditionChange::Model,
            ConditionChange::Threshold,
            ConditionChange::Gsd,
            ConditionChange::Window,
            ConditionChange::Weeks
        ]
    );
    for lang in [Lang::En, Lang::Zh] {
        // Five changes, and that no ground was searched in its window.
        assert_eq!(found.remarks(lang).len(), 6);
    }
    assert!(between(&doubled(5).facts).changes.is_empty());
}

#[test]
fn a_site_without_a_code_is_found_on_the_map_and_one_outside_is_not_counted() {
    let mut world = World::new(2, 2, 3);
    world.fly_strips(2026, 1, STRIPS, 0.0);
    world.confirm(2026, None, LonLat::new(112.15, 33.05), None);
    world.confirm(2026, None, LonLat::new(112.05, 33.05), None);
    world.confirm(2026, None, LonLat::new(100.0, 33.05), None);
    let found = between(&world.facts);
    assert_eq!(found.districts[1].searched[1].count, 1);
    assert_eq!(
        (
            found.districts[0].raw[1],
            found.districts[0].searched[1].count
        ),
        (1, 0)
    );
    assert_eq!(found.total.raw[1], 2);
}

use super::*;
use crate::ground::union;
use geo::Coord;
use jiff::civil::{Date, date};
use rand::{RngExt, SeedableRng, rngs::StdRng};

fn rectangle(west: f64, south: f64, east: f64, north: f64) -> MultiPolygon {
    MultiPolygon::new(vec![Polygon::new(
        vec![
            (west, south),
            (east, south),
            (east, north),
            (west, north),
            (west, south),
        ]
        .into(),
        vec![],
    )])
}

fn flight(
    scan: &str,
    days: Option<(Date, Date)>,
    gsd_cm: Option<f64>,
    searched: MultiPolygon,
) -> FlightFact {
    FlightFact {
        scan: scan.into(),
        unit: "410423".into(),
        captured: days,
        tagged_otherwise: None,
        unverifiable: false,
        season: 2026,
        gsd_cm,
        model: ("m".into(), "ab".into()),
        threshold: 0.5,
        searched,
        candidates: 0,
    }
}

fn county() -> DistrictArea {
    DistrictArea {
        code: "410423".into(),
        name: "鲁山县".into(),
        area: rectangle(113.0, 33.5, 113.5, 34.0),
    }
}

fn near(found: f64, expected: f64) {
    assert!(
        (found / expected - 1.0).abs() < 1e-6,
        "{found} is not {expected}"
    );
}

/// `GeographicLib` 2.0 (`Geodesic.WGS84.Polygon`) on the same outlines, each edge divided into 400: see
/// `tests/tools/areas.py`.
#[test]
fn areas_are_those_of_geographiclib() {
    let spring = Some((date(2026, 4, 20), date(2026, 4, 21)));
    let facts = Facts {
        districts: vec![county()],
        flights: vec![
            flight(
                "a",
                spring,
                Some(2.0),
                rectangle(113.30, 33.70, 113.36, 33.74),
            ),
            flight(
                "b",
                spring,
                Some(2.0),
                rectangle(113.33, 33.72, 113.40, 33.76),
            ),
        ],
        ..Facts::default()
    };
    let found = effort(&facts, &Windows::default(), 2026);
    near(found[0].area_m2, 2_569_253_281.847_38);
    near(found[0].searched_m2, 47_284_757.934_479_1);
    near(found[0].fair_m2, 47_284_757.934_479_1);
    assert!((found[0].searched_m2 + found[0].not_searched_m2 - found[0].area_m2).abs() < 1.0);
    let triangle = MultiPolygon::new(vec![Polygon::new(
        vec![
            (104.05, 34.01),
            (104.93, 34.20),
            (104.41, 34.87),
            (104.05, 34.01),
        ]
        .into(),
        vec![],
    )]);
    near(measured_m2(&triangle), 3_512_442_487.253_878);
}

#[test]
fn early_coarse_and_undated_flights_count_apart() {
    let spring = Some((date(2026, 4, 20), date(2026, 4, 21)));
    let early = Some((date(2026, 2, 20), date(2026, 2, 21)));
    let square = |n: f64| rectangle(113.1 + n * 0.02, 33.6, 113.12 + n * 0.02, 33.62);
    let facts = Facts {
        districts: vec![county()],
        flights: vec![
            flight("fair", spring, Some(2.0), square(0.0)),
            flight("early", early, Some(2.0), square(1.0)),
            flight("coarse", spring, Some(8.0), square(2.0)),
            flight("undated", None, Some(2.0), square(3.0)),
            flight("unknown GSD", spring, None, square(4.0)),
            flight("again", spring, Some(2.0), square(0.0)),
            flight(
                "elsewhere",
                spring,
                Some(2.0),
                rectangle(115.0, 33.6, 115.1, 33.7),
            ),
        ],
        ..Facts::default()
    };
    let found = &effort(&facts, &Windows::default(), 2026)[0];
    let one = found.fair_m2;
    assert!((one / 1e6 - 4.11).abs() < 0.1, "{one}");
    near(found.searched_m2, 5.0 * one);
    near(found.in_window_m2, 3.0 * one);
    near(found.adequate_m2, 3.0 * one);
    assert_eq!(found.flights, 6);
    assert!(effort(&facts, &Windows::default(), 2025)[0].searched_m2 < 1e-9);
    assert!(effort(&Facts::default(), &Windows::default(), 2026).is_empty());
}

fn patrol(walked: MultiPolygon, area_m2: Option<f64>, code: &str) -> PatrolFact {
    PatrolFact {
        entry: crate::registry::Hash([0; 32]),
        seeds: false,
        publicity: false,
        unit: "410423".into(),
        district: Some(code.into()),
        crew: None,
        on: date(2026, 5, 3),
        season: 2026,
        people: 4,
        vehicles: 1,
        walked,
        area_m2,
        zero: true,
    }
}

#[test]
fn areas_that_are_reported_add_up_to_no_more_than_each_district_has() {
    let township = DistrictArea {
        code: "410423001".into(),
        name: "乡".into(),
        area: rectangle(113.1, 33.6, 113.2, 33.7),
    };
    let (small, whole) = (measured_m2(&township.area), measured_m2(&county().area));
    let report = |m2: f64, code: &str| patrol(MultiPolygon::new(Vec::new()), Some(m2), code);
    let of = |patrols: Vec<PatrolFact>| {
        let facts = Facts {
            districts: vec![county(), township.clone()],
            patrols,
            ..Facts::default()
        };
        let found = effort(&facts, &Windows::default(), 2026).remove(0);
        (
            found.patrolled_m2,
            found.patrolled_beyond_m2,
            found.is_reported_beyond(),
        )
    };
    // A township reported three times over is that township, and says nothing of the rest of its county.
    let (counted, beyond, is_cut) = of(vec![
        report(small, "410423001"),
        report(small * 0.9, "410423001"),
        // A village that the boundary file lacks lies in its township.
        report(small * 0.5, "410423001002"),
        report(5_000.0, "410423"),
    ]);
    near(counted, small + 5_000.0);
    near(beyond, small * 1.4);
    assert!(is_cut);
    let (counted, beyond, _) = of(vec![report(whole * 0.8, "410423"); 2]);
    near(counted, whole);
    near(beyond, whole * 0.6);
    let walk = patrol(rectangle(113.0, 33.5, 113.5, 33.75), None, "410423");
    let (counted, _, is_cut) = of(vec![walk, report(whole * 0.9, "410423")]);
    near(counted, whole);
    assert!(is_cut);
    let (counted, beyond, is_cut) = of(vec![report(5_000.0, "410423001")]);
    near(counted, 5_000.0);
    assert!(beyond < 1.0 && !is_cut, "{beyond}");
}

#[test]
fn walked_ground_counts_once_and_reports_add_their_areas() {
    let walk = rectangle(113.1, 33.6, 113.11, 33.61);
    let none = || MultiPolygon::new(Vec::new());
    let facts = Facts {
        districts: vec![county()],
        patrols: vec![
            patrol(walk.clone(), None, "410423001"),
            patrol(walk.clone(), Some(1e9), "410423001"),
            patrol(none(), Some(5000.0), "410423002"),
            patrol(none(), Some(7000.0), "410422"),
            patrol(rectangle(120.0, 30.0, 120.1, 30.1), None, "410423"),
        ],
        ..Facts::default()
    };
    let found = &effort(&facts, &Windows::default(), 2026)[0];
    near(found.patrolled_m2, measured_m2(&walk) + 5000.0);
    assert_eq!(
        (
            found.patrols,
            found.zero_reports,
            found.people,
            found.vehicles
        ),
        (3, 3, 12, 3)
    );
}

/// Ten thousand rectangles on a grid of cells, whose union can be counted cell by cell.
#[test]
fn a_union_of_ten_thousand_overlapping_footprints_is_that_of_the_cells() {
    const SIDE: usize = 600;
    const CELL: f64 = 0.0005;
    let mut random = StdRng::seed_from_u64(7);
    let mut cells = vec![false; SIDE * SIDE];
    let at = |n: usize| n as f64 * CELL;
    let footprints: Vec<MultiPolygon> = (0..10_000)
        .map(|n| {
            let (w, h) = (random.random_range(2..14), random.random_range(2..14));
            let (x, y) = (
                random.random_range(0..SIDE - w),
                random.random_range(0..SIDE - h),
            );
            for row in y..y + h {
                cells[row * SIDE + x..row * SIDE + x + w].fill(true);
            }
            let mut area = rectangle(
                113.0 + at(x),
                33.5 + at(y),
                113.0 + at(x + w),
                33.5 + at(y + h),
            );
            if n % 3 == 0 {
                // Rings wind either way in the files that people have.
                let turned: Vec<Coord> = area.0[0].exterior().coords().rev().copied().collect();
                area = MultiPolygon::new(vec![Polygon::new(turned.into(), vec![])]);
            }
            area
        })
        .collect();
    let expected: f64 = (0..SIDE)
        .map(|row| {
            let count = cells[row * SIDE..(row + 1) * SIDE]
                .iter()
                .filter(|c| **c)
                .count();
            let south = 33.5 + at(row);
            count as f64 * area_m2(&rectangle(113.0, south, 113.0 + CELL, south + CELL))
        })
        .sum();
    let found = union(&footprints);
    assert!(found.0.len() + found.0.iter().map(|p| p.interiors().len()).sum::<usize>() > 1);
    near(measured_m2(&found), expected);
}

/// Footprints at every angle: the union is checked point by point.
#[test]
fn a_point_is_in_the_union_where_it_is_in_any_footprint() {
    use geo::{Contains, Point, Rotate};
    let mut random = StdRng::seed_from_u64(11);
    let footprints: Vec<MultiPolygon> = (0..10_000)
        .map(|_| {
            let (x, y) = (
                random.random_range(113.0..113.3),
                random.random_range(33.5..33.8),
            );
            rectangle(x, y, x + 0.003, y + 0.002)
                .rotate_around_centroid(random.random_range(0.0..360.0))
        })
        .collect();
    let bounds: Vec<Rect> = footprints
        .iter()
        .filter_map(BoundingRect::bounding_rect)
        .collect();
    let found = union(&footprints);
    let mut inside = 0;
    for _ in 0..2_000 {
        let point = Point::new(
            random.random_range(113.0..113.31),
            random.random_range(33.5..33.81),
        );
        let any = footprints
            .iter()
            .zip(&bounds)
            .any(|(f, b)| b.intersects(&point) && f.contains(&point));
        assert_eq!(found.contains(&point), any, "{point:?}");
        inside += usize::from(any);
    }
    assert!((200..1_900).contains(&inside), "{inside}");
}

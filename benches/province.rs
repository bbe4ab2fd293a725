//! How long the province's figures take: `cargo bench --bench province`. 100 counties, 100,000 sites, 20,000 coverage polygons
//! that overlap their neighbours.

use criterion::{Criterion, criterion_group, criterion_main};
use geo::{LineString, MultiPolygon, Polygon};
use jiff::civil::date;
use papaver::ground::LonLat;
use papaver::pages::report::page;
use papaver::province::counts::tallies;
use papaver::province::facts::{DistrictArea, Facts, FlightFact, SiteFact, Steps};
use papaver::province::hot_spots::HotSpotOptions;
use papaver::province::period::{Period, Scope};
use papaver::province::report::{Figures, ReportSource, Subject, hot_of, workbook};
use papaver::province::windows::Windows;
use papaver::registry::body::FoundBy;
use papaver::registry::{SiteKey, State};
use papaver::words::Lang;
use std::hint::black_box;

/// Degrees along a county's side: 38 by 44 km.
const SIDE: f64 = 0.4;
const COUNTIES: usize = 100;
const FLIGHTS: usize = 20_000;
const SITES: usize = 100_000;

struct Draw(u64);

impl Draw {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn corner(county: usize) -> (f64, f64) {
    (
        108.0 + (county % 10) as f64 * SIDE,
        30.0 + (county / 10) as f64 * SIDE,
    )
}

/// An area of many corners around a place: as real outlines are, round and ragged.
fn ragged(draw: &mut Draw, x: f64, y: f64, radius: f64, corners: u32) -> MultiPolygon {
    let ring: Vec<(f64, f64)> = (0..corners)
        .map(|i| {
            let angle = f64::from(i) / f64::from(corners) * std::f64::consts::TAU;
            let r = radius * (0.8 + 0.2 * draw.next());
            (x + r * angle.cos(), y + r * angle.sin())
        })
        .collect();
    MultiPolygon::new(vec![Polygon::new(LineString::from(ring), vec![])])
}

/// A county whose sides have a corner every hundredth.
fn county(number: usize) -> MultiPolygon {
    let (w, s) = corner(number);
    let sides = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
    let ring: Vec<(f64, f64)> = sides
        .windows(2)
        .flat_map(|pair| {
            let ((x, y), (u, v)) = (pair[0], pair[1]);
            (0..100).map(move |i| {
                let t = f64::from(i) / 100.0;
                (w + SIDE * (x + t * (u - x)), s + SIDE * (y + t * (v - y)))
            })
        })
        .collect();
    MultiPolygon::new(vec![Polygon::new(LineString::from(ring), vec![])])
}

#[expect(clippy::too_many_lines, reason = "one step after the other")]
fn facts() -> Facts {
    let mut draw = Draw(7);
    let mut facts = Facts::default();
    for number in 0..COUNTIES {
        facts.districts.push(DistrictArea {
            code: format!("51{number:04}"),
            name: format!("县{number}"),
            area: county(number),
        });
    }
    for number in 0..FLIGHTS {
        let home = number % COUNTIES;
        let (w, s) = corner(home);
        let (x, y) = (w + draw.next() * SIDE, s + draw.next() * SIDE);
        let season = if (number / COUNTIES).is_multiple_of(2) {
            2026
        } else {
            2025
        };
        let day = date(season, 5, 1 + i8::try_from(number % 28).unwrap_or(0));
        facts.flights.push(FlightFact {
            scan: format!("{number}"),
            unit: format!("51{home:04}"),
            captured: Some((day, day)),
            tagged_otherwise: None,
            unverifiable: false,
            season,
            gsd_cm: Some(2.0),
            model: ("poppy".into(), "0011223344".into()),
            threshold: 0.5,
            searched: ragged(&mut draw, x, y, 0.02, 60),
            candidates: 5,
        });
    }
    for number in 0..SITES {
        let flight = &facts.flights[number * 7 % FLIGHTS];
        let season = flight.season;
        let ring = flight.searched.0[0].exterior();
        let at = ring.0[number % 60];
        let inside = 0.5 * draw.next();
        let middle = geo::Centroid::centroid(ring).unwrap_or_default();
        facts.sites.push(SiteFact {
            unit: "410423".into(),
            irregular: papaver::province::facts::Irregular::default(),
            key: SiteKey::of_origin(&format!("event:{number}")),
            at: LonLat::new(
                middle.x() + inside * (at.x - middle.x()),
                middle.y() + inside * (at.y - middle.y()),
            ),
            district: None,
            season,
            source: FoundBy::Scan,
            state: State::Confirmed,
            gone: false,
            confirmed: Some(number % 3 != 0),
            poppy: Some(number % 3 != 0),
            entered_later: None,
            kept: false,
            aside: None,
            plants: Some(1 + number as u64 % 300),
            area_m2: None,
            stage: None,
            habitat: None,
            scan: Some(flight.scan.clone()),
            score: Some(0.8),
            learnt: None,
            audit: false,
            look: None,
            steps: Steps::default(),
            crew: None,
            disputed: false,
            recurs_of: None,
        });
    }
    facts
}

fn province(criterion: &mut Criterion) {
    let facts = facts();
    let windows = Windows::default();
    let scope = Scope {
        level: 6,
        within: "",
    };
    let period = Period::Season(2026);
    let mut group = criterion.benchmark_group("province");
    group.sample_size(10);
    group.bench_function("hot spots", |bencher| {
        bencher.iter(|| {
            let efforts = scope.effort(&facts, &windows, period);
            let tallies = tallies(&facts, period, &efforts);
            black_box(hot_of(&efforts, &tallies, HotSpotOptions::default()))
        });
    });
    group.bench_function("report", |bencher| {
        bencher.iter(|| {
            let subject = Subject::new(period, "", "510000", date(2026, 8, 1));
            let figures = Figures::of(&facts, &windows, &scope, subject, ReportSource::default());
            black_box((
                page(&figures, Lang::Zh),
                workbook(&figures, Lang::Zh).is_ok(),
            ))
        });
    });
    group.finish();
}

criterion_group!(benches, province);
criterion_main!(benches);

//! Makes the registries of a made-up province with known truth: `province_sample OUT [COUNTIES [BLOCKS [SITES_PER_KM2]]]`.
//!
//! Counties lie on a grid; each is flown block by block in two seasons. In 2026 the third county has twice the sites, the
//! fifth is flown half as much, and around two places there are ten times as many. The same arguments give the same
//! files. OUT gets `province.papaver` (everything merged), `counties/` (a registry each, where there are at most 20),
//! `districts.geojson`, `targets.csv`, `targets_gcj02.csv`, `patrol.gpx` and `truth.json`.

#![allow(
    clippy::pedantic,
    clippy::expect_used,
    clippy::print_stdout,
    dead_code,
    missing_docs,
    reason = "a tool for tests"
)]

use geo::{MultiPolygon, Polygon};
use jiff::ToSpan;
use jiff::civil::Date;
use papaver::exchange::gcj02::gcj02;
use papaver::ground::{LocalPlane, LonLat, PlanePoint, area_m2};
use papaver::registry::body::*;
use papaver::registry::districts::Districts;
use papaver::registry::event::{EvidenceRef, EvidenceRole, Sealed};
use papaver::registry::place::Place;
use papaver::registry::{Hash, Role, SiteKey};
use papaver::store::{Author, Draft, Moment, Store, evidence};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Degrees of a county's side.
const SIDE: f64 = 0.2;
/// The day on which everybody looks.
const TODAY: &str = "2026-06-10";
/// County (from 0) whose rate doubles in 2026.
const DOUBLED: usize = 2;
/// County that is flown half as much in 2026.
const HALVED: usize = 4;
/// Counties with a planted hot spot in either season.
const HOT: [usize; 2] = [6, 9];
/// How many times as dense it is within `HOT_M` metres of the middle of its county.
const HOTTER: f64 = 10.0;
const HOT_M: f64 = 3_000.0;
/// The share of sites that a fair flight finds, and one that is early or coarse.
const FOUND: [f64; 2] = [0.9, 0.3];

struct Plan {
    counties: usize,
    blocks: usize,
    per_km2: f64,
}

struct County {
    number: usize,
    code: String,
    name: String,
    west: f64,
    south: f64,
}

struct Flown {
    scan: String,
    area: MultiPolygon,
    on: Date,
    gsd_cm: f64,
}

/// A registry in a transaction, with its unit and its dice.
struct Office<'a> {
    store: &'a mut Store,
    unit: String,
    random: StdRng,
    photo: EvidenceRef,
    after: EvidenceRef,
}

fn county(plan: &Plan, number: usize) -> County {
    let columns = (plan.counties as f64).sqrt().ceil() as usize;
    let (x, y) = ((number % columns) as f64, (number / columns) as f64);
    let numerals = [
        "甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸", "子", "丑",
    ];
    let name = numerals
        .get(number)
        .map_or_else(|| format!("第{}县", number + 1), |n| format!("{n}县"));
    County {
        number,
        code: format!("99{:02}{:02}", 1 + number / 99, 1 + number % 99),
        name,
        west: 112.0 + x * SIDE,
        south: 33.0 + y * SIDE,
    }
}

fn rectangle(west: f64, south: f64, east: f64, north: f64) -> MultiPolygon {
    let ring = vec![
        (west, south),
        (east, south),
        (east, north),
        (west, north),
        (west, south),
    ];
    MultiPolygon::new(vec![Polygon::new(ring.into(), vec![])])
}

fn feature(area: &MultiPolygon, properties: Value) -> Value {
    let polygons: Vec<Vec<Vec<[f64; 2]>>> = area
        .iter()
        .map(|p| {
            std::iter::once(p.exterior())
                .chain(p.interiors())
                .map(|r| r.coords().map(|c| [seven(c.x), seven(c.y)]).collect())
                .collect()
        })
        .collect();
    json!({"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": polygons}, "properties": properties})
}

fn seven(x: f64) -> f64 {
    (x * 1e7).round() / 1e7
}

fn districts(counties: &[County]) -> Value {
    let mut features = Vec::new();
    for c in counties {
        let (e, n) = (c.west + SIDE, c.south + SIDE);
        features.push(feature(
            &rectangle(c.west, c.south, e, n),
            json!({"code": c.code, "name": c.name}),
        ));
        for (at, town) in ["东", "西", "南", "北"].iter().enumerate() {
            let (x, y) = ((at % 2) as f64 * SIDE / 2.0, (at / 2) as f64 * SIDE / 2.0);
            let area = rectangle(
                c.west + x,
                c.south + y,
                c.west + x + SIDE / 2.0,
                c.south + y + SIDE / 2.0,
            );
            features.push(feature(&area, json!({"code": format!("{}00{}", c.code, at + 1), "name": format!("{}{town}镇", c.name)})));
        }
    }
    json!({"type": "FeatureCollection", "features": features})
}

/// A new registry.
fn begin(path: &Path, unit: &str, random: &mut StdRng) -> Store {
    let author = Author::plain(unit, "主任");
    let init = Init {
        unit: unit.into(),
        unit_name: None,
        program: "sample".into(),
    };
    let mut secret = [0; 32];
    random.fill_bytes(&mut secret);
    let at = "2025-01-05T09:00:00+08:00".to_owned();
    let moment = moment(random, &at);
    Store::create(path, &author, init, at, moment, secret).expect("a new registry")
}

fn photo(store: &Store, jpeg: &[u8]) -> EvidenceRef {
    let sha256 = Hash::of(jpeg);
    evidence::put(&store.evidence_folder(), sha256, jpeg).expect("kept");
    EvidenceRef {
        sha256,
        bytes: jpeg.len() as u64,
        mime: "image/jpeg".into(),
        role: EvidenceRole::Scene,
        name: "scene.jpg".into(),
        taken_at: None,
        at_e7: None,
        marks: vec![],
    }
}

impl Office<'_> {
    /// Records an event; inside a transaction.
    fn put(
        &mut self,
        who: &str,
        site: Option<SiteKey>,
        on: Date,
        evidence: Vec<EvidenceRef>,
        body: Body,
    ) {
        let author = Author::plain(&self.unit, who);
        let at = format!("{on}T10:00:00+08:00");
        let moment = moment(&mut self.random, &at);
        let draft = Draft {
            site,
            at,
            evidence,
            body,
        };
        self.store.append(&author, draft, moment).expect("followed");
    }

    fn staff(&mut self) {
        for name in ["王", "李", "赵"] {
            let roles = vec![
                Role::Analyst,
                Role::Verifier,
                Role::Eradicator,
                Role::Acceptor,
            ];
            let body = Body::Actor(ActorChange::new(ActorAction::Grant, name, roles));
            self.put("主任", None, day("2025-01-06"), vec![], body);
        }
    }
}

fn moment(random: &mut StdRng, at: &str) -> Moment {
    let mut dice = [0; 8];
    random.fill_bytes(&mut dice);
    Moment {
        now: at.parse().expect("a time"),
        random: dice,
    }
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// The flights of a county in a season: most blocks once, some twice, some early, some coarse.
fn flights(plan: &Plan, c: &County, season: i16, random: &mut StdRng) -> Vec<Flown> {
    let step = SIDE / plan.blocks as f64;
    let mut all = Vec::new();
    for block in 0..plan.blocks * plan.blocks {
        let flown = if c.number == HALVED && season == 2026 {
            0.45
        } else {
            0.9
        };
        let dice: f64 = random.random();
        let kind: f64 = random.random();
        let again: f64 = random.random();
        let late: i64 = random.random_range(0..40);
        let slack: f64 = random.random_range(0.0..0.1);
        if dice > flown {
            continue;
        }
        let (x, y) = ((block % plan.blocks) as f64, (block / plan.blocks) as f64);
        let grow = step * slack;
        let area = rectangle(
            seven(c.west + x * step - grow),
            seven(c.south + y * step - grow),
            seven(c.west + (x + 1.0) * step + grow),
            seven(c.south + (y + 1.0) * step + grow),
        );
        let spring = Date::new(season, 4, 15).expect("a day") + late.days();
        let on = if kind < 0.06 {
            Date::new(season, 2, 20).expect("a day")
        } else {
            spring
        };
        let gsd_cm = if kind > 0.94 { 6.0 } else { 2.0 };
        let scan = |n: usize| format!("{}-{season}-{block:04}-{n}", c.code);
        if again < 0.1 {
            all.push(Flown {
                scan: scan(2),
                area: area.clone(),
                on: spring + 7.days(),
                gsd_cm: 2.0,
            });
        }
        all.push(Flown {
            scan: scan(1),
            area,
            on,
            gsd_cm,
        });
    }
    all
}

fn coverage(flown: &Flown) -> Vec<u8> {
    let searched = feature(
        &flown.area,
        json!({"status": "searched", "reason": null, "area_m2": area_m2(&flown.area)}),
    );
    json!({"type": "FeatureCollection", "scan_id": flown.scan, "datum": "WGS 84", "features": [searched]})
        .to_string()
        .into_bytes()
}

fn record(office: &mut Office<'_>, flown: &Flown, candidates: u64) {
    let bytes = coverage(flown);
    let sha256 = Hash::of(&bytes);
    evidence::put(&office.store.evidence_folder(), sha256, &bytes).expect("kept");
    let file = EvidenceRef {
        sha256,
        bytes: bytes.len() as u64,
        mime: "application/geo+json".into(),
        role: EvidenceRole::Coverage,
        name: "coverage.geojson".into(),
        taken_at: None,
        at_e7: None,
        marks: vec![],
    };
    let on = flown.on.to_string();
    let body = Body::Scan(Box::new(RecordedScan {
        tagged: None,
        made: None,
        sources: Vec::new(),
        patterns: Vec::new(),
        scan: flown.scan.clone(),
        survey: None,
        captured: Some([on.clone(), on]),
        model: ["papaver".into(), "5a".repeat(32)],
        verifier: None,
        threshold_e4: 8000,
        gsd_e2_cm: Some((flown.gsd_cm * 100.0) as i64),
        searched_m2: area_m2(&flown.area) as i64,
        not_searched_m2: std::collections::BTreeMap::new(),
        candidates,
        unverifiable: false,
    }));
    office.put("王", None, flown.on + 1.day(), vec![file], body);
}

/// A place where something grows, and whether it is poppy.
struct Plant {
    at: LonLat,
    poppy: bool,
    recurs_of: Option<SiteKey>,
}

fn poisson(random: &mut StdRng, mean: f64) -> usize {
    // Knuth's product in slices, for means of any size.
    let mut count = 0;
    let mut left = mean;
    while left > 0.0 {
        let slice = left.min(10.0);
        let (mut product, limit) = (random.random::<f64>(), (-slice).exp());
        while product > limit {
            product *= random.random::<f64>();
            count += 1;
        }
        left -= slice;
    }
    count
}

fn plants(plan: &Plan, c: &County, season: i16, random: &mut StdRng) -> Vec<Plant> {
    let km2 = area_m2(&rectangle(c.west, c.south, c.west + SIDE, c.south + SIDE)) / 1e6;
    let doubled = if c.number == DOUBLED && season == 2026 {
        2.0
    } else {
        1.0
    };
    let anywhere = |random: &mut StdRng| {
        LonLat::new(
            seven(c.west + random.random::<f64>() * SIDE),
            seven(c.south + random.random::<f64>() * SIDE),
        )
    };
    let mut all = Vec::new();
    for (rate, poppy) in [(plan.per_km2 * doubled, true), (plan.per_km2 * 0.4, false)] {
        for _ in 0..poisson(random, rate * km2) {
            all.push(Plant {
                at: anywhere(random),
                poppy,
                recurs_of: None,
            });
        }
    }
    if HOT.contains(&c.number) {
        let middle = LocalPlane::at(LonLat::new(c.west + SIDE / 2.0, c.south + SIDE / 2.0));
        let disc = std::f64::consts::PI * (HOT_M / 1e3).powi(2);
        for _ in 0..poisson(random, plan.per_km2 * doubled * (HOTTER - 1.0) * disc) {
            let (angle, far) = (
                random.random_range(0.0..std::f64::consts::TAU),
                HOT_M * random.random::<f64>().sqrt(),
            );
            let at = middle.to_lonlat(PlanePoint {
                x: far * angle.cos(),
                y: far * angle.sin(),
            });
            all.push(Plant {
                at: LonLat::new(seven(at.lon), seven(at.lat)),
                poppy: true,
                recurs_of: None,
            });
        }
    }
    all
}

/// The ground of five patrols, each by a poppy whatever a flight saw of it.
fn walks(c: &County, grown: &[Plant], random: &mut StdRng) -> Vec<MultiPolygon> {
    let poppies: Vec<&Plant> = grown.iter().filter(|p| p.poppy).collect();
    (0..5)
        .map(|_| {
            let (x, y) = (random.random::<f64>(), random.random::<f64>());
            let by = if poppies.is_empty() {
                LonLat::new(c.west + x * SIDE, c.south + y * SIDE)
            } else {
                poppies[random.random_range(0..poppies.len())].at
            };
            let (w, s) = (seven(by.lon - x * 0.01), seven(by.lat - y * 0.002));
            rectangle(w, s, w + 0.01, s + 0.002)
        })
        .collect()
}

fn contains(area: &MultiPolygon, at: LonLat) -> bool {
    use geo::Contains;
    area.contains(&geo::Point::from(at))
}

fn covers(flown: &Flown, at: LonLat) -> bool {
    use geo::Contains;
    flown.area.contains(&geo::Point::from(at))
}

/// The life of a site up to today. Returns whether it was closed.
fn live(
    office: &mut Office<'_>,
    plant: &Plant,
    flown: Option<&Flown>,
    source: FoundBy,
    found: Date,
    n: usize,
) -> (SiteKey, bool) {
    let today = day(TODAY);
    let origin = match flown {
        Some(flown) => format!("candidate:{}-{n}", flown.scan),
        None => format!("event:sample-{}-{n}", office.unit),
    };
    let key = SiteKey::of_origin(&origin);
    let score = if plant.poppy {
        office.random.random_range(0.82..1.0)
    } else {
        office.random.random_range(0.80..0.95)
    };
    let place = LocalPlane::at(plant.at);
    let half = 5.0;
    let corners: Vec<(f64, f64)> = [
        (-half, -half),
        (half, -half),
        (half, half),
        (-half, half),
        (-half, -half),
    ]
    .into_iter()
    .map(|(x, y)| {
        let at = place.to_lonlat(PlanePoint { x, y });
        (at.lon, at.lat)
    })
    .collect();
    let outline = MultiPolygon::new(vec![Polygon::new(corners.into(), vec![])]);
    let captured = flown.map(|f| [f.on.to_string(), f.on.to_string()]);
    let create = Create {
        area_dm2: Some(10_000),
        detection: flown.map(|f| Detection {
            candidate: format!("{}-{n}", f.scan),
            scan: f.scan.clone(),
            captured: captured.clone(),
            score_e4: (score * 1e4) as i64,
            rank: None,
        }),
        recurs_of: plant.recurs_of,
        ..Create::new(source, origin, Place::area(plant.at, &outline))
    };
    let chip = EvidenceRef {
        role: EvidenceRole::Chip,
        name: "chip.jpg".into(),
        ..office.photo.clone()
    };
    let pictures = if flown.is_some() { vec![chip] } else { vec![] };
    office.put(
        "王",
        Some(key),
        found,
        pictures,
        Body::Create(Box::new(create)),
    );
    let mut on = found;
    let mut later = |office: &mut Office<'_>, least: i64, most: i64| {
        on += office.random.random_range(least..=most).days();
        (on <= today).then_some(on)
    };
    let Some(at) = later(office, 0, 2) else {
        return (key, false);
    };
    let aside = !plant.poppy && office.random.random::<f64>() < 0.4;
    let reason = aside.then_some(RejectReason::Crop);
    office.put(
        "王",
        Some(key),
        at,
        vec![],
        Body::Screen(Screen {
            keep: !aside,
            reason,
            took_ms: None,
            seconds: None,
            note: None,
        }),
    );
    if aside {
        return (key, false);
    }
    let Some(at) = later(office, 0, 3) else {
        return (key, false);
    };
    let crew = format!("{}组", 1 + n % 3);
    let due = Some((at + 7.days()).to_string());
    office.put(
        "王",
        Some(key),
        at,
        vec![],
        Body::Assign(Assign { crew, due }),
    );
    // Every twentieth waits for ever: somebody is late.
    if office.random.random::<f64>() < 0.05 {
        return (key, false);
    }
    let Some(at) = later(office, 1, 10) else {
        return (key, false);
    };
    let stages = [
        GrowthStage::Bolting,
        GrowthStage::Bud,
        GrowthStage::Flowering,
        GrowthStage::Flowering,
        GrowthStage::Capsule,
    ];
    let habitats = ["vegetable_garden", "courtyard", "waste_land", "woodland"];
    let plants = 5 + (office.random.random::<f64>().powi(4) * 900.0) as u64;
    let visit = Visit {
        outcome: if plant.poppy {
            Outcome::Cultivated
        } else {
            Outcome::Lookalike
        },
        officers: vec!["李".into(), "王".into()],
        witness: None,
        species: (!plant.poppy).then(|| "虞美人".into()),
        stage: Some(stages[office.random.random_range(0..stages.len())]),
        sap_cut: Some(false),
        count: plant.poppy.then_some(Count::Each { plants }),
        area_dm2: plant.poppy.then_some(10_000),
        habitat: Some(habitats[office.random.random_range(0..habitats.len())].into()),
        note: None,
        forced: None,
        imported: None,
    };
    let photo = office.photo.clone();
    office.put(
        "李",
        Some(key),
        at,
        vec![photo.clone()],
        Body::Visit(Box::new(visit)),
    );
    if !plant.poppy {
        return (key, false);
    }
    let Some(at) = later(office, 0, 4) else {
        return (key, false);
    };
    let after = office.after.clone();
    let eradicate = Eradicate {
        percent: 100,
        method: None,
        officers: vec!["李".into()],
        note: None,
        forced: None,
        imported: None,
    };
    office.put("李", Some(key), at, vec![after], Body::Eradicate(eradicate));
    let Some(at) = later(office, 5, 20) else {
        return (key, false);
    };
    office.put(
        "赵",
        Some(key),
        at,
        vec![],
        Body::Accept(Accept {
            passed: true,
            reason: None,
            note: None,
            forced: None,
        }),
    );
    (key, true)
}

fn patrols(office: &mut Office<'_>, c: &County, season: i16, walks: &[MultiPolygon]) {
    for n in 0..10 {
        let on = Date::new(season, 5, 1).expect("a day") + i64::from(n * 4).days();
        // Every second one has a track.
        let walked = (n % 2 == 0).then(|| &walks[n as usize / 2]);
        let people = office.random.random_range(4..20);
        let body = Patrol {
            seeds: None,
            publicity: None,
            crew: None,
            on: on.to_string(),
            district: Some(format!("{}00{}", c.code, 1 + n % 4)),
            people,
            vehicles: 1 + people / 6,
            area_m2: walked.is_none().then_some(400_000),
            zero: n % 3 != 0,
            walked: walked
                .map(|area| Place::area(LonLat::new(0.0, 0.0), area).outline)
                .unwrap_or_default(),
            track: None,
            note: None,
        };
        office.put("李", None, on, vec![], Body::Patrol(Box::new(body)));
    }
}

/// One county: its registry, what is true of it, and where poppy was found in 2026.
fn make(plan: &Plan, c: &County, path: &Path, jpeg: &[u8]) -> (Store, Value, Vec<LonLat>) {
    let mut random = StdRng::seed_from_u64(1000 + c.number as u64);
    let mut store = begin(path, &c.code, &mut random);
    let scene = photo(&store, jpeg);
    // Another picture: the same one cannot show what was there and what is left.
    let after = EvidenceRef {
        role: EvidenceRole::After,
        ..photo(&store, &[jpeg, b"after"].concat())
    };
    let (mut truth, mut known) = (Vec::new(), Vec::new());
    store
        .write(|store| {
            let mut office = Office {
                store,
                unit: c.code.clone(),
                random,
                photo: scene,
                after,
            };
            office.staff();
            let (mut n, mut closed) = (0, Vec::new());
            for season in [2025, 2026] {
                let told = year(
                    plan,
                    c,
                    season,
                    &mut office,
                    &mut n,
                    &mut closed,
                    &mut known,
                );
                truth.push(told);
            }
            Ok(())
        })
        .expect("recorded");
    let hot = HOT.contains(&c.number).then(|| {
        json!({"lon": seven(c.west + SIDE / 2.0), "lat": seven(c.south + SIDE / 2.0), "radius_m": HOT_M, "times": HOTTER})
    });
    let truth = json!({
        "code": c.code, "name": c.name, "sites_per_km2": plan.per_km2, "doubled_in_2026": c.number == DOUBLED,
        "flown_half_in_2026": c.number == HALVED, "hot": hot, "seasons": truth,
    });
    (store, truth, known)
}

fn year(
    plan: &Plan,
    c: &County,
    season: i16,
    office: &mut Office<'_>,
    n: &mut usize,
    closed: &mut Vec<(LonLat, SiteKey)>,
    known: &mut Vec<LonLat>,
) -> Value {
    // The world does not depend on how many events were recorded before.
    let mut random = StdRng::seed_from_u64(c.number as u64 * 10_000 + season as u64);
    let flown = flights(plan, c, season, &mut random);
    let mut grown = plants(plan, c, season, &mut random);
    for (at, key) in std::mem::take(closed) {
        if random.random::<f64>() < 0.08 {
            grown.push(Plant {
                at,
                poppy: true,
                recurs_of: Some(key),
            });
        }
    }
    let walks = walks(c, &grown, &mut random);
    let mut found: Vec<Vec<usize>> = vec![Vec::new(); flown.len()];
    let (mut walked, mut told): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for (at, plant) in grown.iter().enumerate() {
        let (dice, by_foot): (f64, f64) = (random.random(), random.random());
        let seen = flown.iter().position(|f| {
            let fair = f.gsd_cm < 3.0 && f.on.month() > 3;
            covers(f, plant.at) && dice < FOUND[usize::from(!fair)]
        });
        match seen {
            Some(flight) => found[flight].push(at),
            None if plant.poppy && walks.iter().any(|w| contains(w, plant.at)) => walked.push(at),
            None if plant.poppy && by_foot < 0.05 => told.push(at),
            None => {}
        }
    }
    for (flight, own) in flown.iter().zip(&found) {
        record(office, flight, own.len() as u64);
        for plant in own.iter().map(|at| &grown[*at]) {
            *n += 1;
            let (key, done) = live(
                office,
                plant,
                Some(flight),
                FoundBy::Scan,
                flight.on + 1.day(),
                *n,
            );
            if plant.poppy && season == 2026 {
                known.push(plant.at);
            }
            if done && season == 2025 {
                closed.push((plant.at, key));
            }
        }
    }
    for (list, source) in [(&walked, FoundBy::Patrol), (&told, FoundBy::TipOff)] {
        for at in list {
            *n += 1;
            let on = Date::new(season, 6, 1).expect("a day");
            live(office, &grown[*at], None, source, on, *n);
        }
    }
    patrols(office, c, season, &walks);
    let poppies = grown.iter().filter(|p| p.poppy).count();
    let from_the_air = found
        .iter()
        .flatten()
        .filter(|at| grown[**at].poppy)
        .count();
    json!({"season": season, "poppies": poppies, "flights": flown.len(), "found_from_the_air": from_the_air, "found_on_foot": walked.len(), "told": told.len()})
}

/// Everything of a county's registry, and the files it needs, goes to the province.
fn merge(county: &Store, province: &mut Store) {
    let mut after = 0;
    loop {
        let events: Vec<Sealed> = county.events(after, 5_000).expect("read");
        if events.is_empty() {
            return;
        }
        after += 5_000;
        for file in events.iter().flat_map(|sealed| &sealed.event.evidence) {
            let to = evidence::path_of(&province.evidence_folder(), file.sha256);
            if !to.exists() {
                std::fs::create_dir_all(to.parent().expect("a folder")).expect("made");
                std::fs::copy(
                    evidence::path_of(&county.evidence_folder(), file.sha256),
                    &to,
                )
                .expect("copied");
            }
        }
        province.write(|store| store.take(&events)).expect("taken");
    }
}

/// The province trusts a county's device for the county.
fn trust(province: &mut Store, county: &Store, unit: &str, random: &mut StdRng) {
    let device = county.devices().expect("read")[0].0;
    let at = "2025-01-05T10:00:00+08:00".to_owned();
    let moment = moment(random, &at);
    let draft = Draft {
        site: None,
        at,
        evidence: vec![],
        body: Body::Trust(Trust {
            device,
            unit: unit.to_owned(),
            trusted: true,
            after: None,
            reason: None,
        }),
    };
    let author = Author::plain("990000", "主任");
    province
        .write(|store| store.append(&author, draft, moment))
        .expect("trusted");
}

/// Forty targets by known poppies and twenty anywhere: right, and as a map program shifts them.
fn targets(out: &Path, plan: &Plan, known: &[LonLat]) {
    let mut random = StdRng::seed_from_u64(99);
    let mut places: Vec<LonLat> = (0..40.min(known.len()))
        .map(|_| {
            let at = known[random.random_range(0..known.len())];
            let plane = LocalPlane::at(at);
            plane.to_lonlat(PlanePoint {
                x: random.random_range(-15.0..15.0),
                y: random.random_range(-15.0..15.0),
            })
        })
        .collect();
    for _ in 0..20 {
        let c = county(plan, random.random_range(0..plan.counties));
        places.push(LonLat::new(
            c.west + random.random::<f64>() * SIDE,
            c.south + random.random::<f64>() * SIDE,
        ));
    }
    for (name, shifted) in [("targets.csv", false), ("targets_gcj02.csv", true)] {
        let mut text = String::from("编号,经度,纬度\n");
        for (at, place) in places.iter().enumerate() {
            let place = if shifted { gcj02(*place) } else { *place };
            text += &format!("T{:03},{:.7},{:.7}\n", at + 1, place.lon, place.lat);
        }
        std::fs::write(out.join(name), text).expect("written");
    }
}

fn gpx(out: &Path, plan: &Plan) {
    let c = county(plan, 0);
    let points: String = (0..60)
        .map(|n| {
            let (lon, lat) = (c.west + 0.05 + f64::from(n) * 0.0005, c.south + 0.05);
            format!("<trkpt lat=\"{lat:.6}\" lon=\"{lon:.6}\"><time>2026-05-03T01:{n:02}:00Z</time></trkpt>\n")
        })
        .collect();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx version=\"1.1\" creator=\"sample\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>\n{points}</trkseg></trk></gpx>\n"
    );
    std::fs::write(out.join("patrol.gpx"), text).expect("written");
}

fn main() {
    run(std::env::args().skip(1));
}

/// Makes the province that these arguments ask for.
pub fn run(mut arguments: impl Iterator<Item = String>) {
    let out = PathBuf::from(
        arguments
            .next()
            .expect("OUT [COUNTIES [BLOCKS [SITES_PER_KM2]]]"),
    );
    let mut number = |default: f64| {
        arguments
            .next()
            .map_or(default, |text| text.parse().expect("a number"))
    };
    let plan = Plan {
        counties: number(12.0) as usize,
        blocks: number(5.0) as usize,
        per_km2: number(0.1),
    };
    let folder = out.join("counties");
    std::fs::create_dir_all(&folder).expect("made");
    let mut jpeg = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(16, 16, image::Rgb([60, 130, 50]))
        .write_to(&mut jpeg, image::ImageFormat::Jpeg)
        .expect("a picture");
    let counties: Vec<County> = (0..plan.counties).map(|n| county(&plan, n)).collect();
    let map = districts(&counties).to_string();
    std::fs::write(out.join("districts.geojson"), &map).expect("written");
    let mut random = StdRng::seed_from_u64(1);
    let mut province = begin(&out.join("province.papaver"), "990000", &mut random);
    let (mut truth, mut known) = (Vec::new(), Vec::new());
    for c in &counties {
        let path = folder.join(format!("{}.papaver", c.code));
        let (store, told, found) = make(&plan, c, &path, jpeg.get_ref());
        trust(&mut province, &store, &c.code, &mut random);
        merge(&store, &mut province);
        truth.push(told);
        known.extend(found);
        if plan.counties > 20 {
            let left = store.evidence_folder();
            drop(store);
            std::fs::remove_dir_all(left).expect("removed");
            std::fs::remove_file(&path).expect("removed");
        }
    }
    let areas = Districts::read(map.as_bytes(), "2026").expect("districts");
    let sha256 = Hash::of(map.as_bytes());
    evidence::put(&province.evidence_folder(), sha256, map.as_bytes()).expect("kept");
    province.assign_districts(&areas).expect("assigned");
    province
        .write(|store| store.remember_districts(sha256, "2026"))
        .expect("remembered");
    targets(&out, &plan, &known);
    gpx(&out, &plan);
    let truth = json!({"today": TODAY, "found_share": FOUND, "counties": truth});
    std::fs::write(out.join("truth.json"), format!("{truth:#}\n")).expect("written");
    println!(
        "{} events in {}",
        province.count().expect("counted"),
        out.join("province.papaver").display()
    );
}

//! Facts made up for tests: square counties flown in strips, with sites strewn at a known rate. Seeded.

use super::facts::{DistrictArea, Facts, FlightFact, SiteFact, Steps};
use crate::ground::{LonLat, area_m2};
use crate::registry::body::FoundBy;
use crate::registry::{SiteKey, State};
use geo::{LineString, MultiPolygon, Polygon};
use jiff::civil::date;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// Degrees along a county's side.
pub const SIDE: f64 = 0.1;
/// Strips that a county is flown in.
pub const STRIPS: usize = 10;

/// Square counties in rows of `columns`, from a south-west corner.
pub struct World {
    pub facts: Facts,
    columns: usize,
    rng: SmallRng,
    strips: usize,
}

/// The code of a county.
pub fn code(county: usize) -> String {
    format!("41{:04}", 1 + county)
}

pub fn rectangle(w: f64, s: f64, e: f64, n: f64) -> MultiPolygon {
    let ring = vec![(w, s), (e, s), (e, n), (w, n)];
    MultiPolygon::new(vec![Polygon::new(LineString::from(ring), vec![])])
}

/// A site of a scan's candidate, of which nothing but its state is known.
pub fn site(name: &str, season: i16, state: State) -> SiteFact {
    SiteFact {
        unit: "410423".into(),
        irregular: crate::province::facts::Irregular::default(),
        key: SiteKey::of_origin(name),
        at: LonLat::new(113.3, 33.74),
        district: None,
        season,
        source: FoundBy::Scan,
        state,
        gone: matches!(state, State::Eradicated | State::Closed),
        confirmed: match state {
            State::Confirmed | State::Eradicated | State::Closed => Some(true),
            State::Refuted => Some(false),
            _ => None,
        },
        poppy: match state {
            State::Confirmed | State::Eradicated | State::Closed => Some(true),
            State::Refuted | State::ScreenedOut => Some(false),
            _ => None,
        },
        kept: false,
        aside: None,
        plants: None,
        area_m2: None,
        stage: None,
        habitat: None,
        scan: None,
        score: None,
        learnt: None,
        audit: false,
        look: None,
        steps: Steps::default(),
        crew: None,
        disputed: false,
        entered_later: None,
        recurs_of: None,
    }
}

/// A count of this mean.
pub fn poisson(rng: &mut SmallRng, mean: f64) -> usize {
    let (mut k, mut left) = (0, mean);
    loop {
        left += rng.random::<f64>().max(1e-300).ln();
        if left < 0.0 {
            return k;
        }
        k += 1;
    }
}

impl World {
    pub fn new(counties: usize, columns: usize, seed: u64) -> Self {
        Self::with_strips(counties, columns, seed, STRIPS)
    }

    pub fn with_strips(counties: usize, columns: usize, seed: u64, strips: usize) -> Self {
        let mut world = Self {
            facts: Facts::default(),
            columns,
            rng: SmallRng::seed_from_u64(seed),
            strips,
        };
        for county in 0..counties {
            let (w, s) = world.corner(county);
            world.facts.districts.push(DistrictArea {
                code: code(county),
                name: format!("县{}", county + 1),
                area: rectangle(w, s, w + SIDE, s + SIDE),
            });
        }
        world
    }

    fn corner(&self, county: usize) -> (f64, f64) {
        let (column, row) = (county % self.columns, county / self.columns);
        (112.0 + column as f64 * SIDE, 33.0 + row as f64 * SIDE)
    }

    /// Flies a strip of a county and confirms sites on it: `per_km2` of them on average.
    pub fn fly(&mut self, season: i16, county: usize, strip: usize, per_km2: f64) {
        let (w, s) = self.corner(county);
        let step = SIDE / self.strips as f64;
        let south = s + strip as f64 * step;
        // Neighbouring strips overlap by a tenth; sites are strewn on the strip's own ground.
        let searched = rectangle(w, south - step * 0.1, w + SIDE, south + step);
        let own = rectangle(w, south, w + SIDE, south + step);
        let scan = format!("{season}-{county}-{strip}");
        let day = date(season, 5, 1 + i8::try_from(strip % 25).unwrap());
        self.facts.flights.push(FlightFact {
            scan: scan.clone(),
            unit: code(county),
            captured: Some((day, day)),
            tagged_otherwise: None,
            unverifiable: false,
            season,
            gsd_cm: Some(2.0),
            model: ("poppy".into(), "0011223344".into()),
            threshold: 0.5,
            searched,
            candidates: 0,
        });
        for _ in 0..poisson(&mut self.rng, per_km2 * area_m2(&own) / 1e6) {
            let at = LonLat::new(
                w + self.rng.random::<f64>() * SIDE,
                south + self.rng.random::<f64>() * step,
            );
            self.confirm(season, Some(code(county)), at, Some(scan.clone()));
        }
    }

    /// Flies the first strips of a county.
    pub fn fly_strips(&mut self, season: i16, county: usize, strips: usize, per_km2: f64) {
        for strip in 0..strips {
            self.fly(season, county, strip, per_km2);
        }
    }

    /// Adds a confirmed site.
    pub fn confirm(
        &mut self,
        season: i16,
        district: Option<String>,
        at: LonLat,
        scan: Option<String>,
    ) {
        let number = self.facts.sites.len();
        let found = date(season, 5, 12);
        let plants = 1 + (300.0 * self.rng.random::<f64>().powi(4)) as u64;
        self.facts.sites.push(SiteFact {
            unit: "410423".into(),
            irregular: crate::province::facts::Irregular::default(),
            key: SiteKey::of_origin(&format!("event:{number}")),
            at,
            district,
            season,
            source: if scan.is_some() {
                FoundBy::Scan
            } else {
                FoundBy::TipOff
            },
            gone: number.is_multiple_of(3),
            state: if number.is_multiple_of(3) {
                State::Closed
            } else {
                State::Confirmed
            },
            confirmed: Some(true),
            poppy: Some(true),
            kept: false,
            aside: None,
            plants: Some(plants),
            area_m2: Some(plants as f64 / 4.0),
            stage: None,
            habitat: None,
            scan,
            score: Some(0.9),
            learnt: None,
            audit: false,
            look: None,
            steps: Steps {
                found: Some(found),
                verified: Some(date(season, 5, 20)),
                ..Steps::default()
            },
            crew: None,
            disputed: false,
            entered_later: None,
            recurs_of: None,
        });
    }
}

//! Recognising coordinates that a Chinese map program has shifted: GCJ-02 and, on top of it, BD-09. Never written.
//!
//! The formulas are those of the public `eviltransform`; they are right to about a metre, which is all that
//! recognising a shift of 300 to 1,300 metres needs.

use crate::ground::LonLat;
use std::f64::consts::PI;

/// Metres by which a place may miss the shifted place and still look shifted.
const NEAR_M: f64 = 30.0;
/// Below this a shift is none.
const LEAST_M: f64 = 100.0;

/// The place that GCJ-02 gives for a place in WGS 84 (the same outside China).
pub fn gcj02(at: LonLat) -> LonLat {
    const A: f64 = 6_378_137.0;
    const E2: f64 = 0.006_693_421_622_965_943;
    if !(72.004..=137.8347).contains(&at.lon) || !(0.8293..=55.8271).contains(&at.lat) {
        return at;
    }
    let (x, y) = (at.lon - 105.0, at.lat - 35.0);
    let xy = x * y;
    let root = x.abs().sqrt();
    let waves = 20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin();
    let mut d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * xy + 0.2 * root;
    d_lat += waves * 2.0 / 3.0;
    d_lat += (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0;
    d_lat += (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y / 30.0 * PI).sin()) * 2.0 / 3.0;
    let mut d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * xy + 0.1 * root;
    d_lon += waves * 2.0 / 3.0;
    d_lon += (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0;
    d_lon += (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let radians = at.lat.to_radians();
    let magic = 1.0 - E2 * radians.sin().powi(2);
    let meridian = A * (1.0 - E2) / (magic * magic.sqrt());
    let parallel = A / magic.sqrt() * radians.cos();
    LonLat::new(
        at.lon + (d_lon / parallel).to_degrees(),
        at.lat + (d_lat / meridian).to_degrees(),
    )
}

/// The place that BD-09 gives for a place in WGS 84.
fn bd09(at: LonLat) -> LonLat {
    const X_PI: f64 = PI * 3000.0 / 180.0;
    let at = gcj02(at);
    let z = at.lon.hypot(at.lat) + 0.000_02 * (at.lat * X_PI).sin();
    let theta = at.lat.atan2(at.lon) + 0.000_003 * (at.lon * X_PI).cos();
    LonLat::new(z * theta.cos() + 0.0065, z * theta.sin() + 0.006)
}

/// The system by which `given` looks shifted from where the thing `truly` is, and by how many metres; shifted back
/// once too often counts too.
pub fn shift(truly: LonLat, given: LonLat) -> Option<(&'static str, f64)> {
    let metres = truly.distance_m(given);
    if metres < LEAST_M {
        return None;
    }
    let looks = |shifted: LonLat, given: LonLat| shifted.distance_m(given) <= NEAR_M;
    if looks(gcj02(truly), given) || looks(gcj02(given), truly) {
        Some(("GCJ-02", metres))
    } else if looks(bd09(truly), given) || looks(bd09(given), truly) {
        Some(("BD-09", metres))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_shifts_are_found() {
        // Check values of eviltransform.
        let at = LonLat::new(113.30, 33.74);
        let shifted = gcj02(at);
        assert!((shifted.lon - 113.306_265_1).abs() < 2e-7, "{shifted:?}");
        assert!((shifted.lat - 33.738_546_5).abs() < 2e-7, "{shifted:?}");
        for (lon, lat, metres) in [
            (113.30, 33.74, 602.1),
            (106.71, 26.58, 542.8),
            (104.37, 33.78, 305.0),
        ] {
            let at = LonLat::new(lon, lat);
            let (system, found) = shift(at, gcj02(at)).expect("shifted");
            assert_eq!(system, "GCJ-02");
            assert!((found - metres).abs() < 1.5, "{found}");
            assert!(shift(gcj02(at), at).is_some(), "shifted back");
            assert_eq!(shift(at, bd09(at)).map(|s| s.0), Some("BD-09"));
        }
        assert_eq!(shift(at, at), None);
        assert_eq!(shift(at, LonLat::new(113.3065, 33.745)), None);
        let abroad = LonLat::new(8.0, 50.0);
        assert_eq!(gcj02(abroad), abroad);
    }
}

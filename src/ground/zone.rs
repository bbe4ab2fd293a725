//! Gauss-Kruger zones: which of two numbers is the easting, and what it means when coordinates do not fit their system. Offices
//! write the number of the zone in front of the easting (38 435 137) or leave it out, and name the other system. Pure.

use crate::remedy;
use crate::words::{Action, Choice, Lang, Remedy};

/// The likely cause of coordinates that lie out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// The easting begins with the number of a zone, and the system's eastings do not.
    ZoneInFront {
        /// The zone.
        zone: u32,
        /// The EPSG code that fits.
        epsg: u32,
    },
    /// The system's eastings begin with the number of a zone, and these do not.
    ZoneLeftOut {
        /// The zone.
        zone: u32,
        /// The EPSG code that fits.
        epsg: u32,
    },
    /// The easting begins with the number of a zone of UTM, which no system's eastings do.
    UtmZoneInFront {
        /// The zone.
        zone: u32,
        /// The EPSG code that fits once the number is taken off.
        epsg: u32,
    },
    /// Latitude stands where longitude is meant, or northing where easting is.
    Exchanged,
    /// Degrees under a system that counts in metres.
    Degrees {
        /// The EPSG code that fits.
        epsg: u32,
    },
}

/// What to do about coordinates that do not fit their system.
pub(super) fn misfit_hint(misfit: Option<Misfit>, lang: Lang) -> Remedy {
    let named = |epsg| Action::Again(Choice::Crs(epsg));
    match misfit {
        Some(Misfit::ZoneInFront { zone, epsg }) => remedy!(
            lang,
            "the eastings begin with the number of zone {zone}: the system that fits is EPSG:{epsg}; name it with {crs}",
            "东坐标前带有带号 {zone}，相符的坐标系是 EPSG:{epsg}；请用 {crs} 指明",
            crs = named(Some(epsg)),
        ),
        Some(Misfit::ZoneLeftOut { zone, epsg }) => remedy!(
            lang,
            "the eastings lack the number of zone {zone}: the system that fits is EPSG:{epsg}; name it with {crs}",
            "东坐标没有带号 {zone}，相符的坐标系是 EPSG:{epsg}；请用 {crs} 指明",
            crs = named(Some(epsg)),
        ),
        Some(Misfit::UtmZoneInFront { zone, epsg }) => remedy!(
            lang,
            "the eastings begin with the number of UTM zone {zone}: write them without it, and name the system with {crs}",
            "东坐标前带有 UTM 带号 {zone}：请去掉带号，并用 {crs} 指明坐标系",
            crs = named(Some(epsg)),
        ),
        Some(Misfit::Degrees { epsg }) => remedy!(
            lang,
            "the coordinates are degrees, and the system counts in metres: the system that fits is EPSG:{epsg}; name it with {crs}",
            "坐标是经纬度，而坐标系以米为单位：相符的坐标系是 EPSG:{epsg}；请用 {crs} 指明",
            crs = named(Some(epsg)),
        ),
        Some(Misfit::Exchanged) => lang
            .pick(
                "longitude and latitude (easting and northing) are exchanged: export the file anew with the longitude (easting) first",
                "经度与纬度（东坐标与北坐标）颠倒：请重新导出，经度（东坐标）在前",
            )
            .into(),
        None => remedy!(
            lang,
            "the coordinates do not fit the coordinate system; name the true one with {crs}",
            "坐标与坐标系不符；请用 {crs} 指明真实坐标系",
            crs = named(None),
        ),
    }
}

/// The first codes of a datum's zones: with the zone's number in front, and named by the central meridian; zones of three
/// degrees count from 25, those of six from 13.
struct Codes {
    /// Longitude and latitude.
    degrees: u32,
    three: (u32, u32),
    six: (u32, u32),
}

const CGCS2000: Codes = Codes {
    degrees: 4490,
    three: (4513, 4534),
    six: (4491, 4502),
};
const XIAN_1980: Codes = Codes {
    degrees: 4610,
    three: (2349, 2370),
    six: (2327, 2338),
};
const BEIJING_1954: Codes = Codes {
    degrees: 4214,
    three: (2401, 2422),
    six: (21_413, 21_453),
};

/// What a system is, as far as misfits need it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct CrsFrame {
    /// Whether it counts in degrees.
    pub geographic: bool,
    /// Metres added to every easting.
    pub false_easting: f64,
    /// Semi-major axis of its ellipsoid in metres.
    pub semi_major: f64,
}

impl CrsFrame {
    /// Whether its eastings count as those of zones do: from 500 km to the west of a meridian, or with the zone's number in
    /// front.
    fn is_of_zones(self) -> bool {
        is_plain(self.false_easting) || zone_of(self.false_easting).is_some()
    }

    /// Two numbers as easting and northing, in whichever order they stand; `None` where they do not tell. An easting of a zone has
    /// the bounds of one, that of another system any but a northing's.
    pub(super) fn east_first(self, one: f64, other: f64) -> Option<(f64, f64)> {
        let is_east = |n: f64| {
            if self.is_of_zones() {
                is_easting(n)
            } else {
                n != 0.0 && !is_northing(n)
            }
        };
        if is_east(one) && is_northing(other) {
            Some((one, other))
        } else if is_northing(one) && is_east(other) {
            Some((other, one))
        } else {
            None
        }
    }

    /// Whether a position cannot be one of a zone's, though the projection has a place for it, continents away.
    pub(super) fn is_elsewhere(self, x: f64, y: f64) -> bool {
        !self.geographic && self.is_of_zones() && misfit(self, x, y).is_some()
    }
}

/// Whether an easting is one of a zone, without its number.
fn is_plain(easting: f64) -> bool {
    (100_000.0..900_000.0).contains(&easting)
}

/// Whether an easting is one of a zone, with its number in front or without it.
fn is_easting(easting: f64) -> bool {
    is_plain(easting) || zone_of(easting).is_some()
}

/// Whether it is a northing of China, which has seven digits.
fn is_northing(northing: f64) -> bool {
    (1e6..1e7).contains(&northing)
}

/// Why a position may lie out of range.
pub(super) fn misfit(frame: CrsFrame, x: f64, y: f64) -> Option<Misfit> {
    if frame.geographic {
        let exchanged = y.abs() > 90.0 && y.abs() <= 180.0 && x.abs() <= 90.0;
        return exchanged.then_some(Misfit::Exchanged);
    }
    if is_northing(x) && is_easting(y) {
        return Some(Misfit::Exchanged);
    }
    if frame.is_of_zones() && x.abs() <= 180.0 && y.abs() <= 90.0 {
        let epsg = codes(frame.semi_major).degrees;
        return Some(Misfit::Degrees { epsg });
    }
    match (zone_of(x), zone_of(frame.false_easting)) {
        (None, None) if is_plain(frame.false_easting) => {
            let zone = utm_zone_of(x)?;
            let epsg = 32_600 + zone;
            Some(Misfit::UtmZoneInFront { zone, epsg })
        }
        (Some(zone), None) if is_plain(frame.false_easting) => {
            let epsg = code(frame.semi_major, zone, false)?;
            Some(Misfit::ZoneInFront { zone, epsg })
        }
        (None, Some(zone)) if is_plain(x) => {
            let epsg = code(frame.semi_major, zone, true)?;
            Some(Misfit::ZoneLeftOut { zone, epsg })
        }
        (Some(zone), Some(own)) if zone != own => {
            let epsg = code(frame.semi_major, zone, false)?;
            Some(Misfit::ZoneInFront { zone, epsg })
        }
        _ => None,
    }
}

/// The number in front of an easting.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "13 to 45"
)]
pub(super) fn zone_of(easting: f64) -> Option<u32> {
    let inside = (13e6..46e6).contains(&easting);
    let zone = (easting / 1e6) as u32;
    (inside && is_plain(easting % 1e6) && zone != 24).then_some(zone)
}

/// The number of a zone of UTM in front of an easting, where it is none of Gauss-Kruger's: 46 to 53, the east of China.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "46 to 53"
)]
fn utm_zone_of(easting: f64) -> Option<u32> {
    let inside = (46e6..54e6).contains(&easting) && is_plain(easting % 1e6);
    inside.then_some((easting / 1e6) as u32)
}

/// The zone whose number stands in front of an easting, and the code of that zone in CGCS2000.
pub fn zone_in_front(easting: f64) -> Option<(u32, u32)> {
    let zone = zone_of(easting)?;
    Some((zone, code(0.0, zone, false)?))
}

/// The codes of the datum on an ellipsoid.
fn codes(semi_major: f64) -> Codes {
    if (semi_major - 6_378_245.0).abs() < 0.5 {
        BEIJING_1954
    } else if (semi_major - 6_378_140.0).abs() < 0.5 {
        XIAN_1980
    } else {
        CGCS2000
    }
}

fn code(semi_major: f64, zone: u32, by_meridian: bool) -> Option<u32> {
    let codes = codes(semi_major);
    let ((numbered, by_name), first) = match zone {
        25..=45 => (codes.three, 25),
        13..=23 => (codes.six, 13),
        _ => return None,
    };
    Some(if by_meridian { by_name } else { numbered } + zone - first)
}

#[cfg(test)]
mod tests {
    use super::super::crs::Crs;
    use super::super::lonlat::LonLat;
    use super::*;

    #[test]
    fn a_zone_is_told_by_the_easting_alone() {
        assert_eq!(zone_in_front(38_493_200.0), Some((38, 4526)));
        assert_eq!(zone_in_front(20_435_137.0), Some((20, 4498)));
        assert_eq!(zone_in_front(493_200.0), None);
    }

    #[test]
    fn numbers_say_which_of_them_is_the_easting() {
        let told = |code: u32, one: f64, other: f64| {
            let crs = Crs::parse(&format!("EPSG:{code}")).expect("known");
            crs.frame().east_first(one, other)
        };
        let north = 3_735_042.3;
        for (code, east) in [
            (4547, 435_133.7),
            (4526, 38_435_133.7),
            (4547, 38_435_133.7),
            // No system of zones: eastings are of any size.
            (3857, 12_612_500.0),
            (3857, 13_012_345.0),
        ] {
            assert_eq!(
                told(code, east, north),
                Some((east, north)),
                "{code} {east}"
            );
            assert_eq!(
                told(code, north, east),
                Some((east, north)),
                "{code} {east}"
            );
        }
        // A digit is missing, or what stands there is no easting of any zone.
        for one in [
            43_513.7,
            0.0,
            -1.0,
            950_000.0,
            24_435_133.7,
            50_435_133.7,
            north,
        ] {
            assert_eq!(told(4547, one, north), None, "{one}");
        }
        assert_eq!(told(3857, 0.0, north), None);
        assert_eq!(told(4547, 113.3, 33.7), None);
    }

    #[test]
    fn a_zone_of_utm_in_front_is_named() {
        let frame = CrsFrame {
            geographic: false,
            false_easting: 500_000.0,
            semi_major: 6_378_137.0,
        };
        let (zone, epsg) = (49, 32_649);
        let found = misfit(frame, 49_713_070.0, 3_735_042.0);
        assert_eq!(found, Some(Misfit::UtmZoneInFront { zone, epsg }));
        assert_eq!(misfit(frame, 713_070.0, 3_735_042.0), None);
        assert_eq!(misfit(frame, 54_713_070.0, 3_735_042.0), None);
    }

    #[test]
    fn the_code_that_is_named_fits_the_coordinates() {
        for (own, x, y, lon) in [
            (4547, 38_435_137.0, 3_735_042.0, 114.0),
            (4508, 20_435_137.0, 3_735_042.0, 117.0),
            (4526, 435_137.0, 3_735_042.0, 114.0),
            (4498, 435_137.0, 3_735_042.0, 117.0),
            (4546, 38_435_137.0, 3_735_042.0, 114.0),
            (4525, 38_435_137.0, 3_735_042.0, 114.0),
            (2383, 38_435_137.0, 3_735_042.0, 114.0),
            (2435, 38_435_137.0, 3_735_042.0, 114.0),
            (2414, 435_137.0, 3_735_042.0, 114.0),
            (21_420, 435_137.0, 3_735_042.0, 117.0),
        ] {
            let crs = Crs::parse(&format!("EPSG:{own}")).expect("known");
            let Some(Misfit::ZoneInFront { epsg, .. } | Misfit::ZoneLeftOut { epsg, .. }) =
                misfit(crs.frame(), x, y)
            else {
                panic!("{own}");
            };
            let fits = Crs::parse(&format!("EPSG:{epsg}")).expect("known");
            let at = super::super::geotransform::CrsPoint { x, y };
            let there = fits.to_lonlat().expect("a way").apply(&[at]);
            let there: LonLat = there.expect("in range")[0];
            assert!((there.lon - lon).abs() < 1.0, "{own} {epsg}: {there:?}");
        }
    }

    #[test]
    fn an_easting_of_another_zone_has_no_place_degrees_away() {
        let there = |epsg: u32, x: f64| {
            let crs = Crs::parse(&format!("EPSG:{epsg}")).expect("known");
            let to = crs.to_lonlat().expect("a way");
            to.apply(&[super::super::geotransform::CrsPoint { x, y: 3_735_042.0 }])
        };
        assert!(there(4526, 38_435_137.0).is_ok());
        for x in [38_435_137.0, 36_435_137.0] {
            let Err(super::super::CrsError::OutOfRange { misfit, .. }) = there(4525, x) else {
                panic!("{x}");
            };
            assert!(matches!(misfit, Some(Misfit::ZoneInFront { .. })), "{x}");
        }
    }

    #[test]
    fn eastings_and_northings_exchanged_and_degrees_of_metres_have_no_place_continents_away() {
        let there = |epsg: u32, x: f64, y: f64| {
            let crs = Crs::parse(&format!("EPSG:{epsg}")).expect("known");
            let to = crs.to_lonlat().expect("a way");
            match to.apply(&[super::super::geotransform::CrsPoint { x, y }]) {
                Err(super::super::CrsError::OutOfRange { misfit, .. }) => misfit,
                other => panic!("{epsg} {x} {y}: {other:?}"),
            }
        };
        for (epsg, y) in [(4547, 435_137.0), (4526, 38_435_137.0), (32_649, 713_000.0)] {
            assert_eq!(
                there(epsg, 3_735_042.0, y),
                Some(Misfit::Exchanged),
                "{epsg}"
            );
        }
        for (epsg, degrees) in [(4547, 4490), (4526, 4490), (2383, 4610), (2435, 4214)] {
            let found = there(epsg, 113.3, 33.74);
            assert_eq!(found, Some(Misfit::Degrees { epsg: degrees }), "{epsg}");
        }
        // Mercator's metres are as large in the south of Asia.
        let crs = Crs::parse("EPSG:3857").expect("known");
        let at = super::super::geotransform::CrsPoint {
            x: 8_126_000.0,
            y: 501_000.0,
        };
        let found = crs.to_lonlat().expect("a way").apply(&[at]).expect("there");
        assert!((found[0].lon - 73.0).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn what_is_exchanged_is_known_and_what_fits_is_not_doubted() {
        let frame = |code: u32| Crs::parse(&format!("EPSG:{code}")).expect("known").frame();
        assert_eq!(misfit(frame(4490), 33.7, 113.3), Some(Misfit::Exchanged));
        assert_eq!(
            misfit(frame(4547), 3_735_042.0, 435_137.0),
            Some(Misfit::Exchanged)
        );
        assert_eq!(misfit(frame(4326), 113.3, 33.7), None);
        assert_eq!(misfit(frame(4547), 435_137.0, 3_735_042.0), None);
    }
}

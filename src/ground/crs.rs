//! Coordinate reference systems, and the way from them to WGS 84 lon/lat. PROJ does the work.

use super::geotransform::CrsPoint;
use super::lonlat::LonLat;
use super::old_datum::{is_old_datum, is_shifted_by_nothing};
use super::zone::{CrsFrame, Misfit, misfit, misfit_hint};
use crate::words::{Action, Choice, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, CoordTransformOptions, SpatialRef};

/// Semi-major axis of WGS 84 and CGCS2000 in metres.
const EQUATOR_M: f64 = 6_378_137.0;

/// A coordinate reference system as WKT, cheap to copy between threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crs {
    wkt: String,
    name: String,
}

/// A coordinate system that cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub enum CrsError {
    /// The definition is not one that PROJ knows.
    Unknown {
        /// What was given.
        definition: String,
    },
    /// There is no way from it to lon/lat (a local or engineering system).
    NoWayToLonLat {
        /// The system's name.
        name: String,
    },
    /// A position could not be transformed.
    OutOfRange {
        /// The system's name.
        name: String,
        /// Easting or longitude.
        x: f64,
        /// Northing or latitude.
        y: f64,
        /// What is likely wrong.
        misfit: Option<Misfit>,
    },
}

impl Say for CrsError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Unknown { definition } => Said::new(tr!(
                lang,
                "{definition} is not a coordinate reference system that PROJ knows",
                "{definition} 无法识别：PROJ 中没有这个坐标参考系"
            ))
            .hint(remedy!(
                lang,
                "name it by its EPSG code, as in {crs} (CGCS2000, 3-degree zone, 114° E)",
                "请用 EPSG 代码命名，例如 {crs}（CGCS2000 三度带，中央经线 114°）",
                crs = Action::Again(Choice::Crs(Some(4547))),
            )),
            Self::NoWayToLonLat { name } => Said::new(tr!(
                lang,
                "the coordinate system '{name}' cannot be transformed to longitude and latitude",
                "坐标系“{name}”无法转换为经纬度"
            ))
            .hint(remedy!(
                lang,
                "it is probably a local system: georeference the raster anew, or name the true system with {crs}",
                "它可能是独立坐标系：请重新配准，或用 {crs} 指明真实坐标系",
                crs = Action::Again(Choice::Crs(None)),
            )),
            Self::OutOfRange { name, x, y, misfit } => Said::new(tr!(
                lang,
                "the position {x:.2}, {y:.2} lies outside the range of '{name}'",
                "位置 {x:.2}，{y:.2} 超出坐标系“{name}”的适用范围"
            ))
            .hint(misfit_hint(*misfit, lang)),
        }
    }
}
speaking_error!(CrsError);

impl Crs {
    /// WGS 84 longitude and latitude.
    ///
    /// # Errors
    /// Only where PROJ's data base is missing.
    pub fn wgs84() -> Result<Self, CrsError> {
        Self::parse("EPSG:4326")
    }

    /// A system by its EPSG code, WKT or PROJ string.
    ///
    /// # Errors
    /// [`CrsError::Unknown`].
    pub fn parse(definition: &str) -> Result<Self, CrsError> {
        let unknown = || CrsError::Unknown {
            definition: definition.chars().take(80).collect(),
        };
        let reference = SpatialRef::from_definition(definition).map_err(|_ignored| unknown())?;
        Self::of(&reference).ok_or_else(unknown)
    }

    /// The system of an open data set or layer; `None` where it cannot be written as WKT.
    pub fn of(reference: &SpatialRef) -> Option<Self> {
        let wkt = reference.to_wkt().ok().filter(|w| !w.is_empty())?;
        let code = reference.auth_name().zip(reference.auth_code().ok());
        let code = code.map(|(authority, code)| format!("{authority}:{code}"));
        let name = code.or_else(|| reference.name());
        let name = name.unwrap_or_else(|| "unnamed".into());
        Some(Self { wkt, name })
    }

    /// `EPSG:4547` where it has a code, else its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its well-known text.
    pub fn wkt(&self) -> &str {
        &self.wkt
    }

    /// Whether it counts in metres along the ground, and not in degrees.
    pub fn is_projected(&self) -> bool {
        !self.frame().geographic
    }

    /// What it is, as far as coordinates that do not fit need it.
    pub(super) fn frame(&self) -> CrsFrame {
        let reference = SpatialRef::from_definition(&self.wkt).ok();
        let of = reference.as_ref();
        let shift = of.and_then(|r| r.get_proj_param("false_easting").ok().flatten());
        CrsFrame {
            geographic: of.is_some_and(SpatialRef::is_geographic),
            false_easting: shift.unwrap_or(0.0),
            semi_major: of.and_then(|r| r.semi_major().ok()).unwrap_or(EQUATOR_M),
        }
    }

    /// Whether there is a known way from its datum to WGS 84 about a place. PROJ takes a datum it knows no way from for
    /// WGS 84 without a word, and places then lie tens of metres off.
    fn has_known_datum(&self, about: LonLat) -> bool {
        // A system on the ellipsoid of WGS 84 (CGCS2000, GRS 80) is within a metre or two of it, unless its datum is one of those
        // that have another: then one of the two is misnamed.
        if (self.frame().semi_major - EQUATOR_M).abs() < 0.5 {
            return !is_old_datum(&self.datum());
        }
        // Programs that know of no way write one of zeros, which PROJ takes for one.
        if is_shifted_by_nothing(&self.wkt) {
            return false;
        }
        let strict = || -> gdal::errors::Result<CoordTransform> {
            let mut options = CoordTransformOptions::new()?;
            options.set_ballpark_allowed(false)?;
            options.set_area_of_interest(
                (about.lon - 0.05).max(-180.0),
                (about.lat - 0.05).max(-90.0),
                (about.lon + 0.05).min(180.0),
                (about.lat + 0.05).min(90.0),
            )?;
            let mut own = SpatialRef::from_definition(&self.wkt)?;
            let mut wgs84 = SpatialRef::from_definition("EPSG:4326")?;
            own.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
            wgs84.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
            CoordTransform::new_with_options(&own, &wgs84, &options)
        };
        let Ok(transform) = strict() else {
            return false;
        };
        let Ok(there) = self.from_lonlat(&[about]) else {
            return false;
        };
        run(&transform, self, std::iter::once((there[0].x, there[0].y))).is_ok()
    }

    /// The system with a way from its datum to WGS 84 about a place: its own, or that of the seven parameters where
    /// none is known: metres along x, y, z, seconds of arc about them (position vector rotation), parts in a million. Where
    /// those are not given either, the datum's name comes with it.
    ///
    /// # Errors
    /// [`CrsError::Unknown`] where the system cannot be written with the parameters.
    pub fn with_way(
        self,
        about: LonLat,
        shift: Option<[f64; 7]>,
    ) -> Result<(Self, Option<String>), CrsError> {
        if self.has_known_datum(about) {
            return Ok((self, None));
        }
        if let Some(shift) = shift {
            return Ok((self.with_shift(shift)?, None));
        }
        let datum = self.datum();
        Ok((self, Some(datum)))
    }

    /// The name of its datum.
    fn datum(&self) -> String {
        let reference = SpatialRef::from_definition(&self.wkt).ok();
        let of = |node: &str| {
            let reference = reference.as_ref()?;
            reference.get_attr_value(node, 0).ok().flatten()
        };
        let name = of("DATUM").or_else(|| of("GEOGCS"));
        name.unwrap_or_else(|| self.name.clone()).replace('_', " ")
    }

    /// The same with the seven parameters of its datum's way to WGS 84: metres along x, y, z, seconds of arc about them
    /// (position vector rotation), parts in a million.
    ///
    /// # Errors
    /// [`CrsError::Unknown`] where the system cannot be written with them.
    fn with_shift(&self, shift: [f64; 7]) -> Result<Self, CrsError> {
        let unknown = || CrsError::Unknown {
            definition: self.name.clone(),
        };
        let reference = SpatialRef::from_definition(&self.wkt).map_err(|_ignored| unknown())?;
        let plain = reference.to_proj4().map_err(|_ignored| unknown())?;
        let kept: Vec<&str> = plain
            .split_whitespace()
            .filter(|word| {
                !["+towgs84", "+datum", "+type", "+no_defs"]
                    .iter()
                    .any(|p| word.starts_with(p))
            })
            .collect();
        let parameters = shift.map(|v| v.to_string()).join(",");
        let is_round = |word: &&str| ["+ellps", "+a="].iter().any(|p| word.starts_with(p));
        // What `+datum` said of it.
        let round = if kept.iter().any(is_round) {
            ""
        } else {
            " +ellps=WGS84"
        };
        let shifted = Self::parse(&format!(
            "{}{round} +towgs84={parameters} +no_defs",
            kept.join(" ")
        ))?;
        Ok(Self {
            name: format!("{} +towgs84={parameters}", self.name),
            ..shifted
        })
    }

    fn reference(wkt: &str) -> Option<SpatialRef> {
        let mut reference = SpatialRef::from_definition(wkt).ok()?;
        reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        Some(reference)
    }

    fn transform(&self, inverse: bool) -> Result<CoordTransform, CrsError> {
        let made = || {
            let (own, wgs84) = (Self::reference(&self.wkt)?, Self::reference("EPSG:4326")?);
            let (from, to) = if inverse { (wgs84, own) } else { (own, wgs84) };
            CoordTransform::new(&from, &to).ok()
        };
        let name = self.name.clone();
        made().ok_or(CrsError::NoWayToLonLat { name })
    }

    /// A transformer to lon/lat. Not `Sync`: each thread makes its own.
    ///
    /// # Errors
    /// [`CrsError::NoWayToLonLat`].
    pub fn to_lonlat(&self) -> Result<ToLonLat, CrsError> {
        Ok(ToLonLat {
            transform: self.transform(false)?,
            frame: self.frame(),
            crs: self.clone(),
        })
    }

    /// Positions in lon/lat to this system.
    ///
    /// # Errors
    /// [`CrsError::NoWayToLonLat`], or [`CrsError::OutOfRange`] for the first position that has none.
    pub fn from_lonlat(&self, points: &[LonLat]) -> Result<Vec<CrsPoint>, CrsError> {
        self.from_lonlat_prepared()?.apply(points)
    }

    /// A transformer from lon/lat. Not `Sync`: each thread makes its own.
    ///
    /// # Errors
    /// [`CrsError::NoWayToLonLat`].
    pub fn from_lonlat_prepared(&self) -> Result<FromLonLat, CrsError> {
        Ok(FromLonLat {
            transform: self.transform(true)?,
            crs: self.clone(),
        })
    }
}

/// From WGS 84 lon/lat to one coordinate system.
pub struct FromLonLat {
    transform: CoordTransform,
    crs: Crs,
}

impl FromLonLat {
    /// Transforms many positions at once.
    ///
    /// # Errors
    /// [`CrsError::OutOfRange`] for the first position that has none.
    pub fn apply(&self, points: &[LonLat]) -> Result<Vec<CrsPoint>, CrsError> {
        let places = points.iter().map(|p| (p.lon, p.lat));
        let (xs, ys) = run(&self.transform, &self.crs, places)?;
        let found = xs.into_iter().zip(ys);
        Ok(found.map(|(x, y)| CrsPoint { x, y }).collect())
    }
}

/// From one coordinate system to WGS 84 lon/lat.
pub struct ToLonLat {
    transform: CoordTransform,
    crs: Crs,
    frame: CrsFrame,
}

impl ToLonLat {
    /// Two numbers in metres as a point, in whichever order they stand: surveyors write the northing first, map programs the
    /// easting. `None` where they do not tell.
    pub fn east_first(&self, one: f64, other: f64) -> Option<CrsPoint> {
        let (x, y) = self.frame.east_first(one, other)?;
        Some(CrsPoint { x, y })
    }

    /// Transforms many positions at once.
    ///
    /// # Errors
    /// [`CrsError::OutOfRange`] for the first position that has no longitude and latitude, or that cannot be meant: with the
    /// number of another zone than the system's, easting and northing exchanged, or degrees under metres. It has some, degrees
    /// and continents away.
    pub fn apply(&self, points: &[CrsPoint]) -> Result<Vec<LonLat>, CrsError> {
        let elsewhere = |p: &&CrsPoint| self.frame.is_elsewhere(p.x, p.y);
        if let Some(point) = points.iter().find(elsewhere) {
            return Err(out_of_range(&self.crs, point.x, point.y));
        }
        let (xs, ys) = run(
            &self.transform,
            &self.crs,
            points.iter().map(|p| (p.x, p.y)),
        )?;
        let found: Vec<LonLat> = xs
            .into_iter()
            .zip(ys)
            .map(|(lon, lat)| LonLat { lon, lat })
            .collect();
        match found.iter().position(|p| !p.is_on_earth()) {
            Some(i) => Err(out_of_range(&self.crs, points[i].x, points[i].y)),
            None => Ok(found),
        }
    }
}

fn out_of_range(crs: &Crs, x: f64, y: f64) -> CrsError {
    CrsError::OutOfRange {
        name: crs.name.clone(),
        x,
        y,
        misfit: misfit(crs.frame(), x, y),
    }
}

fn run(
    transform: &CoordTransform,
    crs: &Crs,
    points: impl Iterator<Item = (f64, f64)>,
) -> Result<(Vec<f64>, Vec<f64>), CrsError> {
    let (mut xs, mut ys): (Vec<f64>, Vec<f64>) = points.unzip();
    let before = (
        xs.first().copied().unwrap_or(0.0),
        ys.first().copied().unwrap_or(0.0),
    );
    let out = |x, y| out_of_range(crs, x, y);
    if transform
        .transform_coords(&mut xs, &mut ys, &mut [])
        .is_err()
    {
        return Err(out(before.0, before.1));
    }
    match xs
        .iter()
        .zip(&ys)
        .position(|(x, y)| !x.is_finite() || !y.is_finite())
    {
        Some(i) => Err(out(xs[i], ys[i])),
        None => Ok((xs, ys)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_values_of_three_degree_zones_hold_both_ways() {
        for (code, lon, lat, x, y) in [
            (4547, 113.30, 33.74, 435_133.665, 3_735_042.323),
            (4526, 113.30, 33.74, 38_435_133.665, 3_735_042.323),
            (4523, 104.37, 33.78, 35_441_647.517, 3_739_437.330),
            (4524, 106.71, 26.58, 36_371_482.393, 2_941_741.624),
        ] {
            let crs = Crs::parse(&format!("EPSG:{code}")).expect("known");
            let there = crs.from_lonlat(&[LonLat::new(lon, lat)]).expect("in range")[0];
            assert!(
                (there.x - x).abs() < 2e-3 && (there.y - y).abs() < 2e-3,
                "{code}: {there:?}"
            );
            let back = crs
                .to_lonlat()
                .expect("transformable")
                .apply(&[there])
                .expect("in range")[0];
            assert!((back.lon - lon).abs() < 1e-9 && (back.lat - lat).abs() < 1e-9);
        }
    }

    #[test]
    fn a_way_of_zeros_and_an_old_name_on_a_new_ellipsoid_are_no_known_way() {
        let wkt = |datum: &str, ellipsoid: &str, way: &str| {
            format!(
                r#"PROJCS["x",GEOGCS["x",DATUM["{datum}",SPHEROID[{ellipsoid}]{way}],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",114],PARAMETER["scale_factor",1],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["Meter",1]]"#
            )
        };
        let about = LonLat::new(113.3, 33.74);
        let shift = Some([15.8, -154.4, -82.3, 0.0, 0.0, 0.0, 0.0]);
        let krassowsky = r#""Krassowsky_1940",6378245,298.3"#;
        let wgs84 = r#""WGS_1984",6378137,298.257223563"#;
        let zeros = ",TOWGS84[0,0,0,0,0,0,0]";
        for (datum, ellipsoid, way) in [
            ("Beijing_1954", krassowsky, zeros),
            ("D_Beijing_1954", krassowsky, ""),
            ("D_Xian_1980", wgs84, ""),
            ("Xian 1980", wgs84, zeros),
        ] {
            let crs = Crs::parse(&wkt(datum, ellipsoid, way)).expect("known");
            let (_, unknown) = crs.clone().with_way(about, None).expect("a system");
            assert!(unknown.is_some(), "{datum} {way}");
            let (shifted, unknown) = crs.clone().with_way(about, shift).expect("a system");
            assert_eq!(unknown, None, "{datum} {way}");
            let [there, own] = [&shifted, &crs].map(|crs| {
                let at = [CrsPoint {
                    x: 435_133.665,
                    y: 3_735_042.323,
                }];
                crs.to_lonlat()
                    .and_then(|to| to.apply(&at))
                    .expect("in range")[0]
            });
            let moved = there.distance_m(own);
            assert!((20.0..300.0).contains(&moved), "{datum} {way}: {moved}");
        }
        for (datum, ellipsoid, way) in [
            (
                "Beijing_1954",
                krassowsky,
                ",TOWGS84[15.8,-154.4,-82.3,0,0,0,0]",
            ),
            ("D_China_2000", r#""CGCS2000",6378137,298.257222101"#, ""),
            ("D_GRS_1980", r#""GRS_1980",6378137,298.257222101"#, zeros),
            ("WGS_1984", wgs84, zeros),
        ] {
            let crs = Crs::parse(&wkt(datum, ellipsoid, way)).expect("known");
            let (_, unknown) = crs.with_way(about, None).expect("a system");
            assert_eq!(unknown, None, "{datum} {way}");
        }
    }

    #[test]
    fn an_unknown_system_and_a_local_one_are_refused() {
        assert!(matches!(
            Crs::parse("EPSG:999999"),
            Err(CrsError::Unknown { .. })
        ));
        let local = Crs::parse("LOCAL_CS[\"yard\",UNIT[\"metre\",1]]").expect("parses");
        assert!(matches!(
            local.to_lonlat(),
            Err(CrsError::NoWayToLonLat { .. })
        ));
    }
}

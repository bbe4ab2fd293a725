//! Coordinate reference systems, and the way from them to WGS 84 lon/lat. PROJ does the work.

use super::geotransform::CrsPoint;
use super::lonlat::LonLat;
use crate::words::{Lang, Said, Say};
use crate::{speaking_error, tr};
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};

/// A coordinate reference system as WKT, cheap to copy between threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crs {
    wkt: String,
    name: String,
}

/// A coordinate system that cannot be used.
#[derive(Debug)]
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
    },
}

impl Say for CrsError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Unknown { definition } => Said::new(tr!(lang,
                "{definition} is not a coordinate reference system that PROJ knows",
                "{definition} 不是 PROJ 认识的坐标参考系"))
            .hint(tr!(lang,
                "name it by its EPSG code, as in `--crs EPSG:4547` (CGCS2000, 3-degree zone, 114° E)",
                "请用 EPSG 代码命名，例如 `--crs EPSG:4547`（CGCS2000 三度带，中央经线 114°）")),
            Self::NoWayToLonLat { name } => Said::new(tr!(lang,
                "the coordinate system '{name}' cannot be transformed to longitude and latitude",
                "坐标系“{name}”无法转换为经纬度"))
            .hint(tr!(lang,
                "it is probably a local system: georeference the raster anew, or name the true system with `--crs EPSG:…`",
                "它可能是独立坐标系：请重新配准，或用 `--crs EPSG:…` 指明真实坐标系")),
            Self::OutOfRange { name, x, y } => Said::new(tr!(lang,
                "the position {x}, {y} lies outside the range of '{name}'",
                "位置 {x}， {y} 超出坐标系“{name}”的适用范围"))
            .hint(tr!(lang,
                "the raster's coordinates do not fit its coordinate system; check with `gdalinfo`, mend with `gdal_edit.py -a_srs`",
                "栅格坐标与坐标系不符：用 `gdalinfo` 检查，用 `gdal_edit.py -a_srs` 修正")),
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
        let code = reference
            .auth_name()
            .zip(reference.auth_code().ok())
            .map(|(a, c)| format!("{a}:{c}"));
        let name = code
            .or_else(|| reference.name())
            .unwrap_or_else(|| "unnamed".into());
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

    fn reference(wkt: &str) -> Option<SpatialRef> {
        let mut reference = SpatialRef::from_definition(wkt).ok()?;
        reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        Some(reference)
    }

    fn transform(&self, inverse: bool) -> Result<CoordTransform, CrsError> {
        let none = || CrsError::NoWayToLonLat {
            name: self.name.clone(),
        };
        let own = Self::reference(&self.wkt).ok_or_else(none)?;
        let wgs84 = Self::reference("EPSG:4326").ok_or_else(none)?;
        let (from, to) = if inverse {
            (&wgs84, &own)
        } else {
            (&own, &wgs84)
        };
        CoordTransform::new(from, to).map_err(|_ignored| none())
    }

    /// A transformer to lon/lat. Not `Sync`: each thread makes its own.
    ///
    /// # Errors
    /// [`CrsError::NoWayToLonLat`].
    pub fn to_lonlat(&self) -> Result<ToLonLat, CrsError> {
        Ok(ToLonLat {
            transform: self.transform(false)?,
            name: self.name.clone(),
        })
    }

    /// Positions in lon/lat to this system.
    ///
    /// # Errors
    /// [`CrsError::NoWayToLonLat`], or [`CrsError::OutOfRange`] for the first position that has none.
    pub fn from_lonlat(&self, points: &[LonLat]) -> Result<Vec<CrsPoint>, CrsError> {
        let (xs, ys) = run(
            &self.transform(true)?,
            &self.name,
            points.iter().map(|p| (p.lon, p.lat)),
        )?;
        Ok(xs
            .into_iter()
            .zip(ys)
            .map(|(x, y)| CrsPoint { x, y })
            .collect())
    }
}

/// From one coordinate system to WGS 84 lon/lat.
pub struct ToLonLat {
    transform: CoordTransform,
    name: String,
}

impl ToLonLat {
    /// Transforms many positions at once.
    ///
    /// # Errors
    /// [`CrsError::OutOfRange`] for the first position that has no longitude and latitude.
    pub fn apply(&self, points: &[CrsPoint]) -> Result<Vec<LonLat>, CrsError> {
        let (xs, ys) = run(
            &self.transform,
            &self.name,
            points.iter().map(|p| (p.x, p.y)),
        )?;
        let found: Vec<LonLat> = xs
            .into_iter()
            .zip(ys)
            .map(|(lon, lat)| LonLat { lon, lat })
            .collect();
        match found.iter().position(|p| !p.is_on_earth()) {
            Some(i) => Err(CrsError::OutOfRange {
                name: self.name.clone(),
                x: points[i].x,
                y: points[i].y,
            }),
            None => Ok(found),
        }
    }
}

fn run(
    transform: &CoordTransform,
    name: &str,
    points: impl Iterator<Item = (f64, f64)>,
) -> Result<(Vec<f64>, Vec<f64>), CrsError> {
    let (mut xs, mut ys): (Vec<f64>, Vec<f64>) = points.unzip();
    let before = (
        xs.first().copied().unwrap_or(0.0),
        ys.first().copied().unwrap_or(0.0),
    );
    let out = |x, y| CrsError::OutOfRange {
        name: name.to_owned(),
        x,
        y,
    };
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

//! The boundary of a survey: polygons out of any vector file, in lon/lat.

use super::crs::{Crs, CrsError};
use super::geotransform::CrsPoint;
use super::lonlat::{LonLat, Quad};
use super::overlay::{rest, union, union_within};
use super::vector::layers;
use super::zone::Misfit;
use crate::words::{Lang, Said, Say, shell};
use crate::{speaking_error, tr};
use geo::{
    BoundingRect, Coord, Intersects, LineString, MapCoords, MultiPolygon, Polygon, Validation,
};
use std::path::{Path, PathBuf};

/// The area a survey was asked to search.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    polygons: MultiPolygon,
    notes: Vec<BoundaryNote>,
}

/// What was passed over or settled when a boundary was read: said, since it decides what is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BoundaryNote {
    /// Features without a geometry.
    WithoutShape {
        /// The file.
        path: PathBuf,
        /// How many.
        features: usize,
    },
    /// Coordinates that did not fit their system were read in the one they fit.
    Settled {
        /// The file.
        path: PathBuf,
        /// What was wrong.
        misfit: Misfit,
    },
    /// No way from its datum to WGS 84 is known: it may lie tens of metres off.
    UnknownDatum {
        /// The file.
        path: PathBuf,
        /// The datum.
        datum: String,
    },
}

impl Say for BoundaryNote {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Settled { path, misfit } => {
                let path = path.display();
                Said::new(match misfit {
                    Misfit::ZoneInFront { zone, epsg } | Misfit::ZoneLeftOut { zone, epsg } => tr!(
                        lang,
                        "{path}: its eastings are those of zone {zone} as in EPSG:{epsg}, not of the system it names; read so",
                        "{path}：东坐标是 {zone} 带（EPSG:{epsg}）的，与所标坐标系不符，已按 EPSG:{epsg} 读取"
                    ),
                    Misfit::Exchanged => tr!(
                        lang,
                        "{path}: longitude and latitude are exchanged; read the right way round",
                        "{path}：经度与纬度颠倒，已按正确次序读取"
                    ),
                })
            }
            Self::UnknownDatum { path, datum } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path} is on the datum {datum}, from which no way to WGS 84 is known here: the boundary may lie 100 m off and more",
                    "{path} 的大地基准是 {datum}，没有已知的到 WGS 84 的转换参数：边界可能偏差 100 米以上"
                ))
                .hint(tr!(
                    lang,
                    "give the parameters of your area with `--towgs84 dx,dy,dz`, or export the boundary in CGCS2000",
                    "请用 `--towgs84 dx,dy,dz` 给出本地区参数，或以 CGCS2000 重新导出边界"
                ))
            }
            Self::WithoutShape { path, features } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path}: features without a geometry passed over: {features}",
                    "{path}：已略过 {features} 个没有图形的要素"
                ))
            }
        }
    }
}
speaking_error!(BoundaryNote);

/// A boundary file that cannot be used.
#[derive(Debug)]
pub enum BoundaryError {
    /// GDAL cannot open it as vector data.
    Unreadable {
        /// The file.
        path: PathBuf,
    },
    /// It has no polygon.
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A polygon crosses itself.
    SelfIntersecting {
        /// The file.
        path: PathBuf,
        /// The feature's number, from 1.
        feature: usize,
    },
    /// A feature has a shape that is not understood, such as a curve.
    Shape {
        /// The file.
        path: PathBuf,
        /// The feature's number, from 1.
        feature: usize,
    },
    /// It does not say where it is.
    NoCrs {
        /// The file.
        path: PathBuf,
    },
    /// Its coordinate system cannot be used.
    Crs {
        /// The file.
        path: PathBuf,
        /// Why.
        source: CrsError,
    },
}

impl Say for BoundaryError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Unreadable { path } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} cannot be read as a boundary", "无法读取边界文件 {path}")).hint(tr!(lang,
                    "give a GeoJSON, GeoPackage, KML or shapefile with polygons; export it anew if it is one",
                    "请给出含多边形的 GeoJSON、GeoPackage、KML 或 Shapefile；若已是，请重新导出"))
            }
            Self::Empty { path } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} holds no polygon", "{path} 中没有多边形")).hint(tr!(
                    lang,
                    "draw the survey area as a polygon; lines and points bound nothing",
                    "请把测区画成多边形；线和点不能作为边界"
                ))
            }
            Self::SelfIntersecting { path, feature } => {
                let typed = shell(path);
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "polygon {feature} of {path} crosses itself",
                    "{path} 的第 {feature} 个多边形自相交"
                ))
                .hint(tr!(
                    lang,
                    "mend it: `ogr2ogr -makevalid mended.gpkg {typed}`",
                    "修复方法：`ogr2ogr -makevalid mended.gpkg {typed}`"
                ))
            }
            Self::Shape { path, feature } => {
                let typed = shell(path);
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "feature {feature} of {path} has a shape that cannot be read, such as a curve",
                    "{path} 的第 {feature} 个要素形状无法读取（例如曲线）"
                ))
                .hint(tr!(
                    lang,
                    "make it plain polygons: `ogr2ogr -nlt CONVERT_TO_LINEAR plain.gpkg {typed}`",
                    "请转换为普通多边形：`ogr2ogr -nlt CONVERT_TO_LINEAR plain.gpkg {typed}`"
                ))
            }
            Self::NoCrs { path } => {
                let typed = shell(path);
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path} has no coordinate reference system",
                    "{path} 没有坐标参考系"
                ))
                .hint(tr!(
                    lang,
                    "write it in: `ogr2ogr -a_srs EPSG:4547 mended.gpkg {typed}`",
                    "请写入：`ogr2ogr -a_srs EPSG:4547 mended.gpkg {typed}`"
                ))
            }
            Self::Crs { path, source } => {
                let said = source.say(lang);
                Said {
                    what: format!("{}: {}", path.display(), said.what),
                    hint: said.hint,
                }
            }
        }
    }
}
speaking_error!(BoundaryError, |e| match e {
    BoundaryError::Crs { source, .. } => Some(source),
    _ => None,
});

impl Boundary {
    /// Reads every polygon of every layer and unites them.
    ///
    /// # Errors
    /// See [`BoundaryError`].
    pub fn read(path: &Path) -> Result<Self, BoundaryError> {
        Self::read_with(path, None)
    }

    /// As [`Boundary::read`], with the seven parameters of a datum that has no known way to WGS 84
    /// ([`Crs::with_shift`]).
    ///
    /// # Errors
    /// See [`BoundaryError`].
    pub fn read_with(path: &Path, shift: Option<[f64; 7]>) -> Result<Self, BoundaryError> {
        let in_crs = |source| BoundaryError::Crs {
            path: path.into(),
            source,
        };
        let mut notes = Vec::new();
        let unreadable = |_why: String| BoundaryError::Unreadable { path: path.into() };
        let mut polygons: Vec<geo::Polygon> = Vec::new();
        let mut without_shape = 0;
        for layer in layers(path).map_err(unreadable)? {
            without_shape += layer.without_shape;
            for feature in layer.features {
                let number = feature.number;
                let shape = feature.shape.map_err(|_why| BoundaryError::Shape {
                    path: path.into(),
                    feature: number,
                })?;
                let found = areas(shape);
                if found.is_empty() {
                    continue;
                }
                let crs = layer
                    .crs
                    .as_ref()
                    .ok_or_else(|| BoundaryError::NoCrs { path: path.into() })?;
                for polygon in found {
                    let there = settled(&polygon, crs, shift, path, &mut notes).map_err(in_crs)?;
                    if !polygon.is_valid() {
                        return Err(BoundaryError::SelfIntersecting {
                            path: path.into(),
                            feature: number,
                        });
                    }
                    polygons.push(there);
                }
            }
        }
        let united = union([&MultiPolygon::new(polygons)]);
        if united.0.is_empty() {
            return Err(BoundaryError::Empty { path: path.into() });
        }
        notes.dedup();
        notes.extend((without_shape > 0).then(|| BoundaryNote::WithoutShape {
            path: path.into(),
            features: without_shape,
        }));
        Ok(Self {
            polygons: united,
            notes,
        })
    }

    /// A boundary from polygons in lon/lat.
    pub fn of(polygons: MultiPolygon) -> Self {
        let notes = Vec::new();
        Self { polygons, notes }
    }

    /// What was passed over or settled when it was read.
    pub fn notes(&self) -> &[BoundaryNote] {
        &self.notes
    }

    /// Its polygons in lon/lat.
    pub fn polygons(&self) -> &MultiPolygon {
        &self.polygons
    }

    /// Whether any of a footprint lies inside.
    pub fn meets(&self, footprint: &Quad) -> bool {
        let ring: LineString = footprint.iter().map(|c| Coord::from(*c)).collect();
        self.polygons.intersects(&Polygon::new(ring, vec![]))
    }

    /// The part of an area that lies inside.
    pub fn inside(&self, area: &MultiPolygon) -> MultiPolygon {
        union_within([area], &self.polygons)
    }

    /// The part of an area that lies outside.
    pub fn outside(&self, area: &MultiPolygon) -> MultiPolygon {
        rest(area, [&self.polygons])
    }

    /// Its bounding box in degrees.
    pub fn bounds(&self) -> Option<geo::Rect> {
        self.polygons.bounding_rect()
    }
}

/// The areas in a shape; points and lines bound nothing.
fn areas(shape: geo::Geometry) -> Vec<geo::Polygon> {
    match shape {
        geo::Geometry::Polygon(p) => vec![p],
        geo::Geometry::MultiPolygon(m) => m.0,
        geo::Geometry::GeometryCollection(c) => c.0.into_iter().flat_map(areas).collect(),
        _ => Vec::new(),
    }
}

/// A polygon in lon/lat. Coordinates that cannot be in their system and fit one other, with certainty, are read in it.
fn settled(
    polygon: &geo::Polygon,
    crs: &Crs,
    shift: Option<[f64; 7]>,
    path: &Path,
    notes: &mut Vec<BoundaryNote>,
) -> Result<geo::Polygon, CrsError> {
    let mut note = |note| {
        if !notes.contains(&note) {
            notes.push(note);
        }
    };
    let there = match to_lonlat(polygon, crs) {
        Err(CrsError::OutOfRange {
            misfit: Some(misfit),
            ..
        }) => {
            note(BoundaryNote::Settled {
                path: path.into(),
                misfit,
            });
            match misfit {
                Misfit::Exchanged => {
                    let turned = polygon.map_coords(|c| Coord { x: c.y, y: c.x });
                    to_lonlat(&turned, crs)?
                }
                Misfit::ZoneInFront { epsg, .. } | Misfit::ZoneLeftOut { epsg, .. } => {
                    to_lonlat(polygon, &Crs::parse(&format!("EPSG:{epsg}"))?)?
                }
            }
        }
        other => other?,
    };
    let about = there.exterior().coords().next().map(|c| LonLat::from(*c));
    if about.is_none_or(|at| crs.has_known_datum(at)) {
        return Ok(there);
    }
    if let Some(shift) = shift {
        return to_lonlat(polygon, &crs.with_shift(shift)?);
    }
    note(BoundaryNote::UnknownDatum {
        path: path.into(),
        datum: crs.datum(),
    });
    Ok(there)
}

fn to_lonlat(polygon: &geo::Polygon, crs: &Crs) -> Result<geo::Polygon, CrsError> {
    let transform = crs.to_lonlat()?;
    polygon.try_map_coords(|c| {
        transform
            .apply(&[CrsPoint { x: c.x, y: c.y }])
            .map(|p| p[0].into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Boundary, BoundaryError> {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("边界 area.geojson");
        std::fs::write(&path, text).expect("written");
        Boundary::read(&path)
    }

    #[test]
    fn overlapping_polygons_are_united() {
        let boundary = read(r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,1],[0,1],[0,0]]]}},
            {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[1,0],[3,0],[3,1],[1,1],[1,0]]]}}]}"#)
            .expect("read");
        assert_eq!(boundary.polygons().0.len(), 1);
    }

    #[test]
    fn heights_and_collections_are_read() {
        let with_z =
            read(r#"{"type":"Polygon","coordinates":[[[0,0,9],[1,0,9],[1,1,9],[0,1,9],[0,0,9]]]}"#);
        assert_eq!(with_z.expect("read").polygons().0.len(), 1);
        let inside = r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}"#;
        let text = format!(
            r#"{{"type":"GeometryCollection","geometries":[{inside},{{"type":"Point","coordinates":[0,0]}}]}}"#
        );
        assert_eq!(read(&text).expect("read").polygons().0.len(), 1);
    }

    #[test]
    fn a_bow_tie_a_line_and_a_text_are_refused() {
        let bow = read(r#"{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}"#);
        assert!(
            matches!(bow, Err(BoundaryError::SelfIntersecting { feature: 1, .. })),
            "{bow:?}"
        );
        let line = read(r#"{"type":"LineString","coordinates":[[0,0],[1,1]]}"#);
        assert!(matches!(line, Err(BoundaryError::Empty { .. })), "{line:?}");
        assert!(matches!(
            read("nothing"),
            Err(BoundaryError::Unreadable { .. })
        ));
    }
}

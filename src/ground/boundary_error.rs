//! Why a boundary is not taken, and what is said of one that is.

use super::crs::CrsError;
use super::vector_error::{NAMED, PLAIN, VectorError, in_metres, of_crs};
use super::zone::{Misfit, zone_in_front};
use crate::words::{Action, Both, Choice, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::path::{Path, PathBuf};

/// What bounds an area: a track or waypoints do not.
const AREAS: Both = Both(
    "give a GeoJSON, GeoPackage, KML, KMZ or shapefile with polygons, with all of its files side by side, or one of them in a .zip",
    "请给出含多边形的 GeoJSON、GeoPackage、KML、KMZ 或 Shapefile（其各个文件须放在一起），或含其中一个的 .zip",
);

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
    /// Polygons that touch themselves, or that have spikes or parts without area: what they enclose is clear.
    Settled {
        /// The file.
        path: PathBuf,
        /// The features' numbers, from 1.
        features: Vec<usize>,
    },
    /// Polygons that enclose nothing.
    NoArea {
        /// The file.
        path: PathBuf,
        /// The features' numbers, from 1.
        features: Vec<usize>,
    },
    /// Coordinates that did not fit their system were read in the one they fit.
    Misfit {
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
    /// Its columns are those of a map program that hands out GCJ-02 as if it were WGS 84.
    ShiftedMap {
        /// The file.
        path: PathBuf,
    },
}

/// Numbers as a list: the first few, and how many more there are.
fn listed(numbers: &[usize]) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<String> = numbers.iter().take(SHOWN).map(usize::to_string).collect();
    let shown = shown.join(", ");
    match numbers.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} … (+{more})"),
    }
}

fn shifted_map(path: &Path, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "{path} has the columns of DataV or Amap, whose boundaries are in GCJ-02: it lies some 500 m off",
        "{path} 带有 DataV（高德）边界数据的字段，其坐标为 GCJ-02（火星坐标），边界偏差约 500 米",
        path = path.display(),
    ))
    .hint(lang.pick(
        "take a boundary in WGS 84 or CGCS2000, such as the national map's; where this file was converted it is right as it is",
        "请改用 WGS 84 或 CGCS2000 边界（如天地图）；已纠偏的文件可忽略本提示",
    ))
}

fn read_in_another(path: &Path, misfit: Misfit, lang: Lang) -> Said {
    let path = path.display();
    Said::new(match misfit {
        Misfit::ZoneInFront { zone, epsg }
        | Misfit::ZoneLeftOut { zone, epsg }
        | Misfit::UtmZoneInFront { zone, epsg } => tr!(
            lang,
            "{path}: its eastings are those of zone {zone} as in EPSG:{epsg}, not of the system it names; read so",
            "{path}：东坐标是 {zone} 带（EPSG:{epsg}）的，与所标坐标系不符，已按 EPSG:{epsg} 读取"
        ),
        Misfit::Degrees { epsg } => tr!(
            lang,
            "{path}: its coordinates are degrees, not of the system it names; read as EPSG:{epsg}",
            "{path}：其坐标是经纬度，与所标坐标系不符，已按 EPSG:{epsg} 读取"
        ),
        Misfit::Exchanged => tr!(
            lang,
            "{path}: longitude and latitude are exchanged; read the right way round",
            "{path}：经度与纬度颠倒，已按正确次序读取"
        ),
    })
}

impl Say for BoundaryNote {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Misfit { path, misfit } => read_in_another(path, *misfit, lang),
            Self::UnknownDatum { path, datum } => Said::new(tr!(
                lang,
                "{path} is on the datum {datum}, from which no way to WGS 84 is known here: the boundary may lie 100 m off and more",
                "{path} 的大地基准是 {datum}，没有已知的到 WGS 84 的转换参数：边界可能偏差 100 米以上",
                path = path.display(),
            ))
            .hint(lang.pick(
                "export the boundary in CGCS2000",
                "请以 CGCS2000 重新导出边界",
            ))
            .hint(remedy!(
                lang,
                "or give the parameters of your area with {datum}",
                "或用 {datum} 给出本地区参数",
                datum = Action::Again(Choice::Datum { seven: false }),
            )),
            Self::ShiftedMap { path } => shifted_map(path, lang),
            Self::WithoutShape { path, features } => Said::new(tr!(
                lang,
                "{path}: features without a geometry passed over: {features}",
                "{path}：已略过 {features} 个没有图形的要素",
                path = path.display(),
            )),
            Self::Settled { path, features } => Said::new(tr!(
                lang,
                "{path}: polygons that touch themselves or have spikes were settled; what they enclose is searched: {features}",
                "{path}：以下多边形自接触或有尖刺，已自动整理，按其围成的范围检测：{features}",
                path = path.display(),
                features = listed(features),
            )),
            Self::NoArea { path, features } => Said::new(tr!(
                lang,
                "{path}: polygons without an area passed over: {features}",
                "{path}：已略过没有面积的多边形：{features}",
                path = path.display(),
                features = listed(features),
            )),
        }
    }
}

speaking_error!(BoundaryNote);

/// A boundary file that cannot be used.
#[derive(Debug)]
pub enum BoundaryError {
    /// It cannot be read as vector data.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: VectorError,
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
    /// A hole lies outside of the polygon that it belongs to.
    HoleOutside {
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
        /// Of its first corner, in whatever system.
        easting: f64,
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
            Self::Unreadable {
                path,
                source: source @ VectorError::NoVector(_),
            } => Said::new(source.say(path, lang).what).hint(AREAS.pick(lang)),
            Self::Unreadable { path, source } => source.say(path, lang),
            Self::Empty { path } => Said::new(tr!(
                lang,
                "{path} holds no polygon",
                "{path} 中没有多边形",
                path = path.display(),
            ))
            .hint(tr!(
                lang,
                "draw the survey area as a polygon; lines and points bound nothing",
                "请把测区画成多边形；线和点不能作为边界"
            )),
            Self::SelfIntersecting { path, feature } => Said::new(tr!(
                lang,
                "polygon {feature} of {path} crosses itself",
                "{path} 的第 {feature} 个多边形自相交",
                path = path.display(),
            ))
            .hint(lang.pick(
                "draw its outline so that no edge crosses another, and export it again",
                "请修改边线使其互不交叉，然后重新导出",
            )),
            Self::HoleOutside { path, feature } => Said::new(tr!(
                lang,
                "a hole of polygon {feature} of {path} lies outside of it",
                "{path} 第 {feature} 个多边形的洞在其外环之外",
                path = path.display(),
            ))
            .hint(lang.pick(
                "draw it as a polygon of its own or delete it, and export the file again",
                "请把它画成单独的多边形或删除，然后重新导出",
            )),
            Self::Shape { path, feature } => Said::new(tr!(
                lang,
                "feature {feature} of {path} has a shape that cannot be read, such as a curve",
                "{path} 的第 {feature} 个要素形状无法读取（例如曲线）",
                path = path.display(),
            ))
            .hint(PLAIN.pick(lang)),
            Self::NoCrs { path, easting } => no_crs(path, *easting, lang),
            Self::Crs { path, source } => of_crs(source, path, lang),
        }
    }
}

fn no_crs(path: &Path, easting: f64, lang: Lang) -> Said {
    let said = Said::new(tr!(
        lang,
        "{path} has no coordinate reference system",
        "{path} 没有坐标参考系",
        path = path.display(),
    ));
    match zone_in_front(easting) {
        Some(_) => said.hint(in_metres(easting, lang)),
        None => said.hint(NAMED.pick(lang)),
    }
}

speaking_error!(BoundaryError, |e| match e {
    BoundaryError::Crs { source, .. } => Some(source),
    _ => None,
});

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(error: &BoundaryError) -> String {
        let said = error.say(Lang::En);
        said.remedies[0].text(|_| String::new())
    }

    #[test]
    fn coordinates_without_their_system_are_told_by_what_they_are() {
        let path = PathBuf::from("a.shp");
        let no_crs = |easting| BoundaryError::NoCrs {
            path: path.clone(),
            easting,
        };
        assert!(hint(&no_crs(38_435_137.0)).contains("zone 38, as in EPSG:4526"));
        assert!(hint(&no_crs(435_137.0)).contains(".prj along"));
        let out = |x, misfit| BoundaryError::Crs {
            path: path.clone(),
            source: CrsError::OutOfRange {
                name: "EPSG:4490".into(),
                x,
                y: 3_735_042.0,
                misfit,
            },
        };
        let metres = hint(&out(435_137.0, None));
        assert!(
            metres.contains("are metres") && !metres.contains("along"),
            "{metres}"
        );
        let (zone, epsg) = (49, 32_649);
        let utm = Some(Misfit::UtmZoneInFront { zone, epsg });
        assert!(hint(&out(49_713_070.0, utm)).contains("UTM zone 49"));
        let no_area = BoundaryError::Unreadable {
            path,
            source: VectorError::NoVector(String::new()),
        };
        assert!(!hint(&no_area).contains("GPX"));
    }
}

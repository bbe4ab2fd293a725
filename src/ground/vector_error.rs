//! What can be wrong with a vector file.

use super::crs::CrsError;
use super::foreign_vector::ForeignVector;
use super::zone::{Misfit, zone_in_front};
use crate::text::xml::XmlFlaw;
use crate::text::{ArchiveFlaw, TextFlaw, gdal_said};
use crate::tr;
use crate::words::{Both, Lang, Said, Say};
use std::io;
use std::path::Path;

/// What to do about shapes that are no plain polygons.
pub(super) const PLAIN: Both = Both(
    "make plain polygons with straight edges of it in the program that it came from, and export it again",
    "请在原软件中把它改成直线边的普通多边形，然后重新导出",
);
/// What to do about a file that names no coordinate system.
pub(super) const NAMED: Both = Both(
    "copy its .prj along, or export it again with its coordinate system, as GeoJSON in longitude and latitude or as GeoPackage",
    "请一并复制 .prj 文件，或带坐标系重新导出为 GeoPackage 或经纬度 GeoJSON",
);

/// What is wrong with the coordinates of a vector file, and what to do: what names the system of a raster says nothing of it.
pub(super) fn of_crs(source: &CrsError, path: &Path, lang: Lang) -> Said {
    let said = source.say(lang);
    let what = Said::new(said.what).about(path);
    match source {
        CrsError::OutOfRange {
            misfit: Some(Misfit::ZoneInFront { zone, epsg } | Misfit::ZoneLeftOut { zone, epsg }),
            ..
        } => what.hint(tr!(
            lang,
            "its eastings are those of zone {zone} as in EPSG:{epsg}: name that system when you export it",
            "东坐标是 {zone} 带（EPSG:{epsg}）的：导出时请选用该坐标系"
        )),
        CrsError::OutOfRange {
            misfit: Some(Misfit::Degrees { epsg }),
            ..
        } => what.hint(tr!(
            lang,
            "its coordinates are degrees: name EPSG:{epsg} when you export it",
            "其坐标是经纬度：导出时请选用 EPSG:{epsg}"
        )),
        CrsError::OutOfRange {
            misfit: Some(Misfit::Exchanged),
            ..
        } => said.remedies.into_iter().fold(what, Said::hint),
        CrsError::OutOfRange {
            misfit: Some(Misfit::UtmZoneInFront { zone, epsg }),
            ..
        } => what.hint(tr!(
            lang,
            "its eastings begin with the number of UTM zone {zone}: export it again in EPSG:{epsg}, without that number",
            "东坐标前带有 UTM 带号 {zone}：请去掉带号，以 EPSG:{epsg} 重新导出"
        )),
        // No system in metres has a place for it, or one in degrees is named.
        CrsError::OutOfRange { x, y, .. } if x.abs().max(y.abs()) > 1000.0 => {
            what.hint(in_metres(*x, lang))
        }
        _ => what.hint(NAMED.pick(lang)),
    }
}

/// What to do where coordinates are metres and the system that is named has no place for them, or none is named.
pub(super) fn in_metres(easting: f64, lang: Lang) -> String {
    match zone_in_front(easting) {
        Some((zone, epsg)) => tr!(
            lang,
            "its eastings are those of zone {zone}, as in EPSG:{epsg} (CGCS2000): name that system when you export it, or write its .prj",
            "东坐标带有带号 {zone}，相当于 EPSG:{epsg}（CGCS2000）：导出时请选用该坐标系，或补上相应的 .prj 文件"
        ),
        None => tr!(
            lang,
            "its coordinates are metres: name the system that they are of when you export it, such as EPSG:4547 (CGCS2000, 3-degree zone, 114° E)",
            "其坐标为平面坐标（米）：导出时请选用对应的坐标系，例如 EPSG:4547（CGCS2000 三度带，中央经线 114°）"
        ),
    }
}

/// A vector file that cannot be read.
#[derive(Debug)]
pub enum VectorError {
    /// The system does not let it be read.
    Unreadable(io::Error),
    /// A GeoPackage that is not opened.
    GeoPackage(super::GeoPackageError),
    /// It is a folder, as a data base of `ArcGIS` is one.
    Folder,
    /// Of no kind that is known; GDAL's words.
    NoVector(String),
    /// Of a kind that is known and not read.
    Foreign(ForeignVector),
    /// It is not JSON from this line on.
    NoJson {
        /// The line, from 1.
        line: usize,
    },
    /// It is no text.
    Text(TextFlaw),
    /// It is no XML.
    Xml(XmlFlaw),
    /// An archive without a KML.
    NoKml,
    /// An archive that cannot be unpacked.
    Archive(ArchiveFlaw),
    /// An archive with several vector files: two of them.
    Several([String; 2]),
    /// Another file that belongs to it is cut, or is not of the same shapes.
    Parts(&'static str),
    /// The words of a feature are in no encoding that is known.
    Words {
        /// The feature's number, from 1.
        feature: usize,
    },
    /// A shape that is not understood.
    Shape {
        /// The feature's number, from 1.
        feature: usize,
        /// What about it.
        why: String,
    },
    /// It does not say its coordinate system.
    NoCrs,
    /// Its coordinate system cannot be used.
    Crs(super::CrsError),
}

impl VectorError {
    /// What is wrong with this file, and what to do.
    pub fn say(&self, path: &Path, lang: Lang) -> Said {
        let name = path.display();
        match self {
            Self::Unreadable(source) => Said::unreadable(lang, path, source)
                .hint(lang.pick("check the name", "请检查文件名")),
            Self::GeoPackage(source) => source.say(lang),
            Self::Crs(source) => of_crs(source, path, lang),
            Self::NoCrs => Said::new(tr!(
                lang,
                "{name} has no coordinate reference system",
                "{name} 没有坐标参考系"
            ))
            .hint(NAMED.pick(lang)),
            _ => {
                let why = self.why(lang);
                let said = Said::new(tr!(
                    lang,
                    "{name} cannot be read: {why}",
                    "无法读取 {name}：{why}"
                ));
                match self.remedy() {
                    Some(remedy) => said.hint(remedy.pick(lang)),
                    None => said,
                }
            }
        }
    }

    /// Why it cannot be read.
    fn why(&self, lang: Lang) -> String {
        match self {
            Self::NoJson { line } => tr!(
                lang,
                "line {line} is not JSON",
                "第 {line} 行不是有效的 JSON"
            ),
            Self::NoVector(reason) if !reason.is_empty() => gdal_said(reason, lang),
            Self::Folder => lang.pick("it is a folder", "这是文件夹").into(),
            Self::Foreign(kind) => kind.what(lang).into(),
            Self::Text(flaw) => flaw.say(lang),
            Self::Xml(flaw) => flaw.say(lang),
            Self::NoKml => lang.pick("it holds no KML", "其中没有 KML 文件").into(),
            Self::Archive(flaw) => flaw.say(lang),
            Self::Several([one, other]) => tr!(
                lang,
                "it holds several files: {one}, {other}",
                "其中有多个文件：{one}、{other}"
            ),
            Self::Parts(part) => tr!(
                lang,
                "its {part} is cut, or belongs to another file",
                "其 {part} 不完整或不属于同一文件"
            ),
            Self::Words { feature } => tr!(
                lang,
                "the words of feature {feature} are neither UTF-8 nor GB18030 (GBK)",
                "第 {feature} 个要素的文字既不是 UTF-8 也不是 GB18030（GBK）编码"
            ),
            Self::Shape { feature, why } => tr!(
                lang,
                "feature {feature}: {why}",
                "第 {feature} 个要素：{why}"
            ),
            _ => tr!(lang, "it is of no kind that is known", "无法识别其格式"),
        }
    }

    /// What to do where it cannot be read.
    fn remedy(&self) -> Option<Both> {
        Some(match self {
            Self::NoJson { .. } => Both(
                "write it again as GeoJSON from the program that made it",
                "请在原软件中重新导出 GeoJSON",
            ),
            Self::Folder => Both(
                "give one file; of a data base of ArcGIS (.gdb) export the layer as shapefile or GeoPackage",
                "请指定一个文件；ArcGIS 的 .gdb 数据库请先把图层导出为 Shapefile 或 GeoPackage",
            ),
            Self::NoVector(_) => Both(
                "give a GeoJSON, GeoPackage, KML, KMZ, GPX or shapefile, with all of its files side by side, or one of them in a .zip",
                "请给出 GeoJSON、GeoPackage、KML、KMZ、GPX 或 Shapefile（其各个文件须放在一起），或含其中一个的 .zip",
            ),
            Self::Xml(_) => Both(
                "write it again from the map program; areas as KML, drawn as polygons",
                "请在原软件中重新导出；区域请画成多边形，导出为 KML",
            ),
            Self::Several(_) => Both("unpack it and give one of them", "请解压后指定其中一个"),
            Self::Parts(_) => Both(
                "copy all files of the shapefile again (.shp, .shx, .dbf, .prj)",
                "请重新复制该 Shapefile 的全部文件（.shp、.shx、.dbf、.prj）",
            ),
            Self::Words { .. } => Both(
                "write it again as UTF-8 from the program that made it",
                "请在原软件中以 UTF-8 编码重新导出",
            ),
            Self::Shape { .. } => PLAIN,
            Self::Foreign(kind) => kind.remedy(),
            _ => return None,
        })
    }
}

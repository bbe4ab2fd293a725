//! Why a base map is not shown.

use crate::ground::GeoPackageError;
use crate::imagery::tile::TileError;
use crate::words::{Lang, Said, Say};
use crate::{speaking_error, tr};
use std::path::PathBuf;

/// A base map that is not shown.
#[derive(Debug)]
pub enum BaseMapError {
    /// It is an address on a network.
    Address {
        /// What was given.
        text: String,
    },
    /// Its positions are shifted by hundreds of metres on purpose.
    Shifted {
        /// What was given.
        text: String,
        /// The system of the shift.
        system: &'static str,
    },
    /// It holds shapes that would have to be drawn, no pictures.
    Vector {
        /// The file.
        path: PathBuf,
    },
    /// It is none, or damaged.
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Its end is missing, as of a copy that was broken off.
    Cut {
        /// The file.
        path: PathBuf,
        /// Bytes that are there.
        there: u64,
        /// Bytes that it has where it is whole.
        whole: u64,
    },
    /// It cannot be opened.
    File(GeoPackageError),
    /// The raster cannot be shown.
    Tile(TileError),
}

impl Say for BaseMapError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Address { text } => Said::new(tr!(
                lang,
                "a base map is a file, and {text} is an address on a network",
                "底图须为本机文件，{text} 是网络地址"
            ))
            .hint(file_hint(lang)),
            Self::Shifted { text, system } => Said::new(tr!(
                lang,
                "{text} is shifted by {system}: sites would lie 300 to 700 metres off on it",
                "{text} 使用 {system} 偏移坐标：图斑在其上会偏离 300 至 700 米"
            ))
            .hint(file_hint(lang)),
            Self::Vector { path } => Said::new(tr!(
                lang,
                "{path} holds vector tiles, which are not drawn here",
                "{path} 是矢量瓦片，此处不能绘制",
                path = path.display(),
            ))
            .hint(lang.pick(
                "give one with pictures (PNG, JPEG or WebP); QGIS writes it with 'Generate XYZ tiles (MBTiles)'",
                "请提供图片瓦片（PNG、JPEG 或 WebP）；可用 QGIS 的“生成 XYZ 瓦片（MBTiles）”导出",
            )),
            Self::Malformed { path, why } => Said::misnamed(lang, path, why),
            Self::Cut { path, there, whole } => Said::new(tr!(
                lang,
                "the end of {path} is missing, {there} B of {whole} B are there: copy it again",
                "{path} 不完整，应为 {whole} 字节，实有 {there} 字节：请重新复制",
                path = path.display(),
            )),
            Self::File(e) => e.say(lang),
            Self::Tile(e) => e.say(lang),
        }
    }
}
speaking_error!(BaseMapError, |e| match e {
    BaseMapError::File(e) => Some(e),
    BaseMapError::Tile(e) => Some(e),
    _ => None,
});

fn file_hint(lang: Lang) -> &'static str {
    lang.pick(
        "give a GeoTIFF, MBTiles or PMTiles file in true coordinates (WGS 84, CGCS2000)",
        "请提供坐标未偏移（WGS 84、CGCS2000）的 GeoTIFF、MBTiles 或 PMTiles 文件",
    )
}

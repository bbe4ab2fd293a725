//! Vector files of other programs that are told by their name or content, and not read: each with what to export instead.

use crate::words::{Both, Lang};
use std::path::Path;

/// A kind of vector file that is known and not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignVector {
    /// Ovital's own format.
    Ovital,
    /// Tables of `MapInfo`.
    MapInfo,
    /// `FlatGeobuf`.
    FlatGeobuf,
    /// Drawings of CAD programs.
    Drawing,
}

/// Bytes at the beginning of a file that are looked at.
const HEAD: usize = 1 << 16;

impl ForeignVector {
    /// By the ending of a file's name, in small letters.
    pub fn of_ending(ending: &str) -> Option<Self> {
        Some(match ending {
            "ovjsn" | "ovobj" | "ovjson" => Self::Ovital,
            "tab" | "mif" | "mid" => Self::MapInfo,
            "fgb" => Self::FlatGeobuf,
            "dxf" | "dwg" => Self::Drawing,
            _ => return None,
        })
    }

    /// By the ending of a path.
    pub fn of_name(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_string_lossy().to_lowercase();
        Self::of_ending(&ending)
    }

    /// By what it begins with, whatever it is called.
    pub fn of_content(bytes: &[u8]) -> Option<Self> {
        let head = &bytes[..bytes.len().min(HEAD)];
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let holds = |sign: &[u8]| head.windows(sign.len()).any(|part| part == sign);
        if head.starts_with(b"fgb\x03") {
            Some(Self::FlatGeobuf)
        } else if head.trim_ascii_start().starts_with(b"{") && holds(b"\"ObjItems\"") {
            Some(Self::Ovital)
        } else {
            None
        }
    }

    /// What it is.
    pub fn what(self, lang: Lang) -> &'static str {
        match self {
            Self::Ovital => lang.pick(
                "it is in Ovital's own format, which other programs do not read",
                "这是奥维互动地图的专用格式，其他软件无法读取",
            ),
            Self::MapInfo => lang.pick(
                "it is a MapInfo table, which is not read",
                "这是 MapInfo 表，不支持读取",
            ),
            Self::FlatGeobuf => lang.pick(
                "it is a FlatGeobuf, which is not read",
                "这是 FlatGeobuf，不支持读取",
            ),
            Self::Drawing => lang.pick(
                "it is a CAD drawing, which is not read",
                "这是 CAD 图纸，不支持读取",
            ),
        }
    }

    /// What to do.
    pub fn remedy(self) -> Both {
        match self {
            Self::Ovital => Both(
                "open it in Ovital, export it as .ovkml, KML or GPX, and give that file",
                "请在奥维互动地图中打开，导出为 .ovkml、KML 或 GPX 后使用",
            ),
            Self::MapInfo | Self::FlatGeobuf | Self::Drawing => Both(
                "export it as shapefile or GeoJSON in the program that it came from, or in QGIS",
                "请在原软件或 QGIS 中导出为 Shapefile 或 GeoJSON",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_programs_are_told_by_name_and_by_content() {
        use ForeignVector::{Drawing, FlatGeobuf, MapInfo, Ovital};
        for (name, kind) in [
            ("测区.OVJSN", Some(Ovital)),
            ("a.ovobj", Some(Ovital)),
            ("a.tab", Some(MapInfo)),
            ("a.mif", Some(MapInfo)),
            ("a.fgb", Some(FlatGeobuf)),
            ("a.dxf", Some(Drawing)),
            ("a.ovkml", None),
            ("a", None),
        ] {
            assert_eq!(ForeignVector::of_name(Path::new(name)), kind, "{name}");
        }
        let of = ForeignVector::of_content;
        assert_eq!(
            of(b"\xef\xbb\xbf {\"Version\":1,\"ObjItems\":[]}"),
            Some(Ovital)
        );
        assert_eq!(of(b"fgb\x03fgb\x00"), Some(FlatGeobuf));
        assert_eq!(of(b"{\"type\":\"FeatureCollection\"}"), None);
        assert_eq!(of(b"name,\"ObjItems\""), None);
    }
}

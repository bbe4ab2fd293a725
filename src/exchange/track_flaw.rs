//! What is wrong with a file that should hold a track.

use crate::ground::ForeignVector;
use crate::text::ArchiveFlaw;
use crate::text::xml::XmlFlaw;
use crate::words::Lang;

/// A file that is no track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrackFlaw {
    /// It is not XML.
    Xml(XmlFlaw),
    /// A KMZ that cannot be unpacked.
    Archive(ArchiveFlaw),
    /// Of another program's own kind.
    Foreign(ForeignVector),
    /// A table of positions.
    Table,
    /// Neither GPX nor KML.
    NotATrackFile,
    /// It has no track of two positions or more.
    NoTrack,
    /// Its longitudes are latitudes.
    Exchanged,
}

impl TrackFlaw {
    /// In words.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::Xml(flaw) => flaw.say(lang),
            Self::Archive(flaw) => flaw.say(lang),
            Self::Foreign(kind) => kind.what(lang).into(),
            Self::Table => lang
                .pick(
                    "it is a table or text, and no track",
                    "这是表格或文本，不是轨迹文件",
                )
                .into(),
            Self::Exchanged => lang
                .pick(
                    "its longitudes and latitudes are exchanged",
                    "其中的经度与纬度颠倒",
                )
                .into(),
            Self::NotATrackFile => lang
                .pick("it is neither GPX nor KML", "不是 GPX 或 KML 文件")
                .into(),
            Self::NoTrack => lang
                .pick(
                    "it has no track of two positions or more",
                    "其中没有含两个以上位置的轨迹",
                )
                .into(),
        }
    }
}

//! Why a list of positions is not taken.

use crate::files::BucketError;
use crate::text::{TextFlaw, WorkbookFlaw};
use crate::words::{Action, Both, Choice, Fault, Lang, Remedy, Said, Say, remedy_of_system};
use crate::{remedy, speaking_error, tr};
use std::path::{Path, PathBuf};

/// A list that cannot be used.
#[derive(Debug)]
pub enum PosError {
    /// It cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Its text cannot be read.
    Text {
        /// The file.
        path: PathBuf,
        /// Why.
        flaw: TextFlaw,
    },
    /// It is a spreadsheet that cannot be read.
    Workbook {
        /// The file.
        path: PathBuf,
        /// Why.
        flaw: WorkbookFlaw,
    },
    /// A cell of it is a formula.
    Formula {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
    },
    /// It has no row with a name and a place.
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Its line of titles is not understood.
    Titles {
        /// The file.
        path: PathBuf,
        /// The line.
        titles: String,
    },
    /// Which column is the longitude cannot be told.
    Order {
        /// The file.
        path: PathBuf,
    },
    /// Its places are metres of a coordinate system that nothing names.
    NoCrs {
        /// The file.
        path: PathBuf,
    },
    /// Its places are on a datum from which no way to WGS 84 is known.
    Datum {
        /// The file.
        path: PathBuf,
        /// The datum.
        datum: String,
    },
    /// A row's place is none.
    Row {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// One name has two places.
    Twice {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// Its names are those of photos, but each of several.
    Shared {
        /// The file.
        path: PathBuf,
        /// One of its names.
        name: String,
    },
    /// None of its names is that of a photo.
    NoneMatches {
        /// The file.
        path: PathBuf,
        /// The first of its names.
        name: String,
    },
}

/// What a list has to be like.
pub(super) const COLUMNS: Both = Both(
    "give one photo a line: name, longitude, latitude, height, yaw, pitch, roll; a first line of titles settles another order",
    "每行一张照片：照片名、经度、纬度、高度、偏航角、俯仰角、横滚角；列的次序不同时请加标题行",
);

impl Say for PosError {
    fn say(&self, lang: Lang) -> Said {
        if let Self::Unreadable { path, source } = self {
            let remedy = remedy_of_system(source, lang);
            let remedy = remedy.unwrap_or_else(|| COLUMNS.pick(lang).into());
            return Said::unreadable(lang, path, source).hint(remedy);
        }
        Said::new(self.what(lang)).hint(self.remedy(lang))
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Unreadable { source, .. } => {
                BucketError::of(source).map_or(Fault::Input, Say::fault)
            }
            _ => Fault::Input,
        }
    }
}

impl PosError {
    fn what(&self, lang: Lang) -> String {
        let path = self.path().display();
        match self {
            Self::Text { flaw, .. } => self.no_list(lang, &flaw.say(lang)),
            Self::Workbook { flaw, .. } => self.no_list(lang, &flaw.say(lang)),
            Self::Formula { line, .. } => tr!(
                lang,
                "line {line} of {path} holds a formula instead of a value",
                "{path} 第 {line} 行是公式，不是数值"
            ),
            Self::Titles { titles, .. } => tr!(
                lang,
                "the titles of {path} are not understood: {titles}",
                "{path} 的列名无法识别：{titles}"
            ),
            Self::Order { .. } => tr!(
                lang,
                "which column of {path} is the longitude cannot be told",
                "{path} 中哪一列是经度无法判定"
            ),
            Self::NoCrs { .. } => tr!(
                lang,
                "the positions in {path} are metres, and their coordinate system is not known",
                "{path} 中的位置是平面坐标，坐标系不明"
            ),
            Self::Datum { datum, .. } => tr!(
                lang,
                "the positions in {path} are on the datum {datum}, from which no way to WGS 84 is known here",
                "{path} 中的位置属大地基准 {datum}，没有已知的到 WGS 84 的转换参数"
            ),
            Self::Row { line, .. } => tr!(
                lang,
                "line {line} of {path} is no place on Earth",
                "{path} 第 {line} 行的坐标超出经纬度范围"
            ),
            _ => self.what_of_names(lang),
        }
    }

    fn no_list(&self, lang: Lang, why: &str) -> String {
        let path = self.path().display();
        tr!(
            lang,
            "{path} is no list of positions: {why}",
            "{path} 不是 POS 数据：{why}"
        )
    }

    /// Of names that do not lead to one photo each, and of a list that holds none.
    fn what_of_names(&self, lang: Lang) -> String {
        let path = self.path().display();
        match self {
            Self::Twice { name, .. } => tr!(
                lang,
                "{path} says two places of {name}",
                "{path} 中 {name} 有两个位置"
            ),
            Self::Shared { name, .. } => tr!(
                lang,
                "several photos are named {name}: which of them {path} means cannot be told",
                "有多张照片名为 {name}，无法判断 {path} 指的是哪一张"
            ),
            Self::NoneMatches { name, .. } => tr!(
                lang,
                "no photo is named as {path} says, such as {name}",
                "没有照片与 {path} 中的名称（如 {name}）相符"
            ),
            _ => tr!(
                lang,
                "{path} holds no positions of photos",
                "{path} 中没有照片的位置"
            ),
        }
    }

    fn remedy(&self, lang: Lang) -> Remedy {
        match self {
            Self::Unreadable { .. }
            | Self::Text { .. }
            | Self::Workbook { .. }
            | Self::Empty { .. }
            | Self::Row { .. } => COLUMNS.pick(lang).into(),
            Self::Formula { .. } => lang
                .pick(
                    "copy the sheet and paste its values alone, or save it as CSV",
                    "请复制后“选择性粘贴—数值”，或另存为 CSV",
                )
                .into(),
            Self::Titles { .. } | Self::Order { .. } => lang
                .pick(
                    "put a first line of titles in: `name,longitude,latitude,height,yaw,pitch,roll`",
                    "请加标题行：`照片名,经度,纬度,高度,偏航角,俯仰角,横滚角`",
                )
                .into(),
            Self::NoCrs { .. } => remedy!(
                lang,
                "name it, as in {crs}",
                "请指明坐标系，例如 {crs}",
                crs = Action::Again(Choice::Crs(Some(4547))),
            ),
            Self::Datum { .. } => lang
                .pick(
                    "give them in CGCS2000 or WGS 84, or name the system with its parameters in a first line: `+proj=… +ellps=krass +towgs84=DX,DY,DZ`",
                    "请提供 CGCS2000 或 WGS 84 坐标，或在首行写明带参数的坐标系：`+proj=… +ellps=krass +towgs84=DX,DY,DZ`",
                )
                .into(),
            Self::Twice { .. } => lang
                .pick(
                    "write the folder before the name, as in `100MEDIA/DJI_0001.JPG`, or give a list for each folder and scan them one by one",
                    "请在照片名前写上文件夹，如 `100MEDIA/DJI_0001.JPG`；或每个照片文件夹各用一份列表，分别扫描",
                )
                .into(),
            Self::Shared { .. } => lang
                .pick(
                    "write the folder before the name, as in `100MEDIA/DJI_0001.JPG`, or scan the folders one by one, each with a list of its own",
                    "请在照片名前写上文件夹，如 `100MEDIA/DJI_0001.JPG`；或各文件夹分别扫描，各用一份列表",
                )
                .into(),
            Self::NoneMatches { .. } => lang
                .pick(
                    "the first column must hold the photos' file names",
                    "第一列应为照片的文件名",
                )
                .into(),
        }
    }

    /// The list.
    fn path(&self) -> &Path {
        match self {
            Self::Unreadable { path, .. }
            | Self::Text { path, .. }
            | Self::Workbook { path, .. }
            | Self::Formula { path, .. }
            | Self::Empty { path }
            | Self::Titles { path, .. }
            | Self::Order { path }
            | Self::NoCrs { path }
            | Self::Row { path, .. }
            | Self::Datum { path, .. }
            | Self::Twice { path, .. }
            | Self::Shared { path, .. }
            | Self::NoneMatches { path, .. } => path,
        }
    }
}

speaking_error!(PosError, |e| match e {
    PosError::Unreadable { source, .. } => Some(source),
    _ => None,
});

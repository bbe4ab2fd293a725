//! Why a GeoPackage was not read.

use crate::words::{Lang, Said, Say};
use crate::{speaking_error, tr};
use std::io::{self};
use std::path::PathBuf;

/// Why a GeoPackage was not read. Nothing was touched.
#[derive(Debug)]
pub enum GeoPackageError {
    /// The system does not let it be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A write was interrupted: what the file holds is half of it, and a stranger's journal is not played.
    Interrupted {
        /// The file.
        path: PathBuf,
        /// The journal.
        journal: PathBuf,
    },
    /// It has more rows, or takes longer, than any survey.
    TooMuch {
        /// The file.
        path: PathBuf,
    },
    /// It is none, or damaged.
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        flaw: GeoPackageFlaw,
    },
}

/// What is wrong with a file that is no GeoPackage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GeoPackageFlaw {
    /// It is a folder or a device.
    NoFile,
    /// It is shorter than the beginning of one.
    Cut,
    /// It begins otherwise.
    NoGeoPackage,
    /// It is damaged; the data base's words.
    Damaged(String),
}

impl GeoPackageFlaw {
    /// In words.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::NoFile => lang.pick("not a regular file", "不是普通文件").into(),
            Self::Cut => lang.pick("it is empty or cut", "文件为空或不完整").into(),
            Self::NoGeoPackage => lang.pick("not a GeoPackage", "不是 GeoPackage").into(),
            Self::Damaged(why) => lang.pick(why.as_str(), "文件已损坏").into(),
        }
    }
}

impl Say for GeoPackageError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Unreadable { path, source } => Said::unreadable(lang, path, source).hint(tr!(
                lang,
                "check the name; nothing was recorded",
                "请检查文件名；未作任何记录"
            )),
            Self::Interrupted { path, journal } => {
                let (path, journal) = (path.display(), journal.display());
                Said::new(tr!(lang, "the last write to {path} was interrupted ({journal} lies beside it)", "{path} 上次写入被中断（旁有 {journal}）"))
                    .hint(tr!(lang, "the journal of another's file is never played: open the file in the program that wrote it (QGIS, QField), close that program, and copy it again; nothing was touched", "为安全起见，不回放他人文件的日志：请用写出该文件的程序（QGIS、QField）打开后关闭，再重新复制；未作任何改动"))
            }
            Self::TooMuch { path } => Said::new(tr!(
                lang,
                "{path} holds more than can be read in reasonable time",
                "{path} 内容过多，无法在合理时间内读完",
                path = path.display(),
            ))
            .hint(tr!(
                lang,
                "give a file with only the layers that are needed",
                "请提供只含所需图层的文件"
            )),
            Self::Malformed { path, flaw } => Said::misnamed(lang, path, &flaw.say(lang)),
        }
    }
}

speaking_error!(GeoPackageError, |e| match e {
    GeoPackageError::Unreadable { source, .. } => Some(source),
    _ => None,
});

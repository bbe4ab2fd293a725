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
        why: String,
    },
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
            Self::Malformed { path, why } => Said::misnamed(lang, path, why),
        }
    }
}

speaking_error!(GeoPackageError, |e| match e {
    GeoPackageError::Unreadable { source, .. } => Some(source),
    _ => None,
});

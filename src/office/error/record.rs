//! What can be wrong with a scan's folder or a file of decisions.

use crate::ground::GeoJsonFlaw;
use crate::store::StoreError;
use crate::store::evidence::EvidenceError;
use crate::words::{Action, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::path::{Path, PathBuf};

/// A scan folder or decisions file that cannot be used.
#[derive(Debug)]
pub enum RecordError {
    /// A file is missing or cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what its name says.
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        why: String,
    },
    /// A file is none of decisions.
    NoDecisions {
        /// The file.
        path: PathBuf,
        /// Where and why, as the reader says it.
        why: String,
    },
    /// A file of features is no GeoJSON.
    GeoJson {
        /// The file.
        path: PathBuf,
        /// Why.
        flaw: GeoJsonFlaw,
    },
    /// A file is not what the scan wrote.
    Edited {
        /// The file.
        path: PathBuf,
    },
    /// A file is a link that leads out of the folder, or to a registry or a key.
    LeadsOut {
        /// The file.
        path: PathBuf,
    },
    /// A picture of the scan cannot be kept.
    Evidence(EvidenceError),
    /// The registry.
    Store(Box<StoreError>),
}

impl Say for RecordError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Unreadable { path, source } => {
                Said::unreadable(lang, path, source).hint(lang.pick(
                    "give the folder that a scan wrote, or the file that review.html saved; nothing was recorded",
                    "请给出扫描写出的文件夹，或 review.html 保存的文件；未作任何记录",
                ))
            }
            Self::Malformed { path, why } => not_of_a_scan(path, why, lang),
            Self::GeoJson { path, flaw } => not_of_a_scan(path, &flaw.say(lang), lang),
            Self::NoDecisions { path, why } => {
                let path = path.display();
                Said::new(match lang {
                    Lang::En => format!("{path} is no file of decisions: {why}"),
                    // What the reader says is English.
                    Lang::Zh => format!("{path} 不是研判结果文件"),
                })
                .hint(lang.pick(
                    "nothing was recorded; give the file decisions-….json that review.html saved",
                    "未作任何记录；请给出 review.html 保存的 decisions-….json",
                ))
            }
            Self::Edited { path } => Said::new(tr!(
                lang,
                "{path} is not what the scan wrote: its folder has been edited",
                "{path} 与扫描时写出的内容不符：结果文件夹被改动过",
                path = path.display(),
            ))
            .hint(lang.pick(
                "nothing was recorded; copy the folder again from where it was scanned, or scan again",
                "未作任何记录；请重新复制原文件夹或重新扫描",
            ))
            .hint(remedy!(
                lang,
                "candidates are put aside with {screen}, not by editing",
                "剔除疑似点请用 {screen}，不要改动文件",
                screen = Action::Screen,
            )),
            Self::LeadsOut { path } => Said::new(tr!(
                lang,
                "{path} is a link to what is none of the scan's files",
                "{path} 是一个链接，指向的不是扫描结果的文件",
                path = path.display(),
            ))
            .hint(lang.pick(
                "nothing was recorded; copy the folder again from where it was scanned, as files and not as links",
                "未作任何记录；请重新复制原文件夹：复制文件本身，不要复制链接",
            )),
            Self::Evidence(source) => source.say(lang),
            Self::Store(source) => source.say(lang),
        }
    }

    fn fault(&self) -> crate::words::Fault {
        match self {
            Self::Store(source) => source.fault(),
            Self::Evidence(source) => source.fault(),
            _ => crate::words::Fault::Input,
        }
    }
}

fn not_of_a_scan(path: &Path, why: &str, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "{path} is not what a scan writes: {why}",
        "{path} 不是扫描结果：{why}",
        path = path.display(),
    ))
    .hint(tr!(
        lang,
        "nothing was recorded; scan again, or copy the folder again",
        "未作任何记录；请重新扫描或重新复制文件夹"
    ))
}

speaking_error!(RecordError, |e| match e {
    RecordError::Unreadable { source, .. } => Some(source),
    RecordError::Evidence(source) => Some(source),
    RecordError::Store(source) => Some(source.as_ref()),
    RecordError::Malformed { .. }
    | RecordError::NoDecisions { .. }
    | RecordError::GeoJson { .. }
    | RecordError::Edited { .. }
    | RecordError::LeadsOut { .. } => None,
});

impl From<StoreError> for RecordError {
    fn from(source: StoreError) -> Self {
        Self::Store(Box::new(source))
    }
}

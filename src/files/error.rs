//! Why a file was not written.

use super::bucket_error::{BucketError, reach};
use super::place::folder_of;
use crate::platform;
use crate::words::{Action, Choice, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::io;
use std::path::{Path, PathBuf};

/// A file that was not written. What was there is as it was.
#[derive(Debug)]
pub enum FileError {
    /// There is a file of that name already.
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// There is a folder of that name already: none is ever replaced.
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// It is a registry, or belongs to one or to its office.
    Registry {
        /// The file.
        path: PathBuf,
    },
    /// The folder that it would lie in is not there.
    Nowhere {
        /// The folder.
        folder: PathBuf,
    },
    /// It cannot be written.
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be put into a bucket.
    Unreached {
        /// Its name.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl FileError {
    /// What the system says of a file that is written.
    pub fn of(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let (path, folder) = (path.to_path_buf(), folder_of(path));
        |source| match source.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists { path },
            io::ErrorKind::NotFound if !folder.is_dir() => Self::Nowhere { folder },
            _ => Self::Unwritable { path, source },
        }
    }
}

/// Whose matter it is that something cannot be written: the machine's where its disk is full, else that of who named it.
pub fn fault_of(source: &io::Error) -> Fault {
    match source.kind() {
        io::ErrorKind::StorageFull => Fault::Machine,
        _ => Fault::Input,
    }
}

fn exists(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(lang, "{path} is there already", "{path} 已存在"))
        .hint(lang.pick("choose another name", "请换一个文件名"))
        .hint(remedy!(
            lang,
            "or say {overwrite}",
            "或使用 {overwrite} 覆盖",
            overwrite = Action::Again(Choice::Overwrite),
        ))
}

fn folder_exists(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} is a folder that is there already",
        "文件夹 {path} 已存在"
    ))
    .hint(lang.pick(
        "choose another name: a folder is never replaced",
        "请换一个名称：文件夹不会被覆盖",
    ))
}

impl Say for FileError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Exists { path } => exists(path, lang),
            Self::Folder { path } => folder_exists(path, lang),
            Self::Registry { path } => Said::new(tr!(
                lang,
                "{path} is a registry or belongs to one: it is never written over",
                "{path} 是登记库或其附属文件，任何情况下都不会被覆盖",
                path = path.display(),
            ))
            .hint(tr!(
                lang,
                "choose another name; nothing was changed",
                "请换一个文件名；未作任何更改"
            )),
            Self::Unwritable { path, source } if platform::is_in_use(path, source) => {
                Said::unwritable(lang, path, source).hint(tr!(
                    lang,
                    "close it in the program that has it open, then run this again",
                    "请先在打开它的程序（如 Excel、WPS）中关闭该文件，再重新运行"
                ))
            }
            Self::Nowhere { folder } => Said::new(tr!(
                lang,
                "the folder {folder} is not there",
                "文件夹 {folder} 不存在",
                folder = folder.display(),
            ))
            .hint(lang.pick(
                "make it first, or choose another place",
                "请先新建该文件夹，或换一个位置",
            )),
            Self::Unwritable { path, source } => Said::unwritable(lang, path, source).hint(tr!(
                lang,
                "make room, or choose a folder that can be written to",
                "请腾出空间，或选择可写的文件夹"
            )),
            Self::Unreached { path, source } => {
                let remedy =
                    BucketError::of(source).map_or_else(|| reach(lang), |e| e.remedy(lang));
                Said::unwritable(lang, path, source).hint(remedy)
            }
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Unwritable { .. } => Fault::Machine,
            Self::Unreached { source, .. } => {
                BucketError::of(source).map_or(Fault::Machine, Say::fault)
            }
            _ => Fault::Input,
        }
    }
}
speaking_error!(FileError, |e| match e {
    FileError::Unwritable { source, .. } | FileError::Unreached { source, .. } => Some(source),
    _ => None,
});

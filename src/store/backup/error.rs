//! Why a backup was not made or not put back. What was there is as it was.

use crate::files::FileError;
use crate::store::StoreError;
use crate::store::keys::WeakPassphrase;
use crate::words::{Fault, Lang, Said, Say};
use crate::{speaking_error, tr};
use std::io;
use std::path::{Path, PathBuf};

/// A backup that was not made, or not put back.
#[derive(Debug)]
pub enum BackupError {
    /// The passphrase that is to lock it is none.
    Weak(WeakPassphrase),
    /// The registry cannot be read.
    Store(StoreError),
    /// The file cannot be written.
    File(FileError),
    /// A file cannot be read.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The name is one of a registry.
    Named {
        /// The name.
        path: PathBuf,
    },
    /// The file is no backup.
    NotABackup {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase does not open it.
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// A part of it is not what it was.
    Changed {
        /// The file.
        path: PathBuf,
        /// The part, where it is known.
        name: String,
    },
    /// Something is there where it would be put back.
    Taken {
        /// What is there.
        path: PathBuf,
    },
}

impl BackupError {
    /// What the system says of a file that is read.
    pub(super) fn io(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            path: path.clone(),
            source,
        }
    }
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<FileError> for BackupError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl Say for BackupError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Weak(weak) => weak.say(lang),
            Self::Store(error) => error.say(lang),
            Self::File(error) => error.say(lang),
            Self::Io { path, source } => Said::unreadable(lang, path, source),
            Self::Named { path } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path} is a name for a registry, and a backup is none",
                    "{path} 是登记库的文件名，备份不能这样命名"
                ))
                .hint(tr!(
                    lang,
                    "end it otherwise, such as 410423-2026-05-03.papaver-backup",
                    "请换一个扩展名，如 410423-2026-05-03.papaver-backup"
                ))
            }
            Self::NotABackup { path } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} is no backup", "{path} 不是备份文件")).hint(lang.pick(
                    "give the whole file as it was written; a part of it does not do",
                    "请给出备份时写出的完整文件",
                ))
            }
            Self::Locked { path } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path} does not open with this passphrase",
                    "口令无法打开 {path}"
                ))
                .hint(tr!(
                    lang,
                    "give the passphrase that the backup was made with; without it nobody can open it",
                    "请使用制作备份时的口令；没有该口令，任何人都无法打开"
                ))
            }
            Self::Changed { path, name } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path} is damaged: {name} is not what it was",
                    "{path} 已损坏：{name} 与制作时不一致"
                ))
                .hint(tr!(
                    lang,
                    "nothing was put back; take another copy of the backup",
                    "未恢复任何文件；请换用该备份的另一份副本"
                ))
            }
            Self::Taken { path } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} is there already", "{path} 已存在")).hint(tr!(
                    lang,
                    "nothing was put back; name another place for the registry, or move away what is there",
                    "未恢复任何文件；请为登记库指定其他位置，或先移走现有文件"
                ))
            }
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Store(error) => error.fault(),
            Self::File(error) => error.fault(),
            Self::Io { .. } => Fault::Machine,
            _ => Fault::Input,
        }
    }
}
speaking_error!(BackupError, |e| match e {
    BackupError::Store(error) => Some(error),
    BackupError::File(error) => Some(error),
    BackupError::Io { source, .. } => Some(source),
    _ => None,
});

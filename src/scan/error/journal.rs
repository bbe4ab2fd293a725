//! Why the scores in a results folder cannot be gone on with.

use crate::files::{FileError, fault_of};
use crate::scan::run_difference::RunDifference;
use crate::words::{Action, Choice, Fault, Lang, Remedy, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::io;
use std::path::{Path, PathBuf};

/// A journal that cannot be used.
#[derive(Debug)]
pub enum JournalError {
    /// The folder holds the work of another model, source or option.
    OtherWork {
        /// The output folder.
        folder: PathBuf,
        /// What differs.
        difference: RunDifference,
    },
    /// The folder keeps scores from a floor on that is above what is asked for.
    BelowFloor {
        /// The output folder.
        folder: PathBuf,
        /// The lowest score kept.
        floor: f32,
        /// The lowest score asked for.
        lowest: f32,
    },
    /// The folder holds results without a journal.
    Foreign {
        /// The output folder.
        folder: PathBuf,
        /// A file of it.
        file: String,
    },
    /// Its first line is damaged, or it is no journal of ours.
    Damaged {
        /// The output folder.
        folder: PathBuf,
    },
    /// Another run is writing it.
    Busy {
        /// The output folder.
        folder: PathBuf,
    },
    /// Its place is a registry's.
    File(FileError),
    /// It cannot be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Say for JournalError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::OtherWork { folder, difference } => other_work(folder, difference, lang),
            Self::BelowFloor {
                folder,
                floor,
                lowest,
            } => below_floor(folder, *floor, *lowest, lang),
            Self::Foreign { folder, file } => foreign(folder, file, lang),
            Self::Damaged { folder } => damaged(folder, lang),
            Self::Busy { folder } => busy(folder, lang),
            Self::File(source) => source.say(lang),
            Self::Io { path, source } => unwritten(path, source, lang),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Io { source, .. } => fault_of(source),
            _ => Fault::Input,
        }
    }
}
speaking_error!(JournalError, |e| match e {
    JournalError::Io { source, .. } => Some(source),
    JournalError::File(source) => Some(source),
    _ => None,
});

impl From<FileError> for JournalError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Unwritable { path, source } => Self::Io { path, source },
            other => Self::File(other),
        }
    }
}

/// To write elsewhere, or to discard what is there.
fn elsewhere_or_anew(lang: Lang) -> Remedy {
    remedy!(
        lang,
        "choose another folder with {output}, or add {restart} to discard that work and begin anew",
        "请用 {output} 换一个文件夹，或加 {restart} 放弃旧结果重新开始",
        output = Action::Again(Choice::Output),
        restart = Action::Again(Choice::Restart),
    )
}

fn other_work(folder: &Path, difference: &RunDifference, lang: Lang) -> Said {
    let (folder, difference) = (folder.display(), difference.pick(lang));
    Said::new(tr!(
        lang,
        "{folder} holds the work of another scan ({difference})",
        "{folder} 中是另一次扫描的结果（{difference}）"
    ))
    .hint(elsewhere_or_anew(lang))
}

fn below_floor(folder: &Path, floor: f32, lowest: f32, lang: Lang) -> Said {
    let folder = folder.display();
    Said::new(tr!(
        lang,
        "{folder} keeps scores from {floor} on, and {lowest} is asked for",
        "{folder} 只保存了 {floor} 及以上的得分，而要求的是 {lowest}"
    ))
    .hint(tr!(
        lang,
        "give a threshold of {floor} or more",
        "请将阈值设为 {floor} 或以上"
    ))
    .hint(elsewhere_or_anew(lang))
}

fn foreign(folder: &Path, file: &str, lang: Lang) -> Said {
    let folder = folder.display();
    Said::new(tr!(
        lang,
        "{folder} already holds a {file} that this scan did not write",
        "{folder} 中已有不是本次扫描写出的 {file}"
    ))
    .hint(remedy!(
        lang,
        "choose another folder with {output}, or add {restart} to overwrite it",
        "请用 {output} 换一个文件夹，或加 {restart} 覆盖",
        output = Action::Again(Choice::Output),
        restart = Action::Again(Choice::Restart),
    ))
}

fn damaged(folder: &Path, lang: Lang) -> Said {
    let folder = folder.display();
    Said::new(tr!(
        lang,
        "the journal in {folder} is damaged in its first line, or is not ours",
        "{folder} 中的工作日志首行损坏，或不是本程序的日志"
    ))
    .hint(remedy!(
        lang,
        "copy the folder if its work matters, then begin anew with {restart}, or choose another folder with {output}",
        "若其中的工作重要请先备份，再用 {restart} 重新开始，或用 {output} 换一个文件夹",
        restart = Action::Again(Choice::Restart),
        output = Action::Again(Choice::Output),
    ))
}

fn busy(folder: &Path, lang: Lang) -> Said {
    let folder = folder.display();
    Said::new(tr!(
        lang,
        "another run is writing to {folder}",
        "另一个进程正在写 {folder}"
    ))
    .hint(remedy!(
        lang,
        "wait for it to end, or choose another folder with {output}",
        "请等待其结束，或用 {output} 换一个文件夹",
        output = Action::Again(Choice::Output),
    ))
}

fn unwritten(path: &Path, source: &io::Error, lang: Lang) -> Said {
    let said = Said::unwritable(lang, path, source);
    if source.kind() == io::ErrorKind::StorageFull {
        return said.hint(lang.pick(
            "the disk is full: make room and run the same command again; what was done is kept",
            "磁盘已满：请腾出空间后重新运行同一命令；已完成部分已保存",
        ));
    }
    said.hint(remedy!(
        lang,
        "choose a folder that you may write to with {output}",
        "请用 {output} 选择可写的文件夹",
        output = Action::Again(Choice::Output),
    ))
}

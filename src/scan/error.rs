//! Everything that can end a scan, in one type.

mod journal;
mod learnt;
mod shard;

pub use journal::JournalError;
pub use learnt::LearntError;
pub use shard::ShardError;

use super::model::ModelError;
use crate::files::{FileError, fault_of};
use crate::ground::{BoundaryError, CrsError};
use crate::imagery::photo::{DemError, PosError};
use crate::imagery::{InputError, RasterError};
use crate::words::{Both, Fault, Lang, Said, Say};
use crate::{speaking_error, tr};
use std::io;
use std::path::{Path, PathBuf};

/// Why a scan ended without results.
#[derive(Debug)]
pub enum ScanError {
    /// The inputs hold nothing to search.
    Input(InputError),
    /// No source can be searched: each with its reason.
    NoSource(Vec<RasterError>),
    /// A raster failed in the middle.
    Raster(RasterError),
    /// The model or its runtime.
    Model(ModelError),
    /// What was learnt from verdicts does not hold here.
    Learnt(LearntError),
    /// The boundary.
    Boundary(BoundaryError),
    /// The boundary does not meet any source.
    BoundaryElsewhere {
        /// Its file.
        path: PathBuf,
    },
    /// No pixel of any source has data.
    NoData {
        /// The names of the sources.
        sources: Vec<String>,
    },
    /// The output folder or its journal.
    Journal(JournalError),
    /// A result cannot be written.
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A place cannot be computed.
    Crs(CrsError),
    /// The terrain model.
    Dem(DemError),
    /// The list of positions.
    Pos(PosError),
    /// A number is out of range.
    Range {
        /// What the number is.
        what: Both,
        /// What was given.
        value: String,
        /// What is allowed.
        allowed: Both,
    },
    /// The plan or a shard.
    Shard(ShardError),
    /// The user stopped it.
    Interrupted {
        /// Where the work so far is kept.
        folder: PathBuf,
    },
}

impl Say for ScanError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Input(e) => e.say(lang),
            Self::Raster(e) => e.say(lang),
            Self::Dem(e) => e.say(lang),
            Self::Pos(e) => e.say(lang),
            Self::Model(e) => e.say(lang),
            Self::Learnt(e) => e.say(lang),
            Self::Boundary(e) => e.say(lang),
            Self::Journal(e) => e.say(lang),
            Self::Crs(e) => e.say(lang),
            Self::Shard(e) => e.say(lang),
            Self::NoSource(refused) => no_source(refused, lang),
            Self::BoundaryElsewhere { path } => elsewhere(path, lang),
            Self::NoData { sources } => no_data(sources, lang),
            Self::Write { path, source } => JournalError::Io {
                path: path.clone(),
                source: io::Error::from(source.kind()),
            }
            .say(lang),
            Self::Range {
                what,
                value,
                allowed,
            } => out_of_range(*what, value, *allowed, lang),
            Self::Interrupted { folder } => interrupted(folder, lang),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Input(e) => e.fault(),
            Self::Raster(e) => e.fault(),
            Self::Dem(e) => e.fault(),
            Self::Pos(e) => e.fault(),
            Self::Model(e) => e.fault(),
            Self::Journal(e) => e.fault(),
            Self::Shard(e) => e.fault(),
            Self::Write { source, .. } => fault_of(source),
            Self::Interrupted { .. } => Fault::Interrupted,
            _ => Fault::Input,
        }
    }
}
speaking_error!(ScanError, |e| match e {
    ScanError::Input(e) => Some(e),
    ScanError::Raster(e) => Some(e),
    ScanError::Dem(e) => Some(e),
    ScanError::Pos(e) => Some(e),
    ScanError::Model(e) => Some(e),
    ScanError::Learnt(e) => Some(e),
    ScanError::Boundary(e) => Some(e),
    ScanError::Journal(e) => Some(e),
    ScanError::Crs(e) => Some(e),
    ScanError::Shard(e) => Some(e),
    ScanError::Write { source, .. } => Some(source),
    _ => None,
});

impl From<FileError> for ScanError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Unwritable { path, source } => Self::Write { path, source },
            other => Self::Journal(JournalError::File(other)),
        }
    }
}

macro_rules! from {
    ($($error:ident => $variant:ident),*) => {
        $(impl From<$error> for ScanError {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })*
    };
}
from!(InputError => Input, RasterError => Raster, ModelError => Model, LearntError => Learnt, BoundaryError => Boundary, JournalError => Journal, CrsError => Crs, DemError => Dem, PosError => Pos, ShardError => Shard);

fn no_source(refused: &[RasterError], lang: Lang) -> Said {
    let Some(first) = refused.first() else {
        return Said::new(tr!(lang, "there is nothing to search", "没有可搜索的内容"));
    };
    let said = first.say(lang);
    if refused.len() == 1 {
        return said;
    }
    let (n, first) = (refused.len(), said.what);
    Said {
        what: tr!(
            lang,
            "none of {sources} can be searched; the first: {first}",
            "{n} 个栅格或照片都无法搜索；第一个：{first}",
            sources = (n, "raster or photo", "rasters and photos")
        ),
        ..said
    }
}

fn elsewhere(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "the boundary {path} does not meet the imagery",
        "边界 {path} 与影像不相交"
    ))
    .hint(lang.pick(
        "check that both are of the same survey, and that the boundary names its true coordinate system",
        "请确认两者属于同一测区，且边界文件的坐标系正确",
    ))
}

fn no_data(sources: &[String], lang: Lang) -> Said {
    let names = sources.join(", ");
    Said::new(tr!(
        lang,
        "nothing was searched: {names} holds no data",
        "没有搜索任何地面：{names} 全部无数据"
    ))
    .hint(lang.pick(
        "it may have been exported with a wrong no-data value or an empty alpha band: export it again, or give another",
        "可能导出时无数据值设错，或透明通道为空：请重新导出，或换用其他影像",
    ))
}

fn out_of_range(what: Both, value: &str, allowed: Both, lang: Lang) -> Said {
    let (what, allowed) = (what.pick(lang), allowed.pick(lang));
    Said::new(tr!(
        lang,
        "{what} {value} is out of range",
        "{what} {value} 超出范围"
    ))
    .hint(tr!(lang, "give a value {allowed}", "请给出 {allowed} 的值"))
}

fn interrupted(folder: &Path, lang: Lang) -> Said {
    let folder = folder.display();
    Said::new(tr!(
        lang,
        "stopped; what was done is kept in {folder}",
        "已中断；已完成部分保存在 {folder}"
    ))
    .hint(lang.pick(
        "run the same command again to go on",
        "重新运行同一命令即可继续",
    ))
}

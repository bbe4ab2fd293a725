//! Why a pyramid was not made.

use crate::files::FileError;
use crate::imagery::RasterError;
use crate::words::{Action, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::io;
use std::path::{Path, PathBuf};

/// A pyramid that was not made. What was there is as it was.
#[derive(Debug)]
pub enum PyramidError {
    /// The raster cannot be read.
    Raster(RasterError),
    /// Its file was not written.
    File(FileError),
    /// A part of it cannot be kept on the disk or written.
    Unwritable {
        /// The pyramid's file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The user stopped it.
    Stopped,
    /// Beside a scan, which goes on without it.
    BesideScan {
        /// The raster.
        raster: PathBuf,
        /// Why.
        why: Box<PyramidError>,
    },
    /// That of the photos of a scan, which goes on without it.
    PhotosBesideScan {
        /// Why.
        why: Box<PyramidError>,
    },
}

impl PyramidError {
    /// What the system says of a pyramid's file.
    pub(super) fn of_io(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_path_buf();
        move |e| Self::Unwritable {
            path: path.clone(),
            reason: e.to_string(),
        }
    }

    pub(super) fn of_gdal(path: &Path, error: &gdal::errors::GdalError) -> Self {
        Self::Unwritable {
            path: path.into(),
            reason: error.to_string(),
        }
    }
}

impl From<RasterError> for PyramidError {
    fn from(error: RasterError) -> Self {
        Self::Raster(error)
    }
}

impl From<FileError> for PyramidError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl Say for PyramidError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Raster(e) => e.say(lang),
            Self::File(e) => e.say(lang),
            Self::Unwritable { path, reason } => Said::new(tr!(
                lang,
                "the pyramid {path} cannot be written: {reason}",
                "无法写入影像金字塔 {path}：{reason}",
                path = path.display(),
            ))
            .hint(lang.pick(
                "make room: while it is made it takes a byte for every four pixels of the raster",
                "请腾出磁盘空间：生成过程中，栅格每 4 个像元约需 1 字节临时空间",
            )),
            Self::Stopped => Said::new(tr!(lang, "stopped", "已中断"))
                .hint(lang.pick("run the same command again", "请重新运行同一命令")),
            Self::BesideScan { raster, why } => Said::new(tr!(
                lang,
                "the scan goes on without a pyramid of {shown}: {why}",
                "未能生成 {shown} 的影像金字塔，扫描继续：{why}",
                shown = raster.display(),
                why = why.say(lang).what,
            ))
            .hint(remedy!(
                lang,
                "make it later with {pyramid}",
                "之后可用 {pyramid} 生成",
                pyramid = Action::Pyramid {
                    input: Some(raster.clone())
                },
            )),
            Self::PhotosBesideScan { why } => Said::new(tr!(
                lang,
                "the scan goes on without a pyramid of the photos: {why}",
                "未能生成照片的影像金字塔，扫描继续：{why}",
                why = why.say(lang).what,
            ))
            .hint(lang.pick(
                "maps show them near at hand all the same, as long as the photos are where they are; to have it, scan into another folder",
                "只要照片仍在原处，地图放大后仍可显示；如需金字塔，请扫描到另一个文件夹",
            )),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Unwritable { .. } => Fault::Machine,
            Self::File(e) => e.fault(),
            Self::Stopped => Fault::Interrupted,
            _ => Fault::Input,
        }
    }
}
speaking_error!(PyramidError, |e| match e {
    PyramidError::Raster(e) => Some(e),
    PyramidError::File(e) => Some(e),
    PyramidError::BesideScan { why, .. } | PyramidError::PhotosBesideScan { why } => Some(&**why),
    _ => None,
});

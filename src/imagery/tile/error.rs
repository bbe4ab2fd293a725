//! Why a tile was not drawn.

use crate::ground::CrsError;
use crate::imagery::{OpenError, RasterError};
use crate::words::{Action, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};

/// A tile that was not drawn.
#[derive(Debug)]
pub enum TileError {
    /// The raster cannot be opened.
    Raster(RasterError),
    /// Its coordinate system cannot be used.
    Crs(CrsError),
    /// Neither the raster nor its pyramid is there any more.
    Gone,
    /// So much would have to be read for it that nobody would wait.
    TooFarOut,
    /// The drawing ended.
    Ended,
}

impl From<RasterError> for TileError {
    fn from(error: RasterError) -> Self {
        Self::Raster(error)
    }
}

impl From<OpenError> for TileError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Source(error) => Self::Raster(error),
            OpenError::Rejected { .. } => Self::Gone,
        }
    }
}

impl From<CrsError> for TileError {
    fn from(error: CrsError) -> Self {
        Self::Crs(error)
    }
}

impl Say for TileError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Raster(e) => e.say(lang),
            Self::Crs(e) => e.say(lang),
            Self::Gone => Said::new(tr!(
                lang,
                "neither the imagery nor its pyramid is there any more",
                "影像及其金字塔均已不存在"
            ))
            .hint(lang.pick(
                "connect the disk on which the imagery is kept",
                "请接入存放影像的磁盘",
            )),
            Self::TooFarOut => Said::new(tr!(
                lang,
                "the imagery is too large to be shown from so far away",
                "影像过大，此比例尺下无法显示"
            ))
            .hint(remedy!(
                lang,
                "zoom in, or make its pyramid with {pyramid}",
                "请放大地图，或用 {pyramid} 生成影像金字塔",
                pyramid = Action::Pyramid { input: None },
            )),
            Self::Ended => Said::new(tr!(lang, "the program is ending", "程序正在退出")),
        }
    }
}
speaking_error!(TileError, |e| match e {
    TileError::Raster(e) => Some(e),
    TileError::Crs(e) => Some(e),
    _ => None,
});

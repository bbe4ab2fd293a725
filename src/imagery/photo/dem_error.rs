//! Why a terrain model is not taken.

use crate::files::BucketError;
use crate::ground::CrsError;
use crate::words::{Action, Choice, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::path::PathBuf;

/// A terrain model that cannot be used.
#[derive(Debug)]
pub enum DemError {
    /// GDAL cannot open or read it.
    Unreadable {
        /// The file.
        path: PathBuf,
    },
    /// Its bucket does not give it.
    NotGiven {
        /// The file.
        path: PathBuf,
        /// What the server answered.
        source: BucketError,
    },
    /// It does not say where it is.
    NoPlace {
        /// The file.
        path: PathBuf,
    },
    /// Its coordinate system cannot be used.
    Crs {
        /// The file.
        path: PathBuf,
        /// Why.
        source: CrsError,
    },
    /// It has no height anywhere near the photos.
    Elsewhere {
        /// The file.
        path: PathBuf,
    },
}

impl Say for DemError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Unreadable { path } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} cannot be read as a terrain model", "无法读取地形模型 {path}")).hint(tr!(
                    lang,
                    "give a raster of heights in metres, as a GeoTIFF; if it was copied, copy it again",
                    "请给出以米为单位的高程栅格（如 GeoTIFF）；若为复制所得，请重新复制"
                ))
            }
            Self::NotGiven { path, source } => {
                let Said { what, remedies } = source.say(lang);
                let path = path.display();
                let what = tr!(
                    lang,
                    "{path} cannot be read: {what}",
                    "无法读取 {path}：{what}"
                );
                Said { what, remedies }
            }
            Self::NoPlace { path } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "the terrain model {path} does not say where it is",
                    "地形模型 {path} 没有坐标信息"
                ))
                .hint(lang.pick(
                    "export it again with its coordinate system, as GeoTIFF",
                    "请带坐标系重新导出为 GeoTIFF",
                ))
            }
            Self::Crs { path, source } => source.say(lang).about(path),
            Self::Elsewhere { path } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "the terrain model {path} has no height where the photos were taken",
                    "地形模型 {path} 不包含照片所在位置的高程"
                ))
                .hint(remedy!(
                    lang,
                    "give the model of this area, or leave {dem} out: the ground is then taken as level at take-off",
                    "请提供本测区的地形模型，或去掉 {dem}：将按起飞点高度的平地处理",
                    dem = Action::Without(Choice::Dem),
                ))
            }
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::NotGiven { source, .. } => source.fault(),
            _ => Fault::Input,
        }
    }
}
speaking_error!(DemError, |e| match e {
    DemError::Crs { source, .. } => Some(source),
    DemError::NotGiven { source, .. } => Some(source),
    _ => None,
});

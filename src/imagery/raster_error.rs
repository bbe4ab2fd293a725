//! Why a raster cannot be searched, and what mends it.

use crate::ground::{CrsError, GeoPackageError};
use crate::words::{Action, Choice, Lang, Remedy, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::path::{Path, PathBuf};

/// A raster that cannot be searched.
#[derive(Debug)]
pub enum RasterError {
    /// It is a photo that is set aside.
    Photo(Box<super::photo::SetAside>),
    /// GDAL cannot open it.
    NotARaster {
        /// The file.
        path: PathBuf,
        /// GDAL's words.
        reason: String,
    },
    /// It lies in a data base of which a write was interrupted.
    DataBase {
        /// The file.
        path: PathBuf,
        /// Why it is not opened.
        source: GeoPackageError,
    },
    /// A virtual raster, found in a folder, that draws from elsewhere.
    Leads {
        /// The file.
        path: PathBuf,
        /// Where it leads.
        to: String,
    },
    /// It has no coordinate reference system.
    NoCrs {
        /// The file.
        path: PathBuf,
    },
    /// It has no geotransform at all.
    NoPlace {
        /// The file.
        path: PathBuf,
    },
    /// It is placed by ground control points only.
    Gcps {
        /// The file.
        path: PathBuf,
    },
    /// It is placed by rational polynomial coefficients only.
    Rpcs {
        /// The file.
        path: PathBuf,
    },
    /// Its pixels have no area.
    ZeroPixels {
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
    /// It has no three colours.
    Grey {
        /// The file.
        path: PathBuf,
        /// How many bands it has.
        bands: usize,
        /// Whether they hold heights, as those of a terrain model.
        heights: bool,
    },
    /// It is in a format that only its maker's programs read.
    Foreign {
        /// The file.
        path: PathBuf,
        /// The format's name.
        format: &'static str,
    },
    /// `--bands` names a band that it has not.
    NoSuchBand {
        /// The file.
        path: PathBuf,
        /// The band asked for, from 1.
        band: usize,
        /// How many bands it has.
        bands: usize,
    },
    /// Its values are neither 8 nor 16 bit.
    Depth {
        /// The file.
        path: PathBuf,
        /// GDAL's name of the type.
        kind: String,
    },
    /// Its pixels are larger than the model can bear.
    TooCoarse {
        /// The file.
        path: PathBuf,
        /// Its ground sampling distance in centimetres, the coarser axis.
        gsd_cm: f64,
        /// The coarsest the model's evaluation holds for.
        coarsest_cm: f64,
    },
    /// Parts of it could not be read; the rest was searched.
    PartlyUnreadable {
        /// The file.
        path: PathBuf,
        /// Square metres that could not be read.
        m2: f64,
    },
    /// It is not the file that it was when the run began.
    Changed {
        /// The file.
        path: PathBuf,
    },
}

impl Say for RasterError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Photo(aside) => aside.say(lang),
            Self::DataBase { source, .. } => source.say(lang),
            Self::Crs { source, path } => source.say(lang).about(path),
            Self::NotARaster { .. } | Self::Leads { .. } | Self::Foreign { .. } => {
                self.not_opened(lang)
            }
            Self::NoCrs { .. }
            | Self::NoPlace { .. }
            | Self::Gcps { .. }
            | Self::Rpcs { .. }
            | Self::ZeroPixels { .. } => self.not_placed(lang),
            Self::Grey { .. } | Self::NoSuchBand { .. } | Self::Depth { .. } => {
                self.no_colours(lang)
            }
            Self::TooCoarse {
                path,
                gsd_cm,
                coarsest_cm,
            } => too_coarse(path, *gsd_cm, *coarsest_cm, lang),
            Self::PartlyUnreadable { path, m2 } => partly_unreadable(path, *m2, lang),
            Self::Changed { path } => changed(path, lang),
        }
    }
}
speaking_error!(RasterError, |e| match e {
    RasterError::Crs { source, .. } => Some(source),
    RasterError::DataBase { source, .. } => Some(source),
    _ => None,
});

/// Kinds of files that lie beside imagery and are none that is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beside {
    /// Single bands of a multispectral or thermal camera.
    Band,
    /// Terrain models and the like.
    Heights,
    /// Coarser copies of imagery that is searched.
    Preview,
    /// Pictures of reports and quick looks, which no camera took.
    Picture,
    /// Imagery in a format that only its maker's programs read.
    Foreign,
    /// Maps of lines and points.
    Vector,
}

impl RasterError {
    /// The format of a file that cannot be opened, where its ending names one that only its maker's programs read.
    pub(super) fn foreign(path: &std::path::Path) -> Option<Self> {
        let ending = path.extension()?.to_string_lossy().to_ascii_lowercase();
        let format = match ending.as_str() {
            "ecw" => "ECW",
            "sid" => "MrSID",
            _ => return None,
        };
        Some(Self::Foreign {
            path: path.into(),
            format,
        })
    }

    /// The kind of file beside imagery that it is, where it is of a known one.
    pub fn beside(&self) -> Option<Beside> {
        match self {
            Self::Grey { heights: true, .. } => Some(Beside::Heights),
            Self::Grey { .. } => Some(Beside::Band),
            Self::Foreign { .. } => Some(Beside::Foreign),
            Self::NotARaster { path, .. }
                if path
                    .extension()
                    .is_some_and(|e| e.eq_ignore_ascii_case("gpkg")) =>
            {
                Some(Beside::Vector)
            }
            Self::Photo(aside) if aside.is_band() => Some(Beside::Band),
            Self::Photo(aside) if aside.is_no_photo() => Some(Beside::Picture),
            _ => None,
        }
    }

    /// The file it is about.
    pub fn path(&self) -> &PathBuf {
        match self {
            Self::Photo(aside) => &aside.path,
            Self::NotARaster { path, .. }
            | Self::DataBase { path, .. }
            | Self::Leads { path, .. }
            | Self::NoCrs { path }
            | Self::NoPlace { path }
            | Self::Gcps { path }
            | Self::Rpcs { path }
            | Self::ZeroPixels { path }
            | Self::Crs { path, .. }
            | Self::Grey { path, .. }
            | Self::Foreign { path, .. }
            | Self::NoSuchBand { path, .. }
            | Self::Depth { path, .. }
            | Self::TooCoarse { path, .. }
            | Self::PartlyUnreadable { path, .. }
            | Self::Changed { path } => path,
        }
    }
}

/// Sentences, one function a family.
impl RasterError {
    /// What cannot be opened, or is not.
    fn not_opened(&self, lang: Lang) -> Said {
        let p = self.path().display();
        match self {
            Self::Leads { to, path } => Said::new(tr!(
                lang,
                "{p} was found in a folder and draws from elsewhere: {to}",
                "{p} 是在文件夹中发现的，却引用文件夹以外的内容：{to}"
            ))
            .hint(remedy!(
                lang,
                "it was not opened; keep what it draws from in the same folder, or, if you trust it, name it itself: {scan}",
                "未打开；请把所引用的文件放在同一文件夹，或在确信可靠时直接指定：{scan}",
                scan = Action::Scan {
                    input: Some(path.clone())
                },
            )),
            Self::NotARaster { reason, .. } => Said::new(tr!(
                lang,
                "{p} cannot be opened as a raster: {reason}",
                "无法将 {p} 作为栅格打开：{reason}"
            ))
            .hint(lang.pick(
                "if it was copied, copy it again; otherwise export it again as GeoTIFF from the program it came from",
                "若为复制所得，请重新复制；否则请用生成它的软件重新导出为 GeoTIFF",
            )),
            other => {
                let format = if let Self::Foreign { format, .. } = other {
                    format
                } else {
                    ""
                };
                Said::new(tr!(
                    lang,
                    "{p} is an {format} file, which cannot be read here",
                    "{p} 是 {format} 文件，无法读取"
                ))
                .hint(lang.pick(
                    "export it as GeoTIFF from the program it came from",
                    "请用生成它的软件导出为 GeoTIFF",
                ))
            }
        }
    }

    /// What does not say where it lies.
    fn not_placed(&self, lang: Lang) -> Said {
        let p = self.path().display();
        let (what, remedy): (String, Remedy) = match self {
            Self::NoCrs { .. } => (
                tr!(
                    lang,
                    "{p} has no coordinate reference system",
                    "{p} 没有坐标参考系"
                ),
                remedy!(
                    lang,
                    "name it with {crs}, or keep its .prj file beside it",
                    "用 {crs} 指明，或把 .prj 文件放在同一文件夹",
                    crs = Action::Again(Choice::Crs(Some(4547))),
                ),
            ),
            Self::NoPlace { .. } => (
                tr!(
                    lang,
                    "{p} has no georeference: where it lies is unknown",
                    "{p} 没有地理参考，位置未知"
                ),
                lang.pick(
                    "export it from the photogrammetry program as GeoTIFF, or keep its world file (.tfw, .jgw, .pgw) beside it",
                    "请从拼接软件导出为 GeoTIFF，或把坐标文件（.tfw、.jgw、.pgw）放在同一文件夹",
                )
                .into(),
            ),
            Self::Gcps { .. } => (
                tr!(
                    lang,
                    "{p} is placed by ground control points only",
                    "{p} 只有地面控制点，尚未纠正"
                ),
                lang.pick(
                    "rectify it by its points in the program it came from, and export it as GeoTIFF",
                    "请在生成它的软件中按控制点纠正，再导出为 GeoTIFF",
                )
                .into(),
            ),
            Self::Rpcs { .. } => (
                tr!(
                    lang,
                    "{p} is placed by rational polynomials (RPC) only",
                    "{p} 只有有理多项式参数（RPC），尚未纠正"
                ),
                lang.pick(
                    "ask for the orthorectified image, or rectify it with a terrain model in the program it came from",
                    "请索取正射纠正后的影像，或在生成它的软件中用地形模型纠正",
                )
                .into(),
            ),
            _ => (
                tr!(
                    lang,
                    "the pixels of {p} have no size on the ground",
                    "{p} 的像元在地面上没有大小"
                ),
                lang.pick(
                    "its geotransform is broken; export it anew from the program it came from",
                    "其地理变换参数有误；请用生成它的软件重新导出",
                )
                .into(),
            ),
        };
        Said::new(what).hint(remedy)
    }

    /// What has no three colours that can be read.
    fn no_colours(&self, lang: Lang) -> Said {
        let p = self.path().display();
        match self {
            Self::Grey { heights: true, .. } => Said::new(tr!(
                lang,
                "{p} holds heights or other values, no picture",
                "{p} 是高程等数据，不是影像"
            ))
            .hint(lang.pick("give the orthomosaic", "请给出正射影像"))
            .hint(remedy!(
                lang,
                "a terrain model goes with {dem}",
                "地形模型请用 {dem}",
                dem = Action::Again(Choice::Dem),
            )),
            Self::Grey { bands, .. } => Said::new(tr!(
                lang,
                "{p} has no red, green and blue ({bands} bands)",
                "{p} 没有红、绿、蓝三个波段（共 {bands} 个波段）"
            ))
            .hint(lang.pick(
                "the model needs colour; give the RGB orthomosaic",
                "模型需要彩色影像；请给出 RGB 正射影像",
            ))
            .hint(remedy!(
                lang,
                "or name the bands with {bands}",
                "或用 {bands} 指定波段",
                bands = Action::Again(Choice::Bands([3, 2, 1])),
            )),
            Self::NoSuchBand { band, bands, .. } => Said::new(tr!(
                lang,
                "{p} has no band {band}, only {bands}",
                "{p} 没有第 {band} 波段，只有 {bands} 个"
            ))
            .hint(remedy!(
                lang,
                "bands count from 1, red first: {bands}",
                "波段从 1 计数，红波段在前：{bands}",
                bands = Action::Again(Choice::Bands([1, 2, 3])),
            )),
            other => {
                let kind = if let Self::Depth { kind, .. } = other {
                    kind.as_str()
                } else {
                    ""
                };
                Said::new(tr!(
                    lang,
                    "{p} has values of type {kind}; 8 bit and whole numbers of 16 bit are read",
                    "{p} 的像元类型是 {kind}；只支持 8 位和 16 位整数"
                ))
                .hint(lang.pick(
                    "export it again with 8 bits a band",
                    "请以每波段 8 位重新导出",
                ))
            }
        }
    }
}

fn too_coarse(path: &Path, gsd_cm: f64, coarsest_cm: f64, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} is too coarse: {gsd_cm:.1} cm a pixel, and the model's figures hold up to {coarsest_cm:.1} cm",
        "{path} 分辨率不足：每像元 {gsd_cm:.1} 厘米，模型最粗只适用到 {coarsest_cm:.1} 厘米"
    ))
    .hint(remedy!(
        lang,
        "fly lower; {coarse} searches it all the same and marks the result",
        "请降低航高；{coarse} 可强行搜索，结果会加注",
        coarse = Action::Again(Choice::AllowCoarse),
    ))
}

fn partly_unreadable(path: &Path, m2: f64, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{m2:.1} m² of {path} could not be read and were not searched",
        "{path} 有 {m2:.1} 平方米无法读取，未搜索"
    ))
    .hint(remedy!(
        lang,
        "coverage.geojson shows where; copy the file again from its source, then run again with {restart}",
        "位置见 coverage.geojson；请从原处重新复制该文件，再用 {restart} 运行",
        restart = Action::Again(Choice::Restart),
    ))
}

fn changed(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} changed while it was being searched",
        "搜索过程中 {path} 发生了变化"
    ))
    .hint(remedy!(
        lang,
        "let the copying or exporting end, then begin anew with {restart}",
        "请等复制或导出完成，再用 {restart} 重新开始",
        restart = Action::Again(Choice::Restart),
    ))
}

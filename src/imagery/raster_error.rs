//! Why a raster cannot be searched, and what mends it.

use crate::ground::{CrsError, GeoPackageError};
use crate::words::{Lang, Said, Say, shell};
use crate::{speaking_error, tr};
use std::path::PathBuf;

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
        let p = self.path().display();
        let typed = shell(self.path());
        match self {
            Self::Photo(aside) => aside.say(lang),
            Self::DataBase { source, .. } => source.say(lang),
            Self::NotARaster { reason, .. } => Said::new(tr!(lang, "{p} cannot be opened as a raster: {reason}", "无法将 {p} 作为栅格打开：{reason}"))
                .hint(tr!(lang, "`gdalinfo {typed}` must be able to read it; if it was copied from a card, copy it again", "`gdalinfo {typed}` 应能读取；若由存储卡复制而来，请重新复制")),
            Self::Leads { to, .. } => Said::new(tr!(lang, "{p} was found in a folder and draws from elsewhere: {to}", "{p} 是在文件夹中发现的，却引用文件夹以外的内容：{to}"))
                .hint(tr!(lang, "it was not opened; keep what it draws from in the same folder, or, if you trust it, name it itself: `papaver scan {typed}`", "未打开；请把所引用的文件放在同一文件夹，或在确信可靠时直接指定：`papaver scan {typed}`")),
            Self::Foreign { format, .. } => Said::new(tr!(lang, "{p} is an {format} file, which cannot be read here", "{p} 是 {format} 文件，无法读取"))
                .hint(tr!(lang, "export it as GeoTIFF from the program it came from", "请用生成它的软件导出为 GeoTIFF")),
            Self::NoCrs { .. } => Said::new(tr!(lang, "{p} has no coordinate reference system", "{p} 没有坐标参考系"))
                .hint(tr!(lang, "name it with `--crs EPSG:4547`, or keep its .prj file beside it", "用 `--crs EPSG:4547` 指明，或把 .prj 文件放在同一文件夹")),
            Self::NoPlace { .. } => Said::new(tr!(lang, "{p} has no georeference: where it lies is unknown", "{p} 没有地理参考，位置未知"))
                .hint(tr!(lang, "export it from the photogrammetry program as GeoTIFF, or keep its world file (.tfw, .jgw, .pgw) beside it", "请从拼接软件导出为 GeoTIFF，或把坐标文件（.tfw、.jgw、.pgw）放在同一文件夹")),
            Self::Gcps { .. } => Said::new(tr!(lang, "{p} is placed by ground control points only", "{p} 只有地面控制点，尚未纠正"))
                .hint(tr!(lang, "rectify it first: `gdalwarp -tps -r bilinear -t_srs EPSG:4326 {typed} rectified.tif`", "请先纠正：`gdalwarp -tps -r bilinear -t_srs EPSG:4326 {typed} rectified.tif`")),
            Self::Rpcs { .. } => Said::new(tr!(lang, "{p} is placed by rational polynomials (RPC) only", "{p} 只有有理多项式参数（RPC），尚未纠正"))
                .hint(tr!(lang, "rectify it first: `gdalwarp -rpc -to RPC_DEM=dem.tif -r bilinear -t_srs EPSG:4326 {typed} rectified.tif`", "请先纠正：`gdalwarp -rpc -to RPC_DEM=dem.tif -r bilinear -t_srs EPSG:4326 {typed} rectified.tif`")),
            Self::ZeroPixels { .. } => Said::new(tr!(lang, "the pixels of {p} have no size on the ground", "{p} 的像元在地面上没有大小"))
                .hint(tr!(lang, "its geotransform is broken; export it anew, or set the corners: `gdal_edit.py -a_ullr ULX ULY LRX LRY {typed}`", "其地理变换参数有误；请重新导出，或设置角点：`gdal_edit.py -a_ullr ULX ULY LRX LRY {typed}`")),
            Self::Crs { source, .. } => {
                let said = source.say(lang);
                Said { what: format!("{p}: {}", said.what), hint: said.hint }
            }
            Self::Grey { heights: true, .. } => Said::new(tr!(lang, "{p} holds heights or other values, no picture", "{p} 是高程等数据，不是影像"))
                .hint(tr!(lang, "give the orthomosaic; a terrain model goes with `--dem`", "请给出正射影像；地形模型请用 `--dem`")),
            Self::Grey { bands, .. } => Said::new(tr!(lang, "{p} has no red, green and blue ({bands} bands)", "{p} 没有红、绿、蓝三个波段（共 {bands} 个波段）"))
                .hint(tr!(lang, "the model needs colour; give the RGB orthomosaic, or name the bands with `--bands 3,2,1`", "模型需要彩色影像；请给出 RGB 正射影像，或用 `--bands 3,2,1` 指定波段")),
            Self::NoSuchBand { band, bands, .. } => Said::new(tr!(lang, "{p} has no band {band}, only {bands}", "{p} 没有第 {band} 波段，只有 {bands} 个"))
                .hint(tr!(lang, "`--bands` counts from 1, red first: `--bands 1,2,3`", "`--bands` 从 1 计数，红波段在前：`--bands 1,2,3`")),
            Self::Depth { kind, .. } => Said::new(tr!(lang, "{p} has values of type {kind}; 8 bit and whole numbers of 16 bit are read", "{p} 的像元类型是 {kind}；只支持 8 位和 16 位整数"))
                .hint(tr!(lang, "convert it: `gdal_translate -ot Byte -scale {typed} converted.tif`", "请转换：`gdal_translate -ot Byte -scale {typed} converted.tif`")),
            Self::TooCoarse { gsd_cm, coarsest_cm, .. } => Said::new(tr!(lang,
                "{p} is too coarse: {gsd_cm:.1} cm a pixel, and the model's figures hold up to {coarsest_cm:.1} cm",
                "{p} 分辨率不足：每像元 {gsd_cm:.1} 厘米，模型最粗只适用到 {coarsest_cm:.1} 厘米"))
            .hint(tr!(lang, "fly lower; `--allow-coarse` searches it all the same and marks the result", "请降低航高；`--allow-coarse` 可强行搜索，结果会加注")),
            Self::PartlyUnreadable { m2, .. } => Said::new(tr!(lang,
                "{m2:.1} m² of {p} could not be read and were not searched",
                "{p} 有 {m2:.1} 平方米无法读取，未搜索"))
            .hint(tr!(lang, "coverage.geojson shows where; copy the file again from its source, then run again with `--restart`", "位置见 coverage.geojson；请从原处重新复制该文件，再用 `--restart` 运行")),
            Self::Changed { .. } => Said::new(tr!(lang, "{p} changed while it was being searched", "搜索过程中 {p} 发生了变化"))
                .hint(tr!(lang, "let the copying or exporting end, then begin anew with `--restart`", "请等复制或导出完成，再用 `--restart` 重新开始")),
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

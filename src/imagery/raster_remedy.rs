//! The words of what keeps a raster from being searched.

use super::raster_error::RasterError;
use crate::files::has_ending;
use crate::ground::VECTOR_ENDINGS;
use crate::text::gdal_said;
use crate::words::{Action, Choice, Fault, Lang, Said, Say};
use crate::{remedy, tr};
use std::path::Path;

/// Whether it is a file of lines and areas by its name.
fn is_vector(path: &Path) -> bool {
    let mut endings = VECTOR_ENDINGS.iter().filter(|ending| **ending != "gpkg");
    endings.any(|ending| has_ending(path, ending))
}

/// Sentences, one function a family.
impl RasterError {
    /// What cannot be opened, or is not.
    pub(super) fn not_opened(&self, lang: Lang) -> Said {
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
            Self::NotARaster { path, .. } if is_vector(path) => Said::new(tr!(
                lang,
                "{p} is a file of lines and areas, not imagery",
                "{p} 是矢量文件，不是影像"
            ))
            .hint(remedy!(
                lang,
                "where it bounds what is searched, name it with {within}",
                "用作搜索边界的，请用 {within} 指定",
                within = Action::Again(Choice::Within),
            )),
            Self::NotARaster { reason, .. } => Said::new(tr!(
                lang,
                "{p} cannot be opened as a raster: {reason}",
                "无法将 {p} 作为栅格打开：{reason}",
                reason = gdal_said(reason, lang),
            ))
            .hint(lang.pick(
                "if it was copied, copy it again; otherwise export it again as GeoTIFF from the program it came from",
                "若为复制所得，请重新复制；否则请用生成它的软件重新导出为 GeoTIFF",
            )),
            Self::NotGiven { source, .. } => {
                let Said { what, remedies } = source.say(lang);
                let what = tr!(lang, "{p} cannot be read: {what}", "无法读取 {p}：{what}");
                Said { what, remedies }
            }
            other => Said::new(tr!(
                lang,
                "{p} is an {format} file, which cannot be read here",
                "{p} 是 {format} 文件，无法读取",
                format = if let Self::Foreign { format, .. } = other {
                format
            } else {
                ""
            },
            ))
            .hint(lang.pick(
                "export it as GeoTIFF from the program it came from",
                "请用生成它的软件导出为 GeoTIFF",
            )),
        }
    }

    /// What does not say where it lies.
    pub(super) fn not_placed(&self, lang: Lang) -> Said {
        let p = self.path().display();
        let (what, remedy) = match self {
            Self::NoPlace { .. } => (
                tr!(
                    lang,
                    "{p} has no georeference: where it lies is unknown",
                    "{p} 没有地理参考，位置未知"
                ),
                lang.pick(
                    "export it from the photogrammetry program as GeoTIFF, or keep its world file (.tfw, .jgw, .pgw) beside it",
                    "请从拼接软件导出为 GeoTIFF，或把坐标文件（.tfw、.jgw、.pgw）放在同一文件夹",
                ),
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
                ),
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
                ),
            ),
            _ => (
                tr!(
                    lang,
                    "the pixels of {p} have no size on the ground",
                    "{p} 的像元地面尺寸为零"
                ),
                lang.pick(
                    "its geotransform is broken; export it anew from the program it came from",
                    "其地理变换参数有误；请用生成它的软件重新导出",
                ),
            ),
        };
        Said::new(what).hint(remedy)
    }

    /// What has no three colours that can be read.
    pub(super) fn no_colours(&self, lang: Lang) -> Said {
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
                "{p} has no red, green and blue ({bands})",
                "{p} 没有红、绿、蓝三个波段（共 {bands} 个波段）",
                bands = (bands, "band", "bands"),
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
            Self::OfValues { path } => of_values(path, lang),
            Self::NoSuchBand { path, band, bands } => no_such_band(path, *band, *bands, lang),
            other => Said::new(tr!(
                lang,
                "{p} has values of type {kind}; 8 bit and whole numbers of 16 bit are read",
                "{p} 的像元类型是 {kind}；只支持 8 位和 16 位整数",
                kind = if let Self::Depth { kind, .. } = other {
                    kind.as_str()
                } else {
                    ""
                },
            ))
            .hint(lang.pick(
                "export it again with 8 bits a band",
                "请以每波段 8 位重新导出",
            )),
        }
    }
}

fn of_values(path: &Path, lang: Lang) -> Said {
    let input = Some(path.to_owned());
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} is a map of heights or of an index in colours, no picture",
        "{path} 是用颜色表示高程或指数的图，不是影像"
    ))
    .hint(lang.pick("give the orthomosaic", "请给出正射影像"))
    .hint(remedy!(
        lang,
        "where it is a picture after all, name it itself: {scan}",
        "若确为影像，请直接指定：{scan}",
        scan = Action::Scan { input },
    ))
}

pub(super) fn no_crs(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} has no coordinate reference system",
        "{path} 没有坐标参考系"
    ))
    .hint(remedy!(
        lang,
        "name it with {crs}, or keep its .prj file beside it",
        "用 {crs} 指明，或把 .prj 文件放在同一文件夹",
        crs = Action::Again(Choice::Crs(Some(4547))),
    ))
}

pub(super) fn bad_prj(path: &Path, prj: &Path, lang: Lang) -> Said {
    let (path, prj) = (path.display(), prj.display());
    Said::new(tr!(
        lang,
        "{prj} says no coordinate reference system that is understood, and {path} has none of its own",
        "{path} 自身没有坐标参考系，{prj} 的内容也无法识别"
    ))
    .hint(remedy!(
        lang,
        "name it with {crs}, or write the .prj file again",
        "用 {crs} 指明，或重新生成 .prj 文件",
        crs = Action::Again(Choice::Crs(Some(4547))),
    ))
}

pub(super) fn no_crs_but_zone(path: &Path, zone: u32, epsg: u32, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} has no coordinate reference system; its eastings begin with the number of zone {zone}",
        "{path} 没有坐标参考系；其东坐标前带有带号 {zone}"
    ))
    .hint(remedy!(
        lang,
        "where it is in CGCS2000, name that zone with {crs}; or keep its .prj file beside it",
        "坐标为 CGCS2000 的，用 {crs} 指明该带；或把 .prj 文件放在同一文件夹",
        crs = Action::Again(Choice::Crs(Some(epsg))),
    ))
}

pub(super) fn no_crs_but_degrees(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} has no coordinate reference system; its coordinates look like degrees",
        "{path} 没有坐标参考系；其坐标看来是经纬度"
    ))
    .hint(remedy!(
        lang,
        "where they are longitude and latitude of CGCS2000 or WGS 84, say so with {crs}; or keep its .prj file beside it",
        "若为 CGCS2000 或 WGS 84 经纬度，用 {crs} 指明；或把 .prj 文件放在同一文件夹",
        crs = Action::Again(Choice::Crs(Some(4490))),
    ))
}

pub(super) fn no_such_band(path: &Path, band: usize, bands: usize, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} has no band {band}, only {bands}",
        "{path} 没有第 {band} 波段，只有 {bands} 个"
    ))
    .hint(remedy!(
        lang,
        "bands count from 1, red first: {bands}",
        "波段从 1 计数，红波段在前：{bands}",
        bands = Action::Again(Choice::Bands([1, 2, 3])),
    ))
}

pub(super) fn too_coarse(path: &Path, gsd_cm: f64, coarsest_cm: f64, lang: Lang) -> Said {
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

pub(super) fn partly_unreadable(path: &Path, m2: f64, in_shards: bool, lang: Lang) -> Said {
    let path = path.display();
    let said = Said::new(tr!(
        lang,
        "{m2:.1} m² of {path} could not be read and were not searched",
        "{path} 有 {m2:.1} 平方米无法读取，未搜索"
    ));
    if in_shards {
        return said.hint(lang.pick(
            "coverage.geojson shows where; copy the file again from its source, then run its shards anew, and merge into a new folder",
            "位置见 coverage.geojson；请从原处重新复制该文件，然后重新运行其分片，再合并到新的文件夹",
        ));
    }
    said.hint(remedy!(
        lang,
        "coverage.geojson shows where; copy the file again from its source, then run again with {restart}",
        "位置见 coverage.geojson；请从原处重新复制该文件，再用 {restart} 运行",
        restart = Action::Again(Choice::Restart),
    ))
}

pub(super) fn changed(path: &Path, lang: Lang) -> Said {
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

impl Say for RasterError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Photo(aside) => aside.say(lang),
            Self::DataBase { source, .. } => source.say(lang),
            Self::Crs { source, path } => source.say(lang).about(path),
            Self::NotARaster { .. }
            | Self::NotGiven { .. }
            | Self::Leads { .. }
            | Self::Foreign { .. } => self.not_opened(lang),
            Self::NoCrs { path } => no_crs(path, lang),
            Self::BadPrj { path, prj } => bad_prj(path, prj, lang),
            Self::NoCrsButZone { path, zone, epsg } => no_crs_but_zone(path, *zone, *epsg, lang),
            Self::NoCrsButDegrees { path } => no_crs_but_degrees(path, lang),
            Self::NoPlace { .. }
            | Self::Gcps { .. }
            | Self::Rpcs { .. }
            | Self::ZeroPixels { .. } => self.not_placed(lang),
            Self::Grey { .. }
            | Self::OfValues { .. }
            | Self::NoSuchBand { .. }
            | Self::Depth { .. } => self.no_colours(lang),
            Self::TooCoarse {
                path,
                gsd_cm,
                coarsest_cm,
            } => too_coarse(path, *gsd_cm, *coarsest_cm, lang),
            Self::PartlyUnreadable {
                path,
                m2,
                in_shards,
            } => partly_unreadable(path, *m2, *in_shards, lang),
            Self::Changed { path } => changed(path, lang),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Photo(aside) => aside.fault(),
            Self::NotGiven { source, .. } => source.fault(),
            _ => Fault::Input,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_file_among_the_imagery_is_told_how_it_bounds() {
        for name in ["truth.geojson", "区界.SHP", "a.kml", "a.ovkml"] {
            let path = name.into();
            let reason = "not recognized".into();
            let said = RasterError::NotARaster { path, reason }.say(Lang::En);
            let mut actions = said.remedies.iter().flat_map(crate::words::Remedy::actions);
            assert_eq!(
                actions.next(),
                Some(&Action::Again(Choice::Within)),
                "{name}"
            );
        }
    }
}

//! What can go wrong with files that are written and read.

use super::TargetFlaw;
use super::grid_flaw::GridFlaw;
use super::track_flaw::TrackFlaw;
use crate::files::FileError;
use crate::ground::{ForeignVector, GeoJsonFlaw, GeoPackageError, VectorError};
use crate::store::StoreError;
use crate::store::evidence::EvidenceError;
use crate::words::{Action, Fault, Lang, Remedy, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::path::{Path, PathBuf};

/// A file that was not written or not read.
#[derive(Debug)]
pub enum ExchangeError {
    /// It was not written.
    File(FileError),
    /// It cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A GeoPackage that is not opened.
    GeoPackage(GeoPackageError),
    /// It is not of a kind that is read.
    Unknown {
        /// The file.
        path: PathBuf,
    },
    /// It is of another program's own kind.
    Foreign {
        /// The file.
        path: PathBuf,
        /// Which.
        kind: ForeignVector,
    },
    /// Rows of a map lie nowhere.
    Shapeless {
        /// The file.
        path: PathBuf,
        /// How many.
        rows: usize,
    },
    /// It is not what its name says.
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        why: String,
    },
    /// It is no GeoJSON.
    GeoJson {
        /// The file.
        path: PathBuf,
        /// Why.
        flaw: GeoJsonFlaw,
    },
    /// It holds no table that can be read.
    Table {
        /// The file.
        path: PathBuf,
        /// Why.
        flaw: GridFlaw,
    },
    /// No table of it is a form, and the rest are views, which are not read.
    Views {
        /// The file.
        path: PathBuf,
        /// Their names.
        views: Vec<String>,
    },
    /// It has no column that names a site.
    NoSites {
        /// The file.
        path: PathBuf,
        /// Titles in it that are not understood.
        titles: Vec<String>,
    },
    /// It has no column of the visit form.
    NoForm {
        /// The file.
        path: PathBuf,
        /// Titles in it that are not understood.
        titles: Vec<String>,
    },
    /// It is no map that can be read.
    Vector {
        /// The file.
        path: PathBuf,
        /// Why.
        source: VectorError,
    },
    /// It is no list of targets, or not one that can be taken.
    Targets {
        /// The file.
        path: PathBuf,
        /// Why; several where lines are wrong.
        flaws: Vec<TargetFlaw>,
    },
    /// It is no track.
    Track {
        /// The file.
        path: PathBuf,
        /// Why.
        flaw: TrackFlaw,
    },
    /// Its coordinates are shifted.
    Shifted {
        /// The file.
        path: PathBuf,
        /// The system they look like.
        system: &'static str,
        /// Metres, about.
        metres: u32,
        /// Rows that show it.
        rows: usize,
    },
    /// The registry.
    Store(Box<StoreError>),
    /// A piece of evidence.
    Evidence(EvidenceError),
}

impl From<FileError> for ExchangeError {
    fn from(source: FileError) -> Self {
        Self::File(source)
    }
}

impl From<GeoPackageError> for ExchangeError {
    fn from(source: GeoPackageError) -> Self {
        Self::GeoPackage(source)
    }
}

impl From<StoreError> for ExchangeError {
    fn from(source: StoreError) -> Self {
        Self::Store(Box::new(source))
    }
}

impl ExchangeError {
    /// A file whose places lie so many metres each from where they should, as `system` shifts them.
    pub(super) fn shifted(path: &Path, system: &'static str, metres: &[f64]) -> Self {
        let mean = metres.iter().sum::<f64>() / metres.len() as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "some hundred metres"
        )]
        let metres_apart = mean.round() as u32;
        Self::Shifted {
            path: path.into(),
            system,
            metres: metres_apart,
            rows: metres.len(),
        }
    }
}

/// Titles that are not understood, as the end of a sentence.
fn titled(titles: &[String], lang: Lang) -> String {
    /// Titles that are named; more would hide the sentence.
    const NAMED: usize = 12;
    if titles.is_empty() {
        return String::new();
    }
    let named: Vec<&str> = titles.iter().take(NAMED).map(|t| t.trim()).collect();
    let named = named.join(lang.pick(", ", "、"));
    let more = if titles.len() > NAMED { " …" } else { "" };
    tr!(
        lang,
        "; not understood: {named}{more}",
        "；未能识别的列：{named}{more}"
    )
}

impl ExchangeError {
    /// What is wrong with a table that a crew gives back.
    fn say_table(&self, lang: Lang) -> Said {
        match self {
            Self::Table { path, flaw } => {
                let (path, why) = (path.display(), flaw.say(lang));
                Said::new(tr!(
                    lang,
                    "{path} cannot be read as a table: {why}",
                    "无法将 {path} 作为表格读取：{why}"
                ))
                .hint(lang.pick("nothing was recorded", "未作任何记录"))
            }
            Self::Views { path, views } => {
                let (path, views) = (path.display(), views.join(lang.pick(", ", "、")));
                Said::new(tr!(
                    lang,
                    "no table of {path} is a form that names sites, and views ({views}) are not read: they are worked out from other tables",
                    "{path} 中没有含图斑编号的回填表；视图（{views}）由其他表计算得出，不予读取"
                ))
                .hint(lang.pick(
                    "save the layer into a new GeoPackage, which makes a table of it (in QGIS: Export, Save Features As), and give that; nothing was recorded",
                    "请将该图层另存为新的 GeoPackage（QGIS：导出→要素另存为），再导入新文件；未作任何记录",
                ))
            }
            Self::NoSites { path, titles } => {
                let (path, titles) = (path.display(), titled(titles, lang));
                Said::new(tr!(
                    lang,
                    "{path} has no column that names a site{titles}",
                    "{path} 没有图斑编号列{titles}"
                ))
                .hint(tr!(
                    lang,
                    "keep the column “site” (图斑编号) that the export has; nothing was recorded",
                    "请保留导出文件中的“图斑编号”列；未作任何记录"
                ))
            }
            Self::NoForm { path, titles } => {
                let (path, titles) = (path.display(), titled(titles, lang));
                Said::new(tr!(
                    lang,
                    "{path} has no column of the visit form{titles}",
                    "{path} 没有任何回填列{titles}"
                ))
                .hint(tr!(
                    lang,
                    "keep the titles that the export has, such as “visit: outcome” (回填：核查结论); nothing was recorded",
                    "请保留导出文件的列名，如“回填：核查结论”；未作任何记录"
                ))
            }
            other => Said::new(format!("{other:?}")),
        }
    }

    /// What is wrong with a list of targets or a track.
    fn say_list(&self, lang: Lang) -> Said {
        match self {
            Self::Vector { path, source } => source.say(path, lang),
            Self::Targets { path, flaws } => {
                /// Lines that are named one by one.
                const NAMED: usize = 10;
                let path = path.display();
                let named: Vec<String> = flaws.iter().take(NAMED).map(|f| f.say(lang)).collect();
                let why = named.join(lang.pick("; ", "；"));
                let more = flaws.len().saturating_sub(NAMED);
                let more = if more > 0 {
                    tr!(lang, "; and {more} more", "；另有 {more} 处")
                } else {
                    String::new()
                };
                let hints = flaws.first().map(|flaw| flaw.hints(lang));
                Said::new(tr!(
                    lang,
                    "{path}: {why}{more}; nothing was recorded",
                    "{path}：{why}{more}；未作任何记录"
                ))
                .hints(hints.unwrap_or_default())
            }
            Self::Track { path, flaw } => {
                let (path, why) = (path.display(), flaw.say(lang));
                Said::new(tr!(
                    lang,
                    "{path} cannot be read as a track: {why}",
                    "无法将 {path} 作为轨迹读取：{why}"
                ))
                .hint(match flaw {
                    TrackFlaw::Foreign(kind) => kind.remedy().pick(lang),
                    _ => lang.pick(
                        "give a GPX, KML or KMZ with a track, as the receiver or phone writes it; nothing was recorded",
                        "请提供定位仪或手机导出的含轨迹的 GPX、KML 或 KMZ；未作任何记录",
                    ),
                })
            }
            other => Said::new(format!("{other:?}")),
        }
    }
}

impl ExchangeError {
    /// What the system says of a file that is read.
    pub(crate) fn unreadable(path: &Path) -> impl Fn(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Unreadable {
            path: path.clone(),
            source,
        }
    }
}

/// What to give that a crew filled in.
fn filled_in(lang: Lang) -> Remedy {
    remedy!(
        lang,
        "give a .gpkg, .geojson, .xlsx or .csv that {export} made and a crew filled in; saved again as .xls, .et, .ods or .shp it is read too",
        "请提供由 {export} 导出并填写的 .gpkg、.geojson、.xlsx 或 .csv；另存为 .xls、.et、.ods、.shp 的也可读取",
        export = Action::Export,
    )
}

/// What to do with a file of another program.
fn foreign(path: &Path, kind: ForeignVector, lang: Lang) -> Said {
    let (path, what) = (path.display(), kind.what(lang));
    let first = kind.remedy().pick(lang);
    Said::new(tr!(
        lang,
        "{path} cannot be read: {what}",
        "无法读取 {path}：{what}"
    ))
    .hint(filled_in(lang))
    .hint(remedy!(
        lang,
        "places alone are taken as targets: {first}, with {targets}",
        "仅有位置的可作为靶标导入：{first}，再用 {targets}",
        targets = Action::ImportTargets,
    ))
}

impl Say for ExchangeError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::File(source) => source.say(lang),
            Self::Unreadable { path, source } => Said::unreadable(lang, path, source).hint(tr!(
                lang,
                "check the name; nothing was recorded",
                "请检查文件名；未作任何记录"
            )),
            Self::GeoPackage(source) => source.say(lang),
            Self::Unknown { path } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path} is of no kind that is read",
                    "无法识别 {path} 的格式"
                ))
                .hint(filled_in(lang))
            }
            Self::Foreign { path, kind } => foreign(path, *kind, lang),
            Self::Shapeless { path, rows } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{rows} of {path} without a point or an area",
                    "{path} 中有 {rows} 行没有点或面",
                    rows = (rows, "row", "rows"),
                ))
                .hint(tr!(
                    lang,
                    "put a point there, or give its table as XLSX or CSV; nothing was recorded",
                    "请补上点位，或将其属性表另存为 XLSX 或 CSV 后导入；未作任何记录"
                ))
            }
            Self::Malformed { path, why } => Said::misnamed(lang, path, why),
            Self::GeoJson { path, flaw } => Said::misnamed(lang, path, &flaw.say(lang)),
            Self::Table { .. }
            | Self::Views { .. }
            | Self::NoSites { .. }
            | Self::NoForm { .. } => self.say_table(lang),
            Self::Targets { .. } | Self::Track { .. } | Self::Vector { .. } => self.say_list(lang),
            Self::Shifted {
                path,
                system,
                metres,
                rows,
            } => {
                let path = path.display();
                Said::new(tr!(lang, "the coordinates in {path} look shifted by {system}: {rows} some {metres} m from their sites, all to one side", "{path} 的坐标疑似经 {system} 偏移：{rows} 行与图斑相距约 {metres} 米且方向一致", rows = (rows, "row lies", "rows lie"),))
                    .hint(tr!(lang, "export again from the map program as WGS 84 (no offset), or give back the file without its coordinates; nothing was recorded", "请在地图软件中以 WGS 84（不偏移）重新导出，或去掉坐标后再导入；未作任何记录"))
            }
            Self::Store(source) => source.say(lang),
            Self::Evidence(source) => source.say(lang),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::File(source) => source.fault(),
            Self::Store(source) => source.fault(),
            Self::Evidence(source) => source.fault(),
            _ => Fault::Input,
        }
    }
}
speaking_error!(ExchangeError, |e| match e {
    ExchangeError::File(source) => Some(source),
    ExchangeError::GeoPackage(source) => Some(source),
    ExchangeError::Unreadable { source, .. } => Some(source),
    ExchangeError::Store(source) => Some(source.as_ref()),
    ExchangeError::Evidence(source) => Some(source),
    _ => None,
});

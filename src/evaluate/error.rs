//! Everything that can end an evaluation.

use crate::files::{FileError, fault_of};
use crate::ground::GeoJsonFlaw;
use crate::scan::ScanError;
use crate::words::{Action, Choice, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::io;
use std::path::{Path, PathBuf};

/// Why there is no evaluation.
#[derive(Debug)]
pub enum EvaluateError {
    /// A survey's folder without truth.
    NoTruth {
        /// The folder.
        path: PathBuf,
    },
    /// A truth file that cannot be used.
    Truth {
        /// The file.
        path: PathBuf,
        /// The number of the feature, from 1.
        feature: Option<usize>,
        /// What is wrong.
        why: String,
    },
    /// A truth file that is no GeoJSON.
    NoGeoJson {
        /// The file.
        path: PathBuf,
        /// Why.
        flaw: GeoJsonFlaw,
    },
    /// A list of surveys that cannot be used.
    List {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// None of a truth file's plots lies on searched ground.
    Elsewhere {
        /// The survey.
        survey: String,
        /// How many plots.
        plots: usize,
    },
    /// A rate is wanted, and no ground is known to be without poppy.
    NoEmptyGround,
    /// A scan ended without results.
    Scan {
        /// The survey.
        survey: String,
        /// Why.
        source: ScanError,
    },
    /// A result cannot be written.
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Figures that no evaluation in this folder wrote.
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A result was not written.
    File(FileError),
    /// The chart cannot be drawn.
    Chart {
        /// What the drawing library says.
        why: String,
    },
}

impl From<FileError> for EvaluateError {
    fn from(source: FileError) -> Self {
        Self::File(source)
    }
}

impl Say for EvaluateError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::NoTruth { path } => no_truth(path, lang),
            Self::NoGeoJson { path, flaw } => bad_truth(path, None, &flaw.say(lang), lang),
            Self::Truth { path, feature, why } => bad_truth(path, *feature, why, lang),
            Self::List { path, why } => bad_list(path, why, lang),
            Self::Elsewhere { survey, plots } => elsewhere(survey, *plots, lang),
            Self::NoEmptyGround => no_empty_ground(lang),
            Self::Scan { survey, source } => {
                let said = source.say(lang);
                Said {
                    what: tr!(lang, "{survey}: {}", "{survey}：{}", said.what),
                    ..said
                }
            }
            Self::Write { path, source } => Said::unwritable(lang, path, source)
                .hint(lang.pick("free some space", "请释放磁盘空间"))
                .hint(remedy!(
                    lang,
                    "or choose another folder with {output}",
                    "或用 {output} 另选文件夹",
                    output = Action::Again(Choice::Output),
                )),
            Self::Foreign { path } => foreign(path, lang),
            Self::File(source) => source.say(lang),
            Self::Chart { why } => Said::new(tr!(
                lang,
                "the curve cannot be drawn: {why}",
                "无法绘制曲线：{why}"
            )),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Scan { source, .. } => source.fault(),
            Self::Chart { .. } => Fault::Machine,
            Self::File(source) => source.fault(),
            Self::Write { source, .. } => fault_of(source),
            _ => Fault::Input,
        }
    }
}
speaking_error!(EvaluateError, |e| match e {
    EvaluateError::Scan { source, .. } => Some(source),
    EvaluateError::Write { source, .. } => Some(source),
    EvaluateError::File(source) => Some(source),
    _ => None,
});

fn no_truth(path: &Path, lang: Lang) -> Said {
    let name = path.display();
    Said::new(tr!(
        lang,
        "{name} holds no truth.geojson",
        "{name} 中没有 truth.geojson"
    ))
    .hint(remedy!(
        lang,
        "put the true plots there as GeoJSON polygons; for imagery without any poppy use {empty}",
        "请把真实地块以 GeoJSON 多边形放入该文件；完全没有罂粟的影像请用 {empty}",
        empty = Action::Again(Choice::NoPoppy(Some(path.into()))),
    ))
}

fn bad_truth(path: &Path, feature: Option<usize>, why: &str, lang: Lang) -> Said {
    let path = path.display();
    Said::new(match feature {
        Some(number) => tr!(
            lang,
            "truth {path}, feature {number}: {why}",
            "真值文件 {path} 第 {number} 个要素：{why}"
        ),
        None => tr!(
            lang,
            "truth {path} cannot be used: {why}",
            "真值文件 {path} 无法使用：{why}"
        ),
    })
    .hint(lang.pick(
        "a GeoJSON feature collection of polygons in WGS 84, with `kind`, `plants` and `stage` where they are known",
        "应为 WGS 84 多边形的 GeoJSON 要素集合；已知时可填 `kind`、`plants`、`stage`",
    ))
}

/// A list as it should be.
const EXAMPLE: &str = r#"[{"name": "a", "imagery": ["a.tif"], "truth": "a.geojson"}, {"name": "b", "imagery": ["b"], "no_poppy": true}]"#;

fn bad_list(path: &Path, why: &str, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "the list {path} cannot be used: {why}",
        "列表 {path} 无法使用：{why}"
    ))
    .hint(EXAMPLE)
}

fn elsewhere(survey: &str, plots: usize, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "of {survey} no true plot lies on searched ground ({plots})",
        "{survey} 的 {plots} 个真实地块都不在已搜索的地面上"
    ))
    .hint(lang.pick(
        "check that truth and imagery are of the same place and that the truth is longitude and latitude",
        "请确认真值与影像属于同一地点，且真值为经纬度",
    ))
}

fn no_empty_ground(lang: Lang) -> Said {
    Said::new(lang.pick(
        "a rate of false alarms is wanted, and no imagery is known to be without poppy",
        "要求按误报率选取阈值，但没有已知无罂粟的影像",
    ))
    .hint(remedy!(
        lang,
        "name some with {empty}",
        "请用 {empty} 指定",
        empty = Action::Again(Choice::NoPoppy(None)),
    ))
}

fn foreign(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} is there already, and no evaluation in its folder wrote it",
        "{path} 已存在，且不是该文件夹中的评测写出的"
    ))
    .hint(remedy!(
        lang,
        "choose another folder with {output}, or add {restart} to overwrite it",
        "请用 {output} 换一个文件夹，或加 {restart} 覆盖",
        output = Action::Again(Choice::Output),
        restart = Action::Again(Choice::Restart),
    ))
}

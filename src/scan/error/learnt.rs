//! Why what was learnt from verdicts is not used for a scan.

use crate::words::{Action, Choice, Lang, Remedy, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::path::PathBuf;

/// What was learnt does not hold here.
#[derive(Debug)]
pub enum LearntError {
    /// The file cannot be read, or is no such file.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A registry holds nothing that was learnt for the unit.
    NoneInForce {
        /// The registry.
        path: PathBuf,
    },
    /// Candidates are not looked at once more, so that there is nothing to rank them by.
    NoLook {
        /// The file.
        path: PathBuf,
    },
    /// It was learnt from the candidates of another model.
    OtherModel {
        /// The file.
        path: PathBuf,
    },
    /// The scan does not say whose it is.
    NoUnit {
        /// The file.
        path: PathBuf,
        /// The unit that it holds for.
        unit: String,
    },
    /// It was learnt elsewhere.
    OtherUnit {
        /// The file.
        path: PathBuf,
        /// The unit that it holds for.
        unit: String,
    },
    /// It is not known when a source was taken.
    NoDate {
        /// The file.
        path: PathBuf,
        /// The source.
        name: String,
    },
    /// A source was taken in another season.
    OtherSeason {
        /// The file.
        path: PathBuf,
        /// The source.
        name: String,
        /// The first day that it holds for.
        from: String,
        /// The last day that it holds for.
        expires: String,
    },
    /// A source is much finer or coarser than what it was learnt from.
    OtherGsd {
        /// The file.
        path: PathBuf,
        /// The source.
        name: String,
        /// Its centimetres a pixel.
        gsd: f64,
        /// Those that it holds for.
        range: [f64; 2],
    },
}

impl LearntError {
    fn path(&self) -> &PathBuf {
        match self {
            Self::Unreadable { path, .. }
            | Self::NoneInForce { path }
            | Self::NoLook { path }
            | Self::OtherModel { path }
            | Self::NoUnit { path, .. }
            | Self::OtherUnit { path, .. }
            | Self::NoDate { path, .. }
            | Self::OtherSeason { path, .. }
            | Self::OtherGsd { path, .. } => path,
        }
    }
}

impl LearntError {
    fn what(&self, lang: Lang) -> String {
        let file = self.path().display();
        match self {
            Self::Unreadable { why, .. } => tr!(
                lang,
                "{file} is not what `learn` writes: {why}",
                "{file} 不是学习结果文件：{why}"
            ),
            Self::NoneInForce { .. } => tr!(
                lang,
                "nothing that was learnt is in force in {file}",
                "{file} 中没有有效的学习结果"
            ),
            Self::NoLook { .. } => tr!(
                lang,
                "{file} ranks by what a second look sees, and there is none",
                "{file} 依据复看结果排序，而本次不复看"
            ),
            Self::OtherModel { .. } => tr!(
                lang,
                "{file} was learnt from candidates of another model",
                "{file} 是由另一模型的疑似点学习得到的"
            ),
            Self::NoUnit { unit, .. } => tr!(
                lang,
                "{file} holds for unit {unit}, and the scan does not say whose it is",
                "{file} 只适用于单位 {unit}，而本次扫描未注明单位"
            ),
            Self::OtherUnit { unit, .. } => tr!(
                lang,
                "{file} holds for unit {unit} and those below it",
                "{file} 只适用于单位 {unit} 及其下级"
            ),
            Self::NoDate { name, .. } => tr!(
                lang,
                "{file} holds for one season, and it is not known when {name} was taken",
                "{file} 只适用于一个年度，而 {name} 的拍摄日期不明"
            ),
            Self::OtherSeason {
                name,
                from,
                expires,
                ..
            } => tr!(
                lang,
                "{file} holds for imagery of {from} to {expires}; {name} is of another season",
                "{file} 只适用于 {from} 至 {expires} 的影像；{name} 不属于该年度"
            ),
            Self::OtherGsd {
                name,
                gsd,
                range: [finest, coarsest],
                ..
            } => tr!(
                lang,
                "{file} holds for {finest:.2} to {coarsest:.2} cm a pixel; {name} has {gsd:.2}",
                "{file} 适用于每像元 {finest:.2} 至 {coarsest:.2} 厘米；{name} 为 {gsd:.2} 厘米"
            ),
        }
    }

    fn remedy(&self, lang: Lang) -> Remedy {
        match self {
            Self::NoUnit { .. } => remedy!(
                lang,
                "name the unit with {unit}",
                "请用 {unit} 注明单位",
                unit = Action::Again(Choice::Unit)
            ),
            Self::NoDate { .. } => remedy!(
                lang,
                "name the day with {captured}",
                "请用 {captured} 注明日期",
                captured = Action::Again(Choice::Captured)
            ),
            _ => remedy!(
                lang,
                "scan without {learnt}, or learn anew from verdicts of such imagery",
                "请去掉 {learnt} 再扫描，或用此类影像的核查结论重新学习",
                learnt = Action::Without(Choice::Learnt)
            ),
        }
    }
}

impl Say for LearntError {
    fn say(&self, lang: Lang) -> Said {
        Said::new(self.what(lang)).hint(self.remedy(lang))
    }
}
speaking_error!(LearntError);

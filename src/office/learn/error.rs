//! Why nothing was learnt.

use crate::office::RecordError;
use crate::store::StoreError;
use crate::words::{Action, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::path::PathBuf;

/// Nothing was learnt, and no rank is changed.
#[derive(Debug)]
pub enum LearnError {
    /// No scan was named.
    NoScan,
    /// A scan's folder cannot be used.
    Folder {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A scan kept no features.
    NoFeatures {
        /// The folder.
        path: PathBuf,
    },
    /// A folder's features are not those that were kept when its scan was recorded.
    Otherwise {
        /// The scan.
        scan: String,
    },
    /// It is not known in which season a scan's imagery was taken.
    NoSeason {
        /// The scan.
        scan: String,
    },
    /// A scan is of another model or season than the first.
    Unlike {
        /// The scan.
        scan: String,
    },
    /// There are too few verdicts.
    TooFew {
        /// True ones.
        yes: usize,
        /// False ones.
        no: usize,
    },
    /// The verdicts say no more than the shipped rank does.
    NothingLearnt {
        /// True ones.
        yes: usize,
        /// False ones.
        no: usize,
    },
    /// What was learnt tells verdicts apart worse than the shipped rank does.
    Worse {
        /// How well that does.
        before: f64,
        /// How well it does.
        after: f64,
    },
    /// What was learnt would lose plots that come with the program.
    Loses {
        /// The part of the list that loses most.
        depth: f64,
        /// The share of them in it, by the shipped rank.
        before: f64,
        /// The same by what was learnt.
        after: f64,
    },
    /// A file of a scan.
    Record(RecordError),
    /// The registry.
    Store(Box<StoreError>),
}

impl LearnError {
    /// What is said of a scan from which nothing is learnt.
    fn of_a_scan(&self, scan: &str, lang: Lang) -> Said {
        match self {
            Self::Otherwise { .. } => Said::new(tr!(
                lang,
                "the folder of scan {scan} holds other features than those that were recorded",
                "扫描 {scan} 的文件夹中的特征与录入时的不一致"
            ))
            .hint(tr!(
                lang,
                "learn without naming a folder: from what was recorded",
                "请不指定文件夹，直接用已录入的结果学习"
            )),
            Self::NoSeason { .. } => Said::new(tr!(
                lang,
                "it is not known in which season the imagery of scan {scan} was taken, or it was taken in several",
                "扫描 {scan} 的影像所属年度不明，或跨了年度"
            ))
            .hint(remedy!(
                lang,
                "scan it again with its day, a season's imagery at a time: {scan}; then record that scan",
                "请注明拍摄日期，按年度分别重新扫描：{scan}，再录入",
                scan = Action::ScanDated,
            )),
            _ => Said::new(tr!(
                lang,
                "scan {scan} is of another model or season than the first",
                "扫描 {scan} 与第一个扫描的模型或年度不同"
            ))
            .hint(tr!(
                lang,
                "learn from scans of one model and one season",
                "请只用同一模型、同一年度的扫描学习"
            )),
        }
    }

    /// What is said of verdicts that teach nothing.
    fn of_verdicts(&self, lang: Lang) -> String {
        match self {
            Self::TooFew { yes, no } => tr!(
                lang,
                "too few verdicts: {yes} true and {no} false; at least {LEAST_VERDICTS}, and 3 of each, are needed",
                "结论太少：属实 {yes} 处、排除 {no} 处；至少需要 {LEAST_VERDICTS} 处，且两类各不少于 3 处"
            ),
            Self::NothingLearnt { yes, no } => tr!(
                lang,
                "{yes} true and {verdicts} say no more than the rank does already",
                "属实 {yes} 处、排除 {no} 处，尚不能改进现有排序",
                verdicts = (no, "false verdict", "false verdicts"),
            ),
            Self::Worse { before, after } => tr!(
                lang,
                "what was learnt tells verdicts that it has not seen apart worse than the rank does: {after:.3} instead of {before:.3}",
                "学习后对未见过的结论区分更差：{after:.3}，原为 {before:.3}"
            ),
            Self::Loses {
                depth,
                before,
                after,
            } => tr!(
                lang,
                "what was learnt would move plots down: of those that come with the program {after:.1} % instead of {before:.1} % would be in the first {depth:.0} % of the list",
                "学习结果会使罂粟地块后移：程序自带样本位于列表前 {depth:.0}% 的由 {before:.1}% 降为 {after:.1}%",
                depth = 100.0 * depth,
                before = 100.0 * before,
                after = 100.0 * after,
            ),
            _ => lang.pick("nothing was learnt", "未得到学习结果").to_owned(),
        }
    }
}

impl Say for LearnError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::NoScan => Said::new(tr!(
                lang,
                "no scan of which this registry kept features was recorded",
                "本库没有录入带特征的扫描结果"
            ))
            .hint(tr!(
                lang,
                "name the folders that scans wrote, or record them first",
                "请给出扫描结果文件夹，或先录入扫描结果"
            )),
            Self::Folder { path, why } => Said::new(tr!(
                lang,
                "{path} is not what a scan writes: {why}",
                "{path} 不是扫描结果：{why}",
                path = path.display(),
            ))
            .hint(tr!(lang, "copy the folder again, or scan again", "请重新复制文件夹或重新扫描")),
            Self::NoFeatures { path } => Said::new(tr!(
                lang,
                "{path} holds no features.json to learn from",
                "{path} 中没有学习所需的 features.json",
                path = path.display(),
            ))
            .hint(tr!(
                lang,
                "scan the imagery into the same folder again: what was scored is kept, and candidates are looked at once more",
                "请用同一文件夹重新扫描：已有得分会保留，只补做复看"
            )),
            Self::Otherwise { scan } | Self::NoSeason { scan } | Self::Unlike { scan } => {
                self.of_a_scan(scan, lang)
            }
            Self::TooFew { .. }
            | Self::NothingLearnt { .. }
            | Self::Worse { .. }
            | Self::Loses { .. } => Said::new(self.of_verdicts(lang)).hint(lang.pick(
                "ranks stay as they were; learn again when more sites have been screened and visited",
                "排序不变；待更多图斑完成研判和核查后再学习",
            )),
            Self::Record(source) => source.say(lang),
            Self::Store(source) => source.say(lang),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Record(source) => source.fault(),
            Self::Store(source) => source.fault(),
            _ => Fault::Input,
        }
    }
}
speaking_error!(LearnError, |e| match e {
    LearnError::Record(source) => Some(source),
    LearnError::Store(source) => Some(source.as_ref()),
    _ => None,
});

impl From<StoreError> for LearnError {
    fn from(source: StoreError) -> Self {
        Self::Store(Box::new(source))
    }
}

impl From<RecordError> for LearnError {
    fn from(source: RecordError) -> Self {
        Self::Record(source)
    }
}

/// Fewer verdicts than this teach nothing.
pub const LEAST_VERDICTS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_without_a_season_is_told_the_option_that_names_its_day() {
        let scan = "s".to_owned();
        let said = LearnError::NoSeason { scan }.say(Lang::En);
        let mut actions = said.remedies.iter().flat_map(crate::words::Remedy::actions);
        assert_eq!(actions.next(), Some(&Action::ScanDated));
    }
}

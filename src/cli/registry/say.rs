//! What the registry's commands print: data on the standard output, talk on the standard error; and their errors.

use crate::cli::placeholders::{after_chinese, before_chinese, in_words};
use crate::files;
use crate::imagery::photo::picture_tags;
use crate::registry::State;
use crate::registry::body::FoundBy;
use crate::registry::code_lists::{Coded, listed};
use crate::words::{Action, Choice, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::path::{Path, PathBuf};

pub(crate) use crate::cli::talk::{data, json, tell};

/// Any error that can be told.
pub(crate) struct Failure(pub(crate) Box<dyn Say>);

impl<T: Say> From<T> for Failure {
    fn from(error: T) -> Self {
        Self(Box::new(error))
    }
}

/// An argument that does not do.
#[derive(Debug)]
pub(crate) enum ArgumentError {
    /// No registry is named or found.
    NoRegistry,
    /// Several are found.
    ManyRegistries(Vec<PathBuf>),
    /// Nobody acts.
    NoActor,
    /// A candidate is neither kept nor put aside.
    NoDecision,
    /// A value is none.
    Value {
        /// The option.
        option: &'static str,
        /// What was given.
        value: String,
        /// What would do.
        fits: Fits,
    },
    /// A place whose latitude stands before its longitude.
    Exchanged {
        /// The option.
        option: &'static str,
        /// What was given.
        value: String,
    },
    /// A file of boundaries that gives no districts.
    NoDistricts {
        /// The file.
        path: PathBuf,
        /// Why it does not.
        why: String,
    },
    /// A person of the same name is in several units.
    ManyUnits(String),
    /// No passphrase for a key.
    NoPassphrase,
    /// No passphrase of the key that another shall take the place of.
    NoOldPassphrase,
    /// No passphrase for a backup.
    NoBackupPassphrase,
    /// A value that is none of a list.
    Coded {
        /// The option.
        option: &'static str,
        /// What was given.
        value: String,
        /// The list: code, English, Chinese.
        list: Vec<(&'static str, &'static str, &'static str)>,
    },
    /// A crew that no site was ever assigned to.
    UnknownCrew {
        /// What was given.
        crew: String,
        /// The crew that is most like it.
        meant: Option<String>,
        /// Those that are known.
        known: Vec<String>,
    },
    /// A district in which nothing is known.
    UnknownDistrict(String),
    /// Photographs that do not say where they were taken.
    NoPlace(Vec<PathBuf>),
    /// A photograph whose place is of another system than WGS 84, as it says itself.
    OtherSystem(PathBuf),
    /// No site waits for a crew among those that were asked for.
    NothingToAssign,
    /// The standard input cannot be read.
    Input(std::io::Error),
    /// A file that was named cannot be read.
    File {
        /// The option.
        option: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Nobody says where a site is.
    NoWhere,
}

/// Stands for a value that was not given.
pub(in crate::cli) const NOT_GIVEN: &str = "–";

/// What would do in place of a value.
#[derive(Debug)]
pub(in crate::cli) enum Fits {
    /// Anything that looks like this.
    Like(String),
    /// One of these and nothing else.
    OneOf(String),
    /// What this says.
    Rule(String),
}

impl Fits {
    fn hint(&self, lang: Lang) -> String {
        match self {
            Self::Like(example) => tr!(lang, "it looks like {example}", "形如 {example}"),
            Self::OneOf(list) => tr!(lang, "one of {list}", "可选值：{list}"),
            Self::Rule(rule) => tr!(lang, "it has to be {rule}", "应为：{rule}"),
        }
    }
}

impl ArgumentError {
    /// A file that was named and cannot be read.
    pub(crate) fn file(option: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File {
            option,
            path,
            source,
        }
    }

    /// Why photographs tell no place.
    pub(super) fn no_place(photos: Vec<PathBuf>) -> Self {
        let is_other = |path: &&PathBuf| {
            files::read(path).is_ok_and(|bytes| picture_tags(&bytes).is_of_other_system)
        };
        match photos.iter().find(is_other) {
            Some(path) => Self::OtherSystem(path.clone()),
            None => Self::NoPlace(photos),
        }
    }

    /// A value that is none of a coded list.
    pub(crate) fn coded<T: Coded>(option: &'static str, value: &str) -> Self {
        Self::Coded {
            option,
            value: value.to_owned(),
            list: T::choices(),
        }
    }

    /// A word that is no source that a person may give.
    pub(crate) fn source(option: &'static str, value: &str) -> Self {
        let own = |source: &FoundBy| !matches!(source, FoundBy::Scan | FoundBy::Split);
        let list = FoundBy::LIST.iter().filter(|(source, ..)| own(source));
        Self::Coded {
            option,
            value: value.to_owned(),
            list: list.map(|(_, code, en, zh)| (*code, *en, *zh)).collect(),
        }
    }

    /// A word that is no state.
    pub(crate) fn coded_states(option: &'static str, value: &str) -> Self {
        let words = |state: State| (state.name(), state.label(Lang::En), state.label(Lang::Zh));
        Self::Coded {
            option,
            value: value.to_owned(),
            list: State::ALL.map(words).to_vec(),
        }
    }
}

impl Say for ArgumentError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::NoRegistry => Said::new(
                lang.pick("there is no registry here", "当前文件夹没有登记库"),
            )
            .hint(remedy!(
                lang,
                "begin one with {init}, or name it with {registry} or PAPAVER_REGISTRY",
                "用 {init} 新建，或用 {registry}、PAPAVER_REGISTRY 指定",
                init = Action::Init,
                registry = Action::Again(Choice::Registry),
            )),
            Self::ManyRegistries(found) => many_registries(found, lang),
            Self::NoActor => Said::new(lang.pick("nobody is named who does this", "未指明操作人"))
                .hint(remedy!(
                    lang,
                    "say who with {actor} or PAPAVER_ACTOR",
                    "请用 {actor} 或 PAPAVER_ACTOR 指明",
                    actor = Action::Again(Choice::Actor),
                )),
            Self::NoDecision => no_decision(lang),
            Self::Value {
                option,
                value,
                fits,
            } => unusable(option, value, fits, lang),
            Self::Exchanged { option, value } => Said::new(tr!(
                lang,
                "{option} {value}: longitude and latitude are exchanged",
                "{option} 的取值 {value} 经纬度颠倒"
            ))
            .hint(lang.pick("give the longitude first", "请先写经度，后写纬度")),
            Self::NoDistricts { path, why } => no_districts(path, why, lang),
            Self::ManyUnits(name) => Said::new(tr!(
                lang,
                "{name} is known in several units",
                "{name} 在多个单位中存在"
            ))
            .hint(lang.pick(
                "name the unit too: `--actor UNIT/NAME`",
                "请同时指明单位：`--actor 单位代码/姓名`",
            )),
            Self::NoPassphrase => no_passphrase(lang),
            Self::NoOldPassphrase => no_old_passphrase(lang),
            other => of_the_desk(other, lang),
        }
    }

    fn fault(&self) -> Fault {
        Fault::Input
    }
}
speaking_error!(ArgumentError);

fn many_registries(found: &[PathBuf], lang: Lang) -> Said {
    let list: Vec<String> = found.iter().map(|p| p.display().to_string()).collect();
    let list = list.join(lang.pick(", ", "、"));
    Said::new(tr!(
        lang,
        "there are several registries here: {list}",
        "当前文件夹有多个登记库：{list}"
    ))
    .hint(remedy!(
        lang,
        "name one with {registry}",
        "请用 {registry} 指定",
        registry = Action::Again(Choice::Registry),
    ))
}

fn no_decision(lang: Lang) -> Said {
    Said::new(lang.pick(
        "nobody says whether it is kept or put aside",
        "未说明保留还是排除",
    ))
    .hint(lang.pick(
        "keep it for the field with `--keep`, or put it aside with `--reject REASON`",
        "保留用 `--keep`，排除用 `--reject 理由`",
    ))
}

/// What is said of backups, lists, crews, districts and photographs.
fn of_the_desk(error: &ArgumentError, lang: Lang) -> Said {
    match error {
        ArgumentError::NoBackupPassphrase => Said::new(tr!(lang, "a backup needs a passphrase", "备份需要口令")).hint(tr!(lang, "put one into PAPAVER_BACKUP_PASSPHRASE, or into a file named with `--passphrase-file`; write it down and lock it away, apart from the backup", "请放入 PAPAVER_BACKUP_PASSPHRASE，或用 `--passphrase-file` 指定文件；口令请另行抄写、锁存，与备份分开保管")),
        ArgumentError::Coded { option, value, list } if value == NOT_GIVEN => {
            unusable(option, value, &Fits::OneOf(listed(list, lang)), lang)
        }
        ArgumentError::Coded { option, value, list } => {
            let option = in_words(option, lang);
            let fits = Fits::OneOf(listed(list, lang));
            Said::new(tr!(lang, "{value} will not do for {option}", "{named}的取值 {value} 无效", named = before_chinese(option))).hint(fits.hint(lang))
        }
        ArgumentError::UnknownCrew { crew, meant, known } => {
            let known = known.join(lang.pick(", ", "、"));
            let said = Said::new(tr!(lang, "no crew {crew} is known here", "本库没有名为“{crew}”的核查组"));
            match meant {
                Some(meant) => said.hint(tr!(lang, "did you mean {meant}? known are: {known}; a new crew is named with `--new-crew` when it is assigned or has patrolled", "是否指“{meant}”？已有核查组：{known}；新组在派查或录入踏查时加 `--new-crew`")),
                None if known.is_empty() => said.hint(tr!(lang, "no site is assigned yet: `papaver assign SITE --crew NAME`", "尚未派查任何图斑：`papaver assign 图斑编号 --crew 组名`")),
                None => said.hint(tr!(lang, "known are: {known}; a new crew is named with `--new-crew` when it is assigned or has patrolled", "已有核查组：{known}；新组在派查或录入踏查时加 `--new-crew`")),
            }
        }
        ArgumentError::NoPlace(photos) => {
            let photos = photos.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
            Said::new(tr!(lang, "{photos}: no photograph says where it was taken", "{photos}：照片没有位置信息"))
                .hint(tr!(lang, "give the place with `--at LON,LAT`; a messenger takes positions out of photographs: ask for the original", "请用 `--at 经度,纬度` 给出位置；聊天软件会去掉照片位置，请索取原图"))
        }
        ArgumentError::OtherSystem(path) => {
            let path = path.display();
            Said::new(tr!(lang, "the position in {path} is of another coordinate system than WGS 84, as it says itself", "{path} 自注其坐标不是 WGS 84 坐标系的"))
                .hint(tr!(lang, "give the place in WGS 84 with `--at LON,LAT`; most map programs of China show GCJ-02, which is hundreds of metres off", "请用 `--at 经度,纬度` 给出 WGS 84 位置；国内地图软件多显示 GCJ-02 坐标，相差数百米"))
        }
        ArgumentError::NothingToAssign => Said::new(tr!(lang, "none of these sites waits for a crew", "所选范围内没有待派查的图斑"))
            .hint(tr!(lang, "`papaver sites --open` lists what is open and with whom it is", "`papaver sites --open` 可查看未办结图斑及其核查组")),
        ArgumentError::Input(source) => Said::new(tr!(lang, "the standard input cannot be read: {source}", "无法读取标准输入：{source}")),
        ArgumentError::File { option, path, source } => Said::unreadable(lang, path, source)
            .hint(tr!(lang, "check the name that {option} gives; one with spaces needs quotes", "请检查 {option} 的文件名；含空格的须加引号")),
        ArgumentError::NoWhere => Said::new(lang.pick("nobody says where it is", "未给出位置"))
            .hint(remedy!(lang, "give the place with `--at LON,LAT`, or a photograph that knows it with {photo}", "请用 `--at 经度,纬度` 给出位置，或用 {photo} 给出带定位的照片", photo = Action::Again(Choice::Photo))),
        ArgumentError::UnknownDistrict(code) => Said::new(tr!(lang, "nothing is known here in a district {code}", "本库没有区划 {code} 的任何资料"))
            .hint(tr!(lang, "give a code of 6, 9 or 12 digits or its beginning; boundaries are filled in with `papaver registry districts`", "请填 6、9 或 12 位区划代码或其开头；区划边界用 `papaver registry districts` 填入")),
        other => Said::new(format!("{other:?}")),
    }
}

/// An option whose value will not do, or that has none.
fn unusable(option: &str, value: &str, fits: &Fits, lang: Lang) -> Said {
    let option = in_words(option, lang);
    if value == NOT_GIVEN {
        let missing = Said::new(tr!(
            lang,
            "{option}: nothing is given",
            "缺少{named}",
            named = after_chinese(option)
        ));
        return missing.hint(match fits {
            Fits::Rule(rule) => rule.clone(),
            fits => fits.hint(lang),
        });
    }
    Said::new(tr!(
        lang,
        "{value} will not do for {option}",
        "{named}的取值 {value} 无效",
        named = before_chinese(option),
    ))
    .hint(fits.hint(lang))
}

fn no_districts(path: &Path, why: &str, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} gives no districts: {why}",
        "{path} 无法作为行政区划使用：{why}"
    ))
    .hint(lang.pick(
        "give areas as GeoJSON, GeoPackage, shapefile or KML, each with its `code` (also adcode, XZQDM; 6, 9 or 12 digits) and `name` (XZQMC)",
        "请提供面状 GeoJSON、GeoPackage、Shapefile 或 KML，每个要素含代码列（code、adcode、XZQDM 等，6、9 或 12 位）和名称列（name、XZQMC 等）",
    ))
}

fn no_passphrase(lang: Lang) -> Said {
    Said::new(lang.pick("a key needs a passphrase", "密钥需要口令")).hint(remedy!(
        lang,
        "put it into PAPAVER_PASSPHRASE, or into a file named with {passphrase}",
        "请放入 PAPAVER_PASSPHRASE，或用 {passphrase} 指定",
        passphrase = Action::Again(Choice::Passphrase),
    ))
}

fn no_old_passphrase(lang: Lang) -> Said {
    Said::new(lang.pick(
        "you hold a key already: the new one is signed with it",
        "您已有个人密钥，新密钥须由原密钥签名",
    ))
    .hint(lang.pick(
        "put its passphrase into PAPAVER_OLD_PASSPHRASE, or into a file named with `--old-passphrase-file FILE`",
        "请将原口令放入 PAPAVER_OLD_PASSPHRASE，或用 `--old-passphrase-file 文件` 指定",
    ))
    .hint(remedy!(
        lang,
        "where it is lost, a supervisor says so first: {lose}",
        "原口令遗失的，先由主管登记：{lose}",
        lose = Action::LoseKey { person: None },
    ))
}

/// An option whose value is none: this is what one looks like.
pub(crate) fn bad(option: &'static str, value: &str, looks: impl Into<String>) -> Failure {
    unfit(option, value, Fits::Like(looks.into()))
}

/// An option whose value is none of those that there are.
pub(crate) fn none_of(option: &'static str, value: &str, list: impl Into<String>) -> Failure {
    unfit(option, value, Fits::OneOf(list.into()))
}

/// An option whose value breaks a rule.
pub(crate) fn against(option: &'static str, value: &str, rule: impl Into<String>) -> Failure {
    unfit(option, value, Fits::Rule(rule.into()))
}

fn unfit(option: &'static str, value: &str, fits: Fits) -> Failure {
    ArgumentError::Value {
        option,
        value: value.to_owned(),
        fits,
    }
    .into()
}

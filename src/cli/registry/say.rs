//! What the registry's commands print: data on the standard output, talk on the standard error; and their errors.

use crate::words::{Action, Choice, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::path::{Path, PathBuf};

pub(in crate::cli) use crate::cli::talk::{data, json, tell};

/// Any error that can be told.
pub(in crate::cli) struct Failure(pub(in crate::cli) Box<dyn Say>);

impl<T: Say> From<T> for Failure {
    fn from(error: T) -> Self {
        Self(Box::new(error))
    }
}

/// An argument that does not do.
#[derive(Debug)]
pub(in crate::cli) enum ArgumentError {
    /// No registry is named or found.
    NoRegistry,
    /// Several are found.
    ManyRegistries(Vec<PathBuf>),
    /// Nobody acts.
    NoActor,
    /// A value is none.
    Value {
        /// The option.
        option: &'static str,
        /// What was given.
        value: String,
        /// What it looks like.
        looks: String,
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
}

impl Say for ArgumentError {
    fn say(&self, lang: Lang) -> Said {
        let registry = Action::Again(Choice::Registry);
        match self {
            Self::NoRegistry => Said::new(
                lang.pick("there is no registry here", "当前文件夹没有登记库"),
            )
            .hint(remedy!(
                lang,
                "begin one with {init}, or name it with {registry} or PAPAVER_REGISTRY",
                "用 {init} 新建，或用 {registry}、PAPAVER_REGISTRY 指定",
                init = Action::Init,
                registry = registry,
            )),
            Self::ManyRegistries(found) => {
                let list: Vec<String> = found.iter().map(|p| p.display().to_string()).collect();
                let list = list.join(", ");
                Said::new(tr!(
                    lang,
                    "there are several registries here: {list}",
                    "当前文件夹有多个登记库：{list}"
                ))
                .hint(remedy!(
                    lang,
                    "name one with {registry}",
                    "请用 {registry} 指定",
                    registry = registry,
                ))
            }
            Self::NoActor => Said::new(lang.pick("nobody is named who does this", "未指明操作人"))
                .hint(remedy!(
                    lang,
                    "say who with {actor} or PAPAVER_ACTOR",
                    "请用 {actor} 或 PAPAVER_ACTOR 指明",
                    actor = Action::Again(Choice::Actor),
                )),
            Self::Value {
                option,
                value,
                looks,
            } => Said::new(tr!(
                lang,
                "{value} will not do for {option}",
                "{option} 的取值 {value} 无效"
            ))
            .hint(tr!(lang, "it looks like {looks}", "形如 {looks}")),
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
        }
    }

    fn fault(&self) -> Fault {
        Fault::Input
    }
}
speaking_error!(ArgumentError);

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

/// An option whose value is none.
pub(in crate::cli) fn bad(option: &'static str, value: &str, looks: impl Into<String>) -> Failure {
    ArgumentError::Value {
        option,
        value: value.to_owned(),
        looks: looks.into(),
    }
    .into()
}

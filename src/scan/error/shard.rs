//! Why a plan or a shard is not taken.

use crate::files::{BucketError, is_in_bucket, reach};
use crate::scan::run_difference::RunDifference;
use crate::words::{Action, Both, Choice, Fault, Lang, Remedy, Said, Say, of_system};
use crate::{remedy, speaking_error, tr};
use std::io;
use std::path::{Path, PathBuf};

/// Why a plan or a shard is not taken. Nothing was changed.
#[derive(Debug)]
pub enum ShardError {
    /// A file of the plan cannot be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no plan in a folder.
    NoPlan {
        /// The folder.
        folder: PathBuf,
    },
    /// It is no plan.
    NotAPlan {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// There is a plan of other work.
    OtherPlanThere {
        /// Its file.
        path: PathBuf,
    },
    /// It was made by another version of the program.
    OtherProgram {
        /// The plan.
        path: PathBuf,
        /// That version.
        program: String,
    },
    /// The imagery, the model or the boundary is not what it was when the plan was made.
    Changed {
        /// What is different.
        difference: RunDifference,
    },
    /// There is no shard of that number, or none was named.
    NoSuchShard {
        /// The number.
        shard: Option<usize>,
        /// How many there are.
        shards: usize,
    },
    /// Shards have not been run.
    Missing {
        /// The folder of the plan.
        folder: PathBuf,
        /// Their numbers.
        shards: Vec<usize>,
    },
    /// Nothing of what has been run of a plan was searched, and shards have not been run.
    NoneSearched {
        /// The folder of the plan.
        folder: PathBuf,
        /// Their numbers.
        missing: Vec<usize>,
        /// How many shards there are.
        shards: usize,
    },
    /// Shards have been run that could not read all of their imagery.
    Unread {
        /// The folder of the plan.
        folder: PathBuf,
        /// Their numbers.
        shards: Vec<usize>,
    },
    /// The user stopped a shard.
    Stopped {
        /// The folder of the plan.
        folder: PathBuf,
        /// Its number.
        shard: usize,
    },
    /// A shard's file ends too early.
    Cut {
        /// The file.
        path: PathBuf,
    },
    /// A shard's file is not what was written.
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// It belongs to another plan, or to another shard of this one.
    Elsewhere {
        /// The file.
        path: PathBuf,
    },
    /// A shard's file says what its shard cannot have found, or lacks a part of it.
    NotItsOwn {
        /// The file.
        path: PathBuf,
    },
    /// It was written by a version of the program that does otherwise.
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// The format that it names.
        format: String,
    },
}

impl Say for ShardError {
    fn say(&self, lang: Lang) -> Said {
        Said::new(self.what(lang)).hint(self.remedy(lang))
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Missing { .. } | Self::NoneSearched { .. } => Fault::Machine,
            Self::Stopped { .. } => Fault::Interrupted,
            Self::Io { source, .. } => BucketError::of(source).map_or(Fault::Machine, Say::fault),
            _ => Fault::Input,
        }
    }
}
speaking_error!(ShardError, |e| match e {
    ShardError::Io { source, .. } => Some(source),
    _ => None,
});

/// Numbers, the first of many.
fn listed(numbers: &[usize]) -> String {
    const MOST: usize = 20;
    let first: Vec<String> = numbers.iter().take(MOST).map(usize::to_string).collect();
    let more = if numbers.len() > MOST { ", …" } else { "" };
    format!("{}{more}", first.join(", "))
}

/// What is said of a shard's file that holds what its scores cannot give.
const NOT_ITS_OWN: Both = Both(
    "is not what scoring its shard gives: it speaks of other ground, lacks some of its own, or says what cannot be; somebody wrote it by other means",
    "不是运行该分片所得的结果：其中涉及其他分片的地面、缺少本分片的部分内容，或含有不可能的数值，系以其他方式写成",
);

fn of_a_file(path: &Path, what: Both, lang: Lang) -> String {
    format!("{} {}", path.display(), what.pick(lang))
}

fn no_such_shard(shard: Option<usize>, shards: usize, lang: Lang) -> String {
    match shard {
        None => tr!(
            lang,
            "which of {shards} is not said",
            "未指定运行 {shards} 个分片中的哪一个",
            shards = (shards, "shard", "shards")
        ),
        Some(shard) => tr!(
            lang,
            "there is no shard {shard}: the plan has {shards}, from 0 on",
            "没有 {shard} 号分片：计划共 {shards} 个分片，从 0 编号"
        ),
    }
}

fn not_run(shards: &[usize], lang: Lang) -> String {
    let (n, which) = (shards.len(), listed(shards));
    tr!(
        lang,
        "{shards} not been run: {which}",
        "{n} 个分片尚未运行：{which}",
        shards = (n, "shard has", "shards have"),
    )
}

fn unread(shards: &[usize], lang: Lang) -> String {
    let (n, which) = (shards.len(), listed(shards));
    tr!(
        lang,
        "imagery of {shards} could not be read: {which}; that ground is not searched",
        "{n} 个分片有影像未能读取：{which}；其地面未搜索",
        shards = (n, "shard", "shards"),
    )
}

fn other_format(path: &Path, format: &str, lang: Lang) -> String {
    let path = path.display();
    tr!(
        lang,
        "{path} has the format {format}, which this version does not know",
        "{path} 的格式为 {format}，本版本不支持"
    )
}

fn stopped(shard: usize, lang: Lang) -> String {
    tr!(
        lang,
        "stopped; nothing of shard {shard} is kept",
        "已中断；分片 {shard} 未保存任何结果"
    )
}

fn none_searched(missing: &[usize], shards: usize, lang: Lang) -> String {
    let n = missing.len();
    if n == shards {
        return tr!(
            lang,
            "nothing was searched: none of {shards} has been run",
            "没有搜索任何地面：{n} 个分片均未运行",
            shards = (n, "shard", "shards"),
        );
    }
    let not_run = not_run(missing, lang);
    tr!(
        lang,
        "nothing was searched: the shards that have been run hold no data; {not_run}",
        "没有搜索任何地面：已运行的分片全部无数据；{not_run}"
    )
}

/// The first of some shards, to be run.
fn run(folder: &Path, shards: &[usize]) -> Action {
    Action::RunShard {
        folder: Some(folder.into()),
        shard: shards.first().copied(),
        anew: false,
    }
}

/// What is run again, since more may be read now.
fn run_anew(folder: &Path, shards: &[usize], lang: Lang) -> Remedy {
    let anew = Action::RunShard {
        folder: Some(folder.into()),
        shard: shards.first().copied(),
        anew: true,
    };
    remedy!(
        lang,
        "see that the files are whole and can be read; then run {run}, so each of these, and merge into a new folder",
        "请确认文件完整且可读，然后逐个重新运行（{run}），再合并到新的文件夹",
        run = anew,
    )
}

fn lists_too_much(error: &std::io::Error) -> bool {
    matches!(
        BucketError::of(error),
        Some(BucketError::TooManyNames { .. })
    )
}

impl ShardError {
    fn what(&self, lang: Lang) -> String {
        match self {
            Self::Io { path, source } => tr!(
                lang,
                "{path} cannot be read or written: {source}",
                "无法读写 {path}：{source}",
                path = path.display(),
                source = of_system(source, lang),
            ),
            Self::NoPlan { folder } => tr!(
                lang,
                "there is no plan in {folder}",
                "文件夹 {folder} 中没有扫描计划",
                folder = folder.display(),
            ),
            Self::NotAPlan { path, why } => tr!(
                lang,
                "{path} is no plan: {why}",
                "{path} 不是扫描计划：{why}",
                path = path.display(),
            ),
            Self::OtherPlanThere { path } => of_a_file(
                path,
                Both("is the plan of another scan", "是另一次扫描的计划"),
                lang,
            ),
            Self::OtherProgram { path, program } => tr!(
                lang,
                "{path} was made by version {program} of this program",
                "{path} 由本程序的 {program} 版本生成",
                path = path.display(),
            ),
            Self::Changed { difference } => tr!(
                lang,
                "what is to be searched is not what was planned: {difference}",
                "待搜索的内容与计划不符：{difference}",
                difference = difference.pick(lang),
            ),
            Self::NoSuchShard { shard, shards } => no_such_shard(*shard, *shards, lang),
            Self::Missing { shards, .. } => not_run(shards, lang),
            Self::NoneSearched {
                missing, shards, ..
            } => none_searched(missing, *shards, lang),
            Self::Unread { shards, .. } => unread(shards, lang),
            Self::Stopped { shard, .. } => stopped(*shard, lang),
            Self::Cut { path } => of_a_file(path, Both("ends too early", "不完整，提前结束"), lang),
            Self::Damaged { path } => of_a_file(path, Both("is damaged", "已损坏"), lang),
            Self::Elsewhere { path } => of_a_file(
                path,
                Both(
                    "belongs to another plan or another shard",
                    "属于另一计划或另一分片",
                ),
                lang,
            ),
            Self::NotItsOwn { path } => of_a_file(path, NOT_ITS_OWN, lang),
            Self::OtherFormat { path, format } => other_format(path, format, lang),
        }
    }

    fn remedy(&self, lang: Lang) -> Remedy {
        match self {
            Self::NoSuchShard { shards, .. } => {
                let last = shards.saturating_sub(1);
                remedy!(
                    lang,
                    "take a number from 0 to {last}: {shard}",
                    "请使用 0 至 {last} 的编号：{shard}",
                    shard = Action::Again(Choice::Shard),
                )
            }
            Self::Missing { folder, shards } => remedy!(
                lang,
                "run them, the first with {run}, and merge again; or say {partial}: what there is is merged, and their ground is mapped as not searched",
                "请运行这些分片（第一个：{run}）后再合并；或使用 {partial} 先合并已有部分，其余地面在图上标为未搜索",
                run = run(folder, shards),
                partial = Action::Again(Choice::Partial),
            ),
            Self::NoneSearched {
                folder, missing, ..
            } => remedy!(
                lang,
                "run them, the first with {run}, and merge again",
                "请运行分片（第一个：{run}）后再合并",
                run = run(folder, missing),
            ),
            Self::Unread { folder, shards } => run_anew(folder, shards, lang),
            Self::Stopped { folder, shard } => remedy!(
                lang,
                "run it again with {run}; other shards stay as they are",
                "请重新运行：{run}；其他分片不受影响",
                run = run(folder, &[*shard]),
            ),
            Self::NoPlan { folder } => remedy!(
                lang,
                "name the folder that planning made, or make a plan first: {plan}, with {slurm} for the script of an array job",
                "请指定生成计划时的文件夹；尚无计划的先生成：{plan}，需要 Slurm 提交脚本的加 {slurm}",
                plan = Action::Plan {
                    folder: Some(folder.clone())
                },
                slurm = Action::Again(Choice::Slurm),
            ),
            other => other.advice(lang).into(),
        }
    }

    /// What is to be done where it is no command.
    fn advice(&self, lang: Lang) -> &'static str {
        match self {
            Self::Io { source, .. } if lists_too_much(source) => lang.pick(
                "remove from that folder what is none of the plan's, or plan into a folder of its own",
                "请清除该文件夹中不属于本计划的对象，或将计划生成到单独的文件夹",
            ),
            Self::Io { path, source } if is_in_bucket(path) => {
                BucketError::of(source).map_or_else(|| reach(lang), |error| error.remedy(lang))
            }
            Self::Io { .. } => lang.pick(
                "check that the folder is there, may be written and has room; then run the same command again",
                "请确认文件夹存在、可写且空间充足，然后重新运行同一命令",
            ),
            Self::NotAPlan { .. } => lang.pick(
                "name the folder that planning made",
                "请指定生成计划时的文件夹",
            ),
            Self::OtherPlanThere { .. } => lang.pick(
                "give the new plan a folder of its own",
                "请为新计划另选文件夹",
            ),
            Self::OtherProgram { .. } => lang.pick(
                "use one version on all machines, or plan anew with this one",
                "请在各台机器上使用同一版本，或用本版本重新生成计划",
            ),
            Self::Changed { .. } => lang.pick(
                "put back what it was, or plan anew; shards that are done count for the old plan alone",
                "请恢复原样或重新生成计划；已完成的分片只对原计划有效",
            ),
            _ => lang.pick(
                "remove this file and run its shard again; the others stay",
                "请删除该文件并重新运行其分片；其他分片不受影响",
            ),
        }
    }
}

//! `papaver plan`, `papaver merge` and one shard of `papaver scan`: a scan on several machines.

use super::action::quoted_path;
use super::scan::{AskedShard, PLANNED, Run, ScanOptions, learnt};
use super::values::folder;
use super::{Done, slurm, talk};
use crate::files::absolute;
use crate::scan::{
    LearntFrom, ScanRequest, ShardError, merge, plan_shards, planned_options, run_shard, status,
};
use crate::tr;
use crate::words::{Lang, Say};
use clap::{ArgGroup, Args};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Arguments of `papaver plan`. What makes a plan is none of one that is there.
#[derive(Args)]
#[command(group = ArgGroup::new("making").args(PLANNED).args(["device", "shards"]).multiple(true).requires("inputs"))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct PlanArguments {
    /// Orthomosaics, geotagged drone photos, folders of them, or a .txt list of paths, as for a scan 正射影像、带定位的航拍照片、其文件夹，或 .txt 路径清单，与扫描相同
    #[arg(required_unless_present_any = ["status", "slurm"], value_name = "IMAGERY")]
    inputs: Vec<PathBuf>,
    /// The plan's folder, where the shards are kept too; or a place in a bucket, s3://… 计划文件夹，分片结果也存放于此；也可为存储桶中的位置 s3://…
    #[arg(short, long, value_name = "PLAN", default_value = "papaver-plan")]
    output: PathBuf,
    /// How many shards 分片数
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    shards: u32,
    /// Say how far the shards of a plan are 查看计划中各分片的完成情况
    #[arg(long, conflicts_with_all = PLANNED.iter().chain(&["inputs", "device", "shards", "slurm"]).copied())]
    status: bool,
    /// Print a script that submits the shards of a plan as an array job of Slurm, and the merge after them 输出 Slurm 提交脚本：以作业数组运行各分片，随后合并
    #[arg(long, conflicts_with = "json")]
    slurm: bool,
    #[command(flatten)]
    options: ScanOptions,
    /// Print what there is to say as JSON on the standard output 以 JSON 输出
    #[arg(long)]
    json: bool,
    /// Say nothing but warnings and errors 除警告和错误外不输出
    #[arg(short, long)]
    quiet: bool,
}

/// Arguments of `papaver merge` for the shards of a scan.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct MergeShards {
    /// Instead of sites, the shards of this plan, into the results that one scan would have written 不合并图斑，而是合并此计划的各分片，得到与一次扫描相同的结果
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["site", "into", "reason"])]
    pub(super) plan: Option<PathBuf>,
    /// Shards: folder for the results (default: papaver-out) 分片：结果文件夹（默认 papaver-out）
    #[arg(short, long, value_name = "DIR", requires = "plan", value_parser = folder)]
    output: Option<PathBuf>,
    /// Shards: merge what there is; the ground of those that have not been run is mapped as not searched 分片：合并已有的；未运行分片的地面在图上标为未搜索
    #[arg(long, requires = "plan")]
    partial: bool,
    /// Shards: worker threads (default: one a core) 分片：线程数（默认每核一个）
    #[arg(long, value_name = "N", requires = "plan")]
    threads: Option<usize>,
    /// Shards: discard earlier work in the output folder 分片：丢弃输出文件夹中此前的进度，重新开始
    #[arg(long, requires = "plan")]
    restart: bool,
    /// Shards: draw no pictures of candidates and no contact sheet 分片：不绘制疑似地块的图片与研判页
    #[arg(long, requires = "plan")]
    no_pictures: bool,
    /// Shards: say nothing but warnings and errors 分片：除警告和错误外不输出
    #[arg(short, long, requires = "plan")]
    quiet: bool,
}

/// What a plan keeps of the command line.
#[derive(Serialize, Deserialize)]
struct PlanCommand {
    inputs: Vec<PathBuf>,
    #[serde(flatten)]
    options: ScanOptions,
}

/// An error of a plan, to be told.
fn boxed(error: ShardError) -> Box<dyn Say> {
    Box::new(error)
}

/// Runs `papaver plan`.
pub(super) fn run(arguments: PlanArguments, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let folder = arguments.output;
    let run = Run::new(None, (arguments.json, arguments.quiet), lang);
    if !arguments.inputs.is_empty() {
        let inputs = arguments.inputs.iter().map(|path| absolute(path));
        let inputs: Vec<PathBuf> = inputs.collect();
        let kept = PlanCommand {
            inputs: inputs.clone(),
            options: arguments.options.anywhere(),
        };
        let written = json!(kept);
        let request = kept.options.request(inputs, lang)?;
        let shards = usize::try_from(arguments.shards).unwrap_or(usize::MAX);
        let record =
            run.watched(|talk, _| plan_shards(&request, written, (&folder, shards), talk))?;
        let (n, tiles) = (
            record.shards.len(),
            record.shards.iter().map(|s| s.tiles).sum::<u64>(),
        );
        let (shown, last) = (folder.display(), n.saturating_sub(1));
        let typed = quoted_path(&folder);
        run.tell(
            &json!({"plan": folder, "shards": n, "tiles": tiles}),
            &tr!(
                lang,
                "{shards} with {tiles} in {shown}; run each with `papaver scan --plan {typed} --shard 0` to `{last}`, then `papaver merge --plan {typed}`",
                "{shown}：{n} 个分片，瓦片 {tiles} 个；请依次运行 `papaver scan --plan {typed} --shard 0` 至 `{last}`，再运行 `papaver merge --plan {typed}`", shards = (n, "shard", "shards"), tiles = (tiles, "tile", "tiles"),),
        );
    }
    if arguments.status {
        return progress(&folder, &run, lang);
    }
    if arguments.slurm {
        let shards = status(&folder).map_err(boxed)?.shards;
        talk::data(slurm::script(&folder, shards).trim_end());
    }
    Ok(Done::Whole)
}

/// Says how far the shards are; not whole while some are missing.
fn progress(folder: &Path, run: &Run, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let found = status(folder).map_err(boxed)?;
    let (shards, missing) = (found.shards, found.missing.len());
    let (all, done) = found.tiles;
    let left: Vec<String> = found.missing.iter().map(usize::to_string).collect();
    let left = left.join(", ");
    run.tell(
        &json!({"shards": shards, "missing": found.missing, "unread": found.unread, "tiles": all, "tiles_done": done}),
        &if missing == 0 {
            tr!(
                lang,
                "all have been run ({shards}); whether each file is whole, the merge says",
                "{shards} 个分片均已运行；各文件是否完整，在合并时校验",
                shards = (shards, "shard", "shards")
            )
        } else {
            tr!(
                lang,
                "not run yet: {missing} of {shards} ({done} of {tiles} done): {left}",
                "{shards} 个分片中有 {missing} 个尚未运行（瓦片已完成 {done}/{all}）：{left}",
                shards = (shards, "shard", "shards"),
                tiles = (all, "tile", "tiles"),
            )
        },
    );
    if !found.unread.is_empty() {
        run.warn(&ShardError::Unread {
            folder: folder.into(),
            shards: found.unread,
        });
    }
    Ok(Done::of(missing == 0))
}

/// The request that a plan keeps; its merge alone needs what was learnt.
fn request(
    plan: &Path,
    is_merge: bool,
    run: &Run,
    lang: Lang,
) -> Result<ScanRequest, Box<dyn Say>> {
    let (written, planned) = planned_options(plan).map_err(boxed)?;
    let mut kept: PlanCommand = serde_json::from_value(written).map_err(|e| {
        boxed(ShardError::NotAPlan {
            path: plan.into(),
            why: e.to_string(),
        })
    })?;
    let place = kept.options.take_learnt().filter(|_| is_merge);
    let request = kept.options.request(kept.inputs, lang)?;
    let learnt = place.map(|path| match planned {
        Some(planned) => Ok(LearntFrom::Planned(path, Box::new(planned))),
        // Plans of earlier versions do not keep it.
        None => learnt(path, request.unit.as_deref()),
    });
    Ok(ScanRequest {
        learnt: learnt.transpose()?,
        threads: run.threads,
        ..request
    })
}

/// Scores one shard of a plan.
pub(super) fn run_one(asked: &AskedShard<'_>, run: &Run, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let plan = asked.plan;
    let of_job = || {
        std::env::var("SLURM_ARRAY_TASK_ID")
            .ok()?
            .trim()
            .parse()
            .ok()
    };
    let Some(shard) = asked.number.or_else(of_job) else {
        return Err(boxed(ShardError::NoSuchShard {
            shard: None,
            shards: status(plan).map_err(boxed)?.shards,
        }));
    };
    let planned = request(plan, false, run, lang)?;
    let request = ScanRequest {
        restart: asked.anew,
        device: asked.device.unwrap_or(planned.device),
        ..planned
    };
    let (tiles, now) = run.watched(|talk, stop| run_shard(&request, (plan, shard), talk, stop))?;
    run.tell(
        &json!({"shard": shard, "tiles": tiles, "done_before": !now}),
        &if now {
            tr!(
                lang,
                "shard {shard}: {tiles}",
                "分片 {shard}：瓦片 {tiles} 个",
                tiles = (tiles, "tile", "tiles"),
            )
        } else {
            tr!(
                lang,
                "shard {shard} was done before",
                "分片 {shard} 此前已完成"
            )
        },
    );
    Ok(Done::Whole)
}

impl MergeShards {
    /// Merges them.
    pub(super) fn run(&self, json: bool, lang: Lang) -> Result<Done, Box<dyn Say>> {
        let run = Run::new(self.threads, (json, self.quiet), lang);
        let plan = self.plan.as_deref().unwrap_or(Path::new("papaver-plan"));
        let out = self.output.clone();
        let request = ScanRequest {
            out: out.unwrap_or_else(|| "papaver-out".into()),
            restart: self.restart,
            pictures: !self.no_pictures,
            ..request(plan, true, &run, lang)?
        };
        let partial = self.partial;
        let mut are_there_orthomosaics = false;
        let done = run.around(
            |talk, stop| {
                let summary = merge(&request, plan, partial, talk, stop)?;
                are_there_orthomosaics = summary.sources.len() > summary.photos.0;
                Ok(summary)
            },
            lang,
        )?;
        if are_there_orthomosaics && !self.quiet && !json {
            let out = quoted_path(&request.out);
            talk::tell(&tr!(
                lang,
                "a merge decodes no imagery and makes no pyramids for the map: `papaver pyramid RASTER… -o {out}` does",
                "合并不解码影像，也不生成供地图显示的金字塔；如需生成，请运行 `papaver pyramid 栅格… -o {out}`"
            ));
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Arguments;
    use super::super::scan::{PLANNED, ScanOptions};
    use clap::{Args, Command, CommandFactory};
    use std::collections::BTreeSet;

    #[test]
    fn beside_a_plan_nothing_is_taken_that_it_has_settled() {
        let options = ScanOptions::augment_args(Command::new("options"));
        let ids: BTreeSet<&str> = options
            .get_arguments()
            .map(|a| a.get_id().as_str())
            .collect();
        let settled: BTreeSet<&str> = PLANNED.into_iter().chain(["device"]).collect();
        assert_eq!(ids, settled, "each is settled by a plan, or the device");
        let takes = |line: &str, option: &[&str]| {
            let words = line.split(' ').chain(option.iter().copied());
            Arguments::command().try_get_matches_from(words).is_ok()
        };
        for argument in options.get_arguments() {
            let long = argument.get_long().expect("a long name");
            let name = format!("--{long}");
            let value = match long {
                "towgs84" | "bands" => "3,2,1",
                "device" => "cuda",
                "timezone" => "+08:00",
                _ => "1",
            };
            let one = if argument.get_action().takes_values() {
                vec![&*name, value]
            } else {
                vec![&*name]
            };
            assert!(takes("papaver scan a.tif", &one), "{name}");
            let is_device = long == "device";
            assert_eq!(
                takes("papaver scan --plan P --shard 0", &one),
                is_device,
                "{name}"
            );
            for there in ["--status", "--slurm"] {
                let line = format!("papaver plan {there} -o P");
                assert!(!takes(&line, &one), "{line} {name}");
            }
            assert!(takes("papaver plan a.tif --slurm -o P", &one), "{name}");
        }
        assert!(!takes("papaver plan --slurm -o P", &["--shards", "8"]));
        assert!(!takes("papaver plan --slurm -o P", &["--status"]));
        // Both would go to the standard output.
        assert!(!takes("papaver plan --slurm -o P", &["--json"]));
        assert!(takes("papaver plan --slurm -o P", &["-q"]));
        assert!(takes(
            "papaver scan --plan P --shard 0",
            &["--threads", "2", "-q", "--restart"]
        ));
        assert!(takes("papaver plan --status -o P", &["--json"]));
    }
}

//! The script that runs a plan under Slurm.

use crate::files::{absolute, is_in_bucket};
use crate::platform;
use std::path::Path;

/// A word of a shell script.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Tasks of an array that every Slurm takes: `MaxArraySize` is 1001 unless it is set otherwise.
const TASKS: usize = 1000;

/// The command that started this program, by which a node starts it too: its path, or its name alone where that isn't known.
fn whole_command() -> String {
    platform::started_as().map_or_else(|| "papaver".into(), |path| whole(&path))
}

/// A path that means the same in every folder.
fn whole(path: &Path) -> String {
    absolute(path).to_string_lossy().into_owned()
}

/// A script that submits the shards of a plan as an array job and the merge after it. A job that a node loses is put back
/// into the queue; a shard that is done stays as it is. Where there are more shards than an array takes, each task runs
/// several. Where a shard fails, the merge does not stay in the queue.
pub(super) fn script(plan: &Path, shards: usize) -> String {
    let program = whole_command();
    // Results lie in a folder of a machine, whatever holds the plan.
    let results = if is_in_bucket(plan) {
        "papaver-out"
    } else {
        "$plan/results"
    };
    submission((&program, &whole(plan), results), shards)
}

/// The script of a program, a plan and a folder for results.
fn submission((program, plan, results): (&str, &str, &str), shards: usize) -> String {
    let (program, plan) = (quoted(program), quoted(plan));
    let tasks = shards.clamp(1, TASKS);
    let last = tasks - 1;
    format!(
        r#"#!/bin/sh
# Run this where `sbatch` is: it submits the shards, and the merge for when all are done.
# The plan, the imagery and the program lie at the same paths on every node.
set -eu
plan={plan}
program={program}
export plan program
shards=$(sbatch --parsable --export=ALL <<'JOB'
#!/bin/sh
#SBATCH --job-name=papaver
#SBATCH --array=0-{last}
#SBATCH --requeue
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --open-mode=append
code=0
shard=$SLURM_ARRAY_TASK_ID
while [ "$shard" -lt {shards} ]; do
    "$program" scan --plan "$plan" --shard "$shard" --threads "${{SLURM_CPUS_PER_TASK:-1}}" || code=$?
    shard=$((shard + {tasks}))
done
exit "$code"
JOB
)
sbatch --export=ALL --dependency=afterok:"${{shards%%;*}}" --kill-on-invalid-dep=yes <<'JOB'
#!/bin/sh
#SBATCH --job-name=papaver-merge
#SBATCH --requeue
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
exec "$program" merge --plan "$plan" --output "{results}" --threads "${{SLURM_CPUS_PER_TASK:-1}}"
JOB
"#
    )
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::{TASKS, submission};
    use std::collections::BTreeSet;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::process::Command;

    /// Keeps what each submission says and its job, as the first and the second.
    const SBATCH: &str = r#"#!/bin/sh
n=1
[ -e "$at/job1" ] && n=2
echo "$*" >"$at/said$n"
cat >"$at/job$n"
echo '7;here'
"#;

    /// Says which shard it was asked for, and fails for the sixth.
    const PROGRAM: &str = r#"#!/bin/sh
echo "$*" >>"$at/asked"
[ "$5" != 5 ]
"#;

    fn put(path: &Path, text: &str) {
        fs::write(path, text).expect("written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("may be run");
    }

    fn shell(at: &Path, file: &str, task: usize) -> bool {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut sh = Command::new("sh");
        sh.arg(at.join(file)).env("at", at);
        sh.env("plan", "a plan").env("program", at.join("program"));
        sh.env("PATH", format!("{}:{path}", at.display()));
        sh.env("SLURM_ARRAY_TASK_ID", task.to_string());
        sh.status().expect("a shell").success()
    }

    fn submitted(shards: usize) -> (tempfile::TempDir, usize) {
        let folder = tempfile::tempdir().expect("temporary folder");
        let at = folder.path();
        put(&at.join("sbatch"), SBATCH);
        put(&at.join("program"), PROGRAM);
        let program = at.join("program").display().to_string();
        let text = submission((&program, "a plan", "$plan/results"), shards);
        fs::write(at.join("submit"), text).expect("written");
        assert!(shell(at, "submit", 0));
        let job = fs::read_to_string(at.join("job1")).expect("an array");
        let array = job
            .lines()
            .find_map(|l| l.strip_prefix("#SBATCH --array=0-"));
        let last = array.and_then(|n| n.parse().ok()).expect("its last task");
        (folder, last)
    }

    #[test]
    fn an_array_of_as_many_tasks_as_slurm_takes_runs_every_shard_once() {
        for shards in [1, 6, TASKS, TASKS + 3] {
            let (folder, last) = submitted(shards);
            assert!(last < 1001, "MaxArraySize is 1001 where nobody set it");
            // Those that have more than one shard, and some others.
            let more = shards.saturating_sub(TASKS);
            let tasks: Vec<usize> = (0..=last)
                .filter(|t| *t < more.max(6) || *t == last)
                .collect();
            for task in &tasks {
                assert_eq!(
                    shell(folder.path(), "job1", *task),
                    *task != 5,
                    "task {task}"
                );
            }
            let asked = fs::read_to_string(folder.path().join("asked")).expect("asked");
            let found: Vec<usize> = asked
                .lines()
                .map(|line| {
                    let rest = line.strip_prefix("scan --plan a plan --shard ");
                    let number = rest.and_then(|r| r.split(' ').next());
                    number.and_then(|n| n.parse().ok()).expect("a shard")
                })
                .collect();
            let due = (0..shards).filter(|shard| tasks.contains(&(shard % (last + 1))));
            let once: BTreeSet<usize> = found.iter().copied().collect();
            assert_eq!(once, due.collect());
            assert_eq!(found.len(), once.len(), "each once");
        }
    }

    #[test]
    fn the_merge_waits_for_the_array_and_goes_where_a_shard_failed() {
        let (folder, _) = submitted(4);
        let said = fs::read_to_string(folder.path().join("said2")).expect("a second job");
        let words: Vec<&str> = said.split_whitespace().collect();
        assert!(words.contains(&"--dependency=afterok:7"), "{said}");
        assert!(words.contains(&"--kill-on-invalid-dep=yes"), "{said}");
    }
}

//! The script that runs a plan under Slurm.

use crate::files::{absolute, is_in_bucket};
use crate::platform;
use std::path::Path;

/// A word of a shell script.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The command that started this program, by which a node starts it too: its path, or its name alone where that isn't known.
fn whole_command() -> String {
    platform::started_as().map_or_else(
        || "papaver".into(),
        |path| absolute(&path).to_string_lossy().into_owned(),
    )
}

/// A script that submits the shards of a plan as an array job and the merge after it. A job that a node loses is put back
/// into the queue; a shard that is done stays as it is.
pub(super) fn script(plan: &Path, shards: usize) -> String {
    let whole = |path: &Path| absolute(path).to_string_lossy().into_owned();
    let program = whole_command();
    // Results lie in a folder of a machine, whatever holds the plan.
    let results = if is_in_bucket(plan) {
        "papaver-out"
    } else {
        "$plan/results"
    };
    let (program, plan) = (quoted(&program), quoted(&whole(plan)));
    let last = shards.saturating_sub(1);
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
exec "$program" scan --plan "$plan" --threads "${{SLURM_CPUS_PER_TASK:-1}}"
JOB
)
sbatch --export=ALL --dependency=afterok:"${{shards%%;*}}" <<'JOB'
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

#!/usr/bin/env bash
# A scan in shards on a real Slurm of one node (Debian's packages) and on a Dask cluster of two workers, one of which is
# killed: each time to the byte what one scan writes. As root: `tests/machines.sh [PROGRAM]`. Not part of the tests.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$top/target/release/papaver}")
work=$(mktemp -d)
stop() { pkill -F "$work/slurmd.pid" 2>/dev/null || true; pkill -F "$work/slurmctld.pid" 2>/dev/null || true; rm -rf "$work"; }
trap stop EXIT

same() { # but for when and where it ran
    diff -rq -x journal.jsonl -x scan.json "$work/one" "$1"
    python3 - "$work/one/scan.json" "$1/scan.json" <<'P'
import json, sys
one, other = ({k: v for k, v in json.load(open(p)).items() if k != "run"} for p in sys.argv[1:])
assert one == other, "scan.json differs"
P
}

echo "== one scan"
"$program" scan "$top/samples/village/ortho.tif" "$top/samples/photos" -o "$work/one" -q
plan() { "$program" plan "$top/samples/village/ortho.tif" "$top/samples/photos" -o "$1" --shards 6 -q; }

echo "== Slurm"
command -v slurmctld >/dev/null || apt-get install -y -qq slurmctld slurmd slurm-client munge
pgrep -x munged >/dev/null || { mkdir -p /run/munge && chown munge /run/munge && su -s /bin/sh munge -c munged; }
node=$(hostname)
mkdir -p "$work/state" "$work/spool"
cat >"$work/slurm.conf" <<C
ClusterName=one
SlurmctldHost=$node
SlurmUser=root
AuthType=auth/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
NodeName=$node CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP
C
export SLURM_CONF=$work/slurm.conf
slurmctld -f "$SLURM_CONF" && sleep 2 && slurmd -f "$SLURM_CONF" -N "$node" && sleep 3
plan "$work/slurm"
(cd "$work" && "$program" plan --slurm -o "$work/slurm" >submit.sh && sh submit.sh)
for _ in $(seq 120); do
    [ -n "$(squeue --noheader)" ] || break
    sleep 2
done
same "$work/slurm/results"

echo "== Dask"
python3 -m venv "$work/venv" && "$work/venv/bin/pip" -q install distributed
plan "$work/dask"
"$work/venv/bin/dask" scheduler --port 0 --scheduler-file "$work/scheduler.json" --no-dashboard 2>/dev/null &
scheduler=$!
for _ in 1 2; do
    PAPAVER=$program "$work/venv/bin/dask" worker --nthreads 1 --no-nanny --no-dashboard --scheduler-file "$work/scheduler.json" 2>/dev/null &
    last=$!
done
sleep 6
(sleep 3 && kill -9 "$last") &
address=$(python3 -c "import json, sys; print(json.load(open(sys.argv[1]))['address'])" "$work/scheduler.json")
PAPAVER=$program "$work/venv/bin/python" "$top/samples/dask_shards.py" "$work/dask" "$address"
kill "$scheduler" 2>/dev/null || true
same "$work/dask/results"
echo "== all the same"

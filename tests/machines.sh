#!/usr/bin/env bash
# A scan in shards on a real Slurm of one node (Debian's packages), a job of which is killed and put back into the queue; on a
# Dask cluster of two workers, one of which is killed; on one with a worker that is ten times slower, with what it costs; in 50
# random histories; and with imagery and shards in a bucket (moto), workers killed and shards run twice: each time to the byte
# what one scan writes. As root: `tests/machines.sh [PROGRAM] [slurm|dask|straggler|histories|bucket …]`. Not part of the tests.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$top/target/release/papaver}")
shift || true
kinds=${*:-slurm dask straggler histories bucket}
work=$(mktemp -d)
server=
stop() {
    for daemon in slurmd slurmctld; do pkill -F "$work/$daemon.pid" 2>/dev/null || true; done
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    for process in ${scheduler-} ${worker_a-} ${worker_b-}; do kill "$process" 2>/dev/null || true; done
    rm -rf "$work"
}
trap stop EXIT

same() { # but for when and where it ran
    diff -rq -x journal.jsonl -x scan.json -x pyramid "$2" "$1"
    python3 - "$2/scan.json" "$1/scan.json" <<'P'
import json, sys
one, other = ({k: v for k, v in json.load(open(p)).items() if k != "run"} for p in sys.argv[1:])
assert one == other, "scan.json differs"
P
}

# One scan of everything, without the pyramids that a merge does not make.
one() { "$program" scan "$@" -q --no-pyramid; }
plan() { "$program" plan "$top/samples/village/ortho.tif" "$top/samples/photos" -o "$1" --shards "${2:-6}" -q; }

slurm() {
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
submit "$work/slurm"
# What runs first is killed and put back, as when its node is lost.
running() { squeue --noheader --states=RUNNING --format=%i | head -n 1; }
until [ -n "$(running)" ]; do sleep 0.2; done
job=$(running)
scontrol requeue "$job" && scontrol update jobid="$job" starttime=now || true
queue_ends
same "$work/slurm/results" "$work/one"
# Where a shard fails, the merge does not wait for ever.
plan "$work/failing"
mkdir -p "$work/failing/shards" && echo damage >"$work/failing/shards/00003.jsonl"
submit "$work/failing"
queue_ends
[ ! -e "$work/failing/results" ] || { echo "merged without a shard" && exit 1; }
}

submit() { (cd "$work" && "$program" plan --slurm -o "$1" >submit.sh && sh submit.sh); }

queue_ends() { # a job that is put back begins after two minutes at most
    for _ in $(seq 300); do
        [ -n "$(squeue --noheader)" ] || return 0
        sleep 1
    done
    squeue && echo "the queue does not end" && exit 1
}

# A Dask cluster of two workers, which run the programs that are named; sets scheduler, worker_a, worker_b and address.
cluster() {
    [ -x "$work/venv/bin/dask" ] || { python3 -m venv "$work/venv" && "$work/venv/bin/pip" -q install distributed; }
    rm -f "$work/scheduler.json"
    "$work/venv/bin/dask" scheduler --port 0 --scheduler-file "$work/scheduler.json" --no-dashboard 2>/dev/null &
    scheduler=$!
    local worker=("$work/venv/bin/dask" worker --nthreads 1 --no-nanny --no-dashboard --scheduler-file "$work/scheduler.json")
    PAPAVER=$1 "${worker[@]}" 2>/dev/null &
    worker_a=$!
    PAPAVER=$2 "${worker[@]}" 2>/dev/null &
    worker_b=$!
    until [ -s "$work/scheduler.json" ]; do sleep 0.2; done
    address=$(python3 -c "import json, sys; print(json.load(open(sys.argv[1]))['address'])" "$work/scheduler.json")
    "$work/venv/bin/python" -c "import distributed, sys; distributed.Client(sys.argv[1]).wait_for_workers(2)" "$address"
}
shards_on_cluster() { PAPAVER=$program "$work/venv/bin/python" "$top/samples/dask_shards.py" "$1" "$address"; }
end_cluster() {
    # A worker that is told to end waits for a scheduler that ended before it.
    kill -9 "$worker_a" "$worker_b" "$scheduler" 2>/dev/null || true
    wait "$scheduler" "$worker_a" "$worker_b" 2>/dev/null || true
    scheduler='' worker_a='' worker_b=''
}

dask() {
    echo "== Dask"
    plan "$work/dask"
    printf '#!/bin/sh\n"%s" "$@" && echo "$*" >>"%s"\n' "$program" "$work/done" >"$work/counting"
    chmod +x "$work/counting"
    cluster "$program" "$work/counting"
    (until [ -s "$work/done" ]; do sleep 0.1; done && kill -9 "$worker_b") &
    local killer=$!
    shards_on_cluster "$work/dask"
    wait "$killer" || { echo "no worker was killed" && exit 1; }
    end_cluster
    same "$work/dask/results" "$work/one"
}

straggler() {
    echo "== Dask, one of two workers ten times slower"
    # It runs a tenth of the time.
    cat >"$work/slow" <<S
#!/bin/sh
"$program" "\$@" &
worker=\$!
while kill -STOP \$worker 2>/dev/null; do
    sleep 0.9
    kill -CONT \$worker 2>/dev/null
    sleep 0.1
done
wait \$worker
S
    chmod +x "$work/slow"
    local kind walls=()
    for kind in program slow; do
        plan "$work/$kind-plan" 16
        if [ "$kind" = slow ]; then cluster "$program" "$work/slow"; else cluster "$program" "$program"; fi
        local began
        began=$(date +%s.%N)
        shards_on_cluster "$work/$kind-plan"
        walls+=("$(python3 -c "import sys, time; print(time.time() - float(sys.argv[1]))" "$began")")
        end_cluster
        same "$work/$kind-plan/results" "$work/one"
    done
    awk -v two="${walls[0]}" -v slow="${walls[1]}" -v load="$(cut -d' ' -f1 /proc/loadavg)" 'BEGIN {
        printf "two equal workers %.1f s, one ten times slower %.1f s: %.2f times; at best 2/1.1, of which it is %.2f times (load %s)\n",
            two, slow, slow / two, slow / two * 1.1 / 2, load }'
}

histories() {
    echo "== histories"
    python3 "$top/tests/tools/histories.py" "$program" "$work/histories" "${HISTORIES:-50}"
}

# Without a word of Amazon's, whatever this machine knows of it.
aws() { env AWS_ENDPOINT_URL="http://127.0.0.1:$port" AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=known AWS_SECRET_ACCESS_KEY=unsaid "$@"; }

fails() { # saying what
    if "${@:2}" 2>"$work/refused"; then echo "did not fail: ${*:2}" && exit 1; fi
    grep -q "$1" "$work/refused" || { cat "$work/refused" && exit 1; }
}

bucket() {
    echo "== bucket"
    python3 -m venv "$work/moto" && "$work/moto/bin/pip" -q install 'moto[s3,server]'
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "$work/moto/bin/moto_server" -H 127.0.0.1 -p "$port" >"$work/moto.log" 2>&1 &
    server=$!
    aws "$work/moto/bin/python" - "$top/samples/village/ortho.tif" "$top/samples/photos" <<'P'
import os, sys, time
import boto3
s3 = boto3.client("s3")
for _ in range(100):
    try:
        s3.create_bucket(Bucket="survey")
        break
    except Exception:
        time.sleep(0.2)
s3.upload_file(sys.argv[1], "survey", "2026/ortho.tif")
for folder, _, names in os.walk(sys.argv[2]):
    for name in names:
        path = os.path.join(folder, name)
        s3.upload_file(path, "survey", "2026/flights/" + os.path.relpath(path, sys.argv[2]))
P
    ortho=s3://survey/2026/ortho.tif plan=s3://survey/plans/a
    aws "$program" scan "$ortho" -o "$work/of-bucket" -q --no-pyramid
    aws "$program" plan "$ortho" -o "$plan" --shards 5 -q
    # The same again is nothing new; another is refused.
    aws "$program" plan "$ortho" -o "$plan" --shards 5 -q
    fails "plan of another scan" aws "$program" plan "$ortho" -o "$plan" --shards 4 -q
    fails "none of 5 shards has been run" aws "$program" merge --plan "$plan" -o "$work/early" -q
    shard() { aws "$program" scan --plan "$plan" --shard "$1" --threads 1 -q; }
    # Killed, then two at the same shard at a time, then every shard, one of them twice.
    for after in 0.05 0.3 0.8; do
        aws timeout -s KILL "$after" "$program" scan --plan "$plan" --shard 2 --threads 1 -q || true
    done
    shard 0 & first=$!
    shard 0 && wait "$first"
    for k in 4 1 3 2 1; do shard "$k"; done
    aws "$program" plan --status -o "$plan" -q
    aws "$program" merge --plan "$plan" -o "$work/merged" -q
    same "$work/merged" "$work/of-bucket"
    # Photos, as on disk: in one scan, and in shards.
    flights=s3://survey/2026/flights/ planned=s3://survey/plans/photos
    one "$top/samples/photos" -o "$work/photos"
    aws "$program" scan "$flights" -o "$work/far-photos" -q --no-pyramid
    same "$work/far-photos" "$work/photos"
    aws "$program" plan "$flights" -o "$planned" --shards 3 -q
    for k in 2 0 1 0; do aws "$program" scan --plan "$planned" --shard "$k" --threads 1 -q; done
    aws "$program" merge --plan "$planned" -o "$work/merged-photos" -q
    same "$work/merged-photos" "$work/photos"
    # What is there is never written over, and damage is named.
    aws "$work/moto/bin/python" - <<'P'
import boto3
s3 = boto3.client("s3")
key = dict(Bucket="survey", Key="plans/a/shards/00003.jsonl")
whole = s3.get_object(**key)["Body"].read()
flipped = bytearray(whole)
flipped[len(whole) // 2] ^= 1
s3.put_object(**key, Body=bytes(flipped))
P
    fails "s3://survey/plans/a/shards/00003.jsonl is damaged" aws "$program" merge --plan "$plan" -o "$work/damaged" -q
    # A server that is not there, and a secret that nobody reads.
    port=9
    fails "cannot be read" aws "$program" --lang en plan --status -o "$plan"
    if grep -rq unsaid "$work/refused" "$work/moto.log" "$work/far-photos" "$work/merged-photos"; then echo "a secret was said" && exit 1; fi
    kill "$server" && server=
}

case $kinds in *slurm* | *dask* | *straggler*) one "$top/samples/village/ortho.tif" "$top/samples/photos" -o "$work/one" ;; esac
for kind in $kinds; do "$kind"; done
echo "== all the same"

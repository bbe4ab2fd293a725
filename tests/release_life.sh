# What a release is tried with, whatever it runs on. Sourced by tests/release.sh, which defines:
#   papaver ARGUMENTS…   runs the release, in the current folder
#   native PATH          a path of this machine as the release's system spells it
#   ended JOB            ends a server that was started in the background, as its interrupt key does
#   samples              the folder of the sample survey and photos, and results of the other target where there are some
# shellcheck shell=bash

# must WHAT COMMAND…: runs it, and says what failed
must() {
    local what=$1
    shift
    "$@" >"$log" 2>&1 || { tail -n 15 "$log"; echo "error: $what"; exit 1; } >&2
    echo "  $what"
}

# a_scan: the sample's survey and photos; where they run on another machine too, the same bytes
a_scan() {
    must "scan of the sample survey" papaver scan "$(native "$samples/village/ortho.tif")" \
        --within "$(native "$samples/village/boundary.geojson")" -o survey -q
    python3 "$top/samples/against_truth.py" "$samples/village/truth.geojson" survey/candidates.geojson
    must "the same again, from what was scored" papaver scan "$(native "$samples/village/ortho.tif")" \
        --within "$(native "$samples/village/boundary.geojson")" -o survey -q --threshold 0.5
    must "the first threshold again" papaver scan "$(native "$samples/village/ortho.tif")" \
        --within "$(native "$samples/village/boundary.geojson")" -o survey -q
    must "scan of the photos" papaver scan "$(native "$samples/photos")" -o photos -q
    planned "$(native "$samples/village/ortho.tif")" --within "$(native "$samples/village/boundary.geojson")"
}

# planned ARGUMENTS…: a scan in shards is planned, and what a script for Slurm starts is the command, not the loader through
# which it runs
planned() {
    papaver plan "$@" -o shards --shards 2 --slurm >slurm.sh 2>"$log" || { tail -n 15 "$log"; echo "error: plan"; exit 1; } >&2
    grep -qE "^program='(.*[/\\])?papaver(\.exe)?'" slurm.sh || { grep ^program= slurm.sh || cat slurm.sh; echo "error: a node could not start that"; exit 1; } >&2
    echo "  plan, with a script for Slurm"
}

# in_shards CANDIDATES ARGUMENTS…: the same scan in shards gives the same candidates
in_shards() {
    local expected=$1 shard
    planned "${@:2}"
    for shard in $(python3 -c 'import json; print(*range(len(json.load(open("shards/plan.json"))["shards"])))'); do
        must "shard $shard" papaver scan --plan shards --shard "$shard" -q
    done
    must "merge" papaver merge --plan shards -o merged -q
    cmp "$expected" merged/candidates.geojson
}

# a_list FILE: a list of inputs names them as the system does, a drive's letter too
a_list() {
    printf '%s\r\n' "$(native "$samples/village/ortho.tif")" >list.txt
    must "scan of a list" papaver scan list.txt --within "$(native "$samples/village/boundary.geojson")" -o listed -q
    cmp survey/candidates.geojson listed/candidates.geojson
}

# a_season UNIT ACTOR: from the scan to files that are handed out and come back
a_season() {
    local unit=$1 actor=$2
    export PAPAVER_ACTOR=$actor
    must "init" papaver init --unit "$unit" --unit-name "第三网格 $unit" --registry "$unit.papaver"
    must "roles" papaver actor grant "$actor" verifier eradicator --registry "$unit.papaver"
    must "record" papaver record survey --registry "$unit.papaver"
    papaver sites --json --registry "$unit.papaver" >sites.json
    sites=$(python3 -c 'import json; print(*[json.loads(line)["id"] for line in open("sites.json", encoding="utf-8")])')
    # shellcheck disable=SC2086
    set -- $sites
    must "screen" papaver screen "$1" --keep --registry "$unit.papaver"
    must "screen out" papaver screen "$2" --reject vegetable --registry "$unit.papaver"
    must "assign" papaver assign "$1" --crew "一组" --new-crew --due "$(date -d '+10 days' +%F)" --registry "$unit.papaver"
    for ending in geojson gpkg kmz gpx xlsx csv html; do
        must "export of .$ending" papaver export "第一批 $ending.$ending" --registry "$unit.papaver"
    done
    must "export over what is there" papaver export "第一批 xlsx.xlsx" --overwrite --registry "$unit.papaver"
    must "import" papaver import "第一批 gpkg.gpkg" --dry-run --registry "$unit.papaver"
    must "dossier" papaver dossier "$1" -o dossier.html --registry "$unit.papaver"
    printf 'eight words that nobody guesses\n' >words.txt
    must "backup" papaver backup "$unit.papaver-backup" --passphrase-file words.txt --registry "$unit.papaver"
    must "verify" papaver verify --registry "$unit.papaver"
}

# serving FOLDER: starts the server, and says where it is in $url and $port
serving() {
    : >served.txt
    papaver serve "$1" --no-browser --port 0 >>served.txt 2>served.err &
    server=$!
    for _ in $(seq 600); do
        grep -q http served.txt && break
        kill -0 "$server" 2>/dev/null || break
        sleep 1
    done
    url=$(tr -d '\r' <served.txt | head -n 1) port=$(sed -n '1s#.*:\([0-9]*\)/.*#\1#p' served.txt)
    [ -n "$port" ] || { cat served.err; echo "error: serve does not begin"; exit 1; } >&2
}

# served_to_its_end FOLDER: whoever watches over the server is told that it is well, and that it is gone
served_to_its_end() {
    must "serve --health" papaver serve "$1" --health --port "$port"
    ended "$server"
    wait "$server" || { cat served.err; echo "error: the server did not end well"; exit 1; } >&2
    ! papaver serve "$1" --health --port "$port" >"$log" 2>&1 || { echo "error: a server that is gone is called well"; exit 1; } >&2
    echo "  its end"
}

# a_server: the pages and a login over HTTP
a_server() {
    local words=a.password.that.nobody.guesses
    printf '%s\n' "$words" >own.txt
    must "a key of one's own" papaver actor key "$PAPAVER_ACTOR" --passphrase-file own.txt --registry 410423.papaver
    # From now on this person signs.
    export PAPAVER_PASSPHRASE=$words
    serving .
    must "serve, over HTTP" python3 "$top/tests/tools/served.py" "$url" . 410423.papaver "$PAPAVER_ACTOR" "$words" survey
    cat "$log"
    served_to_its_end .
}

# an_exchange: bundles between this release and the other program, there and back; both then hold the same state
an_exchange() {
    local county province
    must "the other office begins" other init --unit 410000 --unit-name "省禁毒办" --registry 410000.papaver
    province=$(other verify --json --registry 410000.papaver | device)
    county=$(papaver verify --json --registry 410423.papaver | device)
    must "trust, one way" other trust "$county" --unit 410423 --registry 410000.papaver
    must "trust, the other way" papaver trust "$province" --unit 410000 --registry 410423.papaver
    must "bundle made here" papaver bundle create up.bundle --registry 410423.papaver
    must "applied there" other bundle apply up.bundle --registry 410000.papaver
    must "bundle made there" other bundle create down.bundle --registry 410000.papaver
    must "applied here" papaver bundle apply down.bundle --registry 410423.papaver
    must "verified there" other verify --full --registry 410000.papaver
    must "verified here" papaver verify --full --registry 410423.papaver
    # A registry itself moves too: both programs read the same state out of the same file.
    [ "$(papaver verify --json --registry 410423.papaver | state)" = "$(other verify --json --registry 410423.papaver | state)" ]
    echo "  the same state on both"
}

device() { python3 -c 'import json, sys; print(json.load(sys.stdin)["heads"][0]["device"])'; }
state() { python3 -c 'import json, sys; print(json.load(sys.stdin)["state"])'; }

# a_deep_path: 260 characters and more, in a folder with a space
a_deep_path() {
    local deep=. n
    for n in 1 2 3 4 5 6; do deep+="/第三网格 航测 $n $(printf 'x%.0s' {1..40})"; done
    mkdir -p "$deep"
    [ "${#deep}" -ge 260 ]
    cp "$samples/village/ortho.tif" "$deep/"
    must "scan in a path of ${#deep} characters" papaver scan "$deep/ortho.tif" --within "$(native "$samples/village/boundary.geojson")" -o "$deep/out" -q
    cmp survey/candidates.geojson "$deep/out/candidates.geojson"
    must "init in it" papaver init --unit 410425 --unit-name deep --registry "$deep/410425.papaver"
    must "record in it" papaver record "$deep/out" --registry "$deep/410425.papaver"
    must "export in it" papaver export "$deep/sites.gpkg" --registry "$deep/410425.papaver"
}

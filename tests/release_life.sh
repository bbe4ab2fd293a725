# What a release is tried with, whatever it runs on. Sourced by tests/release.sh, which defines:
#   papaver ARGUMENTS…   runs the release, in the current folder
#   native PATH          a path of this machine as the release's system spells it
#   ended JOB            ends a server that was started in the background, as its interrupt key does
#   samples              the folder of the sample survey and photos, and results of the other target where there are some
#   released             the folder of the release, as this machine spells it
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

# a_bill: what the release holds is named in its bill of materials, the models that the program says it has too
a_bill() {
    must "bill of materials" python3 "$top/tests/tools/bill.py" "$released"
    papaver --version | tr -d '\r' | sed -n 's/^model .*SHA-256 //p' >model.txt
    grep -q . model.txt
    grep -qFf model.txt "$released/licences/bill.cdx.json" || { cat model.txt; echo "error: the bill does not name that model"; exit 1; } >&2
}

# noting WHO SITE: records three notes; whoever has to wait is told that somebody writes, and tries again
noting() {
    local n try
    for n in 1 2 3; do
        for try in $(seq 20); do
            papaver note "$2" "$1 写 $n" --registry 410423.papaver >"$1.log" 2>&1 && continue 2
            grep -q "is being written by" "$1.log" || return 1
        done
        echo "$try times somebody else wrote" >>"$1.log"
        return 1
    done
}

# two_writers: two programs record into one registry at once, and nothing of either is lost
two_writers() {
    local first second site=${sites%% *}
    noting first "$site" & first=$!
    noting second "$site" & second=$!
    wait "$first" && wait "$second" || { tail -n 15 first.log second.log; echo "error: two writers"; exit 1; } >&2
    papaver log --json --registry 410423.papaver >events.json
    [ "$(grep -oE '(first|second) 写 [123]' events.json | sort -u | wc -l)" = 6 ] || { tail events.json; echo "error: notes are missing"; exit 1; } >&2
    must "two writers, and every note is there" papaver verify --full --registry 410423.papaver
}

# a_newer_registry: one that a later program has written, whose tables hold more, is read with a word about it; nobody writes
# into it, and it stays as it is to the byte
a_newer_registry() {
    local kind before
    for kind in papaver papaver.key papaver.people papaver.files; do
        [ ! -e "410423.$kind" ] || cp -r "410423.$kind" "later.$kind"
    done
    python3 -c 'import sqlite3, sys
registry = sqlite3.connect(sys.argv[1])
[[version]] = registry.execute("PRAGMA user_version")
registry.executescript(f"ALTER TABLE sites ADD COLUMN colour TEXT; CREATE TABLE more(a INTEGER); PRAGMA user_version = {version + 1};")
registry.close()' later.papaver
    before=$(sha256sum <later.papaver)
    papaver sites --json --registry 410423.papaver >now.json
    papaver sites --json --registry later.papaver >later.json 2>"$log" || { cat "$log"; echo "error: a later registry is not read"; exit 1; } >&2
    cmp now.json later.json
    grep -q "written by a newer program" "$log" || { cat "$log"; echo "error: nothing says that a newer program wrote it"; exit 1; } >&2
    [ "$(papaver verify --json --registry later.papaver 2>/dev/null | state)" = "$(papaver verify --json --registry 410423.papaver | state)" ]
    ! papaver note "${sites%% *}" "by an older program" --registry later.papaver >"$log" 2>&1 || { echo "error: an older program wrote into it"; exit 1; } >&2
    grep -q "use the newer program" "$log" || { cat "$log"; echo "error: the refusal does not say what to do"; exit 1; } >&2
    [ "$(sha256sum <later.papaver)" = "$before" ] || { echo "error: the file was changed"; exit 1; } >&2
    echo "  a later program's registry: read with a word, not written, the same bytes"
}

# by_an_older_program: what an earlier release says of this one's registry, where there is one (OLDER): it reads it with a word
# or refuses it with one, and changes nothing
by_an_older_program() {
    local before
    [ "${OLDER:-}" ] || { echo "  no earlier release at hand (OLDER)"; return; }
    before=$(sha256sum <410423.papaver)
    "$OLDER" --version
    "$OLDER" sites --registry 410423.papaver >"$log" 2>&1 || true
    grep -m 1 "by a newer program" "$log" || { cat "$log"; echo "error: it does not say that a newer program wrote it"; exit 1; } >&2
    ! "$OLDER" note "${sites%% *}" "by an older program" --registry 410423.papaver >"$log" 2>&1 || { echo "error: it wrote"; exit 1; } >&2
    [ "$(sha256sum <410423.papaver)" = "$before" ] || { echo "error: it changed the file"; exit 1; } >&2
    echo "  an earlier release changes nothing"
}

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

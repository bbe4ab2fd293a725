#!/bin/sh
# The field loop with the programs that people use: crews fetch their project from a running server, fill it in and send it
# back through rclone, cadaver and a davfs2 drive; then the server is killed (SIGKILL) at random moments of uploads.
#
#     tests/field.sh [CREWS] [SITES] [KILLS]          20 50 200 where nothing is said
#
# Shows that every visit is recorded, that two crews at one site are in dispute with both photographs kept, how long it takes
# from an upload to its event, and that nothing acknowledged is lost and no half file taken in. Installs rclone, cadaver and
# davfs2 (Debian) where they are missing, for which it needs root. Where this system mounts no drive of davfs2, one of a small virtual
# machine is used (`tests/tools/davfs.sh`; DAVFS=machine asks for it); where that does not work either, davfs2 is left out, and said.
# PAPAVER names the program.
set -eu
cd "$(dirname "$0")/.."
missing=
for name in rclone cadaver; do
    command -v $name >/dev/null || missing="$missing $name"
done
command -v mount.davfs >/dev/null || missing="$missing davfs2"
[ -z "$missing" ] || apt-get install -y --no-install-recommends $missing || {
    echo "hint: install$missing by hand, then run this again" >&2
    exit 1
}
program=${PAPAVER:-}
if [ -z "$program" ]; then
    cargo build --release
    program=target/release/papaver
fi
exec python3 - "$(realpath "$program")" "${1:-20}" "${2:-50}" "${3:-200}" <<'PYTHON'
import base64
import hashlib
import http.client
import itertools
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zlib

PROGRAM = sys.argv[1]
CREWS, SITES, KILLS = map(int, sys.argv[2:5])
WORK = tempfile.mkdtemp(prefix="papaver-field-")
REGISTRY = f"{WORK}/served/a.papaver"
os.mkdir(f"{WORK}/served")
os.environ["TZ"] = "Asia/Shanghai"
time.tzset()
ENVIRONMENT = dict(os.environ, PAPAVER_REGISTRY=REGISTRY, PAPAVER_ACTOR="chief", HOME=WORK)


def papaver(*arguments, parse=True):
    out = subprocess.run([PROGRAM, "--lang", "en", *arguments], env=ENVIRONMENT, capture_output=True, text=True)
    assert out.returncode == 0, (arguments, out.stdout, out.stderr)
    return json.loads(out.stdout) if parse else out.stdout


def photo(text):
    """A small PNG that is like no other."""
    def chunk(kind, data):
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    head = (2).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    colour = hashlib.sha256(text.encode()).digest()[:6]
    rows = b"\0" + colour + b"\0" + colour
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"tEXt", b"who\0" + text.encode()) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Server:
    def __init__(self):
        self.process = subprocess.Popen([PROGRAM, "serve", f"{WORK}/served", "--no-browser", "--port", "0"], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().strip().rstrip("/")
        self.host = self.url.removeprefix("http://")

    def ask(self, crew, method, path, body=None, headers=()):
        coded = base64.b64encode(f"{crew['id']}:{crew['password']}".encode()).decode()
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.request(method, f"/dav/{crew['id']}/{path}", body, {"Authorization": f"Basic {coded}", **dict(headers)})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def begin():
    papaver("init", "--unit", "410423", parse=False)
    papaver("actor", "grant", "chief", "analyst", parse=False)
    codes = []
    for number in range(CREWS * SITES):
        at = f"{113 + number % 100 * 0.01:.5f},{33.5 + number // 100 * 0.01:.5f}"
        codes.append(papaver("add", "--at", at, "--source", "patrol", "--json")["id"])
    crews = []
    for number in range(CREWS):
        name = f"组{number + 1}"
        papaver("actor", "add", name, "verifier", parse=False)
        mine = codes[number * SITES:(number + 1) * SITES]
        papaver("assign", *mine, "--crew", name, "--new-crew", parse=False)
        crews.append({**papaver("crew", "password", name, "--json"), "codes": mine})
    return crews


def fill_in(path, values):
    """What QField leaves: the rows of the visits filled in."""
    base = sqlite3.connect(path)
    for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
        base.create_function(name, 1, lambda _: 0)
    for code, row in values.items():
        columns = ", ".join(f"{key} = ?" for key in row)
        base.execute(f"UPDATE visits SET {columns} WHERE site = ?", [*row.values(), code])
    base.commit()
    base.close()


def visit(photo_name, outcome="cultivated"):
    row = {"visit_outcome": outcome, "visit_at": time.strftime("%Y-%m-%d %H:%M:%S"), "visit_officers": "王, 李", "visit_photo_1": photo_name}
    if outcome == "cultivated":
        row.update(visit_plants=12, visit_stage="flowering", visit_sap_cut="no")
    return row


def run(*command, **options):
    out = subprocess.run(command, capture_output=True, text=True, timeout=600, **options)
    assert out.returncode == 0, (command, out.stdout, out.stderr)
    return out.stdout


class Rclone:
    def __init__(self, server, crew):
        hidden = run("rclone", "obscure", crew["password"]).strip()
        self.remote = f":webdav,url='{server.url}/dav/{crew['id']}/',vendor=other,user={crew['id']},pass='{hidden}':"

    def down(self, folder):
        run("rclone", "copy", self.remote, folder, env=ENVIRONMENT)

    def up(self, folder, names):
        # The photographs after the table, as they may come: the rows wait for them.
        for name in sorted(names, key=lambda name: not name.endswith(".gpkg")):
            run("rclone", "copyto", "--ignore-times", f"{folder}/{name}", self.remote + name, env=ENVIRONMENT)


class Cadaver:
    def __init__(self, server, crew):
        self.url = f"{server.url}/dav/{crew['id']}/"
        self.home = tempfile.mkdtemp(dir=WORK)
        with open(f"{self.home}/.netrc", "w") as netrc:
            netrc.write(f"machine 127.0.0.1\nlogin {crew['id']}\npassword {crew['password']}\n")
        os.chmod(f"{self.home}/.netrc", 0o600)
        self.id = crew["id"]

    def talk(self, folder, lines):
        out = run("cadaver", self.url, input="\n".join([*lines, "quit", ""]), cwd=folder, env=dict(ENVIRONMENT, HOME=self.home))
        assert "failed" not in out.lower(), out
        return out

    def down(self, folder):
        self.talk(folder, ["ls", f"get {self.id}.gpkg", f"get {self.id}.qgs"])

    def up(self, folder, names):
        self.talk(folder, ["mkcol DCIM", *(f"put {name} {name}" for name in names)])


class Machine:
    """The small virtual machine that mounts drives where this system does not."""
    def __init__(self):
        self.folder = f"{WORK}/machine"
        self.numbers = itertools.count()
        with open(f"{WORK}/machine.log", "w") as log:
            self.process = subprocess.Popen(["tests/tools/davfs.sh", WORK], stdout=log, stderr=log)
        ready = lambda: os.path.exists(f"{self.folder}/ready") or self.process.poll() is not None
        try:
            wait_for("the machine", ready, 300)
        except AssertionError:
            self.process.kill()
            raise
        assert os.path.exists(f"{self.folder}/ready"), open(f"{WORK}/machine.log").read()

    def run(self, script):
        begin = f"{self.folder}/{next(self.numbers)}"
        with open(f"{begin}.new", "w") as file:
            file.write(script)
        os.rename(f"{begin}.new", f"{begin}.sh")
        wait_for(script, lambda: os.path.exists(f"{begin}.rc"), 600)
        with open(f"{begin}.rc") as code, open(f"{begin}.out") as out:
            assert code.read().strip() == "0", (script, out.read())

    def end(self):
        open(f"{self.folder}/end", "w").close()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Davfs:
    """A drive: this system's own, or the machine's. Nothing but a shell's commands reads and writes it."""
    machine = None

    def __init__(self, server, crew):
        self.mount = tempfile.mkdtemp(dir=WORK)
        configuration, secrets = f"{self.mount}.conf", f"{self.mount}.secrets"
        # Of the names that the server answers to, the one that is a matter of the machine's own `/etc/hosts`.
        url = f"{server.url.replace('127.0.0.1', 'localhost')}/dav/{crew['id']}/"
        with open(secrets, "w") as file:
            file.write(f"{url} {crew['id']} {crew['password']}\n")
        os.chmod(secrets, 0o600)
        with open(configuration, "w") as file:
            # Linux since 6.16 asks for up to 128 KiB of a folder's names at once, which davfs2 answers out of this buffer.
            file.write(f"secrets {secrets}\nuse_locks 1\ndelay_upload 0\nask_auth 0\nbuf_size 256\n")
        self.shell(f"mount.davfs -o conf={configuration} {url} {self.mount}")

    def shell(self, *lines):
        script = "\n".join(["set -e", *lines, ""])
        if self.machine:
            self.machine.run(script)
        else:
            run("sh", "-c", script)

    def end(self):
        # Whatever `umount` waits for: what is still to be sent is sent before the process ends.
        process = f"/var/run/mount.davfs/*{os.path.basename(self.mount)}.pid"
        self.shell(f"process=$(cat {process})", f"umount {self.mount}", "while kill -0 $process 2>/dev/null; do sleep 0.1; done")

    def is_listed(self):
        try:
            self.shell(f"ls {self.mount}")
        finally:
            self.end()

    def down(self, folder):
        self.shell(f"cp -r {self.mount}/. {folder}")

    def up(self, folder, names):
        copies = (f"cp {folder}/{name} {self.mount}/{name}" for name in names)
        self.shell(f"mkdir -p {self.mount}/DCIM", *copies)
        self.end()


def drives(server, crew):
    """Whether drives of davfs2 can be had, on this system or in the machine."""
    for machine in [Machine] if os.environ.get("DAVFS") == "machine" else [None, Machine]:
        try:
            Davfs.machine = machine and machine()
            Davfs(server, crew).is_listed()
            print("davfs2:", "in a small virtual machine" if machine else "a drive of this system")
            return True
        except Exception as error:
            print("no drive of davfs2", "in a small virtual machine:" if machine else "on this system:", str(error)[-300:])
    return False


def clients(server, crews):
    kinds = [Rclone, Cadaver, Davfs]
    if not drives(server, crews[0]):
        print("left out: davfs2")
        kinds.remove(Davfs)
    return kinds


def round_trip(server, crew, kind, failed):
    try:
        folder = tempfile.mkdtemp(dir=WORK)
        client = kind(server, crew)
        client.down(folder)
        table = f"{crew['id']}.gpkg"
        os.makedirs(f"{folder}/DCIM", exist_ok=True)
        rows = {}
        for code in crew["codes"]:
            with open(f"{folder}/DCIM/{code}.png", "wb") as file:
                file.write(photo(crew["id"] + code))
            rows[code] = visit(f"DCIM/{code}.png")
        fill_in(f"{folder}/{table}", rows)
        client.up(folder, [table, *(f"DCIM/{code}.png" for code in crew["codes"])])
    except Exception as error:
        failed.append((crew["crew"], kind.__name__, str(error)[:2000]))


def wait_for(what, true, seconds=120):
    until = time.time() + seconds
    while not true():
        assert time.time() < until, f"waited in vain for {what}"
        time.sleep(0.05)


def states():
    lines = papaver("sites", "--json", parse=False).splitlines()
    return {site["id"]: site for site in map(json.loads, lines)}


def everybody(server, crews):
    kinds = clients(server, crews)
    failed, threads = [], []
    for number, crew in enumerate(crews):
        kind = kinds[number % len(kinds)]
        threads.append(threading.Thread(target=round_trip, args=(server, crew, kind, failed)))
    began = time.time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed
    sent = time.time() - began

    def all_told():
        # The answer of each crew's own page, not the registry: what a crew sees.
        for crew in crews:
            told = json.loads(server.ask(crew, "GET", "page/results.json")[1])
            done = {row["site"] for outcome in told for row in outcome["rows"] if row["fate"] != "refused"}
            if not done >= set(crew["codes"]):
                return False
        return True
    wait_for("all rows", all_told, 600)
    now = states()
    wrong = [code for crew in crews for code in crew["codes"] if now[code]["state"] != "CONFIRMED"]
    assert not wrong, (len(wrong), now[wrong[0]])
    names = ", ".join(kind.__name__.lower() for kind in kinds)
    print(f"ok: {len(crews)} crews × {SITES} sites by {names}: sent in {sent:.0f} s, every visit recorded, each with its photograph")


def dispute(server, crews):
    code = papaver("add", "--at", "112.5,33.1", "--source", "patrol", "--json")["id"]
    one, two = crews[0], crews[1]
    papaver("assign", code, "--crew", one["crew"], parse=False)
    time.sleep(4)
    _, table = server.ask(one, "GET", f"{one['id']}.gpkg")
    for crew, outcome in ((one, "cultivated"), (two, "nothing")):
        path = f"{WORK}/{crew['id']}.gpkg"
        with open(path, "wb") as file:
            file.write(table)
        fill_in(path, {code: visit("DCIM/dispute.png", outcome)})
        assert server.ask(crew, "PUT", "DCIM/dispute.png", photo(crew["id"]))[0] == 201
        with open(path, "rb") as file:
            began = time.time()
            status, _ = server.ask(crew, "PUT", f"{crew['id']}.gpkg", file.read())
        assert status in (201, 204), status
        acknowledged = time.time() - began

        def recorded():
            told = json.loads(server.ask(crew, "GET", "page/results.json")[1])
            return any(row["site"] == code for row in told[0]["rows"])
        wait_for("the visit", recorded)
        print(f"ok: an upload was acknowledged in {acknowledged * 1000:.0f} ms and recorded {time.time() - began:.2f} s after it began")
    site = papaver("show", code, "--json")
    text = json.dumps(site)
    kept = [hashlib.sha256(photo(crew["id"])).hexdigest() in text for crew in (one, two)]
    assert kept == [True, True], "both photographs are evidence"
    assert states()[code]["state"] == "CONFIRMED" and '"disputed": true' in text, text[:2000]
    print("ok: two crews at one site: in dispute, the open state stands, both photographs are kept")


def strangers(server, crews):
    one, two = crews[0], crews[1]
    stolen = {"id": two["id"], "password": one["password"]}
    assert server.ask(stolen, "GET", "RESULT.html")[0] == 401
    assert server.ask({**one, "password": "x"}, "PROPFIND", "")[0] == 401
    for path in ("../" + two["id"] + "/RESULT.html", "%2e%2e/" + two["id"] + "/RESULT.html", "..%2f..%2fa.papaver", "a%00b"):
        status, body = server.ask(one, "GET", path)
        assert status in (400, 401, 403, 404), (path, status)
    assert server.ask(one, "PUT", "RESULT.html", b"<script>")[0] == 403
    assert server.ask(one, "PUT", "x.bin", b"abc", {"Content-Range": "bytes 0-2/10"})[0] == 403
    for depth in ("0", "1", "infinity"):
        status, body = server.ask(one, "PROPFIND", "", headers={"Depth": depth})
        assert status == 207, (depth, status)
        assert two["id"].encode() not in body
        assert (b"form.json" in body) == (depth == "infinity")
    papaver("crew", "revoke", two["crew"], parse=False)
    assert server.ask(two, "GET", "RESULT.html")[0] == 401
    print("ok: another crew's password, other folders, paths that climb, parts of files, a revoked password: refused")


def kills(crew):
    """Uploads until the server is killed; whatever was acknowledged is there afterwards."""
    acknowledged, tables = {}, 0
    for number in range(KILLS):
        server = Server()
        stop = threading.Event()

        def upload(worker):
            turn = 0
            while not stop.is_set():
                turn += 1
                name = f"kill/{number}-{worker}-{turn}.bin"
                body = random.randbytes(random.choice([10, 1000, 200_000, 2_000_000]))
                try:
                    status, _ = server.ask(crew, "PUT", name, body)
                except Exception:
                    return
                if status == 201:
                    acknowledged[name] = hashlib.sha256(body).hexdigest()
        threads = [threading.Thread(target=upload, args=(worker,)) for worker in range(3)]
        for thread in threads:
            thread.start()
        # Once uploads go through: a server that is still looking at a password has acknowledged nothing.
        before, until = len(acknowledged), time.time() + 10
        while len(acknowledged) == before and time.time() < until:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.5))
        server.kill()
        stop.set()
        for thread in threads:
            thread.join()
    server = Server()
    for name, digest in acknowledged.items():
        status, body = server.ask(crew, "GET", name)
        assert status == 200 and hashlib.sha256(body).hexdigest() == digest, name
    kept = f"{REGISTRY}.field/files"
    for folder, _, names in os.walk(kept):
        for name in names:
            with open(f"{folder}/{name}", "rb") as file:
                assert hashlib.sha256(file.read()).hexdigest() == name, "a kept file is whole"
    server.kill()
    papaver("verify", parse=False)
    print(f"ok: killed {KILLS} times: {len(acknowledged)} acknowledged uploads, none lost, no half file")


try:
    crews = begin()
    print(f"begun: {CREWS * SITES} sites")
    server = Server()
    everybody(server, crews)
    dispute(server, crews)
    strangers(server, crews)
    server.kill()
    kills(crews[0])
finally:
    if Davfs.machine:
        Davfs.machine.end()
    subprocess.run("umount " + WORK + "/tmp* 2>/dev/null", shell=True)
    shutil.rmtree(WORK, ignore_errors=True)
PYTHON

//! An office: a folder with a registry and a scan, the program that serves it, and people who log in.

use super::browser::Browser;
use papaver::office::people::{self, Beginning, NewKey};
use papaver::office::{Credentials, Office as Registry};
use papaver::registry::Role;
use papaver::registry::body::ActorAction;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard};

/// Everybody's passphrase.
pub const PASSPHRASE: &str = "correct horse";
pub const CANDIDATES: usize = 120;

/// A server that ends with this, or with the tests: a watcher holds the other end of a pipe and ends it when the pipe closes.
pub struct Server {
    child: Child,
    pub url: String,
}

const WATCHED: &str = r#""$@" & read -r _end; kill -9 $!; wait $!"#;
/// The same, of a program that may not have many files open.
const LIMITED: &str = r#"ulimit -n 128; "$@" & read -r _end; kill -9 $!; wait $!"#;

impl Server {
    pub fn start(folder: &Path, more: &[&str]) -> Self {
        Self::with(folder, more, &[])
    }

    /// One with these variables in its environment.
    pub fn with(folder: &Path, more: &[&str], env: &[(&str, &str)]) -> Self {
        Self::watched(WATCHED, folder, more, env)
    }

    /// One whose system lets it have 128 files and connections open at once.
    pub fn limited(folder: &Path) -> Self {
        Self::watched(LIMITED, folder, &[], &[])
    }

    fn watched(script: &str, folder: &Path, more: &[&str], env: &[(&str, &str)]) -> Self {
        let free: &[&str] = if more.contains(&"--port") {
            &[]
        } else {
            &["--port", "0"]
        };
        let mut child = Command::new("sh")
            .args(["-c", script, "sh", env!("CARGO_BIN_EXE_papaver")])
            .args(["--lang", "en", "serve"])
            .arg(folder)
            .arg("--no-browser")
            .args(free)
            .args(more)
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let mut line = String::new();
        let out = child.stdout.take().expect("out");
        BufReader::new(out).read_line(&mut line).expect("line");
        assert!(line.starts_with("http"), "{more:?} starts no server");
        Self {
            child,
            url: line.trim().to_owned(),
        }
    }
}

impl Server {
    /// The number of its process.
    #[cfg(target_os = "linux")]
    pub fn process(&self) -> u32 {
        let watcher = self.child.id();
        let children = format!("/proc/{watcher}/task/{watcher}/children");
        let children = std::fs::read_to_string(children).expect("children");
        let first = children.split_whitespace().next();
        first.expect("a child").parse().expect("number")
    }

    /// Ends it, and answers what it said meanwhile.
    pub fn ended(mut self) -> String {
        self.kill();
        let mut said = String::new();
        let err = self.child.stderr.take().expect("err");
        BufReader::new(err).read_to_string(&mut said).expect("said");
        said
    }

    /// Ends it at once, in the middle of whatever it does.
    pub fn kill(&mut self) {
        drop(self.child.stdin.take());
        let _ended = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

pub struct Office {
    pub server: Server,
    pub folder: PathBuf,
    pub registry: String,
    pub survey: String,
    _kept: Option<tempfile::TempDir>,
}

const PEOPLE: [(&str, &[Role]); 4] = [
    ("li", &[Role::Analyst]),
    ("sun", &[Role::Analyst]),
    ("wang", &[Role::Verifier, Role::Eradicator]),
    ("zhao", &[Role::Acceptor]),
];

/// A registry with people who hold keys.
pub fn registry(path: &Path) {
    let beginning = Beginning {
        unit: "410423".into(),
        unit_name: Some("鲁山县禁毒办".into()),
        supervisor: "chief".into(),
        at: "2026-05-01T08:00:00+08:00".into(),
    };
    people::begin(path, beginning).expect("begun");
    let mut office = Registry::open(path, "test").expect("open");
    let chief = Credentials {
        actor: "chief".into(),
        ..Credentials::default()
    };
    let chief = office.sign_in(chief).expect("signed in");
    for (name, roles) in PEOPLE {
        let roles = roles.to_vec();
        people::change(&mut office, &chief, ActorAction::Grant, name.into(), roles).expect(name);
        let key = NewKey {
            name: name.into(),
            passphrase: PASSPHRASE.into(),
            old_passphrase: None,
            happened: None,
        };
        people::make_key(&mut office, key).expect(name);
    }
}

/// A scan's folder as a scan writes it.
pub fn scan(folder: &Path) {
    std::fs::create_dir_all(folder.join("chips")).expect("folder");
    let captured = json!({"from": "2026-05-03", "to": "2026-05-03"});
    let record = json!({
        "format": "papaver.scan/1", "scan_id": "SCAN000000000001", "survey": "<script>alert(1)</script>", "unit": "410423", "program_version": "0.1.0",
        "model": {"name": "m", "sha256": "ab", "threshold": 0.5}, "captured": captured,
        "sources": [{"name": "o.tif", "width": 1_000_000, "height": 1_000_000, "gsd_cm": 2.0, "captured": captured}],
        "totals": {"searched_m2": 1_000_000.0, "candidates": CANDIDATES},
    });
    let feature = |n: usize| {
        let id = format!("CAND{n:08}");
        let (lon, lat) = (113.3 + n as f64 * 0.002, 33.74);
        let (east, north) = (lon + 0.00005, lat + 0.00005);
        json!({"type": "Feature", "id": id,
            "geometry": {"type": "Polygon", "coordinates": [[[lon, lat], [east, lat], [east, north], [lon, north], [lon, lat]]]},
            "properties": {"id": id, "rank": n + 1, "score_max": 0.9, "band": "strong", "lon": lon + 0.00002, "lat": lat + 0.00002,
                "area_m2": 20.0, "captured": "2026-05-03", "chip": format!("chips/{id}.jpg")}})
    };
    let features: Vec<Value> = (0..CANDIDATES).map(feature).collect();
    for n in 0..CANDIDATES {
        let path = folder.join(format!("chips/CAND{n:08}.jpg"));
        std::fs::write(path, picture(n as u8)).expect("picture");
    }
    let ring = json!([
        [113.2, 33.7],
        [113.5, 33.7],
        [113.5, 33.8],
        [113.2, 33.8],
        [113.2, 33.7]
    ]);
    let searched = json!({"type": "FeatureCollection", "features": [{"type": "Feature", "id": "searched",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"status": "searched", "reason": null, "area_m2": 1_000_000.0}}]});
    std::fs::write(folder.join("coverage.geojson"), searched.to_string()).expect("written");
    let all =
        json!({"type": "FeatureCollection", "scan_id": "SCAN000000000001", "features": features});
    std::fs::write(folder.join("candidates.geojson"), all.to_string()).expect("written");
    std::fs::write(folder.join("scan.json"), record.to_string()).expect("written");
}

/// A JPEG that is like no other.
pub fn picture(shade: u8) -> Vec<u8> {
    let image = image::RgbImage::from_pixel(16, 16, image::Rgb([shade, 90, 40]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .expect("picture");
    bytes.into_inner()
}

impl Office {
    /// What the chief does with a person at the office's own computer, while the program serves.
    pub fn change(&self, person: &str, action: ActorAction, roles: &[Role]) {
        let mut office = Registry::open(&self.folder.join("a.papaver"), "test").expect("open");
        let chief = Credentials {
            actor: "chief".into(),
            ..Credentials::default()
        };
        let chief = office.sign_in(chief).expect("signed in");
        people::change(&mut office, &chief, action, person.into(), roles.to_vec()).expect(person);
    }

    /// A key of one's own, the first or another one.
    pub fn key(&self, person: &str, old_passphrase: Option<&str>) {
        let mut office = Registry::open(&self.folder.join("a.papaver"), "test").expect("open");
        let key = NewKey {
            name: person.into(),
            passphrase: PASSPHRASE.into(),
            old_passphrase: old_passphrase.map(str::to_owned),
            happened: None,
        };
        people::make_key(&mut office, key).expect(person);
    }

    pub fn begin() -> Self {
        let kept = tempfile::tempdir().expect("folder");
        let office = Self::begin_in(kept.path());
        Self {
            _kept: Some(kept),
            ..office
        }
    }

    /// In a folder that outlives it.
    pub fn begin_in(folder: &Path) -> Self {
        let folder = folder.canonicalize().expect("folder");
        registry(&folder.join("a.papaver"));
        scan(&folder.join("spring"));
        let server = Server::start(&folder, &[]);
        let library = Browser::new(&server.url).get("/api/library").ok();
        let registry = library["registries"][0]["id"].as_str().expect("registry");
        let registry = registry.to_owned();
        let mut office = Self {
            server,
            folder,
            registry,
            survey: String::new(),
            _kept: None,
        };
        let li = office.login("li");
        let library = li.get("/api/library").ok();
        office.survey = library["surveys"][0]["id"].as_str().expect("survey").into();
        let record = office.way("/record");
        li.post(&record, &json!({"survey": office.survey})).ok();
        office
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.server.url)
    }

    /// A browser in which this person is logged in.
    pub fn login(&self, person: &str) -> Browser {
        self.login_at(&self.server, person)
    }

    /// The same, at another server of the folder.
    pub fn login_at(&self, server: &Server, person: &str) -> Browser {
        let mut browser = Browser::new(&server.url);
        let given = json!({"registry": self.registry, "person": person, "passphrase": PASSPHRASE});
        let answer = browser.post("/api/login", &given);
        answer.ok();
        let cookie = answer.header("set-cookie").expect("cookie");
        browser.cookie = cookie.split(';').next().map(str::to_owned);
        browser
    }

    /// A way below the registry.
    pub fn way(&self, rest: &str) -> String {
        format!("/api/registries/{}{rest}", self.registry)
    }

    pub fn table(&self) -> String {
        self.way(&format!("/screening/{}", self.survey))
    }
}

/// One office for all tests that spoil nothing for each other; opening keys takes its time.
pub struct Shared {
    pub office: Office,
    pub li: Browser,
    pub sun: Browser,
    pub wang: Browser,
}

static SHARED: LazyLock<Mutex<Shared>> = LazyLock::new(|| {
    let office = Office::begin();
    let (li, sun, wang) = (
        office.login("li"),
        office.login("sun"),
        office.login("wang"),
    );
    Mutex::new(Shared {
        office,
        li,
        sun,
        wang,
    })
});

pub fn shared() -> MutexGuard<'static, Shared> {
    SHARED
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

//! Imagery, plan and shards in a bucket: a small server in the test speaks as much of S3 as it takes, and remembers what it was
//! asked.

use crate::ground::Place;
use crate::paint::Picture;
use crate::results::Results;
use crate::resume::files;
use crate::run::{Ended, ended, fixture, papaver};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use tempfile::TempDir;

const SECRET: &str = "never-to-be-said";

/// What the bucket holds and heard.
#[derive(Default)]
struct Shelves {
    objects: BTreeMap<String, Vec<u8>>,
    /// Objects that come to light only when they have been asked for once.
    unseen: BTreeSet<String>,
    /// What is said of the length of objects, where that is not theirs.
    said: BTreeMap<String, u64>,
    /// Whether the list of names never ends.
    endless: bool,
    /// Method and key of each request, what it asked beside, and the answer.
    heard: Vec<(String, String, u16)>,
    /// Headers of all requests.
    headers: String,
}

struct Bucket {
    port: u16,
    shelves: Arc<Mutex<Shelves>>,
}

/// A request: method, key, query, headers in small letters, body.
struct Asked {
    method: String,
    key: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

fn read(connection: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (method, rest) = line.split_once(' ')?;
    let target = rest.split(' ').next()?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut asked = Asked {
        method: method.into(),
        key: path
            .trim_start_matches("/survey")
            .trim_start_matches('/')
            .into(),
        query: query.replace("%2F", "/"),
        headers: BTreeMap::new(),
        body: Vec::new(),
    };
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else {
            break;
        };
        asked
            .headers
            .insert(name.to_lowercase(), value.trim().into());
    }
    let length = asked.headers.get("content-length");
    asked.body = vec![0; length.map_or(0, |n| n.parse().expect("a length"))];
    reader.read_exact(&mut asked.body).ok()?;
    Some(asked)
}

impl Shelves {
    fn answer(&mut self, asked: &Asked) -> (u16, Vec<u8>) {
        match asked.method.as_str() {
            "PUT" => {
                let only_new = asked.headers.get("if-none-match").is_some_and(|v| v == "*");
                assert!(only_new, "an unconditional PUT of {}", asked.key);
                if self.objects.contains_key(&asked.key) {
                    return (412, Vec::new());
                }
                self.objects.insert(asked.key.clone(), asked.body.clone());
                (200, Vec::new())
            }
            _ if asked.key.is_empty() => (200, self.list(&asked.query).into_bytes()),
            _ if self.unseen.remove(&asked.key) => (404, Vec::new()),
            _ => {
                let Some(object) = self.objects.get(&asked.key) else {
                    return (404, Vec::new());
                };
                let range = asked
                    .headers
                    .get("range")
                    .and_then(|r| r.strip_prefix("bytes="));
                let Some((from, to)) = range.and_then(|r| r.split_once('-')) else {
                    return (200, object.clone());
                };
                let from: usize = from.parse().expect("a number");
                let to = to
                    .parse()
                    .map_or(object.len(), |to: usize| (to + 1).min(object.len()));
                match object.get(from..to) {
                    Some(part) => (206, part.to_vec()),
                    None => (416, Vec::new()),
                }
            }
        }
    }

    fn list(&self, query: &str) -> String {
        let mut prefix = query
            .split('&')
            .filter_map(|pair| pair.strip_prefix("prefix="));
        let prefix = prefix.next().unwrap_or_default();
        let mut listed = format!(
            "<?xml version=\"1.0\"?><ListBucketResult><Name>survey</Name><Prefix>{prefix}</Prefix><Delimiter>/</Delimiter><IsTruncated>false</IsTruncated>"
        );
        if self.endless {
            listed = listed.replace("<IsTruncated>false", "<IsTruncated>true");
            for n in 0..1000 {
                let at = self.heard.len();
                write!(listed, "<Contents><Key>{prefix}{at}-{n}</Key><LastModified>2026-05-01T00:00:00.000Z</LastModified><ETag>\"a\"</ETag><Size>1</Size></Contents>").expect("written");
            }
            listed += "<NextContinuationToken>more</NextContinuationToken>";
        }
        for (key, object) in &self.objects {
            if key
                .strip_prefix(prefix)
                .is_some_and(|rest| !rest.contains('/'))
            {
                let size = object.len();
                write!(listed, "<Contents><Key>{key}</Key><LastModified>2026-05-01T00:00:00.000Z</LastModified><ETag>\"a\"</ETag><Size>{size}</Size></Contents>").expect("written");
            }
        }
        listed + "</ListBucketResult>"
    }
}

fn serve(mut connection: &TcpStream, shelves: &Mutex<Shelves>) -> Option<()> {
    let asked = read(connection)?;
    let mut shelves = shelves.lock().expect("unpoisoned");
    let (code, body) = shelves.answer(&asked);
    let total = shelves.objects.get(&asked.key).map_or(0, Vec::len);
    let from = asked.headers.get("range").and_then(|r| {
        r.strip_prefix("bytes=")?
            .split('-')
            .next()?
            .parse::<usize>()
            .ok()
    });
    let length = shelves.said.get(&asked.key).copied();
    let length = length.unwrap_or(body.len() as u64);
    write!(shelves.headers, "{:?}", asked.headers).expect("written");
    shelves.heard.push((asked.method.clone(), asked.key, code));
    drop(shelves);
    let part = match from.filter(|_| code == 206) {
        Some(from) => format!(
            "Content-Range: bytes {from}-{}/{total}\r\n",
            from + body.len() - 1
        ),
        None => String::new(),
    };
    write!(
        connection,
        "HTTP/1.1 {code} x\r\nETag: \"a\"\r\nLast-Modified: Fri, 01 May 2026 00:00:00 GMT\r\nAccept-Ranges: bytes\r\n{part}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    ).ok()?;
    if asked.method != "HEAD" {
        connection.write_all(&body).ok()?;
    }
    Some(())
}

impl Bucket {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let bucket = Self {
            port: listener.local_addr().expect("bound").port(),
            shelves: Arc::default(),
        };
        let shelves = Arc::clone(&bucket.shelves);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let shelves = Arc::clone(&shelves);
                std::thread::spawn(move || serve(&connection, &shelves));
            }
        });
        bucket
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().expect("unpoisoned")
    }

    fn run(&self, arguments: &[&str], out: Option<&Path>) -> Ended {
        let mut command = papaver();
        command
            .env(
                "AWS_ENDPOINT_URL",
                format!("http://127.0.0.1:{}", self.port),
            )
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "known")
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .args(arguments);
        ended(command.args(out.iter().flat_map(|out| [Path::new("-o"), out])))
    }
}

const ORTHO: &str = "s3://survey/2026/ortho.tif";
const PLAN: &str = "s3://survey/plans/a";

fn shard(number: &str) -> [&str; 8] {
    [
        "scan",
        "-q",
        "--threads",
        "1",
        "--plan",
        PLAN,
        "--shard",
        number,
    ]
}

#[test]
fn a_scan_in_a_bucket_makes_the_bytes_of_one_scan_and_writes_nothing_over() {
    let folder = TempDir::new().expect("temporary folder");
    let at = |name: &str| folder.path().join(name);
    Picture::with_nine(Place::utm(1.9), (1500, 1300))
        .write(&at("ortho.tif"), &["TILED=YES", "COMPRESS=DEFLATE"]);
    let bucket = Bucket::start();
    let ortho = fs::read(at("ortho.tif")).expect("read");
    bucket
        .shelves()
        .objects
        .insert("2026/ortho.tif".into(), ortho);
    let model = fixture("colour_dense.onnx");
    let model = [
        "--site-radius",
        "1",
        "--model",
        model.to_str().expect("UTF-8"),
    ];
    let one = bucket.run(
        &[&["scan", "-q", "--no-pyramid", ORTHO][..], &model].concat(),
        Some(&at("one")),
    );
    assert_eq!(one.code, Some(0), "{}", one.err);
    assert_eq!(Results::read(&at("one")).candidates.len(), 9);
    let plan = |shards| {
        bucket.run(
            &[
                &["plan", ORTHO, "-q", "-o", PLAN, "--shards", shards][..],
                &model,
            ]
            .concat(),
            None,
        )
    };
    for _ in 0..2 {
        assert_eq!(plan("3").code, Some(0));
    }
    let other = plan("2");
    assert!(other.err.contains("plan of another scan"), "{}", other.err);
    let early = bucket.run(&["merge", "-q", "--plan", PLAN], Some(&at("out")));
    assert_eq!(early.code, Some(2));
    assert!(
        early.err.contains("shards have not been run: 0, 1, 2"),
        "{}",
        early.err
    );
    for number in ["2", "0", "1"] {
        let ended = bucket.run(&shard(number), None);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }
    // Another worker puts it there while this one scores: what is there stays.
    let name = "plans/a/shards/00001.jsonl";
    let before = bucket.shelves().objects[name].clone();
    bucket.shelves().unseen.insert(name.into());
    let late = bucket.run(&shard("1"), None);
    assert_eq!(late.code, Some(0), "{}", late.err);
    assert!(
        bucket
            .shelves()
            .heard
            .contains(&("PUT".into(), name.into(), 412))
    );
    assert_eq!(bucket.shelves().objects[name], before);
    assert_eq!(
        bucket
            .run(&["plan", "--status", "-q", "-o", PLAN], None)
            .code,
        Some(0)
    );
    let merged = bucket.run(&["merge", "-q", "--plan", PLAN], Some(&at("out")));
    assert_eq!(merged.code, Some(0), "{}", merged.err);
    let (one, merged) = (files(&at("one")), files(&at("out")));
    assert!(one.keys().eq(merged.keys()));
    for (name, bytes) in &one {
        assert!(merged[name] == *bytes, "{name} differs");
    }
    bucket.shelves().objects.get_mut(name).expect("there")[200] ^= 1;
    let damaged = bucket.run(&["merge", "-q", "--plan", PLAN], Some(&at("damaged")));
    assert_eq!(damaged.code, Some(1));
    assert!(
        damaged
            .err
            .contains(&format!("s3://survey/{name} is damaged")),
        "{}",
        damaged.err
    );
    assert!(!bucket.shelves().headers.contains(SECRET));
}

#[test]
fn a_list_of_names_that_does_not_end_is_not_waited_for() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    Picture::bare(Place::utm(1.9), (300, 300)).write(&path, &[]);
    let bucket = Bucket::start();
    let model = fixture("colour_dense.onnx");
    let [path, model] = [&path, &model].map(|path| path.to_str().expect("UTF-8"));
    let planned = bucket.run(
        &[
            "plan", path, "-q", "-o", PLAN, "--shards", "1", "--model", model,
        ],
        None,
    );
    assert_eq!(planned.code, Some(0), "{}", planned.err);
    bucket.shelves().endless = true;
    let status = bucket.run(&["plan", "--status", "-q", "-o", PLAN], None);
    assert_ne!(status.code, Some(0));
    for said in ["lists more than 100000 names", "into a folder of its own"] {
        assert!(status.err.contains(said), "{}", status.err);
    }
    assert!(bucket.shelves().heard.len() < 120);
}

#[test]
fn what_a_bucket_answers_is_held_in_memory_up_to_a_length() {
    let bucket = Bucket::start();
    let name = "plans/a/plan.json";
    bucket.shelves().objects.insert(name.into(), b"{}".to_vec());
    bucket.shelves().said.insert(name.into(), (1 << 30) + 1);
    let long = bucket.run(&["plan", "--status", "-q", "-o", PLAN], None);
    assert_ne!(long.code, Some(0));
    assert!(
        long.err.contains("it is longer than 1024 MiB"),
        "{}",
        long.err
    );
}

#[test]
fn what_a_bucket_cannot_be_used_for_is_said() {
    let bucket = Bucket::start();
    let scan = bucket.run(&["scan", "s3://survey/2026/"], None);
    assert_eq!(scan.code, Some(1));
    assert!(scan.err.contains("is a folder in a bucket"), "{}", scan.err);
    let into = bucket.run(&["scan", ORTHO, "-o", "s3://survey/results"], None);
    assert_eq!(into.code, Some(1));
    assert!(
        into.err.contains("a folder of this machine"),
        "{}",
        into.err
    );
    let none = bucket.run(&["scan", "--plan", PLAN, "--shard", "0"], None);
    assert!(
        none.err.contains("there is no plan in s3://survey/plans/a"),
        "{}",
        none.err
    );
}

//! A small server that speaks as much of S3 as the tests take, and remembers what it was asked.

use crate::run::{Ended, ended, papaver};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

pub const SECRET: &str = "never-to-be-said";
/// The name of the keys, which a server repeats where it refuses them.
pub const KEY_ID: &str = "AKIANEVERTOBESAID";

/// What the bucket holds and heard.
#[derive(Default)]
pub struct Shelves {
    pub objects: BTreeMap<String, Vec<u8>>,
    /// Objects that come to light only when they have been asked for once.
    pub unseen: BTreeSet<String>,
    /// Objects that may be written over.
    pub rewritten: BTreeSet<String>,
    /// What is said of the length of objects, where that is not theirs.
    pub said: BTreeMap<String, u64>,
    /// Whether the list of names never ends.
    pub endless: bool,
    /// Objects that may not be read, with the status of the refusal.
    pub refused: BTreeMap<String, u16>,
    /// After so many more answers an object may not be read.
    pub refused_after: BTreeMap<String, usize>,
    /// Objects of which the next answer breaks off.
    pub broken: BTreeSet<String>,
    /// What an object is replaced with after so many more answers.
    pub replaced: BTreeMap<String, (usize, Vec<u8>)>,
    /// Method and key of each request, what it asked beside, and the answer.
    pub heard: Vec<(String, String, u16)>,
    /// Headers of all requests.
    pub headers: String,
}

pub struct Bucket {
    port: u16,
    shelves: Arc<Mutex<Shelves>>,
}

/// A request: method, key, query, headers in small letters, body.
struct Asked {
    method: String,
    key: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// A name as it was before it stood in an address.
fn plain(coded: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), coded.as_bytes());
    while let [first, after @ ..] = rest {
        let code = after.get(..2).filter(|_| *first == b'%');
        let byte = code.and_then(|c| u8::from_str_radix(std::str::from_utf8(c).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = &after[if byte.is_some() { 2 } else { 0 }..];
    }
    String::from_utf8(bytes).expect("UTF-8")
}

fn read(connection: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (method, rest) = line.split_once(' ')?;
    let target = rest.split(' ').next()?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key.to_owned(), plain(&value.replace('+', "%20")))
    };
    let mut asked = Asked {
        method: method.into(),
        key: plain(path.trim_start_matches("/survey").trim_start_matches('/')),
        query: query.split('&').map(pair).collect(),
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

fn tag(object: &[u8]) -> String {
    let mut hash = DefaultHasher::new();
    object.hash(&mut hash);
    format!("\"{:x}\"", hash.finish())
}

impl Shelves {
    fn answer(&mut self, asked: &Asked) -> (u16, Vec<u8>) {
        match asked.method.as_str() {
            "PUT" => {
                let only_new = asked.headers.get("if-none-match").is_some_and(|v| v == "*");
                let is_rewritten = self.rewritten.contains(&asked.key);
                assert!(only_new != is_rewritten, "a PUT of {}", asked.key);
                if only_new && self.objects.contains_key(&asked.key) {
                    return (412, Vec::new());
                }
                self.objects.insert(asked.key.clone(), asked.body.clone());
                (200, Vec::new())
            }
            _ if asked.key.is_empty() => (200, self.list(&asked.query).into_bytes()),
            _ if self.unseen.remove(&asked.key) => (404, Vec::new()),
            _ if self.refused.contains_key(&asked.key) => {
                let said = format!(
                    "<Error><Code>NotForYou</Code><AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId><Token-0>{SECRET}</Token-0></Error>"
                );
                (self.refused[&asked.key], said.into_bytes())
            }
            _ if self.refused_after.get(&asked.key) == Some(&0) => (403, Vec::new()),
            _ => {
                if let Some(left) = self.refused_after.get_mut(&asked.key) {
                    *left -= 1;
                }
                self.read(asked)
            }
        }
    }

    fn read(&self, asked: &Asked) -> (u16, Vec<u8>) {
        let Some(object) = self.objects.get(&asked.key) else {
            return (404, Vec::new());
        };
        let other = |wanted: &String| *wanted != tag(object);
        if asked.headers.get("if-match").is_some_and(other) {
            return (412, Vec::new());
        }
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

    fn list(&self, query: &BTreeMap<String, String>) -> String {
        let of = |name: &str| query.get(name).map_or("", String::as_str);
        let (prefix, after) = (of("prefix"), of("start-after"));
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
        let is_flat = query.contains_key("delimiter");
        for (key, object) in &self.objects {
            let rest = key.strip_prefix(prefix).filter(|_| key.as_str() > after);
            if rest.is_some_and(|rest| !(is_flat && rest.contains('/'))) {
                let (size, tag) = (object.len(), tag(object).replace('"', "&quot;"));
                write!(listed, "<Contents><Key>{key}</Key><LastModified>2026-05-01T00:00:00.000Z</LastModified><ETag>{tag}</ETag><Size>{size}</Size></Contents>").expect("written");
            }
        }
        listed + "</ListBucketResult>"
    }

    /// Puts the files below a folder on the disk into the bucket, below a folder there.
    pub fn put_all(&mut self, folder: &Path, below: &str) {
        for (name, bytes) in crate::resume::files(folder) {
            self.objects.insert(format!("{below}/{name}"), bytes);
        }
    }

    /// The objects of which something was read since this was asked last.
    pub fn opened(&mut self) -> BTreeSet<String> {
        let heard = std::mem::take(&mut self.heard).into_iter();
        let read = heard.filter(|(_, _, code)| *code == 206);
        read.map(|(_, key, _)| key).collect()
    }

    /// How often an object was asked for with an answer of so much of it.
    pub fn answers(&self, key: &str, code: u16) -> usize {
        let is_it = |(_, heard, said): &&(String, String, u16)| heard == key && *said == code;
        self.heard.iter().filter(is_it).count()
    }
}

fn serve(mut connection: &TcpStream, shelves: &Mutex<Shelves>) -> Option<()> {
    let asked = read(connection)?;
    let mut shelves = shelves.lock().expect("unpoisoned");
    let (code, body) = shelves.answer(&asked);
    let object = shelves.objects.get(&asked.key);
    let total = object.map_or(0, Vec::len);
    let tag = object.map_or_else(|| "\"a\"".into(), |object| tag(object));
    let from = asked.headers.get("range").and_then(|r| {
        r.strip_prefix("bytes=")?
            .split('-')
            .next()?
            .parse::<usize>()
            .ok()
    });
    let length = shelves.said.get(&asked.key).copied();
    let length = length.unwrap_or(body.len() as u64);
    let sent = if shelves.broken.remove(&asked.key) {
        body.len() / 2
    } else {
        body.len()
    };
    if let Some((left, _)) = shelves.replaced.get_mut(&asked.key) {
        *left = left.saturating_sub(1);
    }
    if let Some((0, _)) = shelves.replaced.get(&asked.key) {
        let (_, other) = shelves.replaced.remove(&asked.key).expect("there");
        shelves.objects.insert(asked.key.clone(), other);
    }
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
        "HTTP/1.1 {code} x\r\nETag: {tag}\r\nLast-Modified: Fri, 01 May 2026 00:00:00 GMT\r\nAccept-Ranges: bytes\r\n{part}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    ).ok()?;
    if asked.method != "HEAD" {
        connection.write_all(&body[..sent]).ok()?;
    }
    Some(())
}

impl Bucket {
    pub fn start() -> Self {
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

    pub fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().expect("unpoisoned")
    }

    pub fn run(&self, arguments: &[&str], out: Option<&Path>) -> Ended {
        let mut command = papaver();
        command
            .env(
                "AWS_ENDPOINT_URL",
                format!("http://127.0.0.1:{}", self.port),
            )
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", KEY_ID)
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .args(arguments);
        let ended = ended(command.args(out.iter().flat_map(|out| [Path::new("-o"), out])));
        for secret in [SECRET, KEY_ID] {
            let said = [&ended.out, &ended.err];
            assert!(!said.iter().any(|text| text.contains(secret)), "{said:?}");
        }
        ended
    }
}

/// The files of two folders of results are the same, to the byte.
pub fn same(one: &Path, other: &Path) {
    let (one, other) = (crate::resume::files(one), crate::resume::files(other));
    assert!(
        one.keys().eq(other.keys()),
        "{:?} {:?}",
        one.keys(),
        other.keys()
    );
    for (name, bytes) in &one {
        assert!(other[name] == *bytes, "{name} differs");
    }
}

/// What a folder of results says of whom it asked: nothing of keys.
pub fn keeps_no_keys(folder: &Path) {
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("listed") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).expect("read");
            let text = String::from_utf8_lossy(&bytes);
            assert!(
                !text.contains(SECRET) && !text.contains(KEY_ID),
                "{}",
                path.display()
            );
        }
    }
}

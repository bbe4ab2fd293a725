//! Tiles of a scan's imagery and of base maps, over HTTP from the real server.

use crate::ground::Place;
use crate::paint::Picture;
use crate::run::{ended, papaver, scan};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use tempfile::TempDir;

const MODEL: &str = "colour_dense.onnx";

pub struct Server {
    child: Child,
    at: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

impl Server {
    pub fn new(folder: &Path, options: &[&str]) -> Self {
        let mut command = papaver();
        command
            .arg("serve")
            .arg(folder)
            .args(["--port", "0", "--no-browser"])
            .args(options);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("an address");
        let at = line
            .trim()
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        Self { child, at }
    }

    pub fn get(&self, path: &str, more: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.at).expect("connected");
        let host = &self.at;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n"
        )
        .expect("sent");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("answered");
        let end = bytes
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .expect("a head");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|s| s.parse().ok())
            .expect("a status");
        Answer {
            status,
            head,
            body: bytes[end + 4..].to_vec(),
        }
    }
}

/// The tile about the middle of an extent.
fn middle(extent: &serde_json::Value, zoom: u32) -> (u32, u32) {
    let side = |n: usize| extent[n].as_f64().expect("a number");
    let (lon, lat) = (
        f64::midpoint(side(0), side(2)),
        f64::midpoint(side(1), side(3)).to_radians(),
    );
    let across = f64::from(1_u32 << zoom);
    let down = 0.5 - lat.tan().asinh() / std::f64::consts::TAU;
    (
        ((lon + 180.0) / 360.0 * across) as u32,
        (down * across) as u32,
    )
}

#[test]
fn tiles_of_a_survey_come_at_once_are_kept_and_stay_when_the_imagery_is_put_away() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho 甲.tif");
    let mut picture = Picture::bare(Place::utm(2.0), (1200, 1000));
    picture.target(500, 500);
    picture.write(&ortho, &["TILED=YES"]);
    scan(&[&ortho], &folder.path().join("out"), MODEL, &["-q"], 0);
    let dem = folder.path().join("base.tif");
    picture.write(&dem, &[]);
    let base = dem.display().to_string();
    let server = Server::new(folder.path(), &["--basemap", &base]);
    let library = server.get("/api/library", "").json();
    let survey = library["surveys"][0]["id"]
        .as_str()
        .expect("a survey")
        .to_owned();
    let layers = server.get(&format!("/api/tiles/{survey}"), "").json();
    assert_eq!(layers[0]["id"], "ortho 甲.tif", "{layers}");
    let version = layers[0]["version"].as_str().expect("a version").to_owned();
    let (x, y) = middle(&layers[0]["extent"], 23);
    let name = "ortho%20%E7%94%B2.tif";
    let address = format!("/api/tiles/{survey}/{name}/23/{x}/{y}.jpg");
    let tile = server.get(&format!("{address}?v={version}"), "");
    assert_eq!(
        (tile.status, tile.header("content-type")),
        (200, Some("image/jpeg")),
        "{}",
        tile.head
    );
    let kept = tile.header("cache-control");
    assert_eq!(kept, Some("private, no-cache"), "{}", tile.head);
    assert_eq!(
        image::load_from_memory(&tile.body)
            .expect("a picture")
            .width(),
        256
    );
    let tag = tile.header("etag").expect("a tag").to_owned();
    let again = server.get(&address, &format!("If-None-Match: {tag}\r\n"));
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("cache-control"), kept);
    let clear = server.get(&format!("/api/tiles/{survey}/{name}/21/0/0"), "");
    assert_eq!(
        (clear.status, clear.header("content-type")),
        (200, Some("image/png"))
    );
    for wrong in [
        format!("/api/tiles/{survey}/{name}/23/{x}/..%2f..%2fetc%2fpasswd"),
        format!("/api/tiles/{survey}/{name}/23/{x}/-1"),
        format!("/api/tiles/{survey}/{name}/40/0/0"),
        format!("/api/tiles/{survey}/..%2fortho.tif/23/{x}/{y}"),
        format!("/api/tiles/{survey}/..%2f..%2f..%2fetc%2fpasswd/23/{x}/{y}"),
        format!("/api/tiles/..%2f../{name}/23/{x}/{y}"),
        "/api/basemap/1/0/0/0".to_owned(),
        "/api/basemap/x/0/0/0".to_owned(),
    ] {
        let refused = server.get(&wrong, "");
        let text = String::from_utf8_lossy(&refused.body).into_owned();
        assert!(
            refused.status == 404 && !text.contains("/tmp"),
            "{wrong}: {} {text}",
            refused.status
        );
    }
    let bases = server.get("/api/basemap", "").json();
    assert_eq!(bases[0]["title"], "base");
    let base = server.get(&format!("/api/basemap/0/23/{x}/{y}"), "");
    assert_eq!(
        (base.status, base.header("content-type")),
        (200, Some("image/jpeg"))
    );
    drop(server);
    fs::rename(&ortho, folder.path().join("away.bin")).expect("renamed");
    let server = Server::new(folder.path(), &[]);
    let left = server.get(
        &format!("/api/tiles/{survey}/{name}/21/{}/{}", x / 4, y / 4),
        "",
    );
    assert_eq!(left.status, 200, "{}", left.head);
    assert!(
        image::load_from_memory(&left.body)
            .expect("a picture")
            .to_rgba8()
            .pixels()
            .any(|p| p[3] == 255)
    );
}

#[test]
fn base_maps_that_are_shifted_on_a_network_or_none_are_refused_before_the_server_begins() {
    let folder = TempDir::new().expect("temporary folder");
    let refused = |base: &str| {
        let mut command = papaver();
        command.arg("serve").arg(folder.path()).args([
            "--port",
            "0",
            "--no-browser",
            "--basemap",
            base,
        ]);
        let ended = ended(&mut command);
        assert_eq!(ended.code, Some(1), "{}", ended.err);
        ended.err
    };
    assert!(refused("https://webrd01.is.autonavi.com/appmaptile").contains("GCJ-02"));
    assert!(refused("https://maponline0.bdimg.com/tile/").contains("BD-09"));
    assert!(refused("https://tiles.example/{z}/{x}/{y}.png").contains("network"));
    let text = folder.path().join("text.pmtiles");
    fs::write(&text, "text").expect("written");
    assert!(refused(&text.display().to_string()).contains("text.pmtiles"));
}

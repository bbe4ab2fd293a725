//! Many clients at once at `papaver serve`: tiles, lists, pages and verdicts, mixed. Prints how many requests were answered, how
//! many failed, and how long they took.
//!
//! usage: `serve_load URL PERSON PASSPHRASE SECONDS CLIENTS`, of a folder with one registry and one recorded survey

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::exit,
    clippy::panic,
    clippy::print_stdout,
    reason = "an example may fail, and prints"
)]

use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use ureq::Agent;

/// What a client asks for.
struct Ways {
    url: String,
    registry: String,
    survey: String,
    tiles: Vec<String>,
    candidates: Vec<String>,
    sites: Vec<String>,
    cookie: String,
}

/// What one kind of request took.
#[derive(Default)]
struct Took {
    milliseconds: Vec<f64>,
    failed: Vec<String>,
}

const KINDS: [&str; 4] = ["tiles", "lists", "pages", "verdicts"];

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .new_agent()
}

/// Asks; a status and a body, or why there is none.
fn ask(
    agent: &Agent,
    ways: &Ways,
    way: &str,
    body: Option<&Value>,
) -> Result<(u16, Vec<u8>), String> {
    let url = format!("{}{way}", ways.url);
    let answer = match body {
        None => agent.get(&url).header("cookie", &ways.cookie).call(),
        Some(body) => agent
            .post(&url)
            .header("cookie", &ways.cookie)
            .header("origin", &ways.url)
            .header("x-papaver", "1")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/json")
            .send(body.to_string()),
    };
    let mut answer = answer.map_err(|e| format!("{way}: {e}"))?;
    let bytes = answer.body_mut().with_config().limit(1 << 30).read_to_vec();
    let bytes = bytes.map_err(|e| format!("{way}: {e}"))?;
    Ok((answer.status().as_u16(), bytes))
}

fn read(agent: &Agent, ways: &Ways, way: &str) -> Value {
    let (status, bytes) = ask(agent, ways, way, None).expect("answered");
    assert!(status < 300, "{way}: {status}");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// The tiles of a layer's extent, at its zooms from where it fits one tile.
fn tiles(survey: &str, layer: &Value) -> Vec<String> {
    let corners = layer["extent"].as_array().expect("extent");
    let corner = |n: usize| corners[n].as_f64().expect("degrees");
    let deepest = layer["max_zoom"].as_u64().expect("zoom") as u32;
    let at = |zoom: u32, lon: f64, lat: f64| {
        let size = f64::from(1_u32 << zoom);
        let y = (1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0;
        (((lon + 180.0) / 360.0 * size) as u32, (y * size) as u32)
    };
    let (id, version) = (layer["id"].as_str().expect("id"), &layer["version"]);
    let version = version
        .as_str()
        .map_or_else(|| version.to_string(), str::to_owned);
    let mut all = Vec::new();
    for zoom in deepest.saturating_sub(5)..=deepest {
        let (west, north) = at(zoom, corner(0), corner(3));
        let (east, south) = at(zoom, corner(2), corner(1));
        for (x, y) in (west..=east).flat_map(|x| (north..=south).map(move |y| (x, y))) {
            all.push(format!(
                "/api/tiles/{survey}/{id}/{zoom}/{x}/{y}.jpg?v={version}"
            ));
        }
    }
    all
}

fn begin(url: &str, person: &str, passphrase: &str) -> Ways {
    let agent = agent();
    let mut ways = Ways {
        url: url.trim_end_matches('/').to_owned(),
        registry: String::new(),
        survey: String::new(),
        tiles: Vec::new(),
        candidates: Vec::new(),
        sites: Vec::new(),
        cookie: String::new(),
    };
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    ways.registry = text(&read(&agent, &ways, "/api/library")["registries"][0]["id"]);
    let given = json!({"registry": ways.registry, "person": person, "passphrase": passphrase});
    let login = agent
        .post(format!("{}/api/login", ways.url))
        .header("origin", &ways.url)
        .header("x-papaver", "1")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/json")
        .send(given.to_string())
        .expect("answered");
    let cookie = login.headers()["set-cookie"].to_str().expect("cookie");
    let session = cookie.split(';').next().unwrap_or_default();
    session.clone_into(&mut ways.cookie);
    ways.survey = text(&read(&agent, &ways, "/api/library")["surveys"][0]["id"]);
    let layers = read(&agent, &ways, &format!("/api/tiles/{}", ways.survey));
    for layer in layers.as_array().expect("layers") {
        ways.tiles.extend(tiles(&ways.survey, layer));
    }
    let table = format!(
        "/api/registries/{}/screening/{}",
        ways.registry, ways.survey
    );
    let table = read(&agent, &ways, &table);
    for card in table["queue"].as_array().expect("queue") {
        if card["done"] == false {
            ways.candidates.push(text(&card["candidate"]));
        }
        ways.sites.push(text(&card["code"]));
    }
    ways
}

/// One request of a kind.
fn request(agent: &Agent, ways: &Ways, kind: usize, dice: u64) -> Result<(), String> {
    let pick = |list: &[String]| list[dice as usize % list.len()].clone();
    let registry = format!("/api/registries/{}", ways.registry);
    let screening = format!("{registry}/screening/{}", ways.survey);
    let (way, body) = match kind {
        0 => (pick(&ways.tiles), None),
        1 => {
            let lists = [
                format!("{registry}/sites?limit=50&offset={}", dice % 10),
                format!("{registry}/sites.geojson"),
                screening,
                "/api/library".to_owned(),
            ];
            (pick(&lists), None)
        }
        2 => (format!("{registry}/sites/{}", pick(&ways.sites)), None),
        _ => {
            let verdict =
                json!({"candidate": pick(&ways.candidates), "verdict": "unsure", "seconds": 1.0});
            (format!("{screening}/verdicts"), Some(verdict))
        }
    };
    let (status, bytes) = ask(agent, ways, &way, body.as_ref())?;
    if status < 300 {
        return Ok(());
    }
    Err(format!(
        "{way}: {status} {}",
        String::from_utf8_lossy(&bytes)
    ))
}

/// Asks until it is over; what each kind took.
fn client(ways: &Ways, number: u64, over: &AtomicBool) -> [Took; 4] {
    let agent = agent();
    let mut took: [Took; 4] = std::array::from_fn(|_| Took::default());
    let mut dice = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    while !over.load(Ordering::Relaxed) {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        // Of a hundred: 70 tiles, 15 lists, 10 pages, 5 verdicts.
        let kind = match dice % 100 {
            0..70 => 0,
            70..85 => 1,
            85..95 => 2,
            _ => 3,
        };
        let begun = Instant::now();
        match request(&agent, ways, kind, dice >> 8) {
            Ok(()) => took[kind]
                .milliseconds
                .push(begun.elapsed().as_secs_f64() * 1e3),
            Err(why) => took[kind].failed.push(why),
        }
    }
    took
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, person, passphrase, seconds, clients] = &arguments[..] else {
        panic!("usage: serve_load URL PERSON PASSPHRASE SECONDS CLIENTS");
    };
    let seconds: u64 = seconds.parse().expect("seconds");
    let clients: u64 = clients.parse().expect("clients");
    let ways = begin(url, person, passphrase);
    let over = AtomicBool::new(false);
    let mut all: [Took; 4] = std::array::from_fn(|_| Took::default());
    std::thread::scope(|scope| {
        let client = |number| client(&ways, number, &over);
        let asking: Vec<_> = (1..=clients)
            .map(|number| scope.spawn(move || client(number)))
            .collect();
        std::thread::sleep(Duration::from_secs(seconds));
        over.store(true, Ordering::Relaxed);
        for one in asking {
            for (all, took) in all.iter_mut().zip(one.join().expect("ended")) {
                all.milliseconds.extend(took.milliseconds);
                all.failed.extend(took.failed);
            }
        }
    });
    let mut errors = 0;
    for (kind, took) in KINDS.iter().zip(&mut all) {
        took.milliseconds.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let n = took.milliseconds.len();
            let place = (n as f64 * share) as usize;
            took.milliseconds
                .get(place.min(n.saturating_sub(1)))
                .copied()
        };
        let (median, p95) = (at(0.5).unwrap_or(0.0), at(0.95).unwrap_or(0.0));
        let (count, failed) = (took.milliseconds.len(), took.failed.len());
        println!(
            "{kind}: {count} answered, {failed} errors, median {median:.0} ms, p95 {p95:.0} ms"
        );
        for why in took.failed.iter().take(3) {
            println!("  {why}");
        }
        errors += failed;
    }
    println!("errors: {errors}");
    if errors > 0 {
        std::process::exit(1);
    }
}

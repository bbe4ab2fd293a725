//! Tianditu as a base map, against what stands in for it on this computer: what is asked of it, what a page is given, and what
//! becomes of a service that does not do.

use super::browser::{Answer, Browser};
use super::described::is_described;
use super::office::{Server, shared};
use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::Value;
use std::io::{BufRead, BufReader, Cursor, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const KEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// What the service does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Tiles,
    NoLabels,
    Refuses,
    Quota,
    Text,
    NoPicture,
    TooMuch,
    Leads,
    Fails,
    HasNone,
    /// Tiles, each after three seconds.
    Slowly,
    Silent,
}

/// The heads of all requests.
type Seen = Mutex<Vec<String>>;

/// What stands in for the service.
struct StandIn {
    url: String,
    does: Arc<Mutex<Does>>,
    seen: Arc<Seen>,
}

impl StandIn {
    fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        let url = format!("http://{}", listener.local_addr().expect("address"));
        let does = Arc::new(Mutex::new(Does::Tiles));
        let seen = Arc::new(Seen::default());
        let (now, all) = (Arc::clone(&does), Arc::clone(&seen));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (does, seen) = (Arc::clone(&now), Arc::clone(&all));
                std::thread::spawn(move || answer(stream.expect("called"), &does, &seen));
            }
        });
        Self { url, does, seen }
    }

    fn does(&self, what: Does) {
        *self.does.lock().expect("held") = what;
    }

    fn asked(&self) -> usize {
        self.seen.lock().expect("held").len()
    }

    fn server(&self, folder: &Path) -> Server {
        let env = [
            ("PAPAVER_TIANDITU_KEY", KEY),
            ("PAPAVER_TIANDITU_STAND_IN", self.url.as_str()),
        ];
        Server::with(folder, &["--tianditu"], &env)
    }

    /// A server of its own for the office, and somebody who is logged in there.
    fn looked_at(&self) -> (Server, Browser) {
        let shared = shared();
        let server = self.server(&shared.office.folder);
        let zhao = shared.office.login_at(&server, "zhao");
        (server, zhao)
    }
}

fn answer(stream: TcpStream, does: &Mutex<Does>, seen: &Seen) {
    let mut reader = BufReader::new(stream.try_clone().expect("stream"));
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    seen.lock().expect("held").push(head.clone());
    let what = *does.lock().expect("held");
    let is_labels = head.starts_with("GET /c");
    let (status, kind, body) = match what {
        Does::Silent => {
            std::thread::sleep(Duration::from_secs(30));
            (200, "text/html", Vec::new())
        }
        Does::Slowly => {
            std::thread::sleep(Duration::from_secs(3));
            (200, "image/png", picture(is_labels))
        }
        Does::Tiles => (200, "image/png", picture(is_labels)),
        Does::NoLabels if is_labels => (500, "text/html", b"no".to_vec()),
        Does::NoLabels => (200, "image/jpeg", picture(false)),
        Does::Refuses => (403, "application/json", told()),
        Does::Quota => (418, "text/html", told()),
        Does::Text => (200, "application/json", told()),
        Does::NoPicture => (200, "image/png", told()),
        Does::TooMuch => {
            let mut picture = picture(false);
            picture.resize(2 << 20, 0);
            (200, "image/png", picture)
        }
        Does::Leads => (302, "text/html", Vec::new()),
        Does::Fails => (500, "text/html", told()),
        Does::HasNone => (404, "text/html", told()),
    };
    let mut stream = stream;
    // Whoever asked may have gone.
    let _ = write!(
        stream,
        "HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nLocation: http://127.0.0.1:9/\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(&body);
}

/// What the service says of a key that it does not take.
fn told() -> Vec<u8> {
    format!("{{\"msg\": \"非法Key {KEY}\", \"code\": 300001}}").into_bytes()
}

/// Red ground; labels that are blue above and clear below.
fn picture(labels: bool) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    if labels {
        let of = |_, y| Rgba([0, 0, 200, if y < 128 { 255 } else { 0 }]);
        let picture = RgbaImage::from_fn(256, 256, of);
        picture
            .write_to(&mut bytes, ImageFormat::Png)
            .expect("encoded");
    } else {
        let picture = RgbImage::from_pixel(256, 256, Rgb([200, 0, 0]));
        picture
            .write_to(&mut bytes, ImageFormat::Png)
            .expect("encoded");
    }
    bytes.into_inner()
}

/// A tile beside the others.
fn way(zoom: u32, column: u32) -> String {
    format!("/api/basemap/tianditu-imagery/{zoom}/{column}/104700")
}

/// A picture as a browser takes it.
fn pixels(browser: &Browser, way: &str) -> RgbaImage {
    let cookie = browser.cookie.as_deref().unwrap_or_default();
    let asked = ureq::get(format!("{}{way}", browser.origin)).header("cookie", cookie);
    let mut answer = asked.call().expect("answered");
    let bytes = answer.body_mut().read_to_vec().expect("read");
    let picture = image::load_from_memory(&bytes).expect("a picture");
    assert_eq!((picture.width(), picture.height()), (256, 256));
    picture.to_rgba8()
}

fn is_clear(picture: &RgbaImage) -> bool {
    picture.pixels().all(|pixel| pixel.0[3] == 0)
}

/// Everything that the server answers, looked through for the key.
struct Watched<'a>(&'a Browser);

impl Watched<'_> {
    fn get(&self, way: &str) -> Answer {
        let answer = self.0.get(way);
        let whole = format!("{answer:?}");
        assert!(!whole.contains(KEY), "{way}: {whole}");
        answer
    }

    /// What is said of the service.
    fn trouble(&self) -> Value {
        let list = self.get("/api/basemap").ok();
        assert_eq!(list[0]["trouble"], list[1]["trouble"]);
        list[0]["trouble"].clone()
    }
}

/// No file below a folder holds the key.
fn is_nowhere(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("listed") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            is_nowhere(&path);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        let holds = bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes());
        assert!(!holds, "{}", path.display());
    }
}

#[test]
fn tiles_of_tianditu_come_with_their_labels_through_the_server_and_the_key_goes_nowhere_else() {
    let stand_in = StandIn::begin();
    let (server, zhao, folder) = {
        let shared = shared();
        let server = stand_in.server(&shared.office.folder);
        let zhao = shared.office.login_at(&server, "zhao");
        (server, zhao, shared.office.folder.clone())
    };
    let watched = Watched(&zhao);
    let list = watched.get("/api/basemap").ok();
    let all = watched.get("/api/openapi.json").ok();
    is_described(&all, ("/api/basemap", "get", "200"), &list);
    assert_eq!(list.as_array().expect("maps").len(), 2);
    for (map, id) in [(0, "tianditu-imagery"), (1, "tianditu-streets")] {
        assert_eq!(
            (&list[map]["id"], &list[map]["max_zoom"]),
            (&id.into(), &18.into())
        );
        let owed = list[map]["attribution"]
            .as_str()
            .expect("whom it is owed to");
        assert!(owed.contains("天地图") && owed.contains("国家地理信息公共服务平台"));
        assert_eq!(list[map]["host"], "tianditu.gov.cn");
    }
    // Who is not logged in is shown nothing, and nothing is asked for them.
    let nobody = Browser::new(&server.url);
    assert_eq!(nobody.get(&way(18, 213_500)).status, 401);
    assert_eq!(nobody.get("/api/basemap").status, 401);
    assert_eq!(stand_in.asked(), 0);

    let tile = watched.get(&way(18, 213_500));
    assert_eq!(tile.header("content-type"), Some("image/jpeg"));
    assert_eq!(tile.header("cache-control"), Some("private, no-cache"));
    let tag = tile.header("etag").expect("a tag").to_owned();
    let drawn = pixels(&zhao, &way(18, 213_500));
    assert!(drawn.get_pixel(100, 60).0[2] > 150 && drawn.get_pixel(100, 200).0[0] > 150);
    // Both layers, once; and what is kept, or what the browser has, is not asked for again.
    assert_eq!(stand_in.asked(), 2);
    let again = zhao.bare("GET", &way(18, 213_500), &[("if-none-match", &tag)], b"");
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    assert_eq!(stand_in.asked(), 2);
    let streets = watched.get("/api/basemap/tianditu-streets/5/25/12.jpg");
    assert_eq!(streets.header("content-type"), Some("image/jpeg"));
    let heads = stand_in.seen.lock().expect("held").clone();
    for (layer, place) in [
        ("img", "TILEMATRIX=18&TILEROW=104700&TILECOL=213500"),
        ("cia", "TILEMATRIX=18&TILEROW=104700&TILECOL=213500"),
        ("vec", "TILEMATRIX=5&TILEROW=12&TILECOL=25"),
        ("cva", "TILEMATRIX=5&TILEROW=12&TILECOL=25"),
    ] {
        let line = format!(
            "GET /{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default\
             &TILEMATRIXSET=w&FORMAT=tiles&{place}&tk={KEY} HTTP/1.1\r\n"
        );
        assert!(
            heads.iter().any(|head| head.starts_with(&line)),
            "{heads:#?}"
        );
    }
    for head in &heads {
        let small = head.to_lowercase();
        for word in [
            "referer",
            "cookie",
            "origin",
            "papaver",
            "authorization",
            "x-",
        ] {
            assert!(!small.contains(&format!("\r\n{word}")), "{head}");
        }
    }
    // Beyond its zooms there is nothing to ask for, and no address names another map.
    for (zoom, column) in [(0, 0), (19, 427_000)] {
        let way = format!("/api/basemap/tianditu-imagery/{zoom}/{column}/0");
        assert!(is_clear(&pixels(&zhao, &way)), "{way}");
    }
    for wrong in [
        "tianditu-x/5/25/12",
        "tianditu/5/25/12",
        "0/5/25/12",
        "tianditu-imagery/5/25/12%2f..",
        "tianditu-imagery/5/99/12",
    ] {
        assert_eq!(
            watched.get(&format!("/api/basemap/{wrong}")).status,
            404,
            "{wrong}"
        );
    }
    assert_eq!(stand_in.asked(), 4);
    // The pages ask no other host.
    let page = watched.get("/");
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'self'") && !policy.contains("tianditu"));
    for way in [
        "/api/library",
        "/api/session",
        "/api/health",
        "/api/nothing",
        "/api/basemap/tianditu-imagery/x/y/z",
    ] {
        watched.get(way);
    }
    let said = server.ended();
    assert!(
        said.contains("tianditu.gov.cn") && !said.contains(KEY),
        "{said}"
    );
    is_nowhere(&folder);
}

#[test]
fn a_service_that_does_not_do_leaves_tiles_clear_says_why_in_both_languages_and_is_left_alone() {
    let stand_in = StandIn::begin();
    let (server, zhao) = stand_in.looked_at();
    let watched = Watched(&zhao);
    let all = watched.get("/api/openapi.json").ok();
    let mut column = 1000;
    let mut next = || {
        column += 1;
        way(17, column)
    };
    for (does, code) in [
        (Does::Refuses, "key_refused"),
        (Does::Quota, "over_quota"),
        (Does::Text, "no_picture"),
        (Does::NoPicture, "no_picture"),
        (Does::TooMuch, "no_picture"),
        (Does::Leads, "no_picture"),
        (Does::Fails, "failed"),
        (Does::HasNone, "nothing_there"),
        (Does::Silent, "slow"),
    ] {
        stand_in.does(does);
        let way = next();
        let begun = Instant::now();
        assert!(is_clear(&pixels(&zhao, &way)), "{does:?}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{does:?}");
        let trouble = watched.trouble();
        assert_eq!(trouble["code"], code, "{does:?}: {trouble}");
        for part in ["message", "remedy"] {
            let (english, chinese) = (&trouble[part]["en"], &trouble[part]["zh"]);
            assert!(english.is_string() && chinese.is_string(), "{trouble}");
            assert_ne!(english, chinese);
        }
        let list = watched.get("/api/basemap").ok();
        is_described(&all, ("/api/basemap", "get", "200"), &list);
        if does != Does::HasNone {
            let tile = watched.get(&way);
            assert_eq!(tile.header("cache-control"), Some("no-store"), "{does:?}");
            assert_eq!(tile.header("etag"), None, "{does:?}");
        }
        // What is mended is shown again, and nothing is said any more.
        stand_in.does(Does::Tiles);
        assert!(!is_clear(&pixels(&zhao, &next())), "{does:?}");
        assert_eq!(watched.trouble(), Value::Null, "{does:?}");
    }
    // Ground is shown without its labels, and asked for again with them.
    stand_in.does(Does::NoLabels);
    let way = next();
    let drawn = pixels(&zhao, &way);
    assert!(drawn.get_pixel(100, 60).0[0] > 150 && drawn.get_pixel(100, 60).0[2] < 60);
    assert_eq!(watched.trouble()["code"], "failed");
    stand_in.does(Does::Tiles);
    assert!(pixels(&zhao, &way).get_pixel(100, 60).0[2] > 150);
    assert_eq!(watched.trouble(), Value::Null);
    // Three times in a row, and it is not asked any more for a while.
    stand_in.does(Does::Refuses);
    for _ in 0..3 {
        watched.get(&next());
    }
    let asked = stand_in.asked();
    stand_in.does(Does::Tiles);
    for _ in 0..20 {
        assert!(is_clear(&pixels(&zhao, &next())));
    }
    assert_eq!(
        (stand_in.asked(), &watched.trouble()["code"]),
        (asked, &"key_refused".into())
    );
    // What it gave before is still shown.
    assert!(!is_clear(&pixels(&zhao, &way)));
    let said = server.ended();
    assert!(!said.contains(KEY), "{said}");
}

#[test]
fn a_service_that_hangs_holds_few_and_a_network_that_is_gone_none() {
    let stand_in = StandIn::begin();
    let (server, zhao) = stand_in.looked_at();
    stand_in.does(Does::Silent);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let zhao = &zhao;
        let tile = |column| scope.spawn(move || zhao.get(&way(17, column)).status);
        let tiles: Vec<_> = (0..40).map(|n| tile(2000 + n)).collect();
        std::thread::sleep(Duration::from_secs(1));
        assert!(stand_in.asked() <= 8, "{}", stand_in.asked());
        // The pages go on meanwhile.
        for way in ["/api/library", "/api/basemap", "/api/session"] {
            let asked = Instant::now();
            assert_eq!(zhao.get(way).status, 200);
            assert!(asked.elapsed() < Duration::from_secs(3), "{way}");
        }
        for tile in tiles {
            assert_eq!(tile.join().expect("answered"), 200);
        }
    });
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    assert!(stand_in.asked() <= 16, "{}", stand_in.asked());
    assert_eq!(Watched(&zhao).trouble()["code"], "slow");
    drop(server);

    // Nobody listens there.
    let gone = TcpListener::bind("127.0.0.1:0").expect("bound");
    let stand_in = StandIn {
        url: format!("http://{}", gone.local_addr().expect("address")),
        ..stand_in
    };
    drop(gone);
    let (_server, zhao) = stand_in.looked_at();
    let begun = Instant::now();
    for n in 0..20 {
        assert!(is_clear(&pixels(&zhao, &way(17, 3000 + n))));
    }
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(Watched(&zhao).trouble()["code"], "unreachable");
}

#[test]
fn many_who_ask_a_slow_service_at_once_are_no_failure_of_it() {
    let stand_in = StandIn::begin();
    let (_server, zhao) = stand_in.looked_at();
    stand_in.does(Does::Slowly);
    std::thread::scope(|scope| {
        let zhao = &zhao;
        let tile = |column| scope.spawn(move || zhao.get(&way(17, column)).status);
        let tiles: Vec<_> = (0..30).map(|n| tile(5000 + n)).collect();
        for tile in tiles {
            assert_eq!(tile.join().expect("answered"), 200);
        }
    });
    assert!(!is_clear(&pixels(&zhao, &way(17, 6000))));
}

#[test]
fn without_a_key_or_with_what_is_none_the_server_does_not_begin_and_says_what_to_do() {
    let folder = tempfile::tempdir().expect("folder");
    let begin = |lang: &str, env: &[(&str, &str)]| -> Output {
        Command::new(env!("CARGO_BIN_EXE_papaver"))
            .args(["--lang", lang, "serve", ".", "--no-browser", "--port", "0"])
            .arg("--tianditu")
            .current_dir(folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .env_remove("PAPAVER_TIANDITU_KEY")
            .envs(env.iter().copied())
            .output()
            .expect("ended")
    };
    let refused = |lang: &str, env: &[(&str, &str)]| {
        let ended = begin(lang, env);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert!(
            ended.stdout.is_empty() && !said.contains("secret"),
            "{said}"
        );
        said
    };
    for lang in ["en", "zh"] {
        for env in [&[][..], &[("PAPAVER_TIANDITU_KEY", " ")]] {
            let said = refused(lang, env);
            for word in [
                "PAPAVER_TIANDITU_KEY",
                "https://console.tianditu.gov.cn",
                "papaver.toml",
            ] {
                assert!(said.contains(word), "{said}");
            }
        }
        refused(lang, &[("PAPAVER_TIANDITU_KEY", "secret&key")]);
    }
    // A key leaves this computer for nobody but the service.
    for elsewhere in [
        "http://tiles.example",
        "https://127.0.0.1:9",
        "http://10.0.0.1:80",
    ] {
        let env = [
            ("PAPAVER_TIANDITU_KEY", KEY),
            ("PAPAVER_TIANDITU_STAND_IN", elsewhere),
        ];
        assert!(refused("en", &env).contains("PAPAVER_TIANDITU_STAND_IN"));
    }
    // What the settings hold does as well; what is none there is named without being shown.
    let settings = folder.path().join("papaver.toml");
    std::fs::write(&settings, "tianditu_key = \"secret&key\"\n").expect("written");
    assert!(refused("en", &[]).contains("tianditu_key"));
    std::fs::write(&settings, format!("tianditu_key = \"{KEY}\"\n")).expect("written");
    let env = [("PAPAVER_TIANDITU_STAND_IN", "http://tiles.example")];
    assert!(refused("en", &env).contains("PAPAVER_TIANDITU_STAND_IN"));
}

#[test]
fn a_server_that_was_not_told_to_knows_no_map_of_the_internet() {
    let shared = shared();
    let env = [("PAPAVER_TIANDITU_KEY", KEY)];
    let server = Server::with(&shared.office.folder, &[], &env);
    let zhao = shared.office.login_at(&server, "zhao");
    assert_eq!(zhao.get("/api/basemap").ok(), serde_json::json!([]));
    assert_eq!(zhao.get(&way(18, 213_500)).status, 404);
}

//! Letters of responsibility, patrols, tip-offs and supervision, as pages record them: a good day, who may not, what is refused and why.

use super::browser::{Answer, Browser};
use super::described::is_described;
use super::office::{Office, picture, shared};
use papaver::registry::Role;
use papaver::registry::body::ActorAction;
use serde_json::{Value, json};

const SCRIPT: &str = "<script>alert(1)</script>";
const TRACK: &str = r#"<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="33.7400" lon="113.3000"><time>2026-05-03T08:00:00Z</time></trkpt>
<trkpt lat="33.7410" lon="113.3010"><time>2026-05-03T08:03:00Z</time></trkpt>
<trkpt lat="33.7420" lon="113.3020"><time>2026-05-03T08:06:00Z</time></trkpt>
</trkseg></trk></gpx>"#;

/// What is sent to each address that records something.
fn everything() -> [(&'static str, Value); 8] {
    let entry = format!("/entries/{}/moves", "ab".repeat(32));
    [
        (
            "/duties",
            json!({"district": "410423001", "person": "Li Ming"}),
        ),
        (
            "/patrols",
            json!({"on": "2026-05-03", "people": 3, "district": "410423", "zero": true}),
        ),
        (
            "/tips",
            json!({"channel": "phone", "text": "behind the kiln"}),
        ),
        (
            "/rounds",
            json!({"name": "first", "on": "2026-05-03", "team": ["li"], "districts": ["410423"]}),
        ),
        (
            "/findings",
            json!({"district": "410423001", "text": "no ledger"}),
        ),
        (
            "/measures",
            json!({"rung": "notice", "district": "410423001", "reason": "late"}),
        ),
        ("/found", json!({"place": [113.3, 33.74]})),
        (entry.leak(), json!({"move": "void", "reason": "wrong"})),
    ]
}

/// Refused with a sentence and, but where nothing can be done, a remedy, in both languages.
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (status, code),
        "{}",
        answer.text
    );
    let error = &answer.json()["error"];
    for part in ["message", "remedy"] {
        for language in ["en", "zh"] {
            let said = error[part][language].as_str().unwrap_or_default();
            assert!(!said.is_empty(), "no {part} in {language}: {}", answer.text);
        }
    }
}

#[test]
fn who_only_looks_records_nothing_and_is_offered_nothing() {
    let shared = shared();
    let office = &shared.office;
    office.change("mei", ActorAction::Grant, &[Role::Verifier]);
    office.key("mei", None);
    let mei = office.login("mei");
    office.change("mei", ActorAction::Revoke, &[Role::Verifier]);
    for list in ["/duties", "/patrols", "/tips", "/supervision"] {
        assert_eq!(mei.get(&office.way(list)).ok()["may"], json!([]), "{list}");
        assert_eq!(office.browser().get(&office.way(list)).status, 401);
    }
    for (way, body) in everything() {
        let answer = mei.post(&office.way(way), &body);
        if way.starts_with("/entries/") {
            assert!((400..500).contains(&answer.status), "{}", answer.text);
        } else {
            refused(&answer, 403, "not_yours");
        }
        let stranger = office.browser().post(&office.way(way), &body);
        refused(&stranger, 401, "login_needed");
    }
    // A verifier is no supervisor.
    for way in ["/duties", "/measures", "/rounds", "/findings"] {
        let (_, body) = everything()
            .into_iter()
            .find(|(one, _)| *one == way)
            .expect("way");
        refused(&shared.wang.post(&office.way(way), &body), 403, "not_yours");
    }
    for list in ["duties", "patrols", "tips"] {
        let found = shared.li.get(&office.way(&format!("/{list}"))).ok();
        assert_eq!(found["total"], 0);
    }
}

#[test]
fn nothing_is_recorded_that_another_page_asks_for() {
    let shared = shared();
    let kind = ("content-type", "application/json");
    for (way, body) in everything() {
        let body = body.to_string();
        let own = ("origin", shared.li.origin.as_str());
        for headers in [
            vec![("origin", "http://evil.example"), ("x-papaver", "1"), kind],
            vec![
                own,
                ("x-papaver", "1"),
                ("sec-fetch-site", "cross-site"),
                kind,
            ],
            vec![own, ("sec-fetch-site", "same-origin"), kind],
        ] {
            let way = shared.office.way(way);
            let answer = shared.li.bare("POST", &way, &headers, body.as_bytes());
            assert_eq!(answer.code(), "other_page", "{way}: {headers:?}");
        }
    }
}

#[test]
fn what_cannot_be_is_refused_by_its_name_with_how_it_should_look() {
    let shared = shared();
    let post = |way: &str, body: Value| shared.li.post(&shared.office.way(way), &body);
    let patrol = |more: Value| {
        let mut body = json!({"on": "2026-05-03", "people": 3, "district": "410423"});
        for (name, value) in more.as_object().expect("fields") {
            body[name] = value.clone();
        }
        post("/patrols", body)
    };
    refused(&patrol(json!({"on": "3 May"})), 400, "unclear");
    refused(&patrol(json!({"district": "kiln"})), 400, "unclear");
    refused(&patrol(json!({"area_m2": -1})), 400, "unclear");
    refused(
        &patrol(json!({"drawn": [[0, 91], [1, 91], [1, 92]]})),
        400,
        "unclear",
    );
    refused(
        &patrol(json!({"drawn": [[113, 33], [113.1, 33]]})),
        400,
        "input",
    );
    refused(&patrol(json!({"people": 0})), 400, "input");
    refused(&patrol(json!({"on": null})), 400, "input");
    refused(&patrol(json!({"district": "420000"})), 403, "not_yours");
    assert_eq!(patrol(json!({"tracks": ["none"]})).status, 400);
    let tip = |more: Value| {
        let mut body = json!({"channel": "phone"});
        for (name, value) in more.as_object().expect("fields") {
            body[name] = value.clone();
        }
        post("/tips", body)
    };
    refused(&tip(json!({})), 400, "unclear");
    refused(&tip(json!({"text": "  "})), 400, "unclear");
    refused(&tip(json!({"text": "call 13800138000"})), 409, "refused");
    refused(
        &tip(json!({"text": "x", "sealed": "13800138000"})),
        400,
        "unclear",
    );
    // There is nowhere to write who told.
    assert_eq!(tip(json!({"text": "x", "informant": "Zhang"})).status, 422);
    let round = json!({"name": "x", "on": "2026-05-03", "team": [" "], "districts": ["410423"]});
    refused(&post("/rounds", round), 400, "unclear");
    let finding = json!({"district": "410423", "text": "", "due": "2026-06-01"});
    refused(&post("/findings", finding), 400, "unclear");
    let entry = post(
        "/entries/0000/moves",
        json!({"move": "void", "reason": "x"}),
    );
    refused(&entry, 400, "input");
}

/// A day of an office, in a registry of its own.
struct Day {
    office: Office,
    all: Value,
}

impl Day {
    fn way(&self, rest: &str) -> String {
        self.office.way(rest)
    }

    /// What is answered; what is sent and answered is as it is described.
    fn post(&self, who: &Browser, rest: &str, body: Value) -> Value {
        let answer = who.post(&self.way(rest), &body).ok();
        let path = match rest.strip_prefix("/entries/") {
            Some(_) => "/entries/{entry}/moves",
            None => rest,
        };
        let path = format!("/api/registries/{{registry}}{path}");
        is_described(&self.all, (&path, "post", "sent"), &body);
        is_described(&self.all, (&path, "post", "200"), &answer);
        answer
    }

    fn get(&self, who: &Browser, rest: &str) -> Value {
        let answer = who.get(&self.way(rest)).ok();
        let path = format!("/api/registries/{{registry}}{rest}");
        is_described(&self.all, (&path, "get", "200"), &answer);
        answer
    }

    fn follow(&self, who: &Browser, entry: &Value, body: Value) -> Value {
        let number = entry["entry"].as_str().expect("entry");
        self.post(who, &format!("/entries/{number}/moves"), body)
    }
}

#[test]
fn a_good_day_of_letters_patrols_tip_offs_and_supervision_is_recorded_on_the_pages() {
    let office = Office::begin();
    office.key("chief", None);
    let (li, wang, chief) = (
        office.login("li"),
        office.login("wang"),
        office.login("chief"),
    );
    let all = li.get("/api/openapi.json").ok();
    let day = Day { office, all };
    duties_of(&day, &li, &chief);
    patrols_of(&day, &wang, &li);
    tips_of(&day, &wang, &chief);
    supervision_of(&day, &li, &chief);
    let stands = li.get(&day.way("/campaign?season=2026")).ok();
    assert_eq!(stands["patrols"], 1);
}

fn duties_of(day: &Day, li: &Browser, chief: &Browser) {
    let letter = json!({"district": "410423001", "person": SCRIPT, "post": "乡长", "season": 2026, "letter": "12", "signed_on": "2026-03-01"});
    let first = day.post(li, "/duties", letter);
    let later = json!({"district": "410423001", "person": "Li Ming", "season": 2026});
    let later = day.post(chief, "/duties", later);
    let household = json!({"district": "410423001002", "person": "Zhao", "household": "Zhao family", "season": 2026});
    day.post(li, "/duties", household);
    let mistaken = [
        json!({"district": "410423001", "person": "Zhao", "household": "Zhao family"}),
        json!({"district": "kiln", "person": "Zhao"}),
        json!({"district": "410423001", "person": " "}),
        json!({"district": "410423001", "person": "Zhao", "signed_on": "1 March"}),
    ];
    for body in mistaken {
        refused(&li.post(&day.way("/duties"), &body), 400, "unclear");
    }
    let elsewhere = json!({"district": "420000", "person": "Zhao"});
    refused(&li.post(&day.way("/duties"), &elsewhere), 403, "not_yours");
    let listed = |rest: &str| li.get(&day.way(&format!("/duties?season=2026{rest}"))).ok();
    let all = day.get(li, "/duties");
    assert_eq!((&all["season"], &all["total"]), (&json!(2026), &json!(3)));
    let of = |n: usize| {
        let line = &all["duties"][n];
        (
            line["answers"].clone(),
            line["stands"].clone(),
            line["offers"].clone(),
        )
    };
    assert_eq!(of(0), (json!(SCRIPT), json!(false), json!(["void"])));
    // Of another person's entry a supervisor alone disposes.
    assert_eq!(of(1), (json!("Li Ming"), json!(true), json!([])));
    assert_eq!(all["duties"][2]["household"], "Zhao family");
    assert_eq!(listed("&district=410423001002")["total"], 3);
    assert_eq!(listed("&district=410423002")["total"], 0);
    let void = json!({"move": "void", "reason": "of another township"});
    let number = later["entry"].as_str().expect("entry");
    let way = day.way(&format!("/entries/{number}/moves"));
    refused(&li.post(&way, &void), 403, "not_yours");
    let voided = day.follow(chief, &later, void);
    assert_eq!(voided["void"]["entry"], later["entry"]);
    let left = listed("&district=410423001")["duties"][0].clone();
    assert_eq!(
        (&left["entry"], &left["stands"]),
        (&first["entry"], &json!(true))
    );
}

fn patrols_of(day: &Day, wang: &Browser, li: &Browser) {
    let track = wang.put("/api/uploads/walk.gpx", TRACK.as_bytes()).ok();
    let walked = json!({"tracks": [track["upload"]], "people": 4, "vehicles": 1, "crew": "一组", "district": "410423", "note": SCRIPT});
    let walked = day.post(wang, "/patrols", walked);
    assert_eq!(walked["on"], "2026-05-03");
    assert!(walked["walked_m2"].as_f64().expect("ground") > 10_000.0);
    let square = [
        [113.0, 33.0],
        [113.001, 33.0],
        [113.001, 33.001],
        [113.0, 33.001],
    ];
    let drawn = json!({"on": "2026-05-04", "people": 2, "district": "410423", "drawn": square, "zero": true});
    let drawn = day.post(wang, "/patrols", drawn);
    let m2 = drawn["walked_m2"].as_f64().expect("ground");
    assert!((m2 - 10_360.0).abs() < 50.0, "{m2}");
    let found =
        json!({"place": [113.301, 33.741], "of": walked["entry"], "name": SCRIPT, "area_m2": 12.5});
    let code = day.post(wang, "/found", found)["sites"][0]["id"].clone();
    let listed = day.get(li, "/patrols");
    assert_eq!(listed["total"], 2);
    let first = &listed["patrols"][1];
    assert_eq!(
        (&first["crew"], &first["note"], &first["sites"]),
        (&json!("一组"), &json!(SCRIPT), &json!([code]))
    );
    assert_eq!(first["person"], "wang");
    assert_eq!(first["signed"], true);
    // Another person's entry is voided by a supervisor; one's own by oneself.
    assert_eq!(first["offers"], json!(["site"]));
    let void = json!({"move": "void", "reason": "of another day"});
    let number = drawn["entry"].as_str().expect("entry");
    refused(
        &li.post(&day.way(&format!("/entries/{number}/moves")), &void),
        403,
        "not_yours",
    );
    let walked = li.get(&day.way("/patrols.geojson")).ok();
    let ground = walked["features"].as_array().expect("features");
    let days = ground.iter().map(|one| one["properties"]["on"].clone());
    assert_eq!(days.collect::<Vec<_>>(), ["2026-05-04", "2026-05-03"]);
    assert_eq!(ground[0]["geometry"]["type"], "Polygon");
    let voided = day.follow(wang, &drawn, void);
    assert_eq!(voided["void"]["entry"], drawn["entry"]);
    assert_eq!(day.get(li, "/patrols")["total"], 1);
}

fn tips_of(day: &Day, wang: &Browser, chief: &Browser) {
    let told = json!({"channel": "warden", "place": [113.4, 33.75], "text": SCRIPT, "sealed": "2026-017", "when": "2026-05-04T09:00:00+08:00"});
    let told = day.post(wang, "/tips", told);
    let vague = day.post(
        wang,
        "/tips",
        json!({"channel": "phone", "text": "somewhere", "when": "2026-05-04T10:00:00+08:00"}),
    );
    let photo = wang.put("/api/uploads/kiln.jpg", &picture(77)).ok();
    let found = json!({"place": [113.4, 33.75], "of": told["entry"], "photos": [photo["upload"]]});
    let code = day.post(wang, "/found", found)["sites"][0]["id"].clone();
    let other = json!({"move": "site", "code": code});
    day.follow(wang, &vague, other);
    let number = told["entry"].as_str().expect("entry");
    let reward = json!({"move": "reward", "yuan": 500, "paid": false});
    refused(
        &wang.post(&day.way(&format!("/entries/{number}/moves")), &reward),
        403,
        "not_yours",
    );
    let zero = json!({"move": "reward", "yuan": 0});
    refused(
        &chief.post(&day.way(&format!("/entries/{number}/moves")), &zero),
        400,
        "unclear",
    );
    day.follow(chief, &told, reward);
    day.follow(
        chief,
        &told,
        json!({"move": "reward", "yuan": 499.5, "paid": true}),
    );
    let third = day.post(
        wang,
        "/tips",
        json!({"channel": "online", "district": "410423", "when": "2026-05-04T11:00:00+08:00"}),
    );
    day.follow(
        chief,
        &third,
        json!({"move": "close", "reason": "vague", "note": SCRIPT}),
    );
    let listed = day.get(chief, "/tips");
    let tips = listed["tips"].as_array().expect("tips");
    let of = |entry: &Value| {
        tips.iter()
            .find(|tip| tip["entry"] == entry["entry"])
            .expect("tip")
    };
    assert_eq!(of(&told)["sites"], json!([code]));
    assert_eq!(of(&told)["at"], "2026-05-04T09:00:00+08:00");
    let rewards: Vec<(Option<u64>, Option<bool>)> = of(&told)["rewards"]
        .as_array()
        .expect("rewards")
        .iter()
        .map(|reward| (reward["fen"].as_u64(), reward["paid"].as_bool()))
        .collect();
    assert_eq!(
        rewards,
        [(Some(50_000), Some(false)), (Some(49_950), Some(true))]
    );
    assert_eq!(of(&third)["closed"]["reason"], "vague");
    // Vague: nothing came of it, and nothing is paid for it.
    assert_eq!(of(&third)["offers"], json!(["void"]));
}

fn supervision_of(day: &Day, li: &Browser, chief: &Browser) {
    let now = jiff::Zoned::now().date();
    let (today, due) = (
        now.to_string(),
        (now + jiff::Span::new().days(10)).to_string(),
    );
    let round = json!({"name": "第一轮督导", "on": today, "until": today, "team": ["陈局", "li"], "districts": ["410423001"], "ledgers": 5, "note": SCRIPT});
    let round = day.post(li, "/rounds", round);
    let finding =
        json!({"round": round["entry"], "district": "410423001", "text": SCRIPT, "due": due});
    let finding = day.post(li, "/findings", finding);
    let offers = |who: &Browser| day.get(who, "/supervision")["findings"][0]["offers"].clone();
    assert_eq!(offers(li), json!(["void"]));
    assert_eq!(offers(chief), json!(["settle", "measure", "void"]));
    for rung in ["notice", "rectify", "talk", "listed"] {
        let measure = json!({"rung": rung, "district": "410423001", "reason": "late", "finding": finding["entry"], "due": due, "paper": "鲁禁办〔2026〕3号"});
        day.post(chief, "/measures", measure);
    }
    // Nobody takes a measure against themself.
    let own = json!({"rung": "notice", "district": "410423", "reason": "late"});
    refused(&chief.post(&day.way("/measures"), &own), 403, "not_yours");
    let measures = day.get(chief, "/supervision")["measures"].clone();
    assert_eq!(measures.as_array().map(Vec::len), Some(4));
    for entry in [&finding, &measures[0]] {
        day.follow(chief, entry, json!({"move": "settle", "reason": "seen"}));
    }
    let number = finding["entry"].as_str().expect("entry");
    let paper = li.get(&day.way(&format!("/entries/{number}/paper?lang=zh")));
    assert_eq!(
        paper.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let policy = paper.header("content-security-policy").expect("policy");
    assert!(policy.starts_with("default-src 'none'") && policy.contains("sandbox"));
    assert!(paper.text.contains("&lt;script&gt;") && !paper.text.contains(SCRIPT));
    assert_eq!(li.get(&day.way("/entries/0000/paper")).status, 400);
    let board = day.get(chief, "/supervision");
    assert_eq!(
        (&board["rounds"][0]["findings"], &board["rounds"][0]["open"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(board["findings"][0]["settled"]["reason"], "seen");
    assert_eq!(board["measures"][3]["settled"]["reason"], "seen");
    assert_eq!(board["measures"][3]["offers"], json!(["void"]));
}

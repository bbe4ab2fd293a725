//! The life of an office beside its sites, through the program: letters of responsibility down to the household, a round
//! of supervision with its ladder, tip-offs with their rewards, a patrol that leads to a site, wrong entries voided; and
//! its figures in both reports.

use crate::office::{Office, Said, photo};
use serde_json::{Value, json};
use std::path::Path;

/// The county 410423 of two townships, one of them with two villages, and a county beside it.
fn boundaries(folder: &Path) {
    let areas = [
        ("410423", "鲁山县", 113.2, 113.4),
        ("410423001", "东乡", 113.2, 113.3),
        ("410423001001", "一村", 113.2, 113.25),
        ("410423001002", "二村", 113.25, 113.3),
        ("410423002", "西乡", 113.3, 113.4),
        ("410424", "邻县", 113.4, 113.6),
    ];
    let features: Vec<Value> = areas
        .iter()
        .map(|(code, name, w, e)| {
            let ring = [[*w, 33.6], [*e, 33.6], [*e, 33.9], [*w, 33.9], [*w, 33.6]];
            json!({"type": "Feature", "properties": {"code": code, "name": name},
                "geometry": {"type": "Polygon", "coordinates": [ring]}})
        })
        .collect();
    let file = json!({"type": "FeatureCollection", "features": features});
    std::fs::write(folder.join("d.geojson"), file.to_string()).expect("written");
}

/// A county and its province, each with its boundaries, the province trusting the county.
fn offices() -> (Office, Office) {
    let county = Office::begin();
    let province = Office::begin_of("410000");
    for office in [&county, &province] {
        boundaries(office.folder());
        office.ok(
            "chief",
            &["registry", "districts", "d.geojson", "--vintage", "2023"],
        );
    }
    for (by, other, unit) in [
        (&province, &county, "410423"),
        (&county, &province, "410000"),
    ] {
        let heads = other.ok("chief", &["verify", "--json"]).json()["heads"].clone();
        let device = heads[0]["device"].as_str().expect("a device").to_owned();
        by.ok("chief", &["trust", &device, "--unit", unit]);
    }
    (county, province)
}

fn send(from: &Office, to: &Office) {
    let said = sent(from, to);
    assert_eq!(said.code, Some(0), "{said:?}");
}

fn sent(from: &Office, to: &Office) -> Said {
    let file = to.path("in.bundle");
    let _old = std::fs::remove_file(&file);
    let name = file.display().to_string();
    from.ok("chief", &["bundle", "create", &name]);
    to.run("chief", &["bundle", "apply", &name])
}

/// Records an entry; its number.
fn entry(office: &Office, actor: &str, arguments: &[&str]) -> String {
    let arguments = [arguments, &["--json"]].concat();
    let said = office.ok(actor, &arguments).json();
    said["entry"].as_str().expect("a number")[..8].to_owned()
}

/// The cells of a table of the report's workbook below its head: by the title in the first row.
pub fn sheet(office: &Office, book: &str, title: &str) -> Vec<Vec<String>> {
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook(office.path(book)).expect("a workbook");
    let names = calamine::Reader::sheet_names(&book);
    let name = names.iter().find(|name| name.contains(title));
    let name = name
        .unwrap_or_else(|| panic!("{title} in {names:?}"))
        .clone();
    let range = calamine::Reader::worksheet_range(&mut book, &name).expect("a sheet");
    range
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect()
}

/// The row of a table whose first cells are these, from the head's columns of these titles.
pub fn figures(rows: &[Vec<String>], of: &str, titles: &[&str]) -> Vec<String> {
    let head = rows
        .iter()
        .find(|row| titles.iter().all(|t| row.iter().any(|cell| cell == t)))
        .unwrap_or_else(|| panic!("{titles:?} in {rows:?}"));
    let row = rows
        .iter()
        .find(|row| row[..2.min(row.len())].iter().any(|cell| cell == of))
        .unwrap_or_else(|| panic!("{of} in {rows:?}"));
    titles
        .iter()
        .map(|title| {
            let at = head.iter().position(|cell| cell == title).expect("a title");
            row[at].clone()
        })
        .collect()
}

fn day(ahead: i64) -> String {
    (jiff::Zoned::now().date() + jiff::Span::new().days(ahead)).to_string()
}

#[test]
fn the_life_of_an_office_stands_in_both_reports_with_numerators_and_denominators() {
    let (county, mut province) = offices();
    let made = county.ok("chief", &["duty", "sign", "410423002", "西乡长", "--json"]);
    let season = made.json()["season"].to_string();

    // The chain: the province signs with the county, the county with a township, a village, a household.
    let sign = |office: &Office, arguments: &[&str]| {
        let arguments = [&["duty", "sign"], arguments, &["--season", &season]].concat();
        entry(office, "chief", &arguments)
    };
    sign(
        &province,
        &[
            "410423",
            "张县长",
            "--post",
            "县长",
            "--letter",
            "豫禁责-7",
            "--signed",
            &day(-90),
        ],
    );
    sign(
        &county,
        &[
            "410423001",
            "李乡长",
            "--post",
            "乡长",
            "--letter",
            "鲁禁责-1",
        ],
    );
    sign(&county, &["410423001001", "王支书"]);
    sign(&county, &["410423001001", "赵某", "--household", "赵家"]);
    let mistyped = sign(&county, &["410423001002", "错名"]);
    let why = county.refused("chief", &["duty", "sign", "410424", "越权"]);
    assert!(why.contains("410424"), "{why}");

    // A tip-off becomes a site, another one comes to nothing; who told is nowhere.
    let told = entry(
        &county,
        "wang",
        &[
            "tip",
            "add",
            "--channel",
            "phone",
            "--sealed",
            "M-1",
            "--district",
            "410423001",
            "--text",
            "二道沟东坡",
        ],
    );
    let vague = entry(
        &county,
        "wang",
        &["tip", "add", "--channel", "phone", "--text", "听说有人种"],
    );
    for text in ["打 13800138000 联系", "身份证 41042319900101123X"] {
        let why = county.refused(
            "wang",
            &["tip", "add", "--channel", "phone", "--text", text],
        );
        assert!(why.contains("known by"), "{why}");
    }
    county.refused(
        "wang",
        &[
            "tip",
            "add",
            "--channel",
            "phone",
            "--sealed",
            "13800138000",
            "--text",
            "x",
        ],
    );
    let added = |source: &str, at: &str| {
        let said = county.ok("wang", &["add", "--at", at, "--source", source, "--json"]);
        said.json()["id"].as_str().expect("id").to_owned()
    };
    let site = added("tip_off", "113.22,33.74");
    county.ok("wang", &["origin", &site, &told]);
    county.ok("wang", &["tip", "close", &vague, "--reason", "线索不清"]);
    county.refused("wang", &["tip", "reward", &told, "500"]);
    county.ok("chief", &["tip", "reward", &told, "500"]);
    county.ok("chief", &["tip", "reward", &told, "500", "--paid"]);

    // A patrol leads to a site; another one, typed twice, is voided.
    let patrol = [
        "patrol",
        "--on",
        &day(0),
        "--people",
        "6",
        "--district",
        "410423002",
    ];
    let walked = entry(
        &county,
        "wang",
        &[&patrol[..], &["--seeds", "种子 2 包"]].concat(),
    );
    let twice = entry(&county, "wang", &patrol);
    entry(&county, "wang", &patrol);
    let found = added("patrol", "113.32,33.74");
    county.ok("wang", &["origin", &found, &walked]);
    county.ok("wang", &["void", &twice, "--reason", "重复录入"]);
    county.ok("chief", &["void", &mistyped, "--reason", "姓名有误"]);
    let wrong = added("find", "113.35,33.75");
    county.refused("wang", &["void", &wrong, "--reason", "坐标看错"]);
    let gone = county.ok("chief", &["void", &wrong, "--reason", "坐标看错"]);
    assert!(gone.out.contains("voided"), "{gone:?}");

    // A voided assignment and visit.
    county.ok("wang", &["assign", &site, "--crew", "一组"]);
    let log = county.ok("chief", &["log", &site]).out;
    let assigned = log
        .lines()
        .find(|line| line.contains(" assigned "))
        .expect("logged");
    let number = assigned
        .split_whitespace()
        .find(|word| word.len() == 8 && word.chars().all(|c| c.is_ascii_hexdigit()))
        .expect("its number")
        .to_owned();
    county.ok("wang", &["void", &number, "--reason", "派错组"]);
    assert_eq!(county.site(&site)["state"], "CANDIDATE");
    let shown = county.ok("chief", &["show", &site]).out;
    for part in ["李乡长", "王支书", "二道沟东坡", "派错组"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }

    send(&county, &province);

    // The province looks, finds something wanting, and goes up the ladder.
    let round = entry(
        &province,
        "chief",
        &[
            "supervise",
            "round",
            "第一轮督导",
            "--district",
            "410423",
            "--member",
            "孙组长",
            "--member",
            "周",
            "--site",
            &site,
            "--ledgers",
            "3",
        ],
    );
    let finding = entry(
        &province,
        "chief",
        &[
            "supervise",
            "finding",
            "410423",
            "台账漏记",
            "--round",
            &round,
            "--due",
            &day(30),
        ],
    );
    entry(
        &province,
        "chief",
        &[
            "supervise",
            "finding",
            "410423",
            "踏查率低",
            "--due",
            &day(10),
        ],
    );
    let notice = entry(
        &province,
        "chief",
        &[
            "supervise",
            "measure",
            "通报",
            "410423",
            "--reason",
            "踏查率低",
        ],
    );
    let listed = entry(
        &province,
        "chief",
        &[
            "supervise",
            "measure",
            "listed",
            "410423",
            "--reason",
            "整改不力",
            "--finding",
            &finding,
            "--due",
            &day(60),
            "--paper",
            "豫禁督〔2026〕3号",
        ],
    );
    province.ok(
        "chief",
        &["supervise", "settle", &finding, "--reason", "台账已补齐"],
    );
    province.ok(
        "chief",
        &["supervise", "settle", &notice, "--reason", "已通报"],
    );
    province.lang = "zh";
    province.ok(
        "chief",
        &["supervise", "notice", &listed, "-o", "督办单.html"],
    );
    province.lang = "en";
    let paper = std::fs::read_to_string(province.path("督办单.html")).expect("a page");
    for part in [
        "挂牌整治",
        "鲁山县",
        "张县长 县长",
        "整改不力",
        "台账漏记",
        "豫禁督〔2026〕3号",
    ] {
        assert!(paper.contains(part), "{part} in {paper}");
    }
    let why = province.refused(
        "chief",
        &["supervise", "measure", "talk", "410000", "--reason", "x"],
    );
    assert!(why.contains("410000"), "{why}");

    // What the county was told is the county's to claim; the province above it may too.
    let theirs = entry(
        &province,
        "chief",
        &["tip", "add", "--channel", "letter", "--text", "另有线索"],
    );
    // What stands above the county is not ended or voided by it.
    send(&province, &county);
    let shown = county.ok("chief", &["show", &site]).out;
    for part in ["张县长", "整改不力"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    county.refused(
        "chief",
        &["supervise", "settle", &listed, "--reason", "好了"],
    );
    county.refused("chief", &["void", &listed, "--reason", "没有"]);
    let why = county.refused("wang", &["origin", &found, &theirs]);
    assert!(why.contains("410000"), "{why}");

    // Persons are in the ledger, on no map.
    county.ok(
        "chief",
        &["registry", "districts", "d.geojson", "--vintage", "2023"],
    );
    county.ok("chief", &["export", "l.csv"]);
    county.ok("chief", &["export", "l.geojson"]);
    county.ok("chief", &["export", "l.gpkg"]);
    county.ok("chief", &["export", "l.kmz"]);
    county.ok("chief", &["export", "l.gpx"]);
    let read = |name: &str| std::fs::read(county.path(name)).expect("written");
    let holds =
        |bytes: &[u8], words: &str| bytes.windows(words.len()).any(|w| w == words.as_bytes());
    assert!(holds(&read("l.csv"), "王支书"));
    for map in ["l.geojson", "l.gpkg", "l.kmz", "l.gpx"] {
        assert!(!holds(&read(map), "王支书"), "{map}");
    }

    // Both reports.
    let report = |office: &Office, of: &str| {
        let arguments = ["report", of, "--season", &season, "-o", "r"];
        office.ok("chief", &arguments);
        std::fs::read_to_string(office.path("r.html")).expect("a page")
    };
    let page = report(&county, "county");
    assert!(
        page.contains("Who answers") && page.contains("李乡长"),
        "{page}"
    );
    let rows = sheet(&county, "r.xlsx", "Who answers");
    let titles = ["who answers", "parts with a letter", "parts", "households"];
    assert_eq!(
        figures(&rows, "410423001", &titles),
        ["李乡长", "1", "2", "1"]
    );
    let rows = sheet(&county, "r.xlsx", "Supervision");
    let titles = ["findings put right", "findings", "stands on"];
    assert_eq!(figures(&rows, "410423", &titles), ["1", "2", "listed"]);
    let rows = sheet(&county, "r.xlsx", "Tip-offs");
    let titles = [
        "led to a site",
        "tip-offs",
        "closed without",
        "open",
        "rewards paid, yuan",
    ];
    assert_eq!(
        figures(&rows, "telephone", &titles),
        ["1", "2", "1", "0", "500"]
    );
    let rows = sheet(&county, "r.xlsx", "What patrols led to");
    let titles = ["led to a site", "patrols", "sites", "with seized seeds"];
    assert_eq!(figures(&rows, "2", &titles), ["1", "2", "1", "1"]);

    let page = report(&province, "province");
    assert!(
        page.contains("张县长") && page.contains("整改不力"),
        "{page}"
    );
    let rows = sheet(&province, "r.xlsx", "Who answers");
    let titles = ["who answers", "parts with a letter", "parts", "households"];
    assert_eq!(figures(&rows, "410423", &titles), ["张县长", "2", "2", "1"]);
    assert!(rows.concat().join(" ").contains("1 of 2"), "{rows:?}");
    let rows = sheet(&province, "r.xlsx", "Supervision");
    let titles = [
        "rounds",
        "sites looked at",
        "sites",
        "findings put right",
        "findings",
    ];
    assert_eq!(figures(&rows, "410423", &titles), ["1", "1", "2", "1", "2"]);
    let rows = sheet(&province, "r.xlsx", "Measures");
    let titles = ["measure", "ended"];
    assert_eq!(figures(&rows, "listed", &titles), ["listed", "stands"]);
    let rows = sheet(&province, "r.xlsx", "Tip-offs");
    assert_eq!(
        figures(&rows, "telephone", &["led to a site", "tip-offs"]),
        ["1", "2"]
    );
    // What was voided is counted by unit: the patrol, the letter, the site, the assignment.
    let rows = sheet(&province, "r.xlsx", "stays marked");
    assert_eq!(figures(&rows, "410423", &["voided"]), ["4"]);
    let verified = province.ok("chief", &["verify", "--json"]).json();
    assert_eq!(verified["not_followed"], json!([]), "{verified}");
}

#[test]
fn voiding_a_confirmation_takes_another_supervisor_and_the_visit_can_be_recorded_anew() {
    let office = Office::begin();
    photo(&office.path("a.jpg"), 60);
    let site = office.dispatched(113.3, 33.74);
    office.found(&site, "120", "a.jpg");
    let log = office.ok("chief", &["log", &site]).out;
    let visit = log
        .lines()
        .find(|line| line.contains(" visited "))
        .expect("logged");
    let number = visit
        .split_whitespace()
        .find(|word| word.len() == 8 && word.chars().all(|c| c.is_ascii_hexdigit()))
        .expect("its number")
        .to_owned();
    office.refused("wang", &["void", &number, "--reason", "别处的照片"]);
    office.ok("chief", &["void", &number, "--reason", "别处的照片"]);
    let shown = office.site(&site);
    assert_eq!(
        (&shown["state"], &shown["plants"]),
        (&json!("DISPATCHED"), &Value::Null)
    );
    assert_eq!(shown["voided"][0]["body"]["count"]["plants"], 120);
    office.found(&site, "12", "a.jpg");
    assert_eq!(office.site(&site)["plants"], 12);
    let why = office.refused("chief", &["void", &number, "--reason", "again"]);
    assert!(why.contains("hint: "), "{why}");
    office.refused("chief", &["void", "zzzz", "--reason", "x"]);
    assert_eq!(
        office.ok("chief", &["verify", "--full", "--json"]).json()["findings"],
        json!([])
    );
}

/// Refused, with one of these words in what is said.
fn refused_with(office: &Office, actor: &str, arguments: &[&str], words: &str) {
    let said = office.refused(actor, arguments);
    assert!(said.contains(words), "{arguments:?}: {said}");
}

#[test]
fn no_command_takes_a_day_to_come_for_what_has_happened() {
    let office = Office::begin();
    let site = office.dispatched(113.3, 33.74);
    photo(&office.path("a.jpg"), 60);
    let (today, tomorrow, next_year) = (day(0), day(2), day(300));
    let targets = "名称,经度,纬度\nA1,113.3,33.74\n";
    std::fs::write(office.path("t.csv"), targets).expect("written");
    let patrol = ["patrol", "--district", "410423", "--people", "2", "--zero"];
    let round = [
        "supervise",
        "round",
        "第一轮",
        "--district",
        "410423",
        "--member",
        "孙",
    ];
    let tip = ["tip", "add", "--channel", "phone", "--text", "沟边"];
    let visit = [
        "visit",
        &site,
        "--outcome",
        "nothing",
        "--officer",
        "李",
        "--photo",
        "a.jpg",
    ];
    let days: [(&[&str], &str); 10] = [
        (&["duty", "sign", "410423001", "李乡长"], "--signed"),
        (&patrol, "--on"),
        (&[&patrol[..], &["--on", &today]].concat(), "--when"),
        (&round, "--on"),
        (&[&round[..], &["--on", &today]].concat(), "--until"),
        (&tip, "--when"),
        (&visit, "--when"),
        (&["targets", "import", "t.csv"], "--when"),
        (
            &["add", "--at", "113.31,33.74", "--source", "find"],
            "--when",
        ),
        (&["note", &site, "好"], "--when"),
    ];
    let events = office.events();
    for (command, option) in days {
        for day in [&tomorrow, &next_year] {
            let typed = [command, &[option, day]].concat();
            refused_with(&office, "wang", &typed, &format!("{day} is still to come"));
        }
    }
    let list = ["targets", "import", "t.csv", "--season", "2099"];
    office.refused("wang", &list);
    // Only said to be tried: nothing is recorded of it.
    let scan = ["scan", "a.tif", "-o", "out", "--captured", &tomorrow];
    refused_with(&office, "wang", &scan, "still to come");
    // Nor of a row of a table.
    let table = format!(
        "图斑编号,回填：核查结论,回填：核查时间,回填：核查人员（两人以上）,回填：株数（逐株）,回填：现场照片1\n{site},种植罂粟,{tomorrow},王五、李四,3,a.jpg\n"
    );
    std::fs::write(office.path("v.csv"), table).expect("written");
    let said = office.run("wang", &["import", "v.csv"]);
    assert!(said.out.contains("lies ahead"), "{said:?}");
    assert_eq!(office.events(), events);
    for (command, option) in days {
        if option == "--signed" || option == "--on" || option == "--until" {
            office.ok("wang", &[command, &[option, &today]].concat());
        }
    }
}

#[test]
fn moves_of_a_tip_off_that_contradict_each_other_are_refused() {
    let mut office = Office::begin();
    let tip = |office: &Office| {
        let words = ["tip", "add", "--channel", "phone", "--text", "沟边"];
        entry(office, "wang", &words)
    };
    let (led, unfounded, paid) = (tip(&office), tip(&office), tip(&office));
    let add = ["add", "--at", "113.3,33.74", "--of", &led, "--json"];
    let site = office.ok("wang", &add).json()["id"].clone();
    let site = site.as_str().expect("id");
    let close = |tip: &str, reason: &str| {
        let words = ["tip", "close", tip, "--reason", reason];
        words.map(str::to_owned)
    };
    let said = |office: &Office, words: &[String]| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        refused_with(office, "chief", &words, "says the contrary of entry");
    };
    // It became a site: it is not closed without one, and its finder may be rewarded.
    for reason in ["nothing", "duplicate", "vague", "other"] {
        said(&office, &close(&led, reason));
    }
    office.ok("chief", &["tip", "reward", &led, "500"]);
    // It was closed as unfounded: it leads to no site, is not closed again, and nobody is rewarded.
    let words = close(&unfounded, "查无实据");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let closed = entry(&office, "chief", &words);
    let reward = ["tip", "reward", &unfounded, "500", "--paid"].map(str::to_owned);
    said(&office, &reward);
    said(&office, &close(&unfounded, "duplicate"));
    said(&office, &["origin", site, &unfounded].map(str::to_owned));
    let found = ["add", "--at", "113.4,33.7", "--of", &unfounded];
    said(&office, &found.map(str::to_owned));
    // A reward was decided: it is not unfounded, though another office may take it over.
    office.ok("chief", &["tip", "reward", &paid, "500"]);
    said(&office, &close(&paid, "lookalike"));
    office.ok("chief", &["tip", "close", &paid, "--reason", "handed_over"]);
    // What was wrong is voided first, by the number that the refusal names.
    office.lang = "zh";
    let words = ["tip", "reward", &unfounded, "500"];
    let told = office.run("chief", &words).err;
    let void = format!("`papaver void {closed} --reason 理由`");
    assert!(told.contains("相抵触") && told.contains(&void), "{told}");
    office.lang = "en";
    office.ok("chief", &["void", &closed, "--reason", "看错地点"]);
    office.ok("chief", &["origin", site, &unfounded]);
    said(&office, &close(&unfounded, "nothing"));
    let log = office.ok("chief", &["log", site, "--json"]).out;
    let link = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .rfind(|event| event["type"] == "came_of")
        .expect("linked");
    let link = link["hash"].as_str().expect("a number")[..8].to_owned();
    office.ok("chief", &["void", &link, "--reason", "不是同一处"]);
    office.ok(
        "chief",
        &["tip", "close", &unfounded, "--reason", "nothing"],
    );
    // A patrol that found nothing led to nothing.
    let patrol = [
        "patrol",
        "--on",
        &day(0),
        "--people",
        "2",
        "--district",
        "410423",
        "--zero",
    ];
    let patrol = entry(&office, "wang", &patrol);
    said(&office, &["origin", site, &patrol].map(str::to_owned));
    let verified = office.ok("chief", &["verify", "--full", "--json"]).json();
    assert_eq!(verified["not_followed"], json!([]), "{verified}");
    assert_eq!(verified["findings"], json!([]), "{verified}");
}

#[test]
fn contradictions_of_offices_that_had_not_heard_of_each_other_are_settled_when_bundles_meet() {
    let (county, province) = offices();
    let words = ["tip", "add", "--channel", "phone", "--text", "沟边"];
    let (told, other) = (
        entry(&county, "wang", &words),
        entry(&county, "wang", &words),
    );
    send(&county, &province);
    // The county adds a site; the province, which has not heard of it, closes the tip-off, and pays for one that the county closes.
    let add = ["add", "--at", "113.3,33.74", "--of", &told];
    county.ok("wang", &add);
    county.ok("chief", &["tip", "close", &other, "--reason", "vague"]);
    province.ok("chief", &["tip", "close", &told, "--reason", "nothing"]);
    province.ok("chief", &["tip", "reward", &other, "500", "--paid"]);
    // What the province had said and is not followed any more is said to it when it hears of the county's.
    let said = sent(&county, &province);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert_eq!(
        said.out.matches("since this bundle not followed").count(),
        2,
        "{said:?}"
    );
    let said = sent(&province, &county);
    assert_eq!(said.code, Some(2), "what is not followed is said: {said:?}");
    for office in [&county, &province] {
        let tips = office.ok("chief", &["tip", "list", "--json"]).out;
        let tips: Vec<Value> = tips
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(tips[0]["sites"].as_array().map(Vec::len), Some(1));
        assert_eq!(tips[0]["closed"], Value::Null);
        assert_eq!(tips[1]["closed"]["reason"], "vague");
        assert_eq!(tips[1]["rewards"], json!([]));
        let verified = office.ok("chief", &["verify", "--json"]).json();
        let refused = verified["not_followed"].as_array().expect("a list");
        assert_eq!(refused.len(), 2, "{verified}");
    }
}

#[test]
fn another_crew_takes_over_with_the_day_that_was_set_and_it_is_said() {
    let office = Office::begin();
    let site = office.dispatched(113.3, 33.74);
    let (soon, later) = (day(3), day(9));
    let assign = |more: &[&str]| {
        let words = [&["assign", &site, "--new-crew"], more].concat();
        office.ok("wang", &words).err
    };
    assert!(!assign(&["--crew", "一组", "--due", &soon]).contains("stays"));
    let said = assign(&["--crew", "二组"]);
    assert!(said.contains(&format!("stays: {soon} ({site})")), "{said}");
    assert_eq!(office.site(&site)["due"], soon);
    assert_eq!(office.site(&site)["crew"], "二组");
    assert!(!assign(&["--crew", "二组", "--due", &later]).contains("stays"));
    assert_eq!(office.site(&site)["due"], later);
}

#[test]
fn a_finding_counts_in_the_season_of_its_round_and_a_patrol_in_that_of_its_day() {
    let (county, _) = offices();
    // This season began in a day's time, as the unit has it: what was yesterday is of the one before.
    let begins = &day(0)[5..];
    county.ok("chief", &["registry", "settings", "season_begins", begins]);
    let letter = |on: &str| {
        let said = county.ok(
            "chief",
            &["duty", "sign", "410423002", "x", "--when", on, "--json"],
        );
        said.json()["body"]["season"].as_i64().expect("a season")
    };
    let (now, before) = (letter(&day(0)), letter(&day(-1)));
    assert_eq!(now, before + 1);
    let round = entry(
        &county,
        "chief",
        &[
            "supervise",
            "round",
            "第一轮",
            "--district",
            "410423002",
            "--member",
            "孙",
            "--on",
            &day(-1),
        ],
    );
    let finding = ["supervise", "finding", "410423002", "台账漏记"];
    let said = county.ok(
        "chief",
        &[&finding[..], &["--round", &round, "--json"]].concat(),
    );
    assert_eq!(said.json()["season"], before);
    entry(&county, "chief", &finding);
    for (on, people) in [(day(-1), "3"), (day(0), "4")] {
        county.ok(
            "wang",
            &[
                "patrol",
                "--on",
                &on,
                "--people",
                people,
                "--district",
                "410423002",
            ],
        );
    }
    // What led to nothing is a patrol all the same; each stands in the report of one season.
    for (season, rounds) in [(before, "1"), (now, "0")] {
        let (season, name) = (season.to_string(), format!("r{season}"));
        county.ok(
            "chief",
            &["report", "county", "--season", &season, "-o", &name],
        );
        let book = format!("{name}.xlsx");
        let rows = sheet(&county, &book, "Supervision");
        let found = figures(&rows, "410423002", &["rounds", "findings"]);
        assert_eq!(found, [rounds, "1"], "{season}");
        let rows = sheet(&county, &book, "What patrols led to");
        let found = figures(&rows, "0", &["patrols"]);
        assert_eq!(found, ["1"], "{season}");
    }
}

#[test]
fn a_dossier_says_in_words_what_led_to_a_site() {
    let mut county = Office::begin();
    boundaries(county.folder());
    county.ok(
        "chief",
        &["registry", "districts", "d.geojson", "--vintage", "2023"],
    );
    let told = entry(
        &county,
        "wang",
        &[
            "tip",
            "add",
            "--channel",
            "letter",
            "--district",
            "410423001",
            "--text",
            "二道沟东坡",
            "--when",
            "2026-05-02",
        ],
    );
    let point = |lon: f64, minute: u32| {
        format!(
            "<trkpt lon=\"{lon}\" lat=\"33.74\"><time>2026-05-03T01:{minute:02}:00Z</time></trkpt>"
        )
    };
    let points = [point(113.220, 0), point(113.224, 5), point(113.228, 10)].concat();
    let track = format!("<gpx><trk><trkseg>{points}</trkseg></trk></gpx>");
    std::fs::write(county.path("东沟.gpx"), track).expect("written");
    let walked = entry(
        &county,
        "wang",
        &[
            "patrol",
            "--track",
            "东沟.gpx",
            "--people",
            "2",
            "--crew",
            "一组",
        ],
    );
    let add = [
        "add",
        "--at",
        "113.22,33.74",
        "--source",
        "tip_off",
        "--when",
        "2026-05-04",
        "--json",
    ];
    let site = county.ok("wang", &add).json()["id"]
        .as_str()
        .expect("id")
        .to_owned();
    county.ok("wang", &["origin", &site, &told]);
    county.ok("wang", &["origin", &site, &walked]);
    for (lang, words) in [
        (
            "en",
            [
                "came of tip-off of 2026-05-02 (letter), taken by 鲁山县 (410423), about 东乡 (410423001), “二道沟东坡”",
                "came of patrol of 2026-05-03 by 鲁山县 (410423), 一组, in 一村 (410423001001), 2 people, 0 vehicles, route of 0.7 km (东沟.gpx)",
            ],
        ),
        (
            "zh",
            [
                "来自 2026-05-02 举报（来信），受理单位 鲁山县（410423），涉及 东乡（410423001），“二道沟东坡”",
                "来自 2026-05-03 踏查，踏查单位 鲁山县（410423），一组，区域 一村（410423001001），出动 2 人次、车辆 0 台次，路线 0.7 公里（东沟.gpx）",
            ],
        ),
    ] {
        county.lang = lang;
        let file = format!("{lang}.html");
        county.ok("chief", &["dossier", &site, "-o", &file]);
        let page = std::fs::read_to_string(county.path(&file)).expect("a page");
        let shown = county.ok("chief", &["show", &site]).out;
        for said in words {
            assert!(page.contains(said), "{said} in the dossier");
            assert!(shown.contains(said), "{said} in {shown}");
            let entry = said
                .trim_start_matches("came of ")
                .trim_start_matches("来自 ");
            assert_eq!(shown.matches(entry).count(), 1, "{shown}");
        }
    }
}

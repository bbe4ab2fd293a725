//! What is refused leaves nothing, times are the registry's whatever machine reads them, and what a file says of its datum, its
//! units and its sums is heard.

use crate::exif_block::block;
use crate::office::{Office, Said, photo, refusals};
use exif::{Rational, Tag, Value as Exif};
use rust_xlsxwriter::{Format, Workbook};
use std::fs;

const TITLES: &str = "图斑编号,经度（WGS 84）,纬度（WGS 84）,回填：核查结论,回填：核查时间,回填：核查人员（两人以上）,回填：株数（逐株）,回填：现场照片1";

/// Runs the program as wang on a machine of another zone.
fn elsewhere(office: &Office, zone: &str, arguments: &[&str], input: &[u8]) -> Said {
    let set = [
        ("PAPAVER_ACTOR", "wang"),
        ("PAPAVER_REGISTRY", "a.papaver"),
        ("TZ", zone),
    ];
    let arguments = [&["--lang", "en"], arguments].concat();
    office.run_in(&set, &arguments, input)
}

fn put(office: &Office, name: &str, text: &str) {
    fs::write(office.path(name), text).expect("written");
}

fn count(office: &Office) -> usize {
    office.ok("wang", &["sites"]).out.lines().count()
}

#[test]
fn a_find_that_is_refused_leaves_no_site_and_its_correction_is_taken() {
    let office = Office::begin();
    photo(&office.path("a.jpg"), 90);
    let row = |lon: &str, when: &str, photo: &str| {
        format!("{TITLES}\n,{lon},33.74,野生罂粟,{when},王五、李四,20,{photo}\n")
    };
    let events = office.events();
    put(&office, "a.csv", &row("113.3", "2026-05-04 10:21", ""));
    for _again in 0..2 {
        let report = office.run("wang", &["import", "a.csv", "--json"]).json();
        assert_eq!(refusals(&report).len(), 1, "{report}");
        assert_eq!(report["rows"][0]["site"], serde_json::Value::Null);
    }
    assert_eq!((count(&office), office.events()), (0, events));
    // With its photograph, the place and the time a little changed.
    put(
        &office,
        "b.csv",
        &row("113.30001", "2026-05-04 10:25", "a.jpg"),
    );
    let report = office.ok("wang", &["import", "b.csv", "--json"]).json();
    assert_eq!(report["rows"][0]["added"], true, "{report}");
    assert_eq!(count(&office), 1);
    // One that is taken and one that is refused, in one file: the chain goes on over what was taken back.
    let two = format!(
        "{}{}",
        row("113.4", "2026-05-04 10:21", "a.jpg"),
        ",113.5,33.74,野生罂粟,2026-05-04 10:21,王五、李四,20,\n,113.6,33.74,野生罂粟,2026-05-04 10:22,王五、李四,20,a.jpg\n"
    );
    put(&office, "c.csv", &two);
    let report = office.run("wang", &["import", "c.csv", "--json"]).json();
    let fates = report["rows"].as_array().expect("rows").iter();
    let fates: Vec<&str> = fates.filter_map(|row| row["fate"].as_str()).collect();
    assert_eq!(fates, ["recorded", "refused", "recorded"]);
    assert_eq!(count(&office), 3);
    office.ok("chief", &["verify", "--full"]);
}

#[test]
fn a_visit_that_is_told_otherwise_is_mended_and_no_second_one_whatever_its_file_is_called() {
    let office = Office::begin();
    photo(&office.path("a.jpg"), 90);
    let site = office.patrolled(113.3, 33.74);
    office.ok(
        "wang",
        &["assign", &site, "--crew", "1", "--when", "2026-05-03"],
    );
    let row = |outcome: &str, officers: &str, plants: &str| {
        format!(
            "{TITLES}\n{site},113.3,33.74,{outcome},2026-05-04 10:21,{officers},{plants},a.jpg\n"
        )
    };
    put(&office, "f.csv", &row("种植罂粟", "王五、李四", "20"));
    office.ok("wang", &["import", "f.csv"]);
    let events = office.events();
    let why = |text: &str| {
        // Another line of another file.
        put(&office, "f-2.csv", &text.replacen('\n', "\n\n", 1));
        let report = office.run("wang", &["import", "f-2.csv", "--json"]).json();
        let mut refused = refusals(&report);
        assert_eq!(refused.len(), 1, "{report}");
        refused.remove(0).1
    };
    let told = why(&row("种植罂粟", "王五、李四", "30"));
    assert!(told.contains("papaver correct"), "{told}");
    let other = row("野生罂粟", "李四、王五", "20");
    let told = why(&other);
    let entry = told.split("papaver void ").nth(1).expect("its number");
    let entry: String = entry.chars().take_while(char::is_ascii_hexdigit).collect();
    assert_eq!(office.events(), events);
    office.ok("chief", &["void", &entry, "--reason", "wrong table"]);
    office.ok("wang", &["import", "f-2.csv"]);
    assert_eq!(office.site(&site)["disputed"], false);
    // Another crew's visit is another visit.
    put(&office, "g.csv", &row("野生罂粟", "赵六、钱七", "20"));
    let report = office.run("wang", &["import", "g.csv", "--json"]).json();
    assert!(refusals(&report).is_empty(), "{report}");
}

#[test]
fn times_are_the_registrys_on_a_machine_of_any_zone() {
    let office = Office::begin();
    photo(&office.path("a.jpg"), 90);
    put(
        &office,
        "a.csv",
        &format!("{TITLES}\n,113.3,33.74,种植罂粟,2026-05-04 17:30,王五、李四,20,a.jpg\n"),
    );
    let tags = |offset: Option<&str>| {
        let text = |t: &str| Exif::Ascii(vec![t.as_bytes().to_vec()]);
        let degrees = |whole: u32| {
            let part = |num| Rational { num, denom: 1 };
            Exif::Rational(vec![part(whole), part(30), part(0)])
        };
        let mut tags = vec![
            (Tag::DateTimeOriginal, text("2026:05:03 23:30:00")),
            (Tag::GPSLatitudeRef, text("N")),
            (Tag::GPSLatitude, degrees(33)),
            (Tag::GPSLongitudeRef, text("E")),
            (Tag::GPSLongitude, degrees(113)),
        ];
        tags.extend(offset.map(|offset| (Tag::OffsetTimeOriginal, text(offset))));
        block(tags, false)
    };
    for (name, offset) in [
        ("own.jpg", None),
        ("off.jpg", Some("+08:00")),
        ("utc.jpg", Some("+00:00")),
    ] {
        let tags = tags(offset);
        photo(&office.path("plain.jpg"), 70);
        let jpeg = fs::read(office.path("plain.jpg")).expect("there");
        let length = u16::try_from(tags.len() + 8).expect("short").to_be_bytes();
        let parts: [&[u8]; 6] = [
            &jpeg[..2],
            &[0xff, 0xe1],
            &length,
            b"Exif\0\0",
            &tags,
            &jpeg[2..],
        ];
        fs::write(office.path(name), parts.concat()).expect("written");
    }
    let ok = |arguments: &[&str]| {
        let said = elsewhere(&office, "UTC", arguments, b"");
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
        said.json()
    };
    let report = ok(&["import", "a.csv", "--json"]);
    let site = office.site(report["rows"][0]["site"].as_str().expect("a code"));
    assert_eq!(site["visits"][0][1]["at"], "2026-05-04T17:30:00+08:00");
    for (name, at) in [
        ("own.jpg", "2026-05-03T23:30:00+08:00"),
        ("off.jpg", "2026-05-03T23:30:00+08:00"),
        ("utc.jpg", "2026-05-04T07:30:00+08:00"),
    ] {
        assert_eq!(ok(&["add", "--photo", name, "--json"])["created"]["at"], at);
    }
    for (typed, at) in [
        ("2026/5/4", "2026-05-04T12:00:00+08:00"),
        ("2026年5月4日 9:05", "2026-05-04T09:05:00+08:00"),
        ("2026-05-04T01:05:00Z", "2026-05-04T09:05:00+08:00"),
        ("2026-05-04 12:00", "2026-05-04T12:00:00.0+08:00"),
    ] {
        let added = ok(&[
            "add",
            "--at",
            "113.9,33.7",
            "--source",
            "find",
            "--when",
            typed,
            "--json",
        ]);
        assert_eq!(added["created"]["at"], at);
    }
    let added = ok(&[
        "add",
        "--at",
        "113.95,33.7",
        "--source",
        "find",
        "--when",
        "2026/5/4",
        "--json",
    ]);
    let code = added["id"].as_str().expect("a code");
    office.ok(
        "wang",
        &[
            "assign",
            code,
            "--crew",
            "一组",
            "--new-crew",
            "--when",
            "2026/5/5",
            "--due",
            "2026/5/9",
        ],
    );
    assert_eq!(office.site(code)["assigned"][0]["due"], "2026-05-09");
    // Five in the afternoon here is the next day in no zone but Greenwich's.
    let points = ["17:00", "17:05"].map(|time| {
        let lon = if time == "17:00" { "113.3" } else { "113.304" };
        format!("<trkpt lon='{lon}' lat='33.74'><time>2026-05-03T{time}:00</time></trkpt>")
    });
    put(
        &office,
        "t.gpx",
        &format!("<gpx><trk><trkseg>{}</trkseg></trk></gpx>", points.concat()),
    );
    let patrol = ok(&["patrol", "--track", "t.gpx", "--on", "2026/5/3", "--json"]);
    assert_eq!(patrol["on"], "2026-05-03");
}

#[test]
fn a_list_that_names_another_datum_anywhere_is_refused() {
    let office = Office::begin();
    let take = |name: &str| {
        let arguments = [
            "targets", "import", name, "--season", "2026", "--name", name,
        ];
        office.run("wang", &arguments)
    };
    let rows = "编号,经度,纬度,备注\nA1,113.3063,33.7385,\n";
    for (name, text) in [
        ("1.csv", format!("某县罂粟靶标点位表（高德坐标系）,,\n{rows}")),
        ("2.csv", format!("（1954北京坐标系）,,\n{rows}")),
        ("3.csv", rows.replace("33.7385,", "33.7385,高德坐标")),
        ("4.csv", format!("{rows}注：以上为百度坐标,,,\n")),
        ("5.csv", rows.replace("备注", "坐标来源").replace("33.7385,", "33.7385,高德地图")),
        ("靶标（火星坐标）.csv", rows.to_owned()),
        ("6.geojson", r#"{"type":"Feature","properties":{"备注":"1980年西安坐标系"},"geometry":{"type":"Point","coordinates":[113.3,33.74]}}"#.to_owned()),
    ] {
        put(&office, name, &text);
        let said = take(name);
        assert!(said.code == Some(1) && said.err.contains("its coordinates are"), "{name}: {said:?}");
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet
        .write_string(0, 0, "某县靶标（西安80坐标系）")
        .expect("written");
    for (column, (title, cell)) in [("编号", "A1"), ("经度", "113.3"), ("纬度", "33.74")]
        .iter()
        .enumerate()
    {
        let column = u16::try_from(column).expect("few");
        sheet.write_string(2, column, *title).expect("written");
        sheet.write_string(3, column, *cell).expect("written");
    }
    book.save(office.path("7.xlsx")).expect("written");
    assert_eq!(take("7.xlsx").code, Some(1));
    for (name, text) in [
        ("a.csv", format!("某县靶标（WGS 84，非高德坐标）,,\n{rows}")),
        ("b.csv", format!("由高德坐标转换为WGS84,,\n{rows}")),
        (
            "c.csv",
            rows.replace("33.7385,", "33.7385,高德镇百度大厦旁"),
        ),
        (
            "d.csv",
            rows.replace("33.7385,", "33.7385,高德坐标113.31 33.74"),
        ),
    ] {
        put(&office, name, &text);
        assert_eq!(take(name).code, Some(0), "{name}");
    }
    // A new find out of such a table too; of a known site the shift itself is seen.
    photo(&office.path("p.jpg"), 90);
    put(
        &office,
        "find.csv",
        &format!(
            "核查表（高德坐标系）,,\n{TITLES}\n,113.3,33.74,种植罂粟,2026-05-04,王五、李四,20,p.jpg\n"
        ),
    );
    let report = office.run("wang", &["import", "find.csv", "--json"]).json();
    assert!(
        refusals(&report)[0].1.contains("another system"),
        "{report}"
    );
}

#[test]
fn feet_of_tables_are_no_targets_and_titles_of_every_office_are_known() {
    let office = Office::begin();
    for (name, text) in [
        (
            "1.csv",
            "编号,经度,纬度\nA1,113.3,33.74\n合计,1处,\n填表人：王五,,审核人：李四\n注：略,,\n",
        ),
        ("2.csv", "编号,经度E,纬度N\nA1,113.3,33.74\n"),
        ("3.csv", "编号,东经E（度）,北纬N（度）\nA1,113.3,33.74\n"),
        ("4.csv", "编号,位置（经度）,位置（纬度）\nA1,113.3,33.74\n"),
        ("5.csv", "编号,B,L\nA1,33.74,113.3\n"),
        ("6.csv", "编号,JD,WD\nA1,113.3,33.74\n"),
        ("7.csv", "编号,jd,经度,纬度\nA1,东大街,113.3,33.74\n"),
        (
            "8.gpx",
            "<gpx><wpt lat=\"33,74\" lon=\"113,3\"><name>A1</name></wpt></gpx>",
        ),
    ] {
        put(&office, name, text);
        let said = office.ok(
            "wang",
            &[
                "targets", "import", name, "--season", "2026", "--name", name,
            ],
        );
        assert_eq!(
            said.err.contains("no targets"),
            name == "1.csv",
            "{name}: {said:?}"
        );
        office.ok(
            "wang",
            &[
                "targets",
                "match",
                "--list",
                name,
                "--output",
                &format!("{name}.geojson"),
            ],
        );
        let text = fs::read_to_string(office.path(&format!("{name}.geojson"))).expect("written");
        let found: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(
            found["features"].as_array().map(Vec::len),
            Some(1),
            "{name}"
        );
        assert_eq!(
            found["features"][0]["geometry"]["coordinates"][0], 113.3,
            "{name}"
        );
    }
    // A target without a position is named, not passed over.
    put(&office, "x.csv", "编号,经度,纬度\nA1,113.3,33.74\nA2,,\n");
    let said = office.run(
        "wang",
        &[
            "targets", "import", "x.csv", "--season", "2026", "--name", "x",
        ],
    );
    assert!(
        said.code == Some(1) && said.err.contains("line 3"),
        "{said:?}"
    );
}

#[test]
fn a_csv_saved_as_a_workbook_and_units_in_formats_are_read_as_they_show() {
    let office = Office::begin();
    office.ok(
        "chief",
        &["init", "--unit", "410423103", "--registry", "b.papaver"],
    );
    let code = office.dispatched(113.3, 33.74);
    photo(&office.path("a.jpg"), 90);
    let boundary = |code: &str| {
        format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"gb":"156{code}","name":"某县"}},"geometry":{{"type":"Polygon","coordinates":[[[113,33],[114,33],[114,34],[113,34],[113,33]]]}}}}]}}"#
        )
    };
    put(&office, "gb.geojson", &boundary("410423"));
    office.ok(
        "chief",
        &["registry", "districts", "gb.geojson", "--vintage", "2023"],
    );
    assert_eq!(office.site(&code)["district"]["code"], "410423");
    let table = |name: &str, format: &str| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (column, title) in [
            "图斑编号",
            "区划代码",
            "回填：核查结论",
            "回填：核查时间",
            "回填：核查人员（两人以上）",
            "回填：种植面积（㎡）",
            "回填：现场照片1",
        ]
        .iter()
        .enumerate()
        {
            sheet
                .write_string(0, u16::try_from(column).expect("few"), *title)
                .expect("written");
        }
        sheet.write_string(1, 0, &code).expect("written");
        sheet.write_number(1, 1, 410_423.0).expect("written");
        for (column, words) in [
            (2, "种植罂粟"),
            (3, "2026-05-05 10:21"),
            (4, "王五和李四"),
            (6, "a.jpg"),
        ] {
            sheet.write_string(1, column, words).expect("written");
        }
        let format = Format::new().set_num_format(format);
        sheet
            .write_number_with_format(1, 5, 2.0, &format)
            .expect("written");
        book.save(office.path(name)).expect("written");
    };
    table("mu.xlsx", "0\"亩\"");
    let report = office.run("wang", &["import", "mu.xlsx", "--json"]).json();
    assert!(refusals(&report)[0].1.contains("2亩"), "{report}");
    table("m2.xlsx", "0.0");
    office.ok("wang", &["import", "m2.xlsx", "--json"]);
    let visit = &office.site(&code)["visits"][0][0];
    assert_eq!(visit["area_dm2"], 200);
    assert_eq!(visit["officers"], serde_json::json!(["王五", "李四"]));
}

#[test]
fn districts_of_the_land_survey_and_of_a_map_program_are_told_apart() {
    let office = Office::begin();
    let boundary = |properties: &str| {
        format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":[[[113,33],[114,33],[114,34],[113,34],[113,33]]]}}}}]}}"#
        )
    };
    let code = office.dispatched(113.3, 33.74);
    for (properties, district, shifted) in [
        (
            r#"{"ZLDWDM":"4104231022010000000","ZLDWMC":"东沟村"}"#,
            "410423102201",
            false,
        ),
        (
            r#"{"ZLDWDM":"4104231020000000000","ZLDWMC":"东沟乡"}"#,
            "410423102",
            false,
        ),
        (r#"{"gb":"156410423","name":"鲁山县"}"#, "410423", false),
        (
            r#"{"adcode":410423,"name":"鲁山县","center":[113.1,33.1],"centroid":[113.1,33.1],"acroutes":[100000]}"#,
            "410423",
            true,
        ),
    ] {
        put(&office, "d.geojson", &boundary(properties));
        let said = office.ok(
            "chief",
            &["registry", "districts", "d.geojson", "--vintage", "2023"],
        );
        assert_eq!(said.err.contains("GCJ-02"), shifted, "{said:?}");
        assert_eq!(office.site(&code)["district"]["code"], district);
    }
}

#[test]
fn lists_and_tables_from_windows_are_read() {
    let office = Office::begin();
    let [a, b] = [113.3, 113.4].map(|lon| office.patrolled(lon, 33.74));
    let utf16: Vec<u8> = format!("\u{feff}图斑编号\r\n{a}\r\n{b}\r\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let said = elsewhere(
        &office,
        "UTC",
        &["assign", "-", "--crew", "一组", "--json"],
        &utf16,
    );
    assert_eq!(said.code, Some(0), "{said:?}");
    for code in [&a, &b] {
        assert_eq!(office.site(code)["assigned"][0]["crew"], "一组");
    }
    let table = "district,elevation_from_m,elevation_to_m,first,last,coarsest_gsd_cm,note\r\n410423,,,03-20,05-10,3.5,山区晚开\r\n";
    let gbk = encoding_rs::GB18030.encode(table).0.into_owned();
    fs::write(office.path("w.csv"), gbk).expect("written");
    let said = office.ok("chief", &["windows", "--set", "w.csv"]);
    assert!(said.out.contains("山区晚开"), "{said:?}");
}

#[test]
fn a_track_over_days_counts_on_its_day_and_a_line_given_twice_once() {
    let office = Office::begin();
    let line = |day: u32, from: f64| -> String {
        let point = |n: u32| {
            let lon = from + f64::from(n) * 0.002;
            format!(
                "<trkpt lon='{lon}' lat='33.74'><time>2026-05-0{day}T01:{:02}:00Z</time></trkpt>",
                n * 3
            )
        };
        (0..5).map(point).collect()
    };
    let seg = |points: &str| format!("<trk><name>ACTIVE LOG</name><trkseg>{points}</trkseg></trk>");
    let patrol = |name: &str, on: &str| {
        office.ok(
            "wang",
            &[
                "patrol",
                "--track",
                name,
                "--on",
                on,
                "--district",
                "410423",
                "--json",
            ],
        )
    };
    put(
        &office,
        "one.gpx",
        &format!("<gpx>{}</gpx>", seg(&line(3, 113.3))),
    );
    put(
        &office,
        "two.gpx",
        &format!(
            "<gpx>{}{}</gpx>",
            seg(&line(3, 113.3)),
            seg(&line(3, 113.3))
        ),
    );
    let all = [1, 2, 3].map(|day| seg(&line(day, 113.0 + f64::from(day) * 0.1)));
    put(
        &office,
        "three.gpx",
        &format!("<gpx>{}</gpx>", all.concat()),
    );
    let one = patrol("one.gpx", "2026-05-03").json();
    let two = patrol("two.gpx", "2026-05-03");
    assert!(two.err.contains("counted once: 1"), "{two:?}");
    assert_eq!(two.json()["track"]["length_m"], one["track"]["length_m"]);
    let third = patrol("three.gpx", "2026-05-03");
    assert!(third.err.contains("several days"), "{third:?}");
    let third = third.json();
    assert_eq!(third["walked_m2"], one["walked_m2"]);
    assert_eq!(
        third["track"]["days"],
        serde_json::json!(["2026-05-03", "2026-05-03"])
    );
    let why = office.refused(
        "wang",
        &[
            "patrol",
            "--track",
            "three.gpx",
            "--on",
            "2026-05-09",
            "--district",
            "410423",
        ],
    );
    assert!(why.contains("2026-05-0"), "{why}");
}

#[test]
fn what_is_not_given_is_said_so() {
    let office = Office::begin();
    let why = office.refused("wang", &["tip", "add", "--channel", "phone"]);
    assert!(
        !why.contains("–") && why.contains("nothing is given"),
        "{why}"
    );
}

//! Tables, lists and tracks as crews, offices and phones send them: inputs of known truth, and others of the same kinds.

use super::cases::case;
use super::office::{Office, photo, refusals};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::Value;
use std::fs;
use std::path::Path;

const TITLES: [&str; 11] = [
    "图斑编号",
    "小地名",
    "经度（WGS 84）",
    "纬度（WGS 84）",
    "回填：核查结论",
    "回填：核查时间",
    "回填：核查人员（两人以上）",
    "回填：株数（逐株）",
    "回填：现场照片1",
    "回填：铲除比例（%）",
    "回填：铲除后照片1",
];

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// Copies a table and the photographs beside it into an office.
fn brought(office: &Office, case: &Path, name: &str) {
    fs::copy(case.join(name), office.path(name)).expect("copied");
    fs::create_dir_all(office.path("DCIM")).expect("made");
    for photo in ["a.jpg", "b.jpg"] {
        let _there = fs::copy(
            case.join("DCIM").join(photo),
            office.path("DCIM").join(photo),
        );
    }
}

/// The fates of the rows of a report.
fn fates(report: &Value) -> Vec<&str> {
    let rows = report["rows"].as_array().expect("rows");
    rows.iter()
        .map(|row| row["fate"].as_str().expect("a fate"))
        .collect()
}

/// The sites that the rows name, as the registry has them.
fn sites(office: &Office, report: &Value) -> Vec<Value> {
    let mut codes: Vec<&str> = Vec::new();
    for row in report["rows"].as_array().expect("rows") {
        if let Some(code) = row["site"].as_str()
            && !codes.contains(&code)
        {
            codes.push(code);
        }
    }
    codes.into_iter().map(|code| office.site(code)).collect()
}

/// A whole import, and its sites.
fn taken(office: &Office, name: &str) -> (Value, Vec<Value>) {
    let report = office.ok("wang", &["import", name, "--json"]).json();
    let sites = sites(office, &report);
    (report, sites)
}

/// A line of a table of finds, at so many thousandths of a degree; the columns are [`TITLES`].
fn find(at: u32, lon: &str, lat: &str, when: &str, plants: &str, photos: &str) -> String {
    format!(",点{at},{lon},{lat},种植罂粟,{when},王五、李四,{plants},{photos},,")
}

fn table(lines: &[String]) -> String {
    let mut text = format!("\u{feff}{}\r\n", TITLES.join(","));
    for line in lines {
        text += line;
        text += "\r\n";
    }
    text
}

/// An office with photographs a.jpg and b.jpg.
fn with_photos() -> Office {
    let office = Office::begin();
    fs::create_dir(office.path("DCIM")).expect("made");
    photo(&office.path("DCIM/a.jpg"), 90);
    photo(&office.path("DCIM/b.jpg"), 160);
    office
}

fn visited_at(site: &Value) -> String {
    site["visits"][0][1]["at"].as_str().expect("a time")[..16].to_owned()
}

#[test]
fn dates_digits_and_encodings_of_the_cases_are_read() {
    let Some(case) = case("20-24-tables") else {
        return;
    };
    let office = Office::begin();
    brought(&office, &case, "20-dates.csv");
    let (report, sites) = taken(&office, "20-dates.csv");
    assert_eq!(fates(&report), ["recorded"; 6]);
    let times: Vec<String> = sites.iter().map(visited_at).collect();
    assert!(
        times.iter().all(|at| at.starts_with("2026-05-04")),
        "{times:?}"
    );
    assert_eq!(
        (&times[0][11..], &times[1][11..], &times[3][11..]),
        ("10:21", "10:21", "09:05")
    );

    let office = Office::begin();
    brought(&office, &case, "20-gbk.csv");
    let (_, sites) = taken(&office, "20-gbk.csv");
    let text = sites[0].to_string();
    assert!(text.contains("王五") && text.contains("李四"), "{text}");

    let office = Office::begin();
    brought(&office, &case, "20-full-width-digits.csv");
    let (_, sites) = taken(&office, "20-full-width-digits.csv");
    assert_eq!(sites[0]["plants"], 200, "{}", sites[0]);
}

#[test]
fn the_line_of_the_case_is_the_one_that_an_editor_shows() {
    let Some(case) = case("20-24-tables") else {
        return;
    };
    let office = Office::begin();
    brought(&office, &case, "21-line-4-is-wrong.csv");
    let report = office.partly("21-line-4-is-wrong.csv");
    let refused = refusals(&report);
    assert_eq!(refused.iter().map(|r| r.0).collect::<Vec<_>>(), [4]);
    assert_eq!(
        fates(&report).iter().filter(|f| **f == "recorded").count(),
        3
    );
}

#[test]
fn per_cent_of_the_case_is_what_the_cells_show() {
    let Some(case) = case("20-24-tables") else {
        return;
    };
    let office = Office::begin();
    brought(&office, &case, "22-percent.xlsx");
    let (_, sites) = taken(&office, "22-percent.xlsx");
    let percents: Vec<&Value> = sites
        .iter()
        .map(|site| &site["eradications"][0][0]["percent"])
        .collect();
    assert_eq!(percents, [100, 80, 80, 1]);
}

#[test]
fn photographs_of_the_case_are_found_and_none_is_lost() {
    let Some(case) = case("20-24-tables") else {
        return;
    };
    let office = Office::begin();
    brought(&office, &case, "23-photo-paths.csv");
    let report = office.partly("23-photo-paths.csv");
    assert_eq!(
        fates(&report),
        ["recorded", "recorded", "recorded", "recorded", "refused"]
    );
    assert!(refusals(&report)[0].1.contains("none.jpg"));
    let photos: Vec<usize> = sites(&office, &report)
        .iter()
        .map(|site| site["evidence"].as_array().expect("evidence").len())
        .collect();
    assert_eq!(photos, [1, 2, 1, 1]);
}

#[test]
fn degrees_and_minutes_of_the_case_are_places() {
    let Some(case) = case("20-24-tables") else {
        return;
    };
    let office = Office::begin();
    brought(&office, &case, "24-degrees-and-minutes.csv");
    let (_, sites) = taken(&office, "24-degrees-and-minutes.csv");
    let lons: Vec<f64> = sites
        .iter()
        .map(|site| site["lon"].as_f64().expect("lon"))
        .collect();
    assert_eq!(lons, [113.3, 113.304, 113.308]);
    assert!(sites.iter().all(|site| site["lat"] == 33.74));
}

#[test]
fn a_known_sites_position_is_compared_in_any_spelling() {
    let office = with_photos();
    let a = office.dispatched(113.30, 33.74);
    let row = |code: &str, lon: &str, lat: &str| {
        format!("{code},,{lon},{lat},种植罂粟,2026-05-04 10:21,王五、李四,200,DCIM/a.jpg,,")
    };
    for (lon, lat, why) in [
        ("113°20′", "33°44′24″", "is it another place"),
        ("113.3333333", "33.74", "is it another place"),
        ("北纬33°44′24″", "113°18′", "exchanged"),
        ("113.3.0", "33.74", "not degrees"),
        ("", "33.74", "one half"),
        ("435133", "3735042", "projected"),
    ] {
        fs::write(office.path("t.csv"), table(&[row(&a, lon, lat)])).expect("written");
        let refused = refusals(&office.partly("t.csv"));
        assert!(refused[0].1.contains(why), "{lon} {lat}: {refused:?}");
    }
    // A whole table that a map program shifted.
    let b = office.dispatched(113.32, 33.74);
    let shifted = |lon: f64, seconds: bool| {
        let at = papaver::exchange::gcj02::gcj02(papaver::ground::LonLat::new(lon, 33.74));
        let (lon, lat) = (at.lon, at.lat);
        let minutes = |d: f64| {
            format!(
                "{}°{}′{:.3}″",
                d as u32,
                (d.fract() * 60.0) as u32,
                (d * 60.0).fract() * 60.0
            )
        };
        if seconds {
            (minutes(lon), minutes(lat))
        } else {
            (lon.to_string(), lat.to_string())
        }
    };
    for seconds in [false, true] {
        let rows = [(&a, 113.30), (&b, 113.32)].map(|(code, lon)| {
            let (lon, lat) = shifted(lon, seconds);
            row(code, &lon, &lat)
        });
        fs::write(office.path("t.csv"), table(&rows)).expect("written");
        let told = office.refused("wang", &["import", "t.csv"]);
        assert!(told.contains("GCJ-02"), "{told}");
    }
    fs::write(
        office.path("t.csv"),
        table(&[row(&a, "东经113度18分", "33°44.4′")]),
    )
    .expect("written");
    let report = office.ok("wang", &["import", "t.csv", "--json"]).json();
    assert_eq!(report["rows"][0]["apart_m"], Value::Null, "{report}");
}

#[test]
fn tables_of_every_hand_are_read_and_what_is_not_understood_is_named() {
    let office = with_photos();
    // GBK, semicolons, a heading, a column of the office's own, a comment over two lines, an empty last row.
    let text = format!(
        "某县核查表\r\n{};联系电话\r\n;点1;113.300;33.74;种植罂粟;二〇二六年五月四日 下午3时05分;王五、李四;２００株;DCIM/a.jpg;;;139\r\n\
         ;\"点\r\n2\";113.304;33.74;种植罂粟;4/5/2026;王五、李四;1,200;DCIM/a.jpg;;;\r\n\
         ;点3;113.308;33.74;种植罂粟;2026/5/4 上午9:05;王五、李四;1,200;DCIM/a.jpg;;;\r\n;;;;;;;;;;;\r\n",
        TITLES.join(";")
    );
    fs::write(office.path("t.csv"), gbk(&text)).expect("written");
    let said = office.run("wang", &["import", "t.csv"]);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(
        said.err.contains("not understood") && said.err.contains("联系电话"),
        "{said:?}"
    );
    assert!(
        said.out.contains("line 4") && said.out.contains("two dates"),
        "{said:?}"
    );
    let report = office.run("wang", &["import", "t.csv", "--json"]).json();
    assert_eq!(
        fates(&report),
        ["recorded_before", "refused", "recorded_before"]
    );
    assert_eq!(report["columns_not_understood"][0], "联系电话");
    let sites = sites(&office, &report);
    assert_eq!(
        (&sites[0]["plants"], &sites[1]["plants"]),
        (&200.into(), &1200.into())
    );

    // A comma in a note shifts what comes after it.
    let shifted = find(9, "113.40", "33.74", "2026-05-04", "200,棵", "DCIM/a.jpg");
    fs::write(office.path("t.csv"), table(&[shifted])).expect("written");
    assert!(
        refusals(&office.partly("t.csv"))[0]
            .1
            .contains("more cells")
    );
    // Nothing is understood; something is, and the form is not; a quotation mark swallows the rest.
    for (text, why) in [
        ("地块,联系人\r\n1,张三\r\n", "地块, 联系人"),
        ("图斑编号,核查的结论\r\nX,种植罂粟\r\n", "核查的结论"),
        (
            "图斑编号,回填：核查备注\r\nX,\"开了就没关\r\nY,再来\r\n",
            "line 2: a quotation mark",
        ),
        ("", "it is empty"),
    ] {
        fs::write(office.path("t.csv"), text).expect("written");
        let told = office.refused("wang", &["import", "t.csv"]);
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn names_with_blanks_and_other_dashes_and_primes_are_read_and_no_place_is_none() {
    let office = with_photos();
    let row = |lon: &str, lat: &str, when: &str, officers: &str| {
        format!(",点,{lon},{lat},种植罂粟,{when},{officers},200,DCIM/a.jpg,,")
    };
    let text = table(&[
        row("113º18ʹ00ʺ", "33º44ʹ24ʺ", "2026—05—04", "王五 李四"),
        row("113.31", "33.74", "2026–5–4 10:21", "王五　艾力·买买提"),
        row("0", "0", "2026-05-04", "王五、李四"),
        row("113.32", "33.74", "2026-05-04", "王 五"),
    ]);
    fs::write(office.path("t.csv"), text).expect("written");
    let report = office.partly("t.csv");
    assert_eq!(
        fates(&report),
        ["recorded", "recorded", "refused", "refused"]
    );
    let refused = refusals(&report);
    assert!(refused[0].1.contains("0, 0 is no place"), "{refused:?}");
    assert!(refused[1].1.contains("two officers"), "{refused:?}");
    let sites = sites(&office, &report);
    assert_eq!(
        (&sites[0]["lon"], &sites[0]["lat"]),
        (&113.3.into(), &33.74.into())
    );
    let officers = |site: &Value| site["visits"][0][1]["officers"].clone();
    assert!(
        sites[..2]
            .iter()
            .all(|site| visited_at(site).starts_with("2026-05-04"))
    );
    let shown: Vec<String> = sites.iter().map(Value::to_string).collect();
    assert!(
        shown[0].contains("王五") && !shown[0].contains("王五 李四"),
        "{} {}",
        officers(&sites[0]),
        shown[0]
    );
    assert!(shown[1].contains("\"艾力·买买提\""), "{}", shown[1]);
}

#[test]
fn places_with_a_wrong_sign_or_exchanged_are_said() {
    let office = with_photos();
    let said = |arguments: &[&str]| office.ok("wang", arguments).err;
    let list = "编号,经度,纬度\nA1,-113.3,33.74\nA2,113.3,33.74\n";
    fs::write(office.path("t.csv"), list).expect("written");
    let text = said(&["targets", "import", "t.csv", "--season", "2026"]);
    assert!(
        text.contains("1 place lies outside of China (-113.3"),
        "{text}"
    );
    let at = |at: &str| {
        let when = ["--source", "find", "--when", "2026-05-04"];
        said(&[&["add", "--at", at][..], &when[..]].concat())
    };
    assert!(at("43.5,80.1").contains("outside of China"));
    assert!(!at("113.5,33.9").contains("outside"));
    let text = table(&[
        ",点,113.3W,33.74,种植罂粟,2026-05-04,王五、李四,200,DCIM/a.jpg,,".to_owned(),
        ",点,113.6,33.74,种植罂粟,2026-05-04,王五、李四,200,DCIM/a.jpg,,".to_owned(),
    ]);
    fs::write(office.path("t.csv"), text).expect("written");
    let text = said(&["import", "t.csv"]);
    assert!(
        text.contains("1 place lies outside of China (-113.3"),
        "{text}"
    );
}

#[test]
fn cells_of_dates_are_the_day_that_they_show_whatever_the_workbook_counts_from() {
    for counts_from_1904 in [false, true] {
        let office = with_photos();
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (column, title) in TITLES.iter().enumerate() {
            sheet
                .write_string(0, column as u16, *title)
                .expect("written");
        }
        for (line, code) in [
            "yyyy/m/d",
            "yyyy\"年\"m\"月\"d\"日\"",
            "d/m/yy",
            "[$-804]yyyy\"年\"m\"月\"d\"日\" h\"时\"mm\"分\";@",
        ]
        .iter()
        .enumerate()
        {
            let row = line as u32 + 1;
            sheet
                .write_string(row, 1, format!("点{line}"))
                .expect("written");
            sheet
                .write_number(row, 2, 113.3 + line as f64 * 0.004)
                .expect("written");
            sheet.write_number(row, 3, 33.74).expect("written");
            sheet.write_string(row, 4, "种植罂粟").expect("written");
            let day = ExcelDateTime::from_ymd(2026, 5, 4).expect("a day");
            let at = if code.contains('h') {
                day.and_hms(10, 21, 0).expect("a time")
            } else {
                day
            };
            let mut serial = at.to_excel();
            if counts_from_1904 {
                serial -= 1462.0;
            }
            sheet
                .write_number_with_format(row, 5, serial, &Format::new().set_num_format(*code))
                .expect("written");
            sheet.write_string(row, 6, "王五、李四").expect("written");
            sheet
                .write_number_with_format(row, 7, 200.0, &Format::new().set_num_format("0\"株\""))
                .expect("written");
            sheet.write_string(row, 8, "DCIM/a.jpg").expect("written");
        }
        let mut bytes = book.save_to_buffer().expect("made");
        if counts_from_1904 {
            bytes = with_1904(&bytes);
        }
        fs::write(office.path("t.xlsx"), bytes).expect("written");
        let (_, sites) = taken(&office, "t.xlsx");
        let times: Vec<String> = sites.iter().map(visited_at).collect();
        assert!(
            times.iter().all(|at| at.starts_with("2026-05-04")),
            "{times:?}"
        );
        assert!(sites.iter().all(|site| site["plants"] == 200));
    }
}

/// The same workbook, counting its days from 1904.
fn with_1904(bytes: &[u8]) -> Vec<u8> {
    use std::io::{Cursor, Read, Write};
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let mut file = from.by_index(at).expect("a file");
        let mut text = Vec::new();
        file.read_to_end(&mut text).expect("read");
        if file.name().expect("a name") == "xl/workbook.xml" {
            let xml = String::from_utf8(text).expect("XML");
            assert!(xml.contains("<workbookPr "), "{xml}");
            text = xml
                .replace("<workbookPr ", "<workbookPr date1904=\"1\" ")
                .into_bytes();
        }
        to.start_file(
            file.name().expect("a name"),
            zip::write::SimpleFileOptions::default(),
        )
        .expect("begun");
        to.write_all(&text).expect("written");
    }
    to.finish().expect("finished").into_inner()
}

/// The targets of a list as `targets match` shows them: name and place.
fn targets(office: &Office, file: &str) -> Vec<(String, f64, f64)> {
    office.ok(
        "wang",
        &[
            "targets", "import", file, "--season", "2026", "--name", file,
        ],
    );
    let _gone = fs::remove_file(office.path("t.geojson"));
    office.ok(
        "wang",
        &["targets", "match", "--list", file, "--output", "t.geojson"],
    );
    let text = fs::read_to_string(office.path("t.geojson")).expect("written");
    let found: Value = serde_json::from_str(&text).expect("JSON");
    let features = found["features"].as_array().expect("features");
    features
        .iter()
        .map(|feature| {
            let at = &feature["geometry"]["coordinates"];
            (
                feature["properties"]["target"]
                    .as_str()
                    .expect("a name")
                    .to_owned(),
                at[0].as_f64().unwrap_or_default(),
                at[1].as_f64().unwrap_or_default(),
            )
        })
        .collect()
}

#[test]
fn target_lists_of_the_cases_are_read() {
    let Some(tables) = case("15-target-tables") else {
        return;
    };
    let office = Office::begin();
    let bring = |folder: &Path, name: &str| {
        fs::copy(folder.join(name), office.path(name)).expect("copied");
    };
    for (name, id) in [
        ("degree-signs-in-titles.csv", "A1"),
        ("empty-last-row.csv", "A1"),
        ("gbk.csv", "东沟1号"),
        ("list.xlsx", "A1"),
        ("minutes.csv", "A1"),
        ("semicolon.csv", "A1"),
        ("tab.csv", "A1"),
    ] {
        bring(&tables, name);
        assert_eq!(
            targets(&office, name),
            [(id.to_owned(), 113.3, 33.74)],
            "{name}"
        );
    }
    bring(&tables, "line-3-is-wrong.csv");
    let told = office.refused("wang", &["targets", "import", "line-3-is-wrong.csv"]);
    assert!(
        told.contains("line 3") && !told.contains("copy it again"),
        "{told}"
    );

    let names = tables.join("../14-target-names");
    for name in ["gbk-chinese-column", "gbk-latin-column", "utf8-cut-column"] {
        // The same places and names under another file name are the same list.
        let office = Office::begin();
        for ending in ["shp", "shx", "dbf", "prj", "cpg"] {
            let file = format!("{name}.{ending}");
            if names.join(&file).exists() {
                fs::copy(names.join(&file), office.path(&file)).expect("copied");
            }
        }
        let found = targets(&office, &format!("{name}.shp"));
        assert_eq!(found[0].0, "东沟1号", "{name}");
    }
    let null = tables.join("../01-null-geometry-crash");
    bring(&null, "null.gpkg");
    let said = office.ok(
        "wang",
        &["targets", "import", "null.gpkg", "--season", "2026"],
    );
    assert!(
        said.err.contains("without a geometry passed over: 1"),
        "{said:?}"
    );
    assert!(said.err.contains("numbered"), "{said:?}");
    bring(&null, "null.geojson");
    assert!(
        office
            .refused("wang", &["targets", "import", "null.geojson"])
            .contains("no point and no polygon")
    );
}

#[test]
fn shapefiles_are_read_without_an_index_and_in_any_encoding() {
    let office = Office::begin();
    for (number, (cpg, with_index)) in [
        (None, true),
        (Some("GBK"), false),
        (Some("ISO-8859-1"), false),
        (Some("UTF-8"), true),
    ]
    .into_iter()
    .enumerate()
    {
        let stem = format!("靶标{number}");
        let at = |ending: &str| office.path(&format!("{stem}.{ending}"));
        let (shp, shx, dbf) = points(
            &[(113.3, 33.74), (113.31 + number as f64 / 100.0, 33.75)],
            "靶标编号",
            &["东沟1号", "西沟坡地第十二号"],
        );
        fs::write(at("shp"), shp).expect("written");
        fs::write(at("dbf"), dbf).expect("written");
        if with_index {
            fs::write(at("shx"), shx).expect("written");
        }
        let wkt = "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]";
        fs::write(at("prj"), wkt).expect("written");
        if let Some(cpg) = cpg {
            fs::write(at("cpg"), cpg).expect("written");
        }
        let beside = || {
            let names = fs::read_dir(office.folder()).expect("listed");
            let names = names.map(|entry| entry.expect("entry").file_name());
            names
                .filter(|name| name.to_string_lossy().starts_with(&stem))
                .count()
        };
        let before = beside();
        let found = targets(&office, &format!("{stem}.shp"));
        assert_eq!(found[0], ("东沟1号".to_owned(), 113.3, 33.74));
        assert_eq!(found[1].0, "西沟坡地第十二号");
        assert_eq!(beside(), before, "nothing is written beside the list");
        // A table of another list, and shapes that were cut.
        let (_, _, other) = points(&[(113.3, 33.74)], "靶标编号", &["东沟1号"]);
        fs::write(at("dbf"), other).expect("written");
        let told = office.refused("wang", &["targets", "import", &format!("{stem}.shp")]);
        assert!(told.contains(".dbf"), "{told}");
    }
}

/// A shapefile of points with one column of words in GBK: its shapes, index and table.
fn points(at: &[(f64, f64)], column: &str, names: &[&str]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let header = |words: usize| {
        let mut header = vec![0; 100];
        header[..4].copy_from_slice(&9994_u32.to_be_bytes());
        header[24..28].copy_from_slice(&(words as u32).to_be_bytes());
        header[28..32].copy_from_slice(&1000_u32.to_le_bytes());
        header[32..36].copy_from_slice(&1_u32.to_le_bytes());
        for (place, bound) in [113.0_f64, 33.0, 114.0, 34.0].iter().enumerate() {
            header[36 + place * 8..44 + place * 8].copy_from_slice(&bound.to_le_bytes());
        }
        header
    };
    let mut shp = header(50 + at.len() * 14);
    let mut shx = header(50 + at.len() * 4);
    for (number, (x, y)) in at.iter().enumerate() {
        shx.extend(((shp.len() / 2) as u32).to_be_bytes());
        shx.extend(10_u32.to_be_bytes());
        shp.extend((number as u32 + 1).to_be_bytes());
        shp.extend(10_u32.to_be_bytes());
        shp.extend(1_u32.to_le_bytes());
        shp.extend(x.to_le_bytes());
        shp.extend(y.to_le_bytes());
    }
    const ROOM: usize = 20;
    let mut dbf = vec![0; 64];
    dbf[0] = 3;
    dbf[4..8].copy_from_slice(&(names.len() as u32).to_le_bytes());
    dbf[8..10].copy_from_slice(&65_u16.to_le_bytes());
    dbf[10..12].copy_from_slice(&(ROOM as u16 + 1).to_le_bytes());
    let title = gbk(column);
    dbf[32..32 + title.len()].copy_from_slice(&title);
    dbf[43] = b'C';
    dbf[48] = ROOM as u8;
    dbf.push(b'\r');
    for name in names {
        dbf.push(b' ');
        let mut text = gbk(name);
        text.resize(ROOM, b' ');
        dbf.extend(text);
    }
    (shp, shx, dbf)
}

#[test]
fn photographs_of_the_cases_from_elsewhere_and_another_year_are_marked() {
    let Some(case) = case("16-evidence-exif") else {
        return;
    };
    let office = Office::begin();
    let names = ["good.jpg", "no-next-ifd.jpg", "signed-rationals.jpg"];
    let mut lines = Vec::new();
    for (at, name) in (0..).zip(names) {
        fs::copy(case.join(name), office.path(name)).expect("copied");
        let lon = format!("{}", 113.3 + f64::from(at) / 100.0);
        lines.push(find(at, &lon, "33.74", "2026-05-04 10:21", "20", name));
    }
    fs::write(office.path("filled.csv"), table(&lines)).expect("written");
    let (_, sites) = taken(&office, "filled.csv");
    for (site, name) in sites.iter().zip(names) {
        let marks = site["evidence"][0]["marks"].to_string();
        assert!(
            marks.contains("far:") && marks.contains("old:485d"),
            "{name}: {marks}"
        );
    }
    assert_eq!(sites.len(), 3);
}

#[test]
fn tracks_of_the_cases_are_read() {
    let Some(case) = case("17-gpx-of-phones") else {
        return;
    };
    for name in [
        "accuracy",
        "device-in-metadata",
        "empty-hdop",
        "empty-time",
        "no-version",
        "speed",
        "time-without-zone-17h",
    ] {
        let office = Office::begin();
        let file = format!("{name}.gpx");
        fs::copy(case.join(&file), office.path(&file)).expect("copied");
        let mut arguments = vec!["patrol", "--track", &file, "--people", "2", "--json"];
        if name == "empty-time" {
            arguments.extend(["--on", "2026-05-03"]);
        }
        let said = office.ok("wang", &arguments).json();
        assert_eq!(said["on"], "2026-05-03", "{name}");
        assert_eq!(said["track"]["points"], 3, "{name}");
        let metres = said["track"]["length_m"].as_u64().expect("metres");
        assert!(metres.abs_diff(741) <= 1, "{name}: {metres}");
    }
}

#[test]
fn districts_of_the_land_survey_are_read_from_any_file() {
    let office = Office::begin();
    let site = office.dispatched(113.05, 33.5);
    let kml = "<?xml version=\"1.0\" encoding=\"GB2312\"?><kml><Placemark><ExtendedData><SchemaData><SimpleData name=\"XZQDM\">410423</SimpleData><SimpleData name=\"XZQMC\">鲁山县</SimpleData></SchemaData></ExtendedData><MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>113,33 113.1,33 113.1,34 113,34 113,33</coordinates></LinearRing></outerBoundaryIs></Polygon></MultiGeometry></Placemark><Placemark><name>无</name></Placemark></kml>";
    fs::write(office.path("d.kml"), gbk(kml)).expect("written");
    let said = office.ok(
        "chief",
        &["registry", "districts", "d.kml", "--vintage", "2023"],
    );
    assert!(said.err.contains("passed over: 1"), "{said:?}");
    let shown = office.site(&site).to_string();
    assert!(
        shown.contains("410423") && shown.contains("鲁山县"),
        "{shown}"
    );
    // The boundaries are kept, so that a patrol finds its district.
    let track = "<gpx><trk><trkseg><trkpt lon='113.05' lat='33.5'/><trkpt lon='113.051' lat='33.5'/></trkseg></trk></gpx>";
    fs::write(office.path("w.gpx"), track).expect("written");
    let said = office.ok(
        "wang",
        &[
            "patrol",
            "--track",
            "w.gpx",
            "--on",
            "2026-05-03",
            "--people",
            "2",
            "--json",
        ],
    );
    assert_eq!(said.json()["district"], "410423");
}

#[test]
fn tracks_of_every_phone_are_read_or_refused_by_their_cause() {
    let office = Office::begin();
    let at = [113.300, 113.304, 113.308];
    let times = [
        "2026-05-03T01:00:00Z",
        "2026-05-03T01:05:00Z",
        "2026-05-03T01:10:00Z",
    ];
    let points = |point: &dyn Fn(f64, &str) -> String, times: [&str; 3]| -> String {
        at.iter()
            .zip(times)
            .map(|(lon, time)| point(*lon, time))
            .collect()
    };
    let plain = |lon: f64, time: &str| {
        format!("<trkpt lon=\"{lon}\" lat=\"33.74\"><ele>300</ele><time>{time}</time></trkpt>")
    };
    let file = |head: &str, points: &str| {
        format!("{head}<trk><name>东沟</name><trkseg>{points}</trkseg></trk></gpx>")
    };
    let one = |times: [&str; 3]| file("<gpx>", &points(&plain, times));
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(
            file(
                "<?xml version=\"1.0\" encoding=\"UTF-16\"?><gpx>",
                &points(&plain, times),
            )
            .encode_utf16(),
        )
        .flat_map(u16::to_le_bytes)
        .collect();
    let undeclared = |lon: f64, time: &str| {
        format!(
            "<trkpt lon='{lon}' lat='33.74'><tb:speed>1</tb:speed><time><![CDATA[ {time} ]]></time><name>a & b&nbsp;</name></trkpt>"
        )
    };
    let prefixed = points(&plain, times)
        .replace("<trkpt", "<g:trkpt")
        .replace("</trkpt", "</g:trkpt")
        .replace("time>", "g:time>");
    let prefixed = format!("<g:gpx><g:trk><g:trkseg>{prefixed}</g:trkseg></g:trk></g:gpx>");
    let comma = points(&plain, times)
        .replace("33.74", "33,74")
        .replace("113.", "113,");
    let unset = ["1970-01-01T00:00:00Z", "1980-01-06T00:00:00Z", times[2]];
    let files: [(&str, Vec<u8>); 13] = [
        (
            "gbk",
            gbk(&file(
                "<?xml version=\"1.0\" encoding=\"GB2312\"?><gpx>",
                &points(&plain, times),
            )),
        ),
        ("gbk that says nothing of it", gbk(&one(times))),
        ("utf-16", wide),
        (
            "blank lines first",
            [b"\xef\xbb\xbf\n\n ".as_slice(), one(times).as_bytes()].concat(),
        ),
        (
            "prefixes of nobody",
            file("<gpx>", &points(&undeclared, times)).into(),
        ),
        ("prefixed", prefixed.into()),
        (
            "slashes",
            one(["2026/5/3 17:00", "2026/5/3 17:05", "2026/5/3 17:10"]).into(),
        ),
        (
            "words",
            one([
                "2026年5月3日 下午5:00",
                "2026年5月3日 下午5:05",
                "2026年5月3日 下午5:10",
            ])
            .into(),
        ),
        (
            "zone without its colon",
            one(["2026-05-03T17:00:00+0800", "2026-05-03T17:05:00+0800", ""]).into(),
        ),
        ("decimal commas", file("<gpx>", &comma).into()),
        ("clock not set yet", one(unset).into()),
        ("phone died", [one(times).as_bytes(), &[0; 512]].concat()),
        ("cut off", one(times)[..one(times).len() - 20].into()),
    ];
    for (name, bytes) in files {
        let file = format!("{name}.gpx");
        fs::write(office.path(&file), bytes).expect("written");
        let words = [
            "patrol",
            "--track",
            &file,
            "--people",
            "2",
            "--district",
            "410423",
            "--json",
        ];
        let said = office.ok("wang", &words).json();
        assert_eq!(said["on"], "2026-05-03", "{name}");
        assert_eq!(said["track"]["points"], 3, "{name}");
        let metres = said["track"]["length_m"].as_u64().expect("metres");
        assert!(metres.abs_diff(741) <= 1, "{name}: {metres}");
    }
    let turned =
        "<gpx><rte><rtept lon='33.74' lat='113.3'/><rtept lon='33.74' lat='113.301'/></rte></gpx>";
    let places = "<gpx><wpt lon='113.3' lat='33.74'/><wpt lon='113.301' lat='33.74'/></gpx>";
    let weeks = one([
        "2006-09-17T01:00:00Z",
        "2006-09-17T01:05:00Z",
        "2006-09-17T01:10:00Z",
    ]);
    for (name, text, why) in [
        ("turned", turned, "longitudes and latitudes are exchanged"),
        ("places", places, "no track of two positions"),
        ("weeks", &weeks, "lost count of the weeks"),
        ("no times", &one([""; 3]), "nobody says when"),
    ] {
        let file = format!("{name}.gpx");
        fs::write(office.path(&file), text).expect("written");
        let words = [
            "patrol",
            "--track",
            &file,
            "--people",
            "2",
            "--district",
            "410423",
        ];
        let told = office.refused("wang", &words);
        assert!(told.contains(why), "{name}: {told}");
    }
    let known = [
        "patrol",
        "--track",
        "weeks.gpx",
        "--people",
        "2",
        "--district",
        "410423",
        "--on",
        "2026-05-03",
        "--clock-wrong",
    ];
    office.ok("wang", &known);
}

/// A shapefile of areas with columns of words: its shapes and its table, without an index.
fn areas(
    rings: &[[f64; 4]],
    columns: &[(&[u8], usize)],
    rows: &[Vec<Vec<u8>>],
) -> (Vec<u8>, Vec<u8>) {
    let mut shp = vec![0; 100];
    for (number, [w, s, e, n]) in rings.iter().enumerate() {
        let ring = [[*w, *s], [*w, *n], [*e, *n], [*e, *s], [*w, *s]];
        shp.extend((number as u32 + 1).to_be_bytes());
        shp.extend(64_u32.to_be_bytes());
        shp.extend(5_u32.to_le_bytes());
        shp.extend([*w, *s, *e, *n].iter().flat_map(|at| at.to_le_bytes()));
        shp.extend([1_u32, 5, 0].iter().flat_map(|n| n.to_le_bytes()));
        shp.extend(ring.iter().flatten().flat_map(|at| at.to_le_bytes()));
    }
    let words = (shp.len() / 2) as u32;
    shp[..4].copy_from_slice(&9994_u32.to_be_bytes());
    shp[24..28].copy_from_slice(&words.to_be_bytes());
    shp[28..32].copy_from_slice(&1000_u32.to_le_bytes());
    shp[32..36].copy_from_slice(&5_u32.to_le_bytes());
    let length = 1 + columns.iter().map(|(_, room)| room).sum::<usize>();
    let mut dbf = vec![0; 32];
    dbf[0] = 3;
    dbf[4..8].copy_from_slice(&(rows.len() as u32).to_le_bytes());
    dbf[8..10].copy_from_slice(&(33 + 32 * columns.len() as u16).to_le_bytes());
    dbf[10..12].copy_from_slice(&(length as u16).to_le_bytes());
    for (name, room) in columns {
        let mut column = vec![0; 32];
        let cut = &name[..name.len().min(10)];
        column[..cut.len()].copy_from_slice(cut);
        column[11] = b'C';
        column[16] = *room as u8;
        dbf.extend(column);
    }
    dbf.push(b'\r');
    for row in rows {
        dbf.push(b' ');
        for (value, (_, room)) in row.iter().zip(columns) {
            let mut value = value.clone();
            value.resize(*room, b' ');
            dbf.extend(value);
        }
    }
    (shp, dbf)
}

#[test]
fn districts_are_read_from_every_vector_file_under_the_names_of_every_office() {
    const WKT: &str = "GEOGCS[\"GCS_China_Geodetic_Coordinate_System_2000\",DATUM[\"D_China_2000\",SPHEROID[\"CGCS2000\",6378137.0,298.257222101]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]";
    let ring = [113.0, 33.0, 113.1, 34.0];
    let json = |code: &str, name: &str| {
        format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{\"OBJECTID\":467300,\"{code}\":\"410423000000\",\"{name}\":\"鲁山县\"}},\
             \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[[113,33],[113.1,33],[113.1,34],[113,34],[113,33]]]}}}}]}}"
        )
    };
    let known = |office: &Office, file: &str| {
        let site = office.dispatched(113.05, 33.5);
        office.ok(
            "chief",
            &["registry", "districts", file, "--vintage", "2023"],
        );
        let shown = office.site(&site).to_string();
        assert!(
            shown.contains("\"410423\"") && shown.contains("鲁山县"),
            "{file}: {shown}"
        );
    };
    for (file, code, name) in [
        ("survey.geojson", "XZQDM", "XZQMC"),
        ("statistics.json", "行政区划代码", "名称"),
        ("public.geojson", "adcode", "name"),
    ] {
        let office = Office::begin();
        fs::write(office.path(file), gbk(&json(code, name))).expect("written");
        known(&office, file);
    }
    let utf8 = |text: &str| text.as_bytes().to_vec();
    // UTF-8 cuts 行政区代码 and 行政区名称 to one and the same word.
    for (stem, spelt, cpg, columns) in [
        (
            "国土",
            &gbk as &dyn Fn(&str) -> Vec<u8>,
            None,
            ["XZQDM", "XZQMC"],
        ),
        ("汉字", &gbk, None, ["行政区代码", "行政区名称"]),
        ("cut", &utf8, Some("UTF-8"), ["行政区代码", "行政区名称"]),
        (
            "cut to the same bytes",
            &utf8,
            None,
            ["行政区名称", "行政区划代码"],
        ),
    ] {
        let office = Office::begin();
        let value = |title: &str| {
            if title.ends_with("代码") || title == "XZQDM" {
                "410423"
            } else {
                "鲁山县"
            }
        };
        let titles: Vec<Vec<u8>> = columns.iter().map(|title| spelt(title)).collect();
        let titles: Vec<(&[u8], usize)> =
            titles.iter().map(|title| (title.as_slice(), 24)).collect();
        let row = columns.iter().map(|title| spelt(value(title))).collect();
        let (shp, dbf) = areas(&[ring], &titles, &[row]);
        let at = |ending: &str| office.path(&format!("{stem}.{ending}"));
        fs::write(at("SHP"), shp).expect("written");
        fs::write(at("DBF"), dbf).expect("written");
        fs::write(at("PRJ"), WKT).expect("written");
        if let Some(cpg) = cpg {
            fs::write(at("CPG"), cpg).expect("written");
        }
        known(&office, &format!("{stem}.SHP"));
    }
    // A postcode has six digits, too, and is no code of a district.
    let office = Office::begin();
    fs::write(office.path("d.geojson"), json("邮政编码", "名称")).expect("written");
    let told = office.refused(
        "chief",
        &["registry", "districts", "d.geojson", "--vintage", "2023"],
    );
    assert!(told.contains("邮政编码"), "{told}");
}

/// What ESRI's programs write of a system beside their shapes.
fn prj(epsg: u32) -> String {
    let reference = gdal::spatial_ref::SpatialRef::from_epsg(epsg).expect("known");
    reference.morph_to_esri().expect("in ESRI's words");
    reference.to_wkt().expect("as text")
}

#[test]
fn shapes_on_an_old_datum_are_not_taken_for_wgs_84() {
    let office = Office::begin();
    // Degrees of Beijing 1954 and of Xian 1980, and of CGCS2000, whose places are those of WGS 84.
    for (epsg, taken) in [(4214, false), (4610, false), (4490, true)] {
        let (shp, shx, dbf) = points(&[(113.3, 33.74)], "编号", &["东沟1号"]);
        let stem = format!("list{epsg}");
        for (ending, bytes) in [("shp", shp), ("shx", shx), ("dbf", dbf)] {
            fs::write(office.path(&format!("{stem}.{ending}")), bytes).expect("written");
        }
        fs::write(office.path(&format!("{stem}.prj")), prj(epsg)).expect("written");
        let file = format!("{stem}.shp");
        let import = ["targets", "import", &file, "--season", "2026"];
        if taken {
            assert_eq!(targets(&office, &file)[0].1, 113.3);
        } else {
            let why = office.refused("wang", &import);
            assert!(why.contains("its coordinates are"), "{epsg}: {why}");
        }
    }
    // Boundaries are taken, and it is said.
    let square = r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4214"}},"features":[{"type":"Feature","properties":{"code":"410423","name":"鲁山县"},"geometry":{"type":"Polygon","coordinates":[[[113.2,33.6],[113.4,33.6],[113.4,33.9],[113.2,33.9],[113.2,33.6]]]}}]}"#;
    fs::write(office.path("old.geojson"), square).expect("written");
    let said = office.ok(
        "chief",
        &["registry", "districts", "old.geojson", "--vintage", "2023"],
    );
    assert!(said.err.contains("no way to WGS 84"), "{said:?}");
}

#[test]
fn workbooks_with_titles_in_two_rows_hidden_sheets_and_places_in_one_cell_are_read() {
    let office = with_photos();
    let mut book = Workbook::new();
    let plain = Format::new();
    let sheet = book.add_worksheet();
    // A heading, and titles of which two stand below a common one.
    sheet
        .merge_range(0, 0, 0, 8, "鲁山县核查表", &plain)
        .expect("merged");
    sheet
        .merge_range(1, 2, 1, 3, "位置", &plain)
        .expect("merged");
    for (column, title) in TITLES.iter().enumerate().take(9) {
        let row = if [2, 3].contains(&column) { 2 } else { 1 };
        sheet
            .write_string(row, column as u16, *title)
            .expect("written");
    }
    let cells = [
        "",
        "东沟",
        "113.3",
        "33.74",
        "种植罂粟",
        "2026-05-04 10:21",
        "王五、李四",
        "20",
        "DCIM/a.jpg",
    ];
    for (column, words) in cells.iter().enumerate() {
        sheet
            .write_string(3, column as u16, *words)
            .expect("written");
    }
    // What the office filled in a year ago, and hid.
    let old = book.add_worksheet();
    old.set_hidden(true).set_name("去年").expect("named");
    for (column, (title, words)) in TITLES.iter().zip(cells).enumerate() {
        let words = if column == 2 { "113.5" } else { words };
        old.write_string(0, column as u16, *title).expect("written");
        old.write_string(1, column as u16, words).expect("written");
    }
    book.save(office.path("filled.xlsx")).expect("saved");
    let (report, sites) = taken(&office, "filled.xlsx");
    assert_eq!(fates(&report), ["recorded"]);
    assert_eq!(report["rows"][0]["line"], 4);
    assert_eq!(
        report["hidden_sheets_not_read"],
        serde_json::json!(["去年"])
    );
    assert_eq!(sites[0]["lon"], 113.3, "{}", sites[0]);
    // Both halves of the position in one column, in any order and spelling.
    let mut table = String::from(
        "图斑编号,小地名,经纬度,回填：核查结论,回填：核查时间,回填：核查人员（两人以上）,回填：株数（逐株）,回填：现场照片1\r\n",
    );
    let places = [
        ("113.31,33.74", 1_133_100_000_i64),
        ("33.74，113.32", 1_133_200_000),
        ("N33°44′24″ E113°19′48″", 1_133_300_000),
    ];
    for (at, (place, _)) in (0..).zip(&places) {
        table += &format!(",点{at},\"{place}\",种植罂粟,2026-05-04,王五、李四,20,DCIM/b.jpg\r\n");
    }
    table += ",点9,\"113.34\",种植罂粟,2026-05-04,王五、李四,20,DCIM/b.jpg\r\n";
    fs::write(office.path("both.csv"), table).expect("written");
    let report = office.partly("both.csv");
    let refused = refusals(&report);
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused[0].1.contains("113.34"), "{refused:?}");
    let found: Vec<i64> = sites_of(&office, &report)
        .iter()
        .map(|site| (site["lon"].as_f64().expect("a place") * 1e7).round() as i64)
        .collect();
    assert_eq!(found, places.map(|(_, lon)| lon));
}

/// The sites of the rows that were recorded.
fn sites_of(office: &Office, report: &Value) -> Vec<Value> {
    let rows = report["rows"].as_array().expect("rows");
    let codes = rows.iter().filter(|row| row["fate"] == "recorded");
    codes
        .map(|row| office.site(row["site"].as_str().expect("a site")))
        .collect()
}

#[test]
fn places_that_are_none_of_their_system_are_refused_with_what_to_do() {
    let office = Office::begin();
    let point = |epsg: Option<u32>, at: &str| {
        let crs = epsg.map(|epsg| {
            format!(
                r#""crs":{{"type":"name","properties":{{"name":"urn:ogc:def:crs:EPSG::{epsg}"}}}},"#
            )
        });
        let crs = crs.unwrap_or_default();
        format!(
            r#"{{"type":"FeatureCollection",{crs}"features":[{{"type":"Feature","properties":{{"name":"a"}},"geometry":{{"type":"Point","coordinates":[{at}]}}}}]}}"#
        )
    };
    let kml = |shape: &str| format!("<kml><Placemark><name>a</name>{shape}</Placemark></kml>");
    let ring = |corners: &str| {
        kml(&format!(
            "<Polygon><outerBoundaryIs><LinearRing><coordinates>{corners}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        ))
    };
    for (name, text, words) in [
        (
            "mercator.geojson",
            point(None, "12612498,3993283"),
            "name the true one",
        ),
        (
            "zone.geojson",
            point(Some(4547), "38435133,3735042"),
            "EPSG:4526",
        ),
        (
            "turned.geojson",
            point(Some(4490), "33.74,113.3"),
            "exchanged",
        ),
        (
            "two-corners.kml",
            ring("113.3,33.7 113.31,33.7"),
            "an empty area",
        ),
        (
            "line.kml",
            kml("<LineString><coordinates>113.3,33.7 113.31,33.7</coordinates></LineString>"),
            "no point and no polygon",
        ),
        (
            "track.kml",
            kml("<gx:Track><gx:coord>113.3 33.7 0</gx:coord></gx:Track>"),
            "no point and no polygon",
        ),
    ] {
        fs::write(office.path(name), text).expect("written");
        let why = office.refused("wang", &["targets", "import", name, "--season", "2026"]);
        assert!(why.contains(words), "{name}: {why}");
        let by_system = ["name the true one", "EPSG:4526"].contains(&words);
        assert_eq!(why.contains("--crs"), by_system, "{name}: {why}");
    }
    // What is right in its own system is taken where it is; three corners are an area.
    fs::write(
        office.path("right.geojson"),
        point(Some(3857), "12612498.31,3993943.58"),
    )
    .expect("written");
    let [(_, lon, lat)] = &targets(&office, "right.geojson")[..] else {
        panic!("one target");
    };
    assert!(
        (lon - 113.3).abs() < 1e-6 && (lat - 33.74).abs() < 1e-6,
        "{lon} {lat}"
    );
    fs::write(
        office.path("triangle.kml"),
        ring("113.2999,33.7399 113.3001,33.7399 113.3,33.7402"),
    )
    .expect("written");
    office.ok(
        "wang",
        &["targets", "import", "triangle.kml", "--season", "2026"],
    );
}

//! The form as a shapefile brings it back: names of ten bytes, words in GBK of which nothing says so, no empty numbers.

use super::office::{Office, photo, refusals};
use std::fs;

const WGS_84: &str = "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]]";

/// A column: its name, its type and its width.
type Column = (&'static str, char, u8);

/// A table, with its words in GBK and no mark of that.
fn dbf(columns: &[Column], rows: &[&[&str]]) -> Vec<u8> {
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let length = |n: usize| u16::try_from(n).expect("short").to_le_bytes();
    let width: usize = columns.iter().map(|column| usize::from(column.2)).sum();
    let mut bytes = vec![3, 126, 5, 5];
    bytes.extend(u32::try_from(rows.len()).expect("few").to_le_bytes());
    bytes.extend(length(33 + 32 * columns.len()));
    bytes.extend(length(1 + width));
    bytes.extend([0; 20]);
    for (name, kind, width) in columns {
        let mut name = gbk(name);
        name.resize(11, 0);
        bytes.extend(name);
        bytes.push(u8::try_from(u32::from(*kind)).expect("a letter"));
        bytes.extend([0, 0, 0, 0, *width, 0]);
        bytes.extend([0; 14]);
    }
    bytes.push(0x0d);
    for row in rows {
        bytes.push(b' ');
        for (value, (_, _, width)) in row.iter().zip(columns) {
            let mut value = gbk(value);
            value.resize((*width).into(), b' ');
            bytes.extend(value);
        }
    }
    bytes.push(0x1a);
    bytes
}

/// Points, without an index beside them.
fn shp(points: &[[f64; 2]]) -> Vec<u8> {
    let mut bytes = 9994_i32.to_be_bytes().to_vec();
    bytes.extend([0; 20]);
    let words = u32::try_from(50 + 14 * points.len()).expect("few");
    bytes.extend(words.to_be_bytes());
    bytes.extend(1000_i32.to_le_bytes());
    bytes.extend(1_i32.to_le_bytes());
    for corner in [112.0, 33.0, 114.0, 34.0, 0.0, 0.0, 0.0, 0.0_f64] {
        bytes.extend(corner.to_le_bytes());
    }
    for (number, [x, y]) in (1_u32..).zip(points) {
        bytes.extend(number.to_be_bytes());
        bytes.extend(10_u32.to_be_bytes());
        bytes.extend(1_i32.to_le_bytes());
        bytes.extend(x.to_le_bytes());
        bytes.extend(y.to_le_bytes());
    }
    bytes
}

fn put(office: &Office, name: &str, columns: &[Column], rows: &[&[&str]], points: &[[f64; 2]]) {
    let path = office.path(name);
    fs::write(path.with_extension("shp"), shp(points)).expect("written");
    fs::write(path.with_extension("dbf"), dbf(columns, rows)).expect("written");
    fs::write(path.with_extension("prj"), WGS_84).expect("written");
}

const COLUMNS: [Column; 9] = [
    ("site", 'C', 20),
    ("visit_outc", 'C', 30),
    ("visit_at", 'D', 8),
    ("visit_offi", 'C', 40),
    ("visit_plan", 'N', 9),
    ("visit_phot", 'C', 80),
    ("visit_ph_1", 'C', 80),
    ("erad_perce", 'N', 9),
    ("备注", 'C', 20),
];

#[test]
fn a_filled_shapefile_is_taken_in_with_its_days_its_words_and_its_noughts() {
    let office = Office::begin();
    let [first, second, third] = [113.30, 113.31, 113.32].map(|lon| office.dispatched(lon, 33.74));
    for (name, colour) in [("a.jpg", 60), ("b.jpg", 80), ("c.jpg", 90)] {
        photo(&office.path(name), colour);
    }
    let rows: [&[&str]; 2] = [
        &[
            &first,
            "种植罂粟",
            "20260505",
            "王五、李四",
            "12",
            "a.jpg",
            "b.jpg",
            "0",
            "",
        ],
        &[
            &second,
            "未发现",
            "20260506",
            "王五、李四",
            "0",
            "",
            "",
            "0",
            "已到现场",
        ],
    ];
    put(
        &office,
        "a.shp",
        &COLUMNS,
        &rows,
        &[[113.30, 33.74], [113.31, 33.74]],
    );
    let report = office.ok("wang", &["import", "a.shp", "--json"]).json();
    assert_eq!(
        report["recorded"]
            .as_u64()
            .or(report["rows"].as_array().map(|r| r.len() as u64)),
        Some(2),
        "{report}"
    );
    let site = office.site(&first);
    assert_eq!(site["state"], "CONFIRMED", "{site}");
    let visit = &site["visits"][0];
    assert_eq!(visit[1]["at"], "2026-05-05T12:00:00+08:00");
    assert_eq!(visit[0]["officers"], serde_json::json!(["王五", "李四"]));
    assert_eq!(site["plants"], 12);
    assert_eq!(site["evidence"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        site["eradications"].as_array().map(Vec::len),
        Some(0),
        "{site}"
    );
    assert_eq!(
        office.site(&second)["visits"][0][1]["at"],
        "2026-05-06T12:00:00+08:00"
    );

    // The day as text, in a ZIP.
    let mut columns = COLUMNS;
    columns[2] = ("visit_at", 'C', 12);
    let row: &[&str] = &[
        &third,
        "种植罂粟",
        "20260505",
        "王五、李四",
        "3",
        "c.jpg",
        "",
        "",
        "",
    ];
    put(&office, "b.shp", &columns, &[row], &[[113.32, 33.74]]);
    let mut zip = zip::ZipWriter::new(fs::File::create(office.path("b.zip")).expect("made"));
    for ending in ["shp", "dbf", "prj"] {
        let name = format!("b.{ending}");
        zip.start_file(&name, zip::write::SimpleFileOptions::default())
            .expect("begun");
        let bytes = fs::read(office.path(&name)).expect("there");
        std::io::Write::write_all(&mut zip, &bytes).expect("written");
    }
    zip.finish().expect("finished");
    office.ok("wang", &["import", "b.zip"]);
    assert_eq!(
        office.site(&third)["visits"][0][1]["at"],
        "2026-05-05T12:00:00+08:00"
    );
}

#[test]
fn a_shapefile_whose_names_were_cut_to_the_same_bytes_is_refused_or_says_what_it_does_not_read() {
    let office = Office::begin();
    let site = office.dispatched(113.30, 33.74);
    let columns = [("图斑编号", 'C', 20), ("回填：核查", 'C', 30)];
    put(
        &office,
        "a.shp",
        &columns,
        &[&[&site, "种植罂粟"]],
        &[[113.30, 33.74]],
    );
    let said = office.refused("wang", &["import", "a.shp"]);
    assert!(said.contains("回填：核查"), "{said}");
    // Far from its site: the row is refused as in any other map.
    let rows: [&[&str]; 1] = [&[
        &site,
        "未发现",
        "20260505",
        "王五、李四",
        "0",
        "",
        "",
        "0",
        "",
    ]];
    put(&office, "far.shp", &COLUMNS, &rows, &[[113.60, 33.74]]);
    let said = office.run("wang", &["import", "far.shp", "--json"]);
    assert!(
        said.code == Some(1) || !refusals(&said.json()).is_empty() || said.err.contains("113.6"),
        "{said:?}"
    );
}

//! Every format read back by another program's reader, and filled in and taken in where it can be.

use crate::office::{Office, confirming, edit, open, photo};
use calamine::{Data, Reader, Xlsx, open_workbook};
use gdal::vector::LayerAccess;
use papaver::ground::{ReadPlace, read_places};
use serde_json::{Value, json};
use std::fs;
use std::io::Read;

#[test]
fn every_format_holds_the_sites_and_names_its_datum() {
    let office = Office::begin();
    let a = office.dispatched(113.30, 33.74);
    let b = office.dispatched(113.31, 33.74);
    office.ok(
        "wang",
        &[
            "correct",
            &b,
            "--name",
            "=东沟 & <口>",
            "--reason",
            "=cmd|' /C calc'!A0",
        ],
    );
    for format in ["geojson", "gpkg", "kmz", "gpx", "xlsx", "csv"] {
        let file = format!("out.{format}");
        let said = office.ok("wang", &["export", &file, "--json"]).json();
        assert_eq!(
            (&said["sites"], &said["datum"]),
            (&json!(2), &json!("WGS 84 (EPSG:4326)"))
        );
        assert!(
            office
                .refused("wang", &["export", &file])
                .contains("is there already"),
            "{format}"
        );
        office.ok("wang", &["export", &file, "--overwrite"]);
    }
    office.ok("wang", &["export", "out.txt", "--format", "ovital"]);
    let head = office.site(&b)["head"].as_str().expect("head").to_owned();

    let file: Value =
        serde_json::from_slice(&fs::read(office.path("out.geojson")).expect("read")).expect("JSON");
    assert!(file.get("crs").is_none());
    let feature = file["features"]
        .as_array()
        .expect("features")
        .iter()
        .find(|f| f["id"] == b.as_str())
        .expect("b");
    assert_eq!(feature["geometry"]["coordinates"], json!([113.31, 33.74]));
    assert_eq!(
        (
            &feature["properties"]["head"],
            &feature["properties"]["state"]
        ),
        (&json!(head), &json!("DISPATCHED"))
    );

    // SQLite's header has it: GeoPackage 1.2, which every program of crews reads.
    let head_of_gpkg = fs::read(office.path("out.gpkg")).expect("read");
    assert_eq!(head_of_gpkg[60..64], 10_200_u32.to_be_bytes());
    for file in ["out.gpkg", "out.geojson"] {
        let dataset = open(&office.path(file), false);
        let points: u64 = dataset
            .layers()
            .filter(|layer| !matches!(layer.name().as_str(), "visits" | "papaver" | "layer_styles"))
            .map(|layer| layer.feature_count())
            .sum();
        assert_eq!(points, 2, "{file}");
    }
    let places = read_places(&office.path("out.kmz")).expect("KMZ").places;
    let named = |code: &str| {
        let of = |p: &&ReadPlace| p.words["name"].starts_with(code);
        places.iter().filter(of).count()
    };
    assert_eq!((places.len(), named(&a), named(&b)), (2, 1, 1));
    let kml = {
        let mut archive =
            zip::ZipArchive::new(fs::File::open(office.path("out.kmz")).expect("open"))
                .expect("a ZIP");
        assert_eq!(
            archive.by_index(0).expect("a file").name().expect("a name"),
            "doc.kml"
        );
        let mut text = String::new();
        archive
            .by_name("doc.kml")
            .expect("there")
            .read_to_string(&mut text)
            .expect("UTF-8");
        text
    };
    assert!(
        kml.contains(&head) && kml.contains("=东沟 &amp; &lt;口&gt;") && kml.contains("WGS 84")
    );
    let gpx = fs::read(office.path("out.gpx")).expect("read");
    let gpx = gpx::read(gpx.as_slice()).expect("GPX");
    assert_eq!(
        gpx.waypoints
            .iter()
            .filter_map(|w| w.name.clone())
            .collect::<Vec<_>>()
            .len(),
        2
    );
    let ovital = fs::read_to_string(office.path("out.txt")).expect("read");
    for line in ovital.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        assert!(
            words.len() >= 4 && [a.as_str(), b.as_str()].contains(&words[0]),
            "{line}"
        );
        assert!(
            words[1].starts_with("113.3") && words[2] == "33.7400000",
            "{line}"
        );
    }
    // Names and free text of people stay out of maps; the reason of a correction is a note.
    for file in ["out.geojson", "out.gpx", "out.txt"] {
        assert!(
            !String::from_utf8_lossy(&fs::read(office.path(file)).expect("read")).contains("calc"),
            "{file}"
        );
    }
    assert!(!kml.contains("calc"));

    let csv = fs::read(office.path("out.csv")).expect("read");
    assert!(csv.starts_with("\u{feff}".as_bytes()));
    let text = String::from_utf8(csv).expect("UTF-8");
    assert_eq!(text.matches("\r\n").count(), 3, "{text}");
    assert!(
        text.contains("'=东沟") && text.contains("'=cmd|"),
        "formulas are set off: {text}"
    );
    let mut book: Xlsx<_> = open_workbook(office.path("out.xlsx")).expect("XLSX");
    let ledger = book.worksheet_range("Ledger").expect("a sheet");
    let formulas = book.worksheet_formula("Ledger").expect("formulas");
    assert!(
        formulas.used_cells().next().is_none(),
        "no cell is a formula"
    );
    assert!(
        ledger
            .rows()
            .flatten()
            .any(|cell| *cell == Data::String("=东沟 & <口>".into()))
    );
    assert!(
        ledger
            .rows()
            .flatten()
            .any(|cell| *cell == Data::String(a.clone()))
    );
}

#[test]
fn codes_of_districts_stay_text_and_zones_are_named() {
    let office = Office::begin();
    let code = office.dispatched(113.30, 33.74);
    let square = |w: f64| {
        json!([[
            [w, 33.7],
            [w + 0.1, 33.7],
            [w + 0.1, 33.8],
            [w, 33.8],
            [w, 33.7]
        ]])
    };
    let districts = json!({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"code": "410423001002", "name": "东沟村"}, "geometry": {"type": "Polygon", "coordinates": square(113.25)}}]});
    fs::write(office.path("d.geojson"), districts.to_string()).expect("written");
    office.ok(
        "chief",
        &["registry", "districts", "d.geojson", "--vintage", "2024"],
    );
    office.ok("wang", &["export", "out.xlsx", "--gauss-kruger"]);
    office.ok("wang", &["export", "out.csv", "--gauss-kruger"]);
    let mut book: Xlsx<_> = open_workbook(office.path("out.xlsx")).expect("XLSX");
    let ledger = book.worksheet_range("Ledger").expect("a sheet");
    let cell = |title: &str| {
        let rows: Vec<&[Data]> = ledger.rows().collect();
        let at = rows[0]
            .iter()
            .position(|c| *c == Data::String(title.into()))
            .unwrap_or_else(|| panic!("{title}"));
        rows[1][at].clone()
    };
    assert_eq!(cell("district code"), Data::String("410423001002".into()));
    assert_eq!(cell("site"), Data::String(code.clone()));
    assert_eq!(
        cell("CGCS2000 zone (EPSG)"),
        Data::String("EPSG:4526".into())
    );
    let Data::Float(y) = cell("Y, east in m") else {
        panic!("a number")
    };
    assert!((y - 38_435_133.665).abs() < 0.01, "{y}");
    let csv = fs::read_to_string(office.path("out.csv")).expect("read");
    assert!(
        csv.contains(",410423001002,") && csv.contains("EPSG:4526"),
        "{csv}"
    );
}

/// Writes the visit sheet as a crew gives it back: the same sheet with cells filled in.
fn fill_xlsx(office: &Office, from: &str, to: &str, fill: &[(&str, Value)]) {
    let mut book: Xlsx<_> = open_workbook(office.path(from)).expect("XLSX");
    let range = book.worksheet_range("Visits").expect("a sheet");
    let rows: Vec<&[Data]> = range.rows().collect();
    let mut out = rust_xlsxwriter::Workbook::new();
    let sheet = out.add_worksheet();
    let titles: Vec<String> = rows[0].iter().map(ToString::to_string).collect();
    for (at, row) in rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            sheet
                .write_string(at as u32, column as u16, cell.to_string())
                .expect("written");
        }
        let Some((_, values)) = fill
            .iter()
            .find(|(code, _)| row[0] == Data::String((*code).into()))
        else {
            continue;
        };
        for (title, value) in values.as_object().expect("values") {
            let column = titles
                .iter()
                .position(|t| t == title)
                .unwrap_or_else(|| panic!("{title} of {titles:?}")) as u16;
            match value {
                Value::Number(n) => sheet
                    .write_number(at as u32, column, n.as_f64().expect("a number"))
                    .expect("written"),
                Value::String(text) if text.starts_with("==") => sheet
                    .write_formula(at as u32, column, &text[1..])
                    .expect("written"),
                other => sheet
                    .write_string(at as u32, column, other.as_str().expect("text"))
                    .expect("written"),
            };
        }
    }
    out.save(office.path(to)).expect("saved");
}

#[test]
fn a_spreadsheet_a_csv_and_a_geojson_come_back() {
    let office = Office::begin();
    let [a, b, c] = [113.30, 113.31, 113.32].map(|lon| office.dispatched(lon, 33.74));
    for colour in [1, 2, 3] {
        photo(&office.path(&format!("{colour}.jpg")), colour * 40);
    }
    office.ok("wang", &["export", "out.xlsx"]);
    fill_xlsx(
        &office,
        "out.xlsx",
        "back.xlsx",
        &[(
            &a,
            json!({"visit: outcome": "野生罂粟", "visit: when": "2026-05-05 10:00", "visit: officers (two or more)": "王、李", "visit: plants, each counted": 3, "visit: photograph 1": "1.jpg"}),
        )],
    );
    let report = office.ok("wang", &["import", "back.xlsx", "--json"]).json();
    assert_eq!(
        (report["rows"].as_array().map(Vec::len), &report["blank"]),
        (Some(1), &json!(2)),
        "{report}"
    );
    let site = office.site(&a);
    assert_eq!(
        (&site["state"], &site["visits"][0][0]["outcome"]),
        (&json!("CONFIRMED"), &json!("wild"))
    );

    office.ok("wang", &["export", "out.csv"]);
    let text = fs::read_to_string(office.path("out.csv")).expect("read");
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let titles = reader.headers().expect("titles").clone();
    let mut out = csv::Writer::from_path(office.path("back.csv")).expect("made");
    out.write_record(&titles).expect("written");
    for row in reader.records() {
        let row = row.expect("a row");
        let is_b = &row[0] == b.as_str();
        let cells = titles
            .iter()
            .zip(row.iter())
            .map(|(title, cell)| match title {
                "visit: outcome" if is_b => "look-alike species",
                "visit: when" if is_b => "2026/05/05",
                "visit: officers (two or more)" if is_b => "王,李",
                _ => cell,
            });
        out.write_record(cells).expect("written");
    }
    out.flush().expect("written");
    office.ok("wang", &["import", "back.csv"]);
    assert_eq!(office.site(&b)["state"], "REFUTED");

    office.ok("wang", &["export", "out.geojson"]);
    let mut file: Value =
        serde_json::from_slice(&fs::read(office.path("out.geojson")).expect("read")).expect("JSON");
    for feature in file["features"].as_array_mut().expect("features") {
        if feature["id"] == c.as_str() {
            for (name, value) in confirming("3.jpg").as_object().expect("values") {
                feature["properties"][name] = value.clone();
            }
        }
    }
    fs::write(office.path("back.geojson"), file.to_string()).expect("written");
    office.ok("wang", &["import", "back.geojson"]);
    let site = office.site(&c);
    assert_eq!(
        (&site["state"], &site["plants"]),
        (&json!("CONFIRMED"), &json!(52))
    );
    office.ok("chief", &["verify", "--full"]);
}

#[test]
fn a_formula_in_a_note_and_a_mangled_code_are_refused_by_line() {
    let office = Office::begin();
    let [a, b, c, d] = [113.30, 113.31, 113.32, 113.33].map(|lon| office.dispatched(lon, 33.74));
    office.ok("wang", &["export", "out.xlsx"]);
    let nothing = json!({"visit: outcome": "nothing", "visit: when": "2026-05-05", "visit: officers (two or more)": "王、李"});
    let with = |title: &str, value: &str| {
        let mut row = nothing.clone();
        row[title] = value.into();
        row
    };
    fill_xlsx(
        &office,
        "out.xlsx",
        "back.xlsx",
        &[
            (
                &a,
                with("visit: note", "==HYPERLINK(\"http://example.org\")"),
            ),
            (&b, with("visit: note", "=1+1")),
            (&c, with("district code", "4.10423E+11")),
            (&d, nothing.clone()),
        ],
    );
    let report = office.partly("back.xlsx");
    let refused = crate::office::refusals(&report);
    assert_eq!(refused.len(), 3, "{report}");
    for (line, why) in &refused {
        let expected = if why.contains("4.10423E+11") {
            "become a number"
        } else {
            "formula"
        };
        assert!(
            why.contains(expected) && (2..=5).contains(line),
            "{line}: {why}"
        );
    }
    assert_eq!(office.site(&d)["state"], "REFUTED", "the rest is kept");
    for code in [&a, &b, &c] {
        assert_eq!(office.site(code)["state"], "DISPATCHED");
    }
}

#[test]
fn a_geopackage_with_its_journal_beside_it_loses_no_edit_and_stays_as_it_is() {
    let office = Office::begin();
    let code = office.dispatched(113.30, 33.74);
    office.ok("wang", &["export", "crew.gpkg"]);
    photo(&office.path("one.jpg"), 90);
    // A tablet that is killed, or a copy made while it runs: the edits lie in the journal.
    let live = office.path("live");
    fs::create_dir(&live).expect("made");
    fs::copy(office.path("crew.gpkg"), live.join("crew.gpkg")).expect("copied");
    gdal::config::set_thread_local_config_option("OGR_SQLITE_JOURNAL", "WAL").expect("set");
    let dataset = open(&live.join("crew.gpkg"), true);
    edit(&dataset, "visits", &[(&code, confirming("one.jpg"))]);
    for file in ["crew.gpkg", "crew.gpkg-wal"] {
        fs::copy(live.join(file), office.path(file)).expect("copied");
    }
    drop(dataset);
    gdal::config::clear_thread_local_config_option("OGR_SQLITE_JOURNAL").expect("cleared");
    let before = [
        fs::read(office.path("crew.gpkg")),
        fs::read(office.path("crew.gpkg-wal")),
    ]
    .map(|b| b.expect("read"));
    assert!(!before[1].is_empty());
    let report = office.ok("wang", &["import", "crew.gpkg", "--json"]).json();
    assert_eq!(report["journal_read"], true);
    assert_eq!(office.site(&code)["state"], "CONFIRMED");
    let after = [
        fs::read(office.path("crew.gpkg")),
        fs::read(office.path("crew.gpkg-wal")),
    ]
    .map(|b| b.expect("read"));
    assert!(
        before == after && !office.path("crew.gpkg-shm").exists(),
        "the crew's copy is not touched"
    );
    // Without the journal: nothing is filled in, and the program says what may be missing.
    fs::remove_file(office.path("crew.gpkg-wal")).expect("removed");
    let said = office.ok("wang", &["import", "crew.gpkg"]);
    assert!(said.err.contains("-wal"), "{said:?}");
}

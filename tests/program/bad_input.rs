//! Bad input: each gets one clear error with a remedy and the right exit code, and nothing is left half written.
//!
//! What is said is kept in `snapshots/`, so that a change of wording is seen by whoever reviews it.

use crate::ground::Place;
use crate::mount::Mount;
use crate::paint::{Picture, create, put};
use crate::results::Results;
use crate::run::{Ended, ended, fixture, papaver, scan, scan_command};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const MODEL: &str = "colour_dense.onnx";
const TILED: [&str; 4] = [
    "TILED=YES",
    "BLOCKXSIZE=256",
    "BLOCKYSIZE=256",
    "COMPRESS=DEFLATE",
];

/// A folder to work in and the messages so far.
struct Catalogue {
    folder: TempDir,
    text: String,
}

impl Catalogue {
    fn new() -> Self {
        let folder = TempDir::new().expect("temporary folder");
        Self {
            folder,
            text: String::new(),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A good raster.
    fn good(&self) -> PathBuf {
        let path = self.at("good.tif");
        if !path.exists() {
            Picture::with_nine(Place::utm(2.0), (700, 600)).write(&path, &TILED);
        }
        path
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.at(name);
        fs::write(&path, text).expect("written");
        path
    }

    /// A raster of one colour with as many bands.
    fn plain(&self, name: &str, bands: usize, place: Option<&Place>) -> PathBuf {
        let path = self.at(name);
        let mut dataset = create::<u8>(&path, (64, 64), bands, place, &[]);
        for band in 1..=bands {
            put(&mut dataset, band, (64, 64), vec![100_u8; 64 * 64]);
        }
        dataset.close().expect("written");
        path
    }

    /// Runs, expects an exit code, an error and a remedy, no data and no results, and adds what was said.
    fn refused(&mut self, title: &str, command: &mut Command, code: i32) -> Ended {
        let ended = ended(command);
        assert_eq!(
            ended.code,
            Some(code),
            "{title}: {}{}",
            ended.out,
            ended.err
        );
        assert_eq!(ended.out, "", "{title}: data on the standard output");
        let (error, hint) = if ended.err.contains("错误：") {
            ("错误：", "\n提示：")
        } else {
            ("error: ", "\nhint: ")
        };
        assert!(ended.err.contains(error), "{title}: {}", ended.err);
        let remedy = ended.err.contains(hint) || ended.err.contains("For more information");
        assert!(remedy, "{title} has no remedy: {}", ended.err);
        no_results(&self.at("out"), title);
        let said = normal(&ended.err, self.folder.path());
        writeln!(self.text, "## {title}\nexit {code}\n{said}").expect("text");
        ended
    }

    /// The same for an input that must be refused before anything is written.
    fn refused_scan(&mut self, title: &str, input: &Path, options: &[&str]) {
        self.refused_scan_in("en", title, input, options);
        assert!(!self.at("out").exists(), "{title}: an output folder");
    }

    fn refused_scan_in(&mut self, lang: &str, title: &str, input: &Path, options: &[&str]) {
        let mut command = self.command(input, options);
        self.refused(title, command.args(["--lang", lang]), 1);
    }

    fn command(&self, input: &Path, options: &[&str]) -> Command {
        let mut command = scan_command(&[input], &self.at("out"), MODEL, options);
        command.arg("-q");
        command
    }
}

/// Not one result, and nothing temporary, in an output folder.
fn no_results(out: &Path, title: &str) {
    let mut folders = vec![out.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(path, out.join("journal.jsonl"), "{title}: left behind");
            }
        }
    }
}

/// What was said without what differs from machine to machine.
fn normal(text: &str, folder: &Path) -> String {
    let home = std::env::var("HOME").unwrap_or_default();
    let program = Path::new(env!("CARGO_BIN_EXE_papaver"))
        .parent()
        .expect("a folder");
    let fixtures = fixture("");
    let mut text = text.to_owned();
    for (path, name) in [
        (folder.to_string_lossy(), "[TMP]"),
        (fixtures.to_string_lossy(), "[FIXTURES]/"),
        (program.to_string_lossy(), "[BIN]"),
        (home.as_str().into(), "[HOME]"),
    ] {
        if !path.is_empty() {
            text = text.replace(&*path, name);
        }
    }
    // What GDAL, ONNX Runtime and the loader say differs between their versions.
    let foreign = [
        "cannot be opened as a raster: ",
        "无法将 [TMP]/text.tif 作为栅格打开：",
        "cannot be loaded as ONNX: ",
        "1.17 or newer: ",
        "the device 'CUDA' cannot be used: ",
    ];
    let line = |line: &str| {
        foreign
            .iter()
            .find_map(|f| {
                line.find(f)
                    .map(|at| format!("{}[WORDS OF THE LIBRARY]", &line[..at + f.len()]))
            })
            .unwrap_or_else(|| line.to_owned())
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

/// A VRT with a source of colour and whatever tells its place.
fn vrt(place: &str) -> String {
    let band = |n: usize, colour: &str| {
        format!(
            r#"<VRTRasterBand dataType="Byte" band="{n}"><ColorInterp>{colour}</ColorInterp><SimpleSource><SourceFilename relativeToVRT="1">good.tif</SourceFilename><SourceBand>{n}</SourceBand></SimpleSource></VRTRasterBand>"#
        )
    };
    format!(
        r#"<VRTDataset rasterXSize="700" rasterYSize="600">{place}{}{}{}</VRTDataset>"#,
        band(1, "Red"),
        band(2, "Green"),
        band(3, "Blue")
    )
}

const UTM: &str = "<SRS>EPSG:32649</SRS>";

#[test]
fn rasters() {
    let mut c = Catalogue::new();
    let good = c.good();
    c.refused_scan("no file", &c.at("none.tif"), &[]);
    fs::create_dir(c.at("empty folder")).expect("folder");
    c.write("empty folder/notes.md", "none");
    c.refused_scan("a folder without a raster", &c.at("empty folder"), &[]);
    let text = c.write("text.tif", "this is no raster");
    c.refused_scan("a text named .tif", &text, &[]);
    let nothing = c.write("nothing.tif", "");
    c.refused_scan("an empty file named .tif", &nothing, &[]);
    let list = c.write("list.txt", "# nothing in it\n");
    c.refused_scan("an empty list", &list, &[]);
    let list = c.write("list.txt", "good.tif\nnone.tif\n");
    c.refused_scan("a list that names a missing file", &list, &[]);
    let photo = c.write("DJI_0001.JPG", "");
    c.refused_scan("photos only", &photo, &[]);

    let local = Place {
        crs: "LOCAL_CS[\"yard\",UNIT[\"metre\",1]]".into(),
        transform: [0.0, 0.02, 0.0, 0.0, 0.0, -0.02],
    };
    let path = c.at("no crs.vrt");
    fs::write(
        &path,
        vrt("<GeoTransform>500000, 0.02, 0, 3700000, 0, -0.02</GeoTransform>"),
    )
    .expect("written");
    c.refused_scan("no coordinate system", &path, &[]);
    let local_path = c.write(
        "local.vrt",
        &vrt(&format!(
            "<SRS>{}</SRS><GeoTransform>0, 0.02, 0, 0, 0, -0.02</GeoTransform>",
            local.crs.replace('"', "&quot;")
        )),
    );
    c.refused_scan("a local coordinate system", &local_path, &[]);
    let away = c.write(
        "away.vrt",
        &vrt(&format!(
            "{UTM}<GeoTransform>9e9, 0.02, 0, 9e9, 0, -0.02</GeoTransform>"
        )),
    );
    c.refused_scan("coordinates outside the coordinate system", &away, &[]);
    let zero = c.write(
        "zero.vrt",
        &vrt(&format!(
            "{UTM}<GeoTransform>500000, 0, 0, 3700000, 0, 0</GeoTransform>"
        )),
    );
    c.refused_scan("pixels without a size", &zero, &[]);
    let nan = c.write(
        "nan.vrt",
        &vrt(&format!(
            "{UTM}<GeoTransform>500000, nan, 0, 3700000, 0, -0.02</GeoTransform>"
        )),
    );
    c.refused_scan("a pixel size that is no number", &nan, &[]);
    let gcps = c.write("gcps.vrt", &vrt(
        r#"<GCPList Projection="EPSG:4326"><GCP Id="1" Pixel="0" Line="0" X="113" Y="33"/><GCP Id="2" Pixel="300" Line="0" X="113.0001" Y="33"/><GCP Id="3" Pixel="0" Line="300" X="113" Y="32.9999"/></GCPList>"#));
    c.refused_scan("ground control points only", &gcps, &[]);
    let rpcs = c.write("rpcs.vrt", &vrt(r#"<Metadata domain="RPC"><MDI key="LINE_OFF">150</MDI><MDI key="SAMP_OFF">150</MDI></Metadata>"#));
    c.refused_scan("rational polynomials only", &rpcs, &[]);
    let nowhere = c.plain("nowhere.tif", 3, None);
    c.refused_scan("no georeference at all", &nowhere, &[]);

    let grey = c.plain("grey.tif", 1, Some(&Place::utm(2.0)));
    c.refused_scan("one grey band", &grey, &[]);
    c.refused_scan("a band that is not there", &good, &["--bands", "1,2,9"]);
    let float = c.at("float.tif");
    create::<f32>(
        &float,
        (64, 64),
        3,
        Some(&Place::utm(2.0)),
        &["PHOTOMETRIC=RGB"],
    )
    .close()
    .expect("written");
    c.refused_scan("floating-point values", &float, &[]);
    let coarse = c.plain("coarse.tif", 3, Some(&Place::utm(10.0)));
    c.refused_scan("too coarse", &coarse, &[]);
    let two = c.write("two.txt", "grey.tif\ncoarse.tif\n");
    c.refused_scan(
        "two rasters, neither of which will do",
        &two,
        &["--restart"],
    );
    insta::assert_snapshot!(c.text);
}

#[test]
fn rasters_in_chinese() {
    let mut c = Catalogue::new();
    c.refused_scan_in("zh", "no file", &c.at("none.tif"), &[]);
    let text = c.write("text.tif", "this is no raster");
    c.refused_scan_in("zh", "a text named .tif", &text, &[]);
    let grey = c.plain("grey.tif", 1, Some(&Place::utm(2.0)));
    c.refused_scan_in("zh", "one grey band", &grey, &[]);
    let coarse = c.plain("coarse.tif", 3, Some(&Place::utm(10.0)));
    c.refused_scan_in("zh", "too coarse", &coarse, &[]);
    c.refused_scan_in("zh", "a threshold", &coarse, &["--threshold", "1.5"]);
    insta::assert_snapshot!(c.text);
}

#[test]
fn a_raster_wholly_without_data() {
    let mut c = Catalogue::new();
    let path = c.at("void.tif");
    create::<u8>(
        &path,
        (600, 600),
        3,
        Some(&Place::utm(2.0)),
        &["TILED=YES", "SPARSE_OK=TRUE", "PHOTOMETRIC=RGB"],
    )
    .close()
    .expect("written");
    c.refused_scan_in("en", "wholly without data", &path, &[]);
    let black = c.at("black.tif");
    let mut picture = Picture::bare(Place::utm(2.0), (300, 300));
    picture.fill(|_, _| true, [0, 0, 0]);
    picture.write(&black, &TILED);
    fs::remove_dir_all(c.at("out")).expect("removed");
    c.refused_scan_in("en", "wholly black", &black, &[]);
    insta::assert_snapshot!(c.text);
}

#[test]
fn boundaries() {
    let mut c = Catalogue::new();
    let good = c.good();
    let with = |c: &mut Catalogue, title: &str, name: &str, text: Option<&str>| {
        let path = c.at(name);
        if let Some(text) = text {
            fs::write(&path, text).expect("written");
        }
        c.refused_scan(title, &good, &["--within", path.to_str().expect("UTF-8")]);
    };
    with(
        &mut c,
        "elsewhere",
        "away.geojson",
        Some(r#"{"type":"Polygon","coordinates":[[[10,10],[11,10],[11,11],[10,11],[10,10]]]}"#),
    );
    with(
        &mut c,
        "crossing itself",
        "bow.geojson",
        Some(
            r#"{"type":"Polygon","coordinates":[[[113,33],[114,34],[114,33],[113,34],[113,33]]]}"#,
        ),
    );
    with(
        &mut c,
        "empty",
        "empty.geojson",
        Some(r#"{"type":"FeatureCollection","features":[]}"#),
    );
    with(
        &mut c,
        "a line",
        "line.geojson",
        Some(r#"{"type":"LineString","coordinates":[[113,33],[114,34]]}"#),
    );
    with(&mut c, "missing", "missing.gpkg", None);
    with(&mut c, "a text", "text.geojson", Some("nothing"));
    // A shapefile that has lost its .prj.
    crate::paint::set_up();
    let shape = c.at("lost.shp");
    {
        use gdal::vector::{LayerAccess, LayerOptions, OGRwkbGeometryType};
        let driver = gdal::DriverManager::get_driver_by_name("ESRI Shapefile").expect("driver");
        let mut file = driver.create_vector_only(&shape).expect("created");
        let mut layer = file
            .create_layer(LayerOptions {
                name: "lost",
                ty: OGRwkbGeometryType::wkbPolygon,
                ..LayerOptions::default()
            })
            .expect("layer");
        layer
            .create_feature(
                gdal::vector::Geometry::from_wkt("POLYGON((0 0,1 0,1 1,0 0))").expect("WKT"),
            )
            .expect("feature");
    }
    with(&mut c, "without a coordinate system", "lost.shp", None);
    insta::assert_snapshot!(c.text);
}

#[test]
fn models() {
    let mut c = Catalogue::new();
    let good = c.good();
    let text = c.write("text.onnx", "this is no model");
    let of = |c: &mut Catalogue, title: &str, model: &Path| {
        let mut command = papaver();
        command
            .args(["scan", "-q", "-o"])
            .arg(c.at("out"))
            .arg(&good)
            .arg("--model")
            .arg(model);
        c.refused(title, &mut command, 1);
        assert!(!c.at("out").exists(), "{title}");
        let mut inspect = papaver();
        inspect.args(["model", "inspect"]).arg(model);
        let inspected = ended(&mut inspect);
        assert_eq!(inspected.code, Some(1), "{title}: {}", inspected.out);
    };
    let missing = c.at("missing.onnx");
    of(&mut c, "missing", &missing);
    of(&mut c, "not ONNX", &text);
    for (title, name) in [
        ("grey input", "grey_input.onnx"),
        ("boxes", "boxes.onnx"),
        ("two inputs", "two_inputs.onnx"),
        ("no resolution", "no_resolution.onnx"),
        ("metadata that is not JSON", "not_json.onnx"),
        ("half precision", "boxes_half.onnx"),
    ] {
        of(&mut c, title, &fixture(name));
    }
    insta::assert_snapshot!(c.text);
}

/// A copy of a fixture with other metadata, which `model wrap` would refuse to write.
fn with_metadata(c: &Catalogue, name: &str, set: &[(&str, &str)]) -> PathBuf {
    let mut bytes = fs::read(fixture(name)).expect("read");
    let field = |number: u8, body: &[u8]| {
        let length = u8::try_from(body.len()).expect("a short text");
        assert!(length < 128, "one byte tells the length");
        [&[number << 3 | 2, length][..], body].concat()
    };
    for (key, value) in set {
        let entry = [field(1, key.as_bytes()), field(2, value.as_bytes())].concat();
        bytes.extend(field(14, &entry));
    }
    let path = c.at(name);
    fs::write(&path, bytes).expect("written");
    path
}

#[test]
fn models_of_other_layouts() {
    let mut c = Catalogue::new();
    let good = c.good();
    for (title, name, set) in [
        ("a detector that lacks keys", "boxes_bare.onnx", &[][..]),
        (
            "more names than the boxes have classes",
            "boxes_yolo5.onnx",
            &[("class_names", r#"{"0":"a","1":"b","2":"c"}"#)],
        ),
        (
            "boxes of another kind",
            "boxes_yolo5.onnx",
            &[("det_type", r#""YOLO_Ultralytics_obb""#)],
        ),
        (
            "a detector that is called a segmenter",
            "boxes_yolo5.onnx",
            &[("model_type", r#""Segmentor""#)],
        ),
        (
            "a kind that is not known",
            "boxes_yolo5.onnx",
            &[("model_type", r#""Regressor""#)],
        ),
        (
            "a segmenter that is called a detector",
            "mask_softmax.onnx",
            &[("model_type", r#""Detector""#)],
        ),
        (
            "a layout that is not known",
            "boxes_yolo5.onnx",
            &[("papaver_boxes", r#""sideways""#)],
        ),
    ] {
        let model = with_metadata(&c, name, set);
        for lang in ["en", "zh"] {
            let mut command = papaver();
            command
                .args(["--lang", lang, "scan", "-q", "-o"])
                .arg(c.at("out"));
            command.arg(&good).arg("--model").arg(&model);
            c.refused(title, &mut command, 1);
            assert!(!c.at("out").exists(), "{title}");
        }
    }
    insta::assert_snapshot!(c.text);
}

#[test]
fn options() {
    let mut c = Catalogue::new();
    let good = c.good();
    for (title, options) in [
        ("a threshold above one", &["--threshold", "1.5"][..]),
        ("a threshold of nothing", &["--threshold", "0"]),
        ("a threshold that is no number", &["--threshold", "nan"]),
        ("a threshold in words", &["--threshold", "high"]),
        ("a date that is none", &["--captured", "yesterday"]),
        (
            "a day that is not in the calendar",
            &["--captured", "2026-02-30"],
        ),
        (
            "a period backwards",
            &["--captured", "2026-05-05/2026-05-03"],
        ),
        ("a negative radius", &["--site-radius=-1"]),
        ("no threads", &["--threads", "0"]),
        ("a unit's code of five digits", &["--unit", "41040"]),
        ("an unknown coordinate system", &["--crs", "EPSG:999999"]),
        ("two bands", &["--bands", "1,2"]),
        ("a device that is none", &["--device", "tpu"]),
        ("an option that is none", &["--treshold", "0.4"]),
    ] {
        c.refused_scan(title, &good, options);
    }
    let mut bare = papaver();
    bare.arg("scan");
    let none = ended(&mut bare);
    assert_eq!(
        (none.code, none.out.as_str()),
        (Some(1), ""),
        "{}",
        none.err
    );
    insta::assert_snapshot!(c.text);
}

#[test]
fn a_runtime_that_is_absent_wrong_or_too_old() {
    let mut c = Catalogue::new();
    let good = c.good();
    let command = |c: &Catalogue, library: &Path| {
        let mut command = c.command(&good, &[]);
        command.env("ORT_DYLIB_PATH", library);
        command
    };
    let nothing = c.at("libonnxruntime.so");
    let mut absent = command(&c, &nothing);
    c.refused("ORT_DYLIB_PATH names nothing", &mut absent, 1);
    let text = c.write("text.so", "this is no library");
    let mut wrong = command(&c, &text);
    c.refused("ORT_DYLIB_PATH names a text", &mut wrong, 1);
    let mut nowhere = c.command(&good, &[]);
    nowhere
        .env_remove("ORT_DYLIB_PATH")
        .env_remove("XDG_DATA_HOME")
        .env("HOME", c.at("home"));
    c.refused("nowhere to be found", &mut nowhere, 1);
    for (title, name, source) in [
        (
            "a library of something else",
            "libother.so",
            "int other(void) { return 0; }",
        ),
        ("a runtime that is too old", "libold.so", OLD_RUNTIME),
    ] {
        let Some(library) = compiled(&c, name, source) else {
            println!("skipped: no C compiler to make '{title}' with");
            return;
        };
        let mut command = command(&c, &library);
        c.refused(title, &mut command, 1);
        assert!(!c.at("out").exists(), "{title}");
    }
    insta::assert_snapshot!(c.text);
}

/// What ONNX Runtime 1.16 answers when asked for a newer interface than it has: a null pointer.
const OLD_RUNTIME: &str = r#"
#include <stdint.h>
typedef struct { const void* (*get_api)(uint32_t); const char* (*version)(void); } base_t;
static const void* get_api(uint32_t version) { (void)version; return 0; }
static const char* version(void) { return "1.16.3"; }
static const base_t base = { get_api, version };
const base_t* OrtGetApiBase(void) { return &base; }
"#;

fn compiled(c: &Catalogue, name: &str, source: &str) -> Option<PathBuf> {
    let file = c.write(&format!("{name}.c"), source);
    let library = c.at(name);
    let done = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(file)
        .status();
    done.is_ok_and(|s| s.success()).then_some(library)
}

#[test]
fn the_work_of_another_scan() {
    let mut c = Catalogue::new();
    let good = c.good();
    let other = c.at("other.tif");
    Picture::bare(Place::utm(2.0), (300, 300)).write(&other, &TILED);
    let done = c.at("done");
    scan(&[&good], &done, MODEL, &[], 0);
    let contents = |folder: &Path| -> Vec<(PathBuf, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(folder)
            .expect("listed")
            .map(|e| e.expect("entry").path())
            .filter(|p| p.is_file())
            .collect();
        files.sort();
        files
            .into_iter()
            .map(|p| (p.clone(), fs::read(p).expect("read")))
            .collect()
    };
    let before = contents(&done);
    let into = |c: &mut Catalogue, title: &str, input: &Path, model: &str, options: &[&str]| {
        c.refused(
            title,
            scan_command(&[input], &done, model, options).arg("-q"),
            1,
        );
        assert!(contents(&done) == before, "{title}: touched");
    };
    into(&mut c, "another model", &good, "colour_tile.onnx", &[]);
    into(&mut c, "another source", &other, MODEL, &[]);
    into(
        &mut c,
        "scores lower than those kept",
        &good,
        MODEL,
        &["--threshold", "0.02"],
    );
    // The same name with other content.
    let copy = c.at("sub");
    fs::create_dir(&copy).expect("folder");
    fs::copy(&other, copy.join("good.tif")).expect("copied");
    into(
        &mut c,
        "another content",
        &copy.join("good.tif"),
        MODEL,
        &[],
    );
    fs::remove_file(done.join("journal.jsonl")).expect("removed");
    fs::remove_file(done.join("scores.jsonl")).expect("removed");
    let mut foreign = scan_command(&[&good], &done, MODEL, &["-q"]);
    c.refused("results without scores", &mut foreign, 1);
    scan(&[&other], &done, MODEL, &["--restart"], 0);
    assert!(Results::read(&done).candidates.is_empty());
    assert!(
        done.join("chips")
            .read_dir()
            .expect("listed")
            .next()
            .is_none(),
        "old pictures are gone"
    );
    insta::assert_snapshot!(c.text);
}

#[test]
fn an_output_folder_that_cannot_be_written() {
    let mut c = Catalogue::new();
    let good = c.good();
    let file = c.write("file", "in the way");
    let mut command = scan_command(&[&good], &file, MODEL, &["-q"]);
    c.refused("a file in the place of the folder", &mut command, 1);
    assert_eq!(fs::read_to_string(&file).expect("read"), "in the way");
    let mut command = scan_command(&[&good], &file.join("below"), MODEL, &["-q"]);
    c.refused("a folder below a file", &mut command, 1);
    if Path::new("/proc/self").exists() {
        let mut command = scan_command(&[&good], Path::new("/proc/papaver"), MODEL, &["-q"]);
        c.refused("a folder in /proc", &mut command, 1);
    }
    insta::assert_snapshot!(c.text);
    match Mount::new(&c.at("read only"), "size=1m,ro") {
        Some(mount) => {
            let mut command = scan_command(&[&good], &mount.0, MODEL, &["-q"]);
            let said = c.refused("a read-only disk", &mut command, 1).err;
            assert!(said.contains("Read-only") && said.contains("-o"), "{said}");
        }
        None => println!("skipped: a disk can be mounted by root only"),
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let mut c = Catalogue::new();
    let good = c.good();
    let plain = c.at("plain");
    scan(&[&good], &plain, MODEL, &[], 0);
    // So small that the journal, the pictures or the page do not fit.
    for size in ["size=4k", "size=16k", "size=64k", "size=140k"] {
        let Some(mount) = Mount::new(&c.at("small"), size) else {
            println!("skipped: a disk can be mounted by root only");
            return;
        };
        let out = mount.0.join("out");
        let full = ended(&mut scan_command(&[&good], &out, MODEL, &["-q"]));
        assert_eq!(full.code, Some(2), "{size}: {}", full.err);
        assert!(
            full.err.contains("error: ") && full.err.contains("hint: the disk is full: make room"),
            "{size}: {}",
            full.err
        );
        assert!(!out.join("scan.json").exists(), "{size}");
        for name in ["candidates.geojson", "coverage.geojson"] {
            if out.join(name).exists() {
                crate::rfc7946::check_file(&out.join(name));
            }
        }
        mount.remount("size=64m");
        scan(&[&good], &out, MODEL, &[], 0);
        for name in ["candidates.geojson", "coverage.geojson", "review.html"] {
            assert!(
                fs::read(out.join(name)).expect("read")
                    == fs::read(plain.join(name)).expect("read"),
                "{size}: {name}"
            );
        }
        c.text.push_str(&normal(&full.err, c.folder.path()));
    }
    println!("{}", c.text);
}

#[test]
fn a_truncated_raster_is_searched_up_to_the_cut() {
    let c = Catalogue::new();
    let path = c.at("cut.tif");
    let mut picture = Picture::bare(Place::utm(2.0), (1024, 1024));
    picture.target(100, 100);
    picture.target(700, 120);
    picture.target(500, 800);
    picture.write(&path, &["TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256"]);
    let whole = fs::metadata(&path).expect("there").len();
    // Within the third of four rows of blocks.
    let cut = fs::File::options().write(true).open(&path).expect("opened");
    cut.set_len(whole * 5 / 8).expect("cut");
    drop(cut);
    let good = c.good();
    for (model, half_cell) in [("colour_dense.onnx", 0.16), ("colour_tile.onnx", 0.64)] {
        let out = c.at(model);
        scan(&[&path], &out, model, &[], 2);
        let results = Results::read(&out);
        results.expect_targets(&picture.truth()[..2], half_cell);
        let searched = results.searched_m2 / picture.m2(1024 * 1024);
        let unreadable = results.not_searched["unreadable"] / picture.m2(1024 * 1024);
        assert!(
            (searched + unreadable - 1.0).abs() < 0.001,
            "{searched} {unreadable}"
        );
        assert!((0.5..0.63).contains(&searched), "{searched}");
        assert_eq!(results.not_searched.len(), 1);
        assert!(
            results.record["totals"]["not_searched_m2"]["unreadable"]
                .as_f64()
                .expect("m²")
                > 0.0
        );
    }
    // Beside a good one the run goes on, and still says that something is missing.
    let said = scan(&[&path, &good], &c.at("both"), MODEL, &[], 2);
    assert!(said.out.contains("it could not be read"), "{}", said.out);
}

#[test]
fn an_input_that_changes_while_it_is_searched() {
    let mut c = Catalogue::new();
    let path = c.at("growing.tif");
    Picture::with_nine(Place::utm(2.0), (2500, 2500)).write(&path, &TILED);
    let out = c.at("out");
    let mut command = scan_command(
        &[&path],
        &out,
        "colour_tile.onnx",
        &["-q", "--threads", "1"],
    );
    let child = command
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let started = Instant::now();
    while !fs::metadata(out.join("journal.jsonl")).is_ok_and(|m| m.len() > 4000) {
        assert!(started.elapsed() < Duration::from_secs(60), "no journal");
        sleep(Duration::from_millis(1));
    }
    let mut bytes = fs::read(&path).expect("read");
    bytes.extend([0; 1000]);
    fs::write(&path, bytes).expect("written");
    let output = child.wait_with_output().expect("ended");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{said}");
    no_results(&out, "changed");
    c.text = normal(&said, c.folder.path());
    insta::assert_snapshot!(c.text);
    // The old work is bound to the old content.
    let again = scan(&[&path], &out, "colour_tile.onnx", &["-q"], 1);
    assert!(
        again.err.contains("content of growing.tif") && again.err.contains("--restart"),
        "{}",
        again.err
    );
    scan(&[&path], &out, "colour_tile.onnx", &["-q", "--restart"], 0);
}

#[test]
fn a_refused_raster_beside_a_good_one_is_named_and_the_rest_searched() {
    let c = Catalogue::new();
    let (good, text) = (c.good(), c.write("text.tif", "this is no raster"));
    let coarse = c.plain("coarse.tif", 3, Some(&Place::utm(10.0).moved(1000.0, 0.0)));
    let out = c.at("out");
    let said = scan(&[&good, &text, &coarse], &out, MODEL, &["-q"], 2);
    assert_eq!(said.out, "");
    assert!(
        said.err.contains("warning: ")
            && said.err.contains("text.tif")
            && said.err.contains("10.0 cm")
            && said.err.contains("4.0 cm"),
        "{}",
        said.err
    );
    let results = Results::read(&out);
    assert_eq!(results.candidates.len(), 9);
    results.expect_searched(14.0 * 12.0);
    results.expect_not_searched(&[("too_coarse", 40.96)]);
    assert_eq!(
        results.record["refused"].as_array().expect("refused").len(),
        2
    );
}

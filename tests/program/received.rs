//! Files that others made: what is only found in a folder is opened where it needs no trust, and a model that gives no
//! numbers gives no candidates.

use crate::ground::Place;
use crate::paint::{Picture, set_up};
use crate::results::Results;
use crate::run::{ended, fixture, papaver, scan, scan_command};
use gdal::Dataset;
use std::fmt::Write;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

const MODEL: &str = "colour_dense.onnx";

/// A virtual raster that shows a raster, named as it is to be named.
fn virtual_raster(of: &Path, named: &str) -> String {
    let raster = Dataset::open(of).expect("opened");
    let (width, height) = raster.raster_size();
    let place = raster
        .geo_transform()
        .expect("placed")
        .map(|n| n.to_string())
        .join(", ");
    let system = raster.projection().replace('<', "&lt;");
    let mut bands = String::new();
    for (band, colour) in (1..).zip(["Red", "Green", "Blue"]) {
        let _ = write!(
            bands,
            "<VRTRasterBand dataType=\"Byte\" band=\"{band}\"><ColorInterp>{colour}</ColorInterp><SimpleSource>\
             <SourceFilename relativeToVRT=\"1\">{named}</SourceFilename><SourceBand>{band}</SourceBand>\
             </SimpleSource></VRTRasterBand>"
        );
    }
    format!(
        "<VRTDataset rasterXSize=\"{width}\" rasterYSize=\"{height}\"><SRS>{system}</SRS>\
         <GeoTransform>{place}</GeoTransform>{bands}</VRTDataset>"
    )
}

#[test]
fn a_virtual_raster_that_was_found_stays_in_its_folder() {
    set_up();
    let kept = tempfile::tempdir().expect("folder");
    let at = |name: &str| kept.path().join(name);
    for folder in ["survey/tiles", "elsewhere", "leading", "calling"] {
        fs::create_dir_all(at(folder)).expect("made");
    }
    let picture = Picture::with_nine(Place::utm(2.0), (600, 600));
    picture.write(&at("survey/tiles/a.tif"), &[]);
    picture.write(&at("elsewhere/a.tif"), &[]);
    // The honest one, beside what it shows.
    let text = virtual_raster(&at("survey/tiles/a.tif"), "tiles/a.tif");
    fs::write(at("survey/mosaic.vrt"), text).expect("written");
    scan(&[&at("survey")], &at("out-1"), MODEL, &[], 0);
    assert_eq!(
        Results::read(&at("out-1")).record["sources"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    // One that leads out, under its own name and as what it is not.
    let text = virtual_raster(&at("elsewhere/a.tif"), "../elsewhere/a.tif");
    for name in ["leading/mosaic.vrt", "leading/mosaic.tif"] {
        fs::write(at(name), &text).expect("written");
        let said = scan(&[&at("leading")], &at("out-2"), MODEL, &[], 1);
        assert!(
            said.err
                .contains("draws from elsewhere: ../elsewhere/a.tif")
                && said.err.contains("\nhint: "),
            "{}",
            said.err
        );
        // Whoever names it trusts it.
        scan(
            &[&at(name)],
            &at(&format!("out-{name}").replace('/', "-")),
            MODEL,
            &[],
            0,
        );
        fs::remove_file(at(name)).expect("removed");
    }
    // One that calls a stranger: nobody picks up because nobody is called.
    let stranger = TcpListener::bind("127.0.0.1:0").expect("listening");
    stranger.set_nonblocking(true).expect("set");
    let port = stranger.local_addr().expect("bound").port();
    let call = format!("/vsicurl/http://127.0.0.1:{port}/a.tif");
    fs::write(
        at("calling/mosaic.vrt"),
        virtual_raster(&at("elsewhere/a.tif"), &call),
    )
    .expect("written");
    picture.write(&at("calling/good.tif"), &[]);
    let said = scan(&[&at("calling")], &at("out-3"), MODEL, &[], 2);
    assert!(
        said.out.contains("mosaic.vrt") || said.err.contains("mosaic.vrt"),
        "{said:?}"
    );
    assert!(stranger.accept().is_err(), "a stranger was called");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_neither_waited_for_nor_searched() {
    set_up();
    let kept = tempfile::tempdir().expect("folder");
    let at = |name: &str| kept.path().join(name);
    fs::create_dir(at("survey")).expect("made");
    Picture::with_nine(Place::utm(2.0), (400, 400)).write(&at("survey/a.tif"), &[]);
    for name in ["survey/pipe.tif", "survey/pipe.jpg", "boundary.geojson"] {
        let made = Command::new("mkfifo").arg(at(name)).status();
        assert!(made.is_ok_and(|s| s.success()));
    }
    scan(&[&at("survey")], &at("out"), MODEL, &[], 0);
    let said = scan(&[&at("survey/pipe.tif")], &at("out-2"), MODEL, &[], 1);
    assert!(said.err.contains("not a regular file"), "{}", said.err);
    let boundary = at("boundary.geojson");
    let options = ["--within", boundary.to_str().expect("UTF-8")];
    let said = scan(&[&at("survey/a.tif")], &at("out-3"), MODEL, &options, 1);
    assert!(said.err.contains("boundary.geojson"), "{}", said.err);
}

#[test]
fn a_model_that_gives_no_numbers_gives_no_candidates() {
    set_up();
    let kept = tempfile::tempdir().expect("folder");
    let at = |name: &str| kept.path().join(name);
    Picture::with_nine(Place::utm(2.0), (400, 400)).write(&at("a.tif"), &[]);
    let mut model = fs::read(fixture(MODEL)).expect("read");
    // The first weight, behind the name and the length of the weights.
    let head = b"B\x01wJ\x80\x30";
    let first = model
        .windows(head.len())
        .position(|w| w == head)
        .expect("weights")
        + head.len();
    model[first..first + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(at("broken.onnx"), model).expect("written");
    let said = ended(
        papaver()
            .args([
                "scan".as_ref(),
                at("a.tif").as_os_str(),
                "-o".as_ref(),
                at("out").as_os_str(),
            ])
            .arg("--model")
            .arg(at("broken.onnx")),
    );
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.err.contains("not a number") && said.err.contains("\nhint: "),
        "{said:?}"
    );
    assert!(!at("out/candidates.geojson").exists());
}

#[test]
fn a_scan_removes_and_replaces_only_what_a_scan_wrote() {
    set_up();
    let kept = tempfile::tempdir().expect("folder");
    let at = |name: &str| kept.path().join(name);
    Picture::with_nine(Place::utm(2.0), (400, 400)).write(&at("a.tif"), &[]);
    // A folder of somebody's, with photographs in a folder that is named like ours.
    fs::create_dir_all(at("mine/chips")).expect("made");
    fs::write(at("mine/chips/holiday.jpg"), "mine").expect("written");
    scan(&[&at("a.tif")], &at("mine"), MODEL, &[], 0);
    scan(&[&at("a.tif")], &at("mine"), MODEL, &["--restart"], 0);
    assert_eq!(
        fs::read(at("mine/chips/holiday.jpg")).expect("still there"),
        b"mine"
    );
    // A page of somebody's.
    fs::create_dir(at("pages")).expect("made");
    fs::write(at("pages/review.html"), "mine").expect("written");
    let said = scan(&[&at("a.tif")], &at("pages"), MODEL, &[], 1);
    assert!(said.err.contains("review.html"), "{}", said.err);
    assert_eq!(
        fs::read(at("pages/review.html")).expect("still there"),
        b"mine"
    );
    // A registry is no place for results, told or not.
    let made = ended(papaver().current_dir(kept.path()).args([
        "init",
        "--unit",
        "410423",
        "--registry",
        "a.papaver",
        "--actor",
        "chief",
    ]));
    assert_eq!(made.code, Some(0), "{made:?}");
    let registry = fs::read(at("a.papaver")).expect("read");
    for name in ["scan.json", "journal.jsonl", "candidates.geojson"] {
        let folder = at(&format!("with-{name}"));
        fs::create_dir(&folder).expect("made");
        fs::write(folder.join(name), &registry).expect("copied");
        let mut command = scan_command(&[&at("a.tif")], &folder, MODEL, &["--restart"]);
        let said = ended(&mut command);
        assert_eq!(said.code, Some(1), "{name}: {said:?}");
        assert!(said.err.contains("never written over"), "{name}: {said:?}");
        assert_eq!(
            fs::read(folder.join(name)).expect("still there"),
            registry,
            "{name}"
        );
    }
    let said = scan(
        &[&at("a.tif")],
        &at("a.papaver.files/out"),
        MODEL,
        &["--restart"],
        1,
    );
    assert!(said.err.contains("never written over"), "{}", said.err);
}

#[test]
fn an_evaluation_replaces_its_own_figures_only() {
    set_up();
    let kept = tempfile::tempdir().expect("folder");
    let at = |name: &str| kept.path().join(name);
    let picture = Picture::with_nine(Place::utm(2.0), (400, 400));
    fs::create_dir_all(at("village")).expect("made");
    picture.write(&at("village/a.tif"), &[]);
    let plots: Vec<serde_json::Value> = picture
        .truth()
        .iter()
        .map(|p| {
            let (x, y, d) = (p.x(), p.y(), 3e-6);
            let ring = [
                [x - d, y - d],
                [x + d, y - d],
                [x + d, y + d],
                [x - d, y + d],
                [x - d, y - d],
            ];
            serde_json::json!({"type": "Feature", "properties": {"kind": "poppy"},
                "geometry": {"type": "Polygon", "coordinates": [ring]}})
        })
        .collect();
    let truth = serde_json::json!({"type": "FeatureCollection", "features": plots});
    fs::write(at("village/truth.geojson"), truth.to_string()).expect("written");
    let evaluate = |out: &str, more: &[&str]| {
        ended(
            papaver()
                .arg("evaluate")
                .arg(at("village"))
                .arg("-o")
                .arg(at(out))
                .args(["-q", "--site-radius", "1", "--model"])
                .arg(fixture(MODEL))
                .args(more),
        )
    };
    fs::create_dir(at("mine")).expect("made");
    fs::write(at("mine/evaluation.json"), "mine").expect("written");
    let said = evaluate("mine", &[]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.err.contains("evaluation.json is there already"),
        "{said:?}"
    );
    assert_eq!(
        fs::read(at("mine/evaluation.json")).expect("there"),
        b"mine"
    );
    // Its own are made again, and others' where it is told.
    for (out, more) in [("own", &[][..]), ("own", &[]), ("mine", &["--restart"])] {
        let said = evaluate(out, more);
        assert_eq!(said.code, Some(0), "{out}: {said:?}");
    }
}

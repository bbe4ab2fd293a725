//! Maps of a scan of photos: targets of known places are shown where they are, near and far out, as long as the photos are
//! there and after.

use crate::maps::Server;
use crate::photos::write;
use crate::run::scan;
use crate::shots::{Pose, Scene};
use geo::{Distance, Geodesic, Point};
use papaver::ground::LonLat;
use papaver::imagery::tile::TileAddress;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const MODEL: &str = "colour_dense.onnx";

/// Ground that rises by a fifth: laid level, targets beside the middle of a frame would lie metres off.
fn scene() -> Scene {
    Scene {
        grade: 0.2,
        targets: vec![(-9.0, 4.0), (1.0, -5.0), (12.0, 3.0)],
    }
}

fn poses(scene: &Scene) -> Vec<Pose> {
    (0..8_u8)
        .map(|i| {
            let (line, along) = (f64::from(i / 4), f64::from(i % 4));
            let east = along * 7.0 - 10.0;
            Pose::down(east, line * 10.0 - 5.0, scene.height(east) + 30.0, 90.0)
        })
        .collect()
}

/// The layer of photos of the only survey.
fn photos_layer(server: &Server) -> Option<(String, Value)> {
    let library = server.get("/api/library", "").json();
    let survey = library["surveys"][0]["id"].as_str().expect("a survey");
    let layers = server.get(&format!("/api/tiles/{survey}"), "").json();
    let layers = layers.as_array().expect("layers").clone();
    let layer = layers.into_iter().find(|layer| layer["id"] == "photos")?;
    Some((survey.to_owned(), layer))
}

/// Metres from a target to the middle of what is magenta in the tile that shows it.
fn off(server: &Server, survey: &str, target: Point, zoom: u8) -> f64 {
    let tile = TileAddress::of(LonLat::new(target.x(), target.y()), zoom);
    let (x, y) = (tile.column(), tile.row());
    let answer = server.get(&format!("/api/tiles/{survey}/photos/{zoom}/{x}/{y}"), "");
    assert_eq!(answer.status, 200, "{}", answer.head);
    let picture = image::load_from_memory(&answer.body).expect("a picture");
    let is_target =
        |p: &image::Rgba<u8>| p.0[3] == 255 && p.0[0] > 170 && p.0[1] < 90 && p.0[2] > 170;
    let distances = picture
        .to_rgba8()
        .enumerate_pixels()
        .filter_map(|(x, y, pixel)| {
            let at = tile.locate(f64::from(x) + 0.5, f64::from(y) + 0.5);
            is_target(pixel).then(|| Geodesic.distance(Point::new(at.lon, at.lat), target))
        })
        .collect::<Vec<f64>>();
    // The target's half is 64 cm: its corner lies 91 cm off its middle.
    let near: Vec<f64> = distances.into_iter().filter(|d| *d < 4.0).collect();
    assert!(!near.is_empty(), "no target at zoom {zoom}");
    near.into_iter().fold(0.0, f64::max)
}

#[test]
fn targets_on_a_slope_are_shown_where_they_are_and_stay_when_the_photos_are_put_away() {
    let folder = TempDir::new().expect("temporary folder");
    let (photos, out) = (folder.path().join("photos"), folder.path().join("out"));
    let scene = scene();
    fs::create_dir(&photos).expect("folder");
    write(&scene, &poses(&scene), &photos);
    let dem = folder.path().join("dem.tif");
    scene.write_dem(&dem, 187.0);
    let dem = dem.display().to_string();
    scan(&[&photos], &out, MODEL, &["-q", "--dem", &dem], 0);
    let made = out.join("pyramid/photos.mosaic.tif");
    let bytes = |path: &Path| fs::metadata(path).expect("there").len();
    let all: u64 = fs::read_dir(&photos)
        .expect("listed")
        .map(|e| bytes(&e.expect("entry").path()))
        .sum();
    assert!(bytes(&made) * 5 < all, "{} of {all}", bytes(&made));
    let server = Server::new(folder.path(), &[]);
    let (survey, layer) = photos_layer(&server).expect("a layer");
    assert!(layer["max_zoom"].as_u64().expect("a zoom") >= 21, "{layer}");
    for target in scene.truth() {
        let (near, far) = (
            off(&server, &survey, target, 22),
            off(&server, &survey, target, 20),
        );
        assert!(
            near < 0.91 + 0.25 && far < 0.91 + 0.4,
            "{target:?}: {near} {far}"
        );
    }
    drop(server);
    fs::rename(&photos, folder.path().join(".away")).expect("renamed");
    let server = Server::new(folder.path(), &[]);
    let (survey, _) = photos_layer(&server).expect("the pyramid");
    for target in scene.truth() {
        assert!(off(&server, &survey, target, 20) < 0.91 + 0.4, "{target:?}");
    }
    drop(server);
    fs::remove_file(&made).expect("removed");
    assert!(photos_layer(&Server::new(folder.path(), &[])).is_none());
}

#[test]
fn a_scan_without_pyramids_leaves_none_and_is_the_same_otherwise() {
    let folder = TempDir::new().expect("temporary folder");
    let photos = folder.path().join("photos");
    let scene = Scene {
        grade: 0.0,
        ..scene()
    };
    fs::create_dir(&photos).expect("folder");
    write(&scene, &poses(&scene)[..2], &photos);
    let run = |name: &str, options: &[&str]| {
        let out = folder.path().join(name);
        scan(&[&photos], &out, MODEL, &[&["-q"], options].concat(), 0);
        crate::resume::files(&out)
    };
    let (mut with, without) = (run("with", &[]), run("without", &["--no-pyramid"]));
    assert!(
        with.remove("pyramid/photos.mosaic.tif").is_some(),
        "{:?}",
        with.keys()
    );
    assert!(with == without);
}

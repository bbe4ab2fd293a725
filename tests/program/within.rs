//! A boundary, in whatever file and coordinate system it comes, and imagery from a server.

use crate::ground::{Place, reference, through};
use crate::paint::{Picture, set_up};
use crate::results::Results;
use crate::run::scan;
use gdal::vector::{Geometry, LayerAccess, LayerOptions, OGRwkbGeometryType};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use tempfile::TempDir;

const MODEL: &str = "colour_dense.onnx";
const SIZE: (usize, usize) = (700, 600);
/// The west half of the raster and as much again beside it, in pixels.
const WEST: [(f64, f64); 5] = [
    (-350.0, 0.0),
    (-350.0, 600.0),
    (350.0, 600.0),
    (350.0, 0.0),
    (-350.0, 0.0),
];

/// The boundary's corners in a coordinate system, as WKT has them.
fn ring(picture: &Picture, crs: &str, height: &str) -> String {
    WEST.map(|(x, y)| {
        let at = picture.place.lonlat(x, y);
        let (x, y) = through("EPSG:4326", crs, at.x(), at.y());
        format!("{x:.9} {y:.9}{height}")
    })
    .join(",")
}

/// A file of one layer of one feature.
fn file(path: &Path, driver: &str, crs: &str, wkt: &str) {
    set_up();
    let driver = gdal::DriverManager::get_driver_by_name(driver).expect("driver");
    let mut file = driver.create_vector_only(path).expect("created");
    let mut layer = file
        .create_layer(LayerOptions {
            name: "township",
            srs: Some(&reference(crs)),
            ty: OGRwkbGeometryType::wkbUnknown,
            ..LayerOptions::default()
        })
        .expect("layer");
    layer
        .create_feature(Geometry::from_wkt(wkt).expect("WKT"))
        .expect("feature");
    file.close().expect("written");
}

/// Six of the nine targets lie in the boundary; half of it, and half of the raster, lie outside the other.
fn west_half(boundary: &Path, ortho: &Path, picture: &Picture) {
    let out = TempDir::new().expect("temporary folder");
    let within = boundary.to_str().expect("UTF-8");
    scan(&[ortho], out.path(), MODEL, &["--within", within], 0);
    let results = Results::read(out.path());
    let half = picture.m2(350 * 600);
    results.expect_searched(half);
    results.expect_not_searched(&[("outside_boundary", half), ("gap", half)]);
    let truth: Vec<geo::Point> = picture
        .truth()
        .into_iter()
        .enumerate()
        .filter(|(i, _)| i % 3 != 2)
        .map(|(_, p)| p)
        .collect();
    results.expect_targets(&truth, 0.16);
}

#[test]
fn of_every_kind() {
    let folder = TempDir::new().expect("temporary folder");
    let at = |name: &str| folder.path().join(name);
    let ortho = at("ortho.tif");
    let picture = Picture::with_nine(Place::utm(2.0), SIZE);
    picture.write(&ortho, &["TILED=YES"]);

    let plain = |crs: &str| format!("POLYGON(({}))", ring(&picture, crs, ""));
    let boundary = at("boundary.geojson");
    file(&boundary, "GeoJSON", "EPSG:4326", &plain("EPSG:4326"));
    west_half(&boundary, &ortho, &picture);

    let boundary = at("石门乡.gpkg");
    file(&boundary, "GPKG", "EPSG:4547", &plain("EPSG:4547"));
    west_half(&boundary, &ortho, &picture);

    std::fs::create_dir(at("边界 1")).expect("folder");
    let boundary = at("边界 1/township.shp");
    file(
        &boundary,
        "ESRI Shapefile",
        "EPSG:32649",
        &plain("EPSG:32649"),
    );
    west_half(&boundary, &ortho, &picture);

    // As Google Earth and Ovital write it.
    let corners = ring(&picture, "EPSG:4326", "");
    let coordinates: Vec<String> = corners
        .split(',')
        .map(|corner| corner.trim().replace(' ', ",") + ",95")
        .collect();
    let boundary = at("测区.kml");
    let text = format!(
        "<?xml version=\"1.0\"?><kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Folder><Placemark><Polygon>\
         <outerBoundaryIs><LinearRing><coordinates>{}</coordinates></LinearRing></outerBoundaryIs>\
         </Polygon></Placemark></Folder></Document></kml>",
        coordinates.join(" ")
    );
    std::fs::write(&boundary, text).expect("written");
    west_half(&boundary, &ortho, &picture);

    // With heights, among a point and a line, which bound nothing.
    let high = format!(
        "GEOMETRYCOLLECTION Z (POINT Z (113 33 1),POLYGON Z (({})),LINESTRING Z (113 33 0,114 34 0))",
        ring(&picture, "EPSG:4326", " 120.5")
    );
    let boundary = at("high.geojson");
    file(&boundary, "GeoJSON", "EPSG:4326", &high);
    west_half(&boundary, &ortho, &picture);
}

/// What of each source was searched stands beside it, before the others are regarded.
#[test]
fn each_source_has_its_own_figures() {
    let folder = TempDir::new().expect("temporary folder");
    let picture = Picture::with_nine(Place::utm(2.0), SIZE);
    let (a, b) = (folder.path().join("a.tif"), folder.path().join("b.tif"));
    picture.write(&a, &[]);
    picture.write(&b, &["TILED=YES"]);
    let out = folder.path().join("out");
    scan(&[&a, &b], &out, MODEL, &[], 0);
    let results = Results::read(&out);
    results.expect_searched(picture.m2(700 * 600));
    for source in results.record["sources"].as_array().expect("sources") {
        let searched = source["searched_m2"].as_f64().expect("a number");
        crate::results::close("searched", searched, picture.m2(700 * 600));
    }
}

/// A server of one file that understands ranges, for as long as the test runs.
fn serve(path: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let path = path.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let path = path.clone();
            std::thread::spawn(move || answer(&stream, &path));
        }
    });
    format!("/vsicurl/http://{address}/ortho.tif")
}

/// Answers the requests of one connection.
fn answer(stream: &TcpStream, path: &Path) -> Option<()> {
    let mut lines = BufReader::new(stream).lines();
    let mut out = stream;
    loop {
        let (first, mut range) = (lines.next()?.ok()?, None);
        for line in lines.by_ref() {
            let line = line.ok()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some((from, to)) = line
                .strip_prefix("range: bytes=")
                .and_then(|r| r.split_once('-'))
            {
                range = Some((from.parse::<u64>().ok()?, to.parse::<u64>().ok()));
            }
        }
        if !first.contains("/ortho.tif ") {
            out.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                .ok()?;
            continue;
        }
        let mut file = std::fs::File::open(path).ok()?;
        let size = file.metadata().ok()?.len();
        let (from, to) = range.map_or((0, size - 1), |(from, to)| {
            (from, to.unwrap_or(size - 1).min(size - 1))
        });
        let status = match range {
            Some(_) => format!("206 Partial Content\r\nContent-Range: bytes {from}-{to}/{size}"),
            None => "200 OK".into(),
        };
        let length = to + 1 - from;
        write!(
            out,
            "HTTP/1.1 {status}\r\nAccept-Ranges: bytes\r\nContent-Length: {length}\r\n\r\n"
        )
        .ok()?;
        if !first.starts_with("HEAD") {
            file.seek(SeekFrom::Start(from)).ok()?;
            std::io::copy(&mut file.take(length), &mut out).ok()?;
        }
    }
}

#[test]
fn imagery_from_a_server() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    let picture = Picture::with_nine(Place::utm(2.0), SIZE);
    picture.write(&path, &["TILED=YES", "COMPRESS=DEFLATE"]);
    let out = folder.path().join("out");
    scan(&[Path::new(&serve(&path))], &out, MODEL, &[], 0);
    let results = Results::read(&out);
    results.expect_targets(&picture.truth(), 0.16);
    results.expect_searched(picture.m2(700 * 600));
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_refused_and_the_rest_searched() {
    use std::os::unix::ffi::OsStrExt;
    let folder = TempDir::new().expect("temporary folder");
    let picture = Picture::with_nine(Place::utm(2.0), SIZE);
    let flight = folder.path().join("flight");
    std::fs::create_dir(&flight).expect("folder");
    picture.write(&flight.join("good.tif"), &[]);
    let odd = flight.join(std::ffi::OsStr::from_bytes(b"\xb2\xe2.tif"));
    if std::fs::copy(flight.join("good.tif"), odd).is_err() {
        println!("skipped: this file system knows only names that are text");
        return;
    }
    let out = folder.path().join("out");
    let said = scan(&[&flight], &out, MODEL, &[], 2);
    assert!(said.err.contains("not UTF-8"), "{}", said.err);
    Results::read(&out).expect_targets(&picture.truth(), 0.16);
}

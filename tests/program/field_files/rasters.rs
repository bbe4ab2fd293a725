//! Orthomosaics whose place stands beside them, does not fit, or is on an old datum.

use super::{ORTHO, scan};
use crate::cases::case;
use crate::ground::{Place, through};
use crate::paint::{Picture, create, put};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

#[test]
fn a_world_file_and_a_prj_make_an_orthomosaic() {
    let Some(folder) = case("09-world-file-and-prj") else {
        return;
    };
    for kind in ["tif", "jpg", "png"] {
        scan(&folder.join(kind), &[]).expect(&ORTHO, 0.3, 100.0);
        let named = folder.join(kind).join(format!("result.{kind}"));
        scan(&named, &[]).expect(&ORTHO, 0.3, 100.0);
        scan(&named, &["--crs", "EPSG:4526"]).expect(&ORTHO, 0.3, 100.0);
    }
}

/// A picture of nine targets as a raster with its place beside it.
fn beside(folder: &Path, name: &str, driver: &str, world: &str, picture: &Picture) {
    let plain = folder.join("plain.tif");
    picture.write(&plain, &[]);
    let source = gdal::Dataset::open(&plain).expect("opened");
    let driver = gdal::DriverManager::get_driver_by_name(driver).expect("driver");
    let target = folder.join("out").join(name);
    fs::create_dir_all(folder.join("out")).expect("made");
    let options = gdal::raster::RasterCreationOptions::from_iter(["WORLDFILE=NO"]);
    source
        .create_copy(&driver, &target, &options)
        .expect("written");
    let g = picture.place.transform;
    let (x, y) = (
        g[0] + f64::midpoint(g[1], g[2]),
        g[3] + f64::midpoint(g[4], g[5]),
    );
    let text = format!(
        "{}\r\n{}\r\n{}\r\n{}\r\n{x}\r\n{y}\r\n",
        g[1], g[4], g[2], g[5]
    );
    fs::write(folder.join("out").join(world), text).expect("written");
    let _ = fs::remove_file(folder.join("out").join(format!("{name}.aux.xml")));
}

#[test]
fn other_spellings_systems_and_turned_pictures_are_placed_too() {
    for (name, driver, world) in [
        ("成果.jpg", "JPEG", "成果.JGW"),
        ("a b.PNG", "PNG", "a b.Wld"),
        ("c.jpeg", "JPEG", "c.jpegw"),
    ] {
        let folder = TempDir::new().expect("temporary folder");
        let picture = Picture::with_nine(Place::utm(2.0), (700, 600));
        beside(folder.path(), name, driver, world, &picture);
        let found = scan(&folder.path().join("out"), &["--crs", "EPSG:32649"]);
        assert_eq!(found.said.code, Some(0), "{name}: {}", found.said.err);
        let results = found.results();
        results.expect_searched(picture.m2(700 * 600));
        results.expect_targets(&picture.truth(), 0.2);
        // Without a system anywhere, the remedy is one of the program's own.
        scan(&folder.path().join("out"), &[]).expect_refused(&["--crs EPSG:4547", ".prj"]);
    }
}

#[test]
fn a_zone_number_that_does_not_fit_is_named_with_the_system_that_does() {
    let Some(folder) = case("10-zone-number-in-the-eastings") else {
        return;
    };
    let ortho = folder.join("ortho-4547.tif");
    scan(&ortho, &[]).expect_refused(&["zone 38", "--crs EPSG:4526"]);
    let found = scan(&ortho, &["--crs", "EPSG:4526"]);
    found.expect(&ORTHO, 0.3, 100.0);
    assert!(found.said.err.contains("not its own"), "{}", found.said.err);
}

#[test]
fn an_old_datum_is_said_and_marked_and_can_be_given_its_parameters() {
    let Some(folder) = case("11-old-datum") else {
        return;
    };
    let ortho = folder.join("ortho-2435.tif");
    let bare = scan(&ortho, &[]);
    assert_eq!(bare.said.code, Some(0), "{}", bare.said.err);
    assert!(
        bare.said.err.contains("no way to WGS 84") && bare.said.err.contains("--towgs84"),
        "{}",
        bare.said.err
    );
    for candidate in &bare.results().candidates {
        let stated = candidate.properties["position_error_m"].as_f64();
        assert!(
            stated.is_some_and(|m| m >= 100.0),
            "{}",
            candidate.properties
        );
    }
    let crs = "+proj=tmerc +lat_0=0 +lon_0=114 +k=1 +x_0=500000 +ellps=krass +towgs84=15.8,-154.4,-82.3 +units=m";
    for options in [["--crs", crs], ["--towgs84", "15.8,-154.4,-82.3"]] {
        let found = scan(&ortho, &options);
        found.expect(&ORTHO, 0.5, 100.0);
        assert!(
            !found.said.err.contains("no way to WGS 84"),
            "{}",
            found.said.err
        );
    }
}

#[test]
fn other_systems_on_old_and_new_datums() {
    // Xian 1980 has no known way; CGCS2000, UTM and a Krassowsky system with one have.
    for (crs, known) in [
        ("EPSG:2383", false),
        ("EPSG:4214", false),
        ("EPSG:4547", true),
        ("EPSG:32649", true),
        ("EPSG:3857", true),
        (
            "+proj=tmerc +lon_0=114 +x_0=500000 +ellps=krass +towgs84=24,-123,-94,0,0,0,0",
            true,
        ),
    ] {
        let folder = TempDir::new().expect("temporary folder");
        let (x, y) = through("EPSG:4326", crs, 113.3, 33.74);
        let step = if crs == "EPSG:4214" {
            0.02 / 111_000.0
        } else {
            0.02
        };
        let place = Place {
            crs: crs.into(),
            transform: [x, step, 0.0, y, 0.0, -step],
        };
        let picture = Picture::with_nine(place, (700, 600));
        let path = folder.path().join("a.tif");
        picture.write(&path, &[]);
        let found = scan(&path, &["--allow-coarse"]);
        assert_eq!(found.said.code, Some(0), "{crs}: {}", found.said.err);
        let said = found.said.err.contains("no way to WGS 84");
        assert_eq!(said, !known, "{crs}: {}", found.said.err);
    }
}

/// A picture of nine targets in a format's plainest file, which says nothing of its place, in a folder of its own.
fn placeless(folder: &Path, name: &str, driver: &str, picture: &Picture) -> PathBuf {
    let plain = folder.join("plain.tif");
    picture.write(&plain, &[]);
    let source = gdal::Dataset::open(&plain).expect("opened");
    let target = folder.join("out").join(name);
    fs::create_dir_all(folder.join("out")).expect("made");
    let profile: &[&str] = if driver == "GTiff" {
        &["PROFILE=BASELINE"]
    } else {
        &[]
    };
    let options: gdal::raster::RasterCreationOptions = profile.iter().copied().collect();
    let driver = gdal::DriverManager::get_driver_by_name(driver).expect("driver");
    source
        .create_copy(&driver, &target, &options)
        .expect("written");
    let mut beside = target.clone().into_os_string();
    beside.push(".aux.xml");
    let _none = fs::remove_file(beside);
    target
}

/// The six lines of a world file.
fn world(place: &Place) -> String {
    let g = place.transform;
    let (x, y) = (
        g[0] + f64::midpoint(g[1], g[2]),
        g[3] + f64::midpoint(g[4], g[5]),
    );
    format!("{}\n{}\n{}\n{}\n{x}\n{y}\n", g[1], g[4], g[2], g[5])
}

#[test]
fn places_beside_a_picture_are_read_as_every_program_writes_them() {
    let esri = |crs: &str| {
        let reference = crate::ground::reference(crs);
        reference.morph_to_esri().expect("in ESRI's words");
        reference.to_wkt().expect("as text")
    };
    let utm = Place::utm(2.0);
    let degrees = Place::north_up("EPSG:4490", crate::ground::LON, crate::ground::LAT, 2.0);
    let turned = Place::utm(2.0).turned(20.0);
    let gauss = Place::north_up("EPSG:4526", crate::ground::LON, crate::ground::LAT, 2.0);
    let proj = "+proj=utm +zone=49 +datum=WGS84 +units=m +no_defs";
    for (name, driver, place, beside) in [
        // As WPS and older programs save text: a mark in front, and lines of Windows.
        (
            "成果.tif",
            "GTiff",
            &gauss,
            vec![
                (
                    "成果.tfw",
                    format!("\u{feff}{}\r\n", world(&gauss).replace('\n', "\r\n")),
                ),
                ("成果.PRJ", esri("EPSG:4526")),
            ],
        ),
        (
            "turned.png",
            "PNG",
            &turned,
            vec![
                ("turned.PGW", world(&turned)),
                ("turned.prj", esri("EPSG:32649")),
            ],
        ),
        (
            "degrees.jpg",
            "JPEG",
            &degrees,
            vec![
                ("degrees.jgw", world(&degrees)),
                ("degrees.prj", esri("EPSG:4490")),
            ],
        ),
        (
            "code.jpeg",
            "JPEG",
            &utm,
            vec![
                ("code.jgw", world(&utm)),
                ("code.prj", "EPSG:32649\n".into()),
            ],
        ),
        (
            "words.tiff",
            "GTiff",
            &utm,
            vec![("words.tiffw", world(&utm)), ("words.prj", proj.into())],
        ),
    ] {
        let folder = TempDir::new().expect("temporary folder");
        let picture = Picture::with_nine(place.clone(), (700, 600));
        let path = placeless(folder.path(), name, driver, &picture);
        for (name, text) in beside {
            fs::write(folder.path().join("out").join(name), text).expect("written");
        }
        let found = scan(&path, &[]);
        assert_eq!(found.said.code, Some(0), "{name}: {}", found.said.err);
        let results = found.results();
        results.expect_searched(picture.m2(700 * 600));
        results.expect_targets(&picture.truth(), 0.2);
    }
}

#[test]
fn eastings_with_another_zone_or_none_are_refused_with_the_system_that_fits() {
    // The true system, the one that the file names, and the number that the hint names.
    for (own, named, zone) in [
        ("EPSG:4497", Some("EPSG:4508"), "zone 19"),
        ("EPSG:4508", Some("EPSG:4497"), "zone 19"),
        ("EPSG:4547", Some("EPSG:4526"), "zone 38"),
        ("EPSG:4526", Some("EPSG:4525"), "zone 38"),
        ("EPSG:4526", None, "zone 38"),
    ] {
        let folder = TempDir::new().expect("temporary folder");
        let place = Place::north_up(own, crate::ground::LON, crate::ground::LAT, 2.0);
        let picture = Picture::with_nine(place.clone(), (700, 600));
        let path = if let Some(named) = named {
            let path = folder.path().join("成果.tif");
            let crs = named.to_owned();
            let mut misnamed = picture.clone();
            misnamed.place = Place { crs, ..place };
            misnamed.write(&path, &[]);
            path
        } else {
            let path = placeless(folder.path(), "成果.tif", "GTiff", &picture);
            fs::write(path.with_extension("tfw"), world(&place)).expect("written");
            path
        };
        let fitting = format!("--crs {own}");
        scan(&path, &[]).expect_refused(&[zone, &fitting]);
        let found = scan(&path, &["--crs", own]);
        assert_eq!(found.said.code, Some(0), "{own}: {}", found.said.err);
        found.results().expect_targets(&picture.truth(), 0.2);
    }
}

#[test]
fn old_datums_lie_where_their_parameters_put_them() {
    for (named, parameters, shift) in [
        // Xian 1980, three degrees about 114.
        (
            "EPSG:2383",
            "+proj=tmerc +lon_0=114 +x_0=500000 +a=6378140 +b=6356755.288157528 +units=m",
            "--towgs84=24,-123,-94",
        ),
        // Beijing 1954, six degrees about 111, with turns and a scale.
        (
            "EPSG:21459",
            "+proj=tmerc +lon_0=111 +x_0=500000 +ellps=krass +units=m",
            "--towgs84=12.6,-155.4,-81.2,0.5,-0.3,1.2,-0.9",
        ),
    ] {
        let given = shift.trim_start_matches("--towgs84=");
        let truth = format!("{parameters} +towgs84={given} +no_defs");
        let folder = TempDir::new().expect("temporary folder");
        let place = Place::north_up(&truth, crate::ground::LON, crate::ground::LAT, 2.0);
        let picture = Picture::with_nine(place.clone(), (700, 600));
        let path = folder.path().join("成果.tif");
        let crs = named.to_owned();
        let mut plain = picture.clone();
        plain.place = Place { crs, ..place };
        plain.write(&path, &[]);
        let bare = scan(&path, &[]);
        assert!(
            bare.said.err.contains("no way to WGS 84"),
            "{named}: {}",
            bare.said.err
        );
        let found = scan(&path, &[shift]);
        assert_eq!(found.said.code, Some(0), "{named}: {}", found.said.err);
        found.results().expect_targets(&picture.truth(), 0.5);
    }
}

#[test]
fn a_way_of_zeros_is_none_and_parameters_that_are_not_taken_are_said() {
    let krassowsky = "+proj=tmerc +lon_0=114 +x_0=500000 +ellps=krass +units=m";
    let given = "--towgs84=15.8,-154.4,-82.3";
    let truth = format!("{krassowsky} +towgs84=15.8,-154.4,-82.3 +no_defs");
    let folder = TempDir::new().expect("temporary folder");
    let place = Place::north_up(&truth, crate::ground::LON, crate::ground::LAT, 2.0);
    let picture = Picture::with_nine(place.clone(), (700, 600));
    let path = folder.path().join("成果.tif");
    let mut plain = picture.clone();
    let crs = format!("{krassowsky} +towgs84=0,0,0,0,0,0,0 +no_defs");
    plain.place = Place { crs, ..place };
    plain.write(&path, &[]);
    let bare = scan(&path, &[]);
    assert!(
        bare.said.err.contains("no way to WGS 84"),
        "{}",
        bare.said.err
    );
    let found = scan(&path, &[given]);
    assert_eq!(found.said.code, Some(0), "{}", found.said.err);
    assert!(!found.said.err.contains("not used"), "{}", found.said.err);
    found.results().expect_targets(&picture.truth(), 0.5);
    let known = Picture::with_nine(Place::utm(2.0), (700, 600));
    known.write(&path, &[]);
    let found = scan(&path, &[given]);
    assert!(
        found.said.err.contains("are not used"),
        "{}",
        found.said.err
    );
    found.results().expect_targets(&known.truth(), 0.2);
}

#[test]
fn signed_numbers_with_no_data_are_read() {
    let folder = TempDir::new().expect("temporary folder");
    let picture = Picture::with_nine(Place::utm(2.0), (700, 600));
    let plain = folder.path().join("plain.tif");
    picture.write(&plain, &[]);
    let source = gdal::Dataset::open(&plain).expect("opened");
    for none in [-32768.0, -9999.0] {
        let path = folder.path().join("signed.tif");
        let mut file = create::<i16>(&path, (700, 600), 3, Some(&picture.place), &[]);
        for band in 1..=3 {
            let from = source.rasterband(band).expect("band");
            let values = from.read_as::<u8>((0, 0), (700, 600), (700, 600), None);
            let mut values: Vec<i16> = values
                .expect("read")
                .data()
                .iter()
                .map(|v| i16::from(*v))
                .collect();
            values[..700 * 60].fill(none as i16);
            put(&mut file, band, (700, 600), values);
            file.rasterband(band)
                .expect("band")
                .set_no_data_value(Some(none))
                .expect("set");
        }
        file.close().expect("written");
        let found = scan(&path, &[]);
        assert_eq!(found.said.code, Some(0), "{}", found.said.err);
        let results = found.results();
        results.expect_searched(picture.m2(700 * 540));
        results.expect_not_searched(&[("nodata", picture.m2(700 * 60))]);
    }
}

#[test]
fn a_signed_orthomosaic_of_the_field() {
    let Some(folder) = case("19-lists-and-odd-files") else {
        return;
    };
    let found = scan(&folder.join("int16.tif"), &[]);
    assert!(
        found.said.code == Some(0) || found.said.err.contains("16 bit"),
        "{}",
        found.said.err
    );
}

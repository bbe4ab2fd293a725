//! Orthomosaics whose place stands beside them, does not fit, or is on an old datum.

use super::{ORTHO, scan};
use crate::cases::case;
use crate::ground::{Place, through};
use crate::paint::{Picture, create, put};
use std::fs;
use std::path::Path;
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

//! Folders as they come off a card or out of a program, and lists as Windows writes them.

use super::{ORTHO, scan};
use crate::cases::case;
use crate::ground::Place;
use crate::paint::{Picture, create, put};
use crate::shots::{Pose, Scene, Tags, jpeg, render};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const SQUARES: [(f64, f64); 2] = [(113.300_021_6, 33.740_009), (113.300_064_7, 33.739_973)];

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("listed") {
        let path = entry.expect("entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copied(&path, &target);
        } else {
            fs::write(&target, fs::read(&path).expect("read")).expect("written");
        }
    }
}

#[test]
fn a_multispectral_card_and_an_output_folder_cost_a_line_a_kind() {
    let Some(folder) = case("12-folders-as-they-come") else {
        return;
    };
    let card = scan(&folder.join("m3m"), &[]);
    card.expect(&SQUARES, 0.3, 432.0);
    assert_eq!(
        card.said.err.matches("warning").count(),
        0,
        "{}",
        card.said.err
    );
    assert!(
        card.said.out.contains("4 single bands"),
        "{}",
        card.said.out
    );
    let terra = scan(&folder.join("terra"), &[]);
    let results = terra.expect(&ORTHO, 0.3, 100.0);
    assert_eq!(
        terra.said.err.matches("warning").count(),
        0,
        "{}",
        terra.said.err
    );
    assert!(
        terra.said.out.contains("2 terrain models"),
        "{}",
        terra.said.out
    );
    assert!(
        terra.said.out.contains("1 picture that"),
        "{}",
        terra.said.out
    );
    assert!(
        results.record["captured"].is_null(),
        "{}",
        results.record["captured"]
    );
    // A damaged orthomosaic is not of a kind to pass over.
    let own = TempDir::new().expect("temporary folder");
    copied(&folder.join("terra"), own.path());
    let whole = fs::read(own.path().join("map/result.tif")).expect("read");
    fs::write(own.path().join("map/second.tif"), &whole[..600]).expect("written");
    let damaged = scan(own.path(), &[]);
    assert_eq!(damaged.said.code, Some(2), "{}", damaged.said.err);
    assert!(
        damaged.said.err.contains("second.tif"),
        "{}",
        damaged.said.err
    );
}

#[test]
fn previews_and_ecw_files_beside_an_orthomosaic_are_counted() {
    let folder = TempDir::new().expect("temporary folder");
    let picture = Picture::with_nine(Place::utm(2.0), (700, 600));
    picture.write(&folder.path().join("odm_orthophoto.tif"), &[]);
    let g = picture.place.transform;
    let coarse = Place {
        crs: picture.place.crs.clone(),
        transform: [g[0], g[1] * 10.0, 0.0, g[3], 0.0, g[5] * 10.0],
    };
    let mut preview = create::<u8>(
        &folder.path().join("preview.tif"),
        (70, 60),
        3,
        Some(&coarse),
        &[],
    );
    for band in 1..=3 {
        put(&mut preview, band, (70, 60), vec![120_u8; 70 * 60]);
    }
    preview.close().expect("written");
    let mut heights = create::<f32>(
        &folder.path().join("dtm.tif"),
        (70, 60),
        1,
        Some(&coarse),
        &[],
    );
    put(&mut heights, 1, (70, 60), vec![120_f32; 70 * 60]);
    heights.close().expect("written");
    for name in ["old.ecw", "old.sid", "shots.gpkg"] {
        fs::write(folder.path().join(name), "x").expect("written");
    }
    let found = scan(folder.path(), &[]);
    assert_eq!(found.said.code, Some(0), "{}", found.said.err);
    for words in [
        "2 ECW or MrSID",
        "1 coarser copy",
        "1 terrain model",
        "1 file of lines",
    ] {
        assert!(
            found.said.out.contains(words),
            "{words}: {}",
            found.said.out
        );
    }
    found.results().expect_searched(picture.m2(700 * 600));
    let named = scan(&folder.path().join("old.ecw"), &[]);
    named.expect_refused(&["ECW", "export it as GeoTIFF"]);
}

#[test]
fn maps_of_values_in_colours_beside_an_orthomosaic_are_counted() {
    let folder = TempDir::new().expect("temporary folder");
    let picture = Picture::with_nine(Place::utm(2.0), (700, 600));
    let map = folder.path().join("index_map_color");
    fs::create_dir(&map).expect("made");
    let ndvi = map.join("NDVI.tif");
    let mut values = create::<u8>(&ndvi, (700, 600), 3, Some(&picture.place), &[]);
    let value = |i: usize| (i % 700) as f64 / 700.0 + ((i / 700) as f64 / 40.0).sin() / 8.0;
    let colours: [fn(f64) -> f64; 3] = [|v| 510.0 * (1.0 - v), |v| 510.0 * v, |_| 30.0];
    for (band, colour) in (1..).zip(colours) {
        let data = (0..700 * 600).map(|i| colour(value(i)).clamp(0.0, 255.0) as u8);
        put(&mut values, band, (700, 600), data.collect());
    }
    values.close().expect("written");
    scan(folder.path(), &[]).expect_refused(&["NDVI.tif", "map of heights or of an index"]);
    picture.write(&folder.path().join("result.tif"), &[]);
    let found = scan(folder.path(), &[]);
    assert_eq!(found.said.code, Some(0), "{}", found.said.err);
    assert!(
        found.said.out.contains("1 terrain model or map"),
        "{}",
        found.said.out
    );
    let results = found.results();
    results.expect_targets(&picture.truth(), 0.2);
    for candidate in &results.candidates {
        assert!(candidate.properties["covered_by"].is_null());
    }
    // Nor does it confirm itself under another name.
    fs::copy(
        folder.path().join("result.tif"),
        folder.path().join("odm_orthophoto.original.tif"),
    )
    .expect("copied");
    let found = scan(folder.path(), &[]);
    assert!(
        found.said.out.contains("1 copy of an"),
        "{}",
        found.said.out
    );
    for candidate in &found.results().candidates {
        assert!(candidate.properties["covered_by"].is_null());
    }
    // What is named is the user's word.
    assert_eq!(scan(&ndvi, &[]).said.code, Some(0));
}

#[test]
fn lists_are_read_as_windows_writes_them() {
    let folder = TempDir::new().expect("temporary folder");
    let scene = Scene {
        grade: 0.0,
        targets: vec![(2.0, 1.0)],
    };
    let pose = Pose::down(0.0, 0.0, 30.0, 0.0);
    fs::create_dir(folder.path().join("照片")).expect("made");
    let photo = Tags::of(&pose, 0.0, 0).on(&jpeg(&render(&scene, &pose)));
    fs::write(folder.path().join("照片/DJI_0001.JPG"), photo).expect("written");
    let list = folder.path().join("清单.txt");
    let plain = "# 照片\r\n\"照片\\DJI_0001.JPG\"\r\n\r\n";
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(plain.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let chinese = encoding_rs::GB18030.encode(plain).0.into_owned();
    let mut lists = vec![plain.as_bytes().to_vec(), wide, chinese];
    if let Some(cases) = case("19-lists-and-odd-files") {
        for name in ["backslash.txt", "清单.txt"] {
            lists.push(fs::read(cases.join(name)).expect("read"));
        }
    }
    for bytes in lists {
        fs::write(&list, &bytes).expect("written");
        let found = scan(&list, &[]);
        assert_eq!(found.said.code, Some(0), "{}", found.said.err);
        assert_eq!(found.results().candidates.len(), 1);
    }
}

/// A TIFF of one band of 16 bits that says which in its XMP, and nothing of a place.
fn single_band(name: &str) -> Vec<u8> {
    const SIZE: (u32, u32) = (64, 48);
    let xmp = format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description xmlns:Camera=\"http://pix4d.com/camera/1.0/\">\
         <Camera:BandName><rdf:Seq><rdf:li>{name}</rdf:li></rdf:Seq></Camera:BandName></rdf:Description></rdf:RDF></x:xmpmeta>"
    );
    let pixels = 9_000_u16.to_le_bytes().repeat((SIZE.0 * SIZE.1) as usize);
    let (bytes, letters) = (pixels.len() as u32, xmp.len() as u32);
    let begins = 8 + 2 + 12 * 10 + 4;
    // Tag, type (1 bytes, 3 two bytes, 4 four), how many, value or where it is.
    let tags: [(u16, u16, u32, u32); 10] = [
        (256, 3, 1, SIZE.0),
        (257, 3, 1, SIZE.1),
        (258, 3, 1, 16),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, begins),
        (277, 3, 1, 1),
        (278, 3, 1, SIZE.1),
        (279, 4, 1, bytes),
        (700, 1, letters, begins + bytes),
    ];
    let mut tiff = b"II*\0\x08\0\0\0\x0a\0".to_vec();
    for (tag, kind, count, value) in tags {
        tiff.extend([tag, kind].iter().flat_map(|n| n.to_le_bytes()));
        tiff.extend([count, value].iter().flat_map(|n| n.to_le_bytes()));
    }
    tiff.extend([0_u8; 4]);
    tiff.extend(pixels);
    tiff.extend(xmp.as_bytes());
    tiff
}

#[test]
fn a_card_is_searched_whatever_the_aircraft_and_the_computers_left_on_it() {
    let folder = TempDir::new().expect("temporary folder");
    let flight = folder.path().join("DCIM/DJI_202604200900_001_东沟");
    fs::create_dir_all(&flight).expect("made");
    fs::create_dir(folder.path().join("MISC")).expect("made");
    let scene = Scene {
        grade: 0.0,
        targets: vec![(2.0, 1.0)],
    };
    let pose = Pose::down(0.0, 0.0, 30.0, 0.0);
    let photo = Tags::of(&pose, 0.0, 0).on(&jpeg(&render(&scene, &pose)));
    fs::write(flight.join("DJI_20260420090000_0001_D.JPG"), &photo).expect("written");
    for band in ["Green", "Red", "RedEdge", "NIR"] {
        let name = format!("DJI_20260420090000_0001_MS_{band}.TIF");
        fs::write(flight.join(name), single_band(band)).expect("written");
    }
    for name in [
        "DJI_202604200900_001_Timestamp.MRK",
        "DJI_202604200900_001_PPKRAW.bin",
        "DJI_202604200900_001_PPKNAV.nav",
        "DJI_202604200900_001_PPKOBS.obs",
        "DJI_0002.MP4",
        "DJI_0002.LRF",
        "DJI_0002.SRT",
        "DJI_0002.THM",
        // What computers leave: a shadow of the photo that is none, thumbnails, notes of folders.
        "._DJI_20260420090000_0001_D.JPG",
        "Thumbs.db",
        ".DS_Store",
        "desktop.ini",
    ] {
        fs::write(flight.join(name), [0_u8, 5, 22, 7, 0, 2]).expect("written");
    }
    let card = scan(folder.path(), &[]);
    assert_eq!(card.said.code, Some(0), "{}", card.said.err);
    assert_eq!(
        card.said.err.matches("warning").count(),
        0,
        "{}",
        card.said.err
    );
    assert!(
        card.said.out.contains("4 single bands"),
        "{}",
        card.said.out
    );
    assert_eq!(card.results().candidates.len(), 1);
}

/// A raster of three colours that says nothing of where it lies.
fn unplaced(path: &Path) {
    let mut raster = create::<u8>(path, (64, 48), 3, None, &[]);
    for band in 1..=3 {
        put(&mut raster, band, (64, 48), vec![120_u8; 64 * 48]);
    }
    raster.close().expect("written");
}

#[test]
fn an_output_folder_of_another_program_is_searched_and_what_is_damaged_in_it_is_named() {
    let folder = TempDir::new().expect("temporary folder");
    // WebODM: orthophoto, models and reports in folders of their own.
    let made = |name: &str| {
        let path = folder.path().join("东沟_全部成果").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        path
    };
    let picture = Picture::with_nine(Place::utm(2.0), (700, 600));
    picture.write(&made("odm_orthophoto/odm_orthophoto.tif"), &[]);
    let g = picture.place.transform;
    let coarse = Place {
        crs: picture.place.crs.clone(),
        transform: [g[0], g[1] * 10.0, 0.0, g[3], 0.0, g[5] * 10.0],
    };
    for name in ["odm_dem/dsm.tif", "odm_dem/dtm.tif"] {
        let mut heights = create::<f32>(&made(name), (70, 60), 1, Some(&coarse), &[]);
        put(&mut heights, 1, (70, 60), vec![120_f32; 70 * 60]);
        heights.close().expect("written");
    }
    let path = made("4_index/reflectance/reflectance.tif");
    let mut reflectance = create::<f32>(&path, (70, 60), 3, Some(&coarse), &[]);
    for band in 1..=3 {
        put(&mut reflectance, band, (70, 60), vec![0.2_f32; 70 * 60]);
    }
    reflectance.close().expect("written");
    let preview = image::RgbImage::from_pixel(64, 48, image::Rgb([40, 90, 40]));
    for name in [
        "odm_report/overlap.png",
        "odm_report/topview.png",
        "opensfm/undistorted/a.jpg",
    ] {
        preview.save(made(name)).expect("saved");
    }
    // Photos without their distortion, beside nothing that says where they lie.
    for number in 1..=3 {
        let path = made(&format!(
            "opensfm/undistorted/images/DJI_000{number}.JPG.tif"
        ));
        unplaced(&path);
    }
    for name in [
        "odm_orthophoto/odm_orthophoto.tif.ovr.tmp",
        "odm_orthophoto/odm_orthophoto.mbtiles",
        "odm_georeferencing/odm_georeferenced_model.laz",
        "odm_texturing/odm_textured_model_geo.obj",
        "odm_report/report.pdf",
        "odm_report/stats.json",
        "cameras.json",
        "log.json",
        "旧/正射.ecw",
        "旧/正射.sid",
        "~$说明.docx",
    ] {
        fs::write(made(name), "{}").expect("written");
    }
    let found = scan(folder.path(), &[]);
    assert_eq!(found.said.code, Some(0), "{}", found.said.err);
    assert_eq!(
        found.said.err.matches("warning").count(),
        0,
        "{}",
        found.said.err
    );
    for words in [
        "3 terrain models or maps of measured values",
        "2 ECW or MrSID",
        "3 frames without a place",
    ] {
        assert!(
            found.said.out.contains(words),
            "{words}: {}",
            found.said.out
        );
    }
    found.results().expect_searched(picture.m2(700 * 600));
    // An orthomosaic that lost its place is none of these.
    let lost = made("旧/无坐标.tif");
    unplaced(&lost);
    let named = scan(folder.path(), &[]);
    assert_eq!(named.said.code, Some(2), "{}", named.said.err);
    assert_eq!(
        named.said.err.matches("warning").count(),
        1,
        "{}",
        named.said.err
    );
    fs::remove_file(&lost).expect("removed");
    fs::write(made("odm_orthophoto/副本.tif"), b"II*\0").expect("written");
    let damaged = scan(folder.path(), &[]);
    assert_eq!(damaged.said.code, Some(2), "{}", damaged.said.err);
    assert!(
        damaged.said.err.contains("副本.tif"),
        "{}",
        damaged.said.err
    );
}

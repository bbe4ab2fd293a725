//! Synthetic truth: magenta squares at known places, in every kind of raster. All are found, none is invented, and the
//! ground that was searched is the ground that is there.

use crate::ground::{LAT, LON, Place};
use crate::paint::{Picture, can_write, create, put, put_alpha, valid};
use crate::results::Results;
use crate::run::scan;
use gdal::raster::{Buffer, ColorEntry, ColorTable, PaletteInterpretation};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use std::io::Write as _;
use std::path::Path;
use tempfile::TempDir;

/// The hand-made models and half of what one of their cells covers, in metres.
const MODELS: [(&str, f64); 2] = [("colour_dense.onnx", 0.16), ("colour_tile.onnx", 0.64)];
/// Pixels of a raster of 14 by 12 metres at 2 cm.
const SIZE: (usize, usize) = (700, 600);

/// Scans with both models and compares with the truth: the targets, the searched area, and what was left out.
fn holds(path: &Path, picture: &Picture, searched: usize, not_searched: &[(&str, usize)]) {
    holds_with(path, picture, searched, not_searched, &[]);
}

fn holds_with(
    path: &Path,
    picture: &Picture,
    searched: usize,
    not_searched: &[(&str, usize)],
    options: &[&str],
) {
    for (model, half_cell) in MODELS {
        let out = TempDir::new().expect("temporary folder");
        scan(&[path], out.path(), model, options, 0);
        let results = Results::read(out.path());
        results.expect_targets(&picture.truth(), half_cell);
        results.expect_searched(picture.m2(searched));
        let areas: Vec<(&str, f64)> = not_searched
            .iter()
            .map(|(r, n)| (*r, picture.m2(*n)))
            .collect();
        results.expect_not_searched(&areas);
    }
}

fn all(picture: &Picture) -> usize {
    picture.size.0 * picture.size.1
}

/// Writes nine targets somewhere, with creation options, and expects them.
fn nine(place: Place, size: (usize, usize), options: &[&str]) {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    let picture = Picture::with_nine(place, size);
    picture.write(&path, options);
    holds(&path, &picture, all(&picture), &[]);
    let left: Vec<_> = folder.path().read_dir().expect("listed").collect();
    assert_eq!(
        left.len(),
        1,
        "nothing is written beside the input: {left:?}"
    );
}

const TILED: [&str; 4] = [
    "TILED=YES",
    "BLOCKXSIZE=256",
    "BLOCKYSIZE=256",
    "COMPRESS=DEFLATE",
];

#[test]
fn in_utm() {
    nine(Place::utm(2.0), SIZE, &TILED);
}

#[test]
fn in_us_survey_feet() {
    nine(
        Place::north_up("EPSG:2229", -118.25, 34.05, 2.0),
        SIZE,
        &TILED,
    );
}

#[test]
fn in_degrees_with_pixels_square_on_the_ground() {
    nine(Place::north_up("EPSG:4326", LON, LAT, 2.0), SIZE, &TILED);
}

#[test]
fn in_degrees_with_pixels_square_in_degrees() {
    nine(
        Place::north_up("EPSG:4326", LON, LAT, 2.0).square_in_units(),
        SIZE,
        &TILED,
    );
}

#[test]
fn in_mercator_metres() {
    nine(Place::north_up("EPSG:3857", LON, 34.0, 2.0), SIZE, &TILED);
}

#[test]
fn in_cgcs2000() {
    nine(Place::north_up("EPSG:4547", LON, LAT, 2.0), SIZE, &TILED);
}

#[test]
fn with_a_turned_geotransform() {
    // Wider apart than elsewhere: the gap between turned footprints is reckoned between their boxes.
    nine(Place::utm(2.0).turned(30.0), (1200, 1100), &TILED);
}

#[test]
fn in_strips() {
    nine(Place::utm(2.0), SIZE, &["COMPRESS=DEFLATE"]);
}

#[test]
fn in_jpeg() {
    let jpeg = [
        "TILED=YES",
        "COMPRESS=JPEG",
        "PHOTOMETRIC=YCBCR",
        "INTERLEAVE=PIXEL",
    ];
    nine(Place::utm(2.0), SIZE, &jpeg);
}

#[test]
fn in_every_compression_that_this_gdal_writes() {
    for compression in ["LZW", "ZSTD", "WEBP"] {
        crate::paint::set_up();
        if !can_write(compression) {
            println!("skipped: this GDAL does not write {compression}");
            continue;
        }
        let compress = format!("COMPRESS={compression}");
        nine(
            Place::utm(2.0),
            SIZE,
            &["TILED=YES", "INTERLEAVE=PIXEL", &compress],
        );
    }
}

#[test]
fn in_a_big_tiff_of_separate_bands() {
    nine(
        Place::utm(2.0),
        SIZE,
        &["BIGTIFF=YES", "INTERLEAVE=BAND", "TILED=YES"],
    );
}

#[test]
fn finer_than_the_model() {
    nine(Place::utm(0.7), (2000, 1700), &TILED);
}

#[test]
fn by_factors_that_are_no_whole_numbers() {
    nine(Place::utm(1.3), (1077, 923), &TILED);
    nine(Place::utm(2.9), (483, 414), &TILED);
}

#[test]
fn in_sixteen_bits() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    let picture = Picture::with_nine(Place::utm(2.0), SIZE);
    picture.write_16_bit(&path, 40, 300);
    holds(&path, &picture, all(&picture), &[]);
}

#[test]
fn a_raster_of_a_hundred_pixels() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    let mut picture = Picture::bare(Place::utm(2.0), (100, 100));
    picture.target(30, 26);
    picture.write(&path, &[]);
    holds(&path, &picture, all(&picture), &[]);
}

/// A flight's outline: everything left of a slanted line has no data.
fn collar(x: usize, y: usize) -> bool {
    x + y / 3 < 200
}

/// Nine targets of which those on the collar are not to be found, and how many pixels the collar has.
fn with_collar(colour: Option<[u8; 3]>) -> (Picture, usize) {
    let mut picture = Picture::bare(Place::utm(2.0), SIZE);
    // Right beside the slanted edge, in the free corners, and inside.
    for (x, y) in [
        (206, 0),
        (650, 0),
        (110, 280),
        (400, 300),
        (20, 550),
        (650, 550),
    ] {
        picture.target(x, y);
    }
    match colour {
        Some(colour) => picture.fill(collar, colour),
        None => picture.fill(
            |x, y| collar(x, y) && x < 50 && y < 50,
            crate::paint::MAGENTA,
        ),
    }
    let pixels = (0..all(&picture))
        .filter(|i| collar(i % SIZE.0, i / SIZE.0))
        .count();
    (picture, pixels)
}

/// Writes a raster with a collar, and expects it to be left out for a reason.
fn collar_is(reason: &str, colour: Option<[u8; 3]>, write: impl FnOnce(&Picture, &Path)) {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    let (picture, pixels) = with_collar(colour);
    write(&picture, &path);
    holds(&path, &picture, all(&picture) - pixels, &[(reason, pixels)]);
}

#[test]
fn with_an_alpha_band_over_colours() {
    collar_is("nodata", None, |picture, path| {
        picture.write_with(
            path,
            4,
            &["TILED=YES", "PHOTOMETRIC=RGB", "ALPHA=YES"],
            |d| put_alpha(d, SIZE, collar),
        );
    });
}

#[test]
fn with_an_internal_mask() {
    collar_is("nodata", None, |picture, path| {
        picture.write_with(path, 3, &TILED, |d| {
            let mut band = d.rasterband(1).expect("band");
            band.create_mask_band(true).expect("mask");
            let mut mask = band.open_mask_band().expect("mask");
            let mut buffer = Buffer::new(SIZE, valid(SIZE, collar));
            mask.write((0, 0), SIZE, &mut buffer).expect("written");
        });
    });
}

#[test]
fn with_a_no_data_value() {
    collar_is("nodata", Some([0, 0, 0]), |picture, path| {
        picture.write_with(path, 3, &TILED, |d| {
            for band in 1..=3 {
                d.rasterband(band)
                    .expect("band")
                    .set_no_data_value(Some(0.0))
                    .expect("set");
            }
        });
    });
}

#[test]
fn with_an_untagged_black_collar() {
    collar_is("blank", Some([0, 0, 0]), |picture, path| {
        picture.write(path, &TILED);
    });
}

#[test]
fn with_an_untagged_white_collar() {
    collar_is("blank", Some([255, 255, 255]), |picture, path| {
        picture.write(path, &[]);
    });
}

#[test]
fn with_a_black_collar_in_jpeg() {
    let jpeg = [
        "TILED=YES",
        "COMPRESS=JPEG",
        "PHOTOMETRIC=YCBCR",
        "INTERLEAVE=PIXEL",
    ];
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    // Along blocks of the encoder, so that what rings is ground and not collar.
    let edge = |x: usize, _: usize| x < 208;
    let mut picture = Picture::bare(Place::utm(2.0), SIZE);
    for (x, y) in [(400, 100), (650, 550)] {
        picture.target(x, y);
    }
    picture.fill(edge, [0, 0, 0]);
    picture.write(&path, &jpeg);
    let pixels = 208 * SIZE.1;
    holds(
        &path,
        &picture,
        all(&picture) - pixels,
        &[("blank", pixels)],
    );
}

#[test]
fn a_black_roof_inside_is_searched_ground() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    let mut picture = Picture::bare(Place::utm(2.0), SIZE);
    picture.fill(
        |x, y| (100..500).contains(&x) && (100..400).contains(&y),
        [0, 0, 0],
    );
    picture.target(300, 250);
    picture.write(&path, &TILED);
    holds(&path, &picture, all(&picture), &[]);
}

#[test]
fn with_sparse_blocks() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    let mut picture = Picture::bare(Place::utm(2.0), (2048, 2048));
    picture.target(1030, 1030);
    picture.target(1230, 1230);
    let options = [
        "TILED=YES",
        "BLOCKXSIZE=256",
        "BLOCKYSIZE=256",
        "COMPRESS=DEFLATE",
        "SPARSE_OK=TRUE",
    ];
    let dataset = create::<u8>(&path, picture.size, 3, Some(&picture.place), &options);
    for band in 1..=3 {
        let plane = picture.plane(band - 1);
        let window: Vec<u8> = (1024..1280)
            .flat_map(|y| plane[y * 2048 + 1024..y * 2048 + 1280].to_vec())
            .collect();
        let mut buffer = Buffer::new((256, 256), window);
        dataset
            .rasterband(band)
            .expect("band")
            .write((1024, 1024), (256, 256), &mut buffer)
            .expect("written");
    }
    dataset.close().expect("written");
    holds(
        &path,
        &picture,
        256 * 256,
        &[("nodata", 2048 * 2048 - 256 * 256)],
    );
}

#[test]
fn with_a_palette() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    let picture = Picture::with_nine(Place::utm(2.0), SIZE);
    let mut dataset = create::<u8>(&path, SIZE, 1, Some(&picture.place), &TILED);
    let mut table = ColorTable::new(PaletteInterpretation::Rgba);
    table.set_color_entry(0, &ColorEntry::rgba(110, 100, 90, 255));
    table.set_color_entry(7, &ColorEntry::rgba(255, 0, 255, 255));
    dataset.rasterband(1).expect("band").set_color_table(&table);
    let indices = picture
        .plane(1)
        .iter()
        .map(|green| if *green == 0 { 7 } else { 0 })
        .collect();
    put::<u8>(&mut dataset, 1, SIZE, indices);
    dataset.close().expect("written");
    holds(&path, &picture, all(&picture), &[]);
}

#[test]
fn with_bands_in_another_order() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    let picture = Picture::with_nine(Place::utm(2.0), SIZE);
    // Green, red, blue, and a fourth that is not looked at; none is named.
    let mut dataset = create::<u8>(
        &path,
        SIZE,
        4,
        Some(&picture.place),
        &["PHOTOMETRIC=MINISBLACK", "ALPHA=NO"],
    );
    for (band, colour) in [(1, 1), (2, 0), (3, 2)] {
        put(&mut dataset, band, SIZE, picture.plane(colour));
    }
    put(&mut dataset, 4, SIZE, vec![9_u8; SIZE.0 * SIZE.1]);
    dataset.close().expect("written");
    holds_with(&path, &picture, all(&picture), &[], &["--bands", "2,1,3"]);
    let out = TempDir::new().expect("temporary folder");
    scan(&[&path], out.path(), MODELS[0].0, &[], 0);
    assert!(
        Results::read(out.path()).candidates.is_empty(),
        "cyan is not magenta"
    );
}

#[test]
fn an_overview_is_read_where_it_is_fine_enough() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    let picture = Picture::with_nine(Place::utm(0.5), (2800, 2400));
    picture.write_with(&path, 3, &TILED, |d| {
        d.build_overviews("AVERAGE", &[2, 4, 8], &[])
            .expect("built");
    });
    holds(&path, &picture, all(&picture), &[]);
    // Ground painted over the targets in the full raster only: what is found is found in the overview.
    let update = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_UPDATE,
        ..DatasetOptions::default()
    };
    let mut dataset = Dataset::open_ex(&path, update).expect("opened");
    for band in 1..=3 {
        put(
            &mut dataset,
            band,
            picture.size,
            vec![100_u8; picture.size.0 * picture.size.1],
        );
    }
    dataset.close().expect("written");
    holds(&path, &picture, all(&picture), &[]);
}

#[test]
fn under_any_name() {
    let folder = TempDir::new().expect("temporary folder");
    let picture = Picture::with_nine(Place::utm(2.0), SIZE);
    let long = format!("{}.tif", "长".repeat(65));
    assert_eq!(long.len(), 199);
    for name in ["two words.tif", "石门村 正射 (1).tif", &long] {
        let path = folder.path().join(name);
        picture.write(&path, &TILED);
        holds(&path, &picture, all(&picture), &[]);
        std::fs::remove_file(path).expect("removed");
    }
}

/// A VRT of three bands over a raster.
fn vrt(source: &Path, picture: &Picture) -> String {
    let wkt = crate::ground::reference(&picture.place.crs)
        .to_wkt()
        .expect("WKT")
        .replace('"', "&quot;");
    let transform = picture
        .place
        .transform
        .map(|v| format!("{v:.17e}"))
        .join(", ");
    let (w, h) = picture.size;
    let band = |number: usize| {
        format!(
            r#"<VRTRasterBand dataType="Byte" band="{number}"><ColorInterp>{}</ColorInterp><SimpleSource>
            <SourceFilename relativeToVRT="1">{}</SourceFilename><SourceBand>{number}</SourceBand>
            <SrcRect xOff="0" yOff="0" xSize="{w}" ySize="{h}"/><DstRect xOff="0" yOff="0" xSize="{w}" ySize="{h}"/>
            </SimpleSource></VRTRasterBand>"#,
            ["Red", "Green", "Blue"][number - 1],
            source.file_name().expect("a name").to_string_lossy()
        )
    };
    format!(
        r#"<VRTDataset rasterXSize="{w}" rasterYSize="{h}"><SRS>{wkt}</SRS><GeoTransform>{transform}</GeoTransform>{}{}{}</VRTDataset>"#,
        band(1),
        band(2),
        band(3)
    )
}

#[test]
fn as_a_vrt_in_a_zip_in_a_list_and_in_a_folder() {
    let folder = TempDir::new().expect("temporary folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("flight/石门")).expect("folder");
    let picture = Picture::with_nine(Place::utm(2.0), SIZE);
    let ortho = at("flight/石门/ortho.tif");
    picture.write(&ortho, &TILED);
    std::fs::write(at("flight/notes.md"), "none").expect("written");
    holds(&at("flight"), &picture, all(&picture), &[]);

    std::fs::write(at("list.txt"), "# one a line\r\nflight/石门/ortho.tif\r\n").expect("written");
    holds(&at("list.txt"), &picture, all(&picture), &[]);

    std::fs::write(at("flight/石门/all.vrt"), vrt(&ortho, &picture)).expect("written");
    holds(&at("flight/石门/all.vrt"), &picture, all(&picture), &[]);

    let mut zip = zip::ZipWriter::new(std::fs::File::create(at("flight.zip")).expect("created"));
    zip.start_file("inside/ortho.tif", zip::write::SimpleFileOptions::default())
        .expect("begun");
    zip.write_all(&std::fs::read(&ortho).expect("read"))
        .expect("written");
    zip.finish().expect("written");
    let inside = format!("/vsizip/{}/inside/ortho.tif", at("flight.zip").display());
    holds(Path::new(&inside), &picture, all(&picture), &[]);
}

#[test]
fn two_overlapping_orthomosaics_give_one_candidate_a_plot() {
    let folder = TempDir::new().expect("temporary folder");
    let (a, b) = (folder.path().join("a.tif"), folder.path().join("b.tif"));
    let place = Place::utm(2.0);
    let mut left = Picture::bare(place.clone(), SIZE);
    // Metres from the common corner, in pixels of 2 cm; b begins 8.006 m to the east and has pixels of 1.6 cm.
    let mut right = Picture::bare(Place::utm(1.6).moved(8.006 / 0.016, 0.0), (875, 750));
    for (x, y) in [(40, 60), (470, 20), (640, 290), (460, 550)] {
        left.target(x, y);
        let east = x as f64 * 0.02 - 8.006;
        if east > 0.0 {
            right.target(
                (east / 0.016).round() as usize,
                (y as f64 * 0.02 / 0.016).round() as usize,
            );
        }
    }
    right.target(700, 200);
    left.write(&a, &TILED);
    right.write(&b, &[]);
    let mut truth = left.truth();
    truth.extend(right.truth().last());
    for (model, half_cell) in MODELS {
        let out = TempDir::new().expect("temporary folder");
        scan(&[&a, &b], out.path(), model, &[], 0);
        let results = Results::read(out.path());
        results.expect_targets(&truth, half_cell);
        // 14 m of each, of which 5.994 m are common; both are 12 m tall.
        results.expect_searched((14.0 + 8.006) * 12.0);
        results.expect_not_searched(&[]);
        let both = results
            .candidates
            .iter()
            .filter(|c| c.properties["sources"].as_array().expect("sources").len() == 2)
            .count();
        assert_eq!(both, 3, "three plots lie on both");
    }
}

#[test]
fn as_a_cloud_optimised_geotiff() {
    let folder = TempDir::new().expect("temporary folder");
    let (plain, path) = (
        folder.path().join("plain.tif"),
        folder.path().join("cog.tif"),
    );
    let picture = Picture::with_nine(Place::utm(2.0), SIZE);
    picture.write(&plain, &[]);
    let driver = gdal::DriverManager::get_driver_by_name("COG").expect("driver");
    Dataset::open(&plain)
        .and_then(|d| {
            d.create_copy(
                &driver,
                &path,
                &["COMPRESS=LZW", "BLOCKSIZE=256"].iter().copied().collect(),
            )
        })
        .and_then(Dataset::close)
        .expect("written");
    holds(&path, &picture, all(&picture), &[]);
}

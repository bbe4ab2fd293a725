use super::*;
use crate::imagery::Validity;
use crate::imagery::fixture::{opened, raster};

fn whole(source: &Source, path: &Path) {
    let part = PyramidPart::whole(source);
    let pyramid = Pyramid::begin(source, part, path)
        .expect("begun")
        .expect("no photo");
    let stop = AtomicBool::new(false);
    pyramid.finish(Existing::Stays, &stop).expect("made");
}

#[test]
fn it_shows_the_same_ground_at_a_quarter_and_less_and_where_there_is_none() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    raster(&at("a.tif"), (2501, 1403), &["TILED=YES"], |x, y| {
        x + y < 900
    });
    let source = opened(&at("a.tif"));
    whole(&source, &at("pyramid.tif"));
    let pyramid = opened(&at("pyramid.tif"));
    assert_eq!(pyramid.size(), (626, 351));
    let sides: Vec<u32> = pyramid.levels().iter().map(|l| l.width).collect();
    assert_eq!(sides, [626, 313, 157]);
    assert_eq!(pyramid.crs().name(), "EPSG:32649");
    let g = pyramid.transform().coefficients();
    let expected = [500_000.0, 0.2, 0.04, 3_700_000.0, 0.04, -0.2];
    assert!(
        g.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9),
        "{g:?}"
    );
    for (number, level) in pyramid.levels().iter().enumerate() {
        let reader = pyramid.open(*level).ok().expect("opened");
        let rect = Rect {
            x0: 0,
            y0: 0,
            x1: level.width,
            y1: level.height,
        };
        let pixels = reader.read(rect, &mut None);
        let validity = pixels.validity.expect("a part has no data");
        let scale = 4 << number;
        for y in 0..level.height {
            for x in 0..level.width {
                let i = (y * level.width + x) as usize;
                let (sx, sy) = (x * scale + scale / 2, y * scale + scale / 2);
                let off = (sx + sy).abs_diff(900);
                assert!(
                    off < 3 * scale || (validity[i] == Validity::NoData as u8) == (sx + sy < 900),
                    "{x} {y}"
                );
                // Beside the edge the compression mixes colours, over some twenty cells.
                if off > 24 * scale && sx + sy > 900 && sx < 1500 {
                    let red = 40.0 + f64::from(sx) / 8.0;
                    let found = f64::from(pixels.colours[0][i]);
                    assert!((found - red).abs() < 14.0, "{x} {y}: {found} {red}");
                }
            }
        }
    }
}

#[test]
fn it_is_the_same_in_whatever_order_its_pixels_came() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    // Strips of three rows: a cell's rows lie in two of them.
    raster(
        &at("a.tif"),
        (700, 333),
        &["BLOCKYSIZE=3", "COMPRESS=DEFLATE"],
        |x, y| (x / 90 + y / 70) % 3 == 0,
    );
    let source = opened(&at("a.tif"));
    whole(&source, &at("pieces.tif"));
    let mut part = PyramidPart::whole(&source);
    let reader = source.open(part.level).ok().expect("opened");
    part.rects = (0..37)
        .map(|n| Rect {
            x0: 0,
            y0: n * 9,
            x1: 700,
            y1: (n * 9 + 9).min(333),
        })
        .collect();
    let begun = Pyramid::begin(&source, part.clone(), &at("rows.tif"))
        .expect("begun")
        .expect("no photo");
    for rect in part.rects.iter().rev().skip(4) {
        begun.add(&reader.read(*rect, &mut None)).expect("added");
    }
    begun
        .finish(Existing::Stays, &AtomicBool::new(false))
        .expect("made");
    assert_eq!(
        std::fs::read(at("pieces.tif")).expect("read"),
        std::fs::read(at("rows.tif")).expect("read")
    );
    assert!(is_pyramid_of(&at("rows.tif"), &source, &part));
    assert!(
        !is_pyramid_of(&at("a.tif"), &source, &part)
            && !is_pyramid_of(&at("none.tif"), &source, &part)
    );
}

#[test]
fn a_pixel_and_a_raster_without_data_have_pyramids_too() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    raster(&at("one.tif"), (1, 1), &[], |_, _| false);
    whole(&opened(&at("one.tif")), &at("one-pyramid.tif"));
    let one = opened(&at("one-pyramid.tif"));
    assert_eq!(one.size(), (1, 1));
    let rect = Rect {
        x0: 0,
        y0: 0,
        x1: 1,
        y1: 1,
    };
    let pixels = one
        .open(one.full_level())
        .ok()
        .expect("opened")
        .read(rect, &mut None);
    assert!(pixels.validity.is_none() && pixels.colours[2][0].abs_diff(90) < 4);
    raster(&at("none.tif"), (300, 300), &[], |_, _| true);
    whole(&opened(&at("none.tif")), &at("none-pyramid.tif"));
    let none = opened(&at("none-pyramid.tif"));
    let rect = Rect {
        x0: 0,
        y0: 0,
        x1: 75,
        y1: 75,
    };
    assert!(
        none.open(none.full_level())
            .ok()
            .expect("opened")
            .read(rect, &mut None)
            .is_empty()
    );
}

#[test]
fn nothing_is_replaced_unasked_and_nothing_half_made_stays() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    raster(&at("a.tif"), (600, 600), &[], |_, _| false);
    let source = opened(&at("a.tif"));
    std::fs::create_dir(at("pyramid")).expect("made");
    let path = pyramid_path(folder.path(), "a.tif");
    assert_eq!(path, at("pyramid").join("a.tif"));
    let begin = || {
        Pyramid::begin(&source, PyramidPart::whole(&source), &path)
            .expect("begun")
            .expect("no photo")
    };
    let stopped = begin().finish(Existing::Stays, &AtomicBool::new(true));
    assert!(matches!(stopped, Err(PyramidError::Stopped)));
    std::fs::write(&path, "mine").expect("written");
    let refused = begin().finish(Existing::Stays, &AtomicBool::new(false));
    assert!(matches!(
        refused,
        Err(PyramidError::File(FileError::Exists { .. }))
    ));
    assert_eq!(std::fs::read(&path).expect("read"), b"mine");
    assert_eq!(std::fs::read_dir(at("pyramid")).expect("listed").count(), 1);
}

#[test]
fn a_pyramid_is_no_imagery_of_its_own_and_what_else_lies_there_is() {
    let folder = tempfile::tempdir().expect("folder");
    let ortho = folder.path().join("a.tif");
    raster(&ortho, (300, 300), &[], |_, _| false);
    let path = pyramid_path(folder.path(), "a.tif");
    whole(&opened(&ortho), &path);
    let other = path.with_file_name("b.tif");
    std::fs::copy(&ortho, &other).expect("copied");
    let found = crate::imagery::find_inputs(&[folder.path().into()]).expect("found");
    assert_eq!((found.rasters, found.ignored), (vec![ortho, other], 1));
}

#[test]
fn names_of_sources_stay_in_the_folder() {
    let at = |name: &str| pyramid_path(Path::new("out"), name).display().to_string();
    assert_eq!(at("ortho.jp2"), "out/pyramid/ortho.jp2.tif");
    assert_eq!(
        at("a/ortho.TIF (0a1b2c)"),
        "out/pyramid/a-ortho.TIF (0a1b2c).tif"
    );
    assert_eq!(at("../x.tif"), "out/pyramid/..-x.tif");
}

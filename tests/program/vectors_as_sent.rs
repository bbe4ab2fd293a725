//! Boundaries and lists as other programs write them: inputs of known truth, and others of the same kinds.

use crate::cases::case;
use crate::ground::Place;
use crate::paint::Picture;
use crate::results::Results;
use crate::run::scan;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const MODEL: &str = "colour_dense.onnx";

#[test]
fn boundaries_of_the_cases_are_read() {
    let Some(folder) = case("13-boundaries-others-draw") else {
        return;
    };
    let ortho = folder.join("../ortho.tif");
    for (name, said) in [
        ("gb2312.kml", ""),
        ("gx-without-its-namespace.kml", ""),
        ("no-shx.shp", ""),
        ("ovital.ovkml", ""),
        ("utf16.kml", ""),
        (
            "sliver-beside-a-good-one.geojson",
            "without an area passed over: 2",
        ),
        ("spike.geojson", "settled"),
        ("touches-itself.geojson", "settled"),
    ] {
        let out = TempDir::new().expect("temporary folder");
        let within = folder.join(name);
        let ended = scan(
            &[&ortho],
            out.path(),
            MODEL,
            &["--within", &within.to_string_lossy()],
            0,
        );
        assert!(ended.err.contains(said), "{name}: {}", ended.err);
        let results = Results::read(out.path());
        println!(
            "{name}: {} m², {} candidates",
            results.searched_m2,
            results.candidates.len()
        );
        assert_eq!(results.candidates.len(), 2, "{name}");
        // The ring that touches itself goes round a triangle the other way: an odd number of times is not at all there.
        let expected = if name.starts_with("touches") {
            52.5
        } else {
            60.0
        };
        assert!(
            (results.searched_m2 - expected).abs() < 1.2,
            "{name}: {}",
            results.searched_m2
        );
    }
}

/// An orthomosaic, the corners of its west half in degrees, and the square metres of that half.
pub fn west_half(folder: &Path) -> (PathBuf, Vec<(f64, f64)>, f64) {
    let picture = Picture::with_nine(Place::utm(2.0), (700, 600));
    let path = folder.join("ortho.tif");
    picture.write(&path, &[]);
    let ring = [
        (0.0, 0.0),
        (0.0, 600.0),
        (350.0, 600.0),
        (350.0, 0.0),
        (0.0, 0.0),
    ];
    let ring = ring.map(|(x, y)| {
        let at = picture.place.lonlat(x, y);
        (at.x(), at.y())
    });
    (path, ring.to_vec(), picture.m2(350 * 600))
}

/// Corners as GeoJSON writes them.
pub fn pairs(ring: &[(f64, f64)]) -> String {
    let pairs: Vec<String> = ring.iter().map(|(x, y)| format!("[{x},{y}]")).collect();
    pairs.join(",")
}

#[test]
fn kml_of_every_hand_bounds_the_same_ground() {
    let folder = TempDir::new().expect("temporary folder");
    let (ortho, ring, half) = west_half(folder.path());
    let corners = |between: &str, after: &str| {
        let corners = ring
            .iter()
            .map(|(x, y)| format!("{x:.9}{between}{y:.9}{after}"));
        corners.collect::<Vec<_>>().join(" ")
    };
    let polygon = |corners: &str| {
        format!(
            "<Polygon><outerBoundaryIs><LinearRing><coordinates>\n{corners}\n</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        )
    };
    let plain = polygon(&corners(",", ""));
    let documents = [
        // Declared as UTF-8 and written in GBK, with a bare ampersand and an entity of HTML.
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><kml><Document><name>东沟 & 西沟&nbsp;</name><Placemark>{plain}</Placemark></Document></kml>"
        ),
        // Blanks after commas, heights, elements without geometry, one placemark inside an element that nobody knows.
        format!(
            "<kml:kml><ov:Layer><kml:Placemark><ov:x/>{}</kml:Placemark></ov:Layer><Placemark><Point><coordinates/></Point></Placemark></kml:kml>",
            polygon(&corners(", ", ", 0"))
        ),
        format!(
            "<kml><Folder><Placemark><MultiGeometry>{plain}<Point><coordinates>1,2</coordinates></Point></MultiGeometry></Placemark></Folder></kml>"
        ),
    ];
    for (number, text) in documents.iter().enumerate() {
        let path = folder.path().join(format!("测区{number}.ovkml"));
        fs::write(&path, encoding_rs::GB18030.encode(text).0).expect("written");
        let out = TempDir::new().expect("temporary folder");
        let ended = scan(
            &[&ortho],
            out.path(),
            MODEL,
            &["--within", &path.to_string_lossy()],
            0,
        );
        assert_eq!(
            ended.err.contains("passed over: 1"),
            number == 1,
            "{}",
            ended.err
        );
        Results::read(out.path()).expect_searched(half);
    }
    for (name, text, why) in [
        (
            "cut.kml",
            &documents[0][..documents[0].len() - 9],
            "it ends in the middle",
        ),
        ("page.kml", "<html><p>404</p></html>", "cannot be read"),
        (
            "bad.kml",
            "<kml><Placemark><Point><coordinates>1,x</coordinates></Point></Placemark></kml>",
            "feature 1",
        ),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        let out = TempDir::new().expect("temporary folder");
        let ended = scan(
            &[&ortho],
            out.path(),
            MODEL,
            &["--within", &path.to_string_lossy()],
            1,
        );
        assert!(
            ended.err.contains(why) && ended.err.contains("hint: "),
            "{name}: {}",
            ended.err
        );
    }
}

#[test]
fn geojson_in_gbk_and_lists_of_windows_are_read() {
    let folder = TempDir::new().expect("temporary folder");
    let (ortho, ring, half) = west_half(folder.path());
    fs::create_dir(folder.path().join("影像")).expect("made");
    fs::rename(&ortho, folder.path().join("影像/正射 1.TIF")).expect("moved");
    let text = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{\"名称\":\"东沟\"}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[{}]]}}}}]}}",
        pairs(&ring)
    );
    let within = folder.path().join("测区.geojson");
    fs::write(&within, encoding_rs::GB18030.encode(&text).0).expect("written");
    let list = folder.path().join("清单.txt");
    for line in [
        "影像\\正射 1.TIF",
        "\"影像/正射 1.tif\"",
        "D:\\影像\\正射 1.TIF",
    ] {
        fs::write(
            &list,
            encoding_rs::GB18030
                .encode(&format!("# 清单\r\n{line}\r\n"))
                .0,
        )
        .expect("written");
        let out = TempDir::new().expect("temporary folder");
        scan(
            &[&list],
            out.path(),
            MODEL,
            &["--within", &within.to_string_lossy()],
            0,
        );
        Results::read(out.path()).expect_searched(half);
    }
}

#[test]
fn rings_of_every_hand_bound_the_same_ground() {
    let folder = TempDir::new().expect("temporary folder");
    let (ortho, ring, half) = west_half(folder.path());
    let between =
        |a: (f64, f64), b: (f64, f64), t: f64| (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
    let [a, b, c, d] = [ring[0], ring[1], ring[2], ring[3]];
    let (side, middle) = (between(b, c, 0.5), between(a, c, 0.5));
    let outside = between(c, a, 1.3);
    let polygon = |rings: &[Vec<(f64, f64)>]| {
        let rings: Vec<String> = rings
            .iter()
            .map(|ring| format!("[{}]", pairs(ring)))
            .collect();
        format!(
            "{{\"type\":\"Polygon\",\"coordinates\":[{}]}}",
            rings.join(",")
        )
    };
    let whole = polygon(std::slice::from_ref(&ring));
    let file = |shapes: &[&str]| {
        let features = shapes.iter().map(|shape| {
            format!("{{\"type\":\"Feature\",\"properties\":{{\"XZQMC\":\"东沟\"}},\"geometry\":{shape}}}")
        });
        let features: Vec<String> = features.collect();
        format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{}]}}",
            features.join(",")
        )
    };
    let one = |ring: &[(f64, f64)]| file(&[&polygon(&[ring.to_vec()])]);
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(file(&[&whole]).encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    // Each file, and whether it is said that something of it was settled.
    let files: [(&str, Vec<u8>, bool); 9] = [
        ("corners given twice", one(&[a, a, b, b, b, c, d, d, a]).into(), false),
        ("not closed", one(&[a, b, c, d]).into(), false),
        ("a spike inwards", one(&[a, b, side, middle, side, c, d, a]).into(), true),
        ("a spike from a corner", one(&[a, outside, a, b, c, d, a]).into(), true),
        ("twice", file(&[&whole, &polygon(&[vec![a, b, side, between(a, d, 0.5), a]])]).into(), false),
        (
            "a sliver in it",
            file(&[&whole, &polygon(&[vec![b, side, c, b]])]).into(),
            false,
        ),
        (
            "a hole without ground",
            file(&[&polygon(&[ring.clone(), vec![a, middle, a]])]).into(),
            true,
        ),
        (
            "in a collection",
            file(&[&format!("{{\"type\":\"GeometryCollection\",\"geometries\":[{{\"type\":\"Point\",\"coordinates\":[1,2]}},{whole}]}}")]).into(),
            false,
        ),
        ("in UTF-16", wide, false),
    ];
    for (name, bytes, settled) in files {
        let within = folder.path().join(format!("{name}.geojson"));
        fs::write(&within, bytes).expect("written");
        let out = TempDir::new().expect("temporary folder");
        let ended = scan(
            &[&ortho],
            out.path(),
            MODEL,
            &["--within", &within.to_string_lossy()],
            0,
        );
        assert_eq!(
            ended.err.contains("settled"),
            settled,
            "{name}: {}",
            ended.err
        );
        Results::read(out.path()).expect_searched(half);
    }
    // What goes round twice, or crosses itself, may mean either.
    let twice = [a, b, c, d, a, b, c, d, a];
    for (name, ring) in [("round twice", &twice[..]), ("crossed", &[a, c, b, d, a])] {
        let within = folder.path().join(format!("{name}.geojson"));
        fs::write(&within, one(ring)).expect("written");
        let out = TempDir::new().expect("temporary folder");
        let ended = scan(
            &[&ortho],
            out.path(),
            MODEL,
            &["--within", &within.to_string_lossy()],
            1,
        );
        assert!(
            ended.err.contains("crosses itself"),
            "{name}: {}",
            ended.err
        );
    }
}

#[test]
fn kml_of_every_encoding_bounds_the_same_ground() {
    let folder = TempDir::new().expect("temporary folder");
    let (ortho, ring, half) = west_half(folder.path());
    let corners: Vec<String> = ring
        .iter()
        .map(|(x, y)| format!("{x:.9},{y:.9},0"))
        .collect();
    let corners = corners.join("\r\n\t");
    let kml = |head: &str, corners: &str| {
        format!(
            "{head}<kml><Document><Placemark><ov:ext a=\"1\"/><gx:balloonVisibility>1</gx:balloonVisibility><description><![CDATA[<td>&nbsp;东沟</td>]]></description>\
             <Polygon><outerBoundaryIs><LinearRing><coordinates>{corners}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
        )
    };
    let declared =
        |encoding: &str| format!("<?xml version='1.0' encoding='{encoding}' standalone='yes' ?>");
    let gbk = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let wide = |text: &str, little: bool| -> Vec<u8> {
        let pair = |unit: u16| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        };
        text.encode_utf16().flat_map(pair).collect()
    };
    let plain = kml(&declared("UTF-8"), &corners);
    let padded = [plain.as_bytes(), &[0; 512]].concat();
    for (name, bytes) in [
        ("gb2312.kml", gbk(&kml(&declared("gb2312"), &corners))),
        ("gb18030.ovkml", gbk(&kml(&declared("GB18030"), &corners))),
        ("undeclared.KML", gbk(&kml("", &corners))),
        ("wide.kml", wide(&kml(&declared("UTF-16"), &corners), false)),
        ("wide says narrow.ovkml", wide(&plain, true)),
        ("card pulled.kml", padded),
        (
            "full width.kml",
            kml("", &corners.replace(',', "，")).into_bytes(),
        ),
        (
            "quoted.kml",
            kml(&declared("UTF-8"), &format!("<![CDATA[{corners}]]>")).into_bytes(),
        ),
    ] {
        let within = folder.path().join(name);
        fs::write(&within, bytes).expect("written");
        let out = TempDir::new().expect("temporary folder");
        println!("{name}");
        scan(
            &[&ortho],
            out.path(),
            MODEL,
            &["--within", &within.to_string_lossy()],
            0,
        );
        Results::read(out.path()).expect_searched(half);
    }
}

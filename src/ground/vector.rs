//! Vector files as they are: layers of features, in their own coordinates. GDAL reads GeoJSON, GeoPackage and shapefile
//! (and what else it was built with); the `kml` crate reads what Google Earth and Ovital write.

use super::crs::Crs;
use super::shape;
use gdal::vector::{FieldValue, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use kml::Kml;
use kml::types::{Element, Placemark};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use zip::ZipArchive;

/// Bytes of text that are taken out of a KMZ at most.
const LARGEST_KML: u64 = 1 << 28;

/// Features that share a coordinate system.
pub(super) struct Layer {
    /// The system; `None` where the file does not tell.
    pub crs: Option<Crs>,
    /// The features that have a geometry.
    pub features: Vec<Feature>,
    /// Features that have none, or an empty one.
    pub without_shape: usize,
}

/// A geometry and the words that go with it.
pub(super) struct Feature {
    /// Its number in the file, from 1.
    pub number: usize,
    /// Its geometry without heights, or why it has none that can be used.
    pub shape: Result<geo::Geometry, String>,
    /// Its columns as text, by their names in lower case.
    pub words: BTreeMap<String, String>,
}

/// Every layer of a GeoJSON, GeoPackage, shapefile, KML or KMZ.
///
/// # Errors
/// What is wrong with the file, for people.
pub(super) fn layers(path: &Path) -> Result<Vec<Layer>, String> {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("kml") => of_kml(&std::fs::read_to_string(path).map_err(|e| e.to_string())?),
        Some("kmz") => of_kml(&unpacked(path)?),
        _ => of_gdal(path),
    }
}

/// The first KML in a KMZ, which is the one that counts.
fn unpacked(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;
    let mut archive = ZipArchive::new(file).map_err(|e| e.to_string())?;
    let is_kml = |i: &usize| {
        let name = archive.name_for_index(*i);
        name.is_some_and(|n| n.is_ok_and(|n| n.to_lowercase().ends_with(".kml")))
    };
    let first = (0..archive.len()).find(is_kml);
    let kml = archive
        .by_index(first.ok_or("it holds no KML")?)
        .map_err(|e| e.to_string())?;
    let mut text = String::new();
    kml.take(LARGEST_KML)
        .read_to_string(&mut text)
        .map_err(|e| e.to_string())?;
    Ok(text)
}

fn of_gdal(path: &Path) -> Result<Vec<Layer>, String> {
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_VECTOR,
        ..DatasetOptions::default()
    };
    let file = Dataset::open_ex(path, options).map_err(|e| e.to_string())?;
    let mut number = 0;
    let mut layers = Vec::new();
    for mut layer in file.layers() {
        let crs = layer.spatial_ref().and_then(|r| Crs::of(&r));
        let mut features = Vec::new();
        let mut without_shape = 0;
        for feature in layer.features() {
            number += 1;
            let Some(shape) = shape::of_feature(&feature) else {
                without_shape += 1;
                continue;
            };
            let words = feature
                .fields()
                .filter_map(|(name, value)| Some((name.to_lowercase(), text(value?)?)))
                .collect();
            features.push(Feature {
                number,
                shape,
                words,
            });
        }
        layers.push(Layer {
            crs,
            features,
            without_shape,
        });
    }
    Ok(layers)
}

fn text(value: FieldValue) -> Option<String> {
    let text = match value {
        FieldValue::IntegerValue(number) => number.to_string(),
        FieldValue::Integer64Value(number) => number.to_string(),
        FieldValue::RealValue(number) => number.to_string(),
        FieldValue::StringValue(text) => text,
        FieldValue::DateValue(date) => date.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.trim().is_empty())
}

/// KML knows no coordinates but WGS 84 longitude and latitude.
fn of_kml(text: &str) -> Result<Vec<Layer>, String> {
    let text = text.trim_start_matches('\u{feff}');
    // The crate takes what there is of a file that was cut off, and passes over what it does not know.
    let whole = roxmltree::Document::parse(text).map_err(|e| e.to_string())?;
    let is_placemark = |n: &roxmltree::Node| n.tag_name().name() == "Placemark";
    let there = whole.descendants().filter(is_placemark).count();
    let file: Kml = text.parse().map_err(|e: kml::Error| e.to_string())?;
    let mut placemarks = Vec::new();
    gather(file, &mut placemarks);
    if placemarks.len() != there {
        return Err(format!(
            "{} of its {there} placemarks stand where KML has none",
            there - placemarks.len().min(there)
        ));
    }
    let features: Vec<Feature> = (1..)
        .zip(placemarks)
        .filter_map(|(number, placemark)| {
            let mut words = BTreeMap::new();
            let mut say = |key: &str, value: Option<String>| {
                if let Some(value) = value.filter(|v| !v.trim().is_empty()) {
                    words.insert(key.to_lowercase(), value.trim().to_owned());
                }
            };
            say("name", placemark.name);
            say("description", placemark.description);
            for data in placemark.children {
                data_of(data, &mut say);
            }
            Some(Feature {
                number,
                shape: geo::Geometry::try_from(placemark.geometry?).map_err(|e| e.to_string()),
                words,
            })
        })
        .collect();
    let crs = Crs::wgs84().map_err(|e| e.to_string())?;
    Ok(vec![Layer {
        crs: Some(crs),
        without_shape: there - features.len(),
        features,
    }])
}

/// The placemarks of a document and of all its folders, in the file's order.
fn gather(part: Kml, placemarks: &mut Vec<Placemark>) {
    let parts = match part {
        Kml::Placemark(placemark) => {
            placemarks.push(placemark);
            return;
        }
        Kml::KmlDocument(document) => document.elements,
        Kml::Document { elements, .. } => elements,
        Kml::Folder(folder) => folder.elements,
        _ => return,
    };
    for part in parts {
        gather(part, placemarks);
    }
}

/// The columns in an `ExtendedData`: `<Data name="n"><value>v</value></Data>` and `<SimpleData name="n">v</SimpleData>`.
fn data_of(element: Element, say: &mut impl FnMut(&str, Option<String>)) {
    let value = match element.name.as_str() {
        "SimpleData" => element.content,
        "Data" => element
            .children
            .into_iter()
            .find(|child| child.name == "value")
            .and_then(|value| value.content),
        "ExtendedData" | "SchemaData" => {
            for child in element.children {
                data_of(child, say);
            }
            return;
        }
        _ => return,
    };
    if let Some(name) = element.attrs.get("name") {
        say(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const KML: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>测区</name>
<Style id=\"s\"><LineStyle><width>2</width></LineStyle></Style>
<Folder><name>东</name><Placemark><name> 地块 1 </name>
<ExtendedData><Data name=\"No\"><value>7</value></Data>
<SchemaData schemaUrl=\"#a\"><SimpleData name=\"Village\">东沟</SimpleData></SchemaData></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>113,33.7,90 113.1,33.7,90 113.1,33.8,90 113,33.8,90 113,33.7,90</coordinates></LinearRing></outerBoundaryIs>
<innerBoundaryIs><LinearRing><coordinates>113.01,33.71 113.02,33.71 113.02,33.72 113.01,33.71</coordinates></LinearRing></innerBoundaryIs></Polygon></Placemark></Folder>
<Placemark><name>无</name></Placemark>
<Placemark><MultiGeometry><Point><coordinates>113.02,33.7</coordinates></Point><LineString><coordinates>113,33 114,34</coordinates></LineString></MultiGeometry></Placemark>
</Document></kml>";

    fn told(layers: &[Layer]) -> Vec<(usize, &BTreeMap<String, String>, &geo::Geometry)> {
        let [layer] = layers else {
            panic!("one layer");
        };
        assert_eq!(layer.crs.as_ref().map(Crs::name), Some("EPSG:4326"));
        let features = layer.features.iter();
        features
            .map(|f| (f.number, &f.words, f.shape.as_ref().expect("a shape")))
            .collect()
    }

    #[test]
    fn kml_and_kmz_are_read_with_folders_columns_holes_and_heights() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let (plain, packed) = (
            folder.path().join("测区 1.KML"),
            folder.path().join("测区.kmz"),
        );
        std::fs::write(&plain, KML).expect("written");
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&packed).expect("made"));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("doc.kml", options).expect("started");
        zip.write_all(KML.trim_start_matches('\u{feff}').as_bytes())
            .expect("written");
        zip.finish().expect("finished");
        for path in [plain, packed] {
            let layers = layers(&path).expect("read");
            let found = told(&layers);
            assert_eq!(found.iter().map(|f| f.0).collect::<Vec<_>>(), [1, 3]);
            let words: Vec<_> = found[0].1.iter().map(|(k, v)| (&**k, &**v)).collect();
            assert_eq!(
                words,
                [("name", "地块 1"), ("no", "7"), ("village", "东沟")]
            );
            let geo::Geometry::Polygon(area) = found[0].2 else {
                panic!("{:?}", found[0].2);
            };
            assert_eq!((area.exterior().0.len(), area.interiors().len()), (5, 1));
            assert_eq!(area.exterior().0[1], geo::coord! { x: 113.1, y: 33.7 });
            assert!(
                matches!(found[1].2, geo::Geometry::GeometryCollection(c) if c.0.len() == 2),
                "{:?}",
                found[1].2
            );
        }
    }

    #[test]
    fn what_is_no_kml_is_an_error() {
        let folder = tempfile::tempdir().expect("temporary folder");
        for (name, text) in [
            ("a.kml", ""),
            ("b.kml", "nothing"),
            ("c.kmz", "nothing"),
            ("cut.kml", &KML[..KML.len() - 20]),
            (
                "hidden.kml",
                "<kml><Document><Group><Placemark><name>a</name></Placemark></Group></Document></kml>",
            ),
            (
                "d.kml",
                "<kml><Placemark><Point><coordinates>x,y</coordinates></Point></Placemark></kml>",
            ),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("written");
            let read = layers(&path);
            assert!(read.is_err(), "{name}: {}", read.map_or(0, |l| l.len()));
        }
        assert!(layers(&folder.path().join("absent.kml")).is_err());
    }
}

//! Vector files as they are: layers of features, in their own coordinates. GDAL reads GeoJSON, GeoPackage and shapefile;
//! [`super::kml`] reads what Google Earth and Ovital write, [`super::gpx`] what receivers do.

use super::crs::{Crs, CrsError};
use super::foreign_vector::ForeignVector;
use super::geopackage::{harmless, is_data_base};
use super::vector_error::VectorError;
use super::vector_layer::{VectorFeature, VectorLayer};
use super::{gpx, kml, shape, shapefile, zipped};
use crate::text::decode;
use gdal::errors::GdalError;
use gdal::vector::{FieldValue, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The kinds that GDAL may take a file for. None of them names other places to read from, as a virtual one does.
const DRIVERS: [&str; 6] = [
    "GeoJSON",
    "ESRIJSON",
    "GeoJSONSeq",
    "TopoJSON",
    "GPKG",
    "ESRI Shapefile",
];

/// Every layer of a GeoJSON, GeoPackage, shapefile, KML, KMZ or GPX, or of the one in a ZIP.
///
/// # Errors
/// [`VectorError`].
pub(super) fn layers(path: &Path) -> Result<Vec<VectorLayer>, VectorError> {
    let ending = path
        .extension()
        .map(|e| e.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    if path.to_string_lossy().starts_with("/vsi") {
        // Only GDAL sees it.
        return of_gdal(path, None);
    }
    let bytes = || crate::files::read(path).map_err(VectorError::Unreadable);
    if path.is_dir() {
        return Err(VectorError::Folder);
    }
    // A pipe or a device would be waited for without end.
    crate::files::regular(path).map_err(VectorError::Unreadable)?;
    if let Some(foreign) = ForeignVector::of_name(path) {
        return Err(VectorError::Foreign(foreign));
    }
    match ending.as_str() {
        "kml" | "kmz" | "ovkml" | "ovkmz" => Ok(vec![kml::read(&bytes()?)?]),
        "gpx" => Ok(vec![gpx::read(&bytes()?)?]),
        "zip" => {
            let file = zipped::unpacked(path)?;
            layers(&file.path)
        }
        "shp" => match shapefile::mended(path)? {
            Some(parts) => {
                let files = InMemory::of(parts)?;
                of_gdal(&files.named("shp"), Some(path))
            }
            None => of_gdal(path, Some(path)),
        },
        "geojson" | "json" => {
            let bytes = bytes()?;
            let text = decode(&bytes).map_err(VectorError::Text)?;
            if let Some(foreign) = ForeignVector::of_content(&bytes) {
                return Err(VectorError::Foreign(foreign));
            }
            let no_json = |e: VectorError| {
                let json = serde_json::from_str::<serde::de::IgnoredAny>(&text);
                json.map_or_else(|json| VectorError::NoJson { line: json.line() }, |_| e)
            };
            check_named_crs(&text)?;
            let read = if text.as_bytes() == bytes {
                of_gdal(path, None)
            } else {
                let files = InMemory::of(vec![("geojson", text.clone().into_bytes())])?;
                of_gdal(&files.named("geojson"), None)
            };
            let mut layers = read.map_err(no_json)?;
            if let Some(first) = layers.first_mut() {
                first.without_shape += nulls(&text);
            }
            Ok(layers)
        }
        _ if is_data_base(path) => {
            let tables = harmless(path).map_err(VectorError::GeoPackage)?;
            of_gdal(tables.path(), None)
        }
        _ => of_gdal(path, None).map_err(|error| foreign(path).unwrap_or(error)),
    }
}

/// What a file of another program is by its content.
fn foreign(path: &Path) -> Option<VectorError> {
    let bytes = crate::files::read(path).ok()?;
    ForeignVector::of_content(&bytes).map(VectorError::Foreign)
}

/// Members of a GeoJSON's list of features that are none, which GDAL passes over.
fn nulls(text: &str) -> usize {
    #[derive(serde::Deserialize)]
    struct Members {
        features: Vec<Option<serde::de::IgnoredAny>>,
    }
    let members = serde_json::from_str::<Members>(text).ok();
    members.map_or(0, |members| {
        let all = members.features.iter();
        all.filter(|member| member.is_none()).count()
    })
}

/// Refuses a GeoJSON that names a coordinate system which nobody knows: GDAL would take it for WGS 84 without a word.
fn check_named_crs(text: &str) -> Result<(), VectorError> {
    #[derive(serde::Deserialize)]
    struct NamedCrs {
        crs: Option<serde_json::Value>,
    }
    let named = serde_json::from_str::<NamedCrs>(text).ok();
    let Some(crs) = named.and_then(|named| named.crs) else {
        return Ok(());
    };
    let said = &crs["properties"];
    let by_code = said["code"].as_u64().map(|code| format!("EPSG:{code}"));
    let name = said["name"].as_str().or(by_code.as_deref());
    // A name that is a path or an address would be opened.
    let is_plain = |name: &&str| !name.starts_with(['/', '.']) && !name.contains(['\\', ':', '@']);
    let is_coded = |name: &&str| {
        let heads = ["urn:ogc:def:crs:", "EPSG:", "OGC:"];
        heads.iter().any(|head| name.starts_with(head))
    };
    let known = name.filter(|name| is_plain(name) || is_coded(name));
    if known.is_some_and(|name| Crs::parse(name).is_ok()) {
        return Ok(());
    }
    let definition = name.map_or_else(|| crs.to_string(), str::to_owned);
    Err(VectorError::Crs(CrsError::Unknown { definition }))
}

/// Files that only GDAL sees: nothing is written beside the input.
struct InMemory {
    stem: PathBuf,
    endings: Vec<&'static str>,
}

impl InMemory {
    fn of(parts: shapefile::Parts) -> Result<Self, VectorError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut files = Self {
            stem: format!("/vsimem/papaver-vector-{number}").into(),
            endings: Vec::new(),
        };
        for (ending, bytes) in parts {
            gdal::vsi::create_mem_file(files.named(ending), bytes)
                .map_err(|e| VectorError::NoVector(e.to_string()))?;
            files.endings.push(ending);
        }
        Ok(files)
    }

    fn named(&self, ending: &str) -> PathBuf {
        self.stem.with_extension(ending)
    }
}

impl Drop for InMemory {
    fn drop(&mut self) {
        for ending in &self.endings {
            // One that is gone already takes no memory.
            let _gone = gdal::vsi::unlink_mem_file(self.named(ending));
        }
    }
}

/// Reads what GDAL opens; `shapes` is the shapefile whose words are in an encoding of their own.
fn of_gdal(path: &Path, shapes: Option<&Path>) -> Result<Vec<VectorLayer>, VectorError> {
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_VECTOR,
        allowed_drivers: Some(&DRIVERS),
        // In this encoding each byte is a character: the words come as they are.
        open_options: shapes.map(|_| ["ENCODING=ISO-8859-1"].as_slice()),
        ..DatasetOptions::default()
    };
    let file = Dataset::open_ex(path, options).map_err(|e| VectorError::NoVector(reason(&e)))?;
    // What is no text yet has no letter case.
    let spelling = |name: String| {
        if shapes.is_some() {
            name
        } else {
            name.to_lowercase()
        }
    };
    let mut number = 0;
    let mut layers = Vec::new();
    for mut layer in file.layers() {
        let crs = layer.spatial_ref().and_then(|r| Crs::of(&r));
        let mut columns: Vec<(String, usize)> = layer
            .defn()
            .fields()
            .map(|field| (field.name(), usize::try_from(field.width()).unwrap_or(0)))
            .collect();
        if shapes.is_some() {
            shapefile::tell_apart(&mut columns);
        }
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
                .zip(&columns)
                .filter_map(|((_, value), (name, _))| Some((spelling(name.clone()), text(value?)?)))
                .collect();
            features.push(VectorFeature {
                number,
                shape: shape.and_then(finite),
                words,
            });
        }
        if let Some(shapes) = shapes {
            shapefile::spell(shapes, &mut columns, &mut features)?;
        }
        check_words(&features)?;
        layers.push(VectorLayer {
            crs,
            features,
            columns: columns.into_iter().map(|c| c.0.to_lowercase()).collect(),
            without_shape,
        });
    }
    Ok(layers)
}

/// GDAL's own words, without the name of the function that failed; none where it says nothing but that.
fn reason(error: &GdalError) -> String {
    match error {
        GdalError::CplError { msg, .. } | GdalError::NullPointer { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

/// A shape whose positions are numbers.
fn finite(shape: geo::Geometry) -> Result<geo::Geometry, String> {
    use geo::CoordsIter;
    let is_number = |c: geo::Coord| c.x.is_finite() && c.y.is_finite();
    if shape.coords_iter().all(is_number) {
        Ok(shape)
    } else {
        Err("NaN".into())
    }
}

/// GDAL's wrapper puts a sign where a byte is no text: words with it are not what anybody wrote.
fn check_words(features: &[VectorFeature]) -> Result<(), VectorError> {
    let is_lost = |text: &String| text.contains('\u{fffd}');
    let is_flawed = |f: &&VectorFeature| f.words.iter().any(|(k, v)| is_lost(k) || is_lost(v));
    let flawed = features.iter().find(is_flawed).map(|f| f.number);
    match flawed {
        Some(feature) => Err(VectorError::Words { feature }),
        None => Ok(()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
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

    fn told(layers: &[VectorLayer]) -> Vec<(usize, &BTreeMap<String, String>, &geo::Geometry)> {
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
    fn a_system_that_nobody_knows_is_not_taken_for_wgs_84() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("区划.geojson");
        let of = |crs: &str| {
            let text = format!(
                r#"{{"type":"FeatureCollection","crs":{crs},"features":[{{"type":"Feature","properties":{{}},"geometry":{{"type":"Point","coordinates":[113.3,33.74]}}}}]}}"#
            );
            std::fs::write(&path, text).expect("written");
            layers(&path).map(|layers| layers[0].crs.as_ref().map(|crs| crs.name().to_owned()))
        };
        let named = |name: &str| {
            of(&format!(
                r#"{{"type":"name","properties":{{"name":"{name}"}}}}"#
            ))
        };
        for (name, code) in [
            ("urn:ogc:def:crs:EPSG::4610", "EPSG:4610"),
            ("EPSG:4547", "EPSG:4547"),
            ("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84"),
        ] {
            let read = named(name).expect(name);
            assert!(
                read.as_deref() == Some(code) || name.contains("CRS84"),
                "{read:?}"
            );
        }
        for name in [
            "GCS_Xian_1980",
            "西安80坐标系",
            "http://127.0.0.1:9/x",
            "/etc/passwd",
            "EPSG:999999",
        ] {
            let refused = named(name);
            assert!(
                matches!(&refused, Err(VectorError::Crs(CrsError::Unknown { definition })) if definition == name),
                "{name}: {refused:?}"
            );
        }
        let link = of(r#"{"type":"link","properties":{"href":"x.prj"}}"#);
        assert!(matches!(link, Err(VectorError::Crs(_))), "{link:?}");
    }

    #[test]
    fn members_of_a_geojson_that_are_no_features_are_counted() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("靶标.geojson");
        let point = r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[113.3,33.74]}}"#;
        let text = format!(r#"{{"type":"FeatureCollection","features":[null,{point},null]}}"#);
        std::fs::write(&path, text).expect("written");
        let layers = layers(&path).expect("read");
        assert_eq!((layers[0].features.len(), layers[0].without_shape), (1, 2));
    }

    #[test]
    fn files_of_other_programs_are_named_with_what_to_export() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let ovital = r#"{"Version":1,"ObjItems":[{"Type":13,"Object":{"Name":"测区"}}]}"#;
        for (name, text) in [
            ("a.ovjsn", ovital),
            ("a.ovobj", "\u{1}\u{2}"),
            ("a.json", ovital),
            ("a.geojson", ovital),
            ("a", ovital),
            ("a.mif", "Version 300"),
            ("a.tab", "!table"),
            ("a.fgb", "fgb\u{3}fgb"),
            ("a.dxf", "0\nSECTION\n"),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("written");
            let refused = layers(&path).map(|layers| layers.len());
            assert!(
                matches!(refused, Err(VectorError::Foreign(_))),
                "{name}: {refused:?}"
            );
        }
    }

    #[test]
    fn what_arcgis_writes_as_json_is_read_in_its_own_system() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("xzq.json");
        for (wkid, name) in [(4490, "EPSG:4490"), (4610, "EPSG:4610")] {
            let text = format!(
                r#"{{"displayFieldName":"","geometryType":"esriGeometryPolygon","spatialReference":{{"wkid":{wkid}}},
                "fields":[{{"name":"XZQMC","type":"esriFieldTypeString","alias":"a","length":60}}],
                "features":[{{"attributes":{{"XZQMC":"鲁山县"}},"geometry":{{"rings":[[[113,33],[113,34],[114,34],[114,33],[113,33]]]}}}}]}}"#
            );
            std::fs::write(&path, text).expect("written");
            let layers = layers(&path).expect("read");
            assert_eq!(layers[0].crs.as_ref().map(Crs::name), Some(name));
            assert_eq!(layers[0].features[0].words["xzqmc"], "鲁山县");
            let shape = layers[0].features[0].shape.as_ref().expect("a shape");
            assert!(matches!(
                shape,
                geo::Geometry::Polygon(_) | geo::Geometry::MultiPolygon(_)
            ));
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
            ("page.kml", "<html><body>no access</body></html>"),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("written");
            let read = layers(&path);
            assert!(read.is_err(), "{name}: {}", read.map_or(0, |l| l.len()));
        }
        assert!(layers(&folder.path().join("absent.kml")).is_err());
        let path = folder.path().join("d.kml");
        let text = "<kml><Placemark><Point><coordinates>x,y</coordinates></Point></Placemark><Placemark><Point><coordinates/></Point></Placemark></kml>";
        std::fs::write(&path, text).expect("written");
        let read = layers(&path).expect("read");
        assert!(read[0].features[0].shape.is_err());
        assert_eq!(read[0].without_shape, 1);
    }
}

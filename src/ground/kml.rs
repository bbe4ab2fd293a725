//! KML and KMZ as Google Earth, Ovital and others write them. KML knows no coordinates but WGS 84 longitude and latitude.

use super::crs::Crs;
use super::vector_error::VectorError;
use super::vector_layer::{VectorFeature, VectorLayer};
use crate::text::xml::{Element, Met, walk};
use crate::text::{ArchiveFlaw, half_width};
use geo::{Coord, GeometryCollection, LineString, Point, Polygon};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Bytes of text that are taken out of a KMZ at most.
const LARGEST_KML: u64 = 1 << 28;

/// The placemarks of a KML, or of the KML in a KMZ.
///
/// # Errors
/// [`VectorError`].
pub(super) fn read(bytes: &[u8]) -> Result<VectorLayer, VectorError> {
    placemarks(&kml_of(bytes)?)
}

/// The bytes of a KML, out of a KMZ where they are one; others as they are.
///
/// # Errors
/// [`VectorError::NoKml`], [`VectorError::Archive`].
pub fn kml_of(bytes: &[u8]) -> Result<Cow<'_, [u8]>, VectorError> {
    if bytes.starts_with(b"PK\x03\x04") {
        unpacked(bytes).map(Cow::Owned)
    } else {
        Ok(Cow::Borrowed(bytes))
    }
}

/// The first KML in a KMZ, which is the one that counts.
fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, VectorError> {
    let broken = |e: zip::result::ZipError| VectorError::Archive(ArchiveFlaw::of(&e));
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let is_kml = |i: &usize| {
        let name = archive.name_for_index(*i);
        name.is_some_and(|n| n.is_ok_and(|n| n.to_lowercase().ends_with("kml")))
    };
    let first = (0..archive.len()).find(is_kml);
    let kml = archive
        .by_index(first.ok_or(VectorError::NoKml)?)
        .map_err(broken)?;
    let mut text = Vec::new();
    kml.take(LARGEST_KML)
        .read_to_end(&mut text)
        .map_err(|e| VectorError::Archive(ArchiveFlaw::of_system(&e)))?;
    Ok(text)
}

fn placemarks(bytes: &[u8]) -> Result<VectorLayer, VectorError> {
    let mut features = Vec::new();
    let (mut number, mut without_shape, mut is_kml) = (0, 0, false);
    walk(bytes, &["Placemark", "NetworkLink"], &mut |met| match met {
        Met::Begins(name) => is_kml |= name == "kml",
        // What lies in another file or on another computer is not fetched.
        Met::Whole(link) if link.name == "NetworkLink" => without_shape += 1,
        Met::Whole(placemark) => {
            number += 1;
            match shape_of(&placemark.children).transpose() {
                None => without_shape += 1,
                Some(shape) => features.push(VectorFeature {
                    number,
                    shape,
                    words: words(&placemark),
                }),
            }
        }
    })
    .map_err(VectorError::Xml)?;
    if !is_kml && number + without_shape == 0 {
        return Err(VectorError::NoVector("<kml> ?".into()));
    }
    Ok(VectorLayer {
        crs: Some(Crs::wgs84().map_err(VectorError::Crs)?),
        features,
        columns: vec!["name".into()],
        without_shape,
    })
}

fn words(placemark: &Element) -> BTreeMap<String, String> {
    let own = ["name", "description"].into_iter();
    let own = own.filter_map(|key| Some((key.to_owned(), placemark.text_of(key)?.to_owned())));
    let mut words = own.collect();
    for child in &placemark.children {
        columns(child, &mut words);
    }
    words
}

/// The columns in an `ExtendedData`: `<Data name="n"><value>v</value></Data>` and `<SimpleData name="n">v</SimpleData>`.
fn columns(element: &Element, words: &mut BTreeMap<String, String>) {
    let value = match element.name.as_str() {
        "SimpleData" => Some(element.text.trim()),
        "Data" => element.text_of("value"),
        "ExtendedData" | "SchemaData" => {
            for child in &element.children {
                columns(child, words);
            }
            return;
        }
        _ => return,
    };
    if let Some((name, value)) = element.attribute("name").zip(value)
        && !value.is_empty()
    {
        words.insert(name.to_lowercase(), value.to_owned());
    }
}

/// The geometry among elements; `None` where there is none, or an empty one.
fn shape_of(elements: &[Element]) -> Result<Option<geo::Geometry>, String> {
    let mut found = Vec::new();
    for element in elements {
        found.extend(match element.name.as_str() {
            "Point" => kml_positions(element)?.first().map(|c| Point(*c).into()),
            "LineString" | "LinearRing" => {
                let line = kml_positions(element)?;
                (!line.is_empty()).then(|| LineString(line).into())
            }
            "Polygon" => polygon(element)?.map(geo::Geometry::Polygon),
            "MultiGeometry" => shape_of(&element.children)?,
            _ => None,
        });
    }
    Ok(match found.len() {
        0 => None,
        1 => found.pop(),
        _ => Some(geo::Geometry::GeometryCollection(GeometryCollection(found))),
    })
}

fn polygon(element: &Element) -> Result<Option<Polygon>, String> {
    let rings = |name: &str| -> Result<Vec<LineString>, String> {
        let boundaries = element.children.iter().filter(|child| child.name == name);
        boundaries
            .flat_map(|boundary| &boundary.children)
            .filter(|ring| ring.name == "LinearRing")
            .map(|ring| kml_positions(ring).map(LineString))
            .filter(|ring| ring.as_ref().map_or(true, |ring| !ring.0.is_empty()))
            .collect()
    };
    let mut outer = rings("outerBoundaryIs")?;
    if outer.len() > 1 {
        return Err("<Polygon>: outerBoundaryIs × 2".into());
    }
    let holes = rings("innerBoundaryIs")?;
    Ok(outer.pop().map(|outer| Polygon::new(outer, holes)))
}

/// The `coordinates` of a KML element: positions as `lon,lat` or `lon,lat,height` between blanks; blanks around a comma are overlooked.
///
/// # Errors
/// What is none.
pub fn kml_positions(element: &Element) -> Result<Vec<Coord>, String> {
    let Some(text) = element.text_of("coordinates") else {
        return Ok(Vec::new());
    };
    let text = half_width(text);
    let mut tight = String::with_capacity(text.len());
    let mut after_comma = false;
    for part in text.split_whitespace() {
        if !tight.is_empty() && !after_comma && !part.starts_with(',') {
            tight.push(' ');
        }
        tight.push_str(part);
        after_comma = part.ends_with(',');
    }
    tight
        .split(' ')
        .map(|tuple| {
            let wrong = || {
                format!(
                    "<coordinates>: {}",
                    tuple.chars().take(60).collect::<String>()
                )
            };
            let mut numbers = tuple.split(',');
            let mut next = || -> Option<f64> {
                let number: f64 = numbers.next()?.parse().ok()?;
                number.is_finite().then_some(number)
            };
            let at = next().zip(next()).ok_or_else(wrong)?;
            // At most a height follows.
            match (numbers.next(), numbers.next()) {
                (_, None) => Ok(Coord { x: at.0, y: at.1 }),
                _ => Err(wrong()),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn coordinates(text: &str) -> Result<usize, String> {
        let element = Element {
            children: vec![Element {
                name: "coordinates".into(),
                text: text.into(),
                ..Element::default()
            }],
            ..Element::default()
        };
        kml_positions(&element).map(|found| found.len())
    }

    #[test]
    fn a_link_to_another_file_is_counted_and_not_followed() {
        let link = "<NetworkLink><name>x</name><Link><href>http://example.org/a.kml</href></Link></NetworkLink>";
        let point = "<Placemark><name>A</name><Point><coordinates>113.3,33.74,0</coordinates></Point></Placemark>";
        for (inside, features) in [(link.to_owned(), 0), (format!("{link}{point}"), 1)] {
            let text = format!("<kml><Document>{inside}</Document></kml>");
            let layer = read(text.as_bytes()).expect("read");
            assert_eq!((layer.features.len(), layer.without_shape), (features, 1));
        }
    }

    #[test]
    fn a_description_that_is_no_xml_loses_no_placemark() {
        let placemark = |words: &str| {
            format!(
                "<Placemark><name>A</name><description>{words}</description><Point><coordinates>113.3,33.74,0</coordinates></Point></Placemark>"
            )
        };
        for words in [
            "东沟<br>二组",
            "面积<5亩",
            "<table><tr><td>1</td></tr></table>",
            "<![CDATA[<br>]]>",
        ] {
            let text = format!(
                "<kml><Document>{}{}</Document></kml>",
                placemark(words),
                placemark("x")
            );
            let layer = read(text.as_bytes()).expect(words);
            assert_eq!(layer.features.len(), 2);
            assert!(
                layer.features[0].words.contains_key("description"),
                "{words}"
            );
        }
    }

    #[test]
    fn positions_are_read_with_blanks_wherever_hands_put_them() {
        assert_eq!(coordinates("113,33 114,34,9\n 115,35,0 "), Ok(3));
        assert_eq!(coordinates("113, 33, 0 114 ,34 ,0"), Ok(2));
        assert_eq!(coordinates("113，33 114，34"), Ok(2));
        assert_eq!(coordinates(" "), Ok(0));
        for wrong in ["113", "113,x", "113,33,0,5", "nan,33", "113 33"] {
            assert!(coordinates(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_document_is_read_or_refused(parts in proptest::collection::vec(0_usize..16, 0..40)) {
            const PARTS: [&str; 16] = [
                "<kml>", "</kml>", "<Placemark>", "</Placemark>", "<Point>", "</Point>", "<coordinates>", "</coordinates>",
                "1,2 ", "<Polygon><outerBoundaryIs><LinearRing>", "</LinearRing></outerBoundaryIs></Polygon>", "<name/>", "<gx:x>",
                "</gx:x>", "&", "<MultiGeometry>",
            ];
            let text: String = parts.iter().map(|i| PARTS[*i]).collect();
            let _read = read(text.as_bytes());
        }
    }

    #[test]
    fn a_document_of_any_bytes_is_read_or_refused() {
        const ONE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><kml><Document><Folder><Placemark><name>东沟 &amp; 西沟</name><ExtendedData><Data name=\"No\"><value>7</value></Data><SchemaData><SimpleData name=\"a\">b</SimpleData></SchemaData></ExtendedData><MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>113,33.7,90 113.1,33.7,90 113.1,33.8,90 113,33.7,90</coordinates></LinearRing></outerBoundaryIs><innerBoundaryIs><LinearRing><coordinates>113.01,33.71 113.02, 33.71 113.02,33.72</coordinates></LinearRing></innerBoundaryIs></Polygon><Point><coordinates>1,2</coordinates></Point></MultiGeometry></Placemark></Folder></Document></kml>";
        let gbk = encoding_rs::GB18030.encode(ONE).0.into_owned();
        let utf16: Vec<u8> = ONE.encode_utf16().flat_map(u16::to_le_bytes).collect();
        crate::text::fuzz::try_all(&[ONE.as_bytes(), &gbk, &utf16], |bytes| {
            let _read = read(bytes);
        });
    }
}

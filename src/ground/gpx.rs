//! GPX as receivers and phones write it: waypoints as points with their words, routes and tracks as lines. GPX knows no
//! coordinates but WGS 84 longitude and latitude.

use super::crs::Crs;
use super::vector_error::VectorError;
use super::vector_layer::{VectorFeature, VectorLayer};
use crate::text::decimal;
use crate::text::xml::{Element, Met, walk};
use geo::{Coord, LineString, Point};

/// The waypoints, routes and parts of tracks of a GPX, in the order of the file.
///
/// # Errors
/// [`VectorError`].
pub(super) fn read(bytes: &[u8]) -> Result<VectorLayer, VectorError> {
    let mut features = Vec::new();
    let (mut without_shape, mut is_gpx) = (0, false);
    walk(bytes, &["wpt", "rte", "trkseg"], &mut |met| match met {
        Met::Begins(name) => is_gpx |= name == "gpx",
        Met::Whole(element) => {
            let number = features.len() + without_shape + 1;
            match shape(&element).transpose() {
                None => without_shape += 1,
                Some(shape) => features.push(VectorFeature {
                    number,
                    shape,
                    words: words(&element),
                }),
            }
        }
    })
    .map_err(VectorError::Xml)?;
    if !is_gpx {
        return Err(VectorError::NoVector("<gpx> ?".into()));
    }
    Ok(VectorLayer {
        crs: Some(Crs::wgs84().map_err(VectorError::Crs)?),
        features,
        columns: WORDS.map(str::to_owned).into(),
        without_shape,
    })
}

/// The elements of a waypoint that people read.
const WORDS: [&str; 3] = ["name", "desc", "cmt"];

fn words(element: &Element) -> std::collections::BTreeMap<String, String> {
    let word = |name: &str| Some((name.to_owned(), element.text_of(name)?.to_owned()));
    WORDS.into_iter().filter_map(word).collect()
}

/// A waypoint's place or the line of a route; `None` of a line without positions.
fn shape(element: &Element) -> Result<Option<geo::Geometry>, String> {
    if element.name == "wpt" {
        return Ok(Some(Point(position(element)?).into()));
    }
    let points = element.children.iter();
    let points = points.filter(|child| ["rtept", "trkpt"].contains(&child.name.as_str()));
    let line = points.map(position).collect::<Result<Vec<Coord>, _>>()?;
    Ok((!line.is_empty()).then(|| LineString(line).into()))
}

fn position(element: &Element) -> Result<Coord, String> {
    let number = |name| -> Option<f64> {
        let text = element.attribute(name)?;
        let number: Option<f64> = text.parse().ok();
        number.or_else(|| decimal(text)).filter(|n| n.is_finite())
    };
    let at = number("lon").zip(number("lat"));
    let (x, y) = at.ok_or_else(|| format!("<{}>: lon, lat ?", element.name))?;
    Ok(Coord { x, y })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Result<VectorLayer, VectorError> {
        read(format!("<?xml version=\"1.0\"?><gpx version=\"1.1\">{body}</gpx>").as_bytes())
    }

    #[test]
    fn waypoints_are_points_with_their_names_and_tracks_are_lines() {
        let layer = of(
            "<wpt lat=\"33.74\" lon=\"113.3\"><ele>1</ele><name>靶标 1</name><desc>east slope</desc></wpt>\
             <trk><trkseg><trkpt lat=\"33\" lon=\"113\"/><trkpt lat=\"34\" lon=\"113\"/></trkseg><trkseg/></trk>",
        )
        .expect("read");
        assert_eq!((layer.features.len(), layer.without_shape), (2, 1));
        let first = &layer.features[0];
        assert_eq!(
            first.shape,
            Ok(geo::Geometry::Point(Point::new(113.3, 33.74)))
        );
        assert_eq!(first.words["name"], "靶标 1");
        assert!(matches!(
            layer.features[1].shape,
            Ok(geo::Geometry::LineString(_))
        ));
    }

    #[test]
    fn degrees_with_the_comma_of_other_countries_are_read() {
        let layer = of("<wpt lat=\"33,74\" lon=\"113,3\"/>").expect("read");
        let point = geo::Geometry::Point(Point::new(113.3, 33.74));
        assert_eq!(layer.features[0].shape, Ok(point));
    }

    #[test]
    fn a_waypoint_without_a_place_is_named_and_what_is_no_gpx_is_refused() {
        let layer = of("<wpt lat=\"x\" lon=\"113.3\"/>").expect("read");
        assert!(layer.features[0].shape.is_err());
        assert!(matches!(read(b"<kml/>"), Err(VectorError::NoVector(_))));
    }
}

//! The boundary of a survey: polygons out of any vector file, in lon/lat.

use super::crs::{Crs, CrsError};
use super::geotransform::CrsPoint;
use super::lonlat::{LonLat, Quad};
use super::overlay::{even_odd, rest, union, union_within};
use super::shifted_map::is_of_shifted_map;
use super::vector::layers;
use super::zone::Misfit;
use super::{BoundaryError, BoundaryNote};
use geo::{
    Area, Coord, CoordsIter, Intersects, LineString, MapCoords, MultiPolygon, Polygon, Validation,
};
use std::path::Path;

/// The area a survey was asked to search.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    polygons: MultiPolygon,
    notes: Vec<BoundaryNote>,
}

impl Boundary {
    /// Reads every polygon of every layer and unites them. `shift` are the seven parameters of a datum that has no known
    /// way to WGS 84 ([`Crs::with_way`]).
    ///
    /// # Errors
    /// See [`BoundaryError`].
    pub fn read(path: &Path, shift: Option<[f64; 7]>) -> Result<Self, BoundaryError> {
        let unreadable = |source| BoundaryError::Unreadable {
            path: path.into(),
            source,
        };
        let mut notes = Vec::new();
        let mut polygons: Vec<geo::Polygon> = Vec::new();
        let (mut without_shape, mut settled, mut no_area) = (0, Vec::new(), Vec::new());
        let mut is_shifted = false;
        for layer in layers(path).map_err(unreadable)? {
            without_shape += layer.without_shape;
            is_shifted |= is_of_shifted_map(layer.columns.iter().map(String::as_str));
            for feature in layer.features {
                let number = feature.number;
                let shape = feature.shape.map_err(|_why| BoundaryError::Shape {
                    path: path.into(),
                    feature: number,
                })?;
                let found = areas(shape);
                if found.is_empty() {
                    continue;
                }
                let crs = layer.crs.as_ref();
                let crs = crs.ok_or_else(|| no_crs(path, &found))?;
                for polygon in found {
                    let there =
                        in_lonlat(&polygon, crs, shift, path, &mut notes).map_err(|source| {
                            BoundaryError::Crs {
                                path: path.into(),
                                source,
                            }
                        })?;
                    let hole_outside = has_hole_outside(&there);
                    let (areas, clean) =
                        settle(there).ok_or_else(|| unclear(path, number, hole_outside))?;
                    if areas.0.is_empty() {
                        no_area.push(number);
                    } else if !clean {
                        settled.push(number);
                    }
                    polygons.extend(areas);
                }
            }
        }
        let united = union([&MultiPolygon::new(polygons)]);
        if united.0.is_empty() {
            return Err(BoundaryError::Empty { path: path.into() });
        }
        notes.extend(is_shifted.then(|| BoundaryNote::ShiftedMap { path: path.into() }));
        notes.extend(passed_over(path, without_shape, settled, no_area));
        Ok(Self {
            polygons: united,
            notes,
        })
    }

    /// A boundary from polygons in lon/lat.
    pub fn of(polygons: MultiPolygon) -> Self {
        let notes = Vec::new();
        Self { polygons, notes }
    }

    /// What was passed over or settled when it was read.
    pub fn notes(&self) -> &[BoundaryNote] {
        &self.notes
    }

    /// Its polygons in lon/lat.
    pub fn polygons(&self) -> &MultiPolygon {
        &self.polygons
    }

    /// Whether any of a footprint lies inside.
    pub fn meets(&self, footprint: &Quad) -> bool {
        let ring: LineString = footprint.iter().map(|c| Coord::from(*c)).collect();
        self.polygons.intersects(&Polygon::new(ring, vec![]))
    }

    /// The part of an area that lies inside.
    pub fn inside(&self, area: &MultiPolygon) -> MultiPolygon {
        union_within([area], &self.polygons)
    }

    /// The part of an area that lies outside.
    pub fn outside(&self, area: &MultiPolygon) -> MultiPolygon {
        rest(area, [&self.polygons])
    }
}

/// Areas that nothing says the system of.
fn no_crs(path: &Path, found: &[Polygon]) -> BoundaryError {
    let first = found
        .first()
        .and_then(|area| area.exterior().coords().next());
    BoundaryError::NoCrs {
        path: path.into(),
        easting: first.map_or(0.0, |corner| corner.x),
    }
}

/// A polygon of which nobody can tell what it encloses.
fn unclear(path: &Path, feature: usize, hole_outside: bool) -> BoundaryError {
    let path = path.into();
    if hole_outside {
        BoundaryError::HoleOutside { path, feature }
    } else {
        BoundaryError::SelfIntersecting { path, feature }
    }
}

/// The areas in a shape; points and lines bound nothing.
fn areas(shape: geo::Geometry) -> Vec<geo::Polygon> {
    match shape {
        geo::Geometry::Polygon(p) => vec![p],
        geo::Geometry::MultiPolygon(m) => m.0,
        geo::Geometry::GeometryCollection(c) => c.0.into_iter().flat_map(areas).collect(),
        _ => Vec::new(),
    }
}

/// What to say of features without a geometry, settled polygons and those without an area.
fn passed_over(
    path: &Path,
    without_shape: usize,
    settled: Vec<usize>,
    no_area: Vec<usize>,
) -> impl Iterator<Item = BoundaryNote> {
    let path = path.to_owned();
    [
        (without_shape > 0).then(|| BoundaryNote::WithoutShape {
            path: path.clone(),
            features: without_shape,
        }),
        (!settled.is_empty()).then(|| BoundaryNote::Settled {
            path: path.clone(),
            features: settled,
        }),
        (!no_area.is_empty()).then(|| BoundaryNote::NoArea {
            path: path.clone(),
            features: no_area,
        }),
    ]
    .into_iter()
    .flatten()
}

/// Rings of more corners than this are not looked at for touches: that takes the square of them.
const CHECKED_CORNERS: usize = 10_000;

/// What a polygon in degrees encloses, and whether it is clean as it stands. `None` where its rings cross so that nobody can
/// tell what was meant: what they enclose once is then not what they enclose an odd number of times.
fn settle(polygon: Polygon) -> Option<(MultiPolygon, bool)> {
    /// Of the area, and in square degrees about one square metre: what hands and rounding leave.
    const SLIP: (f64, f64) = (1e-4, 1e-10);
    let few = polygon.coords_count() <= CHECKED_CORNERS;
    if few && polygon.is_valid() {
        return Some((MultiPolygon::new(vec![polygon]), true));
    }
    let odd = even_odd(&polygon);
    let ring = |ring: &LineString| Polygon::new(ring.clone(), vec![]).unsigned_area();
    let holes: f64 = polygon.interiors().iter().map(ring).sum();
    let once = ring(polygon.exterior()) - holes;
    let area = odd.unsigned_area();
    let clear = (once - area).abs() <= (area * SLIP.0).max(SLIP.1);
    clear.then_some((odd, !few))
}

/// Whether a hole lies apart from the ring that it should be in.
fn has_hole_outside(polygon: &Polygon) -> bool {
    let outer = Polygon::new(polygon.exterior().clone(), vec![]);
    let mut holes = polygon.interiors().iter();
    polygon.coords_count() <= CHECKED_CORNERS
        && holes.any(|hole| !outer.intersects(&Polygon::new(hole.clone(), vec![])))
}

/// A polygon in lon/lat. Coordinates that cannot be in their system and fit one other, with certainty, are read in it.
fn in_lonlat(
    polygon: &geo::Polygon,
    crs: &Crs,
    shift: Option<[f64; 7]>,
    path: &Path,
    notes: &mut Vec<BoundaryNote>,
) -> Result<geo::Polygon, CrsError> {
    let mut note = |note| {
        if !notes.contains(&note) {
            notes.push(note);
        }
    };
    let turned;
    let (polygon, crs, there) = match to_lonlat(polygon, crs) {
        Err(CrsError::OutOfRange {
            misfit: Some(misfit),
            ..
        }) if !matches!(misfit, Misfit::UtmZoneInFront { .. }) => {
            note(BoundaryNote::Misfit {
                path: path.into(),
                misfit,
            });
            let (fitting, crs) = match misfit {
                Misfit::Exchanged => {
                    turned = polygon.map_coords(|c| Coord { x: c.y, y: c.x });
                    (&turned, crs.clone())
                }
                Misfit::ZoneInFront { epsg, .. }
                | Misfit::ZoneLeftOut { epsg, .. }
                | Misfit::UtmZoneInFront { epsg, .. }
                | Misfit::Degrees { epsg } => (polygon, Crs::parse(&format!("EPSG:{epsg}"))?),
            };
            let there = to_lonlat(fitting, &crs)?;
            (fitting, crs, there)
        }
        other => (polygon, crs.clone(), other?),
    };
    let Some(about) = there.exterior().coords().next() else {
        return Ok(there);
    };
    let named = crs.name().to_owned();
    let (crs, unknown) = crs.with_way(LonLat::from(*about), shift)?;
    if let Some(datum) = unknown {
        note(BoundaryNote::UnknownDatum {
            path: path.into(),
            datum,
        });
    }
    if crs.name() == named {
        return Ok(there);
    }
    to_lonlat(polygon, &crs)
}

fn to_lonlat(polygon: &geo::Polygon, crs: &Crs) -> Result<geo::Polygon, CrsError> {
    let transform = crs.to_lonlat()?;
    polygon.try_map_coords(|c| {
        transform
            .apply(&[CrsPoint { x: c.x, y: c.y }])
            .map(|p| p[0].into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Boundary, BoundaryError> {
        read_shifted(text, None)
    }

    fn read_shifted(text: &str, shift: Option<[f64; 7]>) -> Result<Boundary, BoundaryError> {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("边界 area.geojson");
        std::fs::write(&path, text).expect("written");
        Boundary::read(&path, shift)
    }

    #[test]
    fn overlapping_polygons_are_united() {
        let boundary = read(r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,1],[0,1],[0,0]]]}},
            {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[1,0],[3,0],[3,1],[1,1],[1,0]]]}}]}"#)
            .expect("read");
        assert_eq!(boundary.polygons().0.len(), 1);
    }

    #[test]
    fn a_boundary_of_a_map_program_that_shifts_is_said() {
        let of = |properties: &str| {
            let text = format!(
                r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":[[[113,33],[113.1,33],[113.1,33.1],[113,33.1],[113,33]]]}}}}]}}"#
            );
            read(&text).expect("read").notes().to_vec()
        };
        for datav in [
            r#"{"adcode":410423,"name":"鲁山县","center":[113.05,33.05],"centroid":[113.05,33.05],"childrenNum":0,"level":"district","parent":{"adcode":410400},"acroutes":[100000,410000,410400]}"#,
            r#"{"adcode":410423,"name":"鲁山县","center":[113.05,33.05]}"#,
        ] {
            assert!(
                matches!(of(datav)[..], [BoundaryNote::ShiftedMap { .. }]),
                "{datav}"
            );
        }
        assert!(of(r#"{"adcode":410423,"name":"鲁山县"}"#).is_empty());
    }

    #[test]
    fn heights_and_collections_are_read() {
        let with_z =
            read(r#"{"type":"Polygon","coordinates":[[[0,0,9],[1,0,9],[1,1,9],[0,1,9],[0,0,9]]]}"#);
        assert_eq!(with_z.expect("read").polygons().0.len(), 1);
        let inside = r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}"#;
        let text = format!(
            r#"{{"type":"GeometryCollection","geometries":[{inside},{{"type":"Point","coordinates":[0,0]}}]}}"#
        );
        assert_eq!(read(&text).expect("read").polygons().0.len(), 1);
    }

    #[test]
    fn a_hole_apart_from_its_polygon_is_named_as_that() {
        let read = read(
            r#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[5,5],[6,5],[6,6],[5,6],[5,5]]]}"#,
        );
        assert!(
            matches!(read, Err(BoundaryError::HoleOutside { feature: 1, .. })),
            "{read:?}"
        );
    }

    fn area_of(rings: &str) -> Result<f64, BoundaryError> {
        let boundary = read(&format!(r#"{{"type":"Polygon","coordinates":[{rings}]}}"#))?;
        assert_eq!(boundary.notes().len(), 1, "{rings}");
        Ok(boundary.polygons().unsigned_area())
    }

    #[test]
    fn touches_spikes_and_slivers_are_settled_and_said() {
        for (rings, expected) in [
            // A loop inwards that touches the ring in one corner.
            (
                "[[0,0],[2,0],[1,1],[3,1],[2,0],[4,0],[4,4],[0,4],[0,0]]",
                15.0,
            ),
            // A loop outwards that does.
            (
                "[[0,0],[2,0],[1,-1],[3,-1],[2,0],[4,0],[4,4],[0,4],[0,0]]",
                17.0,
            ),
            // A spike outwards, and one inwards.
            ("[[0,0],[4,0],[4,2],[9,2],[4,2],[4,4],[0,4],[0,0]]", 16.0),
            ("[[0,0],[4,0],[4,2],[1,2],[4,2],[4,4],[0,4],[0,0]]", 16.0),
            // Corners given twice, a hole that touches the border along an edge.
            (
                "[[0,0],[4,0],[4,0],[4,4],[0,4],[0,0]],[[0,1],[1,1],[1,2],[0,2],[0,1]]",
                15.0,
            ),
        ] {
            let area = area_of(rings).expect(rings);
            assert!((area - expected).abs() < 1e-6, "{rings}: {area}");
        }
        let with_sliver = read(r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,1],[0,1],[0,0]]]}},
            {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[1,0],[3,0],[1,0],[1,0]]]}}]}"#)
            .expect("read");
        assert!(
            matches!(&with_sliver.notes()[0], BoundaryNote::NoArea { features, .. } if features == &[2])
        );
        for rings in [
            // A loop inwards that crosses the ring in one corner.
            "[[0,0],[2,0],[3,1],[1,1],[2,0],[4,0],[4,4],[0,4],[0,0]]",
            // Round twice; holes over each other.
            "[[0,0],[4,0],[4,4],[0,4],[0,0],[4,0],[4,4],[0,4],[0,0]]",
            "[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[3,1],[3,3],[1,3],[1,1]],[[2,2],[3.5,2],[3.5,3.5],[2,3.5],[2,2]]",
        ] {
            assert!(
                matches!(area_of(rings), Err(BoundaryError::SelfIntersecting { .. })),
                "{rings}"
            );
        }
    }

    #[test]
    fn what_fits_another_zone_goes_the_way_of_that_zone_to_wgs_84() {
        // Xian 1980, zone 38 of three degrees: with the zone's number in front (EPSG:2362), named without (EPSG:2383).
        let square = |epsg: u32| {
            format!(
                r#"{{"type":"FeatureCollection","crs":{{"type":"name","properties":{{"name":"urn:ogc:def:crs:EPSG::{epsg}"}}}},"features":[{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":[[[38435000,3700000],[38435100,3700000],[38435100,3700100],[38435000,3700100],[38435000,3700000]]]}}}}]}}"#
            )
        };
        let shift = Some([24.0, -123.0, -94.0, 0.0, 0.0, 0.0, 0.0]);
        let true_one = read_shifted(&square(2362), shift).expect("read");
        let misnamed = read_shifted(&square(2383), shift).expect("read");
        assert_eq!(misnamed.polygons(), true_one.polygons());
        assert!(matches!(misnamed.notes(), [BoundaryNote::Misfit { .. }]));
        // Without the parameters both are said to lie off.
        let unknown = read(&square(2383)).expect("read");
        assert!(matches!(
            unknown.notes(),
            [
                BoundaryNote::Misfit { .. },
                BoundaryNote::UnknownDatum { .. }
            ]
        ));
        assert_ne!(unknown.polygons(), misnamed.polygons());
    }

    #[test]
    fn a_path_that_only_gdal_sees_is_read() {
        let text = r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}"#;
        let there = Path::new("/vsimem/papaver-boundary.geojson");
        gdal::vsi::create_mem_file(there, text.as_bytes().to_vec()).expect("made");
        let boundary = Boundary::read(there, None).expect("read");
        gdal::vsi::unlink_mem_file(there).expect("removed");
        assert_eq!(boundary.polygons().0.len(), 1);
    }

    #[test]
    fn a_bow_tie_a_line_and_a_text_are_refused() {
        let bow = read(r#"{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}"#);
        assert!(
            matches!(bow, Err(BoundaryError::SelfIntersecting { feature: 1, .. })),
            "{bow:?}"
        );
        let line = read(r#"{"type":"LineString","coordinates":[[0,0],[1,1]]}"#);
        assert!(matches!(line, Err(BoundaryError::Empty { .. })), "{line:?}");
        assert!(matches!(
            read("nothing"),
            Err(BoundaryError::Unreadable { .. })
        ));
    }
}

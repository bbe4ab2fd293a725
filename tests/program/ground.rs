//! Where a test raster lies, reckoned apart from the program: PROJ for positions, Karney's geodesics for distances.

use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use geo::{Area as _, Distance, Geodesic, GeodesicArea, MultiPolygon, Point};

/// A coordinate system and an affine transform.
#[derive(Debug, Clone)]
pub struct Place {
    pub crs: String,
    pub transform: [f64; 6],
}

pub const LON: f64 = 113.3;
pub const LAT: f64 = 33.74;

pub fn reference(crs: &str) -> SpatialRef {
    let mut reference = SpatialRef::from_definition(crs).expect("a CRS that PROJ knows");
    reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    reference
}

/// A point of one coordinate system in another.
pub fn through(from: &str, to: &str, x: f64, y: f64) -> (f64, f64) {
    let transform = CoordTransform::new(&reference(from), &reference(to)).expect("transformable");
    let (mut xs, mut ys) = ([x], [y]);
    transform
        .transform_coords(&mut xs, &mut ys, &mut [])
        .expect("in range");
    (xs[0], ys[0])
}

impl Place {
    /// North up, with its north-west corner at lon/lat and pixels of `gsd_cm` on the ground along both axes.
    pub fn north_up(crs: &str, lon: f64, lat: f64, gsd_cm: f64) -> Self {
        let (x, y) = through("EPSG:4326", crs, lon, lat);
        // Metres that one unit of the coordinate system takes on the ground.
        let step = if x.abs() <= 180.0 { 1e-5 } else { 1.0 };
        let at = |x, y| {
            let (lon, lat) = through(crs, "EPSG:4326", x, y);
            Point::new(lon, lat)
        };
        let metres = |dx, dy| Geodesic.distance(at(x, y), at(x + dx, y + dy)) / step;
        let (wide, tall) = (
            gsd_cm / 100.0 / metres(step, 0.0),
            gsd_cm / 100.0 / metres(0.0, step),
        );
        Self {
            crs: crs.into(),
            transform: [x, wide, 0.0, y, 0.0, -tall],
        }
    }

    /// The usual place: UTM zone 49 north.
    pub fn utm(gsd_cm: f64) -> Self {
        Self::north_up("EPSG:32649", LON, LAT, gsd_cm)
    }

    /// The same with pixels as wide as they are tall in units of the coordinate system.
    #[must_use]
    pub fn square_in_units(mut self) -> Self {
        self.transform[1] = -self.transform[5];
        self
    }

    /// Turned about its corner, anticlockwise.
    #[must_use]
    pub fn turned(mut self, degrees: f64) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (wide, tall) = (self.transform[1], -self.transform[5]);
        let [x, _, _, y, _, _] = self.transform;
        self.transform = [x, wide * cos, tall * sin, y, wide * sin, -tall * cos];
        self
    }

    /// Moved by pixels.
    #[must_use]
    pub fn moved(mut self, columns: f64, rows: f64) -> Self {
        let t = self.transform;
        self.transform[0] += columns * t[1] + rows * t[2];
        self.transform[3] += columns * t[4] + rows * t[5];
        self
    }

    /// Longitude and latitude of a pixel position.
    pub fn lonlat(&self, column: f64, row: f64) -> Point {
        let t = &self.transform;
        let x = t[0] + column * t[1] + row * t[2];
        let y = t[3] + column * t[4] + row * t[5];
        let (lon, lat) = through(&self.crs, "EPSG:4326", x, y);
        Point::new(lon, lat)
    }

    /// Centimetres of a pixel on the ground along columns and rows, at the middle of a raster.
    pub fn gsd_cm(&self, size: (usize, usize)) -> (f64, f64) {
        let (cx, cy) = (size.0 as f64 / 2.0, size.1 as f64 / 2.0);
        let between = |a: Point, b: Point| Geodesic.distance(a, b);
        (
            between(self.lonlat(cx - 50.0, cy), self.lonlat(cx + 50.0, cy)),
            between(self.lonlat(cx, cy - 50.0), self.lonlat(cx, cy + 50.0)),
        )
    }

    /// Square metres of a pixel: its two sides and the angle between them.
    pub fn pixel_m2(&self, size: (usize, usize)) -> f64 {
        let corners: Vec<geo::Coord> = [(0, 0), (0, size.1), (size.0, size.1), (size.0, 0), (0, 0)]
            .iter()
            .map(|(x, y)| self.lonlat(*x as f64, *y as f64).into())
            .collect();
        let outline = geo::Polygon::new(corners.into(), vec![]);
        outline.geodesic_area_unsigned() / (size.0 * size.1) as f64
    }
}

/// Square metres on the ellipsoid.
pub fn area_m2(shape: &MultiPolygon) -> f64 {
    /// Of the ellipsoid, which is what lies beyond a ring that runs the wrong way round, as rounded shreds may.
    const EARTH_M2: f64 = 510_065_621_724_088.4;
    assert!(shape.unsigned_area() < 1.0, "a survey, not a continent");
    shape
        .iter()
        .map(geo::GeodesicArea::geodesic_area_unsigned)
        .map(|m2| m2.min((EARTH_M2 - m2).abs()))
        .sum()
}

//! From pixels to the ground.

use crate::ground::{CrsError, LonLat, PixelPoint, Quad, Rect, Region, ToLonLat};
use crate::imagery::{Level, Source};
use crate::scan::ids::SourceId;
use crate::scan::model::Hit;
use geo::orient::{Direction, Orient};
use geo::{Coord, LineString, MultiPolygon};

/// Edges of an outline longer than this many pixels get further corners, so that a line that is straight in the
/// raster's coordinate system stays where it is in longitude and latitude.
const LONGEST_EDGE: f64 = 1024.0;

/// A hit on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Located {
    /// Its source.
    pub source: SourceId,
    /// The hit.
    pub hit: Hit,
    /// Its footprint.
    pub print: HitCorners,
}

/// The corners of a hit, of which a scan holds millions: the first, and by how much the others differ from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HitCorners {
    /// The first corner.
    pub at: LonLat,
    others: [(f32, f32); 3],
}

impl From<Quad> for HitCorners {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "of an offset of metres, less than a micrometre is lost"
    )]
    fn from([at, b, c, d]: Quad) -> Self {
        let away = |corner: LonLat| ((corner.lon - at.lon) as f32, (corner.lat - at.lat) as f32);
        Self {
            at,
            others: [b, c, d].map(away),
        }
    }
}

impl HitCorners {
    /// All corners.
    pub(crate) fn quad(&self) -> Quad {
        let corner = |(lon, lat): (f32, f32)| {
            LonLat::new(self.at.lon + f64::from(lon), self.at.lat + f64::from(lat))
        };
        let [b, c, d] = self.others.map(corner);
        [self.at, b, c, d]
    }
}

/// The ground that a source covers, data or none.
///
/// # Errors
/// See [`CrsError`].
pub fn frame(source: &Source) -> Result<MultiPolygon, CrsError> {
    let whole = Region::from_rects([Rect::of_size(source.size())]);
    Locator::new(source, &source.full_level(), (1.0, 1.0))?.level_outline(&whole)
}

/// From a source's pixels to the ground, for one thread.
pub struct Locator<'a> {
    source: &'a Source,
    to_lonlat: ToLonLat,
    reduction: (f64, f64),
    scale: (f64, f64),
}

impl<'a> Locator<'a> {
    /// The way of a source that is read at a level and scored at a scale of its pixels.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub fn new(source: &'a Source, level: &Level, scale: (f64, f64)) -> Result<Self, CrsError> {
        Ok(Self {
            source,
            to_lonlat: source.to_lonlat()?,
            reduction: source.reduction(level),
            scale,
        })
    }

    /// The footprint of a rectangle of model pixels, cut at the raster's edge.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub(crate) fn quad(&self, rect: Rect) -> Result<Quad, CrsError> {
        let scaled = |(x, y)| self.full(f64::from(x) * self.scale.0, f64::from(y) * self.scale.1);
        let points = rect.corners().map(scaled);
        let there = self.source.locate(&self.to_lonlat, &points)?;
        Ok([there[0], there[1], there[2], there[3]])
    }

    /// Level pixels to the raster's own, cut at its edge.
    fn full(&self, x: f64, y: f64) -> PixelPoint {
        let (width, height) = self.source.size();
        PixelPoint {
            x: (x * self.reduction.0).min(f64::from(width)),
            y: (y * self.reduction.1).min(f64::from(height)),
        }
    }

    /// The outline of a region of model pixels.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub(crate) fn model_outline(&self, region: &Region) -> Result<MultiPolygon, CrsError> {
        self.outline(region, self.scale)
    }

    /// The outline of a region of level pixels.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub(crate) fn level_outline(&self, region: &Region) -> Result<MultiPolygon, CrsError> {
        self.outline(region, (1.0, 1.0))
    }

    fn outline(&self, region: &Region, scale: (f64, f64)) -> Result<MultiPolygon, CrsError> {
        let ring = |line: &LineString| -> Result<LineString, CrsError> {
            let points: Vec<PixelPoint> = with_corners(line, LONGEST_EDGE)
                .into_iter()
                .map(|c| self.full(c.x * scale.0, c.y * scale.1))
                .collect();
            Ok(self
                .source
                .locate(&self.to_lonlat, &points)?
                .into_iter()
                .map(Coord::from)
                .collect())
        };
        let polygon = |p: &geo::Polygon| {
            let holes = p.interiors().iter().map(&ring).collect::<Result<_, _>>()?;
            Ok(geo::Polygon::new(ring(p.exterior())?, holes))
        };
        // Turned as lon/lat wants it: rows run down, latitudes up, and uniting areas goes by their direction.
        let there: MultiPolygon = region
            .outline()
            .iter()
            .map(polygon)
            .collect::<Result<_, CrsError>>()?;
        Ok(there.orient(Direction::Default))
    }
}

/// A line with further corners on edges longer than `longest`.
pub fn with_corners(line: &LineString, longest: f64) -> Vec<Coord> {
    let mut points: Vec<Coord> = line.coords().take(1).copied().collect();
    for edge in line.lines() {
        let length = edge.dx().hypot(edge.dy());
        let parts = (length / longest).ceil().max(1.0);
        let mut i = 1.0;
        while i <= parts {
            points.push(Coord {
                x: edge.start.x + edge.dx() * i / parts,
                y: edge.start.y + edge.dy() * i / parts,
            });
            i += 1.0;
        }
    }
    points
}

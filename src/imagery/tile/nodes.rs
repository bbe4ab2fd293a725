//! Where the pixels of a tile lie in a raster: worked out exactly at a few nodes, in a straight line between them. The
//! nodes are as close as it takes for no pixel to lie half a pixel off.

use crate::ground::PixelPoint;

/// Tile pixels by which the interpolation may be off.
pub(crate) const MOST_ERROR: f64 = 0.5;
/// Cells between nodes along a side, at first and at most.
const FEWEST: u32 = 4;
const MOST: u32 = 64;

/// A rectangle of a tile's pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TilePart {
    pub x0: u32,
    pub y0: u32,
    pub x1: u32,
    pub y1: u32,
}

/// Positions in a raster of a net of positions in a tile.
#[derive(Debug)]
pub struct Nodes {
    part: TilePart,
    cells: u32,
    at: Vec<PixelPoint>,
}

/// A position between two; `share` of the way to the second.
fn between(a: PixelPoint, b: PixelPoint, share: f64) -> PixelPoint {
    PixelPoint {
        x: a.x + (b.x - a.x) * share,
        y: a.y + (b.y - a.y) * share,
    }
}

fn distance(a: PixelPoint, b: PixelPoint) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

impl Nodes {
    /// The nodes of a part of a tile; `exact` gives the raster's positions of the tile's.
    ///
    /// # Errors
    /// Those of `exact`.
    pub fn of<E>(
        part: TilePart,
        exact: impl Fn(&[PixelPoint]) -> Result<Vec<PixelPoint>, E>,
    ) -> Result<Self, E> {
        let mut cells = FEWEST;
        loop {
            let nodes = Self {
                part,
                cells,
                at: exact(&net(part, cells, 0.0))?,
            };
            let middles = net(part, cells, 0.5);
            let scale = nodes.scale();
            let error = |(place, at): (&PixelPoint, &PixelPoint)| {
                distance(nodes.position(*place), *at) / scale
            };
            let worst = middles
                .iter()
                .zip(&exact(&middles)?)
                .map(error)
                .fold(0.0, f64::max);
            // Straight lines between nodes are furthest off in the middle. Half of what is allowed is asked for there.
            if worst <= MOST_ERROR / 2.0 || cells >= MOST {
                return Ok(nodes);
            }
            cells *= 2;
        }
    }

    /// Raster pixels that one of the tile takes.
    pub fn scale(&self) -> f64 {
        let (across, down) = (self.part.x1 - self.part.x0, self.part.y1 - self.part.y0);
        let last = self.cells as usize;
        let per =
            |to: usize, pixels: u32| distance(self.at[0], self.at[to]) / f64::from(pixels.max(1));
        per(last, across)
            .max(per(last * (last + 1), down))
            .max(1e-9)
    }

    /// Lowest and highest columns and rows of the raster.
    pub fn bounds(&self) -> (PixelPoint, PixelPoint) {
        let first = (self.at[0], self.at[0]);
        self.at.iter().fold(first, |(low, high), p| {
            let low = PixelPoint {
                x: low.x.min(p.x),
                y: low.y.min(p.y),
            };
            (
                low,
                PixelPoint {
                    x: high.x.max(p.x),
                    y: high.y.max(p.y),
                },
            )
        })
    }

    fn share(&self, place: PixelPoint) -> (f64, f64) {
        let along = |v: f64, from: u32, to: u32| {
            (v - f64::from(from)) / f64::from(to - from) * f64::from(self.cells)
        };
        (
            along(place.x, self.part.x0, self.part.x1),
            along(place.y, self.part.y0, self.part.y1),
        )
    }

    /// The raster's position of one of the tile.
    pub fn position(&self, place: PixelPoint) -> PixelPoint {
        let (x, y) = self.share(place);
        let last = f64::from(self.cells - 1);
        let (column, row) = (x.floor().clamp(0.0, last), y.floor().clamp(0.0, last));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to the net"
        )]
        let first = row as usize * (self.cells as usize + 1) + column as usize;
        let below = first + self.cells as usize + 1;
        let top = between(self.at[first], self.at[first + 1], x - column);
        let bottom = between(self.at[below], self.at[below + 1], x - column);
        between(top, bottom, y - row)
    }

    /// The part of the tile.
    pub fn part(&self) -> TilePart {
        self.part
    }
}

/// Positions at the corners of cells, or `shift` of a cell beside them.
fn net(part: TilePart, cells: u32, shift: f64) -> Vec<PixelPoint> {
    let count = if shift > 0.0 { cells } else { cells + 1 };
    let along = |i: u32, from: u32, to: u32| {
        f64::from(from) + f64::from(to - from) * (f64::from(i) + shift) / f64::from(cells)
    };
    let rows = (0..count).map(|row| along(row, part.y0, part.y1));
    rows.flat_map(|y| {
        (0..count).map(move |column| PixelPoint {
            x: along(column, part.x0, part.x1),
            y,
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Crs, GeoTransform};
    use crate::imagery::tile::TileAddress;
    use proptest::prelude::*;

    const WHOLE: TilePart = TilePart {
        x0: 0,
        y0: 0,
        x1: 256,
        y1: 256,
    };

    #[test]
    fn a_bent_way_takes_more_nodes_until_it_is_straight_enough() {
        let bent = |places: &[PixelPoint]| -> Result<Vec<PixelPoint>, ()> {
            let at = |p: &PixelPoint| PixelPoint {
                x: p.x + (p.x / 40.0).powi(2),
                y: p.y + (p.y / 30.0).sin() * 9.0,
            };
            Ok(places.iter().map(at).collect())
        };
        let nodes = Nodes::of(WHOLE, bent).expect("no error");
        assert!(nodes.cells > FEWEST);
        for place in net(WHOLE, 97, 0.0) {
            let exact = bent(&[place]).expect("no error")[0];
            assert!(
                distance(nodes.position(place), exact) < MOST_ERROR,
                "{place:?}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn no_pixel_of_a_tile_is_half_a_pixel_off(system in 0_usize..5, zoom in 9_u8..23, lon in 111.2..116.8_f64, lat in 22.0..41.0_f64, turn in 0.0..6.0_f64) {
            let crs = Crs::parse(["EPSG:32650", "EPSG:4547", "EPSG:4490", "EPSG:3857", "EPSG:2263"][system]);
            // Feet of New York, and everything else in China.
            let (lon, lat) = if system == 4 { (lon - 188.0, lat.clamp(40.0, 41.0)) } else { (lon, lat) };
            let crs = crs.expect("known");
            let from = crs.from_lonlat_prepared().expect("known");
            let middle = from.apply(&[crate::ground::LonLat::new(lon, lat)]).expect("in range")[0];
            let side = if system == 2 { 2e-7 } else { 0.02 };
            let (s, c) = turn.sin_cos();
            let transform = GeoTransform::new([middle.x, side * c, side * s, middle.y, side * s, -side * c]).expect("valid");
            let count = f64::from(1_u32 << zoom);
            let at = super::super::address::Mercator::of(crate::ground::LonLat::new(lon, lat));
            let tile = TileAddress::new(zoom, (at.x * count) as u32, (at.y * count) as u32).expect("exists");
            let exact = |places: &[PixelPoint]| {
                let places: Vec<_> = places.iter().map(|p| tile.locate(p.x, p.y)).collect();
                let there = from.apply(&places)?;
                Ok::<_, crate::ground::CrsError>(there.into_iter().map(|p| transform.invert(p)).collect::<Vec<_>>())
            };
            let nodes = Nodes::of(WHOLE, exact).expect("in range");
            let places = net(WHOLE, 23, 0.0);
            for (place, at) in places.iter().zip(exact(&places).expect("in range")) {
                let off = distance(nodes.position(*place), at) / nodes.scale();
                prop_assert!(off < MOST_ERROR, "{off}");
            }
        }
    }
}

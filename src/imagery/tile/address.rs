//! Where a tile of a web map lies: zoom, column and row of the usual square of web Mercator, from the north-west.

use crate::ground::LonLat;
use std::f64::consts::PI;

/// Pixels along the side of a tile.
pub const TILE: u32 = 256;
/// The deepest zoom: a pixel is a centimetre or less.
pub const DEEPEST: u8 = 24;
/// Metres around the equator.
const EQUATOR_M: f64 = 2.0 * PI * 6_378_137.0;

/// A tile's address, which is one that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TileAddress {
    zoom: u8,
    column: u32,
    row: u32,
}

/// A position in web Mercator: 0 to 1 from the west and from the north.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mercator {
    pub x: f64,
    pub y: f64,
}

impl Mercator {
    /// A place; what lies beyond the square's edge in the north and south is put on it.
    pub fn of(at: LonLat) -> Self {
        let sine = at.lat.to_radians().sin().clamp(-0.999_999, 0.999_999);
        Self {
            x: (at.lon + 180.0) / 360.0,
            y: (0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * PI)).clamp(0.0, 1.0),
        }
    }

    pub fn place(self) -> LonLat {
        let latitude = (PI * (1.0 - 2.0 * self.y)).sinh().atan();
        LonLat::new(self.x * 360.0 - 180.0, latitude.to_degrees())
    }
}

impl TileAddress {
    /// An address; `None` where there is no such tile.
    pub fn new(zoom: u8, column: u32, row: u32) -> Option<Self> {
        let exists = zoom <= DEEPEST && column >> zoom == 0 && row >> zoom == 0;
        exists.then_some(Self { zoom, column, row })
    }

    /// The tile of a zoom, the deepest at most, in which a place lies.
    pub fn of(at: LonLat, zoom: u8) -> Self {
        let zoom = zoom.min(DEEPEST);
        let last = (1_u32 << zoom) - 1;
        let at = Mercator::of(at);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to the tiles that exist"
        )]
        let along =
            |share: f64| (share * f64::from(1_u32 << zoom)).clamp(0.0, f64::from(last)) as u32;
        Self {
            zoom,
            column: along(at.x),
            row: along(at.y),
        }
    }

    /// Its zoom.
    pub fn zoom(self) -> u8 {
        self.zoom
    }

    /// Its column from the west.
    pub fn column(self) -> u32 {
        self.column
    }

    /// Its row from the north.
    pub fn row(self) -> u32 {
        self.row
    }

    /// Tiles across the world at its zoom.
    fn across(self) -> f64 {
        f64::from(1_u32 << self.zoom)
    }

    /// The place of a position in its pixels.
    pub fn locate(self, x: f64, y: f64) -> LonLat {
        let side = f64::from(TILE);
        let at = Mercator {
            x: (f64::from(self.column) + x / side) / self.across(),
            y: (f64::from(self.row) + y / side) / self.across(),
        };
        at.place()
    }

    /// The position of a place in its pixels.
    pub(super) fn position(self, at: Mercator) -> (f64, f64) {
        let side = f64::from(TILE);
        (
            (at.x * self.across() - f64::from(self.column)) * side,
            (at.y * self.across() - f64::from(self.row)) * side,
        )
    }

    /// Centimetres of ground that one of its pixels covers at a latitude.
    pub fn gsd_cm(self, latitude: f64) -> f64 {
        EQUATOR_M / self.across() / f64::from(TILE) * latitude.to_radians().cos() * 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tiles_that_exist_have_addresses() {
        assert!(TileAddress::new(0, 0, 0).is_some());
        assert!(TileAddress::new(0, 1, 0).is_none() && TileAddress::new(3, 0, 8).is_none());
        assert!(TileAddress::new(24, (1 << 24) - 1, 0).is_some());
        assert!(TileAddress::new(25, 0, 0).is_none() && TileAddress::new(255, 0, 0).is_none());
    }

    #[test]
    fn a_known_tile_lies_where_it_does() {
        // Tile 18/213500/104700, north-west corner, by the slippy map formulas.
        let tile = TileAddress::new(18, 213_500, 104_700).expect("exists");
        let corner = tile.locate(0.0, 0.0);
        assert!((corner.lon - (213_500.0 / 262_144.0 * 360.0 - 180.0)).abs() < 1e-12);
        let (x, y) = tile.position(Mercator::of(tile.locate(100.25, 7.5)));
        assert!(
            (x - 100.25).abs() < 1e-5 && (y - 7.5).abs() < 1e-5,
            "{x} {y}"
        );
        assert!(
            (TileAddress::new(0, 0, 0).expect("exists").gsd_cm(0.0) / 100.0 - 156_543.03).abs()
                < 0.01
        );
    }
}

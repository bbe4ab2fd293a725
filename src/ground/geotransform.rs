//! The affine map between a raster's pixels and its coordinate system.

/// A position in a raster: columns from the left edge, rows from the top edge; pixel centres lie at halves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PixelPoint {
    /// Columns from the left edge.
    pub x: f64,
    /// Rows from the top edge.
    pub y: f64,
}

/// A position in a raster's own coordinate system, in its units, in the order easting/longitude, northing/latitude.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrsPoint {
    /// Easting or longitude.
    pub x: f64,
    /// Northing or latitude.
    pub y: f64,
}

/// GDAL's six coefficients: `x = g0 + col*g1 + row*g2`, `y = g3 + col*g4 + row*g5`. Always invertible.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeoTransform([f64; 6]);

impl GeoTransform {
    /// Checks that the coefficients are finite and that a pixel has an area. `None` where it has none.
    pub fn new(g: [f64; 6]) -> Option<Self> {
        let determinant = g[1] * g[5] - g[2] * g[4];
        (g.iter().all(|v| v.is_finite()) && determinant.is_normal()).then_some(Self(g))
    }

    /// The six coefficients.
    pub fn coefficients(&self) -> [f64; 6] {
        self.0
    }

    /// Pixel to ground.
    pub fn apply(&self, p: PixelPoint) -> CrsPoint {
        let g = &self.0;
        CrsPoint {
            x: g[0] + p.x * g[1] + p.y * g[2],
            y: g[3] + p.x * g[4] + p.y * g[5],
        }
    }

    /// Ground to pixel.
    pub fn invert(&self, p: CrsPoint) -> PixelPoint {
        let g = &self.0;
        let determinant = g[1] * g[5] - g[2] * g[4];
        let (dx, dy) = (p.x - g[0], p.y - g[3]);
        PixelPoint {
            x: (dx * g[5] - dy * g[2]) / determinant,
            y: (dy * g[1] - dx * g[4]) / determinant,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pixel_without_area_is_refused() {
        assert!(GeoTransform::new([0.0, 0.0, 0.0, 0.0, 0.0, -1.0]).is_none());
        assert!(GeoTransform::new([0.0, 1.0, 2.0, 0.0, 2.0, 4.0]).is_none());
        assert!(GeoTransform::new([0.0, f64::NAN, 0.0, 0.0, 0.0, -1.0]).is_none());
    }

    proptest! {
        #[test]
        fn pixel_to_ground_to_pixel_returns(x in 0.0..100_000.0, y in 0.0..100_000.0, turn in 0.0..std::f64::consts::TAU, size in 0.005..2.0_f64) {
            let (s, c) = turn.sin_cos();
            let g = GeoTransform::new([435_133.0, size * c, size * s, 3_735_042.0, size * s, -size * c]).expect("invertible");
            let back = g.invert(g.apply(PixelPoint { x, y }));
            prop_assert!((back.x - x).abs() < 1e-5 && (back.y - y).abs() < 1e-5);
        }
    }
}

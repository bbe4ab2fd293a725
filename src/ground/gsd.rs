//! Ground sampling distance: how far apart two pixels really are.

use super::crs::{CrsError, ToLonLat};
use super::geotransform::{GeoTransform, PixelPoint};

/// The true ground distance of one pixel step, in centimetres, along columns and along rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gsd {
    /// Centimetres from one column to the next.
    pub x_cm: f64,
    /// Centimetres from one row to the next.
    pub y_cm: f64,
}

/// Pixels to either side of the centre: wide enough that rounding of degrees does not matter, short enough to be local.
const STEP: f64 = 64.0;

impl Gsd {
    /// Measured geodesically at the centre of a raster of `width` by `height` pixels, over a few pixels, so that feet,
    /// degrees and Mercator metres give the same answer as UTM.
    ///
    /// # Errors
    /// Where the centre has no longitude and latitude.
    pub fn measure(
        transform: &GeoTransform,
        to_lonlat: &ToLonLat,
        width: usize,
        height: usize,
    ) -> Result<Self, CrsError> {
        let (cx, cy) = (width as f64 / 2.0, height as f64 / 2.0);
        let ends: Vec<_> = [(-STEP, 0.0), (STEP, 0.0), (0.0, -STEP), (0.0, STEP)]
            .iter()
            .map(|(dx, dy)| {
                transform.apply(PixelPoint {
                    x: cx + dx,
                    y: cy + dy,
                })
            })
            .collect();
        let at = to_lonlat.apply(&ends)?;
        Ok(Self {
            x_cm: at[0].distance_m(at[1]) * 100.0 / (2.0 * STEP),
            y_cm: at[2].distance_m(at[3]) * 100.0 / (2.0 * STEP),
        })
    }

    /// The coarser of the two.
    pub fn coarsest_cm(&self) -> f64 {
        self.x_cm.max(self.y_cm)
    }

    /// The geometric mean, the one figure shown where there is room for one.
    pub fn mean_cm(&self) -> f64 {
        (self.x_cm * self.y_cm).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Crs, LonLat};

    fn measured(code: &str, pixel: (f64, f64)) -> Gsd {
        let crs = Crs::parse(code).expect("known");
        let at = crs
            .from_lonlat(&[LonLat::new(113.3, 34.0)])
            .expect("in range")[0];
        let g = GeoTransform::new([
            at.x - 500.0 * pixel.0,
            pixel.0,
            0.0,
            at.y + 500.0 * pixel.1,
            0.0,
            -pixel.1,
        ])
        .expect("invertible");
        Gsd::measure(&g, &crs.to_lonlat().expect("transformable"), 1000, 1000).expect("in range")
    }

    #[test]
    fn feet_degrees_and_mercator_give_the_true_distance() {
        let utm = measured("EPSG:32649", (0.02, 0.02));
        assert!(
            (utm.x_cm - 2.0).abs() < 0.002 && (utm.y_cm - 2.0).abs() < 0.002,
            "{utm:?}"
        );
        let shrink = 34.0_f64.to_radians().cos();
        let mercator = measured("EPSG:3857", (0.02 / shrink, 0.02 / shrink));
        assert!(
            (mercator.x_cm - 2.0).abs() < 0.02 && (mercator.y_cm - 2.0).abs() < 0.02,
            "{mercator:?}"
        );
        let degrees = measured("EPSG:4326", (2e-7, 2e-7));
        assert!(
            (degrees.x_cm - 1.849).abs() < 0.01 && (degrees.y_cm - 2.218).abs() < 0.01,
            "{degrees:?}"
        );
    }
}

//! The lens: from a pixel to a direction before the camera and back. Pinhole with Brown's distortion (Brown 1971, in
//! `OpenCV`'s order of coefficients, which is also DJI's). Pure.

use super::metadata::{Dewarp, Metadata};
use crate::ground::PixelPoint;

/// A pixel of the image as stored, or a direction `(right, down, 1)` before the camera: a lens maps between the two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lens {
    stored: (f64, f64),
    focal: (f64, f64),
    centre: (f64, f64),
    radial: [f64; 3],
    tangential: [f64; 2],
    /// Largest distance from the axis at which the distortion is one-to-one, in focal lengths.
    reach: f64,
}

/// Where a focal length came from, from the surest to the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FocalSource {
    /// The user's `--sensor-width` and the EXIF focal length.
    SensorWidth,
    /// The maker's calibration in XMP.
    Calibrated,
    /// The table of known cameras.
    Table,
    /// EXIF's focal plane resolution and focal length.
    FocalPlane,
    /// EXIF's 35 mm equivalent, which is rounded to a millimetre.
    Equivalent35mm,
}

impl FocalSource {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::SensorWidth => "sensor_width",
            Self::Calibrated => "calibration",
            Self::Table => "table",
            Self::FocalPlane => "focal_plane_resolution",
            Self::Equivalent35mm => "equivalent_35mm",
        }
    }
}

/// A known camera: its model as EXIF names it, its true focal length, and its sensor.
struct CameraModel {
    model: &'static str,
    focal_mm: f64,
    sensor_mm: (f64, f64),
}

const fn body(model: &'static str, focal_mm: f64, width_mm: f64, height_mm: f64) -> CameraModel {
    CameraModel {
        model,
        focal_mm,
        sensor_mm: (width_mm, height_mm),
    }
}

/// Makers' data sheets: nominal focal length and the sensor's sides at its full photo format. A focal length of 0 means
/// that lenses change and EXIF's is taken.
const BODIES: [CameraModel; 31] = [
    body("FC300S", 3.61, 6.25, 4.69),
    body("FC300X", 3.61, 6.25, 4.69),
    body("FC300C", 3.61, 6.25, 4.69),
    body("FC330", 3.61, 6.25, 4.69),
    body("FC200", 5.0, 6.17, 4.63),
    body("FC220", 4.73, 6.25, 4.69),
    body("FC350", 3.61, 6.25, 4.69),
    body("FC550", 0.0, 17.3, 13.0),
    body("FC6310", 8.8, 13.2, 8.8),
    body("FC6310S", 8.8, 13.2, 8.8),
    body("FC6310R", 8.8, 13.2, 8.8),
    body("FC6510", 8.8, 13.2, 8.8),
    body("FC6520", 0.0, 17.3, 13.0),
    body("FC7203", 4.49, 6.3, 4.7),
    body("FC7303", 4.49, 6.3, 4.7),
    body("FC2103", 4.5, 6.3, 4.7),
    body("FC2204", 0.0, 6.3, 4.7),
    body("FC3170", 4.49, 6.4, 4.8),
    body("FC3411", 8.38, 13.2, 8.8),
    body("FC3582", 6.72, 9.6, 7.2),
    body("FC8482", 6.72, 9.6, 7.2),
    body("FC8282", 6.72, 9.6, 7.2),
    body("L1D-20C", 10.26, 13.2, 8.8),
    body("L2D-20C", 12.29, 17.3, 13.0),
    body("M3E", 12.29, 17.3, 13.0),
    body("M3M", 12.29, 17.3, 13.0),
    body("ZENMUSEP1", 0.0, 35.9, 24.0),
    body("ANAFI", 4.0, 5.92, 4.44),
    body("XT705", 10.57, 13.2, 8.8),
    body("S.O.D.A.", 10.6, 12.75, 8.5),
    body("CANON POWERSHOT SX260 HS", 0.0, 6.17, 4.63),
];

impl Lens {
    /// The lens of a photo of `stored` columns and rows; `None` where nothing tells its focal length.
    ///
    /// `sensor_width_mm` is the user's word on the sensor's width, for the full width of the image.
    pub fn of(
        found: &Metadata,
        stored: (u32, u32),
        sensor_width_mm: Option<f64>,
    ) -> Option<(Self, FocalSource)> {
        let (width, height) = (f64::from(stored.0), f64::from(stored.1));
        let taken = found
            .taken_size
            .map_or((width, height), |(w, h)| (f64::from(w), f64::from(h)));
        // A photo made smaller after it was taken keeps its EXIF: pixels then count for more of the sensor.
        let shrink = width.max(height) / taken.0.max(taken.1);
        let zoom = found.digital_zoom.unwrap_or(1.0);
        let plain = |focal_px: f64| Self::pinhole((width, height), focal_px);
        if let (Some(sensor), Some(focal)) = (sensor_width_mm, found.focal_mm) {
            return Some((plain(focal / sensor * width)?, FocalSource::SensorWidth));
        }
        if zoom <= 1.0
            && let Some(dewarp) = found.dewarp
        {
            let lens = Self::calibrated((width, height), shrink, &dewarp)?;
            return Some((lens, FocalSource::Calibrated));
        }
        if zoom <= 1.0
            && let Some(focal_px) = found.calibrated_focal_px
        {
            return Some((plain(focal_px * shrink)?, FocalSource::Calibrated));
        }
        if let Some(focal_px) = by_table(found, (width, height)) {
            return Some((plain(focal_px * zoom)?, FocalSource::Table));
        }
        if let (Some(focal), Some(pitch)) = (found.focal_mm, found.pixel_pitch_mm) {
            return Some((
                plain(focal / pitch * shrink * zoom)?,
                FocalSource::FocalPlane,
            ));
        }
        // The definition goes by the diagonal (CIPA DCG-001); makers fold the zoom in.
        let equivalent = found.focal_35mm?;
        let long = width.max(height);
        // A wide frame is cut out of one of 4:3, of which the equivalent is told.
        let diagonal = if is_wide((width, height)) {
            long.hypot(long * 0.75)
        } else {
            width.hypot(height)
        };
        let focal_px = equivalent / 36.0_f64.hypot(24.0) * diagonal;
        Some((plain(focal_px)?, FocalSource::Equivalent35mm))
    }

    /// By what share the focal length may be another: that of a wide frame's 35 mm equivalent, which some makers reckon by the
    /// frame's own diagonal.
    pub fn focal_doubt(&self, source: FocalSource) -> f64 {
        if source != FocalSource::Equivalent35mm || !is_wide(self.stored) {
            return 0.0;
        }
        let (width, height) = self.stored;
        let long = width.max(height);
        1.0 - width.hypot(height) / long.hypot(long * 0.75)
    }

    /// A lens without distortion whose axis meets the image's centre. `None` where the focal length is no length.
    pub fn pinhole(stored: (f64, f64), focal_px: f64) -> Option<Self> {
        (focal_px.is_finite() && focal_px > 1.0 && stored.0 >= 1.0 && stored.1 >= 1.0).then_some(
            Self {
                stored,
                focal: (focal_px, focal_px),
                centre: (stored.0 / 2.0, stored.1 / 2.0),
                radial: [0.0; 3],
                tangential: [0.0; 2],
                reach: f64::INFINITY,
            },
        )
    }

    fn calibrated(stored: (f64, f64), shrink: f64, dewarp: &Dewarp) -> Option<Self> {
        let mut lens = Self::pinhole(stored, dewarp.focal.0 * shrink)?;
        lens.focal.1 = dewarp.focal.1 * shrink;
        if dewarp.applied {
            return Some(lens);
        }
        lens.centre.0 += dewarp.offset.0 * shrink;
        lens.centre.1 += dewarp.offset.1 * shrink;
        lens.radial = dewarp.radial;
        lens.tangential = dewarp.tangential;
        lens.reach = reach(&lens.radial);
        // A calibration that folds the image over itself inside the frame is damaged: the bare focal length is better.
        let corner = (stored.0 / lens.focal.0).hypot(stored.1 / lens.focal.1) / 2.0;
        if lens.undistort((corner, 0.0)).is_none() {
            lens.radial = [0.0; 3];
            lens.tangential = [0.0; 2];
            lens.reach = f64::INFINITY;
        }
        Some(lens)
    }

    /// The same lens without its distortion, to measure what the correction gives.
    #[must_use]
    pub fn without_distortion(mut self) -> Self {
        self.radial = [0.0; 3];
        self.tangential = [0.0; 2];
        self.reach = f64::INFINITY;
        self.centre = (self.stored.0 / 2.0, self.stored.1 / 2.0);
        self
    }

    /// Columns and rows of the image.
    pub fn size(&self) -> (f64, f64) {
        self.stored
    }

    /// Focal length in pixels, the mean of the two.
    pub fn focal_px(&self) -> f64 {
        (self.focal.0 * self.focal.1).sqrt()
    }

    /// The direction of a pixel: metres right and down of the axis at a metre before the camera. `None` where
    /// the calibration has none.
    pub fn direction(&self, pixel: PixelPoint) -> Option<(f64, f64)> {
        self.undistort((
            (pixel.x - self.centre.0) / self.focal.0,
            (pixel.y - self.centre.1) / self.focal.1,
        ))
    }

    /// The pixel of a direction; `None` where it lies farther out than the calibration reaches.
    pub fn pixel(&self, direction: (f64, f64)) -> Option<PixelPoint> {
        if direction.0.hypot(direction.1) > self.reach {
            return None;
        }
        let (x, y) = self.distort(direction);
        let (x, y) = (x * self.focal.0, y * self.focal.1);
        let (x, y) = (x + self.centre.0, y + self.centre.1);
        Some(PixelPoint { x, y })
    }

    fn distort(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let r2 = x * x + y * y;
        let [k1, k2, k3] = self.radial;
        let [p1, p2] = self.tangential;
        let radial = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3));
        (
            x * radial + 2.0 * p1 * x * y + p2 * (r2 + 2.0 * x * x),
            y * radial + p1 * (r2 + 2.0 * y * y) + 2.0 * p2 * x * y,
        )
    }

    /// Newton's method in two dimensions.
    fn undistort(&self, wanted: (f64, f64)) -> Option<(f64, f64)> {
        let straight = |terms: &[f64]| terms.iter().all(|t| *t == 0.0);
        if straight(&self.tangential) && straight(&self.radial) {
            return Some(wanted);
        }
        let [k1, k2, k3] = self.radial;
        let [p1, p2] = self.tangential;
        let mut at = wanted;
        for _ in 0..50 {
            let now = self.distort(at);
            let (dx, dy) = (wanted.0 - now.0, wanted.1 - now.1);
            if dx.hypot(dy) < 1e-12 {
                break;
            }
            let (x, y) = at;
            let r2 = x * x + y * y;
            let radial = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3));
            let growth = 2.0 * (k1 + r2 * (2.0 * k2 + r2 * 3.0 * k3));
            let across = x * y * growth + 2.0 * (p1 * x + p2 * y);
            let right = radial + x * x * growth + 2.0 * p1 * y + 6.0 * p2 * x;
            let down = radial + y * y * growth + 6.0 * p1 * y + 2.0 * p2 * x;
            let determinant = right * down - across * across;
            if determinant.abs() < 1e-6 {
                return None;
            }
            at.0 += ((dx * down - dy * across) / determinant).clamp(-0.5, 0.5);
            at.1 += ((dy * right - dx * across) / determinant).clamp(-0.5, 0.5);
        }
        let left = self.distort(at);
        let off = (left.0 - wanted.0).hypot(left.1 - wanted.1);
        (off < 1e-9 && at.0.hypot(at.1) <= self.reach).then_some(at)
    }
}

/// Whether a frame is longer than those of any sensor of a drone, which are of 4:3 or 3:2.
fn is_wide((width, height): (f64, f64)) -> bool {
    width.max(height) > LONGEST_SENSOR * width.min(height)
}

/// The long side of the longest sensor, by its short side.
const LONGEST_SENSOR: f64 = 1.6;

/// The radius up to which a radial polynomial grows: beyond it two directions would share a pixel.
fn reach(radial: &[f64; 3]) -> f64 {
    const STEP: f64 = 0.005;
    let [k1, k2, k3] = radial;
    let slope = |r2: f64| 1.0 + r2 * (3.0 * k1 + r2 * (5.0 * k2 + r2 * 7.0 * k3));
    let mut radii = (1..800).map(|i| f64::from(i) * STEP);
    let flat = radii.find(|r| slope(r * r) <= 0.05);
    flat.unwrap_or(f64::INFINITY)
}

/// Whether a model is one of the known cameras, which take colour.
pub(super) fn is_known(model: &str) -> bool {
    body_of(model).is_some()
}

fn body_of(model: &str) -> Option<&'static CameraModel> {
    let model = model.trim().to_ascii_uppercase();
    BODIES.iter().find(|b| b.model == model)
}

/// The focal length in pixels of a known camera. A frame cropped in one direction (16:9 out of 4:3) has the full sensor
/// along its other side; one made smaller has it along both.
fn by_table(found: &Metadata, (width, height): (f64, f64)) -> Option<f64> {
    let body = body_of(found.model.as_deref()?)?;
    let (long, short) = (width.max(height), width.min(height));
    // Pixels per millimetre, if the frame fills the sensor's long side, or its short side: a frame cannot be larger.
    let density = (long / body.sensor_mm.0).max(short / body.sensor_mm.1);
    let focal_mm = match found.focal_mm {
        // Another lens of the same drone: the telephoto camera of a Mavic 3 Enterprise bears the name of the wide one.
        Some(stated) if body.focal_mm > 0.0 && (stated / body.focal_mm - 1.0).abs() > 0.1 => {
            return None;
        }
        _ if body.focal_mm > 0.0 => body.focal_mm,
        stated => stated?,
    };
    Some(focal_mm * density)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn phantom() -> Dewarp {
        Dewarp {
            focal: (3666.95, 3672.66),
            offset: (-7.6, 8.2),
            radial: [-0.271_978, 0.112_14, -0.031_39],
            tangential: [0.000_759, -0.000_462],
            applied: false,
        }
    }

    #[test]
    fn the_focal_length_is_taken_from_the_surest_source() {
        let mut found = Metadata {
            focal_mm: Some(8.8),
            focal_35mm: Some(24.0),
            ..Default::default()
        };
        let focal = |found: &Metadata, sensor| {
            let (lens, source) = Lens::of(found, (5472, 3648), sensor).expect("a lens");
            (lens.focal_px().round(), source)
        };
        assert_eq!(focal(&found, None), (3648.0, FocalSource::Equivalent35mm));
        found.pixel_pitch_mm = Some(0.0024);
        assert_eq!(focal(&found, None), (3667.0, FocalSource::FocalPlane));
        found.model = Some("FC6310".into());
        assert_eq!(focal(&found, None), (3648.0, FocalSource::Table));
        found.dewarp = Some(phantom());
        assert_eq!(focal(&found, None), (3670.0, FocalSource::Calibrated));
        assert_eq!(
            focal(&found, Some(12.0)),
            (4013.0, FocalSource::SensorWidth)
        );
        assert!(Lens::of(&Metadata::default(), (4000, 3000), None).is_none());
    }

    #[test]
    fn the_table_agrees_with_the_equivalents_that_makers_state() {
        for (model, equivalent_mm) in [
            ("FC300S", 20.0),
            ("FC330", 20.0),
            ("FC350", 20.0),
            ("FC200", 28.0),
            ("FC220", 26.0),
            ("FC6310", 24.0),
            ("FC6510", 24.0),
            ("FC7203", 24.0),
            ("FC7303", 24.0),
            ("FC2103", 24.0),
            ("FC3170", 24.0),
            ("FC3411", 22.0),
            ("FC3582", 24.0),
            ("FC8482", 24.0),
            ("FC8282", 24.0),
            ("L1D-20C", 28.0),
            ("L2D-20C", 24.0),
            ("M3E", 24.0),
            ("M3M", 24.0),
            ("ANAFI", 23.0),
            ("XT705", 28.6),
            ("S.O.D.A.", 29.0),
        ] {
            let body = BODIES.iter().find(|b| b.model == model).expect("known");
            let diagonal = body.sensor_mm.0.hypot(body.sensor_mm.1);
            let found = body.focal_mm * 36.0_f64.hypot(24.0) / diagonal;
            assert!(
                (found / equivalent_mm - 1.0).abs() < 0.05,
                "{model}: {found}"
            );
        }
    }

    #[test]
    fn the_equivalent_of_a_wide_frame_is_that_of_the_frame_it_was_cut_out_of() {
        let found = Metadata {
            focal_35mm: Some(35.0),
            ..Default::default()
        };
        let of = |size| Lens::of(&found, size, None).expect("a lens");
        let (whole, _) = of((800, 600));
        for size in [(800, 450), (450, 800), (800, 480)] {
            let (cut, source) = of(size);
            assert!((cut.focal_px() - whole.focal_px()).abs() < 0.01, "{size:?}");
            // By its own diagonal it would be shorter by so much.
            let (width, height) = cut.size();
            let other = 35.0 / 36.0_f64.hypot(24.0) * width.hypot(height);
            let doubt = 1.0 - other / cut.focal_px();
            assert!((cut.focal_doubt(source) - doubt).abs() < 1e-9, "{size:?}");
            assert!(cut.focal_doubt(FocalSource::Table).abs() < 1e-9);
        }
        for size in [(800, 600), (600, 400), (600, 800)] {
            let (lens, source) = of(size);
            assert!(lens.focal_doubt(source).abs() < 1e-9, "{size:?}");
        }
    }

    #[test]
    fn the_telephoto_lens_of_a_known_drone_is_not_its_wide_one() {
        let mut found = Metadata {
            model: Some("M3E".into()),
            focal_mm: Some(12.29),
            focal_35mm: Some(24.0),
            ..Default::default()
        };
        let source = |found: &Metadata| Lens::of(found, (5280, 3956), None).expect("a lens").1;
        assert_eq!(source(&found), FocalSource::Table);
        (found.focal_mm, found.focal_35mm) = (Some(29.9), Some(162.0));
        assert_eq!(source(&found), FocalSource::Equivalent35mm);
    }

    #[test]
    fn a_cropped_frame_keeps_its_focal_length_and_a_shrunk_one_does_not() {
        let found = Metadata {
            model: Some("FC6310".into()),
            ..Default::default()
        };
        let focal = |w, h| Lens::of(&found, (w, h), None).expect("a lens").0.focal_px();
        assert!((focal(5472, 3078) - 3648.0).abs() < 0.5);
        assert!((focal(4864, 3648) - 3648.0).abs() < 0.5);
        assert!((focal(2736, 1824) - 1824.0).abs() < 0.5);
    }

    #[test]
    fn a_calibration_that_folds_the_image_is_not_used() {
        let folded = Dewarp {
            radial: [-9.0, 0.0, 0.0],
            ..phantom()
        };
        let lens = Lens::calibrated((5472.0, 3648.0), 1.0, &folded).expect("a lens");
        assert!(lens.radial.iter().all(|k| *k == 0.0));
    }

    #[test]
    fn barrel_distortion_pulls_a_corner_in_by_the_hand_computed_amount() {
        let lens = Lens::calibrated((5472.0, 3648.0), 1.0, &phantom()).expect("a lens");
        // x = 0.5, y = 0: r2 = 0.25, radial = 1 - 0.0679945 + 0.00700875 - 0.00049047 = 0.93852378,
        // plus p2 * 3 r2 = -0.0003465: 0.46891539 * 3666.95 + 2736 - 7.6 = 4447.889.
        let pixel = lens.pixel((0.5, 0.0)).expect("inside");
        assert!((pixel.x - 4447.889).abs() < 2e-3, "{pixel:?}");
    }

    proptest! {
        #[test]
        fn pixel_to_direction_to_pixel_returns(x in 0.0..5472.0_f64, y in 0.0..3648.0_f64) {
            let lens = Lens::calibrated((5472.0, 3648.0), 1.0, &phantom()).expect("a lens");
            let direction = lens.direction(PixelPoint { x, y }).expect("in the frame");
            let back = lens.pixel(direction).expect("in reach");
            prop_assert!((back.x - x).abs() < 1e-4 && (back.y - y).abs() < 1e-4, "{back:?}");
        }

        #[test]
        fn no_calibration_makes_a_lens_panic(k in proptest::array::uniform3(-10.0..10.0_f64), p in proptest::array::uniform2(-1.0..1.0_f64), x in -1e5..1e5_f64) {
            let wild = Dewarp { radial: k, tangential: p, ..phantom() };
            if let Some(lens) = Lens::calibrated((5472.0, 3648.0), 1.0, &wild) {
                let _direction = lens.direction(PixelPoint { x, y: 3.0 });
            }
        }
    }
}

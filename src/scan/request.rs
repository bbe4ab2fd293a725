//! What the user asks of a scan, checked.

use super::error::ScanError;
use super::model::Device;
use super::review::ReviewPage;
use crate::imagery::{Captured, RasterOptions, file_fingerprint};
use crate::schema::{LearntRecord, PlannedLearnt};
use crate::text::is_division_code;
use crate::words::{Both, Lang};
use std::path::PathBuf;

/// What the user says of photos.
#[derive(Debug, Clone, Default)]
pub struct PhotoRequest {
    /// A terrain model.
    pub dem: Option<PathBuf>,
    /// Metres of the ground above the sea.
    pub ground_elevation_m: Option<f64>,
    /// The sensor's width in millimetres.
    pub sensor_width_mm: Option<f64>,
    /// A list that says where photos were taken.
    pub pos: Option<PathBuf>,
    /// Photos that do not say how far the camera was tilted were taken straight down.
    pub looking_down: bool,
    /// Search no more of overlapping photos than it takes to see each square metre so often, where they allow it.
    pub min_views: Option<u16>,
    /// Keep what was found in any photo, whatever the others that searched its place say.
    pub any_view: bool,
}

impl PhotoRequest {
    /// What of it decides where photos lie: empty where nothing was asked.
    pub fn fingerprint(&self) -> String {
        let of_file = |path: &Option<PathBuf>| {
            path.as_deref().map_or_else(String::new, |path| {
                // What cannot be read is refused elsewhere.
                file_fingerprint(path).map_or_else(|_unreadable| String::new(), |f| f.0)
            })
        };
        let dem = of_file(&self.dem);
        let number = |n: Option<f64>| n.map_or_else(String::new, |n| n.to_string());
        let parts = [
            dem,
            number(self.ground_elevation_m),
            number(self.sensor_width_mm),
        ];
        let mut text = if parts.iter().all(String::is_empty) {
            String::new()
        } else {
            parts.join(" ")
        };
        if self.pos.is_some() {
            text.push_str(" pos ");
            text.push_str(&of_file(&self.pos));
        }
        if self.looking_down {
            text.push_str(" down");
        }
        text
    }
}

/// How candidates are looked at once more. It changes their order and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SecondStage {
    /// They are not.
    Off,
    /// In eight views by the model that found them, and by the built-in verifier where it belongs to that model.
    #[default]
    Looks,
    /// In those views, and by the verifier in a file.
    Verifier(PathBuf),
}

/// Where what was learnt from verdicts is found.
#[derive(Debug, Clone)]
pub enum LearntFrom {
    /// In a file that `learn` wrote.
    File(PathBuf),
    /// In a registry: the heads that may hold, of which the first that does is used.
    Registry(PathBuf, Vec<LearntRecord>),
    /// In a plan, which keeps what was there when it was made: where it was found then, and what it is.
    Planned(PathBuf, Box<PlannedLearnt>),
}

/// Metres within which hits are one plot, where nothing else is asked.
pub const SITE_RADIUS_M: f64 = 3.0;

/// What a scan is asked to do.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
pub struct ScanRequest {
    /// Files, folders and lists.
    pub inputs: Vec<PathBuf>,
    /// The output folder.
    pub out: PathBuf,
    /// Another model than the built-in one.
    pub model: Option<PathBuf>,
    /// Where the model runs.
    pub device: Device,
    /// Let a first pass clear what is surely empty, before the model looks.
    pub first_pass: bool,
    /// Another threshold than the model's own, 0 to 1.
    pub threshold: Option<f64>,
    /// Worker threads, at least 1.
    pub threads: usize,
    /// Metres within which hits are one plot.
    pub site_radius_m: f64,
    /// A file with the boundary of the survey.
    pub within: Option<PathBuf>,
    /// How rasters are read.
    pub raster: RasterOptions,
    /// How photos are placed on the ground.
    pub photos: PhotoRequest,
    /// The survey's name.
    pub survey: Option<String>,
    /// The administrative code of the unit.
    pub unit: Option<String>,
    /// When everything was taken, where the tags do not say or are wrong.
    pub captured: Option<Captured>,
    /// The time zone in which capture dates are given, such as `Asia/Shanghai` or `+08:00`.
    pub timezone: Option<String>,
    /// Search imagery that is coarser than the model can bear, and mark the result.
    pub allow_coarse: bool,
    /// How candidates are looked at once more.
    pub second: SecondStage,
    /// What was learnt from verdicts, to order the candidates by.
    pub learnt: Option<LearntFrom>,
    /// Discard earlier work in the output folder.
    pub restart: bool,
    /// Make pyramids of the imagery while its pixels are at hand.
    pub pyramids: bool,
    /// Draw the pictures of candidates, and the contact sheet.
    pub pictures: bool,
    /// Makes the review page.
    pub review: ReviewPage,
    /// The language of what is written for people.
    pub lang: Lang,
}

impl ScanRequest {
    /// A scan of these inputs into a folder, of which nothing else is asked.
    pub fn new(inputs: Vec<PathBuf>, out: PathBuf, review: ReviewPage, lang: Lang) -> Self {
        Self {
            inputs,
            out,
            model: None,
            device: Device::Cpu,
            first_pass: false,
            threshold: None,
            threads: 1,
            site_radius_m: SITE_RADIUS_M,
            within: None,
            raster: RasterOptions::default(),
            photos: PhotoRequest::default(),
            survey: None,
            unit: None,
            captured: None,
            timezone: None,
            allow_coarse: false,
            second: SecondStage::default(),
            learnt: None,
            restart: false,
            pyramids: false,
            pictures: true,
            review,
            lang,
        }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// [`ScanError::Range`].
    pub fn check(&self) -> Result<(), ScanError> {
        in_range(
            Both("the threshold", "阈值"),
            self.threshold,
            |t| t > 0.0 && t <= 1.0,
            Both("0 < t ≤ 1", "0 < t ≤ 1"),
        )?;
        in_range(
            Both("the radius of a site", "图斑半径"),
            Some(self.site_radius_m),
            |r| (0.0..=1000.0).contains(&r),
            Both("0–1000 m", "0–1000 米"),
        )?;
        in_range(
            Both("the width of the sensor", "传感器宽度"),
            self.photos.sensor_width_mm,
            |w| (0.5..=100.0).contains(&w),
            Both("0.5–100 mm", "0.5–100 毫米"),
        )?;
        in_range(
            Both("the elevation of the ground", "地面海拔"),
            self.photos.ground_elevation_m,
            |h| (-500.0..=9000.0).contains(&h),
            Both("-500–9000 m", "-500–9000 米"),
        )?;
        in_range(
            Both("the number of views", "最少视数"),
            self.photos.min_views,
            |n| (1..=100).contains(&n),
            Both("1–100", "1–100"),
        )?;
        in_range(
            Both("the number of threads", "线程数"),
            Some(self.threads),
            |n| (1..=1024).contains(&n),
            Both("1–1024", "1–1024"),
        )?;
        in_range(
            Both("the code of the unit", "单位代码"),
            self.unit.as_deref(),
            is_division_code,
            Both("of 6, 9 or 12 digits", "6、9 或 12 位行政区划代码"),
        )
    }
}

/// A value that was given, refused where it is none that may be.
pub(crate) fn in_range<T: ToString + Copy>(
    what: Both,
    value: Option<T>,
    may_be: impl Fn(T) -> bool,
    allowed: Both,
) -> Result<(), ScanError> {
    match value {
        Some(value) if !may_be(value) => Err(ScanError::Range {
            what,
            value: value.to_string(),
            allowed,
        }),
        _ => Ok(()),
    }
}

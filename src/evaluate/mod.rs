//! What a model is worth: scans of surveys whose truth is known, and the figures that follow, by site and not by pixel.
//!
//! The path of the data: [`SurveySource`] → the scan → `truth` → `outcome` (what was found, what was false) →
//! `curve` and [`Report`] → files. [`evaluate`] drives it; `statistics` is pure.

mod curve;
mod error;
mod outcome;
mod report;
mod run;
mod stages;
mod survey;
mod truth;

pub use curve::{Curve, CurvePoint, OperatingPoint};
pub use error::EvaluateError;
pub use outcome::{Judged, Outcome, PlotResult};
pub use report::{Cell, Report, SurveyLine};
pub use run::{Charts, Options, evaluate};
pub use stages::Stages;
pub use survey::{SurveySource, find_surveys};
pub use truth::{Plot, Truth, read_truth};

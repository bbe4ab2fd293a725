//! What a model is worth: scans of surveys whose truth is known, and the figures that follow, by site and not by pixel.
//!
//! The path of the data: [`SurveySource`] → the scan → `truth` → `outcome` (what was found, what was false) →
//! `curve` and [`Evaluation`] → files. [`evaluate`] drives it; `statistics` is pure.

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
pub use outcome::{JudgedCandidate, PlotResult, SurveyOutcome};
pub use report::{Evaluation, RecallCell, SurveyFigures};
pub use run::{Charts, EvaluateOptions, evaluate};
pub use stages::{SecondStageFigures, Stages, ThresholdFigures};
pub use survey::{SurveySource, find_surveys};
pub use truth::{TruePlot, Truth, read_truth};

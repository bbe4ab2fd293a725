//! The evaluation: surveys in, scans, figures and files out.

use super::curve::Curve;
use super::error::EvaluateError;
use super::outcome::{SurveyOutcome, compare};
use super::report::Evaluation;
use super::survey::SurveySource;
use super::truth::{Truth, read_truth};
use crate::files::{self, Existing, FileError};
use crate::scan::{Progress, SCORE_FLOOR, ScanRequest, scan_and_find};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// The files of an evaluation.
const FIGURES: [&str; 3] = [
    "evaluation.json",
    "precision-recall.svg",
    "precision-recall.png",
];
/// The folder of its scans.
const SCANS: &str = "scans";

/// Draws the curve of an evaluation and marks its threshold: as SVG and as PNG.
pub type Charts = fn(&Curve, f64) -> io::Result<[Vec<u8>; 2]>;

/// How an evaluation is done.
#[derive(Debug, Clone)]
pub struct EvaluateOptions {
    /// What every scan is asked; `inputs` and `out` are set for each. `out` is the folder of the evaluation.
    pub scan: ScanRequest,
    /// Metres within which a candidate marks a plot.
    pub match_radius_m: f64,
    /// Wanted false alarms per square kilometre, for which a threshold is sought.
    pub false_alarms_per_km2: Option<f64>,
    /// Draws its charts.
    pub charts: Charts,
}

/// Scans every survey once, finds its candidates at the operating threshold and at a floor of 0.05, compares with the truth
/// and writes `evaluation.json`, `precision-recall.svg` and `precision-recall.png` into the folder. The scans stay under
/// `scans/`, so that the same command goes on where it was stopped.
///
/// # Errors
/// See [`EvaluateError`].
pub fn evaluate(
    surveys: &[SurveySource],
    options: &EvaluateOptions,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Evaluation, EvaluateError> {
    // Truth is read before the long work, so that a slip in it is not said an hour later.
    let truths: Vec<Option<Truth>> = surveys
        .iter()
        .map(|s| s.truth.as_deref().map(read_truth).transpose())
        .collect::<Result<_, _>>()?;
    let empty = |t: &Option<Truth>| {
        t.as_ref()
            .is_none_or(|t| t.plots.iter().all(|p| p.lookalike.is_some()))
    };
    if options.false_alarms_per_km2.is_some() && !truths.iter().any(empty) {
        return Err(EvaluateError::NoEmptyGround);
    }
    let folder = &options.scan.out;
    let unwritten = |source| EvaluateError::Write {
        path: folder.clone(),
        source,
    };
    fs::create_dir_all(folder).map_err(unwritten)?;
    check_figures(folder, options.scan.restart)?;
    let mut outcomes = Vec::new();
    let mut threshold = options.scan.threshold;
    for (survey, truth) in surveys.iter().zip(&truths) {
        let (used, outcome) = one(survey, truth.as_ref(), options, progress, stop)?;
        threshold = Some(used);
        outcomes.push(outcome);
    }
    let report = Evaluation::new(
        &outcomes,
        threshold.unwrap_or_default(),
        SCORE_FLOOR.min(threshold.unwrap_or(SCORE_FLOOR)),
        options.false_alarms_per_km2,
    );
    write(folder, &report, options.charts)?;
    Ok(report)
}

/// Figures that lie in the folder are ours to replace where the scans lie beside them; others stay.
fn check_figures(folder: &Path, restart: bool) -> Result<(), EvaluateError> {
    let ours = restart || folder.join(SCANS).is_dir();
    for name in FIGURES {
        let path = folder.join(name);
        match files::check(&path, Existing::replaced_if(ours)) {
            Err(FileError::Exists { path }) => return Err(EvaluateError::Foreign { path }),
            other => other?,
        }
    }
    Ok(())
}

/// Scans one survey: the threshold that was used, and what came of it.
fn one(
    survey: &SurveySource,
    truth: Option<&Truth>,
    options: &EvaluateOptions,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<(f64, SurveyOutcome), EvaluateError> {
    let request = ScanRequest {
        inputs: survey.imagery.clone(),
        out: options.scan.out.join(SCANS).join(&survey.name),
        ..options.scan.clone()
    };
    let (operating, floor) =
        scan_and_find(&request, SCORE_FLOOR, progress, stop).map_err(|source| {
            EvaluateError::Scan {
                survey: survey.name.clone(),
                source,
            }
        })?;
    let outcome = compare(
        &survey.name,
        truth,
        &operating,
        &floor.candidates,
        options.match_radius_m,
    );
    if !outcome.plots.is_empty() && outcome.plots.iter().all(|p| !p.searched) {
        return Err(EvaluateError::Elsewhere {
            survey: survey.name.clone(),
            plots: outcome.plots.len(),
        });
    }
    Ok((operating.threshold, outcome))
}

fn write(folder: &Path, report: &Evaluation, charts: Charts) -> Result<(), EvaluateError> {
    let json = json(folder, report)?;
    let [svg, png] = charts(&report.curve, report.threshold)
        .map_err(|e| EvaluateError::Chart { why: e.to_string() })?;
    for (name, bytes) in FIGURES.into_iter().zip([json, svg, png]) {
        files::write_bytes(&folder.join(name), Existing::Replaced, &bytes)?;
    }
    Ok(())
}

fn json(folder: &Path, report: &Evaluation) -> Result<Vec<u8>, EvaluateError> {
    serde_json::to_vec_pretty(report).map_err(|e| EvaluateError::Write {
        path: folder.join("evaluation.json"),
        source: e.into(),
    })
}

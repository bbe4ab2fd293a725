//! The decisions that the contact sheet saves.

use crate::files;
use crate::office::RecordError;
use crate::registry::body::Screen;
use crate::schema::{DECISIONS_FORMAT, Decisions, Verdict};
use std::path::Path;

/// A decision from the contact sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The candidate.
    pub candidate: String,
    /// What was decided.
    pub screen: Screen,
    /// When.
    pub at: String,
}

/// The decisions of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionFile {
    /// The scan of which it speaks, where it says so.
    pub scan: Option<String>,
    /// Its decisions.
    pub decisions: Vec<Decision>,
}

/// Reads the file that `review.html` saves.
///
/// # Errors
/// See [`RecordError`].
pub fn decisions(path: &Path) -> Result<DecisionFile, RecordError> {
    let malformed = |why: String| RecordError::NoDecisions {
        path: path.into(),
        why,
    };
    let bytes = files::read(path).map_err(|source| RecordError::Unreadable {
        path: path.into(),
        source,
    })?;
    let file: Decisions = serde_json::from_slice(&bytes).map_err(|e| malformed(e.to_string()))?;
    if file.format != DECISIONS_FORMAT {
        return Err(malformed(format!("format {}", file.format)));
    }
    let scan = Some(file.scan_id).filter(|scan| !scan.is_empty());
    let decisions = file
        .decided
        .into_iter()
        .map(|decided| {
            let keep = decided.decision == Verdict::Keep;
            if !keep && decided.reason.is_none() {
                return Err(malformed(format!(
                    "candidate {}: rejected without a reason",
                    decided.candidate
                )));
            }
            if decided.at.parse::<jiff::Timestamp>().is_err() {
                return Err(malformed(format!(
                    "candidate {}: {} is not a time",
                    decided.candidate, decided.at
                )));
            }
            Ok(Decision {
                candidate: decided.candidate,
                screen: Screen {
                    keep,
                    reason: decided.reason.filter(|_| !keep),
                    note: decided.note,
                    took_ms: decided.seconds.map(|seconds| seconds.saturating_mul(1_000)),
                    seconds: None,
                },
                at: decided.at,
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(DecisionFile { scan, decisions })
}

//! Verified detections as pictures with labels, for training: `confirmed/` and `refuted/`, and `labels.csv`.
//!
//! The folder `refuted` is what `models/train` takes with `--extra`: frames without poppy. The pictures are the scan's
//! chips and bear its outline and scale bar.

use super::out::{folder_of, unwritable};
use super::{ExchangeError, original};
use crate::registry::body::Outcome;
use crate::registry::coded::Coded;
use crate::registry::event::EvidenceRole;
use crate::registry::store::{Filter, Store};
use crate::registry::{Site, State};
use std::fs;
use std::io::Write;
use std::path::Path;

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrainingSet {
    /// Pictures of poppy.
    pub confirmed: usize,
    /// Pictures of something else.
    pub refuted: usize,
    /// Verified sites whose picture is not here.
    pub without_picture: usize,
}

/// Whether a detection was poppy, where a visit settled it: licensed poppy is poppy to the eye.
fn label(site: &Site) -> Option<bool> {
    let outcome = site
        .visits
        .iter()
        .rev()
        .map(|(visit, _)| visit.outcome)
        .find(|outcome| {
            !matches!(
                outcome,
                Outcome::NotReached | Outcome::TooEarly | Outcome::Unsure
            )
        });
    match (site.state, outcome?) {
        (
            State::Confirmed | State::Eradicated | State::Closed,
            Outcome::Cultivated | Outcome::Wild,
        )
        | (State::Refuted, Outcome::Licensed) => Some(true),
        (State::Refuted, Outcome::Lookalike | Outcome::Nothing) => Some(false),
        _ => None,
    }
}

/// Writes the pictures of the verified detections that pass a filter into a new folder.
///
/// # Errors
/// [`ExchangeError::Exists`], [`ExchangeError::Unwritable`], and those of reading the registry.
pub fn write_training_set(
    store: &Store,
    filter: &Filter,
    folder: &Path,
) -> Result<TrainingSet, ExchangeError> {
    if folder.exists() {
        return Err(ExchangeError::Exists {
            path: folder.into(),
        });
    }
    let evidence = store.evidence_folder();
    let workshop = tempfile::Builder::new()
        .prefix(".papaver-")
        .tempdir_in(folder_of(folder))
        .map_err(unwritable(folder))?;
    let mut done = TrainingSet::default();
    let mut rows = Vec::new();
    for site in store.sites(filter)? {
        let (Some(poppy), Some(detection)) = (label(&site), site.detection.as_ref()) else {
            continue;
        };
        let chip = site
            .evidence
            .iter()
            .find(|file| file.role == EvidenceRole::Chip)
            .and_then(|file| Some((file, original(file, &evidence)?)));
        let Some((file, bytes)) = chip else {
            done.without_picture += 1;
            continue;
        };
        let group = if poppy { "confirmed" } else { "refuted" };
        let code = store.code(site.key)?;
        let ending = if file.mime == "image/png" {
            "png"
        } else {
            "jpg"
        };
        let name = format!("{group}/{code}.{ending}");
        let target = workshop.path().join(&name);
        fs::create_dir_all(folder_of(&target)).map_err(unwritable(folder))?;
        fs::write(&target, bytes).map_err(unwritable(folder))?;
        *(if poppy {
            &mut done.confirmed
        } else {
            &mut done.refuted
        }) += 1;
        let visit = site.last_visit().map(|(visit, _)| visit);
        rows.push([
            name,
            u8::from(poppy).to_string(),
            code,
            visit.map_or("", |v| v.outcome.code()).to_owned(),
            visit.and_then(|v| v.species.clone()).unwrap_or_default(),
            site.stage().map_or("", Coded::code).to_owned(),
            site.habitat.clone().unwrap_or_default(),
            format!("{:.4}", detection.score_e4 as f64 / 1e4),
            detection.scan.clone(),
            detection
                .captured
                .as_ref()
                .map_or(String::new(), |days| days[0].clone()),
        ]);
    }
    let labels = table(&rows).map_err(|e| unwritable(folder)(std::io::Error::other(e)))?;
    let mut file =
        fs::File::create(workshop.path().join("labels.csv")).map_err(unwritable(folder))?;
    file.write_all(&labels).map_err(unwritable(folder))?;
    file.sync_all().map_err(unwritable(folder))?;
    let made = workshop.keep();
    let _ = open_to_all(&made);
    fs::rename(&made, folder).map_err(unwritable(folder))?;
    Ok(done)
}

const COLUMNS: [&str; 10] = [
    "file", "label", "site", "outcome", "species", "stage", "habitat", "score", "scan", "captured",
];

fn table(rows: &[[String; 10]]) -> Result<Vec<u8>, String> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(COLUMNS).map_err(|e| e.to_string())?;
    for row in rows {
        out.write_record(row).map_err(|e| e.to_string())?;
    }
    out.into_inner().map_err(|e| e.to_string())
}

/// A temporary folder is private; an export is as readable as any other.
#[cfg(unix)]
fn open_to_all(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> std::io::Result<()> {
    Ok(())
}

//! The files of a scan. Each is written under a temporary name and renamed, so that none is ever seen half written.

use super::chip_source::ChipSource;
use super::crops::Crops;
use super::features::{candidate_features, coverage_features, source_names};
use super::record::scan_record;
use super::review::{About, Card, page};
use crate::ground::{area_mu, write_features};
use crate::imagery::Source;
use crate::scan::error::ScanError;
use crate::scan::find::Candidate;
use crate::scan::model::Model;
use crate::scan::request::Request;
use crate::scan::score::RunKey;
use crate::scan::summary::Summary;
use crate::schema::{ScoreBand, to_object};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// What the results are owed to.
pub struct Provenance<'a> {
    /// What was asked.
    pub request: &'a Request,
    /// The model.
    pub model: &'a Model,
    /// What the scores are bound to.
    pub key: &'a RunKey,
    /// The sources.
    pub sources: &'a [Source],
    /// What was cut for the pictures already.
    pub crops: &'a Crops<'a>,
}

/// The folder of the pictures.
const CHIPS: &str = "chips";

/// The first letters of temporary names.
const TEMPORARY: &str = ".papaver-";
/// The record, which stands for a whole and current set of results.
const RECORD: &str = "scan.json";

/// Makes the folders, clears away what a killed run left half written, and finds out before the long work whether files
/// can be written there. When the work begins anew, the old record goes first: it would stand beside other results.
///
/// # Errors
/// [`ScanError::Write`].
pub fn prepare(folder: &Path, anew: bool) -> Result<(), ScanError> {
    let chips = folder.join(CHIPS);
    fs::create_dir_all(&chips).map_err(|source| ScanError::Write {
        path: chips.clone(),
        source,
    })?;
    if anew {
        remove(&folder.join(RECORD))?;
    }
    for entry in [folder, &chips]
        .iter()
        .filter_map(|f| fs::read_dir(f).ok())
        .flatten()
        .flatten()
    {
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            remove(&entry.path())?;
        }
    }
    let probe = tempfile::tempfile_in(&chips).and_then(|mut file| file.write_all(b"papaver"));
    probe.map_err(|source| ScanError::Write {
        path: chips,
        source,
    })
}

/// Removes a file that may not be there.
fn remove(path: &Path) -> Result<(), ScanError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(ScanError::Write {
            path: path.into(),
            source,
        }),
        _ => Ok(()),
    }
}

/// Writes everything. `scan.json` comes last: where it is, all is.
///
/// # Errors
/// [`ScanError::Write`].
pub fn write(summary: &Summary, provenance: &Provenance<'_>) -> Result<(), ScanError> {
    let folder = &summary.out;
    remove(&folder.join(RECORD))?;
    let chips = write_chips(summary, provenance)?;
    put(&folder.join("candidates.geojson"), |file| {
        write_features(file, &candidate_features(summary, provenance, &chips))
    })?;
    put(&folder.join("coverage.geojson"), |file| {
        write_features(file, &coverage_features(summary))
    })?;
    let review = review_page(summary, provenance, &chips);
    put(&folder.join("review.html"), |file| {
        file.write_all(review.as_bytes())
    })?;
    let record = serde_json::to_string_pretty(&to_object(&scan_record(summary, provenance)))
        .unwrap_or_default();
    put(&folder.join(RECORD), |file| {
        file.write_all(record.as_bytes())
            .and_then(|()| file.write_all(b"\n"))
    })
}

/// Writes one file whole or not at all, also when the power fails.
fn put(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), ScanError> {
    place(path, fill, fs::File::sync_all)
}

/// Writes one file under a temporary name and renames it, `settle`d before.
fn place(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    settle: impl FnOnce(&fs::File) -> io::Result<()>,
) -> Result<(), ScanError> {
    let failed = |source| ScanError::Write {
        path: path.to_owned(),
        source,
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let temporary = tempfile::Builder::new()
        .prefix(TEMPORARY)
        .tempfile_in(folder)
        .map_err(failed)?;
    let mut out = io::BufWriter::new(temporary);
    fill(&mut out).map_err(failed)?;
    let temporary = out.into_inner().map_err(|e| failed(e.into_error()))?;
    settle(temporary.as_file()).map_err(failed)?;
    make_readable(temporary.path());
    temporary
        .persist(path)
        .map(|_| ())
        .map_err(|e| failed(e.error))
}

/// Temporary files are private; results are as readable as any other file. A stick may know no permissions; then there are
/// none to set.
#[cfg(unix)]
pub fn make_readable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o644));
}

/// Results are as readable as any other file.
#[cfg(not(unix))]
pub fn make_readable(_: &Path) {}

/// The picture files of a candidate, relative to the output folder.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The candidate itself.
    pub chip: Option<String>,
    /// Its surroundings.
    pub context: Option<String>,
}

/// As many candidates of one source are drawn by one thread at a time.
const A_SITTING: usize = 32;

/// Writes the pictures and removes those of earlier results.
fn write_chips(summary: &Summary, provenance: &Provenance<'_>) -> Result<Vec<Files>, ScanError> {
    let chips = summary.out.join(CHIPS);
    let one = |chips_of: &ChipSource<'_>, candidate: &Candidate| -> Result<Files, ScanError> {
        let pictures = chips_of.pictures(candidate);
        let keep = |bytes: Option<Vec<u8>>, suffix: &str| -> Result<Option<String>, ScanError> {
            let Some(bytes) = bytes else { return Ok(None) };
            let name = format!("{}{suffix}.jpg", candidate.id);
            place(
                &chips.join(&name),
                |file| file.write_all(&bytes),
                |_| Ok(()),
            )?;
            Ok(Some(format!("{CHIPS}/{name}")))
        };
        Ok(Files {
            chip: keep(pictures.chip, "")?,
            context: keep(pictures.context, "-context")?,
        })
    };
    let mut by_source: Vec<usize> = (0..summary.candidates.len()).collect();
    by_source.sort_by_key(|n| summary.candidates[*n].best);
    let sittings: Vec<&[usize]> = by_source
        .chunk_by(|a, b| summary.candidates[*a].best == summary.candidates[*b].best)
        .flat_map(|of_source| of_source.chunks(A_SITTING))
        .collect();
    let drawn = sittings.par_iter().map(|sitting| {
        let best = summary.candidates[sitting[0]].best;
        let source = &provenance.sources[best.0];
        let chips_of = ChipSource::new(best, source, provenance.crops);
        sitting
            .iter()
            .map(|n| Ok((*n, one(&chips_of, &summary.candidates[*n])?)))
            .collect()
    });
    let drawn: Vec<Vec<(usize, Files)>> = drawn.collect::<Result<_, ScanError>>()?;
    let mut files = vec![Files::default(); summary.candidates.len()];
    for (number, of_candidate) in drawn.into_iter().flatten() {
        files[number] = of_candidate;
    }
    let wanted: BTreeSet<&str> = files
        .iter()
        .flat_map(|f| [&f.chip, &f.context])
        .flatten()
        .map(String::as_str)
        .collect();
    // Settled together: the first takes the others along, where one by one each would wait for the disk.
    wanted.par_iter().try_for_each(|name| {
        let path = summary.out.join(name);
        fs::File::open(&path)
            .and_then(|file| file.sync_all())
            .map_err(|source| ScanError::Write { path, source })
    })?;
    for entry in fs::read_dir(&chips).into_iter().flatten().flatten() {
        let name = format!("{CHIPS}/{}", entry.file_name().to_string_lossy());
        let picture = entry.path().extension().is_some_and(|e| e == "jpg");
        if picture && !wanted.contains(name.as_str()) {
            remove(&entry.path())?;
        }
    }
    Ok(files)
}

/// A figure as it is written.
pub fn round(value: f64, decimals: i32) -> f64 {
    let factor = 10_f64.powi(decimals);
    (value * factor).round() / factor
}

fn review_page(summary: &Summary, provenance: &Provenance<'_>, files: &[Files]) -> String {
    let card = |(candidate, files): (&Candidate, &Files)| Card {
        id: candidate.id.clone(),
        rank: u32::try_from(candidate.rank).unwrap_or(u32::MAX),
        score_max: candidate.score_max,
        score_mean: candidate.score_mean,
        band: ScoreBand::of(candidate.score_max, summary.threshold),
        area_m2: candidate.area_m2,
        area_mu: area_mu(candidate.area_m2),
        hits: candidate.hits as u64,
        lon: candidate.at.lon,
        lat: candidate.at.lat,
        gsd_cm: summary.sources[candidate.best.0].gsd_cm,
        captured: candidate.captured.map(|c| c.to_string()),
        sources: source_names(summary, candidate),
        chip: files.chip.clone().unwrap_or_default(),
        context: files.context.clone(),
    };
    let cards: Vec<Card> = summary.candidates.iter().zip(files).map(card).collect();
    let about = About {
        scan_id: summary.scan_id.clone(),
        survey: provenance.request.survey.clone(),
        model: provenance.model.name().to_owned(),
        threshold: summary.threshold,
        searched_m2: summary.coverage.searched_m2,
        not_searched: summary
            .coverage
            .not_searched
            .iter()
            .map(|(reason, _, area)| (reason.name().to_owned(), *area))
            .collect(),
    };
    page(&cards, &about, provenance.request.lang)
}

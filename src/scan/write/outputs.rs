//! The files of a scan. Each is written under a temporary name and renamed, so that none is ever seen half written.

use super::chip_source::{ChipSource, PictureNames};
use super::features::{candidate_features, coverage_features, features_record, source_names};
use super::figure::round;
use super::provenance::{Digests, Provenance};
use super::record::scan_record;
use crate::files::{self, Existing, Out, TEMPORARY};
use crate::ground::{area_mu, write_features};
use crate::scan::error::ScanError;
use crate::scan::find::Candidate;
use crate::scan::ids::is_candidate_id;
use crate::scan::review::{Card, ScanSummary};
use crate::scan::summary::Summary;
use crate::schema::{
    CANDIDATES_FILE, COVERAGE_FILE, FEATURES_FILE, RESULT_FILES, REVIEW_FILE, SCAN_FILE,
    SET_ASIDE_FILE, to_object,
};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// The folder of the pictures.
const CHIPS: &str = "chips";

/// Makes the folders, clears away what a killed run left half written, and finds out before the long work whether files
/// can be written there. When the work begins anew, the old record goes first: it would stand beside other results.
///
/// # Errors
/// [`ScanError::Write`], and [`JournalError::File`](crate::scan::JournalError::File) where a registry lies there.
pub fn prepare(folder: &Path, anew: bool) -> Result<(), ScanError> {
    let chips = folder.join(CHIPS);
    for name in RESULT_FILES.into_iter().chain([CHIPS]) {
        files::spare(&folder.join(name))?;
    }
    fs::create_dir_all(&chips).map_err(|source| ScanError::Write {
        path: chips.clone(),
        source,
    })?;
    if anew {
        files::remove(&folder.join(SCAN_FILE))?;
    }
    for entry in [folder, &chips]
        .iter()
        .filter_map(|f| fs::read_dir(f).ok())
        .flatten()
        .flatten()
    {
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            files::remove(&entry.path())?;
        }
    }
    let probe = tempfile::tempfile_in(&chips).and_then(|mut file| file.write_all(b"papaver"));
    probe.map_err(|source| ScanError::Write {
        path: chips,
        source,
    })
}

/// Writes everything. `scan.json` comes last: where it is, all is.
///
/// # Errors
/// [`ScanError::Write`].
pub fn write(summary: &Summary, provenance: &Provenance<'_>) -> Result<(), ScanError> {
    let folder = &summary.out;
    files::remove(&folder.join(SCAN_FILE))?;
    let chips = write_chips(summary, provenance)?;
    let mut digests: Digests = chips
        .iter()
        .flat_map(|files| files.digests.clone())
        .collect();
    put(folder, CANDIDATES_FILE, &mut digests, |file| {
        let listed = summary.candidates.iter().zip(chips.iter().cloned());
        write_features(file, &candidate_features(summary, provenance, listed))
    })?;
    if summary.both.is_some() {
        put(folder, SET_ASIDE_FILE, &mut digests, |file| {
            let aside = summary.set_aside.iter();
            let aside = aside.map(|candidate| (candidate, PictureNames::default()));
            write_features(file, &candidate_features(summary, provenance, aside))
        })?;
    } else {
        files::remove(&folder.join(SET_ASIDE_FILE))?;
    }
    put(folder, COVERAGE_FILE, &mut digests, |file| {
        write_features(file, &coverage_features(summary))
    })?;
    files::remove(&folder.join(FEATURES_FILE))?;
    if let Some(features) = features_record(summary) {
        let features = serde_json::to_string(&features).unwrap_or_default();
        put(folder, FEATURES_FILE, &mut digests, |file| {
            file.write_all(features.as_bytes())
        })?;
    }
    if provenance.request.pictures {
        let review = review_page(summary, provenance, &chips);
        put(folder, REVIEW_FILE, &mut digests, |file| {
            file.write_all(review.as_bytes())
        })?;
    } else {
        files::remove(&folder.join(REVIEW_FILE))?;
        // Stays where somebody keeps files of their own in it.
        let _ = fs::remove_dir(folder.join(CHIPS));
    }
    let record = to_object(&scan_record(summary, provenance, digests));
    let record = serde_json::to_string_pretty(&record).unwrap_or_default();
    put(folder, SCAN_FILE, &mut Digests::new(), |file| {
        file.write_all(record.as_bytes())
            .and_then(|()| file.write_all(b"\n"))
    })
}

/// Digests what goes through it.
struct DigestingWriter<'a> {
    out: &'a mut dyn Out,
    digest: Sha256,
}

impl Write for DigestingWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes one file whole or not at all, also when the power fails, and notes its digest. The folder is the scan's own,
/// or the user said so.
fn put(
    folder: &Path,
    name: &str,
    digests: &mut Digests,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), ScanError> {
    let mut digest = None;
    files::write(&folder.join(name), Existing::Replaced, |out| {
        let mut through = DigestingWriter {
            out,
            digest: Sha256::new(),
        };
        fill(&mut through)?;
        digest = Some(through.digest.finalize());
        Ok(())
    })?;
    digests.extend(digest.map(|digest| (name.to_owned(), hex::encode(digest))));
    Ok(())
}

/// Whether a scan gives a picture this name: a candidate's id, perhaps `-context` or `-plain`, and `.jpg`.
fn is_picture_name(name: &str) -> bool {
    name.strip_suffix(".jpg").is_some_and(|stem| {
        let bare = ["-context", "-plain"]
            .iter()
            .find_map(|s| stem.strip_suffix(s));
        is_candidate_id(bare.unwrap_or(stem))
    })
}

/// As many candidates of one source are drawn by one thread at a time.
const A_SITTING: usize = 32;
/// They are drawn along strips of so many pixels of its rows, so that the next one's surroundings are mostly read already.
const STRIP_PX: u32 = 2048;

/// Draws the pictures of a candidate into the folder of chips; they are not settled yet.
fn draw(
    source: &mut ChipSource<'_>,
    candidate: &Candidate,
    chips: &Path,
) -> Result<PictureNames, ScanError> {
    let pictures = source.pictures(candidate);
    let mut digests = Vec::new();
    let mut keep = |bytes: Option<Vec<u8>>, suffix: &str| -> Result<Option<String>, ScanError> {
        let Some(bytes) = bytes else { return Ok(None) };
        let name = format!("{}{suffix}.jpg", candidate.id);
        files::write_unsettled(&chips.join(&name), Existing::Replaced, &bytes)?;
        let name = format!("{CHIPS}/{name}");
        digests.push((name.clone(), hex::encode(Sha256::digest(&bytes))));
        Ok(Some(name))
    };
    Ok(PictureNames {
        chip: keep(pictures.chip, "")?,
        plain: keep(pictures.plain, "-plain")?,
        context: keep(pictures.context, "-context")?,
        digests,
    })
}

/// Writes the pictures, where they are asked for, and removes those of earlier results.
fn write_chips(
    summary: &Summary,
    provenance: &Provenance<'_>,
) -> Result<Vec<PictureNames>, ScanError> {
    let chips = summary.out.join(CHIPS);
    let drawn = provenance.request.pictures;
    let mut by_source: Vec<usize> = (0..summary.candidates.len()).filter(|_| drawn).collect();
    by_source.sort_by_key(|n| {
        let candidate = &summary.candidates[*n];
        let place = candidate.peak;
        (candidate.best, place.y0 / STRIP_PX, place.x0, *n)
    });
    let sittings: Vec<&[usize]> = by_source
        .chunk_by(|a, b| summary.candidates[*a].best == summary.candidates[*b].best)
        .flat_map(|of_source| of_source.chunks(A_SITTING))
        .collect();
    let drawn = sittings.par_iter().map(|sitting| {
        let best = summary.candidates[sitting[0]].best;
        let source = &provenance.sources[best.0];
        let mut chips_of = ChipSource::new(best, source, provenance.crops);
        sitting
            .iter()
            .map(|n| Ok((*n, draw(&mut chips_of, &summary.candidates[*n], &chips)?)))
            .collect()
    });
    let drawn: Vec<Vec<(usize, PictureNames)>> = drawn.collect::<Result<_, ScanError>>()?;
    let mut files = vec![PictureNames::default(); summary.candidates.len()];
    for (number, of_candidate) in drawn.into_iter().flatten() {
        files[number] = of_candidate;
    }
    let wanted: BTreeSet<&str> = files
        .iter()
        .flat_map(|f| [&f.chip, &f.plain, &f.context])
        .flatten()
        .map(String::as_str)
        .collect();
    // Settled together: the first takes the others along, where one by one each would wait for the disk.
    wanted
        .par_iter()
        .try_for_each(|name| files::settle(&summary.out.join(name)))?;
    for entry in fs::read_dir(&chips).into_iter().flatten().flatten() {
        let name = format!("{CHIPS}/{}", entry.file_name().to_string_lossy());
        // Only what a scan named is a scan's to remove.
        let ours = entry.file_name().to_str().is_some_and(is_picture_name);
        if ours && !wanted.contains(name.as_str()) {
            files::remove(&entry.path())?;
        }
    }
    Ok(files)
}

fn review_page(summary: &Summary, provenance: &Provenance<'_>, files: &[PictureNames]) -> String {
    let card = |(candidate, files): (&Candidate, &PictureNames)| Card {
        id: candidate.id.clone(),
        rank: u32::try_from(candidate.rank).unwrap_or(u32::MAX),
        score_max: candidate.score_max,
        score_mean: candidate.score_mean,
        band: candidate.band(summary.threshold),
        rank_shipped: candidate.moved.map(|m| m.shipped as u64),
        audit: candidate.moved.is_some_and(|m| m.audit),
        class: provenance
            .model
            .contract()
            .class_told(candidate.class)
            .map(str::to_owned),
        score_looks: candidate.second.as_ref().map(|s| round(s.mean(), 4)),
        score_verifier: candidate.verdict().map(|v| round(v.score, 4)),
        area_m2: candidate.area_m2,
        area_mu: area_mu(candidate.area_m2),
        hits: candidate.hits as u64,
        lon: candidate.at.lon,
        lat: candidate.at.lat,
        gsd_cm: summary.sources[candidate.best.0].gsd_cm,
        captured: candidate.captured.map(|c| c.to_string()),
        sources: source_names(summary, candidate),
        chip: files.chip.clone().unwrap_or_default(),
        plain: files.plain.clone(),
        context: files.context.clone(),
    };
    let cards: Vec<Card> = summary.candidates.iter().zip(files).map(card).collect();
    let about = ScanSummary {
        scan_id: summary.scan_id.clone(),
        survey: provenance.request.survey.clone(),
        unit: provenance.request.unit.clone(),
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
    let request = provenance.request;
    (request.review)(&cards, &about, request.lang)
}

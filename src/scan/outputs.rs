//! The files of a scan. Each is written under a temporary name and renamed, so that none is ever seen half written.

use super::candidate::{Band, Candidate};
use super::coverage::Reason;
use super::error::ScanError;
use super::ids::is_candidate_id;
use super::journal::Bond;
use super::pictures::Artist;
use super::request::Request;
use super::review::{About, Card, page};
use super::scorer::Model;
use super::summary::Summary;
use crate::files::{self, Existing, Out, TEMPORARY};
use crate::ground::{Feature, FeatureCollection, Geometry, area_m2, area_mu, write_features};
use crate::imagery::{Raster, RasterError, gdal_version};
use geo::MultiPolygon;
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// What the results are owed to.
pub struct Provenance<'a> {
    /// What was asked.
    pub request: &'a Request,
    /// The model.
    pub model: &'a Model,
    /// What the work is bound to.
    pub bond: &'a Bond,
    /// The sources.
    pub rasters: &'a [Raster],
}

/// The folder of the pictures.
const CHIPS: &str = "chips";

/// The record, which stands for a whole and current set of results.
const RECORD: &str = "scan.json";
/// The candidates.
const CANDIDATES: &str = "candidates.geojson";
/// The ground searched and not searched.
const COVERAGE: &str = "coverage.geojson";
/// The contact sheet.
const REVIEW: &str = "review.html";
/// The files that show a folder to hold results.
pub(super) const RESULTS: [&str; 4] = [RECORD, CANDIDATES, COVERAGE, REVIEW];

/// Makes the folders, clears away what a killed run left half written, and finds out before the long work whether files
/// can be written there. When the work begins anew, the old record goes first: it would stand beside other results.
///
/// # Errors
/// [`ScanError::Write`].
pub fn prepare(folder: &Path, anew: bool) -> Result<(), ScanError> {
    let chips = folder.join(CHIPS);
    for name in RESULTS.into_iter().chain([CHIPS]) {
        files::spare(&folder.join(name))?;
    }
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
    files::spare(path)?;
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
    let chips = write_chips(summary, provenance.rasters)?;
    let mut digests: Digests = chips
        .iter()
        .flat_map(|files| files.digests.clone())
        .collect();
    put(folder, CANDIDATES, &mut digests, |file| {
        write_features(file, &candidate_features(summary, provenance, &chips))
    })?;
    put(folder, COVERAGE, &mut digests, |file| {
        write_features(file, &coverage_features(summary))
    })?;
    let review = review_page(summary, provenance, &chips);
    put(folder, REVIEW, &mut digests, |file| {
        file.write_all(review.as_bytes())
    })?;
    let record = serde_json::to_string_pretty(&scan_record(summary, provenance, &digests))
        .unwrap_or_default();
    put(folder, RECORD, &mut Digests::new(), |file| {
        file.write_all(record.as_bytes())
            .and_then(|()| file.write_all(b"\n"))
    })
}

/// SHA-256 of the files by their names in the folder, so that whoever takes the folder sees whether it was edited.
type Digests = BTreeMap<String, String>;

/// Digests what goes through it.
struct Digesting<'a> {
    out: &'a mut dyn Out,
    digest: Sha256,
}

impl Write for Digesting<'_> {
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
        let mut through = Digesting {
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

/// The picture files of a candidate, relative to the output folder.
#[derive(Debug, Clone, Default)]
struct Files {
    chip: Option<String>,
    context: Option<String>,
    /// Their names and digests.
    digests: Vec<(String, String)>,
}

/// Whether a scan gives a picture this name: a candidate's id, perhaps `-context`, and `.jpg`.
fn is_picture_name(name: &str) -> bool {
    name.strip_suffix(".jpg")
        .is_some_and(|stem| is_candidate_id(stem.strip_suffix("-context").unwrap_or(stem)))
}

/// As many candidates of one source are drawn by one thread at a time.
const A_SITTING: usize = 32;

/// Writes the pictures and removes those of earlier results.
fn write_chips(summary: &Summary, rasters: &[Raster]) -> Result<Vec<Files>, ScanError> {
    let chips = summary.out.join(CHIPS);
    let one = |artist: &Artist<'_>, candidate: &Candidate| -> Result<Files, ScanError> {
        let pictures = artist.pictures(candidate);
        let mut digests = Vec::new();
        let mut keep =
            |bytes: Option<Vec<u8>>, suffix: &str| -> Result<Option<String>, ScanError> {
                let Some(bytes) = bytes else { return Ok(None) };
                let name = format!("{}{suffix}.jpg", candidate.id);
                files::write_unsettled(&chips.join(&name), Existing::Replaced, &bytes)?;
                let name = format!("{CHIPS}/{name}");
                digests.push((name.clone(), hex::encode(Sha256::digest(&bytes))));
                Ok(Some(name))
            };
        let (chip, context) = (
            keep(pictures.chip, "")?,
            keep(pictures.context, "-context")?,
        );
        Ok(Files {
            chip,
            context,
            digests,
        })
    };
    let mut by_source: Vec<usize> = (0..summary.candidates.len()).collect();
    by_source.sort_by_key(|n| summary.candidates[*n].best);
    let sittings: Vec<&[usize]> = by_source
        .chunk_by(|a, b| summary.candidates[*a].best == summary.candidates[*b].best)
        .flat_map(|of_source| of_source.chunks(A_SITTING))
        .collect();
    let drawn = sittings.par_iter().map(|sitting| {
        let artist = Artist::new(&rasters[summary.candidates[sitting[0]].best]);
        sitting
            .iter()
            .map(|n| Ok((*n, one(&artist, &summary.candidates[*n])?)))
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
    wanted
        .par_iter()
        .try_for_each(|name| files::settle(&summary.out.join(name)))?;
    for entry in fs::read_dir(&chips).into_iter().flatten().flatten() {
        let name = format!("{CHIPS}/{}", entry.file_name().to_string_lossy());
        // Only what a scan named is a scan's to remove.
        let ours = entry.file_name().to_str().is_some_and(is_picture_name);
        if ours && !wanted.contains(name.as_str()) {
            remove(&entry.path())?;
        }
    }
    Ok(files)
}

fn round(value: f64, decimals: i32) -> f64 {
    let factor = 10_f64.powi(decimals);
    (value * factor).round() / factor
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn source_names(summary: &Summary, candidate: &Candidate) -> Vec<String> {
    candidate
        .sources
        .iter()
        .map(|n| summary.sources[*n].name.clone())
        .collect()
}

fn candidate_features(
    summary: &Summary,
    provenance: &Provenance<'_>,
    files: &[Files],
) -> FeatureCollection {
    let feature = |(candidate, files): (&Candidate, &Files)| Feature {
        id: Some(candidate.id.clone()),
        geometry: Some(Geometry::Area(candidate.polygon.clone())),
        properties: object(json!({
            "id": candidate.id,
            "rank": candidate.rank,
            "band": Band::of(candidate.score_max, summary.threshold).name(),
            "score_max": round(candidate.score_max, 4),
            "score_mean": round(candidate.score_mean, 4),
            "area_m2": round(candidate.area_m2, 2),
            "area_mu": round(area_mu(candidate.area_m2), 4),
            "hits": candidate.hits,
            "sources": source_names(summary, candidate),
            "best_source": summary.sources[candidate.best].name,
            "gsd_cm": round(summary.sources[candidate.best].gsd_cm, 2),
            "captured": candidate.captured.map(|c| c.to_string()),
            "model": provenance.model.name(),
            "threshold": summary.threshold,
            "chip": files.chip,
            "context": files.context,
            "position_error_m": candidate.photos.map(|p| round(p.position_error_m, 1)),
            "seen_in": candidate.photos.map(|p| p.seen_in),
            "covered_by": candidate.photos.map(|p| p.covered_by),
            "score_views": candidate.photos.map(|p| round(p.score_views, 4)),
            "lon": candidate.at.lon,
            "lat": candidate.at.lat,
        })),
    };
    FeatureCollection {
        members: object(json!({ "scan_id": summary.scan_id, "datum": "WGS 84" })),
        features: summary.candidates.iter().zip(files).map(feature).collect(),
    }
}

fn coverage_features(summary: &Summary) -> FeatureCollection {
    let feature = |status: &str, reason: Option<&str>, ground: &MultiPolygon, area: f64| Feature {
        id: Some(reason.unwrap_or(status).to_owned()),
        geometry: Some(Geometry::Area(ground.clone())),
        properties: object(
            json!({ "status": status, "reason": reason, "area_m2": round(area, 2) }),
        ),
    };
    let coverage = &summary.coverage;
    let searched = (!coverage.searched.0.is_empty())
        .then(|| feature("searched", None, &coverage.searched, coverage.searched_m2));
    let rest = coverage
        .not_searched
        .iter()
        .map(|(reason, ground, area)| feature("not_searched", Some(reason.name()), ground, *area));
    FeatureCollection {
        members: object(json!({ "scan_id": summary.scan_id, "datum": "WGS 84" })),
        // Ground that the seven decimals of the file cannot show is left out.
        features: searched
            .into_iter()
            .chain(rest)
            .filter(Feature::is_visible)
            .collect(),
    }
}

fn review_page(summary: &Summary, provenance: &Provenance<'_>, files: &[Files]) -> String {
    let card = |(candidate, files): (&Candidate, &Files)| Card {
        id: candidate.id.clone(),
        rank: u32::try_from(candidate.rank).unwrap_or(u32::MAX),
        score_max: candidate.score_max,
        score_mean: candidate.score_mean,
        band: Band::of(candidate.score_max, summary.threshold),
        area_m2: candidate.area_m2,
        area_mu: area_mu(candidate.area_m2),
        hits: candidate.hits as u64,
        lon: candidate.at.lon,
        lat: candidate.at.lat,
        gsd_cm: summary.sources[candidate.best].gsd_cm,
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

/// What the photos say of the flight; `null` where none was searched.
fn flight_quality(summary: &Summary, rasters: &[Raster]) -> Value {
    if summary.photos.0 == 0 {
        return Value::Null;
    }
    let mut set_aside: BTreeMap<&str, usize> = BTreeMap::new();
    for error in &summary.refused {
        if let RasterError::Photo(aside) = error {
            *set_aside.entry(aside.reason().name()).or_default() += 1;
        }
    }
    let remarks: Vec<Value> = summary
        .remarks
        .iter()
        .map(|(photo, remark)| {
            let (kind, value) = remark.name();
            json!({ "photo": photo, "kind": kind, "value": value.map(|v| round(v, 1)) })
        })
        .collect();
    let sources = |kind: fn(&crate::imagery::photo::Photo) -> String| {
        let mut count: BTreeMap<String, usize> = BTreeMap::default();
        for (photo, _) in rasters.iter().filter_map(Raster::photo) {
            *count.entry(kind(photo)).or_default() += 1;
        }
        count
    };
    json!({
        "photos": summary.photos.0,
        "flights": summary.photos.1,
        "gsd_cm": summary.photos_gsd_cm.map(|(a, b)| [round(a, 2), round(b, 2)]),
        "set_aside": set_aside,
        "height_from": sources(|p| p.height_source.name().to_owned()),
        "heading_from": sources(|p| p.yaw_source.name().to_owned()),
        "focal_length_from": sources(|p| p.focal_source.name().to_owned()),
        "skipped": summary.skipped,
        "doubted": summary.doubted,
        "remarks": remarks,
    })
}

/// `scan.json`. Everything but `run` is the same wherever and whenever the scan is run.
fn scan_record(summary: &Summary, provenance: &Provenance<'_>, digests: &Digests) -> Value {
    let Provenance {
        request,
        model,
        bond,
        rasters,
    } = provenance;
    let contract = model.contract();
    let period = summary
        .sources
        .iter()
        .filter_map(|s| s.captured)
        .reduce(crate::imagery::Captured::with);
    let captured = |c: Option<crate::imagery::Captured>| {
        c.map_or(
            Value::Null,
            |c| json!({ "from": c.from.to_string(), "to": c.to.to_string() }),
        )
    };
    let not_searched = |areas: &mut dyn Iterator<Item = (Reason, f64)>| -> Map<String, Value> {
        areas
            .map(|(reason, m2)| (reason.name().to_owned(), round(m2, 2).into()))
            .collect()
    };
    let sources: Vec<Value> = summary
        .sources
        .iter()
        .zip(&summary.grounds)
        .zip(*rasters)
        .map(|((facts, ground), raster)| {
            let gsd = raster.gsd();
            json!({
                "name": facts.name,
                "fingerprint": raster.fingerprint().0,
                "crs": raster.crs().name(),
                "width": raster.size().0,
                "height": raster.size().1,
                "gsd_cm": [round(gsd.x_cm, 3), round(gsd.y_cm, 3)],
                "too_coarse": gsd.coarsest_cm() > contract.coarsest_cm(),
                "captured": captured(facts.captured),
                "searched_m2": round(ground.searched_m2, 2),
                "not_searched_m2": not_searched(&mut ground.not_searched_m2.iter().map(|(r, m2)| (*r, *m2))),
            })
        })
        .collect();
    let file_name = |path: &Path| {
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let refused: Vec<Value> = summary
        .refused
        .iter()
        .map(|e| json!({ "name": file_name(e.path()), "reason": e.to_string().replace(&*e.path().to_string_lossy(), &file_name(e.path())) }))
        .collect();
    let lost = &summary.coverage.not_searched;
    json!({
        "format": "papaver.scan/1",
        "scan_id": summary.scan_id,
        "survey": request.survey,
        "unit": request.unit,
        "timezone": request.timezone,
        "program_version": env!("CARGO_PKG_VERSION"),
        "model": {
            "name": model.name(),
            "sha256": model.sha256(),
            "resolution_cm": contract.resolution_cm,
            "coarsest_cm": contract.coarsest_cm(),
            "threshold": summary.threshold,
        },
        "options": {
            "site_radius_m": request.site_radius_m,
            "captured": request.captured.map(|c| c.to_string()),
            "search": bond.options,
        },
        "captured": captured(period),
        "sources": sources,
        "refused": refused,
        "totals": {
            "searched_m2": round(summary.coverage.searched_m2, 2),
            "not_searched_m2": not_searched(&mut lost.iter().map(|(r, _, m2)| (*r, *m2))),
            "candidates": summary.candidates.len(),
            "candidates_m2": round(summary.candidates.iter().map(|c| area_m2(&c.polygon)).sum(), 2),
            "tiles": summary.tiles.0,
        },
        "outputs": digests,
        "flight": flight_quality(summary, rasters),
        "run": {
            "finished": jiff::Timestamp::now().to_string(),
            "seconds": round(summary.seconds, 2),
            "tiles_before": summary.tiles.1,
            "ignored_files": summary.ignored,
            "threads": request.threads,
            "device": model.device().name(),
            "runtime": model.runtime_version(),
            "gdal": gdal_version(),
            "inputs": request.inputs.iter().map(|p| p.to_string_lossy()).collect::<Vec<_>>(),
        },
    })
}

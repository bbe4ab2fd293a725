//! The files of a scan. Each is written under a temporary name and renamed, so that none is ever seen half written.

use super::candidate::Candidate;
use super::error::ScanError;
use super::journal::Bond;
use super::pictures::Artist;
use super::request::Request;
use super::review::{About, Card, page};
use super::scorer::Model;
use super::summary::Summary;
use crate::ground::{Feature, FeatureCollection, Geometry, area_m2, area_mu, write_features};
use crate::imagery::{Captured, RasterError, Source, gdal_version};
use crate::schema::{
    CandidateProperties, CoverageProperties, CoverageStatus, FileMembers, FlightQuality,
    FlightRemark, GsdCm, ModelRecord, OptionsRecord, PeriodRecord, Reason, RefusedSource,
    RunRecord, SCAN_FORMAT, ScanRecord, ScoreBand, SourceRecord, Totals, to_object,
};
use geo::MultiPolygon;
use rayon::prelude::*;
use serde_json::{Map, Value};
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
    pub rasters: &'a [Source],
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
    let chips = write_chips(summary, provenance.rasters)?;
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
    // A stick may know no permissions; then there are none to set.
    let _ = readable(temporary.path());
    temporary
        .persist(path)
        .map(|_| ())
        .map_err(|e| failed(e.error))
}

/// Temporary files are private; results are as readable as any other file.
#[cfg(unix)]
fn readable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The picture files of a candidate, relative to the output folder.
#[derive(Debug, Clone, Default)]
struct Files {
    chip: Option<String>,
    context: Option<String>,
}

/// As many candidates of one source are drawn by one thread at a time.
const A_SITTING: usize = 32;

/// Writes the pictures and removes those of earlier results.
fn write_chips(summary: &Summary, rasters: &[Source]) -> Result<Vec<Files>, ScanError> {
    let chips = summary.out.join(CHIPS);
    let one = |artist: &Artist<'_>, candidate: &Candidate| -> Result<Files, ScanError> {
        let pictures = artist.pictures(candidate);
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

fn round(value: f64, decimals: i32) -> f64 {
    let factor = 10_f64.powi(decimals);
    (value * factor).round() / factor
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
    let properties = |candidate: &Candidate, files: &Files| CandidateProperties {
        id: Some(candidate.id.clone()),
        rank: Some(candidate.rank as u64),
        band: Some(ScoreBand::of(candidate.score_max, summary.threshold)),
        score_max: round(candidate.score_max, 4),
        score_mean: Some(round(candidate.score_mean, 4)),
        area_m2: Some(round(candidate.area_m2, 2)),
        area_mu: Some(round(area_mu(candidate.area_m2), 4)),
        hits: Some(candidate.hits as u64),
        sources: source_names(summary, candidate),
        best_source: Some(summary.sources[candidate.best].name.clone()),
        gsd_cm: Some(round(summary.sources[candidate.best].gsd_cm, 2)),
        captured: candidate.captured.map(|c| c.to_string()),
        model: Some(provenance.model.name().to_owned()),
        threshold: Some(summary.threshold),
        chip: files.chip.clone(),
        context: files.context.clone(),
        position_error_m: candidate.photos.map(|p| round(p.position_error_m, 1)),
        seen_in: candidate.photos.map(|p| p.seen_in),
        covered_by: candidate.photos.map(|p| p.covered_by),
        score_views: candidate.photos.map(|p| round(p.score_views, 4)),
        lon: candidate.at.lon,
        lat: candidate.at.lat,
    };
    let feature = |(candidate, files): (&Candidate, &Files)| Feature {
        id: Some(candidate.id.clone()),
        geometry: Some(Geometry::Area(candidate.polygon.clone())),
        properties: to_object(&properties(candidate, files)),
    };
    FeatureCollection {
        members: file_members(summary),
        features: summary.candidates.iter().zip(files).map(feature).collect(),
    }
}

fn file_members(summary: &Summary) -> Map<String, Value> {
    to_object(&FileMembers {
        datum: "WGS 84".into(),
        scan_id: summary.scan_id.clone(),
    })
}

fn coverage_features(summary: &Summary) -> FeatureCollection {
    let feature = |reason: Option<Reason>, ground: &MultiPolygon, area: f64| Feature {
        id: Some(reason.map_or("searched", Reason::name).to_owned()),
        geometry: Some(Geometry::Area(ground.clone())),
        properties: to_object(&CoverageProperties {
            status: reason.map_or(CoverageStatus::Searched, |_| CoverageStatus::NotSearched),
            reason,
            area_m2: round(area, 2),
        }),
    };
    let coverage = &summary.coverage;
    let searched = (!coverage.searched.0.is_empty())
        .then(|| feature(None, &coverage.searched, coverage.searched_m2));
    let rest = coverage
        .not_searched
        .iter()
        .map(|(reason, ground, area)| feature(Some(*reason), ground, *area));
    FeatureCollection {
        members: file_members(summary),
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
        band: ScoreBand::of(candidate.score_max, summary.threshold),
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

/// What the photos say of the flight; `None` where none was searched.
fn flight_quality(summary: &Summary, rasters: &[Source]) -> Option<FlightQuality> {
    if summary.photos.0 == 0 {
        return None;
    }
    let mut set_aside: BTreeMap<Reason, usize> = BTreeMap::new();
    for error in &summary.refused {
        if let RasterError::Photo(aside) = error {
            *set_aside.entry(aside.reason()).or_default() += 1;
        }
    }
    let remarks = summary.remarks.iter().map(|(photo, remark)| {
        let (kind, value) = remark.name();
        FlightRemark {
            photo: photo.clone(),
            kind: kind.into(),
            value: value.map(|v| round(v, 1)),
        }
    });
    let sources = |kind: fn(&crate::imagery::photo::Photo) -> String| {
        let mut count: BTreeMap<String, usize> = BTreeMap::default();
        for photo in rasters.iter().filter_map(Source::as_photo) {
            *count.entry(kind(photo.photo())).or_default() += 1;
        }
        count
    };
    Some(FlightQuality {
        photos: summary.photos.0,
        flights: summary.photos.1,
        gsd_cm: summary
            .photos_gsd_cm
            .map(|(a, b)| [round(a, 2), round(b, 2)]),
        set_aside,
        height_from: sources(|p| p.height_source.name().to_owned()),
        heading_from: sources(|p| p.yaw_source.name().to_owned()),
        focal_length_from: sources(|p| p.focal_source.name().to_owned()),
        skipped: summary.skipped.clone(),
        doubted: summary.doubted,
        remarks: remarks.collect(),
    })
}

fn period(captured: Option<Captured>) -> Option<PeriodRecord> {
    captured.map(|c| PeriodRecord {
        from: c.from.to_string(),
        to: c.to.to_string(),
    })
}

fn by_reason(areas: impl Iterator<Item = (Reason, f64)>) -> BTreeMap<Reason, f64> {
    areas.map(|(reason, m2)| (reason, round(m2, 2))).collect()
}

fn source_records(summary: &Summary, provenance: &Provenance<'_>) -> Vec<SourceRecord> {
    let coarsest_cm = provenance.model.contract().coarsest_cm();
    let sources = summary.sources.iter().zip(provenance.rasters);
    sources
        .zip(&summary.grounds)
        .map(|((facts, raster), ground)| {
            let gsd = raster.gsd();
            SourceRecord {
                name: facts.name.clone(),
                fingerprint: raster.fingerprint().0.clone(),
                crs: raster.crs().name().to_owned(),
                width: raster.size().0,
                height: raster.size().1,
                gsd_cm: Some(GsdCm::Both([round(gsd.x_cm, 3), round(gsd.y_cm, 3)])),
                too_coarse: gsd.coarsest_cm() > coarsest_cm,
                captured: period(facts.captured),
                searched_m2: round(ground.searched_m2, 2),
                not_searched_m2: by_reason(ground.not_searched_m2.iter().map(|(r, m2)| (*r, *m2))),
            }
        })
        .collect()
}

fn refused(summary: &Summary) -> Vec<RefusedSource> {
    let one = |error: &RasterError| {
        let path = error.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        RefusedSource {
            // Where the files lie on the disk is nobody else's business.
            reason: error.to_string().replace(&*path.to_string_lossy(), &name),
            name: name.into_owned(),
        }
    };
    summary.refused.iter().map(one).collect()
}

fn totals(summary: &Summary) -> Totals {
    let lost = &summary.coverage.not_searched;
    Totals {
        searched_m2: round(summary.coverage.searched_m2, 2),
        not_searched_m2: by_reason(lost.iter().map(|(r, _, m2)| (*r, *m2))),
        candidates: summary.candidates.len(),
        candidates_m2: round(
            summary.candidates.iter().map(|c| area_m2(&c.polygon)).sum(),
            2,
        ),
        tiles: summary.tiles.0,
    }
}

/// `scan.json`. Everything but `run` is the same wherever and whenever the scan is run.
fn scan_record(summary: &Summary, provenance: &Provenance<'_>) -> ScanRecord {
    let (request, model) = (provenance.request, provenance.model);
    let captured = summary.sources.iter().filter_map(|s| s.captured);
    ScanRecord {
        format: SCAN_FORMAT.into(),
        scan_id: summary.scan_id.clone(),
        survey: request.survey.clone(),
        unit: request.unit.clone(),
        timezone: request.timezone.clone(),
        program_version: env!("CARGO_PKG_VERSION").into(),
        model: ModelRecord {
            name: model.name().into(),
            sha256: model.sha256().into(),
            resolution_cm: model.contract().resolution_cm,
            coarsest_cm: model.contract().coarsest_cm(),
            threshold: summary.threshold,
        },
        options: OptionsRecord {
            site_radius_m: request.site_radius_m,
            captured: request.captured.map(|c| c.to_string()),
            search: provenance.bond.options.clone(),
        },
        captured: period(captured.reduce(Captured::with)),
        sources: source_records(summary, provenance),
        refused: refused(summary),
        totals: totals(summary),
        flight: flight_quality(summary, provenance.rasters),
        run: RunRecord {
            finished: jiff::Timestamp::now().to_string(),
            seconds: round(summary.seconds, 2),
            tiles_before: summary.tiles.1,
            ignored_files: summary.ignored,
            threads: request.threads,
            device: model.device().name().into(),
            runtime: model.runtime_version(),
            gdal: gdal_version(),
            inputs: request
                .inputs
                .iter()
                .map(|p| p.to_string_lossy().into_owned())
                .collect(),
        },
    }
}

//! `scan.json`: what the results are owed to.

use super::figure::round;
use super::provenance::{Digests, Provenance};
use crate::ground::area_m2;
use crate::imagery::{Captured, RasterError, Source, gdal_version};
use crate::scan::find::{LOOKS, SourceFacts};
use crate::scan::model::{BothStages, Model, Verifier};
use crate::scan::request::{PhotoRequest, ScanRequest};
use crate::scan::summary::Summary;
use crate::scan::verify::{Learnt, Second};
use crate::schema::{
    FlightQuality, FlightRemark, GsdCm, ListedRecord, ModelRecord, OptionsRecord, PeriodRecord,
    PhotosRecord, Reason, RefusedSource, RunRecord, SCAN_FORMAT, ScanRecord, SecondStageRecord,
    SourceRecord, Totals, VerifierRecord,
};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What the photos say of the flight; `None` where none was searched.
fn flight_quality(summary: &Summary, sources: &[Source]) -> Option<FlightQuality> {
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
    let by = |kind: fn(&crate::imagery::photo::Photo) -> String| {
        let mut count: BTreeMap<String, usize> = BTreeMap::default();
        for photo in sources.iter().filter_map(Source::as_photo) {
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
        height_from: by(|p| p.height_source.name().to_owned()),
        heading_from: by(|p| p.yaw_source.name().to_owned()),
        focal_length_from: by(|p| p.focal_source.name().to_owned()),
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
    let sources = summary.sources.iter().zip(provenance.sources);
    sources
        .zip(&summary.grounds)
        .map(|((facts, source), ground)| {
            let gsd = source.gsd();
            SourceRecord {
                name: facts.name.clone(),
                fingerprint: source.fingerprint().0.clone(),
                crs: source.crs().name().to_owned(),
                width: source.size().0,
                height: source.size().1,
                gsd_cm: Some(GsdCm::Both([round(gsd.x_cm, 3), round(gsd.y_cm, 3)])),
                too_coarse: gsd.coarsest_cm() > coarsest_cm,
                captured: period(facts.captured),
                tagged: period(facts.tagged),
                searched_m2: round(ground.searched_m2, 2),
                not_searched_m2: by_reason(ground.not_searched_m2.iter().map(|(r, m2)| (*r, *m2))),
            }
        })
        .collect()
}

/// Where the files lie on the disk is nobody else's business.
fn refused(error: &RasterError) -> RefusedSource {
    let path = error.path();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    RefusedSource {
        reason: error.to_string().replace(&*path.to_string_lossy(), &name),
        name: name.into_owned(),
    }
}

fn totals(summary: &Summary) -> Totals {
    let lost = &summary.coverage.not_searched;
    Totals {
        searched_m2: round(summary.coverage.searched_m2, 2),
        not_searched_m2: by_reason(lost.iter().map(|(r, _, m2)| (*r, *m2))),
        candidates: summary.candidates.len(),
        set_aside: summary.set_aside.len(),
        candidates_m2: round(
            summary.candidates.iter().map(|c| area_m2(&c.polygon)).sum(),
            2,
        ),
        tiles: summary.tiles.0,
    }
}

fn second_stage(
    second: &Second,
    learnt: Option<&Learnt>,
    both: Option<BothStages>,
) -> SecondStageRecord {
    SecondStageRecord {
        looks: LOOKS,
        verifier: second.verifier.as_deref().map(verifier_record),
        learnt: learnt.map(|learnt| learnt.sha256().to_owned()),
        listed: both.map(|both| ListedRecord {
            evidence: both.evidence,
            sure: both.sure,
        }),
    }
}

fn verifier_record(verifier: &Verifier) -> VerifierRecord {
    VerifierRecord {
        name: verifier.name().into(),
        sha256: verifier.sha256().into(),
        threshold: verifier.contract().threshold,
        dispatch_threshold: verifier.contract().uses.dispatch_threshold,
    }
}

/// `scan.json`. Everything but `run` is the same wherever and whenever the scan is run.
pub fn scan_record(summary: &Summary, provenance: &Provenance<'_>, outputs: Digests) -> ScanRecord {
    let (request, model) = (provenance.request, provenance.model);
    let days = |of: fn(&SourceFacts) -> Option<Captured>| {
        period(summary.sources.iter().filter_map(of).reduce(Captured::with))
    };
    let made = summary
        .sources
        .iter()
        .filter_map(|source| source.made)
        .min();
    ScanRecord {
        format: SCAN_FORMAT.into(),
        scan_id: summary.scan_id.clone(),
        survey: request.survey.clone(),
        unit: request.unit.clone(),
        timezone: request.timezone.clone(),
        program_version: env!("CARGO_PKG_VERSION").into(),
        model: model_record(model, summary.threshold),
        second_stage: (provenance.second)
            .map(|second| second_stage(second, provenance.learnt, summary.both)),
        options: OptionsRecord {
            site_radius_m: request.site_radius_m,
            captured: request.captured.map(|c| c.to_string()),
            search: provenance.key.search(summary.threshold),
        },
        captured: days(|source| source.captured),
        tagged: days(|source| source.tagged),
        made: made.map(|day| day.to_string()),
        patterns: summary.patterns.clone(),
        sources: source_records(summary, provenance),
        refused: summary.refused.iter().map(refused).collect(),
        totals: totals(summary),
        outputs: Some(outputs),
        flight: flight_quality(summary, provenance.sources),
        run: run_record(summary, request, model),
    }
}

fn model_record(model: &Model, threshold: f64) -> ModelRecord {
    ModelRecord {
        name: model.name().into(),
        sha256: model.sha256().into(),
        resolution_cm: model.contract().resolution_cm,
        coarsest_cm: model.contract().coarsest_cm(),
        threshold,
        dispatch_threshold: model.contract().uses.dispatch_threshold,
        expected: model.contract().uses.expected.clone(),
    }
}

fn run_record(summary: &Summary, request: &ScanRequest, model: &Model) -> RunRecord {
    RunRecord {
        finished: jiff::Timestamp::now().to_string(),
        seconds: round(summary.seconds, 2),
        tiles_before: summary.tiles.1,
        ignored_files: summary.ignored,
        passed_over: summary
            .beside
            .iter()
            .map(|(kind, count)| (kind.name().into(), *count))
            .collect(),
        threads: request.threads,
        device: model.device().name().into(),
        runtime: model.runtime_version(),
        gdal: gdal_version(),
        inputs: request
            .inputs
            .iter()
            .map(|p| p.to_string_lossy().into_owned())
            .collect(),
        photos: said_of_photos(&request.photos),
    }
}

fn said_of_photos(said: &PhotoRequest) -> PhotosRecord {
    let named = |path: &Option<PathBuf>| path.as_ref().map(|p| p.to_string_lossy().into_owned());
    PhotosRecord {
        dem: named(&said.dem),
        ground_elevation_m: said.ground_elevation_m,
        sensor_width_mm: said.sensor_width_mm,
        pos: named(&said.pos),
        looking_down: said.looking_down,
    }
}

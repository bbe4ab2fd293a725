//! The features of a scan: its candidates and its ground.

use super::chip_source::PictureNames;
use super::figure::round;
use super::provenance::Provenance;
use crate::ground::{Feature, FeatureCollection, Geometry, area_mu};
use crate::scan::find::Candidate;
use crate::scan::summary::Summary;
use crate::scan::verify::names;
use crate::schema::{
    CandidateProperties, CoverageProperties, CoverageStatus, FEATURES_FORMAT, FeaturesOf,
    FeaturesRecord, FileMembers, Reason, to_object,
};
use geo::MultiPolygon;
use serde_json::{Map, Value};

/// The names of the sources that show a candidate.
pub fn source_names(summary: &Summary, candidate: &Candidate) -> Vec<String> {
    candidate
        .sources
        .iter()
        .map(|n| summary.sources[n.0].name.clone())
        .collect()
}

/// Candidates with their pictures as features.
pub fn candidate_features<'c>(
    summary: &Summary,
    provenance: &Provenance<'_>,
    candidates: impl Iterator<Item = (&'c Candidate, PictureNames)>,
) -> FeatureCollection {
    let contract = provenance.model.contract();
    let properties = |candidate: &Candidate, files: PictureNames| {
        let second = candidate.second.as_ref();
        CandidateProperties {
            id: Some(candidate.id.clone()),
            rank: Some(candidate.rank as u64),
            rank_shipped: candidate.moved.map(|m| m.shipped as u64),
            score_learnt: candidate.moved.map(|m| round(m.score, 4)),
            audit: candidate.moved.map(|m| m.audit),
            class: contract.class_told(candidate.class).map(str::to_owned),
            band: Some(candidate.band(summary.threshold)),
            score_max: round(candidate.score_max, 4),
            score_mean: Some(round(candidate.score_mean, 4)),
            score_looks: second.map(|s| round(s.mean(), 4)),
            score_looks_spread: second.map(|s| round(s.spread(), 4)),
            score_verifier: candidate.verdict().map(|v| round(v.score, 4)),
            before_bloom: candidate.verdict().map(|v| round(v.before_bloom, 4)),
            area_m2: Some(round(candidate.area_m2, 2)),
            area_mu: Some(round(area_mu(candidate.area_m2), 4)),
            hits: Some(candidate.hits as u64),
            sources: source_names(summary, candidate),
            best_source: Some(summary.sources[candidate.best.0].name.clone()),
            gsd_cm: Some(round(summary.sources[candidate.best.0].gsd_cm, 2)),
            captured: candidate.captured.map(|c| c.to_string()),
            model: Some(provenance.model.name().to_owned()),
            threshold: Some(summary.threshold),
            chip: files.chip,
            context: files.context,
            position_error_m: candidate.position_error_m.map(|m| round(m, 1)),
            seen_in: candidate.votes.map(|v| v.seen_in),
            covered_by: candidate.votes.map(|v| v.covered_by),
            score_views: candidate.votes.map(|v| round(v.score_views, 4)),
            lon: candidate.at.lon,
            lat: candidate.at.lat,
        }
    };
    let feature = |(candidate, files): (&Candidate, PictureNames)| Feature {
        id: Some(candidate.id.clone()),
        geometry: Some(Geometry::Area(candidate.polygon.clone())),
        properties: to_object(&properties(candidate, files)),
    };
    FeatureCollection {
        members: file_members(summary),
        features: candidates.map(feature).collect(),
    }
}

/// What the models saw of each candidate, for learning; nothing where none was looked at once more.
pub fn features_record(summary: &Summary) -> Option<FeaturesRecord> {
    let of = |candidate: &Candidate| {
        let values = &candidate.second.as_ref()?.features;
        Some(FeaturesOf {
            id: candidate.id.clone(),
            rank: Some(candidate.moved.map_or(candidate.rank, |m| m.shipped) as u64),
            shipped: round(candidate.shipped(), 6),
            values: values.iter().map(|v| round(*v, 6)).collect(),
        })
    };
    let candidates: Vec<FeaturesOf> = summary.candidates.iter().filter_map(of).collect();
    let count = candidates.first()?.values.len();
    Some(FeaturesRecord {
        format: FEATURES_FORMAT.into(),
        scan_id: summary.scan_id.clone(),
        names: names(count),
        candidates,
    })
}

fn file_members(summary: &Summary) -> Map<String, Value> {
    to_object(&FileMembers {
        datum: "WGS 84".into(),
        scan_id: summary.scan_id.clone(),
    })
}

pub fn coverage_features(summary: &Summary) -> FeatureCollection {
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

//! What verification taught, for training: `truth.geojson` with the outlines of poppy, of what is none and of what
//! nobody has settled, to be laid beside the imagery; and pictures to look through, `confirmed/` and `refuted/`, with
//! `labels.csv`.
//!
//! The truth is what `models/train` and `papaver evaluate` take. The pictures are the scan's chips and bear its outline
//! and scale bar: they are for people.

use super::{ExchangeError, original};
use crate::files::{self, Existing, FileError, Workshop};
use crate::ground::{Feature, FeatureCollection, Geometry, write_features};
use crate::registry::code_lists::Coded;
use crate::registry::event::{EvidenceRef, EvidenceRole};
use crate::registry::label::{label, label_of};
use crate::registry::{Settings, Site};
use crate::store::{Filter, Store};
use serde_json::{Map, json};
use std::fs;
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
    /// Outlines of poppy in the truth.
    pub poppy: usize,
    /// Outlines of something else in it.
    pub others: usize,
    /// Outlines in it of which nobody knows yet.
    pub unknown: usize,
    /// Sites without an outline, which the truth lacks.
    pub without_outline: usize,
}

/// Whether a site is poppy, where a visit settled it; and whether the picture of its first detection shows that.
fn known_to_crews(site: &Site, settings: &Settings) -> (Option<bool>, Option<bool>) {
    let known = label(site).filter(|label| label.visited);
    let known = known.map(|label| label.poppy);
    let found = site.detection.as_ref().filter(|_| known.is_some());
    (known, found.and_then(|d| label_of(site, d, settings)))
}

/// The outline of a site with what it is known to be; `None` where only a point is known.
fn outline(site: &Site, code: &str, known: Option<bool>) -> Option<Feature> {
    let kind = match known {
        Some(true) => "poppy".into(),
        Some(false) => site
            .last_visit()
            .and_then(|(visit, _)| visit.species.clone())
            .unwrap_or_else(|| "other".into()),
        None => "unknown".to_owned(),
    };
    let properties = json!({
        "kind": kind, "plants": site.plants, "stage": site.stage().map(Coded::code), "site": code,
    });
    let area = Feature {
        id: Some(code.to_owned()),
        geometry: Some(Geometry::Area(site.place.polygons())),
        properties: properties.as_object().cloned().unwrap_or_default(),
    };
    area.is_visible().then_some(area)
}

/// The scan's picture of a site, where it is here.
fn chip<'a>(site: &'a Site, evidence: &Path) -> Option<(&'a EvidenceRef, Vec<u8>)> {
    let chip = |file: &&EvidenceRef| file.role == EvidenceRole::Chip;
    let file = site.evidence.iter().find(chip)?;
    Some((file, original(file, evidence)?))
}

/// The row of `labels.csv` of a picture.
fn labelled(site: &Site, poppy: bool, file: String, code: String) -> [String; 10] {
    let visit = site.last_visit().map(|(visit, _)| visit);
    let detection = site.detection.as_ref();
    [
        file,
        u8::from(poppy).to_string(),
        code,
        visit.map_or("", |v| v.outcome.code()).to_owned(),
        visit.and_then(|v| v.species.clone()).unwrap_or_default(),
        site.stage().map_or("", Coded::code).to_owned(),
        site.habitat.clone().unwrap_or_default(),
        detection.map_or_else(String::new, |d| format!("{:.4}", d.score_e4 as f64 / 1e4)),
        detection.map_or_else(String::new, |d| d.scan.clone()),
        detection
            .and_then(|d| d.captured.as_ref())
            .map_or_else(String::new, |days| days[0].clone()),
    ]
}

/// Writes what is known of the sites that pass a filter into a new folder: the truth, and the pictures of those verified.
///
/// # Errors
/// See [`FileError`], and those of reading the registry.
pub fn write_training_set(
    store: &Store,
    filter: &Filter,
    folder: &Path,
) -> Result<TrainingSet, ExchangeError> {
    let workshop = Workshop::beside(folder, Existing::Stays)?;
    let evidence = store.evidence_folder();
    let mut done = TrainingSet::default();
    let mut rows = Vec::new();
    let mut features = Vec::new();
    for site in store.sites(filter)? {
        if site.state.is_gone() {
            continue;
        }
        let (known, shown) = known_to_crews(&site, store.settings());
        let code = store.code(site.key)?;
        match outline(&site, &code, known) {
            Some(feature) => {
                features.push(feature);
                *match known {
                    Some(true) => &mut done.poppy,
                    Some(false) => &mut done.others,
                    None => &mut done.unknown,
                } += 1;
            }
            None => done.without_outline += 1,
        }
        let Some(poppy) = shown else {
            continue;
        };
        let Some((file, bytes)) = chip(&site, &evidence) else {
            done.without_picture += 1;
            continue;
        };
        let group = if poppy { "confirmed" } else { "refuted" };
        let ending = if file.mime == "image/png" {
            "png"
        } else {
            "jpg"
        };
        let name = format!("{group}/{code}.{ending}");
        fs::create_dir_all(workshop.path(group)).map_err(FileError::of(folder))?;
        files::write_bytes(&workshop.path(&name), Existing::Stays, &bytes)?;
        let pictures = if poppy {
            &mut done.confirmed
        } else {
            &mut done.refuted
        };
        *pictures += 1;
        rows.push(labelled(&site, poppy, name, code));
    }
    let labels = table(&rows).map_err(|e| FileError::of(folder)(std::io::Error::other(e)))?;
    let mut truth = Vec::new();
    let features = FeatureCollection {
        members: Map::new(),
        features,
    };
    write_features(&mut truth, &features).map_err(FileError::of(folder))?;
    for (name, bytes) in [("labels.csv", labels), ("truth.geojson", truth)] {
        files::write_bytes(&workshop.path(name), Existing::Stays, &bytes)?;
    }
    workshop.become_folder(folder)?;
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

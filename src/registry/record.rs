//! Recording a scan: its folder is read, each candidate is matched to what is known, and all of it becomes events in one
//! transaction. Recording the same scan again changes nothing.

use super::body::{
    Body, Create, Detection, Meaning, RejectReason, ScanRecord, Screen, Sighting, Source,
};
use super::event::{EvidenceRef, EvidenceRole};
use super::evidence::{self, EvidenceError};
use super::ids::SiteKey;
use super::matching::{Match, find};
use super::place::Place;
use super::store::{Author, Draft, Moment, Store, StoreError};
use crate::ground::LonLat;
use crate::words::{Lang, Said, Say};
use crate::{speaking_error, tr};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A scan folder or decisions file that cannot be used.
#[derive(Debug)]
pub enum RecordError {
    /// A file is missing or cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what its name says.
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        why: String,
    },
    /// A picture of the scan cannot be kept.
    Evidence(EvidenceError),
    /// The registry.
    Store(Box<StoreError>),
}

impl Say for RecordError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Unreadable { path, source } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} cannot be read: {source}", "无法读取 {path}：{source}")).hint(tr!(lang, "give the folder that `papaver scan -o` wrote, or the file that review.html saved; nothing was recorded", "请给出 `papaver scan -o` 写出的文件夹，或 review.html 保存的文件；未作任何记录"))
            }
            Self::Malformed { path, why } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path} is not what a scan writes: {why}",
                    "{path} 不是扫描结果：{why}"
                ))
                .hint(tr!(
                    lang,
                    "nothing was recorded; scan again, or copy the folder again",
                    "未作任何记录；请重新扫描或重新复制文件夹"
                ))
            }
            Self::Evidence(source) => source.say(lang),
            Self::Store(source) => source.say(lang),
        }
    }

    fn fault(&self) -> crate::words::Fault {
        match self {
            Self::Store(source) => source.fault(),
            Self::Evidence(source) => source.fault(),
            _ => crate::words::Fault::Input,
        }
    }
}
speaking_error!(RecordError, |e| match e {
    RecordError::Unreadable { source, .. } => Some(source),
    RecordError::Evidence(source) => Some(source),
    RecordError::Store(source) => Some(source.as_ref()),
    RecordError::Malformed { .. } => None,
});

impl From<StoreError> for RecordError {
    fn from(source: StoreError) -> Self {
        Self::Store(Box::new(source))
    }
}

/// A scan as its folder tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanFolder {
    /// Where it came from and what it covered.
    pub record: ScanRecord,
    /// Its candidates.
    pub candidates: Vec<Candidate>,
    /// The ground searched and not searched, where the folder has it.
    pub coverage: Option<PathBuf>,
}

/// One candidate of a scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The detection.
    pub detection: Detection,
    /// Where.
    pub place: Place,
    /// Its area.
    pub area_dm2: Option<i64>,
    /// Its picture and that of its surroundings, where the scan names them.
    pub pictures: Vec<(EvidenceRole, PathBuf)>,
}

/// What became of the candidates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// New sites.
    pub new: Vec<SiteKey>,
    /// New sites where one was closed before.
    pub recurring: Vec<SiteKey>,
    /// Sites raised anew.
    pub raised: Vec<SiteKey>,
    /// Sites seen again after their eradication.
    pub residue: Vec<SiteKey>,
    /// Sites seen again.
    pub seen: Vec<SiteKey>,
    /// Candidates that were recorded before.
    pub known_before: usize,
    /// Candidates without a capture date that met a settled site: nothing could be concluded.
    pub undated: usize,
    /// Pictures that the scan names and the folder lacks.
    pub pictures_missing: usize,
}

#[derive(Deserialize)]
struct ScanJson {
    format: String,
    scan_id: String,
    survey: Option<String>,
    model: ModelJson,
    captured: Option<Period>,
    #[serde(default)]
    sources: Vec<SourceJson>,
    totals: Totals,
}

#[derive(Deserialize)]
struct ModelJson {
    name: String,
    sha256: String,
    threshold: f64,
}

#[derive(Deserialize)]
struct Period {
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct SourceJson {
    gsd_cm: Option<GsdJson>,
}

/// Ground sampling distance: along x and y.
#[derive(Deserialize)]
#[serde(untagged)]
enum GsdJson {
    Both([f64; 2]),
    One(f64),
}

impl GsdJson {
    fn coarser(&self) -> f64 {
        match self {
            Self::Both([x, y]) => x.max(*y),
            Self::One(gsd) => *gsd,
        }
    }
}

#[derive(Deserialize)]
struct Totals {
    searched_m2: f64,
    #[serde(default)]
    not_searched_m2: BTreeMap<String, f64>,
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "areas and scores are far within an i64"
)]
fn scaled(value: f64, factor: f64) -> i64 {
    (value * factor).round() as i64
}

impl ScanFolder {
    /// Reads `scan.json` and `candidates.geojson` of a folder.
    ///
    /// # Errors
    /// See [`RecordError`].
    pub fn read(folder: &Path) -> Result<Self, RecordError> {
        let path = folder.join("scan.json");
        let malformed = |path: &Path, why: String| RecordError::Malformed {
            path: path.into(),
            why,
        };
        let scan: ScanJson =
            serde_json::from_slice(&read(&path)?).map_err(|e| malformed(&path, e.to_string()))?;
        if scan.format != "papaver.scan/1" {
            return Err(malformed(&path, format!("format {}", scan.format)));
        }
        let from = folder.join("candidates.geojson");
        let collection: Value =
            serde_json::from_slice(&read(&from)?).map_err(|e| malformed(&from, e.to_string()))?;
        let features = collection["features"]
            .as_array()
            .ok_or_else(|| malformed(&from, "no features".into()))?;
        let mut candidates = features
            .iter()
            .enumerate()
            .map(|(at, feature)| {
                candidate(feature, &scan.scan_id, folder)
                    .map_err(|why| malformed(&from, format!("feature {}: {why}", at + 1)))
            })
            .collect::<Result<Vec<_>, _>>()?;
        candidates.sort_by(|a, b| {
            (a.detection.rank, &a.detection.candidate)
                .cmp(&(b.detection.rank, &b.detection.candidate))
        });
        let captured = scan.captured.map(|period| [period.from, period.to]);
        if let Some(days) = &captured {
            check_days(days).map_err(|why| malformed(&path, why))?;
        }
        let record = ScanRecord {
            scan: scan.scan_id,
            survey: scan.survey,
            captured,
            model: [scan.model.name, scan.model.sha256],
            threshold_e4: scaled(scan.model.threshold, 1e4),
            gsd_e2_cm: scan
                .sources
                .iter()
                .filter_map(|s| s.gsd_cm.as_ref().map(GsdJson::coarser))
                .reduce(f64::max)
                .map(|gsd| scaled(gsd, 1e2)),
            searched_m2: scaled(scan.totals.searched_m2, 1.0),
            not_searched_m2: scan
                .totals
                .not_searched_m2
                .into_iter()
                .map(|(reason, m2)| (reason, scaled(m2, 1.0)))
                .collect(),
            candidates: candidates.len() as u64,
        };
        let coverage = folder.join("coverage.geojson");
        Ok(Self {
            record,
            candidates,
            coverage: coverage.is_file().then_some(coverage),
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, RecordError> {
    std::fs::read(path).map_err(|source| RecordError::Unreadable {
        path: path.into(),
        source,
    })
}

fn check_days(days: &[String; 2]) -> Result<(), String> {
    for day in days {
        let read: Result<jiff::civil::Date, _> = day.parse();
        if read.is_err() || day.len() != 10 {
            return Err(format!("{day} is not a date"));
        }
    }
    if days[0] > days[1] {
        return Err(format!("{} is after {}", days[0], days[1]));
    }
    Ok(())
}

fn candidate(feature: &Value, scan: &str, folder: &Path) -> Result<Candidate, String> {
    let properties = &feature["properties"];
    let id = feature["id"]
        .as_str()
        .or(properties["id"].as_str())
        .ok_or("no id")?;
    let number = |name: &str| {
        properties[name]
            .as_f64()
            .ok_or_else(|| format!("no {name}"))
    };
    let at = LonLat::new(number("lon")?, number("lat")?);
    if !at.is_on_earth() {
        return Err(format!("{}, {} is not on the Earth", at.lon, at.lat));
    }
    let geometry = serde_json::from_value::<geojson::Geometry>(feature["geometry"].clone())
        .map_err(|e| e.to_string())?;
    let area = match geo::Geometry::<f64>::try_from(geometry).map_err(|e| e.to_string())? {
        geo::Geometry::Polygon(polygon) => geo::MultiPolygon::new(vec![polygon]),
        geo::Geometry::MultiPolygon(area) => area,
        _ => return Err("not an area".into()),
    };
    let place = Place::area(at, &area);
    if !place.is_on_earth() {
        return Err("its outline leaves the Earth".into());
    }
    let captured = match properties["captured"].as_str() {
        None => None,
        Some(text) => {
            let (first, last) = text.split_once('/').unwrap_or((text, text));
            let days = [first.to_owned(), last.to_owned()];
            check_days(&days)?;
            Some(days)
        }
    };
    Ok(Candidate {
        detection: Detection {
            candidate: id.to_owned(),
            scan: scan.to_owned(),
            captured,
            score_e4: scaled(number("score_max")?, 1e4),
            rank: properties["rank"].as_u64(),
        },
        place,
        area_dm2: properties["area_m2"].as_f64().map(|m2| scaled(m2, 100.0)),
        pictures: [
            ("chip", EvidenceRole::Chip),
            ("context", EvidenceRole::Context),
        ]
        .into_iter()
        .filter_map(|(name, role)| Some((role, inside(folder, properties[name].as_str()?)?)))
        .collect(),
    })
}

/// A file of the scan's folder; a name that leads out of it is none.
fn inside(folder: &Path, name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    let plain = path
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_)));
    (plain && !name.is_empty()).then(|| folder.join(path))
}

/// Keeps the pictures of the candidates that are new here, and the coverage of a scan that is; in the candidates' order.
fn keep_files(
    store: &Store,
    scan: &ScanFolder,
    is_new: bool,
    at: &str,
    done: &mut Recorded,
) -> Result<(Vec<EvidenceRef>, Vec<Vec<EvidenceRef>>), RecordError> {
    let folder = store.evidence_folder();
    let mut keep =
        |role, path: &Path, place: Option<&Place>| -> Result<Option<EvidenceRef>, RecordError> {
            if !path.exists() {
                done.pictures_missing += 1;
                return Ok(None);
            }
            evidence::keep(&folder, path, role, place, at, store.settings())
                .map(Some)
                .map_err(RecordError::Evidence)
        };
    let mut coverage = Vec::new();
    if let Some(path) = scan.coverage.as_ref().filter(|_| is_new) {
        let file: Value = serde_json::from_slice(&read(path)?).unwrap_or_default();
        if !file["features"].is_array() {
            return Err(RecordError::Malformed {
                path: path.clone(),
                why: "no features".into(),
            });
        }
        coverage.extend(keep(EvidenceRole::Coverage, path, None)?);
    }
    let mut pictures = Vec::new();
    for candidate in &scan.candidates {
        let mut own = Vec::new();
        if store
            .site_of_candidate(&candidate.detection.candidate)?
            .is_none()
        {
            for (role, path) in &candidate.pictures {
                own.extend(keep(*role, path, Some(&candidate.place))?);
            }
        }
        pictures.push(own);
    }
    Ok((coverage, pictures))
}

/// Records a scan, and keeps its coverage and the pictures of its new candidates with the evidence.
///
/// # Errors
/// Those of the registry and of keeping files; nothing is recorded then.
pub fn record(
    store: &mut Store,
    author: &Author,
    scan: &ScanFolder,
    at: &str,
    moment: &mut dyn FnMut() -> Moment,
) -> Result<Recorded, RecordError> {
    let mut done = Recorded::default();
    let is_new = !store
        .unit_events("scan")?
        .iter()
        .any(|s| matches!(&s.event.body, Body::Scan(known) if known.scan == scan.record.scan));
    let (coverage, pictures) = keep_files(store, scan, is_new, at, &mut done)?;
    let done = store.write(|store| {
        if is_new {
            let body = Body::Scan(Box::new(scan.record.clone()));
            store.append(
                author,
                Draft {
                    site: None,
                    at: at.into(),
                    evidence: coverage,
                    body,
                },
                moment(),
            )?;
        }
        // Candidates of one scan are apart already: they are matched to what was known before, not to each other.
        let own: BTreeSet<&str> = scan
            .candidates
            .iter()
            .map(|c| c.detection.candidate.as_str())
            .collect();
        for (candidate, pictures) in scan.candidates.iter().zip(pictures) {
            take(
                store, author, candidate, pictures, &own, at, moment, &mut done,
            )?;
        }
        Ok(done)
    })?;
    Ok(done)
}

#[expect(
    clippy::too_many_arguments,
    reason = "one step of `record`, which holds all of these"
)]
fn take(
    store: &mut Store,
    author: &Author,
    candidate: &Candidate,
    pictures: Vec<EvidenceRef>,
    own: &BTreeSet<&str>,
    at: &str,
    moment: &mut dyn FnMut() -> Moment,
    done: &mut Recorded,
) -> Result<(), StoreError> {
    let detection = &candidate.detection;
    if store.site_of_candidate(&detection.candidate)?.is_some() {
        done.known_before += 1;
        return Ok(());
    }
    let origin = format!("candidate:{}", detection.candidate);
    let radius = f64::from(store.settings().match_radius_m);
    let mut nearby = store.sites_near(&candidate.place, radius)?;
    nearby.retain(|site| {
        site.detection
            .as_ref()
            .is_none_or(|first| !own.contains(first.candidate.as_str()))
    });
    let found = find(&candidate.place, detection, &nearby, store.settings());
    let (site, body) = match found {
        Match::New | Match::Recurs { .. } => {
            let key = SiteKey::of_origin(&origin);
            let recurs_of = match found {
                Match::Recurs { of } => Some(of),
                _ => None,
            };
            let list = if recurs_of.is_some() {
                &mut done.recurring
            } else {
                &mut done.new
            };
            list.push(key);
            let create = Create {
                source: Source::Scan,
                origin,
                place: candidate.place.clone(),
                area_dm2: candidate.area_dm2,
                detection: Some(detection.clone()),
                recurs_of,
                split_from: None,
                name: None,
                note: None,
            };
            (key, Body::Create(Box::new(create)))
        }
        Match::Known {
            site,
            meaning,
            distance_cm,
        } => {
            let settled = nearby.iter().any(|s| s.key == site && !s.state.is_open());
            done.undated += usize::from(settled && detection.captured.is_none());
            match meaning {
                Meaning::Seen => done.seen.push(site),
                Meaning::Raised => done.raised.push(site),
                Meaning::Residue => done.residue.push(site),
            }
            let sighting = Sighting {
                detection: detection.clone(),
                place: candidate.place.clone(),
                meaning,
                distance_cm,
            };
            (site, Body::Sighting(Box::new(sighting)))
        }
    };
    store.append(
        author,
        Draft {
            site: Some(site),
            at: at.into(),
            evidence: pictures,
            body,
        },
        moment(),
    )?;
    Ok(())
}

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

#[derive(Deserialize)]
struct DecisionsJson {
    format: String,
    decided: Vec<DecidedJson>,
}

#[derive(Deserialize)]
struct DecidedJson {
    candidate: String,
    decision: String,
    reason: Option<RejectReason>,
    at: String,
    note: Option<String>,
}

/// Reads the file that `review.html` saves.
///
/// # Errors
/// See [`RecordError`].
pub fn decisions(path: &Path) -> Result<Vec<Decision>, RecordError> {
    let malformed = |why: String| RecordError::Malformed {
        path: path.into(),
        why,
    };
    let file: DecisionsJson =
        serde_json::from_slice(&read(path)?).map_err(|e| malformed(e.to_string()))?;
    if file.format != "papaver.decisions/1" {
        return Err(malformed(format!("format {}", file.format)));
    }
    file.decided
        .into_iter()
        .map(|decided| {
            let keep = match decided.decision.as_str() {
                "keep" => true,
                "reject" => false,
                other => {
                    return Err(malformed(format!(
                        "candidate {}: decision {other}",
                        decided.candidate
                    )));
                }
            };
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
                },
                at: decided.at,
            })
        })
        .collect()
}

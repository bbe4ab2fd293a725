//! A scan's folder as `papaver scan` writes it: what was covered, and its candidates with their pictures.

use super::digests::{ScanDigests, read_in};
use crate::ground::{FileFeature, LonLat, read_features};
use crate::office::RecordError;
use crate::registry::body::{Detection, RecordedScan};
use crate::registry::event::EvidenceRole;
use crate::registry::place::Place;
use crate::registry::unit::is_code;
use crate::schema::{
    self, CANDIDATES_FILE, COVERAGE_FILE, CandidateProperties, FEATURES_FILE, GsdCm, PeriodRecord,
    SCAN_FILE, SourceRecord, lowest_patterns,
};
use std::path::{Path, PathBuf};

/// Sources of a scan whose fingerprints are recorded, at most.
const MOST_SOURCES: usize = 32;

/// A scan as its folder tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanFolder {
    /// Where it came from and what it covered.
    pub record: RecordedScan,
    /// When it was searched, RFC 3339; empty where it does not say.
    pub ran: String,
    /// The unit that flew it, where it says so.
    pub unit: Option<String>,
    /// Its candidates.
    pub candidates: Vec<ScanCandidate>,
    /// The ground searched and not searched, where the folder has it.
    pub coverage: Option<PathBuf>,
    /// What the models saw of each candidate, where the folder has it.
    pub features: Option<PathBuf>,
    /// What the scan says it wrote.
    pub written: ScanDigests,
}

/// One candidate of a scan.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanCandidate {
    /// The detection.
    pub detection: Detection,
    /// Where.
    pub place: Place,
    /// Its area.
    pub area_dm2: Option<i64>,
    /// Its picture and that of its surroundings, where the scan names them.
    pub pictures: Vec<(EvidenceRole, PathBuf)>,
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
        let path = folder.join(SCAN_FILE);
        let malformed = |path: &Path, why: String| RecordError::Malformed {
            path: path.into(),
            why,
        };
        let scan: schema::ScanRecord = serde_json::from_slice(&read_in(folder, &path)?)
            .map_err(|e| malformed(&path, e.to_string()))?;
        if scan.format != schema::SCAN_FORMAT {
            return Err(malformed(&path, format!("format {}", scan.format)));
        }
        let written = ScanDigests::new(folder, &scan)?;
        let candidates = candidates_of(folder, &scan.scan_id, &written)?;
        let (coverage, ground) = coverage_of(folder, &written)?.unzip();
        written.check_totals(&scan, candidates.len(), ground.as_deref())?;
        let days = |period: Option<PeriodRecord>| {
            let days = period.map(|period| [period.from, period.to]);
            days.iter().try_for_each(check_days)?;
            Ok(days)
        };
        let days = |period| days(period).map_err(|why| malformed(&path, why));
        if let Some(made) = &scan.made {
            check_days(&[made.clone(), made.clone()]).map_err(|why| malformed(&path, why))?;
        }
        let record = RecordedScan {
            scan: scan.scan_id,
            survey: scan.survey,
            captured: days(scan.captured)?,
            tagged: days(scan.tagged)?,
            made: scan.made,
            sources: fingerprints(&scan.sources),
            patterns: lowest_patterns(scan.patterns),
            model: [scan.model.name, scan.model.sha256],
            verifier: (scan.second_stage.as_ref())
                .and_then(|s| s.verifier.as_ref().map(|v| v.sha256.clone())),
            threshold_e4: scaled(scan.model.threshold, 1e4),
            gsd_e2_cm: scan
                .sources
                .iter()
                .filter_map(|s| s.gsd_cm.map(GsdCm::coarser))
                .reduce(f64::max)
                .map(|gsd| scaled(gsd, 1e2)),
            searched_m2: scaled(scan.totals.searched_m2, 1.0),
            not_searched_m2: scan
                .totals
                .not_searched_m2
                .into_iter()
                .map(|(reason, m2)| (reason.name().to_owned(), scaled(m2, 1.0)))
                .collect(),
            candidates: candidates.len() as u64,
            unverifiable: !written.is_verifiable(),
        };
        Ok(Self {
            record,
            ran: scan.run.finished,
            unit: scan.unit.filter(|unit| is_code(unit)),
            candidates,
            coverage,
            features: Some(folder.join(FEATURES_FILE)).filter(|path| path.exists()),
            written,
        })
    }
}

/// The fingerprints by which imagery is known again.
fn fingerprints(sources: &[SourceRecord]) -> Vec<String> {
    let of = sources.iter().map(|source| source.fingerprint.as_str());
    let known = |text: &&str| text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let mut all: Vec<String> = of.filter(known).map(str::to_owned).collect();
    all.sort_unstable();
    all.dedup();
    all.truncate(MOST_SOURCES);
    all
}

/// The candidates as the scan wrote them, by rank.
fn candidates_of(
    folder: &Path,
    scan: &str,
    written: &ScanDigests,
) -> Result<Vec<ScanCandidate>, RecordError> {
    let path = folder.join(CANDIDATES_FILE);
    let mut candidates = features_of(&path, written)?
        .iter()
        .map(|feature| {
            candidate(feature, scan, folder).map_err(|why| RecordError::Malformed {
                path: path.clone(),
                why: format!("feature {}: {why}", feature.number),
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    candidates.sort_by(|a, b| {
        (a.detection.rank, &a.detection.candidate).cmp(&(b.detection.rank, &b.detection.candidate))
    });
    Ok(candidates)
}

/// The ground searched and not searched, as the scan wrote it; nothing where a folder of version 0.1.0 has none.
fn coverage_of(
    folder: &Path,
    written: &ScanDigests,
) -> Result<Option<(PathBuf, Vec<FileFeature>)>, RecordError> {
    let path = folder.join(COVERAGE_FILE);
    let is_there = path.exists() || written.names(COVERAGE_FILE);
    let ground = is_there.then(|| features_of(&path, written));
    Ok(ground.transpose()?.map(|ground| (path, ground)))
}

/// The features of a file as the scan wrote it.
fn features_of(path: &Path, written: &ScanDigests) -> Result<Vec<FileFeature>, RecordError> {
    let bytes = written.read(path)?;
    read_features(&bytes).map_err(|flaw| RecordError::GeoJson {
        path: path.into(),
        flaw,
    })
}

/// Reads a file of a scan's folder, and makes sure that it is what the scan wrote; of `scan.json` itself nobody can say so.
pub(in crate::office) fn verified_file(folder: &Path, path: &Path) -> Result<Vec<u8>, RecordError> {
    let record = folder.join(SCAN_FILE);
    let said = read_in(folder, &record)?;
    if path == record {
        return Ok(said);
    }
    let scan: schema::ScanRecord =
        serde_json::from_slice(&said).map_err(|e| RecordError::Malformed {
            path: record.clone(),
            why: e.to_string(),
        })?;
    ScanDigests::new(folder, &scan)?.read(path)
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

fn candidate(feature: &FileFeature, scan: &str, folder: &Path) -> Result<ScanCandidate, String> {
    let properties: CandidateProperties = feature.properties().map_err(|e| e.to_string())?;
    let id = feature.id().or(properties.id).ok_or("no id")?;
    let at = LonLat::new(properties.lon, properties.lat);
    if !at.is_on_earth() {
        return Err(format!("{}, {} is not on the Earth", at.lon, at.lat));
    }
    let area = feature.area()?.ok_or("no geometry")?;
    let place = Place::area(at, &area);
    if !place.is_on_earth() {
        return Err("its outline leaves the Earth".into());
    }
    let captured = match properties.captured.as_deref() {
        None => None,
        Some(text) => {
            let (first, last) = text.split_once('/').unwrap_or((text, text));
            let days = [first.to_owned(), last.to_owned()];
            check_days(&days)?;
            Some(days)
        }
    };
    let pictures = [
        (properties.chip, EvidenceRole::Chip),
        (properties.context, EvidenceRole::Context),
    ];
    Ok(ScanCandidate {
        detection: Detection {
            candidate: id,
            scan: scan.to_owned(),
            captured,
            score_e4: scaled(properties.score_max, 1e4),
            rank: properties.rank,
        },
        place,
        area_dm2: properties.area_m2.map(|m2| scaled(m2, 100.0)),
        pictures: pictures
            .into_iter()
            .filter_map(|(name, role)| Some((role, inside(folder, &name?)?)))
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

//! Learning from verdicts: sites that were put aside, refuted or confirmed tell which candidates of a county are real, and a
//! small head is fitted to them that puts the rest in order. It changes ranks alone.

use super::clock;
use super::learn_error::LearnError;
use super::record::verified_file;
use super::unit_of;
use crate::registry::site::Site;
use crate::registry::state::State;
use crate::schema::{
    CandidateProperties, FEATURES_FORMAT, FeatureRecord, FeaturesRecord, LEARNT_FORMAT,
    LearntRecord, ScanRecord, standardised,
};
use crate::statistics::logistic::{Example, Fit};
use crate::statistics::order::Order;
use crate::store::Store;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Fewer verdicts than this teach nothing.
pub const LEAST_VERDICTS: usize = 20;
/// So many true ones, and so many false ones, there have to be.
const LEAST_OF_A_KIND: usize = 3;
/// Parts that verdicts are divided into: each is judged by what the others teach.
const FOLDS: usize = 5;
/// How strongly what is learnt may be pulled towards the shipped rank.
const PULLS: [f64; 6] = [3.0, 10.0, 30.0, 100.0, 300.0, 1000.0];
/// By so much finer or coarser imagery may be than what was learnt from.
const GSD_SLACK: f64 = 1.25;

/// What was learnt, and what became of the last audit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Learned {
    /// The head.
    pub head: LearntRecord,
    /// Audited candidates of these scans with a verdict: true, false.
    pub audited: [usize; 2],
    /// Audited candidates without one.
    pub audited_open: usize,
    /// Candidates in the scans.
    pub candidates: usize,
}

/// A scan's folder, as far as learning needs it.
struct Folder {
    record: ScanRecord,
    features: FeaturesRecord,
    audits: BTreeSet<String>,
}

/// A candidate with a verdict.
struct Verdict {
    id: String,
    example: Example,
}

/// Learns from the verdicts of a registry on the candidates of scans.
///
/// # Errors
/// See [`LearnError`]; where the verdicts are too few, where they teach nothing, and where what they teach tells verdicts that it has
/// not seen apart worse than the shipped rank does.
pub fn learn(store: &Store, folders: &[PathBuf]) -> Result<Learned, LearnError> {
    let folders = folders.iter().map(|path| read(path));
    let folders: Vec<Folder> = folders.collect::<Result<_, _>>()?;
    let first = folders.first().ok_or(LearnError::NoScan)?;
    let season = agreed(&folders)?;
    let rows = || folders.iter().flat_map(|f| &f.features.candidates);
    let (centre, scale) = spread(&rows().map(|row| &row.values).collect::<Vec<_>>());
    let mut verdicts = Vec::new();
    let (mut audited, mut audited_open) = ([0, 0], 0);
    for folder in &folders {
        for row in &folder.features.candidates {
            let told = verdict(store, &row.id)?;
            if folder.audits.contains(&row.id) {
                match told {
                    Some(yes) => audited[usize::from(!yes)] += 1,
                    None => audited_open += 1,
                }
            }
            verdicts.extend(told.map(|yes| Verdict {
                id: row.id.clone(),
                example: Example {
                    values: standardised(&row.values, &centre, &scale).collect(),
                    offset: row.shipped,
                    yes,
                },
            }));
        }
    }
    let taught = taught(&mut verdicts)?;
    let names = &first.features.names;
    let second = first.record.second_stage.as_ref();
    let head = LearntRecord {
        format: LEARNT_FORMAT.into(),
        unit: unit_of(store)?,
        season,
        expires: format!("{season}-12-31"),
        made: clock::now().to_string(),
        gsd_cm: gsd_range(names, rows().map(|row| row.values.as_slice())),
        model: first.record.model.sha256.clone(),
        verifier: second.and_then(|s| s.verifier.as_ref().map(|v| v.sha256.clone())),
        scans: folders.iter().map(|f| f.record.scan_id.clone()).collect(),
        verdicts: taught.verdicts,
        areas: taught.areas,
        pull: taught.pull,
        names: names.clone(),
        centre,
        scale,
        weights: taught.fit.weights,
        bias: taught.fit.bias,
    };
    Ok(Learned {
        head,
        audited,
        audited_open,
        candidates: rows().count(),
    })
}

/// Reads a scan's folder.
fn read(path: &Path) -> Result<Folder, LearnError> {
    let malformed = |name: &str, why: String| LearnError::Folder {
        path: path.join(name),
        why,
    };
    let (record, features) = (path.join("scan.json"), path.join("features.json"));
    if !features.exists() {
        return Err(LearnError::NoFeatures { path: path.into() });
    }
    let bytes = verified_file(path, &record)?;
    let record: ScanRecord =
        serde_json::from_slice(&bytes).map_err(|e| malformed("scan.json", e.to_string()))?;
    let bytes = verified_file(path, &features)?;
    let features: FeaturesRecord =
        serde_json::from_slice(&bytes).map_err(|e| malformed("features.json", e.to_string()))?;
    let count = features.names.len();
    let fits = features.format == FEATURES_FORMAT
        && features.scan_id == record.scan_id
        && features
            .candidates
            .iter()
            .all(|row| row.values.len() == count);
    if !fits {
        return Err(malformed("features.json", "it is of another scan".into()));
    }
    let bytes = verified_file(path, &path.join("candidates.geojson"))?;
    let candidates: Value = serde_json::from_slice(&bytes)
        .map_err(|e| malformed("candidates.geojson", e.to_string()))?;
    let of_feature = |feature: &Value| {
        let feature = FeatureRecord::<CandidateProperties>::deserialize(feature).ok()?;
        let audited = feature.properties.audit.unwrap_or(false);
        feature.id.filter(|_| audited)
    };
    let all = candidates["features"].as_array();
    Ok(Folder {
        audits: all.into_iter().flatten().filter_map(of_feature).collect(),
        record,
        features,
    })
}

/// The season that all scans are of; all have to be of the same models too.
fn agreed(folders: &[Folder]) -> Result<i16, LearnError> {
    let key = |folder: &Folder| {
        let second = folder.record.second_stage.as_ref();
        let verifier = second.and_then(|s| s.verifier.as_ref().map(|v| v.sha256.clone()));
        let names = folder.features.names.clone();
        (folder.record.model.sha256.clone(), verifier, names)
    };
    let year = |folder: &Folder| {
        let captured = folder.record.captured.as_ref();
        let years = captured.map(|c| (c.from.get(..4), c.to.get(..4)));
        match years {
            Some((Some(from), Some(to))) if from == to => from.parse::<i16>().ok(),
            _ => None,
        }
    };
    let first = folders.first().ok_or(LearnError::NoScan)?;
    for folder in folders {
        let scan = folder.record.scan_id.clone();
        if year(folder).is_none() {
            return Err(LearnError::NoSeason { scan });
        }
        if key(folder) != key(first) || year(folder) != year(first) {
            return Err(LearnError::Unlike { scan });
        }
    }
    year(first).ok_or(LearnError::NoScan)
}

/// What a registry says of a candidate: the sites of this unit, or below it, that it became or was seen at.
fn verdict(store: &Store, candidate: &str) -> Result<Option<bool>, LearnError> {
    let Some(key) = store.site_of_candidate(candidate)? else {
        return Ok(None);
    };
    Ok(store.site(key)?.as_ref().and_then(told))
}

/// Whether a site is real, where somebody said so.
fn told(site: &Site) -> Option<bool> {
    match site.state {
        State::Confirmed | State::Eradicated | State::Closed => Some(true),
        State::Refuted | State::ScreenedOut => Some(false),
        _ => None,
    }
}

/// The mean and the standard deviation of each feature.
fn spread(rows: &[&Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let count = rows.len().max(1) as f64;
    let features = rows.first().map_or(0, |row| row.len());
    let mean = |f: usize| rows.iter().map(|row| row[f]).sum::<f64>() / count;
    let centre: Vec<f64> = (0..features).map(mean).collect();
    let deviation = |f: usize| {
        let squares = rows.iter().map(|row| (row[f] - centre[f]).powi(2));
        let deviation = (squares.sum::<f64>() / count).sqrt();
        // What is the same everywhere tells nothing.
        if deviation > 1e-9 { deviation } else { 1.0 }
    };
    let scale = (0..features).map(deviation).collect();
    (centre, scale)
}

/// Finest and coarsest centimetres a pixel of the candidates, with some slack.
fn gsd_range<'a>(names: &[String], rows: impl Iterator<Item = &'a [f64]>) -> [f64; 2] {
    let at = names.iter().position(|name| name == "gsd");
    let all: Vec<f64> = rows
        .filter_map(|row| row.get(at?).map(|ln| ln.exp()))
        .collect();
    let (finest, coarsest) = (
        all.iter().copied().fold(f64::INFINITY, f64::min),
        all.iter().copied().fold(0.0, f64::max),
    );
    [finest / GSD_SLACK, coarsest * GSD_SLACK]
}

/// A fit that was judged by verdicts that it had not seen.
struct Taught {
    fit: Fit,
    pull: f64,
    verdicts: [usize; 2],
    areas: [f64; 2],
}

/// Fits, with the pull that tells verdicts best which it has not seen.
fn taught(verdicts: &mut [Verdict]) -> Result<Taught, LearnError> {
    // The parts do not depend on the order in which scans were named.
    verdicts.sort_by(|a, b| a.id.cmp(&b.id));
    let kind = |wanted: bool| {
        let of_kind = verdicts.iter().filter(|v| v.example.yes == wanted);
        of_kind.count()
    };
    let (yes, no) = (kind(true), kind(false));
    if yes + no < LEAST_VERDICTS || yes < LEAST_OF_A_KIND || no < LEAST_OF_A_KIND {
        return Err(LearnError::TooFew { yes, no });
    }
    let folds = folds(verdicts);
    let unseen = |pull: Option<f64>| judged(verdicts, &folds, pull);
    let (shipped, before) = unseen(None);
    let tried = PULLS.map(|pull| (pull, unseen(Some(pull))));
    let best = tried
        .into_iter()
        .min_by(|a, b| a.1.0.total_cmp(&b.1.0))
        .filter(|(_, (surprise, _))| *surprise < shipped);
    let Some((pull, (_, after))) = best else {
        return Err(LearnError::NothingLearnt { yes, no });
    };
    if after < before {
        return Err(LearnError::Worse { before, after });
    }
    let examples: Vec<Example> = verdicts.iter().map(|v| v.example.clone()).collect();
    Ok(Taught {
        fit: Fit::new(&examples, pull),
        pull,
        verdicts: [yes, no],
        areas: [before, after],
    })
}

/// The part of each verdict: true and false ones are dealt out in turn, so that every part has both.
fn folds(verdicts: &[Verdict]) -> Vec<usize> {
    let mut dealt: BTreeMap<bool, usize> = BTreeMap::new();
    let deal = |v: &Verdict| {
        let next = dealt.entry(v.example.yes).or_default();
        *next += 1;
        *next % FOLDS
    };
    verdicts.iter().map(deal).collect()
}

/// How surprising verdicts are, and how well they are told apart, each by what the other parts teach; with no pull at all by a shift
/// of the shipped log odds alone.
fn judged(verdicts: &[Verdict], folds: &[usize], pull: Option<f64>) -> (f64, f64) {
    let (mut surprise, mut scored) = (0.0, Vec::new());
    for fold in 0..FOLDS {
        let part = |wanted: bool| -> Vec<Example> {
            let all = verdicts.iter().zip(folds);
            let kept = all.filter(|(_, f)| (**f == fold) == wanted);
            kept.map(|(v, _)| v.example.clone()).collect()
        };
        let (unseen, seen) = (part(true), part(false));
        let fit = Fit::new(&seen, pull.unwrap_or(1e12));
        surprise += fit.surprise(&unseen);
        // A shift that differs from part to part is no part of the order.
        let order = Fit { bias: 0.0, ..fit };
        scored.extend(
            unseen
                .iter()
                .map(|e| (order.log_odds(&e.values, e.offset), e.yes)),
        );
    }
    (surprise, Order::of(&scored).area.unwrap_or(0.5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    /// Verdicts of a county whose false candidates are grey, which the shipped rank does not know.
    fn county(seed: u64, count: usize) -> Vec<Verdict> {
        let mut random = StdRng::seed_from_u64(seed);
        let mut noise = || random.random::<f64>() + random.random::<f64>() - 1.0;
        let one = |n: usize| {
            let yes = n.is_multiple_of(8);
            let grey = if yes { -1.0 } else { 1.0 };
            let mut values: Vec<f64> = (0..10).map(|_| 2.0 * noise()).collect();
            values[3] += grey;
            Verdict {
                id: format!("{n:04}"),
                example: Example {
                    values,
                    offset: 2.0 * noise() + if yes { 0.5 } else { 0.0 },
                    yes,
                },
            }
        };
        (0..count).map(one).collect()
    }

    /// False ones that come before 95 % of the true ones, shipped and learnt.
    fn false_before(fit: &Fit, county: &[Verdict]) -> (usize, usize) {
        let order = |fit: &Fit| {
            let scored = county.iter().map(|v| &v.example);
            let scored = scored.map(|e| (fit.log_odds(&e.values, e.offset), e.yes));
            Order::of(&scored.collect::<Vec<_>>()).false_before
        };
        (order(&Fit::none(10)), order(fit))
    }

    #[test]
    fn a_hundred_verdicts_halve_the_false_ones_of_another_flight_and_too_few_teach_nothing() {
        let taught = taught(&mut county(1, 100)).expect("learnt");
        assert!(
            taught.areas[1] > taught.areas[0] + 0.05,
            "{:?}",
            taught.areas
        );
        let (shipped, learnt) = false_before(&taught.fit, &county(2, 800));
        assert!(2 * learnt < shipped, "{learnt} of {shipped}");
        assert!(matches!(
            super::taught(&mut county(1, 19)),
            Err(LearnError::TooFew { yes: 3, no: 16 })
        ));
    }

    #[test]
    fn what_is_not_there_is_not_learnt() {
        let mut refused = 0;
        for seed in 0..20 {
            let mut verdicts = county(seed, 60);
            for verdict in &mut verdicts {
                verdict.example.values[3] = 0.0;
            }
            match taught(&mut verdicts) {
                Err(_) => refused += 1,
                Ok(taught) => {
                    let mut flight = county(100 + seed, 800);
                    for verdict in &mut flight {
                        verdict.example.values[3] = 0.0;
                    }
                    let (shipped, learnt) = false_before(&taught.fit, &flight);
                    assert!(
                        learnt as f64 <= 1.15 * shipped as f64,
                        "{learnt} of {shipped}"
                    );
                }
            }
        }
        assert!(refused >= 10, "{refused} of 20");
    }

    #[test]
    fn ten_thousand_are_fitted_and_a_hundred_thousand_ranked_in_seconds_at_most() {
        let started = std::time::Instant::now();
        let county = county(3, 2_000);
        let examples: Vec<Example> = county.into_iter().map(|v| v.example).collect();
        let fit = Fit::new(&examples, 10.0);
        let ranked: f64 = (0..100_000)
            .map(|n| fit.log_odds(&examples[n % examples.len()].values, 0.0))
            .sum();
        assert!(ranked.is_finite() && started.elapsed().as_secs() < 5);
    }
}

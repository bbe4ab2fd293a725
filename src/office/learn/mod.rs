//! Learning from verdicts: sites that were put aside, refuted or confirmed tell which candidates of a county are real, and a
//! small head is fitted to them that puts the rest in order. It changes ranks alone. What was learnt is an event of the registry, which
//! can be voided; what is in force is asked of the registry.

mod error;
mod fit;
mod guard;
mod lesson;
mod verdict;

pub use error::LEAST_VERDICTS;
pub use error::LearnError;
pub use verdict::SiteVerdict;

use super::{Office, Session, unit_of};
use crate::registry::affairs::Stamped;
use crate::registry::body::{Body, LearntHead};
use crate::registry::ids::Hash;
use crate::registry::label::label_of;
use crate::registry::site::Site;
use crate::registry::unit::is_at_or_below;
use crate::schema::{FeaturesOf, FeaturesRecord, LEARNT_FORMAT, LearntRecord, standardised};
use crate::statistics::logistic::Example;
use crate::store::{Store, StoreError};
use fit::{LabelledCandidate, taught};
use guard::Recall;
use lesson::Lesson;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use verdict::{flights, told};

/// By so much finer or coarser imagery may be than what was learnt from.
const GSD_SLACK: f64 = 1.25;

/// What was learnt, and what became of the audits before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Learned {
    /// The head.
    pub head: LearntRecord,
    /// Audited candidates of these scans that were decided on since, of whatever was in force: true, false.
    pub audited: [usize; 2],
    /// Audited candidates without one.
    pub audited_open: usize,
    /// Candidates in the scans.
    pub candidates: usize,
    /// Scans of whose features the registry kept none: nobody can say whether their folders are what was scanned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unverified: Vec<String>,
    /// The event that holds it, where it was recorded.
    pub entry: Option<Hash>,
}

/// Learns from the verdicts of a registry on the candidates of scans: of these folders, or without any of the recorded scans of the last
/// season; and records what was learnt.
///
/// # Errors
/// See [`LearnError`]; where the verdicts are too few, where they teach nothing, where what they teach tells verdicts that it has
/// not seen apart worse than the shipped rank does, where it would lose plots, and what the law refuses.
pub fn learn(
    office: &mut Office,
    session: &Session,
    folders: &[PathBuf],
) -> Result<Learned, LearnError> {
    let mut learned = learned(office.store(), folders, session.at())?;
    let body = Body::Learnt(Box::new(LearntHead::of(&learned.head)));
    learned.entry = Some(office.record(session, None, vec![], body)?.hash);
    Ok(learned)
}

fn learned(store: &Store, folders: &[PathBuf], at: &str) -> Result<Learned, LearnError> {
    let lessons = match folders {
        [] => Lesson::recorded(store)?,
        folders => {
            let of = |path: &PathBuf| Lesson::of_folder(path, store.settings());
            let folders = folders.iter().map(of);
            folders.collect::<Result<_, _>>()?
        }
    };
    let lessons = Lesson::once(lessons);
    let unverified = unverified(store, &lessons)?;
    let season = agreed(&lessons)?;
    let told = told(store, &flights(&lessons))?;
    let seen: Vec<&FeaturesRecord> = lessons.iter().map(|l| &l.features).collect();
    let fitted = fitted(&seen, &told)?;
    let first = lessons.first().ok_or(LearnError::NoScan)?;
    let of_none = || LearnError::NoSeason {
        scan: first.scan.clone(),
    };
    let days = store.settings().season_days(season);
    let [from, expires] = days.ok_or_else(of_none)?;
    let names = &first.features.names;
    let rows = || rows(&seen);
    let head = LearntRecord {
        format: LEARNT_FORMAT.into(),
        unit: unit_of(store)?,
        season,
        from: Some(from.to_string()),
        expires: expires.to_string(),
        made: at.to_owned(),
        gsd_cm: gsd_range(names, rows().map(|row| row.values.as_slice())),
        model: first.model.clone(),
        verifier: first.verifier.clone(),
        scans: lessons.iter().map(|l| l.scan.clone()).collect(),
        verdicts: fitted.verdicts,
        areas: fitted.areas,
        recall: None,
        recall_depth: None,
        pull: fitted.pull,
        names: names.clone(),
        centre: fitted.centre,
        scale: fitted.scale,
        weights: fitted.weights,
        bias: fitted.bias,
        by_lot: true,
    };
    let recall = guarded(&head, &seen)?;
    let head = LearntRecord {
        recall: recall.map(|recall| recall.shares),
        recall_depth: recall.map(|recall| recall.depth),
        ..head
    };
    let (audited, audited_open) = audit(store, &seen)?;
    Ok(Learned {
        // As the event says it, in whole numbers.
        head: LearntHead::of(&head).record(at),
        audited,
        audited_open,
        candidates: rows().count(),
        unverified,
        entry: None,
    })
}

/// The scans of whose features the registry kept none.
///
/// # Errors
/// [`LearnError::Otherwise`] of a folder whose features are not those that were kept.
fn unverified(store: &Store, lessons: &[Lesson]) -> Result<Vec<String>, LearnError> {
    let mut unverified = Vec::new();
    for lesson in lessons {
        let scan = || lesson.scan.clone();
        match lesson.is_as_recorded(store)? {
            Some(true) => {}
            Some(false) => return Err(LearnError::Otherwise { scan: scan() }),
            None => unverified.push(scan()),
        }
    }
    Ok(unverified)
}

fn rows<'a>(seen: &'a [&FeaturesRecord]) -> impl Iterator<Item = &'a FeaturesOf> {
    seen.iter().flat_map(|features| &features.candidates)
}

/// What verdicts teach of candidates.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The mean of each feature.
    pub centre: Vec<f64>,
    /// Its standard deviation.
    pub scale: Vec<f64>,
    /// What each is multiplied by.
    pub weights: Vec<f64>,
    /// What is added.
    pub bias: f64,
    /// How strongly it was pulled towards the shipped rank.
    pub pull: f64,
    /// Sites whose verdict was true, and was false.
    pub verdicts: [usize; 2],
    /// How well unseen verdicts were told apart, shipped and learnt.
    pub areas: [f64; 2],
}

/// Fits a head to verdicts, by the ids of candidates, on what the models saw of all of them.
///
/// # Errors
/// Where verdicts are too few or teach nothing.
pub fn fitted(
    seen: &[&FeaturesRecord],
    told: &BTreeMap<String, SiteVerdict>,
) -> Result<Fitted, LearnError> {
    let (centre, scale) = spread(&rows(seen).map(|row| &row.values).collect::<Vec<_>>());
    let mut verdicts: Vec<LabelledCandidate> = rows(seen)
        .filter_map(|row| {
            let verdict = told.get(&row.id)?;
            let example = Example {
                values: standardised(&row.values, &centre, &scale).collect(),
                offset: row.shipped,
                yes: verdict.poppy,
            };
            let (id, site) = (row.id.clone(), verdict.site.clone());
            Some(LabelledCandidate { id, site, example })
        })
        .collect();
    let taught = taught(&mut verdicts)?;
    Ok(Fitted {
        centre,
        scale,
        weights: taught.fit.weights,
        bias: taught.fit.bias,
        pull: taught.pull,
        verdicts: taught.verdicts,
        areas: taught.areas,
    })
}

/// The recall of rendered plots before and after, unless too much of it would be lost.
fn guarded(head: &LearntRecord, seen: &[&FeaturesRecord]) -> Result<Option<Recall>, LearnError> {
    match guard::recall(head, seen) {
        Some(recall) if recall.excess() > 0.0 => {
            let [before, after] = recall.shares;
            Err(LearnError::Loses {
                depth: recall.depth,
                before,
                after,
            })
        }
        recall => Ok(recall),
    }
}

/// What became of those of these candidates that would have gone down, by whatever was in force, and stayed to be looked at.
fn audit(store: &Store, seen: &[&FeaturesRecord]) -> Result<([usize; 2], usize), StoreError> {
    let candidates: HashSet<&str> = rows(seen).map(|row| row.id.as_str()).collect();
    let (own, settings) = (store.authority().unit(), store.settings());
    let kept = store.audited()?;
    let of_site = |site: Site| {
        let found = site.detection.as_ref()?;
        let is_of = kept.contains(&site.key) && candidates.contains(found.candidate.as_str());
        let is_own = is_at_or_below(&site.unit, own);
        (is_of && is_own).then(|| label_of(&site, found, settings))
    };
    let told = store.map_sites(of_site)?;
    let count = |wanted: Option<bool>| told.iter().filter(|told| **told == wanted).count();
    Ok(([count(Some(true)), count(Some(false))], count(None)))
}

/// The season that all scans are of; all have to be of the same models too.
fn agreed(lessons: &[Lesson]) -> Result<i16, LearnError> {
    let first = lessons.first().ok_or(LearnError::NoScan)?;
    for lesson in lessons {
        let scan = lesson.scan.clone();
        if lesson.season.is_none() {
            return Err(LearnError::NoSeason { scan });
        }
        if lesson.key() != first.key() {
            return Err(LearnError::Unlike { scan });
        }
    }
    first.season.ok_or(LearnError::NoScan)
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
        if deviation > 1e-5 { deviation } else { 1.0 }
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
    let finest = all.iter().copied().fold(f64::INFINITY, f64::min);
    let coarsest = all.iter().copied().fold(0.0, f64::max);
    [finest / GSD_SLACK, coarsest * GSD_SLACK]
}

/// A head of a registry, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub struct ListedHead {
    /// Its event.
    #[serde(flatten)]
    pub said: Stamped<LearntHead>,
    /// The scans that it puts in order.
    pub orders: Vec<String>,
}

/// The heads of a registry that were not voided, the last first, with the scans that each puts in order.
///
/// # Errors
/// Those of reading.
pub fn heads(store: &Store) -> Result<Vec<ListedHead>, StoreError> {
    let affairs = store.affairs()?;
    let mut orders: HashMap<Hash, Vec<String>> = HashMap::new();
    for sealed in store.followed("scan")? {
        if let Body::Scan(scan) = &sealed.event.body
            && let Some(head) = affairs.head_for(&sealed.event.actor.unit, scan)
        {
            let of_head = orders.entry(head.stamp.event).or_default();
            of_head.push(scan.scan.clone());
        }
    }
    let list = |said: Stamped<LearntHead>| ListedHead {
        orders: orders.remove(&said.stamp.event).unwrap_or_default(),
        said,
    };
    Ok(affairs.heads.into_iter().rev().map(list).collect())
}

/// The heads that may hold for scans of a unit, the nearest and latest first; of this registry's unit where none is named.
///
/// # Errors
/// Those of reading.
pub fn heads_for(store: &Store, unit: Option<&str>) -> Result<Vec<LearntRecord>, StoreError> {
    let own = unit_of(store)?;
    let affairs = store.affairs()?;
    let heads = affairs.heads_for(unit.unwrap_or(&own));
    Ok(heads
        .iter()
        .map(|head| head.body.record(&head.stamp.at))
        .collect())
}

#[cfg(test)]
mod audit_tests;
#[cfg(test)]
mod tests;

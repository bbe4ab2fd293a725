//! What a registry says of the candidates of lessons: of a site one candidate a flight, however often its imagery was searched.

use super::lesson::Lesson;
use crate::registry::body::Detection;
use crate::registry::label::label_of;
use crate::registry::site::Site;
use crate::registry::unit::is_at_or_below;
use crate::store::{Store, StoreError};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What was found out about a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteVerdict {
    /// The site that it became, or else was seen at.
    pub site: String,
    /// Whether it is poppy.
    pub poppy: bool,
}

/// The flight of each candidate of lessons, by a number: lessons that share a file of imagery are of one.
pub(super) fn flights(lessons: &[Lesson]) -> HashMap<&str, usize> {
    let mut flights: Vec<usize> = (0..lessons.len()).collect();
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (n, lesson) in lessons.iter().enumerate() {
        for source in &lesson.sources {
            let known = *first.entry(source).or_insert(n);
            let (kept, gone) = (flights[known], flights[n]);
            let of_gone = flights.iter_mut().filter(|flight| **flight == gone);
            of_gone.for_each(|flight| *flight = kept);
        }
    }
    let of_flights = lessons.iter().zip(flights);
    let candidates = of_flights.flat_map(|(lesson, flight)| {
        let candidates = lesson.features.candidates.iter();
        candidates.map(move |row| (row.id.as_str(), flight))
    });
    candidates.collect()
}

/// What a registry says of candidates whose flights are known: the sites of this unit, or below it, that they became, or else were
/// seen at. Of several candidates of one flight at a site the one that it was found by counts, else the first by its id.
pub(super) fn told(
    store: &Store,
    flights: &HashMap<&str, usize>,
) -> Result<BTreeMap<String, SiteVerdict>, StoreError> {
    let (own, settings) = (store.authority().unit(), store.settings());
    let of_site = |site: Site| {
        let became = site.detection.iter().map(|d| (true, d));
        let seen = site.sightings.iter().map(|s| (false, &s.detection));
        let told = became.chain(seen);
        let told = told.filter(|(_, d)| flights.contains_key(d.candidate.as_str()));
        let of = |(became, d): (bool, &Detection)| {
            let poppy = label_of(&site, d, settings)?;
            Some((d.candidate.clone(), (became, site.key, poppy)))
        };
        is_at_or_below(&site.unit, own).then(|| told.filter_map(of).collect())
    };
    let told: Vec<Vec<_>> = store.map_sites(of_site)?;
    let mut told: Vec<_> = told.into_iter().flatten().collect();
    // What a candidate became comes last, and stands.
    told.sort_by_key(|(_, said)| *said);
    let of_candidates: BTreeMap<String, _> = told.into_iter().collect();
    let mut told: Vec<_> = of_candidates.into_iter().collect();
    told.sort_by_key(|(_, (became, ..))| !became);
    let mut known = HashSet::new();
    told.retain(|(id, (_, site, _))| known.insert((*site, flights.get(id.as_str()))));
    let verdict = |(id, (_, site, poppy)): (String, (bool, _, bool))| {
        let site = format!("{site:?}");
        (id, SiteVerdict { site, poppy })
    };
    Ok(told.into_iter().map(verdict).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{FEATURES_FORMAT, FeaturesOf, FeaturesRecord};

    fn lesson(scan: &str, sources: &[&str]) -> Lesson {
        let features = FeaturesRecord {
            format: FEATURES_FORMAT.into(),
            scan_id: scan.into(),
            names: vec![],
            candidates: vec![FeaturesOf {
                id: format!("{scan}-1"),
                rank: None,
                shipped: 0.0,
                values: vec![],
            }],
        };
        Lesson::of_flight(scan, sources, features)
    }

    #[test]
    fn scans_that_share_imagery_are_of_one_flight_and_each_is_one_lesson() {
        let lessons = Lesson::once(vec![
            lesson("a", &["x"]),
            lesson("b", &["y", "z"]),
            lesson("a", &["x"]),
            lesson("c", &["z", "x"]),
            lesson("d", &["w"]),
            lesson("e", &[]),
        ]);
        let scans: Vec<&str> = lessons.iter().map(|lesson| lesson.scan.as_str()).collect();
        assert_eq!(scans, ["a", "b", "c", "d", "e"]);
        let flights = flights(&lessons);
        assert_eq!(flights["a-1"], flights["b-1"], "by way of the third");
        assert_eq!(flights["a-1"], flights["c-1"]);
        let others: HashSet<usize> = ["a-1", "d-1", "e-1"].map(|id| flights[id]).into();
        assert_eq!(others.len(), 3);
    }
}

//! Learning on rendered flights, whose features the program itself computed: `models/train/papaver_train/flights.py` makes them.

use super::guard::{recall, recalls};
use super::*;
use crate::schema::{FEATURES_FORMAT, fixture};
use crate::statistics::order::Discrimination;
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    real: bool,
    shipped: f64,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct Flights {
    model: String,
    verifier: Option<String>,
    names: Vec<String>,
    first: Vec<Row>,
    second: Vec<Row>,
}

fn flights() -> Flights {
    serde_json::from_str(include_str!("../../../tests/fixtures/flights.json")).expect("the fixture")
}

/// A flight as a scan keeps it, and which of its candidates are real.
fn features(
    name: &str,
    flights: &Flights,
    rows: &[Row],
) -> (FeaturesRecord, BTreeMap<String, bool>) {
    let id = |n: usize| format!("{name}-{n:04}");
    let candidate = |(n, row): (usize, &Row)| FeaturesOf {
        id: id(n),
        rank: Some(n as u64 + 1),
        shipped: row.shipped,
        values: row.values.clone(),
    };
    let record = FeaturesRecord {
        format: FEATURES_FORMAT.into(),
        scan_id: name.into(),
        names: flights.names.clone(),
        candidates: rows.iter().enumerate().map(candidate).collect(),
    };
    let real = rows.iter().enumerate().map(|(n, row)| (id(n), row.real));
    (record, real.collect())
}

/// A flight as a county's list would be: with a quarter of its plots, since fields are not sown as densely as these flights were.
fn county(flight: &(FeaturesRecord, BTreeMap<String, bool>)) -> FeaturesRecord {
    let mut list = flight.0.clone();
    let mut plots = 0;
    list.candidates.retain(|candidate| {
        plots += usize::from(flight.1[&candidate.id]);
        !flight.1[&candidate.id] || plots % 4 == 0
    });
    list
}

/// So many verdicts of a flight, no more than a tenth of them true: its candidates in an order that says nothing of them.
fn told(
    flight: &(FeaturesRecord, BTreeMap<String, bool>),
    count: usize,
    seed: &str,
) -> BTreeMap<String, SiteVerdict> {
    let mut ids: Vec<&String> = flight.1.keys().collect();
    ids.sort_by_key(|id| crate::schema::lot(seed, id));
    let of = |wanted: bool, count: usize| {
        let all = ids.iter().filter(move |id| flight.1[**id] == wanted);
        let verdict = move |id: &&String| SiteVerdict {
            site: (*id).clone(),
            poppy: wanted,
        };
        all.take(count).map(move |id| ((*id).clone(), verdict(id)))
    };
    let yes = (count / 10).max(3);
    of(true, yes).chain(of(false, count - yes)).collect()
}

fn head(flights: &Flights, flight: &FeaturesRecord, fitted: Fitted) -> LearntRecord {
    LearntRecord {
        gsd_cm: [1.0, 4.0],
        model: flights.model.clone(),
        verifier: flights.verifier.clone(),
        scans: vec![flight.scan_id.clone()],
        verdicts: fitted.verdicts,
        areas: fitted.areas,
        pull: fitted.pull,
        names: flights.names.clone(),
        centre: fitted.centre,
        scale: fitted.scale,
        weights: fitted.weights,
        bias: fitted.bias,
        by_lot: true,
        ..fixture::head(0.0)
    }
}

/// False ones before 95 % of the true ones of a flight, by the shipped rank and by a head.
fn false_before(
    flight: &(FeaturesRecord, BTreeMap<String, bool>),
    head: &LearntRecord,
) -> [usize; 2] {
    let order = |odds: &dyn Fn(&FeaturesOf) -> f64| {
        let rows = flight.0.candidates.iter();
        let scored: Vec<(f64, bool)> = rows.map(|row| (odds(row), flight.1[&row.id])).collect();
        Discrimination::of(&scored).false_before
    };
    [
        order(&|row| row.shipped),
        order(&|row| head.log_odds(&row.values, row.shipped)),
    ]
}

/// How many more of another flight's false ones come before 95 % of its true ones after so many verdicts, as a share of all its false
/// ones, over ten choices of the verdicts; of those that taught nothing, or would lose plots, none.
fn more_before(count: usize) -> Vec<f64> {
    let flights = flights();
    let first = features("first", &flights, &flights.first);
    let second = features("second", &flights, &flights.second);
    let all = second.1.values().filter(|real| !**real).count();
    let one = |seed: usize| {
        let told = told(&first, count, &seed.to_string());
        let Ok(fitted) = fitted(&[&first.0], &told) else {
            return 0.0;
        };
        let head = head(&flights, &first.0, fitted);
        if guarded(&head, &[&county(&first)]).is_err() {
            return 0.0;
        }
        let [before, after] = false_before(&second, &head);
        (after as f64 - before as f64) / all as f64
    };
    let mut shares: Vec<f64> = (0..10).map(one).collect();
    shares.sort_by(f64::total_cmp);
    println!("{count} verdicts: {shares:.2?} of the false ones more");
    shares
}

/// The looks' scores, shapes and colours of these flights say little of what a plot is: what is learnt from them must not make another
/// flight worse.
#[test]
fn what_one_flight_teaches_does_not_spoil_another() {
    for count in [25, 50, 73] {
        let shares = more_before(count);
        let median = f64::midpoint(shares[4], shares[5]);
        assert!(median <= 0.02, "{count} verdicts: {median}");
        assert!(shares[9] <= 0.15, "{count} verdicts: {}", shares[9]);
    }
}

/// A head that multiplies a feature, and no other.
fn single(flights: &Flights, flight: &FeaturesRecord, feature: &str, weight: f64) -> LearntRecord {
    let rows: Vec<&Vec<f64>> = flight.candidates.iter().map(|row| &row.values).collect();
    let (centre, scale) = spread(&rows);
    let weights = flights.names.iter();
    let weights = weights.map(|name| if name == feature { weight } else { 0.0 });
    let fitted = Fitted {
        weights: weights.collect(),
        centre,
        scale,
        bias: 0.7,
        pull: 1.0,
        verdicts: [10, 20],
        areas: [0.5, 0.9],
    };
    head(flights, flight, fitted)
}

#[test]
fn a_head_that_moves_plots_down_is_refused_and_one_that_does_not_stands() {
    let flights = flights();
    let first = county(&features("first", &flights, &flights.first));
    let of = |feature: &str, weight: f64| {
        let head = single(&flights, &first, feature, weight);
        (
            recall(&head, &[&first]).expect("plots of this model"),
            guarded(&head, &[&first]),
        )
    };
    let (recall, stands) = of("red", 0.0);
    assert!(recall.excess() <= 0.0, "{recall:?}");
    assert!(matches!(stands, Ok(Some(_))));
    let (recall, refused) = of("looks", -5.0);
    assert!(recall.excess() > 0.2, "{recall:?}");
    assert!(matches!(refused, Err(LearnError::Loses { .. })));
    // The county's own resolution is no reason.
    let (recall, _) = of("gsd", 5.0);
    assert!(recall.excess() <= 0.0, "{recall:?}");
    // Of another model there are no plots: nothing can be said.
    let mut other = single(&flights, &first, "looks", -5.0);
    other.model = "another".into();
    assert!(matches!(guarded(&other, &[&first]), Ok(None)));
}

#[test]
fn the_plots_are_of_the_built_in_models() {
    use sha2::{Digest, Sha256};
    let sha256 = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    let model = sha256(include_bytes!("../../../models/papaver.onnx"));
    let verifier = sha256(include_bytes!("../../../models/papaver-verifier.onnx"));
    let flights = flights();
    assert_eq!(
        (flights.model, flights.verifier),
        (model, Some(verifier)),
        "make them anew: models/train/README.md"
    );
}

/// A head may move no plot out of the upper half, and yet many out of the first of the list: one by a single feature does.
#[test]
fn a_head_that_keeps_the_half_and_empties_the_top_is_refused() {
    let flights = flights();
    let first = county(&features("first", &flights, &flights.first));
    let heads = flights.names.iter().flat_map(|name| {
        let weighed = [-3.0, -2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 3.0];
        weighed.map(|weight| single(&flights, &first, name, weight))
    });
    let keeps_the_half = |head: &LearntRecord| {
        let all = recalls(head, &[&first]).expect("plots of this model");
        let worst = all.iter().max_by(|a, b| a.excess().total_cmp(&b.excess()));
        worst
            .filter(|part| part.excess() > 0.0 && all[3].excess() <= 0.0)
            .map(|part| part.depth)
    };
    let found = heads.filter_map(|head| Some((keeps_the_half(&head)?, head)));
    let found: Vec<(f64, LearntRecord)> = found.collect();
    assert!(!found.is_empty());
    for (emptied, head) in found {
        let refused = guarded(&head, &[&first]).expect_err("refused");
        let LearnError::Loses { depth, .. } = &refused else {
            panic!("{refused:?}");
        };
        assert!((depth - emptied).abs() < 1e-9, "{depth} {emptied}");
        let said = refused.to_string();
        let part = format!("the first {:.0} % of the list", 100.0 * emptied);
        assert!(said.contains(&part), "{said}");
    }
}

/// The shallow parts refuse a third at most of the lessons that the half lets through: their places change by chance, and the first
/// twentieth of these lists is four candidates.
#[test]
fn most_of_what_is_learnt_honestly_stands_in_every_part() {
    let flights = flights();
    let (mut half, mut all) = (0, 0);
    for (name, rows) in [("first", &flights.first), ("second", &flights.second)] {
        let flight = features(name, &flights, rows);
        for seed in 0..16 {
            let told = told(&flight, 50, &seed.to_string());
            let Ok(fitted) = fitted(&[&flight.0], &told) else {
                continue;
            };
            let head = head(&flights, &flight.0, fitted);
            let parts = recalls(&head, &[&county(&flight)]).expect("plots of this model");
            if parts[3].excess() <= 0.0 {
                half += 1;
                all += usize::from(parts.iter().all(|part| part.excess() <= 0.0));
            }
        }
    }
    println!("{all} of {half} stand");
    assert!(half >= 10 && 3 * all >= 2 * half, "{all} of {half}");
}

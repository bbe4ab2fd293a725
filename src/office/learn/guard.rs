//! What learning must not lose: rendered plots of all stages that come with the program, planted among a county's own candidates.
//!
//! Whoever screens the upper half of the list finds as many of them by what was learnt as by the shipped rank, less one point of
//! recall at most. The share of the county's candidates that comes before a plot is its depth in the list; what the plots cannot know
//! of the county, the resolution and how many photos show a place, they take from it.

use crate::schema::{FeaturesRecord, LearntRecord};
use serde::Deserialize;

/// The plots, made by `models/train/papaver_train/flights.py`.
const ANCHORS: &str = include_str!("../../../models/anchors.json");
/// So much recall may be lost.
pub(super) const MAY_LOSE: f64 = 0.01;
/// The part of the list that is screened.
const SCREENED: f64 = 0.5;
/// Features that are the county's.
const OF_THE_COUNTY: [&str; 2] = ["gsd", "seen_share"];

/// The plots of a model.
#[derive(Debug, Deserialize)]
struct Anchors {
    /// SHA-256 of the model that found them.
    model: String,
    /// The features by name.
    names: Vec<String>,
    /// What it saw of each.
    plots: Vec<Plot>,
}

#[derive(Debug, Deserialize)]
struct Plot {
    shipped: f64,
    values: Vec<f64>,
}

/// The share of the plots in the upper half of the list, by the shipped rank and by a head; `None` where there are none for its
/// models, or no candidates.
pub(super) fn recall(head: &LearntRecord, county: &[&FeaturesRecord]) -> Option<[f64; 2]> {
    let anchors: Anchors = serde_json::from_str(ANCHORS).ok()?;
    let fits =
        anchors.model == head.model && head.verifier.is_none() && anchors.names == head.names;
    fits.then(|| anchors.recall(head, county)).flatten()
}

impl Anchors {
    fn recall(&self, head: &LearntRecord, county: &[&FeaturesRecord]) -> Option<[f64; 2]> {
        let rows = || county.iter().flat_map(|scan| &scan.candidates);
        let of_county: Vec<bool> = (self.names.iter())
            .map(|name| OF_THE_COUNTY.contains(&name.as_str()))
            .collect();
        let planted = |plot: &Plot| -> Vec<f64> {
            let values = plot.values.iter().zip(&head.centre).zip(&of_county);
            let value = |((own, theirs), of_county): ((&f64, &f64), &bool)| {
                if *of_county { *theirs } else { *own }
            };
            values.map(value).collect()
        };
        let shipped = Depths::new(rows().map(|row| row.shipped).collect())?;
        let learnt = |values: &[f64], shipped: f64| head.log_odds(values, shipped);
        let ours = Depths::new(rows().map(|row| learnt(&row.values, row.shipped)).collect())?;
        let share = |is_above: &dyn Fn(&Plot) -> bool| {
            let above = self.plots.iter().filter(|plot| is_above(plot)).count();
            above as f64 / self.plots.len().max(1) as f64
        };
        Some([
            share(&|plot| shipped.is_above(plot.shipped)),
            share(&|plot| ours.is_above(learnt(&planted(plot), plot.shipped))),
        ])
    }
}

/// The log odds of a county's candidates, sorted.
struct Depths(Vec<f64>);

impl Depths {
    fn new(mut odds: Vec<f64>) -> Option<Self> {
        odds.sort_by(f64::total_cmp);
        (!odds.is_empty()).then_some(Self(odds))
    }

    /// Whether something of these log odds comes within the part of the list that is screened.
    fn is_above(&self, odds: f64) -> bool {
        let before = self.0.len() - self.0.partition_point(|other| *other <= odds);
        before as f64 <= SCREENED * self.0.len() as f64
    }
}

//! What learning must not lose: rendered plots of all stages that come with the program, planted among a county's own candidates.
//!
//! Whoever screens the first part of the list, however far, finds as many of them by what was learnt as by the shipped rank, or hardly
//! fewer. The share of the county's candidates that comes before a plot is its depth in the list; what the plots cannot know of the
//! county, the resolution and how many photos show a place, they take from it.

use crate::schema::{FeaturesRecord, LearntRecord};
use serde::Deserialize;

/// The plots, made by `models/train/papaver_train/flights.py`.
const ANCHORS: &str = include_str!("../../../models/anchors.json");
/// Parts of the list that somebody may have time for, and how much recall may be lost in each.
///
/// One of 79 plots is 1.3 points. Where few candidates are in a part, which plots come before the last of them changes by chance: what
/// rendered flights of some eighty candidates teach honestly moves recall by 8 points (one standard deviation) in the first twentieth and
/// tenth, by 6 in the first fifth and by 2 in the half.
const DEPTHS: [(f64, f64); 4] = [(0.05, 0.1), (0.1, 0.1), (0.2, 0.08), (0.5, 0.01)];
/// Features that are the county's.
const OF_THE_COUNTY: [&str; 2] = ["gsd", "seen_share"];

/// The plots of a model.
#[derive(Debug, Deserialize)]
struct Anchors {
    /// SHA-256 of the model that found them.
    model: String,
    /// SHA-256 of the verifier that looked at them.
    verifier: Option<String>,
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

/// The share of the plots in the first part of the list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recall {
    /// The part.
    pub depth: f64,
    /// The share by the shipped rank, and by a head.
    pub shares: [f64; 2],
    /// How much of it may be lost.
    pub may_lose: f64,
}

impl Recall {
    /// How much more is lost than may be.
    pub fn excess(&self) -> f64 {
        self.shares[0] - self.shares[1] - self.may_lose
    }
}

/// The recall at the depth at which a head loses most of what it may; `None` where there are no plots for its models, or no candidates.
pub(super) fn recall(head: &LearntRecord, county: &[&FeaturesRecord]) -> Option<Recall> {
    let all = recalls(head, county)?.into_iter();
    all.max_by(|a, b| a.excess().total_cmp(&b.excess()))
}

/// The recall at every depth.
pub(super) fn recalls(head: &LearntRecord, county: &[&FeaturesRecord]) -> Option<[Recall; 4]> {
    let anchors: Anchors = serde_json::from_str(ANCHORS).ok()?;
    let fits = anchors.model == head.model
        && anchors.verifier == head.verifier
        && anchors.names == head.names;
    fits.then(|| anchors.recalls(head, county)).flatten()
}

impl Anchors {
    fn recalls(&self, head: &LearntRecord, county: &[&FeaturesRecord]) -> Option<[Recall; 4]> {
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
        let plots = self.plots.iter();
        let depths: Vec<[f64; 2]> = plots
            .map(|plot| {
                let own = learnt(&planted(plot), plot.shipped);
                [shipped.of(plot.shipped), ours.of(own)]
            })
            .collect();
        Some(DEPTHS.map(|(depth, may_lose)| Recall {
            depth,
            shares: [0, 1].map(|order| {
                let above = depths.iter().filter(|of| of[order] <= depth).count();
                above as f64 / depths.len().max(1) as f64
            }),
            may_lose,
        }))
    }
}

/// The log odds of a county's candidates, sorted.
struct Depths(Vec<f64>);

impl Depths {
    fn new(mut odds: Vec<f64>) -> Option<Self> {
        odds.sort_by(f64::total_cmp);
        (!odds.is_empty()).then_some(Self(odds))
    }

    /// The part of the list that comes before something of these log odds.
    fn of(&self, odds: f64) -> f64 {
        let before = self.0.len() - self.0.partition_point(|other| *other <= odds);
        before as f64 / self.0.len() as f64
    }
}

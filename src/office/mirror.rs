//! A registry as tables of another database, for the bureau's own maps: sites, visits, history, and the coverage of each season.

use super::{OfficeError, clock, unit_of};
use crate::exchange::ledger::LedgerContext;
use crate::exchange::{Export, mirror};
use crate::province::coverage::Coverage;
use crate::province::effort::{effort, season_of};
use crate::province::facts::Facts;
use crate::province::projection::{facts_of, windows_of};
use crate::remote::{DatabaseTarget, TableComments, fill};
use crate::store::{Filter, Store};
use crate::tr;
use crate::words::Lang;
use serde::Serialize;
use std::collections::BTreeSet;

/// What was mirrored.
#[derive(Debug, Clone, Serialize)]
pub struct Mirrored {
    /// The schema.
    pub schema: String,
    /// Its tables.
    pub tables: Vec<FilledTable>,
}

/// A table that was filled.
#[derive(Debug, Clone, Serialize)]
pub struct FilledTable {
    /// Its name.
    pub name: &'static str,
    /// Its rows.
    pub rows: usize,
}

/// Fills the tables with what the registry holds today.
///
/// # Errors
/// Those of reading the registry, and of the database; the tables are as they were then.
pub fn mirror(store: &Store, target: &DatabaseTarget, lang: Lang) -> Result<Mirrored, OfficeError> {
    let context = LedgerContext {
        settings: store.settings().clone(),
        today: clock::today(store)?,
        lang,
    };
    let export = Export::of(store, &Filter::default(), context, clock::utc())?;
    let layers = [
        mirror::sites(&export),
        mirror::visits(&export),
        mirror::history(store, &export)?,
        coverage(store, lang)?,
    ];
    let (state, made_at) = (export.state, &export.made_at);
    let about = TableComments {
        unit: unit_of(store)?,
        state: tr!(
            lang,
            "read-only, written by Papaver at {made_at} from state {state}",
            "只读，由 Papaver 于 {made_at} 按登记库状态 {state} 写入"
        ),
    };
    fill(target, &layers, &about)?;
    let table = |layer: &mirror::MirrorLayer| FilledTable {
        name: layer.name,
        rows: layer.features.len(),
    };
    Ok(Mirrored {
        schema: target.schema.clone(),
        tables: layers.iter().map(table).collect(),
    })
}

/// The coverage of every season in which anything was searched, by county.
fn coverage(store: &Store, lang: Lang) -> Result<mirror::MirrorLayer, OfficeError> {
    let (facts, windows) = (facts_of(store)?, windows_of(store)?);
    let mut seasons = seasons(&facts).into_iter().rev();
    let of = |season: i16| {
        let found = Coverage::of(&facts, season, effort(&facts, &windows, season));
        found.mirrored(&facts, lang)
    };
    let this = season_of(clock::today(store)?);
    let latest = seasons.next().unwrap_or(this);
    let mut layer = of(latest);
    for season in seasons {
        layer.features.extend(of(season).features);
    }
    Ok(layer)
}

fn seasons(facts: &Facts) -> BTreeSet<i16> {
    let flown = facts.flights.iter().map(|flight| flight.season);
    let walked = facts.patrols.iter().map(|patrol| patrol.season);
    flown.chain(walked).collect()
}

//! What an office of several districts looks at: where it is worse and how sure that is, what changed in a year, what was
//! searched, which targets were met; as tables, and as layers of a map.

use super::campaign::season;
use super::{clock, targets, unit_of};
use crate::ground::FeatureCollection;
use crate::province::counts::tallies;
use crate::province::coverage::Coverage;
use crate::province::effort::county_level;
use crate::province::facts::Facts;
use crate::province::hot_spots::{HotSpotOptions, NotEnough};
use crate::province::period::{Period, Scope};
use crate::province::projection::{known_facts, targets_of, windows_of};
use crate::province::rank::{DistrictRanking, RankedDistrict};
use crate::province::report::table::ReportTable;
use crate::province::report::tables::tables;
use crate::province::report::{Figures, ReportSource, Subject, hot_of, work_tables};
use crate::province::work::Worked;
use crate::store::{Store, StoreError};
use crate::words::Lang;
use serde::Serialize;
use std::collections::BTreeSet;

/// The tables of the report that are shown beside the ranks.
const SHOWN: [&str; 5] = ["year_on_year", "flown", "hot_spots", "targets", "coverage"];

/// Which figures.
#[derive(Debug, Clone, Default)]
pub struct FigureQuery {
    /// The season; the latest in which anything was done where none is named.
    pub season: Option<i16>,
    /// The digits of the districts' codes; those of counties where there is nothing.
    pub level: Option<usize>,
    /// The beginning of their codes.
    pub within: String,
}

/// A district with its rank and the reasons beside it.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainedDistrict {
    /// Its figures.
    #[serde(flatten)]
    pub figures: RankedDistrict,
    /// What stands behind its rank, or why it has none.
    pub reasons: String,
}

/// The ranks.
#[derive(Debug, Clone, Serialize)]
pub struct Ranks {
    /// The share of a district that has to be searched for a rank.
    pub least_cover: f64,
    /// Sites per 100 km² over all ranked districts; `None` where none is.
    pub mean: Option<f64>,
    /// Why there are none, where there are none.
    pub why_none: Option<String>,
    /// The ranked districts in their order, then the others by code.
    pub districts: Vec<ExplainedDistrict>,
}

/// Everything but the maps.
#[derive(Debug, Clone, Serialize)]
pub struct Province {
    /// The season.
    pub season: i16,
    /// The seasons in which anything was done or is to be looked for, the latest first.
    pub seasons: Vec<i16>,
    /// The digits of the districts' codes; `None` where the registry knows no districts.
    pub level: Option<usize>,
    /// The levels that there are.
    pub levels: Vec<usize>,
    /// The beginning of the districts' codes.
    pub within: String,
    /// The ranks.
    pub ranks: Ranks,
    /// What has to be known for the comparison with the year before.
    pub remarks: Vec<String>,
    /// Whether there is enough for hot spots.
    pub has_hot_spots: bool,
    /// The tables.
    pub tables: Vec<ReportTable>,
}

impl FigureQuery {
    fn level(&self, facts: &Facts) -> Option<usize> {
        let known = |level: &usize| facts.districts.iter().any(|d| d.code.len() == *level);
        self.level.filter(known).or_else(|| county_level(facts))
    }

    /// The districts; none where the registry knows none.
    fn scope(&self, facts: &Facts) -> Scope<'_> {
        Scope {
            level: self.level(facts).unwrap_or(6),
            within: &self.within,
        }
    }
}

/// The figures and their tables.
///
/// # Errors
/// Those of reading.
pub fn province(store: &Store, asked: &FigureQuery, lang: Lang) -> Result<Province, StoreError> {
    let facts = known_facts(store)?;
    let season = season(store, &facts, asked.season)?;
    let unit = unit_of(store)?;
    let today = clock::today(store)?;
    let about = ReportSource::of(store, today)?;
    let mut subject = Subject::new(Period::Season(season), "", &unit, today);
    subject.season_begins.clone_from(&about.season_begins);
    let scope = asked.scope(&facts);
    let figures = Figures::of(&facts, &windows_of(store)?, &scope, subject, about);
    let tables = tables(&figures, lang);
    let shown = SHOWN.iter().filter_map(|id| {
        let own = tables.iter().find(|table| table.id == *id);
        own.filter(|table| !table.rows.is_empty() || !table.note.is_empty())
    });
    let levels: BTreeSet<usize> = facts.districts.iter().map(|d| d.code.len()).collect();
    Ok(Province {
        season,
        seasons: seasons(store, &facts)?,
        level: asked.level(&facts),
        levels: levels.into_iter().collect(),
        within: asked.within.clone(),
        ranks: ranks(&figures.ranking, lang),
        remarks: figures.comparison.remarks(lang),
        has_hot_spots: figures.hot.is_ok(),
        tables: shown.cloned().collect(),
    })
}

fn seasons(store: &Store, facts: &Facts) -> Result<Vec<i16>, StoreError> {
    let flown = facts.flights.iter().map(|flight| flight.season);
    let found = facts.sites.iter().map(|site| site.season);
    let lists = targets_of(store)?;
    let sought = lists.iter().map(|list| list.season);
    let all: BTreeSet<i16> = flown.chain(found).chain(sought).collect();
    Ok(all.into_iter().rev().collect())
}

fn ranks(ranking: &DistrictRanking, lang: Lang) -> Ranks {
    let district = |figures: &RankedDistrict| ExplainedDistrict {
        reasons: figures.reasons(ranking, lang),
        figures: figures.clone(),
    };
    Ranks {
        least_cover: ranking.least_cover,
        mean: ranking.mean,
        why_none: ranking.why_none(lang),
        districts: ranking.districts.iter().map(district).collect(),
    }
}

/// The ground of the districts by how it was searched.
///
/// # Errors
/// Those of reading.
pub fn ground(store: &Store, asked: &FigureQuery) -> Result<FeatureCollection, StoreError> {
    let facts = known_facts(store)?;
    let season = season(store, &facts, asked.season)?;
    let scope = asked.scope(&facts);
    let efforts = scope.effort(&facts, &windows_of(store)?, Period::Season(season));
    Ok(Coverage::of(&facts, season, efforts).geojson(&facts))
}

/// The cells of the hot spots, or why there are none.
///
/// # Errors
/// Those of reading.
pub fn hot_cells(
    store: &Store,
    asked: &FigureQuery,
) -> Result<Result<FeatureCollection, NotEnough>, StoreError> {
    let facts = known_facts(store)?;
    let period = Period::Season(season(store, &facts, asked.season)?);
    let efforts = asked
        .scope(&facts)
        .effort(&facts, &windows_of(store)?, period);
    let tallies = tallies(&facts, period, &efforts);
    Ok(hot_of(&efforts, &tallies, HotSpotOptions::default()).map(|found| found.geojson(period)))
}

/// The targets of the season with what became of each.
///
/// # Errors
/// Those of reading.
pub fn target_map(store: &Store, asked: &FigureQuery) -> Result<FeatureCollection, StoreError> {
    let facts = known_facts(store)?;
    targets::map(store, season(store, &facts, asked.season)?)
}

/// What offices did beside their sites: who answers, supervision, measures, tip-offs, what patrols led to; of the unit's
/// townships where there are any, else of all districts.
///
/// # Errors
/// Those of reading.
pub fn work(
    store: &Store,
    asked: &FigureQuery,
    lang: Lang,
) -> Result<Vec<ReportTable>, StoreError> {
    let facts = known_facts(store)?;
    let period = Period::Season(season(store, &facts, asked.season)?);
    let unit = unit_of(store)?;
    let county: String = unit.chars().take(6).collect();
    let townships = Scope {
        level: 9,
        within: &county,
    };
    let scope = if townships.districts(&facts).is_empty() {
        asked.scope(&facts)
    } else {
        townships
    };
    let worked = Worked::of(&facts, period, &scope, clock::today(store)?);
    Ok(work_tables(&worked, lang))
}

//! Hot spots: where there are more sites than the ground searched there explains.
//!
//! Cells of H3 with their searched square kilometres; Getis and Ord's Gi* of the rates, each neighbour weighted by its searched
//! ground, so that the sum around a cell is the sites found there. Its normal approximation fails where
//! sites are few and the ground differs from cell to cell. So the probability is that of a count: as many
//! sites around a cell, if every cell's rate came from one distribution, whose variance is estimated from the other cells
//! (what is tested would hide behind the variance that it makes). It is adjusted for the number of cells.

use super::cells::{cell_at, cell_km2, searched_cells};
use super::dispersion::{Dispersion, chance};
use super::getis_ord::{Weights, local_g};
use super::stats::false_discovery;
use super::subdivided::SubdividedGround;
use crate::ground::LonLat;
use crate::words::{Action, Choice, Lang, Said, Say};
use crate::{remedy, tr};
use geo::MultiPolygon;
use h3o::{CellIndex, Resolution};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// Fewer cells than this say nothing.
pub(crate) const LEAST_CELLS: usize = 30;
/// Fewer sites than this say nothing.
pub(crate) const LEAST_SITES: usize = 10;
/// Resolutions that are chosen from, coarsest first: 1,770 km² to 0.1 km² a cell.
const CHOICES: [Resolution; 6] = [
    Resolution::Four,
    Resolution::Five,
    Resolution::Six,
    Resolution::Seven,
    Resolution::Eight,
    Resolution::Nine,
];
/// Sites a cell, on average, that a finer resolution has to keep: a cell and its six neighbours then hold three.
const SITES_PER_CELL: f64 = 3.0 / 7.0;

/// How hot spots are sought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HotSpotOptions {
    /// The resolution; chosen from the data where there is none.
    pub resolution: Option<Resolution>,
    /// The share of a cell that has to be searched for it to count.
    pub least_share: f64,
    /// The share of false ones that a list of hot spots may have.
    pub false_share: f64,
}

impl Default for HotSpotOptions {
    fn default() -> Self {
        Self {
            resolution: None,
            least_share: 0.1,
            false_share: 0.05,
        }
    }
}

/// A cell and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct HotCell {
    /// The cell.
    pub cell: CellIndex,
    /// Its searched square kilometres.
    pub searched_km2: f64,
    /// The share of it that was searched.
    pub share: f64,
    /// Sites on its searched ground.
    pub sites: usize,
    /// What it is beside the others; `None` where too little of it was searched.
    pub figures: Option<CellFigures>,
}

/// The figures of a cell that counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellFigures {
    /// Sites per searched square kilometre.
    pub rate: f64,
    /// Sites in it and in its neighbours that count.
    pub around: usize,
    /// Their searched square kilometres.
    pub around_km2: f64,
    /// Getis and Ord's Gi*, standardised.
    pub gi_star: Option<f64>,
    /// The probability of as many sites around it by chance.
    pub p: f64,
    /// That adjusted for the number of cells.
    pub q: f64,
    /// Whether it is a hot spot.
    pub hot: bool,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct HotSpots {
    /// The resolution of the cells.
    pub resolution: Resolution,
    /// How they were sought.
    pub options: HotSpotOptions,
    /// Every cell with searched ground, in order of its index.
    pub cells: Vec<HotCell>,
    /// Sites in cells that count.
    pub sites: usize,
    /// Sites on ground that was not searched, or in cells that do not count.
    pub sites_left_out: usize,
    /// Sites per square kilometre over all cells that count.
    pub mean: f64,
    /// The variance of rates between cells beyond chance.
    pub variance: f64,
}

/// Why there are none to be sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotEnough {
    /// No searched ground.
    Ground,
    /// Too few cells.
    Cells {
        /// How many.
        cells: usize,
        /// At which resolution.
        resolution: u8,
    },
    /// Too few sites on searched ground.
    Sites {
        /// How many.
        sites: usize,
    },
}

impl Say for NotEnough {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Ground => Said::new(tr!(
                lang,
                "not enough data for hot spots: no searched ground is known",
                "数据不足，无法分析热点：没有已搜索范围的记录"
            ))
            .hint(remedy!(
                lang,
                "record scans with {record}",
                "请用 {record} 录入航测结果",
                record = Action::Record,
            ))
            .hint(remedy!(
                lang,
                "or choose another season with {season}",
                "或用 {season} 选择其他年度",
                season = Action::Again(Choice::Season),
            )),
            Self::Cells { cells, resolution } => Said::new(tr!(
                lang,
                "not enough data for hot spots: {cells} at resolution {resolution}, at least {LEAST_CELLS} are needed",
                "数据不足，无法分析热点：{resolution} 级网格中仅有 {cells} 个已搜索单元，至少需要 {LEAST_CELLS} 个", cells = (cells, "searched cell", "searched cells"),))
            .hint(lang.pick("search more ground", "请扩大搜索范围"))
            .hint(remedy!(
                lang,
                "or say a finer {resolution}",
                "或用 {resolution} 指定更细的级别",
                resolution = Action::Again(Choice::Resolution),
            )),
            Self::Sites { sites } => Said::new(tr!(
                lang,
                "not enough data for hot spots: {sites} on searched ground, at least {LEAST_SITES} are needed",
                "数据不足，无法分析热点：已搜索范围内仅有 {sites} 个查实图斑，至少需要 {LEAST_SITES} 个", sites = (sites, "confirmed site", "confirmed sites"),))
            .hint(remedy!(
                lang,
                "look at the sites themselves: {sites}",
                "请直接查看图斑：{sites}",
                sites = Action::Sites {
                    state: Some("confirmed")
                },
            )),
        }
    }
}
crate::speaking_error!(NotEnough);

/// Looks for hot spots: `areas` is the searched ground that counts (overlaps count once), `sites` where poppy was confirmed.
///
/// # Errors
/// [`NotEnough`], where anything found would be chance.
pub fn hot_spots(
    areas: &[&MultiPolygon],
    sites: &[LonLat],
    options: HotSpotOptions,
) -> Result<HotSpots, NotEnough> {
    let ground = SubdividedGround::of(areas);
    let on_ground: Vec<LonLat> = sites
        .par_iter()
        .copied()
        .filter(|at| ground.contains(*at))
        .collect();
    if areas.iter().all(|area| area.0.is_empty()) {
        return Err(NotEnough::Ground);
    }
    if on_ground.len() < LEAST_SITES {
        return Err(NotEnough::Sites {
            sites: on_ground.len(),
        });
    }
    let resolution = match options.resolution {
        Some(resolution) => resolution,
        None => chosen(areas, on_ground.len()),
    };
    let searched = searched_cells(areas, resolution);
    let mut counts: BTreeMap<CellIndex, usize> = BTreeMap::new();
    for at in &on_ground {
        if let Some(cell) = cell_at(*at, resolution) {
            *counts.entry(cell).or_default() += 1;
        }
    }
    let cells: Vec<HotCell> = searched
        .into_par_iter()
        .map(|(cell, searched_km2)| HotCell {
            cell,
            searched_km2,
            share: (searched_km2 / cell_km2(cell)).min(1.0),
            sites: counts.get(&cell).copied().unwrap_or(0),
            figures: None,
        })
        .collect();
    judged(cells, sites.len(), resolution, options)
}

/// The finest resolution that keeps enough sites a cell and has enough cells; where none keeps them, the coarsest with
/// enough cells. The number of cells is that which the ground would fill.
fn chosen(areas: &[&MultiPolygon], sites: usize) -> Resolution {
    // Coarse cells are few, and hold all the ground once.
    let km2: f64 = searched_cells(areas, Resolution::Five).values().sum();
    let mut chosen = None;
    for resolution in CHOICES {
        let cells = km2 / resolution.area_km2();
        let keeps = sites as f64 / cells >= SITES_PER_CELL;
        if cells >= LEAST_CELLS as f64 && (chosen.is_none() || keeps) {
            chosen = Some(resolution);
        }
    }
    chosen.unwrap_or(Resolution::Nine)
}

/// Fills in the figures. Pure.
fn judged(
    mut cells: Vec<HotCell>,
    all_sites: usize,
    resolution: Resolution,
    options: HotSpotOptions,
) -> Result<HotSpots, NotEnough> {
    let counting: Vec<usize> = (0..cells.len())
        .filter(|at| cells[*at].share >= options.least_share)
        .collect();
    if counting.len() < LEAST_CELLS {
        return Err(NotEnough::Cells {
            cells: counting.len(),
            resolution: resolution.into(),
        });
    }
    let counts: Vec<usize> = counting.iter().map(|at| cells[*at].sites).collect();
    let km2: Vec<f64> = counting.iter().map(|at| cells[*at].searched_km2).collect();
    let sites: usize = counts.iter().sum();
    if sites < LEAST_SITES {
        return Err(NotEnough::Sites { sites });
    }
    let index: Vec<CellIndex> = counting.iter().map(|at| cells[*at].cell).collect();
    let field = Dispersion::of(&counts, &km2);
    let mut figures = figures(&index, &counts, &km2, &field);
    let q = false_discovery(&figures.iter().map(|f| f.p).collect::<Vec<_>>());
    for (figures, q) in figures.iter_mut().zip(q) {
        figures.q = q;
        figures.hot = q <= options.false_share;
    }
    for (at, figures) in counting.into_iter().zip(figures) {
        cells[at].figures = Some(figures);
    }
    Ok(HotSpots {
        resolution,
        options,
        cells,
        sites,
        sites_left_out: all_sites - sites,
        mean: field.mean(),
        variance: field.variance(),
    })
}

/// The figures of the cells that count, but for what many tests at once make of them.
fn figures(
    cells: &[CellIndex],
    counts: &[usize],
    km2: &[f64],
    field: &Dispersion,
) -> Vec<CellFigures> {
    let rates: Vec<f64> = counts.iter().zip(km2).map(|(n, a)| *n as f64 / a).collect();
    let around = neighbours(cells);
    let gi = local_g(&rates, &around, Weights::Own(km2), true);
    around
        .iter()
        .enumerate()
        .map(|(i, around)| {
            let with_own = || around.iter().copied().chain([i]);
            let here: usize = with_own().map(|j| counts[j]).sum();
            let ground: Vec<f64> = with_own().map(|j| km2[j]).collect();
            let rest = field.without(with_own().map(|j| (counts[j], km2[j])));
            CellFigures {
                rate: rates[i],
                around: here,
                around_km2: ground.iter().sum(),
                gi_star: gi[i],
                p: chance(here, &ground, field.mean(), rest.variance_at_most()),
                q: 1.0,
                hot: false,
            }
        })
        .collect()
}

fn neighbours(cells: &[CellIndex]) -> Vec<Vec<usize>> {
    let index: BTreeMap<CellIndex, usize> =
        cells.iter().enumerate().map(|(at, c)| (*c, at)).collect();
    let around = |cell: &CellIndex| {
        let disk: Vec<CellIndex> = cell.grid_disk(1);
        let others = disk.iter().filter(|other| *other != cell);
        others
            .filter_map(|other| index.get(other).copied())
            .collect()
    };
    cells.iter().map(around).collect()
}

impl HotSpots {
    /// The hot ones, the surest first.
    pub fn hot(&self) -> Vec<&HotCell> {
        let p = |cell: &HotCell| cell.figures.map_or(1.0, |f| f.p);
        let is_hot = |cell: &&HotCell| cell.figures.is_some_and(|f| f.hot);
        let mut hot: Vec<&HotCell> = self.cells.iter().filter(is_hot).collect();
        hot.sort_by(|a, b| p(a).total_cmp(&p(b)).then(a.cell.cmp(&b.cell)));
        hot
    }

    /// How many cells count, and how many have too little searched ground.
    pub fn counted(&self) -> (usize, usize) {
        let counting = self.cells.iter().filter(|c| c.figures.is_some()).count();
        (counting, self.cells.len() - counting)
    }
}

impl Serialize for HotCell {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let f = self.figures;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("cell", &self.cell.to_string())?;
        map.serialize_entry("searched_km2", &self.searched_km2)?;
        map.serialize_entry("share_searched", &self.share)?;
        map.serialize_entry("sites", &self.sites)?;
        map.serialize_entry("sites_per_km2", &f.map(|f| f.rate))?;
        map.serialize_entry("sites_around", &f.map(|f| f.around))?;
        map.serialize_entry("searched_km2_around", &f.map(|f| f.around_km2))?;
        map.serialize_entry("gi_star", &f.and_then(|f| f.gi_star))?;
        map.serialize_entry("p", &f.map(|f| f.p))?;
        map.serialize_entry("q", &f.map(|f| f.q))?;
        map.serialize_entry("hot", &f.map(|f| f.hot))?;
        map.end()
    }
}

#[cfg(test)]
#[path = "hot_spots_tests.rs"]
mod tests;

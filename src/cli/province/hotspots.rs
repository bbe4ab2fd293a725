//! `papaver hotspots`: cells with more sites than their searched ground explains.

use super::query::{QueryArguments, When, Where};
use super::shown::lines;
use crate::cli::Done;
use crate::cli::registry::context::Common;
use crate::cli::registry::say::{Failure, against, bad, data, json, tell};
use crate::exchange::cell::Cell;
use crate::exchange::ledger::Kind;
use crate::exchange::{AreaLayer, ExchangeError, Shading, write_areas};
use crate::files::{self, Existing};
use crate::ground::write_features;
use crate::province::cells::outline;
use crate::province::counts::tallies;
use crate::province::hot_spots::{HotSpotOptions, HotSpots};
use crate::province::period::Period;
use crate::province::report::{Places, hot_of, hot_spots};
use crate::tr;
use crate::words::Lang;
use clap::Args;
use geo::MultiPolygon;
use h3o::Resolution;
use serde_json::json;
use std::path::{Path, PathBuf};

/// `papaver hotspots`
#[derive(Debug, Args)]
pub struct Hotspots {
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    r#where: Where,
    /// Resolution of the H3 cells, 3 to 11 (default: the finest that keeps enough sites a cell) 网格（H3）级别，3 到 11（默认取每格图斑足够的最细一级）
    #[arg(long, value_name = "3..11")]
    resolution: Option<u8>,
    /// Per cent of a cell that has to be searched for it to count 网格计入统计所需的最低覆盖率（%）
    #[arg(long, value_name = "PER CENT", default_value_t = 10.0)]
    least_cell: f64,
    /// Per cent of false ones that the list may have 名单中允许的误报比例（%）
    #[arg(long, value_name = "PER CENT", default_value_t = 5.0)]
    false_discovery: f64,
    /// Write every cell to this .geojson or .gpkg 把全部网格写入此 .geojson 或 .gpkg
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace a file that is there 覆盖已有文件
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    common: Common,
}

/// The coarsest and finest cells: 12,400 km² and 0.002 km².
const RESOLUTIONS: std::ops::RangeInclusive<u8> = 3..=11;

impl Hotspots {
    fn options(&self) -> Result<HotSpotOptions, Failure> {
        let resolution = self
            .resolution
            .map(|given| {
                Resolution::try_from(given)
                    .ok()
                    .filter(|_| RESOLUTIONS.contains(&given))
                    .ok_or_else(|| against("--resolution", &given.to_string(), "3–11"))
            })
            .transpose()?;
        let share = |option, given: f64, least: f64| {
            if (least..=100.0).contains(&given) {
                Ok(given / 100.0)
            } else {
                Err(against(option, &given.to_string(), "0.1–100"))
            }
        };
        Ok(HotSpotOptions {
            resolution,
            least_share: share("--least-cell", self.least_cell, 0.1)?,
            false_share: share("--false-discovery", self.false_discovery, 0.1)?,
        })
    }

    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let options = self.options()?;
        let as_map = self.output.as_deref().map(kind).transpose()?;
        let asked = QueryArguments::of(&self.common, &self.r#where, lang)?;
        let period = asked.period(&self.when)?;
        let scope = asked.scope();
        let efforts = scope.effort(&asked.facts, &asked.windows, period);
        let tallies = tallies(&asked.facts, period, &efforts);
        let found = hot_of(&efforts, &tallies, options)?;
        let elsewhere: usize = tallies.iter().map(|t| t.elsewhere).sum();
        if let Some((path, is_geojson)) = self.output.as_ref().zip(as_map) {
            if is_geojson {
                geojson(path, &found, period, self.overwrite)?;
            } else {
                geopackage(path, &found, period, self.overwrite, lang)?;
            }
            tell(&tr!(lang, "written: {}", "已写入：{}", path.display()));
        }
        if self.common.json {
            json(&json!({
                "period": period.to_string(),
                "resolution": u8::from(found.resolution),
                "least_share": found.options.least_share,
                "false_discovery": found.options.false_share,
                "sites": found.sites,
                "sites_left_out": found.sites_left_out + elsewhere,
                "sites_per_km2": found.mean,
                "variance_between_cells": found.variance,
                "cells": found.cells,
            }));
            return Ok(Done::Whole);
        }
        data(&period.label(lang));
        let places = Places(&asked.facts.districts);
        for line in lines(&hot_spots(&found, &places, lang)) {
            data(&line);
        }
        if elsewhere > 0 {
            data(&tr!(
                lang,
                "{sites} on ground that was not searched in window and finely enough.",
                "另有 {elsewhere} 个查实图斑不在有效搜索范围内。",
                sites = (
                    elsewhere,
                    "more confirmed site lies",
                    "more confirmed sites lie"
                ),
            ));
        }
        Ok(Done::Whole)
    }
}

/// Whether a file is a `GeoJSON` (or else a `GeoPackage`).
fn kind(path: &Path) -> Result<bool, Failure> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("geojson" | "json") => Ok(true),
        Some("gpkg") => Ok(false),
        _ => Err(bad(
            "--output",
            &path.display().to_string(),
            "hotspots.geojson / hotspots.gpkg",
        )),
    }
}

fn geojson(
    path: &Path,
    found: &HotSpots,
    period: Period,
    overwrite: bool,
) -> Result<(), ExchangeError> {
    let collection = found.geojson(period);
    files::write(path, Existing::replaced_if(overwrite), |mut out| {
        write_features(&mut out, &collection)
    })?;
    Ok(())
}

fn geopackage(
    path: &Path,
    found: &HotSpots,
    period: Period,
    overwrite: bool,
    lang: Lang,
) -> Result<(), ExchangeError> {
    let title = |english: &str, chinese: &str| lang.pick(english, chinese).to_owned();
    let columns = vec![
        ("cell", title("cell (H3)", "单元（H3）"), Kind::Text),
        ("class", title("class", "类别"), Kind::Text),
        ("sites", title("confirmed sites", "查实图斑"), Kind::Count),
        (
            "searched_km2",
            title("km² searched", "有效搜索（平方公里）"),
            Kind::Number,
        ),
        (
            "rate",
            title("sites per km²", "每平方公里图斑"),
            Kind::Number,
        ),
        (
            "sites_around",
            title("sites around", "周边图斑"),
            Kind::Count,
        ),
        (
            "km2_around",
            title("km² around", "周边平方公里"),
            Kind::Number,
        ),
        ("gi_star", "Gi*".to_owned(), Kind::Number),
        ("p", "p".to_owned(), Kind::Number),
        ("q", title("q (FDR)", "q（FDR）"), Kind::Number),
    ];
    let class = |value: &str, english: &str, chinese: &str, colour, opacity| {
        (value.to_owned(), title(english, chinese), colour, opacity)
    };
    let layer = AreaLayer {
        name: "hot_spots",
        columns,
        rows: rows(found),
        shading: Shading::Values {
            column: "class",
            values: vec![
                class("hot", "hot spot", "热点", "#b22222", 150),
                class(
                    "not_hot",
                    "not distinguishable",
                    "无显著差异",
                    "#8aa0b5",
                    50,
                ),
                class("masked", "too little searched", "搜索不足", "#9a9f9b", 15),
            ],
        },
    };
    let made_at = jiff::Timestamp::now().to_string();
    write_areas(
        path,
        &[layer],
        &found.about(period),
        &made_at,
        Existing::replaced_if(overwrite),
    )
}

/// The cells with a value for each column of the layer.
fn rows(found: &HotSpots) -> Vec<(MultiPolygon, Vec<Cell>)> {
    let number = |value: Option<f64>| value.map_or(Cell::Empty, |v| Cell::Number(v, 7));
    let count = |n: usize| Cell::from(n as u64);
    found
        .cells
        .iter()
        .map(|cell| {
            let f = cell.figures;
            let cells = vec![
                Cell::text(cell.cell.to_string()),
                Cell::text(cell.class()),
                count(cell.sites),
                Cell::Number(cell.searched_km2, 4),
                number(f.map(|f| f.rate)),
                f.map_or(Cell::Empty, |f| count(f.around)),
                number(f.map(|f| f.around_km2)),
                number(f.and_then(|f| f.gi_star)),
                number(f.map(|f| f.p)),
                number(f.map(|f| f.q)),
            ];
            (MultiPolygon::new(vec![outline(cell.cell)]), cells)
        })
        .collect()
}

//! `papaver hotspots`: cells with more sites than their searched ground explains.

use super::query::{QueryArguments, When, Where};
use super::terminal_table::lines;
use crate::cli::Done;
use crate::cli::overwrite::Overwrite;
use crate::cli::registry::context::Common;
use crate::cli::registry::say::{Failure, against, bad, data, json, tell};
use crate::office::clock;
use crate::office::map_files::{MapFile, MapFormat};
use crate::province::counts::tallies;
use crate::province::hot_spots::HotSpotOptions;
use crate::province::report::{Places, hot_of, hot_spots};
use crate::tr;
use crate::words::Lang;
use clap::Args;
use h3o::Resolution;
use serde_json::json;
use std::path::{Path, PathBuf};

/// `papaver hotspots`
#[derive(Debug, Args)]
pub(crate) struct Hotspots {
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
    #[command(flatten)]
    overwrite: Overwrite,
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
        let as_map = self.output.as_deref().map(format_of).transpose()?;
        let asked = QueryArguments::of(&self.common, &self.r#where, lang)?;
        let period = asked.period(&self.when)?;
        let scope = asked.scope();
        let efforts = scope.effort(&asked.facts, &asked.windows, period);
        let tallies = tallies(&asked.facts, period, &efforts);
        let found = hot_of(&efforts, &tallies, options)?;
        let elsewhere: usize = tallies.iter().map(|t| t.elsewhere).sum();
        if let Some((path, format)) = self.output.as_deref().zip(as_map) {
            let file = MapFile {
                path,
                format,
                existing: self.overwrite.existing(),
                made_at: clock::utc(),
                lang,
            };
            file.hot_spots(&found, period)?;
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

fn format_of(path: &Path) -> Result<MapFormat, Failure> {
    let looks = "hotspots.geojson / hotspots.gpkg";
    MapFormat::of(path).ok_or_else(|| bad("--output", &path.display().to_string(), looks))
}

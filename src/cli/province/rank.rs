//! `papaver rank`: districts by rate, with the reasons beside each rank.

use super::query::{QueryArguments, When, Where};
use super::terminal_table::lines;
use crate::cli::Done;
use crate::cli::overwrite::Overwrite;
use crate::cli::registry::context::Common;
use crate::cli::registry::say::{Failure, against, data, json, tell};
use crate::files;
use crate::pages::report::{WIDE, funnel};
use crate::province::counts::tallies;
use crate::province::rank::{LEAST_COVER, rank};
use crate::province::report::tables::ranking;
use crate::tr;
use crate::words::Lang;
use clap::Args;
use std::path::PathBuf;

/// `papaver rank`
#[derive(Debug, Args)]
pub(crate) struct Rank {
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    r#where: Where,
    /// Per cent of a district that has to be searched for a rank 区划参与排名所需的最低覆盖率（%）
    #[arg(long, value_name = "PER CENT", default_value_t = LEAST_COVER * 100.0)]
    least_cover: f64,
    /// Write a funnel plot (SVG) 输出漏斗图（SVG）
    #[arg(long, value_name = "SVG")]
    funnel: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
    #[command(flatten)]
    common: Common,
}

/// A share typed in per cent.
pub(super) fn least_cover(per_cent: f64) -> Result<f64, Failure> {
    if (0.0..=100.0).contains(&per_cent) {
        Ok(per_cent / 100.0)
    } else {
        Err(against("--least-cover", &per_cent.to_string(), "0–100"))
    }
}

impl Rank {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let least_cover = least_cover(self.least_cover)?;
        if let Some(path) = &self.funnel {
            files::check(path, self.overwrite.existing())?;
        }
        let asked = QueryArguments::of(&self.common, &self.r#where, lang)?;
        let period = asked.period(&self.when)?;
        let efforts = asked.scope().effort(&asked.facts, &asked.windows, period);
        let tallies = tallies(&asked.facts, period, &efforts);
        let found = rank(&efforts, &tallies, least_cover);
        if let Some(path) = &self.funnel {
            match funnel(&found, WIDE, lang) {
                Some(plot) => {
                    files::write(path, self.overwrite.existing(), |out| {
                        out.write_all(plot.svg_file(lang).as_bytes())
                    })?;
                    tell(&tr!(lang, "written: {}", "已写入：{}", path.display()));
                }
                None => tell(lang.pick(
                    "no funnel plot: no district has a rate to plot",
                    "未生成漏斗图：没有可绘制的比率",
                )),
            }
        }
        if self.common.json {
            let mut value = serde_json::json!(found);
            value["period"] = period.to_string().into();
            value["no_ranks"] = found.why_none(lang).into();
            json(&value);
        } else {
            data(&period.label(lang));
            for line in lines(&ranking(&found, lang)) {
                data(&line);
            }
        }
        Ok(Done::Whole)
    }
}

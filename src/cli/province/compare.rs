//! `papaver compare`: two periods side by side.

use super::query::{QueryArguments, Where, read};
use super::terminal_table::lines;
use crate::cli::Done;
use crate::cli::registry::context::Common;
use crate::cli::registry::say::{Failure, bad, data, json};
use crate::province::compare::compare;
use crate::province::report::tables::year_on_year;
use crate::words::Lang;
use clap::Args;

/// `papaver compare`
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The earlier season (or DATE/DATE) 前一年度（或 起/止 日期）
    #[arg(value_name = "SEASON")]
    before: String,
    /// The later season (or DATE/DATE) 后一年度（或 起/止 日期）
    #[arg(value_name = "SEASON")]
    after: String,
    #[command(flatten)]
    r#where: Where,
    #[command(flatten)]
    common: Common,
}

impl Compare {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let period = |text: &str| {
            read(text).ok_or_else(|| bad("SEASON", text, "2026 / 2026-04-01/2026-06-30"))
        };
        let periods = [period(&self.before)?, period(&self.after)?];
        let asked = QueryArguments::of(&self.common, &self.r#where, lang)?;
        let found = compare(&asked.facts, &asked.windows, &asked.scope(), periods);
        if self.common.json {
            let mut value = serde_json::json!(found);
            value["remarks"] = found.remarks(lang).into();
            json(&value);
        } else {
            for line in lines(&year_on_year(&found, lang)) {
                data(&line);
            }
        }
        Ok(Done::Whole)
    }
}

//! `papaver report`: one page and one workbook.

use super::query::{DistrictLevel, QueryArguments, When, Where};
use super::rank::least_cover;
use crate::cli::Done;
use crate::cli::registry::context::{Common, today};
use crate::cli::registry::say::{Failure, json};
use crate::cli::talk::written;
use crate::files::{self, Existing, FileError};
use crate::office::unit_of;
use crate::pages::report::page;
use crate::province::rank::LEAST_COVER;
use crate::province::report::{Figures, ReportSource, Subject, workbook};
use crate::words::Lang;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// `papaver report`
#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// Of a county by townships, or of the province by counties 报告范围：county 一个县，按乡镇；province 全省，按县
    #[arg(value_name = "county|province")]
    of: ReportScope,
    #[command(flatten)]
    when: When,
    /// The county's code (default: that of the registry's unit), or the beginning of counties' codes 县代码（默认本登记库的单位），或多个县代码的共同开头
    #[arg(long, value_name = "CODE")]
    district: Option<String>,
    /// Name of the files without their ending (default: papaver-report-PERIOD) 报告文件名，不带扩展名（默认 papaver-report-时段）
    #[arg(short, long, value_name = "NAME")]
    output: Option<PathBuf>,
    /// Per cent of a district that has to be searched for a rank 区划参与排名所需的最低覆盖率（%）
    #[arg(long, value_name = "PER CENT", default_value_t = LEAST_COVER * 100.0)]
    least_cover: f64,
    /// Replace files that are there 覆盖已有文件
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    common: Common,
}

/// Whose report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportScope {
    #[value(aliases = ["县", "县级"])]
    County,
    #[value(aliases = ["省", "省级", "全省"])]
    Province,
}

impl ReportArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let least_cover = least_cover(self.least_cover)?;
        let mut place = Where {
            district: self.district.clone(),
            level: Some(DistrictLevel::County),
        };
        if self.of == ReportScope::County {
            place.level = Some(DistrictLevel::Township);
            if place.district.is_none() {
                place.district = Some(self.own_county(lang)?);
            }
        }
        let asked = QueryArguments::of(&self.common, &place, lang)?;
        let period = asked.period(&self.when)?;
        let unit = unit_of(&asked.store)?;
        let mut subject = Subject::new(period, &asked.name(), &unit, today(&asked.store)?);
        subject.least_cover = least_cover;
        let about = ReportSource::of(&asked.store, subject.made_on)?;
        subject.season_begins.clone_from(&about.season_begins);
        let figures = Figures::of(&asked.facts, &asked.windows, &asked.scope(), subject, about);
        if figures.is_empty() {
            return Err(asked.nothing_in(period, lang).into());
        }
        let name = self.output.clone().unwrap_or_else(|| {
            format!("papaver-report-{}", period.to_string().replace('/', "_")).into()
        });
        let [html, xlsx] = ["html", "xlsx"].map(|ending| with_ending(&name, ending));
        for path in [&html, &xlsx] {
            files::check(path, Existing::replaced_if(self.overwrite))?;
        }
        let made = workbook(&figures, lang).map_err(|source| FileError::Unwritable {
            path: xlsx.clone(),
            source,
        })?;
        files::write(&html, Existing::replaced_if(self.overwrite), |out| {
            out.write_all(page(&figures, lang).as_bytes())
        })?;
        files::write(&xlsx, Existing::replaced_if(self.overwrite), |out| {
            out.write_all(&made)
        })?;
        if self.common.json {
            json(&serde_json::json!({"html": html, "xlsx": xlsx, "period": period.to_string()}));
        } else {
            for path in [html, xlsx] {
                written(&path, lang);
            }
        }
        Ok(Done::Whole)
    }

    fn own_county(&self, lang: Lang) -> Result<String, Failure> {
        let context = crate::cli::registry::context::Context::of(self.common.clone(), lang);
        let unit = unit_of(&context.read()?)?;
        Ok(unit.chars().take(6).collect())
    }
}

/// The name with an ending added: a name may hold dots of its own. One of the two endings that was given anyway is not doubled.
fn with_ending(name: &Path, ending: &str) -> PathBuf {
    let is_given = |own: &std::ffi::OsStr| {
        let known = ["html", "htm", "xlsx"];
        known.iter().any(|known| own.eq_ignore_ascii_case(known))
    };
    let bare = name.extension().is_some_and(is_given);
    let name = if bare {
        name.with_extension("")
    } else {
        name.into()
    };
    let mut name = name.into_os_string();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_that_was_given_is_not_doubled() {
        let html = |name: &str| with_ending(Path::new(name), "html");
        for (name, file) in [
            ("rep", "rep.html"),
            ("rep.html", "rep.html"),
            ("rep.HTML", "rep.html"),
            ("out/rep.xlsx", "out/rep.html"),
            ("报告 2026.5.4", "报告 2026.5.4.html"),
        ] {
            assert_eq!(html(name), Path::new(file), "{name}");
        }
    }
}

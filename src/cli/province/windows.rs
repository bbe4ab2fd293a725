//! `windows`: the table of growth windows, shown, written for editing, and taken over.

use super::super::Done;
use super::super::registry::context::{Common, Context};
use super::super::registry::say::{Failure, against, data, json, tell};
use crate::cli::help::part;
use crate::cli::overwrite::Overwrite;
use crate::exchange::{ExchangeError, GridFlaw};
use crate::files;
use crate::office::settings::set_windows;
use crate::province::projection::windows_of;
use crate::province::windows::{GrowthWindow, Windows};
use crate::text::records;
use crate::tr;
use crate::words::Lang;
use clap::Args;
use std::path::{Path, PathBuf};

/// `papaver windows`
#[derive(Debug, Args)]
pub(crate) struct WindowArguments {
    /// Take this table (CSV) over from now on 自即日起启用此表（CSV）
    #[arg(long, value_name = "FILE", conflicts_with = "write")]
    set: Option<PathBuf>,
    /// Write the table in force to a CSV for editing 把现行表导出为 CSV 以便编辑
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Only the row that holds for this district 只显示某区划适用的行
    #[arg(long, value_name = "CODE")]
    district: Option<String>,
    #[command(flatten)]
    overwrite: Overwrite,
    #[command(flatten)]
    common: Common,
}

impl WindowArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        if let Some(path) = &self.set {
            set(path, &context)?;
        }
        let windows = windows_of(&context.read()?)?;
        if let Some(path) = &self.write {
            files::write(path, self.overwrite.existing(), |out| {
                // Spreadsheets take a CSV for the local code page unless it begins with this mark.
                out.write_all("\u{feff}".as_bytes())?;
                out.write_all(windows.csv().as_bytes())
            })?;
            data(&path.display().to_string());
            return Ok(Done::Whole);
        }
        let shown: Vec<_> = match &self.district {
            Some(code) => windows.of(code).into_iter().collect(),
            None => windows.rows().iter().collect(),
        };
        let shipped = Windows::default();
        for row in shown {
            if context.common.json {
                json(&serde_json::json!({
                    "district": row.district, "elevation_from_m": row.elevation_from_m, "elevation_to_m": row.elevation_to_m,
                    "first": row.first, "last": row.last, "coarsest_gsd_cm": row.coarsest_gsd_cm, "note": row.note,
                }));
                continue;
            }
            data(&line(row, &shipped, lang));
        }
        Ok(Done::Whole)
    }
}

/// Lets the table of a file hold from now on.
fn set(path: &Path, context: &Context) -> Result<(), Failure> {
    let lang = context.lang;
    let name = path.display().to_string();
    let bytes = files::read(path).map_err(ExchangeError::unreadable(path))?;
    let rows = records(&bytes).map_err(|flaw| ExchangeError::Table {
        path: path.into(),
        flaw: GridFlaw::Text(flaw),
    })?;
    let table = Windows::of_rows(&rows).map_err(|flaw| {
        let (line, value) = (flaw.line, flaw.value);
        against(
            "--set",
            &tr!(
                lang,
                "{name} line {line} ({value})",
                "{name} 第 {line} 行（{value}）"
            ),
            lang.pick(flaw.looks.0, flaw.looks.1),
        )
    })?;
    let (mut office, session) = context.office()?;
    set_windows(&mut office, &session, &table)?;
    let rows = table.rows().len();
    tell(&tr!(
        lang,
        "{rows} from now on",
        "已启用 {rows} 行",
        rows = (rows, "row holds", "rows hold"),
    ));
    Ok(())
}

/// A row for reading; notes of the shipped table are in both languages.
fn line(row: &GrowthWindow, shipped: &Windows, lang: Lang) -> String {
    let note = if shipped.rows().contains(row) {
        part(&row.note, lang)
    } else {
        row.note.clone()
    };
    let metres = |m: Option<f64>| m.map_or_else(|| "…".into(), |m| format!("{m:.0}"));
    let band = format!(
        "{}–{} m",
        metres(row.elevation_from_m),
        metres(row.elevation_to_m)
    );
    format!(
        "{:<12} {band:<14} {} … {}  ≤ {} cm  {}",
        if row.district.is_empty() {
            "*"
        } else {
            &row.district
        },
        row.first,
        row.last,
        row.coarsest_gsd_cm,
        note
    )
}

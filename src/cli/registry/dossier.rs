//! `dossier`: a site's file, to print.

use super::Done;
use super::context::{Common, Context, today};
use super::say::{Failure, data, json};
use crate::cli::overwrite::Overwrite;
use crate::files;
use crate::words::Lang;
use clap::Args;
use serde_json::json as value;
use std::path::PathBuf;

/// `papaver dossier`
#[derive(Debug, Args)]
pub(crate) struct DossierArguments {
    /// The site's code 图斑编号
    site: String,
    /// The file to write (default: CODE.html) 输出文件（默认 编号.html）
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
    #[command(flatten)]
    common: Common,
}

impl DossierArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let key = store.find(&self.site)?;
        let dossier =
            crate::pages::dossier::Dossier::of(&store, key, today(&store)?, context.at(&store)?)?;
        let output = self
            .output
            .unwrap_or_else(|| format!("{}.html", dossier.entry.code).into());
        let page = dossier.page(lang);
        files::write(&output, self.overwrite.existing(), |out| {
            std::io::Write::write_all(out, page.as_bytes())
        })?;
        if context.common.json {
            json(
                &value!({"site": dossier.entry.code, "file": output, "head": dossier.entry.site.head()}),
            );
        } else {
            data(&output.display().to_string());
        }
        Ok(Done::Whole)
    }
}

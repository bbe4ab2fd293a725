//! `papaver pyramid`: reduced copies of orthomosaics, for maps, where no scan made them.

use super::interrupt::watched;
use super::scan::RasterArguments;
use super::{Done, talk};
use crate::files::Existing;
use crate::imagery::pyramid::{Pyramid, PyramidError, PyramidPart, is_pyramid_of, pyramid_path};
use crate::imagery::{Orthomosaic, RasterError, Source, find_inputs};
use crate::tr;
use crate::words::{Lang, Say};
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Arguments of `papaver pyramid`.
#[derive(Args)]
pub(super) struct PyramidArguments {
    /// Orthomosaics, folders of them, or a .txt list of paths 正射影像、其文件夹，或 .txt 路径清单
    #[arg(required = true, value_name = "RASTER")]
    inputs: Vec<PathBuf>,
    /// Folder of results that they belong to; they go into its folder `pyramid` 所属的结果文件夹，写入其中的 `pyramid` 子文件夹
    #[arg(short, long, value_name = "DIR", default_value = "papaver-out")]
    output: PathBuf,
    #[command(flatten)]
    raster: RasterArguments,
    /// Replace pyramids that are there 覆盖已有的金字塔
    #[arg(long)]
    overwrite: bool,
    /// Say nothing but warnings and errors 除警告和错误外不输出
    #[arg(short, long)]
    quiet: bool,
}

fn boxed<E: Say + 'static>(error: E) -> Box<dyn Say> {
    Box::new(error)
}

/// Runs the command. What cannot be read is said, and the others are made.
pub(super) fn run(arguments: &PyramidArguments, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let options = arguments.raster.options()?;
    let found = find_inputs(&arguments.inputs).map_err(boxed)?;
    found.allow_network();
    let stop = watched()?;
    let mut refused: Vec<RasterError> = Vec::new();
    let mut is_any_there = false;
    for path in found
        .rasters
        .iter()
        .chain(found.photos.iter().filter(|p| found.named.contains(*p)))
    {
        let opened = match found.found_in.get(path) {
            Some(folder) => Orthomosaic::open_found(path, folder, &options),
            None => Orthomosaic::open(path, &options),
        };
        match opened {
            Ok(orthomosaic) => arguments.make(&orthomosaic.into(), &stop, lang)?,
            Err(error) => {
                refused.push(error);
                continue;
            }
        }
        is_any_there = true;
    }
    if !is_any_there && let Some(error) = refused.pop() {
        return Err(boxed(error));
    }
    for error in &refused {
        talk::warning(error, lang);
    }
    Ok(Done::of(refused.is_empty()))
}

impl PyramidArguments {
    /// Makes one, unless it is there.
    fn make(&self, source: &Source, stop: &AtomicBool, lang: Lang) -> Result<(), Box<dyn Say>> {
        let path = pyramid_path(&self.output, source.name());
        let part = PyramidPart::whole(source);
        let shown = path.display();
        if !self.overwrite && is_pyramid_of(&path, source, &part) {
            self.tell(&tr!(lang, "{shown} is there already", "{shown} 已存在"));
            return Ok(());
        }
        make(
            source,
            part,
            &path,
            Existing::replaced_if(self.overwrite),
            stop,
        )
        .map_err(boxed)?;
        self.tell(&tr!(lang, "written: {shown}", "已写入：{shown}"));
        Ok(())
    }

    fn tell(&self, text: &str) {
        if !self.quiet {
            talk::data(text);
        }
    }
}

fn make(
    source: &Source,
    part: PyramidPart,
    path: &Path,
    existing: Existing,
    stop: &AtomicBool,
) -> Result<(), PyramidError> {
    // A name that is taken is said before the work.
    crate::files::check(path, existing)?;
    match Pyramid::begin(source, part, path)? {
        Some(pyramid) => pyramid.finish(existing, stop),
        None => Ok(()),
    }
}

//! What a walk over the inputs finds, what can be wrong with one, and by which endings imagery is known.

use super::georeference::is_placed;
use super::network::{allow_once, allow_where_named, as_gdal_names};
use super::pyramid::is_any_pyramid;
use crate::files::{BucketError, has_ending};
use crate::text::TextFlaw;
use crate::words::{Fault, Lang, Remedy, Said, Say, remedy_of_system};
use crate::{speaking_error, tr};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Endings of the rasters that are taken out of a folder, in small letters.
pub(super) const RASTERS: [&str; 9] = [
    "tif", "tiff", "vrt", "jp2", "img", "ecw", "sid", "gpkg", "btf",
];
/// Endings of the photos that are taken out of a folder.
pub(super) const PHOTOS: [&str; 5] = ["jpg", "jpeg", "jfif", "jpe", "webp"];

/// What a walk over the inputs found, each list sorted by path without doubles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputFiles {
    /// Rasters, and files named by the user that may be rasters.
    pub rasters: Vec<PathBuf>,
    /// JPEG and WebP files, which may be photos of a drone.
    pub photos: Vec<PathBuf>,
    /// Other files that were passed over in folders.
    pub ignored: usize,
    /// The rasters that nobody named, with the folder in which each was found.
    pub found_in: BTreeMap<PathBuf, PathBuf>,
    /// Those that the user named, in person or in a list, not only their folder.
    pub named: BTreeSet<PathBuf>,
}

/// An input that cannot be used.
#[derive(Debug)]
pub enum InputError {
    /// There is no such file or folder.
    Missing {
        /// What was named.
        path: PathBuf,
    },
    /// A line of a list names no file and no folder.
    MissingOfList {
        /// The list.
        list: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What it names.
        path: PathBuf,
    },
    /// It cannot be listed or read.
    Unreadable {
        /// What was named.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A list whose text cannot be read.
    List {
        /// The list.
        path: PathBuf,
        /// Why.
        flaw: TextFlaw,
    },
    /// A folder without a raster or photo.
    Nothing {
        /// The folders.
        path: PathBuf,
        /// Files in it of other kinds.
        ignored: usize,
    },
}

/// A line of a list that names nothing.
fn missing_of_list(list: &Path, line: usize, path: &Path, lang: Lang) -> Said {
    let (list, path) = (list.display(), path.display());
    Said::new(tr!(
        lang,
        "{list}, line {line}: there is no file or folder {path}",
        "{list} 第 {line} 行：没有文件或文件夹 {path}"
    ))
    .hint(tr!(
        lang,
        "a .txt is read as a list of imagery, one path a line, from its own folder on; if {list} is none, leave it out",
        ".txt 按影像清单读取：每行一个路径，相对于清单所在文件夹；{list} 不是清单的请勿给出"
    ))
}

impl Say for InputError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Missing { path } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "there is no file or folder {path}",
                    "没有文件或文件夹 {path}"
                ))
                .hint(tr!(
                    lang,
                    "check the name; a path with spaces needs quotes",
                    "请检查名称；含空格的路径需加引号"
                ))
            }
            Self::MissingOfList { list, line, path } => missing_of_list(list, *line, path, lang),
            Self::Unreadable { path, source } => {
                let on_disk = || {
                    Remedy::from(lang.pick(
                        "check its permissions, or copy it from the card first",
                        "请检查权限，或先从存储卡复制出来",
                    ))
                };
                let remedy = remedy_of_system(source, lang).unwrap_or_else(on_disk);
                Said::unreadable(lang, path, source).hint(remedy)
            }
            Self::List { path, flaw } => {
                let (path, why) = (path.display(), flaw.say(lang));
                Said::new(tr!(
                    lang,
                    "{path} is no list of paths: {why}",
                    "{path} 不是路径清单：{why}"
                ))
                .hint(lang.pick(
                    "write one path a line, as text",
                    "请保存为纯文本，每行一个路径",
                ))
            }
            Self::Nothing { path, ignored } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path} holds no orthomosaic and no photo ({files})",
                    "{path} 中没有正射影像或照片（其他文件 {ignored} 个）",
                    files = (ignored, "other file", "other files"),
                ))
                .hint(tr!(
                    lang,
                    "give a GeoTIFF, COG, VRT or a folder with such files, or photos in JPEG or WebP",
                    "请给出 GeoTIFF、COG、VRT 文件，或包含这些文件或 JPEG、WebP 照片的文件夹"
                ))
            }
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Unreadable { source, .. } => {
                BucketError::of(source).map_or(Fault::Input, Say::fault)
            }
            _ => Fault::Input,
        }
    }
}
speaking_error!(InputError, |e| match e {
    InputError::Unreadable { source, .. } => Some(source),
    _ => None,
});

/// Whether files with this ending are pictures, which are orthomosaics where something beside them says where they lie.
pub(super) fn pictures(ending: &str) -> bool {
    PHOTOS.contains(&ending) || ["png", "bmp"].contains(&ending)
}

/// The ending of a file, in small letters.
pub(super) fn ending(path: &Path) -> String {
    path.extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default()
}

impl InputFiles {
    /// Takes one file of a folder that was named, or passes it over.
    pub(super) fn take(&mut self, path: &Path, named: &Path) {
        let raster = as_gdal_names(path);
        match ending(path).as_str() {
            _ if is_any_pyramid(&raster) => self.ignored += 1,
            e if RASTERS.contains(&e) || pictures(e) && is_placed(path) => {
                self.found_in.insert(raster.clone(), named.to_owned());
                self.rasters.push(raster);
            }
            e if PHOTOS.contains(&e) => self.photos.push(path.to_owned()),
            _ => self.ignored += 1,
        }
    }

    /// Lets GDAL ask networks where the user named imagery on one, or a virtual raster, which may draw from one.
    pub fn allow_network(&self) {
        let named = || self.named.iter().map(PathBuf::as_path);
        allow_where_named(named());
        if named().any(|path| has_ending(path, "vrt")) {
            allow_once();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitmap_beside_which_something_says_where_it_lies_is_an_orthomosaic() {
        let folder = tempfile::tempdir().expect("folder");
        let [map, plain] = ["成果.bmp", "插图.bmp"].map(|name| folder.path().join(name));
        for path in [&map, &plain, &map.with_extension("bpw")] {
            std::fs::write(path, "1 0 0 -1 0 0").expect("written");
        }
        let mut found = InputFiles::default();
        for path in [&map, &plain] {
            found.take(path, folder.path());
        }
        assert_eq!((found.rasters, found.ignored), (vec![map], 1));
    }
}

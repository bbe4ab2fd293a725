//! What could be scanned: the rasters of the served folder, and its folders of imagery; and what could be a survey's boundary.

use super::answer::{Answer, Refused};
use super::house::waiting;
use super::library::INBOX;
use super::runs::inside;
use super::visitors::Looker;
use crate::ground::LonLat;
use crate::office::extent::extent as extent_of;
use axum::Json;
use axum::extract::Query;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How deep below the folder is looked, and how many entries.
const DEPTH: usize = 8;
const MOST: usize = 50_000;

/// Something that could be scanned.
#[derive(Debug, Serialize)]
pub(super) struct ScannableImagery {
    /// Its way below the served folder.
    path: String,
    /// Whether it is a folder, which is scanned with those in it.
    folder: bool,
    /// How many photos and rasters it holds.
    files: usize,
    /// Bytes of them.
    bytes: u64,
}

/// A file that could be a boundary.
#[derive(Debug, Serialize)]
pub(super) struct BoundaryFile {
    /// Its way below the served folder.
    path: String,
    bytes: u64,
}

#[derive(Debug, Default)]
struct FolderContents {
    found: Vec<ScannableImagery>,
    boundaries: Vec<BoundaryFile>,
    entries: usize,
}

/// Imagery of a folder and of those in it.
#[derive(Debug, Default, Clone, Copy)]
struct FolderImagery {
    files: usize,
    bytes: u64,
    /// Photos that lie in the folder itself.
    photos: usize,
}

pub(super) async fn imagery(Looker(house): Looker) -> Answer<Vec<ScannableImagery>> {
    waiting(move || Ok(Json(looked(&house.root).found))).await
}

pub(super) async fn boundaries(Looker(house): Looker) -> Answer<Vec<BoundaryFile>> {
    waiting(move || Ok(Json(looked(&house.root).boundaries))).await
}

/// Imagery by its way below the served folder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImageryQuery {
    path: String,
}

/// Where imagery lies: west, south, east, north in degrees; nothing where no file says it.
pub(super) async fn extent(
    Looker(house): Looker,
    Query(asked): Query<ImageryQuery>,
) -> Answer<Option<[f64; 4]>> {
    let corners = |(low, high): (LonLat, LonLat)| [low.lon, low.lat, high.lon, high.lat];
    waiting(move || {
        let path = inside(&house.root, &asked.path).ok_or_else(Refused::no_such_page)?;
        Ok(Json(extent_of(&path, &house.root).map(corners)))
    })
    .await
}

fn looked(root: &Path) -> FolderContents {
    let mut looked = FolderContents::default();
    looked.look(root, root, 0);
    looked.found.sort_by(|a, b| a.path.cmp(&b.path));
    looked.boundaries.sort_by(|a, b| a.path.cmp(&b.path));
    looked
}

/// What a file is by the ending of its name.
#[derive(PartialEq, Eq)]
enum FileKind {
    Raster,
    Photo,
    Boundary,
    Other,
}

fn kind(name: &str) -> FileKind {
    let ending = name.rsplit('.').next().unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "tif" | "tiff" | "btf" | "vrt" | "img" | "jp2" | "ecw" | "sid" => FileKind::Raster,
        "jpg" | "jpeg" | "jfif" | "jpe" | "webp" => FileKind::Photo,
        "geojson" | "gpkg" | "shp" | "kml" | "kmz" | "ovkml" | "ovkmz" => FileKind::Boundary,
        _ => FileKind::Other,
    }
}

impl FolderContents {
    /// Looks into a folder and those in it, and answers what imagery they hold.
    fn look(&mut self, root: &Path, folder: &Path, depth: usize) -> FolderImagery {
        let mut held = FolderImagery::default();
        let is_a_result =
            folder.join("scan.json").is_file() || folder.join("journal.jsonl").is_file();
        if depth > DEPTH || is_a_result {
            return held;
        }
        let below = |path: &Path| {
            let below = path.strip_prefix(root).unwrap_or(path);
            below.to_string_lossy().replace('\\', "/")
        };
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            self.entries += 1;
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(about) = entry.metadata() else {
                continue;
            };
            if self.entries > MOST || name.starts_with('.') || name.contains(".papaver") {
                continue;
            }
            if about.is_dir() {
                let inner = self.look(root, &entry.path(), depth + 1);
                held.files += inner.files;
                held.bytes += inner.bytes;
                continue;
            }
            let (path, bytes) = (below(&entry.path()), about.len());
            match kind(&name) {
                FileKind::Raster => self.found.push(ScannableImagery {
                    path,
                    folder: false,
                    files: 1,
                    bytes,
                }),
                FileKind::Photo => held.photos += 1,
                FileKind::Boundary => {
                    self.boundaries.push(BoundaryFile { path, bytes });
                    continue;
                }
                FileKind::Other => continue,
            }
            held.files += 1;
            held.bytes += bytes;
        }
        // What was sent in at different times is no flight.
        let is_one = folder != root && folder != root.join(INBOX);
        if is_one && (held.photos > 0 || held.files > 1) {
            self.found.push(ScannableImagery {
                path: below(folder),
                folder: true,
                files: held.files,
                bytes: held.bytes,
            });
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::looked;

    #[test]
    fn folders_of_imagery_and_files_of_boundaries_are_listed() {
        let folder = tempfile::tempdir().expect("folder");
        let files = [
            "flight/a.tif",
            "flight/b.TIF",
            "flight/town.gpkg",
            "card/DCIM/100MEDIA/1.JPG",
            "card/DCIM/101MEDIA/2.JPG",
            "one/ortho.tif",
            "inbox/x.tif",
            "inbox/y.tif",
            "inbox/range.kml",
            "surveys/may/scan.json",
            "surveys/may/candidates.geojson",
            "surveys/may/pyramid/ortho.tif",
            "410423.papaver.evidence/3.jpg",
            "notes.txt",
        ];
        for name in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
            std::fs::write(path, "x").expect("written");
        }
        let looked = looked(folder.path());
        let found = looked.found.iter();
        let found = found.map(|one| format!("{} {}", one.path, one.files));
        assert_eq!(
            found.collect::<Vec<_>>(),
            [
                "card 2",
                "card/DCIM 2",
                "card/DCIM/100MEDIA 1",
                "card/DCIM/101MEDIA 1",
                "flight 2",
                "flight/a.tif 1",
                "flight/b.TIF 1",
                "inbox/x.tif 1",
                "inbox/y.tif 1",
                "one/ortho.tif 1",
            ]
        );
        let boundaries = looked.boundaries.iter().map(|one| one.path.as_str());
        assert_eq!(
            boundaries.collect::<Vec<_>>(),
            ["flight/town.gpkg", "inbox/range.kml"]
        );
    }
}

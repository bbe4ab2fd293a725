//! What could be scanned: the rasters of the served folder, and its folders of photos.

use super::answer::Answer;
use super::house::waiting;
use super::visitors::Looker;
use axum::Json;
use serde::Serialize;
use std::path::Path;

/// How deep below the folder is looked, and how many entries.
const DEPTH: usize = 4;
const MOST: usize = 50_000;

/// Something that could be scanned.
#[derive(Debug, Serialize)]
pub(super) struct ScannableImagery {
    /// Its way below the served folder.
    path: String,
    /// Whether it is a folder of photos.
    folder: bool,
    /// How many files it holds.
    files: usize,
    /// Bytes of them.
    bytes: u64,
}

#[derive(Debug, Default)]
struct Looked {
    found: Vec<ScannableImagery>,
    entries: usize,
}

pub(super) async fn list(Looker(house): Looker) -> Answer<Vec<ScannableImagery>> {
    waiting(move || Ok(Json(below(&house.root)))).await
}

fn below(root: &Path) -> Vec<ScannableImagery> {
    let mut looked = Looked::default();
    looked.look(root, root, 0);
    looked.found.sort_by(|a, b| a.path.cmp(&b.path));
    looked.found
}

/// What a file is by the ending of its name.
#[derive(PartialEq, Eq)]
enum FileKind {
    Raster,
    Photo,
    Other,
}

fn kind(name: &str) -> FileKind {
    let ending = name.rsplit('.').next().unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "tif" | "tiff" | "vrt" | "img" | "jp2" => FileKind::Raster,
        "jpg" | "jpeg" => FileKind::Photo,
        _ => FileKind::Other,
    }
}

impl Looked {
    fn look(&mut self, root: &Path, folder: &Path, depth: usize) {
        let is_a_result =
            folder.join("scan.json").is_file() || folder.join("journal.jsonl").is_file();
        if depth > DEPTH || is_a_result {
            return;
        }
        let below = |path: &Path| {
            let below = path.strip_prefix(root).unwrap_or(path);
            below.to_string_lossy().replace('\\', "/")
        };
        let (mut photos, mut photo_bytes) = (0, 0);
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
                self.look(root, &entry.path(), depth + 1);
                continue;
            }
            match kind(&name) {
                FileKind::Raster => self.found.push(ScannableImagery {
                    path: below(&entry.path()),
                    folder: false,
                    files: 1,
                    bytes: about.len(),
                }),
                FileKind::Photo => (photos, photo_bytes) = (photos + 1, photo_bytes + about.len()),
                FileKind::Other => {}
            }
        }
        if photos > 0 && folder != root {
            self.found.push(ScannableImagery {
                path: below(folder),
                folder: true,
                files: photos,
                bytes: photo_bytes,
            });
        }
    }
}

//! What lies in the served folder: registries and the folders that scans wrote. To the outside each is an id, a short hash
//! of where it lies below the folder.

use crate::platform;
use crate::registry::Hash;
use crate::schema::{SCAN_FORMAT, ScanRecord};
use crate::text::names::lies_in;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::block_in_place;

/// How deep below the folder is looked.
const DEPTH: usize = 6;
/// How many folders are looked into.
const MOST_FOLDERS: usize = 20_000;
/// How long what was found is taken for what is there.
const FRESH: Duration = Duration::from_secs(5);

/// Something in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LibraryPlace {
    /// Its id.
    pub id: String,
    /// Its file name.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
}

impl LibraryPlace {
    /// The bytes of a file of results, which may have been sent by anybody; nothing where a link leads out of their folder.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.path.join(name);
        let is_its_own = lies_in(&self.path, &path).unwrap_or(false);
        is_its_own.then(|| crate::files::read(&path).ok())?
    }
}

#[derive(Debug, Clone, Default)]
struct LibraryListing {
    registries: Vec<LibraryPlace>,
    surveys: Vec<LibraryPlace>,
}

/// What lies in the folder, looked for anew every few seconds.
#[derive(Debug, Default)]
pub(super) struct Library {
    root: PathBuf,
    found: Mutex<Option<(Instant, LibraryListing)>>,
    /// Whose turn it is to look.
    looking: Mutex<()>,
    /// The ids of all registries that were ever found.
    had: Mutex<BTreeSet<String>>,
}

impl Library {
    /// Of a folder.
    pub fn new(root: PathBuf) -> Self {
        Self {
            root,
            ..Self::default()
        }
    }

    fn kept(&self) -> MutexGuard<'_, Option<(Instant, LibraryListing)>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was found, as long as it is taken for what is there.
    fn fresh(&self) -> Option<LibraryListing> {
        let kept = self.kept();
        let fresh = kept.as_ref().filter(|(at, _)| at.elapsed() < FRESH);
        fresh.map(|(_, found)| found.clone())
    }

    /// A large folder or a slow disk holds up whoever asks for it, and no request beside.
    fn found(&self) -> LibraryListing {
        self.fresh()
            .unwrap_or_else(|| block_in_place(|| self.looked()))
    }

    /// One looks, and the others take what was found.
    fn looked(&self) -> LibraryListing {
        let _turn = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = self.fresh() {
            return found;
        }
        // What cannot be opened since too much is open is not gone.
        if is_crowded(&self.root)
            && let Some((_, found)) = &*self.kept()
        {
            return found.clone();
        }
        let found = look(&self.root);
        let ids = found.registries.iter().map(|place| place.id.clone());
        self.had().extend(ids);
        *self.kept() = Some((Instant::now(), found.clone()));
        found
    }

    fn had(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.had.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a registry lay there since the server began.
    pub fn has_had(&self, id: &str) -> bool {
        self.had().contains(id)
    }

    /// Whether a registry that lay there since the server began is there no more.
    pub fn lacks_any(&self) -> bool {
        let there = self.registries();
        let is_there = |id: &String| there.iter().any(|place| place.id == *id);
        !self.had().iter().all(is_there)
    }

    /// Looks anew at the next question; who looks just now may have seen too little.
    pub fn forget(&self) {
        let _turn = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        *self.kept() = None;
    }

    /// Its registries, by path.
    pub fn registries(&self) -> Vec<LibraryPlace> {
        self.found().registries
    }

    /// Its surveys, by path.
    pub fn surveys(&self) -> Vec<LibraryPlace> {
        self.found().surveys
    }

    /// A registry.
    pub fn registry(&self, id: &str) -> Option<LibraryPlace> {
        self.registries().into_iter().find(|place| place.id == id)
    }

    /// A survey.
    pub fn survey(&self, id: &str) -> Option<LibraryPlace> {
        self.surveys().into_iter().find(|place| place.id == id)
    }
}

/// The id of what lies at a place below the folder.
pub(super) fn id_of(below: &Path) -> String {
    let text = below.to_string_lossy().replace('\\', "/");
    Hash::of(text.as_bytes()).to_string()[..12].to_owned()
}

/// Whether the folder cannot be listed since too much is open.
fn is_crowded(root: &Path) -> bool {
    std::fs::read_dir(root).is_err_and(|error| platform::is_crowded(&error))
}

fn look(root: &Path) -> LibraryListing {
    let mut found = LibraryListing::default();
    let mut folders = vec![(root.to_path_buf(), 0)];
    let mut seen = 0;
    while let Some((folder, depth)) = folders.pop() {
        seen += 1;
        if seen > MOST_FOLDERS {
            break;
        }
        // What was sent in stands for nothing: a registry or results among it are somebody's word about themselves.
        if folder == root.join(INBOX) {
            continue;
        }
        if folder.join("scan.json").is_file() {
            found.surveys.push(place(root, &folder));
        }
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < DEPTH && is_looked_into(&name) => {
                    folders.push((path, depth + 1));
                }
                // An emptied one is one all the same: it is to be told of, and no reason to ask nobody who they are.
                Ok(kind) if kind.is_file() && name.ends_with(".papaver") => {
                    found.registries.push(place(root, &path));
                }
                _ => {}
            }
        }
    }
    found.registries.sort_by(|a, b| a.path.cmp(&b.path));
    found.surveys.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Not hidden folders, and not those of a registry or of a scan's pictures.
fn is_looked_into(name: &str) -> bool {
    !name.starts_with('.') && !name.contains(".papaver.") && name != "chips" && name != "pyramid"
}

fn place(root: &Path, path: &Path) -> LibraryPlace {
    let below = path.strip_prefix(root).unwrap_or(path);
    let name = path.file_name().unwrap_or_default();
    LibraryPlace {
        id: id_of(below),
        name: name.to_string_lossy().into_owned(),
        path: path.to_path_buf(),
    }
}

/// Whether a name, or a folder on the way, is that of a registry or of what lies beside one, also where systems tell no case apart.
pub(super) fn is_a_registrys(way: &str) -> bool {
    way.to_lowercase().contains(".papaver")
}

/// The record of a scan; nothing where it is of another format.
pub(super) fn scan_of(place: &LibraryPlace) -> Option<ScanRecord> {
    let scan: ScanRecord = serde_json::from_slice(&place.read("scan.json")?).ok()?;
    (scan.format == SCAN_FORMAT).then_some(scan)
}

/// The folder, below the served one.
pub(super) const INBOX: &str = "inbox";

#[cfg(test)]
mod tests {
    use super::is_a_registrys;

    #[test]
    fn whatever_its_case_a_registrys_name_is_one() {
        for way in [
            "x.papaver",
            "x.PAPAVER",
            "a/q.papaver.people",
            "X.Papaver.key",
        ] {
            assert!(is_a_registrys(way), "{way}");
        }
        assert!(!is_a_registrys("papaver.tif") && !is_a_registrys("a/papaver"));
    }

    #[test]
    #[cfg(unix)]
    fn what_is_shown_of_results_is_theirs() {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("s/chips")).expect("made");
        std::fs::write(at("a.papaver.key"), "0".repeat(64)).expect("written");
        std::fs::write(at("s/scan.json"), "{}").expect("written");
        std::fs::write(at("s/ground"), "ground").expect("written");
        let links = [
            ("../a.papaver.key", "s/candidates.geojson"),
            ("../../a.papaver.key", "s/chips/x.jpg"),
            ("ground", "s/coverage.geojson"),
        ];
        for (target, link) in links {
            std::os::unix::fs::symlink(target, at(link)).expect("linked");
        }
        let place = super::place(folder.path(), &at("s"));
        assert_eq!(place.read("candidates.geojson"), None);
        assert_eq!(place.read("chips/x.jpg"), None);
        assert_eq!(
            place.read("coverage.geojson").as_deref(),
            Some(&b"ground"[..])
        );
        assert_eq!(place.read("scan.json").as_deref(), Some(&b"{}"[..]));
    }
}

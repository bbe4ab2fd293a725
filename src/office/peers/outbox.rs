//! Where the parts of a bundle lie while they travel: a folder beside the registry that goes away with its owner.

use crate::files::{FileError, beside};
use crate::store::StoreError;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::{Builder, TempDir};

/// What the folder beside a registry is called.
const FOLDER: &str = ".outgoing";
/// How old what a killed program left behind has to be before it is swept away.
const OLD: Duration = Duration::from_secs(24 * 3_600);

/// A folder for parts.
#[derive(Debug)]
pub struct Outbox {
    folder: TempDir,
}

impl Outbox {
    /// Makes one beside a registry.
    ///
    /// # Errors
    /// [`FileError::Unwritable`].
    pub fn beside(registry: &Path) -> Result<Self, FileError> {
        let all = beside(registry, FOLDER);
        let made = || {
            std::fs::create_dir_all(&all)?;
            sweep(&all);
            Builder::new().prefix("bundle-").tempdir_in(&all)
        };
        let folder = made().map_err(FileError::of(&all))?;
        Ok(Self { folder })
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        // The folder of folders goes with the last of them.
        let all = self.folder.path().parent().map(Path::to_path_buf);
        let _gone = std::fs::remove_dir_all(self.folder.path());
        let _others = all.map(std::fs::remove_dir);
    }
}

fn sweep(all: &Path) {
    let entries = std::fs::read_dir(all).into_iter().flatten().flatten();
    for entry in entries.filter(is_old) {
        let _gone = std::fs::remove_dir_all(entry.path());
    }
}

fn is_old(entry: &std::fs::DirEntry) -> bool {
    let changed = entry.metadata().and_then(|about| about.modified());
    let age = changed.ok().and_then(|changed| changed.elapsed().ok());
    age.is_some_and(|age| age > OLD)
}

/// A signed receipt that is kept beside a registry: by when, by whose it is, and by its own digest.
pub(super) fn keep_receipt(
    registry: &Path,
    unit: &str,
    receipt: &serde_json::Value,
) -> Result<PathBuf, StoreError> {
    let text = serde_json::to_vec_pretty(receipt).unwrap_or_default();
    let at = receipt["at"].as_str().unwrap_or_default();
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let at: String = at.chars().filter(plain).collect();
    let unit: String = unit.chars().filter(plain).collect();
    let digest = crate::registry::Hash::of(&text).to_string();
    let folder = beside(registry, ".receipts");
    let path = folder.join(format!("{at}-{unit}-{}.receipt.json", &digest[..8]));
    let written = std::fs::create_dir_all(&folder)
        .and_then(|()| crate::files::keep(&path, |out| out.write_all(&text)));
    written.map_err(|source| match source.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full { path: path.clone() },
        _ => StoreError::Io {
            path: path.clone(),
            source,
        },
    })?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outbox_leaves_nothing_behind_and_takes_nothing_of_another() {
        let folder = tempfile::tempdir().expect("folder");
        let registry = folder.path().join("a.papaver");
        let (one, two) = (Outbox::beside(&registry), Outbox::beside(&registry));
        let (one, two) = (one.expect("one"), two.expect("two"));
        std::fs::write(two.file("part"), b"x").expect("written");
        drop(one);
        assert!(two.file("part").is_file());
        std::fs::write(&registry, b"x").expect("a registry");
        let receipt = keep_receipt(&registry, "410423", &serde_json::json!({})).expect("kept");
        crate::files::spare(&receipt).expect_err("it is the registry's");
        crate::files::spare(&two.file("part")).expect("made anew each time");
        drop(two);
        assert!(!beside(&registry, FOLDER).exists());
    }
}

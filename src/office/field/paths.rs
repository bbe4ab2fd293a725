//! Names below a crew's folder: plain parts between slashes, that lead nowhere else on any system.

use crate::files;
use crate::text::names::is_portable;
use std::path::{Path, PathBuf};
use unicode_normalization::UnicodeNormalization;

/// Letters of one part at most, in bytes.
const LONGEST_PART: usize = 200;
/// Folders in each other at most.
const DEEPEST: usize = 12;

/// A path as it is kept, without slashes around it; `None` for one that will not do. The folder itself is empty.
pub(super) fn plain(path: &str) -> Option<String> {
    let path = path.trim_matches('/');
    if path.is_empty() {
        return Some(String::new());
    }
    let parts: Vec<&str> = path.split('/').collect();
    let will_do = |part: &&str| is_portable(part, LONGEST_PART);
    (parts.len() <= DEEPEST && parts.iter().all(will_do)).then(|| parts.join("/"))
}

/// The folder of a path, and its last part.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The path of a name in a folder.
pub(super) fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// Whether a path is another, or lies in it.
pub(super) fn lies_in(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path as disks and clients compare it that tell neither case nor ways to write one letter apart.
pub(super) fn folded(path: &str) -> String {
    path.nfkc().flat_map(char::to_lowercase).collect()
}

/// The ending of a file's name, in small letters.
pub(super) fn ending(path: &str) -> String {
    let name = split(path).1;
    name.rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .unwrap_or_default()
}

/// The folder of what belongs to one crew alone.
pub(super) fn own_folder(field: &Path, id: &str) -> PathBuf {
    field.join("crews").join(id)
}

/// The folder below [`folder_of`] where files arrive.
pub(super) const ARRIVING: &str = "arriving";

/// The folder beside a registry.
pub(super) fn folder_of(registry: &Path) -> PathBuf {
    files::beside(registry, ".field")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_below_the_folder_or_nowhere() {
        for (given, kept) in [
            ("/", Some("")),
            ("/DCIM/照片 1.jpg", Some("DCIM/照片 1.jpg")),
            ("DCIM/", Some("DCIM")),
            ("/../a", None),
            ("/a/../b", None),
            ("/a/./b", None),
            ("/a//b", None),
            ("/a\\..\\b", None),
            ("/c:/b", None),
            ("/a\0", None),
            ("/nul.txt", None),
            ("/nul .txt", None),
            ("/COM1.jpg", None),
            ("/lpt9", None),
            ("/com.jpg", Some("com.jpg")),
            ("/com10.jpg", Some("com10.jpg")),
            ("/a.", None),
        ] {
            assert_eq!(plain(given).as_deref(), kept, "{given}");
        }
        assert_eq!(plain(&"a/".repeat(13)), None);
        assert_eq!(folded("ＲＥ\u{17f}ULT.html"), folded("Result.HTML"));
        assert_ne!(folded("a.jpg"), folded("b.jpg"));
        assert!(lies_in("a/b", "a") && !lies_in("ab", "a") && lies_in("a", "a"));
    }
}

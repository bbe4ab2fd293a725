//! What a crew has sent: a log that only grows, and the tree of names that it tells.
//!
//! Every version of every file lies under its SHA-256 before the line that names it is on the disk; what is acknowledged is
//! that line. A name that is given to another file, moved or taken away loses nothing.

use super::found::Denied;
use super::paths::{ending, lies_in, split};
use crate::files;
use crate::registry::Hash;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// Names in one inbox at most.
const MOST_NAMES: usize = 20_000;
/// Names that come, go or are moved at most, over all of its log: a client that writes without end fills no disk.
const MOST_CHANGES: usize = 500_000;
/// So many more may still be moved and taken away once nothing new is taken: what has come keeps the name that it is to have.
const TO_PUT_AWAY: usize = 50_000;
/// Bytes of all versions of all files of one inbox at most.
const MOST_BYTES: u64 = 64 << 30;
/// Endings of the tables that are taken in.
const TABLES: [&str; 5] = ["gpkg", "geojson", "json", "xlsx", "csv"];

/// Endings of what is read beside them: journals, photographs, and what a phone says of those.
const READ_BESIDE: [&str; 12] = [
    "gpkg-wal",
    "gpkg-shm",
    "gpkg-journal",
    "jpg",
    "jpeg",
    "png",
    "heic",
    "heif",
    "tif",
    "tiff",
    "webp",
    "position",
];

/// Whether a file of this name is a table, whose rows are taken in.
pub fn is_table(path: &str) -> bool {
    TABLES.contains(&ending(path).as_str())
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum UploadChange {
    /// A file came.
    Put {
        path: String,
        sha256: Hash,
        bytes: u64,
    },
    /// A folder was made.
    Folder { path: String },
    /// A file, or a folder with all in it, is shown no more.
    Gone { path: String },
    /// It has another name.
    Moved { from: String, to: String },
}

/// A line of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct InboxLine {
    at: Timestamp,
    #[serde(flatten)]
    change: UploadChange,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    /// The file; `None` is a folder.
    pub file: Option<(Hash, u64)>,
    /// Since when.
    pub at: Timestamp,
}

/// A version of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    pub path: String,
    pub sha256: Hash,
    pub at: Timestamp,
    /// The number of the line that brought it.
    pub line: usize,
}

/// An inbox.
#[derive(Debug, Clone, Default)]
pub(super) struct Inbox {
    log: PathBuf,
    tree: BTreeMap<String, Node>,
    /// Every version of a table, in order.
    tables: Vec<Version>,
    /// For each name of a file in small letters, the number of the last line that brought it.
    brought: BTreeMap<String, usize>,
    lines: usize,
    /// The names that came, went or were moved.
    changes: usize,
    /// The files that lie there for it, by their digests, and how large they are together.
    kept: BTreeSet<Hash>,
    bytes: u64,
}

impl Inbox {
    /// Reads a log; one that is not there yet is empty.
    pub fn open(log: &Path) -> io::Result<Self> {
        let mut inbox = Self {
            log: log.into(),
            ..Self::default()
        };
        files::end_line(log)?;
        let bytes = match std::fs::read(log) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        // What was cut off was not acknowledged.
        let lines = bytes.split(|byte| *byte == b'\n');
        for line in lines.filter_map(|line| serde_json::from_slice::<InboxLine>(line).ok()) {
            inbox.apply(line);
        }
        Ok(inbox)
    }

    /// Records a change; it is on the disk when this returns.
    pub fn record(&mut self, change: UploadChange, at: Timestamp) -> io::Result<()> {
        let line = InboxLine { at, change };
        files::add_line(&self.log, &serde_json::to_string(&line)?)?;
        self.apply(line);
        Ok(())
    }

    /// Whether one more name will do.
    pub(crate) fn has_room(&self) -> bool {
        self.tree.len() < MOST_NAMES && self.changes < MOST_CHANGES && self.bytes < MOST_BYTES
    }

    /// Whether so many names may still be moved or taken away.
    pub(crate) fn may_put_away(&self, names: usize) -> bool {
        self.changes + names <= MOST_CHANGES + TO_PUT_AWAY
    }

    /// Fails where a folder has this name, or a file has the name of a folder above it.
    pub(crate) fn may_lie(&self, path: &str) -> Result<(), Denied> {
        let is_folder = self.get(path).is_some_and(|node| node.file.is_none());
        if is_folder {
            return Err(Denied::Exists);
        }
        let mut folder = split(path).0;
        while !folder.is_empty() {
            if self.get(folder).is_some_and(|node| node.file.is_some()) {
                return Err(Denied::Exists);
            }
            folder = split(folder).0;
        }
        Ok(())
    }

    pub fn get(&self, path: &str) -> Option<Node> {
        self.tree.get(path).copied()
    }

    /// The names in a folder, without what lies in folders in it.
    pub fn list(&self, folder: &str) -> impl Iterator<Item = (&str, Node)> {
        let entries = self.tree.iter();
        let own = entries.filter(move |(path, _)| split(path).0 == folder);
        own.map(|(path, node)| (split(path).1, *node))
    }

    /// All files by their paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, Hash)> {
        let entries = self.tree.iter();
        entries.filter_map(|(path, node)| Some((path.as_str(), node.file?.0)))
    }

    /// The files that nothing is read of: neither tables, nor their journals, nor pictures.
    pub(crate) fn unread(&self) -> Vec<String> {
        let unread = self.files().map(|(path, _)| path);
        let unread =
            unread.filter(|path| !is_table(path) && !READ_BESIDE.contains(&ending(path).as_str()));
        unread.map(str::to_owned).collect()
    }

    /// Every version of a table, in the order in which they came.
    pub fn tables(&self) -> &[Version] {
        &self.tables
    }

    /// How many changes there were.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Whether a file of this name came after a number of changes.
    pub(crate) fn brought_since(&self, name: &str, lines: usize) -> bool {
        self.brought
            .get(&name.to_lowercase())
            .is_some_and(|at| *at > lines)
    }

    fn apply(&mut self, InboxLine { at, change }: InboxLine) {
        self.lines += 1;
        self.changes += match &change {
            UploadChange::Moved { from, to } => self.under_another_name(from, to).count(),
            _ => 1,
        };
        match change {
            UploadChange::Put {
                path,
                sha256,
                bytes,
            } => {
                self.put(path, (sha256, bytes), at);
            }
            UploadChange::Folder { path } => self.folder(&path, at),
            UploadChange::Gone { path } => self.tree.retain(|known, _| !lies_in(known, &path)),
            UploadChange::Moved { from, to } => self.moved(&from, &to, at),
        }
    }

    fn put(&mut self, path: String, file: (Hash, u64), at: Timestamp) {
        self.folder(split(&path).0, at);
        if file.1 > 0 && is_table(&path) {
            self.tables.push(Version {
                path: path.clone(),
                sha256: file.0,
                at,
                line: self.lines,
            });
        }
        if self.kept.insert(file.0) {
            self.bytes = self.bytes.saturating_add(file.1);
        }
        self.brought
            .insert(split(&path).1.to_lowercase(), self.lines);
        let node = Node {
            file: Some(file),
            at,
        };
        self.tree.insert(path, node);
    }

    /// A folder and those around it, where they are not there.
    fn folder(&mut self, path: &str, at: Timestamp) {
        if path.is_empty() || self.tree.contains_key(path) {
            return;
        }
        self.folder(split(path).0, at);
        self.tree.insert(path.to_owned(), Node { file: None, at });
    }

    /// The paths that a file, or a folder with all in it, would have under another name, and whether each is a file.
    pub(crate) fn moved_to(&self, from: &str, to: &str) -> Vec<(String, bool)> {
        let moved = self.under_another_name(from, to);
        moved
            .map(|(path, node)| (path, node.file.is_some()))
            .collect()
    }

    fn under_another_name(&self, from: &str, to: &str) -> impl Iterator<Item = (String, Node)> {
        let moved = self
            .tree
            .iter()
            .filter(move |(path, _)| lies_in(path, from));
        moved.map(move |(path, node)| (format!("{to}{}", &path[from.len()..]), *node))
    }

    fn moved(&mut self, from: &str, to: &str, at: Timestamp) {
        let moved: Vec<(String, Node)> = self.under_another_name(from, to).collect();
        self.tree
            .retain(|path, _| !lies_in(path, from) && !lies_in(path, to));
        for (path, node) in moved {
            match node.file {
                Some(file) => self.put(path, file, at),
                None => self.folder(&path, at),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &str, bytes: &[u8]) -> UploadChange {
        UploadChange::Put {
            path: path.into(),
            sha256: Hash::of(bytes),
            bytes: bytes.len() as u64,
        }
    }

    #[test]
    fn what_a_crew_sends_ends_before_the_disk_does() {
        let mut inbox = Inbox::default();
        let sent = |inbox: &mut Inbox, n: u64| {
            let change = UploadChange::Put {
                path: format!("{}.jpg", n % 3),
                sha256: Hash::of(&n.to_le_bytes()),
                bytes: 1 << 30,
            };
            let at = Timestamp::UNIX_EPOCH;
            inbox.apply(InboxLine { at, change });
        };
        // The same file again is no more.
        (0..500).for_each(|_| sent(&mut inbox, 0));
        assert!(inbox.has_room());
        (1..64).for_each(|n| sent(&mut inbox, n));
        assert!(!inbox.has_room(), "{} bytes under three names", inbox.bytes);
        // Nor does taking names away give room: what came stays kept.
        for n in 0..3 {
            let change = UploadChange::Gone {
                path: format!("{n}.jpg"),
            };
            let at = Timestamp::UNIX_EPOCH;
            inbox.apply(InboxLine { at, change });
        }
        assert!(!inbox.has_room());
    }

    #[test]
    fn moving_a_folder_is_as_many_changes_as_it_holds_names() {
        let mut inbox = Inbox::default();
        let at = Timestamp::UNIX_EPOCH;
        let mut apply = |change| inbox.apply(InboxLine { at, change });
        (0..999).for_each(|n| apply(put(&format!("a/{n}.csv"), b"x")));
        for n in 0..500 {
            let names = [format!("{}", n % 2), format!("{}", (n + 1) % 2)];
            let [from, to] = if n == 0 {
                ["a".into(), "1".into()]
            } else {
                names
            };
            apply(UploadChange::Moved { from, to });
        }
        assert!(!inbox.has_room(), "{} names moved", inbox.changes);
        assert!(inbox.may_put_away(1_000) && !inbox.may_put_away(51_000));
    }

    #[test]
    fn a_log_tells_the_same_tree_again_and_a_torn_line_tells_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let log = folder.path().join("log.jsonl");
        let mut inbox = Inbox::open(&log).expect("opened");
        let changes = [
            put("DCIM/a.jpg", b"a"),
            put("v.gpkg.part", b"table"),
            UploadChange::Folder { path: "b".into() },
            UploadChange::Moved {
                from: "v.gpkg.part".into(),
                to: "v.gpkg".into(),
            },
            UploadChange::Moved {
                from: "DCIM".into(),
                to: "b/DCIM".into(),
            },
            put("v.gpkg", b"table 2"),
            put("v.gpkg", b""),
            put("c.txt", b"c"),
            UploadChange::Gone {
                path: "c.txt".into(),
            },
        ];
        for change in changes {
            inbox.record(change, Timestamp::UNIX_EPOCH).expect("kept");
        }
        let mut torn = std::fs::read(&log).expect("read");
        torn.extend_from_slice(br#"{"at":"1970-01-01T00:00:00Z","gone":{"pa"#);
        std::fs::write(&log, torn).expect("written");
        let mut again = Inbox::open(&log).expect("opened");
        assert_eq!(again.tree, inbox.tree);
        assert_eq!(again.tables(), inbox.tables());
        let names: Vec<&str> = again.tree.keys().map(String::as_str).collect();
        assert_eq!(names, ["b", "b/DCIM", "b/DCIM/a.jpg", "v.gpkg"]);
        assert_eq!(again.tables().len(), 2, "an empty file is no table");
        assert!(again.brought_since("A.jpg", 3) && !again.brought_since("a.jpg", 6));
        again
            .record(put("d.txt", b"d"), Timestamp::UNIX_EPOCH)
            .expect("kept");
        assert!(Inbox::open(&log).expect("opened").get("d.txt").is_some());
    }
}

//! What is a registry or belongs to one: such files are never written over.

use super::place::{folder_of, has_ending};
use crate::platform;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// `Papv`, as the header of a registry has it (`application_id` of `SQLite`).
pub const REGISTRY_ID: i32 = 0x5061_7076;

/// How the name of a registry ends.
pub(super) const REGISTRY_ENDING: &str = "papaver";

/// What lies beside a registry under its name with one of these endings: its key, its lock, the lines of who came in, the engine's
/// journals, and the folders of its evidence, thumbnails, people's keys, crews and receipts.
/// What is being sent is made anew each time, by the program itself as any file.
pub(super) const BELONGINGS: [&str; 13] = [
    ".key",
    ".verified",
    ".lock",
    ".lock.by",
    ".logins.jsonl",
    ".files",
    ".people",
    ".thumbnails",
    ".field",
    ".receipts",
    "-journal",
    "-wal",
    "-shm",
];

/// Those of them that hold keys.
const SECRETS: [&str; 2] = [".key", ".people"];

/// The certificate of an office's authority, which lies in the folder of its registries.
pub const AUTHORITY_CERTIFICATE: &str = "papaver-office-ca.crt";
/// Its key.
pub const AUTHORITY_KEY: &str = "papaver-office-ca.key";

/// Whether a file begins like a registry, or bears the name of one and is not empty.
pub fn is_registry(path: &Path) -> bool {
    let holds = fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() > 0);
    holds && (has_ending(path, REGISTRY_ENDING) || begins_like_registry(path))
}

/// The engine's name and our id in the first 72 bytes.
pub(super) fn begins_like_registry(path: &Path) -> bool {
    let mut head = [0; 72];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut head))
        .is_ok()
        && head.starts_with(b"SQLite format 3\0")
        && head[68..] == REGISTRY_ID.to_be_bytes()
}

/// A device's key: 64 hexadecimal digits and nothing else, in a file named so. It may lie apart from its registry.
pub(super) fn is_device_key(path: &Path) -> bool {
    let is_short = || fs::metadata(path).is_ok_and(|m| m.is_file() && m.len() <= 66);
    let is_of_digits = |bytes: Vec<u8>| {
        let digits = bytes.trim_ascii();
        digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit)
    };
    has_ending(path, "key") && is_short() && fs::read(path).is_ok_and(is_of_digits)
}

/// Whether a file, links followed, is called as one of an office's authority is, and is there.
pub(super) fn is_of_authority(path: &Path, names: &[&str]) -> bool {
    let Ok(real) = platform::real_path(path) else {
        return false;
    };
    let name = real.file_name().unwrap_or_default();
    names.iter().any(|one| name.eq_ignore_ascii_case(one))
}

/// Whether the file, or a folder above it, has a registry's name with one of the endings of what lies beside it. A name
/// that is not taken yet counts too: a journal laid beside a registry would be played into it.
pub(super) fn belongs_to_registry(path: &Path) -> bool {
    bears_ending(path, &BELONGINGS)
}

/// Whether a file is nothing that leaves this machine as part of anything else: a registry, a device's key, the sealed keys
/// of its people, or the key of its office's authority. Links are followed.
pub fn stays_here(path: &Path) -> bool {
    let real = platform::real_path(path);
    let path = real.as_deref().unwrap_or(path);
    is_registry(path)
        || is_device_key(path)
        || bears_ending(path, &SECRETS)
        || is_of_authority(path, &[AUTHORITY_KEY])
}

/// Whether the file, or a folder above it, is called as a registry beside it, with one of these endings.
fn bears_ending(path: &Path, endings: &[&str]) -> bool {
    let folder = folder_of(path);
    // Links are followed, so that a folder by another name is seen for what it is.
    let folder = platform::real_path(&folder).unwrap_or(folder);
    let whole = folder.join(path.file_name().unwrap_or_default());
    whole.ancestors().any(|part| {
        let name = part.file_name().unwrap_or_default().to_string_lossy();
        endings.iter().any(|ending| {
            let split = name.len().checked_sub(ending.len());
            let Some((stem, found)) = split.and_then(|at| name.split_at_checked(at)) else {
                return false;
            };
            found.eq_ignore_ascii_case(ending) && is_registry(&part.with_file_name(stem))
        })
    })
}

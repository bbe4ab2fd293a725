//! The files of a registry: what kind of file it is, and the device's key beside it.

use super::StoreError;
use crate::files::beside;
use ed25519_dalek::SigningKey;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The kind of file, before `SQLite` is asked.
pub(super) fn look_at(path: &Path) -> Result<(), StoreError> {
    let about = std::fs::metadata(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => StoreError::Missing { path: path.into() },
        _ => StoreError::Io {
            path: path.into(),
            source,
        },
    })?;
    if about.is_dir() {
        return Err(StoreError::NotARegistry { path: path.into() });
    }
    if about.len() == 0 {
        return Err(StoreError::Empty { path: path.into() });
    }
    Ok(())
}

/// What begins and, with a name before it, ends a journal of the engine.
const JOURNAL_MAGIC: [u8; 8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7];

/// Fails where the journal beside a registry names a master journal: the engine would delete the file named there. No
/// transaction of ours spans two files, so such a journal is not this registry's.
pub(super) fn refuse_foreign_journal(path: &Path) -> Result<(), StoreError> {
    let journal = beside(path, "-journal");
    let mut end = [0; 16];
    let mut ending = || -> std::io::Result<u64> {
        let mut file = std::fs::File::open(&journal)?;
        let length = file.seek(SeekFrom::End(-16))? + 16;
        file.read_exact(&mut end)?;
        Ok(length)
    };
    let regular = std::fs::metadata(&journal).map_or(true, |about| about.is_file());
    let names = regular
        && ending().is_ok_and(|length| {
            let name = u64::from(u32::from_be_bytes([end[0], end[1], end[2], end[3]]));
            end[8..] == JOURNAL_MAGIC && name > 0 && name <= length - 16
        });
    if names || !regular {
        return Err(StoreError::ForeignJournal {
            path: path.into(),
            journal,
        });
    }
    Ok(())
}

pub(super) fn write_key(path: &Path, secret: &[u8; 32]) -> Result<(), StoreError> {
    let io = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly { path: path.into() }
        }
        std::io::ErrorKind::StorageFull => StoreError::Full { path: path.into() },
        std::io::ErrorKind::AlreadyExists => StoreError::Exists { path: path.into() },
        std::io::ErrorKind::NotFound => StoreError::Missing {
            path: path.parent().unwrap_or(path).into(),
        },
        _ => StoreError::Io {
            path: path.into(),
            source,
        },
    };
    crate::files::keep_new(path, |file| writeln!(file, "{}", hex::encode(secret))).map_err(io)
}

pub(super) fn read_key(path: &Path) -> Result<SigningKey, StoreError> {
    let none = || StoreError::NoDeviceKey { path: path.into() };
    let text = std::fs::read_to_string(path).map_err(|_missing| none())?;
    let mut secret = [0; 32];
    hex::decode_to_slice(text.trim(), &mut secret).map_err(|_not_hex| none())?;
    Ok(SigningKey::from_bytes(&secret))
}

//! The files of a registry: what kind of file it is, and the device's key beside it.

use super::StoreError;
use ed25519_dalek::SigningKey;
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

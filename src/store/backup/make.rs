//! Making a backup: while nobody writes, everything goes into one file, which is then read back.

use super::{
    BackupError, BackupFile, CONTENTS, Contents, FIELD, FIELD_FILES, FIELD_PASSING, FOLDERS,
    FORMAT, KEY, MadeBackup, REGISTRY, WITH_FIELD, check, copy, is_plain,
};
use crate::files::{self, Existing, beside};
use crate::registry::ids::{DeviceId, Hash};
use crate::store::Store;
use crate::store::keys::{WeakPassphrase, sealed_by};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

/// Backs a registry up into a file that is not there yet. The registry is open for writing, so that nobody else writes.
///
/// # Errors
/// See [`BackupError`]; a file that does not read back whole is said, and stays to be looked at.
pub fn make(
    store: &Store,
    out: &Path,
    passphrase: &str,
    made_at: String,
) -> Result<MadeBackup, BackupError> {
    WeakPassphrase::refuse(passphrase).map_err(BackupError::Weak)?;
    if out
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("papaver"))
    {
        return Err(BackupError::Named { path: out.into() });
    }
    let RegistryFiles {
        files: found,
        mut left_out,
    } = listed(store.path())?;
    let mut contents = Contents {
        format: FORMAT.to_owned(),
        registry: (store.path().file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        unit: store.local("unit")?.unwrap_or_default(),
        made_at,
        program: format!("papaver {}", env!("CARGO_PKG_VERSION")),
        last: last_number(store)?,
        files: Vec::new(),
    };
    files::write(out, Existing::Stays, |file| {
        let lock = sealed_by(passphrase);
        let lock = std::iter::once(&lock as &dyn age::Recipient);
        let sealed = age::Encryptor::with_recipients(lock).map_err(io::Error::other)?;
        let mut archive = ZipWriter::new_stream(sealed.wrap_output(file)?);
        for (name, path) in &found {
            contents.files.push(put(&mut archive, name, path)?);
        }
        // Crews may send meanwhile: what the copied logs name is there by now.
        let sent = sent(store.path()).map_err(io::Error::other)?;
        for (name, path) in sent.files {
            contents.files.push(put(&mut archive, &name, &path)?);
        }
        left_out.extend(sent.left_out);
        if contents
            .files
            .iter()
            .any(|kept| kept.name.starts_with(FIELD))
        {
            WITH_FIELD.clone_into(&mut contents.format);
        }
        start(&mut archive, CONTENTS)?;
        archive.write_all(&serde_json::to_vec(&contents)?)?;
        let sealed = archive.finish().map_err(io::Error::other)?;
        sealed.into_inner().finish()?;
        Ok(())
    })?;
    let contents = check(out, passphrase)?;
    Ok(MadeBackup {
        changed: changed(&contents),
        contents,
        left_out,
    })
}

/// What lies in a registry's folders.
#[derive(Default)]
struct RegistryFiles {
    /// Its files by their names in the backup.
    files: Vec<(String, PathBuf)>,
    /// What is none of them.
    left_out: Vec<String>,
}

fn last_number(store: &Store) -> Result<u64, BackupError> {
    let own = store.signing_key().map(DeviceId::of);
    let devices = store.devices()?;
    let last = devices.into_iter().find(|(device, _)| Some(*device) == own);
    Ok(last.map_or(0, |(_, seq)| seq))
}

/// Evidence that is not what its name says.
fn changed(contents: &Contents) -> Vec<Hash> {
    let named = |kept: &BackupFile| kept.name.rsplit('/').next()?.parse::<Hash>().ok();
    contents
        .files
        .iter()
        .filter_map(|kept| named(kept).filter(|name| *name != kept.sha256))
        .collect()
}

/// The files that crews sent.
fn sent(registry: &Path) -> Result<RegistryFiles, BackupError> {
    let mut found = RegistryFiles::default();
    let folder = beside(registry, ".field").join("files");
    if folder.is_dir() {
        walk(&folder, FIELD_FILES, &mut found)?;
    }
    Ok(found)
}

/// Every file that belongs to a registry but those that crews sent, by its name in the backup.
fn listed(registry: &Path) -> Result<RegistryFiles, BackupError> {
    let mut found = RegistryFiles {
        files: vec![
            (REGISTRY.to_owned(), registry.to_path_buf()),
            (KEY.to_owned(), beside(registry, ".key")),
        ],
        left_out: Vec::new(),
    };
    for (prefix, ending) in FOLDERS {
        let folder = beside(registry, ending);
        if folder.is_dir() {
            walk(&folder, prefix, &mut found)?;
        }
    }
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, found: &mut RegistryFiles) -> Result<(), BackupError> {
    let io = BackupError::io(folder);
    let mut entries = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .map_err(&io)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        // What a killed writer left half written is no part of the registry.
        if name.starts_with('.') {
            continue;
        }
        // A link is none of its files: it would lead out of the folder, or round in it.
        let kind = entry.file_type().map_err(&io)?;
        let below = if kind.is_dir() { "/" } else { "" };
        let named = format!("{prefix}{name}{below}");
        let passing = prefix.starts_with(FIELD) && FIELD_PASSING.contains(&name.as_ref());
        if passing || named == FIELD_FILES {
            continue;
        }
        match (kind.is_dir(), kind.is_file() && is_plain(&name)) {
            (true, _) if is_plain(&name) => walk(&path, &named, found)?,
            (false, true) => found.files.push((named, path)),
            _ => found.left_out.push(named),
        }
    }
    Ok(())
}

type BackupArchive<W> = ZipWriter<StreamWriter<age::stream::StreamWriter<W>>>;

fn start<W: Write>(archive: &mut BackupArchive<W>, name: &str) -> io::Result<()> {
    // Pictures do not shrink, and what is encrypted is not looked into; large files need the longer form.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(true);
    archive.start_file(name, options).map_err(io::Error::other)
}

fn put<W: Write>(
    archive: &mut BackupArchive<W>,
    name: &str,
    path: &Path,
) -> io::Result<BackupFile> {
    start(archive, name)?;
    let named =
        |source: io::Error| io::Error::new(source.kind(), format!("{}: {source}", path.display()));
    let (bytes, sha256) = copy(File::open(path).map_err(named)?, archive).map_err(named)?;
    Ok(BackupFile {
        name: name.to_owned(),
        bytes,
        sha256,
    })
}

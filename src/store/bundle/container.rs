//! The container of a bundle: a ZIP, perhaps encrypted, judged before anything in it is read.

use super::{BundleError, COMMENT, Manifest};
use crate::registry::ids::Hash;
use crate::store::keys::{MostWork, by_passphrase};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// The largest manifest.
pub(super) const MANIFEST_LIMIT: u64 = 64 << 20;

/// The largest list of a ZIP's entries: some 400,000 files.
pub(super) const DIRECTORY_LIMIT: u64 = 64 << 20;

/// Text does not grow by more than this when it is unpacked.
pub(super) const RATIO_LIMIT: u64 = 20;

pub(super) trait ReadSeek: Read + Seek {}

pub(super) type BundleArchive = zip::ZipArchive<Box<dyn ReadSeek>>;

/// The digest of all bytes; the last 64 are the digest of those before them.
pub(super) fn check_container(
    path: &Path,
    reader: &mut Box<dyn ReadSeek>,
    length: u64,
) -> Result<Hash, BundleError> {
    let broken = || BundleError::Changed {
        path: path.into(),
        at: "the container (ZIP headers or comment)".into(),
    };
    let before = length.checked_sub(64).ok_or_else(broken)?;
    let mut look = || -> io::Result<(Sha256, Vec<u8>)> {
        reader.rewind()?;
        let mut through = Digesting::new(reader.by_ref().take(before));
        io::copy(&mut through, &mut io::sink())?;
        let digest = through.digest;
        let mut end = Vec::new();
        reader.by_ref().take(65).read_to_end(&mut end)?;
        Ok((digest, end))
    };
    let (mut digest, end) = look().map_err(|_cut| broken())?;
    let whole = Hash(digest.clone().finalize().into());
    if end != whole.to_string().as_bytes() {
        return Err(broken());
    }
    digest.update(&end);
    Ok(Hash(digest.finalize().into()))
}

/// Opens an encrypted bundle as a stream: nothing is decrypted before it is asked for.
pub(super) fn decrypt(
    path: &Path,
    file: BufReader<File>,
    unlock: &Unlock,
) -> Result<Box<dyn ReadSeek>, BundleError> {
    let locked = || BundleError::Locked { path: path.into() };
    let mut identities: Vec<Box<dyn age::Identity>> = Vec::new();
    if let Some(passphrase) = &unlock.passphrase {
        identities.push(Box::new(by_passphrase(passphrase, unlock.most_work)));
    }
    for line in unlock
        .identity
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| line.starts_with("AGE-SECRET-KEY-"))
    {
        let identity: age::x25519::Identity = line.trim().parse().map_err(|_none| locked())?;
        identities.push(Box::new(identity));
    }
    let decryptor = age::Decryptor::new_buffered(file).map_err(|_changed| locked())?;
    let reader = decryptor
        .decrypt(identities.iter().map(AsRef::as_ref))
        .map_err(|not_ours| match not_ours {
            age::DecryptError::ExcessiveWork { required, .. } => BundleError::TooMuchWork {
                path: path.into(),
                logarithm: required,
            },
            _ => locked(),
        })?;
    Ok(Box::new(reader))
}

/// The list of a ZIP's entries is read into memory as a whole: how large it is stands before the comment that every
/// bundle ends with.
pub(super) fn check_directory(
    path: &Path,
    source: &mut Box<dyn ReadSeek>,
    length: u64,
) -> Result<(), BundleError> {
    const END: usize = 22;
    let comment = COMMENT.len() + 64;
    let mut end = [0; END];
    let mut look = || -> io::Result<()> {
        let from = length.saturating_sub((END + comment) as u64);
        source.seek(SeekFrom::Start(from))?;
        source.read_exact(&mut end)?;
        source.rewind()
    };
    let found = look().is_ok() && end.starts_with(b"PK\x05\x06");
    let claims = if found {
        u64::from(u32::from_le_bytes([end[12], end[13], end[14], end[15]]))
    } else {
        length
    };
    if claims > DIRECTORY_LIMIT {
        return Err(BundleError::NotABundle {
            path: path.into(),
            why: "its end is not that of a bundle".into(),
        });
    }
    Ok(())
}

/// The names of the entries, none of which is strange.
pub(super) fn names(path: &Path, archive: &BundleArchive) -> Result<Vec<String>, BundleError> {
    let strange = |entry: String| BundleError::Strange {
        path: path.into(),
        entry,
    };
    let names: Vec<String> = archive
        .file_names()
        .map(|name| {
            name.map(std::borrow::Cow::into_owned)
                .map_err(|e| strange(e.to_string()))
        })
        .collect::<Result<_, _>>()?;
    let known = |name: &str| {
        matches!(name, "MANIFEST.json" | "MANIFEST.sig" | "events.jsonl")
            || name
                .strip_prefix("evidence/")
                .is_some_and(|digest| digest.parse::<Hash>().is_ok())
    };
    match names.iter().find(|name| !known(name)) {
        Some(name) => Err(strange(name.clone())),
        None => Ok(names),
    }
}

/// Every entry is listed, every listed file is of a kind that bundles hold, and all of it is of a size that can be.
pub(super) fn check_listed(
    path: &Path,
    manifest: &Manifest,
    names: &[String],
    length: u64,
) -> Result<(), BundleError> {
    let strange = |entry: &str| BundleError::Strange {
        path: path.into(),
        entry: entry.to_owned(),
    };
    let listed: BTreeSet<&str> = manifest
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    if let Some(entry) = names
        .iter()
        .find(|n| !n.starts_with("MANIFEST.") && !listed.contains(n.as_str()))
    {
        return Err(strange(entry));
    }
    if listed.len() != manifest.files.len() {
        return Err(strange("a file that is listed twice"));
    }
    let (mut text, mut evidence) = (0_u64, 0_u64);
    for file in &manifest.files {
        if file.path == "events.jsonl" {
            text = text.saturating_add(file.bytes);
        } else if file.path == format!("evidence/{}", file.sha256) {
            evidence = evidence.saturating_add(file.bytes);
        } else {
            return Err(strange(&file.path));
        }
    }
    // Evidence is stored as it is: it cannot be larger than the bundle.
    if text / RATIO_LIMIT > length || evidence > length {
        return Err(BundleError::Bomb {
            path: path.into(),
            claims: text.saturating_add(evidence),
        });
    }
    Ok(())
}

/// A file inside, of at most so many bytes, however much it would unpack to.
pub(super) fn entry(
    path: &Path,
    archive: &mut BundleArchive,
    name: &str,
    limit: u64,
) -> Result<Vec<u8>, BundleError> {
    let file = archive.by_name(name).map_err(|e| BundleError::NotABundle {
        path: path.into(),
        why: format!("{name}: {e}"),
    })?;
    let mut content = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut content)
        .map_err(|_checksum| BundleError::Changed {
            path: path.into(),
            at: name.into(),
        })?;
    if content.len() as u64 > limit {
        return Err(BundleError::Bomb {
            path: path.into(),
            claims: limit,
        });
    }
    Ok(content)
}

/// A reader that remembers the digest and the number of the bytes that went through it.
pub(super) struct Digesting<R> {
    pub(super) inner: R,
    pub(super) digest: Sha256,
    pub(super) bytes: u64,
}

impl<R> Digesting<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            digest: Sha256::new(),
            bytes: 0,
        }
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.digest.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

/// How an encrypted bundle is opened.
#[derive(Debug, Clone, Default)]
pub struct Unlock {
    /// A passphrase.
    pub passphrase: Option<String>,
    /// An identity file's text (`AGE-SECRET-KEY-…`).
    pub identity: Option<String>,
    /// The work that a passphrase may take.
    pub most_work: MostWork,
}

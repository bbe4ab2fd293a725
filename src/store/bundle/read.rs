//! Reading bundles: everything is checked, nothing is unpacked to the disk, and no registry is needed.
//!
//! First the manifest and its signature, out of the file where it lies; whose bundle it is can be judged from them before
//! anything else is read. Then the contents, entry by entry.

use super::container::{
    BundleArchive, Digesting, MANIFEST_LIMIT, ReadSeek, check_container, check_directory,
    check_listed, decrypt, entry, names,
};
use super::{BundleError, FORMAT, FileEntry, Manifest, SIGNED_AS, Unlock, VERSION};
use crate::registry::event::{EventFlaw, Sealed, canonical};
use crate::registry::ids::{DeviceId, Hash};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;
use sha2::Digest;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The longest line of `events.jsonl`, without its end.
const LINE_LIMIT: u64 = 16 << 20;
/// Bytes of lines that are checked at a time.
const BATCH: usize = 8 << 20;

/// A bundle that is whole: its signature fits, every digest fits, every event is sound. Whether it is trusted is another
/// question.
#[derive(Debug, Clone)]
pub struct Inspected {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its events.
    pub events: Vec<Sealed>,
    /// Its evidence files.
    pub evidence: Vec<(Hash, Vec<u8>)>,
    /// The digest of the bundle, decrypted.
    pub sha256: Hash,
    /// Whether it was encrypted.
    pub encrypted: bool,
}

/// What a whole bundle holds, counted.
#[derive(Debug, Clone)]
pub struct BundleContents {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Events.
    pub events: u64,
    /// Evidence files.
    pub files: u64,
    /// The digest of the bundle, decrypted.
    pub sha256: Hash,
    /// Whether it was encrypted.
    pub encrypted: bool,
}

/// Reads and checks a whole bundle.
///
/// # Errors
/// The first thing that is wrong, and where.
pub fn inspect(path: &Path, unlock: &Unlock) -> Result<Inspected, BundleError> {
    OpenBundle::new(path, unlock)?.all()
}

/// Reads and checks a whole bundle whose signer is among the trusted, devices and their units; another's is refused by
/// its manifest, before anything else of it is read.
///
/// # Errors
/// [`BundleError::Stranger`], and those of [`inspect`].
pub fn inspect_trusted(
    path: &Path,
    unlock: &Unlock,
    trusted: &BTreeMap<DeviceId, String>,
) -> Result<Inspected, BundleError> {
    let opened = OpenBundle::new(path, unlock)?;
    opened.check_signer(trusted)?;
    opened.all()
}

/// Checks a whole bundle as [`inspect`] does and keeps nothing of it: a stranger's may be larger than memory.
///
/// # Errors
/// The first thing that is wrong, and where.
pub fn look_through(path: &Path, unlock: &Unlock) -> Result<BundleContents, BundleError> {
    let opened = OpenBundle::new(path, unlock)?;
    let encrypted = opened.encrypted;
    let mut events = 0;
    let (manifest, sha256) = opened.read(&mut |batch| events += batch.len() as u64, None)?;
    Ok(BundleContents {
        events,
        files: (manifest.files.len() as u64).saturating_sub(1),
        manifest,
        sha256,
        encrypted,
    })
}

impl<T: Read + Seek> ReadSeek for T {}

/// A bundle whose manifest is signed by the device that it names.
struct OpenBundle {
    path: PathBuf,
    archive: BundleArchive,
    length: u64,
    manifest: Manifest,
    encrypted: bool,
}

impl OpenBundle {
    fn new(path: &Path, unlock: &Unlock) -> Result<Self, BundleError> {
        let io = BundleError::io(path);
        crate::files::regular(path).map_err(&io)?;
        let mut file = BufReader::new(File::open(path).map_err(&io)?);
        let encrypted = file
            .fill_buf()
            .map_err(&io)?
            .starts_with(b"age-encryption.org/");
        let mut source: Box<dyn ReadSeek> = if encrypted {
            decrypt(path, file, unlock)?
        } else {
            Box::new(file)
        };
        let changed = |_cut| BundleError::Changed {
            path: path.into(),
            at: "its encrypted contents".into(),
        };
        let length = source.seek(SeekFrom::End(0)).map_err(changed)?;
        check_directory(path, &mut source, length)?;
        let mut archive = zip::ZipArchive::new(source).map_err(|e| BundleError::NotABundle {
            path: path.into(),
            why: e.to_string(),
        })?;
        let names = names(path, &archive)?;
        let bytes = entry(path, &mut archive, "MANIFEST.json", MANIFEST_LIMIT)?;
        let manifest = read_manifest(path, &bytes)?;
        let signature = entry(path, &mut archive, "MANIFEST.sig", 256)?;
        check_signature(path, &manifest, &bytes, &signature)?;
        check_listed(path, &manifest, &names, length)?;
        Ok(Self {
            path: path.into(),
            archive,
            length,
            manifest,
            encrypted,
        })
    }

    fn check_signer(&self, trusted: &BTreeMap<DeviceId, String>) -> Result<(), BundleError> {
        let signer = &self.manifest;
        if trusted.get(&signer.device) == Some(&signer.unit) {
            return Ok(());
        }
        Err(BundleError::Stranger {
            path: self.path.clone(),
            device: signer.device,
            unit: signer.unit.clone(),
        })
    }

    fn all(self) -> Result<Inspected, BundleError> {
        let encrypted = self.encrypted;
        let (mut events, mut evidence) = (Vec::new(), Vec::new());
        let (manifest, sha256) = self.read(
            &mut |batch| events.extend(batch),
            Some(&mut |sha256, bytes| evidence.push((sha256, bytes))),
        )?;
        Ok(Inspected {
            manifest,
            events,
            evidence,
            sha256,
            encrypted,
        })
    }

    /// Reads every entry and gives events and, where wanted, evidence away; the manifest and the digest of the whole.
    fn read(
        mut self,
        events: &mut dyn FnMut(Vec<Sealed>),
        mut evidence: Option<&mut dyn FnMut(Hash, Vec<u8>)>,
    ) -> Result<(Manifest, Hash), BundleError> {
        let path = self.path.clone();
        let changed = |at: &str| BundleError::Changed {
            path: path.clone(),
            at: at.to_owned(),
        };
        let mut count = 0;
        for file in &self.manifest.files {
            if file.path == "events.jsonl" {
                let stream = self
                    .archive
                    .by_name(&file.path)
                    .map_err(|_e| changed(&file.path))?;
                read_events(&self.path, stream, file, &mut |batch: Vec<Sealed>| {
                    count += batch.len() as u64;
                    events(batch);
                })?;
            } else if let Some(keep) = &mut evidence {
                let content = entry(&self.path, &mut self.archive, &file.path, file.bytes)?;
                if content.len() as u64 != file.bytes || Hash::of(&content) != file.sha256 {
                    return Err(changed(&file.path));
                }
                keep(file.sha256, content);
            } else {
                let mut stream = self
                    .archive
                    .by_name(&file.path)
                    .map_err(|_e| changed(&file.path))?;
                let mut through =
                    Digesting::new(stream.by_ref().take(file.bytes.saturating_add(1)));
                let read = io::copy(&mut through, &mut io::sink())
                    .map_err(|_checksum| changed(&file.path))?;
                let digest = through.digest;
                if read != file.bytes || Hash(digest.finalize().into()) != file.sha256 {
                    return Err(changed(&file.path));
                }
            }
        }
        if count != self.manifest.events {
            return Err(changed("events.jsonl"));
        }
        // The container is judged last, so that a changed file inside is named where it can be.
        let whole = check_container(&path, &mut self.archive.into_inner(), self.length)?;
        Ok((self.manifest, whole))
    }
}

fn read_manifest(path: &Path, bytes: &[u8]) -> Result<Manifest, BundleError> {
    #[derive(Deserialize)]
    struct Format {
        format: String,
    }
    let changed = || BundleError::Changed {
        path: path.into(),
        at: "MANIFEST.json".into(),
    };
    let Format { format } = serde_json::from_slice(bytes).map_err(|_not_json| changed())?;
    let version: u32 = format
        .strip_prefix(FORMAT)
        .and_then(|v| v.parse().ok())
        .ok_or_else(changed)?;
    if version > VERSION {
        return Err(BundleError::Newer {
            path: path.into(),
            format,
        });
    }
    serde_json::from_slice(bytes).map_err(|_other| changed())
}

fn check_signature(
    path: &Path,
    manifest: &Manifest,
    bytes: &[u8],
    signature: &[u8],
) -> Result<(), BundleError> {
    let message = [SIGNED_AS, Hash::of(bytes).as_bytes()].concat();
    if manifest.device.signed_in_hex(&message, signature) {
        Ok(())
    } else {
        Err(BundleError::Changed {
            path: path.into(),
            at: "MANIFEST.json or its signature".into(),
        })
    }
}

/// Reads the events line by line, so that none but a batch is in memory. Where bytes have changed that is said, not what
/// came of it.
fn read_events(
    path: &Path,
    stream: impl Read,
    listed: &FileEntry,
    each: &mut dyn FnMut(Vec<Sealed>),
) -> Result<(), BundleError> {
    let changed = || BundleError::Changed {
        path: path.into(),
        at: listed.path.clone(),
    };
    let mut reader = BufReader::new(Digesting::new(stream.take(listed.bytes.saturating_add(1))));
    let mut flaw = None;
    let mut number = 0;
    let mut lines: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut held = 0;
    loop {
        let mut line = Vec::new();
        let read = reader
            .by_ref()
            .take(LINE_LIMIT + 1)
            .read_until(b'\n', &mut line)
            .map_err(|_checksum| changed())?;
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        if line.len() as u64 > LINE_LIMIT {
            return Err(BundleError::Bomb {
                path: path.into(),
                claims: listed.bytes,
            });
        }
        if read > 0 && !line.is_empty() {
            number += 1;
            held += line.len();
            lines.push((number, line));
        }
        if (read == 0 || held > BATCH) && !lines.is_empty() && flaw.is_none() {
            match check_lines(path, &lines) {
                Ok(batch) => each(batch),
                Err(error) => flaw = Some(error),
            }
        }
        if held > BATCH {
            lines.clear();
            held = 0;
        }
        if read == 0 {
            break;
        }
    }
    let through = reader.into_inner();
    if through.bytes != listed.bytes || Hash(through.digest.finalize().into()) != listed.sha256 {
        return Err(changed());
    }
    flaw.map_or(Ok(()), Err)
}

fn check_lines(path: &Path, lines: &[(u64, Vec<u8>)]) -> Result<Vec<Sealed>, BundleError> {
    lines
        .par_iter()
        .map(|(number, line)| {
            read_event(line).map_err(|flaw| BundleError::Event {
                path: path.into(),
                line: *number,
                flaw,
            })
        })
        .collect()
}

fn read_event(line: &[u8]) -> Result<Sealed, EventFlaw> {
    let malformed = |why: &str| EventFlaw::Malformed(why.to_owned());
    let value: Value =
        serde_json::from_slice(line).map_err(|e| EventFlaw::Malformed(e.to_string()))?;
    let signature = |name: &str| -> Result<Option<[u8; 64]>, EventFlaw> {
        let Some(text) = value[name].as_str() else {
            return Ok(None);
        };
        let mut raw = [0; 64];
        hex::decode_to_slice(text, &mut raw).map_err(|_not_hex| malformed(name))?;
        Ok(Some(raw))
    };
    let bytes = canonical(&value["event"])?;
    let hash = Hash::of(&bytes);
    let own = signature("signature")?.ok_or_else(|| malformed("no signature"))?;
    let sealed = Sealed::open(bytes, hash, own, signature("actor_signature")?)?;
    sealed.check()?;
    Ok(sealed)
}

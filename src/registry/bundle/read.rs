//! Reading bundles: everything is checked, nothing is unpacked to the disk, and no registry is needed.

use super::{BundleError, COMMENT, FORMAT, Manifest, SIGNED_AS, VERSION};
use crate::registry::event::{EventFlaw, Sealed, canonical};
use crate::registry::ids::Hash;
use age::secrecy::SecretString;
use ed25519_dalek::{Signature, VerifyingKey};
use rayon::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::path::Path;

/// The largest manifest.
const MANIFEST_LIMIT: u64 = 64 << 20;
/// Text does not grow by more than this when it is unpacked.
const RATIO_LIMIT: u64 = 200;

/// How an encrypted bundle is opened.
#[derive(Debug, Clone, Default)]
pub struct Unlock {
    /// A passphrase.
    pub passphrase: Option<String>,
    /// An identity file's text (`AGE-SECRET-KEY-…`).
    pub identity: Option<String>,
}

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

/// Reads and checks a whole bundle.
///
/// # Errors
/// The first thing that is wrong, and where.
pub fn inspect(path: &Path, unlock: &Unlock) -> Result<Inspected, BundleError> {
    let raw = std::fs::read(path).map_err(|source| BundleError::Io {
        path: path.into(),
        source,
    })?;
    let encrypted = raw.starts_with(b"age-encryption.org/");
    let bytes = if encrypted {
        decrypt(path, &raw, unlock)?
    } else {
        raw
    };
    let sha256 = Hash::of(&bytes);
    // The container is judged last, so that a changed file inside is named where it can be.
    let inside = contents(path, &bytes);
    let container = check_container(path, &bytes);
    let (manifest, events, evidence) = match (inside, container) {
        (Err(error), _) | (Ok(_), Err(error)) => return Err(error),
        (Ok(found), Ok(())) => found,
    };
    Ok(Inspected {
        manifest,
        events,
        evidence,
        sha256,
        encrypted,
    })
}

fn decrypt(path: &Path, bytes: &[u8], unlock: &Unlock) -> Result<Vec<u8>, BundleError> {
    let locked = || BundleError::Locked { path: path.into() };
    let mut identities: Vec<Box<dyn age::Identity>> = Vec::new();
    if let Some(passphrase) = &unlock.passphrase {
        identities.push(Box::new(age::scrypt::Identity::new(SecretString::from(
            passphrase.clone(),
        ))));
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
    let decryptor = age::Decryptor::new_buffered(bytes).map_err(|_changed| locked())?;
    let mut reader = decryptor
        .decrypt(identities.iter().map(AsRef::as_ref))
        .map_err(|_not_ours| locked())?;
    let mut plain = Vec::new();
    reader
        .read_to_end(&mut plain)
        .map_err(|_changed| BundleError::Changed {
            path: path.into(),
            at: "its encrypted contents".into(),
        })?;
    Ok(plain)
}

fn check_container(path: &Path, bytes: &[u8]) -> Result<(), BundleError> {
    let end = bytes.len().saturating_sub(64);
    let whole = bytes[..end].ends_with(COMMENT.as_bytes())
        && bytes[end..] == *Hash::of(&bytes[..end]).to_string().as_bytes();
    if whole {
        Ok(())
    } else {
        Err(BundleError::Changed {
            path: path.into(),
            at: "the container (ZIP headers or comment)".into(),
        })
    }
}

type Contents = (Manifest, Vec<Sealed>, Vec<(Hash, Vec<u8>)>);
type Archive<'a> = zip::ZipArchive<Cursor<&'a [u8]>>;

fn contents(path: &Path, bytes: &[u8]) -> Result<Contents, BundleError> {
    let broken = |why: String| BundleError::NotABundle {
        path: path.into(),
        why,
    };
    let mut archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(e.to_string()))?;
    let names: Vec<String> = archive
        .file_names()
        .map(|name| {
            name.map(std::borrow::Cow::into_owned)
                .map_err(|e| BundleError::Strange {
                    path: path.into(),
                    entry: e.to_string(),
                })
        })
        .collect::<Result<_, _>>()?;
    for name in &names {
        let known = matches!(
            name.as_str(),
            "MANIFEST.json" | "MANIFEST.sig" | "events.jsonl"
        ) || name
            .strip_prefix("evidence/")
            .is_some_and(|digest| digest.parse::<Hash>().is_ok());
        if !known {
            return Err(BundleError::Strange {
                path: path.into(),
                entry: name.clone(),
            });
        }
    }
    let manifest_bytes = entry(path, &mut archive, "MANIFEST.json", MANIFEST_LIMIT)?;
    let manifest = read_manifest(path, &manifest_bytes)?;
    let signature = entry(path, &mut archive, "MANIFEST.sig", 256)?;
    check_signature(path, &manifest, &manifest_bytes, &signature)?;
    let listed: BTreeSet<&str> = manifest
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    if let Some(entry) = names
        .iter()
        .find(|n| !n.starts_with("MANIFEST.") && !listed.contains(n.as_str()))
    {
        return Err(BundleError::Strange {
            path: path.into(),
            entry: entry.clone(),
        });
    }
    let claims: u64 = manifest
        .files
        .iter()
        .fold(0, |sum, file| sum.saturating_add(file.bytes));
    if claims / RATIO_LIMIT > bytes.len() as u64 {
        return Err(BundleError::Bomb {
            path: path.into(),
            claims,
        });
    }
    let mut events = Vec::new();
    let mut evidence = Vec::new();
    for file in &manifest.files {
        let content = entry(path, &mut archive, &file.path, file.bytes)?;
        if content.len() as u64 != file.bytes || Hash::of(&content) != file.sha256 {
            return Err(BundleError::Changed {
                path: path.into(),
                at: file.path.clone(),
            });
        }
        if file.path == "events.jsonl" {
            events = read_events(path, &content)?;
        } else if file.path == format!("evidence/{}", file.sha256) {
            evidence.push((file.sha256, content));
        } else {
            return Err(BundleError::Strange {
                path: path.into(),
                entry: file.path.clone(),
            });
        }
    }
    if events.len() as u64 != manifest.events {
        return Err(BundleError::Changed {
            path: path.into(),
            at: "events.jsonl".into(),
        });
    }
    Ok((manifest, events, evidence))
}

/// A file inside, of at most so many bytes, however much it would unpack to.
fn entry(
    path: &Path,
    archive: &mut Archive,
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

fn read_manifest(path: &Path, bytes: &[u8]) -> Result<Manifest, BundleError> {
    let changed = || BundleError::Changed {
        path: path.into(),
        at: "MANIFEST.json".into(),
    };
    let value: Value = serde_json::from_slice(bytes).map_err(|_not_json| changed())?;
    let format = value["format"].as_str().unwrap_or_default().to_owned();
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
    serde_json::from_value(value).map_err(|_other| changed())
}

fn check_signature(
    path: &Path,
    manifest: &Manifest,
    bytes: &[u8],
    signature: &[u8],
) -> Result<(), BundleError> {
    let fits = || {
        let mut raw = [0; 64];
        hex::decode_to_slice(signature, &mut raw).ok()?;
        let key = VerifyingKey::from_bytes(&manifest.device.0).ok()?;
        let message = [SIGNED_AS, Hash::of(bytes).as_bytes()].concat();
        key.verify_strict(&message, &Signature::from_bytes(&raw))
            .ok()
    };
    fits().ok_or_else(|| BundleError::Changed {
        path: path.into(),
        at: "MANIFEST.json or its signature".into(),
    })
}

fn read_events(path: &Path, content: &[u8]) -> Result<Vec<Sealed>, BundleError> {
    let lines: Vec<&[u8]> = content
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .collect();
    lines
        .par_iter()
        .enumerate()
        .map(|(at, line)| {
            read_event(line).map_err(|flaw| BundleError::Event {
                path: path.into(),
                line: at as u64 + 1,
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

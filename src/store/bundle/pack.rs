//! Packing: a part of a bundle as the bytes of its file.

use super::container::RATIO_LIMIT;
use super::request::{Request, Sealing};
use super::{
    BundleError, COMMENT, FORMAT, FileEntry, MOST_LISTED, Manifest, Range, SIGNED_AS, VERSION,
};
use crate::registry::event::{Sealed, canonical};
use crate::registry::ids::{DeviceId, Hash};
use crate::store::evidence::path_of;
use crate::store::keys::{WeakPassphrase, sealed_by};
use crate::store::{Store, StoreError};
use ed25519_dalek::Signer;
use serde_json::{Value, json};
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};
use zip::CompressionMethod::{self, Deflated, Stored};
use zip::write::SimpleFileOptions;

/// A line of `events.jsonl`.
pub(super) fn line(sealed: &Sealed) -> Result<Vec<u8>, BundleError> {
    let flawed = |flaw| BundleError::Event {
        path: PathBuf::new(),
        line: sealed.event.seq,
        flaw,
    };
    let event: Value = serde_json::from_slice(&sealed.bytes)
        .map_err(|e| flawed(crate::registry::event::EventFlaw::Malformed(e.to_string())))?;
    let mut line = json!({"event": event, "signature": hex::encode(sealed.signature)});
    if let Some(own) = sealed.actor_signature {
        line["actor_signature"] = Value::from(hex::encode(own));
    }
    let mut bytes = canonical(&line).map_err(flawed)?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub(super) fn zip(
    store: &Store,
    part: &BundlePart,
    absent: &[Hash],
    request: &Request,
    number: [u32; 2],
    path: &Path,
) -> Result<Vec<u8>, BundleError> {
    let key = store.signing_key().ok_or_else(|| StoreError::ReadOnly {
        path: store.path().into(),
    })?;
    let lines: Vec<u8> = part
        .events
        .iter()
        .flat_map(|(_, line)| line.iter().copied())
        .collect();
    let mut manifest = manifest(store, DeviceId::of(key), part, &lines, request);
    manifest.part = number;
    manifest.ranges.truncate(MOST_LISTED);
    manifest.absent = absent.iter().take(MOST_LISTED).copied().collect();
    let manifest = serde_json::to_value(&manifest)
        .ok()
        .and_then(|value| canonical(&value).ok())
        .ok_or_else(|| BundleError::NotABundle {
            path: path.into(),
            why: "its manifest cannot be written".into(),
        })?;
    let signature = key.sign(&[SIGNED_AS, Hash::of(&manifest).as_bytes()].concat());
    let signature = hex::encode(signature.to_bytes());
    let entries = |of_lines| {
        [
            ("MANIFEST.json", &manifest[..], Deflated),
            ("MANIFEST.sig", signature.as_bytes(), Stored),
            ("events.jsonl", &lines[..], of_lines),
        ]
    };
    let whole = archive(store, part, &entries(Deflated), path)?;
    // Text that repeats itself shrinks to less than a reader lets grow again: it is stored as it is.
    if lines.len() as u64 / RATIO_LIMIT > whole.len() as u64 {
        return archive(store, part, &entries(Stored), path);
    }
    Ok(whole)
}

/// The container with its entries, the evidence of a part behind them, and the digest of itself.
fn archive(
    store: &Store,
    part: &BundlePart,
    entries: &[(&str, &[u8], CompressionMethod)],
    path: &Path,
) -> Result<Vec<u8>, BundleError> {
    let broken = |e: zip::result::ZipError| BundleError::NotABundle {
        path: path.into(),
        why: e.to_string(),
    };
    let io = BundleError::io(path);
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .last_modified_time(zip::DateTime::default())
        .large_file(true);
    for (name, bytes, method) in entries {
        let options = options.compression_method(*method);
        out.start_file(*name, options).map_err(broken)?;
        out.write_all(bytes).map_err(&io)?;
    }
    // Photographs are compressed already.
    let stored = options.compression_method(Stored);
    for (sha256, _) in &part.files {
        let bytes = unchanged(&store.evidence_folder(), *sha256)?;
        out.start_file(format!("evidence/{sha256}"), stored)
            .map_err(broken)?;
        out.write_all(&bytes).map_err(&io)?;
    }
    out.set_comment(format!("{COMMENT}{}", "0".repeat(64)))
        .map_err(broken)?;
    let mut bytes = out.finish().map_err(broken)?.into_inner();
    let end = bytes.len() - 64;
    let digest = Hash::of(&bytes[..end]).to_string();
    bytes[end..].copy_from_slice(digest.as_bytes());
    Ok(bytes)
}

/// What a part says of itself, the only one and with nothing absent.
fn manifest(
    store: &Store,
    device: DeviceId,
    part: &BundlePart,
    lines: &[u8],
    request: &Request,
) -> Manifest {
    let events = FileEntry {
        path: "events.jsonl".into(),
        bytes: lines.len() as u64,
        sha256: Hash::of(lines),
    };
    let evidence = part.files.iter().map(|(sha256, bytes)| FileEntry {
        path: format!("evidence/{sha256}"),
        bytes: *bytes,
        sha256: *sha256,
    });
    Manifest {
        format: format!("{FORMAT}{VERSION}"),
        unit: store.trusted().get(&device).cloned().unwrap_or_default(),
        device,
        created_at: request.created_at.clone(),
        program: format!("papaver {}", env!("CARGO_PKG_VERSION")),
        district: request.district.clone(),
        since: request.since.have.clone(),
        ranges: ranges(part.events.iter().map(|(sealed, _)| *sealed)),
        events: part.events.len() as u64,
        part: [1, 1],
        files: std::iter::once(events).chain(evidence).collect(),
        absent: Vec::new(),
    }
}

/// A file of evidence that is still what its name says.
fn unchanged(folder: &Path, sha256: Hash) -> Result<Vec<u8>, BundleError> {
    let path = path_of(folder, sha256);
    let bytes = std::fs::read(&path).map_err(BundleError::io(&path))?;
    if Hash::of(&bytes) == sha256 {
        Ok(bytes)
    } else {
        Err(BundleError::Changed {
            path,
            at: sha256.to_string(),
        })
    }
}

/// Unbroken runs of numbers by device, in that order.
pub(super) fn ranges<'a>(events: impl Iterator<Item = &'a Sealed>) -> Vec<Range> {
    let mut numbers: Vec<(DeviceId, u64)> = events
        .map(|sealed| (sealed.event.device, sealed.event.seq))
        .collect();
    numbers.sort_unstable();
    let mut ranges: Vec<Range> = Vec::new();
    for (device, seq) in numbers {
        match ranges.last_mut() {
            Some(last) if last.device == device && (last.last == seq || last.last + 1 == seq) => {
                last.last = seq;
            }
            _ => ranges.push(Range {
                device,
                first: seq,
                last: seq,
            }),
        }
    }
    ranges
}

pub(super) fn sealed_up(bytes: Vec<u8>, sealing: &Sealing) -> Result<Vec<u8>, BundleError> {
    let io = BundleError::io(Path::new("age"));
    let encryptor = match sealing {
        Sealing::Open => return Ok(bytes),
        Sealing::Passphrase(passphrase) => {
            WeakPassphrase::refuse(passphrase).map_err(BundleError::Weak)?;
            let lock = sealed_by(passphrase);
            let lock = std::iter::once(&lock as &dyn age::Recipient);
            age::Encryptor::with_recipients(lock).map_err(|error| io(io::Error::other(error)))?
        }
        Sealing::Recipients(texts) => {
            let recipients = texts
                .iter()
                .map(|text| {
                    text.parse::<age::x25519::Recipient>()
                        .map_err(|_none| BundleError::Recipient { text: text.clone() })
                })
                .collect::<Result<Vec<_>, _>>()?;
            age::Encryptor::with_recipients(recipients.iter().map(|r| r as &dyn age::Recipient))
                .map_err(|_empty| BundleError::Recipient {
                    text: texts.join(" "),
                })?
        }
    };
    let mut out = Vec::with_capacity(bytes.len() + 1024);
    let mut inside = encryptor.wrap_output(&mut out).map_err(&io)?;
    inside.write_all(&bytes).map_err(&io)?;
    inside.finish().map_err(&io)?;
    Ok(out)
}

/// What goes into one part.
#[derive(Default)]
pub(super) struct BundlePart<'a> {
    pub(super) events: Vec<(&'a Sealed, Vec<u8>)>,
    pub(super) files: Vec<(Hash, u64)>,
    pub(super) bytes: u64,
}

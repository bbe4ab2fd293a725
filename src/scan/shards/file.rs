//! A shard's file: what it belongs to, the lines of a score store, and a line that seals it. It is written under another
//! name and renamed, so that it is whole or not there; the same shard gives the same bytes, whoever runs it.

use super::own::are_of;
use crate::files::{Existing, FileError, Shelf};
use crate::scan::error::ShardError;
use crate::scan::plan::Work;
use crate::scan::score::{all_lines, value_of_line, write_line};
use crate::scan::score_store::{RunKey, ScoreStore};
use crate::schema::{SHARD_FORMAT, ShardEnd, ShardHead, TaskRange};
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use std::path::Path;

/// Where the shards' scores lie in a plan.
pub const FOLDER: &str = "shards";

/// More bytes than the last line of a shard's file has.
const END: u64 = 256;

/// What the file of a shard is called there.
pub fn file_name(shard: usize) -> String {
    format!("{shard:05}.jsonl")
}

/// The same in the plan.
fn name_of(shard: usize) -> String {
    format!("{FOLDER}/{}", file_name(shard))
}

/// Hashes what passes.
struct Hashing<'a> {
    out: &'a mut dyn Write,
    hash: Sha256,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes a shard's scores. `false` where there are some meanwhile, which stay where `existing` says so.
///
/// # Errors
/// [`FileError`].
pub fn write(
    shelf: &Shelf,
    (head, existing): (&ShardHead, Existing),
    (key, floor): (&RunKey, f32),
    scores: &ScoreStore,
) -> Result<bool, FileError> {
    shelf.write(&name_of(head.shard), existing, |out| {
        let mut hashing = Hashing {
            out,
            hash: Sha256::new(),
        };
        write_line(&mut hashing, head)?;
        write_line(&mut hashing, &key.line(floor))?;
        for line in scores.lines() {
            write_line(&mut hashing, &line)?;
        }
        let Hashing { out, hash } = hashing;
        let sha256 = hex::encode(hash.finalize());
        let unread = scores.is_unread();
        write_line(out, &ShardEnd { sha256, unread })
    })
}

/// Whether the end of a shard's file says that imagery of it could not be read. Nothing else of the file is looked at.
///
/// # Errors
/// [`ShardError::Io`].
pub fn is_unread(shelf: &Shelf, shard: usize) -> Result<bool, ShardError> {
    let name = name_of(shard);
    let end = shelf.end(&name, END).map_err(|source| ShardError::Io {
        path: shelf.path_of(&name),
        source,
    })?;
    let end = end.unwrap_or_default();
    let last = end.split_inclusive(|byte| *byte == b'\n').next_back();
    let end = last.and_then(value_of_line::<ShardEnd>);
    Ok(end.is_some_and(|end| end.unread))
}

/// The scores of a shard, which has these tasks of the works; `None` where it has not been run.
///
/// # Errors
/// [`ShardError`] names the file and what is wrong with it.
pub fn read(
    shelf: &Shelf,
    head: &ShardHead,
    bound: (&RunKey, f32),
    (works, tasks): (&[Work], &[TaskRange]),
) -> Result<Option<ScoreStore>, ShardError> {
    let name = name_of(head.shard);
    let path = shelf.path_of(&name);
    let bytes = shelf.read(&name).map_err(|source| ShardError::Io {
        path: path.clone(),
        source,
    })?;
    let Some(bytes) = bytes else {
        return Ok(None);
    };
    let scores = believed(&bytes, &path, head, bound)?;
    if are_of(&scores, works, tasks, bound.1) {
        Ok(Some(scores))
    } else {
        Err(ShardError::NotItsOwn { path })
    }
}

/// The scores that a whole and undamaged file of the shard holds.
fn believed(
    bytes: &[u8],
    path: &Path,
    head: &ShardHead,
    (key, floor): (&RunKey, f32),
) -> Result<ScoreStore, ShardError> {
    let damaged = || ShardError::Damaged { path: path.into() };
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let last = lines.pop().unwrap_or_default();
    let first = lines.first().copied().unwrap_or(last);
    let of: ShardHead = value_of_line(first).ok_or_else(damaged)?;
    if of.format != SHARD_FORMAT {
        return Err(ShardError::OtherFormat {
            path: path.into(),
            format: of.format,
        });
    }
    if of != *head {
        return Err(ShardError::Elsewhere { path: path.into() });
    }
    let Some(end) = value_of_line::<ShardEnd>(last) else {
        let is_line = value_of_line::<serde_json::Value>(last).is_some() || !last.ends_with(b"\n");
        return Err(if is_line {
            ShardError::Cut { path: path.into() }
        } else {
            damaged()
        });
    };
    let sealed = &bytes[..bytes.len() - last.len()];
    if hex::encode(Sha256::digest(sealed)) != end.sha256 {
        return Err(damaged());
    }
    let found = all_lines(lines.into_iter().skip(1)).ok_or_else(damaged)?;
    if found.key != *key || found.floor.to_bits() != floor.to_bits() {
        return Err(ShardError::Elsewhere { path: path.into() });
    }
    Ok(found.scores)
}

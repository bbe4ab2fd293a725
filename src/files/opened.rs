//! A file that is read in parts, on disk or in a bucket (`s3://…`). Of an object only what is asked for is fetched, into memory;
//! what is read of it is of one version, however often it is opened: one that is replaced meanwhile is an error.

use super::bucket::{Bucket, ObjectVersion, bucket_and_key, known, shared};
use super::bucket_error::BucketError;
use super::place::if_there;
use super::shelf::{AT_ONCE, is_in_bucket};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of an object that are fetched at a time.
const BLOCK: u64 = 64 * 1024;
/// Objects up to this length are fetched at once.
const SMALL: u64 = 4 << 20;

/// A file that is open, on disk or in a bucket.
#[derive(Debug)]
pub struct OpenFile(OpenedFrom);

#[derive(Debug)]
enum OpenedFrom {
    Disk(File),
    Object(Object),
}

/// An object, the position in it, and the bytes that were fetched last with their place.
#[derive(Debug)]
struct Object {
    bucket: Arc<Bucket>,
    key: String,
    version: ObjectVersion,
    at: u64,
    held: (u64, Vec<u8>),
}

/// Opens a file to read it.
///
/// # Errors
/// Those of the system, the network and the server.
pub fn open(path: &Path) -> io::Result<OpenFile> {
    let Some((bucket, key)) = bucket_and_key(path) else {
        return Ok(OpenFile(OpenedFrom::Disk(File::open(path)?)));
    };
    let bucket = shared(bucket)?;
    let version = bucket.version(key)?;
    Ok(OpenFile(OpenedFrom::Object(Object {
        bucket,
        key: key.into(),
        version,
        at: 0,
        held: (0, Vec::new()),
    })))
}

/// The bytes of a regular file, or of an object, of at most `limit` bytes.
///
/// # Errors
/// Those of the system, the network and the server; one of kind `FileTooLarge`.
pub fn read_up_to(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    if !is_in_bucket(path) {
        super::regular(path)?;
    }
    match open(path)?.0 {
        OpenedFrom::Disk(file) => {
            let mut bytes = Vec::new();
            file.take(limit + 1).read_to_end(&mut bytes)?;
            if bytes.len() as u64 > limit {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            Ok(bytes)
        }
        OpenedFrom::Object(object) if object.version.size > limit => {
            Err(BucketError::TooLong { most: limit }.into())
        }
        OpenedFrom::Object(object) => object.fetch(0, object.version.size),
    }
}

/// Lists what lies below a folder of a bucket, and below its folders: the objects with their lengths in bytes. Nothing of
/// what is no bucket.
///
/// # Errors
/// Those of the network and the server, and of a listing of too many names.
pub fn look_below(folder: &Path) -> io::Result<BTreeMap<PathBuf, u64>> {
    let Some((bucket, prefix)) = bucket_and_key(folder) else {
        return Ok(BTreeMap::new());
    };
    let found = shared(bucket)?.look_below(prefix)?.into_iter();
    let named = |(key, size)| (format!("s3://{bucket}/{key}").into(), size);
    Ok(found.map(named).collect())
}

/// Looks for an object and for those beside it that have its name with other endings. `false` where it is not there.
///
/// # Errors
/// Those of the network and the server.
pub fn look_beside(path: &Path) -> io::Result<bool> {
    let Some((bucket, key)) = bucket_and_key(path) else {
        return Ok(path.is_file());
    };
    let stem = key.rsplit_once('.').map_or(key, |(stem, _)| stem);
    shared(bucket)?.look_for(stem)?;
    Ok(is_seen(path))
}

/// Whether an object was seen in its bucket, which is not asked.
pub fn is_seen(path: &Path) -> bool {
    let seen = |(bucket, key)| known(bucket)?.seen(key);
    bucket_and_key(path).and_then(seen).is_some()
}

/// Asks a bucket for an object as it is now, and no more.
///
/// # Errors
/// Those of the network and the server.
pub fn ask(path: &Path) -> io::Result<()> {
    let Some((bucket, key)) = bucket_and_key(path) else {
        return Ok(());
    };
    shared(bucket)?.now(key).map(drop)
}

/// Whether an object is still the one that was seen; `None` of a file on disk, and where its server does not tell.
///
/// # Errors
/// Those of the network and the server.
pub fn is_as_seen(path: &Path) -> io::Result<Option<bool>> {
    let Some((bucket, key)) = bucket_and_key(path) else {
        return Ok(None);
    };
    let bucket = shared(bucket)?;
    let seen = bucket.version(key)?;
    let is_same = |now: ObjectVersion| (now != seen || now.is_told()).then_some(now == seen);
    Ok(if_there(bucket.now(key))?.map_or(Some(false), is_same))
}

/// What `work` makes of each item, in their order: several at a time where they lie in a bucket, since each is mostly
/// waited for.
pub fn each<I: Send, T: Send>(
    items: Vec<I>,
    is_far: bool,
    work: impl Fn(I) -> T + Send + Sync,
) -> Vec<T> {
    let waiting = || rayon::ThreadPoolBuilder::new().num_threads(AT_ONCE).build();
    match is_far.then(waiting) {
        Some(Ok(waiting)) => waiting.install(|| items.into_par_iter().map(work).collect()),
        _ => items.into_iter().map(work).collect(),
    }
}

impl OpenFile {
    /// Its length in bytes.
    ///
    /// # Errors
    /// Those of the system.
    pub fn size(&self) -> io::Result<u64> {
        match &self.0 {
            OpenedFrom::Disk(file) => Ok(file.metadata()?.len()),
            OpenedFrom::Object(object) => Ok(object.version.size),
        }
    }
}

impl Object {
    fn fetch(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        self.bucket.part(&self.key, &self.version, from..to)
    }

    /// The bytes at the position that are held, after fetching some where none are; none at the end.
    fn ahead(&mut self) -> io::Result<&[u8]> {
        let size = self.version.size;
        let is_held =
            |at: u64, held: &(u64, Vec<u8>)| (held.0..held.0 + held.1.len() as u64).contains(&at);
        if self.at < size && !is_held(self.at, &self.held) {
            let (from, to) = if size <= SMALL {
                (0, size)
            } else {
                (self.at, size.min(self.at + BLOCK))
            };
            self.held = (from, self.fetch(from, to)?);
        }
        if !is_held(self.at, &self.held) {
            return Ok(&[]);
        }
        let skip = usize::try_from(self.at - self.held.0).map_err(io::Error::other)?;
        Ok(&self.held.1[skip..])
    }
}

impl Read for OpenFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            OpenedFrom::Disk(file) => file.read(into),
            OpenedFrom::Object(object) => object.read(into),
        }
    }
}

impl Read for Object {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.ahead()?.read(into)?;
        self.at += length as u64;
        Ok(length)
    }
}

impl Seek for OpenFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.0 {
            OpenedFrom::Disk(file) => file.seek(to),
            OpenedFrom::Object(object) => object.seek(to),
        }
    }
}

impl Seek for Object {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.version.size.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

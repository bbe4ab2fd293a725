//! Where machines that work together keep files: a folder that all of them see, or a prefix of a bucket. A file is whole or
//! not there.

use super::bucket::{Bucket, bucket_and_key};
use super::place::if_there;
use super::{Existing, FileError};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// As many objects of a bucket are asked for at a time: each is mostly waited for.
pub(super) const AT_ONCE: usize = 32;

/// A folder, or a prefix of a bucket.
#[derive(Debug)]
pub struct Shelf {
    named: PathBuf,
    bucket: Option<Bucket>,
}

/// Whether a name is that of a place in a bucket.
pub fn is_in_bucket(named: &Path) -> bool {
    bucket_and_key(named).is_some()
}

/// The same place as it is named from any folder.
pub fn absolute(named: &Path) -> PathBuf {
    if is_in_bucket(named) {
        return named.into();
    }
    std::path::absolute(named).unwrap_or_else(|_unknown| named.into())
}

fn name_of(entry: io::Result<fs::DirEntry>) -> io::Result<String> {
    Ok(entry?.file_name().to_string_lossy().into_owned())
}

fn end_of(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    super::regular(path)?;
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(most)))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Shelf {
    /// The place with this name; it need not be there yet.
    ///
    /// # Errors
    /// Where the environment says of a bucket what cannot be.
    pub fn at(named: &Path) -> io::Result<Self> {
        Ok(Self {
            named: named.into(),
            bucket: bucket_and_key(named).map(Bucket::at).transpose()?,
        })
    }

    /// What a file in it is called.
    pub fn path_of(&self, name: &str) -> PathBuf {
        match &self.bucket {
            Some(_) => {
                let named = self.named.to_string_lossy();
                format!("{}/{name}", named.trim_end_matches('/')).into()
            }
            None => self.named.join(name),
        }
    }

    /// The bytes of a file; `None` where there is none.
    ///
    /// # Errors
    /// Those of the system, the network and the server.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match &self.bucket {
            Some(bucket) => bucket.read(name),
            None => if_there(super::read(&self.path_of(name))),
        }
    }

    /// The last bytes of a file, at most so many; `None` where there is none.
    ///
    /// # Errors
    /// Those of the system, the network and the server.
    pub fn end(&self, name: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        if let Some(bucket) = &self.bucket {
            return bucket.end(name, most);
        }
        if_there(end_of(&self.path_of(name), most))
    }

    /// Files that are best read at a time.
    pub fn at_once(&self) -> usize {
        match self.bucket {
            Some(_) => AT_ONCE,
            None => rayon::current_num_threads(),
        }
    }

    /// The names of the files in a folder of it; none where there is no such folder.
    ///
    /// # Errors
    /// Those of the system, the network and the server.
    pub fn names(&self, folder: &str) -> io::Result<BTreeSet<String>> {
        if let Some(bucket) = &self.bucket {
            return bucket.names(folder);
        }
        let Some(entries) = if_there(fs::read_dir(self.named.join(folder)))? else {
            return Ok(BTreeSet::new());
        };
        let is_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
        let files = entries.filter(|entry| !entry.as_ref().is_ok_and(is_folder));
        files.map(name_of).collect()
    }

    /// Writes a file. `false` where one of that name is there, which stays where `existing` says so.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn write(
        &self,
        name: &str,
        existing: Existing,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<bool, FileError> {
        let path = self.path_of(name);
        if let Some(bucket) = &self.bucket {
            let mut bytes = Vec::new();
            let put = fill(&mut bytes).and_then(|()| bucket.put(name, bytes, existing));
            return put.map_err(|source| FileError::Unreached { path, source });
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(FileError::of(folder))?;
        }
        match super::write(&path, existing, |out| fill(out)) {
            Ok(()) => Ok(true),
            Err(FileError::Exists { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

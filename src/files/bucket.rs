//! A prefix of a bucket (S3, or what speaks like it). Where it is and who may is said by the environment: `AWS_ENDPOINT_URL`,
//! `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and the like. No secret is in any message.

use super::Existing;
use super::bucket_error::BucketError;
use super::bucket_keys::{is_asked_without_keys, missing_key};
use super::place::if_there;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{
    ClientOptions, Error, GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, RetryConfig,
};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio_stream::StreamExt;

/// What the name of a place in a bucket begins with.
const SCHEME: &str = "s3://";
/// Bytes of an object that are held in memory at most.
const LONGEST: u64 = 1 << 30;
/// Names in a folder at most.
const MOST_NAMES: usize = 100_000;
/// As long a request is repeated that a network or a server lost.
const PATIENCE: Duration = Duration::from_secs(60);
/// As long a server may say nothing. An object may take as long as it takes, while something of it comes.
const SILENCE: Duration = Duration::from_secs(60);
/// Where the environment says which server is asked, the first first.
const ENDPOINTS: [&str; 3] = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"];

/// Bucket and key that a name such as `s3://bucket/folder/file` stands for; `None` of what is no such name.
pub fn bucket_and_key(named: &Path) -> Option<(&str, &str)> {
    let place = named.to_str()?.strip_prefix(SCHEME)?;
    Some(place.split_once('/').unwrap_or((place, "")))
}

/// The server that the environment names in place of Amazon's.
pub fn endpoint() -> Option<String> {
    let named = ENDPOINTS.iter().find_map(|key| std::env::var(key).ok());
    named.filter(|url| !url.is_empty())
}

/// A prefix of a bucket.
#[derive(Debug)]
pub struct Bucket {
    store: AmazonS3,
    prefix: Key,
    runtime: Runtime,
    /// The objects that were seen, by their whole keys.
    seen: Mutex<BTreeMap<String, ObjectVersion>>,
}

/// What an object is known by: while it is the same, so are these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectVersion {
    /// Length in bytes.
    pub size: u64,
    /// What the server calls this state of it, where it does.
    tag: Option<String>,
}

impl ObjectVersion {
    /// Whether the server tells one state of an object from another.
    pub fn is_told(&self) -> bool {
        self.tag.is_some()
    }
}

impl From<ObjectMeta> for ObjectVersion {
    fn from(object: ObjectMeta) -> Self {
        Self {
            size: object.size,
            tag: object.e_tag,
        }
    }
}

/// The buckets that are read from, with what was seen in each.
static SHARED: Mutex<BTreeMap<String, Arc<Bucket>>> = Mutex::new(BTreeMap::new());

/// The whole of a bucket, one for all who read from it.
///
/// # Errors
/// Where the environment says what cannot be.
pub fn shared(bucket: &str) -> io::Result<Arc<Bucket>> {
    let mut all = lock(&SHARED);
    if let Some(known) = all.get(bucket) {
        return Ok(Arc::clone(known));
    }
    let new = Arc::new(Bucket::at((bucket, ""))?);
    all.insert(bucket.into(), Arc::clone(&new));
    Ok(new)
}

/// A bucket, where anything was read from it before.
pub fn known(bucket: &str) -> Option<Arc<Bucket>> {
    lock(&SHARED).get(bucket).cloned()
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bucket {
    /// The place with this name; nothing is asked of it yet.
    ///
    /// # Errors
    /// Where the environment says what cannot be.
    pub fn at((bucket, prefix): (&str, &str)) -> io::Result<Self> {
        // Where a server of ours was set up before, it has its own.
        let _there = rustls::crypto::ring::default_provider().install_default();
        if let Some(missing) = missing_key() {
            return Err(BucketError::NoKey { missing }.into());
        }
        let is_plain = endpoint().is_some_and(|url| url.starts_with("http://"));
        let retry = RetryConfig {
            retry_timeout: PATIENCE,
            ..RetryConfig::default()
        };
        let client = ClientOptions::new()
            .with_allow_http(is_plain)
            .with_timeout_disabled()
            .with_read_timeout(SILENCE);
        let store = AmazonS3Builder::from_env()
            .with_skip_signature(is_asked_without_keys())
            .with_bucket_name(bucket)
            .with_client_options(client)
            .with_retry(retry)
            .build()
            .map_err(io_error)?;
        Ok(Self {
            store,
            prefix: Key::parse(prefix.trim_end_matches('/')).map_err(io::Error::other)?,
            runtime: Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()?,
            seen: Mutex::default(),
        })
    }

    /// Lists what lies below a folder, and below its folders: keys and lengths. Of what was seen before, nothing is believed.
    ///
    /// # Errors
    /// Those of the network and the server, and of a listing that does not end.
    pub fn look_below(&self, folder: &str) -> io::Result<BTreeMap<String, u64>> {
        let key = whole(folder)?;
        let is_below = |name: &str| {
            let rest = name.strip_prefix(key.as_ref());
            rest.is_some_and(|rest| key.as_ref().is_empty() || rest.starts_with('/'))
        };
        lock(&self.seen).retain(|name, _| !is_below(name));
        let listed = async {
            let mut listed = self.store.list(Some(&key));
            let mut found = BTreeMap::new();
            while let Some(object) = listed.next().await {
                let object = object.map_err(io_error)?;
                found.insert(object.location.to_string(), ObjectVersion::from(object));
                if found.len() > MOST_NAMES {
                    return Err(too_many());
                }
            }
            Ok(found)
        };
        let found = self.runtime.block_on(listed)?;
        let sizes = found.iter().map(|(name, of)| (name.clone(), of.size));
        let sizes = sizes.collect();
        lock(&self.seen).extend(found);
        Ok(sizes)
    }

    /// Looks for the objects whose keys begin so, as the files beside a picture do.
    ///
    /// # Errors
    /// Those of the network and the server.
    pub fn look_for(&self, begin: &str) -> io::Result<()> {
        let begin = whole(begin)?;
        let (folder, _) = begin.as_ref().rsplit_once('/').unwrap_or_default();
        let folder = whole(folder)?;
        lock(&self.seen).retain(|name, _| !name.starts_with(begin.as_ref()));
        let listed = async {
            let mut listed = self.store.list_with_offset(Some(&folder), &begin);
            let mut found = BTreeMap::new();
            while let Some(object) = listed.next().await {
                let object = object.map_err(io_error)?;
                let name = object.location.to_string();
                if !name.starts_with(begin.as_ref()) || found.len() > MOST_NAMES {
                    break;
                }
                found.insert(name, ObjectVersion::from(object));
            }
            Ok::<_, io::Error>(found)
        };
        let found = self.runtime.block_on(listed)?;
        lock(&self.seen).extend(found);
        Ok(())
    }

    /// An object as it was seen.
    pub fn seen(&self, name: &str) -> Option<ObjectVersion> {
        lock(&self.seen).get(name).cloned()
    }

    /// An object as it was seen, or else as it is.
    ///
    /// # Errors
    /// Those of the network and the server.
    pub fn version(&self, name: &str) -> io::Result<ObjectVersion> {
        if let Some(seen) = self.seen(name) {
            return Ok(seen);
        }
        let now = self.now(name)?;
        lock(&self.seen).insert(name.into(), now.clone());
        Ok(now)
    }

    /// An object as it is.
    ///
    /// # Errors
    /// Those of the network and the server.
    pub fn now(&self, name: &str) -> io::Result<ObjectVersion> {
        let found = self.runtime.block_on(self.store.head(&whole(name)?));
        Ok(found.map_err(io_error)?.into())
    }

    /// A part of an object, in bytes, of the version that was seen and of no other.
    ///
    /// # Errors
    /// Those of the network and the server; one that names an object which is another now, and one that was cut.
    pub fn part(&self, name: &str, of: &ObjectVersion, range: Range<u64>) -> io::Result<Vec<u8>> {
        let length = range.end.saturating_sub(range.start);
        fits(length)?;
        if length == 0 {
            return Ok(Vec::new());
        }
        let options = GetOptions {
            range: Some(range.into()),
            if_match: of.tag.clone(),
            ..GetOptions::default()
        };
        let read = async {
            let found = self.store.get_opts(&whole(name)?, options).await;
            let found = found.map_err(io_error)?;
            if found.meta.size != of.size {
                return Err(BucketError::Replaced.into());
            }
            let mut parts = found.into_stream();
            let mut bytes = Vec::new();
            while let Some(part) = parts.next().await {
                bytes.extend_from_slice(&part.map_err(io_error)?);
                if bytes.len() as u64 > length {
                    break;
                }
            }
            Ok::<_, io::Error>(bytes)
        };
        let bytes = self.runtime.block_on(read)?;
        if bytes.len() as u64 == length {
            Ok(bytes)
        } else {
            Err(BucketError::Cut.into())
        }
    }

    /// The bytes of an object; `None` where there is none.
    ///
    /// # Errors
    /// Those of the network and the server, and of what is longer than is held in memory.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let key = self.key(name);
        if_there(self.runtime.block_on(self.bounded(&key)))
    }

    /// The bytes of an object, as they come: what a server says of its length is not believed.
    async fn bounded(&self, key: &Key) -> io::Result<Vec<u8>> {
        let found = self.store.get(key).await.map_err(io_error)?;
        fits(found.meta.size)?;
        let mut bytes = Vec::new();
        let mut parts = found.into_stream();
        while let Some(part) = parts.next().await {
            let part = part.map_err(io_error)?;
            fits(bytes.len() as u64 + part.len() as u64)?;
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    }

    /// The last bytes of an object, at most so many; `None` where there is none.
    ///
    /// # Errors
    /// Those of the network and the server.
    pub fn end(&self, name: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        let key = self.key(name);
        let read = async {
            let size = self.store.head(&key).await?.size;
            if size == 0 {
                return Ok(Vec::new());
            }
            let last = size.saturating_sub(most)..size;
            Ok(self.store.get_range(&key, last).await?.to_vec())
        };
        if_there(self.runtime.block_on(read).map_err(io_error))
    }

    /// Puts an object; `false` where one of that name is, which stays, where `existing` says so.
    ///
    /// # Errors
    /// Those of the network and the server.
    pub fn put(&self, name: &str, bytes: Vec<u8>, existing: Existing) -> io::Result<bool> {
        // What is put here is to be read again.
        fits(bytes.len() as u64)?;
        let key = self.key(name);
        let mode = match existing {
            Existing::Stays => PutMode::Create,
            Existing::Replaced => PutMode::Overwrite,
        };
        let put = self.store.put_opts(&key, bytes.into(), mode.into());
        match self.runtime.block_on(put) {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(io_error(error)),
        }
    }

    /// The names of the objects in a folder.
    ///
    /// # Errors
    /// Those of the network and the server.
    pub fn names(&self, folder: &str) -> io::Result<BTreeSet<String>> {
        self.runtime.block_on(self.listed(&self.key(folder)))
    }

    /// The names below a key, page by page: a listing that does not end is not waited for.
    async fn listed(&self, key: &Key) -> io::Result<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        let mut listed = self.store.list(Some(key));
        let mut told = 0;
        while let Some(found) = listed.next().await {
            let found = found.map_err(io_error)?.location;
            told += 1;
            if told > MOST_NAMES {
                return Err(too_many());
            }
            let mut below = found.prefix_match(key).into_iter().flatten();
            if let (Some(name), None) = (below.next(), below.next()) {
                names.insert(name.as_ref().to_owned());
            }
        }
        Ok(names)
    }

    fn key(&self, name: &str) -> Key {
        name.split('/').fold(self.prefix.clone(), Key::join)
    }
}

/// The key of a whole name.
fn whole(name: &str) -> io::Result<Key> {
    Key::parse(name).map_err(io::Error::other)
}

fn too_many() -> io::Error {
    BucketError::TooManyNames { most: MOST_NAMES }.into()
}

/// Fails where an object is longer than is held in memory.
fn fits(length: u64) -> io::Result<()> {
    if length <= LONGEST {
        return Ok(());
    }
    Err(BucketError::TooLong { most: LONGEST }.into())
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it on so")]
fn io_error(error: Error) -> io::Error {
    BucketError::told(&error).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_bucket_is_known_by_its_name() {
        let of = |named: &'static str| bucket_and_key(Path::new(named));
        assert_eq!(of("s3://survey/2026/plan"), Some(("survey", "2026/plan")));
        assert_eq!(of("s3://survey"), Some(("survey", "")));
        assert_eq!(of("/vsis3/survey/plan"), None);
        assert_eq!(of("plan"), None);
    }
}

//! A prefix of a bucket (S3, or what speaks like it). Where it is and who may is said by the environment: `AWS_ENDPOINT_URL`,
//! `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and the like. No secret is in any message.

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{
    ClientOptions, Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, RetryConfig,
};
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::Path;
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
}

impl Bucket {
    /// The place with this name; nothing is asked of it yet.
    ///
    /// # Errors
    /// Where the environment says what cannot be.
    pub fn at((bucket, prefix): (&str, &str)) -> io::Result<Self> {
        // Where a server of ours was set up before, it has its own.
        let _there = rustls::crypto::ring::default_provider().install_default();
        let is_plain = endpoint().is_some_and(|url| url.starts_with("http://"));
        let retry = RetryConfig {
            retry_timeout: PATIENCE,
            ..RetryConfig::default()
        };
        let store = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .with_client_options(ClientOptions::new().with_allow_http(is_plain))
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
        })
    }

    /// The bytes of an object; `None` where there is none.
    ///
    /// # Errors
    /// Those of the network and the server, and of what is longer than is held in memory.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let key = self.key(name);
        match self.runtime.block_on(self.bounded(&key)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
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

    /// Puts an object where none of that name is; `false` where one is, which stays.
    ///
    /// # Errors
    /// Those of the network and the server.
    pub fn put(&self, name: &str, bytes: Vec<u8>) -> io::Result<bool> {
        // What is put here is to be read again.
        fits(bytes.len() as u64)?;
        let key = self.key(name);
        let only_new = PutOptions::from(PutMode::Create);
        let put = self.store.put_opts(&key, bytes.into(), only_new);
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
                return Err(io::Error::other(TooManyNames));
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

/// A listing of more names than any folder of ours holds.
#[derive(Debug)]
struct TooManyNames;

impl fmt::Display for TooManyNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the bucket lists more than {MOST_NAMES} names there")
    }
}

impl std::error::Error for TooManyNames {}

/// Whether a bucket was left since its listing did not end.
pub fn lists_too_much(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(<dyn std::error::Error + Send + Sync + 'static>::is::<TooManyNames>)
}

/// Fails where an object is longer than is held in memory.
fn fits(length: u64) -> io::Result<()> {
    if length <= LONGEST {
        return Ok(());
    }
    let why = format!("it is longer than {} MiB", LONGEST >> 20);
    Err(io::Error::new(io::ErrorKind::FileTooLarge, why))
}

fn io_error(error: Error) -> io::Error {
    let kind = match &error {
        Error::NotFound { .. } => io::ErrorKind::NotFound,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            io::ErrorKind::PermissionDenied
        }
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
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

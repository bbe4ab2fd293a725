//! Imagery on a network: none is asked, whatever a file says, unless the user names it so: `s3://bucket/ortho.tif`, or as GDAL
//! names it, `/vsis3/bucket/ortho.tif`. Rasters in a bucket are opened by GDAL, under its name; all else is read as
//! [`files`](crate::files) reads it.

use crate::files::{self, BucketError, bucket_and_key, endpoint, is_asked_without_keys};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// The only file on a network that GDAL may open.
const ALLOWED: &str = "CPL_VSIL_CURL_ALLOWED_FILENAME";
/// GDAL's file systems on a network.
const NETWORKS: [&str; 8] = [
    "/vsicurl",
    "/vsis3",
    "/vsigs",
    "/vsiaz",
    "/vsiadls",
    "/vsioss",
    "/vsiswift",
    "/vsiwebhdfs",
];
/// How long a network is waited for, where the environment does not say.
const PATIENCE: [(&str, &str); 5] = [
    ("GDAL_HTTP_MAX_RETRY", "5"),
    ("GDAL_HTTP_RETRY_DELAY", "1"),
    ("GDAL_HTTP_CONNECTTIMEOUT", "10"),
    ("GDAL_HTTP_LOW_SPEED_LIMIT", "1"),
    ("GDAL_HTTP_LOW_SPEED_TIME", "30"),
];

static IS_ALLOWED: AtomicBool = AtomicBool::new(false);

/// What GDAL calls a file in a bucket; other names stay as they are.
pub(in crate::imagery) fn as_gdal_names(named: &Path) -> PathBuf {
    bucket_and_key(named).map_or_else(
        || named.to_owned(),
        |(bucket, key)| format!("/vsis3/{bucket}/{key}").into(),
    )
}

/// What a file in a bucket is called outside GDAL, however it was named.
pub(super) fn in_bucket(named: &Path) -> Option<PathBuf> {
    if bucket_and_key(named).is_some() {
        return Some(named.into());
    }
    let place = named.to_str()?.strip_prefix("/vsis3/")?;
    Some(format!("s3://{place}").into())
}

/// Keeps GDAL from every network, until one is named.
pub(super) fn keep_off() {
    if !IS_ALLOWED.load(Ordering::Relaxed) {
        put(ALLOWED, "none");
    }
}

/// Lets GDAL ask networks where the user named a file on one.
pub fn allow_where_named<'a>(named: impl IntoIterator<Item = &'a Path>) {
    let is_on_one = |path: &Path| {
        let text = path.to_string_lossy();
        NETWORKS.iter().any(|network| text.contains(network))
    };
    if named.into_iter().any(is_on_one) {
        allow_once();
    }
}

/// Lets GDAL ask networks from now on.
pub(super) fn allow_once() {
    if !IS_ALLOWED.swap(true, Ordering::Relaxed) {
        allow();
    }
}

fn allow() {
    if std::env::var_os(ALLOWED).is_none() {
        // Only a key with a NUL byte can fail.
        let _ = gdal::config::clear_config_option(ALLOWED);
    }
    for (key, value) in PATIENCE {
        put(key, value);
    }
    if is_asked_without_keys() {
        put("AWS_NO_SIGN_REQUEST", "YES");
    }
    // GDAL knows the keys of Amazon, but not how its program is told of another server.
    if let Some(url) = endpoint() {
        let (scheme, server) = url.split_once("://").unwrap_or(("https", &url));
        put(GDAL_ENDPOINT, server.trim_end_matches('/'));
        put("AWS_HTTPS", if scheme == "http" { "NO" } else { "YES" });
        put("AWS_VIRTUAL_HOSTING", "NO");
    }
}

/// Sets an option that the environment does not set.
fn put(key: &str, value: &str) {
    if std::env::var_os(key).is_none() {
        let _ = gdal::config::set_config_option(key, value);
    }
}

/// How GDAL is told of a server.
const GDAL_ENDPOINT: &str = "AWS_S3_ENDPOINT";
/// What GDAL says where a server gave no file, before the status of its answer: 0 where there was none.
const STATUS: &str = "HTTP response code on ";
/// What in the environment says that a bucket is asked with keys, or without any.
const KEYS: [&str; 3] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SKIP_SIGNATURE",
    "AWS_NO_SIGN_REQUEST",
];
/// What names keys in a file, which GDAL reads and this program does not.
const KEY_FILES: [&str; 3] = [
    "AWS_PROFILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
];

/// Why the server of a file did not give it, where GDAL's words or the server itself say so; `None` of what lies on no server,
/// or is there and no raster.
pub(in crate::imagery) fn not_given(path: &Path, words: &str) -> Option<BucketError> {
    let status = words
        .strip_prefix(STATUS)
        .and_then(|rest| rest.rsplit_once(": ")?.1.trim().parse().ok());
    match status {
        // Without an answer, the server is asked once more, as patiently as for all else.
        Some(0) | None => {
            let told = status.map(|none| BucketError::of_status(none, words));
            asked(path).and_then(Result::err).or(told)
        }
        Some(status) => Some(BucketError::of_status(status, words)),
    }
}

/// What a bucket says of an object that GDAL reads; `None` of what lies in none. A request that is lost is repeated.
pub(super) fn asked(path: &Path) -> Option<Result<(), BucketError>> {
    let named = in_bucket(path)?;
    if only_gdal_has_keys() {
        return None;
    }
    let why = |error: &std::io::Error| BucketError::Unreached {
        why: error.to_string(),
    };
    Some(files::ask(&named).map_err(|error| {
        let told = BucketError::of(&error).cloned();
        told.unwrap_or_else(|| why(&error))
    }))
}

/// What a raster in a bucket is called outside GDAL, where this program may read it too.
pub(super) fn readable_object(named: &Path) -> Option<PathBuf> {
    // Told of another server by GDAL's own word, only GDAL knows it.
    let is_elsewhere = endpoint().is_none() && std::env::var_os(GDAL_ENDPOINT).is_some();
    in_bucket(named).filter(|_| !only_gdal_has_keys() && !is_elsewhere)
}

/// Whether GDAL may be let in where this program would be refused: the keys lie in a file of Amazon's program.
fn only_gdal_has_keys() -> bool {
    let says = |keys: &[&str]| keys.iter().any(|key| std::env::var_os(key).is_some());
    let is_file = || std::env::home_dir().is_some_and(|home| home.join(".aws").exists());
    !says(&KEYS) && (says(&KEY_FILES) || is_file())
}

/// Whether GDAL's virtual file systems, not the operating system's, resolve this path.
pub(super) fn is_virtual(path: &Path) -> bool {
    path.to_string_lossy().starts_with("/vsi")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imagery::{Orthomosaic, RasterOptions, find_inputs, set_up_gdal};
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn a_network_is_asked_only_where_it_was_named() {
        set_up_gdal();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut connection in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let _ = connection.read(&mut [0; 4096]);
                let _ = connection.write_all(
                    b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                );
            }
        });
        let path = PathBuf::from(format!("/vsicurl/http://127.0.0.1:{port}/ortho.tif"));
        let open = || Orthomosaic::open(&path, &RasterOptions::default()).map(|_| ());
        assert!(open().is_err());
        assert_eq!(asked.load(Ordering::SeqCst), 0);
        find_inputs(std::slice::from_ref(&path))
            .expect("it is named")
            .allow_network();
        assert!(open().is_err());
        assert!(asked.load(Ordering::SeqCst) > 0);
    }

    #[test]
    fn a_file_in_a_bucket_is_found_under_the_name_that_gdal_knows() {
        let found = find_inputs(&["s3://survey/2026/ortho.tif".into()]).expect("found");
        assert_eq!(
            found.rasters,
            [PathBuf::from("/vsis3/survey/2026/ortho.tif")]
        );
        let both = ["s3://survey/2026/a.jpg", "/vsis3/survey/2026/a.jpg"];
        for named in both {
            let named = in_bucket(Path::new(named)).expect("in a bucket");
            assert_eq!(named, Path::new(both[0]));
            assert_eq!(as_gdal_names(&named), Path::new(both[1]));
        }
        assert_eq!(in_bucket(Path::new("/vsicurl/http://a/b.jpg")), None);
    }
}

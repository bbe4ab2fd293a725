//! Files that are dropped into a page: kept in the served folder's inbox under their own name, never over another, and
//! acknowledged when they are on the disk.

use super::answer::{Answer, Refused};
use super::arriving::{added, begun, poured};
use super::headers::header_text;
use super::house::{House, Shared, waiting};
use super::library::{INBOX, id_of};
use super::unkept::{too_large, unwritten};
use super::values::OF_A_FILE;
use super::visitors::{Looker, Visitor};
use crate::files::Incoming;
use crate::registry::Role;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::put;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path as FilePath, PathBuf};

/// Bytes of a file at most.
const LARGEST: u64 = 8 << 30;
/// Folders in one another below the inbox.
const DEEPEST: usize = 8;
/// Names that are tried where one is taken.
const TRIES: usize = 1_000;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/uploads/{name}", put(take))
        .layer(DefaultBodyLimit::disable())
}

impl House {
    /// Where what is dropped in lies.
    pub fn inbox(&self) -> PathBuf {
        self.root.join(INBOX)
    }
}

/// A file that was uploaded, by its id.
pub(super) fn find(house: &House, id: &str) -> Result<PathBuf, Refused> {
    let files = files_below(&house.inbox(), DEEPEST);
    let is_it = |path: &PathBuf| path.is_file() && below(house, path) == Some(id.to_owned());
    let found = files.into_iter().find(is_it);
    found.ok_or_else(|| Refused::unclear("upload"))
}

/// The files of a folder, and of those in it down to a depth.
fn files_below(folder: &FilePath, depth: usize) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let (folders, mut files): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
    if depth > 0 {
        let below = |folder: &PathBuf| files_below(folder, depth - 1);
        files.extend(folders.iter().flat_map(below));
    }
    files
}

/// The id of a file of the inbox.
fn below(house: &House, path: &FilePath) -> Option<String> {
    path.strip_prefix(&house.root).ok().map(id_of)
}

/// A folder of the inbox, or one in it, so that what was dropped together stays together, as it lay.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Into {
    folder: Option<String>,
}

async fn take(
    visitor: Visitor,
    Looker(house): Looker,
    Path(name): Path<String>,
    Query(into): Query<Into>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Value> {
    if !is_plain(&name)
        || into
            .folder
            .as_deref()
            .is_some_and(|folder| !is_plain_way(folder))
    {
        return Err(Refused::unclear("name").hint(OF_A_FILE.0, OF_A_FILE.1));
    }
    if name.contains(".papaver") {
        return Err(no_registry());
    }
    let sender = visitor.0.as_ref().map_or_else(String::new, |person| {
        let author = person.session.author();
        format!("{}/{}", author.unit, author.name)
    });
    let inbox = match &into.folder {
        Some(folder) => house.inbox().join(folder),
        None => house.inbox(),
    };
    let (asked, begin_in) = (house.clone(), inbox.clone());
    let length = header_text(&headers, header::CONTENT_LENGTH);
    let announced = length.and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > LARGEST) {
        return Err(too_large());
    }
    let counted = house.uploads.0.count(&sender)?;
    let incoming = waiting(move || {
        if let Some(person) = &visitor.0 {
            asked.one_of(person, &Role::ALL)?;
        }
        begun(&begin_in)
    })
    .await?;
    let incoming = poured(body, incoming, |incoming, piece| {
        added(incoming, LARGEST, piece)
    });
    let incoming = incoming.await?;
    let bytes = incoming.bytes();
    let path = waiting(move || kept(&inbox, &name, incoming)).await?;
    drop(counted);
    let told = house;
    let way = path.strip_prefix(&told.root).unwrap_or(&path);
    let kept = json!({
        "upload": id_of(way), "path": way.to_string_lossy().replace('\\', "/"),
        "name": path.file_name().unwrap_or_default().to_string_lossy(), "bytes": bytes,
    });
    told.events
        .tell(json!({ "kind": "upload", "upload": kept }));
    Ok(Json(kept))
}

/// Keeps what has arrived, under its name or the next that is free.
fn kept(inbox: &FilePath, name: &str, incoming: Incoming) -> Result<PathBuf, Refused> {
    let path = free_name(inbox, name)?;
    let again = incoming.keep_new(&path);
    match again.map_err(|error| unwritten(&error))? {
        None => Ok(path),
        // Another of the same name came in between.
        Some(again) => kept(inbox, name, again),
    }
}

/// A name without a folder in it, and none that a system takes for something else.
fn is_plain(name: &str) -> bool {
    let odd = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    !name.is_empty()
        && name.len() <= 200
        && !name.starts_with('.')
        && !name.contains(odd)
        && !name.ends_with(' ')
}

/// A way of such names, not too deep.
fn is_plain_way(way: &str) -> bool {
    way.split('/').all(is_plain) && way.split('/').count() <= DEEPEST
}

/// The name, or the name with a number, under which nothing lies yet.
fn free_name(inbox: &FilePath, name: &str) -> Result<PathBuf, Refused> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let numbered = |n: usize| match (n, ending) {
        (0, _) => name.to_owned(),
        (n, "") => format!("{stem}-{n}"),
        (n, ending) => format!("{stem}-{n}.{ending}"),
    };
    let mut names = (0..TRIES).map(|n| inbox.join(numbered(n)));
    names
        .find(|path| std::fs::symlink_metadata(path).is_err())
        .ok_or_else(|| Refused::unclear("name").hint(OF_A_FILE.0, OF_A_FILE.1))
}

fn no_registry() -> Refused {
    Refused::new(
        StatusCode::FORBIDDEN,
        "no_registry",
        "registries and keys are not sent through a page",
        "登记库和密钥不能通过页面上传",
    )
    .hint(
        "send a bundle instead; a registry is moved by a backup that is restored on this computer",
        "请改为报送数据包；迁移登记库请在本机恢复备份",
    )
}

#[cfg(test)]
mod tests {
    use super::{is_plain, is_plain_way};

    #[test]
    fn a_name_is_no_way_to_another_folder() {
        assert!(is_plain("航拍 1.tif"));
        for name in ["", "..", ".x", "a/b", "a\\b", "c:x", "a\0", "x|y"] {
            assert!(!is_plain(name), "{name:?}");
        }
        assert!(is_plain_way("照片") && is_plain_way("card/DCIM/100MEDIA"));
        for way in [
            "",
            "a//b",
            "/a",
            "a/",
            "a/../b",
            "./a",
            "a/.b",
            "1/2/3/4/5/6/7/8/9",
        ] {
            assert!(!is_plain_way(way), "{way:?}");
        }
    }
}

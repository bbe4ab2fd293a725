//! Files that are dropped into a page: kept in the served folder's inbox under their own name, never over another, and
//! acknowledged when they are on the disk.

use super::answer::{Answer, Refused};
use super::arriving::{added, begun, poured};
use super::headers::header_text;
use super::house::{House, Shared, waiting};
use super::library::{INBOX, id_of, is_a_registrys};
use super::unkept::{too_large, unwritten};
use super::values::{LONGEST_OF_A_FILE, OF_A_FILE};
use super::visitors::{Looker, Visitor};
use crate::files::Incoming;
use crate::registry::Role;
use crate::text::names;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::put;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
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

/// Files that were uploaded, by their ids.
pub(super) type Uploaded = BTreeMap<String, PathBuf>;

/// A file that was uploaded.
pub(super) fn found(uploaded: &Uploaded, id: &str) -> Result<PathBuf, Refused> {
    let path = uploaded.get(id).cloned();
    path.ok_or_else(|| Refused::unclear("upload"))
}

/// Those of these ids. The inbox is looked through once for all of them, not at all where there are none, and where it may wait.
pub(super) async fn uploaded<'a>(
    house: &Shared,
    ids: impl IntoIterator<Item = &'a String>,
) -> Result<Uploaded, Refused> {
    let wanted: BTreeSet<String> = ids.into_iter().cloned().collect();
    if wanted.is_empty() {
        return Ok(Uploaded::new());
    }
    let house = house.clone();
    house
        .clone()
        .readers
        .waiting(move || Ok(listed(&house, &wanted)))
        .await
}

/// The files of the inbox with these ids.
fn listed(house: &House, wanted: &BTreeSet<String>) -> Uploaded {
    let mut found = Uploaded::new();
    let mut folders = vec![(house.inbox(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if depth < DEEPEST {
                    folders.push((path, depth + 1));
                }
            } else if let Some(id) = below(house, &path).filter(|id| wanted.contains(id))
                && path.is_file()
            {
                found.insert(id, path);
                if found.len() == wanted.len() {
                    return found;
                }
            }
        }
    }
    found
}

/// The id of a file of the inbox.
fn below(house: &House, path: &FilePath) -> Option<String> {
    path.strip_prefix(&house.root).ok().map(id_of)
}

/// A folder of the inbox, or one in it, so that what was dropped together stays together, as it lay.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
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
    let way = into.folder.as_deref();
    if !is_plain(&name) || way.is_some_and(|folder| !is_plain_way(folder)) {
        return Err(Refused::unclear("name").hint(OF_A_FILE.0, OF_A_FILE.1));
    }
    if is_a_registrys(&name) || way.is_some_and(is_a_registrys) {
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
    names::is_plain(name, LONGEST_OF_A_FILE)
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
    use super::*;

    #[test]
    fn files_of_the_inbox_are_found_by_their_ids_in_one_look() {
        let folder = tempfile::tempdir().expect("folder");
        let house = House {
            root: folder.path().to_path_buf(),
            ..House::default()
        };
        let ways = ["inbox/a.jpg", "inbox/card/DCIM/b.jpg", "c.jpg"];
        for way in ways {
            let path = folder.path().join(way);
            std::fs::create_dir_all(path.parent().expect("parent")).expect("made");
            std::fs::write(path, "x").expect("written");
        }
        let id = |way: &str| id_of(FilePath::new(way));
        let wanted: BTreeSet<_> = (ways.map(id).into_iter())
            .chain([id("inbox/none")])
            .collect();
        let listed = listed(&house, &wanted);
        assert_eq!(
            found(&listed, &id("inbox/card/DCIM/b.jpg")).ok(),
            Some(folder.path().join("inbox/card/DCIM/b.jpg"))
        );
        assert!(found(&listed, &id("inbox/a.jpg")).is_ok());
        for way in ["c.jpg", "inbox/none"] {
            let refused = found(&listed, &id(way)).expect_err("nothing of the inbox");
            assert_eq!(refused.code(), "unclear", "{way}");
        }
    }

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

//! Bundles that are dropped in: what one would change is shown first, and it is taken when that was seen.

use super::Member;
use crate::files::{self, FileError};
use crate::office::bundle_preview::{BundlePreview, preview as preview_of};
use crate::office::bundles::{inspect, receive};
use crate::office::{Office, OfficeError};
use crate::printable::terminal;
use crate::registry::Hash;
use crate::server::answer::{Answer, Refused};
use crate::server::arriving::arrived;
use crate::server::headers::header_text;
use crate::server::house::{House, Shared};
use crate::server::unkept::unwritten;
use crate::store::bundle::{BundleError, Unlock};
use crate::store::keys::MostWork;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::http::HeaderMap;
use axum::routing::post;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::ErrorKind;
use std::path::{Path as FilePath, PathBuf};

/// Bytes of a bundle at most; larger ones come in parts.
const LARGEST: u64 = 512 << 20;
/// The header that bears the passphrase of an encrypted bundle.
const PASSPHRASE: &str = "x-papaver-passphrase";
/// How much of a file's name is said.
const NAMED: usize = 120;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/registries/{registry}/bundles", post(preview))
        .route(
            "/api/registries/{registry}/bundles/{token}/apply",
            post(apply),
        )
        .layer(DefaultBodyLimit::disable())
}

fn unlock(headers: &HeaderMap) -> Unlock {
    Unlock {
        passphrase: header_text(headers, PASSPHRASE).map(str::to_owned),
        identity: None,
        most_work: MostWork::Served,
    }
}

/// Where a bundle waits: by its digest, so that the same one twice is one file.
fn waiting_at(house: &House, token: &str) -> Result<PathBuf, Refused> {
    let is_digest = token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_digest {
        return Err(Refused::no_such_page());
    }
    Ok(place(&house.inbox(), token))
}

fn place(inbox: &FilePath, token: &str) -> PathBuf {
    inbox.join(format!("{token}.papaver-bundle"))
}

/// A bundle that waits to be taken.
#[derive(Debug, Serialize)]
struct BundleShown {
    /// What it is called from now on.
    token: String,
    preview: BundlePreview,
}

/// What taking a bundle did.
#[derive(Debug, Serialize)]
struct BundleTaken {
    new_events: usize,
    known_events: usize,
    /// New entries that are not followed.
    refused: usize,
    /// Entries that were here and followed until now.
    overturned: usize,
    /// Runs of numbers that have not arrived yet.
    gaps: usize,
    /// Numbers that a device gave twice.
    forks: usize,
    /// Files of evidence that have not arrived yet.
    missing_files: usize,
    /// Whether everything has arrived and is followed.
    whole: bool,
    /// The signed answer to the other office: the point from which it makes its next bundle.
    receipt: Value,
}

async fn preview(
    member: Member,
    Query(named): Query<BundleNamed>,
    headers: HeaderMap,
    body: Body,
) -> Answer<BundleShown> {
    let house = member.house.clone();
    let author = member.person.session.author();
    let sender = format!("{}/{}", author.unit, author.name);
    let inbox = house.inbox();
    let incoming = arrived(&house.arriving, &sender, inbox.clone(), LARGEST, body).await?;
    let (unlock, name) = (unlock(&headers), named.text());
    let turn = house.arriving.turn().await;
    let shown = member
        .act(None, move |office, _| {
            let at = |digest| place(&inbox, &Hash(digest).to_string());
            let digest = incoming.keep(at).map_err(|error| unwritten(&error))?;
            let (path, token) = (at(digest), Hash(digest).to_string());
            let shown = looked_at(office, &path, &unlock);
            let preview = shown.map_err(|error| {
                drop(files::remove(&path));
                refused(error, &path, &name)
            })?;
            Ok(BundleShown { token, preview })
        })
        .await;
    drop(turn);
    shown
}

fn looked_at(
    office: &mut Office,
    path: &FilePath,
    unlock: &Unlock,
) -> Result<BundlePreview, OfficeError> {
    let inspected = inspect(office, &[path.to_path_buf()], unlock)?;
    let bundle = inspected.first().ok_or_else(|| gone(path))?;
    preview_of(office, path, bundle)
}

fn gone(path: &FilePath) -> OfficeError {
    OfficeError::from(FileError::of(path)(ErrorKind::NotFound.into()))
}

/// Why a bundle is not taken, by the name under which it was sent.
fn refused(error: OfficeError, path: &FilePath, name: &str) -> Refused {
    let locked = match &error {
        OfficeError::Bundle(cause) => matches!(**cause, BundleError::Locked { .. }),
        _ => false,
    };
    let refused = Refused::from(error).naming(path, name);
    if !locked {
        return refused;
    }
    refused.hint(
        "type its passphrase into the field above, then drop it in again; what is encrypted to a key is taken on the computer that holds the registry",
        "请在上方填写口令后重新拖入；用公钥加密的数据包须在存放登记库的电脑上导入",
    )
}

/// How the file is called that was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BundleNamed {
    name: String,
}

impl BundleNamed {
    fn text(&self) -> String {
        let name: String = terminal(&self.name).chars().take(NAMED).collect();
        if name.is_empty() {
            "papaver-bundle".to_owned()
        } else {
            name
        }
    }
}

async fn apply(
    member: Member,
    Path((_, token)): Path<(String, String)>,
    Query(named): Query<BundleNamed>,
    headers: HeaderMap,
) -> Answer<BundleTaken> {
    let house = member.house.clone();
    let path = waiting_at(&house, &token)?;
    let (unlock, name) = (unlock(&headers), named.text());
    let turn = house.arriving.turn().await;
    let taken = member
        .act(None, move |office, _| {
            if !path.is_file() {
                return Err(Refused::no_such_page());
            }
            taken(office, &path, &unlock).map_err(|error| refused(error, &path, &name))
        })
        .await;
    drop(turn);
    taken
}

fn taken(
    office: &mut Office,
    path: &FilePath,
    unlock: &Unlock,
) -> Result<BundleTaken, OfficeError> {
    let inspected = inspect(office, &[path.to_path_buf()], unlock)?;
    let bundle = inspected.first().ok_or_else(|| gone(path))?;
    let received = receive(office, path, bundle)?;
    let applied = &received.applied;
    let left_out = applied.left_out.iter().map(|of| of.events);
    Ok(BundleTaken {
        new_events: applied.new_events,
        known_events: applied.known_events,
        refused: applied.refused.len() + left_out.sum::<usize>(),
        overturned: applied.overturned.len(),
        gaps: applied.gaps.len(),
        forks: applied.forks.len() - applied.explained.len(),
        missing_files: applied.missing_files.len(),
        whole: received.is_whole(),
        receipt: received.receipt,
    })
}

//! Bundles that are dropped in: what one would change is shown first, and it is taken when that was seen.

use super::Member;
use crate::files;
use crate::office::bundles::{inspect, receive};
use crate::registry::Hash;
use crate::server::answer::{Answer, Refused};
use crate::server::arriving::arrived;
use crate::server::headers::header_text;
use crate::server::house::{House, Shared};
use crate::server::unkept::unwritten;
use crate::store::bundle::{Inspected, Unlock};
use crate::store::keys::MostWork;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::{Value, json};
use std::path::{Path as FilePath, PathBuf};

/// Bytes of a bundle at most; larger ones come in parts.
const LARGEST: u64 = 512 << 20;
/// The header that bears the passphrase of an encrypted bundle.
const PASSPHRASE: &str = "x-papaver-passphrase";

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

async fn preview(member: Member, headers: HeaderMap, body: Body) -> Answer<Value> {
    let house = member.house.clone();
    let author = member.person.session.author();
    let sender = format!("{}/{}", author.unit, author.name);
    let inbox = house.inbox();
    let incoming = arrived(&house.arriving, &sender, inbox.clone(), LARGEST, body).await?;
    let unlock = unlock(&headers);
    let turn = house.arriving.turn().await;
    let shown = member
        .act(None, move |office, _| {
            let at = |digest| place(&inbox, &Hash(digest).to_string());
            let digest = incoming.keep(at).map_err(|error| unwritten(&error))?;
            let (path, token) = (at(digest), Hash(digest).to_string());
            let inspected = inspect(office, std::slice::from_ref(&path), &unlock);
            let inspected = inspected.inspect_err(|_refused| drop(files::remove(&path)))?;
            let known = inspected
                .iter()
                .map(|bundle| changes(office.store(), bundle));
            let preview = known.collect::<Result<Vec<_>, _>>()?.into_iter().next();
            Ok(json!({ "token": token, "preview": preview }))
        })
        .await;
    drop(turn);
    shown
}

/// What a bundle would change.
fn changes(store: &crate::store::Store, bundle: &Inspected) -> Result<Value, Refused> {
    let known = store.known(bundle.events.iter().map(|sealed| sealed.hash))?;
    let new = bundle
        .events
        .iter()
        .filter(|sealed| !known.contains(&sealed.hash));
    let mut kinds = std::collections::BTreeMap::<String, usize>::new();
    let mut sites = std::collections::BTreeSet::new();
    let mut count = 0;
    for sealed in new {
        count += 1;
        *kinds
            .entry(sealed.event.body.kind().to_owned())
            .or_default() += 1;
        sites.extend(sealed.event.site);
    }
    Ok(json!({
        "unit": bundle.manifest.unit, "device": bundle.manifest.device, "created_at": bundle.manifest.created_at,
        "part": bundle.manifest.part, "encrypted": bundle.encrypted, "files": bundle.evidence.len(),
        "new_events": count, "known_events": known.len(), "new_by_type": kinds, "sites": sites.len(),
    }))
}

async fn apply(
    member: Member,
    Path((_, token)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Value> {
    let house = member.house.clone();
    let path = waiting_at(&house, &token)?;
    let unlock = unlock(&headers);
    let turn = house.arriving.turn().await;
    let taken = member
        .act(None, move |office, _| {
            if !path.is_file() {
                return Err(Refused::no_such_page());
            }
            let inspected = inspect(office, std::slice::from_ref(&path), &unlock)?;
            let Some(bundle) = inspected.first() else {
                return Err(Refused::no_such_page());
            };
            let received = receive(office, &path, bundle)?;
            let applied = &received.applied;
            Ok(json!({
                "new_events": applied.new_events, "known_events": applied.known_events,
                "refused": applied.refused.len(), "gaps": applied.gaps.len(), "forks": applied.forks.len(),
                "missing_files": applied.missing_files.len(), "whole": received.is_whole(),
                "receipt": received.receipt,
            }))
        })
        .await;
    drop(turn);
    taken
}

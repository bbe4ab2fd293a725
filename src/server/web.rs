//! The pages: built at set-up from `src/web`, embedded in the program. Where they were not built, a plain page says so, and
//! everything below `/api` answers all the same.

use super::answer::Refused;
use super::house::Shared;
use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "src/web/dist"]
#[allow_missing = true]
struct Built;

const NOT_BUILT: &str = include_str!("web/not_built.html");

pub(super) fn routes() -> Router<Shared> {
    Router::new().fallback(page)
}

/// A file of the pages. Any other address outside `/api` is one that the first page knows.
async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") || path == "api" {
        return Refused::no_such_page().into_response();
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    if let Some(file) = Built::get(path) {
        return embedded(path, file, &headers);
    }
    let names_a_file = path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'));
    if names_a_file {
        return Refused::no_such_page().into_response();
    }
    if let Some(first) = Built::get("index.html") {
        return embedded("index.html", first, &headers);
    }
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (kind, NOT_BUILT).into_response()
}

fn embedded(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let known = headers.get(header::IF_NONE_MATCH);
    // The name of what lies in `assets` holds a digest of its content.
    let kept = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let about = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, kept.to_owned()),
    ];
    if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let kind = [(header::CONTENT_TYPE, media_type(path))];
    (about, kind, file.data).into_response()
}

/// The type of a file by the ending of its name.
pub(super) fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" | "webmanifest" => "application/json",
        "geojson" => "application/geo+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

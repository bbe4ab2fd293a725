//! Headers of requests and of answers.

use axum::http::HeaderMap;
use axum::http::header::AsHeaderName;

/// How long what never changes may be kept.
pub(super) const FOREVER: &str = "private, max-age=31536000, immutable";

/// What a header says, where it is there and a text.
pub(super) fn header_text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

//! Headers of requests and of answers.

use axum::http::HeaderMap;
use axum::http::header::AsHeaderName;

/// What a header says, where it is there and a text.
pub(super) fn header_text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

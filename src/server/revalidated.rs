//! Pictures and tiles: the browser of whoever was shown one may keep it, and asks anew each time whether it is still the same and
//! may still be shown. Who is logged in no more is shown nothing.

use super::answer::Refused;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

const KEPT: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Answers with what bears a tag, unless who asks has it.
pub(super) fn revalidated(
    asked: &HeaderMap,
    tag: &str,
    made: impl FnOnce() -> Result<Response, Refused>,
) -> Result<Response, Refused> {
    if let Some(the_same) = the_same(asked, tag) {
        return the_same;
    }
    tagged(made()?, tag)
}

/// What is answered to who has what bears a tag.
pub(super) fn the_same(asked: &HeaderMap, tag: &str) -> Option<Result<Response, Refused>> {
    let quoted = format!("\"{tag}\"");
    let has = asked.get(header::IF_NONE_MATCH);
    let has = has.and_then(|has| has.to_str().ok()).unwrap_or_default();
    let is_the_same = has
        .split(',')
        .any(|one| one.trim().trim_start_matches("W/") == quoted);
    is_the_same.then(|| tagged(StatusCode::NOT_MODIFIED.into_response(), tag))
}

/// An answer that bears a tag.
pub(super) fn tagged(mut response: Response, tag: &str) -> Result<Response, Refused> {
    let tag = HeaderValue::try_from(format!("\"{tag}\""));
    let tag = tag.map_err(|_unwritable| Refused::broken())?;
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, KEPT);
    Ok(response)
}

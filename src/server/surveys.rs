//! A survey as its scan wrote it: its record, its candidates, what was searched, its pictures.

use super::answer::{Answer, Refused};
use super::house::{Shared, waiting};
use super::library::{LibraryPlace, scan_of};
use super::revalidated::revalidated;
use super::visitors::Looker;
use crate::registry::Hash;
use crate::schema::{CANDIDATES_FILE, COVERAGE_FILE, SET_ASIDE_FILE, ScanRecord};
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};

/// The folder of a scan's pictures.
const PICTURES: &str = "chips";

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/surveys/{survey}", get(record))
        .route("/api/surveys/{survey}/candidates.geojson", get(candidates))
        .route("/api/surveys/{survey}/set_aside.geojson", get(set_aside))
        .route("/api/surveys/{survey}/coverage.geojson", get(coverage))
        .route("/api/surveys/{survey}/pictures/{file}", get(picture))
}

/// A survey of the folder.
pub(super) fn survey(house: &Shared, id: &str) -> Result<LibraryPlace, Refused> {
    house.library.survey(id).ok_or_else(Refused::no_such_survey)
}

async fn record(Looker(house): Looker, Path(id): Path<String>) -> Answer<ScanRecord> {
    waiting(move || {
        let scan = scan_of(&survey(&house, &id)?);
        scan.map(Json).ok_or_else(Refused::no_such_survey)
    })
    .await
}

async fn candidates(looker: Looker, id: Path<String>) -> Result<Response, Refused> {
    map_file(looker, id, CANDIDATES_FILE, None).await
}

/// Nothing of a scan in which nothing could be set aside.
async fn set_aside(looker: Looker, id: Path<String>) -> Result<Response, Refused> {
    let none = r#"{"type": "FeatureCollection", "features": []}"#;
    map_file(looker, id, SET_ASIDE_FILE, Some(none)).await
}

async fn coverage(looker: Looker, id: Path<String>) -> Result<Response, Refused> {
    map_file(looker, id, COVERAGE_FILE, None).await
}

/// A file of the scan, as it lies there, else what is said without it.
async fn map_file(
    Looker(house): Looker,
    Path(id): Path<String>,
    name: &'static str,
    without: Option<&'static str>,
) -> Result<Response, Refused> {
    waiting(move || {
        let bytes = survey(&house, &id)?.read(name);
        let bytes = bytes.or_else(|| without.map(|text| text.as_bytes().to_vec()));
        let bytes = bytes.ok_or_else(Refused::no_such_page)?;
        let kind = [(header::CONTENT_TYPE, "application/geo+json")];
        Ok((kind, bytes).into_response())
    })
    .await
}

async fn picture(
    Looker(house): Looker,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    if !is_picture(&file) {
        return Err(Refused::no_such_page());
    }
    waiting(move || {
        let bytes = survey(&house, &id)?.read(&format!("{PICTURES}/{file}"));
        let bytes = bytes.ok_or_else(Refused::no_such_page)?;
        let kind = [(header::CONTENT_TYPE, "image/jpeg")];
        revalidated(&headers, &Hash::of(&bytes).to_string(), || {
            Ok((kind, bytes).into_response())
        })
    })
    .await
}

/// Names that a scan gives to its pictures, and no other.
fn is_picture(name: &str) -> bool {
    name.strip_suffix(".jpg").is_some_and(|stem| {
        !stem.is_empty() && stem.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    })
}

#[cfg(test)]
mod tests {
    use super::is_picture;

    #[test]
    fn only_names_of_pictures_are_looked_for() {
        assert!(is_picture("S9WCHMWJ5N02-context.jpg"));
        for name in [
            "../scan.jpg",
            "a/b.jpg",
            ".jpg",
            "scan.json",
            "a\\b.jpg",
            "%2e.jpg",
        ] {
            assert!(!is_picture(name), "{name}");
        }
    }
}

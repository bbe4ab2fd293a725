//! `/crew/`: the page of a crew with nothing but a browser, and the imagery around its sites. What else it reads and writes is the
//! crew's own folder.

use super::answer::Refused;
use super::field::{asks, entered};
use super::house::Shared;
use super::tiles::{address, extent, version};
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use std::net::SocketAddr;

/// The files of the page: their names, their types, what is in them.
const FILES: [(&str, &str, &str); 5] = [
    ("", "text/html", include_str!("../web/crew/index.html")),
    ("crew.css", "text/css", include_str!("../web/crew/crew.css")),
    ("crew.js", SCRIPT, include_str!("../web/crew/crew.js")),
    ("map.js", SCRIPT, include_str!("../web/crew/map.js")),
    ("offline.js", SCRIPT, include_str!("../web/crew/offline.js")),
];
const SCRIPT: &str = "text/javascript";
const UNKEPT: HeaderValue = HeaderValue::from_static("no-store");

pub(super) fn routes() -> Router<Shared> {
    let crew = "/crew/imagery/{crew}";
    let routes = Router::new()
        .route("/crew", get(async || Redirect::permanent("/crew/")))
        .route(crew, get(imagery))
        .route(&format!("{crew}/{{z}}/{{x}}/{{y}}"), get(tile));
    FILES
        .into_iter()
        .fold(routes, |routes, (name, kind, text)| {
            routes.route(
                &format!("/crew/{name}"),
                get(async move || page(kind, text)),
            )
        })
}

fn page(kind: &str, text: &'static str) -> Response {
    let about = [
        (header::CONTENT_TYPE, format!("{kind}; charset=utf-8")),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    (about, text).into_response()
}

/// What imagery there is around a crew's sites; nothing where none has been drawn.
async fn imagery(
    State(house): State<Shared>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path(crew): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let Some(folder) = entered(&house, from, &crew, &headers).await? else {
        return Ok(asks());
    };
    let opening = house.drawn.waiting(move || Ok(folder.imagery()));
    let Some(tiles) = opening.await? else {
        return Ok(nothing());
    };
    let about = tiles.about();
    let about = json!({
        "version": version(tiles.fingerprint()), "deepest": about.deepest,
        "extent": about.corners.map(extent), "attribution": about.attribution,
    });
    Ok(([(header::CACHE_CONTROL, UNKEPT)], Json(about)).into_response())
}

/// A tile of it.
async fn tile(
    State(house): State<Shared>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path((crew, zoom, column, row)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let at = address(&zoom, &column, &row)?;
    let Some(folder) = entered(&house, from, &crew, &headers).await? else {
        return Ok(asks());
    };
    let reading = house
        .drawn
        .waiting(move || Ok(folder.imagery().and_then(|tiles| tiles.tile(at))));
    let Some(picture) = reading.await? else {
        return Ok(nothing());
    };
    let kind = HeaderValue::from_static(picture.media_type);
    let about = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, UNKEPT),
    ];
    Ok((about, picture.bytes).into_response())
}

fn nothing() -> Response {
    (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, UNKEPT)]).into_response()
}

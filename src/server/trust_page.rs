//! What devices of the office are told to trust this server: the authority's certificate, and how each system takes it in.

use super::answer::Refused;
use super::house::Shared;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/ca.crt", get(certificate))
        .route("/ca", get(steps))
}

/// The authority's certificate, as systems take it in.
async fn certificate(State(house): State<Shared>) -> Response {
    let Some(authority) = &house.authority else {
        return Refused::no_such_page().into_response();
    };
    let about = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"papaver-office-ca.crt\"",
        ),
    ];
    (about, authority.certificate.clone()).into_response()
}

/// How each system is told to trust the authority.
async fn steps(State(house): State<Shared>) -> Response {
    let Some(authority) = &house.authority else {
        return Refused::no_such_page().into_response();
    };
    let page = include_str!("web/trust.html").replace("{fingerprint}", &authority.fingerprint);
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (kind, page).into_response()
}

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

/// How the certificate is handed out.
const ATTACHED: &str = "attachment; filename=\"papaver-office-ca.crt\"";

/// The authority's certificate, as systems take it in.
async fn certificate(State(house): State<Shared>) -> Result<Response, Refused> {
    let authority = house.authority.as_ref().ok_or_else(Refused::no_such_page)?;
    let about = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (header::CONTENT_DISPOSITION, ATTACHED),
    ];
    Ok((about, authority.certificate.clone()).into_response())
}

/// How each system is told to trust the authority.
async fn steps(State(house): State<Shared>) -> Result<Response, Refused> {
    let authority = house.authority.as_ref().ok_or_else(Refused::no_such_page)?;
    let page = include_str!("web/trust.html").replace("{fingerprint}", &authority.fingerprint);
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    Ok((kind, page).into_response())
}

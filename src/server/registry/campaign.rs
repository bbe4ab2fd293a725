//! The campaign and its reports.

use super::Member;
use crate::office::campaign::{self, Campaign};
use crate::server::answer::{Answer, Refused};
use crate::server::house::Shared;
use crate::words::Lang;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;

/// What a report may do: show itself. It holds its style and needs no script.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox";

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/registries/{registry}/campaign", get(stands))
        .route("/api/registries/{registry}/report/{of}", get(report))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct CampaignQuery {
    season: Option<i16>,
    lang: String,
}

async fn stands(member: Member, Query(asked): Query<CampaignQuery>) -> Answer<Campaign> {
    member
        .read(move |store, _| Ok(Json(campaign::campaign(store, asked.season)?)))
        .await
}

async fn report(
    member: Member,
    Path((_, of)): Path<(String, String)>,
    Query(asked): Query<CampaignQuery>,
) -> Result<Response, Refused> {
    let of_a_county = match of.as_str() {
        "county" => true,
        "province" => false,
        _ => return Err(Refused::no_such_page()),
    };
    let lang = Lang::of_locale(&asked.lang);
    member
        .read(move |store, _| {
            let page = campaign::report(store, of_a_county, asked.season, lang)?;
            let page = page.ok_or_else(not_enough)?;
            Ok(printable(page))
        })
        .await
}

/// A page to look at and to print.
pub(super) fn printable(page: String) -> Response {
    let about = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    (about, page).into_response()
}

fn not_enough() -> Refused {
    Refused::new(
        StatusCode::CONFLICT,
        "not_enough",
        "not enough data: the registry has no districts of this level, or nothing was done there in the season",
        "数据不足：登记库没有该级区划，或该年度在此范围内没有工作记录",
    )
    .hint(
        "read the boundary file, record the scans, or choose another season",
        "请读入区划边界、录入航测结果，或选择其他年度",
    )
}

//! The province over HTTP: ranks, hot spots, year on year, targets, as figures and as layers of a map; what offices did
//! beside their sites.

use super::Member;
use crate::ground::{FeatureCollection, write_features};
use crate::office::province::{self, FigureQuery, Province};
use crate::province::report::table::ReportTable;
use crate::server::answer::{Answer, Refused};
use crate::server::house::Shared;
use crate::words::Lang;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;

pub(super) fn routes() -> Router<Shared> {
    let province = "/api/registries/{registry}/province";
    Router::new()
        .route(province, get(figures))
        .route(&format!("{province}/{{layer}}"), get(layer))
        .route("/api/registries/{registry}/campaign/work", get(work))
}

/// Which figures, as a query says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ProvinceQuery {
    season: Option<i16>,
    level: Option<usize>,
    within: String,
    lang: String,
}

impl ProvinceQuery {
    fn asked(&self) -> Result<FigureQuery, Refused> {
        if !self.within.chars().all(|digit| digit.is_ascii_digit()) {
            return Err(Refused::unclear("within"));
        }
        Ok(FigureQuery {
            season: self.season,
            level: self.level,
            within: self.within.clone(),
        })
    }

    fn lang(&self) -> Lang {
        Lang::of_locale(&self.lang)
    }
}

async fn figures(member: Member, Query(query): Query<ProvinceQuery>) -> Answer<Province> {
    let (asked, lang) = (query.asked()?, query.lang());
    member
        .read(move |store, _| Ok(Json(province::province(store, &asked, lang)?)))
        .await
}

async fn work(member: Member, Query(query): Query<ProvinceQuery>) -> Answer<Vec<ReportTable>> {
    let (asked, lang) = (query.asked()?, query.lang());
    member
        .read(move |store, _| Ok(Json(province::work(store, &asked, lang)?)))
        .await
}

async fn layer(
    member: Member,
    Path((_, name)): Path<(String, String)>,
    Query(query): Query<ProvinceQuery>,
) -> Result<Response, Refused> {
    let asked = query.asked()?;
    member
        .read(move |store, _| {
            let found = match name.as_str() {
                "ground.geojson" => province::ground(store, &asked)?,
                "hot_spots.geojson" => province::hot_cells(store, &asked)?
                    .map_err(|why| Refused::of(&why, StatusCode::CONFLICT, "not_enough"))?,
                "targets.geojson" => province::target_map(store, &asked)?,
                _ => return Err(Refused::no_such_page()),
            };
            file(&found)
        })
        .await
}

fn file(found: &FeatureCollection) -> Result<Response, Refused> {
    let mut bytes = Vec::new();
    write_features(&mut bytes, found).map_err(|_memory| Refused::broken())?;
    let kind = [(header::CONTENT_TYPE, "application/geo+json")];
    Ok((kind, bytes).into_response())
}

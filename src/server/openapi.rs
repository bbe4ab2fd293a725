//! What can be asked of the server, for programs: `OpenAPI`, made from one table. What answers hold is said by the schemas under
//! `docs/schema` and in `docs/serve.md`.

use super::house::Shared;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

/// Method, address, whether a login is needed, what it does.
const TABLE: &[(&str, &str, bool, &str)] = &[
    (
        "get",
        "/api/health",
        false,
        "Whether the server and its folder are there",
    ),
    ("get", "/api/session", true, "Who is logged in"),
    (
        "post",
        "/api/login",
        false,
        "Log in: registry, person, passphrase",
    ),
    ("post", "/api/logout", false, "Log out; the key is wiped"),
    (
        "get",
        "/api/library",
        false,
        "Registries, surveys and runs of the folder",
    ),
    (
        "get",
        "/api/folders",
        true,
        "Imagery of the folder that could be scanned",
    ),
    (
        "get",
        "/api/events",
        true,
        "Server-sent events: kind run, registry, upload or all",
    ),
    (
        "get",
        "/api/surveys/{survey}",
        true,
        "The record of a scan (scan.json)",
    ),
    (
        "get",
        "/api/surveys/{survey}/candidates.geojson",
        true,
        "Its candidates",
    ),
    (
        "get",
        "/api/surveys/{survey}/coverage.geojson",
        true,
        "What was searched, and what was not and why",
    ),
    (
        "get",
        "/api/surveys/{survey}/pictures/{file}",
        true,
        "A picture of a candidate",
    ),
    (
        "post",
        "/api/surveys",
        true,
        "Start a scan, or go on with one: inputs, name, boundary, options",
    ),
    ("get", "/api/runs", true, "Scans that were started here"),
    ("get", "/api/runs/{run}", true, "How one stands"),
    (
        "delete",
        "/api/runs/{run}",
        true,
        "Stop it where nothing is lost",
    ),
    (
        "put",
        "/api/uploads/{name}",
        true,
        "Keep a file in the inbox; never over another",
    ),
    (
        "get",
        "/api/registries/{registry}/people",
        false,
        "Who can log in",
    ),
    (
        "get",
        "/api/registries/{registry}/sites",
        true,
        "Sites, by the filters of the command line",
    ),
    (
        "get",
        "/api/registries/{registry}/sites.geojson",
        true,
        "The same as points for a map",
    ),
    (
        "get",
        "/api/registries/{registry}/sites/{code}",
        true,
        "Everything about a site, and what may be done with it",
    ),
    (
        "post",
        "/api/registries/{registry}/sites/{code}/moves",
        true,
        "Take a step in its life",
    ),
    (
        "post",
        "/api/registries/{registry}/assign",
        true,
        "Send a crew: codes, crew, due",
    ),
    (
        "post",
        "/api/registries/{registry}/record",
        true,
        "Record a survey: its candidates become sites",
    ),
    (
        "get",
        "/api/registries/{registry}/crews",
        true,
        "Crews that were sent before",
    ),
    (
        "get",
        "/api/registries/{registry}/evidence/{digest}",
        true,
        "A file of the evidence",
    ),
    (
        "get",
        "/api/registries/{registry}/districts.geojson",
        true,
        "The districts",
    ),
    (
        "get",
        "/api/registries/{registry}/screening/{survey}",
        true,
        "The screening table of whoever is logged in",
    ),
    (
        "post",
        "/api/registries/{registry}/screening/{survey}/verdicts",
        true,
        "A verdict: candidate, verdict, reason, note, seconds",
    ),
    (
        "post",
        "/api/registries/{registry}/screening/{survey}/verdicts/undo",
        true,
        "Take one's last verdict back",
    ),
    (
        "get",
        "/api/registries/{registry}/campaign",
        true,
        "Where the campaign stands, with denominators",
    ),
    (
        "get",
        "/api/registries/{registry}/campaign/work",
        true,
        "Who answers, supervision, measures, tip-offs, what patrols led to: tables",
    ),
    (
        "get",
        "/api/registries/{registry}/province",
        true,
        "Ranks with intervals, year on year, hot spots, targets: season, level, within, lang",
    ),
    (
        "get",
        "/api/registries/{registry}/province/{layer}",
        true,
        "The same on a map: ground.geojson, hot_spots.geojson or targets.geojson",
    ),
    (
        "get",
        "/api/registries/{registry}/report/{of}",
        true,
        "The report of a county or of the province, a page",
    ),
    (
        "post",
        "/api/registries/{registry}/bundles",
        true,
        "What a bundle would change, and a token",
    ),
    (
        "post",
        "/api/registries/{registry}/bundles/{token}/apply",
        true,
        "Take it in",
    ),
    (
        "get",
        "/api/offices",
        false,
        "For other offices: the version of the exchange, and the registries",
    ),
    (
        "post",
        "/api/offices/{registry}/challenge",
        false,
        "Device and number of who calls; a challenge that is good once, and this device's signature",
    ),
    (
        "post",
        "/api/offices/{registry}/session",
        false,
        "The device's signature of the challenge; a token, and how far everybody's events are known",
    ),
    (
        "post",
        "/api/offices/{registry}/offer",
        false,
        "With the token: how far the caller knows them; parts that lie ready",
    ),
    (
        "get",
        "/api/offices/{registry}/offer/{number}",
        false,
        "With the token: a part, from 0",
    ),
    (
        "put",
        "/api/offices/{registry}/bundles/{digest}",
        false,
        "With the token: hand a bundle in by its SHA-256; the signed receipt",
    ),
];

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/openapi.json", get(description))
}

async fn description() -> Json<Value> {
    let mut paths = Map::new();
    for (method, path, login, summary) in TABLE {
        let at = paths.entry(*path).or_insert_with(|| json!({}));
        at[*method] = operation(path, *login, summary);
    }
    Json(json!({
        "openapi": "3.1.0",
        "info": { "title": "Papaver", "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": { "securitySchemes": {
            "session": { "type": "apiKey", "in": "cookie", "name": "__Host-papaver" }
        }},
    }))
}

fn operation(path: &str, login: bool, summary: &str) -> Value {
    let named = path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next());
    let parameter = |name: &str| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
    let parameters: Vec<Value> = named.map(parameter).collect();
    let security = if login {
        json!([{ "session": [] }])
    } else {
        json!([])
    };
    json!({
        "summary": summary,
        "parameters": parameters,
        "security": security,
        "responses": { "default": { "description": "JSON; an error holds message and remedy in en and zh" } },
    })
}

//! What can be asked of the server, for programs: `OpenAPI`, made from one table. What is sent and answered is said by the schemas that
//! are published under `docs/schema`.

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

/// Method, address, the schema of what is sent, that of what is answered.
const BODIES: &[(&str, &str, Option<&str>, Option<&str>)] = &[
    ("get", "/api/session", None, Some("Http/$defs/Session")),
    (
        "post",
        "/api/login",
        Some("Http/$defs/Login"),
        Some("Http/$defs/Session"),
    ),
    ("get", "/api/library", None, Some("Http/$defs/Library")),
    ("get", "/api/surveys/{survey}", None, Some("Scan")),
    (
        "get",
        "/api/surveys/{survey}/candidates.geojson",
        None,
        Some("Candidates"),
    ),
    (
        "get",
        "/api/surveys/{survey}/coverage.geojson",
        None,
        Some("Coverage"),
    ),
    ("post", "/api/surveys", Some("Http/$defs/Scan"), None),
    (
        "put",
        "/api/uploads/{name}",
        None,
        Some("Http/$defs/Upload"),
    ),
    (
        "get",
        "/api/registries/{registry}/people",
        None,
        Some("Http/$defs/People"),
    ),
    (
        "get",
        "/api/registries/{registry}/sites",
        None,
        Some("Http/$defs/Sites"),
    ),
    (
        "post",
        "/api/registries/{registry}/sites/{code}/moves",
        Some("Http/$defs/Move"),
        None,
    ),
    (
        "post",
        "/api/registries/{registry}/assign",
        Some("Http/$defs/Assignment"),
        None,
    ),
    (
        "post",
        "/api/registries/{registry}/record",
        Some("Http/$defs/Record"),
        None,
    ),
    (
        "get",
        "/api/registries/{registry}/screening/{survey}",
        None,
        Some("Http/$defs/Table"),
    ),
    (
        "post",
        "/api/registries/{registry}/screening/{survey}/verdicts",
        Some("Http/$defs/Verdict"),
        Some("Http/$defs/Judged"),
    ),
    (
        "post",
        "/api/registries/{registry}/screening/{survey}/verdicts/undo",
        Some("Http/$defs/Undo"),
        Some("Http/$defs/Judged"),
    ),
];

/// The published schemas, by the name under which they stand here.
const SCHEMAS: [(&str, &str); 4] = [
    ("Scan", include_str!("../../docs/schema/scan.schema.json")),
    (
        "Candidates",
        include_str!("../../docs/schema/candidates.schema.json"),
    ),
    (
        "Coverage",
        include_str!("../../docs/schema/coverage.schema.json"),
    ),
    ("Http", include_str!("../../docs/schema/http.schema.json")),
];

/// The schemas, with what they name in themselves found from here.
fn schemas() -> Map<String, Value> {
    let moved = |(name, text): (&str, &str)| {
        let here = format!("\"#/components/schemas/{name}/");
        let text = text.replace("\"#/", &here);
        let schema = serde_json::from_str(&text).unwrap_or_default();
        (name.to_owned(), schema)
    };
    SCHEMAS.into_iter().map(moved).collect()
}

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/openapi.json", get(description))
}

async fn description() -> Json<Value> {
    let mut paths = Map::new();
    for (method, path, login, summary) in TABLE {
        let at = paths.entry(*path).or_insert_with(|| json!({}));
        at[*method] = operation(path, *login, summary);
    }
    for (method, path, sent, answered) in BODIES {
        describe(&mut paths[*path][*method], *sent, *answered);
    }
    Json(json!({
        "openapi": "3.1.0",
        "info": { "title": "Papaver", "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": { "schemas": schemas(), "securitySchemes": {
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
        "responses": { "default": {
            "description": "An error, or what is answered as JSON",
            "content": content("Http/$defs/Error"),
        } },
    })
}

/// Says what is sent and what is answered.
fn describe(operation: &mut Value, sent: Option<&str>, answered: Option<&str>) {
    if let Some(schema) = sent {
        operation["requestBody"] = json!({ "required": true, "content": content(schema) });
    }
    if let Some(schema) = answered {
        operation["responses"]["200"] =
            json!({ "description": "Done", "content": content(schema) });
    }
}

fn content(schema: &str) -> Value {
    json!({ "application/json": { "schema": {
        "$ref": format!("#/components/schemas/{schema}")
    } } })
}

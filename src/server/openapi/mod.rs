//! What can be asked of the server, for programs: `OpenAPI`, made from one table. What is sent and answered is said by the schemas that
//! are published under `docs/schema`.

mod table;

use super::house::Shared;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use table::TABLE;

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
    (
        "get",
        "/api/boundaries",
        None,
        Some("Http/$defs/Boundaries"),
    ),
    ("get", "/api/extent", None, Some("Http/$defs/Extent")),
    ("get", "/api/flights", None, Some("Http/$defs/Flights")),
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
        "get",
        "/api/registries/{registry}/screening/{survey}/cards",
        None,
        Some("Http/$defs/Cards"),
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
    (
        "get",
        "/api/registries/{registry}/duties",
        None,
        Some("Http/$defs/Duties"),
    ),
    (
        "post",
        "/api/registries/{registry}/duties",
        Some("Http/$defs/Duty"),
        Some("Http/$defs/Entered"),
    ),
    (
        "get",
        "/api/registries/{registry}/patrols",
        None,
        Some("Http/$defs/Patrols"),
    ),
    (
        "post",
        "/api/registries/{registry}/patrols",
        Some("Http/$defs/Patrol"),
        Some("Http/$defs/Patrolled"),
    ),
    (
        "get",
        "/api/registries/{registry}/tips",
        None,
        Some("Http/$defs/Tips"),
    ),
    (
        "post",
        "/api/registries/{registry}/tips",
        Some("Http/$defs/Tip"),
        Some("Http/$defs/Entered"),
    ),
    (
        "get",
        "/api/registries/{registry}/supervision",
        None,
        Some("Http/$defs/Supervision"),
    ),
    (
        "post",
        "/api/registries/{registry}/rounds",
        Some("Http/$defs/Round"),
        Some("Http/$defs/Entered"),
    ),
    (
        "post",
        "/api/registries/{registry}/findings",
        Some("Http/$defs/Finding"),
        Some("Http/$defs/Entered"),
    ),
    (
        "post",
        "/api/registries/{registry}/measures",
        Some("Http/$defs/Measure"),
        Some("Http/$defs/Entered"),
    ),
    (
        "post",
        "/api/registries/{registry}/found",
        Some("Http/$defs/Found"),
        Some("Http/$defs/Added"),
    ),
    (
        "post",
        "/api/registries/{registry}/entries/{entry}/moves",
        Some("Http/$defs/EntryMove"),
        Some("Http/$defs/Followed"),
    ),
];

/// The published schemas, by the name under which they stand here.
const SCHEMAS: [(&str, &str); 4] = [
    (
        "Scan",
        include_str!("../../../docs/schema/scan.schema.json"),
    ),
    (
        "Candidates",
        include_str!("../../../docs/schema/candidates.schema.json"),
    ),
    (
        "Coverage",
        include_str!("../../../docs/schema/coverage.schema.json"),
    ),
    (
        "Http",
        include_str!("../../../docs/schema/http.schema.json"),
    ),
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

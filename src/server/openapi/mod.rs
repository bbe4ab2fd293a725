//! What can be asked of the server, for programs: `OpenAPI`, made from one table. What is sent and answered is said by the schemas that
//! are published under `docs/schema`.

mod table;

use super::house::Shared;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use table::TABLE;

/// What is sent and answered, an operation a line.
const BODIES: &str = include_str!("bodies.txt");

/// Method, address, what is sent, what is answered.
fn bodies() -> impl Iterator<Item = [&'static str; 4]> {
    let lines = BODIES.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        words.try_into().ok()
    })
}

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

async fn description(State(house): State<Shared>) -> Json<Value> {
    Json(described(&house.cookie()))
}

fn described(cookie: &str) -> Value {
    let mut paths = Map::new();
    for (method, path, login, summary) in TABLE {
        let at = paths.entry(*path).or_insert_with(|| json!({}));
        at[*method] = operation(path, *login, summary);
    }
    for [method, path, sent, answered] in bodies() {
        describe(&mut paths[path][method], sent, answered);
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Papaver", "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": { "schemas": schemas(), "securitySchemes": {
            "session": { "type": "apiKey", "in": "cookie", "name": cookie }
        }},
    })
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
            "content": content("Error"),
        } },
    })
}

/// Says what is sent and what is answered.
fn describe(operation: &mut Value, sent: &str, answered: &str) {
    if sent != "-" {
        operation["requestBody"] = json!({ "required": true, "content": content(sent) });
    }
    let (status, answer) = match answered {
        "*none" => ("204", json!({ "description": "Done" })),
        // A scan goes on after the answer.
        "Run" if operation["requestBody"].is_object() => ("202", done(answered)),
        _ => ("200", done(answered)),
    };
    operation["responses"][status] = answer;
}

fn done(answered: &str) -> Value {
    json!({ "description": "Done", "content": content(answered) })
}

/// A body by its word.
fn content(word: &str) -> Value {
    if let Some(kind) = word.strip_prefix('*') {
        let text = if kind.starts_with("text/") {
            json!({ "type": "string" })
        } else {
            json!({})
        };
        return json!({ kind: { "schema": text } });
    }
    let way = match word.strip_prefix(':') {
        Some(file) => file.to_owned(),
        None => format!("Http/$defs/{word}"),
    };
    json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{way}") } } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::house::House;
    use std::collections::BTreeSet;
    use std::sync::Arc;

    /// Every address below `/api` that the server has, as its router names them.
    fn routed() -> BTreeSet<String> {
        let shown = format!("{:?}", crate::server::router(Arc::new(House::default())));
        let parts = shown.split('"').filter(|part| part.starts_with("/api"));
        parts.map(str::to_owned).collect()
    }

    #[test]
    fn every_address_of_the_server_is_described_and_no_other() {
        let described = described("x");
        let paths = described["paths"].as_object().expect("paths");
        let mut described: BTreeSet<String> = paths.keys().cloned().collect();
        described.insert("/api/openapi.json".to_owned());
        assert!(described.len() > 40);
        assert_eq!(routed(), described);
    }

    #[test]
    fn every_operation_says_what_it_takes_and_what_it_answers() {
        let all = described("x");
        let schemas = &all["components"]["schemas"];
        for (path, operations) in all["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                let responses = &operation["responses"];
                let good = ["200", "202", "204"].map(|status| responses[status].is_object());
                assert_eq!(
                    good.iter().filter(|said| **said).count(),
                    1,
                    "{method} {path}"
                );
                let takes = operation["requestBody"].is_object();
                let takes_nothing = ["/api/logout", "/apply"]
                    .iter()
                    .any(|end| path.ends_with(end));
                let changes = matches!(method.as_str(), "post" | "put");
                assert_eq!(takes, changes && !takes_nothing, "{method} {path}");
            }
        }
        for [_, path, sent, answered] in bodies() {
            for word in [sent, answered] {
                let known = match word.split_at(1) {
                    ("-" | "*", _) => true,
                    (":", file) => schemas[file].is_object(),
                    _ => schemas["Http"]["$defs"][word].is_object(),
                };
                assert!(known, "{path}: {word}");
            }
        }
    }
}

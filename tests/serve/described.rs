//! What `/api/openapi.json` says of bodies is what is sent and answered.

use super::office::{PASSPHRASE, shared};
use serde_json::{Value, json};

/// What a reference in a description points at.
fn resolved<'a>(all: &'a Value, schema: &'a Value) -> &'a Value {
    let Some(way) = schema["$ref"].as_str() else {
        return schema;
    };
    let found = all.pointer(way.trim_start_matches('#'));
    resolved(all, found.unwrap_or_else(|| panic!("{way} leads nowhere")))
}

/// Every reference in a description.
fn references<'a>(of: &'a Value, into: &mut Vec<&'a Value>) {
    match of {
        Value::Object(members) => {
            if members.get("$ref").is_some_and(Value::is_string) {
                into.push(of);
            }
            members.values().for_each(|value| references(value, into));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, into)),
        _ => {}
    }
}

/// What in a value is not as a schema says: kinds, members that are required, and members that it does not name.
fn flaws(all: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let schema = resolved(all, schema);
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = |wanted: &Value| wanted == kind || (wanted == "number" && kind == "integer");
    let right = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(fits),
        Value::Null => true,
        one => fits(one),
    };
    if !right {
        found.push(format!("{at}: {kind}, and not {}", schema["type"]));
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        for (n, value) in values.iter().enumerate() {
            flaws(all, items, value, &format!("{at}[{n}]"), found);
        }
    }
    let Some(members) = value.as_object() else {
        return;
    };
    for name in schema["required"].as_array().into_iter().flatten() {
        if !members.contains_key(name.as_str().expect("name")) {
            found.push(format!("{at}: no {name}"));
        }
    }
    let Some(named) = schema["properties"].as_object() else {
        return;
    };
    for (name, value) in members {
        match named.get(name) {
            Some(schema) => flaws(all, schema, value, &format!("{at}.{name}"), found),
            None => found.push(format!("{at}: {name} is not described")),
        }
    }
}

/// Fails where what is sent, or answered with a status, is not as the description of an address says.
pub fn is_described(all: &Value, (path, method, body): (&str, &str, &str), value: &Value) {
    let operation = &all["paths"][path][method];
    let content = match body {
        "sent" => &operation["requestBody"]["content"],
        status => &operation["responses"][status]["content"],
    };
    let schema = &content["application/json"]["schema"];
    assert!(
        schema.is_object(),
        "{method} {path}: {body} is not described"
    );
    let mut found = Vec::new();
    flaws(all, schema, value, path, &mut found);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn what_is_described_is_what_is_sent_and_answered() {
    let shared = shared();
    let all = shared.li.get("/api/openapi.json").ok();
    let mut ways = Vec::new();
    references(&all, &mut ways);
    assert!(ways.len() > 20);
    for way in ways {
        resolved(&all, way);
    }
    let check = |path: &str, method: &str, body: &str, value: &Value| {
        is_described(&all, (path, method, body), value);
    };
    let registry = "/api/registries/{registry}";
    let (table, office) = (shared.office.table(), &shared.office);
    let laid = shared.li.get(&table).ok();
    check(
        &format!("{registry}/screening/{{survey}}"),
        "get",
        "200",
        &laid,
    );
    let candidate = laid["queue"][0]["candidate"].clone();
    let verdict = json!({"candidate": candidate, "verdict": "unsure", "seconds": 1.0});
    let judged = shared.li.post(&format!("{table}/verdicts"), &verdict).ok();
    let verdicts = format!("{registry}/screening/{{survey}}/verdicts");
    check(&verdicts, "post", "sent", &verdict);
    check(&verdicts, "post", "200", &judged);
    let undo = json!({"candidate": candidate});
    let undone = shared
        .li
        .post(&format!("{table}/verdicts/undo"), &undo)
        .ok();
    check(&format!("{verdicts}/undo"), "post", "200", &undone);
    let survey = &office.survey;
    for (path, way) in [
        ("/api/health", "/api/health".to_owned()),
        ("/api/session", "/api/session".to_owned()),
        ("/api/library", "/api/library".to_owned()),
        ("/api/boundaries", "/api/boundaries".to_owned()),
        ("/api/extent", "/api/extent?path=spring".to_owned()),
        (
            "/api/flights",
            "/api/flights?lon=113.3001&lat=33.74".to_owned(),
        ),
        (
            "/api/registries/{registry}/screening",
            office.way("/screening?season=2026"),
        ),
        (
            "/api/registries/{registry}/screening/{survey}/cards",
            format!("{table}/cards"),
        ),
        ("/api/folders", "/api/folders".to_owned()),
        ("/api/runs", "/api/runs".to_owned()),
        ("/api/tiles/{survey}", format!("/api/tiles/{survey}")),
        ("/api/basemap", "/api/basemap".to_owned()),
        ("/api/offices", "/api/offices".to_owned()),
        ("/api/registries/{registry}/crews", office.way("/crews")),
        (
            "/api/registries/{registry}/sites.geojson",
            office.way("/sites.geojson"),
        ),
        (
            "/api/registries/{registry}/campaign",
            office.way("/campaign"),
        ),
        (
            "/api/registries/{registry}/campaign/work",
            office.way("/campaign/work"),
        ),
        (
            "/api/registries/{registry}/province",
            office.way("/province"),
        ),
        ("/api/registries/{registry}/people", office.way("/people")),
        (
            "/api/registries/{registry}/sites",
            office.way("/sites?limit=2"),
        ),
    ] {
        check(path, "get", "200", &shared.li.get(&way).ok());
    }
    let sites = shared.li.get(&office.way("/sites?limit=1")).ok();
    let code = sites["sites"][0]["id"].as_str().expect("a site");
    let page = shared.li.get(&office.way(&format!("/sites/{code}"))).ok();
    check(
        "/api/registries/{registry}/sites/{code}",
        "get",
        "200",
        &page,
    );
    let login = json!({"registry": office.registry, "person": "li", "passphrase": PASSPHRASE});
    check("/api/login", "post", "sent", &login);
    let refused = shared.li.get(&office.way("/sites/none"));
    assert!(refused.status >= 400);
    check("/api/session", "get", "default", &refused.json());
}

/// What the description names is there, and of what it names nothing else may be done.
#[test]
fn a_method_is_described_where_it_is_taken_and_nowhere_else() {
    let shared = shared();
    let all = shared.li.get("/api/openapi.json").ok();
    let nobody = shared.office.browser();
    for (path, operations) in all["paths"].as_object().expect("paths") {
        let way = path.replace(['{', '}'], "");
        for method in ["get", "post", "put", "delete", "patch"] {
            let answer = nobody.change(&method.to_uppercase(), &way, b"{}", "application/json");
            let taken = answer.status != 405;
            assert_eq!(
                taken,
                operations[method].is_object(),
                "{method} {way}: {answer:?}"
            );
        }
    }
}

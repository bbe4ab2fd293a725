//! What the exporter of Ultralytics, and that of YOLO v5, writes into a model, in the words of the contract: `names`, `task`,
//! `stride` and `imgsz`, which are Python's texts and no JSON.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The keys of the contract that follow from theirs. What cannot be read is left out, as if it were not there.
pub(super) fn translated(metadata: &BTreeMap<String, String>) -> Vec<(&'static str, Value)> {
    let of = |key: &str, read: fn(&str) -> Option<Value>| metadata.get(key).and_then(|t| read(t));
    let mut found = Vec::new();
    found.extend(of("names", names).map(|names| ("class_names", names)));
    found.extend(of("stride", stride).map(|stride| ("stride", stride)));
    let task = metadata.get("task");
    found.extend(task.map(|task| ("model_type", kind(task))));
    if !metadata.contains_key("tiles_size") {
        found.extend(of("imgsz", side).map(|side| ("tile_size", side)));
    }
    found
}

/// What the tasks of Ultralytics are called in the contract; others keep their name and are refused by it.
fn kind(task: &str) -> Value {
    match task.trim_matches('"') {
        "detect" => "Detector",
        "classify" => "Classifier",
        other => other,
    }
    .into()
}

/// The coarsest stride, or a list of all.
fn stride(text: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(text).ok()?;
    (value.is_number() || value.is_array()).then_some(value)
}

/// The side of a square `[640, 640]`.
fn side(sizes: &str) -> Option<Value> {
    let sizes: Vec<u32> = serde_json::from_str(sizes).ok()?;
    let is_square = sizes.windows(2).all(|two| two[0] == two[1]);
    sizes
        .first()
        .filter(|_| is_square)
        .map(|side| (*side).into())
}

/// `{0: 'poppy', 1: "poppy's capsule"}` or `['poppy', 'tulip']`.
fn names(text: &str) -> Option<Value> {
    let text = text.trim();
    let inside = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
    let is_list = text.starts_with('[');
    let mut rest = if is_list {
        inside('[', ']')
    } else {
        inside('{', '}')
    }?
    .trim();
    let mut found = Map::new();
    while !rest.is_empty() {
        let mut number = found.len();
        if !is_list {
            let (key, after) = rest.split_once(':')?;
            number = key.trim().trim_matches(['\'', '"']).parse().ok()?;
            rest = after.trim_start();
        }
        let (name, after) = quoted(rest)?;
        found.insert(number.to_string(), name.into());
        rest = after.trim_start();
        if !rest.is_empty() {
            rest = rest.strip_prefix(',')?.trim_start();
        }
    }
    (!found.is_empty()).then_some(Value::Object(found))
}

/// A text in Python's quotes, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| ['\'', '"'].contains(c))?;
    let mut name = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => name.push(characters.next()?.1),
            c if c == quote => return Some((name, &text[at + 1..])),
            c => name.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_read_as_python_writes_them() {
        let cases = [
            ("{0: 'poppy'}", json!({"0": "poppy"})),
            (
                r#"{0: 'poppy', 1: "poppy's capsule", 2: 'a, b: {c}', 3: 'it\'s'}"#,
                json!({"0": "poppy", "1": "poppy's capsule", "2": "a, b: {c}", "3": "it's"}),
            ),
            ("['罂粟', 'tulip',]", json!({"0": "罂粟", "1": "tulip"})),
        ];
        for (text, expected) in cases {
            assert_eq!(names(text), Some(expected), "{text}");
        }
        for wrong in [
            "",
            "{}",
            "{0: poppy}",
            "{0: 'poppy'",
            "{'a': 'b'}",
            "[1]",
            "{0: 'a' 1: 'b'}",
        ] {
            assert_eq!(names(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_the_contract_says_itself_stands() {
        let metadata = BTreeMap::from([
            ("task".to_owned(), "detect".to_owned()),
            ("imgsz".to_owned(), "[640, 640]".to_owned()),
            ("names".to_owned(), "oops".to_owned()),
        ]);
        assert_eq!(
            translated(&metadata),
            [("model_type", json!("Detector")), ("tile_size", json!(640))]
        );
    }
}

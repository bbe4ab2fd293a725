//! The layer test: a source file imports only from its own layer and the layers above it, and the named crates appear
//! only where the design allows them.

#![allow(clippy::expect_used, reason = "a test may fail")]

use std::fs;
use std::path::{Path, PathBuf};

const ORDER: [&str; 18] = [
    "words",
    "shown",
    "files",
    "statistics",
    "text",
    "ground",
    "schema",
    "imagery",
    "scan",
    "evaluate",
    "registry",
    "store",
    "exchange",
    "province",
    "pages",
    "office",
    "server",
    "cli",
];

/// A crate and the path prefixes below `src/` that may name it.
const FENCES: [(&str, &[&str]); 5] = [
    ("gdal", &["ground/", "imagery/", "exchange/geopackage"]),
    ("ort", &["scan/model/"]),
    ("rusqlite", &["store/", "ground/geopackage.rs"]),
    ("clap", &["cli/"]),
    ("indicatif", &["cli/"]),
];

/// Ways to write a file, and the files below `src/` beside `files.rs` that may use them: two that keep a file open and
/// add to it, and one that reads a copy.
const WRITERS: [(&str, &[&str]); 8] = [
    ("fs::write(", &[]),
    ("File::create", &[]),
    ("fs::rename(", &[]),
    ("fs::hard_link(", &[]),
    (".persist", &[]),
    ("NamedTempFile", &[]),
    ("OpenOptions", &["store/lock.rs", "scan/score/journal.rs"]),
    ("fs::copy(", &["ground/geopackage.rs"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src can be listed") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn layer(relative: &str) -> Option<usize> {
    let first = relative.split('/').next()?.trim_end_matches(".rs");
    ORDER.iter().position(|name| *name == first)
}

/// The code of a file with comments removed, so that prose may name anything.
fn code(text: &str) -> String {
    text.lines()
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The layers that a file names as `crate::LAYER` or inside `use crate::{…}`.
fn imports(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            let mut start = true;
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    c if c.is_alphanumeric() || c == '_' => {
                        if start {
                            word.push(c);
                        }
                        continue;
                    }
                    _ => {}
                }
                if !word.is_empty() {
                    named.push(std::mem::take(&mut word));
                    start = c == ',';
                }
            }
            if !word.is_empty() {
                named.push(word);
            }
        } else {
            named.push(
                rest.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect(),
            );
        }
    }
    named
}

#[test]
fn imports_point_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 5, "the source tree was found");
    let mut wrong = Vec::new();
    for file in files {
        let relative = file
            .strip_prefix(&root)
            .expect("below src")
            .to_string_lossy()
            .replace('\\', "/");
        let code = code(&fs::read_to_string(&file).expect("source"));
        if let Some(own) = layer(&relative) {
            for name in imports(&code) {
                if ORDER
                    .iter()
                    .position(|l| *l == name)
                    .is_some_and(|other| other > own)
                {
                    wrong.push(format!("{relative} imports {name}, which is below it"));
                }
            }
        }
        for (name, allowed) in FENCES {
            let uses =
                code.contains(&format!("{name}::")) || code.contains(&format!("use {name};"));
            let whole_word = code.match_indices(&format!("{name}::")).any(|(at, _)| {
                at == 0
                    || !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
            });
            if uses && whole_word && !allowed.iter().any(|prefix| relative.starts_with(prefix)) {
                wrong.push(format!(
                    "{relative} names {name}, allowed only in {allowed:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The code of a file without its tests; nothing of a file that is all tests.
fn without_tests<'a>(relative: &str, code: &'a str) -> &'a str {
    let name = relative.rsplit('/').next().unwrap_or(relative);
    if name.ends_with("tests.rs") || relative.contains("/tests/") || name == "scale.rs" {
        return "";
    }
    code.split("#[cfg(test)]\nmod tests {").next().unwrap_or("")
}

#[test]
fn whole_files_have_one_writer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let relative = file
            .strip_prefix(&root)
            .expect("below src")
            .to_string_lossy()
            .replace('\\', "/");
        if relative == "files.rs" {
            continue;
        }
        let code = code(&fs::read_to_string(&file).expect("source"));
        let code = without_tests(&relative, &code);
        for (way, allowed) in WRITERS {
            if code.contains(way) && !allowed.contains(&relative.as_str()) {
                wrong.push(format!("{relative} writes with {way}, which files.rs does"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_groups() {
    assert_eq!(
        imports("use crate::{ground::LonLat, scan::{Hit, Tile}, words};"),
        ["ground", "scan", "words"]
    );
    assert_eq!(imports("crate::cli::run()"), ["cli"]);
}

//! The layer test: a source file imports only from its own layer and the layers above it, and the named crates appear
//! only where the design allows them.

#![allow(clippy::expect_used, reason = "a test may fail")]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "layers/circles.rs"]
mod circles;

const ORDER: [&str; 20] = [
    "words",
    "printable",
    "platform",
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
    "remote",
    "office",
    "server",
    "cli",
];

/// A crate and the path prefixes below `src/` that may name it.
const FENCES: [(&str, &[&str]); 22] = [
    ("gdal", &["ground/", "imagery/", "exchange/geopackage"]),
    ("ort", &["scan/model/"]),
    ("libc", &["platform/"]),
    (
        "rusqlite",
        &["store/", "ground/geopackage.rs", "imagery/base_map/mbtiles"],
    ),
    ("clap", &["cli/"]),
    ("indicatif", &["cli/"]),
    ("axum", &["server/"]),
    ("pmtiles", &["server/"]),
    (
        "object_store",
        &["files/bucket.rs", "files/bucket_error.rs"],
    ),
    ("reqwest", &[]),
    ("tokio", &["server/", "files/bucket.rs"]),
    ("axum_server", &["server/"]),
    ("hyper_util", &["server/"]),
    ("tower_http", &["server/"]),
    ("rustls", &["server/", "remote/", "files/bucket.rs"]),
    ("ureq", &["remote/"]),
    ("postgres", &["remote/"]),
    ("rpassword", &["cli/"]),
    ("tokio_postgres_rustls", &["remote/"]),
    ("dav_server", &["server/"]),
    ("rcgen", &["server/"]),
    ("governor", &["server/"]),
];

/// Ways to write a file, and the files below `src/` beside `files.rs` that may use them: those that
/// add to a file, one that takes in what arrives, one that reads a copy, and one that is told how a client opens.
const WRITERS: [(&str, &[&str]); 8] = [
    ("fs::write(", &[]),
    ("File::create", &["files/incoming.rs"]),
    ("fs::rename(", &[]),
    ("fs::hard_link(", &["files/incoming.rs"]),
    (".persist", &[]),
    ("NamedTempFile", &[]),
    (
        "OpenOptions",
        &[
            "platform.rs",
            "store/lock.rs",
            "scan/score/journal.rs",
            "files/lines.rs",
            "server/dav.rs",
        ],
    ),
    ("fs::copy(", &["ground/geopackage.rs", "files/incoming.rs"]),
];

/// Ways to write in a registry: a use case's alone. The rows that crews filled in are recorded where they are read.
const REGISTRY_WRITES: [&str; 8] = [
    "store.write(",
    "store.append",
    "open_write(",
    "Store::create(",
    "assign_districts(",
    "remember_districts(",
    "set_local(",
    "bundle::apply(",
];

/// Where a registry is written in.
const REGISTRY_WRITERS: [&str; 3] = ["store/", "office/", "exchange/import/"];

/// Ways to read the clock.
const CLOCKS: [&str; 2] = ["Timestamp::now", "Zoned::now"];

/// Where the clock is read; when a scan has ended only the scan knows.
const CLOCK_READERS: [&str; 2] = ["office/clock.rs", "scan/write/record.rs"];

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

/// Every source file by its path below `src/`, with its code.
fn every_file() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 5, "the source tree was found");
    let below = |file: PathBuf| {
        let relative = file.strip_prefix(&root).expect("below src");
        let relative = relative.to_string_lossy().replace('\\', "/");
        (relative, code(&fs::read_to_string(&file).expect("source")))
    };
    files.into_iter().map(below).collect()
}

/// The layers that a file reaches by climbing out of its own: `super::` as often as its module is deep.
fn climbed(relative: &str, code: &str) -> Vec<String> {
    let path = relative.trim_end_matches(".rs").trim_end_matches("/mod");
    let root = "super::".repeat(path.split('/').count());
    let starts = code.match_indices(&root).filter(|(at, _)| {
        !code[..*at].ends_with("super::") && !code[at + root.len()..].starts_with("super::")
    });
    let word = |rest: &str| -> String {
        rest.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    starts
        .map(|(at, _)| word(&code[at + root.len()..]))
        .collect()
}

/// The layers whose files a file includes as text or bytes.
fn included(relative: &str, code: &str) -> Vec<String> {
    let folder = Path::new(relative).parent().unwrap_or(Path::new(""));
    let mut layers = Vec::new();
    for way in ["include_str!(\"", "include_bytes!(\""] {
        for (at, _) in code.match_indices(way) {
            let name = code[at + way.len()..].split('"').next().unwrap_or("");
            let mut whole: Vec<&str> = Vec::new();
            let parts = folder.iter().filter_map(|part| part.to_str());
            for part in parts.chain(name.split('/')) {
                match part {
                    ".." => drop(whole.pop()),
                    part => whole.push(part),
                }
            }
            layers.extend(whole.first().map(|first| (*first).to_owned()));
        }
    }
    layers
}

#[test]
fn imports_point_one_way() {
    let mut wrong = Vec::new();
    for (relative, code) in every_file() {
        if let Some(own) = layer(&relative) {
            let mut named = imports(&code);
            named.extend(climbed(&relative, &code));
            named.extend(included(&relative, &code));
            for name in named {
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
    // A line that only names a file of tests ends nothing: the code goes on below it.
    let holds_tests = |(at, mark): &(usize, &str)| {
        let next = code[at + mark.len()..].lines().next().unwrap_or("");
        next.contains("mod ") && next.ends_with('{')
    };
    let begins = code.match_indices("#[cfg(test)]\n").find(holds_tests);
    &code[..begins.map_or(code.len(), |(at, _)| at)]
}

/// Lines of code that one file holds at most, without its tests.
const LONGEST_FILE: usize = 400;

#[test]
fn a_file_is_short_enough_to_be_read_at_once() {
    let long = |(relative, code): (String, String)| {
        let lines = without_tests(&relative, &code).lines().count();
        (lines > LONGEST_FILE).then(|| format!("{relative}: {lines} lines"))
    };
    let wrong: Vec<String> = every_file().into_iter().filter_map(long).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whole_files_have_one_writer() {
    let mut wrong = Vec::new();
    for (relative, code) in every_file() {
        if relative == "files.rs" {
            continue;
        }
        let code = without_tests(&relative, &code);
        for (way, allowed) in WRITERS {
            if code.contains(way) && !allowed.contains(&relative.as_str()) {
                wrong.push(format!("{relative} writes with {way}, which files.rs does"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The files below `src/` whose code, without its tests, holds one of these outside the places that may.
fn outside(ways: &[&str], allowed: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (relative, code) in every_file() {
        if allowed.iter().any(|place| relative.starts_with(place)) {
            continue;
        }
        let code = without_tests(&relative, &code);
        for way in ways.iter().filter(|way| code.contains(**way)) {
            wrong.push(format!(
                "{relative} names {way}, allowed only in {allowed:?}"
            ));
        }
    }
    wrong
}

#[test]
fn a_registry_is_written_in_by_use_cases_alone() {
    let wrong = outside(&REGISTRY_WRITES, &REGISTRY_WRITERS);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_clock_is_read_in_one_place_alone() {
    let wrong = outside(&CLOCKS, &CLOCK_READERS);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn real_paths_are_asked_for_in_one_place_alone() {
    let wrong = outside(&["canonicalize(", "fs::canonicalize"], &["platform.rs"]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where chance enters: keys, numbers and codes are made of it by use cases; the rest are tests.
const CHANCE: [&str; 3] = ["office/clock.rs", "text/fuzz.rs", "province/fixture.rs"];

#[test]
fn chance_enters_in_one_place_alone() {
    let wrong = outside(&["rand::"], &CHANCE);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The files and folders that each walk of a page names, in order; a walk is a heading with a numbered list.
fn walks(page: &str) -> Vec<Vec<String>> {
    let mut walks = Vec::new();
    for line in page.lines() {
        if line.starts_with('#') {
            walks.push(Vec::new());
        }
        if let (true, Some(walk)) = (
            line.starts_with(|c: char| c.is_ascii_digit()),
            walks.last_mut(),
        ) {
            let names = line.split('`').filter(|name| name.starts_with("src/"));
            walk.extend(names.map(str::to_owned));
        }
    }
    walks.retain(|walk| !walk.is_empty());
    walks
}

#[test]
fn walks_pass_no_file_twice_and_are_those_of_the_tree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let [english, chinese] = ["architecture.md", "architecture.zh-CN.md"]
        .map(|name| walks(&fs::read_to_string(root.join("docs").join(name)).expect("a page")));
    assert!(english.len() >= 4, "{english:?}");
    assert_eq!(english, chinese);
    for walk in english {
        for (at, file) in walk.iter().enumerate() {
            assert!(root.join(file).exists(), "{file} is not there");
            assert!(!walk[..at].contains(file), "{file} is passed twice");
        }
    }
}

#[test]
fn code_ends_where_tests_begin_and_not_where_they_are_named() {
    let code = "#[cfg(test)]\nmod tests;\nfn a() {}\n#[cfg(test)]\nmod more {\n}\n";
    assert!(without_tests("scan/run.rs", code).ends_with("fn a() {}\n"));
    assert_eq!(without_tests("scan/tests.rs", code), "");
}

#[test]
fn the_reader_of_imports_sees_groups() {
    assert_eq!(
        imports("use crate::{ground::LonLat, scan::{Hit, Tile}, words};"),
        ["ground", "scan", "words"]
    );
    assert_eq!(imports("crate::cli::run()"), ["cli"]);
    assert_eq!(
        climbed("scan/run.rs", "use super::super::cli::Done;"),
        ["cli"]
    );
    assert!(climbed("scan/find/run.rs", "use super::super::plan::Plan;").is_empty());
    let sheet = "include_str!(\"../../pages/page.css\")";
    assert_eq!(included("scan/write/run.rs", sheet), ["pages"]);
}

/// Programs that a release does not hold.
const OTHER_PROGRAMS: [&str; 6] = [
    "gdal_edit",
    "gdalinfo",
    "gdalwarp",
    "gdal_translate",
    "ogr2ogr",
    "exiftool",
];

/// What a text of a domain layer names that only a face may name: a command of the program, or an option.
fn named(code: &str) -> Option<&str> {
    let command = code
        .match_indices("papaver ")
        .map(|(at, mark)| &code[at + mark.len()..]);
    let command = command.filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
    let option = ["`--", "\"--", " --"].into_iter();
    let option = option.flat_map(|mark| {
        code.match_indices(mark)
            .map(move |(at, _)| &code[at + mark.len()..])
    });
    let option = option.filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
    command
        .chain(option)
        .next()
        .map(|rest| rest.split(['"', '\n']).next().unwrap_or(rest))
}

#[test]
fn only_a_face_names_commands_and_options_and_nobody_other_programs() {
    assert!(named("say(\"`papaver verify` lists it\")").is_some());
    assert!(named("say(\"use `--crs EPSG:4547`\")").is_some());
    assert!(named("format!(\"papaver {}\", version)").is_none());
    let mut wrong = Vec::new();
    for (relative, code) in every_file() {
        let code = without_tests(&relative, &code);
        if let Some(name) = OTHER_PROGRAMS.iter().find(|name| code.contains(**name)) {
            wrong.push(format!(
                "{relative} asks for {name}, which a release does not hold"
            ));
        }
        if let Some(text) = named(code).filter(|_| !relative.starts_with("cli/")) {
            wrong.push(format!("{relative} names a command or an option: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The texts between quotation marks of a piece of code, in order, as they are written there, line by line.
fn literals(code: &str) -> Vec<&str> {
    code.lines().flat_map(literals_of).collect()
}

fn literals_of(line: &str) -> Vec<&str> {
    let (mut found, mut from, mut escaped) = (Vec::new(), None, false);
    for (at, letter) in line.char_indices() {
        match (from, letter) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(begin), '"') => {
                found.push(&line[begin..at]);
                from = None;
            }
            (None, '"') if !line[..at].ends_with('\'') => from = Some(at + 1),
            _ => {}
        }
    }
    found
}

/// The plural nouns of `(count, "site", "sites")` in a piece of code: what the program counts.
fn counted_nouns(code: &str) -> Vec<String> {
    let pairs = code.split(" = (").skip(1).filter_map(|rest| {
        let [one, many] = literals(rest.split_once(')')?.0)[..] else {
            return None;
        };
        let plural = |word: &&str| word.ends_with('s') && !one.split(' ').any(|o| o == *word);
        many.split(' ').find(plural).map(str::to_owned)
    });
    pairs.collect()
}

/// Where an English text puts a bare count before a plural: `{n} sites`, `{n} more sites`.
fn bent_wrongly(text: &str, nouns: &[String]) -> Option<String> {
    text.split('{').skip(1).find_map(|rest| {
        let (count, after) = rest.split_once('}')?;
        // A constant is never one.
        if count.starts_with(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        let words: Vec<&str> = after.strip_prefix(' ')?.split(' ').take(3).collect();
        let noun = words.iter().position(|w| {
            let bare = w.trim_end_matches(|c: char| !c.is_alphanumeric());
            nouns.iter().any(|noun| noun == bare)
        })?;
        let plain = |w: &&str| {
            let word = w.chars().all(|c| c.is_ascii_lowercase()) && !w.ends_with('s');
            word && !BETWEEN.contains(w)
        };
        words[..noun].iter().all(plain).then(|| text.to_owned())
    })
}

/// Words after which a plural no longer belongs to the count before them.
const BETWEEN: [&str; 14] = [
    "of", "on", "to", "in", "at", "from", "by", "and", "or", "for", "with", "is", "was", "has",
];

#[test]
fn a_count_of_one_is_followed_by_a_singular() {
    let bare = |(name, code): (String, String)| {
        let bare = without_tests(&name, &code).to_owned();
        (name, bare)
    };
    let files: Vec<(String, String)> = every_file().into_iter().map(bare).collect();
    let nouns: Vec<String> = files
        .iter()
        .flat_map(|(_, code)| counted_nouns(code))
        .collect();
    for noun in ["sites", "files", "photos", "days"] {
        assert!(nouns.iter().any(|known| known == noun), "{noun}: {nouns:?}");
    }
    assert!(bent_wrongly("{n} more sites, {km2} km²", &nouns).is_some());
    assert!(bent_wrongly("unit {unit} · {sites} · made of files", &nouns).is_none());
    let wrong: Vec<String> = files
        .iter()
        .flat_map(|(name, code)| {
            // A fingerprint and what it is of.
            let is_text = |text: &&str| *text != "{} photos";
            let bent = literals(code)
                .into_iter()
                .filter(is_text)
                .filter_map(|text| bent_wrongly(text, &nouns));
            bent.map(move |text| format!("{name}: {text}"))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "give the count to `tr!`:\n{}",
        wrong.join("\n")
    );
}

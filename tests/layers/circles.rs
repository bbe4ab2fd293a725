//! Circles within a folder of `src/`: modules side by side that use one another, straight or by way of others.
//!
//! A module uses another where it names an item that is defined there, however the name came to it: a name that a
//! façade hands on (`pub use` in `mod.rs`, or a glob) leads to the file that defines it. Two files of different folders
//! count where their folders lie side by side. What `mod.rs` defines itself is a module beside its children: they may
//! use it, and it may use them, not both. What it only hands on makes no circle, and tests make none.

use std::collections::{BTreeMap, BTreeSet};

/// One source file: what it defines, what it brings in, which items it names.
#[derive(Default)]
struct Module {
    /// Names brought in, with the whole path of each and whether it is only handed on; `*` for globs.
    imports: Vec<(String, Vec<String>, bool)>,
    /// Paths that the code names beside its imports.
    paths: Vec<Vec<String>>,
    /// The items that are defined here.
    items: BTreeSet<String>,
    /// Every word of the code outside imports.
    words: BTreeSet<String>,
}

/// The tree's modules by their paths; the crate's root has the empty path.
type Tree = BTreeMap<Vec<String>, Module>;

/// Who uses whom in a folder, and for which items.
type Uses = BTreeMap<(String, String), BTreeSet<String>>;

/// What `mod.rs` itself defines, beside its children.
const OWN: &str = "mod";

fn module_of(relative: &str) -> Vec<String> {
    let path = relative.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    let parts = path.split('/').filter(|part| *part != "lib");
    parts.map(str::to_owned).collect()
}

/// The end of the item that begins a text: behind its `;`, or behind the brace that closes it.
fn item_end(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            ';' if depth == 0 => return at + 1,
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Code without what is compiled for tests alone, and without text in quotation marks.
fn bare(code: &str) -> String {
    let mut left = String::new();
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        left.push_str(&rest[..at]);
        rest = &rest[at + "#[cfg(test)]".len()..];
        rest = &rest[item_end(rest)..];
    }
    left.push_str(rest);
    // Who may see an item says nothing of whom it uses.
    let mut without = String::new();
    for (number, part) in left.split("pub(in ").enumerate() {
        let (seen, rest) = part
            .split_once(')')
            .filter(|_| number > 0)
            .unwrap_or(("", part));
        without.push_str(if seen.is_empty() { "" } else { "pub " });
        without.push_str(rest);
    }
    for text in super::literals(&without.clone()) {
        if text.contains("::") || text.contains(';') {
            without = without.replace(text, "");
        }
    }
    without
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// A tree of imports as single names with their paths: `a::{b, c as d}` is `b` of `a::b` and `d` of `a::c`.
fn spread(tree: &str, before: &[String], found: &mut Vec<(String, Vec<String>)>) {
    let tree = tree.trim();
    if let Some((head, group)) = tree.split_once('{') {
        let mut path = before.to_vec();
        let parts = head.split("::").map(str::trim);
        path.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
        let inside = group.trim_end().strip_suffix('}').unwrap_or(group);
        let (mut depth, mut from) = (0, 0);
        for (at, letter) in inside.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    spread(&inside[from..at], &path, found);
                    from = at + 1;
                }
                _ => {}
            }
        }
        spread(&inside[from..], &path, found);
    } else if !tree.is_empty() {
        let (path, alias) = tree.split_once(" as ").unwrap_or((tree, ""));
        let mut whole = before.to_vec();
        whole.extend(path.split("::").map(|part| part.trim().to_owned()));
        if whole.last().is_some_and(|last| last == "self") {
            whole.pop();
        }
        let last = whole.last().cloned().unwrap_or_default();
        let name = if alias.is_empty() {
            last
        } else {
            alias.trim().to_owned()
        };
        found.push((name, whole));
    }
}

/// A path from the crate's root, where it names the crate, the module itself, one above it or a child of it.
fn whole(path: &[String], own: &[String], children: &BTreeSet<String>) -> Option<Vec<String>> {
    let mut base = match path.first()?.as_str() {
        "crate" => Vec::new(),
        "self" | "super" => own.to_vec(),
        child if children.contains(child) => {
            return Some([own, path].concat());
        }
        _ => return None,
    };
    for (at, part) in path.iter().enumerate() {
        match part.as_str() {
            "super" => drop(base.pop()),
            "crate" | "self" if at == 0 => {}
            _ => base.push(part.clone()),
        }
    }
    Some(base)
}

fn items_of(code: &str) -> BTreeSet<String> {
    const KINDS: [&str; 9] = [
        "fn",
        "struct",
        "enum",
        "trait",
        "type",
        "const",
        "static",
        "macro_rules!",
        "union",
    ];
    let top = code
        .lines()
        .filter(|line| !line.starts_with([' ', '}', ')']));
    let named = top.filter_map(|line| {
        let mut words = line.split_whitespace().skip_while(|word| {
            word.starts_with("pub")
                || ["in", "async", "unsafe"].contains(word)
                || (*word == "const" && line.contains(" fn "))
        });
        let kind = words.next()?;
        let name = words.next().filter(|_| KINDS.contains(&kind))?;
        Some(name.chars().take_while(|c| is_word(*c)).collect())
    });
    named.collect()
}

/// Takes imports out of code: what is left, and each import's tree with whether it is public.
fn imports_of(code: &str) -> (String, Vec<(String, bool)>) {
    let (mut left, mut imports, mut rest) = (String::new(), Vec::new(), code);
    while let Some(line) = rest.split_inclusive('\n').next() {
        let start = line.trim_start();
        let statement = start.strip_prefix("use ").map(|_| false).or_else(|| {
            let after = start.strip_prefix("pub")?;
            let after = after
                .split_once(')')
                .filter(|_| after.starts_with('('))
                .map_or(after, |(_, after)| after);
            after.trim_start().strip_prefix("use ").map(|_| true)
        });
        if let Some(public) = statement {
            let end = rest.find(';').unwrap_or(rest.len());
            let begin = rest.find("use ").unwrap_or(0) + "use ".len();
            imports.push((rest[begin..end].to_owned(), public));
            rest = &rest[(end + 1).min(rest.len())..];
        } else {
            left.push_str(line);
            rest = &rest[line.len()..];
        }
    }
    (left, imports)
}

/// The paths of two and more parts in code, with `::` between them.
fn paths_in(code: &str) -> Vec<Vec<String>> {
    let separated = code.split(|c: char| !is_word(c) && c != ':');
    let paths = separated.filter(|path| path.contains("::"));
    paths
        .map(|path| {
            let parts = path.split("::").map(|part| part.trim_matches(':'));
            parts
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        })
        .collect()
}

/// The words of code beside those that only declare a module.
fn words_of(code: &str) -> BTreeSet<String> {
    let declares = |line: &&str| line.trim_end().ends_with(';') && line.contains("mod ");
    let lines = code.lines().filter(|line| !declares(line));
    let words = lines.flat_map(|line| line.split(|c| !is_word(c)));
    words.map(str::to_owned).collect()
}

/// The source tree, read: files that are all tests left out.
fn tree(files: Vec<(String, String)>) -> Tree {
    let files: Vec<(String, String)> = files
        .into_iter()
        .filter(|(relative, code)| !super::without_tests(relative, code).is_empty())
        .filter(|(relative, _)| relative != "main.rs" && !relative.ends_with("fixture.rs"))
        .collect();
    let names: BTreeSet<Vec<String>> = files
        .iter()
        .map(|(relative, _)| module_of(relative))
        .collect();
    files
        .iter()
        .map(|(relative, code)| {
            let own = module_of(relative);
            let below = names
                .iter()
                .filter(|name| name.len() == own.len() + 1 && name.starts_with(&own));
            let children = below.filter_map(|name| name.last().cloned()).collect();
            (own.clone(), module(&bare(code), &own, &children))
        })
        .collect()
}

fn module(code: &str, own: &[String], children: &BTreeSet<String>) -> Module {
    let (code, trees) = imports_of(code);
    let mut read = Module {
        items: items_of(&code),
        words: words_of(&code),
        ..Module::default()
    };
    for (import, public) in trees {
        let mut found = Vec::new();
        spread(&import, &[], &mut found);
        let named = found
            .into_iter()
            .filter_map(|(name, path)| Some((name, whole(&path, own, children)?, public)));
        read.imports.extend(named);
    }
    let paths = paths_in(&code);
    read.paths = paths
        .iter()
        .filter_map(|path| whole(path, own, children))
        .collect();
    read
}

/// The module in which the item at the end of a path is defined, behind whatever hands it on.
fn defined(tree: &Tree, path: &[String], depth: usize) -> Option<Vec<String>> {
    let mut at: Vec<String> = Vec::new();
    for (place, part) in path.iter().enumerate() {
        let child = [at.as_slice(), std::slice::from_ref(part)].concat();
        if tree.contains_key(&child) {
            at = child;
            continue;
        }
        let module = tree.get(&at)?;
        if module.items.contains(part) || depth > 8 {
            return Some(at);
        }
        let rest = &path[place + 1..];
        let mut named = module.imports.iter().filter(|(name, _, _)| name == part);
        if let Some((_, target, _)) = named.next() {
            return defined(tree, &[target, rest].concat(), depth + 1);
        }
        let mut globs = module.imports.iter().filter(|(name, _, _)| name == "*");
        return globs.find_map(|(_, target, _)| {
            let target = [&target[..target.len() - 1], &path[place..]].concat();
            let found = defined(tree, &target, depth + 1)?;
            tree.get(&found)?
                .items
                .contains(path.last()?)
                .then_some(found)
        });
    }
    Some(at)
}

/// Who uses whom, in each folder.
fn uses(tree: &Tree) -> BTreeMap<String, Uses> {
    let mut folders: BTreeMap<String, Uses> = BTreeMap::new();
    for (own, module) in tree {
        let handed_on = |name: &str, public: bool| public && !module.words.contains(name);
        let brought = module
            .imports
            .iter()
            .filter(|(name, _, public)| !handed_on(name, *public));
        for path in brought.map(|(_, path, _)| path).chain(&module.paths) {
            let Some(other) = defined(tree, path, 0).filter(|other| other != own) else {
                continue;
            };
            let shared = own.iter().zip(&other).take_while(|(a, b)| a == b).count();
            if shared == 0 {
                continue;
            }
            let side = |path: &[String]| path.get(shared).map_or(OWN, String::as_str).to_owned();
            let item = path[shared.min(path.len() - 1)..].join("::");
            let item = if own.len() > shared + 1 {
                format!("{item} ({})", own[shared + 1..].join("/"))
            } else {
                item
            };
            let uses = folders.entry(own[..shared].join("/")).or_default();
            let items = uses.entry((side(own), side(&other))).or_default();
            items.insert(item);
        }
    }
    folders
}

/// Whom a module reaches in its folder, straight or by way of others.
fn reached(uses: &Uses, from: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(at) = open.pop() {
        let next = uses
            .keys()
            .filter(|(user, _)| *user == at)
            .map(|(_, used)| used);
        for used in next {
            if found.insert(used.clone()) {
                open.push(used.clone());
            }
        }
    }
    found
}

/// The uses of a folder that stand in a circle.
fn circles(uses: &Uses) -> Vec<String> {
    let in_circle = uses
        .iter()
        .filter(|((user, used), _)| reached(uses, used).contains(user));
    let told = in_circle.map(|((user, used), items)| {
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        format!("{user} → {used}: {}", items.join(", "))
    });
    told.collect()
}

/// The circles of a tree, folder by folder.
fn circles_of(files: Vec<(String, String)>) -> Vec<String> {
    let folders = uses(&tree(files)).into_iter();
    let circles = folders.flat_map(|(folder, uses)| {
        let told = circles(&uses).into_iter();
        told.map(move |circle| format!("{folder}: {circle}"))
    });
    circles.collect()
}

#[test]
fn no_modules_of_a_folder_use_one_another_in_a_circle() {
    let wrong = circles_of(super::every_file());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_circle_is_seen_through_what_hands_a_name_on_and_where_there_is_none_none_is() {
    let circles = |files: &[(&str, &str)]| {
        let files = files
            .iter()
            .map(|(name, code)| ((*name).to_owned(), (*code).to_owned()));
        circles_of(files.collect())
    };
    let straight = [
        ("a/mod.rs", "mod b;\nmod c;\n"),
        (
            "a/b.rs",
            "use super::c::{C as Other, D};\npub struct B(Other, D);\n",
        ),
        (
            "a/c.rs",
            "pub struct C;\npub struct D;\nfn f() { super::b::B::new(); }\n",
        ),
    ];
    assert_eq!(
        circles(&straight),
        ["a: b → c: c::C, c::D", "a: c → b: b::B::new"]
    );
    let handed_on = [
        ("a/mod.rs", "mod b;\nmod c;\npub use b::B;\npub use c::*;\n"),
        ("a/b.rs", "use crate::a::C;\npub struct B(C);\n"),
        ("a/c.rs", "use crate::a::B;\npub struct C(B);\n"),
    ];
    assert_eq!(circles(&handed_on).len(), 2);
    let by_a_third = [
        ("a/mod.rs", "mod b;\nmod c;\nmod d;\n"),
        ("a/b.rs", "use super::c::C;\npub struct B(C);\n"),
        ("a/c/mod.rs", "mod e;\npub use e::C;\n"),
        ("a/c/e.rs", "use crate::a::d::D;\npub struct C(D);\n"),
        ("a/d.rs", "use super::b::B;\npub struct D(B);\n"),
    ];
    assert_eq!(circles(&by_a_third).len(), 3);
    let with_its_own = [
        ("a/mod.rs", "mod b;\npub use b::B;\npub struct A(B);\n"),
        ("a/b.rs", "use super::A;\npub struct B(A);\n"),
    ];
    assert_eq!(
        circles(&with_its_own),
        ["a: b → mod: A", "a: mod → b: b::B"]
    );
    let only_handed_on = [
        ("a/mod.rs", "mod b;\npub use b::B;\npub struct A;\n"),
        ("a/b.rs", "use super::A;\npub(in crate::a) struct B(A);\n"),
    ];
    assert!(circles(&only_handed_on).is_empty());
    let of_tests = [
        ("a/mod.rs", "mod b;\nmod c;\n"),
        ("a/b.rs", "use super::c::C;\npub struct B(C);\n"),
        (
            "a/c.rs",
            "pub struct C;\n#[cfg(test)]\nmod tests {\n    use crate::a::b::B;\n}\n",
        ),
    ];
    assert!(circles(&of_tests).is_empty());
}

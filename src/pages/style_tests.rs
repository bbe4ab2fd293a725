//! The stylesheet and the pages know the same words.

use super::layout::style;
use crate::province::facts::Facts;
use std::collections::BTreeSet;
use std::path::Path;

/// The classes that the stylesheet names.
fn named(css: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    // Selectors alone: what stands in braces may hold dots of its own.
    let (mut depth, mut selector) = (0_usize, String::new());
    for c in css.chars() {
        match c {
            '{' => {
                for part in selector.split('.').skip(1) {
                    let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
                    found.insert(part[..end.unwrap_or(part.len())].to_owned());
                }
                depth += 1;
                selector.clear();
            }
            '}' => {
                depth = depth.saturating_sub(1);
                selector.clear();
            }
            ';' => selector.clear(),
            c => selector.push(c),
        }
    }
    assert_eq!(depth, 0, "every brace is closed");
    found
}

/// The text of the files that make pages.
fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|e| e == "rs" || e == "html") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn the_stylesheet_names_no_class_that_no_page_has() {
    let mut text = String::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages"),
        &mut text,
    );
    let classes = named(&style());
    assert!(classes.len() > 40, "{classes:?}");
    for class in classes {
        let used = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        assert!(used.into_iter().any(|word| word == class), ".{class}");
    }
}

#[test]
fn every_class_of_a_page_is_in_the_stylesheet() {
    let classes = named(&style());
    let facts = Facts::default();
    let figures = super::report::tests::made_of(&facts);
    let page = super::report::page(&figures, crate::words::Lang::En);
    let mut seen = 0;
    for part in page.split("class=\"").skip(1) {
        for class in part[..part.find('"').unwrap()].split(' ') {
            // What a page is, and parts that need no look of their own.
            if !["report"].contains(&class) {
                assert!(classes.contains(class), "{class}");
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen} classes");
}

#[test]
fn the_stylesheet_fetches_nothing() {
    let css = style();
    for outside in ["http:", "https:", "@import", "url("] {
        assert!(!css.contains(outside), "{outside}");
    }
}

//! Every command that the README and the documents show, in both languages, is one that the parser takes, and both
//! languages show the same.

use super::Arguments;
use clap::{Command, CommandFactory};
use std::fs;
use std::path::{Path, PathBuf};

/// The documents in English, each with its Chinese one.
fn documents() -> Vec<[PathBuf; 2]> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).expect("docs can be listed");
    let mut english: Vec<PathBuf> = docs
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .filter(|path| !path.to_string_lossy().ends_with(".zh-CN.md"))
        .collect();
    english.push(root.join("README.md"));
    english.sort();
    english
        .into_iter()
        .map(|path| [path.clone(), path.with_extension("zh-CN.md")])
        .collect()
}

/// The words of a line as a shell reads them, up to its remark.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// The commands of this program in a line, without its name.
fn commands(line: &str) -> Vec<Vec<String>> {
    let all = words(line);
    let parts = all.split(|word| ["&&", "|", ">", ";"].contains(&word.as_str()));
    let own = parts.filter_map(|part| match part.split_first() {
        Some((name, rest)) if name.rsplit('/').next() == Some("papaver") => Some(rest.to_vec()),
        _ => None,
    });
    own.collect()
}

/// The lines of the shell's blocks, and the commands named within the text.
fn shown(text: &str) -> [Vec<Vec<String>>; 2] {
    let (mut lines, mut named) = (Vec::new(), Vec::new());
    let mut block = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), block) {
            (Some(_), Some(_)) => block = None,
            (Some(kind), None) => block = Some(kind == "sh"),
            (None, Some(true)) => lines.extend(commands(line)),
            (None, Some(false)) => {}
            (None, None) => named.extend(line.split('`').skip(1).step_by(2).flat_map(commands)),
        }
    }
    [lines, named]
}

/// The command that the first words name, and how many they are.
fn found<'a>(top: &'a Command, words: &[String]) -> (&'a Command, usize) {
    let (mut command, mut deep) = (top, 0);
    while let Some(next) = words.get(deep).and_then(|w| command.find_subcommand(w)) {
        (command, deep) = (next, deep + 1);
    }
    (command, deep)
}

/// An option of these words that the command has not.
fn unknown<'a>(top: &Command, words: &'a [String]) -> Option<&'a String> {
    let (command, deep) = found(top, words);
    let known = |word: &str| {
        let long = word
            .strip_prefix("--")
            .map(|w| w.split('=').next().unwrap_or(w));
        let short = word.strip_prefix('-').and_then(|w| w.chars().next());
        command.get_arguments().any(|argument| match long {
            Some(long) => argument.get_long() == Some(long),
            None => argument.get_short() == short,
        }) || ["--help", "--version", "-h"].contains(&word)
    };
    if deep == 0
        && words
            .first()
            .is_some_and(|w| w.starts_with(|c: char| c.is_ascii_lowercase()))
    {
        return words.first();
    }
    let options = words.iter().filter(|w| w.starts_with('-') && w.len() > 1);
    options.into_iter().find(|word| !known(word))
}

/// What a reader types of a line: the command and its options, without the values.
fn typed(top: &Command, words: &[String]) -> String {
    let (_, deep) = found(top, words);
    let options = words[deep..].iter().filter(|word| word.starts_with('-'));
    let all: Vec<&str> = words[..deep]
        .iter()
        .chain(options)
        .map(String::as_str)
        .collect();
    all.join(" ")
}

fn told_apart(top: &Command, lines: &[Vec<String>]) -> Vec<String> {
    lines.iter().map(|line| typed(top, line)).collect()
}

#[test]
fn what_the_documents_show_is_taken_and_the_same_in_both_languages() {
    let mut top = Arguments::command();
    top.build();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for pair in documents() {
        let read = |path: &PathBuf| shown(&fs::read_to_string(path).expect("a document"));
        let both = [read(&pair[0]), read(&pair[1])];
        for (path, [lines, named]) in pair.iter().zip(&both) {
            let path = path.display();
            for line in lines {
                let typed = std::iter::once("papaver").chain(line.iter().map(String::as_str));
                if let Err(error) = Arguments::command().try_get_matches_from(typed) {
                    wrong.push(format!("{path}: {}: {error}", line.join(" ")));
                }
            }
            for line in named {
                if let Some(word) = unknown(&top, line) {
                    wrong.push(format!("{path}: {}: no {word}", line.join(" ")));
                }
            }
            seen += lines.len() + named.len();
        }
        let [english, chinese] = [&both[0][0], &both[1][0]].map(|lines| told_apart(&top, lines));
        if english != chinese {
            wrong.push(format!("{}: {english:#?}\n{chinese:#?}", pair[1].display()));
        }
    }
    assert!(seen > 200, "the documents are read: {seen}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_command_that_is_none_is_seen() {
    let mut top = Arguments::command();
    top.build();
    let seen = |line| unknown(&top, &commands(line)[0]).cloned();
    assert_eq!(seen("papaver sitse"), Some("sitse".into()));
    assert_eq!(seen("papaver sites --kep"), Some("--kep".into()));
    assert_eq!(
        seen("papaver registry districts F --vintage 2025 # --none"),
        None
    );
    assert_eq!(
        commands("papaver verify && papaver backup 'a b' # papaver x").len(),
        2
    );
}

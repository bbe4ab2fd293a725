//! What was asked of this process, so that no hint sends the person in a circle or names an option that the command has not.

use super::action::{self, CommandWord};
use crate::words::{Action, Choice, Lang, Remedy, Said};
use clap::Command;
use std::sync::OnceLock;

/// Options that say where, who, when and how, not what: the name, and whether a value follows.
const CIRCUMSTANCES: [(&str, bool); 8] = [
    ("--lang", true),
    ("--registry", true),
    ("--actor", true),
    ("--when", true),
    ("--passphrase-file", true),
    ("--recorder", true),
    ("--without-key", true),
    ("--json", false),
];

/// The program with all its commands.
static PROGRAM: OnceLock<fn() -> Command> = OnceLock::new();

/// Says once, as the process begins, which commands the program has.
pub(super) fn of_program(program: fn() -> Command) {
    let _said_before = PROGRAM.set(program);
}

/// A command line that was typed, less its circumstances.
#[derive(Debug)]
pub(super) struct Invocation {
    words: Vec<String>,
    command: Command,
}

impl Invocation {
    /// Of this process, whose commands [`of_program`] said.
    pub(super) fn here() -> Self {
        let words = std::env::args_os()
            .skip(1)
            .map(|word| word.to_string_lossy().into_owned());
        let program = PROGRAM
            .get()
            .map_or_else(Command::default, |program| program());
        Self::of(program, words)
    }

    /// Of a program with its commands, and these words after its name.
    pub(super) fn of(program: Command, typed: impl IntoIterator<Item = String>) -> Self {
        let mut words = Vec::new();
        let mut typed = typed.into_iter();
        while let Some(word) = typed.next() {
            let circumstance = CIRCUMSTANCES
                .iter()
                .find(|(name, _)| word.split('=').next() == Some(name));
            match circumstance {
                Some((name, true)) if word == *name => drop(typed.next()),
                Some(_) => {}
                None => words.push(word),
            }
        }
        let mut command = program;
        for word in &words {
            match command.find_subcommand(word) {
                Some(below) => command = below.clone(),
                None => break,
            }
        }
        Self { words, command }
    }

    /// What can be done, as one line: the clauses that lead somewhere from here.
    pub(super) fn hint(&self, said: &Said, lang: Lang) -> Option<String> {
        let clauses = self.kept(said).map(|remedy| action::text(remedy, lang));
        clauses.reduce(|line, clause| {
            let other_way = clause.starts_with(lang.pick("or ", "或"));
            let joint = if line.ends_with(['?', '？', '。']) {
                lang.pick(" ", "")
            } else if other_way {
                lang.pick(", ", "，")
            } else {
                lang.pick("; ", "；")
            };
            line + joint + &clause
        })
    }

    /// The clauses that lead somewhere: not those that name an option of other commands, nor those that name nothing but
    /// what was just done.
    pub(super) fn kept<'a>(&self, said: &'a Said) -> impl Iterator<Item = &'a Remedy> {
        said.remedies.iter().filter(|remedy| {
            let actions: Vec<&Action> = remedy.actions().collect();
            let possible = actions.iter().all(|action| self.can(action));
            let circle = !actions.is_empty() && actions.iter().all(|action| self.did(action));
            possible && !circle
        })
    }

    /// Whether it is another command, or the command takes its options.
    fn can(&self, action: &Action) -> bool {
        let takes = |name: &str| {
            self.command.get_arguments().any(|argument| {
                let long = argument.get_long().map(|long| format!("--{long}"));
                let short = argument.get_short().map(|short| format!("-{short}"));
                long.as_deref() == Some(name) || short.as_deref() == Some(name)
            })
        };
        action::is_command(action)
            || action::words(action).iter().all(|word| match word {
                CommandWord::Given(word) if word.starts_with('-') => takes(word),
                _ => true,
            })
    }

    /// Whether it is what was just done.
    pub(super) fn did(&self, action: &Action) -> bool {
        // To begin anew again is another thing once a copy is whole; to leave out what was said always is.
        if matches!(action, Action::Again(Choice::Restart) | Action::Without(_)) {
            return false;
        }
        let words = action::words(action);
        let same = words.iter().all(|word| match word {
            CommandWord::Given(word) => self.words.contains(word),
            CommandWord::Blank(_) => action::is_command(action),
        });
        same && (!action::is_command(action) || words.len() == self.words.len())
    }
}

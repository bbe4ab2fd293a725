//! Every action is a line that the parser takes, and so is every hint of every error; none leads in a circle.

mod errors;

use super::super::Arguments;
use super::super::asked::Invocation;
use super::{CommandWord, is_command, line, words};
use crate::words::{Action, Choice, Lang, Remedy, Said};
use clap::CommandFactory;
use std::path::{Path, PathBuf};

/// Values of an enumeration, which cannot be compiled while a variant is missing.
macro_rules! every {
    ($type:ident { $( $variant:ident $(($($part:expr),* $(,)?))? $({ $($field:ident : $value:expr),* $(,)? })? ),* $(,)? }) => {{
        #[allow(unreachable_patterns, reason = "a variant may be given twice")]
        fn fence(value: &$type) {
            match value {
                $( $type::$variant { .. } => (), )*
            }
        }
        let all = vec![ $( $type::$variant $(($($part),*))? $({ $($field: $value),* })? ),* ];
        all.iter().for_each(fence);
        all
    }};
}
use every;

fn choices() -> Vec<Choice> {
    every!(Choice {
        FirstPass, Registry, Actor, Passphrase, InTheirName, Force, Reason, When, Happened, Due, Signed, On, Percent(1), Percent(100), Photo, Document,
        Officer, Plants, Quadrats, Area, Identity, Season, Resolution, Crs(None), Crs(Some(4547)),
        Datum { seven: false }, Datum { seven: true }, Dem, Positions, GroundElevation, SensorWidth, LookingDown,
        AllowCoarse, Bands([3, 2, 1]), Restart, Output, Overwrite, NoPoppy(None), NoPoppy(Some("a b".into())), Model,
        Verifier, Learnt, Unit, Captured, Processor, Slurm, Within, Shard, Partial, Threads, Port, Authority, Insecure, Schema,
    })
}

fn actions() -> Vec<Action> {
    let site = || "7K3QF2-V".to_owned();
    let mut all = every!(Action {
        Again(Choice::Registry),
        Without(Choice::Dem),
        Without(Choice::Processor),
        Without(Choice::FirstPass),
        Without(Choice::Learnt),
        Scan { input: None }, ScanDated,
        Plan { folder: None }, Plan { folder: Some("a b".into()) },
        RunShard { folder: None, shard: None, anew: false },
        RunShard { folder: Some("a b".into()), shard: Some(3), anew: true },
        Pyramid { input: None },
        Pyramid { input: Some("a b.tif".into()) },
        Scan { input: Some("a b.tif".into()) },
        InspectModel,
        WrapModel {
            set: vec![
                ("resolution".into(), "2.0".into()),
                ("papaver_positive".into(), r#"["poppy, red"]"#.into()),
                ("model_type".into(), "\"Detector\"".into()),
            ],
        },
        Init,
        Record,
        Add,
        Sites { state: None },
        Sites { state: Some("confirmed") },
        Show { site: site() },
        Screen,
        DrawAudit { season: 2026 },
        Eradicate { site: site(), percent: 100 },
        Fail { site: site() },
        Resolve { site: None },
        Resolve { site: Some(site()) },
        Note { site: site() },
        CorrectCount,
        CorrectTime { site: site() },
        Void { entry: "0123abcd".into() },
        Log,
        Export,
        Verify,
        Salvage { path: "a.papaver".into() },
        Restore,
        ReadDistricts,
        ImportTargets,
        AddPerson { person: None }, AddPerson { person: Some("李 明".into()) },
        Grant { person: None, role: None },
        Grant { person: Some("李 明".into()), role: Some("verifier") },
        People,
        MakeKey { person: None },
        LoseKey { person: None },
        ConfirmKey,
        CrewPasswords,
        Trusted,
        Trust { device: None },
        Trust { device: Some(("0123".into(), "410423".into())) },
        ApplyBundle,
        MakeIdentity,
    });
    all.extend(choices().into_iter().map(Action::Again));
    all
}

/// The words of an action as somebody types them.
fn typed(action: &Action) -> Vec<String> {
    words(action)
        .into_iter()
        .map(|word| match word {
            CommandWord::Given(word) => word,
            CommandWord::Blank(blank) => blank.sample.to_owned(),
        })
        .collect()
}

fn parse(words: &[String]) -> Result<(), clap::Error> {
    let line = std::iter::once("papaver".to_owned()).chain(words.iter().cloned());
    Arguments::command().try_get_matches_from(line).map(drop)
}

/// Lines to which an option may be added.
const LINES: [&str; 21] = [
    "scan a.tif",
    "scan --plan plan",
    "merge --plan plan",
    "plan a.tif",
    "evaluate a",
    "verify",
    "visit 7K3QF2-V --outcome cultivated",
    "visit 7K3QF2-V --outcome cultivated --quadrat-m2 1 --area 20",
    "eradicate 7K3QF2-V",
    "assign 7K3QF2-V --crew a",
    "correct 7K3QF2-V --event 0123abcd --reason b",
    "duty sign 410423 Li",
    "patrol --district 410423",
    "merge 7K3QF2-V 8K3QF2-M",
    "reopen 7K3QF2-V",
    "bundle apply a.bundle",
    "export a.gpkg",
    "hotspots",
    "serve",
    "push https://office.local:8717",
    "mirror postgresql://gis",
];

/// Whether the parser takes an action: by itself, or beside what was asked.
fn is_taken(action: &Action) -> Result<(), String> {
    let own = typed(action);
    if is_command(action) {
        return parse(&own).map_err(|error| format!("{own:?}: {error}"));
    }
    if let Action::Without(choice) = action {
        return is_taken(&Action::Again(choice.clone()));
    }
    let taken = LINES.iter().any(|line| {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        words.extend(own.iter().cloned());
        parse(&words).is_ok()
    });
    taken
        .then_some(())
        .ok_or_else(|| format!("no command takes {own:?}"))
}

#[test]
fn the_code_that_examples_show_is_one() {
    let code = super::SITE.sample.parse::<crate::registry::TypedCode>();
    assert!(code.is_ok(), "{code:?}");
}

#[test]
fn every_action_is_a_line_that_the_parser_takes() {
    let wrong: Vec<String> = actions()
        .iter()
        .filter_map(|action| is_taken(action).err())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_hint_of_every_error_names_commands_and_options_that_exist() {
    let mut hinted = 0;
    for lang in [Lang::En, Lang::Zh] {
        for (name, said) in errors::told(lang) {
            assert!(!said.what.is_empty(), "{name}");
            for action in said.remedies.iter().flat_map(Remedy::actions) {
                hinted += 1;
                assert_eq!(is_taken(action), Ok(()), "{name}");
            }
        }
    }
    assert!(hinted > 100, "{hinted}");
}

#[test]
fn both_languages_offer_the_same_actions() {
    let actions = |said: &Said| {
        let mut lines: Vec<String> = said
            .remedies
            .iter()
            .flat_map(Remedy::actions)
            .map(|action| line(action, Lang::En))
            .collect();
        lines.sort();
        lines
    };
    for ((name, english), (_, chinese)) in errors::told(Lang::En)
        .into_iter()
        .zip(errors::told(Lang::Zh))
    {
        assert_eq!(actions(&english), actions(&chinese), "{name}");
        let chinese_words = chinese
            .what
            .chars()
            .any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(
            chinese_words || chinese.what == english.what,
            "{name}: {}",
            chinese.what
        );
    }
}

#[test]
fn no_hint_names_just_what_was_done() {
    let said: Vec<(String, Said)> = errors::told(Lang::En);
    for (name, said) in &said {
        for action in said.remedies.iter().flat_map(Remedy::actions) {
            if !is_command(action) {
                continue;
            }
            let asked = Invocation::of(Arguments::command(), typed(action));
            assert!(asked.did(action), "{name}: {action:?}");
            let circle = asked.kept(said).any(|remedy| {
                remedy.actions().count() == 1 && remedy.actions().all(|a| a == action)
            });
            assert!(!circle, "{name}: {action:?} is answered by itself");
        }
    }
}

fn asked(line: &str) -> Invocation {
    Invocation::of(Arguments::command(), line.split(' ').map(str::to_owned))
}

#[test]
fn a_damaged_registry_that_was_just_verified_is_not_to_be_verified_again() {
    let damaged = crate::store::StoreError::Damaged {
        path: "a.papaver".into(),
        what: "page 3".into(),
    };
    let said = crate::words::Say::say(&damaged, Lang::En);
    let hint = |line: &str| asked(line).hint(&said, Lang::En).unwrap_or_default();
    assert!(hint("sites").contains("`papaver verify` lists the damage"));
    let verified = hint("verify --registry a.papaver --json");
    assert_eq!(
        verified,
        "write nothing more into it; `papaver registry salvage a.papaver --to NEW` saves what is whole"
    );
    assert!(!hint("--lang zh registry salvage a.papaver --to b.papaver").contains("salvage"));
}

#[test]
fn an_option_is_offered_only_where_the_command_takes_it() {
    let exists = crate::files::FileError::Exists {
        path: "key.txt".into(),
    };
    let said = crate::words::Say::say(&exists, Lang::Zh);
    let hint = |line: &str| asked(line).hint(&said, Lang::Zh).unwrap_or_default();
    assert_eq!(hint("bundle identity key.txt"), "请换一个文件名");
    assert_eq!(
        hint("export key.txt"),
        "请换一个文件名，或使用 `--overwrite` 覆盖"
    );
    assert_eq!(hint("export key.txt --overwrite"), "请换一个文件名");
}

#[test]
fn a_line_that_a_shell_would_split_is_quoted_and_blanks_are_named_in_the_language() {
    let salvage = Action::Salvage {
        path: "it's mine.papaver".into(),
    };
    assert_eq!(
        line(&salvage, Lang::Zh),
        "`papaver registry salvage 'it'\\''s mine.papaver' --to 新文件`"
    );
    let crs = Action::Again(Choice::Crs(Some(4547)));
    assert_eq!(line(&crs, Lang::En), "`--crs EPSG:4547`");
    assert_eq!(line(&Action::Without(Choice::Dem), Lang::En), "`--dem`");
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn texts(below: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(below),
        &mut files,
    );
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect()
}

#[test]
fn no_error_escapes_the_list() {
    let listed = include_str!("tests/errors.rs");
    for (path, text) in texts("src") {
        if path.to_string_lossy().contains("/src/cli/") {
            continue;
        }
        for (at, mark) in text.match_indices("impl Say for ") {
            let name: String = text[at + mark.len()..]
                .chars()
                .take_while(|c| c.is_alphanumeric())
                .collect();
            assert!(
                listed.contains(&format!("{name} {{")) || listed.contains(&format!("{name}::")),
                "{name} in {}",
                path.display()
            );
        }
    }
}

/// What is wrong with a command that a text names: no such command, or an option that it has not.
fn wrong(named: &str) -> Option<String> {
    let mut command = Arguments::command();
    command.build();
    let mut known = false;
    for word in named.split(' ') {
        if let Some(below) = command.find_subcommand(word) {
            command = below.clone();
            known = true;
        } else if !known {
            return Some(format!("no command {word}"));
        } else if command.has_subcommands() && word.chars().all(|c| c.is_ascii_lowercase()) {
            return Some(format!("{} has no {word}", command.get_name()));
        } else if let Some(option) = word.strip_prefix("--") {
            let taken = command
                .get_arguments()
                .any(|argument| argument.get_long() == Some(option));
            if !taken {
                return Some(format!("{} takes no --{option}", command.get_name()));
            }
        }
    }
    None
}

#[test]
fn commands_named_in_other_words_of_the_command_line_exist() {
    assert!(wrong("bundle import").is_some() && wrong("verify --deep").is_some());
    let mut found = 0;
    for (path, text) in texts("src/cli") {
        if path.to_string_lossy().contains("/action/") {
            continue;
        }
        for (at, mark) in text.match_indices("`papaver ") {
            let named = text[at + mark.len()..].split('`').next().unwrap_or("");
            let named = named.split(['{', '\n']).next().unwrap_or("").trim();
            if named.is_empty() || named.starts_with("--help") || named.starts_with("--version") {
                continue;
            }
            found += 1;
            assert_eq!(
                wrong(named),
                None,
                "`papaver {named}` in {}",
                path.display()
            );
        }
    }
    assert!(found > 20, "{found}");
}

//! Help in one language.
//!
//! A help text in the code is English, a space, Chinese: the Chinese part begins with the first word that holds a Chinese
//! character. Before anything is parsed every text of the finished [`RegistryCommand`] is cut to the language asked for, and what
//! clap itself says in English (headings, defaults, its own options) is put into Chinese.

use super::config::config;
use super::placeholders;
use crate::words::Lang;
use clap::builder::PossibleValue;
use clap::{Arg, Command};
use std::ffi::OsString;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// The language that the arguments ask for, before they are parsed: `--lang zh`, `--lang=zh`, else the locale's.
pub(super) fn language_asked(arguments: impl IntoIterator<Item = OsString>) -> Lang {
    let mut arguments = arguments.into_iter().skip(1).take_while(|a| a != "--");
    let mut asked = None;
    while let Some(argument) = arguments.next() {
        let value = if argument == "--lang" {
            arguments.next()
        } else {
            argument
                .to_str()
                .and_then(|a| a.strip_prefix("--lang="))
                .map(OsString::from)
        };
        asked = match value.as_ref().and_then(|v| v.to_str()) {
            Some("en") => Some(Lang::En),
            Some("zh") => Some(Lang::Zh),
            _ => asked,
        };
    }
    let set = config().language;
    asked
        .or(set)
        .unwrap_or_else(|| sys_locale::get_locale().map_or(Lang::En, |l| Lang::of_locale(&l)))
}

/// How long lines of Chinese are folded; clap breaks lines at spaces alone, and Chinese has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folded {
    /// To the terminal's width, as clap folds English.
    ToTerminal,
    /// Not at all: another program lays them out.
    No,
}

/// The widest that help gets, in columns.
pub(super) const WIDEST: usize = 110;

/// The command with every help text in one language. It is built in full, so that clap's own options are in it.
pub(super) fn in_language(mut command: Command, lang: Lang, folded: Folded) -> Command {
    command.build();
    translated(command, lang, folded)
}

fn translated(command: Command, lang: Lang, folded: Folded) -> Command {
    let (name, about) = (command.get_name().to_owned(), command.get_about());
    let about = about.map(|text| part(&text.to_string(), lang));
    let about = match (lang, name.as_str()) {
        (Lang::Zh, "help") => Some("显示本帮助，或某个命令的帮助".to_owned()),
        _ => about,
    };
    let command = match lang {
        Lang::En => command,
        Lang::Zh => command.mut_args(named),
    };
    let room = match folded {
        Folded::ToTerminal => Some(room(&command)),
        Folded::No => None,
    };
    let mut command = command
        .mut_args(|argument| described(argument, lang, room))
        .mut_subcommands(|below| translated(below, lang, folded));
    if let Some(about) = about {
        command = command.about(about);
    }
    match lang {
        Lang::En => command,
        Lang::Zh => laid_out(command),
    }
}

/// The part of a help text that is in a language; all of it where it is in one only.
pub(super) fn part(text: &str, lang: Lang) -> String {
    let (english, chinese) = parts(text);
    let (wanted, other) = lang.pick((english, chinese), (chinese, english));
    plain_codes(if wanted.is_empty() { other } else { wanted })
}

/// A text without the marks about codes such as `tip_off`, which stand in lists beside words that need none.
fn plain_codes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for (at, piece) in text.split('`').enumerate() {
        let marked = at % 2 == 1 && !is_code(piece);
        let mark = if marked { "`" } else { "" };
        plain.extend([mark, piece, mark]);
    }
    plain
}

fn is_code(word: &str) -> bool {
    word.contains('_') && word.chars().all(|c| c == '_' || c.is_ascii_lowercase())
}

/// The English and the Chinese part of a help text.
fn parts(text: &str) -> (&str, &str) {
    let Some(first) = text.find(is_chinese) else {
        return (text.trim_end(), "");
    };
    let start = text[..first]
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + 1);
    (text[..start].trim_end(), &text[start..])
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// An argument whose values have Chinese names.
fn named(argument: Arg) -> Arg {
    let Some(names) = argument.get_value_names() else {
        return argument;
    };
    let names: Vec<String> = names
        .iter()
        .map(|name| placeholders::chinese(name).unwrap_or(name).to_owned())
        .collect();
    argument.value_names(names)
}

/// An argument with its help in one language, and in Chinese with its default and its possible values in words.
fn described(argument: Arg, lang: Lang, room: Option<usize>) -> Arg {
    let Some(text) = argument.get_help().map(ToString::to_string) else {
        return argument;
    };
    let mut text = part(&text, lang);
    if lang == Lang::En {
        return argument.help(text);
    }
    match argument.get_id().as_str() {
        "help" => "显示帮助".clone_into(&mut text),
        "version" => "显示版本".clone_into(&mut text),
        "subcommand" => "要显示帮助的命令".clone_into(&mut text),
        _ => {}
    }
    if argument.get_action().takes_values() {
        text.push_str(&values_in_words(&argument));
    }
    if let Some(room) = room {
        text = folded_to(&text, room);
    }
    argument
        .hide_default_value(true)
        .hide_possible_values(true)
        .help(text)
}

/// `（可选：county、province；默认 3）`, or nothing.
fn values_in_words(argument: &Arg) -> String {
    let possible: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(PossibleValue::get_name)
        .map(str::to_owned)
        .collect();
    let default: Vec<String> = argument
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    let mut words = Vec::new();
    if !possible.is_empty() {
        words.push(format!("可选：{}", possible.join("、")));
    }
    if !default.is_empty() {
        words.push(format!("默认 {}", default.join("、")));
    }
    if words.is_empty() {
        String::new()
    } else {
        format!("（{}）", words.join("；"))
    }
}

/// A text in lines of so many columns, broken where Chinese may be (UAX #14).
fn folded_to(text: &str, columns: usize) -> String {
    let (mut lines, mut line, mut from) = (String::new(), String::new(), 0);
    for (to, _) in unicode_linebreak::linebreaks(text) {
        let piece = &text[from..to];
        from = to;
        if !line.is_empty() && line.width() + piece.trim_end().width() > columns {
            lines.push_str(line.trim_end());
            lines.push('\n');
            line.clear();
        }
        line.push_str(piece);
    }
    lines + line.trim_end()
}

/// The columns that are left for an argument's help beside the longest argument, as clap lays it out.
fn room(command: &Command) -> usize {
    let terminal = terminal_size::terminal_size()
        .map(|(width, _)| usize::from(width.0))
        .or_else(|| std::env::var("COLUMNS").ok()?.parse().ok())
        .unwrap_or(100);
    let longest = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set())
        .map(|argument| {
            let before = if argument.is_positional() {
                0
            } else {
                "-q, ".len()
            };
            before + argument.to_string().width()
        })
        .max()
        .unwrap_or(0);
    // Two columns before an argument, two behind it.
    terminal.min(WIDEST).saturating_sub(longest + 4).max(24)
}

/// A command whose headings and usage are Chinese.
fn laid_out(mut command: Command) -> Command {
    let usage = command.render_usage().to_string();
    let usage = usage
        .trim_start_matches("Usage:")
        .trim()
        .replace("[OPTIONS]", "[选项]")
        .replace("<COMMAND>", "<命令>")
        .replace("[COMMAND]", "[命令]");
    let header = *command.get_styles().get_header();
    let mut template =
        format!("{{before-help}}{{about-with-newline}}\n{header}用法：{header:#}{{usage}}");
    for (there, heading, tag) in [
        (
            command.get_subcommands().any(|c| !c.is_hide_set()),
            "命令",
            "subcommands",
        ),
        (
            command.get_positionals().any(|a| !a.is_hide_set()),
            "参数",
            "positionals",
        ),
        (
            command
                .get_arguments()
                .any(|a| !a.is_positional() && !a.is_hide_set()),
            "选项",
            "options",
        ),
    ] {
        if there {
            let _ = write!(template, "\n\n{header}{heading}：{header:#}\n{{{tag}}}");
        }
    }
    template.push_str("{after-help}");
    command.override_usage(usage).help_template(template)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Arguments;
    use crate::registry::body::{GrowthStage, Outcome, RejectReason};
    use crate::registry::code_lists::Coded;
    use clap::CommandFactory;

    fn words(arguments: &[&str]) -> Vec<OsString> {
        arguments.iter().map(OsString::from).collect()
    }

    #[test]
    fn a_text_is_cut_where_its_chinese_begins() {
        assert_eq!(parts("Why 理由"), ("Why", "理由"));
        assert_eq!(
            parts("Search GDAL files 可由 GDAL 打开（如 VRT）").1,
            "可由 GDAL 打开（如 VRT）"
        );
        assert_eq!(part("Print help", Lang::Zh), "Print help");
        assert_eq!(part("Print help", Lang::En), "Print help");
        let marked = "wild, `not_reached` or see `papaver show` 结论：wild 野生、`not_reached` 未到达，见 `papaver show`";
        assert_eq!(
            part(marked, Lang::Zh),
            "结论：wild 野生、not_reached 未到达，见 `papaver show`"
        );
        assert_eq!(
            part(marked, Lang::En),
            "wild, not_reached or see `papaver show`"
        );
    }

    #[test]
    fn chinese_is_folded_within_its_columns_and_loses_nothing() {
        let text =
            "照片：重叠的照片只搜索到每平方米被看到 N 次为止，其余略过（默认 `PAPAVER_REGISTRY`）";
        for columns in 24..100 {
            let folded = folded_to(text, columns);
            assert!(folded.lines().all(|l| l.width() <= columns), "{folded}");
            assert!(
                !folded.lines().any(|l| l.starts_with(['，', '）', '。'])),
                "{folded}"
            );
            let bare = |t: &str| t.replace([' ', '\n'], "");
            assert_eq!(bare(&folded), bare(text));
        }
    }

    #[test]
    fn the_language_is_known_before_the_arguments_are_parsed() {
        let asked = |words_: &[&str]| language_asked(words(words_));
        assert_eq!(asked(&["papaver", "--lang", "zh", "scan"]), Lang::Zh);
        assert_eq!(asked(&["papaver", "scan", "--lang=zh", "--help"]), Lang::Zh);
        assert_eq!(asked(&["papaver", "--lang=zh", "--lang", "en"]), Lang::En);
        assert_eq!(
            asked(&["papaver", "--lang", "en", "scan", "--", "--lang=zh"]),
            Lang::En
        );
    }

    /// Every command below this one, with the names that lead to it.
    fn each(command: &Command, path: &str, seen: &mut impl FnMut(&str, &Command)) {
        seen(path, command);
        for below in command.get_subcommands() {
            if below.get_name() != "help" {
                each(below, &format!("{path} {}", below.get_name()), seen);
            }
        }
    }

    #[test]
    fn every_help_text_says_it_in_both_languages() {
        let mut wrong = Vec::new();
        let mut check = |of: String, text: Option<String>| {
            let text = text.unwrap_or_default();
            let (english, chinese) = parts(&text);
            if english.is_empty() || chinese.is_empty() {
                wrong.push(format!("{of}: {text:?}"));
            }
        };
        each(&Arguments::command(), "papaver", &mut |path, command| {
            check(
                path.to_owned(),
                command.get_about().map(ToString::to_string),
            );
            assert!(
                command
                    .get_long_about()
                    .is_none_or(|long| Some(long.to_string())
                        == command.get_about().map(ToString::to_string)),
                "{path}: help of several paragraphs is not cut to a language"
            );
            for argument in command.get_arguments() {
                let of = format!("{path} {}", argument.get_id());
                check(of.clone(), argument.get_help().map(ToString::to_string));
                assert!(argument.get_long_help().is_none(), "{of}");
                for value in argument.get_possible_values() {
                    assert!(value.get_help().is_none(), "{of}: {}", value.get_name());
                }
            }
        });
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_value_has_a_name_in_chinese_or_is_written_alike() {
        const ALIKE: [&str; 10] = [
            "URL",
            "ONNX",
            "MB",
            "DX,DY,DZ",
            "0..1",
            "3..11",
            "county|province",
            "true",
            "false",
            "ID",
        ];
        let mut english = Vec::new();
        let whole = in_language(Arguments::command(), Lang::Zh, Folded::No);
        each(&whole, "papaver", &mut |path, command| {
            for argument in command
                .get_arguments()
                .filter(|a| a.get_action().takes_values())
            {
                for name in argument.get_value_names().into_iter().flatten() {
                    if !name.contains(is_chinese) && !ALIKE.contains(&name.as_str()) {
                        english.push(format!("{path}: {name}"));
                    }
                }
            }
        });
        assert!(english.is_empty(), "{}", english.join("\n"));
    }

    #[test]
    fn the_words_that_help_lists_are_those_that_the_option_lists() {
        fn lists<T: Coded>(command: &Command, name: &str, option: &str) {
            let below = command.find_subcommand(name).expect(name);
            let argument = below.get_arguments().find(|a| a.get_id() == option);
            let help = argument.and_then(Arg::get_help).expect(option).to_string();
            for (_, code, _, chinese) in T::LIST {
                assert!(
                    help.contains(code) && help.contains(chinese),
                    "{option} {code}: {help}"
                );
            }
        }
        let whole = in_language(Arguments::command(), Lang::Zh, Folded::No);
        lists::<Outcome>(&whole, "visit", "outcome");
        lists::<GrowthStage>(&whole, "visit", "stage");
        lists::<RejectReason>(&whole, "screen", "reject");
    }

    #[test]
    fn help_is_in_one_language() {
        for lang in [Lang::En, Lang::Zh] {
            let mut whole = in_language(Arguments::command(), lang, Folded::ToTerminal);
            let help = whole.render_help().to_string();
            assert_eq!(help.contains("Commands:"), lang == Lang::En, "{help}");
            each(&whole, "papaver", &mut |path, command| {
                let help = command.clone().render_help().to_string();
                match lang {
                    Lang::En => assert!(!help.contains(is_chinese), "{path}: {help}"),
                    Lang::Zh => {
                        for english in ["Usage", "Options:", "Arguments:", "Commands:", "[default"]
                        {
                            assert!(!help.contains(english), "{path}: {help}");
                        }
                        assert!(!help.contains(" the "), "{path}: {help}");
                    }
                }
            });
        }
    }
}

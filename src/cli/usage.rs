//! What is said of a command line that cannot be parsed, in the language of its reader.
//!
//! clap says it in English. In Chinese the same is said from what clap found: the kind of the error, the argument, what
//! was typed and what may have been meant.

use super::help::part;
use crate::text::nearest;
use crate::tr;
use crate::words::Lang;
use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;
use std::fmt::Write as _;

/// The whole text, with the usage and where to read on, for a command line as it was typed.
pub(super) fn text(error: &Error, typed: &[OsString], lang: Lang) -> String {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    ) {
        return error.to_string();
    }
    match lang {
        Lang::En => in_english(error, typed),
        Lang::Zh => in_chinese(error, typed),
    }
}

/// As clap has it; what our own checks say is cut to English, and what the machine says of numbers is said in words.
fn in_english(error: &Error, typed: &[OsString]) -> String {
    let text = error.to_string();
    let text = match own_words(error) {
        Some(own) => {
            let said = of_numbers(&own, error, Lang::En);
            text.replace(&own, &said.unwrap_or_else(|| part(&own, Lang::En)))
        }
        None => text,
    };
    match settled(error, typed, Lang::En) {
        Some(tip) => text.replacen("\n\n", &format!("\n\n  tip: {tip}\n\n"), 1),
        None => text,
    }
}

/// What is wanted where a number was typed that is none.
fn of_numbers(own: &str, error: &Error, lang: Lang) -> Option<String> {
    let value = found(error, ContextKind::InvalidValue).unwrap_or_default();
    let share = value.trim_end_matches(['%', '％']);
    let percent = share.parse::<f64>().ok().filter(|_| share != value);
    if own.contains("digit found") || own.contains("integer") {
        return Some(lang.pick("a whole number is needed", "应为整数").to_owned());
    }
    if !own.contains("float") {
        return None;
    }
    let needed = lang.pick("a number is needed", "应为数字");
    Some(match percent {
        Some(percent) => {
            let share = percent / 100.0;
            tr!(
                lang,
                "{needed}; a share is written as {share}",
                "{needed}；比例请写作 {share}"
            )
        }
        None => needed.to_owned(),
    })
}

/// What is said where options that make a plan are given beside one that is there.
fn settled(error: &Error, typed: &[OsString], lang: Lang) -> Option<&'static str> {
    let wanted = found(error, ContextKind::InvalidArg)?;
    let is_there = |word: &str| typed.iter().any(|typed| typed == word);
    let is_of_a_plan = error.kind() == ErrorKind::MissingRequiredArgument
        && ["<IMAGERY>", "<影像>"]
            .iter()
            .any(|name| wanted.contains(name))
        && is_there("plan")
        && is_there("--slurm");
    is_of_a_plan.then(|| {
        lang.pick(
            "a plan that is there has settled these options: leave them out; to plan anew, name the imagery",
            "已有计划的这些选项在生成时已确定：请省略；要重新生成计划，请给出影像",
        )
    })
}

/// What a check of ours says of a value, English and Chinese.
fn own_words(error: &Error) -> Option<String> {
    use std::error::Error as _;
    error.source().map(ToString::to_string)
}

fn in_chinese(error: &Error, typed: &[OsString]) -> String {
    let mut text = format!("错误：{}\n", what(error));
    for tip in tips(error, typed) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "提示：{tip}");
    }
    if let Some(usage) = error.get(ContextKind::Usage) {
        let usage = usage.to_string();
        let usage = usage.trim_start_matches("Usage:").trim();
        let _ = writeln!(text, "\n用法：{}", usage.replace("[OPTIONS]", "[选项]"));
    }
    text + "\n更多说明请用 `--help` 查看\n"
}

/// A value of the error's context in words; several are listed.
fn found(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(one) => Some(one.clone()),
        ContextValue::Strings(several) => Some(several.join("、")),
        ContextValue::Number(number) => Some(number.to_string()),
        ContextValue::StyledStr(one) => Some(one.to_string()),
        _ => None,
    }
    .filter(|text| !text.is_empty())
}

fn what(error: &Error) -> String {
    let of = |kind| found(error, kind).unwrap_or_default();
    let argument = of(ContextKind::InvalidArg);
    let value = of(ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::UnknownArgument => format!("没有 {argument} 这个参数"),
        ErrorKind::InvalidSubcommand => {
            format!("没有 {} 这个命令", of(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("缺少必填参数：{argument}"),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 后面缺少取值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("{argument} 的取值 {value} 无效{}", why(error))
        }
        ErrorKind::ArgumentConflict => match found(error, ContextKind::PriorArg) {
            Some(prior) if prior != argument => format!("{argument} 不能与 {prior} 同时使用"),
            _ => format!("{argument} 只能给出一次"),
        },
        ErrorKind::TooManyValues => format!("{argument} 多出取值 {value}"),
        ErrorKind::TooFewValues => {
            format!(
                "{argument} 的取值太少，至少 {} 个",
                of(ContextKind::MinValues)
            )
        }
        ErrorKind::WrongNumberOfValues => format!(
            "{argument} 需要 {} 个取值，给出了 {} 个",
            of(ContextKind::ExpectedNumValues),
            of(ContextKind::ActualNumValues)
        ),
        ErrorKind::NoEquals => format!("{argument} 与取值之间须用等号"),
        ErrorKind::InvalidUtf8 => "参数不是有效的 UTF-8 文本".to_owned(),
        _ => "命令行有误".to_owned(),
    }
}

/// Why a value will not do, as far as it can be told.
fn why(error: &Error) -> String {
    let Some(own) = own_words(error) else {
        return String::new();
    };
    let said = if let Some((_, range)) = own.split_once(" is not in ") {
        let (from, to) = range.split_once("..").unwrap_or((range, ""));
        match (from, to.trim_start_matches('=')) {
            (from, "") => format!("应不小于 {from}"),
            (from, to) => format!("应在 {from} 到 {to} 之间"),
        }
    } else {
        of_numbers(&own, error, Lang::Zh).unwrap_or_else(|| part(&own, Lang::Zh))
    };
    format!("：{said}")
}

/// An option without the dashes that all of them share.
fn bare(option: &str) -> &str {
    option.trim_start_matches('-')
}

/// What may have been meant, and what may be given.
fn tips(error: &Error, typed: &[OsString]) -> Vec<String> {
    let meant = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    let given = [
        ContextKind::InvalidArg,
        ContextKind::InvalidSubcommand,
        ContextKind::InvalidValue,
    ];
    let given: Vec<String> = given
        .into_iter()
        .filter_map(|kind| found(error, kind))
        .collect();
    // clap takes two options for alike that begin and end so; what is offered has to read like what was typed.
    let is_like = |meant: &String| {
        given.is_empty()
            || given
                .iter()
                .any(|given| nearest(bare(given), [bare(meant)]).is_some())
    };
    let mut tips: Vec<String> = meant
        .into_iter()
        .filter_map(|kind| found(error, kind))
        .filter(is_like)
        .map(|meant| format!("是否指 {meant}？"))
        .collect();
    if let Some(values) = found(error, ContextKind::ValidValue) {
        tips.push(format!("可选值：{values}"));
    }
    if let Some(commands) = found(error, ContextKind::ValidSubcommand) {
        tips.push(format!("可用的命令：{commands}"));
    }
    tips.extend(settled(error, typed, Lang::Zh).map(str::to_owned));
    tips
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Arguments;
    use crate::cli::help::{self, Folded};
    use clap::CommandFactory;

    fn said(arguments: &[&str], lang: Lang) -> String {
        let mut command = help::in_language(Arguments::command(), lang, Folded::No);
        let typed = std::iter::once("papaver").chain(arguments.iter().copied());
        let typed: Vec<OsString> = typed.map(OsString::from).collect();
        let error = command
            .try_get_matches_from_mut(&typed)
            .expect_err("refused");
        text(&error, &typed, lang)
    }

    #[test]
    fn a_mistyped_command_line_is_answered_in_chinese() {
        assert!(!said(&["targets", "match", "--district", "1"], Lang::Zh).contains("是否指"));
        let cases: [(&[&str], &[&str]); 11] = [
            (
                &[
                    "visit",
                    "X",
                    "--outcome",
                    "wild",
                    "--quadrats",
                    "4，六",
                    "--quadrat-m2",
                    "1",
                    "--area",
                    "9",
                ],
                &["请填各样方株数"],
            ),
            (
                &["visit", "X", "--outcome", "wild", "--sap-cut", "也许"],
                &["也许 无效：请填“是”或“否”"],
            ),
            (&["sits"], &["没有 sits 这个命令", "是否指 sites"]),
            (
                &["sites", "--opn"],
                &["没有 --opn 这个参数", "是否指 --open"],
            ),
            (&["show"], &["缺少必填参数", "用法："]),
            (
                &["sites", "--sort", "size"],
                &["--sort", "size 无效", "可选值："],
            ),
            (&["sites", "--season", "two"], &["two 无效：应为整数"]),
            (
                &["eradicate", "X", "--percent", "300"],
                &["应在 0 到 100 之间"],
            ),
            (
                &["assign", "X", "--kept", "--crew", "1"],
                &["不能与", "同时使用"],
            ),
            (&["sites", "--crew"], &["--crew", "缺少取值"]),
            (
                &["scan", "a.tif", "-o", "b", "--timezone", "x"],
                &["请填时区"],
            ),
        ];
        for (arguments, parts) in cases {
            let said = said(arguments, Lang::Zh);
            assert!(
                parts.iter().all(|part| said.contains(part)),
                "{arguments:?}: {said}"
            );
            for english in ["error", "Usage", "tip:", "for more", "required", "cannot"] {
                assert!(!said.contains(english), "{arguments:?}: {said}");
            }
        }
    }

    #[test]
    fn english_stays_english() {
        let said = said(&["scan", "a.tif", "-o", "b", "--timezone", "x"], Lang::En);
        assert!(
            said.contains("give a zone") && !said.contains("时区"),
            "{said}"
        );
    }

    #[test]
    fn a_number_that_is_none_is_answered_in_words_and_a_share_with_its_form() {
        let whole = said(&["sites", "--season", "two"], Lang::En);
        assert!(whole.contains("a whole number is needed"), "{whole}");
        let share = said(&["scan", "a.tif", "--threshold", "32%"], Lang::En);
        assert!(share.contains("a share is written as 0.32"), "{share}");
        let chinese = said(&["screen", "--stop", "5%"], Lang::Zh);
        assert!(chinese.contains("比例请写作 0.05"), "{chinese}");
    }

    #[test]
    fn what_a_plan_has_settled_is_said_to_be_settled() {
        let line = ["plan", "--slurm", "-o", "plan", "--shards", "5"];
        let english = said(&line, Lang::En);
        assert!(english.contains("has settled these options"), "{english}");
        assert!(said(&line, Lang::Zh).contains("已确定"));
        assert!(!said(&["plan"], Lang::En).contains("settled"));
    }
}

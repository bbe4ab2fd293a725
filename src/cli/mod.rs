//! The command line: the only code that parses arguments, prints, draws bars or chooses an exit code.

pub mod registry;

use crate::words::{Fault, Lang};
use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

/// Finds plots that may be opium poppy in drone imagery, and follows every site until its eradication is accepted.
#[derive(Parser)]
#[command(
    name = "papaver",
    version,
    max_term_width = 110,
    arg_required_else_help = true
)]
struct Arguments {
    /// Language of messages: en or zh (default: the locale) 语言
    #[arg(long, global = true, value_name = "LANG", value_parser = language)]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: registry::Command,
}

fn language(text: &str) -> Result<Lang, String> {
    match text {
        "en" => Ok(Lang::En),
        "zh" => Ok(Lang::Zh),
        _ => Err("the languages are en and zh".into()),
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _closed = error.print();
            return ExitCode::from(u8::from(error.use_stderr()));
        }
    };
    let lang = arguments
        .lang
        .unwrap_or_else(|| sys_locale::get_locale().map_or(Lang::En, |l| Lang::of_locale(&l)));
    match registry::run(arguments.command, lang) {
        Ok(registry::Ended::Whole) => ExitCode::SUCCESS,
        Ok(registry::Ended::Partly) => ExitCode::from(2),
        Err(error) => {
            let said = error.say(lang);
            let _closed = writeln!(
                std::io::stderr(),
                "{} {}",
                lang.pick("error:", "错误:"),
                said.what
            );
            if let Some(hint) = said.hint {
                let _closed = writeln!(std::io::stderr(), "{} {hint}", lang.pick("hint:", "提示:"));
            }
            ExitCode::from(match error.fault() {
                Fault::Input => 1,
                Fault::Machine => 2,
                Fault::Interrupted => 130,
            })
        }
    }
}

//! The command line: the only code that parses arguments, prints, draws bars or chooses an exit code.
//!
//! Data goes to the standard output, talk to the standard error. Exit codes: 0 done; 1 the user's input; 2 the machine's
//! or our fault, or a part could not be searched; 130 stopped by the user, work kept.

mod evaluate;
mod model;
mod progress;
mod province;
mod registry;
mod scan;
mod summary;
mod talk;
mod telemetry;

use crate::imagery::set_up_gdal;
use crate::words::{Fault, Lang};
use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Finds plots that may be opium poppy in drone imagery. 在无人机影像中查找疑似罂粟种植点。
#[derive(Parser)]
#[command(
    name = "papaver",
    version,
    max_term_width = 110,
    arg_required_else_help = true
)]
struct Arguments {
    /// Language of messages and pages: en or zh (default: the locale) 语言
    #[arg(long, global = true, value_name = "LANG", value_parser = language)]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Search orthomosaics and photos for plots that may be poppy 搜索影像
    Scan(Box<scan::Arguments>),
    /// Measure a model on surveys whose truth is known 评测模型
    Evaluate(Box<evaluate::Arguments>),
    /// What a model says of itself 查看模型
    Model(model::Arguments),
    #[command(flatten)]
    Registry(registry::Command),
    #[command(flatten)]
    Province(province::Command),
}

fn language(text: &str) -> Result<Lang, String> {
    match text {
        "en" => Ok(Lang::En),
        "zh" => Ok(Lang::Zh),
        _ => Err("the languages are en and zh".into()),
    }
}

/// How a command ended well.
enum Done {
    /// All of it.
    Whole,
    /// A part could not be searched, and that was said.
    Partly,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Where the terminal is gone there is nobody to tell.
            let _ = error.print();
            let asked = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            return if asked {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(1)
            };
        }
    };
    let lang = arguments
        .lang
        .unwrap_or_else(|| sys_locale::get_locale().map_or(Lang::En, |l| Lang::of_locale(&l)));
    if let Some(code) = telemetry::without() {
        return code;
    }
    set_up_gdal();
    let result = match arguments.command {
        Command::Scan(arguments) => scan::run(*arguments, lang),
        Command::Evaluate(arguments) => evaluate::run(&arguments, lang),
        Command::Model(arguments) => model::run(&arguments, lang),
        Command::Registry(command) => registry::run(command, lang),
        Command::Province(command) => province::run(command, lang),
    };
    match result {
        Ok(Done::Whole) => ExitCode::SUCCESS,
        Ok(Done::Partly) => ExitCode::from(2),
        Err(error) => {
            talk::error(&*error, lang);
            ExitCode::from(match error.fault() {
                Fault::Input => 1,
                Fault::Machine => 2,
                Fault::Interrupted => 130,
            })
        }
    }
}

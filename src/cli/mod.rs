//! The command line: the only code that parses arguments, prints, draws bars or chooses an exit code.
//!
//! Data goes to the standard output, talk to the standard error. Exit codes: 0 done; 1 the user's input; 2 the machine's
//! or our fault, or a part could not be searched; 130 stopped by the user, work kept.

mod action;
mod asked;
mod config;
#[cfg(test)]
mod documents_tests;
mod done;
mod evaluate;
mod expected;
mod help;
mod interrupt;
mod manual;
mod model;
mod model_lines;
mod overwrite;
mod placeholders;
mod plan;
mod progress;
mod province;
mod pyramid;
mod registry;
mod remarks;
mod scan;
mod serve;
mod slurm;
mod summary;
mod talk;
mod telemetry;
mod tianditu;
mod usage;
mod values;
mod verifier;
mod version;
mod window;

use done::Done;

use crate::imagery::{allow_where_named, set_up_gdal};
use crate::words::{Fault, Lang, Say};
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// Finds plots that may be opium poppy in drone imagery 在无人机影像中查找疑似罂粟种植点
#[derive(Parser)]
#[command(
    name = "papaver",
    version,
    max_term_width = help::WIDEST,
    arg_required_else_help = true
)]
struct Arguments {
    /// Language of messages and pages: en or zh (default: the locale) 信息和页面的语言：en 或 zh（默认按系统区域设置）
    #[arg(long, global = true, value_name = "LANG", value_parser = language)]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Search orthomosaics and photos for plots that may be poppy 扫描正射影像和照片，查找疑似罂粟地块
    Scan(Box<scan::ScanArguments>),
    /// Part a scan into shards for several machines 把一次扫描划分为多个分片，供多台机器运行
    Plan(Box<plan::PlanArguments>),
    /// Make reduced copies of orthomosaics, for maps 生成正射影像的金字塔，供地图显示
    Pyramid(pyramid::PyramidArguments),
    /// Measure a model on surveys whose truth is known 用已知真值的测区评测模型
    Evaluate(Box<evaluate::EvaluateArguments>),
    /// What a model says of itself 查看模型说明
    Model(model::ModelArguments),
    /// Map, screening and sites in a browser, from this computer 在浏览器中查看地图、研判和管理图斑，由本机提供服务
    Serve(serve::ServeArguments),
    #[command(flatten)]
    Registry(registry::RegistryCommand),
    #[command(flatten)]
    Province(province::ProvinceCommand),
    /// Print the completions of a shell 输出命令行补全脚本
    Completions(manual::Completions),
    /// Print the manual page of the program or of a command 输出程序或某个命令的手册页
    Man(manual::Man),
}

fn language(text: &str) -> Result<Lang, String> {
    match text {
        "en" => Ok(Lang::En),
        "zh" => Ok(Lang::Zh),
        _ => Err("the languages are en and zh 可选值：en、zh".into()),
    }
}

/// A command line, with help in one language.
fn parsed(typed: &[OsString], lang: Lang) -> Result<Arguments, clap::Error> {
    let mut command = help::in_language(Arguments::command(), lang, help::Folded::ToTerminal);
    let matches = command.try_get_matches_from_mut(typed)?;
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Runs the program.
pub fn main() -> ExitCode {
    asked::of_program(Arguments::command);
    let window = window::TerminalWindow::here(&Arguments::command());
    let settings = config::read();
    let asked = help::language_asked(window.arguments().iter().cloned());
    let code = match settings {
        Ok(()) => run(window.arguments(), asked),
        Err(error) => {
            talk::error(&error, asked);
            ExitCode::from(1)
        }
    };
    if code != ExitCode::SUCCESS {
        window.stay(asked);
    }
    code
}

/// Runs a command line.
fn run(typed: &[OsString], asked: Lang) -> ExitCode {
    let arguments = match parsed(typed, asked) {
        Ok(arguments) => arguments,
        Err(error) => {
            let wanted = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            if error.kind() == ErrorKind::DisplayVersion && version::is_asked_in_full(typed) {
                return telemetry::without().unwrap_or_else(|| {
                    version::print(asked);
                    ExitCode::SUCCESS
                });
            }
            let text = usage::text(&error, typed, asked);
            if wanted {
                talk::bytes(text.as_bytes());
                return ExitCode::SUCCESS;
            }
            talk::tell(text.trim_end());
            return ExitCode::from(1);
        }
    };
    let lang = arguments.lang.unwrap_or(asked);
    if let Some(code) = telemetry::without() {
        return code;
    }
    set_up_gdal();
    allow_where_named(typed.iter().map(Path::new));
    let shards = match &arguments.command {
        Command::Registry(registry::RegistryCommand::Merge(merge)) => merge.shards(),
        _ => None,
    };
    if let Some((merge, json)) = shards {
        return ended(merge.run(json, lang), lang);
    }
    let result = match arguments.command {
        Command::Scan(arguments) => match arguments.shard(lang) {
            Some((asked, run)) => plan::run_one(&asked, &run, lang),
            None => scan::run(*arguments, lang),
        },
        Command::Plan(arguments) => plan::run(*arguments, lang),
        Command::Pyramid(arguments) => pyramid::run(&arguments, lang),
        Command::Evaluate(arguments) => evaluate::run(&arguments, lang),
        Command::Model(arguments) => model::run(&arguments, lang),
        Command::Serve(arguments) => serve::run(arguments, lang),
        Command::Registry(command) => registry::run(command, lang),
        Command::Province(command) => province::run(command, lang),
        Command::Completions(arguments) => Ok(arguments.run(Arguments::command(), lang)),
        Command::Man(arguments) => arguments.run(Arguments::command(), lang),
    };
    ended(result, lang)
}

/// Says why a command ended, where it did not end well; what the program answers to who called it.
fn ended(result: Result<Done, Box<dyn Say>>, lang: Lang) -> ExitCode {
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

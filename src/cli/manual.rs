//! Shell completions and manual pages, made from the same command as the help.

use super::help::{Folded, in_language};
use super::{Done, talk};
use crate::words::{Lang, Said, Say};
use crate::{speaking_error, tr};
use clap::{Args, Command};

/// `papaver completions`
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell 命令行解释器
    #[arg(value_name = "SHELL")]
    shell: clap_complete::Shell,
}

impl Completions {
    /// Writes the script to the standard output.
    pub(super) fn run(&self, command: Command, lang: Lang) -> Done {
        let mut command = in_language(command, lang, Folded::No);
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "papaver", &mut script);
        talk::bytes(&script);
        Done::Whole
    }
}

/// `papaver man`
#[derive(Debug, Args)]
pub(super) struct Man {
    /// A command, such as `actor key` (default: the program) 命令，如 `actor key`（默认为程序本身）
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

impl Man {
    /// Writes the page (roff) to the standard output.
    ///
    /// # Errors
    /// There is no such command.
    pub(super) fn run(&self, command: Command, lang: Lang) -> Result<Done, Box<dyn Say>> {
        let whole = in_language(command, lang, Folded::No);
        let mut wanted = &whole;
        for name in &self.command {
            wanted = wanted
                .get_subcommands()
                .find(|below| below.get_name() == name)
                .ok_or_else(|| Box::new(NoCommand(self.command.join(" "))) as Box<dyn Say>)?;
        }
        let title = match wanted.get_bin_name() {
            Some(name) => name.replace(' ', "-"),
            None => wanted.get_name().to_owned(),
        };
        let page = clap_mangen::Man::new(wanted.clone().display_name(&title)).title(title);
        let mut roff = Vec::new();
        // A vector takes every byte.
        let _ = page.render(&mut roff);
        talk::bytes(&roff);
        Ok(Done::Whole)
    }
}

/// A page of a command that there is not.
#[derive(Debug)]
struct NoCommand(String);

impl Say for NoCommand {
    fn say(&self, lang: Lang) -> Said {
        let name = &self.0;
        Said::new(tr!(
            lang,
            "there is no command `{name}`",
            "没有命令 `{name}`"
        ))
        .hint(lang.pick(
            "`papaver --help` lists them",
            "`papaver --help` 列出全部命令",
        ))
    }
}

speaking_error!(NoCommand);

//! A program that was double-clicked has a window of its own, and no arguments: it opens the pages, and what it has to say
//! is not gone before it is read.

use super::talk;
use crate::platform;
use crate::words::Lang;
use clap::Command;
use std::ffi::OsString;
use std::io::IsTerminal;

/// What a double click asks for.
const PAGES: &str = "serve";

/// How this process was started.
pub(super) struct TerminalWindow {
    arguments: Vec<OsString>,
    is_own: bool,
}

impl TerminalWindow {
    /// Of this process. Only one without arguments can have been double-clicked.
    pub(super) fn here(command: &Command) -> Self {
        let arguments: Vec<_> = platform::arguments().collect();
        let is_own =
            arguments.len() < 2 && std::io::stdin().is_terminal() && platform::is_double_clicked();
        Self::of(arguments, is_own, command)
    }

    fn of(mut arguments: Vec<OsString>, is_own: bool, command: &Command) -> Self {
        if is_own && command.find_subcommand(PAGES).is_some() {
            arguments.push(PAGES.into());
        }
        Self { arguments, is_own }
    }

    /// What the command line is taken to say.
    pub(super) fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// Waits until the reader has read; a window of a shell stays by itself.
    pub(super) fn stay(&self, lang: Lang) {
        if self.is_own {
            talk::tell(lang.pick("\npress Enter to close", "\n按回车键关闭窗口"));
            let _read = std::io::stdin().read_line(&mut String::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_double_click_opens_the_pages_where_there_are_any() {
        let with = Command::new("papaver").subcommand(Command::new(PAGES));
        let without = Command::new("papaver");
        let opened = |own, command: &Command| {
            let window = TerminalWindow::of(vec!["papaver".into()], own, command);
            window.arguments().len() == 2
        };
        assert!(opened(true, &with));
        assert!(!opened(true, &without), "nothing to open");
        assert!(!opened(false, &with), "a shell gets the help");
    }
}

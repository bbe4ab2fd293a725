//! What the program says to people: the language, and errors that carry their remedy in it.
//!
//! Library code never prints. An error type implements [`Say`]; the command line asks it for its text in the user's
//! language and for the [`Fault`] that decides the exit code. `Display` is always the English sentence.

use std::io;
use std::path::Path;

/// A language the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// The language of a locale name such as `zh_CN.UTF-8`; anything that is not Chinese is English.
    pub fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("zh") {
            Self::Zh
        } else {
            Self::En
        }
    }

    /// One of two texts.
    pub fn pick<T>(self, english: T, chinese: T) -> T {
        match self {
            Self::En => english,
            Self::Zh => chinese,
        }
    }
}

/// Formats one of two sentences: `tr!(lang, "no file {path}", "没有文件 {path}")`.
#[macro_export]
macro_rules! tr {
    ($lang:expr, $english:literal, $chinese:literal $(, $argument:expr)* $(,)?) => {
        match $lang {
            $crate::words::Lang::En => format!($english $(, $argument)*),
            $crate::words::Lang::Zh => format!($chinese $(, $argument)*),
        }
    };
}

/// A path as it is typed in a shell: quoted where it has to be.
pub fn shell(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// What happened, and what the user can do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// One sentence, without a full stop, naming the file or value.
    pub what: String,
    /// The remedy, where there is one.
    pub hint: Option<String>,
}

impl Said {
    /// A sentence without a remedy.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: None,
        }
    }

    /// A file or folder that the system does not let be read.
    pub fn unreadable(lang: Lang, path: &Path, source: &io::Error) -> Self {
        let path = path.display();
        Self::new(tr!(
            lang,
            "{path} cannot be read: {source}",
            "无法读取 {path}：{source}"
        ))
    }

    /// A file or folder that the system does not let be written.
    pub fn unwritable(lang: Lang, path: &Path, source: &io::Error) -> Self {
        let path = path.display();
        Self::new(tr!(
            lang,
            "{path} cannot be written: {source}",
            "无法写入 {path}：{source}"
        ))
    }

    /// The same with a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Whose fault an error is; it decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The input or the arguments: exit code 1.
    Input,
    /// The machine or this program: exit code 2.
    Machine,
    /// The user stopped the run: exit code 130.
    Interrupted,
}

/// An error that can be told to a person.
pub trait Say: std::error::Error + Send + Sync + 'static {
    /// The sentence and its remedy in the given language.
    fn say(&self, lang: Lang) -> Said;

    /// Whose fault it is.
    fn fault(&self) -> Fault {
        Fault::Input
    }
}

/// Implements `Display` (the English sentence) and `Error` for a type that implements [`Say`].
/// With a second argument, a function `fn(&T) -> Option<&(dyn Error + 'static)>`, `source` is kept.
#[macro_export]
macro_rules! speaking_error {
    ($type:ty) => {
        $crate::speaking_error!($type, |_| None);
    };
    ($type:ty, $source:expr) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::words::Say::say(self, $crate::words::Lang::En).what)
            }
        }
        impl std::error::Error for $type {
            fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
                let source: fn(&$type) -> Option<&(dyn std::error::Error + 'static)> = $source;
                source(self)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_locale_speaks_chinese_and_any_other_english() {
        assert_eq!(Lang::of_locale("zh_CN.UTF-8"), Lang::Zh);
        assert_eq!(Lang::of_locale("zh-Hans"), Lang::Zh);
        assert_eq!(Lang::of_locale("de_DE"), Lang::En);
        assert_eq!(Lang::of_locale("C"), Lang::En);
    }

    #[test]
    fn a_path_that_a_shell_would_split_is_quoted() {
        let shell = |p: &str| shell(Path::new(p));
        assert_eq!(shell("/data/正射_1.tif"), "/data/正射_1.tif");
        assert_eq!(shell("a b.tif"), "'a b.tif'");
        assert_eq!(shell("it's.tif"), "'it'\\''s.tif'");
    }

    #[test]
    fn a_sentence_is_formatted_in_the_language_asked_for() {
        let path = "a.tif";
        assert_eq!(tr!(Lang::Zh, "no {path}", "没有 {path}"), "没有 a.tif");
        assert_eq!(tr!(Lang::En, "no {}", "没有 {}", path), "no a.tif");
    }
}

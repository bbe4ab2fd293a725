//! What the program says to people: the language, and errors that carry their remedy.
//!
//! Library code never prints, and names no command and no option. An error type implements [`Say`]; a face of the program
//! asks it for its text in the user's language, for what can be done ([`Remedy`], with [`Action`]s that the face shows in
//! its own form) and for the [`Fault`] that decides the exit code. `Display` is always the English sentence.

mod action;
mod lang;
mod remedy;

pub use action::{Action, Choice};
pub use lang::Lang;
pub use remedy::{ClauseDraft, PlacedAction, Remedy};

use std::fmt::Display;
use std::io;
use std::path::Path;

/// A text that is known beforehand, in English and in Chinese.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Both(pub &'static str, pub &'static str);

impl Both {
    /// The text in one of the languages.
    pub fn pick(self, lang: Lang) -> &'static str {
        lang.pick(self.0, self.1)
    }
}

/// A number with the words that English bends by it: `1 site`, `2 sites`, `0 sites`.
pub fn number_of(count: impl Display, one: &str, many: &str) -> String {
    let count = count.to_string();
    let words = if count == "1" { one } else { many };
    format!("{count} {words}")
}

/// Formats one of two sentences: `tr!(lang, "no file {path}", "没有文件 {path}")`. What stands in both follows by name:
/// `tr!(lang, "no file {path}", "没有文件 {path}", path = path.display())`. What English says of a count follows as names with
/// [`number_of`]'s arguments: `tr!(lang, "{sites} overdue", "超期 {n} 处", sites = (n, "site is", "sites are"))`.
#[macro_export]
macro_rules! tr {
    ($lang:expr, $english:literal, $chinese:literal
     $(, $words:ident = ($count:expr, $one:literal, $many:literal))+ $(,)?) => {
        match $lang {
            $crate::words::Lang::En => {
                $(let $words = $crate::words::number_of($count, $one, $many);)+
                format!($english)
            }
            $crate::words::Lang::Zh => format!($chinese),
        }
    };
    ($lang:expr, $english:literal, $chinese:literal $(, $name:ident = $value:expr)+ $(,)?) => {{
        $(let $name = $value;)+
        $crate::tr!($lang, $english, $chinese)
    }};
    ($lang:expr, $english:literal, $chinese:literal $(, $argument:expr)* $(,)?) => {
        match $lang {
            $crate::words::Lang::En => format!($english $(, $argument)*),
            $crate::words::Lang::Zh => format!($chinese $(, $argument)*),
        }
    };
}

/// What speaks for itself, carried by an error of the system: a file may lie where more can happen than on a disk.
#[derive(Debug)]
pub struct Spoken(pub Box<dyn Say>);

impl Display for Spoken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Spoken {}

/// What can be done about an error of the system, where it carries what [speaks for itself](Spoken).
pub fn remedy_of_system(error: &io::Error, lang: Lang) -> Option<Remedy> {
    let spoken = error.get_ref()?.downcast_ref::<Spoken>()?;
    spoken.0.say(lang).remedies.into_iter().next()
}

const REFUSED: &str = "对方拒绝连接";

/// What a library says of a connection that did not come about, in the user's language where it is one of the things that happen.
pub fn of_connection(why: &str, lang: Lang) -> &str {
    let happens = [
        ("refused", REFUSED),
        ("timed out", "超时"),
        ("unreachable", "网络不通"),
        ("reset", "连接被对方中断"),
    ];
    let named = happens.iter().find(|(said, _)| why.contains(said));
    lang.pick(why, named.map_or(why, |(_, chinese)| chinese))
}

/// What the system says of a file, in the user's language where it is one of the things that happen.
pub fn of_system(error: &io::Error, lang: Lang) -> String {
    let spoken = error.get_ref().and_then(|inner| inner.downcast_ref());
    if let Some(Spoken(spoken)) = spoken {
        return spoken.say(lang).what;
    }
    let chinese = match error.kind() {
        io::ErrorKind::NotFound => "没有该文件或文件夹",
        io::ErrorKind::PermissionDenied => "没有权限",
        io::ErrorKind::AlreadyExists => "已存在",
        io::ErrorKind::IsADirectory => "是文件夹，不是文件",
        io::ErrorKind::NotADirectory => "路径中有一段不是文件夹",
        io::ErrorKind::StorageFull => "磁盘空间不足",
        io::ErrorKind::ReadOnlyFilesystem => "磁盘为只读",
        io::ErrorKind::InvalidFilename => "文件名无效或过长",
        io::ErrorKind::ConnectionRefused => REFUSED,
        io::ErrorKind::TimedOut => "超时",
        _ => return error.to_string(),
    };
    lang.pick(error.to_string(), chinese.to_owned())
}

/// What happened, and what the user can do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// One sentence, without a full stop, naming the file or value.
    pub what: String,
    /// What can be done, one clause after another; empty where nothing can.
    pub remedies: Vec<Remedy>,
}

impl Said {
    /// A sentence without a remedy.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedies: Vec::new(),
        }
    }

    /// A file or folder that the system does not let be read.
    pub fn unreadable(lang: Lang, path: &Path, source: &io::Error) -> Self {
        let (path, source) = (path.display(), of_system(source, lang));
        Self::new(tr!(
            lang,
            "{path} cannot be read: {source}",
            "无法读取 {path}：{source}"
        ))
    }

    /// A file of a crew or an office whose content is not of the kind that its name promises.
    pub fn misnamed(lang: Lang, path: &Path, why: &str) -> Self {
        let path = path.display();
        Self::new(tr!(
            lang,
            "{path} is not what its name says: {why}",
            "{path} 的内容与其类型不符：{why}"
        ))
        .hint(lang.pick(
            "copy it again from the device, or save it again; nothing was recorded",
            "请从设备重新复制或重新保存；未作任何记录",
        ))
    }

    /// A file or folder that the system does not let be written.
    pub fn unwritable(lang: Lang, path: &Path, source: &io::Error) -> Self {
        let (path, source) = (path.display(), of_system(source, lang));
        Self::new(tr!(
            lang,
            "{path} cannot be written: {source}",
            "无法写入 {path}：{source}"
        ))
    }

    /// The same with a remedy, after those that it has.
    #[must_use]
    pub fn hint(mut self, remedy: impl Into<Remedy>) -> Self {
        self.remedies.push(remedy.into());
        self
    }

    /// The same with remedies, as many as there are, after those that it has.
    #[must_use]
    pub fn hints(mut self, remedies: impl IntoIterator<Item = impl Into<Remedy>>) -> Self {
        self.remedies.extend(remedies.into_iter().map(Into::into));
        self
    }

    /// The same about a file: its name stands before the sentence.
    #[must_use]
    pub fn about(mut self, path: &Path) -> Self {
        self.what = format!("{}: {}", path.display(), self.what);
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
    fn a_sentence_is_formatted_in_the_language_asked_for() {
        let path = "a.tif";
        assert_eq!(tr!(Lang::Zh, "no {path}", "没有 {path}"), "没有 a.tif");
        assert_eq!(tr!(Lang::En, "no {}", "没有 {}", path), "no a.tif");
    }

    #[test]
    fn what_the_system_says_is_said_in_chinese() {
        let missing = std::fs::read("no such file").unwrap_err();
        let said = |lang| Said::unreadable(lang, Path::new("甲.csv"), &missing).what;
        assert_eq!(said(Lang::Zh), "无法读取 甲.csv：没有该文件或文件夹");
        assert!(said(Lang::En).starts_with("甲.csv cannot be read: "));
        assert_eq!(of_system(&io::Error::other("x"), Lang::Zh), "x");
    }

    #[test]
    fn words_agree_with_their_number() {
        let due = |n: usize, lang| {
            tr!(
                lang,
                "{sites} overdue",
                "超期 {n} 处",
                sites = (n, "site is", "sites are")
            )
        };
        assert_eq!(due(1, Lang::En), "1 site is overdue");
        assert_eq!(due(0, Lang::En), "0 sites are overdue");
        assert_eq!(due(21, Lang::En), "21 sites are overdue");
        assert_eq!(due(1, Lang::Zh), "超期 1 处");
    }
}

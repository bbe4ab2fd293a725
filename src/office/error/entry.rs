//! An entry that cannot be spoken of.

use crate::registry::ids::Hash;
use crate::registry::told::kind_label;
use crate::words::{Action, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};

/// An entry that cannot be spoken of.
#[derive(Debug)]
pub enum EntryError {
    /// No entry, or several, begin so.
    Unknown {
        /// What was typed.
        typed: String,
        /// How many begin so.
        found: usize,
    },
    /// It was voided before.
    Void {
        /// Its number.
        entry: Hash,
    },
    /// It is of another type.
    Kind {
        /// What was typed.
        typed: String,
        /// Its type.
        kind: String,
        /// The types that do.
        wanted: &'static [&'static str],
    },
}

impl Say for EntryError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Unknown { typed, found: 0 } => Said::new(tr!(
                lang,
                "no entry has the number {typed}",
                "没有编号为 {typed} 的记录"
            ))
            .hint(remedy!(
                lang,
                "{log} prints each entry's number after its time; four digits or more are needed",
                "{log} 每行时间之后即为记录编号，至少输入前四位",
                log = Action::Log,
            )),
            Self::Unknown { typed, found } => Said::new(tr!(
                lang,
                "{entries} with {typed}",
                "有 {found} 条记录的编号以 {typed} 开头",
                entries = (
                    found,
                    "entry has a number that begins",
                    "entries have numbers that begin"
                )
            ))
            .hint(lang.pick("type more of it", "请多输入几位")),
            Self::Void { entry } => {
                let entry = entry.short();
                Said::new(tr!(
                    lang,
                    "entry {entry} is void already",
                    "记录 {entry} 已经作废"
                ))
                .hint(remedy!(
                    lang,
                    "nothing was recorded; {log} shows who voided it, and why",
                    "未作任何记录；{log} 可查看由何人因何作废",
                    log = Action::Log,
                ))
            }
            Self::Kind {
                typed,
                kind,
                wanted,
            } => {
                let separator = lang.pick(", ", "、");
                let names: Vec<&str> = wanted.iter().map(|kind| kind_label(kind, lang)).collect();
                let (kind, wanted) = (kind_label(kind, lang), names.join(separator));
                Said::new(tr!(
                    lang,
                    "{typed} is an entry of another type: {kind}",
                    "{typed} 是“{kind}”记录"
                ))
                .hint(tr!(
                    lang,
                    "what is meant here: {wanted}",
                    "此处应为：{wanted}"
                ))
            }
        }
    }

    fn fault(&self) -> Fault {
        Fault::Input
    }
}
speaking_error!(EntryError);

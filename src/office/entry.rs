//! Entries as people name them: by the beginning of their number, as `log` prints it, or an added site by its code.

use super::OfficeError;
use crate::registry::event::Sealed;
use crate::registry::told::kind_label;
use crate::store::Store;
use crate::words::{Action, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};

/// Digits of a number at least.
const FEWEST: usize = 4;

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

/// The entry that a person means by the beginning of its number, of one of these types.
///
/// # Errors
/// [`EntryError`], and those of reading.
pub fn entry(
    store: &Store,
    typed: &str,
    wanted: &'static [&'static str],
) -> Result<Sealed, OfficeError> {
    let digits = typed.trim().to_lowercase();
    let unknown = |found| EntryError::Unknown {
        typed: typed.to_owned(),
        found,
    };
    if digits.len() < FEWEST || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(unknown(0).into());
    }
    let mut found = store.events_beginning(&digits)?;
    // Of several, those of the wanted types are meant.
    if found.len() > 1 {
        found.retain(|sealed| wanted.contains(&sealed.event.body.kind()));
    }
    if found.len() != 1 {
        return Err(unknown(found.len()).into());
    }
    let one = found.remove(0);
    let kind = one.event.body.kind();
    if wanted.contains(&kind) {
        return Ok(one);
    }
    let kind = kind.to_owned();
    let typed = typed.to_owned();
    Err(EntryError::Kind {
        typed,
        kind,
        wanted,
    }
    .into())
}

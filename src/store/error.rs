//! What can go wrong with a registry file, and what to do then.

mod person;
mod refused;
mod remedies;
pub(super) mod said;

pub use person::UnknownPerson;

use crate::registry::Role;
use crate::registry::event::EventFlaw;
use crate::registry::ids::{CodeError, Hash};
use crate::registry::moves::Refusal;
use crate::registry::people::People;
use crate::speaking_error;
use crate::words::{Fault, Lang, Said, Say, of_system};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A registry that cannot be opened, or an event that was not taken.
#[derive(Debug)]
pub enum StoreError {
    /// No file there.
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file is there already.
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file without a byte.
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Another kind of file.
    NotARegistry {
        /// The file.
        path: PathBuf,
    },
    /// Made by a later program.
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
        /// This program's.
        known: i32,
    },
    /// Another process writes.
    Held {
        /// The file.
        path: PathBuf,
        /// Who: computer, process, actor, since when.
        by: String,
    },
    /// Cannot be written.
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// A write was interrupted and waits to be undone, which this place does not allow.
    Interrupted {
        /// The file.
        path: PathBuf,
    },
    /// Beside the file lies a journal that is not its own.
    ForeignJournal {
        /// The file.
        path: PathBuf,
        /// The journal.
        journal: PathBuf,
    },
    /// The key of this device is not beside the file.
    NoDeviceKey {
        /// Where it should be.
        path: PathBuf,
    },
    /// No room.
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The file has changed underneath.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What and where.
        what: String,
    },
    /// A move was not followed.
    Refused {
        /// The site's code.
        site: String,
        /// Why.
        refusal: Refusal,
        /// Who tried.
        actor: String,
    },
    /// A person without the role.
    NoRole {
        /// The person.
        actor: String,
        /// The roles that would do.
        roles: Vec<&'static str>,
    },
    /// A person whom nobody knows.
    Person(Box<UnknownPerson>),
    /// Whose registry it is, or whom it trusts from the beginning, is not what its device signed.
    Grounds {
        /// The file.
        path: PathBuf,
    },
    /// A person who holds a key did not sign with it.
    KeyNeeded {
        /// The person.
        actor: String,
    },
    /// No such site.
    UnknownSite {
        /// What was asked for.
        code: String,
    },
    /// Several sites.
    AmbiguousSite {
        /// What was asked for.
        code: String,
        /// Their codes.
        sites: Vec<String>,
    },
    /// Not a site code.
    Code {
        /// What was typed.
        code: String,
        /// Why not.
        source: CodeError,
    },
    /// An event that is not sound.
    Flaw {
        /// Its hash.
        event: Hash,
        /// What is wrong.
        flaw: EventFlaw,
    },
    /// The data base engine.
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: rusqlite::Error,
    },
    /// A file beside it.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Whether a write was interrupted and waits to be undone: a journal whose first byte is not zero.
fn is_interrupted(path: &Path) -> bool {
    let mut first = [0];
    std::fs::File::open(crate::files::beside(path, "-journal"))
        .and_then(|mut file| file.read(&mut first))
        .is_ok_and(|read| read == 1 && first != [0])
}

impl StoreError {
    /// An error of the engine, for tests that may not name it.
    #[cfg(test)]
    pub(crate) fn of_the_engine() -> rusqlite::Error {
        rusqlite::Error::QueryReturnedNoRows
    }

    /// Reads what the engine says about a file.
    pub(super) fn of(path: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{CannotOpen, DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly};
        let path = path.to_path_buf();
        match source.sqlite_error_code() {
            Some(NotADatabase) => Self::NotARegistry { path },
            Some(DatabaseCorrupt) => Self::Damaged {
                path,
                what: source.to_string(),
            },
            Some(DiskFull) => Self::Full { path },
            // The engine cannot undo what a killed writer left: that is no matter of this command's own writing.
            Some(ReadOnly | CannotOpen) if is_interrupted(&path) => Self::Interrupted { path },
            Some(ReadOnly) => Self::ReadOnly { path },
            _ => match source {
                // A column of another type than was written: only damage does that.
                rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::Utf8Error(..)
                | rusqlite::Error::IntegralValueOutOfRange(..) => Self::Damaged {
                    path,
                    what: source.to_string(),
                },
                source => Self::Sqlite { path, source },
            },
        }
    }
}

impl StoreError {
    /// Why somebody may not do what takes one of these roles: their unit does not know them, or they hold none of them.
    pub(crate) fn no_role(people: &People, unit: &str, name: &str, roles: &[Role]) -> Self {
        match UnknownPerson::of(people, unit, name) {
            Some(unknown) => Self::Person(Box::new(unknown)),
            None => Self::NoRole {
                actor: name.to_owned(),
                roles: roles.iter().map(|role| role.name()).collect(),
            },
        }
    }

    /// What the system says of a file of a registry.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        |source| Self::Io { path, source }
    }
}

impl Say for StoreError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Missing { path } => said::missing(path, lang),
            Self::Exists { path } => said::exists(path, lang),
            Self::Empty { path } => said::empty(path, lang),
            Self::NotARegistry { path } => said::not_a_registry(path, lang),
            Self::Newer { path, found, known } => said::newer(path, *found, *known, lang),
            Self::Held { path, by } => said::held(path, by, lang),
            Self::ReadOnly { path } => said::read_only(path, lang),
            Self::Full { path } => said::full(path, lang),
            Self::Interrupted { path } => said::interrupted(path, lang),
            Self::ForeignJournal { path, journal } => said::foreign_journal(path, journal, lang),
            Self::Damaged { path, what } => said::damaged(path, what, lang),
            Self::Grounds { path } => said::grounds(path, lang),
            Self::NoDeviceKey { path } => said::no_device_key(path, lang),
            Self::KeyNeeded { actor } => said::key_needed(actor, lang),
            Self::NoRole { actor, roles } => said::no_role(actor, roles, lang),
            Self::Person(unknown) => unknown.say(lang),
            Self::Refused {
                site,
                refusal,
                actor,
            } => refused::refused(refusal, site, actor, lang),
            Self::UnknownSite { code } => said::unknown_site(code, lang),
            Self::AmbiguousSite { code, sites } => said::ambiguous_site(code, sites, lang),
            Self::Code { code, source } => said::no_code(code, *source, lang),
            Self::Flaw { event, flaw } => said::flawed(*event, flaw, lang),
            Self::Sqlite { path, source } => Said::new(source.to_string()).about(path),
            Self::Io { path, source } => Said::new(of_system(source, lang)).about(path),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Full { .. } | Self::Damaged { .. } | Self::Sqlite { .. } | Self::Io { .. } => {
                Fault::Machine
            }
            _ => Fault::Input,
        }
    }
}
speaking_error!(StoreError, |e| match e {
    StoreError::Sqlite { source, .. } => Some(source),
    StoreError::Io { source, .. } => Some(source),
    _ => None,
});

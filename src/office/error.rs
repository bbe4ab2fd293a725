//! What can stand in an office's way.

mod entry;
mod field;
mod patrol;
mod peer;
mod record;

pub use entry::EntryError;
pub use field::FieldError;
pub use patrol::PatrolError;
pub use peer::PeerError;
pub use record::RecordError;

pub use crate::store::UnknownPerson;

use crate::exchange::ExchangeError;
use crate::files::FileError;
use crate::remote::MirrorError;
use crate::store::StoreError;
use crate::store::bundle::BundleError;
use crate::store::evidence::EvidenceError;
use crate::store::keys::KeyError;
use crate::words::{Action, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};

/// A use case that was not done. Nothing is recorded then, but for what an outcome names.
#[derive(Debug)]
pub enum OfficeError {
    /// The registry, and what its law refuses.
    Store(Box<StoreError>),
    /// An entry that cannot be spoken of.
    Entry(EntryError),
    /// A file that cannot be kept.
    Evidence(Box<EvidenceError>),
    /// A person's key.
    Key(KeyError),
    /// A scan's folder or a file of decisions.
    Record(Box<RecordError>),
    /// A bundle.
    Bundle(Box<BundleError>),
    /// A file that was handed in.
    Exchange(Box<ExchangeError>),
    /// A crew's access.
    Field(FieldError),
    /// A patrol that does not say enough.
    Patrol(PatrolError),
    /// Another office that is called.
    Peer(Box<PeerError>),
    /// A database that mirrors.
    Mirror(MirrorError),
    /// A file that is to be written.
    File(FileError),
    /// A person who is named as one that is known, and is not.
    Person(UnknownPerson),
    /// A person of this name is known in several units.
    ManyUnits(String),
    /// There is no candidate to be screened.
    NothingOpen,
    /// No random audit was drawn of a season.
    NoAudit {
        /// The season.
        season: i16,
    },
    /// A random audit was drawn of what there is.
    AuditStands {
        /// The season.
        season: i16,
        /// Who drew it.
        by: String,
        /// When.
        at: String,
    },
}

impl OfficeError {
    fn cause(&self) -> Option<&dyn Say> {
        Some(match self {
            Self::Store(cause) => cause.as_ref(),
            Self::Evidence(cause) => cause.as_ref(),
            Self::Key(cause) => cause,
            Self::Entry(cause) => cause,
            Self::Field(cause) => cause,
            Self::Patrol(cause) => cause,
            Self::Record(cause) => cause.as_ref(),
            Self::Bundle(cause) => cause.as_ref(),
            Self::Exchange(cause) => cause.as_ref(),
            Self::Peer(cause) => cause.as_ref(),
            Self::Mirror(cause) => cause,
            Self::File(cause) => cause,
            Self::Person(cause) => cause,
            Self::ManyUnits(_)
            | Self::NothingOpen
            | Self::NoAudit { .. }
            | Self::AuditStands { .. } => return None,
        })
    }
}

impl Say for OfficeError {
    fn say(&self, lang: Lang) -> Said {
        match (self.cause(), self) {
            (Some(cause), _) => cause.say(lang),
            (None, Self::ManyUnits(name)) => Said::new(tr!(
                lang,
                "{name} is known in several units",
                "{name} 在多个单位中存在"
            ))
            .hint(lang.pick(
                "name the unit too: UNIT/NAME",
                "请同时指明单位：单位代码/姓名",
            )),
            (None, Self::NothingOpen) => Said::new(
                lang.pick("no candidate waits for the desk", "没有待研判的疑似点"),
            )
            .hint(remedy!(
                lang,
                "record a scan first: {record}",
                "请先录入扫描结果：{record}",
                record = Action::Record
            )),
            (None, Self::NoAudit { season }) => Said::new(tr!(
                lang,
                "no random audit of season {season} was drawn: there are no lots to list",
                "{season} 年度尚未随机抽查，没有可列出的抽查样本"
            ))
            .hint(remedy!(
                lang,
                "draw one first: {draw}",
                "请先抽查：{draw}",
                draw = Action::DrawAudit { season: *season }
            )),
            (None, Self::AuditStands { season, by, at }) => Said::new(tr!(
                lang,
                "the audit of season {season} was drawn by {by} at {at}: the first draw counts",
                "{season} 年度的随机抽查已由 {by} 于 {at} 抽定：以第一次抽取为准"
            ))
            .hint(lang.pick(
                "look at what it drew; candidates that are recorded later belong to it",
                "请按已抽定的结果研判；以后录入的疑似点自动纳入抽查，无须重新抽取",
            )),
            (None, _) => Said::new(""),
        }
    }

    fn fault(&self) -> Fault {
        self.cause().map_or(Fault::Input, Say::fault)
    }
}
speaking_error!(OfficeError, |e| match e {
    OfficeError::Store(cause) => Some(cause.as_ref()),
    OfficeError::Evidence(cause) => Some(cause.as_ref()),
    OfficeError::Key(cause) => Some(cause),
    OfficeError::Entry(cause) => Some(cause),
    OfficeError::Field(cause) => Some(cause),
    OfficeError::Patrol(cause) => Some(cause),
    OfficeError::Record(cause) => Some(cause.as_ref()),
    OfficeError::Bundle(cause) => Some(cause.as_ref()),
    OfficeError::Exchange(cause) => Some(cause.as_ref()),
    OfficeError::Peer(cause) => Some(cause.as_ref()),
    OfficeError::Mirror(cause) => Some(cause),
    OfficeError::File(cause) => Some(cause),
    OfficeError::Person(cause) => Some(cause),
    OfficeError::ManyUnits(_)
    | OfficeError::NothingOpen
    | OfficeError::NoAudit { .. }
    | OfficeError::AuditStands { .. } => None,
});

/// Each cause becomes its variant.
macro_rules! caused_by {
    ($($variant:ident($cause:ty)),* $(,)?) => {
        $(impl From<$cause> for OfficeError {
            fn from(cause: $cause) -> Self {
                Self::$variant(cause.into())
            }
        })*
    };
}
caused_by!(
    Store(StoreError),
    Evidence(EvidenceError),
    Key(KeyError),
    Entry(EntryError),
    Field(FieldError),
    Patrol(PatrolError),
    Record(RecordError),
    Bundle(BundleError),
    Exchange(ExchangeError),
    Peer(PeerError),
    Mirror(MirrorError),
    File(FileError),
    Person(UnknownPerson),
);

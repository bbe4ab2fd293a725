//! What an office does: one function a use case.
//!
//! A use case takes the [`Office`], the [`Session`] of whoever acts and what is to be done. It reads what it needs, keeps
//! the files that go with it, records its events in one transaction, and returns an outcome that serialises: what the
//! command line prints with `--json` is that outcome. Faces parse, call and show; only here are the clock and the dice read
//! and a registry written in.

pub mod affairs;
pub mod backup;
pub mod bundle_preview;
pub mod bundles;
pub mod campaign;
pub mod clock;
pub mod desk;
pub mod divide;
pub mod entry;
mod error;
mod evidence;
pub mod extent;
pub mod field;
#[cfg(test)]
pub(crate) mod fixture;
pub mod found;
pub mod import;
mod laid;
pub mod learn;
pub mod ledger;
pub mod life;
pub mod maintenance;
pub mod map_files;
pub mod maps;
pub mod mirror;
pub mod offers;
mod open_office;
pub mod patrol;
pub mod peers;
pub mod people;
pub mod province;
pub mod record;
pub mod screening;
mod session;
pub mod settings;
mod site;
pub mod targets;
pub mod trust;
mod unfollowed;
pub mod whereabouts;

pub use error::{
    EntryError, FieldError, OfficeError, PatrolError, PeerError, RecordError, UnknownPerson,
};
pub use evidence::Files;
pub use learn::LearnError;
pub use open_office::Office;
use open_office::Transaction;
pub use session::{Credentials, Session, sign_in, unit_of};
pub use site::{Changed, SiteNow};
pub use unfollowed::Unfollowed;

//! The registry file: events in `SQLite`, never changed or deleted, and tables derived from them.
//!
//! Writing goes through [`Store::write`]: one transaction, synchronised to the disk before it is acknowledged. Each
//! appended event is folded with its site's earlier ones first; what replay would not follow is not taken.

mod affairs;
pub mod backup;
pub mod bundle;
mod chains;
mod derive;
mod districts;
mod draft;
mod each;
mod error;
pub mod evidence;
mod files;
mod filter;
mod forks;
mod gate;
mod kept;
mod kept_back;
pub mod keys;
mod lock;
mod open;
mod order;
mod parallel_replay;
mod part;
mod ranking;
mod read;
mod registry_file;
mod remembered;
pub(crate) mod revocations;
mod salvage;
mod schema;
mod search;
mod undistricted;
mod verify;
mod worked_out;
mod write;

pub use districts::Boundaries;
pub use draft::{Author, Draft, InTheirName, Moment};
pub use error::{StoreError, UnknownPerson};
pub use filter::Filter;
pub use forks::ExplainedFork;
pub use ranking::{Ranking, ScanFeatures};
pub use registry_file::{Migrated, Store};
pub use revocations::Revocation;
pub use salvage::{Salvaged, salvage};
pub use verify::{Discrepancy, Gap, Verification};
pub use worked_out::WorkedOut;

/// The version of the engine that is compiled in.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// The version of the registries that this program writes.
pub fn registry_version() -> i32 {
    schema::version()
}

#[cfg(test)]
pub(crate) mod tests;

#[cfg(test)]
mod scale;

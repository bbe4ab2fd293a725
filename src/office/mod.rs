//! What an office does: one function a use case.
//!
//! A use case takes the [`Office`], the [`Session`] of whoever acts and what is to be done. It reads what it needs, keeps
//! the files that go with it, records its events in one transaction, and returns an outcome that serialises: what the
//! command line prints with `--json` is that outcome. Faces parse, call and show; only here are the clock and the dice read
//! and a registry written in.

pub mod affairs;
pub mod backup;
pub mod bundles;
pub mod campaign;
pub mod clock;
pub mod desk;
pub mod divide;
pub mod entry;
mod error;
mod evidence;
pub mod field;
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

pub use error::OfficeError;
pub use evidence::Files;
pub use learn::LearnError;
pub use peers::PeerError;
pub use session::{Credentials, Session, sign_in};
pub use site::{Changed, SiteNow};

use crate::registry::SiteKey;
use crate::registry::body::Body;
use crate::registry::event::{EvidenceRef, Sealed};
use crate::store::{Draft, Moment, Store, StoreError};
use std::path::Path;
use std::time::Duration;

/// How long a second writer waits.
const WAIT: Duration = Duration::from_secs(10);

/// A registry that is open for writing.
#[derive(Debug)]
pub struct Office {
    store: Store,
}

impl Office {
    /// Opens a registry for writing; others who want to write are told that `name` holds it.
    ///
    /// # Errors
    /// Those of [`Store::open_write`].
    pub fn open(path: &Path, name: &str) -> Result<Self, StoreError> {
        let store = Store::open_write(path, &holder(name), WAIT)?;
        Ok(Self { store })
    }

    /// Lets others write until [`Office::resume`]; what is open stays open.
    ///
    /// # Errors
    /// Those of the store.
    pub fn rest(&mut self) -> Result<(), StoreError> {
        self.store.hold_little()?;
        self.store.rest();
        Ok(())
    }

    /// Goes on writing, as `name`. `false` where somebody else has written meanwhile, or something else lies there: then it is to be
    /// opened anew.
    ///
    /// # Errors
    /// Those of [`Store::resume`].
    pub fn resume(&mut self, name: &str) -> Result<bool, StoreError> {
        self.store.resume(&holder(name), WAIT)
    }

    /// The registry, to be read.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The unit whose registry this is.
    ///
    /// # Errors
    /// Those of reading.
    pub fn unit(&self) -> Result<String, StoreError> {
        unit_of(&self.store)
    }

    /// Does something in one transaction: all of it is recorded, or nothing.
    fn transact<T>(
        &mut self,
        session: &Session,
        work: impl FnOnce(&mut Transaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.store
            .write(|store| work(&mut Transaction { store, session }))
    }

    /// Records one event, about a site or about none.
    fn record(
        &mut self,
        session: &Session,
        site: Option<SiteKey>,
        evidence: Vec<EvidenceRef>,
        body: Body,
    ) -> Result<Sealed, StoreError> {
        self.transact(session, |entry| entry.append(site, evidence, body))
    }
}

/// What others are told while somebody writes.
fn holder(name: &str) -> String {
    format!(
        "{name} (pid {}, {})",
        std::process::id(),
        clock::now().strftime("%Y-%m-%d %H:%M:%S")
    )
}

/// The unit whose registry this is.
///
/// # Errors
/// Those of reading.
pub fn unit_of(store: &Store) -> Result<String, StoreError> {
    Ok(store.local("unit")?.unwrap_or_default())
}

/// A transaction: what a session records together.
struct Transaction<'a> {
    store: &'a mut Store,
    session: &'a Session,
}

impl Transaction<'_> {
    /// Records an event now.
    fn append(
        &mut self,
        site: Option<SiteKey>,
        evidence: Vec<EvidenceRef>,
        body: Body,
    ) -> Result<Sealed, StoreError> {
        self.append_at(site, evidence, body, clock::moment())
    }

    /// Records an event of this moment.
    fn append_at(
        &mut self,
        site: Option<SiteKey>,
        evidence: Vec<EvidenceRef>,
        body: Body,
        moment: Moment,
    ) -> Result<Sealed, StoreError> {
        let draft = Draft {
            site,
            at: self.session.at().to_owned(),
            evidence,
            body,
        };
        self.store.append(self.session.author(), draft, moment)
    }
}

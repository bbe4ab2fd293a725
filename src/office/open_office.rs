//! A registry that is open for writing, and the transactions in which sessions record.

use super::clock;
use super::error::OfficeError;
use super::session::{Credentials, Session, sign_in, unit_of};
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
    pub(super) store: Store,
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

    /// Begins a session: see [`sign_in`].
    ///
    /// # Errors
    /// Those of [`sign_in`].
    pub fn sign_in(&self, given: Credentials) -> Result<Session, OfficeError> {
        sign_in(self.store(), given)
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
    pub(super) fn transact<T>(
        &mut self,
        session: &Session,
        work: impl FnOnce(&mut Transaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.store
            .write(|store| work(&mut Transaction { store, session }))
    }

    /// Records one event, about a site or about none.
    pub(super) fn record(
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
pub(super) fn holder(name: &str) -> String {
    format!(
        "{name} (pid {}, {})",
        std::process::id(),
        clock::now_in(&jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S")
    )
}

/// A transaction: what a session records together.
pub(super) struct Transaction<'a> {
    pub(super) store: &'a mut Store,
    pub(super) session: &'a Session,
}

impl Transaction<'_> {
    /// Records an event now.
    pub(super) fn append(
        &mut self,
        site: Option<SiteKey>,
        evidence: Vec<EvidenceRef>,
        body: Body,
    ) -> Result<Sealed, StoreError> {
        self.append_at(site, evidence, body, clock::moment())
    }

    /// Records an event of this moment.
    pub(super) fn append_at(
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

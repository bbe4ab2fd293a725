//! What verification finds.

use crate::registry::event::EventFlaw;
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::store::ExplainedFork;
use serde::Serialize;

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discrepancy {
    /// The data base's own structure.
    Structure {
        /// What the engine says.
        what: String,
    },
    /// An event.
    Event {
        /// Its row.
        row: i64,
        /// Its hash as the row has it.
        hash: Hash,
        /// The device and number that the row names.
        device: DeviceId,
        /// The number.
        seq: i64,
        /// What is wrong.
        flaw: EventFlaw,
    },
    /// A row's columns do not repeat what its event says.
    Row {
        /// The row.
        row: i64,
    },
    /// An event does not follow the one before it.
    Chain {
        /// The device.
        device: DeviceId,
        /// The number.
        seq: u64,
    },
    /// Two events of a device have one number: its registry was copied or put back and written in twice.
    Fork {
        /// The device.
        device: DeviceId,
        /// The number.
        seq: u64,
    },
    /// The derived tables are not what replay makes.
    Derived {
        /// The site, where it is one.
        site: Option<SiteKey>,
    },
    /// A table, an index or a trigger is not the one that this program makes.
    Schema {
        /// Its name.
        name: String,
    },
    /// Whose registry it is, or whom it trusts from the beginning, is not as its device signed it.
    Grounds,
    /// Events that this device verified before, and signed that it did, are gone or others.
    Mark,
    /// The boundaries are not those that the unit decided on last.
    Boundaries,
    /// The district of a site is not that of the boundary file.
    District {
        /// The site.
        site: SiteKey,
    },
    /// An evidence file that this device recorded is missing: it was here, and is gone.
    EvidenceMissing {
        /// Its digest.
        sha256: Hash,
        /// The name it came with.
        name: String,
    },
    /// An evidence file has changed.
    EvidenceChanged {
        /// Its digest as recorded.
        sha256: Hash,
        /// The name it came with.
        name: String,
    },
}

/// Numbers of a device that have not arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The device.
    pub device: DeviceId,
    /// The first missing number.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// What verification found.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    /// Events looked at.
    pub events: u64,
    /// Signatures verified now.
    pub signatures: u64,
    /// Events whose signatures this device verified before, and signed that it did, unchanged since.
    pub verified_before: u64,
    /// Evidence files looked at.
    pub files: u64,
    /// What is wrong.
    pub findings: Vec<Discrepancy>,
    /// What has not arrived.
    pub gaps: Vec<Gap>,
    /// Forks that a supervisor has explained.
    pub acknowledged: Vec<ExplainedFork>,
    /// Evidence that events of others name and that has not arrived, by its digest and its name. Absent is not damaged: it
    /// may be in another part of a bundle, or may never have been anywhere.
    pub absent: Vec<(Hash, String)>,
    /// Each device with its last number and that event's hash: what a paper ledger should carry.
    pub heads: Vec<(DeviceId, u64, Hash)>,
}

//! A row on its way to be recorded: what it reports, and of which site.

use super::RowFlaw;
use crate::ground::LonLat;
use crate::registry::body::Body;
use crate::registry::event::EvidenceRef;
use crate::registry::place::Place;
use crate::registry::{Hash, SiteKey};
use std::collections::BTreeSet;

/// A row on its way.
pub struct RowInHand {
    pub table: String,
    pub line: u64,
    pub site: Option<(SiteKey, String)>,
    pub ready: Result<ReadyRow, RowFlaw>,
}

/// What a row reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowSubject {
    /// A visit.
    Visit,
    /// An eradication.
    Eradication,
}

/// One thing that a row reports, and its photographs.
#[derive(Clone, PartialEq)]
pub struct RowStep {
    pub what: RowSubject,
    pub body: Body,
    pub at: String,
    pub photos: Vec<String>,
    pub evidence: Vec<EvidenceRef>,
}

/// A row that can be recorded, once its photographs are kept.
pub struct ReadyRow {
    pub key: SiteKey,
    pub place: Place,
    /// What makes the site, where the row is a new find; and when that was.
    pub find: Option<[Body; 2]>,
    pub found_at: String,
    pub steps: Vec<RowStep>,
    /// Fields that had been edited in parallel before.
    pub parallel: BTreeSet<String>,
    /// The heads that the copy carried.
    pub seen: Vec<Hash>,
    pub moved_on: bool,
    pub without_head: bool,
    pub apart_m: Option<f64>,
    pub position: Option<LonLat>,
}

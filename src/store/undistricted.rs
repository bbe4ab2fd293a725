//! Sites that were written and have no district yet: they are looked up once the transaction is about to end.

use crate::ground::LonLat;
use crate::registry::districts::Districts;
use crate::registry::ids::{Hash, SiteKey};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The sites that the transaction which is going on has written and that have no district yet, and the boundaries in which they
/// are looked up: read once, as long as they are the same.
#[derive(Debug, Default)]
pub(super) struct Undistricted {
    pub(super) sites: RefCell<BTreeMap<SiteKey, LonLat>>,
    pub(super) read: RefCell<Option<(Hash, String, Arc<Districts>)>>,
}

impl Undistricted {
    /// The transaction has ended.
    pub(super) fn forget(&mut self) {
        self.sites.get_mut().clear();
    }
}

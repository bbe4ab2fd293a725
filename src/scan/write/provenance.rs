//! What the results of a scan are owed to, as far as its files say.

use crate::imagery::Source;
use crate::scan::model::Model;
use crate::scan::request::ScanRequest;
use crate::scan::score_store::RunKey;
use crate::scan::verify::{Crops, Learnt, Second};
use std::collections::BTreeMap;

/// What the results are owed to.
pub struct Provenance<'a> {
    /// What was asked.
    pub request: &'a ScanRequest,
    /// The model.
    pub model: &'a Model,
    /// What the scores are bound to.
    pub key: &'a RunKey,
    /// How candidates were looked at once more.
    pub second: Option<&'a Second>,
    /// What was learnt from verdicts.
    pub learnt: Option<&'a Learnt>,
    /// The sources.
    pub sources: &'a [Source],
    /// What was cut for the pictures already.
    pub crops: &'a Crops<'a>,
}

/// SHA-256 of the files by their names in the folder, so that whoever takes the folder sees whether it was edited.
pub type Digests = BTreeMap<String, String>;

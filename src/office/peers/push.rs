//! `push`: what the other office has not is sent to it, part by part.

use super::super::bundles::{NamedEvidence, Outgoing, Sent, send};
use super::super::{Office, OfficeError, PeerError};
use super::call::{Call, CallStep, Other};
use super::outbox::{Outbox, keep_receipt};
use super::{LARGEST_PART, PARTS};
use crate::files::{self, FileError};
use crate::registry::Hash;
use crate::registry::refusal::Refusal;
use crate::remote::TakenPart;
use crate::store::bundle::{self, BundleError, LeftOut, Point};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// An event that the other office keeps and does not follow.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NotFollowed {
    /// The event.
    pub event: Hash,
    /// Why.
    pub why: Refusal,
}

impl NotFollowed {
    /// Each of them.
    pub(super) fn all(refused: &[(Hash, Refusal)]) -> Vec<Self> {
        let each = refused.iter().cloned();
        each.map(|(event, why)| Self { event, why }).collect()
    }
}

/// What became of a push.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Pushed {
    /// The other server.
    pub origin: String,
    /// The other unit.
    pub unit: String,
    /// Bytes that were sent.
    pub bytes: u64,
    /// Events that were new there.
    pub new_events: u64,
    /// Files of evidence that were sent.
    pub files: u64,
    /// Events that are kept there and not followed.
    pub refused: Vec<NotFollowed>,
    /// Events that are not taken there, since nobody whom that office trusts vouches for their devices.
    pub left_out: Vec<LeftOut>,
    /// Numbers that a device gave twice, which show there since.
    pub forks: Vec<Value>,
    /// Numbers that have not arrived there.
    pub missing: Vec<Value>,
    /// Files of evidence that have not arrived there.
    pub missing_files: usize,
    /// Evidence that is not here, so that it was not sent.
    pub absent: Vec<NamedEvidence>,
    /// Evidence that has changed here, so that it was not sent.
    pub changed: Vec<NamedEvidence>,
    /// The signed receipts.
    pub receipts: Vec<PathBuf>,
}

impl Pushed {
    /// Whether the other office had everything before.
    pub fn is_nothing(&self) -> bool {
        self.receipts.is_empty()
    }

    /// Whether everything has arrived and is followed.
    pub fn is_whole(&self) -> bool {
        self.refused.is_empty()
            && self.left_out.is_empty()
            && self.forks.is_empty()
            && self.missing.is_empty()
            && self.changed.is_empty()
    }

    /// Adds what a receipt says.
    fn add(&mut self, receipt: &Value) {
        let count = |name: &str| receipt[name].as_u64().unwrap_or(0);
        let list = |name: &str| receipt[name].as_array().cloned().unwrap_or_default();
        self.new_events += count("new_events");
        self.files += count("files");
        let refused = list("refused").into_iter();
        self.refused
            .extend(refused.filter_map(|one| serde_json::from_value(one).ok()));
        let left_out = list("left_out").into_iter();
        let left_out = (left_out.filter_map(|one| serde_json::from_value(one).ok())).collect();
        let before = std::mem::take(&mut self.left_out);
        self.left_out = LeftOut::joined(before, left_out, usize::saturating_add);
        self.forks.extend(list("forks"));
        self.missing = list("missing");
        self.missing_files = list("missing_files").len();
    }
}

/// Sends a served registry what it has not.
///
/// # Errors
/// [`PeerError`], and those of making a bundle. What was acknowledged before is kept there.
pub fn push(
    registry: &Path,
    who: &str,
    other: &Other,
    part_bytes: u64,
    told: &mut dyn FnMut(&CallStep),
) -> Result<Pushed, OfficeError> {
    let mut call = Call::begin(registry, who, other, told)?;
    let mut pushed = Pushed {
        origin: call.origin(),
        unit: call.unit.clone(),
        ..Pushed::default()
    };
    loop {
        let outbox = Outbox::beside(registry)?;
        let before = call.point.clone();
        let Some(sent) = packed(registry, who, &before, part_bytes, &outbox)? else {
            return Ok(pushed);
        };
        let left_out_before = std::mem::take(&mut pushed.left_out);
        for file in &sent.files {
            send_part(&mut call, registry, file, &mut pushed, told)?;
        }
        // What is not taken there is sent anew each time.
        pushed.left_out = LeftOut::joined(left_out_before, pushed.left_out, usize::max);
        pushed.absent.extend(sent.absent);
        pushed.changed.extend(sent.changed);
        if !sent.more || call.point == before {
            return Ok(pushed);
        }
    }
}

/// What the other registry has not since a point; nothing where it has everything. The registry is held no longer than it
/// takes to pack.
fn packed(
    registry: &Path,
    who: &str,
    since: &Point,
    part_bytes: u64,
    outbox: &Outbox,
) -> Result<Option<Sent>, OfficeError> {
    let outgoing = Outgoing {
        since: since.clone(),
        split_bytes: Some(part_bytes),
        most_bytes: Some(part_bytes.saturating_mul(PARTS)),
        ..Outgoing::default()
    };
    let mut office = Office::open(registry, who)?;
    match send(&mut office, &outbox.file("push.papaver-bundle"), outgoing) {
        Err(OfficeError::Bundle(error)) if matches!(*error, BundleError::Nothing) => Ok(None),
        sent => sent.map(Some),
    }
}

/// Sends a part, and keeps the receipt, which is the point from which to go on.
fn send_part(
    call: &mut Call,
    registry: &Path,
    file: &Path,
    pushed: &mut Pushed,
    told: &mut dyn FnMut(&CallStep),
) -> Result<(), OfficeError> {
    let bytes = files::read(file).map_err(FileError::of(file))?;
    let length = bytes.len() as u64;
    if length > call.largest.min(LARGEST_PART) {
        return Err(FileError::Unwritable {
            path: file.to_path_buf(),
            source: std::io::ErrorKind::FileTooLarge.into(),
        }
        .into());
    }
    told(&CallStep::Part { bytes: length });
    let name = Hash::of(&bytes);
    let put = |line: &crate::remote::Line, way: &dyn Fn(&str) -> String| {
        line.put::<TakenPart>(&way(&format!("bundles/{name}")), &bytes)
    };
    let TakenPart { receipt } = call.ask_again(put)?;
    if !bundle::is_receipt_of(&receipt, call.device) {
        let origin = call.origin();
        return Err(PeerError::Unproven { origin }.into());
    }
    pushed.bytes += length;
    pushed.add(&receipt);
    let kept = keep_receipt(registry, &call.unit, &receipt)?;
    pushed.receipts.push(kept);
    if let Ok(point) = serde_json::from_value(receipt) {
        call.point = point;
    }
    Ok(())
}

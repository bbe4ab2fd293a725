//! Receipts: what an office says it has taken, signed, so that the next bundle may begin there.

use super::{Applied, BundleError, Inspected, Point, SIGNED_AS};
use crate::registry::event::canonical;
use crate::registry::ids::{DeviceId, Hash};
use crate::store::Store;
use ed25519_dalek::Signer;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The format of a receipt.
pub const FORMAT: &str = "papaver.receipt/1";

/// The receipt of a bundle: what was taken and what this registry has now, signed. It may be the point from which the
/// other office makes its next bundle.
///
/// # Errors
/// Those of reading the registry.
pub fn receipt(
    store: &Store,
    bundle: &Inspected,
    applied: &Applied,
    at: &str,
) -> Result<Value, BundleError> {
    // All that has not arrived here is named, so that a later bundle since this receipt may carry it.
    let point = Point::of(store, store.complete()?)?;
    let key = store
        .signing_key()
        .ok_or_else(|| crate::store::StoreError::ReadOnly {
            path: store.path().into(),
        })?;
    let by = DeviceId::of(key);
    let mut receipt = json!({
        "format": FORMAT,
        "bundle": bundle.sha256,
        "part": bundle.manifest.part,
        "from": {"unit": bundle.manifest.unit, "device": bundle.manifest.device},
        "by": by,
        "unit": store.trusted().get(&by),
        "at": at,
        "new_events": applied.new_events,
        "known_events": applied.known_events,
        "files": applied.files,
        "have": point.have,
        "heads": point.heads,
        "refused": applied.refused.iter().map(|(event, why)| json!({"event": event, "why": why})).collect::<Vec<_>>(),
        "left_out": applied.left_out,
        "forks": numbers(&applied.forks),
        "missing": applied.gaps,
        "missing_files": point.missing_files,
        "state": applied.state,
    });
    let bytes = canonical(&receipt).map_err(|flaw| BundleError::NotABundle {
        path: PathBuf::from("receipt"),
        why: flaw.to_string(),
    })?;
    let signature = key.sign(&[SIGNED_AS, Hash::of(&bytes).as_bytes()].concat());
    receipt["signature"] = Value::from(hex::encode(signature.to_bytes()));
    Ok(receipt)
}

/// Numbers of devices, as a receipt lists them.
pub fn numbers(of: &[(DeviceId, u64)]) -> Vec<Value> {
    let each = of.iter();
    each.map(|(device, seq)| json!({"device": device, "seq": seq}))
        .collect()
}

/// Whether a receipt is what this device signed.
pub fn is_receipt_of(receipt: &Value, device: DeviceId) -> bool {
    let mut said = receipt.clone();
    let signature = said
        .as_object_mut()
        .and_then(|said| said.remove("signature"));
    let (Some(Value::String(signature)), Ok(bytes)) = (signature, canonical(&said)) else {
        return false;
    };
    let message = [SIGNED_AS, Hash::of(&bytes).as_bytes()].concat();
    device.signed_in_hex(&message, signature)
}

/// How far a receipt says that the office which signed it knows: only one that is whole, of a device that is trusted here, leaves
/// anything out of a bundle.
///
/// # Errors
/// [`BundleError::NotAReceipt`], [`BundleError::StrangeReceipt`].
pub fn point_of(store: &Store, path: &Path, receipt: Value) -> Result<Point, BundleError> {
    let none = || BundleError::NotAReceipt { path: path.into() };
    let device: DeviceId =
        serde_json::from_value(receipt["by"].clone()).map_err(|_no_device| none())?;
    if !is_receipt_of(&receipt, device) {
        return Err(none());
    }
    if !store.trusted().contains_key(&device) {
        let path = path.into();
        let unit = receipt["unit"].as_str().map(str::to_owned);
        return Err(BundleError::StrangeReceipt { path, device, unit });
    }
    serde_json::from_value(receipt).map_err(|_no_point| none())
}

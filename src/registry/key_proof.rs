//! The proof that whoever names a new key holds it.

use super::ids::DeviceId;
use ed25519_dalek::{Signer, SigningKey};

/// What a new key signs to show that whoever names it holds it.
fn proof_message(key: DeviceId, unit: &str, name: &str) -> Vec<u8> {
    format!("papaver.key/1:{key}:{unit}/{name}").into_bytes()
}

/// The proof that a new key is held, in hexadecimal digits.
pub fn prove(key: &SigningKey, unit: &str, name: &str) -> String {
    let public = DeviceId::of(key);
    hex::encode(key.sign(&proof_message(public, unit, name)).to_bytes())
}

/// Whether a proof is that of this key for this person.
pub fn proves(key: DeviceId, unit: &str, name: &str, proof: &str) -> bool {
    key.signed_in_hex(&proof_message(key, unit, name), proof)
}

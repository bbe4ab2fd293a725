//! What two offices say to each other, as JSON, and what each signs of it.
//!
//! The caller names its device and a number of its own; the server answers with a challenge, its own device and its signature
//! of both; the caller signs the challenge. Either signature covers the authority by which the connection is encrypted, so
//! that nobody between the two can hand one side's words to the other.

use crate::registry::event::canonical;
use crate::registry::ids::{DeviceId, Hash};
use crate::store::bundle::Point;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The format, before its version.
pub const FORMAT: &str = "papaver.exchange/";
/// The version that this program speaks.
pub const VERSION: u32 = 1;

/// Whether a format is one that this program speaks.
pub fn is_spoken(format: &str) -> bool {
    let version = format.strip_prefix(FORMAT).and_then(|v| v.parse().ok());
    version.is_some_and(|version: u32| version <= VERSION)
}

/// What a server says to whoever comes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Greeting {
    /// `papaver.exchange/1`.
    pub format: String,
    /// Its program.
    pub program: String,
    /// Its registries.
    #[serde(default)]
    pub registries: Vec<Served>,
}

/// A registry that is served.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Served {
    /// Its id.
    pub id: String,
    /// Its file's name.
    pub name: String,
    /// Its unit's code.
    pub unit: Option<String>,
    /// Its unit's name.
    pub title: Option<String>,
}

impl Served {
    /// Whether somebody means this one: by its unit, its file's name, or its id.
    pub fn is_meant(&self, by: &str) -> bool {
        let stem = self.name.strip_suffix(".papaver");
        self.id == by || self.name == by || stem == Some(by) || self.unit.as_deref() == Some(by)
    }
}

/// Who comes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Ask {
    /// The caller's device.
    pub device: DeviceId,
    /// A number that the caller thought of for this call.
    pub nonce: Hash,
}

/// What the caller is to sign, and the server's own proof.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Challenge {
    /// A number that is good once.
    pub challenge: Hash,
    /// The server's device.
    pub device: DeviceId,
    /// Its unit.
    pub unit: String,
    /// Its signature, in hexadecimal digits.
    pub signature: String,
}

/// The caller's proof.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reply {
    /// What was signed.
    pub challenge: Hash,
    /// By which device.
    pub device: DeviceId,
    /// The signature, in hexadecimal digits.
    pub signature: String,
}

/// A caller who was let in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Admitted {
    /// What every further request bears.
    pub token: String,
    /// How far the server's registry knows everybody's events.
    pub point: Point,
    /// Bytes of a part at most that it takes.
    pub largest: u64,
}

/// From where on something is wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Since {
    /// How far the caller's registry knows everybody's events.
    pub since: Point,
    /// Bytes of a part that are wanted; a single larger photograph makes a larger part.
    pub part_bytes: u64,
}

/// What lies ready for a caller.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PartOffer {
    /// Its parts, in order; none where the caller has everything.
    pub parts: Vec<OfferedPart>,
}

/// A part that lies ready.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfferedPart {
    /// Its size.
    pub bytes: u64,
    /// The digest of its file.
    pub sha256: Hash,
}

/// A part that was taken in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakenPart {
    /// The signed receipt; it is the point of the next bundle.
    pub receipt: Value,
}

fn message(who: &str, what: &Value) -> Vec<u8> {
    let bytes = canonical(what).unwrap_or_default();
    let digest = Hash::of(&bytes).to_string();
    format!("{FORMAT}{VERSION}:{who}:{digest}").into_bytes()
}

impl Ask {
    /// What the server signs: that it is the one that was called, with this challenge, by this authority.
    pub fn answered(&self, challenge: Hash, authority: &str) -> Vec<u8> {
        let Self { device, nonce } = self;
        let what = json!({
            "nonce": nonce, "caller": device, "challenge": challenge, "authority": authority,
        });
        message("server", &what)
    }
}

/// What the caller signs: that it comes to this server, by this authority.
impl Reply {
    /// Of a challenge.
    pub fn signed(challenge: Hash, server: DeviceId, authority: &str) -> Vec<u8> {
        let what = json!({ "challenge": challenge, "server": server, "authority": authority });
        message("caller", &what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_version_is_not_spoken_and_an_earlier_one_is() {
        assert!(is_spoken("papaver.exchange/1"));
        assert!(!is_spoken("papaver.exchange/2"));
        assert!(!is_spoken("something/1"));
    }

    #[test]
    fn what_one_side_signs_is_no_word_of_the_other() {
        let (a, b) = (Hash([1; 32]), Hash([2; 32]));
        let ask = Ask {
            device: DeviceId([3; 32]),
            nonce: a,
        };
        let server = ask.answered(b, "AA");
        assert_ne!(server, ask.answered(b, "BB"));
        assert_ne!(server, ask.answered(a, "AA"));
        assert_ne!(server, Reply::signed(b, ask.device, "AA"));
    }
}

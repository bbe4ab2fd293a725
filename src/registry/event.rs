//! An event: one recorded fact, its canonical bytes, its hash and its signatures.
//!
//! The canonical bytes (RFC 8785, no floating-point number) hold everything but the hash and the signatures. They are
//! kept as they are: hashing them again is all that is needed to see a changed byte.

pub use super::actor::{Actor, Recorder};
use super::body::Body;
pub use super::event_flaw::{EventFlaw, event_limit};
pub use super::event_id::next_id;
pub use super::evidence_ref::{EvidenceRef, EvidenceRole};
use super::ids::{DeviceId, Hash, SiteKey};
pub use super::sealed::Sealed;
use crate::text::{Zone, day_of};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

/// The version of the event format that this program writes and reads.
pub const EVENT_VERSION: u32 = 1;
/// Days within which an entry is of about the time of what it tells.
const ENTERED_WITHIN_DAYS: i32 = 3;
/// The largest integer that every reader of JSON keeps.
const LARGEST: u64 = 1 << 53;

/// One recorded fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// A `UUIDv7`; later events of a device have greater ids, whatever its clock does.
    pub id: Uuid,
    /// The site it concerns; none for people, settings and scans.
    pub site: Option<SiteKey>,
    /// The growing season.
    pub season: i16,
    /// When it happened, RFC 3339 with the local offset.
    pub at: String,
    /// When it was recorded, RFC 3339 in UTC.
    pub logged_at: String,
    /// By how many seconds the device's clock stood behind its own last event.
    pub clock_behind_s: Option<u64>,
    /// Who says it.
    pub actor: Actor,
    /// The device that recorded it.
    pub device: DeviceId,
    /// Its number on that device, from 1.
    pub seq: u64,
    /// The hash of the device's event before.
    pub prev: Option<Hash>,
    /// The heads of the site's history that the author saw.
    pub based_on: Vec<Hash>,
    /// Files that go with it.
    pub evidence: Vec<EvidenceRef>,
    /// What it says.
    pub body: Body,
}

#[derive(Serialize)]
struct Wire {
    v: u32,
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<SiteKey>,
    season: i16,
    at: String,
    logged_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_behind_s: Option<u64>,
    actor: Actor,
    device: DeviceId,
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    prev: Option<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    based_on: Vec<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<EvidenceRef>,
    #[serde(rename = "type")]
    kind: String,
    body: Value,
}

/// The same as it is read: the body is taken apart once its type is known.
#[derive(Deserialize)]
struct WireIn<'a> {
    v: u32,
    id: Uuid,
    #[serde(default)]
    site: Option<SiteKey>,
    season: i16,
    at: String,
    logged_at: String,
    #[serde(default)]
    clock_behind_s: Option<u64>,
    actor: Actor,
    device: DeviceId,
    seq: u64,
    #[serde(default)]
    prev: Option<Hash>,
    #[serde(default)]
    based_on: Vec<Hash>,
    #[serde(default)]
    evidence: Vec<EvidenceRef>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow)]
    body: &'a RawValue,
}

impl Event {
    /// The canonical bytes.
    ///
    /// # Errors
    /// [`EventFlaw::Number`] or [`EventFlaw::Malformed`].
    pub fn canonical(&self) -> Result<Vec<u8>, EventFlaw> {
        let malformed = |e: serde_json::Error| EventFlaw::Malformed(e.to_string());
        let wire = Wire {
            v: EVENT_VERSION,
            id: self.id,
            site: self.site,
            season: self.season,
            at: self.at.clone(),
            logged_at: self.logged_at.clone(),
            clock_behind_s: self.clock_behind_s,
            actor: self.actor.clone(),
            device: self.device,
            seq: self.seq,
            prev: self.prev,
            based_on: self.based_on.clone(),
            evidence: self.evidence.clone(),
            kind: self.body.kind().to_owned(),
            body: self.body.to_value().map_err(malformed)?,
        };
        canonical(&serde_json::to_value(wire).map_err(malformed)?)
    }

    /// Reads an event; the bytes are not checked to be canonical (see [`Sealed::check`]).
    ///
    /// # Errors
    /// [`EventFlaw::Malformed`] and [`EventFlaw::Version`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EventFlaw> {
        let wire: WireIn = serde_json::from_slice(bytes).map_err(|e| version_of(bytes, &e))?;
        if wire.v != EVENT_VERSION {
            return Err(EventFlaw::Version(wire.v));
        }
        let body = Body::parse(&wire.kind, wire.body.get())
            .map_err(|e| EventFlaw::Malformed(format!("{}: {e}", wire.kind)))?;
        Ok(Self {
            id: wire.id,
            site: wire.site,
            season: wire.season,
            at: wire.at,
            logged_at: wire.logged_at,
            clock_behind_s: wire.clock_behind_s,
            actor: wire.actor,
            device: wire.device,
            seq: wire.seq,
            prev: wire.prev,
            based_on: wire.based_on,
            evidence: wire.evidence,
            body,
        })
    }

    /// Whether it moves or describes its site (and so is one of the site's heads).
    pub fn concerns(&self, site: SiteKey) -> bool {
        self.site == Some(site) || self.body.other_sites().contains(&site)
    }

    /// The ground that a scan says it searched, by the digest of its file.
    pub fn outline(&self) -> Option<Hash> {
        let mut files = self.evidence.iter();
        let outline = files.find(|file| file.role == EvidenceRole::Coverage);
        outline.map(|file| file.sha256)
    }

    /// The day on which it was recorded, in a zone, where that is more than three days from when it is said to have happened.
    pub fn entered_on(&self, at: &str, zone: Zone) -> Option<String> {
        let entered = zone.day(&self.logged_at);
        let apart = day_of(at)?.until(day_of(&entered)?).ok()?.get_days();
        (apart.abs() > ENTERED_WITHIN_DAYS).then_some(entered)
    }

    /// The day it happened, as the author's calendar had it.
    pub fn day(&self) -> &str {
        self.at.get(..10).unwrap_or(&self.at)
    }
}

/// Of an event that is not read, what every version has.
#[derive(Deserialize)]
struct OnlyVersion {
    v: u32,
}

/// A later version may lack members that this one has: then its version is the better reason.
fn version_of(bytes: &[u8], error: &serde_json::Error) -> EventFlaw {
    match serde_json::from_slice::<OnlyVersion>(bytes) {
        Ok(only) if only.v > EVENT_VERSION => EventFlaw::Version(only.v),
        _ => EventFlaw::Malformed(error.to_string()),
    }
}

/// JSON in the form of RFC 8785, refusing numbers that are not exact integers.
///
/// # Errors
/// [`EventFlaw::Number`].
pub fn canonical(value: &Value) -> Result<Vec<u8>, EventFlaw> {
    fn exact(value: &Value) -> bool {
        match value {
            Value::Number(n) => n
                .as_i64()
                .map(i64::unsigned_abs)
                .or(n.as_u64())
                .is_some_and(|magnitude| magnitude <= LARGEST),
            Value::Array(items) => items.iter().all(exact),
            Value::Object(members) => members.values().all(exact),
            _ => true,
        }
    }
    if !exact(value) {
        return Err(EventFlaw::Number);
    }
    serde_json_canonicalizer::to_vec(value).map_err(|e| EventFlaw::Malformed(e.to_string()))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::registry::Role;
    use crate::registry::body::{Note, Screen};
    use crate::registry::sealed::signed_message;
    use ed25519_dalek::{Signer, SigningKey};
    use proptest::prelude::*;

    pub(crate) fn key(n: u8) -> SigningKey {
        SigningKey::from_bytes(&[n; 32])
    }

    /// What somebody says that concerns no site.
    pub(crate) fn unit_wide(at: &str, body: Body) -> Event {
        Event {
            id: next_id(None, 1_777_777_777_000, [7; 8]),
            site: None,
            season: 2026,
            at: at.into(),
            logged_at: at.into(),
            clock_behind_s: None,
            actor: Actor {
                name: "王".into(),
                unit: "410423".into(),
                role: Role::Analyst,
                key: None,
                recorder: None,
            },
            device: DeviceId::of(&key(1)),
            seq: 1,
            prev: None,
            based_on: vec![],
            evidence: vec![],
            body,
        }
    }

    fn note(text: &str) -> Event {
        let body = Body::Note(Note { text: text.into() });
        Event {
            site: Some(SiteKey([3; 16])),
            logged_at: "2026-05-03T02:21:05Z".into(),
            ..unit_wide("2026-05-03T10:21:00+08:00", body)
        }
    }

    #[test]
    fn an_event_returns_from_its_bytes_and_passes_its_check() {
        let sealed = Sealed::seal(note("田边 \"3\" 株\u{1}"), &key(1), None).expect("sealed");
        sealed.check().expect("sound");
        let again = Sealed::open(sealed.bytes.clone(), sealed.hash, sealed.signature, None)
            .expect("opened");
        assert_eq!(again, sealed);
    }

    #[test]
    fn an_event_has_a_mebibyte_at_most_when_it_is_made_and_when_it_is_read() {
        let limit = event_limit("note");
        let room = limit - note("").canonical().expect("canonical").len();
        let fits = Sealed::seal(note(&"a".repeat(room)), &key(1), None).expect("fits");
        fits.check().expect("sound");
        let event = note(&"a".repeat(room + 1));
        let large = Err(EventFlaw::Large {
            bytes: limit + 1,
            limit,
        });
        assert_eq!(
            Sealed::seal(event.clone(), &key(1), None).map(|_| ()),
            large
        );
        let bytes = event.canonical().expect("canonical");
        let hash = Hash::of(&bytes);
        let signature = key(1).sign(&signed_message(hash)).to_bytes();
        let read = Sealed::open(bytes, hash, signature, None).expect("opened");
        assert_eq!(read.check(), large);
    }

    #[test]
    fn every_single_changed_byte_is_found() {
        let mut event = note("a");
        event.actor.key = Some(DeviceId::of(&key(2)));
        let sealed = Sealed::seal(event, &key(1), Some(&key(2))).expect("sealed");
        sealed.check().expect("sound");
        for at in 0..sealed.bytes.len() {
            let mut bytes = sealed.bytes.clone();
            bytes[at] ^= 1;
            assert_eq!(
                Sealed::open(bytes, sealed.hash, sealed.signature, None),
                Err(EventFlaw::Hash)
            );
        }
        for at in 0..64 {
            let mut forged = sealed.clone();
            forged.signature[at] ^= 1;
            assert_eq!(forged.check(), Err(EventFlaw::Signature));
            let mut forged = sealed.clone();
            forged.actor_signature.as_mut().expect("signed")[at] ^= 1;
            assert_eq!(forged.check(), Err(EventFlaw::ActorSignature));
        }
        let stripped = Sealed {
            actor_signature: None,
            ..sealed
        };
        assert_eq!(stripped.check(), Err(EventFlaw::ActorSignature));
    }

    #[test]
    fn a_number_with_a_fraction_is_refused() {
        assert_eq!(
            canonical(&serde_json::json!({"a": [1.5]})),
            Err(EventFlaw::Number)
        );
        assert_eq!(
            canonical(&serde_json::json!(1_u64 << 60)),
            Err(EventFlaw::Number)
        );
        assert_eq!(
            canonical(&serde_json::json!({"b": 2, "a": "é"})).expect("exact"),
            "{\"a\":\"é\",\"b\":2}".as_bytes()
        );
    }

    #[test]
    fn a_type_of_a_later_program_is_kept() {
        let mut event = note("x");
        event.body = Body::Unknown {
            kind: "weather".into(),
            value: serde_json::json!({"rain": true}),
        };
        let sealed = Sealed::seal(event.clone(), &key(1), None).expect("sealed");
        assert_eq!(Event::parse(&sealed.bytes).expect("parsed"), event);
        let newer = String::from_utf8(sealed.bytes)
            .expect("UTF-8")
            .replace("\"v\":1", "\"v\":2");
        assert_eq!(Event::parse(newer.as_bytes()), Err(EventFlaw::Version(2)));
        let odd = note("x").canonical().expect("canonical");
        let odd = String::from_utf8(odd)
            .expect("UTF-8")
            .replace("\"type\":\"note\"", "\"type\":\"screen\"");
        assert!(matches!(
            Event::parse(odd.as_bytes()),
            Err(EventFlaw::Malformed(_))
        ));
        let _ = Screen {
            keep: true,
            reason: None,
            note: None,
            took_ms: None,
            seconds: None,
        };
    }

    proptest! {
        #[test]
        fn ids_of_a_device_only_grow(clock in proptest::collection::vec(0_u64..1 << 45, 1..50), random: [u8; 8]) {
            let mut last = None;
            for now in clock {
                let id = next_id(last, now, random);
                prop_assert!(last.is_none_or(|last| id > last));
                prop_assert_eq!(id.get_version_num(), 7);
                last = Some(id);
            }
        }

        #[test]
        fn ids_grow_within_one_millisecond(random: [u8; 8]) {
            let mut last = next_id(None, 5, random);
            for _ in 0..10_000 {
                let id = next_id(Some(last), 5, random);
                prop_assert!(id > last);
                last = id;
            }
        }
    }
}

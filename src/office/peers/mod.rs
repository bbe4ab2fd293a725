//! Two offices that exchange over the network what each has and the other has not: one serves its registry, the other calls.
//!
//! ```text
//! caller                                        served registry
//!   greeting ────────────────────────────────▶ which registries
//!   device, number ──────────────────────────▶ challenge, its device's signature
//!   the device's signature of the challenge ─▶ how far it knows everybody's events
//!   push: bundles since then, part by part ──▶ the gate of every bundle; a receipt, the point of the next
//!   pull: how far one knows them oneself ────▶ bundles since then, part by part, through the caller's own gate
//! ```
//!
//! Each part is taken whole or not at all, and what was taken moves the point: whoever is cut off asks for the point again and
//! goes on from there. No password is known to both; each proves itself by the device key that the other one trusts.

mod call;
mod outbox;
mod pull;
mod push;
mod served;

pub use call::{CallStep, Other};
pub use outbox::Outbox;
pub use pull::{Pulled, pull};
pub use push::{NotFollowed, Pushed, push};
pub use served::{Unwelcome, admit, challenge, may_pull, offer, take};

/// Bytes of a part where nothing else is wanted, and at most.
pub const PART: u64 = 16 << 20;
/// Bytes of a part at most, on either side; one photograph may be larger than what was wanted, not than this.
pub const LARGEST_PART: u64 = 512 << 20;
/// Parts that are made at a time: what lies ready takes no more room than these.
const PARTS: u64 = 8;

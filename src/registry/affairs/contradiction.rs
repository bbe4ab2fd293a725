//! What says the contrary of what was said before of the same tip-off, finding or measure: the earlier stands, and who means
//! otherwise voids it first. A site on the ground outweighs whoever says that there is none. Pure.

use crate::registry::body::Body;
use crate::registry::ids::Hash;
use crate::registry::moves::Refusal;
use std::collections::BTreeMap;

/// The sites that came of tip-offs: for each tip-off the event that says so.
pub type LedSites = BTreeMap<Hash, Hash>;

/// What stands of the things that were said so far, each by the entry that it is about.
#[derive(Debug)]
pub(super) struct StandingEntries<'a> {
    led: &'a LedSites,
    settled: BTreeMap<Hash, Hash>,
    closed: BTreeMap<Hash, (Hash, bool)>,
    rewarded: BTreeMap<Hash, Hash>,
}

impl<'a> StandingEntries<'a> {
    pub(super) fn beside(led: &'a LedSites) -> Self {
        Self {
            led,
            settled: BTreeMap::new(),
            closed: BTreeMap::new(),
            rewarded: BTreeMap::new(),
        }
    }

    /// Takes an event that nobody has voided, those before it first.
    ///
    /// # Errors
    /// [`Refusal::Contradicts`].
    pub(super) fn take(&mut self, hash: Hash, body: &Body) -> Result<(), Refusal> {
        if let Some(entry) = self.contrary(body) {
            return Err(Refusal::Contradicts { entry });
        }
        match body {
            Body::Settle(settle) => {
                self.settled.insert(settle.of, hash);
            }
            Body::CloseTip(close) => {
                let unfounded = close.reason.is_unfounded();
                self.closed.insert(close.tip, (hash, unfounded));
            }
            Body::Reward(reward) => {
                self.rewarded.insert(reward.tip, hash);
            }
            _ => {}
        }
        Ok(())
    }

    /// The entry that says the contrary.
    fn contrary(&self, body: &Body) -> Option<Hash> {
        match body {
            Body::Settle(settle) => self.settled.get(&settle.of).copied(),
            Body::Measure(measure) => self.settled.get(&measure.finding?).copied(),
            Body::CloseTip(close) => {
                let closed = self.closed.get(&close.tip).map(|(by, _)| by);
                let rewarded = self.rewarded.get(&close.tip);
                let rewarded = rewarded.filter(|_| close.reason.is_unfounded());
                let led = self.led.get(&close.tip);
                led.or(closed).or(rewarded).copied()
            }
            Body::Reward(reward) => {
                let (by, unfounded) = self.closed.get(&reward.tip)?;
                unfounded.then_some(*by)
            }
            _ => None,
        }
    }
}

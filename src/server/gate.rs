//! How often a passphrase may be tried: five times, then once in twelve seconds, counted for a person from an address,
//! and for an address as a whole.

use super::answer::Refused;
use axum::http::StatusCode;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// From where which person of which registry tries to log in.
pub(super) type Who = (IpAddr, String, String);

/// Tries of one person, and of one address, in a row.
const TRIES: u32 = 5;
const TRIES_OF_AN_ADDRESS: u32 = 30;
/// How long until one more is free.
const AGAIN: Duration = Duration::from_secs(12);

/// Counts tries.
#[derive(Debug)]
pub(super) struct Gate {
    people: DefaultKeyedRateLimiter<Who>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    turn: Semaphore,
}

fn limiter<K: Clone + Eq + std::hash::Hash>(burst: u32) -> DefaultKeyedRateLimiter<K> {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::with_period(AGAIN).unwrap_or_else(|| Quota::per_minute(burst));
    RateLimiter::keyed(quota.allow_burst(burst))
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            people: limiter(TRIES),
            addresses: limiter(TRIES_OF_AN_ADDRESS),
            turn: Semaphore::new(1),
        }
    }
}

impl Gate {
    /// Whether one more try is free.
    pub fn ask(&self, who: &Who) -> Result<(), Refused> {
        let free = self.addresses.check_key(&who.0).is_ok() && self.people.check_key(who).is_ok();
        free.then_some(()).ok_or_else(|| {
            Refused::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_often",
                "a passphrase was tried too often",
                "口令尝试次数过多",
            )
            .hint("wait a minute, then try again", "请等一分钟后再试")
        })
    }

    /// Waits for its turn to open a key.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turn.acquire().await.ok()
    }

    /// Forgets whom nobody has tried for long.
    pub fn sweep(&self) {
        self.people.retain_recent();
        self.addresses.retain_recent();
    }
}

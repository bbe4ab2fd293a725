//! How often a passphrase may be tried: five times, then once in twelve seconds, counted for a person from an address,
//! and for an address as a whole.

use super::answer::Refused;
use axum::http::StatusCode;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
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

/// The address that stands for all that one machine can take: this computer's for each of its own, a network's for the
/// 2⁶⁴ that a machine in it may choose from.
pub(super) fn whence(from: IpAddr) -> IpAddr {
    let from = from.to_canonical();
    match from {
        _ if from.is_loopback() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V4(_) => from,
        IpAddr::V6(wide) => Ipv6Addr::from_bits(wide.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

impl Gate {
    /// Whether one more try is free. However a name is written and whichever of a machine's addresses is used, it is one.
    pub fn ask(&self, (from, registry, person): &Who) -> Result<(), Refused> {
        let from = whence(*from);
        let name = person.split_once('/').map_or(&**person, |(_, name)| name);
        let who = (from, registry.clone(), name.to_owned());
        let free = self.addresses.check_key(&from).is_ok() && self.people.check_key(&who).is_ok();
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

#[cfg(test)]
mod tests {
    use super::{Gate, TRIES, TRIES_OF_AN_ADDRESS};

    /// How many tries are free, one after the other.
    fn free<'a>(tries: impl Iterator<Item = (&'a str, &'a str)>) -> usize {
        let gate = Gate::default();
        let asked = tries.map(|(from, person)| {
            let from = from.parse().expect("address");
            gate.ask(&(from, "r".to_owned(), person.to_owned())).is_ok()
        });
        asked.filter(|free| *free).count()
    }

    #[test]
    fn another_spelling_or_another_address_of_ones_own_gives_no_more_tries() {
        let names = ["li", "410423/li", "x/li", "/li", "410423000000/li", "y/li"];
        assert_eq!(
            free(names.map(|name| ("10.0.0.1", name)).into_iter()),
            TRIES as usize
        );
        let own = [
            "127.0.0.1",
            "127.0.0.2",
            "::1",
            "127.9.9.9",
            "::ffff:127.0.0.3",
            "127.1.1.1",
        ];
        assert_eq!(
            free(own.map(|from| (from, "li")).into_iter()),
            TRIES as usize
        );
        let wide = [
            "fd00::1",
            "fd00::2",
            "fd00::3",
            "fd00::4",
            "fd00::5",
            "fd00::ffff:6",
        ];
        assert_eq!(
            free(wide.map(|from| (from, "li")).into_iter()),
            TRIES as usize
        );
        let others = [
            "10.0.0.1",
            "10.0.0.2",
            "fd00::1",
            "fd00:0:0:1::1",
            "127.0.0.1",
            "10.0.0.3",
        ];
        assert_eq!(
            free(others.map(|from| (from, "li")).into_iter()),
            others.len()
        );
    }

    #[test]
    fn whoever_tries_many_names_tries_no_more_than_an_address_may() {
        let names: Vec<String> = (0..2 * TRIES_OF_AN_ADDRESS)
            .map(|n| format!("person {n}"))
            .collect();
        let of_one = names.iter().map(|name| ("10.0.0.1", name.as_str()));
        assert_eq!(free(of_one), TRIES_OF_AN_ADDRESS as usize);
        let from: Vec<String> = (0..2 * TRIES_OF_AN_ADDRESS)
            .map(|n| format!("10.0.1.{n}"))
            .collect();
        let of_each = from.iter().zip(&names);
        let of_each = of_each.map(|(from, name)| (from.as_str(), name.as_str()));
        assert_eq!(free(of_each), names.len());
    }
}

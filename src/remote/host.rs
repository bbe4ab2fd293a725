//! The hosts of a database, as its address names them.

use postgres::Config;
use postgres::config::Host;
use std::net::IpAddr;

/// The name of a host; `None` of a socket in this computer's files.
#[allow(
    unreachable_patterns,
    clippy::match_wildcard_for_single_variants,
    reason = "systems without such sockets know no other host"
)]
pub(super) fn name_of(host: &Host) -> Option<&str> {
    match host {
        Host::Tcp(name) => Some(name),
        _socket => None,
    }
}

/// Whether all that is called is this computer. An address that stands beside a host is what is called.
pub(super) fn is_here(config: &Config) -> bool {
    let addresses = config.get_hostaddrs();
    config.get_hosts().iter().all(is_ours) && addresses.iter().all(IpAddr::is_loopback)
}

fn is_ours(host: &Host) -> bool {
    name_of(host).is_none_or(|name| {
        let address = name.parse::<IpAddr>();
        name == "localhost" || address.is_ok_and(|address| address.is_loopback())
    })
}

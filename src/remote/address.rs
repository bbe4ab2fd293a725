//! Where another office's server is: `https://HOST:PORT`, and behind it the registry that is meant where it serves several.

use super::RemoteError;
use std::net::IpAddr;
use ureq::http::Uri;

/// The address of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Scheme, host and port, as a browser names where a page comes from.
    pub origin: String,
    /// The host alone.
    pub host: String,
    /// Whether it is reached over TLS.
    pub is_encrypted: bool,
    /// The registry that is meant.
    pub registry: Option<String>,
}

impl Address {
    /// Reads what somebody typed; without a scheme it is `https`. In the clear only this computer is reached, unless
    /// that is said.
    ///
    /// # Errors
    /// [`RemoteError::Address`], [`RemoteError::Clear`].
    pub fn read(typed: &str, insecure: bool) -> Result<Self, RemoteError> {
        let unread = || RemoteError::Address {
            typed: typed.to_owned(),
        };
        let whole = if typed.contains("://") {
            typed.to_owned()
        } else {
            format!("https://{typed}")
        };
        let uri: Uri = whole.parse().map_err(|_unread| unread())?;
        let is_encrypted = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(unread()),
        };
        let authority = uri.authority().ok_or_else(unread)?;
        let host = authority.host().to_lowercase();
        if host.is_empty() || authority.as_str().contains('@') || uri.query().is_some() {
            return Err(unread());
        }
        let name = uri.path().trim_matches('/');
        if name.contains('/') {
            return Err(unread());
        }
        let address = Self {
            origin: origin(is_encrypted, &host, authority.port_u16()),
            registry: (!name.is_empty()).then(|| name.to_owned()),
            is_encrypted,
            host,
        };
        if !is_encrypted && !insecure && !address.is_this_computer() {
            return Err(RemoteError::Clear {
                origin: address.origin,
            });
        }
        Ok(address)
    }

    /// Whether it leads no further than this computer.
    fn is_this_computer(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        let address = bare.parse::<IpAddr>();
        bare == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

/// As browsers write it: the usual port is left out.
fn origin(is_encrypted: bool, host: &str, port: Option<u16>) -> String {
    let (scheme, usual) = if is_encrypted {
        ("https", 443)
    } else {
        ("http", 80)
    };
    match port.filter(|port| *port != usual) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_printed_and_as_it_is_typed() {
        let read = |typed| Address::read(typed, false).expect(typed);
        let office = read("https://Office.local:8717/410423");
        assert_eq!(office.origin, "https://office.local:8717");
        assert_eq!(office.registry.as_deref(), Some("410423"));
        assert_eq!(read("10.0.0.5:8717/").origin, "https://10.0.0.5:8717");
        assert_eq!(read("https://a.example:443").origin, "https://a.example");
        assert_eq!(read("https://a.example").registry, None);
        for typed in [
            "",
            "ftp://a",
            "https://",
            "https://a/b/c",
            "https://u:p@a",
            "https://a/?x",
        ] {
            assert!(Address::read(typed, false).is_err(), "{typed}");
        }
    }

    #[test]
    fn in_the_clear_it_leads_no_further_than_this_computer_unless_that_is_said() {
        for typed in [
            "http://127.0.0.1:80",
            "http://localhost:1/x",
            "http://[::1]:2",
        ] {
            assert!(Address::read(typed, false).is_ok(), "{typed}");
        }
        let refused = Address::read("http://10.0.0.5:8717", false);
        assert!(matches!(refused, Err(RemoteError::Clear { .. })));
        assert!(Address::read("http://10.0.0.5:8717", true).is_ok());
    }
}

//! The side that calls: it finds the registry that is meant, is sure who answers, and proves itself.

use super::super::{Office, OfficeError, PeerError, clock, unit_of};
use crate::files;
use crate::registry::{DeviceId, Hash};
use crate::remote::{
    Address, Admitted, Ask, Challenge, Greeting, Line, OfficeAuthority, RemoteError, Reply, Served,
    is_spoken,
};
use crate::store::bundle::Point;
use crate::store::{Store, StoreError};
use std::path::{Path, PathBuf};

/// Whom to call.
#[derive(Debug, Clone)]
pub struct Other {
    /// The address, as it was typed.
    pub address: String,
    /// The file of the authority by which the server is known from now on.
    pub authority: Option<PathBuf>,
    /// Whether it may be reached in the clear beyond this computer.
    pub insecure: bool,
}

/// What is going on.
#[derive(Debug, Clone)]
pub enum CallStep {
    /// A server was called for the first time, and is known from now on by this authority.
    Met {
        /// The server.
        origin: String,
        /// The fingerprint.
        fingerprint: String,
    },
    /// A part is on its way.
    Part {
        /// Its size.
        bytes: u64,
    },
}

/// A call to another office.
pub(super) struct Call<'a> {
    line: Line,
    registry: &'a Path,
    served: String,
    /// The device that answers.
    pub device: DeviceId,
    /// Its unit, as this registry knows it.
    pub unit: String,
    /// How far the other registry knew everybody's events when it was called.
    pub point: Point,
    /// Bytes of a part at most that it takes.
    pub largest: u64,
}

/// Where the authority of a server is kept in a registry.
fn of_origin(origin: &str) -> String {
    format!("authority:{origin}")
}

/// The authority that is known of a server, or that a file holds.
fn known(
    store: &Store,
    other: &Other,
    address: &Address,
) -> Result<Option<OfficeAuthority>, OfficeError> {
    let Some(path) = &other.authority else {
        let kept = store.local(&of_origin(&address.origin))?;
        return Ok(kept.and_then(OfficeAuthority::of));
    };
    let bytes = files::read(path).map_err(StoreError::io(path))?;
    let read = String::from_utf8(bytes).ok().and_then(OfficeAuthority::of);
    let none = || PeerError::NoCertificate { path: path.clone() };
    Ok(Some(read.ok_or_else(none)?))
}

impl<'a> Call<'a> {
    /// Calls, and is let in. What is known of the server from now on is kept once it has proved itself.
    pub fn begin(
        registry: &'a Path,
        who: &str,
        other: &Other,
        told: &mut dyn FnMut(&CallStep),
    ) -> Result<Self, OfficeError> {
        let address = Address::read(&other.address, other.insecure).map_err(PeerError::from)?;
        let store = Store::open_read(registry)?;
        let authority = known(&store, other, &address)?;
        let line = Line::begin(address, authority).map_err(PeerError::from)?;
        let greeting = line.greet().map_err(PeerError::from)?;
        let served = meant(&line, greeting)?;
        let mut call = Self {
            line,
            registry,
            served: served.id,
            device: DeviceId([0; 32]),
            unit: String::new(),
            point: Point::default(),
            largest: 0,
        };
        call.log_in()?;
        call.remember(&store, who, told)?;
        Ok(call)
    }

    /// Where the server is.
    pub fn origin(&self) -> String {
        self.line.address().origin.clone()
    }

    /// A way below the registry that is meant.
    pub fn way(&self, rest: &str) -> String {
        format!("/{}/{rest}", self.served)
    }

    /// Each side proves itself to the other.
    pub(crate) fn log_in(&mut self) -> Result<(), OfficeError> {
        let store = Store::open_read(self.registry)?;
        let own = store.own_device().ok_or_else(|| StoreError::NoDeviceKey {
            path: files::beside(self.registry, ".key"),
        })?;
        let ask = Ask {
            device: own,
            nonce: Hash(clock::secret()),
        };
        let answer: Challenge = self.ask(|line, way| line.post(&way("challenge"), &ask))?;
        self.believe(&store, &ask, &answer)?;
        let fingerprint = self.line.fingerprint();
        let signed = Reply::signed(answer.challenge, answer.device, fingerprint);
        let (device, signature) = store.device_signs(&signed)?;
        let reply = Reply {
            challenge: answer.challenge,
            device,
            signature,
        };
        let admitted: Result<Admitted, RemoteError> =
            self.line.post_once(&self.way("session"), &reply);
        let admitted = match admitted {
            Err(error) if error.is_said("not_trusted") => {
                return Err(PeerError::NotTrusted {
                    origin: self.origin(),
                    device: own,
                    unit: unit_of(&store)?,
                }
                .into());
            }
            other => other.map_err(PeerError::from)?,
        };
        self.line.bear(admitted.token);
        self.point = admitted.point;
        self.largest = admitted.largest;
        Ok(())
    }

    /// Is sure that a device answers that this registry trusts.
    fn believe(&mut self, store: &Store, ask: &Ask, answer: &Challenge) -> Result<(), PeerError> {
        let origin = self.origin();
        let signed = ask.answered(answer.challenge, self.line.fingerprint());
        if !answer.device.signed_in_hex(&signed, &answer.signature) {
            return Err(PeerError::Unproven { origin });
        }
        let trusted = store.trusted();
        let Some(unit) = trusted.get(&answer.device) else {
            // What cannot be read of the registry is said once it is written in.
            return Err(match store.revoked(answer.device).unwrap_or_default() {
                Some(why) => PeerError::Revoked {
                    origin,
                    why: Box::new(why),
                },
                None => PeerError::Stranger {
                    origin,
                    device: answer.device,
                    unit: answer.unit.clone(),
                },
            });
        };
        self.device = answer.device;
        self.unit.clone_from(unit);
        Ok(())
    }

    /// Keeps by which authority the server is known, where that is new.
    fn remember(
        &self,
        store: &Store,
        who: &str,
        told: &mut dyn FnMut(&CallStep),
    ) -> Result<(), OfficeError> {
        let Some(authority) = self.line.authority() else {
            return Ok(());
        };
        let key = of_origin(&self.origin());
        if store.local(&key)?.as_ref() == Some(&authority.certificate) {
            return Ok(());
        }
        told(&CallStep::Met {
            origin: self.origin(),
            fingerprint: authority.fingerprint.clone(),
        });
        let mut office = Office::open(self.registry, who)?;
        let store = &mut office.store;
        store.write(|store| store.set_local(&key, &authority.certificate))?;
        Ok(())
    }

    /// Asks something of the registry that is meant.
    pub fn ask<T>(
        &self,
        ask: impl Fn(&Line, &dyn Fn(&str) -> String) -> Result<T, RemoteError>,
    ) -> Result<T, PeerError> {
        Ok(ask(&self.line, &|rest| self.way(rest))?)
    }

    /// Asks something, and proves itself once more where the other side has forgotten the caller.
    pub(crate) fn ask_again<T>(
        &mut self,
        ask: impl Fn(&Line, &dyn Fn(&str) -> String) -> Result<T, RemoteError>,
    ) -> Result<T, OfficeError> {
        match self.ask(&ask) {
            Err(error) if is_forgotten(&error) => {
                self.log_in()?;
                Ok(self.ask(&ask)?)
            }
            other => Ok(other?),
        }
    }
}

/// Whether the other side has forgotten who calls, or what it laid ready.
pub(super) fn is_forgotten(error: &PeerError) -> bool {
    matches!(error, PeerError::Remote(error) if error.is_said("exchange_over") || error.is_said("offer_gone"))
}

/// The registry that is meant.
fn meant(line: &Line, greeting: Greeting) -> Result<Served, PeerError> {
    let origin = line.address().origin.clone();
    if !is_spoken(&greeting.format) {
        return Err(PeerError::Newer {
            origin,
            format: greeting.format,
        });
    }
    let named = |served: &Served| served.unit.clone().unwrap_or_else(|| served.name.clone());
    let known: Vec<String> = greeting.registries.iter().map(named).collect();
    let asked = line.address().registry.as_deref();
    let is_meant = |served: &Served| asked.is_none_or(|asked| served.is_meant(asked));
    let mut found: Vec<Served> = greeting.registries.into_iter().filter(is_meant).collect();
    match (found.pop(), found.is_empty()) {
        (Some(served), true) => Ok(served),
        (Some(_), false) => Err(PeerError::ManyRegistries { origin, known }),
        (None, _) => Err(PeerError::NoRegistry { origin, known }),
    }
}

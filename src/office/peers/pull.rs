//! `pull`: what the other office has and this one has not is fetched, part by part, and passes this registry's gate.

use super::super::bundles::Received;
use super::super::{Office, OfficeError};
use super::call::{Call, CallStep, Other, is_forgotten};
use super::outbox::Outbox;
use super::served;
use crate::files::{self, FileError};
use crate::remote::{Line, OfferedPart, PartOffer, Since};
use crate::store::Store;
use crate::store::bundle::Point;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// How often in a row the other side may forget what it laid ready.
const FORGETS: usize = 3;

/// What became of a pull.
#[derive(Debug, Serialize)]
pub struct Pulled {
    /// The other server.
    pub origin: String,
    /// The other unit.
    pub unit: String,
    /// Bytes that came.
    pub bytes: u64,
    /// What taking all of it did; nothing where everything was here.
    #[serde(flatten)]
    pub received: Option<Received>,
    /// The receipts.
    pub receipts: Vec<PathBuf>,
}

impl Pulled {
    fn add(&mut self, part: Received) {
        self.receipts.push(part.receipt_file.clone());
        self.received = Some(match self.received.take() {
            None => part,
            Some(before) => together(before, part),
        });
    }
}

/// Two parts as one: counts are added, and what stands now is what stood after the second.
fn together(before: Received, mut now: Received) -> Received {
    let (sum, last) = (before.applied, &mut now.applied);
    last.new_events += sum.new_events;
    last.known_events += sum.known_events;
    last.files += sum.files;
    last.unnamed += sum.unnamed;
    last.refused = [sum.refused, std::mem::take(&mut last.refused)].concat();
    last.forks = [sum.forks, std::mem::take(&mut last.forks)].concat();
    now.dated_ahead += before.dated_ahead;
    now
}

/// How far a registry knows everybody's events.
fn point(registry: &Path) -> Result<Point, OfficeError> {
    let store = Store::open_read(registry)?;
    Ok(Point::of(&store, store.complete()?)?)
}

/// Fetches from a served registry what is not here.
///
/// # Errors
/// [`PeerError`](crate::office::PeerError), and those of taking a bundle. What was taken before is kept.
pub fn pull(
    registry: &Path,
    who: &str,
    other: &Other,
    part_bytes: u64,
    told: &mut dyn FnMut(&CallStep),
) -> Result<Pulled, OfficeError> {
    let mut call = Call::begin(registry, who, other, told)?;
    let mut pulled = Pulled {
        origin: call.origin(),
        unit: call.unit.clone(),
        bytes: 0,
        received: None,
        receipts: Vec::new(),
    };
    let mut forgets = 0;
    loop {
        let since = point(registry)?;
        let wanted = Since {
            since: since.clone(),
            part_bytes,
        };
        let offer: PartOffer = call.ask_again(|line, way| line.post(&way("offer"), &wanted))?;
        let whole = take_all(&mut call, registry, who, &offer, &mut pulled, told)?;
        forgets = if whole { 0 } else { forgets + 1 };
        let now = point(registry)?;
        let ended = offer.parts.is_empty() || (whole && now == since);
        if ended || forgets == FORGETS {
            settle(&mut pulled, &now);
            return Ok(pulled);
        }
    }
}

/// What has not arrived when all was fetched that the other side had was not there either.
fn settle(pulled: &mut Pulled, now: &Point) {
    if let Some(received) = &mut pulled.received {
        received.in_another_part = 0;
        received.not_sent = now.missing_files.len();
    }
}

/// Fetches and takes each part that lies ready. Whether all of them lay there.
fn take_all(
    call: &mut Call,
    registry: &Path,
    who: &str,
    offer: &PartOffer,
    pulled: &mut Pulled,
    told: &mut dyn FnMut(&CallStep),
) -> Result<bool, OfficeError> {
    for (number, part) in offer.parts.iter().enumerate() {
        told(&CallStep::Part { bytes: part.bytes });
        let OfferedPart { bytes, sha256 } = *part;
        let way = format!("offer/{number}");
        let fetch = |line: &Line, at: &dyn Fn(&str) -> String| line.fetch(&at(&way), bytes, sha256);
        let got = match call.ask(fetch) {
            Err(error) if is_forgotten(&error) => {
                call.log_in()?;
                return Ok(false);
            }
            got => got?,
        };
        let outbox = Outbox::beside(registry)?;
        let file = outbox.file("part.papaver-bundle");
        files::keep(&file, |out| out.write_all(&got)).map_err(FileError::of(&file))?;
        let received = served::take(&mut Office::open(registry, who)?, &file)?;
        pulled.bytes += bytes;
        pulled.add(received);
    }
    Ok(true)
}

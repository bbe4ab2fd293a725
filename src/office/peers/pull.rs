//! `pull`: what the other office has and this one has not is fetched, part by part, and passes this registry's gate.

use super::super::bundles::Received;
use super::super::{Office, OfficeError};
use super::call::{Call, CallStep, Other, is_forgotten};
use super::outbox::Outbox;
use super::push::NotFollowed;
use super::served;
use crate::files::{self, FileError};
use crate::registry::Hash;
use crate::remote::{Line, OfferedPart, PartOffer, Since};
use crate::store::bundle::{self, LeftOut, Point};
use crate::store::{Gap, Store};
use serde::{Serialize, Serializer};
use serde_json::Value;
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
    #[serde(flatten, serialize_with = "summed")]
    pub received: Option<Received>,
    /// The receipts.
    pub receipts: Vec<PathBuf>,
}

/// What all parts did together; each part's receipt speaks of that part alone.
#[derive(Serialize)]
struct Summed<'a> {
    new_events: usize,
    known_events: usize,
    files: usize,
    refused: Vec<NotFollowed>,
    overturned: Vec<NotFollowed>,
    left_out: &'a [LeftOut],
    forks: Vec<Value>,
    missing: &'a [Gap],
    missing_files: &'a [Hash],
    state: Hash,
}

#[expect(clippy::ref_option, reason = "serde hands the field over so")]
fn summed<S: Serializer>(received: &Option<Received>, serializer: S) -> Result<S::Ok, S::Error> {
    let sum = received.as_ref().map(|Received { applied, .. }| Summed {
        new_events: applied.new_events,
        known_events: applied.known_events,
        files: applied.files,
        refused: NotFollowed::all(&applied.refused),
        overturned: NotFollowed::all(&applied.overturned),
        left_out: &applied.left_out,
        forks: bundle::numbers(&applied.forks),
        missing: &applied.gaps,
        missing_files: &applied.missing_files,
        state: applied.state,
    });
    sum.serialize(serializer)
}

impl Pulled {
    /// Takes out what was not taken.
    fn drain_left_out(&mut self) -> Vec<LeftOut> {
        let received = self.received.as_mut();
        received.map_or_else(Vec::new, |all| std::mem::take(&mut all.applied.left_out))
    }

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
    last.explained = [sum.explained, std::mem::take(&mut last.explained)].concat();
    let left_out = std::mem::take(&mut last.left_out);
    last.left_out = LeftOut::joined(sum.left_out, left_out, usize::saturating_add);
    last.overturned = [sum.overturned, std::mem::take(&mut last.overturned)].concat();
    now.unfollowed.splice(0..0, before.unfollowed);
    now.overturned.splice(0..0, before.overturned);
    (now.boundaries_elsewhere).splice(0..0, before.boundaries_elsewhere);
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
    let call = Call::begin(registry, who, other, told)?;
    let pulled = Pulled {
        origin: call.origin(),
        unit: call.unit.clone(),
        bytes: 0,
        received: None,
        receipts: Vec::new(),
    };
    let mut pulling = Pulling {
        registry,
        who,
        call,
        pulled,
    };
    let mut forgets = 0;
    loop {
        let since = point(registry)?;
        let wanted = Since {
            since: since.clone(),
            part_bytes,
        };
        let ask = |line: &Line, way: &dyn Fn(&str) -> String| line.post(&way("offer"), &wanted);
        let offer: PartOffer = pulling.call.ask_again(ask)?;
        let left_out_before = pulling.pulled.drain_left_out();
        let whole = pulling.take_all(&offer, told)?;
        // What is not taken here is offered anew each time.
        let left_out = pulling.pulled.drain_left_out();
        if let Some(received) = &mut pulling.pulled.received {
            received.applied.left_out = LeftOut::joined(left_out_before, left_out, usize::max);
        }
        forgets = if whole { 0 } else { forgets + 1 };
        let now = point(registry)?;
        let ended = offer.parts.is_empty() || (whole && now == since);
        if ended || forgets == FORGETS {
            settle(&mut pulling.pulled, &now);
            return Ok(pulling.pulled);
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

/// A pull on its way: into which registry, in whose name, from whom, and what came so far.
struct Pulling<'a> {
    registry: &'a Path,
    who: &'a str,
    call: Call<'a>,
    pulled: Pulled,
}

impl Pulling<'_> {
    /// Fetches and takes each part that lies ready. Whether all of them lay there.
    fn take_all(
        &mut self,
        offer: &PartOffer,
        told: &mut dyn FnMut(&CallStep),
    ) -> Result<bool, OfficeError> {
        for (number, part) in offer.parts.iter().enumerate() {
            let OfferedPart { bytes, sha256 } = *part;
            told(&CallStep::Part { bytes });
            let way = format!("offer/{number}");
            let fetch =
                |line: &Line, at: &dyn Fn(&str) -> String| line.fetch(&at(&way), bytes, sha256);
            let got = match self.call.ask(fetch) {
                Err(error) if is_forgotten(&error) => {
                    self.call.log_in()?;
                    return Ok(false);
                }
                got => got?,
            };
            self.pulled.bytes += bytes;
            self.take(&got)?;
        }
        Ok(true)
    }

    /// Takes a part that came.
    fn take(&mut self, part: &[u8]) -> Result<(), OfficeError> {
        let outbox = Outbox::beside(self.registry)?;
        let file = outbox.file("part.papaver-bundle");
        files::keep(&file, |out| out.write_all(part)).map_err(FileError::of(&file))?;
        let received = served::take(&mut Office::open(self.registry, self.who)?, &file)?;
        self.pulled.add(received);
        Ok(())
    }
}

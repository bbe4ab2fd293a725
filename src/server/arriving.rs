//! What is too large to be held in memory: a body is written to the disk as it arrives, and a file read from there as it leaves.
//! Of each a few pieces are in memory at a time, however many come and go at once. Of one sender few arrive at once.

use super::answer::Refused;
use super::lane::waiting;
use super::unkept::unwritten;
use super::unwelcome::too_often;
use crate::files::Incoming;
use axum::body::{Body, Bytes, HttpBody};
use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

/// Bytes of a body that are taken at a time.
const AT_ONCE: usize = 256 << 10;
/// Bytes of a piece that leaves.
const PIECE: usize = 256 << 10;

/// Gives what arrives to somebody, a few pieces at a time. A thread is held while they are taken, not while they are waited for:
/// however many send slowly, threads are left for those who ask.
pub(super) async fn poured<T: Send + 'static>(
    body: Body,
    mut into: T,
    take: fn(&mut T, &[u8]) -> Result<(), Refused>,
) -> Result<T, Refused> {
    let mut parts = body.into_data_stream();
    loop {
        let (mut pieces, mut bytes, mut is_last) = (Vec::new(), 0, false);
        while bytes < AT_ONCE && !is_last {
            // Who went away in the middle has sent nothing whole.
            let piece = parts.next().await.transpose();
            let piece = piece.map_err(|_broken| unwritten(&ErrorKind::UnexpectedEof.into()))?;
            bytes += piece.as_ref().map_or(0, Bytes::len);
            is_last = piece.is_none();
            pieces.extend(piece);
        }
        into = waiting(move || {
            pieces.iter().try_for_each(|piece| take(&mut into, piece))?;
            Ok(into)
        })
        .await?;
        if is_last {
            return Ok(into);
        }
    }
}

/// What is arriving.
#[derive(Debug)]
pub(super) struct Arriving {
    /// How many of whom.
    of: Mutex<HashMap<String, usize>>,
    /// How many may arrive at once of one sender, and in all.
    most: (usize, usize),
    turn: Semaphore,
}

impl Arriving {
    fn at_most(of_a_sender: usize, in_all: usize) -> Self {
        Self {
            of: Mutex::default(),
            most: (of_a_sender, in_all),
            turn: Semaphore::new(1),
        }
    }
}

impl Default for Arriving {
    /// Bundles: large, and each a request that is waited for.
    fn default() -> Self {
        Self::at_most(2, 16)
    }
}

/// Files that are dropped into pages on their way in.
#[derive(Debug)]
pub(super) struct Uploads(pub Arriving);

impl Default for Uploads {
    /// A browser sends six at once.
    fn default() -> Self {
        Self(Arriving::at_most(12, 96))
    }
}

/// One that arrives, until this is dropped.
pub(super) struct Arrival<'a> {
    arriving: &'a Arriving,
    sender: &'a str,
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        let mut of = self.arriving.of();
        if let Some(count) = of.get_mut(self.sender) {
            *count -= 1;
            if *count == 0 {
                of.remove(self.sender);
            }
        }
    }
}

impl Arriving {
    fn of(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.of.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one more of a sender, where that is not too many.
    pub fn count<'a>(&'a self, sender: &'a str) -> Result<Arrival<'a>, Refused> {
        let mut of = self.of();
        let own = of.get(sender).copied().unwrap_or_default();
        if own >= self.most.0 || of.values().sum::<usize>() >= self.most.1 {
            return Err(too_often());
        }
        of.insert(sender.to_owned(), own + 1);
        let arriving = self;
        Ok(Arrival { arriving, sender })
    }

    /// Waits for its turn to open a bundle, of which memory holds all.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turn.acquire().await.ok()
    }
}

/// Takes a sender's body of at most so many bytes into a folder.
pub(super) async fn arrived(
    arriving: &Arriving,
    sender: &str,
    folder: PathBuf,
    most: u64,
    body: Body,
) -> Result<Incoming, Refused> {
    if body.size_hint().lower() > most {
        return Err(Refused::too_large());
    }
    let counted = arriving.count(sender)?;
    let incoming = waiting(move || begun(&folder)).await?;
    let bounded = (incoming, most);
    let arrived = poured(body, bounded, |(incoming, most), piece| {
        added(incoming, *most, piece)
    });
    let arrived = arrived.await;
    drop(counted);
    Ok(arrived?.0)
}

/// Begins a file in a folder, which is made where it is lacking.
pub(super) fn begun(folder: &Path) -> Result<Incoming, Refused> {
    let begin = std::fs::create_dir_all(folder).and_then(|()| Incoming::begin(folder));
    begin.map_err(|error| unwritten(&error))
}

/// Adds a piece to a file of at most so many bytes.
pub(super) fn added(incoming: &mut Incoming, most: u64, piece: &[u8]) -> Result<(), Refused> {
    if incoming.bytes() + piece.len() as u64 > most {
        return Err(Refused::too_large());
    }
    incoming.add(piece).map_err(|error| unwritten(&error))
}

/// A file as a body, and its length. `kept` lives as long as it is read.
pub(super) async fn leaving(path: &Path, kept: impl Send + 'static) -> io::Result<(u64, Body)> {
    let mut file = File::open(path).await?;
    let length = file.metadata().await?.len();
    let (give, pieces) = mpsc::channel(2);
    tokio::spawn(async move {
        let _kept = kept;
        loop {
            let mut piece = Vec::with_capacity(PIECE);
            let read = (&mut file)
                .take(PIECE as u64)
                .read_to_end(&mut piece)
                .await
                .map(|_bytes| Bytes::from(piece));
            let last = read.as_ref().map_or(true, Bytes::is_empty);
            // Who has gone away wants no more.
            if give.send(read).await.is_err() || last {
                break;
            }
        }
    });
    Ok((length, Body::from_stream(ReceiverStream::new(pieces))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn one_sender_leaves_room_for_others_and_what_has_arrived_makes_room() {
        let arriving = Arriving::default();
        let code = |refused: Refused| refused.code();
        let (of_a_sender, in_all) = arriving.most;
        let first: Vec<_> = (0..of_a_sender)
            .map(|_| arriving.count("a").expect("room"))
            .collect();
        let refused = arriving.count("a").err().expect("too many of one");
        assert_eq!(code(refused), "too_often");
        let names: Vec<String> = (0..in_all).map(|n| n.to_string()).collect();
        let others: Vec<_> = names
            .iter()
            .map_while(|name| arriving.count(name).ok())
            .collect();
        assert_eq!(first.len() + others.len(), in_all);
        drop(others);
        drop(first);
        assert!(arriving.of().is_empty());
        assert!(arriving.count("a").is_ok());
    }

    fn body(pieces: Vec<io::Result<Bytes>>) -> Body {
        Body::from_stream(tokio_stream::iter(pieces))
    }

    #[test]
    fn what_arrives_is_on_the_disk_and_what_breaks_off_or_is_too_long_is_not() {
        let runtime = tokio::runtime::Builder::new_multi_thread().build();
        runtime.expect("runtime").block_on(arrive_and_leave());
    }

    async fn arrive_and_leave() {
        let folder = tempfile::tempdir().expect("folder");
        let arriving = Arriving::default();
        let inbox = folder.path().join("inbox");
        let take = |body| arrived(&arriving, "a", inbox.clone(), 1_000, body);
        let piece = || Ok(Bytes::from(vec![7; 400]));
        let incoming = take(body(vec![piece(), piece()])).await.expect("arrived");
        assert_eq!(incoming.bytes(), 800);
        let kept = folder.path().join("kept");
        incoming.keep(|_digest| kept.clone()).expect("kept");
        assert_eq!(std::fs::read(&kept).expect("there"), vec![7; 800]);
        let broken = Err(io::Error::from(ErrorKind::ConnectionReset));
        let tries = [
            (body(vec![piece(), broken]), "cut_short"),
            (body(vec![piece(), piece(), piece()]), "too_large"),
            (Body::from(vec![7; 1_001]), "too_large"),
        ];
        for (body, code) in tries {
            let refused = take(body).await.expect_err(code);
            assert_eq!(refused.code(), code);
        }
        assert_eq!(std::fs::read_dir(&inbox).expect("listed").count(), 0);
        let (length, body) = leaving(&kept, ()).await.expect("opened");
        let bytes = axum::body::to_bytes(body, 10_000).await.expect("read");
        assert_eq!((length, bytes.to_vec()), (800, vec![7; 800]));
    }

    #[test]
    fn whoever_sends_slowly_holds_no_thread() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .max_blocking_threads(2)
            .build();
        runtime.expect("runtime").block_on(slow());
    }

    async fn slow() {
        let folder = tempfile::tempdir().expect("folder");
        let arriving = Arc::new(Arriving::default());
        let inbox = folder.path().join("inbox");
        let mut senders = Vec::new();
        let mut arrivals = Vec::new();
        for n in 0..8 {
            let (give, pieces) = mpsc::channel(1);
            give.send(Ok::<_, io::Error>(Bytes::from("half")))
                .await
                .expect("sent");
            let (arriving, inbox) = (Arc::clone(&arriving), inbox.clone());
            arrivals.push(tokio::spawn(async move {
                let body = Body::from_stream(ReceiverStream::new(pieces));
                arrived(&arriving, &n.to_string(), inbox, 1_000, body).await
            }));
            senders.push(give);
        }
        // All of them have begun and wait for more.
        while std::fs::read_dir(&inbox).map_or(0, Iterator::count) < 8 {
            tokio::task::yield_now().await;
        }
        assert_eq!(waiting(|| Ok(7)).await.expect("a thread is left"), 7);
        for give in senders {
            give.send(Ok(Bytes::from("half"))).await.expect("sent");
        }
        for arrival in arrivals {
            let incoming = arrival.await.expect("ended").expect("arrived");
            assert_eq!(incoming.bytes(), 8);
        }
    }
}

//! What is too large to be held in memory: a body is written to the disk as it arrives, and a file read from there as it leaves.
//! Of each a few pieces are in memory at a time, however many come and go at once. Of one sender few arrive at once.

use super::answer::Refused;
use super::house::{Shared, waiting};
use super::unwelcome::too_often;
use super::uploads::unwritten;
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

/// How many arrive at once of one sender, and in all.
const MOST_OF_A_SENDER: usize = 2;
const MOST: usize = 16;
/// Pieces that wait for whoever takes them.
const WAITING: usize = 8;
/// Bytes of a piece that leaves.
const PIECE: usize = 256 << 10;

/// The pieces of a body, for a thread that may wait for the disk.
pub(super) struct Pieces(mpsc::Receiver<io::Result<Option<Bytes>>>);

impl Pieces {
    /// The next one; nothing after the last. A body that has not been heard to its end fails, however it was given up.
    pub fn take(&mut self) -> io::Result<Option<Bytes>> {
        let piece = self.0.blocking_recv();
        piece.unwrap_or_else(|| Err(ErrorKind::UnexpectedEof.into()))
    }
}

/// Gives what arrives to somebody, piece by piece.
pub(super) async fn poured<T: Send + 'static>(
    body: Body,
    take: impl FnOnce(&mut Pieces) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    let (give, pieces) = mpsc::channel(WAITING);
    let taking = waiting(move || take(&mut Pieces(pieces)));
    let giving = async move {
        let mut parts = body.into_data_stream();
        loop {
            let piece = parts.next().await.transpose();
            // Who went away in the middle has sent nothing whole.
            let piece = piece.map_err(|_broken| io::Error::from(ErrorKind::UnexpectedEof));
            let last = !matches!(piece, Ok(Some(_)));
            if give.send(piece).await.is_err() || last {
                break;
            }
        }
    };
    let (taken, ()) = tokio::join!(taking, giving);
    taken
}

/// What is arriving.
#[derive(Debug)]
pub(super) struct Arriving {
    /// How many of whom.
    of: Mutex<HashMap<String, usize>>,
    turn: Semaphore,
}

impl Default for Arriving {
    fn default() -> Self {
        Self {
            of: Mutex::default(),
            turn: Semaphore::new(1),
        }
    }
}

/// One that arrives, until this is dropped.
struct Counted<'a> {
    arriving: &'a Arriving,
    sender: &'a str,
}

impl Drop for Counted<'_> {
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
    fn count<'a>(&'a self, sender: &'a str) -> Result<Counted<'a>, Refused> {
        let mut of = self.of();
        let own = of.get(sender).copied().unwrap_or_default();
        if own >= MOST_OF_A_SENDER || of.values().sum::<usize>() >= MOST {
            return Err(too_often());
        }
        of.insert(sender.to_owned(), own + 1);
        let arriving = self;
        Ok(Counted { arriving, sender })
    }

    /// Waits for its turn to open a bundle, of which memory holds all.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turn.acquire().await.ok()
    }
}

/// Takes a sender's body of at most so many bytes into a folder.
pub(super) async fn arrived(
    house: &Shared,
    sender: &str,
    folder: PathBuf,
    most: u64,
    body: Body,
) -> Result<Incoming, Refused> {
    if body.size_hint().lower() > most {
        return Err(Refused::too_large());
    }
    let counted = house.arriving.count(sender)?;
    let arrived = poured(body, move |pieces| written(&folder, most, pieces)).await;
    drop(counted);
    arrived
}

fn written(folder: &Path, most: u64, pieces: &mut Pieces) -> Result<Incoming, Refused> {
    let write = |pieces: &mut Pieces| {
        std::fs::create_dir_all(folder)?;
        let mut incoming = Incoming::begin(folder)?;
        while let Some(piece) = pieces.take()? {
            incoming.add(&piece)?;
            if incoming.bytes() > most {
                return Err(ErrorKind::FileTooLarge.into());
            }
        }
        Ok(incoming)
    };
    write(pieces).map_err(|error: io::Error| match error.kind() {
        ErrorKind::FileTooLarge => Refused::too_large(),
        _ => unwritten(&error),
    })
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

    #[test]
    fn one_sender_leaves_room_for_others_and_what_has_arrived_makes_room() {
        let arriving = Arriving::default();
        let code = |refused: Refused| refused.json(Path::new("/"))["error"]["code"].clone();
        let first: Vec<_> = (0..MOST_OF_A_SENDER)
            .map(|_| arriving.count("a").expect("room"))
            .collect();
        let refused = arriving.count("a").err().expect("too many of one");
        assert_eq!(code(refused), "too_often");
        let names: Vec<String> = (0..MOST).map(|n| n.to_string()).collect();
        let others: Vec<_> = names
            .iter()
            .map_while(|name| arriving.count(name).ok())
            .collect();
        assert_eq!(first.len() + others.len(), MOST);
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
        let house = Shared::default();
        let inbox = folder.path().join("inbox");
        let take = |body| arrived(&house, "a", inbox.clone(), 1_000, body);
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
            assert_eq!(refused.json(Path::new("/"))["error"]["code"], code);
        }
        assert_eq!(std::fs::read_dir(&inbox).expect("listed").count(), 0);
        // A request that is dropped in the middle.
        let (give, pieces) = mpsc::channel(2);
        give.send(Ok(Some(Bytes::from("half"))))
            .await
            .expect("sent");
        drop(give);
        let half = tokio::task::spawn_blocking(move || {
            let mut pieces = Pieces(pieces);
            pieces.take().expect("a piece");
            pieces.take().expect_err("no end").kind()
        });
        assert_eq!(half.await.expect("ended"), ErrorKind::UnexpectedEof);
        let (length, body) = leaving(&kept, ()).await.expect("opened");
        let bytes = axum::body::to_bytes(body, 10_000).await.expect("read");
        assert_eq!((length, bytes.to_vec()), (800, vec![7; 800]));
    }
}

//! Connections, few enough that files are left for the work: so many in all, and so many of one address. Where there is no room for one
//! more, the oldest gives way that has asked for nothing yet; who has asked for something stays.

use super::gate::whence;
use axum_server::accept::Accept;
use std::collections::BTreeMap;
use std::future::{Future, Ready, ready};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

/// Connections in all where the system has no limit of its own, and wherever it has a larger one.
const MOST: usize = 2_048;
/// Connections of one address of the network.
const MOST_OF_ONE: usize = 128;

/// One that is open.
#[derive(Debug)]
struct OpenConnection {
    from: SocketAddr,
    has_asked: bool,
    /// Hangs up when it is dropped.
    _hang_up: oneshot::Sender<()>,
}

/// Those that are open, by their numbers: the oldest first.
#[derive(Debug, Default)]
struct OpenConnections {
    all: BTreeMap<u64, OpenConnection>,
    next: u64,
}

/// How many there may be, and those that are open.
#[derive(Debug)]
pub(super) struct Connections {
    most: usize,
    open: Mutex<OpenConnections>,
}

impl Default for Connections {
    fn default() -> Self {
        Self::within(None)
    }
}

impl Connections {
    /// Half as many as this process may have files open.
    pub fn within(files: Option<u64>) -> Self {
        let files = files.and_then(|files| usize::try_from(files).ok());
        Self {
            most: files.map_or(MOST, |files| (files / 2).clamp(8, MOST)),
            open: Mutex::default(),
        }
    }

    fn open(&self) -> MutexGuard<'_, OpenConnections> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many of one address there may be: of this computer's own three quarters of all, as others may stand behind it.
    fn most_of(&self, from: IpAddr) -> usize {
        if from.is_loopback() {
            self.most / 4 * 3
        } else {
            (self.most / 4).min(MOST_OF_ONE)
        }
    }

    /// Somebody has asked for something: their connection stays.
    pub fn has_asked(&self, from: SocketAddr) {
        let mut open = self.open();
        if let Some(one) = open.all.values_mut().rev().find(|one| one.from == from) {
            one.has_asked = true;
        }
    }

    /// Takes one more in, in the place of another where there is no room; `None` where none gives way.
    fn admit(&self, from: SocketAddr) -> Option<(u64, oneshot::Receiver<()>)> {
        let whose = whence(from.ip());
        let mut open = self.open();
        let is_own = |one: &OpenConnection| whence(one.from.ip()) == whose;
        let own = open.all.values().filter(|one| is_own(one)).count();
        let is_one_too_many = own >= self.most_of(whose);
        if is_one_too_many || open.all.len() >= self.most {
            let may = |one: &OpenConnection| !one.has_asked && (!is_one_too_many || is_own(one));
            let gives_way = open.all.iter().find(|(_, one)| may(one));
            let number = *gives_way?.0;
            open.all.remove(&number);
        }
        let number = open.next;
        open.next += 1;
        let (hang_up, hears) = oneshot::channel();
        let one = OpenConnection {
            from,
            has_asked: false,
            _hang_up: hang_up,
        };
        open.all.insert(number, one);
        Some((number, hears))
    }
}

/// Lets connections in.
#[derive(Debug, Clone)]
pub(super) struct Door(pub Arc<Connections>);

impl<S> Accept<TcpStream, S> for Door {
    type Stream = CountedStream;
    type Service = S;
    type Future = Ready<io::Result<(CountedStream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let counted = stream.peer_addr().and_then(|from| {
            let admitted = self.0.admit(from);
            let (number, hears) = admitted.ok_or(ErrorKind::ConnectionRefused)?;
            Ok(CountedStream {
                stream,
                number,
                hears,
                is_hung_up: false,
                among: Arc::clone(&self.0),
            })
        });
        ready(counted.map(|counted| (counted, service)))
    }
}

/// A connection that counts as long as it is open.
#[derive(Debug)]
pub(super) struct CountedStream {
    stream: TcpStream,
    number: u64,
    hears: oneshot::Receiver<()>,
    is_hung_up: bool,
    among: Arc<Connections>,
}

impl Drop for CountedStream {
    fn drop(&mut self) {
        self.among.open().all.remove(&self.number);
    }
}

impl AsyncRead for CountedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.is_hung_up = self.is_hung_up || Pin::new(&mut self.hears).poll(context).is_ready();
        if self.is_hung_up {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: u8, port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, host], port))
    }

    #[test]
    fn who_has_asked_for_nothing_gives_way_and_who_has_stays() {
        let connections = Connections::within(Some(32));
        assert_eq!(connections.most, 16);
        let (_, asked) = connections.admit(at(1, 1)).expect("room");
        connections.has_asked(at(1, 1));
        let silent: Vec<_> = (2..17)
            .map(|host| connections.admit(at(host, 1)).expect("room").1)
            .collect();
        let (_, next) = connections.admit(at(99, 1)).expect("one gives way");
        let is_open = |mut hears: oneshot::Receiver<()>| {
            hears.try_recv() == Err(oneshot::error::TryRecvError::Empty)
        };
        assert!(is_open(asked) && is_open(next));
        let open: Vec<bool> = silent.into_iter().map(is_open).collect();
        assert!(!open[0] && open[1..].iter().all(|open| *open), "{open:?}");
        for host in 3..17 {
            connections.has_asked(at(host, 1));
        }
        connections.has_asked(at(99, 1));
        assert!(connections.admit(at(100, 1)).is_none(), "all of them stay");
    }

    #[test]
    fn one_address_leaves_room_for_the_others() {
        let connections = Connections::within(Some(128));
        for port in 0..64 {
            if connections.admit(at(1, port)).is_some() {
                connections.has_asked(at(1, port));
            }
        }
        assert_eq!(connections.open().all.len(), 16);
        assert!(connections.admit(at(2, 1)).is_some());
        for port in 0..64 {
            let own = SocketAddr::from(([127, 0, 0, 1], port));
            if connections.admit(own).is_some() {
                connections.has_asked(own);
            }
        }
        // More of this computer than of another.
        assert_eq!(connections.open().all.len(), 16 + 1 + 47);
    }
}

//! Listening: the socket, the threads, the time that a connection may take, the end.

use super::house::{House, Shared};
use super::library::Library;
use super::maps::Maps;
use super::{Options, ServeError, router};
use axum_server::Handle;
use hyper_util::rt::TokioTimer;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a request's head may take to arrive.
const HEAD: Duration = Duration::from_secs(10);
/// How long requests may still take once the server ends.
const ENDING: Duration = Duration::from_secs(5);
/// How often it is looked whether the server shall end, and who has gone.
const LOOK: Duration = Duration::from_millis(200);
const SWEEP: u32 = 150;

/// A server that listens.
#[derive(Debug, Clone)]
pub struct Ready {
    /// What a browser opens.
    pub url: String,
}

/// Serves a folder until `stop` is raised. `ready` is called once, when it listens.
///
/// # Errors
/// See [`ServeError`].
pub fn serve(
    options: &Options,
    stop: &Arc<AtomicBool>,
    ready: impl FnOnce(&Ready),
) -> Result<(), ServeError> {
    let folder = options.folder.clone();
    let missing = |source| ServeError::Folder {
        path: folder.clone(),
        source,
    };
    let root = std::fs::canonicalize(&folder).map_err(missing)?;
    std::fs::read_dir(&root).map_err(missing)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(ServeError::Threads)?;
    let maps = Maps::open(&options.base_maps, options.dem.as_deref());
    let maps = runtime.block_on(maps).map_err(ServeError::BaseMap)?;
    let (listener, at) = bound(options)?;
    let house = Arc::new(House {
        library: Library::new(root.clone()),
        root,
        maps,
        names: names(at.ip()),
        secure: false,
        at_home: at.ip().is_loopback(),
        ..House::default()
    });
    ready(&Ready {
        url: format!("http://{at}/"),
    });
    let ended = runtime.block_on(listen(listener, house, Arc::clone(stop)));
    runtime.shutdown_timeout(ENDING);
    ended.map_err(ServeError::Threads)
}

fn bound(options: &Options) -> Result<(TcpListener, SocketAddr), ServeError> {
    let at = SocketAddr::new(options.address, options.port);
    let refused = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::Taken { port: at.port() },
        _ => ServeError::Address {
            address: at.to_string(),
            source,
        },
    };
    let listener = TcpListener::bind(at).map_err(refused)?;
    listener.set_nonblocking(true).map_err(refused)?;
    let at = listener.local_addr().map_err(refused)?;
    Ok((listener, at))
}

/// The names by which a browser of this machine reaches an address.
fn names(address: IpAddr) -> Vec<String> {
    let own = match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    };
    let mut names = vec![own];
    if address.is_loopback() {
        names.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
    }
    names
}

async fn listen(listener: TcpListener, house: Shared, stop: Arc<AtomicBool>) -> io::Result<()> {
    let handle = Handle::new();
    tokio::spawn(watch(handle.clone(), Arc::clone(&house), stop));
    let routes = router(house).into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(listener)?.handle(handle);
    let mut timed = server.http_builder().http1();
    timed.timer(TokioTimer::new()).header_read_timeout(HEAD);
    server.serve(routes).await
}

/// Ends the server when it shall end, and until then wipes the keys of those who have gone.
async fn watch(handle: Handle<SocketAddr>, house: Shared, stop: Arc<AtomicBool>) {
    for turn in 1_u32.. {
        tokio::time::sleep(LOOK).await;
        if stop.load(Ordering::Relaxed) {
            break;
        }
        if turn % SWEEP == 0 {
            house.sessions.sweep();
            house.gate.sweep();
        }
    }
    house.runs.stop();
    handle.graceful_shutdown(Some(ENDING));
}

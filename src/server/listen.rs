//! Listening: the socket, the threads, the time that a connection may take, the end.

use super::connections::{Connections, Door};
use super::house::{House, Shared};
use super::lan::{self, LanAuthority};
use super::library::Library;
use super::maps::Maps;
use super::online::OnlineMaps;
use super::{Reach, ServeError, ServerOptions, field, router, surroundings};
use crate::platform::{raise_open_files, real_path};
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rustls::ServerConfig;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a request's head may take to arrive, and how long an idle connection is kept.
const HEAD: Duration = Duration::from_secs(20);
/// Requests that read or write at once at most: each holds a registry open.
const WAITING: usize = 64;
/// How long requests may still take once the server ends.
const ENDING: Duration = Duration::from_secs(5);
/// How often it is looked whether the server shall end, and who has gone.
const LOOK: Duration = Duration::from_millis(200);
const SWEEP: u32 = 150;

/// A server that listens.
#[derive(Debug, Clone)]
pub struct Listening {
    /// What a browser of this computer opens.
    pub url: String,
    /// What browsers of the network open.
    pub elsewhere: Vec<String>,
    /// What they need to trust it.
    pub authority: Option<LanAuthority>,
}

/// Serves a folder until `stop` is raised. `ready` is called once, when it listens.
///
/// # Errors
/// See [`ServeError`].
pub fn serve(
    options: &ServerOptions,
    stop: &Arc<AtomicBool>,
    ready: impl FnOnce(&Listening),
) -> Result<(), ServeError> {
    let root = opened(options)?;
    let connections = Connections::within(raise_open_files());
    let (listener, at) = bound(options)?;
    let names = match options.reach {
        Reach::Home => ["localhost", "127.0.0.1"].map(str::to_owned).to_vec(),
        Reach::Network | Reach::Clear => lan::names(),
    };
    let (authority, proof) = match options.reach {
        Reach::Network => Some(lan::proof(&root, &names)?).unzip(),
        Reach::Home | Reach::Clear => (None, None),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(WAITING)
        .build()
        .map_err(ServeError::Threads)?;
    let maps = Maps::open(&options.base_maps, options.dem.as_deref());
    let mut maps = runtime.block_on(maps).map_err(ServeError::BaseMap)?;
    let tianditu = options.tianditu.clone().map(OnlineMaps::new);
    maps.online = tianditu.map(Arc::new);
    ready(&told(options.reach, at, authority.clone()));
    let house = Arc::new(House {
        library: Library::new(root.clone()),
        connections: Arc::new(connections),
        root,
        maps,
        names,
        line: options.line,
        port: at.port(),
        secure: proof.is_some(),
        authority,
        at_home: options.reach == Reach::Home,
        ..House::default()
    });
    let ended = runtime.block_on(listen(listener, house, proof, Arc::clone(stop)));
    runtime.shutdown_timeout(ENDING);
    ended.map_err(ServeError::Threads)
}

/// The folder, where it can be listed.
fn opened(options: &ServerOptions) -> Result<PathBuf, ServeError> {
    let missing = |source| ServeError::Folder {
        path: options.folder.clone(),
        source,
    };
    let root = real_path(&options.folder).map_err(missing)?;
    std::fs::read_dir(&root).map_err(missing)?;
    Ok(root)
}

fn told(reach: Reach, at: SocketAddr, authority: Option<LanAuthority>) -> Listening {
    let scheme = if authority.is_some() { "https" } else { "http" };
    let url = |host: &dyn std::fmt::Display| format!("{scheme}://{host}:{}/", at.port());
    let elsewhere = match reach {
        Reach::Home => Vec::new(),
        Reach::Network | Reach::Clear => lan::addresses().iter().map(|ip| url(ip)).collect(),
    };
    Listening {
        url: match reach {
            Reach::Home => url(&at.ip()),
            Reach::Network | Reach::Clear => url(&"localhost"),
        },
        elsewhere,
        authority,
    }
}

fn bound(options: &ServerOptions) -> Result<(TcpListener, SocketAddr), ServeError> {
    let address = match options.reach {
        Reach::Home => Ipv4Addr::LOCALHOST,
        Reach::Network | Reach::Clear => Ipv4Addr::UNSPECIFIED,
    };
    let at = SocketAddr::new(address.into(), options.port);
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

async fn listen(
    listener: TcpListener,
    house: Shared,
    proof: Option<Arc<ServerConfig>>,
    stop: Arc<AtomicBool>,
) -> io::Result<()> {
    let handle = Handle::new();
    tokio::spawn(surroundings::draw(Arc::clone(&house), Arc::clone(&stop)));
    tokio::spawn(watch(handle.clone(), Arc::clone(&house), stop));
    tokio::spawn(field::take_in(Arc::clone(&house)));
    let door = Door(Arc::clone(&house.connections));
    let routes = router(house).into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(listener)?
        .handle(handle)
        .first_request_timeout(HEAD);
    timed(server.http_builder());
    if let Some(proof) = proof {
        let proof = RustlsAcceptor::new(RustlsConfig::from_config(proof)).acceptor(door);
        return server.acceptor(proof).serve(routes).await;
    }
    server.acceptor(door).serve(routes).await
}

/// Hangs up on whoever sends a request's head drop by drop.
fn timed(builder: &mut Builder<TokioExecutor>) {
    let mut builder = builder.http1();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD);
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
            house.kept.sweep();
            house.offices.sweep();
        }
    }
    house.runs.stop();
    handle.graceful_shutdown(Some(ENDING));
}

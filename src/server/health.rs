//! Whether a server answers: what it says of itself to whoever watches over it, and the question, put from the same computer.
//!
//! A container is started anew, and a service is looked after, by a command's exit code; an image without a shell has no
//! other program that could ask.

use super::answer::{Answer, Refused};
use super::house::{Shared, waiting};
use super::lan::CERTIFICATE;
use super::{Reach, ServeError, ServerOptions};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// Where it is asked.
const ADDRESS: &str = "/api/health";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much of an answer is read for its first line.
const LINE: u64 = 256;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route(ADDRESS, get(health))
}

/// Well where the served folder can be listed.
async fn health(State(house): State<Shared>) -> Answer<Value> {
    waiting(move || std::fs::read_dir(&house.root).map_err(|_gone| folder_gone())).await?;
    let version = env!("CARGO_PKG_VERSION");
    Ok(Json(json!({ "status": "ok", "version": version })))
}

fn folder_gone() -> Refused {
    Refused::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "folder_gone",
        "the served folder cannot be listed",
        "无法读取所服务的文件夹",
    )
    .hint(
        "look whether the disk is plugged in",
        "请检查磁盘是否已接好",
    )
}

/// How a server is spoken to.
#[derive(Clone, Copy)]
enum Way {
    Secure,
    Clear,
}

/// Asks the server of a folder and a port whether it is well. Where `options` do not say how it is reached, an office's
/// authority in the folder does: then TLS first.
///
/// # Errors
/// [`ServeError::Silent`].
pub fn is_well(options: &ServerOptions) -> Result<(), ServeError> {
    let authority = options.folder.join(CERTIFICATE);
    let ways: &[Way] = match options.reach {
        Reach::Network => &[Way::Secure],
        Reach::Home if authority.is_file() => &[Way::Secure, Way::Clear],
        Reach::Home | Reach::Clear => &[Way::Clear],
    };
    let mut told = Err(io::ErrorKind::NotConnected.into());
    for way in ways {
        told = asked(options, *way);
        if told.is_ok() {
            break;
        }
    }
    told.map_err(|source| ServeError::Silent {
        port: options.port,
        source,
    })
}

fn asked(options: &ServerOptions, way: Way) -> io::Result<()> {
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let stream = TcpStream::connect_timeout(&at, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    match way {
        Way::Clear => answered(stream),
        Way::Secure => answered(secured(options, stream)?),
    }
}

/// A connection to whoever the office's authority vouches for.
fn secured(
    options: &ServerOptions,
    stream: TcpStream,
) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut trusted = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(options.folder.join(CERTIFICATE));
    let authority = authority.map_err(io::Error::other)?;
    trusted.add(authority).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    Ok(StreamOwned::new(connection, stream))
}

/// Puts the question, and reads the first line of the answer.
fn answered(mut stream: impl Read + Write) -> io::Result<()> {
    write!(
        stream,
        "GET {ADDRESS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )?;
    stream.flush()?;
    let mut line = Vec::new();
    BufReader::new(stream.take(LINE)).read_until(b'\n', &mut line)?;
    let line = String::from_utf8_lossy(&line);
    match line.trim_end() {
        line if line.starts_with("HTTP/1.1 200 ") => Ok(()),
        line => Err(io::Error::other(format!("{line:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn asked_of(answer: &'static [u8]) -> Result<(), ServeError> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        let port = listener.local_addr().expect("address").port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("accepted");
            let mut line = String::new();
            let mut reader = BufReader::new(stream.try_clone().expect("clone"));
            while reader.read_line(&mut line).expect("line") > 2 {}
            stream.write_all(answer).expect("answered");
            line
        });
        let folder = tempfile::tempdir().expect("folder");
        let told = is_well(&ServerOptions {
            folder: folder.path().to_path_buf(),
            port,
            base_maps: Vec::new(),
            dem: None,
            tianditu: None,
            reach: Reach::Home,
            line: None,
        });
        let asked = server.join().expect("ended");
        assert!(asked.starts_with("GET /api/health HTTP/1.1\r\n"), "{asked}");
        told
    }

    #[test]
    fn only_a_server_that_says_so_is_well() {
        assert!(asked_of(b"HTTP/1.1 200 OK\r\n\r\n{}").is_ok());
        for other in [
            b"HTTP/1.1 503 Service Unavailable\r\n\r\n".as_slice(),
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"",
        ] {
            let told = asked_of(other);
            assert!(matches!(told, Err(ServeError::Silent { .. })), "{told:?}");
        }
    }
}

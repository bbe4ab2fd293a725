//! A line to another office's server: requests, answers, how long is waited, and by which authority it is known.
//!
//! Whoever is called for the first time shows the authority of its office, which is then the only one that is trusted
//! there. What is tried again is only what may be done twice.

use super::{Address, Greeting, OWN_HEADER, RemoteError, WAY};
use crate::registry::ids::Hash;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;
use ureq::http::{Method, Request, Response, StatusCode};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, RequestExt};

/// How long a connection may take to come about, stand still, and be worked on at the other side.
const CONNECT: Duration = Duration::from_secs(10);
const STANDSTILL: Duration = Duration::from_secs(60);
const WORK: Duration = Duration::from_secs(600);
/// Bytes of an answer at most that is no part.
const LARGEST_ANSWER: u64 = 64 << 20;
/// How long is waited before what may be done twice is tried once more.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(5),
];

/// An office's certificate authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeAuthority {
    /// Its certificate, PEM.
    pub certificate: String,
    /// The SHA-256 of its certificate, in pairs of digits.
    pub fingerprint: String,
}

impl OfficeAuthority {
    /// Out of a certificate; `None` where it is none.
    pub fn of(certificate: String) -> Option<Self> {
        let read = Certificate::from_pem(certificate.as_bytes()).ok()?;
        Some(Self {
            fingerprint: Hash::of(read.der()).in_pairs(),
            certificate,
        })
    }
}

/// A line to a server.
#[derive(Debug)]
pub struct Line {
    agent: Agent,
    address: Address,
    authority: Option<OfficeAuthority>,
    token: Option<String>,
}

fn agent(tls: TlsConfig) -> Agent {
    Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(WORK))
        .timeout_per_read(Some(WORK))
        .timeout_per_write(Some(STANDSTILL))
        .build()
        .into()
}

fn trusting(authority: &OfficeAuthority) -> TlsConfig {
    let read = Certificate::from_pem(authority.certificate.as_bytes());
    let roots = read.into_iter().collect();
    TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .build()
}

impl Line {
    /// Begins a line; `known` is the authority by which this server is known. Nothing is said yet where one is.
    ///
    /// # Errors
    /// Those of reaching a server that is called for the first time.
    pub fn begin(address: Address, known: Option<OfficeAuthority>) -> Result<Self, RemoteError> {
        let authority = match known {
            _ if !address.is_encrypted => None,
            Some(known) => Some(known),
            None => Some(shown(&address)?),
        };
        let tls = authority.as_ref().map_or_else(TlsConfig::default, trusting);
        Ok(Self {
            agent: agent(tls),
            address,
            authority,
            token: None,
        })
    }

    /// Where it leads.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The authority by which the server is known; nothing in the clear.
    pub fn authority(&self) -> Option<&OfficeAuthority> {
        self.authority.as_ref()
    }

    /// What both sides sign of the authority.
    pub fn fingerprint(&self) -> &str {
        self.authority
            .as_ref()
            .map_or("", |authority| &authority.fingerprint)
    }

    /// What requests bear from now on.
    pub fn bear(&mut self, token: String) {
        self.token = Some(token);
    }

    /// Greets the server: whoever is not there is said at once.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub fn greet(&self) -> Result<Greeting, RemoteError> {
        self.json(self.once(&Method::GET, "", &[])?)
    }

    /// Sends a value for which something is answered; again where the line breaks.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub fn post<T: DeserializeOwned>(
        &self,
        way: &str,
        value: &impl Serialize,
    ) -> Result<T, RemoteError> {
        let body = serde_json::to_vec(value).unwrap_or_default();
        self.json(self.patiently(&Method::POST, way, &body)?)
    }

    /// Sends a value that is good once: where the line breaks it is for the caller to begin anew.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub fn post_once<T: DeserializeOwned>(
        &self,
        way: &str,
        value: &impl Serialize,
    ) -> Result<T, RemoteError> {
        let body = serde_json::to_vec(value).unwrap_or_default();
        self.json(self.once(&Method::POST, way, &body)?)
    }

    /// Sends bytes for which something is answered; again where the line breaks.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub fn put<T: DeserializeOwned>(&self, way: &str, bytes: &[u8]) -> Result<T, RemoteError> {
        self.json(self.patiently(&Method::PUT, way, bytes)?)
    }

    /// Fetches so many bytes of this digest; again where the line breaks.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub fn fetch(&self, way: &str, bytes: u64, sha256: Hash) -> Result<Vec<u8>, RemoteError> {
        let mut fetched = self.fetch_once(way, bytes, sha256);
        for pause in PAUSES {
            if !fetched.as_ref().is_err_and(RemoteError::may_pass) {
                break;
            }
            sleep(pause);
            fetched = self.fetch_once(way, bytes, sha256);
        }
        fetched
    }

    fn fetch_once(&self, way: &str, bytes: u64, sha256: Hash) -> Result<Vec<u8>, RemoteError> {
        let mut answer = self.once(&Method::GET, way, &[])?;
        let body = answer.body_mut().with_config();
        let got = body.limit(bytes.saturating_add(1)).read_to_vec();
        let got = got.map_err(|error| self.failed(error))?;
        if got.len() as u64 != bytes || Hash::of(&got) != sha256 {
            return Err(self.broken("other bytes came than were announced"));
        }
        Ok(got)
    }

    fn json<T: DeserializeOwned>(&self, mut answer: Response<Body>) -> Result<T, RemoteError> {
        let body = answer.body_mut().with_config().limit(LARGEST_ANSWER);
        let bytes = body.read_to_vec().map_err(|error| self.failed(error))?;
        serde_json::from_slice(&bytes).map_err(|_other| RemoteError::NotPapaver {
            origin: self.address.origin.clone(),
        })
    }

    fn patiently(
        &self,
        method: &Method,
        way: &str,
        body: &[u8],
    ) -> Result<Response<Body>, RemoteError> {
        let mut answer = self.once(method, way, body);
        for pause in PAUSES {
            if !answer.as_ref().is_err_and(RemoteError::may_pass) {
                break;
            }
            sleep(pause);
            answer = self.once(method, way, body);
        }
        answer
    }

    fn once(&self, method: &Method, way: &str, body: &[u8]) -> Result<Response<Body>, RemoteError> {
        let origin = &self.address.origin;
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{origin}{WAY}{way}"))
            .header("origin", origin)
            .header(OWN_HEADER, "1")
            .header("content-type", kind(method));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = if *method == Method::GET {
            let request = request.body(()).map_err(|_odd| self.unread())?;
            // What is fetched lies ready: nothing has to be worked on first.
            let request = request.with_agent(&self.agent).configure();
            request.timeout_per_read(Some(STANDSTILL)).build().run()
        } else {
            let request = request.body(body).map_err(|_odd| self.unread())?;
            request.with_agent(&self.agent).run()
        };
        let answer = answer.map_err(|error| self.failed(error))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(self.refused(answer))
    }

    /// What a server says that does not do what it was asked.
    fn refused(&self, mut answer: Response<Body>) -> RemoteError {
        let status = answer.status();
        let body = answer.body_mut().with_config().limit(LARGEST_ANSWER);
        let bytes = body.read_to_vec().unwrap_or_default();
        let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let text = |of: &Value, lang: &str| of[lang].as_str().unwrap_or_default().to_owned();
        let error = &said["error"];
        let both = |of: &Value| (text(of, "en"), text(of, "zh"));
        match error["code"].as_str() {
            Some("other_name") => RemoteError::Name {
                origin: self.address.origin.clone(),
            },
            Some(code) if status != StatusCode::NOT_FOUND || code != "not_found" => {
                RemoteError::Refused {
                    code: code.to_owned(),
                    passes: status == StatusCode::SERVICE_UNAVAILABLE,
                    message: both(&error["message"]),
                    remedy: both(&error["remedy"]),
                }
            }
            _ => RemoteError::NotPapaver {
                origin: self.address.origin.clone(),
            },
        }
    }

    fn unread(&self) -> RemoteError {
        RemoteError::Address {
            typed: self.address.origin.clone(),
        }
    }

    fn broken(&self, why: &str) -> RemoteError {
        RemoteError::Broken {
            origin: self.address.origin.clone(),
            why: why.to_owned(),
        }
    }

    /// What became of a request that was not answered.
    fn failed(&self, error: ureq::Error) -> RemoteError {
        match certificate_flaw(&error) {
            None => self.unanswered(error),
            Some(flaw) if is_about_the_name(flaw) => RemoteError::Name {
                origin: self.address.origin.clone(),
            },
            Some(flaw) => self.changed(flaw),
        }
    }

    /// A certificate that does not fit: another authority's, or one that does not hold today.
    fn changed(&self, flaw: &rustls::CertificateError) -> RemoteError {
        let now = shown(&self.address).ok();
        let origin = self.address.origin.clone();
        match (&self.authority, now) {
            (Some(known), Some(now)) if now.fingerprint != known.fingerprint => {
                RemoteError::Changed {
                    origin,
                    known: known.fingerprint.clone(),
                    shown: now.fingerprint,
                }
            }
            _ => RemoteError::Certificate {
                origin,
                why: flaw.to_string(),
            },
        }
    }

    fn unanswered(&self, error: ureq::Error) -> RemoteError {
        let origin = self.address.origin.clone();
        let host = self.address.host.clone();
        match error {
            ureq::Error::HostNotFound => RemoteError::NoHost { host },
            ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect)
            | ureq::Error::ConnectionFailed => RemoteError::Unreachable {
                origin,
                why: "no answer".to_owned(),
            },
            ureq::Error::Io(source) => match source.kind() {
                io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::TimedOut => RemoteError::Unreachable {
                    origin,
                    why: source.to_string(),
                },
                _ => self.broken(&source.to_string()),
            },
            other => self.broken(&other.to_string()),
        }
    }
}

fn kind(method: &Method) -> &'static str {
    if *method == Method::PUT {
        "application/octet-stream"
    } else {
        "application/json"
    }
}

/// The authority that a server shows to whoever does not know it yet. Nothing is sent and nothing else is believed.
fn shown(address: &Address) -> Result<OfficeAuthority, RemoteError> {
    let anybody = TlsConfig::builder().disable_verification(true).build();
    let line = Line {
        agent: agent(anybody),
        address: address.clone(),
        authority: None,
        token: None,
    };
    let none = || RemoteError::NoAuthority {
        origin: address.origin.clone(),
    };
    let mut answer = line
        .agent
        .get(format!("{}/ca.crt", address.origin))
        .call()
        .map_err(|error| line.unanswered(error))?;
    if answer.status() == StatusCode::MISDIRECTED_REQUEST {
        return Err(RemoteError::Name {
            origin: address.origin.clone(),
        });
    }
    if !answer.status().is_success() {
        return Err(none());
    }
    let body = answer.body_mut().with_config().limit(1 << 20);
    let text = body.read_to_string().map_err(|_other| none())?;
    OfficeAuthority::of(text).ok_or_else(none)
}

/// What is wrong with a certificate, where that is what is wrong.
pub(super) fn certificate_flaw(error: &ureq::Error) -> Option<&rustls::CertificateError> {
    let inner = match error {
        ureq::Error::Rustls(error) => Some(error),
        ureq::Error::Io(source) => source.get_ref().and_then(|inner| inner.downcast_ref()),
        _ => None,
    };
    match inner? {
        rustls::Error::InvalidCertificate(flaw) => Some(flaw),
        _ => None,
    }
}

fn is_about_the_name(flaw: &rustls::CertificateError) -> bool {
    use rustls::CertificateError::{NotValidForName, NotValidForNameContext};
    matches!(flaw, NotValidForName | NotValidForNameContext { .. })
}

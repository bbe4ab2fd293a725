//! A database of the bureau, as it is named and reached: what was typed, what the environment and the password file add, and
//! the encryption. Credentials appear in no message.

use super::host::{is_here, name_of};
use super::mirror_error::MirrorError;
use super::password_file::password_for;
use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a server may take to answer a call.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection may be silent before it is probed, and how long nothing of ours may stay unacknowledged.
const SILENT: Duration = Duration::from_secs(60);

/// What is given to reach a database.
#[derive(Clone, Default)]
pub struct DatabaseTarget {
    /// `postgresql://…`, whole or in part, without a password.
    pub url: String,
    /// What the URL leaves out: those of [`VARIABLES`] that are set.
    pub environment: Vec<(&'static str, String)>,
    /// The text of the person's password file.
    pub passwords: String,
    /// The password as it was just typed.
    pub password: Option<String>,
    /// The certificate of the authority that signs the server's, PEM.
    pub authority: Option<Vec<u8>>,
    /// Whether it may be reached in the clear beyond this computer.
    pub insecure: bool,
    /// The schema that holds the tables.
    pub schema: String,
    /// A role that may read them.
    pub reader: Option<String>,
}

/// The variables that are read, as the database's own programs name them.
pub const VARIABLES: [&str; 5] = ["PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"];

impl DatabaseTarget {
    fn variable(&self, name: &str) -> Option<&str> {
        let found = self.environment.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The URL, with what it leaves out.
    fn config(&self) -> Result<Config, MirrorError> {
        let schemes = ["postgresql://", "postgres://"];
        if !schemes.iter().any(|scheme| self.url.starts_with(scheme)) {
            return Err(MirrorError::Address);
        }
        // What is wrong with it may be a part of a password: it is not repeated.
        let port = self.variable("PGPORT").unwrap_or("5432");
        let parsed = with_port(&self.url, port).parse();
        let mut config: Config = parsed.map_err(|_hidden| MirrorError::Address)?;
        if config.get_password().is_some() {
            return Err(MirrorError::Shown);
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host(self.variable("PGHOST").unwrap_or("localhost"));
        }
        if config.get_ports().is_empty() {
            config.port(port.parse().map_err(|_odd| MirrorError::Address)?);
        }
        if config.get_user().is_none() {
            config.user(self.variable("PGUSER").ok_or(MirrorError::NoUser)?);
        }
        if config.get_dbname().is_none()
            && let Some(name) = self.variable("PGDATABASE")
        {
            config.dbname(name);
        }
        if let Some(password) = self.password_of(&config) {
            config.password(password);
        }
        config
            .connect_timeout(CONNECT)
            .keepalives_idle(SILENT)
            .tcp_user_timeout(SILENT)
            .application_name("papaver");
        Ok(config)
    }

    /// The password: as typed, else of the environment, else of the file.
    fn password_of(&self, config: &Config) -> Option<String> {
        let given = self.password.as_deref().or(self.variable("PGPASSWORD"));
        if let Some(given) = given {
            return Some(given.to_owned());
        }
        let host = match config.get_hosts().first() {
            Some(host) => name_of(host).unwrap_or("localhost").to_owned(),
            None => config.get_hostaddrs().first()?.to_string(),
        };
        let port = config.get_ports().first()?;
        let user = config.get_user()?;
        let database = config.get_dbname().unwrap_or(user);
        password_for(&self.passwords, [&host, &port.to_string(), database, user])
    }

    /// Connects: in the clear on this computer, else encrypted.
    pub(super) fn connect(&self) -> Result<Client, MirrorError> {
        let mut config = self.config()?;
        let asked = self.authority.is_some() || config.get_ssl_mode() == SslMode::Require;
        let client = if !asked && (self.insecure || is_here(&config)) {
            config.ssl_mode(SslMode::Disable).connect(NoTls)
        } else {
            let tls = MakeRustlsConnect::new(self.tls()?);
            config.ssl_mode(SslMode::Require).connect(tls)
        };
        client.map_err(|error| MirrorError::of_connecting(&config, &error))
    }

    fn tls(&self) -> Result<ClientConfig, MirrorError> {
        let pem = self.authority.as_deref().unwrap_or_default();
        let mut roots = RootCertStore::empty();
        let read = CertificateDer::pem_slice_iter(pem).flatten();
        roots.add_parsable_certificates(read);
        if roots.is_empty() {
            return Err(MirrorError::NoAuthority);
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_never| MirrorError::NoAuthority)?;
        Ok(config.with_root_certificates(roots).with_no_client_auth())
    }
}

/// A URL whose hosts all have a port: the library takes its own for those that have none.
fn with_port(url: &str, port: &str) -> String {
    let begin = url.find("://").map_or(0, |at| at + 3);
    let end = url[begin..]
        .find(['/', '?'])
        .map_or(url.len(), |at| begin + at);
    let begin = url[begin..end]
        .rfind('@')
        .map_or(begin, |at| begin + at + 1);
    let hosts = url[begin..end].split(',').map(|host| {
        let behind = host.rfind(']').unwrap_or(0);
        if host.is_empty() || host[behind..].contains(':') {
            host.to_owned()
        } else {
            format!("{host}:{port}")
        }
    });
    let hosts = hosts.collect::<Vec<_>>().join(",");
    format!("{}{hosts}{}", &url[..begin], &url[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> DatabaseTarget {
        DatabaseTarget {
            url: url.into(),
            environment: vec![("PGUSER", "gis".into()), ("PGPASSWORD", "secret".into())],
            schema: "papaver".into(),
            ..DatabaseTarget::default()
        }
    }

    #[test]
    fn what_the_url_leaves_out_comes_from_the_environment() {
        let config = target("postgresql://10.0.0.5/bureau")
            .config()
            .expect("read");
        assert_eq!(
            (config.get_user(), config.get_dbname()),
            (Some("gis"), Some("bureau"))
        );
        assert_eq!(config.get_password(), Some(&b"secret"[..]));
        let own = target("postgresql://li@10.0.0.5").config().expect("read");
        assert_eq!(own.get_user(), Some("li"));
    }

    #[test]
    fn a_port_that_is_not_named_is_that_of_the_environment() {
        for (url, ports) in [
            ("postgresql://li@h", &[5433][..]),
            (
                "postgresql://li@h:1,[::1],[::1]:2/d?sslmode=require",
                &[1, 5433, 2],
            ),
            ("postgresql:///d", &[5433]),
            ("postgresql://li@", &[5433]),
        ] {
            let mut asked = target(url);
            asked.environment.push(("PGPORT", "5433".into()));
            assert_eq!(asked.config().expect(url).get_ports(), ports, "{url}");
        }
    }

    #[test]
    fn a_password_is_what_was_typed_then_of_the_environment_then_of_the_file() {
        let mut asked = target("postgresql://li@10.0.0.5:5433/bureau");
        asked.passwords = "10.0.0.5:5433:bureau:li:filed\n".into();
        let password = |target: &DatabaseTarget| {
            let config = target.config().expect("read");
            config.get_password().map(<[u8]>::to_vec)
        };
        assert_eq!(password(&asked), Some(b"secret".to_vec()));
        asked.environment.clear();
        assert_eq!(password(&asked), Some(b"filed".to_vec()));
        asked.password = Some("typed".into());
        assert_eq!(password(&asked), Some(b"typed".to_vec()));
    }

    #[test]
    fn a_password_on_the_command_line_is_refused_and_no_message_repeats_it() {
        for url in [
            "li:hush@10.0.0.5",
            "postgresql://li:hush@[",
            "mysql://li:hush@h",
            "postgresql://li:hu?sh@10.0.0.5",
            "postgresql://li:hush@10.0.0.5/bureau",
            "postgresql://10.0.0.5/bureau?user=li&password=hush",
        ] {
            let error = target(url).config().expect_err(url);
            let said = format!("{error:?} {error}");
            assert!(!said.contains("hu"), "{said}");
        }
    }

    #[test]
    fn beyond_this_computer_nothing_goes_in_the_clear() {
        for url in [
            "postgresql://li@10.0.0.5",
            "postgresql://li@10.0.0.5?sslmode=disable",
            "postgresql://li@localhost,10.0.0.5",
            "postgresql://li@localhost?hostaddr=10.0.0.5",
            "postgresql://li@127.0.0.1?sslmode=require",
        ] {
            let error = target(url).connect().err();
            assert_eq!(error, Some(MirrorError::NoAuthority), "{url}");
        }
    }
}

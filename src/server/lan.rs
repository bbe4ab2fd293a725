//! Beyond this computer: an authority of the office, made once, and a certificate of today's names and addresses.
//!
//! The authority's key lies in the served folder, its owner's alone to read. Devices are told once to trust the authority; the
//! certificate is made anew at each start and never grows old.

use super::ServeError;
use crate::files;
pub(super) use crate::files::AUTHORITY_CERTIFICATE as CERTIFICATE;
use crate::files::AUTHORITY_KEY as KEY;
use crate::registry::Hash;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// How long the authority and a certificate hold. Phones take no certificate of more than 825 days.
const AUTHORITY_DAYS: i64 = 3_650;
const CERTIFICATE_DAYS: i64 = 397;

/// What devices of the office need to trust this server.
#[derive(Debug, Clone)]
pub struct LanAuthority {
    /// Its certificate, PEM.
    pub certificate: String,
    /// The SHA-256 of its certificate, in pairs of digits.
    pub fingerprint: String,
}

/// The names and addresses by which this computer is reached in its network.
pub(super) fn names() -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let host = gethostname::gethostname().to_string_lossy().to_lowercase();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if !host.is_empty() && host.chars().all(is_name) && host != "localhost" {
        names.push(format!("{host}.local"));
        names.push(host);
    }
    names.extend(addresses().iter().map(ToString::to_string));
    names
}

/// Its addresses in the networks that it is part of, those of version 4 that others can reach.
pub(super) fn addresses() -> Vec<IpAddr> {
    let all = if_addrs::get_if_addrs().unwrap_or_default();
    let reached = all
        .iter()
        .filter(|one| !one.is_loopback() && !one.is_link_local());
    let addresses = reached.map(if_addrs::Interface::ip);
    let addresses: BTreeSet<IpAddr> = addresses.filter(IpAddr::is_ipv4).collect();
    addresses.into_iter().collect()
}

/// How a server proves who it is: with a certificate of these names, signed by the office's authority.
///
/// # Errors
/// [`ServeError::Authority`], [`ServeError::Expired`].
pub(super) fn proof(
    folder: &Path,
    names: &[String],
) -> Result<(LanAuthority, Arc<ServerConfig>), ServeError> {
    let (certificate, key) = authority(folder)?;
    let broken = |what: &dyn ToString| ServeError::Authority {
        path: folder.join(CERTIFICATE),
        why: what.to_string(),
    };
    let der = valid(folder, &certificate)?;
    let key = KeyPair::from_pem(&key).map_err(|e| broken(&e))?;
    let issuer = Issuer::from_ca_cert_pem(&certificate, key).map_err(|e| broken(&e))?;
    let own_key = KeyPair::generate().map_err(|e| broken(&e))?;
    let own = leaf(names)
        .and_then(|leaf| leaf.signed_by(&own_key, &issuer))
        .map_err(|e| broken(&e))?;
    let chain = vec![own.der().clone(), CertificateDer::from(der.clone())];
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(|e| broken(&e))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let authority = LanAuthority {
        fingerprint: Hash::of(&der).in_pairs(),
        certificate,
    };
    Ok((authority, Arc::new(config)))
}

/// The authority's certificate and key, PEM: as they lie in the folder, else made and laid there.
fn authority(folder: &Path) -> Result<(String, String), ServeError> {
    let (certificate, key) = (folder.join(CERTIFICATE), folder.join(KEY));
    let failed = |why: String| ServeError::Authority {
        path: certificate.clone(),
        why,
    };
    let text = |path: &Path| {
        let bytes = files::read(path).ok()?;
        String::from_utf8(bytes).ok()
    };
    match (text(&certificate), text(&key)) {
        (Some(certificate), Some(key)) => return Ok((certificate, key)),
        (None, None) => {}
        _ => return Err(failed("half of it is missing".to_owned())),
    }
    let made_key = KeyPair::generate().map_err(|e| failed(e.to_string()))?;
    let made = office()
        .self_signed(&made_key)
        .map_err(|e| failed(e.to_string()))?;
    let (made, made_key) = (made.pem(), made_key.serialize_pem());
    // The key first: a certificate without its key would be trusted for nothing.
    files::keep_new(&key, |out| out.write_all(made_key.as_bytes()))
        .and_then(|()| files::keep_new(&certificate, |out| out.write_all(made.as_bytes())))
        .map_err(|e| failed(e.to_string()))?;
    Ok((made, made_key))
}

fn office() -> CertificateParams {
    let mut office = CertificateParams::default();
    office.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    office.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let name = format!(
        "Papaver office {}",
        gethostname::gethostname().to_string_lossy()
    );
    office.distinguished_name.push(DnType::CommonName, name);
    let now = OffsetDateTime::now_utc();
    office.not_before = now - Duration::days(1);
    office.not_after = now + Duration::days(AUTHORITY_DAYS);
    office
}

fn leaf(names: &[String]) -> Result<CertificateParams, rcgen::Error> {
    let mut leaf = CertificateParams::new(names.to_vec())?;
    leaf.distinguished_name.push(DnType::CommonName, "Papaver");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let now = OffsetDateTime::now_utc();
    leaf.not_before = now - Duration::days(1);
    leaf.not_after = now + Duration::days(CERTIFICATE_DAYS);
    Ok(leaf)
}

/// The bytes of the authority's certificate, where it holds today.
fn valid(folder: &Path, certificate: &str) -> Result<Vec<u8>, ServeError> {
    let path = folder.join(CERTIFICATE);
    let broken = |why: &dyn ToString| ServeError::Authority {
        path: path.clone(),
        why: why.to_string(),
    };
    let (_, pem) =
        x509_parser::pem::parse_x509_pem(certificate.as_bytes()).map_err(|e| broken(&e))?;
    let ends = {
        let read = pem.parse_x509().map_err(|e| broken(&e))?;
        read.validity().not_after.timestamp()
    };
    if ends < OffsetDateTime::now_utc().unix_timestamp() {
        return Err(ServeError::Expired { path });
    }
    Ok(pem.contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_is_made_once_and_its_key_is_nobody_elses_to_read() {
        let folder = tempfile::tempdir().expect("folder");
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let (first, _) = proof(folder.path(), &names).expect("made");
        let (again, _) = proof(folder.path(), &names).expect("read");
        assert_eq!(first.fingerprint, again.fingerprint);
        assert_eq!(first.fingerprint.len(), 32 * 3 - 1);
        for entry in std::fs::read_dir(folder.path()).expect("listed") {
            files::spare(&entry.expect("an entry").path()).expect_err("it is the office's");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let about = std::fs::metadata(folder.path().join(KEY)).expect("key");
            assert_eq!(about.permissions().mode() & 0o077, 0);
        }
    }

    #[test]
    fn an_authority_that_has_grown_old_is_said_to_be() {
        let folder = tempfile::tempdir().expect("folder");
        let mut old = office();
        old.not_before = OffsetDateTime::now_utc() - Duration::days(20);
        old.not_after = OffsetDateTime::now_utc() - Duration::days(10);
        let key = KeyPair::generate().expect("key");
        let made = old.self_signed(&key).expect("signed");
        std::fs::write(folder.path().join(CERTIFICATE), made.pem()).expect("written");
        std::fs::write(folder.path().join(KEY), key.serialize_pem()).expect("written");
        let refused = proof(folder.path(), &["localhost".to_owned()]);
        assert!(matches!(refused, Err(ServeError::Expired { .. })));
    }
}

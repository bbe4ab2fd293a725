//! Beyond this computer: an authority of the office, made once, and a certificate of today's names and addresses.
//!
//! The authority's key lies in the served folder, its owner's alone to read. Devices are told once to trust the authority, which can vouch
//! for no name of the internet: for this computer's own, those of the local network, and addresses. The certificate is made anew at
//! each start and never grows old.

use super::ServeError;
use crate::files;
pub(super) use crate::files::AUTHORITY_CERTIFICATE as CERTIFICATE;
use crate::files::AUTHORITY_KEY as KEY;
use crate::registry::Hash;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;

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

/// What this computer is called, where that can stand in a certificate.
fn host() -> Option<String> {
    let host = gethostname::gethostname().to_string_lossy().to_lowercase();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let is_told = !host.is_empty() && host.chars().all(is_name) && host != "localhost";
    is_told.then_some(host)
}

/// The names and addresses by which this computer is reached in its network.
pub(super) fn names() -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    if let Some(host) = host() {
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
    let names = vouched_for(&der, names);
    let key = KeyPair::from_pem(&key).map_err(|e| broken(&e))?;
    let issuer = Issuer::from_ca_cert_pem(&certificate, key).map_err(|e| broken(&e))?;
    let own_key = KeyPair::generate().map_err(|e| broken(&e))?;
    let own = leaf(&names)
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
    let local = ["localhost".to_owned(), "local".to_owned()];
    let named = local.into_iter().chain(host());
    office.name_constraints = Some(NameConstraints {
        permitted_subtrees: named.map(GeneralSubtree::DnsName).collect(),
        excluded_subtrees: Vec::new(),
    });
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

/// Those of some names and addresses for which an authority can vouch: a certificate with another one would be taken by nobody. One of
/// an earlier version can for all.
fn vouched_for(authority: &[u8], names: &[String]) -> Vec<String> {
    let read = x509_parser::parse_x509_certificate(authority).ok();
    let domains = read.and_then(|(_, read)| domains(&read));
    let is_vouched_for = |name: &&String| {
        let is_within = |domain: &String| {
            let rest = name.strip_suffix(domain.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let of_names = |domains: &Vec<String>| domains.iter().any(is_within);
        name.parse::<IpAddr>().is_ok() || domains.as_ref().is_none_or(of_names)
    };
    names.iter().filter(is_vouched_for).cloned().collect()
}

/// The domains to which an authority is bound; nothing where it is bound to none.
fn domains(authority: &X509Certificate<'_>) -> Option<Vec<String>> {
    let constraints = authority.name_constraints().ok()??;
    let permitted = constraints.value.permitted_subtrees.as_ref()?;
    let domain = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(domain) => Some((*domain).to_owned()),
        _ => None,
    };
    let domains: Vec<String> = (permitted.iter())
        .filter_map(|permitted| domain(&permitted.base))
        .collect();
    (!domains.is_empty()).then_some(domains)
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
    fn an_authority_vouches_for_the_local_network_alone_and_one_of_before_for_all() {
        let folder = tempfile::tempdir().expect("folder");
        let told = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let asked = told(&[
            "localhost",
            "desk.local",
            "bank.example",
            "notlocal",
            "10.2.3.4",
        ]);
        proof(folder.path(), &asked).expect("made");
        let made = std::fs::read_to_string(folder.path().join(CERTIFICATE)).expect("read");
        let der = valid(folder.path(), &made).expect("valid");
        let vouched = told(&["localhost", "desk.local", "10.2.3.4"]);
        assert_eq!(vouched_for(&der, &asked), vouched);
        let mut before = office();
        before.name_constraints = None;
        let key = KeyPair::generate().expect("key");
        let before = before.self_signed(&key).expect("signed");
        assert_eq!(vouched_for(before.der(), &asked), asked);
    }

    /// Whether a client that trusts an authority takes a certificate for a name.
    fn is_taken(authority: &[u8], leaf: &CertificateDer<'_>, name: &str) -> bool {
        use rustls::client::WebPkiServerVerifier;
        use rustls::client::danger::ServerCertVerifier as _;
        use rustls::pki_types::{ServerName, UnixTime};
        let mut roots = rustls::RootCertStore::empty();
        let authority = CertificateDer::from(authority.to_vec());
        roots.add(authority).expect("an authority");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider);
        let verifier = verifier.build().expect("a verifier");
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        let taken = verifier.verify_server_cert(leaf, &[], &name, &[], UnixTime::now());
        taken.is_ok()
    }

    #[test]
    fn with_the_offices_key_nobody_can_pass_for_a_name_of_the_internet() {
        let folder = tempfile::tempdir().expect("folder");
        let (certificate, key) = authority(folder.path()).expect("made");
        let der = valid(folder.path(), &certificate).expect("valid");
        let key = KeyPair::from_pem(&key).expect("key");
        let issuer = Issuer::from_ca_cert_pem(&certificate, key).expect("issuer");
        let forged = |name: &str| {
            let own = KeyPair::generate().expect("key");
            let leaf = leaf(&[name.to_owned()]).expect("leaf");
            let made = leaf.signed_by(&own, &issuer).expect("signed");
            is_taken(&der, made.der(), name)
        };
        let all = ["localhost", "desk.local", "10.2.3.4", "bank.example"];
        assert_eq!(all.map(forged), [true, true, true, false]);
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

//! How far this device has verified every signature: a file beside the registry that it signed itself, so that the daily
//! verification need look at new signatures only. Whoever changes an event or a signature below the mark changes the
//! digest; whoever changes the mark lacks the device's key.

use crate::files::beside;
use crate::registry::ids::Hash;
use crate::store::Store;
use crate::store::files::read_key;
use ed25519_dalek::Signer;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What the device signs begins with this.
const SIGNED_AS: &str = "papaver.verified/1:";

/// All hashes and signatures up to a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Digest {
    /// The last row.
    pub(super) last: i64,
    /// SHA-256 over hash and signatures of each row, in their order.
    pub(super) sha256: Hash,
}

/// What lies beside the registry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct VerifiedMark {
    #[serde(flatten)]
    pub(super) digest: Digest,
    /// The device's signature of it.
    signature: String,
}

fn message(digest: &Digest) -> String {
    format!("{SIGNED_AS}{}:{}", digest.last, digest.sha256)
}

/// The digest up to a row, and that of all rows.
pub(super) fn digests(connection: &Connection, upto: i64) -> rusqlite::Result<[Digest; 2]> {
    let mut statement = connection
        .prepare("SELECT n, hash, signature, actor_signature FROM events NOT INDEXED ORDER BY n")?;
    let mut rows = statement.query([])?;
    let mut all = Sha256::new();
    let mut at_mark = None;
    let mut last = 0;
    while let Some(row) = rows.next()? {
        let n: i64 = row.get(0)?;
        if n > upto && at_mark.is_none() {
            at_mark = Some(all.clone());
        }
        for column in 1..4 {
            if let Some(bytes) = row.get_ref(column)?.as_blob_or_null()? {
                all.update((bytes.len() as u64).to_le_bytes());
                all.update(bytes);
            }
        }
        last = n;
    }
    let before = at_mark.unwrap_or_else(|| all.clone());
    Ok([
        Digest {
            last: upto,
            sha256: Hash(before.finalize().into()),
        },
        Digest {
            last,
            sha256: Hash(all.finalize().into()),
        },
    ])
}

impl Store {
    /// The mark, where there is one that this registry's own device signed.
    pub(super) fn mark(&self) -> Option<VerifiedMark> {
        let text = std::fs::read(beside(&self.path, ".verified")).ok()?;
        let mark: VerifiedMark = serde_json::from_slice(&text).ok()?;
        self.own_device()?
            .signed_in_hex(message(&mark.digest).as_bytes(), &mark.signature)
            .then_some(mark)
    }

    /// Whether what was verified before is still what is here.
    pub(super) fn mark_holds(&self) -> bool {
        let Some(mark) = self.mark() else {
            return true;
        };
        digests(&self.connection, mark.digest.last)
            .is_ok_and(|[before, now]| before == mark.digest && now.last >= mark.digest.last)
    }

    /// Signs how far everything was verified, where the key is here and the folder can be written; else the next
    /// verification begins anew.
    pub(super) fn set_mark(&self, digest: &Digest) {
        let path = beside(&self.path, ".verified");
        let write = || -> Option<()> {
            let key = read_key(&beside(&self.path, ".key")).ok()?;
            let mark = VerifiedMark {
                digest: digest.clone(),
                signature: hex::encode(key.sign(message(digest).as_bytes()).to_bytes()),
            };
            let text = serde_json::to_vec(&mark).ok()?;
            crate::files::keep(&path, |out| out.write_all(&text)).ok()?;
            Some(())
        };
        let _next_time = write();
    }
}

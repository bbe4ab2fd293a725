//! People's own keys: an ed25519 secret locked with a passphrase (age, scrypt), in a file beside the registry.

use super::ids::Hash;
use crate::words::{Lang, Said, Say};
use crate::{speaking_error, tr};
use age::secrecy::SecretString;
use ed25519_dalek::SigningKey;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// A key that cannot be used.
#[derive(Debug)]
pub enum KeyError {
    /// There is no key of that person here.
    Missing {
        /// The person.
        name: String,
    },
    /// The passphrase is wrong, or the file has changed.
    Locked {
        /// The person.
        name: String,
    },
    /// The file cannot be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Say for KeyError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Missing { name } => Said::new(tr!(
                lang,
                "there is no key of {name} here",
                "本机没有 {name} 的密钥"
            ))
            .hint(tr!(
                lang,
                "a supervisor makes one: `papaver actor key {name}`",
                "由主管生成:`papaver actor key {name}`"
            )),
            Self::Locked { name } => Said::new(tr!(
                lang,
                "the key of {name} does not open with this passphrase",
                "口令无法打开 {name} 的密钥"
            ))
            .hint(tr!(
                lang,
                "check PAPAVER_PASSPHRASE; a lost passphrase means a new key",
                "请检查 PAPAVER_PASSPHRASE；口令遗失须重新生成密钥"
            )),
            Self::Io { path, source } => Said::new(format!("{}: {source}", path.display())),
        }
    }
}
speaking_error!(KeyError, |e| match e {
    KeyError::Io { source, .. } => Some(source),
    _ => None,
});

fn file(folder: &Path, unit: &str, name: &str) -> PathBuf {
    let digest = Hash::of(format!("{unit}/{name}").as_bytes()).to_string();
    folder.join(format!("{}.age", &digest[..16]))
}

/// Whether a locked key of this person lies here.
pub fn exists(folder: &Path, unit: &str, name: &str) -> bool {
    file(folder, unit, name).exists()
}

/// Locks a key under a passphrase.
///
/// # Errors
/// [`KeyError::Io`].
pub fn lock(
    folder: &Path,
    unit: &str,
    name: &str,
    key: &SigningKey,
    passphrase: &str,
) -> Result<(), KeyError> {
    let path = file(folder, unit, name);
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        crate::files::keep(&path, |file| {
            let encryptor =
                age::Encryptor::with_user_passphrase(SecretString::from(passphrase.to_owned()));
            let mut inside = encryptor.wrap_output(file)?;
            inside.write_all(&key.to_bytes())?;
            inside.finish()?;
            Ok(())
        })
    };
    write().map_err(|source| KeyError::Io {
        path: path.clone(),
        source,
    })
}

/// Opens a person's key.
///
/// # Errors
/// [`KeyError::Missing`] and [`KeyError::Locked`].
pub fn unlock(
    folder: &Path,
    unit: &str,
    name: &str,
    passphrase: &str,
) -> Result<SigningKey, KeyError> {
    let path = file(folder, unit, name);
    let locked = || KeyError::Locked {
        name: name.to_owned(),
    };
    let bytes = std::fs::read(&path).map_err(|_missing| KeyError::Missing {
        name: name.to_owned(),
    })?;
    let identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
    let decryptor = age::Decryptor::new_buffered(&bytes[..]).map_err(|_not_age| locked())?;
    let mut secret = Vec::new();
    decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .map_err(|_wrong| locked())?
        .read_to_end(&mut secret)
        .map_err(|_changed| locked())?;
    let secret: [u8; 32] = secret.try_into().map_err(|_length| locked())?;
    Ok(SigningKey::from_bytes(&secret))
}

//! People's own keys: an ed25519 secret locked with a passphrase (age, scrypt), in a file beside the registry.

use crate::registry::ids::Hash;
use crate::words::{Action, Lang, Remedy, Said, Say};
use crate::{remedy, speaking_error, tr};
use age::secrecy::SecretString;
use ed25519_dalek::SigningKey;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The logarithm of the work of opening a person's key: 128 MB of memory, wherever the key was made, as a server opens it beside all else.
const WORK: u8 = 17;

/// What a passphrase that locks something weighs at least: a letter counts for one, a character outside ASCII for two.
const LEAST_WEIGHT: usize = 8;

/// A passphrase under which nothing new is locked. What was locked under it before still opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeakPassphrase {
    /// Nothing but white space.
    Empty,
    /// Dots, as an example prints them in its place.
    Placeholder,
    /// So short that it is guessed.
    Short,
}

impl WeakPassphrase {
    /// Refuses a passphrase that is to lock something and is none.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn refuse(passphrase: &str) -> Result<(), Self> {
        let passphrase = passphrase.trim();
        let weight: usize = passphrase
            .chars()
            .map(|c| if c.is_ascii() { 1 } else { 2 })
            .sum();
        let is_dots = passphrase.chars().all(|c| matches!(c, '.' | '…'));
        match weight {
            0 => Err(Self::Empty),
            _ if is_dots => Err(Self::Placeholder),
            _ if weight < LEAST_WEIGHT => Err(Self::Short),
            _ => Ok(()),
        }
    }
}

impl Say for WeakPassphrase {
    fn say(&self, lang: Lang) -> Said {
        let what = match self {
            Self::Empty => lang.pick("the passphrase is empty", "口令为空"),
            Self::Placeholder => lang.pick(
                "dots are no passphrase: they stand in examples for one's own",
                "省略号不是口令：示例中的省略号应换成自己的口令",
            ),
            Self::Short => lang.pick("the passphrase is too short", "口令过短"),
        };
        Said::new(what).hint(lang.pick(
            "take several words that nobody guesses, 8 characters at least; nothing was written",
            "请用他人猜不到的几个词，至少 8 个字符（汉字至少 4 个）；未写入任何内容",
        ))
    }
}
speaking_error!(WeakPassphrase);

/// A key that cannot be used.
#[derive(Debug)]
pub enum KeyError {
    /// The passphrase that is to lock it is none.
    Weak(WeakPassphrase),
    /// There is no key of that person here.
    Missing {
        /// The person.
        name: String,
        /// Where it should be.
        path: PathBuf,
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

impl KeyError {
    /// What the system says of the file of a key, or of a passphrase.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        |source| Self::Io { path, source }
    }
}

impl Say for KeyError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Missing { name, path } => missing(name, path, lang),
            Self::Locked { name } => Said::new(tr!(
                lang,
                "the key of {name} does not open with this passphrase",
                "口令无法打开 {name} 的密钥"
            ))
            .hint(lang.pick(
                "check PAPAVER_PASSPHRASE, or PAPAVER_OLD_PASSPHRASE where a new key takes the place of this one",
                "请检查 PAPAVER_PASSPHRASE；更换密钥时检查 PAPAVER_OLD_PASSPHRASE",
            ))
            .hint(lost(name, lang)),
            Self::Weak(weak) => weak.say(lang),
            Self::Io { path, source } => Said::unreadable(lang, path, source),
        }
    }
}
speaking_error!(KeyError, |e| match e {
    KeyError::Io { source, .. } => Some(source),
    _ => None,
});

fn missing(name: &str, path: &Path, lang: Lang) -> Said {
    let at = path.display();
    Said::new(tr!(
        lang,
        "there is no key of {name} here: {at} is missing",
        "本机没有 {name} 的密钥：缺少 {at}"
    ))
    .hint(remedy!(
        lang,
        "bring that file from the device that holds it, or out of the last backup, which {restore} puts in a place of its own",
        "请从存有该密钥的设备复制该文件，或用 {restore} 把最近的备份恢复到另一处后取出该文件",
        restore = Action::Restore,
    ))
    .hint(remedy!(
        lang,
        "who holds none yet makes one: {key}",
        "尚无密钥的由本人生成：{key}",
        key = Action::MakeKey {
            person: Some(name.to_owned())
        },
    ))
    .hint(lost(name, lang))
}

/// The way on for somebody whose key is lost.
fn lost(name: &str, lang: Lang) -> Remedy {
    remedy!(
        lang,
        "where it is lost, another supervisor, who signs once one does, records that ({lose}), and {name} makes a new one ({key})",
        "确已遗失的，由另一名主管登记（已有主管持密钥的须签名）：{lose}，再由 {name} 本人重新生成：{key}",
        lose = Action::LoseKey {
            person: Some(name.to_owned())
        },
        key = Action::MakeKey {
            person: Some(name.to_owned())
        },
    )
}

fn file(folder: &Path, unit: &str, name: &str) -> PathBuf {
    let digest = Hash::of(format!("{unit}/{name}").as_bytes()).to_string();
    folder.join(format!("{}.age", &digest[..16]))
}

/// Whether a locked key of this person lies here.
pub fn exists(folder: &Path, unit: &str, name: &str) -> bool {
    let path = file(folder, unit, name);
    path.exists() || waiting(&path).exists()
}

/// A new key, locked and on the disk, that is not yet in the place of the one before.
#[must_use = "it lies beside the one before until it is put in its place"]
#[derive(Debug)]
pub struct Locked {
    bytes: Vec<u8>,
    path: PathBuf,
    /// What waited there before, since the power failed: it may be the key that counts.
    waited: Option<Vec<u8>>,
}

/// Where a new key waits until the event that names it is recorded.
fn waiting(path: &Path) -> PathBuf {
    path.with_extension("age.new")
}

/// Locks a key under a passphrase, on the disk, and leaves the person's present one where it is.
///
/// # Errors
/// [`KeyError::Weak`] and [`KeyError::Io`].
pub fn lock(
    folder: &Path,
    unit: &str,
    name: &str,
    key: &SigningKey,
    passphrase: &str,
) -> Result<Locked, KeyError> {
    WeakPassphrase::refuse(passphrase).map_err(KeyError::Weak)?;
    let path = file(folder, unit, name);
    let waited = std::fs::read(waiting(&path)).ok();
    let write = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
        recipient.set_work_factor(WORK);
        let recipients = std::iter::once(&recipient as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
        let mut inside = encryptor.wrap_output(&mut bytes)?;
        inside.write_all(&key.to_bytes())?;
        inside.finish()?;
        std::fs::create_dir_all(folder)?;
        crate::files::keep(&waiting(&path), |out| out.write_all(&bytes))?;
        Ok(bytes)
    };
    let bytes = write().map_err(KeyError::io(&path))?;
    Ok(Locked {
        bytes,
        path,
        waited,
    })
}

impl Locked {
    /// Takes it off the disk again, as nothing names it; what waited there before waits on.
    ///
    /// # Errors
    /// [`KeyError::Io`].
    pub fn discard(self) -> Result<(), KeyError> {
        let path = waiting(&self.path);
        let done = match self.waited {
            Some(before) => crate::files::keep(&path, |out| out.write_all(&before)),
            None => std::fs::remove_file(&path),
        };
        done.map_err(KeyError::io(&path))
    }

    /// Puts the key in its place; the one before stays beside it under another name.
    ///
    /// # Errors
    /// [`KeyError::Io`].
    pub fn put(self) -> Result<(), KeyError> {
        let Self { bytes, path, .. } = self;
        let put = || -> std::io::Result<()> {
            if let Ok(before) = std::fs::read(&path) {
                let digest = Hash::of(&before).to_string();
                let aside = path.with_extension(format!("age.{}", &digest[..16]));
                crate::files::keep(&aside, |out| out.write_all(&before))?;
            }
            crate::files::keep(&path, |out| out.write_all(&bytes))?;
            std::fs::remove_file(waiting(&path))
        };
        put().map_err(KeyError::io(&path))
    }
}

/// The logarithm of the work of opening what is locked under a passphrase for another office, or for oneself: 256 MB of memory.
const SEALED_WORK: u8 = 18;

/// The work that is done for a passphrase at most, whatever a file asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MostWork {
    /// 1 GB of memory: files of earlier versions ask for as much work as a second allowed where they were locked.
    #[default]
    Patient,
    /// As much as this program's own files ask for: somebody else sent the file, and other work goes on beside it.
    Served,
}

impl MostWork {
    /// The logarithm.
    fn logarithm(self) -> u8 {
        match self {
            Self::Patient => 20,
            Self::Served => SEALED_WORK,
        }
    }
}

/// What opens a file that was locked under a passphrase; nothing is worked out where that would be more work than allowed.
pub(super) fn by_passphrase(passphrase: &str, most: MostWork) -> age::scrypt::Identity {
    let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
    identity.set_max_work_factor(most.logarithm());
    identity
}

/// What locks a file under a passphrase, so that opening it is as much work wherever it was made.
pub(super) fn sealed_by(passphrase: &str) -> age::scrypt::Recipient {
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
    recipient.set_work_factor(SEALED_WORK);
    recipient
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
    // A key that was named in an event just before the power failed waits beside its place.
    let bytes = std::fs::read(&path)
        .or_else(|_missing| std::fs::read(waiting(&path)))
        .map_err(|_missing| KeyError::Missing {
            name: name.to_owned(),
            path: path.clone(),
        })?;
    let identity = by_passphrase(passphrase, MostWork::Patient);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_a_key_is_as_much_work_wherever_it_was_made() {
        let folder = tempfile::tempdir().expect("folder");
        let key = SigningKey::from_bytes(&[7; 32]);
        let locked = lock(folder.path(), "410423", "li", &key, "correct horse").expect("locked");
        let head = String::from_utf8_lossy(&locked.bytes).into_owned();
        let recipient = head.lines().nth(1).expect("recipient").to_owned();
        assert!(
            recipient.starts_with("-> scrypt ") && recipient.ends_with(" 17"),
            "{recipient}"
        );
        locked.put().expect("put");
        let opened = unlock(folder.path(), "410423", "li", "correct horse").expect("opened");
        assert_eq!(opened.to_bytes(), key.to_bytes());
    }

    #[test]
    fn nothing_new_is_locked_under_an_empty_or_very_short_passphrase() {
        use WeakPassphrase::{Empty, Placeholder, Short};
        let folder = tempfile::tempdir().expect("folder");
        let key = SigningKey::from_bytes(&[7; 32]);
        for (typed, why) in [
            ("", Empty),
            (" \t", Empty),
            ("…", Placeholder),
            ("...........", Placeholder),
            ("x", Short),
            ("seven77", Short),
            ("罂粟花", Short),
        ] {
            let refused = lock(folder.path(), "410423", "li", &key, typed);
            assert!(
                matches!(refused, Err(KeyError::Weak(weak)) if weak == why),
                "{typed}"
            );
        }
        assert!(!exists(folder.path(), "410423", "li"));
        for typed in ["eight888", "天地玄黄"] {
            let locked = lock(folder.path(), "410423", "li", &key, typed);
            locked.expect("locked").discard().expect("removed");
        }
    }
}

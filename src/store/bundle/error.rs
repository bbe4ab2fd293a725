//! Why a bundle is refused.

use super::untrusted::{not_a_receipt, revoked, strange_receipt, stranger};
use crate::files::FileError;
use crate::registry::event::EventFlaw;
use crate::registry::ids::DeviceId;
use crate::store::error::said::newer_program;
use crate::store::keys::WeakPassphrase;
use crate::store::revocations::Revocation;
use crate::store::{Store, StoreError};
use crate::words::{Action, Choice, Fault, Lang, Said, Say, of_system};
use crate::{remedy, speaking_error, tr};
use std::path::{Path, PathBuf};

/// A bundle that cannot be made, read or taken. Nothing was changed.
#[derive(Debug)]
pub enum BundleError {
    /// The passphrase that is to lock it is none.
    Weak(WeakPassphrase),
    /// A file cannot be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file was not written.
    File(FileError),
    /// It is no bundle, or a part of one: cut, or of another kind.
    NotABundle {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A byte has changed.
    Changed {
        /// The file.
        path: PathBuf,
        /// Where: a file inside, or the container.
        at: String,
    },
    /// Something in it that a bundle never holds.
    Strange {
        /// The file.
        path: PathBuf,
        /// Its name inside.
        entry: String,
    },
    /// It would grow far beyond its size.
    Bomb {
        /// The file.
        path: PathBuf,
        /// Bytes it claims.
        claims: u64,
    },
    /// Made by a later program.
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: String,
    },
    /// Signed by a device that is not trusted.
    Stranger {
        /// The file.
        path: PathBuf,
        /// The device.
        device: DeviceId,
        /// The unit it claims.
        unit: String,
    },
    /// Signed by a device that is trusted no longer.
    Revoked {
        /// The file.
        path: PathBuf,
        /// The device.
        device: DeviceId,
        /// Who said so, and why.
        why: Box<Revocation>,
    },
    /// No receipt, or one that was changed after it was signed.
    NotAReceipt {
        /// The file.
        path: PathBuf,
    },
    /// A receipt that a device signed which is not trusted.
    StrangeReceipt {
        /// The file.
        path: PathBuf,
        /// The device.
        device: DeviceId,
        /// The unit that it says it is of.
        unit: Option<String>,
    },
    /// An event is not sound.
    Event {
        /// The file.
        path: PathBuf,
        /// Its line.
        line: u64,
        /// What is wrong.
        flaw: EventFlaw,
    },
    /// It is encrypted, and not to us.
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// Opening it is more work than is done for it.
    TooMuchWork {
        /// The file.
        path: PathBuf,
        /// The logarithm of the work.
        logarithm: u8,
    },
    /// A recipient's name is none.
    Recipient {
        /// What was given.
        text: String,
    },
    /// There is nothing to carry.
    Nothing,
    /// The registry.
    Store(Box<StoreError>),
}

impl BundleError {
    /// Why a signer's bundle is not taken: its device is trusted no longer, or nobody ever spoke of it.
    pub(crate) fn of_signer(store: &Store, path: &Path, device: DeviceId, unit: &str) -> Self {
        let path = path.to_path_buf();
        match store.revoked(device) {
            Ok(Some(why)) => Self::Revoked {
                path,
                device,
                why: Box::new(why),
            },
            Ok(None) => Self::Stranger {
                path,
                device,
                unit: unit.to_owned(),
            },
            Err(source) => source.into(),
        }
    }
}

impl From<StoreError> for BundleError {
    fn from(source: StoreError) -> Self {
        Self::Store(Box::new(source))
    }
}

impl From<FileError> for BundleError {
    fn from(source: FileError) -> Self {
        Self::File(source)
    }
}

impl Say for BundleError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Io { path, source } if is_absent(source) => Said::unreadable(lang, path, source)
                .hint(lang.pick(
                    "check the name of the bundle; one with spaces needs quotes",
                    "请检查数据包的文件名；含空格的须加引号",
                )),
            Self::Io { path, source } => Said::new(of_system(source, lang)).about(path),
            Self::Weak(weak) => weak.say(lang),
            Self::File(source) => source.say(lang),
            Self::Store(source) => source.say(lang),
            Self::NotABundle { path, why } => not_whole(path, why, lang),
            Self::Changed { path, at } => changed(path, at, lang),
            Self::Event { path, line, flaw } => unsound(path, *line, flaw, lang),
            Self::Strange { path, entry } => strange(path, entry, lang),
            Self::Bomb { path, claims } => too_large(path, *claims, lang),
            Self::Newer { path, format } => newer(path, format, lang),
            Self::Stranger { path, device, unit } => stranger(path, *device, unit, lang),
            Self::Revoked { path, device, why } => revoked(path, *device, why, lang),
            Self::NotAReceipt { path } => not_a_receipt(path, lang),
            Self::StrangeReceipt { path, device, unit } => {
                strange_receipt(path, *device, unit.as_deref(), lang)
            }
            Self::Locked { path } => locked(path, lang),
            Self::TooMuchWork { path, logarithm } => too_much_work(path, *logarithm, lang),
            Self::Recipient { text } => no_recipient(text, lang),
            Self::Nothing => Said::new(lang.pick(
                "there is nothing to carry since then",
                "自该时点以来没有新内容",
            )),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Io { source, .. } if is_absent(source) => Fault::Input,
            Self::Io { .. } => Fault::Machine,
            Self::File(source) => source.fault(),
            Self::Store(source) => source.fault(),
            _ => Fault::Input,
        }
    }
}
impl BundleError {
    /// What the system says of a file of a bundle.
    pub(crate) fn io(path: &Path) -> impl Fn(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            path: path.clone(),
            source,
        }
    }
}
speaking_error!(BundleError, |e| match e {
    BundleError::Io { source, .. } => Some(source),
    BundleError::File(source) => Some(source),
    BundleError::Store(source) => Some(source.as_ref()),
    _ => None,
});

/// Whether the system says that there is no such file.
fn is_absent(source: &std::io::Error) -> bool {
    source.kind() == std::io::ErrorKind::NotFound
}

/// What to do with a bundle that did not arrive whole.
fn again(lang: Lang) -> &'static str {
    lang.pick(
        "nothing was changed; copy the bundle again from where it came, or ask that office for it anew",
        "未作任何更改；请重新复制，或请对方重新制作",
    )
}

/// What to do with a file that is no honest bundle.
fn distrust(lang: Lang) -> &'static str {
    lang.pick(
        "nothing was unpacked; do not trust this file",
        "未解包任何内容；请勿信任该文件",
    )
}

fn not_whole(path: &Path, why: &str, lang: Lang) -> Said {
    let path = path.display();
    Said::new(match lang {
        Lang::En => format!("{path} is not a whole bundle: {why}"),
        // What a reader of archives says is English.
        Lang::Zh => format!("{path} 不是数据包，或复制不完整"),
    })
    .hint(again(lang))
}

fn changed(path: &Path, at: &str, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} has been changed: {at}",
        "{path} 已被改动：{at}"
    ))
    .hint(again(lang))
}

fn unsound(path: &Path, line: u64, flaw: &EventFlaw, lang: Lang) -> Said {
    let (path, flaw) = (path.display(), flaw.say(lang));
    Said::new(tr!(
        lang,
        "{path}: event {line} is not sound: {flaw}",
        "{path}：第 {line} 条记录不可信：{flaw}"
    ))
    .hint(again(lang))
}

fn strange(path: &Path, entry: &str, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} holds something that no bundle holds: {entry:?}",
        "{path} 含有数据包不应有的内容：{entry:?}"
    ))
    .hint(distrust(lang))
}

fn too_large(path: &Path, claims: u64, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} would grow to {bytes}, far beyond its own size",
        "{path} 解开后将达 {claims} 字节，远超其自身大小",
        bytes = (claims, "byte", "bytes"),
    ))
    .hint(distrust(lang))
}

fn too_much_work(path: &Path, logarithm: u8, lang: Lang) -> Said {
    // A unit of work takes a kilobyte of memory.
    let megabytes = 1_u64.checked_shl(logarithm.into()).unwrap_or(u64::MAX) >> 10;
    let path = path.display();
    Said::new(tr!(
        lang,
        "unlocking {path} is made to take {megabytes} MB of memory, which is more than is spent on it",
        "解锁 {path} 需要 {megabytes} MB 内存，超出允许的上限"
    ))
    .hint(lang.pick(
        "a bundle locked by an earlier version opens at the command line of this computer; otherwise ask that office for it anew",
        "旧版本加密的数据包可在本机命令行接收；否则请对方重新制作",
    ))
}

fn newer(path: &Path, format: &str, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} was made by a newer program ({format})",
        "{path} 由更新版本的程序制作（{format}）"
    ))
    .hint(newer_program(lang))
}

fn locked(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} is encrypted, and does not open",
        "{path} 已加密，无法打开"
    ))
    .hint(remedy!(
        lang,
        "give the passphrase in PAPAVER_BUNDLE_PASSPHRASE, or the key with {identity}",
        "请在 PAPAVER_BUNDLE_PASSPHRASE 中给出口令，或用 {identity}",
        identity = Action::Again(Choice::Identity),
    ))
}

fn no_recipient(text: &str, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "{text} is not a recipient",
        "{text} 不是收件人公钥"
    ))
    .hint(remedy!(
        lang,
        "it looks like age1…, as {identity} prints it",
        "形如 age1…，由 {identity} 生成",
        identity = Action::MakeIdentity,
    ))
}

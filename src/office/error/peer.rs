//! What can stand between two offices that call each other. What both had taken before is kept.

use crate::registry::DeviceId;
use crate::remote::RemoteError;
use crate::store::Revocation;
use crate::store::bundle::{ask_for_another, trust_first};
use crate::words::{Action, Choice, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::path::{Path, PathBuf};

/// An exchange that did not come about.
#[derive(Debug)]
pub enum PeerError {
    /// The line to the other office.
    Remote(Box<RemoteError>),
    /// The other side speaks a later version.
    Newer {
        /// The server.
        origin: String,
        /// What it speaks.
        format: String,
    },
    /// The server has no registry, or none of this name.
    NoRegistry {
        /// The server.
        origin: String,
        /// Those that it has.
        known: Vec<String>,
    },
    /// The server has several.
    ManyRegistries {
        /// The server.
        origin: String,
        /// Their names.
        known: Vec<String>,
    },
    /// The server does not hold the key of the device that it says it is.
    Unproven {
        /// The server.
        origin: String,
    },
    /// The server's device is not trusted here.
    Stranger {
        /// The server.
        origin: String,
        /// Its device.
        device: DeviceId,
        /// The unit that it says it is of.
        unit: String,
    },
    /// The server's device is trusted no longer.
    Revoked {
        /// The server.
        origin: String,
        /// Who said so, and why.
        why: Box<Revocation>,
    },
    /// This device is not trusted there.
    NotTrusted {
        /// The server.
        origin: String,
        /// This device.
        device: DeviceId,
        /// This unit.
        unit: String,
    },
    /// A file that holds no certificate.
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
}

impl From<RemoteError> for PeerError {
    fn from(error: RemoteError) -> Self {
        Self::Remote(Box::new(error))
    }
}

impl Say for PeerError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Remote(error) => error.say(lang),
            Self::Newer { origin, format } => Said::new(tr!(
                lang,
                "the server at {origin} speaks a later version ({format})",
                "{origin} 的服务使用更新的交换格式（{format}）"
            ))
            .hint(lang.pick(
                "use the newer program here; nothing was exchanged",
                "请在本机使用新版程序；未交换任何内容",
            )),
            Self::NoRegistry { origin, known } => no_registry(origin, known, lang),
            Self::ManyRegistries { origin, known } => Said::new(tr!(
                lang,
                "{origin} serves several registries: {known}",
                "{origin} 有多个登记库：{known}",
                known = known.join(lang.pick(", ", "、")),
            ))
            .hint(tr!(
                lang,
                "name one behind the address: {origin}/UNIT",
                "请在地址后指明单位：{origin}/单位代码"
            )),
            Self::Unproven { origin } => Said::new(tr!(
                lang,
                "the server at {origin} does not prove that it is the office that it says it is; nothing was sent",
                "{origin} 的服务未能证明其单位身份；未发送任何内容"
            ))
            .hint(lang.pick(
                "somebody may stand between the two offices: compare the certificate's fingerprint with that office by telephone",
                "可能有人居中拦截：请与该单位电话核对证书指纹",
            )),
            Self::Stranger {
                origin,
                device,
                unit,
            } => stranger(origin, *device, unit, lang),
            Self::Revoked { origin, why } => Said::new(tr!(
                lang,
                "the device of the server at {origin} was {why}; nothing was sent",
                "{origin} 的设备：{why}；未发送任何内容",
                why = why.sentence(lang),
            ))
            .hint(ask_for_another(lang)),
            Self::NotTrusted {
                origin,
                device,
                unit,
            } => not_trusted(origin, *device, unit, lang),
            Self::NoCertificate { path } => no_certificate(path, lang),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Remote(error) => error.fault(),
            _ => Fault::Input,
        }
    }
}
speaking_error!(PeerError, |e| match e {
    PeerError::Remote(error) => Some(error),
    _ => None,
});

fn no_registry(origin: &str, known: &[String], lang: Lang) -> Said {
    let said = Said::new(tr!(
        lang,
        "{origin} serves no such registry",
        "{origin} 没有该登记库"
    ));
    let known = known.join(lang.pick(", ", "、"));
    if known.is_empty() {
        return said.hint(lang.pick(
            "let that office serve the folder in which its registry lies",
            "请对方以登记库所在的文件夹启动服务",
        ));
    }
    said.hint(tr!(lang, "it serves {known}", "现有：{known}"))
}

fn stranger(origin: &str, device: DeviceId, unit: &str, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "the device of the server at {origin} is not trusted here (it says it is of unit {unit}); nothing was sent",
        "{origin} 的设备未受本单位信任（自称单位 {unit}）；未发送任何内容"
    ))
    .hint(trust_first(device, unit, lang))
}

fn not_trusted(origin: &str, device: DeviceId, unit: &str, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "the office at {origin} does not trust this device; nothing was exchanged",
        "{origin} 的单位尚未信任本设备；未交换任何内容"
    ))
    .hint(tr!(
        lang,
        "tell that office this device's key, {device}, and the unit, {unit}, by telephone; a supervisor there trusts it, and this is run again",
        "请电话告知对方本设备公钥 {device} 和单位代码 {unit}，由对方主管登记信任后重新运行"
    ))
}

fn no_certificate(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} holds no certificate",
        "{path} 中没有证书"
    ))
    .hint(remedy!(
        lang,
        "name the file papaver-office-ca.crt of that office: {ca}",
        "请指定该单位的 papaver-office-ca.crt 文件：{ca}",
        ca = Action::Again(Choice::Authority),
    ))
}

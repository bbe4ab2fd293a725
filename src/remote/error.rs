//! Why another office's server was not reached, or did not do what it was asked.

use crate::words::{Action, Choice, Fault, Lang, Said, Say, of_connection};
use crate::{remedy, speaking_error, tr};

/// What stands between two offices. What both had taken before is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteError {
    /// What was typed is no address.
    Address {
        /// What was typed.
        typed: String,
    },
    /// It would be reached in the clear.
    Clear {
        /// The server.
        origin: String,
    },
    /// Nobody knows the host.
    NoHost {
        /// The host.
        host: String,
    },
    /// Nobody answers there.
    Unreachable {
        /// The server.
        origin: String,
        /// Why.
        why: String,
    },
    /// The line broke.
    Broken {
        /// The server.
        origin: String,
        /// Why.
        why: String,
    },
    /// The server does not go by this name.
    Name {
        /// The server.
        origin: String,
    },
    /// It shows no authority of an office.
    NoAuthority {
        /// The server.
        origin: String,
    },
    /// Another authority than the one that is known.
    Changed {
        /// The server.
        origin: String,
        /// The fingerprint that is known.
        known: String,
        /// The fingerprint that is shown.
        shown: String,
    },
    /// Its certificate does not hold.
    Certificate {
        /// The server.
        origin: String,
        /// Why.
        why: String,
    },
    /// Something else answers, or an earlier program.
    NotPapaver {
        /// The server.
        origin: String,
    },
    /// It refuses, in its own words.
    Refused {
        /// A word for programs.
        code: String,
        /// Whether it may do it soon.
        passes: bool,
        /// English, Chinese.
        message: (String, String),
        /// English, Chinese; empty where there is none.
        remedy: (String, String),
    },
}

impl RemoteError {
    /// Whether trying again soon may help.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Broken { .. } | Self::Unreachable { .. } => true,
            Self::Refused { passes, .. } => *passes,
            _ => false,
        }
    }

    /// Whether the server says this.
    pub fn is_said(&self, word: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == word)
    }
}

impl Say for RemoteError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Address { typed } => Said::new(tr!(
                lang,
                "{typed:?} is no address of an office's server",
                "“{typed}”不是有效的服务地址"
            ))
            .hint(lang.pick(
                "it looks like https://HOST:8717, as that server prints it when it starts; behind it may stand the unit, as in https://HOST:8717/410423",
                "形如 https://主机:8717，即对方服务启动时显示的地址；后面可加单位代码，如 https://主机:8717/410423",
            )),
            Self::Clear { origin } => clear(origin, lang),
            Self::NoHost { host } => Said::new(tr!(
                lang,
                "no computer goes by the name {host} in this network",
                "网络中找不到主机 {host}"
            ))
            .hint(lang.pick(
                "check the spelling, or use the address with numbers that the server prints when it starts",
                "请检查拼写，或改用对方服务启动时显示的数字地址",
            )),
            Self::Unreachable { origin, why } => unreachable(origin, why, lang),
            Self::Broken { origin, why } => broken(origin, why, lang),
            Self::Name { origin } => Said::new(tr!(
                lang,
                "the server at {origin} does not go by this name",
                "{origin} 的服务不使用这一名称"
            ))
            .hint(lang.pick(
                "use one of the addresses that it prints when it starts; its certificate and its answers are for those alone",
                "请使用对方服务启动时显示的地址，其证书只对这些地址有效",
            )),
            Self::NoAuthority { origin } => no_authority(origin, lang),
            Self::Changed {
                origin,
                known,
                shown,
            } => changed(origin, known, shown, lang),
            Self::Certificate { origin, why } => certificate(origin, why, lang),
            Self::NotPapaver { origin } => Said::new(tr!(
                lang,
                "what answers at {origin} does not exchange with other offices",
                "{origin} 的服务不支持单位间交换"
            ))
            .hint(lang.pick(
                "check address and port; an earlier version of this program does not exchange over the network: bundles go as files there",
                "请检查地址和端口；旧版本程序不支持网络交换，请改用数据包文件",
            )),
            Self::Refused {
                message, remedy, ..
            } => refused(message, remedy, lang),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Unreachable { .. } | Self::Broken { .. } | Self::Refused { passes: true, .. } => {
                Fault::Machine
            }
            _ => Fault::Input,
        }
    }
}
speaking_error!(RemoteError);

fn refused(message: &(String, String), remedy: &(String, String), lang: Lang) -> Said {
    let words = |(english, chinese): &(String, String)| lang.pick(english.clone(), chinese.clone());
    let said = words(message);
    let said = Said::new(tr!(
        lang,
        "the other office's server says: {said}",
        "对方服务答复：{said}"
    ));
    match words(remedy) {
        none if none.is_empty() => said,
        remedy => said.hint(remedy),
    }
}

fn clear(origin: &str, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "{origin} is reached in the clear: whoever listens in the network reads everything",
        "{origin} 未加密：网络中的他人可截获全部内容"
    ))
    .hint(lang.pick(
        "let that office serve over TLS and use https://",
        "请对方启用加密服务，并使用 https://",
    ))
    .hint(remedy!(
        lang,
        "or, where the network is nobody else's, say {insecure}",
        "或在确认为专用网络时使用 {insecure}",
        insecure = Action::Again(Choice::Insecure),
    ))
}

fn unreachable(origin: &str, why: &str, lang: Lang) -> Said {
    let why = of_connection(why, lang);
    Said::new(tr!(
        lang,
        "nobody answers at {origin} ({why})",
        "{origin} 无响应（{why}）"
    ))
    .hint(lang.pick(
        "ask whether that office's server runs and lets its network in, check the port and the firewall, then run this again: it goes on where it stopped",
        "请确认对方服务已启动并允许网络访问，检查端口和防火墙后重新运行，将从中断处继续",
    ))
}

fn broken(origin: &str, why: &str, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "the connection with {origin} broke ({why})",
        "与 {origin} 的连接中断（{why}）"
    ))
    .hint(lang.pick(
        "run this again: what arrived is kept, and it goes on from there",
        "请重新运行：已送达的内容均已保存，将从中断处继续",
    ))
}

fn no_authority(origin: &str, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "{origin} shows no certificate authority of an office",
        "{origin} 未提供单位证书"
    ))
    .hint(remedy!(
        lang,
        "check address and port; where its certificate comes from elsewhere, name that authority: {ca}",
        "请检查地址和端口；证书由其他机构签发的，请指定其根证书：{ca}",
        ca = Action::Again(Choice::Authority),
    ))
}

fn changed(origin: &str, known: &str, shown: &str, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "the certificate authority of {origin} has changed: known is {known}, shown is {shown}; nothing was sent",
        "{origin} 的单位证书已改变：原指纹 {known}，现指纹 {shown}；未发送任何内容"
    ))
    .hint(remedy!(
        lang,
        "ask that office by telephone whether it made a new one and compare the fingerprint; then get its file (papaver-office-ca.crt) and say {ca}",
        "请电话向该单位核实是否更换过证书并核对指纹，再取得其证书文件（papaver-office-ca.crt），用 {ca} 指定",
        ca = Action::Again(Choice::Authority),
    ))
}

fn certificate(origin: &str, why: &str, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "the certificate of {origin} does not hold: {why}; nothing was sent",
        "{origin} 的证书无效：{why}；未发送任何内容"
    ))
    .hint(lang.pick(
        "check the clocks of both computers; where they are right, let that office start its server again, which makes the certificate anew",
        "请检查双方计算机时钟；时钟无误的，请对方重启服务以重新签发证书",
    ))
    .hint(remedy!(
        lang,
        "or name the authority that signs there: {ca}",
        "或指定对方的根证书：{ca}",
        ca = Action::Again(Choice::Authority),
    ))
}

//! Why Tianditu gives no tile. Nothing of what the other side says is kept, as it may say the key.

use crate::words::{Both, Fault, Lang, Said, Say};
use crate::{speaking_error, tr};

/// What stands between a map and its tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TiandituError {
    /// Nobody answers: no network, a firewall, no such host.
    Unreachable,
    /// Something answers that cannot show to be the service.
    Certificate,
    /// It takes too long.
    Slow,
    /// It refuses the key.
    Refused,
    /// It gives no more tiles for this key now.
    Quota,
    /// What answers gives no picture.
    NoPicture,
    /// It has no picture of this place at this zoom.
    Nothing,
    /// It answers with a status that is not expected.
    Status(u16),
}

impl TiandituError {
    /// A word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Certificate => "certificate",
            Self::Slow => "slow",
            Self::Refused => "key_refused",
            Self::Quota => "over_quota",
            Self::NoPicture => "no_picture",
            Self::Nothing => "nothing_there",
            Self::Status(_) => "failed",
        }
    }
}

impl Say for TiandituError {
    fn say(&self, lang: Lang) -> Said {
        let (what, hint) = match self {
            Self::Unreachable => UNREACHABLE,
            Self::Certificate => CERTIFICATE,
            Self::Slow => SLOW,
            Self::Refused => REFUSED,
            Self::Quota => QUOTA,
            Self::NoPicture => NO_PICTURE,
            Self::Nothing => NOTHING,
            Self::Status(status) => return failed(*status, lang),
        };
        Said::new(what.pick(lang)).hint(hint.pick(lang))
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Refused => Fault::Input,
            _ => Fault::Machine,
        }
    }
}
speaking_error!(TiandituError);

/// What happened, and what can be done about it.
type Told = (Both, Both);

const UNREACHABLE: Told = (
    Both("Tianditu does not answer", "天地图没有响应"),
    Both(
        "look whether the computer that serves reaches the internet, directly and without a proxy; until then the map shows what lies on it",
        "请检查运行服务的电脑能否直接访问互联网（不经代理）；在此之前地图只显示本机已有的内容",
    ),
);
const CERTIFICATE: Told = (
    Both(
        "what answers in Tianditu's name cannot show that it is Tianditu; nothing was sent to it",
        "应答方无法证明是天地图；未向其发送任何内容",
    ),
    Both(
        "set the clock of the computer that serves right; where it is right, something in the network reads along: ask whoever looks after it",
        "请校准运行服务的电脑时钟；时钟无误的，说明网络中有设备在解密流量，请联系网络管理员",
    ),
);
const SLOW: Told = (
    Both("Tianditu takes too long to answer", "天地图响应过慢"),
    Both(
        "go on without it, or try again in a minute",
        "可先不用天地图，或过一分钟再试",
    ),
);
const REFUSED: Told = (
    Both("Tianditu refuses the key", "天地图拒绝了密钥"),
    Both(
        "look at the key at https://console.tianditu.gov.cn: it has to be one for servers (服务端), not for browsers, and where it names addresses, the office's has to be one of them",
        "请在 https://console.tianditu.gov.cn 检查密钥：须为“服务端”密钥，而非“浏览器端”；设有 IP 白名单的，须包含本单位的出口地址",
    ),
);
const QUOTA: Told = (
    Both(
        "Tianditu gives no more tiles for now: this key's quota is used up, or it is not a whole key",
        "天地图暂不提供瓦片：密钥配额已用完，或密钥不完整",
    ),
    Both(
        "look at its use at https://console.tianditu.gov.cn and compare the key; quotas begin anew the next day",
        "请在 https://console.tianditu.gov.cn 查看用量并核对密钥；配额次日恢复",
    ),
);
const NO_PICTURE: Told = (
    Both(
        "what answers in Tianditu's name gives no map picture",
        "以天地图名义应答的内容不是地图图片",
    ),
    Both(
        "look whether this network wants a login first or filters the internet",
        "请检查本网络是否需要先登录认证，或对互联网有过滤",
    ),
);
const NOTHING: Told = (
    Both(
        "Tianditu has no picture of this place at this zoom",
        "天地图在此处没有该级别的图",
    ),
    Both("zoom out", "请缩小地图"),
);

fn failed(status: u16, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "Tianditu answers with an error (status {status})",
        "天地图返回错误（状态码 {status}）"
    ))
    .hint(SLOW.1.pick(lang))
}

//! What is said of devices that are not trusted: whose bundle, whose receipt it is.

use crate::registry::ids::DeviceId;
use crate::store::revocations::Revocation;
use crate::words::{Action, Lang, Remedy, Said};
use crate::{remedy, tr};
use std::path::Path;

pub(super) fn stranger(path: &Path, device: DeviceId, unit: &str, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} is signed by a device that is not trusted (it says it is of unit {unit})",
        "{path} 的签名设备未受信任（自称单位 {unit}）"
    ))
    .hint(trust_first(device, unit, lang))
}

/// What to do about a stranger's device: whose it is, is asked of its office and not of the device.
pub(crate) fn trust_first(device: DeviceId, unit: &str, lang: Lang) -> Remedy {
    let device = Some((device.to_string(), unit.to_owned()));
    remedy!(
        lang,
        "compare the key with that office by telephone, then: {trust}",
        "请先与该单位电话核对公钥，再执行：{trust}",
        trust = Action::Trust { device },
    )
}

pub(super) fn revoked(path: &Path, device: DeviceId, why: &Revocation, lang: Lang) -> Said {
    let (path, device, why) = (path.display(), device.short(), why.sentence(lang));
    Said::new(tr!(
        lang,
        "{path} is signed by device {device}, {why}",
        "{path} 由设备 {device} 签名：{why}"
    ))
    .hint(ask_for_another(lang))
}

/// What to do about a device that is trusted no longer: never to trust it again in passing.
pub(crate) fn ask_for_another(lang: Lang) -> &'static str {
    lang.pick(
        "nothing was changed; ask that office by telephone on which device it records now, and for a bundle of that one",
        "未作任何更改；请与该单位电话核实现用设备，由其用现用设备重新制作数据包",
    )
}

pub(super) fn not_a_receipt(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} is not as the office that signed it wrote it, or is no receipt",
        "{path} 不是回执，或签名后被改动"
    ))
    .hint(lang.pick(
        "nothing was made; copy the receipt again from where it came, or make the bundle without it: then it carries everything",
        "未制作数据包；请重新复制回执，或不用回执制作：数据包将包含全部内容",
    ))
}

pub(super) fn strange_receipt(
    path: &Path,
    device: DeviceId,
    unit: Option<&str>,
    lang: Lang,
) -> Said {
    let path = path.display();
    let known = unit.map(|unit| (device.to_string(), unit.to_owned()));
    Said::new(tr!(
        lang,
        "{path} is a receipt of device {device}, which is not trusted here: what it says the other office has may be missing there",
        "{path} 是设备 {device} 签发的回执，该设备未受本库信任：其所称已有的内容，对方未必已有"
    ))
    .hint(remedy!(
        lang,
        "compare the key with that office by telephone and trust it: {trust}; or make the bundle without the receipt: then it carries everything",
        "请与该单位电话核对公钥后予以信任：{trust}；或不用回执制作：数据包将包含全部内容",
        trust = Action::Trust { device: known },
    ))
}

//! `trust`: which devices are believed, and who vouched for them.

use super::Done;
use super::context::{Common, Context};
use super::say::{ArgumentError, Failure, Fits, NOT_GIVEN, against, bad, data, tell};
use crate::office::trust::{DeviceStatement, KnownDevice, devices, trust};
use crate::office::unit_of;
use crate::registry::DeviceId;
use crate::registry::unit::{is_code, share_ground};
use crate::store::{Store, StoreError};
use crate::tr;
use crate::words::Lang;
use clap::Args;

/// `papaver trust`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("statement").multiple(true))]
pub(crate) struct TrustArguments {
    /// The device's key, 64 hexadecimal digits, as that office's `papaver init` or `papaver verify --json` shows it (default: list) 设备公钥，64 位十六进制，由对方的 `papaver init` 或 `papaver verify --json` 显示（不填则列出已信任的设备）
    #[arg(requires = "statement")]
    device: Option<String>,
    /// The unit it belongs to 所属单位代码
    #[arg(long, value_name = "CODE", group = "statement", requires = "device")]
    unit: Option<String>,
    /// Trust it no longer 不再信任，予以撤销
    #[arg(long, group = "statement", requires_all = ["device", "reason"])]
    revoke: bool,
    /// The number of its last event that still counts (default: the last before which none is missing) 仍采信的最后一条记录的序号（默认为本库连续收到的最后一条）
    #[arg(long, value_name = "NUMBER", requires = "revoke")]
    after: Option<u64>,
    /// Why it is trusted no longer, or again after that 撤销信任的理由，或撤销后重新信任的理由
    #[arg(long, value_name = "TEXT", requires = "statement")]
    reason: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl TrustArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        if let Some(typed) = &self.device {
            let device: DeviceId = typed.parse().map_err(|_none| {
                against(
                    "DEVICE",
                    typed,
                    lang.pick("64 hexadecimal digits", "0c1d22e3…（共 64 位十六进制数字）"),
                )
            })?;
            let (mut office, session) = context.office()?;
            let known = office.store().authority().devices().get(&device);
            let unit = match (self.unit, known) {
                (Some(unit), _) => unit,
                (None, Some(known)) => known.unit.clone(),
                (None, None) => {
                    let looks =
                        lang.pick("one that `papaver trust` lists", "`papaver trust` 所列之一");
                    return Err(against("DEVICE", typed, looks));
                }
            };
            if !is_code(&unit) {
                return Err(bad("--unit", &unit, "410423"));
            }
            let statement = if self.revoke {
                DeviceStatement::Revoked {
                    after: self.after,
                    reason: self.reason,
                }
            } else {
                again_for_a_reason(office.store(), device, self.reason.as_deref(), lang)?;
                DeviceStatement::Trusted {
                    reason: self.reason,
                }
            };
            let doubt = match statement {
                DeviceStatement::Trusted { .. } => doubt(office.store(), &unit, device, lang)?,
                DeviceStatement::Revoked { .. } => None,
            };
            trust(&mut office, &session, device, unit, statement)?;
            if let Some(doubt) = doubt {
                tell(&doubt);
            }
        }
        let store = context.read()?;
        for known in devices(&store)? {
            list(&known, &context);
        }
        if !context.common.json {
            tell(lang.pick(
                "events of these devices, and of those they vouch for, are taken from bundles",
                "将接受上述设备及其担保设备的记录",
            ));
        }
        Ok(Done::Whole)
    }
}

/// Fails where a device that was revoked is trusted again without a word on why.
fn again_for_a_reason(
    store: &Store,
    device: DeviceId,
    reason: Option<&str>,
    lang: Lang,
) -> Result<(), Failure> {
    let given = reason.is_some_and(|reason| !reason.trim().is_empty());
    match store.revoked(device)? {
        Some(why) if !given => {
            let why = why.sentence(lang);
            let rule = tr!(
                lang,
                "why the device is trusted again, which was {why}",
                "重新信任该设备的理由（{why}）"
            );
            Err(ArgumentError::Value {
                option: "--reason",
                value: reason.unwrap_or(NOT_GIVEN).to_owned(),
                fits: Fits::Rule(rule),
            }
            .into())
        }
        _ => Ok(()),
    }
}

/// What speaks against a unit's code: it may be mistyped.
fn doubt(
    store: &Store,
    unit: &str,
    device: DeviceId,
    lang: Lang,
) -> Result<Option<String>, StoreError> {
    let own = unit_of(store)?;
    let why = if !share_ground(unit, &own) {
        tr!(
            lang,
            "unit {unit} is neither above nor below {own}",
            "单位 {unit} 不是 {own} 的上级或下级"
        )
    } else if let Some(districts) = store.districts()?
        && !districts.iter().any(|one| share_ground(&one.code, unit))
    {
        tr!(
            lang,
            "the boundary file has no district {unit}",
            "区划边界中没有 {unit}"
        )
    } else {
        return Ok(None);
    };
    Ok(Some(tr!(
        lang,
        "warning: {why}: what this device says of another unit is not followed; if the code is mistyped, `papaver trust {device} --revoke --reason TEXT`, and trust it anew, with `--reason TEXT`",
        "警告：{why}；该设备以其他单位名义的记录不予采信。代码填错的，请执行 `papaver trust {device} --revoke --reason 理由` 后重新信任（须加 `--reason 理由`）"
    )))
}

/// A device, what it speaks for, and who says so.
pub(super) fn list(known: &KnownDevice, context: &Context) {
    context.show(known, || data(&line(known, context.lang)));
}

fn line(known: &KnownDevice, lang: Lang) -> String {
    let (unit, device) = (&known.unit, known.device);
    let by = match (known.vouched_by, &known.vouched_by_unit) {
        (Some(by), Some(by_unit)) => tr!(
            lang,
            "vouched for by {by_unit} {by}",
            "由 {by_unit} {by} 担保",
            by = by.short(),
        ),
        _ => lang.pick("this registry", "本登记库").to_owned(),
    };
    let revoked = match known.counts_up_to {
        None if known.trusted => String::new(),
        None => lang.pick(" · trusted no longer", " · 已撤销").to_owned(),
        Some(last) => tr!(
            lang,
            " · trusted no longer after number {last}",
            " · 已撤销（序号 {last} 之后不采信）"
        ),
    };
    let rests = rests_on_revoked(known, lang);
    let mut line = format!("{unit} {device} · {by}{revoked}{rests}");
    for revocation in &known.revocations {
        line.push_str(" · ");
        line.push_str(&revocation.sentence(lang));
    }
    line
}

/// That a device is believed only by the word of one that is believed no longer, and what to do about it.
fn rests_on_revoked(known: &KnownDevice, lang: Lang) -> String {
    let Some((by, by_unit)) = known
        .rests_on_revoked
        .zip(known.rests_on_revoked_unit.as_ref())
    else {
        return String::new();
    };
    let by = by.short();
    tr!(
        lang,
        " · only by the word of {by_unit} {by}, which is trusted no longer itself: trust it directly, or revoke it",
        " · 仅凭已被撤销信任的 {by_unit} {by} 担保，请直接予以信任或者一并撤销"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::people::{Beginning, begin};

    #[test]
    fn a_unit_that_is_neither_above_nor_below_is_doubted() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.papaver");
        let beginning = Beginning {
            unit: "410000".into(),
            unit_name: None,
            supervisor: "chief".into(),
            at: "2026-04-01T08:00:00+08:00".into(),
        };
        let begun = begin(&path, beginning).expect("begun");
        let store = Store::open_read(&path).expect("opened");
        let device = begun.device.expect("a device");
        let doubted = |unit| doubt(&store, unit, device, Lang::En).ok().flatten();
        assert_eq!(doubted("410423"), None);
        let said = doubted("140423").expect("doubted");
        assert!(said.contains("neither above nor below 410000"), "{said}");
    }
}

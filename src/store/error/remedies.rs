//! What to do about an event that was not taken.

use crate::registry::moves::Refusal;
use crate::registry::refusal::{DateBounds, DateOf};
use crate::words::{Action, Choice, Lang, Remedy};
use crate::{remedy, tr};

/// What to do about a refusal.
pub(super) fn remedy(refusal: &Refusal, site: &str, lang: Lang) -> Remedy {
    by_who_records(refusal, site, lang)
        .or_else(|| by_what_stands(refusal, site, lang))
        .or_else(|| by_what_is_said(refusal, site, lang))
        .unwrap_or_else(|| {
            remedy!(
                lang,
                "{log} shows what was recorded before",
                "{log} 可查看此前记录",
                log = Action::Log
            )
        })
}

/// Where another person, unit or device has to act.
pub(super) fn by_who_records(refusal: &Refusal, site: &str, lang: Lang) -> Option<Remedy> {
    Some(match refusal {
        Refusal::NotBelow { unit } => tr!(
            lang,
            "a unit above {unit} takes it",
            "请由 {unit} 的上级单位采取"
        )
        .into(),
        Refusal::Unit { unit } if site.is_empty() => tr!(
            lang,
            "unit {unit} or one above it records this",
            "请由单位 {unit} 或其上级办理"
        )
        .into(),
        Refusal::Unit { unit } => remedy!(
            lang,
            "unit {unit} or one above it records this; elsewhere you may {note}",
            "请由单位 {unit} 或其上级办理；对其他单位的图斑可用 {note} 备注",
            note = Action::Note { site: site.into() },
        ),
        Refusal::Unsigned => remedy!(
            lang,
            "who holds a key unlocks it with {passphrase}; who holds none makes one ({key}), and a supervisor who signs confirms it ({confirm}); where nobody's key is left, the last backup holds them: {restore}",
            "有密钥的用 {passphrase} 解锁；没有的由本人生成（{key}），由持有密钥的主管确认（{confirm}）；密钥均已遗失的，最近的备份中存有密钥：{restore}",
            passphrase = Action::Again(Choice::Passphrase),
            key = Action::MakeKey { person: None },
            confirm = Action::ConfirmKey,
            restore = Action::Restore,
        ),
        Refusal::Key => remedy!(
            lang,
            "each person makes their own: {key}",
            "个人密钥须由本人生成：{key}",
            key = Action::MakeKey { person: None },
        ),
        Refusal::Supervisor => remedy!(
            lang,
            "let a supervisor do it: {actor}",
            "请由主管办理：{actor}",
            actor = Action::Again(Choice::Actor),
        ),
        Refusal::AnotherPerson => remedy!(
            lang,
            "let another supervisor do it: {actor}; or the unit above",
            "请由另一名主管办理：{actor}；或报上级单位作废",
            actor = Action::Again(Choice::Actor),
        ),
        Refusal::HigherUnit => lang
            .pick(
                "send a bundle to the unit above, which resolves it and sends one back",
                "请将数据包报上级单位裁定后回传",
            )
            .into(),
        Refusal::Device | Refusal::Revoked => remedy!(
            lang,
            "{trusted} lists the devices that count, and who vouches for them",
            "{trusted} 列出受信任设备及担保单位",
            trusted = Action::Trusted,
        ),
        _ => return None,
    })
}

/// Where another entry has to go first, or to be found.
fn by_entries(refusal: &Refusal, lang: Lang) -> Option<Remedy> {
    Some(match refusal {
        Refusal::NoSuchEntry => remedy!(
            lang,
            "{log} has each entry's number after its time",
            "请核对编号：{log} 每行时间之后即为记录编号",
            log = Action::Log,
        ),
        Refusal::Contradicts { entry } => remedy!(
            lang,
            "where that one is wrong, void it first: {void}",
            "该记录有误的，请先作废：{void}",
            void = Action::Void {
                entry: entry.short()
            },
        ),
        Refusal::BuiltOn => remedy!(
            lang,
            "void the later ones first, from the last backwards; {log} lists them",
            "请先从最后一条起依次作废后续记录；{log} 可列出",
            log = Action::Log,
        ),
        _ => return None,
    })
}

/// Where something else has to be recorded or known first.
fn by_what_stands(refusal: &Refusal, site: &str, lang: Lang) -> Option<Remedy> {
    let show = Action::Show { site: site.into() };
    Some(match refusal {
        Refusal::NotAll { .. } => remedy!(
            lang,
            "record the rest first: {rest}, or fail it: {fail}",
            "先记录其余铲除：{rest}，或判不合格：{fail}",
            rest = Action::Eradicate {
                site: site.into(),
                percent: 100
            },
            fail = Action::Fail { site: site.into() },
        ),
        Refusal::Disputed => remedy!(
            lang,
            "a supervisor resolves it first: {resolve}; {show} lists the claims",
            "须先由主管裁定：{resolve}；{show} 列出各方主张",
            resolve = Action::Resolve {
                site: Some(site.into())
            },
            show = show,
        ),
        Refusal::IntoLess { .. } => lang.pick("merge the other way round", "请反向合并").into(),
        Refusal::NotClaimed => remedy!(
            lang,
            "{show} lists the claims",
            "{show} 列出各方主张",
            show = show
        ),
        Refusal::MissingHistory => remedy!(
            lang,
            "{verify} names the missing numbers; ask that office for them",
            "{verify} 会列出缺号，请向该单位索取",
            verify = Action::Verify,
        ),
        Refusal::NoSuchSite => remedy!(
            lang,
            "{sites} lists the sites that are known here",
            "{sites} 列出本库图斑",
            sites = Action::Sites { state: None },
        ),
        _ => return by_entries(refusal, lang),
    })
}

/// Where what was said has to be said otherwise.
fn by_what_is_said(refusal: &Refusal, site: &str, lang: Lang) -> Option<Remedy> {
    let plain = |english, chinese| Remedy::from(lang.pick(english, chinese));
    Some(match refusal {
        Refusal::NoReason => remedy!(
            lang,
            "say why with {reason}",
            "请用 {reason} 说明",
            reason = Action::Again(Choice::Reason),
        ),
        Refusal::Date { bounds, .. } | Refusal::Ahead { bounds, .. } => {
            of_a_date(refusal, bounds, site, lang)
        }
        Refusal::Percent => remedy!(
            lang,
            "give {least} to {most}",
            "请用 {least} 至 {most}",
            least = Action::Again(Choice::Percent(1)),
            most = Action::Again(Choice::Percent(100)),
        ),
        Refusal::SamePicture => plain(
            "take a photograph of what is left",
            "请重新拍摄铲除后的照片",
        ),
        Refusal::Informant => plain(
            "leave out telephone and identity-card numbers: who told stays in the sealed envelope, of which the registry has the number alone",
            "请删去电话号码和身份证号：举报人身份只留在密封件内，登记库只存密封编号",
        ),
        Refusal::Far { .. } => plain("check the positions of both", "请核对两处位置"),
        Refusal::Number => plain(
            "correct what was given and record it again",
            "请改正所填内容后重新录入",
        ),
        Refusal::Order => plain(
            "set the clock right and record it again",
            "请校正时钟后重新记录",
        ),
        Refusal::Outline => plain(
            "a site is at most some five kilometres wide; check the coordinates, their order and the track",
            "图斑宽度不超过约五公里；请检查坐标、坐标顺序和轨迹",
        ),
        _ => return None,
    })
}

/// How a date that does not do is given; where nothing is known of what it has to keep to, what every date has to.
fn of_a_date(refusal: &Refusal, bounds: &DateBounds, site: &str, lang: Lang) -> Remedy {
    let rule = match refusal {
        Refusal::Ahead { .. } => lang.pick("check the computer's clock; ", "请核对电脑时钟；"),
        _ if bounds.are_known() => "",
        _ => lang.pick(
            "steps follow one another, and nothing lies ahead but a due day, by a year at most; ",
            "各步骤须按先后顺序，不得晚于当前；时限不得早于当日，最长一年；",
        ),
    };
    let choice = match bounds.of {
        DateOf::Event if !site.is_empty() => {
            return remedy!(
                lang,
                "{rule}give the right day with {when}; a wrong one that is recorded is mended by {correct}",
                "{rule}请用 {when} 给出正确日期；已录错的用 {correct} 更正",
                when = Action::Again(Choice::When),
                correct = Action::CorrectTime { site: site.into() },
            );
        }
        DateOf::Event => Choice::When,
        DateOf::Corrected => Choice::Happened,
        DateOf::Due => Choice::Due,
        DateOf::Signed => Choice::Signed,
        DateOf::On => Choice::On,
        DateOf::Captured => Choice::Captured,
        DateOf::Other => {
            return remedy!(
                lang,
                "{rule}{log} shows what was recorded before",
                "{rule}{log} 可查看此前记录",
                log = Action::Log,
            );
        }
    };
    remedy!(
        lang,
        "{rule}give the right day with {choice}",
        "{rule}请用 {choice} 给出正确日期",
        choice = Action::Again(choice),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::refusal::DayBound;

    #[test]
    fn a_date_is_answered_with_the_option_that_gave_it() {
        let day = |day| Some(DayBound::of_day(jiff::civil::Date::constant(2026, 5, day)));
        for (of, choice) in [
            (DateOf::Corrected, Choice::Happened),
            (DateOf::Due, Choice::Due),
            (DateOf::Signed, Choice::Signed),
            (DateOf::On, Choice::On),
            (DateOf::Event, Choice::When),
        ] {
            let bounds = DateBounds::between(of, day(1), None);
            let refusals = [
                Refusal::out_of(bounds, "2026-04-01"),
                Refusal::ahead("2099-01-01").of_its(of),
            ];
            for refusal in refusals {
                let remedy = remedy(&refusal, "", Lang::En);
                let actions: Vec<&Action> = remedy.actions().collect();
                assert_eq!(actions, [&Action::Again(choice.clone())], "{of:?}");
            }
        }
    }
}

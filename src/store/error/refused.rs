//! An event that was not taken, as it is told to who recorded it: what stands against it, and what to do.

use crate::registry::moves::{Move, Need, Refusal};
use crate::registry::state::State;
use crate::words::{Action, Choice, Lang, Remedy, Said};
use crate::{remedy, tr};

/// Why `actor`'s event about `site` (empty where it is about none) is refused.
pub(super) fn refused(refusal: &Refusal, site: &str, actor: &str, lang: Lang) -> Said {
    match refusal {
        Refusal::State { state, allowed } => not_now(*state, allowed, site, lang),
        Refusal::Lacks { needs } => lacking(needs, site, lang),
        Refusal::SelfAcceptance | Refusal::Role => another_person(refusal, site, actor, lang),
        Refusal::Origin if !site.is_empty() => Said::new(tr!(
            lang,
            "site {site} exists already",
            "图斑 {site} 已存在"
        )),
        Refusal::NotAll { .. }
        | Refusal::Disputed
        | Refusal::IntoLess { .. }
        | Refusal::NotClaimed
        | Refusal::MissingHistory => of_the_site(refusal, site, lang),
        Refusal::NoReason => Said::new(tr!(lang, "this needs a reason", "该操作须说明理由"))
            .hint(remedy(refusal, site, lang)),
        other => labelled(other, site, actor, lang),
    }
}

/// A move that the site's state does not allow.
fn not_now(state: State, allowed: &[Move], site: &str, lang: Lang) -> Said {
    let label = state.label(lang);
    let said = Said::new(tr!(
        lang,
        "site {site} stands at “{label}”: that move is not allowed there",
        "图斑 {site} 当前为“{label}”，不允许该操作"
    ));
    let moves = allowed
        .iter()
        .map(|step| match lang {
            // In English a move is called as it is typed.
            Lang::En => format!("`{}`", step.name()),
            Lang::Zh => format!("{} `{}`", step.label(lang), step.name()),
        })
        .collect::<Vec<_>>()
        .join(lang.pick(", ", "、"));
    said.hint(if moves.is_empty() {
        lang.pick(
            "nothing more is done with a site in this state",
            "该状态下不再有后续操作",
        )
        .to_owned()
    } else {
        tr!(lang, "allowed now: {moves}", "当前允许：{moves}")
    })
}

/// Evidence that is missing: each kind with the way to give it.
fn lacking(needs: &[Need], site: &str, lang: Lang) -> Said {
    let list = Need::names(needs, lang);
    let mut said = Said::new(tr!(
        lang,
        "this cannot be recorded for {site} without: {list}",
        "{site} 的该记录缺少：{list}"
    ));
    for need in needs {
        said = said.hint(given(*need, lang));
    }
    said.hint(remedy!(
        lang,
        "{force} records it all the same, which stays marked",
        "确需录入的用 {force} 强制记录（将永久标注）",
        force = Action::Again(Choice::Force),
    ))
}

/// How a kind of evidence is given.
fn given(need: Need, lang: Lang) -> Remedy {
    let photo = Action::Again(Choice::Photo);
    match need {
        Need::ScenePhoto => remedy!(
            lang,
            "give the photograph of the scene with {photo}",
            "现场照片用 {photo} 提供",
            photo = photo
        ),
        Need::AfterPhoto => remedy!(
            lang,
            "give the photograph from afterwards with {photo}, or a later flight",
            "铲除后的照片用 {photo} 提供，或提供复飞影像",
            photo = photo
        ),
        Need::SpotPhoto => remedy!(
            lang,
            "give the photograph taken at the spot, with its position, with {photo}",
            "现场拍摄且带定位的照片用 {photo} 提供",
            photo = photo
        ),
        Need::TwoOfficers => remedy!(
            lang,
            "name each officer beside the actor with {officer}",
            "除操作人外，每名核查人员用 {officer} 指明",
            officer = Action::Again(Choice::Officer)
        ),
        Need::CountOrArea => remedy!(
            lang,
            "give {plants}, {quadrats} or {area}",
            "请给出 {plants}、{quadrats} 或 {area}",
            plants = Action::Again(Choice::Plants),
            quadrats = Action::Again(Choice::Quadrats),
            area = Action::Again(Choice::Area),
        ),
        Need::LicenceDocument => remedy!(
            lang,
            "give the licence with {document}",
            "许可证明用 {document} 提供",
            document = Action::Again(Choice::Document)
        ),
    }
}

/// What somebody else has to do.
fn another_person(refusal: &Refusal, site: &str, actor: &str, lang: Lang) -> Said {
    if matches!(refusal, Refusal::SelfAcceptance) {
        Said::new(tr!(
            lang,
            "{actor} took part in the eradication of {site} and cannot accept it",
            "{actor} 参与了 {site} 的铲除，不能验收"
        ))
        .hint(remedy!(
            lang,
            "another person with the role acceptor must look and accept: {actor}",
            "须由另一名验收员现场验收：{actor}",
            actor = Action::Again(Choice::Actor)
        ))
    } else {
        Said::new(tr!(
            lang,
            "{actor} does not hold the role for this",
            "{actor} 没有相应角色"
        ))
        .hint(remedy!(
            lang,
            "a supervisor grants it: {grant}",
            "由主管授予：{grant}",
            grant = Action::Grant {
                person: Some(actor.into())
            },
        ))
    }
}

/// What has to happen to the site first.
fn of_the_site(refusal: &Refusal, site: &str, lang: Lang) -> Said {
    let what = match refusal {
        Refusal::NotAll { percent } => tr!(
            lang,
            "only {percent} % of {site} is eradicated: it cannot be accepted",
            "{site} 仅铲除 {percent}%，不能验收销号"
        ),
        Refusal::Disputed => tr!(
            lang,
            "site {site} is in dispute and cannot be settled",
            "图斑 {site} 存在争议，不能办结"
        ),
        Refusal::IntoLess { state } => {
            let label = state.label(lang);
            tr!(
                lang,
                "{site} cannot become part of a site that is {label}: its own state is more severe",
                "{site} 不能并入“{label}”的图斑：其自身状态更严重"
            )
        }
        Refusal::NotClaimed => tr!(
            lang,
            "nobody claims that state for {site}",
            "{site} 没有任何一方主张该状态"
        ),
        _ => tr!(
            lang,
            "earlier events of {site} have not arrived here",
            "{site} 的早期记录尚未到达"
        ),
    };
    Said::new(what).hint(remedy(refusal, site, lang))
}

/// A refusal that its label explains.
fn labelled(refusal: &Refusal, site: &str, actor: &str, lang: Lang) -> Said {
    let why = refusal.label(lang);
    Said::new(
        if site.is_empty() && by_who_records(refusal, site, lang).is_none() {
            tr!(lang, "this is not recorded: {why}", "未作记录：{why}")
        } else if site.is_empty() {
            tr!(
                lang,
                "this is not {actor}'s to record: {why}",
                "{actor} 不能记录此项：{why}"
            )
        } else {
            tr!(
                lang,
                "this is not recorded for {site}: {why}",
                "{site} 未作此记录：{why}"
            )
        },
    )
    .hint(remedy(refusal, site, lang))
}

/// What to do about a refusal.
fn remedy(refusal: &Refusal, site: &str, lang: Lang) -> Remedy {
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
fn by_who_records(refusal: &Refusal, site: &str, lang: Lang) -> Option<Remedy> {
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
            "unlock it with {passphrase}",
            "请用 {passphrase} 解锁个人密钥",
            passphrase = Action::Again(Choice::Passphrase),
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
        Refusal::NoSuchEntry => remedy!(
            lang,
            "{log} has each entry's number after its time",
            "请核对编号：{log} 每行时间之后即为记录编号",
            log = Action::Log,
        ),
        Refusal::BuiltOn => remedy!(
            lang,
            "void the later ones first, from the last backwards; {log} lists them",
            "请先从最后一条起依次作废后续记录；{log} 可列出",
            log = Action::Log,
        ),
        Refusal::NoSuchSite => remedy!(
            lang,
            "{sites} lists the sites that are known here",
            "{sites} 列出本库图斑",
            sites = Action::Sites { state: None },
        ),
        _ => return None,
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
        Refusal::Date { .. } if site.is_empty() => remedy!(
            lang,
            "steps follow one another, and nothing lies ahead but a due day, by a year at most; give the right day, with {when} that of the step",
            "各步骤须按先后顺序，不得晚于当前；时限不得早于当日，最长一年；请改正日期，步骤的日期用 {when} 给出",
            when = Action::Again(Choice::When),
        ),
        Refusal::Date { .. } => remedy!(
            lang,
            "steps follow one another, and nothing lies ahead but a due day, by a year at most; give the right day, with {when} that of the step; a wrong one that is recorded is mended by {correct}",
            "各步骤须按先后顺序，不得晚于当前；时限不得早于当日，最长一年；请改正日期，步骤的日期用 {when} 给出；已录错的用 {correct} 更正",
            when = Action::Again(Choice::When),
            correct = Action::CorrectTime { site: site.into() },
        ),
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
            "请删去手机号和身份证号：举报人身份只留在密封件内，登记库只存密封编号",
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

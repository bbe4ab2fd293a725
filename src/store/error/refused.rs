//! An event that was not taken, as it is told to who recorded it: what stands against it, and what to do.

use super::remedies::{by_who_records, remedy};
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
            "{actor}, or who records in their name, took part in the eradication of {site} or recorded it, and cannot accept it",
            "{actor} 或代录人参与、录入了 {site} 的铲除，不能验收"
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
                person: Some(actor.into()),
                role: None,
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

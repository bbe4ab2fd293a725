//! How a site is shown in a list: a line, or JSON.

use crate::registry::code_lists::Coded;
use crate::registry::event::{Actor, Recorder};
use crate::registry::{Settings, Site};
use crate::schema::Ranked;
use crate::tr;
use crate::words::Lang;
use serde_json::{Value, json};

/// Square decimetres as square metres with two decimals.
#[expect(
    clippy::cast_precision_loss,
    reason = "areas of fields are far below 2^53 square decimetres"
)]
pub(super) fn m2(dm2: i64) -> f64 {
    dm2 as f64 / 100.0
}

/// One line of a list.
pub(super) fn line(
    site: &Site,
    code: &str,
    settings: &Settings,
    today: jiff::civil::Date,
    lang: Lang,
) -> String {
    let at = site.place.lonlat();
    format!(
        "{code:<10} {:>11.7},{:<11.7} {}  {}",
        at.lon,
        at.lat,
        site.season,
        words(site, settings, today, lang).join(" · ")
    )
}

fn words(site: &Site, settings: &Settings, today: jiff::civil::Date, lang: Lang) -> Vec<String> {
    let mut words = vec![site.standing(lang)];
    let mut put = |word: Option<String>| words.extend(word);
    let marked = |mark: bool, english: &str, chinese: &str| {
        mark.then(|| lang.pick(english, chinese).to_owned())
    };
    put(marked(site.disputed, "DISPUTED", "争议"));
    put(marked(site.residue, "residue seen", "复飞见残留"));
    put(screening(site, lang));
    put(detection(site, lang));
    put(site.crew().map(str::to_owned));
    put(site
        .due(settings)
        .map(|due| tr!(lang, "due {due}", "时限 {due}")));
    put(site.overdue_days(settings, today).map(|days| {
        tr!(
            lang,
            "{days} overdue",
            "超期 {days} 天",
            days = (days, "day", "days"),
        )
    }));
    put(site.name.clone());
    words
}

/// What was decided at the desk, why and by whom.
fn screening(site: &Site, lang: Lang) -> Option<String> {
    let (kept, reason, stamp) = site.screened.as_ref()?;
    let decision = if *kept {
        lang.pick("kept", "保留")
    } else {
        lang.pick("put aside", "排除")
    };
    let reason = reason.map_or_else(String::new, |reason| {
        format!("{}{}", lang.pick(": ", "："), reason.label(lang))
    });
    let name = &stamp.actor.name;
    Some(tr!(
        lang,
        "{decision}{reason} ({name})",
        "{decision}{reason}（{name}）"
    ))
}

/// The rank, the score and the candidate of its first detection.
fn detection(site: &Site, lang: Lang) -> Option<String> {
    let detection = site.detection.as_ref()?;
    let (id, score) = (&detection.candidate, score(site.score_e4()?));
    Some(match detection.rank {
        Some(rank) => tr!(
            lang,
            "rank {rank}, highest score {score}, {id}",
            "排名 {rank}，最高得分 {score}，候选 {id}"
        ),
        None => tr!(
            lang,
            "highest score {score}, {id}",
            "最高得分 {score}，候选 {id}"
        ),
    })
}

/// Where what was learnt puts it, after what is said of its detection.
pub(super) fn learnt(ranked: &Ranked, lang: Lang) -> String {
    let (rank, score) = (ranked.rank, ranked.score_learnt);
    if ranked.audit {
        return lang
            .pick(" · stays for the audit", " · 抽查，保留原位")
            .into();
    }
    tr!(
        lang,
        " · now rank {rank} ({score:.2}) by what was learnt",
        " · 学习后排名 {rank}（{score:.2}）"
    )
}

/// The same as JSON: its rank is that by what was learnt, beside the one without.
pub(super) fn learnt_json(ranked: &Ranked, value: &mut Value) {
    let learnt = serde_json::to_value(ranked).unwrap_or_default();
    if let (Value::Object(members), Value::Object(learnt)) = (value, learnt) {
        members.extend(learnt);
    }
}

/// A score of 1e-4 with two decimals.
pub(super) fn score(e4: i64) -> String {
    format!("{:.2}", f64::from(i32::try_from(e4).unwrap_or(0)) / 1e4)
}

/// Everything about a site as JSON.
pub(super) fn site_json(
    site: &Site,
    code: &str,
    district: Option<&Value>,
    settings: &Settings,
    today: jiff::civil::Date,
) -> Value {
    let at = site.place.lonlat();
    let detection = site.detection.as_ref();
    let mut value = serde_json::to_value(site).unwrap_or_default();
    if let Value::Object(members) = &mut value {
        let extra = [
            ("id", json!(code)),
            ("lon", json!(at.lon)),
            ("lat", json!(at.lat)),
            ("area_m2", json!(site.area_dm2.map(m2))),
            ("state_zh", json!(site.state.label(Lang::Zh))),
            ("due", json!(site.due(settings).map(|d| d.to_string()))),
            ("overdue_days", json!(site.overdue_days(settings, today))),
            ("crew", json!(site.crew())),
            (
                "kept",
                json!(site.screened.as_ref().map(|(kept, ..)| *kept)),
            ),
            ("rank", json!(detection.and_then(|d| d.rank))),
            ("candidate", json!(detection.map(|d| &d.candidate))),
            ("head", json!(site.head())),
            ("district", district.cloned().unwrap_or(Value::Null)),
            (
                "accepted_without_own_key",
                json!(site.accepted_without_own_key()),
            ),
        ];
        members.extend(extra.map(|(key, value)| (key.to_owned(), value)));
    }
    value
}

/// Who recorded something, and how it is signed: 代录 is said only where somebody recorded it in another's name.
pub(super) fn signed(actor: &Actor, own_key: bool, unit: &str, lang: Lang) -> String {
    let name = named(actor, unit, lang);
    if own_key || actor.recorder.is_some() {
        name
    } else {
        tr!(lang, "{name} (no personal key)", "{name}（未用个人密钥）")
    }
}

/// Who says something, and who recorded it in their name; with their unit where it is another than this one.
pub(super) fn named(actor: &Actor, unit: &str, lang: Lang) -> String {
    let name = if actor.unit == unit {
        actor.name.clone()
    } else {
        format!("{} {}", actor.unit, actor.name)
    };
    match &actor.recorder {
        Some(recorder) => format!("{name}{}", in_their_name(recorder, lang)),
        None => name,
    }
}

/// Who recorded something in another's name, and why, in brackets.
pub(super) fn in_their_name(recorder: &Recorder, lang: Lang) -> String {
    let (by, reason) = (&recorder.name, &recorder.reason);
    tr!(
        lang,
        " (recorded in their name by {by}: {reason})",
        "（{by} 代录：{reason}）"
    )
}

//! Types of events in words, and what events of an office's affairs say, a line each.

use super::body::{Body, Duty, LearntHead, Measure, Round, Tip};
use super::code_lists::Coded;
use super::ids::{Hash, SiteKey};
use crate::tr;
use crate::words::Lang;

/// What people call a type of event; a type of a later program keeps its name.
pub fn kind_label(kind: &str, lang: Lang) -> &str {
    let (english, chinese) = match kind {
        "patrol" => ("patrol", "踏查"),
        "targets" => ("list of targets", "靶标清单"),
        "create" => ("added site", "新增图斑"),
        "screen" => ("decision at the desk", "研判"),
        "look" => ("look at the screen", "阅片"),
        "assign" => ("assignment", "派查"),
        "visit" => ("visit", "核查"),
        "duty" => ("letter of responsibility", "责任书"),
        "round" => ("round of supervision", "督导"),
        "finding" => ("finding", "督导问题"),
        "measure" => ("measure", "督办措施"),
        "settle" => ("end of a finding or measure", "整改销号"),
        "tip" => ("tip-off", "举报"),
        "tip_closed" => ("tip-off closed", "举报办结"),
        "reward" => ("reward", "举报奖励"),
        "came_of" => ("what led to it", "线索来源"),
        "learnt" => ("learnt order", "学习排序"),
        "draw" => ("random audit", "随机抽查"),
        "void" => ("voiding", "作废"),
        "init" => ("beginning of the registry", "建库"),
        "actor" => ("person", "人员"),
        "setting" => ("setting", "设置"),
        "trust" => ("trust", "信任"),
        "scan" => ("recorded scan", "录入航测"),
        "acknowledge" => ("explanation of a fork", "重号说明"),
        "sighting" => ("further sighting", "再次发现"),
        "eradicate" => ("eradication", "铲除"),
        "accept" => ("acceptance", "验收"),
        "reopen" => ("reopening", "重开"),
        "resolve" => ("resolution", "裁定"),
        "merge" => ("merge", "合并"),
        "split" => ("split", "拆分"),
        "note" => ("note", "备注"),
        "correct" => ("correction", "更正"),
        "attach" => ("files", "附件"),
        other => return other,
    };
    lang.pick(english, chinese)
}

/// What such an event says, in one line; `None` of other types. `code` gives the code of a site, `entry` what another entry was,
/// in words, where that is known here.
pub fn told(
    body: &Body,
    code: impl Fn(SiteKey) -> String,
    entry: impl Fn(Hash) -> Option<String>,
    lang: Lang,
) -> Option<String> {
    Some(match body {
        Body::Duty(duty) => of_duty(duty, lang),
        Body::Round(round) => of_round(round, lang),
        Body::Finding(finding) => {
            let (district, text) = (&finding.district, &finding.text);
            let site = finding.site.map(&code).unwrap_or_default();
            let due = until(finding.due.as_deref(), lang);
            format!("{district} {site} {text}{due}").replace("  ", " ")
        }
        Body::Measure(measure) => of_measure(measure, lang),
        Body::Settle(settle) => {
            let (of, reason) = (settle.of.short(), &settle.reason);
            tr!(lang, "{of} is settled: {reason}", "{of} 已销号：{reason}")
        }
        Body::Tip(tip) => of_tip(tip, lang),
        Body::CloseTip(close) => {
            let (of, reason) = (close.tip.short(), close.reason.label(lang));
            let note = close.note.as_deref().unwrap_or_default();
            tr!(
                lang,
                "{of} is closed: {reason} {note}",
                "{of} 已办结：{reason} {note}"
            )
            .trim_end()
            .to_owned()
        }
        Body::Reward(reward) => {
            let (of, yuan) = (reward.tip.short(), yuan(reward.fen));
            if reward.paid {
                tr!(lang, "{of}: {yuan} yuan paid", "{of} 已兑付奖金 {yuan} 元")
            } else {
                tr!(lang, "{of}: {yuan} yuan decided", "{of} 核定奖金 {yuan} 元")
            }
        }
        Body::Learnt(head) => of_head(head, lang),
        Body::Draw(draw) => {
            let (season, rest) = (draw.season, draw.rest);
            tr!(
                lang,
                "season {season}: drawn of {candidates} that nobody had decided on",
                "{season} 年度：从尚未研判的 {rest} 个疑似点中抽取",
                candidates = (rest, "candidate", "candidates"),
            )
        }
        Body::CameOf(came) => {
            let of = entry(came.of).unwrap_or_else(|| of_number(came.of, lang));
            tr!(lang, "came of {of}", "来自 {of}")
        }
        Body::Void(void) => {
            let of = entry(void.of).unwrap_or_else(|| of_number(void.of, lang));
            let reason = &void.reason;
            tr!(lang, "{of} is void: {reason}", "{of} 作废：{reason}")
        }
        _ => return None,
    })
}

/// An entry that is not here, by its number.
fn of_number(entry: Hash, lang: Lang) -> String {
    let number = entry.short();
    tr!(lang, "entry {number}", "记录 {number}")
}

/// Hundredths of a yuan as yuan.
pub fn yuan(fen: u64) -> String {
    if fen.is_multiple_of(100) {
        (fen / 100).to_string()
    } else {
        format!("{}.{:02}", fen / 100, fen % 100)
    }
}

/// Who answers, with their post and the letter.
pub fn of_duty(duty: &Duty, lang: Lang) -> String {
    let mut out = vec![duty.district.as_str()];
    out.extend(duty.household.as_deref());
    out.push(&duty.person);
    out.extend(duty.post.as_deref());
    let mut out = out.join(" ");
    let season = duty.season;
    out.push_str(&tr!(lang, " (season {season}", "（{season} 年度"));
    if let Some(letter) = &duty.letter {
        out.push_str(&tr!(lang, ", letter {letter}", "，责任书 {letter}"));
    }
    if let Some(on) = &duty.signed_on {
        out.push_str(&tr!(lang, ", signed {on}", "，{on} 签订"));
    }
    out + lang.pick(")", "）")
}

/// What it was learnt from and holds for.
pub fn of_head(head: &LearntHead, lang: Lang) -> String {
    let (unit, from, expires) = (&head.unit, head.first_day(), &head.expires);
    let [yes, no] = head.verdicts;
    let [before, after] = head.areas_e4.map(|e4| e4 as f64 / 1e4);
    let [finest, coarsest] = head.gsd_e2_cm.map(|e2| e2 as f64 / 1e2);
    tr!(
        lang,
        "unit {unit} and below, imagery from {from} to {expires}, {finest:.2} to {coarsest:.2} cm a pixel; learnt from {yes} true and {verdicts}, tells {after:.3} apart instead of {before:.3}",
        "适用于 {unit} 及下级，{from} 至 {expires} 的影像，每像元 {finest:.2} 至 {coarsest:.2} 厘米；依据属实 {yes} 处、排除 {no} 处，区分能力由 {before:.3} 变为 {after:.3}",
        verdicts = (no, "false verdict", "false verdicts"),
    )
}

fn of_round(round: &Round, lang: Lang) -> String {
    let (name, on) = (&round.name, &round.on);
    let until = round.until.as_ref().filter(|until| *until != on);
    let days = match until {
        Some(until) => tr!(lang, "{on} to {until}", "{on} 至 {until}"),
        None => on.clone(),
    };
    let (team, districts) = (
        round.team.join(lang.pick(", ", "、")),
        round.districts.join(lang.pick(", ", "、")),
    );
    let (sites, ledgers) = (round.sites.len(), round.ledgers);
    tr!(
        lang,
        "{name}, {days}, by {team}: {districts}; {sites}, {ledgers}",
        "{name}，{days}，督导组：{team}；督导 {districts}，查看图斑 {sites} 个、台账 {ledgers} 份",
        ledgers = (ledgers, "ledger", "ledgers"),
        sites = (sites, "site", "sites"),
    )
}

/// The rung, who stands on it, why, and until when.
pub fn of_measure(measure: &Measure, lang: Lang) -> String {
    let (rung, district, reason) = (measure.rung.label(lang), &measure.district, &measure.reason);
    let due = until(measure.due.as_deref(), lang);
    let colon = lang.pick(": ", "：");
    format!("{rung} {district}{colon}{reason}{due}")
}

fn until(due: Option<&str>, lang: Lang) -> String {
    due.map(|due| tr!(lang, " (by {due})", "（限 {due} 前）"))
        .unwrap_or_default()
}

fn of_tip(tip: &Tip, lang: Lang) -> String {
    let at = tip.place.as_ref().map(|place| {
        let at = place.lonlat();
        format!("{:.7},{:.7}", at.lon, at.lat)
    });
    let sealed = tip
        .sealed
        .as_ref()
        .map(|number| tr!(lang, "(sealed {number})", "（密封编号 {number}）"));
    let parts = [
        Some(tip.channel.label(lang).to_owned()),
        tip.district.clone(),
        at,
        tip.text.clone(),
        sealed,
    ];
    let said = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    // Wide brackets bring their own room along.
    said.replace(" （", "（")
}

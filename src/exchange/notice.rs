//! The paper of a measure or a finding 督办单: one A4 page that goes to the district, with lines for its answer. Pure: affairs
//! in, HTML out.

use crate::registry::affairs::{Affairs, Said};
use crate::registry::body::{Finding, Measure};
use crate::registry::coded::Coded;
use crate::registry::ids::{Hash, SiteKey};
use crate::registry::site::Stamp;
use crate::shown::escape;
use crate::tr;
use crate::words::Lang;
use jiff::civil::Date;
use std::fmt::Write as _;

const STYLES: [&str; 2] = [include_str!("dossier/page.css"), include_str!("notice.css")];

/// The page of a measure or of a finding that stands; `None` where neither has this number. `name` gives the name of a
/// district, `code` the code of a site.
pub fn page(
    affairs: &Affairs,
    of: Hash,
    name: &dyn Fn(&str) -> Option<String>,
    code: &dyn Fn(SiteKey) -> String,
    today: Date,
    lang: Lang,
) -> Option<String> {
    let measure = affairs.measures.iter().find(|m| m.stamp.event == of);
    let finding = match measure {
        Some(measure) => measure.body.finding,
        None => Some(of),
    };
    let finding = finding.and_then(|of| affairs.findings.iter().find(|f| f.stamp.event == of));
    let (stamp, district) = match (measure, finding) {
        (Some(measure), _) => (&measure.stamp, &measure.body.district),
        (None, Some(finding)) => (&finding.stamp, &finding.body.district),
        (None, None) => return None,
    };
    let season = measure.map_or_else(|| finding.map_or(0, |f| f.season), |m| m.season);
    let mut rows = Vec::new();
    let mut row = |english: &str, chinese: &str, value: String| {
        rows.push((lang.pick(english, chinese).to_owned(), value));
    };
    let named = name(district).map_or_else(|| district.clone(), |n| format!("{n}（{district}）"));
    row("to", "主送", named);
    if let Some(duty) = affairs.nearest_of(district, season) {
        let post = duty.body.post.as_deref().unwrap_or_default();
        row(
            "who answers",
            "责任人",
            format!("{} {post}", duty.body.person),
        );
    }
    of_measure(measure, &mut row, lang);
    of_finding(finding, affairs, code, &mut row, lang);
    if let Some(settled) = affairs.settled.get(&of) {
        let on = day(&settled.stamp);
        row("ended", "销号", format!("{on} {}", settled.body.reason));
    }
    let unit = &stamp.actor.unit;
    let by = name(unit).map_or_else(|| unit.clone(), |name| format!("{name}（{unit}）"));
    let head = Head {
        title: title(measure, lang),
        by,
        stamp,
    };
    Some(html(&head, &rows, today, lang))
}

fn title(measure: Option<&Said<Measure>>, lang: Lang) -> String {
    match measure {
        Some(measure) => {
            let rung = measure.body.rung.label(lang);
            tr!(lang, "Supervision notice: {rung}", "督办单（{rung}）")
        }
        None => lang
            .pick("Supervision notice: finding", "督办单（督导问题）")
            .to_owned(),
    }
}

type Row<'a> = &'a mut dyn FnMut(&str, &str, String);

fn of_measure(measure: Option<&Said<Measure>>, row: Row, lang: Lang) {
    let Some(measure) = measure else { return };
    if let Some(paper) = &measure.body.paper {
        row("paper", "文号", paper.clone());
    }
    row(
        "measure",
        "督办措施",
        measure.body.rung.label(lang).to_owned(),
    );
    row("why", "督办事由", measure.body.reason.clone());
    if let Some(due) = &measure.body.due {
        row("to be better by", "整改时限", due.clone());
    }
}

fn of_finding(
    finding: Option<&Said<Finding>>,
    affairs: &Affairs,
    code: &dyn Fn(SiteKey) -> String,
    row: Row,
    lang: Lang,
) {
    let Some(finding) = finding else { return };
    let round = finding.body.round;
    let round = round.and_then(|of| affairs.rounds.iter().find(|r| r.stamp.event == of));
    if let Some(round) = round {
        let team = round.body.team.join(lang.pick(", ", "、"));
        row(
            "round",
            "督导",
            format!("{} {} {team}", round.body.name, round.body.on),
        );
    }
    row("found wanting", "存在问题", finding.body.text.clone());
    if let Some(site) = finding.body.site {
        row("site", "涉及图斑", code(site));
    }
    if let Some(due) = &finding.body.due {
        row("to be put right by", "问题整改时限", due.clone());
    }
}

fn day(stamp: &Stamp) -> &str {
    stamp.at.get(..10).unwrap_or(&stamp.at)
}

/// What stands above the table.
struct Head<'a> {
    title: String,
    by: String,
    stamp: &'a Stamp,
}

fn html(head: &Head, rows: &[(String, String)], today: Date, lang: Lang) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{title}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main class=\"notice\">\n<h1>{title}</h1>\n",
        lang.pick("en", "zh-CN"),
        STYLES.concat(),
        title = escape(&head.title),
    );
    let (unit, number) = (escape(&head.by), head.stamp.event.short());
    let issued = tr!(
        lang,
        "issued by unit {unit} on {}; number {number}",
        "签发单位 {unit}　签发日期 {}　记录编号 {number}",
        day(head.stamp)
    );
    let _ = writeln!(
        out,
        "<p class=\"soft\">{issued}</p>\n<table class=\"facts wide\">"
    );
    for (label, value) in rows {
        let _ = writeln!(
            out,
            "<tr><th>{}</th><td>{}</td></tr>",
            escape(label),
            escape(value.trim())
        );
    }
    for (english, chinese) in [("what was done", "整改情况"), ("verified", "核实意见")] {
        let label = lang.pick(english, chinese);
        let _ = writeln!(out, "<tr class=\"blank\"><th>{label}</th><td></td></tr>");
    }
    out.push_str("</table>\n<div class=\"sign\">\n");
    for (english, chinese) in [
        ("issued by (signature)", "签发人（签字）"),
        ("office (stamp)", "签发单位（盖章）"),
        ("received by (signature)", "签收人（签字）"),
        ("date", "日期"),
    ] {
        let _ = writeln!(out, "<p><span></span>{}</p>", lang.pick(english, chinese));
    }
    let printed = tr!(lang, "made on {today}", "制作日期 {today}");
    let _ = writeln!(
        out,
        "</div>\n<p class=\"soft\">{printed}</p>\n</main>\n</body>\n</html>"
    );
    out
}

//! The paper of a measure or a finding 督办单: one A4 page that goes to the district, with lines for its answer. Pure: affairs
//! in, HTML out.

use super::layout::{document, facts, signatures};
use crate::registry::affairs::{Affairs, Stamped};
use crate::registry::body::{Finding, Measure, Round};
use crate::registry::code_lists::Coded;
use crate::registry::ids::{Hash, SiteKey};
use crate::registry::site::Stamp;
use crate::text::Zone;
use crate::tr;
use crate::words::Lang;
use jiff::civil::Date;
use maud::{Markup, html};

/// The page of a measure or of a finding that stands; `None` where neither has this number. `name` gives the name of a
/// district, `code` the code of a site; days are those of the zone.
pub fn page(
    affairs: &Affairs,
    of: Hash,
    name: &dyn Fn(&str) -> Option<String>,
    code: &dyn Fn(SiteKey) -> String,
    (today, zone): (Date, Zone),
    lang: Lang,
) -> Option<String> {
    let day = |stamp: &Stamp| zone.day(&stamp.at);
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
        number: of.short(),
        on: day(stamp),
    };
    Some(html(&head, &rows, today, lang))
}

fn title(measure: Option<&Stamped<Measure>>, lang: Lang) -> String {
    match measure {
        Some(measure) => tr!(
            lang,
            "Supervision notice: {rung}",
            "督办单（{rung}）",
            rung = measure.body.rung.label(lang),
        ),
        None => lang
            .pick("Supervision notice: finding", "督办单（督导问题）")
            .to_owned(),
    }
}

type RowWriter<'a> = &'a mut dyn FnMut(&str, &str, String);

fn of_measure(measure: Option<&Stamped<Measure>>, row: RowWriter, lang: Lang) {
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
        row("deadline", "整改时限", due.clone());
    }
}

fn of_finding(
    finding: Option<&Stamped<Finding>>,
    affairs: &Affairs,
    code: &dyn Fn(SiteKey) -> String,
    row: RowWriter,
    lang: Lang,
) {
    let Some(finding) = finding else { return };
    let round = finding.body.round;
    let round = round.and_then(|of| affairs.rounds.iter().find(|r| r.stamp.event == of));
    if let Some(round) = round {
        row("round", "督导", of_round(&round.body, lang));
    }
    row("found wanting", "存在问题", finding.body.text.clone());
    if let Some(site) = finding.body.site {
        row("site", "涉及图斑", code(site));
    }
    if let Some(due) = &finding.body.due {
        row("deadline of the finding", "问题整改时限", due.clone());
    }
}

/// What the round was called, its days, and who went.
fn of_round(round: &Round, lang: Lang) -> String {
    let (name, on, team) = (
        &round.name,
        &round.on,
        round.team.join(lang.pick(", ", "、")),
    );
    match round.until.as_ref().filter(|until| *until != on) {
        Some(until) => tr!(
            lang,
            "{name}, {on} to {until}, by {team}",
            "{name}，{on} 至 {until}，督导组：{team}"
        ),
        None => tr!(
            lang,
            "{name}, {on}, by {team}",
            "{name}，{on}，督导组：{team}"
        ),
    }
}

/// What stands above the table.
struct Head {
    title: String,
    by: String,
    number: String,
    on: String,
}

fn html(head: &Head, rows: &[(String, String)], today: Date, lang: Lang) -> String {
    let (unit, number, on) = (&head.by, &head.number, &head.on);
    let issued = tr!(
        lang,
        "issued by {unit} on {on}; number {number}",
        "签发单位：{unit}　签发日期：{on}　记录编号：{number}"
    );
    let mut table: Vec<(String, Markup)> = rows
        .iter()
        .map(|(label, value)| (label.clone(), html! { (value.trim()) }))
        .collect();
    for (english, chinese) in [("what was done", "整改情况"), ("verified", "核实意见")] {
        let room = html! { div class="room" {} };
        table.push((lang.pick(english, chinese).to_owned(), room));
    }
    let lines = [
        lang.pick("issued by (signature)", "签发人（签字）"),
        lang.pick("office (stamp)", "签发单位（盖章）"),
        lang.pick("received by (signature)", "签收人（签字）"),
        lang.pick("date", "日期"),
    ];
    let made = tr!(lang, "made on {today}", "制作日期：{today}");
    let body = html! {
        h1 { (head.title) }
        p class="soft" { (issued) }
        (facts(&table))
        (signatures(&lines))
        p class="soft" { (made) }
    };
    document(lang, "notice", &head.title, &body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::body::Rung;
    use crate::registry::fixture::stamp;

    #[test]
    fn a_notice_is_issued_on_the_day_of_the_registrys_zone() {
        let of = Hash([7; 32]);
        let measure = Stamped {
            stamp: Stamp {
                event: of,
                at: "2026-06-10T20:00:00Z".into(),
                ..stamp("2026-06-10")
            },
            on: None,
            season: 2026,
            body: Measure {
                rung: Rung::Notice,
                district: "410423001".into(),
                reason: "逾期未改".into(),
                finding: None,
                due: None,
                paper: None,
            },
        };
        let mut affairs = Affairs::default();
        affairs.measures = vec![measure];
        let zone = Zone::of("2026-01-01T00:00:00+08:00").expect("a zone");
        let today = jiff::civil::date(2026, 6, 12);
        let (name, code) = (|_: &str| None, |_| String::new());
        let page = page(&affairs, of, &name, &code, (today, zone), Lang::Zh).expect("a page");
        assert!(page.contains("签发日期：2026-06-11"), "{page}");
    }

    #[test]
    fn a_round_of_several_days_is_named_from_its_first_to_its_last() {
        let mut round = Round {
            name: "第一轮督导".into(),
            on: "2026-05-01".into(),
            until: Some("2026-05-03".into()),
            team: vec!["孙组长".into(), "周".into()],
            ..Round::default()
        };
        assert_eq!(
            of_round(&round, Lang::Zh),
            "第一轮督导，2026-05-01 至 2026-05-03，督导组：孙组长、周"
        );
        round.until = Some(round.on.clone());
        assert_eq!(
            of_round(&round, Lang::En),
            "第一轮督导, 2026-05-01, by 孙组长, 周"
        );
    }
}

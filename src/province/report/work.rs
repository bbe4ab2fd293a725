//! The tables of what offices did beside their sites. Every share stands with what it is a share of.

use super::table::{FLAG, ReportTable, count, named, share_cell, titled};
use crate::exchange::cell::Cell;
use crate::province::work::{Answering, Supervised, Tipped, Worked};
use crate::registry::affairs::Stamped;
use crate::registry::body::{Measure, Settle};
use crate::registry::code_lists::Coded;
use crate::registry::told::yuan;
use crate::registry::unit::is_below;
use crate::words::Lang;

/// Responsibility, supervision, measures, tip-offs and patrols.
pub fn work_tables(work: &Worked, lang: Lang) -> Vec<ReportTable> {
    vec![
        answering(&work.answering, lang),
        supervised(&work.supervised, lang),
        measures(&work.measures, lang),
        tips(work, lang),
        patrols(work, lang),
    ]
}

/// The whole, the part of it, and per cent.
fn share(part: usize, whole: usize) -> [Cell; 3] {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of districts and findings"
    )]
    let cell = share_cell(part as f64, whole as f64);
    [count(whole), count(part), cell]
}

fn answering(rows: &[Answering], lang: Lang) -> ReportTable {
    let titles = [
        ("district", "区划"),
        ("code", "代码"),
        ("who answers", "责任人"),
        ("post", "职务"),
        ("letter", "责任书编号"),
        ("signed on", "签订日期"),
        ("parts", "下级应签（个）"),
        ("parts with a letter", "下级已签（个）"),
        ("%", "签订率（%）"),
        ("households", "签订户数（户）"),
    ];
    let row = |a: &Answering| {
        let duty = a.duty.as_ref();
        let text = |of: Option<&str>| Cell::from(of);
        let mut cells = vec![
            named(&a.name, &a.code),
            Cell::text(a.code.as_str()),
            text(duty.map(|d| d.person.as_str())),
            text(duty.and_then(|d| d.post.as_deref())),
            text(duty.and_then(|d| d.letter.as_deref())),
            text(duty.and_then(|d| d.signed_on.as_deref())),
        ];
        cells.extend(share(a.parts, a.of));
        cells.push(count(a.households));
        cells
    };
    let mut all: Vec<Vec<Cell>> = rows.iter().map(row).collect();
    let signed = rows.iter().filter(|a| a.duty.is_some()).count();
    let summed = all.len() > 1;
    if summed {
        let mut sum = vec![Cell::text(lang.pick("all", "合计"))];
        sum.resize(6, Cell::Empty);
        let parts = rows.iter().map(|a| a.parts).sum();
        sum.extend(share(parts, rows.iter().map(|a| a.of).sum()));
        sum.push(count(households(rows)));
        all.push(sum);
    }
    let of = rows.len();
    ReportTable {
        id: "responsibility",
        title: lang.pick("Who answers", "责任制落实").into(),
        note: crate::tr!(
            lang,
            "Districts with a signed letter of responsibility: {signed} of {of}. Parts are those of the registry's boundary file; of several letters the one signed with the highest office stands. A district's households are those of all that lies in it, and stand once in the sum; the sum of parts is over all levels that are listed.",
            "已签订责任书的区划 {signed} 个 ÷ 应签 {of} 个。下级应签数按登记库的区划边界统计；同一区划有多份责任书的，以上级签订的为准。签订户数含所辖各级，合计中每户只计一次；下级应签、已签的合计含所列各级。"
        ),
        columns: titled(&titles, lang),
        rows: all,
        summed,
        remark: None,
    }
}

/// Households of all districts: those of one that another one of them holds are counted there.
fn households(rows: &[Answering]) -> usize {
    let outer = |of: &&Answering| !rows.iter().any(|above| is_below(&of.code, &above.code));
    rows.iter().filter(outer).map(|a| a.households).sum()
}

fn supervised(rows: &[Supervised], lang: Lang) -> ReportTable {
    let titles = [
        ("district", "区划"),
        ("code", "代码"),
        ("rounds", "督导次数"),
        ("ledgers", "查阅台账（份）"),
        ("sites", "图斑总数（个）"),
        ("sites looked at", "查看图斑（个）"),
        ("%", "查看率（%）"),
        ("findings", "发现问题（个）"),
        ("findings put right", "已整改（个）"),
        ("%", "整改率（%）"),
        ("overdue", "逾期未改（个）"),
        ("stands on", "督办措施"),
    ];
    let row = |s: &Supervised| {
        let mut cells = vec![
            named(&s.name, &s.code),
            Cell::text(s.code.as_str()),
            count(s.rounds),
            s.ledgers.into(),
        ];
        cells.extend(share(s.looked_at, s.sites));
        cells.extend(share(s.settled, s.findings));
        cells.push(count(s.overdue));
        cells.push(s.rung.map(|rung| rung.label(lang)).into());
        cells
    };
    // What is said of a district that is not compared here, or that the boundary file does not have, is shown all the same.
    let listed = || rows.iter().filter(|s| s.is_listed);
    let checked = listed().filter(|s| s.rounds > 0).count();
    let of = listed().count();
    let others = rows.len() - of;
    let mut note = crate::tr!(
        lang,
        "Districts checked by a round: {checked} of {of}. Findings of the period; overdue: past their day and not put right when this report was made. Stands on: the gravest measure of an office above that has not ended and is about the whole of the district; those about parts of it are in the next table.",
        "督导覆盖区划 {checked} 个 ÷ {of} 个。问题为本期发现；逾期未改指至制表日已过时限仍未整改。督办措施为上级对该区划本身采取、目前未解除的最高一级；对其下级采取的见下表。"
    );
    if others > 0 {
        let more = crate::tr!(
            lang,
            " Rows of other levels, or whose code the boundary file does not have: {others}; no count of districts holds them.",
            "另有 {others} 行为其他级别区划或代码不在边界文件中，不计入区划个数。"
        );
        note.push_str(&more);
    }
    ReportTable {
        id: "supervision",
        title: lang.pick("Supervision", "督导检查").into(),
        note,
        columns: titled(&titles, lang),
        rows: rows.iter().map(row).collect(),
        ..ReportTable::default()
    }
}

fn measures(rows: &[(Stamped<Measure>, Option<Stamped<Settle>>)], lang: Lang) -> ReportTable {
    let titles = [
        ("measure", "措施"),
        ("district", "区划代码"),
        ("since", "起始"),
        ("due", "时限"),
        ("ended", "解除"),
        ("paper", "文号"),
        ("by unit", "督办单位"),
        ("why", "事由"),
    ];
    let row = |(m, end): &(Stamped<Measure>, Option<Stamped<Settle>>)| {
        vec![
            Cell::text(m.body.rung.label(lang)),
            Cell::text(m.body.district.as_str()),
            day(m).into(),
            m.body.due.as_deref().into(),
            end.as_ref()
                .map_or(Cell::text(lang.pick("stands", "未解除")), |end| {
                    day(end).into()
                }),
            m.body.paper.as_deref().into(),
            Cell::text(m.stamp.actor.unit.as_str()),
            Cell::text(m.body.reason.as_str()),
        ]
    };
    let ended = rows.iter().filter(|(_, end)| end.is_some()).count();
    let of = rows.len();
    let note = if rows.is_empty() {
        none_this_period(lang)
    } else {
        crate::tr!(
            lang,
            "The ladder: circulated criticism, rectification by a deadline, called in, listed. Measures of the period and earlier ones that stand; ended: {ended} of {of}.",
            "督办阶梯：通报 → 限期整改 → 约谈 → 挂牌整治。含本期措施及此前未解除的；已解除 {ended} 项 ÷ 共 {of} 项。"
        )
    };
    ReportTable {
        id: "measures",
        title: lang.pick("Measures", "督办措施").into(),
        note,
        columns: titled(&titles, lang),
        rows: rows.iter().map(row).collect(),
        summed: false,
        remark: Some(7),
    }
}

/// The day of an entry, as the calendar of its unit has it.
fn day<T>(said: &Stamped<T>) -> Option<String> {
    said.on.map(|on| on.to_string())
}

/// What stands below the title of a table without rows.
fn none_this_period(lang: Lang) -> String {
    lang.pick("None in this period.", "本期无。").to_owned()
}

fn tips(work: &Worked, lang: Lang) -> ReportTable {
    let titles = [
        ("channel", "渠道"),
        ("tip-offs", "举报（件）"),
        ("led to a site", "转为图斑（件）"),
        ("%", "线索转化率（%）"),
        ("confirmed", "查实（件）"),
        ("closed without", "未查实办结（件）"),
        ("open", "未办结（件）"),
        ("rewards decided, yuan", "核定奖金（元）"),
        ("rewards paid, yuan", "兑付奖金（元）"),
    ];
    let row = |name: &str, of: &Tipped| {
        let mut cells = vec![Cell::text(name)];
        cells.extend(share(of.led, of.tips));
        cells.extend([
            count(of.confirmed),
            count(of.closed),
            count(of.tips - of.led - of.closed),
            money(of.decided_fen),
            match of.overpaid {
                0 => money(of.paid_fen),
                _ => Cell::text(format!("{}{FLAG}", yuan(of.paid_fen))),
            },
        ]);
        cells
    };
    let mut rows: Vec<Vec<Cell>> = work
        .tips
        .iter()
        .map(|(channel, of)| row(channel.label(lang), of))
        .collect();
    let summed = rows.len() > 1;
    if summed {
        rows.push(row(lang.pick("all", "合计"), &work.all_tips()));
    }
    ReportTable {
        id: "tips",
        title: lang.pick("Tip-offs", "群众举报").into(),
        note: tips_note(&work.all_tips(), lang),
        columns: titled(&titles, lang),
        rows,
        summed,
        remark: None,
    }
}

fn tips_note(all: &Tipped, lang: Lang) -> String {
    if all.tips == 0 {
        return none_this_period(lang);
    }
    let note = lang.pick(
        "Tip-offs of the period by how they came, and what has become of them. Who told is nowhere in the registry.",
        "本期举报按渠道统计及办理情况。登记库不存举报人身份。",
    );
    let overpaid = all.overpaid;
    let more = crate::tr!(
        lang,
        " (!): for {tips} more was paid than decided.",
        "标（!）的，有 {overpaid} 件兑付超过核定。",
        tips = (overpaid, "tip-off", "tip-offs"),
    );
    match overpaid {
        0 => note.to_owned(),
        _ => format!("{note}{more}"),
    }
}

fn money(fen: u64) -> Cell {
    #[expect(clippy::cast_precision_loss, reason = "rewards are far below 2^53 fen")]
    let number = fen as f64 / 100.0;
    let decimals = if yuan(fen).contains('.') { 2 } else { 0 };
    Cell::Number(number, decimals)
}

fn patrols(work: &Worked, lang: Lang) -> ReportTable {
    let titles = [
        ("patrols", "踏查次数"),
        ("led to a site", "发现图斑（次）"),
        ("%", "占比（%）"),
        ("sites", "图斑（个）"),
        ("with seized seeds", "有种子收缴（次）"),
        ("with publicity", "有宣传（次）"),
    ];
    let walked = work.patrols;
    let mut row = Vec::from(share(walked.led, walked.patrols));
    row.extend([
        count(walked.sites),
        count(walked.seeds),
        count(walked.publicity),
    ]);
    ReportTable {
        id: "patrol_yield",
        title: lang.pick("What patrols led to", "踏查成效").into(),
        note: lang
            .pick(
                "Patrols of the period that somebody of their unit, or of one above, says led to a site.",
                "本期踏查中，由本单位或上级关联到图斑的次数。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows: vec![row],
        ..ReportTable::default()
    }
}

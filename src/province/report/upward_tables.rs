//! The tables of what counties send upward.

use super::Figures;
use super::table::{ReportTable, area, count, cut_cell, mu, named, number, share_cell, titled};
use super::upward::{Destroyed, Precision, TargetsMet};
use crate::exchange::cell::Cell;
use crate::province::effort::DistrictEffort;
use crate::province::finds::Late;
use crate::province::targets::{TOLERANCE_M, TargetOutcome};
use crate::registry::State;
use crate::schema::model_name;
use crate::tr;
use crate::words::Lang;

/// What was found and eradicated, by district.
pub fn destroyed(figures: &Figures, lang: Lang) -> ReportTable {
    let titles = [
        ("district", "区划"),
        ("code", "代码"),
        ("confirmed sites", "查实图斑（个）"),
        ("plants", "查实株数"),
        ("mu", "查实面积（亩）"),
        ("eradicated sites", "铲除图斑（个）"),
        ("plants", "铲除株数"),
        ("mu", "铲除面积（亩）"),
        ("without a count", "未清点株数（个）"),
        ("without an area", "未测面积（个）"),
    ];
    let cells = |name: &str, code: &str, d: Destroyed| {
        let mut row = vec![named(name, code), Cell::text(code)];
        for amount in [d.found, d.eradicated] {
            row.extend([
                count(amount.sites),
                Cell::from(amount.plants),
                mu(amount.mu),
            ]);
        }
        row.extend([count(d.found.uncounted), count(d.found.unmeasured)]);
        row
    };
    let own = figures.efforts.iter().zip(&figures.upward.destroyed);
    let mut rows: Vec<Vec<Cell>> = own.map(|(e, d)| cells(&e.name, &e.code, *d)).collect();
    rows.push(cells(lang.pick("all", "合计"), "", figures.destroyed()));
    ReportTable {
        id: "eradication",
        title: lang.pick("Found and eradicated", "查实与铲除").into(),
        note: lang
            .pick(
                "Confirmed sites of the period with the plants and the area of each, and those of them of which all is eradicated. A site without a count or an area adds none.",
                "本期查实图斑及其株数、面积；其中已全部铲除的计入铲除。未清点、未测面积的图斑不计入株数、面积。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows,
        summed: true,
        remark: None,
    }
}

/// Patrols by district.
pub fn patrols(figures: &Figures, lang: Lang) -> ReportTable {
    let titles = [
        ("district", "区划"),
        ("code", "代码"),
        ("patrols", "踏查次数"),
        ("people", "出动人次"),
        ("vehicles", "出动车辆（台次）"),
        ("patrolled km²", "踏查面积（km²）"),
        ("patrolled %", "踏查率（%）"),
        ("zero reports", "零报告（次）"),
    ];
    let row = |e: &DistrictEffort| {
        vec![
            named(&e.name, &e.code),
            Cell::text(e.code.as_str()),
            count(e.patrols),
            Cell::from(e.people),
            Cell::from(e.vehicles),
            area(e.patrolled_m2),
            cut_cell(e.patrolled_m2, e.area_m2, e.is_reported_beyond()),
            count(e.zero_reports),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = figures.efforts.iter().map(row).collect();
    let sum = figures.upward.patrolled;
    let walked = figures.patrolled;
    rows.push(vec![
        Cell::text(lang.pick("all", "合计")),
        Cell::Empty,
        count(sum.patrols),
        Cell::from(sum.people),
        Cell::from(sum.vehicles),
        area(walked.m2),
        cut_cell(walked.m2, walked.of_m2, walked.beyond().is_some()),
        count(sum.zero),
    ]);
    ReportTable {
        id: "patrols",
        title: lang.pick("Patrols", "踏查").into(),
        note: lang
            .pick(
                "People and vehicles are counted at each patrol. A patrol that walks in two districts is counted in both and once in the sum; one that names a whole county counts in the sum alone where townships are listed. (!): more was reported than the district has, or the same ground more than once; what is beyond the district is not counted.",
                "人次、台次按每次踏查计。跨区划的踏查在各区划均计入，合计中只计一次；只报到县的，列乡镇时仅计入合计。标（!）的，上报踏查面积累计超出区划面积（含重复踏查），超出部分不计。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows,
        summed: true,
        remark: None,
    }
}

/// The steps at which sites wait, with what has to be done.
const STEPS: [(State, (&str, &str)); 5] = [
    (State::Candidate, ("to be given to a crew", "待研判派查")),
    (State::Dispatched, ("to be verified", "待核查")),
    (State::Revisit, ("to be visited again", "待复核")),
    (State::Confirmed, ("to be eradicated", "待铲除")),
    (State::Eradicated, ("to be accepted", "待验收")),
];

/// What has to be done with sites that wait in a state.
pub fn awaited(state: State, lang: Lang) -> &'static str {
    let step = STEPS.iter().find(|(of, _)| *of == state);
    step.map_or_else(
        || state.label(lang),
        |(_, (english, chinese))| lang.pick(*english, *chinese),
    )
}

/// What is overdue by district and step.
pub fn overdue(figures: &Figures, lang: Lang) -> ReportTable {
    let mut titles = vec![("district", "区划"), ("code", "代码")];
    titles.extend(STEPS.map(|(_, words)| words));
    titles.extend([("all", "超期合计"), ("longest, days", "最长超期（天）")]);
    let cells = |name: &str, code: &str, late: &[&Late]| {
        let mut row = vec![named(name, code), Cell::text(code)];
        let in_state = |state| late.iter().filter(|l| l.step == state).count();
        row.extend(STEPS.map(|(state, _)| count(in_state(state))));
        row.push(count(late.len()));
        row.push(late.iter().map(|l| l.days).max().into());
        row
    };
    let by_district = figures.efforts.iter().zip(&figures.upward.late);
    let mut rows: Vec<Vec<Cell>> = by_district
        .filter(|(_, late)| !late.is_empty())
        .map(|(e, late)| cells(&e.name, &e.code, &late.iter().collect::<Vec<_>>()))
        .collect();
    let all: Vec<&Late> = figures.upward.late.iter().flatten().collect();
    rows.push(cells(lang.pick("all", "合计"), "", &all));
    ReportTable {
        id: "overdue",
        title: lang.pick("Overdue", "超期未办").into(),
        note: lang
            .pick(
                "Sites of the period past their due day on the day of the report, by the step that waits; what is eradicated in part has still to be eradicated. Districts without any are left out.",
                "截至制表日超过时限的本期图斑，按待办环节统计（单位：个）；部分铲除的计入待铲除；无超期的区划不列。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows,
        summed: true,
        remark: None,
    }
}

/// The lists of targets, and why those that were not met were not.
pub fn targets(figures: &Figures, lang: Lang) -> Option<ReportTable> {
    let titles = [
        ("list", "靶标清单"),
        ("targets", "靶标（个）"),
        ("on file", "吻合（个）"),
        ("on file %", "吻合率（%）"),
        ("screened out", "研判排除"),
        ("another season only", "仅其他年度"),
        ("searched, nothing found", "有效搜索未发现"),
        ("searched out of window or too coarsely", "搜索条件不足"),
        ("not searched", "未搜索"),
    ];
    let lists = &figures.upward.targets;
    let row = |list: &TargetsMet| {
        let of = |which: fn(&TargetOutcome) -> bool| {
            list.targets.iter().filter(|t| which(&t.met)).count()
        };
        let (all, met) = (list.targets.len(), of(|m| m.is_matched()));
        vec![
            Cell::text(list.name.as_str()),
            count(all),
            count(met),
            share_cell(met as f64, all as f64),
            count(of(|m| matches!(m, TargetOutcome::ScreenedOut { .. }))),
            count(of(|m| matches!(m, TargetOutcome::AnotherSeason { .. }))),
            count(of(|m| {
                matches!(m, TargetOutcome::SearchedAndNothing { .. })
            })),
            count(of(|m| matches!(m, TargetOutcome::SearchedBadly { .. }))),
            count(of(|m| matches!(m, TargetOutcome::NotSearched))),
        ]
    };
    (!lists.is_empty()).then(|| ReportTable {
        id: "targets",
        title: lang.pick("Targets from above", "靶标吻合情况").into(),
        note: tr!(
            lang,
            "A target is on file where a site of its season lies within {TOLERANCE_M:.0} m of it and was not put aside at the desk. Not met: why.",
            "靶标周边 {TOLERANCE_M:.0} 米内有同年度图斑且未被研判排除的，为吻合；未吻合的按原因列出（单位：个）。"
        ),
        columns: titled(&titles, lang),
        rows: lists.iter().map(row).collect(),
        ..ReportTable::default()
    })
}

/// How often each model was right.
pub fn models(figures: &Figures, lang: Lang) -> Option<ReportTable> {
    let titles = [
        ("model", "模型"),
        ("verified", "核查图斑（个）"),
        ("confirmed", "查实图斑（个）"),
        ("precision %", "查准率（%）"),
        ("95 % low", "95% 下限（%）"),
        ("95 % high", "95% 上限（%）"),
    ];
    let row = |p: &Precision| {
        let per_cent = |share: f64| number(Some(share * 100.0), 1);
        vec![
            Cell::text(model_name(&p.model, lang)),
            count(p.share.of),
            count(p.share.count),
            number(p.share.share.map(|s| s * 100.0), 1),
            per_cent(p.share.low),
            per_cent(p.share.high),
        ]
    };
    let found = &figures.upward.precision;
    (!found.is_empty()).then(|| ReportTable {
        id: "precision",
        title: lang.pick("How often the model was right", "模型查准率").into(),
        note: lang
            .pick(
                "Of the sites that a scan reported and a crew verified: how many were poppy. What was put aside at the desk was not visited and is in no figure, so this is the precision of what crews were sent to.",
                "航测发现并经实地核查的图斑中，查实为罂粟的比例。研判排除的图斑未经实地核查，不计入。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows: found.iter().map(row).collect(),
        ..ReportTable::default()
    })
}

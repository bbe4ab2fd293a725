//! What was searched and what became of the sites, by district.

use super::Figures;
use super::table::{Table, count, number, share_cell, titled};
use crate::exchange::cell::Cell;
use crate::province::effort::DistrictEffort;
use crate::province::process::Process;
use crate::tr;
use crate::words::Lang;

/// Square kilometres of a district: all, searched, in window, finely enough, both, not searched, patrolled.
fn km2(e: &DistrictEffort) -> [f64; 7] {
    [
        e.area_m2,
        e.searched_m2,
        e.in_window_m2,
        e.adequate_m2,
        e.fair_m2,
        e.not_searched_m2,
        e.patrolled_m2,
    ]
    .map(|m2| m2 / 1e6)
}

/// Coverage by district.
pub fn coverage(figures: &Figures, lang: Lang) -> Table {
    let titles = [
        ("district", "区划"),
        ("code", "代码"),
        ("km²", "面积（平方公里）"),
        ("searched km²", "已搜索"),
        ("in window", "生长期内"),
        ("finely enough", "分辨率足够"),
        ("both", "两者兼备"),
        ("both, % of area", "占面积 %"),
        ("not searched km²", "未搜索"),
        ("patrolled km²", "踏查"),
        ("patrolled %", "踏查率 %"),
        ("flights", "航次"),
        ("patrols", "踏查次数"),
        ("zero reports", "零报告"),
    ];
    let cells = |name: &str, code: &str, km2: [f64; 7], counts: [usize; 3]| {
        let [area, searched, window, fine, fair, not, patrolled] = km2;
        let mut cells = vec![Cell::text(name), Cell::text(code)];
        cells.extend([area, searched, window, fine, fair].map(|v| number(Some(v), 1)));
        cells.push(share_cell(fair, area));
        cells.extend([not, patrolled].map(|v| number(Some(v), 1)));
        cells.push(share_cell(patrolled, area));
        cells.extend(counts.map(count));
        cells
    };
    let mut sums = ([0.0; 7], [0; 3]);
    let mut rows: Vec<Vec<Cell>> = figures
        .efforts
        .iter()
        .map(|e| {
            let km2 = km2(e);
            let counts = [e.flights, e.patrols, e.zero_reports];
            for (sum, value) in sums.0.iter_mut().zip(km2) {
                *sum += value;
            }
            for (sum, value) in sums.1.iter_mut().zip(counts) {
                *sum += value;
            }
            cells(&e.name, &e.code, km2, counts)
        })
        .collect();
    // A flight over a border touches both districts: flights of all are counted apart.
    sums.1[0] = figures.comparison.flown[1].flights;
    rows.push(cells(lang.pick("all", "合计"), "", sums.0, sums.1));
    Table {
        id: "coverage",
        title: lang.pick("What was searched", "搜索覆盖").into(),
        note: lang.pick(
            "km² on the ellipsoid; ground flown twice counts once. A flight that touches two districts is counted in both and once in the sum.",
            "椭球面平方公里；重复飞行的范围只计一次。跨区划的航次在各区划均计入，合计中只计一次。",
        ).into(),
        columns: titled(&titles, lang),
        rows,
        summed: true,
        remark: None,
    }
}

/// How far the sites of each district came.
pub fn process(figures: &Figures, lang: Lang) -> Table {
    let titles = [
        ("district", "区划"),
        ("code", "代码"),
        ("known", "已知图斑"),
        ("screened out", "研判排除"),
        ("verified", "已核查"),
        ("confirmed", "查实"),
        ("eradicated", "已铲除"),
        ("accepted", "已验收"),
        ("open", "未办结"),
        ("disputed", "争议"),
        ("recurring", "复种"),
        ("median days to verified", "核查中位天数"),
        ("to eradicated", "铲除中位天数"),
        ("to accepted", "验收中位天数"),
    ];
    let cells = |name: &str, code: &str, p: &Process| {
        let mut cells = vec![Cell::text(name), Cell::text(code)];
        let counts = [
            p.sites,
            p.screened_out.count,
            p.verified.count,
            p.confirmed.count,
            p.eradicated.count,
            p.accepted.count,
            open(p),
            p.disputed.count,
            p.recurring_sites,
        ];
        cells.extend(counts.map(Cell::from));
        let days = [p.to_verified, p.to_eradicated, p.to_accepted];
        cells.extend(days.map(|d| number(d.median, 1)));
        cells
    };
    let mut rows: Vec<Vec<Cell>> = figures
        .efforts
        .iter()
        .zip(&figures.processes)
        .map(|(e, process)| cells(&e.name, &e.code, process))
        .collect();
    rows.push(cells(lang.pick("all", "合计"), "", &figures.process));
    let p = &figures.process;
    let [verified, eradicated, accepted] =
        [p.to_verified, p.to_eradicated, p.to_accepted].map(|d| d.sites);
    Table {
        id: "sites",
        title: lang.pick("What became of the sites", "图斑处置").into(),
        note: tr!(
            lang,
            "Sites that became known in the period, as they stand today. Each of confirmed, eradicated and accepted is a part of the one before. Median days: from given to a crew to verified ({verified} sites), from verified to eradicated ({eradicated}), from eradicated to accepted ({accepted}).",
            "本期内发现的图斑的当前状态。查实、已铲除、已验收依次为前者的一部分。中位天数：派查至核查（{verified} 个图斑）、核查至铲除（{eradicated} 个）、铲除至验收（{accepted} 个）。"
        ),
        columns: titled(&titles, lang),
        rows,
        summed: true,
        remark: None,
    }
}

/// Sites with work still to be done.
pub fn open(process: &Process) -> u64 {
    process.waiting.values().map(|w| w.sites).sum()
}

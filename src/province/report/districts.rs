//! What was searched and what became of the sites, by district.

use super::Figures;
use super::table::{ReportTable, area, count, named, number, share_cell, titled};
use crate::exchange::cell::Cell;
use crate::province::effort::DistrictEffort;
use crate::province::process::Process;
use crate::tr;
use crate::words::Lang;

/// Square metres of a district: all, searched, in window, finely enough, both, not searched.
fn ground(e: &DistrictEffort) -> [f64; 6] {
    [
        e.area_m2,
        e.searched_m2,
        e.in_window_m2,
        e.adequate_m2,
        e.fair_m2,
        e.not_searched_m2,
    ]
}

/// Coverage by district.
pub fn coverage(figures: &Figures, lang: Lang) -> ReportTable {
    let titles = [
        ("district", "区划"),
        ("code", "代码"),
        ("km²", "面积（km²）"),
        ("searched km²", "已搜索（km²）"),
        ("in window km²", "其中生长期内（km²）"),
        ("finely enough km²", "其中分辨率达标（km²）"),
        ("both km²", "有效搜索，两者兼备（km²）"),
        ("both, % of area", "有效搜索率（%）"),
        ("not searched km²", "未搜索（km²）"),
        ("flights", "航次"),
    ];
    let cells = |name: &str, code: &str, m2: [f64; 6], flights: usize| {
        let [all, searched, window, fine, fair, not] = m2;
        let mut cells = vec![named(name, code), Cell::text(code)];
        cells.extend([all, searched, window, fine, fair].map(area));
        cells.extend([share_cell(fair, all), area(not), count(flights)]);
        cells
    };
    let mut sum = [0.0; 6];
    let mut rows: Vec<Vec<Cell>> = figures
        .efforts
        .iter()
        .map(|e| {
            let m2 = ground(e);
            for (sum, value) in sum.iter_mut().zip(m2) {
                *sum += value;
            }
            cells(&e.name, &e.code, m2, e.flights)
        })
        .collect();
    // A flight over a border touches both districts: flights of all are counted apart.
    let flights = figures.comparison.flown[1].flights;
    rows.push(cells(lang.pick("all", "合计"), "", sum, flights));
    ReportTable {
        id: "coverage",
        title: lang.pick("What was searched", "搜索覆盖").into(),
        note: lang.pick(
            "km² on the ellipsoid; ground flown twice counts once. A flight that touches two districts is counted in both and once in the sum. A row named 其余, its code ending in 0, is what of a district lies in none of the others.",
            "面积按椭球面计算；重复飞行的范围只计一次。跨区划的航次在各区划均计入，合计中只计一次。名称带“其余”、代码以 0 结尾的行，为上级区划内不属于其他各行的范围。",
        ).into(),
        columns: titled(&titles, lang),
        rows,
        summed: true,
        remark: None,
    }
}

/// How far the sites of each district came.
pub fn process(figures: &Figures, lang: Lang) -> ReportTable {
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
        ("median days to verified", "核查用时中位数（天）"),
        ("to eradicated", "铲除用时中位数（天）"),
        ("to accepted", "验收用时中位数（天）"),
    ];
    let cells = |name: &str, code: &str, p: &Process| {
        let mut cells = vec![named(name, code), Cell::text(code)];
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
    ReportTable {
        id: "sites",
        title: lang.pick("What became of the sites", "图斑处置情况").into(),
        note: tr!(
            lang,
            "Sites that became known in the period, as they stand today. Each of confirmed, eradicated and accepted is a part of the one before. Median days: from given to a crew to verified ({sites}), from verified to eradicated ({eradicated}), from eradicated to accepted ({accepted}).",
            "本期发现图斑的当前状态（单位：个）。查实、已铲除、已验收依次包含于前一项。用时中位数：派查至核查（图斑 {verified} 个）、核查至铲除（{eradicated} 个）、铲除至验收（{accepted} 个）。",
            sites = (verified, "site", "sites"),
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

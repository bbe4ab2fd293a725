//! The figures as tables: the page and the workbook show these and nothing else.

use super::Figures;
use super::districts::{coverage, process};
use super::hot_spot_table::{hot_spots, no_hot_spots};
use super::marked;
use super::table::{ReportTable, area, count, named, number, titled};
use super::upward_tables::{destroyed, models, overdue, patrols, targets};
use crate::exchange::cell::Cell;
use crate::province::compare::{Comparison, DistrictComparison};
use crate::province::rank::{DistrictRanking, RankedDistrict};
use crate::province::stats::{Per100, Ratio};
use crate::schema::model_name;
use crate::tr;
use crate::words::Lang;

fn interval(rate: Option<Per100>, decimals: usize) -> [Cell; 3] {
    [
        number(rate.map(|r| r.rate), decimals),
        number(rate.map(|r| r.low), decimals),
        number(rate.map(|r| r.high), decimals),
    ]
}

/// Every table but the summary.
pub fn tables(figures: &Figures, lang: Lang) -> Vec<ReportTable> {
    let mut all = vec![
        destroyed(figures, lang),
        process(figures, lang),
        overdue(figures, lang),
        coverage(figures, lang),
    ];
    all.extend(super::unplaced::table(&figures.unplaced, lang));
    all.extend([
        patrols(figures, lang),
        ranking(&figures.ranking, lang),
        year_on_year(&figures.comparison, lang),
    ]);
    all.extend(targets(figures, lang));
    all.extend(models(figures, lang));
    all.extend(super::desk::table(&figures.cost, lang));
    all.push(match &figures.hot {
        Ok(found) => hot_spots(found, &figures.places(), lang),
        Err(why) => no_hot_spots(*why, lang),
    });
    all.push(flown(&figures.comparison, lang));
    all.extend(super::work::work_tables(&figures.work, lang));
    all.push(marked::irregular(figures, lang));
    all.extend(marked::doubted(figures, lang));
    all
}

/// What is ranked.
fn ranked(ranking: &DistrictRanking, lang: Lang) -> &'static str {
    match ranking.districts.first().map_or(0, |d| d.code.len()) {
        6 => lang.pick("Counties by rate", "各县查实密度排名"),
        9 => lang.pick("Townships by rate", "各乡镇查实密度排名"),
        12 => lang.pick("Villages by rate", "各村查实密度排名"),
        _ => lang.pick("Districts by rate", "各地查实密度排名"),
    }
}

/// Districts by rate.
pub fn ranking(ranking: &DistrictRanking, lang: Lang) -> ReportTable {
    let titles = [
        ("rank", "名次"),
        ("district", "区划"),
        ("code", "代码"),
        ("confirmed sites", "查实图斑（个）"),
        ("on km²", "有效搜索（km²）"),
        ("cover %", "有效搜索率（%）"),
        ("per 100 km²", "每百平方公里图斑（个）"),
        ("95 % low", "95% 下限"),
        ("95 % high", "95% 上限"),
        ("smoothed", "平滑后"),
        ("plants", "株数"),
        ("plants per 100 km²", "每百平方公里株数"),
        ("95 % low", "95% 下限"),
        ("95 % high", "95% 上限"),
        ("reasons", "说明"),
    ];
    let row = |d: &RankedDistrict| {
        let [rate, low, high] = interval(d.rate, 2);
        let [plants, plants_low, plants_high] = interval(d.plants_rate, 0);
        vec![
            d.place.map_or(Cell::text("—"), count),
            named(&d.name, &d.code),
            Cell::text(d.code.as_str()),
            count(d.counted.count),
            area(d.counted.km2 * 1e6),
            Cell::Number(d.cover * 100.0, 1),
            rate,
            low,
            high,
            number(d.shrunk, 2),
            d.plants.into(),
            plants,
            plants_low,
            plants_high,
            Cell::text(d.reasons(ranking, lang)),
        ]
    };
    let cover = ranking.least_cover * 100.0;
    let mut note = tr!(
        lang,
        "Confirmed sites over the km² that were searched in the growth window and finely enough, both on the same ground. Ordered by the smoothed rate: where few sites or little ground stand behind a rate, empirical Bayes draws it towards the rate of all, so that one site on little ground is not the worst of all. Districts with less than {cover:.0} % of their ground searched so have insufficient data and no rank. The interval of plants takes each site as one find.",
        "密度＝有效搜索范围内的查实图斑数÷有效搜索面积，分子分母为同一范围。按平滑后密度排名：图斑少或搜索面积小时，实测密度偶然性大，平滑（经验贝叶斯法）使其向总体靠拢，避免个别图斑造成虚高。有效搜索率不足 {cover:.0}% 的，资料不足，不排名。株数区间按每个图斑为一次发现计算。"
    );
    if let Some(why) = ranking.why_none(lang) {
        note = format!("{why}{} {note}", lang.pick(".", "。"));
    }
    ReportTable {
        id: "ranking",
        title: ranked(ranking, lang).into(),
        note,
        columns: titled(&titles, lang),
        rows: ranking.districts.iter().map(row).collect(),
        summed: false,
        remark: Some(14),
    }
}

fn ratio_cells(ratio: Option<Ratio>) -> [Cell; 3] {
    [
        number(ratio.and_then(|r| r.ratio), 2),
        number(ratio.map(|r| r.low), 2),
        ratio.map_or(Cell::Empty, |r| {
            r.high.map_or(Cell::text("∞"), |high| Cell::Number(high, 2))
        }),
    ]
}

fn year_columns(a: &str, b: &str, lang: Lang) -> Vec<String> {
    vec![
        lang.pick("district", "区划").into(),
        lang.pick("code", "代码").into(),
        tr!(lang, "all {a}", "全部 {a}（个）"),
        tr!(lang, "all {b}", "全部 {b}（个）"),
        tr!(lang, "on ground {a}", "有效搜索内 {a}（个）"),
        tr!(lang, "km² {a}", "有效搜索 {a}（km²）"),
        tr!(lang, "on ground {b}", "有效搜索内 {b}（个）"),
        tr!(lang, "km² {b}", "有效搜索 {b}（km²）"),
        lang.pick("rate ratio (for reference)", "密度之比（参考）")
            .into(),
        lang.pick("95 % low", "95% 下限").into(),
        lang.pick("95 % high", "95% 上限").into(),
        tr!(lang, "both {a}", "共同 {a}（个）"),
        tr!(lang, "both {b}", "共同 {b}（个）"),
        tr!(lang, "both km²", "共同（km²）"),
        lang.pick("ratio (this counts)", "同一范围之比（为准）")
            .into(),
        lang.pick("95 % low", "95% 下限").into(),
        lang.pick("95 % high", "95% 上限").into(),
    ]
}

/// Districts and all of them in two periods.
pub fn year_on_year(comparison: &Comparison, lang: Lang) -> ReportTable {
    let [before, after] = &comparison.flown;
    let (a, b) = (before.named(lang), after.named(lang));
    let (a, b) = (a.as_str(), b.as_str());
    let columns = year_columns(a, b, lang);
    let row = |line: &DistrictComparison, name: &str| {
        let [x, y] = line.searched;
        let [c, d] = line.common;
        let mut cells = vec![
            named(name, &line.code),
            Cell::text(line.code.as_str()),
            count(line.raw[0]),
            count(line.raw[1]),
            count(x.count),
            area(x.km2 * 1e6),
            count(y.count),
            area(y.km2 * 1e6),
        ];
        cells.extend(ratio_cells(line.rate));
        cells.extend([count(c.count), count(d.count), area(d.km2 * 1e6)]);
        cells.extend(ratio_cells(line.matched));
        cells
    };
    let mut rows: Vec<Vec<Cell>> = comparison
        .districts
        .iter()
        .map(|l| row(l, &l.name))
        .collect();
    rows.push(row(&comparison.total, lang.pick("all", "合计")));
    let mut note = tr!(
        lang,
        "All: confirmed sites wherever found; they fall where less is flown. On ground: confirmed sites on the ground searched in window and finely enough, with its km². Both: on the ground so searched in both. Ratios are the later over the earlier with exact 95 % intervals. The ratio on the same ground is the one that counts; that of the rates moves with the ground that was flown. An interval that holds 1 proves neither more nor less.",
        "全部：所有查实图斑，个数随航测范围大小变化。有效搜索内：有效搜索范围内的查实图斑，其后为搜索面积。共同：两期均有效搜索的范围。比值为后期比前期，附精确 95% 区间。同比以同一范围之比为准；密度之比受飞行范围变化影响，仅供参考。区间含 1 的，不能说明有增减。"
    );
    let end = lang.pick(".", "。");
    for remark in comparison.remarks(lang) {
        note = format!("{note} {remark}{end}");
    }
    ReportTable {
        id: "year_on_year",
        title: tr!(lang, "Year on year: {a} and {b}", "同比：{a} 与 {b}"),
        note,
        columns,
        rows,
        summed: true,
        remark: None,
    }
}

fn flown(comparison: &Comparison, lang: Lang) -> ReportTable {
    let titles = [
        ("period", "时期"),
        ("flights", "航次"),
        ("without a date", "其中无拍摄日期"),
        ("km² searched", "已搜索（km²）"),
        ("in window, finely enough", "有效搜索（km²）"),
        ("in window %", "生长期内（%）"),
        ("middle GSD cm", "分辨率中位数（cm）"),
        ("first day", "最早拍摄"),
        ("last day", "最晚拍摄"),
        ("models", "模型"),
        ("thresholds", "阈值"),
    ];
    let rows = comparison
        .flown
        .iter()
        .map(|f| {
            let list = |set: &std::collections::BTreeSet<String>| {
                let each: Vec<&str> = set.iter().map(String::as_str).collect();
                Cell::text(model_name(&each.join(lang.pick("; ", "；")), lang))
            };
            vec![
                Cell::text(f.named(lang)),
                count(f.flights),
                count(f.undated),
                area(f.searched_km2 * 1e6),
                area(f.fair_km2 * 1e6),
                number(f.in_window.map(|s| s * 100.0), 1),
                number(f.gsd_cm, 1),
                f.days.map(|d| d.0.to_string()).into(),
                f.days.map(|d| d.1.to_string()).into(),
                list(&f.models),
                list(&f.thresholds),
            ]
        })
        .collect();
    ReportTable {
        id: "flown",
        title: lang.pick("How it was flown", "航测情况").into(),
        note: lang
            .pick(
                "A flight whose imagery has no date counts as searched, and never as searched in window.",
                "无拍摄日期的航次计入已搜索，不计入有效搜索。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows,
        ..ReportTable::default()
    }
}

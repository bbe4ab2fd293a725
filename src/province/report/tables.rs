//! The figures as tables: the page and the workbook show these and nothing else.

use super::Figures;
use crate::exchange::cell::Cell;
use crate::province::compare::{Comparison, Line};
use crate::province::hot_spots::{HotCell, HotSpots, NotEnough};
use crate::province::process::{Part, Process};
use crate::province::rank::{Ranked, Ranking};
use crate::province::stats::{Per100, Ratio};
use crate::statistics::Share;
use crate::tr;
use crate::words::{Lang, Say};
use geo::{Contains, MultiPolygon};
use h3o::LatLng;

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name in files.
    pub id: &'static str,
    /// Its title.
    pub title: String,
    /// What stands below the title: what is counted of what.
    pub note: String,
    /// The titles of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Whether the last row is the sum.
    pub summed: bool,
    /// The column of words that a narrow page shows below the row's name.
    pub remark: Option<usize>,
}

/// One figure for all districts, with its numerator and denominator.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// What it is.
    pub label: String,
    /// The figure.
    pub value: Cell,
    /// Its unit.
    pub unit: &'static str,
    /// The 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// How many, and of what.
    pub numerator: (Cell, String),
    /// Of how many, and of what.
    pub denominator: (Cell, String),
}

/// A count as a cell.
pub fn count(n: usize) -> Cell {
    Cell::Count(i64::try_from(n).unwrap_or(i64::MAX))
}

/// A measure as a cell; nothing where there is none.
pub fn number(value: Option<f64>, decimals: usize) -> Cell {
    value
        .filter(|v| v.is_finite())
        .map_or(Cell::Empty, |v| Cell::Number(v + 0.0, decimals))
}

fn ratio_of(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole * 100.0)
}

/// The figures for all districts together.
pub fn keys(figures: &Figures, lang: Lang) -> Vec<Key> {
    let [area, searched, _, fair, patrolled] = figures.ground_km2();
    let km2 = |value: f64| Cell::Number(value, 1);
    let words = |english: &str, chinese: &str| lang.pick(english, chinese).to_owned();
    let ground = |label: String, part: f64, what: String| Key {
        label,
        value: number(ratio_of(part, area), 1),
        unit: "%",
        interval: None,
        numerator: (km2(part), what),
        denominator: (km2(area), words("km² of districts", "平方公里区划面积")),
    };
    let mut keys = vec![
        ground(
            words("searched in window, finely enough", "有效搜索率"),
            fair,
            words(
                "km² searched in the growth window and finely enough",
                "平方公里在生长期内以足够分辨率搜索",
            ),
        ),
        ground(
            words("searched at all", "航测覆盖率"),
            searched,
            words("km² searched", "平方公里已搜索"),
        ),
        ground(
            words("patrolled", "踏查率"),
            patrolled,
            words("km² patrolled", "平方公里踏查"),
        ),
    ];
    keys.extend(rates(figures, lang, fair));
    let share = |label: String, part: Part, what: String, of_what: String| {
        let [n, of] = [part.count, part.of].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        let share = Share::new(n, of);
        Key {
            label,
            value: number(share.share.map(|s| s * 100.0), 1),
            unit: "%",
            interval: (of > 0).then_some((share.low * 100.0, share.high * 100.0)),
            numerator: (count(n), what),
            denominator: (count(of), of_what),
        }
    };
    let p = &figures.process;
    let sites = words(
        "sites known, less those screened out",
        "个已知图斑（不含研判排除）",
    );
    let [verified, confirmed, eradicated, accepted] = [
        words("verified", "个已核查"),
        words("confirmed", "个查实"),
        words("eradicated", "个已铲除"),
        words("accepted", "个已验收"),
    ];
    keys.extend([
        share(
            words("verified", "核查率"),
            p.verified,
            verified.clone(),
            sites,
        ),
        share(
            words("confirmed", "查实率"),
            p.confirmed,
            confirmed.clone(),
            verified,
        ),
        share(
            words("eradicated", "铲除率"),
            p.eradicated,
            eradicated.clone(),
            confirmed,
        ),
        share(
            words("accepted", "验收率"),
            p.accepted,
            accepted,
            eradicated,
        ),
    ]);
    keys
}

fn rates(figures: &Figures, lang: Lang, fair: f64) -> Vec<Key> {
    let words = |english: &str, chinese: &str| lang.pick(english, chinese).to_owned();
    let total = &figures.comparison.total;
    let rate = total.searched[1].per_100();
    let on_fair = words(
        "km² searched in the growth window and finely enough",
        "平方公里有效搜索",
    );
    let sites = Key {
        label: words("confirmed sites per 100 km²", "每百平方公里查实图斑"),
        value: number(rate.map(|r| r.rate), 2),
        unit: "",
        interval: rate.map(|r| (r.low, r.high)),
        numerator: (
            count(total.searched[1].count),
            words("confirmed sites on that ground", "个该范围内查实图斑"),
        ),
        denominator: (Cell::Number(fair, 1), on_fair),
    };
    let before = &figures.comparison.flown[0].period;
    let ratio =
        |label: String, ratio: Option<Ratio>, [a, b]: [usize; 2], what: String, of: String| Key {
            label,
            value: number(ratio.and_then(|r| r.ratio), 2),
            unit: "×",
            interval: ratio.and_then(|r| Some((r.low, r.high?))),
            numerator: (count(b), what),
            denominator: (count(a), of),
        };
    let [common, _] = total.common;
    let [was, is] = total.searched;
    vec![
        sites,
        ratio(
            tr!(
                lang,
                "on the same ground, over {before}",
                "同一范围同比（对 {before}）"
            ),
            total.matched,
            total.common.map(|c| c.count),
            tr!(
                lang,
                "confirmed now on {:.1} km² searched in both",
                "个本期查实（两期共同搜索 {:.1} 平方公里）",
                common.km2
            ),
            words("confirmed then", "个上期查实"),
        ),
        ratio(
            tr!(
                lang,
                "per searched km², over {before}",
                "单位搜索面积同比（对 {before}）"
            ),
            total.rate,
            total.searched.map(|c| c.count),
            tr!(
                lang,
                "confirmed now on {:.1} km²",
                "个本期查实（{:.1} 平方公里）",
                is.km2
            ),
            tr!(
                lang,
                "confirmed then on {:.1} km²",
                "个上期查实（{:.1} 平方公里）",
                was.km2
            ),
        ),
    ]
}

/// The key figures as a table.
pub fn summary(keys: &[Key], lang: Lang) -> Table {
    let titles = [
        ("figure", "指标"),
        ("value", "数值"),
        ("unit", "单位"),
        ("95 % low", "95% 下限"),
        ("95 % high", "95% 上限"),
        ("numerator", "分子"),
        ("which is", "分子含义"),
        ("denominator", "分母"),
        ("which is", "分母含义"),
    ];
    let rows = keys
        .iter()
        .map(|key| {
            vec![
                Cell::text(key.label.as_str()),
                key.value.clone(),
                Cell::text(key.unit),
                number(key.interval.map(|i| i.0), 2),
                number(key.interval.map(|i| i.1), 2),
                key.numerator.0.clone(),
                Cell::text(key.numerator.1.as_str()),
                key.denominator.0.clone(),
                Cell::text(key.denominator.1.as_str()),
            ]
        })
        .collect();
    Table {
        id: "summary",
        title: lang.pick("Key figures", "主要指标").into(),
        note: String::new(),
        columns: titled(&titles, lang),
        rows,
        summed: false,
        remark: None,
    }
}

fn titled(titles: &[(&str, &str)], lang: Lang) -> Vec<String> {
    titles
        .iter()
        .map(|(en, zh)| lang.pick(*en, *zh).to_owned())
        .collect()
}

fn interval(rate: Option<Per100>, decimals: usize) -> [Cell; 3] {
    [
        number(rate.map(|r| r.rate), decimals),
        number(rate.map(|r| r.low), decimals),
        number(rate.map(|r| r.high), decimals),
    ]
}

/// Every table but the summary.
pub fn tables(figures: &Figures, lang: Lang) -> Vec<Table> {
    let mut all = vec![
        ranking(&figures.ranking, lang),
        year_on_year(&figures.comparison, lang),
        coverage(figures, lang),
        process(figures, lang),
    ];
    all.push(match &figures.hot {
        Ok(found) => hot_spots(found, &figures.places(), lang),
        Err(why) => no_hot_spots(*why, lang),
    });
    all.push(flown(&figures.comparison, lang));
    all
}

/// Districts by rate.
pub fn ranking(ranking: &Ranking, lang: Lang) -> Table {
    let titles = [
        ("rank", "名次"),
        ("district", "区划"),
        ("code", "代码"),
        ("confirmed sites", "查实图斑"),
        ("on km²", "有效搜索（平方公里）"),
        ("cover %", "覆盖 %"),
        ("per 100 km²", "每百平方公里"),
        ("95 % low", "95% 下限"),
        ("95 % high", "95% 上限"),
        ("empirical Bayes", "经验贝叶斯"),
        ("plants", "株数"),
        ("plants per 100 km²", "每百平方公里株数"),
        ("95 % low", "95% 下限"),
        ("95 % high", "95% 上限"),
        ("reasons", "说明"),
    ];
    let row = |d: &Ranked| {
        let [rate, low, high] = interval(d.rate, 2);
        let [plants, plants_low, plants_high] = interval(d.plants_rate, 0);
        vec![
            d.place.map_or(Cell::text("—"), count),
            Cell::text(d.name.as_str()),
            Cell::text(d.code.as_str()),
            count(d.counted.count),
            Cell::Number(d.counted.km2, 1),
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
        "Confirmed sites over the km² that were searched in the growth window and finely enough, both on the same ground. Ordered by the empirical-Bayes rate. Districts with less than {cover:.0} % of their ground searched so have insufficient data and no rank. The interval of plants takes each site as one find.",
        "查实图斑数与生长期内以足够分辨率搜索的平方公里数之比，分子分母为同一范围。按经验贝叶斯比率排序。有效搜索不足 {cover:.0}% 的区划资料不足，不排名。株数区间以每个图斑为一次发现计算。"
    );
    if let Some(why) = ranking.why_none(lang) {
        note = format!("{why}{} {note}", lang.pick(".", "。"));
    }
    Table {
        id: "ranking",
        title: lang.pick("Districts by rate", "区划比率排名").into(),
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

/// Districts and all of them in two periods.
pub fn year_on_year(comparison: &Comparison, lang: Lang) -> Table {
    let [before, after] = &comparison.flown;
    let (a, b) = (&before.period, &after.period);
    let both = lang.pick("both", "共同");
    let columns = vec![
        lang.pick("district", "区划").into(),
        lang.pick("code", "代码").into(),
        tr!(lang, "all {a}", "全部 {a}"),
        tr!(lang, "all {b}", "全部 {b}"),
        tr!(lang, "on ground {a}", "范围内 {a}"),
        format!("km² {a}"),
        tr!(lang, "on ground {b}", "范围内 {b}"),
        format!("km² {b}"),
        lang.pick("rate ratio", "比率之比").into(),
        lang.pick("95 % low", "95% 下限").into(),
        lang.pick("95 % high", "95% 上限").into(),
        format!("{both} {a}"),
        format!("{both} {b}"),
        format!("{both} km²"),
        lang.pick("ratio", "同一范围之比").into(),
        lang.pick("95 % low", "95% 下限").into(),
        lang.pick("95 % high", "95% 上限").into(),
    ];
    let row = |line: &Line, name: &str| {
        let [x, y] = line.searched;
        let [c, d] = line.common;
        let mut cells = vec![
            Cell::text(name),
            Cell::text(line.code.as_str()),
            count(line.raw[0]),
            count(line.raw[1]),
            count(x.count),
            Cell::Number(x.km2, 1),
            count(y.count),
            Cell::Number(y.km2, 1),
        ];
        cells.extend(ratio_cells(line.rate));
        cells.extend([count(c.count), count(d.count), Cell::Number(d.km2, 1)]);
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
        "All: confirmed sites wherever found; they fall where less is flown. On ground: confirmed sites on the ground searched in window and finely enough, with its km². Both: on the ground so searched in both. Ratios are the later over the earlier with exact 95 % intervals; an interval that holds 1 shows no change.",
        "全部：所有查实图斑，飞得少则数量少。范围内：有效搜索范围内的查实图斑及其平方公里数。共同：两期均有效搜索的范围。比值为后期比前期，附精确 95% 区间；区间含 1 即不能说明有变化。"
    );
    let end = lang.pick(".", "。");
    for remark in comparison.remarks(lang) {
        note = format!("{note} {remark}{end}");
    }
    Table {
        id: "year_on_year",
        title: tr!(lang, "Year on year: {a} and {b}", "同比：{a} 与 {b}"),
        note,
        columns,
        rows,
        summed: true,
        remark: None,
    }
}

fn coverage(figures: &Figures, lang: Lang) -> Table {
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
        cells.push(number(ratio_of(fair, area), 1));
        cells.extend([not, patrolled].map(|v| number(Some(v), 1)));
        cells.push(number(ratio_of(patrolled, area), 1));
        cells.extend(counts.map(count));
        cells
    };
    let mut sums = ([0.0; 7], [0; 3]);
    let mut rows: Vec<Vec<Cell>> = figures
        .efforts
        .iter()
        .map(|e| {
            let km2 = [
                e.area_m2,
                e.searched_m2,
                e.in_window_m2,
                e.adequate_m2,
                e.fair_m2,
                e.not_searched_m2,
                e.patrolled_m2,
            ]
            .map(|m2| m2 / 1e6);
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

fn process(figures: &Figures, lang: Lang) -> Table {
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

/// The most hot cells that are listed.
const LISTED: usize = 25;

fn no_hot_spots(why: NotEnough, lang: Lang) -> Table {
    Table {
        id: "hot_spots",
        title: lang.pick("Hot spots", "热点").into(),
        note: why.say(lang).what,
        columns: Vec::new(),
        rows: Vec::new(),
        summed: false,
        remark: None,
    }
}

/// The hot cells, the surest first, with the district that each one's middle lies in.
pub fn hot_spots(found: &HotSpots, places: &Places, lang: Lang) -> Table {
    let titles = [
        ("cell (H3)", "单元（H3）"),
        ("district", "区划"),
        ("lon", "经度"),
        ("lat", "纬度"),
        ("sites", "图斑"),
        ("km²", "平方公里"),
        ("sites around", "周边图斑"),
        ("km² around", "周边平方公里"),
        ("Gi*", "Gi*"),
        ("p", "p"),
        ("q (FDR)", "q（FDR）"),
    ];
    let row = |cell: &HotCell| {
        let at = LatLng::from(cell.cell);
        let f = cell.figures;
        vec![
            Cell::text(cell.cell.to_string()),
            places.name_at(at).into(),
            Cell::Number(at.lng(), 4),
            Cell::Number(at.lat(), 4),
            count(cell.sites),
            Cell::Number(cell.searched_km2, 2),
            f.map_or(Cell::Empty, |f| count(f.around)),
            number(f.map(|f| f.around_km2), 2),
            number(f.and_then(|f| f.gi_star), 2),
            number(f.map(|f| f.p), 6),
            number(f.map(|f| f.q), 6),
        ]
    };
    let hot = found.hot();
    let (cells, masked) = found.counted();
    let (number, resolution) = (hot.len(), u8::from(found.resolution));
    let (sites, share) = (found.sites, found.options.false_share * 100.0);
    let mut note = tr!(
        lang,
        "{number} of {cells} cells are hot spots (H3 resolution {resolution}; {sites} confirmed sites; {masked} cells with too little searched ground are masked). Around: the cell and its neighbours, sites over searched km². Gi*: Getis-Ord, of rates weighted by searched km². p: the probability of as many sites around by chance; q: adjusted, so that of the listed at most {share:.0} % are expected to be false.",
        "{cells} 个单元中有 {number} 个热点（H3 {resolution} 级；查实图斑 {sites} 个；{masked} 个单元搜索面积过小，未参与）。周边：该单元及其相邻单元的图斑数与搜索平方公里数。Gi*：以搜索面积加权的 Getis-Ord 统计量。p：随机出现同样多图斑的概率；q：多重检验校正后，所列热点中误报预期不超过 {share:.0}%。"
    );
    if number > LISTED {
        note = format!(
            "{note} {}",
            tr!(
                lang,
                "The {LISTED} surest are listed.",
                "仅列出最显著的 {LISTED} 个。"
            )
        );
    }
    Table {
        id: "hot_spots",
        title: lang.pick("Hot spots", "热点").into(),
        note,
        columns: titled(&titles, lang),
        rows: hot.into_iter().take(LISTED).map(row).collect(),
        summed: false,
        remark: None,
    }
}

/// Districts by their ground.
#[derive(Debug)]
pub struct Places<'f>(pub Vec<(&'f MultiPolygon, &'f str)>);

impl Places<'_> {
    fn name_at(&self, at: LatLng) -> &str {
        let point = geo::Point::new(at.lng(), at.lat());
        self.0
            .iter()
            .find(|(area, _)| area.contains(&point))
            .map_or("", |(_, name)| name)
    }
}

fn flown(comparison: &Comparison, lang: Lang) -> Table {
    let titles = [
        ("period", "时期"),
        ("flights", "航次"),
        ("km² searched", "已搜索（平方公里）"),
        ("in window, finely enough", "有效搜索（平方公里）"),
        ("in window %", "生长期内 %"),
        ("middle GSD cm", "分辨率中位数（cm）"),
        ("first day", "首日"),
        ("last day", "末日"),
        ("models", "模型"),
        ("thresholds", "阈值"),
    ];
    let rows = comparison
        .flown
        .iter()
        .map(|f| {
            let list = |set: &std::collections::BTreeSet<String>| {
                Cell::text(set.iter().cloned().collect::<Vec<_>>().join("; "))
            };
            vec![
                Cell::text(f.period.as_str()),
                count(f.flights),
                Cell::Number(f.searched_km2, 1),
                Cell::Number(f.fair_km2, 1),
                number(f.in_window.map(|s| s * 100.0), 1),
                number(f.gsd_cm, 1),
                f.days.map(|d| d.0.to_string()).into(),
                f.days.map(|d| d.1.to_string()).into(),
                list(&f.models),
                list(&f.thresholds),
            ]
        })
        .collect();
    Table {
        id: "flown",
        title: lang.pick("How it was flown", "航测方式").into(),
        note: String::new(),
        columns: titled(&titles, lang),
        rows,
        summed: false,
        remark: None,
    }
}

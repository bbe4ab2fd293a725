//! The figures for all districts together, each with what it is made of.

use super::Figures;
use super::key_figure::{KeyFigure, Quantity, Words, counted, share, words};
use super::table::{ReportTable, area, count, cut_cell, number, share_cell, titled};
use crate::exchange::cell::{Cell, ground};
use crate::province::process::CountShare;
use crate::province::stats::Ratio;
use crate::statistics::Share;
use crate::tr;
use crate::words::Lang;

/// The figures for all districts together.
pub fn keys(figures: &Figures, lang: Lang) -> Vec<KeyFigure> {
    let mut keys = destroyed(figures, lang).to_vec();
    keys.extend(effort(figures, lang));
    keys.extend(ground_searched(figures, lang));
    keys.push(density(figures, lang));
    keys.extend(ratios(figures, lang));
    keys.extend(shares(figures, lang));
    keys.extend(upward(figures, lang));
    keys
}

fn destroyed(figures: &Figures, lang: Lang) -> [KeyFigure; 2] {
    let all = figures.destroyed();
    let key = |label, sites, amount: super::Amount| {
        let mut key = counted(
            words(lang, label),
            Cell::from(amount.plants),
            lang.pick("", "株"),
            Quantity::new(count(amount.sites), lang, sites, "个"),
            Quantity::of_ground(amount.mu, lang),
        );
        let (plants, ground) = (amount.uncounted, amount.unmeasured);
        if plants + ground > 0 {
            key.remark = tr!(
                lang,
                "without those of {sites} not counted and the area of {ground} not measured",
                "未清点株数的图斑 {plants} 个、未测面积的图斑 {ground} 个不计入",
                sites = (plants, "site", "sites"),
            );
        }
        key
    };
    [
        key(
            ("plants found", "查实株数"),
            ("confirmed sites", "查实图斑"),
            all.found,
        ),
        key(
            ("plants eradicated", "铲除株数"),
            ("eradicated sites", "铲除图斑"),
            all.eradicated,
        ),
    ]
}

fn effort(figures: &Figures, lang: Lang) -> [KeyFigure; 1] {
    let sum = figures.upward.patrolled;
    [counted(
        words(lang, ("people on patrols", "出动人次")),
        Cell::from(sum.people),
        lang.pick("", "人次"),
        Quantity::new(
            Cell::from(sum.vehicles),
            lang,
            ("vehicles", "出动车辆"),
            "台次",
        ),
        Quantity::new(count(sum.patrols), lang, ("patrols", "踏查"), "次"),
    )]
}

fn ground_searched(figures: &Figures, lang: Lang) -> Vec<KeyFigure> {
    let [all, searched, fair] = figures.ground_km2();
    let walked = figures.patrolled;
    let titles = [
        (
            ("patrolled", "踏查率"),
            [walked.m2, walked.of_m2],
            ("patrolled", "踏查"),
        ),
        (
            ("searched at all", "航测覆盖率"),
            [searched, all].map(|km2| km2 * 1e6),
            ("searched", "已搜索"),
        ),
        (
            ("searched in window, finely enough", "有效搜索率"),
            [fair, all].map(|km2| km2 * 1e6),
            (
                "searched in the growth window and finely enough",
                "有效搜索",
            ),
        ),
    ];
    let key = |(label, [part, whole], what): (Words, [f64; 2], Words)| KeyFigure {
        label: words(lang, label),
        value: share_cell(part, whole),
        unit: "%",
        interval: None,
        first: Quantity::new(area(part), lang, what, ""),
        second: Quantity::new(area(whole), lang, ("of districts", "区划面积"), ""),
        is_quotient: true,
        remark: String::new(),
    };
    let mut keys: Vec<KeyFigure> = titles.into_iter().map(key).collect();
    let undated = figures.comparison.flown[1].undated;
    if let Some(key) = keys.last_mut().filter(|_| undated > 0) {
        key.remark = tr!(
            lang,
            "without {flights} whose date of capture is not known",
            "{undated} 个航次拍摄日期不详，不计入",
            flights = (undated, "flight", "flights"),
        );
    }
    if let (Some(key), Some(beyond)) = (keys.first_mut(), walked.beyond()) {
        let beyond = ground(beyond);
        key.value = cut_cell(walked.m2, walked.of_m2, true);
        key.remark = tr!(
            lang,
            "{beyond} more was reported than districts have, or more than once, and is not counted",
            "另有 {beyond} 超出区划面积或重复上报，不计入"
        );
    }
    keys
}

fn density(figures: &Figures, lang: Lang) -> KeyFigure {
    let on_ground = figures.comparison.total.searched[1];
    let rate = on_ground.per_100();
    let elsewhere: usize = figures.tallies.iter().map(|t| t.elsewhere).sum();
    let remark = if rate.is_none() && on_ground.km2 > 0.0 {
        words(
            lang,
            (
                "not enough data: too little ground was searched for a rate",
                "数据不足：搜索面积过小，不计算密度",
            ),
        )
    } else if elsewhere > 0 {
        tr!(
            lang,
            "{elsewhere} more confirmed elsewhere",
            "另有查实图斑 {elsewhere} 个在其他范围，不计入"
        )
    } else {
        String::new()
    };
    KeyFigure {
        label: words(
            lang,
            ("confirmed sites per 100 km²", "每百平方公里查实图斑数"),
        ),
        value: number(rate.map(|r| r.rate), 2),
        unit: lang.pick("", "个"),
        interval: rate.map(|r| (r.low, r.high)),
        first: Quantity::new(
            count(on_ground.count),
            lang,
            ("confirmed sites on that ground", "该范围内查实图斑"),
            "个",
        ),
        second: Quantity::new(
            area(on_ground.km2 * 1e6),
            lang,
            (
                "searched in the growth window and finely enough",
                "有效搜索",
            ),
            "",
        ),
        is_quotient: true,
        remark,
    }
}

/// Year on year: the figure that counts first.
fn ratios(figures: &Figures, lang: Lang) -> [KeyFigure; 2] {
    let total = &figures.comparison.total;
    let before = figures.comparison.flown[0].named(lang);
    let any_common = total.common[0].km2 > 0.0;
    let key = |label, ratio: Option<Ratio>, [a, b]: [usize; 2], on: [f64; 2], counts| {
        let [was, is] = on.map(|km2| ground(km2 * 1e6));
        KeyFigure {
            label,
            value: number(ratio.and_then(|r| r.ratio), 2),
            unit: lang.pick("×", "倍"),
            interval: ratio.and_then(|r| Some((r.low, r.high?))),
            first: Quantity {
                value: count(b),
                what: tr!(lang, "confirmed now on {is}", "本期查实（{is}）"),
                unit: "个",
            },
            second: Quantity {
                value: count(a),
                what: tr!(lang, "confirmed then on {was}", "上期查实（{was}）"),
                unit: "个",
            },
            is_quotient: true,
            remark: taken(ratio, counts, lang),
        }
    };
    [
        key(
            tr!(
                lang,
                "on the same ground, over {before}",
                "同一范围同比（对 {before}）"
            ),
            total.matched,
            total.common.map(|c| c.count),
            total.common.map(|c| c.km2),
            any_common,
        ),
        key(
            tr!(
                lang,
                "per searched km², over {before}",
                "单位搜索面积同比（对 {before}）"
            ),
            total.rate,
            total.searched.map(|c| c.count),
            total.searched.map(|c| c.km2),
            false,
        ),
    ]
}

/// How a ratio is to be taken.
fn taken(ratio: Option<Ratio>, counts: bool, lang: Lang) -> String {
    let mut said = vec![if counts {
        lang.pick("this one counts", "同比以此为准")
    } else {
        lang.pick(
            "for reference: not the same ground",
            "仅供参考：两期范围不同",
        )
    }];
    match ratio {
        Some(ratio) if ratio.changed().is_none() => said.push(lang.pick(
            "the interval holds 1: it proves neither more nor less",
            "区间含 1，不能说明增减",
        )),
        Some(_) => {}
        None => said = vec![lang.pick("nothing to compare", "无可比数据")],
    }
    said.join(lang.pick("; ", "；"))
}

fn shares(figures: &Figures, lang: Lang) -> Vec<KeyFigure> {
    let p = &figures.process;
    // Each is a part of the one before.
    let steps: [(Words, CountShare, Words); 4] = [
        (
            ("verified", "核查率"),
            p.verified,
            ("verified", "已核查图斑"),
        ),
        (
            ("confirmed", "查实率"),
            p.confirmed,
            ("confirmed as poppy", "查实图斑"),
        ),
        (
            ("eradicated", "铲除率"),
            p.eradicated,
            ("eradicated", "已铲除图斑"),
        ),
        (
            ("accepted", "验收率"),
            p.accepted,
            ("accepted", "已验收图斑"),
        ),
    ];
    let mut of_what = (
        "sites known, less those screened out",
        "已知图斑（不含研判排除）",
    );
    let mut keys = Vec::new();
    for (label, part, what) in steps {
        let [n, of] = [part.count, part.of].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        let [first, second] =
            [(n, what), (of, of_what)].map(|(n, what)| Quantity::new(count(n), lang, what, "个"));
        keys.push(share(words(lang, label), Share::new(n, of), first, second));
        of_what = what;
    }
    keys
}

fn upward(figures: &Figures, lang: Lang) -> [KeyFigure; 3] {
    let up = &figures.upward;
    let late = || up.late.iter().flatten();
    let longest = late().map(|l| l.days).max().unwrap_or(0);
    let (met, targets) = up.met();
    let mut on_file = share(
        words(lang, ("targets on file", "靶标吻合率")),
        Share::new(met, targets),
        Quantity::new(count(met), lang, ("on file", "吻合靶标"), "个"),
        Quantity::new(
            count(targets),
            lang,
            ("targets from above", "下发靶标"),
            "个",
        ),
    );
    // All targets are known: nothing was sampled.
    on_file.interval = None;
    let right = up.right();
    [
        counted(
            words(lang, ("overdue sites", "超期图斑")),
            count(late().count()),
            lang.pick("", "个"),
            Quantity::new(
                Cell::from(super::open(&figures.process)),
                lang,
                ("open sites", "未办结图斑"),
                "个",
            ),
            Quantity::new(
                Cell::from(longest),
                lang,
                ("days the longest", "最长超期"),
                "天",
            ),
        ),
        on_file,
        share(
            words(lang, ("precision of the model", "模型查准率")),
            right,
            Quantity::new(count(right.count), lang, ("confirmed", "查实图斑"), "个"),
            Quantity::new(
                count(right.of),
                lang,
                ("verified that a scan had reported", "航测发现并已核查图斑"),
                "个",
            ),
        ),
    ]
}

/// The key figures as a table.
pub fn summary(keys: &[KeyFigure], lang: Lang) -> ReportTable {
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
        ("remark", "说明"),
    ];
    let rows = keys
        .iter()
        .map(|key| {
            let mut row = vec![
                Cell::text(key.label.as_str()),
                key.value.clone(),
                Cell::text(key.unit),
                number(key.interval.map(|i| i.0), 2),
                number(key.interval.map(|i| i.1), 2),
            ];
            for quantity in [&key.first, &key.second] {
                row.extend(if key.is_quotient {
                    [quantity.value.clone(), Cell::text(quantity.meaning(lang))]
                } else {
                    [Cell::Empty, Cell::Empty]
                });
            }
            row.push(Cell::text(key.in_words(lang)));
            row
        })
        .collect();
    ReportTable {
        id: "summary",
        title: lang.pick("Key figures", "主要指标").into(),
        note: String::new(),
        columns: titled(&titles, lang),
        rows,
        remark: Some(9),
        ..ReportTable::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_has_neither_numerator_nor_denominator_and_a_quotient_names_their_units() {
        let plants = counted(
            "查实株数".into(),
            Cell::Count(696),
            "株",
            Quantity::new(count(3), Lang::Zh, ("", "查实图斑"), "个"),
            Quantity::new(number(Some(0.15), 2), Lang::Zh, ("", "面积"), "亩"),
        );
        let searched = KeyFigure {
            is_quotient: true,
            first: Quantity::new(area(310_000.0), Lang::Zh, ("", "踏查"), ""),
            second: Quantity::new(area(3.25e6), Lang::Zh, ("", "区划面积"), ""),
            ..plants.clone()
        };
        let table = summary(&[plants, searched], Lang::Zh);
        let texts = |row: &Vec<Cell>| row.iter().map(Cell::to_text).collect::<Vec<_>>();
        assert_eq!(
            texts(&table.rows[0])[5..],
            ["", "", "", "", "查实图斑 3 个，面积 0.15 亩"]
        );
        let known = Quantity::new(count(12), Lang::Zh, ("", "已知图斑（不含研判排除）"), "个");
        assert_eq!(known.meaning(Lang::Zh), "已知图斑（个，不含研判排除）");
        assert_eq!(
            texts(&table.rows[1])[5..],
            ["0.310", "踏查（km²）", "3.25", "区划面积（km²）", ""]
        );
    }
}

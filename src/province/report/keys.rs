//! The figures for all districts together, each with its numerator and its denominator.

use super::Figures;
use super::table::{Table, count, number, share_cell, titled};
use crate::exchange::cell::Cell;
use crate::province::process::Part;
use crate::province::stats::Ratio;
use crate::statistics::Share;
use crate::tr;
use crate::words::Lang;

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

/// The figures for all districts together.
pub fn keys(figures: &Figures, lang: Lang) -> Vec<Key> {
    let mut keys = ground(figures, lang);
    keys.push(sites(figures, lang));
    keys.extend(ratios(figures, lang));
    keys.extend(shares(figures, lang));
    keys
}

/// A text in English and in Chinese.
type Words = (&'static str, &'static str);

fn words(lang: Lang, english: &str, chinese: &str) -> String {
    lang.pick(english, chinese).to_owned()
}

fn ground(figures: &Figures, lang: Lang) -> Vec<Key> {
    let [area, searched, _, fair, patrolled] = figures.ground_km2();
    let titles = [
        (
            ("searched in window, finely enough", "有效搜索率"),
            fair,
            (
                "km² searched in the growth window and finely enough",
                "平方公里在生长期内以足够分辨率搜索",
            ),
        ),
        (
            ("searched at all", "航测覆盖率"),
            searched,
            ("km² searched", "平方公里已搜索"),
        ),
        (
            ("patrolled", "踏查率"),
            patrolled,
            ("km² patrolled", "平方公里踏查"),
        ),
    ];
    titles
        .into_iter()
        .map(|(label, part, what)| Key {
            label: words(lang, label.0, label.1),
            value: share_cell(part, area),
            unit: "%",
            interval: None,
            numerator: (number(Some(part), 1), words(lang, what.0, what.1)),
            denominator: (
                number(Some(area), 1),
                words(lang, "km² of districts", "平方公里区划面积"),
            ),
        })
        .collect()
}

fn sites(figures: &Figures, lang: Lang) -> Key {
    let counted = figures.comparison.total.searched[1];
    let rate = counted.per_100();
    Key {
        label: words(lang, "confirmed sites per 100 km²", "每百平方公里查实图斑"),
        value: number(rate.map(|r| r.rate), 2),
        unit: "",
        interval: rate.map(|r| (r.low, r.high)),
        numerator: (
            count(counted.count),
            words(lang, "confirmed sites on that ground", "个该范围内查实图斑"),
        ),
        denominator: (
            number(Some(counted.km2), 1),
            words(
                lang,
                "km² searched in the growth window and finely enough",
                "平方公里有效搜索",
            ),
        ),
    }
}

fn ratios(figures: &Figures, lang: Lang) -> [Key; 2] {
    let total = &figures.comparison.total;
    let before = &figures.comparison.flown[0].period;
    let key =
        |label: String, ratio: Option<Ratio>, [a, b]: [usize; 2], what: String, of: String| Key {
            label,
            value: number(ratio.and_then(|r| r.ratio), 2),
            unit: "×",
            interval: ratio.and_then(|r| Some((r.low, r.high?))),
            numerator: (count(b), what),
            denominator: (count(a), of),
        };
    let both = total.common[0].km2;
    let [was, is] = total.searched.map(|c| c.km2);
    [
        key(
            tr!(
                lang,
                "on the same ground, over {before}",
                "同一范围同比（对 {before}）"
            ),
            total.matched,
            total.common.map(|c| c.count),
            tr!(
                lang,
                "confirmed now on {both:.1} km² searched in both",
                "个本期查实（两期共同搜索 {both:.1} 平方公里）"
            ),
            words(lang, "confirmed then", "个上期查实"),
        ),
        key(
            tr!(
                lang,
                "per searched km², over {before}",
                "单位搜索面积同比（对 {before}）"
            ),
            total.rate,
            total.searched.map(|c| c.count),
            tr!(
                lang,
                "confirmed now on {is:.1} km²",
                "个本期查实（{is:.1} 平方公里）"
            ),
            tr!(
                lang,
                "confirmed then on {was:.1} km²",
                "个上期查实（{was:.1} 平方公里）"
            ),
        ),
    ]
}

fn shares(figures: &Figures, lang: Lang) -> Vec<Key> {
    let p = &figures.process;
    // Label, share, what is counted; each is a part of the one before.
    let steps: [(Words, Part, Words); 4] = [
        (("verified", "核查率"), p.verified, ("verified", "个已核查")),
        (
            ("confirmed", "查实率"),
            p.confirmed,
            ("confirmed as poppy", "个查实"),
        ),
        (
            ("eradicated", "铲除率"),
            p.eradicated,
            ("eradicated", "个已铲除"),
        ),
        (("accepted", "验收率"), p.accepted, ("accepted", "个已验收")),
    ];
    let mut of_what = (
        "sites known, less those screened out",
        "个已知图斑（不含研判排除）",
    );
    let mut keys = Vec::new();
    for (label, part, what) in steps {
        let [n, of] = [part.count, part.of].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        let share = Share::new(n, of);
        keys.push(Key {
            label: words(lang, label.0, label.1),
            value: number(share.share.map(|s| s * 100.0), 1),
            unit: "%",
            interval: (of > 0).then_some((share.low * 100.0, share.high * 100.0)),
            numerator: (count(n), words(lang, what.0, what.1)),
            denominator: (count(of), words(lang, of_what.0, of_what.1)),
        });
        of_what = what;
    }
    keys
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

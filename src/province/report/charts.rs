//! Charts of a report as SVG: rates with their intervals, and how far the sites came.

use super::Figures;
use super::districts::open;
use crate::province::process::Process;
use crate::province::rank::{Ranked, Standing};
use crate::shown::escape;
use crate::words::Lang;
use std::fmt::Write as _;

/// The most districts of a chart.
const SHOWN: usize = 30;
const WIDTH: f64 = 760.0;
const LINE: f64 = 19.0;
/// Where names end and the scale begins.
const NAMES: f64 = 150.0;

/// A round step so that about six of them reach a value.
fn step(reach: f64) -> f64 {
    let wanted = (reach / 6.0).max(1e-9);
    let power = 10_f64.powf(wanted.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|s| s * power)
        .find(|s| *s >= wanted)
        .unwrap_or(power * 10.0)
}

/// A name that fits its place.
fn shortened(name: &str) -> String {
    let mut width = 0.0;
    let mut out = String::new();
    for c in name.chars() {
        width += if c.is_ascii() { 7.0 } else { 12.5 };
        if width > NAMES - 14.0 {
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

/// Rates of the ranked districts with their intervals, the worst first; `None` where none is ranked.
pub fn intervals(figures: &Figures, lang: Lang) -> Option<String> {
    let ranked: Vec<&Ranked> = figures
        .ranking
        .districts
        .iter()
        .filter(|d| d.standing != Standing::Insufficient && d.rate.is_some())
        .take(SHOWN)
        .collect();
    let mean = figures.ranking.mean?;
    // A whisker far beyond the others is cut: an arrow says so.
    let rate = |d: &&Ranked| d.rate.map_or(0.0, |r| r.rate);
    let reach = ranked.iter().map(rate).fold(mean * 2.0, f64::max) * 1.7;
    if ranked.is_empty() || reach <= 0.0 {
        return None;
    }
    let height = LINE.mul_add(ranked.len() as f64, 46.0);
    let x = |value: f64| (value.min(reach) / reach).mul_add(WIDTH - NAMES - 24.0, NAMES);
    let title = lang.pick("Rates with 95 % intervals", "比率与 95% 区间");
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"{title}\">\n"
    );
    let bottom = LINE.mul_add(ranked.len() as f64, 8.0);
    axis(&mut svg, (mean, reach, bottom), &x);
    for (at, d) in ranked.iter().enumerate() {
        one(
            &mut svg,
            d,
            LINE.mul_add(at as f64, 8.0 + LINE / 2.0),
            reach,
            &x,
        );
    }
    let words = lang.pick(
        "confirmed sites per 100 km²: as counted (filled) with exact 95 % interval, empirical Bayes (ring), all (dashed)",
        "每百平方公里查实图斑：实测（实心）及精确 95% 区间，经验贝叶斯（空心），总体（虚线）",
    );
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" class=\"small middle\">{words}</text>\n</svg>",
        WIDTH / 2.0,
        height - 4.0
    );
    Some(svg)
}

/// Round steps, and the rate of all.
fn axis(svg: &mut String, (mean, reach, bottom): (f64, f64, f64), x: &impl Fn(f64) -> f64) {
    let step = step(reach);
    let mut tick = 0.0;
    while tick <= reach {
        let at = x(tick);
        let words = if step < 1.0 {
            format!("{tick:.1}")
        } else {
            format!("{tick:.0}")
        };
        let _ = writeln!(
            svg,
            "<path d=\"M{at:.1},4V{bottom:.1}\" stroke=\"#e2e4e1\"/><text x=\"{at:.1}\" y=\"{:.1}\" class=\"small middle\">{words}</text>",
            bottom + 14.0
        );
        tick += step;
    }
    let _ = writeln!(
        svg,
        "<path d=\"M{m:.1},4V{bottom:.1}\" stroke=\"#333\" stroke-dasharray=\"4 3\"/>",
        m = x(mean)
    );
}

fn one(svg: &mut String, d: &Ranked, y: f64, reach: f64, x: &impl Fn(f64) -> f64) {
    let Some(rate) = d.rate else { return };
    let colour = match d.standing {
        Standing::Above => "#b22222",
        Standing::Below => "#1b6e50",
        _ => "#4a4f4c",
    };
    let (low, high) = (x(rate.low), x(rate.high));
    let name = if d.name.is_empty() { &d.code } else { &d.name };
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" class=\"small end\">{}</text>\
         <path d=\"M{low:.1},{y:.1}H{high:.1}M{low:.1},{t:.1}v6\" stroke=\"{colour}\" stroke-width=\"1.6\" fill=\"none\"/>",
        NAMES - 8.0,
        y + 4.0,
        escape(shortened(name)),
        t = y - 3.0
    );
    let end = if rate.high > reach {
        format!("M{high:.1},{y:.1}l-6,-4v8z")
    } else {
        format!("M{high:.1},{:.1}v6", y - 3.0)
    };
    let _ = writeln!(
        svg,
        "<path d=\"{end}\" stroke=\"{colour}\" stroke-width=\"1.6\" fill=\"{colour}\"/>\
         <circle cx=\"{:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>",
        x(rate.rate)
    );
    if let Some(shrunk) = d.shrunk {
        let _ = writeln!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#fff\" fill-opacity=\"0.7\" stroke=\"{colour}\" stroke-width=\"1.4\"/>",
            x(shrunk)
        );
    }
}

/// From known to accepted, each as a part of the known.
pub fn steps(process: &Process, lang: Lang) -> Option<String> {
    if process.sites == 0 {
        return None;
    }
    let bars = [
        (lang.pick("known", "已知图斑"), process.sites, "#8c9691"),
        (
            lang.pick("screened out", "研判排除"),
            process.screened_out.count,
            "#c9cec9",
        ),
        (
            lang.pick("verified", "已核查"),
            process.verified.count,
            "#5b7fa6",
        ),
        (
            lang.pick("confirmed", "查实"),
            process.confirmed.count,
            "#b22222",
        ),
        (
            lang.pick("eradicated", "已铲除"),
            process.eradicated.count,
            "#d98c2b",
        ),
        (
            lang.pick("accepted", "已验收"),
            process.accepted.count,
            "#1b6e50",
        ),
        (lang.pick("open", "未办结"), open(process), "#777"),
    ];
    let height = 24.0 * bars.len() as f64;
    let title = lang.pick("What became of the sites", "图斑处置");
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"{title}\">\n"
    );
    for (at, (name, count, colour)) in bars.into_iter().enumerate() {
        let y = 24.0 * at as f64;
        let long = count as f64 / process.sites as f64 * (WIDTH - NAMES - 90.0);
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" class=\"small end\">{name}</text><rect x=\"{NAMES}\" y=\"{:.1}\" width=\"{long:.1}\" height=\"16\" fill=\"{colour}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" class=\"small\">{count}</text>",
            NAMES - 8.0,
            y + 16.0,
            y + 4.0,
            NAMES + long + 6.0,
            y + 16.0
        );
    }
    Some(svg + "</svg>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_names_fit() {
        for (reach, expected) in [(6.0, 1.0), (11.0, 2.0), (0.7, 0.2), (340.0, 100.0)] {
            assert!(
                (step(reach) - expected).abs() < 1e-9,
                "{reach}: {}",
                step(reach)
            );
        }
        assert_eq!(shortened("舞钢市"), "舞钢市");
        assert!(shortened("双江拉祜族佤族布朗族傣族自治县").ends_with('…'));
    }
}

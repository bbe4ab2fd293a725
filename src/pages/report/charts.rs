//! Charts of a report: rates with their intervals, and how far the sites came.

use crate::pages::chart::ticks;
use crate::pages::draw::{Anchor, Drawing, Fill, Pen, Type};
use crate::pages::palette::{BAD, GOOD, GRID, INK, LINE, MEASURE, NEUTRAL, PART, WHITE, standing};
use crate::province::process::Process;
use crate::province::rank::{Placing, RankedDistrict};
use crate::province::report::{Figures, open};
use crate::words::Lang;

/// The most districts of a chart.
const SHOWN: usize = 30;
const LINE_HEIGHT: f64 = 19.0;
const SMALL: Type = Type::of(12.5);

/// Where names end and the scale begins, on a drawing of so many pixels.
fn names(width: f64) -> f64 {
    (width * 0.27).min(150.0)
}

/// The scale of rates: how many pixels it has, as far as it reaches, and where the lines end.
struct Scale {
    width: f64,
    reach: f64,
    bottom: f64,
}

impl Scale {
    fn x(&self, value: f64) -> f64 {
        let begins = names(self.width);
        (value.min(self.reach) / self.reach).mul_add(self.width - begins - 24.0, begins)
    }
}

/// What the chart of rates shows, to stand below it.
pub fn caption(lang: Lang) -> &'static str {
    lang.pick(
        "Confirmed sites per 100 km²: as counted (filled) with exact 95 % interval, smoothed (ring), all (dashed).",
        "每百平方公里查实图斑数：实测（实心）及精确 95% 区间，平滑后（空心），合计（虚线）。",
    )
}

/// Rates of the ranked districts with their intervals, the worst first; `None` where none is ranked.
pub fn intervals(figures: &Figures, width: f64, lang: Lang) -> Option<Drawing> {
    let ranked: Vec<&RankedDistrict> = figures
        .ranking
        .districts
        .iter()
        .filter(|d| d.standing != Placing::Insufficient && d.rate.is_some())
        .take(SHOWN)
        .collect();
    let mean = figures.ranking.mean?;
    // A whisker far beyond the others is cut: an arrow says so.
    let rate = |d: &&RankedDistrict| d.rate.map_or(0.0, |r| r.rate);
    let reach = ranked.iter().map(rate).fold(mean * 2.0, f64::max) * 1.7;
    if ranked.is_empty() || reach <= 0.0 {
        return None;
    }
    let bottom = LINE_HEIGHT.mul_add(ranked.len() as f64, 8.0);
    let scale = Scale {
        width,
        reach,
        bottom,
    };
    let title = lang.pick("Rates with 95 % intervals", "查实密度及 95% 区间");
    let mut drawing = Drawing::new((width, bottom + 20.0), title);
    axis(&mut drawing, &scale, mean);
    for (at, d) in ranked.iter().enumerate() {
        let y = LINE_HEIGHT.mul_add(at as f64, 8.0 + LINE_HEIGHT / 2.0);
        one(&mut drawing, d, y, &scale);
    }
    Some(drawing)
}

/// Round steps, and the rate of all.
fn axis(drawing: &mut Drawing, scale: &Scale, mean: f64) {
    let upright = |at| [(at, 4.0), (at, scale.bottom)];
    for (tick, words) in ticks(scale.reach, (scale.width / 100.0).min(6.0)) {
        let at = scale.x(tick);
        drawing.line(upright(at), Pen::new(GRID, 1.0));
        drawing.text((at, scale.bottom + 14.0), words, SMALL.at(Anchor::Middle));
    }
    drawing.line(upright(scale.x(mean)), Pen::new(INK, 1.0).dashed());
}

fn one(drawing: &mut Drawing, d: &RankedDistrict, y: f64, scale: &Scale) {
    let Some(rate) = d.rate else { return };
    let colour = standing(d.standing);
    let pen = Pen::new(colour, 1.6);
    let name = if d.name.is_empty() { &d.code } else { &d.name };
    let begins = names(scale.width);
    let name = SMALL.cut(name, begins - 14.0);
    drawing.text((begins - 8.0, y + 4.0), name, SMALL.at(Anchor::End));
    let (low, high) = (scale.x(rate.low), scale.x(rate.high));
    drawing.line([(low, y), (high, y)], pen);
    drawing.line([(low, y - 3.0), (low, y + 3.0)], pen);
    if rate.high > scale.reach {
        let arrow = vec![
            (high + 6.0, y),
            (high - 1.0, y - 4.0),
            (high - 1.0, y + 4.0),
        ];
        drawing.area(vec![arrow], Fill::Plain(colour, 1.0), None);
    } else {
        drawing.line([(high, y - 3.0), (high, y + 3.0)], pen);
    }
    let counted = (scale.x(rate.rate), y);
    drawing.disc(counted, 4.0, Fill::Plain(colour, 1.0), None);
    if let Some(smoothed) = d.shrunk {
        let at = (scale.x(smoothed), y);
        drawing.disc(
            at,
            4.0,
            Fill::Plain(WHITE, 0.7),
            Some(Pen::new(colour, 1.4)),
        );
    }
}

/// From known to accepted, each as a part of the known.
pub fn steps(process: &Process, width: f64, lang: Lang) -> Option<Drawing> {
    if process.sites == 0 {
        return None;
    }
    let p = process;
    let bars = [
        (lang.pick("known", "已知图斑"), p.sites, NEUTRAL),
        (
            lang.pick("screened out", "研判排除"),
            p.screened_out.count,
            LINE,
        ),
        (lang.pick("verified", "已核查"), p.verified.count, MEASURE),
        (lang.pick("confirmed", "查实"), p.confirmed.count, BAD),
        (lang.pick("eradicated", "已铲除"), p.eradicated.count, PART),
        (lang.pick("accepted", "已验收"), p.accepted.count, GOOD),
        (lang.pick("open", "未办结"), open(p), NEUTRAL),
    ];
    let title = lang.pick("What became of the sites", "图斑处置情况");
    let begins = names(width);
    let mut drawing = Drawing::new((width, 20.0 * bars.len() as f64), title);
    for (at, (name, count, colour)) in bars.into_iter().enumerate() {
        let y = 20.0 * at as f64;
        // The longest bar leaves room for its figure.
        let figure = SMALL.width(&p.sites.to_string()) + 12.0;
        let long = count as f64 / p.sites as f64 * (width - begins - figure);
        drawing.text((begins - 8.0, y + 14.0), name, SMALL.at(Anchor::End));
        let fill = Fill::Plain(colour, 1.0);
        drawing.rectangle((begins, y + 3.0), (long, 14.0), fill, None);
        drawing.text((begins + long + 6.0, y + 14.0), count.to_string(), SMALL);
    }
    Some(drawing)
}

//! The funnel plot: the rate of each district over the ground it rests on, within the limits that chance alone would keep.

use super::rank::{Ranked, Ranking, Standing};
use crate::tr;
use crate::words::Lang;
use plotters::prelude::*;
use statrs::distribution::{DiscreteCDF, Poisson};

/// Pixels of the plot.
const SIZE: (u32, u32) = (760, 440);
/// Points along a limit.
const POINTS: u32 = 160;

/// Where `share` of Poisson counts of this mean lie below, interpolated between whole counts (Spiegelhalter 2005,
/// doi:10.1002/sim.1970).
fn limit(expected: f64, share: f64) -> f64 {
    let Ok(poisson) = Poisson::new(expected) else {
        return 0.0;
    };
    let k = poisson.inverse_cdf(share);
    let above = poisson.cdf(k);
    let below = if k == 0 { 0.0 } else { poisson.cdf(k - 1) };
    let k = k as f64;
    (k - (above - share) / (above - below)).max(0.0)
}

/// The plot as SVG; `None` where no district is ranked.
///
/// # Errors
/// What the drawing library says.
pub fn funnel(ranking: &Ranking, lang: Lang) -> Result<Option<String>, String> {
    let Some(mean) = ranking.mean.filter(|mean| *mean > 0.0) else {
        return Ok(None);
    };
    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
    draw(&area, ranking, mean, lang).map_err(|e| e.to_string())?;
    drop(area);
    Ok(Some(text))
}

fn draw(
    area: &DrawingArea<SVGBackend, plotters::coord::Shift>,
    ranking: &Ranking,
    mean: f64,
    lang: Lang,
) -> Result<(), Box<dyn std::error::Error>> {
    let shown = || {
        ranking
            .districts
            .iter()
            .filter(|d| d.standing != Standing::Insufficient)
    };
    let widest = shown().map(|d| d.counted.km2).fold(0.0, f64::max) * 1.06;
    let rate = |d: &Ranked| d.rate.map_or(0.0, |r| r.rate);
    let highest = shown().map(rate).fold(mean * 2.0, f64::max) * 1.12;
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .x_label_area_size(42)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..widest, 0.0..highest)?;
    let x = lang.pick(
        "km² searched in window and finely enough",
        "生长期内有效搜索面积（平方公里）",
    );
    let y = lang.pick("confirmed sites per 100 km²", "每百平方公里查实图斑");
    chart
        .configure_mesh()
        .x_desc(x)
        .y_desc(y)
        .x_labels(8)
        .y_labels(8)
        .y_label_formatter(&|v| short(*v))
        .x_label_formatter(&|v| short(*v))
        .label_style(("sans-serif", 13))
        .light_line_style(TRANSPARENT)
        .bold_line_style(RGBColor(228, 228, 224))
        .draw()?;
    limits(&mut chart, mean, (widest, highest))?;
    for district in shown() {
        point(&mut chart, district, widest)?;
    }
    area.present()?;
    Ok(())
}

type Chart<'a, 'b> = ChartContext<
    'a,
    SVGBackend<'b>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;

/// The rate of all, and what chance alone would keep to.
fn limits(
    chart: &mut Chart,
    mean: f64,
    (widest, highest): (f64, f64),
) -> Result<(), Box<dyn std::error::Error>> {
    for (share, colour) in [
        (0.001, RGBColor(150, 150, 150)),
        (0.999, RGBColor(150, 150, 150)),
        (0.025, RGBColor(60, 90, 140)),
        (0.975, RGBColor(60, 90, 140)),
    ] {
        let line = (1..=POINTS).map(|i| {
            let km2 = widest * f64::from(i) / f64::from(POINTS);
            (km2, limit(mean / 100.0 * km2, share) / km2 * 100.0)
        });
        let kept = line.filter(|(_, y)| *y <= highest);
        chart.draw_series(LineSeries::new(kept, colour.stroke_width(1)))?;
    }
    chart.draw_series(LineSeries::new(
        [(0.0, mean), (widest, mean)],
        RGBColor(40, 40, 40).stroke_width(1),
    ))?;
    Ok(())
}

/// A district, with its name where it stands out.
fn point(
    chart: &mut Chart,
    district: &Ranked,
    widest: f64,
) -> Result<(), Box<dyn std::error::Error>> {
    let at = (district.counted.km2, district.rate.map_or(0.0, |r| r.rate));
    let colour = match district.standing {
        Standing::Above => RGBColor(178, 34, 34),
        Standing::Below => RGBColor(27, 110, 80),
        _ => RGBColor(90, 90, 90),
    };
    chart.draw_series([Circle::new(at, 4, colour.filled())])?;
    if district.standing != Standing::AsAll {
        let name = if district.name.is_empty() {
            &district.code
        } else {
            &district.name
        };
        // Beside the point, on the side that has room.
        let right = at.0 < widest * 0.75;
        let anchor = plotters::style::text_anchor::Pos::new(
            if right {
                plotters::style::text_anchor::HPos::Left
            } else {
                plotters::style::text_anchor::HPos::Right
            },
            plotters::style::text_anchor::VPos::Center,
        );
        let style = ("sans-serif", 13)
            .into_text_style(chart.plotting_area())
            .pos(anchor);
        let shift = widest * if right { 0.012 } else { -0.012 };
        chart.draw_series([Text::new(name.clone(), (at.0 + shift, at.1), style)])?;
    }
    Ok(())
}

/// What the lines are, to stand below the plot.
pub fn caption(ranking: &Ranking, lang: Lang) -> String {
    let mean = ranking.mean.unwrap_or(0.0);
    tr!(
        lang,
        "Each point is a district. Middle line: {mean:.2} per 100 km², the rate of all ranked districts. If all had that rate, 95 % of them would lie within the blue lines and 99.8 % within the grey ones. Named: those whose own interval leaves out the rate of all.",
        "每点为一个区划。中线为全部参与排名区划的总体比率：每百平方公里 {mean:.2} 个。若各地真实比率相同，95% 的点应在蓝线之间，99.8% 在灰线之间。标名者自身区间不含总体比率。"
    )
}

fn short(value: f64) -> String {
    if value.abs() >= 10.0 || value == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_has_its_share_of_counts_below() {
        // Poisson of mean 4: P(X <= 8) = 0.978637, P(X <= 7) = 0.948866; the limit of 97.5 % lies between 7 and 8.
        let found = limit(4.0, 0.975);
        let expected = 8.0 - (0.978_637 - 0.975) / (0.978_637 - 0.948_866);
        assert!((found - expected).abs() < 1e-4, "{found} is not {expected}");
        assert!(limit(0.01, 0.025).abs() < 1e-12);
    }
}

//! The funnel plot: the rate of each district over the ground it rests on, within the limits that chance alone would keep.

use crate::pages::chart::{Chart, ChartAxis};
use crate::pages::draw::{Drawing, Pen};
use crate::pages::palette::{self, INK, MEASURE, NEUTRAL};
use crate::province::funnel::limit;
use crate::province::rank::{DistrictRanking, Placing, RankedDistrict};
use crate::tr;
use crate::words::Lang;

/// Pixels of the plot from above to below.
const HEIGHT: f64 = 400.0;
/// Points along a limit.
const POINTS: u32 = 160;

/// The plot; `None` where no district is ranked.
pub fn funnel(ranking: &DistrictRanking, width: f64, lang: Lang) -> Option<Drawing> {
    let mean = ranking.mean.filter(|mean| *mean > 0.0)?;
    let shown = || {
        ranking
            .districts
            .iter()
            .filter(|d| d.standing != Placing::Insufficient)
    };
    let widest = shown().map(|d| d.counted.km2).fold(0.0, f64::max) * 1.06;
    let highest = shown().map(rate).fold(mean * 2.0, f64::max) * 1.12;
    let x = ChartAxis {
        reach: widest,
        label: lang
            .pick(
                "km² searched in window and finely enough",
                "有效搜索面积（km²）",
            )
            .into(),
    };
    let y = ChartAxis {
        reach: highest,
        label: lang
            .pick("confirmed sites per 100 km²", "每百平方公里查实图斑数")
            .into(),
    };
    let mut chart = Chart::new((width, HEIGHT), "", &x, &y);
    limits(&mut chart, mean, (widest, highest));
    for district in shown() {
        let at = (district.counted.km2, rate(district));
        chart.dot(at, 4.0, palette::standing(district.standing));
    }
    for district in shown().filter(|d| d.standing != Placing::AsAll) {
        let named = !district.name.is_empty();
        let name = if named {
            &district.name
        } else {
            &district.code
        };
        chart.words((district.counted.km2, rate(district)), name);
    }
    Some(chart.done())
}

fn rate(district: &RankedDistrict) -> f64 {
    district.rate.map_or(0.0, |r| r.rate)
}

/// The rate of all, and what chance alone would keep to.
fn limits(chart: &mut Chart, mean: f64, (widest, highest): (f64, f64)) {
    for (share, colour) in [
        (0.001, NEUTRAL),
        (0.999, NEUTRAL),
        (0.025, MEASURE),
        (0.975, MEASURE),
    ] {
        let line = (1..=POINTS).map(|i| {
            let km2 = widest * f64::from(i) / f64::from(POINTS);
            (km2, limit(mean / 100.0 * km2, share) / km2 * 100.0)
        });
        let kept = line.filter(|(_, y)| *y <= highest);
        chart.line(kept, Pen::new(colour, 1.0));
    }
    chart.line([(0.0, mean), (widest, mean)], Pen::new(INK, 1.0));
}

/// What the lines are, to stand below the plot.
pub(crate) fn caption(ranking: &DistrictRanking, lang: Lang) -> String {
    let mean = ranking.mean.unwrap_or(0.0);
    tr!(
        lang,
        "Each point is a district. Middle line: {mean:.2} per 100 km², the rate of all ranked districts. If all had that rate, 95 % of them would lie within the blue lines and 99.8 % within the grey ones. Named: those whose own interval leaves out the rate of all.",
        "每点代表一个区划。中线为参与排名的区划合计：每百平方公里 {mean:.2} 个。若各地真实密度相同，95% 的点应落在蓝线之间，99.8% 应落在灰线之间。标注名称的，是自身区间不含合计密度的区划。"
    )
}

//! The reliability plot: whether the model's scores mean what they say.

use super::chart::{Chart, ChartAxis};
use super::draw::{Drawing, Pen};
use super::palette::{MEASURE, NEUTRAL};
use crate::province::quality::Quality;
use crate::statistics::Share;
use crate::tr;
use crate::words::Lang;

/// Pixels of the plot.
const SIZE: (f64, f64) = (560.0, 520.0);

/// The share that was poppy over the mean score of each bin, with its interval; `None` where nothing was verified. `of` says
/// whose sites these are and of which season.
pub fn reliability(quality: &Quality, of: &str, lang: Lang) -> Option<Drawing> {
    let found = &quality.calibration;
    if found.bins.is_empty() {
        return None;
    }
    let (n, points) = (found.count, found.points_apart().unwrap_or(0.0));
    let title = tr!(
        lang,
        "{of}\n{detections}: score and share differ by {points:.1} points on average",
        "{of}\n已核查图斑 {n} 个：得分与查实比例平均相差 {points:.1} 个百分点",
        detections = (n, "verified detection", "verified detections"),
    );
    let axis = |label: &str| ChartAxis {
        reach: 1.0,
        label: label.to_owned(),
    };
    let x = axis(lang.pick("mean model score (0 to 1)", "平均模型得分（0～1）"));
    let y = axis(lang.pick(
        "share that was poppy, with 95 % interval",
        "查实比例及 95% 区间（0～1）",
    ));
    let mut chart = Chart::new(SIZE, &title, &x, &y);
    chart.line([(0.0, 0.0), (1.0, 1.0)], Pen::new(NEUTRAL, 1.0));
    for bin in &found.bins {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count is a count"
        )]
        let poppy = (bin.true_share * bin.count as f64).round() as usize;
        let interval = Share::new(poppy, bin.count);
        let x = bin.mean_score;
        chart.line(
            [(x, interval.low), (x, interval.high)],
            Pen::new(MEASURE, 2.0),
        );
        chart.dot((x, bin.true_share), 4.0, MEASURE);
        let count = bin.count;
        let words = tr!(
            lang,
            "{sites}",
            "{count} 个",
            sites = (count, "site", "sites"),
        );
        chart.words((x, bin.true_share), &words);
    }
    Some(chart.done())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::facts::{Facts, FlightFact, SiteFact};
    use crate::province::fixture;
    use crate::province::quality::quality;
    use crate::province::windows::Windows;
    use crate::registry::State;
    use geo::MultiPolygon;

    #[test]
    fn the_plot_counts_what_was_verified_and_of_nothing_there_is_none() {
        let flight = FlightFact {
            scan: "s".into(),
            unit: "410423".into(),
            captured: None,
            tagged_otherwise: None,
            unverifiable: false,
            season: 2026,
            gsd_cm: None,
            model: ("m".into(), "ab".into()),
            threshold: 0.5,
            searched: MultiPolygon::new(vec![]),
            candidates: 0,
        };
        let site = |n: usize, state| SiteFact {
            scan: Some("s".into()),
            score: Some(0.9),
            ..fixture::site(&n.to_string(), 2026, state)
        };
        let facts = Facts {
            flights: vec![flight],
            sites: vec![site(1, State::Confirmed), site(2, State::Refuted)],
            ..Facts::default()
        };
        let found = quality(&facts, &[], &Windows::default(), None, None);
        let drawing = reliability(&found, "鲁山县 · 2026 年度", Lang::Zh).expect("drawn");
        let svg = drawing.svg_file(Lang::Zh);
        for words in ["鲁山县 · 2026 年度", "已核查图斑 2 个", ">2 个<"] {
            assert!(svg.contains(words), "{words}");
        }
        let none = quality(&Facts::default(), &[], &Windows::default(), None, None);
        assert_eq!(reliability(&none, "", Lang::En), None);
    }
}

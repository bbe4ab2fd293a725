//! The precision-recall curve of an evaluation, from one drawing as SVG and as PNG.

use super::chart::{Chart, ChartAxis};
use super::draw::{Drawing, Pen};
use super::palette::{BAD, MEASURE};
use crate::evaluate::{Curve, CurvePoint};
use crate::words::Lang;
use image::ImageFormat;
use std::io::{self, Cursor};

/// Pixels of the chart.
const SIZE: (f64, f64) = (720.0, 560.0);

/// The curve as SVG and as PNG.
///
/// # Errors
/// Those of the PNG's encoder.
pub fn pictures(curve: &Curve, threshold: f64) -> io::Result<[Vec<u8>; 2]> {
    let drawing = drawn(curve, threshold);
    let mut png = Cursor::new(Vec::new());
    drawing
        .pixels()
        .write_to(&mut png, ImageFormat::Png)
        .map_err(io::Error::other)?;
    Ok([drawing.svg_file(Lang::En).into_bytes(), png.into_inner()])
}

fn drawn(curve: &Curve, threshold: f64) -> Drawing {
    let title = curve.average_precision.map_or_else(
        || "precision and recall by site: no plots".to_owned(),
        |ap| format!("precision and recall by site, average precision {ap:.3}"),
    );
    let axis = |label: &str| ChartAxis {
        reach: 1.0,
        label: label.to_owned(),
    };
    let mut chart = Chart::new(SIZE, &title, &axis("recall"), &axis("precision"));
    let at = |p: &CurvePoint| (p.recall, p.precision);
    chart.line(curve.points.iter().map(at), Pen::new(MEASURE, 2.0));
    // Where the scans stand: the last point at or above their threshold.
    if let Some(point) = curve.points.iter().rfind(|p| p.threshold >= threshold) {
        chart.dot(at(point), 5.0, BAD);
        let below = (point.recall, (point.precision - 0.04).max(0.03));
        chart.words(below, &format!("threshold {threshold:.3}"));
    }
    chart.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve() -> Curve {
        let scored: Vec<(f64, bool)> = (0..40)
            .map(|i| (1.0 - f64::from(i) / 50.0, i % 7 != 6))
            .collect();
        let plots: Vec<f64> = (0..30).map(|i| 1.0 - f64::from(i) / 30.0).collect();
        Curve::new(&scored, &plots)
    }

    #[test]
    fn the_svg_names_its_axes_and_the_png_shows_the_curve() {
        let [svg, png] = pictures(&curve(), 0.5).unwrap();
        let svg = String::from_utf8(svg).unwrap();
        for word in ["<svg", "recall", "precision", "threshold 0.500", MEASURE] {
            assert!(svg.contains(word), "{word}");
        }
        let picture = image::load_from_memory(&png).unwrap().to_rgb8();
        assert_eq!(picture.dimensions(), (720, 560));
        let blue = picture
            .pixels()
            .filter(|p| p.0 == [0x14, 0x5a, 0xa0])
            .count();
        let dark = picture
            .pixels()
            .filter(|p| p.0 == [0x18, 0x21, 0x1c])
            .count();
        assert!(
            blue > 300 && dark > 1000,
            "{blue} of the line, {dark} of letters and axes"
        );
    }

    #[test]
    fn a_curve_of_nothing_is_a_chart_without_a_line() {
        let [svg, _] = pictures(&Curve::new(&[], &[]), 0.5).unwrap();
        assert!(String::from_utf8(svg).unwrap().contains("no plots"));
    }
}

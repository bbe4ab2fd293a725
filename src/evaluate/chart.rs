//! The precision-recall curve as SVG and as PNG, from one drawing.

use super::curve::{Curve, CurvePoint};
use super::error::EvaluateError;
use image::{ImageFormat, Rgb, RgbImage};
use plotters::prelude::*;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendTextStyle, DrawingErrorKind, FontTransform};
use std::convert::Infallible;
use std::io::Cursor;

/// Pixels of the chart.
const SIZE: (u32, u32) = (720, 560);
/// Pixels of a letter of the PNG.
const LETTER: u32 = 8;

/// The curve as SVG text.
///
/// # Errors
/// [`EvaluateError::Chart`].
pub fn svg(curve: &Curve, threshold: f64) -> Result<String, EvaluateError> {
    let mut text = String::new();
    draw(
        &SVGBackend::with_string(&mut text, SIZE).into_drawing_area(),
        curve,
        threshold,
    )?;
    Ok(text)
}

/// The curve as the bytes of a PNG.
///
/// # Errors
/// [`EvaluateError::Chart`].
pub fn png(curve: &Curve, threshold: f64) -> Result<Vec<u8>, EvaluateError> {
    let mut picture = RgbImage::from_pixel(SIZE.0, SIZE.1, Rgb([255; 3]));
    draw(&Picture(&mut picture).into_drawing_area(), curve, threshold)?;
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|e| EvaluateError::Chart { why: e.to_string() })?;
    Ok(bytes.into_inner())
}

fn draw<B: DrawingBackend>(
    area: &DrawingArea<B, plotters::coord::Shift>,
    curve: &Curve,
    threshold: f64,
) -> Result<(), EvaluateError> {
    let wrong = |e: DrawingAreaErrorKind<B::ErrorType>| EvaluateError::Chart { why: e.to_string() };
    area.fill(&WHITE).map_err(wrong)?;
    let title = curve.average_precision.map_or_else(
        || "precision and recall by site: no plots".to_owned(),
        |ap| format!("precision and recall by site, average precision {ap:.3}"),
    );
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 16))
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..1.0, 0.0..1.02)
        .map_err(wrong)?;
    chart
        .configure_mesh()
        .x_desc("recall")
        .y_desc("precision")
        .x_labels(11)
        .y_labels(11)
        .label_style(("sans-serif", 13))
        .light_line_style(TRANSPARENT)
        .bold_line_style(RGBColor(225, 225, 225))
        .draw()
        .map_err(wrong)?;
    let at = |p: &CurvePoint| (p.recall, p.precision);
    chart
        .draw_series(LineSeries::new(
            curve.points.iter().map(at),
            RGBColor(20, 90, 160).stroke_width(2),
        ))
        .map_err(wrong)?;
    // Where the scans stand: the last point at or above their threshold.
    if let Some(point) = curve.points.iter().rfind(|p| p.threshold >= threshold) {
        let (x, y) = at(point);
        let (across, above) = (
            if x > 0.7 { -0.28 } else { 0.02 },
            if y > 0.15 { -0.05 } else { 0.06 },
        );
        chart
            .draw_series([Circle::new((x, y), 5, RGBColor(190, 40, 40).filled())])
            .map_err(wrong)?;
        let words = format!("threshold {threshold:.3}");
        chart
            .draw_series([Text::new(
                words,
                (x + across, y + above),
                ("sans-serif", 13),
            )])
            .map_err(wrong)?;
    }
    area.present().map_err(wrong)
}

/// Draws on an image; letters are those of an 8 x 8 bitmap font, so that no font has to be installed.
struct Picture<'a>(&'a mut RgbImage);

impl DrawingBackend for Picture<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.0.dimensions()
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a blend of two bytes is a byte"
    )]
    fn draw_pixel(
        &mut self,
        point: (i32, i32),
        color: BackendColor,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        let (Ok(x), Ok(y)) = (u32::try_from(point.0), u32::try_from(point.1)) else {
            return Ok(());
        };
        if let Some(pixel) = self.0.get_pixel_mut_checked(x, y) {
            let (r, g, b) = color.rgb;
            for (old, new) in pixel.0.iter_mut().zip([r, g, b]) {
                let mixed = f64::from(*old) * (1.0 - color.alpha) + f64::from(new) * color.alpha;
                *old = mixed.round() as u8;
            }
        }
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        _style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let letters = u32::try_from(text.chars().count()).unwrap_or(0);
        Ok((letters * LETTER, LETTER))
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        pos: (i32, i32),
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        let (width, height) = self.estimate_text_size(text, style)?;
        let (width, height) = (
            i32::try_from(width).unwrap_or(0),
            i32::try_from(height).unwrap_or(0),
        );
        let anchor = style.anchor();
        let left = match anchor.h_pos {
            HPos::Left => 0,
            HPos::Right => width,
            HPos::Center => width / 2,
        };
        let top = match anchor.v_pos {
            VPos::Top => 0,
            VPos::Center => height / 2,
            VPos::Bottom => height,
        };
        let upright = matches!(style.transform(), FontTransform::None);
        let color = style.color();
        for (index, byte) in (0i32..).zip(text.bytes()) {
            let glyph = font8x8::legacy::BASIC_LEGACY[usize::from(byte & 127)];
            for (row, bits) in (0i32..).zip(glyph) {
                for column in (0..8).filter(|column| bits >> column & 1 == 1) {
                    let (along, across) = (index * 8 + column - left, row - top);
                    // Turned text reads from the bottom to the top.
                    let (dx, dy) = if upright {
                        (along, across)
                    } else {
                        (across, -along)
                    };
                    self.draw_pixel((pos.0 + dx, pos.1 + dy), color)?;
                }
            }
        }
        Ok(())
    }
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
        let text = svg(&curve(), 0.5).unwrap();
        for word in ["<svg", "recall", "precision", "threshold 0.500", "polyline"] {
            assert!(text.contains(word), "{word}");
        }
        let picture = image::load_from_memory(&png(&curve(), 0.5).unwrap())
            .unwrap()
            .to_rgb8();
        assert_eq!(picture.dimensions(), SIZE);
        let blue = picture.pixels().filter(|p| p.0 == [20, 90, 160]).count();
        let dark = picture.pixels().filter(|p| p.0 == [0, 0, 0]).count();
        assert!(
            blue > 300 && dark > 1000,
            "{blue} of the line, {dark} of letters and axes"
        );
    }

    #[test]
    fn a_curve_of_nothing_is_a_chart_without_a_line() {
        assert!(
            svg(&Curve::new(&[], &[]), 0.5)
                .unwrap()
                .contains("no plots")
        );
    }
}

//! From decoded chunks to what the model sees: gathered, resampled by real factors, standardised.

use crate::ground::Rect;
use crate::imagery::{Pixels, Validity};
use crate::scan::model::Contract;
use crate::scan::plan::{TilePlan, Window, unscaled};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8;
use fast_image_resize::{FilterType, ImageView, ResizeAlg, ResizeOptions, Resizer};
use std::sync::Arc;

/// Makes model inputs; belongs to one worker and keeps its buffers.
pub struct Assembler {
    resizer: Resizer,
    /// For each colour, what a value is multiplied by and what is added.
    standard: [(f32, f32); 3],
    gathered: Vec<u8>,
    resized: TypedImage<'static, U8>,
}

/// The source pixels that a window needs, with a margin for the filter; it may reach beyond the source.
#[derive(Debug, Clone, Copy)]
struct Extent {
    x: i64,
    y: i64,
    width: usize,
    height: usize,
}

impl Assembler {
    /// An assembler for a model.
    pub fn new(contract: &Contract) -> Self {
        let standard = |c: usize| {
            (
                1.0 / (255.0 * contract.std[c]),
                -contract.mean[c] / contract.std[c],
            )
        };
        Self {
            resizer: Resizer::new(),
            standard: [standard(0), standard(1), standard(2)],
            gathered: Vec::new(),
            resized: TypedImage::new(1, 1),
        }
    }

    /// Writes one window as `[3,height,width]` into `out`. Ground without data, and beyond the source, is black.
    ///
    /// `chunks` hold all level pixels that `needed` in the plan names.
    pub fn fill(
        &mut self,
        plan: &TilePlan,
        window: Window,
        chunks: &[Arc<Pixels>],
        out: &mut [f32],
    ) {
        let (scale_x, scale_y) = plan.scale;
        let (left, top) = (window.x as f64 * scale_x, window.y as f64 * scale_y);
        let across = Self::axis(left, f64::from(window.width) * scale_x, scale_x);
        let down = Self::axis(top, f64::from(window.height) * scale_y, scale_y);
        let source = Extent {
            x: across.0,
            y: down.0,
            width: across.1,
            height: down.1,
        };
        let as_flown = unscaled(scale_x) && unscaled(scale_y);
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
            .crop(
                left - source.x as f64,
                top - source.y as f64,
                f64::from(window.width) * scale_x,
                f64::from(window.height) * scale_y,
            );
        let plane = out.len() / 3;
        for (colour, out) in out.chunks_exact_mut(plane).enumerate() {
            self.gather(source, chunks, colour);
            if as_flown {
                standardise(self.gathered.iter().copied(), self.standard[colour], out);
            } else {
                self.resize(source, window, &options);
                standardise(
                    self.resized.pixels().iter().map(|p| p.0),
                    self.standard[colour],
                    out,
                );
            }
        }
    }

    fn resize(&mut self, source: Extent, window: Window, options: &ResizeOptions) {
        if (self.resized.width(), self.resized.height()) != (window.width, window.height) {
            self.resized = TypedImage::new(window.width, window.height);
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a window of a few thousand pixels"
        )]
        let image = TypedImageRef::<U8>::from_buffer(
            source.width as u32,
            source.height as u32,
            &self.gathered,
        );
        if let Ok(image) = image {
            // The crop lies inside the image by construction, so that resizing cannot fail.
            let done = self
                .resizer
                .resize_typed(&image, &mut self.resized, options);
            debug_assert!(done.is_ok(), "{done:?}");
        }
    }

    /// First pixel and length of what one axis needs.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "window sizes"
    )]
    fn axis(start: f64, length: f64, scale: f64) -> (i64, usize) {
        let sharp = unscaled(scale);
        let margin = if sharp { 0.0 } else { scale.ceil() + 1.0 };
        let from = (start - margin).floor() as i64;
        let to = (start + length + margin).ceil() as i64;
        (from, (to - from) as usize)
    }

    /// Copies one colour of what lies inside `source` out of the chunks.
    fn gather(&mut self, source: Extent, chunks: &[Arc<Pixels>], colour: usize) {
        self.gathered.clear();
        self.gathered.resize(source.width * source.height, 0);
        for pixels in chunks.iter().filter(|p| !p.is_empty()) {
            let r = pixels.rect;
            let x0 = i64::from(r.x0).max(source.x);
            let x1 = i64::from(r.x1).min(source.x + source.width.cast_signed() as i64);
            let y0 = i64::from(r.y0).max(source.y);
            let y1 = i64::from(r.y1).min(source.y + source.height.cast_signed() as i64);
            if x0 >= x1 {
                continue;
            }
            let length = index(x1 - x0);
            let width = (r.x1 - r.x0) as usize;
            for y in y0..y1 {
                let from = index(y - i64::from(r.y0)) * width + index(x0 - i64::from(r.x0));
                let to = index(y - source.y) * source.width + index(x0 - source.x);
                self.gathered[to..to + length]
                    .copy_from_slice(&pixels.colours[colour][from..from + length]);
            }
        }
    }
}

/// A distance that is known not to be negative.
fn index(v: i64) -> usize {
    usize::try_from(v).unwrap_or(0)
}

fn standardise(values: impl Iterator<Item = u8>, (gain, offset): (f32, f32), out: &mut [f32]) {
    for (out, value) in out.iter_mut().zip(values) {
        *out = f32::from(value) * gain + offset;
    }
}

/// One row of a rectangle in one chunk: where it lies, and the [`Validity`] of each pixel; `None` where all are searched.
struct WindowRow<'a> {
    x0: u32,
    x1: u32,
    y: u32,
    why: Option<&'a [u8]>,
}

/// The rows of a rectangle of level pixels, chunk by chunk; chunks without data have none.
fn rows(rect: Rect, chunks: &[Arc<Pixels>]) -> impl Iterator<Item = WindowRow<'_>> {
    chunks
        .iter()
        .filter(|p| !p.is_empty())
        .flat_map(move |pixels| {
            let r = pixels.rect;
            let (x0, x1) = (rect.x0.max(r.x0), rect.x1.min(r.x1));
            let (y0, y1) = (rect.y0.max(r.y0), rect.y1.min(r.y1));
            let width = (r.x1 - r.x0) as usize;
            (y0..y1).filter(move |_| x0 < x1).map(move |y| {
                let row = (y - r.y0) as usize * width;
                let why = pixels
                    .validity
                    .as_ref()
                    .map(|why| &why[row + (x0 - r.x0) as usize..row + (x1 - r.x0) as usize]);
                WindowRow { x0, x1, y, why }
            })
        })
}

/// The smallest rectangle around all pixels of `rect` that are one of `kinds`, in level pixels; `None` where there are none.
pub fn extent(rect: Rect, chunks: &[Arc<Pixels>], kinds: &[Validity]) -> Option<Rect> {
    let ends = |row: WindowRow<'_>| {
        let Some(why) = row.why else {
            return kinds
                .contains(&Validity::Searched)
                .then_some((row.x0, row.x1, row.y));
        };
        let is_one = |w: &u8| kinds.iter().any(|k| *k as u8 == *w);
        let (first, last) = why
            .iter()
            .position(is_one)
            .zip(why.iter().rposition(is_one))?;
        #[expect(clippy::cast_possible_truncation, reason = "columns of a chunk")]
        Some((row.x0 + first as u32, row.x0 + last as u32 + 1, row.y))
    };
    rows(rect, chunks)
        .filter_map(ends)
        .map(|(x0, x1, y)| {
            let (y0, y1) = (y, y + 1);
            Rect { x0, y0, x1, y1 }
        })
        .reduce(Rect::around)
}

/// Whether any pixel of a rectangle of level pixels is one of `kinds`.
pub fn holds(rect: Rect, chunks: &[Arc<Pixels>], kinds: &[Validity]) -> bool {
    rows(rect, chunks).any(|row| match row.why {
        Some(why) => why.iter().any(|w| kinds.iter().any(|k| *k as u8 == *w)),
        None => kinds.contains(&Validity::Searched),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::model::{Activation, InputShape, Output};
    use crate::scan::plan::PlannedGrid;

    fn contract() -> Contract {
        Contract {
            uses: crate::scan::model::Uses::default(),
            resolution_cm: 2.0,
            range_cm: None,
            input: InputShape {
                batch: None,
                height: Some(32),
                width: Some(32),
            },
            output: Output::Tile,
            tile_px: 32,
            overlap: 0.5,
            mean: [0.0; 3],
            std: [1.0; 3],
            activation: Activation::Probability,
            classes: vec!["a".into(), "b".into()],
            positive: vec![1],
            threshold: 0.5,
        }
    }

    /// A ramp: red grows with x, green with y.
    fn ramp(rect: Rect, factor: f64) -> Arc<Pixels> {
        let mut colours = [Vec::new(), Vec::new(), Vec::new()];
        for y in rect.y0..rect.y1 {
            for x in rect.x0..rect.x1 {
                colours[0].push((f64::from(x) * factor) as u8);
                colours[1].push((f64::from(y) * factor) as u8);
                colours[2].push(200);
            }
        }
        Arc::new(Pixels {
            rect,
            colours,
            validity: None,
        })
    }

    #[test]
    fn a_window_is_the_same_whichever_chunks_it_comes_from() {
        for gsd in [2.0, 0.7, 3.1] {
            let ground = PlannedGrid {
                size: (200, 150),
                block: (64, 64),
                gsd_cm: (gsd, gsd),
            };
            let plan = TilePlan::new(&contract(), 1, &ground, |_| true);
            let whole = vec![ramp(
                Rect {
                    x0: 0,
                    y0: 0,
                    x1: 200,
                    y1: 150,
                },
                1.0,
            )];
            let parts: Vec<_> = [(0, 0), (90, 0), (0, 70), (90, 70)]
                .iter()
                .map(|(x, y)| {
                    ramp(
                        Rect {
                            x0: *x,
                            y0: *y,
                            x1: if *x == 0 { 90 } else { 200 },
                            y1: if *y == 0 { 70 } else { 150 },
                        },
                        1.0,
                    )
                })
                .collect();
            for task in &plan.tasks {
                let window = task.tiles[0].window;
                let (mut a, mut b) = (vec![0.0; 3 * 32 * 32], vec![1.0; 3 * 32 * 32]);
                Assembler::new(&contract()).fill(&plan, window, &whole, &mut a);
                Assembler::new(&contract()).fill(&plan, window, &parts, &mut b);
                assert_eq!(a, b);
            }
        }
    }

    #[test]
    fn resampled_pixels_stay_where_they_are_on_the_ground() {
        let ground = PlannedGrid {
            size: (240, 240),
            block: (64, 64),
            gsd_cm: (0.8, 0.8),
        };
        let plan = TilePlan::new(&contract(), 1, &ground, |_| true);
        let whole = vec![ramp(
            Rect {
                x0: 0,
                y0: 0,
                x1: 240,
                y1: 240,
            },
            1.0,
        )];
        let mut out = vec![0.0; 3 * 32 * 32];
        Assembler::new(&contract()).fill(
            &plan,
            Window {
                x: 16,
                y: 32,
                width: 32,
                height: 32,
            },
            &whole,
            &mut out,
        );
        for (x, y) in [(0_u32, 0_u32), (10, 20), (31, 31)] {
            let i = (y * 32 + x) as usize;
            let red = f64::from(out[i]) * 255.0;
            let expected = (f64::from(x) + 16.5) * 2.5 - 0.5;
            assert!((red - expected).abs() < 1.0, "{red} {expected}");
            let green = f64::from(out[32 * 32 + i]) * 255.0;
            assert!((green - ((f64::from(y) + 32.5) * 2.5 - 0.5)).abs() < 1.0);
        }
    }
}

//! Pixels averaged to larger cells: red, green, blue and whether a cell has data, four bytes each.
//!
//! A cell is the mean of those of its pixels that have data, and has data where at least half of them have. Only cells
//! that lie wholly in what is given come out, so that they are the same however the pixels were cut.

use crate::ground::Rect;
use crate::imagery::{Pixels, Validity};
use rayon::prelude::*;

/// The fourth byte of a cell that has data.
pub(in crate::imagery) const DATA: u8 = 255;
/// The fourth byte of a cell that has none.
pub(in crate::imagery) const NO_DATA: u8 = 0;

/// A rectangle of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::imagery) struct Cells {
    /// Where, in cells.
    pub rect: Rect,
    /// Four bytes a cell, row by row.
    pub rgba: Vec<u8>,
}

impl Cells {
    /// The colour of a position, in cells from the middle of the first, between the middles of those around it that have
    /// data; `None` where most of it would be of none.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the cells; colours are weighed means"
    )]
    pub(in crate::imagery) fn colour(&self, x: f64, y: f64) -> Option<[u8; 3]> {
        let r = self.rect;
        let within =
            |v: f64, from: u32, to: u32| (v - f64::from(from)).clamp(0.0, f64::from(to - from - 1));
        let (x, y) = (within(x, r.x0, r.x1), within(y, r.y0, r.y1));
        let (x0, y0) = (x as usize, y as usize);
        let (fx, fy) = (
            ((x - x0 as f64) * 256.0) as u32,
            ((y - y0 as f64) * 256.0) as u32,
        );
        let across = (r.x1 - r.x0) as usize;
        let right = usize::from(x0 + 1 < across);
        let below = usize::from(y0 + 1 < (r.y1 - r.y0) as usize) * across;
        let first = y0 * across + x0;
        let corners = [
            (first, (256 - fx) * (256 - fy)),
            (first + right, fx * (256 - fy)),
            (first + below, (256 - fx) * fy),
            (first + below + right, fx * fy),
        ];
        let (mut sums, mut total) = ([0_u32; 3], 0);
        for (cell, weight) in corners {
            let cell = &self.rgba[cell * 4..cell * 4 + 4];
            if cell[3] == DATA {
                total += weight;
                for (sum, value) in sums.iter_mut().zip(cell) {
                    *sum += u32::from(*value) * weight;
                }
            }
        }
        (total >= 1 << 15).then(|| sums.map(|sum| ((sum + total / 2) / total) as u8))
    }
}

/// Columns or rows of cells that `size` pixels make.
pub(in crate::imagery) fn cells_across(size: u32, factor: u32) -> u32 {
    size.div_ceil(factor).max(1)
}

/// The cells of `factor` by `factor` pixels that lie wholly in a rectangle of a grid of `size`; those at its far edges
/// hold fewer.
fn whole_cells(rect: Rect, factor: u32, size: (u32, u32)) -> Rect {
    let last = |to: u32, size: u32| {
        if to == size {
            cells_across(to, factor)
        } else {
            to / factor
        }
    };
    let (x0, y0) = (rect.x0.div_ceil(factor), rect.y0.div_ceil(factor));
    Rect {
        x0,
        y0,
        x1: last(rect.x1, size.0).max(x0),
        y1: last(rect.y1, size.1).max(y0),
    }
}

/// The pixels that cells are made of, in a grid of `size`.
pub(in crate::imagery) fn pixels_of(cells: Rect, factor: u32, size: (u32, u32)) -> Rect {
    Rect {
        x0: cells.x0 * factor,
        y0: cells.y0 * factor,
        x1: (cells.x1 * factor).min(size.0),
        y1: (cells.y1 * factor).min(size.1),
    }
}

/// The cells that a rectangle of pixels touches.
pub(in crate::imagery) fn touched_cells(pixels: Rect, factor: u32) -> Rect {
    Rect {
        x0: pixels.x0 / factor,
        y0: pixels.y0 / factor,
        x1: pixels.x1.div_ceil(factor),
        y1: pixels.y1.div_ceil(factor),
    }
}

/// Averages pixels of a grid of `size` to cells of `factor` by `factor`.
pub(in crate::imagery) fn reduce(pixels: &Pixels, factor: u32, size: (u32, u32)) -> Cells {
    let rect = whole_cells(pixels.rect, factor, size);
    let across = (rect.x1 - rect.x0) as usize;
    let mut rgba = vec![0; across * (rect.y1 - rect.y0) as usize * 4];
    if pixels.is_empty() || rgba.is_empty() {
        return Cells { rect, rgba };
    }
    let known = pixels.validity.as_ref().map(|validity| {
        let has_data =
            |v: &u8| u8::from(*v == Validity::Searched as u8 || *v == Validity::Blank as u8);
        validity.iter().map(has_data).collect::<Vec<u8>>()
    });
    let sums = Sums {
        pixels,
        factor: factor as usize,
        rect,
    };
    let mut room = Room::default();
    for (row, y) in rgba.chunks_exact_mut(across * 4).zip(rect.y0..) {
        sums.held(y, &mut room.held);
        for (plane, of) in pixels.colours.iter().zip(&mut room.colours) {
            sums.of(plane, y, (&mut room.down, of));
        }
        match &known {
            Some(known) => sums.of(known, y, (&mut room.down, &mut room.data)),
            None => room.data.clone_from(&room.held),
        }
        room.means(row);
    }
    Cells { rect, rgba }
}

/// Sums of a row of cells, in memory that is used again for the next.
#[derive(Default)]
struct Room {
    /// Of the rows alone, column by column.
    down: Vec<u32>,
    colours: [Vec<u32>; 3],
    /// How many pixels of each cell have data.
    data: Vec<u32>,
    /// How many pixels each cell holds.
    held: Vec<u32>,
}

impl Room {
    /// The cells of a row.
    fn means(&self, row: &mut [u8]) {
        let (cells, _) = row.as_chunks_mut::<4>();
        let [red, green, blue] = &self.colours;
        let sums = red.iter().zip(green).zip(blue);
        let (data, held) = (&self.data, &self.held);
        // Nearly every row: each cell holds sixteen pixels, and all have data.
        if data.iter().chain(held).all(|count| *count == 16) {
            for (cell, ((red, green), blue)) in cells.iter_mut().zip(sums) {
                let [red, green, blue] = [red, green, blue].map(|sum| (sum + 8) >> 4);
                *cell = (red | green << 8 | blue << 16 | u32::from(DATA) << 24).to_le_bytes();
            }
            return;
        }
        let counts = data.iter().zip(held);
        for ((cell, ((red, green), blue)), (data, held)) in cells.iter_mut().zip(sums).zip(counts) {
            let [red, green, blue] = [red, green, blue].map(|sum| mean(*sum, *data));
            let has_data = if 2 * data >= *held { DATA } else { NO_DATA };
            *cell = [red, green, blue, has_data];
        }
    }
}

/// Rounded. Sixteen is how many nearly every cell holds, and a division by what is known beforehand is a shift.
fn mean(sum: u32, count: u32) -> u8 {
    let mean = match count {
        0 => 0,
        16 => (sum + 8) / 16,
        _ => (sum + count / 2) / count,
    };
    u8::try_from(mean).unwrap_or(u8::MAX)
}

/// Adds up planes of pixels cell by cell.
struct Sums<'a> {
    pixels: &'a Pixels,
    factor: usize,
    rect: Rect,
}

impl Sums<'_> {
    fn width(&self) -> usize {
        (self.pixels.rect.x1 - self.pixels.rect.x0) as usize
    }

    /// The columns of the pixels that cells are made of.
    fn columns(&self) -> std::ops::Range<usize> {
        let first = self.rect.x0 as usize * self.factor - self.pixels.rect.x0 as usize;
        let across = (self.rect.x1 - self.rect.x0) as usize * self.factor;
        first..(first + across).min(self.width())
    }

    /// The rows of the pixels that a row of cells is made of.
    fn rows(&self, y: u32) -> std::ops::Range<usize> {
        let high = (self.pixels.rect.y1 - self.pixels.rect.y0) as usize;
        let first = y as usize * self.factor - self.pixels.rect.y0 as usize;
        first..(first + self.factor).min(high)
    }

    /// The sums of a row of cells, into the second vector. Of cells of four by four pixels, the four of a row are added at once;
    /// of others rows first, which takes whole rows at a time, then columns.
    fn of(&self, plane: &[u8], y: u32, (down, sums): (&mut Vec<u32>, &mut Vec<u32>)) {
        let (columns, width) = (self.columns(), self.width());
        let row = |row: usize| &plane[row * width + columns.start..row * width + columns.end];
        sums.clear();
        let rows = self.rows(y);
        let mut first = columns.len();
        if self.factor == 4 && rows.len() == 4 {
            let rows = [0, 1, 2, 3].map(|n| row(rows.start + n));
            fours(rows, sums);
            first %= 4;
        }
        down.clear();
        down.resize(first, 0);
        for each in rows {
            let values = &row(each)[columns.len() - first..];
            for (sum, value) in down.iter_mut().zip(values) {
                *sum += u32::from(*value);
            }
        }
        match self.factor {
            2 => columns_added::<2>(down, sums),
            factor => sums.extend(down.chunks(factor).map(|cell| cell.iter().sum::<u32>())),
        }
    }

    /// How many pixels each cell of a row holds.
    fn held(&self, y: u32, held: &mut Vec<u32>) {
        let rows = self.rows(y).len();
        let left = self.columns().len();
        let of_cell = (0..left)
            .step_by(self.factor)
            .map(|from| u32::try_from((left - from).min(self.factor) * rows).unwrap_or(u32::MAX));
        held.clear();
        held.extend(of_cell);
    }
}

/// The bytes of a word that stand in the lower half of each half of it.
const EVEN: u32 = 0x00ff_00ff;

/// The sums of whole cells of four by four pixels: a row of one is a word, whose bytes are added two by two.
fn fours(rows: [&[u8]; 4], sums: &mut Vec<u32>) {
    let pairs = |four: &[u8; 4]| {
        let word = u32::from_le_bytes(*four);
        (word & EVEN) + (word >> 8 & EVEN)
    };
    let [a, b, c, d] = rows.map(|row| row.as_chunks::<4>().0);
    let cells = a.iter().zip(b).zip(c).zip(d);
    sums.extend(cells.map(|(((a, b), c), d)| {
        let both = pairs(a) + pairs(b) + pairs(c) + pairs(d);
        (both & 0xffff) + (both >> 16)
    }));
}

/// The sums of `N` columns at a time, which the compiler knows beforehand; what is left makes one more.
fn columns_added<const N: usize>(down: &[u32], sums: &mut Vec<u32>) {
    let (cells, rest) = down.as_chunks::<N>();
    let last = (!rest.is_empty()).then(|| rest.iter().sum());
    let cells = cells.iter().map(|cell| cell.iter().sum::<u32>());
    sums.extend(cells.chain(last));
}

/// Rows of cells halved: each the mean of those of four that have data.
pub(super) fn halved(rgba: &[u8], width: usize) -> Vec<u8> {
    let (cells, _) = rgba.as_chunks::<4>();
    let rows: Vec<&[[u8; 4]]> = cells.chunks_exact(width).collect();
    let pairs: Vec<Vec<u8>> = rows.par_chunks(2).map(halved_rows).collect();
    pairs.concat()
}

/// One row of two, or of one at the edge.
fn halved_rows(pair: &[&[[u8; 4]]]) -> Vec<u8> {
    let (upper, lower) = (pair[0], pair.get(1).copied().unwrap_or_default());
    let mut out = Vec::with_capacity(upper.len() * 2 + 4);
    let ((above, _), (below, _)) = (upper.as_chunks::<2>(), lower.as_chunks::<2>());
    for ([a, b], [c, d]) in above.iter().zip(below) {
        out.extend(mean_of_four([a, b, c, d]));
    }
    // What is no square: a last column, and a last row.
    let done = above.len().min(below.len()) * 2;
    let below = lower[done.min(lower.len())..].chunks(2);
    let below = below.chain(std::iter::repeat(&[][..]));
    for (above, below) in upper[done..].chunks(2).zip(below) {
        out.extend(mean_cell(above.iter().chain(below)));
    }
    out
}

/// The mean of four cells. Where all have data, or none has, each byte of a word is added beside the others.
fn mean_of_four(cells: [&[u8; 4]; 4]) -> [u8; 4] {
    let words = cells.map(|cell| u32::from_le_bytes(*cell));
    let [a, b, c, d] = words;
    match ((a & b & c & d) >> 24, (a | b | c | d) >> 24) {
        (255, _) => {
            let of = |shift: u32| {
                let sum: u32 = words.iter().map(|word| word >> shift & EVEN).sum();
                // Two in each half, so that a mean is rounded.
                (sum + 0x0002_0002) >> 2 & EVEN
            };
            (of(0) | of(8) << 8).to_le_bytes()
        }
        (_, 0) => [0; 4],
        _ => mean_cell(cells.into_iter()),
    }
}

fn mean_cell<'a>(cells: impl Iterator<Item = &'a [u8; 4]>) -> [u8; 4] {
    let (mut sums, mut held, mut data) = ([0_u32; 3], 0, 0);
    for [red, green, blue, is_known] in cells {
        held += 1;
        if *is_known == DATA {
            data += 1;
            for (sum, value) in sums.iter_mut().zip([red, green, blue]) {
                *sum += u32::from(*value);
            }
        }
    }
    let [r, g, b] = sums.map(|sum| mean(sum, data));
    let has_data = data > 0 && 2 * data >= held;
    [r, g, b, if has_data { DATA } else { NO_DATA }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rect(x0: u32, y0: u32, x1: u32, y1: u32) -> Rect {
        Rect { x0, y0, x1, y1 }
    }

    /// Pixels of a ground without end, of which some have no data.
    fn ground(rect: Rect) -> Pixels {
        let at = (rect.y0..rect.y1).flat_map(|y| (rect.x0..rect.x1).map(move |x| (x, y)));
        let is_hole = |(x, y): (u32, u32)| (x / 3 + y / 5) % 4 == 0;
        let colour = |k: u32| {
            at.clone()
                .map(|(x, y)| {
                    if is_hole((x, y)) {
                        0
                    } else {
                        (x * 7 + y * 13 + k * 50) as u8
                    }
                })
                .collect()
        };
        Pixels {
            rect,
            colours: [colour(0), colour(1), colour(2)],
            validity: Some(at.clone().map(|p| u8::from(is_hole(p))).collect()),
        }
    }

    #[test]
    fn a_cell_is_the_mean_of_what_has_data() {
        let pixels = Pixels {
            rect: rect(0, 0, 3, 2),
            colours: [vec![10, 20, 7, 0, 30, 9], vec![1; 6], vec![255; 6]],
            validity: Some(vec![0, 0, 0, 1, 0, 3]),
        };
        let cells = reduce(&pixels, 2, (3, 2));
        assert_eq!(cells.rect, rect(0, 0, 2, 1));
        assert_eq!(cells.rgba, [20, 1, 255, 255, 8, 1, 255, 255]);
        let few = Pixels {
            validity: Some(vec![1, 0, 1, 1, 1, 1]),
            ..pixels.clone()
        };
        assert_eq!(reduce(&few, 2, (3, 2)).rgba[3], NO_DATA);
        assert_eq!(
            reduce(&Pixels::without_data(rect(0, 0, 3, 2)), 2, (3, 2)).rgba,
            [0; 8]
        );
        assert_eq!(reduce(&pixels, 1, (3, 2)).rgba[..4], [10, 1, 255, 255]);
    }

    proptest! {
        #[test]
        fn cells_are_the_same_however_the_pixels_were_cut(w in 1_u32..40, h in 1_u32..40, x in 0_u32..40, y in 0_u32..40, factor in 1_u32..6) {
            let size = (w, h);
            let (x, y) = (x.min(w), y.min(h));
            let whole = reduce(&ground(rect(0, 0, w, h)), factor, size);
            prop_assert_eq!(whole.rect, rect(0, 0, w.div_ceil(factor), h.div_ceil(factor)));
            for part in [rect(0, 0, x, y), rect(x, 0, w, y), rect(0, y, x, h), rect(x, y, w, h)] {
                if part.x0 == part.x1 || part.y0 == part.y1 {
                    continue;
                }
                let cells = reduce(&ground(part), factor, size);
                let r = cells.rect;
                let mut found = cells.rgba.chunks_exact(4);
                for cy in r.y0..r.y1 {
                    for cx in r.x0..r.x1 {
                        let at = (cy * whole.rect.x1 + cx) as usize * 4;
                        prop_assert_eq!(found.next(), Some(&whole.rgba[at..at + 4]));
                    }
                }
            }
        }
    }

    /// As the words of a cell are said, one cell after another.
    fn halved_by_the_word(rgba: &[u8], width: usize) -> Vec<u8> {
        let (cells, _) = rgba.as_chunks::<4>();
        let rows: Vec<&[[u8; 4]]> = cells.chunks_exact(width).collect();
        let mut out = Vec::new();
        for pair in rows.chunks(2) {
            for x in (0..width).step_by(2) {
                let of = pair.iter().flat_map(|row| &row[x..(x + 2).min(width)]);
                out.extend(mean_cell(of));
            }
        }
        out
    }

    proptest! {
        #[test]
        fn halving_several_bytes_at_once_gives_the_same(width in 1_usize..9, high in 1_usize..9, seed in any::<u64>(), holes in 0_u64..4) {
            let mut random = seed | 1;
            let mut rgba = Vec::new();
            for _ in 0..width * high {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let [.., r, g, b, hole] = random.to_be_bytes();
                let is_hole = u64::from(hole) % 8 < holes;
                rgba.extend(if is_hole { [0; 4] } else { [r, g, b, DATA] });
            }
            prop_assert_eq!(halved(&rgba, width), halved_by_the_word(&rgba, width));
        }
    }

    #[test]
    fn halving_keeps_the_edge() {
        let cells = [
            [10, 10, 10, 255],
            [20, 20, 20, 255],
            [90, 0, 0, 255],
            [0; 4],
            [0; 4],
            [0; 4],
        ];
        let halved = halved(&cells.concat(), 3);
        assert_eq!(halved, [15, 15, 15, 255, 90, 0, 0, 255]);
    }
}

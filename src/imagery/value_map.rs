//! Whether a raster's colours stand for measured values: maps of heights and of indices, as photogrammetry programs lay them
//! beside the picture in the colours of a rainbow or from red over yellow to green.

use super::bands::Colours;
use super::orthomosaic::Orthomosaic;
use super::raster_file::open;

/// Windows along a side that are looked at, and the side of one in pixels.
const ACROSS: u32 = 8;
const SIDE: u32 = 64;
/// Levels of each colour in a cell.
const LEVELS: usize = 32;
/// How far the strongest colour of a pixel is above its weakest where it is a strong one.
const STRONG: u8 = 90;
/// The least share of pixels of strong colours: what is flown over has a tenth, but for a field in full flower.
const STRONG_SHARE: f64 = 0.4;
/// The least share of pixels in a hue.
const IN_A_HUE: f64 = 0.04;
/// Cells that hold nine tenths of the pixels: colours of values are a line, which compression makes a little thicker. What is
/// flown over has 350 and more where it has strong colours.
const CELLS: usize = 240;

/// Whether pixels show such a map: strong colours all over, from yellow to green and in a hue beside it, along a line. A field in
/// flower is strong in one hue.
fn is_map(rgb: impl Iterator<Item = [u8; 3]>) -> bool {
    let mut cells = vec![0_u32; LEVELS * LEVELS * LEVELS];
    let (mut count, mut strong) = (0.0_f64, 0.0_f64);
    // From red to yellow, from yellow to green, from green to cyan.
    let mut hues = [0.0_f64; 3];
    for [r, g, b] in rgb {
        // Where there are no values.
        if [r, g, b] == [0; 3] || [r, g, b] == [255; 3] {
            continue;
        }
        count += 1.0;
        let cell = [r, g, b].map(|v| usize::from(v) * LEVELS / 256);
        cells[(cell[0] * LEVELS + cell[1]) * LEVELS + cell[2]] += 1;
        if r.max(g).max(b) - r.min(g).min(b) >= STRONG {
            strong += 1.0;
            match (r >= g, g >= b, r >= b) {
                (true, true, _) => hues[0] += 1.0,
                (false, true, true) => hues[1] += 1.0,
                (false, true, false) => hues[2] += 1.0,
                _ => {}
            }
        }
    }
    let is_strong = |share: f64| share / count.max(1.0) >= IN_A_HUE;
    if strong / count.max(1.0) < STRONG_SHARE
        || !is_strong(hues[1])
        || !(is_strong(hues[0]) || is_strong(hues[2]))
    {
        return false;
    }
    cells.sort_unstable_by(|a, b| b.cmp(a));
    let most: u32 = cells.iter().take(CELLS).sum();
    f64::from(most) >= 0.9 * count
}

impl Orthomosaic {
    /// Whether windows spread evenly over it show a map of measured values. What cannot be read here is found out later.
    pub(super) fn is_of_values(&self) -> bool {
        let (Colours::Byte(bands), Ok(dataset)) = (&self.colours, open(&self.header.path)) else {
            return false;
        };
        let (width, height) = (self.header.levels[0].width, self.header.levels[0].height);
        let (w, h) = (SIDE.min(width), SIDE.min(height));
        let corner = |i: u32, free: u32| {
            let place = u64::from(free) * u64::from(i) / u64::from(ACROSS - 1);
            isize::try_from(place).unwrap_or(0)
        };
        let size = (w as usize, h as usize);
        let mut pixels = Vec::new();
        for i in 0..ACROSS * ACROSS {
            let at = (
                corner(i % ACROSS, width - w),
                corner(i / ACROSS, height - h),
            );
            let planes = bands.each_ref().map(|number| {
                let band = dataset.rasterband(*number);
                band.and_then(|band| band.read_as::<u8>(at, size, size, None))
            });
            let [Ok(red), Ok(green), Ok(blue)] = planes else {
                continue;
            };
            let all = red.data().iter().zip(green.data()).zip(blue.data());
            pixels.extend(all.map(|((r, g), b)| [*r, *g, *b]));
        }
        is_map(pixels.into_iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values as they vary over ground, with the grain of compression.
    fn shown(colour: impl Fn(f64) -> [f64; 3], grain: f64) -> bool {
        let pixels = (0..40_000_u32).map(|i| {
            let value = f64::from(i % 211) / 210.0;
            let mixed = |k: u32| {
                let mixed = i.wrapping_mul(2_654_435_761).rotate_left(7 * k + 3);
                (f64::from(mixed >> 16 & 0xff) / 127.5 - 1.0) * grain
            };
            let of = colour(value);
            [0, 1, 2].map(|k: u32| (of[k as usize] + mixed(k)).clamp(0.0, 255.0) as u8)
        });
        is_map(pixels)
    }

    fn between(stops: &[[f64; 3]], value: f64) -> [f64; 3] {
        let at = value * (stops.len() - 1) as f64;
        let first = (at as usize).min(stops.len() - 2);
        let part = at - first as f64;
        std::array::from_fn(|k| stops[first][k] * (1.0 - part) + stops[first + 1][k] * part)
    }

    #[test]
    fn colours_of_values_are_told_from_ground_and_from_flowers() {
        let index = [
            [215.0, 48.0, 39.0],
            [253.0, 174.0, 97.0],
            [255.0, 255.0, 191.0],
            [166.0, 217.0, 106.0],
            [26.0, 152.0, 80.0],
        ];
        let rainbow = [
            [0.0, 0.0, 255.0],
            [0.0, 255.0, 255.0],
            [255.0, 255.0, 0.0],
            [255.0, 0.0, 0.0],
        ];
        for grain in [0.0, 4.0] {
            assert!(shown(|v| between(&index, v), grain), "{grain}");
            assert!(shown(|v| between(&rainbow, v), grain), "{grain}");
        }
        // Fields of poppies and of rape between grass, and earth.
        let poppies = [
            [210.0, 40.0, 50.0],
            [120.0, 30.0, 40.0],
            [90.0, 110.0, 60.0],
        ];
        let rape = [
            [230.0, 210.0, 40.0],
            [140.0, 150.0, 60.0],
            [80.0, 100.0, 50.0],
        ];
        let earth = [[150.0, 120.0, 90.0], [110.0, 100.0, 80.0]];
        for field in [&poppies[..], &rape, &earth] {
            assert!(!shown(|v| between(field, v), 25.0), "{field:?}");
        }
    }
}

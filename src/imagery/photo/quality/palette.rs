//! Whether a picture's colours are a palette laid over one measured value, as cameras of heat show it: glowing iron, a rainbow.
//! Pure.

/// Longest side of a frame of heat, doubled ones too. Larger photos are not asked: their colours are their own.
const LONGEST: u32 = 1920;
/// Levels of each colour in a cell.
const LEVELS: usize = 16;
/// Pixels between those that are looked at.
const STRIDE: usize = 3;
/// How far the strongest colour of a pixel is above its weakest where it is a strong one.
const STRONG: u8 = 90;
/// Sixths of the colour circle that hold strong colours, and the least share of pixels in each.
const HUES: usize = 3;
const IN_A_HUE: f64 = 0.04;
/// Cells that hold nine tenths of the pixels: a palette is a line through the colours, whatever else has so many hues fills a
/// room.
const CELLS: usize = 160;

/// Whether it is one.
pub(super) fn is_palette(rgb: &[u8], width: u32, height: u32) -> bool {
    if width.max(height) > LONGEST {
        return false;
    }
    let mut hues = [0.0_f64; 6];
    let mut cells = vec![0_u32; LEVELS * LEVELS * LEVELS];
    let mut count = 0_u32;
    for pixel in rgb.chunks_exact(3).step_by(STRIDE) {
        let [r, g, b] = [pixel[0], pixel[1], pixel[2]];
        count += 1;
        let cell = [r, g, b].map(|v| usize::from(v) * LEVELS / 256);
        cells[(cell[0] * LEVELS + cell[1]) * LEVELS + cell[2]] += 1;
        if r.max(g).max(b) - r.min(g).min(b) >= STRONG {
            hues[sixth(r, g, b)] += 1.0;
        }
    }
    let all = f64::from(count.max(1));
    let many = hues.iter().filter(|own| **own / all >= IN_A_HUE).count();
    if many < HUES {
        return false;
    }
    cells.sort_unstable_by(|a, b| b.cmp(a));
    let most: u32 = cells.iter().take(CELLS).sum();
    f64::from(most) >= 0.9 * all
}

/// The sixth of the colour circle that a colour is in.
fn sixth(r: u8, g: u8, b: u8) -> usize {
    match (r >= g, g >= b, r >= b) {
        (true, true, _) => 0,
        (false, true, true) => 1,
        (false, true, false) => 2,
        (false, false, _) => 3,
        (true, false, false) => 4,
        (true, false, true) => 5,
    }
}

//! Whether a photo shows anything: blur, darkness, overexposure, and the colours of a camera converted to near infrared.
//! Pure.

mod palette;

/// What was measured over a photo's pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// How much of the contrast lies between neighbouring pixels: the mean square of the second differences over the
    /// variance of the brightness, the median over patches. A sharp photo has more.
    pub sharpness: f64,
    /// Mean brightness, 0 to 255.
    pub brightness: f64,
    /// Share of pixels that are black (below 8).
    pub black: f64,
    /// Share of pixels that are burnt out (above 250 in all colours).
    pub burnt: f64,
    /// Mean red, green and blue.
    pub colour: [f64; 3],
    /// Share of pixels that are clearly green, and share that are clearly the opposite.
    pub green: (f64, f64),
    /// Share of pixels that have any colour.
    pub coloured: f64,
    /// How far the brightness varies: its standard deviation.
    pub contrast: f64,
    /// Whether its colours are a palette laid over one measured value.
    pub palette: bool,
}

/// What is wrong with a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// Motion or focus has smeared it.
    Blurred,
    /// Too dark.
    Dark,
    /// Burnt out.
    Overexposed,
    /// Red, green and blue are not what they are: near infrared.
    NearInfrared,
    /// Black and white, in a file that could hold colours: a frame of heat, or of a camera at night.
    Colourless,
    /// The colours stand for measured values: a frame of heat.
    Palette,
}

/// Levels between the strongest and the weakest colour of a pixel that compression makes of grey.
const TINT: f64 = 8.0;
/// A photo has fewer coloured pixels only where it has no colours; one without contrast tells nothing.
const COLOURLESS: f64 = 0.000_5;
const FLAT: f64 = 4.0;
/// Patches along a side, and their side in pixels.
const PATCHES: u32 = 6;
const PATCH: u32 = 96;
/// Pixels between those that are taken for the colours.
const STRIDE: usize = 7;

/// Measures an RGB image of `width` columns.
pub fn measure(rgb: &[u8], width: u32, height: u32) -> Measures {
    let (mut count, mut sums) = (0.0_f64, [0.0_f64; 3]);
    let (mut black, mut burnt, mut green, mut magenta) = (0.0, 0.0, 0.0, 0.0);
    let (mut coloured, mut squares) = (0.0, 0.0);
    for pixel in rgb.chunks_exact(3).step_by(STRIDE) {
        let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(f64::from);
        count += 1.0;
        for (sum, value) in sums.iter_mut().zip([r, g, b]) {
            *sum += value;
        }
        black += f64::from(u8::from(r.max(g).max(b) < 8.0));
        burnt += f64::from(u8::from(r.min(g).min(b) > 250.0));
        coloured += f64::from(u8::from(r.max(g).max(b) - r.min(g).min(b) > TINT));
        squares += ((r + g + b) / 3.0).powi(2);
        let excess = (2.0 * g - r - b) / (r + g + b + 1.0);
        green += f64::from(u8::from(excess > 0.05));
        magenta += f64::from(u8::from(excess < -0.05));
    }
    let count = count.max(1.0);
    let colour = sums.map(|s| s / count);
    let brightness = colour.iter().sum::<f64>() / 3.0;
    Measures {
        sharpness: sharpness(rgb, width, height),
        brightness,
        black: black / count,
        burnt: burnt / count,
        colour,
        green: (green / count, magenta / count),
        coloured: coloured / count,
        contrast: (squares / count - brightness.powi(2)).max(0.0).sqrt(),
        palette: palette::is_palette(rgb, width, height),
    }
}

fn sharpness(rgb: &[u8], width: u32, height: u32) -> f64 {
    let side = PATCH.min(width).min(height);
    if side < 8 {
        return f64::INFINITY;
    }
    let mut found: Vec<f64> = Vec::new();
    for j in 0..PATCHES {
        for i in 0..PATCHES {
            let x0 = (width - side) * i / (PATCHES - 1);
            let y0 = (height - side) * j / (PATCHES - 1);
            found.extend(patch_sharpness(rgb, width, (x0, y0), side));
        }
    }
    found.sort_by(f64::total_cmp);
    // Water and bare ground have no detail to judge by: patches without contrast were left out.
    found.get(found.len() / 2).copied().unwrap_or(f64::INFINITY)
}

fn patch_sharpness(rgb: &[u8], width: u32, (x0, y0): (u32, u32), side: u32) -> Option<f64> {
    let luma = |x: u32, y: u32| {
        let at = 3 * (y as usize * width as usize + x as usize);
        f64::from(rgb[at]) * 0.299 + f64::from(rgb[at + 1]) * 0.587 + f64::from(rgb[at + 2]) * 0.114
    };
    let (mut n, mut sum, mut squares, mut second) = (0.0, 0.0, 0.0, 0.0);
    for y in y0 + 1..y0 + side - 1 {
        for x in x0 + 1..x0 + side - 1 {
            let here = luma(x, y);
            n += 1.0;
            sum += here;
            squares += here * here;
            let across = luma(x - 1, y) + luma(x + 1, y) - 2.0 * here;
            let along = luma(x, y - 1) + luma(x, y + 1) - 2.0 * here;
            second += (across * across).min(along * along);
        }
    }
    let variance: f64 = squares / n - (sum / n) * (sum / n);
    (variance > 25.0).then(|| second / n / variance)
}

impl Measures {
    /// What is wrong, the gravest first.
    pub fn defect(&self) -> Option<Defect> {
        let [red, green, blue] = self.colour;
        let infrared =
            self.green.1 > 0.8 && self.green.0 < 0.01 && green * 1.02 < red && green * 1.02 < blue;
        if self.brightness < 20.0 || self.black > 0.8 {
            Some(Defect::Dark)
        } else if self.brightness > 240.0 || self.burnt > 0.6 {
            Some(Defect::Overexposed)
        } else if infrared {
            Some(Defect::NearInfrared)
        } else if self.coloured < COLOURLESS && self.contrast > FLAT {
            Some(Defect::Colourless)
        } else if self.palette {
            Some(Defect::Palette)
        } else if self.sharpness < BLURRED {
            Some(Defect::Blurred)
        } else {
            None
        }
    }
}

/// Below this a photo counts as blurred. Measured: sharp photos of four cameras have 0.04 to 0.26; smeared over 8 pixels
/// 0.002 to 0.015, over 30 pixels 0.0008 to 0.003. The line is drawn where a flower is certainly lost.
const BLURRED: f64 = 0.004;

#[cfg(test)]
mod tests;

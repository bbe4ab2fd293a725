//! Pictures as JPEG. Colours keep their full resolution: a petal is a few pixels.

use jpeg_encoder::{ColorType, Encoder, EncodingError, SamplingFactor};

/// The pixels of a picture that is to be written.
#[derive(Debug, Clone, Copy)]
pub enum JpegPixels<'a> {
    /// Red, green, blue.
    Rgb(&'a [u8]),
    /// Red, green, blue, and a fourth byte that is passed over.
    Rgbx(&'a [u8]),
}

/// A picture of `size` columns and rows, row by row, as JPEG. The same pixels give the same bytes on every machine.
///
/// # Errors
/// Those of the encoder: a side of none or of more than 65,535 pixels, fewer bytes than pixels.
pub fn jpeg_of(
    pixels: JpegPixels<'_>,
    size: (u32, u32),
    quality: u8,
) -> Result<Vec<u8>, EncodingError> {
    // What does not fit into 16 bits is as wrong as none, and said by the encoder.
    let side = |pixels: u32| u16::try_from(pixels).unwrap_or(0);
    let (bytes, order) = match pixels {
        JpegPixels::Rgb(bytes) => (bytes, ColorType::Rgb),
        JpegPixels::Rgbx(bytes) => (bytes, ColorType::Rgba),
    };
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder.encode(bytes, side(size.0), side(size.1), order)?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_comes_back_nearly_as_it_was_and_a_fourth_byte_changes_nothing() {
        let (width, height) = (37, 21);
        let at = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let pixel = |(x, y): (u32, u32)| [4 * x + y, 9 * y, 200 - 3 * x].map(|v| v as u8);
        let rgb: Vec<u8> = at.clone().flat_map(pixel).collect();
        let rgbx: Vec<u8> = at.flat_map(|p| pixel(p).into_iter().chain([7])).collect();
        let jpeg = jpeg_of(JpegPixels::Rgb(&rgb), (width, height), 85).expect("encoded");
        assert_eq!(
            jpeg,
            jpeg_of(JpegPixels::Rgbx(&rgbx), (width, height), 85).expect("encoded")
        );
        let back = image::load_from_memory(&jpeg).expect("a picture").to_rgb8();
        assert_eq!(back.dimensions(), (width, height));
        let off = back.as_raw().iter().zip(&rgb).map(|(a, b)| a.abs_diff(*b));
        assert!(off.clone().max() < Some(24), "{:?}", off.max());
    }

    #[test]
    fn what_is_no_picture_is_an_error() {
        for size in [(0, 4), (4, 70_000), (5, 5)] {
            assert!(jpeg_of(JpegPixels::Rgb(&[0; 48]), size, 85).is_err());
        }
    }
}

//! Which bands of a raster are red, green and blue, and how a pixel without data is told.

use super::band_names::{ByName, Light, by_name};
use super::raster_error::RasterError;
use gdal::raster::{ColorInterpretation, GdalDataType, RasterBand};
use gdal::{Dataset, Metadata};
use std::path::Path;

/// Where the colours come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Colours {
    /// Three bands of 8 bits, by number from 1.
    Byte([usize; 3]),
    /// Three bands of 16 bits.
    Word([usize; 3]),
    /// One band of indices and the colour and alpha of each.
    Palette(usize, Vec<[u8; 4]>),
}

impl Colours {
    /// The numbers of the bands that are read.
    pub fn bands(&self) -> Vec<usize> {
        match self {
            Self::Byte(bands) | Self::Word(bands) => bands.to_vec(),
            Self::Palette(band, _) => vec![*band],
        }
    }
}

/// How a pixel without data is told.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum NoData {
    /// Every pixel has data.
    Never,
    /// Where every colour band has its no-data value.
    Value(Vec<f64>),
    /// Where the mask or alpha band is zero.
    Mask,
}

/// Chooses the colour bands: those asked for, else by what is said of each, else by colour interpretation, else the first three where
/// none is named.
pub(super) fn choose(
    path: &Path,
    dataset: &Dataset,
    asked: Option<[usize; 3]>,
) -> Result<Colours, RasterError> {
    let count = dataset.raster_count();
    let band = |number: usize| {
        dataset
            .rasterband(number)
            .map_err(|_ignored| RasterError::NoSuchBand {
                path: path.into(),
                band: number,
                bands: count,
            })
    };
    let bands: Vec<RasterBand<'_>> = (1..=count).map(band).collect::<Result<_, _>>()?;
    if asked.is_none()
        && let Some(colours) = palette(&bands)
    {
        return Ok(colours);
    }
    let chosen = asked
        .or_else(|| told(&bands))
        .ok_or_else(|| RasterError::Grey {
            path: path.into(),
            bands: count,
            heights: bands.first().is_some_and(is_of_heights),
        })?;
    let kinds: Vec<GdalDataType> = chosen
        .iter()
        .map(|n| band(*n).map(|b| b.band_type()))
        .collect::<Result<_, _>>()?;
    of_depth(path, chosen, &kinds)
}

/// Red, green and blue by what the raster itself says.
fn told(bands: &[RasterBand<'_>]) -> Option<[usize; 3]> {
    let plain = by_interpretation(bands).or_else(|| unnamed(bands))?;
    // Words that all bands share say where the raster came from.
    let words = plain.map(|number| bands[number - 1].description().unwrap_or_default());
    if words[0] == words[1] && words[1] == words[2] && !words[0].is_empty() {
        return Some(plain);
    }
    let lights: Vec<Option<Light>> = bands.iter().map(light).collect();
    match by_name(&lights, plain) {
        Some(ByName::Bands(bands)) => Some(bands),
        Some(ByName::NoColours) => None,
        None => Some(plain),
    }
}

/// The light of a band by its description, or by its wavelength.
fn light(band: &RasterBand<'_>) -> Option<Light> {
    let named = band.description().ok().and_then(|text| Light::named(&text));
    named.or_else(|| {
        let microns = band.metadata_item("CENTRAL_WAVELENGTH_UM", "IMAGERY")?;
        let microns: f64 = microns.trim().parse().ok()?;
        (microns > 0.0).then(|| Light::of_nanometres(microns * 1000.0))
    })
}

fn by_interpretation(bands: &[RasterBand<'_>]) -> Option<[usize; 3]> {
    use ColorInterpretation::{BlueBand, GreenBand, RedBand};
    let named = |wanted| {
        bands
            .iter()
            .position(|b| b.color_interpretation() == wanted)
            .map(|i| i + 1)
    };
    Some([named(RedBand)?, named(GreenBand)?, named(BlueBand)?])
}

/// The first three bands, where nothing says what they are.
fn unnamed(bands: &[RasterBand<'_>]) -> Option<[usize; 3]> {
    let plain = |b: &RasterBand<'_>| {
        matches!(
            b.color_interpretation(),
            ColorInterpretation::Undefined | ColorInterpretation::GrayIndex
        )
    };
    (bands.len() >= 3 && bands[..3].iter().all(plain)).then_some([1, 2, 3])
}

/// How many bands there are, where so many that they are a multispectral camera's, and nothing says which those are that were
/// taken.
pub(super) fn guessed(dataset: &Dataset, colours: &Colours) -> Option<usize> {
    const LEAST: usize = 5;
    let count = dataset.raster_count();
    let bands: Vec<RasterBand<'_>> = (1..=count)
        .filter_map(|n| dataset.rasterband(n).ok())
        .collect();
    let taken = colours.bands();
    let is_told = by_interpretation(&bands).is_some()
        || (taken.iter()).any(|n| bands.get(n - 1).and_then(light).is_some());
    (count >= LEAST && taken == [1, 2, 3] && !is_told).then_some(count)
}

/// The chosen bands as bytes or words, by the types of their values.
fn of_depth(
    path: &Path,
    chosen: [usize; 3],
    kinds: &[GdalDataType],
) -> Result<Colours, RasterError> {
    if kinds.iter().all(|k| *k == GdalDataType::UInt8) {
        Ok(Colours::Byte(chosen))
    } else if kinds.iter().all(|k| {
        matches!(
            k,
            GdalDataType::UInt8 | GdalDataType::UInt16 | GdalDataType::Int16
        )
    }) {
        Ok(Colours::Word(chosen))
    } else {
        Err(RasterError::Depth {
            path: path.into(),
            kind: kinds[0].name(),
        })
    }
}

/// Whether a band holds values as terrain models do, not light.
fn is_of_heights(band: &RasterBand<'_>) -> bool {
    matches!(
        band.band_type(),
        GdalDataType::Int16 | GdalDataType::Int32 | GdalDataType::Float32 | GdalDataType::Float64
    )
}

fn palette(bands: &[RasterBand<'_>]) -> Option<Colours> {
    let band = bands
        .first()
        .filter(|b| b.color_interpretation() == ColorInterpretation::PaletteIndex)?;
    let table = band.color_table()?;
    let entries = (0..256)
        .map(|i| {
            let part = |v: i16| u8::try_from(v.clamp(0, 255)).unwrap_or(0);
            table.entry_as_rgb(i).map_or([0, 0, 0, 0], |e| {
                [part(e.r), part(e.g), part(e.b), part(e.a)]
            })
        })
        .collect();
    Some(Colours::Palette(1, entries))
}

/// How this raster marks pixels without data.
pub(super) fn no_data(dataset: &Dataset, colours: &Colours) -> NoData {
    let bands: Vec<RasterBand<'_>> = colours
        .bands()
        .into_iter()
        .filter_map(|n| dataset.rasterband(n).ok())
        .collect();
    let flags = bands.first().and_then(|b| b.mask_flags().ok());
    if flags
        .as_ref()
        .is_some_and(|f| f.is_alpha() || f.is_per_dataset())
    {
        return NoData::Mask;
    }
    // Signed values are read as they are from 0 on; what lies below, a mark for no data mostly, becomes 0.
    let read_as = |band: &RasterBand<'_>| {
        let value = band.no_data_value()?;
        let signed = band.band_type() == GdalDataType::Int16;
        Some(if signed { value.max(0.0) } else { value })
    };
    let values: Vec<f64> = bands.iter().filter_map(read_as).collect();
    if !values.is_empty() && values.len() == bands.len() {
        NoData::Value(values)
    } else {
        NoData::Never
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gdal::DriverManager;

    /// The colours of a raster of so many bands with these descriptions.
    fn colours(names: &[&str]) -> (Result<Colours, RasterError>, Option<usize>) {
        crate::imagery::set_up_gdal();
        let driver = DriverManager::get_driver_by_name("MEM").expect("MEM");
        let dataset = driver
            .create_with_band_type::<u16, _>("", 8, 8, names.len())
            .expect("made");
        for (number, name) in (1..).zip(names) {
            let mut band = dataset.rasterband(number).expect("a band");
            band.set_description(name).expect("named");
        }
        let chosen = choose(Path::new("a.tif"), &dataset, None);
        let guessed = chosen.as_ref().ok().and_then(|c| guessed(&dataset, c));
        (chosen, guessed)
    }

    #[test]
    fn bands_are_taken_by_what_their_descriptions_say() {
        for names in [
            &["Green", "Red", "Red edge", "NIR"][..],
            &["绿", "红", "红边", "近红外"],
            &["NIR", "Red", "Green"],
        ] {
            let (found, _) = colours(names);
            assert!(
                matches!(found, Err(RasterError::Grey { heights: false, .. })),
                "{names:?}"
            );
        }
        for (names, bands) in [
            (&["Blue", "Green", "Red", "NIR", "RedEdge"][..], [3, 2, 1]),
            (&["Red", "Green", "Blue", "NIR"], [1, 2, 3]),
            (&["", "", "", "NIR"], [1, 2, 3]),
            (&["near_ir.tif", "near_ir.tif", "near_ir.tif"], [1, 2, 3]),
        ] {
            let (found, guessed) = colours(names);
            assert_eq!(found.expect("colours"), Colours::Word(bands), "{names:?}");
            assert_eq!(guessed, None, "{names:?}");
        }
    }

    #[test]
    fn five_bands_of_which_nothing_is_said_are_taken_and_said() {
        let (found, guessed) = colours(&[""; 5]);
        assert_eq!(
            (found.expect("colours"), guessed),
            (Colours::Word([1, 2, 3]), Some(5))
        );
        assert_eq!(colours(&[""; 4]).1, None);
        assert_eq!(colours(&["Red", "Green", "Blue", "NIR", "RE"]).1, None);
    }
}

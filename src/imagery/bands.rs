//! Which bands of a raster are red, green and blue, and how a pixel without data is told.

use super::raster_error::RasterError;
use gdal::Dataset;
use gdal::raster::{ColorInterpretation, GdalDataType, RasterBand};
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

/// Chooses the colour bands: those asked for, else by colour interpretation, else the first three where none is named.
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
    let named = |wanted| {
        bands
            .iter()
            .position(|b| b.color_interpretation() == wanted)
            .map(|i| i + 1)
    };
    let by_name = || {
        use ColorInterpretation::{BlueBand, GreenBand, RedBand};
        Some([named(RedBand)?, named(GreenBand)?, named(BlueBand)?])
    };
    let unnamed = || {
        let plain = |b: &RasterBand<'_>| {
            matches!(
                b.color_interpretation(),
                ColorInterpretation::Undefined | ColorInterpretation::GrayIndex
            )
        };
        (count >= 3 && bands[..3].iter().all(plain)).then_some([1, 2, 3])
    };
    let chosen = asked
        .or_else(by_name)
        .or_else(unnamed)
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

//! One axis of a plan: where tiles and windows begin, and what a stripe of them reads.

use crate::scan::model::{Contract, Output};

/// A dense model with free sizes is run on windows of at least this many pixels along a side. Larger ones waste less on
/// the halo, and their activations take more memory than that is worth.
pub(super) const WINDOW: u32 = 768;

/// A scale nearer to one than this is taken as one: no model can see it, and the pixels stay as they were flown.
pub(super) const SAME_SCALE: f64 = 0.01;

/// Where a tile stands along one axis, in model pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) length: u32,
    pub(super) core: i64,
    pub(super) core_length: u32,
}

pub(super) fn same(scale: f64) -> f64 {
    if (scale - 1.0).abs() < SAME_SCALE {
        1.0
    } else {
        scale
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive and no larger than the raster at the model's finest scale"
)]
pub(super) fn shrunk(pixels: u32, scale: f64) -> u32 {
    // A sliver that is only the rounding of the scale is no pixel of its own.
    ((f64::from(pixels) / scale - 1e-6).ceil() as u32).max(1)
}

pub(super) fn axis(contract: &Contract, fixed: Option<u32>, size: u32) -> Vec<Span> {
    match contract.output {
        Output::Tile | Output::Boxes(_) => {
            tiles(size, fixed.unwrap_or(contract.tile_px), contract.overlap)
        }
        // Segmenters halve their input again and again: what their makers named is the size that goes through.
        Output::Mask { cell, halo, .. } => windows(size, cell, halo, contract.tile_px, true),
        Output::Dense { cell, halo } => {
            let largest =
                fixed.unwrap_or_else(|| aligned_up(contract.tile_px.max(WINDOW), cell, u32::MAX));
            windows(size, cell, halo, largest, fixed.is_some())
        }
    }
}

/// Tiles that overlap by a share of themselves; the last is moved inwards so that it ends with the source.
pub(super) fn tiles(size: u32, tile: u32, overlap: f64) -> Vec<Span> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and the tile"
    )]
    let stride = ((f64::from(tile) * (1.0 - overlap)).round() as u32).clamp(1, tile);
    let last = size.saturating_sub(tile);
    let starts = (0..last.div_ceil(stride)).map(|i| i * stride).chain([last]);
    starts
        .map(|start| Span {
            from: start.into(),
            length: tile,
            core: start.into(),
            core_length: tile,
        })
        .collect()
}

/// Windows whose trusted cells tile the source without overlap. All have one size; with free sizes it is made as small
/// as serves, so that little is wasted at the far edge.
pub(super) fn windows(size: u32, cell: u32, halo: u32, largest: u32, fixed: bool) -> Vec<Span> {
    let cells = size.div_ceil(cell);
    let most = ((largest - 2 * halo) / cell).max(1);
    let count = cells.div_ceil(most);
    let inner = if fixed { most } else { cells.div_ceil(count) };
    (0..count)
        .map(|i| {
            let core = i64::from(i * inner * cell);
            let core_length = inner * cell;
            Span {
                from: core - i64::from(halo),
                length: core_length + 2 * halo,
                core,
                core_length,
            }
        })
        .collect()
}

/// Whether model pixels are level pixels.
pub fn unscaled(scale: f64) -> bool {
    (scale - 1.0).abs() < f64::EPSILON
}

/// The level pixels that resampling `length` model pixels from `start` reads, clipped to the level.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the level"
)]
pub(super) fn needed(start: i64, length: u32, scale: f64, level: u32) -> (u32, u32) {
    let margin = if unscaled(scale) {
        0.0
    } else {
        scale.ceil() + 2.0
    };
    let from = (start as f64 * scale - margin)
        .floor()
        .clamp(0.0, f64::from(level));
    let to = ((start as f64 + f64::from(length)) * scale + margin)
        .ceil()
        .clamp(0.0, f64::from(level));
    (from as u32, to as u32)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the level"
)]
pub(super) fn touched(from: u32, to: u32, scale: f64, level: u32) -> (u32, u32) {
    let limit = f64::from(level);
    (
        ((f64::from(from) * scale).floor().min(limit)) as u32,
        ((f64::from(to) * scale).ceil().min(limit)) as u32,
    )
}

/// A whole number of pixels within a span.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the span"
)]
pub(super) fn whole(value: f64, span: (u32, u32)) -> u32 {
    value.clamp(f64::from(span.0), f64::from(span.1)) as u32
}

pub(super) fn aligned_down(v: u32, block: u32) -> u32 {
    v / block * block
}

pub(super) fn aligned_up(v: u32, block: u32, limit: u32) -> u32 {
    v.div_ceil(block).saturating_mul(block).min(limit)
}

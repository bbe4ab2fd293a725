//! Photos as a mosaic: each laid on the ground as a scan sees it, the one that looks down nearest to a tile on top.
//!
//! To open a photo is to decode it, so what it shows is kept, reduced, as long as there is room.

use super::address::{Mercator, TILE, TileAddress};
use super::draw::{gsd_cm, lay, nodes};
use super::error::TileError;
use super::layer::Bounds;
use super::nodes::Part;
use super::picture::Canvas;
use crate::ground::{CrsPoint, LonLat, PixelPoint, Rect};
use crate::imagery::Source;
use crate::imagery::fingerprint::{Fingerprint, fingerprint_bytes};
use crate::imagery::pyramid::{Cells, reduce};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of cells that are kept.
const MOST_BYTES: usize = 256 << 20;
/// Photos that are decoded for one tile at most: some seconds' work.
const MOST_DECODED: usize = 12;
/// Pixels along the side of the largest cells.
const LARGEST: u32 = 64;
/// What is asked for next is as often as not so many times as coarse.
const COARSER: u32 = 4;

/// A photo on the ground.
#[derive(Debug)]
struct Laid {
    source: Source,
    bounds: Bounds,
}

/// Photos as tiles show them.
#[derive(Debug)]
pub struct PhotoLayer {
    photos: Vec<Laid>,
    pub(super) fingerprint: Fingerprint,
    kept: Mutex<Kept>,
}

/// A photo and the pixels along the side of its cells.
type Key = (usize, u32);

/// Cells, those that were not asked for the longest first.
#[derive(Debug, Default)]
struct Kept {
    cells: HashMap<Key, Arc<Cells>>,
    order: VecDeque<Key>,
    bytes: usize,
}

impl Kept {
    fn get(&mut self, key: Key) -> Option<Arc<Cells>> {
        let found = self.cells.get(&key).cloned()?;
        self.order.retain(|k| *k != key);
        self.order.push_back(key);
        Some(found)
    }

    fn keep(&mut self, key: Key, cells: Arc<Cells>) {
        self.bytes += cells.rgba.len();
        if let Some(before) = self.cells.insert(key, cells) {
            self.bytes -= before.rgba.len();
            self.order.retain(|k| *k != key);
        }
        self.order.push_back(key);
        while self.bytes > MOST_BYTES && self.order.len() > 1 {
            let gone = self
                .order
                .pop_front()
                .and_then(|key| self.cells.remove(&key));
            self.bytes -= gone.map_or(0, |cells| cells.rgba.len());
        }
    }
}

impl PhotoLayer {
    /// A layer of photos; orthomosaics among them are none of it.
    ///
    /// # Errors
    /// [`TileError::Gone`] where there is no photo, and those of coordinate systems.
    pub fn new(sources: Vec<Source>) -> Result<Self, TileError> {
        let of = |source: Source| {
            let to_lonlat = source.to_lonlat()?;
            let bounds = Bounds::of(source.size(), |points| source.locate(&to_lonlat, points))?;
            Ok::<_, TileError>(Laid { source, bounds })
        };
        let photos = sources
            .into_iter()
            .filter(|source| source.as_photo().is_some());
        let photos: Vec<Laid> = photos.map(of).collect::<Result<_, _>>()?;
        if photos.is_empty() {
            return Err(TileError::Gone);
        }
        let names: Vec<&[u8]> = photos
            .iter()
            .map(|p| p.source.fingerprint().0.as_bytes())
            .collect();
        Ok(Self {
            fingerprint: fingerprint_bytes(&names),
            photos,
            kept: Mutex::default(),
        })
    }

    /// The south-west and the north-east corner of all of them.
    pub(super) fn corners(&self) -> (LonLat, LonLat) {
        let each = self.photos.iter().map(|photo| photo.bounds.corners());
        each.reduce(|(a, b), (c, d)| {
            (
                LonLat::new(a.lon.min(c.lon), a.lat.min(c.lat)),
                LonLat::new(b.lon.max(d.lon), b.lat.max(d.lat)),
            )
        })
        .unwrap_or((LonLat::new(0.0, 0.0), LonLat::new(0.0, 0.0)))
    }

    pub(super) fn finest_cm(&self) -> f64 {
        let each = self.photos.iter().map(|photo| photo.source.gsd().mean_cm());
        each.fold(f64::INFINITY, f64::min)
    }

    /// Draws what the photos show of a tile.
    ///
    /// # Errors
    /// [`TileError::TooFarOut`] where too many would have to be decoded.
    pub(super) fn draw(&self, tile: TileAddress, on: &mut Canvas) -> Result<(), TileError> {
        let mut decoded = 0;
        for (number, part) in self.showing(tile) {
            let photo = &self.photos[number].source;
            let factor = factor(gsd_cm(tile, part) / photo.gsd().mean_cm());
            let cells = match self.known(number, factor) {
                Some(cells) => cells,
                None if decoded == MOST_DECODED => return Err(TileError::TooFarOut),
                None => {
                    decoded += 1;
                    self.decode(number, factor)
                }
            };
            if cells.rgba.is_empty() {
                continue;
            }
            let transform = *photo.transform();
            let pixel = |at: &LonLat| {
                transform.invert(CrsPoint {
                    x: at.lon,
                    y: at.lat,
                })
            };
            let nodes = nodes(tile, part, |places| {
                Ok::<Vec<PixelPoint>, std::convert::Infallible>(places.iter().map(pixel).collect())
            });
            let Ok(nodes) = nodes;
            lay(&nodes, &cells, factor, photo.size(), on);
            if on.is_full() {
                break;
            }
        }
        Ok(())
    }

    /// The photos that show any of a tile, the one whose middle is nearest first.
    fn showing(&self, tile: TileAddress) -> Vec<(usize, Part)> {
        let half = f64::from(TILE) / 2.0;
        let distance = |at: Mercator| {
            let (x, y) = tile.position(at);
            (x - half).hypot(y - half)
        };
        let mut found: Vec<(f64, usize, Part)> = (self.photos.iter().enumerate())
            .filter_map(|(n, photo)| {
                Some((
                    distance(photo.bounds.middle()),
                    n,
                    photo.bounds.part_of(tile)?,
                ))
            })
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found
            .into_iter()
            .map(|(_, number, part)| (number, part))
            .collect()
    }

    fn known(&self, number: usize, factor: u32) -> Option<Arc<Cells>> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get((number, factor))
    }

    /// Decodes a photo, and keeps what it shows at this and at coarser scales; nothing of one that is of no use.
    fn decode(&self, number: usize, factor: u32) -> Arc<Cells> {
        let source = &self.photos[number].source;
        let (width, height) = source.size();
        let rect = Rect {
            x0: 0,
            y0: 0,
            x1: width,
            y1: height,
        };
        let pixels = source
            .open(source.full_level())
            .ok()
            .map(|reader| reader.read(rect, &mut None));
        let cells = |factor| match &pixels {
            Some(pixels) => reduce(pixels, factor, (width, height)),
            None => Cells {
                rect,
                rgba: Vec::new(),
            },
        };
        let asked = Arc::new(cells(factor));
        let mut coarser = factor * COARSER;
        let mut kept = vec![((number, factor), Arc::clone(&asked))];
        while coarser <= LARGEST {
            kept.push(((number, coarser), Arc::new(cells(coarser))));
            coarser *= COARSER;
        }
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, cells) in kept {
            all.keep(key, cells);
        }
        asked
    }
}

/// The side of the cells that a scale takes: a power of two.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what is kept"
)]
fn factor(scale: f64) -> u32 {
    1 << (scale.clamp(1.0, f64::from(LARGEST)).log2() as u32)
}

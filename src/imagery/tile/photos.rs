//! Photos as a mosaic: each laid on the ground as the scan laid it. Of a square of a tile the photo is shown that looks down
//! on it most steeply, and the next where that one shows nothing.
//!
//! To open a photo is to decode it, so what it shows is kept, reduced, as long as there is room; and where the scan has left a
//! pyramid, tiles that it is fine enough for are drawn from that.

use super::address::{TILE, TileAddress};
use super::draw::{OpenRaster, gsd_cm, lay, nodes};
use super::error::TileError;
use super::nodes::TilePart;
use super::picture::TilePixels;
use super::raster_layer::{Bounds, COARSER as BEARABLE, RasterLayer};
use crate::ground::{CrsPoint, LonLat, PixelPoint, Rect, corners_around};
use crate::imagery::Source;
use crate::imagery::fingerprint::{Fingerprint, fingerprint_bytes};
use crate::imagery::photo::Nadir;
use crate::imagery::pyramid::{Cells, reduce};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of cells that are kept.
const MOST_BYTES: usize = 256 << 20;
/// Photos that are decoded for one tile at most: some seconds' work.
const MOST_DECODED: usize = 12;
/// Pixels along the side of the largest cells.
const LARGEST: u32 = 64;
/// What is asked for next is as often as not so many times as coarse.
const COARSER: u32 = 4;
/// Pixels along the side of the squares of a tile, of which each shows one photo, and squares along a tile.
const SQUARE: u32 = 16;
const SQUARES: u32 = TILE / SQUARE;

/// A photo on the ground.
#[derive(Debug)]
struct GroundPhoto {
    source: Source,
    bounds: Bounds,
    nadir: Nadir,
}

impl GroundPhoto {
    fn new(source: Source) -> Result<Option<Self>, TileError> {
        let Some(nadir) = source.as_photo().map(|photo| photo.photo().nadir()) else {
            return Ok(None);
        };
        let to_lonlat = source.to_lonlat()?;
        let bounds = Bounds::of(source.size(), |points| source.locate(&to_lonlat, points))?;
        Ok(Some(Self {
            source,
            bounds,
            nadir,
        }))
    }

    fn pixel(&self, at: LonLat) -> PixelPoint {
        self.source.transform().invert(CrsPoint {
            x: at.lon,
            y: at.lat,
        })
    }

    fn has(&self, at: LonLat) -> bool {
        let (width, height) = self.source.size();
        let at = self.pixel(at);
        at.x >= 0.0 && at.y >= 0.0 && at.x < f64::from(width) && at.y < f64::from(height)
    }
}

/// Photos as tiles show them.
#[derive(Debug)]
pub struct PhotoLayer {
    photos: Vec<GroundPhoto>,
    pub(super) pyramid: Option<RasterLayer>,
    pub(super) fingerprint: Fingerprint,
    kept: Mutex<CellCache>,
}

/// The photos of each square of a tile that show any of it, the one that looks down on it most steeply first.
type Squares = Vec<Vec<usize>>;

/// A photo and the pixels along the side of its cells.
type CellKey = (usize, u32);

/// Cells, those that were not asked for the longest first.
#[derive(Debug, Default)]
struct CellCache {
    cells: HashMap<CellKey, Arc<Cells>>,
    order: VecDeque<CellKey>,
    bytes: usize,
}

impl CellCache {
    fn get(&mut self, key: CellKey) -> Option<Arc<Cells>> {
        let found = self.cells.get(&key).cloned()?;
        self.order.retain(|k| *k != key);
        self.order.push_back(key);
        Some(found)
    }

    fn keep(&mut self, key: CellKey, cells: Arc<Cells>) {
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
    /// A layer of photos, and of the pyramid that was made of them, of which one may be lacking; orthomosaics among the
    /// photos are none of it.
    ///
    /// # Errors
    /// [`TileError::Gone`] where both are, and those of coordinate systems.
    pub fn new(sources: Vec<Source>, pyramid: Option<Source>) -> Result<Self, TileError> {
        let laid = sources
            .into_iter()
            .filter_map(|s| GroundPhoto::new(s).transpose());
        let photos: Vec<GroundPhoto> = laid.collect::<Result<_, _>>()?;
        let pyramid = pyramid
            .map(|pyramid| RasterLayer::new(None, Some(pyramid)))
            .transpose()?;
        if photos.is_empty() && pyramid.is_none() {
            return Err(TileError::Gone);
        }
        let of_photos = photos.iter().map(|p| p.source.fingerprint());
        let names = of_photos.chain(pyramid.iter().map(|p| &p.fingerprint));
        let names: Vec<&[u8]> = names.map(|name| name.0.as_bytes()).collect();
        Ok(Self {
            fingerprint: fingerprint_bytes(&names),
            photos,
            pyramid,
            kept: Mutex::default(),
        })
    }

    /// The south-west and the north-east corner of all of it.
    pub(super) fn corners(&self) -> (LonLat, LonLat) {
        let each = self.photos.iter().map(|photo| photo.bounds.corners());
        let each = each.chain(self.pyramid.iter().map(|pyramid| pyramid.bounds.corners()));
        let nowhere = LonLat::new(0.0, 0.0);
        corners_around(each.flat_map(|(low, high)| [low, high])).unwrap_or((nowhere, nowhere))
    }

    pub(super) fn finest_cm(&self) -> f64 {
        let each = self.photos.iter().map(|photo| photo.source.gsd().mean_cm());
        let each = each.chain(self.pyramid.iter().map(RasterLayer::finest_cm));
        each.fold(f64::INFINITY, f64::min)
    }

    /// Draws a tile: out of the pyramid where that is fine enough or all there is, else out of the photos.
    ///
    /// # Errors
    /// [`TileError::TooFarOut`] where too many photos would have to be decoded and there is no pyramid; those of the pyramid.
    pub(super) fn draw(
        &self,
        pyramid: Option<&mut OpenRaster>,
        tile: TileAddress,
        on: &mut TilePixels,
    ) -> Result<(), TileError> {
        let Some((pyramid, layer)) = pyramid.zip(self.pyramid.as_ref()) else {
            return self.draw_photos(tile, on);
        };
        let (low, high) = self.corners();
        let gsd_cm = tile.gsd_cm(f64::midpoint(low.lat, high.lat));
        let is_enough = layer.finest_cm() <= gsd_cm * BEARABLE || self.photos.is_empty();
        if !is_enough {
            match self.draw_photos(tile, on) {
                Err(TileError::TooFarOut) => {}
                drawn => return drawn,
            }
        }
        pyramid.draw(layer, tile, on)
    }

    fn draw_photos(&self, tile: TileAddress, on: &mut TilePixels) -> Result<(), TileError> {
        let parts: BTreeMap<usize, TilePart> = self.showing(tile);
        let squares = self.squares(tile, &parts);
        let mut decoded = 0;
        for turn in 0.. {
            let wanted = wanted(&squares, turn, on);
            if wanted.is_empty() || on.is_full() {
                break;
            }
            let factor = |number: &usize| {
                let gsd = self.photos[*number].source.gsd();
                factor(gsd_cm(tile, parts[number]) / gsd.mean_cm())
            };
            let unknown = |number: &&usize| self.known(**number, factor(number)).is_none();
            decoded += wanted.keys().filter(unknown).count();
            if decoded > MOST_DECODED {
                return Err(TileError::TooFarOut);
            }
            for (number, own) in wanted {
                let factor = factor(&number);
                let cells = self.known(number, factor);
                let cells = cells.unwrap_or_else(|| self.decode(number, factor));
                if !cells.rgba.is_empty() {
                    self.lay(tile, (number, parts[&number]), (&cells, factor), &own, on);
                }
            }
        }
        Ok(())
    }

    /// Lays a photo on those squares of a tile that are its own.
    fn lay(
        &self,
        tile: TileAddress,
        (number, part): (usize, TilePart),
        (cells, factor): (&Cells, u32),
        own: &[bool],
        on: &mut TilePixels,
    ) {
        let photo = &self.photos[number];
        let nodes = nodes(tile, part, |places| {
            let pixels = places.iter().map(|at| photo.pixel(*at)).collect();
            Ok::<Vec<PixelPoint>, std::convert::Infallible>(pixels)
        });
        let Ok(nodes) = nodes;
        let is_own = |x: u32, y: u32| own[(y / SQUARE * SQUARES + x / SQUARE) as usize];
        lay(&nodes, cells, (factor, photo.source.size()), is_own, on);
    }

    /// The photos that may show any of a tile, and of which part.
    fn showing(&self, tile: TileAddress) -> BTreeMap<usize, TilePart> {
        let parts = self.photos.iter().enumerate();
        parts
            .filter_map(|(number, photo)| Some((number, photo.bounds.part_of(tile)?)))
            .collect()
    }

    fn squares(&self, tile: TileAddress, parts: &BTreeMap<usize, TilePart>) -> Squares {
        let of_square = |square: u32| {
            let (x, y) = (square % SQUARES * SQUARE, square / SQUARES * SQUARE);
            let place = |dx: u32, dy: u32| {
                let half = f64::from(SQUARE) / 2.0;
                let at = |v: u32, n: u32| f64::from(v) + f64::from(n) * half;
                tile.locate(at(x, dx), at(y, dy))
            };
            let places: Vec<LonLat> = (0..9).map(|n| place(n % 3, n / 3)).collect();
            let mut found: Vec<(f64, usize)> = parts
                .keys()
                .filter(|number| places.iter().any(|at| self.photos[**number].has(*at)))
                .map(|number| (self.photos[*number].nadir.slant(places[4]), *number))
                .collect();
            found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            found.into_iter().map(|(_, number)| number).collect()
        };
        (0..SQUARES * SQUARES).map(of_square).collect()
    }

    /// How much of photos is kept.
    #[cfg(test)]
    pub(super) fn kept_photos(&self) -> usize {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.cells.len()
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
        let rect = Rect::of_size(source.size());
        let pixels = source
            .open(source.full_level())
            .ok()
            .map(|reader| reader.read(rect, &mut None));
        let cells = |factor| match &pixels {
            Some(pixels) => reduce(pixels, factor, source.size()),
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

/// The squares that photos fill in a turn, by photo: of those that are not full yet.
fn wanted(squares: &Squares, turn: usize, on: &TilePixels) -> BTreeMap<usize, Vec<bool>> {
    let mut wanted: BTreeMap<usize, Vec<bool>> = BTreeMap::new();
    for (square, photos) in squares.iter().enumerate() {
        if let Some(number) = photos.get(turn)
            && !is_full(on, square)
        {
            let own = wanted
                .entry(*number)
                .or_insert_with(|| vec![false; squares.len()]);
            own[square] = true;
        }
    }
    wanted
}

/// Whether a square of a tile is full.
fn is_full(on: &TilePixels, square: usize) -> bool {
    let (side, across) = (SQUARE as usize, TILE as usize);
    let squares = SQUARES as usize;
    let first = square / squares * side * across + square % squares * side;
    let mut pixels = (0..side).flat_map(|y| (0..side).map(move |x| first + y * across + x));
    pixels.all(|pixel| on.rgba[pixel * 4 + 3] == 255)
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

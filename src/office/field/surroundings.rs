//! The imagery around a crew's sites, as a file of tiles that goes down with its project: what a crew on foot recognises the
//! ground by.
//!
//! A tile is drawn anew only where the imagery under it is other than it was; where sites and imagery are as they were, the
//! file stays.

use super::found::CrewEntry;
use super::{OfficeError, clock};
use crate::files::{self, FileError};
use crate::ground::{LocalPlane, LonLat, PlanePoint};
use crate::imagery::Fingerprint;
use crate::imagery::base_map::{MbTiles, MbTilesBefore, MbTilesFile, MbTilesTitle, TilesAbout};
use crate::imagery::tile::{LaidMap, Layer, OpenLayers, TILE, TileAddress, TilePicture, laid_over};
use crate::registry::Hash;
use crate::words::Lang;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Metres around a site that are shown.
const REACH_M: f64 = 150.0;
/// From the way there to a pixel of 13 cm in the middle of China.
const ZOOMS: RangeInclusive<u8> = 14..=20;
/// Tiles and bytes of a file at most: what a phone fetches over a slow line, and holds.
const MOST_TILES: usize = 12_000;
const MOST_BYTES: u64 = 128 << 20;
/// What is drawn otherwise than before counts as other imagery.
const FORM: &str = "1";

/// Tiles that somebody has drawn.
pub trait StoredTiles {
    /// What they say of themselves.
    fn about(&self) -> &TilesAbout;
    /// What makes them the same.
    fn fingerprint(&self) -> &Fingerprint;
    /// One of them.
    fn tile(&self, at: TileAddress) -> Option<TilePicture>;
}

impl StoredTiles for MbTiles {
    fn about(&self) -> &TilesAbout {
        self.about()
    }

    fn fingerprint(&self) -> &Fingerprint {
        self.fingerprint()
    }

    fn tile(&self, at: TileAddress) -> Option<TilePicture> {
        self.tile(at)
    }
}

/// Imagery of an office.
pub enum Imagery<'a> {
    /// Tiles are drawn from it.
    Drawn(Arc<Layer>),
    /// It holds tiles.
    Stored(&'a dyn StoredTiles),
}

impl Imagery<'_> {
    fn fingerprint(&self) -> &Fingerprint {
        match self {
            Self::Drawn(layer) => layer.fingerprint(),
            Self::Stored(tiles) => tiles.fingerprint(),
        }
    }

    fn deepest(&self) -> u8 {
        match self {
            // Finer than the file is allowed: any tile can be drawn.
            Self::Drawn(_) => *ZOOMS.end(),
            Self::Stored(tiles) => tiles.about().deepest,
        }
    }

    /// The deepest zoom at which it shows more.
    fn fine_to(&self) -> u8 {
        match self {
            Self::Drawn(layer) => layer.deepest(),
            Self::Stored(tiles) => tiles.about().deepest,
        }
    }

    /// Whether it may show any of a tile.
    fn reaches(&self, at: TileAddress) -> bool {
        let corners = match self {
            Self::Drawn(layer) => Some(layer.corners()),
            Self::Stored(tiles) => tiles.about().corners,
        };
        let side = f64::from(TILE);
        let (north_west, south_east) = (at.locate(0.0, 0.0), at.locate(side, side));
        corners.is_none_or(|(low, high)| {
            low.lon <= south_east.lon
                && high.lon >= north_west.lon
                && low.lat <= north_west.lat
                && high.lat >= south_east.lat
        })
    }

    fn tile(&self, desk: &RefCell<OpenLayers>, at: TileAddress) -> Option<TilePicture> {
        match self {
            Self::Drawn(layer) => desk.borrow_mut().tile(layer, at).ok().flatten(),
            Self::Stored(tiles) => tiles.tile(at),
        }
    }

    fn owed_to(&self) -> Option<&str> {
        match self {
            Self::Drawn(_) => None,
            Self::Stored(tiles) => tiles.about().attribution.as_deref(),
        }
    }
}

/// What there is to draw from.
pub struct Surroundings<'a> {
    /// The imagery, the uppermost first.
    pub imagery: &'a [Imagery<'a>],
    /// Ends the drawing.
    pub stop: &'a AtomicBool,
}

/// The file of a crew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SiteMap {
    /// Where it lies.
    pub path: PathBuf,
    /// How large it is.
    pub bytes: u64,
    /// When it was made.
    pub made: Timestamp,
}

impl SiteMap {
    /// What it is in the crew's folder.
    pub(super) fn entry(self) -> CrewEntry {
        CrewEntry::file(self.path, self.bytes, self.made)
    }
}

/// What a file was made of.
#[derive(Debug, Serialize, Deserialize)]
struct SurroundingsInputs {
    key: Hash,
    made: Timestamp,
    /// How large it is; none where no imagery shows any of the sites.
    bytes: Option<u64>,
}

fn told(folder: &Path) -> PathBuf {
    folder.join("map.json")
}

fn place(folder: &Path, key: Hash) -> PathBuf {
    folder
        .join("maps")
        .join(format!("{}.mbtiles", &key.to_string()[..16]))
}

fn before(folder: &Path) -> Option<SurroundingsInputs> {
    serde_json::from_slice(&std::fs::read(told(folder)).ok()?).ok()
}

/// The file that lies in a crew's folder.
pub(super) fn present(folder: &Path) -> Option<SiteMap> {
    let SurroundingsInputs { key, made, bytes } = before(folder)?;
    let (path, bytes) = (place(folder, key), bytes?);
    let is_whole = std::fs::metadata(&path).is_ok_and(|about| about.len() == bytes);
    is_whole.then_some(SiteMap { path, bytes, made })
}

/// The file of a crew, open as long as it is the one that lies there.
#[derive(Debug, Default)]
pub(super) struct OpenMap(Mutex<Option<(PathBuf, Arc<MbTiles>)>>);

impl OpenMap {
    /// The tiles that lie in a crew's folder; `None` where there are none.
    pub fn of(&self, folder: &Path) -> Option<Arc<MbTiles>> {
        let path = present(folder)?.path;
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, tiles)) = &*open
            && *of == path
        {
            return Some(Arc::clone(tiles));
        }
        let tiles = Arc::new(MbTiles::open(&path).ok()?);
        *open = Some((path, Arc::clone(&tiles)));
        Some(tiles)
    }

    /// Closes it, so that another may lie there.
    pub fn close(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// A tile, and what it is drawn of.
type TileRequest = (TileAddress, String);

/// Draws the file of a crew's sites anew, where they or the imagery around them are other than they were. Says
/// whether another file goes down now.
pub(super) fn draw(
    folder: &Path,
    places: &[LonLat],
    surroundings: &Surroundings<'_>,
    lang: Lang,
) -> Result<bool, OfficeError> {
    let wanted = wanted(places, surroundings.imagery);
    let key = key(&wanted, lang);
    let before = before(folder);
    if before
        .as_ref()
        .is_some_and(|of| of.key == key && (of.bytes.is_none() || present(folder).is_some()))
    {
        return Ok(false);
    }
    let path = place(folder, key);
    let earlier = before.as_ref().map(|of| place(folder, of.key));
    let kept = earlier.as_deref().and_then(MbTilesBefore::open);
    let failed = |error| OfficeError::from(FileError::of(&path)(error));
    let workshop = tempfile::tempdir_in(folder).map_err(failed)?;
    let made = workshop.path().join("map.mbtiles");
    let drawn = written(&made, &wanted, surroundings, kept.as_ref(), lang).map_err(failed)?;
    drop(kept);
    let _half = std::fs::remove_file(&path);
    if drawn.is_some() {
        files::show_as(&made, &path).map_err(failed)?;
    }
    let of = SurroundingsInputs {
        key,
        made: clock::instant(),
        bytes: drawn,
    };
    let told = told(folder);
    let text = serde_json::to_vec(&of).map_err(|e| failed(e.into()))?;
    files::keep(&told, |out| out.write_all(&text)).map_err(FileError::of(&told))?;
    if let Some(earlier) = earlier.filter(|earlier| *earlier != path) {
        let _gone = std::fs::remove_file(earlier);
    }
    Ok(true)
}

/// The tiles around places that any imagery reaches, by zoom; as deep as imagery shows more and there is room.
fn wanted(places: &[LonLat], imagery: &[Imagery<'_>]) -> Vec<Vec<TileRequest>> {
    let fine_to = imagery.iter().map(Imagery::fine_to).max().unwrap_or(0);
    let mut levels = Vec::new();
    let mut count = 0;
    for zoom in ZOOMS.take_while(|zoom| *zoom <= fine_to.max(*ZOOMS.start())) {
        let tiles: BTreeSet<(u32, u32)> = places.iter().flat_map(|at| around(*at, zoom)).collect();
        let of = |(column, row)| {
            let at = TileAddress::new(zoom, column, row)?;
            let reaching = imagery.iter().filter(|imagery| imagery.reaches(at));
            let names: Vec<&str> = reaching.map(|i| i.fingerprint().0.as_str()).collect();
            (!names.is_empty()).then(|| (at, format!("{FORM} {}", names.join(" "))))
        };
        let level: Vec<TileRequest> = tiles.into_iter().filter_map(of).collect();
        count += level.len();
        if count > MOST_TILES {
            break;
        }
        levels.push(level);
    }
    levels
}

/// The columns and rows of the tiles of a zoom around a place.
fn around(at: LonLat, zoom: u8) -> impl Iterator<Item = (u32, u32)> {
    let plane = LocalPlane::at(at);
    let corner = |x: f64, y: f64| {
        let at = plane.to_lonlat(PlanePoint { x, y });
        let tile = TileAddress::of(at, zoom);
        (tile.column(), tile.row())
    };
    let (west, north) = corner(-REACH_M, REACH_M);
    let (east, south) = corner(REACH_M, -REACH_M);
    (north..=south).flat_map(move |row| (west..=east).map(move |column| (column, row)))
}

fn key(wanted: &[Vec<TileRequest>], lang: Lang) -> Hash {
    let tiles = wanted.iter().flatten();
    let tiles = tiles.map(|(at, of)| format!("{} {} {} {of}", at.zoom(), at.column(), at.row()));
    let lines: Vec<String> = tiles.collect();
    Hash::of(format!("{} {}", lang.pick("en", "zh"), lines.join("\n")).as_bytes())
}

/// Writes the file. Says how large it is; `None` where nothing is to be seen.
fn written(
    path: &Path,
    wanted: &[Vec<TileRequest>],
    surroundings: &Surroundings<'_>,
    kept: Option<&MbTilesBefore>,
    lang: Lang,
) -> io::Result<Option<u64>> {
    let imagery = surroundings.imagery;
    let desk = RefCell::new(OpenLayers::default());
    let mut file = MbTilesFile::begin(path)?;
    let (mut bytes, mut zooms, mut corners) = (0, None, None);
    for level in wanted {
        let mut shown = Vec::new();
        for (at, of) in level {
            if surroundings.stop.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let known = kept.and_then(|kept| kept.tile(*at, of));
            let Some(picture) = known.or_else(|| drawn(&desk, *at, imagery)) else {
                continue;
            };
            bytes += picture.len() as u64;
            if bytes > MOST_BYTES {
                break;
            }
            file.put(*at, of, &picture)?;
            shown.push(*at);
        }
        let Some(zoom) = shown.first().map(|at| at.zoom()) else {
            continue;
        };
        // A zoom of which a part is lacking would show holes.
        if bytes > MOST_BYTES {
            file.forget(zoom)?;
            break;
        }
        let first = zooms.map_or(zoom, |(first, _)| first);
        zooms = Some((first, zoom));
        corners = Some(extent(&shown));
    }
    let Some((zooms, corners)) = zooms.zip(corners) else {
        return Ok(None);
    };
    let owed: BTreeSet<&str> = imagery.iter().filter_map(Imagery::owed_to).collect();
    let owed: Vec<&str> = owed.into_iter().collect();
    let (_, deepest) = zooms;
    file.finish(&MbTilesTitle {
        name: lang.pick("Imagery around the sites", "图斑周边影像"),
        description: &crate::tr!(
            lang,
            "150 m around each site, down to zoom {deepest}",
            "各图斑周边 150 米，最大级别 {deepest}"
        ),
        attribution: &owed.join("; "),
        corners,
        zooms,
    })?;
    Ok(Some(std::fs::metadata(path)?.len()))
}

fn drawn(desk: &RefCell<OpenLayers>, at: TileAddress, imagery: &[Imagery<'_>]) -> Option<Vec<u8>> {
    let reaching = imagery.iter().filter(|imagery| imagery.reaches(at));
    let maps = reaching.map(|imagery| LaidMap {
        deepest: imagery.deepest(),
        tile: Box::new(|at| imagery.tile(desk, at)),
    });
    laid_over(at, maps).map(|picture| picture.bytes)
}

/// The corners of tiles together.
fn extent(tiles: &[TileAddress]) -> (LonLat, LonLat) {
    let side = f64::from(TILE);
    let (mut low, mut high) = (LonLat::new(180.0, 90.0), LonLat::new(-180.0, -90.0));
    for tile in tiles {
        let (north_west, south_east) = (tile.locate(0.0, 0.0), tile.locate(side, side));
        low = LonLat::new(low.lon.min(north_west.lon), low.lat.min(south_east.lat));
        high = LonLat::new(high.lon.max(south_east.lon), high.lat.max(north_west.lat));
    }
    (low, high)
}

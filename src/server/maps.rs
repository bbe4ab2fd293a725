//! What maps are made of: the layers of surveys, opened when they are first asked for, and the base maps that were named when
//! the server began. Tiles are drawn by a few threads of their own, which hold what is open. The maps of a service on a network lie beside
//! them, and take none of these threads.

use super::answer::Refused;
use super::fresh::Fresh;
use super::library::{LibraryPlace, scan_of};
use super::online::OnlineMaps;
use super::stored::PmTiles;
use crate::files::has_ending;
use crate::imagery::base_map::{BaseMap, BaseMapError, MbTiles, check_named};
use crate::imagery::tile::{HeightLayer, Layer, Painter, TileAddress, TileError, TilePicture};
use crate::office::maps::SurveyImagery;
use axum::http::StatusCode;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// How long a layer is taken for what is there: a pyramid may be made meanwhile, a disk plugged in.
const FRESH: Duration = Duration::from_secs(60);
/// Layers that are known at once.
const MOST: usize = 256;

/// A survey's id and a source's name.
type LayerKey = (String, String);

/// What a base map is drawn from.
#[derive(Debug)]
pub(super) enum Base {
    /// Tiles are drawn.
    Drawn(Arc<Layer>),
    /// `MBTiles`.
    Rows(MbTiles),
    /// `PMTiles`.
    Packed(PmTiles),
}

/// A base map and its name.
#[derive(Debug)]
pub(super) struct NamedBase {
    pub title: String,
    pub base: Base,
}

/// The maps of a served folder.
#[derive(Debug, Default)]
pub(super) struct Maps {
    layers: Mutex<HashMap<LayerKey, Arc<Fresh<Layer>>>>,
    bases: Vec<NamedBase>,
    /// Those of a service on a network.
    pub online: Option<Arc<OnlineMaps>>,
    painter: OnceLock<Painter>,
}

impl Maps {
    /// Opens base maps, and a terrain model to be shaded.
    ///
    /// # Errors
    /// See [`BaseMapError`].
    pub async fn open(base_maps: &[PathBuf], dem: Option<&Path>) -> Result<Self, BaseMapError> {
        let mut bases = Vec::new();
        for path in base_maps {
            check_named(path)?;
            let base = if has_ending(path, "pmtiles") {
                Base::Packed(PmTiles::open(path).await?)
            } else {
                match BaseMap::open(path)? {
                    BaseMap::Drawn(layer) => Base::Drawn(Arc::new(layer)),
                    BaseMap::Stored(tiles) => Base::Rows(tiles),
                }
            };
            bases.push(NamedBase::new(path, base));
        }
        if let Some(path) = dem {
            let layer = HeightLayer::new(path).map_err(BaseMapError::Tile)?;
            let layer = Arc::new(Layer::Heights(layer));
            bases.push(NamedBase::new(path, Base::Drawn(layer)));
        }
        Ok(Self {
            bases,
            ..Self::default()
        })
    }

    /// The base maps, by number.
    pub fn bases(&self) -> &[NamedBase] {
        &self.bases
    }

    /// Draws a tile; a clear one where there is nothing to see.
    pub fn draw(&self, layer: &Arc<Layer>, tile: TileAddress) -> Result<TilePicture, Refused> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let painter = self.painter.get_or_init(|| Painter::new(cores));
        match painter.tile(layer, tile) {
            Ok(picture) => Ok(picture.unwrap_or_else(TilePicture::clear)),
            Err(error @ TileError::TooFarOut) => Err(Refused::of(
                &error,
                StatusCode::UNPROCESSABLE_ENTITY,
                "too_far_out",
            )),
            Err(error @ TileError::Gone) => Err(Refused::of(&error, StatusCode::NOT_FOUND, "gone")),
            Err(error) => Err(Refused::by_fault(&error)),
        }
    }

    /// The layer of a source of a survey, or of all its photos.
    pub fn layer(
        &self,
        root: &Path,
        survey: &LibraryPlace,
        source: &str,
    ) -> Result<Arc<Layer>, Refused> {
        let gone = || Refused::of(&TileError::Gone, StatusCode::NOT_FOUND, "gone");
        let slot = {
            let mut layers = self.layers.lock().unwrap_or_else(PoisonError::into_inner);
            let key = (survey.id.clone(), source.to_owned());
            if layers.len() >= MOST && !layers.contains_key(&key) {
                layers.clear();
            }
            Arc::clone(layers.entry(key).or_default())
        };
        let found = || open(root, survey, source);
        let same = |old: &Layer, new: &Layer| old.fingerprint() == new.fingerprint();
        slot.get(FRESH, found, same).ok_or_else(gone)
    }
}

fn open(root: &Path, survey: &LibraryPlace, source: &str) -> Option<Layer> {
    let record = scan_of(survey)?;
    // Where the scan was run is not known: beside its results, most likely, or where the program is run now.
    let mut bases: Vec<PathBuf> = std::env::current_dir().into_iter().collect();
    bases.extend(survey.path.parent().map(Path::to_path_buf));
    bases.push(root.to_path_buf());
    let imagery = SurveyImagery::new(&survey.path, &record, &bases);
    imagery.layer(source).ok().map(|shown| shown.layer)
}

impl Base {
    /// What it says that it is called.
    fn title(&self) -> Option<String> {
        match self {
            Self::Drawn(_) => None,
            Self::Rows(tiles) => tiles.about().title.clone(),
            Self::Packed(tiles) => tiles.about().title.clone(),
        }
    }
}

impl NamedBase {
    fn new(path: &Path, base: Base) -> Self {
        let name = path.file_stem().unwrap_or_default();
        let name = || name.to_string_lossy().into_owned();
        Self {
            title: base.title().unwrap_or_else(name),
            base,
        }
    }
}

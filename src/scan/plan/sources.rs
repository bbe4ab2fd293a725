//! The sources of a scan: opened, checked against the model, named, and set in an order that does not depend on where
//! they lie on the disk.

use super::locate::frame;
use crate::files::{each, is_in_bucket};
use crate::ground::LonLat;
use crate::imagery::photo::{
    Dem, Flight, GroundModel, KnownPhotos, Photo, PhotoOptions, PlacedPhotos, Pos, Remark, Shot,
    place_all, place_known,
};
use crate::imagery::{Beside, Captured, InputFiles, Orthomosaic, PhotoSource, RasterError, Source};
use crate::scan::error::ScanError;
use crate::scan::ids::SourceId;
use crate::scan::model::Contract;
use crate::scan::progress::Progress;
use crate::scan::refusals;
use crate::scan::request::ScanRequest;
use geo::BoundingRect;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was opened.
pub struct Sources {
    /// Those that are searched.
    pub all: Vec<Source>,
    /// Unique names, in the same order.
    pub names: Vec<String>,
    /// The days on which each was flown, in the same order, as the imagery says it: of a photo those of its flight.
    pub flown: Vec<Option<Captured>>,
    /// Those that were refused, with the reason.
    pub refused: Vec<RasterError>,
    /// Those refused as too coarse, whose ground is known.
    pub too_coarse: Vec<Source>,
    /// What a pilot should know of the photos' flights: the file's name and the remark.
    pub remarks: Vec<(String, Remark)>,
    /// Cameras and flights of the photos.
    pub flights: usize,
    /// What is known of all photos that were named, whether they are searched or not.
    pub photos: KnownPhotos,
    /// Files of other kinds that lay in the folders.
    pub ignored: usize,
    /// Files of kinds that lie beside imagery, which were opened and passed over.
    pub beside: BTreeMap<Beside, usize>,
}

/// Orthomosaics by whether the model can bear them.
#[derive(Default)]
struct Bearable {
    sources: Vec<Source>,
    refused: Vec<RasterError>,
    too_coarse: Vec<Source>,
}

impl Bearable {
    fn of(
        opened: Vec<Result<Orthomosaic, RasterError>>,
        request: &ScanRequest,
        contract: &Contract,
    ) -> Self {
        let mut all = Self::default();
        for orthomosaic in opened {
            let source = match orthomosaic {
                Ok(orthomosaic) => Source::from(orthomosaic),
                Err(error) => {
                    all.refused.push(error);
                    continue;
                }
            };
            let (gsd_cm, coarsest_cm) = (source.gsd().coarsest_cm(), contract.coarsest_cm());
            if gsd_cm > coarsest_cm && !request.allow_coarse {
                all.refused.push(RasterError::TooCoarse {
                    path: source.path().into(),
                    gsd_cm,
                    coarsest_cm,
                });
                all.too_coarse.push(source);
            } else {
                all.sources.push(source);
            }
        }
        all
    }
}

/// Opens every orthomosaic of the inputs, in their order.
pub(crate) fn open_orthomosaics(
    inputs: &InputFiles,
    request: &ScanRequest,
) -> Vec<Result<Orthomosaic, RasterError>> {
    inputs
        .rasters
        .par_iter()
        .map(|path| match inputs.found_in.get(path) {
            Some(folder) => Orthomosaic::open_found(path, folder, &request.raster),
            None => Orthomosaic::open(path, &request.raster),
        })
        .collect()
}

impl Sources {
    /// Takes the opened orthomosaics that the model can bear, and opens the photos. A refused source is told to `progress`
    /// and left out. Photos of which `known` says what their headers say are not opened.
    ///
    /// # Errors
    /// [`ScanError::NoSource`] where none is left; a photo that its bucket does not give for now.
    pub fn new(
        opened: Vec<Result<Orthomosaic, RasterError>>,
        inputs: &InputFiles,
        (request, known): (&ScanRequest, Option<&KnownPhotos>),
        contract: &Contract,
        progress: &dyn Progress,
    ) -> Result<Self, ScanError> {
        let known = known.filter(|known| known.are(&inputs.photos));
        let Bearable {
            mut sources,
            mut refused,
            mut too_coarse,
        } = Bearable::of(opened, request, contract);
        let placed = photos(&inputs.photos, known, request, contract)?;
        refused.extend(
            placed
                .aside
                .into_iter()
                .map(|a| RasterError::Photo(Box::new(a))),
        );
        for photo in laid(placed.photos, known, contract) {
            match photo {
                Ok(photo) => sources.push(photo.into()),
                Err(error) => refused.push(error),
            }
        }
        if let Some(lost) = refused.iter().position(RasterError::is_lost) {
            return Err(refused.swap_remove(lost).into());
        }
        let remarks = named(&placed.remarks, &placed.shots);
        let mut beside = BTreeMap::new();
        if !sources.is_empty() {
            pass_over(&sources, inputs, &mut refused, &mut too_coarse, &mut beside);
        }
        if let ([], [_]) = (sources.as_slice(), refused.as_slice()) {
            return Err(ScanError::NoSource(refused));
        }
        refusals::tell(&refused, progress);
        for note in sources.iter().flat_map(Source::notes) {
            progress.notice(note);
        }
        if sources.is_empty() {
            return Err(ScanError::NoSource(refused));
        }
        sources.sort_by(|a, b| (a.name(), a.fingerprint()).cmp(&(b.name(), b.fingerprint())));
        sources.dedup_by(|a, b| a.name() == b.name() && a.fingerprint() == b.fingerprint());
        leave_out_copies(&mut sources, &mut beside);
        Ok(Self {
            names: unique_names(&sources),
            flown: flown(&sources, &placed.flights, &placed.shots),
            photos: KnownPhotos::new(&inputs.photos, placed.shots),
            all: sources,
            refused,
            too_coarse,
            remarks,
            flights: placed.flights.len(),
            ignored: inputs.ignored,
            beside,
        })
    }

    /// Whether the photos among some sources still are what is known of them, where nothing but that was looked at.
    ///
    /// # Errors
    /// Those of the list of positions.
    pub fn hold(
        &self,
        some: &BTreeSet<SourceId>,
        known: &KnownPhotos,
        request: &ScanRequest,
    ) -> Result<bool, ScanError> {
        let some = some.iter().filter_map(|id| self.all.get(id.0));
        let photos: BTreeSet<&Path> = some
            .filter(|source| source.as_photo().is_some())
            .map(Source::path)
            .collect();
        if photos.is_empty() {
            return Ok(true);
        }
        let pos = positions(&self.photos.paths(), request)?;
        Ok(known.hold(&photos, pos.as_ref()))
    }

    /// What is known of all photos, for those who need only a few of them.
    pub fn known_photos(&self) -> KnownPhotos {
        let mut known = self.photos.clone();
        for photo in self.all.iter().filter_map(Source::as_photo) {
            known.keep_samples(&photo.photo().shot.path, photo.samples());
        }
        known
    }

    /// A source by its number.
    pub fn source(&self, id: SourceId) -> &Source {
        &self.all[id.0]
    }

    /// The sources with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0..).map(SourceId).zip(&self.all)
    }

    /// Finest and coarsest centimetres a pixel of the photos.
    pub fn photos_gsd_cm(&self) -> Option<(f64, f64)> {
        self.all
            .iter()
            .filter_map(|r| r.as_photo()?.photo().footprint.gsd_m)
            .map(|(finest, coarsest)| (finest * 100.0, coarsest * 100.0))
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }
}

/// Leaves out orthomosaics that are there under another name: none confirms itself.
fn leave_out_copies(sources: &mut Vec<Source>, beside: &mut BTreeMap<Beside, usize>) {
    let mut seen = BTreeSet::new();
    sources.retain(|source| {
        let is_first = source.as_photo().is_some() || seen.insert(source.fingerprint().0.clone());
        if !is_first {
            *beside.entry(Beside::Copy).or_default() += 1;
        }
        is_first
    });
}

/// Takes out of the refused what lies beside imagery in the folders as people have them: it is counted, not named. What the
/// user named is refused by name.
fn pass_over(
    sources: &[Source],
    inputs: &InputFiles,
    refused: &mut Vec<RasterError>,
    too_coarse: &mut Vec<Source>,
    beside: &mut BTreeMap<Beside, usize>,
) {
    let photos = sources.iter().any(|s| s.as_photo().is_some());
    let box_of = |source: &Source| frame(source).ok()?.bounding_rect();
    let frames: Vec<geo::Rect> = sources
        .iter()
        .filter(|s| s.as_photo().is_none())
        .filter_map(box_of)
        .collect();
    too_coarse.retain(|source| {
        let copy = !inputs.named.contains(source.path())
            && box_of(source).is_some_and(|own| frames.iter().any(|of| holds(*of, own)));
        if copy {
            *beside.entry(Beside::Preview).or_default() += 1;
            refused.retain(|e| e.path() != source.path());
        }
        !copy
    });
    refused.retain(|error| {
        let kind = error.beside().filter(|kind| match kind {
            // Among photos, a picture without a camera's tags is one that lost them.
            Beside::Picture => !photos && !frames.is_empty(),
            Beside::Frame => photos || !frames.is_empty(),
            _ => true,
        });
        match kind {
            Some(kind) if !inputs.named.contains(error.path()) => {
                *beside.entry(kind).or_default() += 1;
                false
            }
            _ => true,
        }
    });
}

/// Whether a box lies inside another, but for a twentieth of its sides.
fn holds(outer: geo::Rect, inner: geo::Rect) -> bool {
    let (x, y) = (inner.width() * 0.05, inner.height() * 0.05);
    outer.min().x <= inner.min().x + x
        && outer.min().y <= inner.min().y + y
        && outer.max().x >= inner.max().x - x
        && outer.max().y >= inner.max().y - y
}

/// Places the photos, on the ground the user names.
fn photos(
    paths: &[PathBuf],
    known: Option<&KnownPhotos>,
    request: &ScanRequest,
    contract: &Contract,
) -> Result<PlacedPhotos, ScanError> {
    let options = |places: &[LonLat]| {
        let ground = match (&request.photos.dem, request.photos.ground_elevation_m) {
            (Some(path), _) if !places.is_empty() => {
                GroundModel::Terrain(Arc::new(Dem::about(path, places)?))
            }
            (_, Some(elevation)) => GroundModel::Elevation(elevation),
            (_, None) => GroundModel::TakeOff,
        };
        Ok(PhotoOptions {
            sensor_width_mm: request.photos.sensor_width_mm,
            ground,
            looking_down: request.photos.looking_down,
            coarsest_m: if request.allow_coarse {
                f64::INFINITY
            } else {
                contract.coarsest_cm() / 100.0
            },
        })
    };
    match known {
        Some(known) => place_known(known, options),
        None => place_all(paths, positions(paths, request)?.as_ref(), options),
    }
}

/// The list of where photos were taken, where the user names one.
fn positions(paths: &[PathBuf], request: &ScanRequest) -> Result<Option<Pos>, ScanError> {
    let Some(file) = &request.photos.pos else {
        return Ok(None);
    };
    let pos = Pos::read(file, request.raster.crs.as_ref())?;
    pos.check(file, paths)?;
    Ok(Some(pos))
}

/// Photos laid on the ground pixels that a model wants.
fn laid(
    photos: Vec<Photo>,
    known: Option<&KnownPhotos>,
    contract: &Contract,
) -> Vec<Result<PhotoSource, RasterError>> {
    let is_far = photos.iter().any(|photo| is_in_bucket(&photo.shot.path));
    let resolution_m = contract.resolution_cm / 100.0;
    each(photos, is_far, |photo| {
        let samples = known.and_then(|known| known.samples(&photo.shot.path));
        PhotoSource::of_known(photo, resolution_m, samples)
    })
}

/// Remarks with the file name of the photo that each is about.
fn named(remarks: &[Remark], shots: &[Shot]) -> Vec<(String, Remark)> {
    let name = |remark: &Remark| {
        let path = &shots[remark.photo()].path;
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    remarks.iter().map(|r| (name(r), *r)).collect()
}

/// The days on which each source was flown, as the imagery says it. A flight that goes on over midnight is one.
fn flown(sources: &[Source], flights: &[Flight], shots: &[Shot]) -> Vec<Option<Captured>> {
    let mut of_flights: BTreeMap<&Path, Captured> = BTreeMap::new();
    for flight in flights {
        let Some(days) = flight.days(shots) else {
            continue;
        };
        let members = flight.members.iter().map(|member| &shots[*member]);
        let dated = members.filter(|shot| shot.day().is_some());
        of_flights.extend(dated.map(|shot| (shot.path.as_path(), days)));
    }
    let days = |source: &Source| match source.as_photo() {
        Some(_) => of_flights.get(source.path()).copied(),
        None => source.captured(),
    };
    sources.iter().map(days).collect()
}

/// File names; where two are the same, with as many folders before them as tell them apart.
fn unique_names(sources: &[Source]) -> Vec<String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for source in sources {
        *count.entry(source.name()).or_default() += 1;
    }
    let name = |source: &Source| {
        if count[source.name()] == 1 {
            return source.name().to_owned();
        }
        let parent = source
            .path()
            .parent()
            .and_then(|p| p.file_name())
            .map(|p| p.to_string_lossy().into_owned());
        let short = source.fingerprint().0.chars().take(6).collect::<String>();
        format!("{}/{} ({short})", parent.unwrap_or_default(), source.name())
    };
    sources.iter().map(name).collect()
}

//! A photo whose place on the ground is worked out: which part of it is searched, and where each pixel lies.

use super::accuracy::{HeightSource, Uncertainty, YawSource, radius_95_m};
use super::camera::{Camera, GroundPoint};
use super::decode::{MOST_BYTES, decode};
use super::duplicates::duplicates;
use super::flight::{Flight, Remark, axes, flights_of, has_heading};
use super::footprint::{Footprint, footprint};
use super::headers::is_whole;
use super::height::{GroundModel, HEIGHTS_M, Heights, height_help, heights};
use super::lens::{FocalSource, Lens};
use super::metadata::{Attitude, Doubt, MetadataFault};
use super::pos::Pos;
use super::pose_doubt::{PLACES_M, elsewhere, looking_down, uncertainty, unwritten_headings};
use super::quality::{Measures, measure};
use super::rejection::{PhotoRejection, RejectionCause};
use super::shot::{Shot, read_all};
use super::terrain::HeightField;
use crate::files;
use crate::ground::{LonLat, PixelPoint};
use geo::{Coord, CoordsIter};
use image::RgbImage;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Degrees of doubt about a heading from which only the ground within the frame's largest circle counts as seen.
const TURNED_DEG: f64 = 20.0;
/// Degrees off straight down up to which a frame without a heading is searched.
const UPRIGHT_DEG: f64 = 2.0;
/// A look this near the horizon, in degrees, shows no ground that can be placed; an angle that was not written reads like
/// it.
const LEVEL_DEG: f64 = 0.05;

/// What the user says about photos.
#[derive(Clone)]
pub struct PhotoOptions {
    /// The sensor's width in millimetres, for cameras that nothing is known of.
    pub sensor_width_mm: Option<f64>,
    /// The ground.
    pub ground: GroundModel,
    /// Whether photos whose tilt is not known were taken straight down: the user's word.
    pub looking_down: bool,
    /// The most metres a pixel that are searched; infinite to search all.
    pub coarsest_m: f64,
}

/// A photo that can be searched.
#[derive(Clone)]
pub struct Photo {
    /// What its headers say.
    pub shot: Shot,
    /// Its camera, in the air.
    pub camera: Camera,
    /// Where the focal length came from.
    pub focal_source: FocalSource,
    /// Where the height came from.
    pub height_source: HeightSource,
    /// Where the heading came from.
    pub yaw_source: YawSource,
    /// Standard deviations of its pose.
    pub uncertainty: Uncertainty,
    /// Metres by which its heights contradict one another, where they do.
    pub heights_apart_m: Option<f64>,
    /// The part that is searched.
    pub footprint: Footprint,
    terrain: Arc<dyn HeightField>,
}

impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Photo")
            .field("shot", &self.shot)
            .field("camera", &self.camera)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PhotoOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PhotoOptions")
            .field("sensor_width_mm", &self.sensor_width_mm)
            .field("coarsest_m", &self.coarsest_m)
            .finish_non_exhaustive()
    }
}

/// All photos of a scan, placed.
pub struct PlacedPhotos {
    /// Those that can be searched, by path.
    pub photos: Vec<Photo>,
    /// Those that cannot, by path, doubles excepted.
    pub aside: Vec<PhotoRejection>,
    /// The flights; members count in [`PlacedPhotos::shots`].
    pub flights: Vec<Flight>,
    /// Everything whose headers could be read, by path.
    pub shots: Vec<Shot>,
    /// What a pilot should know, doubles included.
    pub remarks: Vec<Remark>,
}

/// Reads the headers of photos and places them, each with the help of its flight; `pos` says where those were taken that
/// it names. `terrain` makes the ground model once it is known where the photos are.
///
/// # Errors
/// Those of `terrain`; a photo that cannot be used is no error, but set aside.
pub fn place_all<E>(
    paths: &[PathBuf],
    pos: Option<&Pos>,
    terrain: impl FnOnce(&[LonLat]) -> Result<PhotoOptions, E>,
) -> Result<PlacedPhotos, E> {
    let mut sorted = paths.to_vec();
    sorted.sort();
    sorted.dedup();
    place_shots(read_all(&sorted, pos), terrain)
}

/// The same of headers that were read, and of those that cannot be used.
pub(super) fn place_shots<E>(
    (shots, mut aside): (Vec<Shot>, Vec<PhotoRejection>),
    terrain: impl FnOnce(&[LonLat]) -> Result<PhotoOptions, E>,
) -> Result<PlacedPhotos, E> {
    let places: Vec<LonLat> = shots.iter().map(|s| s.at).collect();
    let options = terrain(&places)?;
    let mut remarks = duplicates(&shots);
    let doubles: BTreeMap<usize, usize> = remarks
        .iter()
        .filter_map(|r| match r {
            Remark::Duplicate { of, photo } => Some((*photo, *of)),
            _ => None,
        })
        .collect();
    // A copy that a program dated anew is of no flight of its own.
    let flights = flights_of(&shots, |shot| !doubles.contains_key(&shot));
    let mut photos = Vec::new();
    for flight in &flights {
        remarks.extend(flight.remarks(&shots));
        let tracks = flight.tracks(&shots);
        let mut placed = Vec::new();
        let own: Vec<&Shot> = flight
            .members
            .iter()
            .map(|member| &shots[*member])
            .collect();
        let doubts = unwritten_headings(&own, &tracks);
        for ((member, track), doubt) in flight.members.iter().zip(tracks).zip(doubts) {
            let mut shot = shots[*member].clone();
            shot.metadata.heading_doubt_deg = doubt.or(shot.metadata.heading_doubt_deg);
            match Photo::place(shot, track, flight.take_off, &options) {
                Ok(photo) => placed.push((*member, photo)),
                Err(e) => aside.push(e),
            }
        }
        remarks.extend(contradictions(&placed));
        photos.extend(placed.into_iter().map(|(_, photo)| photo));
        let copies = doubles.iter().filter(|(_, of)| flight.members.contains(of));
        aside.extend(copies.filter_map(|(copy, of)| {
            spoilt(&shots[*copy], &shots[*of], flight.take_off, &options)
        }));
    }
    // A copy that is named for its damage is not said to be one as well.
    remarks.retain(|r| {
        let path = &shots[r.photo()].path;
        !matches!(r, Remark::Duplicate { .. }) || aside.iter().all(|a| a.path != *path)
    });
    photos.sort_by(|a, b| a.shot.path.cmp(&b.shot.path));
    aside.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(PlacedPhotos {
        photos,
        aside,
        flights,
        shots,
        remarks,
    })
}

/// Why a copy of a shot is named all the same: its file is damaged, which its owner should know.
fn spoilt(
    copy: &Shot,
    kept: &Shot,
    take_off: LonLat,
    options: &PhotoOptions,
) -> Option<PhotoRejection> {
    if !copy.metadata.faults.is_empty() {
        return Photo::place(copy.clone(), None, take_off, options).err();
    }
    // A cut copy is shorter than its original; a whole card of copies is not read while planning.
    if copy.bytes >= kept.bytes {
        return None;
    }
    let bytes = files::read_up_to(&copy.path, MOST_BYTES).ok()?;
    (!is_whole(&bytes)).then(|| PhotoRejection::new(&copy.path, RejectionCause::Truncated))
}

/// What the photos of a flight say of themselves that cannot be true together: of each sort the worst.
fn contradictions(placed: &[(usize, Photo)]) -> Vec<Remark> {
    let worst = |value: fn(&Photo) -> Option<f64>| {
        placed
            .iter()
            .filter_map(|(member, photo)| Some((*member, value(photo)?)))
            .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
    };
    let heights = worst(|p| p.heights_apart_m);
    let headings = worst(|p| p.shot.metadata.heading_doubt_deg);
    let places = worst(|p| p.shot.metadata.places_apart_m.filter(|m| *m > PLACES_M));
    let damaged = worst(|p| {
        let broken = p.shot.metadata.faults.contains(&MetadataFault::Xmp);
        broken.then_some(0.0)
    });
    [
        heights.map(|(photo, metres)| Remark::HeightsApart { photo, metres }),
        headings.map(|(photo, degrees)| Remark::HeadingsApart { photo, degrees }),
        places.map(|(photo, metres)| Remark::PlacesApart { photo, metres }),
        damaged.map(|(photo, _)| Remark::XmpDamaged { photo }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Photo {
    /// Reads one photo's headers and places it, without a flight to help.
    ///
    /// # Errors
    /// [`PhotoRejection`] with the reason.
    pub fn open(path: &Path, options: &PhotoOptions) -> Result<Self, PhotoRejection> {
        let shot = Shot::read(path)?;
        let (track, at) = (shot.metadata.track_deg, shot.at);
        Self::place(shot, track, at, options)
    }

    /// Places a photo, given its flight's heading there and its take-off.
    ///
    /// # Errors
    /// [`PhotoRejection`] with the reason.
    pub fn place(
        mut shot: Shot,
        track: Option<f64>,
        take_off: LonLat,
        options: &PhotoOptions,
    ) -> Result<Self, PhotoRejection> {
        if options.looking_down {
            shot.metadata.attitude = looking_down(shot.metadata.attitude);
        }
        let aside = |why| PhotoRejection::new(&shot.path, why);
        let (lens, focal_source) = Lens::of(&shot.metadata, shot.stored, options.sensor_width_mm)
            .ok_or_else(|| aside(RejectionCause::NoFocalLength))?;
        let heights = heights(&shot, take_off, &options.ground)?;
        let below = heights
            .ground
            .height_m(shot.at)
            .ok_or_else(|| aside(RejectionCause::OffTerrain))?;
        let above_ground_m = heights.camera_m - below;
        if !HEIGHTS_M.contains(&above_ground_m) {
            return Err(aside(RejectionCause::AbsurdAltitude {
                above_ground_m,
                ground: height_help(&shot.metadata, &options.ground),
            }));
        }
        let attitude = shot.metadata.attitude;
        match attitude {
            Attitude::Doubtful { doubt, .. } => return Err(aside(RejectionCause::Attitude(doubt))),
            Attitude::Gimbal { pitch, .. } if pitch.abs() < LEVEL_DEG => {
                return Err(aside(RejectionCause::TooOblique));
            }
            _ => {}
        }
        let yaw_source = match (has_heading(attitude), track) {
            (true, _) => YawSource::Tag,
            (false, Some(_)) => YawSource::Track,
            (false, None) => YawSource::Unknown,
        };
        let camera = Camera::new(lens, shot.at, heights.camera_m, axes(&shot, track));
        let uncertainty = uncertainty(&shot, &heights, yaw_source)
            .with_focal_doubt(lens.focal_doubt(focal_source), above_ground_m);
        let turned = uncertainty.yaw_deg > TURNED_DEG;
        // About a vertical axis a frame keeps its largest circle; about a tilted one nothing of it stays.
        if turned && -camera.axes.forward[2] < UPRIGHT_DEG.to_radians().cos() {
            return Err(aside(RejectionCause::Attitude(Doubt::NoHeading)));
        }
        let others = elsewhere(&camera, &shot, &heights).map_err(aside)?;
        let ground = heights.ground.as_ref();
        let footprint = footprint(&camera, &others, ground, options.coarsest_m, turned);
        if let Some(why) = unusable(&footprint, options.coarsest_m, &heights) {
            return Err(aside(why));
        }
        Ok(Self {
            shot,
            camera,
            focal_source,
            height_source: heights.source,
            yaw_source,
            uncertainty,
            heights_apart_m: heights.apart_m,
            footprint,
            terrain: heights.ground,
        })
    }

    /// The ground it looks at.
    pub fn terrain(&self) -> &dyn HeightField {
        self.terrain.as_ref()
    }

    /// Where a pixel lies.
    pub fn locate(&self, pixel: PixelPoint) -> Option<LonLat> {
        Some(self.camera.ground(pixel, self.terrain())?.at)
    }

    /// A place with the terrain's height.
    pub fn ground_at(&self, at: LonLat) -> Option<GroundPoint> {
        Some(GroundPoint {
            at,
            height_m: self.terrain.height_m(at)?,
        })
    }

    /// The pixel that shows a place, where the frame has it and no rise hides it.
    pub fn shows(&self, at: LonLat) -> Option<PixelPoint> {
        self.camera.sees(self.ground_at(at)?, self.terrain())
    }

    /// Metres within which a place found in this photo lies in 95 of 100 cases; infinite where it cannot be told.
    pub fn position_error_m(&self, at: LonLat) -> f64 {
        self.ground_at(at).map_or(f64::INFINITY, |point| {
            radius_95_m(&self.camera, point, self.terrain(), &self.uncertainty)
        })
    }

    /// The picture and what was measured of it, if it shows anything.
    ///
    /// # Errors
    /// [`PhotoRejection`] where the file is cut or damaged, or the picture is blurred, too dark, too bright or infrared.
    pub fn usable_picture(&self) -> Result<(RgbImage, Measures), PhotoRejection> {
        let (picture, measures) = self.decode()?;
        match measures.defect() {
            Some(defect) => Err(PhotoRejection::new(
                &self.shot.path,
                RejectionCause::Defect(defect),
            )),
            None => Ok((picture, measures)),
        }
    }

    /// Degrees between straight down and the ray to a place that it shows, and metres a pixel there.
    pub fn view_of(&self, at: LonLat) -> Option<(f64, f64)> {
        let pixel = self.shows(at)?;
        Some((
            self.camera.off_nadir_deg(pixel)?,
            self.camera.gsd_m(pixel, self.terrain())?,
        ))
    }

    /// Decodes the whole picture and measures it. A defect is not an error here: whether it matters is decided
    /// by whoever asks [`Measures::defect`].
    ///
    /// # Errors
    /// [`PhotoRejection`] where the file is cut or damaged.
    pub fn decode(&self) -> Result<(RgbImage, Measures), PhotoRejection> {
        let picture = decode(&self.shot.path)?;
        let measures = measure(&picture, picture.width(), picture.height());
        Ok((picture, measures))
    }
}

/// Why nothing of a frame can be searched, where nothing can.
fn unusable(footprint: &Footprint, coarsest_m: f64, heights: &Heights) -> Option<RejectionCause> {
    if footprint.cells.is_empty() {
        let apart_m = heights.apart_m.filter(|_| heights.lower_m.is_some());
        return Some(match footprint.finest_m {
            Some(finest) if finest > coarsest_m => RejectionCause::TooCoarse {
                gsd_cm: finest * 100.0,
                coarsest_cm: coarsest_m * 100.0,
            },
            _ => apart_m.map_or(RejectionCause::TooOblique, |apart| {
                let metres = apart.abs();
                RejectionCause::TwoHeights { metres }
            }),
        });
    }
    let is_over = |corner: Coord| corner.x.abs() > 180.0;
    let mut corners = footprint.ground.coords_iter();
    corners.any(is_over).then_some(RejectionCause::Antimeridian)
}

#[cfg(test)]
mod tests;

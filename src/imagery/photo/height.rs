//! The height of a camera and of the ground below it, in one vertical system. A photo says up to three heights: above the
//! sea (or, from a corrected receiver, above the ellipsoid, tens of metres off), above the take-off, and above the ground.
//! Where they contradict one another it is known by how much, and the stated error holds it.

use super::accuracy::HeightSource;
use super::aside::{SetAside, Why};
use super::shot::Shot;
use super::terrain::{HeightField, LevelGround};
use crate::ground::LonLat;
use std::sync::Arc;

/// Metres above the ground between which drones take photos.
pub(super) const HEIGHTS_M: std::ops::Range<f64> = 1.0..3000.0;
/// Heights this near one another say the same, in metres.
const SAME_M: f64 = 5.0;
/// Heights farther apart than this do not speak of the same ground: one of them is not set.
const UNRELATED_M: f64 = 100.0;
/// What a contradiction adds to the stated error at most, in metres.
const MOST_DOUBT_M: f64 = 30.0;

/// The camera's height and the ground's.
pub(super) struct Heights {
    /// The camera's, in the vertical system of the ground.
    pub camera_m: f64,
    pub ground: Arc<dyn HeightField>,
    pub source: HeightSource,
    /// Metres by which the photo's heights contradict one another, where they do.
    pub apart_m: Option<f64>,
    /// The least standard deviation that a contradiction leaves, in metres.
    pub least_sd_m: f64,
}

impl Heights {
    fn new(camera_m: f64, ground: Arc<dyn HeightField>, source: HeightSource) -> Self {
        Self {
            camera_m,
            ground,
            source,
            apart_m: None,
            least_sd_m: 0.0,
        }
    }

    /// Takes note of another height of the same camera in the same system.
    fn beside(mut self, other: Option<f64>, share: f64) -> Self {
        let apart = other.map(|other| other - self.camera_m);
        if let Some(apart) = apart.filter(|a| a.abs() > SAME_M) {
            self.apart_m = Some(apart);
            if apart.abs() <= UNRELATED_M {
                self.least_sd_m = (apart.abs() * share).min(MOST_DOUBT_M);
            }
        }
        self
    }
}

/// The heights of a photo, given its flight's take-off.
pub(super) fn heights(
    shot: &Shot,
    take_off: LonLat,
    ground: &GroundModel,
) -> Result<Heights, SetAside> {
    match ground {
        GroundModel::Terrain(terrain) => over_terrain(shot, take_off, terrain),
        GroundModel::Elevation(elevation) => over_elevation(shot, *elevation),
        GroundModel::TakeOff => over_take_off(shot),
    }
}

fn level(height: f64) -> Arc<dyn HeightField> {
    Arc::new(LevelGround(height))
}

fn over_terrain(
    shot: &Shot,
    take_off: LonLat,
    terrain: &Arc<dyn HeightField>,
) -> Result<Heights, SetAside> {
    let found = &shot.metadata;
    let over = |at| {
        terrain
            .height_m(at)
            .ok_or_else(|| SetAside::new(&shot.path, Why::OffTerrain))
    };
    let of = |camera_m, source| Heights::new(camera_m, terrain.clone(), source);
    match (found.relative_altitude_m, found.above_ground_m) {
        (Some(relative), _) => {
            // A corrected receiver's height differs by the geoid's; that says nothing of the take-off.
            let share = if found.over_ellipsoid { 0.0 } else { 0.25 };
            Ok(of(over(take_off)? + relative, HeightSource::Terrain)
                .beside(found.altitude_m, share))
        }
        (None, Some(above)) => Ok(of(over(shot.at)? + above, HeightSource::Terrain)),
        (None, None) => Ok(of(sea_altitude(shot)?, HeightSource::AltitudeOverTerrain)),
    }
}

fn over_elevation(shot: &Shot, elevation: f64) -> Result<Heights, SetAside> {
    let found = &shot.metadata;
    let told = found.relative_altitude_m.or(found.above_ground_m);
    let Some(altitude) = found.altitude_m else {
        return over_take_off(shot);
    };
    let by_altitude = altitude - elevation;
    match told {
        // The height of a corrected receiver counts from the ellipsoid, the elevation from the sea.
        Some(told)
            if HEIGHTS_M.contains(&told)
                && (found.over_ellipsoid || !HEIGHTS_M.contains(&by_altitude)) =>
        {
            let below_take_off = over_take_off(shot)?;
            Ok(below_take_off.beside(Some(by_altitude), 0.5))
        }
        _ => {
            let altitude = sea_altitude(shot)?;
            let told = told.map(|told| told + elevation);
            Ok(
                Heights::new(altitude, level(elevation), HeightSource::GroundElevation)
                    .beside(told, 0.5),
            )
        }
    }
}

fn over_take_off(shot: &Shot) -> Result<Heights, SetAside> {
    let found = &shot.metadata;
    match (found.relative_altitude_m, found.above_ground_m) {
        // What was measured down to the ground knows of the slope between it and the take-off.
        (Some(relative), Some(above)) if (relative - above).abs() > SAME_M => {
            Ok(Heights::new(above, level(0.0), HeightSource::AboveGround)
                .beside(Some(relative), 0.25))
        }
        (Some(relative), _) => Ok(Heights::new(
            relative,
            level(0.0),
            HeightSource::RelativeAltitude,
        )),
        (None, Some(above)) => Ok(Heights::new(above, level(0.0), HeightSource::AboveGround)),
        (None, None) => Err(SetAside::no_altitude(&shot.path, found)),
    }
}

/// The altitude above the sea.
fn sea_altitude(shot: &Shot) -> Result<f64, SetAside> {
    let found = &shot.metadata;
    match found.altitude_m {
        Some(_) if found.over_ellipsoid => Err(SetAside::new(&shot.path, Why::OverEllipsoid)),
        Some(altitude) => Ok(altitude),
        None => Err(SetAside::no_altitude(&shot.path, found)),
    }
}

/// What the ground's height is taken from, in the order of preference.
#[derive(Clone)]
pub enum GroundModel {
    /// A terrain model; the altitude above take-off is added to its height there.
    Terrain(Arc<dyn HeightField>),
    /// Level ground so many metres above the sea, under the altitude above the sea.
    Elevation(f64),
    /// Level ground at the height of the take-off.
    TakeOff,
}

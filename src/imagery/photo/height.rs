//! The height of a camera and of the ground below it, in one vertical system. A photo says up to three heights: above the
//! sea (or, from a corrected receiver, above the ellipsoid, tens of metres off), above the take-off, and above the ground.
//! Where they contradict one another it is known by how much, and the stated error holds it.

use super::accuracy::HeightSource;
use super::metadata::{Attitude, Metadata};
use super::rejection::{HeightHelp, PhotoRejection, RejectionCause};
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
/// From this pitch on a camera looks straight down, in degrees.
const STRAIGHT_DOWN_DEG: f64 = -75.0;
/// What stands on the ground is no taller, in metres.
const TALLEST_M: f64 = 30.0;
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
    /// A lower height of the camera that may as well be the true one: it saw less ground from there.
    pub lower_m: Option<f64>,
}

impl Heights {
    fn new(camera_m: f64, ground: Arc<dyn HeightField>, source: HeightSource) -> Self {
        Self {
            camera_m,
            ground,
            source,
            apart_m: None,
            least_sd_m: 0.0,
            lower_m: None,
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

    /// The same of a height that may be the true one. One that no drone flies at over `below_m` was not set; nor was the one of
    /// two that are unrelated, where the camera's does not count from what was not set itself.
    fn or_lower(self, other: Option<f64>, below_m: Option<f64>) -> Self {
        let by_altitude = self.source == HeightSource::GroundElevation;
        let lower_m = other.filter(|other| {
            let lower_by = self.camera_m - other;
            let may_be = lower_by <= UNRELATED_M || by_altitude;
            let is_flown = below_m.is_some_and(|below| HEIGHTS_M.contains(&(other - below)));
            lower_by > SAME_M && may_be && is_flown
        });
        Self { lower_m, ..self }
    }
}

/// The heights of a photo, given its flight's take-off.
pub(super) fn heights(
    shot: &Shot,
    take_off: LonLat,
    ground: &GroundModel,
) -> Result<Heights, PhotoRejection> {
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
) -> Result<Heights, PhotoRejection> {
    let found = &shot.metadata;
    let over = |at| {
        terrain
            .height_m(at)
            .ok_or_else(|| PhotoRejection::new(&shot.path, RejectionCause::OffTerrain))
    };
    let of = |camera_m, source| Heights::new(camera_m, terrain.clone(), source);
    match (found.relative_altitude_m, found.above_ground_m) {
        (Some(relative), Some(above)) if found.ranged && looks_down(found) => {
            let here = over(shot.at)?;
            let by_take_off = over(take_off)? + relative;
            Ok(of_two(found, [by_take_off, here + above], here, of))
        }
        (Some(relative), _) => Ok(by_take_off_and_altitude(
            found,
            over(take_off)? + relative,
            terrain.height_m(shot.at),
            of,
        )),
        (None, Some(above)) => Ok(of(over(shot.at)? + above, HeightSource::Terrain)),
        (None, None) => Ok(of(sea_altitude(shot)?, HeightSource::AltitudeOverTerrain)),
    }
}

/// The height of a camera over a terrain by its take-off and by what it measured, of which the altitude decides: the first photo
/// may have been taken far above the take-off, and a laser may have hit what stands on the ground.
fn of_two(
    found: &Metadata,
    [by_take_off, measured]: [f64; 2],
    here: f64,
    of: impl Fn(f64, HeightSource) -> Heights,
) -> Heights {
    let sea = found.altitude_m.filter(|_| !found.over_ellipsoid);
    let is_apart = (measured - by_take_off).abs() > SAME_M;
    match sea {
        Some(sea) if (sea - by_take_off).abs() > (sea - measured).abs() + SAME_M => {
            of(measured, HeightSource::Terrain).beside(Some(by_take_off), 0.25)
        }
        None if is_apart => of(by_take_off, HeightSource::Terrain)
            .beside(Some(measured), 0.5)
            .or_lower(Some(measured), Some(here)),
        _ => by_take_off_and_altitude(found, by_take_off, Some(here), of),
    }
}

/// The height by the take-off, beside the altitude. That of a corrected receiver differs by the geoid's, which says nothing of the
/// take-off.
fn by_take_off_and_altitude(
    found: &Metadata,
    by_take_off: f64,
    here: Option<f64>,
    of: impl Fn(f64, HeightSource) -> Heights,
) -> Heights {
    let share = if found.over_ellipsoid { 0.0 } else { 0.25 };
    let sea = found.altitude_m.filter(|_| !found.over_ellipsoid);
    of(by_take_off, HeightSource::Terrain)
        .beside(found.altitude_m, share)
        .or_lower(sea, here)
}

/// Whether a camera measured what lies right below it.
fn looks_down(found: &Metadata) -> bool {
    matches!(found.attitude, Attitude::Gimbal { pitch, .. } if pitch <= STRAIGHT_DOWN_DEG)
}

fn over_elevation(shot: &Shot, elevation: f64) -> Result<Heights, PhotoRejection> {
    let found = &shot.metadata;
    let Some(altitude) = found.altitude_m else {
        return over_take_off(shot);
    };
    let by_altitude = altitude - elevation;
    let told = told_beside(found, by_altitude);
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
                    .beside(told, 0.5)
                    .or_lower(told, Some(elevation)),
            )
        }
    }
}

/// The height that a photo tells beside its altitude: above take-off, or what a laser measured where that fits better.
fn told_beside(found: &Metadata, by_altitude: f64) -> Option<f64> {
    let off = |told: f64| (told - by_altitude).abs();
    match (found.relative_altitude_m, found.above_ground_m) {
        (Some(relative), Some(above)) if found.ranged && off(above) < off(relative) => Some(above),
        (relative, above) => relative.or(above),
    }
}

fn over_take_off(shot: &Shot) -> Result<Heights, PhotoRejection> {
    let found = &shot.metadata;
    match (found.relative_altitude_m, found.above_ground_m) {
        // What was measured down to the ground knows of the slope between it and the take-off.
        (Some(relative), Some(above)) if (relative - above).abs() > SAME_M => {
            Ok(Heights::new(above, level(0.0), HeightSource::AboveGround)
                .beside(Some(relative), share_of_measured(found, relative - above)))
        }
        (Some(relative), _) => Ok(Heights::new(
            relative,
            level(0.0),
            HeightSource::RelativeAltitude,
        )),
        (None, Some(above)) => Ok(Heights::new(above, level(0.0), HeightSource::AboveGround)),
        (None, None) => Err(PhotoRejection::no_altitude(&shot.path, found)),
    }
}

/// How much of a contradiction the error of a measured height has to hold. A laser may have hit a crown or a roof, above which
/// the camera was less high than above the ground.
fn share_of_measured(found: &Metadata, lower_by_m: f64) -> f64 {
    let by_a_crown = found.ranged && (0.0..=TALLEST_M).contains(&lower_by_m);
    if by_a_crown { 0.5 } else { 0.25 }
}

/// What would help a photo whose height above the ground is absurd.
pub(super) fn height_help(found: &Metadata, ground: &GroundModel) -> HeightHelp {
    let sea = found.altitude_m.is_some() && !found.over_ellipsoid;
    match ground {
        GroundModel::Terrain(_) | GroundModel::Elevation(_) => HeightHelp::Given,
        GroundModel::TakeOff if sea => HeightHelp::Elevation,
        GroundModel::TakeOff => HeightHelp::Nothing,
    }
}

/// The altitude above the sea.
fn sea_altitude(shot: &Shot) -> Result<f64, PhotoRejection> {
    let found = &shot.metadata;
    match found.altitude_m {
        Some(_) if found.over_ellipsoid => Err(PhotoRejection::new(
            &shot.path,
            RejectionCause::OverEllipsoid,
        )),
        Some(altitude) => Ok(altitude),
        None => Err(PhotoRejection::no_altitude(&shot.path, found)),
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

#[cfg(test)]
mod tests {
    use super::*;

    const AT: LonLat = LonLat {
        lon: 113.3,
        lat: 33.74,
    };

    /// A photo straight down, 536 m above the sea; a laser's height where `laser` says one.
    fn shot(relative: Option<f64>, laser: Option<f64>, altitude: Option<f64>) -> Shot {
        let metadata = Metadata {
            relative_altitude_m: relative,
            above_ground_m: laser,
            ranged: laser.is_some(),
            altitude_m: altitude,
            attitude: Attitude::Gimbal {
                yaw: Some(0.0),
                pitch: -90.0,
                roll: 0.0,
            },
            ..Metadata::default()
        };
        Shot {
            path: "a.jpg".into(),
            metadata,
            stored: (4000, 3000),
            bytes: 1,
            at: AT,
        }
    }

    fn above(shot: &Shot, ground: &GroundModel) -> (f64, Heights) {
        // The first photo was taken where the ground is as high as below this one.
        let found = heights(shot, AT, ground).expect("heights");
        let below = found.ground.height_m(AT).expect("level");
        (found.camera_m - below, found)
    }

    fn is_near(a: f64, b: f64) -> bool {
        (a - b).abs() < 0.1
    }

    #[test]
    fn a_laser_knows_of_the_valley_from_which_a_drone_took_off() {
        let shot = shot(Some(124.0), Some(24.0), Some(536.0));
        let terrain: Arc<dyn HeightField> = Arc::new(LevelGround(512.0));
        for ground in [
            GroundModel::TakeOff,
            GroundModel::Elevation(512.0),
            GroundModel::Terrain(terrain),
        ] {
            let (height, found) = above(&shot, &ground);
            assert!(is_near(height, 24.0), "{height}");
            let is_said = matches!(ground, GroundModel::Elevation(_)) || found.apart_m.is_some();
            assert!(is_said, "{:?}", found.apart_m);
        }
    }

    #[test]
    fn a_laser_that_hit_a_crown_moves_nothing_that_the_altitude_confirms() {
        let crown = shot(Some(60.0), Some(45.0), Some(572.0));
        let terrain: Arc<dyn HeightField> = Arc::new(LevelGround(512.0));
        for ground in [GroundModel::Elevation(512.0), GroundModel::Terrain(terrain)] {
            let (height, found) = above(&crown, &ground);
            assert!(is_near(height, 60.0) && found.least_sd_m == 0.0, "{height}");
        }
        // Without anything beside it, the error holds both.
        let (height, found) = above(&crown, &GroundModel::TakeOff);
        assert!(
            is_near(height, 45.0) && is_near(found.least_sd_m, 7.5),
            "{height}"
        );
    }

    #[test]
    fn heights_without_a_laser_are_as_they_were() {
        let terrain: Arc<dyn HeightField> = Arc::new(LevelGround(512.0));
        let plain = shot(Some(24.0), None, Some(536.0));
        for ground in [
            GroundModel::TakeOff,
            GroundModel::Elevation(512.0),
            GroundModel::Terrain(terrain),
        ] {
            let (height, found) = above(&plain, &ground);
            assert!(is_near(height, 24.0) && found.apart_m.is_none(), "{height}");
        }
        let slope = shot(Some(42.0), None, Some(542.0));
        let (height, found) = above(&slope, &GroundModel::Elevation(512.0));
        assert!(
            is_near(height, 30.0) && is_near(found.least_sd_m, 6.0),
            "{height}"
        );
        assert_eq!(found.lower_m, None);
    }

    #[test]
    fn the_lower_of_two_heights_is_kept_where_it_may_be_the_true_one() {
        let terrain: Arc<dyn HeightField> = Arc::new(LevelGround(512.0));
        let both = [GroundModel::Elevation(512.0), GroundModel::Terrain(terrain)];
        let lower = |shot: &Shot| both.each_ref().map(|ground| above(shot, ground).1.lower_m);
        // The altitude is the higher one, and the lower one.
        let high = shot(Some(30.0), None, Some(554.0));
        assert_eq!(lower(&high), [Some(542.0), None]);
        let low = shot(Some(42.0), None, Some(542.0));
        assert_eq!(lower(&low), [None, Some(542.0)]);
        // Nought was not written, five metres are none, and the ellipsoid says nothing of the sea.
        for near in [(0.0, 542.0), (30.0, 546.0), (30.0, 538.0)] {
            let near = shot(Some(near.0), None, Some(near.1));
            assert_eq!(lower(&near), [None, None]);
        }
        let mut fixed = shot(Some(42.0), None, Some(542.0));
        fixed.metadata.over_ellipsoid = true;
        assert_eq!(lower(&fixed), [None, None]);
    }
}

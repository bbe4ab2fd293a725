//! What a find takes from its photographs: where and when they were taken, and what is to be said of that.

use super::say::{Failure, tell};
use crate::files;
use crate::ground::LonLat;
use crate::office::clock;
use crate::store::evidence::{EvidenceError, Exif, exif};
use crate::tr;
use crate::words::Lang;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use std::path::PathBuf;

/// What photographs say of where and when they were taken.
#[derive(Debug, Default)]
pub(super) struct PhotoEvidence {
    pub(super) at: Option<LonLat>,
    pub(super) taken: Option<ShotTime>,
    /// The first that tells the place, and the first that tells the time.
    placed: Option<PathBuf>,
    dated: Option<PathBuf>,
    /// The one that lies furthest from that place, in metres, where that is too far for one find.
    furthest: Option<(PathBuf, f64)>,
    any: bool,
}

/// Metres between photographs of one find at most.
const ONE_FIND_M: f64 = 200.0;

/// When a photograph was taken, by its camera's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShotTime {
    local: DateTime,
    offset_s: Option<i32>,
}

impl ShotTime {
    fn of(exif: &Exif) -> Option<Self> {
        Some(Self {
            local: exif.taken_at.as_ref()?.parse().ok()?,
            offset_s: exif.offset_s,
        })
    }

    /// As events say it; a clock whose zone is not known is one of this zone.
    pub(super) fn in_zone(self, zone: &TimeZone) -> Option<String> {
        let own = self
            .offset_s
            .and_then(|seconds| Offset::from_seconds(seconds).ok());
        let clock = own.map_or_else(|| zone.clone(), TimeZone::fixed);
        let at = self.local.to_zoned(clock).ok()?;
        Some(clock::hour(&at.with_time_zone(zone.clone())))
    }
}

impl PhotoEvidence {
    pub(super) fn of(photos: &[PathBuf]) -> Result<Self, Failure> {
        let mut shot = Self {
            any: !photos.is_empty(),
            ..Self::default()
        };
        for path in photos {
            let exif = exif(&files::read(path).map_err(EvidenceError::unreadable(path))?);
            match (shot.at, exif.at) {
                (None, Some(at)) => (shot.at, shot.placed) = (Some(at), Some(path.clone())),
                (Some(first), Some(at)) => {
                    let metres = first.distance_m(at);
                    let most = shot.furthest.as_ref().map_or(ONE_FIND_M, |(_, most)| *most);
                    if metres > most {
                        shot.furthest = Some((path.clone(), metres));
                    }
                }
                _ => {}
            }
            if shot.taken.is_none() {
                shot.taken = ShotTime::of(&exif);
                shot.dated = shot.taken.map(|_| path.clone());
            }
        }
        Ok(shot)
    }

    /// What is to be known of what is taken from the photographs, where place or time are not given.
    pub(super) fn tell(&self, has_place: bool, has_time: bool, lang: Lang) {
        if !has_time && self.taken.is_none() && self.any {
            tell(&tr!(
                lang,
                "no photograph says when it was taken: the find is dated today; if it was another day: `--when DAY`",
                "照片没有拍摄时间：发现日期按今天记录；如是其他日期，请用 `--when 日期`"
            ));
        }
        let (false, Some(placed)) = (has_place, &self.placed) else {
            return;
        };
        let placed = placed.display();
        if let Some((other, metres)) = &self.furthest {
            let other = other.display();
            tell(&tr!(
                lang,
                "{other} was taken {metres:.0} m from {placed}: the find is put where {placed} was taken; if that is not the place: `--at LON,LAT`",
                "{other} 与 {placed} 的拍摄位置相距 {metres:.0} 米：发现位置取自 {placed}；如不是该处，请用 `--at 经度,纬度`"
            ));
        }
        if let Some(dated) = self.dated.as_ref().filter(|_| !has_time)
            && self.dated != self.placed
        {
            let dated = dated.display();
            tell(&tr!(
                lang,
                "the place is taken from {placed}, the time from {dated}",
                "位置取自 {placed}，时间取自 {dated}"
            ));
        }
    }
}

//! Why ground was not searched.

use serde::{Deserialize, Serialize};

/// Why ground was not searched. There are no other reasons; where several fit, the first counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It could not be read.
    Unreadable,
    /// The imagery is coarser than the model can bear.
    TooCoarse,
    /// A uniform black or white collar.
    Blank,
    /// The raster marks it as without data.
    #[serde(rename = "nodata")]
    NoData,
    /// The boundary leaves it out.
    OutsideBoundary,
    /// No imagery covers it.
    Gap,
    /// A photo that does not say where it was taken.
    NoPosition,
    /// A photo whose height above the ground is not known.
    NoAltitude,
    /// Seen at too flat an angle.
    TooOblique,
    /// Blurred, too dark, too bright, or without colours.
    Quality,
    /// The part of the scan that searches it has not been run.
    NotRun,
}

impl Reason {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::TooCoarse => "too_coarse",
            Self::Blank => "blank",
            Self::NoData => "nodata",
            Self::OutsideBoundary => "outside_boundary",
            Self::Gap => "gap",
            Self::NoPosition => "no_position",
            Self::NoAltitude => "no_altitude",
            Self::TooOblique => "too_oblique",
            Self::Quality => "quality",
            Self::NotRun => "not_run",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_files_hold() {
        for reason in [
            Reason::Unreadable,
            Reason::TooCoarse,
            Reason::Blank,
            Reason::NoData,
            Reason::OutsideBoundary,
            Reason::Gap,
            Reason::NoPosition,
            Reason::NoAltitude,
            Reason::TooOblique,
            Reason::Quality,
            Reason::NotRun,
        ] {
            assert_eq!(serde_json::json!(reason), reason.name());
        }
    }
}

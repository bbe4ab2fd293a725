//! What a move still needs before it counts.

use crate::words::Lang;
use serde::{Deserialize, Serialize};

/// Something that a move lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A photograph of the scene before anything was uprooted.
    ScenePhoto,
    /// A photograph from after the eradication, or from a later flight.
    AfterPhoto,
    /// At least two officers.
    TwoOfficers,
    /// A plant count, or the area where nothing has emerged.
    CountOrArea,
    /// A photograph that was taken at the spot, by its own position.
    SpotPhoto,
    /// The licence.
    LicenceDocument,
}

impl Need {
    /// Several, without how to give them.
    pub fn names(needs: &[Self], lang: Lang) -> String {
        let names: Vec<&str> = needs.iter().map(|need| need.name(lang)).collect();
        names.join(lang.pick(", ", "、"))
    }

    /// What it is.
    pub fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::ScenePhoto => lang.pick(
                "a photograph of the scene before uprooting",
                "铲除前的现场照片",
            ),
            Self::AfterPhoto => {
                lang.pick("a photograph from after the eradication", "铲除后的照片")
            }
            Self::TwoOfficers => lang.pick("two officers", "两名核查人员"),
            Self::CountOrArea => lang.pick("a plant count or the planted area", "株数或种植面积"),
            Self::SpotPhoto => lang.pick("a photograph taken at the spot", "现场定位照片"),
            Self::LicenceDocument => lang.pick("the licence", "许可证明"),
        }
    }
}

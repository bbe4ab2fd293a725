//! The bands that the law draws by number of plants, or by area where nothing has emerged: dated information out of a
//! file, shown beside a count and never a verdict.

use serde::{Deserialize, Serialize};

/// The bands of a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalBands {
    /// The day on which they were in force.
    pub as_of: String,
    /// The bands.
    pub bands: Vec<LegalBand>,
}

/// What a band counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BandKind {
    /// Plants.
    Plants,
    /// Square metres where nothing has emerged.
    NotEmergedM2,
}

/// One band: from so many on, to below so many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalBand {
    /// What it counts.
    pub kind: BandKind,
    /// The least.
    pub from: u64,
    /// Below this; `None` is without end.
    pub to: Option<u64>,
    /// Where the law says so.
    pub basis: String,
    /// The same in English.
    pub basis_en: String,
}

impl LegalBands {
    /// The bands that come with the program.
    ///
    /// # Errors
    /// Only where the file in the program is none.
    pub fn shipped() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("legal_bands.json"))
    }

    /// The band that a figure lies in.
    pub fn of(&self, kind: BandKind, figure: u64) -> Option<&LegalBand> {
        self.bands.iter().find(|band| {
            band.kind == kind && figure >= band.from && band.to.is_none_or(|to| figure < to)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_begins_at_its_least_figure() {
        let bands = LegalBands::shipped().expect("shipped");
        assert_eq!(bands.of(BandKind::Plants, 499), None);
        assert_eq!(bands.of(BandKind::Plants, 500).map(|b| b.from), Some(500));
        assert_eq!(bands.of(BandKind::Plants, 3000).map(|b| b.from), Some(3000));
        assert_eq!(
            bands.of(BandKind::NotEmergedM2, 1199).map(|b| b.from),
            Some(200)
        );
    }
}

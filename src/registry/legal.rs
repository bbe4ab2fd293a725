//! The bands that the law draws by number of plants, or by area where nothing has emerged: dated information out of a
//! file, shown beside a count and never a verdict.

use super::body::{GrowthStage, Outcome};
use super::site::Site;
use crate::tr;
use crate::words::Lang;
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

impl LegalBand {
    /// The band as the law says it, with the article and the day on which the table was in force.
    fn words(&self, as_of: &str, lang: Lang) -> String {
        let from = self.from;
        let (unit, word) = match self.kind {
            BandKind::Plants => ("plants", "株"),
            BandKind::NotEmergedM2 => ("m², not emerged", "平方米（未出苗）"),
        };
        let band = match self.to {
            Some(to) => tr!(
                lang,
                "{from} to under {to} {unit}",
                "{from} {word}以上不满 {to} {word}"
            ),
            None => tr!(lang, "{from} {unit} or more", "{from} {word}以上"),
        };
        let basis = lang.pick(&self.basis_en, &self.basis);
        tr!(
            lang,
            "{band} ({basis}, as in force on {as_of})",
            "{band}（{basis}，按 {as_of} 有效条文）"
        )
    }
}

/// The band that a site's numbers fall into, in words: of what somebody planted, as the last visit that settles it says.
/// Look-alikes, fields under licence and what grew wild are in none.
pub fn band_of(site: &Site, lang: Lang) -> Option<String> {
    let mut visits = site.visits.iter().rev().map(|(visit, _)| visit);
    let settled = visits.find(|visit| visit.outcome.settles())?;
    if settled.outcome != Outcome::Cultivated {
        return None;
    }
    let bands = LegalBands::shipped().ok()?;
    let band = if site.stage() == Some(GrowthStage::NotEmerged) {
        let mut areas = site.visits.iter().rev().map(|(visit, _)| visit.area_dm2);
        bands.of(BandKind::NotEmergedM2, areas.find_map(|area| area)? / 100)?
    } else {
        bands.of(BandKind::Plants, site.plants?)?
    };
    Some(band.words(&bands.as_of, lang))
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
    use crate::ground::LonLat;
    use crate::registry::fixture::{site, visited};
    use crate::registry::state::State;

    #[test]
    fn the_law_is_quoted_of_what_was_planted_alone() {
        let at = |outcome, plants| {
            let site = site("a", State::Confirmed, LonLat::new(113.0, 33.0));
            visited(site, outcome, plants)
        };
        for outcome in [Outcome::Lookalike, Outcome::Licensed, Outcome::Wild] {
            assert_eq!(band_of(&at(outcome, 800), Lang::Zh), None, "{outcome:?}");
        }
        let planted = at(Outcome::Cultivated, 800);
        let said = |lang| band_of(&planted, lang).expect("a band");
        let chinese = said(Lang::Zh);
        assert!(chinese.starts_with("500 株以上不满 3000 株（刑法第三百五十一条第一款，按 "));
        assert!(!chinese.contains(['(', '–', '…']), "{chinese}");
        assert!(said(Lang::En).starts_with("500 to under 3000 plants (Criminal Law"));
        // Who did not get there again takes nothing back; who found nothing there does.
        let again = visited(planted.clone(), Outcome::NotReached, 800);
        assert_eq!(band_of(&again, Lang::Zh), Some(chinese));
        assert_eq!(
            band_of(&visited(planted, Outcome::Nothing, 800), Lang::Zh),
            None
        );
        let many = band_of(&at(Outcome::Cultivated, 3000), Lang::Zh).expect("a band");
        assert!(many.starts_with("3000 株以上（"), "{many}");
    }

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

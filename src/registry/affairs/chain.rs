//! The chain of those who answer for a place: prefecture, county, township, village. Pure.

use super::{Affairs, Stamped};
use crate::registry::body::Duty;
use crate::registry::unit::{chain, is_at_or_below};

impl Affairs {
    /// The letters that stand in a season, in the order of their districts and households.
    pub fn standing_duties(&self, season: i16) -> impl Iterator<Item = &Stamped<Duty>> {
        let from = (season, String::new(), None);
        self.standing
            .range(from..)
            .take_while(move |((of, ..), _)| *of == season)
            .map(|(_, at)| &self.duties[*at])
    }

    /// Who answers for a district in a season, itself and no other; households apart.
    pub fn duty_of(&self, district: &str, season: i16) -> Option<&Stamped<Duty>> {
        let at = self.standing.get(&(season, district.to_owned(), None))?;
        self.duties.get(*at)
    }

    /// Who answers for a district in a season, from the highest down; households apart.
    pub fn chain_of(&self, district: &str, season: i16) -> Vec<&Stamped<Duty>> {
        let codes = chain(district);
        let chain = codes.iter().filter_map(|code| self.duty_of(code, season));
        chain.collect()
    }

    /// The one nearest to a district who answers for it.
    pub fn nearest_of(&self, district: &str, season: i16) -> Option<&Stamped<Duty>> {
        self.chain_of(district, season).pop()
    }

    /// The households of a village, or of every village of a district, that signed in a season.
    pub fn households_of(&self, district: &str, season: i16) -> usize {
        let within = |d: &&Stamped<Duty>| {
            d.body.household.is_some() && is_at_or_below(&d.body.district, district)
        };
        self.standing_duties(season).filter(within).count()
    }
}

//! The chain of those who answer for a place: prefecture, county, township, village. Pure.

use super::{Affairs, Said};
use crate::registry::body::Duty;
use crate::registry::unit::{depth, is_at_or_below, is_below};

impl Affairs {
    /// The letters that stand in a season: of several for one district or household the one of the highest unit, then
    /// the last. What a unit signs for itself does not take the place of what the unit above signed with it.
    pub fn standing_duties(&self, season: i16) -> Vec<&Said<Duty>> {
        let mut standing: Vec<&Said<Duty>> = Vec::new();
        for duty in self.duties.iter().filter(|d| d.body.season == season) {
            let same = |other: &&Said<Duty>| {
                other.body.district == duty.body.district
                    && other.body.household == duty.body.household
            };
            match standing.iter().position(|other| same(&other)) {
                Some(at) => {
                    let of = |said: &Said<Duty>| depth(&said.stamp.actor.unit);
                    if of(duty) <= of(standing[at]) {
                        standing[at] = duty;
                    }
                }
                None => standing.push(duty),
            }
        }
        standing.sort_by(|a, b| {
            let order = |d: &Said<Duty>| (d.body.district.clone(), d.body.household.clone());
            order(a).cmp(&order(b))
        });
        standing
    }

    /// Who answers for a district in a season, from the highest down; households apart.
    pub fn chain_of(&self, district: &str, season: i16) -> Vec<&Said<Duty>> {
        let mut chain: Vec<&Said<Duty>> = self
            .standing_duties(season)
            .into_iter()
            .filter(|d| d.body.household.is_none() && is_at_or_below(district, &d.body.district))
            .collect();
        chain.sort_by_key(|duty| depth(&duty.body.district));
        chain
    }

    /// The one nearest to a district who answers for it.
    pub fn nearest_of(&self, district: &str, season: i16) -> Option<&Said<Duty>> {
        self.chain_of(district, season).pop()
    }

    /// The households of a village, or of every village of a district, that signed in a season.
    pub fn households_of(&self, district: &str, season: i16) -> usize {
        let standing = self.standing_duties(season);
        let within = |code: &str| code == district || is_below(code, district);
        let households = standing
            .iter()
            .filter(|d| d.body.household.is_some() && within(&d.body.district));
        households.count()
    }
}

//! Places that somebody typed or sent, looked at beside the office's own ground: with a wrong sign or exchanged halves they lie
//! somewhere on Earth all the same.

use crate::ground::LonLat;
use crate::registry::unit::is_at_or_below;
use crate::store::{Store, StoreError};

/// Where places lie that are hardly the office's.
#[derive(Debug, Clone, PartialEq)]
pub enum Elsewhere {
    /// Outside of the degrees of China.
    Abroad,
    /// Inside them, outside of the boundaries that the office knows of its own districts; the district where it is known.
    OtherDistrict(Option<String>),
}

/// Places that are hardly the office's, of one sort.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacesElsewhere {
    /// How many.
    pub count: usize,
    /// The first.
    pub first: LonLat,
    /// Where the first lies.
    pub lies: Elsewhere,
}

/// Those of the places that are hardly the office's: abroad, then in no district of its own. Where it knows no boundaries
/// that hold its own districts, only what is abroad can be told.
///
/// # Errors
/// Those of reading the registry.
pub fn elsewhere(store: &Store, places: &[LonLat]) -> Result<Vec<PlacesElsewhere>, StoreError> {
    let unit = store.authority().unit();
    let known = store.districts()?;
    let own = known.filter(|known| known.iter().any(|d| is_at_or_below(&d.code, unit)));
    let lies = |at: &LonLat| {
        if !is_in_china(*at) {
            return Some(Elsewhere::Abroad);
        }
        let code = own.as_ref()?.code_of(*at);
        let is_own = code.is_some_and(|code| is_at_or_below(code, unit));
        (!is_own).then(|| Elsewhere::OtherDistrict(code.map(str::to_owned)))
    };
    let all: Vec<(LonLat, Elsewhere)> = (places.iter())
        .filter_map(|at| Some((*at, lies(at)?)))
        .collect();
    let of = |abroad: bool| {
        let mut these = all
            .iter()
            .filter(|(_, lies)| (*lies == Elsewhere::Abroad) == abroad);
        let count = these.clone().count();
        let (first, lies) = these.next().cloned()?;
        Some(PlacesElsewhere { count, first, lies })
    };
    Ok([true, false].into_iter().filter_map(of).collect())
}

/// Whether a place lies in the degrees of China.
pub fn is_in_china(at: LonLat) -> bool {
    (73.0..=136.0).contains(&at.lon) && (3.0..=54.0).contains(&at.lat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::fixture::begun;
    use crate::office::settings::fill_in_districts;
    use crate::registry::districts::Districts;

    #[test]
    fn places_abroad_or_in_another_district_are_told() {
        let folder = tempfile::tempdir().expect("folder");
        let (mut office, chief) = begun(&folder.path().join("r.papaver"));
        let own = LonLat::new(113.05, 33.5);
        let neighbour = LonLat::new(113.15, 33.5);
        let places = [
            own,
            neighbour,
            LonLat::new(-113.05, 33.5),
            LonLat::new(43.5, 80.1),
        ];
        let told = |office: &crate::office::Office| {
            let found = elsewhere(office.store(), &places).expect("read");
            found
                .into_iter()
                .map(|f| (f.count, f.first, f.lies))
                .collect::<Vec<_>>()
        };
        let abroad = (2, places[2], Elsewhere::Abroad);
        assert_eq!(told(&office), std::slice::from_ref(&abroad));
        let square = |code: &str, west: f64| {
            let e = west + 0.1;
            format!(
                r#"{{"type":"Feature","properties":{{"code":"{code}","name":"N{code}"}},"geometry":{{"type":"Polygon","coordinates":[[[{west},33],[{e},33],[{e},34],[{west},34],[{west},33]]]}}}}"#
            )
        };
        let path = folder.path().join("d.geojson");
        let mut fill = |features: &str| {
            let text = format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#);
            std::fs::write(&path, text).expect("written");
            let read = Districts::open(&path, "2026").expect("read");
            fill_in_districts(&mut office, &chief, &read, "2026").expect("filled");
            told(&office)
        };
        // Boundaries of others alone tell nothing of the office's own ground.
        assert_eq!(
            fill(&square("410422", 113.1)),
            std::slice::from_ref(&abroad)
        );
        let both = [square("410423", 113.0), square("410422", 113.1)].join(",");
        let other = (
            1,
            neighbour,
            Elsewhere::OtherDistrict(Some("410422".into())),
        );
        assert_eq!(fill(&both), [abroad.clone(), other]);
        let nobodys = (1, neighbour, Elsewhere::OtherDistrict(None));
        assert_eq!(fill(&square("410423001", 113.0)), [abroad, nobodys]);
    }
}

//! What is said of places that are hardly the office's.

use super::say::{Failure, tell};
use crate::ground::LonLat;
use crate::office::whereabouts::{Elsewhere, PlacesElsewhere, elsewhere};
use crate::store::Store;
use crate::tr;
use crate::words::Lang;

/// Says which of the places are hardly the office's.
pub(crate) fn tell_elsewhere(store: &Store, places: &[LonLat], lang: Lang) -> Result<(), Failure> {
    for found in elsewhere(store, places)? {
        tell(&said(&found, store.authority().unit(), lang));
    }
    Ok(())
}

fn said(found: &PlacesElsewhere, unit: &str, lang: Lang) -> String {
    let PlacesElsewhere { count, first, lies } = found;
    let (lon, lat) = (first.lon, first.lat);
    match lies {
        Elsewhere::Abroad => tr!(
            lang,
            "{places} outside of China ({lon:.6}, {lat:.6}): is a sign wrong, or are longitude and latitude exchanged?",
            "{count} 处位置不在中国境内（{lon:.6}, {lat:.6}）：正负号有误，或经纬度颠倒？",
            places = (*count, "place lies", "places lie"),
        ),
        Elsewhere::OtherDistrict(Some(code)) => tr!(
            lang,
            "{places} outside of the boundaries of {unit} ({lon:.6}, {lat:.6} in {code})",
            "{count} 处位置不在 {unit} 的区划范围内（{lon:.6}, {lat:.6} 属 {code}）",
            places = (*count, "place lies", "places lie"),
        ),
        Elsewhere::OtherDistrict(None) => tr!(
            lang,
            "{places} outside of all boundaries that are known here ({lon:.6}, {lat:.6})",
            "{count} 处位置不在已知的任何区划范围内（{lon:.6}, {lat:.6}）",
            places = (*count, "place lies", "places lie"),
        ),
    }
}

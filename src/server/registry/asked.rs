//! Values of requests, as an office takes them: what cannot be used is refused by its name, with how it should look.

use crate::ground::LonLat;
use crate::office::clock;
use crate::office::entry::entry;
use crate::registry::Hash;
use crate::registry::unit::is_code;
use crate::server::answer::Refused;
use crate::store::Store;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Square metres of a site at most.
const MOST_OF_A_SITE: f64 = 1e9;
/// Square metres of a patrol at most.
const MOST_OF_A_PATROL: f64 = 1e13;

/// Words, without the room around them; none where there are none.
pub(super) fn words(text: Option<String>) -> Option<String> {
    let text = text?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Words that have to be there.
pub(super) fn need(name: &'static str, text: String) -> Result<String, Refused> {
    words(Some(text))
        .ok_or_else(|| Refused::unclear(name).hint("it cannot be left empty", "此项不能为空"))
}

/// Names, of which there has to be one.
pub(super) fn names(name: &'static str, list: Vec<String>) -> Result<Vec<String>, Refused> {
    let list: Vec<String> = list.into_iter().map(Some).filter_map(words).collect();
    if list.is_empty() {
        return Err(Refused::unclear(name).hint("name one at least", "请至少填写一项"));
    }
    Ok(list)
}

/// A day.
pub(super) fn day(name: &'static str, text: &str) -> Result<Date, Refused> {
    let day = text.parse::<Date>().ok().filter(|_| text.len() == 10);
    day.ok_or_else(|| {
        Refused::unclear(name).hint("a day such as 2026-05-03", "请填写日期，如 2026-05-03")
    })
}

/// The code of a district; none where nothing was given.
pub(super) fn code(text: Option<String>) -> Result<Option<String>, Refused> {
    let text = words(text);
    if text.as_deref().is_none_or(is_code) {
        return Ok(text);
    }
    Err(Refused::unclear("district").hint(
        "the code of a county, township or village: 410423, 410423001 or 410423001002",
        "请填写县、乡或村的区划代码，如 410423、410423001、410423001002",
    ))
}

/// Codes of districts, of which there has to be one.
pub(super) fn codes(list: Vec<String>) -> Result<Vec<String>, Refused> {
    let list = names("districts", list)?;
    for text in &list {
        code(Some(text.clone()))?;
    }
    Ok(list)
}

/// A position.
pub(super) fn at([lon, lat]: &[f64; 2]) -> Result<LonLat, Refused> {
    let at = LonLat::new(*lon, *lat);
    at.is_on_earth().then_some(at).ok_or_else(|| {
        Refused::unclear("place").hint(
            "longitude, then latitude in degrees (WGS 84), such as 113.3, 33.74",
            "先经度后纬度（WGS 84，度），如 113.3, 33.74",
        )
    })
}

#[expect(clippy::cast_possible_truncation, reason = "checked to lie within")]
fn whole(value: f64, most: f64) -> Result<i64, Refused> {
    let is_an_area = value > 0.0 && value < most;
    is_an_area.then(|| value.round() as i64).ok_or_else(|| {
        Refused::unclear("area_m2").hint(
            "square metres above 0, such as 50000",
            "请填写大于 0 的平方米数，如 50000",
        )
    })
}

/// The area of a patrol in whole square metres.
pub(super) fn area_m2(m2: f64) -> Result<i64, Refused> {
    whole(m2, MOST_OF_A_PATROL)
}

/// The area of a site in whole square decimetres.
pub(super) fn area_dm2(m2: f64) -> Result<i64, Refused> {
    whole(m2 * 100.0, MOST_OF_A_SITE * 100.0)
}

/// The entry of this number, of one of these types.
pub(super) fn entry_of(
    store: &Store,
    number: &str,
    kinds: &'static [&'static str],
) -> Result<Hash, Refused> {
    Ok(entry(store, number, kinds)?.hash)
}

/// A time as events say it: in the registry's zone, a day at its noon.
pub(super) fn time(text: &str, zone: &TimeZone) -> Result<String, Refused> {
    clock::read(text, zone).ok_or_else(|| Refused::unclear("when"))
}

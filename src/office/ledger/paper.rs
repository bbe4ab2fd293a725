//! The paper that goes with a measure or a finding 督办单, to print.

use crate::office::clock;
use crate::office::entry::entry;
use crate::office::{EntryError, OfficeError, unit_of};
use crate::pages::notice;
use crate::store::Store;
use crate::words::Lang;
use std::collections::BTreeMap;

/// The page of a measure or of a finding, named by its number.
///
/// # Errors
/// Those of naming it, and those of reading.
pub fn paper(store: &Store, typed: &str, lang: Lang) -> Result<String, OfficeError> {
    let of = entry(store, typed, &["measure", "finding"])?.hash;
    let affairs = store.affairs()?;
    let districts = store.districts()?;
    let names: BTreeMap<&str, &str> = districts
        .iter()
        .flat_map(crate::registry::districts::Districts::iter)
        .map(|district| (district.code.as_str(), district.name.as_str()))
        .collect();
    // An office is called by its own name, a district by that of the boundary file.
    let own = unit_of(store)?;
    let office = store.unit_name()?;
    let name = |code: &str| match &office {
        Some(office) if code == own => Some(office.clone()),
        _ => names.get(code).map(|name| (*name).to_owned()),
    };
    let code = |key| store.code(key).unwrap_or_default();
    let on = (clock::today(store)?, store.zone()?);
    let page = notice::page(&affairs, of, &name, &code, on, lang);
    page.ok_or_else(|| {
        let typed = of.short();
        EntryError::Unknown { typed, found: 0 }.into()
    })
}

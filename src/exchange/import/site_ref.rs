//! The site that a row means.

use super::{RowFlaw, table};
use crate::registry::{Site, SiteKey};
use crate::store::{Store, StoreError};
use crate::text::Field;
use crate::text::half_width;
use table::Row;

/// The site that a row means.
#[derive(Debug, Clone)]
pub struct SiteRef {
    /// The site.
    pub site: Site,
    /// Its code.
    pub code: String,
}

impl SiteRef {
    /// The site that a row names by its code, its key or both.
    ///
    /// # Errors
    /// Those of reading the registry; the inner one where the row names none.
    pub fn of(store: &Store, row: &Row) -> Result<Result<Self, RowFlaw>, StoreError> {
        let (code, key) = (row.field("site"), row.field("site_key"));
        let district = row.field("district_code");
        for field in [code, key, district] {
            let is_whole = std::ptr::eq(field, district) && field.is_whole_division();
            if field.is_mangled_code() && !is_whole {
                return Ok(Err(RowFlaw::Mangled(field.to_text())));
            }
        }
        let text = |field: &Field| {
            let text = half_width(&field.to_text());
            let text = text.trim().trim_start_matches('\'').to_owned();
            (!text.is_empty()).then_some(text)
        };
        let mut found: Option<SiteKey> = None;
        for typed in [text(code), text(key)].into_iter().flatten() {
            match store.find(&typed) {
                Ok(site) if found.is_some_and(|other| other != site) => {
                    return Ok(Err(RowFlaw::TwoSites));
                }
                Ok(site) => found = Some(site),
                Err(StoreError::UnknownSite { .. } | StoreError::Code { .. }) => {
                    return Ok(Err(RowFlaw::UnknownSite(typed)));
                }
                Err(StoreError::AmbiguousSite { .. }) if found.is_none() => {}
                Err(StoreError::AmbiguousSite { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        let Some(key) = found else {
            return Ok(Err(RowFlaw::NoSite));
        };
        let Some(site) = store.site(key)? else {
            return Ok(Err(RowFlaw::NoSite));
        };
        if let (Some(given), Some(district)) =
            (text(row.field("district_code")), store.district(key)?)
            && let Some(code) = district["code"].as_str()
            && code != given
        {
            return Ok(Err(RowFlaw::OtherDistrict {
                given,
                known: code.to_owned(),
            }));
        }
        Ok(Ok(Self {
            code: store.code(key)?,
            site,
        }))
    }
}

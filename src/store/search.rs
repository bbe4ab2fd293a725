//! Finding sites by words: what their events say, in what district they lie, and the words that people use for codes.

use super::{Store, StoreError};
use crate::registry::body::Body;
use crate::registry::code_lists::{Coded, HABITATS};
use crate::registry::ids::SiteKey;
use crate::registry::site::Site;
use crate::text::Zone;
use crate::words::Lang;
use std::collections::BTreeSet;

/// Whether what is shown of a site contains a text, in any case: the words for its state, source, outcome, stage,
/// reason and habitat in both languages.
pub(super) fn says(site: &Site, text: &str) -> bool {
    let wanted = text.to_lowercase();
    let habitat = site.habitat.as_deref();
    let words = [Lang::En, Lang::Zh].into_iter().flat_map(|lang| {
        let reason = site.screened.as_ref().and_then(|(_, reason, _)| *reason);
        [
            Some(site.state.label(lang)),
            Some(site.source.label(lang)),
            site.outcome().map(|outcome| outcome.label(lang)),
            site.stage().map(|stage| stage.label(lang)),
            reason.map(|reason| reason.label(lang)),
            HABITATS
                .iter()
                .find(|(code, ..)| habitat == Some(*code))
                .map(|(_, english, chinese)| lang.pick(*english, *chinese)),
        ]
    });
    words
        .flatten()
        .any(|word| word.to_lowercase().contains(&wanted))
}

impl Store {
    /// The name of the unit whose registry this is, where its founding gave one.
    ///
    /// # Errors
    /// Those of reading.
    pub fn unit_name(&self) -> Result<Option<String>, StoreError> {
        let unit = self.local("unit")?.unwrap_or_default();
        let mut founded = self.followed("init")?.into_iter().rev();
        Ok(founded.find_map(|sealed| match sealed.event.body {
            Body::Init(init) if init.unit == unit => init.unit_name,
            _ => None,
        }))
    }

    /// The sites of which an event, its author, their code or the names and codes of their own districts contain a text, in any case of
    /// Latin letters; districts beside them are not theirs. What people say of a candidate at the desk is not looked through: nobody reads the first of two before the
    /// second has spoken, and what both decide is an event of its own.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn sites_with_text(&self, text: &str) -> Result<BTreeSet<SiteKey>, StoreError> {
        let found = self.site_keys(
            "SELECT site FROM events WHERE site IS NOT NULL AND kind <> 'look' AND (\
               instr(lower(json_extract(CAST(bytes AS TEXT), '$.actor.name')), lower(?1)) \
               OR EXISTS(SELECT 1 FROM json_tree(CAST(bytes AS TEXT), '$.body') AS said \
                 WHERE said.type = 'text' AND said.key IS NOT 'origin' AND instr(lower(said.value), lower(?1)))) \
             UNION SELECT key FROM site_districts WHERE EXISTS(SELECT 1 FROM json_tree(names, '$.names') AS said \
                 WHERE said.type = 'text' AND instr(lower(said.value), lower(?1)))",
            [text],
        )?;
        Ok(found.into_iter().chain(self.find(text).ok()).collect())
    }

    /// The crews that sites are assigned to, in order.
    ///
    /// # Errors
    /// Those of reading.
    pub fn crews(&self) -> Result<Vec<String>, StoreError> {
        self.rows(
            "SELECT DISTINCT json_extract(CAST(bytes AS TEXT), '$.body.crew') AS crew FROM events WHERE kind = 'assign' AND site IS NOT NULL AND crew IS NOT NULL ORDER BY crew",
            [],
            |row| row.get(0),
        )
    }

    /// The crews that went on patrols, in order.
    ///
    /// # Errors
    /// Those of reading.
    pub fn crews_on_patrol(&self) -> Result<Vec<String>, StoreError> {
        self.rows(
            "SELECT DISTINCT json_extract(CAST(bytes AS TEXT), '$.body.crew') AS crew FROM events WHERE kind = 'patrol' AND crew IS NOT NULL ORDER BY crew",
            [],
            |row| row.get(0),
        )
    }

    /// Whether any site or boundary that is known here lies in a district of this code, or of one that begins so.
    ///
    /// # Errors
    /// Those of reading.
    pub fn knows_district(&self, code: &str) -> Result<bool, StoreError> {
        let here = self.exists(
            "SELECT 1 FROM site_districts WHERE substr(code, 1, length(?1)) = ?1 \
             UNION ALL SELECT 1 FROM sites WHERE substr(unit, 1, length(?1)) = ?1",
            [code],
        )?;
        let own = self.local("unit")?.unwrap_or_default();
        if here || own.starts_with(code) {
            return Ok(true);
        }
        let bounds = self.districts()?;
        Ok(bounds
            .is_some_and(|districts| districts.iter().any(|known| known.code.starts_with(code))))
    }

    /// The zone in which this registry's times are shown: that in which it was begun.
    ///
    /// # Errors
    /// Those of reading.
    pub fn zone(&self) -> Result<Zone, StoreError> {
        let begun = self.begun()?;
        Ok(begun.and_then(|at| Zone::of(&at)).unwrap_or(Zone::UTC))
    }

    /// When this registry was begun, RFC 3339 with the offset of the place where that was.
    ///
    /// # Errors
    /// Those of reading.
    pub fn begun(&self) -> Result<Option<String>, StoreError> {
        let mut begun = self.unit_events("init")?;
        let own = self.local("unit")?.unwrap_or_default();
        let own = begun.iter().position(|begun| begun.event.actor.unit == own);
        let first = own.or((!begun.is_empty()).then_some(0));
        Ok(first.map(|at| begun.swap_remove(at).event.at))
    }
}

#[cfg(test)]
mod tests {
    use crate::registry::districts::Districts;
    use crate::store::tests::{create, office};

    /// Two villages beside each other, whose border lies some 46 m east of where [`create`] puts a site.
    const VILLAGES: &str = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"code":"410423001001","name":"菊香村"},
         "geometry":{"type":"Polygon","coordinates":[[[113.29,33.73],[113.3005,33.73],[113.3005,33.75],[113.29,33.75],[113.29,33.73]]]}},
        {"type":"Feature","properties":{"code":"410423001002","name":"宝盖村"},
         "geometry":{"type":"Polygon","coordinates":[[[113.3005,33.73],[113.31,33.73],[113.31,33.75],[113.3005,33.75],[113.3005,33.73]]]}}]}"#;

    #[test]
    fn a_site_is_found_by_the_name_of_its_own_village_and_not_by_that_of_the_next() {
        let folder = tempfile::tempdir().expect("folder");
        let mut store = office(&folder.path().join("a.papaver"), 1);
        let key = create(&mut store, "event:1", 2);
        let districts = Districts::read(VILLAGES.as_bytes(), "2025").expect("districts");
        let filled = store.write(|s| s.assign_districts(&districts));
        assert_eq!(filled.expect("filled in"), (1, 0));
        let kept = store.district(key).expect("read").expect("a district");
        assert_eq!(kept["beside"][0][1], "宝盖村", "{kept}");
        let found = |text: &str| store.sites_with_text(text).expect("found").contains(&key);
        assert!(found("菊香村") && found("410423001001"));
        for of_none in ["宝盖村", "410423001002", "2025"] {
            assert!(!found(of_none), "{of_none}");
        }
    }
}

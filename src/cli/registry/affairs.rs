//! What the commands of an office's affairs share, and their lines below a site and in lists.

use super::context::Context;
use super::say::{Failure, bad, data, json, tell};
use super::view::in_their_name;
use crate::office::affairs::{self, Entered};
use crate::office::entry::entry;
use crate::registry::Site;
use crate::registry::body::Body;
use crate::registry::event::Sealed;
use crate::registry::ids::Hash;
use crate::registry::site::Voided;
use crate::registry::told::{kind_label, of_duty, of_measure, told};
use crate::registry::unit::{depth, is_at_or_below, is_code};
use crate::store::{Store, StoreError};
use crate::tr;
use crate::words::Lang;

/// A district's code that was typed.
pub(super) fn district(option: &'static str, code: &str) -> Result<String, Failure> {
    if is_code(code) {
        Ok(code.to_owned())
    } else {
        Err(bad(option, code, "410423 / 410423001 / 410423001002"))
    }
}

/// Says where the boundary file has districts of this level and this one is none of them: no table of districts counts it.
pub(crate) fn question(store: &Store, code: Option<&str>, lang: Lang) -> Result<(), Failure> {
    let (Some(code), Some(districts)) = (code, store.districts()?) else {
        return Ok(());
    };
    if is_none_of(districts.iter().map(|known| known.code.as_str()), code) {
        tell(&tr!(
            lang,
            "the boundary file has no district {code}: check the code; reports show this entry and count it for no district",
            "区划边界文件中没有 {code}：请核对代码；报告列出此条，但不计入任何区划"
        ));
    }
    Ok(())
}

/// Whether some of these are of a code's level and none is that code.
fn is_none_of<'a>(known: impl Iterator<Item = &'a str>, code: &str) -> bool {
    let mut of_level = known.filter(|known| depth(known) == depth(code)).peekable();
    of_level.peek().is_some() && of_level.all(|known| known != code)
}

/// The entry that was typed, of one of these types.
pub(super) fn named(
    store: &Store,
    typed: &str,
    kinds: &'static [&'static str],
) -> Result<Hash, Failure> {
    Ok(entry(store, typed, kinds)?.hash)
}

/// Records something that concerns no site, and says so.
pub(super) fn state(
    context: &Context,
    body: impl FnOnce(&Store) -> Result<Body, Failure>,
) -> Result<super::Done, Failure> {
    let (mut office, session) = context.office()?;
    let body = body(office.store())?;
    let sealed = affairs::state(&mut office, &session, body)?;
    show(office.store(), &sealed, context)?;
    Ok(super::Done::Whole)
}

/// One line of an entry: its number, its type, what it says.
pub(super) fn show(store: &Store, sealed: &Sealed, context: &Context) -> Result<(), StoreError> {
    if context.common.json {
        json(&serde_json::json!(Entered::of(store, sealed)?));
    } else {
        data(&line(store, sealed, context.lang));
    }
    Ok(())
}

fn line(store: &Store, sealed: &Sealed, lang: Lang) -> String {
    let (number, body) = (sealed.hash.short(), &sealed.event.body);
    let words = line_of(store, body, lang).unwrap_or_default();
    let recorder = sealed.event.actor.recorder.as_ref();
    let recorder = recorder.map(|recorder| in_their_name(recorder, lang));
    let recorder = recorder.unwrap_or_default();
    format!(
        "{number} {} {words}{recorder}",
        kind_label(body.kind(), lang)
    )
}

/// What such an event says in one line.
pub(super) fn line_of(store: &Store, body: &Body, lang: Lang) -> Option<String> {
    let code = |key| store.code(key).unwrap_or_default();
    told(body, code, |of| store.entry_words(of, lang), lang)
}

/// Who answers for the place of a site, what supervision says of it and which of its entries are void: lines below everything
/// else that is shown of it, what led to it among its events.
pub(super) fn lines(store: &Store, site: &Site, lang: Lang) -> Result<Vec<String>, StoreError> {
    let affairs = store.affairs()?;
    let mut lines = Vec::new();
    let mut put = |english: &str, chinese: &str, value: String| {
        let (label, colon) = (lang.pick(english, chinese), lang.pick(":", "："));
        lines.push(format!("  {label}{colon}{}{value}", lang.pick(" ", "")));
    };
    let district = district_of(store, site)?;
    for duty in affairs.chain_of(&district, site.season) {
        put("answers for it", "责任人", of_duty(&duty.body, lang));
    }
    for finding in affairs
        .open_findings()
        .filter(|f| f.body.site == Some(site.key) && is_at_or_below(&district, &f.body.district))
    {
        let words = line_of(store, &Body::Finding(Box::new(finding.body.clone())), lang);
        put(
            "found by supervision",
            "督导问题",
            words.unwrap_or_default(),
        );
    }
    for measure in affairs
        .standing()
        .filter(|m| is_at_or_below(&district, &m.body.district))
    {
        put(
            "its district",
            "所在区划督办",
            of_measure(&measure.body, lang),
        );
    }
    for voided in &site.voided {
        put("void", "作废", of_voided(voided, lang));
    }
    Ok(lines)
}

fn of_voided(voided: &Voided, lang: Lang) -> String {
    let (kind, entry) = (kind_label(&voided.kind, lang), voided.entry.event.short());
    let (by, of) = (&voided.by.actor.name, &voided.entry.actor.name);
    let reason = &voided.reason;
    tr!(
        lang,
        "{kind} {entry} by {of}, voided by {by}: {reason}",
        "{kind} {entry}（{of} 录入），由 {by} 作废：{reason}"
    )
}

/// Who answers for the place of a site, from the prefecture down, as JSON.
pub(super) fn answers(store: &Store, site: &Site) -> Result<serde_json::Value, StoreError> {
    let affairs = store.affairs()?;
    let chain = affairs.chain_of(&district_of(store, site)?, site.season);
    Ok(chain
        .iter()
        .map(|duty| serde_json::json!(duty.body))
        .collect())
}

/// The smallest district that a site is known to lie in; without a boundary file its unit.
fn district_of(store: &Store, site: &Site) -> Result<String, StoreError> {
    store.lies_in(site, store.districts()?.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_questioned_where_districts_of_its_level_are_known_and_it_is_none() {
        let asked = |code| is_none_of(["990101", "990102", "990101001"].into_iter(), code);
        assert!(asked("990199") && asked("990101002"));
        assert!(!asked("990102") && !asked("990101001"));
        // Of prefectures and villages the file knows none.
        assert!(!asked("990100") && !asked("990101001001"));
        assert!(!is_none_of(std::iter::empty(), "990199"));
    }
}

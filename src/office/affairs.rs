//! What an office records beside its sites, what led to a site, and the voiding of wrong entries.

use super::entry::entry;
use super::life::known;
use super::{Changed, EntryError, Office, OfficeError, Session};
use crate::registry::affairs::can_lead;
use crate::registry::body::{Body, CameOf, Void, joined};
use crate::registry::event::{Recorder, Sealed};
use crate::registry::moves::Refusal;
use crate::registry::refusal::{DateBounds, DateOf, DayBound};
use crate::registry::unit::is_at_or_below;
use crate::registry::{Hash, Settings, SiteKey};
use crate::store::{Store, StoreError};
use crate::text::day_of;
use serde::Serialize;
use serde_json::Value;

/// The types of entries that can be voided.
const VOIDABLE: [&str; 18] = joined(&[
    &["create", "screen", "assign", "visit", "came_of"],
    &Body::VOIDABLE,
    &["draw"],
]);

/// An entry as it was recorded.
#[derive(Debug, Clone, Serialize)]
pub struct Entered {
    /// Its number: the hash of its event.
    pub entry: Hash,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    pub at: String,
    /// The season it belongs to.
    pub season: i16,
    /// Who recorded it in its author's name, where somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorder: Option<Recorder>,
    /// What it says.
    pub body: Value,
}

impl Entered {
    /// An event as an entry.
    ///
    /// # Errors
    /// Those of reading.
    pub fn of(store: &Store, sealed: &Sealed) -> Result<Self, StoreError> {
        let event = &sealed.event;
        Ok(Self {
            entry: sealed.hash,
            kind: event.body.kind().to_owned(),
            at: event.at.clone(),
            season: store.season_of_entry(sealed)?,
            recorder: event.actor.recorder.clone(),
            body: event.body.to_value().unwrap_or_default(),
        })
    }
}

/// The season that a letter of responsibility is meant for, where nobody says one: that of the day on which it was signed, else of when
/// it is recorded. A letter is often entered in the autumn after, when the next season has begun.
pub fn season_of_letter(settings: &Settings, signed_on: Option<&str>, at: &str) -> Option<i16> {
    let recorded = || settings.day(at);
    let day = signed_on.map_or_else(recorded, str::to_owned);
    settings.season_of(&day)
}

/// Records something that concerns no site.
///
/// # Errors
/// What the law refuses.
pub fn state(office: &mut Office, session: &Session, body: Body) -> Result<Sealed, OfficeError> {
    Ok(office.record(session, None, vec![], body)?)
}

/// Records that a site came of a patrol or a tip-off, named by its number.
///
/// # Errors
/// Those of naming it, and what the law refuses.
pub fn came_of(
    office: &mut Office,
    session: &Session,
    site: SiteKey,
    typed: &str,
) -> Result<Sealed, OfficeError> {
    let found = known(office, site)?.created.map(|created| created.at);
    let found = found.unwrap_or_else(|| session.at().to_owned());
    let lead = lead(office.store(), session, typed, &found)?;
    let body = Body::CameOf(CameOf { of: lead.hash });
    Ok(office.record(session, Some(site), vec![], body)?)
}

/// The patrol or tip-off of this number, where who acts may say that a site came of it which was found at a time.
pub(super) fn lead(
    store: &Store,
    session: &Session,
    typed: &str,
    found: &str,
) -> Result<Sealed, OfficeError> {
    let lead = entry(store, typed, &["patrol", "tip"])?;
    let unit = &lead.event.actor.unit;
    let on = match &lead.event.body {
        Body::Patrol(patrol) => &patrol.on,
        _ => &lead.event.at,
    };
    let contrary = if let Body::Patrol(patrol) = &lead.event.body {
        patrol.zero.then_some(lead.hash)
    } else {
        let affairs = store.affairs()?;
        let closed = affairs.closed.get(&lead.hash);
        closed.map(|closed| closed.stamp.event)
    };
    // What another unit was told, or where it went, is not this one's to claim.
    let refusal = if !is_at_or_below(unit, &session.author().unit) {
        Refusal::Unit { unit: unit.clone() }
    } else if !can_lead(on, found) {
        let until = day_of(found).map(DayBound::of_day);
        Refusal::out_of(DateBounds::between(DateOf::Other, None, until), on)
    } else if let Some(entry) = contrary {
        Refusal::Contradicts { entry }
    } else {
        return Ok(lead);
    };
    Err(StoreError::Refused {
        site: String::new(),
        refusal,
        actor: session.author().name.clone(),
    }
    .into())
}

/// An entry that was voided.
#[derive(Debug, Clone, Serialize)]
pub struct VoidedEntry {
    /// The entry.
    pub void: Entered,
    /// The event that voids it.
    pub by: Hash,
    /// The site that it was about, as it stands without it.
    #[serde(flatten)]
    pub changed: Changed,
}

/// Voids a wrong entry, named by its number, or an added site by its code.
///
/// # Errors
/// Those of naming it, and what the law refuses.
pub fn void(
    office: &mut Office,
    session: &Session,
    typed: &str,
    reason: String,
) -> Result<VoidedEntry, OfficeError> {
    let wrong = match founding(office.store(), typed)? {
        Some(founding) => founding,
        None => entry(office.store(), typed, &VOIDABLE)?,
    };
    let site = wrong.event.site;
    if is_void(office.store(), site, wrong.hash)? {
        return Err(EntryError::Void { entry: wrong.hash }.into());
    }
    let body = Body::Void(Void {
        of: wrong.hash,
        reason,
    });
    let done = office.record(session, site, vec![], body)?;
    let signed = done.event.actor.key.is_some();
    Ok(VoidedEntry {
        void: Entered::of(office.store(), &wrong)?,
        by: done.hash,
        changed: Changed::of(office.store(), site, signed)?,
    })
}

/// Whether an entry was voided before, of a site or of none.
fn is_void(store: &Store, site: Option<SiteKey>, entry: Hash) -> Result<bool, StoreError> {
    let Some(site) = site else {
        return Ok(store.affairs()?.is_void(entry));
    };
    let site = store.site(site)?;
    Ok(site.is_some_and(|site| {
        let mut voided = site.voided.iter();
        voided.any(|voided| voided.entry.event == entry)
    }))
}

/// The founding of a site that is named by its code.
fn founding(store: &Store, typed: &str) -> Result<Option<Sealed>, StoreError> {
    let Ok(key) = store.find(typed) else {
        return Ok(None);
    };
    let created = store.site(key)?.and_then(|site| site.created);
    created.map_or(Ok(None), |created| store.event(created.event))
}

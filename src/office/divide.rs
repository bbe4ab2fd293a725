//! Two sites that are one, and one that is several.

use super::found::new_origin;
use super::life::known;
use super::{Changed, Office, OfficeError, Session, Transaction, clock};
use crate::ground::LonLat;
use crate::registry::body::{self, Body, Create, FoundBy};
use crate::registry::moves::{Move, Refusal};
use crate::registry::place::Place;
use crate::registry::{Site, SiteKey};
use crate::store::StoreError;

/// Makes a site part of another; answers that other.
///
/// # Errors
/// What the law refuses.
pub fn merge(
    office: &mut Office,
    session: &Session,
    site: SiteKey,
    into: SiteKey,
    reason: String,
) -> Result<Changed, OfficeError> {
    known(office, site)?;
    let merge = body::Merge {
        into,
        into_state: known(office, into)?.state,
        reason,
    };
    let sealed = office.record(session, Some(site), vec![], Body::Merge(merge))?;
    let signed = sealed.event.actor.key.is_some();
    Ok(Changed::of(office.store(), [into], signed)?)
}

/// Makes a site several, one at each of these places; answers the parts. All are founded, or nothing is recorded.
///
/// # Errors
/// What the law refuses.
pub fn split(
    office: &mut Office,
    session: &Session,
    site: SiteKey,
    places: &[LonLat],
    reason: String,
) -> Result<Changed, OfficeError> {
    let parent = known(office, site)?;
    if let Some(refusal) = refused(&parent) {
        return Err(StoreError::Refused {
            site: office.store().code(site)?,
            refusal,
            actor: session.author().name.clone(),
        }
        .into());
    }
    let code = office.store().code(site)?;
    let parts = office.transact(session, |entry| {
        let into = places
            .iter()
            .map(|place| found_part(entry, &parent, *place).map_err(|e| of_whole(e, &code)))
            .collect::<Result<Vec<_>, _>>()?;
        let body = Body::Split(body::Split {
            into: into.clone(),
            reason,
        });
        entry.append(Some(site), vec![], body)?;
        Ok(into)
    })?;
    let signed = session.author().key.is_some();
    Ok(Changed::of(office.store(), parts, signed)?)
}

/// A part that is refused is no site: nobody saw its code, and the whole is what is spoken of.
fn of_whole(error: StoreError, whole: &str) -> StoreError {
    match error {
        StoreError::Refused { refusal, actor, .. } => StoreError::Refused {
            site: whole.to_owned(),
            refusal,
            actor,
        },
        other => other,
    }
}

/// Why a site cannot be split, before its parts are founded.
fn refused(parent: &Site) -> Option<Refusal> {
    if parent.disputed {
        return Some(Refusal::Disputed);
    }
    let allowed = Move::allowed_in(parent.state, false);
    let refused = || Refusal::in_state(parent.state, false);
    (!allowed.contains(&Move::Split)).then(refused)
}

/// A part of a site, which takes along what is here of its files.
fn found_part(
    entry: &mut Transaction,
    parent: &Site,
    place: LonLat,
) -> Result<SiteKey, StoreError> {
    let moment = clock::moment();
    let origin = new_origin(moment, &parent.unit);
    let part = SiteKey::of_origin(&origin);
    let create = Create {
        split_from: Some((parent.key, parent.state)),
        name: parent.name.clone(),
        ..Create::new(FoundBy::Split, origin, Place::point(place))
    };
    let authority = entry.store.authority();
    let evidence = parent.evidence.iter();
    let evidence = evidence.filter(|file| authority.is_here(file.sha256));
    let evidence = evidence.cloned().collect();
    entry.append_at(Some(part), evidence, Body::Create(Box::new(create)), moment)?;
    Ok(part)
}

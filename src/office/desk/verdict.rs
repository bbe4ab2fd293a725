//! Giving a verdict, and taking one back.

use super::audit::{Lots, is_open};
use super::voices::is_own;
use super::{Veil, mine};
use crate::office::{Office, OfficeError, Session};
use crate::registry::body::{Body, Look, Opinion, Screen, Void};
use crate::registry::code_lists::Coded;
use crate::registry::event::EvidenceRef;
use crate::registry::moves::Refusal;
use crate::registry::{Site, SiteKey, State};
use crate::schema::RejectReason;
use crate::store::{Store, StoreError};
use crate::words::Lang;
use serde::Serialize;

/// What somebody says of a candidate.
#[derive(Debug, Clone)]
pub struct VerdictRequest {
    /// What they say.
    pub opinion: Opinion,
    /// Why it is none.
    pub reason: Option<RejectReason>,
    /// What was said.
    pub note: Option<String>,
    /// How long they looked, in milliseconds.
    pub took_ms: Option<u64>,
}

/// A candidate after a verdict.
#[derive(Debug, Clone, Serialize)]
pub struct Judged {
    /// The candidate.
    pub candidate: String,
    /// The site's code.
    pub code: String,
    /// The site's state.
    pub state: State,
    /// Whether it was decided: kept or put aside.
    pub decided: bool,
    /// Whether two people see it differently, as far as this one may know.
    pub disagreement: bool,
    /// Whether it awaits a second person who does not see this verdict.
    pub awaits_second: bool,
}

/// Records a verdict, and what follows from it.
///
/// # Errors
/// What the law refuses, such as a verdict on a site that has moved on; nothing is recorded then.
pub fn judge(
    office: &mut Office,
    session: &Session,
    candidate: &str,
    verdict: VerdictRequest,
) -> Result<Judged, OfficeError> {
    let site = of_candidate(office.store(), candidate)?;
    if stands_already(&site, session, &verdict) {
        return judged(office.store(), &Lots::of(office.store())?, candidate);
    }
    open_for(office.store(), session, &site)?;
    if verdict.opinion == Opinion::Discard && verdict.reason.is_none() {
        return Err(refused(office.store(), session, site.key, Refusal::NoReason)?.into());
    }
    let lots = Lots::of(office.store())?;
    let look = Look {
        opinion: verdict.opinion,
        reason: verdict
            .reason
            .filter(|_| verdict.opinion == Opinion::Discard),
        note: verdict.note,
        took_ms: verdict.took_ms,
        blind: lots.speaks_blind(office.store(), &site, session)?,
    };
    say(office, session, &lots, &site, look, vec![])?;
    judged(office.store(), &lots, candidate)
}

/// Records what somebody says, and the decision where it decides.
fn say(
    office: &mut Office,
    session: &Session,
    lots: &Lots,
    site: &Site,
    look: Look,
    evidence: Vec<EvidenceRef>,
) -> Result<(), StoreError> {
    let decides = lots.decides(office.store(), site, session, &look)?;
    office.transact(session, |entry| {
        let screen = decides.then(|| Screen {
            keep: look.opinion == Opinion::Keep,
            reason: look.reason,
            note: None,
            took_ms: None,
            seconds: None,
        });
        entry.append(Some(site.key), evidence, Body::Look(look))?;
        if let Some(screen) = screen {
            entry.append(Some(site.key), vec![], Body::Screen(screen))?;
        }
        Ok(())
    })
}

/// Records a decision that was made elsewhere than at the desk: on the page of the site, in a file. Where two are to look, it is what
/// its author says, and decides as at the desk: with the second who says the same.
///
/// # Errors
/// What the law refuses; nothing is recorded then.
pub(in crate::office) fn screen(
    office: &mut Office,
    session: &Session,
    veil: &Veil,
    site: SiteKey,
    screen: Screen,
    evidence: Vec<EvidenceRef>,
) -> Result<(), StoreError> {
    let known = office.store().site(site)?;
    let lots = veil.lots(office.store())?;
    let open = known.filter(is_open);
    let for_two = match open {
        Some(open) if lots.is_for_two(office.store(), &open)? => Some(open),
        _ => None,
    };
    let Some(known) = for_two else {
        office.record(session, Some(site), evidence, Body::Screen(screen))?;
        return Ok(());
    };
    let blind = lots.speaks_blind(office.store(), &known, session)?;
    if !screen.keep && screen.reason.is_none() {
        return Err(refused(office.store(), session, site, Refusal::NoReason)?);
    }
    let look = Look {
        opinion: if screen.keep {
            Opinion::Keep
        } else {
            Opinion::Discard
        },
        reason: screen.reason.filter(|_| !screen.keep),
        took_ms: screen.looked_ms(),
        note: screen.note,
        blind,
    };
    say(office, session, lots, &known, look, evidence)
}

/// Whether it is what this person has said already, and nobody has spoken since: a verdict that is sent again, as nobody heard the
/// answer. Of what was put aside it does not matter who spoke last.
fn stands_already(site: &Site, session: &Session, verdict: &VerdictRequest) -> bool {
    let reason = verdict
        .reason
        .filter(|_| verdict.opinion == Opinion::Discard);
    let same = |look: &Look| look.opinion == verdict.opinion && look.reason == reason;
    let last = site.looks.last();
    let is_last = last
        .is_some_and(|(look, by)| is_own(session, by) && same(look) && look.note == verdict.note);
    match site.state {
        State::Candidate => is_last,
        State::ScreenedOut => mine(site, session).is_some_and(same),
        _ => false,
    }
}

/// Whether a person took back what they said last, and has said nothing since.
fn is_withdrawn(site: &Site, session: &Session) -> bool {
    let mut own = site.looks.iter().rev();
    let last = own.find(|(_, by)| is_own(session, by));
    last.is_some_and(|(look, _)| look.opinion == Opinion::Withdrawn)
}

/// A verdict is given on what nobody has moved on from.
fn open_for(store: &Store, session: &Session, site: &Site) -> Result<(), OfficeError> {
    if site.state == State::Candidate {
        return Ok(());
    }
    let refusal = Refusal::in_state(site.state, site.disputed);
    Err(refused(store, session, site.key, refusal)?.into())
}

fn refused(
    store: &Store,
    session: &Session,
    site: SiteKey,
    refusal: Refusal,
) -> Result<StoreError, StoreError> {
    Ok(StoreError::Refused {
        site: store.code(site)?,
        refusal,
        actor: session.author().name.clone(),
    })
}

/// Takes back what a person said last of a candidate, and the decision that followed from it.
///
/// # Errors
/// What the law refuses, such as to take back what others have built on; nothing is recorded then.
pub fn undo(
    office: &mut Office,
    session: &Session,
    candidate: &str,
) -> Result<Judged, OfficeError> {
    let site = of_candidate(office.store(), candidate)?;
    let key = site.key;
    let screened = site.screened.as_ref().map(|(.., stamp)| stamp);
    let decision = screened
        .filter(|stamp| is_own(session, stamp))
        .map(|stamp| stamp.event);
    if mine(&site, session).is_none() && decision.is_none() {
        if is_withdrawn(&site, session) {
            return judged(office.store(), &Lots::of(office.store())?, candidate);
        }
        return Err(refused(office.store(), session, key, Refusal::NoSuchEntry)?.into());
    }
    office.transact(session, |entry| {
        if let Some(of) = decision {
            let reason = Opinion::Withdrawn.label(Lang::Zh).to_owned();
            entry.append(Some(key), vec![], Body::Void(Void { of, reason }))?;
        }
        let withdrawn = Look {
            opinion: Opinion::Withdrawn,
            reason: None,
            note: None,
            took_ms: None,
            blind: false,
        };
        entry.append(Some(key), vec![], Body::Look(withdrawn))?;
        Ok(())
    })?;
    let lots = Lots::of(office.store())?;
    judged(office.store(), &lots, candidate)
}

fn of_candidate(store: &Store, candidate: &str) -> Result<Site, OfficeError> {
    let unknown = || StoreError::UnknownSite {
        code: candidate.to_owned(),
    };
    Ok(store.site_of_candidate(candidate)?.ok_or_else(unknown)?)
}

fn judged(store: &Store, lots: &Lots, candidate: &str) -> Result<Judged, OfficeError> {
    let site = of_candidate(store, candidate)?;
    let decided = site.screened.is_some();
    let awaits_second = lots.is_blind(store, &site)?;
    Ok(Judged {
        candidate: candidate.to_owned(),
        code: store.code(site.key)?,
        state: site.state,
        decided,
        disagreement: !awaits_second && site.opinions_differ() || site.disputed,
        awaits_second,
    })
}

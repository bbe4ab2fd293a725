//! The decisions that a contact sheet saved, each recorded once.

use super::desk::{self, Veil};
use super::record::Decision;
use super::{Office, OfficeError, Session};
use crate::registry::SiteKey;
use crate::registry::body::Opinion;
use crate::registry::moves::Refusal;
use crate::store::StoreError;
use crate::words::Lang;
use serde::Serialize;

/// What became of the decisions.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Screened {
    /// Sites that were kept.
    pub kept: usize,
    /// Sites that were put aside.
    pub rejected: usize,
    /// Sites of which it counts as the word of one of two: a second person is to look at them.
    pub await_second: usize,
    /// Decisions that were recorded before.
    pub recorded_before: usize,
    /// Candidates whose decision was not recorded, and why, in the reader's language.
    pub passed_over: Vec<(String, String)>,
}

/// Records each decision as its author's, at the time that it was made. One that a site has moved past is passed over, the
/// rest is kept.
///
/// # Errors
/// What the law refuses for another reason; what was recorded before it stays.
pub fn screen_all(
    office: &mut Office,
    session: &Session,
    decisions: Vec<Decision>,
    lang: Lang,
) -> Result<Screened, OfficeError> {
    let mut done = Screened::default();
    // Read once: no verdict changes who is to look.
    let veil = Veil::default();
    for decision in decisions {
        let Some(found) = office.store().site_of_candidate(&decision.candidate)? else {
            let why = lang.pick("not recorded here", "本库未录入").to_owned();
            done.passed_over.push((decision.candidate, why));
            continue;
        };
        let site = found.key;
        if is_recorded(office, session, site, &decision)? {
            done.recorded_before += 1;
            continue;
        }
        let keep = decision.screen.keep;
        let of_then = session.at_another_time(decision.at);
        match desk::screen(office, &of_then, &veil, site, decision.screen, vec![]) {
            Ok(()) if waits(office, &veil, site)? => done.await_second += 1,
            Ok(()) if keep => done.kept += 1,
            Ok(()) => done.rejected += 1,
            Err(StoreError::Refused {
                refusal: Refusal::State { state, .. },
                site,
                ..
            }) => {
                let why = format!("{site}: {}", state.label(lang));
                done.passed_over.push((decision.candidate, why));
            }
            Err(other) => return Err(other.into()),
        }
    }
    Ok(done)
}

fn is_recorded(
    office: &Office,
    session: &Session,
    site: SiteKey,
    decision: &Decision,
) -> Result<bool, StoreError> {
    let site = office.store().site(site)?;
    let Some(site) = site else { return Ok(false) };
    let screen = &decision.screen;
    let decided = site.screened.iter().any(|(keep, reason, stamp)| {
        (*keep, *reason, &stamp.at) == (screen.keep, screen.reason, &decision.at)
    });
    // Where two are to look, it is what its author says.
    let said = site.looks.iter().any(|(look, stamp)| {
        let keep = look.opinion == Opinion::Keep;
        desk::is_own(session, stamp)
            && (keep, look.reason, &stamp.at) == (screen.keep, screen.reason, &decision.at)
    });
    Ok(decided || said)
}

fn waits(office: &Office, veil: &Veil, site: SiteKey) -> Result<bool, StoreError> {
    let site = office.store().site(site)?;
    site.map_or(Ok(false), |site| {
        desk::awaits_second(office.store(), veil, &site)
    })
}

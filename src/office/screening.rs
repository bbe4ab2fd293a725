//! The decisions that a contact sheet saved, each recorded once.

use super::desk::{self, Veil};
use super::record::{Decision, DecisionFile, is_before_its_scan};
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
    /// Candidates whose decision was recorded, and is dated before the scan that found them was run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dated_early: Vec<String>,
    /// The scan of the file, where these candidates were recorded of others alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_scan: Option<String>,
}

/// Records each decision as its author's, at the time that it was made. One that a site has moved past, or that cannot be of its
/// time, is passed over, the rest is kept.
///
/// # Errors
/// What the law refuses for another reason; what was recorded before it stays.
pub fn screen_all(
    office: &mut Office,
    session: &Session,
    file: DecisionFile,
    lang: Lang,
) -> Result<Screened, OfficeError> {
    let DecisionFile { scan, decisions } = file;
    let mut done = Screened::default();
    let (mut is_known, mut is_of_scan) = (false, false);
    // Read once: no verdict changes who is to look.
    let veil = Veil::default();
    for decision in decisions {
        let Some(found) = office.store().site_of_candidate(&decision.candidate)? else {
            let why = lang.pick("not recorded here", "本库未录入").to_owned();
            done.passed_over.push((decision.candidate, why));
            continue;
        };
        is_known = true;
        is_of_scan |= found.detections().any(|of| scan.as_ref() == Some(&of.scan));
        let site = found.key;
        if is_recorded(office, session, site, &decision)? {
            done.recorded_before += 1;
            continue;
        }
        let keep = decision.screen.keep;
        let is_early = is_before_its_scan(office.store(), &found, &decision.at)?;
        let of_then = session.at_another_time(decision.at);
        match desk::screen(office, &of_then, &veil, site, decision.screen, vec![]) {
            Ok(()) => {
                done.dated_early
                    .extend(is_early.then_some(decision.candidate));
                let count = if waits(office, &veil, site)? {
                    &mut done.await_second
                } else if keep {
                    &mut done.kept
                } else {
                    &mut done.rejected
                };
                *count += 1;
            }
            Err(StoreError::Refused { refusal, site, .. }) if is_of_the_site(&refusal) => {
                let why = match &refusal {
                    Refusal::State { state, .. } => state.label(lang).to_owned(),
                    refusal => refusal.label(lang),
                };
                done.passed_over
                    .push((decision.candidate, format!("{site}: {why}")));
            }
            Err(other) => return Err(other.into()),
        }
    }
    done.other_scan = scan.filter(|_| is_known && !is_of_scan);
    Ok(done)
}

/// Whether what stands against a decision stands against no other one.
fn is_of_the_site(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::State { .. } | Refusal::Date { .. } | Refusal::Ahead { .. }
    )
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

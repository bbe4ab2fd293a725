//! The steps of a site's life: screened, assigned, visited, eradicated, accepted, taken up again; and what is said about
//! it on the way.

use super::desk::{self, Veil};
use super::{Changed, Files, Office, OfficeError, Session};
use crate::registry::body::{
    Accept, Assign, Body, Correct, Eradicate, Note, ReasonedMove, Resolve, Screen, Visit,
};
use crate::registry::people::same_name;
use crate::registry::{Site, SiteKey};
use crate::store::StoreError;

/// A step in the life of one site.
#[derive(Debug, Clone)]
pub enum LifeStep {
    /// Decided at the desk.
    Screen(Screen),
    /// A crew was there.
    Visit(Box<Visit>),
    /// Uprooted.
    Eradicate(Eradicate),
    /// Accepted, or failed.
    Accept(Accept),
    /// Taken up again after it was settled.
    Reopen(ReasonedMove),
    /// A dispute is decided.
    Resolve(Resolve),
    /// Words.
    Note(Note),
    /// A fact is put right.
    Correct(Box<Correct>),
}

impl From<LifeStep> for Body {
    fn from(step: LifeStep) -> Self {
        match step {
            LifeStep::Screen(body) => Self::Screen(body),
            LifeStep::Visit(body) => Self::Visit(body),
            LifeStep::Eradicate(body) => Self::Eradicate(body),
            LifeStep::Accept(body) => Self::Accept(body),
            LifeStep::Reopen(body) => Self::Reopen(body),
            LifeStep::Resolve(body) => Self::Resolve(body),
            LifeStep::Note(body) => Self::Note(body),
            LifeStep::Correct(body) => Self::Correct(body),
        }
    }
}

/// The officers who were there: two or more that are named and nobody else. Where fewer are, whoever records it was there too,
/// before them, unless they only type it.
pub fn present(mut officers: Vec<String>, recorder: &str, not_there: bool) -> Vec<String> {
    let named = |name: &String| same_name(name, recorder);
    if !not_there && officers.len() < 2 && !officers.iter().any(named) {
        officers.insert(0, recorder.to_owned());
    }
    officers
}

/// The people among officers: the account of a crew is none of them. Where it alone stands for people whom nobody named, it
/// stays.
fn people(mut officers: Vec<String>, crews: &[String]) -> Vec<String> {
    const GROUPS: [&str; 9] = ["组", "队", "班", "所", "站", "部", "crew", "team", "group"];
    let is_crew = |name: &String| {
        let folded = name.trim().to_lowercase();
        let is_group = GROUPS.iter().any(|group| folded.ends_with(group));
        is_group && crews.iter().any(|crew| same_name(crew, name))
    };
    if officers.iter().filter(|name| !is_crew(name)).count() >= 2 {
        officers.retain(|name| !is_crew(name));
    }
    officers
}

/// Records a step with its files.
///
/// # Errors
/// Those of keeping the files, and what the law refuses.
pub fn take(
    office: &mut Office,
    session: &Session,
    site: SiteKey,
    step: LifeStep,
    files: &Files,
) -> Result<Changed, OfficeError> {
    let place = known(office, site)?.place;
    let step = match step {
        LifeStep::Visit(mut visit) => {
            visit.officers = people(visit.officers, &office.store().crews()?);
            LifeStep::Visit(visit)
        }
        other => other,
    };
    let evidence = files.keep(office, Some(&place), session.at())?;
    let veil = Veil::default();
    match step {
        LifeStep::Screen(screen) => desk::screen(office, session, &veil, site, screen, evidence)?,
        other => {
            office.record(session, Some(site), evidence, other.into())?;
        }
    }
    let signed = session.author().key.is_some();
    Ok(Changed::under(&veil, office.store(), [site], signed)?)
}

/// Sends a crew to these sites, to all of them or to none.
///
/// # Errors
/// What the law refuses.
pub fn assign(
    office: &mut Office,
    session: &Session,
    sites: &[SiteKey],
    crew: &Assign,
) -> Result<Changed, OfficeError> {
    office.transact(session, |entry| {
        for site in sites {
            entry.append(Some(*site), vec![], Body::Assign(crew.clone()))?;
        }
        Ok(())
    })?;
    let signed = session.author().key.is_some();
    Ok(Changed::of(office.store(), sites.iter().copied(), signed)?)
}

/// A site that has to be there.
pub(super) fn known(office: &Office, site: SiteKey) -> Result<Site, StoreError> {
    let found = office.store().site(site)?;
    found.ok_or_else(|| StoreError::UnknownSite {
        code: site.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_of_a_crew_is_nobody_beside_those_who_are_named() {
        let names = |names: &[&str]| -> Vec<String> {
            names.iter().map(|name| (*name).to_owned()).collect()
        };
        let crews = names(&["一组", "张三"]);
        let kept = |officers: &[&str]| people(names(officers), &crews);
        assert_eq!(kept(&["一组", "张三", "李四"]), ["张三", "李四"]);
        // Who goes alone, and is a crew by name, is somebody; so is whoever the account stands for.
        assert_eq!(kept(&["张三", "李四", "王五"]), ["张三", "李四", "王五"]);
        assert_eq!(kept(&["一组", "张三"]), ["一组", "张三"]);
        assert_eq!(kept(&["一组"]), ["一组"]);
        assert_eq!(kept(&["二组", "张三", "李四"]), ["二组", "张三", "李四"]);
    }

    #[test]
    fn whoever_records_a_visit_was_there_where_fewer_than_two_are_named() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let there = |officers: &[&str], not_there| present(names(officers), "李四", not_there);
        let both: Vec<String> = names(&["李四", "王五"]);
        assert_eq!(there(&["王五"], false), both);
        assert_eq!(there(&["李四", "王五"], false), both);
        assert_eq!(there(&["王五"], true), both[1..]);
        assert_eq!(there(&[], false), both[..1]);
        // Who types in what two others saw stands beside neither.
        let others: Vec<String> = names(&["王五", "赵六"]);
        assert_eq!(there(&["王五", "赵六"], false), others);
        let spaced: Vec<String> = names(&["王五", "李 四"]);
        assert_eq!(there(&["王五", "李 四"], false), spaced);
    }
}

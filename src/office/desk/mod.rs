//! The screening table: candidates of a scan one after the other, each verdict an event of the person who gave it.
//!
//! A verdict is a [`Look`]; where it decides, the screening that follows from it is recorded with it. One in ten candidates is
//! looked at by two people who do not see each other's verdict: there nothing is decided before the second, and where they
//! differ, whoever has seen both decides.

mod table;
mod verdict;

pub use table::{Effort, Laid, Said, Table, conceal, table};
pub use verdict::{Judged, Verdict, judge, undo};

use super::Session;
use crate::registry::body::{Look, Opinion};
use crate::registry::site::Stamp;
use crate::registry::{Hash, Role, Site};
use crate::store::Store;

/// One in so many candidates is looked at by two.
const AUDITED: u8 = 10;

/// Whether somebody said it themselves.
fn is_own(session: &Session, stamp: &Stamp) -> bool {
    let author = session.author();
    (&stamp.actor.name, &stamp.actor.unit) == (&author.name, &author.unit)
}

/// What a person said last of a site.
fn mine<'a>(site: &'a Site, session: &Session) -> Option<&'a Look> {
    let mut opinions = site.opinions().into_iter();
    opinions
        .find(|(_, stamp)| is_own(session, stamp))
        .map(|(look, _)| look)
}

/// Whether two people are to look at a candidate, derived from its id so that it is the same for everybody.
fn is_audited(candidate: &str) -> bool {
    Hash::of(format!("audit:{candidate}").as_bytes()).0[0].is_multiple_of(AUDITED)
}

/// Two people who may screen and can sign are needed for two to look.
fn can_audit(store: &Store) -> bool {
    let may = |role: &Role| matches!(role, Role::Analyst | Role::Supervisor);
    let people = store.people().iter();
    let able = people.filter(|(_, _, person)| person.key.is_some() && person.roles.iter().any(may));
    able.count() >= 2
}

/// Whether fewer than two have said of it whether it is one.
fn is_blind(site: &Site) -> bool {
    let opinions = site.opinions();
    let firm = opinions
        .iter()
        .filter(|(look, _)| look.opinion != Opinion::Unsure);
    firm.count() < 2
}

//! The screening table: candidates of a scan one after the other, each verdict an event of the person who gave it.
//!
//! A verdict is a [`Look`]; where it decides, the [`Screen`] that follows from it is recorded with it. One in ten candidates is
//! looked at by two people who do not see each other's verdict: there nothing is decided before the second, and where they
//! differ, whoever has seen both decides.

use super::{Office, OfficeError, Session};
use crate::registry::body::{Body, Look, Opinion, Screen, Void};
use crate::registry::coded::Coded;
use crate::registry::moves::Refusal;
use crate::registry::site::Stamp;
use crate::registry::{Hash, Role, Site, SiteKey, State};
use crate::schema::RejectReason;
use crate::store::{Filter, Store, StoreError};
use serde::Serialize;

/// One in so many candidates is looked at by two.
const AUDITED: u8 = 10;

/// What somebody says of a candidate.
#[derive(Debug, Clone)]
pub struct Verdict {
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

/// What one person said, as a page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Said {
    /// Who.
    pub person: String,
    /// What.
    pub verdict: Opinion,
    /// Why it is none.
    pub reason: Option<RejectReason>,
    /// When.
    pub at: String,
}

/// A candidate on the table of one person.
#[derive(Debug, Clone, Serialize)]
pub struct Laid {
    /// The candidate.
    pub candidate: String,
    /// The site's code.
    pub code: String,
    /// The site's state.
    pub state: State,
    /// Its rank in the scan.
    pub rank: Option<u64>,
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
    /// Whether this person has nothing more to say of it.
    pub done: bool,
    /// Whether two people look at it who do not see each other's verdict.
    pub audit: bool,
    /// What this person said last.
    pub mine: Option<Opinion>,
    /// What was said of it, as far as this person may see.
    pub verdicts: Vec<Said>,
    /// Whether two people see it differently, as far as this one may know.
    pub disagreement: bool,
    /// The picture of an earlier flight, by its digest.
    pub before: Option<Hash>,
}

/// What screening a scan has cost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Effort {
    /// Verdicts.
    pub verdicts: usize,
    /// Verdicts whose time is known.
    pub timed: usize,
    /// The time of those together.
    pub milliseconds: u64,
    /// Candidates of which two people gave a verdict without seeing the other's.
    pub seen_by_two: usize,
    /// Those of them that they saw alike.
    pub alike: usize,
}

/// The table of one person.
#[derive(Debug, Clone, Serialize)]
pub struct Table {
    /// The candidates, the first to be looked at first.
    pub queue: Vec<Laid>,
    /// How many of them this person has done.
    pub done: usize,
    /// How many are left for this person.
    pub left: usize,
    /// What it has cost so far, all persons together.
    pub effort: Effort,
}

/// Lays the candidates of a scan on the table of a person.
///
/// # Errors
/// Those of reading.
pub fn table(store: &Store, session: &Session, scan: &str) -> Result<Table, StoreError> {
    let auditing = can_audit(store);
    let mut table = Table {
        queue: Vec::new(),
        done: 0,
        left: 0,
        effort: Effort::default(),
    };
    for site in store.sites(&Filter::default())? {
        let found = site.detections().find(|found| found.scan == scan);
        let Some(candidate) = found.map(|found| found.candidate.clone()) else {
            continue;
        };
        table.effort.count(&site);
        let laid = lay(store, session, &site, candidate, auditing)?;
        table.done += usize::from(laid.done);
        table.left += usize::from(!laid.done);
        table.queue.push(laid);
    }
    let order = |laid: &Laid| {
        (
            laid.done,
            laid.mine.is_some(),
            laid.rank.is_none(),
            laid.rank,
        )
    };
    table.queue.sort_by_key(order);
    Ok(table)
}

fn lay(
    store: &Store,
    session: &Session,
    site: &Site,
    candidate: String,
    auditing: bool,
) -> Result<Laid, StoreError> {
    let mine = mine(site, session);
    let audit = auditing && is_audited(&candidate);
    let open = site.state == State::Candidate;
    let settled =
        mine.is_some_and(|look| look.opinion != Opinion::Unsure) || site.screened.is_some();
    let blind = audit && open && is_blind(site) && site.screened.is_none();
    let verdicts = site
        .opinions()
        .into_iter()
        .map(|(look, stamp)| said(look, stamp));
    let at = site.place.lonlat();
    Ok(Laid {
        code: store.code(site.key)?,
        state: site.state,
        rank: site
            .detections()
            .find(|d| d.candidate == candidate)
            .and_then(|d| d.rank),
        lon: at.lon,
        lat: at.lat,
        done: !open || settled && !(site.opinions_differ() && site.screened.is_none()),
        audit,
        mine: mine.map(|look| look.opinion),
        verdicts: if blind {
            Vec::new()
        } else {
            verdicts.collect()
        },
        disagreement: site.opinions_differ() || site.disputed,
        before: before(store, site, &candidate)?,
        candidate,
    })
}

fn said(look: &Look, stamp: &Stamp) -> Said {
    Said {
        person: stamp.actor.name.clone(),
        verdict: look.opinion,
        reason: look.reason,
        at: stamp.at.clone(),
    }
}

/// What a person said last of a site.
fn mine<'a>(site: &'a Site, session: &Session) -> Option<&'a Look> {
    let author = session.author();
    let own =
        |stamp: &Stamp| (&stamp.actor.name, &stamp.actor.unit) == (&author.name, &author.unit);
    let mut opinions = site.opinions().into_iter();
    opinions.find(|(_, stamp)| own(stamp)).map(|(look, _)| look)
}

/// The picture of the flight before the one that shows this candidate.
fn before(store: &Store, site: &Site, candidate: &str) -> Result<Option<Hash>, StoreError> {
    let first = site
        .detection
        .as_ref()
        .map(|found| found.candidate.as_str());
    let earlier = match (first == Some(candidate), site.recurs_of) {
        (false, _) => site.key,
        (true, Some(closed)) => closed,
        (true, None) => return Ok(None),
    };
    let earlier = store.site(earlier)?;
    let chips = earlier.iter().flat_map(|site| &site.evidence);
    let chips = chips.filter(|file| file.role == crate::registry::event::EvidenceRole::Chip);
    let mut other = chips.filter(|file| !file.name.starts_with(candidate));
    Ok(other.next_back().map(|file| file.sha256))
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

impl Effort {
    fn count(&mut self, site: &Site) {
        let looks = site.looks.iter().map(|(look, _)| look);
        for look in looks.filter(|look| look.opinion != Opinion::Withdrawn) {
            self.verdicts += 1;
            self.timed += usize::from(look.took_ms.is_some());
            self.milliseconds += look.took_ms.unwrap_or(0);
        }
        let opinions = site.opinions();
        let blind = opinions.iter().filter(|(look, _)| look.blind);
        let firm: Vec<Opinion> = blind
            .map(|(look, _)| look.opinion)
            .filter(|opinion| *opinion != Opinion::Unsure)
            .take(2)
            .collect();
        if let [one, other] = firm[..] {
            self.seen_by_two += 1;
            self.alike += usize::from(one == other);
        }
    }
}

/// Records a verdict, and what follows from it.
///
/// # Errors
/// What the law refuses, such as a verdict on a site that has moved on; nothing is recorded then.
pub fn judge(
    office: &mut Office,
    session: &Session,
    candidate: &str,
    verdict: Verdict,
) -> Result<Judged, OfficeError> {
    let (key, site) = of_candidate(office.store(), candidate)?;
    let audit = can_audit(office.store()) && is_audited(candidate);
    let blind = audit && site.screened.is_none() && is_blind(&site);
    open_for(office.store(), session, &site)?;
    if verdict.opinion == Opinion::Discard && verdict.reason.is_none() {
        return Err(refused(office.store(), session, key, Refusal::NoReason)?);
    }
    let look = Look {
        opinion: verdict.opinion,
        reason: verdict
            .reason
            .filter(|_| verdict.opinion == Opinion::Discard),
        note: verdict.note,
        took_ms: verdict.took_ms,
        blind,
    };
    let decides = decides(&site, session, &look);
    office.transact(session, |entry| {
        let screen = decides.then(|| Screen {
            keep: look.opinion == Opinion::Keep,
            reason: look.reason,
            note: None,
        });
        entry.append(Some(key), vec![], Body::Look(look))?;
        if let Some(screen) = screen {
            entry.append(Some(key), vec![], Body::Screen(screen))?;
        }
        Ok(())
    })?;
    judged(office.store(), candidate, audit)
}

/// Whether a verdict decides: a firm one, but of two who do not see each other's only where the second says the same.
fn decides(site: &Site, session: &Session, look: &Look) -> bool {
    let firm = matches!(look.opinion, Opinion::Keep | Opinion::Discard);
    if !firm || !look.blind {
        return firm;
    }
    let author = session.author();
    let opinions = site.opinions();
    let others = opinions.iter().filter(|(_, stamp)| {
        (&stamp.actor.name, &stamp.actor.unit) != (&author.name, &author.unit)
    });
    let mut firm = others.filter(|(other, _)| other.opinion != Opinion::Unsure);
    firm.any(|(other, _)| other.opinion == look.opinion)
}

/// A verdict is given on what nobody has moved on from.
fn open_for(store: &Store, session: &Session, site: &Site) -> Result<(), OfficeError> {
    if site.state == State::Candidate {
        return Ok(());
    }
    let refusal = Refusal::State {
        state: site.state,
        allowed: crate::registry::moves::Move::allowed_in(site.state, site.disputed),
    };
    Err(refused(store, session, site.key, refusal)?)
}

fn refused(
    store: &Store,
    session: &Session,
    site: SiteKey,
    refusal: Refusal,
) -> Result<OfficeError, StoreError> {
    let error = StoreError::Refused {
        site: store.code(site)?,
        refusal,
        actor: session.author().name.clone(),
    };
    Ok(error.into())
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
    let (key, site) = of_candidate(office.store(), candidate)?;
    let author = session.author();
    let own =
        |stamp: &&Stamp| (&stamp.actor.name, &stamp.actor.unit) == (&author.name, &author.unit);
    let decision = site.screened.as_ref().map(|(.., stamp)| stamp).filter(own);
    let decision = decision.map(|stamp| stamp.event);
    if mine(&site, session).is_none() && decision.is_none() {
        return Err(refused(office.store(), session, key, Refusal::NoSuchEntry)?);
    }
    office.transact(session, |entry| {
        if let Some(of) = decision {
            let reason = Opinion::Withdrawn.label(crate::words::Lang::Zh).to_owned();
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
    let audit = can_audit(office.store()) && is_audited(candidate);
    judged(office.store(), candidate, audit)
}

fn of_candidate(store: &Store, candidate: &str) -> Result<(SiteKey, Site), OfficeError> {
    let unknown = || StoreError::UnknownSite {
        code: candidate.to_owned(),
    };
    let key = store.site_of_candidate(candidate)?.ok_or_else(unknown)?;
    Ok((key, store.site(key)?.ok_or_else(unknown)?))
}

fn judged(store: &Store, candidate: &str, audit: bool) -> Result<Judged, OfficeError> {
    let (key, site) = of_candidate(store, candidate)?;
    let decided = site.screened.is_some();
    Ok(Judged {
        candidate: candidate.to_owned(),
        code: store.code(key)?,
        state: site.state,
        decided,
        disagreement: site.opinions_differ() || site.disputed,
        awaits_second: audit && !decided && site.state == State::Candidate && is_blind(&site),
    })
}

//! One row: which site it means, what its author saw of it, and what it says.

use super::history::{changed_row, heads, only_tried};
use super::row_plan::{ReadyRow, RowInHand, RowStep, RowSubject};
use super::{ImportRequest, RowFlaw, SiteRef, form_parse, table};
use crate::exchange::ExchangeError;
use crate::exchange::cell_grid::shortened;
use crate::exchange::target_table::is_of_datum;
use crate::ground::LonLat;
use crate::registry::body::{Assign, Body, Create, FoundBy};
use crate::registry::people::roles_for;
use crate::registry::place::Place;
use crate::registry::{Site, SiteKey, unit};
use crate::store::{Store, StoreError};
use crate::text::Field;
use std::collections::{BTreeMap, BTreeSet};
use table::{Row, Table};

/// Looks at a filled row.
///
/// # Errors
/// Those of reading the registry; what is wrong with the row is in the result.
pub fn take(
    store: &Store,
    request: &ImportRequest<'_>,
    table: &Table,
    row: &Row,
    known: Result<SiteRef, RowFlaw>,
) -> Result<RowInHand, ExchangeError> {
    let mut taken = RowInHand {
        table: table.name.clone(),
        line: row.line,
        site: known.as_ref().ok().map(|k| (k.site.key, k.code.clone())),
        ready: Err(RowFlaw::NoSite),
    };
    if !row.shifted().is_empty() {
        taken.ready = Err(RowFlaw::Shifted(row.shifted().to_text()));
        return Ok(taken);
    }
    taken.ready = match known {
        // Of a known site the shift itself is seen.
        Err(RowFlaw::NoSite) => match table.datum.clone().or_else(|| said_datum(row)) {
            Some(system) if row.place() != Ok(None) => Err(RowFlaw::Datum(system)),
            _ => find(store, request, row)?,
        },
        Err(flaw) => Err(flaw),
        Ok(known) => ready(store, request, row, known.site)?,
    };
    Ok(taken)
}

/// What a filled row reports.
fn steps(request: &ImportRequest<'_>, row: &Row) -> Result<Vec<RowStep>, RowFlaw> {
    let filled = form_parse::read(row, &request.now).map_err(RowFlaw::Form)?;
    let step = |what, body, at: Option<String>, photos| {
        let at = at.or_else(|| request.when.clone()).ok_or(RowFlaw::NoTime)?;
        Ok(RowStep {
            what,
            body,
            at,
            photos,
            evidence: Vec::new(),
        })
    };
    let visit = filled.visit.map(|part| {
        let body = Body::Visit(Box::new(part.body));
        step(RowSubject::Visit, body, part.at, part.photos)
    });
    let eradication = filled.eradication.map(|part| {
        let body = Body::Eradicate(part.body);
        step(RowSubject::Eradication, body, part.at, part.photos)
    });
    visit.into_iter().chain(eradication).collect()
}

/// What a row's remarks say of the datum of its position.
fn said_datum(row: &Row) -> Option<String> {
    let mut texts = row.fields.values().filter_map(|field| match field {
        Field::Text(text) => Some(text),
        _ => None,
    });
    texts
        .find(|text| is_of_datum(text))
        .map(|text| shortened(text))
}

/// Where a row says that it lies, if it does.
fn place(row: &Row) -> Result<Option<LonLat>, RowFlaw> {
    match row.place() {
        Ok(Some(at)) if !at.is_on_earth() => Err(RowFlaw::NotDegrees),
        Ok(Some(at)) if at == LonLat::new(0.0, 0.0) => Err(RowFlaw::Origin),
        Ok(at) => Ok(at),
        Err((text, flaw)) => Err(RowFlaw::NoPlace(text, flaw)),
    }
}

/// Names as one text, as the language that they are written in lists them.
fn together(names: &[String]) -> String {
    let is_latin = names.iter().all(|name| name.is_ascii());
    names.join(if is_latin { ", " } else { "、" })
}

/// A row without a site: a find that is new, where it has a place, a visit, and no known site beside it.
fn find(
    store: &Store,
    request: &ImportRequest<'_>,
    row: &Row,
) -> Result<Result<ReadyRow, RowFlaw>, ExchangeError> {
    let at = match place(row) {
        Ok(Some(at)) => at,
        Ok(None) => return Ok(Err(RowFlaw::NoSite)),
        Err(flaw) => return Ok(Err(flaw)),
    };
    let steps = match steps(request, row) {
        Ok(steps) => steps,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let Some(RowStep {
        body: Body::Visit(visit),
        at: found_at,
        ..
    }) = steps.first()
    else {
        return Ok(Err(RowFlaw::NoSite));
    };
    let crew = row.field("crew").to_text();
    let crew = match crew.trim() {
        "" => together(&visit.officers),
        crew => crew.to_owned(),
    };
    let assign = Body::Assign(Assign { crew, due: None });
    for step in [&assign, &Body::Visit(visit.clone())] {
        let roles = roles_for(step);
        let person = store
            .people()
            .get(&request.author.unit, &request.author.name);
        if !person.is_some_and(|person| roles.iter().any(|role| person.roles.contains(role))) {
            let names = roles.iter().map(|role| role.name()).collect();
            let actor = request.author.name.clone();
            return Ok(Err(RowFlaw::NoFinder(actor, names)));
        }
    }
    let place = Place::point(at);
    // The same row given again is the same find.
    let of = format!("find:{},{},{found_at}", place.lon_e7, place.lat_e7);
    let origin = unit::origin(&of, &request.author.unit);
    let key = SiteKey::of_origin(&origin);
    if let Some(flaw) = beside(store, key, &place)? {
        return Ok(Err(flaw));
    }
    let create = Create::new(FoundBy::Find, origin, place.clone());
    Ok(Ok(ReadyRow {
        key,
        place,
        find: Some([Body::Create(Box::new(create)), assign]),
        found_at: found_at.clone(),
        steps,
        parallel: BTreeSet::new(),
        seen: Vec::new(),
        moved_on: false,
        without_head: false,
        apart_m: None,
        position: None,
    }))
}

/// Why a find is none: a site is known here.
fn beside(store: &Store, key: SiteKey, place: &Place) -> Result<Option<RowFlaw>, StoreError> {
    let radius = store.settings().reach_m();
    for near in store.sites_near(place, radius)? {
        let metres = place.distance_m(&near.place);
        if near.key != key && metres <= radius {
            return Ok(Some(RowFlaw::Beside(store.code(near.key)?, metres)));
        }
    }
    Ok(None)
}

fn ready(
    store: &Store,
    request: &ImportRequest<'_>,
    row: &Row,
    site: Site,
) -> Result<Result<ReadyRow, RowFlaw>, ExchangeError> {
    let steps = match steps(request, row) {
        Ok(steps) => steps,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let head = row.field("head").to_text();
    let head = head.trim();
    let events = store.events_of(site.key)?;
    if let Some(flaw) = changed_row(request, row.line, &site, &events, &steps) {
        return Ok(Err(flaw));
    }
    let (seen, moved_on) = if head.is_empty() || head == site.head().to_string() {
        (site.heads.clone(), false)
    } else {
        let Some(seen) = head.parse().ok().and_then(|head| heads(&events, head)) else {
            return Ok(Err(RowFlaw::UnknownHead));
        };
        if only_tried(&site, &events, &seen) {
            (site.heads.clone(), false)
        } else {
            (seen, true)
        }
    };
    let mut apart_m = None;
    let position = match place(row) {
        Ok(position) => position,
        Err(flaw) => return Ok(Err(flaw)),
    };
    if let Some(at) = position {
        let metres = site.place.distance_m(&Place::point(at));
        let around = site.place.lonlat().distance_m(at);
        if around > f64::from(store.settings().photo_far_m)
            && metres > f64::from(store.settings().photo_far_m)
        {
            return Ok(Err(RowFlaw::Far(around)));
        }
        apart_m = (metres > 2.0).then_some(metres);
    }
    Ok(Ok(ReadyRow {
        key: site.key,
        place: site.place,
        find: None,
        found_at: String::new(),
        steps,
        parallel: site.parallel,
        seen,
        moved_on,
        without_head: head.is_empty(),
        apart_m,
        position,
    }))
}

/// Of two rows for one site, the same in all they say, the first counts; where they differ, nobody knows which is
/// right, and all are refused.
pub fn refuse_twins(rows: &mut Vec<RowInHand>) {
    let mut by_site: BTreeMap<SiteKey, Vec<usize>> = BTreeMap::new();
    for (at, taken) in rows.iter().enumerate() {
        if let Ok(ready) = &taken.ready {
            by_site.entry(ready.key).or_default().push(at);
        }
    }
    let mut repeats = Vec::new();
    for twins in by_site.into_values().filter(|twins| twins.len() > 1) {
        let says = |at: usize| {
            let ready = rows[at].ready.as_ref().ok()?;
            Some(ready.steps.clone())
        };
        if twins.iter().all(|at| says(*at) == says(twins[0])) {
            repeats.extend_from_slice(&twins[1..]);
            continue;
        }
        let lines: Vec<u64> = twins.iter().map(|at| rows[*at].line).collect();
        for at in twins {
            rows[at].ready = Err(RowFlaw::TwoRows(lines.clone()));
        }
    }
    let mut at = 0;
    rows.retain(|_| {
        at += 1;
        !repeats.contains(&(at - 1))
    });
}

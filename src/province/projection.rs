//! From a registry, merged or not, to the facts that every figure rests on.

use super::facts::{DeskLook, DistrictArea, Facts, Irregular, SiteFact, Steps};
use super::flights::flights;
use super::irregular;
use super::left::is_all_gone;
use super::own_ground::Own;
use super::patrols::{PatrolFacts, patrols};
use super::rest::rests;
use super::windows::Windows;
use super::work::work_of;
use crate::ground::LonLat;
use crate::registry::body::{Body, TargetList};
use crate::registry::districts::{District, Districts};
use crate::registry::event::Sealed;
use crate::registry::label::{label, label_of};
use crate::registry::limits::SEEN_WITHIN_M;
use crate::registry::site::{MarkKind, Stamp};
use crate::registry::unit::{is_at_or_below, share_ground};
use crate::registry::{Authority, DeviceId, Settings, Site, SiteKey, State};
use crate::store::{Ranking, Store, StoreError};
use crate::text::day_of;
use jiff::civil::Date;
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The setting that holds the office's table of growth windows, as CSV.
pub const WINDOWS_SETTING: &str = "growth_windows";

/// Everything that the figures rest on.
///
/// Sites that were merged into others, split or voided are left out: those that they became are there. Where no boundary file
/// was read, a site's district is the unit that created it.
///
/// # Errors
/// Those of reading the registry. Coverage that was recorded and is not here gives a flight without an outline.
pub fn facts_of(store: &Store) -> Result<Facts, StoreError> {
    let districts = store.districts()?;
    let own = Own::of(store.authority(), districts.as_ref());
    let PatrolFacts {
        counted: patrols,
        again: walked_again,
        both: walked_both,
    } = patrols(store, &own)?;
    let flights = flights(store, &own)?;
    let sites = sites(store, &own)?;
    let districts = districts.as_ref().map(areas).unwrap_or_default();
    Ok(Facts {
        rests: rests(&districts, &sites),
        work: work_of(store, &patrols)?,
        settings: store.settings().clone(),
        flights: flights.counted,
        twice: flights.twice,
        again: flights.again,
        both: flights.both,
        walked_both,
        patrols,
        walked_again,
        sites,
        unplaced: flights.unplaced,
        beyond: flights.beyond,
        not_followed: not_followed(store)?,
        in_their_name: in_their_name(store)?,
        gone: gone(store)?,
        districts,
    })
}

/// The same, as it was worked out before where nothing has been recorded since.
///
/// # Errors
/// Those of [`facts_of`].
pub fn known_facts(store: &Store) -> Result<Arc<Facts>, StoreError> {
    store.worked_out(facts_of)
}

/// The units of what was said and is not followed: those of the devices that said it.
fn not_followed(store: &Store) -> Result<Vec<String>, StoreError> {
    let refused = store.refused()?.into_iter();
    let by = |(sealed, _): (Sealed, _)| unit_of_device(store.authority(), sealed.event.device);
    Ok(refused.map(by).collect())
}

/// The unit that a device belongs to: whose name and unit it writes into an event is its own choice; whose device it is, is not.
fn unit_of_device(gate: &Authority, device: DeviceId) -> String {
    let known = gate.devices().get(&device);
    known.map_or_else(
        || format!("? {}", device.short()),
        |standing| standing.unit.clone(),
    )
}

/// What supervisors recorded in another's name about no site: of which unit, for which season, as of which day.
fn in_their_name(store: &Store) -> Result<Vec<(String, i16, Option<Date>)>, StoreError> {
    let of = |sealed: Sealed| {
        let event = &sealed.event;
        let day = store.authority().day_of(&event.actor.unit, &event.at);
        Ok((
            event.actor.unit.clone(),
            store.season_of_entry(&sealed)?,
            day,
        ))
    };
    store.in_their_name()?.into_iter().map(of).collect()
}

/// What stays marked about sites that were merged into others or split.
fn gone(store: &Store) -> Result<Vec<(String, Irregular)>, StoreError> {
    store.map_sites(|site| {
        let is_gone = site.state.is_gone();
        is_gone.then(|| (site.unit.clone(), irregular::of_site(&site, false)))
    })
}

/// The table of growth windows in force: the office's own where it has one, with the elevations of its boundary file.
///
/// # Errors
/// Those of reading the registry.
pub fn windows_of(store: &Store) -> Result<Windows, StoreError> {
    let own = store.local("unit")?.unwrap_or_default();
    // The table of the registry's own unit holds, not one that came in a county's bundle.
    let table = store
        .followed("setting")?
        .into_iter()
        .filter(|sealed| sealed.event.actor.unit == own)
        .filter_map(|sealed| match sealed.event.body {
            Body::Setting(setting) if setting.key == WINDOWS_SETTING => {
                Windows::read(&setting.value).ok()
            }
            _ => None,
        })
        .next_back();
    let elevations = store.districts()?.map_or_else(BTreeMap::new, |districts| {
        districts
            .iter()
            .filter_map(|d| Some((d.code.clone(), d.elevation_m?)))
            .collect()
    });
    Ok(table.unwrap_or_default().with_elevations(elevations))
}

/// The lists of targets (靶标) that are this unit's to meet, in the order they were imported, each once: its own, and
/// those that were handed down from above. What a unit below lists for itself is not this unit's list.
///
/// # Errors
/// Those of reading the registry.
pub fn targets_of(store: &Store) -> Result<Vec<TargetList>, StoreError> {
    let own = store.authority().unit();
    let lists = lists_of(store)?.into_iter();
    Ok(lists
        .filter(|(unit, _)| is_at_or_below(own, unit))
        .map(|(_, list)| list)
        .collect())
}

/// Every list of targets with the unit that imported it, in the order they were imported, each once.
///
/// # Errors
/// Those of reading the registry.
pub fn lists_of(store: &Store) -> Result<Vec<(String, TargetList)>, StoreError> {
    let mut seen = BTreeSet::new();
    Ok(store
        .followed("targets")?
        .into_iter()
        .filter_map(|sealed| match sealed.event.body {
            Body::Targets(list) => Some((sealed.event.actor.unit, *list)),
            _ => None,
        })
        .filter(|(unit, list)| seen.insert((unit.clone(), list.sha256)))
        .collect())
}

fn areas(districts: &Districts) -> Vec<DistrictArea> {
    let area = |district: &District| DistrictArea {
        code: district.code.clone(),
        name: district.name.clone(),
        area: district.area().clone(),
    };
    districts.iter().map(area).collect()
}

fn sites(store: &Store, own: &Own) -> Result<Vec<SiteFact>, StoreError> {
    let known = store.district_codes()?;
    let sharing = store.sites_sharing_pictures()?;
    let (ranking, audited, settings) = (store.ranking()?, store.audited()?, store.settings());
    let mut sites = store.map_sites(|site| {
        let stays = !site.state.is_gone();
        let beside = (&sharing, &ranking, &audited, settings);
        stays.then(|| site_fact(&site, &known, own, beside))
    })?;
    for site in &mut sites {
        site.gone = is_all_gone(store, site.key, site.state)?;
    }
    sites.sort_unstable_by_key(|site| site.key);
    believe_recurrence(&mut sites);
    find_recurrence(&mut sites, f64::from(store.settings().match_radius_m));
    Ok(sites)
}

/// A site recurs from one nearby on the same ground: whatever it says, it is none of another county's.
fn believe_recurrence(sites: &mut [SiteFact]) {
    let known: BTreeMap<SiteKey, (LonLat, String)> = sites
        .iter()
        .map(|site| (site.key, (site.at, site.unit.clone())))
        .collect();
    for site in sites {
        site.recurs_of = site.recurs_of.filter(|of| {
            known.get(of).is_none_or(|(at, unit)| {
                share_ground(unit, &site.unit) && at.distance_m(site.at) <= SEEN_WITHIN_M
            })
        });
    }
}

/// A confirmed site at the very place of one that was closed in an earlier season recurs from it, also where whoever entered it did not
/// say so.
fn find_recurrence(sites: &mut [SiteFact], radius_m: f64) {
    let is_closed = |(_, site): &(usize, &SiteFact)| site.state == State::Closed;
    let closed = sites.iter().enumerate().filter(is_closed);
    let closed = RTree::bulk_load(
        closed
            .map(|(at, site)| GeomWithData::new([site.at.lon, site.at.lat], at))
            .collect(),
    );
    let found = |site: &SiteFact| {
        let dy = radius_m / 110_000.0;
        let dx = dy / site.at.lat.to_radians().cos().max(0.01);
        let (lon, lat) = (site.at.lon, site.at.lat);
        let window = AABB::from_corners([lon - dx, lat - dy], [lon + dx, lat + dy]);
        let near = closed.locate_in_envelope_intersecting(window);
        let near = near.map(|near| &sites[near.data]).filter(|closed| {
            closed.season < site.season
                && share_ground(&closed.unit, &site.unit)
                && closed.at.distance_m(site.at) <= radius_m
        });
        let order = |closed: &&SiteFact| (closed.at.distance_m(site.at), closed.key);
        let nearest = near.min_by(|one, other| {
            let (one, other) = (order(one), order(other));
            one.0.total_cmp(&other.0).then(one.1.cmp(&other.1))
        });
        nearest.map(|closed| closed.key)
    };
    let unsaid = |site: &&SiteFact| site.confirmed == Some(true) && site.recurs_of.is_none();
    let recur: BTreeMap<SiteKey, SiteKey> = sites
        .iter()
        .filter(unsaid)
        .filter_map(|site| Some((site.key, found(site)?)))
        .collect();
    for site in sites {
        site.recurs_of = site.recurs_of.or(recur.get(&site.key).copied());
    }
}

/// The district that was filled in; a site that came in later is looked up. Without a boundary file it is the unit that
/// created the site.
pub(super) fn district_of(
    site: &Site,
    known: &BTreeMap<SiteKey, String>,
    districts: Option<&Districts>,
) -> Option<String> {
    let filled = || known.get(&site.key).cloned();
    match districts {
        Some(districts) => {
            filled().or_else(|| districts.code_of(site.place.lonlat()).map(str::to_owned))
        }
        None => filled().or_else(|| Some(site.unit.clone()).filter(|unit| !unit.is_empty())),
    }
}

fn site_fact(
    site: &Site,
    known: &BTreeMap<SiteKey, String>,
    own: &Own,
    (sharing, ranking, audited, settings): (
        &BTreeSet<SiteKey>,
        &Ranking,
        &BTreeSet<SiteKey>,
        &Settings,
    ),
) -> SiteFact {
    let at: LonLat = site.place.lonlat();
    // A site that a unit founds on another's ground is counted where the unit is, not where it says.
    let district = district_of(site, known, own.districts)
        .filter(|code| site.unit.is_empty() || own.may_speak(&site.unit, code))
        .or_else(|| Some(site.unit.clone()).filter(|unit| !unit.is_empty()));
    let detection = site.detection.as_ref();
    let ranked = detection.and_then(|d| ranking.of(&d.candidate, &site.unit));
    SiteFact {
        unit: site.unit.clone(),
        irregular: irregular::of_site(site, sharing.contains(&site.key)),
        key: site.key,
        at,
        district,
        season: site.season,
        source: site.source,
        state: site.state,
        gone: false,
        confirmed: match site.state {
            State::Confirmed | State::Eradicated | State::Closed => Some(true),
            State::Refuted => Some(false),
            _ => None,
        },
        poppy: poppy(site, settings),
        kept: site.state == State::Candidate && site.screened.as_ref().is_some_and(|s| s.0),
        aside: (site.screened.as_ref())
            .filter(|_| site.state == State::ScreenedOut)
            .and_then(|(_, reason, _)| *reason),
        plants: site.plants,
        area_m2: site.area_dm2.map(|dm2| dm2 as f64 / 100.0),
        stage: site.stage(),
        habitat: site.habitat.clone(),
        scan: detection.map(|d| d.scan.clone()),
        score: detection.map(|d| d.score_e4 as f64 / 1e4),
        learnt: ranked.map(|ranked| ranked.score_learnt),
        audit: audited.contains(&site.key),
        look: DeskLook::of(site),
        steps: steps(site, settings),
        crew: site.crew().map(str::to_owned),
        disputed: site.disputed,
        entered_later: site.marks.iter().find_map(|mark| match &mark.kind {
            MarkKind::EnteredLater { on } => day_of(on),
            _ => None,
        }),
        recurs_of: site.recurs_of,
    }
}

/// Whether what was found at a site is poppy.
fn poppy(site: &Site, settings: &Settings) -> Option<bool> {
    match &site.detection {
        Some(found) => label_of(site, found, settings),
        None => label(site).map(|label| label.poppy),
    }
}

/// The days of a site's steps as its life stands: the first visit that told what it is, the eradication that left
/// nothing, and the acceptance that passed, each after the last reopening of what came before.
fn steps(site: &Site, settings: &Settings) -> Steps {
    let day = |stamp: &Stamp| settings.date(&stamp.at);
    Steps {
        found: site.created.as_ref().and_then(day),
        screened: site.screened.as_ref().and_then(|(_, _, stamp)| day(stamp)),
        assigned: site.assigned.as_ref().and_then(|(_, stamp)| day(stamp)),
        verified: site
            .visits
            .iter()
            .find(|(visit, _)| visit.outcome.settles())
            .and_then(|(_, stamp)| day(stamp)),
        eradicated: site
            .eradications
            .iter()
            .rev()
            .find(|(eradicate, _)| eradicate.percent == 100)
            .filter(|_| matches!(site.state, State::Eradicated | State::Closed))
            .and_then(|(_, stamp)| day(stamp)),
        accepted: site
            .acceptances
            .last()
            .filter(|(accept, _)| accept.passed && site.state == State::Closed)
            .and_then(|(_, stamp)| day(stamp)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::fixture::site;

    #[test]
    fn a_site_recurs_from_none_of_another_county_nor_from_afar() {
        let county = |name: &str, unit: &str, lon: f64| SiteFact {
            unit: unit.into(),
            at: LonLat::new(lon, 33.74),
            ..site(name, 2026, State::Confirmed)
        };
        let closed = county("closed", "410423", 113.3);
        let mut sites: Vec<SiteFact> = [
            ("own", "410423001", 113.300_1),
            ("another's", "410424", 113.300_1),
            ("far", "410423", 113.4),
        ]
        .map(|(name, unit, lon)| SiteFact {
            recurs_of: Some(closed.key),
            ..county(name, unit, lon)
        })
        .into();
        sites.push(closed.clone());
        believe_recurrence(&mut sites);
        let recurs: Vec<bool> = sites.iter().map(|s| s.recurs_of.is_some()).collect();
        assert_eq!(recurs, [true, false, false, false]);
    }

    #[test]
    fn poppy_at_the_place_of_a_closed_site_recurs_whoever_says_so() {
        let at = |name: &str, season, state, lon: f64| SiteFact {
            at: LonLat::new(lon, 33.74),
            ..site(name, season, state)
        };
        let closed = at("closed", 2025, State::Closed, 113.3);
        let mut sites = vec![
            closed.clone(),
            at("there", 2026, State::Confirmed, 113.300_05),
            at("not yet", 2026, State::Candidate, 113.300_05),
            at("beside", 2026, State::Confirmed, 113.301),
            at("then", 2025, State::Confirmed, 113.3),
            SiteFact {
                unit: "410424".into(),
                ..at("another's", 2026, State::Confirmed, 113.3)
            },
        ];
        find_recurrence(&mut sites, 15.0);
        let recur = sites.iter().filter(|site| site.recurs_of.is_some());
        let recur: Vec<(SiteKey, Option<SiteKey>)> =
            recur.map(|site| (site.key, site.recurs_of)).collect();
        assert_eq!(recur, [(sites[1].key, Some(closed.key))]);
    }
}

//! What no event may say, whoever says it: dates that cannot be, outlines without end, patrols wider than their tracks.
//! Pure: asked when an event is made and in replay.

use super::body::{Assign, Body, Count, Detection, Patrol, RecordedScan, TrackFacts};
use super::event::Event;
use super::place::Place;
use super::quadrats::estimate;
use super::refusal::{DateBounds, DateOf, DayBound, Refusal};
use super::unit::is_code;
use crate::text::day_of;

/// Metres by which a position may be corrected by anybody with a role; farther is a supervisor's.
pub const MOVES_FREELY_M: f64 = 50.0;
/// Metres between two sites that an analyst may merge; farther, up to [`MERGES_WITHIN_M`], is a supervisor's.
pub const MERGES_FREELY_M: f64 = 50.0;
/// Metres between two sites that can be one at all.
pub const MERGES_WITHIN_M: f64 = 2_000.0;
/// Metres from a site within which its parts lie.
pub const PARTS_WITHIN_M: f64 = 100.0;
/// Metres from a site within which a detection can be a sighting of it: the largest radius that can be set.
pub const SEEN_WITHIN_M: f64 = 1_000.0;
/// Positions of an outline at most.
const MOST_POSITIONS: usize = 20_000;
/// Degrees (1e-7) from one end of a site to the other at most: some five kilometres.
const WIDEST_E7: i64 = 500_000;
/// Seconds by which imagery may be dated after the moment it was recorded: a camera's clock keeps a zone of its own.
const CAMERA_AHEAD_S: i64 = 86_400;
/// Seconds by which a moment may lie after the one at which it was recorded: two clocks are never the same.
const CLOCKS_DIFFER_S: i64 = 600;
/// Days from an assignment to its due day at most.
const DUE_WITHIN_DAYS: i32 = 366;
/// Square metres of a patrol at most: a large province.
const MOST_M2: i64 = 2_000_000_000_000;
/// Metres that count as seen on either side of a track at most.
const MOST_REACH_M: u64 = 500;
/// Metres of a track at most.
const MOST_TRACK_M: u64 = 100_000_000;
/// The highest score.
const MOST_SCORE_E4: i64 = 10_000;
/// People or vehicles of a patrol at most.
const MOST_PEOPLE: u64 = 1_000_000;
/// Plants of a site at most.
const MOST_PLANTS: u64 = 100_000_000;
/// Quadrats of a count at most.
const MOST_QUADRATS: usize = 10_000;
/// Square decimetres of a site at most: ten square kilometres.
const MOST_DM2: i64 = 1_000_000_000;
/// Seconds that one candidate is looked at, at most.
const LONGEST_LOOK_S: u64 = 86_400;
/// Nothing happened before.
const FIRST_YEAR: i16 = 2000;

fn instant(text: &str) -> Result<jiff::Timestamp, Refusal> {
    text.parse().map_err(|_none| Refusal::of_date(text))
}

/// A day that is written alone, in this century.
fn a_day(text: &str) -> Result<jiff::civil::Date, Refusal> {
    let day = text.parse().ok().filter(|_| text.len() == 10);
    day.filter(|day: &jiff::civil::Date| day.year() >= FIRST_YEAR)
        .ok_or_else(|| Refusal::of_date(text))
}

/// The day on which something was recorded, by the calendar of where it happened.
fn recorded_on(at: &str, logged: jiff::Timestamp) -> Option<jiff::civil::Date> {
    let here = jiff::fmt::temporal::Pieces::parse(at).ok()?;
    Some(here.to_numeric_offset()?.to_datetime(logged).date())
}

/// Whether a time is one, not before this century and not of a day after it was recorded. A day that was typed stands as its noon.
fn time(at: &str, logged_at: &str) -> Result<(), Refusal> {
    let (when, logged) = (instant(at)?, instant(logged_at)?);
    let day = day_of(at).filter(|day| day.year() >= FIRST_YEAR);
    let day = day.ok_or_else(|| Refusal::of_date(at))?;
    let soon = when.as_second() <= logged.as_second() + CLOCKS_DIFFER_S;
    if soon || recorded_on(at, logged).is_some_and(|today| day <= today) {
        Ok(())
    } else {
        Err(Refusal::ahead(at))
    }
}

/// Whether the dates of an event can be.
///
/// # Errors
/// [`Refusal::Date`].
pub fn dates_of(event: &Event) -> Result<(), Refusal> {
    let of = |which| move |refusal: Refusal| refusal.of_its(which);
    time(&event.at, &event.logged_at).map_err(of(DateOf::Event))?;
    match &event.body {
        Body::Assign(assign) => due(event, assign)?,
        body => captured(body, &event.logged_at).map_err(of(DateOf::Captured))?,
    }
    let which = match &event.body {
        Body::Duty(_) => DateOf::Signed,
        _ => DateOf::On,
    };
    for day in event.body.days_past() {
        past(day, event).map_err(of(which))?;
    }
    season(event)
}

/// Whether a day had begun where the event happened when it was recorded.
fn past(day: &str, event: &Event) -> Result<(), Refusal> {
    let (past, logged) = (a_day(day)?, instant(&event.logged_at)?);
    match recorded_on(&event.at, logged) {
        Some(today) if past <= today => Ok(()),
        _ => Err(Refusal::ahead(day)),
    }
}

/// No imagery is of days that were still to come.
fn captured(body: &Body, logged_at: &str) -> Result<(), Refusal> {
    if let Body::Scan(scan) = body {
        tagged(scan)?;
    }
    let days = match body {
        Body::Scan(scan) => scan.captured.as_ref(),
        body => body.detection().and_then(|d| d.captured.as_ref()),
    };
    let Some([first, last]) = days else {
        return Ok(());
    };
    let most = instant(logged_at)?.as_second() + CAMERA_AHEAD_S;
    for day in [first, last] {
        let began = a_day(day)?.to_zoned(jiff::tz::TimeZone::UTC);
        let began = began.map_err(|_out_of_range| Refusal::of_date(day))?;
        if began.timestamp().as_second() > most {
            return Err(Refusal::ahead(day));
        }
    }
    in_order([first, last])
}

/// A camera's clock may say anything, but a day.
fn tagged(scan: &RecordedScan) -> Result<(), Refusal> {
    let mut days = scan.tagged.iter().flatten().chain(&scan.made);
    if let Some(wrong) = days.find(|day| day.parse::<jiff::civil::Date>().is_err()) {
        return Err(Refusal::of_date(wrong));
    }
    let tagged = scan.tagged.as_ref();
    tagged.map_or(Ok(()), |[first, last]| in_order([first, last]))
}

fn in_order([first, last]: [&String; 2]) -> Result<(), Refusal> {
    if first > last {
        return Err(Refusal::of_date(last));
    }
    Ok(())
}

fn due(event: &Event, assign: &Assign) -> Result<(), Refusal> {
    due_within(&event.at, assign.due.as_deref())
}

/// Whether a due day lies within a year from when it was set.
///
/// # Errors
/// [`Refusal::Date`].
pub fn due_within(at: &str, due: Option<&str>) -> Result<(), Refusal> {
    let Some(due) = due else {
        return Ok(());
    };
    let bad = || Refusal::of_date(due).of_its(DateOf::Due);
    let (given, by) = (day_of(at), due.parse::<jiff::civil::Date>().ok());
    let (given, by) = given.zip(by).ok_or_else(bad)?;
    let days = given.until(by).map_err(|_range| bad())?.get_days();
    if (0..=DUE_WITHIN_DAYS).contains(&days) {
        return Ok(());
    }
    let last = given.checked_add(jiff::Span::new().days(DUE_WITHIN_DAYS));
    let [from, until] = [Some(given), last.ok()].map(|day| day.map(DayBound::of_day));
    Err(Refusal::out_of(
        DateBounds::between(DateOf::Due, from, until),
        due,
    ))
}

/// A season is the year of what it is about, or the next; where the event says no day, nothing is said.
fn season(event: &Event) -> Result<(), Refusal> {
    let year = day_of(event.body.day_of_season(&event.at)).map(jiff::civil::Date::year);
    match year {
        Some(year) if event.season == year || event.season == year + 1 => Ok(()),
        _ => Err(Refusal::of_date(&event.season.to_string())),
    }
}

/// Whether the numbers of an event can be.
///
/// # Errors
/// [`Refusal::Number`].
pub fn numbers_of(event: &Event) -> Result<(), Refusal> {
    let area = |dm2: Option<i64>| dm2.is_none_or(|dm2| (0..=MOST_DM2).contains(&dm2));
    let planted = |dm2: Option<u64>| area(dm2.map(|dm2| i64::try_from(dm2).unwrap_or(i64::MAX)));
    let plants = |n: Option<u64>| n.is_none_or(|n| n <= MOST_PLANTS);
    let sound = match &event.body {
        Body::Create(create) => area(create.area_dm2),
        Body::Correct(correct) => area(correct.area_dm2) && plants(correct.plants),
        Body::Visit(visit) => {
            let count = visit.count.as_ref();
            planted(visit.area_dm2) && plants(count.map(Count::plants)) && count.is_none_or(follows)
        }
        Body::Scan(scan) => (0..=MOST_M2).contains(&scan.searched_m2),
        // A list is of its season, of one before or of the next.
        Body::Targets(list) => {
            list.season <= event.season + 1
                && list.targets.iter().all(|target| target.place.is_on_earth())
        }
        Body::Screen(screen) => screen
            .looked_ms()
            .is_none_or(|ms| ms <= LONGEST_LOOK_S * 1_000),
        Body::Look(look) => look.took_ms.is_none_or(|ms| ms <= LONGEST_LOOK_S * 1_000),
        _ => true,
    };
    let scored = |d: &Detection| (0..=MOST_SCORE_E4).contains(&d.score_e4);
    if sound && event.body.detection().is_none_or(scored) {
        Ok(())
    } else {
        Err(Refusal::Number)
    }
}

/// Whether the plants that a count names follow from its quadrats, and lie in its interval.
fn follows(count: &Count) -> bool {
    let Count::Quadrats {
        counts,
        quadrat_dm2,
        area_dm2,
        plants,
        low,
        high,
    } = count
    else {
        return true;
    };
    let can_be = counts.len() <= MOST_QUADRATS && counts.iter().all(|n| *n <= MOST_PLANTS);
    // How a half is rounded is no lie.
    let fits = |count: Count| count.plants().abs_diff(*plants) <= 1;
    let reckoned = || estimate(counts, *quadrat_dm2, *area_dm2).is_ok_and(fits);
    can_be && low <= plants && plants <= high && reckoned()
}

/// Whether a place is one: on the Earth, and no larger than a site can be.
///
/// # Errors
/// [`Refusal::Outline`].
pub fn place(place: &Place) -> Result<(), Refusal> {
    let positions: usize = place.outline.iter().flatten().map(Vec::len).sum();
    let [west, south, east, north] = place.bounds_e7();
    let corners = place.outline.iter().flatten().flatten();
    let (xs, ys): (Vec<i64>, Vec<i64>) = corners.map(|[x, y]| (*x, *y)).unzip();
    let within = |of: &[i64], at: i64| of.iter().any(|v| *v <= at) && of.iter().any(|v| *v >= at);
    // The point lies inside: it is where the site is on every map.
    let inside =
        place.outline.is_empty() || (within(&xs, place.lon_e7) && within(&ys, place.lat_e7));
    let bounded = inside
        && positions <= MOST_POSITIONS
        && east - west <= WIDEST_E7
        && north - south <= WIDEST_E7
        && place.is_on_earth();
    if bounded {
        Ok(())
    } else {
        Err(Refusal::Outline)
    }
}

/// Whether a patrol saw no more ground than its tracks can have: their length times twice the reach, and the ends.
///
/// # Errors
/// [`Refusal::Outline`].
pub fn patrol(patrol: &Patrol) -> Result<(), Refusal> {
    let positions: usize = patrol.walked.iter().flatten().map(Vec::len).sum();
    let seen = Place {
        lon_e7: 0,
        lat_e7: 0,
        outline: patrol.walked.clone(),
    };
    if !seen.is_on_earth() || positions > 50 * MOST_POSITIONS {
        return Err(Refusal::Outline);
    }
    let area = crate::ground::area_m2(&seen.polygons());
    let most = patrol.track.as_ref().map_or(0.0, |track| {
        let reach = track.reach_m as f64;
        // Each piece of the line has rounded ends; a tenth more for the straight pieces of an outline.
        let ends = (track.breaks + 8 * patrol.walked.len() as u64) as f64;
        (2.0 * reach * track.length_m as f64 + ends * std::f64::consts::PI * reach * reach) * 1.1
            + 100.0
    });
    // Without a track the ground is bounded by the district when it is counted.
    let bounded = patrol.track.is_none() && patrol.district.as_deref().is_some_and(is_code);
    let named = patrol.district.as_deref().is_none_or(is_code);
    let can_be =
        |track: &TrackFacts| track.reach_m <= MOST_REACH_M && track.length_m <= MOST_TRACK_M;
    let sound = patrol.area_m2.is_none_or(|m2| (0..=MOST_M2).contains(&m2))
        && patrol.track.as_ref().is_none_or(can_be)
        && patrol.people <= MOST_PEOPLE
        && patrol.vehicles <= MOST_PEOPLE;
    if !named || !sound {
        return Err(Refusal::Number);
    }
    if area > most && !bounded {
        return Err(Refusal::Outline);
    }
    Ok(())
}

#[cfg(test)]
mod tests;

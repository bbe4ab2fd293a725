use super::*;
use crate::exchange::cell::Cell;
use crate::province::effort::measured_m2;
use crate::province::facts::PatrolFact;
use crate::province::fixture::{SIDE, World, code, rectangle};
use crate::province::work::Answering;
use crate::registry::Hash;
use crate::registry::affairs::Stamped;
use crate::registry::body::{Channel, Measure, Rung, Tip};
use crate::registry::fixture::stamp;
use geo::MultiPolygon;
use jiff::civil::date;

/// A county of two townships, in which nothing was done.
fn county() -> Facts {
    let mut facts = World::new(1, 1, 3).facts;
    for (number, west) in [(1, 112.0), (2, 112.0 + SIDE / 2.0)] {
        facts.districts.push(DistrictArea {
            code: format!("{}{number:03}", code(0)),
            name: format!("乡{number}"),
            area: rectangle(west, 33.0, west + SIDE / 2.0, 33.0 + SIDE),
        });
    }
    facts
}

fn patrol(district: &str, area_m2: f64) -> PatrolFact {
    PatrolFact {
        entry: Hash([9; 32]),
        unit: code(0),
        district: Some(district.to_owned()),
        crew: None,
        on: date(2026, 4, 18),
        season: 2026,
        people: 5,
        vehicles: 1,
        walked: MultiPolygon::new(vec![]),
        area_m2: Some(area_m2),
        zero: true,
        seeds: false,
        publicity: false,
    }
}

/// The figures of a county's own report, by township.
fn of_county(facts: &Facts, season: i16) -> Figures<'_> {
    let period = Period::Season(season);
    let within = code(0);
    let scope = Scope {
        level: 9,
        within: &within,
    };
    let subject = Subject::new(period, "县1", &within, date(2026, 8, 1));
    let about = ReportSource::default();
    Figures::of(facts, &Windows::default(), &scope, subject, about)
}

fn texts(row: &[Cell]) -> Vec<String> {
    row.iter().map(Cell::to_text).collect()
}

#[test]
fn ground_that_a_patrol_reports_for_the_whole_county_is_in_the_countys_figures() {
    let mut facts = county();
    let (county, township) = (code(0), format!("{}001", code(0)));
    // That township 003 is not in the boundary file.
    let unknown = format!("{}003", code(0));
    facts.patrols = [(&county, 2e5), (&township, 4e4), (&unknown, 6e4)]
        .map(|(district, m2)| patrol(district, m2))
        .to_vec();
    let figures = of_county(&facts, 2026);
    let whole = measured_m2(&facts.districts[0].area);
    assert!((figures.patrolled.m2 - 3e5).abs() < 1.0);
    assert!((figures.patrolled.of_m2 - whole).abs() < 1.0);
    let table = upward_tables::patrols(&figures, Lang::Zh);
    let [first, second, all] = &table.rows[..] else {
        panic!("{table:?}")
    };
    assert_eq!(texts(first)[5], "0.0400");
    assert_eq!(texts(second)[5], "0.0");
    let sum = texts(all);
    assert_eq!(sum[2..6], ["3", "15", "3", "0.300"]);
    let key = keys(&figures, Lang::Zh);
    let key = key.iter().find(|key| key.label == "踏查率").expect("a key");
    assert!(matches!(key.first.value, Cell::Ground(m2) if (m2 - 3e5).abs() < 1.0));
    assert_eq!(key.value.to_text(), format!("{:.1}", 3e7 / whole));
    // By county it is the same.
    let scope = Scope {
        level: 6,
        within: "",
    };
    let efforts = scope.effort(&facts, &Windows::default(), Period::Season(2026));
    assert!((efforts[0].patrolled_m2 - figures.patrolled.m2).abs() < 1e-6);
}

/// A boundary file that lacks a township makes nothing disappear: not its ground, not its sites.
#[test]
fn what_lies_in_no_township_has_a_row_of_its_own() {
    let mut world = World::new(1, 1, 3);
    world.fly_strips(2026, 0, 10, 0.5);
    let mut facts = world.facts;
    facts.districts.push(DistrictArea {
        code: format!("{}001", code(0)),
        name: "乡1".into(),
        area: rectangle(112.0, 33.0, 112.0 + SIDE / 2.0, 33.0 + SIDE),
    });
    facts.rests = crate::province::rest::rests(&facts.districts, &facts.sites);
    let figures = of_county(&facts, 2026);
    let codes: Vec<&str> = figures.efforts.iter().map(|e| e.code.as_str()).collect();
    assert_eq!(codes, ["410001000", "410001001"]);
    let of_rows: Vec<u64> = figures.processes.iter().map(|p| p.sites).collect();
    assert!(of_rows.iter().all(|sites| *sites > 5), "{of_rows:?}");
    let all_sites = facts.sites.len() as u64;
    assert_eq!(of_rows.iter().sum::<u64>(), all_sites);
    assert_eq!(figures.process.sites, all_sites);
    let [all, searched, _] = figures.ground_km2();
    let county = measured_m2(&facts.districts[0].area) / 1e6;
    assert!((all / county - 1.0).abs() < 1e-6 && (searched / county - 1.0).abs() < 1e-6);
}

#[test]
fn a_household_is_once_in_the_sum_of_a_county_and_its_townships() {
    let row = |code: &str, households| Answering {
        code: code.into(),
        name: String::new(),
        duty: None,
        parts: 0,
        of: 0,
        households,
    };
    let work = Worked {
        answering: vec![row("410423", 3), row("410423001", 1), row("410423002", 2)],
        ..Worked::default()
    };
    let table = work_tables(&work, Lang::Zh).swap_remove(0);
    let households: Vec<String> = table.rows.iter().map(|row| texts(row)[9].clone()).collect();
    assert_eq!(households, ["3", "1", "2", "3"]);
    // Of counties beside one another all count.
    let work = Worked {
        answering: vec![row("410423", 3), row("410424", 2)],
        ..Worked::default()
    };
    let table = work_tables(&work, Lang::Zh).swap_remove(0);
    assert_eq!(texts(&table.rows[2])[9], "5");
}

#[test]
fn little_ground_does_not_look_like_none() {
    let mut facts = county();
    let mut site = crate::province::fixture::site("one", 2026, crate::registry::State::Confirmed);
    site.at = LonLat::new(112.01, 33.01);
    site.district = Some(format!("{}001", code(0)));
    site.plants = Some(12);
    site.area_m2 = Some(0.5);
    facts.sites.push(site);
    let figures = of_county(&facts, 2026);
    let [found, gone] = &keys(&figures, Lang::Zh)[..2] else {
        panic!("two")
    };
    assert_eq!(found.made_of(Lang::Zh), "查实图斑 1 个，面积 0.5 平方米");
    assert_eq!(gone.made_of(Lang::Zh), "铲除图斑 0 个，面积 0.00 亩");
    let table = upward_tables::destroyed(&figures, Lang::Zh);
    let row = texts(&table.rows[0]);
    assert_eq!((row[4].as_str(), row[7].as_str()), ("0.000750", "0.00"));
    for (mu, text) in [
        (0.0, "0.00"),
        (0.02, "0.0200"),
        (0.1, "0.10"),
        (12.5, "12.50"),
    ] {
        assert_eq!(table::mu(mu).to_text(), text);
    }
}

#[test]
fn what_offices_did_alone_is_enough_for_a_report() {
    let mut facts = county();
    assert!(of_county(&facts, 2027).is_empty());
    let tip = Tip {
        channel: Channel::Phone,
        sealed: None,
        place: None,
        district: Some(code(0)),
        text: Some("words".into()),
    };
    let said = |season| Stamped {
        stamp: stamp("2026-11-02"),
        on: Some(date(2026, 11, 2)),
        season,
        body: tip.clone(),
    };
    facts.work.affairs.tips.push(said(2027));
    assert!(!of_county(&facts, 2027).is_empty());
    assert!(of_county(&facts, 2028).is_empty());
    // A measure that stands is of the season in which it was taken.
    let mut facts = county();
    facts.work.affairs.measures.push(Stamped {
        stamp: stamp("2026-11-02"),
        on: Some(date(2026, 11, 2)),
        season: 2027,
        body: Measure {
            rung: Rung::Notice,
            district: code(0),
            reason: "late".into(),
            finding: None,
            due: None,
            paper: None,
        },
    });
    assert!(!of_county(&facts, 2027).is_empty());
    assert!(of_county(&facts, 2028).is_empty());
}

#[test]
fn more_paid_than_decided_is_flagged_in_the_table_of_tip_offs() {
    let tipped = crate::province::work::Tipped {
        tips: 1,
        decided_fen: 50_000,
        paid_fen: 110_000,
        overpaid: 1,
        ..Default::default()
    };
    let work = Worked {
        tips: vec![(Channel::Phone, tipped)],
        ..Worked::default()
    };
    let tables = work_tables(&work, Lang::Zh);
    let table = tables.iter().find(|table| table.id == "tips").expect("it");
    assert_eq!(texts(&table.rows[0])[7..], ["500", "1100 (!)"]);
    assert!(table.note.contains("1 件兑付超过核定"), "{}", table.note);
}

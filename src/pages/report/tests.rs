use super::*;
use crate::ground::LonLat;
use crate::province::facts::{Facts, PatrolFact};
use crate::province::fixture::{SIDE, STRIPS, World};
use crate::province::period::{Period, Scope};
use crate::province::report::{ReportSource, Subject, tables, workbook};
use crate::province::windows::Windows;
use crate::words::Lang;
use jiff::civil::date;

const SCOPE: Scope = Scope {
    level: 6,
    within: "",
};

/// Twelve counties over two seasons: a doubling in some, half the flights in others, one hardly flown, a knot of sites in one.
fn world() -> World {
    let mut world = World::new(12, 4, 3);
    for county in 0..12 {
        world.fly_strips(2025, county, STRIPS, 0.25);
        let strips = match county {
            11 => 1,
            c if c % 2 == 0 => STRIPS / 2,
            _ => STRIPS,
        };
        let times = if county % 4 < 2 { 2.0 } else { 1.0 };
        world.fly_strips(2026, county, strips, 0.25 * times);
    }
    for i in 0..45 {
        let at = LonLat::new(
            112.0 + 1.05 * SIDE + f64::from(i % 7) * 0.004,
            33.0 + 0.31 * SIDE + f64::from(i / 7) * 0.004,
        );
        world.confirm(2026, None, at, None);
    }
    world.facts.patrols = (0..9).map(patrol).collect();
    world.confirm(2026, None, LonLat::new(112.02, 33.09), None);
    world
}

/// A patrol of a county that reports an area.
fn patrol(number: u8) -> PatrolFact {
    PatrolFact {
        entry: crate::registry::Hash([0; 32]),
        seeds: false,
        publicity: false,
        unit: "410000".into(),
        district: Some(format!("41{:04}", 1 + number % 5)),
        crew: None,
        on: date(2026, 4, 10 + i8::try_from(number).unwrap()),
        season: 2026,
        people: 6 + u64::from(number),
        vehicles: 2,
        walked: geo::MultiPolygon::new(vec![]),
        area_m2: Some(4.0e6),
        zero: number.is_multiple_of(3),
    }
}

/// The figures of some facts.
pub(in crate::pages) fn made_of(facts: &Facts) -> Figures<'_> {
    let subject = Subject::new(Period::Season(2026), "", "410000", date(2026, 8, 1));
    let about = ReportSource::default();
    Figures::of(facts, &Windows::default(), &SCOPE, subject, about)
}

/// Writes pages where `PAPAVER_LOOK` names a folder, to be looked at.
fn look(name: &str, figures: &Figures) {
    let Some(folder) = std::env::var_os("PAPAVER_LOOK") else {
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    for (lang, suffix) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        std::fs::write(
            folder.join(format!("{name}-{suffix}.html")),
            page(figures, lang),
        )
        .unwrap();
        std::fs::write(
            folder.join(format!("{name}-{suffix}.xlsx")),
            workbook(figures, lang).unwrap(),
        )
        .unwrap();
    }
}

#[test]
fn the_page_fetches_nothing_is_well_formed_and_says_numerators_and_denominators() {
    let world = world();
    let figures = made_of(&world.facts);
    look("province", &figures);
    assert!(!figures.hot.as_ref().expect("enough").hot().is_empty());
    for lang in [Lang::En, Lang::Zh] {
        let html = page(&figures, lang);
        for outside in [
            "http://", "https://", "<script", "url(\"", "@import", "src=\"",
        ] {
            // The namespace of SVG is a name and not an address; a page needs none.
            let html = html.replace("http://www.w3.org/2000/svg", "");
            assert!(!html.contains(outside), "{outside}");
        }
        // Tags are closed: what is inside the body reads as XML.
        let body = &html[html.find("<main").unwrap()..html.find("</body>").unwrap()];
        is_well_formed(body);
        for key in keys(&figures, lang) {
            let (n, d) = (key.first.value.to_text(), key.second.value.to_text());
            assert!(
                !n.is_empty() && !d.is_empty() && html.contains(&n) && html.contains(&d),
                "{key:?}"
            );
        }
    }
}

/// Every tag that is opened is closed in its order.
fn is_well_formed(body: &str) {
    let mut reader = quick_xml::Reader::from_str(body);
    while reader.read_event().expect("well formed") != quick_xml::events::Event::Eof {}
}

#[test]
fn the_workbook_has_the_figures_of_the_page() {
    let world = world();
    let figures = made_of(&world.facts);
    let html = page(&figures, Lang::En);
    let bytes = workbook(&figures, Lang::En).expect("made");
    assert_eq!(&bytes[..2], b"PK");
    for table in tables::tables(&figures, Lang::En) {
        for row in &table.rows {
            assert_eq!(row.len(), table.columns.len(), "{}", table.id);
            for cell in row {
                let text = cell.to_text();
                let shown = quick_xml::escape::escape(&text);
                assert!(html.contains(shown.as_ref()), "{} {text}", table.id);
            }
        }
    }
}

#[test]
fn sums_are_the_sums_of_their_rows() {
    use crate::exchange::cell::Cell;
    let world = world();
    let figures = made_of(&world.facts);
    let p = &figures.process;
    assert!(p.sites >= p.verified.count && p.verified.count >= p.confirmed.count);
    assert!(p.confirmed.count >= p.eradicated.count && p.eradicated.count >= p.accepted.count);
    for table in tables::tables(&figures, Lang::En)
        .iter()
        .filter(|t| t.id == "sites")
    {
        let (sum, rows) = table.rows.split_last().expect("a sum");
        for at in 2..11 {
            let value = |row: &Vec<Cell>| match row[at] {
                Cell::Count(n) => n,
                _ => panic!("no count"),
            };
            assert_eq!(
                rows.iter().map(value).sum::<i64>(),
                value(sum),
                "{}",
                table.columns[at]
            );
        }
    }
}

#[test]
fn a_registry_without_anything_gives_a_page_that_says_so() {
    let empty = Facts::default();
    let mut one = World::new(1, 1, 1);
    one.fly_strips(2026, 0, STRIPS, 0.1);
    let unflown = World::new(5, 5, 1);
    for (name, facts) in [
        ("empty", &empty),
        ("one", &one.facts),
        ("unflown", &unflown.facts),
    ] {
        let figures = made_of(facts);
        look(name, &figures);
        assert!(
            page(&figures, Lang::En).contains("not enough data"),
            "{name}"
        );
        assert!(page(&figures, Lang::Zh).contains("数据不足"), "{name}");
        workbook(&figures, Lang::Zh).expect("made");
    }
}

#[test]
fn the_map_has_the_classes_of_the_table() {
    use crate::pages::palette;
    use crate::province::rank::Placing;
    let world = world();
    let figures = made_of(&world.facts);
    let svg = map::map(&figures, WIDE, Lang::En)
        .expect("drawn")
        .svg("wide")
        .into_string();
    let of = |standing| {
        let own = |d: &&crate::province::rank::RankedDistrict| d.standing == standing;
        figures.ranking.districts.iter().filter(own).count()
    };
    for standing in [Placing::Above, Placing::AsAll, Placing::Below] {
        let colour = palette::ground(standing).expect("a colour");
        // One more is the key's.
        assert_eq!(
            svg.matches(colour).count(),
            of(standing) + 1,
            "{standing:?}"
        );
    }
    assert_eq!(
        svg.matches("url(#few)").count(),
        of(Placing::Insufficient) + 1
    );
}

#[test]
fn confirmed_sites_are_one_figure_or_the_page_says_why_not() {
    let world = world();
    let figures = made_of(&world.facts);
    let confirmed = figures.process.confirmed.count;
    let on_ground = figures.comparison.total.searched[1].count as u64;
    assert!(confirmed > on_ground, "{confirmed} {on_ground}");
    let said = figures.reconciled(Lang::Zh).join("");
    let elsewhere = confirmed - on_ground;
    assert!(
        said.contains(&format!("查实图斑 {confirmed} 个：其中 {on_ground} 个"))
            && said.contains(&format!("{elsewhere} 个在其他范围")),
        "{said}"
    );
    assert!(page(&figures, Lang::Zh).contains(&said));
}

#[test]
fn a_telephone_has_drawings_of_its_own_and_a_row_stands_with_its_words() {
    let world = world();
    let figures = made_of(&world.facts);
    let html = page(&figures, Lang::Zh);
    let (paper, phone) = (
        r#"class="wide paper" viewBox="0 0 760 "#,
        r#"class="phone" viewBox="0 0 360 "#,
    );
    assert_eq!(html.matches(paper).count(), 4, "{html}");
    assert_eq!(html.matches(phone).count(), 4);
    // In the key of the map no words go beyond the drawing.
    let map = map::map(&figures, 360.0, Lang::Zh).expect("drawn");
    let svg = map.svg("phone").into_string();
    let small = crate::pages::draw::Type::of(12.5);
    for words in ["高于总体", "资料不足"] {
        let at = svg.rfind(words).expect(words);
        let tag = &svg[svg[..at].rfind("<text").expect("a text")..at];
        let left: f64 = tag
            .split('"')
            .nth(1)
            .and_then(|x| x.parse().ok())
            .expect(words);
        let text = svg[at..].split('<').next().expect("words");
        assert!(left + small.width(text) <= 360.0, "{tag}{text}");
    }
    let rows = html.matches(r#"<tbody class="whole">"#).count();
    assert!(rows >= figures.ranking.districts.len(), "{rows}");
}

#[test]
fn a_district_without_a_name_is_named_by_its_code_and_nothing_of_a_period_is_said() {
    let mut world = world();
    let nameless = world.facts.districts[0].code.clone();
    world.facts.districts[0].name.clear();
    let figures = made_of(&world.facts);
    let all = tables::tables(&figures, Lang::Zh);
    let of_districts = [
        "eradication",
        "sites",
        "coverage",
        "patrols",
        "ranking",
        "year_on_year",
        "supervision",
    ];
    for table in all.iter().filter(|t| of_districts.contains(&t.id)) {
        let mut codes = table
            .rows
            .iter()
            .map(|row| row.iter().filter(|cell| cell.to_text() == nameless).count());
        assert!(codes.any(|n| n == 2), "{}", table.id);
    }
    for id in ["measures", "tips"] {
        let table = all.iter().find(|t| t.id == id).expect(id);
        assert_eq!((table.note.as_str(), table.rows.len()), ("本期无。", 0));
    }
}

#[test]
fn what_is_eradicated_in_part_is_overdue_to_be_eradicated() {
    use crate::province::finds::Late;
    use crate::registry::State;
    let world = world();
    let site = world.facts.sites.iter().find(|s| s.season == 2026);
    let late = Late {
        code: "a".into(),
        key: site.expect("a site").key,
        state: State::Eradicated,
        step: State::Confirmed,
        district: None,
        answers: None,
        crew: None,
        due: date(2026, 5, 1),
        days: 92,
        disputed: false,
    };
    assert_eq!(late.stands(Lang::Zh), "部分铲除");
    let subject = Subject::new(Period::Season(2026), "", "410000", date(2026, 8, 1));
    let mut about = ReportSource::default();
    about.late.push(late);
    let figures = Figures::of(&world.facts, &Windows::default(), &SCOPE, subject, about);
    let all = tables::tables(&figures, Lang::Zh);
    let overdue = all.iter().find(|t| t.id == "overdue").expect("a table");
    let sum = overdue.rows.last().expect("a sum");
    let of = |title: &str| {
        let at = overdue.columns.iter().position(|c| c == title);
        sum[at.expect(title)].to_text()
    };
    assert_eq!(
        (of("待铲除"), of("待验收"), of("超期合计")),
        ("1".into(), "0".into(), "1".into())
    );
}

#[test]
fn flights_without_a_date_are_said_and_models_are_named_in_the_language() {
    let mut world = world();
    let mut flights = world.facts.flights.iter_mut().filter(|f| f.season == 2026);
    let flight = flights.next().expect("a flight");
    flight.captured = None;
    flight.model.0 = crate::schema::BUILT_IN_MODEL.into();
    let figures = made_of(&world.facts);
    let html = page(&figures, Lang::Zh);
    assert!(html.contains("2026 有 1 个航次没有拍摄日期"), "{html}");
    assert!(html.contains("1 个航次拍摄日期不详，不计入"), "{html}");
    assert!(html.contains("内置模型") && !html.contains(crate::schema::BUILT_IN_MODEL));
}

#[test]
fn the_year_before_is_named_as_the_period_is() {
    let world = world();
    let period = Period::Between(date(2026, 1, 1), date(2026, 6, 30));
    let subject = Subject::new(period, "", "410000", date(2026, 8, 1));
    let about = ReportSource::default();
    let figures = Figures::of(&world.facts, &Windows::default(), &SCOPE, subject, about);
    let html = page(&figures, Lang::Zh);
    assert!(html.contains("（对 2025-01-01 至 2025-06-30）"), "{html}");
    assert!(!html.contains("2025-01-01/2025-06-30"));
}

#[test]
fn a_funnel_has_a_point_for_each_ranked_district_and_names_those_that_stand_out() {
    let world = world();
    let figures = made_of(&world.facts);
    let svg = funnel(&figures.ranking, WIDE, Lang::Zh)
        .expect("drawn")
        .svg_file(Lang::Zh);
    let ranked = figures
        .ranking
        .districts
        .iter()
        .filter(|d| d.place.is_some());
    assert_eq!(svg.matches("<circle").count(), ranked.count());
    let out = |d: &&crate::province::rank::RankedDistrict| {
        matches!(
            d.standing,
            crate::province::rank::Placing::Above | crate::province::rank::Placing::Below
        )
    };
    for district in figures.ranking.districts.iter().filter(out) {
        assert!(svg.contains(&district.name), "{}", district.name);
    }
}

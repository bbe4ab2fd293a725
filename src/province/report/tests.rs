use super::*;
use crate::ground::LonLat;
use crate::province::made_up::{SIDE, STRIPS, World};
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
    world.confirm(2026, None, LonLat::new(112.02, 33.09), None);
    world
}

fn made(facts: &Facts) -> Figures<'_> {
    let subject = Subject::new(Period::Season(2026), "", "410000", date(2026, 8, 1));
    Figures::of(facts, &Windows::default(), &SCOPE, subject)
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
    let figures = made(&world.facts);
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
            let (n, d) = (key.numerator.0.to_text(), key.denominator.0.to_text());
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
    let figures = made(&world.facts);
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
    let figures = made(&world.facts);
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
        let figures = made(facts);
        look(name, &figures);
        assert!(
            page(&figures, Lang::En).contains("not enough data"),
            "{name}"
        );
        assert!(page(&figures, Lang::Zh).contains("数据不足"), "{name}");
        workbook(&figures, Lang::Zh).expect("made");
    }
}

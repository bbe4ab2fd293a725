//! The layout that all pages share: one document, sections, tables that scroll in themselves, places to sign.

use super::palette;
use crate::printable::of_page;
use crate::words::Lang;
use jiff::tz::{Offset, TimeZone};
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The stylesheet without the colours.
const STYLE: &str = include_str!("page.css");

/// The stylesheet.
pub fn style() -> String {
    palette::root() + STYLE
}

/// A page of paper: one file that runs no script and fetches nothing. `kind` is its word in the stylesheet.
pub fn document(lang: Lang, kind: &str, title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(lang.pick("en", "zh-CN")) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(style())) }
            }
            body class="document" { main class=(kind) { (body) } }
        }
    };
    of_page(page.into_string())
}

/// A part of a page.
pub fn section(id: &str, title: &str, body: &Markup) -> Markup {
    html! { section id=(id) { h2 { (title) } (body) } }
}

/// What may be wider than a telephone: it scrolls in itself.
pub(crate) fn scroll(wide: &Markup) -> Markup {
    html! { div class="scroll" { (wide) } }
}

/// A drawing with words below it.
pub fn figure(drawing: &Markup, caption: &str) -> Markup {
    html! {
        figure class="plain" {
            (scroll(drawing))
            @if !caption.is_empty() { figcaption class="soft" { (caption) } }
        }
    }
}

/// A table of names and values.
pub fn facts(rows: &[(String, Markup)]) -> Markup {
    html! {
        table class="facts" {
            @for (name, value) in rows { tr { th { (name) } td { (value) } } }
        }
    }
}

/// Lines to sign on.
pub fn signatures(lines: &[&str]) -> Markup {
    html! {
        div class="sign" {
            @for line in lines { p { (line) span {} } }
        }
    }
}

/// A moment in a zone's hours, with the zone; as it is where it is none. What was said with an offset keeps it; what was
/// logged in UTC is shown in the page's zone.
pub fn moment(at: &str, offset: Option<Offset>) -> String {
    let Ok(stamp) = at.parse::<jiff::Timestamp>() else {
        return at.replace('T', " ");
    };
    let own = offset_of(at).filter(|_| !at.ends_with('Z'));
    let shown = TimeZone::fixed(own.or(offset).unwrap_or(Offset::UTC));
    let shown = stamp.to_zoned(shown);
    shown.strftime("%Y-%m-%d %H:%M %:z").to_string()
}

/// The offset that a moment is given in.
pub(crate) fn offset_of(at: &str) -> Option<Offset> {
    let pieces = jiff::fmt::temporal::Pieces::parse(at).ok()?;
    pieces.to_numeric_offset()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_says_its_zone() {
        let east = offset_of("2026-06-01T10:03:04+08:00");
        assert_eq!(
            moment("2026-06-01T10:03:04+08:00", None),
            "2026-06-01 10:03 +08:00"
        );
        assert_eq!(
            moment("2026-06-01T02:03:04Z", east),
            "2026-06-01 10:03 +08:00"
        );
        assert_eq!(moment("in May", east), "in May");
    }
}

//! The layout that all pages share: one document, sections, tables that scroll in themselves, places to sign.

use super::palette;
use crate::printable::of_page;
use crate::text::day_alone;
use crate::words::Lang;
use jiff::tz::{Offset, TimeZone};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::fmt::Write as _;

/// The stylesheet without the colours.
const STYLE: &str = include_str!("page.css");

/// The stylesheet.
pub fn style() -> String {
    palette::root() + STYLE
}

/// A page of paper: one file that runs no script and fetches nothing. `kind` is its word in the stylesheet.
pub fn document(lang: Lang, kind: &str, title: &str, body: &Markup) -> String {
    whole(lang, kind, title, "", body)
}

/// The same of several sheets, each of which says at its foot what it belongs to and which one it is.
pub(crate) fn document_with_foot(lang: Lang, kind: &str, title: &str, body: &Markup) -> String {
    let title_in_css = in_css(title);
    let (before, after) = lang.pick(("", ""), ("第 ", " 页"));
    let foot = format!(
        "@page {{ @bottom-left {{ content: {title_in_css}; font-size: 8.5pt; }} \
         @bottom-right {{ content: \"{before}\" counter(page) \" / \" counter(pages) \"{after}\"; font-size: 8.5pt; }} }}\n"
    );
    whole(lang, kind, title, &foot, body)
}

/// A text as a string of a stylesheet: what is no letter stands there by its number, so that nothing ends it.
fn in_css(text: &str) -> String {
    let mut css = String::from("\"");
    for c in text.chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '-' | '·') {
            css.push(c);
        } else {
            let _ = write!(css, "\\{:x} ", u32::from(c));
        }
    }
    css + "\""
}

fn whole(lang: Lang, kind: &str, title: &str, foot: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(lang.pick("en", "zh-CN")) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(style() + foot)) }
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

/// When something happened: a [`moment`], or the day alone where nobody gave an hour.
pub(crate) fn happened(at: &str, offset: Option<Offset>) -> String {
    day_alone(at).map_or_else(|| moment(at, offset), str::to_owned)
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
        assert_eq!(happened("2026-06-01T12:00:00+08:00", east), "2026-06-01");
    }

    #[test]
    fn each_sheet_says_what_it_belongs_to_and_nothing_ends_its_words() {
        let title = "A-1 \"; } </style><script>";
        let page = document_with_foot(Lang::Zh, "dossier", title, &html! {});
        assert!(
            page.contains("@bottom-left { content: \"A-1 \\22 \\3b "),
            "{page}"
        );
        assert!(page.contains("counter(page)") && !page.contains("<script>"));
        assert!(!document(Lang::Zh, "tasks", title, &html! {}).contains("@bottom-left"));
    }
}

//! Words that are not ours, made fit to be shown: what files and events say reaches terminals and XML through here, so that
//! no name moves a cursor, hides a line or breaks a page.

mod paths;

pub use paths::of_folder;

use std::borrow::Cow;

/// Characters that act instead of showing: controls (but for the tab and the end of a line), those that part lines as no others do,
/// and those that nobody sees ([`is_unseen`]).
pub fn acts(c: char) -> bool {
    let ends_a_line = matches!(c, '\u{2028}' | '\u{2029}');
    (c.is_control() && c != '\n' && c != '\t') || ends_a_line || is_unseen(c)
}

/// Characters that turn the direction of writing, and those of no width, with which a name reads as another one's. What joins
/// letters, or keeps them apart, is none.
pub fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        || matches!(
            c,
            '\u{AD}' | '\u{180E}' | '\u{200B}' | '\u{2060}'
                ..='\u{2064}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
        )
}

/// A text in which some characters stand as their numbers.
fn numbered(
    text: Cow<'_, str>,
    is_one: fn(char) -> bool,
    number: impl Fn(u32) -> String,
) -> Cow<'_, str> {
    if !text.contains(is_one) {
        return text;
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_one(c) {
            shown += &number(c.into());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// A text for a terminal: characters that act are shown by their numbers.
pub fn terminal(text: &str) -> Cow<'_, str> {
    numbered(text.into(), acts, |c| format!("\\u{{{c:x}}}"))
}

/// JSON for a terminal: such characters stand in strings only, where JSON has numbers for them, so that the value is the
/// same.
pub fn terminal_json(json: &str) -> Cow<'_, str> {
    // None of them lies beyond the first plane.
    numbered(json.into(), acts, |c| format!("\\u{c:04x}"))
}

/// Whether XML 1.0 has a character at all; no escape writes one that it has not.
fn is_in_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// A text without the characters that XML has not; for writers that escape themselves.
pub fn of_xml<'a>(text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
    let text = text.into();
    if text.chars().all(is_in_xml) {
        text
    } else {
        Cow::Owned(text.chars().filter(|c| is_in_xml(*c)).collect())
    }
}

/// A page or a drawing that is written whole: without the characters that XML has not, and with those shown by their numbers
/// that would act in it or have no width.
pub fn of_page(page: String) -> String {
    numbered(of_xml(page), acts_in_page, number_in_page).into_owned()
}

fn number_in_page(c: u32) -> String {
    format!("⟨U+{c:04X}⟩")
}

/// A text of a table or a map: characters that act in it, or have no width, are shown by their numbers, as on a page.
pub fn of_cell<'a>(text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
    numbered(text.into(), acts_in_page, number_in_page)
}

fn acts_in_page(c: char) -> bool {
    acts(c) && c != '\r'
}

/// A text inside XML or HTML: escaped, and without the characters that neither has.
pub fn escape<'a>(text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
    quick_xml::escape::escape(of_xml(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn nothing_acts_on_a_terminal_and_words_stay() {
        assert_eq!(terminal("罂粟 é\tx\ny 👍"), "罂粟 é\tx\ny 👍");
        assert_eq!(
            terminal("a\u{1b}[2Jb\rc\u{9b}d\u{202e}e"),
            "a\\u{1b}[2Jb\\u{d}c\\u{9b}d\\u{202e}e"
        );
        assert_eq!(terminal("zh\u{200b}ao"), "zh\\u{200b}ao");
    }

    #[test]
    fn the_scripts_of_pages_show_the_same_characters_by_their_numbers() {
        let here: BTreeSet<u32> = (0..=u32::from(char::MAX))
            .filter(|c| char::from_u32(*c).is_some_and(acts_in_page))
            .collect();
        let number = |written: &str| {
            let digits = written.strip_prefix("\\u").expect("a number");
            u32::from_str_radix(digits, 16).expect("a number")
        };
        for script in [
            include_str!("web/app/parts/visible.ts"),
            include_str!("web/crew/crew.js"),
        ] {
            let (_, class) = script.split_once("const ACTING = /[").expect("a class");
            let (mut class, _) = class.split_once("]/g;").expect("its end");
            let mut there = BTreeSet::new();
            while !class.is_empty() {
                let (first, rest) = class.split_at(6);
                let (last, rest) = match rest.strip_prefix('-') {
                    Some(rest) => rest.split_at(6),
                    None => (first, rest),
                };
                there.extend(number(first)..=number(last));
                class = rest;
            }
            assert_eq!(there, here);
        }
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({"note": "a\u{7f}\u{9b}\u{202e}\u{1b}b"});
        let text = value.to_string();
        let shown = terminal_json(&text);
        assert!(!shown.contains(acts));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).expect("JSON"),
            value
        );
    }

    #[test]
    fn a_page_shows_what_would_act_in_it() {
        assert_eq!(of_page("<p>罂粟\r\n</p>".into()), "<p>罂粟\r\n</p>");
        assert_eq!(
            of_page("<p>zh\u{200b}ao \u{202e}\u{1b}x</p>".into()),
            "<p>zh⟨U+200B⟩ao ⟨U+202E⟩x</p>"
        );
        assert_eq!(
            of_cell("倒\u{202e}写\u{200b}\r\n"),
            "倒⟨U+202E⟩写⟨U+200B⟩\r\n"
        );
    }

    #[test]
    fn what_xml_has_not_is_left_out_and_the_rest_is_escaped() {
        let odd = "a\u{0}\u{1b}\u{fffe}<b> & \"c\"\n";
        let escaped = escape(odd);
        let document = format!("<x>{escaped}</x>");
        let read = roxmltree::Document::parse(&document).expect("XML");
        assert_eq!(read.root_element().text(), Some("a<b> & \"c\"\n"));
        assert_eq!(of_xml("plain"), "plain");
    }
}

//! XML as receivers and map programs write it: in any encoding, with prefixes that nobody declared and elements that no
//! schema knows. Names are those without their prefix. Entities of a document's own are not expanded.

use super::encoding::{TextFlaw, decode_xml};
use crate::tr;
use crate::words::Lang;
use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;

/// Elements inside elements that are followed.
const DEEPEST: usize = 100;

/// XML that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum XmlFlaw {
    /// It is no text.
    Text(TextFlaw),
    /// It is not XML from this line on.
    NoXml {
        /// The line, from 1.
        line: usize,
    },
    /// It ends before its first element does.
    Cut,
    /// Elements lie too deep inside each other.
    TooDeep,
}

impl XmlFlaw {
    /// In words, with what to do.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::Text(flaw) => flaw.say(lang),
            Self::NoXml { line } => tr!(
                lang,
                "line {line} is not XML: write the file again from the program that made it",
                "第 {line} 行不是有效的 XML：请在原软件中重新导出"
            ),
            Self::Cut => lang
                .pick(
                    "it ends in the middle: copy it again from the device",
                    "文件不完整：请从设备重新复制",
                )
                .into(),
            Self::TooDeep => lang
                .pick(
                    "its elements lie too deep inside each other",
                    "元素嵌套层数过多",
                )
                .into(),
        }
    }
}

/// An element with all that is in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Element {
    /// Its name, without a prefix.
    pub name: String,
    /// Its attributes; their names have no prefix.
    pub attributes: Vec<(String, String)>,
    /// Its own text.
    pub text: String,
    /// The elements in it.
    pub children: Vec<Element>,
}

impl Element {
    /// The first child of this name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of this name, where there is any.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        let text = self.child(name)?.text.trim();
        (!text.is_empty()).then_some(text)
    }

    /// An attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name)?;
        Some(found.1.trim())
    }
}

/// What is met on the way through a document.
#[derive(Debug)]
pub enum Met {
    /// An element that was not asked for begins.
    Begins(String),
    /// One that was asked for, whole.
    Whole(Element),
}

/// Goes through a document: of the elements in `wanted` each is handed over whole, of the others that they begin. What is
/// held at a time is one element that was wanted.
///
/// # Errors
/// [`XmlFlaw`].
pub fn walk(bytes: &[u8], wanted: &[&str], visit: &mut dyn FnMut(Met)) -> Result<(), XmlFlaw> {
    let text = decode_xml(bytes).map_err(XmlFlaw::Text)?;
    let text = quoted(text.trim_start());
    // The text is decoded already: what its first line says of that holds no more.
    let body = text
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
        .map_or(&*text, |(_, rest)| rest);
    let before = text.len() - body.len();
    let mut reader = Reader::from_str(body);
    reader.config_mut().allow_dangling_amp = true;
    let mut open: Vec<Element> = Vec::new();
    let (mut depth, mut any) = (0_usize, false);
    loop {
        let event = reader.read_event().map_err(|error| {
            use quick_xml::errors::{Error, SyntaxError};
            let at = usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
            let unclosed = matches!(&error, Error::Syntax(kind) if !matches!(kind, SyntaxError::InvalidBangMarkup));
            if unclosed {
                return XmlFlaw::Cut;
            }
            let upto = text.len().min(before.saturating_add(at));
            XmlFlaw::NoXml {
                line: text.as_bytes()[..upto].split(|b| *b == b'\n').count(),
            }
        })?;
        match event {
            Event::Start(start) => {
                any = true;
                depth += 1;
                if depth > DEEPEST {
                    return Err(XmlFlaw::TooDeep);
                }
                begin(&start, wanted, &mut open, visit);
            }
            Event::Empty(start) => {
                any = true;
                let held = open.len();
                begin(&start, wanted, &mut open, visit);
                if open.len() > held {
                    end(&mut open, visit);
                }
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                end(&mut open, visit);
            }
            Event::Text(words) => add(&mut open, &words),
            Event::CData(words) => add(&mut open, &words),
            Event::GeneralRef(name) => match name.resolve_char_ref() {
                Ok(Some(c)) => add(&mut open, c.encode_utf8(&mut [0; 4])),
                _ => add(
                    &mut open,
                    resolve_predefined_entity(&name).unwrap_or_default(),
                ),
            },
            Event::Eof if depth > 0 => return Err(XmlFlaw::Cut),
            Event::Eof if !any => return Err(XmlFlaw::NoXml { line: 1 }),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Elements whose text is for people: programs write pages there, and hands signs, that are no XML (`<br>`, `面积<5亩`).
const WORDS: [&str; 4] = ["description", "desc", "cmt", "name"];

/// A document with the signs that open an element escaped where they stand in words for people.
fn quoted(text: &str) -> Cow<'_, str> {
    let mut whole = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(open) = text[at..].find('<') {
        let begin = at + open;
        let rest = &text[begin..];
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>")]
            .iter()
            .find(|(head, _)| rest.starts_with(head));
        if let Some((_, end)) = skipped {
            at = rest.find(end).map_or(text.len(), |end| begin + end);
            continue;
        }
        at = begin + 1;
        let Some(length) = rest.find('>') else {
            break;
        };
        let tag = &rest[1..length];
        let name = tag.split_whitespace().next().unwrap_or_default();
        if tag.ends_with('/') || !WORDS.contains(&local(name)) {
            continue;
        }
        let from = begin + length + 1;
        let Some(words) = words_of(&text[from..], name) else {
            continue;
        };
        at = from + words.len();
        if words.contains('<') {
            whole.push_str(&text[copied..from]);
            whole.push_str(&words.replace('<', "&lt;"));
            copied = at;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    whole.push_str(&text[copied..]);
    Cow::Owned(whole)
}

/// What stands before the end of an element of words; `None` where that is quoted already, or not the end of this one.
fn words_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let words = &text[..text.find(&format!("</{name}>"))?];
    let holds_more = [
        "<![CDATA[",
        "<!--",
        &format!("<{name}>"),
        "coordinates>",
        "<trk",
    ];
    (!holds_more.iter().any(|sign| words.contains(sign))).then_some(words)
}

fn begin(
    start: &BytesStart<'_>,
    wanted: &[&str],
    open: &mut Vec<Element>,
    visit: &mut dyn FnMut(Met),
) {
    let name = local(start.name().into_inner()).to_owned();
    if open.is_empty() && !wanted.contains(&name.as_str()) {
        visit(Met::Begins(name));
        return;
    }
    let attributes = start
        .attributes()
        .with_checks(false)
        .flatten()
        .map(|attribute| {
            let value = unescape(&attribute.value)
                .map_or_else(|_bad_entity| attribute.value.to_string(), Cow::into_owned);
            (local(attribute.key.into_inner()).to_owned(), value)
        })
        .collect();
    open.push(Element {
        name,
        attributes,
        ..Element::default()
    });
}

fn end(open: &mut Vec<Element>, visit: &mut dyn FnMut(Met)) {
    let Some(whole) = open.pop() else {
        return;
    };
    match open.last_mut() {
        Some(parent) => parent.children.push(whole),
        None => visit(Met::Whole(whole)),
    }
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn met(text: &str) -> Result<Vec<Element>, XmlFlaw> {
        let mut found = Vec::new();
        walk(text.as_bytes(), &["p"], &mut |met| {
            if let Met::Whole(element) = met {
                found.push(element);
            }
        })?;
        Ok(found)
    }

    #[test]
    fn prefixes_entities_and_cdata_are_read() {
        let found = met("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a><gx:p n:k='1 &amp; 2'>x &lt; &#65;&unknown; & <![CDATA[<b>]]><c>y</c><d/></gx:p><p/></a>")
            .expect("read");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].text.trim(), "x < A & <b>");
        assert_eq!(found[0].attribute("k"), Some("1 & 2"));
        assert_eq!(found[0].text_of("c"), Some("y"));
        assert_eq!(found[0].text_of("d"), None);
        assert!(found[0].child("d").is_some());
    }

    #[test]
    fn words_for_people_hold_pages_and_signs_that_are_no_xml() {
        for (written, read) in [
            ("村<br>东 &amp; 西", "村<br>东 & 西"),
            ("面积<5亩", "面积<5亩"),
            ("<b>x</b><img src='a'>", "<b>x</b><img src='a'>"),
            ("<![CDATA[<br>]]>", "<br>"),
            ("plain", "plain"),
        ] {
            let found = met(&format!(
                "<a><p><k:description>{written}</k:description><name/><c>y</c></p></a>"
            ))
            .expect(written);
            assert_eq!(found[0].text_of("description"), Some(read));
            assert_eq!(found[0].text_of("c"), Some("y"));
        }
        let lost = met("<a><!-- <name> --><p><b>1</b></p><p><name>2</name></p></a>").expect("read");
        assert_eq!(lost.len(), 2);
        assert_eq!(lost[0].text_of("b"), Some("1"));
    }

    #[test]
    fn what_is_cut_deep_or_no_xml_is_refused() {
        assert_eq!(met("<a><p>x"), Err(XmlFlaw::Cut));
        assert_eq!(met("<a><p"), Err(XmlFlaw::Cut));
        assert_eq!(met("nothing"), Err(XmlFlaw::NoXml { line: 1 }));
        assert_eq!(met("<a>\n<p></q></a>"), Err(XmlFlaw::NoXml { line: 2 }));
        assert_eq!(met(&"<a>".repeat(1_000_000)), Err(XmlFlaw::TooDeep));
        assert_eq!(met(""), Err(XmlFlaw::Text(TextFlaw::Empty)));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[<>/ap&;:='\"!\\[\\]?x -]{0,80}") {
            let _read = met(&text);
        }
    }
}

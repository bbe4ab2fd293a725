//! The informant's identity never enters the registry: what is entered now is looked at more closely than replay does, which has to
//! follow what was entered before.

use super::body::{Body, FoundBy};
use super::sound::gives_away;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

/// Chinese digits, by their value.
const DIGITS: [(char, char); 12] = [
    ('〇', '0'),
    ('零', '0'),
    ('一', '1'),
    ('幺', '1'),
    ('二', '2'),
    ('三', '3'),
    ('四', '4'),
    ('五', '5'),
    ('六', '6'),
    ('七', '7'),
    ('八', '8'),
    ('九', '9'),
];
/// Words of a text that speaks of somebody who told.
const INFORMANTS: [&str; 9] = [
    "举报",
    "检举",
    "线人",
    "报案",
    "报告人",
    "知情人",
    "informant",
    "tip-off",
    "whistle",
];
/// Words before a number without its area code.
const TELEPHONES: [&str; 6] = ["电话", "座机", "固话", "手机", "tel", "phone"];

/// Whether a new entry holds a number by which an informant is known: a tip-off anywhere in its words, and any other entry where a
/// text of it speaks of somebody who told. `written` is the event as it is signed, in UTF-8.
pub fn names_an_informant(body: &Body, written: &[u8]) -> bool {
    let told = match body {
        Body::Tip(tip) => vec![&tip.text],
        Body::CloseTip(close) => vec![&close.note],
        Body::Create(create) if create.source == FoundBy::TipOff => {
            vec![&create.note, &create.name]
        }
        _ => Vec::new(),
    };
    if told.into_iter().flatten().any(|text| reveals(text)) {
        return true;
    }
    // What is large, such as a track, is taken apart only where it speaks of somebody.
    let written = String::from_utf8_lossy(written).to_lowercase();
    if !INFORMANTS.iter().any(|word| written.contains(word)) {
        return false;
    }
    let value = body.to_value().unwrap_or_default();
    let mut texts = Vec::new();
    collect(std::iter::once(&value), &mut texts);
    texts.iter().any(|text| {
        let lower = text.to_lowercase();
        INFORMANTS.iter().any(|word| lower.contains(word)) && reveals(text)
    })
}

fn collect<'a>(values: impl Iterator<Item = &'a Value>, texts: &mut Vec<&'a str>) {
    for value in values {
        match value {
            Value::String(text) => texts.push(text),
            Value::Array(all) => collect(all.iter(), texts),
            Value::Object(members) => collect(members.values(), texts),
            _ => {}
        }
    }
}

/// Whether a text holds the number of a telephone or of an identity card, also a fixed line's and one in Chinese digits.
fn reveals(text: &str) -> bool {
    let digits = in_digits(text);
    gives_away(&digits) || has_fixed_line(&digits)
}

/// A text in which runs of seven Chinese digits and more are Arabic ones.
fn in_digits(text: &str) -> String {
    let value = |c: char| {
        DIGITS
            .iter()
            .find(|(digit, _)| *digit == c)
            .map(|(_, v)| *v)
    };
    let mut out = String::new();
    let mut run = String::new();
    let flush = |run: &mut String, out: &mut String| {
        if run.chars().count() >= 7 {
            out.extend(run.chars().filter_map(value));
        } else {
            out.push_str(run);
        }
        run.clear();
    };
    for c in text.nfkc() {
        if value(c).is_some() {
            run.push(c);
        } else {
            flush(&mut run, &mut out);
            out.push(c);
        }
    }
    flush(&mut run, &mut out);
    out
}

/// Whether a text holds a fixed line's number: with its area code, or seven or eight digits after a word for a telephone.
fn has_fixed_line(text: &str) -> bool {
    let plain: String = text
        .nfkc()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')' | '—' | '–'))
        .flat_map(char::to_lowercase)
        .collect();
    let mut before = String::new();
    let mut run = String::new();
    for c in plain.chars().chain(['.']) {
        if c.is_ascii_digit() {
            run.push(c);
            continue;
        }
        let with_area = run.starts_with('0') && (10..=12).contains(&run.len());
        let is_called = || {
            let close = |word: &&str| {
                before
                    .rfind(*word)
                    .is_some_and(|at| before[at..].chars().count() <= 8)
            };
            TELEPHONES.iter().any(close)
        };
        if with_area || (7..=8).contains(&run.len()) && is_called() {
            return true;
        }
        before.push_str(&run);
        before.push(c);
        run.clear();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_fixed_lines_and_in_words_are_known() {
        for text in [
            "请回电 13800138000",
            "电话0375-5052110",
            "电话（0375）505 2110",
            "010-62345678",
            "联系电话：5052110",
            "一三八零零一三八零零零",
            "座机 ６２３４５６７８",
            "他的 tel. is 5052110",
        ] {
            assert!(reveals(text), "{text}");
        }
        for text in [
            "2026年5月4日在老砖窑后的菜地",
            "东经113.30627，北纬33.73850",
            "一二三组共四人",
            "约 1200 株，20260504 上报",
            "图斑 410423103 附近",
            "电话已回访",
        ] {
            assert!(!reveals(text), "{text}");
        }
    }
}

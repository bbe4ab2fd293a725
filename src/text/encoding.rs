//! From bytes to text: UTF-8 and UTF-16 with or without a mark, otherwise GB18030, which holds GBK and GB2312.

use crate::tr;
use crate::words::Lang;
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// Text that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextFlaw {
    /// There is nothing in it.
    Empty,
    /// Bytes that are no text, such as those of a picture or an archive.
    Binary,
    /// Neither UTF-8 nor GB18030, from this line on.
    NoText {
        /// The line, from 1.
        line: u64,
    },
    /// Some lines are UTF-8 and this one is not.
    TwoEncodings {
        /// The line, from 1.
        line: u64,
    },
    /// It is not in the encoding that it names itself.
    NotAsDeclared {
        /// The encoding.
        encoding: String,
    },
    /// A quotation mark that begins a cell and never ends.
    OpenQuote {
        /// The line, from 1.
        line: u64,
    },
}

impl TextFlaw {
    /// In words, with what to do.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::Empty => lang.pick("it is empty", "内容为空").into(),
            Self::Binary => lang.pick("it holds no text", "不是文本内容").into(),
            Self::NoText { line } => tr!(
                lang,
                "line {line} is neither UTF-8 nor GB18030 (GBK): save the file as UTF-8",
                "第 {line} 行既不是 UTF-8 也不是 GB18030（GBK）编码：请另存为 UTF-8"
            ),
            Self::TwoEncodings { line } => tr!(
                lang,
                "line {line} is in another encoding than the lines before it: save the whole file as UTF-8",
                "第 {line} 行与其他行的编码不同：请将整个文件另存为 UTF-8"
            ),
            Self::NotAsDeclared { encoding } => tr!(
                lang,
                "it says that it is {encoding} and is not: save it as UTF-8",
                "声明的编码为 {encoding}，但内容不符：请另存为 UTF-8"
            ),
            Self::OpenQuote { line } => tr!(
                lang,
                "line {line}: a quotation mark is opened and never closed: delete it, or put its other half",
                "第 {line} 行：引号没有成对，请删除多余的引号或补全"
            ),
        }
    }
}

/// Reads bytes as text. A mark at the beginning counts; without one, what is UTF-8 is UTF-8, and the rest is GB18030.
///
/// # Errors
/// [`TextFlaw`]: nothing is replaced by signs that stand for something unread.
pub fn decode(bytes: &[u8]) -> Result<String, TextFlaw> {
    let bytes = unpadded(bytes);
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return strict(&bytes[mark..], encoding)
            .ok_or_else(|| first_bad_line(&bytes[mark..], encoding));
    }
    if bytes.contains(&0) {
        let encoding = utf16_of(bytes).ok_or(TextFlaw::Binary)?;
        return strict(bytes, encoding)
            .filter(|text| !text.contains('\0'))
            .ok_or(TextFlaw::Binary);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    if let Some(line) = odd_line(bytes) {
        return Err(TextFlaw::TwoEncodings { line });
    }
    strict(bytes, GB18030).ok_or_else(|| first_bad_line(bytes, GB18030))
}

/// Zeros at the end at which a card was pulled or a telephone died: the file had been given its room before it was written.
const PADDED: usize = 4;

/// Without the zeros that fill a file up; one may be half of the last character of UTF-16.
fn unpadded(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte != 0);
    let end = end.map_or(0, |last| last + 1);
    if end == 0 || bytes.len() - end < PADDED {
        return bytes;
    }
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let wide = marked.or_else(|| utf16_of(&bytes[..end]));
    let half = wide.is_some_and(|encoding| encoding != UTF_8) && end % 2 == 1;
    &bytes[..end + usize::from(half)]
}

fn strict(bytes: &[u8], encoding: &'static Encoding) -> Option<String> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(std::borrow::Cow::into_owned)
}

/// UTF-16 without a mark: digits, commas and line ends leave a zero in every other byte.
fn utf16_of(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096)];
    let few = head.len() / 20;
    match (zeros(head, 0), zeros(head, 1)) {
        (0, low) if low > few => Some(UTF_16LE),
        (high, 0) if high > few => Some(UTF_16BE),
        _ => None,
    }
}

/// How many of every other byte from one on are nought.
fn zeros(bytes: &[u8], from: usize) -> usize {
    let half = bytes.iter().skip(from).step_by(2);
    half.filter(|byte| **byte == 0).count()
}

/// No byte of a character of GB18030 is a line feed, so that lines can be told before they can be read.
fn first_bad_line(bytes: &[u8], encoding: &'static Encoding) -> TextFlaw {
    if encoding != UTF_8 && encoding != GB18030 {
        return TextFlaw::Binary;
    }
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let bad = lines.position(|line| strict(line, encoding).is_none());
    let line = bad.map_or(1, |at| at as u64 + 1);
    TextFlaw::NoText { line }
}

/// The first line that is not UTF-8 in a file of which another line surely is.
fn odd_line(bytes: &[u8]) -> Option<u64> {
    let is_chinese = |c: &char| ('\u{2e80}'..='\u{ffff}').contains(c);
    let mut surely = false;
    let mut odd = None;
    for (at, line) in (1_u64..).zip(bytes.split(|byte| *byte == b'\n')) {
        match std::str::from_utf8(line) {
            // Two characters of three bytes each are hardly ever also GB18030 by chance.
            Ok(text) => surely |= text.chars().filter(is_chinese).count() >= 2,
            Err(_) => odd = odd.or(Some(at)),
        }
    }
    odd.filter(|_| surely)
}

/// Reads texts that belong together, such as the names of a table's columns: all of them in one encoding. `named` is
/// what the file says of it. A text that fills its room (each has its own, in bytes) may have been cut within a character,
/// which is left out. Texts that cannot be read are `None`.
pub fn decode_group(texts: &[(&[u8], usize)], named: Option<&str>) -> Vec<Option<String>> {
    let whole = |(bytes, room): (&[u8], usize), encoding: &'static Encoding| -> Option<String> {
        strict(bytes, encoding).or_else(|| {
            // A character has four bytes at most.
            let may_be_cut = bytes.len() + 3 >= room;
            (1..=3_usize.min(bytes.len()))
                .filter(|_| may_be_cut)
                .find_map(|off| strict(&bytes[..bytes.len() - off], encoding))
        })
    };
    let fits = |encoding| texts.iter().all(|text| whole(*text, encoding).is_some());
    let named = named.and_then(of_label);
    // Files say “ISO-8859-1” where nobody chose anything: a name that any bytes fit proves nothing.
    let meant = named.filter(|encoding| !encoding.is_single_byte());
    let encoding = [Some(UTF_8), meant, Some(GB18030), named]
        .into_iter()
        .flatten()
        .find(|encoding| fits(encoding))
        .unwrap_or(GB18030);
    texts.iter().map(|text| whole(*text, encoding)).collect()
}

/// An encoding by the names that programs give it.
fn of_label(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().to_ascii_lowercase();
    let digits: String = label.chars().filter(char::is_ascii_digit).collect();
    match digits.as_str() {
        "65001" => Some(UTF_8),
        "936" | "54936" => Some(GB18030),
        "950" => Encoding::for_label(b"big5"),
        _ => Encoding::for_label(label.as_bytes()),
    }
}

/// Reads XML as text: by its mark, by the encoding that it declares, otherwise as [`decode`] does. A text that declares
/// UTF-8 and is GB18030 is read as that: some programs always write the same first line.
///
/// # Errors
/// [`TextFlaw`].
pub fn decode_xml(bytes: &[u8]) -> Result<String, TextFlaw> {
    let bytes = unpadded(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(TextFlaw::Empty);
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    let declared = head
        .trim_start()
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split("?>").next())
        .and_then(|rest| rest.split("encoding").nth(1))
        .and_then(|rest| rest.split(['"', '\'']).nth(1));
    let other = declared
        .and_then(of_label)
        .filter(|e| *e != UTF_8 && *e != UTF_16LE && *e != UTF_16BE);
    match (other, declared) {
        (Some(encoding), Some(name)) if Encoding::for_bom(bytes).is_none() => {
            // Hardly any text of another encoding is UTF-8 by chance, and Chinese at that.
            let chinese_utf8 = std::str::from_utf8(bytes)
                .is_ok_and(|text| text.chars().all(|c| c.is_ascii() || c >= '\u{2e80}'));
            let as_declared =
                strict(bytes, encoding).filter(|_| !chinese_utf8 && !encoding.is_single_byte());
            as_declared
                .or_else(|| decode(bytes).ok())
                .ok_or_else(|| TextFlaw::NotAsDeclared {
                    encoding: name.to_owned(),
                })
        }
        _ => decode(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gbk(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        let pair = |unit: u16| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        };
        text.encode_utf16().flat_map(pair).collect()
    }

    #[test]
    fn every_encoding_that_offices_use_is_read() {
        let text = "编号,经度\r\n东沟1号,113.3\r\n";
        let with = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            with(b"\xef\xbb\xbf", text.into()),
            gbk(text),
            utf16(text, true),
            utf16(text, false),
            with(b"\xff\xfe", utf16(text, true)),
            with(b"\xfe\xff", utf16(text, false)),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(text), "{bytes:?}");
        }
        assert_eq!(decode(b"").as_deref(), Ok(""));
    }

    #[test]
    fn zeros_that_fill_a_file_up_are_no_part_of_its_text() {
        let text = "编号,经度\r\n东沟1号,113.3\r\n";
        let marked = |little| [[0xff, 0xfe].as_slice(), &utf16(text, little)].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            gbk(text),
            utf16(text, true),
            utf16(text, false),
            marked(true),
        ] {
            for zeros in [4, 5, 512] {
                let padded = [bytes.clone(), vec![0; zeros]].concat();
                assert_eq!(decode(&padded).as_deref(), Ok(text), "{zeros}: {bytes:?}");
            }
        }
        assert_eq!(decode(&[0; 512]), Err(TextFlaw::Binary));
        assert_eq!(decode(b"a,b\n\0\0\0\0\0c"), Err(TextFlaw::Binary));
        let xml = "<?xml version=\"1.0\" encoding=\"GB2312\"?><a>东沟</a>";
        let padded = [gbk(xml), vec![0; 64]].concat();
        assert_eq!(decode_xml(&padded).as_deref(), Ok(xml));
    }

    #[test]
    fn what_is_no_text_or_two_texts_in_one_is_named_by_line() {
        assert_eq!(decode(b"\x89PNG\0\0\0\x01"), Err(TextFlaw::Binary));
        let two = [
            b"a,b\n".as_slice(),
            "东沟一号,1\n".as_bytes(),
            &gbk("西沟二号,2\n"),
        ]
        .concat();
        assert_eq!(decode(&two), Err(TextFlaw::TwoEncodings { line: 3 }));
        let cut = [b"a\n".as_slice(), &gbk("东沟")[..3], b"\nb\n"].concat();
        assert_eq!(decode(&cut), Err(TextFlaw::NoText { line: 2 }));
        let marked = [b"\xef\xbb\xbfa\n".as_slice(), &gbk("东沟")].concat();
        assert_eq!(decode(&marked), Err(TextFlaw::NoText { line: 2 }));
    }

    #[test]
    fn names_that_were_cut_and_files_that_name_a_wrong_encoding_are_read() {
        let read = |texts: &[&[u8]], named| {
            let texts: Vec<(&[u8], usize)> = texts.iter().map(|text| (*text, 10)).collect();
            decode_group(&texts, named)
        };
        let some = |text: &str| Some(text.to_owned());
        // Nine and ten bytes of twelve.
        let name = "靶标编号".as_bytes();
        assert_eq!(read(&[&name[..9]], None), [some("靶标编")]);
        assert_eq!(read(&[&name[..10]], Some("UTF-8")), [some("靶标编")]);
        assert_eq!(read(&[&gbk("靶标编号")], Some("UTF-8")), [some("靶标编号")]);
        assert_eq!(read(&[&gbk("东沟")], Some("ISO-8859-1")), [some("东沟")]);
        assert_eq!(read(&[&gbk("东沟")], Some("OEM 936")), [some("东沟")]);
        assert_eq!(read(&[b"ID", b"NAME"], None), [some("ID"), some("NAME")]);
        assert_eq!(read(&[b"\xff\xff"], None), [None]);
    }

    #[test]
    fn xml_is_read_as_it_declares_and_as_it_is() {
        let of =
            |encoding: &str| format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?><a>东沟</a>");
        for name in ["GB2312", "gbk", "UTF-8"] {
            let bytes = gbk(&of(name));
            assert!(decode_xml(&bytes).expect("read").contains("东沟"), "{name}");
        }
        let marked = [b"\xff\xfe".as_slice(), &utf16(&of("UTF-16"), true)].concat();
        assert!(decode_xml(&marked).expect("read").contains("东沟"));
        assert!(
            decode_xml(&utf16(&of("UTF-16"), false))
                .expect("read")
                .contains("东沟")
        );
        assert!(decode_xml(of("GB2312").as_bytes()).is_ok_and(|t| t.contains("东沟")));
        assert_eq!(decode_xml(b" \n"), Err(TextFlaw::Empty));
        assert!(decode_xml(b"<?xml version=\"1.0\" encoding=\"GB2312\"?><a>\xff\xff</a>").is_err());
    }
}

//! What GDAL says of a file that it does not read, in the user's language as far as people meet it.

use crate::words::{Both, Lang};

/// A file of no known kind.
const NO_KIND: Both = Both("it is of no kind that is known", "无法识别其格式");
/// A file without its end.
const CUT: Both = Both("it is cut off or damaged", "文件不完整或已损坏");

/// What is met in GDAL's words, and what it means.
const KNOWN: [(&str, Both); 15] = [
    ("not a format that GDAL reads", NO_KIND),
    ("supported file format", NO_KIND),
    (
        "Failed to read GeoJSON data",
        Both("it has no features", "其中没有要素"),
    ),
    ("Cannot read TIFF header", CUT),
    ("Failed to read directory", CUT),
    ("Can not read TIFF directory", CUT),
    ("Unexpected end of file", CUT),
    ("Premature end", CUT),
    ("File too short", CUT),
    ("is corrupt", CUT),
    ("file is truncated", CUT),
    ("Unable to open", CUT),
    ("Failed to read", CUT),
    (
        "it holds no image",
        Both("it holds no image", "其中没有影像"),
    ),
    (
        "its name is not UTF-8",
        Both(
            "its name is not UTF-8; rename it",
            "文件名不是 UTF-8 编码，请重命名",
        ),
    ),
];

/// GDAL's words; in Chinese what they mean where that is known, and the words themselves otherwise.
pub fn gdal_said(words: &str, lang: Lang) -> String {
    let known = KNOWN.iter().find(|(said, _)| words.contains(said));
    match (known, lang) {
        (Some((_, both)), Lang::Zh) => both.pick(lang).into(),
        (Some((_, both)), Lang::En) if *both == NO_KIND => both.pick(lang).into(),
        _ => words.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_meet_is_said_in_their_language_and_nothing_is_lost() {
        for (words, english, chinese) in [
            (
                "`a.tif' not recognized as being in a supported file format.",
                "it is of no kind that is known",
                "无法识别其格式",
            ),
            (
                "Cannot read TIFF header",
                "Cannot read TIFF header",
                "文件不完整或已损坏",
            ),
            ("something else", "something else", "something else"),
        ] {
            assert_eq!(gdal_said(words, Lang::En), english);
            assert_eq!(gdal_said(words, Lang::Zh), chinese);
        }
    }
}

//! What a text says of the datum that positions are in: 经度（GCJ-02）, 某县靶标点位表（高德坐标系）, 1954年北京坐标系. Names of places and
//! firms say nothing (高德镇, 百度大厦), and what was converted is in the system that it was converted to.

use super::title::plain_title;

/// A system beside WGS 84, and how it is written.
struct ForeignDatum {
    name: &'static str,
    /// Say it alone.
    names: &'static [&'static str],
    /// Say it where the text is about coordinates: a map program's or a year's.
    sources: &'static [&'static str],
}

const FOREIGN: [ForeignDatum; 4] = [
    ForeignDatum {
        name: "GCJ-02",
        names: &["gcj", "火星坐标", "国测局坐标", "国测局加密"],
        sources: &["火星", "高德", "腾讯"],
    },
    ForeignDatum {
        name: "BD-09",
        names: &["bd09"],
        sources: &["百度"],
    },
    ForeignDatum {
        name: "Beijing 1954",
        names: &[
            "北京54",
            "北京1954",
            "1954北京",
            "54北京",
            "beijing54",
            "beijing1954",
            "bj54",
        ],
        sources: &["54坐标", "1954坐标"],
    },
    ForeignDatum {
        name: "Xian 1980",
        names: &[
            "西安80",
            "西安1980",
            "1980西安",
            "80西安",
            "xian80",
            "xian1980",
            "国家80",
        ],
        sources: &["80坐标", "1980坐标"],
    },
];

/// Names of WGS 84 and of what lies within a metre of it.
const OWN: [&str; 8] = [
    "wgs84",
    "wgs1984",
    "cgcs2000",
    "国家2000",
    "2000国家",
    "大地2000",
    "2000坐标",
    "epsg4326",
];

/// A text without what differs between hands, for looking names up in it.
fn plain(text: &str) -> String {
    plain_title(text)
        .chars()
        .filter(|c| !matches!(c, '-' | '_' | '年' | '/'))
        .collect()
}

/// The datum or offset that the title of a column of positions names, or a cell that says nothing but the system, where positions
/// in it lie beside those of WGS 84.
pub fn foreign_datum(text: &str) -> Option<&'static str> {
    let plain = plain(text);
    let names = |foreign: &&ForeignDatum| {
        let mut all = foreign.names.iter().chain(foreign.sources);
        all.any(|sign| found(&plain, sign).next().is_some())
    };
    FOREIGN.iter().find(names).map(|foreign| foreign.name)
}

/// The same of words that are about anything: a heading, a remark, the name of a sheet. What is denied (非高德坐标) or was
/// converted (由高德坐标转换为 WGS 84) is not meant.
pub fn datum_in_words(text: &str) -> Option<&'static str> {
    let plain = plain(text);
    let of_coordinates = plain.contains("坐标") || plain.contains("coordinate");
    let converted = converted_at(&plain).unwrap_or(0);
    let stands = |at: &usize| *at >= converted && !is_denied(&plain, *at);
    let mut own = OWN.iter().flat_map(|sign| found(&plain, sign));
    if own.any(|at| stands(&at)) {
        return None;
    }
    let said = |foreign: &&ForeignDatum| {
        let sources = foreign.sources.iter().filter(|_| of_coordinates);
        let mut signs = foreign.names.iter().chain(sources);
        signs.any(|sign| found(&plain, sign).any(|at| stands(&at)))
    };
    FOREIGN.iter().find(said).map(|foreign| foreign.name)
}

/// Where a sign stands in a text; one that begins or ends with a digit or speaks of a number of things (第 54 坐标点) is none.
fn found<'a>(plain: &'a str, sign: &'a str) -> impl Iterator<Item = usize> + 'a {
    plain
        .match_indices(sign)
        .map(|(at, _)| at)
        .filter(move |at| {
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let (before, after) = (
                plain[..*at].chars().next_back(),
                plain[at + sign.len()..].chars().next(),
            );
            let cut = sign.starts_with(|c: char| c.is_ascii_digit()) && digit(before)
                || sign.ends_with(|c: char| c.is_ascii_digit()) && digit(after);
            let counted = sign.ends_with("坐标")
                && sign.starts_with(|c: char| c.is_ascii_digit())
                && (before.is_some_and(|c| "第共计有约前后".contains(c))
                    || after.is_some_and(|c| "点个处组".contains(c)));
            !cut && !counted
        })
}

/// Where a text says that something was converted: what stands before that is what it was converted from.
fn converted_at(plain: &str) -> Option<usize> {
    const VERBS: [&str; 10] = [
        "转换", "转为", "转成", "转到", "转至", "纠偏", "换算", "改算", "→", ">",
    ];
    let not_yet = |at: usize| {
        let mut before = plain[..at].chars().rev().take(4);
        before.any(|c| "未没不需待请".contains(c))
    };
    let verbs = VERBS.iter().flat_map(|verb| plain.match_indices(verb));
    verbs.map(|(at, _)| at).filter(|at| !not_yet(*at)).max()
}

/// Whether the words before a place in a text deny what stands there.
fn is_denied(plain: &str, at: usize) -> bool {
    let before = &plain[..at];
    let mut clauses = before.rsplit([',', '，', ';', '；', '。', '、', '(', ')', ':']);
    let clause = clauses.next().unwrap_or(before);
    [
        "非", "不是", "勿", "不要", "不得", "不能", "不用", "禁止", "not",
    ]
    .iter()
    .any(|word| clause.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_datum_is_seen_in_a_title() {
        for (title, datum) in [
            ("经度（GCJ-02）", "GCJ-02"),
            ("高德经度", "GCJ-02"),
            ("百度经度", "BD-09"),
            ("经度(北京54)", "Beijing 1954"),
            ("1954年北京坐标系", "Beijing 1954"),
            ("54坐标系", "Beijing 1954"),
            ("X（1980西安坐标系）", "Xian 1980"),
            ("80坐标", "Xian 1980"),
        ] {
            assert_eq!(foreign_datum(title), Some(datum), "{title}");
        }
        for title in [
            "经度（WGS 84）",
            "经度",
            "第54坐标点",
            "154坐标",
            "2000国家大地坐标系",
        ] {
            assert_eq!(foreign_datum(title), None, "{title}");
        }
    }

    #[test]
    fn a_heading_says_the_datum_and_a_place_or_what_was_converted_does_not() {
        for (text, datum) in [
            ("某县罂粟靶标点位表（高德坐标系）", "GCJ-02"),
            ("坐标来自腾讯地图", "GCJ-02"),
            ("某县靶标（1954北京坐标系）", "Beijing 1954"),
            ("坐标系：西安80", "Xian 1980"),
            ("采用1980年西安坐标系", "Xian 1980"),
            ("百度地图拾取的坐标", "BD-09"),
            ("GCJ02", "GCJ-02"),
            ("WGS84坐标转换为高德坐标", "GCJ-02"),
            ("高德坐标，尚未转换", "GCJ-02"),
            ("火星坐标，非WGS84", "GCJ-02"),
            ("高德坐标，未纠偏", "GCJ-02"),
        ] {
            assert_eq!(datum_in_words(text), Some(datum), "{text}");
        }
        for text in [
            "",
            "高德镇东沟",
            "位于百度大厦旁",
            "腾讯小区北",
            "某县靶标（WGS 84）",
            "坐标系：CGCS2000",
            "WGS84坐标，非高德坐标",
            "由高德坐标转换为WGS84",
            "高德坐标已纠偏",
            "请勿使用百度坐标",
            "2000国家大地坐标系（原1980西安坐标系）",
            "共80坐标点",
        ] {
            assert_eq!(datum_in_words(text), None, "{text}");
        }
    }
}

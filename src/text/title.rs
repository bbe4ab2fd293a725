//! The titles of columns, as far as they can be told from how people write them.

use super::degrees::Axis;
use super::number::half_width;

/// A title without what differs between hands: width, case, blanks, quotation marks and the star of what must be filled in.
pub fn plain_title(title: &str) -> String {
    half_width(title)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '"' | '*' | '\'' | '“' | '”'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A plain title without the unit or remark in brackets at its end.
fn without_remark(plain: &str) -> &str {
    match plain.find(['(', '[', '【', '〔']) {
        Some(at) if at > 0 && plain.ends_with([')', ']', '】', '〕']) => &plain[..at],
        _ => plain,
    }
}

/// A plain title without the unit or remark at its end: in brackets, or after the stroke or line that parts it from the
/// quantity, as the national standard writes it (`经度/°`).
fn without_unit(plain: &str) -> &str {
    let bare = without_remark(plain).trim_matches(PARTING);
    match bare.rsplit_once(['/', '_']) {
        Some((name, unit)) if is_degree_unit(unit) => name.trim_matches(PARTING),
        _ => bare,
    }
}

/// Signs between a name and what is said of it, which some leave at its end.
const PARTING: [char; 3] = [':', '_', '/'];

/// Whether a word is a unit of degrees, whole or with minutes and seconds.
fn is_degree_unit(word: &str) -> bool {
    let signs = |c: char| "度分秒°′″.'\"、dms".contains(c);
    let is_written = word.starts_with(['度', '°', 'd']) && word.chars().all(signs);
    is_written || ["deg", "degree", "degrees"].contains(&word)
}

/// Titles of longitudes.
const LONGITUDES: [&str; 21] = [
    "lon",
    "lng",
    "long",
    "longitude",
    "经度",
    "东经",
    "x",
    "x坐标",
    "lon_wgs84",
    "经",
    "point_x",
    "xcoord",
    "x_coord",
    "gps经度",
    "地理经度",
    "大地经度",
    "gpslongitude",
    "中心经度",
    "中心点经度",
    "jd",
    "l",
];
/// Titles of latitudes.
const LATITUDES: [&str; 21] = [
    "lat",
    "lati",
    "latitude",
    "纬度",
    "北纬",
    "y",
    "y坐标",
    "维度",
    "lat_wgs84",
    "纬",
    "point_y",
    "ycoord",
    "y_coord",
    "gps纬度",
    "地理纬度",
    "大地纬度",
    "gpslatitude",
    "中心纬度",
    "中心点纬度",
    "wd",
    "b",
];

/// Whether a column holds longitudes or latitudes. Of some titles that is sure only where the other half is beside them:
/// [`axis_among`].
pub fn axis_of(title: &str) -> Option<Axis> {
    let plain = plain_title(title);
    axis_of_name(without_unit(&plain)).or_else(|| {
        let name = without_remark(&plain);
        // “位置（经度）”: what the brackets say holds.
        let remark = plain.strip_prefix(name)?.trim_matches(BRACKETS);
        PLACES.contains(&name).then(|| axis_of_name(remark))?
    })
}

/// Whether a title of half a position says that it is written in degrees and minutes: `经度（度分秒）`, `Lon (DD.MMSS)`.
pub fn is_in_minutes(title: &str) -> bool {
    let plain = plain_title(title);
    let name = without_unit(&plain);
    let remark = plain.split_once(name).map_or("", |(_, after)| after);
    let in_words = remark
        .find('度')
        .is_some_and(|at| remark[at..].contains('分'));
    let in_letters = ["dms", "ddm", "dd.m", "d.m", "d°m"];
    axis_of(title).is_some() && (in_words || in_letters.iter().any(|word| remark.contains(word)))
}

/// Brackets around the unit or remark of a title.
const BRACKETS: [char; 8] = ['(', ')', '[', ']', '【', '】', '〔', '〕'];
/// Titles of a place, of which a remark says the half.
const PLACES: [&str; 10] = [
    "位置",
    "坐标",
    "地理坐标",
    "地理位置",
    "位置坐标",
    "中心点",
    "中心坐标",
    "点位",
    "gps",
    "gps坐标",
];

fn axis_of_name(name: &str) -> Option<Axis> {
    let name = name
        .strip_prefix("wgs84")
        .or_else(|| name.strip_prefix("cgcs2000"))
        .unwrap_or(name)
        .trim_end_matches('°')
        .trim_matches(PARTING);
    let name = ["坐标", "_wgs84", "_cgcs2000", "wgs84", "cgcs2000"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .filter(|short| short.ends_with('度') || short.ends_with('经') || short.ends_with('纬'))
        .unwrap_or(name);
    // “lng84”, as some programs call degrees of WGS 84.
    let name = match name.strip_suffix("84") {
        Some(short) if ["lon", "lng", "lat"].contains(&short.trim_matches(PARTING)) => {
            short.trim_matches(PARTING)
        }
        _ => name,
    };
    // “经度E”, “N纬度”, “经度Longitude”: letters say once more what the word says.
    let is = |known: &[&str], letter: &str| {
        let is_ascii = |c: char| c.is_ascii_alphabetic();
        let around = [
            (name.trim_end_matches(is_ascii), name.len()),
            (name.trim_start_matches(is_ascii), 0),
        ];
        let is_said_twice = |(word, end): (&str, usize)| {
            let letters = if end == 0 {
                &name[..name.len() - word.len()]
            } else {
                &name[word.len()..]
            };
            let word = word.trim_matches(PARTING);
            // GPS is no half, and says of none that it is one.
            let names_half = letters == letter || letters == "gps" || known.contains(&letters);
            !word.is_ascii() && known.contains(&word) && names_half
        };
        known.contains(&name) || around.into_iter().any(is_said_twice)
    };
    if is(&LONGITUDES, "e") {
        Some(Axis::Longitude)
    } else if is(&LATITUDES, "n") {
        Some(Axis::Latitude)
    } else {
        None
    }
}

/// The initials and single letters that are titles of half a position, each beside its other half.
const SHARED: [[&str; 2]; 2] = [["jd", "wd"], ["l", "b"]];

/// Whether a title of half a position may mean something else: initials (JD is 街道 too) and single letters.
pub fn is_shared_title(title: &str) -> bool {
    let plain = plain_title(title);
    SHARED.as_flattened().contains(&without_remark(&plain))
}

/// Which half of a position a column of a table holds. What may mean something else does only where the other half is there too.
pub fn axis_among(titles: &[String], at: usize) -> Option<Axis> {
    let axis = axis_of(titles.get(at)?)?;
    if !is_shared_title(&titles[at]) {
        return Some(axis);
    }
    let plain: Vec<String> = titles.iter().map(|title| plain_title(title)).collect();
    let has = |name: &&str| plain.iter().any(|title| without_remark(title) == *name);
    let own = without_remark(&plain[at]);
    let pair = SHARED.iter().find(|pair| pair.contains(&own))?;
    pair.iter().all(has).then_some(axis)
}

/// Whether a column holds half of a position in metres, wherever its north may be: surveyors write X for it.
pub fn is_metre_title(title: &str) -> bool {
    const METRES: [&str; 22] = [
        "x",
        "y",
        "x坐标",
        "y坐标",
        "坐标x",
        "坐标y",
        "东坐标",
        "北坐标",
        "横坐标",
        "纵坐标",
        "横坐标y",
        "纵坐标x",
        "easting",
        "northing",
        "east",
        "north",
        "point_x",
        "point_y",
        "xcoord",
        "ycoord",
        "x_coord",
        "y_coord",
    ];
    let plain = plain_title(title);
    METRES.contains(&without_remark(&plain))
}

/// Whether a column holds both halves of positions.
pub fn is_position(title: &str) -> bool {
    const BOTH: [&str; 14] = [
        "经纬度",
        "坐标",
        "经纬度坐标",
        "地理坐标",
        "位置坐标",
        "gps坐标",
        "gps",
        "lonlat",
        "latlon",
        "lnglat",
        "latlng",
        "lon,lat",
        "lat,lon",
        "coordinates",
    ];
    let plain = plain_title(title);
    BOTH.contains(&without_remark(&plain)) && axis_of(title).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_say_degrees_and_minutes_in_words_and_in_letters() {
        for title in [
            "经度（度分秒）",
            "经度(度.分秒)",
            "纬度[DDMMSS]",
            "Lat (DD.MMSS)",
            "东经（度、分）",
            "经度/度分秒",
            "纬度_DDMMSS",
        ] {
            assert!(is_in_minutes(title), "{title}");
        }
        for title in [
            "经度",
            "经度（度）",
            "经度（分）",
            "经度（WGS 84）",
            "备注（度分秒）",
            "lon (deg)",
        ] {
            assert!(!is_in_minutes(title), "{title}");
        }
    }

    #[test]
    fn columns_of_positions_are_told_with_units_and_in_any_width() {
        for title in [
            "lon",
            "经度(°)",
            "经度（WGS 84）",
            "东经",
            "LONGITUDE",
            "Ｘ",
            "经度坐标",
            "经度(度分秒)",
            "WGS84经度",
            "*经度",
            "POINT_X",
            "中心点经度（°）",
            "经度E",
            "东经E（度）",
            "E经度",
            "位置（经度）",
            "坐标（东经）",
            "JD",
            "L",
            "经度/°",
            "经度／°",
            "经度/度分秒",
            "经度：",
            "GPS_经度",
            "经度Longitude",
            "Lon 经度",
            "地理经度",
            "大地经度L",
            "经度_度",
            "WGS84_经度",
            "经度_WGS84",
            "lng84",
            "lon_84",
            "Lon/deg",
        ] {
            assert_eq!(axis_of(title), Some(Axis::Longitude), "{title}");
        }
        for title in [
            "lat",
            "纬度(°)",
            "北纬（度）",
            "纬度°",
            "纬度（CGCS2000）",
            "北纬N",
            "纬度(N)",
            "位置（纬度）",
            "wd",
            "B",
            "纬度/°",
            "大地纬度B",
            "纬度:",
            "lat84",
        ] {
            assert_eq!(axis_of(title), Some(Axis::Latitude), "{title}");
        }
        for title in [
            "",
            "经办人",
            "长度",
            "(经度)",
            "name",
            "jingdu",
            "位置（村）",
            "Lone",
            "x/m",
            "经度/纬度",
            "经度/m",
            "经度Lat",
            "经度min",
            "经度1",
            "l84",
        ] {
            assert_eq!(axis_of(title), None, "{title}");
        }
    }

    #[test]
    fn columns_of_both_halves_are_told() {
        for title in ["经纬度", "坐标（WGS 84）", "Lon, Lat", "GPS坐标"] {
            assert!(is_position(title), "{title}");
        }
        for title in ["", "坐标系", "经度", "地点", "坐标（经度）"] {
            assert!(!is_position(title), "{title}");
        }
    }
}

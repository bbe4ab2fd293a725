//! The titles of columns, as far as they can be told from how people write them.

use super::degrees::Axis;
use super::number::half_width;

/// A title without what differs between hands: width, case, blanks, quotation marks and the star of what must be filled in.
pub fn plain_title(title: &str) -> String {
    half_width(title)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{feff}' | '"' | '*' | '\'' | '“' | '”'))
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

/// Whether a column holds longitudes or latitudes.
pub fn axis_of(title: &str) -> Option<Axis> {
    const LONGITUDES: [&str; 17] = [
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
        "gpslongitude",
        "中心经度",
        "中心点经度",
    ];
    const LATITUDES: [&str; 17] = [
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
        "gpslatitude",
        "中心纬度",
        "中心点纬度",
    ];
    let plain = plain_title(title);
    let name = without_remark(&plain);
    let name = name
        .strip_prefix("wgs84")
        .or_else(|| name.strip_prefix("cgcs2000"))
        .unwrap_or(name)
        .trim_end_matches('°');
    let name = ["坐标", "wgs84", "cgcs2000"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .filter(|short| short.ends_with('度') || short.ends_with('经') || short.ends_with('纬'))
        .unwrap_or(name);
    if LONGITUDES.contains(&name) {
        Some(Axis::Longitude)
    } else if LATITUDES.contains(&name) {
        Some(Axis::Latitude)
    } else {
        None
    }
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
    BOTH.contains(&without_remark(&plain))
}

/// The datum or offset that a text names, where positions in it lie beside those of WGS 84.
pub fn foreign_datum(text: &str) -> Option<&'static str> {
    let plain: String = plain_title(text)
        .chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .collect();
    [
        ("GCJ-02", ["gcj", "火星", "高德", "腾讯"].as_slice()),
        ("BD-09", &["bd09", "百度"]),
        (
            "Beijing 1954",
            &["北京54", "北京1954", "beijing54", "beijing1954", "bj54"],
        ),
        ("Xian 1980", &["西安80", "西安1980", "xian80", "xian1980"]),
    ]
    .into_iter()
    .find(|(_, signs)| signs.iter().any(|sign| plain.contains(sign)))
    .map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert_eq!(axis_of(title), Some(Axis::Longitude), "{title}");
        }
        for title in ["lat", "纬度(°)", "北纬（度）", "纬度°", "纬度（CGCS2000）"] {
            assert_eq!(axis_of(title), Some(Axis::Latitude), "{title}");
        }
        for title in ["", "经办人", "长度", "(经度)", "name", "JD", "jingdu"] {
            assert_eq!(axis_of(title), None, "{title}");
        }
    }

    #[test]
    fn columns_of_both_halves_are_told() {
        for title in ["经纬度", "坐标（WGS 84）", "Lon, Lat", "GPS坐标"] {
            assert!(is_position(title), "{title}");
        }
        for title in ["", "坐标系", "经度", "地点"] {
            assert!(!is_position(title), "{title}");
        }
    }

    #[test]
    fn another_datum_is_seen_in_a_title() {
        assert_eq!(foreign_datum("经度（GCJ-02）"), Some("GCJ-02"));
        assert_eq!(foreign_datum("百度经度"), Some("BD-09"));
        assert_eq!(foreign_datum("经度(北京54)"), Some("Beijing 1954"));
        assert_eq!(foreign_datum("经度（WGS 84）"), None);
    }
}

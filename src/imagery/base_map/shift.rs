//! Maps whose positions are shifted on purpose, told by their names: nothing in their pictures says so.

/// Words of addresses and titles, and the system that is behind them.
const SHIFTED: [(&str, &str); 14] = [
    ("autonavi", "GCJ-02"),
    ("amap.com", "GCJ-02"),
    ("高德", "GCJ-02"),
    ("gaode", "GCJ-02"),
    ("gtimg.com", "GCJ-02"),
    ("map.qq.com", "GCJ-02"),
    ("腾讯地图", "GCJ-02"),
    ("google.cn", "GCJ-02"),
    ("gcj02", "GCJ-02"),
    ("gcj-02", "GCJ-02"),
    ("百度", "BD-09"),
    ("baidu", "BD-09"),
    ("bdimg.com", "BD-09"),
    ("bd09", "BD-09"),
];

/// The system by which a map of this address or name is shifted, where it is known to be.
pub fn shifted_by(text: &str) -> Option<&'static str> {
    let small = text.to_lowercase();
    let mut known = SHIFTED.iter();
    known
        .find(|(word, _)| small.contains(word))
        .map(|(_, system)| *system)
}

#[cfg(test)]
mod tests {
    use super::shifted_by;

    #[test]
    fn services_with_a_shift_are_known_by_name() {
        assert_eq!(
            shifted_by("https://webrd01.is.autonavi.com/appmaptile?x={x}"),
            Some("GCJ-02")
        );
        assert_eq!(
            shifted_by("https://online1.map.bdimg.com/tile/?x={x}"),
            Some("BD-09")
        );
        assert_eq!(shifted_by("某县高德影像"), Some("GCJ-02"));
        assert_eq!(shifted_by("天地图影像 2025"), None);
        assert_eq!(shifted_by("/data/底图.tif"), None);
    }
}

//! Datums of which a coordinate system says less than it seems to.

use gdal::spatial_ref::SpatialRef;

/// Whether the name of a datum is that of one before CGCS2000, which has an ellipsoid of its own.
pub(super) fn is_old_datum(name: &str) -> bool {
    let name: String = name.to_lowercase().split([' ', '_', '-', '\'']).collect();
    let names = [
        "beijing",
        "xian",
        "北京",
        "西安",
        "bj54",
        "xa80",
        "1954",
        "krasovsky",
        "krassowsky",
    ];
    names.iter().any(|old| name.contains(old))
        || name.contains("1980") && !name.contains("grs") && !name.contains("hongkong")
}

/// Whether a system's way to WGS 84 is written, and is none.
pub(super) fn is_shifted_by_nothing(wkt: &str) -> bool {
    let Ok(reference) = SpatialRef::from_definition(wkt) else {
        return false;
    };
    let number = |child: usize| {
        let written = reference.get_attr_value("TOWGS84", child).ok().flatten()?;
        written.trim().parse::<f64>().ok()
    };
    number(0).is_some() && (0..7).all(|child| number(child).unwrap_or(0.0) == 0.0)
}

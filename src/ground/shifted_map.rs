//! Boundary files of Chinese map programs, told by their columns: `DataV` hands out those of Amap, in GCJ-02, as if they were WGS 84.

/// Whether columns (in any letter case) are those of such a file, or of one that was made of it. A shapefile cuts their names.
pub fn is_of_shifted_map<'a>(columns: impl IntoIterator<Item = &'a str>) -> bool {
    /// What stands beside the code in these files and in no other's.
    const BESIDE: [&str; 4] = ["centroid", "center", "childrennu", "subfeature"];
    let (mut code, mut beside, mut routes) = (false, false, false);
    for column in columns {
        let column = column.to_lowercase();
        routes |= column == "acroutes";
        code |= column == "adcode";
        beside |= BESIDE.iter().any(|name| column.starts_with(name));
    }
    routes || code && beside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_datav_is_told_by_its_columns() {
        let whole = "adcode name center centroid childrenNum level parent subFeatureIndex acroutes";
        for columns in [
            whole,
            "adcode name centroid",
            "ADCODE name childrenNu level",
        ] {
            assert!(is_of_shifted_map(columns.split(' ')), "{columns}");
        }
        for columns in [
            "adcode name",
            "name center centroid",
            "code name level parent",
            "gb name",
        ] {
            assert!(!is_of_shifted_map(columns.split(' ')), "{columns}");
        }
    }
}

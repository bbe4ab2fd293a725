//! Which light a photo shows: what people see, or one band of a camera of several.

use super::metadata::{Band, Metadata};
use super::xmp::Xmp;

pub(super) fn xmp_band(xmp: &Xmp) -> Band {
    let source = xmp
        .text(&["ImageSource"])
        .unwrap_or_default()
        .to_ascii_lowercase();
    if source.contains("infrared") || source.contains("thermal") || xmp.has_namespace("flir") {
        return Band::Thermal;
    }
    let names: Vec<&str> = xmp.all("BandName").take(8).collect();
    let name = names.join(", ");
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_uppercase();
    match plain.as_str() {
        "LWIR" => Band::Thermal,
        "" if source.contains("nircamera") => Band::Multispectral("NIR".into()),
        "" | "RGB" | "REDGREENBLUE" | "BLUEGREENRED" => Band::Colour,
        _ => Band::Multispectral(name),
    }
}

/// Frame sizes of thermal sensors, the longer side first.
pub(super) const THERMAL_SIZES: [(u32, u32); 6] = [
    (640, 512),
    (640, 480),
    (336, 256),
    (320, 256),
    (160, 120),
    (1280, 1024),
];

/// Parts of the model names of cameras with a thermal sensor.
pub(super) const THERMAL_CAMERAS: [&str; 11] = [
    "FLIR",
    "XTR",
    "XT2",
    "XT S",
    "ZH20",
    "ZH30",
    "M30T",
    "M3T",
    "M4T",
    "MAVIC2-ENTERPRISE",
    "THERMAL",
];

/// What the make, the model and the size of the frame give away.
pub(super) fn band_by_body(found: &Metadata, stored: (u32, u32)) -> Option<Band> {
    let upper = |s: &Option<String>| s.as_deref().unwrap_or_default().to_ascii_uppercase();
    let (make, model) = (upper(&found.make), upper(&found.model));
    if make.contains("MICASENSE") || model.contains("REDEDGE") {
        return (found.band == Band::Colour).then(|| Band::Multispectral("?".into()));
    }
    let body = make.contains("FLIR") || THERMAL_CAMERAS.iter().any(|c| model.contains(c));
    let size = (stored.0.max(stored.1), stored.0.min(stored.1));
    (body && THERMAL_SIZES.contains(&size)).then_some(Band::Thermal)
}

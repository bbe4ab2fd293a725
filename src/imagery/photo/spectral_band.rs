//! Which light a photo shows: what people see, or one band of a camera of several.

use super::lens::is_known;
use super::metadata::{Band, Metadata};
use super::xmp::Xmp;
use std::path::Path;

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
const THERMAL_SIZES: [(u32, u32); 8] = [
    (640, 512),
    (640, 480),
    (336, 256),
    (320, 256),
    (160, 120),
    (1280, 1024),
    (384, 288),
    (320, 240),
];

/// Thermal sensors have pixels of ten microns and more, those of colour a few.
const FINEST_THERMAL_MM: f64 = 0.009;

/// Parts of the model names of cameras with a thermal sensor.
const THERMAL_CAMERAS: [&str; 14] = [
    "FLIR",
    "XTR",
    "XT2",
    "XT S",
    "ZH20",
    "ZH30",
    "H20N",
    "H30T",
    "M30T",
    "M3T",
    "M4T",
    "MAVIC2-ENTERPRISE",
    "THERMAL",
    "DUAL 640",
];

/// Parts of the names of makers of thermal cameras.
const THERMAL_MAKERS: [&str; 7] = [
    "FLIR",
    "WORKSWELL",
    "INFRATEC",
    "INFIRAY",
    "HIKMICRO",
    "OPTRIS",
    "GUIDE SENSMART",
];

/// The least f-number of a drone's colour camera is 1.7; lenses for heat have to be faster.
const FASTEST_COLOUR: f64 = 1.35;

/// What the make, the model, the lens and the size of the frame give away; `on_a_drone` where its maker builds drones.
pub(super) fn band_by_body(
    found: &Metadata,
    stored: (u32, u32),
    f_number: Option<f64>,
    on_a_drone: bool,
) -> Option<Band> {
    let upper = |s: &Option<String>| s.as_deref().unwrap_or_default().to_ascii_uppercase();
    let (make, model) = (upper(&found.make), upper(&found.model));
    if make.contains("MICASENSE") || model.contains("REDEDGE") {
        return (found.band == Band::Colour).then(|| Band::Multispectral("?".into()));
    }
    let named = THERMAL_MAKERS.iter().any(|maker| make.contains(maker))
        || THERMAL_CAMERAS.iter().any(|camera| model.contains(camera));
    let taken = found.taken_size.unwrap_or(stored);
    // A frame that was made larger or smaller keeps its sides: no colour camera has 5:4.
    let sides = [stored, taken].map(long_first);
    let by_size =
        |(long, short): (u32, u32)| is_of_heat((long, short)) || is_five_to_four(long, short);
    let by_name = named && sides.into_iter().any(by_size);
    let by_lens = f_number.is_some_and(|f| f > 0.0 && f <= FASTEST_COLOUR);
    let is_heat = by_name || on_a_drone && (by_lens || is_heat_alone(found, taken));
    is_heat.then_some(Band::Thermal)
}

fn long_first((width, height): (u32, u32)) -> (u32, u32) {
    (width.max(height), width.min(height))
}

/// Whether the sides are as 5:4, to the pixel.
fn is_five_to_four(long: u32, short: u32) -> bool {
    let (long, short) = (u64::from(long) * 4, u64::from(short) * 5);
    long.abs_diff(short) <= 5
}

/// Whether a photo's name says that it shows heat: DJI ends it with `_T` beside `_W`, `_Z` and `_V`, Autel begins it with `IRX`
/// beside `MAX`.
pub(super) fn is_named_heat(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let stem = stem.to_ascii_uppercase();
    // Copies are called `… (1)`, `… - 副本`, `…_resized`.
    let mut words = stem.split([' ', '(', '（', '-', '.']);
    let own = words.next().unwrap_or_default();
    let mut parts = own.split('_');
    let is_dji = parts.next() == Some("DJI");
    let is_counted = parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number);
    let is_dji = is_dji && is_counted && parts.next() == Some("T");
    let is_autel = own
        .strip_prefix("IRX_")
        .is_some_and(|rest| rest.split('_').next().is_some_and(is_number));
    is_dji || is_autel
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_of_heat(size: (u32, u32)) -> bool {
    THERMAL_SIZES.contains(&long_first(size))
}

/// Whether only a drone's thermal camera takes frames of this size, whatever it is called. Colour cameras have sides of 4:3, 3:2
/// or 16:9: a frame of 4:3 may also be a known one's that was made smaller.
fn is_heat_alone(found: &Metadata, taken: (u32, u32)) -> bool {
    let (long, short) = long_first(taken);
    let is_common = u64::from(long) * 3 == u64::from(short) * 4;
    let colour = found.model.as_deref().is_some_and(is_known)
        || found.calibrated_focal_px.is_some()
        || found.dewarp.is_some()
        || found
            .pixel_pitch_mm
            .is_some_and(|mm| mm < FINEST_THERMAL_MM);
    is_of_heat(taken) && !(is_common && colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band(
        make: &str,
        model: &str,
        taken: Option<(u32, u32)>,
        stored: (u32, u32),
    ) -> Option<Band> {
        let found = Metadata {
            make: Some(make.into()),
            model: Some(model.into()),
            taken_size: taken,
            ..Metadata::default()
        };
        let on_a_drone = crate::imagery::photo::family::is_on_a_drone(&found);
        band_by_body(&found, stored, None, on_a_drone)
    }

    #[test]
    fn a_frame_of_heat_that_was_made_larger_or_cropped_is_known_by_its_sides_its_lens_and_its_name()
    {
        assert_eq!(band("DJI", "M30T", None, (800, 640)), Some(Band::Thermal));
        assert_eq!(
            band("DJI", "M3T", Some((960, 768)), (960, 768)),
            Some(Band::Thermal)
        );
        assert_eq!(band("DJI", "M30T", None, (800, 600)), None);
        let of = |make: &str, f: f64| {
            let found = Metadata {
                make: Some(make.into()),
                model: Some("M30T".into()),
                ..Metadata::default()
            };
            let on_a_drone = crate::imagery::photo::family::is_on_a_drone(&found);
            band_by_body(&found, (500, 430), Some(f), on_a_drone)
        };
        assert_eq!(of("DJI", 1.0), Some(Band::Thermal));
        assert_eq!(
            [of("DJI", 1.7), of("DJI", 0.0), of("Canon", 1.2)],
            [None, None, None]
        );
        for (name, heat) in [
            ("DJI_20240501101112_0001_T.JPG", true),
            ("DJI_20240501101112_0001_T_航点1.jpg", true),
            ("DJI_20240501101112_0001_T - 副本.JPG", true),
            ("DJI_20240501101112_0001_T(1).jpg", true),
            ("DJI_20240501101112_0001_W.JPG", false),
            ("DJI_0001_T.JPG", false),
            ("IRX_0001.jpg", true),
            ("MAX_0001.JPG", false),
            ("IRX_田.jpg", false),
        ] {
            assert_eq!(is_named_heat(Path::new(name)), heat, "{name}");
        }
    }

    #[test]
    fn a_frame_of_a_thermal_sensors_size_from_a_drone_is_heat_whatever_its_camera_is_called() {
        for (make, model, size) in [
            ("Autel Robotics", "XL709", (640, 512)),
            ("Autel Robotics", "XK729", (1280, 1024)),
            ("Yuneec", "CGOET", (640, 512)),
            ("Parrot", "ANAFI USA", (320, 256)),
            ("DJI", "FC2403", (640, 480)),
            ("DJI", "H20N", (640, 512)),
            ("Skydio", "X10", (512, 640)),
            ("senseFly", "Duet T", (640, 512)),
            ("Hasselblad", "L2D-20c", (640, 512)),
            ("FLIR", "Vue Pro", (336, 256)),
            ("INFIRAY", "ZH20", (384, 288)),
        ] {
            for taken in [Some(size), None] {
                let found = band(make, model, taken, size);
                assert_eq!(found, Some(Band::Thermal), "{make} {model} {taken:?}");
            }
        }
        // A copy that was made smaller is as hot as its original.
        let small = band("Autel Robotics", "XL709", Some((640, 512)), (480, 384));
        assert_eq!(small, Some(Band::Thermal));
    }

    #[test]
    fn colour_photos_that_were_made_smaller_stay_colour() {
        for (make, model, taken, stored) in [
            ("DJI", "FC3682", Some((4000, 3000)), (640, 480)),
            ("DJI", "FC6310", Some((640, 480)), (640, 480)),
            ("DJI", "M3M", Some((5280, 3956)), (640, 512)),
            ("DJI", "FC3682", Some((800, 600)), (800, 600)),
            ("Canon", "PowerShot S110", Some((640, 480)), (640, 480)),
            ("HUAWEI", "ELE-AL00", Some((1280, 1024)), (1280, 1024)),
        ] {
            assert_eq!(band(make, model, taken, stored), None, "{make} {model}");
        }
    }
}

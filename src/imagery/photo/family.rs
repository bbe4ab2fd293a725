//! Families of cameras: whose angles count from where, and when angles are no angles. A tilt that is taken for another puts
//! a find tens of metres off and calls ground searched that no frame saw, so that what cannot be believed, or is not said, is
//! [`Attitude::Doubtful`], never straight down. Only cameras that hang fixed in an airframe look down where they say nothing.

use super::metadata::{Attitude, Doubt, Metadata, MetadataFault};
use super::xmp::Xmp;

/// Makers of drones whose camera hangs in a gimbal: without its tilt, it may have looked anywhere.
const WITH_GIMBAL: [&str; 13] = [
    "dji",
    "hasselblad",
    "autel",
    "parrot",
    "skydio",
    "yuneec",
    "fimi",
    "hubsan",
    "powervision",
    "xag",
    "zerotech",
    "ehang",
    "potensic",
];
/// Makers of telephones.
const TELEPHONES: [&str; 40] = [
    "apple",
    "blackshark",
    "blackview",
    "coolpad",
    "cubot",
    "doogee",
    "fairphone",
    "gionee",
    "google",
    "hisense",
    "hmd global",
    "honor",
    "htc",
    "huawei",
    "infinix",
    "iqoo",
    "leeco",
    "lemobile",
    "lenovo",
    "letv",
    "lge",
    "lg electronics",
    "meitu",
    "meizu",
    "motorola",
    "nokia",
    "nothing",
    "nubia",
    "oneplus",
    "oppo",
    "oukitel",
    "realme",
    "redmi",
    "samsung",
    "smartisan",
    "tecno",
    "ulefone",
    "vivo",
    "xiaomi",
    "zte",
];
/// Makers of cameras that are fixed to look down out of an airframe, and write their angles from straight down.
const FIXED: [&str; 9] = [
    "sensefly",
    "micasense",
    "sentera",
    "wingtra",
    "airinov",
    "delair",
    "quantum-systems",
    "trinity",
    "ageagle",
];

/// Names under which a gimbal's angles stand, from the horizon, yaw clockwise from north.
const GIMBAL_PITCH: [&str; 4] = [
    "GimbalPitchDegree",
    "CameraPitchDegree",
    "CameraOrientationNEDPitch",
    "GimbalPitch",
];
const GIMBAL_YAW: [&str; 4] = [
    "GimbalYawDegree",
    "CameraYawDegree",
    "CameraOrientationNEDYaw",
    "GimbalYaw",
];
const GIMBAL_ROLL: [&str; 4] = [
    "GimbalRollDegree",
    "CameraRollDegree",
    "CameraOrientationNEDRoll",
    "GimbalRoll",
];
const DRONE_YAW: [&str; 3] = ["FlightYawDegree", "DroneYawDegree", "FlightYaw"];

/// How a family writes what stands under `Camera:Yaw`, `Camera:Pitch` and `Camera:Roll`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Convention {
    /// From the horizon: straight down is -90.
    Gimbal,
    /// From straight down, as `Pix4D` defined the names.
    Body,
    /// Nobody knows.
    Unknown,
}

/// Where the camera looked, as far as it can be believed.
pub fn attitude(xmp: &Xmp, found: &Metadata, image_direction: Option<f64>) -> Attitude {
    let angle = |names: &[&str]| xmp.number(names).filter(|v| v.abs() <= 360.0);
    let drone_yaw = angle(&DRONE_YAW);
    let doubtful = |doubt| Attitude::Doubtful {
        doubt,
        heading: drone_yaw.or(image_direction),
    };
    let (pitch, yaw, roll) = (
        angle(&GIMBAL_PITCH),
        angle(&GIMBAL_YAW),
        angle(&GIMBAL_ROLL),
    );
    if let Some(pitch) = pitch {
        let roll = roll.unwrap_or(0.0);
        // What a gimbal that hangs still in the air never is.
        if [Some(pitch), yaw, Some(roll)] == [Some(0.0); 3] {
            return doubtful(Doubt::AllZero);
        }
        let yaw = yaw.or(drone_yaw);
        return Attitude::Gimbal { yaw, pitch, roll };
    }
    let is_of_drone = drone_yaw.is_some() || is_of_a_drone(xmp);
    if is_telephone(found) && !is_of_drone {
        return doubtful(Doubt::HandHeld);
    }
    let damaged = found.faults.contains(&MetadataFault::Xmp);
    let lost = if damaged {
        Doubt::Damaged
    } else {
        Doubt::NoTilt
    };
    if yaw.or(roll).is_some() {
        return doubtful(lost);
    }
    let camera = |name| xmp.number_in("camera", name).filter(|v| v.abs() <= 360.0);
    if let (Some(yaw), Some(pitch), Some(roll)) = (camera("Yaw"), camera("Pitch"), camera("Roll")) {
        return under_camera_names(found, yaw, pitch, roll);
    }
    if damaged || camera("Pitch").or(camera("Roll")).is_some() {
        return doubtful(lost);
    }
    // Only what hangs fixed in an airframe looks down unasked: any other camera may have been held, or tilted.
    let heading = camera("Yaw").or(image_direction);
    let heading = heading.filter(|v| v.abs() <= 360.0);
    if is_of_drone || !is_of(found, &FIXED) {
        return Attitude::Doubtful {
            doubt: lost,
            heading: drone_yaw.or(heading),
        };
    }
    heading.map_or(Attitude::Unknown, Attitude::Heading)
}

/// The names that `Pix4D` defined count from straight down; some makers write a gimbal's angles under them.
fn under_camera_names(found: &Metadata, yaw: f64, pitch: f64, roll: f64) -> Attitude {
    let convention = if is_autel(found) || is_of(found, &["yuneec", "skydio", "fimi"]) {
        Convention::Gimbal
    } else if is_of(found, &FIXED) || is_model(found, "sequoia") {
        Convention::Body
    } else if pitch <= -75.0 {
        // Counted from straight down, this would be a look backwards to the horizon.
        Convention::Gimbal
    } else {
        Convention::Unknown
    };
    let zero = [yaw, pitch, roll].iter().all(|v| *v == 0.0);
    match convention {
        Convention::Gimbal if zero => Attitude::Doubtful {
            doubt: Doubt::AllZero,
            heading: None,
        },
        Convention::Gimbal => Attitude::Gimbal {
            yaw: Some(yaw),
            pitch,
            roll,
        },
        Convention::Body => Attitude::Body {
            yaw,
            pitch,
            roll: if is_of(found, &["sensefly"]) {
                -roll
            } else {
                roll
            },
        },
        Convention::Unknown => Attitude::Doubtful {
            doubt: Doubt::Ambiguous,
            heading: Some(yaw),
        },
    }
}

/// Degrees between the gimbal's yaw and the drone's, where the gimbal's is exactly 0 as if it had not been written, or where
/// the camera looks straight down: there a gimbal follows its drone. A gimbal that tipped over says half a turn of roll and
/// the opposite yaw, which is the same view.
pub fn heading_doubt_deg(xmp: &Xmp) -> Option<f64> {
    let gimbal = xmp.number(&GIMBAL_YAW)?;
    let is_over = xmp
        .number(&GIMBAL_ROLL)
        .is_some_and(|roll| roll.abs() > 90.0);
    let heading = if is_over { gimbal + 180.0 } else { gimbal };
    let apart = (heading - xmp.number(&DRONE_YAW)?).rem_euclid(360.0);
    let apart = apart.min(360.0 - apart);
    let is_down = xmp
        .number(&GIMBAL_PITCH)
        .is_some_and(|pitch| pitch <= STRAIGHT_DOWN_DEG);
    let least = match (gimbal == 0.0, is_down) {
        (true, _) => 10.0,
        (false, true) => FOLLOWS_DEG,
        (false, false) => return None,
    };
    (apart > least).then_some(apart)
}

/// From this pitch on a camera looks straight down.
const STRAIGHT_DOWN_DEG: f64 = -75.0;

/// Degrees that a gimbal which looks straight down stays behind its drone in a turn; more is no lag.
const FOLLOWS_DEG: f64 = 30.0;

/// Names that only a picture which was stitched has.
const OF_A_PANORAMA: [&str; 3] = [
    "ProjectionType",
    "FullPanoWidthPixels",
    "CroppedAreaImageWidthPixels",
];

/// Whether a packet says that the picture was stitched.
pub fn is_panorama(xmp: &Xmp) -> bool {
    let flag = xmp.text(&["UsePanoramaViewer", "IsPanorama"]);
    xmp.has_namespace("gpano")
        || xmp.has_namespace("photos/1.0/panorama")
        || xmp.text(&OF_A_PANORAMA).is_some()
        || flag.is_some_and(|f| f.eq_ignore_ascii_case("true") || f == "1")
}

/// Whether a packet has names that only makers of drones write.
pub fn is_of_a_drone(xmp: &Xmp) -> bool {
    let makers = ["dji", "parrot", "skydio", "autel"];
    makers.iter().any(|maker| xmp.has_namespace(maker))
}

/// Whether a photo's maker builds drones, or cameras that are fixed to one.
pub fn is_on_a_drone(found: &Metadata) -> bool {
    is_of(found, &WITH_GIMBAL) || is_of(found, &FIXED) || is_autel(found)
}

fn is_of(found: &Metadata, makers: &[&str]) -> bool {
    let make = found.make.as_deref().unwrap_or_default();
    let make = make.to_ascii_lowercase();
    makers.iter().any(|maker| make.contains(maker))
}

fn is_model(found: &Metadata, part: &str) -> bool {
    let model = found.model.as_deref().unwrap_or_default();
    model.to_ascii_lowercase().contains(part)
}

/// A telephone, by its maker; of Sony's cameras those that are called as its telephones are (`XQ-BC72`, `H8266`, `SO-51B`).
fn is_telephone(found: &Metadata) -> bool {
    let model = found.model.as_deref().unwrap_or_default();
    let model = model.trim().to_ascii_uppercase();
    let letters = model.chars().take_while(char::is_ascii_alphabetic).count();
    let digits = model.chars().skip(letters);
    let digits = digits.take_while(char::is_ascii_digit).count();
    let by_sony = model.contains("XPERIA")
        || ["XQ-", "SO-", "SOG", "SOV"]
            .iter()
            .any(|head| model.starts_with(head))
        || letters == 1 && digits == 4;
    is_of(found, &TELEPHONES) || is_of(found, &["sony"]) && by_sony
}

/// Autel writes its own name, or only `Camera`; its models are named `XT705`, `XL715`, `XB015` and so on.
fn is_autel(found: &Metadata) -> bool {
    let model = found.model.as_deref().unwrap_or_default();
    let letters: String = model.chars().take(2).collect();
    let digits = model.chars().skip(2).take_while(char::is_ascii_digit);
    let named = ["XT", "XL", "XB", "XM"].contains(&&*letters.to_ascii_uppercase());
    is_of(found, &["autel"]) || is_model(found, "evo ii") || named && digits.count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(make: Option<&str>, model: &str, members: &str) -> Attitude {
        let found = Metadata {
            make: make.map(str::to_owned),
            model: Some(model.to_owned()),
            ..Metadata::default()
        };
        let packet = format!(
            "<a xmlns:d='http://www.dji.com/drone-dji/1.0/' xmlns:Camera='http://pix4d.com/camera/1.0' {members}/>"
        );
        attitude(&Xmp::read([packet.as_bytes()]), &found, None)
    }

    fn doubt(attitude: Attitude) -> Option<Doubt> {
        match attitude {
            Attitude::Doubtful { doubt, .. } => Some(doubt),
            _ => None,
        }
    }

    #[test]
    fn zeros_all_over_are_no_attitude_and_a_level_look_is_one() {
        let zeros = "d:GimbalPitchDegree='+0.00' d:GimbalYawDegree='-0.00' d:GimbalRollDegree='0'";
        for flight in ["", "d:FlightYawDegree='40'", "d:FlightYawDegree='0.00'"] {
            let found = of(Some("DJI"), "FC6310", &format!("{zeros} {flight}"));
            assert_eq!(doubt(found), Some(Doubt::AllZero), "{flight}");
        }
        let level = of(
            Some("DJI"),
            "FC6310",
            "d:GimbalPitchDegree='0' d:GimbalYawDegree='40'",
        );
        assert!(matches!(level, Attitude::Gimbal { .. }), "{level:?}");
    }

    #[test]
    fn a_tilt_that_is_lost_is_not_straight_down() {
        for (make, model, members) in [
            (Some("DJI"), "FC300S", ""),
            (Some("DJI"), "FC6310", "d:GimbalYawDegree='12'"),
            (Some("DJI"), "FC6310", "d:GimbalPitchDegree='-900'"),
            (Some("Hasselblad"), "L2D-20c", "d:FlightYawDegree='3'"),
            (Some("Autel Robotics"), "XT705", ""),
            (Some("Camera"), "XL715", ""),
            (None, "", ""),
        ] {
            let found = doubt(of(make, model, members));
            assert_eq!(found, Some(Doubt::NoTilt), "{make:?} {members}");
        }
    }

    #[test]
    fn nobody_unknown_looks_straight_down_and_what_hangs_fixed_in_an_airframe_does() {
        for (make, model) in [
            ("Canon", "PowerShot SX260"),
            ("SONY", "ILCE-7RM4"),
            ("SONY", "DSC-RX1RM2"),
            ("GDU", "S400E"),
            ("JOUAV", "CA103"),
            ("GoPro", "HERO9 Black"),
            ("RICOH", "GR III"),
            ("Nobody", "N1"),
        ] {
            for members in ["", "Camera:Yaw='40'"] {
                let found = doubt(of(Some(make), model, members));
                assert_eq!(found, Some(Doubt::NoTilt), "{make} {members}");
            }
        }
        for (make, model) in [
            ("HUAWEI", "P60"),
            ("nubia", "NX729J"),
            ("LENOVO", "L71091"),
            ("Sony", "XQ-BC72"),
            ("Sony", "H8266"),
            ("HMD Global", "Nokia 8.3"),
            ("blackshark", "SHARK KTUS-A0"),
            ("Hisense", "HLTE556N"),
        ] {
            let found = doubt(of(Some(make), model, ""));
            assert_eq!(found, Some(Doubt::HandHeld), "{make}");
        }
        assert_eq!(of(Some("senseFly"), "S.O.D.A.", ""), Attitude::Unknown);
        assert_eq!(
            of(Some("MicaSense"), "RedEdge", "Camera:Yaw='40'"),
            Attitude::Heading(40.0)
        );
    }

    #[test]
    fn angles_under_pix4ds_names_go_by_the_family() {
        let members = "Camera:Yaw='40' Camera:Pitch='-42' Camera:Roll='0'";
        let gimbal = Attitude::Gimbal {
            yaw: Some(40.0),
            pitch: -42.0,
            roll: 0.0,
        };
        for (make, model) in [
            ("Camera", "XL715"),
            ("Autel Robotics", "XT701"),
            ("AUTEL", "EVO"),
            ("Camera", "xl709"),
        ] {
            assert_eq!(of(Some(make), model, members), gimbal, "{make} {model}");
        }
        let tilted = "Camera:Yaw='40' Camera:Pitch='-4' Camera:Roll='1'";
        assert!(matches!(
            of(Some("Parrot"), "Sequoia", tilted),
            Attitude::Body { .. }
        ));
        for members in [
            members,
            tilted,
            "Camera:Yaw='0' Camera:Pitch='0' Camera:Roll='0'",
        ] {
            let found = doubt(of(Some("Nobody"), "N1", members));
            assert_eq!(found, Some(Doubt::Ambiguous), "{members}");
        }
    }

    #[test]
    fn a_heading_of_exactly_zero_beside_another_of_the_drone_is_doubted() {
        let doubt = |members: &str| {
            let packet = format!("<a {members}/>");
            heading_doubt_deg(&Xmp::read([packet.as_bytes()]))
        };
        assert_eq!(
            doubt("d:GimbalYawDegree='0.00' d:FlightYawDegree='-170'"),
            Some(170.0)
        );
        assert_eq!(doubt("d:GimbalYawDegree='0.0' d:FlightYawDegree='4'"), None);
        assert_eq!(
            doubt("d:GimbalYawDegree='30' d:FlightYawDegree='-170'"),
            None
        );
        let down = |members: &str| doubt(&format!("d:GimbalPitchDegree='-89.9' {members}"));
        assert_eq!(
            down("d:GimbalYawDegree='-90' d:FlightYawDegree='90'"),
            Some(180.0)
        );
        assert_eq!(down("d:GimbalYawDegree='70' d:FlightYawDegree='90'"), None);
        let over = "d:GimbalRollDegree='180' d:GimbalYawDegree='-88' d:FlightYawDegree='90'";
        assert_eq!(down(over), None);
        let upright = "d:GimbalRollDegree='180' d:GimbalYawDegree='92' d:FlightYawDegree='90'";
        assert_eq!(down(upright), Some(178.0));
    }

    #[test]
    fn panoramas_are_known_however_their_tags_are_written() {
        for packet in [
            r#"<a xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" GPano:ProjectionType="equirectangular"/>"#,
            "<a><GPano:ProjectionType>cylindrical</GPano:ProjectionType></a>",
            r#"<a p:UsePanoramaViewer="True"/>"#,
            r#"<a GPano:FullPanoWidthPixels="9" & />"#,
        ] {
            assert!(is_panorama(&Xmp::read([packet.as_bytes()])), "{packet}");
        }
        assert!(!is_panorama(&Xmp::read([
            &b"<a d:GimbalPitchDegree='3'/>"[..]
        ])));
    }
}

//! The colours of every page, map and chart.

use crate::province::rank::Placing;
use std::fmt::Write as _;

pub use crate::exchange::state_colour as state;

/// Text, and lines that carry weight.
pub(crate) const INK: &str = "#18211c";
/// Text that explains.
pub(crate) const SOFT: &str = "#4f5a54";
/// Thin lines.
pub const LINE: &str = "#c3cac5";
/// The lines behind a chart.
pub(crate) const GRID: &str = "#e2e4e1";
/// Paper of a map.
pub const GROUND: &str = "#fbfbf8";
/// What is wrong, or worse.
pub(crate) const BAD: &str = "#a12622";
/// What is right, or better.
pub const GOOD: &str = "#12683c";
/// What was measured.
pub(crate) const MEASURE: &str = "#145aa0";
/// Hot spots, and places of photographs.
pub const MARK: &str = "#1c3f94";
/// What is done in part.
pub const PART: &str = "#d98c2b";
/// What says nothing either way.
pub(crate) const NEUTRAL: &str = "#6b756f";
/// Paper.
pub const WHITE: &str = "#ffffff";

/// The colour of a district's standing on a chart.
pub fn standing(standing: Placing) -> &'static str {
    match standing {
        Placing::Above => BAD,
        Placing::Below => GOOD,
        Placing::AsAll | Placing::Insufficient => NEUTRAL,
    }
}

/// The ground of a district on a map: light enough for names in ink, told apart by eyes that see no red or green.
/// `None` is hatched: too little was searched.
pub fn ground(standing: Placing) -> Option<&'static str> {
    match standing {
        Placing::Above => Some("#e8925a"),
        Placing::AsAll => Some("#efe9d8"),
        Placing::Below => Some("#9cc3dc"),
        Placing::Insufficient => None,
    }
}

/// The colours as properties of the stylesheet's root.
pub fn root() -> String {
    let mut css = String::from(":root {");
    for (name, colour) in [
        ("ink", INK),
        ("soft", SOFT),
        ("line", LINE),
        ("bad", BAD),
        ("good", GOOD),
        ("mark", MARK),
        ("paper", WHITE),
    ] {
        let _ = write!(css, " --{name}: {colour};");
    }
    css + " }\n"
}

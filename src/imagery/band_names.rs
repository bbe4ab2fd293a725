//! Which light a band of a raster holds, by the words that programs write of it: its description, or its wavelength. Pure.

/// The light of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Light {
    Red,
    Green,
    Blue,
    /// One that people do not see as one of these: red edge, near infrared, heat, all of it, an index.
    Other,
}

impl Light {
    /// What a description says, such as `Red`, `Green-560`, `近红外` or `730 nm`; nothing where it says none.
    pub fn named(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
        if has(&OTHER_ANYWHERE) {
            return Some(Self::Other);
        }
        let words: Vec<&str> = lower
            .split(|c: char| !c.is_alphanumeric())
            .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
            .filter(|word| !word.is_empty() && !["band", "channel", "ms"].contains(word))
            .collect();
        if words.iter().any(|word| OTHER_WORDS.contains(word)) {
            return Some(Self::Other);
        }
        let whole = words.first().copied().filter(|_| words.len() == 1);
        let one_of = |word: &str, letter: &str, sign: &str| {
            words.contains(&word) || lower.contains(sign) || whole == Some(letter)
        };
        let found: Vec<Self> = [
            (Self::Red, one_of("red", "r", "红")),
            (Self::Green, one_of("green", "g", "绿")),
            (Self::Blue, one_of("blue", "b", "蓝")),
        ]
        .into_iter()
        .filter_map(|(light, is_it)| is_it.then_some(light))
        .collect();
        match found[..] {
            [light] => Some(light),
            [] => nanometres(&lower).map(Self::of_nanometres),
            _ => None,
        }
    }

    /// By the wavelength in the middle of a band.
    pub fn of_nanometres(nanometres: f64) -> Self {
        match nanometres {
            430.0..500.0 => Self::Blue,
            500.0..600.0 => Self::Green,
            600.0..695.0 => Self::Red,
            _ => Self::Other,
        }
    }
}

/// What names another light wherever it stands.
const OTHER_ANYWHERE: [&str; 14] = [
    "rededge", "red edge", "red-edge", "red_edge", "红边", "红外", "infrared", "thermal", "热",
    "coastal", "ndvi", "ndre", "panchro", "全色",
];

/// What names another light as a word.
const OTHER_WORDS: [&str; 13] = [
    "nir", "swir", "lwir", "mwir", "re", "edge", "rdg", "rde", "pan", "yellow", "violet", "vari",
    "gndvi",
];

/// The number before `nm` in a text.
fn nanometres(text: &str) -> Option<f64> {
    let before = text[..text.find("nm")?].trim_end();
    let start = before
        .rfind(|c: char| !(c.is_ascii_digit() || c == '.'))
        .map_or(0, |i| {
            i + before[i..].chars().next().map_or(1, char::len_utf8)
        });
    before[start..].parse().ok().filter(|nm| *nm > 0.0)
}

/// Which bands are red, green and blue (from 1) by what is said of each, where that settles it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByName {
    /// These.
    Bands([usize; 3]),
    /// None: what would be taken for red, green and blue is something else.
    NoColours,
}

/// What the lights of all bands say of the three that would be taken without them, `plain`; nothing where they do not
/// contradict that, or say the same of all.
pub(super) fn by_name(lights: &[Option<Light>], plain: [usize; 3]) -> Option<ByName> {
    const COLOURS: [Light; 3] = [Light::Red, Light::Green, Light::Blue];
    let taken = plain.map(|number| lights.get(number - 1).copied().flatten());
    let contradicted =
        (taken.iter().zip(COLOURS)).any(|(told, colour)| told.is_some_and(|told| told != colour));
    let is_one_word = taken[0].is_some()
        && taken[0] != Some(Light::Other)
        && taken.iter().all(|t| *t == taken[0]);
    if !contradicted || is_one_word {
        return None;
    }
    let place = |colour| lights.iter().position(|told| *told == Some(colour));
    let [red, green, blue] = COLOURS.map(place);
    let all = red.zip(green).zip(blue);
    Some(all.map_or(ByName::NoColours, |((red, green), blue)| {
        ByName::Bands([red, green, blue].map(|i| i + 1))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_many_programs_name_a_light_or_none() {
        use Light::{Blue, Green, Other, Red};
        for (text, light) in [
            ("Red", Some(Red)),
            ("red band", Some(Red)),
            ("Band 3 - Red", Some(Red)),
            ("Red-650", Some(Red)),
            ("Red (650 nm)", Some(Red)),
            ("MS_Red", Some(Red)),
            ("R", Some(Red)),
            ("红", Some(Red)),
            ("红光波段", Some(Red)),
            ("Green", Some(Green)),
            ("Green-560", Some(Green)),
            ("绿波段", Some(Green)),
            ("Blue", Some(Blue)),
            ("B", Some(Blue)),
            ("蓝", Some(Blue)),
            ("450nm", Some(Blue)),
            ("560 nm", Some(Green)),
            ("650.0 nm", Some(Red)),
            ("730 nm", Some(Other)),
            ("Red edge", Some(Other)),
            ("RedEdge", Some(Other)),
            ("Rededge-717", Some(Other)),
            ("RE", Some(Other)),
            ("NIR", Some(Other)),
            ("nir 840", Some(Other)),
            ("近红外", Some(Other)),
            ("红边", Some(Other)),
            ("Near Infrared", Some(Other)),
            ("LWIR", Some(Other)),
            ("Coastal Blue-444", Some(Other)),
            ("NDVI", Some(Other)),
            ("", None),
            ("Band 1", None),
            ("1", None),
            ("B4", Some(Blue)),
            ("Alpha", None),
            ("Red Green Blue", None),
            ("site_B", None),
            ("secured", None),
        ] {
            // Sentinel's B4 is no blue; alone it is a letter, and three of them say the same.
            assert_eq!(Light::named(text), light, "{text}");
        }
    }

    #[test]
    fn what_the_names_say_counts_where_it_contradicts_the_order() {
        let of = |names: &[&str], plain| {
            let lights: Vec<Option<Light>> = names.iter().map(|name| Light::named(name)).collect();
            by_name(&lights, plain)
        };
        let first = [1, 2, 3];
        assert_eq!(
            of(&["Green", "Red", "Red edge", "NIR"], first),
            Some(ByName::NoColours)
        );
        assert_eq!(of(&["NIR", "Red", "Green"], first), Some(ByName::NoColours));
        assert_eq!(of(&["", "", "NIR"], first), Some(ByName::NoColours));
        assert_eq!(
            of(&["Blue", "Green", "Red", "NIR", "RedEdge"], first),
            Some(ByName::Bands([3, 2, 1]))
        );
        assert_eq!(
            of(&["蓝", "绿", "红", "红边", "近红外"], first),
            Some(ByName::Bands([3, 2, 1]))
        );
        for names in [
            &["Red", "Green", "Blue", "NIR"][..],
            &["", "", "", "NIR"],
            &["Band 1", "Band 2", "Band 3"],
            &["Red roof", "Red roof", "Red roof"],
            &["B1", "B2", "B3"],
        ] {
            assert_eq!(of(names, first), None, "{names:?}");
        }
    }
}

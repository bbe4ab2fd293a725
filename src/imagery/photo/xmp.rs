//! XMP packets: the values of known names, whichever way they were written (attributes or elements).
//!
//! Read tag by tag, as the readers in wide use do: cameras and watermark programs write packets that are not quite XML (a
//! bare `&`, a prefix that nobody declared, a member twice, control characters), and a gimbal's tilt must not be lost with
//! them. Packets come from strangers' files: their length, the number of values and the length of a value are capped, no
//! entity but XML's own five and numbers is replaced, and the reader goes over the bytes once.

use super::xmp_value::{number, plain};
use std::borrow::Cow;

/// Longest packet that is read, in bytes.
const MAX_BYTES: usize = 1024 * 1024;
/// Most values in a packet.
const MAX_VALUES: usize = 8192;
/// Deepest nesting of elements that is followed.
const MAX_DEPTH: usize = 256;
/// Longest value that is kept, in bytes.
const MAX_VALUE: usize = 1024;
/// Longest name of an element or member.
const MAX_NAME: usize = 128;

/// The names and values of packets, in their order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Xmp {
    values: Vec<Property>,
    damaged: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Property {
    /// The namespace's address, or the prefix where none is declared for it.
    namespace: String,
    name: String,
    value: String,
}

impl Xmp {
    /// Reads packets: of a name in several, the first counts.
    pub fn read<'a>(packets: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut all = Self::default();
        for packet in packets {
            all.add(packet);
        }
        all
    }

    fn add(&mut self, packet: &[u8]) {
        if packet.len() > MAX_BYTES {
            self.damaged = true;
            return;
        }
        let text = decoded(packet);
        let mut reader = XmpReader::new(&text);
        reader.run();
        let declared = |prefix: &str| {
            let found = reader.prefixes.iter().find(|(p, _)| *p == prefix);
            found.map_or(prefix, |(_, address)| address).to_owned()
        };
        self.damaged |= reader.damaged;
        let room = MAX_VALUES - self.values.len().min(MAX_VALUES);
        let found = reader.found.iter().take(room).map(|(name, value)| {
            let name: &str = name;
            let (prefix, local) = name.split_once(':').unwrap_or(("", name));
            Property {
                namespace: declared(prefix),
                name: local.to_owned(),
                value: value.clone(),
            }
        });
        self.values.extend(found);
    }

    /// Whether a part of a packet could not be read.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// The first value of the first of these names that has one, in any namespace.
    pub fn text(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            self.values
                .iter()
                .find(|p| p.name == *name)
                .map(|p| p.value.as_str())
        })
    }

    /// The first value of a name in a namespace whose address contains `part` (case does not matter).
    pub fn text_in(&self, part: &str, name: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|p| p.name == name && p.namespace.to_ascii_lowercase().contains(part))
            .map(|p| p.value.as_str())
    }

    /// All values of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values
            .iter()
            .filter(move |p| p.name == name)
            .map(|p| p.value.as_str())
    }

    /// Whether any name is in a namespace whose address contains `part` (case does not matter).
    pub fn has_namespace(&self, part: &str) -> bool {
        self.values
            .iter()
            .any(|p| p.namespace.to_ascii_lowercase().contains(part))
    }

    /// As [`Xmp::text`], as a finite number.
    pub fn number(&self, names: &[&str]) -> Option<f64> {
        names
            .iter()
            .find_map(|name| self.all(name).find_map(number))
    }

    /// As [`Xmp::text_in`], as a finite number.
    pub fn number_in(&self, part: &str, name: &str) -> Option<f64> {
        self.text_in(part, name).and_then(number)
    }
}

/// The text of a packet, which may be UTF-8 or UTF-16.
fn decoded(packet: &[u8]) -> Cow<'_, str> {
    let wide = |units: &mut dyn Iterator<Item = u16>| {
        let text: String = char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        Cow::Owned(text)
    };
    let pairs = || packet.chunks_exact(2).map(|p| [p[0], p[1]]);
    match packet {
        [0xff, 0xfe, ..] | [b'<', 0, ..] => wide(&mut pairs().map(u16::from_le_bytes)),
        [0xfe, 0xff, ..] | [0, b'<', ..] => wide(&mut pairs().map(u16::from_be_bytes)),
        _ => String::from_utf8_lossy(packet),
    }
}

/// Goes over a packet once.
#[derive(Default)]
struct XmpReader<'a> {
    text: &'a str,
    at: usize,
    /// Names of the elements that are open.
    open: Vec<&'a str>,
    /// Names as written and their values.
    found: Vec<(Cow<'a, str>, String)>,
    /// Prefixes and the addresses they stand for.
    prefixes: Vec<(&'a str, &'a str)>,
    damaged: bool,
}

impl<'a> XmpReader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn run(&mut self) {
        let mut tags = 0_usize;
        while let Some(to) = self.rest().find('<') {
            let text = &self.rest()[..to];
            self.at += to;
            self.keep_text(text);
            self.tag();
            tags += 1;
            if self.found.len() >= MAX_VALUES {
                self.damaged = true;
                return;
            }
        }
        // What was opened and never closed was cut off; a packet without a tag is none.
        self.damaged |= !self.open.is_empty() || tags == 0;
    }

    /// One tag, comment or instruction; `at` stands on its `<`.
    fn tag(&mut self) {
        let rest = self.rest();
        let skip_to = |end: &str| rest.find(end).map(|i| i + end.len());
        let past = if rest.starts_with("<!--") {
            skip_to("-->")
        } else if let Some(inner) = rest.strip_prefix("<![CDATA[") {
            let end = inner.find("]]>");
            if let Some(end) = end {
                self.keep_text(&inner[..end]);
            }
            end.map(|end| "<![CDATA[".len() + end + 3)
        } else if rest.starts_with("<?") {
            skip_to("?>")
        } else if rest.starts_with("<!") {
            // No type of document is any of ours.
            self.damaged = true;
            skip_to(">")
        } else {
            Some(self.element(rest))
        };
        self.damaged |= past.is_none();
        self.at = past.map_or(self.text.len(), |past| self.at + past);
    }

    /// An element's tag: its members are kept, and it is opened or closed. Bytes up to its end.
    fn element(&mut self, rest: &'a str) -> usize {
        let closes = rest.starts_with("</");
        let mut at = 1 + usize::from(closes);
        let name = name_at(&rest[at..]);
        at += name.len();
        if name.is_empty() {
            self.damaged = true;
            return 1;
        }
        loop {
            at += space_at(&rest[at..]);
            let here = &rest[at..];
            if here.starts_with("/>") {
                return at + 2;
            }
            if here.starts_with('>') {
                self.turn(name, closes);
                return at + 1;
            }
            // Cut off, or another tag begins in the midst of this one.
            if here.is_empty() || here.starts_with('<') {
                self.damaged = true;
                return at;
            }
            at += self.member(name, here);
        }
    }

    /// A member of an element, or what stands in its place; bytes up to its end, at least one.
    fn member(&mut self, element: &'a str, here: &'a str) -> usize {
        let name = name_at(here);
        let mut at = name.len();
        at += space_at(&here[at..]);
        let Some(after) = here[at..].strip_prefix('=').filter(|_| !name.is_empty()) else {
            self.damaged = true;
            return at.max(here.chars().next().map_or(1, char::len_utf8));
        };
        at += 1 + space_at(after);
        let quote = here[at..]
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''));
        let Some(quote) = quote else {
            self.damaged = true;
            return at;
        };
        let value = &here[at + 1..];
        // A value that holds a tag has lost its end.
        match value.find([quote, '<']) {
            Some(end) if value[end..].starts_with(quote) => {
                let value = &value[..end];
                if let Some(prefix) = name.strip_prefix("xmlns:") {
                    self.declare(prefix, value);
                } else {
                    self.keep(name, value);
                    self.keep_part(self.whole_of(element), name, value);
                }
                at + 1 + end + 1
            }
            Some(end) => {
                self.damaged = true;
                at + 1 + end
            }
            None => {
                self.damaged = true;
                here.len()
            }
        }
    }

    fn declare(&mut self, prefix: &'a str, address: &'a str) {
        let known = self.prefixes.iter().any(|(p, _)| *p == prefix);
        if !known && self.prefixes.len() < MAX_DEPTH && address.len() <= MAX_VALUE {
            self.prefixes.push((prefix, address));
        }
    }

    /// An element begins or ends. One that ends closes all that were begun in it.
    fn turn(&mut self, name: &'a str, closes: bool) {
        if !closes {
            if self.open.len() < MAX_DEPTH {
                self.open.push(name);
            } else {
                self.damaged = true;
            }
            return;
        }
        match self.open.iter().rposition(|open| *open == name) {
            Some(of) => {
                self.damaged |= of + 1 != self.open.len();
                self.open.truncate(of);
            }
            None => self.damaged = true,
        }
    }

    /// The elements that are open, innermost first: an `rdf:li` counts for the property that holds the list.
    fn owners(&self) -> impl Iterator<Item = &'a str> {
        let open = self.open.iter().rev().copied();
        open.filter(|name| !["li", "Seq", "Bag", "Alt"].contains(&local(name)))
    }

    fn owner(&self) -> &'a str {
        self.owners().next().unwrap_or("")
    }

    /// The structure that a member of an element belongs to: the element, or what is described by it.
    fn whole_of(&self, element: &'a str) -> &'a str {
        let mut around = std::iter::once(element).chain(self.owners());
        let whole = around.find(|name| local(name) != "Description");
        whole.unwrap_or("")
    }

    fn keep_text(&mut self, text: &str) {
        if text.trim().is_empty() || self.open.is_empty() {
            return;
        }
        let name = self.owner();
        let around = self
            .owners()
            .skip(1)
            .find(|name| local(name) != "Description");
        self.keep(name, text);
        self.keep_part(around.unwrap_or(""), name, text);
    }

    /// Keeps an angle of a structure by the name that others give it: `Pitch` in `CameraOrientationNED` is
    /// `CameraOrientationNEDPitch`.
    fn keep_part(&mut self, whole: &str, name: &str, value: &str) {
        let (whole, part) = (local(whole), local(name));
        let is_plain = ["", "RDF", "xmpmeta", "xapmeta"].contains(&whole);
        if !is_plain && ["Yaw", "Pitch", "Roll"].contains(&part) {
            self.keep(format!("{whole}{part}"), value);
        }
    }

    fn keep(&mut self, name: impl Into<Cow<'a, str>>, value: &str) {
        let name = name.into();
        let value = value.trim();
        let fits = !name.is_empty() && value.len() <= MAX_VALUE;
        let value = fits.then(|| plain(value)).filter(|value| !value.is_empty());
        self.found.extend(value.map(|value| (name, value)));
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn space_at(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn name_at(text: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "=/><\"'&".contains(c);
    let end = text.find(ends).unwrap_or(text.len());
    if end <= MAX_NAME { &text[..end] } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(packet: &[u8]) -> Xmp {
        Xmp::read([packet])
    }

    #[test]
    fn attributes_elements_and_lists_are_read() {
        let packet = br#"<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/">
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description xmlns:d="http://www.dji.com/drone-dji/1.0/" xmlns:Camera="http://pix4d.com/camera/1.0"
              d:RelativeAltitude="+39.80"><d:GimbalYawDegree>-12.5</d:GimbalYawDegree>
              <Camera:BandName><rdf:Seq><rdf:li>Red</rdf:li><rdf:li>Green</rdf:li></rdf:Seq></Camera:BandName>
            </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"#;
        let xmp = of(packet);
        assert!(!xmp.is_damaged());
        assert_eq!(xmp.number(&["RelativeAltitude"]), Some(39.8));
        assert_eq!(xmp.number_in("dji", "GimbalYawDegree"), Some(-12.5));
        assert_eq!(xmp.all("BandName").collect::<Vec<_>>(), ["Red", "Green"]);
        assert_eq!(xmp.text(&["None", "BandName"]), Some("Red"));
        assert!(xmp.has_namespace("pix4d") && !xmp.has_namespace("flir"));
    }

    #[test]
    fn angles_in_a_structure_are_known_by_both_names() {
        for inside in [
            "<s:CameraOrientationNED rdf:parseType='Resource'><s:Yaw>40</s:Yaw><s:Pitch>-88</s:Pitch><s:Roll>1</s:Roll></s:CameraOrientationNED>",
            "<s:CameraOrientationNED s:Yaw='40' s:Pitch='-88' s:Roll='1'/>",
            "<s:CameraOrientationNED><rdf:Description s:Yaw='40' s:Pitch='-88' s:Roll='1'/></s:CameraOrientationNED>",
        ] {
            let packet = format!(
                "<x:xmpmeta><rdf:RDF><rdf:Description xmlns:s='http://www.skydio.com/drone-skydio/1.0/'>\
                 <s:VehicleOrientationNED s:Yaw='7' s:Pitch='3' s:Roll='2'/>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
            );
            let xmp = of(packet.as_bytes());
            let number = |name: &str| xmp.number(&[name]);
            assert!(!xmp.is_damaged(), "{inside}");
            assert_eq!(number("CameraOrientationNEDPitch"), Some(-88.0), "{inside}");
            assert_eq!(number("CameraOrientationNEDYaw"), Some(40.0), "{inside}");
            assert_eq!(number("VehicleOrientationNEDPitch"), Some(3.0), "{inside}");
        }
        let plain = of(b"<x:xmpmeta><rdf:RDF><rdf:Description d:Pitch='1'><d:Yaw>2</d:Yaw></rdf:Description></rdf:RDF></x:xmpmeta>");
        assert_eq!(plain.values.len(), 2, "{plain:?}");
    }

    #[test]
    fn what_is_not_quite_xml_is_read_all_the_same() {
        let whole = |members: &str, after: &str| {
            format!("<x:xmpmeta><rdf:RDF><rdf:Description {members}/></rdf:RDF></x:xmpmeta>{after}")
        };
        for (members, after) in [
            (r#"drone-dji:Pitch="-55.0" d:SelfData="A&B""#, ""),
            (r#"drone-dji:Pitch="-55.0" drone-dji:Pitch="-55.0""#, ""),
            ("drone-dji:Pitch='-55.0' d:SelfData='A\u{1}B'", " rest"),
            ("drone-dji:Pitch = \"&#45;55.0\"", "\0\0\0"),
            (r#"a:b="x>y" drone-dji:Pitch="-55.0""#, ""),
        ] {
            let text = whole(members, after);
            let xmp = of(text.as_bytes());
            assert!(!xmp.is_damaged(), "{text}");
            assert_eq!(xmp.number_in("dji", "Pitch"), Some(-55.0), "{text}");
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(of(&wide).number_in("dji", "Pitch"), Some(-55.0), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_of_a_broken_packet_is_read_and_the_damage_is_known() {
        for (packet, pitch) in [
            (r#"<a d:Yaw="1" d:Pitch="-55.0" d:Ro"#, Some(-55.0)),
            (r#"<a d:Pitch="-55"><b>"#, Some(-55.0)),
            (r#"<a d:Pitch=-55.0 d:Yaw="3"/>"#, None),
            (r#"<a d:Pitch="-55.0 d:Yaw="3"/>"#, None),
            (r#"<a d:Name="x<b d:Pitch="-55"/></a>"#, Some(-55.0)),
            ("<a><d:Pitch>-55</d:Pitch", Some(-55.0)),
            ("no packet", None),
            ("", None),
        ] {
            let xmp = of(packet.as_bytes());
            assert!(xmp.is_damaged(), "{packet}");
            assert_eq!(xmp.number(&["Pitch"]), pitch, "{packet}");
        }
    }

    #[test]
    fn of_several_packets_the_first_that_has_a_name_counts() {
        let xmp = Xmp::read([
            &br#"<a x:Tool="Viewer"/>"#[..],
            br#"<a d:Pitch="-60" x:Tool="Other"/>"#,
        ]);
        assert_eq!(xmp.number(&["Pitch"]), Some(-60.0));
        assert_eq!(xmp.text(&["Tool"]), Some("Viewer"));
    }

    #[test]
    fn numbers_as_cameras_write_them() {
        assert_eq!(number("+39.80"), Some(39.8));
        assert_eq!(number(" 1/4 "), Some(0.25));
        assert_eq!(number("12.5 m"), Some(12.5));
        for bad in ["", "NaN", "inf", "1/0", "0/0", "north"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn hostile_packets_stay_small() {
        assert!(of(&vec![b' '; MAX_BYTES + 1]).is_damaged());
        let laughs = b"<!DOCTYPE a [<!ENTITY b \"ha\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        assert_eq!(of(laughs).text(&["a"]), Some("&c;"));
        let many = format!("<a>{}</a>", "<b c='1'/>".repeat(50_000));
        assert!(of(many.as_bytes()).values.len() <= MAX_VALUES);
        let deep = "<a>".repeat(100_000);
        assert!(of(deep.as_bytes()).is_damaged());
    }

    #[test]
    fn whatever_a_packet_holds_it_neither_panics_nor_hangs() {
        let whole = br#"<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:d="http://www.dji.com/drone-dji/1.0/" d:RelativeAltitude="+39.80" d:GimbalPitchDegree='-90'><d:GimbalYawDegree>-12.5</d:GimbalYawDegree><a><rdf:Seq><rdf:li>Red</rdf:li><rdf:li>&amp;&#65;</rdf:li></rdf:Seq></a></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"#;
        let broken = br#"<x:xmpmeta><rdf:Description d:RelativeAltitude="39.8 d:Yaw="1"><!-- --><d:Pitch>-90</d:Ptch><![CDATA[x]]>"#;
        crate::text::fuzz::try_all(&[whole, broken], |bytes| {
            let found = of(bytes);
            assert!(found.values.iter().all(|p| p.value.len() <= MAX_VALUE));
        });
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let found = of(&bytes);
            prop_assert!(found.values.iter().all(|p| p.value.len() <= MAX_VALUE));
        }

        #[test]
        fn any_mixture_of_tags_is_survived(text in "[<>/=\"' a:&;#!?\\-\\[\\]\u{1}中]{0,200}") {
            let _found = of(text.as_bytes());
        }
    }
}

//! XMP packets: the values of known names, whichever way they were written (attributes or elements).
//!
//! Packets come from strangers' files: the length, the number of nodes and the length of a value are capped, and no
//! document type definition is accepted, so that no packet can take long or grow.

/// Longest packet that is read, in bytes.
const MAX_BYTES: usize = 256 * 1024;
/// Most elements and texts in a packet.
const MAX_NODES: u32 = 4096;
/// Longest value that is kept, in bytes.
const MAX_VALUE: usize = 1024;

/// The names and values of a packet, in the order of the document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Xmp {
    values: Vec<Property>,
}

#[derive(Debug, Clone, PartialEq)]
struct Property {
    namespace: String,
    name: String,
    value: String,
}

impl Xmp {
    /// Reads a packet; `None` where it is not XML, or larger than any real one.
    pub fn parse(packet: &[u8]) -> Option<Self> {
        if packet.len() > MAX_BYTES {
            return None;
        }
        let text = String::from_utf8_lossy(packet);
        let text = text
            .trim_start_matches('\u{feff}')
            .trim_matches(|c: char| c == '\0' || c.is_whitespace());
        let options = roxmltree::ParsingOptions {
            allow_dtd: false,
            nodes_limit: MAX_NODES,
            ..Default::default()
        };
        let document = roxmltree::Document::parse_with_options(text, options).ok()?;
        let mut values = Vec::new();
        let mut keep = |namespace: Option<&str>, name: &str, value: &str| {
            let value = value.trim();
            if !value.is_empty() && value.len() <= MAX_VALUE {
                values.push(Property {
                    namespace: namespace.unwrap_or_default().to_owned(),
                    name: name.to_owned(),
                    value: value.to_owned(),
                });
            }
        };
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            for attribute in node.attributes() {
                keep(attribute.namespace(), attribute.name(), attribute.value());
            }
            // An `rdf:li` counts for the property that holds the list.
            let mut owner = node;
            while ["li", "Seq", "Bag", "Alt"].contains(&owner.tag_name().name())
                && let Some(parent) = owner.parent_element()
            {
                owner = parent;
            }
            if let Some(text) = node.text() {
                keep(owner.tag_name().namespace(), owner.tag_name().name(), text);
            }
        }
        Some(Self { values })
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

/// A number as cameras write it: `+39.80`, `4000/1000`, or `12.5 m`.
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let text = text.strip_suffix('m').unwrap_or(text).trim_end();
    let parse = |s: &str| s.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    match text.split_once('/') {
        Some((over, under)) => {
            let quotient = parse(over)? / parse(under)?;
            quotient.is_finite().then_some(quotient)
        }
        None => parse(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_elements_and_lists_are_read() {
        let packet = br#"<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/">
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description xmlns:d="http://www.dji.com/drone-dji/1.0/" xmlns:Camera="http://pix4d.com/camera/1.0"
              d:RelativeAltitude="+39.80"><d:GimbalYawDegree>-12.5</d:GimbalYawDegree>
              <Camera:BandName><rdf:Seq><rdf:li>Red</rdf:li><rdf:li>Green</rdf:li></rdf:Seq></Camera:BandName>
            </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"#;
        let xmp = Xmp::parse(packet).expect("XML");
        assert_eq!(xmp.number(&["RelativeAltitude"]), Some(39.8));
        assert_eq!(xmp.number_in("dji", "GimbalYawDegree"), Some(-12.5));
        assert_eq!(xmp.all("BandName").collect::<Vec<_>>(), ["Red", "Green"]);
        assert_eq!(xmp.text(&["None", "BandName"]), Some("Red"));
        assert!(xmp.has_namespace("pix4d") && !xmp.has_namespace("flir"));
    }

    #[test]
    fn numbers_as_cameras_write_them() {
        assert_eq!(number("+39.80"), Some(39.8));
        assert_eq!(number(" 1/4 "), Some(0.25));
        assert_eq!(number("12.5 m"), Some(12.5));
        for bad in ["", "NaN", "inf", "1/0", "north"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn hostile_packets_are_refused() {
        assert_eq!(Xmp::parse(b"GimbalYawDegree=12"), None);
        assert_eq!(Xmp::parse(&vec![b' '; MAX_BYTES + 1]), None);
        let laughs = b"<!DOCTYPE a [<!ENTITY b \"ha\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        assert_eq!(Xmp::parse(laughs), None);
        let many = format!("<a>{}</a>", "<b/>".repeat(10_000));
        assert_eq!(Xmp::parse(many.as_bytes()), None);
        let deep = "<a>".repeat(4000) + &"</a>".repeat(4000);
        assert!(Xmp::parse(deep.as_bytes()).is_some());
    }
}

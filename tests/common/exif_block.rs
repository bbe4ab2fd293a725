//! The block of EXIF that a camera writes into a picture.

use exif::experimental::Writer;
use exif::{Field, In, Tag, Value};
use std::io::Cursor;

/// A block of these tags; in either order of bytes.
pub fn block(fields: impl IntoIterator<Item = (Tag, Value)>, little: bool) -> Vec<u8> {
    let field = |(tag, value)| Field {
        tag,
        ifd_num: In::PRIMARY,
        value,
    };
    let fields: Vec<Field> = fields.into_iter().map(field).collect();
    let mut writer = Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    let mut bytes = Cursor::new(Vec::new());
    writer.write(&mut bytes, little).expect("written");
    bytes.into_inner()
}

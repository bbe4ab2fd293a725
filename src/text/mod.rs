//! Text as people and their programs write it: encodings, tables, numbers, degrees, dates.
//!
//! Bytes go in, and values or a [`TextFlaw`] come out. What could be read in two ways is refused, never guessed: a wrong
//! value that looks right does more harm than a line that has to be written again.

mod archive;
mod date;
mod datum;
mod degrees;
mod encoding;
mod field;
#[cfg(test)]
pub(crate) mod fuzz;
mod gdal_said;
mod likeness;
pub mod names;
mod number;
mod number_format;
mod ods;
mod sheet;
mod table;
mod title;
mod weekday;
mod workbook;
mod xls;
mod xls_strings;
pub mod xml;
mod zone;

pub use archive::ArchiveFlaw;
pub use date::{DateFlaw, WrittenDate, date_time, day_of};
pub use datum::{datum_in_words, foreign_datum};
pub use degrees::{Axis, DegreesFlaw, agrees, degrees, position};
pub use encoding::{TextFlaw, decode, decode_group, decode_xml};
pub use field::Field;
pub use gdal_said::gdal_said;
pub use likeness::nearest;
pub use number::{
    decimal, division_stem, half_width, is_division_at_or_below, is_division_code, number, percent,
};
#[cfg(test)]
pub(crate) use number_format::shown;
pub use sheet::{MergedCells, Sheet, Workbook, WorkbookFlaw};
pub use table::{Record, records};
pub use title::{
    axis_among, axis_of, is_in_minutes, is_metre_title, is_position, is_shared_title, plain_title,
};
pub use workbook::{is_workbook, workbook};
pub use zone::{Zone, day_alone};

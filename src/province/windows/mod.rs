//! Growth windows by district and elevation: the weeks in which poppy can be told from the air, and how finely to look.
//!
//! The table is a CSV that the office edits. The row of the longest district code holds; among those, one for the
//! district's elevation before one for any. The default rows follow published flights and flowering times; an office
//! knows its own better.

use super::facts::FlightFact;
use crate::text::Record;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The columns, in order; the last is for people.
const COLUMNS: [&str; 7] = [
    "district",
    "elevation_from_m",
    "elevation_to_m",
    "first",
    "last",
    "coarsest_gsd_cm",
    "note",
];

/// One row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct GrowthWindow {
    /// The district's code or its beginning; empty for anywhere.
    pub district: String,
    /// From this elevation in metres, where the row is for a band.
    pub elevation_from_m: Option<f64>,
    /// Below this elevation in metres.
    pub elevation_to_m: Option<f64>,
    /// First day, `MM-DD`.
    pub first: String,
    /// Last day, `MM-DD`; before the first where the window crosses the new year.
    pub last: String,
    /// The coarsest ground sample distance in centimetres that counts as searched finely enough.
    pub coarsest_gsd_cm: f64,
    /// Words.
    pub note: String,
}

/// The table, and the elevations of the districts where they are known.
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    rows: Vec<GrowthWindow>,
    elevations_m: BTreeMap<String, f64>,
}

/// A line of a table that will not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowFlaw {
    /// The line, from 1.
    pub line: u64,
    /// The value.
    pub value: String,
    /// What it should look like.
    pub looks: (&'static str, &'static str),
}

impl Default for Windows {
    fn default() -> Self {
        // The table is part of the program and read in a test; were it broken, nothing would count as in its window.
        Self::read(include_str!("default.csv")).unwrap_or(Self {
            rows: Vec::new(),
            elevations_m: BTreeMap::new(),
        })
    }
}

fn flaw(line: u64, value: &str, looks: (&'static str, &'static str)) -> WindowFlaw {
    WindowFlaw {
        line,
        value: value.to_owned(),
        looks,
    }
}

/// A record as a row; `at` says which column a title has.
fn row_of(
    record: &csv::StringRecord,
    at: &dyn Fn(&str) -> Option<usize>,
) -> Result<GrowthWindow, WindowFlaw> {
    let line = record.position().map_or(0, csv::Position::line);
    let text = |name: &str| at(name).and_then(|at| record.get(at)).unwrap_or_default();
    let metres = |name: &str| match text(name) {
        "" => Ok(None),
        given => given
            .parse::<f64>()
            .ok()
            .filter(|m| (-500.0..=9000.0).contains(m))
            .map(Some)
            .ok_or_else(|| flaw(line, given, ("metres, such as 1500", "米数，如 1500"))),
    };
    let day = |name: &str| {
        month_day(text(name)).ok_or_else(|| {
            flaw(
                line,
                text(name),
                ("MM-DD, such as 04-10", "月-日，如 04-10"),
            )
        })
    };
    let district = text("district");
    if !district.bytes().all(|b| b.is_ascii_digit()) || district.len() > 12 {
        return Err(flaw(
            line,
            district,
            ("a district's code or its beginning", "区划代码或其开头"),
        ));
    }
    let gsd = text("coarsest_gsd_cm");
    Ok(GrowthWindow {
        district: district.to_owned(),
        elevation_from_m: metres("elevation_from_m")?,
        elevation_to_m: metres("elevation_to_m")?,
        first: day("first")?,
        last: day("last")?,
        coarsest_gsd_cm: if gsd.is_empty() {
            COARSEST_GSD_CM
        } else {
            gsd.parse()
                .ok()
                .filter(|cm| (0.05..=1000.0).contains(cm))
                .ok_or_else(|| flaw(line, gsd, ("centimetres, such as 3.5", "厘米数，如 3.5")))?
        },
        note: text("note").to_owned(),
    })
}

impl Windows {
    /// The table of a file, out of whatever encoding and with whatever sign between its cells.
    ///
    /// # Errors
    /// [`WindowFlaw`] names the line of the file.
    pub fn of_rows(rows: &[Record]) -> Result<Self, WindowFlaw> {
        let mut table = csv::WriterBuilder::new()
            .flexible(true)
            .from_writer(Vec::new());
        for row in rows {
            // A row of the table is one line of it, whatever its cells hold.
            let cells = row.cells.iter().map(|cell| cell.replace(['\n', '\r'], " "));
            // Writing into memory does not fail.
            let _written = table.write_record(cells);
        }
        let text = table.into_inner().unwrap_or_default();
        Self::read(&String::from_utf8_lossy(&text)).map_err(|mut flaw| {
            let at = usize::try_from(flaw.line).unwrap_or(0);
            let row = at.checked_sub(1).and_then(|at| rows.get(at));
            flaw.line = row.map_or(flaw.line, |row| row.line);
            flaw
        })
    }

    /// Reads a table: CSV with a header, in any order of the columns.
    ///
    /// # Errors
    /// [`WindowFlaw`] names the line.
    pub fn read(text: &str) -> Result<Self, WindowFlaw> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let header = reader
            .headers()
            .map_err(|e| flaw(1, &e.to_string(), ("a CSV in UTF-8", "UTF-8 编码的 CSV")))?
            .clone();
        let at = |name: &str| header.iter().position(|title| title == name);
        for name in ["first", "last"] {
            if at(name).is_none() {
                let titles: Vec<&str> = header.iter().collect();
                return Err(flaw(
                    1,
                    &titles.join(","),
                    ("a header with first,last", "表头应含 first,last"),
                ));
            }
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|e| {
                let line = e.position().map_or(0, csv::Position::line);
                flaw(line, &e.to_string(), ("a CSV in UTF-8", "UTF-8 编码的 CSV"))
            })?;
            rows.push(row_of(&record, &at)?);
        }
        if rows.is_empty() {
            return Err(flaw(1, "", ("at least one row", "至少一行")));
        }
        Ok(Self {
            rows,
            elevations_m: BTreeMap::new(),
        })
    }

    /// The table as CSV, for editing.
    pub fn csv(&self) -> String {
        let mut out = csv::Writer::from_writer(Vec::new());
        let number = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
        let mut put = |fields: [String; 7]| {
            // Writing into memory does not fail.
            let _written = out.write_record(fields);
        };
        put(COLUMNS.map(str::to_owned));
        for row in &self.rows {
            put([
                row.district.clone(),
                number(row.elevation_from_m),
                number(row.elevation_to_m),
                row.first.clone(),
                row.last.clone(),
                row.coarsest_gsd_cm.to_string(),
                row.note.clone(),
            ]);
        }
        let bytes = out.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// The rows.
    pub fn rows(&self) -> &[GrowthWindow] {
        &self.rows
    }

    /// The same with the elevations of districts, metres by code.
    #[must_use]
    pub(crate) fn with_elevations(mut self, elevations_m: BTreeMap<String, f64>) -> Self {
        self.elevations_m = elevations_m;
        self
    }

    /// The elevation of a district: its own, or that of the smallest district around it that has one.
    pub fn elevation_m(&self, code: &str) -> Option<f64> {
        self.elevations_m
            .iter()
            .filter(|(known, _)| code.starts_with(known.as_str()))
            .max_by_key(|(known, _)| known.len())
            .map(|(_, metres)| *metres)
    }

    /// The row that holds for a district.
    pub fn of(&self, code: &str) -> Option<&GrowthWindow> {
        let elevation = self.elevation_m(code);
        let banded =
            |row: &GrowthWindow| row.elevation_from_m.is_some() || row.elevation_to_m.is_some();
        let holds = |row: &&GrowthWindow| {
            code.starts_with(row.district.as_str())
                && (!banded(row)
                    || elevation.is_some_and(|m| {
                        row.elevation_from_m.is_none_or(|from| m >= from)
                            && row.elevation_to_m.is_none_or(|to| m < to)
                    }))
        };
        // The first of equals stands.
        self.rows
            .iter()
            .rev()
            .filter(holds)
            .max_by_key(|row| (row.district.len(), banded(row)))
    }
}

/// The coarsest ground sample distance in centimetres where a table does not say.
const COARSEST_GSD_CM: f64 = 3.5;

impl GrowthWindow {
    /// Whether a day lies in it.
    pub fn contains(&self, day: Date) -> bool {
        let day = day.strftime("%m-%d").to_string();
        if self.first <= self.last {
            (self.first.as_str()..=self.last.as_str()).contains(&day.as_str())
        } else {
            day >= self.first || day <= self.last
        }
    }

    /// Whether all of a flight was flown in it; a flight without a date was not.
    pub fn holds(&self, flight: &FlightFact) -> bool {
        flight.captured.is_some_and(|(first, last)| {
            // A flight of months may begin and end inside two different years' windows.
            let days = first.until(last).map_or(i32::MAX, |span| span.get_days());
            days < 180 && self.contains(first) && self.contains(last)
        })
    }

    /// Whether a flight was fine enough; one without a known GSD was not.
    pub fn fine(&self, flight: &FlightFact) -> bool {
        flight
            .gsd_cm
            .is_some_and(|cm| cm <= self.coarsest_gsd_cm + 1e-9)
    }
}

fn month_day(text: &str) -> Option<String> {
    // 2024 is a leap year, so that 02-29 is a day.
    format!("2024-{text}")
        .parse::<Date>()
        .ok()
        .filter(|_| text.len() == 5)
        .map(|date| date.strftime("%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_in_the_encodings_of_offices() {
        let text = "district,first,last,note\r\n410423,03-20,05-10,山区晚开\r\n,04-10,05-20,\r\n";
        let gbk = encoding_rs::GB18030.encode(text).0.into_owned();
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        let utf16 = [0xff, 0xfe].into_iter().chain(units).collect();
        for bytes in [text.into(), gbk, utf16, text.replace(',', ";").into_bytes()] {
            let rows = crate::text::records(&bytes).expect("read");
            let windows = Windows::of_rows(&rows).expect("a table");
            assert_eq!(windows.rows()[0].note, "山区晚开");
            assert_eq!(windows.rows().len(), 2);
        }
        let odd = crate::text::records(b"district,first,last\r\n\r\n,04-10,x\r\n").expect("read");
        assert_eq!(Windows::of_rows(&odd).map_err(|flaw| flaw.line), Err(3));
    }

    #[test]
    fn the_longest_code_holds_and_a_band_before_any_elevation() {
        let windows = Windows::default();
        assert!(windows.rows().len() > 5);
        let first = |windows: &Windows, code: &str| windows.of(code).map(|w| w.first.clone());
        assert_eq!(first(&windows, "410423").as_deref(), Some("04-01"));
        assert_eq!(first(&windows, "350102").as_deref(), Some("03-01"));
        let high = Windows::default().with_elevations(BTreeMap::from([
            ("621126".to_owned(), 2400.0),
            ("410423".to_owned(), 1200.0),
            ("410423001".to_owned(), 300.0),
        ]));
        assert_eq!(first(&high, "621126103").as_deref(), Some("06-01"));
        assert_eq!(first(&high, "620102").as_deref(), Some("05-01"));
        assert_eq!(high.of("410423").map(|w| w.last.as_str()), Some("07-31"));
        assert_eq!(first(&high, "410423").as_deref(), Some("05-01"));
        assert_eq!(high.of("410423001").map(|w| w.last.as_str()), Some("06-30"));
    }

    #[test]
    fn a_table_comes_back_as_it_was_written_and_a_wrong_line_is_named() {
        let windows = Windows::default();
        assert_eq!(Windows::read(&windows.csv()), Ok(windows));
        for (text, line) in [
            ("district,first,last\n41,04-01,06-31\n", 2),
            ("district,first,last\n41,04-01,06-30\nx,04-01,06-30\n", 3),
            ("a,b\n1,2\n", 1),
            (
                "district,first,last,coarsest_gsd_cm\n41,04-01,06-30,fine\n",
                2,
            ),
            ("district,first,last\n", 1),
        ] {
            assert_eq!(Windows::read(text).map_err(|f| f.line), Err(line), "{text}");
        }
    }

    #[test]
    fn a_window_may_cross_the_new_year_and_an_undated_flight_is_in_none() {
        let windows = Windows::read("district,first,last\n,11-01,02-29\n").expect("read");
        let window = windows.of("410423").expect("a row");
        let day = |text: &str| text.parse::<Date>().expect("a day");
        assert!(window.contains(day("2025-12-03")) && window.contains(day("2026-02-28")));
        assert!(!window.contains(day("2026-05-03")));
    }
}

//! Spreadsheets of before, as Excel 97 and WPS write them.

use super::*;
use crate::text::workbook as any_workbook;

/// One with formats of per cent, of words and of days, merged cells, a text longer than a record, a formula and a hidden sheet.
const BOOK: &[u8] = include_bytes!("../../../tests/fixtures/book.xls");
/// The same with days counted from 1904, as on a Macintosh.
const BOOK_1904: &[u8] = include_bytes!("../../../tests/fixtures/book_1904.xls");

fn text(text: &str) -> Field {
    Field::Text(text.into())
}

#[test]
fn a_spreadsheet_of_before_is_read_as_it_shows() {
    for bytes in [BOOK, BOOK_1904] {
        let book = any_workbook(bytes).expect("a workbook");
        let names: Vec<(&str, bool)> = (book.sheets.iter())
            .map(|sheet| (sheet.name.as_str(), sheet.is_visible))
            .collect();
        assert_eq!(names, [("核查表", true), ("下拉", false)]);
        let sheet = &book.sheets[0];
        let row = |line| {
            let found = sheet.rows.iter().find(|row| row.0 == line);
            found.map(|row| row.1.clone()).expect("a row")
        };
        assert_eq!(row(1), [text("某县核查表")]);
        let (n, t) = (Field::Number, text);
        assert_eq!(
            row(4),
            [
                t("A1"),
                t("100%"),
                t("2亩"),
                t("2026-05-04"),
                t("2026-05-04 10:21:00"),
                t("马楼村")
            ]
        );
        assert_eq!(
            row(5),
            [
                t("A2"),
                t("29.5%"),
                n(2.5),
                t("2026-05-05"),
                t("2026-05-05 00:00:00")
            ]
        );
        assert_eq!(
            row(6)[1..],
            [
                n(80.0),
                n(1_234_567.25),
                t("2026-05-06"),
                t("2026-05-06 23:59:00")
            ]
        );
        assert_eq!(row(7)[0], t(&"长".repeat(9000)));
        assert_eq!(row(7)[5], t("尾"));
        assert_eq!(row(8)[0], n(410_423_101.0));
        assert!(matches!(row(8)[1], Field::Formula(_)));
        assert_eq!(row(8)[2..], [t("yes"), n(0.01), n(-3.0), n(12.34)]);
        let merged = MergedCells {
            lines: 4..=6,
            column: 5,
        };
        assert_eq!(sheet.merged, [merged]);
    }
}

#[test]
fn numbers_of_four_bytes_are_those_that_were_written() {
    for (rk, number) in [
        (0x3FF0_0000, 1.0),
        (0x3FF0_0001, 0.01),
        ((123 << 2) | 2, 123.0),
        ((1234 << 2) | 3, 12.34),
        (((-5_i32 << 2) | 2).cast_unsigned(), -5.0),
    ] {
        assert!((of_rk(rk) - number).abs() < 1e-12, "{rk:x}");
    }
}

#[test]
fn what_is_locked_or_older_is_said() {
    let with = |name: &str, bytes: &[u8]| {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("a file");
        let mut stream = file.create_stream(name).expect("a stream");
        std::io::Write::write_all(&mut stream, bytes).expect("written");
        drop(stream);
        file.into_inner().into_inner()
    };
    let begin = b"\x09\x08\x04\x00\x00\x06\x05\x00";
    let locked = [&begin[..], b"\x2f\x00\x02\x00\x00\x00"].concat();
    for (bytes, flaw) in [
        (with("/EncryptedPackage", b"x"), WorkbookFlaw::Locked),
        (with("/Workbook", &locked), WorkbookFlaw::Locked),
        (with("/Book", begin), WorkbookFlaw::Older),
        (with("/WordDocument", b"x"), WorkbookFlaw::Older),
        (with("/Workbook", b""), WorkbookFlaw::Older),
    ] {
        assert_eq!(any_workbook(&bytes), Err(flaw));
    }
    assert!(matches!(
        any_workbook(b"\xd0\xcf\x11\xe0...."),
        Err(WorkbookFlaw::Broken(_))
    ));
}

#[test]
fn whatever_an_old_spreadsheet_holds_it_neither_panics_nor_hangs() {
    crate::text::fuzz::try_all(&[BOOK, BOOK_1904], |bytes| {
        let _read = any_workbook(bytes);
    });
    // The records themselves, without the file around them.
    let mut file = cfb::CompoundFile::open(Cursor::new(BOOK)).expect("a file");
    let mut stream = Vec::new();
    let mut own = file.open_stream("/Workbook").expect("a stream");
    own.read_to_end(&mut stream).expect("read");
    crate::text::fuzz::try_all(&[&stream], |bytes| {
        if let Ok(globals) = Globals::read(bytes) {
            for listed in &globals.sheets {
                let _sheet = globals.sheet(listed, bytes);
            }
        }
    });
}

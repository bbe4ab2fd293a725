//! How much a ZIP of a stranger unpacks to, before a reader of spreadsheets that trusts it does so.

use std::io::{self, Cursor, Read};

/// Files inside.
const MOST_ENTRIES: usize = 10_000;
/// Bytes of all of them: the largest ledger of a province has some ten million.
const MOST_BYTES: u64 = 512 << 20;

/// Fails for a ZIP that would unpack to more than any table holds. What it says of itself is not believed: it is unpacked,
/// and thrown away.
///
/// # Errors
/// What is wrong, for people.
pub fn check_archive(bytes: &[u8]) -> Result<(), String> {
    within(bytes, MOST_BYTES)
}

fn within(bytes: &[u8], most: u64) -> Result<(), String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    if archive.len() > MOST_ENTRIES {
        return Err(format!("too many files: {} / 内含文件过多", archive.len()));
    }
    let mut left = most;
    for number in 0..archive.len() {
        let entry = archive.by_index(number).map_err(|e| e.to_string())?;
        let read = io::copy(&mut entry.take(left.saturating_add(1)), &mut io::sink())
            .map_err(|e| e.to_string())?;
        left = left.checked_sub(read).ok_or_else(|| {
            format!(
                "it unpacks to more than {} MB / 解压后超过 {0} MB",
                most >> 20
            )
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn what_unpacks_to_too_much_is_refused_whatever_it_says() {
        let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["a", "b"] {
            let options = zip::write::SimpleFileOptions::default();
            out.start_file(name, options).expect("begun");
            out.write_all(&vec![b' '; 3 << 20]).expect("written");
        }
        let bytes = out.finish().expect("finished").into_inner();
        assert!(bytes.len() < 1 << 16);
        assert!(
            within(&bytes, 5 << 20)
                .expect_err("too much")
                .contains("5 MB")
        );
        within(&bytes, 6 << 20).expect("as much as that");
        check_archive(&bytes).expect("a small one");
        assert!(check_archive(&bytes[..100]).is_err());
    }
}

//! How much a ZIP of a stranger unpacks to, before a reader of spreadsheets that trusts it does so; and what is wrong with one.

use crate::tr;
use crate::words::Lang;
use std::io::{self, Cursor, Read};
use zip::result::ZipError;

/// Files inside.
const MOST_ENTRIES: usize = 10_000;
/// Bytes of all of them: the largest ledger of a province has some ten million.
const MOST_BYTES: u64 = 512 << 20;

/// A ZIP that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveFlaw {
    /// It has no end, as what was copied in part, or is none at all.
    Cut,
    /// What is in it cannot be unpacked.
    Damaged,
    /// It is under a password.
    Locked,
    /// It holds so many files.
    ManyFiles(usize),
    /// It unpacks to more than so many million bytes.
    Large(u64),
}

impl ArchiveFlaw {
    /// What the reader of archives found.
    pub fn of(error: &ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::of_system(error),
            ZipError::InvalidArchive(why) if why.contains("Could not find") => Self::Cut,
            ZipError::InvalidPassword
            | ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Self::Locked,
            _ => Self::Damaged,
        }
    }

    /// What was found while it was unpacked.
    pub fn of_system(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Cut,
            _ => Self::Damaged,
        }
    }

    /// In words, with what to do.
    pub fn say(self, lang: Lang) -> String {
        match self {
            Self::Cut => lang
                .pick(
                    "it is cut off, or no ZIP: copy it again",
                    "文件不完整，或不是 ZIP 压缩格式：请重新复制",
                )
                .into(),
            Self::Damaged => lang
                .pick(
                    "what is packed in it is damaged: copy it again",
                    "压缩的内容已损坏：请重新复制",
                )
                .into(),
            Self::Locked => lang
                .pick(
                    "it has a password: pack it without one",
                    "压缩包已加密：请取消密码后重新压缩",
                )
                .into(),
            Self::ManyFiles(n) => tr!(
                lang,
                "too many files are in it: {n}",
                "内含文件过多：{n} 个"
            ),
            Self::Large(megabytes) => tr!(
                lang,
                "it unpacks to more than {megabytes} MB",
                "解压后超过 {megabytes} MB"
            ),
        }
    }
}

/// Fails for a ZIP that would unpack to more than any table holds. What it says of itself is not believed: it is unpacked,
/// and thrown away.
///
/// # Errors
/// [`ArchiveFlaw`].
pub fn check_archive(bytes: &[u8]) -> Result<(), ArchiveFlaw> {
    within(bytes, MOST_BYTES)
}

fn within(bytes: &[u8], most: u64) -> Result<(), ArchiveFlaw> {
    let flawed = |error: ZipError| ArchiveFlaw::of(&error);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(flawed)?;
    if archive.len() > MOST_ENTRIES {
        return Err(ArchiveFlaw::ManyFiles(archive.len()));
    }
    let mut left = most;
    for number in 0..archive.len() {
        let entry = archive.by_index(number).map_err(flawed)?;
        let read = io::copy(&mut entry.take(left.saturating_add(1)), &mut io::sink())
            .map_err(|error| ArchiveFlaw::of_system(&error))?;
        left = left
            .checked_sub(read)
            .ok_or(ArchiveFlaw::Large(most >> 20))?;
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
        assert_eq!(within(&bytes, 5 << 20), Err(ArchiveFlaw::Large(5)));
        within(&bytes, 6 << 20).expect("as much as that");
        check_archive(&bytes).expect("a small one");
        for cut in [&bytes[..100], b"PK\x03\x04", b""] {
            assert_eq!(check_archive(cut), Err(ArchiveFlaw::Cut));
        }
    }
}

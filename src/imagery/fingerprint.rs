//! What makes a source the same source: its size and samples of its content, never its path or time stamp.

use crate::files;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// The first 16 bytes of a SHA-256, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub String);

/// Bytes in one sample of a file.
const SAMPLE: u64 = 64 * 1024;
/// Samples between the first and the last.
const SAMPLES: u64 = 30;

/// The SHA-256 of a file's size and of samples of its content.
pub type FileSamples = [u8; 32];

/// The fingerprint of bytes.
pub fn fingerprint_bytes(parts: &[&[u8]]) -> Fingerprint {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    Fingerprint(hex::encode(&hash.finalize()[..16]))
}

/// The fingerprint of a file, on disk or in a bucket: its size and samples of its content.
///
/// # Errors
/// Those of reading.
pub fn file_fingerprint(path: &Path) -> io::Result<Fingerprint> {
    Ok(fingerprint_bytes(&[&file_samples(path)?]))
}

/// The size of a regular file, its first and last 64 KiB and samples between. Two megabytes are read at most.
///
/// # Errors
/// Those of reading.
pub(super) fn file_samples(path: &Path) -> io::Result<FileSamples> {
    let mut file = files::open(path)?;
    let size = file.size()?;
    let mut hash = Sha256::new();
    hash.update(size.to_le_bytes());
    let step = (size / (SAMPLES + 1)).max(SAMPLE);
    let mut buffer = Vec::new();
    let last = size.saturating_sub(SAMPLE);
    for start in (0..=last)
        .step_by(usize::try_from(step).unwrap_or(usize::MAX))
        .chain([last])
    {
        file.seek(SeekFrom::Start(start))?;
        buffer.clear();
        Read::by_ref(&mut file)
            .take(SAMPLE)
            .read_to_end(&mut buffer)?;
        hash.update(&buffer);
    }
    Ok(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_in_a_sample_changes_it_and_a_copy_does_not() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        let mut bytes = vec![7_u8; 200_000];
        std::fs::write(&a, &bytes).expect("written");
        std::fs::write(&b, &bytes).expect("written");
        let first = file_samples(&a).expect("read");
        assert_eq!(first, file_samples(&b).expect("read"));
        bytes[199_999] = 8;
        std::fs::write(&b, &bytes).expect("written");
        assert_ne!(first, file_samples(&b).expect("read"));
        std::fs::write(&b, &bytes[..10]).expect("written");
        assert_ne!(first, file_samples(&b).expect("read"));
    }

    #[test]
    fn parts_are_told_apart() {
        assert_ne!(
            fingerprint_bytes(&[b"ab", b"c"]),
            fingerprint_bytes(&[b"a", b"bc"])
        );
    }
}

//! The pictures of a dossier: detections as the scan made them, photographs as thumbnails.
//!
//! A thumbnail is derived: it lies beside the registry under the digest of its original, may be deleted at any time, and
//! is made again when it is missing. Where that folder cannot be written, it is made each time.

use crate::exchange::original;
use crate::imagery::{JpegPixels, jpeg_of};
use crate::registry::Hash;
use crate::registry::event::{EvidenceRef, EvidenceRole};
use crate::store::{Store, evidence};
use base64::prelude::{BASE64_STANDARD, Engine};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// The longest side of a thumbnail in pixels.
const LONGEST: u32 = 640;
/// Pictures of more pixels than this are listed and not shown.
const MOST_PIXELS: u64 = 400_000_000;

/// The pictures as `data:` addresses, and the files that are missing or have changed.
pub fn of(store: &Store, files: &[EvidenceRef]) -> (BTreeMap<Hash, String>, BTreeSet<Hash>) {
    let folder = store.evidence_folder();
    let derived = store.thumbnails_folder();
    let (mut pictures, mut missing) = (BTreeMap::new(), BTreeSet::new());
    for file in files {
        if pictures.contains_key(&file.sha256) || missing.contains(&file.sha256) {
            continue;
        }
        let Some(bytes) = original(file, &folder) else {
            missing.insert(file.sha256);
            continue;
        };
        let shown = match file.role {
            EvidenceRole::Chip | EvidenceRole::Context => Some(bytes),
            _ if file.mime == "image/jpeg" || file.mime == "image/png" => {
                kept(&derived, file.sha256, &bytes)
            }
            _ => None,
        };
        if let Some(jpeg) = shown {
            let mime = evidence::media_type(&jpeg).unwrap_or("image/jpeg");
            let coded = BASE64_STANDARD.encode(&jpeg);
            pictures.insert(file.sha256, format!("data:{mime};base64,{coded}"));
        }
    }
    (pictures, missing)
}

fn path_of(folder: &Path, sha256: Hash) -> PathBuf {
    folder.join(format!("{sha256}.jpg"))
}

/// The thumbnail that lies ready, or a new one, which is laid there where that can be.
fn kept(folder: &Path, sha256: Hash, original: &[u8]) -> Option<Vec<u8>> {
    let path = path_of(folder, sha256);
    if let Ok(ready) = std::fs::read(&path)
        && image::load_from_memory(&ready).is_ok()
    {
        return Some(ready);
    }
    let made = thumbnail(original)?;
    let lay = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        crate::files::keep(&path, |file| file.write_all(&made))
    };
    // A registry on a disc is only read; the page does not need the file.
    let _not_kept = lay();
    Some(made)
}

/// A small JPEG, upright; `None` for a picture that cannot be decoded.
pub fn thumbnail(original: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = ImageReader::new(Cursor::new(original))
        .with_guessed_format()
        .ok()?
        .into_decoder()
        .ok()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return None;
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    if width.max(height) > LONGEST {
        picture = picture.thumbnail(LONGEST, LONGEST);
    }
    picture.apply_orientation(orientation);
    let picture = picture.to_rgb8();
    jpeg_of(JpegPixels::Rgb(&picture), picture.dimensions(), 82).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnail_is_small_and_a_cut_picture_gives_none() {
        let mut png = Vec::new();
        image::RgbImage::from_pixel(1000, 500, image::Rgb([9, 99, 9]))
            .write_to(&mut Cursor::new(&mut png), image::ImageFormat::Png)
            .expect("encoded");
        let small = image::load_from_memory(&thumbnail(&png).expect("made")).expect("JPEG");
        assert_eq!((small.width(), small.height()), (640, 320));
        assert_eq!(thumbnail(&png[..200]), None);
    }
}

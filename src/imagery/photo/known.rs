//! What the headers of photos said and what their files held, kept so that who needs a few photos of a flight opens only
//! these: where a photo lies depends on what its neighbours say of themselves.

use super::placed::{PhotoOptions, PlacedPhotos, place_shots};
use super::pos::Pos;
use super::shot::Shot;
use crate::files;
use crate::ground::LonLat;
use crate::imagery::fingerprint::{FileSamples, file_samples};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// All photos that were named, by path, with what is known of each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KnownPhotos(BTreeMap<PathBuf, KnownPhoto>);

/// What is known of one.
#[derive(Debug, Clone, Default, PartialEq)]
struct KnownPhoto {
    /// Its headers; none of one that cannot be used.
    shot: Option<Shot>,
    /// What its fingerprint is made of, where it is searched.
    samples: Option<FileSamples>,
}

/// The same as a line of a file.
#[derive(Serialize, Deserialize)]
struct KnownLine {
    path: PathBuf,
    shot: Option<Shot>,
    samples: Option<String>,
}

impl KnownPhotos {
    /// Photos of which some have headers that can be used.
    pub fn new(paths: &[PathBuf], shots: Vec<Shot>) -> Self {
        let nothing = |path: &PathBuf| (path.clone(), KnownPhoto::default());
        let mut all: BTreeMap<PathBuf, KnownPhoto> = paths.iter().map(nothing).collect();
        for shot in shots {
            let path = shot.path.clone();
            all.entry(path).or_default().shot = Some(shot);
        }
        Self(all)
    }

    /// Keeps what the fingerprint of a photo is made of.
    pub fn keep_samples(&mut self, path: &Path, samples: FileSamples) {
        if let Some(known) = self.0.get_mut(path) {
            known.samples = Some(samples);
        }
    }

    /// Whether these are the photos, and no others.
    pub fn are(&self, paths: &[PathBuf]) -> bool {
        self.0.keys().eq(paths)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their paths, in order.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.0.keys().cloned().collect()
    }

    /// Their headers, by path.
    pub fn shots(&self) -> Vec<Shot> {
        let shots = self.0.values().filter_map(|known| known.shot.clone());
        shots.collect()
    }

    /// What the fingerprint of a photo is made of.
    pub fn samples(&self, path: &Path) -> Option<FileSamples> {
        self.0.get(path)?.samples
    }

    /// Whether some of them still are what is known, with the places that a list says.
    pub fn hold(&self, some: &BTreeSet<&Path>, pos: Option<&Pos>) -> bool {
        let paths = self.paths();
        let rows = pos.map(|pos| pos.matched(&paths));
        let own = self.0.iter().enumerate();
        let own: Vec<_> = own
            .filter(|(_, (path, _))| some.contains(path.as_path()))
            .collect();
        let is_far = own.iter().any(|(_, (path, _))| files::is_in_bucket(path));
        let is_as_known = |(number, (path, known)): (usize, (&PathBuf, &KnownPhoto))| {
            let row = rows.as_ref().and_then(|rows| rows[number]);
            let samples = file_samples(path).ok();
            samples == known.samples && Shot::read_at(path, row).ok() == known.shot
        };
        files::each(own, is_far, is_as_known)
            .into_iter()
            .all(|is_as_known| is_as_known)
    }

    /// As lines of JSON, by path; `None` where they would not say the same when they are read.
    pub fn to_lines(&self) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        for (path, known) in &self.0 {
            let line = KnownLine {
                path: path.clone(),
                shot: known.shot.clone(),
                samples: known.samples.map(hex::encode),
            };
            serde_json::to_writer(&mut text, &line).ok()?;
            text.push(b'\n');
        }
        (Self::of_lines(&text).as_ref() == Some(self)).then_some(text)
    }

    /// What such lines say; `None` of other bytes.
    pub fn of_lines(bytes: &[u8]) -> Option<Self> {
        let mut all = BTreeMap::new();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let KnownLine {
                path,
                shot,
                samples,
            } = serde_json::from_slice(line).ok()?;
            let shot = shot.map(|shot| Shot {
                path: path.clone(),
                ..shot
            });
            let samples = samples.map(|text| {
                let mut bytes = FileSamples::default();
                hex::decode_to_slice(text, &mut bytes).map(|()| bytes)
            });
            let samples = samples.transpose().ok()?;
            all.insert(path, KnownPhoto { shot, samples });
        }
        Some(Self(all))
    }
}

/// Places photos whose headers are known: none is opened.
///
/// # Errors
/// Those of `terrain`.
pub fn place_known<E>(
    known: &KnownPhotos,
    terrain: impl FnOnce(&[LonLat]) -> Result<PhotoOptions, E>,
) -> Result<PlacedPhotos, E> {
    place_shots((known.shots(), Vec::new()), terrain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::LonLat;
    use crate::imagery::photo::{Metadata, Position};

    fn shot(path: &str, lon: f64) -> Shot {
        let at = LonLat { lon, lat: 28.25 };
        Shot {
            path: path.into(),
            metadata: Metadata {
                position: Position::At(at),
                altitude_m: Some(0.1 + 0.2),
                ..Metadata::default()
            },
            stored: (4000, 3000),
            bytes: 7,
            at,
        }
    }

    #[test]
    fn what_is_known_of_photos_is_the_same_to_the_last_bit_once_it_was_written() {
        let paths: Vec<PathBuf> = ["a.jpg", "b.jpg", "照片/c.jpg"].map(Into::into).into();
        let shots = vec![shot("a.jpg", 113.930_880_1), shot("照片/c.jpg", 1.0 / 3.0)];
        let mut known = KnownPhotos::new(&paths, shots.clone());
        known.keep_samples(&paths[2], [9; 32]);
        let lines = known.to_lines().expect("JSON");
        let read = KnownPhotos::of_lines(&lines).expect("lines");
        assert_eq!(read, known);
        assert_eq!(read.shots(), shots);
        assert_eq!(read.samples(&paths[2]), Some([9; 32]));
        assert_eq!(read.samples(&paths[0]), None);
        assert!(read.are(&paths) && !read.are(&paths[..2]));
        assert!(KnownPhotos::of_lines(&lines[..lines.len() - 9]).is_none());
        // What is no number in JSON would come back as something else.
        let nowhere = KnownPhotos::new(&paths, vec![shot("a.jpg", f64::NAN)]);
        assert!(nowhere.to_lines().is_none());
    }
}

//! A photo as a source: laid on a grid of ground pixels, decoded once when it is opened.

use super::captured::Captured;
use super::fingerprint::{FileSamples, Fingerprint, file_samples, fingerprint_bytes};
use super::header::{Level, SourceHeader};
use super::photo::{Camera, GroundGrid, Photo, PhotoRejection, Rectified};
use super::pixels::{OpenError, PixelReader, Pixels, Validity};
use super::raster_error::RasterError;
use crate::files;
use crate::ground::{Crs, CrsPoint, GeoTransform, Gsd, PixelPoint, Rect};
use image::RgbImage;

/// A photo that can be searched, and the grid it is laid on.
#[derive(Debug, Clone)]
pub struct PhotoSource {
    pub(super) header: SourceHeader,
    photo: Photo,
    grid: GroundGrid,
    /// What its fingerprint is made of, beside its place.
    samples: FileSamples,
}

impl PhotoSource {
    /// Lays a photo on ground pixels of `resolution_m`, or of its own finest where that is coarser.
    ///
    /// # Errors
    /// [`RasterError::Photo`] where the file is gone.
    pub fn new(photo: Photo, resolution_m: f64) -> Result<Self, RasterError> {
        Self::of_known(photo, resolution_m, None)
    }

    /// The same; where the samples of its file are known, it is not opened.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn of_known(
        photo: Photo,
        resolution_m: f64,
        known: Option<FileSamples>,
    ) -> Result<Self, RasterError> {
        let path = photo.shot.path.clone();
        let grid = photo.grid(resolution_m);
        let transform = grid
            .in_degrees()
            .ok_or_else(|| RasterError::ZeroPixels { path: path.clone() })?;
        let crs = Crs::wgs84().map_err(|source| RasterError::Crs {
            path: path.clone(),
            source,
        })?;
        let samples = known.map_or_else(|| file_samples(&path), Ok);
        let samples =
            samples.map_err(|e| RasterError::Photo(Box::new(PhotoRejection::unread(&path, e))))?;
        let fingerprint = fingerprint(&photo, &grid, &transform, samples);
        let gsd_cm = grid.gsd_m * 100.0;
        let header = SourceHeader {
            name: SourceHeader::name_of(&path),
            path,
            levels: vec![Level {
                overview: None,
                width: grid.width,
                height: grid.height,
                block: (grid.width, grid.height),
            }],
            transform,
            crs,
            gsd: Gsd {
                x_cm: gsd_cm,
                y_cm: gsd_cm,
            },
            captured: photo.shot.day().map(Captured::day),
            made: None,
            fingerprint,
        };
        Ok(Self {
            header,
            photo,
            grid,
            samples,
        })
    }

    /// The SHA-256 of its file's size and of samples of its content.
    pub fn samples(&self) -> FileSamples {
        self.samples
    }

    /// The photo.
    pub fn photo(&self) -> &Photo {
        &self.photo
    }

    /// The grid of its pixels on the ground.
    pub fn grid(&self) -> &GroundGrid {
        &self.grid
    }

    pub(super) fn check_unchanged(&self) -> Result<(), RasterError> {
        let path = &self.header.path;
        let unread = |e| RasterError::Photo(Box::new(PhotoRejection::unread(path, e)));
        let seen = files::is_as_seen(path).map_err(unread)?;
        let is_same = seen.unwrap_or_else(|| self.is_as_read());
        let changed = || RasterError::Changed { path: path.clone() };
        is_same.then_some(()).ok_or_else(changed)
    }

    fn is_as_read(&self) -> bool {
        file_samples(&self.header.path).is_ok_and(|now| now == self.samples)
    }
}

/// The file's content and where the picture lies.
fn fingerprint(
    photo: &Photo,
    grid: &GroundGrid,
    transform: &GeoTransform,
    samples: FileSamples,
) -> Fingerprint {
    let (width, height) = (f64::from(grid.width), f64::from(grid.height));
    let corners = [(0.0, 0.0), (width, 0.0), (0.0, height)]
        .map(|(x, y)| transform.apply(PixelPoint { x, y }));
    let pose = pose(&photo.camera, corners);
    let size = format!("{} {}", grid.width, grid.height);
    fingerprint_bytes(&[&samples, pose.as_bytes(), size.as_bytes()])
}

/// A camera's lens, place and view and three corners of its grid, in whole thousand-millionths: sines and cosines differ in their
/// last bits from one system to another, and the same photo has to be the same source on both.
fn pose(camera: &Camera, corners: [CrsPoint; 3]) -> String {
    let axes = [camera.axes.right, camera.axes.down, camera.axes.forward];
    let whole: Vec<String> = axes
        .into_iter()
        .flatten()
        .chain([camera.at.lon, camera.at.lat, camera.height_m])
        .chain(corners.into_iter().flat_map(|c| [c.x, c.y]))
        // -0 is 0.
        .map(|v| format!("{:.0}", (v * 1e9).round() + 0.0))
        .collect();
    format!("{:.9?} {}", camera.lens, whole.join(" "))
}

/// A decoded photo on its grid.
pub(super) struct PhotoReader {
    flat: Rectified,
    /// How sharp its picture is; `None` where it could not be used.
    sharpness: Option<f64>,
}

impl PhotoReader {
    /// Decodes a photo and lays it on its grid.
    ///
    /// # Errors
    /// [`OpenError::Rejected`] where the picture is of no use; [`OpenError::Source`] where its bucket does not give it.
    pub fn open(source: &PhotoSource) -> Result<Self, OpenError> {
        let laid = |picture: &RgbImage, sharpness| Self {
            flat: source.photo.rectify(picture, &source.grid),
            sharpness,
        };
        match source.photo.usable_picture() {
            Ok((picture, measures)) => Ok(laid(&picture, Some(measures.sharpness))),
            // What a network lost for now is no fault of the photo: the run ends, and goes on when it is there again.
            Err(rejection) if rejection.is_of_bucket() => {
                Err(RasterError::Photo(Box::new(rejection)).into())
            }
            Err(rejection) => Err(OpenError::Rejected {
                rejection: Box::new(rejection),
                frame: Box::new(laid(&RgbImage::new(1, 1), None)),
            }),
        }
    }

    fn validity(&self, row: std::ops::Range<usize>) -> impl Iterator<Item = u8> {
        let usable = self.sharpness.is_some();
        let validity = move |valid: &bool| match (valid, usable) {
            (false, _) => Validity::NoData as u8,
            (true, true) => Validity::Searched as u8,
            (true, false) => Validity::Unreadable as u8,
        };
        self.flat.valid[row].iter().map(validity)
    }
}

impl PixelReader for PhotoReader {
    /// Outside the photo's frame there is no data.
    fn read(&self, rect: Rect, spare: &mut Option<Pixels>) -> Pixels {
        let flat = &self.flat;
        let width = flat.grid.width as usize;
        let (x0, x1) = (rect.x0 as usize, (rect.x1 as usize).min(width));
        let rows = rect.y0 as usize..(rect.y1 as usize).min(flat.grid.height as usize);
        let count = (x1 - x0) * rows.len();
        let (mut colours, validity) = spare
            .take()
            .map_or_else(Default::default, |p| (p.colours, p.validity));
        for plane in &mut colours {
            plane.clear();
            plane.resize(count, 0);
        }
        let mut validity = validity.unwrap_or_default();
        validity.clear();
        validity.reserve_exact(count);
        let [red, green, blue] = &mut colours;
        let mut planes = red.iter_mut().zip(green).zip(blue);
        for y in rows {
            let row = &flat.rgb[(y * width + x0) * 3..(y * width + x1) * 3];
            for (pixel, ((red, green), blue)) in row.chunks_exact(3).zip(&mut planes) {
                (*red, *green, *blue) = (pixel[0], pixel[1], pixel[2]);
            }
            validity.extend(self.validity(y * width + x0..y * width + x1));
        }
        let all = |kind: Validity| validity.iter().all(|v| *v == kind as u8);
        if all(Validity::NoData) {
            return Pixels::without_data(rect);
        }
        let whole = all(Validity::Searched);
        Pixels {
            rect,
            colours,
            validity: (!whole).then_some(validity),
        }
    }

    fn sharpness(&self) -> Option<u32> {
        let sharpness = self.sharpness.filter(|s| s.is_finite())?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a ratio of few units"
        )]
        Some((sharpness * 1e6).round().clamp(0.0, 4e9) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::LonLat;
    use crate::imagery::photo::{Axes, Lens};

    #[test]
    fn a_pose_is_the_same_on_systems_whose_sines_differ_in_the_last_bits() {
        let corner = CrsPoint {
            x: 113.93,
            y: 28.25,
        };
        let seen = |noise: f64, height_m: f64| {
            let axes = Axes {
                right: [1.0 - noise, noise, -noise],
                down: [noise, -1.0 + noise, 0.0],
                forward: [-noise, noise, -1.0],
            };
            let at = LonLat {
                lon: 113.93 + noise,
                lat: 28.25 - noise,
            };
            let lens = Lens::pinhole((4000.0, 3000.0), 2000.0).expect("a lens");
            let camera = Camera::new(lens, at, height_m, axes);
            pose(
                &camera,
                [
                    corner,
                    CrsPoint {
                        x: corner.x + noise,
                        ..corner
                    },
                    corner,
                ],
            )
        };
        assert_eq!(seen(1e-15, 100.0), seen(-1e-15, 100.0));
        assert_ne!(seen(0.0, 100.0), seen(0.0, 100.001));
    }
}

//! A photo laid on the ground: resampled to a grid of square ground pixels, so that oblique views, slopes and bent lenses
//! come to the model as an orthomosaic does. The grid follows the image's own directions, so that little of it is empty.

use super::camera::{GroundPoint, dot};
use super::placed::Photo;
use crate::ground::{GeoTransform, LocalPlane, LonLat, PixelPoint, PlanePoint};
use fast_image_resize as fir;
use image::RgbImage;

/// Ground pixels between those whose place in the photo is worked out exactly; between them it is interpolated.
const NODE: u32 = 16;

/// Square ground pixels in rows and columns about a photo's footprint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroundGrid {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Metres of a pixel's side.
    pub gsd_m: f64,
    plane: LocalPlane,
    corner: PlanePoint,
    along: (f64, f64),
}

impl GroundGrid {
    /// The ground of a grid position: columns and rows from the top left corner.
    pub fn locate(&self, at: PixelPoint) -> LonLat {
        self.plane.to_lonlat(self.place(at))
    }

    /// The grid as a geotransform in degrees of longitude and latitude: exact, as the plane it lies in is straight there.
    pub fn in_degrees(&self) -> Option<GeoTransform> {
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let at = |x, y| self.locate(PixelPoint { x, y });
        let (corner, right, down) = (at(0.0, 0.0), at(width, 0.0), at(0.0, height));
        GeoTransform::new([
            corner.lon,
            (right.lon - corner.lon) / width,
            (down.lon - corner.lon) / height,
            corner.lat,
            (right.lat - corner.lat) / width,
            (down.lat - corner.lat) / height,
        ])
    }

    fn place(&self, at: PixelPoint) -> PlanePoint {
        let (x, y) = (at.x * self.gsd_m, at.y * self.gsd_m);
        let (c, s) = self.along;
        PlanePoint {
            x: self.corner.x + x * c + y * s,
            y: self.corner.y + x * s - y * c,
        }
    }

    /// The grid position of a place.
    pub fn position(&self, at: LonLat) -> PixelPoint {
        let p = self.plane.to_plane(at);
        let (dx, dy) = (p.x - self.corner.x, p.y - self.corner.y);
        let (c, s) = self.along;
        PixelPoint {
            x: (dx * c + dy * s) / self.gsd_m,
            y: (dx * s - dy * c) / self.gsd_m,
        }
    }
}

/// A photo's searchable part on its grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Rectified {
    /// The grid.
    pub grid: GroundGrid,
    /// Red, green, blue, row by row; black outside the searchable part.
    pub rgb: Vec<u8>,
    /// Whether each pixel is searchable.
    pub valid: Vec<bool>,
}

impl Photo {
    /// The grid for ground pixels of `gsd_m`, or of the photo's own finest where that is coarser.
    pub fn grid(&self, gsd_m: f64) -> GroundGrid {
        let gsd_m = gsd_m.max(self.footprint.gsd_m.map_or(gsd_m, |g| g.0));
        let right = self.camera.axes.right;
        let length = right[0].hypot(right[1]);
        let along = if length > 1e-6 {
            (right[0] / length, right[1] / length)
        } else {
            (1.0, 0.0)
        };
        let plane = *self.camera.plane();
        let (mut low, mut high) = (
            (f64::INFINITY, f64::INFINITY),
            (f64::NEG_INFINITY, f64::NEG_INFINITY),
        );
        for c in self
            .footprint
            .ground
            .iter()
            .flat_map(|p| p.exterior().coords())
        {
            let p = plane.to_plane(LonLat::from(*c));
            let x = p.x * along.0 + p.y * along.1;
            let y = p.x * along.1 - p.y * along.0;
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to a raster's size"
        )]
        let count = |metres: f64| ((metres / gsd_m - 1e-6).ceil().clamp(1.0, 32_768.0)) as u32;
        GroundGrid {
            width: count(high.0 - low.0),
            height: count(high.1 - low.1),
            gsd_m,
            plane,
            corner: PlanePoint {
                x: low.0 * along.0 + low.1 * along.1,
                y: low.0 * along.1 - low.1 * along.0,
            },
            along,
        }
    }

    /// Resamples a decoded picture to a grid.
    pub fn rectify(&self, picture: &RgbImage, grid: &GroundGrid) -> Rectified {
        let (shrunk, factor) = self.shrunk(picture, grid.gsd_m);
        let nodes = PhotoNodes::of(self, grid);
        let pixels = grid.width as usize * grid.height as usize;
        let mut rgb = vec![0_u8; pixels * 3];
        let mut valid = vec![false; pixels];
        let usable = Usable::of(self);
        for y in 0..grid.height {
            for block in 0..grid.width.div_ceil(NODE) {
                let Some((mut at, step)) = nodes.line(block, y) else {
                    continue;
                };
                let first = block * NODE;
                for x in first..(first + NODE).min(grid.width) {
                    if usable.holds(at) {
                        let index = y as usize * grid.width as usize + x as usize;
                        valid[index] = true;
                        let out = &mut rgb[index * 3..index * 3 + 3];
                        sample(&shrunk, at.0 * factor.0 - 0.5, at.1 * factor.1 - 0.5, out);
                    }
                    at = (at.0 + step.0, at.1 + step.1);
                }
            }
        }
        Rectified {
            grid: *grid,
            rgb,
            valid,
        }
    }

    /// The picture made smaller where its pixels are much finer than the grid's, so that none is skipped over.
    fn shrunk<'a>(
        &self,
        picture: &'a RgbImage,
        gsd_m: f64,
    ) -> (std::borrow::Cow<'a, RgbImage>, (f64, f64)) {
        let (finest, coarsest) = self.footprint.gsd_m.unwrap_or((gsd_m, gsd_m));
        // Oblique views span a range: their far part must not be made coarser than it is.
        let own = if coarsest > 1.5 * finest {
            coarsest
        } else {
            (finest * coarsest).sqrt()
        };
        let ratio = own / gsd_m;
        let same = (std::borrow::Cow::Borrowed(picture), (1.0, 1.0));
        if ratio > 0.9 {
            return same;
        }
        let (width, height) = picture.dimensions();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "smaller than the picture"
        )]
        let side = |pixels: u32| ((f64::from(pixels) * ratio).round() as u32).max(1);
        let mut small = RgbImage::new(side(width), side(height));
        let options = fir::ResizeOptions::new()
            .resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Bilinear));
        let resized = fir::images::ImageRef::new(width, height, picture, fir::PixelType::U8x3)
            .ok()
            .zip({
                let (w, h) = small.dimensions();
                fir::images::Image::from_slice_u8(w, h, &mut small, fir::PixelType::U8x3).ok()
            })
            .and_then(|(from, mut to)| fir::Resizer::new().resize(&from, &mut to, &options).ok());
        if resized.is_none() {
            return same;
        }
        let factor = (
            f64::from(small.width()) / f64::from(width),
            f64::from(small.height()) / f64::from(height),
        );
        (std::borrow::Cow::Owned(small), factor)
    }
}

/// Which cells of a photo are searched.
struct Usable {
    /// Whether all are.
    whole: bool,
    cells: Vec<bool>,
    columns: usize,
    cell_px: f64,
    size: (f64, f64),
}

impl Usable {
    fn of(photo: &Photo) -> Self {
        let size = photo.camera.lens.size();
        let cell_px = photo.footprint.cell_px;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a footprint has few cells"
        )]
        let count = |pixels: f64| (pixels / cell_px).ceil() as usize;
        let columns = count(size.0);
        let mut cells = vec![false; columns * count(size.1)];
        for rect in photo.footprint.cells.rects() {
            for y in rect.y0..rect.y1 {
                for x in rect.x0..rect.x1 {
                    if let Some(cell) = cells.get_mut(y as usize * columns + x as usize) {
                        *cell = true;
                    }
                }
            }
        }
        Self {
            whole: cells.iter().all(|c| *c),
            cells,
            columns,
            cell_px,
            size,
        }
    }

    fn holds(&self, (x, y): (f64, f64)) -> bool {
        if !(x >= 0.0 && y >= 0.0 && x < self.size.0 && y < self.size.1) {
            return false;
        }
        if self.whole {
            return true;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "inside the frame"
        )]
        let (column, row) = ((x / self.cell_px) as usize, (y / self.cell_px) as usize);
        self.cells
            .get(row * self.columns + column)
            .copied()
            .unwrap_or(false)
    }
}

/// Photo pixels of every [`NODE`]th corner of a grid.
struct PhotoNodes {
    columns: usize,
    at: Vec<Option<(f64, f64)>>,
}

impl PhotoNodes {
    fn of(photo: &Photo, grid: &GroundGrid) -> Self {
        let (columns, rows) = (
            grid.width.div_ceil(NODE) + 1,
            grid.height.div_ceil(NODE) + 1,
        );
        let hidden = photo.terrain().spacing_m().is_some();
        let at = (0..rows)
            .flat_map(|y| (0..columns).map(move |x| (x, y)))
            .map(|(x, y)| {
                let place = grid.locate(PixelPoint {
                    x: f64::from(x * NODE),
                    y: f64::from(y * NODE),
                });
                let point = photo.ground_at(place)?;
                let pixel = photo.camera.project(point)?;
                let visible = !hidden || reaches(photo, point, pixel);
                visible.then_some((pixel.x, pixel.y))
            })
            .collect();
        Self {
            columns: columns as usize,
            at,
        }
    }

    /// The photo pixel of the centre of the first grid pixel of a block in a row, and the way to that of the next.
    fn line(&self, block: u32, y: u32) -> Option<((f64, f64), (f64, f64))> {
        let first = (y / NODE) as usize * self.columns + block as usize;
        let [a, b, c, d] = [
            self.at[first]?,
            self.at[first + 1]?,
            self.at[first + self.columns]?,
            self.at[first + self.columns + 1]?,
        ];
        let down = (f64::from(y % NODE) + 0.5) / f64::from(NODE);
        let mix = |a: (f64, f64), b: (f64, f64)| {
            (
                a.0 * (1.0 - down) + b.0 * down,
                a.1 * (1.0 - down) + b.1 * down,
            )
        };
        let (left, right) = (mix(a, c), mix(b, d));
        let step = (
            (right.0 - left.0) / f64::from(NODE),
            (right.1 - left.1) / f64::from(NODE),
        );
        Some(((left.0 + step.0 / 2.0, left.1 + step.1 / 2.0), step))
    }
}

/// Whether the ray to a point comes to it and not to a rise before it. Points outside the frame pass: they only help to
/// interpolate.
fn reaches(photo: &Photo, point: GroundPoint, pixel: PixelPoint) -> bool {
    let camera = &photo.camera;
    let Some(ray) = camera.ray(pixel) else {
        return true;
    };
    let Some(met) = camera.meet(ray, photo.terrain()) else {
        return true;
    };
    let p = camera.plane().to_plane(point.at);
    let q = camera.plane().to_plane(met.at);
    let (to_point, to_met) = (
        [p.x, p.y, point.height_m - camera.height_m],
        [q.x, q.y, met.height_m - camera.height_m],
    );
    let tolerance = photo.terrain().spacing_m().unwrap_or(0.0).max(0.5);
    dot(to_met, ray) + tolerance >= dot(to_point, ray)
}

/// Bilinear sampling; positions count from the centre of the first pixel, edges are held.
fn sample(picture: &RgbImage, x: f64, y: f64, out: &mut [u8]) {
    let (width, height) = picture.dimensions();
    let clamp = |v: f64, size: u32| v.clamp(0.0, f64::from(size - 1));
    let (x, y) = (clamp(x, width), clamp(y, height));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the picture"
    )]
    let (x0, y0) = (x as u32, y as u32);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 256"
    )]
    let (fx, fy) = (
        ((x - f64::from(x0)) * 256.0) as u32,
        ((y - f64::from(y0)) * 256.0) as u32,
    );
    let row = width as usize * 3;
    let start = y0 as usize * row + x0 as usize * 3;
    let across = if x0 + 1 < width { 3 } else { 0 };
    let below = if y0 + 1 < height { row } else { 0 };
    let raw: &[u8] = picture;
    let top = &raw[start..start + across + 3];
    let bottom = &raw[start + below..start + below + across + 3];
    let corners = top.iter().zip(&top[across..]);
    let corners = corners.zip(bottom.iter().zip(&bottom[across..]));
    for (out, ((a, b), (c, d))) in out.iter_mut().zip(corners) {
        let top = u32::from(*a) * (256 - fx) + u32::from(*b) * fx;
        let bottom = u32::from(*c) * (256 - fx) + u32::from(*d) * fx;
        *out = u8::try_from((top * (256 - fy) + bottom * fy + 32_768) >> 16).unwrap_or(u8::MAX);
    }
}

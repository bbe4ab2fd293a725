//! The sources of a scan: opened, checked against the model, named, and set in an order that does not depend on where
//! they lie on the disk.

use super::candidate::SourceFacts;
use super::choice::{Edges, overlap};
use super::error::ScanError;
use super::model::Contract;
use super::plan::{Ground, Plan};
use super::pool::{ChunkReport, Job};
use super::progress::Progress;
use super::request::Request;
use super::sightings::Views;
use crate::ground::{Boundary, CrsError, LonLat, PixelPoint, Quad, Rect, Region, ToLonLat};
use crate::imagery::photo::{Dem, GroundModel, PhotoOptions, Placed, Pos, Remark, place_all};
use crate::imagery::{Beside, Found, Level, Raster, RasterError};
use geo::orient::{Direction, Orient};
use geo::{BoundingRect, Coord, Intersects, LineString, MultiPolygon};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// Edges of an outline longer than this many pixels get further corners, so that a line that is straight in the
/// raster's coordinate system stays where it is in longitude and latitude.
const LONGEST_EDGE: f64 = 1024.0;

/// What was opened.
pub struct Sources {
    /// Those that are searched.
    pub rasters: Vec<Raster>,
    /// Unique names, in the same order.
    pub names: Vec<String>,
    /// Those that were refused, with the reason.
    pub refused: Vec<RasterError>,
    /// Those refused as too coarse, whose ground is known.
    pub too_coarse: Vec<Raster>,
    /// What a pilot should know of the photos' flights: the file's name and the remark.
    pub remarks: Vec<(String, Remark)>,
    /// Cameras and flights of the photos.
    pub flights: usize,
    /// Files of other kinds that lay in the folders.
    pub ignored: usize,
    /// Files of kinds that lie beside imagery, which were opened and passed over.
    pub beside: BTreeMap<Beside, usize>,
    /// Names of the photos that the others make superfluous.
    pub skipped: Vec<String>,
    /// Of each source, what of it was searched where that is not all: rectangles of its pixels.
    searched: Vec<Option<Vec<Rect>>>,
    /// Of each source, how blurred its picture is beside the others: 1 for one as sharp as most.
    blur: Vec<f64>,
}

/// Opens every raster of the inputs, in their order.
pub fn open_rasters(inputs: &Found, request: &Request) -> Vec<Result<Raster, RasterError>> {
    inputs
        .rasters
        .par_iter()
        .map(|path| Raster::open(path, &request.raster))
        .collect()
}

impl Sources {
    /// Takes the opened rasters that the model can bear, and opens the photos. A refused one is told to `progress` and left
    /// out.
    ///
    /// # Errors
    /// [`ScanError::NoSource`] where none is left.
    pub fn new(
        opened: Vec<Result<Raster, RasterError>>,
        inputs: &Found,
        request: &Request,
        contract: &Contract,
        progress: &dyn Progress,
    ) -> Result<Self, ScanError> {
        let (mut rasters, mut refused, mut too_coarse) = (Vec::new(), Vec::new(), Vec::new());
        for raster in opened {
            match raster {
                Ok(raster) => {
                    let (gsd_cm, coarsest_cm) =
                        (raster.gsd().coarsest_cm(), contract.coarsest_cm());
                    if gsd_cm > coarsest_cm && !request.allow_coarse {
                        refused.push(RasterError::TooCoarse {
                            path: raster.path().into(),
                            gsd_cm,
                            coarsest_cm,
                        });
                        too_coarse.push(raster);
                    } else {
                        rasters.push(raster);
                    }
                }
                Err(error) => refused.push(error),
            }
        }
        let placed = photos(&inputs.photos, request, contract)?;
        refused.extend(
            placed
                .aside
                .into_iter()
                .map(|a| RasterError::Photo(Box::new(a))),
        );
        for photo in placed.photos {
            match Raster::of_photo(photo, contract.resolution_cm / 100.0) {
                Ok(raster) => rasters.push(raster),
                Err(error) => refused.push(error),
            }
        }
        let name = |photo: usize| {
            let path = &placed.shots[photo].path;
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        };
        let remarks = placed
            .remarks
            .iter()
            .map(|r| (name(r.photo()), *r))
            .collect();
        let mut beside = BTreeMap::new();
        if !rasters.is_empty() {
            pass_over(&rasters, inputs, &mut refused, &mut too_coarse, &mut beside);
        }
        if let ([], [_]) = (rasters.as_slice(), refused.as_slice()) {
            return Err(ScanError::NoSource(refused));
        }
        for error in &refused {
            progress.notice(error);
        }
        for note in rasters.iter().flat_map(Raster::notes) {
            progress.notice(note);
        }
        if rasters.is_empty() {
            return Err(ScanError::NoSource(refused));
        }
        rasters.sort_by(|a, b| (a.name(), a.fingerprint()).cmp(&(b.name(), b.fingerprint())));
        rasters.dedup_by(|a, b| a.name() == b.name() && a.fingerprint() == b.fingerprint());
        let names = unique_names(&rasters);
        Ok(Self {
            rasters,
            names,
            refused,
            too_coarse,
            remarks,
            flights: placed.flights.len(),
            ignored: inputs.ignored,
            beside,
            skipped: Vec::new(),
            searched: Vec::new(),
            blur: Vec::new(),
        })
    }

    /// Photos of which anything was searched.
    pub fn photos_searched(&self) -> usize {
        let searched = |n: usize| self.searched.get(n).is_none_or(|s| s != &Some(Vec::new()));
        let photos = self.rasters.iter().enumerate();
        photos
            .filter(|(n, r)| r.photo().is_some() && searched(*n))
            .count()
    }

    /// Finest and coarsest centimetres a pixel of the photos.
    pub fn photos_gsd_cm(&self) -> Option<(f64, f64)> {
        self.rasters
            .iter()
            .filter_map(|r| r.photo()?.0.footprint.gsd_m)
            .map(|(finest, coarsest)| (finest * 100.0, coarsest * 100.0))
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Takes note of what was searched of the photos and how sharp they are. Those `outside` the boundary are named to
    /// the pilot.
    pub fn note(
        &mut self,
        jobs: &[Job],
        ground: &BTreeMap<(usize, usize), ChunkReport>,
        outside: &BTreeSet<usize>,
    ) {
        let mut searched: Vec<Option<Vec<Rect>>> = vec![Some(Vec::new()); self.rasters.len()];
        for job in jobs {
            let whole = searched[job.source].is_none() || job.parts.is_none();
            match &mut searched[job.source] {
                Some(rects) if !whole => {
                    let size = (job.level.width, job.level.height);
                    let tiles = job.plan.tasks.iter().flat_map(|t| &t.tiles);
                    rects.extend(tiles.map(|t| job.plan.level_rect(t.core, size)));
                }
                of_source => *of_source = None,
            }
        }
        let mut sharpness: Vec<Option<u32>> = vec![None; self.rasters.len()];
        for report in ground.values() {
            let source = jobs[report.job].source;
            sharpness[source] = sharpness[source].or(report.sharpness);
            if self.rasters[source].photo().is_some() && !report.unreadable.is_empty() {
                searched[source] = Some(Vec::new());
            }
        }
        self.blur = blur(&sharpness);
        let worked: BTreeSet<usize> = jobs.iter().map(|j| j.source).collect();
        let photos = |n: &usize| self.rasters[*n].photo().is_some();
        self.skipped = (0..self.rasters.len())
            .filter(|n| photos(n) && !worked.contains(n) && !outside.contains(n))
            .map(|n| self.names[n].clone())
            .collect();
        self.searched = searched;
        let beyond = outside.iter().map(|n| {
            let remark = Remark::OutsideBoundary { photo: *n };
            (self.names[*n].clone(), remark)
        });
        self.remarks.extend(beyond);
    }

    /// Whether a place is on the part of a photo that was searched.
    fn searches(&self, source: usize, at: LonLat) -> bool {
        let Some((photo, grid)) = self.rasters[source].photo() else {
            return false;
        };
        let held = || photo.footprint.ground.intersects(&geo::Point::from(at));
        match self.searched.get(source) {
            Some(Some(rects)) => {
                let p = grid.position(at);
                let within =
                    |from: u32, to: u32, v: f64| (f64::from(from)..f64::from(to)).contains(&v);
                rects
                    .iter()
                    .any(|r| within(r.x0, r.x1, p.x) && within(r.y0, r.y1, p.y))
                    && held()
            }
            _ => held(),
        }
    }
}

/// Takes out of the refused what lies beside imagery in the folders as people have them: it is counted, not named. What the
/// user named is refused by name.
fn pass_over(
    rasters: &[Raster],
    inputs: &Found,
    refused: &mut Vec<RasterError>,
    too_coarse: &mut Vec<Raster>,
    beside: &mut BTreeMap<Beside, usize>,
) {
    let photos = rasters.iter().any(|r| r.photo().is_some());
    let frames: Vec<geo::Rect> = rasters
        .iter()
        .filter(|r| r.photo().is_none())
        .filter_map(|r| frame(r).ok()?.bounding_rect())
        .collect();
    too_coarse.retain(|raster| {
        let copy = !inputs.named.contains(raster.path())
            && frame(raster)
                .ok()
                .and_then(|f| f.bounding_rect())
                .is_some_and(|own| frames.iter().any(|of| holds(*of, own)));
        if copy {
            *beside.entry(Beside::Preview).or_default() += 1;
            refused.retain(|e| e.path() != raster.path());
        }
        !copy
    });
    refused.retain(|error| {
        let kind = error.beside().filter(|kind| match kind {
            // Among photos, a picture without a camera's tags is one that lost them.
            Beside::Picture => !photos && !frames.is_empty(),
            _ => true,
        });
        match kind {
            Some(kind) if !inputs.named.contains(error.path()) => {
                *beside.entry(kind).or_default() += 1;
                false
            }
            _ => true,
        }
    });
}

/// Whether a box lies inside another, but for a twentieth of its sides.
fn holds(outer: geo::Rect, inner: geo::Rect) -> bool {
    let (x, y) = (inner.width() * 0.05, inner.height() * 0.05);
    outer.min().x <= inner.min().x + x
        && outer.min().y <= inner.min().y + y
        && outer.max().x >= inner.max().x - x
        && outer.max().y >= inner.max().y - y
}

/// How many times coarser photos are for their blur: 1 for those at least as sharp as the median, at most 4.
fn blur(sharpness: &[Option<u32>]) -> Vec<f64> {
    let mut known: Vec<u32> = sharpness.iter().copied().flatten().collect();
    known.sort_unstable();
    let median = known.get(known.len() / 2).copied().unwrap_or(1);
    // Second differences over the variance fall with the square of the width of a blur.
    let of = |own: u32| {
        (f64::from(median) / f64::from(own.max(1)))
            .sqrt()
            .clamp(1.0, 4.0)
    };
    sharpness.iter().map(|s| s.map_or(1.0, of)).collect()
}

/// Places the photos, on the ground the user names.
fn photos(paths: &[PathBuf], request: &Request, contract: &Contract) -> Result<Placed, ScanError> {
    let pos = match &request.photos.pos {
        Some(file) => {
            let pos = Pos::read(file, request.raster.crs.as_ref())?;
            pos.check(file, paths)?;
            Some(pos)
        }
        None => None,
    };
    place_all(paths, pos.as_ref(), |places| {
        let ground = match (&request.photos.dem, request.photos.ground_elevation_m) {
            (Some(path), _) if !places.is_empty() => {
                GroundModel::Terrain(Arc::new(Dem::read(path, places, DEM_MARGIN_M)?))
            }
            (_, Some(elevation)) => GroundModel::Elevation(elevation),
            (_, None) => GroundModel::TakeOff,
        };
        Ok(PhotoOptions {
            sensor_width_mm: request.photos.sensor_width_mm,
            ground,
            looking_down: request.photos.looking_down,
            coarsest_m: if request.allow_coarse {
                f64::INFINITY
            } else {
                contract.coarsest_cm() / 100.0
            },
        })
    })
}

/// Metres about the photos in which a terrain model is read: as far as an oblique photo is searched.
const DEM_MARGIN_M: f64 = 1000.0;

/// Metres within which places lie whose datum has no known way to WGS 84: the old datums of China are 40 to 150 m off.
const UNKNOWN_DATUM_M: f64 = 200.0;

impl Views for Sources {
    fn position_error_m(&self, source: usize, at: LonLat) -> Option<f64> {
        if self.rasters[source].has_unknown_datum() {
            return Some(UNKNOWN_DATUM_M);
        }
        let (photo, _) = self.rasters[source].photo()?;
        Some(photo.position_error_m(at))
    }

    fn view(&self, source: usize, at: LonLat) -> Option<f64> {
        let (photo, _) = self.rasters[source].photo()?;
        let (off_nadir_deg, gsd_m) = photo.view_of(at)?;
        let blur = self.blur.get(source).copied().unwrap_or(1.0);
        Some(gsd_m / off_nadir_deg.to_radians().cos() * blur)
    }

    fn covering(&self, at: LonLat) -> usize {
        (0..self.rasters.len())
            .filter(|source| self.searches(*source, at))
            .count()
    }
}

/// File names; where two are the same, with as many folders before them as tell them apart.
fn unique_names(rasters: &[Raster]) -> Vec<String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for raster in rasters {
        *count.entry(raster.name()).or_default() += 1;
    }
    let name = |raster: &Raster| {
        if count[raster.name()] == 1 {
            return raster.name().to_owned();
        }
        let parent = raster
            .path()
            .parent()
            .and_then(|p| p.file_name())
            .map(|p| p.to_string_lossy().into_owned());
        let short = raster.fingerprint().0.chars().take(6).collect::<String>();
        format!("{}/{} ({short})", parent.unwrap_or_default(), raster.name())
    };
    rasters.iter().map(name).collect()
}

/// The level of a raster that is read for a model, how many of the raster's pixels one of it takes, and its ground.
fn read(raster: &Raster, contract: &Contract) -> (Level, (f64, f64), Ground) {
    let level = raster.level_for(contract.resolution_cm);
    let (rx, ry) = raster.reduction(&level);
    let gsd = raster.gsd();
    let ground = Ground {
        size: (level.width, level.height),
        block: level.block,
        gsd_cm: (gsd.x_cm * rx, gsd.y_cm * ry),
    };
    (level, (rx, ry), ground)
}

/// Where the parts of a photo begin and end.
pub fn edges(raster: &Raster, contract: &Contract, batch: usize) -> Edges {
    let (level, _, ground) = read(raster, contract);
    let whole = Plan::new(contract, batch, &ground, |_| true);
    Edges::of(&whole, &level, contract.output)
}

/// Plans the work on a source inside a boundary, or on some parts of a photo. `None` where the boundary leaves all of it
/// out.
pub fn job(
    (source, raster): (usize, &Raster),
    contract: &Contract,
    batch: usize,
    boundary: Option<&Boundary>,
    parts: Option<BTreeSet<usize>>,
) -> Result<Option<Job>, CrsError> {
    let (level, (rx, ry), ground) = read(raster, contract);
    let shape = boundary
        .map(|b| in_pixels(b, raster, (rx, ry)))
        .transpose()?;
    let chosen = parts
        .as_ref()
        .map(|parts| edges(raster, contract, batch).rects(parts));
    let wanted = |rect: Rect| {
        let of_parts = chosen
            .as_ref()
            .is_none_or(|parts| parts.iter().any(|part| overlap(*part, rect)));
        of_parts
            && shape.as_ref().is_none_or(|shape| {
                let corner = |x: u32, y: u32| Coord {
                    x: f64::from(x),
                    y: f64::from(y),
                };
                geo::Rect::new(corner(rect.x0, rect.y0), corner(rect.x1, rect.y1)).intersects(shape)
            })
    };
    let plan = Plan::new(contract, batch, &ground, wanted);
    let job = Job {
        source,
        raster: raster.clone(),
        parts,
        level,
        plan,
        done: BTreeSet::new(),
        known: BTreeSet::new(),
    };
    Ok((!job.plan.tasks.is_empty()).then_some(job))
}

/// The part of a boundary near a raster, in a level's pixels. What lies far away may have no place in its coordinate
/// system; long edges get further corners, since straight in degrees is not straight in metres.
fn in_pixels(
    boundary: &Boundary,
    raster: &Raster,
    reduction: (f64, f64),
) -> Result<MultiPolygon, CrsError> {
    let frame = frame(raster)?;
    let Some(near) = frame.bounding_rect() else {
        return Ok(MultiPolygon::new(vec![]));
    };
    let margin = (near.width().max(near.height()) * 0.1).max(1e-5);
    let by = Coord {
        x: margin,
        y: margin,
    };
    let near = geo::Rect::new(near.min() - by, near.max() + by).to_polygon();
    let ring = |line: &LineString| -> Result<LineString, CrsError> {
        let places: Vec<LonLat> = with_corners(line, margin)
            .into_iter()
            .map(LonLat::from)
            .collect();
        let pixels = raster.pixels_of(&places)?;
        Ok(pixels
            .into_iter()
            .map(|p| Coord {
                x: p.x / reduction.0,
                y: p.y / reduction.1,
            })
            .collect())
    };
    let polygon = |p: &geo::Polygon| {
        let holes = p.interiors().iter().map(&ring).collect::<Result<_, _>>()?;
        Ok(geo::Polygon::new(ring(p.exterior())?, holes))
    };
    boundary.inside(&near.into()).iter().map(polygon).collect()
}

/// The ground that a raster covers, data or none.
///
/// # Errors
/// See [`CrsError`].
pub fn frame(raster: &Raster) -> Result<MultiPolygon, CrsError> {
    let (x1, y1) = raster.size();
    let whole = Region::from_rects([Rect {
        x0: 0,
        y0: 0,
        x1,
        y1,
    }]);
    Locator::new(raster, &raster.full_level(), (1.0, 1.0))?.level_outline(&whole)
}

/// From a source's pixels to the ground, for one thread.
pub struct Locator<'a> {
    raster: &'a Raster,
    to_lonlat: ToLonLat,
    reduction: (f64, f64),
    scale: (f64, f64),
}

impl<'a> Locator<'a> {
    /// The way of a job's raster.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub fn new(raster: &'a Raster, level: &Level, scale: (f64, f64)) -> Result<Self, CrsError> {
        Ok(Self {
            raster,
            to_lonlat: raster.to_lonlat()?,
            reduction: raster.reduction(level),
            scale,
        })
    }

    /// The footprint of a rectangle of model pixels, cut at the raster's edge.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub fn quad(&self, rect: Rect) -> Result<Quad, CrsError> {
        let corners = [
            (rect.x0, rect.y0),
            (rect.x1, rect.y0),
            (rect.x1, rect.y1),
            (rect.x0, rect.y1),
        ];
        let points = corners
            .map(|(x, y)| self.full(f64::from(x) * self.scale.0, f64::from(y) * self.scale.1));
        let there = self.raster.locate(&self.to_lonlat, &points)?;
        Ok([there[0], there[1], there[2], there[3]])
    }

    /// Level pixels to the raster's own, cut at its edge.
    fn full(&self, x: f64, y: f64) -> PixelPoint {
        let (width, height) = self.raster.size();
        PixelPoint {
            x: (x * self.reduction.0).min(f64::from(width)),
            y: (y * self.reduction.1).min(f64::from(height)),
        }
    }

    /// The outline of a region of model pixels.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub fn model_outline(&self, region: &Region) -> Result<MultiPolygon, CrsError> {
        self.outline(region, self.scale)
    }

    /// The outline of a region of level pixels.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub fn level_outline(&self, region: &Region) -> Result<MultiPolygon, CrsError> {
        self.outline(region, (1.0, 1.0))
    }

    fn outline(&self, region: &Region, scale: (f64, f64)) -> Result<MultiPolygon, CrsError> {
        let ring = |line: &LineString| -> Result<LineString, CrsError> {
            let points: Vec<PixelPoint> = with_corners(line, LONGEST_EDGE)
                .into_iter()
                .map(|c| self.full(c.x * scale.0, c.y * scale.1))
                .collect();
            Ok(self
                .raster
                .locate(&self.to_lonlat, &points)?
                .into_iter()
                .map(Coord::from)
                .collect())
        };
        let polygon = |p: &geo::Polygon| {
            let holes = p.interiors().iter().map(&ring).collect::<Result<_, _>>()?;
            Ok(geo::Polygon::new(ring(p.exterior())?, holes))
        };
        // Turned as lon/lat wants it: rows run down, latitudes up, and uniting areas goes by their direction.
        let there: MultiPolygon = region
            .outline()
            .iter()
            .map(polygon)
            .collect::<Result<_, CrsError>>()?;
        Ok(there.orient(Direction::Default))
    }
}

/// A line with further corners on edges longer than `longest`.
fn with_corners(line: &LineString, longest: f64) -> Vec<Coord> {
    let mut points: Vec<Coord> = line.coords().take(1).copied().collect();
    for edge in line.lines() {
        let length = edge.dx().hypot(edge.dy());
        let parts = (length / longest).ceil().max(1.0);
        let mut i = 1.0;
        while i <= parts {
            points.push(Coord {
                x: edge.start.x + edge.dx() * i / parts,
                y: edge.start.y + edge.dy() * i / parts,
            });
            i += 1.0;
        }
    }
    points
}

/// What candidates need to know of the sources.
pub fn facts(sources: &Sources, request: &Request) -> Vec<SourceFacts> {
    let one = |(raster, name): (&Raster, &String)| SourceFacts {
        name: name.clone(),
        gsd_cm: raster
            .photo()
            .and_then(|(photo, _)| photo.footprint.gsd_m)
            .map_or(raster.gsd().mean_cm(), |(finest, coarsest)| {
                (finest * coarsest).sqrt() * 100.0
            }),
        captured: request.captured.or_else(|| raster.captured()),
    };
    sources
        .rasters
        .iter()
        .zip(&sources.names)
        .map(one)
        .collect()
}

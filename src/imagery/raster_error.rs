//! Why a raster cannot be searched, and what mends it.

use crate::files::{BucketError, has_ending};
use crate::ground::{CrsError, GeoPackageError};
use crate::speaking_error;
use std::path::{Path, PathBuf};

/// A raster that cannot be searched.
#[derive(Debug)]
pub enum RasterError {
    /// It is a photo that is set aside.
    Photo(Box<super::photo::PhotoRejection>),
    /// GDAL cannot open it.
    NotARaster {
        /// The file.
        path: PathBuf,
        /// GDAL's words.
        reason: String,
    },
    /// The server on which it lies does not give it.
    NotGiven {
        /// The file, as it is named outside GDAL.
        path: PathBuf,
        /// What the server answered.
        source: BucketError,
    },
    /// It lies in a data base of which a write was interrupted.
    DataBase {
        /// The file.
        path: PathBuf,
        /// Why it is not opened.
        source: GeoPackageError,
    },
    /// A virtual raster, found in a folder, that draws from elsewhere.
    Leads {
        /// The file.
        path: PathBuf,
        /// Where it leads.
        to: String,
    },
    /// It has no coordinate reference system.
    NoCrs {
        /// The file.
        path: PathBuf,
    },
    /// It has no coordinate reference system that is understood, and the file beside it that should say one.
    BadPrj {
        /// The file.
        path: PathBuf,
        /// The file beside it.
        prj: PathBuf,
    },
    /// It has no coordinate reference system, and its eastings begin with the number of a zone.
    NoCrsButZone {
        /// The file.
        path: PathBuf,
        /// The zone.
        zone: u32,
        /// The EPSG code that fits, in CGCS2000.
        epsg: u32,
    },
    /// It has no coordinate reference system, and its coordinates look like degrees.
    NoCrsButDegrees {
        /// The file.
        path: PathBuf,
    },
    /// It has no geotransform at all.
    NoPlace {
        /// The file.
        path: PathBuf,
    },
    /// It is placed by ground control points only.
    Gcps {
        /// The file.
        path: PathBuf,
    },
    /// It is placed by rational polynomial coefficients only.
    Rpcs {
        /// The file.
        path: PathBuf,
    },
    /// Its pixels have no area.
    ZeroPixels {
        /// The file.
        path: PathBuf,
    },
    /// Its coordinate system cannot be used.
    Crs {
        /// The file.
        path: PathBuf,
        /// Why.
        source: CrsError,
    },
    /// It has no three colours.
    Grey {
        /// The file.
        path: PathBuf,
        /// How many bands it has.
        bands: usize,
        /// Whether they hold heights, as those of a terrain model.
        heights: bool,
    },
    /// It was found in a folder, and its colours stand for measured values: a map of heights or of an index.
    OfValues {
        /// The file.
        path: PathBuf,
    },
    /// It is in a format that only its maker's programs read.
    Foreign {
        /// The file.
        path: PathBuf,
        /// The format's name.
        format: &'static str,
    },
    /// `--bands` names a band that it has not.
    NoSuchBand {
        /// The file.
        path: PathBuf,
        /// The band asked for, from 1.
        band: usize,
        /// How many bands it has.
        bands: usize,
    },
    /// Its values are neither 8 nor 16 bit.
    Depth {
        /// The file.
        path: PathBuf,
        /// GDAL's name of the type.
        kind: String,
    },
    /// Its pixels are larger than the model can bear.
    TooCoarse {
        /// The file.
        path: PathBuf,
        /// Its ground sampling distance in centimetres, the coarser axis.
        gsd_cm: f64,
        /// The coarsest the model's evaluation holds for.
        coarsest_cm: f64,
    },
    /// Parts of it could not be read; the rest was searched.
    PartlyUnreadable {
        /// The file.
        path: PathBuf,
        /// Square metres that could not be read.
        m2: f64,
        /// Whether shards of a plan were to read it.
        in_shards: bool,
    },
    /// It is not the file that it was when the run began.
    Changed {
        /// The file.
        path: PathBuf,
    },
}

speaking_error!(RasterError, |e| match e {
    RasterError::Crs { source, .. } => Some(source),
    RasterError::DataBase { source, .. } => Some(source),
    RasterError::NotGiven { source, .. } => Some(source),
    _ => None,
});

/// Kinds of files that lie beside imagery and are none that is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beside {
    /// Single bands of a multispectral or thermal camera.
    Band,
    /// Terrain models, maps of reflectance and the like.
    Heights,
    /// Coarser copies of imagery that is searched.
    Preview,
    /// The same orthomosaic under another name.
    Copy,
    /// Frames of cameras that a program straightened or converted on its way to an orthomosaic.
    Frame,
    /// Pictures that somebody took with a telephone.
    Telephone,
    /// Pictures of reports and quick looks, which no camera took.
    Picture,
    /// Imagery in a format that only its maker's programs read.
    Foreign,
    /// Maps of lines and points.
    Vector,
}

impl Beside {
    /// The name used in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Band => "band",
            Self::Heights => "heights",
            Self::Preview => "preview",
            Self::Copy => "copy",
            Self::Frame => "frame",
            Self::Telephone => "telephone",
            Self::Picture => "picture",
            Self::Foreign => "foreign",
            Self::Vector => "vector",
        }
    }
}

/// Whether the name of a raster without a place is that of a photo which a program worked on: `DJI_0001.JPG.tif`, or in a folder of
/// `undistorted` ones.
fn is_frame(path: &Path) -> bool {
    let stem = path.file_stem().map(Path::new);
    let was_photo = stem.and_then(Path::extension).is_some_and(|ending| {
        let endings = ["jpg", "jpeg", "jfif", "dng", "arw"];
        endings.iter().any(|e| ending.eq_ignore_ascii_case(e))
    });
    let folders = path.parent().into_iter().flat_map(Path::components);
    let mut folders = folders.map(|folder| folder.as_os_str().to_string_lossy().to_lowercase());
    was_photo || folders.any(|folder| folder.starts_with("undistort"))
}

impl RasterError {
    /// The format of a file that cannot be opened, where its ending names one that only its maker's programs read.
    pub(super) fn foreign(path: &Path) -> Option<Self> {
        let format = match path.extension()?.to_ascii_lowercase().to_str()? {
            "ecw" => "ECW",
            "sid" => "MrSID",
            _ => return None,
        };
        let path = path.into();
        Some(Self::Foreign { path, format })
    }

    /// The kind of file beside imagery that it is, where it is of a known one.
    pub fn beside(&self) -> Option<Beside> {
        match self {
            Self::Grey { heights: true, .. } | Self::OfValues { .. } => Some(Beside::Heights),
            Self::Grey { .. } => Some(Beside::Band),
            // Reflectance and indices, as photogrammetry programs lay them beside the picture.
            Self::Depth { kind, .. } if kind.starts_with("Float") => Some(Beside::Heights),
            Self::Foreign { .. } => Some(Beside::Foreign),
            Self::NotARaster { path, .. } if has_ending(path, "gpkg") => Some(Beside::Vector),
            Self::Photo(aside) if aside.is_band() => Some(Beside::Band),
            Self::Photo(aside) if aside.is_of_telephone() => Some(Beside::Telephone),
            Self::Photo(aside) if aside.is_no_photo() => Some(Beside::Picture),
            Self::NoPlace { path } if is_frame(path) => Some(Beside::Frame),
            _ => None,
        }
    }

    /// Whether it is of imagery that its server may give another time: without it a scan would not be whole.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Photo(aside) => aside.is_lost(),
            Self::NotGiven { source, .. } => source.passes(),
            _ => false,
        }
    }

    /// The file it is about.
    pub fn path(&self) -> &PathBuf {
        match self {
            Self::Photo(aside) => &aside.path,
            Self::NotARaster { path, .. }
            | Self::NotGiven { path, .. }
            | Self::DataBase { path, .. }
            | Self::Leads { path, .. }
            | Self::NoCrs { path }
            | Self::BadPrj { path, .. }
            | Self::NoCrsButZone { path, .. }
            | Self::NoCrsButDegrees { path }
            | Self::NoPlace { path }
            | Self::Gcps { path }
            | Self::Rpcs { path }
            | Self::ZeroPixels { path }
            | Self::Crs { path, .. }
            | Self::Grey { path, .. }
            | Self::OfValues { path }
            | Self::Foreign { path, .. }
            | Self::NoSuchBand { path, .. }
            | Self::Depth { path, .. }
            | Self::TooCoarse { path, .. }
            | Self::PartlyUnreadable { path, .. }
            | Self::Changed { path } => path,
        }
    }
}

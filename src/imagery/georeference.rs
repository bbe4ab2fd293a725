//! Where a raster lies: by its own tags, by the files that programs write beside it (a world file, a `.prj`, an `.aux.xml`),
//! and by what the user says, which comes first.

use super::network::{in_bucket, is_virtual};
use super::raster_error::RasterError;
use super::raster_options::RasterOptions;
use crate::files;
use crate::ground::{Crs, GeoTransform, LonLat, PixelPoint, zone_in_front};
use crate::text;
use crate::words::{Action, Choice, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use gdal::{Dataset, Metadata};
use std::path::{Path, PathBuf};

/// Longest file beside a raster that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Something about a raster's place that the user should know: the run goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RasterNote {
    /// `--crs` was taken instead of the raster's own system.
    Overridden {
        /// The file.
        path: PathBuf,
        /// Its own system.
        own: String,
        /// The one that was taken.
        taken: String,
    },
    /// No way from its datum to WGS 84 is known: places lie tens of metres off.
    UnknownDatum {
        /// The file.
        path: PathBuf,
        /// The datum.
        datum: String,
    },
    /// The way from its datum that the user gave is not taken: it has a known one.
    WayNotUsed {
        /// The file.
        path: PathBuf,
        /// Its system.
        crs: String,
    },
    /// It has more bands than red, green and blue, and nothing says which those are: the first three were taken.
    GuessedBands {
        /// The file.
        path: PathBuf,
        /// How many bands it has.
        bands: usize,
    },
}

impl Say for RasterNote {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Overridden { path, own, taken } => Said::new(tr!(
                lang,
                "{path}: {taken} is taken, as it was asked for, not its own '{own}'",
                "{path}：按指定采用 {taken}，未用其自带的“{own}”",
                path = path.display(),
            )),
            Self::UnknownDatum { path, datum } => Said::new(tr!(
                lang,
                "{path} is on the datum {datum}, from which no way to WGS 84 is known here: all places may be off by 100 m and more, and say so",
                "{path} 的大地基准是 {datum}，没有已知的到 WGS 84 的转换参数：所有位置可能偏差 100 米以上，结果中已注明",
                path = path.display(),
            ))
            .hint(lang.pick(
                "export the raster in CGCS2000",
                "请以 CGCS2000 重新导出",
            ))
            .hint(remedy!(
                lang,
                "or give the parameters of your area with {three} or {seven}",
                "或用 {three}、{seven} 给出本地区参数",
                three = Action::Again(Choice::Datum { seven: false }),
                seven = Action::Again(Choice::Datum { seven: true }),
            )),
            Self::WayNotUsed { path, crs } => Said::new(tr!(
                lang,
                "{path}: the parameters given to WGS 84 are not used: the system '{crs}' has a known way",
                "{path}：所给的 WGS 84 转换参数未使用，坐标系“{crs}”已有确定的转换关系",
                path = path.display(),
            ))
            .hint(remedy!(
                lang,
                "where the file misnames its system, name the true one with {crs}",
                "若文件所标坐标系有误，请用 {crs} 指明真实坐标系",
                crs = Action::Again(Choice::Crs(None)),
            )),
            Self::GuessedBands { path, bands } => guessed_bands(path, *bands, lang),
        }
    }
}

fn guessed_bands(path: &Path, bands: usize, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} has {bands}, and nothing says which are red, green and blue: the first three were taken for these",
        "{path} 有 {bands} 个波段，未注明哪些是红、绿、蓝：已按前三个波段读取",
        bands = (bands, "band", "bands"),
    ))
    .hint(remedy!(
        lang,
        "multispectral cameras often have blue first: then name them with {bands}",
        "多光谱相机的波段常以蓝波段在前：若是如此，请用 {bands} 指定",
        bands = Action::Again(Choice::Bands([3, 2, 1])),
    ))
}
speaking_error!(RasterNote);

/// A raster's place.
pub(super) struct Georeference {
    pub crs: Crs,
    pub transform: GeoTransform,
    pub notes: Vec<RasterNote>,
}

/// Finds where a raster lies.
pub(super) fn georeference(
    path: &Path,
    dataset: &Dataset,
    options: &RasterOptions,
) -> Result<Georeference, RasterError> {
    let beside = match in_bucket(path) {
        Some(object) => Sidecars::read(&object),
        None if is_virtual(path) => Sidecars::default(),
        None => Sidecars::read(path),
    };
    let coefficients = dataset.geo_transform().ok().or(beside.transform);
    let Some(coefficients) = coefficients else {
        return Err(no_place(path, dataset));
    };
    let transform = GeoTransform::new(coefficients)
        .ok_or_else(|| RasterError::ZeroPixels { path: path.into() })?;
    let own = dataset
        .spatial_ref()
        .ok()
        .and_then(|r| Crs::of(&r))
        .or(beside.crs);
    let mut notes = Vec::new();
    let own = taken(path, own, options, &mut notes);
    let mut crs = own.ok_or_else(|| no_crs(path, &transform, beside.bad_prj))?;
    if let Some(at) = middle(&crs, &transform, dataset) {
        let named = crs.name().to_owned();
        let (with_way, unknown) =
            crs.with_way(at, options.towgs84)
                .map_err(|source| RasterError::Crs {
                    path: path.into(),
                    source,
                })?;
        crs = with_way;
        if options.towgs84.is_some() && crs.name() == named {
            notes.push(RasterNote::WayNotUsed {
                path: path.into(),
                crs: named,
            });
        }
        notes.extend(unknown.map(|datum| RasterNote::UnknownDatum {
            path: path.into(),
            datum,
        }));
    }
    Ok(Georeference {
        crs,
        transform,
        notes,
    })
}

/// A raster's own system, or the one that the user names.
fn taken(
    path: &Path,
    own: Option<Crs>,
    options: &RasterOptions,
    notes: &mut Vec<RasterNote>,
) -> Option<Crs> {
    let Some(taken) = &options.crs else {
        return own;
    };
    if let Some(own) = own.filter(|own| own.wkt() != taken.wkt()) {
        notes.push(RasterNote::Overridden {
            path: path.into(),
            own: own.name().to_owned(),
            taken: taken.name().to_owned(),
        });
    }
    Some(taken.clone())
}

#[expect(clippy::cast_precision_loss, reason = "raster sizes")]
fn middle(crs: &Crs, transform: &GeoTransform, dataset: &Dataset) -> Option<LonLat> {
    let (width, height) = dataset.raster_size();
    let centre = PixelPoint {
        x: width as f64 / 2.0,
        y: height as f64 / 2.0,
    };
    let there = crs.to_lonlat().ok()?.apply(&[transform.apply(centre)]);
    Some(there.ok()?[0])
}

/// What is said of a raster that is placed, but in no system.
fn no_crs(path: &Path, transform: &GeoTransform, bad_prj: Option<PathBuf>) -> RasterError {
    let path = path.to_path_buf();
    let corner = transform.apply(PixelPoint { x: 0.0, y: 0.0 });
    match (bad_prj, zone_in_front(corner.x)) {
        (Some(prj), _) => RasterError::BadPrj { path, prj },
        (None, Some((zone, epsg))) => RasterError::NoCrsButZone { path, zone, epsg },
        (None, None) if is_of_degrees(transform) => RasterError::NoCrsButDegrees { path },
        (None, None) => RasterError::NoCrs { path },
    }
}

/// Whether a raster's corner and pixels are of a size that degrees have: as metres its pixels would be below a millimetre.
fn is_of_degrees(transform: &GeoTransform) -> bool {
    let corner = transform.apply(PixelPoint { x: 0.0, y: 0.0 });
    let next = transform.apply(PixelPoint { x: 1.0, y: 1.0 });
    LonLat::new(corner.x, corner.y).is_on_earth()
        && (next.x - corner.x).abs() < 1e-3
        && (next.y - corner.y).abs() < 1e-3
}

fn no_place(path: &Path, dataset: &Dataset) -> RasterError {
    let path = path.to_path_buf();
    let rpcs = dataset.metadata_domain("RPC");
    if !dataset.gcps().is_empty() {
        RasterError::Gcps { path }
    } else if rpcs.is_some_and(|m| !m.is_empty()) {
        RasterError::Rpcs { path }
    } else {
        RasterError::NoPlace { path }
    }
}

/// What the files beside a raster say.
#[derive(Default)]
struct Sidecars {
    transform: Option<[f64; 6]>,
    crs: Option<Crs>,
    /// A `.prj` that is not understood.
    bad_prj: Option<PathBuf>,
}

impl Sidecars {
    fn read(path: &Path) -> Self {
        let aux = appended(path, "aux.xml").and_then(|p| text_of(&p));
        let aux = aux.as_deref().map(of_aux).unwrap_or_default();
        let prj_path = with_ending(path, &["prj"]);
        let prj = prj_path.as_deref().and_then(text_of);
        let prj = prj.and_then(|text| Crs::parse(text.trim()).ok());
        let world = world_file(path).and_then(|p| of_world(&text_of(&p)?));
        Self {
            transform: world.or(aux.transform),
            bad_prj: prj_path.filter(|_| prj.is_none()),
            crs: prj.or(aux.crs),
        }
    }
}

/// The file that GDAL and the programs built on it keep what they learn of a raster in.
fn of_aux(text: &str) -> Sidecars {
    let Ok(document) = roxmltree::Document::parse(text) else {
        return Sidecars::default();
    };
    let value = |name: &str| {
        let node = document.descendants().find(|n| n.has_tag_name(name))?;
        node.text()
    };
    let numbers = |text: &str| -> Option<[f64; 6]> {
        let parts: Option<Vec<f64>> = text.split(',').map(|v| v.trim().parse().ok()).collect();
        parts?.try_into().ok()
    };
    Sidecars {
        transform: value("GeoTransform").and_then(numbers),
        crs: value("SRS").and_then(|wkt| Crs::parse(wkt.trim()).ok()),
        bad_prj: None,
    }
}

/// Six numbers: the sides of a pixel, and where the middle of the first one lies.
fn of_world(text: &str) -> Option<[f64; 6]> {
    let number = |t: &str| t.replace(',', ".").parse::<f64>().ok();
    let parts: Option<Vec<f64>> = text.split_whitespace().take(6).map(number).collect();
    let [a, d, b, e, c, f]: [f64; 6] = parts?.try_into().ok()?;
    let corner = (c - f64::midpoint(a, b), f - f64::midpoint(d, e));
    Some([corner.0, a, b, corner.1, d, e])
}

/// The world file of a raster: its ending's first and last letter and a `w`, the ending and a `w`, or `wld`.
pub(super) fn world_file(path: &Path) -> Option<PathBuf> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    let (first, last) = (ending.chars().next()?, ending.chars().last()?);
    let short = format!("{first}{last}w");
    let long = format!("{ending}w");
    // ArcGIS names one with more digits, or of a turned picture, so.
    let more = format!("{short}x");
    with_ending(path, &[&short, &long, "wld", &more])
}

/// Whether something beside a picture says where it lies, so that it is an orthomosaic and not a photo.
pub(super) fn is_placed(path: &Path) -> bool {
    world_file(path).is_some()
        || appended(path, "aux.xml")
            .and_then(|p| text_of(&p))
            .is_some_and(|text| of_aux(&text).transform.is_some())
}

/// The file of the same name with one of these endings, in small letters, capitals or one capital.
fn with_ending(path: &Path, endings: &[&str]) -> Option<PathBuf> {
    endings.iter().find_map(|ending| {
        spelt(ending)
            .into_iter()
            .map(|e| path.with_extension(e))
            .find(|p| is_there(p))
    })
}

/// Whether a file lies on disk, or an object was seen in its bucket.
fn is_there(path: &Path) -> bool {
    files::is_seen(path) || path.is_file()
}

/// The file of the same name with an ending added.
fn appended(path: &Path, ending: &str) -> Option<PathBuf> {
    let with = |ending: String| {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        PathBuf::from(name)
    };
    spelt(ending).into_iter().map(with).find(|p| is_there(p))
}

fn spelt(ending: &str) -> [String; 3] {
    let (first, rest) = ending.split_at(1);
    [
        ending.to_owned(),
        ending.to_ascii_uppercase(),
        first.to_ascii_uppercase() + rest,
    ]
}

fn text_of(path: &Path) -> Option<String> {
    let bytes = files::read_up_to(path, LONGEST).ok()?;
    let readable = text::decode_xml(&bytes).unwrap_or_else(|_of_another_encoding| {
        // What says where it lies is numbers and names in ASCII, whatever else is in it.
        String::from_utf8_lossy(&bytes).into_owned()
    });
    Some(readable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_world_file_names_the_middle_of_the_first_pixel() {
        let found = of_world("0.02\n0\n0\n-0.02\n100.01\n199.99\n").expect("six numbers");
        for (a, b) in found.iter().zip([100.0, 0.02, 0.0, 200.0, 0.0, -0.02]) {
            assert!((a - b).abs() < 1e-9, "{found:?}");
        }
        assert!(of_world("0,02 0 0 -0,02 1 2").is_some());
        for bad in ["", "1 2 3", "a b c d e f"] {
            assert_eq!(of_world(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_files_beside_are_found_however_they_are_spelt() {
        let folder = tempfile::tempdir().expect("folder");
        let picture = folder.path().join("成果.JPG");
        for name in [
            "成果.JGW",
            "成果.jgw",
            "成果.wld",
            "成果.Wld",
            "成果.jpgw",
            "成果.jgwx",
        ] {
            let world = folder.path().join(name);
            fs::write(&world, "1 0 0 -1 0 0").expect("written");
            assert_eq!(world_file(&picture), Some(world.clone()), "{name}");
            fs::remove_file(world).expect("removed");
        }
        assert!(!is_placed(&picture));
        let aux = folder.path().join("成果.JPG.aux.xml");
        fs::write(
            &aux,
            "<PAMDataset><GeoTransform>1, 2, 0, 3, 0, -2</GeoTransform></PAMDataset>",
        )
        .expect("written");
        assert!(is_placed(&picture));
    }

    #[test]
    fn what_stands_beside_is_read_in_whatever_encoding_it_was_saved() {
        let folder = tempfile::tempdir().expect("folder");
        let aux =
            "<PAMDataset><!-- 成果 --><GeoTransform>1, 2, 0, 3, 0, -2</GeoTransform></PAMDataset>";
        let utf16: Vec<u8> = std::iter::once(0xfeff)
            .chain(aux.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let (gbk, _, _) = encoding_rs::GBK.encode(aux);
        let latin = aux
            .replace("成果", "\u{fc}")
            .chars()
            .map(|c| c as u8)
            .collect();
        for (name, bytes) in [("a", utf16), ("b", gbk.into_owned()), ("c", latin)] {
            let picture = folder.path().join(name).with_extension("jpg");
            fs::write(picture.with_extension("jpg.aux.xml"), bytes).expect("written");
            assert!(is_placed(&picture), "{name}");
        }
    }
}

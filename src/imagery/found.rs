//! Rasters that were found in a folder, which nobody named: they get no abilities. A few formats that hold all they say
//! themselves are opened, and a virtual raster (VRT) only where all it draws from are files in the same folder: none out
//! of it, none from a network, no code.
//!
//! What a user names on the command line is theirs to open, `/vsi…` paths included.

use super::network::in_bucket;
use super::raster_error::RasterError;
use super::raster_file::{error_of_server, not_opened};
use crate::files::{self, BucketError};
use crate::platform;
use crate::words::{Lang, of_system};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The formats. Some builds of GDAL lack some of them.
const DRIVERS: [&str; 14] = [
    "GTiff",
    "COG",
    "VRT",
    "HFA",
    "ENVI",
    "JP2OpenJPEG",
    "JP2KAK",
    "JP2ECW",
    "JP2MrSID",
    "ECW",
    "MrSID",
    "GPKG",
    "PNG",
    "JPEG",
];
/// The largest virtual raster.
const LARGEST: u64 = 64 << 20;
/// Virtual rasters inside each other.
const DEEPEST: usize = 8;
/// Endings of what GDAL opens beside a raster: its levels and its mask, of whatever format they are.
const BESIDE: [&str; 4] = [".ovr", ".OVR", ".msk", ".MSK"];
/// What a virtual raster may ask of how a source is opened; of a data base it could ask for statements to be run.
const ASKED: [&str; 2] = ["OVERVIEW_LEVEL", "NUM_THREADS"];
/// Where GDAL looks for the first element of a virtual raster.
const HEAD: u64 = 1024;

/// Fails for a raster that is not to be opened because it was only found below `folder`.
///
/// # Errors
/// [`RasterError::Leads`], [`RasterError::Foreign`], [`RasterError::NotARaster`].
pub fn check(path: &Path, folder: &Path) -> Result<(), RasterError> {
    let not = |reason: String| RasterError::NotARaster {
        path: path.into(),
        reason,
    };
    super::raster_file::check_name(path)?;
    if let Some(object) = in_bucket(path) {
        return check_object(path, &object);
    }
    files::regular(path).map_err(|e| not(e.to_string()))?;
    super::raster_file::check_data_base(path)?;
    let root = platform::real_path(folder).map_err(|e| not(e.to_string()))?;
    match leads_out(path, &root, 0) {
        Some(to) => Err(RasterError::Leads {
            path: path.into(),
            to,
        }),
        None => of_known_format(path)
            .map_err(|reason| RasterError::foreign(path).unwrap_or_else(|| not(reason))),
    }
}

/// As [`check`], of an object that was found in a bucket: no virtual raster is opened there, and none beside another.
fn check_object(path: &Path, object: &Path) -> Result<(), RasterError> {
    let not = |reason: String| RasterError::NotARaster {
        path: path.into(),
        reason,
    };
    let beside = BESIDE.iter().map(|ending| files::beside(object, ending));
    let beside = beside.filter(|beside| files::is_seen(beside));
    for object in std::iter::once(object.to_owned()).chain(beside) {
        let mut head = Vec::new();
        let read = files::open(&object).and_then(|file| file.take(HEAD).read_to_end(&mut head));
        read.map_err(|e| match BucketError::of(&e) {
            Some(error) => error_of_server(path, error.clone()),
            None => not(of_system(&e, Lang::En)),
        })?;
        if is_virtual(&head) {
            return Err(RasterError::Leads {
                path: path.into(),
                to: object.display().to_string(),
            });
        }
    }
    of_known_format(path).map_err(|reason| not_opened(path, reason))
}

/// Whether the first bytes of a file are those of a virtual raster.
fn is_virtual(head: &[u8]) -> bool {
    head.windows(b"<VRTDataset".len())
        .any(|window| window == b"<VRTDataset")
}

/// Whether one of the formats takes the file.
fn of_known_format(path: &Path) -> Result<(), String> {
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_RASTER | GdalOpenFlags::GDAL_OF_READONLY,
        allowed_drivers: Some(&DRIVERS),
        ..DatasetOptions::default()
    };
    let opened = Dataset::open_ex(path, options).map(drop);
    opened.map_err(|e| super::gdal_words::gdal_words(&e))
}

/// Where a raster leads that is not a file below `root`; nothing for one that stays. A virtual raster leads somewhere, and
/// so does one that lies beside a raster as its levels or its mask.
fn leads_out(path: &Path, root: &Path, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return Some("…".into());
    }
    let beside = BESIDE.iter().map(|ending| files::beside(path, ending));
    let mut lying = beside.filter(|path| std::fs::symlink_metadata(path).is_ok());
    let aside = lying.find_map(|path| stays(&path, root, depth));
    aside.or_else(|| virtual_leads_out(path, root, depth))
}

/// Where a file that was named leads; its own name where it is none below `root`.
fn stays(path: &Path, root: &Path, depth: usize) -> Option<String> {
    let real = platform::real_path(path);
    let is_inside = real.is_ok_and(|path| path.starts_with(root) && path.is_file());
    // GDAL's own file systems come before the disk's.
    if !is_inside || path.to_string_lossy().starts_with("/vsi") {
        return Some(path.display().to_string());
    }
    leads_out(path, root, depth + 1)
}

fn virtual_leads_out(path: &Path, root: &Path, depth: usize) -> Option<String> {
    let mut head = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    file.take(HEAD).read_to_end(&mut head).ok()?;
    if !is_virtual(&head) {
        return None;
    }
    if length > LARGEST || depth >= DEEPEST {
        return Some("…".into());
    }
    let Ok(text) = std::fs::read_to_string(path) else {
        return Some("?".into());
    };
    let Ok(document) = roxmltree::Document::parse(text.trim_start_matches('\u{feff}')) else {
        // GDAL would read on where a strict reader stops.
        return Some("?".into());
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    document
        .descendants()
        .filter(roxmltree::Node::is_element)
        .find_map(|element| {
            let name = element.tag_name().name();
            if name.starts_with("PixelFunction") || asks(&element) {
                return Some(name.to_owned());
            }
            if !opens(name) && !opens_by_key(&element) {
                return None;
            }
            let source = element.text().unwrap_or_default().trim();
            let beside = element.attribute("relativeToVRT") == Some("1");
            let place = if beside {
                folder.join(source)
            } else {
                PathBuf::from(source)
            };
            stays(&place, root, depth).map(|leads| {
                let itself = leads == place.display().to_string();
                if itself { source.to_owned() } else { leads }
            })
        })
}

/// Whether an element asks for more than to open a source.
fn asks(element: &roxmltree::Node<'_, '_>) -> bool {
    let plain = |key: &str| ASKED.iter().any(|known| known.eq_ignore_ascii_case(key));
    element.tag_name().name() == "OOI" && !element.attribute("key").is_some_and(plain)
}

/// Whether GDAL opens what an element holds because of what its key or its name says.
fn opens_by_key(element: &roxmltree::Node<'_, '_>) -> bool {
    let says = |attribute: &str, parts: &[&str]| {
        let said = element.attribute(attribute).map(str::to_ascii_lowercase);
        said.is_some_and(|said| parts.iter().any(|part| said.contains(part)))
    };
    match element.tag_name().name() {
        "Argument" => says("name", &["filename", "dataset", "path"]),
        "MDI" => says(
            "key",
            &["x_dataset", "y_dataset", "overview_file", "rpc_dem"],
        ),
        "Option" => says("name", &["dataset", "dsname", "rpc_dem", "geoloc_array"]),
        _ => false,
    }
}

/// Whether GDAL opens what an element of this name holds.
fn opens(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["filename", "file", "sourcedataset", "path", "url"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vrt(source: &str, relative: u8) -> String {
        format!(
            "<VRTDataset rasterXSize=\"2\" rasterYSize=\"2\"><VRTRasterBand dataType=\"Byte\" band=\"1\"><SimpleSource>\
             <SourceFilename relativeToVRT=\"{relative}\">{source}</SourceFilename><SourceBand>1</SourceBand>\
             </SimpleSource></VRTRasterBand></VRTDataset>"
        )
    }

    #[test]
    fn a_virtual_raster_stays_in_its_folder_or_is_said_to_lead_out() {
        let folder = tempfile::tempdir().expect("folder");
        let root = folder.path().join("survey");
        std::fs::create_dir_all(root.join("tiles")).expect("made");
        std::fs::write(root.join("tiles/a.tif"), "a").expect("written");
        std::fs::write(folder.path().join("secret.tif"), "s").expect("written");
        let root = platform::real_path(&root).expect("there");
        let leads = |name: &str, text: &str| {
            let path = root.join(name);
            std::fs::write(&path, text).expect("written");
            leads_out(&path, &root, 0)
        };
        assert_eq!(leads("a.vrt", &vrt("tiles/a.tif", 1)), None);
        assert_eq!(leads("tiles/b.vrt", &vrt("../tiles/a.tif", 1)), None);
        let whole = root.join("tiles/a.tif").to_string_lossy().into_owned();
        assert_eq!(leads("c.vrt", &vrt(&whole, 0)), None);
        assert_eq!(leads("d.vrt", &vrt("c.vrt", 1)), None);
        for outside in [
            "../secret.tif",
            "/vsicurl/http://127.0.0.1:9/x.tif",
            "http://127.0.0.1:9/x.tif",
            "/etc/passwd",
            "absent.tif",
            "&lt;VRTDataset&gt;&lt;/VRTDataset&gt;",
            "GPKG:tiles/a.tif:x",
        ] {
            assert!(leads("e.vrt", &vrt(outside, 1)).is_some(), "{outside}");
            assert!(
                leads("f.vrt", &vrt("e.vrt", 1)).is_some(),
                "through another: {outside}"
            );
            // By any name: GDAL goes by what is in it.
            assert!(leads("e.tif", &vrt(outside, 1)).is_some(), "{outside}");
        }
        let code = vrt("tiles/a.tif", 1).replace(
            "<SimpleSource>",
            "<PixelFunctionType>f</PixelFunctionType><PixelFunctionLanguage>Python</PixelFunctionLanguage><SimpleSource>",
        );
        assert!(leads("g.vrt", &code).is_some());
        std::fs::write(root.join("h.vrt"), vrt("h.vrt", 1)).expect("written");
        assert!(
            leads_out(&root.join("h.vrt"), &root, 0).is_some(),
            "one that names itself"
        );
        assert!(
            leads("i.vrt", "<VRTDataset><SourceFilename>").is_some(),
            "not XML to us"
        );
    }

    #[test]
    fn what_lies_beside_a_raster_or_is_said_by_a_key_leads_nowhere_else() {
        let folder = tempfile::tempdir().expect("folder");
        let root = platform::real_path(folder.path()).expect("there");
        std::fs::create_dir_all(root.join("tiles")).expect("made");
        std::fs::write(root.join("tiles/a.tif"), "a").expect("written");
        let leads = |name: &str, text: &str| {
            let path = root.join(name);
            std::fs::write(&path, text).expect("written");
            leads_out(&path, &root, 0)
        };
        for says in [
            "<Argument name=\"gain_dataset_filename_1\">/etc/passwd</Argument>",
            "<MDI key=\"X_DATASET\">/vsicurl/http://127.0.0.1:9/x.tif</MDI>",
            "<Option name=\"RPC_DEM\">/etc/passwd</Option>",
            "<OOI key=\"PRELUDE_STATEMENTS\">ATTACH '/tmp/x' AS x</OOI>",
        ] {
            let with =
                vrt("tiles/a.tif", 1).replace("<SimpleSource>", &format!("<SimpleSource>{says}"));
            assert!(leads("j.vrt", &with).is_some(), "{says}");
        }
        let plain = "<MDI key=\"TIFFTAG_DOCUMENTNAME\">/x</MDI><OOI key=\"NUM_THREADS\">2</OOI>";
        let with =
            vrt("tiles/a.tif", 1).replace("<SimpleSource>", &format!("<SimpleSource>{plain}"));
        assert_eq!(leads("j.vrt", &with), None);
        std::fs::write(root.join("k.tif.ovr"), "levels").expect("written");
        assert_eq!(leads("k.tif", "k"), None);
        for ending in ["ovr.ovr", "ovr.msk", "MSK", "ovr"] {
            let beside = root.join(format!("k.tif.{ending}"));
            std::fs::write(&beside, vrt("/etc/passwd", 0)).expect("written");
            assert!(leads("k.tif", "k").is_some(), "{ending}");
            assert!(leads("l.vrt", &vrt("k.tif", 1)).is_some(), "{ending}");
            std::fs::remove_file(&beside).expect("away");
        }
    }
}

//! What is asked of a scan from a page: files and folders of the served folder by their way below it, and options.

use super::super::answer::Refused;
use super::super::library::is_a_registrys;
use super::super::values::{LONGEST_OF_A_SURVEY, OF_A_SURVEY};
use crate::ground::Crs;
use crate::imagery::{RasterOptions, check_found};
use crate::platform::real_path;
use crate::printable::terminal;
use crate::scan::{PhotoRequest, ScanRequest, SecondStage};
use crate::text::names::is_plain;
use crate::words::Lang;
use axum::http::StatusCode;
use serde::Deserialize;
use std::path::{Component, Path, PathBuf};

/// The folder of results, below the served one.
pub(super) const RESULTS: &str = "surveys";

/// A scan as a page asks for it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::server) struct RunRequest {
    /// Imagery, by its way below the served folder.
    inputs: Vec<String>,
    /// The survey's name; its results lie under it.
    name: String,
    /// A file with the boundary.
    boundary: Option<String>,
    #[serde(default)]
    options: RunOptions,
}

/// Options of a scan; what is not given is as it is on the command line.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member of what is sent"
)]
struct RunOptions {
    threshold: Option<f64>,
    site_radius_m: Option<f64>,
    captured: Option<String>,
    unit: Option<String>,
    timezone: Option<String>,
    crs: Option<String>,
    allow_coarse: bool,
    no_verify: bool,
    dem: Option<String>,
    ground_elevation_m: Option<f64>,
    sensor_width_mm: Option<f64>,
    looking_down: bool,
    any_view: bool,
    restart: bool,
    lang: Option<String>,
}

impl RunRequest {
    /// What is asked of the scan.
    pub fn request(self, root: &Path) -> Result<ScanRequest, Refused> {
        let raster = |field: FieldName| move |way: &String| imagery(root, way, field);
        let boundary = |way: &String| inside(root, way).ok_or_else(|| missing(BOUNDARY, way));
        let options = self.options;
        let inputs = self
            .inputs
            .iter()
            .map(raster(IMAGERY))
            .collect::<Result<Vec<_>, _>>()?;
        if inputs.is_empty() {
            return Err(Refused::unclear("inputs"));
        }
        let name = self.name.trim().to_owned();
        if !is_plain(&name, LONGEST_OF_A_SURVEY) || is_a_registrys(&name) {
            return Err(Refused::unclear("name").hint(OF_A_SURVEY.0, OF_A_SURVEY.1));
        }
        let captured = options.captured.as_deref().map(str::parse).transpose();
        let crs = options.crs.as_deref().map(Crs::parse).transpose();
        let lang = options.lang.as_deref().map_or(Lang::Zh, Lang::of_locale);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let second = if options.no_verify {
            SecondStage::Off
        } else {
            SecondStage::Looks
        };
        let plain = ScanRequest::new(
            inputs,
            root.join(RESULTS).join(&name),
            crate::pages::review::page,
            lang,
        );
        Ok(ScanRequest {
            threads: cores,
            threshold: options.threshold,
            site_radius_m: options.site_radius_m.unwrap_or(plain.site_radius_m),
            within: self.boundary.as_ref().map(boundary).transpose()?,
            raster: RasterOptions {
                crs: crs.map_err(|error| Refused::by_fault(&error))?,
                ..RasterOptions::default()
            },
            photos: PhotoRequest {
                dem: options.dem.as_ref().map(raster(TERRAIN)).transpose()?,
                ground_elevation_m: options.ground_elevation_m,
                sensor_width_mm: options.sensor_width_mm,
                looking_down: options.looking_down,
                any_view: options.any_view,
                ..PhotoRequest::default()
            },
            survey: Some(name),
            unit: options.unit,
            captured: captured.map_err(|error| Refused::by_fault(&error))?,
            timezone: options.timezone,
            allow_coarse: options.allow_coarse,
            second,
            restart: options.restart,
            pyramids: true,
            ..plain
        })
    }
}

/// A field of the form: what it is called in English and in Chinese.
type FieldName = (&'static str, &'static str);

const IMAGERY: FieldName = ("imagery", "影像");
const BOUNDARY: FieldName = ("boundary file", "边界文件");
const TERRAIN: FieldName = ("terrain model", "地形模型");

/// A raster, a photo or a folder of them below a folder. Who names it through a page gives it no abilities, as if it had been
/// found: a list of paths is none, and a virtual raster leads nowhere else.
fn imagery(root: &Path, way: &str, field: FieldName) -> Result<PathBuf, Refused> {
    let path = inside(root, way).ok_or_else(|| missing(field, way))?;
    if !path.is_dir() {
        check_found(&path, root).map_err(|error| Refused::by_fault(&error))?;
    }
    Ok(path)
}

/// What a field names lies nowhere in the folder.
fn missing((english, chinese): FieldName, way: &str) -> Refused {
    let way = terminal(way);
    Refused::new(
        StatusCode::NOT_FOUND,
        "missing_file",
        &format!("{english}: “{way}” is not in the served folder"),
        &format!("{chinese}：文件夹中没有“{way}”"),
    )
    .hint(
        "write its way below the served folder, such as flight/boundary.geojson, or send it in first",
        "请填写该文件在文件夹中的相对路径，如 flight/boundary.geojson，或先上传",
    )
}

/// A place below a folder, also once links on the way are followed.
pub(in crate::server) fn inside(root: &Path, way: &str) -> Option<PathBuf> {
    let below = Path::new(way);
    let plain = |part: Component| matches!(part, Component::Normal(_) | Component::CurDir);
    if way.is_empty() || way.contains('\\') || !below.components().all(plain) {
        return None;
    }
    let path = root.join(below);
    let real = real_path(&path).ok()?;
    real.starts_with(root).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::{IMAGERY, RunRequest, imagery, inside, real_path};

    #[test]
    fn what_a_page_names_leads_nowhere_else() {
        let folder = tempfile::tempdir().expect("folder");
        let place = real_path(folder.path()).expect("place");
        let root = place.join("served");
        std::fs::create_dir(&root).expect("served");
        let picture = |path: &std::path::Path| {
            let image = image::RgbImage::from_pixel(16, 16, image::Rgb([9, 90, 40]));
            image.save(path).expect("picture");
        };
        let virtual_of = |source: &str| {
            format!(
                "<VRTDataset rasterXSize=\"16\" rasterYSize=\"16\"><VRTRasterBand dataType=\"Byte\" band=\"1\"><SimpleSource>\
                 <SourceFilename relativeToVRT=\"0\">{source}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
            )
        };
        let secret = place.join("secret.png");
        picture(&secret);
        picture(&root.join("own.png"));
        let secret = secret.display().to_string();
        for (name, text) in [
            ("list.txt", secret.clone()),
            ("list.lst", "own.png".to_owned()),
            ("evil.vrt", virtual_of(&secret)),
            ("evil.tif", virtual_of("/vsicurl/http://127.0.0.1:9/a.tif")),
            ("text.tif", secret.clone()),
        ] {
            std::fs::write(root.join(name), text).expect("written");
            assert!(imagery(&root, name, IMAGERY).is_err(), "{name}");
        }
        let own = virtual_of(&root.join("own.png").display().to_string());
        std::fs::write(root.join("own.vrt"), own).expect("written");
        for name in ["own.png", "own.vrt", "."] {
            assert!(imagery(&root, name, IMAGERY).is_ok(), "{name}");
        }
        // Its levels lead out, though it does not itself.
        std::fs::write(root.join("own.png.ovr"), virtual_of(&secret)).expect("written");
        for name in ["own.png", "own.vrt"] {
            assert!(imagery(&root, name, IMAGERY).is_err(), "{name}");
        }
    }

    #[test]
    fn a_survey_is_called_what_every_system_takes() {
        let folder = tempfile::tempdir().expect("folder");
        let root = real_path(folder.path()).expect("root");
        image::RgbImage::new(16, 16)
            .save(root.join("a.png"))
            .expect("picture");
        let asked = |name: &str| {
            let asked = serde_json::json!({"inputs": ["a.png"], "name": name});
            let asked: RunRequest = serde_json::from_value(asked).expect("asked");
            asked.request(&root).is_ok()
        };
        assert!(asked("五月 航测"));
        for name in [
            "con",
            "NUL.1",
            "x.",
            "x\u{200b}",
            "a/b",
            "q.PAPAVER.people",
            ".x",
        ] {
            assert!(!asked(name), "{name:?}");
        }
        let longest = "县".repeat(40);
        assert!(asked(&longest) && !asked(&format!("{longest}x")));
    }

    #[test]
    fn a_member_that_is_not_known_is_refused() {
        let whole = serde_json::json!({"inputs": ["a"], "name": "x", "boundary": "b"});
        assert!(serde_json::from_value::<RunRequest>(whole.clone()).is_ok());
        for name in ["within", "treshold"] {
            let mut asked = whole.clone();
            asked[name] = serde_json::json!("nowhere.geojson");
            let refused = serde_json::from_value::<RunRequest>(asked);
            assert!(refused.is_err_and(|error| error.to_string().contains(name)));
        }
    }

    #[test]
    fn nothing_outside_the_folder_is_scanned() {
        let folder = tempfile::tempdir().expect("folder");
        let root = real_path(folder.path()).expect("root");
        std::fs::create_dir(root.join("flight")).expect("flight");
        assert!(inside(&root, "flight").is_some());
        for way in ["..", "../x", "/etc", "flight/../..", "", "a\\b", "missing"] {
            assert!(inside(&root, way).is_none(), "{way}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/", root.join("link")).expect("link");
            assert!(inside(&root, "link/etc").is_none());
        }
    }
}

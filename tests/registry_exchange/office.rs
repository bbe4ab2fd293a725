//! An office: a folder with a registry, and the program run in it.

use gdal::vector::LayerAccess;
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub struct Office {
    pub lang: &'static str,
    /// The folder lasts as long as this.
    pub kept: tempfile::TempDir,
}

/// What the program said and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

impl Office {
    /// An office with three people who hold every role but the supervisor's.
    pub fn begin() -> Self {
        Self::begin_of("410423")
    }

    /// The same of another unit.
    pub fn begin_of(unit: &str) -> Self {
        let kept = tempfile::tempdir().expect("folder");
        let office = Self { lang: "en", kept };
        office.ok(
            "chief",
            &["init", "--unit", unit, "--registry", "a.papaver"],
        );
        for name in ["wang", "li", "zhao"] {
            office.ok(
                "chief",
                &["actor", "add", name, "analyst,verifier,eradicator,acceptor"],
            );
        }
        office
    }

    pub fn folder(&self) -> &Path {
        self.kept.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.kept.path().join(name)
    }

    pub fn run(&self, actor: &str, arguments: &[&str]) -> Said {
        let set = [
            ("PAPAVER_ACTOR", actor),
            ("PAPAVER_REGISTRY", "a.papaver"),
            ("TZ", "Asia/Shanghai"),
        ];
        let arguments = [&["--lang", self.lang], arguments].concat();
        self.run_in(&set, &arguments, b"")
    }

    /// Runs the program in surroundings of one's own, and gives it something to read.
    pub fn run_in(&self, set: &[(&str, &str)], arguments: &[&str], input: &[u8]) -> Said {
        let mut child = Command::new(env!("CARGO_BIN_EXE_papaver"))
            .current_dir(self.kept.path())
            .args(arguments)
            .env_remove("PAPAVER_ACTOR")
            .env_remove("PAPAVER_REGISTRY")
            .envs(set.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut pipe = child.stdin.take().expect("piped");
        // Who does not read it may have ended before it is written.
        let _unread = pipe.write_all(input);
        drop(pipe);
        let output = child.wait_with_output().expect("ended");
        Said {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    pub fn ok(&self, actor: &str, arguments: &[&str]) -> Said {
        let said = self.run(actor, arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
        said
    }

    /// Refused as a whole: one error with a remedy, exit code 1.
    pub fn refused(&self, actor: &str, arguments: &[&str]) -> String {
        let said = self.run(actor, arguments);
        assert_eq!(said.code, Some(1), "{arguments:?}: {said:?}");
        assert!(
            said.err.starts_with("error: ") && said.err.contains("\nhint: "),
            "{said:?}"
        );
        said.err
    }

    pub fn site(&self, code: &str) -> Value {
        self.ok("chief", &["show", code, "--json"]).json()
    }

    pub fn events(&self) -> u64 {
        self.ok("chief", &["verify", "--json"]).json()["events"]
            .as_u64()
            .expect("a number")
    }

    /// A site that a patrol found.
    pub fn patrolled(&self, lon: f64, lat: f64) -> String {
        let at = format!("{lon},{lat}");
        let add = ["add", "--at", &at, "--source", "patrol", "--json"];
        let added = self.ok("wang", &add).json();
        added["id"].as_str().expect("id").to_owned()
    }

    /// A site that a crew has been sent to.
    pub fn dispatched(&self, lon: f64, lat: f64) -> String {
        let code = self.patrolled(lon, lat);
        self.ok(
            "wang",
            &["assign", &code, "--crew", "一组", "--when", "2026-05-04"],
        );
        code
    }

    /// What a crew found on the 5th of May 2026: plants in flower, with their photograph.
    pub fn found(&self, site: &str, plants: &str, photo: &str) {
        self.ok(
            "wang",
            &[
                "visit",
                site,
                "--outcome",
                "cultivated",
                "--plants",
                plants,
                "--stage",
                "flowering",
                "--officer",
                "王",
                "--officer",
                "李",
                "--sap-cut",
                "false",
                "--photo",
                photo,
                "--when",
                "2026-05-05",
            ],
        );
    }

    /// Takes in a file of which rows are refused; the report.
    pub fn partly(&self, file: &str) -> Value {
        let said = self.run("wang", &["import", file, "--json"]);
        assert_eq!(said.code, Some(2), "{said:?}");
        said.json()
    }
}

/// The rows of a report that were refused: line and reason.
pub fn refusals(report: &Value) -> Vec<(u64, String)> {
    report["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| row["fate"] == "refused")
        .map(|row| {
            let why = row["why"].as_str().expect("a reason").to_owned();
            (row["line"].as_u64().expect("a line"), why)
        })
        .collect()
}

/// A photograph: a real JPEG, different for every colour.
pub fn photo(path: &Path, colour: u8) {
    image::RgbImage::from_pixel(64, 48, image::Rgb([40, colour, 40]))
        .save(path)
        .expect("saved");
}

pub fn open(path: &Path, update: bool) -> Dataset {
    let mut flags = GdalOpenFlags::GDAL_OF_VECTOR;
    if update {
        flags |= GdalOpenFlags::GDAL_OF_UPDATE;
    }
    let options = DatasetOptions {
        open_flags: flags,
        ..DatasetOptions::default()
    };
    Dataset::open_ex(path, options).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Fills in rows of a layer as a field program does: through GDAL, in place.
pub fn fill_in(path: &Path, layer: &str, rows: &[(&str, Value)]) {
    let dataset = open(path, true);
    edit(&dataset, layer, rows);
    dataset.close().expect("closed");
}

/// Adds a point to the visits, as a crew does in the field where it finds another plot.
pub fn new_point(path: &Path, [lon, lat]: [f64; 2], values: &Value) {
    let dataset = open(path, true);
    {
        let mut layer = dataset.layer_by_name("visits").expect("the layer");
        let mut feature = gdal::vector::Feature::new(layer.defn()).expect("a feature");
        let mut point = gdal::vector::Geometry::empty(gdal::vector::OGRwkbGeometryType::wkbPoint)
            .expect("a point");
        point.add_point_2d((lon, lat));
        feature.set_geometry(point).expect("placed");
        set(&mut feature, values);
        feature.create(&layer).expect("written");
        drop(feature);
        layer.reset_feature_reading();
    }
    dataset.close().expect("closed");
}

/// Changes rows of an open file.
pub fn edit(dataset: &Dataset, layer: &str, rows: &[(&str, Value)]) {
    let mut layer = dataset.layer_by_name(layer).expect("the layer");
    for (code, values) in rows {
        let mut found = None;
        for feature in layer.features() {
            let at = feature.field_index("site").expect("site");
            if feature.field_as_string(at).expect("read").as_deref() == Some(*code) {
                found = feature.fid();
            }
        }
        let mut feature = layer
            .feature(found.unwrap_or_else(|| panic!("no row for {code}")))
            .expect("a feature");
        set(&mut feature, values);
        layer.set_feature(feature).expect("written");
    }
}

fn set(feature: &mut gdal::vector::Feature, values: &Value) {
    for (name, value) in values.as_object().expect("values") {
        let at = feature
            .field_index(name)
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        match value {
            Value::String(text) => feature.set_field_string(at, text),
            Value::Number(n) if n.is_f64() => {
                feature.set_field_double(at, n.as_f64().expect("a number"))
            }
            Value::Number(n) => feature.set_field_integer64(at, n.as_i64().expect("a number")),
            _ => feature.set_field_null(at),
        }
        .expect("set");
    }
}

/// A visit that confirms, with its photograph.
pub fn confirming(photo: &str) -> Value {
    json!({
        "visit_outcome": "cultivated", "visit_at": "2026-05-05 10:21:00", "visit_officers": "王、李", "visit_stage": "flowering",
        "visit_sap_cut": "no", "visit_plants": 52, "visit_habitat": "vegetable_garden", "visit_photo_1": photo, "visit_note": "墙后",
    })
}

//! Why a model cannot be used, and what mends it.

mod said;

use crate::speaking_error;
use serde_json::json;
use std::path::PathBuf;

/// A model or a runtime that cannot be used.
#[derive(Debug)]
pub enum ModelError {
    /// ONNX Runtime is nowhere to be found.
    NoRuntime {
        /// Where it was looked for.
        places: Vec<PathBuf>,
    },
    /// The library found is not an ONNX Runtime that will do.
    BadRuntime {
        /// The library.
        path: PathBuf,
        /// What the loader said.
        reason: String,
    },
    /// The model file cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A model file that will not do.
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<Self>,
    },
    /// The verifier's file cannot be read.
    NoVerifier {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A verifier is asked for, and the model is none.
    NotAVerifier {
        /// Its `model_type`.
        kind: String,
    },
    /// A verifier without the two inputs and the output that it needs.
    VerifierPorts {
        /// What it has, by name.
        found: String,
    },
    /// ONNX Runtime does not take the model.
    NotOnnx {
        /// What it said.
        reason: String,
    },
    /// It has not exactly one input and one output.
    Ports {
        /// How many inputs.
        inputs: usize,
        /// How many outputs.
        outputs: usize,
    },
    /// It takes or gives numbers of half precision.
    HalfPrecision,
    /// Its input is not `[N,3,H,W]` of single-precision numbers with square tiles.
    InputShape {
        /// What it is.
        found: String,
    },
    /// Its output is neither `[N,C]` nor `[N,C,h,w]`.
    OutputShape {
        /// What it is.
        found: String,
    },
    /// It is neither a classifier nor a detector nor a segmenter.
    OtherKind {
        /// Its `model_type`.
        kind: String,
    },
    /// Its candidates are not looked at a second time: it is a detector or a segmenter.
    NoSecondLook,
    /// A first pass is asked for, and the model has none, or does not run on the processor.
    NoFirstPass,
    /// A first pass is asked for at a threshold at which it would lose what is asked for.
    BelowFirstPass {
        /// The threshold.
        threshold: f64,
        /// The lowest at which it may be used.
        lowest: f64,
    },
    /// A segmenter's output is not `[N,C,h,w]` of squares that fit the tile.
    MaskShape {
        /// What it is.
        found: String,
    },
    /// A detector's output is of no layout that is known.
    BoxShape {
        /// What it is.
        found: String,
        /// How many classes it names.
        classes: Option<u32>,
    },
    /// A detector's rows of six can be of two layouts.
    TwoLayouts {
        /// What its output is.
        found: String,
    },
    /// A detector tells the numbers of classes where the score of its one class is read.
    SuppressedInside,
    /// A detector found something of a class that it does not name.
    OtherClass {
        /// What it says is the number of the class.
        number: f32,
        /// The classes that it names.
        classes: Vec<String>,
    },
    /// A verifier learnt from the candidates of another model.
    OtherFirstStage {
        /// SHA-256 of that model.
        learnt_from: String,
        /// SHA-256 of the model that searches.
        model: String,
    },
    /// A detector whose boxes are of another kind.
    OtherBoxes {
        /// Its `det_type`.
        kind: String,
    },
    /// `class_names` is missing and cannot be told from the shapes.
    NoClassNames,
    /// A detector of several things does not say which of them count as poppy.
    NoPositive {
        /// Its classes.
        classes: Vec<String>,
    },
    /// Several keys are missing.
    Incomplete {
        /// Each with an example of its value, as JSON.
        missing: Vec<(String, String)>,
    },
    /// A key to be written that no model of ours has.
    UnknownKey {
        /// The key.
        key: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The model gave a score that is no share of one.
    NotAProbability {
        /// The score.
        value: f32,
    },
    /// `resolution` is missing.
    NoResolution,
    /// `tile_size` is missing and the input is dynamic.
    NoTileSize,
    /// `papaver_cell` is missing and cannot be told from the shapes.
    NoCell,
    /// A metadata value is not JSON.
    NotJson {
        /// The key.
        key: String,
        /// Its beginning.
        value: String,
    },
    /// A metadata value makes no sense.
    BadValue {
        /// The key.
        key: String,
        /// The value.
        value: String,
    },
    /// `papaver_positive` is no list of the model's classes.
    OtherPositive {
        /// The value.
        value: String,
        /// The model's classes.
        classes: Vec<String>,
    },
    /// Running the model failed.
    Run {
        /// What ONNX Runtime said.
        reason: String,
    },
    /// The model gave a score that is no number.
    NotANumber,
    /// The device asked for is not to be had.
    Device {
        /// Its name.
        device: String,
        /// What ONNX Runtime said.
        reason: String,
    },
}

/// A key of a model with a value.
fn key(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), value.to_owned())]
}

impl ModelError {
    /// What is missing, in one error; `None` where nothing is.
    pub fn of_gaps(gaps: Vec<Self>) -> Option<Self> {
        let missing = gaps.iter().flat_map(Self::missing).collect();
        match gaps.len() {
            0 | 1 => gaps.into_iter().next(),
            _ => Some(Self::Incomplete { missing }),
        }
    }

    /// The keys that would mend it, each with an example of its value, as JSON; empty where it is not a lack of keys.
    pub fn missing(&self) -> Vec<(String, String)> {
        match self {
            Self::NoResolution => key("resolution", "2.0"),
            Self::NoTileSize => key("tile_size", "512"),
            Self::NoCell => key("papaver_cell", "16"),
            Self::TwoLayouts { .. } => key("papaver_boxes", r#""objectness""#),
            Self::NoClassNames => key("class_names", r#"{"0":"poppy"}"#),
            Self::NoPositive { classes } => {
                key("papaver_positive", &json!([classes.first()]).to_string())
            }
            Self::Incomplete { missing } => missing.clone(),
            Self::File { source, .. } => source.missing(),
            _ => Vec::new(),
        }
    }
}

speaking_error!(ModelError, |e| match e {
    ModelError::Unreadable { source, .. } | ModelError::NoVerifier { source, .. } => Some(source),
    ModelError::File { source, .. } => Some(source),
    _ => None,
});

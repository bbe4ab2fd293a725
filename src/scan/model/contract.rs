//! The model contract: what an ONNX file says of itself, checked before anything is searched.
//!
//! The keys are those of Deepness and GeoDeep with a few of our own, so that models travel both ways. What is missing
//! and cannot be known is an error with a remedy, never a guess.

use super::boxes::{self, BoxLayout};
use super::error::ModelError;
use super::input_shape::{InputShape, words};
use super::keys::Keys;
use super::kind::ModelKind;
use super::masks::{self, MaskLayout};
use super::raw_value::{number, probability, sigmoid};
use super::uses::Uses;
use serde_json::Value;
use std::collections::BTreeMap;

/// What the output holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Output {
    /// `[N,C]`: one score a tile.
    Tile,
    /// `[N,C,h,w]`: one score a cell.
    Dense {
        /// Pixels a cell covers, along each side.
        cell: u32,
        /// Pixels at a window's border whose cells are not trusted; a multiple of the cell.
        halo: u32,
    },
    /// `[N,C,h,w]` of a segmenter: a map of pixels, whose scores are told as means of cells.
    Mask {
        /// Pixels of the input that one of the map covers, along each side.
        pixel: u32,
        /// Pixels of the input that a cell covers; a multiple of that.
        cell: u32,
        /// Pixels at a tile's border that are not trusted; a multiple of the cell.
        halo: u32,
    },
    /// A detector's boxes.
    Boxes(BoxLayout),
}

impl Output {
    /// Where it is a map: pixels a cell covers, and those at a window's border that are not trusted.
    pub fn cells(self) -> Option<(u32, u32)> {
        match self {
            Self::Dense { cell, halo } | Self::Mask { cell, halo, .. } => Some((cell, halo)),
            Self::Tile | Self::Boxes(_) => None,
        }
    }
}

/// How raw outputs become probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// They are probabilities.
    Probability,
    /// Softmax over the classes, sigmoid where there is one.
    Logits,
}

/// A model that can be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Contract {
    /// Centimetres a pixel it was trained for.
    pub resolution_cm: f64,
    /// Finest and coarsest ground sampling distance in centimetres at which its evaluation holds.
    pub range_cm: Option<(f64, f64)>,
    /// What its input declares.
    pub input: InputShape,
    /// What its output holds.
    pub output: Output,
    /// Pixels along each side of a tile.
    pub tile_px: u32,
    /// Overlap of neighbouring tiles, 0 to below 1 of the tile.
    pub overlap: f64,
    /// Subtracted after dividing by 255.
    pub mean: [f32; 3],
    /// Divided by after that.
    pub std: [f32; 3],
    /// How outputs become probabilities.
    pub activation: Activation,
    /// Class names by index.
    pub classes: Vec<String>,
    /// Indices of the classes that count as poppy.
    pub positive: Vec<usize>,
    /// Probability at or above which a cell is a hit.
    pub threshold: f64,
    /// What it is used for beside screening, and what to expect.
    pub uses: Uses,
}

/// The shapes of a model's one input and one output as declared; dynamic sizes are `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Input sizes.
    pub input: Vec<Option<u32>>,
    /// Output sizes.
    pub output: Vec<Option<u32>>,
}

/// Coarsest ground sampling distance, as a multiple of the model's, where the model names no range.
const COARSEST: f64 = 2.0;

impl Contract {
    /// Checks metadata and shapes.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub fn new(
        metadata: &BTreeMap<String, String>,
        declared: &Declared,
    ) -> Result<Self, ModelError> {
        let keys = Keys::parse(metadata)?;
        let kind = ModelKind::of(&keys, Some(declared.output.len()))?;
        let input = input_shape(&declared.input)?;
        let resolution_cm = keys.number("resolution")?.ok_or(ModelError::NoResolution)?;
        keys.must(
            resolution_cm > 0.0 && resolution_cm.is_finite(),
            "resolution",
        )?;
        let tile_px = tile_size(&keys, input)?;
        let overlap = keys.number("tiles_overlap")?.unwrap_or(10.0) / 100.0;
        keys.must((0.0..0.95).contains(&overlap), "tiles_overlap")?;
        let sizes = &declared.output;
        let mut channels = sizes.get(1).copied().flatten();
        let output = match kind {
            ModelKind::Classifier => output(&keys, sizes, input, tile_px)?,
            ModelKind::Segmentor => {
                let ground = (resolution_cm, overlap);
                let MaskLayout { pixel, cell, halo } =
                    masks::layout(&keys, sizes, tile_px, ground)?;
                Output::Mask { pixel, cell, halo }
            }
            ModelKind::Detector => {
                let (layout, count) = boxes::layout(&keys, sizes, tile_px)?;
                channels = count;
                Output::Boxes(layout)
            }
        };
        let classes = classes(&keys, channels)?;
        let threshold = threshold(&keys, kind)?;
        let contract = Self {
            uses: Uses::of(&keys, threshold)?,
            range_cm: range(&keys)?,
            mean: keys.three("standardization_mean")?.unwrap_or([0.0; 3]),
            std: keys.three("standardization_std")?.unwrap_or([1.0; 3]),
            activation: activation(&keys)?,
            positive: positive(&keys, &classes, kind)?,
            threshold,
            resolution_cm,
            input,
            output,
            tile_px,
            overlap,
            classes,
        };
        keys.must(contract.std.iter().all(|s| *s > 0.0), "standardization_std")?;
        Ok(contract)
    }

    /// The same, where what is missing is made up: the errors that say what. Nothing made up must be used.
    ///
    /// # Errors
    /// What is not mended by a key.
    pub(super) fn with_gaps(
        metadata: &BTreeMap<String, String>,
        declared: &Declared,
    ) -> Result<(Self, Vec<ModelError>), ModelError> {
        let mut metadata = metadata.clone();
        let mut gaps: Vec<ModelError> = Vec::new();
        loop {
            match Self::new(&metadata, declared) {
                Ok(contract) => return Ok((contract, gaps)),
                Err(error) => {
                    let missing = error.missing();
                    if missing.is_empty() {
                        // With a size made up, shapes may not fit that would fit the true one.
                        return Err(ModelError::of_gaps(gaps).unwrap_or(error));
                    }
                    metadata.extend(missing);
                    gaps.push(error);
                }
            }
        }
    }

    /// The coarsest ground sampling distance in centimetres that may be searched.
    pub fn coarsest_cm(&self) -> f64 {
        self.range_cm
            .map_or(self.resolution_cm * COARSEST, |(_, coarsest)| coarsest)
    }

    /// The name of a hit's class, where that says anything: the model finds single things, or tells several apart.
    pub(crate) fn class_told(&self, class: u16) -> Option<&str> {
        let tells = matches!(self.output, Output::Boxes(_) | Output::Mask { .. });
        let name = self.classes.get(usize::from(class)).map(String::as_str);
        name.filter(|_| tells || self.positive.len() > 1)
    }

    /// The probability of poppy from the raw outputs of one cell, one for each class.
    ///
    /// # Errors
    /// [`ModelError::NotANumber`]; [`ModelError::NotAProbability`] where any class of a model that gives probabilities has none.
    pub fn probability(
        &self,
        raw: impl Fn(usize) -> f32,
        classes: usize,
    ) -> Result<f32, ModelError> {
        let positive = if classes == 1 {
            &[0][..]
        } else {
            &self.positive
        };
        let of_poppy = |value: &dyn Fn(usize) -> f32| positive.iter().map(|c| value(*c)).sum();
        let sum: f32 = match self.activation {
            Activation::Probability => {
                for class in 0..classes {
                    probability(raw(class))?;
                }
                of_poppy(&raw)
            }
            Activation::Logits if classes == 1 => sigmoid(raw(0)),
            Activation::Logits => {
                let top = (0..classes).map(&raw).fold(f32::NEG_INFINITY, f32::max);
                let total: f32 = (0..classes).map(|c| (raw(c) - top).exp()).sum();
                of_poppy(&|c| (raw(c) - top).exp()) / total
            }
        };
        Ok(number(sum)?.clamp(0.0, 1.0))
    }
}

fn input_shape(sizes: &[Option<u32>]) -> Result<InputShape, ModelError> {
    match sizes {
        [batch, None | Some(3), height, width] => Ok(InputShape {
            batch: *batch,
            height: *height,
            width: *width,
        }),
        _ => Err(ModelError::InputShape {
            found: words(sizes),
        }),
    }
}

/// The tile's side of a model of these keys and this input.
pub(super) fn tile_of(keys: &Keys, input: &[Option<u32>]) -> Result<u32, ModelError> {
    tile_size(keys, input_shape(input)?)
}

fn tile_size(keys: &Keys, input: InputShape) -> Result<u32, ModelError> {
    if let (Some(height), Some(width)) = (input.height, input.width) {
        if height != width {
            return Err(ModelError::InputShape {
                found: format!("[?,3,{height},{width}]"),
            });
        }
        return Ok(height);
    }
    let key = if keys.0.contains_key("tile_size") {
        "tile_size"
    } else {
        "tiles_size"
    };
    let size = keys.whole(key)?.ok_or(ModelError::NoTileSize)?;
    keys.must((8..=8192).contains(&size), key)?;
    Ok(size)
}

fn output(
    keys: &Keys,
    sizes: &[Option<u32>],
    input: InputShape,
    tile: u32,
) -> Result<Output, ModelError> {
    match sizes {
        [_, _] => Ok(Output::Tile),
        [_, _, height, _] => {
            let by_shape = (*height)
                .filter(|h| *h > 0 && input.height.is_some())
                .map(|h| tile / h);
            let cell = keys
                .whole("papaver_cell")?
                .or(by_shape)
                .ok_or(ModelError::NoCell)?;
            keys.must(cell > 0 && tile.is_multiple_of(cell), "papaver_cell")?;
            let halo = keys.whole("papaver_halo")?.unwrap_or(0);
            keys.must(halo.is_multiple_of(cell) && halo * 2 < tile, "papaver_halo")?;
            Ok(Output::Dense { cell, halo })
        }
        _ => Err(ModelError::OutputShape {
            found: words(sizes),
        }),
    }
}

/// The operating point: ours, else what Deepness and GeoDeep call it, else the usual one.
fn threshold(keys: &Keys, kind: ModelKind) -> Result<f64, ModelError> {
    let (theirs, usual) = match kind {
        ModelKind::Classifier => (None, 0.5),
        ModelKind::Detector => (Some("det_conf"), 0.3),
        ModelKind::Segmentor => (Some("seg_thresh"), 0.5),
    };
    for key in std::iter::once("papaver_threshold").chain(theirs) {
        if let Some(threshold) = keys.number(key)? {
            keys.must((0.0..=1.0).contains(&threshold), key)?;
            return Ok(threshold);
        }
    }
    Ok(usual)
}

pub(super) fn classes(keys: &Keys, channels: Option<u32>) -> Result<Vec<String>, ModelError> {
    let key = "class_names";
    let count = channels.unwrap_or(2) as usize;
    let names: Vec<String> = match keys.0.get(key) {
        None => (0..count).map(|i| format!("class {i}")).collect(),
        Some(Value::Object(map)) => {
            let named = |i: usize| {
                map.get(&i.to_string())
                    .and_then(Value::as_str)
                    .map(str::to_owned)
            };
            (0..map.len())
                .map(named)
                .collect::<Option<_>>()
                .ok_or_else(|| keys.wrong(key))?
        }
        Some(Value::Array(list)) => list
            .iter()
            .map(|v| v.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .ok_or_else(|| keys.wrong(key))?,
        Some(_) => return Err(keys.wrong(key)),
    };
    // One output with two names is a sigmoid over background and poppy.
    let fits = channels.is_none() || names.len() == count || count == 1;
    keys.must(fits && !names.is_empty(), key)?;
    Ok(names)
}

pub(super) fn positive(
    keys: &Keys,
    classes: &[String],
    kind: ModelKind,
) -> Result<Vec<usize>, ModelError> {
    let key = "papaver_positive";
    let Some(value) = keys.0.get(key) else {
        // A detector has no class for what is nothing; which of its classes is meant cannot be known.
        if kind == ModelKind::Detector && classes.len() > 1 {
            return Err(ModelError::NoPositive {
                classes: classes.to_vec(),
            });
        }
        return Ok((usize::from(classes.len() > 1)..classes.len()).collect());
    };
    let index = |v: &Value| {
        v.as_str()
            .and_then(|name| classes.iter().position(|c| c == name))
    };
    let found: Option<Vec<usize>> = value
        .as_array()
        .and_then(|list| list.iter().map(index).collect());
    found
        .filter(|list| !list.is_empty())
        .ok_or_else(|| ModelError::OtherPositive {
            value: value.to_string(),
            classes: classes.to_vec(),
        })
}

pub(super) fn activation(keys: &Keys) -> Result<Activation, ModelError> {
    match keys.text("papaver_activation")?.as_deref() {
        None | Some("probability") => Ok(Activation::Probability),
        Some("logits") => Ok(Activation::Logits),
        Some(_) => Err(keys.wrong("papaver_activation")),
    }
}

fn range(keys: &Keys) -> Result<Option<(f64, f64)>, ModelError> {
    let key = "papaver_resolution_range";
    let Some(value) = keys.0.get(key) else {
        return Ok(None);
    };
    match value.as_array().map(Vec::as_slice) {
        Some([finest, coarsest]) => match (finest.as_f64(), coarsest.as_f64()) {
            (Some(finest), Some(coarsest)) if 0.0 <= finest && finest <= coarsest => {
                Ok(Some((finest, coarsest)))
            }
            _ => Err(keys.wrong(key)),
        },
        _ => Err(keys.wrong(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    fn tile() -> Declared {
        Declared {
            input: vec![None, Some(3), Some(224), Some(224)],
            output: vec![None, Some(2)],
        }
    }

    fn dense() -> Declared {
        Declared {
            input: vec![None, Some(3), None, None],
            output: vec![None, Some(2), None, None],
        }
    }

    #[test]
    fn a_bare_classifier_gets_the_documented_defaults() {
        let contract = Contract::new(&metadata(&[("resolution", "3")]), &tile()).expect("usable");
        assert_eq!(
            (
                contract.tile_px,
                contract.output,
                contract.positive.as_slice()
            ),
            (224, Output::Tile, &[1][..])
        );
        assert_eq!(
            (contract.mean, contract.std, contract.threshold),
            ([0.0; 3], [1.0; 3], 0.5)
        );
        assert_eq!(contract.activation, Activation::Probability);
    }

    #[test]
    fn a_dense_model_reads_cell_and_halo_and_both_spellings_of_the_tile() {
        for key in ["tile_size", "tiles_size"] {
            let m = metadata(&[
                ("resolution", "2.0"),
                (key, "512"),
                ("papaver_cell", "16"),
                ("papaver_halo", "64"),
            ]);
            let contract = Contract::new(&m, &dense()).expect("usable");
            assert_eq!(contract.output, Output::Dense { cell: 16, halo: 64 });
            assert_eq!(contract.tile_px, 512);
        }
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let with = |extra: &[(&str, &str)], declared: &Declared| {
            let mut all = vec![
                ("resolution", "2"),
                ("tile_size", "512"),
                ("papaver_cell", "16"),
            ];
            all.extend_from_slice(extra);
            Contract::new(&metadata(&all), declared)
        };
        assert!(matches!(
            Contract::new(&metadata(&[]), &tile()),
            Err(ModelError::NoResolution)
        ));
        assert!(matches!(
            with(&[("resolution", "two cm")], &tile()),
            Err(ModelError::NotJson { .. })
        ));
        for (key, value) in [
            ("resolution", "\"2\""),
            ("resolution", "-2"),
            ("tiles_overlap", "100"),
            ("papaver_threshold", "1.5"),
            ("papaver_halo", "10"),
            ("papaver_halo", "256"),
            ("papaver_activation", "\"relu\""),
            ("standardization_std", "[0,1,1]"),
            ("standardization_mean", "[1,1]"),
            ("papaver_resolution_range", "[3]"),
            ("class_names", "{\"1\":\"poppy\"}"),
        ] {
            let result = with(&[(key, value)], &dense());
            assert!(
                matches!(&result, Err(ModelError::BadValue { key: k, .. }) if k == key),
                "{key}={value}: {result:?}"
            );
        }
        for positive in ["[\"tulip\"]", "[]", "\"poppy\""] {
            let result = with(&[("papaver_positive", positive)], &dense());
            assert!(
                matches!(&result, Err(ModelError::OtherPositive { classes, .. }) if !classes.is_empty()),
                "{positive}: {result:?}"
            );
        }
        assert!(matches!(
            with(&[("model_type", "\"Regressor\"")], &tile()),
            Err(ModelError::OtherKind { .. })
        ));
        assert!(matches!(
            Contract::new(&metadata(&[("resolution", "2")]), &dense()),
            Err(ModelError::NoTileSize)
        ));
    }

    #[test]
    fn a_yolo5_is_a_detector_whose_gaps_are_all_told_at_once() {
        let exported = metadata(&[("stride", "32"), ("names", "{0: 'tulip', 1: 'poppy'}")]);
        let declared = Declared {
            input: vec![Some(1), Some(3), Some(640), Some(640)],
            output: vec![Some(1), Some(25_200), Some(7)],
        };
        let (contract, gaps) = Contract::with_gaps(&exported, &declared).expect("a detector");
        assert!(matches!(contract.output, Output::Boxes(_)));
        let missing: Vec<_> = gaps.iter().flat_map(ModelError::missing).collect();
        let keys: Vec<&str> = missing.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["resolution", "papaver_positive"]);
        // What its exporter makes of a classifier stays one.
        let (tiles, _) = Contract::with_gaps(&exported, &tile()).expect("a classifier");
        assert_eq!(tiles.output, Output::Tile);
        // Without a size nothing is known of the boxes, and still both lacks are told.
        let open = Declared {
            input: vec![Some(1), Some(3), None, None],
            output: vec![Some(1), None, None],
        };
        let refused = Contract::with_gaps(&exported, &open).expect_err("no size");
        assert_eq!(refused.missing().len(), 2, "{refused:?}");
    }

    #[test]
    fn shapes_that_are_no_classifiers_are_named() {
        let with = |declared: &Declared| {
            let all = [
                ("resolution", "2"),
                ("tile_size", "512"),
                ("papaver_cell", "16"),
            ];
            Contract::new(&metadata(&all), declared)
        };
        let grey = Declared {
            input: vec![None, Some(1), Some(8), Some(8)],
            output: vec![None, Some(2)],
        };
        assert!(matches!(with(&grey), Err(ModelError::InputShape { .. })));
        let boxes = Declared {
            input: tile().input,
            output: vec![None, Some(5), Some(100)],
        };
        assert!(matches!(with(&boxes), Err(ModelError::OutputShape { .. })));
    }

    #[test]
    fn logits_become_probabilities() {
        let m = metadata(&[("resolution", "2"), ("papaver_activation", "\"logits\"")]);
        let contract = Contract::new(&m, &tile()).expect("usable");
        let raw = [0.0_f32, 3.0_f32.ln()];
        let of = |raw: &[f32]| {
            contract
                .probability(|c| raw[c], raw.len())
                .expect("numbers")
        };
        assert!((of(&raw) - 0.75).abs() < 1e-6);
        assert!((of(&[0.0]) - 0.5).abs() < 1e-6);
        assert!(contract.probability(|_| f32::NAN, 2).is_err());
    }

    #[test]
    fn logits_are_taken_for_no_probabilities() {
        let contract = Contract::new(&metadata(&[("resolution", "2")]), &tile()).expect("usable");
        let of = |raw: &[f32]| contract.probability(|c| raw[c], raw.len());
        // Another class shows it too, and either sign.
        for raw in [&[5.0, 2.0][..], &[5.0, 0.2], &[0.2, -3.0], &[-3.0], &[2.0]] {
            let refused = of(raw);
            assert!(
                matches!(refused, Err(ModelError::NotAProbability { .. })),
                "{raw:?}: {refused:?}"
            );
        }
        assert!(matches!(of(&[0.5, f32::NAN]), Err(ModelError::NotANumber)));
        for (raw, wanted) in [
            (&[0.3, 0.7][..], 0.7),
            (&[-1e-4, 1.000_1][..], 1.0),
            (&[0.4][..], 0.4),
        ] {
            let found = of(raw).expect("a probability");
            assert!((found - wanted).abs() < 1e-6, "{raw:?}: {found}");
        }
    }
}

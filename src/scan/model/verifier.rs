//! The verifier: a second model that looks at candidates alone, what its file promises, and how it is run.
//!
//! It sees two sights about one point, each in several views; what it says of a candidate is the mean over these.

use super::both_stages::BothStages;
use super::contract::Activation;
use super::error::ModelError;
use super::keys::Keys;
use super::raw_value::{number, probability, sigmoid};
use super::runtime::{Runtime, first_line};
use super::session::{Device, Model, metadata, session};
use super::uses::Uses;
use ort::session::Session;
use ort::value::TensorRef;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The verifier of the model that comes with the program.
const BUILT_IN: &[u8] = include_bytes!("../../../models/papaver-verifier.onnx");
/// The two inputs, by name: a candidate, and its surroundings.
pub(crate) const SIGHTS: [&str; 2] = ["image", "surroundings"];
/// The two outputs, by name.
const OUTPUTS: [&str; 2] = ["scores", "features"];
/// Centimetres by which a view may be moved at most: so much more than a sight is cut.
pub const MARGIN_CM: f64 = 16.0;

/// What one input shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sight {
    /// Metres of ground along a side.
    pub metres: f64,
    /// Pixels along a side.
    pub pixels: u32,
}

impl Sight {
    /// Centimetres a pixel.
    pub fn cm(self) -> f64 {
        100.0 * self.metres / f64::from(self.pixels)
    }
}

/// One view of a sight: its middle is moved in the image, then it is turned, then mirrored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SightView {
    /// Centimetres to the right in the image.
    pub right_cm: f64,
    /// Centimetres down in the image.
    pub down_cm: f64,
    /// Quarter turns counter-clockwise.
    pub turns: u8,
    /// Whether it is mirrored left to right.
    pub mirrored: bool,
}

/// What a verifier's file says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifierContract {
    /// What its inputs show.
    pub sights: [Sight; 2],
    /// The views whose mean counts; at least one.
    pub views: Vec<SightView>,
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
    /// The class of poppy that shows no flower or capsule.
    pub before_bloom: Option<usize>,
    /// The score from which a candidate is more than weak.
    pub threshold: f64,
    /// What it is used for beside that, and what to expect; without a threshold for dispatch no crew is sent without screening.
    pub uses: Uses,
    /// How both stages together decide what is listed; nothing where the first stage's threshold alone does.
    pub both: Option<BothStages>,
    /// SHA-256 of the model whose candidates it learnt from.
    pub first_stage: Option<String>,
}

impl VerifierContract {
    /// Checks metadata.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub fn new(metadata: &BTreeMap<String, String>) -> Result<Self, ModelError> {
        let keys = Keys::parse(metadata)?;
        let kind = keys.text("model_type")?.unwrap_or_default();
        if !super::kind::is_verifier(&kind) {
            return Err(ModelError::NotAVerifier { kind });
        }
        let classes = super::contract::classes(&keys, None)?;
        let key = "papaver_threshold";
        let threshold = keys.number(key)?.unwrap_or(0.5);
        keys.must((0.0..=1.0).contains(&threshold), key)?;
        let uses = Uses::of(&keys, threshold)?;
        let std = keys.three("standardization_std")?.unwrap_or([1.0; 3]);
        keys.must(std.iter().all(|s| *s > 0.0), "standardization_std")?;
        let before_bloom = keys.text("papaver_before_bloom")?;
        Ok(Self {
            sights: sights(&keys)?,
            views: views(&keys)?,
            mean: keys.three("standardization_mean")?.unwrap_or([0.0; 3]),
            std,
            activation: super::contract::activation(&keys)?,
            positive: super::contract::positive(
                &keys,
                &classes,
                super::kind::ModelKind::Classifier,
            )?,
            before_bloom: before_bloom.and_then(|name| classes.iter().position(|c| *c == name)),
            classes,
            threshold,
            uses,
            both: BothStages::of(&keys)?,
            first_stage: keys.text("papaver_first_stage")?,
        })
    }

    /// Probabilities of the classes from the raw outputs of one view.
    ///
    /// # Errors
    /// [`ModelError::NotANumber`]; [`ModelError::NotAProbability`] where it says that it gives probabilities.
    fn probabilities(&self, raw: &[f32]) -> Result<Vec<f64>, ModelError> {
        let all = |of: fn(f32) -> Result<f32, ModelError>| -> Result<Vec<f64>, ModelError> {
            raw.iter().map(|value| of(*value).map(f64::from)).collect()
        };
        if self.activation == Activation::Probability {
            return all(probability);
        }
        if raw.len() == 1 {
            return all(|value| number(sigmoid(value)));
        }
        let raw = all(number)?;
        let top = raw.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = raw.iter().map(|v| (v - top).exp()).sum();
        Ok(raw.iter().map(|v| (v - top).exp() / total).collect())
    }
}

fn sights(keys: &Keys) -> Result<[Sight; 2], ModelError> {
    let key = "papaver_sights";
    let one = |name: &str| {
        let told = keys.0.get(key)?.get(name)?;
        let pixels = u32::try_from(told.get("pixels")?.as_u64()?).ok()?;
        let metres = told.get("metres")?.as_f64()?;
        let fits = (8..=2048).contains(&pixels) && (0.1..=100.0).contains(&metres);
        fits.then_some(Sight { metres, pixels })
    };
    let [image, surroundings] = SIGHTS.map(one);
    image
        .zip(surroundings)
        .map(|(image, surroundings)| [image, surroundings])
        .ok_or_else(|| keys.wrong(key))
}

fn views(keys: &Keys) -> Result<Vec<SightView>, ModelError> {
    let key = "papaver_views";
    let one = |told: &Value| {
        let by = |name: &str| {
            let cm = told.get(name).map_or(Some(0.0), Value::as_f64)?;
            (cm.abs() <= MARGIN_CM).then_some(cm)
        };
        let turns = told.get("turns").map_or(Some(0), Value::as_u64)?;
        Some(SightView {
            right_cm: by("right_cm")?,
            down_cm: by("down_cm")?,
            turns: u8::try_from(turns).ok().filter(|turns| *turns < 4)?,
            mirrored: told.get("mirrored").map_or(Some(false), Value::as_bool)?,
        })
    };
    let straight = SightView {
        right_cm: 0.0,
        down_cm: 0.0,
        turns: 0,
        mirrored: false,
    };
    match keys.0.get(key) {
        None => Ok(vec![straight]),
        Some(value) => value
            .as_array()
            .and_then(|list| list.iter().map(one).collect::<Option<Vec<SightView>>>())
            .filter(|views| (1..=32).contains(&views.len()))
            .ok_or_else(|| keys.wrong(key)),
    }
}

/// A verifier that was read and checked.
pub struct Verifier {
    runtime: Runtime,
    device: Device,
    bytes: Arc<[u8]>,
    name: String,
    sha256: String,
    contract: VerifierContract,
}

impl Verifier {
    /// SHA-256 of the built-in verifier.
    pub fn built_in_sha256() -> String {
        hex::encode(Sha256::digest(BUILT_IN))
    }

    /// The one that comes with the program, where it learnt from the candidates of this model.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub fn built_in(model: &Model) -> Result<Option<Self>, ModelError> {
        let name = "papaver-verifier.onnx".to_owned();
        let verifier = Self::of_bytes(model.runtime(), BUILT_IN.into(), name, model.device())?;
        let belongs = verifier.contract.first_stage.as_deref() == Some(model.sha256());
        Ok(belongs.then_some(verifier))
    }

    /// The verifier in `path` of the candidates of a model, to run as that does.
    ///
    /// # Errors
    /// See [`ModelError`]; [`ModelError::OtherFirstStage`] where it learnt from those of another.
    pub fn load(model: &Model, path: &Path) -> Result<Self, ModelError> {
        let bytes = std::fs::read(path).map_err(|source| ModelError::NoVerifier {
            path: path.into(),
            source,
        })?;
        let named = |error: ModelError| ModelError::File {
            path: path.into(),
            source: Box::new(error),
        };
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        let verifier = Self::of_bytes(model.runtime(), bytes.into(), name, model.device());
        let verifier = verifier.map_err(named)?;
        let learnt_from = verifier.contract.first_stage.as_ref();
        let other = learnt_from.filter(|sha256| !sha256.eq_ignore_ascii_case(model.sha256()));
        if let Some(learnt_from) = other {
            return Err(named(ModelError::OtherFirstStage {
                learnt_from: learnt_from.clone(),
                model: model.sha256().to_owned(),
            }));
        }
        Ok(verifier)
    }

    /// A verifier of these bytes.
    pub(super) fn of_bytes(
        runtime: &Runtime,
        bytes: Arc<[u8]>,
        name: String,
        device: Device,
    ) -> Result<Self, ModelError> {
        let session = session(runtime, &bytes, device)?;
        check_ports(&session)?;
        let contract = VerifierContract::new(&metadata(&session))?;
        Ok(Self {
            runtime: runtime.clone(),
            device,
            name,
            sha256: hex::encode(Sha256::digest(&bytes)),
            bytes,
            contract,
        })
    }

    /// Bytes of the file.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Its file name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The SHA-256 of its bytes, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// What it promises.
    pub fn contract(&self) -> &VerifierContract {
        &self.contract
    }

    /// One for a thread.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub fn runner(&self) -> Result<VerifierRunner, ModelError> {
        Ok(VerifierRunner {
            session: session(&self.runtime, &self.bytes, self.device)?,
            contract: self.contract.clone(),
        })
    }
}

fn check_ports(session: &Session) -> Result<(), ModelError> {
    let names = |outlets: &[ort::value::Outlet]| -> Vec<String> {
        outlets.iter().map(|o| o.name().to_owned()).collect()
    };
    let (inputs, outputs) = (names(session.inputs()), names(session.outputs()));
    let has = |names: &[String], wanted: &str| names.iter().any(|name| name == wanted);
    let whole = inputs.len() == SIGHTS.len() && SIGHTS.iter().all(|name| has(&inputs, name));
    if whole && has(&outputs, OUTPUTS[0]) {
        return Ok(());
    }
    Err(ModelError::VerifierPorts {
        found: format!("{} → {}", inputs.join(", "), outputs.join(", ")),
    })
}

/// What a verifier says of one candidate, as the mean over its views.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifierScore {
    /// The probability of poppy.
    pub score: f64,
    /// The probability of poppy before the bloom.
    pub before_bloom: f64,
    /// What its last layer sees; empty where the file does not give it.
    pub features: Vec<f64>,
}

/// One session, for one thread.
pub struct VerifierRunner {
    session: Session,
    contract: VerifierContract,
}

impl VerifierRunner {
    /// Looks at one candidate: of each sight `[views,3,pixels,pixels]` standardised colours.
    ///
    /// # Errors
    /// [`ModelError::Run`], [`ModelError::OutputShape`], [`ModelError::NotANumber`], [`ModelError::NotAProbability`].
    pub fn run(&mut self, sights: [&[f32]; 2]) -> Result<VerifierScore, ModelError> {
        let failed = |e: ort::Error| ModelError::Run {
            reason: first_line(&e.to_string()),
        };
        let views = self.contract.views.len();
        let tensor = |which: usize| {
            let side = self.contract.sights[which].pixels as usize;
            TensorRef::from_array_view(([views, 3, side, side], sights[which])).map_err(failed)
        };
        let inputs = ort::inputs![SIGHTS[0] => tensor(0)?, SIGHTS[1] => tensor(1)?];
        let outputs = self.session.run(inputs).map_err(failed)?;
        let rows = |name: &str| -> Result<Option<Vec<f32>>, ModelError> {
            let Some(output) = outputs.get(name) else {
                return Ok(None);
            };
            let (_, values) = output.try_extract_tensor::<f32>().map_err(failed)?;
            Ok(Some(values.to_vec()))
        };
        let scores = rows(OUTPUTS[0])?.unwrap_or_default();
        let classes = self.contract.classes.len();
        if scores.len() != views * classes {
            return Err(ModelError::OutputShape {
                found: format!("[{}]", scores.len()),
            });
        }
        let each = scores.chunks_exact(classes);
        let each: Vec<Vec<f64>> = each
            .map(|raw| self.contract.probabilities(raw))
            .collect::<Result<_, _>>()?;
        let mean = means(&each.concat(), views);
        let positive = self.contract.positive.iter();
        Ok(VerifierScore {
            score: positive.map(|c| mean[*c]).sum::<f64>().clamp(0.0, 1.0),
            before_bloom: self.contract.before_bloom.map_or(0.0, |c| mean[c]),
            features: means(
                &rows(OUTPUTS[1])?
                    .map_or_else(Vec::new, |v| v.into_iter().map(f64::from).collect()),
                views,
            ),
        })
    }
}

/// The mean of so many rows.
fn means(values: &[f64], rows: usize) -> Vec<f64> {
    let columns = values.len() / rows.max(1);
    let mean = |c: usize| {
        let of_column = values.iter().skip(c).step_by(columns.max(1));
        of_column.sum::<f64>() / rows as f64
    };
    (0..columns).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::model::fixture::verifier_metadata;

    fn told(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let classes = r#"{"0": "other", "1": "poppy", "2": "before the bloom"}"#;
        let classes = [("class_names", classes)];
        let more = classes.iter().chain(pairs);
        let mut all = verifier_metadata();
        all.extend(more.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        all
    }

    #[test]
    fn a_bare_verifier_gets_the_documented_defaults() {
        let contract = VerifierContract::new(&told(&[])).expect("usable");
        assert_eq!(
            (contract.views.len(), &contract.positive[..]),
            (1, &[1, 2][..])
        );
        assert!((contract.sights[1].cm() - 5.0).abs() < 1e-12);
        assert_eq!(
            (contract.threshold, contract.uses.dispatch_threshold),
            (0.5, None)
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (key, value) in [
            ("papaver_views", "[]"),
            ("papaver_views", r#"[{"right_cm": 17}]"#),
            ("papaver_views", r#"[{"turns": 4}]"#),
            (
                "papaver_sights",
                r#"{"image": {"metres": 1.6, "pixels": 160}}"#,
            ),
            ("papaver_threshold", "2"),
            ("papaver_dispatch_threshold", "0.1"),
            ("papaver_candidate_threshold", "0"),
            ("papaver_evidence_threshold", "1.5"),
            ("papaver_sure_threshold", "-0.1"),
            ("standardization_std", "[0,1,1]"),
        ] {
            let result = VerifierContract::new(&told(&[(key, value)]));
            assert!(
                matches!(&result, Err(ModelError::BadValue { key: k, .. }) if k == key),
                "{key}={value}: {result:?}"
            );
        }
        assert!(matches!(
            VerifierContract::new(&told(&[("model_type", "\"Classifier\"")])),
            Err(ModelError::NotAVerifier { .. })
        ));
    }

    #[test]
    fn both_stages_decide_together_where_it_says_how() {
        let of = |pairs: &[(&str, &str)]| VerifierContract::new(&told(pairs)).map(|c| c.both);
        let found = ("papaver_candidate_threshold", "0.35");
        let evidence = ("papaver_evidence_threshold", "0.5");
        let both = BothStages {
            score: 0.35,
            evidence: 0.5,
            sure: 1.0,
        };
        assert_eq!(of(&[]).expect("usable"), None);
        assert_eq!(of(&[found, evidence]).expect("usable"), Some(both));
        for (alone, missing) in [(found, evidence.0), (evidence, found.0)] {
            let half = of(&[alone]);
            assert!(matches!(&half, Err(ModelError::BadValue { key, .. }) if key == missing));
        }
    }

    #[test]
    fn scores_that_are_no_probabilities_are_refused_unless_it_says_logits() {
        let of = |activation: &str, raw: &[f32]| {
            let contract = VerifierContract::new(&told(&[("papaver_activation", activation)]));
            contract.expect("usable").probabilities(raw)
        };
        let refused = of("\"probability\"", &[5.0, -3.0, 9.0]);
        assert!(matches!(refused, Err(ModelError::NotAProbability { .. })));
        let shares = of("\"probability\"", &[0.25, 0.75, 0.0]).expect("shares");
        assert_eq!(shares, [0.25, 0.75, 0.0]);
        let shares = of("\"logits\"", &[5.0, -3.0, 9.0]).expect("shares");
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        let one = of("\"logits\"", &[0.0]).expect("a share");
        assert!((one[0] - 0.5).abs() < 1e-6, "no softmax of one");
        assert!(of("\"logits\"", &[f32::NAN, 0.0, 0.0]).is_err());
    }

    #[test]
    fn means_are_taken_over_views() {
        assert_eq!(means(&[1.0, 2.0, 3.0, 4.0], 2), [2.0, 3.0]);
        assert!(means(&[], 4).is_empty());
    }
}

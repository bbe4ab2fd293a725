//! Why a model cannot be used, and what mends it.

use crate::platform::RUNTIME_LIBRARY;
use crate::words::{Action, Choice, Fault, Lang, Said, Say, of_system};
use crate::{remedy, speaking_error, tr};
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

impl ModelError {
    /// The keys that would mend it, each with an example of its value, as JSON; empty where it is not a lack of keys.
    pub fn missing(&self) -> Vec<(String, String)> {
        let one = |key: &str, example: &str| vec![(key.to_owned(), example.to_owned())];
        match self {
            Self::NoResolution => one("resolution", "2.0"),
            Self::NoTileSize => one("tile_size", "512"),
            Self::NoCell => one("papaver_cell", "16"),
            Self::NoClassNames => one("class_names", r#"{"0":"poppy"}"#),
            Self::NoPositive { classes } => {
                let example = serde_json::json!([classes.first()]);
                one("papaver_positive", &example.to_string())
            }
            Self::Incomplete { missing } => missing.clone(),
            Self::File { source, .. } => source.missing(),
            _ => Vec::new(),
        }
    }
}

impl Say for ModelError {
    #[expect(clippy::too_many_lines, reason = "one sentence a kind")]
    fn say(&self, lang: Lang) -> Said {
        let wrap = |set: Vec<(String, String)>| Action::WrapModel { set };
        let lacking = |what: String| {
            Said::new(what).hint(remedy!(
                lang,
                "write what is true of it into a copy of the model, such as {wrap}",
                "请把模型的实际取值写入一份副本，例如 {wrap}",
                wrap = wrap(self.missing())
            ))
        };
        match self {
            Self::NoRuntime { places } => {
                let places = places.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
                Said::new(tr!(lang, "ONNX Runtime was not found (looked at {places})", "找不到 ONNX Runtime（查找位置：{places}）"))
                    .hint(tr!(lang,
                        "run the set-up command of the README, or put {RUNTIME_LIBRARY} beside the program, or name it in ORT_DYLIB_PATH",
                        "请运行 README 中的安装命令，或把 {RUNTIME_LIBRARY} 放在程序旁，或用 ORT_DYLIB_PATH 指明"))
            }
            Self::BadRuntime { path, reason } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} is not an ONNX Runtime of version 1.17 or newer: {reason}", "{path} 不是 1.17 或更高版本的 ONNX Runtime：{reason}"))
                    .hint(tr!(lang, "run the set-up command of the README, which installs a version that was tested", "请运行 README 中的安装命令，它会安装经过测试的版本"))
            }
            Self::Unreadable { path, source } => {
                let (path, source) = (path.display(), of_system(source, lang));
                Said::new(tr!(lang, "the model {path} cannot be read: {source}", "无法读取模型 {path}：{source}"))
                    .hint(remedy!(lang, "name an ONNX file with {model}, or leave it out to use the built-in model", "请用 {model} 指定 ONNX 文件，或省略以使用内置模型", model = Action::Again(Choice::Model)))
            }
            Self::NoVerifier { path, source } => {
                let (path, source) = (path.display(), of_system(source, lang));
                Said::new(tr!(lang, "the verifier {path} cannot be read: {source}", "无法读取复核模型 {path}：{source}"))
                    .hint(remedy!(lang, "name an ONNX file with {verifier}, or leave it out", "请用 {verifier} 指定 ONNX 文件，或省略", verifier = Action::Again(Choice::Verifier)))
            }
            Self::NotAVerifier { kind } => Said::new(tr!(lang, "the model is a '{kind}', not a Verifier", "模型类型为“{kind}”，不是 Verifier（复核模型）"))
                .hint(remedy!(lang, "name a model that searches with {model}", "用于搜索的模型请用 {model} 指定", model = Action::Again(Choice::Model))),
            Self::VerifierPorts { found } => Said::new(tr!(lang, "the verifier has {found}; it needs the inputs image and surroundings and the output scores", "复核模型的输入输出为 {found}；需有输入 image、surroundings 和输出 scores"))
                .hint(tr!(lang, "export it again by these names", "请按这些名称重新导出")),
            Self::File { path, source } => source.say(lang).about(path),
            Self::NotOnnx { reason } => Said::new(tr!(lang, "the model cannot be loaded as ONNX: {reason}", "模型无法作为 ONNX 加载：{reason}"))
                .hint(tr!(lang, "export it again; a model kept in several files must be one file", "请重新导出；多文件模型须合并为一个文件")),
            Self::Ports { inputs, outputs } => Said::new(tr!(lang, "the model has {inputs} and {outputs}; one of each is needed", "模型有 {inputs} 个输入和 {outputs} 个输出；各需且只需一个", outputs = (outputs, "output", "outputs"), inputs = (inputs, "input", "inputs"),))
                .hint(tr!(lang, "export the network alone, without pre- or post-processing inputs", "请只导出网络本身，不带前后处理输入")),
            Self::InputShape { found } => Said::new(tr!(lang, "the model's input is {found}, not float32 [N,3,H,W] with square tiles", "模型输入为 {found}，应为 float32 [N,3,H,W] 且瓦片为正方形"))
                .hint(tr!(lang, "export it for RGB tiles in NCHW order; N, H and W may be dynamic", "请按 NCHW 顺序导出 RGB 输入；N、H、W 可为动态")),
            Self::OutputShape { found } => Said::new(tr!(lang, "the model's output is {found}, neither [N,C] nor [N,C,h,w] of float32", "模型输出为 {found}，应为 float32 的 [N,C] 或 [N,C,h,w]"))
                .hint(remedy!(lang, "a classifier of tiles or of cells gives these; if it is a detector or a segmenter, say so: {detector} or {segmentor}",
                    "分类器须按瓦片或网格给出分数；若是检测或分割模型，请注明：{detector} 或 {segmentor}",
                    detector = wrap(vec![("model_type".into(), "\"Detector\"".into())]),
                    segmentor = wrap(vec![("model_type".into(), "\"Segmentor\"".into())]))),
            Self::OtherKind { kind } => Said::new(tr!(lang, "the model is a {kind}; a Classifier, a Detector or a Segmentor is needed", "模型类型是 {kind}；应为 Classifier、Detector 或 Segmentor"))
                .hint(remedy!(lang, "{inspect} shows what a model says of itself", "{inspect} 可查看模型的自述信息", inspect = Action::InspectModel))
                .hint(lang.pick("of a YOLO that also gives masks or turned boxes, export the one that detects", "输出掩膜或旋转框的 YOLO，请改为导出普通检测模型")),
            Self::NoSecondLook => Said::new(lang.pick("a verifier looks at candidates of a classifier alone; this model is a detector or a segmenter", "复核模型只复核分类模型的疑似点；该模型是检测或分割模型").to_owned())
                .hint(lang.pick("leave the verifier out", "请不要指定复核模型")),
            Self::MaskShape { found } => Said::new(tr!(lang, "the segmenter's output is {found}, not float32 [N,C,h,w] with squares that fit its tile", "分割模型的输出为 {found}，应为 float32 的 [N,C,h,w]，且能整除瓦片边长"))
                .hint(lang.pick("export the scores of its classes (softmax or sigmoid), not the numbers of the classes", "请导出各类别的分数（softmax 或 sigmoid），不要导出类别编号")),
            Self::BoxShape { found, classes } => {
                let classes = classes.map_or_else(|| "?".to_owned(), |c| c.to_string());
                Said::new(tr!(lang, "the detector's output is {found}: with {classes} that is no layout of boxes that is known ([N,4+C,A], [N,A,5+C], [N,A,4+C], [N,K,6])",
                    "检测模型的输出为 {found}：类别数为 {classes} 时不属于任何已知的检测框格式（[N,4+C,A]、[N,A,5+C]、[N,A,4+C]、[N,K,6]）", classes = (classes, "class", "classes"),))
                    .hint(remedy!(lang, "name all its classes: {wrap}", "请列全类别名：{wrap}", wrap = wrap(vec![("class_names".into(), r#"{"0":"poppy","1":"tulip"}"#.into())])))
                    .hint(lang.pick("or export it again, from the tool that trained it, as one ONNX output", "或用训练工具重新导出为单一输出的 ONNX"))
            }
            Self::OtherBoxes { kind } => Said::new(tr!(lang, "the boxes of {kind} cannot be read", "不支持 {kind} 的检测框"))
                .hint(lang.pick("export a YOLO (v5 to v11) that detects upright boxes", "请导出输出正框的 YOLO（v5 至 v11）检测模型"))
                .hint(remedy!(lang, "if its output is that of one, say so: {wrap}", "若输出格式与其相同，请注明：{wrap}", wrap = wrap(vec![("det_type".into(), "\"YOLO_Ultralytics\"".into())]))),
            Self::NoClassNames => lacking(tr!(lang, "the model does not name its classes", "模型没有给出类别名")),
            Self::NoPositive { classes } => {
                let classes = classes.join(lang.pick(", ", "、"));
                lacking(tr!(lang, "the detector does not say which of its classes count as poppy: {classes}", "检测模型没有说明哪些类别算作罂粟：{classes}"))
            }
            Self::Incomplete { missing } => {
                let keys: Vec<&str> = missing.iter().map(|(key, _)| key.as_str()).collect();
                let keys = keys.join(lang.pick(", ", "、"));
                lacking(tr!(lang, "the model does not say: {keys}", "模型缺少以下信息：{keys}"))
            }
            Self::UnknownKey { key, known } => Said::new(tr!(lang, "no model has the key {key}", "模型没有 {key} 这个键"))
                .hint(tr!(lang, "the keys are {}", "可用的键：{}", known.join(lang.pick(", ", "、")))),
            Self::NotAProbability { value } => Said::new(tr!(lang, "the model gave the score {value}, which is no probability", "模型给出的分数 {value} 不是概率"))
                .hint(remedy!(lang, "if it gives logits, say so: {wrap}", "若输出的是未归一化分数，请注明：{wrap}", wrap = wrap(vec![("papaver_activation".into(), "\"logits\"".into())]))),
            Self::NoResolution => lacking(tr!(lang, "the model does not say which resolution it was trained for", "模型没有说明训练分辨率")),
            Self::NoTileSize => lacking(tr!(lang, "the model's input size is dynamic and it names no tile size", "模型输入尺寸为动态，但没有给出瓦片大小")),
            Self::NoCell => lacking(tr!(lang, "the dense model does not say how many pixels a cell covers", "密集模型没有说明每个网格覆盖多少像元")),
            Self::NotJson { key, value } => Said::new(tr!(lang, "the model's metadata {key} is not JSON: {value}", "模型元数据 {key} 不是 JSON：{value}"))
                .hint(remedy!(lang, "write what is true of it into a copy of the model: {wrap}", "请把模型的实际取值写入一份副本：{wrap}", wrap = wrap(vec![(key.clone(), "…".into())]))),
            Self::BadValue { key, value } => Said::new(tr!(lang, "the model's metadata {key} = {value} makes no sense", "模型元数据 {key} = {value} 不合理"))
                .hint(tr!(lang, "docs/model.md says what each key means", "各键含义见 docs/model.zh-CN.md")),
            Self::Run { reason } => Said::new(tr!(lang, "running the model failed: {reason}", "模型运行失败：{reason}"))
                .hint(lang.pick("what was searched is kept; run the same command again", "已完成部分已保存；请重新运行同一命令"))
                .hint(remedy!(lang, "if memory was short, with a smaller {threads}", "内存不足时减小 {threads}", threads = Action::Again(Choice::Threads))),
            Self::NotANumber => Said::new(tr!(lang, "the model gave a score that is not a number", "模型给出的分数不是数字"))
                .hint(tr!(lang, "the model is broken or was exported in half precision with an overflow; try its fp32 export", "模型损坏，或半精度导出溢出；请改用 fp32 导出")),
            Self::Device { device, reason } => Said::new(tr!(lang, "the device '{device}' cannot be used: {reason}", "无法使用设备“{device}”：{reason}"))
                .hint(remedy!(lang, "leave {device} out to run on the processor; a GPU needs the GPU build of ONNX Runtime in ORT_DYLIB_PATH", "省略 {device} 即用处理器运行；使用 GPU 需在 ORT_DYLIB_PATH 指定 GPU 版 ONNX Runtime", device = Action::Without(Choice::Device))),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Run { .. } => Fault::Machine,
            Self::File { source, .. } => source.fault(),
            _ => Fault::Input,
        }
    }
}
speaking_error!(ModelError, |e| match e {
    ModelError::Unreadable { source, .. } | ModelError::NoVerifier { source, .. } => Some(source),
    ModelError::File { source, .. } => Some(source),
    _ => None,
});

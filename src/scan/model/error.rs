//! Why a model cannot be used, and what mends it.

use crate::words::{Action, Choice, Fault, Lang, Said, Say};
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
    /// It is a detector, a segmenter or something else.
    NotAClassifier {
        /// Its `model_type`.
        kind: String,
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

impl Say for ModelError {
    fn say(&self, lang: Lang) -> Said {
        let metadata =
            |what: String, key: &str, example: &str| {
                Said::new(what).hint(tr!(lang,
                "write it into the model with onnx's metadata_props, as JSON: {key} = {example}",
                "请用 onnx 的 metadata_props 以 JSON 写入模型：{key} = {example}"))
            };
        match self {
            Self::NoRuntime { places } => {
                let places = places.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
                Said::new(tr!(lang, "ONNX Runtime was not found (looked at {places})", "找不到 ONNX Runtime（查找位置：{places}）"))
                    .hint(tr!(lang,
                        "run the set-up command of the README, or put libonnxruntime.so beside the program, or name it in ORT_DYLIB_PATH",
                        "请运行 README 中的安装命令，或把 libonnxruntime.so 放在程序旁，或用 ORT_DYLIB_PATH 指明"))
            }
            Self::BadRuntime { path, reason } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} is not an ONNX Runtime of version 1.17 or newer: {reason}", "{path} 不是 1.17 或更高版本的 ONNX Runtime:{reason}"))
                    .hint(tr!(lang, "run the set-up command of the README, which installs a version that was tested", "请运行 README 中的安装命令，它会安装经过测试的版本"))
            }
            Self::Unreadable { path, source } => {
                let path = path.display();
                Said::new(tr!(lang, "the model {path} cannot be read: {source}", "无法读取模型 {path}：{source}"))
                    .hint(remedy!(lang, "name an ONNX file with {model}, or leave it out to use the built-in model", "请用 {model} 指定 ONNX 文件，或省略以使用内置模型", model = Action::Again(Choice::Model)))
            }
            Self::NoVerifier { path, source } => {
                let path = path.display();
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
            Self::Ports { inputs, outputs } => Said::new(tr!(lang, "the model has {inputs} inputs and {outputs} outputs; one of each is needed", "模型有 {inputs} 个输入和 {outputs} 个输出；各需且只需一个"))
                .hint(tr!(lang, "export the classifier alone, without pre- or post-processing inputs", "请只导出分类器本身，不带前后处理输入")),
            Self::InputShape { found } => Said::new(tr!(lang, "the model's input is {found}, not float32 [N,3,H,W] with square tiles", "模型输入为 {found}，应为 float32 [N,3,H,W] 且瓦片为正方形"))
                .hint(tr!(lang, "export it for RGB tiles in NCHW order; N, H and W may be dynamic", "请按 NCHW 顺序导出 RGB 输入；N、H、W 可为动态")),
            Self::OutputShape { found } => Said::new(tr!(lang, "the model's output is {found}, neither [N,C] nor [N,C,h,w] of float32", "模型输出为 {found}，应为 float32 的 [N,C] 或 [N,C,h,w]"))
                .hint(tr!(lang, "a tile classifier or a dense map of cells is needed; boxes and masks are not read", "需要瓦片分类器或密集网格分类器；不支持检测框和掩膜")),
            Self::NotAClassifier { kind } => Said::new(tr!(lang, "the model is a {kind}; only a Classifier can be used", "模型类型是 {kind}；只能使用 Classifier"))
                .hint(remedy!(lang, "{inspect} shows what a model says of itself", "{inspect} 可查看模型的自述信息", inspect = Action::InspectModel)),
            Self::NoResolution => metadata(tr!(lang, "the model does not say which resolution it was trained for", "模型没有说明训练分辨率"), "resolution", "2.0"),
            Self::NoTileSize => metadata(tr!(lang, "the model's input size is dynamic and it names no tile size", "模型输入尺寸为动态，但没有给出瓦片大小"), "tile_size", "512"),
            Self::NoCell => metadata(tr!(lang, "the dense model does not say how many pixels a cell covers", "密集模型没有说明每个网格覆盖多少像元"), "papaver_cell", "16"),
            Self::NotJson { key, value } => metadata(tr!(lang, "the model's metadata {key} is not JSON: {value}", "模型元数据 {key} 不是 JSON:{value}"), key, "…"),
            Self::BadValue { key, value } => Said::new(tr!(lang, "the model's metadata {key} = {value} makes no sense", "模型元数据 {key} = {value} 不合理"))
                .hint(tr!(lang, "see 'Your own model' in the README for what each key means", "各键含义见 README 的“使用自己的模型”")),
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

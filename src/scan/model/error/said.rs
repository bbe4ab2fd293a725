//! What is said of a model that cannot be used.

use super::{ModelError, key};
use crate::platform::RUNTIME_LIBRARY;
use crate::words::{Action, Choice, Fault, Lang, Said, Say, of_system};
use crate::{remedy, tr};

/// What is no list of the model's classes.
fn other_positive(value: &str, classes: &[String], lang: Lang) -> Said {
    let names = classes.join(lang.pick(", ", "、"));
    let one: Vec<&String> = classes.last().into_iter().collect();
    let form = serde_json::json!(one).to_string();
    Said::new(tr!(
        lang,
        "papaver_positive = {value} is no list of the model's classes",
        "papaver_positive = {value} 不是由模型类别组成的列表"
    ))
    .hint(remedy!(
        lang,
        "its classes are {names}; write those that are poppy as a JSON list, such as {wrap}",
        "模型类别为 {names}；请把算作罂粟的类别写成 JSON 列表，例如 {wrap}",
        wrap = Action::WrapModel {
            set: key("papaver_positive", &form)
        }
    ))
}

/// The beginning of a digest.
fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

/// What learnt from the candidates of another model than the one that searches.
fn other_first_stage(learnt_from: &str, model: &str, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "the verifier learnt from the candidates of the model {learnt_from}, and {model} searches",
        "复核模型由模型 {learnt_from} 的疑似点训练而成，而搜索用的模型是 {model}",
        learnt_from = short(learnt_from),
        model = short(model),
    ))
    .hint(remedy!(
        lang,
        "search with that model: {model}",
        "请用该模型搜索：{model}",
        model = Action::Again(Choice::Model)
    ))
    .hint(remedy!(
        lang,
        "or, where it was evaluated with this one, say so: {wrap}",
        "若已与当前模型一同评测过，请注明：{wrap}",
        wrap = Action::WrapModel {
            set: key("papaver_first_stage", &format!("\"{model}\""))
        }
    ))
}

impl ModelError {
    /// What the model does not say of itself.
    fn lacks(&self, lang: Lang) -> String {
        match self {
            Self::NoClassNames => tr!(
                lang,
                "the model does not name its classes",
                "模型没有给出类别名"
            ),
            Self::NoResolution => tr!(
                lang,
                "the model does not say which resolution it was trained for",
                "模型没有说明训练分辨率"
            ),
            Self::NoTileSize => tr!(
                lang,
                "the model's input size is dynamic and it names no tile size",
                "模型输入尺寸为动态，但没有给出瓦片大小"
            ),
            Self::NoCell => tr!(
                lang,
                "the dense model does not say how many pixels a cell covers",
                "密集模型没有说明每个网格覆盖多少像元"
            ),
            Self::NoPositive { classes } => tr!(
                lang,
                "the detector does not say which of its classes count as poppy: {classes}",
                "检测模型没有说明哪些类别算作罂粟：{classes}",
                classes = classes.join(lang.pick(", ", "、")),
            ),
            _ => {
                let keys = self.missing().into_iter().map(|(key, _)| key);
                let keys = keys.collect::<Vec<_>>().join(lang.pick(", ", "、"));
                tr!(
                    lang,
                    "the model does not say: {keys}",
                    "模型缺少以下信息：{keys}"
                )
            }
        }
    }

    /// What runs the model is not there, or failed.
    fn of_runtime(&self, lang: Lang) -> Said {
        match self {
            Self::NoRuntime { places } => {
                let places = places.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
                Said::new(tr!(lang, "ONNX Runtime was not found (looked at {places})", "找不到 ONNX Runtime（查找位置：{places}）"))
                    .hint(tr!(lang,
                        "run the set-up command of the README, or put {RUNTIME_LIBRARY} beside the program, or name it in ORT_DYLIB_PATH",
                        "请运行 README 中的安装命令，或把 {RUNTIME_LIBRARY} 放在程序旁，或用 ORT_DYLIB_PATH 指明"))
            }
            Self::BadRuntime { path, reason } => Said::new(tr!(
                lang,
                "{path} is not an ONNX Runtime of version 1.17 or newer: {reason}",
                "{path} 不是 1.17 或更高版本的 ONNX Runtime：{reason}",
                path = path.display(),
            ))
                .hint(tr!(lang, "run the set-up command of the README, which installs a version that was tested", "请运行 README 中的安装命令，它会安装经过测试的版本")),
            Self::Run { reason } => Said::new(tr!(lang, "running the model failed: {reason}", "模型运行失败：{reason}"))
                .hint(lang.pick("what was searched is kept; run the same command again", "已完成部分已保存；请重新运行同一命令"))
                .hint(remedy!(lang, "if memory was short, with a smaller {threads}", "内存不足时减小 {threads}", threads = Action::Again(Choice::Threads))),
            Self::Device { device, reason } => Said::new(tr!(lang, "the device '{device}' cannot be used: {reason}", "无法使用设备“{device}”：{reason}"))
                .hint(remedy!(lang, "run on the processor: {processor}; a plan keeps the device that it was made with: plan anew for another", "改用处理器运行：{processor}；扫描计划固定使用生成时的设备，换设备须重新生成计划", processor = Action::Again(Choice::Processor)))
                .hint(lang.pick("a GPU needs the GPU build of ONNX Runtime in ORT_DYLIB_PATH", "使用 GPU 需在 ORT_DYLIB_PATH 指定 GPU 版 ONNX Runtime")),
            _ => Said::new(""),
        }
    }

    /// What goes in or comes out is not what can be read.
    fn of_shape(&self, lang: Lang) -> Said {
        match self {
            Self::VerifierPorts { found } => Said::new(tr!(lang, "the verifier has {found}; it needs the inputs image and surroundings and the output scores", "复核模型的输入输出为 {found}；需有输入 image、surroundings 和输出 scores"))
                .hint(tr!(lang, "export it again by these names", "请按这些名称重新导出")),
            Self::Ports { inputs, outputs } => Said::new(tr!(lang, "the model has {inputs} and {outputs}; one of each is needed", "模型有 {inputs} 个输入和 {outputs} 个输出；各需且只需一个", outputs = (outputs, "output", "outputs"), inputs = (inputs, "input", "inputs"),))
                .hint(tr!(lang, "export the network alone, without pre- or post-processing inputs", "请只导出网络本身，不带前后处理输入")),
            Self::HalfPrecision => Said::new(lang.pick("the model takes or gives numbers of half precision (float16), not float32", "模型的输入或输出为半精度（float16），应为 float32").to_owned())
                .hint(lang.pick("export it again in single precision: a YOLO with half=False; what it computes with inside may be half", "请以单精度重新导出：YOLO 请用 half=False；内部计算可为半精度")),
            Self::InputShape { found } => Said::new(tr!(lang, "the model's input is {found}, not float32 [N,3,H,W] with square tiles", "模型输入为 {found}，应为 float32 [N,3,H,W] 且瓦片为正方形"))
                .hint(tr!(lang, "export it for RGB tiles in NCHW order; N, H and W may be dynamic", "请按 NCHW 顺序导出 RGB 输入；N、H、W 可为动态")),
            Self::OutputShape { found } => Said::new(tr!(lang, "the model's output is {found}, neither [N,C] nor [N,C,h,w] of float32", "模型输出为 {found}，应为 float32 的 [N,C] 或 [N,C,h,w]"))
                .hint(remedy!(lang, "a classifier of tiles or of cells gives these; if it is a detector or a segmenter, say so: {detector} or {segmentor}",
                    "分类器须按瓦片或网格给出分数；若是检测或分割模型，请注明：{detector} 或 {segmentor}",
                    detector = Action::WrapModel { set: key("model_type", "\"Detector\"") },
                    segmentor = Action::WrapModel { set: key("model_type", "\"Segmentor\"") })),
            Self::MaskShape { found } => Said::new(tr!(lang, "the segmenter's output is {found}, not float32 [N,C,h,w] with squares that fit its tile", "分割模型的输出为 {found}，应为 float32 的 [N,C,h,w]，且能整除瓦片边长"))
                .hint(lang.pick("export the scores of its classes (softmax or sigmoid), not the numbers of the classes", "请导出各类别的分数（softmax 或 sigmoid），不要导出类别编号")),
            Self::BoxShape { found, classes } => {
                let classes = classes.map_or_else(|| "?".to_owned(), |c| c.to_string());
                Said::new(tr!(lang, "the detector's output is {found}: with {classes} that is no layout of boxes that is known ([N,4+C,A], [N,A,5+C], [N,A,4+C], [N,K,6])",
                    "检测模型的输出为 {found}：类别数为 {classes} 时不属于任何已知的检测框格式（[N,4+C,A]、[N,A,5+C]、[N,A,4+C]、[N,K,6]）", classes = (classes, "class", "classes"),))
                    .hint(remedy!(lang, "name all its classes: {wrap}", "请列全类别名：{wrap}", wrap = Action::WrapModel { set: key("class_names", r#"{"0":"poppy","1":"tulip"}"#) }))
                    .hint(lang.pick("or export it again, from the tool that trained it, as one ONNX output", "或用训练工具重新导出为单一输出的 ONNX"))
            }
            Self::OtherBoxes { kind } => Said::new(tr!(lang, "the boxes of {kind} cannot be read", "不支持 {kind} 的检测框"))
                .hint(lang.pick("export a YOLO (v5 to v11) that detects upright boxes", "请导出输出正框的 YOLO（v5 至 v11）检测模型"))
                .hint(remedy!(lang, "if its output is that of one, say so: {wrap}", "若输出格式与其相同，请注明：{wrap}", wrap = Action::WrapModel { set: key("det_type", "\"YOLO_Ultralytics\"") })),
            _ => Said::new(""),
        }
    }

    /// A verifier cannot be read, is none, or is another model's.
    fn of_verifier(&self, lang: Lang) -> Said {
        match self {
            Self::NoVerifier { path, source } => Said::new(tr!(
                lang,
                "the verifier {path} cannot be read: {source}",
                "无法读取复核模型 {path}：{source}",
                path = path.display(),
                source = of_system(source, lang),
            ))
            .hint(remedy!(
                lang,
                "name an ONNX file with {verifier}, or leave it out",
                "请用 {verifier} 指定 ONNX 文件，或省略",
                verifier = Action::Again(Choice::Verifier)
            )),
            Self::NotAVerifier { kind } => Said::new(tr!(
                lang,
                "the model is a '{kind}', not a Verifier",
                "模型类型为“{kind}”，不是 Verifier（复核模型）"
            ))
            .hint(remedy!(
                lang,
                "name a model that searches with {model}",
                "用于搜索的模型请用 {model} 指定",
                model = Action::Again(Choice::Model)
            )),
            Self::OtherFirstStage { learnt_from, model } => {
                other_first_stage(learnt_from, model, lang)
            }
            _ => Said::new(""),
        }
    }

    /// A detector's rows are not what they are read as.
    fn of_rows(&self, lang: Lang) -> Said {
        let layout = |form: &str| Action::WrapModel {
            set: key("papaver_boxes", &format!("\"{form}\"")),
        };
        match self {
            Self::TwoLayouts { found } => Said::new(tr!(lang, "the detector's output is {found}: its rows of six may be those left after suppression (corners, score, class), or one for each place (middle, size, objectness, score)",
                "检测模型的输出为 {found}：每行六个数可能是去重后的结果（两角坐标、分数、类别），也可能是逐位置的预测（中心、宽高、目标置信度、分数）"))
                .hint(remedy!(lang, "say which: {inside} or {each}", "请注明是哪一种：{inside} 或 {each}", inside = layout("end_to_end"), each = layout("objectness"))),
            Self::OtherClass { number, classes } => {
                let (names, count) = (classes.join(lang.pick(", ", "、")), classes.len());
                Said::new(tr!(lang, "the detector found something of the class {number}, and names {named}, from 0 on: {names}",
                    "检测模型给出的类别编号为 {number}，而它只列出 {count} 个类别（从 0 起编号）：{names}", named = (count, "class", "classes")))
                    .hint(remedy!(lang, "name all its classes, and those that are poppy: {wrap}", "请列全类别名，并注明哪些是罂粟：{wrap}", wrap = Action::WrapModel {
                        set: [key("class_names", r#"{"0":"tulip","1":"poppy"}"#), key("papaver_positive", r#"["poppy"]"#)].concat() }))
                    .hint(remedy!(lang, "or, where its last column holds scores, say so: {across} or {each}", "若最后一列是分数，请注明：{across} 或 {each}", across = layout("classes_across"), each = layout("objectness")))
            }
            _ => Said::new(lang.pick("the detector gives the numbers of classes where the score of its one class is read: it suppresses by itself", "检测模型在应为分数的一列给出了类别编号：它已在内部去重").to_owned())
                .hint(remedy!(lang, "say so: {inside}", "请注明：{inside}", inside = layout("end_to_end"))),
        }
    }

    /// A first pass cannot be had, or would lose what is asked for.
    fn of_first_pass(&self, lang: Lang) -> Said {
        let said = match self {
            Self::BelowFirstPass { threshold, lowest } => tr!(
                lang,
                "a first pass clears ground on which the model would score {lowest} at most; below that, at {threshold}, it would hide what is asked for",
                "初筛会略过模型分数不超过 {lowest} 的地面；阈值 {threshold} 更低，会漏掉要找的内容"
            ),
            _ => lang
                .pick(
                    "only the built-in model, on the processor, has a first pass",
                    "只有内置模型在处理器上运行时可以先初筛",
                )
                .to_owned(),
        };
        Said::new(said).hint(remedy!(
            lang,
            "leave {flag} out",
            "请省略 {flag}",
            flag = Action::Without(Choice::FirstPass)
        ))
    }

    /// What the model says of itself cannot be.
    fn of_metadata(&self, lang: Lang) -> Said {
        match self {
            Self::UnknownKey { key, known } => Said::new(tr!(
                lang,
                "no model has the key {key}",
                "模型没有 {key} 这个键"
            ))
            .hint(tr!(
                lang,
                "the keys are {}",
                "可用的键：{}",
                known.join(lang.pick(", ", "、"))
            )),
            Self::NotAProbability { value } => Said::new(tr!(
                lang,
                "the model gave the score {value}, which is no probability",
                "模型给出的分数 {value} 不是概率"
            ))
            .hint(remedy!(
                lang,
                "if it gives logits, say so: {wrap}",
                "若输出的是未归一化分数，请注明：{wrap}",
                wrap = Action::WrapModel {
                    set: key("papaver_activation", "\"logits\"")
                }
            )),
            Self::NotJson { key, value } => Said::new(tr!(
                lang,
                "the model's metadata {key} is not JSON: {value}",
                "模型元数据 {key} 不是 JSON：{value}"
            ))
            .hint(remedy!(
                lang,
                "write what is true of it into a copy of the model: {wrap}",
                "请把模型的实际取值写入一份副本：{wrap}",
                wrap = Action::WrapModel {
                    set: self::key(key, "…")
                }
            )),
            Self::BadValue { key, value } => Said::new(tr!(
                lang,
                "the model's metadata {key} = {value} makes no sense",
                "模型元数据 {key} = {value} 不合理"
            ))
            .hint(tr!(
                lang,
                "docs/model.md says what each key means",
                "各键含义见 docs/model.zh-CN.md"
            )),
            Self::OtherPositive { value, classes } => other_positive(value, classes, lang),
            _ => Said::new(""),
        }
    }
}

impl Say for ModelError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::NoRuntime { .. }
            | Self::BadRuntime { .. }
            | Self::Run { .. }
            | Self::Device { .. } => self.of_runtime(lang),
            Self::VerifierPorts { .. }
            | Self::Ports { .. }
            | Self::HalfPrecision
            | Self::InputShape { .. }
            | Self::OutputShape { .. }
            | Self::MaskShape { .. }
            | Self::BoxShape { .. }
            | Self::OtherBoxes { .. } => self.of_shape(lang),
            Self::TwoLayouts { .. } | Self::SuppressedInside | Self::OtherClass { .. } => {
                self.of_rows(lang)
            }
            Self::NoVerifier { .. } | Self::NotAVerifier { .. } | Self::OtherFirstStage { .. } => {
                self.of_verifier(lang)
            }
            Self::UnknownKey { .. }
            | Self::NotAProbability { .. }
            | Self::NotJson { .. }
            | Self::OtherPositive { .. }
            | Self::BadValue { .. } => self.of_metadata(lang),
            Self::Unreadable { path, source } => Said::new(tr!(
                lang,
                "the model {path} cannot be read: {source}",
                "无法读取模型 {path}：{source}",
                path = path.display(),
                source = of_system(source, lang),
            ))
                .hint(lang.pick("check the name of the ONNX file, or leave it out to use the built-in model", "请检查 ONNX 文件名；不指定则使用内置模型")),
            Self::File { path, source } => source.say(lang).about(path),
            Self::NotOnnx { reason } => Said::new(tr!(lang, "the model cannot be loaded as ONNX: {reason}", "模型无法作为 ONNX 加载：{reason}"))
                .hint(tr!(lang, "export it again; a model kept in several files must be one file", "请重新导出；多文件模型须合并为一个文件")),
            Self::OtherKind { kind } => Said::new(tr!(lang, "the model is of the kind {kind}; a Classifier, a Detector or a Segmentor is needed", "模型类型是 {kind}；应为 Classifier、Detector 或 Segmentor"))
                .hint(remedy!(lang, "{inspect} shows what a model says of itself", "{inspect} 可查看模型的自述信息", inspect = Action::InspectModel))
                .hint(lang.pick("of a YOLO that also gives masks or turned boxes, export the one that detects", "输出掩膜或旋转框的 YOLO，请改为导出普通检测模型")),
            Self::NoFirstPass | Self::BelowFirstPass { .. } => self.of_first_pass(lang),
            Self::NoSecondLook => Said::new(lang.pick("a verifier looks at candidates of a classifier alone; this model is a detector or a segmenter", "复核模型只复核分类模型的疑似点；该模型是检测或分割模型").to_owned())
                .hint(lang.pick("leave the verifier out", "请不要指定复核模型")),
            Self::NoClassNames
            | Self::NoPositive { .. }
            | Self::Incomplete { .. }
            | Self::NoResolution
            | Self::NoTileSize
            | Self::NoCell => Said::new(self.lacks(lang)).hint(remedy!(
                lang,
                "write what is true of it into a copy of the model, such as {wrap}",
                "请把模型的实际取值写入一份副本，例如 {wrap}",
                wrap = Action::WrapModel { set: self.missing() }
            )),
            Self::NotANumber => Said::new(tr!(lang, "the model gave a score that is not a number", "模型给出的分数不是数字"))
                .hint(tr!(lang, "the model is broken or was exported in half precision with an overflow; try its fp32 export", "模型损坏，或半精度导出溢出；请改用 fp32 导出")),
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

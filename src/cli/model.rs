//! `papaver model`: the model contract in words, and what a model lacks written into it.

use super::model_lines::{activation, classes, identity, thresholds};
use super::{Done, expected, talk, verifier};
use crate::cli::overwrite::Overwrite;
use crate::files;
use crate::scan::{
    BoxForm, BoxLayout, Contract, Model, ModelError, ModelFile, Output, Runtime, wrap,
};
use crate::schema::model_name;
use crate::tr;
use crate::words::{Lang, Say};
use clap::{Args, Subcommand};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Arguments of `papaver model`.
#[derive(Args)]
pub(super) struct ModelArguments {
    #[command(subcommand)]
    command: ModelCommand,
}

#[derive(Subcommand)]
enum ModelCommand {
    /// Print what a model takes, gives and promises, and what it lacks 说明模型的输入、输出和适用条件，以及缺少的信息
    Inspect {
        /// The ONNX file (default: the built-in model) 模型文件（ONNX，默认内置模型）
        model: Option<PathBuf>,
    },
    /// Write into a copy of a model what it does not say of itself 把模型缺少的信息写入其副本
    Wrap(Wrap),
}

#[derive(Args)]
struct Wrap {
    /// The ONNX file; it is not changed 模型文件（ONNX），不会被修改
    model: PathBuf,
    /// The file to write 输出文件
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// A key and its value, as JSON or as plain text; several may be given 键和值，值为 JSON 或普通文本；可多次给出
    #[arg(long, value_name = "KEY=VALUE", required = true, value_parser = entry)]
    set: Vec<(String, String)>,
    #[command(flatten)]
    overwrite: Overwrite,
}

/// `KEY=VALUE`, the value as JSON.
fn entry(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or("KEY=VALUE is needed 应为 键=值")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_text| Value::from(value));
    Ok((key.trim().to_owned(), value.to_string()))
}

/// Runs the command.
pub(super) fn run(arguments: &ModelArguments, lang: Lang) -> Result<Done, Box<dyn Say>> {
    match &arguments.command {
        ModelCommand::Inspect { model } => inspect(model.as_ref(), lang),
        ModelCommand::Wrap(wrap) => wrap.run(lang),
    }
}

fn boxed(error: impl Say) -> Box<dyn Say> {
    Box::new(error)
}

fn inspect(path: Option<&PathBuf>, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let runtime = Runtime::load().map_err(boxed)?;
    let path = path.map(PathBuf::as_path);
    let (lines, gaps) = match ModelFile::read(&runtime, path).map_err(boxed)? {
        ModelFile::Searches(model, gaps) => (lines(&model, &gaps, &runtime, lang), gaps),
        ModelFile::Verifies(verifier) => (verifier::lines(&verifier, lang), Vec::new()),
    };
    for line in &lines {
        talk::data(line);
    }
    ModelError::of_gaps(gaps).map_or(Ok(Done::Whole), |lack| Err(boxed(lack)))
}

impl Wrap {
    fn run(&self, lang: Lang) -> Result<Done, Box<dyn Say>> {
        let runtime = Runtime::load().map_err(boxed)?;
        let set: BTreeMap<String, String> = self.set.iter().cloned().collect();
        let (bytes, gaps) = wrap(&runtime, &self.model, &set).map_err(boxed)?;
        files::write_bytes(&self.output, self.overwrite.existing(), &bytes).map_err(boxed)?;
        talk::written(&self.output, lang);
        if let Some(lack) = ModelError::of_gaps(gaps) {
            talk::warning(&lack, lang);
        }
        Ok(Done::Whole)
    }
}

fn lines(model: &Model, gaps: &[ModelError], runtime: &Runtime, lang: Lang) -> Vec<String> {
    let c = model.contract();
    let mut lines = file(model, lang);
    let missing: Vec<String> = gaps
        .iter()
        .flat_map(ModelError::missing)
        .map(|(key, _)| key)
        .collect();
    let lacks = |key: &str| missing.iter().any(|m| m == key);
    lines.extend(kind(c, lacks("resolution"), lang));
    let positive = (!lacks("papaver_positive")).then_some(c.positive.as_slice());
    lines.push(classes(&c.classes, positive, lang));
    lines.extend(scale(c, lacks("resolution"), lang));
    lines.extend(thresholds(c.threshold, c.uses.dispatch_threshold, lang));
    lines.extend(expected::lines(&c.uses.expected, lang));
    if !missing.is_empty() {
        let missing = missing.join(lang.pick(", ", "、"));
        lines.push(tr!(
            lang,
            "missing       {missing}",
            "缺少        {missing}"
        ));
    }
    lines.push(tr!(
        lang,
        "runs on       {}, ONNX Runtime {} ({})",
        "运行于      {}，ONNX Runtime {}（{}）",
        model.device().name(),
        runtime.version(),
        runtime.path().display()
    ));
    lines
}

/// The file, and what goes in and out of it.
fn file(model: &Model, lang: Lang) -> Vec<String> {
    let c = model.contract();
    let (input, output) = model.shapes();
    let [named, digest] = identity(
        &model_name(model.name(), lang),
        model.size(),
        model.sha256(),
        lang,
    );
    vec![
        named,
        digest,
        tr!(
            lang,
            "input         float32 {input}, RGB, value/255, minus {:?}, divided by {:?}",
            "输入        float32 {input}，RGB，值/255，减 {:?}，除以 {:?}",
            c.mean,
            c.std
        ),
        tr!(
            lang,
            "output        float32 {output}, {}",
            "输出        float32 {output}，{}",
            activation(c.activation, lang)
        ),
    ]
}

/// What would be done with it; how much ground that is, where the resolution is known.
fn kind(c: &Contract, is_unscaled: bool, lang: Lang) -> Vec<String> {
    let metres = |pixels: u32| {
        let metres = f64::from(pixels) * c.resolution_cm / 100.0;
        if is_unscaled {
            String::new()
        } else {
            tr!(lang, " ({metres:.2} m)", "（{metres:.2} 米）")
        }
    };
    let overlap = c.overlap * 100.0;
    match c.output {
        Output::Tile => vec![tr!(
            lang,
            "kind          tile classifier: one score a tile of {} px{}, {overlap:.0} % overlap",
            "类型        瓦片分类器：每 {} 像元{}一个分数，重叠 {overlap:.0} %",
            c.tile_px,
            metres(c.tile_px)
        )],
        Output::Dense { cell, halo } => vec![tr!(
            lang,
            "kind          dense classifier: one score a cell of {cell} px{}; {halo} px at a window's border are not trusted",
            "类型        密集分类器：每 {cell} 像元{}一个分数；窗口边缘 {halo} 像元不采信",
            metres(cell)
        )],
        Output::Mask { pixel, cell, halo } => vec![
            tr!(
                lang,
                "kind          segmenter: one score every {pixel} px, told in cells of {cell} px{}",
                "类型        分割模型：每 {pixel} 像元一个分数，按 {cell} 像元{}的网格取平均",
                metres(cell)
            ),
            tr!(
                lang,
                "tiles         of {} px{}; the outer {halo} px of each are taken from its neighbours",
                "瓦片        {} 像元{}；外缘 {halo} 像元以相邻瓦片为准",
                c.tile_px,
                metres(c.tile_px)
            ),
        ],
        Output::Boxes(layout) => vec![
            boxes(layout, lang),
            tr!(
                lang,
                "tiles         of {} px{}, {overlap:.0} % overlap; boxes cut at a tile's edge are joined with their other part",
                "瓦片        {} 像元{}，重叠 {overlap:.0} %；在瓦片边缘被截断的检测框与另一部分合并",
                c.tile_px,
                metres(c.tile_px)
            ),
        ],
    }
}

fn boxes(layout: BoxLayout, lang: Lang) -> String {
    let form = match layout.form {
        BoxForm::ClassesDown => "[N,4+C,A]",
        BoxForm::ClassesAcross => "[N,A,4+C]",
        BoxForm::Objectness => "[N,A,5+C]",
        BoxForm::EndToEnd => "[N,K,6]",
    };
    let name = layout.form.name();
    let units = match layout.normalised {
        Some(false) => lang.pick("coordinates in pixels", "坐标单位为像元"),
        Some(true) => lang.pick("coordinates as shares of the tile", "坐标为瓦片边长的比例"),
        None => lang.pick(
            "coordinates in pixels or, where none exceeds 1.5, as shares of the tile",
            "坐标单位为像元；均不超过 1.5 时视为瓦片边长的比例",
        ),
    };
    let once = match layout.form {
        BoxForm::EndToEnd => lang
            .pick("suppression inside the model", "模型内部已去除重复框")
            .to_owned(),
        _ => tr!(
            lang,
            "boxes that overlap by {:.0} % are one",
            "重叠达 {:.0} % 的框视为同一目标",
            layout.same * 100.0
        ),
    };
    tr!(
        lang,
        "kind          detector: boxes as {form} ({name}), {units}; {once}",
        "类型        检测模型：检测框格式 {form}（{name}），{units}；{once}"
    )
}

/// The resolution it was made for; none where it is not known.
fn scale(c: &Contract, is_unknown: bool, lang: Lang) -> Vec<String> {
    if is_unknown {
        return Vec::new();
    }
    let mut lines = vec![tr!(
        lang,
        "resolution    {} cm a pixel; searches imagery up to {:.1} cm",
        "分辨率      每像元 {} 厘米；最粗可搜索 {:.1} 厘米",
        c.resolution_cm,
        c.coarsest_cm()
    )];
    if let Some((finest, coarsest)) = c.range_cm {
        lines.push(tr!(
            lang,
            "evaluated     at {finest} to {coarsest} cm a pixel",
            "评测范围    每像元 {finest} 至 {coarsest} 厘米"
        ));
    }
    lines
}

//! `papaver model inspect`: the model contract in words.

use super::{Done, talk};
use crate::scan::{Activation, Contract, Device, Model, Output, Runtime};
use crate::tr;
use crate::words::{Lang, Say};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Arguments of `papaver model`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print what a model takes, gives and promises 说明模型的输入、输出和适用条件
    Inspect {
        /// The ONNX file (default: the built-in model) 模型文件（ONNX，默认内置模型）
        model: Option<PathBuf>,
    },
}

/// Runs the command.
pub fn run(arguments: &Arguments, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let Command::Inspect { model } = &arguments.command;
    let boxed = |e: crate::scan::ModelError| Box::new(e) as Box<dyn Say>;
    let runtime = Runtime::load().map_err(boxed)?;
    let model = Model::load(&runtime, model.as_deref(), Device::Cpu).map_err(boxed)?;
    for line in lines(&model, &runtime, lang) {
        talk::data(&line);
    }
    Ok(Done::Whole)
}

fn lines(model: &Model, runtime: &Runtime, lang: Lang) -> Vec<String> {
    let c = model.contract();
    let mut lines = file(model, lang);
    lines.push(kind(c, lang));
    let positive: Vec<&str> = c.positive.iter().map(|p| c.classes[*p].as_str()).collect();
    lines.push(tr!(
        lang,
        "classes       {}; counted as poppy: {}",
        "类别        {}；算作罂粟：{}",
        c.classes.join(", "),
        positive.join(", ")
    ));
    lines.push(tr!(
        lang,
        "resolution    {} cm a pixel; searches imagery up to {:.1} cm",
        "分辨率      每像元 {} 厘米；最粗可搜索 {:.1} 厘米",
        c.resolution_cm,
        c.coarsest_cm()
    ));
    if let Some((finest, coarsest)) = c.range_cm {
        lines.push(tr!(
            lang,
            "evaluated     at {finest} to {coarsest} cm a pixel",
            "评测范围    每像元 {finest} 至 {coarsest} 厘米"
        ));
    }
    lines.push(tr!(lang, "threshold     {}", "阈值        {}", c.threshold));
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
    let size = model.size() as f64 / 1e6;
    vec![
        tr!(
            lang,
            "model         {} ({size:.1} MB)",
            "模型        {}（{size:.1} MB）",
            model.name()
        ),
        format!(
            "{}{}",
            lang.pick("SHA-256       ", "SHA-256     "),
            model.sha256()
        ),
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
            match c.activation {
                Activation::Probability => lang.pick("probabilities", "概率"),
                Activation::Logits => lang.pick("logits", "未归一化分数"),
            }
        ),
    ]
}

fn kind(c: &Contract, lang: Lang) -> String {
    match c.output {
        Output::Tile => tr!(
            lang,
            "kind          tile classifier: one score a tile of {} px ({:.2} m), {:.0} % overlap",
            "类型        瓦片分类器：每 {} 像元（{:.2} 米）一个分数，重叠 {:.0} %",
            c.tile_px,
            f64::from(c.tile_px) * c.resolution_cm / 100.0,
            c.overlap * 100.0
        ),
        Output::Dense { cell, halo } => tr!(
            lang,
            "kind          dense classifier: one score a cell of {cell} px ({:.2} m); {halo} px at a window's border are not trusted",
            "类型        密集分类器：每 {cell} 像元（{:.2} 米）一个分数；窗口边缘 {halo} 像元不采信",
            f64::from(cell) * c.resolution_cm / 100.0
        ),
    }
}

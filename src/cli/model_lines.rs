//! What is said alike of models and of verifiers.

use crate::scan::Activation;
use crate::tr;
use crate::words::Lang;

/// The threshold, and that for sending a crew, where there is one.
pub(super) fn thresholds(screening: f64, dispatch: Option<f64>, lang: Lang) -> Vec<String> {
    let mut lines = vec![tr!(
        lang,
        "threshold     {screening}",
        "阈值        {screening}"
    )];
    lines.extend(dispatch.map(|threshold| {
        tr!(
            lang,
            "dispatch      from {threshold} on a crew may be sent without screening",
            "直接派查    得分不低于 {threshold} 的可不经研判直接派查"
        )
    }));
    lines
}

/// The name and the size of a file, and its digest.
pub(super) fn identity(name: &str, bytes: usize, sha256: &str, lang: Lang) -> [String; 2] {
    let size = bytes as f64 / 1e6;
    [
        tr!(
            lang,
            "model         {name} ({size:.1} MB)",
            "模型        {name}（{size:.1} MB）"
        ),
        tr!(lang, "SHA-256       {sha256}", "SHA-256     {sha256}"),
    ]
}

/// What a model's output holds.
pub(super) fn activation(activation: Activation, lang: Lang) -> &'static str {
    match activation {
        Activation::Probability => lang.pick("probabilities", "概率"),
        Activation::Logits => lang.pick("logits", "未归一化分数"),
    }
}

/// Its classes, and those that count as poppy, where these are known.
pub(super) fn classes(all: &[String], positive: Option<&[usize]>, lang: Lang) -> String {
    let names = |positive: &[usize]| {
        let names: Vec<&str> = positive.iter().map(|p| all[*p].as_str()).collect();
        names.join(", ")
    };
    let positive = positive.map_or_else(|| lang.pick("?", "未知").to_owned(), names);
    tr!(
        lang,
        "classes       {}; counted as poppy: {positive}",
        "类别        {}；算作罂粟：{positive}",
        all.join(", ")
    )
}

//! What a model's makers found on kinds of ground, in words.

use crate::schema::ExpectedRecord;
use crate::tr;
use crate::words::Lang;

/// A line for each kind of ground; none where nothing is known.
pub(super) fn lines(expected: &[ExpectedRecord], lang: Lang) -> Vec<String> {
    let use_of = |name: &str, figures: Option<[f64; 3]>| {
        figures.map(|[n, low, high]| format!("{name} {n:.0} [{low:.0}, {high:.0}]"))
    };
    let line = |of: &ExpectedRecord| {
        let uses = [
            use_of(lang.pick("screening", "研判"), of.screening),
            use_of(lang.pick("dispatch", "直接派查"), of.dispatch),
        ];
        let uses: Vec<String> = uses.into_iter().flatten().collect();
        let ground = lang.pick(&of.ground.en, &of.ground.zh);
        let uses = uses.join(lang.pick(", ", "，"));
        tr!(
            lang,
            "to expect     candidates a km² on ground without poppy, {ground}: {uses}",
            "预计数量    无罂粟地面每 km² 的疑似点，{ground}：{uses}"
        )
    };
    expected.iter().map(line).collect()
}

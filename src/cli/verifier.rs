//! What a verifier is, in words.

use super::expected;
use super::model_lines::{activation, classes, identity, thresholds};
use crate::scan::Verifier;
use crate::tr;
use crate::words::Lang;

/// What it takes, gives and promises.
pub(super) fn lines(verifier: &Verifier, lang: Lang) -> Vec<String> {
    let c = verifier.contract();
    let [image, surroundings] = c.sights.map(|sight| {
        let (metres, side) = (sight.metres, sight.pixels);
        tr!(
            lang,
            "{metres} m in {side} px",
            "{metres} 米（{side} 像元）"
        )
    });
    let views = c.views.len();
    let mut lines = identity(verifier.name(), verifier.size(), verifier.sha256(), lang).to_vec();
    lines.extend([
        tr!(
            lang,
            "kind          verifier: looks at candidates alone, at each in {looks}",
            "类型        复核模型：只复核疑似点，每点看 {views} 次",
            looks = (views, "view", "views"),
        ),
        tr!(
            lang,
            "sights        image {image}, surroundings {surroundings}; RGB, value/255, minus {mean:?}, divided by {std:?}",
            "视野        近景 {image}，周边 {surroundings}；RGB，值/255，减 {mean:?}，除以 {std:?}",
            mean = c.mean,
            std = c.std,
        ),
        tr!(
            lang,
            "output        {holds}",
            "输出        {holds}",
            holds = activation(c.activation, lang),
        ),
        classes(&c.classes, Some(&c.positive), lang),
    ]);
    if let Some(name) = c.before_bloom.and_then(|class| c.classes.get(class)) {
        lines.push(tr!(
            lang,
            "before bloom  {name}, reported apart",
            "花前类别    {name}，单独报告"
        ));
    }
    if let Some(both) = c.both {
        let (found, least, sure) = (both.score, both.evidence, both.sure);
        lines.push(tr!(
            lang,
            "candidates    from a first look of {found}; listed from an evidence of {least}, or a mean of {sure} over the first model's looks or several photos, else set aside",
            "疑似点      初检得分不低于 {found} 的予以复核；综合证据不低于 {least}、或初检多视、多张照片的均分不低于 {sure} 的列出，其余另存"
        ));
    }
    lines.extend(thresholds(c.threshold, c.uses.dispatch_threshold, lang));
    lines.extend(expected::lines(&c.uses.expected, lang));
    if let Some(sha256) = &c.first_stage {
        lines.push(tr!(
            lang,
            "first stage   {sha256}: it looks at the candidates of that model",
            "配套模型    {sha256}：只复核该模型的疑似点"
        ));
    }
    lines
}

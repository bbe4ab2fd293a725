//! `screen --next`, `--audit` and `--stop`: what to look at, and until when.

use super::Done;
use super::context::Context;
use super::say::{Failure, against, data, tell};
use crate::office::desk::queue::{self, Next, Nexts, QueueReason, Wanted};
use crate::office::desk::stopping::{self, Stop, Word};
use crate::statistics::stopping::Audit;
use crate::tr;
use crate::words::{Both, Lang};

/// Which shares of what is left may be true.
const SHARE_RULE: Both = Both("between 0 and 1, such as 0.05", "0 与 1 之间的数，如 0.05");

/// Which to screen next.
pub(super) fn next(
    context: &Context,
    season: Option<i16>,
    count: usize,
    wanted: Wanted,
) -> Result<Done, Failure> {
    let nexts = queue::next(&context.read()?, season, count, wanted)?;
    context.show(&nexts, || waiting(&nexts, context.lang));
    Ok(Done::Whole)
}

fn waiting(nexts: &Nexts, lang: Lang) {
    for next in &nexts.next {
        data(&line(next, lang));
    }
    let (shown, open, season) = (nexts.next.len(), nexts.open, nexts.season);
    let seed = nexts.seed.get(..8).unwrap_or(&nexts.seed);
    tell(&tr!(
        lang,
        "{shown} of {candidates} of season {season} that wait for the desk; lots are drawn by {seed}",
        "{season} 年度待研判 {open} 个，列出 {shown} 个；随机抽取以 {seed} 为种子",
        candidates = (open, "candidate", "candidates"),
    ));
}

fn line(next: &Next, lang: Lang) -> String {
    let why = match next.why {
        QueueReason::Best => lang.pick("best", "排名靠前"),
        QueueReason::Uncertain => lang.pick("uncertain", "难以判断"),
        QueueReason::Random => lang.pick("by lot", "随机抽取"),
        QueueReason::Audit => lang.pick("audit", "随机抽查"),
    };
    let rank = next
        .rank
        .map_or_else(|| "–".into(), |rank| rank.to_string());
    let was = next
        .rank_shipped
        .map_or_else(String::new, |was| tr!(lang, " (was {was})", "（原 {was}）"));
    let (site, candidate) = (&next.site, &next.candidate);
    tr!(
        lang,
        "{site:<10} rank {rank}{was} · {why} · {candidate}",
        "{site:<10} 排名 {rank}{was} · {why} · 候选 {candidate}"
    )
}

/// Draws a random audit.
pub(super) fn draw(context: &Context, season: Option<i16>) -> Result<Done, Failure> {
    let (mut office, session) = context.office()?;
    let stop = queue::draw(&mut office, &session, season)?;
    Ok(show(context, &stop))
}

/// Whether screening may stop.
pub(super) fn stop(context: &Context, season: Option<i16>, share: f64) -> Result<Done, Failure> {
    if !(share > 0.0 && share < 1.0) {
        let rule = SHARE_RULE.pick(context.lang);
        return Err(against("--stop", &share.to_string(), rule));
    }
    let stop = stopping::stop(&context.read()?, season, share)?;
    Ok(show(context, &stop))
}

fn show(context: &Context, stop: &Stop) -> Done {
    context.show(stop, || say(stop, context.lang));
    Done::Whole
}

fn say(stop: &Stop, lang: Lang) {
    let (season, found, open) = (stop.season, stop.found, stop.open);
    data(&tr!(
        lang,
        "season {season}: {found} kept or sent to crews and not refuted, {open} not decided on",
        "{season} 年度：已保留或派查且未被排除 {found} 个，尚未研判 {open} 个"
    ));
    if let Some([rest, audited, audited_true]) = stop.audited {
        data(&tr!(
            lang,
            "audit: drawn of {rest}; {audited} looked at in the order of their lots, {audited_true} of them taken for real",
            "随机抽查：从 {rest} 个中抽取，已按抽签顺序研判 {audited} 个，其中判为属实 {audited_true} 个"
        ));
    }
    if let Some(audit) = &stop.audit {
        data(&bound(audit, lang));
    }
    data(&verdict(stop, lang));
}

/// What may be left.
fn bound(audit: &Audit, lang: Lang) -> String {
    let left = audit.most_left;
    let missed = audit
        .most_missed
        .map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", 100.0 * share));
    tr!(
        lang,
        "with 95 % confidence at most {ones} left, {missed} of all",
        "在 95% 置信度下，至多遗漏 {left} 个属实的，占全部的 {missed}",
        ones = (left, "true one is", "true ones are"),
    )
}

fn verdict(stop: &Stop, lang: Lang) -> String {
    let (share, season) = (100.0 * stop.may_miss, stop.season);
    match stop.word {
        Word::MayStop => tr!(
            lang,
            "screening may stop: at most {share} % are missed",
            "可以停止研判：漏检不超过 {share}%"
        ),
        Word::GoOn => {
            let needed = stop.audit.and_then(|audit| audit.needed);
            let looked = stop.audited.map_or(0, |[_, looked, _]| looked);
            let needed = needed.filter(|needed| *needed > looked);
            let needed = needed.map_or_else(String::new, |needed| {
                let left = needed - looked;
                tr!(
                    lang,
                    "; an audit of {needed} in all that finds no more would do (`papaver screen --next {left} --audit --season {season}` lists what is left of it)",
                    "；抽查总数达到 {needed} 个且不再发现属实的即可停止（`papaver screen --next {left} --audit --season {season}` 列出尚缺的部分）"
                )
            });
            tr!(
                lang,
                "go on: more than {share} % may be missed{needed}",
                "请继续研判：漏检可能超过 {share}%{needed}"
            )
        }
        Word::NoAudit => tr!(
            lang,
            "cannot say: no random audit was drawn; draw one with `papaver screen --audit --season {season}`",
            "无法判断：尚未随机抽查；请先执行 `papaver screen --audit --season {season}`"
        ),
        Word::Changed { drawn, now } => tr!(
            lang,
            "cannot say: the audit was drawn of {candidates}, and there are {now} of them now; draw anew with `papaver screen --audit --season {season}`",
            "无法判断：抽查时有 {drawn} 个疑似点，现为 {now} 个；请重新执行 `papaver screen --audit --season {season}`",
            candidates = (drawn, "candidate", "candidates"),
        ),
    }
}

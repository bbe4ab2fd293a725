//! `quality`: what the model is worth in the field.

use super::super::Done;
use super::super::registry::context::{Common, Context};
use super::super::registry::say::{Failure, bad, data, json, tell};
use super::table::{per_cent, print};
use crate::cli::overwrite::Overwrite;
use crate::files;
use crate::pages::reliability::reliability;
use crate::province::desk::Cost;
use crate::province::finds::finds_of;
use crate::province::period::Period;
use crate::province::projection::{facts_of, windows_of};
use crate::province::prospects::{Prospects, Unvisited};
use crate::province::quality::{Demoted, Group, Quality, quality};
use crate::registry::body::GrowthStage;
use crate::registry::code_lists::{Coded, habitat_label};
use crate::schema::model_name;
use crate::statistics::expected::{Expected, LEAST_VERDICTS};
use crate::statistics::{Rate, Share};
use crate::store::{Store, StoreError};
use crate::tr;
use crate::words::Lang;
use clap::Args;
use serde_json::json as value;
use std::path::PathBuf;

/// `papaver quality`
#[derive(Debug, Args)]
pub(crate) struct QualityArguments {
    /// One season (default: all) 年度（默认全部）
    #[arg(long, value_name = "YEAR")]
    season: Option<i16>,
    /// One model, by its name 只看该名称的模型
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Write the reliability plot to this .svg file 输出可靠性图（.svg 文件）
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
    #[command(flatten)]
    common: Common,
}

impl QualityArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common.clone(), lang);
        if let Some(path) = &self.plot {
            let is_svg = path
                .extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("svg"));
            if !is_svg {
                return Err(bad("--plot", &path.display().to_string(), "plot.svg"));
            }
            files::check(path, self.overwrite.existing())?;
        }
        let store = context.read()?;
        let facts = facts_of(&store)?;
        let finds = finds_of(&store, &facts)?;
        let found = quality(
            &facts,
            &finds,
            &windows_of(&store)?,
            self.season,
            self.model.as_deref(),
        );
        if let Some(path) = &self.plot {
            let of = self.whose(&store, lang)?;
            match reliability(&found, &of, lang) {
                Some(plot) => files::write(path, self.overwrite.existing(), |out| {
                    out.write_all(plot.svg_file(lang).as_bytes())
                })?,
                None => tell(lang.pick(
                    "nothing was verified: there is no plot",
                    "尚无核查结果，未作图",
                )),
            }
        }
        if context.common.json {
            json(&value!(found));
            return Ok(Done::Whole);
        }
        page(&found, lang);
        Ok(Done::Whole)
    }

    /// Whose sites these are, of which season and model.
    fn whose(&self, store: &Store, lang: Lang) -> Result<String, StoreError> {
        let unit = store.local("unit")?.unwrap_or_default();
        let office = store.unit_name()?.unwrap_or(unit);
        let season = self.season.map_or_else(
            || lang.pick("all seasons", "全部年度").to_owned(),
            |season| Period::Season(season).label(lang),
        );
        let model = self.model.as_deref().map(|name| model_name(name, lang));
        let said: Vec<String> = [Some(office), Some(season), model]
            .into_iter()
            .flatten()
            .collect();
        Ok(said.join(" · "))
    }
}

fn cells(name: String, share: Share) -> Vec<String> {
    vec![
        name,
        format!("{} / {}", share.count, share.of),
        per_cent(share.share),
        format!("{:.1} – {:.1} %", share.low * 100.0, share.high * 100.0),
    ]
}

/// A stage or a habitat in the words that people use; a band of figures as it is.
fn in_words(name: &str, lang: Lang) -> &str {
    GrowthStage::read(name).map_or_else(|| habitat_label(name, lang), |stage| stage.label(lang))
}

/// How many of those that nobody knows yet will be real: each group apart, also where nobody can say.
fn real(found: &Quality, lang: Lang) -> Vec<String> {
    let Prospects {
        screened,
        visited,
        undecided,
        kept,
        sent,
    } = found.prospects;
    let by_crews = tr!(
        lang,
        "by {visits}",
        "依据 {visited} 处核查结果",
        visits = (visited, "visit", "visits"),
    );
    let by_both = tr!(
        lang,
        "by {verdicts} of the desk and {visited} of crews",
        "依据 {screened} 处研判结论和 {visited} 处核查结果",
        verdicts = (screened, "verdict", "verdicts"),
    );
    let [verdicts, visits] = [("verdicts", "研判结论"), ("visits", "核查结果")]
        .map(|(english, chinese)| lang.pick(english, chinese));
    let of_open = lang.pick("not decided on", "尚未研判");
    let first = match (undecided.kept, undecided.real) {
        (Some(kept), None) => will_be_kept(kept, screened, lang),
        (_, None) => unsaid(of_open, undecided.of, verdicts, lang),
        (_, Some(real)) => will_be_real(of_open, real, &by_both, lang),
    };
    let unvisited = |group: &str, Unvisited { of, real }: Unvisited| {
        let said = real.map(|real| will_be_real(group, real, &by_crews, lang));
        (of > 0).then(|| said.unwrap_or_else(|| unsaid(group, of, visits, lang)))
    };
    let of_kept = lang.pick("kept that no crew has yet", "已保留、尚未派查");
    let of_sent = lang.pick("that crews have", "已派查、尚无结果");
    let lines = [
        Some(first).filter(|_| undecided.of > 0),
        unvisited(of_kept, kept),
        unvisited(of_sent, sent),
    ];
    lines.into_iter().flatten().collect()
}

fn will_be_real(group: &str, real: Expected, by: &str, lang: Lang) -> String {
    let Expected {
        of,
        mean,
        low,
        high,
    } = real;
    tr!(
        lang,
        "of {of} {group}, {low} to {high} will be real (90 % interval; {mean:.1} on average), {by} on others of like score",
        "{group}的 {of} 处中，预计属实 {low} 至 {high} 处（90% 区间，平均 {mean:.1} 处），{by}"
    )
}

/// Where nobody can say.
fn unsaid(group: &str, of: usize, verdicts: &str, lang: Lang) -> String {
    tr!(
        lang,
        "of {of} {group}, how many will be real nobody can say yet: fewer than {LEAST_VERDICTS} {verdicts}, or all of one kind",
        "{group}的 {of} 处中属实多少，尚无法判断（{verdicts}不足 {LEAST_VERDICTS} 处，或全部相同）"
    )
}

/// Where no crew has come back yet.
fn will_be_kept(kept: Expected, screened: usize, lang: Lang) -> String {
    let Expected {
        of,
        mean,
        low,
        high,
    } = kept;
    tr!(
        lang,
        "of {of} not decided on, {low} to {high} will be kept (90 % interval; {mean:.1} on average), by {verdicts} of the desk; how many of these are real nobody can say yet: fewer than {LEAST_VERDICTS} visits, or all of one kind",
        "尚未研判的 {of} 处中，预计保留 {low} 至 {high} 处（90% 区间，平均 {mean:.1} 处），依据 {screened} 处研判结论；其中属实多少，尚无法判断（核查结果不足 {LEAST_VERDICTS} 处，或全部相同）",
        verdicts = (screened, "verdict", "verdicts"),
    )
}

fn page(found: &Quality, lang: Lang) {
    let head = [
        lang.pick("precision of verified detections", "已核查图斑的查准率"),
        lang.pick("confirmed / verified", "查实 / 核查"),
        lang.pick("share", "比例"),
        lang.pick("95 % interval", "95% 区间"),
    ]
    .map(str::to_owned);
    let mut rows = vec![cells(lang.pick("all", "全部").into(), found.precision)];
    let part = |title: &str, groups: &[Group]| -> Vec<Vec<String>> {
        groups
            .iter()
            .map(|g| cells(format!("{title} {}", in_words(&g.name, lang)), g.precision))
            .collect()
    };
    rows.extend(part(lang.pick("GSD", "分辨率"), &found.by_gsd));
    rows.extend(part(lang.pick("score", "得分"), &found.by_score));
    rows.extend(part(lang.pick("stage", "生长期"), &found.by_stage));
    rows.extend(part(lang.pick("habitat", "生境"), &found.by_habitat));
    print(&head, &rows, 1);
    let (aside, waiting, undecided) = (found.screened_out, found.waiting, found.undecided);
    data(&tr!(
        lang,
        "{detections} put aside at the desk, {waiting} wait for a crew and {undecided} for the desk: none of them is in any figure",
        "研判排除 {aside} 处、待核查 {waiting} 处、待研判 {undecided} 处：均未计入",
        detections = (aside, "detection was", "detections were"),
    ));
    data("");
    let head = [
        lang.pick(
            "recall on walked ground and at targets",
            "踏查范围与靶标处的查全率",
        ),
        lang.pick("reported / confirmed", "航测发现 / 查实"),
        lang.pick("share", "比例"),
        lang.pick("95 % interval", "95% 区间"),
    ]
    .map(str::to_owned);
    let mut rows = vec![cells(lang.pick("all", "全部").into(), found.recall)];
    rows.extend(
        found
            .recall_by_source
            .iter()
            .map(|(source, share)| cells(source.label(lang).to_owned(), *share)),
    );
    print(&head, &rows, 1);
    data(&by_chance(found, lang));
    cost(found, lang);
    for line in real(found, lang)
        .into_iter()
        .chain(audit(found, lang))
        .chain(calibration(found, lang))
    {
        data(&line);
    }
}

/// What was found by chance on ground that scans had searched, and elsewhere.
fn by_chance(found: &Quality, lang: Lang) -> String {
    let (missed, elsewhere) = (found.missed_by_chance, found.finds_elsewhere);
    tr!(
        lang,
        "of tip-offs and chance finds on such ground {missed} reported by no scan; {finds} on ground that was not searched in the window and finely enough",
        "另有举报及偶然发现 {missed} 处在有效航测范围内而未被航测发现；{elsewhere} 处不在窗口期内有效航测范围内",
        finds = (elsewhere, "find lies", "finds lie"),
        missed = (missed, "was", "were"),
    )
}

/// What screening cost, where anybody screened.
fn cost(found: &Quality, lang: Lang) {
    if found.cost.is_empty() {
        return;
    }
    let head = [
        lang.pick("cost of screening", "研判工作量"),
        lang.pick("km² screened", "研判面积（km²）"),
        lang.pick("candidates", "研判数"),
        lang.pick("minutes / 100 km²", "每百平方公里分钟数"),
        lang.pick("put aside / 100 km² [95 %]", "研判排除/百平方公里［95%］"),
        lang.pick("refuted / 100 km² [95 %]", "核查排除/百平方公里［95%］"),
    ]
    .map(str::to_owned);
    let figure = |value: Option<f64>, decimals: usize| {
        value.map_or_else(|| "–".to_owned(), |v| format!("{v:.decimals$}"))
    };
    let rate = |cost: &Cost, rate: &Rate| {
        let [per_100, low, high] = cost.per_100_km2(rate).map(|value| figure(value, 2));
        format!("{per_100} [{low}, {high}]")
    };
    let row = |cost: &Cost| {
        let name = match cost.name.as_str() {
            "" => lang.pick("all", "全部"),
            name => name,
        };
        vec![
            name.to_owned(),
            format!("{:.3}", cost.km2),
            cost.screened.to_string(),
            figure(cost.minutes_100_km2(), 1),
            rate(cost, &cost.put_aside),
            rate(cost, &cost.refuted),
        ]
    };
    data("");
    print(&head, &found.cost.iter().map(row).collect::<Vec<_>>(), 1);
}

/// What became of those that would have gone down.
fn audit(found: &Quality, lang: Lang) -> Option<String> {
    let Demoted {
        real,
        not_real,
        open,
    } = found.audit;
    (real + not_real + open > 0).then(|| {
        tr!(
            lang,
            "audit of what was learnt: of those that would have gone down and stayed to be looked at {real} are real, {not_real} are not, {open} are not known",
            "学习排序抽查：本应下调而保留原位的图斑，属实 {real} 处、排除 {not_real} 处、待定 {open} 处"
        )
    })
}

/// How far scores are from shares.
fn calibration(found: &Quality, lang: Lang) -> Option<String> {
    let (points, n) = (found.calibration.points_apart()?, found.calibration.count);
    Some(tr!(
        lang,
        "scores and shares that were poppy differ by {points:.1} percentage points on average (expected calibration error, {detections})",
        "得分与查实比例平均相差 {points:.1} 个百分点（已核查 {n} 处）",
        detections = (n, "verified detection", "verified detections"),
    ))
}

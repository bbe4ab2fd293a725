//! `visit`: what a crew found.

use super::Done;
use super::context::Context;
use super::moves::word;
use super::say::{Failure, against, tell};
use super::sites::dm2;
use super::step::StepArguments;
use crate::office::life::{LifeStep, present};
use crate::registry::body::{self, Count, GrowthStage, Outcome};
use crate::registry::quadrats::{QuadratFlaw, estimate};
use crate::tr;
use crate::words::Lang;
use clap::Args;

/// `papaver visit`
#[derive(Debug, Args)]
pub(crate) struct VisitArguments {
    /// cultivated, wild, lookalike, nothing, licensed, `not_reached`, `too_early` or unsure 核查结论：cultivated 种植罂粟、wild 野生罂粟、lookalike 相似植物、nothing 未发现、licensed 许可种植、`not_reached` 未到达、`too_early` 过早无法判断、unsure 不能确定
    #[arg(long)]
    outcome: String,
    /// An officer who was there; where only one is named, the actor is the other 到场的核查人员，逐一列出；只列一人的，操作人为另一人
    #[arg(long = "officer", value_name = "NAME")]
    officers: Vec<String>,
    /// The actor was not there and only types it in, for one who was there alone 操作人未到场，仅代为录入（到场者只有一人时用）
    #[arg(long, requires = "officers")]
    not_there: bool,
    /// A witness 见证人
    #[arg(long)]
    witness: Option<String>,
    /// The look-alike species 混淆植物的种类
    #[arg(long)]
    species: Option<String>,
    /// `not_emerged`, seedling, bolting, bud, flowering, capsule or withered 生长期：`not_emerged` 未出苗、seedling 苗期、bolting 抽薹、bud 现蕾、flowering 开花、capsule 蒴果、withered 枯熟
    #[arg(long)]
    stage: Option<String>,
    /// Capsules were cut for sap: yes or no 是否有割浆痕迹：是或否
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    sap_cut: Option<bool>,
    /// Plants, each counted 株数，逐株点数
    #[arg(long, value_name = "N", conflicts_with = "quadrats")]
    plants: Option<u64>,
    /// Plants in each quadrat, as 4,6,5 各样方的株数，如 4,6,5
    #[arg(long, value_name = "N,N,…", value_parser = counts, requires_all = ["quadrat_m2", "area"])]
    quadrats: Vec<QuadratCounts>,
    /// The size of a quadrat in square metres 样方面积（平方米）
    #[arg(long, value_name = "M2")]
    quadrat_m2: Option<f64>,
    /// The planted area in square metres 种植面积（平方米）
    #[arg(long, value_name = "M2")]
    area: Option<f64>,
    /// Where it grows 生境
    #[arg(long)]
    habitat: Option<String>,
    #[command(flatten)]
    step: StepArguments,
}

/// Says that whoever records it stands among the officers, where another was named: who only types it may have forgotten to say so.
fn tell_added(name: &str, lang: Lang) {
    tell(&tr!(
        lang,
        "{name}, who records it, is an officer of this visit too; whoever was not there voids it (`papaver void`) and records it with `--not-there`",
        "已将操作人 {name} 列为核查人员；本人未到场的，请作废（`papaver void`）后加 `--not-there` 重新录入"
    ));
}

/// Numbers that were typed as one value.
#[derive(Debug, Clone)]
struct QuadratCounts(Vec<u64>);

/// Numbers parted by commas, of either width.
fn counts(text: &str) -> Result<QuadratCounts, String> {
    let numbers = text.split([',', '，', '、']).map(|n| n.trim().parse());
    let numbers: Result<Vec<u64>, _> = numbers.collect();
    numbers.map(QuadratCounts).map_err(|_not_numbers| {
        "give the plants of each quadrat, such as 4,6,5 请填各样方株数，如 4,6,5".to_owned()
    })
}

/// Yes or no in either language, or true or false.
fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "true" | "是" | "有" => Ok(true),
        "no" | "false" | "否" | "无" => Ok(false),
        _ => Err("give yes or no 请填“是”或“否”".to_owned()),
    }
}

impl VisitArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let outcome: Outcome = word("--outcome", &self.outcome)?;
        let stage: Option<GrowthStage> = self
            .stage
            .as_deref()
            .map(|text| word("--stage", text))
            .transpose()?;
        let area_dm2 = self
            .area
            .map(|m2| dm2("--area", m2))
            .transpose()?
            .map(i64::unsigned_abs);
        let count = self.count(area_dm2, lang)?;
        let step = self.step;
        let context = Context::of(step.common, lang);
        let actor = context.actor()?;
        let name = actor.rsplit('/').next().unwrap_or_default();
        let named = self.officers.len();
        let officers = present(self.officers, name, self.not_there);
        let is_added = named > 0 && officers.len() > named;
        let visit = body::Visit {
            outcome,
            officers,
            witness: self.witness,
            species: self.species,
            stage,
            sap_cut: self.sap_cut,
            count,
            area_dm2,
            habitat: self.habitat,
            note: step.note,
            forced: step.force,
            imported: None,
        };
        let files = step.files.handed_in(false);
        context.step(&step.site, &files, |_, _| {
            Ok(LifeStep::Visit(Box::new(visit)))
        })?;
        if is_added {
            tell_added(name, lang);
        }
        Ok(Done::Whole)
    }

    /// The count, each plant or by quadrats.
    fn count(&self, area_dm2: Option<u64>, lang: Lang) -> Result<Option<Count>, Failure> {
        let quadrats: Vec<u64> = (self.quadrats.iter().flat_map(|some| &some.0))
            .copied()
            .collect();
        match (self.plants, quadrats.is_empty()) {
            (Some(plants), _) => Ok(Some(Count::Each { plants })),
            (None, true) => Ok(None),
            (None, false) => {
                let quadrat = dm2("--quadrat-m2", self.quadrat_m2.unwrap_or(0.0))?.unsigned_abs();
                let listed = quadrats
                    .iter()
                    .map(u64::to_string)
                    .collect::<Vec<_>>()
                    .join(",");
                let count =
                    estimate(&quadrats, quadrat, area_dm2.unwrap_or(0)).map_err(|flaw| {
                        against(
                            "--quadrats",
                            &listed,
                            match flaw {
                                QuadratFlaw::TooFew => lang.pick(
                                    "two quadrats or more, for an interval, such as 4,6,5",
                                    "至少两个样方（才能算出区间），如 4,6,5",
                                ),
                                QuadratFlaw::NoSize => lang.pick(
                                    "a quadrat and an area with a size",
                                    "样方与面积须大于零",
                                ),
                                QuadratFlaw::CountedToo => flaw.say(lang),
                                QuadratFlaw::LargerThanArea => lang.pick(
                                    "quadrats that fit into the area",
                                    "样方总面积不得大于种植面积",
                                ),
                            },
                        )
                    })?;
                Ok(Some(count))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_parted_by_commas_of_either_width_and_yes_is_said_in_both_languages() {
        for text in ["4,6,5", "4，6，5", "4、6, 5"] {
            assert_eq!(counts(text).expect(text).0, [4, 6, 5]);
        }
        assert!(counts("4,,5").is_err() && counts("four").is_err());
        assert_eq!((yes_or_no("是"), yes_or_no("False")), (Ok(true), Ok(false)));
        assert!(yes_or_no("也许").is_err());
    }
}

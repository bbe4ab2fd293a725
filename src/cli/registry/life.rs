//! The moves of a site's life: `screen` to `split`, and `note` and `correct`.

use super::Done;
use super::context::{Common, Context, Files, moment};
use super::say::{Failure, bad, json, tell};
use super::sites::{changed, dm2, lonlat};
use crate::registry::body::{
    self, Body, Count, Create, FailReason, Outcome, RejectReason, Source, Stage,
};
use crate::registry::coded::Coded;
use crate::registry::event::next_id;
use crate::registry::moves::{Move, Refusal};
use crate::registry::place::Place;
use crate::registry::quadrats::{QuadratFlaw, estimate};
use crate::registry::record::decisions;
use crate::registry::store::{Draft, StoreError};
use crate::registry::{SiteKey, State};
use crate::tr;
use crate::words::Lang;
use clap::Args;
use std::path::PathBuf;

/// A value of a fixed list, by its code or its word in either language.
fn word<T: Coded>(option: &'static str, text: &str) -> Result<T, Failure> {
    T::read(text).ok_or_else(|| bad(option, text, T::codes()))
}

fn day(option: &'static str, text: &str) -> Result<String, Failure> {
    text.parse::<jiff::civil::Date>()
        .map(|date| date.to_string())
        .map_err(|_none| bad(option, text, "2026-05-10"))
}

/// `papaver screen`
#[derive(Debug, Args)]
pub struct Screen {
    /// The site's code 图斑编号
    #[arg(required_unless_present = "from")]
    site: Option<String>,
    /// Keep it for the field 保留
    #[arg(long, conflicts_with = "reject")]
    keep: bool,
    /// Put it aside, with a reason: lookalike, crop, `garden_flower`, vegetable, object, `shadow_or_blur`, duplicate, other 排除
    #[arg(long, value_name = "REASON")]
    reject: Option<String>,
    /// Take the decisions that review.html saved 导入审看结果
    #[arg(long, value_name = "FILE", conflicts_with_all = ["site", "keep", "reject"])]
    from: Option<PathBuf>,
    /// Words 备注
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl Screen {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        if let Some(from) = self.from {
            return screen_from(&context, &from);
        }
        let reason: Option<RejectReason> = self
            .reject
            .as_deref()
            .map(|text| word("--reject", text))
            .transpose()?;
        if reason.is_none() && !self.keep {
            return Err(bad("screen", "", "--keep / --reject crop"));
        }
        let body = Body::Screen(body::Screen {
            keep: self.keep,
            reason,
            note: self.note,
        });
        let (store, key, _) =
            context.record(&self.site.unwrap_or_default(), &Files::default(), |_, _| {
                Ok(body)
            })?;
        changed(&store, key, &context.common, lang)
    }
}

/// Each decision once; one that a site has moved past is told and passed over, the rest is kept.
fn screen_from(context: &Context, from: &std::path::Path) -> Result<Done, Failure> {
    let lang = context.lang;
    let decided = decisions(from)?;
    let (mut store, author) = context.write()?;
    let (mut kept, mut rejected, mut again, mut passed_over) = (0, 0, 0, Vec::new());
    for decision in decided {
        let Some(key) = store.site_of_candidate(&decision.candidate)? else {
            passed_over.push((
                decision.candidate.clone(),
                lang.pick("not recorded here", "本库未录入").to_owned(),
            ));
            continue;
        };
        let site = store.site(key)?;
        let same =
            site.as_ref()
                .and_then(|s| s.screened.as_ref())
                .is_some_and(|(keep, reason, stamp)| {
                    (*keep, *reason, &stamp.at)
                        == (decision.screen.keep, decision.screen.reason, &decision.at)
                });
        if same {
            again += 1;
            continue;
        }
        let draft = Draft {
            site: Some(key),
            at: decision.at.clone(),
            evidence: vec![],
            body: Body::Screen(decision.screen.clone()),
        };
        match store.write(|s| s.append(&author, draft, moment())) {
            Ok(_) if decision.screen.keep => kept += 1,
            Ok(_) => rejected += 1,
            Err(StoreError::Refused {
                refusal: Refusal::State { state, .. },
                site,
                ..
            }) => {
                passed_over.push((
                    decision.candidate.clone(),
                    format!("{site}: {}", state.label(lang)),
                ));
            }
            Err(other) => return Err(other.into()),
        }
    }
    if context.common.json {
        json(
            &serde_json::json!({"kept": kept, "rejected": rejected, "recorded_before": again, "passed_over": passed_over}),
        );
    } else {
        tell(&tr!(
            lang,
            "kept {kept}, put aside {rejected}, recorded before {again}",
            "保留 {kept}，排除 {rejected}，此前已录 {again}"
        ));
        for (candidate, why) in &passed_over {
            tell(&tr!(
                lang,
                "passed over {candidate}: {why}",
                "跳过 {candidate}：{why}"
            ));
        }
    }
    Ok(if passed_over.is_empty() {
        Done::Whole
    } else {
        Done::Partly
    })
}

/// `papaver assign`
#[derive(Debug, Args)]
pub struct Assign {
    /// The sites' codes 图斑编号
    #[arg(required = true)]
    sites: Vec<String>,
    /// The crew 核查组
    #[arg(long)]
    crew: String,
    /// By which day 时限
    #[arg(long, value_name = "DATE")]
    due: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl Assign {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let due = self
            .due
            .as_deref()
            .map(|text| day("--due", text))
            .transpose()?;
        let context = Context {
            common: self.common,
            lang,
        };
        let (mut store, author) = context.write()?;
        let keys = self
            .sites
            .iter()
            .map(|site| store.find(site))
            .collect::<Result<Vec<_>, _>>()?;
        let at = context.at()?;
        store.write(|store| {
            for key in &keys {
                let body = Body::Assign(body::Assign {
                    crew: self.crew.clone(),
                    due: due.clone(),
                });
                let draft = Draft {
                    site: Some(*key),
                    at: at.clone(),
                    evidence: vec![],
                    body,
                };
                store.append(&author, draft, moment())?;
            }
            Ok(())
        })?;
        for key in keys {
            changed(&store, key, &context.common, lang)?;
        }
        Ok(Done::Whole)
    }
}

/// `papaver visit`
#[derive(Debug, Args)]
pub struct Visit {
    /// The site's code 图斑编号
    site: String,
    /// cultivated, wild, lookalike, nothing, licensed, `not_reached`, `too_early` or unsure 核查结论
    #[arg(long)]
    outcome: String,
    /// An officer who was there, beside the actor 核查人员
    #[arg(long = "officer", value_name = "NAME")]
    officers: Vec<String>,
    /// A witness 见证人
    #[arg(long)]
    witness: Option<String>,
    /// The look-alike species 混淆植物
    #[arg(long)]
    species: Option<String>,
    /// `not_emerged`, seedling, bolting, bud, flowering, capsule or withered 生长期
    #[arg(long)]
    stage: Option<String>,
    /// Capsules were cut for sap (true or false) 是否割浆
    #[arg(long, value_name = "BOOL")]
    sap_cut: Option<bool>,
    /// Plants, each counted 株数(逐株)
    #[arg(long, value_name = "N", conflicts_with = "quadrats")]
    plants: Option<u64>,
    /// Plants in each quadrat, as 4,6,5 样方株数
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', requires_all = ["quadrat_m2", "area"])]
    quadrats: Vec<u64>,
    /// The size of a quadrat in square metres 样方面积
    #[arg(long, value_name = "M2")]
    quadrat_m2: Option<f64>,
    /// The planted area in square metres 种植面积
    #[arg(long, value_name = "M2")]
    area: Option<f64>,
    /// Where it grows 生境
    #[arg(long)]
    habitat: Option<String>,
    /// Words 备注
    #[arg(long)]
    note: Option<String>,
    /// Record it without the evidence it needs, for this reason 强制
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    common: Common,
}

impl Visit {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let outcome: Outcome = word("--outcome", &self.outcome)?;
        let stage: Option<Stage> = self
            .stage
            .as_deref()
            .map(|text| word("--stage", text))
            .transpose()?;
        let area_dm2 = self
            .area
            .map(|m2| dm2("--area", m2))
            .transpose()?
            .map(i64::unsigned_abs);
        let count = match (self.plants, self.quadrats.is_empty()) {
            (Some(plants), _) => Some(Count::Each { plants }),
            (None, true) => None,
            (None, false) => {
                let quadrat = dm2("--quadrat-m2", self.quadrat_m2.unwrap_or(0.0))?.unsigned_abs();
                let listed = self
                    .quadrats
                    .iter()
                    .map(u64::to_string)
                    .collect::<Vec<_>>()
                    .join(",");
                let count =
                    estimate(&self.quadrats, quadrat, area_dm2.unwrap_or(0)).map_err(|flaw| {
                        bad(
                            "--quadrats",
                            &listed,
                            match flaw {
                                QuadratFlaw::TooFew => lang.pick(
                                    "4,6,5: two quadrats or more, for an interval",
                                    "4,6,5：至少两个样方，才有区间",
                                ),
                                QuadratFlaw::NoSize => lang.pick(
                                    "a quadrat and an area with a size",
                                    "样方与面积须大于零",
                                ),
                                QuadratFlaw::LargerThanArea => lang.pick(
                                    "quadrats that fit into the area",
                                    "样方总面积不得大于种植面积",
                                ),
                            },
                        )
                    })?;
                Some(count)
            }
        };
        let context = Context {
            common: self.common,
            lang,
        };
        let mut officers = vec![
            context
                .actor()?
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned(),
        ];
        officers.extend(self.officers);
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
            note: self.note,
            forced: self.force,
            imported: None,
        };
        let (store, key, _) = context.record(&self.site, &self.files, |_, _| {
            Ok(Body::Visit(Box::new(visit)))
        })?;
        changed(&store, key, &context.common, lang)
    }
}

/// `papaver eradicate`
#[derive(Debug, Args)]
pub struct Eradicate {
    /// The site's code 图斑编号
    site: String,
    /// Per cent of the plants destroyed 铲除比例
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u8).range(0..=100))]
    percent: u8,
    /// How 方式
    #[arg(long)]
    method: Option<String>,
    /// Who took part, beside the actor 参与人员
    #[arg(long = "officer", value_name = "NAME")]
    officers: Vec<String>,
    /// Words 备注
    #[arg(long)]
    note: Option<String>,
    /// Record it without the evidence it needs, for this reason 强制
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    common: Common,
}

impl Eradicate {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let files = Files {
            after: true,
            ..self.files
        };
        let body = body::Eradicate {
            percent: self.percent,
            method: self.method,
            officers: self.officers,
            note: self.note,
            forced: self.force,
        };
        let (store, key, _) =
            context.record(&self.site, &files, |_, _| Ok(Body::Eradicate(body)))?;
        changed(&store, key, &context.common, lang)
    }
}

/// `papaver accept`
#[derive(Debug, Args)]
pub struct Accept {
    /// The site's code 图斑编号
    site: String,
    /// It fails: residue or regrowth 不合格原因
    #[arg(long, value_name = "REASON")]
    fail: Option<String>,
    /// Words 备注
    #[arg(long)]
    note: Option<String>,
    /// Record it without the evidence it needs, for this reason 强制
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    common: Common,
}

impl Accept {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let reason: Option<FailReason> = self
            .fail
            .as_deref()
            .map(|text| word("--fail", text))
            .transpose()?;
        let context = Context {
            common: self.common,
            lang,
        };
        let files = Files {
            after: true,
            ..self.files
        };
        let body = body::Accept {
            passed: reason.is_none(),
            reason,
            note: self.note,
            forced: self.force,
        };
        let (store, key, sealed) =
            context.record(&self.site, &files, |_, _| Ok(Body::Accept(body)))?;
        if sealed.event.actor.key.is_none() {
            tell(lang.pick(
                "accepted without the acceptor's own key: this stays marked",
                "未用验收员个人密钥签名，将永久标注",
            ));
        }
        changed(&store, key, &context.common, lang)
    }
}

/// `papaver reopen`
#[derive(Debug, Args)]
pub struct Reopen {
    /// The site's code 图斑编号
    site: String,
    /// Why 理由
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl Reopen {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let body = Body::Reopen(body::Reason {
            reason: self.reason,
        });
        let (store, key, _) = context.record(&self.site, &Files::default(), |_, _| Ok(body))?;
        changed(&store, key, &context.common, lang)
    }
}

/// `papaver resolve`
#[derive(Debug, Args)]
pub struct Resolve {
    /// The site's code 图斑编号
    site: String,
    /// The state that stands 裁定状态
    #[arg(long)]
    state: String,
    /// Why 理由
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl Resolve {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let names = || State::ALL.map(State::name).join(", ");
        let state =
            State::of_name(&self.state).ok_or_else(|| bad("--state", &self.state, names()))?;
        let context = Context {
            common: self.common,
            lang,
        };
        let body = Body::Resolve(body::Resolve {
            state,
            reason: self.reason,
        });
        let (store, key, _) = context.record(&self.site, &Files::default(), |_, _| Ok(body))?;
        changed(&store, key, &context.common, lang)
    }
}

/// `papaver merge`
#[derive(Debug, Args)]
pub struct Merge {
    /// The site that becomes part of the other 被合并图斑
    site: String,
    /// The site that stays 保留图斑
    #[arg(long)]
    into: String,
    /// Why 理由
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl Merge {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let (site, typed, reason) = (self.site, self.into, self.reason);
        let (store, _, sealed) = context.record(&site, &Files::default(), |store, own| {
            let into = store.find(&typed)?;
            if into == own.key {
                return Err(bad(
                    "--into",
                    &typed,
                    lang.pick("another site", "另一个图斑"),
                ));
            }
            let into_state = store.site(into)?.map_or(State::Merged, |site| site.state);
            Ok(Body::Merge(body::Merge {
                into,
                into_state,
                reason,
            }))
        })?;
        match &sealed.event.body {
            Body::Merge(merge) => changed(&store, merge.into, &context.common, lang),
            _ => Ok(Done::Whole),
        }
    }
}

/// `papaver split`
#[derive(Debug, Args)]
pub struct Split {
    /// The site's code 图斑编号
    site: String,
    /// A part's place, twice or more 各部分位置
    #[arg(
        long = "at",
        value_name = "LON,LAT",
        required = true,
        allow_hyphen_values = true
    )]
    parts: Vec<String>,
    /// Why 理由
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl Split {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let places = self
            .parts
            .iter()
            .map(|text| lonlat("--at", text))
            .collect::<Result<Vec<_>, _>>()?;
        if places.len() < 2 {
            return Err(bad(
                "--at",
                &self.parts.join(" "),
                lang.pick(
                    "two places or more, each with --at",
                    "至少两处，每处一个 --at",
                ),
            ));
        }
        let context = Context {
            common: self.common,
            lang,
        };
        let (mut store, author) = context.write()?;
        let key = store.find(&self.site)?;
        let Some(parent) = store.site(key)? else {
            return Ok(Done::Whole);
        };
        if parent.disputed
            || !Move::allowed_in(parent.state, parent.disputed).contains(&Move::Split)
        {
            let refusal = if parent.disputed {
                Refusal::Disputed
            } else {
                Refusal::State {
                    state: parent.state,
                    allowed: Move::allowed_in(parent.state, false),
                }
            };
            return Err(StoreError::Refused {
                site: store.code(key)?,
                refusal,
                actor: author.name,
            }
            .into());
        }
        let at = context.at()?;
        let children = store.write(|store| {
            let mut children = Vec::new();
            for place in &places {
                let now = moment();
                let ms = u64::try_from(now.now.as_millisecond()).unwrap_or(0);
                let origin = format!("event:{}", next_id(None, ms, now.random));
                let child = SiteKey::of_origin(&origin);
                let create = Create {
                    source: Source::Split,
                    origin,
                    place: Place::point(*place),
                    area_dm2: None,
                    detection: None,
                    recurs_of: None,
                    split_from: Some((key, parent.state)),
                    name: parent.name.clone(),
                    note: None,
                };
                let body = Body::Create(Box::new(create));
                store.append(
                    &author,
                    Draft {
                        site: Some(child),
                        at: at.clone(),
                        evidence: parent.evidence.clone(),
                        body,
                    },
                    now,
                )?;
                children.push(child);
            }
            let body = Body::Split(body::Split {
                into: children.clone(),
                reason: self.reason.clone(),
            });
            store.append(
                &author,
                Draft {
                    site: Some(key),
                    at: at.clone(),
                    evidence: vec![],
                    body,
                },
                moment(),
            )?;
            Ok(children)
        })?;
        for child in children {
            changed(&store, child, &context.common, lang)?;
        }
        Ok(Done::Whole)
    }
}

/// `papaver note`
#[derive(Debug, Args)]
pub struct Note {
    /// The site's code 图斑编号
    site: String,
    /// The words 内容
    text: String,
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    common: Common,
}

impl Note {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let body = Body::Note(body::Note { text: self.text });
        let (store, key, _) = context.record(&self.site, &self.files, |_, _| Ok(body))?;
        changed(&store, key, &context.common, lang)
    }
}

/// `papaver correct`
#[derive(Debug, Args)]
pub struct Correct {
    /// The site's code 图斑编号
    site: String,
    /// Where it really is 位置
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    at: Option<String>,
    /// Its real area in square metres 面积
    #[arg(long, value_name = "M2")]
    area: Option<f64>,
    /// Its small place name 小地名
    #[arg(long)]
    name: Option<String>,
    /// The real number of plants 株数
    #[arg(long)]
    plants: Option<u64>,
    /// Where it grows 生境
    #[arg(long)]
    habitat: Option<String>,
    /// Why 理由
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl Correct {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let correct = body::Correct {
            of: None,
            place: self
                .at
                .as_deref()
                .map(|text| lonlat("--at", text))
                .transpose()?
                .map(Place::point),
            area_dm2: self.area.map(|m2| dm2("--area", m2)).transpose()?,
            name: self.name,
            plants: self.plants,
            habitat: self.habitat,
            reason: self.reason,
        };
        let context = Context {
            common: self.common,
            lang,
        };
        let (store, key, _) = context.record(&self.site, &Files::default(), |_, _| {
            Ok(Body::Correct(Box::new(correct)))
        })?;
        changed(&store, key, &context.common, lang)
    }
}

//! `tip`: what somebody told, what became of it, and the reward.

use super::Done;
use super::affairs::{district, line_of, named, question, show, state};
use super::context::{Common, Context};
use super::moves::word;
use super::say::{Failure, NOT_GIVEN, against, bad, data, json, tell};
use super::sites::lonlat;
use crate::office::ledger::yields;
use crate::registry::affairs::is_sealed_number;
use crate::registry::body::{self, Body, Channel};
use crate::registry::code_lists::Coded;
use crate::registry::place::Place;
use crate::registry::told::yuan;
use crate::tr;
use crate::words::Lang;
use clap::{Args, Subcommand};

/// `papaver tip`
#[derive(Debug, Args)]
pub(crate) struct TipArguments {
    #[command(subcommand)]
    what: TipCommand,
}

#[derive(Debug, Subcommand)]
enum TipCommand {
    /// Record a tip-off; never who told 登记举报线索，不登记举报人
    Add(TipAddArguments),
    /// Close a tip-off that yields no site 办结未查实的举报
    Close(Close),
    /// Record a reward, decided or paid 登记奖励：核定或兑付
    Reward(RewardArguments),
    /// List the tip-offs and what became of them 列出举报及办理情况
    List(TipListArguments),
}

#[derive(Debug, Args)]
struct TipAddArguments {
    /// How it came: phone, online, letter, visit, warden or other 渠道：电话、网络、来信、来访、网格员、其他
    #[arg(long, value_name = "CHANNEL")]
    channel: String,
    /// The number of the sealed envelope that says who told 举报人信息密封件编号
    #[arg(long, value_name = "NUMBER")]
    sealed: Option<String>,
    /// Where it is said to be: LON,LAT in WGS 84 举报地点：经度,纬度（WGS 84）
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    at: Option<String>,
    /// The district it is about 涉及的区划代码
    #[arg(long, value_name = "CODE")]
    district: Option<String>,
    /// What was said of the place; nobody's name belongs here, as the program cannot know a name for one 举报内容；不得写入举报人姓名（程序无法识别姓名）
    #[arg(long)]
    text: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Close {
    /// The tip-off, by its number 举报记录编号
    tip: String,
    /// Why: nothing, lookalike, duplicate, `handed_over`, vague or other 原因：查无实据、相似植物、重复举报、移交外单位、线索不清、其他
    #[arg(long)]
    reason: String,
    /// Words 备注
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct RewardArguments {
    /// The tip-off, by its number 举报记录编号
    tip: String,
    /// Yuan 金额（元）
    yuan: f64,
    /// It was paid (else: decided) 已兑付（否则为核定）
    #[arg(long)]
    paid: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct TipListArguments {
    /// Only those of which nothing has become yet 只列尚未办结的
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    common: Common,
}

impl TipArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        match self.what {
            TipCommand::Add(add) => add.run(lang),
            TipCommand::Close(close) => {
                let reason = word("--reason", &close.reason)?;
                state(&Context::of(close.common, lang), |store| {
                    Ok(Body::CloseTip(body::CloseTip {
                        tip: named(store, &close.tip, &["tip"])?,
                        reason,
                        note: close.note,
                    }))
                })
            }
            TipCommand::Reward(reward) => {
                let fen = fen(reward.yuan)?;
                let mut paid_twice = None;
                let done = state(&Context::of(reward.common, lang), |store| {
                    let tip = named(store, &reward.tip, &["tip"])?;
                    if reward.paid {
                        paid_twice = question_paid(store.affairs()?.rewards_of(tip), fen, lang);
                    }
                    Ok(Body::Reward(body::Reward {
                        tip,
                        paid: reward.paid,
                        fen,
                    }))
                })?;
                if let Some(said) = paid_twice {
                    tell(&said);
                }
                Ok(done)
            }
            TipCommand::List(list) => list.run(lang),
        }
    }
}

/// What is to be asked where more is paid for a tip-off than was decided: perhaps it was paid before. Fen.
fn question_paid([decided, paid]: [u64; 2], more: u64, lang: Lang) -> Option<String> {
    let paid = paid.saturating_add(more);
    if paid <= decided {
        return None;
    }
    let (paid, decided) = (yuan(paid), yuan(decided));
    Some(tr!(
        lang,
        "{paid} yuan are paid for it with this, and {decided} decided: check whether it was paid before; `papaver void` takes back an entry",
        "连同本次已兑付 {paid} 元，超过核定的 {decided} 元：请核对是否重复兑付；录错的可用 `papaver void` 作废"
    ))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie within"
)]
fn fen(yuan: f64) -> Result<u64, Failure> {
    let fen = (yuan * 100.0).round();
    if (1.0..=1e9).contains(&fen) {
        Ok(fen as u64)
    } else {
        Err(bad("YUAN", &yuan.to_string(), "500"))
    }
}

impl TipAddArguments {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let channel: Channel = word("--channel", &self.channel)?;
        if let Some(number) = self.sealed.as_deref().filter(|n| !is_sealed_number(n)) {
            return Err(bad("--sealed", number, "2026-017"));
        }
        if self.at.is_none() && self.district.is_none() && self.text.is_none() {
            return Err(against(
                "--at / --district / --text",
                NOT_GIVEN,
                lang.pick(
                    "say of one at least what was told, such as `--text WORDS`",
                    "至少写明一项，如 `--text 二道沟东坡`",
                ),
            ));
        }
        let place = self
            .at
            .as_deref()
            .map(|at| lonlat("--at", at))
            .transpose()?;
        let code = self
            .district
            .as_deref()
            .map(|code| district("--district", code))
            .transpose()?;
        state(&Context::of(self.common, lang), |store| {
            question(store, code.as_deref(), lang)?;
            Ok(Body::Tip(Box::new(body::Tip {
                channel,
                sealed: self.sealed,
                place: place.map(Place::point),
                district: code,
                text: self.text,
            })))
        })
    }
}

impl TipListArguments {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let (affairs, zone) = (store.affairs()?, store.zone()?);
        let tips = affairs.tips.iter().map(|tip| &tip.stamp);
        let tips = tips.map(|said| (said.event, (said.actor.unit.clone(), said.at.clone())));
        let yields = yields(&store, &tips.collect())?;
        let (mut listed, mut led) = (0, 0);
        for tip in &affairs.tips {
            let entry = tip.stamp.event;
            let sites = yields.get(&entry).cloned().unwrap_or_default();
            let closed = affairs.closed.get(&entry);
            if self.open && (closed.is_some() || !sites.is_empty()) {
                continue;
            }
            listed += 1;
            led += usize::from(!sites.is_empty());
            let rewards = affairs.rewards.iter().filter(|r| r.body.tip == entry);
            if context.common.json {
                json(&serde_json::json!({
                    "entry": entry, "at": tip.stamp.at, "season": tip.season, "unit": tip.stamp.actor.unit, "tip": tip.body, "sites": sites,
                    "closed": closed.map(|c| &c.body), "rewards": rewards.map(|r| &r.body).collect::<Vec<_>>(),
                }));
                continue;
            }
            if let Some(sealed) = store.event(entry)? {
                show(&store, &sealed, &context)?;
            }
            let when = zone.happened(&tip.stamp.at);
            data(&tr!(lang, "    told {when}", "    举报时间 {when}"));
            became(&sites, closed.map(|c| c.body.reason.label(lang)), lang);
            for reward in rewards {
                let body = Body::Reward(reward.body.clone());
                data(&format!(
                    "    {}",
                    line_of(&store, &body, lang).unwrap_or_default()
                ));
            }
        }
        sum(&context, listed, led);
        Ok(Done::Whole)
    }
}

fn became(sites: &[String], closed: Option<&str>, lang: Lang) {
    let (sites, is_open) = (sites.join(" "), sites.is_empty() && closed.is_none());
    if !sites.is_empty() {
        data(&tr!(lang, "    became {sites}", "    已转为图斑 {sites}"));
    }
    if let Some(reason) = closed {
        data(&tr!(lang, "    closed: {reason}", "    已办结：{reason}"));
    }
    if is_open {
        data(lang.pick("    open", "    未办结"));
    }
}

fn sum(context: &Context, listed: usize, led: usize) {
    if !context.common.json {
        tell(&tr!(
            context.lang,
            "{tips}, {led} of them led to sites",
            "举报 {listed} 件，其中 {led} 件转为图斑",
            tips = (listed, "tip-off", "tip-offs"),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reward_that_is_paid_twice_is_questioned() {
        let asked = |decided, paid, more| question_paid([decided, paid], more, Lang::Zh);
        assert_eq!(asked(50_000, 0, 50_000), None);
        let twice = asked(50_000, 60_000, 50_000).expect("asked");
        assert!(
            twice.contains("1100 元") && twice.contains("500 元"),
            "{twice}"
        );
        assert!(asked(0, 0, 1).is_some(), "nothing was decided");
    }
}

//! `duty`: who answers for which district.

use super::Done;
use super::affairs::{district, question, show, state};
use super::context::{Common, Context};
use super::filter::known_district;
use super::moves::day;
use super::say::{Failure, bad, tell};
use crate::office::affairs::season_of_letter;
use crate::registry::body::{self, Body};
use crate::registry::unit::is_at_or_below;
use crate::tr;
use crate::words::Lang;
use clap::{Args, Subcommand};

/// `papaver duty`
#[derive(Debug, Args)]
pub(crate) struct DutyArguments {
    #[command(subcommand)]
    what: DutyCommand,
}

#[derive(Debug, Subcommand)]
enum DutyCommand {
    /// Record a signed letter of responsibility 登记签订的责任书
    Sign(Sign),
    /// List who answers for which district 列出各区划责任人
    List(DutyListArguments),
}

#[derive(Debug, Args)]
struct Sign {
    /// The district's code: prefecture, county, township or village 区划代码：市、县、乡或村
    district: String,
    /// Who answers for it 责任人姓名
    person: String,
    /// Their post 职务
    #[arg(long)]
    post: Option<String>,
    /// The household of that village that signed 签订责任书的农户（所在村的户）
    #[arg(long, value_name = "NAME")]
    household: Option<String>,
    /// The number of the signed letter 责任书编号
    #[arg(long, value_name = "NUMBER")]
    letter: Option<String>,
    /// The day it was signed 签订日期
    #[arg(long, value_name = "DATE")]
    signed: Option<String>,
    /// The season (default: that of --signed, else of the event) 年度（默认按 --signed 的日期，未给出时按 --when 的时间）
    #[arg(long, value_name = "YEAR")]
    season: Option<i16>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct DutyListArguments {
    /// Those of this district and below, and those above it 只列该区划及其上下级
    #[arg(long, value_name = "CODE")]
    district: Option<String>,
    /// The season (default: this one) 年度（默认本年度）
    #[arg(long, value_name = "YEAR")]
    season: Option<i16>,
    #[command(flatten)]
    common: Common,
}

impl DutyArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        match self.what {
            DutyCommand::Sign(sign) => sign.run(lang),
            DutyCommand::List(list) => list.run(lang),
        }
    }
}

impl Sign {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let code = district("DISTRICT", &self.district)?;
        // A household signs with its village.
        if self.household.is_some() && code.len() != 12 {
            return Err(bad("DISTRICT", &code, "410423001002 (--household)"));
        }
        let signed_on = self
            .signed
            .as_deref()
            .map(|text| day("--signed", text))
            .transpose()?;
        let context = Context::of(self.common, lang);
        state(&context, |store| {
            question(store, Some(&code), lang)?;
            let at = context.at(store)?;
            let meant = season_of_letter(store.settings(), signed_on.as_deref(), &at);
            let season = self.season.or(meant);
            Ok(Body::Duty(body::Duty {
                district: code,
                household: self.household,
                person: self.person,
                post: self.post,
                season: season.unwrap_or(0),
                letter: self.letter,
                signed_on,
            }))
        })
    }
}

impl DutyListArguments {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let now = context.at(&store)?;
        let season = self.season.or_else(|| store.settings().season_of(&now));
        let season = season.unwrap_or(0);
        let affairs = store.affairs()?;
        let meant = |code: &str| {
            self.district
                .as_deref()
                .is_none_or(|d| is_at_or_below(code, d) || is_at_or_below(d, code))
        };
        let mut n = 0;
        for duty in affairs.standing_duties(season) {
            if !meant(&duty.body.district) {
                continue;
            }
            n += 1;
            if let Some(sealed) = store.event(duty.stamp.event)? {
                show(&store, &sealed, &context)?;
            }
        }
        if n == 0 {
            known_district(&store, self.district.as_deref())?;
        }
        if !context.common.json {
            tell(&tr!(
                lang,
                "{n} answer for districts and households in season {season}",
                "{season} 年度责任书共 {n} 份"
            ));
        }
        Ok(Done::Whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_letter_is_of_the_season_in_which_it_was_signed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.papaver");
        drop(crate::office::fixture::begun(&path));
        let season_of = |signed: Option<&str>, district: &str| {
            let sign = Sign {
                district: district.into(),
                person: "周杰".into(),
                post: None,
                household: None,
                letter: None,
                signed: signed.map(str::to_owned),
                season: None,
                common: Common {
                    registry: Some(path.clone()),
                    actor: Some("chief".into()),
                    when: Some("2025-10-01".into()),
                    ..Common::default()
                },
            };
            assert!(sign.run(Lang::Zh).is_ok());
            let affairs = Store::open_read(&path).and_then(|store| store.affairs());
            let duties = affairs.expect("read").duties;
            let duty = duties.iter().find(|duty| duty.body.district == district);
            duty.map(|duty| duty.body.season)
        };
        // The season of 2026 began in September.
        assert_eq!(season_of(Some("2025-02-03"), "410423001"), Some(2025));
        assert_eq!(season_of(None, "410423002"), Some(2026));
    }
}

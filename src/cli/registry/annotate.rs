//! `note` and `correct`.

use super::Done;
use super::context::{Common, Context, time};
use super::say::{Failure, NOT_GIVEN, against, bad};
use super::sites::{dm2, lonlat};
use super::step::EvidenceArguments;
use crate::office;
use crate::office::clock;
use crate::office::life::LifeStep;
use crate::registry::place::Place;
use crate::registry::{Hash, SiteKey, body};
use crate::store::Store;
use crate::words::Lang;
use clap::Args;

/// `papaver note`
#[derive(Debug, Args)]
pub(crate) struct NoteArguments {
    /// The site's code 图斑编号
    site: String,
    /// The words 备注内容
    text: String,
    #[command(flatten)]
    files: EvidenceArguments,
    #[command(flatten)]
    common: Common,
}

impl NoteArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let files = self.files.handed_in(false);
        if self.text.trim().is_empty() && files.is_empty() {
            let rule = lang.pick("words, or a file that goes with it", "文字内容，或附上文件");
            return Err(against("TEXT", NOT_GIVEN, rule));
        }
        let context = Context::of(self.common, lang);
        let note = body::Note { text: self.text };
        context.step(&self.site, &files, |_, _| Ok(LifeStep::Note(note)))?;
        Ok(Done::Whole)
    }
}

/// `papaver correct`
#[derive(Debug, Args)]
pub(crate) struct CorrectArguments {
    /// The site's code 图斑编号
    site: String,
    /// Where it really is 实际位置
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    at: Option<String>,
    /// Its real area in square metres 实际面积（平方米）
    #[arg(long, value_name = "M2")]
    area: Option<f64>,
    /// Its small place name 小地名
    #[arg(long)]
    name: Option<String>,
    /// The real number of plants 实际株数
    #[arg(long)]
    plants: Option<u64>,
    /// Where it grows 生境
    #[arg(long)]
    habitat: Option<String>,
    /// The event that says the wrong time, by its hash or the beginning of it 时间有误的记录，以其哈希或开头指明
    #[arg(long, value_name = "HASH", requires = "happened")]
    event: Option<String>,
    /// When that event really happened 该记录的实际发生时间
    #[arg(long, value_name = "TIME", requires = "event")]
    happened: Option<String>,
    /// Why 理由
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

/// The event of a site that a person means by the beginning of its hash.
fn event_of(store: &Store, site: SiteKey, typed: &str) -> Result<Hash, Failure> {
    let looks = || bad("--event", typed, "3f9c… (`papaver log SITE --json`)");
    let typed = typed.trim().to_lowercase();
    let found: Vec<Hash> = store
        .events_of(site)?
        .iter()
        .map(|sealed| sealed.hash)
        .filter(|hash| typed.len() >= 4 && hash.to_string().starts_with(&typed))
        .collect();
    match found[..] {
        [one] => Ok(one),
        _ => Err(looks()),
    }
}

impl CorrectArguments {
    /// Whether anything is to be put right at all.
    fn says_something(&self) -> bool {
        let has_words = |text: &Option<String>| text.as_ref().is_some_and(|t| !t.trim().is_empty());
        [&self.at, &self.name, &self.habitat, &self.event]
            .into_iter()
            .any(has_words)
            || self.area.is_some()
            || self.plants.is_some()
    }

    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        if !self.says_something() {
            let rule = lang.pick(
                "one at least of what is to be put right, such as `--plants 120`",
                "至少写明一项更正内容，如 `--plants 120`",
            );
            return Err(against(
                "--at / --area / --name / --plants / --habitat / --event",
                NOT_GIVEN,
                rule,
            ));
        }
        let (event, happened) = (self.event, self.happened);
        let mut correct = body::Correct {
            of: None,
            at: None,
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
        let context = Context::of(self.common, lang);
        context.step(&self.site, &office::Files::default(), |store, site| {
            correct.of = event
                .map(|typed| event_of(store, site, &typed))
                .transpose()?;
            let zone = clock::zone(store)?;
            correct.at = happened
                .map(|text| time("--happened", &text, &zone))
                .transpose()?;
            Ok(LifeStep::Correct(Box::new(correct)))
        })?;
        Ok(Done::Whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Corrected {
        #[command(flatten)]
        correct: CorrectArguments,
    }

    #[derive(Parser)]
    struct Noted {
        #[command(flatten)]
        note: NoteArguments,
    }

    fn refused(failure: Option<Failure>) -> String {
        failure.expect("refused").0.say(Lang::En).what
    }

    #[test]
    fn a_correction_that_puts_nothing_right_is_refused() {
        let typed = |more: &[&str]| {
            let all = ["correct", "7K3QF2-V", "--reason", "x"];
            Corrected::parse_from(all.iter().chain(more)).correct
        };
        let why = refused(typed(&[]).run(Lang::En).err());
        assert!(why.contains("--plants"), "{why}");
        assert!(!typed(&["--name", " "]).says_something());
        for more in [
            &["--plants", "0"][..],
            &["--area", "3"],
            &["--at", "113.3,33.74"],
            &["--habitat", "field"],
            &["--event", "3f9c1234", "--happened", "2026-05-03"],
        ] {
            assert!(typed(more).says_something(), "{more:?}");
        }
    }

    #[test]
    fn a_note_of_no_words_is_refused() {
        let typed = |text: &str| Noted::parse_from(["note", "7K3QF2-V", text]).note;
        for empty in ["", "  ", "\u{3000}"] {
            let why = refused(typed(empty).run(Lang::En).err());
            assert!(why.contains("TEXT"), "{why}");
        }
    }
}

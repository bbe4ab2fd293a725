//! What every command of the registry shares: which file, who acts, when, in which language.

use super::say::{ArgumentError, Failure, bad, json};
use crate::cli::config::config;
use crate::office::{Credentials, Office, OfficeError, Session, clock};
use crate::store::Store;
use crate::text::date_time;
use crate::words::Lang;
use crate::{files, tr};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::path::PathBuf;

/// Options that every command takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Common {
    /// The registry (default: `PAPAVER_REGISTRY`, else the one *.papaver here) 登记库文件（默认取自 `PAPAVER_REGISTRY`，否则为当前文件夹中唯一的 *.papaver）
    #[arg(long, value_name = "FILE")]
    pub registry: Option<PathBuf>,
    /// Who does it (default: `PAPAVER_ACTOR`) 操作人（默认取自 `PAPAVER_ACTOR`）
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,
    /// When it happened, a date or a time, without a zone in the registry's (default: now) 发生时间，日期或时间，未写时区的按登记库的时区（默认现在）
    #[arg(long, value_name = "TIME")]
    pub when: Option<String>,
    /// A file with the passphrase of the actor's own key (default: `PAPAVER_PASSPHRASE`) 存有操作人个人密钥口令的文件（默认取自 `PAPAVER_PASSPHRASE`）
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// The supervisor who records it in the name of somebody who holds a key and cannot sign 代录主管：为持有密钥而无法签名的人代为录入
    #[arg(long, value_name = "NAME", requires = "without_key")]
    pub recorder: Option<String>,
    /// Why their own signature is missing; stays marked 缺少本人签名的理由；该记录会一直带标记
    #[arg(long, value_name = "REASON", requires = "recorder")]
    pub without_key: Option<String>,
    /// Print JSON 输出 JSON
    #[arg(long)]
    pub json: bool,
}

pub(crate) use crate::office::clock::today;

/// A command's surroundings.
pub(crate) struct Context {
    pub(crate) common: Common,
    pub(crate) lang: Lang,
}

impl Context {
    pub(crate) fn of(common: Common, lang: Lang) -> Self {
        Self { common, lang }
    }

    /// Prints a value as JSON where that was asked for, else what is said of it in words.
    pub(crate) fn show<T: Serialize>(&self, value: &T, in_words: impl FnOnce()) {
        if self.common.json {
            json(&serde_json::json!(value));
        } else {
            in_words();
        }
    }

    /// The registry's path.
    pub(crate) fn path(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.common.registry {
            return Ok(path.clone());
        }
        if let Some(path) = std::env::var_os("PAPAVER_REGISTRY").filter(|p| !p.is_empty()) {
            return Ok(path.into());
        }
        let mut found: Vec<PathBuf> = std::fs::read_dir(".")
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| PathBuf::from(entry.file_name()))
            .filter(|path| path.extension().is_some_and(|e| e == "papaver") && path.is_file())
            .collect();
        found.sort();
        // A copy laid beside a registry has no key of its own: nobody can write in it.
        let with_key = |path: &&PathBuf| files::beside(path, ".key").exists();
        if found.iter().filter(with_key).count() == 1 {
            found.retain(|path| with_key(&path));
        }
        match found.len() {
            0 => Err(ArgumentError::NoRegistry.into()),
            1 => Ok(found.remove(0)),
            _ => Err(ArgumentError::ManyRegistries(found).into()),
        }
    }

    pub(crate) fn read(&self) -> Result<Store, Failure> {
        let store = Store::open_read(&self.path()?)?;
        self.tell_migrated(&store);
        Ok(store)
    }

    /// Opens for writing, and says who acts.
    pub(crate) fn office(&self) -> Result<(Office, Session), Failure> {
        let office = self.open()?;
        let happened = self.happened(&clock::zone(office.store())?)?;
        let session = self.sign_in(&office, happened)?;
        Ok((office, session))
    }

    /// Says who acts, and when what they record happened.
    pub(crate) fn sign_in(
        &self,
        office: &Office,
        happened: Option<String>,
    ) -> Result<Session, Failure> {
        let recorder = self.common.recorder.clone();
        let session = office.sign_in(Credentials {
            actor: self.actor()?,
            passphrase: self.passphrase()?,
            in_their_name: recorder.zip(self.common.without_key.clone()),
            happened,
        });
        session.map_err(|error| match error {
            OfficeError::ManyUnits(name) => ArgumentError::ManyUnits(name).into(),
            other => Failure::from(other),
        })
    }

    /// Opens for writing.
    pub(crate) fn open(&self) -> Result<Office, Failure> {
        let actor = self.actor()?;
        let office = Office::open(&self.path()?, &actor)?;
        self.tell_migrated(office.store());
        Ok(office)
    }

    /// Says what became of a registry of an earlier version.
    fn tell_migrated(&self, store: &Store) {
        let Some(migrated) = store.migrated() else {
            return;
        };
        let refused = migrated.refused;
        let brought = if migrated.is_later() {
            tr!(
                self.lang,
                "the registry was written by a newer program: it is only read, as this version knows it, and the file is not changed; use the newer program to write",
                "登记库由更新版本的程序写入：本程序只能按自身版本的规则查看，不改动文件；如需登记，请使用新版程序"
            )
        } else if migrated.in_memory {
            tr!(
                self.lang,
                "the registry is of an earlier version and cannot be written here: it is shown as this version reads it",
                "登记库为旧版本且此处无法写入：按新版本的规则显示，文件未改动"
            )
        } else {
            tr!(
                self.lang,
                "the registry was brought to this version",
                "登记库已升级"
            )
        };
        super::say::tell(&tr!(
            self.lang,
            "{brought}; {refused} of its events are kept and no longer followed (`papaver verify` lists them)",
            "{brought}；其中 {refused} 条记录按新规则不再采信，均予保留（`papaver verify` 可列出）"
        ));
    }

    pub(crate) fn actor(&self) -> Result<String, Failure> {
        self.common
            .actor
            .clone()
            .or_else(|| std::env::var("PAPAVER_ACTOR").ok())
            .filter(|name| !name.trim().is_empty())
            .or_else(|| config().actor.clone())
            .ok_or_else(|| ArgumentError::NoActor.into())
    }

    pub(crate) fn passphrase(&self) -> Result<Option<String>, Failure> {
        self.passphrase_of("PAPAVER_PASSPHRASE", "--passphrase-file")
    }

    /// A passphrase out of the file that was named with an option, else out of a variable of the environment.
    pub(crate) fn passphrase_of(
        &self,
        variable: &str,
        option: &'static str,
    ) -> Result<Option<String>, Failure> {
        if let Some(path) = &self.common.passphrase_file {
            let text = std::fs::read_to_string(path).map_err(ArgumentError::file(option, path))?;
            return Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()));
        }
        Ok(std::env::var(variable).ok().filter(|p| !p.is_empty()))
    }

    /// When the event happened: what was said, else now; in the registry's zone.
    pub(crate) fn at(&self, store: &Store) -> Result<String, Failure> {
        self.at_in(&clock::zone(store)?)
    }

    /// The same in a zone, where there is no registry yet.
    pub(crate) fn at_in(&self, zone: &TimeZone) -> Result<String, Failure> {
        Ok(self.happened(zone)?.unwrap_or_else(|| clock::at_in(zone)))
    }

    /// When the event happened, where that was said.
    pub(crate) fn happened(&self, zone: &TimeZone) -> Result<Option<String>, Failure> {
        let when = self.common.when.as_deref();
        when.map(|text| time("--when", text, zone)).transpose()
    }
}

/// A date or a time that was typed; without a zone it is one of the registry's.
pub(super) fn time(option: &'static str, text: &str, zone: &TimeZone) -> Result<String, Failure> {
    let looks = "2026-05-03 / 2026-05-03 10:21 / 2026-05-03T10:21:00+08:00";
    clock::read(text, zone).ok_or_else(|| bad(option, text, looks))
}

/// A day that was typed, as people write one.
pub(crate) fn date(option: &'static str, text: &str) -> Result<Date, Failure> {
    let day = date_time(text).ok().filter(|said| said.time.is_none());
    day.map(|said| said.day)
        .ok_or_else(|| bad(option, text, "2026-05-10 / 2026/5/10"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_file_that_is_not_there_is_named_with_its_option() {
        let folder = tempfile::tempdir().expect("folder");
        let common = Common {
            passphrase_file: Some(folder.path().join("none.txt")),
            ..Common::default()
        };
        let refused = Context::of(common, Lang::En).passphrase();
        let said = refused.expect_err("refused").0.say(Lang::En);
        let hint = format!("{:?}", said.remedies);
        assert!(said.what.contains("none.txt"), "{}", said.what);
        assert!(hint.contains("--passphrase-file"), "{hint}");
    }
}

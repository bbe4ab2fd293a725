//! `init` and `actor`.

use super::context::Common;
use super::say::{ArgumentError, Failure, NOT_GIVEN, against, bad, data, json, none_of, tell};
use super::{Context, Done};
use crate::cli::config::config;
use crate::office::clock;
use crate::office::people::{
    Beginning, NewKey, PersonNow, begin, change, grant, holds_key, known, lose_key, make_key,
};
use crate::registry::body::ActorAction;
use crate::registry::people::Person;
use crate::registry::unit::is_code;
use crate::registry::{Role, Settings};
use crate::tr;
use crate::words::Lang;
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use std::path::PathBuf;

/// `papaver init`
#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// The unit's 6-, 9- or 12-digit code (default: `unit` in papaver.toml) 单位代码，6、9 或 12 位（默认取自 papaver.toml 的 `unit`）
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// The unit's name 单位名称
    #[arg(long, value_name = "NAME")]
    unit_name: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl InitArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let unit = self.unit.or_else(|| config().unit.clone());
        let unit = unit.unwrap_or_else(|| NOT_GIVEN.to_owned());
        if !is_code(&unit) {
            let looks = lang.pick(
                "410423 for a county, 410423001 for a township, 410423001002 for a village; a province is 410000, a prefecture 410400",
                "县 410423、乡镇 410423001、村 410423001002；省为 410000，市为 410400",
            );
            return Err(bad("--unit", &unit, looks));
        }
        let context = Context::of(self.common, lang);
        let path = context
            .common
            .registry
            .clone()
            .or_else(|| {
                std::env::var_os("PAPAVER_REGISTRY")
                    .filter(|path| !path.is_empty())
                    .map(Into::into)
            })
            .unwrap_or_else(|| format!("{unit}.papaver").into());
        let supervisor = context.actor()?;
        let beginning = Beginning {
            unit,
            unit_name: self.unit_name,
            supervisor: supervisor.clone(),
            at: context.at_in(&TimeZone::system())?,
        };
        let begun = begin(&path, beginning)?;
        context.show(&begun, || {
            let (path, name) = (path.display(), &supervisor);
            tell(&tr!(
                lang,
                "began {path}; {name} is its supervisor",
                "已建立 {path}；主管：{name}"
            ));
            if let Some(device) = begun.device {
                data(&device.to_string());
            }
        });
        Ok(Done::Whole)
    }
}

/// `papaver actor`
#[derive(Debug, Args)]
pub(crate) struct ActorArguments {
    #[command(subcommand)]
    what: ActorCommand,
}

#[derive(Debug, Subcommand)]
enum ActorCommand {
    /// Add a person with roles: analyst, verifier, eradicator, acceptor, supervisor 新增人员并授予角色：analyst 研判员、verifier 核查员、eradicator 铲除员、acceptor 验收员、supervisor 主管
    Add(RoleArguments),
    /// Grant roles 授予角色
    Grant(RoleArguments),
    /// Revoke roles 收回角色
    Revoke(RoleArguments),
    /// Make your own key, locked with a passphrase; again: another in its place 本人生成个人密钥并设口令；再次执行则更换密钥
    Key(MakeKey),
    /// Say that somebody's key is lost; they make another 登记某人的密钥遗失，由本人另行生成
    LostKey(LostKey),
    /// Say that a key is truly that person's 确认某把密钥确属其本人
    Confirm(RoleArguments),
    /// List people 列出人员
    List(Common),
}

#[derive(Debug, Args)]
struct RoleArguments {
    /// The person 姓名
    name: String,
    /// Roles 角色
    roles: Vec<String>,
    #[command(flatten)]
    common: Common,
}

impl ActorArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        match self.what {
            ActorCommand::Add(role) => role.run(RoleChange::Add, lang),
            ActorCommand::Grant(role) => role.run(RoleChange::Grant, lang),
            ActorCommand::Revoke(role) => role.run(RoleChange::Revoke, lang),
            ActorCommand::Confirm(role) => role.run(RoleChange::Confirm, lang),
            ActorCommand::Key(make) => make.run(lang),
            ActorCommand::LostKey(lost) => lost.run(lang),
            ActorCommand::List(common) => list(common, lang),
        }
    }
}

/// What becomes of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RoleChange {
    /// They may be new.
    Add,
    Grant,
    Revoke,
    Confirm,
}

/// `papaver actor key`
#[derive(Debug, Args)]
struct MakeKey {
    /// Your name 本人姓名
    name: String,
    /// A file with the passphrase of the key that you hold now, where there is one (default: `PAPAVER_OLD_PASSPHRASE`) 已有密钥时，存有原口令的文件（默认取自 `PAPAVER_OLD_PASSPHRASE`）
    #[arg(long, value_name = "FILE")]
    old_passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

/// `papaver actor lost-key`
#[derive(Debug, Args)]
struct LostKey {
    /// Whose key 谁的密钥
    name: String,
    /// How it was lost 如何遗失
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl RoleArguments {
    fn run(self, wanted: RoleChange, lang: Lang) -> Result<Done, Failure> {
        let names = || {
            Role::ALL
                .map(|role| match lang {
                    Lang::En => role.name().to_owned(),
                    Lang::Zh => format!("{}（{}）", role.label(lang), role.name()),
                })
                .join(lang.pick(", ", "、"))
        };
        let roles = self
            .roles
            .iter()
            .flat_map(|text| text.split(','))
            .map(|name| Role::of_name(name).ok_or_else(|| none_of("ROLE", name, names())))
            .collect::<Result<Vec<_>, _>>()?;
        let confirms = wanted == RoleChange::Confirm;
        if roles.is_empty() != confirms {
            let given = self.roles.join(",");
            return Err(if confirms {
                let rule = lang.pick(
                    "left out: a confirmation is of a person",
                    "不填：确认只针对人员",
                );
                against("ROLE", &given, rule)
            } else {
                none_of("ROLE", NOT_GIVEN, names())
            });
        }
        let context = Context::of(self.common, lang);
        let (mut office, session) = context.office()?;
        let action = match wanted {
            RoleChange::Add | RoleChange::Grant => ActorAction::Grant,
            RoleChange::Revoke => ActorAction::Revoke,
            RoleChange::Confirm => ActorAction::Confirm,
        };
        let now = if wanted == RoleChange::Grant {
            grant(&mut office, &session, self.name, roles)
        } else {
            change(&mut office, &session, action, self.name, roles)
        }?;
        Ok(show(&now, office.store().settings(), &context))
    }
}

impl LostKey {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let (mut office, session) = context.office()?;
        let now = lose_key(&mut office, &session, self.name, self.reason)?;
        Ok(show(&now, office.store().settings(), &context))
    }
}

impl MakeKey {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let mut common = self.common;
        // Whoever makes a key makes their own.
        common.actor = Some(self.name.clone());
        let context = Context { common, lang };
        let passphrase = context.passphrase()?.ok_or(ArgumentError::NoPassphrase)?;
        let mut office = context.open()?;
        known(office.store(), &office.unit()?, &self.name)?;
        let old_passphrase = if holds_key(&office, &self.name)? {
            let old = Context {
                common: Common {
                    passphrase_file: self.old_passphrase_file,
                    ..context.common.clone()
                },
                lang,
            };
            let old = old.passphrase_of("PAPAVER_OLD_PASSPHRASE", "--old-passphrase-file")?;
            Some(old.ok_or(ArgumentError::NoOldPassphrase)?)
        } else {
            None
        };
        let new = NewKey {
            name: self.name,
            passphrase,
            old_passphrase,
            happened: context.happened(&clock::zone(office.store())?)?,
        };
        let now = make_key(&mut office, new)?;
        Ok(show(&now, office.store().settings(), &context))
    }
}

/// Says what a person is now.
fn show(now: &PersonNow, settings: &Settings, context: &Context) -> Done {
    context.show(now, || tell(&in_words(now, settings, context.lang)));
    Done::Whole
}

fn in_words(now: &PersonNow, settings: &Settings, lang: Lang) -> String {
    let (name, person) = (&now.name, now.person.as_ref());
    let held = person.map(|p| roles_of(p, lang)).unwrap_or_default();
    let key = key_words(person, settings, lang);
    tr!(lang, "{name}: {held}{key}", "{name}：{held}{key}")
}

/// A person's roles.
fn roles_of(person: &Person, lang: Lang) -> String {
    let labels: Vec<&str> = person.roles.iter().map(|role| role.label(lang)).collect();
    labels.join(lang.pick(", ", "、"))
}

/// What is to be said of a person's key: that there is one, that nobody confirmed it, how often it changed.
fn key_words(person: Option<&Person>, settings: &Settings, lang: Lang) -> String {
    let Some(person) = person else {
        return String::new();
    };
    let mut words = match &person.key {
        None => String::new(),
        Some(key) if key.confirmed => lang.pick(" · own key", " · 有个人密钥").to_owned(),
        Some(_) => lang
            .pick(" · own key, not confirmed", " · 有个人密钥（未确认）")
            .to_owned(),
    };
    let changes = person.key_changes.len().saturating_sub(1);
    if changes > 0 {
        let last = person.key_changes.last();
        let on = last.map(|change| settings.day(&change.at));
        let on = on.unwrap_or_default();
        words.push_str(&tr!(
            lang,
            " · key changed {times}, last on {on}",
            " · 密钥变更 {changes} 次，最近 {on}",
            times = (changes, "time", "times")
        ));
    }
    words
}

fn list(common: Common, lang: Lang) -> Result<Done, Failure> {
    let context = Context { common, lang };
    let store = context.read()?;
    for (unit, name, person) in store.people().iter() {
        if context.common.json {
            json(
                &serde_json::json!({"unit": unit, "name": name, "roles": person.roles, "key": person.key, "key_changes": person.key_changes}),
            );
        } else {
            let (roles, key) = (
                roles_of(person, lang),
                key_words(Some(person), store.settings(), lang),
            );
            data(&tr!(
                lang,
                "{unit} {name}: {roles}{key}",
                "{unit} {name}：{roles}{key}"
            ));
        }
    }
    Ok(Done::Whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_that_begins_without_a_unit_is_told_what_one_looks_like() {
        let arguments = InitArguments {
            unit: None,
            unit_name: None,
            common: Common::default(),
        };
        let refused = arguments.run(Lang::En).err().expect("refused");
        let said = refused.0.say(Lang::En);
        let hint = format!("{:?}", said.remedies);
        assert_eq!(said.what, "--unit: nothing is given");
        assert!(hint.contains("a province is 410000"), "{hint}");
    }
}

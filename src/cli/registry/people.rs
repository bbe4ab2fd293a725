//! `init` and `actor`.

use super::context::{Common, moment, own_unit};
use super::say::{ArgumentError, Failure, bad, data, json, tell};
use super::{Context, Done};
use crate::registry::body::{ActorAction, ActorChange, Body, Init as InitBody};
use crate::registry::store::{Author, Draft, Store};
use crate::registry::{DeviceId, Role, keys};
use crate::tr;
use crate::words::Lang;
use clap::{Args, Subcommand};
use ed25519_dalek::SigningKey;

/// `papaver init`
#[derive(Debug, Args)]
pub struct Init {
    /// The unit's 6-, 9- or 12-digit code 单位代码
    #[arg(long, value_name = "CODE")]
    unit: String,
    /// The unit's name 单位名称
    #[arg(long, value_name = "NAME")]
    unit_name: Option<String>,
    #[command(flatten)]
    common: Common,
}

fn is_code(code: &str) -> bool {
    matches!(code.len(), 6 | 9 | 12) && code.bytes().all(|b| b.is_ascii_digit())
}

impl Init {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        if !is_code(&self.unit) {
            return Err(bad(
                "--unit",
                &self.unit,
                "410423 / 410423001 / 410423001002",
            ));
        }
        let context = Context {
            common: self.common,
            lang,
        };
        let path = context
            .common
            .registry
            .clone()
            .or_else(|| {
                std::env::var_os("PAPAVER_REGISTRY")
                    .filter(|path| !path.is_empty())
                    .map(Into::into)
            })
            .unwrap_or_else(|| format!("{}.papaver", self.unit).into());
        let author = Author {
            name: context.actor()?,
            unit: self.unit.clone(),
            key: None,
        };
        let init = InitBody {
            unit: self.unit,
            unit_name: self.unit_name,
            program: format!("papaver {}", env!("CARGO_PKG_VERSION")),
        };
        let store = Store::create(
            &path,
            &author,
            init,
            context.at()?,
            moment(),
            rand::random(),
        )?;
        let device = store
            .signing_key()
            .map(|key| DeviceId(key.verifying_key().to_bytes()));
        if context.common.json {
            json(&serde_json::json!({"registry": path, "unit": author.unit, "device": device}));
        } else {
            let (path, name) = (path.display(), &author.name);
            tell(&tr!(
                lang,
                "began {path}; {name} is its supervisor",
                "已建立 {path}；主管：{name}"
            ));
            if let Some(device) = device {
                data(&device.to_string());
            }
        }
        Ok(Done::Whole)
    }
}

/// `papaver actor`
#[derive(Debug, Args)]
pub struct Actor {
    #[command(subcommand)]
    what: ActorCommand,
}

#[derive(Debug, Subcommand)]
enum ActorCommand {
    /// Add a person with roles: analyst, verifier, eradicator, acceptor, supervisor 新增人员
    Add(Change),
    /// Grant roles 授予角色
    Grant(Change),
    /// Revoke roles 收回角色
    Revoke(Change),
    /// Make a person's own key, locked with a passphrase 生成个人密钥
    Key(Change),
    /// List people 列出人员
    List(Common),
}

#[derive(Debug, Args)]
struct Change {
    /// The person 姓名
    name: String,
    /// Roles 角色
    roles: Vec<String>,
    #[command(flatten)]
    common: Common,
}

impl Actor {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        match self.what {
            ActorCommand::Add(change) | ActorCommand::Grant(change) => {
                change.run(ActorAction::Grant, lang)
            }
            ActorCommand::Revoke(change) => change.run(ActorAction::Revoke, lang),
            ActorCommand::Key(change) => change.run(ActorAction::Key, lang),
            ActorCommand::List(common) => list(common, lang),
        }
    }
}

impl Change {
    fn run(self, action: ActorAction, lang: Lang) -> Result<Done, Failure> {
        let names = || Role::ALL.map(Role::name).join(", ");
        let roles = self
            .roles
            .iter()
            .flat_map(|text| text.split(','))
            .map(|name| Role::of_name(name).ok_or_else(|| bad("ROLE", name, names())))
            .collect::<Result<Vec<_>, _>>()?;
        if roles.is_empty() && action != ActorAction::Key {
            return Err(bad("ROLE", "", names()));
        }
        let supervisor = Context {
            common: Common {
                passphrase_file: None,
                ..self.common.clone()
            },
            lang,
        };
        // The passphrase of this command is the new key's, not the supervisor's.
        let context = Context {
            common: self.common,
            lang,
        };
        let passphrase = if action == ActorAction::Key {
            Some(context.passphrase()?.ok_or(ArgumentError::NoPassphrase)?)
        } else {
            None
        };
        let (mut store, author) = if action == ActorAction::Key {
            let name = supervisor.actor()?;
            let store = Store::open_write(
                &supervisor.path()?,
                &name,
                std::time::Duration::from_secs(10),
            )?;
            let unit = own_unit(&store)?;
            (
                store,
                Author {
                    name,
                    unit,
                    key: None,
                },
            )
        } else {
            context.write()?
        };
        let mut key = None;
        if let Some(passphrase) = passphrase {
            let secret = SigningKey::from_bytes(&rand::random());
            keys::lock(
                &store.keys_folder(),
                &author.unit,
                &self.name,
                &secret,
                &passphrase,
            )?;
            key = Some(DeviceId(secret.verifying_key().to_bytes()));
        }
        let body = Body::Actor(ActorChange {
            action,
            name: self.name.clone(),
            roles,
            key,
        });
        let draft = Draft {
            site: None,
            at: context.at()?,
            evidence: vec![],
            body,
        };
        store.write(|s| s.append(&author, draft, moment()))?;
        let person = store.people().get(&author.unit, &self.name);
        if context.common.json {
            json(&serde_json::json!({"name": self.name, "unit": author.unit, "person": person}));
        } else {
            let held = person
                .map(|p| {
                    p.roles
                        .iter()
                        .map(|r| r.label(lang))
                        .collect::<Vec<_>>()
                        .join(", ")
                })
                .unwrap_or_default();
            tell(&format!("{}: {held}", self.name));
        }
        Ok(Done::Whole)
    }
}

fn list(common: Common, lang: Lang) -> Result<Done, Failure> {
    let context = Context { common, lang };
    let store = context.read()?;
    for (unit, name, person) in store.people().iter() {
        if context.common.json {
            json(
                &serde_json::json!({"unit": unit, "name": name, "roles": person.roles, "key": person.key}),
            );
        } else {
            let roles = person
                .roles
                .iter()
                .map(|role| role.label(lang))
                .collect::<Vec<_>>()
                .join(", ");
            let key = if person.key.is_some() {
                lang.pick(" · own key", " · 有个人密钥")
            } else {
                ""
            };
            data(&format!("{unit} {name}: {roles}{key}"));
        }
    }
    Ok(Done::Whole)
}

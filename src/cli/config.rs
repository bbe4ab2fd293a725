//! What a person or an office sets once instead of typing it: actor, unit, language, threads, the key of a map service.
//!
//! Read from `papaver.toml` in the current folder and from the person's own `papaver/papaver.toml`. An option of the
//! command line stands before a variable of the environment, that before the folder's file, that before the person's.

use crate::platform;
use crate::remote::TiandituKey;
use crate::words::{Lang, Said, Say};
use crate::{speaking_error, tr};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The name of the file.
pub(super) const NAME: &str = "papaver.toml";
/// What may be set.
const KEYS: [&str; 5] = ["actor", "unit", "language", "threads", "tianditu_key"];

/// What is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Config {
    /// Who acts.
    pub actor: Option<String>,
    /// The unit's code.
    pub unit: Option<String>,
    /// The language of messages and pages.
    pub language: Option<Lang>,
    /// Worker threads.
    pub threads: Option<usize>,
    /// The office's key at Tianditu.
    pub tianditu_key: Option<TiandituKey>,
}

/// A file of settings that cannot be followed.
#[derive(Debug)]
pub(super) enum ConfigError {
    /// It cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no TOML.
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// It sets what is none.
    Unknown {
        /// The file.
        path: PathBuf,
        /// The name.
        key: String,
    },
    /// A value will not do.
    Value {
        /// The file.
        path: PathBuf,
        /// The name.
        key: &'static str,
        /// What it looks like.
        looks: &'static str,
    },
}

impl Say for ConfigError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Unreadable { path, source } => Said::unreadable(lang, path, source),
            Self::Syntax { path, line } => Said::new(tr!(
                lang,
                "{path} line {line} is not TOML",
                "{path} 第 {line} 行不是 TOML 格式",
                path = path.display(),
            ))
            .hint(tr!(
                lang,
                "write a line such as actor = \"Li\"",
                "每行写法如 actor = \"李四\""
            )),
            Self::Unknown { path, key } => {
                let (path, keys) = (path.display(), KEYS.join(lang.pick(", ", "、")));
                Said::new(tr!(
                    lang,
                    "{path} sets {key}, which is not known",
                    "{path} 中的 {key} 不是可用的设置项"
                ))
                .hint(tr!(
                    lang,
                    "what can be set: {keys}",
                    "可用的设置项：{keys}"
                ))
            }
            Self::Value { path, key, looks } => Said::new(tr!(
                lang,
                "{path}: {key} has a value that will not do",
                "{path}：{key} 的取值无效",
                path = path.display(),
            ))
            .hint(tr!(
                lang,
                "it looks like {key} = {looks}",
                "形如 {key} = {looks}"
            )),
        }
    }
}
speaking_error!(ConfigError, |e| match e {
    ConfigError::Unreadable { source, .. } => Some(source),
    _ => None,
});

impl Config {
    /// Reads a file of settings.
    fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start).min(text.len());
            ConfigError::Syntax {
                path: path.into(),
                line: text[..at].matches('\n').count() + 1,
            }
        })?;
        let mut config = Self::default();
        for (key, value) in &table {
            config.set(path, key, value)?;
        }
        Ok(config)
    }

    fn set(&mut self, path: &Path, key: &str, value: &toml::Value) -> Result<(), ConfigError> {
        let bad = |key, looks| ConfigError::Value {
            path: path.into(),
            key,
            looks,
        };
        let text = value.as_str().filter(|text| !text.trim().is_empty());
        match key {
            "actor" => self.actor = Some(text.ok_or_else(|| bad("actor", "\"Li\""))?.to_owned()),
            "unit" => {
                let code = text.filter(|code| crate::registry::unit::is_code(code));
                self.unit = Some(code.ok_or_else(|| bad("unit", "\"410423\""))?.to_owned());
            }
            "language" => {
                let lang = match text {
                    Some("zh") => Lang::Zh,
                    Some("en") => Lang::En,
                    _ => return Err(bad("language", "\"zh\" / \"en\"")),
                };
                self.language = Some(lang);
            }
            "threads" => {
                let threads = value.as_integer().and_then(|n| usize::try_from(n).ok());
                let threads = threads.filter(|n| *n > 0);
                self.threads = Some(threads.ok_or_else(|| bad("threads", "4"))?);
            }
            "tianditu_key" => {
                let key = text.and_then(TiandituKey::read);
                self.tianditu_key = Some(key.ok_or_else(|| bad("tianditu_key", "\"0123…\""))?);
            }
            _ => {
                return Err(ConfigError::Unknown {
                    path: path.into(),
                    key: key.to_owned(),
                });
            }
        }
        Ok(())
    }

    fn of_file(path: &Path) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(path, text.trim_start_matches('\u{feff}')),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Unreadable {
                path: path.into(),
                source,
            }),
        }
    }

    /// What this file sets, and where it is silent the other.
    fn before(self, other: Self) -> Self {
        Self {
            actor: self.actor.or(other.actor),
            unit: self.unit.or(other.unit),
            language: self.language.or(other.language),
            threads: self.threads.or(other.threads),
            tianditu_key: self.tianditu_key.or(other.tianditu_key),
        }
    }
}

/// The folder of a person's settings.
fn own_folder() -> Option<PathBuf> {
    platform::settings_folder()
}

static SET: OnceLock<Config> = OnceLock::new();

/// Reads the files once, before anything is parsed.
///
/// # Errors
/// See [`ConfigError`].
pub(super) fn read() -> Result<(), ConfigError> {
    let own = own_folder().map(|folder| folder.join("papaver").join(NAME));
    let own = own.map_or_else(|| Ok(Config::default()), |path| Config::of_file(&path))?;
    let config = Config::of_file(Path::new(NAME))?.before(own);
    let _read_before = SET.set(config);
    Ok(())
}

/// What is set.
pub(super) fn config() -> &'static Config {
    SET.get_or_init(Config::default)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(Path::new(NAME), text)
    }

    #[test]
    fn the_folders_file_stands_before_the_persons() {
        let folder = parse("actor = \"李四\"\nthreads = 2\n").expect("settings");
        let own = parse("actor = \"Li\"\nlanguage = \"zh\"\nunit = \"410423\"").expect("settings");
        let both = folder.before(own);
        assert_eq!(both.actor.as_deref(), Some("李四"));
        assert_eq!((both.language, both.threads), (Some(Lang::Zh), Some(2)));
        assert_eq!(both.unit.as_deref(), Some("410423"));
    }

    #[test]
    fn what_is_unknown_or_will_not_do_is_named() {
        let told = parse("actor = \"Li\"\nactors = \"Wang\"").expect_err("unknown");
        let said = told.say(Lang::Zh);
        assert!(said.what.contains("actors") && format!("{:?}", said.remedies).contains("threads"));
        for text in [
            "threads = 0",
            "threads = \"four\"",
            "unit = \"41\"",
            "language = \"de\"",
            "actor = 1",
            "tianditu_key = \"a&b\"",
        ] {
            assert!(
                matches!(parse(text), Err(ConfigError::Value { .. })),
                "{text}"
            );
        }
        assert!(matches!(
            parse("unit = \"410423\"\nactor"),
            Err(ConfigError::Syntax { line: 2, .. })
        ));
    }
}

//! The office's key at Tianditu: out of the environment, else out of the settings. It is in no argument, as other users of a computer
//! read those of a program, and a history keeps them.

use super::config::{self, config};
use crate::remote::{TiandituAccess, TiandituKey};
use crate::words::{Lang, Said, Say};
use crate::{speaking_error, tr};

/// The variable that holds the key.
const KEY: &str = "PAPAVER_TIANDITU_KEY";
/// The variable that names what stands in for the service in tests: a port of this computer, and nothing else.
const STAND_IN: &str = "PAPAVER_TIANDITU_STAND_IN";

/// Why Tianditu is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TiandituKeyError {
    /// There is no key.
    Missing,
    /// What is there can be no key.
    Malformed,
    /// What is to stand in for the service is not on this computer.
    StandIn,
}

impl Say for TiandituKeyError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Missing => {
                Said::new(lang.pick("Tianditu asks for a key, and there is none", "使用天地图需要密钥，未找到密钥"))
                    .hint(where_it_is_had(lang))
                    .hint(where_it_stands(lang))
            }
            Self::Malformed => Said::new(tr!(
                lang,
                "what stands in {KEY} is no key: it has letters and digits alone",
                "{KEY} 的内容不是密钥：密钥只含字母和数字"
            ))
            .hint(lang.pick(
                "copy it once more from https://console.tianditu.gov.cn, without what stands around it",
                "请从 https://console.tianditu.gov.cn 重新复制，不要带上前后的其他字符",
            )),
            Self::StandIn => Said::new(tr!(
                lang,
                "{STAND_IN} is for tests, and names no port of this computer",
                "{STAND_IN} 仅供测试，且未指向本机端口"
            ))
            .hint(lang.pick("take the variable away", "请删除该环境变量")),
        }
    }
}
speaking_error!(TiandituKeyError);

fn where_it_is_had(lang: Lang) -> &'static str {
    lang.pick(
        "the office gets one for servers (服务端) at https://console.tianditu.gov.cn",
        "请在 https://console.tianditu.gov.cn 申请“服务端”密钥",
    )
}

fn where_it_stands(lang: Lang) -> String {
    let name = config::NAME;
    tr!(
        lang,
        "give it in the variable {KEY}, or as tianditu_key in {name}",
        "在环境变量 {KEY} 中给出，或写在 {name} 的 tianditu_key 中"
    )
}

/// How the service is reached.
///
/// # Errors
/// See [`TiandituKeyError`].
pub(super) fn access() -> Result<TiandituAccess, Box<dyn Say>> {
    let [typed, stand_in] = [KEY, STAND_IN].map(|name| {
        let value = std::env::var_os(name)?;
        Some(value.to_string_lossy().into_owned())
    });
    let set = config().tianditu_key.clone();
    let key = chosen(typed.as_deref(), set);
    let access = key.and_then(|key| reached(key, stand_in.as_deref()));
    access.map_err(|error| Box::new(error) as Box<dyn Say>)
}

/// The variable stands before the settings; an empty one is none.
fn chosen(typed: Option<&str>, set: Option<TiandituKey>) -> Result<TiandituKey, TiandituKeyError> {
    match typed.filter(|key| !key.trim().is_empty()) {
        Some(typed) => TiandituKey::read(typed).ok_or(TiandituKeyError::Malformed),
        None => set.ok_or(TiandituKeyError::Missing),
    }
}

fn reached(key: TiandituKey, stand_in: Option<&str>) -> Result<TiandituAccess, TiandituKeyError> {
    match stand_in {
        Some(at) => TiandituAccess::stand_in(key, at).ok_or(TiandituKeyError::StandIn),
        None => Ok(TiandituAccess::new(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_stands_before_the_settings_and_what_is_no_key_is_not_shown() {
        let key = |text| TiandituKey::read(text).expect("a key");
        assert_eq!(chosen(Some(" abc1\n"), Some(key("def2"))), Ok(key("abc1")));
        assert_eq!(chosen(Some(""), Some(key("def2"))), Ok(key("def2")));
        assert_eq!(chosen(None, None), Err(TiandituKeyError::Missing));
        let refused = chosen(Some("secret&x"), Some(key("def2")));
        assert_eq!(refused, Err(TiandituKeyError::Malformed));
        for lang in [Lang::En, Lang::Zh] {
            let said = TiandituKeyError::Malformed.say(lang);
            assert!(!format!("{said:?}").contains("secret"));
        }
    }
}

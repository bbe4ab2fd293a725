//! What is answered where something is refused: a status, a code, and what to do about it in both languages.
//!
//! A handler gives [`Refused`]; on its way out [`guard`](super::guard) writes it as JSON and takes the machine's paths out of it.

use super::remedy::{self, TypedLine};
use super::values;
use crate::files::FileError;
use crate::office::{OfficeError, RecordError};
use crate::platform::is_crowded;
use crate::printable::of_folder;
use crate::registry::Role;
use crate::store::StoreError;
use crate::store::bundle::BundleError;
use crate::store::keys::KeyError;
use crate::words::{Fault, Lang, Said, Say};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};

/// What of the machine must not be told, and what can be typed at it.
#[derive(Debug, Clone)]
pub(super) struct Telling {
    /// The served folder.
    pub root: PathBuf,
    /// How commands are typed; where nobody says so they are named by what they do.
    pub line: Option<TypedLine>,
}

/// Something that was not done.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    code: &'static str,
    english: Said,
    /// Apart, as what may go wrong is to be small.
    chinese: Box<Said>,
    /// What a file of the server's own is called by who sent it.
    called: Option<Box<(String, String)>>,
    /// Whether its words are the server's own, in which no path of the machine stands.
    is_own_word: bool,
}

/// What a handler answers as JSON, or why not.
pub(super) type Answer<T> = Result<Json<T>, Refused>;

impl Refused {
    /// With a sentence in both languages.
    pub fn new(status: StatusCode, code: &'static str, english: &str, chinese: &str) -> Self {
        Self {
            status,
            code,
            english: Said::new(english),
            chinese: Said::new(chinese).into(),
            called: None,
            is_own_word: true,
        }
    }

    /// The same with a remedy in both languages.
    pub fn hint(mut self, english: &str, chinese: &str) -> Self {
        self.english = self.english.hint(english);
        self.chinese = Box::new(self.chinese.hint(chinese));
        self
    }

    /// What an error of the layers above says.
    pub fn of(error: &dyn Say, status: StatusCode, code: &'static str) -> Self {
        Self {
            status,
            code,
            english: error.say(Lang::En),
            chinese: error.say(Lang::Zh).into(),
            called: None,
            is_own_word: false,
        }
    }

    /// With the name by which whoever sent a file knows it.
    pub fn naming(mut self, path: &Path, name: &str) -> Self {
        let called = (path.display().to_string(), name.to_owned());
        self.called = Some(called.into());
        self
    }

    /// What any error of the layers above says.
    pub fn by_fault(error: &dyn Say) -> Self {
        match error.fault() {
            Fault::Input => Self::of(error, StatusCode::BAD_REQUEST, "input"),
            Fault::Machine => Self::of(error, StatusCode::INTERNAL_SERVER_ERROR, "machine"),
            Fault::Interrupted => Self::of(error, StatusCode::CONFLICT, "interrupted"),
        }
    }

    /// Nobody is logged in.
    pub fn not_logged_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "login_needed",
            "nobody is logged in, or the session has ended",
            "尚未登录，或登录已失效",
        )
        .hint("log in; nothing is lost", "请登录；此前的内容不会丢失")
    }

    /// It is done by people with other roles.
    pub fn not_theirs(roles: &[Role]) -> Self {
        let name = |lang| {
            let names: Vec<&str> = roles.iter().map(|role| role.label(lang)).collect();
            names.join(if lang == Lang::Zh { "、" } else { ", " })
        };
        let english = format!("this takes one of the roles {}", name(Lang::En));
        let chinese = format!("此操作需由{}进行", name(Lang::Zh));
        Self::new(StatusCode::FORBIDDEN, "not_yours", &english, &chinese)
            .hint("a supervisor grants roles", "角色由主管授予")
    }

    /// The key of whoever is logged in is not the one that the registry knows by now.
    pub fn key_changed() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "login_needed",
            "the key of this person has changed since they logged in",
            "登录后此人的密钥已变更",
        )
        .hint("log in again", "请重新登录")
    }

    /// Too many people are logged in.
    pub fn too_many() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too_many",
            "too many people are logged in at once",
            "同时登录的人数过多",
        )
        .hint("log out where nobody works", "请在无人使用的页面退出登录")
    }

    /// Whether it is a matter of who asks and of what, and what is served is sound.
    pub fn is_on_who_asks(&self) -> bool {
        self.status.is_client_error()
    }

    /// Its code.
    #[cfg(test)]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Whether a key did not open.
    pub fn is_about_a_key(&self) -> bool {
        self.code == "key"
    }

    /// No such address.
    pub fn no_such_page() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "there is nothing at this address",
            "该地址没有内容",
        )
    }

    /// No such registry.
    pub fn no_such_registry() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no_such_registry",
            "this registry is not in the folder",
            "文件夹中没有该登记库",
        )
        .hint(
            "look whether the disk is plugged in, then load the page again",
            "请检查磁盘是否已接好，然后刷新页面",
        )
    }

    /// The disk of a registry is gone, or does not answer.
    pub fn unplugged() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unplugged",
            "the registry cannot be reached: its disk is unplugged or does not answer",
            "无法读取登记库：磁盘已拔出或没有响应",
        )
        .hint(
            "plug the disk in again, then load the page again; what was acknowledged is kept",
            "请重新接好磁盘，然后刷新页面；此前已确认的内容均已保存",
        )
    }

    /// More is open at once than the system allows this program.
    pub fn crowded() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "crowded",
            "too many files and connections are open at once on the server",
            "服务器上同时打开的文件和连接过多",
        )
        .hint(
            "wait a minute, then try again; what was acknowledged is kept",
            "请等一分钟后再试；此前已确认的内容均已保存",
        )
    }

    /// No such survey.
    pub fn no_such_survey() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no_such_survey",
            "this survey is not in the folder",
            "文件夹中没有该测区",
        )
        .hint(
            "look whether the disk is plugged in, then load the page again",
            "请检查磁盘是否已接好，然后刷新页面",
        )
    }

    /// More was sent than is taken.
    pub fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "what was sent is larger than is taken here",
            "发送的内容超过允许的大小",
        )
    }

    /// A value that cannot be used, by its name, with how it should look where that is always the same.
    pub fn unclear(what: &str) -> Self {
        let (english, chinese) = values::called(what);
        let (english, chinese) = (
            format!("{english}: this value cannot be used"),
            format!("{chinese}：该值无法使用"),
        );
        let refused = Self::new(StatusCode::BAD_REQUEST, "unclear", &english, &chinese);
        match values::should_look(what) {
            Some((english, chinese)) => refused.hint(english, chinese),
            None => refused,
        }
    }

    /// This program failed.
    pub fn broken() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "broken",
            "this could not be done: the program has failed here",
            "操作未完成：程序出错",
        )
        .hint(
            "try again; what was acknowledged before is kept",
            "请重试；此前已确认的内容均已保存",
        )
    }

    /// As it is answered, without the machine's paths.
    pub fn json(&self, telling: &Telling) -> Value {
        let told = |text: &str| match self.called.as_deref() {
            Some((path, name)) => of_folder(&text.replace(path, name), &telling.root),
            None if self.is_own_word => text.to_owned(),
            None => of_folder(text, &telling.root),
        };
        let message = |said: &Said| told(&said.what);
        let remedy =
            |said: &Said, lang| remedy::text(said, lang, telling.line).map(|text| told(&text));
        let remedy = remedy(&self.english, Lang::En).map(|english| {
            let chinese = remedy(&self.chinese, Lang::Zh);
            json!({ "en": english, "zh": chinese })
        });
        json!({ "error": {
            "code": self.code,
            "message": { "en": message(&self.english), "zh": message(&self.chinese) },
            "remedy": remedy,
        }})
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        let (status, code) = match &error {
            StoreError::Refused { refusal, .. } if refusal.is_of_who_acts() => {
                (StatusCode::FORBIDDEN, "not_yours")
            }
            StoreError::NoRole { .. } | StoreError::Person(_) | StoreError::KeyNeeded { .. } => {
                (StatusCode::FORBIDDEN, "not_yours")
            }
            StoreError::Refused { .. } => (StatusCode::CONFLICT, "refused"),
            StoreError::Held { .. } => (StatusCode::SERVICE_UNAVAILABLE, "held"),
            StoreError::UnknownSite { .. } | StoreError::AmbiguousSite { .. } => {
                (StatusCode::NOT_FOUND, "no_such_site")
            }
            StoreError::Io { source, .. } if is_crowded(source) => return Self::crowded(),
            StoreError::Missing { .. } | StoreError::Io { .. } => return Self::unplugged(),
            StoreError::Full { .. } => (StatusCode::INSUFFICIENT_STORAGE, "disk_full"),
            StoreError::Damaged { .. }
            | StoreError::NotARegistry { .. }
            | StoreError::Empty { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "damaged"),
            _ => return Self::by_fault(&error),
        };
        Self::of(&error, status, code)
    }
}

impl From<KeyError> for Refused {
    fn from(error: KeyError) -> Self {
        Self::of(&error, StatusCode::UNAUTHORIZED, "key")
    }
}

impl From<RecordError> for Refused {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Store(cause) => (*cause).into(),
            other => Self::by_fault(&other),
        }
    }
}

impl From<OfficeError> for Refused {
    fn from(error: OfficeError) -> Self {
        match error {
            OfficeError::Store(cause) => (*cause).into(),
            OfficeError::Key(cause) => cause.into(),
            OfficeError::Record(cause) => (*cause).into(),
            OfficeError::Bundle(cause) => (*cause).into(),
            OfficeError::File(FileError::Unwritable { path, source }) if is_full(&source) => {
                StoreError::Full { path }.into()
            }
            other => Self::by_fault(&other),
        }
    }
}

impl From<BundleError> for Refused {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Store(cause) => (*cause).into(),
            BundleError::Io { path, source }
            | BundleError::File(FileError::Unwritable { path, source })
                if is_full(&source) =>
            {
                StoreError::Full { path }.into()
            }
            other => Self::by_fault(&other),
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

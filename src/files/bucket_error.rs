//! What a bucket answers instead of what was asked for. No secret is in any of it: what a server says of a request may
//! repeat the keys that it came with, so of its words only the code is kept.

use crate::words::{Fault, Lang, Said, Say, Spoken};
use crate::{speaking_error, tr};
use object_store::Error;
use std::io;

/// Why something in a bucket was not read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BucketError {
    /// There is no such object.
    Gone,
    /// The server does not let these keys do it.
    Refused,
    /// The environment does not say who asks.
    NoKey {
        /// What it lacks.
        missing: &'static str,
    },
    /// It is not the object any more that was seen before.
    Replaced,
    /// It ended before all of it was there.
    Cut,
    /// It is longer than is held in memory.
    TooLong {
        /// Bytes that are.
        most: u64,
    },
    /// A listing of more names than are taken.
    TooManyNames {
        /// Names that are.
        most: usize,
    },
    /// The server refuses the request.
    Answered {
        /// Status and code, such as `400 Bad Request, ExpiredToken`.
        status: String,
    },
    /// The server cannot be reached, or what it says is none of S3.
    Unreached {
        /// Why.
        why: String,
    },
}

impl BucketError {
    /// What a bucket answered, where an error comes from one.
    pub fn of(error: &io::Error) -> Option<&Self> {
        let said = error.get_ref()?.downcast_ref::<Spoken>()?;
        let said: &(dyn std::error::Error + 'static) = said.0.as_ref();
        said.downcast_ref()
    }

    /// Whether it may be another time, with nothing done about it here: a network or a server that fails.
    pub fn passes(&self) -> bool {
        match self {
            Self::Cut | Self::Unreached { .. } => true,
            Self::Answered { status } => {
                let refuses = status.starts_with('4');
                !refuses || ["408", "429"].iter().any(|busy| status.starts_with(busy))
            }
            _ => false,
        }
    }

    /// What a status of HTTP means that came without more; 0 where there was no answer.
    pub fn of_status(status: u16, why: &str) -> Self {
        match status {
            0 => Self::Unreached { why: why.into() },
            404 => Self::Gone,
            401 | 403 => Self::Refused,
            other => Self::Answered {
                status: other.to_string(),
            },
        }
    }

    /// What a server's answer is, as the library tells it.
    pub(super) fn told(error: &Error) -> Self {
        match error {
            Error::NotFound { .. } => Self::Gone,
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => Self::Refused,
            Error::Precondition { .. } | Error::NotModified { .. } => Self::Replaced,
            error => Self::of_words(error),
        }
    }

    fn of_words(error: &Error) -> Self {
        let text = error.to_string();
        let code = text
            .split_once("<Code>")
            .and_then(|(_, rest)| rest.split_once("</Code>"))
            .map(|(code, _)| code)
            .filter(|code| code.len() <= 64 && code.chars().all(|c| c.is_ascii_alphanumeric()));
        let status = text.split_once("status code: ").map(|(_, rest)| {
            let ends = |c: char| !(c.is_ascii_alphanumeric() || c == ' ');
            rest.split(ends).next().unwrap_or_default().trim()
        });
        let said: Vec<&str> = status.into_iter().chain(code).collect();
        if !said.is_empty() {
            return Self::Answered {
                status: said.join(", "),
            };
        }
        if text.contains("error response") {
            return Self::Answered { status: "?".into() };
        }
        let mut innermost: &dyn std::error::Error = error;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        Self::Unreached {
            why: innermost.to_string(),
        }
    }

    fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Gone => io::ErrorKind::NotFound,
            Self::Refused | Self::NoKey { .. } => io::ErrorKind::PermissionDenied,
            Self::TooLong { .. } => io::ErrorKind::FileTooLarge,
            Self::Cut => io::ErrorKind::ConnectionAborted,
            _ => io::ErrorKind::Other,
        }
    }

    fn what(&self, lang: Lang) -> String {
        match self {
            Self::Gone => lang
                .pick("there is no such object", "没有该对象")
                .to_owned(),
            Self::Refused => lang
                .pick("the server does not allow it", "服务器拒绝访问")
                .to_owned(),
            Self::NoKey { missing } => tr!(
                lang,
                "{missing} is not set in the environment",
                "未设置环境变量 {missing}"
            ),
            Self::Replaced => lang
                .pick(
                    "it is not the object any more that was there when this began",
                    "该对象在运行期间被替换，已不是开始时的内容",
                )
                .to_owned(),
            Self::Cut => lang
                .pick(
                    "it ended before all of it was there",
                    "传输提前结束，内容不完整",
                )
                .to_owned(),
            Self::TooLong { most } => tr!(
                lang,
                "it is longer than {most} MiB",
                "长度超过 {most} MiB",
                most = most >> 20
            ),
            Self::TooManyNames { most } => tr!(
                lang,
                "the bucket lists more than {most} names there",
                "存储桶在该处列出的名称超过 {most} 个"
            ),
            Self::Answered { status } => {
                tr!(lang, "the server answered {status}", "服务器返回 {status}")
            }
            Self::Unreached { why } => tr!(
                lang,
                "the server cannot be reached: {why}",
                "无法连接服务器：{why}"
            ),
        }
    }

    /// What is to be done.
    pub fn remedy(&self, lang: Lang) -> &'static str {
        match self {
            Self::Gone => lang.pick(
                "check the name, or put the object back into the bucket",
                "请检查名称，或将该对象重新放入存储桶",
            ),
            Self::Refused => lang.pick(
                "let these keys list the bucket and read in it (s3:ListBucket, s3:GetObject), and write where plan and shards lie (s3:PutObject); or name others in the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY",
                "请授予该密钥列出与读取权限（s3:ListBucket、s3:GetObject），计划与分片所在处还需写入权限（s3:PutObject）；或在环境变量 AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY 中换用其他密钥",
            ),
            Self::NoKey { .. } => lang.pick(
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or AWS_SKIP_SIGNATURE=true for a bucket that is open to all",
                "请设置环境变量 AWS_ACCESS_KEY_ID 与 AWS_SECRET_ACCESS_KEY；存储桶对所有人公开的，请设置 AWS_SKIP_SIGNATURE=true",
            ),
            Self::Replaced => lang.pick(
                "run the same command again once nobody writes there any more",
                "请待该处不再写入后，重新运行同一命令",
            ),
            Self::TooLong { .. } => lang.pick(
                "take it out of what is named: it is none that is read here",
                "请将其从所给内容中去掉：此处不读取这样长的对象",
            ),
            Self::TooManyNames { .. } => lang.pick(
                "name its folders one by one",
                "请逐个给出其中的文件夹",
            ),
            Self::Answered { .. } if self.passes() => lang.pick(
                "the server is failing or has too much to do: run the same command again later; what is done stays",
                "服务器出现故障或过于繁忙：请稍后重新运行同一命令，已完成的部分保留",
            ),
            Self::Cut | Self::Answered { .. } | Self::Unreached { .. } => reach(lang),
        }
    }
}

impl Say for BucketError {
    fn say(&self, lang: Lang) -> Said {
        Said::new(self.what(lang)).hint(self.remedy(lang))
    }

    fn fault(&self) -> Fault {
        if self.passes() {
            Fault::Machine
        } else {
            Fault::Input
        }
    }
}
speaking_error!(BucketError);

impl From<BucketError> for io::Error {
    fn from(error: BucketError) -> Self {
        Self::new(error.kind(), Spoken(Box::new(error)))
    }
}

/// What is to be done where a bucket cannot be reached.
pub fn reach(lang: Lang) -> &'static str {
    lang.pick(
        "check that the bucket is there, and what the environment says of it: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY; then run the same command again",
        "请确认存储桶存在，并检查环境变量 AWS_ENDPOINT_URL、AWS_REGION、AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY，然后重新运行同一命令",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_the_machines_matter_and_what_is_refused_the_users() {
        let answered = |status: &str| {
            let told = format!("Server returned non-2xx status code: {status}: ");
            BucketError::told(&generic(&told))
        };
        let machine = [
            "500 Internal Server Error",
            "503 Slow Down",
            "429 Too Many Requests",
        ];
        for status in machine {
            assert_eq!(answered(status).fault(), Fault::Machine, "{status}");
        }
        assert_eq!(answered("400 Bad Request").fault(), Fault::Input);
        for (status, fault) in [
            (0, Fault::Machine),
            (404, Fault::Input),
            (403, Fault::Input),
        ] {
            assert_eq!(BucketError::of_status(status, "").fault(), fault);
        }
        for lasts in [
            BucketError::Gone,
            BucketError::Refused,
            BucketError::Replaced,
        ] {
            assert_eq!(lasts.fault(), Fault::Input);
        }
        assert_eq!(BucketError::Cut.fault(), Fault::Machine);
    }

    fn generic(text: &str) -> Error {
        Error::Generic {
            store: "S3",
            source: text.into(),
        }
    }

    #[test]
    fn of_what_a_server_says_only_status_and_code_are_kept() {
        let body =
            "<Error><Code>ExpiredToken</Code><Message>x</Message><Token-0>SECRET</Token-0></Error>";
        let said = format!("Server returned non-2xx status code: 400 Bad Request: {body}");
        let told = BucketError::told(&generic(&said));
        let status = "400 Bad Request, ExpiredToken".to_owned();
        assert_eq!(told, BucketError::Answered { status });
        let odd = BucketError::told(&generic("Server returned error response: SECRET"));
        for told in [told, odd] {
            let error = io::Error::from(told);
            assert!(!format!("{error} {error:?}").contains("SECRET"));
            assert!(BucketError::of(&error).is_some());
        }
    }
}

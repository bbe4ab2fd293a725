//! Why bytes are not an event, and how many bytes an event may have.

use crate::tr;
use crate::words::Lang;
use std::fmt;

/// Bytes that an event of a type has at most. An event is a page, not a file: what is larger goes with it as evidence.
/// Lists of targets, tracks and the ground of a scan are what they are.
pub fn event_limit(kind: &str) -> usize {
    match kind {
        "targets" | "patrol" | "scan" => 12 << 20,
        _ => 1 << 20,
    }
}

/// Why bytes are not an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventFlaw {
    /// Not JSON, or without a member that every event has.
    Malformed(String),
    /// Written by a later program.
    Version(u32),
    /// A number with a fraction, or one too large.
    Number,
    /// JSON, but not in its canonical form.
    NotCanonical,
    /// The hash is not that of the bytes.
    Hash,
    /// The device's signature does not fit.
    Signature,
    /// The author's own signature is missing or does not fit.
    ActorSignature,
    /// Longer than [`event_limit`] allows.
    Large {
        /// Its bytes.
        bytes: usize,
        /// As many as it may have.
        limit: usize,
    },
    /// Not linked as its number demands: the first has no event before it, every other has.
    Link,
}

impl EventFlaw {
    /// What is wrong.
    pub fn say(&self, lang: Lang) -> String {
        let plain =
            |english: &'static str, chinese: &'static str| lang.pick(english, chinese).to_owned();
        match self {
            Self::Malformed(why) => tr!(lang, "not an event: {why}", "不是有效记录：{why}"),
            Self::Version(v) => tr!(
                lang,
                "event format {v} is newer than this program's",
                "记录格式 {v} 高于本程序版本"
            ),
            Self::Number => plain(
                "holds a number that is no exact integer",
                "含有非整数的数值",
            ),
            Self::NotCanonical => plain("not in canonical form", "不是规范格式"),
            Self::Hash => plain(
                "its bytes have changed: the hash does not fit",
                "内容已被改动：哈希不符",
            ),
            Self::Signature => plain("the device's signature does not fit", "设备签名不符"),
            Self::ActorSignature => plain(
                "the author's own signature is missing or does not fit",
                "操作人签名缺失或不符",
            ),
            Self::Large { bytes, limit } => tr!(
                lang,
                "{bytes} long; an event of its type has {limit} at most",
                "长 {bytes} 字节；此类记录最多 {limit} 字节",
                bytes = (bytes, "byte", "bytes")
            ),
            Self::Link => plain("not linked to the event before it", "与上一条记录不衔接"),
        }
    }

    /// What to do, where whoever records it can do something.
    pub fn hint(&self, lang: Lang) -> Option<&'static str> {
        matches!(self, Self::Large { .. }).then(|| {
            lang.pick(
                "record it in parts: a list of targets by township, a long track by half days, a long text as a file of evidence",
                "请分开录入：靶标名单可按乡镇拆分，长轨迹可按半天拆分，长文字请作为证据文件附上",
            )
        })
    }
}

impl fmt::Display for EventFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Lang::En))
    }
}

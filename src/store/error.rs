//! What can go wrong with a registry file, and what to do then.

use super::files::is_interrupted;
use crate::registry::event::EventFlaw;
use crate::registry::ids::{CodeError, Hash};
use crate::registry::moves::{Move, Refusal};
use crate::words::{Fault, Lang, Said, Say};
use crate::{speaking_error, tr};
use std::path::PathBuf;

/// A registry that cannot be opened, or an event that was not taken.
#[derive(Debug)]
pub enum StoreError {
    /// No file there.
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file is there already.
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file without a byte.
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Another kind of file.
    NotARegistry {
        /// The file.
        path: PathBuf,
    },
    /// Made by a later program.
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
        /// This program's.
        known: i32,
    },
    /// Another process writes.
    Held {
        /// The file.
        path: PathBuf,
        /// Who: computer, process, actor, since when.
        by: String,
    },
    /// Cannot be written.
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// A write was interrupted and waits to be undone, which this place does not allow.
    Interrupted {
        /// The file.
        path: PathBuf,
    },
    /// Beside the file lies a journal that is not its own.
    ForeignJournal {
        /// The file.
        path: PathBuf,
        /// The journal.
        journal: PathBuf,
    },
    /// The key of this device is not beside the file.
    NoDeviceKey {
        /// Where it should be.
        path: PathBuf,
    },
    /// No room.
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The file has changed underneath.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What and where.
        what: String,
    },
    /// A move was not followed.
    Refused {
        /// The site's code.
        site: String,
        /// Why.
        refusal: Refusal,
        /// Who tried.
        actor: String,
    },
    /// A person without the role.
    NoRole {
        /// The person.
        actor: String,
        /// The roles that would do.
        roles: Vec<&'static str>,
    },
    /// Whose registry it is, or whom it trusts from the beginning, is not what its device signed.
    Grounds {
        /// The file.
        path: PathBuf,
    },
    /// A person who holds a key did not sign with it.
    KeyNeeded {
        /// The person.
        actor: String,
    },
    /// No such site.
    UnknownSite {
        /// What was asked for.
        code: String,
    },
    /// Several sites.
    AmbiguousSite {
        /// What was asked for.
        code: String,
        /// Their codes.
        sites: Vec<String>,
    },
    /// Not a site code.
    Code {
        /// What was typed.
        code: String,
        /// Why not.
        source: CodeError,
    },
    /// An event that is not sound.
    Flaw {
        /// Its hash.
        event: Hash,
        /// What is wrong.
        flaw: EventFlaw,
    },
    /// The data base engine.
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: rusqlite::Error,
    },
    /// A file beside it.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl StoreError {
    /// Reads what the engine says about a file.
    pub(super) fn of(path: &std::path::Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{CannotOpen, DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly};
        let path = path.to_path_buf();
        match source.sqlite_error_code() {
            Some(NotADatabase) => Self::NotARegistry { path },
            Some(DatabaseCorrupt) => Self::Damaged {
                path,
                what: source.to_string(),
            },
            Some(DiskFull) => Self::Full { path },
            // The engine cannot undo what a killed writer left: that is no matter of this command's own writing.
            Some(ReadOnly | CannotOpen) if is_interrupted(&path) => Self::Interrupted { path },
            Some(ReadOnly) => Self::ReadOnly { path },
            _ => match source {
                // A column of another type than was written: only damage does that.
                rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::Utf8Error(..)
                | rusqlite::Error::IntegralValueOutOfRange(..) => Self::Damaged {
                    path,
                    what: source.to_string(),
                },
                source => Self::Sqlite { path, source },
            },
        }
    }
}

fn refusal(refusal: &Refusal, site: &str, actor: &str, lang: Lang) -> Said {
    match refusal {
        Refusal::State { state, allowed } => {
            let label = state.label(lang);
            let said = Said::new(tr!(lang, "site {site} is {label}: that move is not allowed there", "图斑 {site} 当前为“{label}”，不允许该操作"));
            let moves = allowed.iter().map(|m: &Move| format!("{} `{}`", m.label(lang), m.name())).collect::<Vec<_>>().join(", ");
            if moves.is_empty() {
                said.hint(tr!(lang, "nothing more is done with a site in this state", "该状态下不再有后续操作"))
            } else {
                said.hint(tr!(lang, "allowed now: {moves}", "当前允许：{moves}"))
            }
        }
        Refusal::SelfAcceptance => Said::new(tr!(lang, "{actor} took part in the eradication of {site} and cannot accept it", "{actor} 参与了 {site} 的铲除，不能验收")).hint(tr!(lang, "another person with the role acceptor must look and accept: `--actor NAME`", "须由另一名验收员现场验收：`--actor 姓名`")),
        Refusal::NotAll { percent } => Said::new(tr!(lang, "only {percent} % of {site} is eradicated: it cannot be accepted", "{site} 仅铲除 {percent}%，不能验收销号")).hint(tr!(lang, "record the rest first: `papaver eradicate {site} --percent 100`, or fail it: `papaver accept {site} --fail residue`", "先记录其余铲除：`papaver eradicate {site} --percent 100`，或判不合格：`papaver accept {site} --fail residue`")),
        Refusal::Disputed => Said::new(tr!(lang, "site {site} is in dispute and cannot be settled", "图斑 {site} 存在争议，不能办结")).hint(tr!(lang, "a supervisor resolves it first: `papaver resolve {site} --state STATE --reason TEXT`; `papaver show {site}` lists the claims", "须先由主管裁定：`papaver resolve {site} --state 状态 --reason 理由`；`papaver show {site}` 列出各方主张")),
        Refusal::Lacks { needs } => {
            let list = needs.iter().map(|need| need.label(lang)).collect::<Vec<_>>().join("; ");
            Said::new(tr!(lang, "this cannot be recorded for {site} without: {list}", "{site} 的该记录缺少：{list}")).hint(tr!(lang, "give what is missing, or `--force REASON`, which stays marked", "请补齐，或用 `--force 理由` 强制记录（将永久标注）"))
        }
        Refusal::NoReason => Said::new(tr!(lang, "this needs a reason", "该操作须说明理由")).hint(tr!(lang, "say why with `--reason`", "请用 `--reason` 说明")),
        Refusal::IntoLess { state } => {
            let label = state.label(lang);
            Said::new(tr!(lang, "{site} cannot become part of a site that is {label}: its own state is more severe", "{site} 不能并入“{label}”的图斑：其自身状态更严重")).hint(tr!(lang, "merge the other way round", "请反向合并"))
        }
        Refusal::NotClaimed => Said::new(tr!(lang, "nobody claims that state for {site}", "{site} 没有任何一方主张该状态")).hint(tr!(lang, "`papaver show {site}` lists the claims", "`papaver show {site}` 列出各方主张")),
        Refusal::Role => Said::new(tr!(lang, "{actor} does not hold the role for this", "{actor} 没有相应角色")).hint(tr!(lang, "a supervisor grants it: `papaver actor grant NAME ROLE`", "由主管授予:`papaver actor grant 姓名 角色`")),
        Refusal::MissingHistory => Said::new(tr!(lang, "earlier events of {site} have not arrived here", "{site} 的早期记录尚未到达")).hint(tr!(lang, "`papaver verify` names the missing numbers; ask that office for them", "`papaver verify` 会列出缺号，请向该单位索取")),
        Refusal::Origin if !site.is_empty() => Said::new(tr!(lang, "site {site} exists already", "图斑 {site} 已存在")),
        other => {
            let why = other.label(lang);
            let said = if site.is_empty() {
                Said::new(tr!(lang, "this is not {actor}'s to record: {why}", "{actor} 不能记录此项：{why}"))
            } else {
                Said::new(tr!(lang, "this is not recorded for {site}: {why}", "{site} 未作此记录：{why}"))
            };
            said.hint(remedy(other, site, lang))
        }
    }
}

/// What to do about a refusal that its label explains.
fn remedy(refusal: &Refusal, site: &str, lang: Lang) -> String {
    match refusal {
        Refusal::Unit { unit } => tr!(
            lang,
            "unit {unit} or one above it records this; elsewhere you may `papaver note`",
            "请由单位 {unit} 或其上级办理；对其他单位的图斑可用 `papaver note` 备注"
        ),
        Refusal::Unsigned => tr!(
            lang,
            "unlock it with `--passphrase-file FILE`",
            "请用 `--passphrase-file 文件` 解锁个人密钥"
        ),
        Refusal::Key => tr!(
            lang,
            "each person makes their own: `papaver actor key NAME --actor NAME`",
            "个人密钥须由本人生成：`papaver actor key 姓名 --actor 姓名`"
        ),
        Refusal::Date { .. } => tr!(
            lang,
            "steps follow one another, and nothing lies ahead; give the right day with `--when`; a wrong one that is recorded is mended by `papaver correct {site} --event HASH --happened TIME --reason TEXT`",
            "各步骤须按先后顺序，且不得晚于当前；请用 `--when` 给出正确日期；已录错的用 `papaver correct {site} --event 哈希 --happened 时间 --reason 理由` 更正"
        ),
        Refusal::Supervisor => tr!(
            lang,
            "let a supervisor do it: `--actor NAME`",
            "请由主管办理：`--actor 姓名`"
        ),
        Refusal::SamePicture => tr!(
            lang,
            "take a photograph of what is left",
            "请重新拍摄铲除后的照片"
        ),
        Refusal::HigherUnit => tr!(
            lang,
            "send a bundle to the unit above, which resolves it and sends one back",
            "请将数据包报上级单位裁定后回传"
        ),
        Refusal::NoSuchEntry => tr!(
            lang,
            "`papaver log` has each entry's number after its time",
            "请核对编号：`papaver log` 每行时间之后即为记录编号"
        ),
        Refusal::BuiltOn => tr!(
            lang,
            "void the later ones first, from the last backwards: `papaver log {site}` lists them",
            "请先从最后一条起依次作废后续记录：`papaver log {site}` 可列出"
        ),
        Refusal::AnotherPerson => tr!(
            lang,
            "let another supervisor, or the unit above, void it",
            "请由另一名主管或上级单位作废"
        ),
        Refusal::Informant => tr!(
            lang,
            "leave out telephone and identity-card numbers: who told stays in the sealed envelope, of which `--sealed` gives the number",
            "请删去手机号和身份证号：举报人身份只留在密封件内，此处仅以 `--sealed` 登记密封编号"
        ),
        Refusal::Percent => tr!(
            lang,
            "give `--percent 1` to `--percent 100`",
            "请用 `--percent 1` 至 `--percent 100`"
        ),
        Refusal::Far { .. } => tr!(lang, "check the positions of both", "请核对两处位置"),
        Refusal::Device | Refusal::Revoked => tr!(
            lang,
            "`papaver trust` lists the devices that count, and who vouches for them",
            "`papaver trust` 列出受信任设备及担保单位"
        ),
        Refusal::Order => tr!(
            lang,
            "set the clock right and record it again",
            "请校正时钟后重新记录"
        ),
        Refusal::Outline => tr!(
            lang,
            "a site is at most some five kilometres wide; check the coordinates, their order and the track",
            "图斑宽度不超过约五公里；请检查坐标、坐标顺序和轨迹"
        ),
        Refusal::NoSuchSite => tr!(
            lang,
            "`papaver sites` lists the sites that are known here",
            "`papaver sites` 列出本库图斑"
        ),
        _ => tr!(
            lang,
            "`papaver log` shows what was recorded before",
            "`papaver log` 可查看此前记录"
        ),
    }
}

impl Say for StoreError {
    #[expect(
        clippy::too_many_lines,
        reason = "one arm an error, each its sentences in two languages"
    )]
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Grounds { path } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} does not say by its own device's signature whose registry it is: somebody has changed that, or the key beside it is another's", "{path} 的归属单位与信任起点与本机签名不符：已被改动，或旁边的密钥不是原来的")).hint(tr!(lang, "put back the backup, with its `.key`; `papaver verify` names what was changed", "请恢复备份及其 `.key`；`papaver verify` 会指出改动之处"))
            }
            Self::KeyNeeded { actor } => Said::new(tr!(lang, "{actor} holds a key of their own and has to sign with it", "{actor} 有个人密钥，须签名")).hint(tr!(lang, "unlock it with `--passphrase-file FILE`, or a supervisor records it in their name, which stays marked: `--recorder NAME --without-key REASON`", "请用 `--passphrase-file 文件` 解锁；或由主管代录并永久标注：`--recorder 姓名 --without-key 理由`")),
            Self::Missing { path } => {
                let path = path.display();
                Said::new(tr!(lang, "no registry at {path}", "没有登记库 {path}")).hint(tr!(
                    lang,
                    "begin one with `papaver init`, or name it with `--registry FILE`",
                    "用 `papaver init` 新建，或用 `--registry 文件` 指定"
                ))
            }
            Self::Exists { path } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} exists already", "{path} 已存在")).hint(tr!(
                    lang,
                    "nothing was changed; choose another name with `--registry FILE`",
                    "未作任何更改；请用 `--registry 文件` 另取名称"
                ))
            }
            Self::Empty { path } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path} has no content (0 bytes)",
                    "{path} 内容为空（0 字节）"
                ))
                .hint(tr!(
                    lang,
                    "the copy failed: copy it again from where it came, or from the last backup",
                    "复制失败：请从原处或最近备份重新复制"
                ))
            }
            Self::NotARegistry { path } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} is not a registry", "{path} 不是登记库文件")).hint(tr!(lang, "a registry is a file made by `papaver init`; if it was one, `papaver registry salvage {path} --to NEW` saves what is whole", "登记库由 `papaver init` 建立;若它曾是登记库,可用 `papaver registry salvage {path} --to 新文件` 抢救"))
            }
            Self::Newer { path, found, known } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} was written by a newer program (version {found}, this one knows {known})", "{path} 由更新版本的程序写入（版本 {found}，本程序只认 {known}）")).hint(tr!(lang, "nothing was changed; use the newer program", "未作任何更改；请使用新版程序"))
            }
            Self::Held { path, by } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path} is being written by {by}",
                    "{path} 正被 {by} 写入"
                ))
                .hint(tr!(
                    lang,
                    "wait until that is done and try again; reading goes on meanwhile",
                    "请等其完成后重试；期间可以读取"
                ))
            }
            Self::ReadOnly { path } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} cannot be written", "{path} 不可写")).hint(tr!(
                    lang,
                    "it or its folder is read-only: copy it to a disk that can be written",
                    "文件或所在文件夹只读：请复制到可写磁盘"
                ))
            }
            Self::Interrupted { path } => {
                let path = path.display();
                Said::new(tr!(lang, "an interrupted write to {path} waits to be undone, and its folder cannot be written", "{path} 有一次被中断的写入待撤销，而所在文件夹不可写")).hint(tr!(lang, "allow writing there, or copy {path} and {path}-journal together to a disk that can be written; what was acknowledged before is safe. Never copy one without the other", "请开放写权限，或把 {path} 与 {path}-journal 一并复制到可写磁盘；此前已确认的记录安全。切勿只复制其一"))
            }
            Self::ForeignJournal { path, journal } => {
                let (path, journal) = (path.display(), journal.display());
                Said::new(tr!(lang, "{journal} is not a journal of {path}: it names other files, which opening it could delete", "{journal} 不是 {path} 的日志：其中指向其他文件，打开可能将其删除")).hint(tr!(lang, "move it to another folder and keep it, then run `papaver verify`; nothing was touched", "请将其移到其他文件夹留存，再运行 `papaver verify`；未作任何改动"))
            }
            Self::NoDeviceKey { path } => {
                let path = path.display();
                Said::new(tr!(lang, "this device has no key for the registry ({path} is missing)", "本设备没有该登记库的密钥（缺少 {path}）")).hint(tr!(lang, "a copied registry can be read; to write in it, begin one of your own with `papaver init` and take the events over with `papaver bundle`", "复制来的登记库只能读取；要写入，请用 `papaver init` 新建，再用 `papaver bundle` 转入记录"))
            }
            Self::Full { path } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "no room left on the disk of {path}",
                    "{path} 所在磁盘已满"
                ))
                .hint(tr!(
                    lang,
                    "what was acknowledged before is safe; make room and repeat the last command",
                    "此前已确认的记录安全；请腾出空间后重做上一条命令"
                ))
            }
            Self::Damaged { path, what } => {
                let path = path.display();
                Said::new(tr!(lang, "{path} is damaged: {what}", "{path} 已损坏：{what}")).hint(tr!(lang, "write nothing more into it; `papaver verify` lists the damage, `papaver registry salvage {path} --to NEW` saves what is whole", "请勿再写入;`papaver verify` 列出损坏,`papaver registry salvage {path} --to 新文件` 抢救完好部分"))
            }
            Self::Refused {
                site,
                refusal: why,
                actor,
            } => refusal(why, site, actor, lang),
            Self::NoRole { actor, roles } => {
                let roles = roles.join(", ");
                Said::new(tr!(
                    lang,
                    "{actor} does not hold a role for this ({roles})",
                    "{actor} 没有执行该操作的角色（{roles}）"
                ))
                .hint(tr!(
                    lang,
                    "a supervisor grants it: `papaver actor grant {actor} ROLE`",
                    "由主管授予:`papaver actor grant {actor} 角色`"
                ))
            }
            Self::UnknownSite { code } => {
                Said::new(tr!(lang, "there is no site {code}", "没有图斑 {code}")).hint(tr!(
                    lang,
                    "`papaver sites` lists them all",
                    "`papaver sites` 列出全部图斑"
                ))
            }
            Self::AmbiguousSite { code, sites } => {
                let sites = sites.join(", ");
                Said::new(tr!(
                    lang,
                    "{code} is the beginning of several sites",
                    "{code} 对应多个图斑"
                ))
                .hint(tr!(lang, "name one: {sites}", "请指明其一：{sites}"))
            }
            Self::Code {
                code,
                source: CodeError::CheckSymbol,
            } => Said::new(tr!(
                lang,
                "{code} is not a site: its check symbol does not fit",
                "{code} 不是有效编号：校验位不符"
            ))
            .hint(tr!(
                lang,
                "one symbol was mistyped or misheard; ask again",
                "有一位输错或听错，请核对"
            )),
            Self::Code { code, .. } => Said::new(tr!(
                lang,
                "{code} is not a site code",
                "{code} 不是图斑编号"
            ))
            .hint(tr!(lang, "it looks like 7K3QF2-M", "编号形如 7K3QF2-M")),
            Self::Flaw { event, flaw } => {
                let event = event.short();
                Said::new(tr!(
                    lang,
                    "event {event} is not sound: {flaw}",
                    "记录 {event} 不可信：{flaw}"
                ))
            }
            Self::Sqlite { path, source } => Said::new(format!("{}: {source}", path.display())),
            Self::Io { path, source } => Said::new(format!("{}: {source}", path.display())),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Full { .. } | Self::Damaged { .. } | Self::Sqlite { .. } | Self::Io { .. } => {
                Fault::Machine
            }
            _ => Fault::Input,
        }
    }
}
speaking_error!(StoreError, |e| match e {
    StoreError::Sqlite { source, .. } => Some(source),
    StoreError::Io { source, .. } => Some(source),
    _ => None,
});

//! What is wrong with a registry file, in words: one function an error.

use crate::registry::Role;
use crate::registry::event::EventFlaw;
use crate::registry::ids::{CodeError, Hash};
use crate::words::{Action, Choice, Lang, Said};
use crate::{remedy, tr};
use std::path::Path;

pub(super) fn missing(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(lang, "no registry at {path}", "没有登记库 {path}")).hint(remedy!(
        lang,
        "begin one with {init}, or name it with {registry}",
        "用 {init} 新建，或用 {registry} 指定",
        init = Action::Init,
        registry = Action::Again(Choice::Registry),
    ))
}

pub(super) fn exists(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(lang, "{path} exists already", "{path} 已存在")).hint(remedy!(
        lang,
        "nothing was changed; choose another name with {registry}",
        "未作任何更改；请用 {registry} 另取名称",
        registry = Action::Again(Choice::Registry),
    ))
}

pub(super) fn empty(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} has no content (0 bytes)",
        "{path} 内容为空（0 字节）"
    ))
    .hint(lang.pick(
        "the copy failed: copy it again from where it came, or from the last backup",
        "复制失败：请从原处或最近备份重新复制",
    ))
}

pub(super) fn not_a_registry(path: &Path, lang: Lang) -> Said {
    let name = path.display();
    Said::new(tr!(
        lang,
        "{name} is not a registry",
        "{name} 不是登记库文件"
    ))
    .hint(remedy!(
        lang,
        "a registry is a file made by {init}",
        "登记库由 {init} 建立",
        init = Action::Init,
    ))
    .hint(remedy!(
        lang,
        "if it was one, {salvage} saves what is whole",
        "若它曾是登记库，可用 {salvage} 抢救",
        salvage = Action::Salvage { path: path.into() },
    ))
}

pub(super) fn newer(path: &Path, found: i32, known: i32, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} was written by a newer program (version {found}, this one knows {known})",
        "{path} 由更新版本的程序写入（版本 {found}，本程序最高支持 {known}）"
    ))
    .hint(newer_program(lang))
}

/// What to do with a file of a newer program.
pub(in crate::store) fn newer_program(lang: Lang) -> &'static str {
    lang.pick(
        "nothing was changed; use the newer program",
        "未作任何更改；请使用新版程序",
    )
}

pub(super) fn held(path: &Path, by: &str, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} is being written by {by}",
        "{path} 正被 {by} 写入"
    ))
    .hint(lang.pick(
        "wait until that is done and try again; reading goes on meanwhile",
        "请等其完成后重试；期间可以读取",
    ))
}

pub(super) fn read_only(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(lang, "{path} cannot be written", "{path} 不可写")).hint(lang.pick(
        "it or its folder is read-only: copy it to a disk that can be written",
        "文件或所在文件夹只读：请复制到可写磁盘",
    ))
}

pub(super) fn full(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "no room left on the disk of {path}",
        "{path} 所在磁盘已满"
    ))
    .hint(lang.pick(
        "what was acknowledged before is safe; make room and repeat the last command",
        "此前已确认的记录安全；请腾出空间后重做上一条命令",
    ))
}

pub(super) fn interrupted(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "an interrupted write to {path} waits to be undone, and its folder cannot be written",
        "{path} 有一次被中断的写入待撤销，而所在文件夹不可写"
    ))
    .hint(tr!(
        lang,
        "allow writing there, or copy {path} and {path}-journal together to a disk that can be written; what was acknowledged before is safe. Never copy one without the other",
        "请开放写权限，或把 {path} 与 {path}-journal 一并复制到可写磁盘；此前已确认的记录安全。切勿只复制其一"
    ))
}

pub(super) fn foreign_journal(path: &Path, journal: &Path, lang: Lang) -> Said {
    let (path, journal) = (path.display(), journal.display());
    Said::new(tr!(
        lang,
        "{journal} is not a journal of {path}: it names other files, which opening it could delete",
        "{journal} 不是 {path} 的日志：其中指向其他文件，打开可能将其删除"
    ))
    .hint(lang.pick(
        "nothing was touched; move it to another folder and keep it",
        "未作任何改动；请将其移到其他文件夹留存",
    ))
    .hint(remedy!(
        lang,
        "then run {verify}",
        "再运行 {verify}",
        verify = Action::Verify
    ))
}

pub(super) fn damaged(path: &Path, what: &str, lang: Lang) -> Said {
    let name = path.display();
    Said::new(tr!(
        lang,
        "{name} is damaged: {what}",
        "{name} 已损坏：{what}"
    ))
    .hint(lang.pick("write nothing more into it", "请勿再写入"))
    .hint(remedy!(
        lang,
        "{verify} lists the damage",
        "{verify} 列出损坏",
        verify = Action::Verify
    ))
    .hint(remedy!(
        lang,
        "{salvage} saves what is whole",
        "{salvage} 抢救完好部分",
        salvage = Action::Salvage { path: path.into() },
    ))
}

pub(super) fn grounds(path: &Path, lang: Lang) -> Said {
    let path = path.display();
    Said::new(tr!(
        lang,
        "{path} does not say by its own device's signature whose registry it is: somebody has changed that, or the key beside it is another's",
        "{path} 的归属单位与信任起点与本机签名不符：已被改动，或旁边的密钥不是原来的"
    ))
    .hint(lang.pick(
        "put back the backup, with its `.key`",
        "请恢复备份及其 `.key`",
    ))
    .hint(remedy!(
        lang,
        "{verify} names what was changed",
        "{verify} 会指出改动之处",
        verify = Action::Verify
    ))
}

pub(super) fn no_device_key(path: &Path, lang: Lang) -> Said {
    let registry = path.with_extension("");
    let path = path.display();
    Said::new(tr!(
        lang,
        "this device has no key for the registry ({path} is missing)",
        "本设备没有该登记库的密钥（缺少 {path}）"
    ))
    .hint(remedy!(
        lang,
        "a copy without its key can be read and not written in: write on the computer that has the key",
        "没有密钥的登记库副本只能查看，不能录入：请在存有密钥的电脑上录入",
    ))
    .hint(remedy!(
        lang,
        "where that computer is lost, {restore} puts back the last backup, with its key",
        "该电脑已丢失的，用 {restore} 恢复最近的备份（含密钥）",
        restore = Action::Restore,
    ))
    .hint(remedy!(
        lang,
        "where there is no backup either, {salvage} makes a registry of the same events with a new device, which other offices have to trust",
        "也没有备份的，用 {salvage} 以新设备重建同样的记录，再由其他单位重新信任",
        salvage = Action::Salvage { path: registry },
    ))
}

pub(super) fn key_needed(actor: &str, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "{actor} holds a key of their own and has to sign with it",
        "{actor} 有个人密钥，须签名"
    ))
    .hint(remedy!(
        lang,
        "unlock it with {passphrase}, or a supervisor records it in their name, which stays marked: {named}",
        "请用 {passphrase} 解锁；或由主管代录并永久标注：{named}",
        passphrase = Action::Again(Choice::Passphrase),
        named = Action::Again(Choice::InTheirName),
    ))
}

pub(super) fn no_role(actor: &str, roles: &[&'static str], lang: Lang) -> Said {
    let role = roles.first().copied();
    let roles: Vec<String> = roles.iter().map(|name| Role::named(name, lang)).collect();
    let roles = roles.join(lang.pick(", ", "、"));
    Said::new(tr!(
        lang,
        "{actor} does not hold a role for this ({roles})",
        "{actor} 没有执行该操作的角色（{roles}）"
    ))
    .hint(remedy!(
        lang,
        "a supervisor grants it: {grant}",
        "由主管授予：{grant}",
        grant = Action::Grant {
            person: Some(actor.into()),
            role,
        },
    ))
}

pub(super) fn unknown_site(code: &str, lang: Lang) -> Said {
    Said::new(tr!(lang, "there is no site {code}", "没有图斑 {code}")).hint(remedy!(
        lang,
        "{sites} lists them all",
        "{sites} 列出全部图斑",
        sites = Action::Sites { state: None },
    ))
}

pub(super) fn ambiguous_site(code: &str, sites: &[String], lang: Lang) -> Said {
    let sites = sites.join(lang.pick(", ", "、"));
    Said::new(tr!(
        lang,
        "{code} is the beginning of several sites",
        "{code} 对应多个图斑"
    ))
    .hint(tr!(lang, "name one: {sites}", "请指明其一：{sites}"))
}

pub(super) fn no_code(code: &str, why: CodeError, lang: Lang) -> Said {
    match why {
        CodeError::CheckSymbol => Said::new(tr!(
            lang,
            "{code} is not a site: its check symbol does not fit",
            "{code} 不是有效编号：校验位不符"
        ))
        .hint(lang.pick(
            "one symbol was mistyped or misheard; ask again",
            "有一位输错或听错，请核对",
        )),
        CodeError::Malformed => Said::new(tr!(
            lang,
            "{code} is not a site code",
            "{code} 不是图斑编号"
        ))
        .hint(lang.pick("it looks like 7K3QF2-V", "编号形如 7K3QF2-V")),
    }
}

pub(super) fn flawed(event: Hash, flaw: &EventFlaw, lang: Lang) -> Said {
    let (event, why) = (event.short(), flaw.say(lang));
    Said::new(tr!(
        lang,
        "event {event} is not sound: {why}",
        "记录 {event} 不可信：{why}"
    ))
    .hints(flaw.hint(lang))
}

//! `push` and `pull`: another office's server is called.

use super::Done;
use super::bundle_said::received_said;
use super::context::{Common, Context};
use super::say::{Failure, data, tell};
use crate::office::OfficeError;
use crate::office::bundles::{NamedEvidence, Received};
use crate::office::peers::{
    self, CallStep, LARGEST_PART, NotFollowed, Other, PART, Pulled, Pushed,
};
use crate::store::bundle::LeftOut;
use crate::tr;
use crate::words::Lang;
use clap::Args;
use std::path::{Path, PathBuf};

/// Whom to call, and how.
#[derive(Debug, Args)]
#[expect(
    clippy::doc_markdown,
    reason = "the help shows an address as it is typed"
)]
struct Called {
    /// The other office's server, as it prints its address: https://HOST:8717, with /UNIT behind it where it serves several 对方服务启动时显示的地址：https://主机:8717；对方有多个登记库时在后面加 /单位代码
    #[arg(value_name = "URL")]
    url: String,
    /// The certificate of the other office's authority (papaver-office-ca.crt), known from now on (default: the one that the first call showed) 对方单位的根证书（papaver-office-ca.crt），此后以此为准（默认为首次连接时出示的证书）
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Let it be plain HTTP beyond this computer; whoever listens in the network reads everything 允许以不加密的 HTTP 连接其他计算机；网络中的他人可截获全部内容
    #[arg(long)]
    insecure: bool,
    /// Megabytes of a part; a smaller one loses less where the line often breaks 每次传送的大小（MB）；线路不稳时宜取小值
    #[arg(long, value_name = "MB", default_value_t = PART >> 20, value_parser = clap::value_parser!(u64).range(1..=LARGEST_PART >> 21))]
    part: u64,
}

/// `papaver push`
#[derive(Debug, Args)]
pub(crate) struct Push {
    #[command(flatten)]
    called: Called,
    #[command(flatten)]
    common: Common,
}

/// `papaver pull`
#[derive(Debug, Args)]
pub(crate) struct Pull {
    #[command(flatten)]
    called: Called,
    #[command(flatten)]
    common: Common,
}

/// Calls, with what it says on the way.
fn call<T>(
    called: Called,
    context: &Context,
    does: impl FnOnce(&Path, &str, &Other, u64, &mut dyn FnMut(&CallStep)) -> Result<T, OfficeError>,
) -> Result<T, Failure> {
    let other = Other {
        address: called.url,
        authority: called.ca,
        insecure: called.insecure,
    };
    let lang = context.lang;
    let mut told = |step: &CallStep| step_said(step, lang);
    let (registry, who) = (context.path()?, context.actor()?);
    Ok(does(&registry, &who, &other, called.part << 20, &mut told)?)
}

fn step_said(step: &CallStep, lang: Lang) {
    match step {
        CallStep::Met {
            origin,
            fingerprint,
        } => tell(&tr!(
            lang,
            "{origin} is known from now on by its office's certificate, SHA-256 {fingerprint}; compare it with that office by telephone",
            "此后以该单位证书识别 {origin}，SHA-256 指纹 {fingerprint}；请与该单位电话核对"
        )),
        CallStep::Part { bytes } => {
            let size = megabytes(*bytes);
            tell(&tr!(lang, "a part of {size} MB …", "传送 {size} MB …"));
        }
    }
}

/// Bytes in megabytes, to a tenth; what is there is never nothing.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{}.{}", tenths / 10, tenths % 10)
}

impl Push {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let pushed = call(self.called, &context, peers::push)?;
        context.show(&pushed, || pushed_said(&pushed, lang));
        Ok(Done::of(pushed.is_whole()))
    }
}

fn pushed_said(pushed: &Pushed, lang: Lang) {
    let (unit, origin) = (&pushed.unit, &pushed.origin);
    if pushed.is_nothing() {
        data(&tr!(
            lang,
            "nothing to send: unit {unit} at {origin} has everything that is here",
            "无需发送：{origin} 的单位 {unit} 已有本库全部内容"
        ));
        return;
    }
    let (events, files, size) = (pushed.new_events, pushed.files, megabytes(pushed.bytes));
    data(&tr!(
        lang,
        "sent to unit {unit} at {origin}: {events}, {files}, {size} MB",
        "已发送至 {origin} 的单位 {unit}：新增 {events} 条，证据文件 {files} 个，共 {size} MB",
        files = (files, "evidence file", "evidence files"),
        events = (events, "new event", "new events"),
    ));
    for NotFollowed { event, why } in &pushed.refused {
        let (event, why) = (event.short(), why.label(lang));
        data(&tr!(
            lang,
            "not followed there: event {event}: {why}",
            "对方不予采信：记录 {event}：{why}"
        ));
    }
    for LeftOut {
        device,
        unit,
        events,
    } in &pushed.left_out
    {
        data(&tr!(
            lang,
            "left out there: {events} of device {device} of unit {unit}, which that office does not trust: ask it to compare the key by telephone and to trust that device too, then push again",
            "对方未导入：设备 {device}（单位 {unit}）的 {events} 条记录，该设备未受对方信任；请对方电话核对公钥并信任该设备，再重新推送",
            events = (*events, "event", "events"),
        ));
    }
    for fork in &pushed.forks {
        let (device, seq) = (fork["device"].as_str().unwrap_or_default(), &fork["seq"]);
        data(&tr!(
            lang,
            "a device gave number {seq} twice, as the other office sees now: {device}",
            "对方发现设备 {device} 的序号 {seq} 出现两次"
        ));
    }
    for gap in &pushed.missing {
        let (first, last) = (&gap["first"], &gap["last"]);
        let device = gap["device"].as_str().unwrap_or_default();
        data(&tr!(
            lang,
            "not arrived there: device {device}, numbers {first} to {last}",
            "对方尚缺：设备 {device}，序号 {first}–{last}"
        ));
    }
    left_out_said(pushed, lang);
    receipts_said(&pushed.receipts, lang);
}

/// Evidence that could not be sent.
fn left_out_said(pushed: &Pushed, lang: Lang) {
    for NamedEvidence { sha256, name } in &pushed.changed {
        tell(&tr!(
            lang,
            "evidence {name} ({sha256}) has changed here, so it was not sent: `papaver verify`",
            "证据 {name}（{sha256}）在本库已被改动，未发送：请执行 `papaver verify`"
        ));
    }
    let absent = pushed.absent.len();
    if absent > 0 {
        tell(&tr!(
            lang,
            "{files} not sent",
            "{absent} 个证据文件不在本库，未发送",
            files = (
                absent,
                "evidence file is not here, so it was",
                "evidence files are not here, so they were"
            ),
        ));
    }
}

fn receipts_said(receipts: &[PathBuf], lang: Lang) {
    if let Some(last) = receipts.last() {
        let folder = crate::files::folder_of(last);
        let (count, folder) = (receipts.len(), folder.display());
        tell(&tr!(
            lang,
            "receipts: {count}, in {folder}",
            "回执 {count} 份，存于 {folder}"
        ));
    }
}

impl Pull {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let pulled = call(self.called, &context, peers::pull)?;
        context.show(&pulled, || pulled_said(&pulled, lang));
        let received = pulled.received.as_ref();
        Ok(Done::of(received.is_none_or(Received::is_whole)))
    }
}

fn pulled_said(pulled: &Pulled, lang: Lang) {
    let (unit, origin) = (&pulled.unit, &pulled.origin);
    let Some(received) = &pulled.received else {
        data(&tr!(
            lang,
            "nothing to fetch: everything that unit {unit} at {origin} has is here",
            "无需获取：{origin} 的单位 {unit} 的全部内容本库已有"
        ));
        return;
    };
    let size = megabytes(pulled.bytes);
    data(&tr!(
        lang,
        "fetched from unit {unit} at {origin}: {size} MB",
        "已从 {origin} 的单位 {unit} 获取 {size} MB"
    ));
    received_said(received, lang);
    receipts_said(&pulled.receipts, lang);
}

//! What taking a bundle did, in words: what came in, what did not, and what to do about it.

use super::say::{data, tell};
use super::settings::decided_elsewhere;
use super::verify::explained;
use crate::office::bundles::{MissingParts, Received};
use crate::office::clock::minute_here;
use crate::store::bundle::{Applied, LeftOut};
use crate::tr;
use crate::words::Lang;

/// Parts that have not been applied.
pub(super) fn parts_said(missing: &MissingParts, lang: Lang) {
    let (unit, of, at) = (&missing.unit, missing.of, minute_here(&missing.created_at));
    let parts: Vec<String> = missing.parts.iter().map(u32::to_string).collect();
    let parts = parts.join(lang.pick(", ", "、"));
    tell(&tr!(
        lang,
        "of the {of} parts of the bundle that unit {unit} made at {at}, these have not been applied here: {parts}; apply them too",
        "单位 {unit} 于 {at} 制作的数据包共 {of} 卷，尚未导入第 {parts} 卷，请一并导入"
    ));
}

/// What came in, and what has not arrived.
pub(super) fn received_said(received: &Received, lang: Lang) {
    let applied = &received.applied;
    let (new, known, files, state) = (
        applied.new_events,
        applied.known_events,
        applied.files,
        applied.state,
    );
    data(&tr!(
        lang,
        "{events}, {known} known before, {files}; state {state}",
        "新增 {new} 条，已有 {known} 条，证据文件 {files} 个；状态哈希 {state}",
        files = (files, "evidence file", "evidence files"),
        events = (new, "new event", "new events"),
    ));
    for gap in &applied.gaps {
        let (device, first, last) = (gap.device.short(), gap.first, gap.last);
        data(&tr!(
            lang,
            "not arrived: device {device}, numbers {first} to {last}",
            "尚未到达：设备 {device}，序号 {first}–{last}"
        ));
    }
    let ahead = received.dated_ahead;
    if ahead > 0 {
        data(&tr!(
            lang,
            "{events} ahead of this computer's clock: ask that office what its clock shows",
            "{ahead} 条记录的录入时间超前本机时钟两天以上，请向该单位核实其时钟",
            events = (
                ahead,
                "event says that it was recorded days",
                "events say that they were recorded days"
            ),
        ));
    }
    for unfollowed in &received.unfollowed {
        data(&unfollowed.sentence(lang));
    }
    for unfollowed in &received.overturned {
        let what = unfollowed.sentence(lang);
        data(&tr!(
            lang,
            "since this bundle {what}",
            "收到此数据包后{what}"
        ));
    }
    for boundaries in &received.boundaries_elsewhere {
        data(&decided_elsewhere(boundaries, lang));
    }
    forks_said(applied, lang);
    left_out_said(&applied.left_out, lang);
    evidence_said(received, lang);
}

/// Numbers that devices gave twice: what a supervisor says of them, or that one is to say something.
fn forks_said(applied: &Applied, lang: Lang) {
    for fork in &applied.explained {
        data(&explained(fork, lang));
    }
    let is_explained = |device, seq| {
        let mut explained = applied.explained.iter();
        explained.any(|fork| (fork.device, fork.seq) == (device, seq))
    };
    let mut open = applied.forks.clone();
    open.retain(|(device, seq)| !is_explained(*device, *seq));
    for (device, seq) in open {
        let device = device.short();
        data(&tr!(
            lang,
            "device {device} gave number {seq} twice: its registry was copied, or a backup put back; ask that office, then `papaver registry explain-fork {device} --reason TEXT`",
            "设备 {device} 的序号 {seq} 出现两次：其登记库曾被复制或回退；请向该单位核实，再执行 `papaver registry explain-fork {device} --reason 理由`"
        ));
    }
}

/// Events that were not taken, and what to do about their devices.
fn left_out_said(left_out: &[LeftOut], lang: Lang) {
    for LeftOut {
        device,
        unit,
        events,
    } in left_out
    {
        data(&tr!(
            lang,
            "left out: {events} of device {device}, in the name of unit {unit}, for which no trusted office vouches: compare its key with that office by telephone, then `papaver trust {device} --unit {unit}`, and apply this bundle again",
            "未导入：设备 {device} 以单位 {unit} 名义的 {events} 条记录，没有受信任单位为其担保；请与该单位电话核对公钥，执行 `papaver trust {device} --unit {unit}` 后重新导入此数据包",
            events = (*events, "event", "events"),
        ));
    }
}

/// Files of evidence that were not kept, and those that have not come.
fn evidence_said(received: &Received, lang: Lang) {
    let n = received.applied.unnamed;
    if n > 0 {
        data(&tr!(
            lang,
            "{files} not kept",
            "{n} 个附带文件没有记录引用，未予保存",
            files = (
                n,
                "file came along that no event names; it was",
                "files came along that no event names; they were"
            ),
        ));
    }
    let n = received.not_sent;
    if n > 0 {
        data(&tr!(
            lang,
            "{files} not at the sender either",
            "{n} 个证据文件在发送方也没有",
            files = (n, "evidence file was", "evidence files were"),
        ));
    }
    let n = received.in_another_part;
    if n > 0 {
        data(&tr!(
            lang,
            "{files} in another part",
            "{n} 个证据文件尚未到达：在其他分卷中",
            files = (
                n,
                "evidence file has not arrived: it is",
                "evidence files have not arrived: they are"
            ),
        ));
    }
}

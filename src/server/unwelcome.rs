//! Why another office that calls is not let in, or not given what it asks for.

use super::answer::Refused;
use crate::office::peers::Unwelcome;
use axum::http::StatusCode;

pub(super) fn unwelcome(why: Unwelcome) -> Refused {
    match why {
        Unwelcome::Unproven => Refused::new(
            StatusCode::UNAUTHORIZED,
            "not_proven",
            "the signature is not that device's, or was given for another connection",
            "签名与该设备不符，或并非用于本次连接",
        )
        .hint(
            "call this server directly: nothing may stand between the two",
            "请直接连接本服务，中间不得经过其他服务",
        ),
        Unwelcome::Untrusted => Refused::new(
            StatusCode::FORBIDDEN,
            "not_trusted",
            "this registry does not trust that device",
            "本登记库未信任该设备",
        )
        .hint(
            "a supervisor of this office compares the key by telephone and trusts it",
            "请由本单位主管电话核对公钥后予以信任",
        ),
    }
}

pub(super) fn not_by_this_office() -> Refused {
    Refused::new(
        StatusCode::FORBIDDEN,
        "not_by_this_office",
        "that device may hand in and not fetch: this office does not trust it itself, an office below it does",
        "该设备由下级单位担保，只可上报，不可下载",
    )
    .hint(
        "where it shall fetch, a supervisor of this office trusts it",
        "如需下载，请由本单位主管直接信任该设备",
    )
}

pub(super) fn over() -> Refused {
    Refused::new(
        StatusCode::UNAUTHORIZED,
        "exchange_over",
        "nobody called, or the call has ended",
        "尚未连接，或连接已失效",
    )
    .hint("call again; nothing is lost", "请重新连接；内容不会丢失")
}

pub(super) fn challenge_over() -> Refused {
    Refused::new(
        StatusCode::UNAUTHORIZED,
        "challenge_over",
        "this challenge was answered before, or is too old",
        "该质询已用过或已过期",
    )
    .hint("call again", "请重新连接")
}

pub(super) fn gone() -> Refused {
    Refused::new(
        StatusCode::GONE,
        "offer_gone",
        "what lay ready is gone",
        "备好的内容已清除",
    )
    .hint("ask for it again", "请重新请求")
}

pub(super) fn cut_short() -> Refused {
    Refused::new(
        StatusCode::BAD_REQUEST,
        "cut_short",
        "the bundle did not arrive whole and was not taken",
        "数据包未完整送达，未导入",
    )
    .hint("send it again", "请重新发送")
}

pub(super) fn too_often() -> Refused {
    Refused::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_often",
        "too many call at once",
        "同时连接过多",
    )
    .hint("wait a minute, then try again", "请等一分钟后再试")
}

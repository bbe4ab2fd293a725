//! Why a file that was sent was not kept.

use super::answer::Refused;
use axum::http::StatusCode;
use std::io::{self, ErrorKind};

pub(super) fn too_large() -> Refused {
    Refused::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        "the file is larger than 8 GB",
        "文件超过 8 GB",
    )
    .hint(
        "copy it into the folder on this computer instead",
        "请直接把文件复制到本机的该文件夹中",
    )
}

/// Why a file was not kept.
pub(super) fn unwritten(error: &io::Error) -> Refused {
    let (status, code, english, chinese) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
            StatusCode::INSUFFICIENT_STORAGE,
            "disk_full",
            "the disk is full: the file was not kept",
            "磁盘已满，文件未保存",
        ),
        ErrorKind::FileTooLarge => return too_large(),
        ErrorKind::UnexpectedEof => (
            StatusCode::BAD_REQUEST,
            "cut_short",
            "the file did not arrive whole and was not kept",
            "文件未完整送达，未保存",
        ),
        _ => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "unwritable",
            "the folder cannot be written",
            "文件夹无法写入",
        ),
    };
    Refused::new(status, code, english, chinese).hint(
        "make room or plug the disk in, then send it again",
        "请清理空间或接好磁盘后重新发送",
    )
}

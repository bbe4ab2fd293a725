//! Writing to the terminal, for every command. A closed pipe ends the talk, not the work; what files and events say is
//! shown, and does nothing.

use super::asked::Invocation;
use crate::printable;
use crate::tr;
use crate::words::{Lang, Say};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use std::io::Write;
use std::path::Path;

/// A line of data on the standard output.
pub(crate) fn data(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", printable::terminal(text));
}

/// That a file was written.
pub(crate) fn written(path: &Path, lang: Lang) {
    let path = path.display();
    data(&tr!(lang, "written: {path}", "已写入：{path}"));
}

/// A value as one line of JSON on the standard output.
pub(crate) fn json(value: &serde_json::Value) {
    let text = value.to_string();
    let _ = writeln!(std::io::stdout(), "{}", printable::terminal_json(&text));
}

/// A whole text on the standard output.
pub(super) fn bytes(text: &[u8]) {
    let _ = std::io::stdout().write_all(text);
}

/// A line of talk on the standard error.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", printable::terminal(text));
}

/// A QR code on the standard error, dark on light also where the terminal is light on dark; nothing where the text is too long
/// for one.
pub(super) fn qr(text: &str) {
    if let Ok(code) = QrCode::new(text) {
        let mut drawn = code.render::<Dense1x2>();
        drawn
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark);
        tell(&drawn.build());
    }
}

/// `error: …` and `hint: …`.
pub(super) fn error(error: &dyn Say, lang: Lang) {
    said(error, lang, lang.pick("error:", "错误："));
}

/// `warning: …` and `hint: …`.
pub(super) fn warning(error: &dyn Say, lang: Lang) {
    said(error, lang, lang.pick("warning:", "警告："));
}

fn said(error: &dyn Say, lang: Lang, label: &str) {
    let said = error.say(lang);
    tell(&format!("{label}{}{}", lang.pick(" ", ""), said.what));
    if let Some(hint) = Invocation::here().hint(&said, lang) {
        tell(&tr!(lang, "hint: {hint}", "提示：{hint}"));
    }
}

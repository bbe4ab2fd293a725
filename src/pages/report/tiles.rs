//! The key figures of a report, each with what it is made of.

use crate::exchange::cell::Cell;
use crate::province::report::KeyFigure;
use crate::words::Lang;
use maud::{Markup, html};

/// The figures as tiles.
pub fn tiles(keys: &[KeyFigure], lang: Lang) -> Markup {
    html! {
        section class="tiles" { @for key in keys { (tile(key, lang)) } }
    }
}

fn tile(key: &KeyFigure, lang: Lang) -> Markup {
    html! {
        div class="tile" {
            p class="soft" { (key.label) }
            p class="value" {
                @if key.value == Cell::Empty {
                    (lang.pick("no data", "无数据"))
                } @else {
                    (key.value.to_text()) small { (key.unit) }
                    @if let Some(interval) = interval(key) { " " span class="soft" { (interval) } }
                }
            }
            p class="of" { (key.made_of(lang)) }
            @if !key.remark.is_empty() { p class="of remark" { (key.remark) } }
        }
    }
}

fn interval(key: &KeyFigure) -> Option<String> {
    let (low, high) = key.interval?;
    let decimals = if key.unit == "%" { 0 } else { 2 };
    Some(format!("[{low:.decimals$}–{high:.decimals$}]"))
}

//! Pages for people: dossier, report, review page, task list, and the charts that stand on them or alone.
//!
//! One [`layout`] and one stylesheet (`page.css`), one [`palette`], one way to draw ([`draw`]): a drawing is a list of
//! shapes, written as SVG or as pixels. A page is one self-contained HTML file that fetches nothing. A new part of a report
//! or a dossier is one more [`layout::section`] in its list.

pub mod chart;
pub mod dossier;
pub mod draw;
pub mod frame;
pub mod layout;
pub mod notice;
pub mod palette;
pub mod precision;
mod raster;
pub mod received;
pub mod reliability;
pub mod report;
pub mod review;
#[cfg(test)]
mod style_tests;
pub mod tasks;

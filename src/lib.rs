//! Papaver finds plots that may be illegally grown opium poppy in drone imagery, and follows every site until its
//! eradication has been accepted by somebody else.
//!
//! ```text
//! survey flight ─▶ imagery ─▶ tiles ─▶ scores ─▶ hits ─▶ candidates ─▶ sites ─▶ verified ─▶ eradicated ─▶ accepted
//!                  └────────────── scan: minutes to hours ─────────────┘└────────── registry: a season, years ─────┘
//! ```
//!
//! The layers, each of which may import only those above it (`tests/layers.rs` enforces it):
//!
//! - [`words`]: the two languages, and errors that carry their remedy.
//! - [`printable`]: words of files and events, made fit for terminals and XML.
//! - [`platform`]: what differs between operating systems; nothing else asks which it is.
//! - [`files`]: whole files, written once; nothing is overwritten unasked, a registry never.
//! - [`statistics`]: intervals of counts, shares and rates, calibration, a small regression, when to stop looking; pure.
//! - [`text`]: text as people write it: encodings, tables, numbers, degrees, dates.
//! - [`ground`]: the words of space: lon/lat, metres, geotransforms, coordinate systems, areas, regions of pixels.
//! - [`schema`]: what every file of a scan holds that leaves and comes back, each with its version.
//! - [`imagery`]: what was flown: orthomosaics and photos, their pixels, their place and their date.
//! - [`scan`]: what there is to search is planned, tiles are scored, scores kept, candidates found in them and looked at once
//!   more, files written.
//! - [`evaluate`]: what a model is worth: scans of surveys whose truth is known, and the figures that follow.
//! - [`registry`]: the law: events, authority, the site's states, replay, matching, people; pure.
//! - [`store`]: one file a unit: events in `SQLite`, and beside it evidence, keys and bundles.
//! - [`exchange`]: files people load and hand back.
//! - [`province`]: coverage and rates, hot spots, year on year, targets, ranking, reports.
//! - [`pages`]: dossier, report, review page, task list, charts: one layout, one palette, one way to draw.
//! - [`remote`]: other computers, as this one reaches them: an office's server, the bureau's database, a map service.
//! - [`office`]: what an office does, one function a use case.
//! - [`server`]: the pages and what they ask for, over HTTP; no logic of its own.
//! - [`cli`]: the only code that prints, draws bars or exits.
//!
//! Invariants: nothing is written beside the input; ground that was not searched is said to be not searched, with a
//! reason; a result does not depend on the number of threads or on timing; what was recorded is never changed.

#![cfg_attr(
    test,
    allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::unnecessary_wraps,
        clippy::too_many_lines,
        reason = "tests compute their expectations in the open"
    )
)]

pub mod cli;
pub mod evaluate;
pub mod exchange;
pub mod files;
pub mod ground;
pub mod imagery;
pub mod office;
pub mod pages;
pub mod platform;
pub mod printable;
pub mod province;
pub mod registry;
pub mod remote;
pub mod scan;
pub mod schema;
pub mod server;
pub mod statistics;
pub mod store;
pub mod text;
pub mod words;

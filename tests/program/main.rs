//! The program as its users meet it: every test here runs the real `papaver` on rasters it writes itself and looks at
//! exit codes, messages and files.

#![allow(
    clippy::expect_used,
    clippy::too_many_lines,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a test may fail, and says why; what it casts are small numbers of its own"
)]

#[path = "../common/cases.rs"]
mod cases;
#[path = "../common/exif_block.rs"]
mod exif_block;
mod ground;
#[path = "../common/mount.rs"]
mod mount;
mod paint;
mod photos;
mod photos_bad;
mod photos_real;
mod photos_views;
mod results;
mod rfc7946;
mod run;
mod s3;
mod shots;

mod bad_input;
mod bucket_photos;
mod buckets;
mod crew_maps;
mod detectors;
mod evaluate;
mod field_files;
mod first_pass;
mod large;
mod learn;
mod maps;
mod other_rules;
mod photo_maps;
mod pyramids;
mod real_orthos;
mod received;
mod resume;
mod said;
mod second_look;
mod shards;
mod truth;
mod uses;
mod vectors_as_sent;
mod votes;
mod within;

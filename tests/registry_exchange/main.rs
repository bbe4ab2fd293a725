//! What the registry gives out and takes back, through the program: the whole life of the sample survey's sites by way
//! of a GeoPackage filled in as a field program would, every other format re-read, and every bad file refused with its
//! line and its reason.

#![allow(
    clippy::pedantic,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a test may fail, and says why"
)]

#[path = "../common/exif_block.rs"]
mod exif_block;
#[path = "../common/mount.rs"]
mod mount;
mod office;

#[path = "../common/cases.rs"]
mod cases;

mod absent;
mod affairs;
mod as_sent;
mod bad_input;
mod damage;
mod desk;
mod edited;
mod effort;
mod formats;
mod interrupted;
mod led;
mod life;
mod overwrite;
mod photographs;
mod province;
mod received;
mod shapes;
mod zones;

#[path = "../../examples/province_sample.rs"]
mod sample;

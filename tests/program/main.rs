//! The program as its users meet it: every test here runs the real `papaver` on rasters it writes itself and looks at
//! exit codes, messages and files.

mod ground;
mod paint;
mod results;
mod rfc7946;
mod run;

mod bad_input;
mod large;
mod real_orthos;
mod resume;
mod said;
mod truth;

//! The province office: coverage and rates, hot spots, year on year, targets, ranking, reports.

pub mod coverage;
pub mod effort;
pub mod facts;
pub mod gather;
pub mod process;
pub mod targets;
pub mod windows;

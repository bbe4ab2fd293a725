//! The province office: coverage and rates, hot spots, year on year, targets, ranking, reports.

pub mod cells;
pub mod facts;
pub mod getis_ord;
pub mod hot_spots;
pub mod pieces;
pub mod stats;

//! The province office: coverage and rates, hot spots, year on year, targets, ranking, reports.

pub mod cells;
pub mod compare;
pub mod coverage;
pub mod desk;
pub mod effort;
pub mod facts;
pub mod field;
pub mod finds;
pub mod funnel;
pub mod gather;
pub mod getis_ord;
mod hot_map;
pub mod hot_spots;
pub mod irregular;
#[cfg(test)]
pub(crate) mod made_up;
pub mod period;
pub mod pieces;
pub mod process;
pub mod quality;
pub mod rank;
pub mod report;
mod searched;
pub mod stats;
pub mod tally;
pub mod targets;
pub mod windows;
pub mod work;

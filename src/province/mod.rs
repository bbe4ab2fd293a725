//! The province office: coverage and rates, hot spots, year on year, targets, ranking, reports.

pub mod cells;
pub mod compare;
mod counted_once;
pub mod counts;
pub mod coverage;
pub mod desk;
pub mod dispersion;
pub mod effort;
pub mod facts;
pub mod finds;
#[cfg(test)]
pub(crate) mod fixture;
mod flights;
pub mod funnel;
pub mod getis_ord;
mod hot_map;
pub mod hot_spots;
pub mod irregular;
mod left;
mod mirrored;
mod own_ground;
mod patrols;
pub mod period;
pub mod process;
pub mod projection;
pub mod prospects;
pub mod quality;
pub mod rank;
pub mod report;
mod rest;
mod searched;
pub mod stats;
pub mod subdivided;
pub mod targets;
pub mod windows;
pub mod work;

//! Planning: from what the user names to the sources, the tiles of each, and the work there is.

mod lattice;
mod listing;
mod locate;
mod photo_view;
mod search;
mod sources;
mod spans;
mod tiling;
mod view_cover;
mod view_selection;
mod work;

pub use locate::{Located, Locator, frame};
pub use search::Search;
pub use sources::Sources;
pub use spans::unscaled;
#[cfg(test)]
pub use tiling::PlannedGrid;
pub use tiling::{Task, Tile, TilePlan, Window};
pub use work::Work;

use super::ids::WorkId;

/// Works with their numbers.
pub fn numbered(works: &[Work]) -> impl Iterator<Item = (WorkId, &Work)> {
    (0..).map(WorkId).zip(works)
}

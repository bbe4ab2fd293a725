//! Scoring: workers read chunks and score tasks; what they report is kept, cells from a floor on, as lines in the journal
//! while it comes and as one sorted file when all is done.

mod clearing;
mod executor;
mod journal;
mod lines;
mod stage;
mod window;
mod worker;

pub use executor::PixelListener;
pub use journal::Journal;
pub use lines::{all as all_lines, value as value_of_line, write as write_line};
pub use stage::{OwnTasks, Scored, ScoringTask, score};
pub use window::Assembler;

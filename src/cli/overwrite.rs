//! Whether an output replaces what is there: said in the same words by every command that writes one file.

use crate::files::Existing;
use clap::Args;

/// Whether a file is replaced.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Overwrite {
    /// Replace a file of that name 覆盖同名文件
    #[arg(long)]
    overwrite: bool,
}

impl Overwrite {
    /// What is done with a file of that name.
    pub(super) fn existing(self) -> Existing {
        Existing::replaced_if(self.overwrite)
    }
}

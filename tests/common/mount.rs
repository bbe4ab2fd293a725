//! A small disk of its own for a test, which only root can mount.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A small disk in memory.
pub struct Mount(pub PathBuf);

impl Mount {
    /// Mounts it; `None` where that is not allowed.
    pub fn new(at: &Path, options: &str) -> Option<Self> {
        fs::create_dir_all(at).expect("folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(at)
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|s| s.success()).then(|| Self(at.into()))
    }

    /// Changes its options, such as `size=64m` or `ro`.
    pub fn remount(&self, options: &str) {
        let done = Command::new("mount")
            .args(["-o", &format!("remount,{options}")])
            .arg(&self.0)
            .status()
            .expect("mount");
        assert!(done.success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

//! The crews of the registries of the served folder, while they are served.

use super::library::Library;
use crate::office::field::CrewGate;
use crate::words::Lang;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// The crews of the registries of a folder.
#[derive(Debug, Default)]
pub(super) struct Fields {
    open: Mutex<BTreeMap<PathBuf, Arc<CrewGate>>>,
    pub(super) came: Arc<Notify>,
}

impl Fields {
    /// Those of the registries that have any, each opened once.
    pub fn all(&self, library: &Library) -> Vec<(String, Arc<CrewGate>)> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = Vec::new();
        for place in library.registries() {
            if !open.contains_key(&place.path)
                && CrewGate::is_begun(&place.path)
                && let Ok(field) = CrewGate::open(&place.path, Lang::Zh)
            {
                open.insert(place.path.clone(), Arc::new(field));
            }
            if let Some(field) = open.get(&place.path) {
                all.push((place.id, field.clone()));
            }
        }
        all
    }

    /// Whether the disk of any of them is gone that were open before.
    pub fn lacks_any(&self) -> bool {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.keys().any(|registry| is_gone(registry))
    }
}

/// Whether a registry that has crews, or what says who may come, lies there no more.
pub(super) fn is_gone(registry: &Path) -> bool {
    !registry.is_file() || !CrewGate::is_begun(registry)
}

//! The files that go with what is recorded: kept byte for byte beside the registry before the event that names them.

use super::{Office, OfficeError};
use crate::registry::event::{EvidenceRef, EvidenceRole};
use crate::registry::place::Place;
use crate::store::evidence::{self, Occasion};
use std::path::PathBuf;

/// Files that are handed in, by what they show.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The scene before anything was uprooted.
    pub scene: Vec<PathBuf>,
    /// What is left after the uprooting.
    pub after: Vec<PathBuf>,
    /// A later flight.
    pub reflight: Vec<PathBuf>,
    /// Documents.
    pub documents: Vec<PathBuf>,
}

impl Files {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        let all = [&self.scene, &self.after, &self.reflight, &self.documents];
        all.iter().all(|files| files.is_empty())
    }

    /// Documents alone.
    pub fn documents(paths: &[PathBuf]) -> Self {
        Self {
            documents: paths.to_vec(),
            ..Self::default()
        }
    }

    /// Keeps them; what does not fit the place and the day is marked.
    pub(super) fn keep(
        &self,
        office: &Office,
        place: Option<&Place>,
        at: &str,
    ) -> Result<Vec<EvidenceRef>, OfficeError> {
        let store = office.store();
        let folder = store.evidence_folder();
        let groups = [
            (&self.after, EvidenceRole::After),
            (&self.scene, EvidenceRole::Scene),
            (&self.reflight, EvidenceRole::Reflight),
            (&self.documents, EvidenceRole::Document),
        ];
        let occasion = Occasion {
            place,
            day: at,
            settings: store.settings(),
        };
        let mut kept = Vec::new();
        for (paths, role) in groups {
            for path in paths {
                kept.push(evidence::keep(&folder, path, role, occasion)?);
            }
        }
        Ok(kept)
    }
}

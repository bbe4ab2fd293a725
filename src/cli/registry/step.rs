//! What the steps in a site's life share on the command line: the site, words, a reason to go without evidence, files.

use super::context::{Common, Context};
use super::say::Failure;
use super::sites::show_changed;
use crate::office::life::{self, LifeStep};
use crate::office::{self, Changed};
use crate::registry::SiteKey;
use crate::store::Store;
use clap::Args;
use std::path::PathBuf;

impl Context {
    /// Takes a step in the life of a site, and says how the site stands then.
    pub(crate) fn step(
        &self,
        site: &str,
        files: &office::Files,
        step: impl FnOnce(&Store, SiteKey) -> Result<LifeStep, Failure>,
    ) -> Result<Changed, Failure> {
        let (mut office, session) = self.office()?;
        let key = office.store().find(site)?;
        let step = step(office.store(), key)?;
        let changed = life::take(&mut office, &session, key, step, files)?;
        show_changed(&changed, office.store(), self)?;
        Ok(changed)
    }
}

/// A step that needs evidence.
#[derive(Debug, Args)]
pub(crate) struct StepArguments {
    /// The site's code 图斑编号
    pub site: String,
    /// Words 备注
    #[arg(long)]
    pub note: Option<String>,
    /// Record it without the evidence it needs, for this reason 缺少所需证据仍录入，须写明理由
    #[arg(long, value_name = "REASON")]
    pub force: Option<String>,
    #[command(flatten)]
    pub files: EvidenceArguments,
    #[command(flatten)]
    pub common: Common,
}

/// Files that go with an event.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct EvidenceArguments {
    /// A photograph of the scene (before uprooting), or with `eradicate` and `accept` of what is left 现场照片（铲除前）；用于 `eradicate` 和 `accept` 时为铲除后照片
    #[arg(long = "photo", value_name = "FILE")]
    pub photos: Vec<PathBuf>,
    /// A photograph of the scene from before the uprooting 铲除前的现场照片
    #[arg(long, value_name = "FILE")]
    pub scene_photo: Vec<PathBuf>,
    /// A picture from a later flight 复飞影像
    #[arg(long, value_name = "FILE")]
    pub reflight: Vec<PathBuf>,
    /// A document 文书扫描件
    #[arg(long, value_name = "FILE")]
    pub document: Vec<PathBuf>,
}

impl EvidenceArguments {
    /// What they are: `--photo` shows what is left where the uprooting is meant, else the scene.
    pub(crate) fn handed_in(self, after: bool) -> office::Files {
        let (mut scene, photos) = (self.scene_photo, self.photos);
        let after = if after {
            photos
        } else {
            scene.splice(0..0, photos);
            vec![]
        };
        office::Files {
            scene,
            after,
            reflight: self.reflight,
            documents: self.document,
        }
    }
}

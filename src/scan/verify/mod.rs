//! The second look: every candidate is looked at once more, where it scored best in the source that shows it best. Candidates in,
//! the same candidates out, in another order: nothing is dropped. It depends on the candidate and the source's pixels alone.

mod crops;
mod features;
mod learnt;
mod looks;
mod sight;
mod sitting;
mod view;

pub use crops::Crops;
pub use features::names;
pub use learnt::Learnt;
pub use looks::ViewScores;
pub use sitting::{Looking, look};

use super::model::{Model, ModelError, Verifier};
use super::plan::Work;
use super::request::{ScanRequest, SecondStage};
use crate::ground::{PixelPoint, Rect};
use sight::SightCut;

/// How candidates are looked at once more.
pub struct Second {
    /// The model's own views.
    pub views: ViewScores,
    /// A second model.
    pub verifier: Option<Verifier>,
}

impl Second {
    /// The pixels that it takes of a photo about a cell.
    pub(crate) fn photo_windows(&self, work: &Work, cell: Rect) -> Vec<Rect> {
        let sights = self.sights(work, cell);
        let sights = sights.iter().flatten().map(SightCut::rect);
        std::iter::once(self.views.pixels(work, cell))
            .chain(sights)
            .collect()
    }

    /// What a verifier sees about a cell; nothing where there is none.
    fn sights(&self, work: &Work, cell: Rect) -> Option<[SightCut; 2]> {
        let source = &work.imagery;
        let (across, down) = source.reduction(&work.level);
        let middle = |a: u32, b: u32| f64::midpoint(f64::from(a), f64::from(b));
        let at = PixelPoint {
            x: middle(cell.x0, cell.x1) * work.plan.scale.0 * across,
            y: middle(cell.y0, cell.y1) * work.plan.scale.1 * down,
        };
        let verifier = self.verifier.as_ref()?;
        let sights = verifier.contract().sights;
        Some(sights.map(|sight| SightCut::new(sight, at, source.size(), source.gsd())))
    }

    /// What a request asks for; nothing where it asks for no second look.
    ///
    /// # Errors
    /// Those of a verifier.
    pub fn of(request: &ScanRequest, model: &Model) -> Result<Option<Self>, ModelError> {
        let views = ViewScores::of(model.contract());
        let verifier = match &request.second {
            SecondStage::Off => return Ok(None),
            SecondStage::Verifier(_) if views.is_none() => return Err(ModelError::NoSecondLook),
            SecondStage::Looks if views.is_none() => None,
            SecondStage::Looks => Verifier::built_in(model)?,
            SecondStage::Verifier(path) => Some(Verifier::load(model, path)?),
        };
        Ok(views.map(|views| Self { views, verifier }))
    }
}

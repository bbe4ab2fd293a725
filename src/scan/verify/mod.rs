//! The second look: every candidate is looked at once more, where it scored best in the source that shows it best. Candidates in,
//! the same candidates out, in another order. It depends on the candidate and the source's pixels alone.

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

use super::model::{ModelError, Verifier};
use super::plan::{Search, Work};
use super::request::SecondStage;
use crate::ground::{PixelPoint, Rect};
use sight::SightCut;
use std::sync::Arc;

/// How candidates are looked at once more.
pub struct Second {
    /// The model's own views.
    pub views: ViewScores,
    /// A second model.
    pub verifier: Option<Arc<Verifier>>,
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

    /// What a search asks for; nothing where it asks for no second look.
    ///
    /// # Errors
    /// [`ModelError::NoSecondLook`] where a verifier was named, and the model finds what cannot be looked at in other views.
    pub fn of(search: &Search<'_>) -> Result<Option<Self>, ModelError> {
        let views = ViewScores::of(search.model.contract());
        match &search.request.second {
            SecondStage::Off => return Ok(None),
            SecondStage::Verifier(_) if views.is_none() => return Err(ModelError::NoSecondLook),
            SecondStage::Looks | SecondStage::Verifier(_) => {}
        }
        let verifier = search.verifier.clone();
        Ok(views.map(|views| Self { views, verifier }))
    }
}

//! What scores: one session for one thread, and how its output is read.

use super::error::ModelError;
use super::head::{Hit, ModelHead, RawOutput};
use super::runtime::first_line;
use crate::ground::Rect;
use ort::session::Session;
use ort::value::TensorRef;

/// One session, for one thread.
pub struct Scorer {
    pub(super) session: Session,
    pub(super) head: Box<dyn ModelHead>,
}

/// What a model is given at a time.
#[derive(Debug, Clone, Copy)]
pub struct InputBatch<'a> {
    /// Standardised colours, `[count,3,rows,columns]`.
    pub values: &'a [f32],
    /// How many inputs.
    pub count: usize,
    /// Rows and columns of each.
    pub size: (u32, u32),
}

impl Scorer {
    /// The hits at or above `floor` of a batch; `cores` being what of the source each input stands for.
    ///
    /// # Errors
    /// [`ModelError::Run`], and those of [`ModelHead::hits`].
    pub fn hits(
        &mut self,
        batch: &InputBatch<'_>,
        cores: &[Rect],
        floor: f32,
    ) -> Result<Vec<Vec<Hit>>, ModelError> {
        let (count, input) = (batch.count, batch.size);
        let failed = |e: ort::Error| ModelError::Run {
            reason: first_line(&e.to_string()),
        };
        let shape = [count, 3, input.0 as usize, input.1 as usize];
        let tensor = TensorRef::from_array_view((shape, batch.values)).map_err(failed)?;
        let outputs = self.session.run(ort::inputs![tensor]).map_err(failed)?;
        let (shape, values) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        let sizes: Vec<usize> = shape
            .iter()
            .map(|d| usize::try_from(*d).unwrap_or(0))
            .collect();
        let output = RawOutput {
            sizes: &sizes,
            values,
            count,
            input,
        };
        self.head.hits(&output, cores, floor)
    }
}

//! Which places a scan lists as candidates: from which score of the model, and from which evidence of both stages.

use crate::scan::model::{BothStages, Model, Verifier};
use crate::scan::request::ScanRequest;

/// From where on a place is a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Listing {
    /// The score from which a cell is a hit.
    pub threshold: f64,
    /// What both stages list, once they have looked, and what they set aside; nothing where all is listed.
    pub both: Option<BothStages>,
}

impl Listing {
    /// As was asked; else as the verifier says of both stages; else as the model says of itself. Who names a threshold gets all
    /// that reaches it. A first pass promises nothing of what lies below the model's own.
    pub fn of(request: &ScanRequest, model: &Model, verifier: Option<&Verifier>) -> Self {
        let both = verifier.and_then(|v| v.contract().both);
        let both = both.filter(|_| request.threshold.is_none() && !request.first_pass);
        let alone = || request.threshold.unwrap_or(model.contract().threshold);
        Self {
            threshold: both.map_or_else(alone, |both| both.score),
            both,
        }
    }

    /// What it adds to the identity of a scan: the same score without the evidence lists other places.
    pub fn identity(&self) -> String {
        self.both.map_or_else(String::new, |both| {
            format!(" evidence {} sure {}", both.evidence, both.sure)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::model::{Device, Runtime};
    use crate::scan::review::ReviewPage;
    use crate::words::Lang;

    #[test]
    fn what_is_asked_for_comes_before_what_the_stages_say() {
        let runtime = Runtime::load().expect("a runtime");
        let model = Model::load(&runtime, None, Device::Cpu).expect("the built-in model");
        let verifier = Verifier::built_in(&model).expect("usable");
        let verifier = verifier.as_ref().expect("it belongs to the model");
        let both = verifier.contract().both.expect("it says how");
        let own = model.contract().threshold;
        assert!(both.score < own, "the first stage is used for recall");
        let review: ReviewPage = |_, _, _| String::new();
        let mut request = ScanRequest::new(vec![], "out".into(), review, Lang::En);
        let of = |request: &ScanRequest, verifier| {
            let listing = Listing::of(request, &model, verifier);
            (listing.threshold, listing.both)
        };
        let as_shipped = (both.score, Some(both));
        assert_eq!(of(&request, Some(verifier)), as_shipped);
        assert_eq!(of(&request, None), (own, None));
        request.first_pass = true;
        assert_eq!(of(&request, Some(verifier)), (own, None));
        request.first_pass = false;
        request.threshold = Some(0.2);
        assert_eq!(of(&request, Some(verifier)), (0.2, None));
    }
}

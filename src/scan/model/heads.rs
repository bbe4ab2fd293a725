//! Which head a model has: a classifier of tiles one, a dense classifier another, as have detectors and segmenters.

use super::box_head::BoxHead;
use super::contract::{Contract, Output};
use super::head::{DenseHead, ModelHead, TileHead, TrustedCells};
use super::mask_head::MaskHead;

impl Contract {
    /// The head of the model.
    pub fn head(&self) -> Box<dyn ModelHead> {
        let contract = self.clone();
        match self.output {
            Output::Tile => Box::new(TileHead(contract)),
            Output::Dense { cell, halo } => Box::new(DenseHead {
                contract,
                cells: TrustedCells { cell, halo },
            }),
            Output::Mask { pixel, cell, halo } => Box::new(MaskHead {
                contract,
                pixel,
                cells: TrustedCells { cell, halo },
            }),
            Output::Boxes(layout) => Box::new(BoxHead { contract, layout }),
        }
    }
}

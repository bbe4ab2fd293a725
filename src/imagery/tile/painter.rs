//! Threads that draw tiles. Each keeps the layers that it drew last open, and no more than a few: what is open belongs to
//! one thread, and so much is open at once as there are threads, whoever asks.

use super::address::TileAddress;
use super::draw::OpenRaster;
use super::error::TileError;
use super::hillshade::OpenHeights;
use super::layer::Layer;
use super::picture::{TilePicture, TilePixels};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Layers that a thread keeps open.
const MOST_OPEN: usize = 6;
/// Tiles that wait; whoever asks for more waits before.
const MOST_WAITING: usize = 64;

/// What a thread answers with: a tile, or nothing where there is nothing to see.
type DrawnTile = Result<Option<TilePicture>, TileError>;

struct Job {
    layer: Arc<Layer>,
    tile: TileAddress,
    answer: SyncSender<DrawnTile>,
}

/// Draws tiles, for any number of those who ask.
#[derive(Debug)]
pub struct Painter {
    jobs: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Painter {
    /// A painter with so many threads.
    pub fn new(threads: usize) -> Self {
        let (jobs, waiting) = sync_channel(MOST_WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        let start = |_| {
            let waiting = Arc::clone(&waiting);
            std::thread::spawn(move || paint(&waiting))
        };
        Self {
            jobs: Some(jobs),
            threads: (0..threads.max(1)).map(start).collect(),
        }
    }

    /// Draws a tile; nothing where there is nothing to see. Waits until it is drawn.
    ///
    /// # Errors
    /// See [`TileError`].
    pub fn tile(&self, layer: &Arc<Layer>, tile: TileAddress) -> DrawnTile {
        let (answer, drawn) = sync_channel(1);
        let job = Job {
            layer: Arc::clone(layer),
            tile,
            answer,
        };
        let jobs = self.jobs.as_ref().ok_or(TileError::Ended)?;
        jobs.send(job).map_err(|_ended| TileError::Ended)?;
        drawn.recv().unwrap_or(Err(TileError::Ended))
    }
}

impl Drop for Painter {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn paint(waiting: &Mutex<Receiver<Job>>) {
    let mut desk = OpenLayers::default();
    loop {
        let job = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(job) = job else {
            return;
        };
        // Whoever asked may have gone.
        let _ = job.answer.send(desk.tile(&job.layer, job.tile));
    }
}

/// What of a layer is open.
enum OpenLayer {
    Raster(OpenRaster),
    Heights(OpenHeights),
    /// The pyramid of photos; what photos show is kept by their layer.
    Photos(Option<OpenRaster>),
}

impl OpenLayer {
    fn new(layer: &Layer) -> Result<Self, TileError> {
        Ok(match layer {
            Layer::Raster(layer) => Self::Raster(OpenRaster::new(layer)?),
            Layer::Heights(layer) => Self::Heights(OpenHeights::new(layer)?),
            Layer::Photos(layer) => {
                let pyramid = layer.pyramid.as_ref().map(OpenRaster::new);
                Self::Photos(pyramid.transpose()?)
            }
        })
    }

    fn draw(
        &mut self,
        layer: &Layer,
        tile: TileAddress,
        on: &mut TilePixels,
    ) -> Result<(), TileError> {
        match (self, layer) {
            (Self::Raster(open), Layer::Raster(layer)) => open.draw(layer, tile, on),
            (Self::Heights(open), Layer::Heights(layer)) => open.draw(layer, tile, on),
            (Self::Photos(open), Layer::Photos(layer)) => layer.draw(open.as_mut(), tile, on),
            _ => Err(TileError::Gone),
        }
    }
}

/// One thread's open layers, the one that was drawn last at the end.
#[derive(Default)]
pub struct OpenLayers {
    open: Vec<(Arc<Layer>, OpenLayer)>,
}

impl OpenLayers {
    /// Draws a tile on this thread.
    ///
    /// # Errors
    /// See [`TileError`].
    pub fn tile(&mut self, layer: &Arc<Layer>, tile: TileAddress) -> DrawnTile {
        let known = self.open.iter().position(|(of, _)| Arc::ptr_eq(of, layer));
        let (of, mut open) = match known {
            Some(number) => self.open.remove(number),
            None => (Arc::clone(layer), OpenLayer::new(layer)?),
        };
        let mut canvas = TilePixels::clear();
        let drawn = open.draw(layer, tile, &mut canvas);
        // What failed is opened anew the next time.
        if drawn.is_ok() {
            self.open.push((of, open));
        }
        if self.open.len() > MOST_OPEN {
            self.open.remove(0);
        }
        drawn.map(|()| canvas.encode())
    }
}

//! A search, ready to begin: everything that can be wrong is checked, and what there is to do is known from headers alone.

use super::listing::Listing;
use super::sources::{Sources, open_orthomosaics};
use super::view_selection::{Chosen, choose};
use super::work::{Work, part_edges};
use crate::ground::Boundary;
use crate::imagery::photo::KnownPhotos;
use crate::imagery::{RasterOptions, find_inputs, fingerprint_bytes};
use crate::scan::error::ScanError;
use crate::scan::ids::SourceId;
use crate::scan::model::{Device, FirstPass, Model, ModelError, Runtime, Verifier};
use crate::scan::progress::{Progress, ScanStage};
use crate::scan::request::{ScanRequest, SecondStage};
use crate::scan::score_store::{RunKey, ScoreStore};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A search that is ready to begin.
pub struct Search<'a> {
    /// What was asked.
    pub request: &'a ScanRequest,
    /// The model.
    pub model: Model,
    /// What clears windows before it, where that is asked for.
    pub first: Option<FirstPass>,
    /// The sources.
    pub sources: Sources,
    /// The boundary of the survey.
    pub boundary: Option<Boundary>,
    /// The second model that looks at candidates, where there is one.
    pub verifier: Option<Arc<Verifier>>,
    /// What is listed as a candidate.
    pub listing: Listing,
    /// What scores are bound to.
    pub key: RunKey,
    /// Whether shards of a plan scored it, so that they are what is run again.
    pub in_shards: bool,
}

impl<'a> Search<'a> {
    /// Checks everything that can be wrong before the long work.
    ///
    /// # Errors
    /// See [`ScanError`].
    pub fn prepare(request: &'a ScanRequest, progress: &dyn Progress) -> Result<Self, ScanError> {
        Self::prepare_on(request.device, request, progress)
    }

    /// The same on another device than the one that was asked for: whoever plans or merges what others score needs none of
    /// its own. What scores are bound to stays the device that was asked for.
    ///
    /// # Errors
    /// See [`ScanError`].
    pub fn prepare_on(
        device: Device,
        request: &'a ScanRequest,
        progress: &dyn Progress,
    ) -> Result<Self, ScanError> {
        Self::prepare_with(device, (request, None), progress)
    }

    /// As [`Search::prepare`]; photos of which `known` says what their headers say are not opened. Whoever decodes some of them has to
    /// ask whether they hold.
    ///
    /// # Errors
    /// See [`ScanError`].
    pub fn prepare_knowing(
        known: Option<&KnownPhotos>,
        request: &'a ScanRequest,
        progress: &dyn Progress,
    ) -> Result<Self, ScanError> {
        Self::prepare_with(request.device, (request, known), progress)
    }

    fn prepare_with(
        device: Device,
        (request, known): (&'a ScanRequest, Option<&KnownPhotos>),
        progress: &dyn Progress,
    ) -> Result<Self, ScanError> {
        request.check()?;
        let found = find_inputs(&request.inputs)?;
        found.allow_network();
        progress.stage(ScanStage::Opening {
            sources: found.rasters.len() + found.photos.len(),
        });
        // Neither waits for the other: a short scan is not much longer than this.
        let (model, opened) = rayon::join(
            || Model::load(&Runtime::load()?, request.model.as_deref(), device),
            || open_orthomosaics(&found, request),
        );
        let model = model?;
        let verifier = verifier_of(request, &model)?;
        let listing = Listing::of(request, &model, verifier.as_ref());
        let of_model = || FirstPass::of(&model, request.device, listing.threshold);
        let first = request.first_pass.then(of_model);
        let first = first.transpose()?;
        let within = request.within.as_deref();
        let boundary = within
            .map(|path| Boundary::read(path, request.raster.towgs84))
            .transpose()?;
        for note in boundary.iter().flat_map(Boundary::notes) {
            progress.notice(note);
        }
        let sources = Sources::new(opened, &found, (request, known), model.contract(), progress)?;
        let options = options(boundary.as_ref(), request, first.as_ref());
        let fingerprints = sources.all.iter().map(|s| s.fingerprint().0.clone());
        let named = sources.names.iter().cloned().zip(fingerprints).collect();
        Ok(Self {
            verifier: verifier.map(Arc::new),
            listing,
            first,
            key: RunKey::new(model.sha256(), options, named),
            request,
            model,
            sources,
            boundary,
            in_shards: false,
        })
    }

    /// Whether the photos of some works are what was known of them.
    ///
    /// # Errors
    /// Those of the list of positions.
    pub(crate) fn holds<'w>(
        &self,
        known: &KnownPhotos,
        works: impl Iterator<Item = &'w Work>,
    ) -> Result<bool, ScanError> {
        let some = works.map(|work| work.source).collect();
        self.sources.hold(&some, known, self.request)
    }

    /// The work that is known from the headers.
    ///
    /// # Errors
    /// [`ScanError::BoundaryElsewhere`] where there is none.
    pub(crate) fn first_works(&self) -> Result<Vec<Work>, ScanError> {
        let chosen = self.choose(&Chosen::new(), &BTreeSet::new())?;
        let mut works = Vec::new();
        for (id, source) in self.sources.iter() {
            let parts = match (&chosen, source.as_photo()) {
                (Some(chosen), Some(_)) => {
                    let Some(parts) = chosen.get(&id) else {
                        continue;
                    };
                    Some(parts.clone())
                }
                _ => None,
            };
            works.extend(self.work(id, parts)?);
        }
        match (&self.request.within, works.is_empty()) {
            (Some(path), true) => Err(ScanError::BoundaryElsewhere { path: path.clone() }),
            _ => Ok(works),
        }
    }

    /// The work that makes up for photos which turned out to be of no use: of others, parts were left out.
    ///
    /// # Errors
    /// Those of coordinate systems.
    pub(crate) fn further_works(
        &self,
        works: &[Work],
        scores: &ScoreStore,
    ) -> Result<Vec<Work>, ScanError> {
        let is_useless = |(id, _): &(_, &Work)| {
            let mut reports = scores.chunks_of(*id);
            reports.any(|(_, report)| !report.unreadable.is_empty())
        };
        let useless: BTreeSet<SourceId> = super::numbered(works)
            .filter(is_useless)
            .map(|(_, work)| work.source)
            .collect();
        if useless.is_empty() {
            return Ok(Vec::new());
        }
        let mut searched = Chosen::new();
        for work in works.iter().filter(|w| !useless.contains(&w.source)) {
            if let Some(parts) = &work.parts {
                searched.entry(work.source).or_default().extend(parts);
            }
        }
        let Some(chosen) = self.choose(&searched, &useless)? else {
            return Ok(Vec::new());
        };
        let mut further = Vec::new();
        for (source, parts) in chosen {
            let before = searched.get(&source);
            let is_new = |part: &usize| !before.is_some_and(|b| b.contains(part));
            let new: BTreeSet<usize> = parts.into_iter().filter(is_new).collect();
            if !new.is_empty() {
                further.extend(self.work(source, Some(new))?);
            }
        }
        Ok(further)
    }

    /// The photos of which the boundary leaves everything out.
    ///
    /// # Errors
    /// Those of coordinate systems.
    pub(crate) fn photos_outside(&self) -> Result<BTreeSet<SourceId>, ScanError> {
        let mut outside = BTreeSet::new();
        for (id, source) in self.sources.iter() {
            let is_bound = self.boundary.is_some() && source.as_photo().is_some();
            if is_bound && self.work(id, None)?.is_none() {
                outside.insert(id);
            }
        }
        Ok(outside)
    }

    /// The parts of photos that are searched, where not all are.
    fn choose(
        &self,
        searched: &Chosen,
        useless: &BTreeSet<SourceId>,
    ) -> Result<Option<Chosen>, ScanError> {
        let Some(least) = self.request.photos.min_views else {
            return Ok(None);
        };
        let boundary = self.boundary.as_ref().map(Boundary::polygons);
        let edges = |id: SourceId| {
            let is_inside = self.work(id, None)?.is_some();
            let source = self.sources.source(id);
            Ok::<_, ScanError>(is_inside.then(|| part_edges(source, &self.model)))
        };
        choose(&self.sources, boundary, least, (searched, useless), edges).map(Some)
    }

    fn work(
        &self,
        id: SourceId,
        parts: Option<BTreeSet<usize>>,
    ) -> Result<Option<Work>, ScanError> {
        let source = (id, self.sources.source(id));
        let boundary = self.boundary.as_ref();
        Ok(Work::plan(source, &self.model, boundary, parts)?)
    }
}

/// The verifier that a request asks for: one in a file, or the built-in one where it belongs to the model.
///
/// # Errors
/// Those of a verifier.
fn verifier_of(request: &ScanRequest, model: &Model) -> Result<Option<Verifier>, ModelError> {
    match &request.second {
        SecondStage::Off => Ok(None),
        SecondStage::Looks => Verifier::built_in(model),
        SecondStage::Verifier(path) => Verifier::load(model, path).map(Some),
    }
}

/// The options that decide what a cell scores, by name.
fn options(
    boundary: Option<&Boundary>,
    request: &ScanRequest,
    first: Option<&FirstPass>,
) -> BTreeMap<String, String> {
    let within = boundary.map_or_else(String::new, |b| {
        fingerprint_bytes(&[format!("{:?}", b.polygons()).as_bytes()]).0
    });
    // A shift of the datum is in the fingerprints of the sources and of the boundary that it moves.
    let RasterOptions {
        crs,
        bands,
        towgs84: _,
    } = &request.raster;
    let crs = crs
        .as_ref()
        .map_or_else(String::new, |c| c.name().to_owned());
    let bands = bands.map_or_else(String::new, |b| format!("{b:?}"));
    let mut options = BTreeMap::from([
        ("within", within),
        ("crs", crs),
        ("bands", bands),
        ("allow_coarse", request.allow_coarse.to_string()),
        ("ground", request.photos.fingerprint()),
        ("device", request.device.name().to_owned()),
    ]);
    if let Some(least) = request.photos.min_views {
        options.insert("min_views", least.to_string());
    }
    if let Some(first) = first {
        options.insert("first_pass", first.sha256().to_owned());
    }
    let owned = options.into_iter().map(|(k, v)| (k.to_owned(), v));
    owned.collect()
}

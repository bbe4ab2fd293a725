//! What a person can do about an error, as values: each face of the program shows them in its own way, the command line
//! as commands and options, a page as buttons.
//!
//! What an error does not know (who, why, which file) is `None` or not there; a face asks for it.

use std::path::PathBuf;

/// Something that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Do the same again with this beside it, or in place of what was said.
    Again(Choice),
    /// Do the same again without this.
    Without(Choice),
    /// Search imagery.
    Scan {
        /// The imagery.
        input: Option<PathBuf>,
    },
    /// Search imagery whose day is named.
    ScanDated,
    /// Part a scan into shards.
    Plan {
        /// The folder of the plan.
        folder: Option<PathBuf>,
    },
    /// Score one shard of a plan.
    RunShard {
        /// The folder of the plan.
        folder: Option<PathBuf>,
        /// Its number.
        shard: Option<usize>,
        /// Whether what it has come to is discarded.
        anew: bool,
    },
    /// Make the pyramid of a raster.
    Pyramid {
        /// The raster.
        input: Option<PathBuf>,
    },
    /// Look at what a model says of itself.
    InspectModel,
    /// Write into a copy of a model what it does not say of itself.
    WrapModel {
        /// Keys and values, as JSON.
        set: Vec<(String, String)>,
    },
    /// Begin a registry.
    Init,
    /// Record a scan.
    Record,
    /// Add a site without a scan.
    Add,
    /// List sites.
    Sites {
        /// Only those of this state, by its code.
        state: Option<&'static str>,
    },
    /// Look at everything about a site.
    Show {
        /// Its code.
        site: String,
    },
    /// Decide at the desk about a candidate.
    Screen,
    /// Draw a random audit of what nobody has decided on.
    DrawAudit {
        /// The season.
        season: i16,
    },
    /// Record an eradication.
    Eradicate {
        /// The site's code.
        site: String,
        /// Per cent destroyed.
        percent: u8,
    },
    /// Fail an eradication.
    Fail {
        /// The site's code.
        site: String,
    },
    /// End a dispute.
    Resolve {
        /// The site's code.
        site: Option<String>,
    },
    /// Add words to a site.
    Note {
        /// The site's code.
        site: String,
    },
    /// Correct the number of plants that was recorded.
    CorrectCount,
    /// Correct the time of an event.
    CorrectTime {
        /// The site's code.
        site: String,
    },
    /// Void a wrong entry.
    Void {
        /// Its number.
        entry: String,
    },
    /// Look at what was recorded before.
    Log,
    /// Write sites for maps and spreadsheets.
    Export,
    /// Verify the registry.
    Verify,
    /// Save what is whole of a damaged registry.
    Salvage {
        /// The registry.
        path: PathBuf,
    },
    /// Put a backup back, in a place of its own.
    Restore,
    /// Read a boundary file.
    ReadDistricts,
    /// Take in a list of targets.
    ImportTargets,
    /// Add a person with a role.
    AddPerson {
        /// The person.
        person: Option<String>,
    },
    /// Grant a person a role.
    Grant {
        /// The person.
        person: Option<String>,
        /// The role, by its name.
        role: Option<&'static str>,
    },
    /// List the people.
    People,
    /// Make one's own key.
    MakeKey {
        /// The person.
        person: Option<String>,
    },
    /// Say that somebody's key is lost.
    LoseKey {
        /// The person.
        person: Option<String>,
    },
    /// Say that the key which somebody shows is theirs.
    ConfirmKey,
    /// List the crews that have a password.
    CrewPasswords,
    /// List the devices that are trusted.
    Trusted,
    /// Trust a device.
    Trust {
        /// Its key, in full, and its unit.
        device: Option<(String, String)>,
    },
    /// Take a bundle into the registry.
    ApplyBundle,
    /// Make a key to which others can encrypt bundles.
    MakeIdentity,
}

/// A part of what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A first pass.
    FirstPass,
    /// Which registry.
    Registry,
    /// Who does it.
    Actor,
    /// The file with the passphrase of the actor's key.
    Passphrase,
    /// A supervisor records it for somebody who cannot sign.
    InTheirName,
    /// Record it without the evidence that it needs.
    Force,
    /// Why.
    Reason,
    /// When it happened.
    When,
    /// When an event that is corrected happened.
    Happened,
    /// The day by which it has to be done.
    Due,
    /// The day on which a letter was signed.
    Signed,
    /// The day of a patrol or a round of inspection.
    On,
    /// Per cent destroyed.
    Percent(u8),
    /// A photograph.
    Photo,
    /// Another file.
    Document,
    /// Another officer.
    Officer,
    /// Plants, counted.
    Plants,
    /// Plants in each quadrat.
    Quadrats,
    /// Square metres.
    Area,
    /// The key that opens a bundle.
    Identity,
    /// Which season.
    Season,
    /// How fine the cells of hot spots are.
    Resolution,
    /// The coordinate system, by its EPSG code.
    Crs(Option<u32>),
    /// Parameters from a datum to WGS 84: three, or seven.
    Datum {
        /// Whether they are seven.
        seven: bool,
    },
    /// A terrain model.
    Dem,
    /// A list that says where photos were taken.
    Positions,
    /// The height of the ground above the sea.
    GroundElevation,
    /// The width of the camera's sensor.
    SensorWidth,
    /// The camera looked straight down.
    LookingDown,
    /// Search imagery that is coarser than the model can bear.
    AllowCoarse,
    /// The bands that are red, green and blue, from 1.
    Bands([usize; 3]),
    /// Discard earlier work in the output folder.
    Restart,
    /// Where to write.
    Output,
    /// Replace files.
    Overwrite,
    /// Imagery that is known to be without poppy.
    NoPoppy(Option<PathBuf>),
    /// Another model.
    Model,
    /// The second model.
    Verifier,
    /// What was learnt from verdicts.
    Learnt,
    /// The unit.
    Unit,
    /// When imagery was taken.
    Captured,
    /// The model runs on the processor.
    Processor,
    /// The script of an array job.
    Slurm,
    /// The boundary within which is searched.
    Within,
    /// Which shard of a plan.
    Shard,
    /// Merge though shards are missing.
    Partial,
    /// Worker threads.
    Threads,
    /// The port that is listened on.
    Port,
    /// The certificate authority by which a server is known.
    Authority,
    /// Over the network in the clear.
    Insecure,
    /// The schema of a database.
    Schema,
}

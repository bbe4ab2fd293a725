//! An error of every kind, and what it says.

use super::every;
use crate::cli::registry::say::{ArgumentError, Fits};
use crate::cli::tianditu::TiandituKeyError;
use crate::evaluate::EvaluateError;
use crate::exchange::ExchangeError;
use crate::exchange::import::RowFlaw;
use crate::files::{BucketError, FileError};
use crate::ground::{BoundaryError, BoundaryNote, CrsError, GeoPackageError, Misfit, VectorError};
use crate::imagery::base_map::BaseMapError;
use crate::imagery::photo::{
    Band, Defect, DemError, Doubt, HeightHelp, JpegError, PhotoRejection, PosError, Position,
    RejectionCause,
};
use crate::imagery::pyramid::PyramidError;
use crate::imagery::tile::TileError;
use crate::imagery::{Captured, CapturedError, InputError, RasterError, RasterNote};
use crate::office::{
    EntryError, FieldError, LearnError, OfficeError, PatrolError, PeerError, RecordError,
    UnknownPerson,
};
use crate::province::hot_spots::NotEnough;
use crate::registry::body::Outcome;
use crate::registry::event::EventFlaw;
use crate::registry::ids::{CodeError, Hash};
use crate::registry::moves::{Move, Need, Refusal};
use crate::registry::refusal::{DateBounds, DateOf, DayBound};
use crate::registry::{DeviceId, State};
use crate::remote::{MirrorError, RemoteError, TiandituError};
use crate::scan::{FurtherFiles, JournalError, LearntError, ModelError, ScanError, ShardError};
use crate::server::ServeError;
use crate::store::StoreError;
use crate::store::backup::BackupError;
use crate::store::bundle::BundleError;
use crate::store::evidence::EvidenceError;
use crate::store::keys::{KeyError, WeakPassphrase};
use crate::text::{DegreesFlaw, TextFlaw};
use crate::words::{Both, Lang, Said, Say};
use std::io;
use std::path::{Path, PathBuf};

fn path() -> PathBuf {
    "a b.tif".into()
}

fn io(kind: io::ErrorKind) -> io::Error {
    io::Error::from(kind)
}

fn denied() -> io::Error {
    io(io::ErrorKind::PermissionDenied)
}

fn device() -> DeviceId {
    "ab".repeat(32).parse().unwrap()
}

fn ground() -> Vec<Box<dyn Say>> {
    let misfits = [
        None,
        Some(Misfit::Exchanged),
        Some(Misfit::Degrees { epsg: 4490 }),
        Some(Misfit::ZoneInFront {
            zone: 38,
            epsg: 4526,
        }),
        Some(Misfit::ZoneLeftOut {
            zone: 38,
            epsg: 4526,
        }),
        Some(Misfit::UtmZoneInFront {
            zone: 49,
            epsg: 32_649,
        }),
    ];
    let mut all: Vec<Box<dyn Say>> = Vec::new();
    all.extend(boxed(misfits.into_iter().map(|misfit| {
        CrsError::OutOfRange {
            name: "x".into(),
            x: 1.0,
            y: 2.0,
            misfit,
        }
    })));
    all.extend(boxed(every!(CrsError {
        Unknown { definition: "x".into() },
        NoWayToLonLat { name: "x".into() },
        OutOfRange { name: "x".into(), x: 1.0, y: 2.0, misfit: None },
    })));
    all.extend(boxed(every!(GeoPackageError {
        Unreadable { path: path(), source: denied() },
        Interrupted { path: path(), journal: path() },
        TooMuch { path: path() },
        Malformed { path: path(), flaw: crate::ground::GeoPackageFlaw::Cut },
    })));
    all.extend(boxed(every!(BoundaryNote {
        WithoutShape { path: path(), features: 1 },
        Settled { path: path(), features: vec![1] },
        NoArea { path: path(), features: vec![1] },
        Misfit { path: path(), misfit: Misfit::Exchanged },
        UnknownDatum { path: path(), datum: "Xian 1980".into() },
        ShiftedMap { path: path() },
    })));
    all.extend(boxed(vectors().into_iter().map(|source| {
        BoundaryError::Unreadable {
            path: path(),
            source,
        }
    })));
    all.extend(boxed(every!(BoundaryError {
        Unreadable { path: path(), source: VectorError::NoCrs },
        Empty { path: path() },
        SelfIntersecting { path: path(), feature: 1 },
        Shape { path: path(), feature: 1 },
        HoleOutside { path: path(), feature: 1 },
        NoCrs { path: path(), easting: 38_435_137.0 },
        Crs { path: path(), source: CrsError::Unknown { definition: "x".into() } },
    })));
    all
}

fn vectors() -> Vec<VectorError> {
    every!(VectorError {
        Unreadable(denied()),
        GeoPackage(GeoPackageError::TooMuch { path: path() }),
        NoVector(String::new()),
        Folder,
        NoJson { line: 1 },
        Text(TextFlaw::Empty),
        Xml(crate::text::xml::XmlFlaw::Cut),
        NoKml,
        Foreign(crate::ground::ForeignVector::Ovital),
        Archive(crate::text::ArchiveFlaw::Cut),
        Several(["a.shp".into(), "b.shp".into()]),
        Parts(".dbf"),
        Words { feature: 1 },
        Shape { feature: 1, why: "x".into() },
        NoCrs,
        Crs(CrsError::Unknown { definition: "x".into() }),
    })
}

fn photos() -> Vec<RejectionCause> {
    let no_position = |position| RejectionCause::NoPosition {
        position,
        damaged: false,
        camera: true,
    };
    let mut all: Vec<RejectionCause> = [
        Position::NullIsland,
        Position::Absurd,
        Position::Unreadable,
        Position::OtherSystem,
        Position::Missing,
    ]
    .into_iter()
    .map(no_position)
    .collect();
    all.extend(
        [
            Doubt::AllZero,
            Doubt::NoTilt,
            Doubt::Damaged,
            Doubt::Ambiguous,
            Doubt::UnclearList,
            Doubt::NoHeading,
            Doubt::HandHeld,
        ]
        .map(RejectionCause::Attitude),
    );
    all.extend([Defect::Blurred, Defect::Dark, Defect::Overexposed].map(RejectionCause::Defect));
    all.extend([Band::Colour, Band::Multispectral("NIR".into())].map(RejectionCause::Band));
    all.extend(every!(RejectionCause {
        Jpeg(JpegError::Empty), Jpeg(JpegError::Broken), Jpeg(JpegError::NotJpeg { looks_like: None }),
        Jpeg(JpegError::Io(denied())), Jpeg(JpegError::Io(BucketError::Gone.into())),
        Truncated, Damaged, TooLarge { megapixels: 900.0 }, Grey,
        NoPosition { position: Position::Missing, damaged: true, camera: true },
        NoAltitude { above_sea: true, damaged: false },
        NoAltitude { above_sea: false, damaged: true },
        AbsurdAltitude { above_ground_m: 9000.0, ground: HeightHelp::Given },
        AbsurdAltitude { above_ground_m: 0.0, ground: HeightHelp::Elevation },
        AbsurdAltitude { above_ground_m: 0.0, ground: HeightHelp::Nothing },
        TwoPlaces { metres: 400.0 }, TwoHeights { metres: 90.0 },
        OffTerrain, Antimeridian, NoFocalLength, TooCoarse { gsd_cm: 9.0, coarsest_cm: 3.0 }, TooOblique,
        Attitude(Doubt::AllZero), Panorama, OverEllipsoid, Band(Band::Thermal), Defect(Defect::NearInfrared), Defect(Defect::Colourless), Defect(Defect::Palette),
    }));
    all
}

fn imagery() -> Vec<Box<dyn Say>> {
    let mut all: Vec<Box<dyn Say>> = Vec::new();
    all.extend(boxed(
        photos()
            .into_iter()
            .map(|why| PhotoRejection { path: path(), why }),
    ));
    all.extend(boxed(every!(RasterError {
        Photo(Box::new(PhotoRejection { path: path(), why: RejectionCause::Grey })),
        NotARaster { path: path(), reason: "x".into() }, NotARaster { path: "a.geojson".into(), reason: "x".into() },
        NotGiven { path: path(), source: BucketError::Refused },
        DataBase { path: path(), source: GeoPackageError::TooMuch { path: path() } },
        Leads { path: path(), to: "x".into() },
        NoCrs { path: path() }, BadPrj { path: path(), prj: path() }, NoCrsButZone { path: path(), zone: 38, epsg: 4526 }, NoCrsButDegrees { path: path() },
        NoPlace { path: path() }, Gcps { path: path() }, Rpcs { path: path() },
        ZeroPixels { path: path() },
        Crs { path: path(), source: CrsError::NoWayToLonLat { name: "x".into() } },
        Grey { path: path(), bands: 1, heights: true }, Grey { path: path(), bands: 1, heights: false },
        OfValues { path: path() }, Foreign { path: path(), format: "ECW" },
        NoSuchBand { path: path(), band: 9, bands: 3 },
        Depth { path: path(), kind: "Float32".into() },
        TooCoarse { path: path(), gsd_cm: 9.0, coarsest_cm: 3.0 },
        PartlyUnreadable { path: path(), m2: 3.0, in_shards: false }, PartlyUnreadable { path: path(), m2: 3.0, in_shards: true },
        Changed { path: path() },
    })));
    all.push(Box::new(FurtherFiles {
        count: 7,
        like: path(),
    }));
    all.extend(boxed(every!(RasterNote {
        Overridden { path: path(), own: "a".into(), taken: "b".into() },
        UnknownDatum { path: path(), datum: "x".into() }, WayNotUsed { path: path(), crs: "x".into() }, GuessedBands { path: path(), bands: 5 },
    })));
    all.extend(boxed(every!(InputError {
        Missing { path: path() }, MissingOfList { list: path(), line: 3, path: path() },
        Unreadable { path: path(), source: denied() },
        List { path: path(), flaw: TextFlaw::Empty },
        Nothing { path: path(), ignored: 3 },
    })));
    all.extend(boxed(every!(PosError {
        Unreadable { path: path(), source: denied() },
        Text { path: path(), flaw: TextFlaw::Empty },
        Empty { path: path() }, Order { path: path() }, NoCrs { path: path() },
        Titles { path: path(), titles: "x".into() },
        Workbook { path: path(), flaw: crate::text::WorkbookFlaw::Locked }, Formula { path: path(), line: 3 },
        Row { path: path(), line: 1 }, Datum { path: path(), datum: "x".into() },
        Twice { path: path(), name: "x".into() }, Shared { path: path(), name: "x".into() }, NoneMatches { path: path(), name: "x".into() },
    })));
    all.extend(boxed(every!(DemError {
        Unreadable { path: path() }, NoPlace { path: path() },
        NotGiven { path: path(), source: BucketError::Gone },
        Crs { path: path(), source: CrsError::NoWayToLonLat { name: "x".into() } },
        Elsewhere { path: path() },
    })));
    all.extend(boxed(every!(PyramidError {
        Raster(RasterError::NoCrs { path: path() }), File(FileError::Exists { path: path() }),
        Unwritable { path: path(), reason: "x".into() }, Stopped,
        BesideScan { raster: path(), why: Box::new(PyramidError::Stopped) },
        PhotosBesideScan { why: Box::new(PyramidError::Stopped) },
    })));
    all.extend(boxed(every!(TileError {
        Raster(RasterError::NoCrs { path: path() }), Crs(CrsError::NoWayToLonLat { name: "x".into() }),
        Gone, TooFarOut, Ended,
    })));
    all.extend(boxed(every!(BaseMapError {
        Address { text: "x".into() }, Shifted { text: "x".into(), system: "GCJ-02" },
        Vector { path: path() }, Malformed { path: path(), why: "x".into() }, Cut { path: path(), there: 1, whole: 2 },
        File(GeoPackageError::TooMuch { path: path() }), Tile(TileError::Gone),
    })));
    all.extend(boxed(every!(CapturedError {
        Unclear { text: "x".into() },
        Ahead("2099-05-03".parse::<Captured>().expect("a day")),
    })));
    all
}

fn scan() -> Vec<Box<dyn Say>> {
    let input = || InputError::Missing { path: path() };
    let crs = || CrsError::NoWayToLonLat { name: "x".into() };
    let mut all: Vec<Box<dyn Say>> = Vec::new();
    all.extend(boxed(every!(ModelError {
        NoRuntime { places: vec![path()] },
        BadRuntime { path: path(), reason: "x".into() },
        Unreadable { path: path(), source: denied() },
        File { path: path(), source: Box::new(ModelError::NoCell) },
        NotOnnx { reason: "x".into() },
        Ports { inputs: 2, outputs: 2 },
        HalfPrecision, InputShape { found: "x".into() }, OutputShape { found: "x".into() },
        NoVerifier { path: path(), source: denied() }, NotAVerifier { kind: "x".into() }, VerifierPorts { found: "x".into() },
        OtherKind { kind: "x".into() }, NoSecondLook, NoFirstPass, BelowFirstPass { threshold: 0.2, lowest: 0.32 },
        MaskShape { found: "x".into() }, BoxShape { found: "x".into(), classes: Some(2) }, BoxShape { found: "x".into(), classes: None },
        OtherBoxes { kind: "x".into() }, NoClassNames, NoPositive { classes: vec!["x".into(), "y".into()] },
        Incomplete { missing: vec![("resolution".into(), "2".into()), ("tile_size".into(), "64".into())] },
        UnknownKey { key: "x".into(), known: vec!["y".into()] }, NotAProbability { value: 3.0 }, TwoLayouts { found: "x".into() }, SuppressedInside,
        OtherClass { number: 7.0, classes: vec!["x".into()] }, OtherFirstStage { learnt_from: "x".into(), model: "y".into() },
        NoResolution, NoTileSize, NoCell,
        NotJson { key: "x".into(), value: "x".into() }, BadValue { key: "x".into(), value: "x".into() }, OtherPositive { value: "x".into(), classes: vec!["x".into(), "y".into()] },
        Run { reason: "x".into() }, NotANumber,
        Device { device: "cuda".into(), reason: "x".into() },
    })));
    all.extend(boxed(every!(LearntError {
        Unreadable { path: path(), why: "x".into() }, NoneInForce { path: path() }, NoLook { path: path() }, OtherModel { path: path() },
        NoUnit { path: path(), unit: "410423".into() }, OtherUnit { path: path(), unit: "410423".into() },
        NoDate { path: path(), name: "x".into() },
        OtherSeason { path: path(), name: "x".into(), from: "2025-09-15".into(), expires: "2026-09-14".into() },
        OtherGsd { path: path(), name: "x".into(), gsd: 1.0, range: [2.0, 3.0] },
    })));
    all.extend(boxed(every!(JournalError {
        OtherWork { folder: path(), difference: "x".into() },
        BelowFloor { folder: path(), floor: 0.1, lowest: 0.05 },
        Foreign { folder: path(), file: "x".into() },
        Damaged { folder: path() }, Busy { folder: path() },
        File(FileError::Exists { path: path() }),
        Io { path: path(), source: denied() },
        Io { path: path(), source: io(io::ErrorKind::StorageFull) },
    })));
    all.extend(boxed(every!(ScanError {
        Input(input()), NoSource(vec![]), NoSource(vec![RasterError::NoCrs { path: path() }]),
        NoSource(vec![RasterError::NoCrs { path: path() }, RasterError::NoPlace { path: path() }]),
        Raster(RasterError::NoCrs { path: path() }),
        Learnt(LearntError::NoLook { path: path() }), Model(ModelError::NoCell),
        Boundary(BoundaryError::Empty { path: path() }),
        BoundaryElsewhere { path: path() },
        NoData { sources: vec!["x".into()] },
        Journal(JournalError::Busy { folder: path() }),
        Write { path: path(), source: denied() },
        Crs(crs()),
        Dem(DemError::Elsewhere { path: path() }),
        Pos(PosError::Empty { path: path() }),
        Range { what: Both("the threshold", "阈值"), value: "2".into(), allowed: Both("0–1", "0–1") },
        Shard(ShardError::Missing { folder: path(), shards: vec![1] }),
        Interrupted { folder: path() },
    })));
    all.extend(boxed(every!(ShardError {
        Io { path: path(), source: denied() },
        NoPlan { folder: path() }, NotAPlan { path: path(), why: "x".into() }, OtherPlanThere { path: path() },
        OtherProgram { path: path(), program: "0.0.1".into() },
        Changed { difference: "x".into() },
        NoSuchShard { shard: Some(9), shards: 8 }, NoSuchShard { shard: None, shards: 8 },
        Missing { folder: path(), shards: (0..30).collect() },
        Unread { folder: path(), shards: (0..30).collect() }, Stopped { folder: path(), shard: 1 },
        NoneSearched { folder: path(), missing: (0..30).collect(), shards: 30 }, NoneSearched { folder: path(), missing: vec![1], shards: 2 },
        Cut { path: path() }, Damaged { path: path() }, Elsewhere { path: path() }, NotItsOwn { path: path() },
        OtherFormat { path: path(), format: "x".into() },
    })));
    all.extend(boxed(every!(EvaluateError {
        NoTruth { path: path() },
        Truth { path: path(), feature: Some(1), why: "x".into() },
        Truth { path: path(), feature: None, why: "x".into() },
        NoGeoJson { path: path(), flaw: crate::ground::GeoJsonFlaw::NoFeatures },
        List { path: path(), why: "x".into() },
        Elsewhere { survey: "x".into(), plots: 3 },
        NoEmptyGround,
        Scan { survey: "x".into(), source: ScanError::Input(input()) },
        Write { path: path(), source: denied() },
        Foreign { path: path() },
        File(FileError::Exists { path: path() }),
        Chart { why: "x".into() },
    })));
    all
}

fn unknown(meant: Option<&str>, known: &[&str]) -> UnknownPerson {
    UnknownPerson {
        name: "Wnag".into(),
        unit: "410423".into(),
        meant: meant.map(str::to_owned),
        known: known.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn bounds(of: DateOf) -> DateBounds {
    let day = |day| Some(DayBound::of_day(jiff::civil::Date::constant(2026, 5, day)));
    DateBounds::between(of, day(1), day(2))
}

fn refusals() -> Vec<Refusal> {
    every!(Refusal {
        Role,
        State { state: State::Confirmed, allowed: vec![] },
        State { state: State::Candidate, allowed: vec![Move::Screen, Move::Visit] },
        Disputed, SelfAcceptance, NotAll { percent: 40 },
        Lacks { needs: vec![Need::ScenePhoto, Need::AfterPhoto, Need::TwoOfficers] },
        Lacks { needs: vec![Need::CountOrArea, Need::SpotPhoto, Need::LicenceDocument] },
        NoReason, IntoLess { state: State::Confirmed }, NotClaimed, MissingHistory, Origin, Device, Revoked,
        Unit { unit: "410423".into() }, NotBelow { unit: "410423".into() }, Order, Unsigned, Key, Date { date: "2026-05-03".into(), bounds: Box::default() },
        Date { date: "2026-05-03".into(), bounds: bounds(DateOf::Event).into() }, Date { date: "2026-05-03".into(), bounds: bounds(DateOf::Corrected).into() },
        Date { date: "2026-05-03".into(), bounds: bounds(DateOf::Due).into() }, Date { date: "2026-05-03".into(), bounds: bounds(DateOf::Signed).into() },
        Date { date: "2026-05-03".into(), bounds: bounds(DateOf::On).into() }, Date { date: "2026-05-03".into(), bounds: bounds(DateOf::Captured).into() }, Outline,
        Far { metres: 900 }, Supervisor, NoSuchSite, Percent, SamePicture, HigherUnit, Fork, Number,
        NoSuchEntry, BuiltOn, AnotherPerson, Informant,
        Ahead { date: "2099-05-03".into(), bounds: bounds(DateOf::Event).into() }, Contradicts { entry: Hash::of(b"x") },
    })
}

fn store() -> Vec<Box<dyn Say>> {
    let mut all: Vec<Box<dyn Say>> = Vec::new();
    for site in ["", "7K3QF2-V"] {
        all.extend(boxed(refusals().into_iter().map(|refusal| {
            StoreError::Refused {
                site: site.into(),
                refusal,
                actor: "Li".into(),
            }
        })));
    }
    all.extend(boxed(every!(StoreError {
        Missing { path: path() }, Exists { path: path() }, Empty { path: path() }, NotARegistry { path: path() },
        Newer { path: path(), found: 9, known: 3 },
        Held { path: path(), by: "x".into() },
        ReadOnly { path: path() }, Interrupted { path: path() },
        ForeignJournal { path: path(), journal: path() },
        NoDeviceKey { path: path() }, Full { path: path() },
        Damaged { path: path(), what: "x".into() },
        Refused { site: String::new(), refusal: Refusal::Role, actor: "Li".into() },
        NoRole { actor: "Li".into(), roles: vec!["verifier"] },
        Person(Box::new(unknown(Some("Wang"), &["Wang"]))),
        Grounds { path: path() },
        KeyNeeded { actor: "Li".into() },
        UnknownSite { code: "x".into() },
        AmbiguousSite { code: "x".into(), sites: vec!["7K3QF2-V".into()] },
        Code { code: "x".into(), source: CodeError::Malformed },
        Code { code: "x".into(), source: CodeError::CheckSymbol },
        Flaw { event: Hash::of(b"x"), flaw: EventFlaw::Link },
        Sqlite { path: path(), source: StoreError::of_the_engine() },
        Io { path: path(), source: denied() },
    })));
    all.extend(boxed(every!(BackupError {
        Weak(WeakPassphrase::Empty),
        Store(StoreError::Missing { path: path() }), File(FileError::Exists { path: path() }),
        Io { path: path(), source: denied() },
        Named { path: path() }, NotABackup { path: path() }, Locked { path: path() },
        Changed { path: path(), name: "x".into() },
        Taken { path: path() },
    })));
    all.extend(boxed(every!(WeakPassphrase {
        Empty,
        Placeholder,
        Short
    })));
    all.extend(boxed(every!(KeyError {
        Weak(WeakPassphrase::Empty),
        Missing { name: "Li".into(), path: path() }, Locked { name: "Li".into() },
        Io { path: path(), source: denied() },
    })));
    all.extend(boxed(every!(EvidenceError {
        Unreadable { path: path(), source: denied() }, NotAPhoto { path: path() },
        StaysHere { path: path() }, Unwritable { path: path(), source: denied() },
    })));
    all.extend(boxed(bundles()));
    all.extend(boxed(peers()));
    all.extend(boxed(mirrors()));
    all
}

fn lines() -> Vec<RemoteError> {
    let origin = || "https://a:8717".to_owned();
    let both = || ("x".to_owned(), "字".to_owned());
    every!(RemoteError {
        Address { typed: "x".into() },
        Clear { origin: origin() },
        NoHost { host: "a".into() },
        Unreachable { origin: origin(), why: "x".into() },
        Broken { origin: origin(), why: "x".into() },
        Name { origin: origin() },
        NoAuthority { origin: origin() },
        Changed { origin: origin(), known: "AA".into(), shown: "BB".into() },
        Certificate { origin: origin(), why: "x".into() },
        NotPapaver { origin: origin() },
        Refused { code: "x".into(), passes: false, message: both(), remedy: both() },
        Refused { code: "x".into(), passes: true, message: both(), remedy: Default::default() },
    })
}

fn mirrors() -> Vec<MirrorError> {
    let why = || "x".to_owned();
    every!(MirrorError {
        Address, Shown, NoUser, NoPassword, NoAuthority, NoPostGis, Certificate { host: "a".into(), why: why() },
        Unreachable { host: "a".into(), why: why() }, Login { host: "a".into(), why: why() }, Foreign { what: "a.b".into() },
        OtherUnit { what: "a".into(), unit: "410423".into() }, Denied { why: why() }, Broken { why: why() },
        Database { why: why() },
    })
}

fn peers() -> Vec<PeerError> {
    let origin = || "https://a:8717".to_owned();
    let unit = || "410423".to_owned();
    let mut all = every!(PeerError {
        Remote(Box::new(RemoteError::NoHost { host: "a".into() })),
        Newer { origin: origin(), format: "papaver.exchange/2".into() },
        NoRegistry { origin: origin(), known: vec![] },
        NoRegistry { origin: origin(), known: vec![unit()] },
        ManyRegistries { origin: origin(), known: vec![unit(), unit()] },
        Unproven { origin: origin() },
        Stranger { origin: origin(), device: device(), unit: unit() },
        Revoked { origin: origin(), why: Box::new(revocation()) },
        NotTrusted { origin: origin(), device: device(), unit: unit() },
        NoCertificate { path: path() },
    });
    all.extend(lines().into_iter().map(PeerError::from));
    all
}

fn revocation() -> crate::store::Revocation {
    crate::store::Revocation {
        by: "Li".into(),
        by_unit: "410000".into(),
        on: "2026-05-03".into(),
        after: Some(9),
        reason: Some("x".into()),
    }
}

fn bundles() -> Vec<BundleError> {
    every!(BundleError {
        Weak(WeakPassphrase::Short), Io { path: path(), source: io(io::ErrorKind::NotFound) },
        Io { path: path(), source: denied() },
        File(FileError::Exists { path: path() }),
        NotABundle { path: path(), why: "x".into() }, Changed { path: path(), at: "x".into() },
        Strange { path: path(), entry: "x".into() }, Bomb { path: path(), claims: 9 },
        Newer { path: path(), format: "x".into() },
        Stranger { path: path(), device: device(), unit: "410423".into() },
        Revoked { path: path(), device: device(), why: Box::new(revocation()) },
        NotAReceipt { path: path() }, StrangeReceipt { path: path(), device: device(), unit: Some("410000".into()) },
        Event { path: path(), line: 1, flaw: EventFlaw::Link },
        TooMuchWork { path: path(), logarithm: 22 },
        Locked { path: path() }, Recipient { text: "x".into() }, Nothing,
        Store(Box::new(StoreError::Missing { path: path() })),
    })
}

fn above() -> Vec<Box<dyn Say>> {
    let missing = || StoreError::Missing { path: path() };
    let photo = || EvidenceError::NotAPhoto { path: path() };
    let exists = || FileError::Exists { path: path() };
    let mut all: Vec<Box<dyn Say>> = Vec::new();
    all.extend(boxed(every!(BucketError {
        Gone, Refused, NoKey { missing: "AWS_ACCESS_KEY_ID" }, Replaced, Cut, TooLong { most: 1 << 30 }, TooManyNames { most: 100_000 },
        Answered { status: "400".into() }, Unreached { why: "x".into() },
    })));
    all.extend(boxed(every!(FileError {
        Exists { path: path() }, Folder { path: path() }, Registry { path: path() },
        Unwritable { path: path(), source: denied() },
        Nowhere { folder: path() },
        Unreached { path: path(), source: denied() },
    })));
    all.extend(boxed(every!(ExchangeError {
        File(exists()),
        Unreadable { path: path(), source: denied() },
        GeoPackage(GeoPackageError::TooMuch { path: path() }),
        Unknown { path: path() }, Shapeless { path: path(), rows: 2 },
        Foreign { path: path(), kind: crate::ground::ForeignVector::Ovital },
        Malformed { path: path(), why: "x".into() },
        GeoJson { path: path(), flaw: crate::ground::GeoJsonFlaw::NoFeatures },
        Table { path: path(), flaw: crate::exchange::GridFlaw::Workbook(crate::text::WorkbookFlaw::Older) },
        Views { path: path(), views: vec!["x".into()] }, NoSites { path: path(), titles: vec![] }, NoForm { path: path(), titles: vec!["x".into()] },
        Vector { path: path(), source: VectorError::NoCrs },
        Targets { path: path(), flaws: vec![crate::exchange::TargetFlaw::Nothing] },
        Targets { path: path(), flaws: vec![crate::exchange::TargetFlaw::NoSystem] },
        Targets { path: path(), flaws: vec![crate::exchange::TargetFlaw::OwnLedger] },
        Targets { path: path(), flaws: vec![crate::exchange::TargetFlaw::NoMetres(2, "x".into(), "y".into())] },
        Targets { path: path(), flaws: vec![crate::exchange::TargetFlaw::System(Some(2), crate::ground::CrsError::NoWayToLonLat { name: "x".into() })] },
        Track { path: path(), flaw: crate::exchange::TrackFlaw::NotATrackFile },
        Shifted { path: path(), system: "GCJ-02", metres: 500, rows: 9 },
        Store(Box::new(missing())),
        Evidence(photo()),
    })));
    all.extend(boxed(every!(NotEnough {
        Ground, Cells { cells: 3, resolution: 7 }, Sites { sites: 1 },
    })));
    all.extend(boxed(every!(RecordError {
        Unreadable { path: path(), source: denied() },
        Malformed { path: path(), why: "x".into() }, NoDecisions { path: path(), why: "x".into() },
        GeoJson { path: path(), flaw: crate::ground::GeoJsonFlaw::NoFeatures },
        Edited { path: path() }, LeadsOut { path: path() },
        Evidence(photo()),
        Store(Box::new(missing())),
    })));
    all.extend(boxed(every!(LearnError {
        NoScan, Folder { path: path(), why: "x".into() }, NoFeatures { path: path() },
        Otherwise { scan: "x".into() }, NoSeason { scan: "x".into() }, Unlike { scan: "x".into() }, TooFew { yes: 1, no: 2 },
        NothingLearnt { yes: 10, no: 20 }, Worse { before: 0.9, after: 0.8 }, Loses { depth: 0.2, before: 0.9, after: 0.8 },
        Record(RecordError::Edited { path: path() }), Store(Box::new(missing())),
    })));
    all.extend(boxed(every!(OfficeError {
        Person(unknown(Some("Wang"), &["Wang"])), Person(unknown(None, &["Wang"])), Person(unknown(None, &[])),
        Store(Box::new(missing())),
        Evidence(Box::new(photo())),
        Key(KeyError::Missing { name: "Li".into(), path: path() }),
        Record(Box::new(RecordError::Edited { path: path() })),
        Bundle(Box::new(BundleError::Nothing)),
        Peer(Box::new(PeerError::Unproven { origin: "https://a".into() })),
        Mirror(MirrorError::NoUser),
        Exchange(Box::new(ExchangeError::Unknown { path: path() })),
        File(exists()),
        ManyUnits("Li".into()), NothingOpen, NoAudit { season: 2026 },
        AuditStands { season: 2026, by: "Li".into(), at: "2026-05-01T08:00:00+08:00".into() },
        Entry(EntryError::Unknown { typed: "3f9c".into(), found: 0 }),
        Field(FieldError::NoAccess { crew: "x".into() }),
        Patrol(PatrolError::Nothing),
    })));
    let day = jiff::civil::date(2026, 5, 3);
    all.extend(boxed(every!(PatrolError {
        Nothing, NoDistrict, NoDay, AnotherDay { on: day, first: day, last: day }, ClockLeapt { first: day, last: day }, ClockBehind { first: day },
        NoGround(path()), NoArea,
    })));
    all.extend(boxed(every!(ServeError {
        Folder { path: path(), source: denied() }, Taken { port: 8717 },
        Address { address: "127.0.0.1:80".into(), source: denied() },
        Authority { path: path(), why: "x".into() }, Expired { path: path() },
        Silent { port: 8717, source: denied() }, Threads(denied()),
        BaseMap(BaseMapError::Address { text: "x".into() }),
    })));
    all.extend(boxed(every!(TiandituKeyError {
        Missing,
        Malformed,
        StandIn
    })));
    all.extend(boxed(every!(TiandituError {
        Unreachable, Certificate, Slow, Refused, Quota, NoPicture, Nothing, Status(500),
    })));
    all.extend(boxed(every!(FieldError {
        NoAccess { crew: "x".into() }, HoldsKey { person: "Li".into() },
    })));
    all.extend(boxed(every!(EntryError {
        Unknown { typed: "3f9c".into(), found: 0 },
        Unknown { typed: "3f9c".into(), found: 2 },
        Kind { typed: "3f9c".into(), kind: "visit".into(), wanted: &["patrol", "tip"] },
        Void { entry: Hash::of(b"x") },
    })));
    all
}

fn arguments() -> Vec<ArgumentError> {
    every!(ArgumentError {
        NoRegistry, ManyRegistries(vec![path()]), ManyUnits("Li".into()), NoActor, NoDecision,
        Value { option: "--unit", value: "x".into(), fits: Fits::Like("410423".into()) },
        Value { option: "ROLE", value: "x".into(), fits: Fits::OneOf("analyst, verifier".into()) },
        Value { option: "--stop", value: "2".into(), fits: Fits::Rule("0–1".into()) },
        Exchanged { option: "--at", value: "33.7,113.3".into() },
        NoDistricts { path: path(), why: "x".into() },
        NoPassphrase, NoOldPassphrase, NoBackupPassphrase, NothingToAssign,
        Coded { option: "--reason", value: "x".into(), list: vec![("crop", "a crop", "农作物")] },
        UnknownCrew { crew: "x".into(), meant: Some("y".into()), known: vec!["y".into()] },
        UnknownCrew { crew: "x".into(), meant: None, known: vec![] },
        UnknownCrew { crew: "x".into(), meant: None, known: vec!["y".into()] },
        UnknownDistrict("4104".into()), NoPlace(vec![path()]), OtherSystem(path()), Input(denied()), File { option: "--ca", path: path(), source: denied() }, NoWhere,
        Coded { option: "--source", value: "–".into(), list: vec![("patrol", "patrol", "踏查")] },
    })
}

fn rows() -> Vec<RowFlaw> {
    let mut all: Vec<RowFlaw> = refusals().into_iter().map(RowFlaw::Move).collect();
    all.extend(every!(RowFlaw {
        ChangedRow { entry: Hash::of(b"x"), before: (Outcome::Cultivated, Some(3)), now: (Outcome::Nothing, None) },
        ChangedRow { entry: Hash::of(b"x"), before: (Outcome::Cultivated, Some(3)), now: (Outcome::Cultivated, Some(4)) },
        NoSite, UnknownSite("x".into()), TwoSites, Mangled("x".into()),
        OtherDistrict { given: "a".into(), known: "b".into() },
        TwoRows(vec![1, 2]),
        Form(crate::exchange::form_flaw::FormFlaw {
            key: "outcome", value: "x".into(), why: crate::exchange::form_flaw::FormError::NotANumber,
        }),
        NoTime, UnknownHead, NotDegrees, Origin, NoPlace("x".into(), DegreesFlaw::NoDegrees), Shifted("x".into()), Far(90.0),
        Datum("x".into()),
        Beside("7K3QF2-V".into(), 3.0), NoPhoto("x".into()), ManyPhotos("x".into()), NotAPhoto("x".into()),
        PhotoElsewhere("x".into()), PhotoOnline("x".into()), NoRole("Li".into(), vec!["verifier"]), Move(Refusal::Role),
        NoFinder("Li".into(), vec!["analyst", "supervisor"]),
    }));
    all
}

fn boxed<E: Say>(errors: impl IntoIterator<Item = E>) -> Vec<Box<dyn Say>> {
    errors
        .into_iter()
        .map(|error| Box::new(error) as Box<dyn Say>)
        .collect()
}

/// What every error says, with its name.
pub(super) fn told(lang: Lang) -> Vec<(String, Said)> {
    let errors = [
        ground(),
        imagery(),
        scan(),
        store(),
        above(),
        boxed(arguments()),
    ];
    let mut told: Vec<(String, Said)> = errors
        .into_iter()
        .flatten()
        .map(|error| (format!("{error:?}"), error.say(lang)))
        .collect();
    for error in vectors() {
        told.push((format!("{error:?}"), error.say(Path::new("a.shp"), lang)));
    }
    for flaw in rows() {
        let said = Said::new(lang.pick("a row", "一行")).hint(flaw.say(lang));
        told.push((format!("{flaw:?}"), said));
    }
    told
}

//! Actions as they are typed: a command line, or the options that are added to the one that was refused.

use crate::words::{Action, Both, Choice, Lang, Remedy};
use std::path::Path;

/// A word of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CommandWord {
    /// As it is typed.
    Given(String),
    /// What the person knows: shown by its name.
    Blank(Blank),
}

/// What a person fills in: its name, and a value that would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Blank {
    name: Both,
    /// For whoever tries the line.
    pub(super) sample: &'static str,
}

const fn blank(english: &'static str, chinese: &'static str, sample: &'static str) -> Blank {
    Blank {
        name: Both(english, chinese),
        sample,
    }
}

const FILE: Blank = blank("FILE", "文件", "a.gpkg");
const MODEL: Blank = blank("MODEL", "模型", "a.onnx");
const ONNX: Blank = blank("NEW.onnx", "新模型.onnx", "b.onnx");
const BACKUP: Blank = blank("BACKUP", "备份", "a.papaver-backup");
const NEW: Blank = blank("NEW", "新文件", "new.papaver");
const FOLDER: Blank = blank("FOLDER", "文件夹", "results");
const IMAGERY: Blank = blank("IMAGERY", "影像", "a.tif");
const PLAN: Blank = blank("PLAN", "计划", "plan");
const SHARD: Blank = blank("K", "编号", "0");
const NAME: Blank = blank("NAME", "姓名", "Li");
const ROLE: Blank = blank("ROLE", "角色", "verifier");
const SITE: Blank = blank("SITE", "图斑", "7K3QF2-V");
const STATE: Blank = blank("STATE", "状态", "confirmed");
const TEXT: Blank = blank("TEXT", "理由", "because");
const WORDS: Blank = blank("TEXT", "备注", "because");
const REASON: Blank = blank("REASON", "理由", "crop");
const TIME: Blank = blank("TIME", "时间", "2026-05-03");
const HASH: Blank = blank("HASH", "哈希", "0123abcd");
const NUMBER: Blank = blank("N", "株数", "12");
const NUMBERS: Blank = blank("N,N,…", "株数,株数,…", "4,6,5");
const AREA: Blank = blank("M2", "平方米", "12");
const CODE: Blank = blank("CODE", "代码", "410423");
const DEVICE: Blank = blank("DEVICE", "设备", "0123abcd");
const YEAR: Blank = blank("YEAR", "年份", "2026");
const PLACE: Blank = blank("LON,LAT", "经度,纬度", "113.1,33.9");
const SOURCE: Blank = blank("SOURCE", "来源", "patrol");
const LEVEL: Blank = blank("N", "级别", "7");
const COUNT: Blank = blank("N", "数目", "2");
const PORT: Blank = blank("N", "端口", "8080");
const SYSTEM: Blank = blank("EPSG:…", "EPSG:…", "EPSG:4547");
const THREE: Blank = blank("dx,dy,dz", "dx,dy,dz", "1,2,3");
const SEVEN: Blank = blank(
    "dx,dy,dz,rx,ry,rz,s",
    "dx,dy,dz,rx,ry,rz,s",
    "1,2,3,4,5,6,7",
);
const HEIGHT: Blank = blank("METRES", "米", "230");
const WIDTH: Blank = blank("MM", "毫米", "6.17");
const SCHEMA: Blank = blank("NAME", "模式", "gis");

/// A command line as it grows.
#[derive(Debug, Default)]
struct Typed(Vec<CommandWord>);

impl Typed {
    /// A line that begins with these words.
    fn of(words: &str) -> Self {
        Self::default().and(words)
    }

    /// Words as they are typed.
    fn and(mut self, words: &str) -> Self {
        self.0.extend(
            words
                .split(' ')
                .map(|word| CommandWord::Given(word.to_owned())),
        );
        self
    }

    /// A value, whatever is in it.
    fn value(mut self, value: impl Into<String>) -> Self {
        self.0.push(CommandWord::Given(value.into()));
        self
    }

    fn blank(mut self, blank: Blank) -> Self {
        self.0.push(CommandWord::Blank(blank));
        self
    }

    fn value_or(self, value: Option<&str>, unknown: Blank) -> Self {
        match value {
            Some(value) => self.value(value),
            None => self.blank(unknown),
        }
    }

    fn path_or(self, path: Option<&Path>, unknown: Blank) -> Self {
        self.value_or(
            path.map(|path| path.display().to_string()).as_deref(),
            unknown,
        )
    }
}

/// The words of an action: those of a whole command without the program's name, or the options alone.
pub(super) fn words(action: &Action) -> Vec<CommandWord> {
    match action {
        Action::Again(choice) => option(choice).0,
        Action::Without(choice) => option(choice).0.into_iter().take(1).collect(),
        other => command(other).0,
    }
}

/// Whether it is a command of its own.
pub(super) fn is_command(action: &Action) -> bool {
    !matches!(action, Action::Again(_) | Action::Without(_))
}

fn command(action: &Action) -> Typed {
    match action {
        Action::Again(choice) | Action::Without(choice) => option(choice),
        Action::Scan { .. } | Action::ScanDated => scan(action),
        Action::Plan { folder } => Typed::of("plan")
            .blank(IMAGERY)
            .and("-o")
            .path_or(folder.as_deref(), PLAN),
        Action::RunShard {
            folder,
            shard,
            anew,
        } => run_shard(folder.as_deref(), *shard, *anew),
        Action::Pyramid { input } => Typed::of("pyramid").path_or(input.as_deref(), IMAGERY),
        Action::InspectModel => Typed::of("model inspect").blank(FILE),
        Action::WrapModel { set } => wrap_model(set),
        Action::Init => Typed::of("init --unit").blank(CODE),
        Action::Record => Typed::of("record").blank(FOLDER),
        Action::Export => Typed::of("export").blank(FILE),
        Action::Log => Typed::of("log"),
        Action::Verify => Typed::of("verify"),
        Action::Void { entry } => Typed::of("void").value(entry).and("--reason").blank(TEXT),
        Action::Salvage { .. } | Action::Restore => saved(action),
        Action::ReadDistricts => Typed::of("registry districts")
            .blank(FILE)
            .and("--vintage")
            .blank(YEAR),
        Action::ImportTargets => Typed::of("targets import").blank(FILE),
        Action::AddPerson { .. }
        | Action::Grant { .. }
        | Action::People
        | Action::MakeKey { .. }
        | Action::LoseKey { .. }
        | Action::ConfirmKey => command_of_a_person(action),
        Action::CrewPasswords => Typed::of("crew list"),
        Action::Trusted => Typed::of("trust"),
        Action::Trust { device } => {
            let (key, unit) = device.as_ref().map(|(key, unit)| (&**key, &**unit)).unzip();
            Typed::of("trust")
                .value_or(key, DEVICE)
                .and("--unit")
                .value_or(unit, CODE)
        }
        Action::DrawAudit { season } => {
            Typed::of("screen --audit --season").and(&season.to_string())
        }
        Action::ApplyBundle => Typed::of("bundle apply").blank(FILE),
        Action::MakeIdentity => Typed::of("bundle identity").blank(FILE),
        Action::Add
        | Action::Sites { .. }
        | Action::Show { .. }
        | Action::Screen
        | Action::Eradicate { .. }
        | Action::Fail { .. }
        | Action::Resolve { .. }
        | Action::Note { .. }
        | Action::CorrectCount
        | Action::CorrectTime { .. } => command_of_a_site(action),
    }
}

fn saved(action: &Action) -> Typed {
    let line = match action {
        Action::Salvage { path } => Typed::of("registry salvage").path_or(Some(path), FILE),
        _ => Typed::of("restore").blank(BACKUP),
    };
    line.and("--to").blank(NEW)
}

fn scan(action: &Action) -> Typed {
    match action {
        Action::Scan { input } => Typed::of("scan").path_or(input.as_deref(), IMAGERY),
        _ => Typed::of("scan")
            .blank(IMAGERY)
            .and("--captured")
            .blank(TIME),
    }
}

fn wrap_model(set: &[(String, String)]) -> Typed {
    let line = Typed::of("model wrap").blank(MODEL).and("-o").blank(ONNX);
    let add = |line: Typed, (key, value): &(String, String)| {
        let text = serde_json::from_str(value).unwrap_or_else(|_| value.clone());
        line.and("--set").value(format!("{key}={text}"))
    };
    set.iter().fold(line, add)
}

fn command_of_a_person(action: &Action) -> Typed {
    match action {
        Action::AddPerson { person } => Typed::of("actor add")
            .value_or(person.as_deref(), NAME)
            .blank(ROLE),
        Action::Grant { person, role } => Typed::of("actor grant")
            .value_or(person.as_deref(), NAME)
            .value_or(*role, ROLE),
        Action::MakeKey { person } => Typed::of("actor key").value_or(person.as_deref(), NAME),
        Action::LoseKey { person } => Typed::of("actor lost-key")
            .value_or(person.as_deref(), NAME)
            .and("--reason")
            .blank(TEXT),
        Action::ConfirmKey => Typed::of("actor confirm").blank(NAME),
        _ => Typed::of("actor list"),
    }
}

fn run_shard(folder: Option<&Path>, shard: Option<usize>, anew: bool) -> Typed {
    let number = shard.map(|n| n.to_string());
    let line = Typed::of("scan --plan")
        .path_or(folder, PLAN)
        .and("--shard");
    let line = line.value_or(number.as_deref(), SHARD);
    if anew { line.and("--restart") } else { line }
}

fn command_of_a_site(action: &Action) -> Typed {
    match action {
        Action::Add => Typed::of("add --at")
            .blank(PLACE)
            .and("--source")
            .blank(SOURCE),
        Action::Sites { state: None } => Typed::of("sites"),
        Action::Sites { state: Some(state) } => Typed::of("sites --state").value(*state),
        Action::Show { site } => Typed::of("show").value(site),
        Action::Eradicate { site, percent } => Typed::of("eradicate")
            .value(site)
            .and("--percent")
            .value(percent.to_string()),
        Action::Fail { site } => Typed::of("accept").value(site).and("--fail residue"),
        Action::Resolve { site } => Typed::of("resolve")
            .value_or(site.as_deref(), SITE)
            .and("--state")
            .blank(STATE)
            .and("--reason")
            .blank(TEXT),
        Action::Note { site } => Typed::of("note").value(site).blank(WORDS),
        Action::CorrectTime { site } => Typed::of("correct")
            .value(site)
            .and("--event")
            .blank(HASH)
            .and("--happened")
            .blank(TIME)
            .and("--reason")
            .blank(TEXT),
        Action::CorrectCount => Typed::of("correct")
            .blank(SITE)
            .and("--plants")
            .blank(NUMBER)
            .and("--reason")
            .blank(TEXT),
        _ => Typed::of("screen")
            .blank(SITE)
            .and("--reject")
            .blank(REASON),
    }
}

fn option(choice: &Choice) -> Typed {
    let with = |name, unknown| Typed::of(name).blank(unknown);
    match choice {
        Choice::Registry => with("--registry", FILE),
        Choice::Actor => with("--actor", NAME),
        Choice::Passphrase => with("--passphrase-file", FILE),
        Choice::InTheirName => with("--recorder", NAME).and("--without-key").blank(TEXT),
        Choice::Force => with("--force", TEXT),
        Choice::Reason => with("--reason", TEXT),
        Choice::When => with("--when", TIME),
        Choice::Happened => with("--happened", TIME),
        Choice::Due => with("--due", TIME),
        Choice::Signed => with("--signed", TIME),
        Choice::On => with("--on", TIME),
        Choice::Percent(percent) => Typed::of("--percent").value(percent.to_string()),
        Choice::Photo => with("--photo", FILE),
        Choice::Document => with("--document", FILE),
        Choice::Officer => with("--officer", NAME),
        Choice::Plants => with("--plants", NUMBER),
        Choice::Quadrats => with("--quadrats", NUMBERS),
        Choice::Area => with("--area", AREA),
        Choice::Identity => with("--identity", FILE),
        Choice::Season => with("--season", YEAR),
        Choice::Resolution => with("--resolution", LEVEL),
        Choice::Crs(None) => with("--crs", SYSTEM),
        Choice::Crs(Some(epsg)) => Typed::of("--crs").value(format!("EPSG:{epsg}")),
        Choice::Datum { seven: false } => with("--towgs84", THREE),
        Choice::Datum { seven: true } => with("--towgs84", SEVEN),
        Choice::Dem => with("--dem", FILE),
        Choice::Positions => with("--pos", FILE),
        Choice::GroundElevation => with("--ground-elevation", HEIGHT),
        Choice::SensorWidth => with("--sensor-width", WIDTH),
        Choice::LookingDown => Typed::of("--looking-down"),
        Choice::AllowCoarse => Typed::of("--allow-coarse"),
        Choice::Bands([red, green, blue]) => {
            Typed::of("--bands").value(format!("{red},{green},{blue}"))
        }
        Choice::Restart => Typed::of("--restart"),
        Choice::Output => with("-o", FOLDER),
        Choice::Overwrite => Typed::of("--overwrite"),
        Choice::NoPoppy(path) => Typed::of("--no-poppy").path_or(path.as_deref(), IMAGERY),
        Choice::Model => with("--model", FILE),
        Choice::Verifier => with("--verifier", FILE),
        Choice::Learnt => with("--learnt", FILE),
        Choice::Unit => with("--unit", CODE),
        Choice::Captured => with("--captured", TIME),
        Choice::FirstPass => Typed::of("--first-pass"),
        Choice::Processor => Typed::of("--device cpu"),
        Choice::Slurm => Typed::of("--slurm"),
        Choice::Within => with("--within", FILE),
        Choice::Shard => with("--shard", SHARD),
        Choice::Partial => Typed::of("--partial"),
        Choice::Threads => with("--threads", COUNT),
        Choice::Port => with("--port", PORT),
        Choice::Authority => with("--ca", FILE),
        Choice::Insecure => Typed::of("--insecure"),
        Choice::Schema => with("--schema", SCHEMA),
    }
}

/// A path as it is typed in a shell.
pub(super) fn quoted_path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// A word as it is typed in a shell: quoted where it has to be.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// An action as a person types it, between the marks of code.
pub(super) fn line(action: &Action, lang: Lang) -> String {
    let program = is_command(action).then(|| "papaver".to_owned());
    let words = words(action).into_iter().map(|word| match word {
        CommandWord::Given(word) => quoted(&word),
        CommandWord::Blank(blank) => blank.name.pick(lang).to_owned(),
    });
    let line: Vec<String> = program.into_iter().chain(words).collect();
    format!("`{}`", line.join(" "))
}

/// A clause with its actions as lines.
pub(super) fn text(remedy: &Remedy, lang: Lang) -> String {
    remedy.text(|action| line(action, lang))
}

#[cfg(test)]
mod tests;

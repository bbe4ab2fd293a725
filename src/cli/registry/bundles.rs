//! `trust` and `bundle`.

use super::Done;
use super::context::{Common, Context, moment};
use super::say::{Failure, bad, data, json, tell};
use crate::files::{self, Existing, FileError};
use crate::registry::authority::Standing;
use crate::registry::body::{self, Body};
use crate::registry::event::Sealed;
use crate::registry::unit::is_code;
use crate::registry::{DeviceId, Hash};
use crate::store::bundle::{self, BundleError, Point, Request, Sealing};
use crate::store::{Draft, Store};
use crate::tr;
use crate::words::Lang;
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};

/// `papaver trust`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("statement").multiple(true))]
pub struct Trust {
    /// The device's key, 64 hexadecimal digits, as that office's `papaver init` or `papaver verify --json` shows it (default: list) 设备公钥，64 位十六进制，由对方的 `papaver init` 或 `papaver verify --json` 显示（不填则列出已信任的设备）
    #[arg(requires = "statement")]
    device: Option<String>,
    /// The unit it belongs to 所属单位代码
    #[arg(long, value_name = "CODE", group = "statement", requires = "device")]
    unit: Option<String>,
    /// Trust it no longer 不再信任，予以撤销
    #[arg(long, group = "statement", requires_all = ["device", "reason"])]
    revoke: bool,
    /// The number of its last event that still counts (default: the last that is here) 仍采信的最后一条记录的序号（默认为本库已收到的最后一条）
    #[arg(long, value_name = "NUMBER", requires = "revoke")]
    after: Option<u64>,
    /// Why it is trusted no longer 撤销信任的理由
    #[arg(long, requires = "revoke")]
    reason: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl Trust {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        if let Some(typed) = &self.device {
            let device: DeviceId = typed
                .parse()
                .map_err(|_none| bad("DEVICE", typed, "64 hexadecimal digits"))?;
            let (mut store, author) = context.write()?;
            let known = store.authority().devices().get(&device);
            let unit = match (self.unit, known) {
                (Some(unit), _) => unit,
                (None, Some(known)) => known.unit.clone(),
                (None, None) => {
                    let looks =
                        lang.pick("one that `papaver trust` lists", "`papaver trust` 所列之一");
                    return Err(bad("DEVICE", typed, looks));
                }
            };
            if !is_code(&unit) {
                return Err(bad("--unit", &unit, "410423"));
            }
            let last = store
                .devices()?
                .into_iter()
                .find(|(known, _)| *known == device);
            let last = last.map_or(0, |(_, seq)| seq);
            let trust = body::Trust {
                device,
                unit,
                trusted: !self.revoke,
                after: self.revoke.then(|| self.after.unwrap_or(last)),
                reason: self.reason,
            };
            let draft = Draft {
                site: None,
                at: context.at()?,
                evidence: vec![],
                body: Body::Trust(trust),
            };
            store.write(|s| s.append(&author, draft, moment()))?;
        }
        let store = context.read()?;
        for (device, standing) in store.authority().devices() {
            list(&store, *device, standing, &context);
        }
        if !context.common.json {
            tell(lang.pick(
                "events of these devices, and of those they vouch for, are taken from bundles",
                "将接受上述设备及其担保设备的记录",
            ));
        }
        Ok(Done::Whole)
    }
}

/// A device, what it speaks for, and who says so.
fn list(store: &Store, device: DeviceId, standing: &Standing, context: &Context) {
    let lang = context.lang;
    let by_unit = standing
        .by
        .and_then(|by| store.authority().devices().get(&by))
        .map(|by| by.unit.clone());
    if context.common.json {
        json(&serde_json::json!({
            "device": device, "unit": standing.unit, "trusted": standing.is_trusted(),
            "vouched_by": standing.by, "vouched_by_unit": by_unit,
            "counts_up_to": standing.revoked.flatten(),
        }));
        return;
    }
    let unit = &standing.unit;
    let by = match (standing.by, by_unit) {
        (Some(by), Some(by_unit)) => {
            let by = by.short();
            tr!(
                lang,
                "vouched for by {by_unit} {by}",
                "由 {by_unit} {by} 担保"
            )
        }
        _ => lang.pick("this registry", "本登记库").to_owned(),
    };
    let revoked = match standing.revoked {
        None => String::new(),
        Some(None) => lang.pick(" · trusted no longer", " · 已撤销").to_owned(),
        Some(Some(last)) => tr!(
            lang,
            " · trusted no longer after number {last}",
            " · 已撤销（序号 {last} 之后不采信）"
        ),
    };
    data(&format!("{unit} {device} · {by}{revoked}"));
}

/// `papaver bundle`
#[derive(Debug, Args)]
pub struct Bundle {
    #[command(subcommand)]
    what: BundleCommand,
}

#[derive(Debug, Subcommand)]
enum BundleCommand {
    /// Make a bundle 制作数据包
    Create(Create),
    /// Check a bundle and say what is in it; needs no registry 查验数据包并说明内容，不需要登记库
    Inspect(Inspect),
    /// Take a bundle into the registry 把数据包导入登记库
    Apply(Apply),
    /// Make a key to which others can encrypt 生成收件密钥，供他人加密给本单位
    Identity(Identity),
}

#[derive(Debug, Args)]
struct Create {
    /// The file to write 输出文件
    output: PathBuf,
    /// Since this point: a receipt of the other office, or a name given to --point before 起点：对方的回执，或此前用 --point 起的名字
    #[arg(long, value_name = "RECEIPT|NAME")]
    since: Option<String>,
    /// Remember this point under a name 给本次时点起名，供下次 --since 使用
    #[arg(long, value_name = "NAME")]
    point: Option<String>,
    /// Only this district, by code or its beginning 只含该区划（代码或其开头）
    #[arg(long, value_name = "CODE")]
    district: Option<String>,
    /// Split into parts of at most so many megabytes 分卷，每卷不超过此大小（MB）
    #[arg(long, value_name = "MB")]
    split: Option<u64>,
    /// Replace files of that name 覆盖同名文件
    #[arg(long)]
    overwrite: bool,
    /// Encrypt to this recipient (age1…), once or more; with `PAPAVER_BUNDLE_PASSPHRASE` to a passphrase 加密给该收件人（age1…），可多次给出；设置 `PAPAVER_BUNDLE_PASSPHRASE` 则用口令加密
    #[arg(long = "to", value_name = "RECIPIENT")]
    recipients: Vec<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Inspect {
    /// The bundle 数据包
    file: PathBuf,
    /// The key file that `bundle identity` made 私钥文件，由 `bundle identity` 生成
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Apply {
    /// The bundles 数据包，可多个
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The key file that `bundle identity` made 私钥文件，由 `bundle identity` 生成
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Identity {
    /// The key file to write; keep it secret 私钥输出文件，请保密
    output: PathBuf,
    /// Print JSON 输出 JSON
    #[arg(long)]
    json: bool,
}

impl Bundle {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        match self.what {
            BundleCommand::Create(c) => c.run(lang),
            BundleCommand::Inspect(c) => c.run(lang),
            BundleCommand::Apply(c) => c.run(lang),
            BundleCommand::Identity(c) => {
                let (secret, public) = bundle::new_identity();
                files::check(&c.output, Existing::Stays)?;
                files::keep_new(&c.output, |file| writeln!(file, "{secret}"))
                    .map_err(FileError::of(&c.output))?;
                if c.json {
                    json(&serde_json::json!({"file": c.output, "recipient": public}));
                } else {
                    data(&public);
                }
                Ok(Done::Whole)
            }
        }
    }
}

fn passphrase() -> Option<String> {
    std::env::var("PAPAVER_BUNDLE_PASSPHRASE")
        .ok()
        .filter(|p| !p.is_empty())
}

fn unlock(identity: Option<&PathBuf>) -> Result<bundle::Unlock, Failure> {
    let identity = identity
        .map(|path| {
            std::fs::read_to_string(path).map_err(|source| BundleError::Io {
                path: path.clone(),
                source,
            })
        })
        .transpose()?;
    Ok(bundle::Unlock {
        passphrase: passphrase(),
        identity,
    })
}

/// How far a receipt says that the other office knows, or a point that was named before.
fn since(store: &Store, text: &str) -> Result<Point, Failure> {
    let looks = || bad("--since", text, "receipt.json / NAME");
    let json = match store.local(&format!("point:{text}"))? {
        Some(json) => json,
        None => std::fs::read_to_string(text).map_err(|_no_file| looks())?,
    };
    let value: serde_json::Value = serde_json::from_str(&json).map_err(|_not_json| looks())?;
    if value.get("have").is_some() {
        return serde_json::from_value(value).map_err(|_other| looks());
    }
    // A point of version 0.1.0: numbers alone.
    let have = serde_json::from_value(value).map_err(|_other| looks())?;
    Ok(Point {
        have,
        ..Point::default()
    })
}

impl Create {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let (mut store, _) = context.write()?;
        let sealing = match (self.recipients.is_empty(), passphrase()) {
            (false, _) => Sealing::Recipients(self.recipients),
            (true, Some(passphrase)) => Sealing::Passphrase(passphrase),
            (true, None) => Sealing::Open,
        };
        let request = Request {
            since: self
                .since
                .as_deref()
                .map(|text| since(&store, text))
                .transpose()?
                .unwrap_or_default(),
            district: self.district,
            split_bytes: self.split.map(|mb| mb.saturating_mul(1_000_000)),
            created_at: jiff::Timestamp::now()
                .strftime("%Y-%m-%dT%H:%M:%SZ")
                .to_string(),
            sealing,
            existing: Existing::replaced_if(self.overwrite),
        };
        let made = bundle::create(&store, &self.output, &request)?;
        if let Some(name) = self.point {
            let point = Point::of(&store, store.devices()?)?;
            let text = serde_json::json!(point).to_string();
            store.write(|store| store.set_local(&format!("point:{name}"), &text))?;
        }
        made_said(&made, context.common.json, lang);
        Ok(if made.changed.is_empty() {
            Done::Whole
        } else {
            Done::Partly
        })
    }
}

/// What was made, and what could not be carried.
fn made_said(made: &bundle::Made, as_json: bool, lang: Lang) {
    if as_json {
        let listed = |list: &[(Hash, String)]| -> Vec<serde_json::Value> {
            list.iter()
                .map(|(sha256, name)| serde_json::json!({"sha256": sha256, "name": name}))
                .collect()
        };
        json(&serde_json::json!({
            "files": made.paths, "absent": listed(&made.absent), "changed": listed(&made.changed),
        }));
        return;
    }
    for file in &made.paths {
        data(&file.display().to_string());
    }
    for (sha256, name) in &made.absent {
        tell(&tr!(
            lang,
            "evidence {name} ({sha256}) is not here, so the bundle does not carry it",
            "证据 {name}（{sha256}）不在本库，数据包中未包含"
        ));
    }
    for (sha256, name) in &made.changed {
        tell(&tr!(
            lang,
            "evidence {name} ({sha256}) has changed here, so the bundle does not carry it: `papaver verify`",
            "证据 {name}（{sha256}）在本库已被改动，数据包中未包含：请执行 `papaver verify`"
        ));
    }
}

impl Inspect {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let found = bundle::look_through(&self.file, &unlock(self.identity.as_ref())?)?;
        let manifest = serde_json::to_value(&found.manifest).unwrap_or_default();
        if self.common.json {
            json(
                &serde_json::json!({"sha256": found.sha256, "encrypted": found.encrypted, "manifest": manifest}),
            );
            return Ok(Done::Whole);
        }
        let m = &found.manifest;
        let (unit, device, at) = (&m.unit, m.device, &m.created_at);
        data(&tr!(
            lang,
            "from unit {unit}, device {device}, made {at}",
            "来自单位 {unit}，设备 {device}，制作于 {at}"
        ));
        let (part, parts, events, files) = (m.part[0], m.part[1], found.events, found.files);
        data(&tr!(
            lang,
            "part {part} of {parts}: {events} events, {files} evidence files",
            "第 {part}/{parts} 卷：{events} 条记录，{files} 个证据文件"
        ));
        for range in &m.ranges {
            data(&format!(
                "  {} {}–{}",
                range.device.short(),
                range.first,
                range.last
            ));
        }
        for sha256 in &m.absent {
            data(&tr!(
                lang,
                "evidence {sha256} was not at the sender",
                "证据 {sha256} 在发送方没有"
            ));
        }
        data(&format!("SHA-256 {}", found.sha256));
        tell(lang.pick(
            "every digest and signature fits; whether to trust that device is yours to say",
            "全部校验值与签名相符；是否信任该设备由您决定",
        ));
        Ok(Done::Whole)
    }
}

/// The receipt lies beside the bundle; where that cannot be written (a disc), in the current folder.
fn lay_receipt(bundle: &Path, text: &[u8]) -> Result<PathBuf, FileError> {
    match lay_numbered(&files::beside(bundle, ".receipt"), text) {
        Err(FileError::Unwritable { .. }) => {
            let name = bundle.file_name().map(PathBuf::from).unwrap_or_default();
            lay_numbered(&files::beside(&name, ".receipt"), text)
        }
        done => done,
    }
}

/// An earlier receipt of that name is a signed statement of its own: it stays, and this one is numbered.
fn lay_numbered(stem: &Path, text: &[u8]) -> Result<PathBuf, FileError> {
    let mut path = files::beside(stem, ".json");
    for number in 2_u32.. {
        match files::write_bytes(&path, Existing::Stays, text) {
            Err(FileError::Exists { .. }) => path = files::beside(stem, &format!("-{number}.json")),
            done => return done.map(|()| path),
        }
    }
    Err(FileError::Exists { path })
}

/// How many events say that they were recorded more than two days from now.
fn dated_ahead(events: &[Sealed]) -> usize {
    let latest = jiff::Timestamp::now().as_second() + 2 * 86_400;
    let ahead = |sealed: &&Sealed| {
        let logged = sealed.event.logged_at.parse::<jiff::Timestamp>();
        logged.is_ok_and(|logged| logged.as_second() > latest)
    };
    events.iter().filter(ahead).count()
}

impl Apply {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let unlock = unlock(self.identity.as_ref())?;
        let (mut store, _) = context.write()?;
        let trusted = store.trusted();
        // All are read and checked before the first is taken; a stranger's not beyond its manifest.
        let found = self
            .files
            .iter()
            .map(|file| bundle::inspect_trusted(file, &unlock, &trusted))
            .collect::<Result<Vec<_>, _>>()?;
        let mut whole = true;
        for (file, bundle) in self.files.iter().zip(&found) {
            let applied = bundle::apply(&mut store, file, bundle)?;
            let at = jiff::Timestamp::now()
                .strftime("%Y-%m-%dT%H:%M:%SZ")
                .to_string();
            let receipt = bundle::receipt(&store, bundle, &applied, &at)?;
            let text = serde_json::to_vec_pretty(&receipt).unwrap_or_default();
            let kept = lay_receipt(file, &text)?;
            let (absent, late): (Vec<&Hash>, Vec<&Hash>) = applied
                .missing_files
                .iter()
                .partition(|sha256| bundle.manifest.absent.contains(sha256));
            whole &= applied.gaps.is_empty()
                && late.is_empty()
                && applied.refused.is_empty()
                && applied.forks.is_empty();
            let kept = kept.display();
            tell(&tr!(lang, "receipt: {kept}", "回执：{kept}"));
            if context.common.json {
                json(&receipt);
                continue;
            }
            let (new, known, files, state) = (
                applied.new_events,
                applied.known_events,
                applied.files,
                applied.state,
            );
            data(&tr!(
                lang,
                "{new} new events, {known} known before, {files} evidence files; state {state}",
                "新增 {new} 条，已有 {known} 条，证据文件 {files} 个；状态哈希 {state}"
            ));
            for gap in &applied.gaps {
                let (device, first, last) = (gap.device.short(), gap.first, gap.last);
                data(&tr!(
                    lang,
                    "not arrived: device {device}, numbers {first} to {last}",
                    "尚未到达：设备 {device}，序号 {first}–{last}"
                ));
            }
            let ahead = dated_ahead(&bundle.events);
            if ahead > 0 {
                data(&tr!(
                    lang,
                    "{ahead} events say that they were recorded days ahead of this computer's clock: ask that office what its clock shows",
                    "{ahead} 条记录的录入时间超前本机时钟两天以上，请向该单位核实其时钟"
                ));
            }
            for (event, why) in &applied.refused {
                let (event, why) = (event.short(), why.label(lang));
                data(&tr!(
                    lang,
                    "not followed: event {event}: {why}",
                    "不予采信：记录 {event}：{why}"
                ));
            }
            for (device, seq) in &applied.forks {
                let device = device.short();
                data(&tr!(
                    lang,
                    "device {device} gave number {seq} twice: its registry was copied, or a backup put back; ask that office, then `papaver registry explain-fork {device} --reason TEXT`",
                    "设备 {device} 的序号 {seq} 出现两次：其登记库曾被复制或回退；请向该单位核实，再执行 `papaver registry explain-fork {device} --reason 理由`"
                ));
            }
            if !absent.is_empty() {
                let n = absent.len();
                data(&tr!(
                    lang,
                    "{n} evidence files were not at the sender either",
                    "{n} 个证据文件在发送方也没有"
                ));
            }
            if !late.is_empty() {
                let n = late.len();
                data(&tr!(
                    lang,
                    "{n} evidence files have not arrived: they are in another part",
                    "{n} 个证据文件尚未到达：在其他分卷中"
                ));
            }
        }
        Ok(if whole { Done::Whole } else { Done::Partly })
    }
}

//! `trust` and `bundle`.

use super::Done;
use super::bundle_said::{parts_said, received_said};
use super::context::{Common, Context};
use super::filter::known_district;
use super::say::{ArgumentError, Failure, against, data, json, tell};
use crate::files::Existing;
use crate::office::bundles::{
    NamedEvidence, Outgoing, Sent, inspect, missing_parts, new_identity, point, receive, send,
};
use crate::office::clock::minute_here;
use crate::store::bundle::{self, Point, Sealing};
use crate::tr;
use crate::words::Lang;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `papaver bundle`
#[derive(Debug, Args)]
pub(crate) struct Bundle {
    #[command(subcommand)]
    what: BundleCommand,
}

#[derive(Debug, Subcommand)]
enum BundleCommand {
    /// Make a bundle 制作数据包
    Create(CreateBundle),
    /// Check a bundle and say what is in it; needs no registry 查验数据包并说明内容，不需要登记库
    Inspect(Inspect),
    /// Take a bundle into the registry 把数据包导入登记库
    Apply(Apply),
    /// Make a key to which others can encrypt 生成收件密钥，供他人加密给本单位
    Identity(Identity),
}

#[derive(Debug, Args)]
struct CreateBundle {
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
                let made = new_identity(c.output)?;
                if c.json {
                    json(&serde_json::json!(made));
                } else {
                    data(&made.recipient);
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
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path);
        text.map_err(ArgumentError::file("--identity", path))
    };
    Ok(bundle::Unlock {
        passphrase: passphrase(),
        identity: identity.map(read).transpose()?,
        ..bundle::Unlock::default()
    })
}

impl CreateBundle {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let (mut office, _) = context.office()?;
        known_district(office.store(), self.district.as_deref())?;
        let sealing = match (self.recipients.is_empty(), passphrase()) {
            (false, _) => Sealing::Recipients(self.recipients),
            (true, Some(passphrase)) => Sealing::Passphrase(passphrase),
            (true, None) => Sealing::Open,
        };
        let since = match self.since.as_deref() {
            Some(text) => point(office.store(), text)?.ok_or_else(|| {
                let looks = lang.pick(
                    "a receipt that is there, county.bundle.receipt.json, or a name given to `--point` when an earlier bundle was made; the first bundle is made without `--since`",
                    "已有的回执文件 county.bundle.receipt.json，或此前制作数据包时用 `--point` 起过的名称；首次制作请不加 `--since`",
                );
                against("--since", text, looks)
            })?,
            None => Point::default(),
        };
        let outgoing = Outgoing {
            since,
            district: self.district,
            split_bytes: self.split.map(|mb| mb.saturating_mul(1_000_000)),
            most_bytes: None,
            sealing,
            existing: Existing::replaced_if(self.overwrite),
            point: self.point,
        };
        let made = send(&mut office, &self.output, outgoing)?;
        made_said(&made, context.common.json, lang);
        Ok(Done::of(made.changed.is_empty()))
    }
}

/// What was made, and what could not be carried.
fn made_said(made: &Sent, as_json: bool, lang: Lang) {
    if as_json {
        json(&serde_json::json!(made));
        return;
    }
    for file in &made.files {
        data(&file.display().to_string());
    }
    for NamedEvidence { sha256, name } in &made.absent {
        tell(&tr!(
            lang,
            "evidence {name} ({sha256}) is not here, so the bundle does not carry it",
            "证据 {name}（{sha256}）不在本库，数据包中未包含"
        ));
    }
    for NamedEvidence { sha256, name } in &made.changed {
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
        let at = minute_here(&m.created_at);
        let (unit, device) = (&m.unit, m.device);
        data(&tr!(
            lang,
            "from unit {unit}, device {device}, made {at}",
            "来自单位 {unit}，设备 {device}，制作于 {at}"
        ));
        let (part, parts, events, files) = (m.part[0], m.part[1], found.events, found.files);
        data(&tr!(
            lang,
            "part {part} of {parts}: {events}, {files}",
            "第 {part}/{parts} 卷：{events} 条记录，{files} 个证据文件",
            files = (files, "evidence file", "evidence files"),
            events = (events, "event", "events"),
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

impl Apply {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let unlock = unlock(self.identity.as_ref())?;
        let (mut office, _) = context.office()?;
        let found = inspect(&office, &self.files, &unlock)?;
        let mut whole = true;
        for (file, bundle) in self.files.iter().zip(&found) {
            let received = receive(&mut office, file, bundle)?;
            whole &= received.is_whole();
            let kept = received.receipt_file.display();
            tell(&tr!(lang, "receipt: {kept}", "回执：{kept}"));
            context.show(&received, || received_said(&received, lang));
        }
        let missing = missing_parts(&mut office, &found)?;
        for of in &missing {
            parts_said(of, lang);
        }
        Ok(Done::of(whole && missing.is_empty()))
    }
}

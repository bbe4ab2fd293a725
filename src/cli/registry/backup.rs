//! `backup` and `restore`: a registry with its keys and its evidence in one file.

use super::Done;
use super::context::{Common, Context};
use super::say::{ArgumentError, Failure, json, tell};
use crate::office::backup::{back_up, restore};
use crate::tr;
use crate::words::Lang;
use clap::Args;
use std::path::PathBuf;

/// The variable that holds the passphrase of a backup.
const PASSPHRASE: &str = "PAPAVER_BACKUP_PASSPHRASE";

/// `papaver backup`
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to write, such as 410423-2026-05-03.papaver-backup 输出文件，如 410423-2026-05-03.papaver-backup
    output: PathBuf,
    /// The registry (default: `PAPAVER_REGISTRY`, else the one *.papaver here) 登记库文件（默认取自 `PAPAVER_REGISTRY`，否则为当前文件夹中唯一的 *.papaver）
    #[arg(long, value_name = "FILE")]
    registry: Option<PathBuf>,
    /// A file with the passphrase of the backup (default: `PAPAVER_BACKUP_PASSPHRASE`) 存有备份口令的文件（默认取自 `PAPAVER_BACKUP_PASSPHRASE`）
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Print JSON 输出 JSON
    #[arg(long)]
    json: bool,
}

/// `papaver restore`
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup 备份文件
    backup: PathBuf,
    /// Where the registry goes (default: here, under the name that it had) 登记库恢复到何处（默认为当前文件夹，沿用原名）
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// A file with the passphrase of the backup (default: `PAPAVER_BACKUP_PASSPHRASE`) 存有备份口令的文件（默认取自 `PAPAVER_BACKUP_PASSPHRASE`）
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Print JSON 输出 JSON
    #[arg(long)]
    json: bool,
}

fn surroundings(
    registry: Option<PathBuf>,
    passphrase_file: Option<PathBuf>,
    as_json: bool,
    lang: Lang,
) -> Context {
    Context {
        common: Common {
            registry,
            passphrase_file,
            json: as_json,
            ..Common::default()
        },
        lang,
    }
}

fn passphrase(context: &Context) -> Result<String, Failure> {
    let given = context.passphrase_of(PASSPHRASE, "--passphrase-file")?;
    given.ok_or_else(|| ArgumentError::NoBackupPassphrase.into())
}

/// Says what is none of a registry's files.
fn tell_left_out(names: &[String], lang: Lang) {
    for name in names {
        tell(&tr!(
            lang,
            "warning: {name} is none of a registry's files (a link, or a name that the program gives to none); it was left out",
            "警告：{name} 不是登记库的文件（链接，或名称非本程序所定），未予纳入"
        ));
    }
}

impl Backup {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = surroundings(self.registry, self.passphrase_file, self.json, lang);
        let passphrase = passphrase(&context)?;
        let made = back_up(&context.path()?, &self.output, &passphrase)?;
        let (contents, output) = (&made.contents, self.output.display());
        if context.common.json {
            json(&serde_json::json!({
                "file": self.output, "files": contents.files.len(), "evidence": contents.evidence(), "bytes": contents.bytes(),
                "last": contents.last, "made_at": contents.made_at, "evidence_changed": made.changed, "left_out": made.left_out,
            }));
        } else {
            let (n, last, mb) = (
                contents.evidence(),
                contents.last,
                contents.bytes().div_ceil(1_000_000),
            );
            tell(&tr!(
                lang,
                "{output}: the registry up to number {last}, its keys and {files} of evidence, {mb} MB; read back and whole",
                "{output}：登记库（至序号 {last}）、密钥及证据 {n} 个，共 {mb} MB；已回读校验，完好",
                files = (n, "file", "files"),
            ));
            for sha256 in &made.changed {
                tell(&tr!(
                    lang,
                    "warning: evidence {sha256} had changed before; it was taken along as it is",
                    "警告：证据 {sha256} 此前已被改动，按现状备份"
                ));
            }
            tell_left_out(&made.left_out, lang);
            tell(lang.pick(
                "without its passphrase nobody can open it: keep the two apart, and both off this computer",
                "没有口令任何人都无法打开：备份与口令请分开保管，且都不要只放在本机",
            ));
        }
        Ok(Done::of(
            made.changed.is_empty() && made.left_out.is_empty(),
        ))
    }
}

impl Restore {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = surroundings(None, self.passphrase_file, self.json, lang);
        let passphrase = passphrase(&context)?;
        let back = restore(&self.backup, self.to.as_deref(), &passphrase)?;
        let contents = &back.contents;
        let done = Done::of(back.left_out.is_empty());
        if context.common.json {
            json(&serde_json::json!({
                "registry": back.registry, "files": contents.files.len(), "evidence": contents.evidence(),
                "last": contents.last, "made_at": contents.made_at, "left_out": back.left_out,
            }));
            return Ok(done);
        }
        let (registry, last, at) = (back.registry.display(), contents.last, &contents.made_at);
        let n = contents.evidence();
        tell(&tr!(
            lang,
            "{registry}: as it was on {at}, up to number {last}, with its keys and {files} of evidence",
            "{registry}：已恢复到 {at} 的状态（至序号 {last}），含密钥及证据 {n} 个",
            files = (n, "file", "files"),
        ));
        tell_left_out(&back.left_out, lang);
        tell(&tr!(
            lang,
            "was anything recorded after that, here or on another computer? Then fetch it first: apply the bundles that carried it away; numbers after {last} would be given out a second time. Where the old computer is still there, delete the registry on it",
            "此后（在本机或其他电脑上）如还录入过内容，请先取回：导入当时送出的数据包，否则 {last} 之后的序号会重复使用。旧电脑仍在的，请删除其上的登记库"
        ));
        Ok(done)
    }
}

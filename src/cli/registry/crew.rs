//! `crew`: passwords for crews in the field, and the project that they take along.

use super::Done;
use super::context::{Common, Context};
use super::crews;
use super::say::{Failure, against, data, json, tell};
use crate::cli::talk;
use crate::office::clock;
use crate::office::field::access::{self, Access, LONGEST_DAYS, NewPassword, Wish};
use crate::office::field::write_project;
use crate::tr;
use crate::words::Lang;
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use std::path::PathBuf;

/// `papaver crew`
#[derive(Debug, Args)]
pub(crate) struct Crew {
    #[command(subcommand)]
    what: CrewCommand,
}

#[derive(Debug, Subcommand)]
enum CrewCommand {
    /// Give a crew a password for `papaver serve`, in the place of the one before; a supervisor does 为核查组生成 `papaver serve` 口令，原口令随即失效（限主管）
    Password(Password),
    /// Revoke a crew's password; what it sent stays 停用核查组口令，已上报内容不受影响
    Revoke(Revoke),
    /// List the crews that have a password, and until when 列出持有口令的核查组及有效期
    List(Common),
    /// Write what a crew takes along into a new folder: a QGIS and `QField` project with form and pictures 生成核查组随行工程文件夹（QGIS、QField 可用，含表单和影像）
    Project(ProjectArguments),
}

#[derive(Debug, Args)]
struct Password {
    /// The crew, as sites are assigned to it 核查组名称（与派查时一致）
    crew: String,
    /// The person in whose name its rows are recorded, who holds no key (default: one who is called as the crew is) 以何人名义录入，须未持密钥（默认为与核查组同名的人员）
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    /// Days that the password holds 口令有效天数
    #[arg(long, value_name = "N", default_value_t = 30)]
    days: u16,
    /// The server's address, as `papaver serve` prints it: the code then opens the crew's page `papaver serve` 显示的服务地址；填写后扫码即可打开外业页面
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Revoke {
    /// The crew 核查组
    crew: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct ProjectArguments {
    /// The crew 核查组
    crew: String,
    /// The folder, which is not there yet 输出文件夹（须尚不存在）
    folder: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Crew {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        match self.what {
            CrewCommand::Password(password) => password.run(lang),
            CrewCommand::Revoke(revoke) => revoke.run(lang),
            CrewCommand::List(common) => list(&Context { common, lang }),
            CrewCommand::Project(project) => project.run(lang),
        }
    }
}

impl Password {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        if !(1..=LONGEST_DAYS).contains(&self.days) {
            let (days, looks) = (self.days.to_string(), format!("1–{LONGEST_DAYS}"));
            return Err(against("--days", &days, looks));
        }
        let address = self.address;
        let context = Context::of(self.common, lang);
        let (office, session) = context.office()?;
        crews::check_first(office.store(), &self.crew)?;
        let wish = Wish {
            crew: self.crew,
            person: self.person,
            days: self.days,
        };
        let given = access::give(&office, &session, wish)?;
        let opens = address.map(|address| page_of(&address, &given));
        if context.common.json {
            let mut out = serde_json::json!(given);
            out["opens"] = serde_json::json!(opens);
            json(&out);
        } else {
            let until = day(given.expires, session.zone());
            told(&given, &until, opens.as_deref(), lang);
        }
        Ok(Done::Whole)
    }
}

/// What a crew's telephone opens: what follows `#` is sent to no server.
fn page_of(address: &str, given: &NewPassword) -> String {
    let address = address.trim_end_matches('/');
    format!("{address}/crew/#{}:{}", given.id, given.password)
}

fn told(given: &NewPassword, until: &str, opens: Option<&str>, lang: Lang) {
    let (crew, id, password) = (&given.crew, &given.id, &given.password);
    tell(&tr!(
        lang,
        "{crew}: this is shown once; it holds until {until}",
        "核查组 {crew}：以下口令仅显示一次，有效期至 {until}"
    ));
    data(&tr!(lang, "name: {id}", "用户名：{id}"));
    data(&tr!(lang, "password: {password}", "口令：{password}"));
    data(&tr!(lang, "folder: /dav/{id}/", "目录：/dav/{id}/"));
    if let Some(opens) = opens {
        data(opens);
    }
    let coded = opens.map_or_else(|| format!("{id}:{password}"), str::to_owned);
    talk::qr(&coded);
}

/// The day on which a password ends, where its registry is at home.
fn day(at: jiff::Timestamp, zone: &TimeZone) -> String {
    let there = at.to_zoned(zone.clone());
    there.strftime("%Y-%m-%d").to_string()
}

impl Revoke {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let (office, session) = context.office()?;
        let Access { crew, id, .. } = access::revoke(&office, &session, &self.crew)?;
        let revoked = serde_json::json!({ "crew": crew, "id": id, "revoked": true });
        context.show(&revoked, || {
            tell(&tr!(
                lang,
                "the password of {crew} holds no more",
                "核查组 {crew} 的口令已停用"
            ));
        });
        Ok(Done::Whole)
    }
}

fn list(context: &Context) -> Result<Done, Failure> {
    let all = access::list(&context.path()?);
    if context.common.json {
        let lines = all.iter().map(|access| {
            serde_json::json!({
                "crew": access.crew, "id": access.id, "person": access.person, "by": access.by,
                "at": access.at, "expires": access.expires,
            })
        });
        json(&serde_json::Value::Array(lines.collect()));
        return Ok(Done::Whole);
    }
    if all.is_empty() {
        tell(
            context
                .lang
                .pick("no crew has a password", "没有持有口令的核查组"),
        );
    }
    let (now, zone) = (clock::instant(), clock::zone_at(&context.path()?));
    for access in &all {
        let until = day(access.expires, &zone);
        let until = if access.holds(now) {
            tr!(context.lang, "until {until}", "有效期至 {until}")
        } else {
            tr!(context.lang, "ended {until}", "已于 {until} 到期")
        };
        data(&format!(
            "{}  {}  {}  {until}",
            access.crew, access.id, access.person
        ));
    }
    Ok(Done::Whole)
}

impl ProjectArguments {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        crews::check(&store, &self.crew)?;
        let sites = write_project(&store, &self.crew, &self.folder, lang)?;
        let folder = self.folder.display();
        if context.common.json {
            json(&serde_json::json!({ "folder": self.folder, "crew": self.crew, "sites": sites }));
        } else {
            tell(&tr!(
                lang,
                "{sites} in {folder}: copy the whole folder to the device, and open its .qgs in QField or QGIS",
                "已生成 {folder}，共 {sites} 个图斑：请将整个文件夹复制到设备，用 QField 或 QGIS 打开其中的 .qgs",
                sites = (sites, "site", "sites"),
            ));
        }
        Ok(Done::Whole)
    }
}

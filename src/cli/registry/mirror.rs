//! `mirror`: the registry as tables of a PostgreSQL with PostGIS.

use super::Done;
use super::context::{Common, Context};
use super::say::{ArgumentError, Failure, data, tell};
use crate::office::OfficeError;
use crate::office::mirror::{FilledTable, Mirrored, mirror};
use crate::remote::{DatabaseTarget, MirrorError, VARIABLES};
use crate::store::Store;
use crate::tr;
use crate::words::Lang;
use crate::{files, platform};
use clap::Args;
use std::io::IsTerminal;
use std::path::PathBuf;

/// `papaver mirror`
#[derive(Debug, Args)]
#[expect(
    clippy::doc_markdown,
    reason = "the help shows an address as it is typed"
)]
pub(crate) struct Mirror {
    /// The database: postgresql://USER@HOST/DATABASE; what is left out comes from PGHOST, PGPORT, PGUSER and PGDATABASE, the password from PGPASSWORD, the password file or the terminal 数据库：postgresql://用户@主机/数据库；未写明的取自 PGHOST、PGPORT、PGUSER、PGDATABASE，口令取自 PGPASSWORD、口令文件或终端输入
    #[arg(value_name = "URL")]
    url: String,
    /// The schema that holds the tables: a new one, an empty one, or this registry's mirror 存放各表的模式：新建的、空的或本登记库已有的镜像
    #[arg(long, value_name = "NAME", default_value = "papaver")]
    schema: String,
    /// A role that may read them (default: nobody but the owner) 允许读取的数据库角色（默认仅所有者可读）
    #[arg(long, value_name = "ROLE")]
    reader: Option<String>,
    /// The certificate of the authority that signs the database's, PEM 数据库证书的根证书（PEM）
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Reach it without encryption beyond this computer; whoever listens in the network reads everything 允许不加密连接其他计算机；网络中的他人可截获全部内容
    #[arg(long, conflicts_with = "ca")]
    insecure: bool,
    #[command(flatten)]
    common: Common,
}

impl Mirror {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let read = |path: PathBuf| files::read(&path).map_err(ArgumentError::file("--ca", &path));
        let given = |name| Some((name, std::env::var(name).ok().filter(|v| !v.is_empty())?));
        let target = DatabaseTarget {
            url: self.url,
            environment: VARIABLES.into_iter().filter_map(given).collect(),
            passwords: passwords(lang),
            password: None,
            authority: self.ca.map(read).transpose()?,
            insecure: self.insecure,
            schema: self.schema,
            reader: self.reader,
        };
        let context = Context::of(self.common, lang);
        let mirrored = asking(&context.read()?, target, lang)?;
        context.show(&mirrored, || in_words(&mirrored, lang));
        Ok(Done::Whole)
    }
}

fn in_words(mirrored: &Mirrored, lang: Lang) {
    for FilledTable { name, rows } in &mirrored.tables {
        let schema = &mirrored.schema;
        data(&tr!(
            lang,
            "{schema}.{name}: {rows}",
            "{schema}.{name}：{rows} 行",
            rows = (rows, "row", "rows"),
        ));
    }
}

/// Mirrors; where the server wants a password that nobody gave and somebody sits there, they are asked for it.
fn asking(store: &Store, mut target: DatabaseTarget, lang: Lang) -> Result<Mirrored, Failure> {
    let first = mirror(store, &target, lang);
    let wanted = matches!(first, Err(OfficeError::Mirror(MirrorError::NoPassword)));
    if !wanted || !std::io::stdin().is_terminal() {
        return Ok(first?);
    }
    let prompt = lang.pick("Password of the database: ", "数据库口令：");
    let typed = rpassword::prompt_password(prompt);
    let typed = typed.map_err(|_closed| OfficeError::Mirror(MirrorError::NoPassword))?;
    target.password = Some(typed);
    Ok(mirror(store, &target, lang)?)
}

/// The text of the person's password file; one that others may read is not used, as the database's own programs have it.
fn passwords(lang: Lang) -> String {
    let Some(path) = platform::database_passwords() else {
        return String::new();
    };
    let Ok(text) = std::fs::read_to_string(&path) else {
        return String::new();
    };
    if platform::is_private(&path) {
        return text;
    }
    let path = path.display();
    tell(&tr!(
        lang,
        "warning: {path} is not used, as others may read it: `chmod 600` it",
        "警告：{path} 可被他人读取，未使用；请执行 `chmod 600`"
    ));
    String::new()
}

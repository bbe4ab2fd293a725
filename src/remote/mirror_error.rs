//! Why a database does not show a registry. Its tables are as they were. No message holds credentials.

use super::host::name_of;
use crate::words::{Action, Choice, Fault, Lang, Said, Say, of_connection};
use crate::{remedy, speaking_error, tr};
use postgres::Config;
use postgres::error::SqlState;

/// A mirror that was not filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorError {
    /// What was typed is no address of a database.
    Address,
    /// The address has a password in it.
    Shown,
    /// Nobody is named as whom to log in.
    NoUser,
    /// The server asks for a password.
    NoPassword,
    /// No authority is named by which the server's certificate could be checked.
    NoAuthority,
    /// The encrypted connection does not come about.
    Certificate {
        /// The host.
        host: String,
        /// Why.
        why: String,
    },
    /// The server is not reached.
    Unreachable {
        /// The host.
        host: String,
        /// Why.
        why: String,
    },
    /// The login is refused.
    Login {
        /// The host.
        host: String,
        /// What the server says.
        why: String,
    },
    /// The database has no PostGIS.
    NoPostGis,
    /// What stands there is somebody else's.
    Foreign {
        /// The schema, table or column.
        what: String,
    },
    /// What stands there shows another unit's registry.
    OtherUnit {
        /// The schema or table.
        what: String,
        /// The unit.
        unit: String,
    },
    /// The user lacks a right.
    Denied {
        /// What the server says.
        why: String,
    },
    /// The connection broke.
    Broken {
        /// Why.
        why: String,
    },
    /// The database refuses.
    Database {
        /// What it says.
        why: String,
    },
}

impl MirrorError {
    /// What a connection says that did not come about.
    pub(super) fn of_connecting(config: &Config, error: &postgres::Error) -> Self {
        let named = config.get_hosts().iter();
        let named = named.map(|host| name_of(host).unwrap_or("localhost").to_owned());
        let addresses = config.get_hostaddrs().iter().map(ToString::to_string);
        let host = named.chain(addresses).collect::<Vec<_>>().join(", ");
        let why = told(error);
        // The library has no other name for these than its words.
        match error.to_string().as_str() {
            "invalid configuration" if why.ends_with("password missing") => Self::NoPassword,
            "invalid configuration" => Self::Address,
            "db error" | "authentication error" => Self::Login { host, why },
            "error performing TLS handshake" => Self::Certificate { host, why },
            _ => Self::Unreachable { host, why },
        }
    }
}

/// What the server says, else an error with what caused it.
fn told(error: &postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        return said.message().to_owned();
    }
    let cause = std::error::Error::source(error).map(ToString::to_string);
    cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

impl From<postgres::Error> for MirrorError {
    fn from(error: postgres::Error) -> Self {
        let why = told(&error);
        let Some(code) = error.code() else {
            return Self::Broken { why };
        };
        if *code == SqlState::INSUFFICIENT_PRIVILEGE {
            Self::Denied { why }
        } else if code.code().starts_with("57P") {
            Self::Broken { why }
        } else {
            Self::Database { why }
        }
    }
}

fn no_address(lang: Lang) -> Said {
    Said::new(lang.pick(
                "this is no address of a database",
                "数据库地址无效",
            ))
            .hint(lang.pick(
                "it looks like postgresql://USER@HOST/DATABASE, without other options than sslmode=require; a port in PGPORT is a number",
                "应形如 postgresql://用户@主机/数据库，附加参数仅限 sslmode=require；PGPORT 应为数字",
            ))
}

fn shown_password(lang: Lang) -> Said {
    Said::new(lang.pick(
                "the address has a password in it, which everybody on this computer can read in the list of processes",
                "数据库地址中含有口令，本机其他用户可在进程列表中看到",
            ))
            .hint(lang.pick(
                "leave it out: it is asked for, or taken from PGPASSWORD or the password file (PGPASSFILE, ~/.pgpass); as it was shown, change it",
                "请去掉口令：运行时会提示输入，也可放入 PGPASSWORD 或口令文件（PGPASSFILE、~/.pgpass）；该口令已暴露，请更换",
            ))
}

fn no_user(lang: Lang) -> Said {
    Said::new(lang.pick(
        "nobody is named as whom to log in to the database",
        "未指明数据库用户",
    ))
    .hint(lang.pick(
        "name the user in the address (postgresql://USER@HOST/DATABASE) or in PGUSER",
        "请在地址中（postgresql://用户@主机/数据库）或 PGUSER 中指明",
    ))
}

fn no_password(lang: Lang) -> Said {
    Said::new(lang.pick(
                "the database asks for a password",
                "数据库要求输入口令",
            ))
            .hint(lang.pick(
                "run this in a terminal to type it, or put it into PGPASSWORD or the password file (PGPASSFILE, ~/.pgpass; readable by you alone)",
                "请在终端中运行后输入，或放入 PGPASSWORD 或口令文件（PGPASSFILE、~/.pgpass，仅限本人可读）",
            ))
}

fn no_authority(lang: Lang) -> Said {
    Said::new(lang.pick(
        "the database's certificate cannot be checked; nothing was sent",
        "无法核实数据库的证书；未发送任何内容",
    ))
    .hint(remedy!(
        lang,
        "name the authority that signs it: {ca}",
        "请指定其根证书：{ca}",
        ca = Action::Again(Choice::Authority),
    ))
    .hint(remedy!(
        lang,
        "or, where the network is nobody else's, say {insecure}",
        "或在确认为专用网络时使用 {insecure}",
        insecure = Action::Again(Choice::Insecure),
    ))
}

fn no_tls(lang: Lang, host: &str, why: &str) -> Said {
    Said::new(tr!(
                lang,
                "no encrypted connection to the database at {host}: {why}; nothing was sent",
                "无法与 {host} 的数据库建立加密连接：{why}；未发送任何内容"
            ))
            .hint(remedy!(
                lang,
                "the server needs `ssl = on` and a certificate for this name, signed by the authority that is named: {ca}",
                "服务器须设 `ssl = on`，其证书须对应该主机名，并由所指定的根证书签发：{ca}",
                ca = Action::Again(Choice::Authority),
            ))
}

fn unreachable(lang: Lang, host: &str, why: &str) -> Said {
    let why = of_connection(why, lang);
    Said::new(tr!(
        lang,
        "the database at {host} is not reached: {why}",
        "无法连接 {host} 的数据库：{why}"
    ))
    .hint(lang.pick(
        "check that it runs, its address and port, and the firewall; then run this again",
        "请检查数据库是否运行、地址端口和防火墙，然后重新运行",
    ))
}

fn not_let_in(lang: Lang, host: &str, why: &str) -> Said {
    Said::new(tr!(
        lang,
        "the database at {host} does not let this program in: {why}",
        "{host} 的数据库拒绝登录：{why}"
    ))
    .hint(lang.pick(
        "check user, password and database with whoever runs it",
        "请与数据库管理员核对用户、口令和数据库名",
    ))
}

fn no_postgis(lang: Lang) -> Said {
    Said::new(lang.pick(
        "the database has no PostGIS; nothing was changed",
        "数据库未安装 PostGIS 扩展，未作改动",
    ))
    .hint(lang.pick(
        "let its administrator run there: CREATE EXTENSION postgis",
        "请数据库管理员在该库中执行：CREATE EXTENSION postgis",
    ))
}

fn foreign(lang: Lang, what: &str) -> Said {
    Said::new(tr!(
        lang,
        "{what} is in the database and was not made by this program; nothing was changed",
        "数据库中的 {what} 不是本程序所建，未作任何改动"
    ))
    .hint(remedy!(
        lang,
        "choose another schema, which need not be there yet: {schema}",
        "请换用其他模式（可以尚不存在）：{schema}",
        schema = Action::Again(Choice::Schema),
    ))
}

fn other_unit(lang: Lang, what: &str, unit: &str) -> Said {
    Said::new(tr!(
        lang,
        "{what} in the database shows the registry of unit {unit}; nothing was changed",
        "数据库中的 {what} 是单位 {unit} 的镜像，未作任何改动"
    ))
    .hint(remedy!(
        lang,
        "give each registry a schema of its own: {schema}",
        "请为每个登记库使用单独的模式：{schema}",
        schema = Action::Again(Choice::Schema),
    ))
}

fn denied(lang: Lang, why: &str) -> Said {
    Said::new(tr!(
                lang,
                "the database does not allow it: {why}; nothing was changed",
                "数据库权限不足：{why}；未作任何改动"
            ))
            .hint(lang.pick(
                "let its administrator make an empty schema that is this user's: CREATE SCHEMA papaver AUTHORIZATION gis",
                "请数据库管理员为该用户建立一个空模式：CREATE SCHEMA papaver AUTHORIZATION gis",
            ))
}

fn broken(lang: Lang, why: &str) -> Said {
    Said::new(tr!(
                lang,
                "the connection to the database broke: {why}; its tables are as they were, or all of them new, never half",
                "与数据库的连接中断：{why}；各表或保持原样，或已全部更新，不会只更新一部分"
            ))
            .hint(lang.pick(
                "run this again: that does no harm",
                "请重新运行，重复运行不会有影响",
            ))
}

fn refused(lang: Lang, why: &str) -> Said {
    Said::new(tr!(
        lang,
        "the database refuses: {why}; its tables are as they were",
        "数据库报错：{why}；原有各表未作改动"
    ))
    .hint(lang.pick(
        "show this to its administrator, then run this again",
        "请将此信息告知数据库管理员，处理后重新运行",
    ))
}

impl Say for MirrorError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Address => no_address(lang),
            Self::Shown => shown_password(lang),
            Self::NoUser => no_user(lang),
            Self::NoPassword => no_password(lang),
            Self::NoAuthority => no_authority(lang),
            Self::Certificate { host, why } => no_tls(lang, host, why),
            Self::Unreachable { host, why } => unreachable(lang, host, why),
            Self::Login { host, why } => not_let_in(lang, host, why),
            Self::NoPostGis => no_postgis(lang),
            Self::Foreign { what } => foreign(lang, what),
            Self::OtherUnit { what, unit } => other_unit(lang, what, unit),
            Self::Denied { why } => denied(lang, why),
            Self::Broken { why } => broken(lang, why),
            Self::Database { why } => refused(lang, why),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Unreachable { .. } | Self::Broken { .. } | Self::Database { .. } => {
                Fault::Machine
            }
            _ => Fault::Input,
        }
    }
}
speaking_error!(MirrorError);

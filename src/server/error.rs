//! Why a folder is not served.

use crate::imagery::base_map::BaseMapError;
use crate::words::{Action, Choice, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::io;
use std::path::PathBuf;

/// A server that does not begin.
#[derive(Debug)]
pub enum ServeError {
    /// The folder is not there.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another program listens there.
    Taken {
        /// The port.
        port: u16,
    },
    /// It cannot be listened there.
    Address {
        /// Address and port.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// The authority's certificate or its key cannot be made or read.
    Authority {
        /// Its certificate.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The authority has grown old.
    Expired {
        /// Its certificate.
        path: PathBuf,
    },
    /// No server answers, or none that is well.
    Silent {
        /// The port that was asked.
        port: u16,
        /// Why.
        source: io::Error,
    },
    /// Threads cannot be started.
    Threads(io::Error),
    /// A base map cannot be shown.
    BaseMap(BaseMapError),
}

impl Say for ServeError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Folder { path, source } => Said::unreadable(lang, path, source).hint(lang.pick(
                "name the folder that holds the registries and the scans",
                "请指明存放登记库和扫描结果的文件夹",
            )),
            Self::Taken { port } => Said::new(tr!(
                lang,
                "port {port} is taken: another program listens there, perhaps this one",
                "端口 {port} 已被占用：其他程序（也可能是本程序）正在使用"
            ))
            .hint(remedy!(
                lang,
                "close that one, or choose another port: {port}",
                "请关闭该程序，或换一个端口：{port}",
                port = Action::Again(Choice::Port),
            )),
            Self::Address { address, source } => Said::new(tr!(
                lang,
                "{address} cannot be listened on: {source}",
                "无法在 {address} 上监听：{source}"
            ))
            .hint(remedy!(
                lang,
                "choose another port: {port}",
                "请换一个端口：{port}",
                port = Action::Again(Choice::Port),
            )),
            Self::Authority { path, why } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path}: this office's certificate cannot be used: {why}",
                    "{path}：本单位证书无法使用：{why}"
                ))
                .hint(lang.pick(
                    "move it and the key beside it away: the next start makes a new one, which every device has to be told to trust",
                    "请把该证书及同名密钥移走：下次启动时将重新生成，各设备需重新安装信任",
                ))
            }
            Self::Expired { path } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path}: this office's certificate has expired",
                    "{path}：本单位证书已过期"
                ))
                .hint(lang.pick(
                    "set the computer's clock right; where it is right, move the certificate and the key beside it away: the next start makes a new one, which every device has to be told to trust",
                    "请先校准计算机时钟；时钟无误的，把该证书及同名密钥移走：下次启动时将重新生成，各设备需重新安装信任",
                ))
            }
            Self::Silent { port, source } => silent(*port, source, lang),
            Self::Threads(source) => Said::new(tr!(
                lang,
                "the server cannot be started: {source}",
                "无法启动服务：{source}"
            )),
            Self::BaseMap(e) => e.say(lang),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Address { .. } | Self::Threads(_) => Fault::Machine,
            _ => Fault::Input,
        }
    }
}

fn silent(port: u16, source: &io::Error, lang: Lang) -> Said {
    Said::new(tr!(
        lang,
        "no server that is well answers on port {port}: {source}",
        "端口 {port} 上没有正常响应的服务：{source}"
    ))
    .hint(lang.pick(
        "start the server first; where it has another port, or its certificate lies in another folder, give both as at its start",
        "请先启动服务；端口或证书所在文件夹不同的，请按启动时的写法给出",
    ))
}

speaking_error!(ServeError, |e| match e {
    ServeError::Folder { source, .. }
    | ServeError::Address { source, .. }
    | ServeError::Silent { source, .. }
    | ServeError::Threads(source) => Some(source),
    ServeError::BaseMap(e) => Some(e),
    ServeError::Taken { .. } | ServeError::Authority { .. } | ServeError::Expired { .. } => None,
});

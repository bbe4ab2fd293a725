//! `papaver serve`: arguments in, a server that runs until it is stopped.

use super::interrupt::watched;
use super::{Done, action, talk, tianditu};
use crate::platform;
use crate::remote::TIANDITU_HOST;
use crate::server::{self, LanAuthority, Listening, Reach, ServerOptions};
use crate::tr;
use crate::words::{Lang, Say};
use clap::Args;
use std::path::PathBuf;

/// Arguments of `papaver serve`.
#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(super) struct ServeArguments {
    /// The folder with the registries and the scans 存放登记库和扫描结果的文件夹
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    /// Port; 0 takes any that is free 端口，0 表示任取一个空闲端口
    #[arg(long, value_name = "N", default_value_t = 8717)]
    port: u16,
    /// A base map of the office: GeoTIFF, MBTiles or PMTiles; several may be given 本单位的底图：GeoTIFF、MBTiles 或 PMTiles，可多次给出
    #[arg(long, value_name = "FILE")]
    basemap: Vec<PathBuf>,
    /// A terrain model, shown shaded under the map 地形模型，以山体阴影显示在地图下层
    #[arg(long, value_name = "RASTER")]
    dem: Option<PathBuf>,
    /// Tianditu as a base map, with the office's key in `PAPAVER_TIANDITU_KEY`; that service learns which places are looked at 以天地图为底图，密钥在环境变量 `PAPAVER_TIANDITU_KEY` 中给出；天地图服务方会知道查看了哪些位置
    #[arg(long)]
    tianditu: bool,
    /// Do not open the browser 不自动打开浏览器
    #[arg(long)]
    no_browser: bool,
    /// Let other devices of this network in, over TLS by a certificate of this office 允许本网络内的其他设备访问，使用本单位证书加密
    #[arg(long)]
    lan: bool,
    /// With `--lan`: without TLS; whoever listens in the network reads passphrases 与 `--lan` 同用：不加密，网络中的他人可截获口令
    #[arg(long, requires = "lan")]
    insecure: bool,
    /// Start nothing: ask the server of this folder and port whether it is well; exit code 0 says so 不启动服务，只检查该文件夹和端口上的服务是否正常，正常时退出码为 0
    #[arg(long)]
    health: bool,
}

/// Serves the folder until the interrupt key is pressed; or asks whether somebody does.
pub(super) fn run(arguments: ServeArguments, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let mut options = ServerOptions {
        folder: arguments.folder,
        port: arguments.port,
        base_maps: arguments.basemap,
        dem: arguments.dem,
        tianditu: None,
        reach: match (arguments.lan, arguments.insecure) {
            (false, _) => Reach::Home,
            (true, false) => Reach::Network,
            (true, true) => Reach::Clear,
        },
        line: Some(action::line),
    };
    if arguments.health {
        server::is_well(&options).map_err(|error| Box::new(error) as Box<dyn Say>)?;
        return Ok(Done::Whole);
    }
    options.tianditu = arguments.tianditu.then(tianditu::access).transpose()?;
    // Before the first thread begins.
    let _other_systems = platform::share_memory();
    let stop = watched()?;
    let browser = !arguments.no_browser;
    server::serve(&options, &stop, |ready| {
        tell(ready, browser, lang);
        if options.tianditu.is_some() {
            tell_tianditu(lang);
        }
    })
    .map_err(|error| Box::new(error) as Box<dyn Say>)?;
    Ok(Done::Whole)
}

fn tell(ready: &Listening, browser: bool, lang: Lang) {
    talk::data(&ready.url);
    talk::tell(lang.pick(
        "open this address in a browser; the interrupt key (Ctrl-C) ends the server",
        "请在浏览器中打开以上地址；按 Ctrl-C 结束服务",
    ));
    for url in &ready.elsewhere {
        talk::tell(&tr!(lang, "on other devices: {url}", "其他设备访问：{url}"));
        talk::qr(url);
    }
    match &ready.authority {
        Some(authority) => tell_authority(authority, lang),
        None if !ready.elsewhere.is_empty() => talk::tell(lang.pick(
            "not encrypted: whoever listens in this network reads passphrases",
            "未加密：本网络中的他人可截获口令",
        )),
        None => {}
    }
    if browser && open::that_detached(&ready.url).is_err() {
        talk::tell(lang.pick(
            "no browser could be opened: type the address into one",
            "未能自动打开浏览器，请手工输入地址",
        ));
    }
}

fn tell_tianditu(lang: Lang) {
    talk::tell(&tr!(
        lang,
        "Tianditu lies under the maps: {TIANDITU_HOST} learns which places are looked at, and each map can leave it out",
        "地图最下层为天地图：所看位置会发送给 {TIANDITU_HOST}，各地图上均可关闭"
    ));
}

fn tell_authority(authority: &LanAuthority, lang: Lang) {
    let fingerprint = &authority.fingerprint;
    talk::tell(&tr!(
        lang,
        "each device is told once to trust this office's certificate: the page /ca has the steps; SHA-256 {fingerprint}",
        "各设备需先安装信任本单位证书，步骤见 /ca 页面；SHA-256 指纹 {fingerprint}"
    ));
}

//! `trust` and `bundle`.

use super::Ended;
use super::context::{Common, Context, moment};
use super::say::{Failure, bad, data, json, tell};
use crate::registry::DeviceId;
use crate::registry::body::{self, Body};
use crate::registry::store::Draft;
use crate::words::Lang;
use clap::Args;

/// `papaver trust`
#[derive(Debug, Args)]
pub struct Trust {
    /// The device's key, 64 hexadecimal digits, as that office's `papaver init` or `papaver verify --json` shows it (default: list) 设备公钥
    device: Option<String>,
    /// The unit it belongs to 单位代码
    #[arg(long, value_name = "CODE", required_unless_present_any = ["revoke"], requires = "device")]
    unit: Option<String>,
    /// Trust it no longer 撤销
    #[arg(long, requires = "device")]
    revoke: bool,
    #[command(flatten)]
    common: Common,
}

impl Trust {
    pub(super) fn run(self, lang: Lang) -> Result<Ended, Failure> {
        let context = Context { common: self.common, lang };
        if let Some(typed) = &self.device {
            let device: DeviceId = typed.parse().map_err(|_none| bad("DEVICE", typed, "64 hexadecimal digits"))?;
            let (mut store, author) = context.write()?;
            let trust = body::Trust { device, unit: self.unit.unwrap_or_default(), trusted: !self.revoke };
            let draft = Draft { site: None, at: context.at()?, evidence: vec![], body: Body::Trust(trust) };
            store.write(|s| s.append(&author, draft, moment()))?;
        }
        let store = context.read()?;
        for (device, unit) in store.trusted()? {
            if context.common.json {
                json(&serde_json::json!({"device": device, "unit": unit}));
            } else {
                data(&format!("{unit} {device}"));
            }
        }
        if !context.common.json {
            tell(lang.pick("events of these devices, and of those they trust, are taken from bundles", "将接受上述设备及其所信任设备的记录"));
        }
        Ok(Ended::Whole)
    }
}

//! How a folder is served, and from where it is reached.

use super::remedy::TypedLine;
use crate::remote::TiandituAccess;
use std::path::PathBuf;

/// How a folder is served.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// The folder.
    pub folder: PathBuf,
    /// The port; 0 is any that is free.
    pub port: u16,
    /// Files of base maps.
    pub base_maps: Vec<PathBuf>,
    /// A terrain model to be shown shaded.
    pub dem: Option<PathBuf>,
    /// Tianditu, where its maps are to be shown.
    pub tianditu: Option<TiandituAccess>,
    /// Who may reach it.
    pub reach: Reach,
    /// How commands are typed, for what no page offers.
    pub line: Option<TypedLine>,
}

/// From where a server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// From this computer alone.
    Home,
    /// From its network, over TLS.
    Network,
    /// From its network, in the clear: whoever listens there reads passphrases.
    Clear,
}

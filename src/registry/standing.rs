//! What a device may speak for, and up to where.

use super::ids::DeviceId;

/// What a device may speak for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its unit.
    pub unit: String,
    /// Where it is trusted no longer: the number of its last event that counts. Events of version 0.1.0 that revoke
    /// trust name none: then all that is here counts, and nothing more is taken.
    pub revoked: Option<Option<u64>>,
    /// Who says so; nobody of this registry's own device. Of several who say the same, one that is believed still.
    pub by: Option<DeviceId>,
}

impl Standing {
    /// Whether its event of this number counts.
    pub fn covers(&self, seq: u64) -> bool {
        match self.revoked {
            Some(Some(last)) => seq <= last,
            _ => true,
        }
    }

    /// Whether bundles that it signs are taken.
    pub fn is_trusted(&self) -> bool {
        self.revoked.is_none()
    }
}

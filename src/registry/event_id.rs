//! Ids of events, which rise with time and never fall back on a device.

use uuid::Uuid;

/// The id of a device's next event: a `UUIDv7` greater than its last, even where the clock was set back.
///
/// The 12 bits behind the milliseconds count events of the same millisecond; `random` fills the rest.
pub fn next_id(last: Option<Uuid>, now_ms: u64, random: [u8; 8]) -> Uuid {
    let (mut ms, mut counter) = (now_ms, 0_u16);
    if let Some((last_ms, last_counter)) = last.map(parts)
        && last_ms >= ms
    {
        (ms, counter) = if last_counter < 0xFFF {
            (last_ms, last_counter + 1)
        } else {
            (last_ms + 1, 0)
        };
    }
    let mut rest = [0; 10];
    rest[..2].copy_from_slice(&counter.to_be_bytes());
    rest[2..].copy_from_slice(&random);
    uuid::Builder::from_unix_timestamp_millis(ms, &rest).into_uuid()
}

/// Milliseconds and counter of an id made by [`next_id`].
pub(super) fn parts(id: Uuid) -> (u64, u16) {
    let bytes = id.as_bytes();
    let ms = bytes[..6]
        .iter()
        .fold(0_u64, |ms, byte| ms << 8 | u64::from(*byte));
    (ms, u16::from_be_bytes([bytes[6] & 0x0F, bytes[7]]))
}

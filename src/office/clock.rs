//! The clock and the dice, read here and handed on, so that deciding stays pure.

use crate::store::Moment;
use jiff::civil::Date;
use jiff::{Timestamp, Zoned};

/// Now, where this machine is.
pub fn now() -> Zoned {
    Zoned::now()
}

/// Today, where this machine is.
pub fn today() -> Date {
    now().date()
}

/// Now, with fresh dice.
pub fn moment() -> Moment {
    Moment {
        now: Timestamp::now(),
        random: rand::random(),
    }
}

/// Now as an event says when it happened: RFC 3339 with the offset of this place.
pub fn at() -> String {
    written(&now())
}

/// A time as an event says it: RFC 3339 with offset, to the second.
pub fn written(time: &Zoned) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Now as bundles and receipts say it: RFC 3339 in UTC.
pub fn utc() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// 256 bits that nobody can guess.
pub fn secret() -> [u8; 32] {
    rand::random()
}

//! Bad input by the thousand for readers: good files with bytes changed, cut, doubled and mixed. `PAPAVER_FUZZ_INPUTS` says
//! how many, a million for instance; the same number always gives the same inputs.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::time::{Duration, Instant};

/// Inputs where nobody says how many.
const FEW: usize = 3_000;
/// A reader that takes longer over some kilobytes does not come to an end.
const LONGEST: Duration = Duration::from_secs(60);

/// Gives a reader many inputs made of good ones; it may refuse them, and must neither panic nor hang.
pub(crate) fn try_all(seeds: &[&[u8]], read: impl Fn(&[u8])) {
    let inputs = std::env::var("PAPAVER_FUZZ_INPUTS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(FEW);
    let mut random = StdRng::seed_from_u64(16);
    for _ in 0..inputs {
        let input = made(seeds, &mut random);
        let began = Instant::now();
        read(&input);
        assert!(began.elapsed() < LONGEST, "{input:?}");
    }
}

fn made(seeds: &[&[u8]], random: &mut StdRng) -> Vec<u8> {
    const TOKENS: [&[u8]; 14] = [
        b"\"",
        b"\r",
        b"\n",
        b",",
        b";",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"<",
        b">",
        b"&#x110000;",
        b"]]>",
        "度".as_bytes(),
        b"99999999999999999999",
    ];
    let mut bytes = seeds[random.random_range(0..seeds.len())].to_vec();
    for _ in 0..random.random_range(1..8) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..6) {
            0 if at < bytes.len() => bytes[at] = random.random_range(0..=255),
            1 => bytes.truncate(at),
            2 => {
                let token = TOKENS[random.random_range(0..TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
            3 => {
                let other = seeds[random.random_range(0..seeds.len())];
                let from = random.random_range(0..=other.len());
                let to = random.random_range(from..=other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            4 => {
                let to = random.random_range(at..=bytes.len());
                bytes.drain(at..to);
            }
            _ => {
                let part = bytes[at..].to_vec();
                // Doubled again and again an input would be as large as the memory.
                if bytes.len() < 20_000 {
                    bytes.extend(part);
                }
            }
        }
    }
    bytes
}

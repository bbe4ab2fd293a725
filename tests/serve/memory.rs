//! The memory of a server that many ask at once.

use super::office::Office;
use std::fs;

/// Bytes that glibc reserves for a part of memory that a thread has to itself, at a multiple of itself.
const RESERVED: u64 = 64 << 20;

/// Parts of memory of a process, but for the first, which lies elsewhere.
fn parts(process: u32) -> usize {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("maps");
    let lines: Vec<(u64, u64, &str)> = maps
        .lines()
        .filter_map(|line| {
            let (range, rest) = line.split_once(' ')?;
            let (from, to) = range.split_once('-')?;
            let number = |text| u64::from_str_radix(text, 16).ok();
            Some((number(from)?, number(to)?, rest))
        })
        .collect();
    let is_part = |pair: &&[(u64, u64, &str)]| {
        let ((from, middle, used), (next, to, left)) = (pair[0], pair[1]);
        let is_one = middle == next && to - from == RESERVED && from % RESERVED == 0;
        is_one && used.starts_with("rw-p") && left.starts_with("---p")
    };
    lines.windows(2).filter(is_part).count()
}

#[test]
fn threads_of_a_server_share_a_few_parts_of_memory() {
    let office = Office::begin();
    let ways = ["/api/surveys", "/api/openapi.json", "/"].map(|way| way.to_owned());
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                let browser = office.browser();
                for _ in 0..20 {
                    for way in &ways {
                        browser.get(way);
                    }
                }
            });
        }
    });
    let found = parts(office.server.process());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    assert!(found < cores.div_ceil(8), "{found} parts beside the first");
}

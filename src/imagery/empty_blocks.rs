//! Blocks that a file stores though nothing in them is searched, such as a transparent collar: they are known by their stored
//! size, so that not each of them has to be decoded. What is compressed to the same size as a block in which nothing was found
//! to be searched, and to much less than others, is taken for such a one.

use std::collections::{BTreeMap, BTreeSet};

/// Blocks whose sizes are asked for at most.
const SAMPLED: usize = 4096;
/// Blocks that are decoded at most.
const DECODED: usize = 16;
/// A block that nothing is searched in takes this part of the largest at most.
const PART: u64 = 4;

/// Columns and rows of blocks, some of a grid of so many: the first of each side, and as evenly as may be from there on.
pub(super) fn sampled((columns, rows): (u32, u32)) -> impl Iterator<Item = (u32, u32)> {
    let most = SAMPLED.isqrt().try_into().unwrap_or(u32::MAX);
    let across = columns.div_ceil(most).max(1);
    let in_a_row: u32 = columns.div_ceil(across).max(1);
    let most = u32::try_from(SAMPLED).unwrap_or(u32::MAX) / in_a_row;
    let down = rows.div_ceil(most.max(1)).max(1);
    let step = |side: u32| usize::try_from(side).unwrap_or(usize::MAX);
    (0..rows)
        .step_by(step(down))
        .flat_map(move |row| (0..columns).step_by(step(across)).map(move |c| (c, row)))
}

/// The stored sizes of blocks in which nothing is searched, of blocks with their sizes; `is_empty` decodes one of them.
pub(super) fn sizes<B: Copy>(
    blocks: impl Iterator<Item = (B, u64)>,
    is_empty: impl Fn(B) -> bool,
) -> BTreeSet<u64> {
    let mut of_size: BTreeMap<u64, (usize, B)> = BTreeMap::new();
    for (block, size) in blocks {
        of_size.entry(size).or_insert((0, block)).0 += 1;
    }
    let Some((largest, _)) = of_size.last_key_value() else {
        return BTreeSet::new();
    };
    let least = largest / PART;
    let mut small: Vec<(u64, (usize, B))> = of_size
        .into_iter()
        .take_while(|(size, _)| *size <= least)
        .collect();
    small.sort_by_key(|(size, (count, _))| (std::cmp::Reverse(*count), *size));
    let tried = small.into_iter().take(DECODED);
    tried
        .filter(|(_, (_, block))| is_empty(*block))
        .map(|(size, _)| size)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_small_as_an_empty_block_is_empty_and_what_is_small_by_itself_is_not() {
        let sizes_of = [(0, 900), (1, 40), (2, 40), (3, 1000), (4, 60), (5, 400)];
        let decoded = std::cell::RefCell::new(Vec::new());
        let found = sizes(sizes_of.into_iter(), |block| {
            decoded.borrow_mut().push(block);
            block != 4
        });
        assert_eq!(found, BTreeSet::from([40]));
        assert_eq!(
            *decoded.borrow(),
            [1, 4],
            "one of each size, none of the large"
        );
        let same = sizes((0..9).map(|block| (block, 700)), |_| true);
        assert!(same.is_empty(), "a size that all have tells nothing");
    }

    #[test]
    fn blocks_are_asked_for_on_every_side_and_not_more_than_so_many() {
        for (columns, rows) in [(1, 1), (3, 5), (1, 100_000), (700, 900), (100_000, 1)] {
            let some: Vec<(u32, u32)> = sampled((columns, rows)).collect();
            assert!(
                !some.is_empty() && some.len() <= SAMPLED,
                "{columns} {rows}"
            );
            assert!(some.iter().all(|(c, r)| *c < columns && *r < rows));
            let last = some.last().expect("one");
            assert!(last.1 * 10 >= (rows - 1) * 9 && last.0 * 10 >= (columns - 1) * 9);
            if u64::from(columns) * u64::from(rows) < 60 {
                assert_eq!(some.len(), (columns * rows) as usize);
            }
        }
    }
}

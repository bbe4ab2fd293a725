//! Another order of a list of which some keep their place; pure.

/// The new order of a list, by the numbers of its old one, and whether each keeps its place as one that would go down. `scores` are
/// those by which it is put in order, the highest first; what has none keeps its place. Of what goes down, that which `audit` chooses
/// keeps it too, so that somebody looks at it all the same.
pub fn reordered(
    scores: &[Option<f64>],
    audit: impl FnOnce(&[usize]) -> Vec<usize>,
) -> Vec<(usize, bool)> {
    let scored = scores.iter().enumerate();
    let mut ranked: Vec<(usize, f64)> = scored.filter_map(|(n, s)| Some((n, (*s)?))).collect();
    // Places of the old order, of which each goes down that comes later in the new one.
    let places: Vec<usize> = ranked.iter().map(|(n, _)| *n).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut keeps: Vec<Option<bool>> = scores
        .iter()
        .map(|s| s.is_none().then_some(false))
        .collect();
    let moves = places.iter().zip(&ranked);
    let mut down: Vec<usize> = moves
        .filter_map(|(place, (n, _))| (place > n).then_some(*n))
        .collect();
    down.sort_unstable();
    for n in audit(&down) {
        keeps[n] = Some(true);
    }
    let moving: Vec<usize> = ranked.iter().map(|(n, _)| *n).collect();
    let mut moving = moving.into_iter().filter(|n| keeps[*n].is_none());
    let order = keeps.iter().enumerate();
    order
        .filter_map(|(n, keeps)| match keeps {
            Some(audit) => Some((n, *audit)),
            None => moving.next().map(|n| (n, false)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_audited_stays_where_it_was() {
        let scores = [Some(0.1), Some(0.2), Some(0.9), None, Some(0.5)];
        let plain = reordered(&scores, |_| vec![]);
        assert_eq!(
            plain.iter().map(|o| o.0).collect::<Vec<_>>(),
            [2, 4, 1, 3, 0]
        );
        let audited = reordered(&scores, |down| {
            // What goes up is no audit.
            assert_eq!(down, [0, 1]);
            vec![0]
        });
        assert_eq!(
            audited,
            [(0, true), (2, false), (4, false), (3, false), (1, false)]
        );
    }

    proptest! {
        #[test]
        fn nothing_is_dropped_or_doubled(
            scores in proptest::collection::vec(proptest::option::of(0.0..1.0_f64), 0..60),
            twentieth in 1..5_usize,
        ) {
            let order = reordered(&scores, |down| down.iter().copied().step_by(twentieth).collect());
            let mut numbers: Vec<usize> = order.iter().map(|o| o.0).collect();
            for (place, (n, audit)) in order.iter().enumerate() {
                prop_assert!(!audit || place == *n);
                prop_assert!(scores[*n].is_some() || place == *n);
            }
            numbers.sort_unstable();
            prop_assert_eq!(numbers, (0..scores.len()).collect::<Vec<_>>());
        }
    }
}

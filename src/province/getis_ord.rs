//! Getis-Ord Gi and Gi*: whether values around a place are high or low beside all values.

/// What a neighbour counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weights<'a> {
    /// One.
    Binary,
    /// One over the number of neighbours, with the moments that `PySAL` takes for it: those of one neighbour.
    RowStandardised,
    /// Its own weight, such as the ground searched there.
    Own(&'a [f64]),
}

/// The standardised local statistic of each value: Gi without the place itself, Gi* (`star`) with it.
///
/// Getis and Ord 1992 (doi:10.1111/j.1538-4632.1992.tb00261.x) and Ord and Getis 1995
/// (doi:10.1111/j.1538-4632.1995.tb00912.x). `neighbours[i]` are the indices around `i`, without `i`. `None` where nothing
/// varies, or a place has no neighbour.
pub fn local_g(
    values: &[f64],
    neighbours: &[Vec<usize>],
    weights: Weights,
    star: bool,
) -> Vec<Option<f64>> {
    let sum: f64 = values.iter().sum();
    let squares: f64 = values.iter().map(|v| v * v).sum();
    let weight = |j: usize| match weights {
        Weights::Own(own) => own[j],
        Weights::Binary | Weights::RowStandardised => 1.0,
    };
    values
        .iter()
        .zip(neighbours)
        .enumerate()
        .map(|(i, (value, around))| {
            let (left_out, left_out_square) = if star {
                (0.0, 0.0)
            } else {
                (*value, value * value)
            };
            let n = values.len() as f64 - f64::from(u8::from(!star));
            let around = around.iter().copied().chain(star.then_some(i));
            // Σw, Σw², Σwx
            let (mut w, mut ww, mut wx) = (0.0, 0.0, 0.0);
            for j in around {
                w += weight(j);
                ww += weight(j) * weight(j);
                wx += weight(j) * values[j];
            }
            if weights == Weights::RowStandardised && w > 0.0 {
                (wx, w, ww) = (wx / w, 1.0, 1.0);
            }
            let mean = (sum - left_out) / n;
            let variance = (squares - left_out_square) / n - mean * mean;
            let spread = variance * (n * ww - w * w) / (n - 1.0);
            // Rounding leaves a trace of variance where all values are the same.
            let varies = variance > 1e-12 * mean * mean && spread > 0.0;
            (w > 0.0 && varies).then(|| (wx - w * mean) / spread.sqrt())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [f64; 6] = [2.0, 3.0, 3.2, 5.0, 8.0, 7.0];

    /// Points of the example of Getis and Ord's statistics in `PySAL`; neighbours within 15.
    fn neighbours() -> Vec<Vec<usize>> {
        let points: [(f64, f64); 6] = [
            (10., 10.),
            (20., 10.),
            (40., 10.),
            (15., 20.),
            (30., 20.),
            (30., 30.),
        ];
        let near = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(a.1 - b.1) <= 15.0;
        (0..6)
            .map(|i| {
                (0..6)
                    .filter(|j| *j != i && near(points[i], points[*j]))
                    .collect()
            })
            .collect()
    }

    fn same(found: &[Option<f64>], expected: &[f64], digits: f64) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let found = found.expect("a statistic");
            assert!(
                (found - expected).abs() < digits,
                "{found} is not {expected}"
            );
        }
    }

    #[test]
    fn gi_and_gi_star_are_those_of_the_published_example() {
        let g = |weights, star| local_g(&VALUES, &neighbours(), weights, star);
        #[rustfmt::skip]
        let cases = [
            (Weights::Binary, false, [-1.013_672_90, -0.043_615_89, 1.315_587_03, -0.314_126_76, 1.153_739_86, 1.778_339_41]),
            (Weights::Binary, true, [-1.397_276_26, -0.289_177_62, 0.650_649_64, -0.289_177_62, 1.234_520_88, 2.024_243_31]),
            (Weights::RowStandardised, false, [-0.620_745_34, -0.017_806_11, 1.315_587_03, -0.128_241_71, 0.288_434_96, 1.778_339_41]),
            (Weights::RowStandardised, true, [-0.624_880_94, -0.091_445_99, 0.411_506_96, -0.091_445_99, 0.246_904_18, 1.280_243_88]),
        ];
        for (weights, star, expected) in cases {
            same(&g(weights, star), &expected, 5e-9);
        }
    }

    #[test]
    fn gi_star_on_the_lattice_is_the_published_row() {
        let mut values = [0.0; 25];
        for (at, value) in [
            (6, 3.),
            (7, 4.),
            (8, 2.),
            (11, 5.),
            (12, 9.),
            (13, 1.),
            (24, 1.),
        ] {
            values[at] = value;
        }
        let around: Vec<Vec<usize>> = (0..25_usize)
            .map(|i| {
                (0..25)
                    .filter(|j| {
                        *j != i && (i / 5).abs_diff(j / 5) <= 1 && (i % 5).abs_diff(j % 5) <= 1
                    })
                    .collect()
            })
            .collect();
        let found = local_g(&values, &around, Weights::Binary, true);
        let row = [0.433_555, 2.314_55, 2.893_188, 1.350_154, -0.650_332];
        same(&found[10..15], &row, 5e-7);
    }

    #[test]
    fn weights_of_one_are_binary_and_a_common_factor_changes_nothing() {
        let plain = local_g(&VALUES, &neighbours(), Weights::Binary, true);
        let expected: Vec<f64> = plain.iter().map(|g| g.expect("some")).collect();
        for factor in [1.0, 7.3] {
            let own = [factor; 6];
            same(
                &local_g(&VALUES, &neighbours(), Weights::Own(&own), true),
                &expected,
                1e-12,
            );
        }
    }

    #[test]
    fn values_that_are_all_the_same_have_no_statistic() {
        let found = local_g(&[0.3; 6], &neighbours(), Weights::Binary, true);
        assert!(found.iter().all(Option::is_none));
    }
}
